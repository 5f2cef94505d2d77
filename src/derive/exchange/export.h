// Export: what a list shows, as a file. Records are read and written one slice after another, so that a million
// of them need no more memory than five hundred.
//
//   csv        RFC 4180, UTF-8, numbers and dates as the interface for software writes them: for programs, and for
//              bringing the same records back
//   csv-excel  what a spreadsheet with Vietnamese settings opens correctly: byte order mark, semicolons, decimal
//              commas, dd/mm/yyyy; numbers that are texts (telephone numbers, codes) stay texts
//   xlsx       typed cells; a text is never a formula, a number of more than 15 digits is a text
//   jsonl      one record a line, in the form of the interface for software
//
// An amount takes two columns, the number and its currency, so that it can be summed and loses nothing. References
// and choices are written as they are called; with `ids`, the ids stand beside.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "derive/list.h"

namespace fairlead::derive {

enum class ExportFormat { csv, csv_excel, xlsx, jsonl };

struct ExportRequest {
    ListRequest list;
    std::shared_ptr<const store::Viewer> viewer;
    ExportFormat format = ExportFormat::csv;
    bool names = false;    // heads are the fields' names instead of their labels
    bool ids = false;      // a column with the id of the record and of each reference
    bool own_id = false;   // the record's id was asked for as a field
    std::string language = "en", zone = "UTC";
};

// From the parameters of a list and `format`, `heads` (labels or names), `ids`. Refuses as a list does, and when the
// viewer may not export these records.
Result<ExportRequest> read_export(App& app, const http::Request& request);

// Takes the next piece of the file; false: nobody wants more.
using ExportSink = std::function<bool(std::string piece)>;
struct Exported {
    std::int64_t rows = 0;
    bool stopped = false;  // by the sink
};
// `rows` is told now and then how many were written.
Result<Exported> export_records(App& app, const ExportRequest& request, const ExportSink& sink,
                                const std::function<void(std::int64_t)>& rows = {});

// "Opportunities 2026-11-29.csv", in the reader's language, and the media type.
std::string export_file_name(const ExportRequest& request, Instant now);
std::string_view export_media_type(ExportFormat format);

// ---- For the writers of the forms --------------------------------------------------------------------------

// A column of a file: a field, or a part of one.
struct ExportColumn {
    enum class Part { value, currency, id };
    const model::FieldInfo* field = nullptr;
    Part part = Part::value;
    std::string head;
};
std::vector<ExportColumn> export_columns(const ExportRequest& request);

class ExportWriter {
  public:
    virtual ~ExportWriter() = default;
    virtual void row(const model::Record& record, Source& source) = 0;
    virtual std::size_t ready() const = 0;  // bytes that can be handed on
    virtual std::string piece() = 0;        // what is ready, empty when nothing is
    virtual void finish() = 0;              // after the last row; pieces follow until one is empty
};
std::unique_ptr<ExportWriter> text_writer(const ExportRequest& request);
std::unique_ptr<ExportWriter> workbook_writer(const ExportRequest& request);

// What a field's value is called: titles of references, labels of choices, lists with "; " between. For other types
// the plain form of the interface for software ("1234.50", "2026-11-29").
std::string written_value(const ExportRequest& request, const model::FieldInfo& field, const Value& value, Source& source);
// Is this written value text to a reader (and not a number, a date, a truth)?
bool is_written_text(const Value& value);
// Digits that count: "0.0012" has two.
std::size_t significant_digits(std::string_view number);

}  // namespace fairlead::derive
