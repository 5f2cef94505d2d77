// Intervals and incidences of figures.
#include <algorithm>
#include <cmath>

#include "analytics/figures.h"

namespace fairlead::analytics {

Interval wilson(std::int64_t successes, std::int64_t n) {
    if (n <= 0) return {0, 1};
    const double z = 1.959963984540054;
    const double count = static_cast<double>(n);
    const double p = static_cast<double>(successes) / count;
    const double middle = p + z * z / (2 * count);
    const double spread = z * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
    const double scale = 1 + z * z / count;
    return {std::max(0.0, (middle - spread) / scale), std::min(1.0, (middle + spread) / scale)};
}

std::optional<double> cumulative_incidence(std::vector<Stay> stays) {
    if (stays.empty()) return std::nullopt;
    std::sort(stays.begin(), stays.end(), [](const Stay& a, const Stay& b) { return a.age < b.age; });
    double alive = 1, gone_on = 0;
    std::size_t at_risk = stays.size();
    for (std::size_t i = 0; i < stays.size();) {
        std::size_t next = i, advanced = 0, dropped = 0;
        for (; next < stays.size() && stays[next].age <= stays[i].age; ++next) {
            advanced += stays[next].end == Stay::advanced;
            dropped += stays[next].end == Stay::dropped;
        }
        const double risk = static_cast<double>(at_risk);
        gone_on += alive * static_cast<double>(advanced) / risk;
        alive *= 1 - static_cast<double>(advanced + dropped) / risk;
        at_risk -= next - i;
        i = next;
    }
    return gone_on;
}

}  // namespace fairlead::analytics
