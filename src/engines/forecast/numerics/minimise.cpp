// Minimising between bounds.
#include "engines/forecast/numerics/minimise.h"

#include <algorithm>
#include <cmath>

namespace fairlead::forecast {

void Minimiser::begin(int n, const double* start, const double* lower, const double* upper,
                      const MinimiseOptions& options) {
    const std::size_t width = static_cast<std::size_t>(n), needed = (6 + width) * width;
    if (numbers_.size() < needed) numbers_.resize(needed);
    if (free_.size() < width) free_.resize(width);
    double* at = numbers_.data();
    for (double** part : {&x_, &g_, &step_, &tried_, &y_, &hy_, &h_}) *part = at, at += width;
    n_ = n;
    lower_ = lower, upper_ = upper;
    options_ = options;
    found_ = {};
    for (int i = 0; i < n; ++i) x_[i] = tried_[i] = std::clamp(start[i], lower[i], upper[i]);
    done_ = false, first_ = true;
    small_gains_ = 0;
}

void Minimiser::restart(double scale) {
    std::fill(h_, h_ + static_cast<std::ptrdiff_t>(n_) * n_, 0.0);
    for (int i = 0; i < n_; ++i) h_[i * n_ + i] = scale;
    fresh_ = true;
}

bool Minimiser::value(double f) {
    ++found_.evaluations;
    if (first_) {
        found_.value = f_ = f;
        done_ = !std::isfinite(f) || n_ == 0;
        return !done_;
    }
    f_tried_ = f;
    if (std::isfinite(f) && f <= f_ + 1e-4 * along_) return true;
    // The minimum of the parabola through what is known, within reason.
    double shorter = 0.25;
    if (std::isfinite(f)) {
        const double bend = f - f_ - along_;
        if (bend > 0) shorter = std::clamp(-along_ / (2 * bend), 0.1, 0.5);
    }
    length_ *= shorter;
    if (++tries_ == 25)
        no_point();
    else
        try_point();
    return false;
}

void Minimiser::gradient(const double* g) {
    if (first_) {
        first_ = false;
        std::copy(g, g + n_, g_);
        restart(1);
        direct();
        return;
    }
    learn(g);
}

void Minimiser::direct() {
    for (;; ++found_.iterations) {
        if (found_.iterations >= options_.iterations) break;
        count_ = 0;
        for (int i = 0; i < n_; ++i)
            if (!((x_[i] <= lower_[i] && g_[i] > 0) || (x_[i] >= upper_[i] && g_[i] < 0))) free_[count_++] = i;
        if (count_ == 0) break;
        double slope = 0, largest = 0;
        std::fill(step_, step_ + n_, 0.0);
        for (int a = 0; a < count_; ++a) {
            const int i = free_[a];
            double sum = 0;
            for (int b = 0; b < count_; ++b) sum -= h_[i * n_ + free_[b]] * g_[free_[b]];
            step_[i] = sum;
            slope += sum * g_[i];
            largest = std::max(largest, std::abs(sum));
        }
        if (slope < 0) {
            length_ = std::min(1.0, (fresh_ ? options_.first_step : 1.0) / largest);
            tries_ = 0;
            try_point();
            return;
        }
        if (fresh_) break;
        restart(1);
    }
    found_.value = f_;
    done_ = true;
}

void Minimiser::try_point() {
    double along = 0, moved = 0;
    for (int i = 0; i < n_; ++i) {
        tried_[i] = std::clamp(x_[i] + length_ * step_[i], lower_[i], upper_[i]);
        along += g_[i] * (tried_[i] - x_[i]);
        moved = std::max(moved, std::abs(tried_[i] - x_[i]));
    }
    along_ = along;
    if (moved < 1e-12) no_point();
}

void Minimiser::no_point() {
    if (fresh_) {
        found_.value = f_;
        done_ = true;
        return;
    }
    restart(1);
    ++found_.iterations;
    direct();
}

void Minimiser::learn(const double* g) {
    double sy = 0, yy = 0, ss = 0;
    for (int a = 0; a < count_; ++a) {
        const int i = free_[a];
        step_[i] = tried_[i] - x_[i];
        y_[i] = g[i] - g_[i];
        sy += step_[i] * y_[i];
        yy += y_[i] * y_[i];
        ss += step_[i] * step_[i];
    }
    const double gain = f_ - f_tried_;
    std::copy(tried_, tried_ + n_, x_);
    std::copy(g, g + n_, g_);
    f_ = f_tried_;
    if (sy > 1e-12 * std::sqrt(ss * yy)) {
        if (fresh_) restart(sy / yy);
        fresh_ = false;
        double yhy = 0;
        for (int a = 0; a < count_; ++a) {
            const int i = free_[a];
            double sum = 0;
            for (int b = 0; b < count_; ++b) sum += h_[i * n_ + free_[b]] * y_[free_[b]];
            hy_[i] = sum;
            yhy += sum * y_[i];
        }
        const double rho = 1 / sy, keep = (1 + rho * yhy) * rho;
        for (int a = 0; a < count_; ++a) {
            const int i = free_[a];
            for (int b = 0; b < count_; ++b) {
                const int j = free_[b];
                h_[i * n_ + j] += keep * step_[i] * step_[j] - rho * (hy_[i] * step_[j] + step_[i] * hy_[j]);
            }
        }
    }
    small_gains_ = gain < options_.tolerance ? small_gains_ + 1 : 0;
    if (small_gains_ >= 2) {
        found_.value = f_;
        done_ = true;
        return;
    }
    ++found_.iterations;
    direct();
}

}  // namespace fairlead::forecast
