// Many rows of one entity on their way from the database into the columns: field by field, so that a column takes
// them in one loop, without a Value for each cell.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/records.h"
#include "store/columns/packed.h"

namespace fairlead::store::columns {

// Texts one after another.
struct TextRun {
    std::string letters;
    std::vector<std::uint32_t> ends;  // fewer than the rows when the rest is empty
    void put(std::size_t row, std::string_view text) {
        if (ends.size() != row) ends.resize(row, static_cast<std::uint32_t>(letters.size()));
        letters.append(text);
        ends.push_back(static_cast<std::uint32_t>(letters.size()));
    }
    std::string_view at(std::size_t row) const {  // empty: none
        if (row >= ends.size()) return {};
        const std::uint32_t begin = row ? ends[row - 1] : 0;
        return std::string_view(letters).substr(begin, ends[row] - begin);
    }
    void clear() { letters.clear(), ends.clear(); }
};

struct Bulk {
    static constexpr std::uint32_t most = chunk_rows;

    // What one stored field holds, as it lies in its table: Packed::none where it is empty.
    struct Part {
        const model::FieldInfo* field = nullptr;  // null for a field that is not held
        std::vector<std::int64_t> numbers;        // fewer than the rows when the rest is empty; of money minor units
        std::vector<std::int64_t> reporting;      // of money: minor units of the reporting currency
        TextRun texts;                            // of text and choice; of money the currency
        static void put(std::vector<std::int64_t>& to, std::size_t row, std::int64_t number) {
            if (to.capacity() == 0) to.reserve(most);
            if (to.size() != row) to.resize(row, Packed::none);
            to.push_back(number);
        }
        static std::int64_t at(const std::vector<std::int64_t>& from, std::size_t row) { return row < from.size() ? from[row] : Packed::none; }
    };

    const model::EntityInfo* entity = nullptr;
    std::vector<std::int64_t> ids;  // ascending
    std::vector<Part> parts;        // by stored slot
    // Where a number is the one that says "empty" above: left out of its part, and set by itself.
    std::vector<std::pair<std::uint32_t, int>> lowest;  // row, slot
    std::uint32_t count() const { return static_cast<std::uint32_t>(ids.size()); }

    void put(int slot, std::size_t row, std::int64_t number) {
        if (number == Packed::none) lowest.emplace_back(static_cast<std::uint32_t>(row), slot);
        else Part::put(parts[static_cast<std::size_t>(slot)].numbers, row, number);
    }
    // Makes it ready for rows of this entity.
    void begin(const model::EntityInfo& of);
    Value value(const model::FieldInfo& field, std::size_t row) const;
    // Takes out the rows marked; the others close up.
    void drop(const std::vector<std::uint8_t>& marked);
};

}  // namespace fairlead::store::columns
