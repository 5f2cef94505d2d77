// Records and the ports through which actions, listeners and jobs reach them. The store implements Records;
// a module sees nothing else of it.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/catalog.h"

namespace fairlead::model {

// One record: a slot per stored and computed field of its entity.
struct Record {
    const EntityInfo* entity = nullptr;
    std::vector<Value> slots;

    Record() = default;
    explicit Record(const EntityInfo& e) : entity(&e), slots(static_cast<std::size_t>(e.slots)) {}
    const Value& at(int slot) const { return slots[static_cast<std::size_t>(slot)]; }
    Value& at(int slot) { return slots[static_cast<std::size_t>(slot)]; }
    const Value& operator[](std::string_view field) const { return at(entity->slot(field)); }
    void set(std::string_view field, Value value) { at(entity->slot(field)) = std::move(value); }
    Id id() const { return at(slot_id).empty() ? Id{} : at(slot_id).as<Id>(); }
    std::int64_t version() const { return at(slot_version).empty() ? 0 : at(slot_version).as<std::int64_t>(); }
    // Reference or none.
    Id reference(std::string_view field) const { const Value& v = (*this)[field]; return v.is<Id>() ? v.as<Id>() : Id{}; }
    std::string text(std::string_view field) const { const Value& v = (*this)[field]; return v.is<std::string>() ? v.as<std::string>() : std::string(); }
};

// Fields to set: slot and value; an empty Value clears the field.
struct Patch {
    const EntityInfo* entity = nullptr;
    std::vector<std::pair<int, Value>> sets;

    explicit Patch(const EntityInfo& e) : entity(&e) {}
    Patch& set(std::string_view field, Value value) { return set_slot(entity->slot(field), std::move(value)); }
    Patch& set_slot(int slot, Value value) {
        for (auto& s : sets) if (s.first == slot) { s.second = std::move(value); return *this; }
        sets.emplace_back(slot, std::move(value));
        return *this;
    }
    const Value* find(int slot) const {
        for (const auto& s : sets) if (s.first == slot) return &s.second;
        return nullptr;
    }
    bool empty() const { return sets.empty(); }
};

enum class ChangeKind : std::uint8_t { create, update, remove, restore, merge, unmerge, erase };
std::string_view change_kind_name(ChangeKind kind);

// What a listener is told, inside the commit.
struct ChangeEvent {
    ChangeKind kind = ChangeKind::update;
    const EntityInfo* entity = nullptr;
    const Record* before = nullptr;  // null on create
    const Record* after = nullptr;   // never null
    const Patch* asserted = nullptr; // what the entry asserts; a back-dated one may leave `after` as it was
    Instant effective{};
    std::int64_t seq = 0;
    bool changed(std::string_view field) const;  // true on create when the field is not empty
};

struct WriteOptions {
    std::optional<Instant> effective;           // when it became true; now unless an import knows better
    std::optional<std::int64_t> expected_version;  // refuse `stale` when the record has another
    bool as_system = false;                     // rules of access and read-only fields do not apply
    bool through_action = false;                // may write fields that an action owns
};

// Reading and writing inside one transaction. All refusals leave the transaction as it was before the call.
class Records {
  public:
    virtual ~Records() = default;
    virtual const Catalog& catalog() const = 0;
    virtual Instant now() const = 0;
    virtual Id actor() const = 0;                      // the user on whose account this runs; none: the system
    virtual const formula::Context& context() const = 0;

    // By id, whatever its state; nothing when it does not exist. Not limited by access (rules run as system);
    // `visible` asks for the actor.
    virtual std::optional<Record> find(const EntityInfo& entity, Id id) = 0;
    virtual bool visible(const EntityInfo& entity, Id id) = 0;
    // All live records whose `field` equals `value`; indexed or small entities only.
    virtual std::vector<Record> where(const EntityInfo& entity, std::string_view field, const Value& value) = 0;
    virtual std::vector<Record> all(const EntityInfo& entity) = 0;  // small entities (stages, currencies)

    virtual Result<Id> create(const Patch& patch, const WriteOptions& options = {}) = 0;
    virtual Result<std::int64_t> update(Id id, const Patch& patch, const WriteOptions& options = {}) = 0;
    virtual Result<void> remove(const EntityInfo& entity, Id id, const WriteOptions& options = {}) = 0;
    virtual Result<void> restore(const EntityInfo& entity, Id id, const WriteOptions& options = {}) = 0;
};

using Parameters = std::map<std::string, Value, std::less<>>;

struct ActionContext {
    Records& records;
    const EntityInfo& entity;
    Record record;            // as read in this transaction
    Parameters parameters;    // typed and checked against the declaration
    WriteOptions write;       // hand on to create/update: effective time, expected version

    const Value& parameter(std::string_view name) const;  // empty when not given
};

}  // namespace fairlead::model
