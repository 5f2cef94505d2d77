// Sorting: keys that compare as the values do, and remembered orders of big tables, so that a first page does not
// look at every record.
//
// An order is a snapshot: all rows that have a value, ascending by value and id. Rows that changed since are left
// out of the walk and sorted by themselves; when they become many, they are merged in by one pass.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "store/columns/plan.h"
#include "store/columns/state.h"

namespace fairlead::store::columns {

using Key = Uint128;
inline constexpr Key null_key = ~Key{0};  // last, in both directions

// Of a reference or of texts in a dictionary: which record or text each row has, 0 for none.
const Packed& codes_of(const Column& column);

// Rows ascending by value (of coded columns by code) and id, as of a stamp.
struct Snapshot {
    std::uint64_t stamp = 0;
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> ranks;  // of texts, by row: 0 none, else from 1; equal texts share one
    std::size_t bytes() const { return (rows.capacity() + ranks.capacity()) * sizeof(std::uint32_t); }
};

// Rows that changed since the snapshot; of texts, with their keys among its ranks.
struct Late {
    std::uint64_t stamp = 0;
    RowSet rows;
    std::map<std::uint32_t, std::string> sort_keys;  // empty for a text that is gone
    std::map<std::uint32_t, Key> keys;
};

struct Order {
    std::shared_ptr<const Snapshot> snapshot;
    std::shared_ptr<const Late> late;  // may be null
    explicit operator bool() const { return snapshot != nullptr; }
    bool is_late(std::uint32_t row) const { return late && late->rows.has(row); }
    Key key(std::uint32_t row) const;  // of texts
    // The key that a text with this sort key has or would have: an odd one where no row has it.
    Key key_of(const Column& column, const std::string& sort_key) const;
};

class Orders {
  public:
    explicit Orders(std::size_t bytes_most) : bytes_most_(bytes_most) {}
    // The order of a text column, with every change in it; throws MissingOrder when it must first be made.
    Order of_texts(Asking& asking, const Table& table, const Column& column);
    // The order of a column of numbers, or of codes, when it has been made, else nothing: it is made when it has been
    // asked for often enough, behind the questions where somebody does (`make_behind`), else before the next is answered.
    // Rows that changed since are in `late`.
    Order of_numbers(Asking& asking, const Table& table, const Column& column);
    void build(const State& state, const MissingOrder& missing);
    // Before the first question.
    void make_behind(std::function<void(const MissingOrder&)> maker) { maker_ = std::move(maker); }
    void clear();
    void set_most(std::size_t bytes);
    std::size_t bytes() const;

  private:
    struct Entry {
        Order order;
        int asked = 0;
        std::uint64_t used = 0;
    };
    Order held(const Column& column, int& asked);
    Order not_yet(const MissingOrder& missing) const;
    void put(const Column& column, Order order);

    mutable std::mutex mutex_;
    std::mutex building_;
    std::size_t bytes_most_;
    std::uint64_t uses_ = 0;
    std::map<const Column*, Entry> entries_;
    std::function<void(const MissingOrder&)> maker_;
};

// One key of a sort. Keys ascend; null_key where the row has no value.
class SortKey {
  public:
    virtual ~SortKey() = default;
    virtual void keys(std::span<const std::uint32_t> rows, Key* keys) const = 0;
    Key key(std::uint32_t row) const {
        Key one = null_key;
        keys({&row, 1}, &one);
        return one;
    }
    // The row's value for a cursor, and a cursor's value as a key: that of an equal value, or one between.
    virtual std::string boundary(std::uint32_t row) const = 0;
    virtual Key key_of(std::string_view boundary) const = 0;
    // The column whose order this key has, where a remembered order may be walked; null otherwise.
    virtual const Column* walked() const { return nullptr; }
    // Where the key depends on a small number that each row has (0: none): the column of these, and the key of each.
    virtual const Column* coded() const { return nullptr; }
    virtual Key key_of_code(std::uint32_t) const { return null_key; }
    // Where there are few values and the rows of each are known: these, ascending. Other rows have no value, or are not live.
    struct Part {
        Key key;
        const RowSet* rows;
    };
    virtual std::vector<Part> parts() const { return {}; }
    // Of the codes from 0 to `greatest`.
    virtual std::vector<Key> keys_of_codes(std::uint32_t greatest) const {
        std::vector<Key> keys;
        for (std::uint32_t code = 0; code <= greatest; ++code) keys.push_back(key_of_code(code));
        return keys;
    }
};
using SortKeyPointer = std::unique_ptr<SortKey>;

// `path` is a field or a dotted path. Refuses unknown fields and those the viewer may not read.
Result<SortKeyPointer> sort_key_of(Asking& asking, const Table& table, std::string_view path);
// By which records are ordered among others: position, else title.
SortKeyPointer natural_key(Asking& asking, const Table& table, int depth = 0);
SortKeyPointer column_key(Asking& asking, const Table& table, const Column& column, int depth = 0);

}  // namespace fairlead::store::columns
