// Features of series: finite for every series, the same in every unit, and meaning what their names say.
#include "engines/forecast/features.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "engines/forecast/models/test_series.h"

using namespace fairlead::forecast;

namespace {

double feature(const std::vector<double>& values, int season, std::string_view name) {
    const auto names = series_feature_names();
    const auto at = std::find(names.begin(), names.end(), name);
    REQUIRE(at != names.end());
    return series_features(values, season)[static_cast<std::size_t>(at - names.begin())];
}

std::vector<double> times(std::vector<double> values, double by) {
    for (double& value : values) value *= by;
    return values;
}

}  // namespace

TEST_CASE("Features are finite for every series, however short, flat or wild") {
    std::vector<std::vector<double>> all = {{0}, {5}, {-3}, {1, 2}, {0, 0, 0}, std::vector<double>(40, 7.0), std::vector<double>(40, 0.0), std::vector<double>(40, 1e300), std::vector<double>(40, -1e-300)};
    all.push_back(std::vector<double>(60, 0.0));
    all.back()[30] = 1e12;
    all.push_back({1e-280, 2e-280, 1e-280, 4e-280, 1e-280, 1e-281});
    all.push_back({1e9, 1e9 + 1e-6, 1e9, 1e9, 1e9 + 1e-6, 1e9, 1e9, 1e9});
    for (std::size_t count = 1; count < 60; ++count) all.push_back(testing::series({.count = count, .trend = 2, .swing = 20, .season = 12}));
    for (const auto& values : all)
        for (const int season : {1, 4, 7, 12, 52}) {
            CAPTURE(values.size());
            CAPTURE(season);
            const auto features = series_features(values, season);
            CHECK(features.size() == series_feature_names().size());
            CHECK(std::all_of(features.begin(), features.end(), [](double one) { return std::isfinite(one); }));
            const std::vector<std::vector<double>> members = {{values.back(), values.back()}, {}, {0, values.front()}};
            for (const double scale : {0.0, 1e-300, 1.0}) {
                const auto further = diversity_features(values, scale, std::vector<double>{values.back(), 0}, members);
                CHECK(further.size() == diversity_feature_names(std::vector<std::string>{"a", "b", "c"}).size());
                CHECK(std::all_of(further.begin(), further.end(), [](double one) { return std::isfinite(one); }));
            }
        }
}

TEST_CASE("Features are the same in every unit") {
    for (const int season : {1, 12})
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            const auto values = testing::series({.count = 70, .trend = 0.5, .swing = season > 1 ? 20.0 : 0.0, .season = season, .seed = seed});
            const auto features = series_features(values, season);
            for (const double by : {1e-6, 0.37, 1000.0, 1e9}) {
                const auto scaled = series_features(times(values, by), season);
                for (std::size_t i = 0; i < features.size(); ++i) {
                    CAPTURE(series_feature_names()[i]);
                    CHECK(scaled[i] == doctest::Approx(features[i]).epsilon(1e-7));
                }
                const std::vector<std::vector<double>> members = {{101, 104, 108}, {90, 91, 95}};
                const std::vector<std::vector<double>> larger = {times(members[0], by), times(members[1], by)};
                const auto near = diversity_features(values, 5, members[0], members), far = diversity_features(times(values, by), 5 * by, larger[0], larger);
                for (std::size_t i = 0; i < near.size(); ++i) CHECK(far[i] == doctest::Approx(near[i]).epsilon(1e-9));
            }
        }
}

TEST_CASE("A trend, a season, noise and zeros are told apart") {
    const auto trend = testing::series({.count = 60, .trend = 5, .noise = 1}), noise = testing::series({.count = 60, .noise = 20});
    const auto season = testing::series({.count = 60, .swing = 40, .season = 12, .noise = 1});
    CHECK(feature(trend, 1, "trend") > 0.95);
    CHECK(feature(noise, 1, "trend") < 0.9);
    CHECK(feature(season, 12, "seasonality") > 0.95);
    CHECK(feature(noise, 12, "seasonality") < 0.9);
    CHECK(feature(trend, 1, "linearity") > 0.9);
    CHECK(feature(times(trend, -1), 1, "linearity") < -0.9);
    CHECK(feature(season, 12, "entropy") < feature(noise, 12, "entropy"));
    CHECK(feature(trend, 1, "variance_ratio") > feature(noise, 1, "variance_ratio"));
    CHECK(feature(season, 12, "seasonal_acf1") > 0.7);
    CHECK(feature({0, 0, 0, 1, 0, 2, 0, 0}, 1, "zeros") == doctest::Approx(0.75));
    CHECK(feature({3, 4, 5}, 1, "positive") == 1);
    CHECK(feature({3, 0, 5}, 1, "positive") == 0);
    CHECK(feature({3, -1, 5}, 1, "positive") == -1);
    // One value out of line makes the rest spiky.
    auto spike = noise;
    spike[30] += 400;
    CHECK(feature(spike, 1, "spikiness") > 3 * feature(noise, 1, "spikiness"));
    CHECK(feature(spike, 1, "largest_step") > feature(noise, 1, "largest_step"));
    // The partial autocorrelations of an autoregression end with its order.
    CHECK(feature(times(noise, 2), 1, "pacf5") == doctest::Approx(feature(noise, 1, "pacf5")));
}

TEST_CASE("How far the members lie apart is told in units of the past's error") {
    const std::vector<double> past = {10, 12, 10, 12}, pool = {13, 13};
    const std::vector<std::vector<double>> members = {{11, 11}, {13, 13}, {}, {17, 21}};
    const std::vector<std::string> names = {"a", "b", "c", "d"};
    const auto of = diversity_features(past, 2, pool, members);
    const auto told = diversity_feature_names(names);
    const auto at = [&](std::string_view name) { return of[static_cast<std::size_t>(std::find(told.begin(), told.end(), name) - told.begin())]; };
    CHECK(at("away_a") == doctest::Approx(-1));
    CHECK(at("away_b") == doctest::Approx(0));
    CHECK(at("away_c") == 0);
    CHECK(at("away_d") == doctest::Approx(3));
    CHECK(at("away_last_d") == doctest::Approx(4));
    CHECK(at("apart_first") == doctest::Approx((1 + 3 + 2) / 3.0));
    CHECK(at("apart_last") == doctest::Approx((1 + 5 + 4) / 3.0));
    CHECK(at("pool_step") == doctest::Approx(0.5));
    CHECK(at("answers") == 3);
}
