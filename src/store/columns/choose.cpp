// Choosing the rows of a page: by walking a remembered order where many rows match, else by looking at each match.
#include <algorithm>
#include <array>
#include <bit>
#include <functional>

#include "store/columns/list.h"

namespace fairlead::store::columns {
namespace {

struct Candidate {
    Key first, second;
    std::uint32_t row;
};

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

class Chooser {
  public:
    Chooser(const Table& table, const RowSet& rows, const Sorting& sorting, std::size_t wanted, const Sorting::Mark* mark, bool backward)
        : table_(table), rows_(rows), sorting_(sorting), wanted_(wanted), mark_(mark), backward_(backward), best_(sorting, wanted, backward) {}

    std::vector<std::uint32_t> by_looking() {
        const bool down = sorting_.descending() != backward_;
        if (table_.ids_ascend()) best_.come_in_order();
        std::vector<std::uint32_t> here;
        for (std::uint32_t i = 0; i < rows_.chunks(); ++i) {
            const std::uint32_t chunk = down ? rows_.chunks() - 1 - i : i;
            here.clear();
            rows_.each_in(chunk, [&](std::uint32_t row) { here.push_back(row); });
            const std::size_t batches = (here.size() + batch_most - 1) / batch_most;
            for (std::size_t batch = 0; batch < batches; ++batch) {
                const std::size_t begin = (down ? batches - 1 - batch : batch) * batch_most;
                offer(std::span(here).subspan(begin, std::min(batch_most, here.size() - begin)), down);
            }
        }
        return best_.take();
    }

    // By something of which there are few (an owner, a stage): only the rows of those that come first are looked at, found
    // by scanning the column.
    std::optional<std::vector<std::uint32_t>> by_codes() {
        const Column* column = few_codes();
        if (!column) return std::nullopt;
        const Packed& values = codes_of(*column);
        NextCodes codes = next_codes(values);
        std::vector<std::uint8_t> flags(codes_most + 1);
        std::vector<std::uint64_t> wanted_bits(RowSet::words_per_chunk), bits(block_words);
        std::size_t met = 0, together = 1;
        for (; !codes.at_end() && met < wanted_; together *= 4) {
            std::fill(flags.begin(), flags.end(), 0);
            Key last = 0;
            for (std::size_t taken = 0; !codes.at_end() && (taken < together || codes.key() == last); ++taken) {
                last = codes.key();
                flags[codes.take()] = 1;
            }
            for (std::uint32_t chunk = 0; chunk < rows_.chunks(); ++chunk) {
                if (!rows_.count_in(chunk)) continue;
                rows_.chunk_bits(chunk, wanted_bits.data());
                for (std::uint32_t begin = 0; begin < chunk_rows; begin += block_rows) {
                    values.look_up((chunk << chunk_shift) + begin, block_rows, flags, bits.data());
                    for (std::uint32_t word = 0; word < block_words; ++word)
                        for (std::uint64_t left = bits[word] & wanted_bits[begin / 64 + word]; left; left &= left - 1) {
                            const std::uint32_t row = (chunk << chunk_shift) + begin + word * 64 + static_cast<std::uint32_t>(std::countr_zero(left));
                            const Key first = sorting_.first_key(row);
                            if (mark_ && !after_mark(first, row)) continue;
                            ++met;
                            if (best_.may_enter(first)) best_.offer(first, row);
                        }
                }
            }
        }
        return best_.take();
    }

    // The same along the order of the codes: each code's rows stand together in it. Of a code that most rows have, the
    // next key's order `within` leads to the first ones. Nothing where the matches are too thin.
    std::optional<std::vector<std::uint32_t>> by_groups(const Order& order, const Order& within) {
        const Packed& values = codes_of(*sorting_.first()->coded());
        offer_late(order);
        const std::vector<std::uint32_t>& sorted = order.snapshot->rows;
        std::size_t met = 0, steps = 0;
        const std::size_t steps_most = 1000 + rows_.count() / 4;
        for (NextCodes codes = next_codes(values); !codes.at_end() && codes.key() != null_key;) {
            Key last = 0;
            do {
                last = codes.key();
                const std::uint32_t code = codes.take();
                const std::size_t begin = first_place(order, false, [&](std::uint32_t row) { return values.code(row) >= code; });
                const std::size_t end = first_place(order, false, [&](std::uint32_t row) { return values.code(row) > code; });
                if (end == begin) continue;
                if (const auto some = along(within, last, end - begin, [&](std::uint32_t row) { return values.code(row) == code && !order.is_late(row); })) {
                    for (const std::uint32_t row : *some) best_.offer(last, row);
                    met += some->size();
                    continue;
                }
                const bool down = sorting_.descending() != backward_;
                std::size_t here = 0;
                for (std::size_t i = begin; i < end; ++i) {
                    if (++steps > steps_most) return std::nullopt;
                    const std::uint32_t row = sorted[down ? end - 1 - (i - begin) : i];
                    if (!rows_.has(row) || order.is_late(row) || (mark_ && !after_mark(last, row))) continue;
                    best_.offer(last, row);
                    if (++here >= wanted_ && sorting_.size() == 1) break;  // equal ones stand in the order of their ids
                }
                met += here;
            } while (!codes.at_end() && codes.key() == last);
            if (met >= wanted_) return best_.take();
        }
        offer_empty(order);
        return best_.take();
    }

    // Newest first or oldest first, where ids ascend with rows: from one end, until enough are found.
    std::optional<std::vector<std::uint32_t>> by_id() {
        if (sorting_.size() != 0 || mark_ || backward_ || !table_.ids_ascend()) return std::nullopt;
        std::vector<std::uint32_t> out;
        for (std::uint32_t i = 0; i < rows_.chunks() && out.size() < wanted_; ++i) {
            const std::uint32_t chunk = sorting_.descending() ? rows_.chunks() - 1 - i : i;
            if (!rows_.count_in(chunk)) continue;
            std::vector<std::uint32_t> here;
            rows_.each_in(chunk, [&](std::uint32_t row) { here.push_back(row); });
            if (sorting_.descending()) std::reverse(here.begin(), here.end());
            out.insert(out.end(), here.begin(), here.end());
        }
        if (out.size() > wanted_) out.resize(wanted_);
        return out;
    }

    // Along the order; rows that changed since it was made are offered first, from outside it. Nothing when the matches
    // stand so far from where the walk begins that looking at each of them is quicker.
    std::optional<std::vector<std::uint32_t>> by_walking(const Order& order, const Column& column, std::pair<Wide, Wide> range) {
        offer_late(order);
        const std::vector<std::uint32_t>& sorted = order.snapshot->rows;
        const bool down = sorting_.descending() != backward_;
        std::size_t taken = 0;
        Key last = 0;
        // Rows of equal keys stand in the order of their ids, so the walk may stop after `wanted` of them where there is no
        // further key; a page that goes on from a mark begins at the mark.
        const bool ids_decide = sorting_.size() == 1;
        const bool bounded = range.first > least_value || range.second < greatest_value;
        const std::size_t within = bounded ? first_place(order, down, [&](std::uint32_t row) {
            const Wide value = column.values.get(row);
            return down ? value <= range.second : value >= range.first;
        }) : 0;
        const std::size_t marked = !mark_ ? 0 : first_place(order, down, [&](std::uint32_t row) {
            const Key first = sorting_.first_key(row);
            if (ids_decide) return after_mark(first, row);
            return backward_ ? first <= mark_->keys.front() : first >= mark_->keys.front();
        });
        const std::size_t from = std::max(within, marked);
        const std::size_t steps_most = 1000 + rows_.count() / 4;
        for (std::size_t i = from; i < sorted.size(); ++i) {
            if (i - from > steps_most) return std::nullopt;
            const std::uint32_t row = sorted[down ? sorted.size() - 1 - i : i];
            if (!rows_.has(row) || order.is_late(row)) continue;
            const Key first = sorting_.first_key(row);
            if (mark_ && !after_mark(first, row)) continue;
            if (taken >= wanted_ && first != last) return best_.take();
            best_.offer(first, row);
            last = first;
            if (++taken >= wanted_ && ids_decide) return best_.take();
        }
        offer_empty(order);
        return best_.take();
    }

    // The column of few codes by which is sorted first, or null.
    const Column* few_codes() const {
        const Column* column = sorting_.size() == 0 ? nullptr : sorting_.first()->coded();
        return column && codes_of(*column).greatest() <= codes_most ? column : nullptr;
    }

  private:
    bool after_mark(Key first, std::uint32_t row) const {
        const int against = sorting_.against(*mark_, first, row);
        return backward_ ? against < 0 : against > 0;
    }
    static constexpr std::size_t batch_most = 256;
    static constexpr std::uint32_t codes_most = 5000;
    static constexpr std::size_t many_of_a_code = 4096;

    // Codes in the order of their keys; seldom are all of them wanted.
    class NextCodes {
      public:
        NextCodes(std::vector<std::pair<Key, std::uint32_t>> codes, bool backward) : codes_(std::move(codes)), backward_(backward) {
            std::make_heap(codes_.begin(), codes_.end(), later());
        }
        bool at_end() const { return codes_.empty(); }
        Key key() const { return codes_.front().first; }
        std::uint32_t take() {
            std::pop_heap(codes_.begin(), codes_.end(), later());
            const std::uint32_t code = codes_.back().second;
            codes_.pop_back();
            return code;
        }

      private:
        std::function<bool(const std::pair<Key, std::uint32_t>&, const std::pair<Key, std::uint32_t>&)> later() const {
            return [backward = backward_](const auto& a, const auto& b) { return backward ? a < b : b < a; };
        }
        std::vector<std::pair<Key, std::uint32_t>> codes_;
        bool backward_;
    };
    NextCodes next_codes(const Packed& values) const {
        std::vector<std::pair<Key, std::uint32_t>> codes;
        const std::vector<Key> keys = sorting_.first()->keys_of_codes(static_cast<std::uint32_t>(std::max<Wide>(values.greatest(), 0)));
        for (std::uint32_t code = 0; code < keys.size(); ++code) {
            const Key key = sorting_.turned(0, keys[code]);
            if (!mark_ || (backward_ ? key <= mark_->keys.front() : key >= mark_->keys.front())) codes.emplace_back(key, code);
        }
        return {std::move(codes), backward_};
    }

    // The first of many rows with one first key, along the order of the second; nothing where that does not pay, or where
    // those without a second key, which the order does not hold, come first.
    template <class Among>
    std::optional<std::vector<std::uint32_t>> along(const Order& order, Key first, std::size_t many, Among among) {
        if (!order || (backward_ && (mark_->keys[0] != first || mark_->keys[1] == null_key))) return std::nullopt;
        if (many < many_of_a_code || wanted_ * (order.snapshot->rows.size() / many + 1) * 4 > many) return std::nullopt;
        std::vector<std::uint32_t> out;
        const auto take = [&](std::uint32_t row) {
            if (!rows_.has(row) || !among(row) || (mark_ && !after_mark(sorting_.first_key(row), row))) return false;
            out.push_back(row);
            return true;
        };
        if (order.late) order.late->rows.each(take);
        const std::vector<std::uint32_t>& sorted = order.snapshot->rows;
        const bool down = sorting_.descends(1) != backward_;
        std::size_t taken = 0;
        Key last = 0;
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            if (i > many / 4) return std::nullopt;
            const std::uint32_t row = sorted[down ? sorted.size() - 1 - i : i];
            if (order.is_late(row)) continue;
            if (taken >= wanted_ && sorting_.key(1, row) != last) return out;
            if (!take(row)) continue;
            last = sorting_.key(1, row);
            ++taken;
        }
        return std::nullopt;
    }

    void offer_late(const Order& order) {
        if (!order.late) return;
        order.late->rows.each([&](std::uint32_t row) {
            if (rows_.has(row)) offer({&row, 1}, false);
        });
    }
    // Not enough with a value: those without come last.
    void offer_empty(const Order& order) {
        rows_.each([&](std::uint32_t row) {
            if (order.is_late(row)) return;
            const Key first = sorting_.first_key(row);
            if (first == null_key && (!mark_ || after_mark(first, row))) best_.offer(first, row);
        });
    }

    // Rows that ascend; with `down` the last is offered first.
    void offer(std::span<const std::uint32_t> rows, bool down) {
        std::array<Key, batch_most> keys;
        sorting_.first_keys(rows, keys.data());
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const std::size_t i = down ? rows.size() - 1 - n : n;
            if (best_.may_enter(keys[i]) && (!mark_ || after_mark(keys[i], rows[i]))) best_.offer(keys[i], rows[i]);
        }
    }
    // The first place of the walk for whose row `reached` holds, as it does for all that follow; by halving over rows that
    // did not change.
    template <class Reached>
    std::size_t first_place(const Order& order, bool down, Reached reached) const {
        const std::vector<std::uint32_t>& sorted = order.snapshot->rows;
        std::size_t low = 0, high = sorted.size();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            std::size_t probe = middle;
            const auto at = [&](std::size_t i) { return sorted[down ? sorted.size() - 1 - i : i]; };
            while (probe < high && order.is_late(at(probe))) ++probe;
            if (probe == high) high = middle;
            else if (!reached(at(probe))) low = probe + 1;
            else high = middle;
        }
        return low;
    }

    const Table& table_;
    const RowSet& rows_;
    const Sorting& sorting_;
    std::size_t wanted_;
    const Sorting::Mark* mark_;
    bool backward_;
    Best best_;
};

// Looking at all matches is cheaper when most of them are wanted.
bool steps_pay(std::size_t wanted, const RowSet& rows) { return wanted * 8 < rows.count(); }
}  // namespace

std::vector<std::uint32_t> first_rows(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter, const Sorting& sorting,
                                      std::size_t wanted, const Sorting::Mark* mark, bool backward) {
    if (wanted == 0 || rows.count() == 0) return {};
    Chooser chooser(table, rows, sorting, wanted, mark, backward);
    if (auto newest = chooser.by_id()) return std::move(*newest);
    // Walking looks at about wanted / density rows, looking at every match; backward pages from rows without a
    // value would have to walk from the far end.
    const bool from_empty = mark && !mark->keys.empty() && mark->keys.front() == null_key;
    const double steps = static_cast<double>(wanted) * table.rows() / rows.count();
    if (sorting.size() > 0 && rows.count() > 10'000 && !from_empty && steps * 4 < rows.count()) {
        Orders& orders = *asking.state().orders;
        const auto order_of = [&](const Column& column) {
            return column.held == Held::text && !column.texts.coded() ? orders.of_texts(asking, table, column) : orders.of_numbers(asking, table, column);
        };
        if (const Column* walked = sorting.first()->walked()) {
            // Of a few values each stands for very many rows, all of which a further key would have to look at.
            const bool thick = sorting.size() > 1 && walked->held != Held::text && walked->values.greatest() - walked->values.least() < 64;
            if (const Order order = thick ? Order{} : order_of(*walked))
                if (auto found = chooser.by_walking(order, *walked, range_on(asking, filter, *walked))) return std::move(*found);
        } else if (const Column* coded = chooser.few_codes()) {
            if (const Order order = orders.of_numbers(asking, table, *coded)) {
                const Column* next = sorting.next_walked();
                if (auto found = chooser.by_groups(order, next ? order_of(*next) : Order{})) return std::move(*found);
            }
        }
    }
    Chooser thorough(table, rows, sorting, wanted, mark, backward);
    if (rows.count() > 10'000 && steps_pay(wanted, rows))
        if (auto few = thorough.by_codes()) return std::move(*few);
    return thorough.by_looking();
}

}  // namespace fairlead::store::columns
