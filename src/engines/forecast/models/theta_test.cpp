#include "engines/forecast/models/theta.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/r_answers.h"
#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/linear.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::Noise;
using testing::r_answers;
using testing::series;

// Equations 6 to 13 of Fiorucci et al. (2016) as they stand, t from 1, with the line refitted from scratch at every
// step.
std::vector<double> plain_dynamic(const std::vector<double>& y, double alpha, double first_level, double theta) {
    std::vector<double> mu;
    double level = first_level;
    for (std::size_t t = 1; t <= y.size(); ++t) {
        double a = 0, b = 0;
        if (t >= 2) {
            const Line line = fit_line(std::span(y).first(t - 1));
            b = line.slope;
            a = line.start - line.slope;
        }
        const double time = static_cast<double>(t);
        mu.push_back(level + (1 - 1 / theta) *
                                 (std::pow(1 - alpha, time - 1) * a + (1 - std::pow(1 - alpha, time)) / alpha * b));
        level = alpha * y[t - 1] + (1 - alpha) * level;
    }
    return mu;
}

TEST_CASE("Dynamic Theta runs as its equations say") {
    const auto y = series({.count = 50, .level = 80, .trend = 0.8, .noise = 4});
    const ThetaFit fit = run_theta(y, ThetaKind::dynamic_optimised, 0.37, 75, 1 - 1 / 3.0);
    const auto expected = plain_dynamic(y, 0.37, 75, 3);
    for (std::size_t t = 0; t < y.size(); ++t) CHECK(fit.fitted[t] == doctest::Approx(expected[t]).epsilon(1e-10));
}

TEST_CASE("The forecasts of dynamic Theta take each forecast for the value") {
    auto y = series({.count = 30, .level = 80, .trend = 0.8, .noise = 4});
    const ThetaFit fit = fit_theta(y, ThetaKind::dynamic_optimised);
    std::vector<double> mean, variance;
    forecast_theta(y, fit, 6, mean, variance);
    auto longer = y;
    for (int h = 0; h < 6; ++h) {
        longer.push_back(0);
        longer.back() = plain_dynamic(longer, fit.alpha, fit.first_level, 1 / (1 - fit.weight)).back();
        CHECK(mean[h] == doctest::Approx(longer.back()).epsilon(1e-9));
    }
}

TEST_CASE("The variance of dynamic Theta is that of many simulated futures") {
    auto y = series({.count = 12, .level = 80, .trend = 0.8, .noise = 4});  // short: the line still moves
    ThetaFit fit = fit_theta(y, ThetaKind::dynamic_optimised);
    fit.alpha = 0.4;
    fit.weight = 0.6;
    fit = run_theta(y, fit.kind, fit.alpha, fit.first_level, fit.weight);
    fit.sigma2 = 4;
    const int horizon = 8, paths = 20000;
    std::vector<double> mean, variance, sum(horizon), squares(horizon);
    forecast_theta(y, fit, horizon, mean, variance);
    Noise noise(8);
    for (int path = 0; path < paths; ++path) {
        auto longer = y;
        for (int h = 0; h < horizon; ++h) {
            longer.push_back(0);
            const double value = run_theta(longer, fit.kind, fit.alpha, fit.first_level, fit.weight).fitted.back() +
                                 2 * std::sqrt(3.0) * noise.next();
            longer.back() = value;  // uniform errors of variance 4: only the variance matters, the recursion is linear
            sum[h] += value;
            squares[h] += value * value;
        }
    }
    for (int h = 0; h < horizon; ++h) {
        CHECK(sum[h] / paths == doctest::Approx(mean[h]).epsilon(0.002));
        CHECK(variance[h] == doctest::Approx(squares[h] / paths - sum[h] / paths * (sum[h] / paths)).epsilon(0.05));
    }
}

double squares_of(const std::vector<double>& y, const ThetaFit& fit) {
    double sum = 0;
    for (std::size_t t = fit.kind == ThetaKind::dynamic_optimised ? 2 : 0; t < y.size(); ++t)
        sum += (y[t] - fit.fitted[t]) * (y[t] - fit.fitted[t]);
    return sum;
}

TEST_CASE("No point of a fine grid fits better than the estimate") {
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
        const auto y = series({.count = 40, .level = 80, .trend = seed % 2 ? 0.8 : -0.2, .noise = 4, .seed = seed});
        for (const ThetaKind kind : {ThetaKind::optimised, ThetaKind::dynamic_optimised}) {
            const ThetaFit fit = fit_theta(y, kind);
            const double best = squares_of(y, fit);
            for (double alpha = 0.1; alpha <= 0.99; alpha += 0.02)
                for (double weight = 0; weight <= 1; weight += 0.05)
                    for (double move = -6; move <= 6; move += 1)
                        CHECK(squares_of(y, run_theta(y, kind, alpha, fit.first_level + move, weight)) >=
                              best * (1 - 1e-6));
        }
    }
}

TEST_CASE("The standard method is the benchmark of M4, as R's ets and lm give it") {
    for (const auto& r : r_answers().of("m4_theta")) {
        CAPTURE(r.series);
        Question question = ask(r_answers().series.at(r.series), static_cast<int>(r.at("mean").size()),
                                r_answers().season.at(r.series));
        question.bounds = Bounds::r_compatible;
        const auto fit = find_model("theta")->fit(question);
        REQUIRE(fit);
        CHECK(fit->numbers.at("alpha") == doctest::Approx(r.one("alpha")).epsilon(0.002));
        for (std::size_t h = 0; h < fit->mean.size(); ++h)
            CHECK(fit->mean[h] == doctest::Approx(r.at("mean")[h]).epsilon(1e-4));
    }
}

TEST_CASE("The power of Box and Cox is that of R for series without a season") {
    for (const auto& r : r_answers().of("differences"))
        if (r_answers().season.at(r.series) == 1)
            CHECK(box_cox_power(r_answers().series.at(r.series)) == doctest::Approx(r.one("lambda")));
    for (const double power : {0.0, 0.3, 1.0})
        for (const double value : {0.01, 1.0, 250.0})
            CHECK(inverse_box_cox(box_cox(value, power), power) == doctest::Approx(value));
}

TEST_CASE("Theta of logarithms follows growth in percent") {
    std::vector<double> y;
    y.reserve(24);
    for (int t = 0; t < 24; ++t) y.push_back(100 * std::pow(1.05, t));
    const auto logs = find_model("theta_log")->fit(ask(y, 4)), plain = find_model("theta")->fit(ask(y, 4));
    REQUIRE(logs);
    // Smoothing follows the last value, the line gives half the growth.
    CHECK(logs->mean[3] == doctest::Approx(y.back() * std::pow(1.05, 0.5 * 4)).epsilon(0.001));
    CHECK(logs->mean[3] > plain->mean[3]);
}

TEST_CASE("Seasonal indices come back on the forecasts") {
    std::vector<double> y;
    y.reserve(48);
    for (int t = 0; t < 48; ++t) y.push_back(100 * (t % 4 == 0 ? 1.6 : 0.8) + (t % 7));
    for (const char* name : {"theta", "theta_optimised", "theta_dynamic", "theta_log", "theta_box_cox"}) {
        CAPTURE(name);
        const auto fit = find_model(name)->fit(ask(y, 8, 4));
        REQUIRE(fit);
        CHECK(fit->mean[0] / fit->mean[1] == doctest::Approx(2).epsilon(0.1));
        CHECK(fit->mean[4] / fit->mean[5] == doctest::Approx(2).epsilon(0.1));
        CHECK(fit->description.find("season of 4") != std::string::npos);
    }
}

}  // namespace
}  // namespace fairlead::forecast
