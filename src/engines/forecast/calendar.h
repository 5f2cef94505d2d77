// Calendars of countries: which days are public holidays, and which go by one name and move sales together (the days of Tet).
// Days are computed from rules (fixed dates, the nth weekday of a month, days around Easter, days of the lunar year) with the
// years for which a rule holds; what a government decides from year to year (bridges, days worked instead) is not known, nor
// what only a part of a country keeps.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "engines/forecast/period.h"

namespace fairlead::forecast {

constexpr int calendar_first_year = 1950, calendar_last_year = 2150;

// Days of one name: from the first to the last of each year, rising. Also what is no day off but moves sales (Mid-Autumn).
struct Festival {
    struct Days {
        Date first, last;
    };
    std::string name;
    std::vector<Days> times;
};

class Calendar {
  public:
    // By country code (ISO 3166), in any case, or "plain": Monday to Friday without holidays. Null where there is none.
    static const Calendar* find(std::string_view code);
    static std::vector<std::string> codes();

    const std::string& code() const { return code_; }
    const std::string& country() const { return country_; }
    // Whether the day is a public holiday, or a day off in place of one. False outside of the years above.
    bool off(Date day) const;
    std::span<const Festival> festivals() const { return festivals_; }
    std::vector<Date> days_off(int year) const;

    struct Rules;
    explicit Calendar(const Rules& rules);

  private:
    std::string code_, country_;
    std::vector<bool> off_;  // by the day since the first
    std::vector<Festival> festivals_;
};

// Days from Monday to Friday that are no holiday of the calendar, where there is one.
int working_days(Period period, const Calendar* calendar);

}  // namespace fairlead::forecast
