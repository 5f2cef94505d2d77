// The Theta family: estimation and forecasts.
#include "engines/forecast/models/theta.h"

#include <algorithm>
#include <cmath>

#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/scale.h"
#include "engines/forecast/numerics/search.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

// The limits of the authors' implementation (package forecTheta).
constexpr double alpha_least = 0.1, alpha_most = 0.99;

// Where errors begin to count: before the third value there is no line so far to speak of (chosen on the last values
// before the test part of M3: 1 % better in OWA than from the first, quarterly and monthly; yearly 1 % worse).
std::size_t first_error(ThetaKind kind) {
    return kind == ThetaKind::dynamic_optimised ? 2 : 0;
}

// The line so far: mean of t values, intercept and slope, brought up to the next value (equations 11 to 13).
struct LineSoFar {
    double count = 0, mean = 0, intercept = 0, slope = 0;

    void add(double y) {
        count += 1;
        if (count > 1) slope = ((count - 2) * slope + 6 * (y - mean) / count) / (count + 1);
        mean += (y - mean) / count;
        intercept = mean - slope * (count + 1) / 2;
    }
};

// The lines before each value: intercept and slope, t counted from 1.
struct Lines {
    std::vector<double> intercept, slope;

    Lines(std::span<const double> y, ThetaKind kind) {
        if (kind == ThetaKind::dynamic_optimised) {
            LineSoFar line;
            for (const double value : y) {
                intercept.push_back(line.intercept);
                slope.push_back(line.slope);
                line.add(value);
            }
        } else {
            const Line line = fit_line(y);
            intercept.assign(y.size(), line.start - line.slope);
            slope.assign(y.size(), line.slope);
        }
    }
};

// Least squares in the first level and in the weight for one alpha: the sums and their solution.
struct Projection {
    double first_level = 0, weight = 0, squares = 0;
};

Projection project(const double* y, std::size_t n, const Lines& lines, double alpha, bool with_line, std::size_t from) {
    const double keep = 1 - alpha, inverse = 1 / alpha;
    const double *intercept = lines.intercept.data(), *slope = lines.slope.data();
    double level = 0, decay = 1;  // level without its start; (1 - alpha)^(t - 1)
    double zz = 0, zu = 0, zg = 0, uu = 0, ug = 0, gg = 0;
    for (std::size_t t = 0; t < n; ++t) {
        const double z = y[t] - level, next = decay * keep;
        if (t >= from) {
            zz += z * z;
            zu += z * decay;
            uu += decay * decay;
            if (with_line) {
                const double g = decay * intercept[t] + (1 - next) * inverse * slope[t];
                zg += z * g;
                ug += decay * g;
                gg += g * g;
            }
        }
        level += alpha * z;  // alpha y + (1 - alpha) level
        decay = next;
    }
    Projection found;
    if (with_line) {
        const double determinant = uu * gg - ug * ug;
        if (determinant > 1e-12 * uu * gg) found.weight = std::clamp((uu * zg - ug * zu) / determinant, 0.0, 1.0);
    }
    found.first_level = (zu - found.weight * ug) / uu;
    found.squares = zz - 2 * found.first_level * zu - 2 * found.weight * zg +
                    found.first_level * found.first_level * uu + 2 * found.first_level * found.weight * ug +
                    found.weight * found.weight * gg;
    found.squares = std::max(found.squares, 0.0);
    return found;
}

void finish(std::span<const double> y, ThetaFit& fit) {
    double squares = 0;
    const std::size_t from = first_error(fit.kind);
    for (std::size_t t = from; t < y.size(); ++t) squares += (y[t] - fit.fitted[t]) * (y[t] - fit.fitted[t]);
    const double freedom = static_cast<double>(y.size()) - static_cast<double>(from) - 3;
    fit.sigma2 = squares / std::max(freedom, 1.0);
}

}  // namespace

ThetaFit run_theta(std::span<const double> y, ThetaKind kind, double alpha, double first_level, double weight) {
    ThetaFit fit{
        .kind = kind, .alpha = alpha, .weight = weight, .first_level = first_level, .level = first_level, .fitted = {}};
    fit.fitted.reserve(y.size());
    if (kind == ThetaKind::standard) {
        const Line line = fit_line(y);
        for (std::size_t t = 0; t < y.size(); ++t) {
            const double on_line = line.start + line.slope * static_cast<double>(t);
            fit.fitted.push_back(0.5 * (on_line + fit.level));
            fit.level += alpha * (2 * y[t] - on_line - fit.level);
        }
    } else {
        const Lines lines(y, kind);
        double decay = 1;
        for (std::size_t t = 0; t < y.size(); ++t) {
            const double next = decay * (1 - alpha);
            fit.fitted.push_back(fit.level +
                                 weight * (decay * lines.intercept[t] + (1 - next) / alpha * lines.slope[t]));
            fit.level += alpha * (y[t] - fit.level);
            decay = next;
        }
    }
    finish(y, fit);
    return fit;
}

ThetaFit fit_theta(std::span<const double> values, ThetaKind kind) {
    // Of order 1 and around zero, so that sums of squares lose nothing; the forecasts are linear in the values.
    const double unit = size_of(values);
    std::vector<double> y(values.begin(), values.end());
    for (double& value : y) value /= unit;
    std::int64_t evaluations = 0;
    const std::size_t n = y.size();
    if (kind == ThetaKind::standard) {
        const Line line = fit_line(y);
        std::vector<double> twice(n);
        for (std::size_t t = 0; t < n; ++t) twice[t] = 2 * y[t] - line.start - line.slope * static_cast<double>(t);
        double shift = twice[0];
        for (double& value : twice) value -= shift;
        const Lines none(std::span<const double>{}, ThetaKind::dynamic_optimised);
        const double alpha =
            minimise_between([&](double a) { return project(twice.data(), n, none, a, false, 0).squares; }, 1e-4,
                             0.9999, 1e-7, evaluations);
        const double first = (project(twice.data(), n, none, alpha, false, 0).first_level + shift) * unit;
        ThetaFit fit = run_theta(values, kind, alpha, first, 0.5);
        fit.evaluations = evaluations;
        return fit;
    }
    const Lines lines(y, kind);
    const double alpha =
        minimise_between([&](double a) { return project(y.data(), n, lines, a, true, first_error(kind)).squares; },
                         alpha_least, alpha_most, 1e-7, evaluations);
    const Projection found = project(y.data(), n, lines, alpha, true, first_error(kind));
    ThetaFit fit = run_theta(values, kind, alpha, found.first_level * unit, found.weight);
    fit.evaluations = evaluations;
    return fit;
}

void forecast_theta(std::span<const double> y, const ThetaFit& fit, int horizon, std::vector<double>& mean,
                    std::vector<double>& variance) {
    const std::size_t steps = static_cast<std::size_t>(horizon), n = y.size();
    mean.resize(steps);
    variance.resize(steps);
    const double alpha = fit.alpha;
    if (fit.kind != ThetaKind::dynamic_optimised) {
        const Line line = fit_line(y);
        const double decay = std::pow(1 - alpha, static_cast<double>(n));
        for (std::size_t h = 0; h < steps; ++h) {
            const double ahead = static_cast<double>(h), time = static_cast<double>(n + h);
            if (fit.kind == ThetaKind::standard)
                mean[h] = 0.5 * (line.start + line.slope * time + fit.level);
            else
                mean[h] = fit.level + fit.weight * (decay * (line.start - line.slope) +
                                                    (ahead + (1 - decay * (1 - alpha)) / alpha) * line.slope);
            variance[h] = fit.sigma2 * (1 + ahead * alpha * alpha);
        }
        return;
    }
    LineSoFar line;
    for (const double value : y) line.add(value);
    const double first_decay = std::pow(1 - alpha, static_cast<double>(n));
    // The path with each forecast taken for the value, starting from a state; `values` gets the forecasts.
    const auto follow = [&](LineSoFar state, double level, double decay, std::size_t count, double* values) {
        for (std::size_t h = 0; h < count; ++h) {
            const double next = decay * (1 - alpha);
            const double value = level + fit.weight * (decay * state.intercept + (1 - next) / alpha * state.slope);
            values[h] = value;
            level += alpha * (value - level);
            state.add(value);
            decay = next;
        }
    };
    follow(line, fit.level, first_decay, steps, mean.data());
    // What an error of 1 at step h adds to the forecasts after it: the same recursion on an empty past.
    std::fill(variance.begin(), variance.end(), 0.0);
    std::vector<double> moved(steps);
    double decay = first_decay;
    for (std::size_t h = 0; h < steps; ++h) {
        variance[h] += fit.sigma2;
        decay *= 1 - alpha;
        if (h + 1 == steps) break;
        LineSoFar empty;
        empty.count = static_cast<double>(n + h);
        empty.add(1);
        follow(empty, alpha, decay, steps - h - 1, moved.data());
        for (std::size_t k = h + 1; k < steps; ++k) variance[k] += fit.sigma2 * moved[k - h - 1] * moved[k - h - 1];
    }
}

double box_cox(double value, double power) {
    return power == 0 ? std::log(value) : (std::pow(value, power) - 1) / power;
}

double inverse_box_cox(double value, double power) {
    if (power == 0) return std::exp(value);
    const double base = power * value + 1;
    return base <= 0 ? 0.0 : std::pow(base, 1 / power);
}

double box_cox_power(std::span<const double> values) {
    const double n = static_cast<double>(values.size());
    double mean_log = 0;
    for (const double value : values) mean_log += std::log(value) / n;
    std::vector<double> logs, transformed(values.size());
    for (const double value : values)
        logs.push_back(std::log(value) - mean_log);  // of values in units of their geometric mean
    double best = 1, least = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 20; ++i) {
        const double power = i / 20.0;
        for (std::size_t t = 0; t < values.size(); ++t)
            transformed[t] = power == 0 ? logs[t] : std::expm1(power * logs[t]) / power;
        const Line line = fit_line(transformed);
        double squares = 0;
        for (std::size_t t = 0; t < values.size(); ++t) {
            const double error = transformed[t] - line.start - line.slope * static_cast<double>(t);
            squares += error * error;
        }
        if (squares < least * (1 - 1e-12)) least = squares, best = power;
    }
    return best;
}

namespace {

struct Kind {
    std::string_view label, words;
    ThetaKind kind;
    int least;
};

std::string season_part(const Question& question, const Deseasonalised& plain) {
    if (!plain.seasonal) return {};
    return season_words(question.season) +
           (plain.kind == SeasonKind::multiplicative ? ", multiplicative: " : ", additive: ");
}

void number(Fit& fit, const ThetaFit& theta) {
    fit.numbers["alpha"] = theta.alpha;
    if (theta.kind != ThetaKind::standard) {
        fit.numbers["weight"] = theta.weight;
        if (theta.weight < 1) fit.numbers["theta"] = 1 / (1 - theta.weight);
    }
    fit.numbers["sigma2"] = theta.sigma2;
    fit.parameters = theta.kind == ThetaKind::standard ? 4 : 5;
    fit.evaluations = theta.evaluations;
}

// As R's `thetaf` and the benchmarks of M4 do, or shrunk: on held-out ends of M3 dynamic Theta is 3 to 4 % less off by it (OWA 0.883 to
// 0.855 quarterly, 0.883 to 0.844 monthly).
Deseasonalised season_out(const Question& question) {
    if (question.bounds == Bounds::r_compatible) return deseasonalise(question.values, question.season);
    const std::span<const int> season(&question.season, question.season > 1 && question.values.size() >= 2 * static_cast<std::size_t>(question.season) ? 1 : 0);
    return without_shape(question.values, season);
}

Result<Fit> plain_theta(const Question& question, const Kind& kind) {
    FAIRLEAD_TRY(check_question(question, kind.label, kind.least));
    const Deseasonalised plain = season_out(question);
    const std::size_t n = question.values.size();
    const ThetaFit theta = fit_theta(plain.values, kind.kind);
    Fit fit;
    std::vector<double> variance;
    forecast_theta(plain.values, theta, question.horizon, fit.mean, variance);
    for (std::size_t h = 0; h < fit.mean.size(); ++h) {
        fit.mean[h] = plain.with_season(fit.mean[h], n + h);
        fit.deviation.push_back(plain.deviation_with_season(std::sqrt(variance[h]), n + h));
    }
    if (question.with_fitted)
        for (std::size_t t = 0; t < n; ++t)
            fit.fitted.push_back(t < first_error(kind.kind) ? std::numeric_limits<double>::quiet_NaN()
                                                            : plain.with_season(theta.fitted[t], t));
    number(fit, theta);
    fit.description = season_part(question, plain) + std::string(kind.words);
    return fit;
}

Result<Fit> standard(const Question& question) {
    return plain_theta(question, {"Theta", "average of a line and simple smoothing", ThetaKind::standard, 4});
}
Result<Fit> optimised(const Question& question) {
    return plain_theta(question,
                       {"Optimised Theta", "simple smoothing with a share of a line", ThetaKind::optimised, 5});
}
Result<Fit> dynamic_optimised(const Question& question) {
    return plain_theta(question, {"Dynamic Theta", "simple smoothing with a share of the line so far",
                                  ThetaKind::dynamic_optimised, 7});
}

// Theta of transformed values. The forecast is the median (no correction on the way back); the deviation half the way
// from one deviation below to one above.
Result<Fit> transformed(const Question& question, std::string_view label, bool find_power) {
    FAIRLEAD_TRY(check_question(question, label, 4));
    FAIRLEAD_TRY(check_positive(question, label));
    const Deseasonalised plain = season_out(question);
    const std::size_t n = question.values.size();
    const double largest = unknown_deviation(question.values);
    double power = find_power ? box_cox_power(plain.values) : 0.0;
    // Values in units of their geometric mean: the power then means the same whatever the unit.
    double mean_log = 0;
    for (const double value : plain.values) mean_log += std::log(value) / static_cast<double>(n);
    const double unit = std::exp(mean_log);
    std::vector<double> values(n);
    for (;;) {
        for (std::size_t t = 0; t < n; ++t) values[t] = box_cox(plain.values[t] / unit, power);
        const ThetaFit theta = fit_theta(values, ThetaKind::standard);
        Fit fit;
        std::vector<double> mean, variance;
        forecast_theta(values, theta, question.horizon, mean, variance);
        bool explodes = false;
        for (std::size_t h = 0; h < mean.size(); ++h) {
            const double deviation = std::sqrt(variance[h]);
            const auto back = [&](double value) {
                return inverse_box_cox(value, power) * unit *
                       (plain.kind == SeasonKind::multiplicative ? plain.index(n + h) : 1.0);
            };
            fit.mean.push_back(back(mean[h]) +
                               (plain.kind == SeasonKind::additive && plain.seasonal ? plain.index(n + h) : 0.0));
            fit.deviation.push_back(0.5 * (back(mean[h] + deviation) - back(mean[h] - deviation)));
            explodes = explodes || !(std::abs(fit.mean[h]) + 1.96 * fit.deviation[h] < 10 * largest);
        }
        if (explodes && power < 1) {  // such growth is an artefact of the transformation
            power = 1;
            continue;
        }
        if (question.with_fitted)
            for (std::size_t t = 0; t < n; ++t)
                fit.fitted.push_back(plain.with_season(inverse_box_cox(theta.fitted[t], power) * unit, t));
        number(fit, theta);
        fit.numbers["power"] = power;
        char words[80];
        std::snprintf(words, sizeof words,
                      power == 0   ? "of logarithms"
                      : power == 1 ? "of the values themselves"
                                   : "of values to the power of %.2f",
                      power);
        fit.description = season_part(question, plain) + "average of a line and simple smoothing, " + words;
        return fit;
    }
}

Result<Fit> of_logarithms(const Question& question) {
    return transformed(question, "Theta of logarithms", false);
}
Result<Fit> of_powers(const Question& question) {
    return transformed(question, "Theta of powers", true);
}

constexpr Model family[] = {
    {"theta", "Theta", at_least<4>, standard, true, 3},
    {"theta_optimised", "Optimised Theta", at_least<5>, optimised, true, 4},
    {"theta_dynamic", "Dynamic optimised Theta", at_least<7>, dynamic_optimised, true, 4},
    {"theta_log", "Theta of logarithms", at_least<4>, of_logarithms, true, 4},
    {"theta_box_cox", "Theta of powers (Box-Cox)", at_least<4>, of_powers, true, 6},
};

}  // namespace

std::span<const Model> theta_family() {
    return family;
}

}  // namespace fairlead::forecast
