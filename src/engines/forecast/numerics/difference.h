// How often a series has to be differenced to stand still.
#pragma once
#include <span>
#include <vector>

namespace fairlead::forecast {

// values[t] - values[t - lag].
std::vector<double> difference(std::span<const double> values, int lag);

// The statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992) for a level, Bartlett weights to lag 3 sqrt(n) / 13
// (as R's `ndiffs` asks of urca): large where the level wanders. Its 5 % point is 0.463. 0 for a constant.
double kpss_level(std::span<const double> values);
// Ordinary differences until the statistic is below its 5 % point, at most `most`.
int plain_differences(std::span<const double> values, int most);

// How much of what moves beside the trend is season: max(0, 1 - var(rest) / var(season + rest)), from 0 to 1, by
// classical additive decomposition (Wang, Smith, Hyndman 2006; R's `nsdiffs` decomposes by STL, whose season may
// change, and differences above 0.64). 0 with fewer than two seasons and a bit.
double seasonal_strength(std::span<const double> values, int m);

}  // namespace fairlead::forecast
