// Training: cases of rolling origins, forests, and what the later origin says of them.
#include "engines/forecast/trainer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>

#include "engines/forecast/backtest.h"
#include "engines/forecast/forecast.h"
#include "engines/forecast/hash.h"

namespace fairlead::forecast {
namespace {

constexpr std::size_t least_series = 30, least_origins = 100;  // of a kind
constexpr double shares_tried[] = {0, 0.25, 0.5, 0.75, 1};
constexpr double certain = 0.05;

struct Origin {
    std::size_t kind = 0, series = 0;
    const Series* of = nullptr;
    std::size_t origin = 0;
    int later = 0;
};

Case case_of(const Origin& at, int horizon, const TrainOptions& options, const std::vector<PoolMember>& members, Sheet* sheet) {
    const Series& series = *at.of;
    const auto past = std::span<const double>(series.values).first(at.origin);
    const Blend blend{members, [](const PoolForecast&) { return std::optional<Shares>(); }};
    const PoolForecast forecast = forecast_with(*options.pool, past, series.season, horizon, options.bounds, false, series.longer_seasons, &blend, sheet);
    Case one;
    if (!sheet->answered) return one;
    one.series = at.series;
    one.kind = at.kind;
    one.origin = at.origin;
    one.answers.push_back(forecast.mean);
    for (const PoolMember& member : members) {
        const auto found = std::find_if(forecast.members.begin(), forecast.members.end(), [&](const Member& of) { return of.model == member.model->name; });
        one.answers.push_back(found != forecast.members.end() && found->left_out.empty() ? found->mean : std::vector<double>());
    }
    one.features = learner_features(past, series.season, series.scale_season, one.answers[0], std::span(one.answers).subspan(1));
    const auto end = series.values.begin() + static_cast<std::ptrdiff_t>(at.origin);
    one.actual.assign(end, end + horizon);
    one.scale = absolute_scale(past, series.scale_season);
    const auto naive = naive2(past, series.season, horizon);
    one.naive_smape = smape(one.actual, naive);
    one.naive_mase = mase(one.actual, naive, one.scale);
    return one;
}

// Which quarter of the series (by name) a forest does without.
bool left_for(std::uint64_t mark, std::size_t forest, std::size_t forests) { return forests > 1 && (mark >> 20) % std::max<std::size_t>(forests, 4) == forest; }
bool in_first_half(std::uint64_t mark) { return ((mark >> 40) & 1U) != 0; }

Refused stopped() { return refuse(Why::unavailable, "stopped", "Stopped; nothing was written"); }

struct Grown {
    std::optional<Refused> refused;
    Forest forest;
};

Grown grow(const std::vector<const Case*>& cases, const std::vector<Yardstick>& by, const TrainOptions& options, const std::vector<double>& start, const std::function<bool()>& told) {
    Grown out;
    const std::size_t outputs = start.size(), columns = cases.front()->features.size();
    std::vector<float> rows;
    rows.reserve(cases.size() * columns);
    for (const Case* one : cases) rows.insert(rows.end(), one->features.begin(), one->features.end());
    auto booster = Booster::create(rows, columns, outputs, options.boost);
    if (!booster) return out.refused = booster.refused(), out;
    std::vector<float> gradient(cases.size() * outputs), second(gradient.size());
    std::vector<double> margins(outputs), slopes(outputs), bends(outputs);
    for (int round = 0; round < options.rounds; ++round) {
        if (!told()) return out;
        const auto said = (*booster)->margins();
        for (std::size_t i = 0; i < cases.size(); ++i) {
            for (std::size_t k = 0; k < outputs; ++k) margins[k] = start[k] + static_cast<double>(said[i * outputs + k]);
            combined_gradient(*cases[i], by[cases[i]->kind], margins, slopes, bends);
            for (std::size_t k = 0; k < outputs; ++k) {
                gradient[i * outputs + k] = static_cast<float>(slopes[k]);
                second[i * outputs + k] = static_cast<float>(bends[k]);
            }
        }
        (*booster)->grow(gradient, second);
    }
    out.forest = (*booster)->forest();
    return out;
}

// What rounds and shares lose on later origins: one row of `choices` per case.
struct Losses {
    std::size_t choices = 0;  // rounds from 0 on, shares within
    std::vector<double> of;
    double at(std::size_t one, std::size_t choice) const { return of[one * choices + choice]; }
};

struct Chosen {
    int rounds = 0;
    double share = 0, loss = 0;
    std::size_t choice = 0;
};

// The least mean loss over the cases for which `in` holds; of equals the one that changes least.
Chosen choose(const Losses& losses, std::size_t cases, const std::function<bool(std::size_t)>& in, bool learned_alone = false) {
    std::vector<double> sums(losses.choices, 0.0);
    double count = 0;
    for (std::size_t i = 0; i < cases; ++i) {
        if (!in(i)) continue;
        count += 1;
        for (std::size_t c = 0; c < losses.choices; ++c) sums[c] += losses.at(i, c);
    }
    Chosen best;
    best.loss = INFINITY;
    constexpr std::size_t shares = std::size(shares_tried);
    for (std::size_t c = 0; c < losses.choices; ++c) {
        if (learned_alone && c % shares != shares - 1) continue;
        if (sums[c] / count < best.loss * (1 - 1e-9)) best = {static_cast<int>(c / shares), shares_tried[c % shares], sums[c] / count, c};
    }
    return best;
}

}  // namespace

// Chosen on held-out ends of the training parts of M3 and tourism, as the settings of TrainOptions (docs/guide/forecasting.md).
std::vector<std::string> usual_members() { return {"seasonal_naive", "drift", "ses", "damped", "ets_average", "theta_dynamic", "theta_log", "ces", "ar", "ar_seasonal", "mstl"}; }

Trainer::Trainer(TrainOptions options) : options_(std::move(options)) {
    if (options_.pool == nullptr) options_.pool = find_pool("quick");
    if (options_.members.empty()) options_.members = usual_members();
    ensure(options_.pool != nullptr && options_.origins >= 1 && options_.rounds >= 1 && options_.forests >= 1, "training has a pool, an origin, a round and a forest");
}

void Trainer::look(const std::vector<ReadSeries>& batch, const PrepareOptions& options) {
    std::vector<std::optional<Series>> prepared(batch.size());
    for_each_index(batch.size(), options_.threads, [&](std::size_t i) {
        if (batch[i].fault) return;
        auto series = prepare(batch[i].series, options);
        if (series && !series->ended && !is_sparse(series->values)) prepared[i] = std::move(*series);
    });
    for (auto& series : prepared) {
        const std::int64_t ordinal = looked_++;
        if (!series) {
            ++left_out_;
            continue;
        }
        std::size_t at = 0;
        while (at < groups_.size() && (groups_[at].rhythm != series->rhythm || groups_[at].season != series->season)) ++at;
        if (at == groups_.size()) groups_.push_back({series->rhythm, series->season, options_.horizon > 0 ? options_.horizon : usual_horizon(series->rhythm), {}, 0});
        Group& group = groups_[at];
        const std::size_t n = series->values.size(), horizon = static_cast<std::size_t>(group.horizon), least = last_origin(n, series->season, static_cast<int>(n));
        if (n < least + 2 * horizon || least == 0) {
            ++left_out_;
            continue;
        }
        ++group.series;
        const auto place = std::pair{hash_of(series->id), ordinal};
        if (group.sample.size() >= options_.sample && place > std::prev(group.sample.end())->first) continue;
        group.sample.emplace(place, std::move(*series));
        if (group.sample.size() > options_.sample) group.sample.erase(std::prev(group.sample.end()));
    }
}

std::size_t Trainer::later_of(const Group& group) const {
    std::size_t long_enough = 0;
    for (const auto& [mark, series] : group.sample) {
        const std::size_t n = series.values.size();
        long_enough += n >= last_origin(n, series.season, static_cast<int>(n)) + 3 * static_cast<std::size_t>(group.horizon) ? 1 : 0;
    }
    return long_enough >= least_series && 2 * long_enough >= group.sample.size() ? 2 : 1;
}

Result<std::vector<Case>> Trainer::cases(const Progress& progress) const {
    std::vector<PoolMember> members;
    for (const std::string& name : options_.members) {
        const Model* model = find_model(name);
        ensure(model != nullptr, "members are models");
        members.push_back({model, !model->seasonal, false});
    }
    std::vector<Origin> origins;
    std::size_t place = 0;
    for (std::size_t kind = 0; kind < groups_.size(); ++kind) {
        const std::size_t horizon = static_cast<std::size_t>(groups_[kind].horizon), step = std::max<std::size_t>(1, horizon / 2), latest = later_of(groups_[kind]);
        for (const auto& [mark, series] : groups_[kind].sample) {
            const std::size_t n = series.values.size(), least = last_origin(n, series.season, static_cast<int>(n));
            for (std::size_t k = 1; k <= latest && n >= least + k * horizon; ++k) origins.push_back({kind, place, &series, n - k * horizon, static_cast<int>(k)});
            for (std::size_t k = 0; k < static_cast<std::size_t>(options_.origins) && n >= least + (latest + 1) * horizon + k * step; ++k) origins.push_back({kind, place, &series, n - (latest + 1) * horizon - k * step, 0});
            ++place;
        }
    }
    // The longest first, so that no thread is left with one at the end.
    std::vector<std::size_t> order(origins.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return origins[a].origin > origins[b].origin; });
    std::vector<Case> out(origins.size());
    std::size_t values = 0;
    for (const Origin& one : origins) values += one.origin;
    if (!for_each_lot(origins.size(), lot_of(values, origins.size()), options_.threads, [&](std::size_t from, std::size_t to) {
            ask_in_lots(to - from, [&](std::size_t i, Sheet* sheet) {
                const Origin& at = origins[order[from + i]];
                Case& one = out[order[from + i]];
                one = case_of(at, groups_[at.kind].horizon, options_, members, sheet);
                one.later = at.later;
            });
        }, progress))
        return stopped();
    return out;
}

Result<Learner> Trainer::train(const Progress& progress) {
    // Forecasting the origins takes most of the time.
    const auto part = [&](double from, double to) {
        return [&progress, from, to](std::size_t done, std::size_t of) { return !progress || progress(static_cast<std::size_t>(1000 * (from + (to - from) * static_cast<double>(done) / static_cast<double>(of))), 1000); };
    };
    FAIRLEAD_ASSIGN(const std::vector<Case> all, cases(part(0, 0.7)));
    return learn(all, part(0.7, 1));
}

std::vector<const Case*> Trainer::of_kind(const std::vector<Case>& all, std::size_t kind, bool later) {
    std::vector<const Case*> out;
    for (const Case& one : all)
        if (one.kind == kind && (one.later > 0) == later && (!later || one.scale)) out.push_back(&one);
    return out;
}

void Trainer::judge(LearnedKind& kind, const std::vector<const Case*>& later, const std::vector<std::uint64_t>& marks, const Learner::Forests& forests) const {
    constexpr std::size_t shares = std::size(shares_tried);
    const Yardstick then = yardstick_of(later);
    const std::size_t rounds = static_cast<std::size_t>(options_.rounds), outputs = options_.members.size() + 1;
    Losses losses;
    losses.choices = (rounds + 1) * shares;
    losses.of.resize(later.size() * losses.choices);
    for_each_index(later.size(), options_.threads, [&](std::size_t i) {
        const Case& one = *later[i];
        std::vector<double> margins = starting_margins(options_.members.size()), said(outputs), mixed(one.answers[0].size());
        for (std::size_t round = 0; round <= rounds; ++round) {
            if (round > 0) {
                std::fill(said.begin(), said.end(), 0.0);
                for (const Forest& forest : forests) forest.add_round(one.features, said, round - 1);
                for (std::size_t k = 0; k < outputs; ++k) margins[k] += said[k] / static_cast<double>(forests.size());
            }
            const auto forecast = combined_forecast(one, softmax_weights(one, margins));
            for (std::size_t s = 0; s < shares; ++s) {
                for (std::size_t h = 0; h < mixed.size(); ++h) mixed[h] = (1 - shares_tried[s]) * one.answers[0][h] + shares_tried[s] * forecast[h];
                losses.of[i * losses.choices + round * shares + s] = combined_loss(one, then, mixed);
            }
        }
    });
    const auto first = [&](std::size_t i) { return in_first_half(marks[later[i]->series]); };
    const auto second = [&](std::size_t i) { return !first(i); };
    const Chosen by_first = choose(losses, later.size(), first), by_second = choose(losses, later.size(), second), whole_by_first = choose(losses, later.size(), first, true), whole_by_second = choose(losses, later.size(), second, true);
    Mean pool, whole, blend;
    std::map<std::size_t, Mean> by_series;  // mixed less pool
    std::map<int, Mean> by_origin;
    for (std::size_t i = 0; i < later.size(); ++i) {
        const double without = losses.at(i, 0), with = losses.at(i, (first(i) ? by_second : by_first).choice);
        pool.add(without);
        blend.add(with);
        whole.add(losses.at(i, (first(i) ? whole_by_second : whole_by_first).choice));
        by_series[later[i]->series].add(with - without);
        by_origin[later[i]->later].add(with - without);
    }
    std::vector<double> differences;
    differences.reserve(by_series.size());
    for (const auto& [one, difference] : by_series) differences.push_back(*difference.value());
    kind.later = later.size();
    kind.pool_owa = pool.value();
    kind.learned_owa = whole.value();
    kind.blend_owa = blend.value();
    kind.p = sign_flip_test(differences);
    const Chosen chosen = choose(losses, later.size(), [](std::size_t) { return true; });
    kind.rounds = chosen.rounds;
    kind.share = chosen.share;
    if (options_.untested) return;
    const auto worse = std::find_if(by_origin.begin(), by_origin.end(), [](const auto& one) { return *one.second.value() > 0; });
    if (*blend.value() >= *pool.value() || chosen.share == 0) kind.why_not = "it was no better than the pool on the later origins";
    else if (kind.p.value_or(1) >= certain) kind.why_not = "that it was better than the pool on the later origins may be chance";
    // Series of one business have their good and bad years together: one origin may be luck for all of them.
    else if (worse != by_origin.end()) kind.why_not = "it was better than the pool on one of the later origins, but not " + std::to_string(worse->first * kind.horizon) + " periods before the end";
    if (!kind.why_not.empty()) kind.share = 0;
}

Result<Learner> Trainer::learn(const std::vector<Case>& all, const Progress& progress) {
    std::vector<const Series*> series;
    std::vector<std::uint64_t> marks;
    for (const Group& group : groups_)
        for (const auto& [mark, one] : group.sample) {
            series.push_back(&one);
            marks.push_back(mark.first);
        }
    std::vector<LearnedKind> kinds;
    std::vector<std::size_t> taken;  // kinds with enough to learn from
    std::vector<Yardstick> by;
    skipped_.clear();
    for (std::size_t kind = 0; kind < groups_.size(); ++kind) {
        const auto origins = of_kind(all, kind, false);
        by.push_back(yardstick_of(origins));
        LearnedKind& learned = kinds.emplace_back();
        learned.rhythm = groups_[kind].rhythm;
        learned.season = groups_[kind].season;
        learned.horizon = groups_[kind].horizon;
        learned.series = groups_[kind].sample.size();
        learned.origins = origins.size();
        learned.later_each = static_cast<int>(later_of(groups_[kind]));
        if (of_kind(all, kind, true).size() >= least_series && origins.size() >= least_origins) taken.push_back(kind);
        else skipped_.push_back(learned);
    }
    if (taken.empty()) return too_little();
    const auto start = starting_margins(options_.members.size());
    const std::size_t count = static_cast<std::size_t>(options_.forests);
    std::vector<Grown> grown(count);
    std::atomic<std::size_t> rounds{0};
    std::atomic<bool> stop{false};
    std::mutex telling;
    const auto told = [&] {
        const std::size_t done = ++rounds;
        const std::unique_lock lock(telling, std::try_to_lock);
        if (progress && lock.owns_lock() && !progress(done, count * static_cast<std::size_t>(options_.rounds))) stop = true;
        return !stop;
    };
    for_each_index(count, options_.threads, [&](std::size_t forest) {
        std::vector<const Case*> cases;
        for (const Case& one : all)
            if (one.later == 0 && std::binary_search(taken.begin(), taken.end(), one.kind) && !left_for(marks[one.series], forest, count)) cases.push_back(&one);
        if (cases.empty()) return;
        grown[forest] = grow(cases, by, options_, start, told);
    });
    if (stop) return stopped();
    Learner::Forests forests;
    for (Grown& one : grown) {
        if (one.refused) return *one.refused;
        if (!one.forest.trees.empty()) forests.push_back(std::move(one.forest));
    }
    ensure(!forests.empty(), "some series are in some forest");
    std::vector<LearnedKind> judged;
    for (const std::size_t kind : taken) {
        judge(kinds[kind], of_kind(all, kind, true), marks, forests);
        judged.push_back(kinds[kind]);
    }
    // Only rounds that some kind asks.
    int asked = 0;
    for (const LearnedKind& kind : judged) asked = std::max(asked, kind.share > 0 ? kind.rounds : 0);
    for (Forest& forest : forests) forest.trees.resize(static_cast<std::size_t>(asked) * forest.outputs);
    for (LearnedKind& kind : judged) kind.rounds = std::min(kind.rounds, asked);
    std::vector<SeenSeries> seen;
    std::size_t place = 0;
    for (std::size_t kind = 0; kind < groups_.size(); ++kind)
        for (std::size_t i = 0; i < groups_[kind].sample.size(); ++i, ++place)
            if (std::binary_search(taken.begin(), taken.end(), kind)) seen.push_back({marks_of(*series[place]), series[place]->last().index - static_cast<std::int64_t>(later_of(groups_[kind])) * groups_[kind].horizon});
    LearnerFacts facts;
    facts.pool = options_.pool->name;
    facts.bounds = options_.bounds;
    facts.members = options_.members;
    facts.inputs = options_.inputs;
    facts.trained_on = options_.today;
    return Learner(std::move(facts), std::move(judged), std::move(forests), std::move(seen));
}

Refused Trainer::too_little() const {
    std::string found;
    for (const LearnedKind& kind : skipped_) {
        const std::string periods(kind.rhythm == Frequency::number ? "numbers" : plural_of(kind.rhythm, 2));
        const int past = (kind.season > 1 ? 2 * kind.season : 5) + (kind.later_each - 1) * kind.horizon;
        found += (found.empty() ? "" : "; ") + std::to_string(kind.series) + " series of " + periods + " with " + std::to_string(kind.origins) + " origins (each series needs " + std::to_string(past + 2 * kind.horizon) + " " + periods + ": " + std::to_string(past) + ", and two horizons of " + std::to_string(kind.horizon) + ")";
    }
    if (found.empty()) found = "no series that is long enough, still sold, and not mostly zeros; " + std::to_string(left_out_) + " were left out";
    return refuse(Why::invalid, "too_little", "Too little to learn from: training needs " + std::to_string(least_series) + " series of one kind and " + std::to_string(least_origins) + " origins to train on. There are " + found + ". Add files with --input, or make the --horizon shorter; until then the pool alone does well", "input", {{"found", found}});
}

}  // namespace fairlead::forecast
