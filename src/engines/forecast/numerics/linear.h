// Small linear algebra: symmetric systems and least squares of a few columns.
#pragma once
#include <span>
#include <vector>

namespace fairlead::forecast {

// Solves the symmetric positive definite system `a` x = `b` in place (`a` row by row, n x n; its lower triangle becomes
// the Cholesky factor, `b` the answer). False where the matrix is not positive definite to working precision.
bool solve_positive(std::span<double> a, std::span<double> b);

// Ordinary least squares of `y` on columns (each as long as y) by the normal equations of centred scale; empty where
// the columns depend on each other.
std::vector<double> least_squares(const std::vector<std::vector<double>>& columns, std::span<const double> y);

struct Line {
    double start = 0, slope = 0;  // start + slope * t, t = 0, 1, ...
};
Line fit_line(std::span<const double> y);

}  // namespace fairlead::forecast
