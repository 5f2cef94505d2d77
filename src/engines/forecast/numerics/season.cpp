// Seasons: the test and the classical decomposition.
#include "engines/forecast/numerics/season.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fairlead::forecast {
namespace {

// Mean of each place in the season of `m`, around their own mean, times what of it is no chance.
std::vector<double> shape_of(std::span<const double> rest, int m, bool shrink) {
    const auto places = static_cast<std::size_t>(m);
    std::vector<double> mean(places, 0), count(places, 0);
    for (std::size_t t = 0; t < rest.size(); ++t) {
        mean[t % places] += rest[t];
        count[t % places] += 1;
    }
    for (std::size_t i = 0; i < places; ++i) mean[i] /= count[i];
    double within = 0, between = 0, centre = 0;
    for (std::size_t t = 0; t < rest.size(); ++t) within += (rest[t] - mean[t % places]) * (rest[t] - mean[t % places]);
    within /= std::max(1.0, static_cast<double>(rest.size() - places));
    for (const double one : mean) centre += one / static_cast<double>(m);
    for (double& one : mean) {
        one -= centre;
        between += one * one / static_cast<double>(m);
    }
    const double rounds = static_cast<double>(rest.size()) / static_cast<double>(m);
    const double kept = !shrink ? 1 : between > 0 ? std::max(0.0, 1 - within / rounds / between) : 0;
    for (double& one : mean) one *= kept;
    return mean;
}

}  // namespace

std::vector<double> autocorrelations(std::span<const double> values, int lags) {
    const std::size_t n = values.size();
    std::vector<double> result(lags, 0.0), centred(values.begin(), values.end());
    double mean = 0, squares = 0, largest = 0;
    for (const double value : values) mean += value / static_cast<double>(n);
    for (double& value : centred) {
        largest = std::max(largest, std::abs(value));
        value -= mean;
        squares += value * value;
    }
    if (squares <= 1e-24 * largest * largest * static_cast<double>(n)) return result;  // rounding alone
    for (int lag = 1; lag <= lags && static_cast<std::size_t>(lag) < n; ++lag) {
        double sum = 0;
        for (std::size_t t = lag; t < n; ++t) sum += centred[t] * centred[t - lag];
        result[lag - 1] = sum / squares;
    }
    return result;
}

bool shows_season(std::span<const double> values, int m) {
    const std::size_t n = values.size();
    if (m <= 1 || n < 3 * static_cast<std::size_t>(m)) return false;
    const auto r = autocorrelations(values, m);
    double sum = 0;
    for (int lag = 1; lag < m; ++lag) sum += r[lag - 1] * r[lag - 1];
    return std::abs(r[m - 1]) > 1.645 / std::sqrt(static_cast<double>(n)) * std::sqrt(1 + 2 * sum);
}

std::vector<double> seasonal_indices(std::span<const double> values, int m, SeasonKind kind) {
    const std::size_t n = values.size(), width = static_cast<std::size_t>(m);
    if (m <= 1 || n < 2 * width) return {};
    const std::size_t half = width / 2;
    std::vector<double> sums(width, 0.0);
    std::vector<int> counts(width, 0);
    // The moving sum over `width` values that begins at t - half; an even season counts both ends half.
    for (std::size_t t = half; t + half < n; ++t) {
        double sum = 0;
        for (std::size_t k = t - half; k <= t + half; ++k) sum += values[k];
        if (width % 2 == 0) sum -= 0.5 * (values[t - half] + values[t + half]);
        const double average = sum / static_cast<double>(width);
        if (kind == SeasonKind::multiplicative) {
            if (!(average > 0)) return {};
            sums[t % width] += values[t] / average;
        } else {
            sums[t % width] += values[t] - average;
        }
        ++counts[t % width];
    }
    double total = 0;
    for (std::size_t j = 0; j < width; ++j) {
        if (counts[j] == 0) return {};
        sums[j] /= counts[j];
        total += sums[j] / static_cast<double>(width);
    }
    for (double& index : sums) {
        if (kind == SeasonKind::additive) {
            index -= total;
        } else {
            if (!(index > 0) || !(total > 0)) return {};
            index /= total;
        }
    }
    return sums;
}

Deseasonalised deseasonalise(std::span<const double> values, int m) {
    Deseasonalised result;
    result.values.assign(values.begin(), values.end());
    result.indices.assign(static_cast<std::size_t>(m > 1 ? m : 1), 1.0);
    if (!shows_season(values, m)) return result;
    bool positive = true;
    for (const double value : values) positive = positive && value > 0;
    std::vector<double> indices;
    if (positive) indices = seasonal_indices(values, m, SeasonKind::multiplicative);
    if (indices.empty()) {
        result.kind = SeasonKind::additive;
        indices = seasonal_indices(values, m, SeasonKind::additive);
    }
    for (std::size_t t = 0; t < values.size(); ++t) {
        const double index = indices[t % static_cast<std::size_t>(m)];
        if (result.kind == SeasonKind::multiplicative)
            result.values[t] /= index;
        else
            result.values[t] -= index;
    }
    result.indices = std::move(indices);
    result.seasonal = true;
    return result;
}

std::vector<double> shrunk_shape(std::span<const double> values, std::span<const int> seasons) {
    if (seasons.empty()) return {0.0};
    const auto longest = static_cast<std::size_t>(seasons.back());
    const std::size_t n = values.size(), before = longest / 2, after = longest - before;
    // A centred moving average over one round: two means half a step apart where the round is even.
    std::vector<double> sums(n + 1, 0), rest(values.begin(), values.end());
    std::partial_sum(values.begin(), values.end(), sums.begin() + 1);
    const auto average = [&](std::size_t middle) {
        const double mean = (sums[middle + after] - sums[middle - before]) / static_cast<double>(longest);
        return longest % 2 == 1 || middle + after >= n ? mean : (mean + (sums[middle + after + 1] - sums[middle - before + 1]) / static_cast<double>(longest)) / 2;
    };
    for (std::size_t t = 0; t < n; ++t) rest[t] -= average(std::clamp(t, before, n - after));
    std::vector<double> together(longest, 0);
    for (const int season : seasons) {
        if (longest % static_cast<std::size_t>(season) != 0) continue;
        // The shortest season has many rounds, and other shapes stand on it.
        const std::vector<double> shape = shape_of(rest, season, seasons.size() == 1 || season != seasons.front());
        for (std::size_t t = 0; t < n; ++t) rest[t] -= shape[t % shape.size()];
        for (std::size_t i = 0; i < longest; ++i) together[i] += shape[i % shape.size()];
    }
    return together;
}

Deseasonalised without_shape(std::span<const double> values, std::span<const int> seasons) {
    Deseasonalised result;
    const bool positive = std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
    result.kind = positive ? SeasonKind::multiplicative : SeasonKind::additive;
    result.values.assign(values.begin(), values.end());
    if (positive)
        for (double& value : result.values) value = std::log(value);
    result.indices = shrunk_shape(result.values, seasons);
    result.seasonal = std::any_of(result.indices.begin(), result.indices.end(), [](double index) { return index != 0; });
    if (positive)
        for (double& index : result.indices) index = std::exp(index);
    for (std::size_t t = 0; t < values.size(); ++t) result.values[t] = positive ? values[t] / result.index(t) : values[t] - result.index(t);
    return result;
}

}  // namespace fairlead::forecast
