// The filter of arma.h for several models of the same orders at once, over the same series.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engines/forecast/numerics/lanes.h"

namespace fairlead::forecast {

struct ArmaRun {
    std::span<const double> w;
    std::span<const std::vector<double>> columns;
    int ar = 0, ma = 0, seasonal_ar = 0, seasonal_ma = 0, m = 1;  // orders of the factors
    int p = 0, q = 0, r = 0;                                      // multiplied out; states
    std::span<const int> phi_lags, theta_lags;                    // that may differ from 0, from 1 on
    // The factors' coefficients in this order, a row each, with the signs of arma.h.
    double* factors = nullptr;
    // Rows: phi (r, zeros behind p), theta (q), gain, change and covariance (r + 1), psi (r), levinson (p x p), gamma
    // (r + q + 1), per column and for w: states (r + 1), error; their products ((columns + 1) squared). A plain row of
    // all errors is filled by one lane alone.
    double *phi = nullptr, *theta = nullptr, *gain = nullptr, *change = nullptr, *covariance = nullptr, *psi = nullptr,
           *levinson = nullptr, *gamma = nullptr, *states = nullptr, *error = nullptr, *products = nullptr,
           *errors = nullptr;
    // The value from which the covariance stands still; negative: as the first lane finds, which is left here. Models
    // a hair apart are cut at the same value, so that their differences are smooth.
    std::ptrdiff_t settled = -1;
    // Of each lane: the least distance of a partial from 1 and the least variance, both above 0 where the model runs;
    // the product of all variances as product * 2^(exponent - 1023 * count of values).
    alignas(64) double margin[Rows::most] = {}, least[Rows::most] = {}, product[Rows::most] = {};
    alignas(64) std::int64_t exponent[Rows::most] = {};
};

struct ArmaKernel {
    int lanes = 1;
    void (*start)(ArmaRun&) = nullptr;  // gain, and the first column of the state's covariance in `change`
    void (*run)(ArmaRun&) = nullptr;
};
ArmaKernel arma_kernel(std::size_t models);

}  // namespace fairlead::forecast
