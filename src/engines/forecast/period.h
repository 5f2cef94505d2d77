// Periods of time series: hours, days, ISO weeks, months, quarters, years and plain numbers, their arithmetic, and the
// ways people write them.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"

namespace fairlead::forecast {

// From the finest to the coarsest; `number` are positions without a calendar.
enum class Frequency : std::uint8_t { number, hour, day, week, month, quarter, year };

std::string_view name_of(Frequency frequency);  // "month"
std::string_view plural_of(Frequency frequency, std::int64_t count);  // "1 month", "3 months": only the word
// Periods in a season by the calendar: hour 24, day 7, week 52, month 12, quarter 4, year 1, number 1.
int season_of(Frequency frequency);
// The season by which errors are scaled (MASE, MSIS, RMSSE): as season_of, but 1 for weeks and days, as the M4
// competition has it.
int scale_season_of(Frequency frequency);
// One letter or the word: "M", "month", "monthly", "tháng". Nothing for other words.
std::optional<Frequency> parse_frequency(std::string_view text);

// One period. `index` counts periods without gaps, so that neighbours differ by one, also over the turn of a year with
// 53 weeks: hours and days since 1970-01-01, ISO weeks since the one of 1970-01-01, months and quarters since the year
// 0, years and numbers as they are.
struct Period {
    Frequency frequency = Frequency::number;
    std::int64_t index = 0;

    Period after(std::int64_t periods) const { return {frequency, index + periods}; }
    // "2026-03-05T13", "2026-03-05", "2026-W10", "2026-03", "2026-Q1", "2026", "17".
    std::string text() const;
    friend constexpr auto operator<=>(const Period&, const Period&) = default;
};

Period period_of(Date day, Frequency frequency);  // an hour: the first of the day; not for numbers
Date first_day(Period period);                    // not for numbers
Date last_day(Period period);
int weeks_in_year(int iso_year);                  // 52 or 53
// Days from Monday to Friday. Holidays are not known here.
int working_days(Period period);

// The period of a coarser frequency in which this one lies; nothing where it lies in none for certain (a week in a
// month, a month in a week, a number anywhere).
std::optional<Period> within(Period period, Frequency coarser);

// Whether 3/4 is the third of April or the fourth of March.
enum class DayOrder : std::uint8_t { unknown, day_first, month_first };

// Reads one text as the period it names, of its own frequency: "2026-03", "03/2026", "202603", "2026M3", "Mar 2026",
// "tháng 3/2026", "T3-2026" (months); "2026-W09", "W9 2026", "tuần 9/2026"; "2026-Q1", "Q1 2026", "quý 1/2026";
// "2026-03-05", "5/3/2026", "20260305", "5 March 2026"; with "T13:00" behind it an hour; "2026" a year, "17" a number.
// Refuses `no_period`, `no_such_period` (31 February, week 53 of a year with 52) and `ambiguous_date` (3/4/2026 while
// the order is unknown).
Result<Period> parse_period(std::string_view text, DayOrder order = DayOrder::unknown);

// Learns from a whole column what its texts leave open one by one: the order of day and month, and whether "2026" is a
// year or the number 2026.
class PeriodColumn {
  public:
    void look(std::string_view text);
    // After all texts. Refuses `mixed_orders` (13/1/2026 beside 1/13/2026) and `ambiguous_dates` where nothing decides
    // between day and month; `asked` decides first.
    Result<void> settle(DayOrder asked = DayOrder::unknown);
    Result<Period> read(std::string_view text) const;
    DayOrder order() const { return order_; }

  private:
    DayOrder order_ = DayOrder::unknown;
    bool day_first_ = false, month_first_ = false, ambiguous_ = false, years_ = true, numbers_ = false;
    int first_ = 0, second_ = 0;                // of the first date of two small numbers
    bool first_varies_ = false, second_varies_ = false;
    std::string example_, day_first_example_, month_first_example_;
};

}  // namespace fairlead::forecast
