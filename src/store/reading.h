// Reading records in one stable view of the database: point reads, look-ups, and what formulas ask for.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "store/row.h"
#include "store/settings.h"
#include "store/viewer.h"

namespace fairlead::store {

// Rows by plain SQL; stored slots only.
class RowReader {
  public:
    RowReader(Connection& connection, const Shape& shape) : connection_(connection), shape_(shape) {}
    std::optional<Record> find(const EntityInfo& entity, Id id) const;
    std::vector<Record> find_many(const EntityInfo& entity, const std::vector<Id>& ids) const;  // those that exist, in the order asked
    // Live records whose field has this value, in id order.
    std::vector<Record> where(const EntityInfo& entity, const FieldInfo& field, const Value& value, bool with_bin = false) const;
    std::vector<Record> all(const EntityInfo& entity) const;
    // Every record in id order until `each` returns false. `page` is shown those that come next before each of them.
    void scan(const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each, Id after = {}, const std::function<void(std::span<const Record>)>& page = {}) const;
    // The next records after `after` in id order, those in the bin among them, into `page`, whose memory is used
    // again. How many: fewer than the page holds at the end.
    std::size_t next(const EntityInfo& entity, Id after, std::span<Record> page) const;
    // Live records with these slots and no others, in id order until `each` returns false. The record is used again.
    void scan_slots(const EntityInfo& entity, std::vector<int> slots, const std::function<bool(const Record&)>& each) const;

  private:
    void read_all(const Table& table, const std::vector<Id>& ids, const std::function<void(Statement&)>& read) const;
    Connection& connection_;
    const Shape& shape_;
};

// Whether a record is within reach. `parent` finds the record whose access is inherited.
using FindRecord = std::function<std::optional<Record>(const EntityInfo&, Id)>;
bool within(const Viewer& viewer, const model::Catalog& catalog, const Record& record, Right right, const FindRecord& parent);
// Clears what the viewer may not read.
void hide_fields(const Viewer& viewer, Record& record);

// What the formulas of a reader see. With `limit`, records out of its reach do not exist and hidden fields are
// empty. Never writes.
class Reading : public model::Records {
  public:
    Reading(Connection& connection, std::shared_ptr<const Shape> shape, formula::Context context, const Viewer* limit = nullptr);
    const model::Catalog& catalog() const override { return *shape_->catalog; }
    Instant now() const override { return context_.now; }
    Id actor() const override { return context_.user; }
    const formula::Context& context() const override { return context_; }
    std::optional<Record> find(const EntityInfo& entity, Id id) override;
    bool visible(const EntityInfo& entity, Id id) override;
    std::vector<Record> where(const EntityInfo& entity, std::string_view field, const Value& value) override;
    std::vector<Record> all(const EntityInfo& entity) override;
    Result<Id> create(const model::Patch&, const model::WriteOptions&) override { return read_only(); }
    Result<std::int64_t> update(Id, const model::Patch&, const model::WriteOptions&) override { return read_only(); }
    Result<void> remove(const EntityInfo&, Id, const model::WriteOptions&) override { return read_only(); }
    Result<void> restore(const EntityInfo&, Id, const model::WriteOptions&) override { return read_only(); }

    // Its stored slots, whoever asks; valid until the next question.
    const std::optional<Record>& stored(const EntityInfo& entity, Id id);
    virtual bool within_reach(const Record& record, Right right);
    // What a formula (with this root) found as money of the record, in minor units of the reporting currency: of a stored
    // amount at the rate that is kept beside it, of another at today's. Nothing without a rate.
    std::optional<std::int64_t> in_reporting(const Record& record, const formula::Node& root, const Money& money) const;
    // Computed fields, as the system computes them; then hidden fields cleared under the limit.
    void finish(Record& record);

    // Those that exist and are within reach, in the order asked.
    std::vector<Record> find_many(const EntityInfo& entity, const std::vector<Id>& ids);

    // Fetches at once what finding these, deciding on the reach of these records and finishing them will look up.
    void want(const EntityInfo& entity, const std::vector<Id>& ids);
    void want_reach(std::span<const Record> records);
    void want_computed(std::span<const Record> records);

  protected:
    // The stored slots of a record as this view has it; the as-of view answers otherwise.
    virtual std::optional<Record> load(const EntityInfo& entity, Id id);
    virtual std::vector<Record> load_many(const EntityInfo& entity, const std::vector<Id>& ids);
    virtual std::vector<Record> load_where(const EntityInfo& entity, const FieldInfo& field, const Value& value);
    virtual std::vector<Record> load_all(const EntityInfo& entity);
    const Shape& shape() const { return *shape_; }
    RowReader& rows() { return rows_; }
    const Viewer* limit() const { return limit_; }

  private:
    class ComputedRow;
    struct Held {
        std::optional<Record> record;  // stored slots, and when `computed` the others
        bool computed = false;
    };
    static Refused read_only() { return refuse(Why::forbidden, "read_only", "This is read only"); }
    Held& held(const EntityInfo& entity, Id id);
    const Record* computed(const EntityInfo& entity, Id id, std::optional<Record>& room);
    void compute_as_system(Record& record);
    bool has_computed(const EntityInfo& entity) const { return !shape_->computed[static_cast<std::size_t>(entity.number)].empty(); }
    void want_tree(const std::vector<const Record*>& records, const std::vector<Reached>& tree, int steps);
    void trim();
    std::shared_ptr<const Shape> shape_;
    RowReader rows_;
    formula::Context context_;
    const Viewer* limit_;
    int depth_ = 0;   // of records computed for others
    int using_ = 0;   // of those who hold references into what is held
    std::vector<std::unordered_map<std::int64_t, Held>> held_;  // by entity
};

}  // namespace fairlead::store
