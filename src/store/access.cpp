// Reach, materialised: the sets of owners, teams and territories that a user's rights come to.
#include "store/access.h"

#include <algorithm>
#include <map>

#include "store/reading.h"

namespace fairlead::store {
namespace {

// The records of the organisation that access follows from.
class Organisation {
  public:
    Organisation(Connection& connection, const Shape& shape, Date today) : rows_(connection, shape), shape_(shape), today_(today) {
        for (const Record& team : live("team")) team_parent_[team.id().value] = team.reference("parent").value;
        for (const Record& member : live("team_member"))
            if (holds_today(member)) team_users_[member.reference("team").value].insert(member.reference("user").value);
        for (const Record& user : live("user"))
            if (user.reference("team")) team_users_[user.reference("team").value].insert(user.id().value);
        for (const Record& territory : live("territory")) territory_parent_[territory.id().value] = territory.reference("parent").value;
    }

    std::vector<Record> live(std::string_view entity) const {
        const EntityInfo* info = shape_.catalog->find(entity);
        return info ? rows_.all(*info) : std::vector<Record>{};
    }
    std::vector<Record> live(std::string_view entity, std::string_view field, Id of) const {
        const EntityInfo* info = shape_.catalog->find(entity);
        return info ? rows_.where(*info, info->need(field), Value(of)) : std::vector<Record>{};
    }
    std::optional<Record> user(Id id) const {
        const EntityInfo* info = shape_.catalog->find("user");
        return info ? rows_.find(*info, id) : std::nullopt;
    }
    bool holds_today(const Record& record) const {
        const Value& begins = record["begins_on"];
        const Value& ends = record["ends_on"];
        return (!begins.is<Date>() || begins.as<Date>() <= today_) && (!ends.is<Date>() || ends.as<Date>() >= today_);
    }

    std::unordered_set<std::int64_t> teams_of(Id user) const {
        std::unordered_set<std::int64_t> teams;
        for (const auto& [team, users] : team_users_)
            if (users.contains(user.value)) teams.insert(team);
        return teams;
    }
    std::unordered_set<std::int64_t> with_below(std::unordered_set<std::int64_t> ids, const std::map<std::int64_t, std::int64_t>& parents) const {
        for (bool grown = true; grown;) {
            grown = false;
            for (const auto& [id, parent] : parents)
                if (ids.contains(parent) && ids.insert(id).second) grown = true;
        }
        return ids;
    }
    std::unordered_set<std::int64_t> teams_below(const std::unordered_set<std::int64_t>& teams) const { return with_below(teams, team_parent_); }
    std::unordered_set<std::int64_t> users_of(const std::unordered_set<std::int64_t>& teams) const {
        std::unordered_set<std::int64_t> users;
        for (const std::int64_t team : teams)
            if (const auto found = team_users_.find(team); found != team_users_.end()) users.insert(found->second.begin(), found->second.end());
        return users;
    }
    std::unordered_set<std::int64_t> territories_of(Id user) const {
        std::unordered_set<std::int64_t> ids;
        for (const Record& member : live("territory_member", "user", user))
            if (holds_today(member)) ids.insert(member.reference("territory").value);
        for (const Record& territory : live("territory"))
            if (territory.reference("manager") == user) ids.insert(territory.id().value);
        return with_below(std::move(ids), territory_parent_);
    }
    // Teams he leads count like teams he belongs to, where the scope is the subtree.
    std::unordered_set<std::int64_t> teams_led(Id user) const {
        std::unordered_set<std::int64_t> ids;
        for (const Record& team : live("team"))
            if (team.reference("manager") == user) ids.insert(team.id().value);
        return ids;
    }

  private:
    RowReader rows_;
    const Shape& shape_;
    Date today_;
    std::map<std::int64_t, std::int64_t> team_parent_, territory_parent_;
    std::map<std::int64_t, std::unordered_set<std::int64_t>> team_users_;
};

constexpr std::pair<Right, const char*> right_fields[] = {
    {Right::create, "create"}, {Right::read, "read"}, {Right::update, "update"}, {Right::remove, "delete"},
    {Right::export_, "export"}, {Right::bulk, "bulk"}, {Right::import, "import"},
};

Scope scope_of(const std::string& word) {
    for (int i = 0; i <= static_cast<int>(Scope::all); ++i)
        if (scope_name(static_cast<Scope>(i)) == word) return static_cast<Scope>(i);
    return Scope::none;
}

void add(std::unordered_set<std::int64_t>& to, const std::unordered_set<std::int64_t>& from) { to.insert(from.begin(), from.end()); }

// What one user's memberships give for each scope.
struct Belonging {
    Id user{};
    std::unordered_set<std::int64_t> teams, teams_and_below, territories;

    void grant(Reach& reach, Scope scope, const EntityInfo& entity, const Organisation& organisation) const {
        if (scope == Scope::none) return;
        // What has no owner, team or territory is seen whole or not at all.
        const bool unscoped = entity.owner_slot < 0 && entity.team_slot < 0 && entity.territory_slot < 0;
        if (scope == Scope::all || unscoped) {
            reach.everything = true;
            return;
        }
        reach.owners.insert(user.value);
        if (scope == Scope::team) {
            add(reach.owners, organisation.users_of(teams));
            add(reach.teams, teams);
        }
        if (scope == Scope::subtree) {
            add(reach.owners, organisation.users_of(teams_and_below));
            add(reach.teams, teams_and_below);
        }
        if (scope == Scope::territory) add(reach.territories, territories);
    }
};

Belonging belonging_of(const Organisation& organisation, Id user) {
    Belonging belonging;
    belonging.user = user;
    belonging.teams = organisation.teams_of(user);
    auto led = organisation.teams_led(user);
    add(belonging.teams, led);
    belonging.teams_and_below = organisation.teams_below(belonging.teams);
    belonging.territories = organisation.territories_of(user);
    return belonging;
}

// Rights of `who`'s role, as they reach from where he stands.
void grant_role(Viewer& viewer, const Shape& shape, const Organisation& organisation, const Record& who) {
    if (!who.reference("role")) return;
    const Belonging belonging = belonging_of(organisation, who.id());
    std::map<std::string, const Record*> by_entity;
    const std::vector<Record> permissions = organisation.live("role_permission", "role", who.reference("role"));
    for (const Record& permission : permissions) by_entity[permission.text("entity")] = &permission;
    for (const auto& entity : shape.catalog->entities()) {
        auto found = by_entity.find(entity->name);
        if (found == by_entity.end()) found = by_entity.find("*");
        if (found == by_entity.end()) continue;
        EntityAccess& access = viewer.entities[static_cast<std::size_t>(entity->number)];
        for (const auto& [right, field] : right_fields) {
            Reach& reach = access.reach[static_cast<int>(right)];
            const Scope scope = scope_of(found->second->text(field));
            if (right == Right::create || right == Right::import) reach.everything |= scope != Scope::none;
            else belonging.grant(reach, scope, *entity, organisation);
        }
    }
}

// The role's levels, on the kinds of record that `applies` names; of two levels the stricter one counts.
void limit_fields(Viewer& viewer, const Shape& shape, const Organisation& organisation, Id role, const std::vector<bool>& applies) {
    for (const Record& permission : organisation.live("field_permission", "role", role)) {
        const EntityInfo* entity = shape.catalog->find(permission.text("entity"));
        const FieldInfo* field = entity ? entity->field(permission.text("field")) : nullptr;
        if (!field || !applies[static_cast<std::size_t>(entity->number)]) continue;
        auto& levels = viewer.entities[static_cast<std::size_t>(entity->number)].fields;
        if (levels.empty()) levels.assign(entity->fields.size(), FieldAccess::write);
        const std::string level = permission.text("level");
        FieldAccess& held = levels[static_cast<std::size_t>(entity->by_name_.at(field->name))];
        held = std::min(held, level == "hidden" ? FieldAccess::hidden : level == "read" ? FieldAccess::read : FieldAccess::write);
    }
}

void hide_what_follows(Viewer& viewer, const Shape& shape) {
    // A computed field is hidden when any field it reads is hidden.
    for (bool grown = true; grown;) {
        grown = false;
        for (const auto& entity : shape.catalog->entities()) {
            auto& levels = viewer.entities[static_cast<std::size_t>(entity->number)].fields;
            if (levels.empty()) continue;
            for (std::size_t i = 0; i < entity->fields.size(); ++i) {
                const FieldInfo& field = entity->fields[i];
                if (!field.formula || levels[i] == FieldAccess::hidden) continue;
                for (const std::string& used : field.formula->fields) {
                    const auto at = entity->by_name_.find(used.substr(0, used.find('.')));
                    if (at != entity->by_name_.end() && levels[static_cast<std::size_t>(at->second)] == FieldAccess::hidden) {
                        levels[i] = FieldAccess::hidden;
                        grown = true;
                    }
                }
            }
        }
    }
}

void add_shares(Viewer& viewer, const Shape& shape, const Organisation& organisation, Id user) {
    const auto teams = organisation.teams_of(user);
    for (const Record& share : organisation.live("record_share")) {
        if (share.reference("user") != user && !teams.contains(share.reference("team").value)) continue;
        if (!organisation.holds_today(share)) continue;
        const EntityInfo* entity = shape.catalog->find(share.text("entity"));
        if (!entity || !share["record"].is<std::int64_t>()) continue;
        EntityAccess& access = viewer.entities[static_cast<std::size_t>(entity->number)];
        const std::int64_t record = share["record"].as<std::int64_t>();
        access.reach[static_cast<int>(Right::read)].records.insert(record);
        if (share.text("level") == "update") access.reach[static_cast<int>(Right::update)].records.insert(record);
    }
}

}  // namespace

std::shared_ptr<const Viewer> make_viewer(Connection& connection, const Shape& shape, Id user, Date today, std::uint64_t access_version) {
    const Organisation organisation(connection, shape, today);
    const auto record = organisation.user(user);
    if (!record || !record->at(model::slot_deleted_at).empty() || !((*record)["active"] == Value(true))) return nullptr;
    auto viewer = std::make_shared<Viewer>();
    viewer->user = user;
    viewer->name = record->text("name");
    viewer->language = record->text("language");
    viewer->zone = record->text("zone");
    viewer->access_version = access_version;
    viewer->entities.resize(shape.catalog->entities().size());
    viewer->is_administrator = (*record)["administrator"] == Value(true);
    for (const Record& role : organisation.live("role"))
        if (role.id() == record->reference("role")) viewer->is_administrator |= role["administrator"] == Value(true);
    if (viewer->is_administrator) {
        for (EntityAccess& access : viewer->entities)
            for (Reach& reach : access.reach) reach.everything = true;
        return viewer;
    }
    grant_role(*viewer, shape, organisation, *record);
    add_shares(*viewer, shape, organisation, user);
    // What his own role opens to him has its levels; what he has only in another's place has the other's.
    std::vector<bool> own(viewer->entities.size()), rest(viewer->entities.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
        own[i] = !viewer->entities[i].reach[static_cast<int>(Right::read)].nothing();
        rest[i] = !own[i];
    }
    limit_fields(*viewer, shape, organisation, record->reference("role"), std::vector<bool>(own.size(), true));
    for (const Record& delegation : organisation.live("delegation", "to_user", user)) {
        const auto from = organisation.holds_today(delegation) ? organisation.user(delegation.reference("from_user")) : std::nullopt;
        if (!from || !from->at(model::slot_deleted_at).empty() || !((*from)["active"] == Value(true))) continue;
        grant_role(*viewer, shape, organisation, *from);
        add_shares(*viewer, shape, organisation, from->id());
        limit_fields(*viewer, shape, organisation, from->reference("role"), rest);
    }
    hide_what_follows(*viewer, shape);
    // Records everybody works with (stages, currencies, one's colleagues' names) are readable by all who sign in.
    for (const auto& entity : shape.catalog->entities())
        if (entity->access == model::AccessKind::open) viewer->entities[static_cast<std::size_t>(entity->number)].reach[static_cast<int>(Right::read)].everything = true;
    return viewer;
}

std::vector<std::string> grants(const Viewer& viewer, const model::Catalog& catalog, const Record& record, const std::function<std::optional<Record>(const EntityInfo&, Id)>& find) {
    std::vector<std::string> words;
    const EntityInfo& entity = *record.entity;
    const Reach& reach = viewer.reach(entity, Right::read);
    if (viewer.is_administrator) words.emplace_back("An administrator sees every record");
    else if (reach.everything && entity.access != model::AccessKind::inherits) words.push_back("The role may read all " + entity.label_plural);
    const auto id_at = [&](int slot) { return slot >= 0 && record.at(slot).is<Id>() ? record.at(slot).as<Id>() : Id{}; };
    const auto title = [&](std::string_view kind, Id id) {
        const auto named = find(catalog.need(kind), id);
        return named ? to_text(named->at(named->entity->title_slot)) : id.text();
    };
    if (const Id owner = id_at(entity.owner_slot); owner && reach.owners.contains(owner.value))
        words.push_back(owner == viewer.user ? "The record is owned by this person" : "The record is owned by " + title("user", owner) + ", who is within the role's reach");
    if (const Id team = id_at(entity.team_slot); team && reach.teams.contains(team.value)) words.push_back("The record belongs to the team " + title("team", team));
    if (const Id territory = id_at(entity.territory_slot); territory && reach.territories.contains(territory.value)) words.push_back("The record lies in the territory " + title("territory", territory));
    if (reach.records.contains(record.id().value)) words.emplace_back("The record is shared with this person");
    if (words.empty() && entity.access == model::AccessKind::inherits && !reach.nothing()) {
        const FieldInfo& parent = entity.by_slot(entity.parent_slot);
        const Id above = id_at(entity.parent_slot);
        const auto found = above ? find(catalog.need(parent.target), above) : std::nullopt;
        if (found)
            for (const std::string& grant : grants(viewer, catalog, *found, find)) words.push_back("Through its " + parent.label + ": " + grant);
    }
    return words;
}

}  // namespace fairlead::store
