#include "engines/forecast/models/ets.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::Noise;
using testing::series;

// The book's equations as they stand (tables 2.2 and 2.3), form by form, to compare the fast recursion with.
struct Plain {
    double objective = 0, level, slope;
    std::vector<double> season, fitted;
};
Plain plain(const std::vector<double>& y, int m, const EtsForm& form, const EtsParameters& p) {
    Plain at{.level = p.level, .slope = p.slope, .season = p.season, .fitted = {}};
    double squares = 0, logs = 0;
    const bool trend = form.trend != EtsTrend::none;
    for (std::size_t t = 0; t < y.size(); ++t) {
        const double l = at.level, b = trend ? at.slope : 0, phi = form.trend == EtsTrend::damped ? p.phi : 1;
        const double s = form.season == EtsSeason::none ? 0 : at.season[t % m];
        double mu = l + phi * b;
        if (form.season == EtsSeason::additive) mu += s;
        if (form.season == EtsSeason::multiplicative) mu *= s;
        const double e = form.error == EtsError::additive ? y[t] - mu : (y[t] - mu) / mu;
        // The size of the step in the book: e itself, mu * e, or (l + phi b) e and s e with a multiplicative season.
        if (form.season == EtsSeason::multiplicative) {
            at.level = (l + phi * b) * (1 + p.alpha * e);
            at.slope = phi * b + p.beta * (l + phi * b) * e;
            at.season[t % m] = s * (1 + p.gamma * e);
        } else {
            const double move = form.error == EtsError::additive ? e : mu * e;
            at.level = l + phi * b + p.alpha * move;
            at.slope = phi * b + p.beta * move;
            if (form.season == EtsSeason::additive) at.season[t % m] = s + p.gamma * move;
        }
        squares += e * e;
        if (form.error == EtsError::multiplicative) logs += std::log(mu);
        at.fitted.push_back(mu);
    }
    const double n = static_cast<double>(y.size());
    at.objective = std::log(squares / n) + 2 / n * logs;
    return at;
}

EtsParameters some_parameters(const EtsForm& form, int m) {
    EtsParameters p{.alpha = 0.35, .level = 95};
    if (form.trend != EtsTrend::none) p.beta = 0.07, p.slope = 0.9;
    if (form.trend == EtsTrend::damped) p.phi = 0.93;
    if (form.season != EtsSeason::none) {
        p.gamma = 0.12;
        for (int j = 0; j < m; ++j)
            p.season.push_back(form.season == EtsSeason::additive ? 10 * std::sin(j + 1.0)
                                                                  : 1 + 0.1 * std::sin(j + 1.0));
    }
    return p;
}

TEST_CASE("The fifteen admissible forms") {
    CHECK(ets_forms().size() == 15);
    for (const EtsForm& form : ets_forms())
        CHECK_FALSE((form.season == EtsSeason::multiplicative && form.error == EtsError::additive));
    CHECK(EtsForm{EtsError::multiplicative, EtsTrend::damped, EtsSeason::multiplicative}.name() == "MAdM");
    CHECK(EtsForm{EtsError::additive, EtsTrend::none, EtsSeason::none}.parameters(1) == 3);
    CHECK(EtsForm{EtsError::multiplicative, EtsTrend::damped, EtsSeason::multiplicative}.parameters(12) == 18);
}

TEST_CASE("Every form runs as the book's equations say") {
    const int m = 5;
    const auto y = series({.count = 43, .level = 100, .trend = 0.7, .swing = 12, .season = m, .noise = 4});
    for (const EtsForm& form : ets_forms()) {
        CAPTURE(form.name());
        const auto p = some_parameters(form, m);
        const Plain expected = plain(y, m, form, p);
        CHECK(ets_objective(y, m, form, p, nullptr) == doctest::Approx(expected.objective).epsilon(1e-12));
        const EtsFit fit = run_ets(y, m, form, p);
        CHECK(fit.level == doctest::Approx(expected.level).epsilon(1e-12));
        if (form.trend != EtsTrend::none) CHECK(fit.slope == doctest::Approx(expected.slope).epsilon(1e-10));
        REQUIRE(fit.season.size() == expected.season.size());
        for (std::size_t j = 0; j < fit.season.size(); ++j)
            CHECK(fit.season[j] == doctest::Approx(expected.season[j]).epsilon(1e-11));
        const double n = static_cast<double>(y.size());
        CHECK(fit.log_likelihood ==
              doctest::Approx(-0.5 * n * (std::log(2 * std::numbers::pi) + 1 + expected.objective)).epsilon(1e-12));
        const auto fitted = fitted_ets(y, fit);
        for (std::size_t t = 0; t < y.size(); ++t)
            CHECK(fitted[t] == doctest::Approx(expected.fitted[t]).epsilon(1e-11));
    }
}

TEST_CASE("The gradient by the backward pass is the gradient by differences") {
    for (const int m : {4, 7}) {
        const auto y =
            series({.count = 38, .level = 100, .trend = 0.7, .swing = 12, .season = m, .noise = 6, .seed = 3});
        for (const EtsForm& form : ets_forms()) {
            CAPTURE(form.name());
            const auto p = some_parameters(form, m);
            std::vector<double> gradient;
            ets_objective(y, m, form, p, &gradient);
            const auto difference = [&](double EtsParameters::*member, double step) {
                EtsParameters up = p, down = p;
                up.*member += step;
                down.*member -= step;
                return (ets_objective(y, m, form, up, nullptr) - ets_objective(y, m, form, down, nullptr)) / (2 * step);
            };
            const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(1e-2, std::abs(b)); };
            CHECK(near(gradient[0], difference(&EtsParameters::alpha, 1e-6)));
            if (form.trend != EtsTrend::none) CHECK(near(gradient[1], difference(&EtsParameters::beta, 1e-6)));
            if (form.season != EtsSeason::none) CHECK(near(gradient[2], difference(&EtsParameters::gamma, 1e-6)));
            if (form.trend == EtsTrend::damped) CHECK(near(gradient[3], difference(&EtsParameters::phi, 1e-6)));
            CHECK(near(gradient[4], difference(&EtsParameters::level, 1e-4)));
            if (form.trend != EtsTrend::none) CHECK(near(gradient[5], difference(&EtsParameters::slope, 1e-5)));
            for (std::size_t j = 0; j < p.season.size(); ++j) {
                EtsParameters up = p, down = p;
                const double step = form.season == EtsSeason::additive ? 1e-4 : 1e-6;
                up.season[j] += step;
                down.season[j] -= step;
                CHECK(near(
                    gradient[6 + j],
                    (ets_objective(y, m, form, up, nullptr) - ets_objective(y, m, form, down, nullptr)) / (2 * step)));
            }
        }
    }
}

TEST_CASE("The estimate is a minimum: no small step within the bounds is better") {
    const auto y = series({.count = 72, .level = 200, .trend = 1, .swing = 40, .season = 4, .noise = 10, .seed = 9});
    for (const EtsForm& form : ets_forms()) {
        CAPTURE(form.name());
        const auto fit = fit_ets(y, 4, form, Bounds::r_compatible);
        REQUIRE(fit);
        const double n = static_cast<double>(y.size());
        const double best = -2 * fit->log_likelihood;
        const auto worse = [&](const EtsParameters& p) {
            return -2 * run_ets(y, 4, form, p).log_likelihood > best - 1e-3;
        };
        const auto& p = fit->parameters;
        for (const double sign : {-1.0, 1.0}) {
            auto moved = p;
            moved.alpha = std::clamp(p.alpha + 0.01 * sign, std::max(1e-4, p.beta), std::min(0.9999, 1 - p.gamma));
            CHECK(worse(moved));
            moved = p;
            moved.beta = form.trend == EtsTrend::none ? 0 : std::clamp(p.beta + 0.01 * sign, 1e-4, p.alpha);
            CHECK(worse(moved));
            moved = p;
            moved.level *= 1 + 0.01 * sign;
            CHECK(worse(moved));
            moved = p;
            moved.slope += form.trend == EtsTrend::none ? 0.0 : 0.1 * sign;
            CHECK(worse(moved));
            if (form.season != EtsSeason::none) {
                moved = p;
                moved.gamma = std::clamp(p.gamma + 0.01 * sign, 1e-4, 1 - p.alpha);
                CHECK(worse(moved));
                moved = p;
                const double step = form.season == EtsSeason::additive ? 1.0 * sign : 0.01 * sign;
                moved.season[1] += step;
                moved.season[2] -= step;
                CHECK(worse(moved));
            }
        }
        CHECK(n == 72);
    }
}

TEST_CASE("Robust bounds keep the slope slow, those of R let it run") {
    std::vector<double> y;
    y.reserve(40);
    for (int t = 0; t < 40; ++t) y.push_back(100 + (t < 20 ? t : 40 - t) * 10.0);  // the slope turns in the middle
    const auto robust = fit_ets(y, 1, {EtsError::additive, EtsTrend::additive, EtsSeason::none}, Bounds::robust);
    const auto free = fit_ets(y, 1, {EtsError::additive, EtsTrend::additive, EtsSeason::none}, Bounds::r_compatible);
    REQUIRE(robust);
    REQUIRE(free);
    CHECK(robust->parameters.beta == doctest::Approx(0.2));
    CHECK(free->parameters.beta > 0.5);
    CHECK(free->parameters.beta <= free->parameters.alpha);
    CHECK(free->log_likelihood > robust->log_likelihood);
}

TEST_CASE("The variances are those of many simulated futures") {
    const int m = 4, horizon = 10;
    const auto y = series({.count = 41, .level = 100, .trend = 0.7, .swing = 12, .season = m, .noise = 6, .seed = 5});
    for (const EtsForm& form : ets_forms()) {
        CAPTURE(form.name());
        auto p = some_parameters(form, m);
        EtsFit fit = run_ets(y, m, form, p);
        fit.sigma2 = form.error == EtsError::additive ? 36 : 0.01;
        std::vector<double> mean, variance;
        forecast_ets(fit, horizon, mean, variance);
        std::vector<double> sum(horizon), squares(horizon);
        Noise noise(17);
        const int paths = 100000;
        for (int path = 0; path < paths; ++path) {
            double l = fit.level, b = fit.slope;
            auto season = fit.season;
            for (int h = 0; h < horizon; ++h) {
                // A normal number by the polar method.
                double u, v, r;
                do {
                    u = noise.next(), v = noise.next(), r = u * u + v * v;
                } while (r >= 1 || r == 0);
                const double e = std::sqrt(fit.sigma2) * u * std::sqrt(-2 * std::log(r) / r);
                const std::size_t j = form.season == EtsSeason::none ? 0 : (y.size() + h) % m;
                const double q = l + p.phi * b;
                double f = q, value, move;
                if (form.season == EtsSeason::additive) f += season[j];
                if (form.season == EtsSeason::multiplicative) f *= season[j];
                value = form.error == EtsError::additive ? f + e : f * (1 + e);
                move = value - f;
                if (form.season == EtsSeason::multiplicative) {
                    move = q * e;
                    season[j] *= 1 + p.gamma * e;
                }
                if (form.season == EtsSeason::additive) season[j] += p.gamma * move;
                l = q + p.alpha * move;
                b = p.phi * b + p.beta * move;
                sum[h] += value;
                squares[h] += value * value;
            }
        }
        for (int h = 0; h < horizon; ++h) {
            CAPTURE(h);
            const double simulated = squares[h] / paths - sum[h] / paths * (sum[h] / paths);
            CHECK(variance[h] == doctest::Approx(simulated).epsilon(0.03));
        }
    }
}

TEST_CASE("An additive form moves with the series when it is shifted") {
    auto y = series({.count = 60, .level = 50, .trend = 0.4, .swing = 10, .season = 4, .noise = 3, .seed = 6});
    for (const char* name : {"ses", "holt", "damped"}) {
        CAPTURE(name);
        auto shifted = y;
        for (double& value : shifted) value -= 1000;
        const auto here = find_model(name)->fit(ask(y, 5)), there = find_model(name)->fit(ask(shifted, 5));
        REQUIRE(here);
        REQUIRE(there);
        for (std::size_t h = 0; h < 5; ++h)
            CHECK(there->mean[h] + 1000 == doctest::Approx(here->mean[h]).epsilon(1e-4));
    }
}

TEST_CASE("The best form has the least AICc, and the average weighs by it") {
    const auto y = series({.count = 96, .level = 300, .trend = 2, .swing = 60, .season = 12, .noise = 8, .seed = 21});
    const auto fits = fit_all_ets(y, 12, Bounds::robust);
    CHECK(fits.size() == 15);
    CHECK(std::is_sorted(fits.begin(), fits.end(), [](const auto& a, const auto& b) { return a.aicc < b.aicc; }));
    CHECK(fits[0].form.season != EtsSeason::none);
    const auto best = find_model("ets")->fit(ask(y, 6, 12)), average = find_model("ets_average")->fit(ask(y, 6, 12));
    REQUIRE(best);
    REQUIRE(average);
    CHECK(best->aicc == fits[0].aicc);
    double total = 0, expected = 0;
    for (const auto& fit : fits) total += std::exp(-0.5 * (fit.aicc - fits[0].aicc));
    for (const auto& fit : fits) {
        std::vector<double> mean, variance;
        forecast_ets(fit, 6, mean, variance);
        expected += std::exp(-0.5 * (fit.aicc - fits[0].aicc)) / total * mean[5];
    }
    CHECK(average->mean[5] == doctest::Approx(expected).epsilon(1e-3));
    CHECK(average->deviation[0] > 0);
}

TEST_CASE("forecast-09: simple smoothing from the first value") {
    std::vector<double> y{100, 120, 90, 130, 110};
    const EtsParameters p{.alpha = 0.3, .level = 100};
    const EtsFit fit = run_ets(y, 1, {}, p);
    const auto fitted = fitted_ets(y, fit);
    const std::vector<double> expected{100, 106, 101.2, 109.84};
    for (std::size_t t = 1; t < y.size(); ++t) CHECK(fitted[t] == doctest::Approx(expected[t - 1]));
    CHECK(fit.level == doctest::Approx(109.888));
    y[4] = 500;
    CHECK(fitted_ets(y, run_ets(y, 1, {}, p))[2] == doctest::Approx(106));
}

}  // namespace
}  // namespace fairlead::forecast
