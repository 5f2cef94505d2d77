// Reading events and regressors.
#include "engines/forecast/known_files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "base/csv_reader.h"
#include "base/text.h"
#include "engines/forecast/reader.h"

namespace fairlead::forecast {
namespace {

constexpr int most_days = 60, most_lag = 1000;

struct Rows {
    std::unique_ptr<Table> table;
    std::vector<TableRow> rows;
};

Result<Rows> read_rows(const std::string& path, const char* option) {
    TableOptions opening;
    opening.format = "csv";
    Rows out;
    FAIRLEAD_ASSIGN(out.table, open_csv(path, opening, TableLimits{}));
    for (;;) {
        TableRow row;
        FAIRLEAD_ASSIGN(const Table::Next got, out.table->next(row));
        if (got == Table::Next::end) break;
        if (got == Table::Next::ragged)
            return refuse(Why::invalid, "ragged_row", path + ", line " + std::to_string(row.line) + ": the row has another number of cells than the head", option);
        out.rows.push_back(std::move(row));
    }
    if (out.rows.empty()) return refuse(Why::invalid, "empty_file", path + " has no row below its head", option);
    return out;
}

int column_named(const Table& table, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        for (const TableColumn& column : table.look().columns)
            if (fold(column.name) == name) return column.index;
    return -1;
}
int period_column(const Table& table) { return column_named(table, {"date", "period", "ds", "month", "week", "quarter", "day", "ngay", "thang", "ky", "year", "time", "timestamp"}); }

std::string heads(const Table& table) {
    std::vector<std::string> names;
    for (const TableColumn& column : table.look().columns) names.push_back(column.name);
    return join(names, ", ");
}

Refused at(const std::string& path, const TableRow& row, const Refused& refused, const char* option) {
    return refuse(Why::invalid, refused.code(), path + ", line " + std::to_string(row.line) + ": " + refused.message(), option);
}
Refused at(const std::string& path, const TableRow& row, std::string code, const std::string& message, const char* option) { return at(path, row, refuse(Why::invalid, std::move(code), message), option); }

const std::string& cell(const TableRow& row, int column) { return row[static_cast<std::size_t>(column)].text; }

Result<PeriodColumn> periods_of(const std::string& path, const Rows& rows, int column, DayOrder order, const char* option) {
    PeriodColumn periods;
    for (const TableRow& row : rows.rows) periods.look(cell(row, column));
    if (const auto settled = periods.settle(order); !settled) return refuse(Why::invalid, settled.refused().code(), path + ": " + settled.refused().message(), option);
    return periods;
}

std::optional<int> whole_number(std::string_view text, int least, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

}  // namespace

Result<std::vector<Event>> read_events(const std::string& path, DayOrder order) {
    constexpr const char* option = "holidays";
    FAIRLEAD_ASSIGN(const Rows rows, read_rows(path, option));
    const int date = period_column(*rows.table), name = column_named(*rows.table, {"name", "holiday", "event", "ten", "ten le", "su kien"});
    if (date < 0 || name < 0)
        return refuse(Why::invalid, "no_column", path + " needs a column " + (date < 0 ? "date" : "name") + " (date,name, and before,after where days around count); it has " + heads(*rows.table), option);
    const int before = column_named(*rows.table, {"before", "lower_window", "truoc"}), after = column_named(*rows.table, {"after", "upper_window", "sau"});
    FAIRLEAD_ASSIGN(const PeriodColumn dates, periods_of(path, rows, date, order, option));
    std::vector<Event> events;
    std::map<std::string, std::size_t> place;
    std::map<std::pair<std::size_t, int>, std::int64_t> lines;
    for (const TableRow& row : rows.rows) {
        const auto period = dates.read(cell(row, date));
        if (!period) return at(path, row, period.refused(), option);
        if (period->frequency != Frequency::day) return at(path, row, "no_day", "\"" + cell(row, date) + "\" is a " + std::string(name_of(period->frequency)) + ", and a holiday needs a day, as 2026-02-17", option);
        const std::string called(trim(cell(row, name)));
        if (called.empty()) return at(path, row, "required", "the day has no name: days of one name are taken for one thing", option);
        const auto [known, fresh] = place.try_emplace(fold(called), events.size());
        if (fresh) events.push_back({called, {}, 0, 0, before >= 0 || after >= 0});
        Event& event = events[known->second];
        const Date day = first_day(*period);
        if (const auto [line, once] = lines.try_emplace({known->second, day.days}, row.line); !once)
            return at(path, row, "duplicate_rows", day.text() + " is " + called + " already on line " + std::to_string(line->second), option);
        event.days.push_back(day);
        for (const auto& [column, days] : {std::pair{before, &event.before}, {after, &event.after}}) {
            if (column < 0 || trim(cell(row, column)).empty()) continue;
            const auto count = whole_number(trim(cell(row, column)), -most_days, most_days);
            if (!count) return at(path, row, "not_a_number", "\"" + cell(row, column) + "\" is no number of days up to " + std::to_string(most_days), option);
            *days = std::max(*days, std::abs(*count));
        }
    }
    return events;
}

Result<RegressorFile> read_regressors(const std::string& path, const std::vector<std::string>& series, DayOrder order) {
    constexpr const char* option = "regressors";
    FAIRLEAD_ASSIGN(const Rows rows, read_rows(path, option));
    const Table& table = *rows.table;
    const int period = period_column(table);
    if (period < 0) return refuse(Why::invalid, "no_column", path + " needs a column period (or date, month): a row per period, a column per regressor; it has " + heads(table), option);
    RegressorFile out;
    std::vector<int> keys;
    for (const std::string& name : series)
        if (const int index = column_named(table, {fold(name)}); index >= 0) keys.push_back(index);
    if (keys.size() != series.size() || series.empty()) {
        keys.clear();
        if (const int index = column_named(table, {"series", "unique_id", "series_id", "item_id", "item", "sku", "id", "chuoi", "ma"}); index >= 0) keys.push_back(index);
    }
    std::vector<int> places;
    for (const TableColumn& column : table.look().columns) {
        if (std::find(keys.begin(), keys.end(), column.index) != keys.end()) {
            out.series_column += (out.series_column.empty() ? "" : ", ") + column.name;
            continue;
        }
        if (column.index == period) continue;
        places.push_back(column.index);
        out.regressors.push_back({column.name, {0}, -1, {}});
    }
    if (places.empty()) return refuse(Why::invalid, "no_column", path + " has no column beside its period" + (keys.empty() ? "" : " and its series") + ": each further column is a regressor", option);
    FAIRLEAD_ASSIGN(const PeriodColumn periods, periods_of(path, rows, period, order, option));
    std::vector<NumberColumn> numbers(places.size(), NumberColumn(table.look().separator == ";"));
    std::vector<Observation> all;
    for (const TableRow& row : rows.rows) {
        for (std::size_t c = 0; c < places.size(); ++c) numbers[c].look(cell(row, places[c]));
        const auto read = periods.read(cell(row, period));
        if (!read) return at(path, row, read.refused(), option);
        all.push_back({*read, 0});
    }
    for (std::size_t c = 0; c < places.size(); ++c)
        if (const auto settled = numbers[c].settle(); !settled) return refuse(Why::invalid, settled.refused().code(), path + ", column " + out.regressors[c].name + ": " + settled.refused().message(), option);
    const auto found = find_frequency(all);
    if (!found) return refuse(Why::invalid, found.refused().code(), path + ": " + found.refused().message(), option);
    const Frequency frequency = found->frequency;
    // By series and period: the values of a row.
    std::map<std::string, std::map<std::int64_t, std::pair<std::int64_t, std::vector<double>>>> by_series;
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
        const TableRow& row = rows.rows[i];
        std::string id;
        for (const int key : keys) id += (id.empty() ? "" : " / ") + std::string(trim(cell(row, key)));
        if (!keys.empty() && id.empty()) return at(path, row, "required", "the row names no series", option);
        const auto place = within(all[i].period, frequency);
        if (!place) return at(path, row, "mixed_periods", "the " + std::string(name_of(all[i].period.frequency)) + " " + all[i].period.text() + " lies in no single " + std::string(name_of(frequency)), option);
        const auto [at_period, fresh] = by_series[id].try_emplace(place->index, row.line, std::vector<double>());
        if (!fresh)
            return at(path, row, "duplicate_rows", place->text() + (id.empty() ? "" : " of " + id) + " stands already on line " + std::to_string(at_period->second.first), option);
        for (std::size_t c = 0; c < places.size(); ++c) {
            const auto value = numbers[c].read(cell(row, places[c]));
            if (!value) return at(path, row, "not_a_number", out.regressors[c].name + ": " + value.refused().message(), option);
            at_period->second.second.push_back(*value);
        }
    }
    for (const auto& [id, values] : by_series)
        for (std::size_t c = 0; c < places.size(); ++c) {
            std::vector<Observation> kept;
            std::optional<Observation> missing;
            for (const auto& [index, row] : values) {
                const double value = row.second[c];
                if (std::isnan(value)) {
                    if (!kept.empty() && !missing) missing = Observation{{frequency, index}, 0};
                    continue;
                }
                if (!kept.empty() && !missing && index != kept.back().period.index + 1) missing = Observation{kept.back().period.after(1), 0};
                if (missing)
                    return refuse(Why::invalid, "regressor_gap",
                                  path + ": " + out.regressors[c].name + (id.empty() ? "" : " of " + id) + " has no value for " + missing->period.text() + ", between " + kept.back().period.text() + " and " + Period{frequency, index}.text() +
                                      ": give it (0 where there was nothing; the price before where it stayed), or write single days into a file of --holidays",
                                  option, {{"regressor", out.regressors[c].name}, {"period", missing->period.text()}});
                kept.push_back({{frequency, index}, value});
            }
            if (!kept.empty()) out.regressors[c].values[id] = std::move(kept);
        }
    for (const Regressor& one : out.regressors)
        if (one.values.empty()) return refuse(Why::invalid, "regressor_empty", path + ": " + one.name + " has no value at all", option);
    return out;
}

Result<void> set_lags(std::vector<Regressor>& regressors, const std::string& text) {
    const auto wrong = [&](const std::string& part) {
        return refuse(Why::invalid, "unknown_choice", "--lags takes regressors with their lags in periods, as price:0-2,index:3, and not \"" + part + "\"", "lags");
    };
    for (const std::string& part : split(text, ',')) {
        const std::string_view one = trim(part);
        if (one.empty()) continue;
        const std::size_t colon = one.rfind(':');
        if (colon == std::string_view::npos) return wrong(std::string(one));
        const std::string name(trim(one.substr(0, colon)));
        const std::string_view range = trim(one.substr(colon + 1));
        const std::size_t dash = range.find('-');
        const auto first = whole_number(trim(range.substr(0, dash)), 0, most_lag);
        const auto last = dash == std::string_view::npos ? first : whole_number(trim(range.substr(dash + 1)), 0, most_lag);
        if (!first || !last || *last < *first || *last - *first > 24) return wrong(std::string(one));
        const auto found = std::find_if(regressors.begin(), regressors.end(), [&](const Regressor& regressor) { return fold(regressor.name) == fold(name); });
        if (found == regressors.end()) {
            std::string names;
            for (const Regressor& regressor : regressors) names += (names.empty() ? "" : ", ") + regressor.name;
            return refuse(Why::invalid, "unknown_choice", "--lags names \"" + name + "\", and there is no such regressor; there are: " + (names.empty() ? "none (--regressors, --regressor-columns)" : names), "lags");
        }
        if (found->lags == std::vector<int>{0}) found->lags.clear();
        for (int lag = *first; lag <= *last; ++lag)
            if (std::find(found->lags.begin(), found->lags.end(), lag) == found->lags.end()) found->lags.push_back(lag);
        std::sort(found->lags.begin(), found->lags.end());
    }
    return {};
}

}  // namespace fairlead::forecast
