// How good forecasts were: the measures of definitions 10 and of the M4 competition, to its protocol.
//
// A measure whose denominator is zero is not available, and never 0 or 100 %. Sources: sMAPE, MASE, OWA, MSIS and ACD as
// the M4 competition fixed them (Makridakis, Spiliotis, Assimakopoulos 2020, International Journal of Forecasting 36);
// RMSSE as M5 did; pinball loss after Koenker and Bassett 1978.
#pragma once
#include <optional>
#include <span>
#include <vector>

namespace fairlead::forecast {

using Measured = std::optional<double>;

// ---- One series. `actual`, `forecast`, `lower`, `upper` have one value per step. --------------------------------------

// Mean of 200 |y - f| / (|y| + |f|), in percent.
Measured smape(std::span<const double> actual, std::span<const double> forecast);
// In-sample mean |x_t - x_{t-m}|: what MASE, MSIS and intervals are scaled by. None where there is no pair, or all are equal.
Measured absolute_scale(std::span<const double> past, int season);
Measured mase(std::span<const double> actual, std::span<const double> forecast, Measured scale);
// In-sample mean (x_t - x_{t-1})^2, from the first value that is not zero on.
Measured squared_scale(std::span<const double> past);
Measured rmsse(std::span<const double> actual, std::span<const double> forecast, Measured scale);
// Mean pinball loss of a forecast of one quantile (0 to 1), in the unit of the series; scaled where a scale is given.
Measured pinball(std::span<const double> actual, std::span<const double> forecast, double quantile);
Measured scaled_pinball(std::span<const double> actual, std::span<const double> forecast, double quantile, Measured scale);
// Mean scaled interval score of a central interval of `level` (0.95): width, plus 2/alpha of every miss.
Measured msis(std::span<const double> actual, std::span<const double> lower, std::span<const double> upper, double level, Measured scale);
// How many actuals lie in the interval, its bounds included.
int inside(std::span<const double> actual, std::span<const double> lower, std::span<const double> upper);

// ---- Over many values. Errors are forecast minus actual. --------------------------------------------------------------

// Sums from which WAPE, bias and accuracy are taken.
struct Sums {
    double absolute_error = 0, error = 0, actual = 0;
    void add(double actual_value, double forecast_value);
    Measured wape() const;      // sum |e| / sum A
    Measured bias() const;      // sum e / sum A
};
Measured accuracy(double actual, double forecast);  // 1 - |e| / A; may be below zero

// Mean over the series for which a measure is available, and for how many it is.
struct Mean {
    double sum = 0;
    int count = 0, missing = 0;
    void add(Measured value) {
        if (value) sum += *value, ++count;
        else ++missing;
    }
    Measured value() const { return count > 0 ? Measured(sum / count) : std::nullopt; }
};

// Of aggregated values, never a mean of the series' own.
Measured owa(Measured smape, Measured mase, Measured naive_smape, Measured naive_mase);
// |share covered - level|
Measured acd(int covered, int of, double level);

// ---- The benchmark of OWA ---------------------------------------------------------------------------------------------

// Naive on the series without its season (numerics/season.h: the test at 90 %, classical multiplicative indices), and the season
// again.
std::vector<double> naive2(std::span<const double> values, int season, int horizon);

}  // namespace fairlead::forecast
