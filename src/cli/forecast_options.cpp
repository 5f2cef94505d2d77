// Options of `fairlead forecast`.
#include "cli/forecast_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cli/forecast_known.h"
#include "cli/open_store.h"

namespace fairlead::cli {
namespace {

using namespace forecast;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Refused unknown(const char* option, const std::string& value, const std::string& choices) {
    return refuse(Why::invalid, "unknown_choice", std::string("--") + option + " is " + choices + ", not \"" + value + "\"", option);
}

std::string pool_names() {
    std::string names;
    for (const Pool& pool : pools()) names += (names.empty() ? "" : ", ") + pool.name;
    return names;
}

std::vector<std::string> columns_of(const std::string& text) {
    std::vector<std::string> columns;
    for (const std::string& one : split(text, ','))
        if (!trim(one).empty()) columns.emplace_back(trim(one));
    return columns;
}

Result<ReadOptions> reading(const ForecastWords& words) {
    ReadOptions options;
    if (words.layout == "wide") options.layout = Layout::wide;
    else if (words.layout == "long") options.layout = Layout::tall;
    else if (words.layout == "columns") options.layout = Layout::columns;
    options.series = columns_of(words.series);
    options.period = words.period_column;
    options.value = words.value_column;
    options.separator = words.separator;
    options.encoding = words.encoding;
    if (!words.dates.empty()) options.order = words.dates == "dmy" ? DayOrder::day_first : DayOrder::month_first;
    if (!words.start.empty()) {
        FAIRLEAD_ASSIGN(options.start, parse_period(words.start, options.order));
    }
    return options;
}

}  // namespace

std::string plain_number(double value) {
    char text[40];
    const int size = std::snprintf(text, sizeof text, "%.10g", value == 0 ? 0.0 : value);
    return std::string(text, static_cast<std::size_t>(size));
}

void write_measured(derive::JsonWriter& w, std::string_view name, forecast::Measured value) { w.key(name).raw(value && std::isfinite(*value) ? plain_number(*value) : "null"); }

Result<std::vector<double>> read_levels(const std::string& text) {
    std::vector<double> levels;
    for (const std::string& one : split(text, ',')) {
        const auto level = number_in<double>(trim(one));
        if (!level || *level <= 0 || *level >= 100) return refuse(Why::invalid, "bad_level", "--level takes percents between 0 and 100, comma between: 80,95; not \"" + text + "\"", "level");
        levels.push_back(*level / 100);
    }
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

void add_forecast_options(CLI::App& command, ForecastWords& words) {
    command.add_option("--input", words.input, "The file of series, CSV")->required();
    command.add_option("--layout", words.layout, "wide: a row per series, its name and then its values; long: a row per observation, under a head; columns: a row per period, a column per series. By look unless said")->check(CLI::IsMember({"auto", "wide", "long", "columns"}));
    command.add_option("--series", words.series, "Long: the column that names the series, or several, comma between");
    command.add_option("--period-column", words.period_column, "Long: the column of dates or periods");
    command.add_option("--value-column", words.value_column, "Long: the column of values");
    command.add_option("--dates", words.dates, "How days like 3/4/2026 are written: dmy or mdy")->check(CLI::IsMember({"dmy", "mdy"}));
    command.add_option("--start", words.start, "Wide: the period of the first value, as 2024-01");
    command.add_option("--separator", words.separator, "One character, or tab; found unless said");
    command.add_option("--encoding", words.encoding, "utf-8, windows-1258 ...; found unless said");
    command.add_option("--period", words.period, "What a value stands for: H(our), D(ay), W(eek), M(onth), Q(uarter), Y(ear), N(umber); finer dates are put together. Found unless said")->capture_default_str();
    command.add_option("--season", words.season, "Periods in a season, where it is not the calendar's (12 months, 4 quarters ...)")->check(CLI::Range(1, 10'000));
    command.add_option("--horizon", words.horizon, "How many periods ahead; 12 months, 8 quarters, 6 years, 13 weeks, 28 days, 48 hours unless said")->check(CLI::Range(1, 10'000));
    command.add_option("--measure", words.measure, "sum (sales of a month: no row is zero, several rows are added) or level (a price: no row is unknown, several are averaged)")->check(CLI::IsMember({"sum", "level"}))->capture_default_str();
    command.add_option("--gaps", words.gaps, "Periods without a row: zero, or missing (filled in); by the measure unless said")->check(CLI::IsMember({"auto", "zero", "missing"}));
    command.add_option("--duplicates", words.duplicates, "Several rows of one period: auto (by the measure) or refuse")->check(CLI::IsMember({"auto", "refuse"}));
    command.add_option("--outliers", words.outliers, "Values far out of line: report, or mend (replaced by what their neighbours say)")->check(CLI::IsMember({"report", "mend"}));
    command.add_option("--shifts", words.shifts, "A lasting step of the level: report, or cut (the series starts there)")->check(CLI::IsMember({"report", "cut"}));
    command.add_flag("--working-days", words.working_days, "Reckon per working day (Monday to Friday; with --calendar without its holidays)");
    add_known_options(command, words);
    command.add_flag("--keep-partial", words.keep_partial, "Use also periods that are not over or not whole");
    command.add_option("--today", words.today, "The day on which a period is still running; today unless said");
    command.add_option("--level", words.level, "Levels of the intervals in percent, comma between")->capture_default_str();
    command.add_option("--quantiles", words.quantiles, "Further quantiles in percent, comma between: 10,50,90");
    command.add_option("--pool", words.pool, "Which models together: " + pool_names() + "; quick unless said");
    command.add_option("--trained", words.trained, "A file that \"forecast train\" wrote: its weights are mixed with the pool's");
    command.add_option("--model", words.model, "One model instead of a pool");
    command.add_option("--bounds", words.bounds, "Of smoothing: robust (forecasts better), or r-compatible (as R's ets)")->check(CLI::IsMember({"robust", "r-compatible"}));
    command.add_option("--threads", words.threads, "How many; as many as there are processors unless said. The numbers are the same")->check(CLI::Range(1, 1024));
    command.add_flag("--json", words.json, "Print as JSON");
    command.add_flag("--quiet", words.quiet, "No progress and no summary");
}

void finish_forecast(const Result<int>& done, Outcome& outcome) {
    if (done) return void(outcome.code = *done);
    const std::string& code = done.refused().code();
    const int printed = print_refusal(done.refused());
    outcome.code = code == "unknown_choice" || code == "bad_level" || code == "bad_date" ? 2 : printed;
}

Result<ForecastPlan> plan_forecast(const ForecastWords& words) {
    ForecastPlan plan;
    EngineOptions& options = plan.options;
    FAIRLEAD_ASSIGN(options.levels, read_levels(words.level));
    if (!words.quantiles.empty()) {
        FAIRLEAD_ASSIGN(options.quantiles, read_levels(words.quantiles));
    }
    options.horizon = words.horizon;
    options.threads = words.threads;
    options.bounds = words.bounds == "robust" ? Bounds::robust : Bounds::r_compatible;
    options.pool = find_pool(words.pool.empty() ? "quick" : words.pool);
    if (options.pool == nullptr) return unknown("pool", words.pool, "one of " + pool_names());
    if (!words.trained.empty()) {
        if (!words.model.empty()) return refuse(Why::invalid, "unknown_choice", "--trained weighs the models of a pool; with --model there is only one: leave one of the two out", "trained");
        std::ifstream file(words.trained, std::ios::binary);
        std::ostringstream bytes;
        if (!file || !(bytes << file.rdbuf())) return refuse(Why::not_found, "no_such_file", words.trained + " cannot be read", "trained", {{"file", words.trained}});
        FAIRLEAD_ASSIGN(Learner learner, Learner::read(bytes.view()));
        if (!words.pool.empty() && words.pool != learner.facts().pool)
            return refuse(Why::invalid, "unknown_choice", words.trained + " was trained with the " + learner.facts().pool + " pool: use it with --pool " + learner.facts().pool + ", or train with --pool " + words.pool, "pool");
        plan.learner = std::make_unique<Learner>(std::move(learner));
        options.learner = plan.learner.get();
        options.pool = find_pool(plan.learner->facts().pool);
        options.bounds = plan.learner->facts().bounds;
    }
    if (!words.model.empty()) {
        auto single = pool_of(words.model);
        std::vector<std::string> names;
        for (const Model& model : models()) names.emplace_back(model.name);
        if (!single) return unknown("model", words.model, "one of " + join(names, ", "));
        plan.single = std::make_unique<Pool>(std::move(*single));
        options.pool = plan.single.get();
    }
    PrepareOptions& prepare = options.prepare;
    if (lower_ascii(words.period) != "auto") {
        prepare.frequency = parse_frequency(words.period);
        if (!prepare.frequency) return unknown("period", words.period, "auto, H, D, W, M, Q, Y or N");
    }
    prepare.season = words.season;
    prepare.measure = words.measure == "sum" ? Measure::sum : Measure::level;
    if (words.gaps != "auto") prepare.gaps = words.gaps == "zero" ? Gaps::zero : Gaps::missing;
    if (words.duplicates == "refuse") prepare.duplicates = Duplicates::refuse;
    if (words.outliers == "mend") prepare.outliers = Outliers::mend;
    if (words.shifts == "cut") prepare.shifts = Shifts::cut;
    prepare.working_days = words.working_days;
    prepare.keep_partial = words.keep_partial;
    prepare.today = date_in_zone(SystemClock().now(), "UTC");
    if (!words.today.empty()) {
        prepare.today = Date::parse(words.today);
        if (!prepare.today) return refuse(Why::invalid, "bad_date", "--today is a date as 2026-11-30, not \"" + words.today + "\"", "today");
    }
    FAIRLEAD_ASSIGN(ReadOptions read, reading(words));
    FAIRLEAD_ASSIGN(plan.known, plan_known(words, read, prepare));
    options.known = plan.known.get();
    FAIRLEAD_ASSIGN(plan.reader, SeriesReader::open(words.input, read));
    const FileFacts& facts = plan.reader->facts();
    prepare.file_frequency = facts.frequency;
    prepare.first_day = facts.first_day;
    prepare.last_day = facts.last_day;
    return plan;
}

}  // namespace fairlead::cli
