// Counts and sums of many rows by one or two fields. What a block of rows adds up to is remembered, so that a question
// asked again (a board's header, a leaderboard) adds up only the blocks in which a row has changed, come or gone.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/columns/predicate.h"
#include "store/columns/row_set.h"
#include "store/columns/table.h"

namespace fairlead::store::columns {

// A field whose values can be told apart, or added up, as 64-bit numbers.
bool is_quick_key(const Column& column);
bool is_quick_measure(const Column& column);

struct BlockTotal {
    std::int64_t count = 0;  // rows with a value
    Wide sum = 0;            // units as held; money in minor units of the reporting currency
};

class BlockMemo;

class BlockSums {
  public:
    // One or two keys; null among the measures counts rows.
    BlockSums(const Table& table, std::vector<const Column*> keys, std::vector<const Column*> measures);

    // `before` is what was remembered of the same question, or null; `remembered` becomes what to remember now, null
    // when that is too much.
    void take(const RowSet& rows, const std::shared_ptr<const BlockMemo>& before, std::shared_ptr<const BlockMemo>& remembered);

    std::size_t groups() const { return groups_.size(); }
    bool any(std::size_t group) const { return met_[group]; }  // one of the remembered groups may have no row now
    Value key(std::size_t group, std::size_t key) const;
    const BlockTotal& total(std::size_t group, std::size_t measure) const { return totals_[group * measures_.size() + measure]; }

  private:
    // Gives each different number a small one.
    class Coder {
      public:
        std::uint32_t code(std::int64_t raw);
        std::int64_t raw(std::uint32_t code) const { return raws_[code]; }

      private:
        static constexpr std::int64_t small = 4096;
        std::uint32_t make(std::int64_t raw);
        std::vector<std::int32_t> of_small_ = std::vector<std::int32_t>(small, -1);
        std::unordered_map<std::int64_t, std::uint32_t> of_others_;
        std::vector<std::int64_t> raws_;
    };
    friend class BlockMemo;
    using Keys = std::array<std::int64_t, 2>;
    struct Partial {
        std::int64_t count = 0, sum = 0;
    };
    struct Block {
        std::array<std::uint64_t, block_words> rows;
        std::vector<std::uint32_t> groups;
        std::vector<Partial> sums;  // of each group, by measure
        std::size_t bytes() const { return sizeof(Block) + groups.capacity() * sizeof(std::uint32_t) + sums.capacity() * sizeof(Partial); }
    };
    std::uint32_t group_of(std::uint32_t first, std::uint32_t second);
    void add_up(const std::vector<std::uint32_t>& rows, Block& block);
    void add(const Block& block);

    const Table& table_;
    std::vector<const Column*> keys_, measures_;
    std::array<Coder, 2> coders_;
    std::vector<std::vector<std::int32_t>> by_codes_;
    std::vector<Keys> groups_;
    std::vector<BlockTotal> totals_;
    std::vector<bool> met_;
    // Of the block at hand, by group.
    std::vector<std::uint32_t> last_block_;
    std::vector<std::uint32_t> place_;
    std::uint32_t block_number_ = 0;
    std::vector<std::int64_t> raws_;
    std::vector<std::uint32_t> at_;
};

class BlockMemo {
  public:
    // More is not remembered: a question with too many groups.
    static std::size_t bytes_most(std::uint32_t rows) { return std::max<std::size_t>(std::size_t{2} << 20, rows); }
    std::size_t bytes() const { return bytes_; }

  private:
    friend class BlockSums;
    std::uint64_t stamp_ = 0;
    std::vector<BlockSums::Keys> groups_;
    std::map<std::uint32_t, std::shared_ptr<const BlockSums::Block>> blocks_;  // those with rows, by number
    std::size_t bytes_ = 0;
};

}  // namespace fairlead::store::columns
