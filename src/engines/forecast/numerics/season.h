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

// ---- Long seasons, and several --------------------------------------------------------------------------------------------

// The mean shape of the seasons together, shortest first, each dividing the longest (others are dropped): as many values as the
// longest has, index of t = t mod that; a single 0 without a season. At least two rounds of the longest.
// Values less a centred moving average over the longest season (its ends held) are averaged per place in the shortest; what that
// leaves, per place in the next longer one, times 1 - (variance within / rounds) / variance between: the James-Stein factor of a
// one-way layout, positive part (Efron and Morris 1973), so that a season that is none is not seen. 52 places told by five values
// each are mostly chance; taken as they are they are forecast too.
std::vector<double> shrunk_shape(std::span<const double> values, std::span<const int> seasons);
// The series without it: of logarithms where all values are above zero.
Deseasonalised without_shape(std::span<const double> values, std::span<const int> seasons);

}  // namespace fairlead::forecast
