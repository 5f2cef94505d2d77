// The measures of forecasts.
#include "engines/forecast/measures.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

void same_size(std::span<const double> a, std::span<const double> b) { ensure(a.size() == b.size(), "a forecast is measured against as many actual values"); }

// A sum that can be divided by: neither zero nor what remains of zero after rounding.
Measured divided(double sum, double by) { return by == 0 || !std::isfinite(sum / by) ? Measured() : Measured(sum / by); }

double pinball_sum(std::span<const double> actual, std::span<const double> forecast, double quantile) {
    double sum = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) sum += actual[i] >= forecast[i] ? quantile * (actual[i] - forecast[i]) : (1 - quantile) * (forecast[i] - actual[i]);
    return sum;
}

}  // namespace

Measured smape(std::span<const double> actual, std::span<const double> forecast) {
    same_size(actual, forecast);
    double sum = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const double both = std::abs(actual[i]) + std::abs(forecast[i]);
        if (both == 0) return std::nullopt;
        sum += 200 * std::abs(actual[i] - forecast[i]) / both;
    }
    return divided(sum, static_cast<double>(actual.size()));
}

Measured absolute_scale(std::span<const double> past, int season) {
    const auto m = static_cast<std::size_t>(season);
    if (past.size() <= m) return std::nullopt;
    double sum = 0;
    for (std::size_t i = m; i < past.size(); ++i) sum += std::abs(past[i] - past[i - m]);
    return sum == 0 ? Measured() : divided(sum, static_cast<double>(past.size() - m));
}

Measured mase(std::span<const double> actual, std::span<const double> forecast, Measured scale) {
    same_size(actual, forecast);
    if (!scale || actual.empty()) return std::nullopt;
    double sum = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) sum += std::abs(actual[i] - forecast[i]);
    return divided(sum / static_cast<double>(actual.size()), *scale);
}

Measured squared_scale(std::span<const double> past) {
    const auto first = static_cast<std::size_t>(std::find_if(past.begin(), past.end(), [](double v) { return v != 0; }) - past.begin());
    if (past.size() < first + 2) return std::nullopt;
    double sum = 0;
    for (std::size_t i = first + 1; i < past.size(); ++i) sum += (past[i] - past[i - 1]) * (past[i] - past[i - 1]);
    return sum == 0 ? Measured() : divided(sum, static_cast<double>(past.size() - first - 1));
}

Measured rmsse(std::span<const double> actual, std::span<const double> forecast, Measured scale) {
    same_size(actual, forecast);
    if (!scale || actual.empty()) return std::nullopt;
    double sum = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) sum += (actual[i] - forecast[i]) * (actual[i] - forecast[i]);
    const Measured ratio = divided(sum / static_cast<double>(actual.size()), *scale);
    return ratio ? Measured(std::sqrt(*ratio)) : ratio;
}

Measured pinball(std::span<const double> actual, std::span<const double> forecast, double quantile) {
    same_size(actual, forecast);
    return divided(pinball_sum(actual, forecast, quantile), static_cast<double>(actual.size()));
}

Measured scaled_pinball(std::span<const double> actual, std::span<const double> forecast, double quantile, Measured scale) {
    const Measured loss = pinball(actual, forecast, quantile);
    return loss && scale ? divided(*loss, *scale) : std::nullopt;
}

Measured msis(std::span<const double> actual, std::span<const double> lower, std::span<const double> upper, double level, Measured scale) {
    same_size(actual, lower);
    same_size(actual, upper);
    if (!scale || actual.empty() || level >= 1) return std::nullopt;
    double sum = 0;
    for (std::size_t i = 0; i < actual.size(); ++i)
        sum += upper[i] - lower[i] + 2 / (1 - level) * (std::max(lower[i] - actual[i], 0.0) + std::max(actual[i] - upper[i], 0.0));
    return divided(sum / static_cast<double>(actual.size()), *scale);
}

int inside(std::span<const double> actual, std::span<const double> lower, std::span<const double> upper) {
    same_size(actual, lower);
    same_size(actual, upper);
    int count = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) count += actual[i] >= lower[i] && actual[i] <= upper[i] ? 1 : 0;
    return count;
}

void Sums::add(double actual_value, double forecast_value) {
    absolute_error += std::abs(forecast_value - actual_value);
    error += forecast_value - actual_value;
    actual += actual_value;
}
Measured Sums::wape() const { return divided(absolute_error, actual); }
Measured Sums::bias() const { return divided(error, actual); }
Measured accuracy(double actual, double forecast) {
    const Measured share = divided(std::abs(forecast - actual), actual);
    return share ? Measured(1 - *share) : share;
}

Measured owa(Measured smape, Measured mase, Measured naive_smape, Measured naive_mase) {
    if (!smape || !mase || !naive_smape || !naive_mase) return std::nullopt;
    const Measured first = divided(*smape, *naive_smape), second = divided(*mase, *naive_mase);
    return first && second ? Measured(0.5 * (*first + *second)) : std::nullopt;
}

Measured acd(int covered, int of, double level) { return of == 0 ? Measured() : Measured(std::abs(static_cast<double>(covered) / of - level)); }

std::vector<double> naive2(std::span<const double> values, int season, int horizon) {
    ensure(!values.empty(), "there is a value to repeat");
    const std::size_t n = values.size(), m = static_cast<std::size_t>(season);
    std::vector<double> forecast(static_cast<std::size_t>(horizon), values.back());
    if (season <= 1 || !shows_season(values, season)) return forecast;
    const std::vector<double> indices = seasonal_indices(values, season, SeasonKind::multiplicative);
    if (indices.empty()) return forecast;
    const double level = values.back() / indices[(n - 1) % m];
    for (std::size_t h = 0; h < forecast.size(); ++h) forecast[h] = level * indices[(n + h) % m];
    return forecast;
}

}  // namespace fairlead::forecast
