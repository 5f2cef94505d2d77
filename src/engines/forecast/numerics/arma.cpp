// The exact likelihood of ARMA models.
#include "engines/forecast/numerics/arma.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "engines/forecast/numerics/linear.h"

namespace fairlead::forecast {
namespace {

// Into the rows of factors.
void load(const Arma& arma, double* rows, std::size_t lane, std::size_t lanes) {
    for (const auto* factor : {&arma.ar, &arma.ma, &arma.seasonal_ar, &arma.seasonal_ma})
        for (const double c : *factor) rows[lane] = c, rows += lanes;
}

// Lags up to factor + m * seasonal with a coefficient, the first at 1.
void lags_of(std::size_t factor, std::size_t seasonal, int m, std::vector<int>& lags) {
    lags.clear();
    for (std::size_t k = 0; k <= seasonal; ++k)
        for (std::size_t i = 0; i <= factor; ++i)
            if (i + k > 0) lags.push_back(static_cast<int>(i) + m * static_cast<int>(k));
    std::sort(lags.begin(), lags.end());
    lags.erase(std::unique(lags.begin(), lags.end()), lags.end());
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

void ArmaFilter::lay_out(ArmaRun& run, Rows& rows, const Arma& orders, int lanes, std::size_t values,
                         std::size_t columns) {
    run.ar = static_cast<int>(orders.ar.size());
    run.ma = static_cast<int>(orders.ma.size());
    run.seasonal_ar = static_cast<int>(orders.seasonal_ar.size());
    run.seasonal_ma = static_cast<int>(orders.seasonal_ma.size());
    run.m = orders.m;
    run.p = run.ar + run.m * run.seasonal_ar;
    run.q = run.ma + run.m * run.seasonal_ma;
    run.r = std::max(run.p, run.q + 1);
    lags_of(orders.ar.size(), orders.seasonal_ar.size(), orders.m, phi_lags_);
    lags_of(orders.ma.size(), orders.seasonal_ma.size(), orders.m, theta_lags_);
    run.phi_lags = phi_lags_;
    run.theta_lags = theta_lags_;
    const std::size_t wide = static_cast<std::size_t>(lanes), p = static_cast<std::size_t>(run.p),
                      q = static_cast<std::size_t>(run.q), r = static_cast<std::size_t>(run.r), all = columns + 1;
    struct Part {
        double** at;
        std::size_t rows;
    };
    const Part parts[] = {{&run.factors, static_cast<std::size_t>(run.ar + run.ma + run.seasonal_ar + run.seasonal_ma)},
                          {&run.phi, r},
                          {&run.theta, q},
                          {&run.gain, r + 1},
                          {&run.change, r + 1},
                          {&run.covariance, r + 1},
                          {&run.psi, r},
                          {&run.levinson, p * p},
                          {&run.gamma, r + q + 1},
                          {&run.states, (r + 1) * all},
                          {&run.error, all},
                          {&run.products, all * all},
                          {&run.errors, lanes == 1 ? values * all : 0}};
    std::size_t needed = 0;
    for (const Part& part : parts) needed += part.rows * wide;
    rows.need(needed);
    double* at = rows.data();
    for (const Part& part : parts) *part.at = at, at += part.rows * wide;
}

double ArmaFilter::objective(ArmaRun& run, std::size_t lane, std::size_t lanes, double& squares) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    // Not stationary, or cancellation at the edge of what is.
    if (!(run.margin[lane] > 0) || !(run.least[lane] > 0) || !std::isfinite(run.least[lane])) return infinity;
    const std::size_t k = run.columns.size(), n = run.w.size();
    const auto product = [&](std::size_t i, std::size_t j) { return run.products[(i * (k + 1) + j) * lanes + lane]; };
    squares = product(0, 0);
    found_.resize(k);
    if (k > 0) {
        normal_.resize(k * k);
        for (std::size_t i = 0; i < k; ++i) {
            found_[i] = product(i + 1, 0);
            for (std::size_t j = 0; j <= i; ++j) normal_[i * k + j] = product(i + 1, j + 1);
        }
        if (!solve_positive(normal_, found_)) return infinity;
        for (std::size_t i = 0; i < k; ++i) squares -= found_[i] * product(i + 1, 0);
        squares = std::max(squares, 0.0);
    }
    const double count = static_cast<double>(n),
                 exponent = static_cast<double>(run.exponent[lane] - 1023 * static_cast<std::int64_t>(n)),
                 logs = exponent * std::numbers::ln2 + std::log(run.product[lane]);
    return std::log(squares / count + 1e-20) + logs / count;
}

ArmaLikelihood ArmaFilter::run(std::span<const double> w, const Arma& arma,
                               std::span<const std::vector<double>> columns) {
    ArmaLikelihood result;
    result.objective = std::numeric_limits<double>::infinity();
    if (w.empty()) return result;
    const ArmaKernel kernel = arma_kernel(1);
    lay_out(run_, rows_, arma, 1, w.size(), columns.size());
    load(arma, run_.factors, 0, 1);
    run_.w = w;
    run_.columns = columns;
    run_.settled = -1;
    kernel.run(run_);
    result.objective = objective(run_, 0, 1, result.squares);
    coefficients_ = found_;
    return result;
}

void ArmaFilter::run_many(std::span<const double> w, std::span<const Arma> models,
                          std::span<const std::vector<double>> columns, std::span<double> objectives) {
    if (w.empty() || models.empty()) return;
    const ArmaKernel kernel = arma_kernel(models.size());
    const std::size_t lanes = static_cast<std::size_t>(kernel.lanes);
    lay_out(several_, several_rows_, models[0], kernel.lanes, w.size(), columns.size());
    several_.w = w;
    several_.columns = columns;
    several_.settled = -1;
    for (std::size_t from = 0; from < models.size(); from += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane)
            load(models[std::min(from + lane, models.size() - 1)], several_.factors, lane, lanes);
        kernel.run(several_);
        for (std::size_t lane = 0; lane < lanes && from + lane < models.size(); ++lane) {
            double squares = 0;
            objectives[from + lane] = objective(several_, lane, lanes, squares);
        }
    }
}

std::vector<double> ArmaFilter::forecast(int horizon) const {
    const std::size_t width = static_cast<std::size_t>(run_.r) + 1;
    std::vector<double> state(run_.states, run_.states + width), path;
    for (std::size_t c = 0; c < coefficients_.size(); ++c)
        for (std::size_t i = 0; i < width; ++i) state[i] -= coefficients_[c] * run_.states[(c + 1) * width + i];
    for (int h = 0; h < horizon; ++h) {
        const double first = state[0];
        path.push_back(first);
        for (int i = 0; i < run_.r; ++i) state[i] = run_.phi[i] * first + state[i + 1];
    }
    return path;
}

std::vector<double> ArmaFilter::errors() const {
    const std::size_t n = run_.w.size();
    std::vector<double> errors(run_.errors, run_.errors + n);
    for (std::size_t c = 0; c < coefficients_.size(); ++c)
        for (std::size_t t = 0; t < n; ++t) errors[t] -= coefficients_[c] * run_.errors[(c + 1) * n + t];
    return errors;
}

std::vector<double> ArmaFilter::covariance(std::size_t count, const Arma& arma) {
    // The run stays what it was.
    ArmaRun run;
    Rows rows;
    lay_out(run, rows, arma, 1, 0, 0);
    load(arma, run.factors, 0, 1);
    arma_kernel(1).start(run);
    if (!(run.margin[0] > 0)) return {};
    const std::size_t r = static_cast<std::size_t>(run.r);
    const std::vector<double> column(run.change, run.change + r + 1);
    const auto load_of = [&](std::size_t i) {
        return i == 0 ? 1.0 : i <= static_cast<std::size_t>(run.q) ? run.theta[i - 1] : 0.0;
    };
    // P = T P T' + R R', from the last corner on; the first column is known.
    std::vector<double> p((r + 1) * (r + 1), 0.0);
    for (std::size_t i = r; i-- > 0;)
        for (std::size_t j = r; j-- > 0;)
            p[i * (r + 1) + j] = run.phi[i] * run.phi[j] * column[0] + run.phi[i] * (j + 1 < r ? column[j + 1] : 0.0) +
                                 run.phi[j] * (i + 1 < r ? column[i + 1] : 0.0) + p[(i + 1) * (r + 1) + j + 1] +
                                 load_of(i) * load_of(j);
    double variance = column[0], increment = -1 / variance;
    double *gain = run.gain, *change = run.change;
    std::copy(gain, gain + r + 1, change);
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t i = 0; i < r; ++i)
            for (std::size_t j = 0; j < r; ++j) p[i * (r + 1) + j] += increment * change[i] * change[j];
        const double l = change[0], scaled = l / variance, moved = increment * l;
        double largest = 0;
        for (std::size_t i = 0; i < r; ++i) {
            const double next = run.phi[i] * l + change[i + 1], old = gain[i];
            gain[i] = old + moved * next;
            change[i] = next - old * scaled;
            largest = std::max(largest, std::abs(change[i]));
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
    for (std::size_t i = 0; i < row.size(); ++i) first += row[i] * run_.phi[i];
    for (std::size_t i = row.size(); i-- > 1;) row[i] = row[i - 1];
    row[0] = first;
}

}  // namespace fairlead::forecast
