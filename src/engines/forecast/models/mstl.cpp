// Several seasons at once: each is taken out by loess (MSTL) and goes on as it was last; what is left is forecast by
// dynamic Theta. For seasons too long to estimate one by one (52 weeks, 168 hours) and for more than one.
#include <algorithm>
#include <cmath>

#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/stl.h"

namespace fairlead::forecast {
namespace {

constexpr int least_values = 7;

// Twice the log-likelihood of the rest beside trend and seasons, but for constants: comparable between values and
// logarithms once what the transformation does to the density is added.
double likelihood(const MstlParts& parts) {
    const double count = static_cast<double>(parts.trend.size());
    double squares = 0, size = 0;
    for (std::size_t t = 0; t < parts.trend.size(); ++t) {
        const double rest = parts.without_season[t] - parts.trend[t];
        squares += rest * rest / count;
        size += parts.without_season[t] * parts.without_season[t] / count;
    }
    return -count * std::log(squares + 1e-20 * size + 1e-300);
}

Result<Fit> seasons_by_loess(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "Seasons by loess", least_values));
    const int one[] = {question.season};
    std::vector<int> seasons(question.seasons.begin(), question.seasons.end());
    if (seasons.empty()) seasons.assign(one, one + 1);
    std::sort(seasons.begin(), seasons.end());
    const std::size_t n = question.values.size();
    MstlParts parts = mstl(question.values, seasons);
    // A season that grows with the level is the same in every year in logarithms: whichever leaves less.
    bool of_logarithms = false;
    const bool positive = *std::min_element(question.values.begin(), question.values.end()) > 0;
    if (positive && !parts.seasons.empty()) {
        std::vector<double> logs;
        double sum = 0;
        for (const double value : question.values) {
            logs.push_back(std::log(value));
            sum += logs.back();
        }
        MstlParts other = mstl(logs, seasons);
        if (likelihood(other) - 2 * sum > likelihood(parts)) {
            of_logarithms = true;
            parts = std::move(other);
        }
    }
    Question rest = question;
    rest.values = parts.without_season;
    rest.season = 1;
    rest.seasons = {};
    FAIRLEAD_ASSIGN(Fit fit, find_model("theta_dynamic")->fit(rest));
    for (std::size_t at = 0; at < parts.seasons.size(); ++at) {
        const std::size_t m = static_cast<std::size_t>(parts.seasons[at]);
        for (std::size_t h = 0; h < fit.mean.size(); ++h) fit.mean[h] += parts.parts[at][n - m + h % m];
        for (std::size_t t = 0; t < fit.fitted.size(); ++t) fit.fitted[t] += parts.parts[at][t];
    }
    if (of_logarithms) {
        const double most = 10 * unknown_deviation(question.values);
        for (std::size_t h = 0; h < fit.mean.size(); ++h) {
            // Half the way from one deviation below to one above; what explodes is cut off.
            const auto back = [&](double value) { return std::min(std::exp(std::min(value, 300.0)), most); };
            const double up = back(fit.mean[h] + fit.deviation[h]), down = back(fit.mean[h] - fit.deviation[h]);
            fit.mean[h] = back(fit.mean[h]);
            fit.deviation[h] = 0.5 * (up - down);
        }
        for (double& value : fit.fitted) value = std::exp(value);
    }
    std::string words;
    for (const int m : parts.seasons) words += (words.empty() ? "season of " : " and ") + std::to_string(m);
    fit.description =
        (words.empty() ? std::string() : words + (of_logarithms ? " by loess, of logarithms: " : " by loess: ")) +
        fit.description;
    return fit;
}

constexpr Model family[] = {{"mstl", "Seasons by loess, the rest by dynamic Theta (MSTL)",
                             at_least<least_values>, seasons_by_loess, true, 20, false, true}};

}  // namespace

std::span<const Model> mstl_family() {
    return family;
}

}  // namespace fairlead::forecast
