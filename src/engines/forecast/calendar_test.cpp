// Calendars against dates that are known: new years of the moon, Easters, days off as governments told them.
#include "engines/forecast/calendar.h"

#include <doctest/doctest.h>

#include <map>

#include "base/text.h"
#include "engines/forecast/lunar.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

Date day(std::string_view text) { return *Date::parse(text); }

std::string weekdays_off(std::string_view code, int year) {
    const Calendar* calendar = Calendar::find(code);
    REQUIRE(calendar != nullptr);
    std::string out;
    for (const Date one : calendar->days_off(year))
        if (one.weekday() <= 5) out += (out.empty() ? "" : " ") + one.text().substr(5);
    return out;
}

const Festival& festival(const Calendar& calendar, std::string_view name) {
    for (const Festival& one : calendar.festivals())
        if (one.name == name) return one;
    FAIL("no such festival");
    return calendar.festivals().front();
}

}  // namespace

TEST_CASE("Tet is on the day that Vietnam kept, also where China kept another") {
    const std::pair<int, const char*> known[] = {{1968, "1968-01-29"}, {1985, "1985-01-21"}, {2000, "2000-02-05"}, {2001, "2001-01-24"}, {2002, "2002-02-12"}, {2003, "2003-02-01"}, {2004, "2004-01-22"}, {2005, "2005-02-09"},
                                                 {2006, "2006-01-29"}, {2007, "2007-02-17"}, {2008, "2008-02-07"}, {2009, "2009-01-26"}, {2010, "2010-02-14"}, {2011, "2011-02-03"}, {2012, "2012-01-23"}, {2013, "2013-02-10"},
                                                 {2014, "2014-01-31"}, {2015, "2015-02-19"}, {2016, "2016-02-08"}, {2017, "2017-01-28"}, {2018, "2018-02-16"}, {2019, "2019-02-05"}, {2020, "2020-01-25"}, {2021, "2021-02-12"},
                                                 {2022, "2022-02-01"}, {2023, "2023-01-22"}, {2024, "2024-02-10"}, {2025, "2025-01-29"}, {2026, "2026-02-17"}, {2027, "2027-02-06"}, {2028, "2028-01-26"}, {2029, "2029-02-13"},
                                                 {2030, "2030-02-02"}};
    for (const auto& [year, expected] : known) CHECK_MESSAGE(lunar_month(year, 1, 7).text() == expected, year);
    for (const auto& [year, expected] : {std::pair{1985, "1985-02-20"}, {2007, "2007-02-18"}, {2030, "2030-02-03"}, {2033, "2033-01-31"}, {2034, "2034-02-19"}}) CHECK_MESSAGE(lunar_month(year, 1, 8).text() == expected, year);
    CHECK(lunar_month(2027, 1, 9).text() == "2027-02-07");  // Seollal is a day later
    // The day of the Hung Kings as it was announced.
    for (const auto& [year, expected] : {std::pair{2020, "2020-04-02"}, {2021, "2021-04-21"}, {2022, "2022-04-10"}, {2023, "2023-04-29"}, {2024, "2024-04-18"}, {2025, "2025-04-07"}})
        CHECK(Date{lunar_month(year, 3, 7).days + 9}.text() == expected);
    // A leap month stands between the same months (the second of 2023, the fourth of 2020, the sixth of 2025).
    CHECK(lunar_month(2023, 3, 7).days - lunar_month(2023, 2, 7).days == 59);
    CHECK(lunar_month(2020, 5, 8).days - lunar_month(2020, 4, 8).days == 59);
    CHECK(lunar_month(2025, 7, 8).days - lunar_month(2025, 6, 8).days == 59);
}

TEST_CASE("Lunar months follow each other by 29 or 30 days, but for leap months, and years by 353 to 385") {
    for (const int hours : {7, 8, 9})
        for (int year = 1900; year < 2199; ++year) {
            int leap = 0;
            for (int month = 1; month <= 12; ++month) {
                const int days = (month < 12 ? lunar_month(year, month + 1, hours) : lunar_month(year + 1, 1, hours)).days - lunar_month(year, month, hours).days;
                if (days > 31) ++leap;
                CHECK_MESSAGE(((days >= 29 && days <= 30) || (days >= 58 && days <= 60)), year, " ", month, " ", days);
            }
            CHECK(leap <= 1);
        }
}

TEST_CASE("Easter, equinoxes and Qingming") {
    const std::pair<int, const char*> known[] = {{1954, "1954-04-18"}, {1961, "1961-04-02"}, {1981, "1981-04-19"}, {2000, "2000-04-23"}, {2008, "2008-03-23"}, {2011, "2011-04-24"}, {2016, "2016-03-27"}, {2019, "2019-04-21"},
                                                 {2020, "2020-04-12"}, {2021, "2021-04-04"}, {2022, "2022-04-17"}, {2023, "2023-04-09"}, {2024, "2024-03-31"}, {2025, "2025-04-20"}, {2026, "2026-04-05"}, {2027, "2027-03-28"},
                                                 {2038, "2038-04-25"}, {2285, "2285-03-22"}};
    for (const auto& [year, expected] : known) CHECK_MESSAGE(easter_sunday(year).text() == expected, year);
    CHECK(day_of_sun(2024, 0, 9).text() == "2024-03-20");
    CHECK(day_of_sun(2023, 0, 9).text() == "2023-03-21");
    CHECK(day_of_sun(2024, 180, 9).text() == "2024-09-22");
    CHECK(day_of_sun(2023, 180, 9).text() == "2023-09-23");
    CHECK(day_of_sun(2024, 15, 8).text() == "2024-04-04");
    CHECK(day_of_sun(2023, 15, 8).text() == "2023-04-05");
}

TEST_CASE("Working days that were off are as governments told them") {
    // Vietnam: the year's notices, but for days swapped with a Saturday.
    CHECK(weekdays_off("VN", 2020) == "01-01 01-23 01-24 01-27 01-28 01-29 04-02 04-30 05-01 09-02");
    CHECK(weekdays_off("VN", 2021) == "01-01 02-10 02-11 02-12 02-15 02-16 04-21 04-30 05-03 09-02 09-03");
    CHECK(weekdays_off("VN", 2023) == "01-02 01-20 01-23 01-24 01-25 01-26 05-01 05-02 05-03 09-01 09-04");
    CHECK(weekdays_off("VN", 2025) == "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 09-01 09-02");
    CHECK(weekdays_off("US", 2021) == "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31");  // the new year 2022 was a Saturday
    CHECK(weekdays_off("US", 2026) == "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25");
    CHECK(weekdays_off("GB", 2022) == "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
    CHECK(weekdays_off("GB", 2020) == "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
    CHECK(weekdays_off("DE", 2024) == "01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26");
    CHECK(weekdays_off("FR", 2024) == "01-01 04-01 05-01 05-08 05-09 05-20 08-15 11-01 11-11 12-25");
    CHECK(weekdays_off("JP", 2019) == "01-01 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-06 07-15 08-12 09-16 09-23 10-14 10-22 11-04");
    CHECK(weekdays_off("JP", 2026) == "01-01 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23");
    CHECK(weekdays_off("KR", 2025) == "01-01 01-28 01-29 01-30 03-03 05-05 05-06 06-06 08-15 10-03 10-06 10-07 10-08 10-09 12-25");
    CHECK(weekdays_off("NL", 2014).find("04-28") == std::string::npos);  // the King's day was a Sunday, kept on Saturday
    CHECK(weekdays_off("AU", 2022) == "01-03 01-26 04-15 04-18 04-25 09-22 12-26 12-27");
    CHECK(weekdays_off("CA", 2024) == "01-01 03-29 05-20 07-01 09-02 09-30 10-14 11-11 12-25 12-26");
    CHECK(weekdays_off("plain", 2024).empty());
}

TEST_CASE("A calendar is found by its code, keeps its rules for a year, and tells nothing outside of its years") {
    CHECK(Calendar::find("vn") == Calendar::find("VN"));
    CHECK(Calendar::find("XX") == nullptr);
    CHECK(Calendar::codes().size() >= 26);
    for (const std::string& code : Calendar::codes()) {
        const Calendar& calendar = *Calendar::find(code);
        for (const Festival& one : calendar.festivals())
            for (std::size_t i = 0; i < one.times.size(); ++i) {
                CHECK(one.times[i].first <= one.times[i].last);
                CHECK(one.times[i].last.days - one.times[i].first.days < 31);
                if (i > 0) CHECK(one.times[i - 1].last < one.times[i].first);
            }
    }
    CHECK_FALSE(Calendar::find("US")->off(day("1949-12-25")));
    const Festival& tet = festival(*Calendar::find("VN"), "Tet");
    for (const auto& days : tet.times)
        if (days.first.year() == 2026) {
            CHECK(days.first.text() == "2026-02-15");
            CHECK(days.last.text() == "2026-02-21");
        }
}

TEST_CASE("Working days leave out the holidays of a calendar, and what is given instead of them") {
    const Calendar* vietnam = Calendar::find("VN");
    CHECK(working_days({Frequency::month, 2025 * 12}, nullptr) == 23);
    CHECK(working_days({Frequency::month, 2025 * 12}, vietnam) == 17);
    CHECK(working_days({Frequency::month, 2024 * 12 + 1}, vietnam) == 16);  // 8 to 14 February
    CHECK(working_days({Frequency::quarter, 2025 * 4}, vietnam) == 64 - 6);
    CHECK(working_days(period_of(day("2025-01-29"), Frequency::week), vietnam) == 0);
    CHECK(working_days({Frequency::month, 2023 * 12}, Calendar::find("plain")) == working_days({Frequency::month, 2023 * 12}));
}
