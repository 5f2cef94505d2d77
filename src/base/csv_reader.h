// CSV as the world writes it: RFC 4180 and what spreadsheets and old systems make of it.
#pragma once
#include <memory>
#include <string>

#include "base/encoding.h"
#include "base/table.h"

namespace fairlead {

// Splits UTF-8 text into rows. Knows nothing of heads.
class CsvScanner {
  public:
    CsvScanner(TextSource& source, char separator, const TableLimits& limits);
    // False at the end of the file.
    Result<bool> next(TableRow& row);
    void rewind();
    // Leaves out a first line "sep=;" when there is one.
    void skip_separator_hint();
    std::int64_t line() const { return line_; }

  private:
    bool fill();                      // more bytes; false at the end
    int peek();                       // next byte or -1
    void drop_newline();              // at \r or \n
    Result<bool> quoted(Cell& cell);  // after the opening quote
    Result<bool> plain(Cell& cell);
    bool at_field_end(int c) const { return c == -1 || c == '\n' || c == '\r' || c == separator_; }

    TextSource& source_;
    char separator_;
    const TableLimits& limits_;
    std::string buffer_;
    std::size_t at_ = 0;
    bool ended_ = false;
    std::int64_t line_ = 1;
};

// The separator that gives the same number of fields on the most lines; ',' for a single column.
char guess_separator(std::string_view head, char likely = 0);
// ';' from a first line "sep=;", or 0.
char separator_hint(std::string_view head);

Result<std::unique_ptr<Table>> open_csv(const std::string& path, const TableOptions& options, const TableLimits& limits);

}  // namespace fairlead
