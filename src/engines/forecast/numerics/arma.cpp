// The exact likelihood of ARMA models.
#include "engines/forecast/numerics/arma.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engines/forecast/numerics/linear.h"

namespace fairlead::forecast {
namespace {

// `to` gets the product's coefficients behind the leading 1: (1 + a1 B + ...) (1 + s1 B^m + ...).
int multiply_out(const std::vector<double>& a, const std::vector<double>& s, int m, std::vector<double>& to) {
    const int degree = static_cast<int>(a.size()) + m * static_cast<int>(s.size());
    to.assign(degree, 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) to[i] += a[i];
    for (std::size_t k = 0; k < s.size(); ++k) {
        const std::size_t base = (k + 1) * static_cast<std::size_t>(m);
        to[base - 1] += s[k];
        for (std::size_t i = 0; i < a.size(); ++i) to[base + i] += s[k] * a[i];
    }
    return degree;
}

}  // namespace

void coefficients_of(std::span<const double> partial, std::span<double> c) {
    for (std::size_t k = 0; k < partial.size(); ++k) {
        c[k] = partial[k];
        for (std::size_t i = 0; i < k / 2; ++i) {
            const double front = c[i], back = c[k - 1 - i];
            c[i] = front - partial[k] * back;
            c[k - 1 - i] = back - partial[k] * front;
        }
        if (k % 2 == 1) c[k / 2] -= partial[k] * c[k / 2];
    }
}

bool partials_of(std::span<const double> coefficients, std::span<double> partial) {
    std::vector<double> c(coefficients.begin(), coefficients.end());
    for (std::size_t k = c.size(); k-- > 0;) {
        const double last = c[k];
        if (!(std::abs(last) < 1)) return false;
        partial[k] = last;
        const double divisor = 1 - last * last;
        for (std::size_t i = 0; i < (k + 1) / 2; ++i) {
            const double front = c[i], back = c[k - 1 - i];
            c[i] = (front + last * back) / divisor;
            c[k - 1 - i] = (back + last * front) / divisor;
        }
    }
    return true;
}

bool ar_autocovariances(std::span<const double> coefficients, int lags, std::vector<double>& gamma,
                        std::vector<double>& memory) {
    const std::size_t p = coefficients.size();
    gamma.assign(static_cast<std::size_t>(lags) + 1, 0.0);
    // Levinson backwards: the coefficients of all lower orders, row k - 1 those of order k, and the partials on the
    // diagonal.
    memory.resize(p * p);
    double* rows = memory.data();
    if (p > 0) std::copy(coefficients.begin(), coefficients.end(), rows + (p - 1) * p);
    double variance = 1;
    for (std::size_t k = p; k-- > 0;) {
        const double* c = rows + k * p;
        const double last = c[k];
        if (!(std::abs(last) < 1)) return false;
        const double divisor = 1 / (1 - last * last);
        variance *= divisor;
        if (k == 0) break;
        double* lower = rows + (k - 1) * p;
        for (std::size_t i = 0; i < k; ++i) lower[i] = (c[i] + last * c[k - 1 - i]) * divisor;
    }
    gamma[0] = variance;
    double left = variance;  // of the error of the prediction of order k
    for (std::size_t k = 1; k < gamma.size(); ++k) {
        double sum = 0;
        if (k <= p) {
            const double partial = rows[(k - 1) * p + k - 1];
            if (k > 1) {
                const double* c = rows + (k - 2) * p;
                for (std::size_t i = 0; i + 1 < k; ++i) sum += c[i] * gamma[k - 1 - i];
            }
            sum += partial * left;
            left *= 1 - partial * partial;
        } else {
            const double* c = rows + (p - 1) * p;
            for (std::size_t i = 0; i < p; ++i) sum += c[i] * gamma[k - 1 - i];
        }
        gamma[k] = sum;
    }
    return true;
}

bool ArmaFilter::start(const Arma& arma) {
    // The autoregressive factors are 1 - c B: multiplied out with signs turned.
    std::vector<double>& negative = levinson_;
    negative.clear();
    for (const double c : arma.ar) negative.push_back(-c);
    std::vector<double> ar(negative), seasonal;
    for (const double c : arma.seasonal_ar) seasonal.push_back(-c);
    p_ = multiply_out(ar, seasonal, arma.m, phi_);
    for (double& c : phi_) c = -c;
    q_ = multiply_out(arma.ma, arma.seasonal_ma, arma.m, theta_);
    r_ = std::max(p_, q_ + 1);
    const std::size_t r = static_cast<std::size_t>(r_), q = static_cast<std::size_t>(q_);
    // Autocovariances: of the purely autoregressive process, then through the moving average.
    if (!ar_autocovariances(phi_, r_ + q_, ar_covariance_, levinson_)) return false;
    std::vector<std::size_t>& lags = theta_lags_;  // of the moving average that are not 0
    lags.assign(1, 0);
    for (std::size_t j = 1; j <= q; ++j)
        if (theta_[j - 1] != 0) lags.push_back(j);
    const auto theta = [&](std::size_t j) { return j == 0 ? 1.0 : theta_[j - 1]; };
    covariance_.assign(r + 1, 0.0);
    for (const std::size_t i : lags) {
        for (const std::size_t j : lags) {
            const double weight = theta(i) * theta(j);
            const std::ptrdiff_t shift = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j);
            for (std::size_t k = 0; k <= r; ++k)
                covariance_[k] +=
                    weight * ar_covariance_[static_cast<std::size_t>(std::abs(static_cast<std::ptrdiff_t>(k) + shift))];
        }
    }
    // Seasonal factors leave most coefficients at 0: the sums below run over the others.
    phi_lags_.clear();
    for (std::size_t i = 1; i <= static_cast<std::size_t>(p_); ++i)
        if (phi_[i - 1] != 0) phi_lags_.push_back(i);
    // The first errors' weights in w.
    psi_.assign(r, 0.0);
    for (std::size_t k = 0; k < r; ++k) {
        double sum = k <= q ? theta(k) : 0.0;
        for (const std::size_t i : phi_lags_) {
            if (i > k) break;
            sum += phi_[i - 1] * psi_[k - i];
        }
        psi_[k] = sum;
    }
    // First column of the state's covariance; phi padded to r.
    phi_.resize(r, 0.0);
    gain_.assign(r + 1, 0.0);
    change_.assign(r + 1, 0.0);
    std::vector<double>& column = change_;
    column[0] = covariance_[0];
    for (std::size_t i = 1; i < r; ++i) {
        double sum = 0;
        for (const std::size_t j : phi_lags_)
            if (j > i) sum += phi_[j - 1] * covariance_[j - i];
        for (const std::size_t j : theta_lags_)
            if (j >= i && j > 0) sum += theta_[j - 1] * psi_[j - i];
        column[i] = sum;
    }
    for (std::size_t i = 0; i < r; ++i) gain_[i] = phi_[i] * column[0] + (i + 1 < r ? column[i + 1] : 0.0);
    return true;
}

ArmaLikelihood ArmaFilter::run(std::span<const double> w, const Arma& arma,
                               std::span<const std::vector<double>> columns) {
    const std::size_t n = w.size(), k = columns.size();
    ArmaLikelihood result;
    result.objective = std::numeric_limits<double>::infinity();
    if (n == 0 || !start(arma)) return result;
    const int r = r_;
    const std::size_t width = static_cast<std::size_t>(r) + 1;
    double variance = change_[0];  // F
    if (!(variance > 0) || !std::isfinite(variance)) return result;
    std::copy(gain_.begin(), gain_.end(), change_.begin());
    double increment = -1 / variance;  // M
    states_.assign(width * (k + 1), 0.0);
    errors_.resize(n * (k + 1));
    products_.assign((k + 1) * (k + 1), 0.0);
    double logs = 0, product = 1;
    const double* phi = phi_.data();
    double *gain = gain_.data(), *change = change_.data();
    bool settled = false;
    for (std::size_t t = 0; t < n; ++t) {
        const double inverse = 1 / variance;
        product *= variance;
        if (product > 1e100 || product < 1e-100) {
            logs += std::log(product);
            product = 1;
        }
        for (std::size_t c = 0; c <= k; ++c) {
            double* state = states_.data() + c * width;
            const double first = state[0], v = (c == 0 ? w[t] : columns[c - 1][t]) - first, gained = v * inverse;
            errors_[c * n + t] = v;
            for (std::size_t other = 0; other <= c; ++other)
                products_[c * (k + 1) + other] += gained * errors_[other * n + t];
            for (int i = 0; i < r; ++i) state[i] = phi[i] * first + state[i + 1] + gain[i] * gained;
        }
        if (settled) continue;
        const double l = change[0], scaled = l * inverse, moved = increment * l;
        for (int i = 0; i < r; ++i) {
            const double next = phi[i] * l + change[i + 1];
            const double old = gain[i];
            gain[i] = old + moved * next;
            change[i] = next - old * scaled;
        }
        const double before = variance;
        variance += moved * l;
        if (!(variance > 0)) return result;  // cancellation at the edge of what is stationary
        increment *= before / variance;
        // Once the covariance stands still, only the state moves.
        if (std::abs(variance - 1) < 1e-9) {
            double largest = 0;
            for (int i = 0; i < r; ++i) largest = std::max(largest, std::abs(change[i]));
            settled = largest * largest * std::abs(increment) < 1e-12;
        }
    }
    logs += std::log(product);
    result.squares = products_[0];
    coefficients_.resize(k);
    if (k > 0) {
        normal_.resize(k * k);
        for (std::size_t i = 0; i < k; ++i) {
            coefficients_[i] = products_[(i + 1) * (k + 1)];
            for (std::size_t j = 0; j <= i; ++j) normal_[i * k + j] = products_[(i + 1) * (k + 1) + j + 1];
        }
        if (!solve_positive(normal_, coefficients_)) return result;
        for (std::size_t i = 0; i < k; ++i) result.squares -= coefficients_[i] * products_[(i + 1) * (k + 1)];
        result.squares = std::max(result.squares, 0.0);
    }
    const double count = static_cast<double>(n);
    result.objective = std::log(result.squares / count + 1e-20) + logs / count;
    return result;
}

std::vector<double> ArmaFilter::forecast(int horizon) const {
    const std::size_t width = static_cast<std::size_t>(r_) + 1;
    std::vector<double> state(states_.begin(), states_.begin() + static_cast<std::ptrdiff_t>(width)), path;
    for (std::size_t c = 0; c < coefficients_.size(); ++c)
        for (std::size_t i = 0; i < width; ++i) state[i] -= coefficients_[c] * states_[(c + 1) * width + i];
    for (int h = 0; h < horizon; ++h) {
        const double first = state[0];
        path.push_back(first);
        for (int i = 0; i < r_; ++i) state[i] = phi_[i] * first + state[i + 1];
    }
    return path;
}

std::vector<double> ArmaFilter::errors() const {
    const std::size_t n = errors_.size() / (coefficients_.size() + 1);
    std::vector<double> errors(errors_.begin(), errors_.begin() + static_cast<std::ptrdiff_t>(n));
    for (std::size_t c = 0; c < coefficients_.size(); ++c)
        for (std::size_t t = 0; t < n; ++t) errors[t] -= coefficients_[c] * errors_[(c + 1) * n + t];
    return errors;
}

std::vector<double> ArmaFilter::covariance(std::size_t count, const Arma& arma) {
    if (!start(arma)) return {};
    const std::size_t r = static_cast<std::size_t>(r_);
    const std::vector<double> column(change_);
    const auto load = [&](std::size_t i) {
        return i == 0 ? 1.0 : i <= static_cast<std::size_t>(q_) ? theta_[i - 1] : 0.0;
    };
    // P = T P T' + R R', from the last corner on; the first column is known.
    std::vector<double> p((r + 1) * (r + 1), 0.0);
    for (std::size_t i = r; i-- > 0;)
        for (std::size_t j = r; j-- > 0;)
            p[i * (r + 1) + j] = phi_[i] * phi_[j] * column[0] + phi_[i] * (j + 1 < r ? column[j + 1] : 0.0) +
                                 phi_[j] * (i + 1 < r ? column[i + 1] : 0.0) + p[(i + 1) * (r + 1) + j + 1] +
                                 load(i) * load(j);
    double variance = column[0], increment = -1 / variance;
    std::copy(gain_.begin(), gain_.end(), change_.begin());
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t i = 0; i < r; ++i)
            for (std::size_t j = 0; j < r; ++j) p[i * (r + 1) + j] += increment * change_[i] * change_[j];
        const double l = change_[0], scaled = l / variance, moved = increment * l;
        double largest = 0;
        for (std::size_t i = 0; i < r; ++i) {
            const double next = phi_[i] * l + change_[i + 1], old = gain_[i];
            gain_[i] = old + moved * next;
            change_[i] = next - old * scaled;
            largest = std::max(largest, std::abs(change_[i]));
        }
        const double before = variance;
        variance += moved * l;
        increment *= before / variance;
        if (largest * largest * std::abs(increment) < 1e-14) break;
    }
    std::vector<double> result(r * r);
    for (std::size_t i = 0; i < r; ++i)
        for (std::size_t j = 0; j < r; ++j) result[i * r + j] = p[i * (r + 1) + j];
    return result;
}

void ArmaFilter::step_row(std::vector<double>& row) const {
    double first = 0;
    for (std::size_t i = 0; i < row.size(); ++i) first += row[i] * phi_[i];
    for (std::size_t i = row.size(); i-- > 1;) row[i] = row[i - 1];
    row[0] = first;
}

}  // namespace fairlead::forecast
