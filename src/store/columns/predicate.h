// Conditions over columns, evaluated for blocks of rows at once. Made from formulas by plan.h.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "store/columns/table.h"

namespace fairlead::store::columns {

inline constexpr std::uint32_t block_rows = 4096;
inline constexpr std::uint32_t block_words = block_rows / 64;

// A run of rows within one chunk: `first` is a multiple of 64, `count` at most block_rows.
struct Block {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t words() const { return words_of(count); }
};

class Predicate {
  public:
    virtual ~Predicate() = default;
    // Sets the bits of the rows for which it holds. Only rows in `mask` need a right answer; others may get any.
    virtual void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const = 0;
    // Rough nanoseconds a row, for putting cheap conditions first.
    virtual double cost() const = 0;
};
using PredicatePointer = std::unique_ptr<Predicate>;

PredicatePointer always(bool holds);
PredicatePointer all_of(std::vector<PredicatePointer> parts);
PredicatePointer any_of(std::vector<PredicatePointer> parts);
PredicatePointer none_of(PredicatePointer part);
// low <= value <= high; an empty value gives `empty_holds`.
PredicatePointer in_range(const Packed& values, Wide low, Wide high, bool empty_holds = false);
PredicatePointer look_up(const Packed& codes, std::vector<std::uint8_t> table);  // table[0]: empty
PredicatePointer row_in(const RowSet& rows);  // must outlive the predicate
// One row at a time.
template <class Holds>
class EachRow final : public Predicate {
  public:
    EachRow(Holds holds, double cost) : holds_(std::move(holds)), cost_(cost) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override {
        for (std::uint32_t word = 0; word < block.words(); ++word) {
            bits[word] = 0;
            for (std::uint64_t left = mask[word]; left; left &= left - 1) {
                const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
                if (holds_(block.first + word * 64 + bit)) bits[word] |= std::uint64_t{1} << bit;
            }
        }
    }
    double cost() const override { return cost_; }

  private:
    Holds holds_;
    double cost_;
};
template <class Holds>
PredicatePointer each_row(Holds holds, double cost) {
    return std::make_unique<EachRow<Holds>>(std::move(holds), cost);
}

}  // namespace fairlead::store::columns
