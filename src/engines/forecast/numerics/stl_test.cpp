#include "engines/forecast/numerics/stl.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/r_answers.h"
#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::r_answers;

TEST_CASE("STL is that of R without jumps") {
    for (const auto& r : r_answers().of("stl")) {
        CAPTURE(r.series);
        const auto& values = r_answers().series.at(r.series);
        const StlParts parts = stl(values, r_answers().season.at(r.series), 11);
        for (std::size_t t = 0; t < values.size(); ++t) {
            CHECK(std::abs(parts.season[t] - r.at("season")[t]) < 1e-8 * values[t]);
            CHECK(std::abs(parts.trend[t] - r.at("trend")[t]) < 1e-8 * values[t]);
        }
    }
}

TEST_CASE("Two seasons are told apart") {
    std::vector<double> values, day, week;
    const double pi = 3.14159265358979323846;
    for (int t = 0; t < 24 * 7 * 6; ++t) {
        day.push_back(20 * std::sin(2 * pi * t / 24));
        week.push_back(15 * std::cos(2 * pi * t / 168));
        values.push_back(500 + 0.05 * t + day.back() + week.back());
    }
    const std::vector<int> seasons{24, 168, 2000};
    const MstlParts parts = mstl(values, seasons);
    REQUIRE(parts.seasons == std::vector<int>{24, 168});  // 2000 hours: fewer than two rounds
    for (std::size_t t = 0; t < values.size(); ++t) {
        CHECK(std::abs(parts.parts[0][t] - day[t]) < 2);
        CHECK(std::abs(parts.parts[1][t] - week[t]) < 2);
        CHECK(parts.without_season[t] + parts.parts[0][t] + parts.parts[1][t] == doctest::Approx(values[t]));
    }
}

TEST_CASE("Shortest series and constants decompose") {
    const std::vector<double> two_rounds{1, 2, 3, 4, 2, 3, 4, 5}, constant(30, 7.0);
    for (const double value : stl(two_rounds, 4, 11).season) CHECK(std::isfinite(value));
    const StlParts parts = stl(constant, 7, 11);
    for (const double value : parts.season) CHECK(std::abs(value) < 1e-9);
    for (const double value : parts.trend) CHECK(value == doctest::Approx(7));
    CHECK(mstl(two_rounds, std::vector<int>{12}).seasons.empty());
}

}  // namespace
}  // namespace fairlead::forecast
