// `fairlead forecast train`: which models to lean on for which series, learned from series of one's own.
#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "cli/bar.h"
#include "cli/forecast_options.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "derive/json.h"
#include "engines/forecast/trainer.h"

namespace fairlead::cli {
namespace {

using namespace forecast;
using derive::JsonWriter;

struct Words : ForecastWords {
    std::vector<std::string> inputs, periods;
    std::string output, members;
    int origins = 4, rounds = 150;
    std::size_t sample = 5000;
};

std::string kind_words(const LearnedKind& kind) {
    if (kind.rhythm == Frequency::number) return kind.season > 1 ? "Numbers with a season of " + std::to_string(kind.season) : "Numbers";
    std::string words(plural_of(kind.rhythm, 2));
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
    return kind.season == season_of(kind.rhythm) ? words : words + " with a season of " + std::to_string(kind.season);
}

std::string three(Measured value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value.value_or(0));
    return value ? text : "n/a";
}

void print(const Learner& learner, const Trainer& trainer, const std::string& output) {
    bool any = false;
    for (const LearnedKind& kind : learner.kinds()) {
        std::printf("%s: %zu series, %zu origins trained on, judged on %zu later ones (%s of each), %d ahead\n", kind_words(kind).c_str(), kind.series, kind.origins, kind.later, kind.later_each == 1 ? "one" : "two", kind.horizon);
        std::printf("  Error beside a seasonal naive forecast (OWA): pool %s, learned weights alone %s, mixed %s\n", three(kind.pool_owa).c_str(), three(kind.learned_owa).c_str(), three(kind.blend_owa).c_str());
        if (kind.share > 0) {
            any = true;
            std::printf("  Used: %.0f %% learned weights, the rest the pool; better by %.1f %% (p = %.4f, paired sign-flip test)\n", kind.share * 100, 100 * (1 - *kind.blend_owa / *kind.pool_owa), kind.p.value_or(1));
        } else std::printf("  Not used: %s%s. Such series are forecast by the pool alone\n", kind.why_not.c_str(), kind.p ? (" (p = " + three(kind.p) + ")").c_str() : "");
    }
    for (const LearnedKind& kind : trainer.skipped()) std::printf("%s: %zu series with %zu origins are too little to learn from; forecast by the pool alone\n", kind_words(kind).c_str(), kind.series, kind.origins);
    if (trainer.left_out() > 0) std::printf("%zu series were left out: they cannot be read, have ended, are mostly zeros, or too short for two horizons behind two seasons\n", trainer.left_out());
    if (any) std::printf("Written to %s. Use it with: fairlead forecast --input FILE --trained %s\n", output.c_str(), output.c_str());
    else std::printf("Nothing was learned that helps; %s holds that, and forecasts with it are the pool's\n", output.c_str());
}

std::string json_of(const Learner& learner, const Trainer& trainer, const std::string& output, std::size_t bytes) {
    JsonWriter w;
    const auto kind_head = [&](const LearnedKind& kind) { w.begin_object().text("frequency", name_of(kind.rhythm)).number("season", kind.season).number("horizon", kind.horizon).number("series", static_cast<std::int64_t>(kind.series)).number("origins", static_cast<std::int64_t>(kind.origins)); };
    w.begin_object().text("output", output).number("bytes", static_cast<std::int64_t>(bytes)).text("pool", learner.facts().pool);
    w.key("models").begin_array();
    for (const std::string& member : learner.facts().members) w.raw("\"" + member + "\"");
    w.end_array().key("kinds").begin_array();
    for (const LearnedKind& kind : learner.kinds()) {
        kind_head(kind);
        w.number("later_origins", static_cast<std::int64_t>(kind.later)).key("share").raw(plain_number(kind.share)).number("rounds", kind.rounds);
        for (const auto& [name, value] : {std::pair{"pool_owa", kind.pool_owa}, std::pair{"learned_owa", kind.learned_owa}, std::pair{"blend_owa", kind.blend_owa}, std::pair{"p", kind.p}}) write_measured(w, name, value);
        if (!kind.why_not.empty()) w.text("why_not", kind.why_not);
        w.end_object();
    }
    w.end_array().key("too_little").begin_array();
    for (const LearnedKind& kind : trainer.skipped()) {
        kind_head(kind);
        w.end_object();
    }
    return w.end_array().number("left_out", static_cast<std::int64_t>(trainer.left_out())).end_object().take();
}

Result<int> run(const Words& words) {
    if (words.periods.size() > 1 && words.periods.size() != words.inputs.size())
        return refuse(Why::invalid, "unknown_choice", "--period is said once for all files, or once for each --input in their order: there are " + std::to_string(words.inputs.size()) + " files and " + std::to_string(words.periods.size()) + " periods", "period");
    TrainOptions options;
    for (const std::string& name : split(words.members, ',')) {
        if (trim(name).empty()) continue;
        if (find_model(trim(name)) == nullptr) {
            std::vector<std::string> names;
            for (const Model& model : models()) names.emplace_back(model.name);
            return refuse(Why::invalid, "unknown_choice", "--members are models, comma between; \"" + std::string(trim(name)) + "\" is none. There are: " + join(names, ", "), "members");
        }
        if (std::find(options.members.begin(), options.members.end(), trim(name)) == options.members.end()) options.members.emplace_back(trim(name));
    }
    options.horizon = words.horizon;
    options.origins = words.origins;
    options.rounds = words.rounds;
    options.sample = words.sample;
    options.threads = words.threads;
    options.inputs = words.inputs;
    options.today = date_in_zone(SystemClock().now(), "UTC").text();
    // Every file is opened before the first is read, so that a mistyped name costs no time.
    std::vector<ForecastPlan> plans;
    for (std::size_t i = 0; i < words.inputs.size(); ++i) {
        ForecastWords one = static_cast<const ForecastWords&>(words);
        one.input = words.inputs[i];
        if (!words.periods.empty()) one.period = words.periods[words.periods.size() == 1 ? 0 : i];
        FAIRLEAD_ASSIGN(ForecastPlan plan, plan_forecast(one));
        plans.push_back(std::move(plan));
    }
    options.pool = plans.front().options.pool;
    options.bounds = plans.front().options.bounds;
    Output output(words.output);
    FAIRLEAD_TRY(output.open());
    watch_interrupts();
    Bar bar(words.quiet);
    Trainer trainer(options);
    for (ForecastPlan& plan : plans)
        for (;;) {
            FAIRLEAD_ASSIGN(const auto batch, plan.reader->next(1024));
            if (batch.empty()) break;
            trainer.look(batch, plan.options.prepare);
            bar.to("Reading", plan.reader->progress());
            if (interrupted()) return stopped();
        }
    FAIRLEAD_ASSIGN(const Learner learner, trainer.train([&bar](std::size_t done, std::size_t of) { return bar.to("Training", static_cast<double>(done) / static_cast<double>(of)) && !interrupted(); }));
    const std::string bytes = learner.write();
    if (!output.write(bytes)) return output.cannot("could not be written to its end: is the disk full?");
    FAIRLEAD_TRY(output.finish());
    bar.end();
    if (words.json) std::printf("%s\n", json_of(learner, trainer, words.output, bytes.size()).c_str());
    else if (!words.quiet) print(learner, trainer, words.output);
    return 0;
}

}  // namespace

void add_forecast_train(CLI::App& forecast, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = forecast.add_subcommand("train", "Learn from many series of one's own which models to lean on for which; the file is used with --trained");
    add_forecast_options(*command, *words);
    // What is known beside the series is taken out before any model is asked: weights are learned from the series as they are.
    for (const char* name : {"--input", "--period", "--model", "--level", "--quantiles", "--trained", "--calendar", "--holidays", "--regressors", "--regressor-columns", "--lags", "--ahead"}) command->remove_option(command->get_option(name));
    command->add_option("--input", words->inputs, "Files of series, CSV; several after each other")->required();
    command->add_option("--period", words->periods, "What a value stands for, as in forecast: once for all files, or once for each in their order");
    command->add_option("--output", words->output, "The file of what was learned")->required();
    command->add_option("--members", words->members, "Models to weigh, comma between; " + join(usual_members(), ",") + " unless said");
    command->add_option("--origins", words->origins, "Origins of each series to train on, half a horizon apart, before the last two horizons")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--rounds", words->rounds, "Rounds of trees at most; how many are used is decided on the last two horizons")->check(CLI::Range(1, 2000))->capture_default_str();
    command->add_option("--sample", words->sample, "Series of each kind at most")->check(CLI::Range(30, 1'000'000))->capture_default_str();
    command->callback([words, &outcome] { finish_forecast(run(*words), outcome); });
}

}  // namespace fairlead::cli
