#include "engines/forecast/numerics/arma.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::series;

// A Kalman filter as in the textbooks: full matrices, the start by many steps of the covariance from nothing.
struct Kalman {
    double log_f = 0, squares = 0;
    std::vector<double> errors, forecasts;
};
using Matrix = std::vector<std::vector<double>>;
Matrix times(const Matrix& a, const Matrix& b) {
    Matrix c(a.size(), std::vector<double>(b[0].size(), 0.0));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < b.size(); ++k)
            for (std::size_t j = 0; j < b[0].size(); ++j) c[i][j] += a[i][k] * b[k][j];
    return c;
}
Matrix turned(const Matrix& a) {
    Matrix c(a[0].size(), std::vector<double>(a.size()));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a[0].size(); ++j) c[j][i] = a[i][j];
    return c;
}
Kalman kalman(const std::vector<double>& w, std::span<const double> phi, std::span<const double> theta, double mean) {
    const std::size_t r = std::max(phi.size(), theta.size() + 1);
    Matrix t(r, std::vector<double>(r, 0.0)), q(r, std::vector<double>(r)), a(r, std::vector<double>(1, 0.0));
    std::vector<double> load(r, 0.0);
    load[0] = 1;
    for (std::size_t i = 0; i < theta.size(); ++i) load[i + 1] = theta[i];
    for (std::size_t i = 0; i < phi.size(); ++i) t[i][0] = phi[i];
    for (std::size_t i = 0; i + 1 < r; ++i) t[i][i + 1] = 1;
    for (std::size_t i = 0; i < r; ++i)
        for (std::size_t j = 0; j < r; ++j) q[i][j] = load[i] * load[j];
    // Doubling: the sum of T^i Q T'^i.
    Matrix p = q, power = t;
    for (int round = 0; round < 14; ++round) {
        const Matrix add = times(times(power, p), turned(power));
        for (std::size_t i = 0; i < r; ++i)
            for (std::size_t j = 0; j < r; ++j) p[i][j] += add[i][j];
        power = times(power, power);
    }
    Kalman result;
    for (const double value : w) {
        const double v = value - mean - a[0][0], f = p[0][0];
        result.errors.push_back(v);
        result.log_f += std::log(f);
        result.squares += v * v / f;
        Matrix updated = p;
        for (std::size_t i = 0; i < r; ++i) {
            a[i][0] += p[i][0] * v / f;
            for (std::size_t j = 0; j < r; ++j) updated[i][j] -= p[i][0] * p[0][j] / f;
        }
        a = times(t, a);
        p = times(times(t, updated), turned(t));
        for (std::size_t i = 0; i < r; ++i)
            for (std::size_t j = 0; j < r; ++j) p[i][j] += q[i][j];
    }
    for (int h = 0; h < 6; ++h) {
        result.forecasts.push_back(a[0][0] + mean);
        a = times(t, a);
    }
    return result;
}

TEST_CASE("The likelihood is that of a Kalman filter") {
    const auto w = series({.count = 60, .level = 0, .noise = 3, .seed = 11});
    const std::vector<Arma> cases{
        {{}, {}, {}, {}, 1},
        {{0.7}, {}, {}, {}, 1},
        {{}, {0.5}, {}, {}, 1},
        {{}, {-0.95}, {}, {}, 1},
        {{1.2, -0.4}, {0.6, 0.2}, {}, {}, 1},
        {{0.5, 0.2, -0.3}, {0.4}, {}, {}, 1},
        {{0.6}, {0.3}, {0.5}, {-0.4}, 4},
        {{}, {-0.4}, {}, {-0.6}, 12},
        {{0.3, 0.2}, {0.5}, {0.4, 0.2}, {-0.7, 0.1}, 4},
        {{0.98}, {}, {0.9}, {}, 6},
    };
    for (std::size_t at = 0; at < cases.size(); ++at) {
        CAPTURE(at);
        ArmaFilter filter;
        const ArmaLikelihood found = filter.run(w, cases[at]);
        const Kalman expected = kalman(w, filter.phi(), filter.theta(), 0);
        const double n = static_cast<double>(w.size());
        CHECK(found.squares == doctest::Approx(expected.squares).epsilon(1e-8));
        CHECK(found.objective == doctest::Approx(std::log(expected.squares / n) + expected.log_f / n).epsilon(1e-8));
        const auto errors = filter.errors();
        for (std::size_t t = 0; t < w.size(); ++t) CHECK(std::abs(errors[t] - expected.errors[t]) < 1e-7);
        const auto path = filter.forecast(6);
        for (int h = 0; h < 6; ++h) CHECK(std::abs(path[h] - expected.forecasts[h]) < 1e-7);
    }
}

TEST_CASE("The mean comes out where the likelihood is highest") {
    auto w = series({.count = 50, .level = 30, .noise = 3, .seed = 12});
    const Arma arma{{0.6}, {0.4}, {}, {}, 1};
    ArmaFilter filter;
    const std::vector<std::vector<double>> ones{std::vector<double>(w.size(), 1.0)};
    const ArmaLikelihood found = filter.run(w, arma, ones);
    const double estimated = filter.coefficients()[0];
    const auto at = [&](double mean) { return kalman(w, filter.phi(), filter.theta(), mean); };
    CHECK(found.squares == doctest::Approx(at(estimated).squares).epsilon(1e-8));
    CHECK(at(estimated + 0.1).squares > found.squares);
    CHECK(at(estimated - 0.1).squares > found.squares);
    const auto path = filter.forecast(6), expected = at(estimated).forecasts;
    for (int h = 0; h < 6; ++h) CHECK(path[h] + estimated == doctest::Approx(expected[h]).epsilon(1e-8));
}

TEST_CASE("Coefficients of regressors come out where the likelihood is highest") {
    auto w = series({.count = 60, .level = 0, .noise = 3, .seed = 14});
    std::vector<std::vector<double>> columns(2);
    for (std::size_t t = 0; t < w.size(); ++t) {
        columns[0].push_back(t % 5 == 0 ? 1 : 0);
        columns[1].push_back(std::sin(0.3 * static_cast<double>(t)));
        w[t] += 12 * columns[0][t] - 7 * columns[1][t];
    }
    const Arma arma{{0.6}, {0.4}, {}, {}, 1};
    ArmaFilter filter;
    const ArmaLikelihood found = filter.run(w, arma, columns);
    const auto squares = [&](double first, double second) {
        auto rest = w;
        for (std::size_t t = 0; t < w.size(); ++t) rest[t] -= first * columns[0][t] + second * columns[1][t];
        return kalman(rest, filter.phi(), filter.theta(), 0).squares;
    };
    const double first = filter.coefficients()[0], second = filter.coefficients()[1];
    CHECK(found.squares == doctest::Approx(squares(first, second)).epsilon(1e-8));
    CHECK(squares(first + 0.1, second) > found.squares);
    CHECK(squares(first - 0.1, second) > found.squares);
    CHECK(squares(first, second + 0.1) > found.squares);
    CHECK(squares(first, second - 0.1) > found.squares);
    columns.push_back(columns[0]);
    CHECK(std::isinf(filter.run(w, arma, columns).objective));
}

TEST_CASE("A long series settles and the likelihood stays exact") {
    const auto w = series({.count = 3000, .level = 0, .noise = 3, .seed = 13});
    const Arma arma{{0.5, -0.2}, {0.4}, {}, {-0.5}, 4};
    ArmaFilter filter;
    const ArmaLikelihood found = filter.run(w, arma);
    const Kalman expected = kalman(w, filter.phi(), filter.theta(), 0);
    CHECK(found.squares == doctest::Approx(expected.squares).epsilon(1e-9));
}

TEST_CASE("What is not stationary has no likelihood") {
    const std::vector<double> w{1, 2, 1, 3, 2, 4, 1, 2};
    ArmaFilter filter;
    CHECK(std::isinf(filter.run(w, {{1.0}, {}, {}, {}, 1}).objective));
    CHECK(std::isinf(filter.run(w, {{0.5, 0.6}, {}, {}, {}, 1}).objective));
    CHECK(std::isinf(filter.run(w, {{}, {}, {-1.2}, {}, 4}).objective));
}

TEST_CASE("Partial autocorrelations and coefficients are two names of one thing") {
    for (const std::vector<double>& partial :
         {std::vector<double>{0.5}, {0.5, -0.3}, {0.9, -0.8, 0.4}, {0.1, 0.2, 0.3, 0.4, -0.9}}) {
        std::vector<double> c(partial.size()), back(partial.size());
        coefficients_of(partial, c);
        REQUIRE(partials_of(c, back));
        for (std::size_t k = 0; k < partial.size(); ++k) CHECK(back[k] == doctest::Approx(partial[k]));
        CHECK(c.back() == doctest::Approx(partial.back()));
    }
    std::vector<double> two(2);
    coefficients_of(std::vector<double>{0.5, -0.3}, two);
    CHECK(two[0] == doctest::Approx(0.65));  // r1 (1 - r2)
}

TEST_CASE("Autocovariances of an autoregression") {
    std::vector<double> gamma, memory;
    REQUIRE(ar_autocovariances(std::vector<double>{0.6}, 4, gamma, memory));
    for (int k = 0; k <= 4; ++k) CHECK(gamma[k] == doctest::Approx(std::pow(0.6, k) / (1 - 0.36)));
    // Yule and Walker for two coefficients.
    REQUIRE(ar_autocovariances(std::vector<double>{0.5, 0.3}, 5, gamma, memory));
    CHECK(gamma[0] == doctest::Approx(0.5 * gamma[1] + 0.3 * gamma[2] + 1));
    for (int k = 1; k <= 5; ++k)
        CHECK(gamma[k] == doctest::Approx(0.5 * gamma[std::abs(k - 1)] + 0.3 * gamma[std::abs(k - 2)]));
}

}  // namespace
}  // namespace fairlead::forecast
