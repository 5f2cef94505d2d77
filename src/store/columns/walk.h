// Choosing the rows of a page along remembered orders.
#pragma once
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "store/columns/list.h"

namespace fairlead::store::columns {

// The codes of a coded key in the order of their keys, from the mark on if there is one; seldom are all of them wanted.
class NextCodes {
  public:
    NextCodes(const Sorting& sorting, std::size_t level, const Packed& codes, const Sorting::Mark* mark, bool backward);
    bool at_end() const { return codes_.empty(); }
    Key key() const { return codes_.front().first; }
    std::uint32_t take();

  private:
    using Code = std::pair<Key, std::uint32_t>;
    auto later() const {
        return [backward = backward_](const Code& a, const Code& b) { return backward ? a < b : b < a; };
    }
    std::vector<Code> codes_;  // a heap
    bool backward_;
};

// As first_rows. Nothing where no order of the first key has been made, or where the matches stand so far from where
// the walk begins that looking at each of them is quicker.
std::optional<std::vector<std::uint32_t>> walked_to(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter,
                                                    const Sorting& sorting, std::size_t wanted, const Sorting::Mark* mark, bool backward);

}  // namespace fairlead::store::columns
