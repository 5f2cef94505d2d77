// Reading CSV: a scanner over pieces of text, the guess of its separator, and the table with its head row.
#include "base/csv_reader.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/formula_guard.h"

namespace fairlead {
namespace {

constexpr std::string_view candidates = ",;\t|";
constexpr std::size_t head_bytes = 256 * 1024;
constexpr int head_rows = 200;

Refused too_long(std::int64_t line, std::size_t limit) {
    return refuse(Why::too_large, "cell_too_long", "A cell that begins on line " + std::to_string(line) + " is longer than " +
                  std::to_string(limit) + " bytes. A quote that is never closed does this: look at that line", {},
                  {{"line", std::to_string(line)}, {"limit", std::to_string(limit)}});
}

bool ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Text held in memory, for the guess of the separator.
class HeldSource final : public TextSource {
  public:
    explicit HeldSource(std::string_view text) : text_(text) {}
    bool read(std::string& out) override {
        if (given_) return false;
        out.append(text_);
        given_ = true;
        return !text_.empty();
    }
    void rewind() override { given_ = false; }
    std::uint64_t position() const override { return given_ ? text_.size() : 0; }
    std::uint64_t size() const override { return text_.size(); }
    std::int64_t malformed() const override { return 0; }

  private:
    std::string_view text_;
    bool given_ = false;
};

struct Fit {
    double same = 0;         // part of the rows with as many fields as the first
    std::size_t fields = 0;  // of the first row
};

Fit fit_of(std::string_view head, char separator, bool whole_file) {
    static const TableLimits limits;
    HeldSource source(head);
    CsvScanner scanner(source, separator, limits);
    scanner.skip_separator_hint();
    TableRow row;
    std::vector<std::size_t> widths;
    while (static_cast<int>(widths.size()) < head_rows) {
        auto more = scanner.next(row);
        if (!more || !*more) break;
        if (!row.blank()) widths.push_back(row.size());
    }
    if (!whole_file && widths.size() > 1) widths.pop_back();  // the last one may be cut off
    Fit fit;
    if (widths.empty()) return fit;
    fit.fields = widths.front();
    fit.same = static_cast<double>(std::count(widths.begin(), widths.end(), fit.fields)) / static_cast<double>(widths.size());
    return fit;
}

}  // namespace

char separator_hint(std::string_view head) {
    if (!starts_with_nocase(head, "sep=") || head.size() < 6) return 0;
    return head[5] == '\r' || head[5] == '\n' ? head[4] : '\0';
}

char guess_separator(std::string_view head, char likely) {
    const bool whole_file = head.size() < head_bytes;
    if (likely != 0 && fit_of(head, likely, whole_file).fields >= 2) return likely;
    char best = ',';
    Fit best_fit;
    for (char candidate : candidates) {
        const Fit fit = fit_of(head, candidate, whole_file);
        if (fit.fields < 2) continue;
        if (fit.same > best_fit.same + 1e-9 || (fit.same > best_fit.same - 1e-9 && fit.fields > best_fit.fields))
            best = candidate, best_fit = fit;
    }
    return best;
}

CsvScanner::CsvScanner(TextSource& source, char separator, const TableLimits& limits)
    : source_(source), separator_(separator), limits_(limits) {}

bool CsvScanner::fill() {
    if (ended_) return false;
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t before = buffer_.size();
    while (!ended_ && buffer_.size() == before) ended_ = !source_.read(buffer_);
    return buffer_.size() > before;
}

int CsvScanner::peek() {
    if (at_ == buffer_.size() && !fill()) return -1;
    return static_cast<unsigned char>(buffer_[at_]);
}

void CsvScanner::drop_newline() {
    if (buffer_[at_] == '\r') {
        ++at_;
        if (peek() == '\n') ++at_;
    } else ++at_;
    ++line_;
}

void CsvScanner::skip_separator_hint() {
    peek();
    if (separator_hint(std::string_view(buffer_).substr(at_)) == 0) return;
    at_ += 5;
    if (const int c = peek(); c == '\r' || c == '\n') drop_newline();
}

Result<bool> CsvScanner::quoted(Cell& cell) {
    const std::int64_t begun = line_;
    cell.quoted = true;
    for (;;) {
        if (peek() == -1)
            return refuse(Why::invalid, "unclosed_quote", "The quote that opens on line " + std::to_string(begun) +
                          " is never closed. Close it, or double it where it is meant as a character", {},
                          {{"line", std::to_string(begun)}});
        std::size_t stop = at_;
        while (stop < buffer_.size() && buffer_[stop] != '"') {
            if (buffer_[stop] == '\n' || (buffer_[stop] == '\r' && stop + 1 < buffer_.size() && buffer_[stop + 1] != '\n')) ++line_;
            ++stop;
        }
        cell.text.append(buffer_, at_, stop - at_);
        at_ = stop;
        if (cell.text.size() > limits_.cell_bytes) return too_long(begun, limits_.cell_bytes);
        if (at_ == buffer_.size()) continue;
        ++at_;  // the quote
        if (peek() != '"') break;
        cell.text += '"';
        ++at_;
    }
    // What follows a closed quote belongs to the cell, as spreadsheets have it: "a"b is ab.
    return plain(cell);
}

Result<bool> CsvScanner::plain(Cell& cell) {
    for (;;) {
        if (at_field_end(peek())) return true;
        std::size_t stop = at_;
        while (stop < buffer_.size() && buffer_[stop] != separator_ && buffer_[stop] != '\n' && buffer_[stop] != '\r') ++stop;
        cell.text.append(buffer_, at_, stop - at_);
        at_ = stop;
        if (cell.text.size() > limits_.cell_bytes) return too_long(line_, limits_.cell_bytes);
    }
}

Result<bool> CsvScanner::next(TableRow& row) {
    row.clear();
    row.line = line_;
    if (peek() == -1) return false;
    for (;;) {
        if (row.size() >= limits_.columns)
            return refuse(Why::too_large, "too_many_columns", "Line " + std::to_string(row.line) + " has more than " +
                          std::to_string(limits_.columns) + " columns. Choose another separator", {},
                          {{"line", std::to_string(row.line)}, {"limit", std::to_string(limits_.columns)}});
        Cell& cell = row.add();
        if (peek() == '"') {
            ++at_;
            FAIRLEAD_TRY(quoted(cell));
        } else {
            FAIRLEAD_TRY(plain(cell));
        }
        if (!cell.text.empty() || cell.quoted) cell.kind = CellKind::text;
        const int c = peek();
        if (c == separator_) {
            ++at_;
            continue;
        }
        if (c != -1) drop_newline();
        return true;
    }
}

void CsvScanner::rewind() {
    source_.rewind();
    buffer_.clear();
    at_ = 0;
    ended_ = false;
    line_ = 1;
}

std::vector<TableColumn> columns_of(const TableRow& head) {
    std::vector<TableColumn> columns;
    for (std::size_t i = 0; i < head.size(); ++i) {
        std::string name(trim(head[i].text));
        if (!name.empty()) columns.push_back({static_cast<int>(i), std::move(name)});
    }
    return columns;
}

namespace {

class CsvTable final : public Table {
  public:
    CsvTable(std::unique_ptr<TextSource> source, char separator, const TableLimits& limits, TableLook look)
        : limits_(limits), source_(std::move(source)), scanner_(*source_, separator, limits_) {
        look_ = std::move(look);
    }

    Result<void> read_head() {
        FAIRLEAD_TRY(rewind());
        look_.columns = columns_of(head_);
        return {};
    }

    Result<Next> next(TableRow& row) override {
        for (;;) {
            FAIRLEAD_ASSIGN(const bool more, scanner_.next(row));
            if (!more) {
                note_malformed();
                return Next::end;
            }
            if (row.blank()) continue;
            if (++rows_ > limits_.rows)
                return refuse(Why::too_large, "too_many_rows", "The file has more than " + std::to_string(limits_.rows) +
                              " rows. Split it", {}, {{"limit", std::to_string(limits_.rows)}});
            FAIRLEAD_TRY(tidy(row));
            return fits(row) ? Next::row : Next::ragged;
        }
    }

    double progress() const override {
        return source_->size() == 0 ? 1.0 : static_cast<double>(source_->position()) / static_cast<double>(source_->size());
    }

    Result<void> rewind() override {
        scanner_.rewind();
        scanner_.skip_separator_hint();
        rows_ = 0;
        head_.clear();
        for (;;) {
            FAIRLEAD_ASSIGN(const bool more, scanner_.next(head_));
            if (!more || !head_.blank()) break;
        }
        FAIRLEAD_TRY(tidy(head_));
        // Separators after the last name are no columns unless some row has a value there.
        width_ = head_.size();
        named_ = 0;
        for (std::size_t i = 0; i < head_.size(); ++i)
            if (!trim(head_[i].text).empty()) named_ = i + 1;
        return {};
    }

  private:
    // A row may lack the separators that stand for columns without a name, and may have more of them than the
    // head as long as nothing stands behind.
    bool fits(TableRow& row) const {
        if (row.size() < named_) return false;
        for (std::size_t i = width_; i < row.size(); ++i)
            if (!row[i].text.empty()) return false;
        row.resize(width_);
        return true;
    }

    Result<void> tidy(TableRow& row) const {
        for (std::size_t i = 0; i < row.size(); ++i) {
            std::string& text = row[i].text;
            if (!ascii(text)) {
                if (!is_utf8(text))
                    return refuse(Why::invalid, "not_utf8", "Line " + std::to_string(row.line) +
                                  " is not valid UTF-8. Choose the encoding of the file, for example windows-1258", "encoding",
                                  {{"line", std::to_string(row.line)}});
                text = to_nfc(text);
            }
            unguard(text);
        }
        return {};
    }

    void note_malformed() {
        if (source_->malformed() == 0 || noted_malformed_) return;
        noted_malformed_ = true;
        notes_.push_back({"malformed_characters", std::to_string(source_->malformed()) + " characters do not exist in " +
                          look_.encoding + "; another encoding may be the right one",
                          {{"count", std::to_string(source_->malformed())}, {"encoding", look_.encoding}}});
    }

    TableLimits limits_;
    std::unique_ptr<TextSource> source_;
    CsvScanner scanner_;
    TableRow head_;
    std::size_t named_ = 0;
    std::int64_t rows_ = 0;
    bool noted_malformed_ = false;

  public:
    void add_note(Note note) { notes_.push_back(std::move(note)); }
};

Result<char> separator_of(TextSource& source, const TableOptions& options) {
    if (!options.separator.empty()) {
        if (options.separator.size() != 1 || options.separator == "\"" || options.separator == "\n" || options.separator == "\r")
            return refuse(Why::bad_request, "bad_separator", "The separator is one character such as , ; tab or |", "separator");
        return options.separator[0];
    }
    std::string head;
    while (head.size() < head_bytes && source.read(head)) {}
    if (head.size() > head_bytes) head.resize(head_bytes);
    source.rewind();
    if (const char hint = separator_hint(head)) return hint;
    return guess_separator(head, options.likely_separator);
}

}  // namespace

Result<std::unique_ptr<Table>> open_csv(const std::string& path, const TableOptions& options, const TableLimits& limits) {
    EncodingGuess guess{options.encoding, true, 0};
    if (options.encoding.empty()) {
        FAIRLEAD_ASSIGN(guess, guess_encoding(path));
    }
    FAIRLEAD_ASSIGN(auto source, TextSource::open(path, guess.name));
    FAIRLEAD_ASSIGN(const char separator, separator_of(*source, options));
    TableLook look;
    look.format = "csv";
    look.encoding = guess.name;
    look.separator = std::string(1, separator);
    auto table = std::make_unique<CsvTable>(std::move(source), separator, limits, std::move(look));
    FAIRLEAD_TRY(table->read_head());
    if (!guess.certain)
        table->add_note({"encoding_guessed", "The file is not UTF-8; it is read as " + guess.name +
                         ". Look at the letters with accents and choose another encoding if they are wrong",
                         {{"encoding", guess.name}}});
    return std::unique_ptr<Table>(std::move(table));
}

}  // namespace fairlead
