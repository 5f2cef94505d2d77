// Exponential smoothing in state space form (ETS): error additive or multiplicative, trend none, additive or damped,
// season none, additive or multiplicative. Source: Hyndman, Koehler, Ord, Snyder, "Forecasting with Exponential
// Smoothing" (2008), tables 2.2 and 2.3; the forms, start values and information criteria are those of R's `ets`.
//
// With q = level + phi * slope (phi 1 undamped, slope 0 without a trend) and the forecast f = q, q + s or q * s, the
// step is
//     error e = y - f (additive) or y / f - 1 (multiplicative)
//     level' = q + alpha * d,  slope' = phi * slope + beta * d,  s' = s + gamma * (deseasonalised surprise)
// with d the surprise of the level: y - f, or y / s - q with a multiplicative season. The step is the same for both
// errors; they differ in the likelihood.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/forecast/model.h"

namespace fairlead::forecast {

enum class EtsError : std::uint8_t { additive, multiplicative };
enum class EtsTrend : std::uint8_t { none, additive, damped };
enum class EtsSeason : std::uint8_t { none, additive, multiplicative };

struct EtsForm {
    EtsError error = EtsError::additive;
    EtsTrend trend = EtsTrend::none;
    EtsSeason season = EtsSeason::none;

    bool operator==(const EtsForm&) const = default;
    std::string name() const;         // "AAdN"
    std::string description() const;  // "damped trend, multiplicative season, multiplicative error"
    // Estimated: smoothing, damping, starting states (all seasons but one) and the variance.
    int parameters(int m) const;
};

// The admissible forms: multiplicative season only with multiplicative error (its likelihood has poles otherwise), no
// multiplicative trend (it explodes).
std::span<const EtsForm> ets_forms();

struct EtsParameters {
    double alpha = 0.5, beta = 0, gamma = 0, phi = 1;
    double level = 0, slope = 0;   // before the first value
    std::vector<double> season{};  // `m` values, index t mod m; empty without a season
};

struct EtsFit {
    EtsForm form;
    int season_length = 1;
    EtsParameters parameters;
    double level = 0, slope = 0;  // after the last value
    std::vector<double> season;   // after the last value: index t mod m for time t to come
    std::size_t count = 0;
    double sigma2 = 0;          // of e: sum of squares / (count - parameters without the variance)
    double log_likelihood = 0;  // Gaussian, with all its constants (R's leaves out count / 2 * (1 + log(2 pi / count)))
    double aicc = 0;
    std::int64_t evaluations = 0;
};

// Estimates by maximum likelihood. Refuses multiplicative errors on values not above zero, a season with fewer than two
// rounds, and forms with as many parameters as values.
Result<EtsFit> fit_ets(std::span<const double> values, int m, const EtsForm& form, Bounds bounds);
// All forms that the values allow, best AICc first; ties go to the form with fewer parameters.
std::vector<EtsFit> fit_all_ets(std::span<const double> values, int m, Bounds bounds);
// The same of several series at once, each with its season: quicker, and the same numbers.
std::vector<Result<EtsFit>> fit_ets(std::span<const std::span<const double>> series, int m, const EtsForm& form,
                                    Bounds bounds);
std::vector<std::vector<EtsFit>> fit_all_ets(std::span<const std::span<const double>> series,
                                             std::span<const int> seasons, Bounds bounds);
// The states and the likelihood with given parameters; not finite where the form cannot run on them.
EtsFit run_ets(std::span<const double> values, int m, const EtsForm& form, const EtsParameters& parameters);

// The exact means and variances under the form with Gaussian e: the book's class 1 (additive error), class 2
// (multiplicative error, season not multiplicative) and class 3 (both multiplicative).
void forecast_ets(const EtsFit& fit, int horizon, std::vector<double>& mean, std::vector<double>& variance);
std::vector<double> fitted_ets(std::span<const double> values, const EtsFit& fit);

// log(sum e^2 / n) + 2 / n * sum log |f|, what is minimised, and its gradient in the order alpha, beta, gamma, phi,
// level, slope, season 0 to m - 1; for tests of the gradient.
double ets_objective(std::span<const double> values, int m, const EtsForm& form, const EtsParameters& parameters,
                     std::vector<double>* gradient);

}  // namespace fairlead::forecast
