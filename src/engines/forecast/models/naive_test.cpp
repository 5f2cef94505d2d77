#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::ask;

Fit fit_of(std::string_view name, const Question& question) {
    auto fit = find_model(name)->fit(question);
    REQUIRE(fit);
    return *fit;
}

TEST_CASE("The naive forecast repeats the last value and its variance grows with the steps") {
    const std::vector<double> values{10, 12, 9, 13};
    Question question = ask(values, 3);
    question.with_fitted = true;
    const Fit fit = fit_of("naive", question);
    CHECK(fit.mean == std::vector<double>{13, 13, 13});
    const double sigma = std::sqrt((4.0 + 9 + 16) / 3);  // differences 2, -3, 4
    for (int h = 1; h <= 3; ++h) CHECK(fit.deviation[h - 1] == doctest::Approx(sigma * std::sqrt(h)));
    CHECK(std::isnan(fit.fitted[0]));
    CHECK(fit.fitted[1] == 10);
    CHECK(fit.fitted[3] == 9);
}

TEST_CASE("The seasonal naive forecast repeats the last season and its variance grows with the seasons") {
    const std::vector<double> values{1, 2, 3, 2, 4, 6, 9};
    const Fit fit = fit_of("seasonal_naive", ask(values, 7, 3));
    CHECK(fit.mean == std::vector<double>{4, 6, 9, 4, 6, 9, 4});
    const double sigma = std::sqrt((1.0 + 4 + 9 + 49) / 4);  // 2-1, 4-2, 6-3, 9-2
    CHECK(fit.deviation[0] == doctest::Approx(sigma));
    CHECK(fit.deviation[2] == doctest::Approx(sigma));
    CHECK(fit.deviation[3] == doctest::Approx(sigma * std::sqrt(2)));
    CHECK(fit.deviation[6] == doctest::Approx(sigma * std::sqrt(3)));
}

TEST_CASE("The drift goes on from the last value by the average step") {
    const std::vector<double> values{10, 12, 9, 16};
    const Fit fit = fit_of("drift", ask(values, 2));
    CHECK(fit.mean[0] == doctest::Approx(18));
    CHECK(fit.mean[1] == doctest::Approx(20));
    const double sigma = std::sqrt((0.0 + 25 + 25) / 2);  // 2-2, -3-2, 7-2; two degrees of freedom
    CHECK(fit.deviation[0] == doctest::Approx(sigma * std::sqrt(1 * (1 + 1.0 / 3))));
    CHECK(fit.deviation[1] == doctest::Approx(sigma * std::sqrt(2 * (1 + 2.0 / 3))));
}

TEST_CASE("The mean has the error of the mean in its variance") {
    const std::vector<double> values{2, 4, 6, 8};
    const Fit fit = fit_of("mean", ask(values, 2));
    CHECK(fit.mean == std::vector<double>{5, 5});
    CHECK(fit.deviation[1] == doctest::Approx(std::sqrt(20.0 / 3 * 1.25)));
}

TEST_CASE("forecast-05: a season of 12 cannot be copied from 6 values") {
    const std::vector<double> values{50, 60, 55, 65, 60, 70};
    const auto fit = find_model("seasonal_naive")->fit(ask(values, 1, 12));
    REQUIRE_FALSE(fit);
    CHECK(fit.refused().code() == "too_short");
    CHECK(fit_of("mean", ask(values, 1, 12)).mean[0] == doctest::Approx(60));
    CHECK(fit_of("naive", ask(values, 1, 12)).mean[0] == 70);
}

}  // namespace
}  // namespace fairlead::forecast
