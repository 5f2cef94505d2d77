// The catalogue: every entity and field that exists now, declared by modules or added by the company. It is
// what store, derive and formula read; they never see a module's own types.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "formula/formula.h"
#include "model/declare.h"

namespace fairlead::model {

struct ChoiceInfo {
    std::string value;
    std::string label;
};

// Where a field's value lives in a Record. Stored fields come first, then computed ones; to-many relations
// have none (slot -1).
struct FieldInfo {
    std::string name, label, help;
    Type type = Type::text;
    std::string target, back;
    std::vector<ChoiceInfo> choices;
    std::string formula_text;       // computed
    formula::Formula formula;       // computed, checked
    formula::Formula initial;       // default of a new record
    FieldOptions options;           // string_view members are owned by the catalogue
    bool custom = false;            // added by the company; column prefix x_
    bool system = false;            // id, version, created_at ...
    int slot = -1;

    bool is_many() const { return !back.empty(); }
    bool is_computed() const { return !formula_text.empty(); }
    bool is_stored() const { return !is_many() && !is_computed(); }
    // Column names on every store: reference "account_id"; money "amount", "amount_cur", "amount_rep";
    // everything else its name.
    std::vector<std::string> columns() const;
    const formula::FieldType& formula_type() const { return formula_type_; }
    void settle();                  // after the members above

    formula::FieldType formula_type_;
};

struct RuleInfo {
    std::string code, message, field;
    formula::Formula formula;
};

struct ActionInfo {
    std::string name, label, help, permission;
    const Action* declared = nullptr;
    formula::Formula when;  // may be null: always
};

// Fields that every record has, in this order, as the first slots.
enum SystemSlot : int {
    slot_id = 0,          // reference to itself
    slot_version,         // whole, from 1
    slot_created_at,      // instant (recorded)
    slot_created_by,      // reference user
    slot_updated_at,      // instant (recorded)
    slot_updated_by,      // reference user
    slot_deleted_at,      // instant; in the bin since
    slot_merged_into,     // reference to itself
    slot_last_seq,        // whole: newest entry of the change log
    slot_effective_at,    // instant: the latest effective time of any of its entries
    system_slots,         // how many
};

struct EntityInfo {
    std::string name, plural, label, label_plural, title, icon, help, module;
    std::vector<FieldInfo> fields;       // system fields first; index == position, `slot` may differ
    std::vector<RuleInfo> rules;
    std::vector<ActionInfo> actions;
    AccessKind access = AccessKind::scoped;
    bool big = false, logged = true, changes_access = false, administrators = false;
    int number = 0;                      // small, dense, stable within a catalogue
    int slots = 0;                       // stored + computed
    int stored_slots = 0;
    int owner_slot = -1, team_slot = -1, territory_slot = -1, parent_slot = -1, title_slot = -1;

    const FieldInfo* field(std::string_view name) const;  // null when there is none
    const FieldInfo& need(std::string_view name) const;   // InvariantBroken when there is none
    int slot(std::string_view name) const { return need(name).slot; }
    const FieldInfo& by_slot(int slot) const { return fields[static_cast<std::size_t>(slot_to_field_[static_cast<std::size_t>(slot)])]; }

    std::vector<int> slot_to_field_;
    std::unordered_map<std::string, int> by_name_;
};

// A field that a company added; kept as a record of `custom_field`.
struct CustomField {
    std::string entity, name, label, help;  // name begins with "x_"
    Type type = Type::text;
    std::string target;
    std::vector<ChoiceInfo> choices;
    bool required = false, search = false, dimension = false, measure = false;
    int scale = 6;
};

class Catalog : public formula::Schema {
  public:
    // Checks everything (names, targets, formulas, cycles of computed fields) and refuses with every fault.
    static Result<std::shared_ptr<const Catalog>> build(std::span<const Module* const> modules,
                                                        std::span<const CustomField> custom = {},
                                                        std::string reporting_currency = "USD");

    const EntityInfo* find(std::string_view name) const;         // by name
    const EntityInfo* find_plural(std::string_view plural) const;
    const EntityInfo& need(std::string_view name) const;
    const std::vector<std::unique_ptr<EntityInfo>>& entities() const { return entities_; }
    std::span<const Module* const> modules() const { return modules_; }
    const std::vector<CustomField>& custom_fields() const { return custom_; }
    const std::string& currency() const { return currency_; }
    std::uint64_t version() const { return version_; }           // grows with every build in this process
    // Listeners on `entity`, in module order.
    std::vector<const Listener*> listeners(std::string_view entity) const;

    std::optional<formula::FieldType> field(std::string_view entity, std::string_view name) const override;
    std::vector<std::string> field_names(std::string_view entity) const override;
    std::string title_field(std::string_view entity) const override;

  private:
    std::vector<std::unique_ptr<EntityInfo>> entities_;
    std::vector<const Module*> modules_;
    std::vector<CustomField> custom_;
    std::string currency_;
    std::uint64_t version_ = 0;
    std::unordered_map<std::string, const EntityInfo*> by_name_, by_plural_;
};

}  // namespace fairlead::model
