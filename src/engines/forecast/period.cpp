// Arithmetic and reading of periods.
#include "engines/forecast/period.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace fairlead::forecast {
namespace {

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Date must(std::optional<Date> date) {
    ensure(date.has_value(), "a period of a series lies between the years 1 and 9999");
    return *date;
}

// The ISO year and week in which a day lies: those of its Thursday.
struct IsoWeek {
    int year = 0, week = 0;
};
IsoWeek iso_week(std::int64_t index) {
    const Date thursday{static_cast<std::int32_t>(index * 7)};  // week 0 has 1970-01-01, a Thursday
    const int year = thursday.year();
    return {year, static_cast<int>((thursday.days - must(Date::of(year, 1, 1)).days) / 7) + 1};
}
std::int64_t week_index(int iso_year, int week) {
    const Date fourth = must(Date::of(iso_year, 1, 4));  // always in week 1
    return period_of(fourth, Frequency::week).index + week - 1;
}

std::string padded(std::int64_t number, int width) {
    std::string text = std::to_string(number);
    if (static_cast<int>(text.size()) < width) text.insert(0, static_cast<std::size_t>(width) - text.size(), '0');
    return text;
}

// ---- Reading ------------------------------------------------------------------------------------------------

struct Token {
    std::string text;
    bool digits = false;
    char before = 0;  // the sign before it, where there is one
    int number() const { return digits && text.size() <= 8 ? std::stoi(text) : -1; }
    bool year() const { return digits && text.size() == 4; }
};

constexpr std::array<std::string_view, 12> months{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};

int month_named(std::string_view word) {
    if (word.size() < 3) return 0;
    for (std::size_t i = 0; i < months.size(); ++i)
        if (months[i].starts_with(word) || (word == "sept" && i == 8)) return static_cast<int>(i) + 1;
    return 0;
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), word) != words.end(); }
bool week_word(std::string_view word) { return one_of(word, {"w", "wk", "week", "kw", "tuan"}); }
bool quarter_word(std::string_view word) { return one_of(word, {"q", "quarter", "qtr", "quy"}); }
bool month_word(std::string_view word) { return one_of(word, {"m", "t", "thang", "thg", "month"}); }
bool year_word(std::string_view word) { return one_of(word, {"fy", "year", "nam", "y"}); }

// Runs of digits and of letters; empty where anything else than the usual signs stands between them.
std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    char sign = 0;
    for (const char c : text) {
        const bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'z';
        if (!digit && !letter) {
            if (std::string_view(" -/.,:_+").find(c) == std::string_view::npos) return {};
            sign = sign == 0 || sign == ' ' ? c : sign;
            if (tokens.empty() && c != ' ') return {};
            continue;
        }
        if (tokens.empty() || sign != 0 || tokens.back().digits != digit) tokens.push_back({"", digit, tokens.empty() ? '\0' : sign});
        sign = 0;
        tokens.back().text += c;
        if (tokens.size() > 9 || tokens.back().text.size() > 18) return {};
    }
    return tokens;
}

Refused none(std::string_view text) {
    return refuse(Why::invalid, "no_period", "\"" + std::string(text.substr(0, 60)) + "\" is no period: write 2026-03-05, 2026-03, 2026-W10, 2026-Q1, 2026 or a number", "period", {{"text", std::string(text.substr(0, 60))}});
}
Refused no_such(std::string_view text, const std::string& why) {
    return refuse(Why::invalid, "no_such_period", "There is no " + std::string(text) + ": " + why, "period", {{"text", std::string(text)}});
}

Result<Period> month(std::string_view text, int year, int month) {
    if (month < 1 || month > 12) return no_such(text, "a year has 12 months");
    return Period{Frequency::month, std::int64_t{year} * 12 + month - 1};
}
Result<Period> quarter(std::string_view text, int year, int quarter) {
    if (quarter < 1 || quarter > 4) return no_such(text, "a year has 4 quarters");
    return Period{Frequency::quarter, std::int64_t{year} * 4 + quarter - 1};
}
Result<Period> week(std::string_view text, int year, int week) {
    if (year < 1 || year > 9998) return none(text);
    if (week < 1 || week > weeks_in_year(year)) return no_such(text, std::to_string(year) + " has " + std::to_string(weeks_in_year(year)) + " weeks (ISO 8601)");
    return Period{Frequency::week, week_index(year, week)};
}

int full_year(const Token& token) {
    const int number = token.number();
    return token.text.size() == 2 ? number + (number < 70 ? 2000 : 1900) : number;
}

// A day, with the hour behind it where one is written.
Result<Period> day(std::string_view text, int year, int month, int day, const std::vector<Token>& tokens, std::size_t rest) {
    const std::optional<Date> date = Date::of(year, month, day);
    if (!date) return no_such(text, month < 1 || month > 12 ? "a year has 12 months" : "the month has no such day");
    if (rest == tokens.size()) return Period{Frequency::day, date->days};
    std::size_t at = rest;
    if (tokens[at].text == "t") ++at;
    if (at == tokens.size() || !tokens[at].digits || tokens[at].text.size() > 2) return none(text);
    int hour = tokens[at++].number();
    for (int parts = 0; at < tokens.size() && tokens[at].digits && parts < 3; ++at, ++parts) {}  // minutes, seconds, parts of them
    if (at < tokens.size() && (tokens[at].text == "am" || tokens[at].text == "pm")) {
        if (hour < 1 || hour > 12) return none(text);
        hour = hour % 12 + (tokens[at++].text == "pm" ? 12 : 0);
    }
    if (at < tokens.size() && one_of(tokens[at].text, {"z", "utc"})) ++at;
    if (at != tokens.size()) return none(text);
    if (hour > 23) return no_such(text, "a day has 24 hours, 0 to 23");
    return Period{Frequency::hour, std::int64_t{date->days} * 24 + hour};
}

// Two numbers and a year: day and month in one of two orders.
struct TwoNumbers {
    int first = 0, second = 0;
};
std::optional<TwoNumbers> two_numbers(const std::vector<Token>& t) {
    if (t.size() < 3 || !t[0].digits || !t[1].digits || !t[2].digits || t[0].text.size() > 2 || t[1].text.size() > 2) return std::nullopt;
    if (t[2].text.size() != 4 && !(t[2].text.size() == 2 && t[1].before == t[2].before && t[1].before != ':')) return std::nullopt;
    return TwoNumbers{t[0].number(), t[1].number()};
}

Result<Period> parse_tokens(std::string_view text, const std::vector<Token>& t, DayOrder order) {
    const std::size_t n = t.size();
    if (n == 1 && t[0].digits) {
        const std::string& digits = t[0].text;
        if (digits.size() == 8) {
            const int y = std::stoi(digits.substr(0, 4)), m = std::stoi(digits.substr(4, 2)), d = std::stoi(digits.substr(6));
            if (const auto date = Date::of(y, m, d); date && y >= 1800 && y < 2200) return Period{Frequency::day, date->days};
        }
        if (digits.size() == 6) {
            const int y = std::stoi(digits.substr(0, 4)), m = std::stoi(digits.substr(4));
            if (y >= 1800 && y < 2200 && m >= 1 && m <= 12) return Period{Frequency::month, std::int64_t{y} * 12 + m - 1};
        }
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || number > 1'000'000'000'000) return none(text);
        return Period{digits.size() == 4 && number >= 1800 && number < 2200 ? Frequency::year : Frequency::number, number};
    }
    if (n < 2) return none(text);
    // A year with a word: FY2026, năm 2026.
    if (n == 2 && year_word(t[0].text) && t[1].year()) return Period{Frequency::year, t[1].number()};
    if (n == 2 && t[0].year() && t[1].digits && t[1].text.size() <= 2) return month(text, t[0].number(), t[1].number());
    if (n == 2 && t[1].year() && t[0].digits && t[0].text.size() <= 2) return month(text, t[1].number(), t[0].number());
    // A month by its name: Mar 2026, Mar-26, 2026 March.
    if (n == 2 && !t[0].digits && t[1].digits)
        if (const int m = month_named(t[0].text); m != 0 && (t[1].year() || t[1].text.size() == 2)) return month(text, full_year(t[1]), m);
    if (n == 2 && t[0].year() && !t[1].digits)
        if (const int m = month_named(t[1].text); m != 0) return month(text, t[0].number(), m);
    if (n == 3) {
        // 2026W9, 2026-Q1, 2026M03; W9 2026, Q1/2026, tháng 3/2026; 1Q2026.
        const bool year_first = t[0].year() && !t[1].digits && t[2].digits && t[2].text.size() <= 2;
        const bool year_last = !t[0].digits && t[1].digits && t[1].text.size() <= 2 && (t[2].year() || (quarter_word(t[0].text) && t[2].digits && t[2].text.size() == 2));
        const bool middle = t[0].digits && t[0].text.size() <= 2 && !t[1].digits && t[2].year();
        if (year_first || year_last || middle) {
            const std::string& word = t[year_last ? 0 : 1].text;
            const int year = year_first ? t[0].number() : full_year(t[2]), number = year_first ? t[2].number() : year_last ? t[1].number() : t[0].number();
            if (week_word(word)) return week(text, year, number);
            if (quarter_word(word)) return quarter(text, year, number);
            if (month_word(word) && !(middle && word != "thang")) return month(text, year, number);
        }
    }
    if (n >= 3) {
        if (t[0].year() && t[1].digits && t[2].digits && t[1].text.size() <= 2 && t[2].text.size() <= 2) return day(text, t[0].number(), t[1].number(), t[2].number(), t, 3);
        // 5 March 2026, March 5 2026.
        if (t[0].digits && t[0].text.size() <= 2 && t[2].digits && (t[2].year() || t[2].text.size() == 2))
            if (const int m = month_named(t[1].text); m != 0) return day(text, full_year(t[2]), m, t[0].number(), t, 3);
        if (t[1].digits && t[1].text.size() <= 2 && t[2].year())
            if (const int m = month_named(t[0].text); m != 0) return day(text, t[2].number(), m, t[1].number(), t, 3);
        if (const auto two = two_numbers(t)) {
            const int year = full_year(t[2]);
            if (two->first > 12) return day(text, year, two->second, two->first, t, 3);
            if (two->second > 12) return day(text, year, two->first, two->second, t, 3);
            if (two->first != two->second && order == DayOrder::unknown)
                return refuse(Why::invalid, "ambiguous_date", "\"" + std::string(text) + "\" may be day/month or month/day: say which, as --dates dmy or --dates mdy", "period", {{"text", std::string(text)}});
            return order == DayOrder::month_first ? day(text, year, two->first, two->second, t, 3) : day(text, year, two->second, two->first, t, 3);
        }
    }
    return none(text);
}

}  // namespace

std::string_view name_of(Frequency frequency) {
    constexpr std::array<std::string_view, 7> names{"number", "hour", "day", "week", "month", "quarter", "year"};
    return names[static_cast<std::size_t>(frequency)];
}

std::string_view plural_of(Frequency frequency, std::int64_t count) {
    constexpr std::array<std::string_view, 7> one{"period", "hour", "day", "week", "month", "quarter", "year"}, many{"periods", "hours", "days", "weeks", "months", "quarters", "years"};
    return (count == 1 ? one : many)[static_cast<std::size_t>(frequency)];
}

int season_of(Frequency frequency) {
    constexpr std::array<int, 7> seasons{1, 24, 7, 52, 12, 4, 1};
    return seasons[static_cast<std::size_t>(frequency)];
}

int scale_season_of(Frequency frequency) { return frequency == Frequency::day || frequency == Frequency::week ? 1 : season_of(frequency); }

std::optional<Frequency> parse_frequency(std::string_view text) {
    const std::string word = fold(text);
    if (one_of(word, {"h", "hour", "hours", "hourly", "gio"})) return Frequency::hour;
    if (one_of(word, {"d", "day", "days", "daily", "ngay"})) return Frequency::day;
    if (one_of(word, {"w", "week", "weeks", "weekly", "tuan"})) return Frequency::week;
    if (one_of(word, {"m", "month", "months", "monthly", "thang"})) return Frequency::month;
    if (one_of(word, {"q", "quarter", "quarters", "quarterly", "quy"})) return Frequency::quarter;
    if (one_of(word, {"y", "a", "year", "years", "yearly", "annual", "nam"})) return Frequency::year;
    if (one_of(word, {"n", "number", "numbers", "none"})) return Frequency::number;
    return std::nullopt;
}

std::string Period::text() const {
    switch (frequency) {
        case Frequency::number: return std::to_string(index);
        case Frequency::hour: return Date{static_cast<std::int32_t>(floor_divide(index, 24))}.text() + "T" + padded(index - floor_divide(index, 24) * 24, 2);
        case Frequency::day: return Date{static_cast<std::int32_t>(index)}.text();
        case Frequency::week: {
            const IsoWeek week = iso_week(index);
            return padded(week.year, 4) + "-W" + padded(week.week, 2);
        }
        case Frequency::month: return padded(floor_divide(index, 12), 4) + "-" + padded(index - floor_divide(index, 12) * 12 + 1, 2);
        case Frequency::quarter: return padded(floor_divide(index, 4), 4) + "-Q" + std::to_string(index - floor_divide(index, 4) * 4 + 1);
        case Frequency::year: return padded(index, 4);
    }
    return {};
}

Period period_of(Date day, Frequency frequency) {
    switch (frequency) {
        case Frequency::hour: return {frequency, std::int64_t{day.days} * 24};
        case Frequency::day: return {frequency, day.days};
        case Frequency::week: return {frequency, floor_divide(std::int64_t{day.days} + 3, 7)};
        case Frequency::month: return {frequency, std::int64_t{day.year()} * 12 + day.month() - 1};
        case Frequency::quarter: return {frequency, std::int64_t{day.year()} * 4 + (day.month() - 1) / 3};
        case Frequency::year: return {frequency, day.year()};
        case Frequency::number: break;
    }
    throw InvariantBroken("a number has no place in the calendar");
}

Date first_day(Period period) {
    switch (period.frequency) {
        case Frequency::hour: return Date{static_cast<std::int32_t>(floor_divide(period.index, 24))};
        case Frequency::day: return Date{static_cast<std::int32_t>(period.index)};
        case Frequency::week: return Date{static_cast<std::int32_t>(period.index * 7 - 3)};
        case Frequency::month: return must(Date::of(static_cast<int>(floor_divide(period.index, 12)), static_cast<int>(period.index - floor_divide(period.index, 12) * 12) + 1, 1));
        case Frequency::quarter: return first_day({Frequency::month, period.index * 3});
        case Frequency::year: return must(Date::of(static_cast<int>(period.index), 1, 1));
        case Frequency::number: break;
    }
    throw InvariantBroken("a number has no place in the calendar");
}

Date last_day(Period period) {
    if (period.frequency == Frequency::hour || period.frequency == Frequency::day) return first_day(period);
    if (period.frequency == Frequency::week) return Date{first_day(period).days + 6};
    const int months = period.frequency == Frequency::month ? 1 : period.frequency == Frequency::quarter ? 3 : 12;
    return end_of_month(first_day(period), months - 1);
}

int weeks_in_year(int iso_year) { return static_cast<int>(week_index(iso_year + 1, 1) - week_index(iso_year, 1)); }

int working_days(Period period) {
    const std::int32_t first = first_day(period).days, last = last_day(period).days;
    int count = (last - first + 1) / 7 * 5;
    for (std::int32_t day = last - (last - first + 1) % 7 + 1; day <= last; ++day) count += Date{day}.weekday() <= 5 ? 1 : 0;
    return count;
}

std::optional<Period> within(Period period, Frequency coarser) {
    if (period.frequency == coarser) return period;
    if (period.frequency == Frequency::number || coarser == Frequency::number || coarser < period.frequency) return std::nullopt;
    if (period.frequency == Frequency::hour || period.frequency == Frequency::day) return period_of(first_day(period), coarser);
    if (period.frequency == Frequency::week) return std::nullopt;
    return period_of(first_day(period), coarser);
}

Result<Period> parse_period(std::string_view text, DayOrder order) {
    const std::string_view trimmed = trim(text);
    if (trimmed.empty() || trimmed.size() > 60) return none(trimmed);
    const std::string folded = fold(trimmed);
    const std::vector<Token> tokens = tokens_of(folded);
    if (tokens.empty()) return none(trimmed);
    return parse_tokens(trimmed, tokens, order);
}

void PeriodColumn::look(std::string_view text) {
    const std::string folded = fold(trim(text));
    const std::vector<Token> tokens = tokens_of(folded);
    if (tokens.size() == 1 && tokens[0].digits) {
        const auto read = parse_period(text);
        if (!read) return;
        if (read->frequency == Frequency::number) numbers_ = true, years_ = false;
        return;
    }
    const auto two = two_numbers(tokens);
    if (!two) return;
    if (two->first > 12) {
        if (!day_first_) day_first_example_ = text;
        day_first_ = true;
    } else if (two->second > 12) {
        if (!month_first_) month_first_example_ = text;
        month_first_ = true;
    } else {
        if (two->first != two->second && !ambiguous_) {
            ambiguous_ = true;
            example_ = text;
        }
        if (first_ == 0) first_ = two->first, second_ = two->second;
        first_varies_ = first_varies_ || two->first != first_;
        second_varies_ = second_varies_ || two->second != second_;
    }
}

Result<void> PeriodColumn::settle(DayOrder asked) {
    if (asked != DayOrder::unknown) {
        order_ = asked;
        return {};
    }
    if (day_first_ && month_first_)
        return refuse(Why::invalid, "mixed_orders", "The dates are written in two orders: " + day_first_example_ + " has the day first, " + month_first_example_ + " the month. Write all in one way, best as 2026-03-05", "period");
    if (day_first_) order_ = DayOrder::day_first;
    else if (month_first_) order_ = DayOrder::month_first;
    else if (ambiguous_ && first_varies_ != second_varies_) order_ = first_varies_ ? DayOrder::month_first : DayOrder::day_first;  // 1/1, 2/1, 3/1: what stays the same is the day
    else if (ambiguous_)
        return refuse(Why::invalid, "ambiguous_dates", "Nothing in the file tells whether " + example_ + " is day/month or month/day: say --dates dmy or --dates mdy", "period");
    return {};
}

Result<Period> PeriodColumn::read(std::string_view text) const {
    auto read = parse_period(text, order_);
    // Where some are numbers, all are: 2026 among 1 to 3000 is no year.
    if (read && numbers_ && read->frequency == Frequency::year && trim(text).size() == 4) read->frequency = Frequency::number;
    return read;
}

}  // namespace fairlead::forecast
