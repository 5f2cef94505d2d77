// Looking at a whole file before anything is taken from it.
#include "derive/exchange/file_look.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "derive/app.h"

namespace fairlead::derive {
namespace {

// A column that has shown no number in its first values is not asked again for every one of a million rows.
constexpr std::int64_t trial = 2'000;

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }); }

bool looks_like_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos && text.find(' ') == std::string_view::npos;
}
bool looks_like_phone(std::string_view text) {
    int digits = 0;
    for (const char c : text) {
        if (c >= '0' && c <= '9') ++digits;
        else if (std::string_view("+-. ()/").find(c) == std::string_view::npos) return false;
    }
    return digits >= 8 && digits <= 15 && (text.front() == '+' || text.front() == '0' || text.front() == '(' || text.find_first_of(" -") != std::string_view::npos);
}
bool looks_like_link(std::string_view text) {
    return starts_with_nocase(text, "http://") || starts_with_nocase(text, "https://") || starts_with_nocase(text, "www.");
}

class ColumnWatch {
  public:
    void see(const Cell& cell, std::int64_t line) {
        const std::string_view text = trim(cell.text);
        if (text.empty()) return;
        ++filled_;
        if (samples_.size() < 3 && std::find(samples_.begin(), samples_.end(), text) == samples_.end()) samples_.emplace_back(text.substr(0, 200));
        if (cell.kind == CellKind::date) {
            ++dates_;
            return;
        }
        if (cell.kind == CellKind::number) {
            ++numbers_;
            // A workbook's numbers have no notation; 0.35 and 35 % differ by their size alone.
            if (const auto number = Decimal::parse(text); number && *number > Decimal::of(1)) above_one_ = true;
            return;
        }
        if (cell.kind != CellKind::text) return;
        if (has_digit(text)) {
            if (asked(numbers_)) see_number(text, line);
            if (asked(dates_)) see_date(text, line);
            if (filled_ <= trial && looks_like_phone(text)) ++phones_;
        }
        if (filled_ <= trial) {
            if (looks_like_email(text)) ++emails_;
            else if (looks_like_link(text)) ++links_;
        }
    }

    void finish(ColumnLook& look) const {
        look.samples = samples_;
        look.filled = filled_;
        const auto share = [](std::int64_t part, std::int64_t whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); };
        const std::int64_t tried = std::min(filled_, trial);
        look.numbers = share(numbers_, filled_);
        look.dates = share(dates_, filled_);
        look.emails = share(emails_, tried);
        look.phones = share(phones_, tried);
        look.links = share(links_, tried);
        look.form.hundreds = percent_ || above_one_;
        look.form.numbers_contradict = point_.count > 0 && comma_.count > 0;
        if (!look.form.numbers_contradict) look.form.decimal = point_.count > 0 ? '.' : comma_.count > 0 ? ',' : '\0';
        look.form.dates_contradict = day_first_.count > 0 && month_first_.count > 0;
        if (!look.form.dates_contradict) look.form.dates = day_first_.count > 0 ? order_dmy : month_first_.count > 0 ? order_mdy : order_none;
    }

    struct Seen {
        std::int64_t count = 0, line = 0;
        std::string example;
        void see(std::string_view text, std::int64_t at) {
            if (count++ > 0) return;
            line = at;
            example = text;
        }
    };
    const Seen& point() const { return point_; }
    const Seen& comma() const { return comma_; }
    const Seen& either() const { return either_; }
    const Seen& day_first() const { return day_first_; }
    const Seen& month_first() const { return month_first_; }
    const Seen& both_orders() const { return both_orders_; }
    // Days, not numbers that happen to look like one.
    bool is_dates() const { return dates_ * 2 > filled_; }
    bool is_numbers() const { return numbers_ * 2 > filled_ && !is_dates(); }

  private:
    bool asked(std::int64_t so_far) const { return filled_ <= trial || so_far * 20 > filled_; }
    void see_number(std::string_view text, std::int64_t line) {
        const auto number = written_number(text);
        if (!number) return;
        const NumberSigns signs = possible_signs(*number);
        if (signs == sign_none) return;
        ++numbers_;
        percent_ |= number->percent;
        if (signs == sign_point) point_.see(text, line);
        else if (signs == sign_comma) comma_.see(text, line);
        else if (number->digits.find_first_of(".,") != std::string_view::npos) either_.see(text, line);
        if (!above_one_) {
            const auto decimal = decimal_of(*number, signs == sign_comma ? ',' : '.');
            above_one_ = decimal && *decimal > Decimal::of(1);
        }
    }
    void see_date(std::string_view text, std::int64_t line) {
        const std::uint8_t orders = possible_orders(text);
        if (orders == order_none) return;
        ++dates_;
        if ((orders & order_certain) != 0) return;
        if (orders == order_dmy) day_first_.see(text, line);
        else if (orders == order_mdy) month_first_.see(text, line);
        else both_orders_.see(text, line);
    }

    std::vector<std::string> samples_;
    std::int64_t filled_ = 0, numbers_ = 0, dates_ = 0, emails_ = 0, phones_ = 0, links_ = 0;
    bool percent_ = false, above_one_ = false;
    Seen point_, comma_, either_, day_first_, month_first_, both_orders_;
};

using Params = std::vector<std::pair<std::string, std::string>>;

// Columns that contradict themselves are said; those that do not tell follow the others, and that is said too.
void settle(FileLook& look, const std::vector<ColumnWatch>& watches) {
    std::string signs, orders;
    const auto add = [](std::string& set, char c) {
        if (set.find(c) == std::string::npos) set += c;
    };
    for (std::size_t i = 0; i < look.columns.size(); ++i) {
        const ColumnLook& column = look.columns[i];
        if (watches[i].is_numbers() && column.form.decimal != 0) add(signs, column.form.decimal);
        if (watches[i].is_dates() && column.form.dates != order_none) add(orders, static_cast<char>(column.form.dates));
    }
    const char sign = signs.size() == 1 ? signs[0] : look.separator == ";" ? ',' : '.';
    const DayOrders order = orders.size() == 1 ? static_cast<DayOrders>(orders[0]) : order_dmy;
    if (signs.size() == 1) look.decimal = signs;
    if (orders.size() == 1) look.dates = order_name(order);
    bool certain_days = false;
    for (std::size_t i = 0; i < look.columns.size(); ++i) {
        ColumnLook& column = look.columns[i];
        const ColumnWatch& watch = watches[i];
        certain_days |= watch.is_dates() && watch.day_first().count + watch.month_first().count + watch.both_orders().count == 0;
        if (watch.is_numbers() && column.form.numbers_contradict) {
            const auto &a = watch.point(), &b = watch.comma();
            look.notes.push_back({"numbers_contradict",
                                  "The column " + column.name + " writes decimals with a point (" + a.example + ", line " + std::to_string(a.line) + ") and with a comma (" + b.example + ", line " +
                                      std::to_string(b.line) + "): choose the decimal sign, and mend the others",
                                  Params{{"column", column.name}, {"point", a.example}, {"point_line", std::to_string(a.line)}, {"comma", b.example}, {"comma_line", std::to_string(b.line)}}});
        } else if (watch.is_numbers() && column.form.decimal == 0 && watch.either().count > 0) {
            column.form.decimal = sign;
            if (signs.empty())
                look.notes.push_back({"numbers_ambiguous",
                                      "In the column " + column.name + ", " + watch.either().example + " can be read in two ways; the " + (sign == '.' ? "point" : "comma") + " is taken for the decimal sign",
                                      Params{{"column", column.name}, {"example", watch.either().example}, {"decimal", std::string(1, sign)}}});
        }
        if (watch.is_dates() && column.form.dates_contradict) {
            const auto &a = watch.day_first(), &b = watch.month_first();
            look.notes.push_back({"dates_contradict",
                                  "The column " + column.name + " has " + a.example + " (line " + std::to_string(a.line) + ", day first) and " + b.example + " (line " + std::to_string(b.line) +
                                      ", month first): no single form fits. Choose one, and mend the others",
                                  Params{{"column", column.name}, {"day_first", a.example}, {"day_first_line", std::to_string(a.line)}, {"month_first", b.example}, {"month_first_line", std::to_string(b.line)}}});
        } else if (watch.is_dates() && column.form.dates == order_none && watch.both_orders().count > 0) {
            column.form.dates = order;
            if (orders.empty())
                look.notes.push_back({"dates_ambiguous", "In the column " + column.name + ", " + watch.both_orders().example + " can be read in two ways; the day is taken to come first",
                                      Params{{"column", column.name}, {"example", watch.both_orders().example}}});
        }
    }
    if (orders.empty() && certain_days) look.dates = "ymd";
}

}  // namespace

std::string_view order_name(DayOrders order) {
    return order == order_dmy ? "dmy" : order == order_mdy ? "mdy" : order == order_ymd ? "ymd" : "";
}
DayOrders order_named(std::string_view name) {
    return name == "dmy" ? order_dmy : name == "mdy" ? order_mdy : name == "ymd" ? order_ymd : order_none;
}

Result<Reading> reading_of(const Json& body) {
    Reading reading;
    const Json* json = body.find("reading");
    if (json == nullptr || json->is(Json::Kind::null)) return reading;
    if (!json->is(Json::Kind::object)) return refuse(Why::bad_request, "wrong_type", "\"reading\" must be an object", "/reading", {{"wanted", "an object"}});
    FAIRLEAD_TRY(only_keys(*json, {"encoding", "separator", "decimal", "dates", "sheet", "merged"}));
    FAIRLEAD_ASSIGN(reading.encoding, text_at(*json, "encoding"));
    FAIRLEAD_ASSIGN(reading.separator, text_at(*json, "separator"));
    FAIRLEAD_ASSIGN(reading.decimal, text_at(*json, "decimal"));
    FAIRLEAD_ASSIGN(reading.dates, text_at(*json, "dates"));
    FAIRLEAD_ASSIGN(reading.sheet, text_at(*json, "sheet"));
    FAIRLEAD_ASSIGN(reading.merged, text_at(*json, "merged"));
    if (!reading.merged.empty() && reading.merged != "first" && reading.merged != "fill")
        return refuse(Why::bad_request, "bad_merged", "Of merged cells the first has the value, or it fills all of them: write first or fill", "/reading/merged");
    if (!reading.decimal.empty() && reading.decimal != "." && reading.decimal != ",")
        return refuse(Why::bad_request, "bad_decimal", "The decimal sign is . or ,", "/reading/decimal");
    if (!reading.dates.empty() && order_named(reading.dates) == order_none)
        return refuse(Why::bad_request, "bad_dates", "The order of days is dmy, mdy or ymd", "/reading/dates");
    return reading;
}

TableOptions options_of(const Reading& reading) {
    TableOptions options;
    options.encoding = reading.encoding;
    options.separator = reading.separator == "\\t" || reading.separator == "tab" ? "\t" : reading.separator;
    options.sheet = reading.sheet;
    options.fill_merged = reading.merged == "fill";
    return options;
}

Result<FileLook> look_at(const std::string& path, const std::string& filename, const Reading& reading, const std::function<bool(double)>& progress) {
    TableOptions options = options_of(reading);
    const std::string name = lower_ascii(filename);
    if (name.ends_with(".tsv") || name.ends_with(".tab")) options.likely_separator = '\t';
    FAIRLEAD_ASSIGN(const auto table, open_table(path, options));
    FileLook look;
    look.filename = filename;
    look.format = table->look().format;
    look.encoding = table->look().encoding;
    look.separator = table->look().separator;
    look.sheet = table->look().sheet;
    look.sheets = table->look().sheets;
    look.width = table->width();
    for (const TableColumn& column : table->look().columns) {
        ColumnLook one;
        one.index = column.index;
        one.name = column.name;
        look.columns.push_back(std::move(one));
    }
    if (look.columns.empty()) return refuse(Why::invalid, "no_head", "The file has no row with the names of its columns: the first row that is not empty must have them", {}, {{"file", filename}});
    std::vector<ColumnWatch> watches(look.columns.size());
    TableRow row;
    std::int64_t first_ragged = 0;
    std::vector<std::size_t> nameless;
    for (std::size_t i = 0, named = 0; i < look.width; ++i) {
        if (named < look.columns.size() && static_cast<std::size_t>(look.columns[named].index) == i) ++named;
        else nameless.push_back(i);
    }
    std::string unread;
    for (;;) {
        FAIRLEAD_ASSIGN(const Table::Next next, table->next(row));
        if (next == Table::Next::end) break;
        ++look.rows;
        if (next == Table::Next::ragged) {
            if (look.ragged++ == 0) first_ragged = row.line;
        }
        for (std::size_t i = 0; i < look.columns.size(); ++i)
            if (const auto at = static_cast<std::size_t>(look.columns[i].index); at < row.size()) watches[i].see(row[at], row.line);
        std::erase_if(nameless, [&](std::size_t i) {
            if (i >= row.size() || trim(row[i].text).empty()) return false;
            unread += (unread.empty() ? "" : ", ") + std::to_string(i + 1);
            return true;
        });
        if (progress && look.rows % 5'000 == 0 && !progress(table->progress())) return refuse(Why::unavailable, "cancelled", "It was cancelled");
    }
    look.notes = table->notes();
    if (!unread.empty())
        look.notes.push_back({"columns_without_name", "Columns without a name are not read, although they have values: " + unread + ". Give them a name in the first row", Params{{"columns", unread}}});
    const bool has_merged = std::any_of(look.notes.begin(), look.notes.end(), [](const Note& note) { return note.code == "merged_cells"; });
    if (has_merged || reading.merged == "fill") look.merged = has_merged ? "first" : "fill";
    for (std::size_t i = 0; i < look.columns.size(); ++i) watches[i].finish(look.columns[i]);
    settle(look, watches);
    if (look.ragged > 0)
        look.notes.push_back({"ragged_rows", std::to_string(look.ragged) + " rows do not have as many fields as the head; the first is on line " + std::to_string(first_ragged) + ". They will be refused",
                              Params{{"count", std::to_string(look.ragged)}, {"line", std::to_string(first_ragged)}}});
    // A choice of the person stands over what was found.
    for (ColumnLook& column : look.columns) {
        if (!reading.decimal.empty()) column.form.decimal = reading.decimal[0], column.form.numbers_contradict = false;
        if (!reading.dates.empty()) column.form.dates = order_named(reading.dates), column.form.dates_contradict = false;
    }
    const auto settled = [&](std::string_view what, const std::string& choice) {
        if (!choice.empty()) std::erase_if(look.notes, [&](const Note& note) { return note.code.starts_with(what); });
    };
    settled("numbers_", reading.decimal);
    settled("dates_", reading.dates);
    settled("encoding_guessed", reading.encoding);
    if (!reading.decimal.empty()) look.decimal = reading.decimal;
    if (!reading.dates.empty()) look.dates = reading.dates;
    return look;
}

// ---- Kept between requests ---------------------------------------------------------------------------------

void write_look(JsonWriter& w, const FileLook& look) {
    w.text("filename", look.filename).text("format", look.format).text("encoding", look.encoding).text("separator", look.separator);
    w.text("decimal", look.decimal).text("dates", look.dates).text("sheet", look.sheet).text("merged", look.merged);
    w.key("sheets").begin_array();
    for (const std::string& sheet : look.sheets) w.text(sheet);
    w.end_array().number("rows", look.rows).number("ragged", look.ragged).number("width", static_cast<std::int64_t>(look.width));
    w.key("columns").begin_array();
    const auto share = [&](const char* name, double value) { w.number(name, static_cast<std::int64_t>(value * 1000)); };
    for (const ColumnLook& column : look.columns) {
        w.begin_object().number("index", column.index).text("name", column.name).key("samples").begin_array();
        for (const std::string& sample : column.samples) w.text(sample);
        w.end_array().number("filled", column.filled).text("decimal", column.form.decimal ? std::string(1, column.form.decimal) : "").text("dates", order_name(column.form.dates));
        w.boolean("numbers_contradict", column.form.numbers_contradict).boolean("dates_contradict", column.form.dates_contradict).boolean("hundreds", column.form.hundreds);
        share("of_numbers", column.numbers);
        share("of_dates", column.dates);
        share("of_emails", column.emails);
        share("of_phones", column.phones);
        share("of_links", column.links);
        w.end_object();
    }
    w.end_array().key("notes").begin_array();
    for (const Note& note : look.notes) {
        w.begin_object().text("code", note.code).text("message", note.message).key("params").begin_object();
        for (const auto& [name, value] : note.params) w.text(name, value);
        w.end_object().end_object();
    }
    w.end_array();
}

namespace {
template <class Each>
void each_of(const Json& json, std::string_view name, Each each) {
    if (const Json* list = json.find(name))
        for (const Json& item : list->items) each(item);
}
}  // namespace

FileLook read_look(const Json& json) {
    FileLook look;
    look.filename = text_in(json, "filename");
    look.format = text_in(json, "format");
    look.encoding = text_in(json, "encoding");
    look.separator = text_in(json, "separator");
    look.decimal = text_in(json, "decimal");
    look.dates = text_in(json, "dates");
    look.sheet = text_in(json, "sheet");
    look.merged = text_in(json, "merged");
    each_of(json, "sheets", [&](const Json& sheet) { look.sheets.push_back(sheet.text); });
    look.rows = whole_in(json, "rows");
    look.ragged = whole_in(json, "ragged");
    look.width = static_cast<std::size_t>(whole_in(json, "width"));
    each_of(json, "columns", [&](const Json& item) {
        ColumnLook column;
        column.index = static_cast<int>(whole_in(item, "index"));
        column.name = text_in(item, "name");
        each_of(item, "samples", [&](const Json& sample) { column.samples.push_back(sample.text); });
        column.filled = whole_in(item, "filled");
        const std::string decimal = text_in(item, "decimal");
        column.form.decimal = decimal.empty() ? '\0' : decimal[0];
        column.form.dates = order_named(text_in(item, "dates"));
        column.form.numbers_contradict = flag_in(item, "numbers_contradict");
        column.form.dates_contradict = flag_in(item, "dates_contradict");
        column.form.hundreds = flag_in(item, "hundreds");
        const auto share = [&](const char* name) { return static_cast<double>(whole_in(item, name)) / 1000; };
        column.numbers = share("of_numbers");
        column.dates = share("of_dates");
        column.emails = share("of_emails");
        column.phones = share("of_phones");
        column.links = share("of_links");
        look.columns.push_back(std::move(column));
    });
    each_of(json, "notes", [&](const Json& item) {
        Note note{text_in(item, "code"), text_in(item, "message"), {}};
        if (const Json* params = item.find("params"))
            for (const auto& [name, value] : params->members) note.params.emplace_back(name, value.text);
        look.notes.push_back(std::move(note));
    });
    return look;
}

}  // namespace fairlead::derive
