// Complex exponential smoothing: recursion, gradient by the backward pass, estimation and forecasts.
#include "engines/forecast/models/ces.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/minimise.h"
#include "engines/forecast/numerics/scale.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double floor_of_squares = 1e-20;  // per value, of values of order 1

struct Trace {
    double error, other, second;  // e, and c and r before it
};

struct Memory {
    std::vector<Trace> trace;
    std::vector<double> season, second, by_season, by_second;
    MinimiseWorkspace minimise;
};

template <CesSeason S>
struct Recursion {
    static constexpr bool partial = S == CesSeason::partial;
    static constexpr bool full = S == CesSeason::full;
    static constexpr bool seasonal = S != CesSeason::none;

    // `p` holds the parameters and l and c, which move on; the seasons are in `memory`.
    static double forward(const double* y, int n, int m, CesParameters& p, Memory& memory) {
        const double a0 = p.a0, a1 = p.a1, b0 = p.b0, b1 = p.b1;
        double level = p.level, other = p.other, sum = 0;
        double *season = memory.season.data(), *second = memory.second.data();
        Trace* trace = memory.trace.data();
        int j = 0;
        for (int t = 0; t < n; ++t) {
            Trace& at = trace[t];
            double e = y[t] - level;
            if constexpr (partial || full) e -= season[j];
            at.error = e;
            at.other = other;
            sum += e * e;
            const double next = level - (1 - a1) * other + (a0 - a1) * e;
            other = level + (1 - a0) * other + (a0 + a1) * e;
            level = next;
            if constexpr (partial) season[j] += b0 * e;
            if constexpr (full) {
                const double s = season[j], r = second[j];
                at.second = r;
                season[j] = s - (1 - b1) * r + (b0 - b1) * e;
                second[j] = s + (1 - b0) * r + (b0 + b1) * e;
            }
            if constexpr (seasonal) {
                if (++j == m) j = 0;
            }
        }
        p.level = level;
        p.other = other;
        squares_of(memory) = sum;
        return std::log(sum / n + floor_of_squares);
    }

    static void backward(int n, int m, const CesParameters& p, Memory& memory, CesParameters& by) {
        const double a0 = p.a0, a1 = p.a1, b0 = p.b0, b1 = p.b1;
        const double weight = 2 / (squares_of(memory) + n * floor_of_squares);
        double *by_season = memory.by_season.data(), *by_second = memory.by_second.data();
        std::fill(by_season, by_season + m, 0.0);
        std::fill(by_second, by_second + m, 0.0);
        double level = 0, other = 0, d0 = 0, d1 = 0, f0 = 0, f1 = 0;
        int j = n % m;
        for (int t = n - 1; t >= 0; --t) {
            const Trace& at = memory.trace[t];
            if constexpr (seasonal) j = (j == 0 ? m : j) - 1;
            double by_error = weight * at.error + level * (a0 - a1) + other * (a0 + a1);
            double s = 0, r = 0;
            if constexpr (partial) {
                s = by_season[j];
                by_error += s * b0;
                f0 += s * at.error;
            }
            if constexpr (full) {
                s = by_season[j];
                r = by_second[j];
                by_error += s * (b0 - b1) + r * (b0 + b1);
                f0 += s * at.error + r * (at.error - at.second);
                f1 += s * (at.second - at.error) + r * at.error;
            }
            d0 += level * at.error + other * (at.error - at.other);
            d1 += level * (at.other - at.error) + other * at.error;
            const double before = level + other - by_error;
            other = -(1 - a1) * level + (1 - a0) * other;
            level = before;
            if constexpr (partial) by_season[j] = s - by_error;
            if constexpr (full) {
                by_season[j] = s + r - by_error;
                by_second[j] = -(1 - b1) * s + (1 - b0) * r;
            }
        }
        by.a0 = d0, by.a1 = d1, by.b0 = f0, by.b1 = f1;
        by.level = level;
        by.other = other;
    }

    // The sum of squares is kept behind the trace.
    static double& squares_of(Memory& memory) { return memory.trace.back().error; }
};

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
    return -wall * (std::log(first) + std::log(second) + std::log(third));
}

template <CesSeason S>
class Objective {
  public:
    using Run = Recursion<S>;
    Objective(const std::vector<double>& values, int m, Memory& memory)
        : values_(values), n_(static_cast<int>(values.size())), m_(S == CesSeason::none ? 1 : m), memory_(memory) {
        memory_.trace.resize(values.size() + 1);
        for (auto* ring : {&memory_.season, &memory_.second, &memory_.by_season, &memory_.by_second}) ring->resize(m_);
    }

    double forward(const CesParameters& parameters) {
        now_ = last_ = parameters;
        std::copy(parameters.season.begin(), parameters.season.end(), memory_.season.begin());
        std::copy(parameters.second.begin(), parameters.second.end(), memory_.second.begin());
        const double value = Run::forward(values_.data(), n_, m_, last_, memory_);
        return std::isfinite(value) ? value : infinity;
    }

    double run(CesParameters& parameters, CesGrowth growth, std::int64_t& evaluations) {
        start_ = parameters;
        tried_ = start_;
        double x[4] = {}, lower[4] = {}, upper[4] = {};
        int count = 0;
        const auto add = [&](double value, double least, double most) {
            x[count] = value, lower[count] = least, upper[count] = most, ++count;
        };
        // The limits of the region searched by the authors' and by statsforecast's implementations.
        add(start_.a0, 0.01, 1.8);
        const double imaginary_most = growth == CesGrowth::free ? 1.9 : 1.0;
        add(start_.a1, 0.01, imaginary_most);
        if (S == CesSeason::partial) add(start_.b0, 0.01, 1.5);
        if (S == CesSeason::full) add(start_.b0, 0.01, 1.8), add(start_.b1, 0.01, imaginary_most);
        const Minimum found = minimise(*this, count, x, lower, upper, {1e-5 / n_, 200, 0.05}, memory_.minimise);
        evaluations += found.evaluations;
        if (std::isfinite(found.value)) unpack(x, parameters);
        return found.value;
    }

    double value(const double* x) {
        unpack(x, tried_);
        double fence = stable_wall(tried_.a0, tried_.a1, nullptr);
        if (S == CesSeason::full) fence += stable_wall(tried_.b0, tried_.b1, nullptr);
        return std::isfinite(fence) ? forward(tried_) + fence / n_ : infinity;
    }

    void gradient(const double*, double* g) {
        CesParameters by;
        backward(by);
        double fence[2] = {0, 0};
        stable_wall(tried_.a0, tried_.a1, fence);
        *g++ = by.a0 + fence[0] / n_;
        *g++ = by.a1 + fence[1] / n_;
        if (S == CesSeason::partial) *g++ = by.b0;
        if (S == CesSeason::full) {
            stable_wall(tried_.b0, tried_.b1, fence);
            *g++ = by.b0 + fence[0] / n_;
            *g++ = by.b1 + fence[1] / n_;
        }
    }

    void backward(CesParameters& by) { Run::backward(n_, m_, now_, memory_, by); }
    const CesParameters& last() const { return last_; }
    double squares() const { return Run::squares_of(memory_); }

  private:
    void unpack(const double* x, CesParameters& to) const {
        to.a0 = *x++;
        to.a1 = *x++;
        if (S == CesSeason::partial || S == CesSeason::full) to.b0 = *x++;
        if (S == CesSeason::full) to.b1 = *x++;
    }

    const std::vector<double>& values_;
    int n_, m_;
    Memory& memory_;
    CesParameters start_, now_, tried_, last_;
};

template <class Then>
auto with_form(CesSeason form, Then&& then) {
    switch (form) {
        case CesSeason::none:
            return then.template operator()<CesSeason::none>();
        case CesSeason::partial:
            return then.template operator()<CesSeason::partial>();
        case CesSeason::full:
            break;
    }
    return then.template operator()<CesSeason::full>();
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

template <class Search>
CesFit finish(const Search& search, const Memory& memory, std::size_t n, double unit, int m, CesSeason form,
              const CesParameters& parameters, double objective) {
    CesFit fit;
    fit.form = form;
    fit.season_length = form == CesSeason::none ? 1 : m;
    fit.parameters = parameters;
    fit.last = search.last();
    if (form != CesSeason::none) fit.last.season = memory.season, fit.last.second = memory.second;
    for (CesParameters* p : {&fit.parameters, &fit.last}) {
        p->level *= unit;
        p->other *= unit;
        for (double& value : p->season) value *= unit;
        for (double& value : p->second) value *= unit;
    }
    fit.count = n;
    const int spent = ces_parameters(form, m) - 1, count = static_cast<int>(n);
    fit.sigma2 = search.squares() * unit * unit / (count > spent ? count - spent : count);
    const double size = static_cast<double>(n);
    fit.log_likelihood = -0.5 * size * (std::log(2 * std::numbers::pi) + 1 + objective) - size * std::log(unit);
    fit.aicc = corrected_aic(fit.log_likelihood, spent + 1, n);
    return fit;
}

}  // namespace

int ces_parameters(CesSeason form, int m) {
    return form == CesSeason::none ? 3 : (form == CesSeason::partial ? 4 : 5) + m - 1;
}

std::vector<CesFit> fit_all_ces(std::span<const double> values, int m, CesGrowth growth) {
    const double unit = size_of(values);
    std::vector<double> scaled(values.begin(), values.end());
    for (double& value : scaled) value /= unit;
    Memory memory;
    std::vector<CesFit> fits;
    for (const CesSeason form : {CesSeason::none, CesSeason::partial, CesSeason::full}) {
        if (values.size() < static_cast<std::size_t>(ces_parameters(form, m)) + 2) continue;
        if (form != CesSeason::none && (m <= 1 || values.size() < 2 * static_cast<std::size_t>(m))) continue;
        with_form(form, [&]<CesSeason S>() {
            Objective<S> search(scaled, m, memory);
            CesParameters parameters = start_states(scaled, m, form);
            std::int64_t evaluations = 0;
            if (!std::isfinite(search.run(parameters, growth, evaluations))) return;
            const double objective = search.forward(parameters);
            CesFit fit = finish(search, memory, values.size(), unit, m, form, parameters, objective);
            for (std::size_t t = 0; t < values.size(); ++t)
                fit.fitted.push_back((scaled[t] - memory.trace[t].error) * unit);
            fit.evaluations = evaluations;
            fits.push_back(std::move(fit));
        });
    }
    std::stable_sort(fits.begin(), fits.end(), [](const CesFit& a, const CesFit& b) { return a.aicc < b.aicc; });
    return fits;
}

CesFit run_ces(std::span<const double> values, int m, CesSeason form, const CesParameters& parameters) {
    const std::vector<double> copy(values.begin(), values.end());
    Memory memory;
    return with_form(form, [&]<CesSeason S>() {
        Objective<S> search(copy, m, memory);
        const double objective = search.forward(parameters);
        CesFit fit = finish(search, memory, values.size(), 1, m, form, parameters, objective);
        for (std::size_t t = 0; t < values.size(); ++t) fit.fitted.push_back(values[t] - memory.trace[t].error);
        return fit;
    });
}

double ces_objective(std::span<const double> values, int m, CesSeason form, const CesParameters& parameters,
                     std::vector<double>* gradient) {
    const std::vector<double> copy(values.begin(), values.end());
    Memory memory;
    return with_form(form, [&]<CesSeason S>() {
        Objective<S> search(copy, m, memory);
        const double objective = search.forward(parameters);
        if (gradient) {
            CesParameters by;
            search.backward(by);
            *gradient = {by.a0, by.a1, by.b0, by.b1, by.level, by.other};
            if (S != CesSeason::none) {
                gradient->insert(gradient->end(), memory.by_season.begin(), memory.by_season.end());
                gradient->insert(gradient->end(), memory.by_second.begin(), memory.by_second.end());
            }
        }
        return objective;
    });
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

Result<Fit> ces(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "Complex exponential smoothing", 7));
    auto fits = fit_all_ces(question.values, question.season);
    const double largest = unknown_deviation(question.values);
    Fit fit;
    std::vector<double> variance;
    const auto believable = [&](const CesFit& found) {
        forecast_ces(found, question.horizon, fit.mean, variance);
        fit.deviation.clear();
        for (const double value : variance) fit.deviation.push_back(std::sqrt(value));
        for (std::size_t h = 0; h < fit.mean.size(); ++h)
            if (!(std::abs(fit.mean[h]) <= 10 * largest && fit.deviation[h] <= 10 * largest)) return false;
        return true;
    };
    // Steep growth goes on without end: then the same without growth.
    if (std::none_of(fits.begin(), fits.end(), believable))
        fits = fit_all_ces(question.values, question.season, CesGrowth::none);
    for (const CesFit& found : fits) fit.evaluations += found.evaluations;
    for (const CesFit& found : fits) {
        if (!believable(found)) continue;
        if (question.with_fitted) fit.fitted = found.fitted;
        fit.log_likelihood = found.log_likelihood;
        fit.aicc = found.aicc;
        fit.parameters = ces_parameters(found.form, question.season);
        fit.numbers = {{"a0", found.parameters.a0}, {"a1", found.parameters.a1}, {"sigma2", found.sigma2}};
        if (found.form == CesSeason::partial || found.form == CesSeason::full) fit.numbers["b0"] = found.parameters.b0;
        if (found.form == CesSeason::full) fit.numbers["b1"] = found.parameters.b1;
        constexpr const char* words[] = {"complex smoothing", "complex smoothing with a season",
                                         "complex smoothing with a complex season"};
        fit.description = (found.form == CesSeason::none ? std::string() : season_words(question.season) + ": ") +
                          words[static_cast<int>(found.form)];
        return fit;
    }
    return refuse(Why::invalid, "no_fit", "Complex exponential smoothing explodes on these values; use another model",
                  "values");
}

constexpr Model family[] = {{"ces", "Complex exponential smoothing", [](int) { return 7; }, ces, true, 20}};

}  // namespace

std::span<const Model> ces_family() {
    return family;
}

}  // namespace fairlead::forecast
