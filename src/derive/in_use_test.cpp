// What others hang on stays out of the bin, by what the declarations say of the fields that name it.
#include <doctest/doctest.h>

#include "derive/access_world_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive::testing;

namespace {

Result<Value> name_it(Company& company, const model::EntityInfo& holder, Id record, const model::FieldInfo& field, Id target) {
    return company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
        model::Patch patch(holder);
        patch.set(field.name, Value(target));
        model::WriteOptions options;
        options.as_system = options.through_action = true;
        FAIRLEAD_TRY(transaction.update(record, patch, options));
        return Value(true);
    });
}

}  // namespace

TEST_CASE("A record of a list that the company keeps, and an account with deals, is not deleted while a live record names it, by any field") {
    AccessWorld world(AccessWorld::Extent::two_of_each);
    Company& company = world.company;
    const Id admin = company.administrator;
    int tried = 0;
    for (const auto& holder : company.catalog->entities()) {
        if (!holder->logged || holder->access == model::AccessKind::system) continue;
        for (const model::FieldInfo& field : holder->fields) {
            if (field.type != Type::reference || !field.is_stored() || field.system || field.options.read_only) continue;
            const model::EntityInfo& target = company.catalog->need(field.target);
            const bool part = holder->administrators && target.administrators;
            if (part || (target.access != model::AccessKind::open && !field.options.dimension)) continue;
            INFO(holder->name << "." << field.name);
            const Id named = world.make(target, {world.id("Inert"), {}, {}, {}});
            const std::string at = target.plural + "/" + named.text();
            const Id naming = world.make(*holder, {world.id("Inert"), {}, {}, {}});
            const auto written = name_it(company, *holder, naming, field, named);
            if (!written) MESSAGE(written.refused().message());
            REQUIRE(written);
            ++tried;
            for (const char* way : {"?dry_run=true", ""}) {
                const Answer refused = company.remove(admin, at + way);
                INFO(refused.body);
                CHECK(refused.status == 409);
                CHECK(refused.code().starts_with("in_use"));
                CHECK(refused.body.find("\"entity\":\"" + holder->name + "\"") != std::string::npos);
            }
            CHECK(company.post(admin, at + "/erase?dry_run=true").code().starts_with("in_use"));
            CHECK(company.get(admin, at).text("deleted_at").empty());
            // It goes when what named it has gone.
            REQUIRE(company.remove(admin, holder->plural + "/" + naming.text()).status == 204);
            const Answer gone = company.remove(admin, at);
            CHECK_MESSAGE(gone.status == 204, gone.body);
        }
    }
    CHECK(tried > 40);
}

TEST_CASE("A currency in which an amount is kept is not deleted; the refusal speaks the reader's language") {
    Company company;
    const Id admin = company.administrator;
    const Id euro = company.make("currency", {{"code", "EUR"}});
    const Id deal = company.make("opportunity", {{"name", "Harbour"}, {"amount", Value(Money{100, *Currency::parse("EUR")})}});
    const Answer refused = company.call(admin, http::Method::delete_, "/api/v1/currencies/" + euro.text(), {}, {{"if-match", "*"}, {"accept-language", "vi"}});
    CHECK(refused.status == 409);
    CHECK(refused.code() == "in_use_active");
    CHECK_MESSAGE(refused.text("detail").starts_with("Chưa xóa được: 1 bản ghi (Cơ hội)"), refused.body);
    REQUIRE(company.remove(admin, "opportunities/" + deal.text()).status == 204);
    CHECK(company.remove(admin, "currencies/" + euro.text()).status == 204);
}

TEST_CASE("Who does not see what hangs on a record is told that something does, and not what") {
    Company company;
    const Id rep = company.person("Rep", "rep", Id{});
    const Id own = company.make("account", {{"name", "Harbour"}, {"owner", Value(rep)}});
    company.make("role_permission", {{"role", Value(company.role("rep"))}, {"entity", "account"}, {"read", "own"}, {"update", "own"}, {"delete", "own"}});
    const Id deal = company.make("opportunity", {{"name", "Secret pier"}, {"account", Value(own)}, {"owner", Value(company.administrator)}});
    const Answer refused = company.remove(rep, "accounts/" + own.text());
    CHECK(refused.status == 409);
    CHECK(refused.code() == "in_use_unseen");
    CHECK(refused.body.find("opportunit") == std::string::npos);
    REQUIRE(company.remove(company.administrator, "opportunities/" + deal.text()).status == 204);
    const Answer gone = company.remove(rep, "accounts/" + own.text());
    CHECK_MESSAGE(gone.status == 204, gone.body);
}

TEST_CASE("The kind of a stage and its pipeline are fixed while deals stand on it; the company's settings stay") {
    Company company;
    const Id admin = company.administrator;
    const Id pipeline = company.make("pipeline", {{"name", "Side"}, {"code", "side"}}), other = company.make("pipeline", {{"name", "Other"}, {"code", "other"}});
    const Id stage = company.make("stage", {{"name", "Done"}, {"pipeline", Value(pipeline)}, {"kind", "won"}, {"position", std::int64_t{1}}});
    const std::string at = "stages/" + stage.text();
    const Id deal = company.make("opportunity", {{"name", "Pier"}, {"pipeline", Value(pipeline)}, {"stage", Value(stage)}});
    for (const std::string& body : {std::string(R"({"kind":"lost"})"), R"({"pipeline":")" + other.text() + "\"}"}) {
        const Answer refused = company.patch(admin, at, body);
        CHECK(refused.status == 409);
        CHECK(refused.code() == "fixed_in_use");
    }
    CHECK(company.patch(admin, at, R"({"name":"Signed","position":2,"kind":"won"})").status == 200);
    REQUIRE(company.remove(admin, "opportunities/" + deal.text()).status == 204);
    CHECK(company.patch(admin, at, R"({"kind":"lost"})").status == 200);

    const std::string settings = "companies/" + company.get(admin, "settings").text("id");
    CHECK(company.remove(admin, settings + "?dry_run=true").code() == "settings_stay");
    CHECK(company.remove(admin, settings).status == 409);
    CHECK(company.get(admin, "settings").status == 200);
}
