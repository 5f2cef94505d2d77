// Rolling-origin back-tests and their league tables.
#include "engines/forecast/backtest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace fairlead::forecast {
namespace {

constexpr std::size_t quantiles_of = 1000;  // series
constexpr std::size_t tried_exactly = 14, drawn = 9'999;

std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ULL;  // splitmix64
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

std::string kind_words(const Series& series) {
    return series.rhythm == Frequency::number ? (series.season > 1 ? "season of " + std::to_string(series.season) : "numbers") : std::string(plural_of(series.rhythm, 2));
}

}  // namespace

std::string_view name_of(Loss loss) {
    switch (loss) {
        case Loss::by_kind: return "auto";
        case Loss::mase: return "mase";
        case Loss::rmsse: return "rmsse";
        case Loss::smape: return "smape";
        case Loss::wape: return "wape";
    }
    return {};
}

Measured sign_flip_test(const std::vector<double>& differences) {
    const std::size_t n = differences.size();
    const double seen = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0));
    if (n < 2 || seen == 0) return n < 2 ? Measured() : Measured(1.0);
    const double almost = seen * (1 - 1e-12);
    std::size_t as_large = 0;
    if (n <= tried_exactly) {
        for (std::size_t signs = 0; signs < (std::size_t{1} << n); ++signs) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) sum += (signs >> i & 1U) != 0 ? differences[i] : -differences[i];
            as_large += std::abs(sum) >= almost ? 1 : 0;
        }
        return static_cast<double>(as_large) / static_cast<double>(std::size_t{1} << n);
    }
    std::uint64_t state = 20'261'130;
    for (std::size_t draw = 0; draw < drawn; ++draw) {
        double sum = 0;
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i % 64 == 0) bits = next_random(state);
            sum += (bits >> (i % 64) & 1U) != 0 ? differences[i] : -differences[i];
        }
        as_large += std::abs(sum) >= almost ? 1 : 0;
    }
    return static_cast<double>(as_large + 1) / static_cast<double>(drawn + 1);
}

Pool trained_candidate(const Learner& learner) {
    const Pool* pool = find_pool(learner.facts().pool);
    ensure(pool != nullptr, "a learner's pool is one of ours");
    Pool candidate = *pool;
    candidate.name = "trained";
    candidate.label = pool->label + ", trained";
    return candidate;
}

Backtest::Backtest(BacktestOptions options) : options_(std::move(options)) {
    if (options_.candidates.empty()) {
        if (options_.engine.learner != nullptr) options_.candidates.push_back(trained_candidate(*options_.engine.learner));
        for (const Pool& pool : pools()) options_.candidates.push_back(pool);
        for (const Model& model : models()) options_.candidates.push_back(*pool_of(model.name));
    }
    with_known_ = options_.candidates.size();
    if (options_.engine.known == nullptr) return;
    for (std::size_t c = 0; c < with_known_; ++c) {
        Pool alone = options_.candidates[c];
        if (find_pool(alone.name) == nullptr) continue;
        alone.name += "-alone";
        alone.label += ", alone";
        options_.candidates.push_back(std::move(alone));
    }
}

bool Backtest::add(const std::vector<ReadSeries>& batch, const Progress& progress) {
    std::vector<std::optional<Judged>> judged(batch.size());
    std::vector<char> seen(batch.size(), 0);
    const Learner* learner = options_.engine.learner;
    const auto& candidates = options_.candidates;
    if (!for_each_index(batch.size(), options_.engine.threads, [&](std::size_t i) {
            if (batch[i].fault) return;
            const Known* known = options_.engine.known;
            const auto prepared = prepare_with(batch[i].series, options_.engine.prepare, known, options_.engine.horizon);
            if (!prepared || prepared->ended) return;
            const Series& series = *prepared;
            const int horizon = options_.engine.horizon > 0 ? options_.engine.horizon : usual_horizon(series.rhythm);
            const std::size_t least = last_origin(series.values.size(), series.season, static_cast<int>(series.values.size()));
            std::size_t origin = last_origin(series.values.size(), series.season, horizon);
            if (origin == 0) return;
            const std::size_t trained_to = learner != nullptr ? learner->trained_to(series) : 0;
            if (origin < trained_to) return void(seen[i] = 1);
            Judged out;
            out.sparse = is_sparse(series.values);
            out.horizon = horizon;
            out.seasonal = series.season > 1;
            out.segment = options_.segment < 0 ? kind_words(series) : static_cast<std::size_t>(options_.segment) < series.dimensions.size() ? series.dimensions[static_cast<std::size_t>(options_.segment)] : std::string();
            // What all candidates say at all ends, asked together: pools share their models.
            std::vector<std::size_t> origins;
            for (std::size_t at = origin; static_cast<int>(origins.size()) < options_.ends && at >= std::max(least, trained_to) && at > 0; at -= static_cast<std::size_t>(horizon)) {
                origins.push_back(at);
                if (at < static_cast<std::size_t>(horizon)) break;
            }
            const auto steps_at = [&](std::size_t at) { return static_cast<int>(std::min(series.values.size() - at, static_cast<std::size_t>(horizon))); };
            std::vector<std::shared_ptr<const Effects>> effects(origins.size());
            for (std::size_t end = 0; end < origins.size() && known != nullptr; ++end) effects[end] = std::make_shared<const Effects>(find_effects(*known, series, origins[end], steps_at(origins[end])));
            std::vector<HeldOut> answers(origins.size() * candidates.size());
            ask_in_lots(answers.size(), [&](std::size_t at, Sheet* sheet) {
                const std::size_t c = at % candidates.size(), end = at / candidates.size();
                const bool alone = c >= with_known_;
                answers[at] = hold_out({&candidates[c], options_.engine.bounds, candidates[c].name == "trained" ? learner : nullptr, alone ? nullptr : known}, series, origins[end], steps_at(origins[end]), sheet, alone ? nullptr : effects[end]);
            });
            for (std::size_t end = 0; end < origins.size(); ++end) {
                origin = origins[end];
                const auto past = std::span<const double>(series.values).first(origin);
                const auto actual = std::span<const double>(series.values).subspan(origin, static_cast<std::size_t>(steps_at(origin)));
                const Measured scale = absolute_scale(past, series.scale_season), squared = squared_scale(past);
                auto &smapes = out.smape.emplace_back(), &mases = out.mase.emplace_back(), &rmsses = out.rmsse.emplace_back();
                auto& sums = out.sums.emplace_back();
                auto& held = out.held.emplace_back();
                for (std::size_t candidate = 0; candidate < candidates.size(); ++candidate) {
                    HeldOut& said = answers[end * candidates.size() + candidate];
                    const std::vector<double>& mean = said.outlook.mean;
                    smapes.push_back(smape(actual, mean));
                    mases.push_back(mase(actual, mean, scale));
                    rmsses.push_back(rmsse(actual, mean, squared));
                    Sums& sum = sums.emplace_back();
                    for (std::size_t h = 0; h < actual.size(); ++h) sum.add(actual[h], mean[h]);
                    held.push_back(std::move(said));
                }
                const auto naive = naive2(past, series.season, static_cast<int>(actual.size()));
                out.naive_smape.push_back(smape(actual, naive));
                out.naive_mase.push_back(mase(actual, naive, scale));
            }
            judged[i] = std::move(out);
        }, progress))
        return false;
    for (auto& one : judged) {
        if (one) {
            if (judged_.size() >= quantiles_of) one->held.clear();
            judged_.push_back(std::move(*one));
        } else ++left_out_;
    }
    only_trained_on_ += static_cast<std::size_t>(std::count(seen.begin(), seen.end(), 1));
    return true;
}

// The table is still in the order of the candidates.
void Backtest::add_pinball(League& league, const std::vector<const Judged*>& members) const {
    std::map<std::pair<int, bool>, std::vector<const Judged*>> alike;
    for (const Judged* one : members)
        if (!one->held.empty()) alike[{one->horizon, one->seasonal}].push_back(one);
    std::vector<Mean> means(league.table.size());
    for (const auto& [kind, of_kind] : alike)
        for_each_index(league.table.size(), options_.engine.threads, [&, kind = kind, &of_kind = of_kind](std::size_t candidate) {
            std::vector<HeldOut> cases;
            for (std::size_t series = 0; series < of_kind.size(); ++series)
                for (const auto& end : of_kind[series]->held) {
                    cases.push_back(end[candidate]);
                    cases.back().series = series;
                }
            for (const Measured loss : cross_pinball(cases, kind.first, kind.second)) means[candidate].add(loss);
        });
    for (std::size_t c = 0; c < means.size(); ++c) league.table[c].pinball = means[c];
}

std::vector<League> Backtest::leagues() const {
    std::map<std::string, std::vector<const Judged*>> segments;
    for (const Judged& one : judged_) segments[one.segment].push_back(&one);
    std::vector<League> out;
    const std::size_t count = options_.candidates.size();
    for (const auto& [segment, members] : segments) {
        League league;
        league.segment = segment;
        league.series = members.size();
        league.loss = options_.loss;
        if (league.loss == Loss::by_kind) {
            const auto sparse = std::count_if(members.begin(), members.end(), [](const Judged* one) { return one->sparse; });
            league.loss = static_cast<std::size_t>(sparse) * 2 > members.size() ? Loss::rmsse : Loss::mase;
        }
        for (const Pool& candidate : options_.candidates) league.table.push_back({candidate.name, candidate.label, {}, {}, {}, {}, {}, {}, 0});
        // A loss per end and candidate; an end counts where all have one, which is where the first has.
        const auto loss_of = [&](const Judged& one, std::size_t end, std::size_t candidate) -> Measured {
            switch (league.loss) {
                case Loss::smape: return one.smape[end][candidate];
                case Loss::rmsse: return one.rmsse[end][candidate];
                case Loss::wape: return one.sums[end][candidate].absolute_error;  // the segment's total is the same for all
                default: return one.mase[end][candidate];
            }
        };
        std::vector<std::vector<double>> by_series, by_end;  // losses of the candidates
        Mean naive_smape, naive_mase;
        for (const Judged* one : members) {
            std::vector<double> sum(count, 0);
            int ends = 0;
            for (std::size_t end = 0; end < one->mase.size(); ++end) {
                ++league.ends;
                naive_smape.add(one->naive_smape[end]);
                naive_mase.add(one->naive_mase[end]);
                bool all = true;
                std::vector<double> losses(count);
                for (std::size_t c = 0; c < count; ++c) {
                    Standing& standing = league.table[c];
                    standing.smape.add(one->smape[end][c]);
                    standing.mase.add(one->mase[end][c]);
                    standing.rmsse.add(one->rmsse[end][c]);
                    standing.sums.absolute_error += one->sums[end][c].absolute_error;
                    standing.sums.error += one->sums[end][c].error;
                    standing.sums.actual += one->sums[end][c].actual;
                    const Measured loss = loss_of(*one, end, c);
                    all = all && loss.has_value();
                    losses[c] = loss.value_or(0);
                }
                if (!all) continue;
                for (std::size_t c = 0; c < count; ++c) sum[c] += losses[c];
                by_end.push_back(std::move(losses));
                ++ends;
            }
            if (ends == 0) continue;
            for (double& loss : sum) loss /= ends;
            ++league.table[static_cast<std::size_t>(std::min_element(sum.begin(), sum.end()) - sum.begin())].best;
            by_series.push_back(std::move(sum));
        }
        add_pinball(league, members);
        league.compared = by_series.size();
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), 0);
        if (!by_series.empty()) {
            for (std::size_t c = 0; c < count; ++c) {
                Mean mean;
                for (const auto& losses : by_series) mean.add(losses[c]);
                league.table[c].loss = league.loss == Loss::wape ? league.table[c].sums.wape() : mean.value();
            }
            std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return league.table[a].loss.value_or(INFINITY) < league.table[b].loss.value_or(INFINITY); });
            if (count > 1) {
                std::vector<double> differences;
                for (const auto& losses : by_series.size() >= 8 ? by_series : by_end) differences.push_back(losses[order[0]] - losses[order[1]]);
                league.p = sign_flip_test(differences);
            }
        }
        std::vector<Standing> ranked;
        for (const std::size_t c : order) ranked.push_back(std::move(league.table[c]));
        league.table = std::move(ranked);
        if (!league.table.empty()) league.owa = owa(league.table[0].smape.value(), league.table[0].mase.value(), naive_smape.value(), naive_mase.value());
        out.push_back(std::move(league));
    }
    std::stable_sort(out.begin(), out.end(), [](const League& a, const League& b) { return a.series > b.series; });
    return out;
}

}  // namespace fairlead::forecast
