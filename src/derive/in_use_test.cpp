// What others hang on stays out of the bin, by what the declarations say of the fields that name it.
#include <doctest/doctest.h>

#include <thread>

#include "derive/access_world_for_tests.h"
#include "store/sqlite/connection.h"

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

// Statements that count who names a record; the watcher of plans looks at them as well.
std::atomic<int> counting{0};
void (*watcher)(const store::SqliteConnection&, const char*) = nullptr;
void count_counting(const store::SqliteConnection& connection, const char* sql) {
    if (std::string_view(sql).find("AS hanging") != std::string_view::npos) ++counting;
    if (watcher != nullptr) watcher(connection, sql);
}

void wait_for_columns(Company& company) {
    while (!company.store->columns_ready()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace

TEST_CASE("Who names a record of a list is asked of the columns and of what the same commit has changed, not of a table without an index") {
    Company company;
    const Id admin = company.administrator;
    wait_for_columns(company);
    watcher = store::SqliteConnection::prepared.exchange(&count_counting);
    counting = 0;
    const Id industry = company.make("industry", {{"name", "Steel"}}), other = company.make("industry", {{"name", "Wood"}});
    const Id account = company.make("account", {{"name", "Mill"}, {"industry", Value(industry)}});
    const std::string at = "industries/" + industry.text();
    CHECK(company.remove(admin, at).code() == "in_use");
    const auto in_one_commit = [&](auto change) {
        return company.store->write({}, [&](store::Transaction& open) -> Result<Value> {
            FAIRLEAD_TRY(change(open));
            FAIRLEAD_TRY(open.remove(open.catalog().need("industry"), industry));
            return Value();
        });
    };
    const auto set = [&](store::Transaction& open, const char* field, Value value) -> Result<void> {
        model::Patch patch(open.catalog().need("account"));
        patch.set(field, std::move(value));
        FAIRLEAD_TRY(open.update(account, patch));
        return {};
    };
    // Named by what is not committed yet, and named no longer by what is.
    CHECK(in_one_commit([&](store::Transaction& open) { return set(open, "name", Value("Saw mill")); }).refused().code() == "in_use");
    CHECK(in_one_commit([&](store::Transaction& open) { return set(open, "industry", Value(other)); }));
    CHECK(company.post(admin, at + "/restore").status == 200);
    CHECK(in_one_commit([&](store::Transaction& open) -> Result<void> {
              model::Patch patch(open.catalog().need("account"));
              patch.set("name", Value("New mill")).set("industry", Value(industry));
              FAIRLEAD_TRY(open.create(patch));
              return {};
          }).refused().code() == "in_use");
    CHECK(company.remove(admin, at).status == 204);
    // A line is in the bin with its deal.
    const Id product = company.make("product", {{"name", "Beam"}}), deal = company.make("opportunity", {{"name", "Pier"}});
    company.make("opportunity_line", {{"opportunity", Value(deal)}, {"product", Value(product)}, {"quantity", Decimal::of(1)}});
    CHECK(company.remove(admin, "products/" + product.text()).code() == "in_use_active");
    REQUIRE(company.remove(admin, "opportunities/" + deal.text()).status == 204);
    const int before = counting;
    CHECK(company.remove(admin, "products/" + product.text()).status == 204);
    CHECK(before == 0);
    store::SqliteConnection::prepared = watcher;
}

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
