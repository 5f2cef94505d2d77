#include "engines/forecast/models/ar.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/arma.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::Noise;
using testing::series;

TEST_CASE("Burg's first order by hand, and every order against the plain definition") {
    const std::vector<double> w{1, 2, -1, 0.5};
    const auto orders = burg(w, 2);
    REQUIRE(orders.size() == 3);
    CHECK(orders[0].variance == doctest::Approx((1 + 4 + 1 + 0.25) / 4));
    // 2 (2*1 - 1*2 - 0.5*1) / ((4 + 1) + (1 + 4) + (0.25 + 1))
    CHECK(orders[1].coefficients[0] == doctest::Approx(-1.0 / 11.25));
    // Order p: the partial that makes the squares of forward and backward errors least, the lower order given.
    const auto y = series({.count = 40, .level = 0, .noise = 2});
    const auto all = burg(y, 5);
    for (std::size_t p = 1; p <= 5; ++p) {
        std::vector<double> partial(p);
        REQUIRE(partials_of(all[p].coefficients, partial));
        const auto squares = [&](double last) {
            auto moved = partial;
            moved.back() = last;
            std::vector<double> c(p);
            coefficients_of(moved, c);
            double sum = 0;
            for (std::size_t t = p; t < y.size(); ++t) {
                double forward = y[t], backward = y[t - p];
                for (std::size_t i = 1; i <= p; ++i) {
                    forward -= c[i - 1] * y[t - i];
                    backward -= c[i - 1] * y[t - p + i];
                }
                sum += forward * forward + backward * backward;
            }
            return sum;
        };
        CHECK(squares(partial.back()) <= squares(partial.back() + 0.001));
        CHECK(squares(partial.back()) <= squares(partial.back() - 0.001));
    }
}

TEST_CASE("An autoregression finds the coefficients that made the series") {
    Noise noise(3);
    std::vector<double> w(2000, 0.0);
    for (std::size_t t = 2; t < w.size(); ++t) w[t] = 0.5 * w[t - 1] - 0.3 * w[t - 2] + noise.next();
    const auto orders = burg(w, 4);
    CHECK(orders[2].coefficients[0] == doctest::Approx(0.5).epsilon(0.1));
    CHECK(orders[2].coefficients[1] == doctest::Approx(-0.3).epsilon(0.15));
    CHECK(orders[2].variance == doctest::Approx(1 / 3.0).epsilon(0.05));
}

TEST_CASE("An autoregression of the steps moves with the series and keeps a steady drift") {
    auto y = series({.count = 60, .level = 50, .trend = 2, .noise = 1, .seed = 6});
    const auto here = find_model("ar")->fit(ask(y, 6));
    REQUIRE(here);
    CHECK(here->description.find("drift") != std::string::npos);
    CHECK(here->mean[5] - here->mean[2] == doctest::Approx(6).epsilon(0.3));
    for (double& value : y) value += 500;
    const auto there = find_model("ar")->fit(ask(y, 6));
    REQUIRE(there);
    for (std::size_t h = 0; h < 6; ++h) CHECK(there->mean[h] - 500 == doctest::Approx(here->mean[h]).epsilon(1e-6));
}

}  // namespace
}  // namespace fairlead::forecast
