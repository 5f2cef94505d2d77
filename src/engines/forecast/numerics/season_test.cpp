#include "engines/forecast/numerics/season.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/linear.h"

namespace fairlead::forecast {
namespace {
using testing::series;

TEST_CASE("The test of a season by its formula") {
    const auto values = series({.count = 48, .level = 100, .swing = 12, .season = 12, .noise = 6});
    const auto r = autocorrelations(values, 12);
    double sum = 0;
    for (int lag = 0; lag < 11; ++lag) sum += r[lag] * r[lag];
    CHECK(shows_season(values, 12) == (std::abs(r[11]) > 1.645 / std::sqrt(48.0) * std::sqrt(1 + 2 * sum)));
    CHECK(shows_season(series({.count = 48, .level = 100, .swing = 50, .season = 12, .noise = 1}), 12));
    CHECK_FALSE(shows_season(std::vector<double>(48, 3.0), 12));
    CHECK_FALSE(
        shows_season(series({.count = 35, .level = 100, .swing = 50, .season = 12, .noise = 1}), 12));  // under three
    CHECK_FALSE(shows_season(values, 1));
}

TEST_CASE("Indices by hand") {
    // Season of 2 with ratios 1.5 and 0.5 around 10: averages (5 + 15 + 5 / 2 ...) are all 10.
    const std::vector<double> values{15, 5, 15, 5, 15, 5, 15, 5};
    const auto times = seasonal_indices(values, 2, SeasonKind::multiplicative),
               plus = seasonal_indices(values, 2, SeasonKind::additive);
    CHECK(times[0] == doctest::Approx(1.5));
    CHECK(times[1] == doctest::Approx(0.5));
    CHECK(plus[0] == doctest::Approx(5));
    CHECK(plus[1] == doctest::Approx(-5));
    CHECK(seasonal_indices(values, 5, SeasonKind::additive).empty());
    CHECK(seasonal_indices(std::vector<double>{1, -3, 1, -3, 1, -3}, 2, SeasonKind::multiplicative).empty());
}

TEST_CASE("What is taken out comes back, by ratios for values above zero and by differences else") {
    for (const double level : {100.0, 10.0}) {
        const auto values = series({.count = 60, .level = level, .swing = 30, .season = 12, .noise = 1});
        const Deseasonalised plain = deseasonalise(values, 12);
        REQUIRE(plain.seasonal);
        CHECK((plain.kind == SeasonKind::multiplicative) == (level == 100));
        for (std::size_t t = 0; t < values.size(); ++t)
            CHECK(plain.with_season(plain.values[t], t) == doctest::Approx(values[t]));
        CHECK(plain.index(0) == plain.index(12));
    }
    const Deseasonalised none = deseasonalise(std::vector<double>{1, 2, 3}, 12);
    CHECK_FALSE(none.seasonal);
    CHECK(none.with_season(7, 2) == 7);
}

TEST_CASE("Least squares and symmetric systems") {
    const Line line = fit_line(std::vector<double>{3, 5, 7, 9});
    CHECK(line.start == doctest::Approx(3));
    CHECK(line.slope == doctest::Approx(2));
    CHECK(fit_line(std::vector<double>{4}).start == 4);
    std::vector<std::vector<double>> columns{{1, 1, 1, 1}, {0, 1, 2, 3}, {0, 1, 0, 1}};
    std::vector<double> y;
    y.reserve(4);
    for (int t = 0; t < 4; ++t) y.push_back(2 - 3 * columns[1][t] + 1e-3 * columns[2][t]);
    const auto b = least_squares(columns, y);
    REQUIRE(b.size() == 3);
    CHECK(b[0] == doctest::Approx(2));
    CHECK(b[1] == doctest::Approx(-3));
    CHECK(b[2] == doctest::Approx(1e-3));
    columns[2] = columns[1];
    CHECK(least_squares(columns, y).empty());
}

TEST_CASE("A shape that is chance is shrunk away, one that is none stays") {
    testing::Noise noise(11);
    std::vector<double> flat, swinging;
    for (int t = 0; t < 52 * 6; ++t) {
        const double error = noise.next();
        flat.push_back(100 + error);
        swinging.push_back(100 + 20 * std::sin(2 * 3.14159265358979323846 * t / 52) + error);
    }
    const int season[] = {52};
    const auto none = shrunk_shape(flat, season), all = shrunk_shape(swinging, season);
    REQUIRE(none.size() == 52);
    double largest = 0, off = 0;
    for (int i = 0; i < 52; ++i) {
        largest = std::max(largest, std::abs(none[static_cast<std::size_t>(i)]));
        off = std::max(off, std::abs(all[static_cast<std::size_t>(i)] - 20 * std::sin(2 * 3.14159265358979323846 * i / 52)));
    }
    CHECK(largest < 0.25);  // plain means of six: up to 0.7
    CHECK(off < 1.2);
    // Taken out and back again nothing is lost, in logarithms too.
    for (const auto& values : {flat, swinging}) {
        const Deseasonalised plain = without_shape(values, season);
        CHECK(plain.kind == SeasonKind::multiplicative);
        for (std::size_t t = 0; t < values.size(); ++t) CHECK(plain.with_season(plain.values[t], t) == doctest::Approx(values[t]).epsilon(1e-12));
    }
    CHECK(without_shape(flat, {}).seasonal == false);
}

TEST_CASE("The shape of a week stands on that of its days") {
    std::vector<double> values;
    for (int t = 0; t < 24 * 7 * 4; ++t) values.push_back(10 * std::cos(2 * 3.14159265358979323846 * t / 24) + ((t / 24) % 7 == 6 ? -12.0 : 2.0));
    const int seasons[] = {24, 168};
    const auto shape = shrunk_shape(values, seasons);
    REQUIRE(shape.size() == 168);
    for (std::size_t i = 0; i < 168; ++i) CHECK(shape[i] == doctest::Approx(values[i]).epsilon(1e-6));
}

}  // namespace
}  // namespace fairlead::forecast
