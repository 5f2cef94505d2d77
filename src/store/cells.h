// The cells of a row taken all at once: a call for each cell is most of what reading a whole table costs.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace fairlead::store {

class Statement;

struct Cell {
    enum Kind : std::uint8_t { whole, text } kind = whole;  // as it is wanted
    bool empty = true;
    std::int64_t number = 0;
    std::string_view letters{};  // valid until the next step
};

// A statement that can do better than be asked cell by cell.
class CellReader {
  public:
    virtual ~CellReader() = default;
    virtual void read_cells(std::span<Cell> cells) const = 0;  // from the first column on
};

// Any other statement is asked cell by cell.
void read_cells(const Statement& row, std::span<Cell> cells);

}  // namespace fairlead::store
