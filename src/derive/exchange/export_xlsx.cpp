// Export as a workbook: cells are typed, rows go to a temporary file as they come.
#include <xlsxwriter.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/id.h"
#include "base/text.h"
#include "derive/exchange/export.h"
#include "derive/words.h"

namespace fairlead::derive {
namespace {

using model::FieldInfo;
using model::Record;
using Part = ExportColumn::Part;

constexpr lxw_row_t rows_of_sheet = 1'048'576;   // the head among them
constexpr std::size_t cell_characters = 32'767;  // more is no valid workbook
constexpr std::int32_t first_day = -25'508;      // 1900-03-01: spreadsheets count earlier days wrongly
constexpr std::int32_t day_zero = -25'569;       // 1899-12-30
constexpr double day_micros = 86'400e6;

// A file of its own in the folder for temporary files, gone with this object.
class TemporaryFile {
  public:
    TemporaryFile() : path_((std::filesystem::temp_directory_path() / ("fairlead-export-" + new_id().text() + ".xlsx")).string()) {}
    ~TemporaryFile() {
        if (file_) std::fclose(file_);
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }
    std::string read(std::size_t most) {
        if (!file_) file_ = std::fopen(path_.c_str(), "rb");
        if (!file_) throw std::runtime_error("cannot read " + path_);
        std::string piece(most, '\0');
        piece.resize(std::fread(piece.data(), 1, most, file_));
        return piece;
    }

  private:
    std::string path_;
    std::FILE* file_ = nullptr;
};

void done(lxw_error error, const char* what) {
    if (error != LXW_NO_ERROR) throw std::runtime_error(std::string(what) + ": " + lxw_strerror(error));
}

// At most so many characters, cut at a whole one, and said.
std::string fitting(std::string text) {
    std::size_t units = 0;  // of UTF-16, as spreadsheets count
    constexpr std::string_view mark = " … [cut]";
    std::size_t cut = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c & 0xC0) == 0x80) continue;
        if (units <= cell_characters - 10) cut = i;
        units += c >= 0xF0 ? 2 : 1;
    }
    if (units > cell_characters) {
        text.resize(cut);
        text += mark;
    }
    return text;
}

class Workbook final : public ExportWriter {
  public:
    explicit Workbook(const ExportRequest& request) : request_(request), columns_(export_columns(request)), vietnamese_(request.language == "vi") {
        const std::string folder = std::filesystem::temp_directory_path().string();
        folder_ = folder;
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = folder_.data();
        options.use_zip64 = LXW_TRUE;
        book_ = workbook_new_opt(file_.path().c_str(), &options);
        if (!book_) throw std::runtime_error("cannot write " + file_.path());
        head_format_ = workbook_add_format(book_);
        format_set_bold(head_format_);
        format_set_bottom(head_format_, LXW_BORDER_THIN);
        name_ = entity_label_plural(*request.list.target, request.language);
        for (char& c : name_)
            if (std::string_view("[]:*?/\\'").find(c) != std::string_view::npos) c = ' ';
        begin_sheet();
    }
    ~Workbook() override {
        if (book_) lxw_workbook_free(book_);
    }
    Workbook(const Workbook&) = delete;
    Workbook& operator=(const Workbook&) = delete;

    void row(const Record& record, Source& source) override {
        if (at_ == rows_of_sheet) {
            end_sheet();
            begin_sheet();
        }
        for (std::size_t i = 0; i < columns_.size(); ++i) cell(static_cast<lxw_col_t>(i), columns_[i], record.at(columns_[i].field->slot), source);
        ++at_;
    }

    void finish() override {
        end_sheet();
        lxw_workbook* book = std::exchange(book_, nullptr);
        done(workbook_close(book), "closing a workbook");
        finished_ = true;
    }
    std::size_t ready() const override { return 0; }
    std::string piece() override { return finished_ ? file_.read(256 * 1024) : std::string(); }

  private:
    void begin_sheet() {
        ++sheets_;
        const std::string suffix = sheets_ == 1 ? "" : " " + std::to_string(sheets_);
        sheet_ = workbook_add_worksheet(book_, sheet_name(suffix).c_str());
        if (!sheet_) throw std::runtime_error("cannot add a sheet");
        for (std::size_t i = 0; i < columns_.size(); ++i)
            worksheet_set_column(sheet_, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i), width(columns_[i]), nullptr);
        worksheet_freeze_panes(sheet_, 1, 0);
        for (std::size_t i = 0; i < columns_.size(); ++i)
            done(worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(i), fitting(columns_[i].head).c_str(), head_format_), "writing a head");
        at_ = 1;
    }
    // 31 characters at most.
    std::string sheet_name(const std::string& suffix) const {
        std::string out;
        std::size_t characters = 0;
        for (const char c : name_) {
            if ((c & 0xC0) != 0x80 && ++characters > 31 - suffix.size()) break;
            out += c;
        }
        return out + suffix;
    }
    void end_sheet() { worksheet_autofilter(sheet_, 0, 0, at_ - 1, static_cast<lxw_col_t>(columns_.size() - 1)); }

    static double width(const ExportColumn& column) {
        if (column.part == Part::currency) return 10;
        if (column.part == Part::id) return 21;
        switch (column.field->type) {
            case Type::boolean: return 9;
            case Type::date: return 12;
            case Type::instant: return 18;
            case Type::whole: case Type::percent: case Type::duration: case Type::decimal: return 12;
            case Type::money: return 16;
            default: return column.field->options.long_text ? 50 : 24;
        }
    }

    lxw_format* shown_as(const std::string& form) {
        auto& format = formats_[form];
        if (!format) {
            format = workbook_add_format(book_);
            format_set_num_format(format, form.c_str());
        }
        return format;
    }
    std::string day_form() const { return vietnamese_ ? "dd/mm/yyyy" : "yyyy-mm-dd"; }
    static std::string number_form(const Value& value, const FieldInfo& field) {
        if (const auto* money = value.get<Money>()) {
            const int decimals = money->currency.decimals();
            return decimals == 0 ? "#,##0" : "#,##0." + std::string(static_cast<std::size_t>(decimals), '0');
        }
        if (field.type == Type::percent) return "0.0%";
        return value.is<std::int64_t>() ? "0" : "General";
    }

    void text(lxw_col_t column, const std::string& text) {
        if (!text.empty()) done(worksheet_write_string(sheet_, at_, column, fitting(text).c_str(), nullptr), "writing a text");
    }
    void number(lxw_col_t column, double number, const std::string& form) { done(worksheet_write_number(sheet_, at_, column, number, shown_as(form)), "writing a number"); }

    void cell(lxw_col_t at, const ExportColumn& column, const Value& value, Source& source) {
        if (value.empty()) return;
        if (column.part == Part::currency) return text(at, value.as<Money>().currency.text());
        if (column.part == Part::id) return text(at, value.as<Id>().text());
        const FieldInfo& field = *column.field;
        if (const auto* flag = value.get<bool>()) return done(worksheet_write_boolean(sheet_, at_, at, *flag ? 1 : 0, nullptr), "writing a truth");
        if (const auto* date = value.get<Date>(); date && date->days >= first_day) return number(at, date->days - day_zero, day_form());
        if (const auto* instant = value.get<Instant>()) {
            // What a clock shows where the reader is: workbooks know no zones.
            const double days = static_cast<double>(clock_reading(*instant, request_.zone).micros) / day_micros;
            if (days >= first_day) return number(at, days - day_zero, day_form() + " hh:mm:ss");
        }
        if (const auto* duration = value.get<Duration>(); duration && duration->micros >= 0) return number(at, static_cast<double>(duration->micros) / day_micros, "[h]:mm:ss");
        const std::string written = written_value(request_, field, value, source);
        const bool is_number = value.is<std::int64_t>() || value.is<Decimal>() || value.is<Money>();
        // A cell holds binary numbers of 15 digits: more would be changed without a word.
        if (is_number && significant_digits(written) <= 15) {
            double exact = 0;
            std::from_chars(written.data(), written.data() + written.size(), exact);
            return number(at, exact, number_form(value, field));
        }
        text(at, written);
    }

    const ExportRequest& request_;
    std::vector<ExportColumn> columns_;
    bool vietnamese_;
    TemporaryFile file_;
    std::string folder_, name_;
    lxw_workbook* book_ = nullptr;
    lxw_worksheet* sheet_ = nullptr;
    lxw_format* head_format_ = nullptr;
    std::map<std::string, lxw_format*> formats_;
    lxw_row_t at_ = 0;
    int sheets_ = 0;
    bool finished_ = false;
};

}  // namespace

std::unique_ptr<ExportWriter> workbook_writer(const ExportRequest& request) { return std::make_unique<Workbook>(request); }

}  // namespace fairlead::derive
