// The loss of combined forecasts and its derivatives.
#include "engines/forecast/combined_loss.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"

namespace fairlead::forecast {
namespace {

// MASE's scale, or a larger one where a calm past would make this origin count for more than ten usual ones.
double bounded_scale(const Case& one, const Yardstick& by) {
    if (!one.scale) return 0;
    const double naive = one.naive_mase.value_or(0);
    return *one.scale * std::max(1.0, naive / (10 * by.mase));
}

}  // namespace

Yardstick yardstick_of(std::span<const Case* const> cases) {
    Mean smapes, mases;
    for (const Case* one : cases) {
        smapes.add(one->naive_smape);
        mases.add(one->naive_mase);
    }
    Yardstick by;
    if (const double smape = smapes.value().value_or(0); smape > 0) by.smape = smape;
    if (const double mase = mases.value().value_or(0); mase > 0) by.mase = mase;
    return by;
}

double combined_loss(const Case& one, const Yardstick& by, std::span<const double> forecast) {
    const std::size_t n = one.actual.size();
    const double steps = static_cast<double>(n), scale = bounded_scale(one, by);
    double smape = 0, mase = 0;
    for (std::size_t h = 0; h < n; ++h) {
        const double error = std::abs(forecast[h] - one.actual[h]), size = std::abs(forecast[h]) + std::abs(one.actual[h]);
        if (size > 0) smape += 200 * error / size / steps;
        if (scale > 0) mase += error / scale / steps;
    }
    return 0.5 * (smape / by.smape + mase / by.mase);
}

std::vector<double> softmax_weights(const Case& one, std::span<const double> margins) {
    std::vector<double> weights(margins.size(), 0.0);
    double largest = -INFINITY, sum = 0;
    for (std::size_t k = 0; k < margins.size(); ++k)
        if (!one.answers[k].empty()) largest = std::max(largest, margins[k]);
    for (std::size_t k = 0; k < margins.size(); ++k)
        if (!one.answers[k].empty()) sum += weights[k] = std::exp(margins[k] - largest);
    for (double& weight : weights) weight /= sum;
    return weights;
}

std::vector<double> combined_forecast(const Case& one, std::span<const double> weights) {
    std::vector<double> forecast(one.answers[0].size(), 0.0);
    for (std::size_t k = 0; k < weights.size(); ++k)
        if (weights[k] > 0)
            for (std::size_t h = 0; h < forecast.size(); ++h) forecast[h] += weights[k] * one.answers[k][h];
    return forecast;
}

double combined_gradient(const Case& one, const Yardstick& by, std::span<const double> margins, std::span<double> gradient, std::span<double> second) {
    const std::size_t n = one.actual.size(), outputs = margins.size();
    const auto weights = softmax_weights(one, margins);
    const auto forecast = combined_forecast(one, weights);
    const double steps = static_cast<double>(n), scale = bounded_scale(one, by);
    // By the combined forecast first.
    std::vector<double> slope(n, 0.0);
    for (std::size_t h = 0; h < n; ++h) {
        const double error = forecast[h] - one.actual[h], size = std::abs(forecast[h]) + std::abs(one.actual[h]), sign = error > 0 ? 1.0 : error < 0 ? -1.0 : 0.0;
        if (size > 0) slope[h] += 0.5 * 200 / steps / by.smape * (sign / size - std::abs(error) * (forecast[h] > 0 ? 1.0 : forecast[h] < 0 ? -1.0 : 0.0) / (size * size));
        if (scale > 0) slope[h] += 0.5 / steps / by.mase * sign / scale;
    }
    for (std::size_t k = 0; k < outputs; ++k) {
        double effect = 0;  // of more weight for this member, and less for all in proportion
        if (!one.answers[k].empty())
            for (std::size_t h = 0; h < n; ++h) effect += slope[h] * (one.answers[k][h] - forecast[h]);
        gradient[k] = weights[k] * effect;
        // The loss is made of straight pieces, its own second derivative says nothing; that of the softmax with a loss of one does.
        second[k] = std::max(weights[k] * (1 - weights[k]), 1e-6);
    }
    return combined_loss(one, by, forecast);
}

}  // namespace fairlead::forecast
