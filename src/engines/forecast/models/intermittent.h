// Intermittent demand: many periods without any. All forecast a rate per period, the same for every step.
#pragma once
#include <span>
#include <vector>

namespace fairlead::forecast {

// What is known after each period: fitted[t] is the rate that was expected of period t (NaN before the first demand).
struct Rate {
    double rate = 0;
    double size = 0, interval = 0;  // of a demand, and periods from one to the next, both smoothed
    int demands = 0;
    std::vector<double> fitted;
};

// Croston (1972): size and interval smoothed with `alpha` at each demand, both from the first demand on, the first
// interval counted from the beginning; rate = size / interval. `factor` 1, or 1 - alpha / 2 against its bias (Syntetos
// and Boylan 2005).
Rate croston(std::span<const double> values, double alpha, double factor = 1);
// Teunter, Syntetos, Babai (2011): the chance of a demand is smoothed in every period, so that the rate sinks while
// nothing is sold; rate = chance * size. Both start at the first demand.
Rate teunter(std::span<const double> values, double alpha_size, double alpha_chance);
// The pair of smoothing parameters (0.01 to 0.5) whose rates were nearest to the values in the mean of squares.
Rate best_teunter(std::span<const double> values);
// Nikolopoulos et al. (2011), ADIDA: sums over blocks of `width` periods, counted back from the end (what is left over
// at the beginning is left out), simply smoothed from the first block on with the parameter from 0.1 to 0.3 that fits
// best; rate = smoothed block / width.
Rate aggregated(std::span<const double> values, int width);

}  // namespace fairlead::forecast
