// Series out of files: wide (a row per series: its id, then its values, ragged, with or without a head of periods), long
// (a row per observation, under a head that names series, period and value), and columns (a row per period, a column per
// series). Read in batches; what is held is the batch, but for columns and for long files whose series do not stand together:
// those are gathered whole (24 bytes a value).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/table.h"
#include "engines/forecast/series.h"

namespace fairlead::forecast {

enum class Layout : std::uint8_t { by_look, wide, tall, columns };

struct ReadOptions {
    Layout layout = Layout::by_look;
    std::vector<std::string> series;      // columns of a long file that name the series together; empty: by usual names, else the whole file is one
    std::string period, value;            // its other columns; empty: by usual names ("date", "month", "ds"; "amount", "sales", "y")
    DayOrder order = DayOrder::unknown;
    std::optional<Period> start;          // of the first value of every row of a wide file without a head of periods
    std::string separator, encoding;      // empty: by look
    std::vector<std::string> beside{};    // further columns of a long file, of numbers, that are known beside the values: RawSeries::beside
};

// What the file says as a whole, known before the first series is read.
struct FileFacts {
    Layout layout = Layout::wide;
    std::vector<std::string> dimensions;        // names, in the order of RawSeries::dimensions
    std::string series_column, period_column, value_column;  // as found
    std::optional<Frequency> frequency;         // of all its periods together, where they are of one kind
    std::optional<Date> first_day, last_day;    // where it holds days; with ReadOptions::beside of rows that have a value
    std::int64_t rows = 0;
    bool together = true;                       // the rows of a series follow each other
    std::vector<Note> notes;
};

// A series with an unreadable cell is not read in part: `fault` says which line and why, and the others go on.
struct ReadSeries {
    RawSeries series;
    std::optional<Refused> fault;
};

class SeriesReader {
  public:
    virtual ~SeriesReader() = default;
    // Refuses what makes the whole file unreadable: `no_such_file`, `no_column`, `ambiguous_dates`, `unclosed_quote` ...
    static Result<std::unique_ptr<SeriesReader>> open(const std::string& path, const ReadOptions& options = {});

    const FileFacts& facts() const { return facts_; }
    // Up to `most` more series in the order of the file; none at its end.
    virtual Result<std::vector<ReadSeries>> next(std::size_t most) = 0;
    virtual Result<void> rewind() = 0;
    virtual double progress() const = 0;  // 0 to 1

  protected:
    FileFacts facts_;
};

// Numbers as a column writes them: "1,234.50", "1.234,50", "1 234,5", "(12)", "$ 5", "12 %"; which sign parts the decimals is
// learned from the whole column. "", "NA", "null", "-" are empty cells.
class NumberColumn {
  public:
    explicit NumberColumn(bool comma_likely = false) : comma_(comma_likely) {}
    void look(std::string_view text);
    Result<void> settle();                                  // refuses `mixed_decimals`
    Result<double> read(std::string_view text) const;       // NaN for an empty cell; refuses `not_a_number`
  private:
    bool comma_;
    std::string dot_example_, comma_example_;
};

}  // namespace fairlead::forecast
