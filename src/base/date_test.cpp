// Dates, instants and zones.
#include "base/date.h"

#include <doctest/doctest.h>

using namespace fairlead;

namespace {
Date day(const char* text) { return *Date::parse(text); }
Instant at(const char* text) { return *Instant::parse(text); }
}  // namespace

TEST_CASE("Dates are read, written and refused") {
    CHECK(day("2026-11-25").text() == "2026-11-25");
    CHECK(day("1970-01-01").days == 0);
    CHECK(day("0001-01-01").text() == "0001-01-01");
    CHECK(day("2026-11-25").weekday() == 3);
    CHECK(day("1969-12-28").weekday() == 7);
    for (const char* text : {"2026-02-29", "2026-13-01", "2026-1-1", "0000-01-01", "20261125", "2026-11-25T00:00:00Z", ""})
        CHECK_MESSAGE(!Date::parse(text), text);
}

TEST_CASE("formula-03: months are added to the day and clipped to the month") {
    CHECK(add_months(day("2023-03-31"), -1).text() == "2023-02-28");
    CHECK(add_months(day("2024-01-31"), 1).text() == "2024-02-29");
    CHECK(add_months(day("2023-01-31"), 13).text() == "2024-02-29");
    CHECK(add_months(day("2022-04-30"), 1).text() == "2022-05-30");
    CHECK(end_of_month(day("2022-04-30"), 1).text() == "2022-05-31");
    CHECK(end_of_month(day("2028-01-01"), -3).text() == "2027-10-31");
}

TEST_CASE("dates-08: a monthly date on the 31st does not slide to the 28th") {
    const char* expected[] = {"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"};
    for (int i = 0; i < 6; ++i) CHECK(add_months(day("2026-01-31"), i).text() == expected[i]);
    const char* ends[] = {"2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31"};
    for (int i = 0; i < 4; ++i) CHECK(end_of_month(day("2025-09-30"), i).text() == ends[i]);
}

TEST_CASE("dates-09: payment terms are applied in the order written") {
    CHECK(Date{end_of_month(day("2021-09-13"), 0).days + 45}.text() == "2021-11-14");
    CHECK(end_of_month(Date{day("2021-09-13").days + 45}, 0).text() == "2021-10-31");
    CHECK(end_of_month(day("2020-06-11"), 1).text() == "2020-07-31");
    CHECK(end_of_month(day("2025-02-10"), 1).text() == "2025-03-31");
    CHECK(Date{day("2026-01-31").days + 30}.text() == "2026-03-02");
}

TEST_CASE("Instants are read with their offset and written in UTC") {
    CHECK(at("2026-11-25T04:31:00Z").text() == "2026-11-25T04:31:00Z");
    CHECK(at("2026-11-25T11:31:00+07:00") == at("2026-11-25T04:31:00Z"));
    CHECK(at("2026-11-25T04:31:00.250Z").text() == "2026-11-25T04:31:00.25Z");
    CHECK(at("1969-12-31T23:59:59.999999Z").micros == -1);
    CHECK(at("1969-12-31T23:59:59.999999Z").text() == "1969-12-31T23:59:59.999999Z");
    for (const char* text : {"2026-11-25T04:31:00", "2026-11-25T24:00:00Z", "2026-11-25T04:31Z", "2026-11-25T04:31:00.1234567Z",
                             "2026-11-25T04:31:00+7:00", "2026-11-25T04:31:00.Z"})
        CHECK_MESSAGE(!Instant::parse(text), text);
}

TEST_CASE("dates-04: the day of a moment is that of the organisation's zone") {
    CHECK(date_in_zone(at("2026-03-31T18:30:00Z"), "Asia/Ho_Chi_Minh").text() == "2026-04-01");
    CHECK(date_in_zone(at("2026-03-31T16:59:59Z"), "Asia/Ho_Chi_Minh").text() == "2026-03-31");
    CHECK(date_in_zone(at("2026-03-31T18:30:00Z"), "America/New_York").text() == "2026-03-31");
    CHECK(date_in_zone(at("2026-03-31T18:30:00Z"), "Nowhere/Else").text() == "2026-03-31");
    CHECK(known_zone("Asia/Ho_Chi_Minh"));
    CHECK(!known_zone("Nowhere/Else"));
    CHECK(!known_zone(""));
}

TEST_CASE("dates-03: days on which clocks change have 23 and 25 hours") {
    const auto hours = [](const char* from, const char* to) {
        return (start_of_day(day(to), "Europe/Berlin").micros - start_of_day(day(from), "Europe/Berlin").micros) / 3'600'000'000;
    };
    CHECK(hours("2026-03-29", "2026-03-30") == 23);
    CHECK(hours("2026-10-25", "2026-10-26") == 25);
}

TEST_CASE("dates-02: the offset is that of the day itself") {
    CHECK(start_of_day(day("2025-05-18"), "Europe/Rome").text() == "2025-05-17T22:00:00Z");
    CHECK(start_of_day(day("2025-12-01"), "Europe/Rome").text() == "2025-11-30T23:00:00Z");
}

TEST_CASE("A day that has no midnight starts where the clocks jump to") {
    CHECK(start_of_day(day("2018-11-04"), "America/Sao_Paulo").text() == "2018-11-04T03:00:00Z");
    CHECK(date_in_zone(start_of_day(day("2018-11-04"), "America/Sao_Paulo"), "America/Sao_Paulo").text() == "2018-11-04");
}
