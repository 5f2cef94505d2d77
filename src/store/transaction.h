// One unit of work on the writer: checks, rules, access, rows, log entries and projections, undone as a whole
// when its body refuses.
#pragma once
#include <memory>
#include <unordered_map>
#include <vector>

#include "store/log.h"
#include "store/reading.h"
#include "store/store.h"

namespace fairlead::store {

// What the writer lends to a transaction for the time of one body.
struct WriteScope {
    Connection& connection;
    std::shared_ptr<const Shape> shape;
    std::shared_ptr<const Settings> settings;
    const Log& log;
    LogHead& head;
    Instant now{};
};

class WriteTransaction final : public Transaction {
  public:
    WriteTransaction(WriteScope scope, const Command& command);

    // After the body: the records as they stand now, for the columns; erased ones without a record.
    struct Touched {
        const EntityInfo* entity = nullptr;
        Id id{};
        std::optional<Record> after;
    };
    std::vector<Touched> touched() const;
    bool wrote() const { return wrote_; }
    bool changed_access() const { return changed_access_; }
    bool changed_settings() const { return changed_settings_; }

    const model::Catalog& catalog() const override { return *scope_.shape->catalog; }
    Instant now() const override { return scope_.now; }
    Id actor() const override { return command_.viewer ? command_.viewer->user : Id{}; }
    const formula::Context& context() const override { return context_; }
    std::optional<Record> find(const EntityInfo& entity, Id id) override;
    bool visible(const EntityInfo& entity, Id id) override;
    std::vector<Record> where(const EntityInfo& entity, std::string_view field, const Value& value) override;
    std::vector<Record> all(const EntityInfo& entity) override;
    Result<Id> create(const Patch& patch, const WriteOptions& options) override;
    Result<std::int64_t> update(Id id, const Patch& patch, const WriteOptions& options) override;
    Result<void> remove(const EntityInfo& entity, Id id, const WriteOptions& options) override;
    Result<void> restore(const EntityInfo& entity, Id id, const WriteOptions& options) override;
    Result<Value> act(const EntityInfo& entity, Id id, std::string_view action, const Parameters& parameters, const WriteOptions& options) override;
    Result<void> merge(const EntityInfo& entity, Id winner, Id loser, const Patch& taken) override;
    Result<void> unmerge(const EntityInfo& entity, Id loser) override;
    Result<void> erase(const EntityInfo& entity, Id id) override;
    std::optional<Id> find_by_key(const EntityInfo& entity, std::string_view field, const Value& value) override;

    // One record of an undone batch: the values before it, where nobody has changed them since.
    Result<void> compensate(const StoredEntry& entry);

  private:
    struct Change {
        ChangeKind kind = ChangeKind::update;
        Record before;            // empty entity on create
        Record after;
        Patch asserted;
        Instant effective{};
    };
    std::optional<Record> load(const EntityInfo& entity, Id id);
    bool within_reach(const Record& record, Right right);
    // The record, where the actor may do this with it; refuses as absent where he may not even read it.
    Result<Record> reachable(const EntityInfo& entity, Id id, Right right, const WriteOptions& options);
    Result<void> check_patch(const Patch& patch, const Record* before, const WriteOptions& options);
    Result<void> check_values(const Record& record, const Patch& patch, const Record* before, const WriteOptions& options);
    Result<void> check_value(const FieldInfo& field, Value& value, bool as_system);
    Result<void> check_unique(const Record& record, const Patch& patch);
    Result<void> check_rules(const Record& record);
    void fill_defaults(Patch& patch);
    void convert_money(Record& record, const Patch& patch, const Record* before);
    // Fields that a later entry asserts stay as they are (decisions.md 8).
    Result<void> drop_overtaken(Patch& applied, const Record& before, Instant effective);
    Result<void> write(Change& change);
    Result<void> set_in_bin(const EntityInfo& entity, Id id, bool in_bin, const WriteOptions& options);
    Result<std::int64_t> change_record(Record before, const Patch& asked, const WriteOptions& options, ChangeKind kind);

    WriteScope scope_;
    const Command& command_;
    formula::Context context_;
    RowReader rows_;
    std::vector<std::unordered_map<std::int64_t, std::optional<Record>>> cache_;  // by entity, as this unit sees them
    std::vector<std::pair<const EntityInfo*, Id>> order_;                         // first touched first
    bool wrote_ = false, changed_access_ = false, changed_settings_ = false;
    int depth_ = 0;
};

}  // namespace fairlead::store
