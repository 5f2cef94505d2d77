// The naive family: the last value, the last season, the last value with the average step, the mean. Variances of the
// forecast errors by Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (3rd edition), table 5.2, with
// the residual variance free of the parameters spent; R's `rwf`, `snaive` and `meanf` give the same numbers.
#include <algorithm>
#include <cmath>

#include "engines/forecast/models/families.h"

namespace fairlead::forecast {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The walk by `lag` steps: y[t] = y[t - lag] + drift + e.
Result<Fit> walk(const Question& question, std::string_view label, int lag_of_walk, bool with_drift, std::string words) {
    FAIRLEAD_TRY(check_question(question, label, std::max(lag_of_walk, 1) + (with_drift ? 1 : 0)));
    const auto y = question.values;
    const std::size_t n = y.size(), lag = static_cast<std::size_t>(lag_of_walk), steps = n - lag;
    const double drift = with_drift ? (y[n - 1] - y[0]) / static_cast<double>(n - 1) : 0.0;
    double squares = 0;
    for (std::size_t t = lag; t < n; ++t) {
        const double error = y[t] - y[t - lag] - drift;
        squares += error * error;
    }
    const std::size_t freedom = steps - (with_drift && steps > 0 ? 1 : 0);
    const double unknown = unknown_deviation(y);
    const double sigma = freedom > 0 ? std::sqrt(squares / static_cast<double>(freedom)) : unknown;
    Fit fit;
    for (std::size_t h = 1; h <= static_cast<std::size_t>(question.horizon); ++h) {
        const std::size_t round = (h - 1) / lag + 1;
        const double rounds = static_cast<double>(round);
        fit.mean.push_back(y[n - lag + (h - 1) % lag] + rounds * drift);
        const double spent = with_drift && steps > 0 ? rounds * rounds / static_cast<double>(steps) : 0.0;
        fit.deviation.push_back(sigma * std::sqrt(rounds + spent));
    }
    if (question.with_fitted) {
        fit.fitted.assign(n, nan);
        for (std::size_t t = lag; t < n; ++t) fit.fitted[t] = y[t - lag] + drift;
    }
    fit.parameters = with_drift ? 2 : 1;
    fit.evaluations = 1;
    fit.numbers["sigma"] = sigma;
    if (with_drift) fit.numbers["drift"] = drift;
    fit.description = std::move(words);
    return fit;
}

Result<Fit> naive(const Question& question) {
    return walk(question, "The naive forecast", 1, false, "last value");
}
Result<Fit> seasonal_naive(const Question& question) {
    return walk(question, "The seasonal naive forecast", question.season, false,
                question.season > 1 ? "same period of the last " + season_words(question.season) : "last value");
}
Result<Fit> drift(const Question& question) {
    return walk(question, "The drift forecast", 1, true, "last value and the average step");
}

Result<Fit> mean(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "The mean", 1));
    const auto y = question.values;
    const double n = static_cast<double>(y.size());
    double average = 0, squares = 0;
    for (const double value : y) average += value / n;
    for (const double value : y) squares += (value - average) * (value - average);
    const double sigma = y.size() > 1 ? std::sqrt(squares / (n - 1)) : unknown_deviation(y);
    Fit fit;
    fit.mean.assign(question.horizon, average);
    fit.deviation.assign(question.horizon, sigma * std::sqrt(1 + (y.size() > 1 ? 1 / n : 0.0)));
    if (question.with_fitted) fit.fitted.assign(y.size(), average);
    fit.parameters = 2;
    fit.evaluations = 1;
    fit.numbers["sigma"] = sigma;
    fit.description = "mean of all values";
    return fit;
}

constexpr int one_season(int season) {
    return season;
}

constexpr Model family[] = {
    {"naive", "Last value", at_least<1>, naive, false, 1},
    {"seasonal_naive", "Same period of the last season", one_season, seasonal_naive, true, 1},
    {"drift", "Last value with drift", at_least<2>, drift, false, 1},
    {"mean", "Mean", at_least<1>, mean, false, 1},
};

}  // namespace

std::span<const Model> naive_family() {
    return family;
}

}  // namespace fairlead::forecast
