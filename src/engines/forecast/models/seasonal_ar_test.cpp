#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/linear.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::Noise;

const double pi = 3.14159265358979323846;

TEST_CASE("An autoregression beside seasons forecasts a day and a week of hours") {
    std::vector<double> values;
    Noise noise(4);
    double wave = 0;
    const auto expected = [&](int t) { return 300 + 40 * std::sin(2 * pi * t / 24) + ((t / 24) % 7 < 5 ? 20 : -50); };
    for (int t = 0; t < 24 * 7 * 6; ++t) {
        wave = 0.8 * wave + noise.next();
        values.push_back(expected(t) + 4 * wave);
    }
    const std::vector<int> seasons{24, 168};
    Question question = ask(values, 72, 24);
    question.seasons = seasons;
    question.with_fitted = true;
    const auto fit = find_model("ar_seasonal")->fit(question);
    REQUIRE(fit);
    for (int h = 12; h < 72; ++h) CHECK(std::abs(fit->mean[static_cast<std::size_t>(h)] - expected(24 * 7 * 6 + h)) < 12);
    CHECK(fit->description.find("season of 24 and 168") != std::string::npos);
    CHECK(fit->numbers.contains("lag24"));
    // The first error is one step's; later ones add the wave's, up to what it swings by.
    CHECK(fit->deviation[0] < fit->deviation[5]);
    CHECK(fit->deviation[71] < 4 * fit->deviation[0]);
    double missed = 0;
    for (std::size_t t = 200; t < values.size(); ++t) missed += std::abs(fit->fitted[t] - values[t]) / static_cast<double>(values.size() - 200);
    CHECK(missed < 4);
}

TEST_CASE("Without a season it is the least squares of the last values, as the normal equations have it") {
    Noise noise(9);
    std::vector<double> values{50, 52, 49};
    while (values.size() < 400) values.push_back(20 + 0.5 * values.back() + 0.1 * values[values.size() - 3] + 3 * noise.next());
    for (double& value : values) value -= 60;  // below zero: no logarithms
    const auto fit = find_model("ar_seasonal")->fit(ask(values, 3));
    REQUIRE(fit);
    std::vector<std::vector<double>> columns(4);
    std::vector<double> y;
    for (std::size_t t = 3; t < values.size(); ++t) {
        columns[0].push_back(1);
        for (std::size_t lag = 1; lag <= 3; ++lag) columns[lag].push_back(values[t - lag]);
        y.push_back(values[t]);
    }
    const auto plain = least_squares(columns, y);
    for (std::size_t lag = 1; lag <= 3; ++lag) CHECK(std::abs(fit->numbers.at("lag" + std::to_string(lag)) - plain[lag]) < 0.004);  // the ridge
    double next = plain[0];
    for (std::size_t lag = 1; lag <= 3; ++lag) next += plain[lag] * values[values.size() - lag];
    CHECK(std::abs(fit->mean[0] - next) < 0.1);
}

TEST_CASE("What would explode is held back") {
    std::vector<double> values;
    for (int t = 0; t < 60; ++t) values.push_back(std::pow(1.15, t) - 30);
    const auto fit = find_model("ar_seasonal")->fit(ask(values, 40));
    REQUIRE(fit);
    for (const double mean : fit->mean) CHECK(std::abs(mean) < 20 * values.back());
}

}  // namespace
}  // namespace fairlead::forecast
