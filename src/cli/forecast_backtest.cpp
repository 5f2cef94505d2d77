// `fairlead forecast backtest`: the league table of models and pools on held-out ends of the file's own series.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "cli/bar.h"
#include "cli/forecast_options.h"
#include "cli/open_store.h"
#include "derive/json.h"
#include "engines/forecast/backtest.h"

namespace fairlead::cli {
namespace {

using namespace forecast;
using derive::JsonWriter;

struct Words : ForecastWords {
    std::string models, by = "auto", segment;
    int ends = 3;
};

Result<std::vector<Pool>> candidates_of(const std::string& text, const Learner* learner) {
    std::vector<Pool> candidates;
    for (const std::string& part : split(text, ',')) {
        const std::string name(trim(part));
        if (name == "trained" && learner != nullptr) candidates.push_back(trained_candidate(*learner));
        else if (const Pool* pool = find_pool(name)) candidates.push_back(*pool);
        else if (auto single = pool_of(name)) candidates.push_back(std::move(*single));
        else if (!name.empty()) {
            if (name == "trained") return refuse(Why::invalid, "unknown_choice", "\"trained\" needs --trained FILE, a file that \"forecast train\" wrote", "models");
            std::vector<std::string> names;
            for (const Pool& pool : pools()) names.push_back(pool.name);
            for (const Model& model : forecast::models()) names.emplace_back(model.name);
            return refuse(Why::invalid, "unknown_choice", "There is no pool and no model \"" + name + "\"; there are: " + join(names, ", "), "models");
        }
    }
    return candidates;
}

std::string cell(Measured value, double times = 1, const char* behind = "") {
    if (!value) return "n/a";
    char text[40];
    std::snprintf(text, sizeof text, "%.3f%s", *value * times, behind);
    return text;
}

std::string json_of(const std::vector<League>& leagues, const Backtest& backtest) {
    JsonWriter w;
    w.begin_object().key("segments").begin_array();
    for (const League& league : leagues) {
        w.begin_object().text("segment", league.segment).number("series", static_cast<std::int64_t>(league.series)).number("ends", static_cast<std::int64_t>(league.ends)).number("compared", static_cast<std::int64_t>(league.compared)).text("by", name_of(league.loss));
        write_measured(w, "p", league.p);
        write_measured(w, "champion_owa", league.owa);
        w.key("table").begin_array();
        for (const Standing& one : league.table) {
            w.begin_object().text("model", one.name).text("label", one.label);
            write_measured(w, "loss", one.loss);
            write_measured(w, "mase", one.mase.value());
            write_measured(w, "rmsse", one.rmsse.value());
            write_measured(w, "pinball", one.pinball.value());
            write_measured(w, "smape", one.smape.value());
            write_measured(w, "wape", one.sums.wape());
            write_measured(w, "bias", one.sums.bias());
            w.number("best_of", static_cast<std::int64_t>(one.best)).end_object();
        }
        w.end_array().end_object();
    }
    return w.end_array().number("left_out", static_cast<std::int64_t>(backtest.left_out())).number("only_trained_on", static_cast<std::int64_t>(backtest.only_trained_on())).end_object().take();
}

void print(const std::vector<League>& leagues, const Backtest& backtest) {
    for (const League& league : leagues) {
        std::printf("%s: %zu series, %zu held-out ends, ranked by %s\n", league.segment.empty() ? "(none)" : league.segment.c_str(), league.series, league.ends, upper_ascii(name_of(league.loss)).c_str());
        if (league.compared == 0) {
            std::printf("  The measure is not available for any of them (their past does not change)\n\n");
            continue;
        }
        std::printf("  %4s  %-42s %9s %9s %9s %9s %10s %10s %8s\n", "", "", "MASE", "RMSSE", "pinball", "sMAPE", "WAPE", "bias", "best of");
        for (std::size_t i = 0; i < league.table.size(); ++i) {
            const Standing& one = league.table[i];
            std::printf("  %3zu.  %-42s %9s %9s %9s %9s %10s %10s %8zu\n", i + 1, (one.label + " (" + one.name + ")").substr(0, 42).c_str(), cell(one.mase.value()).c_str(), cell(one.rmsse.value()).c_str(), cell(one.pinball.value()).c_str(), cell(one.smape.value()).c_str(), cell(one.sums.wape(), 100, " %").c_str(),
                        cell(one.sums.bias(), 100, " %").c_str(), one.best);
        }
        std::printf("  Champion: %s", league.table[0].name.c_str());
        if (league.owa) std::printf(", %.2f of the error of a seasonal naive forecast (OWA)", *league.owa);
        if (league.p) std::printf("; before %s %s (p = %.4f, paired sign-flip test)", league.table[1].name.c_str(), *league.p < 0.05 ? "for certain" : "by a lead that may be chance", *league.p);
        std::printf("\n\n");
    }
    if (const std::size_t seen = backtest.only_trained_on(); seen > 0) std::printf("%zu series were left out: the trained file has seen all ends that could be held out. Score it on other series, on a shorter horizon, or once newer values have come\n", seen);
    if (const std::size_t left_out = backtest.left_out() - backtest.only_trained_on(); left_out > 0) std::printf("%zu series were left out: they cannot be read, have ended, or are too short to hold an end out\n", left_out);
}

Result<int> run(const Words& words) {
    FAIRLEAD_ASSIGN(ForecastPlan plan, plan_forecast(words));
    BacktestOptions options;
    options.engine = plan.options;
    options.ends = words.ends;
    FAIRLEAD_ASSIGN(options.candidates, candidates_of(words.models, plan.learner.get()));
    if (plan.learner && !options.candidates.empty() && std::none_of(options.candidates.begin(), options.candidates.end(), [](const Pool& one) { return one.name == "trained"; })) options.candidates.push_back(trained_candidate(*plan.learner));
    for (const Loss loss : {Loss::by_kind, Loss::mase, Loss::rmsse, Loss::smape, Loss::wape})
        if (name_of(loss) == words.by) options.loss = loss;
    if (!words.segment.empty()) {
        const auto& names = plan.reader->facts().dimensions;
        const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) { return fold(name) == fold(words.segment); });
        if (found == names.end()) return refuse(Why::invalid, "no_column", "There is no column \"" + words.segment + "\" to part the series by; there are: " + (names.empty() ? "none" : join(names, ", ")), "segment");
        options.segment = static_cast<int>(found - names.begin());
    }
    Backtest backtest(std::move(options));
    Bar bar(words.quiet);
    for (double begun = 0;; begun = plan.reader->progress()) {
        FAIRLEAD_ASSIGN(const auto batch, plan.reader->next(256));
        if (batch.empty()) break;
        const double end = plan.reader->progress();
        backtest.add(batch, [&](std::size_t done, std::size_t of) { return bar.to("Trying on held-out ends", begun + (end - begun) * static_cast<double>(done) / static_cast<double>(of)); });
    }
    bar.end();
    const auto leagues = backtest.leagues();
    if (words.json) std::printf("%s\n", json_of(leagues, backtest).c_str());
    else print(leagues, backtest);
    return leagues.empty() ? 1 : 0;
}

}  // namespace

void add_forecast_backtest(CLI::App& forecast, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = forecast.add_subcommand("backtest", "Which model or pool forecasts this file best: a league table per segment, on held-out ends");
    add_forecast_options(*command, *words);
    command->add_option("--models", words->models, "Only these models and pools, comma between; all unless said");
    command->add_option("--ends", words->ends, "How many ends of each series, one horizon apart")->check(CLI::Range(1, 1000))->capture_default_str();
    command->add_option("--by", words->by, "Ranked by: auto (rmsse where demand is rare, else mase), mase, rmsse, smape or wape")->check(CLI::IsMember({"auto", "mase", "rmsse", "smape", "wape"}));
    command->add_option("--segment", words->segment, "Long: a table for each value of this column");
    for (const char* name : {"--pool", "--model", "--level", "--quantiles"}) command->remove_option(command->get_option(name));
    command->callback([words, &outcome] {
        finish_forecast(run(*words), outcome);
    });
}

}  // namespace fairlead::cli
