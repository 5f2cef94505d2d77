// A column of whole numbers packed to the width it needs: chunks of 65,536 rows, each with its own base, step and
// width of 0, 1, 2, 4 to 8 or 16 bytes. Code 0 is empty; any other code is base + (code - 1) x step.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/decimal.h"

namespace fairlead::store::columns {

using Wide = Int128;
inline constexpr std::uint32_t chunk_shift = 16;
inline constexpr std::uint32_t chunk_rows = 1U << chunk_shift;
inline constexpr Wide no_value = Wide{1} << 126;  // beyond every number that is kept
inline constexpr Wide least_value = -(Wide{1} << 125), greatest_value = Wide{1} << 125;

class Packed {
  public:
    // Steps by which the values may all be divisible, largest first, each a multiple of the next, ending in 1.
    explicit Packed(std::span<const std::int64_t> steps) : steps_(steps) {}
    // Codes of a dictionary: small whole numbers from 1, kept as they are (base 1, step 1).
    static Packed codes();

    bool set(std::uint32_t row, Wide value);  // no_value empties; true when it changed
    // Rows that have had no value yet, from `first` on: numbers, `none` where empty, each times `factor`. The narrowest
    // code for all of them is found at once where a chunk is new.
    void fill(std::uint32_t first, std::span<const std::int64_t> numbers, std::int64_t factor = 1);
    // The rows of `one`, of which there is a chunk at most, as rows from `first` on: a chunk that has had no value yet.
    void place(std::uint32_t first, Packed&& one);
    Packed like() const { return codes_ ? codes() : Packed(steps_); }  // empty, of the same kind

    Wide get(std::uint32_t row) const {
        const std::size_t chunk = row >> chunk_shift;
        return chunk < chunks_.size() ? chunks_[chunk].get(row & (chunk_rows - 1)) : no_value;
    }
    // Of a column of codes: 0 when empty.
    std::uint32_t code(std::uint32_t row) const {
        const Wide value = get(row);
        return value == no_value ? 0 : static_cast<std::uint32_t>(value);
    }

    // Kernels: `bits` receives one bit a row for `count` rows from `first`; both are multiples of 64 except the
    // last count, whose surplus bits are 0; all rows lie in one chunk.
    void in_range(std::uint32_t first, std::uint32_t count, Wide low, Wide high, std::uint64_t* bits) const;
    void present(std::uint32_t first, std::uint32_t count, std::uint64_t* bits) const {
        in_range(first, count, least_value, greatest_value, bits);
    }
    // bit = table[code]; code 0 is empty; codes at or beyond the table's size give 0.
    void look_up(std::uint32_t first, std::uint32_t count, std::span<const std::uint8_t> table, std::uint64_t* bits) const;

    // Values of ascending rows as 64-bit numbers, `none` where empty. Only where `narrow`.
    static constexpr std::int64_t none = INT64_MIN;
    bool narrow() const { return least_ > greatest_ || (least_ > -(Wide{1} << 62) && greatest_ < (Wide{1} << 62)); }
    void fetch(std::span<const std::uint32_t> rows, std::int64_t* values) const;

    // Least and greatest value held or once held; least() > greatest() when there has been none.
    Wide least() const { return least_; }
    Wide greatest() const { return greatest_; }
    std::size_t bytes() const;

  private:
    struct Chunk {
        std::uint8_t width = 0;
        std::uint32_t capacity = 0;  // rows there is room for
        Wide base = 1;
        std::int64_t step = 1;
        std::vector<std::byte> data;

        Wide code_at(std::uint32_t index) const;
        void put_code(std::uint32_t index, Wide code);
        Wide get(std::uint32_t index) const {
            const Wide code = index < capacity ? code_at(index) : 0;
            return code == 0 ? no_value : base + (code - 1) * step;
        }
        bool fits(Wide value, Wide& code) const;
        void set_room(std::uint32_t rows);
    };
    void encode_again(Chunk& chunk, Wide value);
    bool fill_new(Chunk& chunk, std::span<const std::int64_t> numbers, std::int64_t factor);

    std::span<const std::int64_t> steps_;
    bool codes_ = false;
    Wide least_ = greatest_value, greatest_ = least_value;
    std::vector<Chunk> chunks_;
};

inline constexpr std::int64_t step_one[] = {1};
inline constexpr std::int64_t steps_of_money[] = {100'000, 10'000, 1'000, 100, 10, 1};
inline constexpr std::int64_t steps_of_time[] = {60'000'000, 1'000'000, 1'000, 1};
inline constexpr std::int64_t steps_of_decimal[] = {1'000'000'000'000, 10'000'000'000, 100'000'000, 1'000'000, 10'000, 100, 1};

// `flags` holds `count` bytes of 0 or 1; the rest of the last word is 0.
void pack_bits(const std::uint8_t* flags, std::uint32_t count, std::uint64_t* bits);
inline std::uint32_t words_of(std::uint32_t rows) { return (rows + 63) / 64; }

}  // namespace fairlead::store::columns
