// Autoregression on the series without its season: the coefficients of all orders come out of one recursion (Burg 1967,
// as Brockwell and Davis 1991, section 5.1), which is always stationary; the order by the AICc.
#include "engines/forecast/models/ar.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engines/forecast/models/arima.h"
#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/difference.h"
#include "engines/forecast/numerics/scale.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {

std::vector<BurgOrder> burg(std::span<const double> w, int most) {
    const std::size_t n = w.size();
    const double count = static_cast<double>(n);
    std::vector<double> forward(w.begin(), w.end()), backward(forward), c, partial;
    double variance = 0;
    for (const double value : w) variance += value * value / count;
    std::vector<BurgOrder> orders{{{}, variance}};
    for (int p = 1; p <= most && static_cast<std::size_t>(p) < n; ++p) {
        double cross = 0, squares = 0;
        for (std::size_t t = static_cast<std::size_t>(p); t < n; ++t) {
            cross += forward[t] * backward[t - 1];
            squares += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
        }
        // A perfect fit has a partial of 1; a hair inside, the process stays stationary.
        const double k = squares > 0 ? std::clamp(2 * cross / squares, -0.9999, 0.9999) : 0.0;
        for (std::size_t t = n - 1; t >= static_cast<std::size_t>(p); --t) {
            const double f = forward[t], b = backward[t - 1];
            forward[t] = f - k * b;
            backward[t] = b - k * f;
        }
        partial.push_back(k);
        c.resize(partial.size());
        coefficients_of(partial, c);
        variance *= 1 - k * k;
        orders.push_back({c, variance});
    }
    return orders;
}

namespace {

// The steps of the series, with or without an average step (drift), in orders up to a season and one: the AICc decides
// both.
ArimaFit best_order(std::span<const double> values, int season) {
    const std::vector<double> steps = difference(values, 1);
    const std::size_t n = steps.size();
    const double count = static_cast<double>(n);
    const int most = std::min({static_cast<int>(n) / 4, std::max(4, season + 1), 30});
    const double unit = size_of(values);
    double average = 0;
    for (const double step : steps) average += step / count;
    std::vector<double> gamma, memory;
    ArimaFit best;
    best.aicc = std::numeric_limits<double>::infinity();
    for (const bool drift : {false, true}) {
        std::vector<double> w(steps);
        if (drift)
            for (double& value : w) value -= average;
        int p = 0;
        for (const BurgOrder& order : burg(w, most)) {
            const double spent = p + (drift ? 1 : 0);
            const double log_likelihood =
                -0.5 * count * (std::log(2 * std::numbers::pi) + 1 + std::log(order.variance + 1e-20 * unit * unit));
            const double aicc = corrected_aic(log_likelihood, static_cast<int>(spent) + 1, n);
            // Near the edge the coefficients may lose in rounding what the partials had: not stationary any more.
            if (aicc < best.aicc && ar_autocovariances(order.coefficients, 0, gamma, memory)) {
                best.order = {.p = p, .d = 1, .constant = drift};
                best.arma.ar = order.coefficients;
                best.constant = drift ? average : 0.0;
                best.sigma2 = order.variance * count / (count - spent);
                best.log_likelihood = log_likelihood;
                best.aicc = aicc;
            }
            ++p;
        }
    }
    return best;
}

Result<Fit> autoregression(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "Autoregression", 8));
    const Deseasonalised plain = deseasonalise(question.values, question.season);
    const std::size_t n = question.values.size();
    const ArimaFit model = best_order(plain.values, question.season);
    Fit fit;
    std::vector<double> variance;
    forecast_arima(plain.values, 1, model, question.horizon, fit.mean, variance);
    for (std::size_t h = 0; h < fit.mean.size(); ++h) {
        fit.mean[h] = plain.with_season(fit.mean[h], n + h);
        fit.deviation.push_back(plain.deviation_with_season(std::sqrt(variance[h]), n + h));
    }
    if (question.with_fitted) {
        fit.fitted = fitted_arima(plain.values, 1, model);
        for (std::size_t t = 0; t < n; ++t) fit.fitted[t] = plain.with_season(fit.fitted[t], t);
    }
    fit.log_likelihood = model.log_likelihood;
    fit.aicc = model.aicc;
    fit.parameters = model.order.parameters();
    fit.evaluations = 1;
    fit.description = "autoregression of order " + std::to_string(model.order.p) + " of the steps" +
                      (model.order.constant ? ", with drift" : "");
    if (plain.seasonal) fit.description = season_words(question.season) + ": " + fit.description;
    for (std::size_t i = 0; i < model.arma.ar.size(); ++i) fit.numbers["ar" + std::to_string(i + 1)] = model.arma.ar[i];
    if (model.order.constant) fit.numbers["drift"] = model.constant;
    fit.numbers["sigma2"] = model.sigma2;
    return fit;
}

constexpr Model family[] = {{"ar", "Autoregression", at_least<8>, autoregression, true, 5}};

}  // namespace

std::span<const Model> ar_family() {
    return family;
}

}  // namespace fairlead::forecast
