// `fairlead forecast`: forecasts of the series in a file, without a database.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <map>
#include <unistd.h>

#include "base/text.h"
#include "cli/bar.h"
#include "cli/forecast_options.h"
#include "cli/open_store.h"
#include "cli/output.h"
#include "derive/json.h"
#include "engines/forecast/plot.h"

namespace fairlead::cli {
namespace {

using namespace forecast;
using derive::JsonWriter;

constexpr std::size_t batch_size = 1024;  // series held at once, beside the sample

struct Words : ForecastWords {
    std::string output, notes, plot;
    bool totals = false, strict = false;
};

volatile std::sig_atomic_t interrupted = 0;

// A field of a CSV line; what begins like a formula stays text in a spreadsheet.
std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

std::string percent(double share, int decimals = 1) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f %%", decimals, share * 100);
    return text;
}

std::string level_name(double level) { return plain_number(level * 100); }

// ---- CSV ------------------------------------------------------------------------------------------------------------

std::string csv_head(const EngineOptions& options, bool totals) {
    std::string head = "series,step,period,mean";
    const auto columns = [&](const std::string& before) {
        for (const double level : options.levels) {
            const std::string behind = options.levels.size() > 1 ? "_" + level_name(level) : "";
            head += "," + before + "lower" + behind + "," + before + "upper" + behind;
        }
        for (const double quantile : options.quantiles) head += "," + before + "q" + level_name(quantile);
    };
    columns("");
    if (totals) head += ",total", columns("total_");
    return head + "\n";
}

std::string csv_rows(const Forecast& one, const EngineOptions& options, bool totals) {
    std::string rows;
    const std::string id = field(one.id);
    for (std::size_t h = 0; h < one.mean.size(); ++h) {
        rows += id + "," + std::to_string(h + 1) + "," + one.period(h).text() + "," + plain_number(one.mean[h]);
        const auto columns = [&](std::vector<double> Band::*of) {
            for (const double level : options.levels) rows += "," + plain_number((one.band((1 - level) / 2)->*of)[h]) + "," + plain_number((one.band((1 + level) / 2)->*of)[h]);
            for (const double quantile : options.quantiles) rows += "," + plain_number((one.band(quantile)->*of)[h]);
        };
        columns(&Band::values);
        if (totals) rows += "," + plain_number(one.totals[h]), columns(&Band::totals);
        rows += "\n";
    }
    return rows;
}

// ---- JSON -----------------------------------------------------------------------------------------------------------

void write_numbers(JsonWriter& w, std::string_view name, const std::vector<double>& values) {
    w.key(name).begin_array();
    for (const double value : values) w.raw(std::isfinite(value) ? plain_number(value) : "null");
    w.end_array();
}
void write_measured(JsonWriter& w, std::string_view name, Measured value) { w.key(name).raw(value ? plain_number(*value) : "null"); }
void write_notes(JsonWriter& w, const std::vector<Note>& notes) {
    w.key("notes").begin_array();
    for (const Note& note : notes) w.begin_object().text("code", note.code).text("message", note.message).end_object();
    w.end_array();
}

Measured own_wape(const Forecast& one) {
    Sums sums;
    for (std::size_t i = 0; i < one.held_out.size(); ++i) sums.add(one.held_out[i], one.held_out_forecast[i]);
    return sums.wape();
}

void write_parts(JsonWriter& w, const Series& series) {
    const Decomposition parts = decompose_robustly(series.values, series.season);
    const std::size_t n = series.values.size(), span = std::min(n - 1, std::max<std::size_t>(static_cast<std::size_t>(series.season), 4));
    w.key("parts").begin_object().key("level").raw(plain_number(parts.level.back()));
    w.key("trend_per_period").raw(plain_number(span > 0 ? (parts.level[n - 1] - parts.level[n - 1 - span]) / static_cast<double>(span) : 0));
    w.key("season").begin_array();
    if (series.season > 1 && n >= 2 * static_cast<std::size_t>(series.season))
        for (std::size_t i = n - static_cast<std::size_t>(series.season); i < n; ++i) w.begin_object().text("period", series.first.after(static_cast<std::int64_t>(i)).text()).key("effect").raw(plain_number(parts.shape[i])).end_object();
    w.end_array().end_object();
}

std::string json_of(const Forecast& one, const EngineOptions& options, const std::vector<std::string>& dimensions) {
    JsonWriter w;
    w.begin_object().text("series", one.id);
    w.key("dimensions").begin_object();
    for (std::size_t i = 0; i < one.series.dimensions.size() && i < dimensions.size(); ++i)
        if (!one.series.dimensions[i].empty()) w.text(dimensions[i], one.series.dimensions[i]);
    w.end_object();
    if (one.refused) {
        w.key("refused").begin_object().text("code", one.refused->code()).text("message", one.refused->message()).end_object();
        return w.end_object().take();
    }
    const Series& series = one.series;
    w.text("frequency", name_of(series.rhythm)).number("season", series.season).text("first", series.first.text()).text("last", series.last().text()).number("values", static_cast<std::int64_t>(series.values.size()));
    w.key("forecast").begin_array();
    for (std::size_t h = 0; h < one.mean.size(); ++h) {
        w.begin_object().number("step", static_cast<std::int64_t>(h + 1)).text("period", one.period(h).text()).key("mean").raw(plain_number(one.mean[h]));
        for (const auto& [name, of] : {std::pair{"", &Band::values}, std::pair{"total_", &Band::totals}}) {
            if (*name != 0) w.key("total").raw(plain_number(one.totals[h]));
            for (const double level : options.levels)
                w.key(std::string(name) + "lower_" + level_name(level)).raw(plain_number((one.band((1 - level) / 2)->*of)[h])).key(std::string(name) + "upper_" + level_name(level)).raw(plain_number((one.band((1 + level) / 2)->*of)[h]));
            for (const double quantile : options.quantiles) w.key(std::string(name) + "q" + level_name(quantile)).raw(plain_number((one.band(quantile)->*of)[h]));
        }
        w.end_object();
    }
    w.end_array();
    w.key("models").begin_array();
    for (const Member& member : one.pool.members) {
        w.begin_object().text("model", member.model).text("label", member.label).key("weight").raw(plain_number(member.weight));
        if (member.left_out.empty()) {
            w.text("description", member.description);
            write_numbers(w, "mean", member.mean);
        } else w.text("left_out", member.left_out);
        w.end_object();
    }
    w.end_array();
    write_parts(w, series);
    w.key("held_out").begin_object();
    write_numbers(w, "actual", one.held_out);
    write_numbers(w, "forecast", one.held_out_forecast);
    write_measured(w, "wape", own_wape(one));
    w.end_object();
    w.number("kind", static_cast<std::int64_t>(one.kind));
    write_notes(w, series.notes);
    return w.end_object().take();
}

void write_kinds(JsonWriter& w, const std::vector<Kind>& kinds) {
    w.key("kinds").begin_array();
    for (const Kind& kind : kinds) {
        w.begin_object().text("frequency", name_of(kind.rhythm)).number("season", kind.season).number("horizon", kind.horizon).number("series", static_cast<std::int64_t>(kind.series)).number("sampled", static_cast<std::int64_t>(kind.sampled)).number("held_out_ends", static_cast<std::int64_t>(kind.held_out));
        write_measured(w, "smape", kind.smape.value());
        write_measured(w, "mase", kind.mase.value());
        write_measured(w, "owa", owa(kind.smape.value(), kind.mase.value(), kind.naive_smape.value(), kind.naive_mase.value()));
        write_measured(w, "wape", kind.sums.wape());
        write_measured(w, "bias", kind.sums.bias());
        w.key("coverage").begin_array();
        for (const Coverage& coverage : kind.coverage) {
            w.begin_object().key("level").raw(plain_number(coverage.level)).number("inside", coverage.inside).number("of", coverage.of);
            write_measured(w, "covered", coverage.of > 0 ? Measured(coverage.inside / static_cast<double>(coverage.of)) : Measured());
            w.key("by_step").begin_array();
            for (std::size_t h = 0; h < coverage.of_by_step.size(); ++h) w.raw(coverage.of_by_step[h] > 0 ? plain_number(coverage.inside_by_step[h] / static_cast<double>(coverage.of_by_step[h])) : "null");
            w.end_array().end_object();
        }
        w.end_array().end_object();
    }
    w.end_array();
}

// ---- What is said at the end ----------------------------------------------------------------------------------------

struct Tally {
    std::int64_t forecast = 0, refused = 0;
    std::map<std::string, std::int64_t> notes;
    std::vector<std::string> reasons;  // of the first refused ones
    void add(const Forecast& one) {
        if (one.refused) {
            ++refused;
            if (reasons.size() < 10) reasons.push_back(one.id + ": " + one.refused->message());
            return;
        }
        ++forecast;
        std::map<std::string, int> once;
        for (const Note& note : one.series.notes) ++once[note.code];
        for (const auto& [code, count] : once) ++notes[code];
    }
};

void tell(const Tally& tally, const Engine& engine, const FileFacts& facts, std::FILE* to) {
    for (const Note& note : facts.notes) std::fprintf(to, "Note: %s\n", note.message.c_str());
    for (const Kind& kind : engine.kinds()) {
        if (kind.series == 0) continue;
        std::fprintf(to, "%zu series%s%s, %d %s ahead", kind.series, kind.rhythm == Frequency::number ? "" : " of ", kind.rhythm == Frequency::number ? "" : std::string(plural_of(kind.rhythm, 2)).c_str(), kind.horizon, std::string(plural_of(kind.rhythm, kind.horizon)).c_str());
        if (kind.held_out == 0) {
            std::fprintf(to, "; too little history to hold anything out, so nothing is known about how good this is\n");
            continue;
        }
        std::fprintf(to, ". On ends that were held out:");
        if (const Measured wape = kind.sums.wape()) std::fprintf(to, " error %s of the total (WAPE), bias %s", percent(*wape).c_str(), percent(*kind.sums.bias()).c_str());
        if (const Measured better = owa(kind.smape.value(), kind.mase.value(), kind.naive_smape.value(), kind.naive_mase.value())) std::fprintf(to, ", %.2f of the error of a seasonal naive forecast (OWA)", *better);
        for (const Coverage& coverage : kind.coverage)
            if (coverage.of > 0) std::fprintf(to, "; intervals of %s covered %s of %d values", percent(coverage.level, 0).c_str(), percent(coverage.inside / static_cast<double>(coverage.of)).c_str(), coverage.of);
        std::fprintf(to, "\n");
    }
    if (!tally.notes.empty()) {
        std::string words;
        for (const auto& [code, count] : tally.notes) words += (words.empty() ? "" : ", ") + code + " " + std::to_string(count);
        std::fprintf(to, "Notes (series with each; --notes FILE lists them): %s\n", words.c_str());
    }
    if (tally.refused > 0) {
        std::fprintf(to, "%lld series could not be forecast:\n", static_cast<long long>(tally.refused));
        for (const std::string& reason : tally.reasons) std::fprintf(to, "  %s\n", reason.c_str());
        if (tally.refused > static_cast<std::int64_t>(tally.reasons.size())) std::fprintf(to, "  and %lld more\n", static_cast<long long>(tally.refused) - static_cast<long long>(tally.reasons.size()));
    }
}

void explain(const Forecast& one, const Engine& engine, const EngineOptions& options) {
    if (one.refused) {
        std::printf("%s\n  cannot be forecast: %s\n\n", one.id.c_str(), one.refused->message().c_str());
        return;
    }
    const Series& series = one.series;
    const Decomposition parts = decompose_robustly(series.values, series.season);
    const std::size_t n = series.values.size(), span = std::min(n - 1, std::max<std::size_t>(static_cast<std::size_t>(series.season), 4));
    const double level = parts.level.back(), size = std::abs(level);
    std::printf("%s\n  %zu %s, %s to %s%s\n", one.id.c_str(), n, std::string(plural_of(series.rhythm, static_cast<std::int64_t>(n))).c_str(), series.first.text().c_str(), series.last().text().c_str(), series.by_working_days ? ", per working day" : "");
    std::printf("  Level at the end %s", shown(level, size).c_str());
    if (span > 0) std::printf(", over the last %zu %s %s%s a %s", span, std::string(plural_of(series.rhythm, static_cast<std::int64_t>(span))).c_str(), parts.level[n - 1] >= parts.level[n - 1 - span] ? "+" : "", shown((parts.level[n - 1] - parts.level[n - 1 - span]) / static_cast<double>(span), size).c_str(), std::string(plural_of(series.rhythm, 1)).c_str());
    std::printf("\n");
    if (series.season > 1 && series.season <= 24 && n >= 2 * static_cast<std::size_t>(series.season)) {
        std::printf("  Season (above or below the level):");
        for (std::size_t i = n - static_cast<std::size_t>(series.season); i < n; ++i) std::printf(" %s %s%s;", series.first.after(static_cast<std::int64_t>(i)).text().c_str(), parts.shape[i] > 0 ? "+" : "", shown(parts.shape[i], size).c_str());
        std::printf("\n");
    }
    std::printf("  Models (%s):\n", options.pool->label.c_str());
    for (const Member& member : one.pool.members) {
        if (member.left_out.empty()) std::printf("    %3.0f %%  %s: %s\n", member.weight * 100, std::string(member.label).c_str(), member.description.c_str());
        else std::printf("      -    %s: left out, %s\n", std::string(member.label).c_str(), member.left_out.c_str());
    }
    if (const Measured wape = own_wape(one)) std::printf("  Its own last %zu %s, held out: off by %s of the total\n", one.held_out.size(), std::string(plural_of(series.rhythm, static_cast<std::int64_t>(one.held_out.size()))).c_str(), percent(*wape).c_str());
    for (const Coverage& coverage : engine.kinds()[one.kind].coverage)
        if (coverage.of > 0) std::printf("  Intervals of %s covered %s of %d held-out values of such series\n", percent(coverage.level, 0).c_str(), percent(coverage.inside / static_cast<double>(coverage.of)).c_str(), coverage.of);
    for (const Note& note : series.notes) std::printf("  Note: %s\n", note.message.c_str());
    std::printf("  %-14s%14s", "Period", "Forecast");
    for (const double one_level : options.levels) std::printf("%28s", (percent(one_level, 0) + " between").c_str());
    std::printf("\n");
    for (std::size_t h = 0; h <= one.mean.size(); ++h) {
        const bool total = h == one.mean.size();
        if (total && h < 2) break;
        std::printf("  %-14s%14s", total ? "together" : one.period(h).text().c_str(), shown(total ? one.totals.back() : one.mean[h], size).c_str());
        for (const double one_level : options.levels) {
            const Band &low = *one.band((1 - one_level) / 2), &high = *one.band((1 + one_level) / 2);
            std::printf("%28s", (shown(total ? low.totals.back() : low.values[h], size) + " - " + shown(total ? high.totals.back() : high.values[h], size)).c_str());
        }
        std::printf("\n");
    }
    std::printf("\n");
}

// ---- The run --------------------------------------------------------------------------------------------------------

Refused stopped() { return refuse(Why::unavailable, "stopped", "Stopped; nothing was written"); }

Result<int> run(const Words& words, bool explaining) {
    FAIRLEAD_ASSIGN(ForecastPlan plan, plan_forecast(words));
    if (!words.plot.empty() && lower_ascii(std::filesystem::path(words.plot).extension().string()) != ".svg")
        return refuse(Why::invalid, "unknown_choice", "--plot writes SVG: name a file that ends in .svg", "plot");
    SeriesReader& reader = *plan.reader;
    interrupted = 0;
    std::signal(SIGINT, [](int) { interrupted = 1; });
    Bar bar(words.quiet);
    const auto told = [&](const char* what) {
        return [&bar, what](std::size_t done, std::size_t of) { return bar.to(what, static_cast<double>(done) / static_cast<double>(of)) && interrupted == 0; };
    };
    Engine engine(plan.options);
    const EngineOptions& options = engine.options();
    for (;;) {
        FAIRLEAD_ASSIGN(const auto batch, reader.next(batch_size));
        if (batch.empty()) break;
        engine.look(batch);
        bar.to("Reading", reader.progress());
        if (interrupted != 0) return stopped();
    }
    if (!engine.learn(told("Trying on held-out ends"))) return stopped();
    FAIRLEAD_TRY(reader.rewind());

    Output output(words.output), notes(words.notes);
    const bool csv = !explaining && (!words.json || !words.output.empty());
    if (csv) {
        FAIRLEAD_TRY(output.open());
        if (!output.write(csv_head(options, words.totals))) return output.cannot("could not be written");
    }
    if (!words.notes.empty()) {
        FAIRLEAD_TRY(notes.open());
        notes.write("series,code,message\n");
    }
    if (words.json) std::printf("{\"series\":[");
    Tally tally;
    bool first = true, found = false;
    std::string drawn;
    for (std::int64_t done = 0;;) {
        FAIRLEAD_ASSIGN(const auto batch, reader.next(batch_size));
        if (batch.empty()) break;
        auto answers = engine.forecast(batch, [&](std::size_t at, std::size_t) { return bar.to("Forecasting", (static_cast<double>(done) + static_cast<double>(at)) / static_cast<double>(std::max<std::int64_t>(1, reader.facts().rows))) && interrupted == 0; },
                                       words.only.empty() ? std::function<bool(const ReadSeries&)>() : [&](const ReadSeries& one) { return one.series.id == words.only; });
        if (!answers) return stopped();
        done += static_cast<std::int64_t>(batch.size());
        for (const Forecast& one : *answers) {
            found = true;
            tally.add(one);
            if (csv && !one.refused && !output.write(csv_rows(one, options, words.totals))) return output.cannot("could not be written to its end: is the disk full?");
            if (!words.notes.empty()) {
                if (one.refused) notes.write(field(one.id) + ",refused:" + one.refused->code() + "," + field(one.refused->message()) + "\n");
                for (const Note& note : one.series.notes) notes.write(field(one.id) + "," + note.code + "," + field(note.message) + "\n");
            }
            if (words.json) std::printf("%s%s", std::exchange(first, false) ? "" : ",\n", json_of(one, options, reader.facts().dimensions).c_str());
            else if (explaining) explain(one, engine, options);
            if (!words.plot.empty() && drawn.empty() && !one.refused) {
                std::string caption = options.pool->label;
                for (const Coverage& coverage : engine.kinds()[one.kind].coverage)
                    if (coverage.of > 0) caption += "; " + percent(coverage.level, 0) + " intervals covered " + percent(coverage.inside / static_cast<double>(coverage.of)) + " of held-out values";
                drawn = plot_svg(one, options.levels, caption);
            }
        }
    }
    if (words.json) {
        JsonWriter w;
        w.begin_object();
        write_kinds(w, engine.kinds());
        w.text("pool", options.pool->name).text("pool_label", options.pool->label).number("forecast", tally.forecast).number("refused", tally.refused);
        write_notes(w, reader.facts().notes);
        std::printf("],%s\n", w.end_object().take().substr(1).c_str());
    }
    if (!found && !words.only.empty()) return refuse(Why::not_found, "no_series", "The file has no series \"" + words.only + "\"", "only");
    if (csv) FAIRLEAD_TRY(output.finish());
    if (!words.notes.empty()) FAIRLEAD_TRY(notes.finish());
    if (!words.plot.empty()) {
        if (drawn.empty()) return refuse(Why::invalid, "nothing_to_draw", "There is no forecast to draw", "plot");
        Output picture(words.plot);
        FAIRLEAD_TRY(picture.open());
        picture.write(drawn);
        FAIRLEAD_TRY(picture.finish());
    }
    bar.end();
    if (!words.quiet && !explaining) tell(tally, engine, reader.facts(), stderr);
    if (tally.forecast == 0 && tally.refused > 0) return 1;
    return words.strict && tally.refused > 0 ? 1 : 0;
}

void finish(const Result<int>& done, Outcome& outcome) { outcome.code = done ? *done : print_refusal(done.refused()); }

}  // namespace

void add_forecast(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("forecast", "Forecast the series in a CSV file, with intervals; needs no database");
    const auto add = [&](CLI::App& to, bool explaining) {
        add_forecast_options(to, *words);
        to.add_option("--plot", words->plot, "Draw the series (the first, or that of --only) into this SVG file");
        to.add_option("--only", words->only, "Only the series of this name; all are read, for the intervals");
        if (explaining) return;
        to.add_option("--output", words->output, "The file of forecasts, CSV; standard output unless said");
        to.add_option("--notes", words->notes, "A file for what was noted about each series, and why some could not be forecast, CSV");
        to.add_flag("--totals", words->totals, "Also the total of the steps so far, with its own intervals");
        to.add_flag("--strict", words->strict, "Exit code 1 where some series could not be forecast; else only where none could");
    };
    add(*command, false);
    CLI::App* why = command->add_subcommand("explain", "Say of each series what was found in it, which models took part, and how good they were");
    add(*why, true);
    add_forecast_backtest(*command, outcome);
    // The options of a sub-command stand behind its name.
    command->get_option("--input")->required(false);
    command->callback([command, words, &outcome] {
        if (!command->get_subcommands().empty()) return;
        if (words->input.empty()) throw CLI::RequiredError("--input");
        finish(run(*words, false), outcome);
    });
    why->callback([words, &outcome] { finish(run(*words, true), outcome); });
}

}  // namespace fairlead::cli
