// Seasons: is there one, and what is it (the protocol of the M4 competition's benchmarks, which R's `decompose` and
// `acf` give too).
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace fairlead::forecast {

// Autocorrelations of lags 1 to `lags`: deviations from the mean of all values, denominator n. Zeros for a constant.
std::vector<double> autocorrelations(std::span<const double> values, int lags);

// Whether a season of `m` shows: |r[m]| > 1.645 / sqrt(n) * sqrt(1 + 2 * sum of r[k]^2, k < m), a test at 90 %; never
// with fewer than three seasons.
bool shows_season(std::span<const double> values, int m);

enum class SeasonKind { additive, multiplicative };

// Seasonal indices by classical decomposition: a centred moving average over a season (2 x m where m is even), mean of
// the differences (ratios) for each period of the season, normalised to a mean of 0 (of 1). `m` values, index of t = t
// mod m. Empty where there are fewer than two seasons, or where a ratio has no meaning (a moving average or an index
// not above 0).
std::vector<double> seasonal_indices(std::span<const double> values, int m, SeasonKind kind);

// The series without its season, and the indices that bring it back; indices of 1 (of 0) where there is none to take
// out.
struct Deseasonalised {
    std::vector<double> values;
    std::vector<double> indices;  // index of t = t mod m
    SeasonKind kind = SeasonKind::multiplicative;
    bool seasonal = false;

    double index(std::size_t t) const { return indices[t % indices.size()]; }
    // A value of time t (forecasts: t from the count of values on) with its season again.
    double with_season(double value, std::size_t t) const {
        return kind == SeasonKind::multiplicative ? value * index(t) : value + index(t);
    }
    double deviation_with_season(double deviation, std::size_t t) const {
        return kind == SeasonKind::multiplicative ? deviation * index(t) : deviation;
    }
};
// By the protocol of the M4 benchmarks: only where `shows_season`, and multiplicative; additive where ratios have no
// meaning (a value or an average not above 0), which the protocol leaves open.
Deseasonalised deseasonalise(std::span<const double> values, int m);

}  // namespace fairlead::forecast
