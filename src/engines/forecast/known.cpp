// Columns of what is known beside a series.
#include "engines/forecast/known.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "base/text.h"

namespace fairlead::forecast {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr int usual_from = 2000, usual_until = 2099;  // years over which the usual working days of a month are counted

bool of_days(Frequency frequency) { return frequency == Frequency::day || frequency == Frequency::week; }
bool of_months(Frequency frequency) { return frequency == Frequency::month || frequency == Frequency::quarter; }
// Of a year, from 0.
std::size_t place_in_year(Period period) {
    const std::int64_t periods = period.frequency == Frequency::month ? 12 : 4;
    return static_cast<std::size_t>(((period.index % periods) + periods) % periods);
}

// ---- Spans of days around a festival -----------------------------------------------------------------------------------

// From so many days after its first (or last) day to so many after its last (or first).
struct Span {
    bool from_last = false;
    int from = 0;
    bool to_last = true;
    int to = 0;
    bool weekdays = false;  // only from Monday to Friday

    int length(int of_festival) const {
        if (!from_last && to_last) return of_festival - from + to;
        return to - from + 1;
    }
    std::string words() const {
        const auto days = [](int count) { return count == 1 ? std::string("day") : std::to_string(count) + " days"; };
        if (!from_last && !to_last) return to == -1 ? "the " + days(-from) + " before" : std::string("the ") + (from == -14 ? "second" : from == -21 ? "third" : "fourth") + " week before";
        if (from_last) return "the " + days(to) + " after";
        return std::string("its days") + (weekdays ? " from Monday to Friday" : "") + (from < 0 ? " and the " + std::to_string(-from) + " before" : "");
    }
};

constexpr Span during{}, on_weekdays{.weekdays = true};
constexpr Span before(int days) { return {false, -days, false, -1}; }
constexpr Span after(int days) { return {true, 1, true, days}; }
constexpr Span week_before(int week) { return {false, -7 * week, false, -7 * week + 6}; }
constexpr Span with_before(int days) { return {false, -days, true, 0}; }

struct Spans {
    std::vector<Span> spans;
    std::vector<std::vector<std::size_t>> ways;
};

// What is tried: few ways, each of few columns. Before Easter as X-13ARIMA-SEATS (1, 8 and 15 days), around the lunar new year
// three parts as Lin and Liu (2003) and the Census Bureau's genhol have them.
const Spans& spans_of(Frequency frequency) {
    static const Spans months{{during, with_before(7), with_before(14), before(7), before(14), before(21), after(14), after(21)},
                              {{0}, {1}, {2}, {3}, {4}, {5}, {7}, {4, 0}, {5, 0}, {0, 6}, {0, 7}, {4, 0, 6}, {5, 0, 6}}};
    static const Spans weeks{{during, before(7), before(14), before(21), after(7), after(14), week_before(2), week_before(3)},
                             {{0}, {1}, {2}, {3}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 1, 4}, {0, 2, 5}, {0, 3, 5}, {0, 1, 6, 7, 4}}};
    static const Spans days{{during, on_weekdays, before(1), after(1), before(7), week_before(2), week_before(3), week_before(4), after(7)},
                            {{0}, {1}, {2}, {4}, {0, 2}, {0, 3}, {0, 2, 3}, {0, 4}, {0, 4, 8}, {0, 4, 5}, {0, 4, 5, 8}, {0, 4, 5, 6}, {0, 4, 5, 6, 8}, {0, 4, 5, 6, 7, 8}, {1, 2}}};
    return of_months(frequency) ? months : frequency == Frequency::week ? weeks : days;
}

Spans said_spans(int days_before, int days_after) {
    Spans out{{during}, {{0}}};
    if (days_before > 0) out.spans.push_back(before(days_before));
    if (days_after > 0) out.spans.push_back(after(days_after));
    if (out.spans.size() > 1) {
        out.ways.push_back({});
        for (std::size_t i = 0; i < out.spans.size(); ++i) out.ways.back().push_back(i);
    }
    return out;
}

std::pair<int, int> days_of(const Span& span, const Festival::Days& days) {
    return {(span.from_last ? days.last : days.first).days + span.from, (span.to_last ? days.last : days.first).days + span.to};
}

// The first days of periods, and of the one behind them.
std::vector<int> starts_of(Period first, std::size_t count) {
    std::vector<int> starts;
    for (std::size_t i = 0; i <= count; ++i) starts.push_back(first_day(first.after(static_cast<std::int64_t>(i))).days);
    return starts;
}

// Adds the days from `from` to `until` to the periods in which they lie.
void add_days(std::vector<double>& to, const std::vector<int>& starts, int from, int until, bool weekdays, double each) {
    if (until < starts.front() || from >= starts.back()) return;
    from = std::max(from, starts.front());
    until = std::min(until, starts.back() - 1);
    auto at = static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), from) - starts.begin() - 1);
    for (int day = from; day <= until; ++day) {
        while (day >= starts[at + 1]) ++at;
        if (!weekdays || Date{day}.weekday() <= 5) to[at] += each;
    }
}

// What stands for 1 in a column.
double each_day(Frequency frequency, int length) {
    if (frequency == Frequency::day) return 1;
    return 1.0 / (frequency == Frequency::week ? std::min(length, 7) : length);
}
std::string unit_of(Frequency frequency, int length) {
    if (frequency == Frequency::day) return "on each such day";
    if (frequency == Frequency::week) return length >= 7 ? "in a week full of them" : "in a week that has all of them";
    return "in a " + std::string(name_of(frequency)) + " that has all of them";
}

// By period of the year: how much of a span usually lies in it.
std::vector<double> usual_share(const Festival& festival, const Span& span, int length, Frequency frequency) {
    std::vector<double> share(frequency == Frequency::month ? 12 : 4, 0.0);
    std::set<int> years;
    for (const Festival::Days& days : festival.times) {
        years.insert(days.first.year());
        const auto [from, until] = days_of(span, days);
        for (Period period = period_of(Date{from}, frequency); first_day(period).days <= until; period = period.after(1)) {
            const int inside = std::min(until, last_day(period).days) - std::max(from, first_day(period).days) + 1;
            share[place_in_year(period)] += inside * each_day(frequency, length);
        }
    }
    for (double& one : share) one /= static_cast<double>(years.size());
    return share;
}

// ---- Days of a period by kind ------------------------------------------------------------------------------------------

// Working days by the calendar, from Monday to Friday; Monday to Saturday each less Sundays, holidays as Sundays, and as they are;
// all days.
constexpr std::size_t day_columns = 15;
std::array<double, day_columns> days_by_kind(Period period, const Calendar& calendar) {
    std::array<double, 7> kept{}, plain{};
    double off = 0;
    const int first = first_day(period).days, last = last_day(period).days;
    std::size_t weekday = static_cast<std::size_t>(Date{first}.weekday() - 1);
    for (int day = first; day <= last; ++day, weekday = (weekday + 1) % 7) {
        const bool holiday = calendar.off(Date{day});
        ++plain[weekday];
        ++kept[holiday ? 6 : weekday];
        if (holiday && weekday < 5) ++off;
    }
    std::array<double, day_columns> out{};
    for (std::size_t i = 0; i < 5; ++i) out[1] += plain[i];
    out[0] = out[1] - off;
    for (std::size_t i = 0; i < 6; ++i) out[2 + i] = kept[i] - kept[6], out[8 + i] = plain[i] - plain[6];
    out[14] = last - first + 1;
    return out;
}

std::vector<std::vector<double>> usual_days(const Calendar& calendar, Frequency frequency) {
    const std::size_t periods = frequency == Frequency::month ? 12 : 4;
    std::vector<std::vector<double>> usual(day_columns, std::vector<double>(periods, 0.0));
    const Period first = period_of(*Date::of(usual_from, 1, 1), frequency);
    const std::size_t count = periods * (usual_until - usual_from + 1);
    for (std::size_t i = 0; i < count; ++i) {
        const auto days = days_by_kind(first.after(static_cast<std::int64_t>(i)), calendar);
        for (std::size_t c = 0; c < day_columns; ++c) usual[c][i % periods] += days[c] / (usual_until - usual_from + 1);
    }
    return usual;
}

// ---- Regressors --------------------------------------------------------------------------------------------------------

// Values of observations (rising, without gaps) in `count` periods from `first` on; NaN where none is known.
std::vector<double> at_periods(const std::vector<Observation>& observations, Period first, std::size_t count) {
    std::vector<double> out(count, unknown);
    if (observations.empty()) return out;
    const Frequency own = observations.front().period.frequency;
    if (own == first.frequency) {
        for (const Observation& one : observations)
            if (const std::int64_t at = one.period.index - first.index; at >= 0 && at < static_cast<std::int64_t>(count)) out[static_cast<std::size_t>(at)] = one.value;
        return out;
    }
    if (own == Frequency::number || first.frequency == Frequency::number) return out;
    if (first.frequency == Frequency::hour) {
        const Period begin = period_of(first_day(first), Frequency::day);
        const std::size_t days = count / 24 + 2;
        const std::vector<double> by_day = at_periods(observations, begin, days);
        for (std::size_t i = 0; i < count; ++i) out[i] = by_day[static_cast<std::size_t>(first_day(first.after(static_cast<std::int64_t>(i))).days - begin.index)];
        return out;
    }
    // Finer ones are averaged over the days of a period, of coarser ones each day has the value. A period counts where nine of
    // ten days are known.
    const std::vector<int> starts = starts_of(first, count);
    std::vector<double> sums(count, 0.0), days(count, 0.0);
    for (const Observation& one : observations) {
        const int from = first_day(one.period).days, until = last_day(one.period).days;
        const double each = own == Frequency::hour ? 1.0 / 24 : 1;
        add_days(sums, starts, from, until, false, one.value * each);
        add_days(days, starts, from, until, false, each);
    }
    for (std::size_t i = 0; i < count; ++i)
        if (days[i] >= 0.9 * (starts[i + 1] - starts[i])) out[i] = sums[i] / days[i];
    return out;
}

std::string ago(int lag, Frequency frequency) { return lag == 0 ? std::string() : ", " + std::to_string(lag) + " " + std::string(plural_of(frequency, lag)) + " ago"; }

// What is known of a regressor for a series: values from its first value less the longest lag on.
struct Values {
    std::vector<double> values;   // from `before` periods before the series' first on
    std::size_t before = 0;
    std::int64_t ahead = 0;       // so many periods behind the series' last one are known; below zero: it ends before
    std::int64_t filled = 0;      // of the series' own file: gaps closed by the value before
    bool any = false;
};

Values values_of(const Regressor& regressor, const Series& series, int horizon) {
    Values out;
    out.before = static_cast<std::size_t>(*std::max_element(regressor.lags.begin(), regressor.lags.end()));
    const Period first = series.first.after(-static_cast<std::int64_t>(out.before));
    const std::size_t count = out.before + series.values.size() + static_cast<std::size_t>(horizon);
    const std::vector<Observation>* given = nullptr;
    if (const auto found = regressor.values.find(series.id); found != regressor.values.end()) given = &found->second;
    else if (const auto all = regressor.values.find(""); all != regressor.values.end()) given = &all->second;
    out.values = given != nullptr ? at_periods(*given, first, count) : std::vector<double>(count, unknown);
    if (regressor.column >= 0 && series.beside && static_cast<std::size_t>(regressor.column) < series.beside->size()) {
        const std::vector<double> own = at_periods((*series.beside)[static_cast<std::size_t>(regressor.column)], first, count);
        std::size_t last = count;
        for (std::size_t i = count; i-- > 0 && last == count;)
            if (std::isfinite(own[i])) last = i;
        bool begun = false;
        for (std::size_t i = 0; last < count && i <= last; ++i) {
            begun = begun || std::isfinite(own[i]);
            if (std::isfinite(own[i])) out.values[i] = own[i];
            else if (begun && !std::isfinite(out.values[i])) out.values[i] = out.values[i - 1], ++out.filled;
        }
    }
    out.ahead = -static_cast<std::int64_t>(out.before + series.values.size());
    for (std::size_t i = count; i-- > 0 && !out.any;)
        if (std::isfinite(out.values[i])) out.any = true, out.ahead = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(out.before + series.values.size()) + 1;
    return out;
}

std::string listed_lags(const std::vector<int>& lags) {
    std::string text;
    for (const int lag : lags) text += (text.empty() ? "" : ", ") + std::to_string(lag);
    return text;
}

std::string span_text(Period from, Period until) { return from == until ? from.text() : from.text() + " to " + until.text(); }

}  // namespace

std::string_view name_of(GroupKind kind) {
    switch (kind) {
        case GroupKind::working_days: return "working_days";
        case GroupKind::holiday: return "holiday";
        case GroupKind::event: return "event";
        case GroupKind::regressor: return "regressor";
    }
    return {};
}

Known::Known(const Calendar* calendar, std::vector<Event> events, std::vector<Regressor> regressors, Ahead ahead) : calendar_(calendar), regressors_(std::move(regressors)), ahead_(ahead) {
    if (calendar_ != nullptr) {
        for (const Festival& festival : calendar_->festivals()) happenings_.push_back({festival.name, GroupKind::holiday, festival, 0, 0, false, 1, true, {}, {}});
        usual_days_month_ = usual_days(*calendar_, Frequency::month);
        usual_days_quarter_ = usual_days(*calendar_, Frequency::quarter);
    }
    for (Event& event : events) {
        std::sort(event.days.begin(), event.days.end());
        Happening one{event.name, GroupKind::event, {event.name, {}}, event.before, event.after, event.said, 1, false, {}, {}};
        // Days in a row are one time.
        for (const Date day : event.days) {
            auto& times = one.festival.times;
            if (!times.empty() && day.days <= times.back().last.days + 1) times.back().last = std::max(times.back().last, day);
            else times.push_back({day, day});
        }
        std::set<int> years;
        for (const Festival::Days& days : one.festival.times) years.insert(days.first.year());
        one.recurring = years.size() >= 3;
        happenings_.push_back(std::move(one));
    }
    for (Happening& one : happenings_) {
        for (const Festival::Days& days : one.festival.times) one.length = std::max(one.length, days.last.days - days.first.days + 1);
        if (!one.recurring) continue;
        const Spans spans = one.said ? said_spans(one.before, one.after) : spans_of(Frequency::month);
        for (const Span& span : spans.spans) {
            one.usual_month.push_back(usual_share(one.festival, span, span.length(one.length), Frequency::month));
            one.usual_quarter.push_back(usual_share(one.festival, span, span.length(one.length), Frequency::quarter));
        }
    }
}

Result<void> Known::check(const Series& series, int horizon) const {
    if (!happenings_.empty() || calendar_ != nullptr)
        if (series.frequency == Frequency::number)
            return refuse(Why::invalid, "no_dates", "Its periods are only numbered, and a calendar needs dates: say the first one, as --start 2024-01, or leave the calendar and the holidays out", "calendar");
    for (const Regressor& one : regressors_) {
        if (ahead_ == Ahead::leave_out) continue;
        const Values known = values_of(one, series, horizon);
        if (!known.any)
            return refuse(Why::invalid, "regressor_missing", "There is no value of " + one.name + " for it near its periods (" + span_text(series.first, series.last()) + "): give them, or say --ahead leave-out to forecast it without", "regressors", {{"regressor", one.name}});
        if (ahead_ == Ahead::last) continue;
        const int least = *std::min_element(one.lags.begin(), one.lags.end());
        const std::int64_t needed = horizon - least;
        if (needed <= known.ahead) continue;
        const Period last = series.last();
        return refuse(Why::invalid, "regressor_unknown_ahead",
                      one.name + " is known to " + last.after(known.ahead).text() + ", and the forecast to " + last.after(horizon).text() + " needs it to " + last.after(needed).text() + ": give these values, use it with a lag of " +
                          std::to_string(horizon - known.ahead) + " or more (--lags), or say what else is done: --ahead last repeats its last value, --ahead leave-out uses only what is known",
                      "regressors", {{"regressor", one.name}, {"known_to", last.after(known.ahead).text()}, {"needed_to", last.after(needed).text()}});
    }
    return {};
}

void Known::add_working_days(std::vector<Group>& groups, const Series& series, std::size_t count) const {
    const std::string name(name_of(series.frequency));
    if (of_months(series.frequency) && !series.by_working_days) {
        const auto& usual = series.frequency == Frequency::month ? usual_days_month_ : usual_days_quarter_;
        Group group{"Working days", GroupKind::working_days, {}, {{0}, {2, 3, 4, 5, 6, 7}}, {}, {}, {}};
        std::vector<std::vector<double>> columns(day_columns, std::vector<double>(count));
        for (std::size_t i = 0; i < count; ++i) {
            const Period period = series.first.after(static_cast<std::int64_t>(i));
            const auto days = days_by_kind(period, *calendar_);
            for (std::size_t c = 0; c < day_columns; ++c) columns[c][i] = days[c] - usual[c][place_in_year(period)];
        }
        const bool holidays = !calendar_->festivals().empty();
        if (holidays) group.ways.insert(group.ways.end(), {{1}, {8, 9, 10, 11, 12, 13}});
        constexpr const char* weekdays[] = {"Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"};
        for (std::size_t c = 0; c + 1 < day_columns; ++c) {
            const std::string label = c == 0 ? "working days" : c == 1 ? "days from Monday to Friday" : weekdays[(c - 2) % 6] + std::string(c < 8 && holidays ? " without holidays" : "");
            group.columns.push_back({label, c < 2 ? "for each one more" : "for each one more instead of a Sunday", std::move(columns[c]), false});
        }
        groups.push_back(std::move(group));
        groups.push_back({"Leap day", GroupKind::working_days, {{"29 February", "for a day more", std::move(columns[day_columns - 1]), false}}, {{0}}, {}, {}, {}});
    }
    if (!of_days(series.frequency) || calendar_->festivals().empty()) return;
    const std::vector<int> starts = starts_of(series.first, count);
    std::vector<double> weekdays_off(count, 0.0), all_off(count, 0.0), bridges(count, 0.0);
    std::size_t at = 0;
    for (int day = starts.front(); day < starts.back(); ++day) {
        while (day >= starts[at + 1]) ++at;
        const Date here{day};
        const int weekday = here.weekday();
        if (calendar_->off(here)) {
            all_off[at] += 1;
            if (weekday <= 5) weekdays_off[at] += 1;
        } else if ((weekday == 1 && calendar_->off(Date{day + 1})) || (weekday == 5 && calendar_->off(Date{day - 1}))) bridges[at] += 1;
    }
    const bool weeks = series.frequency == Frequency::week;
    const std::string unit = weeks ? "for each one" : "on each such day";
    if (!series.by_working_days) {
        Group off{"Public holidays", GroupKind::working_days, {{"holidays from Monday to Friday", unit, std::move(weekdays_off), false}}, {{0}}, {}, {}, {}};
        if (!weeks) off.columns.push_back({"all public holidays", unit, std::move(all_off), false}), off.ways.push_back({1});
        groups.push_back(std::move(off));
    }
    groups.push_back({"Bridge days", GroupKind::working_days, {{"days between a holiday and a weekend", unit, std::move(bridges), false}}, {{0}}, {}, {}, {}});
}

void Known::add_happening(std::vector<Group>& groups, const Happening& one, const Series& series, std::size_t origin, std::size_t count) const {
    Group group{one.name, one.kind, {}, {}, {}, {}, {}};
    const Frequency frequency = series.frequency;
    const std::vector<int> starts = starts_of(series.first, count);
    const int past_end = starts[origin];
    const auto& times = one.festival.times;
    const auto happens = [&](int from, int until) {
        return std::count_if(times.begin(), times.end(), [&](const Festival::Days& days) { return days.first.days < until && days.last.days >= from; });
    };
    const auto seen = happens(starts.front(), past_end), coming = happens(past_end, starts.back());
    if (one.kind == GroupKind::event && !times.empty()) {
        // Silence is not absence: where the user's days end before the forecast does, or begin after the series does.
        int apart = 0;
        for (std::size_t i = 1; i < times.size(); ++i) apart = std::max(apart, times[i].first.days - times[i - 1].first.days);
        apart += apart / 10;
        if (times.size() >= 2 && times.back().first.days + apart < starts.back())
            group.notes.push_back({"events_end", "The days of " + one.name + " end with " + times.back().last.text() + ", before the forecast does: of later ones nothing is known, and none is reckoned with", {{"event", one.name}}});
        if (times.size() >= 2 && times.front().first.days - apart > starts.front())
            group.notes.push_back({"events_begin", "The days of " + one.name + " begin with " + times.front().first.text() + ", the series with " + series.first.text() + ": earlier ones are taken to be none", {{"event", one.name}}});
    }
    const Spans own = one.said ? said_spans(one.before, one.after) : Spans{};
    const Spans& spans = one.said ? own : spans_of(frequency);
    bool moves = false;
    for (std::size_t s = 0; s < spans.spans.size(); ++s) {
        const Span& span = spans.spans[s];
        const int length = span.length(one.length);
        KnownColumn column{one.name + ", " + span.words(), unit_of(frequency, length), std::vector<double>(count, 0.0), false};
        for (const Festival::Days& days : times) {
            const auto [from, until] = days_of(span, days);
            add_days(column.values, starts, from, until, span.weekdays, each_day(frequency, length));
        }
        if (of_months(frequency) && one.recurring) {
            const auto& usual = (frequency == Frequency::month ? one.usual_month : one.usual_quarter)[s];
            const int first_year = times.front().first.year(), last_year = times.back().first.year();
            for (std::size_t i = 0; i < count; ++i) {
                const Period period = series.first.after(static_cast<std::int64_t>(i));
                const int year = Date{starts[i]}.year();
                column.values[i] = year < first_year || year > last_year ? 0.0 : column.values[i] - usual[place_in_year(period)];
                if (std::abs(column.values[i]) < 1e-9) column.values[i] = 0;
            }
        }
        // By its own days: those before and after a Monday of one month lie in two now and then, which tells more of chance than of it.
        if (s == 0 || one.said)
            for (const double value : column.values) moves = moves || value != 0;
        group.columns.push_back(std::move(column));
    }
    if (!moves && (seen > 0 || coming > 0) && of_months(frequency)) {
        if (one.kind == GroupKind::holiday) return;  // always in the same months: the season has it
        group.code = "in_season";
        group.why_not = "it is always in the same " + std::string(plural_of(frequency, 2)) + ": the season has it";
    } else if (seen == 0 && coming == 0) {
        if (group.notes.empty() && one.kind == GroupKind::holiday) return;
        group.code = "not_seen";
        group.why_not = "none of its days falls into these periods";
    } else if (const int least = of_months(frequency) ? 3 : 2; seen < least) {
        group.code = "seen_too_rarely";
        group.why_not = "it was seen " + std::to_string(seen) + (seen == 1 ? " time" : " times") + ", and less than " + std::to_string(least) + " tell nothing" + (coming > 0 ? "; it comes in the time that is forecast" : "");
    } else group.ways = spans.ways;
    if (!group.ways.empty()) {
        // What is nowhere different says nothing.
        std::erase_if(group.ways, [&](const std::vector<std::size_t>& way) {
            return std::any_of(way.begin(), way.end(), [&](std::size_t c) {
                const auto& values = group.columns[c].values;
                return std::all_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(origin), [](double v) { return v == 0; });
            });
        });
    }
    groups.push_back(std::move(group));
}

void Known::add_regressor(std::vector<Group>& groups, const Regressor& one, const Series& series, std::size_t origin, int horizon) const {
    Group group{one.name, GroupKind::regressor, {}, {}, {}, {}, {}};
    const auto cannot = [&](std::string code, std::string why) {
        group.code = std::move(code);
        group.why_not = std::move(why);
        group.ways.clear();
        groups.push_back(std::move(group));
    };
    Values known = values_of(one, series, horizon);
    if (!known.any) return cannot("regressor_missing", "there is no value of it for this series");
    if (known.filled > 0) group.notes.push_back({"regressor_filled", one.name + " had no value in " + std::to_string(known.filled) + " of the series' periods: the value before was taken", {{"regressor", one.name}}});
    const std::size_t count = origin + static_cast<std::size_t>(horizon);
    // As much of the future is known at an earlier origin as at the series' end; a value beyond it is not.
    const std::int64_t end = static_cast<std::int64_t>(known.before + origin) + known.ahead;
    std::vector<double> x(known.values.begin(), known.values.begin() + static_cast<std::ptrdiff_t>(std::min(known.values.size(), known.before + count)));
    for (std::size_t i = 0; i < x.size(); ++i)
        if (static_cast<std::int64_t>(i) >= end) x[i] = unknown;
    if (ahead_ == Ahead::last) {
        std::size_t carried = 0;
        for (std::size_t i = std::max<std::size_t>(known.before, 1); i < x.size(); ++i)
            if (!std::isfinite(x[i]) && std::isfinite(x[i - 1]) && static_cast<std::int64_t>(i) >= end) x[i] = x[i - 1], ++carried;
        if (carried > 0) group.notes.push_back({"regressor_carried", one.name + " is known to " + series.last().after(known.ahead).text() + ": its last value was taken to stay", {{"regressor", one.name}}});
    }
    std::vector<int> lags, left;
    for (const int lag : one.lags) {
        bool whole = true;
        for (std::size_t i = origin; i < count; ++i) whole = whole && std::isfinite(x[known.before + i - static_cast<std::size_t>(lag)]);
        (whole ? lags : left).push_back(lag);
    }
    if (lags.empty()) return cannot("regressor_unknown_ahead", "its values for the time that is forecast are not known, with no lag that was asked");
    if (!left.empty()) group.notes.push_back({"regressor_lags_left_out", one.name + " is not known for all of the time that is forecast: only its " + (lags.size() == 1 ? "lag " : "lags ") + listed_lags(lags) + " could be used", {{"regressor", one.name}}});
    // Known without a gap up to the origin from here on.
    const auto longest = static_cast<std::size_t>(*std::max_element(lags.begin(), lags.end()));
    std::size_t start = origin;
    while (start > 0 && std::isfinite(x[known.before + start - 1]) && std::isfinite(x[known.before + start - 1 - longest])) --start;
    const std::size_t least = std::max<std::size_t>(8, series.season > 1 && series.season <= 24 ? static_cast<std::size_t>(series.season) : 8);
    if (origin - start < least) return cannot("regressor_too_short", "it is known for only " + std::to_string(origin - start) + " of the series' values" + (start > 0 && origin > start ? " (from " + series.first.after(static_cast<std::int64_t>(start)).text() + " on)" : ""));
    if (start > 0) group.notes.push_back({"regressor_begins", one.name + " is known from " + series.first.after(static_cast<std::int64_t>(start)).text() + " on: its effect is learned from there, and taken as usual before", {{"regressor", one.name}}});

    double low = x[known.before + origin - 1], high = low, mean = 0;
    std::size_t zeros = 0, ones = 0;
    for (std::size_t i = start; i < origin; ++i) {
        const double value = x[known.before + i];
        low = std::min(low, value), high = std::max(high, value);
        mean += value / static_cast<double>(origin - start);
        zeros += value == 0 ? 1 : 0;
        ones += value == 1 ? 1 : 0;
    }
    if (high - low <= 1e-12 * std::max(std::abs(low), std::abs(high))) return cannot("regressor_constant", "it was the same all the time, so nothing can be learned from it");
    const bool switched = zeros + ones == origin - start;
    if (switched && std::min(zeros, ones) < 2) return cannot("seen_too_rarely", "it was seen once, which tells nothing");
    const bool may_log = low > 0 && !switched;
    for (const bool logarithm : {false, true}) {
        if (logarithm && !may_log) continue;
        const std::size_t from = group.columns.size();
        double usual = zeros * 2 >= origin - start ? 0.0 : mean;
        if (logarithm) {
            usual = 0;
            for (std::size_t i = start; i < origin; ++i) usual += std::log(x[known.before + i]) / static_cast<double>(origin - start);
        }
        for (const int lag : lags) {
            KnownColumn column{one.name + ago(lag, series.frequency), logarithm ? "for 1 % more" : switched ? "where it is 1" : "for each 1 more", std::vector<double>(count, 0.0), logarithm};
            for (std::size_t i = start; i < count; ++i) {
                const double value = x[known.before + i - static_cast<std::size_t>(lag)];
                column.values[i] = logarithm ? (value > 0 ? std::log(value) - usual : unknown) : value - usual;
            }
            group.columns.push_back(std::move(column));
        }
        bool whole = true;
        for (std::size_t c = from; c < group.columns.size(); ++c)
            for (const double value : group.columns[c].values) whole = whole && std::isfinite(value);
        if (!whole) {
            group.columns.resize(from);
            continue;
        }
        std::vector<std::size_t> all;
        for (std::size_t c = from; c < group.columns.size(); ++c) all.push_back(c);
        for (const std::size_t c : all) group.ways.push_back({c});
        if (all.size() > 1) group.ways.push_back(all);
    }
    const double range = high - low;
    for (std::size_t i = origin; i < count; ++i) {
        const double value = x[known.before + i];
        if (!std::isfinite(value) || (value >= low - 0.1 * range && value <= high + 0.1 * range)) continue;
        char text[160];
        std::snprintf(text, sizeof text, " will be %.6g in %s, and was %.6g to %.6g: how it acts out there is not known", value, series.first.after(static_cast<std::int64_t>(i)).text().c_str(), low, high);
        group.notes.push_back({"regressor_beyond", one.name + text, {{"regressor", one.name}}});
        break;
    }
    groups.push_back(std::move(group));
}

Known::Closed Known::closed(const Series& series, std::size_t origin, int horizon) const {
    Closed out;
    if (series.frequency != Frequency::day || !series.not_negative) return out;
    const auto past = std::span<const double>(series.values).first(origin);
    if (std::find(past.begin(), past.end(), 0.0) == past.end()) return out;
    const int first = static_cast<int>(series.first.index), end = first + static_cast<int>(origin), after = end + horizon;
    const auto value = [&](int day) { return past[static_cast<std::size_t>(day - first)]; };
    std::vector<bool> special(static_cast<std::size_t>(after - first));
    const auto mark = [&](std::vector<bool>& days, int day) {
        if (day >= first && day < after) days[static_cast<std::size_t>(day - first)] = true;
    };
    for (int day = first; day < after; ++day)
        if (calendar_ != nullptr && calendar_->off(Date{day})) mark(special, day);
    for (const Happening& one : happenings_)
        for (const Festival::Days& days : one.festival.times)
            for (int day = days.first.days; day <= days.last.days; ++day) mark(special, day);
    // Weekdays on which there usually are sales.
    double zeros[7] = {}, count[7] = {};
    for (int day = first; day < end; ++day) {
        if (special[static_cast<std::size_t>(day - first)]) continue;
        const int weekday = Date{day}.weekday() - 1;
        ++count[weekday];
        zeros[weekday] += value(day) == 0 ? 1 : 0;
    }
    struct Seen {
        int times = 0, zero = 0;
        bool closed(int least) const { return times >= least && zero * 5 >= times * 4; }
    };
    const auto look = [&](Seen& seen, int day) {
        if (day < first || day >= end) return;
        const int weekday = Date{day}.weekday() - 1;
        if (zeros[weekday] * 5 >= count[weekday]) return;
        ++seen.times;
        seen.zero += value(day) == 0 ? 1 : 0;
    };
    std::vector<bool> closed(special.size());
    if (calendar_ != nullptr) {
        Seen seen;
        for (int day = first; day < end; ++day)
            if (calendar_->off(Date{day})) look(seen, day);
        if (seen.closed(4)) {
            out.names.emplace_back("public holidays");
            for (int day = first; day < after; ++day)
                if (calendar_->off(Date{day})) mark(closed, day);
        }
    }
    for (const Happening& one : happenings_) {
        bool any = false;
        for (int offset = 0; offset < one.length; ++offset) {
            Seen seen;
            for (const Festival::Days& days : one.festival.times)
                if (days.first.days + offset <= days.last.days) look(seen, days.first.days + offset);
            if (!seen.closed(2)) continue;
            any = true;
            for (const Festival::Days& days : one.festival.times)
                if (days.first.days + offset <= days.last.days) mark(closed, days.first.days + offset);
        }
        if (any) out.names.push_back(one.name);
    }
    if (out.names.empty()) return out;
    for (int day = first; day < end; ++day)
        if (value(day) != 0) closed[static_cast<std::size_t>(day - first)] = false;
    out.days = std::move(closed);
    return out;
}

std::vector<Group> Known::groups(const Series& series, std::size_t origin, int horizon) const {
    std::vector<Group> groups;
    const std::size_t count = origin + static_cast<std::size_t>(horizon);
    const bool dated = of_days(series.frequency) || of_months(series.frequency);
    if (dated) {
        if (calendar_ != nullptr) add_working_days(groups, series, count);
        for (const Happening& one : happenings_) add_happening(groups, one, series, origin, count);
    }
    for (const Regressor& one : regressors_) add_regressor(groups, one, series, origin, horizon);
    return groups;
}

}  // namespace fairlead::forecast
