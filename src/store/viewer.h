// A viewer: a user with the rights that roles, teams, territories and shares give, ready to be applied to
// every query. Made by the store from records of `organisation` (access.h), immutable, shared.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "model/catalog.h"

namespace fairlead::store {

enum class Scope : std::uint8_t { none, own, team, subtree, territory, all };
std::string_view scope_name(Scope scope);

enum class Right : std::uint8_t { create, read, update, remove, export_, bulk, import, count_ };
// The right that an action's `permission` names; nothing for "administrator", which is no right.
std::optional<Right> right_named(std::string_view permission);
enum class FieldAccess : std::uint8_t { hidden, read, write };

// Whose records are within reach: everything, or the union of the sets.
struct Reach {
    bool everything = false;
    std::unordered_set<std::int64_t> owners;       // users
    std::unordered_set<std::int64_t> teams;
    std::unordered_set<std::int64_t> territories;
    std::unordered_set<std::int64_t> records;      // manual shares, deal teams
    bool nothing() const { return !everything && owners.empty() && teams.empty() && territories.empty() && records.empty(); }
};

struct EntityAccess {
    Reach reach[static_cast<int>(Right::count_)];  // create: everything or nothing
    std::vector<FieldAccess> fields;               // by field index of EntityInfo; empty: write to all
    FieldAccess field(int index) const { return fields.empty() ? FieldAccess::write : fields[static_cast<std::size_t>(index)]; }
};

class Viewer {
  public:
    Id user{};
    std::string name, language, zone = "UTC";   // language: empty where the person prefers none
    bool is_system = false;
    bool is_administrator = false;                 // may configure: users, roles, stages, fields
    std::uint64_t access_version = 0;
    std::vector<EntityAccess> entities;            // by EntityInfo::number

    // For tests, jobs and rules: everything allowed.
    static std::shared_ptr<const Viewer> system();

    bool may(const model::EntityInfo& entity, Right right) const {
        return is_system || !reach(entity, right).nothing();
    }
    const Reach& reach(const model::EntityInfo& entity, Right right) const;
    FieldAccess field(const model::EntityInfo& entity, const model::FieldInfo& field) const;
    bool reads(const model::EntityInfo& entity, const model::FieldInfo& f) const { return field(entity, f) != FieldAccess::hidden; }
};

// The catalogue as this viewer sees it: hidden fields and entities do not exist. For checking his formulas.
class ViewerSchema final : public formula::Schema {
  public:
    ViewerSchema(const model::Catalog& catalog, const Viewer& viewer) : catalog_(catalog), viewer_(viewer) {}
    std::optional<formula::FieldType> field(std::string_view entity, std::string_view name) const override;
    std::vector<std::string> field_names(std::string_view entity) const override;
    std::string title_field(std::string_view entity) const override;

  private:
    const model::Catalog& catalog_;
    const Viewer& viewer_;
};

}  // namespace fairlead::store
