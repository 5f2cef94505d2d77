#include "engines/forecast/models/ces.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::series;

constexpr CesSeason forms[] = {CesSeason::none, CesSeason::partial, CesSeason::full};

CesParameters some_parameters(CesSeason form, int m) {
    CesParameters p{.a0 = 1.2, .a1 = 0.97, .b0 = 0.15, .b1 = 0.9, .level = 95, .other = 80, .season = {}, .second = {}};
    if (form == CesSeason::full) p.b0 = 1.1;
    for (int j = 0; form != CesSeason::none && j < m; ++j) {
        p.season.push_back(9 * std::sin(j + 1.0));
        p.second.push_back(7 * std::cos(j + 1.0));
    }
    return p;
}

TEST_CASE("Complex smoothing runs as its state space says, matrix by matrix") {
    const int m = 4;
    const auto y = series({.count = 30, .level = 100, .trend = 0.3, .swing = 8, .season = m, .noise = 4});
    for (const CesSeason form : forms) {
        CAPTURE(static_cast<int>(form));
        const auto p = some_parameters(form, m);
        const CesFit fit = run_ces(y, m, form, p);
        // Pairs v with transition F v + g e: F = ((1, -(1 - a1)), (1, 1 - a0)), g = (a0 - a1, a0 + a1).
        const auto move = [](double a0, double a1, double& v, double& w, double e) {
            const double next = v - (1 - a1) * w + (a0 - a1) * e;
            w = v + (1 - a0) * w + (a0 + a1) * e;
            v = next;
        };
        auto state = p;
        for (std::size_t t = 0; t < y.size(); ++t) {
            const std::size_t j = t % m;
            double f = state.level;
            if (form != CesSeason::none) f += state.season[j];
            CHECK(fit.fitted[t] == doctest::Approx(f).epsilon(1e-11));
            const double e = y[t] - f;
            move(p.a0, p.a1, state.level, state.other, e);
            if (form == CesSeason::partial) state.season[j] += p.b0 * e;
            if (form == CesSeason::full) move(p.b0, p.b1, state.season[j], state.second[j], e);
        }
        // Forecasts: the same recursion with no errors; an error at step 1 moves step h by the difference it makes.
        std::vector<double> mean, variance, shocked;
        forecast_ces(fit, 9, mean, variance);
        double sum = 1;
        auto longer = y;
        longer.push_back(mean[0] + 1);
        const CesFit moved = run_ces(longer, m, form, p);
        std::vector<double> moved_mean, ignored;
        forecast_ces(moved, 8, moved_mean, ignored);
        for (int h = 1; h < 9; ++h) {
            const double move_h = moved_mean[h - 1] - mean[h];
            sum += move_h * move_h;
            CHECK(variance[h] / variance[0] == doctest::Approx(sum).epsilon(1e-6));
        }
    }
}

TEST_CASE("The gradient of complex smoothing is the gradient by differences") {
    const int m = 4;
    const auto y = series({.count = 31, .level = 100, .trend = 0.3, .swing = 8, .season = m, .noise = 4, .seed = 7});
    for (const CesSeason form : forms) {
        CAPTURE(static_cast<int>(form));
        const auto p = some_parameters(form, m);
        std::vector<double> gradient;
        ces_objective(y, m, form, p, &gradient);
        const auto check = [&](double found, auto&& member, double step) {
            auto up = p, down = p;
            member(up) += step;
            member(down) -= step;
            const double expected =
                (ces_objective(y, m, form, up, nullptr) - ces_objective(y, m, form, down, nullptr)) / (2 * step);
            CHECK(std::abs(found - expected) <= 1e-6 * std::max(1e-2, std::abs(expected)));
        };
        check(
            gradient[0], [](CesParameters& q) -> double& { return q.a0; }, 1e-6);
        check(
            gradient[1], [](CesParameters& q) -> double& { return q.a1; }, 1e-6);
        check(
            gradient[2], [](CesParameters& q) -> double& { return q.b0; }, 1e-6);
        check(
            gradient[3], [](CesParameters& q) -> double& { return q.b1; }, 1e-6);
        check(
            gradient[4], [](CesParameters& q) -> double& { return q.level; }, 1e-4);
        check(
            gradient[5], [](CesParameters& q) -> double& { return q.other; }, 1e-4);
        for (std::size_t j = 0; j < p.season.size(); ++j) {
            check(
                gradient[6 + j], [&](CesParameters& q) -> double& { return q.season[j]; }, 1e-4);
            if (form != CesSeason::partial)
                check(
                    gradient[6 + m + j], [&](CesParameters& q) -> double& { return q.second[j]; }, 1e-4);
        }
    }
}

TEST_CASE("Steep growth does not explode") {
    std::vector<double> squares;
    for (int t = 1; t <= 16; ++t) squares.push_back(t * t);
    const auto fit = find_model("ces")->fit(ask(squares, 60));
    REQUIRE(fit);
    for (const double mean : fit->mean) CHECK((mean > 100 && mean < 2560));
    for (const auto& form : fit_all_ces(squares, 1, CesGrowth::none)) CHECK(form.parameters.a1 <= 1);
}

TEST_CASE("A season is taken where there is one") {
    const auto seasonal =
        find_model("ces")->fit(ask(series({.count = 72, .level = 200, .swing = 60, .season = 12, .noise = 4}), 12, 12));
    REQUIRE(seasonal);
    CHECK(seasonal->description.find("season of 12") != std::string::npos);
    const auto plain = find_model("ces")->fit(ask(series({.count = 72, .level = 200, .noise = 20}), 12, 12));
    REQUIRE(plain);
    CHECK(plain->description == "complex smoothing");
}

}  // namespace
}  // namespace fairlead::forecast
