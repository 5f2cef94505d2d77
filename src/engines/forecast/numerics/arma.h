// The exact Gaussian likelihood of a stationary autoregressive moving average with seasonal factors:
//     phi(B) PHI(B^m) (w[t] - mean) = theta(B) THETA(B^m) e[t],  phi(B) = 1 - phi1 B - ..., theta(B) = 1 + theta1 B +
//     ...
// by the Chandrasekhar recursions (Morf, Sidhu, Kailath 1974; Pearlman 1980; Melard 1984, AS 197), which need a step of
// r = max(p, q + 1) operations where the Kalman filter needs r squared, from the exact start (the autocovariances).
//
// In Harvey's state space form with transition T (first column phi, ones above the diagonal), gain K and the increment
// of the state's covariance P[t+1] - P[t] = M L L':
//     F' = F + M l^2,  K' = K + M l T L,  L' = T L - K l / F,  M' = M F / F',  l = first of L;  start: F = gamma(0),
//     K = L = T P e1, M = -1 / F
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engines/forecast/numerics/arma_kernel.h"

namespace fairlead::forecast {

// Coefficients with the signs above. `m` is not used where there are no seasonal ones.
struct Arma {
    std::vector<double> ar, ma, seasonal_ar, seasonal_ma;
    int m = 1;
};

struct ArmaLikelihood {
    double objective = 0;  // log(sum v^2 / F / n) + sum log F / n; infinite where the parts are not stationary
    double squares = 0;    // sum v^2 / F
};

class ArmaFilter {
  public:
    // Runs over `w` less its regression on `columns` (each as long as `w`; a column of ones for a mean), whose
    // coefficients are estimated with the rest, exactly, by generalised least squares. Infinite where the columns
    // depend on each other.
    ArmaLikelihood run(std::span<const double> w, const Arma& arma, std::span<const std::vector<double>> columns = {});

    // The objectives of `run` for several models of the same orders; the same numbers (the first decides when the filter
    // stands still, for all of them). `objectives` gets as many. What is told after `run` is not touched.
    void run_many(std::span<const double> w, std::span<const Arma> models,
                  std::span<const std::vector<double>> columns, std::span<double> objectives);

    // After `run`: the coefficients of the columns, forecasts of w less its regression, and the one-step errors of the
    // run.
    const std::vector<double>& coefficients() const { return coefficients_; }
    std::vector<double> forecast(int horizon) const;
    std::vector<double> errors() const;

    // After `run`: the covariance (r x r, row by row, for errors of variance 1) of the state before the value that
    // follows the series, and how the state moves on: with it the variances of forecasts know that the past is finite.
    std::vector<double> covariance(std::size_t count, const Arma& arma);
    int states() const { return run_.r; }
    // A row vector times the transition: `row` for one step further.
    void step_row(std::vector<double>& row) const;

    // The factors multiplied out: w[t] = sum phi w[t - i] + ..., and theta, both from lag 1.
    std::span<const double> phi() const { return {run_.phi, static_cast<std::size_t>(run_.p)}; }
    std::span<const double> theta() const { return {run_.theta, static_cast<std::size_t>(run_.q)}; }

  private:
    void lay_out(ArmaRun& run, Rows& rows, const Arma& orders, int lanes, std::size_t values,
                 std::size_t columns);
    double objective(ArmaRun& run, std::size_t lane, std::size_t lanes, double& squares);

    ArmaRun run_, several_;  // of one model, of several
    Rows rows_, several_rows_;
    std::vector<int> phi_lags_, theta_lags_;
    std::vector<double> normal_, coefficients_, found_;
};

// Coefficients 1 - c1 B - c2 B^2 ... whose partial autocorrelations are `partial` (each between -1 and 1: stationary).
// Source: Monahan 1984.
void coefficients_of(std::span<const double> partial, std::span<double> coefficients);
// The other way round; false where the coefficients are not stationary.
bool partials_of(std::span<const double> coefficients, std::span<double> partial);
// Autocovariances of lags 0 to `lags` for errors of variance 1; false where the coefficients are not stationary.
bool ar_autocovariances(std::span<const double> coefficients, int lags, std::vector<double>& gamma,
                        std::vector<double>& memory);

}  // namespace fairlead::forecast
