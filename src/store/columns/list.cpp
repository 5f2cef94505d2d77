// The rows that match, and the keys of a sort.
#include "store/columns/list.h"

#include <algorithm>

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

bool Sorting::before(std::size_t from, std::uint32_t a, std::uint32_t b) const {
    for (std::size_t i = from; i < keys_.size(); ++i) {
        const Key x = key(i, a), y = key(i, b);
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

}  // namespace fairlead::store::columns
