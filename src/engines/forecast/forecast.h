// Forecasting many series: preparation, a pool of models, intervals from held-out errors. The front door of the engine.
//
//     Engine engine({.horizon = 12});
//     engine.look(batch);                 // every batch, in the order of the file: keeps a sample of each kind of series
//     engine.learn();                     // forecasts the held-out ends of the sample
//     for (batch) engine.forecast(batch); // the same batches again
//
// The same numbers whatever the number of threads and the size of the batches. What is held is the sample and the batch.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/forecast/effects.h"
#include "engines/forecast/intervals.h"
#include "engines/forecast/learner.h"
#include "engines/forecast/parallel.h"
#include "engines/forecast/pool.h"
#include "engines/forecast/reader.h"
#include "engines/forecast/series.h"

namespace fairlead::forecast {

// Steps ahead where nobody says how many: 48 hours, 28 days, 13 weeks, 12 months, 8 quarters, 6 years or numbers.
int usual_horizon(Frequency frequency);

struct EngineOptions {
    int horizon = 0;                        // 0: usual_horizon
    std::vector<double> levels{0.8, 0.95};  // of intervals
    std::vector<double> quantiles{};        // further probabilities
    int paths = 0;                          // courses to draw for each series (Forecast::paths)
    std::uint64_t seed = 1;                 // of the paths, with the series' name
    const Pool* pool = nullptr;             // null: the quick one. It must outlive the engine
    const Learner* learner = nullptr;       // trained weights, for the pool that they were trained with. It must outlive the engine
    Bounds bounds = Bounds::robust;
    PrepareOptions prepare{};
    int threads = 0;                        // 0: as many as there are processors
    bool with_fitted = false;               // PoolForecast::fitted, for reconciling
    std::size_t sample = 2000;              // series of each kind whose ends are held out for the intervals
    const Known* known = nullptr;           // beside the series: calendar, events, regressors. It must outlive the engine
};

struct Band {
    double probability = 0;
    std::vector<double> values, totals;  // per step; of the first 1 to horizon steps together
};

// How forecasts are made: the same for held-out ends and for what is asked.
struct Way {
    const Pool* pool = nullptr;
    Bounds bounds = Bounds::robust;
    const Learner* learner = nullptr;    // null: the pool alone
    const Known* known = nullptr;        // beside the series; null: nothing
};

// What the way's learner knows for this series at `origin`; null where it is not asked: there is none, it knows no such series, it
// was no better than the pool, or it was trained on values behind the origin, by which it must not be judged.
const LearnedKind* learned_for(const Way& way, const Series& series, std::size_t origin);

// What is said at `origin` (of the series' values before it; of all where it is their number), not below zero where the past never
// was.
// With `effects` these are taken, instead of finding them anew (they do not depend on the pool).
PoolForecast forecast_from(const Way& way, const Series& series, std::size_t origin, int horizon, bool with_fitted = false, Sheet* sheet = nullptr, std::shared_ptr<const Effects> effects = nullptr);

// `prepare`, with all that is to be known beside the series (Known::check): a value or a step is out of line where what is known does
// not explain it. With `effects` they are given where they were found and hold for the series as it is.
Result<Series> prepare_with(const RawSeries& raw, const PrepareOptions& options, const Known* known, int horizon, std::shared_ptr<const Effects>* effects = nullptr);

// The answer for one series, in the order of the file.
struct Forecast {
    std::string id;
    std::optional<Refused> refused;      // why there is none; `series` then has only its name and dimensions
    Series series;
    std::vector<double> mean, totals;
    std::vector<Band> bands;             // quantiles by rising probability
    std::vector<std::vector<double>> paths;  // where asked for: each with a value per step
    PoolForecast pool;
    std::size_t kind = 0;                // index of Engine::kinds()
    std::vector<double> held_out, held_out_forecast;  // its own last values, and what would have been forecast

    Period period(std::size_t step) const { return series.last().after(static_cast<std::int64_t>(step) + 1); }  // step from 0
    const Band* band(double probability) const;
};

// Series of one frequency and season, and what their held-out ends showed.
struct Kind {
    Frequency frequency = Frequency::number, rhythm = Frequency::number;
    int season = 1, horizon = 1;
    std::size_t series = 0, sampled = 0;
    std::size_t held_out = 0;            // ends, of the sampled ones
    std::size_t learned = 0;             // of the sampled ones' last ends, for which the learner was asked
    std::size_t trained_on = 0;          // series that the learner was trained on
    std::vector<Coverage> coverage;      // per level of the options, by cross-validation
    Mean smape, mase, naive_smape, naive_mase;  // over the last held-out end of each; naive2 beside
    Sums sums;
    Mean plain_smape, plain_mase;        // without what is known beside the series, where something is
    Sums plain_sums;
    bool thin = false;
};

class Engine {
  public:
    explicit Engine(EngineOptions options);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    void look(const std::vector<ReadSeries>& batch);
    // False when `progress` stopped it.
    bool learn(const Progress& progress = {});
    // Nothing when it was stopped. Of a batch only those for which `wanted` holds, where it is given.
    std::optional<std::vector<Forecast>> forecast(const std::vector<ReadSeries>& batch, const Progress& progress = {}, const std::function<bool(const ReadSeries&)>& wanted = {});

    const std::vector<Kind>& kinds() const { return kinds_; }
    const EngineOptions& options() const { return options_; }
    Way way() const { return {options_.pool, options_.bounds, options_.learner, options_.known}; }

  private:
    struct Group;
    std::size_t find_kind(const Series& series) const;  // kinds().size() where there is none yet
    std::size_t kind_of(const Series& series);
    void note_learner(Series& series, const PoolForecast& pool) const;
    struct Begun;
    Begun begin(const ReadSeries& read, std::int64_t ordinal) const;
    Forecast finish(Begun& begun) const;

    EngineOptions options_;
    std::vector<double> probabilities_;
    std::vector<Kind> kinds_;
    std::vector<std::unique_ptr<Group>> groups_;
    std::int64_t looked_ = 0, answered_ = 0;
};

// All at once, for series that are in memory.
std::vector<Forecast> forecast_all(const std::vector<ReadSeries>& series, const EngineOptions& options);

// ---- Held-out ends ------------------------------------------------------------------------------------------------------

// Where the last held-out end of a series begins: `horizon` before its end, later where the past would be too short to tell what
// the whole tells (two seasons, or five values); 0: no end can be held out.
std::size_t last_origin(std::size_t count, int season, int horizon);
// What would have been said at `origin`, with the values that came.
HeldOut hold_out(const Way& way, const Series& series, std::size_t origin, int horizon, Sheet* sheet = nullptr, std::shared_ptr<const Effects> effects = nullptr);

}  // namespace fairlead::forecast
