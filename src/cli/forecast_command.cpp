// `fairlead forecast`: forecasts of the series in a file, without a database.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <unistd.h>

#include "base/text.h"
#include "cli/bar.h"
#include "cli/forecast_known.h"
#include "cli/forecast_since.h"
#include "cli/interrupt.h"
#include "cli/open_store.h"
#include "cli/output.h"
#include "derive/json.h"
#include "engines/forecast/hierarchy.h"
#include "engines/forecast/plot.h"

namespace fairlead::cli {
namespace {

using namespace forecast;
using derive::JsonWriter;

constexpr std::size_t batch_size = 1024;  // series held at once, beside the sample

struct Words : ForecastWords {
    std::string output, notes, plot, hierarchy, way = "mint", since, paths;
    int path_count = 100;
    std::uint64_t seed = 1;
    bool totals = false, strict = false;
};

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
    const Parts parts = parts_of(series);
    w.key("parts").begin_object().key("level").raw(plain_number(parts.level)).key("trend_per_period").raw(plain_number(parts.per_period));
    w.key("season").begin_array();
    for (std::size_t i = 0; i < parts.season.size(); ++i)
        w.begin_object().text("period", series.first.after(static_cast<std::int64_t>(series.values.size() - parts.season.size() + i)).text()).key("effect").raw(plain_number(parts.season[i])).end_object();
    w.end_array().end_object();
}

std::string json_of(const Forecast& one, const EngineOptions& options, const std::vector<std::string>& dimensions, const Grounds* grounds) {
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
    write_numbers(w, "history", series.recorded());
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
    w.key("learned").raw(plain_number(one.pool.learned));
    write_parts(w, series);
    write_effects(w, one);
    if (grounds != nullptr) write_grounds(w, *grounds);
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
        w.number("learned_ends", static_cast<std::int64_t>(kind.learned)).number("trained_on", static_cast<std::int64_t>(kind.trained_on));
        write_measured(w, "smape", kind.smape.value());
        write_measured(w, "mase", kind.mase.value());
        write_measured(w, "owa", owa(kind.smape.value(), kind.mase.value(), kind.naive_smape.value(), kind.naive_mase.value()));
        write_measured(w, "wape", kind.sums.wape());
        write_measured(w, "bias", kind.sums.bias());
        write_without(w, kind);
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

// How far what was learned took part, and in what is said of its errors.
std::string learned_words(const Kind& kind, const Learner& learner) {
    const auto known = std::find_if(learner.kinds().begin(), learner.kinds().end(), [&](const LearnedKind& one) { return one.rhythm == kind.rhythm && one.season == kind.season; });
    if (known == learner.kinds().end()) return "of which the trained file knows nothing (the pool alone)";
    if (known->share <= 0) return "for which what was learned was no better than the pool (the pool alone)";
    std::string words = percent(known->share, 0) + " by trained weights";
    if (kind.trained_on > 0) words += "; " + std::to_string(kind.trained_on) + " of them were trained on";
    if (kind.learned < kind.sampled) words += "; of the last held-out ends " + std::to_string(kind.sampled - kind.learned) + " of " + std::to_string(kind.sampled) + " were forecast by the pool alone, which they do not flatter";
    return words;
}

void tell(const Tally& tally, const Engine& engine, const std::vector<Note>& notes, std::FILE* to) {
    for (const Note& note : notes) std::fprintf(to, "Note: %s\n", note.message.c_str());
    for (const Kind& kind : engine.kinds()) {
        if (kind.series == 0) continue;
        std::fprintf(to, "%zu series%s%s, %d %s ahead", kind.series, kind.rhythm == Frequency::number ? "" : " of ", kind.rhythm == Frequency::number ? "" : std::string(plural_of(kind.rhythm, 2)).c_str(), kind.horizon, std::string(plural_of(kind.rhythm, kind.horizon)).c_str());
        if (engine.options().learner != nullptr) std::fprintf(to, ", %s", learned_words(kind, *engine.options().learner).c_str());
        if (kind.held_out == 0) {
            std::fprintf(to, "; too little history to hold anything out, so nothing is known about how good this is\n");
            continue;
        }
        std::fprintf(to, ". On ends that were held out:");
        if (const Measured wape = kind.sums.wape()) std::fprintf(to, " error %s of the total (WAPE), bias %s%s", percent(*wape).c_str(), percent(*kind.sums.bias()).c_str(), words_without(kind).c_str());
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

void explain(const Forecast& one, const Engine& engine, const EngineOptions& options, const Grounds& grounds) {
    if (one.refused) {
        std::printf("%s\n  cannot be forecast: %s\n\n", one.id.c_str(), one.refused->message().c_str());
        return;
    }
    const Series& series = one.series;
    const Parts parts = parts_of(series);
    const std::size_t n = series.values.size();
    const double size = std::abs(parts.level);
    std::printf("%s\n  %zu %s, %s to %s%s\n", one.id.c_str(), n, std::string(plural_of(series.rhythm, static_cast<std::int64_t>(n))).c_str(), series.first.text().c_str(), series.last().text().c_str(), series.by_working_days ? ", per working day" : "");
    std::printf("  Level at the end %s", shown(parts.level, size).c_str());
    if (parts.span > 0) std::printf(", over the last %zu %s %s%s a %s", parts.span, std::string(plural_of(series.rhythm, static_cast<std::int64_t>(parts.span))).c_str(), parts.per_period >= 0 ? "+" : "", shown(parts.per_period, size).c_str(), std::string(plural_of(series.rhythm, 1)).c_str());
    std::printf("\n");
    if (!parts.season.empty() && parts.season.size() <= 24) {
        std::printf("  Season (above or below the level):");
        for (std::size_t i = 0; i < parts.season.size(); ++i) std::printf(" %s %s%s;", series.first.after(static_cast<std::int64_t>(n - parts.season.size() + i)).text().c_str(), parts.season[i] > 0 ? "+" : "", shown(parts.season[i], size).c_str());
        std::printf("\n");
    }
    print_effects(one);
    std::printf("  Models (%s%s):\n", options.pool->label.c_str(), one.pool.learned > 0 ? (", " + percent(one.pool.learned, 0) + " by trained weights").c_str() : "");
    for (const Member& member : one.pool.members) {
        if (member.left_out.empty()) std::printf("    %3.0f %%  %s: %s\n", member.weight * 100, std::string(member.label).c_str(), member.description.c_str());
        else std::printf("      -    %s: left out, %s\n", std::string(member.label).c_str(), member.left_out.c_str());
    }
    if (const Measured wape = own_wape(one)) std::printf("  Its own last %zu %s, held out: off by %s of the total\n", one.held_out.size(), std::string(plural_of(series.rhythm, static_cast<std::int64_t>(one.held_out.size()))).c_str(), percent(*wape).c_str());
    for (const Coverage& coverage : engine.kinds()[one.kind].coverage)
        if (coverage.of > 0) std::printf("  Intervals of %s covered %s of %d held-out values of such series\n", percent(coverage.level, 0).c_str(), percent(coverage.inside / static_cast<double>(coverage.of)).c_str(), coverage.of);
    print_grounds(grounds, one, options.pool->label);
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

// "Region > State, Product": factors, each a chain.
std::vector<std::vector<std::string>> factors_of(const std::string& text) {
    std::vector<std::vector<std::string>> factors;
    for (const std::string& factor : split(text, ',')) {
        factors.emplace_back();
        for (const std::string& name : split(factor, '>'))
            if (!trim(name).empty()) factors.back().emplace_back(trim(name));
        if (factors.back().empty()) factors.pop_back();
    }
    return factors;
}

Result<ReconcileOptions> way_of(const std::string& text) {
    ReconcileOptions options;
    const std::pair<const char*, Reconciliation> ways[] = {{"mint", Reconciliation::mint}, {"wls-variance", Reconciliation::wls_variance}, {"wls-structure", Reconciliation::wls_structure}, {"ols", Reconciliation::ols},
                                                           {"bottom-up", Reconciliation::bottom_up}, {"top-down", Reconciliation::top_down}, {"middle-out", Reconciliation::middle_out}};
    std::string names;
    for (const auto& [name, way] : ways) {
        names += (names.empty() ? "" : ", ") + std::string(name);
        if (text == name) return options.method = way, options;
        if (way != Reconciliation::middle_out || !text.starts_with("middle-out:")) continue;
        const std::string level = text.substr(11);
        if (level.empty() || level.size() > 2 || level.find_first_not_of("0123456789") != std::string::npos) break;
        return options.method = way, options.middle = std::stoi(level), options;
    }
    return refuse(Why::invalid, "unknown_choice", "--reconcile is one of " + names + " (middle-out:2 from the second level), not \"" + text + "\"", "reconcile");
}

// Where forecasts go: the CSV file, the notes, JSON, the picture, the terminal.
class Sink {
  public:
    Sink(const Words& words, const Engine& engine, const FileFacts& facts, bool explaining, const EarlierAnswer* earlier) : words_(words), engine_(engine), facts_(facts), explaining_(explaining), output_(words.output), notes_(words.notes), paths_(words.paths), earlier_(earlier) {}

    Result<void> open() {
        csv_ = !explaining_ && (!words_.json || !words_.output.empty());
        if (csv_) {
            FAIRLEAD_TRY(output_.open());
            if (!output_.write(csv_head(engine_.options(), words_.totals))) return output_.cannot("could not be written");
        }
        if (!words_.notes.empty()) {
            FAIRLEAD_TRY(notes_.open());
            notes_.write("series,code,message\n");
        }
        if (!words_.paths.empty()) {
            FAIRLEAD_TRY(paths_.open());
            paths_.write("series,path,step,period,value\n");
        }
        if (words_.json) std::printf("{\"series\":[");
        return {};
    }
    Result<void> take(const Forecast& one) {
        if (!words_.only.empty() && one.id != words_.only) return {};
        const EngineOptions& options = engine_.options();
        tally_.add(one);
        if (csv_ && !one.refused && !output_.write(csv_rows(one, options, words_.totals))) return output_.cannot("could not be written to its end: is the disk full?");
        if (!words_.notes.empty()) {
            if (one.refused) notes_.write(field(one.id) + ",refused:" + one.refused->code() + "," + field(one.refused->message()) + "\n");
            for (const Note& note : one.series.notes) notes_.write(field(one.id) + "," + note.code + "," + field(note.message) + "\n");
        }
        std::string courses;
        for (std::size_t path = 0; path < one.paths.size(); ++path)
            for (std::size_t h = 0; h < one.paths[path].size(); ++h) courses += field(one.id) + "," + std::to_string(path + 1) + "," + std::to_string(h + 1) + "," + one.period(h).text() + "," + plain_number(one.paths[path][h]) + "\n";
        if (!courses.empty() && !paths_.write(courses)) return paths_.cannot("could not be written to its end: is the disk full?");
        // On what a forecast stands costs some forecasts more.
        Grounds grounds;
        const bool asked = explaining_ || earlier_ != nullptr;
        if (asked) {
            FAIRLEAD_ASSIGN(grounds, grounds_of(engine_, one, earlier_));
        }
        if (words_.json) std::printf("%s%s", std::exchange(first_, false) ? "" : ",\n", json_of(one, options, facts_.dimensions, asked ? &grounds : nullptr).c_str());
        else if (explaining_) explain(one, engine_, options, grounds);
        if (!words_.plot.empty() && drawn_.empty() && !one.refused) {
            std::string caption = options.pool->label;
            for (const Coverage& coverage : engine_.kinds()[one.kind].coverage)
                if (coverage.of > 0) caption += "; " + percent(coverage.level, 0) + " intervals covered " + percent(coverage.inside / static_cast<double>(coverage.of)) + " of held-out values";
            drawn_ = plot_svg(one, options.levels, caption);
        }
        return {};
    }
    Result<int> close(Bar& bar, const std::vector<Note>& notes) {
        const EngineOptions& options = engine_.options();
        if (words_.json) {
            JsonWriter w;
            w.begin_object();
            write_kinds(w, engine_.kinds());
            w.text("pool", options.pool->name).text("pool_label", options.pool->label).key("trained").raw(options.learner != nullptr ? "true" : "false");
            w.number("forecast", tally_.forecast).number("refused", tally_.refused);
            write_notes(w, notes);
            std::printf("],%s\n", w.end_object().take().substr(1).c_str());
        }
        if (!words_.only.empty() && tally_.forecast + tally_.refused == 0) return refuse(Why::not_found, "no_series", "There is no series \"" + words_.only + "\"", "only");
        if (csv_) FAIRLEAD_TRY(output_.finish());
        if (!words_.notes.empty()) FAIRLEAD_TRY(notes_.finish());
        if (!words_.paths.empty()) FAIRLEAD_TRY(paths_.finish());
        if (!words_.plot.empty()) {
            if (drawn_.empty()) return refuse(Why::invalid, "nothing_to_draw", "There is no forecast to draw", "plot");
            Output picture(words_.plot);
            FAIRLEAD_TRY(picture.open());
            picture.write(drawn_);
            FAIRLEAD_TRY(picture.finish());
        }
        bar.end();
        if (!words_.quiet && !explaining_) tell(tally_, engine_, notes, stderr);
        if (tally_.forecast == 0 && tally_.refused > 0) return 1;
        return words_.strict && tally_.refused > 0 ? 1 : 0;
    }

  private:
    const Words& words_;
    const Engine& engine_;
    const FileFacts& facts_;
    bool explaining_, csv_ = false, first_ = true;
    Output output_, notes_, paths_;
    const EarlierAnswer* earlier_;
    Tally tally_;
    std::string drawn_;
};

using Told = std::function<Progress(const char*, double from, double to)>;

Result<int> run_tree(const Words& words, ForecastPlan& plan, bool explaining, const EarlierAnswer* earlier, Bar& bar, const Told& told) {
    FAIRLEAD_ASSIGN(const ReconcileOptions way, way_of(words.way));
    std::vector<ReadSeries> all;
    for (;;) {
        FAIRLEAD_ASSIGN(auto batch, plan.reader->next(batch_size));
        if (batch.empty()) break;
        for (ReadSeries& one : batch) all.push_back(std::move(one));
    }
    FAIRLEAD_ASSIGN(const Tree tree, make_tree(all, plan.reader->facts().dimensions, factors_of(words.hierarchy), plan.options.prepare));
    plan.options.prepare = tree.prepare;
    plan.options.with_fitted = true;
    Engine engine(plan.options);
    engine.look(tree.nodes);
    if (!engine.learn(told("Trying on held-out ends", 0, 1))) return stopped();
    auto forecasts = engine.forecast(tree.nodes, told("Forecasting", 0, 1));
    if (!forecasts) return stopped();
    FAIRLEAD_ASSIGN(const std::vector<Note> reconciled, reconcile(*forecasts, tree.hierarchy, way));
    Sink sink(words, engine, plan.reader->facts(), explaining, earlier);
    FAIRLEAD_TRY(sink.open());
    for (const Forecast& one : *forecasts) FAIRLEAD_TRY(sink.take(one));
    for (const ReadSeries& one : tree.left_out) {
        Forecast left;
        left.id = one.series.id;
        left.refused = one.fault;
        FAIRLEAD_TRY(sink.take(left));
    }
    std::vector<Note> notes = plan.reader->facts().notes;
    notes.insert(notes.end(), tree.notes.begin(), tree.notes.end());
    notes.insert(notes.end(), reconciled.begin(), reconciled.end());
    return sink.close(bar, notes);
}

Result<int> run(const Words& words, bool explaining) {
    FAIRLEAD_ASSIGN(ForecastPlan plan, plan_forecast(words));
    if (!words.plot.empty() && lower_ascii(std::filesystem::path(words.plot).extension().string()) != ".svg")
        return refuse(Why::invalid, "unknown_choice", "--plot writes SVG: name a file that ends in .svg", "plot");
    if (!words.since.empty() && !explaining && !words.json) return refuse(Why::invalid, "unknown_choice", "--since is told by `explain` and by --json: add one of them", "since");
    if (!words.paths.empty()) {
        if (!words.hierarchy.empty()) return refuse(Why::invalid, "unknown_choice", "--paths draws each series for itself, which does not add up over a --hierarchy: ask for one of them", "paths");
        plan.options.paths = words.path_count;
        plan.options.seed = words.seed;
    }
    std::optional<EarlierAnswer> earlier;
    if (!words.since.empty()) {
        FAIRLEAD_ASSIGN(earlier, EarlierAnswer::read(words.since));
    }
    const EarlierAnswer* before = earlier ? &*earlier : nullptr;
    SeriesReader& reader = *plan.reader;
    watch_interrupts();
    Bar bar(words.quiet);
    const Told told = [&bar](const char* what, double from, double to) {
        return [&bar, what, from, to](std::size_t done, std::size_t of) { return bar.to(what, from + (to - from) * static_cast<double>(done) / static_cast<double>(of)) && !interrupted(); };
    };
    if (!words.hierarchy.empty()) FAIRLEAD_TRY(check_sums(plan.known.get()));
    if (!words.hierarchy.empty()) return run_tree(words, plan, explaining, before, bar, told);
    Engine engine(plan.options);
    for (;;) {
        FAIRLEAD_ASSIGN(const auto batch, reader.next(batch_size));
        if (batch.empty()) break;
        engine.look(batch);
        bar.to("Reading", reader.progress());
        if (interrupted()) return stopped();
    }
    if (!engine.learn(told("Trying on held-out ends", 0, 1))) return stopped();
    FAIRLEAD_TRY(reader.rewind());
    Sink sink(words, engine, reader.facts(), explaining, before);
    FAIRLEAD_TRY(sink.open());
    const auto wanted = words.only.empty() ? std::function<bool(const ReadSeries&)>() : [&](const ReadSeries& one) { return one.series.id == words.only; };
    for (double from = 0;;) {
        FAIRLEAD_ASSIGN(const auto batch, reader.next(batch_size));
        if (batch.empty()) break;
        const double to = reader.progress();
        const auto answers = engine.forecast(batch, told("Forecasting", from, to), wanted);
        if (!answers) return stopped();
        from = to;
        for (const Forecast& one : *answers) FAIRLEAD_TRY(sink.take(one));
    }
    return sink.close(bar, reader.facts().notes);
}

}  // namespace

void add_forecast(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("forecast", "Forecast the series in a CSV file, with intervals; needs no database");
    const auto add = [&](CLI::App& to, bool explaining) {
        add_forecast_options(to, *words);
        to.add_option("--plot", words->plot, "Draw the series (the first, or that of --only) into this SVG file");
        to.add_option("--hierarchy", words->hierarchy, "Long: forecast the sums over these columns too, and reconcile all: Region,Product crosses them, Country>Region puts one inside the other");
        to.add_option("--reconcile", words->way, "How: mint, wls-variance, wls-structure, ols, bottom-up, top-down or middle-out:LEVEL")->capture_default_str();
        to.add_option("--since", words->since, "An earlier run's --json: say what came of it, and by what the forecast changed (with explain or --json)");
        to.add_option("--only", words->only, "Only the series of this name; all are read, for the intervals");
        if (explaining) return;
        to.add_option("--output", words->output, "The file of forecasts, CSV; standard output unless said");
        to.add_option("--notes", words->notes, "A file for what was noted about each series, and why some could not be forecast, CSV");
        to.add_option("--paths", words->paths, "A file for courses that each series may take, CSV: for what depends on several periods at once (stock, cash, the chance to reach a target)");
        to.add_option("--path-count", words->path_count, "How many of each")->check(CLI::Range(1, 100'000))->capture_default_str();
        to.add_option("--seed", words->seed, "Another number draws other paths")->capture_default_str();
        to.add_flag("--totals", words->totals, "Also the total of the steps so far, with its own intervals");
        to.add_flag("--strict", words->strict, "Exit code 1 where some series could not be forecast; else only where none could");
    };
    add(*command, false);
    CLI::App* why = command->add_subcommand("explain", "Say of each series what was found in it, which models took part, and how good they were");
    add(*why, true);
    add_forecast_backtest(*command, outcome);
    add_forecast_train(*command, outcome);
    // The options of a sub-command stand behind its name.
    command->get_option("--input")->required(false);
    command->callback([command, words, &outcome] {
        if (!command->get_subcommands().empty()) return;
        if (words->input.empty()) throw CLI::RequiredError("--input");
        finish_forecast(run(*words, false), outcome);
    });
    why->callback([words, &outcome] { finish_forecast(run(*words, true), outcome); });
}

}  // namespace fairlead::cli
