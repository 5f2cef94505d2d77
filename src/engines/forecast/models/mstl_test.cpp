#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::Noise;

const double pi = 3.14159265358979323846;

TEST_CASE("Two seasons of hours are both forecast") {
    std::vector<double> values;
    Noise noise(2);
    const auto expected = [&](int t) { return 300 + 40 * std::sin(2 * pi * t / 24) + 25 * std::sin(2 * pi * t / 168); };
    values.reserve(24 * 7 * 8);
    for (int t = 0; t < 24 * 7 * 8; ++t) values.push_back(expected(t) + 2 * noise.next());
    const std::vector<int> seasons{24, 168};
    Question question = ask(values, 48, 24);
    question.seasons = seasons;
    question.with_fitted = true;
    const auto fit = find_model("mstl")->fit(question);
    REQUIRE(fit);
    for (int h = 0; h < 48; ++h) CHECK(std::abs(fit->mean[h] - expected(24 * 7 * 8 + h)) < 8);
    CHECK(fit->description.find("season of 24 and 168") != std::string::npos);
    double missed = 0;
    for (std::size_t t = 400; t < values.size(); ++t) missed = std::max(missed, std::abs(fit->fitted[t] - values[t]));
    CHECK(missed < 12);
    // The order of the seasons does not matter.
    const std::vector<int> turned{168, 24};
    question.seasons = turned;
    CHECK(find_model("mstl")->fit(question)->mean == fit->mean);
}

TEST_CASE("A season that grows with the level is taken in logarithms, a steady one is not") {
    std::vector<double> growing, steady;
    Noise noise(5);
    for (int t = 0; t < 72; ++t) {
        growing.push_back((100 + 4 * t) * (1 + 0.3 * std::sin(2 * pi * t / 12)) * (1 + 0.02 * noise.next()));
        steady.push_back(100 + 4 * t + 30 * std::sin(2 * pi * t / 12) + 2 * noise.next());
    }
    const auto grows = find_model("mstl")->fit(ask(growing, 12, 12)),
               stays = find_model("mstl")->fit(ask(steady, 12, 12));
    REQUIRE(grows);
    REQUIRE(stays);
    CHECK(grows->description.find("logarithms") != std::string::npos);
    CHECK(stays->description.find("logarithms") == std::string::npos);
    for (int h = 0; h < 12; ++h) {
        CHECK(grows->mean[h] ==
              doctest::Approx((100 + 4 * (72 + h)) * (1 + 0.3 * std::sin(2 * pi * (72 + h) / 12))).epsilon(0.08));
        CHECK(stays->mean[h] ==
              doctest::Approx(100 + 4 * (72 + h) + 30 * std::sin(2 * pi * (72 + h) / 12)).epsilon(0.04));
    }
}

TEST_CASE("A season with fewer than two rounds is left out and said so by its absence") {
    const auto values = testing::series({.count = 60, .level = 100, .swing = 20, .season = 7, .noise = 2});
    const std::vector<int> seasons{7, 365};
    Question question = ask(values, 7, 7);
    question.seasons = seasons;
    const auto fit = find_model("mstl")->fit(question);
    REQUIRE(fit);
    CHECK(fit->description.find("season of 7") != std::string::npos);
    CHECK(fit->description.find("365") == std::string::npos);
}

}  // namespace
}  // namespace fairlead::forecast
