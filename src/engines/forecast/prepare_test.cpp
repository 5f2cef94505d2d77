// Series as they come: each rule of preparation, and that it says what it did.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engines/forecast/series.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

RawSeries raw(std::initializer_list<std::pair<const char*, double>> rows) {
    RawSeries series;
    series.id = "A";
    for (const auto& [period, value] : rows) series.observations.push_back({*parse_period(period), value});
    return series;
}
RawSeries numbered(const std::vector<double>& values, Frequency frequency = Frequency::number, std::int64_t first = 1) {
    RawSeries series;
    series.id = "A";
    for (std::size_t i = 0; i < values.size(); ++i) series.observations.push_back({{frequency, first + static_cast<std::int64_t>(i)}, values[i]});
    return series;
}
bool has(const Series& series, std::string_view code) {
    for (const Note& note : series.notes)
        if (note.code == code) return true;
    return false;
}
std::string message(const Series& series, std::string_view code) {
    for (const Note& note : series.notes)
        if (note.code == code) return note.message;
    return {};
}
std::string refusal(const Result<Series>& result) { return result ? "none" : result.refused().code(); }
using Values = std::vector<double>;
PrepareOptions until(const char* day) {
    PrepareOptions options;
    options.last_day = Date::parse(day);
    return options;
}

}  // namespace

TEST_CASE("forecast-01: months without sales are zeros, also those after the last sale until the file's end") {
    const auto series = prepare(raw({{"2026-01", 1000}, {"2026-03", 1000}, {"2026-06", 1000}}), {});
    REQUIRE(series);
    CHECK(series->values == Values{1000, 0, 1000, 0, 0, 1000});
    CHECK(series->first.text() == "2026-01");
    CHECK(message(*series, "zero_gaps") == "Nothing was recorded in 2026-02, 2026-04, 2026-05: zero there");
    const auto longer = prepare(raw({{"2026-01", 1000}, {"2026-03", 1000}}), until("2026-06-30"));
    REQUIRE(longer);
    CHECK(longer->values == Values{1000, 0, 1000, 0, 0, 0});
    PrepareOptions level;
    level.measure = Measure::level;
    const auto price = prepare(raw({{"2026-01", 10}, {"2026-03", 20}, {"2026-04", 20}}), level);
    REQUIRE(price);
    CHECK(price->values == Values{10, 15, 20, 20});
    CHECK(has(*price, "filled"));
}

TEST_CASE("forecast-02: the running month is left out, whatever the day, and forecast") {
    const auto rows = raw({{"2026-01", 310}, {"2026-02", 280}, {"2026-03", 310}, {"2026-04", 300}, {"2026-05", 310}, {"2026-06", 90}});
    for (const char* today : {"2026-06-01", "2026-06-10", "2026-06-20", "2026-06-30"}) {
        PrepareOptions options;
        options.today = Date::parse(today);
        const auto series = prepare(rows, options);
        REQUIRE(series);
        CHECK(series->last().text() == "2026-05");
        CHECK(series->values.back() == 310);
        CHECK(has(*series, "partial_period"));
    }
    PrepareOptions july;
    july.today = Date::parse("2026-07-01");
    CHECK(prepare(rows, july)->last().text() == "2026-06");
    PrepareOptions january;
    january.today = Date::parse("2026-01-05");
    CHECK(refusal(prepare(rows, january)) == "no_history");
}

TEST_CASE("forecast-03: rows of one month are added, in any order, or refused by name where so asked") {
    const auto rows = raw({{"2026-03", 110}, {"2026-03", 0}, {"2026-01", 100}, {"2026-02", 40}, {"2026-02", 60}});
    const auto series = prepare(rows, {});
    REQUIRE(series);
    CHECK(series->values == Values{100, 100, 110});
    CHECK(message(*series, "duplicates") == "Several values of one month were added: 2026-02, 2026-03");
    PrepareOptions strict;
    strict.duplicates = Duplicates::refuse;
    const auto refused = prepare(rows, strict);
    REQUIRE_FALSE(refused);
    CHECK(refused.refused().message() == "It has several values for 2026-02, 2026-03");
    PrepareOptions level;
    level.measure = Measure::level;
    CHECK(prepare(rows, level)->values == Values{100, 50, 55});
}

TEST_CASE("forecast-05: months before the first sale are not zeros, written empty or written zero") {
    const auto series = prepare(raw({{"2025-01", none}, {"2025-02", none}, {"2025-03", none}, {"2025-04", none}, {"2025-05", none}, {"2025-06", none}, {"2025-07", 50}, {"2025-08", 60}, {"2025-09", 55}, {"2025-10", 65}, {"2025-11", 60}, {"2025-12", 70}}), {});
    REQUIRE(series);
    CHECK(series->first.text() == "2025-07");
    CHECK(series->values == Values{50, 60, 55, 65, 60, 70});
    CHECK(has(*series, "leading_empty"));
    Values late(14, 0);
    for (int i = 0; i < 10; ++i) late.push_back(i % 3 == 0 ? 0 : 5);
    const auto sold = prepare(numbered(late), {});
    REQUIRE(sold);
    CHECK(sold->values.size() == 9);
    CHECK(has(*sold, "not_yet_sold"));
    // Zeros among other zeros are demand that comes rarely.
    const auto rare = prepare(numbered({0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 2, 0}), {});
    REQUIRE(rare);
    CHECK(rare->values.size() == 12);
}

TEST_CASE("One value is a series; none, or only empty cells, is not") {
    const auto one = prepare(raw({{"2026-01", 128050}}), {});
    REQUIRE(one);
    CHECK(one->values == Values{128050});
    CHECK(has(*one, "short_history"));
    CHECK(refusal(prepare(raw({}), {})) == "no_history");
    CHECK(refusal(prepare(raw({{"2026-01", none}, {"2026-02", none}}), {})) == "no_history");
}

TEST_CASE("Days become months, with the first and the last only where the file covers them") {
    RawSeries days;
    days.id = "A";
    for (std::int32_t day = Date::of(2026, 1, 20)->days; day <= Date::of(2026, 6, 10)->days; ++day) days.observations.push_back({{Frequency::day, day}, 1});
    PrepareOptions options;
    options.frequency = Frequency::month;
    options.first_day = Date::of(2026, 1, 20);
    options.last_day = Date::of(2026, 6, 10);
    const auto series = prepare(days, options);
    REQUIRE(series);
    CHECK(series->values == Values{28, 31, 30, 31});
    CHECK(series->first.text() == "2026-02");
    CHECK(has(*series, "aggregated"));
    options.keep_partial = true;
    CHECK(prepare(days, options)->values == Values{12, 28, 31, 30, 31, 10});
    // A missing day or two at the end of a month are a weekend.
    options.keep_partial = false;
    options.last_day = Date::of(2026, 5, 30);
    days.observations.resize(days.observations.size() - 11);
    CHECK(prepare(days, options)->last().text() == "2026-05");
}

TEST_CASE("The frequency is found from the dates, and months beside quarters are refused") {
    const auto found = [](std::initializer_list<const char*> texts) -> std::string {
        RawSeries series;
        for (const char* text : texts) series.observations.push_back({*parse_period(text), 1});
        const auto frequency = find_frequency(series.observations);
        return frequency ? std::string(name_of(frequency->frequency)) + (frequency->regular ? "" : "?") : frequency.refused().code();
    };
    CHECK(found({"2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"}) == "month");
    CHECK(found({"2026-01-31", "2026-02-28", "2026-03-31", "2026-06-30"}) == "month?");
    CHECK(found({"2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"}) == "quarter");
    CHECK(found({"2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01"}) == "year");
    CHECK(found({"2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"}) == "week");
    CHECK(found({"2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"}) == "day");
    CHECK(found({"2026-01-05T00", "2026-01-05T01", "2026-01-05T02", "2026-01-05T03"}) == "hour");
    CHECK(found({"2026-01-05 00:00:00", "2026-01-06 00:00:00", "2026-01-09 00:00:00"}) == "day?");
    CHECK(found({"2026-W01", "2026-W02"}) == "week?");
    CHECK(found({"1", "2", "3", "4"}) == "number");
    CHECK(found({"2026-01", "2026-02", "2026-Q2"}) == "mixed_periods");
    PrepareOptions quarters;
    quarters.frequency = Frequency::quarter;
    CHECK(prepare(raw({{"2026-01", 1}, {"2026-02", 2}, {"2026-Q2", 4}}), quarters)->values == Values{3, 4});
    PrepareOptions months;
    months.frequency = Frequency::month;
    CHECK(refusal(prepare(raw({{"2026-01", 1}, {"2026-Q2", 4}}), months)) == "mixed_periods");
    // Rare sales that happen to keep a quarter's distance are months where the file has months.
    PrepareOptions file;
    file.file_frequency = Frequency::month;
    CHECK(prepare(raw({{"2026-01", 1}, {"2026-04", 2}, {"2026-10", 4}}), file)->values.size() == 10);
}

TEST_CASE("Empty cells inside are filled, on top of the season where one is known; more than half are refused") {
    Values values;
    for (int i = 0; i < 48; ++i) values.push_back(100 + i + (i % 12 == 11 ? 80 : 0));
    values[20] = none;
    values[35] = none;  // a December
    const auto series = prepare(numbered(values, Frequency::month, 2020 * 12), {});
    REQUIRE(series);
    CHECK(series->values[20] == doctest::Approx(120).epsilon(0.02));
    CHECK(series->values[35] == doctest::Approx(215).epsilon(0.05));
    CHECK(has(*series, "filled"));
    CHECK(refusal(prepare(numbered({1, none, none, none, none, 2}), {})) == "too_many_gaps");
}

TEST_CASE("Mistyped years and values beyond reckoning are refused") {
    CHECK(refusal(prepare(raw({{"0202-01-01", 1}, {"2026-01-02", 1}}), {})) == "span_too_long");
    CHECK(refusal(prepare(raw({{"2026-01", 1e200}}), {})) == "not_a_number");
    CHECK(refusal(prepare(raw({{"2026-01", std::numeric_limits<double>::infinity()}}), {})) == "not_a_number");
}

TEST_CASE("Outliers and lasting steps are told, and mended or cut where so asked") {
    Values values;
    for (int i = 0; i < 60; ++i) values.push_back(100 + (i * 37 % 11) - 5);
    CHECK_FALSE(has(*prepare(numbered(values), {}), "outlier"));
    CHECK_FALSE(has(*prepare(numbered(values), {}), "level_shift"));
    Values spiked = values;
    spiked[30] = 1000;
    const auto told = prepare(numbered(spiked), {});
    CHECK(has(*told, "outlier"));
    CHECK(told->values[30] == 1000);
    PrepareOptions mend;
    mend.outliers = Outliers::mend;
    CHECK(prepare(numbered(spiked), mend)->values[30] == doctest::Approx(100).epsilon(0.06));
    Values shifted = values;
    for (std::size_t i = 40; i < shifted.size(); ++i) shifted[i] += 80;
    const auto step = prepare(numbered(shifted), {});
    CHECK(message(*step, "level_shift") == "Its level rises for good in 41");
    PrepareOptions cut;
    cut.shifts = Shifts::cut;
    CHECK(prepare(numbered(shifted), cut)->first.text() == "41");
    // A steady trend is no step, a season no row of outliers.
    Values trend;
    for (int i = 0; i < 72; ++i) trend.push_back(10 * i + (i * 37 % 11) + (i % 12 == 11 ? 300 : 0));
    const auto steady = prepare(numbered(trend, Frequency::month, 24000), {});
    CHECK_FALSE(has(*steady, "level_shift"));
    CHECK_FALSE(has(*steady, "outlier"));
}

TEST_CASE("What a series is, is said: zero, constant, negative, ended") {
    CHECK(has(*prepare(numbered(Values(24, 0)), {}), "all_zero"));
    CHECK(has(*prepare(numbered(Values(24, 42)), {}), "constant"));
    const auto net = prepare(numbered({120, -30, 80, 60, -10, 90}), {});
    CHECK(has(*net, "negative_values"));
    CHECK_FALSE(net->not_negative);
    const auto over = prepare(numbered({5, 6, 4, 5, 6, 0, 0, 0, 0, 0, 0}), {});
    CHECK(over->ended);
    CHECK(has(*over, "ended"));
    const auto rare = prepare(numbered({5, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0}), {});
    CHECK_FALSE(rare->ended);
    CHECK_FALSE(has(*rare, "outlier"));
}

TEST_CASE("Values per working day are values over the working days of their month") {
    PrepareOptions options;
    options.working_days = true;
    const auto series = prepare(raw({{"2026-01", 220}, {"2026-02", 200}}), options);
    REQUIRE(series);
    CHECK(series->values == Values{10, 10});
    CHECK(refusal(prepare(numbered({1, 2, 3}), options)) == "no_working_days");
}
