// Earlier answers, and telling on what a forecast stands.
#include "cli/forecast_since.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cli/forecast_options.h"
#include "engines/forecast/plot.h"

namespace fairlead::cli {
namespace {

using namespace forecast;
using derive::Json;
using derive::JsonWriter;

constexpr std::size_t most_told = 6;  // revised or arrived periods by name

Refused no_answer(const std::string& path, const std::string& why) {
    return refuse(Why::invalid, "no_answer", path + " is no answer that `fairlead forecast --json` gave: " + why + ". Keep the earlier run's output and name it here", "since");
}

std::optional<double> number_in(const Json& json, std::string_view name) {
    const Json* found = json.find(name);
    if (found == nullptr || !found->is(Json::Kind::number)) return std::nullopt;
    return std::strtod(found->text.c_str(), nullptr);
}

std::optional<Period> period_in(const std::string& text, Frequency frequency) {
    if (frequency == Frequency::number || frequency == Frequency::year) {
        std::int64_t index = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return Period{frequency, index};
    }
    const auto read = parse_period(text, DayOrder::day_first);
    return read && read->frequency == frequency ? std::optional(*read) : std::nullopt;
}

// The innermost interval of a step: "lower_80" and "upper_80".
std::optional<std::pair<double, double>> interval_in(const Json& step) {
    std::optional<std::pair<double, double>> out;
    for (const auto& [name, value] : step.members) {
        if (!name.starts_with("lower_") || !value.is(Json::Kind::number)) continue;
        const auto lower = number_in(step, name), upper = number_in(step, "upper_" + name.substr(6));
        if (lower && upper && (!out || *upper - *lower > out->second - out->first)) out = {*lower, *upper};
    }
    return out;
}

std::string named(const std::vector<std::string>& all) {
    std::string out;
    for (std::size_t i = 0; i < std::min(most_told, all.size()); ++i) out += (i == 0 ? "" : ", ") + all[i];
    return all.size() > most_told ? out + " and " + std::to_string(all.size() - most_told) + " more" : out;
}

std::string signed_share(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%+.1f %%", share * 100);
    return text;
}

}  // namespace

Result<void> EarlierAnswer::take(const Json& one, const std::string& path) {
    const Json *history = one.find("history"), *steps = one.find("forecast");
    const std::string id = derive::text_in(one, "series");
    if (one.find("refused") != nullptr) return {};
    if (history == nullptr || !history->is(Json::Kind::array) || steps == nullptr || !steps->is(Json::Kind::array)) return no_answer(path, "\"" + id + "\" has no history and forecast");
    Kept kept;
    kept.first = derive::text_in(one, "first");
    for (const Json& value : history->items) kept.values.push_back(std::strtod(value.text.c_str(), nullptr));
    for (const Json& step : steps->items) {
        const auto mean = number_in(step, "mean");
        if (!mean) return no_answer(path, "a step of \"" + id + "\" has no mean");
        kept.periods.push_back(derive::text_in(step, "period"));
        kept.said.push_back(*mean);
        if (const auto interval = interval_in(step)) kept.interval.push_back(*interval);
    }
    if (kept.interval.size() != kept.said.size()) kept.interval.clear();
    series_.emplace(id, std::move(kept));
    return {};
}

Result<EarlierAnswer> EarlierAnswer::read(const std::string& path) {
    EarlierAnswer out;
    std::ifstream file(path, std::ios::binary);
    if (!file) return refuse(Why::not_found, "no_file", path + " cannot be opened", "since");
    constexpr std::string_view head = "{\"series\":[";
    std::string line;
    bool by_line = true, ended = false;
    for (bool first = true; by_line && std::getline(file, line); first = false) {
        std::string_view text = line;
        if (first && !text.starts_with(head)) {
            by_line = false;
            break;
        }
        if (first) text.remove_prefix(head.size());
        // The last line closes the list and says the rest.
        if (text.ends_with(",")) text.remove_suffix(1);
        else if (const auto close = text.rfind("],\"kinds\":"); close != std::string_view::npos) {
            const auto rest = derive::parse_object("{" + std::string(text.substr(close + 2)));
            if (!rest) return no_answer(path, rest.refused().message());
            out.pool_ = derive::text_in(*rest, "pool_label");
            text = text.substr(0, close);
            ended = true;
        }
        if (text.empty()) continue;
        const auto one = derive::parse_object(text);
        if (!one) return no_answer(path, one.refused().message());
        FAIRLEAD_TRY(out.take(*one, path));
    }
    if (by_line) {
        if (!ended) return no_answer(path, "it has no end: was the run stopped?");
        return out;
    }
    // Written anew by another program: the same as one piece.
    file.clear();
    file.seekg(0);
    std::ostringstream all;
    all << file.rdbuf();
    const auto whole = derive::parse_object(all.str());
    if (!whole) return no_answer(path, whole.refused().message());
    const Json* series = whole->find("series");
    if (series == nullptr || !series->is(Json::Kind::array)) return no_answer(path, "it has no list of series");
    out.pool_ = derive::text_in(*whole, "pool_label");
    for (const Json& one : series->items) FAIRLEAD_TRY(out.take(one, path));
    return out;
}

Result<std::optional<Earlier>> EarlierAnswer::find(const Forecast& now) const {
    const auto found = series_.find(now.id);
    if (found == series_.end()) return std::optional<Earlier>();
    const Kept& kept = found->second;
    Earlier earlier;
    earlier.pool = pool_;
    const Frequency frequency = now.series.frequency;
    const auto other = [&](const std::string& text) {
        return refuse(Why::invalid, "other_periods", "The earlier forecast of " + now.id + " has the period " + text + ", which is no " + std::string(name_of(frequency)) + ": run it by the same --period", "since");
    };
    const auto first = period_in(kept.first, frequency);
    if (!first) return other(kept.first);
    earlier.first = *first;
    earlier.values = kept.values;
    earlier.interval = kept.interval;
    for (std::size_t i = 0; i < kept.periods.size(); ++i) {
        const auto period = period_in(kept.periods[i], frequency);
        if (!period) return other(kept.periods[i]);
        earlier.said.emplace_back(*period, kept.said[i]);
    }
    return std::optional(std::move(earlier));
}

Result<Grounds> grounds_of(const Engine& engine, const Forecast& now, const EarlierAnswer* earlier) {
    Grounds grounds;
    if (now.refused) return grounds;
    grounds.influences = influences(engine.way(), now);
    if (earlier == nullptr) return grounds;
    grounds.compared = true;
    FAIRLEAD_ASSIGN(const std::optional<Earlier> before, earlier->find(now));
    if (!before) return grounds;
    grounds.earlier_pool = before->pool;
    FAIRLEAD_ASSIGN(grounds.change, what_changed(engine.way(), now, *before));
    return grounds;
}

void write_grounds(JsonWriter& w, const Grounds& grounds) {
    w.key("influences").begin_array();
    for (const Influence& one : grounds.influences) {
        w.begin_object().text("period", one.period.text()).text("what", one.what);
        write_measured(w, "value", one.value);
        write_measured(w, "expected", one.expected);
        write_measured(w, "total_without", one.without);
        write_measured(w, "share", one.share);
        w.end_object();
    }
    w.end_array();
    if (!grounds.compared) return;
    w.key("since");
    if (!grounds.change) return void(w.null());
    const Change& change = *grounds.change;
    w.begin_object().text("pool", grounds.earlier_pool).key("arrived").begin_array();
    for (const auto& one : change.arrived) {
        w.begin_object().text("period", one.period.text());
        write_measured(w, "forecast", one.said);
        write_measured(w, "actual", one.came);
        w.key("inside").raw(!one.inside ? "null" : *one.inside ? "true" : "false").end_object();
    }
    w.end_array().key("revised").begin_array();
    for (const auto& one : change.revised) {
        w.begin_object().text("period", one.period.text());
        write_measured(w, "before", one.before);
        write_measured(w, "after", one.after);
        w.end_object();
    }
    w.end_array().key("periods").begin_array();
    for (const Period period : change.common) w.text(period.text());
    w.end_array();
    if (!change.common.empty()) {
        write_measured(w, "before", change.before);
        write_measured(w, "by_models", change.same_records - change.before);
        write_measured(w, "by_revisions", change.revised_records - change.same_records);
        write_measured(w, "by_new_records", change.now - change.revised_records);
        write_measured(w, "now", change.now);
    }
    w.end_object();
}

void print_grounds(const Grounds& grounds, const Forecast& now, const std::string& pool) {
    const double size = std::abs(now.totals.empty() ? 0 : now.totals.back() / static_cast<double>(now.totals.size()));
    for (const Influence& one : grounds.influences) {
        const std::string period = one.period.text();
        if (one.what == "level_shift") std::printf("  Hangs on: the step in %s; from the values behind it alone the forecast would be %s\n", period.c_str(), signed_share(one.share).c_str());
        else std::printf("  Hangs on: %s (%s; %s was to be expected); with that the forecast would be %s\n", period.c_str(), shown(one.value, size).c_str(), shown(one.expected, size).c_str(), signed_share(one.share).c_str());
    }
    if (!grounds.compared) return;
    if (!grounds.change) return void(std::printf("  Since the earlier forecast: it was not in it\n"));
    const Change& change = *grounds.change;
    if (!change.arrived.empty()) {
        double said = 0, came = 0;
        int inside = 0, of = 0;
        for (const auto& one : change.arrived) {
            said += one.said, came += one.came;
            if (one.inside) inside += *one.inside ? 1 : 0, ++of;
        }
        std::printf("  Since the earlier forecast: %zu %s over, %s forecast, %s came (%s)", change.arrived.size(), (std::string(plural_of(now.series.rhythm, static_cast<std::int64_t>(change.arrived.size()))) + (change.arrived.size() == 1 ? " is" : " are")).c_str(), shown(said, size).c_str(), shown(came, size).c_str(),
                    said != 0 ? signed_share((came - said) / std::abs(said)).c_str() : "n/a");
        if (of > 0) std::printf("; %d of %d inside the interval", inside, of);
        std::printf("\n");
    }
    std::vector<std::string> revised;
    for (const auto& one : change.revised)
        revised.push_back(one.period.text() + " " + (one.before ? shown(*one.before, size) : std::string("unknown")) + " to " + (one.after ? shown(*one.after, size) : std::string("none")));
    if (!revised.empty()) std::printf("  Records changed since: %s\n", named(revised).c_str());
    if (change.common.empty()) return void(std::printf("  No period is in both forecasts\n"));
    std::printf("  %s to %s together: %s before, %s now (%s)", change.common.front().text().c_str(), change.common.back().text().c_str(), shown(change.before, size).c_str(), shown(change.now, size).c_str(),
                change.before != 0 ? signed_share((change.now - change.before) / std::abs(change.before)).c_str() : "n/a");
    const std::pair<const char*, double> steps[] = {{"new records", change.now - change.revised_records}, {"changed records", change.revised_records - change.same_records}, {"other models or settings", change.same_records - change.before}};
    std::string words;
    for (const auto& [name, by] : steps)
        if (std::abs(by) > 1e-6 * std::max(std::abs(change.before), std::abs(change.now))) words += (words.empty() ? ": by " : ", by ") + std::string(name) + " " + (by > 0 ? "+" : "") + shown(by, size);
    std::printf("%s%s\n", words.c_str(), grounds.earlier_pool.empty() || grounds.earlier_pool == pool ? "" : (" (it was by the " + grounds.earlier_pool + ")").c_str());
}

}  // namespace fairlead::cli
