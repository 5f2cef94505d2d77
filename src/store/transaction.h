// The one door for changes: checks, rules, access, row, log entry and everything derived, in one transaction.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/group.h"
#include "store/store.h"

namespace fairlead::store {

// Entities that name a record of any kind have its entity as text and its id as a whole number, in fields of
// these names (tags, links, shares).
struct AnyRecord {
    const FieldInfo* entity = nullptr;
    const FieldInfo* record = nullptr;
};
AnyRecord any_record(const EntityInfo& entity);  // both null for other entities

class WriteTransaction final : public Transaction {
  public:
    // `careful`: alone in its database transaction, each call under a savepoint, so that a refusal in the middle
    // leaves the rest standing. Otherwise such a refusal throws ReplayNeeded.
    WriteTransaction(CommitGroup& group, const Command& command, bool careful);

    const model::Catalog& catalog() const override { return *group_.shape->catalog; }
    Instant now() const override { return group_.now; }
    Id actor() const override { return viewer_->user; }
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
    Result<void> rehearse(const Patch& patch, Id existing, const WriteOptions& options) override;
    std::optional<Id> find_by_key(const EntityInfo& entity, std::string_view field, const Value& value) override;

    // Takes back what the batch did to one record; refused when somebody has changed it since.
    // Whether it counts: not when that was met before (undo_mark).
    Result<bool> undo_record(const EntityInfo& entity, Id id, const std::vector<StoredEntry>& entries);
    // Values amounts that have no rate, where there is one now (pricing.h). False: nothing to do.
    Result<bool> price(const EntityInfo& entity, Id id);
    // Raw values beside the records.
    void put(std::string_view kind, std::string_view key, std::string_view json);

  private:
    struct Writing {                       // one change on its way
        ChangeKind kind = ChangeKind::update;
        const EntityInfo* entity = nullptr;
        const Record* before = nullptr;    // null on create
        Record after;
        Patch asserted;
        std::vector<FieldChange> changes;  // for the log
        Instant effective{};
        explicit Writing(const EntityInfo& e) : entity(&e), asserted(e) {}
    };

    template <class T, class Call>
    Result<T> guarded(Call call);

    // transaction.cpp
    const Record* stored(const EntityInfo& entity, Id id);    // stored slots; null when it does not exist
    RowReader rows_of(const EntityInfo& entity);
    std::vector<Record> stored_all(const EntityInfo& entity);
    std::vector<Record> stored_where(const EntityInfo& entity, const FieldInfo& field, const Value& value);
    friend void expect_keys(Transaction& open, const EntityInfo& entity, std::string_view field, const std::vector<Value>& values);
    void expect(const EntityInfo& entity, const FieldInfo& field, std::span<const Value> values);
    void keep(const std::vector<Record>& records);            // read in this transaction, for the next who asks
    std::optional<Record> full(const EntityInfo& entity, Id id);
    Result<Record> reachable(const EntityInfo& entity, Id id, Right right, const WriteOptions& options, bool in_bin = false);
    Result<Id> create_unguarded(const Patch& patch, const WriteOptions& options);
    Result<std::int64_t> update_unguarded(Id id, const Patch& patch, const WriteOptions& options);
    Result<std::int64_t> update_through_actions(Id id, const Record& before, const Patch& patch, const WriteOptions& options);
    // `since`: from when it counts, for what should never have been there; else now.
    Result<void> change_bin(const EntityInfo& entity, Id id, const WriteOptions& options, bool into, std::optional<Instant> since = {});
    Result<Value> act_unguarded(const EntityInfo& entity, Id id, std::string_view action, const Parameters& parameters, const WriteOptions& options);
    Result<void> merge_unguarded(const EntityInfo& entity, Id winner, Id loser, const Patch& taken);
    Result<void> unmerge_unguarded(const EntityInfo& entity, Id loser);
    Result<void> erase_unguarded(const EntityInfo& entity, Id id);
    Result<bool> price_unguarded(const EntityInfo& entity, Id id);
    Result<bool> undo_unguarded(const EntityInfo& entity, Id id, const std::vector<StoredEntry>& entries);
    Result<void> compensate(const EntityInfo& entity, const Record& before, ChangeKind kind, const std::vector<FieldChange>& back);
    Result<void> redirect(const EntityInfo& target, Id from, Id to);
    Result<void> release_references(const EntityInfo& target, Id id);
    void drop_unchanged(Patch& patch, const Record& before, Instant effective, std::vector<FieldChange>& changes, Patch& to_row);
    Result<void> write(Writing& writing);
    bool same_actor_rights(const WriteOptions& options) const { return options.as_system || viewer_->is_system; }
    bool in_reach(const Record& record, Right right);

    // transaction_check.cpp
    Result<void> may_set(const EntityInfo& entity, const Patch& patch, const WriteOptions& options) const;
    Result<void> prepare(const EntityInfo& entity, Patch& patch, const Record* before, const WriteOptions& options);
    Result<void> normalise(Patch& patch, const WriteOptions& options, const Record* before);
    Result<Value> normalised(const FieldInfo& field, Value value, const WriteOptions& options, bool check_reach);
    Result<void> check_reference(const FieldInfo& field, Id id, const WriteOptions& options, bool check_reach);
    Result<void> fill_defaults(Record& record, Patch& patch, const WriteOptions& options);
    Result<void> may_join(const Record& after, const Record* before, const WriteOptions& options);
    Result<void> may_name(const Record& after, const Record* before, const WriteOptions& options);
    Result<void> check_required(const Record& record, const Patch* only) const;
    Result<void> check_rules(const Record& record);
    Result<void> check_unique(const Record& record, const Patch* only);
    void set_reporting(Record& record, int slot, Date day);
    Result<Parameters> checked_parameters(const model::ActionInfo& action, const Parameters& given, const WriteOptions& options);

    // transaction_uses.cpp
    struct Hanging {
        std::int64_t seen = 0;  // by the actor
        bool any = false;
    };
    // How a record is named: by a column or by what a column is made of.
    struct Naming {
        std::string condition;  // SQL, with $1 for the value
        std::string formula;    // the same for the columns in memory
        Value value;
        std::function<bool(const Record&)> holds;
        bool indexed = false;
    };
    static Naming named_by(const FieldInfo& field, Id id, bool indexed);
    Hanging hanging(const EntityInfo& holder, const Naming& naming, Id except);
    std::optional<Hanging> hanging_in_columns(const EntityInfo& holder, const Naming& naming, Id except);
    Hanging hanging_among(const EntityInfo& holder, const Naming& naming, std::vector<Id> candidates);
    Result<void> may_repeat(const Record& before, const Patch& given, const WriteOptions& options);
    Result<void> check_whole(const Record& record);
    Result<void> check_unused(const Record& record);
    Result<void> check_currency_stays(const std::vector<FieldChange>& changes, const EntityInfo& entity);
    Result<void> check_fixed(const Record& before, const std::vector<FieldChange>& changes);

    CommitGroup& group_;
    const Command& command_;
    std::shared_ptr<const Viewer> viewer_;
    formula::Context context_;
    bool careful_;
    int depth_ = 0;       // of calls that write
    int computing_ = 0;
    bool rehearsing_ = false;  // everything but the writing
};

}  // namespace fairlead::store
