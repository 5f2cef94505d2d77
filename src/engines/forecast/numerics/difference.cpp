// Differences, and the tests that say how many.
#include "engines/forecast/numerics/difference.h"

#include <algorithm>
#include <cmath>

#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {

std::vector<double> difference(std::span<const double> values, int lag) {
    std::vector<double> result;
    for (std::size_t t = static_cast<std::size_t>(lag); t < values.size(); ++t)
        result.push_back(values[t] - values[t - static_cast<std::size_t>(lag)]);
    return result;
}

double kpss_level(std::span<const double> values) {
    const std::size_t n = values.size();
    const double count = static_cast<double>(n);
    if (n < 2) return 0;
    double mean = 0, largest = 0;
    for (const double value : values) {
        mean += value / count;
        largest = std::max(largest, std::abs(value));
    }
    std::vector<double> e;
    double squares = 0, sum = 0, sums = 0;
    for (const double value : values) {
        e.push_back(value - mean);
        squares += e.back() * e.back();
        sum += e.back();
        sums += sum * sum;
    }
    if (squares <= 1e-24 * largest * largest * count) return 0;
    const int lags = static_cast<int>(3 * std::sqrt(count) / 13);
    double variance = squares;
    for (int lag = 1; lag <= lags; ++lag) {
        double cross = 0;
        for (std::size_t t = static_cast<std::size_t>(lag); t < n; ++t)
            cross += e[t] * e[t - static_cast<std::size_t>(lag)];
        variance += 2 * (1 - lag / (lags + 1.0)) * cross;
    }
    return sums / (count * count) / (variance / count);
}

int plain_differences(std::span<const double> values, int most) {
    std::vector<double> now(values.begin(), values.end());
    int count = 0;
    while (count < most && now.size() > 5 && kpss_level(now) > 0.463) {
        now = difference(now, 1);
        ++count;
    }
    return count;
}

double seasonal_strength(std::span<const double> values, int m) {
    const std::size_t n = values.size(), width = static_cast<std::size_t>(m), half = width / 2;
    if (m <= 1 || n <= 2 * width) return 0;
    const auto indices = seasonal_indices(values, m, SeasonKind::additive);
    // What is left beside the trend, season and rest together, where the moving average reaches.
    double count = 0, both = 0, both2 = 0, rest = 0, rest2 = 0, largest = 0;
    for (std::size_t t = half; t + half < n; ++t) {
        double average = 0;
        for (std::size_t k = t - half; k <= t + half; ++k) average += values[k];
        if (width % 2 == 0) average -= 0.5 * (values[t - half] + values[t + half]);
        average /= static_cast<double>(width);
        const double moves = values[t] - average, left = moves - indices[t % width];
        count += 1;
        both += moves;
        both2 += moves * moves;
        rest += left;
        rest2 += left * left;
        largest = std::max(largest, std::abs(values[t]));
    }
    const double variance = both2 / count - both / count * (both / count),
                 variance_of_rest = rest2 / count - rest / count * (rest / count);
    if (variance <= 1e-24 * largest * largest) return 0;
    return std::clamp(1 - variance_of_rest / variance, 0.0, 1.0);
}

}  // namespace fairlead::forecast
