// Who may do what: every route for every role and every relation to the record, against a policy written here a
// second time and by other means. Everything that may be done is only rehearsed, so nothing may change at all.
#include <doctest/doctest.h>

#include <set>

#include "base/secret.h"
#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

enum class Right { read, update, remove, export_, bulk, create, import };

struct Person {
    std::string name, role, team;
    Id id{};
};

// The policy in words of the roles that a fresh company has.
bool reaches(const Person& who, Right right, const Person& owner) {
    const bool changes = right == Right::update || right == Right::remove || right == Right::bulk;
    if (who.role == "administrator") return true;
    if (who.role == "rep") return (right == Right::read || changes) && who.name == owner.name;
    if (who.role == "manager") return (right == Right::read || changes || right == Right::export_) && who.team == owner.team;
    if (who.role == "analyst") return right == Right::read || right == Right::export_;
    return false;
}
bool has(const Person& who, Right right) {
    if (who.role == "administrator") return true;
    if (who.role == "rep") return right != Right::export_ && right != Right::import;
    if (who.role == "manager") return true;
    if (who.role == "analyst") return right == Right::read || right == Right::export_;
    return false;
}

// What a call on one record must answer: no right on the entity at all, out of reach, seen but not allowed, done.
int expected(const Person& who, Right right, const Person& owner, int done) {
    if (!has(who, Right::read)) return 403;
    if (!reaches(who, Right::read, owner)) return 404;
    return reaches(who, right, owner) ? done : 403;
}

struct Owned {
    std::string entity, plural, field, sets;  // a field to change, and its JSON
    std::map<std::string, Id> of;             // by the owner's name
};

class World {
  public:
    Company company;
    std::vector<Person> people;
    std::vector<Owned> owned;
    Id product{};
    std::map<std::string, Id> binned;  // an account of each person that has been deleted

    World() {
        product = company.make("product", {{"name", "Pump"}, {"code", "P1"}});
        const Id south = company.make("team", {{"name", "South"}}), north = company.make("team", {{"name", "North"}});
        const Id nothing = company.make("role", {{"name", "Nothing"}, {"code", "nothing"}});
        (void)nothing;
        for (const auto& [name, role, team] : {std::tuple{"Admin", "administrator", ""}, {"Mai", "manager", "South"}, {"An", "rep", "South"},
                                               {"Binh", "rep", "South"}, {"Chi", "rep", "North"}, {"Duy", "analyst", "North"}, {"Em", "nothing", "North"}})
            people.push_back({name, role, team, company.person(name, role, std::string(team) == "South" ? south : std::string(team) == "North" ? north : Id{})});
        for (const auto& [entity, field, sets] : {std::tuple{"account", "name", "\"New name\""}, {"contact", "given_name", "\"New name\""}, {"lead", "name", "\"New name\""},
                                                  {"opportunity", "name", "\"New name\""}, {"task", "subject", "\"New subject\""}, {"activity", "subject", "\"New subject\""}})
            owned.push_back({entity, company.catalog->need(entity).plural, field, sets, {}});
        owned.push_back({"opportunity_line", "opportunity_lines", "note", "\"New note\"", {}});
        for (const Person& owner : people) make_for(owner);
    }

    const Person& person(std::string_view name) const {
        return *std::find_if(people.begin(), people.end(), [&](const Person& p) { return p.name == name; });
    }
    Owned& of(std::string_view entity) {
        return *std::find_if(owned.begin(), owned.end(), [&](const Owned& o) { return o.entity == entity; });
    }

    // Everything that is stored, as one digest.
    std::string digest() {
        std::string all;
        for (const auto& entity : company.catalog->entities()) {
            for (const bool bin : {false, true}) {
                store::ListQuery query;
                query.entity = entity->name;
                query.in_bin = bin;
                const auto read = company.store->each(*store::Viewer::system(), query, [&](const model::Record& record) {
                    all += entity->name + ":";
                    for (int slot = 0; slot < entity->stored_slots; ++slot) all += to_text(record.at(slot)) + "|";
                    all += "\n";
                    return true;
                });
                REQUIRE(read);
            }
        }
        const Digest digest = sha256(all);
        return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
    }

  private:
    void make_for(const Person& owner) {
        const Value who(owner.id);
        const std::string name = owner.name;
        binned[name] = company.make("account", {{"name", "Former account of " + name}, {"owner", who}});
        const auto removed = company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            FAIRLEAD_TRY(transaction.remove(transaction.catalog().need("account"), binned[name]));
            return Value(true);
        });
        REQUIRE(removed);
        of("account").of[name] = company.make("account", {{"name", "Account of " + name}, {"owner", who}});
        const Value account(of("account").of[name]);
        of("contact").of[name] = company.make("contact", {{"given_name", "Contact of " + name}, {"owner", who}, {"account", account}});
        of("lead").of[name] = company.make("lead", {{"name", "Lead of " + name}, {"email", name + "@lead.example"}, {"owner", who}});
        of("opportunity").of[name] = company.make("opportunity", {{"name", "Deal of " + name}, {"owner", who}, {"account", account},
                                                                  {"amount", Money{10'000, *Currency::parse("USD")}}, {"close_date", Date{20'600}}});
        const Value deal(of("opportunity").of[name]);
        of("task").of[name] = company.make("task", {{"subject", "Task of " + name}, {"owner", who}});
        of("activity").of[name] = company.make("activity", {{"subject", "Call of " + name}, {"kind", "call"}, {"at", Instant{1'770'000'000'000'000}}, {"owner", who}});
        of("opportunity_line").of[name] = company.make("opportunity_line", {{"opportunity", deal}, {"product", Value(product)}, {"quantity", Decimal::of(1)}, {"unit_price", Money{100, *Currency::parse("USD")}}, {"note", "Line of " + name}});
    }
};

}  // namespace

TEST_CASE("Every route, for every role and every relation, does what the policy says, and what is denied changes nothing") {
    World world;
    Company& company = world.company;
    const std::string before = world.digest();
    const std::int64_t seq = company.store->last_seq();
    std::set<std::string> tried;
    std::size_t cells = 0;
    const auto check = [&](const std::string& pattern, const Answer& answer, int status) {
        tried.insert(pattern);
        ++cells;
        CAPTURE(pattern);
        CAPTURE(answer.body);
        CHECK(answer.status == status);
        CHECK(company.store->last_seq() == seq);
    };
    for (const Person& who : world.people) {
        CAPTURE(who.name);
        for (const Owned& kind : world.owned) {
            CAPTURE(kind.entity);
            const auto& info = company.catalog->need(kind.entity);
            for (const Person& owner : world.people) {
                CAPTURE(owner.name);
                const Id id = kind.of.at(owner.name);
                const std::string at = kind.plural + "/" + id.text();
                const std::string change = "{\"" + kind.field + "\":" + kind.sets + "}";
                check("GET {plural}/{id}", company.get(who.id, at), expected(who, Right::read, owner, 200));
                check("GET {plural}/{id}/history", company.get(who.id, at + "/history"), expected(who, Right::read, owner, 200));
                check("GET {plural}/{id}/why", company.get(who.id, at + "/why"), expected(who, Right::read, owner, 200));
                check("PATCH {plural}/{id}", company.patch(who.id, at + "?dry_run=true", change), expected(who, Right::update, owner, 200));
                check("DELETE {plural}/{id}", company.remove(who.id, at + "?dry_run=true"), expected(who, Right::remove, owner, 204));
                // Nothing to bring back, for whoever asks.
                check("POST {plural}/{id}/restore", company.post(who.id, at + "/restore?dry_run=true", ""), has(who, Right::read) ? 404 : 403);
                check("POST {plural}/{id}/erase", company.post(who.id, at + "/erase?dry_run=true", ""), who.role == "administrator" ? 204 : 403);
                check("POST {plural}/{id}/unmerge", company.post(who.id, at + "/unmerge?dry_run=true", ""),
                      !has(who, Right::read) ? 403 : has(who, Right::remove) ? 404 : 403);
                for (const auto& action : info.actions) {
                    if (action.declared->parameters.size() > 0 && action.declared->parameters[0].required) continue;
                    const Answer acted = company.post(who.id, at + "/actions/" + action.name + "?dry_run=true", "{}", {{"if-match", "*"}});
                    const int status = expected(who, Right::update, owner, 200);
                    // An action may be impossible in the record's state; that is told only to who may act.
                    check("POST {plural}/{id}/actions/{name}", acted, status == 200 && acted.status == 409 ? 409 : status == 200 && acted.status == 422 ? 422 : status);
                }
                for (const char* other : {"An", "Chi"}) {
                    const Person& loser = world.person(other);
                    if (loser.name == owner.name) continue;
                    int status = !has(who, Right::read) || !has(who, Right::update) ? 403 : 200;
                    if (status == 200 && !reaches(who, Right::read, owner)) status = 404;
                    if (status == 200 && !reaches(who, Right::read, loser)) status = 422;  // an id in a body that is out of reach
                    if (status == 200 && !(reaches(who, Right::update, owner) && reaches(who, Right::remove, loser))) status = 403;
                    check("POST {plural}/{id}/merge", company.post(who.id, at + "/merge?dry_run=true", "{\"loser\":\"" + kind.of.at(other).text() + "\"}"), status);
                }
                // In bulk: the row's own status.
                const Answer bulk = company.post(who.id, kind.plural + "/bulk?dry_run=true",
                                                 "{\"operation\":\"update\",\"records\":[{\"id\":\"" + id.text() + "\",\"" + kind.field + "\":" + kind.sets + "}]}");
                check("POST {plural}/bulk", bulk, has(who, Right::bulk) ? 207 : 403);
                if (bulk.status == 207) {
                    CAPTURE(bulk.body);
                    CHECK(bulk.json.find("results")->items[0].find("status")->text == std::to_string(expected(who, Right::bulk, owner, 200)));
                }
            }
            // Lists, counts, groups and search hold exactly what is within reach.
            std::set<std::string> within;
            for (const Person& owner : world.people)
                if (reaches(who, Right::read, owner)) within.insert(kind.of.at(owner.name).text());
            const Answer list = company.get(who.id, kind.plural + "?limit=500");
            check("GET {plural}", list, has(who, Right::read) ? 200 : 403);
            const Answer searched = company.post(who.id, kind.plural + "/search", "{\"filter\":\"TRUE\",\"limit\":500}");
            check("POST {plural}/search", searched, has(who, Right::read) ? 200 : 403);
            const Answer counted = company.post(who.id, kind.plural + "/query", "{\"aggregate\":[\"count()\"]}");
            check("POST {plural}/query", counted, has(who, Right::read) ? 200 : 403);
            check("POST {plural}", company.post(who.id, kind.plural + "?dry_run=true", "{}"), has(who, Right::create) ? 422 : 403);
            if (!has(who, Right::read)) continue;
            for (const Answer* answer : {&list, &searched}) {
                std::set<std::string> seen;
                for (const Json& record : answer->json.find("data")->items) seen.insert(record.find("id")->text);
                CHECK(seen == within);
                CHECK(answer->json.find("page")->find("count")->text == std::to_string(within.size()));
            }
            CHECK(counted.json.find("groups")->items.at(0).find("count()")->text == std::to_string(within.size()));
        }
        for (const Person& owner : world.people) {
            CAPTURE(owner.name);
            const std::string at = "accounts/" + world.binned.at(owner.name).text();
            check("POST {plural}/{id}/restore", company.post(who.id, at + "/restore?dry_run=true", ""), expected(who, Right::remove, owner, 200));
            check("POST {plural}/{id}/erase", company.post(who.id, at + "/erase?dry_run=true", ""), who.role == "administrator" ? 204 : 403);
            check("PATCH {plural}/{id}", company.patch(who.id, at + "?dry_run=true", "{\"name\":\"x\"}"), has(who, Right::read) ? 404 : 403);
        }
        const Answer found = company.get(who.id, "search?q=of&limit=200");
        check("GET search", found, 200);
        for (const Json& one : found.json.find("data")->items) {
            const auto kind = std::find_if(world.owned.begin(), world.owned.end(), [&](const Owned& o) { return o.entity == one.find("entity")->text; });
            if (kind == world.owned.end()) continue;
            const auto owner = std::find_if(world.people.begin(), world.people.end(),
                                            [&](const Person& p) { return kind->of.at(p.name).text() == one.find("id")->text; });
            REQUIRE(owner != world.people.end());
            CHECK(reaches(who, Right::read, *owner));
        }
        const bool reads = has(who, Right::read);
        const bool configures = who.role == "administrator";
        check("GET board", company.get(who.id, "board"), reads ? 200 : 403);
        check("GET figures", company.get(who.id, "figures"), 200);
        const Answer figure = company.get(who.id, "figures/pipeline");
        check("GET figures/{name}", figure, reads ? 200 : 404);
        if (reads) {
            const auto seen = std::count_if(world.people.begin(), world.people.end(), [&](const Person& p) { return reaches(who, Right::read, p); });
            CHECK(figure.json.find("n")->text == std::to_string(seen));
        }
        check("GET catalog", company.get(who.id, "catalog"), 200);
        check("GET openapi.json", company.get(who.id, "openapi.json"), 200);
        check("GET /api/docs", company.get(who.id, "/api/docs"), 200);
        check("GET /api/docs.css", company.get(who.id, "/api/docs.css"), 200);
        check("GET formula/functions", company.get(who.id, "formula/functions"), 200);
        check("POST formula/check", company.post(who.id, "formula/check", "{\"entity\":\"account\",\"formula\":\"TRUE\"}"), reads ? 200 : 403);
        for (const Person& owner : world.people)
            check("POST formula/evaluate",
                  company.post(who.id, "formula/evaluate", "{\"entity\":\"account\",\"formula\":\"name\",\"id\":\"" + world.of("account").of.at(owner.name).text() + "\"}"),
                  expected(who, Right::read, owner, 200));
        check("GET settings", company.get(who.id, "settings"), 200);
        check("PUT settings", company.call(who.id, http::Method::put, "/api/v1/settings?dry_run=true", "{\"name\":\"Mine\"}", {{"if-match", "*"}}), configures ? 200 : 403);
        check("GET views", company.get(who.id, "views"), 200);
        check("POST views", company.post(who.id, "views", "{\"name\":\"v\",\"entity\":\"account\",\"audience\":\"everyone\",\"position\":\"x\"}"), 422);
        check("PATCH views/{id}", company.patch(who.id, "views/1", "{\"name\":\"v\"}"), 404);
        check("DELETE views/{id}", company.remove(who.id, "views/1"), 404);
        check("GET custom_fields", company.get(who.id, "custom_fields"), configures ? 200 : 403);
        check("POST custom_fields", company.post(who.id, "custom_fields", "{\"entity\":\"account\"}"), configures ? 422 : 403);
        check("PATCH custom_fields/{name}", company.patch(who.id, "custom_fields/x_a", "{}"), configures ? 404 : 403);
        check("DELETE custom_fields/{name}", company.remove(who.id, "custom_fields/x_a"), configures ? 404 : 403);
        check("POST batches/{id}/undo", company.post(who.id, "batches/1/undo"), 404);
    }
    CHECK(world.digest() == before);
    CHECK(cells > 3'000);
    // A route that nobody tried has no policy.
    for (const http::Route& route : company.router.routes()) {
        std::string pattern = route.pattern;
        if (pattern.starts_with("/api/v1/")) pattern = pattern.substr(8);
        const std::string name = std::string(http::method_name(route.method)) + " " + pattern;
        CHECK_MESSAGE(tried.contains(name), "not tried: " << name);
    }
}

TEST_CASE("Lists that everybody reads are changed by administrators alone, nobody makes himself one") {
    World world;
    Company& company = world.company;
    for (const Person& who : world.people) {
        if (who.role == "administrator") continue;
        CAPTURE(who.name);
        const std::int64_t seq = company.store->last_seq();
        CHECK(company.patch(who.id, "users/" + who.id.text(), "{\"administrator\":true}").status == 403);
        CHECK(company.patch(who.id, "users/" + who.id.text(), "{\"role\":\"" + company.role("administrator").text() + "\"}").status == 403);
        CHECK(company.post(who.id, "users", "{\"name\":\"X\",\"administrator\":true}").status == 403);
        CHECK(company.post(who.id, "role_permissions", "{\"role\":\"" + company.role("rep").text() + "\",\"entity\":\"*\",\"read\":\"all\"}").status == 403);
        CHECK(company.post(who.id, "record_shares", "{\"entity\":\"account\",\"record\":" + world.of("account").of.at("Chi").text() + ",\"user\":\"" + who.id.text() + "\"}").status == 403);
        CHECK(company.post(who.id, "users/" + who.id.text() + "/actions/deactivate", "{\"successor\":\"" + world.person("An").id.text() + "\"}", {{"if-match", "*"}}).status == 403);
        CHECK(company.store->last_seq() == seq);
    }
}

TEST_CASE("A right on users does not make an administrator: only one makes another") {
    World world;
    Company& company = world.company;
    const Id clerk_role = company.make("role", {{"name", "Clerk"}, {"code", "clerk"}});
    for (const char* entity : {"user", "role", "role_permission", "field_permission"})
        company.make("role_permission", {{"role", Value(clerk_role)}, {"entity", entity}, {"create", "all"}, {"read", "all"}, {"update", "all"}, {"delete", "all"}, {"bulk", "all"}});
    const Id clerk = company.person("Clerk", "clerk", Id{});
    const std::int64_t seq = company.store->last_seq();
    const std::string me = "users/" + clerk.text();
    CHECK(company.patch(clerk, me, "{\"administrator\":true}").status == 403);
    CHECK(company.patch(clerk, me, "{\"role\":\"" + company.role("administrator").text() + "\"}").status == 403);
    CHECK(company.post(clerk, "users", "{\"name\":\"X\",\"email\":\"x@example.com\",\"administrator\":true}").status == 403);
    CHECK(company.patch(clerk, "roles/" + clerk_role.text(), "{\"administrator\":true}").status == 403);
    CHECK(company.post(clerk, "role_permissions", "{\"role\":\"" + clerk_role.text() + "\",\"entity\":\"*\",\"read\":\"all\"}").status == 403);
    CHECK(company.post(clerk, "users/bulk", "{\"operation\":\"update\",\"records\":[{\"id\":\"" + clerk.text() + "\",\"administrator\":true}]}").json.find("done")->text == "0");
    CHECK(company.store->last_seq() == seq);
}

TEST_CASE("Nobody gains a record by pointing at it, from either end") {
    World world;
    Company& company = world.company;
    const Person& an = world.person("An");
    const Person& chi = world.person("Chi");
    const std::string his = world.of("account").of.at("Chi").text();
    const std::string my_deal = "opportunities/" + world.of("opportunity").of.at("An").text();
    const std::string his_deal = world.of("opportunity").of.at("Chi").text();
    const std::int64_t seq = company.store->last_seq();
    // A reference to what is out of reach is a reference to nothing, in every door.
    const Answer pointed = company.patch(an.id, my_deal, "{\"account\":\"" + his + "\"}");
    const Answer nowhere = company.patch(an.id, my_deal, "{\"account\":\"123\"}");
    CHECK(pointed.status == 422);
    CHECK(pointed.faults() == nowhere.faults());
    CHECK(company.post(an.id, "opportunities", "{\"name\":\"N\",\"account\":\"" + his + "\"}").faults() ==
          company.post(an.id, "opportunities", "{\"name\":\"N\",\"account\":\"123\"}").faults());
    CHECK(company.post(an.id, "opportunity_lines", "{\"opportunity\":\"" + his_deal + "\",\"quantity\":\"1\",\"product\":\"" + world.product.text() + "\"}").status == 422);
    CHECK(company.patch(an.id, "opportunity_lines/" + world.of("opportunity_line").of.at("An").text(), "{\"opportunity\":\"" + his_deal + "\"}").status == 422);
    CHECK(company.patch(an.id, my_deal, "{\"owner\":\"" + chi.id.text() + "\",\"nonsense\":1}").status == 400);
    CHECK(company.store->last_seq() == seq);
    // The analyst reads everything and changes nothing, also not by making a child.
    const Person& duy = world.person("Duy");
    CHECK(company.post(duy.id, "opportunity_lines", "{\"opportunity\":\"" + his_deal + "\",\"quantity\":\"1\",\"product\":\"" + world.product.text() + "\"}").status == 403);
    CHECK(company.store->last_seq() == seq);
    // One's own filter does not reach through a reference into what is out of reach.
    company.make("opportunity", {{"name", "Across"}, {"owner", Value(an.id)}, {"account", Value(*Id::parse(his))}});
    const Answer through = company.get(an.id, "opportunities?filter=" + http::percent_encoded("account.name = \"Account of Chi\""));
    CHECK(through.json.find("data")->items.empty());
    const Answer across = company.get(an.id, "opportunities?filter=" + http::percent_encoded("name = \"Across\"") + "&expand=account");
    REQUIRE(across.json.find("data")->items.size() == 1);
    CHECK(across.json.find("data")->items[0].find("account")->is(Json::Kind::null));
    const Answer grouped = company.post(an.id, "opportunities/query", "{\"group\":[\"account.name\"],\"filter\":\"name = \\\"Across\\\"\"}");
    CHECK(grouped.body.find("Chi") == std::string::npos);
    const Answer sorted = company.get(an.id, "opportunities?sort=account.name&fields=name");
    CHECK(sorted.status == 200);
}

TEST_CASE("A deal shared for reading lets nobody add to it, least of all himself to its team") {
    World world;
    Company& company = world.company;
    const Person& an = world.person("An");
    const Id deal = world.of("opportunity").of.at("Chi");
    company.make("record_share", {{"entity", "opportunity"}, {"record", Value(deal.value)}, {"user", Value(an.id)}, {"level", "read"}});
    const std::string at = "opportunities/" + deal.text();
    CHECK(company.get(an.id, at).status == 200);
    CHECK(company.get(an.id, "opportunity_lines/" + world.of("opportunity_line").of.at("Chi").text()).status == 200);
    const std::int64_t seq = company.store->last_seq();
    CHECK(company.patch(an.id, at, "{\"name\":\"Mine\"}").status == 403);
    CHECK(company.patch(an.id, "opportunity_lines/" + world.of("opportunity_line").of.at("Chi").text(), "{\"note\":\"Mine\"}").status == 403);
    CHECK(company.post(an.id, "opportunity_members", "{\"opportunity\":\"" + deal.text() + "\",\"user\":\"" + an.id.text() + "\"}").status == 403);
    const std::string line = "\",\"quantity\":\"1\",\"product\":\"" + world.product.text() + "\"}";
    CHECK(company.post(an.id, "opportunity_lines", "{\"opportunity\":\"" + deal.text() + line).status == 403);
    CHECK(company.patch(an.id, "opportunity_lines/" + world.of("opportunity_line").of.at("An").text(), "{\"opportunity\":\"" + deal.text() + "\"}").status == 403);
    CHECK(company.store->last_seq() == seq);
}

TEST_CASE("A member of the deal team sees the deal and what hangs on it, works on it, and no longer does after leaving the team") {
    World world;
    Company& company = world.company;
    const Person& an = world.person("An");
    const Person& chi = world.person("Chi");
    const std::string deal = world.of("opportunity").of.at("Chi").text();
    const std::string line = "opportunity_lines/" + world.of("opportunity_line").of.at("Chi").text();
    CHECK(company.get(an.id, "opportunities/" + deal).status == 404);
    CHECK(company.get(an.id, line).status == 404);
    const Answer joined = company.post(chi.id, "opportunity_members", "{\"opportunity\":\"" + deal + "\",\"user\":\"" + an.id.text() + "\"}");
    REQUIRE(joined.status == 201);
    CHECK(company.get(an.id, "opportunities/" + deal).status == 200);
    CHECK(company.get(an.id, line).status == 200);
    CHECK(company.patch(an.id, line, "{\"note\":\"Seen\"}").status == 200);
    CHECK(company.get(an.id, "opportunities/" + deal + "/why").body.find("shared with this person") != std::string::npos);
    CHECK(company.remove(chi.id, "opportunity_members/" + joined.json.find("id")->text).status == 204);
    CHECK(company.get(an.id, "opportunities/" + deal).status == 404);
    CHECK(company.get(an.id, line).status == 404);
}
