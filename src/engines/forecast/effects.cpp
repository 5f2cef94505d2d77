// Estimation of effects: the noise, the choice of groups, what is taken out and put back.
#include "engines/forecast/effects.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "engines/forecast/numerics/difference.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/minimise.h"

namespace fairlead::forecast {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int longest_season = 60;            // in the noise: its band is as wide
constexpr double most_years = 15;             // the latest: what a Sunday sells changes in a generation
constexpr std::size_t most_values = 4'000;
constexpr double huber = 3;                   // robust deviations of a one-step error from which on it counts less
constexpr double least_t = 2.5;               // of a column beside others of its group
constexpr double dependent = 1e-6;            // what is left of a column (its square) when the others are taken out

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

// Moving averages of the differenced series: w = (1 + theta B)(1 + seasonal B^m) e, by the banded factor of its covariance.
class Noise {
  public:
    Noise(std::size_t count, int m) : count_(count), m_(m), band_(m > 1 ? static_cast<std::size_t>(m) + 1 : 1), factor_(count * (band_ + 1)) {}

    bool set(double theta, double seasonal) {
        std::vector<double> gamma(band_ + 1, 0.0);
        std::vector<std::pair<std::size_t, double>> moving{{0, 1.0}, {1, theta}};
        if (m_ > 1) moving.insert(moving.end(), {{static_cast<std::size_t>(m_), seasonal}, {static_cast<std::size_t>(m_) + 1, theta * seasonal}});
        for (const auto& [i, a] : moving)
            for (const auto& [j, b] : moving)
                if (i >= j) gamma[i - j] += a * b;
        log_determinant = 0;
        const std::size_t width = band_ + 1;
        for (std::size_t i = 0; i < count_; ++i) {
            // Row i holds columns i - band to i.
            double* row = &factor_[i * width];
            const std::size_t first = i > band_ ? i - band_ : 0;
            for (std::size_t j = first; j <= i; ++j) {
                const double* other = &factor_[j * width];
                const std::size_t from = std::max(first, j > band_ ? j - band_ : 0);
                double sum = gamma[i - j];
                const double *a = row + (band_ - i) + from, *b = other + (band_ - j) + from;
                for (std::size_t k = from; k < j; ++k) sum -= *a++ * *b++;
                if (j < i) row[band_ - i + j] = sum / other[band_];
                else if (!(sum > 1e-12)) return false;
                else row[band_] = std::sqrt(sum);
            }
            log_determinant += 2 * std::log(row[band_]);
        }
        return true;
    }
    void whiten(std::vector<double>& v) const {
        const std::size_t width = band_ + 1;
        for (std::size_t i = 0; i < count_; ++i) {
            const double* row = &factor_[i * width];
            const std::size_t first = i > band_ ? i - band_ : 0;
            double sum = v[i];
            for (std::size_t j = first; j < i; ++j) sum -= row[band_ - i + j] * v[j];
            v[i] = sum / row[band_];
        }
    }
    double log_determinant = 0;
    int m() const { return m_; }
    std::size_t count() const { return count_; }

  private:
    std::size_t count_;
    int m_;
    std::size_t band_;
    std::vector<double> factor_;
};

using Columns = std::vector<std::vector<double>>;

// Takes what the columns explain out of `z`; those that follow from the ones before are passed over.
void take_out(Columns columns, std::vector<double>& z) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const double before = dot(columns[i], columns[i]);
        for (std::size_t j = 0; j < i; ++j) {
            if (columns[j].empty()) continue;
            const double share = dot(columns[i], columns[j]);
            for (std::size_t t = 0; t < columns[i].size(); ++t) columns[i][t] -= share * columns[j][t];
        }
        const double left = dot(columns[i], columns[i]);
        if (!(left > dependent * before)) {
            columns[i].clear();
            continue;
        }
        for (double& value : columns[i]) value /= std::sqrt(left);
        const double share = dot(z, columns[i]);
        for (std::size_t t = 0; t < z.size(); ++t) z[t] -= share * columns[i][t];
    }
}

// Minus twice the concentrated log likelihood, but for constants.
struct Objective {
    Noise& noise;
    const std::vector<double>& w;
    const Columns& columns;
    double last = 0;
    double value(const double* x) {
        last = infinity;
        if (!noise.set(x[0], noise.m() > 1 ? x[1] : 0)) return last;
        std::vector<double> z = w;
        noise.whiten(z);
        if (!columns.empty()) {
            Columns white = columns;
            for (auto& column : white) noise.whiten(column);
            take_out(std::move(white), z);
        }
        last = std::log(dot(z, z)) + noise.log_determinant / static_cast<double>(noise.count());
        return last;
    }
    void gradient(const double* x, double* g) {
        const double here = last;
        const int n = noise.m() > 1 ? 2 : 1;
        double moved[2] = {x[0], n > 1 ? x[1] : 0};
        for (int i = 0; i < n; ++i) {
            const double step = x[i] > 0 ? -1e-5 : 1e-5;
            moved[i] = x[i] + step;
            g[i] = (value(moved) - here) / step;
            moved[i] = x[i];
        }
        last = here;
    }
};

struct Parameters {
    double x[2] = {-0.4, -0.6};
};

// Estimates the noise beside the columns, and leaves it set.
bool estimate(Noise& noise, const std::vector<double>& w, const Columns& columns, Parameters& at) {
    constexpr double lower[2] = {-0.97, -0.97}, upper[2] = {0.97, 0.6};
    Objective objective{noise, w, columns};
    Minimiser search;
    minimise(objective, noise.m() > 1 ? 2 : 1, at.x, lower, upper, {0.05 / static_cast<double>(w.size()), 20, 0.1}, search);
    return std::isfinite(objective.value(at.x));
}

double penalty(std::size_t columns, std::size_t count, int m) {
    const double k = static_cast<double>(columns) + (m > 1 ? 3 : 2), n = static_cast<double>(count);
    return n > k + 1 ? 2 * k * n / (n - k - 1) : infinity;
}

struct Choice {
    std::vector<int> way;       // of each group; -1: not used
    std::vector<double> gain;
};

// Products of a group's columns with each other and with what is explained, less what other columns say.
struct Products {
    std::vector<double> each, target, size;

    Products(const Columns& columns, const std::vector<double>& z) : each(columns.size() * columns.size()) {
        const std::size_t count = columns.size();
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t j = 0; j <= i; ++j) each[i * count + j] = each[j * count + i] = dot(columns[i], columns[j]);
            target.push_back(dot(columns[i], z));
            size.push_back(each[i * count + i]);
        }
    }
    // `unit`: a column of length 1, at right angles to those taken out before.
    void take_out(const Columns& columns, const std::vector<double>& unit, double of_target) {
        const std::size_t count = columns.size();
        std::vector<double> shares(count);
        for (std::size_t i = 0; i < count; ++i) shares[i] = dot(unit, columns[i]);
        for (std::size_t i = 0; i < count; ++i) {
            target[i] -= shares[i] * of_target;
            for (std::size_t j = 0; j < count; ++j) each[i * count + j] -= shares[i] * shares[j];
        }
    }
};

// The groups that improve the AICc, the best first; then each once more beside all others, since what came first may have spoken
// for those that came later. Columns are whitened and weighted.
class Chooser {
  public:
    Chooser(const std::vector<Group>& groups, const std::vector<Columns>& columns, const std::vector<double>& z, int m, double needed) : groups_(groups), columns_(columns), z_(z), m_(m), needed_(needed) {}

    Choice choose() {
        choice_ = {std::vector<int>(groups_.size(), -1), std::vector<double>(groups_.size(), 0)};
        std::vector<Products> products;
        products.reserve(groups_.size());
        for (const Columns& of : columns_) products.emplace_back(of, z_);
        Columns units;
        double squares = dot(z_, z_);
        std::size_t used = 0;
        for (;;) {
            Way best{-1, needed_};
            std::size_t group = 0;
            for (std::size_t g = 0; g < groups_.size(); ++g)
                if (choice_.way[g] < 0)
                    if (const Way way = best_way(g, products[g], squares, used, best.gain); way.index >= 0) best = way, group = g;
            if (best.index < 0) break;
            take(group, best);
            used += ways(group)[static_cast<std::size_t>(best.index)].size();
            const std::size_t before = units.size();
            add_units(units, group, best.index);
            for (std::size_t u = before; u < units.size(); ++u) {
                const double share = dot(units[u], z_);
                squares -= share * share;
                for (std::size_t g = 0; g < groups_.size(); ++g)
                    if (choice_.way[g] < 0) products[g].take_out(columns_[g], units[u], share);
            }
        }
        for (std::size_t g = 0; g < groups_.size(); ++g)
            if (choice_.way[g] >= 0) choose_again(g);
        return std::move(choice_);
    }

  private:
    struct Way {
        int index = -1;
        double gain = 0;
    };
    const std::vector<std::vector<std::size_t>>& ways(std::size_t group) const { return groups_[group].ways; }
    void take(std::size_t group, const Way& way) {
        choice_.way[group] = way.index;
        choice_.gain[group] = way.index < 0 ? 0 : way.gain;
    }

    Way best_way(std::size_t group, const Products& of, double squares, std::size_t used, double above) const {
        Way best{-1, above};
        const std::size_t count = of.target.size(), n = z_.size();
        for (std::size_t way = 0; way < ways(group).size() && squares > 0; ++way) {
            const auto& which = ways(group)[way];
            const std::size_t k = which.size();
            if ((used + k) * 4 > n) continue;
            std::vector<double> a(k * k), b(k), r(k);
            bool fit = true;
            for (std::size_t i = 0; i < k; ++i) {
                for (std::size_t j = 0; j < k; ++j) a[i * k + j] = of.each[which[i] * count + which[j]];
                fit = fit && a[i * k + i] > dependent * of.size[which[i]] && a[i * k + i] > 0;
                b[i] = r[i] = of.target[which[i]];
            }
            if (!fit || !solve_positive(a, b)) continue;
            const double left = std::max(squares - dot(b, r), 1e-12 * squares);
            const double gain = static_cast<double>(n) * std::log(squares / left) - (penalty(used + k, n, m_) - penalty(used, n, m_));
            if (gain > best.gain) best = {static_cast<int>(way), gain};
        }
        return best;
    }

    // The columns of a way, at right angles to what is there and of length 1; those that follow from it are passed over.
    void add_units(Columns& units, std::size_t group, int way) const {
        for (const std::size_t c : ways(group)[static_cast<std::size_t>(way)]) {
            std::vector<double> unit = columns_[group][c];
            const double before = dot(unit, unit);
            for (const auto& other : units) {
                const double share = dot(unit, other);
                for (std::size_t t = 0; t < unit.size(); ++t) unit[t] -= share * other[t];
            }
            const double size = dot(unit, unit);
            if (!(size > 1e-10 * before)) continue;
            for (double& value : unit) value /= std::sqrt(size);
            units.push_back(std::move(unit));
        }
    }

    void choose_again(std::size_t group) {
        Columns units;
        std::size_t used = 0;
        for (std::size_t g = 0; g < groups_.size(); ++g) {
            if (g == group || choice_.way[g] < 0) continue;
            add_units(units, g, choice_.way[g]);
            used += ways(g)[static_cast<std::size_t>(choice_.way[g])].size();
        }
        if (units.empty()) return;
        Products products(columns_[group], z_);
        double squares = dot(z_, z_);
        for (const auto& unit : units) {
            const double share = dot(unit, z_);
            squares -= share * share;
            products.take_out(columns_[group], unit, share);
        }
        take(group, best_way(group, products, squares, used, needed_));
    }

    const std::vector<Group>& groups_;
    const std::vector<Columns>& columns_;
    const std::vector<double>& z_;
    int m_;
    double needed_;
    Choice choice_;
};

std::vector<double> weights_of(const std::vector<double>& errors) {
    const double deviation = robust_deviation(errors);
    std::vector<double> weights(errors.size(), 1.0);
    if (deviation > 0)
        for (std::size_t t = 0; t < errors.size(); ++t) weights[t] = std::min(1.0, huber * deviation / std::abs(errors[t]));
    return weights;
}
void weigh(std::vector<double>& v, const std::vector<double>& weights) {
    for (std::size_t t = 0; t < v.size(); ++t) v[t] *= std::sqrt(weights[t]);
}

std::vector<double> differenced(std::span<const double> values, int m) {
    std::vector<double> w = difference(values, 1);
    return m > 1 ? difference(w, m) : w;
}

// Coefficients by least squares of whitened values, with their covariance for errors of variance 1; none where columns depend.
struct Solved {
    std::vector<double> coefficients, covariance;
    double squares = 0;
};
Solved solve(const Columns& columns, const std::vector<double>& z) {
    Solved out;
    const std::size_t k = columns.size();
    std::vector<double> a(k * k), scale(k), b(k);
    for (std::size_t i = 0; i < k; ++i) scale[i] = 1 / std::sqrt(std::max(dot(columns[i], columns[i]), 1e-300));
    for (std::size_t i = 0; i < k; ++i) {
        for (std::size_t j = 0; j <= i; ++j) a[i * k + j] = a[j * k + i] = dot(columns[i], columns[j]) * scale[i] * scale[j];
        b[i] = dot(columns[i], z) * scale[i];
    }
    std::vector<double> factor = a;
    if (!solve_positive(factor, b)) return out;
    out.covariance.assign(k * k, 0.0);
    for (std::size_t i = 0; i < k; ++i) {
        std::vector<double> unit(k, 0.0);
        unit[i] = 1;
        factor = a;
        solve_positive(factor, unit);
        for (std::size_t j = 0; j < k; ++j) out.covariance[i * k + j] = unit[j] * scale[i] * scale[j];
    }
    for (std::size_t i = 0; i < k; ++i) out.coefficients.push_back(b[i] * scale[i]);
    for (std::size_t t = 0; t < z.size(); ++t) {
        double left = z[t];
        for (std::size_t i = 0; i < k; ++i) left -= out.coefficients[i] * columns[i][t];
        out.squares += left * left;
    }
    return out;
}

// What is left of the coefficients of a group when they are shrunk for having been chosen.
double share_kept(const Solved& solved, std::size_t from, std::size_t count, double variance) {
    const std::size_t k = solved.coefficients.size();
    std::vector<double> a(count * count), b(count), c(count);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < count; ++j) a[i * count + j] = solved.covariance[(from + i) * k + from + j] * variance;
        b[i] = c[i] = solved.coefficients[from + i];
    }
    if (!solve_positive(a, b)) return 1;
    return std::max(0.0, 1 - 2 * static_cast<double>(count) / dot(b, c));
}

struct Asked {
    std::vector<double> values;   // as explained: logarithms, or as they are
    std::vector<Group> groups;    // columns of as many values as these and the horizon
    int season = 1;
    double per_year = 1;          // values
};

// Fills effects.found, .unused and the sums, from values that are explained additively.
void explain(Asked asked, Effects& effects) {
    auto& [values, groups, season, per_year] = asked;
    const std::size_t n = values.size(), count = groups.empty() ? n : std::max(n, effects.past.size() + effects.ahead.size());
    const auto unused = [&](Group& group, std::string code, std::string why) { effects.unused.push_back({group.name, std::move(code), std::move(why), group.kind}); };
    std::vector<Group> in;
    for (Group& group : groups) {
        if (!group.code.empty()) {
            // What must be known although nothing is used: that days are missing.
            effects.notes.insert(effects.notes.end(), group.notes.begin(), group.notes.end());
            unused(group, group.code, group.why_not);
            continue;
        }
        // Without ratios there are no elasticities.
        if (!effects.ratios) std::erase_if(group.ways, [&](const auto& way) { return group.columns[way.front()].logarithm; });
        if (!group.ways.empty()) in.push_back(std::move(group));
    }
    if (in.empty()) return;
    const int m = season > 1 && season <= longest_season && n >= 3 * static_cast<std::size_t>(season) ? season : 1;
    const std::size_t most = std::min(most_values, std::max<std::size_t>(60, static_cast<std::size_t>(most_years * per_year))), from = n > most ? n - most : 0, lost = static_cast<std::size_t>(m > 1 ? m + 1 : 1);
    if (n - from < lost + 12) {
        for (Group& group : in) unused(group, "too_short", "the series has too few values to tell");
        return;
    }
    const std::vector<double> w = differenced(std::span(values).subspan(from), m);
    double size = 0;
    for (const double value : w) size += std::abs(value);
    if (!(size > 0)) {
        for (Group& group : in) unused(group, "no_clear_effect", "the series does not vary");
        return;
    }
    std::vector<Columns> plain(in.size());
    std::size_t tried = 0;
    for (std::size_t g = 0; g < in.size(); ++g) {
        for (const KnownColumn& column : in[g].columns) plain[g].push_back(differenced(std::span(column.values).subspan(from, n - from), m));
        tried += in[g].ways.size();
    }
    const double needed = std::max(3.0, 3 * std::log(static_cast<double>(tried)));
    Noise noise(w.size(), m);
    Parameters parameters;
    Choice choice{std::vector<int>(in.size(), -1), std::vector<double>(in.size(), 0)};
    const auto chosen = [&] {
        Columns columns;
        for (std::size_t g = 0; g < in.size(); ++g)
            if (choice.way[g] >= 0)
                for (const std::size_t c : in[g].ways[static_cast<std::size_t>(choice.way[g])]) columns.push_back(plain[g][c]);
        return columns;
    };
    const auto white = [&](Columns columns, const std::vector<double>& weights) {
        for (auto& column : columns) noise.whiten(column), weigh(column, weights);
        return columns;
    };
    bool known = true, settled = false;
    for (int round = 0; round < 3 && known; ++round) {
        const Columns columns = chosen();
        if (round > 0 && columns.empty()) break;
        known = estimate(noise, w, columns, parameters);
        if (!known) break;
        std::vector<double> z = w;
        noise.whiten(z);
        std::vector<double> errors = z;
        const std::vector<double> one(z.size(), 1.0);
        if (!columns.empty()) take_out(white(columns, one), errors);
        const std::vector<double> weights = weights_of(errors);
        weigh(z, weights);
        std::vector<Columns> all(in.size());
        for (std::size_t g = 0; g < in.size(); ++g) all[g] = white(plain[g], weights);
        Choice next = Chooser(in, all, z, m, needed).choose();
        settled = next.way == choice.way;
        choice = std::move(next);
        if (settled) break;
    }
    if (known && !settled && !chosen().empty()) known = estimate(noise, w, chosen(), parameters);
    std::vector<std::vector<std::size_t>> used_columns(in.size());
    for (std::size_t g = 0; g < in.size(); ++g)
        if (choice.way[g] >= 0) used_columns[g] = in[g].ways[static_cast<std::size_t>(choice.way[g])];
    Solved solved;
    double variance = 0;
    const auto solve_all = [&] {
        Columns bare;
        for (std::size_t g = 0; g < in.size(); ++g)
            for (const std::size_t c : used_columns[g]) bare.push_back(plain[g][c]);
        solved = {};
        if (!known || bare.empty()) return;
        std::vector<double> z = w;
        noise.whiten(z);
        std::vector<double> weights(z.size(), 1.0);
        bare = white(std::move(bare), weights);
        for (int round = 0; round < 3; ++round) {
            Columns weighed = bare;
            for (auto& column : weighed) weigh(column, weights);
            std::vector<double> target = z;
            weigh(target, weights);
            solved = solve(weighed, target);
            if (solved.coefficients.empty()) return;
            std::vector<double> errors = z;
            for (std::size_t c = 0; c < bare.size(); ++c)
                for (std::size_t t = 0; t < errors.size(); ++t) errors[t] -= solved.coefficients[c] * bare[c][t];
            if (round < 2) weights = weights_of(errors);
        }
        variance = solved.squares / static_cast<double>(w.size() - std::min(w.size() - 1, bare.size() + (m > 1 ? 2 : 1)));
    };
    solve_all();
    // Of days around a festival, and of lags, those that turn out to say nothing beside the others are left out again.
    for (bool left_out = !solved.coefficients.empty(); left_out;) {
        left_out = false;
        std::size_t at = 0, worst_group = 0, worst = 0;
        double least = least_t;
        const std::size_t count = solved.coefficients.size();
        for (std::size_t g = 0; g < in.size(); ++g)
            for (std::size_t i = 0; i < used_columns[g].size(); ++i, ++at) {
                const double t = std::abs(solved.coefficients[at]) / std::sqrt(std::max(variance * solved.covariance[at * count + at], 1e-300));
                if (in[g].kind != GroupKind::working_days && used_columns[g].size() > 1 && t < least) least = t, worst_group = g, worst = i, left_out = true;
            }
        if (!left_out) break;
        used_columns[worst_group].erase(used_columns[worst_group].begin() + static_cast<std::ptrdiff_t>(worst));
        solve_all();
        left_out = !solved.coefficients.empty();
    }
    const std::size_t k = solved.coefficients.size();
    std::size_t at = 0;
    std::vector<const std::vector<double>*> used;
    for (std::size_t g = 0; g < in.size(); ++g) {
        Group& group = in[g];
        if (choice.way[g] < 0 || k == 0) {
            // Days that are missing matter also to what was tried in vain.
            for (const Note& note : group.notes)
                if (note.code.starts_with("events_")) effects.notes.push_back(note);
            unused(group, "no_clear_effect", "no clear effect");
            continue;
        }
        Effect effect{group.name, group.kind, {}, choice.gain[g], std::vector<double>(effects.past.size(), 0.0), std::vector<double>(effects.ahead.size(), 0.0)};
        const double kept = share_kept(solved, at, used_columns[g].size(), variance);
        for (const std::size_t c : used_columns[g]) {
            const KnownColumn& column = group.columns[c];
            const double found = solved.coefficients[at], value = kept * found, error = std::sqrt(variance * solved.covariance[at * k + at]);
            effect.estimates.push_back({column.label, column.unit, value, error, error > 0 ? found / error : 0, column.logarithm});
            for (std::size_t t = 0; t < count; ++t) (t < n ? effect.past[t] : effect.ahead[t - n]) += value * column.values[t];
            used.push_back(&column.values);
            ++at;
        }
        for (std::size_t t = 0; t < n; ++t) effects.past[t] += effect.past[t];
        for (std::size_t h = 0; h < effect.ahead.size(); ++h) effects.ahead[h] += effect.ahead[h];
        effects.notes.insert(effects.notes.end(), group.notes.begin(), group.notes.end());
        effects.found.push_back(std::move(effect));
    }
    for (std::size_t h = 0; h < effects.ahead.size() && k > 0; ++h) {
        double sum = 0;
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < k; ++j) sum += (*used[i])[n + h] * solved.covariance[i * k + j] * (*used[j])[n + h];
        effects.ahead_error[h] = std::hypot(effects.ahead_error[h], std::sqrt(variance * std::max(sum, 0.0)));
    }
}

// The whole days of hours, as a series of days with its place: the day of the first hour that is kept, and how many hours are
// before it.
struct DaysOfHours {
    Series days;
    std::size_t before = 0;
};
DaysOfHours days_of_hours(const Series& series, std::size_t origin) {
    DaysOfHours out;
    const auto hour = static_cast<std::size_t>(((series.first.index % 24) + 24) % 24);
    out.before = (24 - hour) % 24;
    Series& days = out.days;
    days.id = series.id;
    days.frequency = days.rhythm = Frequency::day;
    days.season = 7;
    days.first = period_of(first_day(series.first.after(static_cast<std::int64_t>(out.before))), Frequency::day);
    for (std::size_t t = out.before; t + 24 <= origin; t += 24) {
        double sum = 0;
        for (std::size_t i = t; i < t + 24; ++i) sum += series.values[i];
        days.values.push_back(sum);
    }
    return out;
}

double per_year_of(const Series& series) {
    constexpr double periods[] = {0, 8766, 365.25, 52.18, 12, 4, 1};
    const double known = periods[static_cast<std::size_t>(series.rhythm)];
    return known > 0 ? known : std::max(series.season, 4);
}

// What the same weekday has before and after stands where it was closed.
void close(const Known::Closed& closed, std::span<const double> past, Effects& effects) {
    if (closed.days.empty()) return;
    std::string names;
    for (const std::string& name : closed.names) names += (names.empty() ? "" : ", ") + name;
    for (std::size_t t = 0; t < past.size(); ++t) {
        if (!closed.days[t]) continue;
        double sum = 0;
        int count = 0;
        for (const std::ptrdiff_t away : {7, 14, 21, 28}) {
            for (const std::ptrdiff_t at : {static_cast<std::ptrdiff_t>(t) - away, static_cast<std::ptrdiff_t>(t) + away})
                if (at >= 0 && at < static_cast<std::ptrdiff_t>(past.size()) && !closed.days[static_cast<std::size_t>(at)]) sum += past[static_cast<std::size_t>(at)], ++count;
            if (count >= 2) break;
        }
        if (count > 0) effects.closed_past.emplace_back(t, sum / count);
    }
    for (std::size_t t = past.size(); t < closed.days.size(); ++t)
        if (closed.days[t]) effects.closed_ahead.push_back(t - past.size());
    effects.notes.push_back({"effects_closed", "Closed, zero in the past and so in the forecast, on days of: " + names, {}});
}

bool positive(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
}
std::vector<double> explained(std::span<const double> values, bool ratios) {
    std::vector<double> out(values.begin(), values.end());
    if (ratios)
        for (double& value : out) value = std::log(value);
    return out;
}

}  // namespace

std::string EffectEstimate::words(bool ratios) const {
    char text[48];
    if (elasticity) std::snprintf(text, sizeof text, "%+.2f %% ", value);
    else if (!ratios) std::snprintf(text, sizeof text, "%+.4g ", value);
    else std::snprintf(text, sizeof text, std::abs(std::expm1(value)) < 0.1 ? "%+.1f %% " : "%+.0f %% ", std::expm1(value) * 100);
    return text + unit;
}

std::vector<double> Effects::free(std::span<const double> values) const {
    std::vector<double> out(values.begin(), values.end());
    for (const auto& [t, instead] : closed_past)
        if (t < out.size()) out[t] = instead;
    for (std::size_t t = 0; t < out.size() && t < past.size(); ++t) out[t] = ratios ? out[t] * std::exp(-past[t]) : out[t] - past[t];
    return out;
}

void Effects::put_back(PoolForecast& forecast) const {
    for (std::size_t h = 0; h < forecast.mean.size(); ++h) {
        const double factor = ratios ? std::exp(ahead[h]) : 1, more = ratios ? 0 : ahead[h];
        forecast.mean[h] = forecast.mean[h] * factor + more;
        for (Member& member : forecast.members)
            if (h < member.mean.size()) member.mean[h] = member.mean[h] * factor + more;
        if (h < forecast.spread.size()) forecast.spread[h] *= factor;
        if (h < forecast.deviation.size()) forecast.deviation[h] = std::hypot(forecast.deviation[h] * factor, ratios ? forecast.mean[h] * ahead_error[h] : ahead_error[h]);
    }
    for (const std::size_t h : closed_ahead) {
        forecast.mean[h] = 0;
        for (Member& member : forecast.members)
            if (h < member.mean.size()) member.mean[h] = 0;
    }
    for (std::size_t t = 0; t < forecast.fitted.size() && t < past.size(); ++t) forecast.fitted[t] = ratios ? forecast.fitted[t] * std::exp(past[t]) : forecast.fitted[t] + past[t];
    for (const auto& [t, instead] : closed_past)
        if (t < forecast.fitted.size() && std::isfinite(forecast.fitted[t])) forecast.fitted[t] = 0;
}

Effects find_effects(const Known& known, const Series& series, std::size_t origin, int horizon) {
    const auto past = std::span<const double>(series.values).first(origin);
    Effects effects;
    effects.past.assign(origin, 0.0);
    effects.ahead.assign(static_cast<std::size_t>(horizon), 0.0);
    effects.ahead_error = effects.ahead;
    const bool sparse = is_sparse(past);
    if (!sparse && !series.ended) close(known.closed(series, origin, horizon), past, effects);
    effects.ratios = positive(effects.free(past));
    if (sparse || series.ended) {
        for (const Group& group : known.groups(series, origin, horizon))
            if (group.code.empty()) effects.unused.push_back({group.name, sparse ? "sparse" : "ended", sparse ? "most values are zero: no effect can be told from chance" : "the series has ended", group.kind});
        return effects;
    }
    if (series.frequency == Frequency::year && known.calendar() != nullptr) effects.unused.push_back({"Calendar", "years", "a year holds about the same days as another", GroupKind::holiday});
    if (series.frequency == Frequency::hour) {
        const DaysOfHours of = days_of_hours(series, origin);
        if (of.days.values.size() >= 28) {
            const std::size_t count = of.days.values.size(), until = of.before + count * 24;
            const auto ahead = static_cast<int>((origin + static_cast<std::size_t>(horizon) - until + 23) / 24);
            Effects daily;
            daily.ratios = effects.ratios;
            daily.past.assign(count, 0.0);
            daily.ahead.assign(static_cast<std::size_t>(ahead), 0.0);
            daily.ahead_error = daily.ahead;
            std::vector<Group> groups;
            for (Group& group : known.groups(of.days, count, ahead))
                if (group.kind != GroupKind::regressor) groups.push_back(std::move(group));
            explain({explained(of.days.values, effects.ratios), std::move(groups), 7, 365.25}, daily);
            // An hour is moved as its day is.
            const double share = effects.ratios ? 1 : 1.0 / 24;
            const auto of_day = [&](const std::vector<double>& days_past, const std::vector<double>& days_ahead, std::size_t t) {
                if (t < of.before) return 0.0;
                const std::size_t day = (t - of.before) / 24;
                return share * (day < count ? days_past[day] : days_ahead[day - count]);
            };
            for (Effect& effect : daily.found) {
                Effect hourly = effect;
                hourly.past.assign(origin, 0.0);
                hourly.ahead.assign(static_cast<std::size_t>(horizon), 0.0);
                for (std::size_t t = 0; t < origin + static_cast<std::size_t>(horizon); ++t) (t < origin ? hourly.past[t] : hourly.ahead[t - origin]) = of_day(effect.past, effect.ahead, t);
                effects.found.push_back(std::move(hourly));
            }
            for (std::size_t t = 0; t < origin + static_cast<std::size_t>(horizon); ++t) (t < origin ? effects.past[t] : effects.ahead[t - origin]) = of_day(daily.past, daily.ahead, t);
            for (std::size_t h = 0; h < effects.ahead_error.size(); ++h) {
                const std::size_t day = (origin + h - of.before) / 24;
                if (day >= count) effects.ahead_error[h] = share * daily.ahead_error[day - count];
            }
            effects.unused = std::move(daily.unused);
            effects.notes = std::move(daily.notes);
        }
    }
    explain({explained(effects.free(past), effects.ratios), known.groups(series, origin, horizon), series.season, per_year_of(series)}, effects);
    return effects;
}

std::vector<Note> notes_of(const Effects& effects) {
    std::vector<Note> notes;
    std::string used, none;
    for (const Effect& effect : effects.found)
        for (const EffectEstimate& one : effect.estimates) {
            char t[32];
            std::snprintf(t, sizeof t, " (t %.1f)", one.t);
            used += (used.empty() ? "" : "; ") + one.label + ": " + one.words(effects.ratios) + t;
        }
    if (!used.empty()) notes.push_back({"effects", "Known beside it, taken out and put back: " + used, {}});
    for (const UnusedGroup& one : effects.unused)
        if (one.code == "no_clear_effect") none += (none.empty() ? "" : ", ") + one.name;
    if (!none.empty()) notes.push_back({"effects_none", "No clear effect, so not used: " + none, {}});
    std::vector<std::string> told;
    for (const UnusedGroup& one : effects.unused) {
        if (one.code == "no_clear_effect") continue;
        std::string names;
        if (std::find(told.begin(), told.end(), one.why) != told.end()) continue;
        told.push_back(one.why);
        for (const UnusedGroup& other : effects.unused)
            if (other.why == one.why) names += (names.empty() ? "" : ", ") + other.name;
        notes.push_back({"effects_not_used", "Not used, " + one.why + ": " + names, {{"reason", one.code}}});
    }
    notes.insert(notes.end(), effects.notes.begin(), effects.notes.end());
    return notes;
}

}  // namespace fairlead::forecast
