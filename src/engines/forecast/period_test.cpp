// Periods: arithmetic over the turns of years, and what people write.
#include "engines/forecast/period.h"

#include <doctest/doctest.h>

using namespace fairlead;
using namespace fairlead::forecast;

namespace {
std::string read(std::string_view text, DayOrder order = DayOrder::unknown) {
    const auto period = parse_period(text, order);
    return period ? std::string(name_of(period->frequency)) + " " + period->text() : period.refused().code();
}
}  // namespace

TEST_CASE("Periods are read in the forms people write") {
    const std::pair<const char*, const char*> cases[] = {
        {"2026-03", "month 2026-03"}, {"2026/3", "month 2026-03"}, {"03/2026", "month 2026-03"}, {"3.2026", "month 2026-03"}, {"202603", "month 2026-03"},
        {"2026M03", "month 2026-03"}, {"2026-M3", "month 2026-03"}, {"Mar 2026", "month 2026-03"}, {"mar-26", "month 2026-03"}, {"Sept 2026", "month 2026-09"},
        {"2026 March", "month 2026-03"}, {"Tháng 3/2026", "month 2026-03"}, {"T3-2026", "month 2026-03"}, {"thg 12 2026", "month 2026-12"},
        {"2026-W09", "week 2026-W09"}, {"2026W9", "week 2026-W09"}, {"W9 2026", "week 2026-W09"}, {"Tuần 9/2026", "week 2026-W09"}, {"2026-W53", "week 2026-W53"},
        {"2026-Q1", "quarter 2026-Q1"}, {"Q1 2026", "quarter 2026-Q1"}, {"1Q2026", "quarter 2026-Q1"}, {"Q1'26", "no_period"}, {"Q1-26", "quarter 2026-Q1"}, {"Quý 4/2026", "quarter 2026-Q4"},
        {"2026", "year 2026"}, {"FY2026", "year 2026"}, {"17", "number 17"}, {"0", "number 0"}, {"123456789", "number 123456789"},
        {"2026-03-05", "day 2026-03-05"}, {"20260305", "day 2026-03-05"}, {"2026/3/5", "day 2026-03-05"}, {"25/3/2026", "day 2026-03-25"}, {"3/25/2026", "day 2026-03-25"},
        {"5 March 2026", "day 2026-03-05"}, {"March 5, 2026", "day 2026-03-05"}, {"05-Mar-26", "day 2026-03-05"}, {"25/3/26", "day 2026-03-25"}, {"7/7/2026", "day 2026-07-07"},
        {"2026-03-05T13:00:00Z", "hour 2026-03-05T13"}, {"2026-03-05 13:30", "hour 2026-03-05T13"}, {"3/25/2026 1:00 PM", "hour 2026-03-25T13"}, {"3/25/2026 12:00 am", "hour 2026-03-25T00"},
        {"3/4/2026", "ambiguous_date"}, {"2025-W53", "no_such_period"}, {"2026-13", "no_such_period"}, {"2026-02-30", "no_such_period"}, {"2026-Q5", "no_such_period"}, {"2026-03-05 25:00", "no_such_period"},
        {"", "no_period"}, {"total", "no_period"}, {"-5", "no_period"}, {"1998.0769", "no_period"}, {"2026-03-05-07-08-09-10-11-12-13", "no_period"}, {"ma 2026", "no_period"}, {"99999999999999999999", "no_period"}};
    for (const auto& [text, expected] : cases) CHECK_MESSAGE(read(text) == expected, text);
    CHECK(read("3/4/2026", DayOrder::day_first) == "day 2026-04-03");
    CHECK(read("3/4/2026", DayOrder::month_first) == "day 2026-03-04");
}

TEST_CASE("A period's text is read back as the same period") {
    for (const Frequency frequency : {Frequency::hour, Frequency::day, Frequency::week, Frequency::month, Frequency::quarter, Frequency::year})
        for (std::int32_t day = -30'000; day < 60'000; day += 13) {
            const Period period = period_of(Date{day}, frequency);
            const auto read = parse_period(period.text());
            REQUIRE(read);
            CHECK(*read == period);
            CHECK(first_day(period).days <= day);
            CHECK(last_day(period).days >= day);
            CHECK(first_day(period.after(1)).days == last_day(period).days + (frequency == Frequency::hour ? 0 : 1));
            if (frequency == Frequency::hour) break;
        }
}

TEST_CASE("Weeks follow each other over years of 52 and 53 weeks") {
    CHECK(weeks_in_year(2020) == 53);
    CHECK(weeks_in_year(2021) == 52);
    CHECK(weeks_in_year(2026) == 53);
    const auto last = parse_period("2020-W53");
    REQUIRE(last);
    CHECK(last->after(1).text() == "2021-W01");
    CHECK(first_day(*last).text() == "2020-12-28");
    CHECK(period_of(*Date::of(2021, 1, 3), Frequency::week).text() == "2020-W53");
    CHECK(parse_period("2021-W52")->after(1).text() == "2022-W01");
}

TEST_CASE("Days lie in weeks, months, quarters and years; weeks lie in nothing else for certain") {
    const Period day = *parse_period("2026-03-31");
    CHECK(within(day, Frequency::week)->text() == "2026-W14");
    CHECK(within(day, Frequency::month)->text() == "2026-03");
    CHECK(within(day, Frequency::quarter)->text() == "2026-Q1");
    CHECK(within(*parse_period("2026-03"), Frequency::year)->text() == "2026");
    CHECK_FALSE(within(*parse_period("2026-W14"), Frequency::month));
    CHECK_FALSE(within(*parse_period("2026-Q1"), Frequency::month));
    CHECK_FALSE(within(*parse_period("17"), Frequency::month));
    CHECK_FALSE(within(*parse_period("2026-03"), Frequency::week));
}

TEST_CASE("Working days are counted from Monday to Friday") {
    CHECK(working_days(*parse_period("2026-02")) == 20);
    CHECK(working_days(*parse_period("2026-03")) == 22);
    CHECK(working_days(*parse_period("2026-W10")) == 5);
    CHECK(working_days(*parse_period("2026")) == 261);
    CHECK(working_days(*parse_period("2026-03-07")) == 0);
    for (std::int64_t index = 2000 * 12; index < 2100 * 12; ++index) {
        const Period month{Frequency::month, index};
        int counted = 0;
        for (std::int32_t day = first_day(month).days; day <= last_day(month).days; ++day) counted += Date{day}.weekday() <= 5 ? 1 : 0;
        REQUIRE(working_days(month) == counted);
    }
}

TEST_CASE("A column decides what one date leaves open") {
    const auto settled = [](std::initializer_list<const char*> texts) {
        PeriodColumn column;
        for (const char* text : texts) column.look(text);
        const auto done = column.settle();
        if (!done) return done.refused().code();
        const auto period = column.read(*texts.begin());
        return period ? period->text() : period.refused().code();
    };
    CHECK(settled({"3/4/2026", "25/4/2026"}) == "2026-04-03");
    CHECK(settled({"3/4/2026", "4/25/2026"}) == "2026-03-04");
    CHECK(settled({"1/2/2026", "1/3/2026", "1/4/2026"}) == "2026-02-01");
    CHECK(settled({"2/1/2026", "3/1/2026", "4/1/2026"}) == "2026-02-01");
    CHECK(settled({"2/1/2026", "3/4/2026"}) == "ambiguous_dates");
    CHECK(settled({"25/1/2026", "1/25/2026"}) == "mixed_orders");
    CHECK(settled({"7/7/2026", "8/8/2026"}) == "2026-07-07");
    CHECK(settled({"7/7/2026", "8/9/2026"}) == "ambiguous_dates");
    CHECK(settled({"1/1/2026", "1/2/2026"}) == "2026-01-01");
    CHECK(settled({"2020", "2021"}) == "2020");
    PeriodColumn numbers;
    for (int i = 1; i < 3000; ++i) numbers.look(std::to_string(i));
    REQUIRE(numbers.settle());
    CHECK(numbers.read("2026")->frequency == Frequency::number);
}

TEST_CASE("Frequencies are known by letter and word") {
    CHECK(parse_frequency("M") == Frequency::month);
    CHECK(parse_frequency("quarterly") == Frequency::quarter);
    CHECK(parse_frequency("Tuần") == Frequency::week);
    CHECK_FALSE(parse_frequency("fortnight"));
    CHECK(scale_season_of(Frequency::week) == 1);
    CHECK(scale_season_of(Frequency::hour) == 24);
    CHECK(plural_of(Frequency::month, 2) == "months");
}
