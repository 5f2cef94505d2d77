// A company in which every right, every scope and every relation between a person and a record occurs, made from the
// declarations: a new entity takes part without being named here.
#pragma once
#include "base/currencies.h"
#include "base/secret.h"
#include "derive/access_oracle_for_tests.h"

namespace fairlead::derive::testing {

struct Placed {
    std::string relation;  // "own of An", "shared for reading with Sharee"
    Id id{};
    bool binned = false;
};

class AccessWorld {
  public:
    Company company;
    std::map<std::string, Id> people;              // by name
    std::vector<std::string> subjects;             // whose rights are tried
    std::map<std::string, std::vector<Placed>> placed;  // by entity
    std::map<std::string, std::string> mark_of;    // id of a record to the word in its title that no other has

    enum class Extent { every_relation, two_of_each };
    explicit AccessWorld(Extent extent = Extent::every_relation) {
        make_organisation();
        for (const auto& entity : company.catalog->entities()) {
            if (entity->access == model::AccessKind::system) continue;
            const bool by_relation = is_scoped(*entity) || entity->access == model::AccessKind::inherits;
            if (extent == Extent::two_of_each)
                for (int i = 0; i < 2; ++i) placed[entity->name].push_back({"one of two", make(*entity, {id("Mate"), {}, {}, {}}), false});
            else if (by_relation) place_all(*entity);
            else placed[entity->name].push_back({"common", make(*entity, {}), false});
        }
        make_shares();
        for (const auto& entity : company.catalog->entities())
            for (const auto& action : entity->actions)
                for (const model::Parameter& parameter : action.declared->parameters)
                    if (parameter.type == Type::reference) any(std::string(parameter.target));
    }

    Id id(const std::string& name) const { return people.at(name); }

    // A record of any kind with what it needs; `owner`, `team` and `territory` where it has such fields.
    struct Place {
        Id owner{}, team{}, territory{};
        Id above{};  // the record whose access it inherits; made at the same place when none is given
    };
    Id make(const model::EntityInfo& entity, const Place& place) {
        if (entity.name == "company") return only(entity);
        std::vector<std::pair<std::string, Value>> fields;
        const std::string mark = "mk" + std::to_string(++count_) + "q";
        for (const model::FieldInfo& field : entity.fields) {
            if (field.system || !field.is_stored()) continue;
            const bool titles = field.name == entity.title && field.type == Type::text;
            switch (field.options.meaning) {
                case model::Meaning::owner: fields.emplace_back(field.name, place.owner ? Value(place.owner) : Value()); continue;
                case model::Meaning::team: if (place.team) fields.emplace_back(field.name, Value(place.team)); continue;
                case model::Meaning::territory: if (place.territory) fields.emplace_back(field.name, Value(place.territory)); continue;
                case model::Meaning::parent_access:
                    fields.emplace_back(field.name, Value(place.above ? place.above : make(company.catalog->need(field.target), place)));
                    continue;
                default: break;
            }
            if (field.name == "given_name") fields.emplace_back(field.name, mark);
            else if (field.options.required || titles || field.options.meaning == model::Meaning::email) fields.emplace_back(field.name, value_for(entity, field, mark));
            else if (field.type == Type::reference && is_scoped(company.catalog->need(field.target)) && field.target == "account" && entity.name != "account")
                fields.emplace_back(field.name, Value(make(company.catalog->need("account"), place)));
        }
        for (const auto& [name, value] : needed_by_rules(entity)) fields.emplace_back(name, value);
        const Id made = company.make(entity.name, fields);
        mark_of[made.text()] = mark;
        return made;
    }

    // The settings, of which there is one record.
    Id only(const model::EntityInfo& entity) {
        store::ListQuery query;
        query.entity = entity.name;
        const auto page = company.store->list(*store::Viewer::system(), query);
        REQUIRE(page);
        REQUIRE(page->records.size() == 1);
        return page->records.front().id();
    }

    static bool is_scoped(const model::EntityInfo& entity) { return entity.owner_slot >= 0 || entity.team_slot >= 0 || entity.territory_slot >= 0; }

    // A value for a field or a parameter that must have one.
    Value value_for(const model::EntityInfo& entity, const model::FieldInfo& field, const std::string& mark) {
        const std::int64_t least = std::max<std::int64_t>(field.options.least, 1);
        switch (field.type) {
            case Type::text:
                if (field.name == "entity") return Value("account");
                if (field.options.meaning == model::Meaning::email) return Value(mark + "@example.com");
                if (field.options.length_max == 3) return Value(std::string(active_currencies()[static_cast<std::size_t>(currencies_++) % active_currencies().size()]));
                if (field.options.meaning == model::Meaning::phone) return Value("09" + std::to_string(10'000'000 + count_));
                if (field.options.meaning == model::Meaning::url) return Value(mark + ".example.com");
                return Value(entity.name == "company" && field.name == "zone" ? "UTC" : mark + " " + field.name);
            case Type::whole: return Value(field.name == "record" ? any("account").value : std::min(least, field.options.most));
            case Type::decimal:
            case Type::percent: return Value(Decimal::of(1));
            case Type::money: return Value(Money{100, *Currency::parse("USD")});
            case Type::date: return Value(Date{20'600 + count_});
            case Type::instant: return Value(Instant{1'770'000'000'000'000});
            case Type::duration: return Value(Duration{1'000'000});
            case Type::boolean: return Value(true);
            case Type::choice: return Value(field.choices.front().value);
            case Type::reference: return Value(any(field.target));
            case Type::list: break;
        }
        return Value();
    }

    // Some record of the kind that belongs to nobody who is tried.
    Id any(const std::string& entity) {
        if (entity == "user") return id("Inert");
        const auto found = any_.find(entity);
        if (found != any_.end()) return found->second;
        const Id made = make(company.catalog->need(entity), {id("Inert"), {}, {}, {}});
        any_[entity] = made;
        return made;
    }

    // Everything that is stored, as one digest.
    std::string digest() {
        std::string all;
        for (const auto& entity : company.store->catalog()->entities())
            for (const bool bin : {false, true}) {
                store::ListQuery query;
                query.entity = entity->name;
                query.in_bin = bin;
                REQUIRE(company.store->each(*store::Viewer::system(), query, [&](const model::Record& record) {
                    all += entity->name + ":";
                    for (int slot = 0; slot < entity->stored_slots; ++slot) all += to_text(record.at(slot)) + "|";
                    all += "\n";
                    return true;
                }));
            }
        const Digest digest = sha256(all);
        return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
    }

  private:
    // What rules ask for beyond required fields.
    std::vector<std::pair<std::string, Value>> needed_by_rules(const model::EntityInfo& entity) {
        if (entity.name == "record_share") return {{"user", Value(id("Inert"))}};
        return {};
    }

    Id role_of(const std::string& code, const std::vector<std::pair<std::string, Value>>& rights) {
        const Id role = company.make("role", {{"name", "Role " + code}, {"code", code}});
        std::vector<std::pair<std::string, Value>> fields{{"role", Value(role)}, {"entity", "*"}};
        fields.insert(fields.end(), rights.begin(), rights.end());
        company.make("role_permission", fields);
        return role;
    }
    static std::vector<std::pair<std::string, Value>> all_rights(const std::string& scope) {
        const std::string yes = scope == "none" ? "none" : "all";
        return {{"create", yes}, {"read", scope}, {"update", scope}, {"delete", scope}, {"export", scope}, {"bulk", scope}, {"import", yes}};
    }
    void person(const std::string& name, const std::string& role, Id team, bool tried) {
        people[name] = company.person(name, role, team);
        if (tried) subjects.push_back(name);
    }

    void make_organisation() {
        const Date today = company.store->context().today();
        const auto day = [&](int offset) { return Value(Date{today.days + offset}); };
        const Id head = company.make("team", {{"name", "Head office"}});
        south_ = company.make("team", {{"name", "South"}, {"parent", Value(head)}});
        const Id delta = company.make("team", {{"name", "Delta"}, {"parent", Value(south_)}});
        const Id north = company.make("team", {{"name", "North"}, {"parent", Value(head)}});
        land_ = company.make("territory", {{"name", "South land"}});
        river_ = company.make("territory", {{"name", "River"}, {"parent", Value(land_)}});
        hills_ = company.make("territory", {{"name", "Hills"}});
        for (const char* scope : {"none", "own", "team", "subtree", "territory", "all"}) role_of(std::string("scope_") + scope, all_rights(scope));
        role_of("mixed", {{"create", "none"}, {"read", "all"}, {"update", "team"}, {"delete", "own"}, {"export", "territory"}, {"bulk", "subtree"}, {"import", "none"}});
        const Id some = role_of("some", all_rights("none"));
        company.make("role_permission", {{"role", Value(some)}, {"entity", "account"}, {"read", "subtree"}, {"update", "own"}, {"bulk", "own"}});
        company.make("role_permission", {{"role", Value(some)}, {"entity", "opportunity"}, {"create", "all"}, {"read", "own"}, {"delete", "own"}, {"export", "own"}});
        company.make("role_permission", {{"role", Value(some)}, {"entity", "opportunity_line"}, {"read", "all"}, {"update", "all"}, {"bulk", "team"}});
        const Id boss = company.make("role", {{"name", "Boss"}, {"code", "boss"}, {"administrator", true}});
        (void)boss;

        people["Inert"] = company.make("user", {{"name", "Inert"}, {"email", "inert@example.com"}});
        for (const char* scope : {"none", "own", "team", "subtree", "territory", "all"}) {
            const std::string name = std::string("With ") + scope;
            person(name, std::string("scope_") + scope, south_, true);
            company.make("territory_member", {{"territory", Value(land_)}, {"user", Value(id(name))}, {"begins_on", day(-100)}});
            company.make("territory_member", {{"territory", Value(hills_)}, {"user", Value(id(name))}, {"begins_on", day(-100)}, {"ends_on", day(-1)}});
        }
        person("Mixed", "mixed", south_, true);
        company.make("territory_member", {{"territory", Value(river_)}, {"user", Value(id("Mixed"))}, {"begins_on", day(0)}, {"ends_on", day(0)}});
        person("Some", "some", south_, true);
        person("Leader", "scope_subtree", Id{}, true);
        person("Warden", "scope_territory", Id{}, true);
        person("Sharee", "scope_own", north, true);
        person("Deputy", "scope_none", north, true);
        person("Late deputy", "scope_none", north, true);
        person("Boss", "boss", Id{}, true);
        // Whose records they meet.
        person("Mate", "scope_own", south_, false);
        person("Guest", "scope_own", north, false);     // also in South, today
        person("Leaver", "scope_own", north, false);    // was in South
        person("Comer", "scope_own", north, false);     // will be
        person("Below", "scope_own", delta, false);
        person("Stranger", "scope_own", north, false);
        person("Gone", "scope_all", north, false);
        change("team", south_, "manager", Value(id("Leader")));
        change("territory", land_, "manager", Value(id("Warden")));
        company.make("team_member", {{"team", Value(south_)}, {"user", Value(id("Guest"))}, {"begins_on", day(-5)}, {"ends_on", day(5)}});
        company.make("team_member", {{"team", Value(south_)}, {"user", Value(id("Leaver"))}, {"begins_on", day(-50)}, {"ends_on", day(-1)}});
        company.make("team_member", {{"team", Value(south_)}, {"user", Value(id("Comer"))}, {"begins_on", day(1)}});
        company.make("delegation", {{"from_user", Value(id("Mate"))}, {"to_user", Value(id("Deputy"))}, {"begins_on", day(-1)}, {"ends_on", day(0)}});
        company.make("delegation", {{"from_user", Value(id("Stranger"))}, {"to_user", Value(id("Late deputy"))}, {"begins_on", day(-9)}, {"ends_on", day(-1)}});
        company.make("delegation", {{"from_user", Value(id("Stranger"))}, {"to_user", Value(id("Late deputy"))}, {"begins_on", day(1)}, {"ends_on", day(9)}});
        company.make("delegation", {{"from_user", Value(id("Gone"))}, {"to_user", Value(id("Late deputy"))}, {"begins_on", day(-9)}, {"ends_on", day(9)}});
        change("user", id("Gone"), "active", Value(false));
    }

    void change(std::string_view entity, Id id, std::string_view field, const Value& value) {
        const auto done = company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            model::Patch patch(transaction.catalog().need(entity));
            patch.set(field, value);
            model::WriteOptions options;
            options.as_system = true;
            FAIRLEAD_TRY(transaction.update(id, patch, options));
            return Value(true);
        });
        REQUIRE(done);
    }

    void place_all(const model::EntityInfo& entity) {
        auto& here = placed[entity.name];
        for (const std::string& name : subjects) here.push_back({"own of " + name, make(entity, {id(name), {}, {}, {}}), false});
        for (const char* name : {"Mate", "Guest", "Leaver", "Comer", "Below", "Stranger"}) here.push_back({std::string("own of ") + name, make(entity, {id(name), {}, {}, {}}), false});
        here.push_back({"of South", make(entity, {id("Stranger"), south_, {}, {}}), false});
        for (const auto& [name, territory] : {std::pair{"in the territory", land_}, {"in a territory below", river_}, {"in an earlier territory", hills_}})
            here.push_back({name, make(entity, {id("Stranger"), {}, territory, {}}), false});
        here.push_back({"of nobody", make(entity, {}), false});
        for (const char* name : {"With own", "With subtree", "Mate", "Stranger"}) {
            here.push_back({std::string("binned of ") + name, make(entity, {id(name), {}, {}, {}}), true});
            const Id binned = here.back().id;
            REQUIRE(company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
                FAIRLEAD_TRY(transaction.remove(transaction.catalog().need(entity.name), binned));
                return Value(true);
            }));
        }
        for (const char* how : {"read", "update", "over", "team"}) here.push_back({std::string("shared: ") + how, make(entity, {id("Stranger"), {}, {}, {}}), false});
    }

    void make_shares() {
        const Date today = company.store->context().today();
        for (const auto& [entity, records] : placed)
            for (const Placed& one : records) {
                if (!one.relation.starts_with("shared: ")) continue;
                const std::string how = one.relation.substr(8);
                std::vector<std::pair<std::string, Value>> share{{"entity", entity}, {"record", Value(one.id.value)}, {"level", how == "read" ? "read" : "update"}};
                share.emplace_back(how == "team" ? "team" : "user", Value(how == "team" ? south_ : id("Sharee")));
                if (how == "over") share.emplace_back("ends_on", Value(Date{today.days - 1}));
                company.make("record_share", share);
            }
    }

    Id south_{}, land_{}, river_{}, hills_{};
    std::map<std::string, Id> any_;
    int count_ = 0, currencies_ = 0;
};

}  // namespace fairlead::derive::testing
