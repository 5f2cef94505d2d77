// How a record lies in its table: columns, the texts of its statements, and the way between a row and a Record.
#pragma once
#include <map>
#include <mutex>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/records.h"
#include "store/database.h"
#include "store/insert_rows.h"

namespace fairlead::store {

using model::EntityInfo;
using model::FieldInfo;
using model::Record;

// A Record made by the store has extra slots past `entity->slots`: the amounts of its stored money fields in the
// reporting currency (minor units at the stored rate), in the order of the fields. Empty when not known.
Value reporting(const Record& record, int money_slot);
int reporting_slot(const EntityInfo& entity, int money_slot);
Record stored_record(const EntityInfo& entity);  // with room for the reporting amounts
void ensure_room(Record& record);

// The folded text under which a record is searched.
std::string search_text(const Record& record);

class Table {
  public:
    Table(const EntityInfo& entity, std::int64_t organisation);

    const EntityInfo& entity() const { return *entity_; }
    const std::string& name() const { return name_; }             // quoted
    const std::string& organisation() const { return organisation_; }
    const std::string& columns() const { return columns_; }       // for a SELECT, in the order that `read` expects
    const std::string& select_by_id() const { return select_by_id_; }
    int column_count() const { return column_count_; }
    bool searched() const { return searched_; }
    // Unique fields, with the column that the unique index lies on.
    struct Unique { int slot; std::string column; bool folded; };
    const std::vector<Unique>& uniques() const { return uniques_; }

    Record read(const Statement& row, int first_column = 0) const;
    // The same into a record of any kind, whose memory is used again.
    void read_into(Record& record, const Statement& row, int first_column = 0) const;
    void insert(Connection& connection, std::span<const Record* const> records) const;
    // Updates exactly the slots named (ascending, without the id); the system's slots must be among them.
    void run_update(Connection& connection, const Record& record, const std::vector<int>& slots) const;

    // Some slots alone: columns for a SELECT, and reading them.
    std::string columns_of(const std::vector<int>& slots) const;
    void read_slots(Record& record, const Statement& row, const std::vector<int>& slots) const;

    static std::string unique_key(const Value& text);

  private:
    int read_slot(Record& record, const Statement& row, int column, int slot) const;  // the next column
    int bind_slot(Statement& statement, int index, const Record& record, int slot) const;
    int bind_derived(Statement& statement, int index, const Record& record, bool with_search) const;

    const EntityInfo* entity_;
    std::string name_, organisation_, columns_, select_by_id_;
    std::unique_ptr<InsertRows> insert_;
    std::vector<std::vector<std::string>> slot_columns_;  // quoted
    std::vector<int> reporting_;                          // by slot; -1 for other types
    std::vector<Unique> uniques_;
    int column_count_ = 0;
    std::size_t room_ = 0;                                // slots of a record, the reporting amounts included
    bool searched_ = false;
    mutable std::mutex mutex_;
    mutable std::map<std::vector<int>, std::string> updates_;
};

// Other records that the computed fields of an entity read, as a tree of steps: known beforehand, they are fetched for
// many records at once.
struct Reached {
    const EntityInfo* target = nullptr;
    int slot = -1;  // the reference that leads there
    std::vector<Reached> further;
};

// Everything the store derives from one catalogue; replaced as a whole when the catalogue changes.
struct Shape {
    std::shared_ptr<const model::Catalog> catalog;
    std::vector<std::unique_ptr<Table>> tables;               // by EntityInfo::number
    std::vector<std::vector<const FieldInfo*>> computed;      // by EntityInfo::number, in the order of evaluation
    std::vector<std::vector<Reached>> reached;                // by EntityInfo::number
    std::vector<std::vector<const model::Listener*>> listeners;
    std::int64_t organisation = 1;

    const Table& table(const EntityInfo& entity) const { return *tables[static_cast<std::size_t>(entity.number)]; }
};
std::shared_ptr<const Shape> make_shape(std::shared_ptr<const model::Catalog> catalog, std::int64_t organisation);

// Fills the computed fields of a record; `records` answers for dotted paths.
void compute(const Shape& shape, model::Records& records, Record& record);
// The same by a row that stands on `record`.
void compute(const Shape& shape, const formula::Row& row, const formula::Context& context, Record& record);

}  // namespace fairlead::store
