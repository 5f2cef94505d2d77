// Measures of forecasts against values worked by hand, and none where a denominator is zero.
#include "engines/forecast/measures.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/competition_for_tests.h"

using namespace fairlead;
using namespace fairlead::forecast;
using doctest::Approx;
using Values = std::vector<double>;

TEST_CASE("WAPE, bias and accuracy are those of definition 10") {
    const Values forecast{100, 120, 90, 0}, actual{110, 100, 100, 5};
    Sums sums;
    for (std::size_t i = 0; i < 4; ++i) sums.add(actual[i], forecast[i]);
    CHECK(*sums.wape() == Approx(0.142857).epsilon(1e-5));   // (10 + 20 + 10 + 5) / 315
    CHECK(*sums.bias() == Approx(-0.015873).epsilon(1e-4));  // (-10 + 20 - 10 - 5) / 315
    CHECK(*accuracy(100, 120) == Approx(0.8));
    CHECK(*accuracy(100, 350) == Approx(-1.5));
    CHECK_FALSE(accuracy(0, 5));
    Sums none;
    none.add(0, 0);
    CHECK_FALSE(none.wape());
    CHECK_FALSE(none.bias());
}

TEST_CASE("sMAPE, MASE, RMSSE and MSIS are worked by hand") {
    const Values past{10, 12, 9, 11, 14}, actual{10, 20}, forecast{12, 16};
    CHECK(*smape(actual, forecast) == Approx((200 * 2.0 / 22 + 200 * 4.0 / 36) / 2));
    CHECK(*absolute_scale(past, 1) == Approx((2 + 3 + 2 + 3) / 4.0));
    CHECK(*absolute_scale(past, 2) == Approx((1 + 1 + 5) / 3.0));
    CHECK(*mase(actual, forecast, absolute_scale(past, 1)) == Approx(3 / 2.5));
    CHECK(*squared_scale(past) == Approx((4 + 9 + 4 + 9) / 4.0));
    CHECK(*rmsse(actual, forecast, squared_scale(past)) == Approx(std::sqrt(10 / 6.5)));
    // Zeros before the first sale do not count.
    CHECK(*squared_scale(Values{0, 0, 0, 10, 12, 9, 11, 14}) == Approx((4 + 9 + 4 + 9) / 4.0));
    // The first lies in its interval, the second 2 above: (4 + 8 + 40 * 2) / 2 / 2.5
    CHECK(*msis(actual, Values{9, 10}, Values{13, 18}, 0.95, absolute_scale(past, 1)) == Approx((4 + 8 + 80) / 2.0 / 2.5));
    CHECK(*msis(actual, Values{11, 10}, Values{13, 25}, 0.9, 1.0) == Approx((2 + 20 + 15) / 2.0));
    CHECK(inside(actual, Values{10, 10}, Values{13, 18}) == 1);
}

TEST_CASE("Pinball loss weighs misses above and below by the quantile") {
    const Values actual{10, 20}, forecast{12, 16};
    CHECK(*pinball(actual, forecast, 0.9) == Approx((0.1 * 2 + 0.9 * 4) / 2));
    CHECK(*pinball(actual, forecast, 0.5) == Approx(1.5));
    CHECK(*scaled_pinball(actual, forecast, 0.5, 3.0) == Approx(0.5));
    CHECK_FALSE(scaled_pinball(actual, forecast, 0.5, std::nullopt));
}

TEST_CASE("forecast-04: a series without change has no scaled error, one of zeros no WAPE; none of them is 0") {
    const Values constant(24, 42.0), zeros(24, 0.0), actual(3, 42.0), nothing(3, 0.0);
    CHECK_FALSE(absolute_scale(constant, 12));
    CHECK_FALSE(mase(actual, actual, absolute_scale(constant, 12)));
    CHECK_FALSE(rmsse(actual, actual, squared_scale(constant)));
    CHECK_FALSE(squared_scale(zeros));
    CHECK_FALSE(msis(actual, actual, actual, 0.95, absolute_scale(constant, 12)));
    CHECK(*smape(actual, actual) == 0);
    CHECK_FALSE(smape(nothing, nothing));
    Mean mean;
    mean.add(std::nullopt);
    CHECK_FALSE(mean.value());
    mean.add(2);
    mean.add(4);
    CHECK(*mean.value() == 3);
    CHECK(mean.missing == 1);
}

TEST_CASE("OWA is taken of aggregated values, ACD of the share covered") {
    CHECK(*owa(12.0, 1.5, 15.0, 2.0) == Approx(0.5 * (0.8 + 0.75)));
    CHECK_FALSE(owa(12.0, std::nullopt, 15.0, 2.0));
    CHECK_FALSE(owa(12.0, 1.5, 0.0, 2.0));
    CHECK(*acd(93, 100, 0.95) == Approx(0.02));
    CHECK_FALSE(acd(0, 0, 0.95));
}

TEST_CASE("Naive2 repeats the last value with the season that the test finds") {
    Values values;
    for (int year = 0; year < 5; ++year)
        for (const double index : {0.5, 1.0, 1.5, 1.0}) values.push_back(100 * index);
    const Values forecast = naive2(values, 4, 5);
    CHECK(forecast[0] == Approx(50));
    CHECK(forecast[2] == Approx(150));
    CHECK(forecast[4] == Approx(50));
    CHECK(naive2(Values(values.begin(), values.begin() + 11), 4, 1) == Values{150});  // less than three seasons
    CHECK(naive2(Values{3, 5, 4}, 4, 2) == Values{4, 4});
    CHECK(naive2(Values{7}, 12, 2) == Values{7, 7});
    CHECK(naive2(Values(40, 0.0), 4, 2) == Values{0, 0});
}

TEST_CASE("Naive2 on all series of M3 is as good as published") {
    const auto series = load_m3();
    if (series.empty()) {
        MESSAGE("SKIPPED: there is no data of M3");
        return;
    }
    // sMAPE as recomputed from the official forecasts, with M3's own test of seasonality, a little another than M4's.
    for (const auto& [frequency, published] : {std::pair{1, 17.88}, std::pair{4, 9.951}, std::pair{12, 16.891}}) {
        Mean mean;
        for (const Competition& one : series)
            if (one.season == frequency && (frequency != 1 || one.future.size() == 6)) mean.add(smape(one.future, naive2(one.past, one.season, static_cast<int>(one.future.size()))));
        INFO(frequency << ": " << *mean.value());
        CHECK(*mean.value() == Approx(published).epsilon(0.02));
    }
}
