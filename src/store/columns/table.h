// All records of one entity in columns. A row number is given to an id once and for all; a reference is kept as
// its target's row number, so that dotted paths are followed by indexing. An id that is only referred to has a
// row without a record ("absent") until the record comes.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/records.h"
#include "store/columns/bulk.h"
#include "store/columns/packed.h"
#include "store/columns/row_set.h"
#include "store/columns/texts.h"

namespace fairlead::store::columns {

using model::EntityInfo;
using model::FieldInfo;
using model::Record;

class Table;
class SearchIndex;

// How a field is held.
enum class Held : std::uint8_t {
    none,       // not at all: long text, to-many
    number,     // whole, date, instant, duration, boolean
    decimal,    // decimal and percent, in units of 10^-12
    money,
    text,       // text and choice
    reference,
    evaluated,  // a computed field that reads other records or the clock: evaluated when asked
};

struct Column {
    const FieldInfo* field = nullptr;
    Held held = Held::none;
    Packed values{step_one};      // numbers, decimals, minor units, target rows from 1
    Texts texts;
    Texts currency;               // of money
    Packed reporting{step_one};   // of money in another currency: minor units of the reporting currency
    Table* target = nullptr;      // of a reference
    std::uint64_t changed = 0;    // stamp of the last commit that changed a value
    std::int64_t last_id = 0;     // of a reference: neighbours often refer to the same record
    std::uint32_t last_row = 0;

    std::size_t bytes() const { return values.bytes() + texts.bytes() + currency.bytes() + reporting.bytes(); }
};

enum class RowState : std::uint8_t { absent, live, bin, merged };

class Table {
  public:
    // With `only_ids` (entities that are not held) it knows rows and ids alone.
    Table(const EntityInfo& entity, bool only_ids, std::string home_currency);
    ~Table();
    // References are resolved once every table exists.
    void link(const std::vector<std::unique_ptr<Table>>& tables, const model::Catalog& catalog);

    const EntityInfo& entity() const { return *entity_; }
    bool only_ids() const { return only_ids_; }
    std::uint32_t rows() const { return static_cast<std::uint32_t>(ids_.size()); }
    std::optional<std::uint32_t> row_of(Id id) const;
    std::uint32_t row_for(Id id);  // gives it a row if it has none
    Id id(std::uint32_t row) const { return Id{ids_[row]}; }
    bool ids_ascend() const { return ascending_ == ids_.size(); }  // with the rows
    RowState state(std::uint32_t row) const { return static_cast<RowState>(states_[row]); }
    const RowSet& live() const { return live_; }
    const RowSet& bin() const { return bin_; }

    // By slot; null for what is not held.
    const Column* column(int slot) const { return slot < 0 ? nullptr : columns_[static_cast<std::size_t>(slot)].get(); }
    const Column* column(std::string_view name) const;
    Arena* arena(int slot);  // of a column of texts that are not coded, else null

    // Computed slots that are held must be filled; `evaluated` ones need not. Old versions are ignored.
    // Returns false when the record is older than what is held.
    bool put(const Record& record, std::uint64_t stamp);
    void finish_load();

    // Many at once, while loading: `reserve` gives them rows, which are nobody's yet, and takes the others out of the
    // bulk: what is known already is put one by one. Then each column takes its part: what does not change the table is
    // done by `prepare`, without any lock. `settle` makes the rows records.
    struct Filling;
    std::vector<Record> reserve(Bulk& bulk, Filling& filling);
    void prepare(Bulk& bulk, Filling& filling) const;
    void find_targets(const Bulk& bulk, Filling& filling, std::size_t part) const;  // of a reference
    void fill(const Bulk& bulk, Filling& filling, std::size_t part);
    void settle(const Bulk& bulk, Filling& filling, std::uint64_t stamp);
    // Of references whose target was not known when they were read: it is, or is given a row.
    void resolve(std::size_t most);
    bool resolved() const { return unresolved_.empty(); }
    std::uint32_t settled() const { return settled_; }  // rows that are not being filled

    void erase(Id id, std::uint64_t stamp);
    void take_over(Table& from);  // the columns of an earlier catalogue, by name

    Value value(const Column& column, std::uint32_t row) const;
    // Of a number as the column holds it: not of money, and of texts only where they are coded.
    Value value_of(const Column& column, std::int64_t raw) const;
    // How the column holds a number, an amount or a decimal.
    static Wide raw_of(const Column& column, const Value& value);
    Record record(std::uint32_t row) const;  // as it was put, but for what is not held
    // Minor units of the reporting currency, or no_value.
    Wide reporting_minor(const Column& money, std::uint32_t row) const;
    // The same of ascending rows as 64-bit numbers, Packed::none where there are none. Only where it is narrow.
    static bool reporting_is_narrow(const Column& money) { return money.values.narrow() && money.reporting.narrow(); }
    void reporting_minors(const Column& money, std::span<const std::uint32_t> rows, std::int64_t* minors) const;
    int reporting_slot(int slot) const { return reporting_slots_[static_cast<std::size_t>(slot)]; }
    bool is_home(const Column& money, std::uint32_t row) const;
    const std::string& home_currency() const { return home_currency_; }
    int home_decimals() const { return home_decimals_; }
    // Row of the record referred to.
    std::optional<std::uint32_t> target_row(const Column& reference, std::uint32_t row) const {
        const std::uint32_t code = reference.values.code(row);
        return code ? std::optional<std::uint32_t>(code - 1) : std::nullopt;
    }

    // Changes kept for bringing remembered answers up to date.
    std::uint64_t stamp() const { return stamp_; }  // of the last change
    // Rows changed after `since`, with repeats; false when that is no longer known.
    bool changed_since(std::uint64_t since, std::vector<std::uint32_t>& rows) const;
    std::uint64_t existence() const { return existence_; }  // stamp of the last change of a row's state

    bool loading = false, ready = false;
    std::unique_ptr<SearchIndex> search;

    std::size_t bytes() const;

  private:
    bool set(Column& column, std::uint32_t row, const Record& record);
    void note(std::uint32_t row, std::uint64_t stamp);
    void set_state(std::uint32_t row, RowState state, std::uint64_t stamp);
    void add_row(std::int64_t id);
    void grow_index();
    void set_aside(Id id, const Record* record);

    const EntityInfo* entity_;
    bool only_ids_;
    std::string home_currency_;
    int home_decimals_ = 2;
    std::vector<std::unique_ptr<Column>> columns_;
    // By slot of a money field: where a record carries the reporting amount (past its own slots: the stored fields
    // in their order, then the computed ones), or -1.
    std::vector<int> reporting_slots_;
    std::vector<std::int64_t> ids_;
    // The first rows, whose ids ascend, are found by halving: first among every so manieth id. The others by an index.
    static constexpr std::uint32_t stride = 64;
    std::uint32_t ascending_ = 0;
    std::vector<std::int64_t> heads_;
    std::vector<std::uint32_t> index_;          // open addressing: row + 1
    std::vector<std::uint8_t> states_;
    RowSet live_, bin_;
    std::deque<std::pair<std::uint64_t, std::uint32_t>> changes_;
    std::uint64_t stamp_ = 0, forgotten_ = 0, existence_ = 0;
    std::unordered_map<std::int64_t, std::uint64_t> erased_while_loading_;
    // Rows that are being filled, and what has become of their records meanwhile (null: erased).
    std::uint32_t settled_ = 0;
    bool filling_ = false;
    std::vector<std::pair<Id, std::unique_ptr<Record>>> aside_;
    struct Unresolved {
        Column* column;
        std::uint32_t row;
        std::int64_t id;
    };
    std::vector<Unresolved> unresolved_;
    std::unordered_set<std::uint32_t> put_while_unresolved_;
    static constexpr std::size_t changes_most = 65'536;
};

// What one part of a bulk has become, on its way into its column.
struct Table::Filling {
    struct Part {
        Column* column = nullptr;
        Packed values{step_one}, reporting{step_one};
        std::optional<Arena> arena;
        std::vector<Wide> computed;                                   // of a computed field, but for texts and references
        std::vector<std::int64_t> rows;                               // of a reference: target rows from 1
        std::vector<std::pair<std::uint32_t, std::int64_t>> unknown;  // and ids that have none
    };
    std::uint32_t first = 0;  // row of the bulk's first record
    std::vector<Part> parts;  // of the bulk's, then the computed fields'
    bool begins_chunk() const { return first % chunk_rows == 0; }
};

// How `field` of an entity is held.
Held held_as(const EntityInfo& entity, const FieldInfo& field);
// Entities that are not held: the system's own, and projections that would outgrow what they describe.
bool is_held(const EntityInfo& entity);

}  // namespace fairlead::store::columns
