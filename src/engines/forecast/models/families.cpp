// What all families of models share.
#include "engines/forecast/models/families.h"

#include <algorithm>
#include <cmath>

namespace fairlead::forecast {

Result<void> check_question(const Question& question, std::string_view model, int least) {
    if (question.horizon < 1)
        return refuse(Why::invalid, "bad_horizon",
                      "The horizon is " + std::to_string(question.horizon) + "; ask for at least 1 step", "horizon");
    if (question.season < 1)
        return refuse(Why::invalid, "bad_season",
                      "The season is " + std::to_string(question.season) + "; it is 1 where there is none", "season");
    if (question.values.size() < static_cast<std::size_t>(least))
        return refuse(Why::invalid, "too_short",
                      std::string(model) + " needs at least " + std::to_string(least) + " values; the series has " +
                          std::to_string(question.values.size()) + ". Use a simpler model or a longer history",
                      "values");
    for (std::size_t at = 0; at < question.values.size(); ++at) {
        if (!std::isfinite(question.values[at]))
            return refuse(Why::invalid, "not_finite",
                          "Value " + std::to_string(at + 1) +
                              " of the series is not a number; fill gaps before a model sees them",
                          "values");
        if (std::abs(question.values[at]) > 1e100)  // squares must stay finite
            return refuse(Why::invalid, "too_large",
                          "Value " + std::to_string(at + 1) + " of the series is beyond 1e100; use larger units",
                          "values");
    }
    return {};
}

Result<void> check_positive(const Question& question, std::string_view model) {
    for (std::size_t at = 0; at < question.values.size(); ++at)
        if (question.values[at] <= 0)
            return refuse(Why::invalid, "not_positive",
                          std::string(model) + " needs values above zero; value " + std::to_string(at + 1) +
                              " is not. Use a model without logarithms or ratios",
                          "values");
    return {};
}

Result<void> check_regressors(const Question& question) {
    const std::size_t needed = question.values.size() + static_cast<std::size_t>(question.horizon);
    for (std::size_t column = 0; column < question.regressors.size(); ++column) {
        const auto& values = question.regressors[column];
        const std::string which = "Regressor " + std::to_string(column + 1);
        if (values.size() != needed)
            return refuse(Why::invalid, "bad_regressor",
                          which + " has " + std::to_string(values.size()) + " values; it needs " +
                              std::to_string(needed) + ", for the series and the horizon",
                          "regressors");
        for (std::size_t at = 0; at < values.size(); ++at)
            if (!std::isfinite(values[at]) || std::abs(values[at]) > 1e100)
                return refuse(Why::invalid, "not_finite",
                              which + " has no number at value " + std::to_string(at + 1) +
                                  "; give it one for every period, those to forecast too",
                              "regressors");
    }
    return {};
}

double unknown_deviation(std::span<const double> values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

std::string season_words(int season) {
    return season > 1 ? "season of " + std::to_string(season) : std::string();
}

double corrected_aic(double log_likelihood, int parameters, std::size_t count) {
    const double n = static_cast<double>(count), k = parameters;
    if (n <= k + 1) return std::numeric_limits<double>::infinity();
    return -2 * log_likelihood + 2 * k + 2 * k * (k + 1) / (n - k - 1);
}

}  // namespace fairlead::forecast
