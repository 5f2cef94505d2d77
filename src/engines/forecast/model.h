// What every forecasting model is: a function from a series without gaps to forecasts, with its own account of how
// sure it is. Preparation of series, choice, combination and intervals across models stand above this (forecast.h).
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fairlead::forecast {

// How smoothing parameters are bounded: `robust` keeps the trend's (beta) at or below 0.2 (0.2 / season where there is
// one), which is measured to forecast better; `r_compatible` allows what R's `ets` allows, for comparison. The Theta family
// takes seasons out shrunk, or with `r_compatible` as R's `thetaf` does.
enum class Bounds : std::uint8_t { robust, r_compatible };

// What a model is asked. `values` oldest first, finite, without gaps, at least `Model::least(season)` of them.
struct Question {
    std::span<const double> values;
    int season = 1;                 // periods in a season (12 for months, 4 for quarters); 1: none
    int horizon = 1;                // steps ahead, at least 1
    Bounds bounds = Bounds::robust;
    bool with_fitted = false;       // fitted values cost memory: only on request
    std::span<const int> seasons{}; // all seasons, shortest first, where there are several (hours: 24, 168); else empty
    // What is known beside the series, past and future: columns of as many values as the series and the horizon together
    // (working days, promotions ...). Only models that say so use them.
    std::span<const std::vector<double>> regressors{};
};

// What it answers. Vectors have `horizon` values, `fitted` as many as the series (NaN before the first that the model
// can tell), or none where not asked for.
struct Fit {
    std::vector<double> mean;
    std::vector<double> deviation;  // standard deviation of the forecast error at each step, by the model's own account
    std::vector<double> fitted;
    double log_likelihood = std::numeric_limits<double>::quiet_NaN();
    double aicc = std::numeric_limits<double>::quiet_NaN();  // infinity where there are too few values for it; NaN where it has none
    int parameters = 0;             // estimated ones, variance included
    std::int64_t evaluations = 0;   // of the objective: what it cost
    std::string description;        // "damped trend, season of 12, multiplicative"
    std::map<std::string, double> numbers;  // parameters by their usual names: alpha, beta, phi ...
};

// A model never throws on data: what it cannot fit it refuses (`too_short`, `not_positive`, ...).
struct Model {
    std::string_view name;          // stable: "naive", "ets", "theta_dynamic" ...
    std::string_view label;         // for people
    int (*least)(int season);       // the fewest values it takes
    Result<Fit> (*fit)(const Question& question);
    bool seasonal = false;          // uses `season`; others are given deseasonalised values by the pool where it asks so
    int cost = 1;                   // relative: 1 naive, 10 smoothing, 100 a search
    bool regressors = false;        // uses `Question::regressors`
    bool any_season = false;        // takes seasons of any length, and several, by itself: a long one is not taken out before
    // Several questions at once, with the same answers: quicker where searches go side by side (numerics/lockstep.h).
    // Null: one after the other.
    std::vector<Result<Fit>> (*fit_many)(std::span<const Question> questions) = nullptr;
};

// What the model answers to each question.
std::vector<Result<Fit>> ask_all(const Model& model, std::span<const Question> questions);

// Every model of this library, in a fixed order.
std::span<const Model> models();
const Model* find_model(std::string_view name);

}  // namespace fairlead::forecast
