// Options and words for calendars, holidays and regressors.
#include "cli/forecast_known.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "engines/forecast/known_files.h"

namespace fairlead::cli {
namespace {

using namespace forecast;
using derive::JsonWriter;

std::vector<std::string> names_in(const std::string& text) {
    std::vector<std::string> names;
    for (const std::string& one : split(text, ','))
        if (!trim(one).empty()) names.emplace_back(trim(one));
    return names;
}

void write_numbers(JsonWriter& w, std::string_view name, const std::vector<double>& values, bool ratios) {
    w.key(name).begin_array();
    for (const double value : values) w.raw(plain_number(ratios ? std::exp(value) : value));
    w.end_array();
}

// "+12 %", or what is added.
std::string change(double value, bool ratios) {
    char text[40];
    if (ratios) std::snprintf(text, sizeof text, std::abs(std::expm1(value)) < 0.1 ? "%+.1f %%" : "%+.0f %%", std::expm1(value) * 100);
    else std::snprintf(text, sizeof text, "%+.4g", value);
    return text;
}

}  // namespace

void add_known_options(CLI::App& command, ForecastWords& words) {
    command.add_option("--calendar", words.calendar, "Working days, holidays and days around them of a country: " + join(Calendar::codes(), ", "));
    command.add_option("--holidays", words.holidays, "A file of your own days, CSV: date,name and, where days around count, before,after. They must go on to the end of the forecast");
    command.add_option("--regressors", words.regressors, "A file of outside series (prices, promotions, an index), CSV: a column of periods, a column for each, and one that names the series where they differ. Also for the periods to come");
    command.add_option("--regressor-columns", words.regressor_columns, "Long: columns of the file itself that are such outside series, comma between; rows to come have an empty value");
    command.add_option("--lags", words.lags, "With which delay, in periods: price:0-2,index:3; none unless said");
    command.add_option("--ahead", words.ahead, "Where an outside series is not known for a period to come: refuse, leave-out (use only lags that are known), or last (its last value stays)")->check(CLI::IsMember({"refuse", "leave-out", "last"}))->capture_default_str();
}

Result<std::unique_ptr<Known>> plan_known(const ForecastWords& words, ReadOptions& reading, PrepareOptions& preparing) {
    const Calendar* calendar = nullptr;
    if (!words.calendar.empty()) {
        calendar = Calendar::find(words.calendar);
        if (calendar == nullptr)
            return refuse(Why::invalid, "unknown_choice", "--calendar is one of " + join(Calendar::codes(), ", ") + ", not \"" + words.calendar + "\"; days of another country can be given with --holidays FILE", "calendar");
        preparing.calendar = calendar;
    }
    std::vector<Event> events;
    if (!words.holidays.empty()) {
        FAIRLEAD_ASSIGN(events, read_events(words.holidays, reading.order));
    }
    std::vector<Regressor> regressors;
    if (!words.regressors.empty()) {
        FAIRLEAD_ASSIGN(RegressorFile file, read_regressors(words.regressors, reading.series, reading.order));
        regressors = std::move(file.regressors);
    }
    reading.beside = names_in(words.regressor_columns);
    for (std::size_t i = 0; i < reading.beside.size(); ++i) {
        const auto same = std::find_if(regressors.begin(), regressors.end(), [&](const Regressor& one) { return fold(one.name) == fold(reading.beside[i]); });
        if (same != regressors.end()) same->column = static_cast<int>(i);
        else regressors.push_back({reading.beside[i], {0}, static_cast<int>(i), {}});
    }
    FAIRLEAD_TRY(set_lags(regressors, words.lags));
    if (calendar == nullptr && events.empty() && regressors.empty()) return std::unique_ptr<Known>();
    const Ahead ahead = words.ahead == "last" ? Ahead::last : words.ahead == "leave-out" ? Ahead::leave_out : Ahead::refuse;
    return std::make_unique<Known>(calendar, std::move(events), std::move(regressors), ahead);
}

Result<void> check_sums(const Known* known) {
    if (known == nullptr) return {};
    for (const Regressor& one : known->regressors())
        if (one.column >= 0 || one.values.size() != 1 || !one.values.contains(""))
            return refuse(Why::invalid, "unknown_choice", "--hierarchy forecasts sums of series, and " + one.name + " is known of single ones: give outside series that are the same for all, or leave the hierarchy out", "hierarchy");
    return {};
}

void write_effects(JsonWriter& w, const Forecast& one) {
    if (!one.pool.effects) return;
    const Effects& effects = *one.pool.effects;
    w.key("effects").begin_object().text("scale", effects.ratios ? "ratio" : "difference");
    w.key("found").begin_array();
    for (const Effect& effect : effects.found) {
        w.begin_object().text("name", effect.name).text("kind", name_of(effect.kind)).key("aicc_gain").raw(plain_number(effect.gain));
        w.key("estimates").begin_array();
        for (const EffectEstimate& estimate : effect.estimates) {
            w.begin_object().text("what", estimate.label).text("for", estimate.unit).text("words", estimate.words(effects.ratios)).key("coefficient").raw(plain_number(estimate.value)).key("standard_error").raw(plain_number(estimate.error));
            w.key("t").raw(plain_number(estimate.t)).end_object();
        }
        w.end_array();
        write_numbers(w, "ahead", effect.ahead, effects.ratios);
        w.end_object();
    }
    w.end_array().key("not_used").begin_array();
    for (const UnusedGroup& group : effects.unused) w.begin_object().text("name", group.name).text("kind", name_of(group.kind)).text("code", group.code).text("why", group.why).end_object();
    w.end_array();
    write_numbers(w, "past", effects.past, effects.ratios);
    write_numbers(w, "ahead", effects.ahead, effects.ratios);
    w.end_object();
}

void print_effects(const Forecast& one) {
    if (!one.pool.effects || one.pool.effects->found.empty()) return;
    const Effects& effects = *one.pool.effects;
    std::printf("  Known beside it, taken out before the models and put back:\n");
    for (const Effect& effect : effects.found)
        for (const EffectEstimate& estimate : effect.estimates) {
            const double off = 1.96 * estimate.error;
            std::printf("    %s: %s (95 %% between %s and %s, t %.1f)\n", estimate.label.c_str(), estimate.words(effects.ratios).c_str(), change(estimate.value - off, effects.ratios && !estimate.elasticity).c_str(),
                        change(estimate.value + off, effects.ratios && !estimate.elasticity).c_str(), estimate.t);
        }
    std::string ahead;
    std::size_t shown = 0, more = 0;
    for (std::size_t h = 0; h < effects.ahead.size(); ++h) {
        if (std::abs(effects.ahead[h]) < 1e-9) continue;
        if (shown == 24) {
            ++more;
            continue;
        }
        ahead += " " + one.period(h).text() + " " + change(effects.ahead[h], effects.ratios) + ";";
        ++shown;
    }
    if (!ahead.empty()) std::printf("  In the forecast:%s%s\n", ahead.c_str(), more > 0 ? (" and " + std::to_string(more) + " more").c_str() : "");
}

void write_without(JsonWriter& w, const Kind& kind) {
    if (kind.plain_smape.count + kind.plain_smape.missing == 0) return;
    w.key("without_known").begin_object();
    for (const auto& [name, value] : {std::pair{"smape", kind.plain_smape.value()}, {"mase", kind.plain_mase.value()}, {"wape", kind.plain_sums.wape()}}) write_measured(w, name, value);
    w.end_object();
}

std::string words_without(const Kind& kind) {
    const Measured with = kind.sums.wape(), without = kind.plain_sums.wape();
    if (!with || !without) return {};
    char text[80];
    std::snprintf(text, sizeof text, "; %.1f %% without what is known beside them", *without * 100);
    return text;
}

}  // namespace fairlead::cli
