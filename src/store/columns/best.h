// The best of many rows by the keys of a sort.
#pragma once
#include <algorithm>
#include <vector>

#include "store/columns/list.h"

namespace fairlead::store::columns {

// Keeps the best `wanted` of all that are offered.
class Best {
  public:
    Best(const Sorting& sorting, std::size_t wanted, bool backward)
        : sorting_(sorting), wanted_(wanted), backward_(backward), second_(sorting.size() > 1) {
        kept_.reserve(room());
    }
    // From here on candidates come in the order of their ids, so that of equal ones the later loses.
    void come_in_order() { in_order_ = sorting_.size() <= 1; }
    // True while a candidate with this first key could still be among the best.
    bool may_enter(Key first) const {
        if (!full_) return true;
        if (first == border_.first) return !in_order_;
        return backward_ ? first > border_.first : first < border_.first;
    }
    void offer(Key first, std::uint32_t row) {
        // The second key is looked up once for each row, not at each comparison.
        const Key second = second_ ? sorting_.key(1, row) : 0;
        if (full_ && first == border_.first && (backward_ ? second < border_.second : second > border_.second)) return;
        kept_.push_back({first, second, row});
        if (kept_.size() == room()) cut();
    }
    std::vector<std::uint32_t> take() {
        cut();
        std::vector<std::uint32_t> rows;
        for (const Candidate& one : kept_) rows.push_back(one.row);
        if (backward_) std::reverse(rows.begin(), rows.end());
        return rows;
    }

  private:
    struct Candidate {
        Key first, second;
        std::uint32_t row;
    };
    std::size_t room() const { return std::max<std::size_t>(256, wanted_ * 4); }
    bool before(const Candidate& a, const Candidate& b) const {
        if (a.first != b.first) return a.first < b.first;
        if (a.second != b.second) return a.second < b.second;
        return sorting_.before(2, a.row, b.row);
    }
    void cut() {
        const auto better = [&](const Candidate& a, const Candidate& b) { return backward_ ? before(b, a) : before(a, b); };
        if (kept_.size() > wanted_) {
            std::nth_element(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(wanted_), kept_.end(), better);
            kept_.resize(wanted_);
        }
        std::sort(kept_.begin(), kept_.end(), better);
        full_ = kept_.size() == wanted_ && wanted_ > 0;
        if (full_) border_ = kept_.back();
    }
    const Sorting& sorting_;
    std::size_t wanted_;
    bool backward_, second_, full_ = false, in_order_ = false;
    Candidate border_{};
    std::vector<Candidate> kept_;
};

}  // namespace fairlead::store::columns
