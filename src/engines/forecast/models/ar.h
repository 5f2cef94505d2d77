// Autoregressions of all orders by Burg's method.
#pragma once
#include <span>
#include <vector>

namespace fairlead::forecast {

struct BurgOrder {
    std::vector<double> coefficients;  // w[t] = c1 w[t - 1] + c2 w[t - 2] + ... + e
    double variance = 0;               // of e
};
// Orders 0 to `most` of values around zero (below their number).
std::vector<BurgOrder> burg(std::span<const double> w, int most);

}  // namespace fairlead::forecast
