// Reading series from wide and long files.
#include "engines/forecast/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "base/csv_reader.h"
#include "base/formula_guard.h"
#include "base/text.h"

namespace fairlead::forecast {
namespace {

constexpr double empty = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t distinct_periods = 200'000;

// A row of a wide file is a series: it may be as long as one.
TableLimits wide_limits() {
    TableLimits limits;
    limits.columns = 1'000'000;
    return limits;
}

bool empty_word(std::string_view text) {
    for (const std::string_view word : {"na", "n/a", "#n/a", "nan", "null", "none", "-", "\xE2\x80\x93", "\xE2\x80\x94", "."})
        if (lower_ascii(text) == word) return true;
    return text.empty();
}

// The number without the signs of money and percent around it; brackets make it negative.
std::string bare(std::string_view text) {
    std::string out;
    bool negative = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == '+' || c == '\'') out += c;
        else if ((c == 'e' || c == 'E') && !out.empty() && i + 1 < text.size() && out.find_first_of("0123456789") != std::string::npos && std::string_view("+-0123456789").find(text[i + 1]) != std::string_view::npos) out += c;
        else if (c == '(' && i == 0 && text.back() == ')') negative = true;
        else if (c == ' ' || c == '$' || c == '%' || (c == ')' && negative)) continue;
        else {
            bool known = false;
            for (const std::string_view sign : {"\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "\xE2\x82\xAB", "\xC4\x91", "\xC2\xA0", "\xE2\x80\xAF", "VND", "USD", "EUR", "GBP", "AUD"})
                if (text.substr(i).starts_with(sign)) {
                    i += sign.size() - 1;
                    known = true;
                    break;
                }
            if (text.substr(i).starts_with("\xE2\x88\x92")) out += '-', i += 2, known = true;  // a minus sign
            if (!known) return {};
        }
    }
    return negative ? "-" + out : out;
}

// What stands in the cell by itself: the sign that parts decimals, where the text tells it.
char decimal_sign(const std::string& number) {
    const std::size_t dot = number.rfind('.'), comma = number.rfind(',');
    if (dot == std::string::npos && comma == std::string::npos) return 0;
    if (dot != std::string::npos && comma != std::string::npos) return dot > comma ? '.' : ',';
    const char sign = dot != std::string::npos ? '.' : ',';
    const std::size_t at = dot != std::string::npos ? dot : comma;
    if (std::count(number.begin(), number.end(), sign) > 1) return sign == '.' ? ',' : '.';  // groups of thousands
    const std::size_t behind = number.size() - at - 1, before = at - (number[0] == '-' || number[0] == '+' ? 1 : 0);
    if (behind == 3 && before >= 1 && before <= 3 && number.find_first_of("eE") == std::string::npos && !(before == 1 && number[at - 1] == '0')) return 0;  // 1,234 may be either
    return sign;
}

Refused not_a_number(std::string_view text) {
    return refuse(Why::invalid, "not_a_number", "\"" + std::string(text.substr(0, 60)) + "\" is no number", "value", {{"text", std::string(text.substr(0, 60))}});
}

}  // namespace

void NumberColumn::look(std::string_view text) {
    if (!dot_example_.empty() && !comma_example_.empty()) return;
    const std::string_view trimmed = trim(text);
    if (trimmed.find_first_of(".,") == std::string_view::npos || empty_word(trimmed)) return;
    const char sign = decimal_sign(bare(trimmed));
    if (sign == '.' && dot_example_.empty()) dot_example_ = trimmed;
    if (sign == ',' && comma_example_.empty()) comma_example_ = trimmed;
}

Result<void> NumberColumn::settle() {
    if (!dot_example_.empty() && !comma_example_.empty())
        return refuse(Why::invalid, "mixed_decimals", "The numbers part their decimals in two ways: " + dot_example_ + " and " + comma_example_ + ". Write all in one", "value");
    if (!dot_example_.empty() || !comma_example_.empty()) comma_ = !comma_example_.empty();
    return {};
}

Result<double> NumberColumn::read(std::string_view text) const {
    const std::string_view trimmed = trim(text);
    if (empty_word(trimmed)) return empty;
    std::string number = bare(trimmed);
    // Most numbers are plain; grouping signs are taken out of the others, where they part groups of three.
    const char group = comma_ ? '.' : ',', decimal = comma_ ? ',' : '.';
    std::string plain;
    std::size_t since = 0;
    bool grouped = false, fraction = false;
    for (const char c : number) {
        if (c == group || c == '\'') {
            if (fraction || (grouped && since != 3) || since == 0 || since > 3) return not_a_number(text);
            grouped = true;
            since = 0;
            continue;
        }
        if (c == decimal || c == 'e' || c == 'E') {
            if (grouped && !fraction && since != 3) return not_a_number(text);
            fraction = true;
            plain += c == decimal ? '.' : c;
            continue;
        }
        if (c >= '0' && c <= '9' && !fraction) ++since;
        plain += c;
    }
    if (grouped && !fraction && since != 3) return not_a_number(text);
    const char* begin = plain.data() + (plain.starts_with('+') ? 1 : 0);
    double value = 0;
    const auto [end, error] = std::from_chars(begin, plain.data() + plain.size(), value);
    if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(value)) return not_a_number(text);
    return value;
}

namespace {

Refused at_line(const Refused& refused, std::int64_t line) {
    Refused out = refused;
    out.reasons.front().message = "Line " + std::to_string(line) + ": " + out.reasons.front().message;
    out.reasons.front().params.emplace_back("line", std::to_string(line));
    return out;
}

// The periods of a whole file: which frequency they keep to together, and its first and last day.
class PeriodSpan {
  public:
    void add(Period period) {
        if (period.frequency != Frequency::number) {
            const Date first = forecast::first_day(period), last = forecast::last_day(period);
            if (!first_ || first < *first_) first_ = first;
            if (!last_ || last > *last_) last_ = last;
        }
        if (seen_.size() < distinct_periods && seen_.insert(period.index * 8 + static_cast<int>(period.frequency)).second) periods_.push_back({period, 0});
    }
    void tell(FileFacts& facts) const {
        if (const auto found = find_frequency(periods_)) facts.frequency = found->frequency;
        facts.first_day = first_;
        facts.last_day = last_;
        // Days that only name a month say nothing about how far the month has come.
        if (facts.frequency && *facts.frequency > Frequency::day && last_) facts.first_day = std::nullopt, facts.last_day = forecast::last_day(period_of(*last_, *facts.frequency));
    }

  private:
    std::unordered_set<std::int64_t> seen_;
    std::vector<Observation> periods_;
    std::optional<Date> first_, last_;
};

// ---- Wide ---------------------------------------------------------------------------------------------------------

Result<char> separator_of(TextSource& source, const std::string& asked) {
    if (asked == "tab" || asked == "\\t") return '\t';
    if (asked.size() > 1) return refuse(Why::bad_request, "bad_separator", "The separator is one character such as , ; | or tab", "separator");
    if (asked.size() == 1) return asked[0];
    std::string head;
    while (head.size() < 256 * 1024 && source.read(head)) {}
    source.rewind();
    if (const char hint = separator_hint(head)) return hint;
    return guess_separator(head);
}

class WideReader final : public SeriesReader {
  public:
    WideReader(std::unique_ptr<TextSource> source, char separator, const ReadOptions& options)
        : options_(options), source_(std::move(source)), scanner_(*source_, separator, limits_), numbers_(separator == ';') {}

    Result<void> look() {
        facts_.layout = Layout::wide;
        TableRow row;
        bool first = true;
        for (;;) {
            FAIRLEAD_ASSIGN(const bool more, scanner_.next(row));
            if (!more) break;
            if (row.blank()) continue;
            if (std::exchange(first, false)) FAIRLEAD_TRY(look_at_head(row));
            else ++facts_.rows;
            for (std::size_t i = 1; i < row.size() && !(facts_.rows == 0 && headed_); ++i) numbers_.look(row[i].text);
        }
        if (!headed_ && !first) ++facts_.rows;
        if (facts_.rows == 0) return refuse(Why::invalid, "empty_file", "The file has no series: each row is a name and its values", "input");
        FAIRLEAD_TRY(numbers_.settle());
        PeriodSpan span;
        if (!head_.empty()) {
            for (const Period& period : head_) span.add(period);
            span.tell(facts_);
        } else if (options_.start) facts_.frequency = options_.start->frequency;
        return rewind();
    }

    Result<std::vector<ReadSeries>> next(std::size_t most) override {
        std::vector<ReadSeries> batch;
        TableRow row;
        while (batch.size() < most) {
            FAIRLEAD_ASSIGN(const bool more, scanner_.next(row));
            if (!more) break;
            if (row.blank()) continue;
            if (std::exchange(skip_head_, false)) continue;
            batch.push_back(read(row));
        }
        return batch;
    }

    Result<void> rewind() override {
        scanner_.rewind();
        scanner_.skip_separator_hint();
        skip_head_ = headed_;
        return {};
    }
    double progress() const override { return source_->size() == 0 ? 1 : static_cast<double>(source_->position()) / static_cast<double>(source_->size()); }

  private:
    // A first row is a head where its cells are periods and no numbers, or where it names its columns.
    Result<void> look_at_head(const TableRow& row) {
        std::size_t periods = 0, numbers = 0, cells = 0;
        bool by_one = true;
        std::optional<Period> before;
        PeriodColumn column;
        for (std::size_t i = 1; i < row.size(); ++i) column.look(row[i].text);
        const auto settled = column.settle(options_.order);
        for (std::size_t i = 1; i < row.size(); ++i) {
            if (trim(row[i].text).empty()) continue;
            ++cells;
            if (numbers_.read(row[i].text)) ++numbers;
            if (const auto period = column.read(row[i].text); period || period.refused().code() == "ambiguous_date") {
                ++periods;
                by_one = by_one && period && (!before || (period->frequency == before->frequency && period->index == before->index + 1));
                if (period) before = *period;
            }
        }
        const std::string name = fold(row[0].text);
        const bool named = name.empty() || name == "id" || name == "series" || name == "name" || name == "item" || name == "sku" || name == "product" || name == "unique_id";
        const bool of_periods = cells > 0 && periods == cells && (numbers == 0 || (named && by_one && cells > 1));
        headed_ = of_periods || (cells > 0 && numbers == 0);
        if (!headed_) return {};
        if (!of_periods) {
            facts_.notes.push_back({"head_without_periods", "The first row names columns, not periods: values are numbered from 1", {}});
            return {};
        }
        if (!settled) return settled.refused();
        for (std::size_t i = 1; i < row.size(); ++i) {
            if (trim(row[i].text).empty()) return refuse(Why::invalid, "no_period", "Column " + std::to_string(i + 1) + " has no period in the first row", "period");
            FAIRLEAD_ASSIGN(const Period period, column.read(row[i].text));
            head_.push_back(period);
        }
        return {};
    }

    ReadSeries read(TableRow& row) {
        ReadSeries out;
        unguard(row[0].text);
        out.series.id = to_nfc(trim(row[0].text));
        if (!is_utf8(row[0].text)) out.fault = at_line(refuse(Why::invalid, "not_utf8", "The name is not valid UTF-8: say the encoding of the file, as --encoding windows-1258", "encoding"), row.line);
        std::size_t last = row.size();
        while (last > 1 && row[last - 1].text.empty()) --last;  // ragged: separators at the end are no values
        if (!head_.empty() && last > head_.size() + 1 && !out.fault)
            out.fault = at_line(refuse(Why::invalid, "too_many_values", "It has more values (" + std::to_string(last - 1) + ") than the first row has periods (" + std::to_string(head_.size()) + ")", "value"), row.line);
        out.series.observations.reserve(last);
        for (std::size_t i = 1; i < last && !out.fault; ++i) {
            const auto value = numbers_.read(row[i].text);
            if (!value) {
                out.fault = at_line(value.refused(), row.line);
                break;
            }
            const auto at = static_cast<std::int64_t>(i - 1);
            const Period period = !head_.empty() ? head_[i - 1] : options_.start ? options_.start->after(at) : Period{Frequency::number, at + 1};
            out.series.observations.push_back({period, *value});
        }
        return out;
    }

    ReadOptions options_;
    const TableLimits limits_ = wide_limits();
    std::unique_ptr<TextSource> source_;
    CsvScanner scanner_;
    NumberColumn numbers_;
    std::vector<Period> head_;
    bool headed_ = false, skip_head_ = false;
};

// ---- Long ---------------------------------------------------------------------------------------------------------

constexpr std::string_view series_names[] = {"series", "unique_id", "id", "series_id", "seriesid", "item_id", "item", "sku", "product", "chuoi", "ma"};
constexpr std::string_view period_names[] = {"period", "date", "month", "ds", "week", "quarter", "year", "day", "time", "timestamp", "order date", "order_date", "close_date", "close date", "ky", "ngay", "thang"};
constexpr std::string_view value_names[] = {"value", "amount", "sales", "y", "turnover", "quantity", "revenue", "qty", "demand", "gia tri", "doanh thu", "so luong", "doanh so"};

template <std::size_t N>
int usual(const std::vector<TableColumn>& columns, const std::string_view (&names)[N]) {
    for (const std::string_view name : names)
        for (const TableColumn& column : columns)
            if (fold(column.name) == name) return column.index;
    return -1;
}

std::string names_of(const std::vector<TableColumn>& columns) {
    std::vector<std::string> names;
    for (const TableColumn& column : columns) names.push_back(column.name);
    return join(names, ", ");
}

Result<int> column_of(const std::vector<TableColumn>& columns, const std::string& name, const char* option) {
    std::vector<std::string> names;
    for (const TableColumn& column : columns) {
        if (column.name == name || fold(column.name) == fold(name)) return column.index;
        names.push_back(column.name);
    }
    const std::string near = nearest(name, names);
    return refuse(Why::invalid, "no_column", "The file has no column \"" + name + "\"" + (near.empty() ? "; it has " + names_of(columns) : ": did you mean \"" + near + "\"?"), option, {{"column", name}});
}

class LongReader final : public SeriesReader {
  public:
    LongReader(std::unique_ptr<Table> table, const ReadOptions& options) : options_(options), table_(std::move(table)), numbers_(table_->look().separator == ";") {}

    Result<void> look() {
        facts_.layout = Layout::tall;
        facts_.notes.insert(facts_.notes.end(), table_->notes().begin(), table_->notes().end());
        FAIRLEAD_TRY(find_columns());
        FAIRLEAD_TRY(look_through());
        FAIRLEAD_TRY(numbers_.settle());
        for (std::size_t i = 0; i < beside_.size(); ++i)
            if (const auto settled = beside_numbers_[i].settle(); !settled) return refuse(Why::invalid, settled.refused().code(), options_.beside[i] + ": " + settled.refused().message(), "regressor_columns");
        FAIRLEAD_TRY(periods_.settle(options_.order));
        PeriodSpan span;
        FAIRLEAD_TRY(table_->rewind());
        std::unordered_set<std::string_view> ended;  // views into `names`
        std::vector<std::unique_ptr<std::string>> names;
        const std::string* current = nullptr;
        FAIRLEAD_TRY(each_row([&](TableRow& row, bool ragged) {
            ++facts_.rows;
            // A row that tells only what is known beside a value to come makes the file no longer.
            const bool told = beside_.empty() || !trim(row[static_cast<std::size_t>(value_)].text).empty();
            if (!ragged && told)
                if (const auto period = periods_.read(row[static_cast<std::size_t>(period_)].text)) span.add(*period);
            const std::string id = id_of(row);
            if (current != nullptr && *current == id) return true;
            if (ended.contains(id)) facts_.together = false;
            else {
                names.push_back(std::make_unique<std::string>(id));
                current = names.back().get();
                ended.insert(*current);
            }
            return true;
        }));
        if (facts_.rows == 0) return refuse(Why::invalid, "empty_file", "The file has no row below its head", "input");
        span.tell(facts_);
        return rewind();
    }

    Result<std::vector<ReadSeries>> next(std::size_t most) override {
        std::vector<ReadSeries> batch;
        if (!facts_.together) {
            if (!gathered_) FAIRLEAD_TRY(gather());
            for (; batch.size() < most && given_ < all_.size(); ++given_) batch.push_back(std::move(all_[given_]));
            return batch;
        }
        if (pending_) batch.push_back(std::move(*pending_));
        pending_.reset();
        FAIRLEAD_TRY(each_row([&](TableRow& row, bool ragged) {
            const std::string id = id_of(row);
            if (batch.empty() || batch.back().series.id != id) {
                ReadSeries fresh = begin(row, id);
                if (batch.size() == most) {
                    add(fresh, row, ragged);
                    pending_ = std::move(fresh);
                    return false;
                }
                batch.push_back(std::move(fresh));
            }
            add(batch.back(), row, ragged);
            return true;
        }));
        return batch;
    }

    Result<void> rewind() override {
        given_ = 0;
        gathered_ = false;
        all_.clear();
        pending_.reset();
        return table_->rewind();
    }
    double progress() const override { return facts_.together ? table_->progress() : all_.empty() ? 0 : static_cast<double>(given_) / static_cast<double>(all_.size()); }

  private:
    Result<void> find_columns() {
        const auto& columns = table_->look().columns;
        if (!options_.period.empty()) {
            FAIRLEAD_ASSIGN(period_, column_of(columns, options_.period, "period_column"));
        } else period_ = usual(columns, period_names);
        if (!options_.value.empty()) {
            FAIRLEAD_ASSIGN(value_, column_of(columns, options_.value, "value_column"));
        } else value_ = usual(columns, value_names);
        if (period_ < 0 || value_ < 0)
            return refuse(Why::invalid, "no_column", std::string("No column is called ") + (period_ < 0 ? "period (or date, month)" : "value (or amount, sales)") + ": say which, as " +
                          (period_ < 0 ? "--period-column" : "--value-column") + " NAME; the file has " + names_of(columns), period_ < 0 ? "period_column" : "value_column");
        for (const std::string& name : options_.series) {
            FAIRLEAD_ASSIGN(const int index, column_of(columns, name, "series"));
            keys_.push_back(index);
        }
        if (options_.series.empty())
            if (const int index = usual(columns, series_names); index >= 0) keys_.push_back(index);
        for (const std::string& name : options_.beside) {
            FAIRLEAD_ASSIGN(const int index, column_of(columns, name, "regressor_columns"));
            if (index == period_ || index == value_ || std::find(keys_.begin(), keys_.end(), index) != keys_.end())
                return refuse(Why::invalid, "unknown_choice", "--regressor-columns names \"" + name + "\", which is the column of the " + (index == period_ ? "periods" : index == value_ ? "values" : "series"), "regressor_columns");
            beside_.push_back(index);
            beside_numbers_.emplace_back(table_->look().separator == ";");
        }
        for (const TableColumn& column : columns) {
            if (std::find(beside_.begin(), beside_.end(), column.index) != beside_.end()) continue;
            const bool key = std::find(keys_.begin(), keys_.end(), column.index) != keys_.end();
            if (column.index == period_) facts_.period_column = column.name;
            if (column.index == value_) facts_.value_column = column.name;
            if (key) facts_.series_column += (facts_.series_column.empty() ? "" : ", ") + column.name;
            if (column.index == period_ || column.index == value_ || (key && keys_.size() == 1)) continue;
            // Where the series' columns were named, the others are none of their dimensions unless they stay the same in each.
            dimensions_.push_back(column.index);
            facts_.dimensions.push_back(column.name);
        }
        return {};
    }

    template <class Each>
    Result<void> each_row(Each&& each) {
        TableRow row;
        for (;;) {
            FAIRLEAD_ASSIGN(const Table::Next got, table_->next(row));
            if (got == Table::Next::end) return {};
            row.resize(table_->width());
            if (!each(row, got == Table::Next::ragged)) return {};
        }
    }
    Result<void> look_through() {
        return each_row([&](TableRow& row, bool ragged) {
            if (ragged) return true;
            periods_.look(row[static_cast<std::size_t>(period_)].text);
            numbers_.look(row[static_cast<std::size_t>(value_)].text);
            for (std::size_t i = 0; i < beside_.size(); ++i) beside_numbers_[i].look(row[static_cast<std::size_t>(beside_[i])].text);
            return true;
        });
    }

    std::string id_of(const TableRow& row) const {
        std::string id;
        for (const int key : keys_) id += (id.empty() ? "" : " / ") + std::string(trim(row[static_cast<std::size_t>(key)].text));
        return keys_.empty() ? facts_.value_column : id;
    }
    ReadSeries begin(const TableRow& row, const std::string& id) const {
        ReadSeries out;
        out.series.id = id;
        for (const int index : dimensions_) out.series.dimensions.emplace_back(trim(row[static_cast<std::size_t>(index)].text));
        return out;
    }
    void add(ReadSeries& to, const TableRow& row, bool ragged) const {
        if (to.fault) return;
        if (ragged) {
            to.fault = at_line(refuse(Why::invalid, "ragged_row", "The row has another number of cells than the head", "input"), row.line);
            return;
        }
        const auto period = periods_.read(row[static_cast<std::size_t>(period_)].text);
        const auto value = numbers_.read(row[static_cast<std::size_t>(value_)].text);
        if (!period || !value) {
            to.fault = at_line(!period ? period.refused() : value.refused(), row.line);
            return;
        }
        for (std::size_t i = 0; i < beside_.size(); ++i) {
            const auto number = beside_numbers_[i].read(row[static_cast<std::size_t>(beside_[i])].text);
            if (!number) {
                to.fault = at_line(refuse(Why::invalid, "not_a_number", options_.beside[i] + ": " + number.refused().message(), "regressor_columns"), row.line);
                return;
            }
            to.series.beside.push_back(*number);
        }
        to.series.observations.push_back({*period, *value});
        for (std::size_t i = 0; i < dimensions_.size(); ++i)
            if (std::string& known = to.series.dimensions[i]; !known.empty() && known != trim(row[static_cast<std::size_t>(dimensions_[i])].text)) known.clear();  // it varies inside the series: no dimension of it
    }

    Result<void> gather() {
        std::unordered_map<std::string, std::size_t> place;
        FAIRLEAD_TRY(each_row([&](TableRow& row, bool ragged) {
            const std::string id = id_of(row);
            const auto [at, fresh] = place.try_emplace(id, all_.size());
            if (fresh) all_.push_back(begin(row, id));
            add(all_[at->second], row, ragged);
            return true;
        }));
        gathered_ = true;
        return {};
    }

    ReadOptions options_;
    std::unique_ptr<Table> table_;
    NumberColumn numbers_;
    PeriodColumn periods_;
    int period_ = -1, value_ = -1;
    std::vector<int> keys_, dimensions_, beside_;
    std::vector<NumberColumn> beside_numbers_;
    std::optional<ReadSeries> pending_;
    std::vector<ReadSeries> all_;
    std::size_t given_ = 0;
    bool gathered_ = false;
};

// ---- Columns ------------------------------------------------------------------------------------------------------

class ColumnsReader final : public SeriesReader {
  public:
    ColumnsReader(std::unique_ptr<Table> table, const ReadOptions& options) : options_(options), table_(std::move(table)), numbers_(table_->look().separator == ";") {}

    Result<void> look() {
        facts_.layout = Layout::columns;
        facts_.notes.insert(facts_.notes.end(), table_->notes().begin(), table_->notes().end());
        const auto& columns = table_->look().columns;
        std::size_t period = 0;
        if (!options_.period.empty()) {
            FAIRLEAD_ASSIGN(const int index, column_of(columns, options_.period, "period_column"));
            period = static_cast<std::size_t>(index);
        } else if (const int index = usual(columns, period_names); index >= 0) period = static_cast<std::size_t>(index);
        PeriodColumn periods;
        TableRow row;
        bool readable = true;
        FAIRLEAD_TRY(each_row(row, [&] {
            ++facts_.rows;
            periods.look(row[period].text);
            for (std::size_t i = 0; i < row.size(); ++i)
                if (i != period) numbers_.look(row[i].text);
            const auto one = parse_period(row[period].text, options_.order);
            readable = readable && (one || one.refused().code() == "ambiguous_date");
        }));
        if (facts_.rows == 0) return refuse(Why::invalid, "empty_file", "The file has no row below its head", "input");
        FAIRLEAD_TRY(numbers_.settle());
        FAIRLEAD_TRY(periods.settle(options_.order));
        if (!readable) facts_.notes.push_back({"numbered", "The first column holds no periods that can be read: rows are numbered from 1", {}});
        for (const TableColumn& column : columns) {
            if (static_cast<std::size_t>(column.index) == period) continue;
            all_.push_back({});
            all_.back().series.id = column.name;
            places_.push_back(static_cast<std::size_t>(column.index));
        }
        FAIRLEAD_TRY(table_->rewind());
        PeriodSpan span;
        std::int64_t number = 0;
        FAIRLEAD_TRY(each_row(row, [&] {
            ++number;
            const auto read = readable ? periods.read(row[period].text) : Result<Period>(options_.start ? options_.start->after(number - 1) : Period{Frequency::number, number});
            if (read) span.add(*read);
            for (std::size_t i = 0; i < all_.size(); ++i) {
                if (all_[i].fault) continue;
                const auto value = numbers_.read(row[places_[i]].text);
                if (!read || !value) all_[i].fault = at_line(!read ? read.refused() : value.refused(), row.line);
                else all_[i].series.observations.push_back({*read, *value});
            }
        }));
        span.tell(facts_);
        return {};
    }
    Result<std::vector<ReadSeries>> next(std::size_t most) override {
        std::vector<ReadSeries> batch;
        for (; batch.size() < most && given_ < all_.size(); ++given_) batch.push_back(all_[given_]);
        return batch;
    }
    Result<void> rewind() override {
        given_ = 0;
        return {};
    }
    double progress() const override { return all_.empty() ? 1 : static_cast<double>(given_) / static_cast<double>(all_.size()); }

  private:
    template <class Each>
    Result<void> each_row(TableRow& row, Each&& each) {
        for (;;) {
            FAIRLEAD_ASSIGN(const Table::Next got, table_->next(row));
            if (got == Table::Next::end) return {};
            row.resize(table_->width());
            each();
        }
    }
    ReadOptions options_;
    std::unique_ptr<Table> table_;
    NumberColumn numbers_;
    std::vector<ReadSeries> all_;
    std::vector<std::size_t> places_;
    std::size_t given_ = 0;
};

// A head whose first cell names periods, or nothing, above rows that begin with one and go on with numbers.
Result<bool> looks_like_columns(Table& table) {
    const auto& columns = table.look().columns;
    if (columns.size() < 2 || (columns.front().index == 0 && usual({columns.front()}, period_names) < 0)) return false;
    for (const TableColumn& column : columns)
        if (column.index != 0 && parse_period(column.name)) return false;
    TableRow row;
    FAIRLEAD_ASSIGN(const Table::Next got, table.next(row));
    FAIRLEAD_TRY(table.rewind());
    if (got != Table::Next::row) return false;
    const NumberColumn numbers;
    if (!parse_period(row[0].text) && !numbers.read(row[0].text)) return false;
    for (std::size_t i = 1; i < row.size(); ++i)
        if (!numbers.read(row[i].text)) return false;
    return true;
}

// A head that names a period and a value is one of a long file.
bool looks_long(const Table& table, const ReadOptions& options) {
    const auto& columns = table.look().columns;
    if (columns.size() < 2) return false;
    if (!options.series.empty() || !options.period.empty() || !options.value.empty() || !options.beside.empty()) return true;
    return usual(columns, period_names) >= 0 && usual(columns, value_names) >= 0;
}

}  // namespace

Result<std::unique_ptr<SeriesReader>> SeriesReader::open(const std::string& path, const ReadOptions& options) {
    std::string encoding = options.encoding;
    std::optional<Note> guessed;
    if (encoding.empty()) {
        FAIRLEAD_ASSIGN(const EncodingGuess guess, guess_encoding(path));
        encoding = guess.name;
        if (!guess.certain) guessed = Note{"encoding_guessed", "The file is not UTF-8; it is read as " + guess.name, {{"encoding", guess.name}}};
    }
    FAIRLEAD_ASSIGN(auto source, TextSource::open(path, encoding));
    if (source->size() == 0) return refuse(Why::invalid, "empty_file", "The file " + path + " is empty", "input", {{"file", path}});
    FAIRLEAD_ASSIGN(const char separator, separator_of(*source, options.separator));
    TableOptions opening;
    opening.format = "csv";
    opening.encoding = encoding;
    opening.separator = std::string(1, separator);
    Layout layout = options.layout;
    if (layout != Layout::wide) {
        TableLimits limits = wide_limits();
        auto table = open_csv(path, opening, limits);
        if (!table && layout != Layout::by_look) return table.refused();
        bool columns = layout == Layout::columns;
        if (table && layout == Layout::by_look && !looks_long(**table, options)) {
            FAIRLEAD_ASSIGN(columns, looks_like_columns(**table));
        }
        if (table && columns && !options.beside.empty()) return refuse(Why::invalid, "not_long", "--regressor-columns needs a long file, a row per observation: this one has a column per series", "regressor_columns");
        if (table && columns) {
            auto reader = std::make_unique<ColumnsReader>(std::move(*table), options);
            if (guessed) reader->facts_.notes.push_back(*guessed);
            FAIRLEAD_TRY(reader->look());
            return std::unique_ptr<SeriesReader>(std::move(reader));
        }
        if (table && (layout == Layout::tall || looks_long(**table, options))) {
            auto reader = std::make_unique<LongReader>(std::move(*table), options);
            if (guessed) reader->facts_.notes.push_back(*guessed);
            FAIRLEAD_TRY(reader->look());
            return std::unique_ptr<SeriesReader>(std::move(reader));
        }
    }
    if (!options.beside.empty()) return refuse(Why::invalid, "not_long", "--regressor-columns needs a long file, a row per observation: this one has a row per series", "regressor_columns");
    auto reader = std::make_unique<WideReader>(std::move(source), separator, options);
    if (guessed) reader->facts_.notes.push_back(*guessed);
    FAIRLEAD_TRY(reader->look());
    return std::unique_ptr<SeriesReader>(std::move(reader));
}

}  // namespace fairlead::forecast
