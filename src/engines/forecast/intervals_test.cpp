// Conformal intervals cover what they say, are ordered, and share their width out by difficulty.
#include "engines/forecast/intervals.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

constexpr int steps = 6;

// Random walks with drift: each of its own noise, its forecast the last value, errors skewed to above.
std::vector<HeldOut> walks(int count, unsigned seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::vector<HeldOut> cases;
    for (int i = 0; i < count; ++i) {
        const double noise = std::exp(normal(random));
        HeldOut one;
        one.series = static_cast<std::size_t>(i);
        one.outlook.scale = noise * std::exp(0.3 * normal(random));
        double at = 100;
        for (int h = 0; h < steps; ++h) {
            at += noise * (std::exp(0.7 * normal(random)) - std::exp(0.7 * 0.7 / 2));
            one.actual.push_back(at);
            one.outlook.mean.push_back(100);
            one.outlook.deviation.push_back(noise * std::sqrt(1.0 + h));
            one.outlook.spread.push_back(0.1 * noise);
        }
        cases.push_back(std::move(one));
    }
    return cases;
}

}  // namespace

TEST_CASE("Intervals learnt from held-out errors cover what they say on other series, above and below apart") {
    const Calibration calibration(walks(1500, 1), steps, {0.025, 0.1, 0.9, 0.975}, false);
    int inside95 = 0, inside80 = 0, below = 0, above = 0, of = 0;
    for (const HeldOut& one : walks(1500, 2)) {
        const auto quantiles = calibration.quantiles(one.outlook);
        for (std::size_t h = 0; h < steps; ++h) {
            for (std::size_t p = 1; p < quantiles.size(); ++p) REQUIRE(quantiles[p][h] >= quantiles[p - 1][h]);
            inside95 += one.actual[h] >= quantiles[0][h] && one.actual[h] <= quantiles[3][h];
            inside80 += one.actual[h] >= quantiles[1][h] && one.actual[h] <= quantiles[2][h];
            below += one.actual[h] < quantiles[0][h];
            above += one.actual[h] > quantiles[3][h];
            ++of;
        }
    }
    CHECK(inside95 / double(of) == doctest::Approx(0.95).epsilon(0.012));
    CHECK(inside80 / double(of) == doctest::Approx(0.80).epsilon(0.03));
    CHECK(below / double(of) == doctest::Approx(0.025).epsilon(0.4));
    CHECK(above / double(of) == doctest::Approx(0.025).epsilon(0.4));
}

TEST_CASE("Totals over several steps have intervals of their own, narrower than the sum of the steps'") {
    const Calibration calibration(walks(1500, 1), steps, {0.05, 0.95}, false);
    int inside = 0, of = 0;
    double total_width = 0, sum_of_widths = 0;
    for (const HeldOut& one : walks(1000, 3)) {
        const auto totals = calibration.total_quantiles(one.outlook), each = calibration.quantiles(one.outlook);
        double sum = 0;
        for (std::size_t h = 0; h < steps; ++h) sum += one.actual[h], sum_of_widths += each[1][h] - each[0][h];
        inside += sum >= totals[0][steps - 1] && sum <= totals[1][steps - 1];
        total_width += totals[1][steps - 1] - totals[0][steps - 1];
        ++of;
    }
    CHECK(inside / double(of) == doctest::Approx(0.90).epsilon(0.03));
    CHECK(total_width < 0.98 * sum_of_widths);
}

TEST_CASE("Difficult series get wider intervals than easy ones of the same scale") {
    const Calibration calibration(walks(1500, 1), steps, {0.05, 0.95}, false);
    Outlook easy = walks(1, 5)[0].outlook, hard = easy;
    easy.scale = hard.scale = 1;
    for (double& deviation : easy.deviation) deviation = 0.5;
    for (double& deviation : hard.deviation) deviation = 3;
    CHECK(calibration.quantiles(hard)[1][0] - calibration.quantiles(hard)[0][0] > 2 * (calibration.quantiles(easy)[1][0] - calibration.quantiles(easy)[0][0]));
}

TEST_CASE("Cross-validation judges each half by the other") {
    const auto coverage = cross_validate(walks(1000, 7), steps, {0.8, 0.95}, false);
    REQUIRE(coverage.size() == 2);
    CHECK(coverage[0].of == 6000);
    CHECK(coverage[0].inside / 6000.0 == doctest::Approx(0.80).epsilon(0.03));
    CHECK(coverage[1].inside / 6000.0 == doctest::Approx(0.95).epsilon(0.012));
    CHECK(coverage[1].of_by_step[5] == 1000);
    CHECK(cross_validate({}, steps, {0.8}, false)[0].of == 0);
}

TEST_CASE("forecast-04: a constant has an interval of no width; without held-out errors what was usual stands") {
    Outlook constant;
    constant.mean = {42, 42};
    constant.deviation = constant.spread = {0, 0};
    for (const auto& cases : {std::vector<HeldOut>{}, walks(100, 1)}) {
        const Calibration calibration(cases, steps, {0.025, 0.975}, true);
        CHECK(calibration.quantiles(constant)[0] == std::vector<double>{42, 42});
        CHECK(calibration.quantiles(constant)[1] == std::vector<double>{42, 42});
    }
    Outlook one = constant;
    one.deviation = {10, 10};
    one.scale = 10;
    CHECK(Calibration({}, 2, {0.025, 0.975}, true).quantiles(one)[1][0] == doctest::Approx(42 + 23));
    CHECK(Calibration({}, 2, {0.025, 0.975}, false).quantiles(one)[0][0] == doctest::Approx(42 - 27));
    CHECK(interval_scale(std::vector<double>{5, 5, 5}, 12) == 0);
    CHECK(interval_scale(std::vector<double>{5, 7, 5}, 12) == 2);
}

TEST_CASE("Few held-out errors are mixed with what was usual, many are not; overlapping ends are worth little") {
    const Calibration few(walks(2, 1), steps, {0.025, 0.975}, false), many(walks(1000, 1), steps, {0.025, 0.975}, false);
    CHECK(few.worth() == 2);
    CHECK(many.worth() == 1000);
    auto same = walks(7, 1);
    for (HeldOut& one : same) one.series = 0;
    CHECK(Calibration(same, steps, {0.025, 0.975}, false).worth() == doctest::Approx(2));
    CHECK(usual_score(0.5, true) == doctest::Approx(0).epsilon(1e-9));
    CHECK(usual_score(0.975, true) == doctest::Approx(2.3));
    for (double p = 0.002; p < 0.999; p += 0.001) CHECK(usual_score(p + 0.001, false) > usual_score(p, false));
    CHECK(normal_quantile(0.975) == doctest::Approx(1.959963985));
    CHECK(normal_quantile(0.5) == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("Paths keep the quantiles of each step, and their totals spread as totals do") {
    const Calibration calibration(walks(1500, 1), steps, {0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99}, false);
    CHECK(calibration.together() > 0.6);  // of a walk, sqrt(h / (h + 1)) from step h to the next: 0.71 to 0.91
    CHECK(calibration.together() < 0.95);
    const Outlook outlook = walks(1, 5)[0].outlook;
    const auto paths = calibration.paths(outlook, 4000, 7), again = calibration.paths(outlook, 4000, 7);
    CHECK(paths == again);
    CHECK(paths != calibration.paths(outlook, 4000, 8));
    const auto quantiles = calibration.quantiles(outlook), totals = calibration.total_quantiles(outlook);
    const auto share_below = [&](auto value_of, double bound) {
        int below = 0;
        for (const auto& path : paths) below += value_of(path) < bound;
        return below / 4000.0;
    };
    for (std::size_t h = 0; h < steps; ++h) {
        CHECK(share_below([&](const auto& path) { return path[h]; }, quantiles[3][h]) == doctest::Approx(0.1).epsilon(0.2));
        CHECK(share_below([&](const auto& path) { return path[h]; }, quantiles[11][h]) == doctest::Approx(0.9).epsilon(0.03));
    }
    const auto total = [](const auto& path) {
        double sum = 0;
        for (const double value : path) sum += value;
        return sum;
    };
    CHECK(std::abs(share_below(total, totals[3].back()) - 0.1) < 0.04);
    CHECK(std::abs(share_below(total, totals[11].back()) - 0.9) < 0.04);
}
