// Autoregressive integrated moving averages with seasonal factors, estimated by exact maximum likelihood, and the
// search for their orders (Hyndman and Khandakar 2008, as R's `auto.arima` without approximation). Stationary and
// invertible by the choice of variables: each factor is searched by its partial autocorrelations.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/forecast/model.h"
#include "engines/forecast/numerics/arma.h"

namespace fairlead::forecast {

struct ArimaOrder {
    int p = 0, d = 0, q = 0, seasonal_p = 0, seasonal_d = 0, seasonal_q = 0;
    bool constant = false;  // the mean of the differenced series: mean (no difference) or drift (one)

    bool operator==(const ArimaOrder&) const = default;
    int parameters() const {
        return p + q + seasonal_p + seasonal_q + (constant ? 1 : 0) + 1;
    }                               // the variance included
    std::string name(int m) const;  // "ARIMA(0,1,1)(0,1,1)[12] with drift"
};

using Columns = std::span<const std::vector<double>>;

struct ArimaFit {
    ArimaOrder order;
    Arma arma;
    double constant = 0;
    std::vector<double> effects;  // of the regressors, 0 for one that does not vary in the differenced past
    double sigma2 = 0;            // of the errors: squares / (differenced values - coefficients)
    double log_likelihood = 0;    // of the differenced values, with all constants
    double aicc = 0;
    bool near_the_edge = false;  // a root next to the unit circle: such a fit is not chosen
    std::int64_t evaluations = 0;
};

// Regressors make it a regression with ARIMA errors: the series less its regression follows the model; all is estimated
// together. Columns have at least as many values as the series, for forecasts `horizon` more.

// Estimates one model. Refuses orders that leave too few values, and regressors that depend on each other.
Result<ArimaFit> fit_arima(std::span<const double> values, int m, const ArimaOrder& order, Columns regressors = {});
// Differences by the KPSS test and the seasonal strength (of what ordinary least squares leaves), then orders step by
// step: start from five models, move by one in p, q, P, Q or the constant while the AICc falls. At least 5 values.
Result<ArimaFit> search_arima(std::span<const double> values, int m, Columns regressors = {});

// The exact predictions of the differenced values, summed up again, and their exact variances with the parameters
// given.
void forecast_arima(std::span<const double> values, int m, const ArimaFit& fit, int horizon, std::vector<double>& mean,
                    std::vector<double>& variance, Columns regressors = {});
// One step ahead; NaN for the values that differencing takes.
std::vector<double> fitted_arima(std::span<const double> values, int m, const ArimaFit& fit, Columns regressors = {});

}  // namespace fairlead::forecast
