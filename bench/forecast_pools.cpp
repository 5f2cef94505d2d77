// Accuracy, coverage and CPU time of the pools on a file of competition series:
//   bench_forecast_pools FILE [--pool NAME] [--period P] [--threads N] [--files N] [--scores] [--hold-out [--origins K] [--among NAME,NAME...] [--by-rmsse]]
// FILE as for bench_forecast; --period H or W says that its values stand for hours or weeks, which have longer seasons (168 hours, 52
// weeks) than the errors are scaled by (24, 1). Prints per frequency and horizon: sMAPE, MASE and OWA against Naive2, coverage and MSIS of 95 %
// intervals, on the test part, by the protocol of the M4 competition; with --files in lots of N series, each by itself, as a small
// company's file would be. With --hold-out the test part is not looked at: the training
// part's last K horizons are taken instead, and up to five of the best nine models (or of those named; NAME~ is one asked about the series without its season) are tried together, as a mean and as a
// median, which is how pools are chosen; ranked by OWA, or by RMSSE where demand is sparse.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <string>

#include "base/text.h"
#include "engines/forecast/competition_for_tests.h"
#include "engines/forecast/forecast.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

std::vector<Competition> load(const std::string& path) {
    setenv("FAIRLEAD_TEST_DATA", "", 1);
    return load_competition(path);
}

Frequency period = Frequency::number;  // of all series, where --period says it

int scale_season(const Competition& one) { return period == Frequency::number ? one.season : scale_season_of(period); }

struct Yardstick {  // of one series: what its errors are measured by
    Measured scale, naive_smape, naive_mase;
    explicit Yardstick(const Competition& one) : scale(absolute_scale(one.past, scale_season(one))) {
        const auto naive = naive2(one.past, scale_season(one), static_cast<int>(one.future.size()));
        naive_smape = forecast::smape(one.future, naive);
        naive_mase = forecast::mase(one.future, naive, scale);
    }
};

bool by_rmsse = false;

struct Score {
    Mean smape, mase, naive_smape, naive_mase, msis, rmsse;
    int inside = 0, of = 0;
    void add(const Competition& one, const std::vector<double>& mean, const Yardstick& by) {
        smape.add(forecast::smape(one.future, mean));
        mase.add(forecast::mase(one.future, mean, by.scale));
        naive_smape.add(by.naive_smape);
        naive_mase.add(by.naive_mase);
        if (by_rmsse) rmsse.add(forecast::rmsse(one.future, mean, squared_scale(one.past)));
    }
    double rank() const { return by_rmsse ? rmsse.value().value_or(NAN) : owa(); }
    double owa() const { return forecast::owa(smape.value(), mase.value(), naive_smape.value(), naive_mase.value()).value_or(NAN); }
};

double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

using Kinds = std::map<std::pair<int, int>, std::vector<Competition>>;  // by season and horizon

// `files`: so many series at a time, as if each lot were a file of its own; 0: all together.
void test(const Kinds& kinds, const Pool& pool, int threads, std::size_t files) {
    std::printf("%-6s %5s %6s  %8s %7s %7s  %8s %8s %8s  %9s\n", "season", "h", "series", "sMAPE", "MASE", "OWA", "cover95", "MSIS", "est.95", "CPU s");
    for (const auto& [kind, series] : kinds) {
        Score score;
        double took = 0, estimated_inside = 0, estimated_of = 0;
        for (std::size_t from = 0; from < series.size(); from += files == 0 ? series.size() : files) {
            std::vector<ReadSeries> all;
            for (std::size_t i = from; i < std::min(series.size(), from + (files == 0 ? series.size() : files)); ++i) {
                ReadSeries read;
                read.series.id = series[i].id;
                for (std::size_t t = 0; t < series[i].past.size(); ++t) read.series.observations.push_back({{Frequency::number, static_cast<std::int64_t>(t)}, series[i].past[t]});
                all.push_back(std::move(read));
            }
            EngineOptions options;
            options.horizon = kind.second;
            if (period == Frequency::number) options.prepare.season = kind.first;
            else options.prepare.frequency = period;
            options.threads = threads;
            options.pool = &pool;
            const double began = cpu();
            Engine engine(options);
            engine.look(all);
            engine.learn();
            const auto answers = *engine.forecast(all);
            took += cpu() - began;
            for (std::size_t i = 0; i < answers.size(); ++i) {
                const Competition& one = series[from + i];
                const Yardstick by(one);
                score.add(one, answers[i].mean, by);
                const auto &lower = answers[i].band(0.025)->values, &upper = answers[i].band(0.975)->values;
                score.msis.add(msis(one.future, lower, upper, 0.95, by.scale));
                score.inside += inside(one.future, lower, upper);
                score.of += kind.second;
            }
            estimated_inside += engine.kinds()[0].coverage.back().inside;
            estimated_of += engine.kinds()[0].coverage.back().of;
        }
        std::printf("%-6d %5d %6zu  %8.3f %7.3f %7.4f  %8.4f %8.3f %8.4f  %9.2f\n", kind.first, kind.second, series.size(), score.smape.value().value_or(NAN), score.mase.value().value_or(NAN), score.owa(),
                    score.inside / static_cast<double>(score.of), score.msis.value().value_or(NAN), estimated_inside / std::max(1.0, estimated_of), took);
        std::fflush(stdout);
    }
}

// Quantiles of errors divided by the plain difficulty, on held-out ends of the training part: what intervals start from before a
// file's own errors say more (prior_score in intervals.cpp).
void scores(const Kinds& kinds, const Pool& pool, int threads) {
    const double probabilities[] = {0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995};
    std::vector<double> all;
    const auto print = [&](const char* what, std::vector<double>& of) {
        std::sort(of.begin(), of.end());
        std::printf("%-28s %7zu ", what, of.size());
        for (const double p : probabilities) std::printf(" %7.3f", of[static_cast<std::size_t>(p * static_cast<double>(of.size() - 1))]);
        std::printf("\n");
    };
    for (const auto& [kind, series] : kinds) {
        std::vector<std::vector<double>> of(series.size());
        for_each_index(series.size(), threads, [&](std::size_t i) {
            Series one;
            one.season = one.scale_season = series[i].season;
            one.values = series[i].past;
            one.not_negative = false;
            const std::size_t origin = last_origin(one.values.size(), one.season, kind.second);
            if (origin == 0) return;
            const HeldOut held = hold_out({&pool, Bounds::robust}, one, origin, kind.second);
            for (std::size_t h = 0; h < held.actual.size(); ++h)
                if (const double width = plain_difficulty(held.outlook, h); width > 0) of[i].push_back((held.actual[h] - held.outlook.mean[h]) / width);
        });
        std::vector<double> first, last, together;
        for (const auto& one : of) {
            if (one.empty()) continue;
            first.push_back(one.front());
            last.push_back(one.back());
            together.insert(together.end(), one.begin(), one.end());
        }
        all.insert(all.end(), together.begin(), together.end());
        const std::string name = "season " + std::to_string(kind.first) + ", h " + std::to_string(kind.second);
        print((name + ", step 1").c_str(), first);
        print((name + ", last").c_str(), last);
        print((name + ", all").c_str(), together);
    }
    print("all", all);
}

// The ends of the training part that are held out: the last horizon, the one before it ...
std::vector<Competition> ends_of(const std::vector<Competition>& series, std::size_t horizon, int origins) {
    std::vector<Competition> ends;
    for (const Competition& one : series)
        for (std::size_t k = 1; k <= static_cast<std::size_t>(origins); ++k) {
            if (one.past.size() < k * horizon + std::max<std::size_t>(5, one.season > 1 ? 2 * static_cast<std::size_t>(one.season) : 0)) break;
            const auto cut = one.past.end() - static_cast<std::ptrdiff_t>(k * horizon);
            ends.push_back({one.id, one.type, one.season, {one.past.begin(), cut}, {cut, cut + static_cast<std::ptrdiff_t>(horizon)}});
        }
    return ends;
}

void choose(const Kinds& kinds, int threads, const std::vector<std::string>& among, int origins) {
    for (const auto& [kind, of_kind] : kinds) {
        const std::vector<Competition> series = ends_of(of_kind, static_cast<std::size_t>(kind.second), origins);
        // "ets~" is a model of a season asked about the series without it.
        std::vector<std::pair<std::string, PoolMember>> all;
        for (const Model& model : models()) all.push_back({std::string(model.name), {&model, !model.seasonal, model.name == "seasonal_naive"}});
        for (const Model& model : models())
            if (model.seasonal && kind.first > 1 && std::find(among.begin(), among.end(), std::string(model.name) + "~") != among.end()) all.push_back({std::string(model.name) + "~", {&model, true, false}});
        std::vector<int> longer;
        if (period == Frequency::hour) longer.push_back(168);
        const std::size_t horizon = static_cast<std::size_t>(kind.second);
        std::vector<std::vector<std::vector<double>>> means(series.size(), std::vector<std::vector<double>>(all.size()));
        for_each_index(series.size(), threads, [&](std::size_t i) {
            for (std::size_t m = 0; m < all.size(); ++m) {
                Pool pool;
                pool.seasonal.members = pool.plain.members = {all[m].second};
                means[i][m] = forecast_with(pool, series[i].past, kind.first, kind.second, Bounds::robust, false, longer).mean;
            }
        });
        const std::vector<Yardstick> yardsticks(series.begin(), series.end());
        struct Tried {
            std::string name;
            double owa, smape;
        };
        std::vector<Tried> tried;
        const auto attempt = [&](std::vector<std::size_t> members, Combine how) {
            Score score;
            for (std::size_t i = 0; i < series.size(); ++i) {
                std::vector<double> mean(horizon);
                for (std::size_t h = 0; h < horizon; ++h) {
                    std::vector<double> column;
                    double sum = 0;
                    for (const std::size_t m : members) column.push_back(means[i][m][h]), sum += column.back();
                    mean[h] = how == Combine::median ? median_of(column) : sum / static_cast<double>(members.size());
                }
                score.add(series[i], mean, yardsticks[i]);
            }
            std::string name = how == Combine::median ? "median" : "mean";
            for (const std::size_t m : members) name += " " + all[m].first;
            tried.push_back({name, score.rank(), score.smape.value().value_or(NAN)});
        };
        std::vector<std::size_t> good;
        for (std::size_t m = 0; m < all.size(); ++m) attempt({m}, Combine::mean);
        std::vector<std::size_t> order(all.size());
        for (std::size_t m = 0; m < all.size(); ++m) order[m] = m;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tried[a].owa < tried[b].owa; });
        for (std::size_t i = 0; i < order.size(); ++i)
            if (among.empty() ? i < 9 : std::find(among.begin(), among.end(), all[order[i]].first) != among.end()) good.push_back(order[i]);
        std::sort(good.begin(), good.end());
        for (std::size_t set = 1; set < (1U << good.size()); ++set) {
            std::vector<std::size_t> members;
            for (std::size_t i = 0; i < good.size(); ++i)
                if ((set >> i & 1U) != 0) members.push_back(good[i]);
            if (members.size() < 2 || members.size() > 5) continue;
            attempt(members, Combine::mean);
            if (members.size() > 2) attempt(members, Combine::median);
        }
        std::sort(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) { return a.owa < b.owa; });
        std::printf("season %d, horizon %d, %zu held-out ends: %s, sMAPE\n", kind.first, kind.second, series.size(), by_rmsse ? "RMSSE" : "OWA");
        for (std::size_t i = 0; i < tried.size(); ++i)
            if (!among.empty() || i < 25 || tried[i].name.find(' ') == tried[i].name.rfind(' ')) std::printf("  %.4f  %.3f  %s\n", tried[i].owa, tried[i].smape, tried[i].name.c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string file, pool = "quick";
    int threads = 1;
    std::vector<std::string> among;
    bool hold_out = false, of_scores = false;
    int origins = 1;
    std::size_t files = 0;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--pool") == 0 && i + 1 < argc) pool = argv[++i];
        else if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) threads = std::stoi(argv[++i]);
        else if (std::strcmp(argv[i], "--period") == 0 && i + 1 < argc) period = parse_frequency(argv[++i]).value_or(Frequency::number);
        else if (std::strcmp(argv[i], "--hold-out") == 0) hold_out = true;
        else if (std::strcmp(argv[i], "--origins") == 0 && i + 1 < argc) origins = std::stoi(argv[++i]);
        else if (std::strcmp(argv[i], "--files") == 0 && i + 1 < argc) files = std::stoul(argv[++i]);
        else if (std::strcmp(argv[i], "--by-rmsse") == 0) by_rmsse = true;
        else if (std::strcmp(argv[i], "--scores") == 0) of_scores = true;
        else if (std::strcmp(argv[i], "--among") == 0 && i + 1 < argc) among = split(argv[++i], ',');
        else file = argv[i];
    }
    if (file.empty()) return std::fprintf(stderr, "bench_forecast_pools FILE [--pool NAME] [--threads N] [--files N] [--scores] [--hold-out]\n"), 2;
    Kinds kinds;
    for (Competition& one : load(file)) kinds[{one.season, static_cast<int>(one.future.size())}].push_back(std::move(one));
    if (hold_out) return choose(kinds, threads, among, origins), 0;
    const auto single = pool_of(pool);
    const Pool* chosen = find_pool(pool) != nullptr ? find_pool(pool) : single ? &*single : nullptr;
    if (chosen == nullptr) return std::fprintf(stderr, "There is no pool and no model %s\n", pool.c_str()), 2;
    if (of_scores) return scores(kinds, *chosen, threads), 0;
    test(kinds, *chosen, threads, files);
}
