// The inner loops of complex exponential smoothing (ces.h), for several searches at once: forward, and backward with
// the gradient of the sum of squares' logarithm (reverse mode).
#pragma once
#include "engines/forecast/numerics/lanes.h"

namespace fairlead::forecast {

struct CesPoint {
    alignas(64) double a0[Rows::most], a1[Rows::most], b0[Rows::most], b1[Rows::most], level[Rows::most],
        other[Rows::most];
};

// Lanes without a search have a count of 0.
struct CesRun {
    int least = 0, most = 0, m = 1;  // counts of the shortest and the longest series in the lanes
    const double* values = nullptr;  // rows per time, most of them
    double* trace = nullptr;         // three rows per time: e, and c and r before it
    // Rows per period of the season: the starting states, which stay, the states, which move on, and the gradient.
    const double *first_season = nullptr, *first_second = nullptr;
    double *season = nullptr, *second = nullptr, *by_season = nullptr, *by_second = nullptr;
    alignas(64) double count[Rows::most] = {};
    alignas(64) double second_moves[Rows::most] = {};  // 1 where the season has a second part, else 0
    CesPoint start{}, last{}, by{};
    alignas(64) double squares[Rows::most] = {};
    alignas(64) double weight[Rows::most] = {};  // of an error in the gradient: 2 / sum of squares
};

struct CesKernel {
    int lanes = 1;
    void (*forward)(CesRun&) = nullptr;
    void (*backward)(CesRun&) = nullptr;
};
// For so many searches.
CesKernel ces_kernel(bool seasonal, std::size_t searches);

}  // namespace fairlead::forecast
