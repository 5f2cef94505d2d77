// The models of exponential smoothing: simple, Holt's, damped, the best of all forms, and the average over all forms.
#include <algorithm>
#include <cmath>

#include "engines/forecast/models/ets.h"
#include "engines/forecast/models/families.h"

namespace fairlead::forecast {
namespace {

struct Path {
    std::vector<double> mean, variance;
};

Path path_of(const EtsFit& fit, int horizon) {
    Path path;
    forecast_ets(fit, horizon, path.mean, path.variance);
    return path;
}

// A relative error whose spread reaches ten times the largest value seen says nothing about the series: such a form was
// fitted to values near zero, and its paths explode.
bool believable(const EtsFit& fit, const Path& path, double largest) {
    for (std::size_t h = 0; h < path.mean.size(); ++h) {
        if (!std::isfinite(path.mean[h]) || !std::isfinite(path.variance[h])) return false;
        if (fit.form.error == EtsError::multiplicative &&
            std::abs(path.mean[h]) + 1.96 * std::sqrt(path.variance[h]) > 10 * largest)
            return false;
    }
    return true;
}

Fit answer(const Question& question, const EtsFit& ets, const Path& path) {
    Fit fit;
    fit.mean = path.mean;
    for (const double variance : path.variance) fit.deviation.push_back(std::sqrt(variance));
    if (question.with_fitted) fit.fitted = fitted_ets(question.values, ets);
    fit.log_likelihood = ets.log_likelihood;
    fit.aicc = ets.aicc;
    fit.parameters = ets.form.parameters(question.season);
    fit.evaluations = ets.evaluations;
    fit.description = (ets.form.season != EtsSeason::none ? season_words(question.season) + ": " : std::string()) +
                      ets.form.description();
    auto& numbers = fit.numbers;
    numbers["alpha"] = ets.parameters.alpha;
    if (ets.form.trend != EtsTrend::none) numbers["beta"] = ets.parameters.beta;
    if (ets.form.season != EtsSeason::none) numbers["gamma"] = ets.parameters.gamma;
    if (ets.form.trend == EtsTrend::damped) numbers["phi"] = ets.parameters.phi;
    numbers["level"] = ets.level;
    if (ets.form.trend != EtsTrend::none) numbers["slope"] = ets.slope;
    numbers["sigma2"] = ets.sigma2;
    return fit;
}

constexpr std::size_t estimable = 5;  // values from which on the simple form has a finite AICc

// With four values or fewer nothing can be estimated: half of each surprise, from the first value on.
Fit unestimated(const Question& question) {
    const auto y = question.values;
    EtsFit ets = run_ets(y, 1, {}, {.alpha = 0.5, .level = y[0]});
    const double n = static_cast<double>(y.size());
    if (y.size() > 1)
        ets.sigma2 *= std::max(1.0, n - 2) / (n - 1);  // run_ets divides by n - 2; the first error is 0 by the start
    if (y.size() == 1) ets.sigma2 = unknown_deviation(y) * unknown_deviation(y);
    Fit fit = answer(question, ets, path_of(ets, question.horizon));
    fit.log_likelihood = std::numeric_limits<double>::quiet_NaN();
    fit.aicc = std::numeric_limits<double>::infinity();
    fit.parameters = 1;
    fit.description = "level, half of each surprise (too few values to estimate it)";
    return fit;
}

Result<Fit> one_form(const Question& question, std::string_view label, int least, const EtsForm& form) {
    FAIRLEAD_TRY(check_question(question, label, least));
    if (question.values.size() < estimable) return unestimated(question);
    FAIRLEAD_ASSIGN(const EtsFit ets, fit_ets(question.values, 1, form, question.bounds));
    return answer(question, ets, path_of(ets, question.horizon));
}

Result<Fit> ses(const Question& question) {
    return one_form(question, "Simple smoothing", 1, {});
}
Result<Fit> holt(const Question& question) {
    return one_form(question, "Smoothing with a linear trend", 7,
                    {EtsError::additive, EtsTrend::additive, EtsSeason::none});
}
Result<Fit> damped(const Question& question) {
    return one_form(question, "Smoothing with a damped trend", 8,
                    {EtsError::additive, EtsTrend::damped, EtsSeason::none});
}

std::int64_t evaluations_of(const std::vector<EtsFit>& fits) {
    std::int64_t sum = 0;
    for (const EtsFit& fit : fits) sum += fit.evaluations;
    return sum;
}

Result<Fit> best(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "Exponential smoothing", 1));
    if (question.values.size() < estimable) return unestimated(question);
    const auto fits = fit_all_ets(question.values, question.season, question.bounds);
    const double largest = unknown_deviation(question.values);
    for (const EtsFit& ets : fits) {
        const Path path = path_of(ets, question.horizon);
        if (!believable(ets, path, largest)) continue;
        Fit fit = answer(question, ets, path);
        fit.evaluations = evaluations_of(fits);
        return fit;
    }
    return refuse(Why::invalid, "no_fit", "No form of exponential smoothing runs on these values", "values");
}

// The average over forms with Akaike weights (Burnham and Anderson 2002): w = exp(-(AICc - best) / 2), normalised. Its
// variance is that of the mixture: within the forms and between them.
Result<Fit> average(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "The average of exponential smoothing", 1));
    if (question.values.size() < estimable) return unestimated(question);
    const auto fits = fit_all_ets(question.values, question.season, question.bounds);
    const double largest = unknown_deviation(question.values);
    struct Part {
        const EtsFit* ets;
        Path path;
        double weight;
    };
    std::vector<Part> parts;
    double total = 0;
    for (const EtsFit& ets : fits) {
        const double weight = parts.empty() ? 1.0 : std::exp(-0.5 * (ets.aicc - parts[0].ets->aicc));
        if (weight < 1e-4) break;
        Path path = path_of(ets, question.horizon);
        if (!believable(ets, path, largest)) continue;
        parts.push_back({&ets, std::move(path), weight});
        total += weight;
    }
    if (parts.empty())
        return refuse(Why::invalid, "no_fit", "No form of exponential smoothing runs on these values", "values");
    Fit fit;
    const std::size_t steps = static_cast<std::size_t>(question.horizon);
    fit.mean.assign(steps, 0.0);
    fit.deviation.assign(steps, 0.0);
    if (question.with_fitted) fit.fitted.assign(question.values.size(), 0.0);
    for (Part& part : parts) {
        part.weight /= total;
        for (std::size_t h = 0; h < steps; ++h) fit.mean[h] += part.weight * part.path.mean[h];
        if (!question.with_fitted) continue;
        const auto fitted = fitted_ets(question.values, *part.ets);
        for (std::size_t t = 0; t < fitted.size(); ++t) fit.fitted[t] += part.weight * fitted[t];
    }
    for (std::size_t h = 0; h < steps; ++h) {
        double variance = 0;
        for (const Part& part : parts) {
            const double apart = part.path.mean[h] - fit.mean[h];
            variance += part.weight * (part.path.variance[h] + apart * apart);
        }
        fit.deviation[h] = std::sqrt(variance);
    }
    fit.evaluations = evaluations_of(fits);
    fit.parameters = parts[0].ets->form.parameters(question.season);
    for (const Part& part : parts) {
        if (!fit.description.empty()) fit.description += "; ";
        char share[16];
        std::snprintf(share, sizeof share, "%.0f %% ", 100 * part.weight);
        if (part.weight >= 0.05) fit.description += share + part.ets->form.description();
        fit.numbers["weight_" + part.ets->form.name()] = part.weight;
    }
    if (!fit.description.empty() && fit.description.back() == ' ')
        fit.description.erase(fit.description.find_last_not_of("; ") + 1);
    return fit;
}

constexpr Model family[] = {
    {"ses", "Simple exponential smoothing", [](int) { return 1; }, ses, false, 5},
    {"holt", "Exponential smoothing with a linear trend", [](int) { return 7; }, holt, false, 10},
    {"damped", "Exponential smoothing with a damped trend", [](int) { return 8; }, damped, false, 10},
    {"ets", "Exponential smoothing, best form", [](int) { return 1; }, best, true, 50},
    {"ets_average", "Exponential smoothing, average of forms", [](int) { return 1; }, average, true, 50},
};

}  // namespace

std::span<const Model> ets_family() {
    return family;
}

}  // namespace fairlead::forecast
