// Forecasts of parts and of their sums made to agree: bottom-up, top-down, middle-out, and the least change of all forecasts
// under a covariance of their errors: OLS, WLS by structure or variance, MinT with shrinkage (Wickramasuriya, Athanasopoulos,
// Hyndman 2019, JASA 114; shrinkage after Schaefer and Strimmer 2005), without negative parts where so asked.
//
// All of the latter are one projection: y = f - W C' (C W C')^-1 C f, where C y = 0 says that every sum equals its parts. W is never
// formed nor inverted: it is a diagonal, with MinT plus residuals times residuals; beyond a thousand sums the system is solved
// by conjugate gradients. Sums are taken of the parts at last, so that they agree to the last digit.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace fairlead::forecast {

// Sums first, then parts: `parts_of[i]` lists the parts (0 to parts - 1) of sum i.
struct Hierarchy {
    std::size_t parts = 0;
    std::vector<std::vector<std::uint32_t>> parts_of;
    std::vector<int> level;  // of each sum, 0 the top; parts lie below all. For top-down and middle-out
    std::size_t size() const { return parts_of.size() + parts; }
};

// Every crossing of dimensions. A factor is a chain of columns, each inside the one before (region, then state); a sum is a
// choice of how deep to go in each factor. `values[p]` are the values of part p in the order of the factors' columns.
struct Crossing {
    Hierarchy hierarchy;
    std::vector<std::string> names;    // of sums, then of parts: "Total", "North", "North / Bikes"
    std::vector<std::size_t> part_of;  // of each row of `values`: rows with the same values are one part
};
Crossing cross(const std::vector<std::vector<std::string>>& values, const std::vector<std::size_t>& factor_sizes);

enum class Reconciliation : std::uint8_t { bottom_up, top_down, middle_out, ols, wls_structure, wls_variance, mint };

struct ReconcileOptions {
    Reconciliation method = Reconciliation::mint;
    bool not_negative = false;  // no part below zero
    int middle = 1;             // level from which middle_out goes both ways
};

// Residuals of one step, oldest first: one row per time, one value per node. Needed by wls_variance and mint.
using Residuals = std::vector<std::vector<double>>;

class Reconciler {
  public:
    // Refuses `no_residuals` (fewer than two rows), `wrong_size`, `no_level`.
    static Result<Reconciler> make(Hierarchy hierarchy, const ReconcileOptions& options, Residuals residuals = {});
    // One value per node; top-down takes the shares of the parts from the forecasts themselves.
    std::vector<double> apply(const std::vector<double>& forecasts) const;
    // What becomes of errors of the forecasts: the same without a floor. Not for top_down and middle_out, whose shares come from the
    // forecasts themselves.
    std::vector<double> errors(const std::vector<double>& of) const;
    double shrinkage() const { return lambda_; }  // of MinT: 1 is the diagonal alone

  private:
    std::vector<double> project(const std::vector<double>& forecasts, const std::vector<std::uint32_t>& zero, std::vector<double>* multipliers) const;
    std::vector<double> from_level(const std::vector<double>& forecasts, int level) const;
    std::vector<double> times_covariance(const std::vector<double>& vector) const;
    std::vector<double> constrain(const std::vector<double>& nodes, const std::vector<std::uint32_t>& zero) const;      // K y
    std::vector<double> constrain_back(const std::vector<double>& rows, const std::vector<std::uint32_t>& zero) const;  // K' u
    std::vector<double> solve(const std::vector<double>& right, const std::vector<std::uint32_t>& zero) const;
    void factorise();
    void add_up(std::vector<double>& nodes) const;

    Hierarchy hierarchy_;
    ReconcileOptions options_;
    std::vector<double> diagonal_;   // of W, times lambda with MinT
    Residuals residuals_;            // rows scaled so that W = diagonal + residuals' residuals
    double lambda_ = 1;
    std::vector<double> factor_;     // Cholesky of C W C', row by row; empty: conjugate gradients
};

}  // namespace fairlead::forecast
