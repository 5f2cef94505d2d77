#include "engines/forecast/models/intermittent.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/r_answers.h"
#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::r_answers;

TEST_CASE("forecast-07: Croston on ordinary demand, none at all, two and one demand") {
    const std::vector<std::pair<std::vector<double>, double>> cases{{{1, 0, 0, 0, 2, 0, 0}, 0.846154},
                                                                    {{0, 0, 0, 0, 0, 0, 0}, 0.0},
                                                                    {{0, 0, 0, 3, 0, 3}, 0.789474},
                                                                    {{0, 0, 0, 0, 2, 0, 0}, 0.4}};
    for (const auto& [values, expected] : cases) {
        const auto fit = find_model("croston")->fit(ask(values, 2));
        REQUIRE(fit);
        CHECK(fit->mean[0] == doctest::Approx(expected).epsilon(1e-6));
        CHECK(fit->mean[1] == fit->mean[0]);
        CHECK(std::isfinite(fit->deviation[0]));
        const auto unbiased = find_model("croston_sba")->fit(ask(values, 1));
        REQUIRE(unbiased);
        CHECK(unbiased->mean[0] == doctest::Approx(0.95 * expected).epsilon(1e-6));
    }
    CHECK(find_model("croston")->fit(ask(cases[3].first))->description.find("one demand") != std::string::npos);
    CHECK(find_model("croston")->fit(ask(cases[1].first))->description.find("no demand") != std::string::npos);
}

TEST_CASE("Croston is that of R") {
    for (const auto& r : r_answers().of("croston")) {
        const auto fit = find_model("croston")->fit(ask(r_answers().series.at(r.series), 1));
        REQUIRE(fit);
        CHECK(fit->mean[0] == doctest::Approx(r.one("mean")).epsilon(1e-9));
    }
}

TEST_CASE("Fitted rates are what was known before") {
    const std::vector<double> values{0, 3, 0, 0, 6, 0};
    const Rate rate = croston(values, 0.5);
    CHECK(std::isnan(rate.fitted[0]));
    CHECK(std::isnan(rate.fitted[1]));
    CHECK(rate.fitted[2] == doctest::Approx(1.5));
    CHECK(rate.fitted[4] == doctest::Approx(1.5));
    CHECK(rate.fitted[5] == doctest::Approx(4.5 / 2.5));
    CHECK(rate.rate == doctest::Approx(1.8));
}

TEST_CASE("The chance of a demand sinks while nothing is sold") {
    // By hand: first demand in period 2 gives size 4, chance 1/2; then alpha 0.2 for the chance, 0.5 for the size.
    const std::vector<double> values{0, 4, 0, 0, 8, 0};
    const Rate rate = teunter(values, 0.5, 0.2);
    CHECK(rate.fitted[2] == doctest::Approx(2.0));
    CHECK(rate.fitted[3] == doctest::Approx(0.4 * 4));
    CHECK(rate.fitted[4] == doctest::Approx(0.32 * 4));
    CHECK(rate.fitted[5] == doctest::Approx((0.32 + 0.2 * 0.68) * 6));
    CHECK(rate.rate == doctest::Approx((0.32 + 0.2 * 0.68) * 0.8 * 6));
    std::vector<double> dead(60, 0.0);
    for (int t = 0; t < 30; t += 3) dead[t] = 5;
    const auto croston = find_model("croston")->fit(ask(dead)), tsb = find_model("tsb")->fit(ask(dead));
    REQUIRE(croston);
    REQUIRE(tsb);
    CHECK(tsb->mean[0] < 0.3 * croston->mean[0]);
}

TEST_CASE("Blocks are counted back from the end") {
    // Blocks of 3: (1 left out) 2+0+4 = 6, 0+0+3 = 3, 6+0+0 = 6.
    const std::vector<double> values{1, 2, 0, 4, 0, 0, 3, 6, 0, 0};
    const Rate rate = aggregated(values, 3);
    double best = 1e9, expected = 0;
    for (double alpha = 0.1; alpha <= 0.30001; alpha += 0.0001) {
        double level = 6, squares = 0;
        for (const double sum : {6.0, 3.0, 6.0}) {
            squares += (sum - level) * (sum - level);
            level += alpha * (sum - level);
        }
        if (squares < best) best = squares, expected = level / 3;
    }
    CHECK(rate.rate == doctest::Approx(expected).epsilon(1e-4));
    CHECK(std::isnan(rate.fitted[3]));
    CHECK(rate.fitted[4] == doctest::Approx(2.0));
    CHECK(aggregated(values, 100).rate == doctest::Approx(1.6));
}

TEST_CASE("Several widths are the mean of their blocks") {
    const std::vector<double> values{0, 0, 3, 0, 0, 3, 0, 0, 6, 0, 0, 3};  // every third period
    const auto fit = find_model("imapa")->fit(ask(values));
    REQUIRE(fit);
    CHECK(fit->mean[0] ==
          doctest::Approx((aggregated(values, 1).rate + aggregated(values, 2).rate + aggregated(values, 3).rate) / 3));
    const auto one = find_model("adida")->fit(ask(values));
    REQUIRE(one);
    CHECK(one->mean[0] == doctest::Approx(aggregated(values, 3).rate));
}

TEST_CASE("Returns are no demand") {
    const auto fit = find_model("croston")->fit(ask({0, 2, -1, 0, 3}));
    REQUIRE_FALSE(fit);
    CHECK(fit.refused().code() == "negative");
    CHECK(fit.refused().message().find("3") != std::string::npos);
}

}  // namespace
}  // namespace fairlead::forecast
