// Small linear algebra.
#include "engines/forecast/numerics/linear.h"

#include <cmath>

namespace fairlead::forecast {

bool solve_positive(std::span<double> a, std::span<double> b) {
    const std::size_t n = b.size();
    for (std::size_t i = 0; i < n; ++i) {
        const double diagonal = a[i * n + i];
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i * n + j];
            for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
            if (i == j) {
                if (!(sum > 1e-12 * diagonal) || !(diagonal > 0)) return false;
                a[i * n + i] = std::sqrt(sum);
            } else {
                a[i * n + j] = sum / a[j * n + j];
            }
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    return true;
}

std::vector<double> least_squares(const std::vector<std::vector<double>>& columns, std::span<const double> y) {
    const std::size_t n = columns.size();
    std::vector<double> a(n * n), b(n), scale(n);
    for (std::size_t i = 0; i < n; ++i) {
        double squares = 0;
        for (const double value : columns[i]) squares += value * value;
        scale[i] = squares > 0 ? 1 / std::sqrt(squares) : 0.0;
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = 0;
            for (std::size_t t = 0; t < y.size(); ++t) sum += columns[i][t] * columns[j][t];
            a[i * n + j] = a[j * n + i] = sum * scale[i] * scale[j];
        }
        for (std::size_t t = 0; t < y.size(); ++t) b[i] += columns[i][t] * y[t];
        b[i] *= scale[i];
    }
    if (!solve_positive(a, b)) return {};
    for (std::size_t i = 0; i < n; ++i) b[i] *= scale[i];
    return b;
}

Line fit_line(std::span<const double> y) {
    const double n = static_cast<double>(y.size()), middle = (n - 1) / 2;
    if (y.empty()) return {};
    double mean = 0, cross = 0;
    for (const double value : y) mean += value / n;
    for (std::size_t t = 0; t < y.size(); ++t) cross += (static_cast<double>(t) - middle) * (y[t] - mean);
    const double squares = n * (n * n - 1) / 12;
    const double slope = y.size() > 1 ? cross / squares : 0.0;
    return {mean - slope * middle, slope};
}

}  // namespace fairlead::forecast
