// ARIMA: estimation, the search for orders, forecasts.
#include "engines/forecast/models/arima.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/difference.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/minimise.h"
#include "engines/forecast/numerics/scale.h"

namespace fairlead::forecast {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double partial_most = 0.999;  // bound of the search
constexpr double partial_edge = 0.99;   // beyond: a root within about 1 % of the unit circle
constexpr int order_most = 5, seasonal_order_most = 2;
constexpr double seasonal_threshold = 0.64;  // as R's `nsdiffs`
constexpr std::size_t models_most = 94;
// Two steps in a row that gain less in -2 log likelihood end an estimate: of the candidates of the search, of the
// answer.
constexpr double coarse = 1e-3, fine = 1e-5;

std::vector<double> differenced(std::span<const double> values, int m, const ArimaOrder& order) {
    std::vector<double> w(values.begin(), values.end());
    for (int i = 0; i < order.seasonal_d; ++i) w = difference(w, m);
    for (int i = 0; i < order.d; ++i) w = difference(w, 1);
    return w;
}

// The differenced series and regressors in units of order 1; the first column is that of a constant.
struct Problem {
    std::vector<double> w;
    double unit = 1;
    std::vector<std::vector<double>> columns;  // of ones, then the regressors that vary
    std::vector<std::size_t> which;            // the regressor of each column behind the first
    std::vector<double> units;                 // of these

    Problem(std::span<const double> values, int m, const ArimaOrder& order, Columns regressors)
        : w(differenced(values, m, order)) {
        unit = size_of(w);
        for (double& value : w) value /= unit;
        columns.emplace_back(w.size(), 1.0);
        for (std::size_t at = 0; at < regressors.size(); ++at) {
            std::vector<double> column = differenced({regressors[at].data(), values.size()}, m, order);
            const double size = size_of(column);
            const auto [least, most] = std::minmax_element(column.begin(), column.end());
            if (column.empty() || *most - *least <= 1e-9 * size) continue;
            for (double& value : column) value /= size;
            columns.push_back(std::move(column));
            which.push_back(at);
            units.push_back(size);
        }
    }
    Columns used(bool constant) const { return Columns(columns).subspan(constant ? 0 : 1); }
    bool dependent() const {
        return columns.size() > 1 && w.size() > columns.size() && least_squares(columns, w).empty();
    }
};

// The series less its regression, or (turned) with it.
void add_effects(std::vector<double>& to, const ArimaFit& fit, Columns regressors, std::size_t from, double sign) {
    for (std::size_t at = 0; at < fit.effects.size(); ++at)
        for (std::size_t t = 0; t < to.size(); ++t) to[t] += sign * fit.effects[at] * regressors[at][from + t];
}

Refused dependent_regressors() {
    return refuse(Why::invalid, "dependent_regressors", "One of the regressors follows from the others; leave one out",
                  "regressors");
}

// The likelihood as a function of the partial autocorrelations of the four factors; gradient by differences, which are
// run beside the value.
class Objective {
  public:
    Objective(const Problem& problem, int m, const ArimaOrder& order, ArmaFilter& filter)
        : problem_(problem),
          columns_(problem.used(order.constant)),
          filter_(filter),
          variables_(order.p + order.q + order.seasonal_p + order.seasonal_q) {
        Arma arma;
        arma.m = m;
        arma.ar.resize(order.p);
        arma.ma.resize(order.q);
        arma.seasonal_ar.resize(order.seasonal_p);
        arma.seasonal_ma.resize(order.seasonal_q);
        models_.assign(static_cast<std::size_t>(variables_) + 1, arma);
        objectives_.resize(models_.size());
    }

    static void unpack(const double* x, Arma& arma) {
        for (auto* part : {&arma.ar, &arma.ma, &arma.seasonal_ar, &arma.seasonal_ma}) {
            coefficients_of({x, part->size()}, *part);
            x += part->size();
        }
        // The moving average is 1 + theta B: its partials are those of -theta.
        for (auto* part : {&arma.ma, &arma.seasonal_ma})
            for (double& c : *part) c = -c;
    }

    double value(const double* x) {
        unpack(x, models_[0]);
        moved_.assign(x, x + variables_);
        for (int i = 0; i < variables_; ++i) {
            moved_[i] = x[i] + step(x[i]);
            unpack(moved_.data(), models_[static_cast<std::size_t>(i) + 1]);
            moved_[i] = x[i];
        }
        filter_.run_many(problem_.w, models_, columns_, objectives_);
        evaluations += variables_ + 1;
        return objectives_[0];
    }
    void gradient(const double* x, double* g) const {
        for (int i = 0; i < variables_; ++i)
            g[i] = (objectives_[static_cast<std::size_t>(i) + 1] - objectives_[0]) / step(x[i]);
    }

    // At the end: the filter is left with its run.
    ArmaLikelihood run(const double* x) {
        unpack(x, models_[0]);
        ++evaluations;
        return filter_.run(problem_.w, models_[0], columns_);
    }
    const Arma& arma() const { return models_[0]; }
    std::int64_t evaluations = 0;

  private:
    static double step(double x) { return x > 0 ? -1e-6 : 1e-6; }  // towards the middle, never over a bound

    const Problem& problem_;
    Columns columns_;
    ArmaFilter& filter_;
    int variables_;
    std::vector<Arma> models_;
    std::vector<double> objectives_, moved_;
};

struct Estimate {
    ArimaFit fit;
    std::vector<double> partials;  // p, q, P, Q
};

// A start from another model's partials, new ones at a tenth.
std::vector<double> start_from(const ArimaOrder& order, const Estimate* other) {
    std::vector<double> x;
    const int counts[] = {order.p, order.q, order.seasonal_p, order.seasonal_q};
    int before[4] = {0, 0, 0, 0};
    if (other) {
        const ArimaOrder& o = other->fit.order;
        before[0] = o.p, before[1] = o.q, before[2] = o.seasonal_p, before[3] = o.seasonal_q;
    }
    std::size_t offset = 0;
    for (int part = 0; part < 4; ++part) {
        for (int i = 0; i < counts[part]; ++i) {
            // A little apart: equal factors on both sides cancel, and the likelihood is flat there.
            double start = part % 2 == 0 ? 0.1 : 0.15;
            if (i < before[part]) start = std::clamp(other->partials[offset + i], -0.9, 0.9);
            x.push_back(start);
        }
        offset += before[part];
    }
    return x;
}

// With an AICc that reaches `useful` only, or told to be beyond it before it is all found.
Estimate estimate(const Problem& problem, int m, const ArimaOrder& order, std::size_t regressors, const Estimate* from,
                  double tolerance, double useful, ArmaFilter& filter, Minimiser& workspace) {
    Estimate result;
    ArimaFit& fit = result.fit;
    fit.order = order;
    fit.effects.assign(regressors, 0.0);
    const std::size_t n = problem.w.size();
    const double count = static_cast<double>(n), unit = problem.unit;
    result.partials = start_from(order, from);
    Objective objective(problem, m, order, filter);
    const int free = static_cast<int>(result.partials.size());
    const std::vector<double> lower(result.partials.size(), -partial_most), upper(result.partials.size(), partial_most);
    const int parameters = order.parameters() + static_cast<int>(problem.which.size());
    const double constants = std::log(2 * std::numbers::pi) + 1 + 2 * std::log(unit),
                 useful_value = (useful - corrected_aic(0, parameters, n)) / count - constants;
    const Minimum found = minimise(objective, free, result.partials.data(), lower.data(), upper.data(),
                                   {tolerance / count, 100, 0.1, useful_value}, workspace);
    const ArmaLikelihood likelihood = objective.run(result.partials.data());
    const double least = likelihood.objective;
    fit.evaluations = objective.evaluations;
    fit.arma = objective.arma();
    if (!std::isfinite(found.value) || !std::isfinite(least)) {
        fit.log_likelihood = -infinity;
        fit.aicc = infinity;
        return result;
    }
    const std::vector<double>& coefficients = filter.coefficients();
    if (order.constant) fit.constant = coefficients[0] * unit;
    for (std::size_t at = 0; at < problem.which.size(); ++at)
        fit.effects[problem.which[at]] = coefficients[at + (order.constant ? 1 : 0)] * unit / problem.units[at];
    const double spent = parameters - 1;
    fit.sigma2 = likelihood.squares * unit * unit / std::max(count - spent, 1.0);
    fit.log_likelihood = -0.5 * count * (std::log(2 * std::numbers::pi) + 1 + least) - count * std::log(unit);
    fit.aicc = corrected_aic(fit.log_likelihood, parameters, n);
    for (const double partial : result.partials)
        fit.near_the_edge = fit.near_the_edge || std::abs(partial) > partial_edge;
    return result;
}

}  // namespace

std::string ArimaOrder::name(int m) const {
    std::string name = "ARIMA(" + std::to_string(p) + "," + std::to_string(d) + "," + std::to_string(q) + ")";
    if (seasonal_p + seasonal_d + seasonal_q > 0)
        name += "(" + std::to_string(seasonal_p) + "," + std::to_string(seasonal_d) + "," + std::to_string(seasonal_q) +
                ")[" + std::to_string(m) + "]";
    if (constant) name += d + seasonal_d == 0 ? " with mean" : " with drift";
    return name;
}

Result<ArimaFit> fit_arima(std::span<const double> values, int m, const ArimaOrder& order, Columns regressors) {
    const std::size_t lost =
        static_cast<std::size_t>(order.d) + static_cast<std::size_t>(m) * static_cast<std::size_t>(order.seasonal_d);
    if (values.size() < lost + static_cast<std::size_t>(order.parameters()) + regressors.size() + 2)
        return refuse(Why::invalid, "too_short",
                      order.name(m) + " needs more than the " + std::to_string(values.size()) + " values of the series",
                      "values");
    const Problem problem(values, m, order, regressors);
    if (problem.dependent()) return dependent_regressors();
    ArmaFilter filter;
    Minimiser workspace;
    ArimaFit fit = estimate(problem, m, order, regressors.size(), nullptr, fine, infinity, filter, workspace).fit;
    if (!std::isfinite(fit.log_likelihood))
        return refuse(Why::invalid, "no_fit", order.name(m) + " cannot be fitted to these values", "values");
    return fit;
}

Result<ArimaFit> search_arima(std::span<const double> values, int m, Columns regressors) {
    if (!regressors.empty() && values.size() < regressors.size() + static_cast<std::size_t>(m > 1 ? m : 0) + 10)
        return refuse(Why::invalid, "too_short",
                      "The series is too short for " + std::to_string(regressors.size()) + " regressors", "regressors");
    // How often to difference is asked of what ordinary least squares leaves.
    std::vector<double> w(values.begin(), values.end());
    if (!regressors.empty()) {
        const Problem levels(values, m, {}, regressors);
        const std::vector<double> coefficients = least_squares(levels.columns, levels.w);
        if (coefficients.empty()) return dependent_regressors();
        for (std::size_t c = 1; c < levels.columns.size(); ++c)
            for (std::size_t t = 0; t < w.size(); ++t) w[t] -= coefficients[c] * levels.columns[c][t] * levels.unit;
    }
    ArimaOrder base;
    if (m > 1 && values.size() > 2 * static_cast<std::size_t>(m) && seasonal_strength(w, m) > seasonal_threshold) {
        base.seasonal_d = 1;
        w = difference(w, m);
    }
    base.d = plain_differences(w, 2);
    if (base.d + base.seasonal_d > 2) base.d = 1;
    const bool may_have_constant = base.d + base.seasonal_d <= 1;
    base.constant = may_have_constant;
    const Problem problem(values, m, base, regressors);
    if (problem.dependent()) return dependent_regressors();

    const int n = static_cast<int>(values.size());
    const int p_most = std::min({order_most, n / 3, m > 1 ? m - 1 : order_most}), q_most = p_most;
    const int seasonal_most = m > 1 ? std::min(seasonal_order_most, n / 3 / m) : 0;
    ArmaFilter filter;
    Minimiser workspace;
    std::vector<Estimate> tried;
    std::size_t best = 0;
    // Tries a model unless it was tried; true where it is the best so far.
    const auto better = [&](const ArimaOrder& order) {
        for (const Estimate& other : tried)
            if (other.fit.order == order) return false;
        if (tried.size() >= models_most) return false;
        if (order.p < 0 || order.q < 0 || order.seasonal_p < 0 || order.seasonal_q < 0) return false;
        if (order.p > p_most || order.q > q_most || order.seasonal_p > seasonal_most ||
            order.seasonal_q > seasonal_most)
            return false;
        if (problem.w.size() < static_cast<std::size_t>(order.parameters()) + problem.which.size() + 2 &&
            order.parameters() > 1)
            return false;
        tried.push_back(estimate(problem, m, order, regressors.size(), tried.empty() ? nullptr : &tried[best], coarse, tried.empty() ? infinity : tried[best].fit.aicc,
                                 filter, workspace));
        ArimaFit& fit = tried.back().fit;
        if (fit.near_the_edge) fit.aicc = infinity;
        if (tried.size() == 1) return true;
        if (!(fit.aicc < tried[best].fit.aicc)) return false;
        best = tried.size() - 1;
        return true;
    };
    const auto with = [&](int p, int q, int seasonal_p, int seasonal_q, bool constant) {
        ArimaOrder order = base;
        order.p = p, order.q = q, order.seasonal_p = seasonal_p, order.seasonal_q = seasonal_q,
        order.constant = constant;
        return order;
    };
    const int two = n < 10 ? 1 : 2, one_season = seasonal_most > 0 && n >= 10 ? 1 : 0;
    better(with(0, 0, 0, 0, false));
    if (may_have_constant) better(with(0, 0, 0, 0, true));
    better(with(std::min(1, p_most), 0, one_season, 0, may_have_constant));
    better(with(0, std::min(1, q_most), 0, one_season, may_have_constant));
    better(with(std::min(two, p_most), std::min(two, q_most), one_season, one_season, may_have_constant));
    struct Move {
        int p, q, seasonal_p, seasonal_q;
    };
    // R's order of the neighbours.
    constexpr Move moves[] = {{0, 0, -1, 0},  {0, 0, 0, -1}, {0, 0, 1, 0},  {0, 0, 0, 1},
                              {0, 0, -1, -1}, {0, 0, -1, 1}, {0, 0, 1, -1}, {0, 0, 1, 1},
                              {-1, 0, 0, 0},  {0, -1, 0, 0}, {1, 0, 0, 0},  {0, 1, 0, 0},
                              {-1, -1, 0, 0}, {-1, 1, 0, 0}, {1, -1, 0, 0}, {1, 1, 0, 0}};
    for (bool moved = true; moved;) {
        moved = false;
        const ArimaOrder here = tried[best].fit.order;
        for (const Move& move : moves) {
            moved = better(with(here.p + move.p, here.q + move.q, here.seasonal_p + move.seasonal_p,
                                here.seasonal_q + move.seasonal_q, here.constant));
            if (moved) break;
        }
        if (!moved && may_have_constant)
            moved = better(with(here.p, here.q, here.seasonal_p, here.seasonal_q, !here.constant));
    }
    Estimate polished =
        estimate(problem, m, tried[best].fit.order, regressors.size(), &tried[best], fine, infinity, filter, workspace);
    ArimaFit found =
        polished.fit.aicc < tried[best].fit.aicc && !polished.fit.near_the_edge ? polished.fit : tried[best].fit;
    found.evaluations = polished.fit.evaluations;
    for (const Estimate& other : tried) found.evaluations += other.fit.evaluations;
    return found;
}

void forecast_arima(std::span<const double> values, int m, const ArimaFit& fit, int horizon, std::vector<double>& mean,
                    std::vector<double>& variance, Columns regressors) {
    const ArimaOrder& order = fit.order;
    std::vector<double> rest(values.begin(), values.end());
    add_effects(rest, fit, regressors, 0, -1);
    const std::vector<double> w = differenced(rest, m, order);
    const double unit = size_of(w);
    std::vector<double> scaled(w);
    for (double& value : scaled) value = (value - fit.constant) / unit;
    ArmaFilter filter;
    filter.run(scaled, fit.arma);
    std::vector<double> path = filter.forecast(horizon);
    for (double& value : path) value = value * unit + fit.constant;
    // Sum up again, the last difference first.
    std::vector<std::vector<double>> levels{rest};
    std::vector<int> lags(static_cast<std::size_t>(order.seasonal_d), m);
    lags.insert(lags.end(), static_cast<std::size_t>(order.d), 1);
    for (const int lag : lags) levels.push_back(difference(levels.back(), lag));
    for (std::size_t at = lags.size(); at-- > 0;) {
        std::vector<double>& level = levels[at];
        const std::size_t lag = static_cast<std::size_t>(lags[at]);
        for (double& value : path) {
            value += level[level.size() - lag];
            level.push_back(value);
        }
    }
    add_effects(path, fit, regressors, values.size(), 1);
    mean = path;
    // The state before the next value has the covariance P and carries that value's own error; the errors after it come
    // in by the weights of the model. `rows` are what the state adds to the later differences, `weights` what an error
    // does.
    const std::size_t steps = static_cast<std::size_t>(horizon);
    const std::vector<double> p = filter.covariance(w.size(), fit.arma);
    const std::size_t r = static_cast<std::size_t>(filter.states());
    std::vector<std::vector<double>> rows;
    std::vector<double> row(r, 0.0), weights(steps, 0.0);
    row[0] = 1;
    for (std::size_t h = 0; h < steps; ++h) {
        rows.push_back(row);
        weights[h] = row[0];
        for (std::size_t j = 1; j < r && j <= filter.theta().size(); ++j) weights[h] += row[j] * filter.theta()[j - 1];
        filter.step_row(row);
    }
    // Summed up as the differences are.
    for (const int lag : lags) {
        const std::size_t back = static_cast<std::size_t>(lag);
        for (std::size_t h = back; h < steps; ++h) {
            weights[h] += weights[h - back];
            for (std::size_t i = 0; i < r; ++i) rows[h][i] += rows[h - back][i];
        }
    }
    variance.resize(steps);
    double later = 0;
    for (std::size_t h = 0; h < steps; ++h) {
        double own = 0;
        for (std::size_t i = 0; i < r; ++i) {
            double part = 0;
            for (std::size_t j = 0; j < r; ++j) part += rows[h][j] * p[i * r + j];
            own += rows[h][i] * part;
        }
        variance[h] = fit.sigma2 * std::max(own + later, 0.0);
        later += weights[h] * weights[h];
    }
}

std::vector<double> fitted_arima(std::span<const double> values, int m, const ArimaFit& fit, Columns regressors) {
    std::vector<double> rest(values.begin(), values.end());
    add_effects(rest, fit, regressors, 0, -1);
    std::vector<double> w = differenced(rest, m, fit.order);
    const double unit = size_of(w);
    for (double& value : w) value = (value - fit.constant) / unit;
    ArmaFilter filter;
    filter.run(w, fit.arma);
    const auto errors = filter.errors();
    std::vector<double> fitted(values.size(), std::numeric_limits<double>::quiet_NaN());
    const std::size_t lost = values.size() - w.size();
    for (std::size_t t = 0; t < w.size(); ++t) fitted[lost + t] = values[lost + t] - errors[t] * unit;
    return fitted;
}

namespace {

Result<Fit> automatic(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "ARIMA", 5));
    FAIRLEAD_TRY(check_regressors(question));
    FAIRLEAD_ASSIGN(const ArimaFit found, search_arima(question.values, question.season, question.regressors));
    Fit fit;
    std::vector<double> variance;
    forecast_arima(question.values, question.season, found, question.horizon, fit.mean, variance, question.regressors);
    for (const double value : variance) fit.deviation.push_back(std::sqrt(value));
    if (question.with_fitted) fit.fitted = fitted_arima(question.values, question.season, found, question.regressors);
    fit.log_likelihood = found.log_likelihood;
    fit.aicc = found.aicc;
    fit.parameters = found.order.parameters() + static_cast<int>(found.effects.size());
    fit.evaluations = found.evaluations;
    fit.description = found.order.name(question.season);
    if (!found.effects.empty())
        fit.description +=
            ", " + std::to_string(found.effects.size()) + (found.effects.size() == 1 ? " regressor" : " regressors");
    const auto put = [&](const char* name, const std::vector<double>& coefficients) {
        for (std::size_t i = 0; i < coefficients.size(); ++i)
            fit.numbers[name + std::to_string(i + 1)] = coefficients[i];
    };
    put("ar", found.arma.ar);
    put("ma", found.arma.ma);
    put("seasonal_ar", found.arma.seasonal_ar);
    put("seasonal_ma", found.arma.seasonal_ma);
    put("effect", found.effects);
    if (found.order.constant) fit.numbers["constant"] = found.constant;
    fit.numbers["sigma2"] = found.sigma2;
    return fit;
}

constexpr Model family[] = {{"arima", "ARIMA, orders searched", at_least<5>, automatic, true, 100, true}};

}  // namespace

std::span<const Model> arima_family() {
    return family;
}

}  // namespace fairlead::forecast
