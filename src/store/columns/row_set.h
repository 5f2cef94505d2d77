// A set of row numbers: per 65,536 rows a sorted list while few, else a bitmap.
#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "store/columns/packed.h"

namespace fairlead::store::columns {

class RowSet {
  public:
    static constexpr std::uint32_t words_per_chunk = chunk_rows / 64;
    static constexpr std::uint32_t list_most = 3072;

    std::uint32_t count() const { return count_; }
    std::uint32_t chunks() const { return static_cast<std::uint32_t>(chunks_.size()); }
    std::uint32_t count_in(std::uint32_t chunk) const { return chunk < chunks() ? chunks_[chunk].count : 0; }
    bool has(std::uint32_t row) const;
    std::optional<std::uint32_t> last_up_to(std::uint32_t row) const;  // the greatest that is not above
    void put(std::uint32_t row, bool in);
    // Replaces the rows of one chunk; `bits` has words_per_chunk words.
    void set_chunk(std::uint32_t chunk, const std::uint64_t* bits);
    // The rows of one chunk as words_per_chunk words.
    void chunk_bits(std::uint32_t chunk, std::uint64_t* bits) const;
    std::size_t bytes() const;

    // Calls `each(row)` in ascending order for every row of the chunk.
    template <class Each>
    void each_in(std::uint32_t chunk, Each each) const {
        if (chunk >= chunks()) return;
        const Chunk& part = chunks_[chunk];
        const std::uint32_t base = chunk << chunk_shift;
        for (const std::uint16_t low : part.list) each(base + low);
        for (std::uint32_t word = 0; word < part.bits.size(); ++word)
            for (std::uint64_t left = part.bits[word]; left; left &= left - 1)
                each(base + word * 64 + static_cast<std::uint32_t>(std::countr_zero(left)));
    }
    template <class Each>
    void each(Each each) const {
        for (std::uint32_t chunk = 0; chunk < chunks(); ++chunk) each_in(chunk, each);
    }
    // Calls `more(row)` in descending order until it says false.
    template <class More>
    void down(More more) const {
        for (std::uint32_t chunk = chunks(); chunk-- > 0;) {
            const Chunk& part = chunks_[chunk];
            const std::uint32_t base = chunk << chunk_shift;
            for (std::size_t i = part.list.size(); i-- > 0;)
                if (!more(base + part.list[i])) return;
            for (std::uint32_t word = static_cast<std::uint32_t>(part.bits.size()); word-- > 0;)
                for (std::uint64_t left = part.bits[word]; left;) {
                    const auto bit = static_cast<std::uint32_t>(63 - std::countl_zero(left));
                    if (!more(base + word * 64 + bit)) return;
                    left ^= std::uint64_t{1} << bit;
                }
        }
    }
    friend RowSet both(const RowSet& a, const RowSet& b);

  private:
    struct Chunk {
        std::uint32_t count = 0;
        std::vector<std::uint16_t> list;   // one of the two is empty
        std::vector<std::uint64_t> bits;
        bool has(std::uint16_t low) const;
    };
    std::vector<Chunk> chunks_;
    std::uint32_t count_ = 0;
};

RowSet both(const RowSet& a, const RowSet& b);

}  // namespace fairlead::store::columns
