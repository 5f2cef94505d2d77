// Reconciliation of hierarchies.
#include "engines/forecast/reconcile.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace fairlead::forecast {
namespace {

constexpr std::size_t most_factorised = 1000;

double dot(const std::vector<double>& a, const std::vector<double>& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// Lambda of Schaefer and Strimmer for correlations shrunk towards none, from residuals that are not centred. The sums over all
// pairs of series are had from sums over times: sum_ij (x_i x_j)^2 = |X X'|^2, so that thousands of series are no matter.
double shrinkage_of(const Residuals& residuals, const std::vector<double>& variance) {
    const std::size_t n = residuals.size(), p = variance.size();
    std::vector<std::vector<double>> x(n, std::vector<double>(p, 0));
    double fourth = 0, diagonal = 0, of_squares = 0, of_products = 0;
    for (std::size_t t = 0; t < n; ++t) {
        double squares = 0;
        for (std::size_t i = 0; i < p; ++i) {
            if (variance[i] <= 0) continue;
            x[t][i] = residuals[t][i] / std::sqrt(variance[i]);
            const double square = x[t][i] * x[t][i];
            squares += square;
            fourth += square * square;
        }
        of_squares += squares * squares;
    }
    for (std::size_t i = 0; i < p; ++i)
        if (variance[i] > 0) diagonal += static_cast<double>(n) * static_cast<double>(n);
    for (std::size_t t = 0; t < n; ++t)
        for (std::size_t s = 0; s <= t; ++s) {
            const double product = dot(x[t], x[s]);
            of_products += (s == t ? 1 : 2) * product * product;
        }
    const double count = static_cast<double>(n);
    const double squares = of_squares - fourth, products = of_products - diagonal;  // over i != j
    const double variances = (squares - products / count) / (count * (count - 1)), correlations = products / (count * count);
    return correlations > 0 ? std::clamp(variances / correlations, 0.0, 1.0) : 1.0;
}

}  // namespace

Crossing cross(const std::vector<std::vector<std::string>>& values, const std::vector<std::size_t>& factor_sizes) {
    Crossing out;
    std::map<std::vector<std::string>, std::size_t> parts;
    std::vector<const std::vector<std::string>*> rows;
    for (const auto& row : values) {
        const auto [at, fresh] = parts.try_emplace(row, parts.size());
        if (fresh) rows.push_back(&row);
        out.part_of.push_back(at->second);
    }
    out.hierarchy.parts = rows.size();
    // Depth chosen in each factor, from none to all; all at their deepest are the parts themselves.
    std::vector<std::vector<std::size_t>> depths{std::vector<std::size_t>(factor_sizes.size(), 0)};
    for (std::size_t f = 0; f < factor_sizes.size(); ++f) {
        const auto before = depths;
        for (std::size_t depth = 1; depth <= factor_sizes[f]; ++depth)
            for (auto chosen : before) {
                chosen[f] = depth;
                depths.push_back(std::move(chosen));
            }
    }
    std::stable_sort(depths.begin(), depths.end(), [](const auto& a, const auto& b) { return std::accumulate(a.begin(), a.end(), std::size_t{0}) < std::accumulate(b.begin(), b.end(), std::size_t{0}); });
    const auto name_of = [&](const std::vector<std::string>& row, const std::vector<std::size_t>& depth) {
        std::string name;
        for (std::size_t f = 0, column = 0; f < factor_sizes.size(); column += factor_sizes[f++])
            for (std::size_t d = 0; d < depth[f]; ++d) name += (name.empty() ? "" : " / ") + row[column + d];
        return name.empty() ? std::string("Total") : name;
    };
    for (const auto& depth : depths) {
        const bool deepest = depth == factor_sizes;
        std::map<std::vector<std::string>, std::size_t> known;
        for (std::size_t part = 0; part < rows.size(); ++part) {
            if (deepest) {
                out.names.push_back(name_of(*rows[part], depth));
                continue;
            }
            std::vector<std::string> key;
            for (std::size_t f = 0, column = 0; f < factor_sizes.size(); column += factor_sizes[f++])
                for (std::size_t d = 0; d < depth[f]; ++d) key.push_back((*rows[part])[column + d]);
            const auto [at, fresh] = known.try_emplace(key, out.hierarchy.parts_of.size());
            if (fresh) {
                out.hierarchy.parts_of.emplace_back();
                out.hierarchy.level.push_back(static_cast<int>(std::accumulate(depth.begin(), depth.end(), std::size_t{0})));
                out.names.push_back(name_of(*rows[part], depth));
            }
            out.hierarchy.parts_of[at->second].push_back(static_cast<std::uint32_t>(part));
        }
    }
    return out;
}

Result<Reconciler> Reconciler::make(Hierarchy hierarchy, const ReconcileOptions& options, Residuals residuals) {
    Reconciler out;
    out.hierarchy_ = std::move(hierarchy);
    out.options_ = options;
    const std::size_t sums = out.hierarchy_.parts_of.size(), size = out.hierarchy_.size();
    const bool by_level = options.method == Reconciliation::top_down || options.method == Reconciliation::middle_out;
    if (by_level) {
        const int wanted = options.method == Reconciliation::top_down ? 0 : options.middle;
        if (out.hierarchy_.level.size() != sums || std::find(out.hierarchy_.level.begin(), out.hierarchy_.level.end(), wanted) == out.hierarchy_.level.end())
            return refuse(Why::invalid, "no_level", "The hierarchy has no level " + std::to_string(wanted) + " to start from", "level");
    }
    const bool needs_residuals = options.method == Reconciliation::wls_variance || options.method == Reconciliation::mint;
    if (needs_residuals && residuals.size() < 2)
        return refuse(Why::invalid, "no_residuals", "This way of reconciling needs residuals of at least two common periods: choose one that needs none, as wls-structure", "reconcile");
    for (const auto& row : residuals)
        if (row.size() != size) return refuse(Why::invalid, "wrong_size", "There is not one residual per node", "residuals");
    out.diagonal_.assign(size, 1.0);
    if (options.method == Reconciliation::wls_structure)
        for (std::size_t i = 0; i < sums; ++i) out.diagonal_[i] = static_cast<double>(out.hierarchy_.parts_of[i].size());
    if (needs_residuals) {
        std::vector<double> variance(size, 0);
        for (const auto& row : residuals)
            for (std::size_t i = 0; i < size; ++i) variance[i] += row[i] * row[i] / static_cast<double>(residuals.size());
        // A series without any error would stand fast against all others, and two of them against each other.
        const double mean = std::accumulate(variance.begin(), variance.end(), 0.0) / static_cast<double>(size), least = mean > 0 ? 1e-10 * mean : 1.0;
        if (options.method == Reconciliation::mint) {
            out.lambda_ = shrinkage_of(residuals, variance);
            const double share = std::sqrt((1 - out.lambda_) / static_cast<double>(residuals.size()));
            if (share > 0) {
                out.residuals_ = std::move(residuals);
                for (auto& row : out.residuals_)
                    for (double& value : row) value *= share;
            }
        }
        for (std::size_t i = 0; i < size; ++i) out.diagonal_[i] = std::max(out.lambda_ * variance[i], least);
    }
    if (!by_level && options.method != Reconciliation::bottom_up) out.factorise();
    return out;
}

void Reconciler::add_up(std::vector<double>& nodes) const {
    const std::size_t sums = hierarchy_.parts_of.size();
    for (std::size_t i = 0; i < sums; ++i) {
        nodes[i] = 0;
        for (const std::uint32_t part : hierarchy_.parts_of[i]) nodes[i] += nodes[sums + part];
    }
}

std::vector<double> Reconciler::times_covariance(const std::vector<double>& vector) const {
    std::vector<double> out(vector.size());
    for (std::size_t i = 0; i < vector.size(); ++i) out[i] = diagonal_[i] * vector[i];
    for (const auto& row : residuals_) {
        const double along = dot(row, vector);
        for (std::size_t i = 0; i < row.size(); ++i) out[i] += along * row[i];
    }
    return out;
}

// Rows: every sum less its parts; then each part that is held at zero.
std::vector<double> Reconciler::constrain(const std::vector<double>& nodes, const std::vector<std::uint32_t>& zero) const {
    const std::size_t sums = hierarchy_.parts_of.size();
    std::vector<double> rows(sums + zero.size());
    for (std::size_t i = 0; i < sums; ++i) {
        rows[i] = nodes[i];
        for (const std::uint32_t part : hierarchy_.parts_of[i]) rows[i] -= nodes[sums + part];
    }
    for (std::size_t z = 0; z < zero.size(); ++z) rows[sums + z] = nodes[sums + zero[z]];
    return rows;
}

std::vector<double> Reconciler::constrain_back(const std::vector<double>& rows, const std::vector<std::uint32_t>& zero) const {
    const std::size_t sums = hierarchy_.parts_of.size();
    std::vector<double> nodes(hierarchy_.size(), 0);
    for (std::size_t i = 0; i < sums; ++i) {
        nodes[i] = rows[i];
        for (const std::uint32_t part : hierarchy_.parts_of[i]) nodes[sums + part] -= rows[i];
    }
    for (std::size_t z = 0; z < zero.size(); ++z) nodes[sums + zero[z]] += rows[sums + z];
    return nodes;
}

void Reconciler::factorise() {
    const std::size_t sums = hierarchy_.parts_of.size();
    if (sums > most_factorised || sums == 0) return;
    factor_.assign(sums * sums, 0);
    for (std::size_t column = 0; column < sums; ++column) {
        std::vector<double> unit(sums, 0);
        unit[column] = 1;
        const std::vector<double> product = constrain(times_covariance(constrain_back(unit, {})), {});
        for (std::size_t row = column; row < sums; ++row) factor_[row * sums + column] = product[row];
    }
    for (std::size_t i = 0; i < sums; ++i) {
        double* const at = &factor_[i * sums];
        for (std::size_t j = 0; j <= i; ++j) {
            const double* const other = &factor_[j * sums];
            double sum = at[j];
            for (std::size_t k = 0; k < j; ++k) sum -= at[k] * other[k];
            if (j < i) at[j] = sum / other[j];
            else if (sum <= 0 || !std::isfinite(sum)) {
                factor_.clear();  // as good as singular: conjugate gradients find the least of the solutions
                return;
            } else at[j] = std::sqrt(sum);
        }
    }
}

std::vector<double> Reconciler::solve(const std::vector<double>& right, const std::vector<std::uint32_t>& zero) const {
    const std::size_t sums = hierarchy_.parts_of.size();
    if (zero.empty() && !factor_.empty()) {
        std::vector<double> x = right;
        for (std::size_t i = 0; i < sums; ++i) {
            for (std::size_t k = 0; k < i; ++k) x[i] -= factor_[i * sums + k] * x[k];
            x[i] /= factor_[i * sums + i];
        }
        for (std::size_t i = sums; i-- > 0;) {
            x[i] /= factor_[i * sums + i];
            for (std::size_t k = 0; k < i; ++k) x[k] -= factor_[i * sums + k] * x[i];
        }
        return x;
    }
    // Conjugate gradients, scaled by the diagonal of K W K'.
    std::vector<double> scale(right.size());
    for (std::size_t i = 0; i < sums; ++i) {
        scale[i] = diagonal_[i];
        for (const std::uint32_t part : hierarchy_.parts_of[i]) scale[i] += diagonal_[sums + part];
    }
    for (std::size_t z = 0; z < zero.size(); ++z) scale[sums + z] = diagonal_[sums + zero[z]];
    std::vector<double> x(right.size(), 0), rest = right, scaled(right.size());
    for (std::size_t i = 0; i < rest.size(); ++i) scaled[i] = rest[i] / scale[i];
    std::vector<double> direction = scaled;
    double length = dot(rest, scaled);
    const double enough = 1e-28 * length;
    for (std::size_t round = 0; round < 20 * right.size() + 100 && length > enough; ++round) {
        const std::vector<double> image = constrain(times_covariance(constrain_back(direction, zero)), zero);
        const double step = length / dot(direction, image);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] += step * direction[i];
            rest[i] -= step * image[i];
            scaled[i] = rest[i] / scale[i];
        }
        const double next = dot(rest, scaled);
        for (std::size_t i = 0; i < x.size(); ++i) direction[i] = scaled[i] + next / length * direction[i];
        length = next;
    }
    return x;
}

std::vector<double> Reconciler::project(const std::vector<double>& forecasts, const std::vector<std::uint32_t>& zero, std::vector<double>* multipliers) const {
    const std::vector<double> u = solve(constrain(forecasts, zero), zero), change = times_covariance(constrain_back(u, zero));
    std::vector<double> out(forecasts.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = forecasts[i] - change[i];
    const std::size_t sums = hierarchy_.parts_of.size();
    for (const std::uint32_t part : zero) out[sums + part] = 0;
    if (multipliers != nullptr) multipliers->assign(u.begin() + static_cast<std::ptrdiff_t>(sums), u.end());
    return out;
}

// Each node of the level is shared out over its parts as their own forecasts stand to each other (evenly where those give nothing).
std::vector<double> Reconciler::from_level(const std::vector<double>& forecasts, int level) const {
    const std::size_t sums = hierarchy_.parts_of.size();
    std::vector<double> out = forecasts;
    std::vector<bool> shared(hierarchy_.parts, false);
    for (std::size_t i = 0; i < sums; ++i) {
        if (hierarchy_.level[i] != level) continue;
        // A crossing has several ways down from a level: the first that reaches a part gives it its share.
        double total = 0, given = 0;
        std::size_t open = 0;
        for (const std::uint32_t part : hierarchy_.parts_of[i]) {
            if (shared[part]) given += out[sums + part];
            else total += forecasts[sums + part], ++open;
        }
        for (const std::uint32_t part : hierarchy_.parts_of[i]) {
            if (shared[part]) continue;
            shared[part] = true;
            out[sums + part] = total != 0 ? (forecasts[i] - given) * forecasts[sums + part] / total : (forecasts[i] - given) / static_cast<double>(open);
        }
    }
    return out;
}

std::vector<double> Reconciler::errors(const std::vector<double>& of) const {
    ensure(options_.method != Reconciliation::top_down && options_.method != Reconciliation::middle_out, "shares come from the forecasts");
    std::vector<double> out = options_.method == Reconciliation::bottom_up ? of : project(of, {}, nullptr);
    add_up(out);
    return out;
}

std::vector<double> Reconciler::apply(const std::vector<double>& forecasts) const {
    ensure(forecasts.size() == hierarchy_.size(), "there is a forecast for every node");
    const std::size_t sums = hierarchy_.parts_of.size();
    std::vector<double> out = forecasts;
    if (options_.method == Reconciliation::top_down) out = from_level(forecasts, 0);
    else if (options_.method == Reconciliation::middle_out) out = from_level(forecasts, options_.middle);
    else if (options_.method != Reconciliation::bottom_up) out = project(forecasts, {}, nullptr);
    const bool linear = options_.method >= Reconciliation::ols;
    if (options_.not_negative && linear) {
        // Parts below zero are held there, and let go again where that turns out to be wrong, until none changes.
        std::vector<std::uint32_t> zero;
        for (int round = 0; round < 60; ++round) {
            std::vector<double> multipliers;
            if (round > 0) out = project(forecasts, zero, &multipliers);
            std::vector<std::uint32_t> kept;
            const double size = std::abs(*std::max_element(out.begin(), out.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
            bool changed = false;
            for (std::size_t z = 0; z < zero.size(); ++z) {
                if (multipliers[z] <= 0 || round > 40) kept.push_back(zero[z]);
                else changed = true;
            }
            for (std::uint32_t part = 0; part < hierarchy_.parts; ++part)
                if (out[sums + part] < -1e-12 * size) kept.push_back(part), changed = true;
            std::sort(kept.begin(), kept.end());
            kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
            zero = std::move(kept);
            if (!changed) break;
        }
    }
    if (options_.not_negative)
        for (std::size_t part = 0; part < hierarchy_.parts; ++part) out[sums + part] = std::max(out[sums + part], 0.0);
    add_up(out);
    return out;
}

}  // namespace fairlead::forecast
