// Choosing the rows of a page: by walking a remembered order where many rows match, else by looking at each match.
#include "store/columns/list.h"

#include <algorithm>
#include <array>
#include <bit>

namespace fairlead::store::columns {

Matching matching(Asking& asking, const Table& table, const formula::Formula& filter, const std::string& search, bool in_bin) {
    Matching result;
    std::vector<const RowSet*> sets;
    std::vector<AnswerPointer> held;
    if (in_bin) {
        sets.push_back(&table.bin());
        if (filter) {  // seldom, and the bin is small: looked at row by row
            const Footing footing = footing_of(asking, *filter, table);
            const PredicatePointer holds = compile(asking, filter, table, footing);
            auto some = std::make_shared<Answer>();
            table.bin().each([&](std::uint32_t row) {
                const std::uint64_t mask = std::uint64_t{1} << (row & 63U);
                std::uint64_t bits = 0;
                holds->run(Block{row & ~63U, std::min(64U, table.rows() - (row & ~63U))}, &mask, &bits);
                if (bits & mask) some->rows.put(row, true);
            });
            held.push_back(some);
        }
    } else if (filter) {
        held.push_back(filtered(asking, table, filter));  // live ones only
    } else {
        sets.push_back(&table.live());
    }
    if (const Words words = Words::of(search); !words.empty()) held.push_back(found(asking, table, words));
    if (AnswerPointer seen = asking.visible(table)) held.push_back(std::move(seen));
    for (const AnswerPointer& one : held) sets.push_back(&one->rows);
    if (sets.size() == 1 && !held.empty()) {
        result.shared = held.front();
        return result;
    }
    std::sort(sets.begin(), sets.end(), [](const RowSet* a, const RowSet* b) { return a->count() < b->count(); });
    if (sets.size() == 1) {
        result.own = *sets.front();
        return result;
    }
    result.own = both(*sets[0], *sets[1]);
    for (std::size_t i = 2; i < sets.size(); ++i) result.own = both(result.own, *sets[i]);
    return result;
}

Result<Sorting> Sorting::of(Asking& asking, const Table& table, const ListQuery& query, const RowSet& rows) {
    Sorting sorting(table);
    for (const SortBy& by : query.sort) {
        Result<SortKeyPointer> key = sort_key_of(asking, table, by.field);
        if (!key) return key.refused();
        sorting.keys_.push_back(std::move(*key));
        sorting.descending_.push_back(by.descending);
    }
    if (!query.sort.empty()) {
        sorting.id_descending_ = query.sort.front().descending;
    } else if (const Words words = Words::of(query.search); !words.empty()) {
        sorting.keys_.push_back(rank_key(asking, table, words, rows));
        sorting.descending_.push_back(false);
    }
    return sorting;
}

void Sorting::first_keys(std::span<const std::uint32_t> rows, Key* keys) const {
    if (keys_.empty()) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto id = static_cast<Key>(table_->id(rows[i]).value);
            keys[i] = id_descending_ ? ~id : id;
        }
        return;
    }
    keys_.front()->keys(rows, keys);
    if (!descending_.front()) return;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (keys[i] != null_key) keys[i] = ~keys[i];
}

bool Sorting::before(Key first_a, std::uint32_t a, Key first_b, std::uint32_t b) const {
    if (first_a != first_b) return first_a < first_b;
    for (std::size_t i = 1; i < keys_.size(); ++i) {
        const Key x = turned(i, keys_[i]->key(a)), y = turned(i, keys_[i]->key(b));
        if (x != y) return x < y;
    }
    return id_descending_ ? table_->id(a) > table_->id(b) : table_->id(a) < table_->id(b);
}

Cursor Sorting::cursor(std::uint32_t row, std::uint64_t query, bool backward) const {
    Cursor cursor{query, backward, table_->id(row).value, {}};
    for (const SortKeyPointer& key : keys_) cursor.boundaries.push_back(key->boundary(row));
    return cursor;
}

Sorting::Mark Sorting::mark(const Cursor& cursor) const {
    Mark mark{{}, cursor.id};
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const std::string& boundary = cursor.boundaries[i];
        mark.keys.push_back(boundary.empty() ? null_key : turned(i, keys_[i]->key_of(boundary)));
    }
    return mark;
}

int Sorting::against(const Mark& mark, Key first, std::uint32_t row) const {
    if (!keys_.empty() && first != mark.keys.front()) return first < mark.keys.front() ? -1 : 1;
    for (std::size_t i = 1; i < keys_.size(); ++i) {
        const Key key = turned(i, keys_[i]->key(row));
        if (key != mark.keys[i]) return key < mark.keys[i] ? -1 : 1;
    }
    const std::int64_t id = table_->id(row).value;
    if (id == mark.id) return 0;
    return (id < mark.id) == !id_descending_ ? -1 : 1;
}

namespace {

struct Candidate {
    Key first;
    std::uint32_t row;
};

// Keeps the best `wanted` of all that are offered.
class Best {
  public:
    Best(const Sorting& sorting, std::size_t wanted, bool backward) : sorting_(sorting), wanted_(wanted), backward_(backward) {
        kept_.reserve(room());
    }
    // From here on candidates come in the order of their ids, so that of equal ones the later loses.
    void come_in_order() { in_order_ = sorting_.size() <= 1; }
    // True while a candidate with this first key could still be among the best.
    bool may_enter(Key first) const {
        if (!full_) return true;
        if (first == border_) return !in_order_;
        return backward_ ? first > border_ : first < border_;
    }
    void offer(Key first, std::uint32_t row) {
        kept_.push_back({first, row});
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
    void cut() {
        const auto better = [&](const Candidate& a, const Candidate& b) {
            return backward_ ? sorting_.before(b.first, b.row, a.first, a.row) : sorting_.before(a.first, a.row, b.first, b.row);
        };
        if (kept_.size() > wanted_) {
            std::nth_element(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(wanted_), kept_.end(), better);
            kept_.resize(wanted_);
        }
        std::sort(kept_.begin(), kept_.end(), better);
        full_ = kept_.size() == wanted_ && wanted_ > 0;
        if (full_) border_ = kept_.back().first;
    }
    const Sorting& sorting_;
    std::size_t wanted_;
    bool backward_, full_ = false, in_order_ = false;
    Key border_ = 0;
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

    // By something of which there are few (an owner, a stage): only the rows of those that come first are looked at.
    std::optional<std::vector<std::uint32_t>> by_codes() {
        const Packed* values = sorting_.size() == 0 ? nullptr : sorting_.first()->codes();
        if (!values || values->greatest() > codes_most) return std::nullopt;
        std::vector<std::pair<Key, std::uint32_t>> codes;
        for (std::uint32_t code = 0; code <= std::max<Wide>(values->greatest(), 0); ++code) {
            const Key key = sorting_.turned(0, sorting_.first()->key_of_code(code));
            if (!mark_ || (backward_ ? key <= mark_->keys.front() : key >= mark_->keys.front())) codes.emplace_back(key, code);
        }
        std::sort(codes.begin(), codes.end());
        if (backward_) std::reverse(codes.begin(), codes.end());
        std::vector<std::uint8_t> flags(codes_most + 1);
        std::vector<std::uint64_t> wanted_bits(RowSet::words_per_chunk), bits(block_words);
        std::size_t met = 0, together = 1;
        for (std::size_t next = 0; next < codes.size() && met < wanted_; together *= 4) {
            std::fill(flags.begin(), flags.end(), 0);
            for (std::size_t taken = 0; next < codes.size() && (taken < together || codes[next].first == codes[next - 1].first); ++taken) flags[codes[next++].second] = 1;
            for (std::uint32_t chunk = 0; chunk < rows_.chunks(); ++chunk) {
                if (!rows_.count_in(chunk)) continue;
                rows_.chunk_bits(chunk, wanted_bits.data());
                for (std::uint32_t begin = 0; begin < chunk_rows; begin += block_rows) {
                    values->look_up((chunk << chunk_shift) + begin, block_rows, flags, bits.data());
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
        if (order.late)
            order.late->rows.each([&](std::uint32_t row) {
                if (rows_.has(row)) offer({&row, 1}, false);
            });
        const std::vector<std::uint32_t>& sorted = order.snapshot->rows;
        const bool down = sorting_.descending() != backward_;
        std::size_t taken = 0;
        Key last = 0;
        // Rows of equal keys stand in the order of their ids, so the walk may stop after `wanted` of them; a
        // page that goes on from a mark begins at the mark.
        const bool bounded = range.first > least_value || range.second < greatest_value;
        const std::size_t within = bounded ? first_place(order, down, [&](std::uint32_t row) {
            const Wide value = column.values.get(row);
            return down ? value <= range.second : value >= range.first;
        }) : 0;
        const std::size_t marked = mark_ ? first_place(order, down, [&](std::uint32_t row) { return after_mark(sorting_.first_key(row), row); }) : 0;
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
            if (++taken >= wanted_) return best_.take();
        }
        // Not enough with a value: those without come last.
        rows_.each([&](std::uint32_t row) {
            if (order.is_late(row)) return;
            const Key first = sorting_.first_key(row);
            if (first == null_key && (!mark_ || after_mark(first, row))) best_.offer(first, row);
        });
        return best_.take();
    }

  private:
    bool after_mark(Key first, std::uint32_t row) const {
        const int against = sorting_.against(*mark_, first, row);
        return backward_ ? against < 0 : against > 0;
    }
    static constexpr std::size_t batch_most = 256;
    static constexpr std::uint32_t codes_most = 5000;

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

}  // namespace

namespace {
// Looking at all matches is cheaper when most of them are wanted.
bool steps_pay(std::size_t wanted, const RowSet& rows) { return wanted * 8 < rows.count(); }
}  // namespace

std::vector<std::uint32_t> first_rows(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter, const Sorting& sorting,
                                      std::size_t wanted, const Sorting::Mark* mark, bool backward) {
    if (wanted == 0 || rows.count() == 0) return {};
    Chooser chooser(table, rows, sorting, wanted, mark, backward);
    if (auto newest = chooser.by_id()) return std::move(*newest);
    const Column* walked = sorting.walked();
    // Walking looks at about wanted / density rows, looking at every match; backward pages from rows without a
    // value would have to walk from the far end.
    const bool from_empty = walked && mark && mark->keys.front() == null_key;
    if (walked && rows.count() > 10'000 && !from_empty) {
        Orders& orders = *asking.state().orders;
        const Order order = walked->held == Held::text ? orders.of_texts(asking, table, *walked) : orders.of_numbers(asking, table, *walked);
        const double steps = static_cast<double>(wanted) * table.rows() / rows.count();
        if (order && steps * 4 < rows.count())
            if (auto walked_to = chooser.by_walking(order, *walked, range_on(asking, filter, *walked))) return std::move(*walked_to);
    }
    Chooser thorough(table, rows, sorting, wanted, mark, backward);
    if (rows.count() > 10'000 && steps_pay(wanted, rows))
        if (auto few = thorough.by_codes()) return std::move(*few);
    return thorough.by_looking();
}

}  // namespace fairlead::store::columns
