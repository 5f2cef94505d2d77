// Export as CSV, plain and for spreadsheets, and as JSON Lines.
#include <cstdio>

#include "derive/exchange/export.h"
#include "base/formula_guard.h"

namespace fairlead::derive {
namespace {

using model::FieldInfo;
using model::Record;
using Part = ExportColumn::Part;

class JsonLines final : public ExportWriter {
  public:
    explicit JsonLines(const ExportRequest& request) : request_(request) {}
    void row(const Record& record, Source& source) override {
        JsonWriter w;
        write_record(w, record, request_.list.shape, source);
        out_ += w.take();
        out_ += '\n';
    }
    std::size_t ready() const override { return out_.size(); }
    std::string piece() override { return std::exchange(out_, {}); }
    void finish() override {}

  private:
    const ExportRequest& request_;
    std::string out_;
};

class Csv final : public ExportWriter {
  public:
    explicit Csv(const ExportRequest& request) : request_(request), excel_(request.format == ExportFormat::csv_excel), columns_(export_columns(request)) {
        if (excel_) out_ = "\xEF\xBB\xBF";
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            separate(i);
            cell(columns_[i].head, true);
        }
        end_row();
    }

    void row(const Record& record, Source& source) override {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            separate(i);
            value(columns_[i], record.at(columns_[i].field->slot), source);
        }
        end_row();
    }
    std::size_t ready() const override { return out_.size(); }
    std::string piece() override { return std::exchange(out_, {}); }
    void finish() override {}

  private:
    void separate(std::size_t index) {
        if (index != 0) out_ += excel_ ? ';' : ',';
    }
    void end_row() {
        if (columns_.size() == 1 && (out_.empty() || out_.back() == '\n')) out_ += "\"\"";  // an empty line is no row
        out_ += "\r\n";
    }

    void value(const ExportColumn& column, const Value& value, Source& source) {
        if (value.empty()) return;
        if (column.part == Part::currency) return cell(value.as<Money>().currency.text(), true);
        if (column.part == Part::id) return cell(value.as<Id>().text(), true);
        std::string text = written_value(request_, *column.field, value, source);
        if (is_written_text(value)) return cell(std::move(text), true);
        if (excel_) text = local(value, std::move(text));
        cell(std::move(text), false);
    }

    // As the spreadsheet of the reader writes it.
    std::string local(const Value& value, std::string text) const {
        if (const auto* date = value.get<Date>()) return day(*date);
        if (const auto* instant = value.get<Instant>()) return moment(*instant);
        if (const auto* flag = value.get<bool>()) return *flag ? "TRUE" : "FALSE";
        if (const auto* duration = value.get<Duration>()) return hours(*duration);
        if (significant_digits(text) > 15) return kept_as_text(text);
        for (char& c : text)
            if (c == '.') c = ',';
        return text;
    }
    static std::string day(Date date) {
        char out[40];
        std::snprintf(out, sizeof out, "%02d/%02d/%04d", date.day(), date.month(), date.year());
        return out;
    }
    std::string moment(Instant instant) const {
        const std::string shown = clock_reading(instant, request_.zone).text();  // "2026-11-25T04:31:00Z"
        const auto date = Date::parse(std::string_view(shown).substr(0, 10));
        return date ? day(*date) + " " + shown.substr(11, 8) : shown;
    }
    static std::string hours(Duration duration) {
        const std::int64_t seconds = duration.micros / 1'000'000;
        char out[60];
        const std::int64_t size = seconds < 0 ? -seconds : seconds;
        std::snprintf(out, sizeof out, "%s%lld:%02d:%02d", seconds < 0 ? "-" : "", static_cast<long long>(size / 3600), static_cast<int>(size / 60 % 60), static_cast<int>(size % 60));
        return out;
    }

    void cell(std::string text, bool is_text) {
        if (is_text) text = excel_ && looks_like_number(text) ? kept_as_text(text) : guarded(text);
        const char separator = excel_ ? ';' : ',';
        const bool edge = !text.empty() && (text.front() == ' ' || text.back() == ' ' || text.front() == '\t' || text.back() == '\t');
        if (!edge && text.find_first_of("\"\r\n") == std::string::npos && text.find(separator) == std::string::npos) {
            out_ += text;
            return;
        }
        out_ += '"';
        for (const char c : text) {
            if (c == '"') out_ += '"';
            out_ += c;
        }
        out_ += '"';
    }

    const ExportRequest& request_;
    bool excel_;
    std::vector<ExportColumn> columns_;
    std::string out_;
};

}  // namespace

std::unique_ptr<ExportWriter> text_writer(const ExportRequest& request) {
    if (request.format == ExportFormat::jsonl) return std::make_unique<JsonLines>(request);
    return std::make_unique<Csv>(request);
}

}  // namespace fairlead::derive
