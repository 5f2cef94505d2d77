// The inner loops of exponential smoothing: forward with the likelihood, backward with its gradient (reverse mode: one
// pass gives all derivatives at about one and a half times the cost of the forward pass). One instance per form, no
// allocation.
#pragma once
#include <cmath>
#include <limits>

#include "engines/forecast/models/ets.h"

namespace fairlead::forecast {

struct EtsPoint {
    double alpha = 0, beta = 0, gamma = 0, phi = 1, level = 0, slope = 0;
};

// What the forward pass leaves for the backward pass, per value.
struct EtsTrace {
    double error, surprise, inverse, q, slope, season;
};

// A sum of squares is never taken as smaller than this per value (values have order 1): a perfect fit has a likelihood.
constexpr double ets_floor = 1e-20;

template <EtsError E, EtsTrend T, EtsSeason S>
struct EtsRecursion {
    static constexpr bool relative = E == EtsError::multiplicative;
    static constexpr bool trended = T != EtsTrend::none;
    static constexpr bool damped = T == EtsTrend::damped;
    static constexpr bool added = S == EtsSeason::additive;
    static constexpr bool times = S == EtsSeason::multiplicative;

    // Runs through `n` values; `season` (m values) goes from the starting to the last states, `point` likewise.
    // `squares` gets the sum of e^2. The answer is infinite where a relative error has no meaning.
    static double forward(const double* values, int n, int m, EtsPoint& point, double* season, EtsTrace* trace,
                          double& squares) {
        const double alpha = point.alpha, beta = point.beta, gamma = point.gamma, phi = damped ? point.phi : 1.0;
        double level = point.level, slope = point.slope, sum = 0, product = 1, logs = 0;
        int j = 0;
        for (int t = 0; t < n; ++t) {
            const double y = values[t];
            EtsTrace& at = trace[t];
            double damped_slope = 0, q = level;
            if constexpr (trended) {
                at.slope = slope;
                damped_slope = damped ? phi * slope : slope;
                q += damped_slope;
            }
            double f = q;
            if constexpr (added) f += season[j];
            if constexpr (times) f *= season[j];
            double e = y - f;
            if constexpr (relative) {
                if (!(f > 1e-8)) return std::numeric_limits<double>::infinity();
                const double inverse = 1 / f;
                at.inverse = inverse;
                product *= f;
                if (product > 1e100 || product < 1e-100) {
                    logs += std::log(product);
                    product = 1;
                }
                if constexpr (times) {
                    const double s = season[j];
                    e = e * inverse;
                    at.q = q;
                    at.season = s;
                    at.error = e;
                    const double surprise = q * e;
                    level = q + alpha * surprise;
                    if constexpr (trended) slope = damped_slope + beta * surprise;
                    season[j] = s + gamma * s * e;
                } else {
                    const double surprise = e;
                    e *= inverse;
                    at.error = e;
                    at.surprise = surprise;
                    level = q + alpha * surprise;
                    if constexpr (trended) slope = damped_slope + beta * surprise;
                    if constexpr (added) season[j] += gamma * surprise;
                }
            } else {
                at.error = e;
                level = q + alpha * e;
                if constexpr (trended) slope = damped_slope + beta * e;
                if constexpr (added) season[j] += gamma * e;
            }
            sum += e * e;
            if constexpr (added || times) {
                if (++j == m) j = 0;
            }
        }
        point.level = level;
        point.slope = slope;
        squares = sum;
        double value = std::log(sum / n + ets_floor);
        if constexpr (relative) value += 2.0 / n * (logs + std::log(product));
        return value;
    }

    // The gradient of the value that `forward` gave on the same trace: by alpha, beta, gamma, phi and the starting
    // level and slope into `by`, by the starting season into `by_season` (m values).
    static void backward(int n, int m, const EtsPoint& point, double squares, const EtsTrace* trace, EtsPoint& by,
                         double* by_season) {
        const double alpha = point.alpha, beta = point.beta, gamma = point.gamma, phi = damped ? point.phi : 1.0;
        const double weight = 2.0 / (squares + n * ets_floor), log_weight = 2.0 / n;
        double level = 0, slope = 0, by_alpha = 0, by_beta = 0, by_gamma = 0, by_phi = 0;
        int j = 0;
        if constexpr (added || times) {
            for (int i = 0; i < m; ++i) by_season[i] = 0;
            j = n % m;
        }
        for (int t = n - 1; t >= 0; --t) {
            const EtsTrace& at = trace[t];
            double s = 0;
            if constexpr (added || times) {
                j = (j == 0 ? m : j) - 1;
                s = by_season[j];
            }
            double q;
            if constexpr (times) {
                const double e = at.error;
                // d is q * e, and the season moves by s * e.
                double by_e = weight * e + level * alpha * at.q + s * gamma * at.season;
                if constexpr (trended) by_e += slope * beta * at.q;
                const double f = (log_weight - by_e * (1 + e)) * at.inverse;
                q = level * (1 + alpha * e) + f * at.season;
                if constexpr (trended) q += slope * beta * e;
                const double d = at.q * e;
                by_alpha += level * d;
                if constexpr (trended) by_beta += slope * d;
                by_gamma += s * at.season * e;
                by_season[j] = s * (1 + gamma * e) + f * at.q;
            } else {
                double d, f;
                double by_d = level * alpha;
                if constexpr (trended) by_d += slope * beta;
                if constexpr (added) by_d += s * gamma;
                if constexpr (relative) {
                    d = at.surprise;
                    f = (log_weight - weight * at.error * (1 + at.error)) * at.inverse - by_d;
                } else {
                    d = at.error;
                    f = -weight * at.error - by_d;
                }
                by_alpha += level * d;
                if constexpr (trended) by_beta += slope * d;
                if constexpr (added) {
                    by_gamma += s * d;
                    by_season[j] = s + f;
                }
                q = level + f;
            }
            if constexpr (trended) {
                const double both = q + slope;
                if constexpr (damped) by_phi += at.slope * both;
                slope = phi * both;
            }
            level = q;
        }
        by.alpha = by_alpha;
        by.beta = by_beta;
        by.gamma = by_gamma;
        by.phi = by_phi;
        by.level = level;
        by.slope = slope;
    }
};

}  // namespace fairlead::forecast
