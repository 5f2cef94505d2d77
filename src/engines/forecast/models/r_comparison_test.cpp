// The answers of R's forecast package against ours, with the places where R's differ on purpose.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "engines/forecast/models/ets.h"
#include "engines/forecast/models/r_answers.h"
#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::r_answers;
using testing::RAnswer;

void check_near(const std::vector<double>& ours, const std::vector<double>& theirs, double relative) {
    REQUIRE(ours.size() >= theirs.size());
    for (std::size_t at = 0; at < theirs.size(); ++at) {
        CAPTURE(at);
        CHECK(std::abs(ours[at] - theirs[at]) <= relative * std::max(std::abs(theirs[at]), 1e-6));
    }
}

TEST_CASE("The naive family gives what R's rwf and snaive give") {
    for (const RAnswer& r : r_answers().of("naive")) {
        CAPTURE(r.series);
        CAPTURE(r.name);
        const auto& values = r_answers().series.at(r.series);
        const char* name = r.name == "rwf" ? "naive" : r.name == "drift" ? "drift" : "seasonal_naive";
        const auto fit =
            find_model(name)->fit(ask(values, static_cast<int>(r.at("mean").size()), r_answers().season.at(r.series)));
        REQUIRE(fit);
        check_near(fit->mean, r.at("mean"), 1e-10);
        check_near(fit->deviation, r.at("deviation"), 1e-9);
    }
}

TEST_CASE("Autocorrelations and seasonal indices are those of R's acf and decompose") {
    for (const RAnswer& r : r_answers().of("acf")) {
        CAPTURE(r.series);
        check_near(autocorrelations(r_answers().series.at(r.series), 12), r.at("values"), 1e-9);
    }
    for (const RAnswer& r : r_answers().of("decompose")) {
        CAPTURE(r.series);
        const auto kind = r.name == "additive" ? SeasonKind::additive : SeasonKind::multiplicative;
        check_near(seasonal_indices(r_answers().series.at(r.series), r_answers().season.at(r.series), kind),
                   r.at("figure"), 1e-9);
    }
}

EtsForm form_of(const std::string& name) {
    EtsForm form;
    form.error = name[0] == 'A' ? EtsError::additive : EtsError::multiplicative;
    form.trend = name[1] == 'N' ? EtsTrend::none : name.size() == 4 ? EtsTrend::damped : EtsTrend::additive;
    form.season = name[2] == 'N' ? EtsSeason::none : name[2] == 'A' ? EtsSeason::additive : EtsSeason::multiplicative;
    return form;
}

// R's likelihood leaves out this constant.
double left_out(double n) {
    return -0.5 * n * (std::log(2 * std::numbers::pi) + 1 - std::log(n));
}

TEST_CASE("Exponential smoothing with R's parameters has R's likelihood, forecasts and variances") {
    for (const RAnswer& r : r_answers().of("ets")) {
        CAPTURE(r.series);
        CAPTURE(r.name);
        const auto& values = r_answers().series.at(r.series);
        const int m = r_answers().season.at(r.series);
        const EtsForm form = form_of(r.name);
        const auto& numbers = r.at("parameters");
        const auto& states = r.at("states");
        EtsParameters p{
            .alpha = numbers[0], .beta = numbers[1], .gamma = numbers[2], .phi = numbers[3], .level = states[0]};
        const std::size_t first = form.trend == EtsTrend::none ? 1 : 2;
        if (first == 2) p.slope = states[1];
        if (form.season != EtsSeason::none)
            for (int j = 0; j < m; ++j) p.season.push_back(states[first + m - 1 - j]);  // R's newest season comes first
        const EtsFit fit = run_ets(values, m, form, p);
        CHECK(fit.log_likelihood ==
              doctest::Approx(r.one("loglik") + left_out(static_cast<double>(values.size()))).epsilon(1e-8));
        CHECK(fit.sigma2 == doctest::Approx(r.one("sigma2")).epsilon(1e-7));
        std::vector<double> mean, variance;
        forecast_ets(fit, static_cast<int>(r.at("mean").size()), mean, variance);
        // Two slips of R 8.20, found by simulation (ets_test.cpp): a damped trend beside a multiplicative season is not
        // damped in its first step; without a trend an additive season's error returns a period too early.
        if (form.trend == EtsTrend::damped && form.season == EtsSeason::multiplicative) continue;
        check_near(mean, r.at("mean"), 1e-6);
        if (form.trend == EtsTrend::none && form.season == EtsSeason::additive) continue;
        for (double& value : variance) value = std::sqrt(value);
        check_near(variance, r.at("deviation"), 1e-6);
    }
}

TEST_CASE("Within R's bounds every form is fitted about as well as R fits it, and the whole search no worse") {
    int better = 0, worse = 0;
    for (const RAnswer& r : r_answers().of("ets")) {
        CAPTURE(r.series);
        CAPTURE(r.name);
        const auto& values = r_answers().series.at(r.series);
        const auto fit = fit_ets(values, r_answers().season.at(r.series), form_of(r.name), Bounds::r_compatible);
        REQUIRE(fit);
        const double theirs = r.one("aicc") - 2 * left_out(static_cast<double>(values.size()));
        better += fit->aicc < theirs - 0.01;
        worse += fit->aicc > theirs + 0.01;
        CHECK(fit->aicc < theirs + 0.3);
    }
    CHECK(better > 10 * worse);
    for (const RAnswer& r : r_answers().of("auto_ets")) {
        CAPTURE(r.series);
        const auto& values = r_answers().series.at(r.series);
        const auto fits = fit_all_ets(values, r_answers().season.at(r.series), Bounds::r_compatible);
        CHECK(fits[0].aicc < r.one("aicc") - 2 * left_out(static_cast<double>(values.size())) + 0.1);
    }
}

}  // namespace
}  // namespace fairlead::forecast
