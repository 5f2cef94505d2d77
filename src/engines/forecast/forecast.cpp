// The engine: samples, held-out ends, intervals, and the forecasts themselves.
#include "engines/forecast/forecast.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "engines/forecast/hash.h"

namespace fairlead::forecast {
namespace {

constexpr std::size_t wanted_ends = 400;  // of a kind: few series give several ends each
constexpr std::size_t most_ends = 24;     // of one series

Measured relative_error(const HeldOut& one) {
    if (one.outlook.scale <= 0 || one.actual.empty()) return std::nullopt;
    double sum = 0;
    for (std::size_t h = 0; h < one.actual.size(); ++h) sum += std::abs(one.actual[h] - one.outlook.mean[h]);
    return sum / static_cast<double>(one.actual.size()) / one.outlook.scale;
}

Outlook outlook_of(const PoolForecast& pool, std::span<const double> past, const Series& series) {
    Outlook outlook;
    outlook.scale = interval_scale(past, series.scale_season);
    outlook.mean = pool.mean;
    outlook.deviation = pool.deviation;
    outlook.spread = pool.spread;
    outlook.seasons = static_cast<double>(past.size()) / series.season;
    return outlook;
}

void not_below_zero(std::vector<double>& values) {
    for (double& value : values) value = std::max(value, 0.0);
}

}  // namespace

int usual_horizon(Frequency frequency) {
    constexpr int horizons[] = {6, 48, 28, 13, 12, 8, 6};
    return horizons[static_cast<std::size_t>(frequency)];
}

std::size_t last_origin(std::size_t count, int season, int horizon) {
    const std::size_t seasons = 2 * static_cast<std::size_t>(season);
    const std::size_t least = season > 1 && count > seasons ? seasons : std::min<std::size_t>(5, count >= 5 ? count - 1 : 3);
    if (count <= least) return 0;
    return std::max(least, count > static_cast<std::size_t>(horizon) ? count - static_cast<std::size_t>(horizon) : 0);
}

const LearnedKind* learned_for(const Way& way, const Series& series, std::size_t origin) {
    const LearnedKind* kind = way.learner != nullptr ? way.learner->kind_of(series) : nullptr;
    return kind != nullptr && kind->share > 0 && origin >= way.learner->trained_to(series) ? kind : nullptr;
}

PoolForecast forecast_from(const Way& way, const Series& series, std::size_t origin, int horizon, bool with_fitted, Sheet* sheet, std::shared_ptr<const Effects> effects) {
    auto past = std::span<const double>(series.values).first(origin);
    if (sheet != nullptr && sheet->answered) effects = sheet->effects;
    if (way.known != nullptr && !effects) effects = std::make_shared<Effects>(find_effects(*way.known, series, origin, horizon));
    if (sheet != nullptr) sheet->effects = effects;
    // What is known beside the series is taken out first, and put back into the answer.
    std::vector<double> freed;
    if (effects && effects->any()) freed = effects->free(past), past = freed;
    const LearnedKind* kind = learned_for(way, series, origin);
    Blend blend;
    if (kind != nullptr) blend = {way.learner->members(), [&](const PoolForecast& said) { return way.learner->shares(*kind, series, past, said); }};
    // The learner looks at as many steps as it was trained on.
    PoolForecast forecast = forecast_with(*way.pool, past, series.season, kind != nullptr ? std::max(horizon, kind->horizon) : horizon, way.bounds, with_fitted, series.longer_seasons, kind != nullptr ? &blend : nullptr, sheet);
    forecast.cut(static_cast<std::size_t>(horizon));
    if (sheet != nullptr && !sheet->answered) return forecast;
    if (!freed.empty()) effects->put_back(forecast);
    forecast.effects = std::move(effects);
    if (series.not_negative) not_below_zero(forecast.mean);
    return forecast;
}

HeldOut hold_out(const Way& way, const Series& series, std::size_t origin, int horizon, Sheet* sheet, std::shared_ptr<const Effects> effects) {
    const PoolForecast forecast = forecast_from(way, series, origin, horizon, false, sheet, std::move(effects));
    HeldOut out;
    if (sheet != nullptr && !sheet->answered) return out;
    out.outlook = outlook_of(forecast, std::span<const double>(series.values).first(origin), series);
    out.not_negative = series.not_negative;
    const std::size_t end = std::min(series.values.size(), origin + static_cast<std::size_t>(horizon));
    out.actual.assign(series.values.begin() + static_cast<std::ptrdiff_t>(origin), series.values.begin() + static_cast<std::ptrdiff_t>(end));
    return out;
}

const Band* Forecast::band(double probability) const {
    for (const Band& one : bands)
        if (std::abs(one.probability - probability) < 1e-9) return &one;
    return nullptr;
}

struct Engine::Group {
    // The sample: the series with the smallest hashes of their names, so that it does not depend on their order. The place in the file tells two of one name apart.
    std::map<std::pair<std::uint64_t, std::int64_t>, Series> sample;
    std::map<std::int64_t, HeldOut> last_ends;  // by the place in the file
    std::unique_ptr<Calibration> calibration, courses;  // `courses`: for paths, by finer quantiles
};

Engine::Engine(EngineOptions options) : options_(std::move(options)) {
    if (options_.pool == nullptr) options_.pool = find_pool("quick");
    ensure(options_.pool != nullptr, "there is a quick pool");
    probabilities_ = options_.quantiles;
    for (const double level : options_.levels) {
        probabilities_.push_back((1 - level) / 2);
        probabilities_.push_back((1 + level) / 2);
    }
    std::sort(probabilities_.begin(), probabilities_.end());
    probabilities_.erase(std::unique(probabilities_.begin(), probabilities_.end(), [](double a, double b) { return b - a < 1e-9; }), probabilities_.end());
    for (const double probability : probabilities_) ensure(probability > 0 && probability < 1, "a probability lies between 0 and 1");
}

Engine::~Engine() = default;

std::size_t Engine::find_kind(const Series& series) const {
    std::size_t i = 0;
    while (i < kinds_.size() && (kinds_[i].frequency != series.frequency || kinds_[i].rhythm != series.rhythm || kinds_[i].season != series.season)) ++i;
    return i;
}

std::size_t Engine::kind_of(const Series& series) {
    const std::size_t known = find_kind(series);
    if (known < kinds_.size()) return known;
    Kind kind;
    kind.frequency = series.frequency;
    kind.rhythm = series.rhythm;
    kind.season = series.season;
    kind.horizon = options_.horizon > 0 ? options_.horizon : usual_horizon(series.rhythm);
    kinds_.push_back(std::move(kind));
    groups_.push_back(std::make_unique<Group>());
    return kinds_.size() - 1;
}

Result<Series> prepare_with(const RawSeries& raw, const PrepareOptions& options, const Known* known, int horizon, std::shared_ptr<const Effects>* effects) {
    if (known == nullptr) return prepare(raw, options);
    PrepareOptions first = options;
    first.findings = false;
    FAIRLEAD_ASSIGN(Series series, prepare(raw, first));
    const int steps = horizon > 0 ? horizon : usual_horizon(series.rhythm);
    FAIRLEAD_TRY(known->check(series, steps));
    const bool changes = options.outliers == Outliers::mend || options.shifts == Shifts::cut;
    if (effects == nullptr && !changes) return series;
    auto found = std::make_shared<const Effects>(find_effects(*known, series, series.values.size(), steps));
    const std::vector<double> before = series.values;
    look_for_findings(series, options, found->free(series.values));
    // A day that is closed stays one.
    const std::size_t cut = before.size() - series.values.size();
    for (const auto& [t, instead] : found->closed_past)
        if (t >= cut) series.values[t - cut] = 0;
    if (effects != nullptr && series.values == before) *effects = std::move(found);
    return series;
}

void Engine::look(const std::vector<ReadSeries>& batch) {
    std::vector<std::optional<Series>> prepared(batch.size());
    for_each_index(batch.size(), options_.threads, [&](std::size_t i) {
        if (batch[i].fault) return;
        if (auto series = prepare_with(batch[i].series, options_.prepare, options_.known, options_.horizon)) prepared[i] = std::move(*series);
    });
    for (auto& series : prepared) {
        const std::int64_t ordinal = looked_++;
        if (!series) continue;
        const std::size_t kind = kind_of(*series);
        ++kinds_[kind].series;
        if (options_.learner != nullptr && options_.learner->trained_to(*series) > 0) ++kinds_[kind].trained_on;
        if (series->ended || last_origin(series->values.size(), series->season, kinds_[kind].horizon) == 0) continue;
        auto& sample = groups_[kind]->sample;
        const auto place = std::pair{hash_of(series->id), ordinal};
        if (sample.size() >= options_.sample && place > std::prev(sample.end())->first) continue;
        sample.emplace(place, std::move(*series));
        if (sample.size() > options_.sample) sample.erase(std::prev(sample.end()));
    }
}

bool Engine::learn(const Progress& progress) {
    struct Task {
        std::size_t kind = 0, series = 0;
        std::int64_t ordinal = 0;
        const Series* of = nullptr;
        std::size_t origin = 0;
        bool last = false;
        HeldOut held;
        std::vector<double> plain;  // what would have been said without anything known beside it
    };
    std::vector<Task> tasks;
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
        const auto& sample = groups_[kind]->sample;
        kinds_[kind].sampled = sample.size();
        const std::size_t horizon = static_cast<std::size_t>(kinds_[kind].horizon), each = sample.empty() ? 0 : std::clamp<std::size_t>(wanted_ends / sample.size(), 1, most_ends);
        std::size_t at = 0;
        for (const auto& [place, series] : sample) {
            const std::size_t last = last_origin(series.values.size(), series.season, kinds_[kind].horizon);
            // The earliest that an end may begin so that the past tells as much as before the last one.
            const std::size_t least = last_origin(series.values.size(), series.season, static_cast<int>(series.values.size()));
            for (std::size_t k = 0; k < each && last >= least + k; ++k) tasks.push_back({kind, at, place.second, &series, last - k, k == 0, {}, {}});
            if (last >= least + horizon && each <= horizon) tasks.push_back({kind, at, place.second, &series, last - horizon, false, {}, {}});
            ++at;
        }
    }
    std::size_t values = 0;
    for (const Task& task : tasks) values += task.origin;
    // The longest first, so that no thread is left with one at the end.
    std::vector<std::size_t> order(tasks.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tasks[a].origin > tasks[b].origin; });
    if (!for_each_lot(tasks.size(), lot_of(values, tasks.size()), options_.threads, [&](std::size_t from, std::size_t to) {
            ask_in_lots(to - from, [&](std::size_t i, Sheet* sheet) {
                Task& task = tasks[order[from + i]];
                task.held = hold_out(way(), *task.of, task.origin, kinds_[task.kind].horizon, sheet);
                task.held.series = task.series;
            });
            for (std::size_t i = from; i < to && options_.known != nullptr; ++i) {
                Task& task = tasks[order[i]];
                if (task.last) task.plain = forecast_from({options_.pool, options_.bounds, options_.learner, nullptr}, *task.of, task.origin, kinds_[task.kind].horizon).mean;
            }
        }, progress))
        return false;
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
        std::map<std::pair<std::int64_t, std::size_t>, const Task*> by_origin;
        for (const Task& task : tasks)
            if (task.kind == kind) by_origin[{task.ordinal, task.origin}] = &task;
        std::vector<HeldOut> cases;
        Kind& known = kinds_[kind];
        for (const Task& task : tasks) {
            if (task.kind != kind) continue;
            HeldOut held = task.held;
            const auto earlier = by_origin.find({task.ordinal, task.origin - std::min(task.origin, static_cast<std::size_t>(known.horizon))});
            if (earlier != by_origin.end() && earlier->second != &task) held.outlook.earlier = relative_error(earlier->second->held);
            if (task.last) {
                groups_[kind]->last_ends[task.ordinal] = held;
                known.learned += learned_for(way(), *task.of, task.origin) != nullptr ? 1 : 0;
                const std::size_t n = held.actual.size();
                const auto past = std::span<const double>(task.of->values).first(task.origin);
                const auto said = std::span<const double>(held.outlook.mean).first(n);
                const std::vector<double> naive = naive2(past, task.of->season, static_cast<int>(n));
                const Measured scale = absolute_scale(past, task.of->scale_season);
                known.smape.add(smape(held.actual, said));
                known.mase.add(mase(held.actual, said, scale));
                known.naive_smape.add(smape(held.actual, naive));
                known.naive_mase.add(mase(held.actual, naive, scale));
                for (std::size_t h = 0; h < n; ++h) known.sums.add(held.actual[h], said[h]);
                if (!task.plain.empty()) {
                    const auto plain = std::span<const double>(task.plain).first(n);
                    known.plain_smape.add(smape(held.actual, plain));
                    known.plain_mase.add(mase(held.actual, plain, scale));
                    for (std::size_t h = 0; h < n; ++h) known.plain_sums.add(held.actual[h], plain[h]);
                }
            }
            cases.push_back(std::move(held));
        }
        known.held_out = cases.size();
        const double regressed = choose_regressed(cases, known.horizon, known.season > 1);
        groups_[kind]->calibration = std::make_unique<Calibration>(cases, known.horizon, probabilities_, known.season > 1, regressed);
        if (options_.paths > 0)
            groups_[kind]->courses = std::make_unique<Calibration>(cases, known.horizon, std::vector<double>{0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995}, known.season > 1, regressed);
        known.thin = groups_[kind]->calibration->worth() < 10;
        known.coverage = cross_validate(cases, known.horizon, options_.levels, known.season > 1, regressed);
        groups_[kind]->sample.clear();
    }
    return true;
}

// Why the learner was not asked, or what it must not be judged by.
void Engine::note_learner(Series& series, const PoolForecast& pool) const {
    const LearnedKind* kind = options_.learner->kind_of(series);
    const auto say = [&](const char* code, std::string message) { series.notes.push_back({code, std::move(message), {}}); };
    if (kind == nullptr) return say("not_trained", "The trained file knows no such series (" + (series.rhythm == Frequency::number ? std::string("numbers") : std::string(plural_of(series.rhythm, 2))) + ", season of " + std::to_string(series.season) + "): forecast by the pool alone");
    if (kind->share <= 0) return say("trained_no_better", "What was learned of such series was no better than the pool when it was trained: forecast by the pool alone");
    if (pool.learned <= 0) return say("not_trained", "Mostly zeros or very short: forecast by the pool alone, without what was learned");
    if (const std::size_t to = options_.learner->trained_to(series); to > 0 && to <= series.values.size())
        say("in_training", "The trained weights were learned from its values up to " + series.first.after(static_cast<std::int64_t>(to) - 1).text() + ": held-out ends before are forecast without them");
}

// A series whose models are to be asked.
struct Engine::Begun {
    Forecast out;
    std::size_t origin = 0;           // of its last end; 0: none
    const HeldOut* known = nullptr;   // that end, where it was in the sample
    Sheet forecast, held_out;         // questions to the models
};

Engine::Begun Engine::begin(const ReadSeries& read, std::int64_t ordinal) const {
    Begun begun;
    Forecast& out = begun.out;
    out.id = read.series.id;
    const auto without = [&](const Refused& refused) {
        out.refused = refused;
        out.series.id = read.series.id;
        out.series.dimensions = read.series.dimensions;
    };
    if (read.fault) return without(*read.fault), std::move(begun);
    std::shared_ptr<const Effects> effects;
    auto prepared = prepare_with(read.series, options_.prepare, options_.known, options_.horizon, &effects);
    if (!prepared) return without(prepared.refused()), std::move(begun);
    out.series = std::move(*prepared);
    const Series& series = out.series;
    out.kind = find_kind(series);
    ensure(out.kind < kinds_.size() && groups_[out.kind]->calibration, "a series is looked at before it is forecast");
    const int horizon = kinds_[out.kind].horizon;
    begun.origin = series.ended ? 0 : last_origin(series.values.size(), series.season, horizon);
    if (const auto known = groups_[out.kind]->last_ends.find(ordinal); known != groups_[out.kind]->last_ends.end()) begun.known = &known->second;
    forecast_from(way(), series, series.values.size(), horizon, options_.with_fitted, &begun.forecast, std::move(effects));
    if (begun.origin > 0 && begun.known == nullptr) hold_out(way(), series, begun.origin, horizon, &begun.held_out);
    return begun;
}

Forecast Engine::finish(Begun& begun) const {
    Forecast& out = begun.out;
    if (out.refused) return std::move(out);
    Series& series = out.series;
    const Kind& kind = kinds_[out.kind];
    const auto steps = static_cast<std::size_t>(kind.horizon);
    const Calibration& calibration = *groups_[out.kind]->calibration;

    out.pool = forecast_from(way(), series, series.values.size(), kind.horizon, options_.with_fitted, &begun.forecast);
    if (out.pool.sparse) series.notes.push_back({"sparse", "More than half of its values are zero: forecast as demand that comes rarely", {}});
    if (options_.learner != nullptr && !series.ended) note_learner(series, out.pool);
    if (out.pool.effects) {
        const std::vector<Note> told = notes_of(*out.pool.effects);
        series.notes.insert(series.notes.end(), told.begin(), told.end());
    }
    Outlook outlook = outlook_of(out.pool, series.values, series);

    const std::size_t origin = begun.origin;
    if (origin > 0) {
        const HeldOut held = begun.known != nullptr ? *begun.known : hold_out(way(), series, origin, kind.horizon, &begun.held_out);
        outlook.earlier = relative_error(held);
        out.held_out = held.actual;
        out.held_out_forecast.assign(held.outlook.mean.begin(), held.outlook.mean.begin() + static_cast<std::ptrdiff_t>(held.actual.size()));
    }
    if (series.ended) std::fill(outlook.mean.begin(), outlook.mean.end(), 0.0), outlook.scale = 0;
    if (series.ended) outlook.deviation = outlook.spread = std::vector<double>(steps, 0.0);

    auto quantiles = calibration.quantiles(outlook), totals = calibration.total_quantiles(outlook);
    out.mean = outlook.mean;
    out.totals = outlook.mean;
    std::partial_sum(out.totals.begin(), out.totals.end(), out.totals.begin());
    if (series.by_working_days) {
        // Back from values per working day; a total lies as far from its middle as so many average days make it.
        double days = 0, middle = 0;
        for (std::size_t h = 0; h < steps; ++h) {
            const double here = series.times(out.period(h));
            days += here;
            const double per_day = out.totals[h];
            middle += out.mean[h] * here;
            out.mean[h] *= here;
            for (auto& row : quantiles) row[h] *= here;
            for (auto& row : totals) row[h] = middle + (row[h] - per_day) * days / static_cast<double>(h + 1);
            out.totals[h] = middle;
        }
        for (std::size_t i = 0; i < out.held_out.size(); ++i) {
            const double here = series.times(series.first.after(static_cast<std::int64_t>(origin + i)));
            out.held_out[i] *= here;
            out.held_out_forecast[i] *= here;
        }
    }
    for (std::size_t p = 0; p < probabilities_.size(); ++p) {
        out.bands.push_back({probabilities_[p], std::move(quantiles[p]), std::move(totals[p])});
        if (out.pool.effects)
            for (const std::size_t h : out.pool.effects->closed_ahead) out.bands.back().values[h] = 0;
        if (!series.not_negative) continue;
        not_below_zero(out.bands.back().values);
        not_below_zero(out.bands.back().totals);
    }
    if (options_.paths > 0) {
        out.paths = groups_[out.kind]->courses->paths(outlook, static_cast<std::size_t>(options_.paths), options_.seed * 0x9e3779b97f4a7c15ULL ^ hash_of(series.id));
        for (auto& path : out.paths) {
            for (std::size_t h = 0; h < steps; ++h) path[h] *= series.times(out.period(h));
            if (series.not_negative) not_below_zero(path);
        }
    }
    if (kind.thin && !series.ended)
        series.notes.push_back({"interval_by_others", calibration.cases() == 0 ? "There is too little history to hold out an end: the interval is what was usual for other series, not what this file showed"
                                                                            : "Few ends could be held out (" + std::to_string(calibration.cases()) + ", overlapping): the interval rests in part on what was usual for other series", {}});
    return std::move(out);
}

std::optional<std::vector<Forecast>> Engine::forecast(const std::vector<ReadSeries>& batch, const Progress& progress, const std::function<bool(const ReadSeries&)>& wanted) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (!wanted || wanted(batch[i])) places.push_back(i);
    std::vector<Forecast> out(places.size());
    const std::int64_t first = answered_;
    answered_ += static_cast<std::int64_t>(batch.size());
    std::size_t observations = 0;
    for (const std::size_t place : places) observations += batch[place].series.observations.size();
    if (!for_each_lot(places.size(), lot_of(observations, places.size()), options_.threads, [&](std::size_t from, std::size_t to) {
            std::vector<Begun> begun;
            std::vector<Sheet> sheets;
            for (std::size_t i = from; i < to; ++i) {
                begun.push_back(begin(batch[places[i]], first + static_cast<std::int64_t>(places[i])));
                sheets.push_back(std::move(begun.back().forecast));
                sheets.push_back(std::move(begun.back().held_out));
            }
            answer(sheets);
            for (std::size_t i = from; i < to; ++i) {
                begun[i - from].forecast = std::move(sheets[2 * (i - from)]);
                begun[i - from].held_out = std::move(sheets[2 * (i - from) + 1]);
                out[i] = finish(begun[i - from]);
            }
        }, progress)) return std::nullopt;
    return out;
}

std::vector<Forecast> forecast_all(const std::vector<ReadSeries>& series, const EngineOptions& options) {
    Engine engine(options);
    engine.look(series);
    engine.learn();
    return *engine.forecast(series);
}

}  // namespace fairlead::forecast
