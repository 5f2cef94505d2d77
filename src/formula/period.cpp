// Periods in words, and the fiscal calendar by months or by weeks (4-4-5 and its kin).
#include "formula/period.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace fairlead::formula {
namespace {

constexpr int year_first = 1, year_last = 9999;

Date clamped(int year, int month, int day) {
    if (year < year_first) return *Date::of(year_first, 1, 1);
    if (year > year_last) return *Date::of(year_last, 12, 31);
    return *Date::of(year, month, day);
}
Date plus(Date day, int days) { return Date{day.days + days}; }

// The first day of the month that lies `months` after January of `year`.
Date month_start(int year, int months) {
    const int back = months < 0 ? (months - 11) / 12 : months / 12;
    return clamped(year + back, months - back * 12 + 1, 1);
}

Date week_start(Date day, int first_weekday) { return plus(day, -((day.weekday() - first_weekday + 7) % 7)); }

// The week's first day nearest to the first of the start month.
Date weeks_year_start(int year, const Context& context) {
    const Date first = month_start(year, context.fiscal_year_start_month - 1);
    const Date before = week_start(first, context.week_start);
    return first.days - before.days <= 3 ? before : plus(before, 7);
}

constexpr std::array<int, 3> pattern_weeks(FiscalPattern pattern) {
    switch (pattern) {
        case FiscalPattern::weeks_454: return {4, 5, 4};
        case FiscalPattern::weeks_544: return {5, 4, 4};
        default: return {4, 4, 5};
    }
}

// Weeks before period `month` (1..13) of a year by weeks.
int weeks_before(int month, FiscalPattern pattern) {
    const auto weeks = pattern_weeks(pattern);
    int sum = 13 * ((month - 1) / 3);
    for (int i = 0; i < (month - 1) % 3; ++i) sum += weeks[static_cast<std::size_t>(i)];
    return sum;
}

bool by_weeks(const Context& context) { return context.fiscal_pattern != FiscalPattern::months; }

FiscalDay fiscal_day_by_weeks(Date day, const Context& context) {
    int year = day.year() + 1;
    while (weeks_year_start(year, context) > day) --year;
    FiscalDay found{year, 4, 12, (day.days - weeks_year_start(year, context).days) / 7 + 1};
    while (found.month > 1 && weeks_before(found.month, context.fiscal_pattern) >= found.week) --found.month;
    found.quarter = (found.month - 1) / 3 + 1;
    return found;
}

// Moves `number` (from 1) of a year that has `count` of them back into 1..count.
void carry(int& year, int& number, int count) {
    const int zero = number - 1;
    const int years = zero < 0 ? (zero - count + 1) / count : zero / count;
    year += years;
    number = zero - years * count + 1;
}

enum class Unit { day, week, month, quarter, year, fiscal_month, fiscal_quarter, fiscal_year };

std::optional<Unit> unit_of(std::string_view word, bool fiscal) {
    if (word.size() > 1 && word.back() == 's') word.remove_suffix(1);
    if (word == "day" && !fiscal) return Unit::day;
    if (word == "week" && !fiscal) return Unit::week;
    if (word == "month" || (word == "period" && fiscal)) return fiscal ? Unit::fiscal_month : Unit::month;
    if (word == "quarter") return fiscal ? Unit::fiscal_quarter : Unit::quarter;
    if (word == "year") return fiscal ? Unit::fiscal_year : Unit::year;
    return std::nullopt;
}

// The unit that lies `offset` units after the one of today.
DateRange unit_at(Unit unit, int offset, const Context& context) {
    const Date today = context.today();
    switch (unit) {
        case Unit::day: return {plus(today, offset), plus(today, offset)};
        case Unit::week: {
            const Date first = plus(week_start(today, context.week_start), offset * 7);
            return {first, plus(first, 6)};
        }
        case Unit::month: {
            const Date first = month_start(today.year(), today.month() - 1 + offset);
            return {first, end_of_month(first, 0)};
        }
        case Unit::quarter: {
            const Date first = month_start(today.year(), ((today.month() - 1) / 3 + offset) * 3);
            return {first, end_of_month(first, 2)};
        }
        case Unit::year: return {clamped(today.year() + offset, 1, 1), clamped(today.year() + offset, 12, 31)};
        default: break;
    }
    const FiscalDay at = fiscal_day(today, context);
    if (unit == Unit::fiscal_month) return fiscal_month(at.year, at.month + offset, context);
    if (unit == Unit::fiscal_quarter) return fiscal_quarter(at.year, at.quarter + offset, context);
    return fiscal_year(at.year + offset, context);
}

std::optional<int> number_of(std::string_view text, std::size_t digits_max) {
    int number = 0;
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

// "2026", "2026-q1", "2026-03", "2026-w05", "2026-03-15", "fy2026", "fy2026-q1".
std::optional<DateRange> named_period(std::string_view words, const Context& context) {
    const bool fiscal = words.starts_with("fy");
    if (fiscal) words.remove_prefix(2);
    if (words.size() < 4) return std::nullopt;
    const auto year = number_of(words.substr(0, 4), 4);
    if (!year || *year < year_first + 1 || *year > year_last - 1) return std::nullopt;
    const std::string_view rest = words.substr(4);
    if (rest.empty()) {
        if (fiscal) return fiscal_year(*year, context);
        return DateRange{clamped(*year, 1, 1), clamped(*year, 12, 31)};
    }
    if (rest.size() == 3 && (rest.starts_with("-q") || rest.starts_with(" q"))) {
        const auto quarter = number_of(rest.substr(2), 1);
        if (!quarter || *quarter < 1 || *quarter > 4) return std::nullopt;
        if (fiscal) return fiscal_quarter(*year, *quarter, context);
        const Date first = month_start(*year, (*quarter - 1) * 3);
        return DateRange{first, end_of_month(first, 2)};
    }
    if (fiscal) return std::nullopt;
    if (rest.size() == 4 && rest.starts_with("-w")) {
        const auto week = number_of(rest.substr(2), 2);
        const Date first = plus(week_start(clamped(*year, 1, 4), 1), (week.value_or(1) - 1) * 7);
        if (!week || *week < 1 || iso_week(first).week != *week) return std::nullopt;
        return DateRange{first, plus(first, 6)};
    }
    if (rest.size() == 3 && rest.front() == '-') {
        const auto month = number_of(rest.substr(1), 2);
        if (!month || *month < 1 || *month > 12) return std::nullopt;
        return DateRange{clamped(*year, *month, 1), end_of_month(clamped(*year, *month, 1), 0)};
    }
    const auto day = Date::parse(words);
    if (!day) return std::nullopt;
    return DateRange{*day, *day};
}

// "last 30 days": days count today in; larger units are whole ones before or after the present one.
std::optional<DateRange> counted_period(bool last, int count, Unit unit, const Context& context) {
    if (count < 1 || count > 3660) return std::nullopt;
    const Date today = context.today();
    if (unit == Unit::day) return last ? DateRange{plus(today, 1 - count), today} : DateRange{today, plus(today, count - 1)};
    if (last) return DateRange{unit_at(unit, -count, context).first, unit_at(unit, -1, context).last};
    return DateRange{unit_at(unit, 1, context).first, unit_at(unit, count, context).last};
}

const std::vector<std::string>& known_words() {
    static const std::vector<std::string> words = [] {
        std::vector<std::string> all = {"today", "yesterday", "tomorrow", "past", "future", "last 7 days", "last 30 days",
                                        "last 90 days", "next 7 days", "next 30 days"};
        for (const char* when : {"this", "last", "next"})
            for (const char* unit : {"week", "month", "quarter", "year", "fiscal month", "fiscal quarter", "fiscal year"})
                all.push_back(std::string(when) + " " + unit);
        for (const char* unit : {"week", "month", "quarter", "year", "fiscal quarter", "fiscal year"}) all.push_back(std::string(unit) + " to date");
        return all;
    }();
    return words;
}

std::string plain_words(std::string_view words) {
    std::string plain = lower_ascii(trim(words));
    std::replace(plain.begin(), plain.end(), '_', ' ');
    return plain;
}

}  // namespace

FiscalDay fiscal_day(Date day, const Context& context) {
    if (by_weeks(context)) return fiscal_day_by_weeks(day, context);
    const int months = day.month() - context.fiscal_year_start_month;
    const int year = day.year() - (months < 0 ? 1 : 0);
    const int month = (months + 12) % 12;
    const Date first = month_start(year, context.fiscal_year_start_month - 1);
    return {year, month / 3 + 1, month + 1, (day.days - first.days) / 7 + 1};
}

DateRange fiscal_year(int year, const Context& context) {
    if (by_weeks(context)) return {weeks_year_start(year, context), plus(weeks_year_start(year + 1, context), -1)};
    const Date first = month_start(year, context.fiscal_year_start_month - 1);
    return {first, end_of_month(first, 11)};
}

DateRange fiscal_month(int year, int month, const Context& context) {
    carry(year, month, 12);
    if (!by_weeks(context)) {
        const Date first = month_start(year, context.fiscal_year_start_month - 1 + month - 1);
        return {first, end_of_month(first, 0)};
    }
    const Date start = weeks_year_start(year, context);
    // The last period takes a 53rd week.
    const Date last = month == 12 ? plus(weeks_year_start(year + 1, context), -1)
                                  : plus(start, weeks_before(month + 1, context.fiscal_pattern) * 7 - 1);
    return {plus(start, weeks_before(month, context.fiscal_pattern) * 7), last};
}

DateRange fiscal_quarter(int year, int quarter, const Context& context) {
    carry(year, quarter, 4);
    return {fiscal_month(year, quarter * 3 - 2, context).first, fiscal_month(year, quarter * 3, context).last};
}

IsoWeek iso_week(Date day) {
    const Date thursday = plus(day, 4 - day.weekday());  // a week belongs to the year of its Thursday
    const int year = thursday.year();
    return {year, (thursday.days - Date::of(year, 1, 1)->days) / 7 + 1};
}

std::string nearest_period(std::string_view words) { return nearest(plain_words(words), known_words()); }

std::optional<DateRange> period(std::string_view words, const Context& context) {
    const std::string plain = plain_words(words);
    const Date today = context.today();
    if (plain == "today") return DateRange{today, today};
    if (plain == "yesterday") return DateRange{plus(today, -1), plus(today, -1)};
    if (plain == "tomorrow") return DateRange{plus(today, 1), plus(today, 1)};
    if (plain == "past") return DateRange{clamped(year_first, 1, 1), plus(today, -1)};
    if (plain == "future") return DateRange{plus(today, 1), clamped(year_last, 12, 31)};
    if (const auto dots = plain.find(".."); dots != std::string::npos) {
        const auto first = Date::parse(trim(std::string_view(plain).substr(0, dots)));
        const auto last = Date::parse(trim(std::string_view(plain).substr(dots + 2)));
        if (!first || !last) return std::nullopt;
        return DateRange{*first, *last};
    }
    std::vector<std::string> parts = split(plain, ' ');
    std::erase(parts, "");
    const auto fiscal = std::find(parts.begin(), parts.end(), "fiscal");
    const bool is_fiscal = fiscal != parts.end();
    if (is_fiscal) parts.erase(fiscal);
    if (parts.size() == 3 && parts[1] == "to" && parts[2] == "date") {
        const auto unit = unit_of(parts[0], is_fiscal);
        if (!unit) return std::nullopt;
        return DateRange{unit_at(*unit, 0, context).first, today};
    }
    const bool last = !parts.empty() && (parts[0] == "last" || parts[0] == "previous");
    const bool next = !parts.empty() && parts[0] == "next";
    const bool current = !parts.empty() && (parts[0] == "this" || parts[0] == "current");
    if (parts.size() == 2 && (last || next || current)) {
        const auto unit = unit_of(parts[1], is_fiscal);
        if (!unit) return std::nullopt;
        return unit_at(*unit, last ? -1 : next ? 1 : 0, context);
    }
    if (parts.size() == 3 && (last || next)) {
        const auto unit = unit_of(parts[2], is_fiscal);
        const auto count = number_of(parts[1], 4);
        if (!unit || !count) return std::nullopt;
        return counted_period(last, *count, *unit, context);
    }
    return named_period(plain, context);
}

}  // namespace fairlead::formula
