// The Theta method and its descendants on a series without a season. All are simple smoothing with a share of a line:
//     mu[t] = l[t-1] + w * g[t](alpha),   l[t] = alpha * y[t] + (1 - alpha) * l[t-1],   w = 1 - 1 / theta
//     g[t] = (1 - alpha)^(t-1) A[t-1] + (1 - (1 - alpha)^t) / alpha * B[t-1]
// with A + B t the least-squares line through all values (optimised theta) or through the values so far (dynamic).
// Sources: Assimakopoulos and Nikolopoulos (2000); Fiorucci, Pellegrini, Louzada, Petropoulos, Koehler, "Models for
// optimising the theta method and their relationship to state space models" (2016), equations 6 to 13.
//
// For a given alpha the errors are linear in the first level and in w, so that those two are solved for exactly and
// only alpha is searched. The dynamic kind counts errors from the third value on.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace fairlead::forecast {

enum class ThetaKind { standard, optimised, dynamic_optimised };

struct ThetaFit {
    ThetaKind kind = ThetaKind::standard;
    double alpha = 0.5, weight = 0.5;  // weight = 1 - 1 / theta, from 0 to 1
    double first_level = 0, level = 0;
    double sigma2 = 0;  // squares of the errors that count / (their number - 3)
    std::vector<double> fitted;
    std::int64_t evaluations = 0;
};

// Standard: the average of the least-squares line and of simple smoothing (alpha and first level by least squares) of
// the theta-2 line, twice the values less the line: the benchmark of the M4 competition. At least 4 values.
ThetaFit fit_theta(std::span<const double> values, ThetaKind kind);
// As the recursion above with parameters given; `weight` is not used by the standard kind.
ThetaFit run_theta(std::span<const double> values, ThetaKind kind, double alpha, double first_level, double weight);
// Standard and optimised: variance sigma2 * (1 + (h - 1) alpha^2). Dynamic: future values are replaced by their
// forecasts, the variance gathers how each error moves the later forecasts (the recursion is linear).
void forecast_theta(std::span<const double> values, const ThetaFit& fit, int horizon, std::vector<double>& mean,
                    std::vector<double>& variance);

// The power of Box and Cox from 0 to 1 in steps of 0.05 under which the values lie best on a line (profile likelihood,
// as R's `BoxCox.lambda(method = "loglik")` for series without a season). Values above zero.
double box_cox_power(std::span<const double> values);
double box_cox(double value, double power);
double inverse_box_cox(double value, double power);

}  // namespace fairlead::forecast
