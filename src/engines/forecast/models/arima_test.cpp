#include "engines/forecast/models/arima.h"

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "engines/forecast/models/r_answers.h"
#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/difference.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::Noise;
using testing::r_answers;
using testing::series;

ArimaOrder order_of(const std::string& name) {
    ArimaOrder order;
    std::istringstream words(name);
    words >> order.p >> order.d >> order.q >> order.seasonal_p >> order.seasonal_d >> order.seasonal_q;
    order.constant = name.find("mean") != std::string::npos || name.find("drift") != std::string::npos;
    return order;
}

TEST_CASE("ARIMA models with given orders are those of R's Arima by maximum likelihood") {
    for (const auto& r : r_answers().of("arima")) {
        CAPTURE(r.series);
        CAPTURE(r.name);
        const auto& values = r_answers().series.at(r.series);
        const int m = r_answers().season.at(r.series);
        const ArimaOrder order = order_of(r.name);
        const auto fit = fit_arima(values, m, order);
        REQUIRE(fit);
        // R's search stops a little earlier; a higher likelihood of ours is no fault.
        CHECK(fit->log_likelihood > r.one("loglik") - 0.001);
        CHECK(fit->log_likelihood < r.one("loglik") + 0.05);
        CHECK(fit->aicc == doctest::Approx(r.one("aicc")).epsilon(2e-4));
        CHECK(fit->sigma2 == doctest::Approx(r.one("sigma2")).epsilon(0.02));
        std::vector<double> mean, variance;
        forecast_arima(values, m, *fit, 12, mean, variance);
        for (std::size_t h = 0; h < 12; ++h) {
            CHECK(mean[h] == doctest::Approx(r.at("mean")[h]).epsilon(0.003));
            CHECK(std::sqrt(variance[h]) == doctest::Approx(r.at("deviation")[h]).epsilon(0.01));
        }
    }
}

TEST_CASE("A regression with ARIMA errors is that of R") {
    for (const auto& r : r_answers().of("regression")) {
        CAPTURE(r.series);
        const auto& values = r_answers().series.at(r.series);
        std::vector<std::vector<double>> regressors{r.at("first"), r.at("second")};
        const auto fit = fit_arima(values, r_answers().season.at(r.series), order_of(r.name), regressors);
        REQUIRE(fit);
        CHECK(fit->log_likelihood == doctest::Approx(r.one("loglik")).epsilon(1e-4));
        for (int i = 0; i < 2; ++i) CHECK(fit->effects[i] == doctest::Approx(r.at("effects")[i]).epsilon(0.005));
        std::vector<double> mean, variance;
        forecast_arima(values, r_answers().season.at(r.series), *fit, 6, mean, variance, regressors);
        for (std::size_t h = 0; h < 6; ++h) {
            CHECK(mean[h] == doctest::Approx(r.at("mean")[h]).epsilon(0.001));
            CHECK(std::sqrt(variance[h]) == doctest::Approx(r.at("deviation")[h]).epsilon(0.01));
        }
    }
}

TEST_CASE("The search finds models as good as those of R's auto.arima, or better") {
    for (const auto& r : r_answers().of("auto_arima")) {
        CAPTURE(r.series);
        CAPTURE(r.name);
        const auto& values = r_answers().series.at(r.series);
        const int m = r_answers().season.at(r.series);
        const auto found = search_arima(values, m);
        REQUIRE(found);
        const ArimaFit& fit = *found;
        CAPTURE(fit.order.name(m));
        std::istringstream words(r.name);
        std::vector<int> theirs;
        for (int number; words >> number;) theirs.push_back(number);
        // Only models of equally differenced values can be compared.
        CHECK(fit.order.d == theirs[1]);
        CHECK(fit.order.seasonal_d == (theirs.size() > 4 ? theirs[4] : 0));
        CHECK(fit.aicc < r.one("aicc") + 0.2);
    }
}

TEST_CASE("The statistic of KPSS and the strength of a season") {
    CHECK(kpss_level(std::vector<double>(30, 5.0)) == 0);
    // By hand, no lags (n = 4): deviations -1.5, -0.5, 0.5, 1.5; sums -1.5, -2, -1.5, 0; 8.5 / 16 / (5 / 4).
    CHECK(kpss_level(std::vector<double>{1, 2, 3, 4}) == doctest::Approx(8.5 / 16 / 1.25));
    for (const auto& r : r_answers().of("differences")) {
        CAPTURE(r.series);
        const auto& values = r_answers().series.at(r.series);
        const int m = r_answers().season.at(r.series);
        const bool seasonal = seasonal_strength(values, m) > 0.64;
        CHECK(seasonal == (r.one("seasonal") > 0));
        if (!seasonal) CHECK(plain_differences(values, 2) == static_cast<int>(r.one("plain")));
    }
    CHECK(seasonal_strength(series({.count = 60, .level = 10, .swing = 100, .season = 12, .noise = 1}), 12) > 0.95);
    CHECK(seasonal_strength(series({.count = 240, .level = 10, .noise = 1}), 12) < 0.4);
    CHECK(seasonal_strength(std::vector<double>(40, 3.0), 4) == 0);
}

TEST_CASE("What made a series is found again") {
    Noise noise(4);
    std::vector<double> y{0};
    double before = 0;
    for (int t = 0; t < 600; ++t) {
        const double e = noise.next();
        y.push_back(0.6 * y.back() + e + 0.5 * before);
        before = e;
    }
    for (double& value : y) value += 100;
    const auto fit = fit_arima(y, 1, {.p = 1, .q = 1, .constant = true});
    REQUIRE(fit);
    CHECK(fit->arma.ar[0] == doctest::Approx(0.6).epsilon(0.15));
    CHECK(fit->arma.ma[0] == doctest::Approx(0.5).epsilon(0.2));
    CHECK(fit->sigma2 == doctest::Approx(1 / 3.0).epsilon(0.1));  // uniform from -1 to 1
    const auto found = search_arima(y, 1);
    REQUIRE(found);
    CHECK(found->order.d == 0);
    CHECK(found->order.p + found->order.q >= 2);
    CHECK(found->aicc <= fit->aicc + 1e-6);
}

TEST_CASE("Fitted values are the values less the errors of one step") {
    const auto y = series({.count = 40, .level = 50, .trend = 1, .noise = 3});
    const auto fit = fit_arima(y, 1, {.p = 1, .d = 1, .constant = true});
    REQUIRE(fit);
    const auto fitted = fitted_arima(y, 1, *fit);
    CHECK(std::isnan(fitted[0]));
    for (std::size_t t = 2; t < y.size(); ++t)
        CHECK(fitted[t] ==
              doctest::Approx(y[t - 1] + fit->constant + fit->arma.ar[0] * (y[t - 1] - y[t - 2] - fit->constant)));
}

TEST_CASE("A regression with ARIMA errors finds what a promotion and a price do, and forecasts with them") {
    auto y = series({.count = 100, .level = 200, .trend = 1, .noise = 3, .seed = 31});
    const int horizon = 10;
    std::vector<std::vector<double>> regressors(2);
    for (std::size_t t = 0; t < y.size() + horizon; ++t) {
        regressors[0].push_back(t % 9 == 0 ? 1 : 0);                           // a promotion
        regressors[1].push_back(10 + std::sin(0.7 * static_cast<double>(t)));  // a price
    }
    auto plain = y;
    for (std::size_t t = 0; t < y.size(); ++t) y[t] += 40 * regressors[0][t] - 15 * regressors[1][t];
    Question question = ask(y, horizon);
    question.regressors = regressors;
    question.with_fitted = true;
    const auto fit = find_model("arima")->fit(question);
    REQUIRE(fit);
    CHECK(fit->numbers.at("effect1") == doctest::Approx(40).epsilon(0.1));
    CHECK(fit->numbers.at("effect2") == doctest::Approx(-15).epsilon(0.15));
    const auto without = find_model("arima")->fit(ask(plain, horizon));
    REQUIRE(without);
    for (int h = 0; h < horizon; ++h)
        CHECK(fit->mean[h] ==
              doctest::Approx(without->mean[h] + 40 * regressors[0][y.size() + h] - 15 * regressors[1][y.size() + h])
                  .epsilon(0.03));
    CHECK(fit->mean[8] > fit->mean[0] + 20);  // 108: the next promotion
    double missed = 0;
    for (std::size_t t = 5; t < y.size(); ++t) missed = std::max(missed, std::abs(y[t] - fit->fitted[t]));
    CHECK(missed < 20);
}

TEST_CASE("Regressors that cannot be right are refused, those that do not vary do nothing") {
    const auto y = series({.count = 60, .level = 200, .trend = 1, .noise = 3, .seed = 32});
    std::vector<std::vector<double>> regressors(1);
    for (std::size_t t = 0; t < y.size() + 4; ++t) regressors[0].push_back(t % 7 == 0 ? 1 : 0);
    Question question = ask(y, 4);
    const auto code = [&] {
        question.regressors = regressors;
        const auto fit = find_model("arima")->fit(question);
        return fit ? std::string() : fit.refused().code();
    };
    CHECK(code().empty());
    regressors.push_back(regressors[0]);
    CHECK(code() == "dependent_regressors");
    regressors[1].assign(y.size() + 4, 1.0);  // a constant: a holiday that has not been yet
    regressors[1].back() = 2;
    CHECK(code().empty());
    CHECK(find_model("arima")->fit(question)->numbers.at("effect2") == 0);
    regressors[1].pop_back();
    CHECK(code() == "bad_regressor");
    regressors[1].push_back(std::numeric_limits<double>::quiet_NaN());
    CHECK(code() == "not_finite");
}

TEST_CASE("Names of ARIMA models") {
    CHECK(ArimaOrder{.q = 1}.name(1) == "ARIMA(0,0,1)");
    CHECK(ArimaOrder{.d = 1, .q = 1, .seasonal_d = 1, .seasonal_q = 1}.name(12) == "ARIMA(0,1,1)(0,1,1)[12]");
    CHECK(ArimaOrder{.p = 1, .d = 1, .constant = true}.name(4) == "ARIMA(1,1,0) with drift");
}

}  // namespace
}  // namespace fairlead::forecast
