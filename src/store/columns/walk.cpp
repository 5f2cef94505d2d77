// Rows with one value stand together in the order of a column. Of a value that few have each row is looked at; of one
// that many have the order of the next key leads on, and so forth.
#include "store/columns/walk.h"

#include <algorithm>
#include <array>
#include <span>

#include "store/columns/best.h"

namespace fairlead::store::columns {

NextCodes::NextCodes(const Sorting& sorting, std::size_t level, const Packed& codes, const Sorting::Mark* mark, bool backward) : backward_(backward) {
    const std::vector<Key> keys = sorting.at(level).keys_of_codes(static_cast<std::uint32_t>(std::max<Wide>(codes.greatest(), 0)));
    for (std::uint32_t code = 0; code < keys.size(); ++code) {
        const Key key = sorting.turned(level, keys[code]);
        if (!mark || (backward ? key <= mark->keys[level] : key >= mark->keys[level])) codes_.emplace_back(key, code);
    }
    std::make_heap(codes_.begin(), codes_.end(), later());
}

std::uint32_t NextCodes::take() {
    std::pop_heap(codes_.begin(), codes_.end(), later());
    const std::uint32_t code = codes_.back().second;
    codes_.pop_back();
    return code;
}

namespace {

class Walk {
  public:
    Walk(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter, const Sorting& sorting, std::size_t wanted,
         const Sorting::Mark* mark, bool backward)
        : asking_(asking), table_(table), rows_(rows), filter_(filter), sorting_(sorting), wanted_(wanted), mark_(mark), backward_(backward),
          steps_most_(1000 + rows.count() / 4), orders_(sorting.size()), best_(sorting, wanted, backward) {}

    std::optional<std::vector<std::uint32_t>> rows() {
        if (!order(0) || !level(0, {}, mark_ != nullptr)) return std::nullopt;
        return best_.take();
    }

  private:
    using Rows = std::span<const std::uint32_t>;
    using Met = std::optional<std::size_t>;  // how many rows were offered in their order; nothing when it took too many steps

    // A key that all rows looked at have; those that changed since its order was made are offered by themselves.
    struct Fixed {
        const Order* order;
        std::size_t level;
        Key key;
        const Packed* codes;  // or null
        std::uint32_t code;
    };
    static constexpr std::size_t few = 4096;
    static constexpr Wide codes_most = 500'000;

    const Order& order(std::size_t level) {
        std::optional<Order>& known = orders_[level];
        if (known) return *known;
        known.emplace();
        Orders& orders = *asking_.state().orders;
        const SortKey& key = sorting_.at(level);
        if (const Column* walked = key.walked()) {
            *known = walked->held == Held::text ? orders.of_texts(asking_, table_, *walked) : orders.of_numbers(asking_, table_, *walked);
        } else if (const Column* coded = key.coded(); coded && codes_of(*coded).greatest() <= std::min<Wide>(codes_most, rows_.count() / 2)) {
            *known = orders.of_numbers(asking_, table_, *coded);
        }
        return *known;
    }

    bool among(std::uint32_t row) const {
        for (const Fixed& one : path_) {
            if (one.order->is_late(row)) return false;
            if (one.codes ? one.codes->code(row) != one.code : sorting_.key(one.level, row) != one.key) return false;
        }
        return true;
    }
    bool put(std::uint32_t row) {
        const Key first = sorting_.first_key(row);
        if (mark_ && !sorting_.beyond(*mark_, backward_, first, row)) return false;
        best_.offer(first, row);
        return true;
    }

    // Rows that have the keys of path_, which `group` holds in the order of their ids (at the first level: all), by the
    // keys from `level` on. `marked`: the mark has the same keys so far.
    Met level(std::size_t level, Rows group, bool marked) {
        if (level == sorting_.size()) return by_ids(group, marked);
        if (level > 0 && (group.size() < few || wanted_ * (table_.rows() / group.size() + 1) * 4 > group.size())) return each(group);
        const Order& known = order(level);
        if (!known) return each(group);
        if (known.late)
            known.late->rows.each([&](std::uint32_t row) {
                if (rows_.has(row) && among(row)) put(row);
            });
        std::size_t met = 0;
        const bool empty_first = backward_ && !(marked && mark_->keys[level] != null_key);
        if (empty_first) {
            const Met empty = without(level, known, group, marked);
            if (!empty || *empty >= wanted_) return empty;
            met += *empty;
        }
        const Met more = sorting_.at(level).coded() ? by_codes(level, known, marked, met) : by_values(level, known, marked, met);
        if (!more || *more >= wanted_ || empty_first) return more;
        const Met empty = without(level, known, group, marked);  // last
        if (!empty) return std::nullopt;
        return *more + *empty;
    }

    Met by_codes(std::size_t level, const Order& known, bool marked, std::size_t met) {
        const Packed& values = codes_of(*sorting_.at(level).coded());
        for (NextCodes codes(sorting_, level, values, marked ? mark_ : nullptr, backward_); !codes.at_end() && met < wanted_;) {
            const Key key = codes.key();
            while (!codes.at_end() && codes.key() == key) {  // several may have one name
                const std::uint32_t code = codes.take();
                if (key == null_key) continue;
                const std::size_t begin = first_place(known, 0, false, [&](std::uint32_t row) { return values.code(row) >= code; });
                const std::size_t end = first_place(known, begin, false, [&](std::uint32_t row) { return values.code(row) > code; });
                const Met here = within(begin, end, {&known, level, key, &values, code}, marked);
                if (!here) return std::nullopt;
                met += *here;
            }
        }
        return met;
    }

    Met by_values(std::size_t level, const Order& known, bool marked, std::size_t met) {
        const std::vector<std::uint32_t>& sorted = known.snapshot->rows;
        const bool down = sorting_.descends(level) != backward_;
        const auto at = [&](std::size_t i) { return sorted[down ? sorted.size() - 1 - i : i]; };
        // Rows of one value stand in the order of their ids, so that the last key's walk may stop among them.
        const bool last_key = level + 1 == sorting_.size() && sorting_.descends(level) == sorting_.descending();
        Key last = 0;
        for (std::size_t i = begin_of(level, known, down, marked, last_key); i < sorted.size();) {
            if (++steps_ > steps_most_) return std::nullopt;
            const std::uint32_t row = at(i);
            if (!rows_.has(row) || known.is_late(row) || !among(row)) {
                ++i;
                continue;
            }
            const Key key = sorting_.key(level, row);
            if (met >= wanted_ && key != last) return met;
            if (!last_key && key != last && i + few < sorted.size() && sorting_.key(level, at(i + few)) == key) {
                const std::size_t end = first_place(known, i, down, [&](std::uint32_t other) { return past(sorting_.key(level, other), key); });
                const Met here = down ? within(sorted.size() - end, sorted.size() - i, {&known, level, key, nullptr, 0}, marked)
                                      : within(i, end, {&known, level, key, nullptr, 0}, marked);
                if (!here) return std::nullopt;
                met += *here;
                i = end;
            } else {
                if (put(row)) ++met;
                ++i;
                if (last_key && met >= wanted_) return met;
            }
            last = key;
        }
        return met;
    }

    // The places from `begin` to `end` of an order have one key.
    Met within(std::size_t begin, std::size_t end, const Fixed& fixed, bool marked) {
        if (begin == end) return 0;
        path_.push_back(fixed);
        const Met met = level(fixed.level + 1, Rows(fixed.order->snapshot->rows).subspan(begin, end - begin), marked && mark_->keys[fixed.level] == fixed.key);
        path_.pop_back();
        return met;
    }

    Met by_ids(Rows group, bool marked) {
        const bool down = sorting_.descending() != backward_;
        if (marked) {
            const auto mark = std::partition_point(group.begin(), group.end(), [&](std::uint32_t row) { return table_.id(row).value < mark_->id; });
            const auto place = static_cast<std::size_t>(mark - group.begin());
            group = down ? group.first(place) : group.subspan(place);
        }
        std::size_t met = 0;
        for (std::size_t i = 0; i < group.size() && met < wanted_; ++i) {
            if (++steps_ > steps_most_) return std::nullopt;
            const std::uint32_t row = group[down ? group.size() - 1 - i : i];
            if (rows_.has(row) && among(row) && put(row)) ++met;
        }
        return met;
    }
    Met each(Rows group) {
        steps_ += group.size();
        if (steps_ > steps_most_) return std::nullopt;
        std::size_t met = 0;
        for (const std::uint32_t row : group)
            if (rows_.has(row) && among(row) && put(row)) ++met;
        return met;
    }
    // Those without a value are not in the order. Where they are many the next key's order leads on here too.
    Met without(std::size_t level, const Order& known, Rows group, bool marked) {
        std::vector<std::uint32_t> empty, batch;
        std::array<Key, 256> keys;
        const auto look = [&] {
            sorting_.at(level).keys(batch, keys.data());
            for (std::size_t i = 0; i < batch.size(); ++i)
                if (keys[i] == null_key && among(batch[i])) empty.push_back(batch[i]);
            batch.clear();
        };
        const auto add = [&](std::uint32_t row) {
            if (known.is_late(row)) return;
            batch.push_back(row);
            if (batch.size() == keys.size()) look();
        };
        if (level == 0) rows_.each(add);
        for (const std::uint32_t row : group)
            if (rows_.has(row)) add(row);
        look();
        if (empty.size() < few) return static_cast<std::size_t>(std::count_if(empty.begin(), empty.end(), [&](std::uint32_t row) { return put(row); }));
        if (!table_.ids_ascend()) std::sort(empty.begin(), empty.end(), [&](std::uint32_t a, std::uint32_t b) { return table_.id(a) < table_.id(b); });
        path_.push_back({&known, level, null_key, nullptr, 0});
        const Met met = this->level(level + 1, empty, marked && mark_->keys[level] == null_key);
        path_.pop_back();
        return met;
    }

    bool past(Key key, Key other) const { return backward_ ? key < other : key > other; }

    // A page that goes on from a mark begins at the mark; one whose filter bounds the first key begins at the bound.
    std::size_t begin_of(std::size_t level, const Order& known, bool down, bool marked, bool last_key) {
        std::size_t begin = 0;
        if (marked)
            begin = first_place(known, 0, down, [&](std::uint32_t row) {
                const Key key = sorting_.key(level, row);
                if (last_key && key == mark_->keys[level]) return down ? table_.id(row).value < mark_->id : table_.id(row).value > mark_->id;
                return !past(mark_->keys[level], key);
            });
        const Column& column = *sorting_.at(level).walked();
        const std::pair<Wide, Wide> range = level == 0 ? range_on(asking_, filter_, column) : std::pair(least_value, greatest_value);
        if (range.first == least_value && range.second == greatest_value) return begin;
        return first_place(known, begin, down, [&](std::uint32_t row) {
            const Wide value = column.values.get(row);
            return down ? value <= range.second : value >= range.first;
        });
    }

    // The first place of the walk from `low` on for whose row `reached` holds, as it does for all that follow; by halving
    // over rows that did not change.
    template <class Reached>
    std::size_t first_place(const Order& known, std::size_t low, bool down, Reached reached) const {
        const std::vector<std::uint32_t>& sorted = known.snapshot->rows;
        const auto at = [&](std::size_t i) { return sorted[down ? sorted.size() - 1 - i : i]; };
        std::size_t high = sorted.size();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            std::size_t probe = middle;
            while (probe < high && known.is_late(at(probe))) ++probe;
            if (probe == high) high = middle;
            else if (!reached(at(probe))) low = probe + 1;
            else high = middle;
        }
        return low;
    }

    Asking& asking_;
    const Table& table_;
    const RowSet& rows_;
    const formula::Formula& filter_;
    const Sorting& sorting_;
    std::size_t wanted_;
    const Sorting::Mark* mark_;
    bool backward_;
    std::size_t steps_ = 0, steps_most_;
    std::vector<std::optional<Order>> orders_;  // by level
    std::vector<Fixed> path_;
    Best best_;
};

}  // namespace

std::optional<std::vector<std::uint32_t>> walked_to(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter,
                                                    const Sorting& sorting, std::size_t wanted, const Sorting::Mark* mark, bool backward) {
    return Walk(asking, table, rows, filter, sorting, wanted, mark, backward).rows();
}

}  // namespace fairlead::store::columns
