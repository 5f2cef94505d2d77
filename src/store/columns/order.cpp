// Making, keeping and merging orders.
#include "store/columns/order.h"

#include <algorithm>

#include "base/text.h"

namespace fairlead::store::columns {
namespace {

constexpr std::size_t late_most = 4096;         // changed rows before they are merged in
constexpr int asked_before_made = 3;
constexpr std::uint32_t small_table = 65'536;

bool is_coded(const Column& column) { return column.held == Held::reference || (column.held == Held::text && column.texts.coded()); }
bool is_ranked(const Column& column) { return column.held == Held::text && !column.texts.coded(); }

Wide number_of(const Table& table, const Column& column, std::uint32_t row) {
    if (is_coded(column)) {
        const std::uint32_t code = codes_of(column).code(row);
        return code ? Wide{code} : no_value;
    }
    return column.held == Held::money ? table.reporting_minor(column, row) : column.values.get(row);
}

std::string text_key(const Column& column, std::uint32_t row) {
    thread_local std::string room;
    const auto text = column.texts.get(row, room);
    return text ? sort_key(*text) : std::string();
}

std::uint64_t prefix_of(const std::string& key) {
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
    return prefix;
}

using SnapshotPointer = std::shared_ptr<const Snapshot>;

std::vector<std::uint32_t> without_repeats(std::vector<std::uint32_t> rows) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

// Where a text stands in the snapshot: the rank of an equal one, or of the last one below it.
struct Standing {
    std::uint32_t below = 0, equal = 0;
};
Standing standing(const Snapshot& snapshot, const Late* late, const Column& column, const std::string& key) {
    Standing found;
    std::size_t low = 0, high = snapshot.rows.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        std::size_t probe = middle;
        while (probe < high && late && late->rows.has(snapshot.rows[probe])) ++probe;
        if (probe == high) {
            high = middle;
            continue;
        }
        const std::uint32_t row = snapshot.rows[probe];
        const std::string other = text_key(column, row);
        if (other == key) {
            found.equal = snapshot.ranks[row];
            return found;
        }
        if (other < key) {
            found.below = snapshot.ranks[row];
            low = probe + 1;
        } else {
            high = middle;
        }
    }
    return found;
}

std::shared_ptr<const Late> with_late_texts(const Table& table, const Column& column, const Order& order, const std::vector<std::uint32_t>& rows) {
    auto late = order.late ? std::make_shared<Late>(*order.late) : std::make_shared<Late>();
    late->stamp = table.stamp();
    for (const std::uint32_t row : rows) {
        late->rows.put(row, true);
        late->sort_keys[row] = text_key(column, row);
    }
    std::vector<std::pair<const std::string*, std::uint32_t>> sorted;
    for (const auto& [row, key] : late->sort_keys) {
        late->keys[row] = null_key;
        if (!key.empty()) sorted.emplace_back(&key, row);
    }
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return *a.first < *b.first; });
    std::uint64_t between = 0;  // grows over all, so that it orders those in one gap; even, to leave room for cursors
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto& [key, row] = sorted[i];
        if (i > 0 && *sorted[i - 1].first == *key) {
            late->keys[row] = late->keys[sorted[i - 1].second];
            continue;
        }
        const Standing at = standing(*order.snapshot, late.get(), column, *key);
        late->keys[row] = at.equal ? Key{at.equal} << 64 : (Key{at.below} << 64) + (between += 2);
    }
    return late;
}

// Ascending by text and id. Most texts differ in the first eight bytes of their keys; the others are compared in
// full, run by run.
std::vector<std::uint32_t> sorted_by_text(const Table& table, const Column& column, const std::vector<std::uint32_t>& rows) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> by_prefix;
    for (const std::uint32_t row : rows) {
        const std::string key = text_key(column, row);
        if (!key.empty()) by_prefix.emplace_back(prefix_of(key), row);
    }
    std::sort(by_prefix.begin(), by_prefix.end());
    std::vector<std::uint32_t> sorted;
    sorted.reserve(by_prefix.size());
    std::vector<std::pair<std::string, std::uint32_t>> run;
    for (std::size_t begin = 0; begin < by_prefix.size();) {
        std::size_t end = begin + 1;
        while (end < by_prefix.size() && by_prefix[end].first == by_prefix[begin].first) ++end;
        run.clear();
        if (end - begin == 1) run.emplace_back(std::string(), by_prefix[begin].second);
        else for (std::size_t i = begin; i < end; ++i) run.emplace_back(text_key(column, by_prefix[i].second), by_prefix[i].second);
        std::sort(run.begin(), run.end(), [&](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : table.id(a.second) < table.id(b.second);
        });
        for (const auto& one : run) sorted.push_back(one.second);
        begin = end;
    }
    return sorted;
}

// Few are added to many: each finds its place by halving. `stands_before(row)` makes the test of a row's place.
template <class StandsBefore>
std::vector<std::uint32_t> merged_in(const std::vector<std::uint32_t>& kept, const std::vector<std::uint32_t>& added, StandsBefore stands_before) {
    if (kept.empty()) return added;
    std::vector<std::uint32_t> out;
    out.reserve(kept.size() + added.size());
    auto from = kept.begin();
    for (const std::uint32_t row : added) {
        const auto place = std::partition_point(from, kept.end(), stands_before(row));
        out.insert(out.end(), from, place);
        out.push_back(row);
        from = place;
    }
    out.insert(out.end(), from, kept.end());
    return out;
}

// Neighbours that both kept their place know already whether they are equal.
std::vector<std::uint32_t> ranks_of(const Table& table, const Column& column, const std::vector<std::uint32_t>& rows,
                                    const std::vector<std::uint32_t>& old_ranks, const std::vector<bool>& changed) {
    std::vector<std::uint32_t> ranks(table.rows(), 0);
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t row = rows[i];
        bool same = false;
        if (i > 0) {
            const std::uint32_t previous = rows[i - 1];
            const bool both_old = !changed[row] && !changed[previous];
            same = both_old ? old_ranks[row] == old_ranks[previous] : text_key(column, row) == text_key(column, previous);
        }
        ranks[row] = same ? rank : ++rank;
    }
    return ranks;
}

// A new snapshot: what did not change keeps its place, `rows` are sorted and merged in.
SnapshotPointer merged(const Table& table, const Column& column, const Snapshot& old, const std::vector<std::uint32_t>& rows) {
    auto next = std::make_shared<Snapshot>();
    next->stamp = table.stamp();
    std::vector<bool> changed(table.rows(), false);
    for (const std::uint32_t row : rows) changed[row] = true;
    std::vector<std::uint32_t> kept;
    kept.reserve(old.rows.size());
    for (const std::uint32_t row : old.rows)
        if (!changed[row]) kept.push_back(row);
    if (is_ranked(column)) {
        next->rows = merged_in(kept, sorted_by_text(table, column, rows), [&](std::uint32_t row) {
            return [&table, &column, key = text_key(column, row), id = table.id(row)](std::uint32_t other) {
                const std::string theirs = text_key(column, other);
                return theirs != key ? theirs < key : table.id(other) < id;
            };
        });
        next->ranks = ranks_of(table, column, next->rows, old.ranks, changed);
        return next;
    }
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
        const Wide x = number_of(table, column, a), y = number_of(table, column, b);
        return x != y ? x < y : table.id(a) < table.id(b);
    };
    std::vector<std::uint32_t> added;
    for (const std::uint32_t row : rows)
        if (number_of(table, column, row) != no_value) added.push_back(row);
    std::sort(added.begin(), added.end(), less);
    next->rows = merged_in(kept, added, [&](std::uint32_t row) { return [&less, row](std::uint32_t other) { return less(other, row); }; });
    return next;
}

}  // namespace

const Packed& codes_of(const Column& column) { return column.held == Held::reference ? column.values : column.texts.codes(); }

Key Order::key(std::uint32_t row) const {
    if (is_late(row)) return late->keys.at(row);
    const std::uint32_t rank = row < snapshot->ranks.size() ? snapshot->ranks[row] : 0;
    return rank ? Key{rank} << 64 : null_key;
}

Key Order::key_of(const Column& column, const std::string& sort_key) const {
    const Standing at = standing(*snapshot, late.get(), column, sort_key);
    if (at.equal) return Key{at.equal} << 64;
    Key best = Key{at.below} << 64;
    if (late)
        for (const auto& [row, other] : late->sort_keys) {
            if (other == sort_key) return late->keys.at(row);
            if (!other.empty() && other < sort_key) best = std::max(best, late->keys.at(row));
        }
    return best + 1;
}

Order Orders::held(const Column& column, int& asked) {
    const std::lock_guard guard(mutex_);
    Entry& entry = entries_[&column];
    asked = ++entry.asked;
    entry.used = ++uses_;
    return entry.order;
}

void Orders::put(const Column& column, Order order) {
    const std::lock_guard guard(mutex_);
    Entry& entry = entries_[&column];
    entry.order = std::move(order);
    entry.used = ++uses_;
    for (;;) {
        std::size_t sum = 0;
        int many = 0;
        Entry* oldest = nullptr;
        for (auto& [other, kept] : entries_) {
            if (!kept.order) continue;
            sum += kept.order.snapshot->bytes();
            ++many;
            if (!oldest || kept.used < oldest->used) oldest = &kept;
        }
        if (sum <= bytes_most_ || many <= 1) return;
        oldest->order = {};
        oldest->asked = 0;
    }
}

void Orders::set_most(std::size_t bytes) {
    const std::lock_guard guard(mutex_);
    bytes_most_ = bytes;
}

void Orders::clear() {
    const std::lock_guard guard(mutex_);
    entries_.clear();
}

std::size_t Orders::bytes() const {
    const std::lock_guard guard(mutex_);
    std::size_t sum = 0;
    for (const auto& [column, entry] : entries_)
        if (entry.order) sum += entry.order.snapshot->bytes();
    return sum;
}

Order Orders::of_texts(Asking& asking, const Table& table, const Column& column) {
    int asked = 0;
    Order order = held(column, asked);
    const auto make = [&] {
        if (!asking.in_place() && table.rows() > small_table) throw MissingOrder{&table, &column, asking.state().generation};
        std::vector<std::uint32_t> all(table.rows());
        for (std::uint32_t row = 0; row < table.rows(); ++row) all[row] = row;
        Order made{merged(table, column, Snapshot{}, all), nullptr};
        put(column, made);
        return made;
    };
    if (!order || order.snapshot->ranks.empty()) return make();  // what it was while its texts were in a dictionary
    const std::uint64_t known = order.late ? order.late->stamp : order.snapshot->stamp;
    if (column.changed <= known) return order;
    std::vector<std::uint32_t> rows;
    if (!table.changed_since(known, rows)) return make();
    if (order.late) order.late->rows.each([&](std::uint32_t row) { rows.push_back(row); });
    rows = without_repeats(std::move(rows));
    if (rows.size() > late_most) order = {merged(table, column, *order.snapshot, rows), nullptr};
    else order.late = with_late_texts(table, column, order, rows);
    put(column, order);
    return order;
}

Order Orders::not_yet(const MissingOrder& missing) const {
    if (!maker_) throw missing;
    maker_(missing);
    return {};
}

Order Orders::of_numbers(Asking& asking, const Table& table, const Column& column) {
    if (table.rows() < 20'000) return {};
    int asked = 0;
    Order order = held(column, asked);
    if (!order) {
        if (asked <= asked_before_made || asking.in_place()) return {};
        return not_yet({&table, &column, asking.state().generation});
    }
    if (column.changed <= order.snapshot->stamp) return order;
    std::vector<std::uint32_t> rows;
    if (!table.changed_since(order.snapshot->stamp, rows)) return not_yet({&table, &column, asking.state().generation});
    rows = without_repeats(std::move(rows));
    if (rows.size() > late_most) {
        order = {merged(table, column, *order.snapshot, rows), nullptr};
        put(column, order);
        return order;
    }
    auto late = std::make_shared<Late>();
    late->stamp = table.stamp();
    for (const std::uint32_t row : rows) late->rows.put(row, true);
    order.late = std::move(late);
    return order;
}

namespace {

// Makes a snapshot in slices, so that a writer never waits long; what changes meanwhile is late.
class Builder {
  public:
    Builder(const State& state, const MissingOrder& missing, bool ranked) : state_(state), table_(*missing.table), column_(*missing.column), ranked_(ranked) {}

    // Nothing when the values cannot be sorted as 64-bit numbers: such a column is always scanned.
    std::shared_ptr<Snapshot> snapshot(std::uint64_t stamp, std::uint32_t rows) {
        auto made = std::make_shared<Snapshot>();
        made->stamp = stamp;
        if (!gather(rows)) return nullptr;
        std::sort(keys_.begin(), keys_.end());
        made->rows.reserve(keys_.size());
        if (ranked_) made->ranks.assign(rows, 0);
        std::uint32_t rank = 0;
        for (std::size_t begin = 0; begin < keys_.size();) {
            std::size_t end = begin + 1;
            while (end < keys_.size() && keys_[end].first == keys_[begin].first) ++end;
            const std::vector<Full> run = run_of(begin, end);
            for (std::size_t i = 0; i < run.size(); ++i) {
                made->rows.push_back(run[i].row);
                if (ranked_) made->ranks[run[i].row] = i > 0 && run[i].key == run[i - 1].key ? rank : ++rank;
            }
            begin = end;
        }
        return made;
    }

  private:
    struct Full {
        std::string key;
        std::int64_t id = 0;
        std::uint32_t row = 0;
    };
    static constexpr std::uint32_t slice = 2048;

    bool gather(std::uint32_t rows) {
        keys_.reserve(rows);
        for (std::uint32_t begin = 0; begin < rows; begin += slice) {
            const std::shared_lock guard(state_.lock);
            for (std::uint32_t row = begin; row < std::min(rows, begin + slice); ++row) {
                if (ranked_) {
                    const std::string key = text_key(column_, row);
                    if (!key.empty()) keys_.emplace_back(prefix_of(key), row);
                    continue;
                }
                if (is_ranked(column_)) return false;  // left its dictionary meanwhile
                const Wide value = number_of(table_, column_, row);
                if (value == no_value) continue;
                if (value > INT64_MAX || value < INT64_MIN) return false;
                keys_.emplace_back(static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63), row);
            }
        }
        return true;
    }

    std::vector<Full> run_of(std::size_t begin, std::size_t end) {
        std::vector<Full> run;
        run.reserve(end - begin);
        if (end - begin == 1) {
            run.push_back({{}, 0, keys_[begin].second});
            return run;
        }
        for (std::size_t from = begin; from < end; from += slice) {
            const std::shared_lock guard(state_.lock);
            for (std::size_t i = from; i < std::min(end, from + slice); ++i) {
                const std::uint32_t row = keys_[i].second;
                run.push_back({ranked_ ? text_key(column_, row) : std::string(), table_.id(row).value, row});
            }
        }
        std::sort(run.begin(), run.end(), [](const Full& a, const Full& b) { return a.key != b.key ? a.key < b.key : a.id < b.id; });
        return run;
    }

    const State& state_;
    const Table& table_;
    const Column& column_;
    const bool ranked_;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> keys_;
};

}  // namespace

void Orders::build(const State& state, const MissingOrder& missing) {
    // Sixteen bytes a record on the way: one after another.
    const std::lock_guard one(building_);
    std::uint64_t stamp = 0;
    std::uint32_t rows = 0;
    bool ranked = false;
    {
        const std::shared_lock guard(state.lock);
        if (state.generation != missing.generation) return;
        ranked = is_ranked(*missing.column);
        stamp = missing.table->stamp();
        rows = missing.table->rows();
    }
    auto made = Builder(state, missing, ranked).snapshot(stamp, rows);
    const std::shared_lock guard(state.lock);
    if (state.generation != missing.generation) return;
    if (made) return put(*missing.column, Order{std::move(made), nullptr});
    const std::lock_guard own(mutex_);
    entries_[missing.column].asked = INT32_MIN;  // never again
}

void build(const State& state, const MissingOrder& missing) {
    const std::string what = "order " + std::to_string(reinterpret_cast<std::uintptr_t>(missing.column));
    state.making.once(what, [&] { state.orders->build(state, missing); });
}

}  // namespace fairlead::store::columns
