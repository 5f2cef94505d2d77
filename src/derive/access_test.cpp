// Ways in which somebody could gain a right or a record, one by one; access_matrix_test.cpp tries every cell.
#include <doctest/doctest.h>

#include "derive/access_world_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

struct Person {
    std::string name, role, team;
    Id id{};
};

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
        if (who.name != "Chi") {
            const Answer shared = company.post(who.id, "record_shares", "{\"entity\":\"account\",\"record\":" + world.of("account").of.at("Chi").text() + ",\"user\":\"" + who.id.text() + "\"}");
            CHECK((shared.status == 403 || shared.code() == "unknown_reference"));
        }
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

TEST_CASE("Who may change a record shares it from one day to another, and nobody shares what he only sees") {
    World world;
    Company& company = world.company;
    const Person &chi = world.person("Chi"), &an = world.person("An"), &binh = world.person("Binh");
    const Id account = world.of("account").of.at("Chi");
    const auto share = [&](const Person& by, const Person& with, const std::string& more) {
        return company.post(by.id, "record_shares", "{\"entity\":\"account\",\"record\":" + account.text() + ",\"user\":\"" + with.id.text() + "\"" + more + "}");
    };
    const auto sees = [&](const Person& who) { return company.get(who.id, "accounts/" + account.text()).status == 200; };
    CHECK(share(an, an, "").faults() == std::vector<std::string>{"/record unknown_reference"});
    CHECK(company.post(an.id, "record_shares", "{\"entity\":\"account\",\"record\":12,\"user\":\"" + an.id.text() + "\"}").faults() == std::vector<std::string>{"/record unknown_reference"});
    CHECK(company.post(chi.id, "record_shares", "{\"entity\":\"nonsense\",\"record\":" + account.text() + ",\"user\":\"" + an.id.text() + "\"}").faults() == std::vector<std::string>{"/record unknown_reference"});
    const Answer made = share(chi, an, ",\"begins_on\":\"2026-03-03\",\"ends_on\":\"2026-03-04\"");
    REQUIRE(made.status == 201);
    CHECK(!sees(an));  // not yet
    company.clock.set(*Instant::parse("2026-03-03T09:00:00Z"));
    CHECK(sees(an));
    CHECK(company.patch(an.id, "accounts/" + account.text(), "{\"city\":\"Hue\"}").status == 403);
    CHECK(share(an, binh, "").status == 403);  // seen, not his to share
    CHECK(company.patch(an.id, "record_shares/" + made.text("id"), "{\"ends_on\":\"2027-01-01\"}").status == 404);
    company.clock.set(*Instant::parse("2026-03-05T09:00:00Z"));
    CHECK(!sees(an));  // no longer
    REQUIRE(company.patch(chi.id, "record_shares/" + made.text("id"), "{\"ends_on\":\"2026-03-31\",\"level\":\"update\"}").status == 200);
    CHECK(company.patch(an.id, "accounts/" + account.text(), "{\"city\":\"Hue\"}").status == 200);
    CHECK(company.remove(an.id, "accounts/" + account.text()).status == 403);
    // The one who shared it lets go of it: what he cannot change any more he does not share any longer.
    CHECK(company.patch(company.administrator, "accounts/" + account.text(), "{\"owner\":\"" + world.person("Duy").id.text() + "\",\"team\":null}").status == 200);
    CHECK(company.patch(chi.id, "record_shares/" + made.text("id"), "{\"ends_on\":\"2027-01-01\"}").faults() == std::vector<std::string>{"/record unknown_reference"});
}

TEST_CASE("A person has somebody stand in for himself, not for others; the deputy has his reach and his levels while it lasts") {
    World world;
    Company& company = world.company;
    const Person &chi = world.person("Chi"), &em = world.person("Em"), &binh = world.person("Binh");
    const auto delegation = [&](Id from, Id to) {
        return "{\"from_user\":\"" + from.text() + "\",\"to_user\":\"" + to.text() + "\",\"begins_on\":\"2026-03-02\",\"ends_on\":\"2026-03-03\"}";
    };
    company.make("field_permission", {{"role", Value(company.role("rep"))}, {"entity", "account"}, {"field", "annual_revenue"}, {"level", "hidden"}});
    CHECK(company.post(binh.id, "delegations", delegation(chi.id, binh.id)).status == 403);
    const std::string account = "accounts/" + world.of("account").of.at("Chi").text();
    CHECK(company.get(em.id, account).status == 403);
    const Answer made = company.post(chi.id, "delegations", delegation(chi.id, em.id));
    REQUIRE(made.status == 201);
    const Answer seen = company.get(em.id, account);
    CHECK(seen.status == 200);
    CHECK(seen.body.find("annual_revenue") == std::string::npos);  // hidden from the one he stands in for
    CHECK(company.patch(em.id, account, "{\"city\":\"Hue\"}").status == 200);
    CHECK(company.get(em.id, "accounts/" + world.of("account").of.at("Binh").text()).status == 404);
    CHECK(company.patch(binh.id, "delegations/" + made.text("id"), "{\"from_user\":\"" + binh.id.text() + "\"}").status == 403);
    company.clock.set(*Instant::parse("2026-03-04T09:00:00Z"));
    CHECK(company.get(em.id, account).status == 403);
}

TEST_CASE("Yesterday's owner does not read a record as it was yesterday; today's owner does") {
    World world;
    Company& company = world.company;
    const Person &an = world.person("An"), &chi = world.person("Chi");
    const std::string deal = "opportunities/" + world.of("opportunity").of.at("An").text();
    company.clock.set(*Instant::parse("2026-03-03T09:00:00Z"));
    REQUIRE(company.patch(company.administrator, deal, "{\"owner\":\"" + chi.id.text() + "\",\"team\":null}").status == 200);
    const std::string then = "as_of=2026-03-02T09:00:00Z";
    CHECK(company.get(an.id, deal + "?" + then).status == 404);
    CHECK(company.get(chi.id, deal + "?" + then).status == 200);
    CHECK(company.get(an.id, "opportunities?limit=500&" + then).body.find("Deal of An") == std::string::npos);
    CHECK(company.get(chi.id, "opportunities?limit=500&" + then).body.find("Deal of An") != std::string::npos);
    CHECK(company.get(an.id, "figures/pipeline?" + then).text("n") == "0");
    CHECK(company.get(chi.id, "figures/pipeline?" + then).text("n") == "2");
    CHECK(company.get(company.administrator, deal + "?" + then).json.find("owner")->find("title")->text == "An");
}

TEST_CASE("Who leaves hands over what he owns and whom and what he leads, and stands nowhere any more") {
    World world;
    Company& company = world.company;
    const Person &mai = world.person("Mai"), &an = world.person("An"), &chi = world.person("Chi");
    const Date today = company.store->context().today();
    const Id east = company.make("team", {{"name", "East"}, {"manager", Value(mai.id)}});
    const Id land = company.make("territory", {{"name", "Land"}, {"manager", Value(mai.id)}});
    const Id member = company.make("team_member", {{"team", Value(east)}, {"user", Value(mai.id)}});
    const Id later = company.make("territory_member", {{"territory", Value(land)}, {"user", Value(mai.id)}, {"begins_on", Value(Date{today.days + 9})}});
    const Id away = company.make("delegation", {{"from_user", Value(mai.id)}, {"to_user", Value(chi.id)}, {"begins_on", Value(today)}, {"ends_on", Value(Date{today.days + 30})}});
    REQUIRE(company.patch(company.administrator, "users/" + an.id.text(), "{\"manager\":\"" + mai.id.text() + "\"}").status == 200);
    REQUIRE(company.patch(company.administrator, "users/" + chi.id.text(), "{\"manager\":\"" + mai.id.text() + "\"}").status == 200);
    const std::string act = "users/" + mai.id.text() + "/actions/deactivate";
    const std::string heir = "{\"successor\":\"" + an.id.text() + "\"}";
    const std::int64_t seq = company.store->last_seq();
    const Answer preview = company.post(company.administrator, act + "?dry_run=true", "", {{"if-match", "*"}});
    REQUIRE(preview.status == 200);
    CHECK(preview.json.find("owned")->find("opportunities")->text == "1");
    CHECK(preview.json.find("led")->find("teams")->text == "1");
    CHECK(preview.json.find("led")->find("territories")->text == "1");
    CHECK(preview.json.find("led")->find("users")->text == "2");
    CHECK(company.post(company.administrator, act + "?dry_run=true", heir, {{"if-match", "*"}}).body == preview.body);
    CHECK(company.store->last_seq() == seq);
    // A right on users is not enough: who hands over decides who sees.
    const Id clerk_role = company.make("role", {{"name", "Clerk"}, {"code", "clerk"}});
    company.make("role_permission", {{"role", Value(clerk_role)}, {"entity", "user"}, {"read", "all"}, {"update", "all"}});
    const Id clerk = company.person("Clerk", "clerk", Id{});
    CHECK(company.post(clerk, act, "{\"successor\":\"" + clerk.text() + "\"}", {{"if-match", "*"}}).status == 403);

    REQUIRE(company.post(company.administrator, act, heir, {{"if-match", "*"}}).status == 200);
    CHECK(!company.store->viewer(mai.id));
    const auto read = [&](const std::string& at) { return company.get(company.administrator, at).json; };
    for (const Owned& kind : world.owned)
        if (kind.entity != "opportunity_line") CHECK(read(kind.plural + "/" + kind.of.at("Mai").text()).find("owner")->find("title")->text == "An");
    CHECK(read("teams/" + east.text()).find("manager")->find("title")->text == "An");
    CHECK(read("territories/" + land.text()).find("manager")->find("title")->text == "An");
    CHECK(read("users/" + chi.id.text()).find("manager")->find("title")->text == "An");
    CHECK(read("users/" + an.id.text()).find("manager")->is(Json::Kind::null));  // nobody leads himself
    CHECK(read("team_members/" + member.text()).find("ends_on")->text == today.text());
    CHECK(read("delegations/" + away.text()).find("ends_on")->text == today.text());
    CHECK(!read("territory_members/" + later.text()).find("deleted_at")->is(Json::Kind::null));
    CHECK(company.get(chi.id, "opportunities/" + world.of("opportunity").of.at("Mai").text()).status == 404);  // the leaver's deputy
    CHECK(company.get(an.id, "opportunities/" + world.of("opportunity").of.at("Mai").text()).status == 200);
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

TEST_CASE("A field of the company's own is dropped for good only by naming the step, which tells what goes; hiding it loses nothing") {
    Company company;
    const Id ada = company.administrator;
    for (const char* type : {"text", "money"})
        REQUIRE(company.post(ada, "custom_fields", std::string(R"({"entity":"account","label":"Credit )") + type + R"(","type":")" + type + "\"}").status == 201);
    const Answer made = company.post(ada, "accounts", R"({"name":"Meridian Ports","x_credit_text":"A","x_credit_money":"12.50"})");
    const Answer binned = company.post(ada, "accounts", R"({"name":"Old Ports","x_credit_text":"B"})");
    REQUIRE(made.status == 201);
    REQUIRE(company.remove(ada, "accounts/" + binned.text("id")).status == 204);
    const std::string at = "custom_fields/x_credit_text?entity=account", account = "accounts/" + made.text("id");
    for (const std::string& agree : {std::string(), std::string("&agree=yes"), "&agree=" + http::percent_encoded("drop account.x_credit_money")}) {
        const Answer refused = company.remove(ada, at + agree);
        CHECK(refused.status == 422);
        CHECK(refused.faults() == std::vector<std::string>{"/agree not_agreed"});
        CHECK(refused.text("detail").find("2 records") != std::string::npos);
    }
    CHECK(company.get(ada, account).text("x_credit_text") == "A");
    for (const Answer roles = company.get(ada, "roles?filter=NOT%20administrator"); const Json& role : roles.json.find("data")->items)
        CHECK(company.post(ada, "field_permissions", R"({"role":")" + role.find("id")->text + R"(","entity":"account","field":"x_credit_text","level":"hidden"})").status == 201);
    CHECK(company.get(ada, account).text("x_credit_text") == "A");
    // What would go, and the way to keep it.
    const Answer loss = company.remove(ada, at + "&dry_run=true");
    REQUIRE(loss.status == 200);
    CHECK(loss.text("values") == "2");
    CHECK(loss.text("in_bin") == "1");
    CHECK(company.get(ada, loss.text("export")).body.find("Meridian Ports,A") != std::string::npos);
    const Id rep = company.person("Rep", "rep", Id{});
    CHECK(company.remove(rep, at + "&agree=" + http::percent_encoded(loss.text("agree"))).status == 403);
    CHECK(company.remove(ada, at + "&agree=" + http::percent_encoded(loss.text("agree"))).status == 204);
    CHECK(company.remove(ada, "custom_fields/x_credit_money?entity=account&agree=" + http::percent_encoded("drop account.x_credit_money")).status == 204);
    const Answer after = company.get(ada, account);
    CHECK(after.status == 200);
    CHECK(after.json.find("x_credit_text") == nullptr);
    CHECK(company.get(ada, account + "/history").status == 200);
    CHECK(company.get(ada, account + "?as_of=2026-03-02T09:00:00Z").status == 200);
    CHECK(company.get(ada, "accounts?filter=" + http::percent_encoded("x_credit_text = \"A\"")).code() == "unknown_field");
    CHECK(company.patch(ada, account, R"({"name":"Meridian"})").status == 200);
    // Another field does not take over its history by its name.
    CHECK(company.post(ada, "custom_fields", R"({"entity":"account","name":"x_credit_text","label":"Credit","type":"whole"})").code() == "dropped_name");
    const Answer next = company.post(ada, "custom_fields", R"({"entity":"account","label":"Credit text","type":"whole"})");
    CHECK(next.text("name") == "x_credit_text_2");
    for (const auto& check : company.store->check()) CHECK_MESSAGE(check.ok, check.name << " " << check.detail);
}

TEST_CASE("A time zone that there is not is refused for the company and for a person; a view is of records that there are; near words are told in both languages") {
    Company company;
    const Id admin = company.administrator;
    const Answer settings = company.get(admin, "settings");
    for (const char* zone : {"Mars", "Asia/Hanoi?"}) {
        const std::string body = "{\"zone\":\"" + std::string(zone) + "\"}";
        const Answer refused = company.call(admin, http::Method::put, "/api/v1/settings", body, {{"if-match", "*"}});
        CHECK(refused.status == 422);
        CHECK(refused.code() == "unknown_zone");
        CHECK(company.patch(admin, "users/" + admin.text(), body).code() == "unknown_zone");
    }
    CHECK(company.get(admin, "settings").text("zone") == settings.text("zone"));
    CHECK(company.call(admin, http::Method::put, "/api/v1/settings", R"({"zone":"Asia/Ho_Chi_Minh"})", {{"if-match", "*"}}).status == 200);
    // What the tabs of views show is counted at once; a filter that no longer holds takes nothing from the others.
    const Answer counts = company.post(admin, "accounts/counts", R"({"filters":{"all":"","named":"name = \"Nobody of this name\"","lost":"field_of_old = 1"}})");
    CHECK(counts.status == 200);
    CHECK(counts.json.find("counts")->find("all")->text == company.get(admin, "accounts?limit=1").json.find("page")->find("count")->text);
    CHECK(counts.json.find("counts")->find("named")->text == "0");
    CHECK(counts.json.find("counts")->find("lost")->is(Json::Kind::null));
    CHECK(company.post(admin, "accounts/counts", R"({"filters":["all"]})").code() == "wrong_type");
    CHECK(company.post(admin, "views", R"({"name":"Mine","entity":"acount"})").code() == "unknown_entity");
    CHECK(company.post(admin, "views", R"({"name":"Mine","entity":"account"})").status == 201);
    const auto said = [&](const char* filter) { return company.get(admin, "opportunities?filter=" + http::percent_encoded(filter), {{"accept-language", "vi"}}).text("detail"); };
    CHECK(said("acount.name = \"x\"") == "Không có trường “acount” ở đây. Có phải là “account” không?");
    CHECK(said("stage.kind = \"wonn\"") == "“wonn” không có trong các lựa chọn. Có phải là “won” không?");
    CHECK(said("zzzzzzz = 1") == "Không có trường “zzzzzzz” ở đây.");
    CHECK(said("LENN(name) = 1") == "Không có hàm LENN. Có phải là LEN không?");
}

TEST_CASE("An id out of reach is answered like one that leads to nothing, also where it is the value that is there") {
    AccessWorld world(AccessWorld::Extent::two_of_each);
    Company& company = world.company;
    const Id rep = world.id("With own"), other = world.id("Stranger");
    const Id hidden = company.make("account", {{"name", "Hidden"}, {"owner", other}}), another = company.make("account", {{"name", "Another"}, {"owner", other}});
    const Id deal = company.make("opportunity", {{"name", "Mine"}, {"owner", rep}, {"account", hidden}});
    const std::string at = "opportunities/" + deal.text();
    REQUIRE(company.get(rep, at).status == 200);
    CHECK(company.get(rep, at).json.find("account")->is(Json::Kind::null));
    const auto answer = [&](const std::string& id, const std::string& more = "") {
        const Answer refused = company.patch(rep, at, "{\"account\":" + in_quotes(id) + more + "}");
        std::string body = refused.text("detail");
        if (const auto where = body.find(id); where != std::string::npos) body.replace(where, id.size(), "ID");
        return std::to_string(refused.status) + " " + refused.code() + " " + body;
    };
    const std::string nothing = answer("77");
    CHECK(nothing.starts_with("422 unknown_reference"));
    for (const Id id : {hidden, another}) {
        CHECK(answer(id.text()) == nothing);
        CHECK(answer(id.text(), ",\"name\":\"Renamed\"") == nothing);
    }
    const Answer bulk = company.post(rep, "opportunities/bulk", "{\"operation\":\"update\",\"records\":[" + in_quotes(deal.text()) + "],\"set\":{\"account\":" + in_quotes(hidden.text()) + "}}");
    CHECK((bulk.status == 403 || bulk.body.find("unknown_reference") != std::string::npos));
    CHECK(company.get(company.administrator, at).json.find("account")->find("title")->text == "Hidden");
    // Other fields of the deal stay his to change; and a question does not tell it either.
    CHECK(company.patch(rep, at, "{\"name\":\"Still mine\"}").status == 200);
    const auto found = [&](const std::string& filter) { return company.get(rep, "opportunities?filter=" + http::percent_encoded("name = \"Still mine\" AND " + filter)).json.find("data")->items.size(); };
    CHECK(found("account = \"" + hidden.text() + "\"") == found("account = \"" + another.text() + "\""));
}
