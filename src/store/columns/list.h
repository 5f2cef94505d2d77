// Pages: the matching rows, counted, and the best of them in order.
#pragma once
#include "store/columns/cursor.h"
#include "store/columns/order.h"
#include "store/columns/search.h"
#include "store/columns/state.h"

namespace fairlead::store::columns {

// Rows that match filter, search and reach: live ones, or those in the bin.
struct Matching {
    AnswerPointer shared;  // when it is one remembered answer
    RowSet own;            // else
    const RowSet& rows() const { return shared ? shared->rows : own; }
};
Matching matching(Asking& asking, const Table& table, const formula::Formula& filter, const std::string& search, bool in_bin);

// The keys of a sort as they compare: descending turned round, empty last, then the id.
class Sorting {
  public:
    static Result<Sorting> of(Asking& asking, const Table& table, const ListQuery& query, const RowSet& rows);

    std::size_t size() const { return keys_.size(); }
    Key turned(std::size_t key, Key value) const { return descending_[key] && value != null_key ? ~value : value; }
    Key first_key(std::uint32_t row) const {
        Key key = 0;
        first_keys({&row, 1}, &key);
        return key;
    }
    // Turned already.
    void first_keys(std::span<const std::uint32_t> rows, Key* keys) const;
    // a before b, by the keys from `from` on.
    bool before(std::size_t from, std::uint32_t a, std::uint32_t b) const;
    Cursor cursor(std::uint32_t row, std::uint64_t query, bool backward) const;
    // Where a cursor stands.
    struct Mark {
        std::vector<Key> keys;
        std::int64_t id = 0;
    };
    Mark mark(const Cursor& cursor) const;
    // Less, equal or greater: the row against the mark.
    int against(const Mark& mark, Key first, std::uint32_t row) const;
    // Whether the row comes after the mark on the way that is gone.
    bool beyond(const Mark& mark, bool backward, Key first, std::uint32_t row) const {
        const int where = against(mark, first, row);
        return backward ? where < 0 : where > 0;
    }
    const SortKey& first() const { return *keys_.front(); }
    const SortKey& at(std::size_t key) const { return *keys_[key]; }
    Key key(std::size_t key, std::uint32_t row) const { return turned(key, keys_[key]->key(row)); }
    bool descending() const { return id_descending_; }  // by id
    bool descends(std::size_t key) const { return descending_[key]; }

  private:
    explicit Sorting(const Table& table) : table_(&table) {}
    const Table* table_;
    std::vector<SortKeyPointer> keys_;
    std::vector<bool> descending_;
    bool id_descending_ = true;
};

// The first `wanted` rows in order, after the mark if there is one; with `backward`, the last ones before it, in
// order. `filter` is the one that the rows fulfil: it tells where in a remembered order they begin.
std::vector<std::uint32_t> first_rows(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter, const Sorting& sorting,
                                      std::size_t wanted, const Sorting::Mark* mark, bool backward);

}  // namespace fairlead::store::columns
