// What training is worth, on files of competition series (as for bench_forecast):
//   bench_forecast_learner TRAIN [TEST] [--threads N] [--members NAME,NAME...] [--origins K] [--export FOLDER]
// Trains on the training parts of TRAIN and scores the test parts of TEST; without TEST those of TRAIN itself, each half of the series
// by what the other half taught, so that no series is scored by what was learned from it. Prints per frequency what training itself said
// (on the last horizon of the training parts), and on the test parts the OWA of the pool, of the learned weights alone, of half and half,
// and of the mix that the file asks for, with the p of a paired test of that mix against the pool. With --export the training
// parts are written as wide files, one per frequency, for `fairlead forecast train`.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <string>

#include "base/text.h"
#include "engines/forecast/backtest.h"
#include "engines/forecast/competition_for_tests.h"
#include "engines/forecast/trainer.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

Frequency frequency_of(const Competition& one) {
    switch (one.season) {
        case 12: return Frequency::month;
        case 4: return Frequency::quarter;
        case 24: return Frequency::hour;
        default: return one.future.size() == 8 ? Frequency::number : one.future.size() == 13 ? Frequency::week : one.future.size() == 14 ? Frequency::day : Frequency::year;
    }
}

ReadSeries read_of(const Competition& one) {
    ReadSeries read;
    read.series.id = one.id;
    for (std::size_t t = 0; t < one.past.size(); ++t) read.series.observations.push_back({{Frequency::number, static_cast<std::int64_t>(t)}, one.past[t]});
    return read;
}

PrepareOptions options_of(const Competition& one) {
    PrepareOptions options;
    if (const Frequency frequency = frequency_of(one); frequency != Frequency::number) options.frequency = frequency;
    return options;
}

std::optional<Learner> train(const std::vector<Competition>& all, const TrainOptions& options, int half) {
    Trainer trainer(options);
    for (std::size_t i = 0; i < all.size(); ++i)
        if (half < 0 || static_cast<int>(i % 2) == half) trainer.look({read_of(all[i])}, options_of(all[i]));
    const double began = static_cast<double>(std::clock());
    auto learner = trainer.train();
    if (!learner) return std::fprintf(stderr, "%s\n", learner.refused().message().c_str()), std::nullopt;
    std::printf("Trained in %.1f CPU s; %zu bytes; %zu series left out\n", (static_cast<double>(std::clock()) - began) / CLOCKS_PER_SEC, learner->write().size(), trainer.left_out());
    for (const LearnedKind& kind : learner->kinds())
        std::printf("  %-8s season %2d: %5zu series, %5zu origins; later origin: pool %.4f, learned %.4f, mixed %.4f, p %.4f; share %.2f, rounds %d\n", std::string(name_of(kind.rhythm)).c_str(), kind.season, kind.series, kind.origins, kind.pool_owa.value_or(NAN), kind.learned_owa.value_or(NAN), kind.blend_owa.value_or(NAN), kind.p.value_or(NAN), kind.share, kind.rounds);
    return std::move(*learner);
}

struct Scores {
    enum { pool, learned, half, mixed, ways };
    Mean smape[ways], mase[ways], naive_smape, naive_mase;
    std::vector<double> differences;  // of the series' parts of OWA, mixed less pool
};

// Of series `half` of the file, or of all.
void score(std::map<std::string, Scores>& scores, const std::vector<Competition>& all, const Learner& learner, int half, int threads) {
    struct Said {
        std::vector<double> mean[Scores::ways];
    };
    std::vector<Said> said(all.size());
    const Pool& pool = *find_pool(learner.facts().pool);
    for_each_index(all.size(), threads, [&](std::size_t i) {
        if (half >= 0 && static_cast<int>(i % 2) != half) return;
        const Series series = *prepare(read_of(all[i]).series, options_of(all[i]));
        const LearnedKind* known = learner.kind_of(series);
        const int steps = static_cast<int>(all[i].future.size());
        for (int way = 0; way < Scores::ways; ++way) {
            LearnedKind kind = known != nullptr ? *known : LearnedKind{};
            if (way == Scores::pool || known == nullptr) kind.share = 0;
            else if (way != Scores::mixed) kind.share = way == Scores::half ? 0.5 : 1;
            const Blend blend{learner.members(), [&](const PoolForecast& forecast) { return learner.shares(kind, series, series.values, forecast); }};
            PoolForecast forecast = forecast_with(pool, series.values, series.season, std::max(steps, kind.horizon), Bounds::robust, false, series.longer_seasons, kind.share > 0 ? &blend : nullptr);
            forecast.cut(static_cast<std::size_t>(steps));
            for (double& value : forecast.mean) value = series.not_negative ? std::max(value, 0.0) : value;
            said[i].mean[way] = std::move(forecast.mean);
        }
    });
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (said[i].mean[0].empty()) continue;
        const Competition& one = all[i];
        Scores& of = scores[std::string(name_of(frequency_of(one)))];
        const Measured scale = absolute_scale(one.past, one.season);
        const auto naive = naive2(one.past, one.season, static_cast<int>(one.future.size()));
        const Measured naive_smape = smape(one.future, naive), naive_mase = mase(one.future, naive, scale);
        of.naive_smape.add(naive_smape);
        of.naive_mase.add(naive_mase);
        for (int way = 0; way < Scores::ways; ++way) {
            of.smape[way].add(smape(one.future, said[i].mean[way]));
            of.mase[way].add(mase(one.future, said[i].mean[way], scale));
        }
        if (scale) of.differences.push_back(*mase(one.future, said[i].mean[Scores::mixed], scale) - *mase(one.future, said[i].mean[Scores::pool], scale));
    }
}

void print(const std::map<std::string, Scores>& scores) {
    std::printf("%-8s %6s  %17s  %17s  %17s  %17s   %s\n", "", "series", "pool", "learned", "half and half", "mixed", "p (MASE)");
    for (const auto& [name, of] : scores) {
        std::printf("%-8s %6d", name.c_str(), of.smape[0].count);
        for (int way = 0; way < Scores::ways; ++way) std::printf("  %.4f (%.3f %%)", owa(of.smape[way].value(), of.mase[way].value(), of.naive_smape.value(), of.naive_mase.value()).value_or(NAN), of.smape[way].value().value_or(NAN));
        std::printf("   %.4f\n", sign_flip_test(of.differences).value_or(NAN));
    }
}

void write_wide(const std::vector<Competition>& all, const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const Competition& one : all) {
        std::string& text = files[std::string(name_of(frequency_of(one)))];
        text += one.id;
        char value[40];
        for (const double x : one.past) std::snprintf(value, sizeof value, ",%.10g", x), text += value;
        text += "\n";
    }
    for (const auto& [name, text] : files) std::ofstream(folder + "/" + name + ".csv") << text;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> files;
    std::string folder;
    TrainOptions options;
    options.threads = 1;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) options.threads = std::stoi(argv[++i]);
        else if (std::strcmp(argv[i], "--members") == 0 && i + 1 < argc) options.members = split(argv[++i], ',');
        else if (std::strcmp(argv[i], "--origins") == 0 && i + 1 < argc) options.origins = std::stoi(argv[++i]);
        else if (std::strcmp(argv[i], "--export") == 0 && i + 1 < argc) folder = argv[++i];
        else files.emplace_back(argv[i]);
    }
    if (files.empty()) return std::fprintf(stderr, "bench_forecast_learner TRAIN [TEST] [--threads N] [--members NAME,NAME...] [--origins K] [--export FOLDER]\n"), 2;
    setenv("FAIRLEAD_TEST_DATA", "", 1);
    const auto taught = load_competition(files[0]);
    if (!folder.empty()) return write_wide(taught, folder), 0;
    std::map<std::string, Scores> scores;
    if (files.size() > 1) {
        const auto tested = load_competition(files[1]);
        const auto learner = train(taught, options, -1);
        if (!learner) return 1;
        score(scores, tested, *learner, -1, options.threads);
    } else
        for (const int half : {0, 1}) {
            const auto learner = train(taught, options, half);
            if (!learner) return 1;
            score(scores, taught, *learner, 1 - half, options.threads);
        }
    print(scores);
}
