// Tables as files hold them: rows of cells read one after another, from CSV or XLSX, in bounded memory.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fairlead {

// What the file itself says about a cell. CSV knows only text; a workbook types its cells.
enum class CellKind : std::uint8_t { empty, text, number, date, boolean, error };

struct Cell {
    CellKind kind = CellKind::empty;
    bool quoted = false;  // stood in quotes (CSV)
    // number: plain decimal text; date: "2026-11-25" or RFC 3339 where it has a time; boolean: "true", "false";
    // error: "#DIV/0!"; text is NFC.
    std::string text;
};

// One row; cells keep their memory from row to row.
class TableRow {
  public:
    std::int64_t line = 0;  // line of a CSV file (of its first cell), row number of a sheet; from 1
    std::size_t size() const { return used_; }
    const Cell& operator[](std::size_t index) const { return cells_[index]; }
    Cell& operator[](std::size_t index) { return cells_[index]; }
    void clear() { used_ = 0; }
    Cell& add() {
        if (used_ == cells_.size()) cells_.emplace_back();
        Cell& cell = cells_[used_++];
        cell.kind = CellKind::empty;
        cell.quoted = false;
        cell.text.clear();
        return cell;
    }
    // Cells up to `size`, the new ones empty; or fewer.
    void resize(std::size_t size) {
        while (used_ < size) add();
        used_ = size;
    }
    bool blank() const {
        for (std::size_t i = 0; i < used_; ++i)
            if (!cells_[i].text.empty()) return false;
        return true;
    }

  private:
    std::vector<Cell> cells_;
    std::size_t used_ = 0;
};

// Something the reader saw and the person should know; no refusal.
struct Note {
    std::string code;     // "encoding_guessed", "merged_cells", "hidden_rows", "hidden_sheets" ...
    std::string message;  // English
    std::vector<std::pair<std::string, std::string>> params;
};

struct TableColumn {
    int index = 0;     // position in the row, from 0: columns are told apart by it, never by name
    std::string name;  // as in the file, NFC, trimmed
};

struct TableOptions {
    std::string format;         // "csv", "xlsx"; empty: by the file's first bytes
    std::string encoding;       // "utf-8", "utf-16le", "utf-16be", "windows-1258" ...; empty: detected
    std::string separator;      // one character; empty: detected
    char likely_separator = 0;  // by the file's name: taken where it separates at all
    std::string sheet;          // name; empty: the first visible one
    bool fill_merged = false;   // give every cell of a merged range the value of its first
    bool hidden_rows = true;    // hiding is formatting: hidden rows are read unless this is false
};

struct TableLook {
    std::string format, encoding, separator, sheet;
    std::vector<std::string> sheets;  // visible ones
    std::vector<TableColumn> columns;
    bool dates_1904 = false;
};

// A file with a head row. Blank rows are skipped; a row that does not fit the head is given back as it is and
// `ragged` says so, so that it is refused with its line and not cut or filled up in silence.
class Table {
  public:
    virtual ~Table() = default;
    const TableLook& look() const { return look_; }
    const std::vector<Note>& notes() const { return notes_; }

    enum class Next { row, ragged, end };
    // Refuses when the rest of the file cannot be read at all (damaged, too large, an unclosed quote).
    virtual Result<Next> next(TableRow& row) = 0;
    virtual double progress() const = 0;       // 0 to 1
    virtual Result<void> rewind() = 0;         // before the first row after the head
    std::size_t width() const { return width_; }  // columns of the head row, also those without a name

  protected:
    TableLook look_;
    std::vector<Note> notes_;
    std::size_t width_ = 0;
};

// Limits against files made to exhaust the machine (security.md S19).
struct TableLimits {
    std::size_t cell_bytes = 1 << 20;
    std::size_t columns = 16'384;
    std::int64_t rows = 20'000'000;
    std::uint64_t part_bytes = 2ULL << 30;   // one part of a workbook, unpacked
    std::uint64_t ratio = 200;               // unpacked to packed, once a part exceeds `ratio_from`
    std::uint64_t ratio_from = 8ULL << 20;
    std::size_t parts = 4'000;               // entries of the archive
    std::size_t strings = 20'000'000;        // shared strings
    std::size_t strings_in_memory = 24u << 20;  // bytes; beyond it they are kept in a temporary file
};

// Columns out of a head row: trimmed names; columns without a name are left out. Shared by both readers.
std::vector<TableColumn> columns_of(const TableRow& head);

}  // namespace fairlead
