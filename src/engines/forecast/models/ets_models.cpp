// The models of exponential smoothing: simple, Holt's, damped, the best of all forms, and the average over all forms.
#include <algorithm>
#include <cmath>
#include <optional>

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

// Questions that a model takes on, and the answers to the others: where the question cannot be asked, and where there are
// too few values to estimate anything.
struct Sorted {
    std::vector<std::optional<Result<Fit>>> answers;
    std::vector<std::size_t> open;

    Sorted(std::span<const Question> questions, std::string_view label, int least) : answers(questions.size()) {
        for (std::size_t i = 0; i < questions.size(); ++i) {
            if (auto checked = check_question(questions[i], label, least); !checked)
                answers[i] = checked.refused();
            else if (questions[i].values.size() < estimable)
                answers[i] = unestimated(questions[i]);
            else
                open.push_back(i);
        }
    }
    std::vector<Result<Fit>> all() {
        std::vector<Result<Fit>> out;
        for (auto& answer : answers) out.push_back(std::move(*answer));
        return out;
    }
};

std::vector<Result<Fit>> one_form(std::span<const Question> questions, std::string_view label, int least,
                                  const EtsForm& form) {
    Sorted sorted(questions, label, least);
    for (const Bounds bounds : {Bounds::robust, Bounds::r_compatible}) {
        std::vector<std::size_t> places;
        std::vector<std::span<const double>> series;
        for (const std::size_t i : sorted.open)
            if (questions[i].bounds == bounds) places.push_back(i), series.push_back(questions[i].values);
        const auto fits = fit_ets(series, 1, form, bounds);
        for (std::size_t at = 0; at < places.size(); ++at) {
            const Question& question = questions[places[at]];
            if (!fits[at])
                sorted.answers[places[at]] = fits[at].refused();
            else
                sorted.answers[places[at]] = answer(question, *fits[at], path_of(*fits[at], question.horizon));
        }
    }
    return sorted.all();
}

std::vector<Result<Fit>> ses(std::span<const Question> questions) {
    return one_form(questions, "Simple smoothing", 1, {});
}
std::vector<Result<Fit>> holt(std::span<const Question> questions) {
    return one_form(questions, "Smoothing with a linear trend", 7,
                    {EtsError::additive, EtsTrend::additive, EtsSeason::none});
}
std::vector<Result<Fit>> damped(std::span<const Question> questions) {
    return one_form(questions, "Smoothing with a damped trend", 8,
                    {EtsError::additive, EtsTrend::damped, EtsSeason::none});
}

// From all forms that were fitted to a question's values, best first.
using OfForms = Result<Fit>(const Question& question, const std::vector<EtsFit>& fits);

std::vector<Result<Fit>> all_forms(std::span<const Question> questions, std::string_view label, OfForms* of_forms) {
    Sorted sorted(questions, label, 1);
    for (const Bounds bounds : {Bounds::robust, Bounds::r_compatible}) {
        std::vector<std::size_t> places;
        std::vector<std::span<const double>> series;
        std::vector<int> seasons;
        for (const std::size_t i : sorted.open)
            if (questions[i].bounds == bounds)
                places.push_back(i), series.push_back(questions[i].values), seasons.push_back(questions[i].season);
        const auto fits = fit_all_ets(series, seasons, bounds);
        for (std::size_t at = 0; at < places.size(); ++at)
            sorted.answers[places[at]] = of_forms(questions[places[at]], fits[at]);
    }
    return sorted.all();
}

std::int64_t evaluations_of(const std::vector<EtsFit>& fits) {
    std::int64_t sum = 0;
    for (const EtsFit& fit : fits) sum += fit.evaluations;
    return sum;
}

Result<Fit> best_of(const Question& question, const std::vector<EtsFit>& fits) {
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
Result<Fit> average_of(const Question& question, const std::vector<EtsFit>& fits) {
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

std::vector<Result<Fit>> best(std::span<const Question> questions) {
    return all_forms(questions, "Exponential smoothing", best_of);
}
std::vector<Result<Fit>> average(std::span<const Question> questions) {
    return all_forms(questions, "The average of exponential smoothing", average_of);
}

constexpr Model family[] = {
    {"ses", "Simple exponential smoothing", at_least<1>, one_of<ses>, false, 5, false, false, ses},
    {"holt", "Exponential smoothing with a linear trend", at_least<7>, one_of<holt>, false, 10, false, false, holt},
    {"damped", "Exponential smoothing with a damped trend", at_least<8>, one_of<damped>, false, 10, false,
     false, damped},
    {"ets", "Exponential smoothing, best form", at_least<1>, one_of<best>, true, 50, false, false, best},
    {"ets_average", "Exponential smoothing, average of forms", at_least<1>, one_of<average>, true, 50, false,
     false, average},
};

}  // namespace

std::span<const Model> ets_family() {
    return family;
}

}  // namespace fairlead::forecast
