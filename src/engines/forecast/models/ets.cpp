// Exponential smoothing: the estimation around the inner loops, and the forecasts with their variances.
#include "engines/forecast/models/ets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engines/forecast/models/ets_recursion.h"
#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/minimise.h"
#include "engines/forecast/numerics/scale.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// R's limits of the smoothing parameters and of the damping.
constexpr double smoothing_least = 1e-4, smoothing_most = 0.9999, damping_least = 0.8, damping_most = 0.98;
// The slope may follow the surprises this much where bounds are robust, per period of a season. A faster slope
// extrapolates the last few values: on 23,000 yearly series it costs 7 % of accuracy (measured).
constexpr double robust_beta_most = 0.2;
// Beyond this season the starting states come from the decomposition and are not estimated (R refuses such seasons).
constexpr int longest_estimated_season = 24;

// Memory for the fits of one series, reused from form to form.
struct Workspace {
    std::vector<EtsTrace> trace;
    std::vector<double> season, by_season, start, unit, x, lower, upper;
    Minimiser minimise;
};

// A series in units in which it is of order 1.
struct Scaled {
    std::vector<double> values;
    double unit = 1;
    bool positive = true;

    explicit Scaled(std::span<const double> original)
        : values(original.begin(), original.end()), unit(size_of(original)) {
        double least = infinity, most = 0;
        for (const double value : values) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
        for (double& value : values) value /= unit;
        // Ratios of values that differ ten thousandfold are noise, not growth.
        positive = least > 0 && least > 1e-4 * most;
    }
};

// Minimises over the free parameters of one form. Variables, each of order 1 and within its own bounds:
//   beta itself; a with alpha = beta + (1 - beta) a (so that beta <= alpha); g with gamma = (1 - alpha) g; phi;
//   level, slope and all seasonal states but the first as steps from the start in units of their own uncertainty.
template <EtsError E, EtsTrend T, EtsSeason S>
class Objective {
    using Recursion = EtsRecursion<E, T, S>;
    static constexpr bool seasonal = S != EtsSeason::none;

  public:
    Objective(const std::vector<double>& values, int m, Bounds bounds, Workspace& workspace)
        : values_(values),
          n_(static_cast<int>(values.size())),
          m_(seasonal ? m : 1),
          work_(workspace),
          beta_most_(bounds == Bounds::robust ? robust_beta_most / m_ : smoothing_most) {
        work_.trace.resize(values.size());
        work_.season.resize(m_);
        work_.by_season.resize(m_);
        free_seasons_ = seasonal && m_ <= longest_estimated_season ? m_ - 1 : 0;
    }

    // From `start` to the best parameters found (both scaled). Infinite where the start does not run.
    double run(EtsParameters& parameters, std::int64_t& evaluations) {
        start_ = parameters;
        const int count = lay_out();
        const Minimum found = minimise(*this, count, work_.x.data(), work_.lower.data(), work_.upper.data(),
                                       {1e-4 / n_, 300, 0.1}, work_.minimise);
        evaluations += found.evaluations;
        if (std::isfinite(found.value)) unpack(work_.x.data(), parameters);
        return found.value;
    }

    double value(const double* x) {
        unpack(x, now_);
        return forward(now_);
    }

    double forward(const EtsParameters& parameters) {
        point_ = {parameters.alpha, parameters.beta,  parameters.gamma,
                  parameters.phi,   parameters.level, parameters.slope};
        last_ = point_;
        if constexpr (seasonal) std::copy(parameters.season.begin(), parameters.season.end(), work_.season.begin());
        const double value =
            Recursion::forward(values_.data(), n_, m_, last_, work_.season.data(), work_.trace.data(), squares_);
        return value;
    }

    void backward(EtsPoint& by) {
        Recursion::backward(n_, m_, point_, squares_, work_.trace.data(), by, work_.by_season.data());
    }

    void gradient(const double* x, double* g) {
        EtsPoint by;
        backward(by);
        int at = 0;
        double by_alpha = by.alpha;
        if constexpr (seasonal) by_alpha -= x[gamma_at_] * by.gamma;
        g[at++] = (1 - now_.beta) * by_alpha;
        if constexpr (T != EtsTrend::none) g[at++] = by.beta + (1 - x[0]) * by_alpha;
        if constexpr (seasonal) g[at++] = (1 - now_.alpha) * by.gamma;
        if constexpr (T == EtsTrend::damped) g[at++] = by.phi;
        g[at] = by.level * work_.unit[at];
        ++at;
        if constexpr (T != EtsTrend::none) {
            g[at] = by.slope * work_.unit[at];
            ++at;
        }
        for (int j = 1; j <= free_seasons_; ++j, ++at)
            g[at] = (work_.by_season[j] - work_.by_season[0]) * work_.unit[at];
    }

    const EtsPoint& last() const { return last_; }
    double squares() const { return squares_; }

  private:
    int lay_out() {
        auto &x = work_.x, &lower = work_.lower, &upper = work_.upper, &unit = work_.unit;
        x.clear(), lower.clear(), upper.clear(), unit.clear();
        const auto add = [&](double value, double least, double most, double size) {
            x.push_back(value), lower.push_back(least), upper.push_back(most), unit.push_back(size);
        };
        const double beta = T == EtsTrend::none ? 0.0 : std::clamp(start_.beta, smoothing_least, beta_most_);
        const double alpha = std::clamp(start_.alpha, std::max(beta, smoothing_least), smoothing_most);
        add((alpha - beta) / (1 - beta), T == EtsTrend::none ? smoothing_least : 0.0, smoothing_most, 1);
        if constexpr (T != EtsTrend::none) add(beta, smoothing_least, beta_most_, 1);
        gamma_at_ = static_cast<int>(x.size());
        if constexpr (seasonal)
            add(std::clamp(start_.gamma / (1 - alpha), smoothing_least, smoothing_most), smoothing_least,
                smoothing_most, 1);
        if constexpr (T == EtsTrend::damped)
            add(std::clamp(start_.phi, damping_least, damping_most), damping_least, damping_most, 1);
        // The uncertainty of a starting state is about the deviation of the errors; the likelihood is per value.
        start_.alpha = alpha, start_.beta = beta;
        double size = 1;
        const double tried = forward(start_);
        if (std::isfinite(tried)) size = std::sqrt(squares_) + 1e-8;  // deviation times root of n
        const double level_size = E == EtsError::multiplicative ? size * std::max(std::abs(start_.level), 1e-3) : size;
        const double season_size = S == EtsSeason::multiplicative ? size : level_size;
        add(0, -infinity, infinity, level_size);
        if constexpr (T != EtsTrend::none) add(0, -infinity, infinity, 0.2 * level_size);
        for (int j = 1; j <= free_seasons_; ++j) {
            const double least = S == EtsSeason::multiplicative ? (1e-3 - start_.season[j]) / season_size : -infinity;
            add(0, std::min(least, 0.0), infinity, season_size);
        }
        if constexpr (seasonal) now_.season = start_.season;
        return static_cast<int>(x.size());
    }

    void unpack(const double* x, EtsParameters& to) const {
        int at = 1;
        to.beta = 0;
        if constexpr (T != EtsTrend::none) to.beta = x[at++];
        to.alpha = std::min(to.beta + (1 - to.beta) * x[0], smoothing_most);
        to.gamma = 0;
        if constexpr (seasonal) to.gamma = (1 - to.alpha) * x[at++];
        to.phi = 1;
        if constexpr (T == EtsTrend::damped) to.phi = x[at++];
        to.level = start_.level + x[at] * work_.unit[at];
        ++at;
        to.slope = 0;
        if constexpr (T != EtsTrend::none) {
            to.slope = start_.slope + x[at] * work_.unit[at];
            ++at;
        }
        if (free_seasons_ > 0) {
            double sum = S == EtsSeason::multiplicative ? m_ : 0.0;
            for (int j = 1; j <= free_seasons_; ++j, ++at) {
                to.season[j] = start_.season[j] + x[at] * work_.unit[at];
                sum -= to.season[j];
            }
            to.season[0] = sum;
        }
    }

    const std::vector<double>& values_;
    int n_, m_;
    Workspace& work_;
    double beta_most_;
    int free_seasons_ = 0, gamma_at_ = 0;
    EtsParameters start_, now_;
    EtsPoint point_, last_;
    double squares_ = 0;
};

// Calls `then.template operator()<E, T, S>()` for the form.
template <class Then>
auto with_form(const EtsForm& form, Then&& then) {
    const auto season = [&]<EtsError E, EtsTrend T>() {
        switch (form.season) {
            case EtsSeason::none:
                return then.template operator()<E, T, EtsSeason::none>();
            case EtsSeason::additive:
                return then.template operator()<E, T, EtsSeason::additive>();
            case EtsSeason::multiplicative:
                break;
        }
        return then.template operator()<E, T, EtsSeason::multiplicative>();
    };
    const auto trend = [&]<EtsError E>() {
        switch (form.trend) {
            case EtsTrend::none:
                return season.template operator()<E, EtsTrend::none>();
            case EtsTrend::additive:
                return season.template operator()<E, EtsTrend::additive>();
            case EtsTrend::damped:
                break;
        }
        return season.template operator()<E, EtsTrend::damped>();
    };
    return form.error == EtsError::additive ? trend.template operator()<EtsError::additive>()
                                            : trend.template operator()<EtsError::multiplicative>();
}

// Starting states as R's `ets` makes them: the season by decomposition (below three seasons: what is left beside a line
// and one wave), then mean or line of the first values without it. Empty season where it has no meaning.
EtsParameters start_states(const std::vector<double>& values, int m, const EtsForm& form) {
    EtsParameters start;
    const std::size_t n = values.size(), width = static_cast<std::size_t>(m);
    std::vector<double> free_of_season = values;
    if (form.season != EtsSeason::none) {
        const bool times = form.season == EtsSeason::multiplicative;
        start.season = seasonal_indices(values, m, times ? SeasonKind::multiplicative : SeasonKind::additive);
        if (start.season.empty()) return start;
        if (times)
            for (double& index : start.season) index = std::max(index, 0.01);
        for (std::size_t t = 0; t < n; ++t) {
            const double index = start.season[t % width];
            free_of_season[t] = times ? free_of_season[t] / index : free_of_season[t] - index;
        }
        if (times) {
            double sum = 0;
            for (const double index : start.season) sum += index;
            for (double& index : start.season) index *= m / sum;
        }
    }
    const std::size_t first =
        std::min<std::size_t>(std::max<std::size_t>(10, 2 * (form.season == EtsSeason::none ? 1 : width)), n);
    const std::span<const double> head(free_of_season.data(), first);
    if (form.trend == EtsTrend::none) {
        for (const double value : head) start.level += value / static_cast<double>(first);
    } else {
        const Line line = fit_line(head);
        start.level = line.start - line.slope;
        start.slope = line.slope;
    }
    return start;
}

double likelihood_of(double objective, std::size_t n, double unit) {
    const double count = static_cast<double>(n);
    return -0.5 * count * (std::log(2 * std::numbers::pi) + 1 + objective) - count * std::log(unit);
}

// The answer in the units of the series, from what the last forward pass left.
template <class Search>
EtsFit finish(const Search& search, const Workspace& workspace, const Scaled& scaled, int m, const EtsForm& form,
              const EtsParameters& parameters, double objective) {
    const double unit = scaled.unit;
    EtsFit fit;
    fit.form = form;
    fit.season_length = form.season == EtsSeason::none ? 1 : m;
    fit.parameters = parameters;
    fit.parameters.level *= unit;
    fit.parameters.slope *= unit;
    fit.level = search.last().level * unit;
    fit.slope = search.last().slope * unit;
    if (form.season != EtsSeason::none) fit.season = workspace.season;
    if (form.season == EtsSeason::additive) {
        for (double& state : fit.season) state *= unit;
        for (double& state : fit.parameters.season) state *= unit;
    }
    fit.count = scaled.values.size();
    const int spent = form.parameters(m) - 1, count = static_cast<int>(fit.count);
    const double error_unit = form.error == EtsError::additive ? unit : 1.0;
    fit.sigma2 = search.squares() / (count > spent ? count - spent : count) * error_unit * error_unit;
    fit.log_likelihood = likelihood_of(objective, fit.count, unit);
    fit.aicc = corrected_aic(fit.log_likelihood, form.parameters(m), fit.count);
    return fit;
}

bool possible(const Scaled& scaled, int m, const EtsForm& form) {
    const std::size_t n = scaled.values.size();
    if (form.season != EtsSeason::none && (m <= 1 || n < 2 * static_cast<std::size_t>(m))) return false;
    if (n < static_cast<std::size_t>(form.parameters(m)) + 2) return false;
    return form.error == EtsError::additive || scaled.positive;
}

// Estimates one form, from `start` where one is given and runs, else from the states of the decomposition. Not finite
// likelihood where nothing runs.
EtsFit estimate(const Scaled& scaled, int m, const EtsForm& form, Bounds bounds, Workspace& workspace,
                const EtsParameters* start) {
    return with_form(form, [&]<EtsError E, EtsTrend T, EtsSeason S>() {
        Objective<E, T, S> search(scaled.values, m, bounds, workspace);
        EtsParameters parameters;
        std::int64_t evaluations = 0;
        double objective = infinity;
        if (start) {
            parameters = *start;
            objective = search.run(parameters, evaluations);
        }
        if (!std::isfinite(objective)) {
            parameters = start_states(scaled.values, m, form);
            if (S == EtsSeason::none || !parameters.season.empty()) {
                parameters.alpha = S == EtsSeason::none ? 0.4 : 0.2;
                parameters.beta = 0.02;
                parameters.gamma = 0.05;
                parameters.phi = 0.96;
                objective = search.run(parameters, evaluations);
                if (!std::isfinite(objective)) {  // a falling line may start a relative error below zero
                    parameters.level = 0;
                    for (const double value : scaled.values)
                        parameters.level += value / static_cast<double>(scaled.values.size());
                    parameters.slope = 0;
                    objective = search.run(parameters, evaluations);
                }
            }
        }
        // A fast slope is a valley of its own.
        if (T != EtsTrend::none && bounds == Bounds::r_compatible && std::isfinite(objective)) {
            EtsParameters fast = start_states(scaled.values, m, form);
            fast.alpha = 0.9;
            fast.beta = 0.5;
            fast.gamma = 0.02;
            fast.phi = 0.9;
            if (const double other = search.run(fast, evaluations); other < objective) {
                objective = other;
                parameters = fast;
            }
        }
        EtsFit none;
        none.form = form;
        none.log_likelihood = -infinity;
        none.aicc = infinity;
        none.evaluations = evaluations;
        if (!std::isfinite(objective)) return none;
        objective = search.forward(parameters);
        EtsFit fit = finish(search, workspace, scaled, m, form, parameters, objective);
        fit.evaluations = evaluations;
        return fit;
    });
}

EtsParameters in_units(EtsParameters parameters, EtsSeason season, double unit) {
    parameters.level /= unit;
    parameters.slope /= unit;
    if (season == EtsSeason::additive)
        for (double& state : parameters.season) state /= unit;
    return parameters;
}

}  // namespace

std::string EtsForm::name() const {
    std::string name = error == EtsError::additive ? "A" : "M";
    name += trend == EtsTrend::none ? "N" : trend == EtsTrend::additive ? "A" : "Ad";
    name += season == EtsSeason::none ? "N" : season == EtsSeason::additive ? "A" : "M";
    return name;
}

std::string EtsForm::description() const {
    std::string words = trend == EtsTrend::none       ? "level"
                        : trend == EtsTrend::additive ? "linear trend"
                                                      : "damped trend";
    words += season == EtsSeason::none       ? ""
             : season == EtsSeason::additive ? ", additive season"
                                             : ", multiplicative season";
    words += error == EtsError::additive ? ", additive error" : ", multiplicative error";
    return words;
}

int EtsForm::parameters(int m) const {
    int count = 3;  // alpha, level, variance
    if (trend != EtsTrend::none) count += 2;
    if (trend == EtsTrend::damped) count += 1;
    if (season != EtsSeason::none) count += m;  // gamma and m - 1 states
    return count;
}

std::span<const EtsForm> ets_forms() {
    using enum EtsError;
    // Additive error before multiplicative, undamped before damped: each starts from what the one before found.
    static const std::vector<EtsForm> forms = [] {
        std::vector<EtsForm> list;
        for (const auto season : {EtsSeason::none, EtsSeason::additive, EtsSeason::multiplicative})
            for (const auto error : {additive, multiplicative})
                for (const auto trend : {EtsTrend::none, EtsTrend::additive, EtsTrend::damped})
                    if (season != EtsSeason::multiplicative || error == multiplicative)
                        list.push_back({error, trend, season});
        return list;
    }();
    return forms;
}

Result<EtsFit> fit_ets(std::span<const double> values, int m, const EtsForm& form, Bounds bounds) {
    const Scaled scaled(values);
    if (form.error == EtsError::multiplicative && !scaled.positive)
        return refuse(Why::invalid, "not_positive",
                      "A multiplicative error needs values above zero that are not far apart", "values");
    if (!possible(scaled, m, form))
        return refuse(Why::invalid, "too_short",
                      "ETS " + form.name() + " with a season of " + std::to_string(m) + " needs more than the " +
                          std::to_string(values.size()) + " values of the series",
                      "values");
    Workspace workspace;
    EtsFit fit = estimate(scaled, m, form, bounds, workspace, nullptr);
    if (!std::isfinite(fit.log_likelihood))
        return refuse(Why::invalid, "no_fit", "ETS " + form.name() + " cannot run on these values", "values");
    return fit;
}

std::vector<EtsFit> fit_all_ets(std::span<const double> values, int m, Bounds bounds) {
    const Scaled scaled(values);
    Workspace workspace;
    std::vector<EtsFit> fits;
    const auto found = [&](const EtsForm& form) -> const EtsFit* {
        for (const EtsFit& fit : fits)
            if (fit.form == form) return &fit;
        return nullptr;
    };
    for (const EtsForm& form : ets_forms()) {
        if (!possible(scaled, m, form)) continue;
        // A damped trend starts from the undamped one, a multiplicative error from the additive one.
        const EtsFit* before = nullptr;
        if (form.trend == EtsTrend::damped) before = found({form.error, EtsTrend::additive, form.season});
        if (!before && form.error == EtsError::multiplicative && form.season != EtsSeason::multiplicative)
            before = found({EtsError::additive, form.trend, form.season});
        EtsParameters start;
        if (before) {
            start = in_units(before->parameters, form.season, scaled.unit);
            if (form.trend == EtsTrend::damped && before->form.trend != EtsTrend::damped) start.phi = 0.96;
        }
        EtsFit fit = estimate(scaled, m, form, bounds, workspace, before ? &start : nullptr);
        if (std::isfinite(fit.log_likelihood)) fits.push_back(std::move(fit));
    }
    std::stable_sort(fits.begin(), fits.end(), [](const EtsFit& a, const EtsFit& b) { return a.aicc < b.aicc; });
    return fits;
}

EtsFit run_ets(std::span<const double> values, int m, const EtsForm& form, const EtsParameters& parameters) {
    const Scaled scaled(values);
    const EtsParameters start = in_units(parameters, form.season, scaled.unit);
    Workspace workspace;
    return with_form(form, [&]<EtsError E, EtsTrend T, EtsSeason S>() {
        Objective<E, T, S> search(scaled.values, m, Bounds::r_compatible, workspace);
        const double objective = search.forward(start);
        EtsFit fit = finish(search, workspace, scaled, m, form, start, objective);
        fit.evaluations = 1;
        return fit;
    });
}

double ets_objective(std::span<const double> values, int m, const EtsForm& form, const EtsParameters& parameters,
                     std::vector<double>* gradient) {
    const std::vector<double> copy(values.begin(), values.end());
    Workspace workspace;
    return with_form(form, [&]<EtsError E, EtsTrend T, EtsSeason S>() {
        Objective<E, T, S> search(copy, m, Bounds::r_compatible, workspace);
        const double objective = search.forward(parameters);
        if (gradient) {
            EtsPoint by;
            search.backward(by);
            *gradient = {by.alpha, by.beta, by.gamma, by.phi, by.level, by.slope};
            if (S != EtsSeason::none)
                gradient->insert(gradient->end(), workspace.by_season.begin(), workspace.by_season.end());
        }
        return objective;
    });
}

std::vector<double> fitted_ets(std::span<const double> values, const EtsFit& fit) {
    const auto& p = fit.parameters;
    const std::size_t m = static_cast<std::size_t>(fit.season_length);
    std::vector<double> fitted, season = p.season;
    double level = p.level, slope = p.slope;
    for (std::size_t t = 0; t < values.size(); ++t) {
        const double q = level + p.phi * slope, y = values[t];
        double f = q, surprise = y - q;
        if (fit.form.season == EtsSeason::additive) {
            f = q + season[t % m];
            surprise = y - f;
            season[t % m] += p.gamma * surprise;
        } else if (fit.form.season == EtsSeason::multiplicative) {
            const double s = season[t % m];
            f = q * s;
            surprise = q * (y / f - 1);
            season[t % m] = s + p.gamma * s * (y / f - 1);
        }
        level = q + p.alpha * surprise;
        slope = p.phi * slope + p.beta * surprise;
        fitted.push_back(f);
    }
    return fitted;
}

namespace {

// Means and variances of level-and-trend parts under relative errors that also move a season (class 3): the second
// moments of (level, slope) weighted by what the season gathers, in closed steps. With A(e) = F + e G and (1 + gamma e)
// at the steps where the season of the target period is updated, errors Gaussian with variance s2 (fourth moment 3
// s2^2):
//   E[(1 + c e)^2 A V A'] = (1 + c^2 s2) F V F' + 2 c s2 (F V G' + G V F') + (s2 + 3 c^2 s2^2) G V G'
//   E[(1 + c e) A x]      = F x + c s2 G x
struct Moments {
    double level = 0, slope = 0;               // E of the state times the gathered season
    double level2 = 0, cross = 0, slope2 = 0;  // E of its second moments times the square of the gathered season

    void step(const EtsParameters& p, double s2, double c) {
        // Row by row: level' = q (1 + alpha e), slope' = phi slope + beta q e, q = level + phi slope.
        const double phi = p.phi;
        const double q = level + phi * slope, q2 = level2 + 2 * phi * cross + phi * phi * slope2,
                     qs = phi * (cross + phi * slope2);  // q times F's slope
        const double s2s = phi * phi * slope2;
        const double one = 1 + c * c * s2, two = 2 * c * s2, three = s2 + 3 * c * c * s2 * s2;
        // F x = (q, phi slope); G x = (alpha q, beta q).
        level2 = q2 * (one + 2 * two * p.alpha + three * p.alpha * p.alpha);
        cross = qs * one + two * (q2 * p.beta + p.alpha * qs) + three * p.alpha * p.beta * q2;
        slope2 = s2s * one + 2 * two * p.beta * qs + three * p.beta * p.beta * q2;
        const double next_slope = phi * slope + c * s2 * p.beta * q;
        level = q * (1 + c * s2 * p.alpha);
        slope = next_slope;
    }
    double q2(double phi) const { return level2 + 2 * phi * cross + phi * phi * slope2; }
};

}  // namespace

void forecast_ets(const EtsFit& fit, int horizon, std::vector<double>& mean, std::vector<double>& variance) {
    const auto& p = fit.parameters;
    const std::size_t steps = static_cast<std::size_t>(horizon), m = static_cast<std::size_t>(fit.season_length),
                      n = fit.count;
    const double s2 = fit.sigma2;
    mean.resize(steps);
    variance.resize(steps);
    double damping = 0, power = 1;  // phi + phi^2 + ... + phi^h
    std::vector<double> trend(steps);
    for (std::size_t h = 0; h < steps; ++h) {
        power *= p.phi;
        damping += power;
        trend[h] = fit.level + damping * fit.slope;
        mean[h] = trend[h];
        if (fit.form.season == EtsSeason::additive) mean[h] += fit.season[(n + h) % m];
    }
    if (fit.form.season == EtsSeason::multiplicative) {
        for (std::size_t h = 0; h < steps; ++h) {
            Moments moments{fit.level, fit.slope, fit.level * fit.level, fit.level * fit.slope, fit.slope * fit.slope};
            for (std::size_t i = 0; i < h; ++i) moments.step(p, s2, i % m == h % m ? p.gamma : 0.0);
            const double s = fit.season[(n + h) % m], q = moments.level + p.phi * moments.slope;
            mean[h] = s * q;
            variance[h] = std::max(0.0, s * s * (moments.q2(p.phi) * (1 + s2) - q * q));
        }
        return;
    }
    // What an error moves the forecasts of later steps by.
    std::vector<double> moves(steps);
    damping = 0, power = 1;
    for (std::size_t j = 1; j < steps; ++j) {
        power *= p.phi;
        damping += power;
        moves[j] = p.alpha + p.beta * damping + (fit.form.season == EtsSeason::additive && j % m == 0 ? p.gamma : 0.0);
    }
    if (fit.form.error == EtsError::additive) {
        double sum = 1;
        for (std::size_t h = 0; h < steps; ++h) {
            if (h > 0) sum += moves[h] * moves[h];
            variance[h] = s2 * sum;
        }
        return;
    }
    std::vector<double> second(steps);  // E of the square of the forecast before its own error
    for (std::size_t h = 0; h < steps; ++h) {
        second[h] = mean[h] * mean[h];
        for (std::size_t j = 1; j <= h; ++j) second[h] += s2 * moves[j] * moves[j] * second[h - j];
        variance[h] = std::max(0.0, (1 + s2) * second[h] - mean[h] * mean[h]);
    }
}

}  // namespace fairlead::forecast
