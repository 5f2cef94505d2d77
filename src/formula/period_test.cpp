// Periods in words and fiscal calendars.
#include "formula/period.h"

#include <doctest/doctest.h>

#include "formula/sample_for_tests.h"

using namespace fairlead;
using namespace fairlead::formula;
using namespace fairlead::formula::sample;

namespace {
Context on(const char* today, int start_month = 1) {
    Context c;
    c.now = at((std::string(today) + "T12:00:00Z").c_str());
    c.fiscal_year_start_month = start_month;
    return c;
}
std::string range(std::string_view words, const Context& c) {
    const auto found = period(words, c);
    return found ? found->first.text() + ".." + found->last.text() : "none";
}
}  // namespace

TEST_CASE("dates-07: fiscal quarters are blocks of three months from the start month") {
    const struct { const char* date; int start, year, quarter; const char* range; } cases[] = {
        {"2026-01-31", 2, 2025, 4, "2025-11-01..2026-01-31"}, {"2026-02-01", 2, 2026, 1, "2026-02-01..2026-04-30"}, {"2026-03-31", 4, 2025, 4, "2026-01-01..2026-03-31"},
        {"2026-06-30", 7, 2025, 4, "2026-04-01..2026-06-30"}, {"2026-12-15", 11, 2026, 1, "2026-11-01..2027-01-31"}};
    for (const auto& c : cases) {
        const Context context = on(c.date, c.start);
        CHECK(fiscal_day(day(c.date), context).year == c.year);
        CHECK(fiscal_day(day(c.date), context).quarter == c.quarter);
        CHECK(range("this fiscal quarter", context) == c.range);
        CHECK(range("current_fiscal_quarter", context) == c.range);
    }
}

TEST_CASE("dates-06: a 4-4-5 year takes its 53rd week into the last period") {
    Context context = on("2024-06-01", 2);
    context.fiscal_pattern = FiscalPattern::weeks_445;
    const struct { const char* date; int year, week, month; } cases[] = {{"2024-01-28", 2023, 52, 12}, {"2024-01-29", 2024, 1, 1}, {"2024-02-25", 2024, 4, 1}, {"2024-02-26", 2024, 5, 2},
        {"2025-01-26", 2024, 52, 12}, {"2025-01-27", 2024, 53, 12}, {"2025-02-02", 2024, 53, 12}, {"2025-02-03", 2025, 1, 1}};
    for (const auto& c : cases) {
        const FiscalDay found = fiscal_day(day(c.date), context);
        CHECK_MESSAGE(found.year == c.year, c.date);
        CHECK_MESSAGE(found.week == c.week, c.date);
        CHECK_MESSAGE(found.month == c.month, c.date);
    }
    const auto weeks = [&](int year) { return (fiscal_year(year, context).last.days - fiscal_year(year, context).first.days + 1) / 7; };
    CHECK(weeks(2023) == 52);
    CHECK(weeks(2024) == 53);
}

TEST_CASE("Every day falls into exactly one fiscal month, quarter and year, by months and by weeks") {
    for (const FiscalPattern pattern : {FiscalPattern::months, FiscalPattern::weeks_445, FiscalPattern::weeks_454, FiscalPattern::weeks_544}) {
        for (const int start : {1, 2, 7, 11}) {
            Context context = on("2026-11-25", start);
            context.fiscal_pattern = pattern;
            for (Date d = day("2023-12-01"); d < day("2026-03-01"); ++d.days) {
                const FiscalDay at_day = fiscal_day(d, context);
                REQUIRE(fiscal_month(at_day.year, at_day.month, context).contains(d));
                REQUIRE(fiscal_quarter(at_day.year, at_day.quarter, context).contains(d));
                REQUIRE(fiscal_year(at_day.year, context).contains(d));
                REQUIRE(fiscal_month(at_day.year, at_day.month + 1, context).first.days == fiscal_month(at_day.year, at_day.month, context).last.days + 1);
            }
        }
    }
}

TEST_CASE("Period words mean what people expect on a Wednesday in November") {
    const Context context = on("2026-11-25", 4);
    const std::pair<const char*, const char*> cases[] = {{"today", "2026-11-25..2026-11-25"}, {"Yesterday", "2026-11-24..2026-11-24"}, {"this week", "2026-11-23..2026-11-29"},
        {"last week", "2026-11-16..2026-11-22"}, {"next month", "2026-12-01..2026-12-31"}, {"this quarter", "2026-10-01..2026-12-31"}, {"next quarter", "2027-01-01..2027-03-31"},
        {"last quarter", "2026-07-01..2026-09-30"}, {"this year", "2026-01-01..2026-12-31"}, {"this fiscal year", "2026-04-01..2027-03-31"}, {"last fiscal quarter", "2026-07-01..2026-09-30"},
        {"last 30 days", "2026-10-27..2026-11-25"}, {"next 7 days", "2026-11-25..2026-12-01"}, {"last 3 months", "2026-08-01..2026-10-31"}, {"next 2 weeks", "2026-11-30..2026-12-13"},
        {"last_n_days", "none"}, {"year to date", "2026-01-01..2026-11-25"}, {"fiscal year to date", "2026-04-01..2026-11-25"}, {"2026-Q1", "2026-01-01..2026-03-31"}, {"2026", "2026-01-01..2026-12-31"},
        {"2024-02", "2024-02-01..2024-02-29"}, {"2026-W53", "2026-12-28..2027-01-03"}, {"2025-W53", "none"}, {"2026-W00", "none"}, {"FY2026", "2026-04-01..2027-03-31"}, {"FY2026-Q4", "2027-01-01..2027-03-31"},
        {"2026-11-25", "2026-11-25..2026-11-25"}, {"2026-01-01..2026-01-31", "2026-01-01..2026-01-31"}, {"this decade", "none"}, {"", "none"}, {"last 0 days", "none"}, {"2026-13", "none"}, {"this fiscal day", "none"}};
    for (const auto& c : cases) CHECK_MESSAGE(range(c.first, context) == c.second, c.first);
    CHECK(nearest_period("this quater") == "this quarter");
}
