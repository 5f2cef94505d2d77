// Complex exponential smoothing: estimation and forecasts.
#include "engines/forecast/models/ces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <tuple>

#include "engines/forecast/models/ces_kernel.h"
#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/lockstep.h"
#include "engines/forecast/numerics/scale.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double floor_of_squares = 1e-20;  // per value, of values of order 1

// The pairs whose errors die out (Svetunkov et al. 2022, equation 13): outside one circle and another, inside a third.
// A soft wall along them, worth some hundredths of the AICc within: beyond, the fit is a house of cards that a change
// in the last digit brings down.
constexpr double wall = 0.05;
double stable_wall(double a0, double a1, double* by) {
    const double x1 = a0 - 0.5, y1 = a1 - 1, x2 = a0 - 2.5, x3 = a0 - 1.5, y3 = a1 - 0.5;
    const double first = x1 * x1 + y1 * y1 - 0.25, second = x2 * x2 + a1 * a1 - 1.25, third = 1.5 - x3 * x3 - y3 * y3;
    if (!(first > 0 && second > 0 && third > 0)) return infinity;
    if (by) {
        by[0] = -2 * wall * (x1 / first + x2 / second - x3 / third);
        by[1] = -2 * wall * (y1 / first + a1 / second - y3 / third);
    }
    return -wall * std::log(first * second * third);
}

// In a steady state c is l / a0; statsforecast's start uses 1.1 for all.
constexpr double steady = 1.1;

CesParameters start_states(const std::vector<double>& values, int m, CesSeason form) {
    CesParameters start;
    const std::size_t n = values.size();
    const std::size_t first =
        std::min<std::size_t>(std::max<std::size_t>(10, form == CesSeason::none ? 1 : static_cast<std::size_t>(m)), n);
    for (std::size_t t = 0; t < first; ++t) start.level += values[t] / static_cast<double>(first);
    start.other = start.level / steady;
    if (form == CesSeason::none) return start;
    auto indices = seasonal_indices(values, m, SeasonKind::additive);
    if (indices.empty()) return start;
    start.season = indices;
    start.second.assign(indices.size(), 0.0);
    if (form == CesSeason::full)
        for (std::size_t j = 0; j < indices.size(); ++j) start.second[j] = indices[j] / steady;
    if (form == CesSeason::full) start.b0 = 1.3, start.b1 = 1;
    return start;
}

// A series in units in which it is of order 1.
struct Scaled {
    std::vector<double> values;
    double unit = 1;

    explicit Scaled(std::span<const double> original)
        : values(original.begin(), original.end()), unit(size_of(original)) {
        for (double& value : values) value /= unit;
    }
};

struct Job {
    std::size_t series = 0;
    CesSeason form = CesSeason::none;
};

// The searches of one kind of form, with a season (of one length) or without, in the lanes of a kernel.
class Searches {
  public:
    Searches(std::span<const Scaled> series, std::vector<Job> jobs, int m, CesGrowth growth,
             std::span<std::vector<CesFit>> fits)
        : series_(series), jobs_(std::move(jobs)), m_(m), growth_(growth), fits_(fits) {
        kernel_ = ces_kernel(m > 1, jobs_.size());
        const auto count = [&](const Job& job) { return series_[job.series].values.size(); };
        // Series of about the same length beside each other.
        std::stable_sort(jobs_.begin(), jobs_.end(), [&](const Job& a, const Job& b) { return count(a) > count(b); });
        const std::size_t lanes = static_cast<std::size_t>(kernel_.lanes), most = count(jobs_.front()) * lanes,
                          width = static_cast<std::size_t>(m) * lanes;
        rows_.need(4 * most + 6 * width);
        double* at = rows_.data();
        std::fill(at, at + 4 * most + 6 * width, 0.0);
        run_.values = values_ = at;
        run_.trace = at += most;
        run_.first_season = first_season_ = at += 3 * most;
        run_.first_second = first_second_ = at += width;
        run_.season = at += width;
        run_.second = at += width;
        run_.by_season = at += width;
        run_.by_second = at + width;
        run_.m = m;
    }
    void search() { search_in_lanes(*this, kernel_.lanes); }

    Stage take(int lane, Minimiser& search) {
        Lane& at = lanes_[lane];
        at.count = 0;
        if (next_ == jobs_.size()) return measure(), Stage::idle;
        at.job = jobs_[next_++];
        const Scaled& series = series_[at.job.series];
        const std::vector<double>& values = series.values;
        at.count = static_cast<int>(values.size());
        run_.count[lane] = at.count;
        measure();
        for (std::size_t t = 0; t < values.size(); ++t) values_[t * width() + lane] = values[t];
        CesParameters& now = at.parameters = start_states(values, m_, at.job.form);
        run_.start.level[lane] = now.level;
        run_.start.other[lane] = now.other;
        run_.start.b0[lane] = run_.start.b1[lane] = 0;
        run_.second_moves[lane] = at.job.form == CesSeason::full ? 1 : 0;
        for (std::size_t j = 0; m_ > 1 && j < static_cast<std::size_t>(m_); ++j) {
            first_season_[j * width() + lane] = now.season.empty() ? 0.0 : now.season[j];
            first_second_[j * width() + lane] = now.second.empty() ? 0.0 : now.second[j];
        }
        double x[4] = {};
        int variables = 0;
        const auto add = [&](double value, double least, double most) {
            x[variables] = value, at.lower[variables] = least, at.upper[variables] = most, ++variables;
        };
        // The limits of the region searched by the authors' and by statsforecast's implementations.
        add(now.a0, 0.01, 1.8);
        const double imaginary_most = growth_ == CesGrowth::free ? 1.9 : 1.0;
        add(now.a1, 0.01, imaginary_most);
        if (at.job.form == CesSeason::partial) add(now.b0, 0.01, 1.5);
        if (at.job.form == CesSeason::full) add(now.b0, 0.01, 1.8), add(now.b1, 0.01, imaginary_most);
        search.begin(variables, x, at.lower, at.upper, {1e-5 / at.count, 200, 0.05});
        return Stage::search;
    }

    void place(int lane, const double* x) {
        Lane& at = lanes_[lane];
        CesParameters& now = at.parameters;
        run_.start.a0[lane] = now.a0 = x[0];
        run_.start.a1[lane] = now.a1 = x[1];
        at.fence = stable_wall(now.a0, now.a1, at.by_fence);
        if (at.job.form == CesSeason::none) return;
        run_.start.b0[lane] = now.b0 = x[2];
        if (at.job.form == CesSeason::partial) return;
        run_.start.b1[lane] = now.b1 = x[3];
        at.fence += stable_wall(now.b0, now.b1, at.by_fence + 2);
    }

    void forward() { kernel_.forward(run_); }
    void backward() {
        for (int lane = 0; lane < kernel_.lanes; ++lane)
            run_.weight[lane] =
                lanes_[lane].count == 0 ? 0.0 : 2 / (run_.squares[lane] + lanes_[lane].count * floor_of_squares);
        kernel_.backward(run_);
    }

    double objective(int lane) const {
        return std::log(run_.squares[lane] / lanes_[lane].count + floor_of_squares);
    }
    double value(int lane) const {
        const Lane& at = lanes_[lane];
        const double value = std::isfinite(at.fence) ? objective(lane) + at.fence / at.count : infinity;
        return std::isfinite(value) ? value : infinity;
    }
    void gradient(int lane, double* g) const {
        const Lane& at = lanes_[lane];
        g[0] = run_.by.a0[lane] + at.by_fence[0] / at.count;
        g[1] = run_.by.a1[lane] + at.by_fence[1] / at.count;
        if (at.job.form == CesSeason::partial) g[2] = run_.by.b0[lane];
        if (at.job.form == CesSeason::full) {
            g[2] = run_.by.b0[lane] + at.by_fence[2] / at.count;
            g[3] = run_.by.b1[lane] + at.by_fence[3] / at.count;
        }
    }

    bool begin(int, Minimiser&) const { return true; }
    Stage finish(int lane, Minimiser& search, bool runs) {
        Lane& at = lanes_[lane];
        if (runs)
            fits_[at.job.series].push_back(fit(lane, series_[at.job.series].unit, search.found().evaluations));
        return Stage::idle;
    }

    // One run with given parameters, without a search.
    CesFit run(const CesParameters& parameters) {
        place_all(parameters);
        return fit(0, series_[0].unit, 1);
    }
    double run(const CesParameters& parameters, std::vector<double>* gradient) {
        place_all(parameters);
        if (gradient) {
            backward();
            const CesPoint& by = run_.by;
            const double by_b1 = lanes_[0].job.form == CesSeason::full ? by.b1[0] : 0.0;
            *gradient = {by.a0[0], by.a1[0], by.b0[0], by_b1, by.level[0], by.other[0]};
            if (m_ > 1) {
                gradient->insert(gradient->end(), run_.by_season, run_.by_season + m_);
                gradient->insert(gradient->end(), run_.by_second, run_.by_second + m_);
            }
        }
        return objective(0);
    }

  private:
    struct Lane {
        Job job;
        int count = 0;
        CesParameters parameters;
        double lower[4], upper[4], fence = 0, by_fence[4];
    };

    std::size_t width() const { return static_cast<std::size_t>(kernel_.lanes); }

    void measure() { std::tie(run_.least, run_.most) = extent(lanes_); }

    void place_all(const CesParameters& parameters) {
        Minimiser unused;
        take(0, unused);
        const double x[] = {parameters.a0, parameters.a1, parameters.b0, parameters.b1};
        place(0, x);
        run_.start.level[0] = parameters.level;
        run_.start.other[0] = parameters.other;
        std::copy(parameters.season.begin(), parameters.season.end(), first_season_);
        if (lanes_[0].job.form == CesSeason::full)
            std::copy(parameters.second.begin(), parameters.second.end(), first_second_);
        lanes_[0].parameters = parameters;
        forward();
    }

    // The answer in the units of the series, from what the last forward pass left.
    CesFit fit(int lane, double unit, std::int64_t evaluations) const {
        const Lane& at = lanes_[lane];
        CesFit fit;
        fit.form = at.job.form;
        fit.season_length = m_;
        fit.parameters = fit.last = at.parameters;
        fit.last.level = run_.last.level[lane];
        fit.last.other = run_.last.other[lane];
        for (std::size_t j = 0; j < fit.last.season.size(); ++j) {
            fit.last.season[j] = run_.season[j * width() + lane];
            fit.last.second[j] = run_.second[j * width() + lane];
        }
        for (CesParameters* p : {&fit.parameters, &fit.last}) {
            p->level *= unit;
            p->other *= unit;
            for (double& value : p->season) value *= unit;
            for (double& value : p->second) value *= unit;
        }
        fit.count = static_cast<std::size_t>(at.count);
        const int spent = ces_parameters(at.job.form, m_) - 1;
        fit.sigma2 = run_.squares[lane] * unit * unit / (at.count > spent ? at.count - spent : at.count);
        const double size = at.count;
        fit.log_likelihood =
            -0.5 * size * (std::log(2 * std::numbers::pi) + 1 + objective(lane)) - size * std::log(unit);
        fit.aicc = corrected_aic(fit.log_likelihood, spent + 1, fit.count);
        fit.fitted.reserve(fit.count);
        for (std::size_t t = 0; t < fit.count; ++t)
            fit.fitted.push_back((values_[t * width() + lane] - run_.trace[3 * t * width() + lane]) * unit);
        fit.evaluations = evaluations;
        return fit;
    }

    std::span<const Scaled> series_;
    std::vector<Job> jobs_;
    int m_;
    CesGrowth growth_;
    std::span<std::vector<CesFit>> fits_;
    std::size_t next_ = 0;
    CesKernel kernel_;
    CesRun run_;
    Rows rows_;
    double *values_ = nullptr, *first_season_ = nullptr, *first_second_ = nullptr;
    std::array<Lane, Rows::most> lanes_;
};

}  // namespace

int ces_parameters(CesSeason form, int m) {
    return form == CesSeason::none ? 3 : (form == CesSeason::partial ? 4 : 5) + m - 1;
}

std::vector<std::vector<CesFit>> fit_all_ces(std::span<const std::span<const double>> series, std::span<const int> seasons, CesGrowth growth) {
    std::vector<Scaled> scaled;
    std::map<int, std::vector<Job>> jobs;  // by the season
    for (std::size_t i = 0; i < series.size(); ++i) {
        scaled.emplace_back(series[i]);
        const std::size_t n = series[i].size();
        const int m = seasons[i];
        for (const CesSeason form : {CesSeason::none, CesSeason::partial, CesSeason::full}) {
            if (n < static_cast<std::size_t>(ces_parameters(form, m)) + 2) continue;
            if (form != CesSeason::none && (m <= 1 || n < 2 * static_cast<std::size_t>(m))) continue;
            jobs[form == CesSeason::none ? 1 : m].push_back({i, form});
        }
    }
    std::vector<std::vector<CesFit>> fits(series.size());
    for (auto& [m, of_season] : jobs) Searches(scaled, std::move(of_season), m, growth, fits).search();
    for (auto& of_series : fits)
        std::sort(of_series.begin(), of_series.end(), [](const CesFit& a, const CesFit& b) {
            return a.aicc != b.aicc ? a.aicc < b.aicc : a.form < b.form;
        });
    return fits;
}

std::vector<CesFit> fit_all_ces(std::span<const double> values, int m, CesGrowth growth) {
    return std::move(fit_all_ces(std::span(&values, 1), std::span(&m, 1), growth).front());
}

namespace {

// Of values as they are.
Searches one_run(const Scaled& series, int m, CesSeason form) {
    return {std::span(&series, 1), {{0, form}}, form == CesSeason::none ? 1 : m, CesGrowth::free, {}};
}

Scaled unscaled(std::span<const double> values) {
    Scaled series(values);
    series.values.assign(values.begin(), values.end());
    series.unit = 1;
    return series;
}

}  // namespace

CesFit run_ces(std::span<const double> values, int m, CesSeason form, const CesParameters& parameters) {
    const Scaled series = unscaled(values);
    return one_run(series, m, form).run(parameters);
}

double ces_objective(std::span<const double> values, int m, CesSeason form, const CesParameters& parameters,
                     std::vector<double>* gradient) {
    const Scaled series = unscaled(values);
    return one_run(series, m, form).run(parameters, gradient);
}

void forecast_ces(const CesFit& fit, int horizon, std::vector<double>& mean, std::vector<double>& variance) {
    const std::size_t steps = static_cast<std::size_t>(horizon), m = static_cast<std::size_t>(fit.season_length);
    const bool full = fit.form == CesSeason::full;
    // Without errors from a state on; the first value belongs to time `t`.
    const auto follow = [&](CesParameters p, std::size_t t, std::size_t count, double* values) {
        for (std::size_t h = 0; h < count; ++h, ++t) {
            const std::size_t j = t % m;
            values[h] = p.level;
            if (fit.form != CesSeason::none) values[h] += p.season[j];
            const double next = p.level - (1 - p.a1) * p.other;
            p.other = p.level + (1 - p.a0) * p.other;
            p.level = next;
            if (full) {
                const double s = p.season[j], r = p.second[j];
                p.season[j] = s - (1 - p.b1) * r;
                p.second[j] = s + (1 - p.b0) * r;
            }
        }
    };
    mean.resize(steps);
    variance.resize(steps);
    follow(fit.last, fit.count, steps, mean.data());
    // The model is linear: an error of 1 moves the later values by what an empty past with its traces brings.
    CesParameters shock = fit.last;
    shock.level = shock.other = 0;
    std::fill(shock.season.begin(), shock.season.end(), 0.0);
    std::fill(shock.second.begin(), shock.second.end(), 0.0);
    shock.level = shock.a0 - shock.a1, shock.other = shock.a0 + shock.a1;
    if (fit.form == CesSeason::partial) shock.season[0] = shock.b0;
    if (full) shock.season[0] = shock.b0 - shock.b1, shock.second[0] = shock.b0 + shock.b1;
    std::vector<double> moves(steps);
    follow(shock, 1, steps, moves.data());
    double sum = 1;
    for (std::size_t h = 0; h < steps; ++h) {
        variance[h] = fit.sigma2 * sum;
        sum += moves[h] * moves[h];
    }
}

namespace {

// The best of the forms whose forecasts keep within reason; nothing where none does.
std::optional<Fit> best_of(const Question& question, const std::vector<CesFit>& fits) {
    const double largest = unknown_deviation(question.values);
    Fit fit;
    std::vector<double> variance;
    for (const CesFit& found : fits) {
        forecast_ces(found, question.horizon, fit.mean, variance);
        fit.deviation.clear();
        for (const double value : variance) fit.deviation.push_back(std::sqrt(value));
        bool believable = true;
        for (std::size_t h = 0; h < fit.mean.size(); ++h)
            believable = believable && std::abs(fit.mean[h]) <= 10 * largest && fit.deviation[h] <= 10 * largest;
        if (!believable) continue;
        if (question.with_fitted) fit.fitted = found.fitted;
        fit.log_likelihood = found.log_likelihood;
        fit.aicc = found.aicc;
        fit.parameters = ces_parameters(found.form, question.season);
        for (const CesFit& other : fits) fit.evaluations += other.evaluations;
        fit.numbers = {{"a0", found.parameters.a0}, {"a1", found.parameters.a1}, {"sigma2", found.sigma2}};
        if (found.form == CesSeason::partial || found.form == CesSeason::full) fit.numbers["b0"] = found.parameters.b0;
        if (found.form == CesSeason::full) fit.numbers["b1"] = found.parameters.b1;
        constexpr const char* words[] = {"complex smoothing", "complex smoothing with a season",
                                         "complex smoothing with a complex season"};
        fit.description = (found.form == CesSeason::none ? std::string() : season_words(question.season) + ": ") +
                          words[static_cast<int>(found.form)];
        return fit;
    }
    return std::nullopt;
}

std::vector<Result<Fit>> ces_of_many(std::span<const Question> questions) {
    std::vector<std::optional<Result<Fit>>> answers(questions.size());
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        if (auto checked = check_question(questions[i], "Complex exponential smoothing", 7); !checked)
            answers[i] = checked.refused();
        else
            open.push_back(i);
    }
    // Steep growth goes on without end: then the same without growth.
    for (const CesGrowth growth : {CesGrowth::free, CesGrowth::none}) {
        std::vector<std::span<const double>> series;
        std::vector<int> seasons;
        for (const std::size_t i : open) series.push_back(questions[i].values), seasons.push_back(questions[i].season);
        const auto fits = fit_all_ces(series, seasons, growth);
        std::vector<std::size_t> left;
        for (std::size_t at = 0; at < open.size(); ++at) {
            if (auto fit = best_of(questions[open[at]], fits[at]))
                answers[open[at]] = std::move(*fit);
            else
                left.push_back(open[at]);
        }
        open = std::move(left);
    }
    for (const std::size_t i : open)
        answers[i] = refuse(Why::invalid, "no_fit",
                            "Complex exponential smoothing explodes on these values; use another model", "values");
    std::vector<Result<Fit>> out;
    for (auto& answer : answers) out.push_back(std::move(*answer));
    return out;
}

constexpr Model family[] = {{"ces", "Complex exponential smoothing", at_least<7>, one_of<ces_of_many>, true,
                             20, false, false, ces_of_many}};

}  // namespace

std::span<const Model> ces_family() {
    return family;
}

}  // namespace fairlead::forecast
