// The policy of access, written a second time: from the records of the organisation and the declarations, one
// record at a time, with none of the store's code for reach. The access matrix compares every answer with it.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "derive/rest_for_tests.h"

namespace fairlead::derive::testing {

enum class Does { create, read, update, remove, export_, bulk, import };

// The column of `role_permission` that grants it.
inline const char* column_of(Does does) {
    constexpr const char* columns[] = {"create", "read", "update", "delete", "export", "bulk", "import"};
    return columns[static_cast<int>(does)];
}

class Oracle {
  public:
    explicit Oracle(Company& company) : company_(company) { look(); }

    // Reads everything anew, the bin included.
    void look() {
        today_ = company_.store->context().today();
        records_.clear();
        for (const auto& entity : company_.store->catalog()->entities())
            for (const bool bin : {false, true}) {
                store::ListQuery query;
                query.entity = entity->name;
                query.in_bin = bin;
                REQUIRE(company_.store->each(*store::Viewer::system(), query, [&](const model::Record& record) {
                    records_[entity->name].emplace(record.id().value, record);
                    return true;
                }));
            }
    }

    const std::map<std::int64_t, model::Record>& all(std::string_view entity) const {
        static const std::map<std::int64_t, model::Record> none;
        const auto found = records_.find(std::string(entity));
        return found == records_.end() ? none : found->second;
    }
    static bool in_bin(const model::Record& record) { return !record["deleted_at"].empty(); }

    bool administrates(Id user) const {
        const model::Record& who = all("user").at(user.value);
        if (truth(who["administrator"])) return true;
        const Id role = who.reference("role");
        return role && truth(all("role").at(role.value)["administrator"]);
    }

    // May he do this with some record of the kind?
    bool has(Id user, Does does, const model::EntityInfo& entity) const {
        if (administrates(user)) return true;
        if (does == Does::read && entity.access == model::AccessKind::open) return true;
        if (does != Does::read && entity.administrators) return granted(user, does, entity);
        return granted(user, does, entity);
    }

    // May he do this with this one?
    bool reaches(Id user, Does does, const model::Record& record) const {
        const model::EntityInfo& entity = *record.entity;
        if (administrates(user)) return true;
        if (does != Does::read && entity.administrators) return false;
        if (does == Does::read && entity.access == model::AccessKind::open) return true;
        for (const Id standing : stands_for(user)) {
            if (shared_with(standing, does, record)) return true;
            const std::string scope = scope_of(standing, does, entity);
            if (scope == "none") continue;
            if (scoped(entity) && covers(standing, scope, record)) return true;
            if (entity.access != model::AccessKind::inherits && (scope == "all" || !scoped(entity))) return true;
        }
        if (entity.access != model::AccessKind::inherits || !has(user, does, entity)) return false;
        // What belongs to another record is reached with it.
        const model::FieldInfo& up = field_meaning(entity, model::Meaning::parent_access);
        const Id above = record.reference(up.name);
        const auto& parents = all(up.target);
        const auto parent = parents.find(above.value);
        return parent != parents.end() && reaches(user, does, parent->second);
    }

    // "hidden", "read" or "write", as the role that opens the kind to him says.
    std::string level(Id user, const model::EntityInfo& entity, std::string_view field) const {
        if (administrates(user)) return "write";
        const Id role = all("user").at(user.value).reference("role");
        for (const auto& [id, permission] : all("field_permission"))
            if (!in_bin(permission) && permission.reference("role") == role && permission.text("entity") == entity.name && permission.text("field") == field)
                return permission.text("level");
        return "write";
    }

    // What a call on this record must answer when `done` is the answer of one who may.
    int expected(Id user, Does does, const model::Record& record, int done) const {
        if (!has(user, Does::read, *record.entity)) return 403;
        if (!reaches(user, Does::read, record)) return 404;
        return reaches(user, does, record) ? done : 403;
    }

    // Changes that are more than the record: a share opens another record, a delegation a person's reach.
    int beyond_reach(Id user, const model::Record& record) const {
        if (administrates(user)) return 200;
        if (record.entity->name == "delegation") return record.reference("from_user") == user ? 200 : 403;
        if (record.entity->name != "record_share") return 200;
        const auto& named = all(record.text("entity"));
        const auto shared = named.find(record["record"].as<std::int64_t>());
        if (shared == named.end() || in_bin(shared->second) || !reaches(user, Does::read, shared->second)) return 422;
        return reaches(user, Does::update, shared->second) ? 200 : 403;
    }

  private:
    static bool truth(const Value& value) { return value == Value(true); }

    static const model::FieldInfo& field_meaning(const model::EntityInfo& entity, model::Meaning meaning) {
        return *std::find_if(entity.fields.begin(), entity.fields.end(), [&](const model::FieldInfo& field) { return field.options.meaning == meaning; });
    }
    static const model::FieldInfo* find_meaning(const model::EntityInfo& entity, model::Meaning meaning) {
        for (const model::FieldInfo& field : entity.fields)
            if (field.options.meaning == meaning) return &field;
        return nullptr;
    }
    static bool scoped(const model::EntityInfo& entity) {
        return find_meaning(entity, model::Meaning::owner) || find_meaning(entity, model::Meaning::team) || find_meaning(entity, model::Meaning::territory);
    }
    static Id reference_by(const model::Record& record, model::Meaning meaning) {
        const model::FieldInfo* field = find_meaning(*record.entity, meaning);
        return field ? record.reference(field->name) : Id{};
    }

    bool holds(const model::Record& dated) const {
        if (in_bin(dated)) return false;
        const Value& from = dated["begins_on"];
        const Value& until = dated["ends_on"];
        return !(from.is<Date>() && from.as<Date>() > today_) && !(until.is<Date>() && until.as<Date>() < today_);
    }

    // Himself, and everybody at work whose place he holds today.
    std::vector<Id> stands_for(Id user) const {
        std::vector<Id> standing{user};
        for (const auto& [id, delegation] : all("delegation")) {
            if (!holds(delegation) || delegation.reference("to_user") != user) continue;
            const auto from = all("user").find(delegation.reference("from_user").value);
            if (from != all("user").end() && !in_bin(from->second) && truth(from->second["active"])) standing.push_back(from->second.id());
        }
        return standing;
    }

    std::string scope_of(Id user, Does does, const model::EntityInfo& entity) const {
        const Id role = all("user").at(user.value).reference("role");
        std::string named = "none", rest = "none";
        bool is_named = false;
        for (const auto& [id, permission] : all("role_permission")) {
            if (in_bin(permission) || !role || permission.reference("role") != role) continue;
            const std::string scope = permission.text(column_of(does)).empty() ? "none" : permission.text(column_of(does));
            if (permission.text("entity") == entity.name) {
                named = scope;
                is_named = true;
            } else if (permission.text("entity") == "*") rest = scope;
        }
        return is_named ? named : rest;
    }

    bool granted(Id user, Does does, const model::EntityInfo& entity) const {
        for (const Id standing : stands_for(user)) {
            if (scope_of(standing, does, entity) != "none") return true;
            if (does != Does::read && does != Does::update) continue;
            for (const auto& [id, share] : all("record_share"))
                if (share.text("entity") == entity.name && is_for(standing, share) && (does == Does::read || share.text("level") == "update")) return true;
        }
        return false;
    }

    bool is_for(Id user, const model::Record& share) const {
        return holds(share) && (share.reference("user") == user || (share.reference("team") && is_member(user, share.reference("team"))));
    }
    bool shared_with(Id user, Does does, const model::Record& record) const {
        if (does != Does::read && does != Does::update) return false;
        for (const auto& [id, share] : all("record_share"))
            if (share.text("entity") == record.entity->name && share["record"] == Value(record.id().value) && is_for(user, share) &&
                (does == Does::read || share.text("level") == "update"))
                return true;
        return false;
    }

    bool is_member(Id user, Id team) const {
        const auto who = all("user").find(user.value);
        if (who != all("user").end() && !in_bin(who->second) && who->second.reference("team") == team) return true;
        for (const auto& [id, member] : all("team_member"))
            if (holds(member) && member.reference("user") == user && member.reference("team") == team) return true;
        return false;
    }
    // Belongs to the team or leads it.
    bool stands_in(Id user, Id team) const {
        const auto found = all("team").find(team.value);
        if (found == all("team").end() || in_bin(found->second)) return false;
        return is_member(user, team) || found->second.reference("manager") == user;
    }
    // ... or to one of those above it.
    bool stands_above(Id user, Id team) const {
        std::set<std::int64_t> seen;
        while (team && seen.insert(team.value).second) {
            if (stands_in(user, team)) return true;
            const auto found = all("team").find(team.value);
            if (found == all("team").end() || in_bin(found->second)) return false;
            team = found->second.reference("parent");
        }
        return false;
    }
    bool covers_territory(Id user, Id territory) const {
        std::set<std::int64_t> seen;
        while (territory && seen.insert(territory.value).second) {
            const auto found = all("territory").find(territory.value);
            if (found == all("territory").end() || in_bin(found->second)) return false;
            if (found->second.reference("manager") == user) return true;
            for (const auto& [id, member] : all("territory_member"))
                if (holds(member) && member.reference("user") == user && member.reference("territory") == territory) return true;
            territory = found->second.reference("parent");
        }
        return false;
    }

    bool covers(Id user, const std::string& scope, const model::Record& record) const {
        if (scope == "all") return record.entity->access != model::AccessKind::inherits;
        const Id owner = reference_by(record, model::Meaning::owner);
        if (owner && owner == user) return true;
        if (scope == "territory") return covers_territory(user, reference_by(record, model::Meaning::territory));
        if (scope != "team" && scope != "subtree") return false;
        const auto near = [&](Id team) { return scope == "team" ? stands_in(user, team) : stands_above(user, team); };
        if (near(reference_by(record, model::Meaning::team))) return true;
        for (const auto& [id, team] : all("team"))
            if (owner && is_member(owner, team.id()) && near(team.id())) return true;
        return false;
    }

    Company& company_;
    Date today_{};
    std::map<std::string, std::map<std::int64_t, model::Record>> records_;
};

}  // namespace fairlead::derive::testing
