// STL and MSTL.
#include "engines/forecast/numerics/stl.h"

#include <algorithm>
#include <cmath>

namespace fairlead::forecast {
namespace {

int next_odd(double value) {
    const int whole = static_cast<int>(std::ceil(value));
    return whole % 2 == 0 ? whole + 1 : whole;
}

double tricube(double distance, double width) {
    if (distance > 0.999 * width) return 0;
    if (distance <= 0.001 * width) return 1;
    const double r = distance / width, one = 1 - r * r * r;
    return one * one * one;
}

// Loess of equally spaced values (positions 0, 1, ...) with the nearest `window` of them, of degree 0 or 1.
class Loess {
  public:
    Loess(int window, int degree) : window_(window), degree_(degree) {
        const int half = (window - 1) / 2;
        double sum = 0;
        for (int k = -half; k <= half; ++k) {
            centre_.push_back(tricube(std::abs(k), half));
            sum += centre_.back();
        }
        for (double& weight : centre_) weight /= sum;
    }

    // At position `x`, which may lie outside.
    double at(std::span<const double> y, double x, int left, int right) {
        double width = std::max(x - left, right - x), sum = 0, middle = 0;
        const int n = static_cast<int>(y.size());
        const int beyond = std::max(0, window_ - n) / 2;  // a window wider than the series
        width += beyond;
        weights_.resize(static_cast<std::size_t>(right) - static_cast<std::size_t>(left) + 1);
        for (int j = left; j <= right; ++j) sum += weights_[j - left] = tricube(std::abs(j - x), width);
        if (sum <= 0) return y[std::clamp(static_cast<int>(std::lround(x)), 0, n - 1)];
        for (int j = left; j <= right; ++j) {
            weights_[j - left] /= sum;
            middle += weights_[j - left] * j;
        }
        double tilt = 0;
        if (degree_ > 0) {
            double spread = 0;
            for (int j = left; j <= right; ++j) spread += weights_[j - left] * (j - middle) * (j - middle);
            if (std::sqrt(spread) > 0.001 * (n - 1)) tilt = (x - middle) / spread;
        }
        double value = 0;
        for (int j = left; j <= right; ++j) value += weights_[j - left] * (1 + tilt * (j - middle)) * y[j];
        return value;
    }

    void smooth(std::span<const double> y, double* to) {
        const int n = static_cast<int>(y.size()), half = (window_ - 1) / 2;
        for (int i = 0; i < n; ++i) {
            if (i >= half &&
                i + half < n) {  // a window with its point in the middle: no tilt, the same weights everywhere
                double sum = 0;
                const double* from = y.data() + (i - half);
                for (int k = 0; k < window_; ++k) sum += centre_[k] * from[k];
                to[i] = half == 0 ? y[i] : sum;
            } else {
                const int left = std::clamp(i - half, 0, std::max(0, n - window_)),
                          right = std::min(n - 1, left + window_ - 1);
                to[i] = at(y, i, left, right);
            }
        }
    }
    int window() const { return window_; }

  private:
    int window_, degree_;
    std::vector<double> centre_, weights_;
};

void moving_average(std::vector<double>& y, std::size_t width) {
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += y[i];
    const std::size_t left = y.size() - width + 1;
    for (std::size_t i = 0; i < left; ++i) {
        const double average = sum / static_cast<double>(width);
        if (i + width < y.size()) sum += y[i + width] - y[i];
        y[i] = average;
    }
    y.resize(left);
}

}  // namespace

StlParts stl(std::span<const double> values, int m, int season_window) {
    const std::size_t n = values.size(), width = static_cast<std::size_t>(m);
    StlParts parts;
    parts.trend.assign(n, 0.0);
    parts.season.assign(n, 0.0);
    Loess seasonal(season_window, 0), low(next_odd(m), 1), trend(next_odd(1.5 * m / (1 - 1.5 / season_window)), 1);
    std::vector<double> cycle(n + 2 * width), low_pass, one, smooth, plain(n);
    for (int round = 0; round < 2; ++round) {
        // Each period of the season for itself, one round longer at both ends.
        for (std::size_t j = 0; j < width; ++j) {
            one.clear();
            for (std::size_t t = j; t < n; t += width) one.push_back(values[t] - parts.trend[t]);
            const int k = static_cast<int>(one.size());
            smooth.resize(one.size());
            seasonal.smooth(one, smooth.data());
            cycle[j] = seasonal.at(one, -1, 0, std::min(season_window, k) - 1);
            for (int i = 0; i < k; ++i) cycle[j + width * static_cast<std::size_t>(i + 1)] = smooth[i];
            const std::size_t last = j + width * static_cast<std::size_t>(k + 1);
            if (last < cycle.size()) cycle[last] = seasonal.at(one, k, std::max(0, k - season_window), k - 1);
        }
        low_pass = cycle;
        moving_average(low_pass, width);
        moving_average(low_pass, width);
        moving_average(low_pass, 3);
        smooth.resize(low_pass.size());
        low.smooth(low_pass, smooth.data());
        for (std::size_t t = 0; t < n; ++t) {
            parts.season[t] = cycle[t + width] - smooth[t];
            plain[t] = values[t] - parts.season[t];
        }
        trend.smooth(plain, parts.trend.data());
    }
    return parts;
}

MstlParts mstl(std::span<const double> values, std::span<const int> seasons) {
    MstlParts result;
    result.without_season.assign(values.begin(), values.end());
    for (const int m : seasons)
        if (m > 1 && values.size() >= 2 * static_cast<std::size_t>(m)) result.seasons.push_back(m);
    result.parts.assign(result.seasons.size(), std::vector<double>(values.size(), 0.0));
    const int rounds = result.seasons.size() > 1 ? 2 : 1;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t at = 0; at < result.seasons.size(); ++at) {
            for (std::size_t t = 0; t < values.size(); ++t) result.without_season[t] += result.parts[at][t];
            const double half = 0.5 * static_cast<double>(values.size()) / result.seasons[at];
            StlParts found =
                stl(result.without_season, result.seasons[at], std::max(11 + 4 * static_cast<int>(at), next_odd(half)));
            result.parts[at] = std::move(found.season);
            result.trend = std::move(found.trend);
            for (std::size_t t = 0; t < values.size(); ++t) result.without_season[t] -= result.parts[at][t];
        }
    }
    return result;
}

}  // namespace fairlead::forecast
