// Exponential smoothing: the estimation around the inner loops, and the forecasts with their variances.
#include "engines/forecast/models/ets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <tuple>

#include "engines/forecast/models/ets_kernel.h"
#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/lockstep.h"
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

bool possible(const Scaled& scaled, int m, const EtsForm& form) {
    const std::size_t n = scaled.values.size();
    if (form.season != EtsSeason::none && (m <= 1 || n < 2 * static_cast<std::size_t>(m))) return false;
    if (n < static_cast<std::size_t>(form.parameters(m)) + 2) return false;
    return form.error == EtsError::additive || scaled.positive;
}

struct Job {
    std::size_t series = 0;
    std::optional<EtsParameters> start{};  // scaled; else from the states of the decomposition
};

// The searches of one form and season, in the lanes of its kernel. Minimises over the free parameters. Variables, each
// of order 1 and within its own bounds:
//   beta itself; a with alpha = beta + (1 - beta) a (so that beta <= alpha); g with gamma = (1 - alpha) g; phi;
//   level, slope and all seasonal states but the first as steps from the start in units of their own uncertainty.
class Searches {
  public:
    Searches(std::span<const Scaled> series, std::vector<Job> jobs, int m, const EtsForm& form, Bounds bounds,
             std::span<std::vector<EtsFit>> fits)
        : series_(series),
          jobs_(std::move(jobs)),
          seasonal_(form.season != EtsSeason::none),
          m_(seasonal_ ? m : 1),
          form_(form),
          bounds_(bounds),
          beta_most_(bounds == Bounds::robust ? robust_beta_most / m_ : smoothing_most),
          free_seasons_(seasonal_ && m_ <= longest_estimated_season ? m_ - 1 : 0),
          fits_(fits),
          kernel_(ets_kernel(form, jobs_.size())) {
        const auto count = [&](const Job& job) { return series_[job.series].values.size(); };
        // Series of about the same length beside each other.
        std::stable_sort(jobs_.begin(), jobs_.end(), [&](const Job& a, const Job& b) { return count(a) > count(b); });
        const std::size_t values = count(jobs_.front()) * lanes(), width = static_cast<std::size_t>(m_) * lanes(),
                          all = (1 + ets_trace_most) * values + 3 * width;
        rows_.need(all);
        double* at = rows_.data();
        std::fill(at, at + all, 0.0);
        run_.values = values_ = at;
        run_.trace = at += values;
        run_.first_season = first_season_ = at += ets_trace_most * values;
        run_.season = at += width;
        run_.by_season = at + width;
        run_.m = m_;
    }
    void search() { search_in_lanes(*this, kernel_.lanes); }

    Stage take(int lane, Minimiser&) {
        Lane& at = lanes_[lane];
        while (next_ < jobs_.size()) {
            at.job = &jobs_[next_++];
            at.found = at.fast = false;
            at.evaluations = 0;
            at.attempt = at.job->start ? 0 : 1;
            const Stage stage = attempt(at);
            if (stage == Stage::idle) continue;
            load(lane);
            return stage;
        }
        at.count = 0;
        measure();
        return Stage::idle;
    }

    void place(int lane, const double* x) {
        Lane& at = lanes_[lane];
        if (x != nullptr) unpack(at, x);
        const EtsParameters& now = x != nullptr ? at.now : at.start;
        run_.start.alpha[lane] = now.alpha;
        run_.start.beta[lane] = now.beta;
        run_.start.gamma[lane] = now.gamma;
        run_.start.phi[lane] = now.phi;
        run_.start.level[lane] = now.level;
        run_.start.slope[lane] = now.slope;
        for (std::size_t j = 0; seasonal_ && j < now.season.size(); ++j) first_season_[j * lanes() + lane] = now.season[j];
    }

    void forward() {
        steps_ = run_.most;
        kernel_.forward(run_);
    }
    void backward() {
        for (int lane = 0; lane < kernel_.lanes; ++lane) {
            const double count = lanes_[lane].count;
            run_.weight[lane] = count > 0 ? 2.0 / (run_.squares[lane] + count * ets_floor) : 0.0;
            run_.log_weight[lane] = count > 0 ? 2.0 / count : 0.0;
        }
        kernel_.backward(run_);
    }

    double value(int lane) const {
        const double n = lanes_[lane].count;
        double value = std::log(run_.squares[lane] / n + ets_floor);
        if (form_.error == EtsError::additive) return value;
        if (!(run_.least_forecast[lane] > 1e-8)) return infinity;  // a relative error has no meaning
        const double exponent = static_cast<double>(run_.exponent[lane] - std::int64_t{1023} * steps_);
        return value + 2.0 / n * (exponent * std::numbers::ln2 + std::log(run_.product[lane]));
    }

    bool begin(int lane, Minimiser& search) {
        Lane& at = lanes_[lane];
        // The uncertainty of a starting state is about the deviation of the errors; the likelihood is per value.
        double size = 1;
        if (std::isfinite(value(lane))) size = std::sqrt(run_.squares[lane]) + 1e-8;  // deviation times root of n
        const bool relative = form_.error == EtsError::multiplicative, times = form_.season == EtsSeason::multiplicative;
        const double level_size = relative ? size * std::max(std::abs(at.start.level), 1e-3) : size;
        const double season_size = times ? size : level_size;
        int count = 0;
        const auto add = [&](double value, double least, double most, double unit) {
            at.x[count] = value, at.lower[count] = least, at.upper[count] = most, at.unit[count] = unit, ++count;
        };
        const double alpha = at.start.alpha, beta = at.start.beta;
        add((alpha - beta) / (1 - beta), trended() ? 0.0 : smoothing_least, smoothing_most, 1);
        if (trended()) add(beta, smoothing_least, beta_most_, 1);
        if (seasonal_)
            add(std::clamp(at.start.gamma / (1 - alpha), smoothing_least, smoothing_most), smoothing_least,
                smoothing_most, 1);
        if (damped()) add(std::clamp(at.start.phi, damping_least, damping_most), damping_least, damping_most, 1);
        add(0, -infinity, infinity, level_size);
        if (trended()) add(0, -infinity, infinity, 0.2 * level_size);
        for (int j = 1; j <= free_seasons_; ++j)
            add(0, times ? std::min((1e-3 - at.start.season[j]) / season_size, 0.0) : -infinity, infinity, season_size);
        at.now.season = at.start.season;
        search.begin(count, at.x, at.lower, at.upper, {1e-4 / at.count, 300, 0.1});
        return true;
    }

    void gradient(int lane, double* g) const {
        const Lane& at = lanes_[lane];
        const EtsPoint& by = run_.by;
        int to = 0;
        double by_alpha = by.alpha[lane];
        if (seasonal_) by_alpha -= at.tried_gamma * by.gamma[lane];
        g[to++] = (1 - at.now.beta) * by_alpha;
        if (trended()) g[to++] = by.beta[lane] + (1 - at.tried_alpha) * by_alpha;
        if (seasonal_) g[to++] = (1 - at.now.alpha) * by.gamma[lane];
        if (damped()) g[to++] = by.phi[lane];
        g[to] = by.level[lane] * at.unit[to];
        ++to;
        if (trended()) {
            g[to] = by.slope[lane] * at.unit[to];
            ++to;
        }
        for (int j = 1; j <= free_seasons_; ++j, ++to)
            g[to] = (run_.by_season[static_cast<std::size_t>(j) * lanes() + lane] - run_.by_season[lane]) * at.unit[to];
    }

    Stage finish(int lane, Minimiser& search, bool runs) {
        Lane& at = lanes_[lane];
        at.evaluations += search.found().evaluations;
        if (runs && (!at.found || search.found().value < at.value)) {
            at.found = true;
            at.value = search.found().value;
            at.fit = fit(lane);
        }
        Stage next = Stage::idle;
        if (at.found) {
            // A fast slope is a valley of its own.
            if (trended() && bounds_ == Bounds::r_compatible && !at.fast) at.attempt = 3, next = attempt(at);
        } else if (at.attempt < 2) {
            ++at.attempt, next = attempt(at);
        }
        if (next == Stage::idle && at.found) {
            at.fit.evaluations = at.evaluations;
            fits_[at.job->series].push_back(std::move(at.fit));
        }
        return next;
    }

    // One run of the only series with given parameters (scaled), without a search.
    EtsFit run(const EtsParameters& parameters) {
        place_all(parameters);
        EtsFit found = fit(0);
        found.evaluations = 1;
        return found;
    }
    double run(const EtsParameters& parameters, std::vector<double>* gradient) {
        place_all(parameters);
        if (gradient) {
            backward();
            const EtsPoint& by = run_.by;
            *gradient = {by.alpha[0], by.beta[0], by.gamma[0], by.phi[0], by.level[0], by.slope[0]};
            if (seasonal_) gradient->insert(gradient->end(), run_.by_season, run_.by_season + m_);
        }
        return value(0);
    }

  private:
    static constexpr int most_variables = 6 + longest_estimated_season;
    struct Lane {
        const Job* job = nullptr;
        int count = 0, attempt = 0;
        bool found = false, fast = false;
        double value = 0;
        std::int64_t evaluations = 0;
        EtsParameters start, now;
        double tried_alpha = 0, tried_gamma = 0;  // variables behind alpha and gamma
        double x[most_variables], lower[most_variables], upper[most_variables], unit[most_variables];
        EtsFit fit;
    };

    std::size_t lanes() const { return static_cast<std::size_t>(kernel_.lanes); }
    const Scaled& scaled(const Lane& at) const { return series_[at.job->series]; }
    bool trended() const { return form_.trend != EtsTrend::none; }
    bool damped() const { return form_.trend == EtsTrend::damped; }

    void load(int lane) {
        Lane& at = lanes_[lane];
        const std::vector<double>& values = scaled(at).values;
        at.count = static_cast<int>(values.size());
        run_.count[lane] = at.count;
        measure();
        for (std::size_t t = 0; t < values.size(); ++t) values_[t * lanes() + lane] = values[t];
    }

    void measure() { std::tie(run_.least, run_.most) = extent(lanes_); }

    // Starts in turn until one runs: 0 what was given, 1 the decomposition's states, 2 without their slope; 3 a fast one
    // besides.
    Stage attempt(Lane& at) {
        EtsParameters& start = at.start;
        if (at.attempt == 0) start = *at.job->start;
        if (at.attempt == 1 || at.attempt == 3) {
            start = start_states(scaled(at).values, m_, form_);
            if (seasonal_ && start.season.empty()) return Stage::idle;
            start.alpha = seasonal_ ? 0.2 : 0.4;
            start.beta = 0.02;
            start.gamma = 0.05;
            start.phi = 0.96;
        }
        if (at.attempt == 2) {  // a falling line may start a relative error below zero
            start.level = 0;
            for (const double value : scaled(at).values)
                start.level += value / static_cast<double>(scaled(at).values.size());
            start.slope = 0;
        }
        if (at.attempt == 3) {
            at.fast = true;
            start.alpha = 0.9;
            start.beta = 0.5;
            start.gamma = 0.02;
            start.phi = 0.9;
        }
        start.beta = trended() ? std::clamp(start.beta, smoothing_least, beta_most_) : 0.0;
        start.alpha = std::clamp(start.alpha, std::max(start.beta, smoothing_least), smoothing_most);
        return Stage::start;
    }

    void unpack(Lane& at, const double* x) const {
        EtsParameters& to = at.now;
        int from = 1;
        to.beta = trended() ? x[from++] : 0.0;
        to.alpha = std::min(to.beta + (1 - to.beta) * x[0], smoothing_most);
        at.tried_alpha = x[0];
        to.gamma = 0;
        if (seasonal_) {
            at.tried_gamma = x[from++];
            to.gamma = (1 - to.alpha) * at.tried_gamma;
        }
        to.phi = damped() ? x[from++] : 1.0;
        to.level = at.start.level + x[from] * at.unit[from];
        ++from;
        to.slope = 0;
        if (trended()) {
            to.slope = at.start.slope + x[from] * at.unit[from];
            ++from;
        }
        if (free_seasons_ > 0) {
            double sum = form_.season == EtsSeason::multiplicative ? m_ : 0.0;
            for (int j = 1; j <= free_seasons_; ++j, ++from) {
                to.season[j] = at.start.season[j] + x[from] * at.unit[from];
                sum -= to.season[j];
            }
            to.season[0] = sum;
        }
    }

    void place_all(const EtsParameters& parameters) {
        lanes_[0].job = &jobs_[0];
        load(0);
        lanes_[0].start = lanes_[0].now = parameters;
        place(0, nullptr);
        forward();
    }

    // The answer in the units of the series, from what the last forward pass left.
    EtsFit fit(int lane) const {
        const Lane& at = lanes_[lane];
        const double unit = scaled(at).unit;
        EtsFit fit;
        fit.form = form_;
        fit.season_length = m_;
        fit.parameters = at.now;
        fit.parameters.level *= unit;
        fit.parameters.slope *= unit;
        fit.level = run_.last.level[lane] * unit;
        fit.slope = run_.last.slope[lane] * unit;
        for (std::size_t j = 0; seasonal_ && j < static_cast<std::size_t>(m_); ++j)
            fit.season.push_back(run_.season[j * lanes() + lane]);
        if (form_.season == EtsSeason::additive) {
            for (double& state : fit.season) state *= unit;
            for (double& state : fit.parameters.season) state *= unit;
        }
        fit.count = scaled(at).values.size();
        const int spent = form_.parameters(m_) - 1, count = at.count;
        const double error_unit = form_.error == EtsError::additive ? unit : 1.0;
        fit.sigma2 = run_.squares[lane] / (count > spent ? count - spent : count) * error_unit * error_unit;
        fit.log_likelihood = likelihood_of(value(lane), fit.count, unit);
        fit.aicc = corrected_aic(fit.log_likelihood, form_.parameters(m_), fit.count);
        return fit;
    }

    std::span<const Scaled> series_;
    std::vector<Job> jobs_;
    bool seasonal_;
    int m_;
    EtsForm form_;
    Bounds bounds_;
    double beta_most_;
    int free_seasons_, steps_ = 0;  // of the last forward pass
    std::span<std::vector<EtsFit>> fits_;
    std::size_t next_ = 0;
    EtsKernel kernel_;
    EtsRun run_;
    Rows rows_;
    double *values_ = nullptr, *first_season_ = nullptr;
    std::array<Lane, Rows::most> lanes_;
};

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

std::vector<Result<EtsFit>> fit_ets(std::span<const std::span<const double>> series, int m, const EtsForm& form,
                                    Bounds bounds) {
    std::vector<Scaled> scaled;
    std::vector<std::optional<Refused>> refused(series.size());
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < series.size(); ++i) {
        scaled.emplace_back(series[i]);
        if (form.error == EtsError::multiplicative && !scaled[i].positive)
            refused[i] = refuse(Why::invalid, "not_positive",
                                "A multiplicative error needs values above zero that are not far apart", "values");
        else if (!possible(scaled[i], m, form))
            refused[i] = refuse(Why::invalid, "too_short",
                                "ETS " + form.name() + " with a season of " + std::to_string(m) +
                                    " needs more than the " + std::to_string(series[i].size()) +
                                    " values of the series",
                                "values");
        else
            jobs.push_back({i});
    }
    std::vector<std::vector<EtsFit>> fits(series.size());
    if (!jobs.empty()) Searches(scaled, std::move(jobs), m, form, bounds, fits).search();
    std::vector<Result<EtsFit>> answers;
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (refused[i])
            answers.emplace_back(*refused[i]);
        else if (fits[i].empty())
            answers.emplace_back(
                refuse(Why::invalid, "no_fit", "ETS " + form.name() + " cannot run on these values", "values"));
        else
            answers.emplace_back(std::move(fits[i].front()));
    }
    return answers;
}

Result<EtsFit> fit_ets(std::span<const double> values, int m, const EtsForm& form, Bounds bounds) {
    return std::move(fit_ets(std::span(&values, 1), m, form, bounds).front());
}

std::vector<std::vector<EtsFit>> fit_all_ets(std::span<const std::span<const double>> series,
                                             std::span<const int> seasons, Bounds bounds) {
    std::vector<Scaled> scaled;
    for (const auto values : series) scaled.emplace_back(values);
    std::vector<std::vector<EtsFit>> fits(series.size());
    for (const EtsForm& form : ets_forms()) {
        std::map<int, std::vector<Job>> jobs;  // by the season
        for (std::size_t i = 0; i < series.size(); ++i) {
            if (!possible(scaled[i], seasons[i], form)) continue;
            Job& job = jobs[form.season == EtsSeason::none ? 1 : seasons[i]].emplace_back(Job{i, {}});
            const auto found = [&](const EtsForm& other) -> const EtsFit* {
                for (const EtsFit& fit : fits[i])
                    if (fit.form == other) return &fit;
                return nullptr;
            };
            // A damped trend starts from the undamped one, a multiplicative error from the additive one.
            const EtsFit* before = nullptr;
            if (form.trend == EtsTrend::damped) before = found({form.error, EtsTrend::additive, form.season});
            if (!before && form.error == EtsError::multiplicative && form.season != EtsSeason::multiplicative)
                before = found({EtsError::additive, form.trend, form.season});
            if (!before) continue;
            job.start = in_units(before->parameters, form.season, scaled[i].unit);
            if (form.trend == EtsTrend::damped && before->form.trend != EtsTrend::damped) job.start->phi = 0.96;
        }
        for (auto& [m, of_season] : jobs) Searches(scaled, std::move(of_season), m, form, bounds, fits).search();
    }
    for (auto& of_series : fits)
        std::stable_sort(of_series.begin(), of_series.end(),
                         [](const EtsFit& a, const EtsFit& b) { return a.aicc < b.aicc; });
    return fits;
}

std::vector<EtsFit> fit_all_ets(std::span<const double> values, int m, Bounds bounds) {
    return std::move(fit_all_ets(std::span(&values, 1), std::span(&m, 1), bounds).front());
}

EtsFit run_ets(std::span<const double> values, int m, const EtsForm& form, const EtsParameters& parameters) {
    const Scaled scaled(values);
    return Searches(std::span(&scaled, 1), {{0, {}}}, m, form, Bounds::r_compatible, {})
        .run(in_units(parameters, form.season, scaled.unit));
}

double ets_objective(std::span<const double> values, int m, const EtsForm& form, const EtsParameters& parameters,
                     std::vector<double>* gradient) {
    Scaled as_is(values);
    as_is.values.assign(values.begin(), values.end());
    as_is.unit = 1;
    return Searches(std::span(&as_is, 1), {{0, {}}}, m, form, Bounds::r_compatible, {}).run(parameters, gradient);
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
