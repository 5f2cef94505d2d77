// Fields that a role may not read do not exist in any way out; fields that nobody may set are set by no way in.
#include <doctest/doctest.h>

#include <set>

#include "derive/access_world_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;
using model::EntityInfo;
using model::FieldInfo;

namespace {

constexpr const char* nonsense = "zzz_nonsense";

// A company with two records of every kind, and a person of a role that may do everything but configure.
class Fields {
  public:
    AccessWorld world{AccessWorld::Extent::two_of_each};
    Company& company = world.company;
    Id user = world.id("With all");
    Id role = company.role("scope_all");

    void set_level(const EntityInfo& entity, const FieldInfo& field, const char* level) {
        REQUIRE(company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            const auto& permissions = transaction.catalog().need("field_permission");
            model::WriteOptions options;
            options.as_system = true;
            if (permission_) FAIRLEAD_TRY(transaction.remove(permissions, permission_, options));
            model::Patch patch(permissions);
            patch.set("role", role).set("entity", entity.name).set("field", field.name).set("level", level);
            FAIRLEAD_ASSIGN(permission_, transaction.create(patch, options));
            return Value(true);
        }));
    }

    void write(const EntityInfo& entity, Id id, const FieldInfo& field, const Value& value) {
        REQUIRE(company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            model::Patch patch(entity);
            patch.set(field.name, value);
            model::WriteOptions options;
            options.as_system = true;
            options.through_action = true;
            FAIRLEAD_TRY(transaction.update(id, patch, options));
            return Value(true);
        }));
    }

    // The same question of the field and of a name that does not exist must be answered alike.
    template <class Ask>
    void same_as_nonsense(const char* what, const std::string& name, const Ask& ask) {
        const Answer hidden = ask(name), unknown = ask(nonsense);
        INFO(what << ": " << hidden.body << " / " << unknown.body);
        CHECK(hidden.status == unknown.status);
        CHECK(hidden.code() == unknown.code());
        CHECK(hidden.status >= 400);
        auto strip = [](Answer answer) {
            std::vector<std::string> faults = answer.faults();
            for (std::string& fault : faults) fault = fault.substr(fault.rfind(' '));
            return faults;
        };
        CHECK(strip(hidden) == strip(unknown));
        CHECK(hidden.body.find("did you mean \\\"" + name + "\\\"") == std::string::npos);
        CHECK(unknown.body.find("\"near\":\"" + name + "\"") == std::string::npos);
    }

  private:
    Id permission_{};
};

void check_hidden(Fields& fields, const EntityInfo& entity, const FieldInfo& field) {
    INFO(entity.name << "." << field.name);
    Company& company = fields.company;
    const Id id = fields.world.placed.at(entity.name).front().id;
    const Id other = fields.world.placed.at(entity.name).back().id;
    const std::string at = entity.plural + "/" + id.text();
    const bool marked = field.type == Type::text && field.is_stored() && field.name != "entity" && field.options.length_max > 20 && field.name != "zone" && field.options.meaning == model::Meaning::none;
    const std::string secret = "secretword" + std::to_string(entity.number) + "x" + std::to_string(field.slot);
    if (marked) fields.write(entity, id, field, secret);
    fields.set_level(entity, field, "hidden");

    std::vector<std::pair<std::string, Answer>> answers;
    const auto get = [&](const std::string& address) -> const Answer& {
        answers.emplace_back(address, company.get(fields.user, address));
        return answers.back().second;
    };
    const Answer& record = get(at);
    REQUIRE(record.status == 200);
    CHECK(record.json.find(field.name) == nullptr);
    for (const FieldInfo& computed : entity.fields) {
        if (!computed.is_computed() || !computed.formula) continue;
        const auto& uses = computed.formula->fields;
        if (std::any_of(uses.begin(), uses.end(), [&](const std::string& used) { return used.substr(0, used.find('.')) == field.name; })) CHECK(record.json.find(computed.name) == nullptr);
    }
    const Answer& list = get(entity.plural + "?limit=500");
    REQUIRE(list.status == 200);
    for (const Json& one : list.json.find("data")->items) CHECK(one.find(field.name) == nullptr);
    const Answer& past = get(entity.plural + "?limit=500&as_of=2026-03-02T09:00:00Z");
    for (const Json& one : past.json.find("data")->items) CHECK(one.find(field.name) == nullptr);
    CHECK(get(at + "?as_of=2026-03-02T09:00:00Z").json.find(field.name) == nullptr);
    const Answer& history = get(at + "/history");
    for (const Json& entry : history.json.find("data")->items)
        for (const Json& change : entry.find("fields")->items) CHECK(change.find("name")->text != field.name);
    const Answer& catalog = get("catalog");
    for (const Json& kind : catalog.json.find("entities")->items)
        if (kind.find("name")->text == entity.name)
            for (const Json& one : kind.find("fields")->items) CHECK(one.find("name")->text != field.name);
    if (marked) {
        CHECK(get("search?q=" + secret + "&limit=200").json.find("data")->items.empty());
        CHECK(get(entity.plural + "?search=" + secret).json.find("page")->find("count")->text == "0");
        CHECK(get(entity.plural + "?as_of=2026-03-02T09:00:00Z&search=" + secret).json.find("page")->find("count")->text == "0");
    }
    get("board");
    // Kinds that point here show its title, and open it.
    std::string from, through;
    for (const auto& pointing : company.catalog->entities()) {
        if (pointing->access == model::AccessKind::system) continue;
        for (const FieldInfo& reference : pointing->fields) {
            if (reference.type != Type::reference || reference.system || reference.target != entity.name) continue;
            get(pointing->plural + "?limit=500&expand=" + reference.name);
            if (marked) answers.emplace_back("query", company.post(fields.user, pointing->plural + "/query", "{\"group\":[\"" + reference.name + "\"]}"));
            from = pointing->plural;
            through = reference.name;
        }
    }
    for (const auto& module : company.catalog->modules())
        for (const model::Figure& figure : module->figures) {
            if (figure.entity != entity.name) continue;
            bool uses = false;
            for (const std::string_view formula : {figure.value, figure.filter, figure.success}) {
                const auto checked = formula.empty() ? std::nullopt : std::optional(formula::check(formula, *company.catalog, figure.entity));
                if (checked && *checked)
                    for (const std::string& used : (**checked)->fields) uses |= used.substr(0, used.find('.')) == field.name;
            }
            const Answer& answer = get("figures/" + std::string(figure.name));
            INFO(figure.name << ": " << answer.body);
            if (uses) CHECK(answer.status != 200);
            for (const model::Dimension& by : figure.dimensions) {
                const auto checked = formula::check(by.formula, *company.catalog, figure.entity);
                const Answer& grouped = get("figures/" + std::string(figure.name) + "?by=" + std::string(by.name));
                const auto& named = (*checked)->fields;
                if (std::any_of(named.begin(), named.end(), [&](const std::string& used) { return used.substr(0, used.find('.')) == field.name; })) CHECK(grouped.status != 200);
            }
        }
    if (marked)
        for (const auto& [address, answer] : answers) {
            INFO(address << ": " << answer.body);
            CHECK(answer.body.find(secret) == std::string::npos);
        }

    const std::string& plural = entity.plural;
    const auto encoded = [](const std::string& text) { return http::percent_encoded(text); };
    const auto ask = [&](const char* what, auto call) { fields.same_as_nonsense(what, field.name, call); };
    ask("fields", [&](const std::string& f) { return company.get(fields.user, plural + "?fields=" + f); });
    ask("fields of one", [&](const std::string& f) { return company.get(fields.user, at + "?fields=" + f); });
    ask("expand", [&](const std::string& f) { return company.get(fields.user, plural + "?expand=" + f); });
    ask("sort", [&](const std::string& f) { return company.get(fields.user, plural + "?sort=-" + f); });
    ask("filter", [&](const std::string& f) { return company.get(fields.user, plural + "?filter=" + encoded("ISBLANK(" + f + ")")); });
    ask("filter in a body", [&](const std::string& f) { return company.post(fields.user, plural + "/search", "{\"filter\":\"ISBLANK(" + f + ")\"}"); });
    ask("group", [&](const std::string& f) { return company.post(fields.user, plural + "/query", "{\"group\":[\"" + f + "\"]}"); });
    ask("aggregate", [&](const std::string& f) { return company.post(fields.user, plural + "/query", "{\"aggregate\":[\"count_distinct(" + f + ")\"]}"); });
    ask("formula check", [&](const std::string& f) { return company.post(fields.user, "formula/check", "{\"entity\":\"" + entity.name + "\",\"formula\":\"" + f + "\"}").status == 200 ? [&] {
        Answer answer = company.post(fields.user, "formula/check", "{\"entity\":\"" + entity.name + "\",\"formula\":\"" + f + "\"}");
        answer.status = answer.json.find("ok") && answer.json.find("ok")->flag ? 200 : 422;  // a fault is an answer here
        return answer;
    }() : Answer{}; });
    ask("formula evaluate", [&](const std::string& f) { return company.post(fields.user, "formula/evaluate", "{\"entity\":\"" + entity.name + "\",\"formula\":\"" + f + "\",\"id\":\"" + id.text() + "\"}"); });
    ask("create", [&](const std::string& f) { return company.post(fields.user, plural + "?dry_run=true", "{\"" + f + "\":null}"); });
    ask("change", [&](const std::string& f) { return company.patch(fields.user, at + "?dry_run=true", "{\"" + f + "\":null}"); });
    ask("change in bulk", [&](const std::string& f) {
        Answer answer = company.post(fields.user, plural + "/bulk?dry_run=true", "{\"operation\":\"update\",\"records\":[\"" + id.text() + "\"],\"set\":{\"" + f + "\":null}}");
        if (answer.status == 207) {
            const Json& row = answer.json.find("results")->items.at(0);
            answer.status = std::stoi(row.find("status")->text);
            const Json errors = *row.find("errors");
            answer.json.members.emplace_back("errors", errors);
        }
        return answer;
    });
    ask("bulk by filter", [&](const std::string& f) { return company.post(fields.user, plural + "/bulk?dry_run=true", "{\"operation\":\"delete\",\"filter\":\"ISBLANK(" + f + ")\"}"); });
    ask("merge", [&](const std::string& f) { return company.post(fields.user, at + "/merge?dry_run=true", "{\"loser\":\"" + other.text() + "\",\"take\":{\"" + f + "\":\"loser\"}}"); });
    if (std::any_of(company.router.routes().begin(), company.router.routes().end(), [](const http::Route& route) { return route.pattern == "/api/v1/{plural}/export"; })) {
        ask("export", [&](const std::string& f) { return company.get(fields.user, plural + "/export?format=csv&fields=" + f); });
        ask("export filter", [&](const std::string& f) { return company.get(fields.user, plural + "/export?format=csv&filter=" + encoded("ISBLANK(" + f + ")")); });
        const Answer file = company.get(fields.user, plural + "/export?format=jsonl");
        CHECK(file.status == 200);
        if (marked) CHECK(file.body.find(secret) == std::string::npos);
    }
    if (through.empty()) return;
    ask("filter through a reference", [&](const std::string& f) { return company.get(fields.user, from + "?filter=" + encoded("ISBLANK(" + through + "." + f + ")")); });
    ask("sort through a reference", [&](const std::string& f) { return company.get(fields.user, from + "?sort=" + through + "." + f); });
    ask("group through a reference", [&](const std::string& f) { return company.post(fields.user, from + "/query", "{\"group\":[\"" + through + "." + f + "\"]}"); });
}

}  // namespace

TEST_CASE("A hidden field does not exist, whatever kind it belongs to and whatever way it is asked for") {
    Fields fields;
    std::size_t checked = 0;
    for (const auto& entity : fields.company.catalog->entities()) {
        if (!fields.world.placed.contains(entity->name)) continue;
        for (const FieldInfo& field : entity->fields) {
            if (field.system) continue;
            check_hidden(fields, *entity, field);
            ++checked;
        }
    }
    CHECK(checked > 200);
}

TEST_CASE("A field that may only be read is read everywhere and set by no way in") {
    Fields fields;
    Company& company = fields.company;
    for (const auto& entity : company.catalog->entities()) {
        if (!fields.world.placed.contains(entity->name) || entity->administrators) continue;
        const Id id = fields.world.placed.at(entity->name).front().id;
        const std::string at = entity->plural + "/" + id.text();
        for (const FieldInfo& field : entity->fields) {
            if (field.system || !field.is_stored() || field.options.administrators) continue;
            INFO(entity->name << "." << field.name);
            fields.set_level(*entity, field, "read");
            CHECK(company.get(fields.user, at).json.find(field.name) != nullptr);
            CHECK(company.get(fields.user, entity->plural + "?" + (field.options.long_text ? "" : "sort=" + field.name + "&") + "fields=" + field.name).status == 200);
            const Answer changed = company.patch(fields.user, at + "?dry_run=true", "{\"" + field.name + "\":null}");
            const bool nobody = field.options.read_only;
            CHECK(changed.status == (nobody ? 422 : 403));
            CHECK(changed.faults() == std::vector<std::string>{"/" + field.name + (nobody ? " read_only" : " field_read_only")});
            const Answer bulk = company.post(fields.user, entity->plural + "/bulk?dry_run=true", "{\"operation\":\"update\",\"records\":[\"" + id.text() + "\"],\"set\":{\"" + field.name + "\":null}}");
            CHECK(bulk.json.find("refused")->text == "1");
        }
    }
}

TEST_CASE("No column that is not offered is set by any way in, whatever it is called") {
    Fields fields;
    Company& company = fields.company;
    for (const auto& entity : company.catalog->entities())
        if (fields.world.placed.contains(entity->name)) fields.world.any(entity->name);
    const std::string before = fields.world.digest();
    const std::set<std::string> synonyms{
        "_id", "ID", "Id", "uuid", "org_id", "orgId", "tenant_id", "is_admin", "isAdmin", "is_superuser", "superuser", "admin", "roles", "role_id", "roleId", "permissions", "scope",
        "password", "password_hash", "token", "owner_id", "ownerId", "user_id", "userId", "team_id", "teamId", "territory_id", "created", "createdAt", "created_on", "modified_by",
        "updatedBy", "deleted", "is_deleted", "deletedAt", "archived", "locked", "merged", "mergedInto", "seq", "lastSeq", "effectiveAt", "amount_rep", "amount_cur", "stage_id",
        "name_key", "__proto__", "constructor", "$set", "x_anything", "account.owner", "owner.role", "search_text"};
    std::size_t tried = 0;
    for (const auto& entity : company.catalog->entities()) {
        if (!fields.world.placed.contains(entity->name)) continue;
        const Id id = fields.world.placed.at(entity->name).front().id;
        const std::string at = entity->plural + "/" + id.text();
        std::vector<std::pair<std::string, std::string>> columns;  // with a value of the right form
        for (const FieldInfo& field : entity->fields) {
            const bool kept = field.system || field.is_computed() || field.is_many() || field.options.read_only || field.options.administrators || entity->administrators;
            if (!kept) continue;
            std::string value = "\"x\"";
            if (field.type == Type::boolean) value = "true";
            if (field.type == Type::whole) value = "7";
            if (field.type == Type::reference) value = "\"" + (field.name == "id" || field.name == "merged_into" ? id : fields.world.any(field.target)).text() + "\"";
            if (field.type == Type::instant) value = "\"2020-01-01T00:00:00Z\"";
            if (field.type == Type::date) value = "\"2020-01-01\"";
            if (field.type == Type::money) value = "{\"amount\":\"1\",\"currency\":\"USD\"}";
            columns.emplace_back(field.name, value);
        }
        for (const std::string& name : synonyms)
            if (!entity->field(name)) columns.emplace_back(name, "\"1\"");
        for (const auto& [name, value] : columns) {
            INFO(entity->name << "." << name);
            const std::string body = "{" + in_quotes(name) + ":" + value + "}";
            const auto refused = [](const Answer& answer) { return answer.status == 400 || answer.status == 403 || answer.status == 422; };
            CHECK(refused(company.post(fields.user, entity->plural, body)));
            CHECK(refused(company.patch(fields.user, at, body)));
            for (const std::string& records : {"[{\"id\":\"" + id.text() + "\"," + body.substr(1) + "]", "[\"" + id.text() + "\"],\"set\":" + body}) {
                // In bulk, id and version name the record that is meant.
                if (records.front() == '[' && records[1] == '{' && (name == "id" || name == "version")) continue;
                const Answer bulk = company.post(fields.user, entity->plural + "/bulk", "{\"operation\":\"update\",\"records\":" + records + "}");
                CHECK((refused(bulk) || bulk.json.find("done")->text == "0"));
            }
            const Answer bulk = company.post(fields.user, entity->plural + "/bulk", "{\"operation\":\"create\",\"records\":[" + body + "]}");
            CHECK((refused(bulk) || bulk.json.find("done")->text == "0"));
            for (const auto& action : entity->actions) {
                const auto& parameters = action.declared->parameters;
                if (std::any_of(parameters.begin(), parameters.end(), [&](const model::Parameter& p) { return p.name == name; })) continue;
                const Answer acted = company.post(fields.user, at + "/actions/" + action.name, body, {{"if-match", "*"}});
                CHECK((refused(acted) || acted.status == 409));
            }
            ++tried;
        }
    }
    CHECK(tried > 1'000);
    CHECK(fields.world.digest() == before);
}
