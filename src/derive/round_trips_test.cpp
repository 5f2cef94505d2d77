// How often an answer waits for PostgreSQL: as often for many rows as for few. A round trip costs two changes of process,
// and a network's way there and back where the database is elsewhere.
#include <thread>

#include "derive/rest_for_tests.h"
#include "store/postgres/connection.h"

using namespace fairlead;
using namespace fairlead::derive::testing;

namespace {

// Forty deals in all stages, each of its own account and with a line.
struct House {
    Company company{Company::On::postgresql};
    std::vector<Id> deals;
    Id rep{};

    House() {
        if (!on_postgresql()) return;
        rep = company.person("Rita", "rep", Id{});
        const Id product = company.make("product", {{"name", "Pump"}});
        const auto stages = all("stage");
        for (std::size_t i = 0; i < 40; ++i) {
            const std::string number = std::to_string(i);
            const Id account = company.make("account", {{"name", "Account " + number}, {"owner", rep}});
            const model::Record& stage = stages[i < 30 ? 0 : i % stages.size()];
            deals.push_back(company.make("opportunity", {{"name", "Deal " + number}, {"account", account}, {"pipeline", stage.reference("pipeline")}, {"stage", stage.id()}, {"amount", Money{100, *Currency::parse("USD")}}, {"owner", rep}}));
            company.make("opportunity_line", {{"opportunity", deals.back()}, {"product", product}, {"quantity", Decimal::of(2)}});
        }
        while (!company.store->columns_ready()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    bool on_postgresql() const { return store::PostgresConnection::round_trips() > 0; }
    std::vector<model::Record> all(const char* entity) {
        store::ListQuery query;
        query.entity = entity;
        const auto page = company.store->list(*store::Viewer::system(), query);
        REQUIRE(page);
        return page->records;
    }
    // What an answer that nobody has asked for before takes: titles are remembered for each reader.
    std::uint64_t trips(const std::string& address, std::size_t rows, Id user = {}) {
        const Id reader = user ? user : company.person("Reader " + std::to_string(++readers_), "administrator", Id{});
        company.get(reader, "stages?limit=1");  // his rights are known
        const std::uint64_t before = store::PostgresConnection::round_trips();
        const Answer answer = company.get(reader, address);
        CHECK_MESSAGE(answer.status == 200, address << ": " << answer.body);
        if (const derive::Json* data = answer.json.find("data"); data && rows) CHECK_MESSAGE(data->items.size() == rows, address);
        return store::PostgresConnection::round_trips() - before;
    }

  private:
    int readers_ = 0;
};

}  // namespace

TEST_CASE("An answer takes as many round trips to PostgreSQL for forty rows as for two") {
    House house;
    if (!house.on_postgresql()) return;
    const auto same = [&](const std::string& name, const std::string& few, std::size_t few_rows, const std::string& many, std::size_t many_rows) {
        const std::uint64_t a = house.trips(few, few_rows), b = house.trips(many, many_rows);
        CHECK_MESSAGE(a == b, name << ": " << few << " took " << a << ", " << many << " took " << b);
        CHECK_MESSAGE(b <= 20, name << ": " << b);
    };
    same("a list", "opportunities?limit=2&sort=id", 2, "opportunities?limit=40", 40);
    same("a sorted list with a filter", "opportunities?limit=2&filter=amount%20%3E%200&sort=account", 2, "opportunities?limit=40&filter=amount%20%3E%200&sort=account", 40);
    same("opened references", "opportunities?limit=2&expand=account", 2, "opportunities?limit=40&expand=account", 40);
    same("records below others", "opportunity_lines?limit=2", 2, "opportunity_lines?limit=40", 40);
    house.trips("opportunities?limit=1&as_of=2026-03-05", 1);  // the columns of the moment are made once
    same("a list of the past", "opportunities?limit=2&as_of=2026-03-05", 2, "opportunities?limit=40&as_of=2026-03-05", 40);
    same("groups", "figures/pipeline?by=owner&filter=name%20%3D%20%22Deal%201%22", 0, "figures/pipeline?by=owner", 0);
    same("a search", "search?q=account&limit=2", 2, "search?q=account&limit=40", 40);
    same("the board", "board?filter=account.name%20%3D%20%22Account%201%22", 0, "board", 0);

    // Of a record that has had many owners.
    std::vector<Id> people;
    for (int i = 0; i < 40; ++i) people.push_back(house.company.person("Owner " + std::to_string(i), "rep", Id{}));
    const std::string deal = "opportunities/" + house.deals[0].text();
    for (const Id person : people) REQUIRE(house.company.patch(house.company.administrator, deal, "{\"owner\":" + in_quotes(person.text()) + "}").status == 200);
    REQUIRE(house.company.patch(house.company.administrator, "opportunities/" + house.deals[1].text(), R"({"next_step":"Call"})").status == 200);  // it has been changed by somebody too
    same("a history", deal + "/history?limit=2", 2, deal + "/history?limit=40", 40);
    same("a record of long ago", "opportunities/" + house.deals[1].text() + "?as_of=2026-03-05", 0, deal + "?as_of=2026-03-05", 0);

    // By one who sees his own: what decides on the reach of a line is its deal.
    const std::uint64_t few = house.trips("opportunity_lines?limit=2", 2, house.rep), many = house.trips("opportunity_lines?limit=39", 39, house.rep);
    CHECK(many <= few);
    // Where the titles are known already: the rows, and the stages that they are computed from.
    CHECK(house.trips("opportunities?limit=39&sort=name", 39, house.rep) <= 7);
    CHECK(house.trips("opportunities?limit=39&sort=name", 39, house.rep) == 2);
}
