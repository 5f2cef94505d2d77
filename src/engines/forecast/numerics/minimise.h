// Minimising a smooth function of a few variables between bounds: quasi-Newton (BFGS on the inverse, Nocedal and Wright
// 2006, algorithm 6.1) in the subspace of the variables that are free, steps projected on the bounds (Bertsekas 1982).
// Variables should be of order 1. Deterministic; allocates only when the workspace grows.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace fairlead::forecast {

struct MinimiseOptions {
    double tolerance = 1e-8;  // two steps in a row that gain less end the search
    int iterations = 200;
    double first_step = 0.1;  // the largest component of the first step
};

struct Minimum {
    double value = 0;  // not finite: the start was not feasible
    int iterations = 0;
    std::int64_t evaluations = 0;
};

class MinimiseWorkspace {
  public:
    void resize(int n) {
        n_ = n;
        const std::size_t vectors = 6 * static_cast<std::size_t>(n);
        if (numbers_.size() < vectors + static_cast<std::size_t>(n) * n)
            numbers_.resize(vectors + static_cast<std::size_t>(n) * n);
        if (free_.size() < static_cast<std::size_t>(n)) free_.resize(n);
    }
    double* vector(int which) { return numbers_.data() + static_cast<std::size_t>(which) * n_; }
    double* matrix() { return vector(6); }
    int* free() { return free_.data(); }

  private:
    int n_ = 0;
    std::vector<double> numbers_;
    std::vector<int> free_;
};

// `objective.value(x)` tells the value (infinite or NaN: not feasible); `objective.gradient(x, g)` is asked only right
// after `value` at the same x. `x` is the start and becomes the minimum.
template <class Objective>
Minimum minimise(Objective& objective, int n, double* x, const double* lower, const double* upper,
                 const MinimiseOptions& options, MinimiseWorkspace& workspace) {
    workspace.resize(n);
    double* g = workspace.vector(0);
    double* step = workspace.vector(1);
    double* tried = workspace.vector(2);
    double* g_tried = workspace.vector(3);
    double* y = workspace.vector(4);
    double* hy = workspace.vector(5);
    double* h = workspace.matrix();
    int* free = workspace.free();
    for (int i = 0; i < n; ++i) x[i] = std::clamp(x[i], lower[i], upper[i]);
    Minimum result;
    double f = objective.value(x);
    ++result.evaluations;
    result.value = f;
    if (!std::isfinite(f) || n == 0) return result;
    objective.gradient(x, g);
    const auto to_identity = [&](double scale) {
        std::fill(h, h + static_cast<std::ptrdiff_t>(n) * n, 0.0);
        for (int i = 0; i < n; ++i) h[i * n + i] = scale;
    };
    to_identity(1);
    bool fresh = true;  // the inverse is still the identity
    int small_gains = 0;
    for (; result.iterations < options.iterations; ++result.iterations) {
        int count = 0;
        for (int i = 0; i < n; ++i)
            if (!((x[i] <= lower[i] && g[i] > 0) || (x[i] >= upper[i] && g[i] < 0))) free[count++] = i;
        if (count == 0) break;
        double slope = 0, largest = 0;
        std::fill(step, step + n, 0.0);
        for (int a = 0; a < count; ++a) {
            const int i = free[a];
            double sum = 0;
            for (int b = 0; b < count; ++b) sum -= h[i * n + free[b]] * g[free[b]];
            step[i] = sum;
            slope += sum * g[i];
            largest = std::max(largest, std::abs(sum));
        }
        if (!(slope < 0)) {
            if (fresh) break;
            to_identity(1);
            fresh = true;
            continue;
        }
        double length = fresh ? std::min(1.0, options.first_step / largest) : std::min(1.0, 1.0 / largest);
        double f_tried = 0;
        bool found = false;
        for (int tries = 0; tries < 25; ++tries) {
            double along = 0, moved = 0;
            for (int i = 0; i < n; ++i) {
                tried[i] = std::clamp(x[i] + length * step[i], lower[i], upper[i]);
                along += g[i] * (tried[i] - x[i]);
                moved = std::max(moved, std::abs(tried[i] - x[i]));
            }
            if (moved < 1e-12) break;
            f_tried = objective.value(tried);
            ++result.evaluations;
            if (std::isfinite(f_tried) && f_tried <= f + 1e-4 * along) {
                found = true;
                break;
            }
            // The minimum of the parabola through what is known, within reason.
            double shorter = 0.25;
            if (std::isfinite(f_tried)) {
                const double bend = f_tried - f - along;
                if (bend > 0) shorter = std::clamp(-along / (2 * bend), 0.1, 0.5);
            }
            length *= shorter;
        }
        if (!found) {
            if (fresh) break;
            to_identity(1);
            fresh = true;
            continue;
        }
        objective.gradient(tried, g_tried);
        double sy = 0, yy = 0, ss = 0;
        for (int a = 0; a < count; ++a) {
            const int i = free[a];
            step[i] = tried[i] - x[i];
            y[i] = g_tried[i] - g[i];
            sy += step[i] * y[i];
            yy += y[i] * y[i];
            ss += step[i] * step[i];
        }
        const double gain = f - f_tried;
        std::copy(tried, tried + n, x);
        std::copy(g_tried, g_tried + n, g);
        f = f_tried;
        if (sy > 1e-12 * std::sqrt(ss * yy)) {
            if (fresh) to_identity(sy / yy);
            fresh = false;
            double yhy = 0;
            for (int a = 0; a < count; ++a) {
                const int i = free[a];
                double sum = 0;
                for (int b = 0; b < count; ++b) sum += h[i * n + free[b]] * y[free[b]];
                hy[i] = sum;
                yhy += sum * y[i];
            }
            const double rho = 1 / sy, keep = (1 + rho * yhy) * rho;
            for (int a = 0; a < count; ++a) {
                const int i = free[a];
                for (int b = 0; b < count; ++b) {
                    const int j = free[b];
                    h[i * n + j] += keep * step[i] * step[j] - rho * (hy[i] * step[j] + step[i] * hy[j]);
                }
            }
        }
        small_gains = gain < options.tolerance ? small_gains + 1 : 0;
        if (small_gains >= 2) break;
    }
    result.value = f;
    return result;
}

}  // namespace fairlead::forecast
