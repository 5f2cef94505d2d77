// Minimising a smooth function of a few variables between bounds: quasi-Newton (BFGS on the inverse, Nocedal and Wright
// 2006, algorithm 6.1) in the subspace of the variables that are free, steps projected on the bounds (Bertsekas 1982).
// Variables should be of order 1. Deterministic; allocates only when a search has more variables than any before.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "engines/forecast/numerics/lanes.h"

namespace fairlead::forecast {

struct MinimiseOptions {
    double tolerance = 1e-8;  // two steps in a row that gain less end the search
    int iterations = 200;
    double first_step = 0.1;  // the largest component of the first step
    // A minimum above this is of no use: from the fifth step on the search ends where many times what a quadratic would
    // still gain does not lead below. A guess: a winding valley is left too early.
    double useful = std::numeric_limits<double>::infinity();
};

struct Minimum {
    double value = 0;  // not finite: the start was not feasible
    int iterations = 0;
    std::int64_t evaluations = 0;

    bool feasible() const { return std::isfinite(value); }
};

// The algebra of a search, by instruction set; rows of doubles in multiples of `lanes`.
struct MinimiseKernel {
    int lanes = 1;
    void (*multiply)(const double* matrix, int n, int stride, const double* by, double* to) = nullptr;
    void (*update)(double* matrix, int n, int stride, const double* s, const double* hy, double keep,
                   double rho) = nullptr;
};

// A search that is told what it asks for, so that many can be asked together:
//     for (search.begin(...); !search.done();)
//         if (search.value(f(search.point()))) search.gradient(g(search.point()));
class Minimiser {
  public:
    // `lower` and `upper` are read until the search is done.
    void begin(int n, const double* start, const double* lower, const double* upper, const MinimiseOptions& options);
    bool done() const { return done_; }
    int variables() const { return n_; }
    const double* point() const { return tried_; }
    // The value at the point (infinite or NaN: not feasible). True: the gradient there is wanted before anything else.
    bool value(double f);
    void gradient(const double* g);

    // When it is done: the best point, and what it took.
    const double* best() const { return x_; }
    const Minimum& found() const { return found_; }

  private:
    void direct();     // a new direction, or the end
    void try_point();  // the next point along it
    void no_point();   // there is none that is lower
    void restart(double scale);
    void learn(const double* g);

    int n_ = 0, stride_ = 0, tries_ = 0, small_gains_ = 0;
    bool done_ = true, first_ = true, fresh_ = true;
    double f_ = 0, f_tried_ = 0, along_ = 0, length_ = 0;
    const double *lower_ = nullptr, *upper_ = nullptr;
    MinimiseOptions options_;
    Minimum found_;
    MinimiseKernel kernel_;
    Rows rows_;
    // One row each, zeros behind the variables; `moving_` is the gradient of the variables that are free, 0 of the others.
    double *x_ = nullptr, *g_ = nullptr, *moving_ = nullptr, *step_ = nullptr, *tried_ = nullptr, *y_ = nullptr,
           *hy_ = nullptr, *free_ = nullptr, *h_ = nullptr;
};

// `objective.value(x)` tells the value; `objective.gradient(x, g)` is asked only right after `value` at the same x. `x`
// is the start and becomes the minimum.
template <class Objective>
Minimum minimise(Objective& objective, int n, double* x, const double* lower, const double* upper,
                 const MinimiseOptions& options, Minimiser& search) {
    std::vector<double> g(static_cast<std::size_t>(n));
    search.begin(n, x, lower, upper, options);
    while (!search.done()) {
        if (!search.value(objective.value(search.point()))) continue;
        objective.gradient(search.point(), g.data());
        search.gradient(g.data());
    }
    for (int i = 0; i < n; ++i) x[i] = search.best()[i];
    return search.found();
}

}  // namespace fairlead::forecast
