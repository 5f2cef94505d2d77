// The inner loops of exponential smoothing (ets.h), for several searches at once: forward with the likelihood, backward
// with its gradient (reverse mode: one pass gives all derivatives at about one and a half times the cost of the forward
// pass). One instance per form, no allocation.
#pragma once
#include <cstdint>

#include "engines/forecast/models/ets.h"
#include "engines/forecast/numerics/lanes.h"

namespace fairlead::forecast {

struct EtsPoint {
    alignas(64) double alpha[Rows::most] = {}, beta[Rows::most] = {}, gamma[Rows::most] = {}, phi[Rows::most] = {},
        level[Rows::most] = {}, slope[Rows::most] = {};
};

// Rows that the forward pass leaves for the backward pass, per value.
constexpr int ets_trace_most = 5;

// A sum of squares is never taken as smaller than this per value (values have order 1): a perfect fit has a likelihood.
constexpr double ets_floor = 1e-20;

struct EtsRun {
    int least = 0, most = 0, m = 1;  // counts of the shortest and the longest series in the lanes
    const double* values = nullptr;  // rows per time, most of them
    double* trace = nullptr;
    // Rows per period of the season: the starting states, which stay, the states, which move on, and the gradient.
    const double* first_season = nullptr;
    double *season = nullptr, *by_season = nullptr;
    alignas(64) double count[Rows::most] = {};
    EtsPoint start{}, last{}, by{};
    // Of the forward pass: sum of e^2; of relative errors the least forecast, and the product of all forecasts, as
    // product * 2^exponent, where the exponent is that many times 1023 too high as there are values.
    alignas(64) double squares[Rows::most] = {}, least_forecast[Rows::most] = {}, product[Rows::most] = {};
    alignas(64) std::int64_t exponent[Rows::most] = {};
    // For the backward pass: of an error, 2 / squares; of a logarithm of a forecast, 2 / count.
    alignas(64) double weight[Rows::most] = {}, log_weight[Rows::most] = {};
};

struct EtsKernel {
    int lanes = 1;
    void (*forward)(EtsRun&) = nullptr;
    void (*backward)(EtsRun&) = nullptr;
};
// For so many searches of one form.
EtsKernel ets_kernel(const EtsForm& form, std::size_t searches);

}  // namespace fairlead::forecast
