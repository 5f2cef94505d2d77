// Features of series and of forecasts.
#include "engines/forecast/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engines/forecast/numerics/difference.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/scale.h"
#include "engines/forecast/numerics/season.h"
#include "engines/forecast/numerics/stl.h"
#include "engines/forecast/series.h"

namespace fairlead::forecast {
namespace {

constexpr std::size_t most_values = 2000, most_of_spectrum = 256;
constexpr double most = 1e4;  // of any feature: what is further is as good as there

constexpr std::string_view names[] = {
    "length", "seasons", "season", "season_known", "trend", "seasonality", "spikiness", "linearity", "curvature", "rest_acf1", "rest_acf10", "rest_squared_acf1", "acf1", "acf10", "diff1_acf1", "diff1_acf10",
    "diff2_acf1", "diff2_acf10", "seasonal_acf1", "seasonal_acf2", "pacf5", "diff1_pacf5", "entropy", "variance_ratio", "lumpiness", "stability", "crossing_points", "flat_spots", "kpss", "diff1_kpss",
    "zeros", "positive", "variation", "noise", "diff_noise", "largest_step", "skew_of_steps", "last_against_level", "growth_of_season", "slope_recent", "slope_all", "acceleration", "peak", "trough"};

double tame(double value) { return std::isfinite(value) ? std::clamp(value, -most, most) : 0; }

double mean_of(std::span<const double> x) { return x.empty() ? 0 : std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }
double variance_of(std::span<const double> x) {
    if (x.size() < 2) return 0;
    const double mean = mean_of(x);
    double sum = 0;
    for (const double value : x) sum += (value - mean) * (value - mean);
    return sum / static_cast<double>(x.size());
}

double sum_of_squares(std::span<const double> r, std::size_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < std::min(count, r.size()); ++i) sum += r[i] * r[i];
    return sum;
}

struct Correlations {
    double first = 0, ten = 0, partial_five = 0;
};
Correlations correlations(std::span<const double> x, double unit) {
    // Of values that are the same up to rounding there is none.
    if (x.size() < 4 || variance_of(x) <= 1e-24 * unit * unit) return {};
    const auto r = autocorrelations(x, static_cast<int>(std::min<std::size_t>(10, x.size() - 1)));
    Correlations out{r[0], sum_of_squares(r, 10), 0};
    // Partial ones by Durbin's and Levinson's recursion.
    std::vector<double> phi, before;
    double left = 1;
    for (std::size_t k = 0; k < std::min<std::size_t>(5, r.size()) && left > 1e-9; ++k) {
        double next = r[k];
        for (std::size_t j = 0; j < k; ++j) next -= before[j] * r[k - 1 - j];
        next /= left;
        phi.assign(k + 1, next);
        for (std::size_t j = 0; j < k; ++j) phi[j] = before[j] - next * before[k - 1 - j];
        left *= 1 - next * next;
        out.partial_five += next * next;
        before = phi;
    }
    return out;
}

// Spectral entropy of the last values, 0 (one wave) to 1 (noise), by the periodogram averaged over three neighbours.
double entropy_of(std::span<const double> x) {
    if (x.size() > most_of_spectrum) x = x.last(most_of_spectrum);
    const std::size_t n = x.size(), waves = n / 2;
    const double mean = mean_of(x), size = size_of(x);
    if (waves < 3 || variance_of(x) <= 1e-24 * size * size) return 1;
    std::vector<double> power(waves);
    for (std::size_t k = 1; k <= waves; ++k) {
        // Goertzel 1958: one wave's strength by a recursion of two terms.
        const double turn = 2 * std::cos(2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
        double one = 0, two = 0;
        for (const double value : x) {
            const double now = value - mean + turn * one - two;
            two = one;
            one = now;
        }
        power[k - 1] = std::max(0.0, one * one + two * two - turn * one * two);
    }
    std::vector<double> smooth(waves);
    double sum = 0;
    for (std::size_t k = 0; k < waves; ++k) {
        const std::size_t from = k == 0 ? 0 : k - 1, to = std::min(waves - 1, k + 1);
        for (std::size_t j = from; j <= to; ++j) smooth[k] += power[j] / static_cast<double>(to - from + 1);
        sum += smooth[k];
    }
    double entropy = 0;
    for (const double one : smooth)
        if (one > 1e-12 * sum) entropy -= one / sum * std::log(one / sum);
    return entropy / std::log(static_cast<double>(waves));
}

// The smooth course where there is no season: a moving average over seven, shorter at the ends.
std::vector<double> smooth_course(std::span<const double> x) {
    const std::ptrdiff_t n = std::ssize(x), half = std::min<std::ptrdiff_t>(3, (n - 1) / 4);
    std::vector<double> course;
    for (std::ptrdiff_t t = 0; t < n; ++t) {
        // The window is symmetrical, or a trend would bend at its ends.
        const std::ptrdiff_t reach = std::min({half, t, n - 1 - t});
        course.push_back(mean_of(x.subspan(static_cast<std::size_t>(t - reach), static_cast<std::size_t>(2 * reach + 1))));
    }
    return course;
}

double strength(std::span<const double> rest, std::span<const double> of) {
    const double whole = variance_of(of);
    return whole > 1e-20 ? std::clamp(1 - variance_of(rest) / whole, 0.0, 1.0) : 0;
}

double slope_of(std::span<const double> x) { return x.size() < 2 ? 0 : fit_line(x).slope; }

}  // namespace

std::span<const std::string_view> series_feature_names() { return names; }

std::vector<double> series_features(std::span<const double> values, int season) {
    const std::size_t whole = values.size();
    if (values.size() > most_values) values = values.last(most_values);
    const std::size_t n = values.size(), m = static_cast<std::size_t>(std::max(1, season));
    const bool seasonal = m > 1 && n >= 2 * m;
    const double count = static_cast<double>(n), size = size_of(values);
    std::vector<double> x(n);
    for (std::size_t t = 0; t < n; ++t) x[t] = values[t] / size;  // of order one
    const double mean = mean_of(x), deviation = std::sqrt(variance_of(x));
    const bool moves = deviation > 1e-10;

    // Parts: what is smooth, what returns, what is left.
    std::vector<double> trend, shape(n, 0.0), rest(n), without_season(n), without_trend(n);
    if (seasonal) {
        StlParts parts = stl(x, static_cast<int>(m), std::max(11, static_cast<int>(n / m) | 1));
        trend = std::move(parts.trend);
        shape = std::move(parts.season);
    } else trend = smooth_course(x);
    for (std::size_t t = 0; t < n; ++t) {
        without_season[t] = x[t] - shape[t];
        without_trend[t] = x[t] - trend[t];
        rest[t] = without_season[t] - trend[t];
    }
    std::vector<double> squared;
    squared.reserve(n);
    for (const double one : rest) squared.push_back(one * one);

    // Spikiness: how much the variance of the rest depends on single values.
    double spikiness = 0;
    const double rest_variance = variance_of(rest), rest_mean = mean_of(rest);
    if (n > 3 && rest_variance > 1e-20) {
        std::vector<double> without;
        without.reserve(n);
        for (const double one : rest) without.push_back((rest_variance * count - (one - rest_mean) * (one - rest_mean) * count / (count - 1)) / (count - 1) / rest_variance);
        spikiness = variance_of(without) * count * count;
    }
    // The trend on orthogonal polynomials of degree one and two, in deviations of the series.
    double linearity = 0, curvature = 0;
    if (n > 2 && moves) {
        double length1 = 0, length2 = 0;
        const double middle = (count - 1) / 2, spread = (count * count - 1) / 12;
        for (std::size_t t = 0; t < n; ++t) {
            const double one = static_cast<double>(t) - middle, two = one * one - spread, y = (trend[t] - mean) / deviation;
            linearity += one * y;
            curvature += two * y;
            length1 += one * one;
            length2 += two * two;
        }
        linearity /= std::sqrt(length1 * count);
        curvature /= std::sqrt(length2 * count);
    }

    const std::vector<double> diff1 = difference(x, 1), diff2 = difference(diff1, diff1.empty() ? 0 : 1);
    const Correlations of_x = correlations(x, 1), of_diff1 = correlations(diff1, 1), of_diff2 = correlations(diff2, 1), of_rest = correlations(rest, 1e-2);
    double seasonal1 = 0, seasonal2 = 0;
    if (seasonal && moves) {
        const auto r = autocorrelations(x, static_cast<int>(std::min(2 * m, n - 1)));
        seasonal1 = r[m - 1];
        if (r.size() >= 2 * m) seasonal2 = r[2 * m - 1];
    }

    // 0 where steps turn back at once, 1 where they add up as at random, above where they go on.
    double ratio = 1;
    const double step_variance = variance_of(diff1);
    if (const std::size_t lag = std::min<std::size_t>(8, n / 4); lag >= 2 && step_variance > 1e-20) {
        const auto far = difference(x, static_cast<int>(lag));
        ratio = variance_of(far) / (static_cast<double>(lag) * step_variance);
    }

    // By blocks of a season or ten.
    double lumpiness = 0, stability = 0;
    const std::size_t block = seasonal ? m : std::min<std::size_t>(10, std::max<std::size_t>(2, n / 3));
    if (moves && n >= 2 * block) {
        std::vector<double> means, variances;
        for (std::size_t from = 0; from + block <= n; from += block) {
            const auto piece = std::span<const double>(x).subspan(from, block);
            means.push_back(mean_of(piece) / deviation);
            variances.push_back(variance_of(piece) / (deviation * deviation));
        }
        lumpiness = variance_of(variances);
        stability = variance_of(means);
    }

    const double middle = median_of(x);
    std::size_t crossings = 0, flat = 1, longest_flat = 1, zeros = 0;
    const auto ends = std::minmax_element(x.begin(), x.end());
    const double lowest = *ends.first, width = *ends.second - lowest;
    const auto tenth = [&](double value) { return width > 1e-10 ? std::min(9, static_cast<int>((value - lowest) / width * 10)) : 0; };
    for (std::size_t t = 0; t < n; ++t) {
        zeros += values[t] == 0 ? 1 : 0;
        if (t == 0) continue;
        crossings += (x[t] > middle) != (x[t - 1] > middle) ? 1 : 0;
        flat = tenth(x[t]) == tenth(x[t - 1]) ? flat + 1 : 1;
        longest_flat = std::max(longest_flat, flat);
    }

    double noise = 0;  // of repeating the last season
    const std::size_t lag = seasonal ? m : 1;
    for (std::size_t t = lag; t < n; ++t) noise += std::abs(x[t] - x[t - lag]) / static_cast<double>(n - lag);
    const double unit = noise > 1e-10 ? noise : 1;
    double largest_step = 0, skew = 0;
    if (step_variance > 1e-20) {
        const double step_mean = mean_of(diff1), step_deviation = std::sqrt(step_variance);
        for (const double step : diff1) {
            const double z = (step - step_mean) / step_deviation;
            largest_step = std::max(largest_step, std::abs(z));
            skew += z * z * z / static_cast<double>(diff1.size());
        }
    }

    const std::size_t recent = std::min(n, seasonal ? m : std::max<std::size_t>(4, n / 4));
    const auto end = std::span<const double>(without_season).last(recent);
    const auto before = std::span<const double>(without_season).first(n - recent).last(std::min(recent, n - recent));
    double growth = 0;
    if (!before.empty()) growth = (mean_of(end) - mean_of(before)) / unit;
    double peak = 0, trough = 0;
    if (seasonal) {
        const auto [low, high] = std::minmax_element(shape.end() - static_cast<std::ptrdiff_t>(m), shape.end());
        peak = *high / unit;
        trough = *low / unit;
    }
    const double slope_recent = slope_of(end) / unit, slope_all = slope_of(without_season) / unit;

    const double all[] = {
        std::log(static_cast<double>(whole)), std::log(static_cast<double>(whole) / static_cast<double>(m)), std::log(static_cast<double>(m)), seasonal ? 1.0 : 0.0, strength(rest, without_season), seasonal ? strength(rest, without_trend) : 0,
        spikiness, linearity, curvature, of_rest.first, of_rest.ten, correlations(squared, 1e-4).first, of_x.first, of_x.ten, of_diff1.first, of_diff1.ten,
        of_diff2.first, of_diff2.ten, seasonal1, seasonal2, of_x.partial_five, of_diff1.partial_five, entropy_of(x), std::log(std::max(ratio, 1e-6)), lumpiness, stability, static_cast<double>(crossings) / count, static_cast<double>(longest_flat) / count, std::log1p(std::max(0.0, kpss_level(x))), std::log1p(std::max(0.0, kpss_level(diff1))),
        static_cast<double>(zeros) / count, lowest > 0 ? 1.0 : lowest < 0 ? -1.0 : 0.0, deviation, noise, std::sqrt(step_variance), largest_step, skew, (without_season.back() - mean_of(end)) / unit, growth, slope_recent, slope_all, slope_recent - slope_all, peak, trough};
    static_assert(std::size(all) == std::size(names));
    std::vector<double> out;
    for (const double one : all) out.push_back(tame(one));
    return out;
}

std::vector<std::string> diversity_feature_names(std::span<const std::string> members) {
    std::vector<std::string> out;
    for (const std::string& member : members) {
        out.push_back("away_" + member);
        out.push_back("away_last_" + member);
    }
    for (const char* name : {"apart_first", "apart_middle", "apart_last", "pool_away", "pool_step", "pool_slope", "answers"}) out.emplace_back(name);
    return out;
}

std::vector<double> diversity_features(std::span<const double> past, double scale, std::span<const double> pool, std::span<const std::vector<double>> members) {
    const double unit = scale > 0 ? scale : size_of(past);
    const std::size_t steps = pool.size();
    std::vector<double> middle(steps), apart(steps), column;
    for (std::size_t h = 0; h < steps; ++h) {
        column.clear();
        for (const auto& one : members)
            if (!one.empty()) column.push_back(one[h] / unit);
        if (column.empty()) column.push_back(pool[h] / unit);
        middle[h] = median_of(column);
        double sum = 0;
        for (std::size_t i = 0; i < column.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) sum += std::abs(column[i] - column[j]);
        const double pairs = static_cast<double>(column.size() * (column.size() - 1)) / 2;
        apart[h] = pairs > 0 ? sum / pairs : 0;
    }
    std::vector<double> out;
    double answers = 0;
    for (const auto& one : members) {
        double away = 0;
        for (std::size_t h = 0; h < one.size(); ++h) away += (one[h] / unit - middle[h]) / static_cast<double>(steps);
        out.push_back(tame(away));
        out.push_back(one.empty() ? 0 : tame(one.back() / unit - middle.back()));
        answers += one.empty() ? 0 : 1;
    }
    double away = 0;
    for (std::size_t h = 0; h < steps; ++h) away += (pool[h] / unit - middle[h]) / static_cast<double>(steps);
    for (const double one : {apart.front(), apart[steps / 2], apart.back(), away, (pool.front() - past.back()) / unit, (pool.back() - pool.front()) / unit / std::sqrt(static_cast<double>(steps)), answers}) out.push_back(tame(one));
    return out;
}

}  // namespace fairlead::forecast
