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

    // After `run`: the coefficients of the columns, forecasts of w less its regression, and the one-step errors of the
    // run.
    const std::vector<double>& coefficients() const { return coefficients_; }
    std::vector<double> forecast(int horizon) const;
    std::vector<double> errors() const;

    // After `run`: the covariance (r x r, row by row, for errors of variance 1) of the state before the value that
    // follows the series, and how the state moves on: with it the variances of forecasts know that the past is finite.
    std::vector<double> covariance(std::size_t count, const Arma& arma);
    int states() const { return r_; }
    // A row vector times the transition: `row` for one step further.
    void step_row(std::vector<double>& row) const;

    // The factors multiplied out: w[t] = sum phi w[t - i] + ..., and theta, both from lag 1.
    std::span<const double> phi() const { return {phi_.data(), static_cast<std::size_t>(p_)}; }
    std::span<const double> theta() const { return {theta_.data(), static_cast<std::size_t>(q_)}; }

  private:
    bool start(const Arma& arma);

    int p_ = 0, q_ = 0, r_ = 0;
    std::vector<double> phi_, theta_, gain_, change_, covariance_, psi_, levinson_, ar_covariance_;
    // One filter for w and one for each column: states (r + 1 each), errors (as long as w each), sums of products of
    // errors.
    std::vector<double> states_, errors_, products_, normal_, coefficients_;
    std::vector<std::size_t> phi_lags_, theta_lags_;
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
