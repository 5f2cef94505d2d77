// The size of a series: models work on values of order 1, so that limits and tolerances mean the same in every unit.
#pragma once
#include <cmath>
#include <span>

namespace fairlead::forecast {

// The mean of the absolute values; 1 where all are 0.
inline double size_of(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += std::abs(value) / static_cast<double>(values.size());
    return sum > 1e-290 ? sum : 1.0;
}

}  // namespace fairlead::forecast
