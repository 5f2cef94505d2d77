// Parts, influences, and what changed.
#include "engines/forecast/explain.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "engines/forecast/numerics/stl.h"

namespace fairlead::forecast {
namespace {

constexpr double notable_share = 0.05, notable_width = 0.25;
constexpr std::size_t most_outliers = 8;

// Values `from` on, as `values` has them.
Series part_of(const Series& series, std::size_t from, std::vector<double> values) {
    Series part = series;
    part.notes.clear();
    part.findings.clear();
    part.first = series.first.after(static_cast<std::int64_t>(from));
    part.values = std::move(values);
    return part;
}

// The forecast of every step behind the part's values, in the unit of the records.
std::vector<double> say(const Way& way, const Series& part, std::size_t steps) {
    std::vector<double> mean = forecast_from(way, part, part.values.size(), static_cast<int>(steps)).mean;
    for (std::size_t h = 0; h < mean.size(); ++h) mean[h] *= part.times(part.last().after(static_cast<std::int64_t>(h) + 1));
    return mean;
}

double total_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

Parts parts_of(const Series& series) {
    const std::size_t n = series.values.size(), season = static_cast<std::size_t>(series.season);
    Parts parts;
    parts.span = std::min(n - 1, std::max<std::size_t>(season, 4));
    const auto set_level = [&](const std::vector<double>& level) {
        parts.level = level.back();
        if (parts.span > 0) parts.per_period = (level[n - 1] - level[n - 1 - parts.span]) / static_cast<double>(parts.span);
    };
    if (season < 2 || n < 2 * season) {
        set_level(decompose_robustly(series.values, series.season).level);
        return parts;
    }
    // Seasons mostly grow with the level: in logarithms where these are to be had.
    const bool ratios = std::all_of(series.values.begin(), series.values.end(), [](double value) { return value > 0; });
    std::vector<double> values = series.values;
    if (ratios)
        for (double& value : values) value = std::log(value);
    const MstlParts found = mstl(values, std::span(&series.season, 1));
    std::vector<double> level = found.trend;
    if (ratios)
        for (double& one : level) one = std::exp(one);
    set_level(level);
    for (std::size_t t = n - season; t < n; ++t) parts.season.push_back(ratios ? level[t] * (std::exp(found.parts[0][t]) - 1) : found.parts[0][t]);
    return parts;
}

std::vector<Influence> influences(const Way& way, const Forecast& forecast) {
    std::vector<Influence> out;
    if (forecast.refused || forecast.series.ended || forecast.mean.empty()) return out;
    const Series& series = forecast.series;
    const std::size_t n = series.values.size(), steps = forecast.mean.size();
    // Before reconciling, as what it is compared with is.
    double total = 0;
    for (std::size_t h = 0; h < steps; ++h) total += forecast.pool.mean[h] * series.times(forecast.period(h));
    double half_width = INFINITY;
    for (std::size_t i = 0; i < forecast.bands.size() / 2; ++i) {
        const Band &low = forecast.bands[i], &high = forecast.bands[forecast.bands.size() - 1 - i];
        if (std::abs(low.probability + high.probability - 1) < 1e-9 && high.totals.back() > low.totals.back()) half_width = std::min(half_width, (high.totals.back() - low.totals.back()) / 2);
    }
    const auto weigh = [&](std::size_t at, std::string what, double expected, const std::vector<double>& said) {
        Influence one;
        one.period = series.first.after(static_cast<std::int64_t>(at));
        one.what = std::move(what);
        const double days = series.times(one.period);
        one.value = series.values[at] * days;
        one.expected = expected * days;
        one.without = total_of(said);
        const double moved = one.without - total;
        if (total != 0) one.share = moved / std::abs(total);
        if (std::abs(moved) >= notable_share * std::abs(total) || std::abs(moved) >= notable_width * half_width)
            if (moved != 0) out.push_back(std::move(one));
    };
    std::vector<Finding> findings = series.findings;
    std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) { return std::abs(series.values[a.at] - a.expected) > std::abs(series.values[b.at] - b.expected); });
    std::size_t outliers = 0;
    bool last_told = false;
    for (const Finding& one : findings) {
        if (one.shift) {
            if (n - one.at < 5 || one.at == 0) continue;
            const double before = std::accumulate(series.values.begin(), series.values.begin() + static_cast<std::ptrdiff_t>(one.at), 0.0) / static_cast<double>(one.at);
            weigh(one.at, "level_shift", before, say(way, part_of(series, one.at, {series.values.begin() + static_cast<std::ptrdiff_t>(one.at), series.values.end()}), steps));
            continue;
        }
        if (++outliers > most_outliers) continue;
        last_told = last_told || one.at + 1 == n;
        std::vector<double> values = series.values;
        values[one.at] = one.expected;
        weigh(one.at, "outlier", one.expected, say(way, part_of(series, 0, std::move(values)), steps));
    }
    // The last value has no neighbour behind it: what was to be expected of it is its own forecast.
    if (!last_told && n >= 6) {
        std::vector<double> values(series.values.begin(), series.values.end() - 1);
        const double expected = forecast_from(way, part_of(series, 0, values), n - 1, 1).mean[0];
        values.push_back(expected);
        weigh(n - 1, "last_value", expected, say(way, part_of(series, 0, std::move(values)), steps));
    }
    std::stable_sort(out.begin(), out.end(), [](const Influence& a, const Influence& b) { return std::abs(a.share) > std::abs(b.share); });
    return out;
}

Result<Change> what_changed(const Way& way, const Forecast& now, const Earlier& earlier) {
    ensure(!now.refused, "what cannot be forecast has not changed");
    const Series& series = now.series;
    const auto other = [&](Period period) { return period.frequency != series.frequency; };
    if (earlier.values.empty() || other(earlier.first) || std::any_of(earlier.said.begin(), earlier.said.end(), [&](const auto& one) { return other(one.first); }))
        return refuse(Why::invalid, "other_periods", "The earlier forecast of " + now.id + " is not by " + std::string(plural_of(series.frequency, 2)) + ", as this one is: they cannot be compared", "since");
    Change change;
    const std::int64_t first = series.first.index, last = series.last().index, earlier_last = earlier.first.index + static_cast<std::int64_t>(earlier.values.size()) - 1;
    if (std::any_of(earlier.said.begin(), earlier.said.end(), [&](const auto& one) { return one.first.index <= earlier_last; }))
        return refuse(Why::invalid, "other_periods", "The earlier forecast of " + now.id + " is for periods of which it had values: it is not as it was written", "since");
    const auto recorded = [&](std::int64_t index) -> std::optional<double> {
        if (index < first || index > last) return std::nullopt;
        return series.values[static_cast<std::size_t>(index - first)] * series.times({series.frequency, index});
    };
    for (std::size_t i = 0; i < earlier.said.size(); ++i) {
        const auto& [period, said] = earlier.said[i];
        if (const auto came = recorded(period.index)) {
            Change::Arrived one{period, said, *came, {}};
            if (i < earlier.interval.size()) one.inside = *came >= earlier.interval[i].first && *came <= earlier.interval[i].second;
            change.arrived.push_back(one);
        } else if (period.index > last && period.index <= last + static_cast<std::int64_t>(now.mean.size())) {
            change.common.push_back(period);
            change.before += said;
            change.now += now.mean[static_cast<std::size_t>(period.index - last - 1)];
        }
    }
    for (std::int64_t index = std::min(first, earlier.first.index); index <= std::min(earlier_last, last); ++index) {
        const auto after = recorded(index);
        const auto before = index >= earlier.first.index ? std::optional(earlier.values[static_cast<std::size_t>(index - earlier.first.index)]) : std::nullopt;
        const double size = std::max(std::abs(before.value_or(0)), std::abs(after.value_or(0)));
        if (before.has_value() != after.has_value() || (before && std::abs(*before - *after) > 1e-8 * size)) change.revised.push_back({{series.frequency, index}, before, after});
    }
    if (change.common.empty()) return change;
    // The same question asked of what was known then, and of that as it is recorded now.
    const auto steps = static_cast<std::size_t>(change.common.back().index - earlier_last);
    const auto ask = [&](const Series& part) {
        double total = 0;
        const std::vector<double> mean = say(way, part, steps);
        for (const Period period : change.common) total += mean[static_cast<std::size_t>(period.index - earlier_last - 1)];
        return total;
    };
    Series then = part_of(series, 0, earlier.values);
    then.first = earlier.first;
    for (std::size_t i = 0; i < then.values.size(); ++i) then.values[i] /= series.times(then.first.after(static_cast<std::int64_t>(i)));
    change.same_records = ask(then);
    change.revised_records = change.same_records;
    if (!change.revised.empty() && earlier_last >= first) {
        Series as_now = part_of(series, 0, {series.values.begin(), series.values.begin() + static_cast<std::ptrdiff_t>(std::min(earlier_last, last) - first + 1)});
        if (as_now.last().index == earlier_last) change.revised_records = ask(as_now);
    }
    return change;
}

}  // namespace fairlead::forecast
