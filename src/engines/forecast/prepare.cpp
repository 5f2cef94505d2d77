// From observations as they come to a series without gaps, by the rules of series.h.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engines/forecast/measures.h"
#include "engines/forecast/series.h"

namespace fairlead::forecast {
namespace {

constexpr double empty = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t longest = 200'000;  // periods
constexpr double largest = 1e100;          // its square is still a number

std::string count_of(std::int64_t count, Frequency frequency) { return std::to_string(count) + " " + std::string(plural_of(frequency, count)); }

void note(Series& series, std::string code, std::string message, std::vector<std::pair<std::string, std::string>> params = {}) {
    series.notes.push_back({std::move(code), std::move(message), std::move(params)});
}

// "2026-02, 2026-03 and 4 more"
std::string listed(const std::vector<std::string>& texts, std::size_t shown = 3) {
    std::string out;
    for (std::size_t i = 0; i < std::min(shown, texts.size()); ++i) out += (i == 0 ? "" : ", ") + texts[i];
    return texts.size() > shown ? out + " and " + std::to_string(texts.size() - shown) + " more" : out;
}

bool all_at_distance(const std::vector<std::int64_t>& sorted, std::int64_t distance) {
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if ((sorted[i] - sorted[i - 1]) % distance != 0) return false;
    return true;
}

// ---- Cells: a period's value while it is not known yet whether it is a gap ---------------------------------------

struct Cells {
    std::vector<double> values;  // NaN: empty or absent
    std::vector<bool> present;   // some observation names the period
    std::int64_t first = 0;      // index of the first period
};

struct Gathered {
    double sum = 0;
    int known = 0, seen = 0;
};

Result<std::map<std::int64_t, Gathered>> gather(const RawSeries& raw, const PrepareOptions& options, Series& series) {
    std::map<std::int64_t, Gathered> cells;
    bool finer = false;
    for (const Observation& one : raw.observations) {
        const auto period = within(one.period, series.frequency);
        if (!period)
            return refuse(Why::invalid, "mixed_periods", "It has a " + std::string(name_of(one.period.frequency)) + " (" + one.period.text() + "), which lies in no single " + std::string(name_of(series.frequency)) +
                          ": give all its values by one kind of period", "period", {{"period", one.period.text()}, {"frequency", std::string(name_of(series.frequency))}});
        if (std::isinf(one.value) || std::abs(one.value) > largest)
            return refuse(Why::invalid, "not_a_number", "Its value of " + one.period.text() + " is no amount that can be reckoned with", "value", {{"period", one.period.text()}});
        finer = finer || one.period.frequency != series.frequency;
        Gathered& cell = cells[period->index];
        ++cell.seen;
        if (std::isnan(one.value)) continue;
        cell.sum += one.value;
        ++cell.known;
    }
    const bool add = options.measure == Measure::sum;
    std::vector<std::string> twice;
    for (auto& [index, cell] : cells) {
        if (cell.known > 1 && !finer) twice.push_back(Period{series.frequency, index}.text());
        if (cell.known > 1 && !add) cell.sum /= cell.known;
    }
    if (!twice.empty() && options.duplicates == Duplicates::refuse)
        return refuse(Why::invalid, "duplicate_periods", "It has several values for " + listed(twice), "period", {{"periods", listed(twice)}});
    if (finer && raw.observations.size() > cells.size())
        note(series, "aggregated", std::to_string(raw.observations.size()) + " observations were " + (add ? "added up" : "averaged") + " into " + count_of(static_cast<std::int64_t>(cells.size()), series.frequency));
    if (!twice.empty())
        note(series, "duplicates", "Several values of one " + std::string(name_of(series.frequency)) + " were " + (add ? "added" : "averaged") + ": " + listed(twice), {{"periods", listed(twice)}});
    return cells;
}

// Periods that are not over, or that the file covers only in part.
Result<void> leave_out_partial(std::map<std::int64_t, Gathered>& cells, const PrepareOptions& options, Series& series) {
    if (series.frequency == Frequency::number || series.frequency == Frequency::hour || options.keep_partial) return {};
    const auto part_missing = [&](Period period, std::int32_t days) { return days * 10 > last_day(period).days - first_day(period).days + 1; };
    if (options.today) {
        const std::int64_t running = period_of(*options.today, series.frequency).index;
        std::vector<std::string> left_out;
        while (!cells.empty() && cells.rbegin()->first >= running) {
            left_out.insert(left_out.begin(), Period{series.frequency, cells.rbegin()->first}.text());
            cells.erase(std::prev(cells.end()));
        }
        if (!left_out.empty())
            note(series, "partial_period", listed(left_out) + (left_out.size() == 1 ? " is" : " are") + " not over on " + options.today->text() + ": left out, and forecast", {{"periods", listed(left_out)}, {"today", options.today->text()}});
    }
    if (options.last_day && series.frequency > Frequency::day && !cells.empty()) {
        const Period last{series.frequency, cells.rbegin()->first};
        if (period_of(*options.last_day, series.frequency).index == last.index && part_missing(last, last_day(last).days - options.last_day->days)) {
            cells.erase(last.index);
            note(series, "partial_period", last.text() + " ends in the file on " + options.last_day->text() + ": left out, and forecast", {{"periods", last.text()}, {"last_day", options.last_day->text()}});
        }
    }
    if (options.first_day && series.frequency > Frequency::day && cells.size() > 3) {
        const Period first{series.frequency, cells.begin()->first};
        if (period_of(*options.first_day, series.frequency).index == first.index && part_missing(first, options.first_day->days - first_day(first).days)) {
            cells.erase(first.index);
            note(series, "partial_period", first.text() + " begins in the file on " + options.first_day->text() + ": left out", {{"periods", first.text()}, {"first_day", options.first_day->text()}});
        }
    }
    if (cells.empty()) return refuse(Why::invalid, "no_history", "It has no " + std::string(name_of(series.frequency)) + " that is over", "value");
    return {};
}

// The last period that the whole file knows to be over, for sums that stop before it.
std::optional<std::int64_t> end_of_file(const PrepareOptions& options, Frequency frequency) {
    if (!options.last_day || frequency == Frequency::number || frequency == Frequency::hour) return std::nullopt;
    Period last = period_of(*options.last_day, frequency);
    const std::int32_t missing = last_day(last).days - options.last_day->days, length = last_day(last).days - first_day(last).days + 1;
    if (!options.keep_partial && frequency > Frequency::day && missing * 10 > length) last = last.after(-1);
    if (options.today && !options.keep_partial) last.index = std::min(last.index, period_of(*options.today, frequency).index - 1);
    return last.index;
}

Result<Cells> lay_out(std::map<std::int64_t, Gathered>& cells, const PrepareOptions& options, Series& series, bool zero_gaps) {
    std::int64_t leading = 0, trailing = 0;
    while (!cells.empty() && cells.begin()->second.known == 0) cells.erase(cells.begin()), ++leading;
    while (!cells.empty() && cells.rbegin()->second.known == 0) cells.erase(std::prev(cells.end())), ++trailing;
    if (cells.empty()) return refuse(Why::invalid, "no_history", "It has no value", "value");
    if (leading > 0) note(series, "leading_empty", "Empty before its first value in " + Period{series.frequency, cells.begin()->first}.text() + ": it starts there", {{"count", std::to_string(leading)}});
    if (trailing > 0) note(series, "trailing_empty", "Empty after its last value in " + Period{series.frequency, cells.rbegin()->first}.text() + ": forecasts start there", {{"count", std::to_string(trailing)}});
    std::int64_t end = cells.rbegin()->first;
    if (const auto file_end = end_of_file(options, series.frequency); zero_gaps && trailing == 0 && file_end) end = std::max(end, *file_end);
    const std::int64_t first = cells.begin()->first, length = end - first + 1;
    if (length > longest)
        return refuse(Why::invalid, "span_too_long", "It spans " + count_of(length, series.frequency) + ", from " + Period{series.frequency, first}.text() + " to " + Period{series.frequency, end}.text() + ": is a date mistyped?", "period");
    Cells out{std::vector<double>(static_cast<std::size_t>(length), empty), std::vector<bool>(static_cast<std::size_t>(length), false), first};
    for (const auto& [index, cell] : cells) {
        out.present[static_cast<std::size_t>(index - first)] = true;
        if (cell.known > 0) out.values[static_cast<std::size_t>(index - first)] = cell.sum;
    }
    return out;
}

// Fills NaN between their neighbours, on top of the season's shape.
void fill(std::vector<double>& values, int season) {
    const std::vector<double> given = values;
    const auto straight = [&](const std::vector<double>& shape) {
        std::size_t before = 0;
        for (std::size_t i = 1; i < given.size(); ++i) {
            if (std::isnan(given[i])) continue;
            for (std::size_t gap = before + 1; gap < i; ++gap) {
                const double share = static_cast<double>(gap - before) / static_cast<double>(i - before);
                values[gap] = (given[before] - shape[before]) * (1 - share) + (given[i] - shape[i]) * share + shape[gap];
            }
            before = i;
        }
    };
    straight(std::vector<double>(values.size(), 0));
    if (season > 1 && values.size() >= 2 * static_cast<std::size_t>(season))
        for (int round = 0; round < 2; ++round) straight(decompose_robustly(values, season).shape);
    // A season's shape must not make something below zero of what never was.
    const double least = *std::min_element(given.begin(), given.end(), [](double a, double b) { return !std::isnan(a) && (std::isnan(b) || a < b); });
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isnan(given[i]) && least >= 0) values[i] = std::max(values[i], 0.0);
}

Result<void> close_gaps(const Cells& cells, Series& series, bool zero_gaps) {
    std::vector<std::string> zeros, filled;
    series.values = cells.values;
    for (std::size_t i = 0; i < series.values.size(); ++i) {
        if (!std::isnan(series.values[i])) continue;
        const std::string period = series.first.after(static_cast<std::int64_t>(i)).text();
        if (zero_gaps && !cells.present[i]) series.values[i] = 0, zeros.push_back(period);
        else filled.push_back(period);
    }
    if (filled.size() * 2 > series.values.size())
        return refuse(Why::invalid, "too_many_gaps", "Of its " + count_of(static_cast<std::int64_t>(series.values.size()), series.frequency) + " " + std::to_string(filled.size()) + " are unknown (" + listed(filled) + ")", "value");
    if (!zeros.empty()) note(series, "zero_gaps", "Nothing was recorded in " + listed(zeros) + ": zero there", {{"count", std::to_string(zeros.size())}, {"periods", listed(zeros)}});
    if (!filled.empty()) {
        fill(series.values, series.season);
        note(series, "filled", "No value in " + listed(filled) + ": filled in between its neighbours", {{"count", std::to_string(filled.size())}, {"periods", listed(filled)}});
    }
    return {};
}

void cut_front(Series& series, std::size_t count) {
    series.values.erase(series.values.begin(), series.values.begin() + static_cast<std::ptrdiff_t>(count));
    series.first = series.first.after(static_cast<std::int64_t>(count));
}

// What stood beside the values, as means of the series' periods.
void take_beside(const RawSeries& raw, Series& series) {
    if (raw.beside.empty()) return;
    const std::size_t columns = raw.beside.size() / raw.observations.size();
    std::vector<std::map<std::int64_t, Mean>> means(columns);
    for (std::size_t i = 0; i < raw.observations.size(); ++i) {
        const auto period = within(raw.observations[i].period, series.frequency);
        for (std::size_t c = 0; period && c < columns; ++c)
            if (const double value = raw.beside[i * columns + c]; !std::isnan(value)) means[c][period->index].add(value);
    }
    auto out = std::make_shared<std::vector<std::vector<Observation>>>(columns);
    for (std::size_t c = 0; c < columns; ++c)
        for (const auto& [index, mean] : means[c]) (*out)[c].push_back({{series.frequency, index}, *mean.value()});
    series.beside = std::move(out);
}

// Zeros before the first sale, and after the last.
void look_at_zeros(Series& series) {
    const std::vector<double>& values = series.values;
    if (std::all_of(values.begin(), values.end(), [](double v) { return v == 0; })) {
        note(series, "all_zero", "It is zero throughout, and so is its forecast");
        return;
    }
    std::size_t leading = 0, trailing = 0, run = 0, longest_run = 0;
    while (values[leading] == 0) ++leading;
    while (values[values.size() - 1 - trailing] == 0) ++trailing;
    for (std::size_t i = leading; i + trailing < values.size(); ++i) {
        run = values[i] == 0 ? run + 1 : 0;
        longest_run = std::max(longest_run, run);
    }
    const auto season = static_cast<std::size_t>(series.season);
    if (trailing >= std::max({std::size_t{6}, 2 * season, 2 * longest_run}) && series.not_negative) {
        series.ended = true;
        note(series, "ended", "It was zero for its last " + count_of(static_cast<std::int64_t>(trailing), series.frequency) + ", since " + series.last().after(1 - static_cast<std::int64_t>(trailing)).text() + ": it is taken to have ended, and forecast as zero", {{"count", std::to_string(trailing)}});
    }
    longest_run = std::max(longest_run, trailing);
    if (leading >= std::max<std::size_t>(4, season) && leading >= 2 * longest_run && leading < values.size()) {
        cut_front(series, leading);
        note(series, "not_yet_sold", "Its first " + std::to_string(leading) + " values are zero, more than ever later: it starts in " + series.first.text(), {{"count", std::to_string(leading)}});
    }
}

// Medians between places that both only move on: the values between them are kept in order.
class MovingMedian {
  public:
    explicit MovingMedian(const std::vector<double>& values) : values_(values) {}
    double between(std::size_t from, std::size_t to) {
        for (; to_ < to; ++to_) sorted_.insert(std::lower_bound(sorted_.begin(), sorted_.end(), values_[to_]), values_[to_]);
        for (; from_ < from; ++from_) sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), values_[from_]));
        const std::size_t middle = sorted_.size() / 2;
        return sorted_.size() % 2 == 1 ? sorted_[middle] : (sorted_[middle] + sorted_[middle - 1]) / 2;
    }

  private:
    const std::vector<double>& values_;
    std::vector<double> sorted_;
    std::size_t from_ = 0, to_ = 0;
};

// Where all is above zero, ratios are looked at: seasons and noise grow with the level.
std::vector<double> comparable(const std::vector<double>& values, bool& ratios) {
    ratios = std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
    std::vector<double> out = values;
    if (ratios)
        for (double& value : out) value = std::log(value);
    return out;
}

// A step: the median of a window differs from that of the window before far more than windows usually do.
// In `seen`, which is the series or what is left of it when known effects are taken out. True where the series was cut.
bool look_for_shift(Series& series, const std::vector<double>& seen, Shifts what) {
    const std::size_t n = series.values.size(), season = static_cast<std::size_t>(series.season), window = std::max<std::size_t>(6, season);
    if (n < 4 * window) return false;
    bool ratios = false;
    const std::vector<double> values = comparable(seen, ratios);
    const Decomposition parts = decompose_robustly(values, series.season);
    std::vector<double> plain(n), rest(n), steps;
    for (std::size_t i = 0; i < n; ++i) plain[i] = values[i] - parts.shape[i], rest[i] = plain[i] - parts.level[i];
    MovingMedian moving(plain);
    std::vector<double> middles;  // of the window that begins at a place
    for (std::size_t at = 0; at + window <= n; ++at) middles.push_back(moving.between(at, at + window));
    for (std::size_t at = window; at + window <= n; ++at) steps.push_back(middles[at] - middles[at - window]);
    const double usual = median_of(steps), spread = robust_deviation(steps), noise = robust_deviation(rest);
    const auto far = std::max_element(steps.begin(), steps.end(), [&](double a, double b) { return std::abs(a - usual) < std::abs(b - usual); });
    if (spread <= 0 || noise <= 0 || std::abs(*far - usual) <= 6 * spread || std::abs(*far - usual) <= 6 * noise) return false;
    // Where exactly: the largest single change near it.
    const std::size_t at = window + static_cast<std::size_t>(far - steps.begin());
    std::size_t place = at;
    for (std::size_t i = at - window / 2; i <= at + window / 2 && i < n; ++i)
        if ((plain[i] - plain[i - 1]) * (*far) > (plain[place] - plain[place - 1]) * (*far)) place = i;
    const Period period = series.first.after(static_cast<std::int64_t>(place));
    const bool cut = what == Shifts::cut && n - place >= std::max<std::size_t>(2 * season, 6);
    note(series, "level_shift", std::string("Its level ") + (*far > 0 ? "rises" : "falls") + " for good in " + period.text() + (cut ? ": it starts there" : ""), {{"period", period.text()}});
    if (cut) cut_front(series, place);
    else series.findings.push_back({place, true, 0});
    return cut;
}

void look_for_outliers(Series& series, const std::vector<double>& seen, Outliers what) {
    if (seen.size() < 12) return;
    bool ratios = false;
    const std::vector<double> values = comparable(seen, ratios);
    const Decomposition parts = decompose_robustly(values, series.season);
    std::vector<double> rest(values.size());
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = values[i] - parts.level[i] - parts.shape[i];
    const double deviation = robust_deviation(rest);
    std::vector<std::string> found;
    std::vector<Finding> findings;
    for (std::size_t i = 0; deviation > 0 && i < rest.size(); ++i) {
        if (std::abs(rest[i]) <= 6 * deviation) continue;
        found.push_back(series.first.after(static_cast<std::int64_t>(i)).text());
        const double usual = parts.level[i] + parts.shape[i];
        // As the series would have it, with its known effects.
        double expected = ratios ? series.values[i] * std::exp(usual - values[i]) : series.values[i] + usual - values[i];
        if (series.not_negative) expected = std::max(expected, 0.0);
        if (what == Outliers::mend) series.values[i] = expected;
        else findings.push_back({i, false, expected});
    }
    // What is out of line everywhere is not out of line.
    if (found.size() * 20 <= rest.size()) series.findings.insert(series.findings.end(), findings.begin(), findings.end());
    if (!found.empty() && (what == Outliers::mend || found.size() * 20 <= rest.size()))
        note(series, "outlier", "Far from what its neighbours say: " + listed(found) + (what == Outliers::mend ? "; replaced" : ""), {{"count", std::to_string(found.size())}, {"periods", listed(found)}});
}

Result<void> divide_by_working_days(Series& series, const Calendar* calendar) {
    if (series.frequency == Frequency::number || series.frequency < Frequency::week)
        return refuse(Why::invalid, "no_working_days", "Its periods are " + std::string(plural_of(series.frequency, 2)) + ", which have no working days to count", "working_days");
    for (std::size_t i = 0; i < series.values.size(); ++i) {
        const Period period = series.first.after(static_cast<std::int64_t>(i));
        const int days = working_days(period, calendar);
        if (days == 0)
            return refuse(Why::invalid, "no_working_days", "Its " + std::string(name_of(series.frequency)) + " " + period.text() + " has no working day: leave --working-days out, the calendar tells what holidays do", "working_days", {{"period", period.text()}});
        series.values[i] /= days;
    }
    series.by_working_days = true;
    series.calendar = calendar;
    const bool holidays = calendar != nullptr && !calendar->festivals().empty();
    note(series, "working_days", "Reckoned per working day (Monday to Friday" + std::string(holidays ? " without the holidays of " + calendar->country() : "") + ") of each " + std::string(name_of(series.frequency)));
    return {};
}

}  // namespace

std::vector<double> Series::recorded() const {
    std::vector<double> out = values;
    for (std::size_t i = 0; by_working_days && i < out.size(); ++i) out[i] *= times(first.after(static_cast<std::int64_t>(i)));
    return out;
}

double median_of(std::vector<double> values) {
    if (values.empty()) return empty;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double robust_deviation(const std::vector<double>& values) {
    const double middle = median_of(values);
    std::vector<double> distance(values.size());
    std::transform(values.begin(), values.end(), distance.begin(), [&](double v) { return std::abs(v - middle); });
    return 1.4826 * median_of(std::move(distance));
}

Decomposition decompose_robustly(const std::vector<double>& values, int season) {
    const std::size_t n = values.size(), period = static_cast<std::size_t>(std::max(season, 1)), half = std::max<std::size_t>(3, period / 2);
    Decomposition parts{std::vector<double>(n), std::vector<double>(n, 0)};
    std::vector<double> plain = values;
    // Twice: the course of the values without the season, then the season without that course.
    for (int round = 0; round < 2 && period > 1 && n >= 2 * period; ++round) {
        std::vector<double> rest(n), shape(period);
        MovingMedian moving(plain);
        for (std::size_t i = 0; i < n; ++i) rest[i] = values[i] - moving.between(i >= half ? i - half : 0, std::min(n, i + half + 1));
        double mean = 0;
        for (std::size_t s = 0; s < period; ++s) {
            std::vector<double> same;
            for (std::size_t i = s; i < n; i += period) same.push_back(rest[i]);
            shape[s] = median_of(std::move(same));
            mean += shape[s] / static_cast<double>(period);
        }
        for (std::size_t i = 0; i < n; ++i) parts.shape[i] = shape[i % period] - mean, plain[i] = values[i] - parts.shape[i];
    }
    // Symmetric also near the ends, so that a trend does not bend there.
    MovingMedian moving(plain);
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t reach = std::min({half, i, n - 1 - i});
        parts.level[i] = moving.between(i - reach, i + reach + 1);
    }
    return parts;
}

void look_for_findings(Series& series, const PrepareOptions& options, std::vector<double> seen) {
    // Where most values are zero, every sale is out of line.
    if (const auto zeros = std::count(series.values.begin(), series.values.end(), 0.0); static_cast<std::size_t>(zeros) * 2 > series.values.size()) return;
    if (look_for_shift(series, seen, options.shifts)) seen.erase(seen.begin(), seen.end() - static_cast<std::ptrdiff_t>(series.values.size()));
    look_for_outliers(series, seen, options.outliers);
}

Result<FoundFrequency> find_frequency(const std::vector<Observation>& observations) {
    if (observations.empty()) return refuse(Why::invalid, "no_history", "It has no value", "value");
    const Observation *finest = &observations.front(), *coarsest = finest;
    for (const Observation& one : observations) {
        if (one.period.frequency < finest->period.frequency) finest = &one;
        if (one.period.frequency > coarsest->period.frequency) coarsest = &one;
    }
    const Frequency kind = finest->period.frequency;
    // Midnight is written without an hour by some: days among hours are hours.
    if (coarsest->period.frequency != kind && !(kind == Frequency::hour && coarsest->period.frequency == Frequency::day))
        return refuse(Why::invalid, "mixed_periods", "It has a " + std::string(name_of(kind)) + " (" + finest->period.text() + ") beside a " + std::string(name_of(coarsest->period.frequency)) + " (" + coarsest->period.text() +
                      "): give all its values by one kind of period, or say which with --period", "period", {{"first", finest->period.text()}, {"second", coarsest->period.text()}});
    std::vector<std::int64_t> at;
    for (const Observation& one : observations) at.push_back(one.period.frequency == kind ? one.period.index : one.period.index * 24);
    std::sort(at.begin(), at.end());
    at.erase(std::unique(at.begin(), at.end()), at.end());
    Frequency found = kind;
    if (found == Frequency::hour && std::all_of(at.begin(), at.end(), [](std::int64_t hour) { return hour % 24 == 0; })) {
        for (std::int64_t& index : at) index /= 24;
        found = Frequency::day;
    }
    if (found == Frequency::day) {
        const auto date = [](std::int64_t day) { return Date{static_cast<std::int32_t>(day)}; };
        if (std::all_of(at.begin(), at.end(), [&](std::int64_t day) { return date(day).day() == 1; }) || std::all_of(at.begin(), at.end(), [&](std::int64_t day) { return date(day + 1).day() == 1; })) {
            for (std::int64_t& index : at) index = period_of(date(index), Frequency::month).index;
            found = Frequency::month;
        } else if (at.size() >= 3 && all_at_distance(at, 7)) {
            for (std::int64_t& index : at) index = period_of(date(index), Frequency::week).index;
            found = Frequency::week;
        }
    }
    if (found == Frequency::month && at.size() >= 3) {
        for (const auto& [distance, coarser] : {std::pair{12, Frequency::year}, std::pair{3, Frequency::quarter}}) {
            if (!all_at_distance(at, distance)) continue;
            for (std::int64_t& index : at) index = within({Frequency::month, index}, coarser)->index;
            found = coarser;
            break;
        }
    }
    return FoundFrequency{found, at.size() >= 4 && at.back() - at.front() + 1 == static_cast<std::int64_t>(at.size())};
}

Result<Series> prepare(const RawSeries& raw, const PrepareOptions& options) {
    Series series;
    series.id = raw.id;
    series.dimensions = raw.dimensions;
    series.notes = raw.notes;
    if (raw.observations.empty()) return refuse(Why::invalid, "no_history", "It has no value", "value");
    const bool numbered = std::all_of(raw.observations.begin(), raw.observations.end(), [](const Observation& one) { return one.period.frequency == Frequency::number; });
    if (options.frequency) series.frequency = numbered ? Frequency::number : *options.frequency;
    else {
        const auto found = find_frequency(raw.observations);
        if (!found) return found.refused();
        const bool own = found->regular || !options.file_frequency || *options.file_frequency > found->frequency;
        series.frequency = own ? found->frequency : *options.file_frequency;
    }
    series.rhythm = options.frequency ? *options.frequency : series.frequency;
    series.season = options.season > 0 ? options.season : season_of(series.rhythm);
    if (options.season == 0 && series.rhythm == Frequency::hour) series.longer_seasons = {24 * 7};
    series.scale_season = series.season == season_of(series.rhythm) ? scale_season_of(series.rhythm) : series.season;
    auto gathered = gather(raw, options, series);
    if (!gathered) return gathered.refused();
    FAIRLEAD_TRY(leave_out_partial(*gathered, options, series));
    const bool zero_gaps = options.gaps == Gaps::zero || (options.gaps == Gaps::by_measure && options.measure == Measure::sum);
    FAIRLEAD_ASSIGN(const Cells cells, lay_out(*gathered, options, series, zero_gaps));
    series.first = {series.frequency, cells.first};
    FAIRLEAD_TRY(close_gaps(cells, series, zero_gaps));
    take_beside(raw, series);
    const auto negative = std::count_if(series.values.begin(), series.values.end(), [](double v) { return v < 0; });
    series.not_negative = negative == 0;
    if (negative > 0) note(series, "negative_values", std::to_string(negative) + (negative == 1 ? " value is" : " values are") + " below zero: forecasts may be, too, and no model of ratios is used", {{"count", std::to_string(negative)}});
    if (options.measure == Measure::sum) look_at_zeros(series);
    if (options.working_days) FAIRLEAD_TRY(divide_by_working_days(series, options.calendar));
    if (options.findings) look_for_findings(series, options, series.values);
    const std::size_t n = series.values.size();
    const bool constant = std::all_of(series.values.begin(), series.values.end(), [&](double v) { return v == series.values[0]; });
    if (n >= 3 && constant && series.values[0] != 0) note(series, "constant", "All its values are the same, and so is its forecast");
    if (n < 4) note(series, "short_history", "Only " + count_of(static_cast<std::int64_t>(n), series.frequency) + ": too little history to tell anything but a level; do not rely on the interval", {{"count", std::to_string(n)}});
    else if (series.season > 1 && n < 2 * static_cast<std::size_t>(series.season)) note(series, "short_history", "Only " + count_of(static_cast<std::int64_t>(n), series.frequency) + ": less than two seasons, so none can be told", {{"count", std::to_string(n)}});
    return series;
}

}  // namespace fairlead::forecast
