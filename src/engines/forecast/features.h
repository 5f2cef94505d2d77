// What a series looks like, in numbers that a learner can tell series apart by (learner.h). All are finite for every series, and
// none depends on the unit: a series times a positive number has the same.
//
// Sources: strength of trend and season, linearity, curvature, spikiness: Wang, Smith, Hyndman 2006 ("Characteristic-based
// clustering for time series data"), Hyndman, Wang, Laptev 2015; autocorrelations, entropy, lumpiness, stability, crossing points,
// flat spots and KPSS as the R package tsfeatures defines them, which the winning combination of the M4 competition used
// (Montero-Manso, Athanasopoulos, Hyndman, Talagala 2020, "FFORMA", International Journal of Forecasting 36). How far the models'
// forecasts lie apart: Kang, Cao, Petropoulos, Li 2022, "Forecast with forecasts: diversity matters", European Journal of
// Operational Research 301. The variance ratio stands for Hurst's exponent (Lo, MacKinlay 1988).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::forecast {

// Of the series alone, in the order of `series_features`.
std::span<const std::string_view> series_feature_names();
// `values` oldest first, finite, at least one; `season` as the series has it, used where two of them are known. Of a long series
// the last 2,000 values.
std::vector<double> series_features(std::span<const double> values, int season);

// Of forecasts from one origin: how far each member's lies from the middle of all, on average and at the last step (with sign), how
// far all lie apart at the first, the middle and the last step, and how far the pool's own answer lies from them and from the
// last value. In units of the past's seasonal naive error (`scale`; where it is 0, of the past's mean size).
std::vector<std::string> diversity_feature_names(std::span<const std::string> members);
// `pool` and each of `members` have one value per step, or none where the member gave no answer.
std::vector<double> diversity_features(std::span<const double> past, double scale, std::span<const double> pool, std::span<const std::vector<double>> members);

}  // namespace fairlead::forecast
