// Complex exponential smoothing (CES): a level and a second, unobserved part that smooth each other with a complex
// parameter alpha = a0 + i a1; it slides between a level and a trend without choosing one. Sources: Svetunkov,
// Kourentzes, Ord, "Complex exponential smoothing", Naval Research Logistics 69 (2022); the seasonal forms as in the R
// package smooth. With e = y - f:
//     none:    f = l;      l' = l - (1 - a1) c + (a0 - a1) e;   c' = l + (1 - a0) c + (a0 + a1) e
//     partial: f = l + s;  as none, and s' = s + b0 e
//     full:    f = l + s;  as none, and (s, r) smooth each other with beta = b0 + i b1 as l and c do
// Estimated by least squares over alpha and beta, which stay where errors die out. The first states come from the first
// values and an additive decomposition and are not estimated: with them free the fit hardly improves and the forecasts
// suffer (on the last values before the test part of M3 by 1 to 9 % in OWA). The form with a pair (l, c) for each
// period of the season did not earn its place there.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/forecast/model.h"

namespace fairlead::forecast {

enum class CesSeason : std::uint8_t { none, partial, full };

struct CesParameters {
    double a0 = 1.3, a1 = 1, b0 = 0.1, b1 = 1;
    double level = 0, other = 0;         // l and c
    std::vector<double> season, second;  // s and r, index t mod m; empty without a season
};

struct CesFit {
    CesSeason form = CesSeason::none;
    int season_length = 1;
    CesParameters parameters;  // before the first value
    CesParameters last;        // the states after the last value
    std::size_t count = 0;
    double sigma2 = 0, log_likelihood = 0, aicc = 0;
    std::vector<double> fitted;
    std::int64_t evaluations = 0;
};

// With a1 above 1 forecasts may grow by a share of themselves in every step; `none` keeps it (and b1) at 1 or below.
enum class CesGrowth : std::uint8_t { free, none };
// All forms that the values allow, best AICc first. At least 7 values.
std::vector<CesFit> fit_all_ces(std::span<const double> values, int m, CesGrowth growth = CesGrowth::free);
// The same of several series at once, each with its season: quicker, and the same numbers.
std::vector<std::vector<CesFit>> fit_all_ces(std::span<const std::span<const double>> series,
                                             std::span<const int> seasons, CesGrowth growth = CesGrowth::free);
CesFit run_ces(std::span<const double> values, int m, CesSeason form, const CesParameters& parameters);
void forecast_ces(const CesFit& fit, int horizon, std::vector<double>& mean, std::vector<double>& variance);
// Numbers estimated or taken from the decomposition, the variance included.
int ces_parameters(CesSeason form, int m);
// log(sum e^2 / n) and its gradient by a0, a1, b0, b1, level, other, season (m), second (m); for tests of the gradient.
double ces_objective(std::span<const double> values, int m, CesSeason form, const CesParameters& parameters,
                     std::vector<double>* gradient);

}  // namespace fairlead::forecast
