// Functions of dates and moments. A moment counts as the day it falls on in the organisation's time zone.
#include <algorithm>

#include "base/text.h"
#include "formula/functions.h"
#include "formula/local_time.h"
#include "formula/period.h"

namespace fairlead::formula {
namespace {

constexpr std::int64_t months_max = 12 * 9999;
constexpr std::int64_t days_max = 3'652'058;

// True when a date among the first `count` arguments is missing: the result is empty then.
bool missing(const Call& call, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        if (call.at(i).is_empty()) {
            call.result.set_empty();
            return true;
        }
    return false;
}

bool give_date(const Call& call, std::int64_t days) {
    if (days < Date::of(1, 1, 1)->days || days > Date::of(9999, 12, 31)->days) return call.bad("The date lies outside the years 1 to 9999");
    call.result.set(Date{static_cast<std::int32_t>(days)});
    return true;
}
bool give_whole(const Call& call, std::int64_t number) {
    call.result.set_whole(number);
    return true;
}

bool run_date(const Call& call) {
    std::int64_t year = 0, month = 0, day = 0;
    if (!call.whole(0, 1, 9999, "The year", year) || !call.whole(1, -months_max, months_max, "The month", month) ||
        !call.whole(2, -days_max, days_max, "The day", day))
        return false;
    const std::int64_t months = (year - 1) * 12 + month - 1;  // months and days may run over
    if (months < 0 || months >= months_max) return call.bad("The date lies outside the years 1 to 9999");
    const Date first = *Date::of(static_cast<int>(months / 12) + 1, static_cast<int>(months % 12) + 1, 1);
    return give_date(call, std::int64_t{first.days} + day - 1);
}

template <class Part>
bool part_of_date(const Call& call, Part part) {
    if (missing(call, 1)) return true;
    return give_whole(call, part(call.date(0)));
}
bool run_year(const Call& call) { return part_of_date(call, [](Date d) { return d.year(); }); }
bool run_month(const Call& call) { return part_of_date(call, [](Date d) { return d.month(); }); }
bool run_day(const Call& call) { return part_of_date(call, [](Date d) { return d.day(); }); }
bool run_quarter(const Call& call) { return part_of_date(call, [](Date d) { return (d.month() - 1) / 3 + 1; }); }
bool run_isoweeknum(const Call& call) { return part_of_date(call, [](Date d) { return iso_week(d).week; }); }
bool run_isoyear(const Call& call) { return part_of_date(call, [](Date d) { return iso_week(d).year; }); }
bool run_fiscal_year(const Call& call) { return part_of_date(call, [&](Date d) { return fiscal_day(d, call.evaluator.context()).year; }); }
bool run_fiscal_quarter(const Call& call) { return part_of_date(call, [&](Date d) { return fiscal_day(d, call.evaluator.context()).quarter; }); }
bool run_fiscal_month(const Call& call) { return part_of_date(call, [&](Date d) { return fiscal_day(d, call.evaluator.context()).month; }); }
bool run_fiscal_week(const Call& call) { return part_of_date(call, [&](Date d) { return fiscal_day(d, call.evaluator.context()).week; }); }

bool part_of_time(const Call& call, std::int64_t unit, std::int64_t count) {
    if (missing(call, 1)) return true;
    if (call.at(0).kind != Datum::instant) return give_whole(call, 0);
    return give_whole(call, local_time(Instant{call.at(0).as_whole()}, call.evaluator.context()).micros / unit % count);
}
bool run_hour(const Call& call) { return part_of_time(call, 3'600'000'000, 24); }
bool run_minute(const Call& call) { return part_of_time(call, 60'000'000, 60); }
bool run_second(const Call& call) { return part_of_time(call, 1'000'000, 60); }

bool run_weekday(const Call& call) {
    if (missing(call, 1)) return true;
    std::int64_t kind = 1;
    if (call.count() > 1 && !call.whole(1, 1, 3, "The kind of WEEKDAY", kind)) return false;
    const int iso = call.date(0).weekday();
    return give_whole(call, kind == 1 ? iso % 7 + 1 : kind == 2 ? iso : iso - 1);
}
bool run_weeknum(const Call& call) {
    if (missing(call, 1)) return true;
    std::int64_t kind = 1;
    if (call.count() > 1 && !call.whole(1, 1, 21, "The kind of WEEKNUM", kind)) return false;
    const Date day = call.date(0);
    if (kind == 21) return give_whole(call, iso_week(day).week);
    if (kind != 1 && kind != 2) return call.bad("The kind of WEEKNUM is 1 (weeks begin on Sunday), 2 (Monday) or 21 (ISO)");
    const Date first = *Date::of(day.year(), 1, 1);
    const int before = kind == 1 ? first.weekday() % 7 : first.weekday() - 1;  // days of the first week in the old year
    return give_whole(call, (day.days - first.days + before) / 7 + 1);
}

bool shift_months(const Call& call, bool to_end) {
    if (missing(call, 1)) return true;
    std::int64_t months = 0;
    if (!call.whole(1, -months_max, months_max, "The number of months", months)) return false;
    const Date day = call.date(0);
    const std::int64_t target = std::int64_t{day.year()} * 12 + day.month() - 1 + months;
    if (target < 12 || target >= 12 * 10'000) return call.bad("The date lies outside the years 1 to 9999");
    call.result.set(to_end ? end_of_month(day, static_cast<int>(months)) : add_months(day, static_cast<int>(months)));
    return true;
}
bool run_edate(const Call& call) { return shift_months(call, false); }
bool run_eomonth(const Call& call) { return shift_months(call, true); }

bool run_days(const Call& call) {
    if (missing(call, 2)) return true;
    return give_whole(call, std::int64_t{call.date(0).days} - call.date(1).days);
}

int whole_months(Date from, Date to) {
    return (to.year() - from.year()) * 12 + to.month() - from.month() - (to.day() < from.day() ? 1 : 0);
}

bool run_datedif(const Call& call) {
    if (missing(call, 2)) return true;
    const Date from = call.date(0), to = call.date(1);
    if (to < from) return call.bad("DATEDIF needs the earlier date first");
    const std::string unit = upper_ascii(call.text(2));
    if (unit == "D") return give_whole(call, to.days - from.days);
    if (unit == "M") return give_whole(call, whole_months(from, to));
    if (unit == "Y") return give_whole(call, whole_months(from, to) / 12);
    if (unit == "YM") return give_whole(call, whole_months(from, to) % 12);
    if (unit == "MD") return give_whole(call, to.days - add_months(from, whole_months(from, to)).days);
    if (unit == "YD") {
        // 29 February is reached on 1 March where there is none.
        const Date anniversary = add_months(from, whole_months(from, to) / 12 * 12);
        return give_whole(call, to.days - anniversary.days - (anniversary.day() < from.day() ? 1 : 0));
    }
    return call.bad("The unit of DATEDIF is \"Y\", \"M\", \"D\", \"YM\", \"MD\" or \"YD\"");
}

// The holidays of a call: the dates given as third and later arguments, else the organisation's.
std::vector<Date> holidays_of(const Call& call) {
    std::vector<Date> days;
    if (call.count() <= 2) return call.evaluator.context().holidays;
    for (std::size_t i = 2; i < call.count(); ++i) {
        const Datum& given = call.at(i);
        if (given.kind == Datum::list && given.items) {
            for (const Value& item : *given.items)
                if (item.is<Date>()) days.push_back(item.as<Date>());
        } else if (!given.is_empty()) {
            days.push_back(call.date(i));
        }
    }
    std::sort(days.begin(), days.end());
    return days;
}

// Days from Monday to Friday before `day`, counted from a Monday long ago.
std::int64_t weekdays_before(Date day) {
    const std::int64_t since = std::int64_t{day.days} + 719'162;  // since Monday, 0001-01-01
    return since / 7 * 5 + std::min<std::int64_t>(since % 7, 5);
}

// Working holidays within [first, last], each once.
std::int64_t holidays_within(std::vector<Date> days, Date first, Date last) {
    days.erase(std::unique(days.begin(), days.end()), days.end());
    return std::count_if(days.begin(), days.end(), [&](Date d) { return d >= first && d <= last && d.weekday() <= 5; });
}

bool run_networkdays(const Call& call) {
    if (missing(call, 2)) return true;
    const Date from = std::min(call.date(0), call.date(1)), to = std::max(call.date(0), call.date(1));
    const std::int64_t count = weekdays_before(Date{to.days + 1}) - weekdays_before(from) - holidays_within(holidays_of(call), from, to);
    return give_whole(call, call.date(1) < call.date(0) ? -count : count);
}

bool run_workday(const Call& call) {
    if (missing(call, 1)) return true;
    std::int64_t left = 0;
    if (!call.whole(1, -100'000, 100'000, "The number of working days", left)) return false;
    std::vector<Date> days = holidays_of(call);
    days.erase(std::unique(days.begin(), days.end()), days.end());
    const int step = left < 0 ? -1 : 1;
    std::int64_t day = call.date(0).days;
    for (left = left < 0 ? -left : left; left > 0;) {
        day += step;
        const Date at{static_cast<std::int32_t>(day)};
        if (at.weekday() <= 5 && !std::binary_search(days.begin(), days.end(), at)) --left;
    }
    return give_date(call, day);
}

bool run_today(const Call& call) {
    call.result.set(call.evaluator.context().today());
    return true;
}
bool run_now(const Call& call) {
    call.result.set(call.evaluator.context().now);
    return true;
}
bool run_datevalue(const Call& call) {
    if (missing(call, 1)) return true;
    if (call.at(0).kind != Datum::text) {
        call.result.set(call.date(0));
        return true;
    }
    const auto day = Date::parse(trim(call.at(0).chars));
    if (!day) return call.bad("\"" + call.at(0).chars + "\" is not a date; write it as 2026-11-25");
    call.result.set(*day);
    return true;
}
bool run_start_of_day(const Call& call) {
    if (missing(call, 1)) return true;
    call.result.set(start_of_day(call.date(0), call.evaluator.context().zone));
    return true;
}

bool known_period(const Call& call, std::size_t i, DateRange& range) {
    const std::string words = call.text(i);
    const auto found = period(words, call.evaluator.context());
    if (!found) {
        const std::string near = nearest_period(words);
        return call.bad("\"" + words + "\" is not a period" + (near.empty() ? "; examples are \"this quarter\" and \"last 30 days\"" : "; did you mean \"" + near + "\"?"));
    }
    range = *found;
    return true;
}
bool run_in_period(const Call& call) {
    DateRange range;
    if (!known_period(call, 1, range)) return false;
    call.result.set(!call.at(0).is_empty() && range.contains(call.date(0)));
    return true;
}
bool run_period_start(const Call& call) {
    DateRange range;
    if (!known_period(call, 0, range)) return false;
    call.result.set(range.first);
    return true;
}
bool run_period_end(const Call& call) {
    DateRange range;
    if (!known_period(call, 0, range)) return false;
    call.result.set(range.last);
    return true;
}

bool length_of(const Call& call, std::int64_t unit) {
    const auto micros = multiply(call.number(0), Decimal::of(unit));
    const auto whole = micros ? micros->to_scaled(0, Rounding::half_away) : std::nullopt;
    if (!whole) return call.too_large();
    call.result.set(Duration{*whole});
    return true;
}
bool run_hours(const Call& call) { return length_of(call, 3'600'000'000); }
bool run_minutes(const Call& call) { return length_of(call, 60'000'000); }
bool run_in_hours(const Call& call) {
    if (missing(call, 1)) return true;
    return call.give(divide(Decimal{call.at(0).number * Decimal::one}, Decimal::of(3'600'000'000)));
}

constexpr std::string_view group = "Dates";
constexpr Function functions[] = {
    {"DATE", group, "nnn", 'd', run_date, nullptr, false, true, false, "DATE(year, month, day)", "A date. Months and days may run over: month 13 is January of the next year.", "DATE(2026, 2, 30)", "2026-03-02"},
    {"DATEDIF", group, "ddt", 'w', run_datedif, nullptr, false, true, false, "DATEDIF(from, to, unit)",
     "Whole years \"Y\", months \"M\" or days \"D\" between two dates; \"YM\", \"MD\", \"YD\" give what is left. A month is whole when its day is reached.", "DATEDIF(DATE(2024, 2, 29), DATE(2025, 2, 28), \"M\")", "11"},
    {"DATEVALUE", group, "e", 'd', run_datevalue, nullptr, false, true, false, "DATEVALUE(moment or text)", "The day of a moment in the organisation's time zone, or the date a text spells (2026-11-25).", "DATEVALUE(\"2026-11-25\")", "2026-11-25"},
    {"DAY", group, "d", 'w', run_day, nullptr, false, true, true, "DAY(date)", "The day of the month.", "DAY(DATE(2026, 11, 25))", "25"},
    {"DAYS", group, "dd", 'w', run_days, nullptr, false, true, true, "DAYS(end, start)", "The number of days between two dates.", "DAYS(DATE(2026, 3, 1), DATE(2026, 2, 1))", "28"},
    {"EDATE", group, "dn", 'd', run_edate, nullptr, false, true, false, "EDATE(date, months)", "The same day so many months later, clipped to the end of a shorter month.", "EDATE(DATE(2024, 1, 31), 1)", "2024-02-29"},
    {"EOMONTH", group, "dn", 'd', run_eomonth, nullptr, false, true, false, "EOMONTH(date, months)", "The last day of the month so many months later.", "EOMONTH(DATE(2022, 4, 30), 1)", "2022-05-31"},
    {"FISCAL_MONTH", group, "d", 'w', run_fiscal_month, nullptr, false, false, false, "FISCAL_MONTH(date)", "The period of the fiscal year, 1 to 12.", "FISCAL_MONTH(DATE(2026, 3, 1))", "3"},
    {"FISCAL_QUARTER", group, "d", 'w', run_fiscal_quarter, nullptr, false, false, false, "FISCAL_QUARTER(date)", "The quarter of the fiscal year, 1 to 4.", "FISCAL_QUARTER(DATE(2026, 12, 15))", "4"},
    {"FISCAL_WEEK", group, "d", 'w', run_fiscal_week, nullptr, false, false, false, "FISCAL_WEEK(date)", "The week of the fiscal year.", "FISCAL_WEEK(DATE(2026, 1, 8))", "2"},
    {"FISCAL_YEAR", group, "d", 'w', run_fiscal_year, nullptr, false, false, false, "FISCAL_YEAR(date)", "The fiscal year, named by the calendar year in which it begins.", "FISCAL_YEAR(DATE(2026, 11, 25))", "2026"},
    {"HOUR", group, "d", 'w', run_hour, nullptr, false, false, false, "HOUR(moment)", "The hour in the organisation's time zone.", "HOUR(START_OF_DAY(DATE(2026, 11, 25)))", "0"},
    {"HOURS", group, "n", 'u', run_hours, nullptr, false, true, false, "HOURS(number)", "A duration of so many hours.", "IN_HOURS(HOURS(2.5))", "2.5"},
    {"IN_HOURS", group, "u", 'n', run_in_hours, nullptr, false, true, false, "IN_HOURS(duration)", "The hours of a duration as a number.", "IN_HOURS(MINUTES(90))", "1.5"},
    {"IN_PERIOD", group, "dt", 'b', run_in_period, nullptr, true, false, true, "IN_PERIOD(date, period)",
     "True when the date lies in the period: \"today\", \"this week\", \"last fiscal quarter\", \"next 30 days\", \"year to date\", \"2026-Q1\", \"FY2026\".", "IN_PERIOD(DATE(2026, 2, 3), \"2026-Q1\")", "TRUE"},
    {"ISOWEEKNUM", group, "d", 'w', run_isoweeknum, nullptr, false, true, false, "ISOWEEKNUM(date)", "The week by ISO 8601: weeks begin on Monday and belong to the year of their Thursday.", "ISOWEEKNUM(DATE(2021, 1, 1))", "53"},
    {"ISOYEAR", group, "d", 'w', run_isoyear, nullptr, false, true, false, "ISOYEAR(date)", "The year to which the ISO week belongs.", "ISOYEAR(DATE(2021, 1, 1))", "2020"},
    {"MINUTE", group, "d", 'w', run_minute, nullptr, false, false, false, "MINUTE(moment)", "The minute in the organisation's time zone.", "MINUTE(START_OF_DAY(DATE(2026, 11, 25)))", "0"},
    {"MINUTES", group, "n", 'u', run_minutes, nullptr, false, true, false, "MINUTES(number)", "A duration of so many minutes.", "IN_HOURS(MINUTES(30))", "0.5"},
    {"MONTH", group, "d", 'w', run_month, nullptr, false, true, true, "MONTH(date)", "The month, 1 to 12.", "MONTH(DATE(2026, 11, 25))", "11"},
    {"NETWORKDAYS", group, "dde*", 'w', run_networkdays, nullptr, false, false, false, "NETWORKDAYS(from, to, holidays)",
     "Working days, Monday to Friday, both ends counted; without the third argument the organisation's holidays are left out.", "NETWORKDAYS(DATE(2026, 1, 1), DATE(2026, 1, 10), DATE(2026, 1, 1), DATE(2026, 1, 2))", "5"},
    {"NOW", group, "", 'i', run_now, nullptr, true, false, true, "NOW()", "This moment.", "NOW() >= START_OF_DAY(TODAY())", "TRUE"},
    {"PERIOD_END", group, "t", 'd', run_period_end, nullptr, true, false, true, "PERIOD_END(period)", "The last day of a period.", "PERIOD_END(\"2026-Q1\")", "2026-03-31"},
    {"PERIOD_START", group, "t", 'd', run_period_start, nullptr, true, false, true, "PERIOD_START(period)", "The first day of a period.", "PERIOD_START(\"2026-Q1\")", "2026-01-01"},
    {"QUARTER", group, "d", 'w', run_quarter, nullptr, false, true, true, "QUARTER(date)", "The quarter of the calendar year.", "QUARTER(DATE(2026, 11, 25))", "4"},
    {"SECOND", group, "d", 'w', run_second, nullptr, false, false, false, "SECOND(moment)", "The second.", "SECOND(START_OF_DAY(DATE(2026, 11, 25)))", "0"},
    {"START_OF_DAY", group, "d", 'i', run_start_of_day, nullptr, false, false, false, "START_OF_DAY(date)", "The moment at which the day begins in the organisation's time zone.", "DATEVALUE(START_OF_DAY(DATE(2026, 11, 25)))", "2026-11-25"},
    {"TODAY", group, "", 'd', run_today, nullptr, true, false, true, "TODAY()", "Today in the organisation's time zone.", "TODAY() = DATEVALUE(NOW())", "TRUE"},
    {"WEEKDAY", group, "dn?", 'w', run_weekday, nullptr, false, true, false, "WEEKDAY(date, kind)", "1 Sunday to 7 Saturday; kind 2: 1 Monday to 7 Sunday; kind 3: 0 Monday to 6 Sunday.", "WEEKDAY(DATE(2026, 11, 25), 2)", "3"},
    {"WEEKNUM", group, "dn?", 'w', run_weeknum, nullptr, false, true, false, "WEEKNUM(date, kind)", "The week of the year: weeks begin on Sunday (kind 1), Monday (2), or by ISO 8601 (21).", "WEEKNUM(DATE(2026, 1, 4))", "2"},
    {"WORKDAY", group, "dne*", 'd', run_workday, nullptr, false, false, false, "WORKDAY(from, days, holidays)", "The date so many working days later (or earlier); holidays as in NETWORKDAYS.", "WORKDAY(DATE(2026, 11, 27), 1)", "2026-11-30"},
    {"YEAR", group, "d", 'w', run_year, nullptr, false, true, true, "YEAR(date)", "The year.", "YEAR(DATE(2026, 11, 25))", "2026"},
};

}  // namespace

std::span<const Function> date_functions() { return functions; }

}  // namespace fairlead::formula
