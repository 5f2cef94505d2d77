#include "engines/forecast/numerics/minimise.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "engines/forecast/numerics/search.h"

namespace fairlead::forecast {
namespace {

// The valley of Rosenbrock, with its minimum at 1, 1.
struct Valley {
    double value(const double* x) const {
        const double a = 1 - x[0], b = x[1] - x[0] * x[0];
        return a * a + 100 * b * b;
    }
    void gradient(const double* x, double* g) const {
        const double b = x[1] - x[0] * x[0];
        g[0] = -2 * (1 - x[0]) - 400 * x[0] * b;
        g[1] = 200 * b;
    }
};

TEST_CASE("A curved valley is followed to its end") {
    Valley valley;
    Minimiser workspace;
    std::array x{-1.2, 1.0};
    const double lower[] = {-10, -10}, upper[] = {10, 10};
    const Minimum found = minimise(valley, 2, x.data(), lower, upper, {1e-14, 500, 0.1}, workspace);
    CHECK(x[0] == doctest::Approx(1).epsilon(1e-5));
    CHECK(x[1] == doctest::Approx(1).epsilon(1e-5));
    CHECK(found.value < 1e-10);
    CHECK(found.evaluations < 120);
}

TEST_CASE("Bounds hold, and the minimum on them is found") {
    Valley valley;
    Minimiser workspace;
    const double lower[] = {-10, -10}, upper[] = {0.5, 10};
    for (const double start : {-1.2, 0.4, 7.0}) {
        std::array x{start, -3.0};
        minimise(valley, 2, x.data(), lower, upper, {1e-14, 500, 0.1}, workspace);
        CHECK(x[0] == 0.5);
        CHECK(x[1] == doctest::Approx(0.25).epsilon(1e-5));
    }
    // All at their bounds: nothing to do.
    std::array corner{0.1, 0.1};
    const double low[] = {0.1, 0.1}, high[] = {0.1, 0.1};
    CHECK(minimise(valley, 2, corner.data(), low, high, {}, workspace).iterations == 0);
    CHECK(corner[0] == 0.1);
}

TEST_CASE("What is not feasible is stepped back from, or told where it is the start") {
    struct Wall {
        double value(const double* x) const {
            return x[0] > 0 ? x[0] - std::log(x[0]) : std::numeric_limits<double>::infinity();
        }
        void gradient(const double* x, double* g) const { g[0] = 1 - 1 / x[0]; }
    } wall;
    Minimiser workspace;
    const double lower[] = {-100}, upper[] = {100};
    double x = 50;
    minimise(wall, 1, &x, lower, upper, {1e-14, 200, 60}, workspace);
    CHECK(x == doctest::Approx(1).epsilon(1e-5));
    x = -1;
    CHECK(std::isinf(minimise(wall, 1, &x, lower, upper, {}, workspace).value));
}

TEST_CASE("The search of one variable finds the lower of two valleys, and minima at the ends") {
    std::int64_t evaluations = 0;
    const auto two = [](double x) { return std::sin(3 * x) + 0.3 * x; };  // minima near 1.54 and 3.63, 5.7
    CHECK(minimise_between(two, 0, 6, 1e-8, evaluations, 13) == doctest::Approx(1.5373).epsilon(1e-4));
    CHECK(minimise_between([](double x) { return x; }, 2, 3, 1e-8, evaluations) == doctest::Approx(2).epsilon(1e-6));
    CHECK(minimise_between([](double x) { return -x; }, 2, 3, 1e-8, evaluations) == doctest::Approx(3).epsilon(1e-6));
    CHECK(minimise_between([](double x) { return (x - 0.123) * (x - 0.123); }, 0, 1, 1e-8, evaluations) == doctest::Approx(0.123).epsilon(1e-6));
}

TEST_CASE("A search that does not lead to a useful minimum ends early") {
    struct Bowl {
        double value(const double* x) const { return 5 + x[0] * x[0] + 3 * x[1] * x[1] + std::pow(x[0] - x[1], 4); }
        void gradient(const double* x, double* g) const {
            const double cube = 4 * std::pow(x[0] - x[1], 3);
            g[0] = 2 * x[0] + cube;
            g[1] = 6 * x[1] - cube;
        }
    };
    const double lower[] = {-10, -10}, upper[] = {10, 10};
    const auto search = [&](auto objective, double useful) {
        Minimiser workspace;
        std::array x{-1.2, 1.0};
        MinimiseOptions options{1e-14, 500, 0.1};
        options.useful = useful;
        return minimise(objective, 2, x.data(), lower, upper, options, workspace);
    };
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(search(Bowl(), 4).evaluations < search(Bowl(), infinity).evaluations);
    CHECK(search(Bowl(), 4).value > 5);
    CHECK(search(Bowl(), 5.01).value == doctest::Approx(5).epsilon(1e-9));
}

}  // namespace
}  // namespace fairlead::forecast
