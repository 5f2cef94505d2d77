// Amounts that were written down before their currency had a rate are filled when it has one, and no others.
#include "store/pricing.h"

#include <doctest/doctest.h>

#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

const Currency vnd = *Currency::parse("VND");

void on_day(Company& company, const char* day) { company.clock.set(*Instant::parse(std::string(day) + "T09:00:00Z")); }

void rate(Company& company, const char* from, const char* dong) {
    const Answer made = company.post(company.administrator, "exchange_rates", std::string("{\"currency\":\"VND\",\"valid_from\":\"") + from + "\",\"rate\":\"" + dong + "\"}");
    CAPTURE(made.body);
    REQUIRE(made.status == 201);
}
Id deal(Company& company, std::int64_t dong) { return company.make("opportunity", {{"name", "D" + std::to_string(dong)}, {"amount", Money{dong, vnd}}}); }

std::string sum(Company& company, const std::string& more = {}) {
    const Answer answer = company.post(company.administrator, "opportunities/query", "{\"aggregate\":[\"sum(amount)\"]" + more + "}");
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    const Json* amount = answer.json.find("groups")->items.at(0).find("sum(amount)")->find("amount");
    return amount != nullptr ? amount->text : "none";
}
std::string sum_of(Company& company, Id id) { return sum(company, ",\"filter\":\"id = \\\"" + id.text() + "\\\"\""); }

store::Priced price(store::Store& store) {
    store::Command command;
    command.batch = new_id();
    const auto priced = store::price_waiting(store, command);
    REQUIRE(priced);
    return *priced;
}

}  // namespace

TEST_CASE("Amounts that wait for a rate take that of their day, or the first that came after; what is priced stays") {
    for (const auto on : {Company::On::as_wished, Company::On::postgresql}) {
        Company company(on);
        const Id ada = company.administrator;
        on_day(company, "2026-03-02");
        const Id early = deal(company, 1'000'000);
        on_day(company, "2026-03-05");
        const Id late = deal(company, 2'000'000);
        const Id binned = deal(company, 4'000'000);
        REQUIRE(company.remove(ada, "opportunities/" + binned.text()).status == 204);
        const Id line_of = company.make("product", {{"name", "Pump"}, {"price", Money{5'000'000, vnd}}});
        const Id won = deal(company, 8'000'000);
        on_day(company, "2026-03-07");
        REQUIRE(company.post(ada, "opportunities/" + won.text() + "/actions/win", "{}", {{"if-match", "*"}}).status == 200);
        on_day(company, "2026-03-20");
        CHECK(price(*company.store).priced == 0);
        const std::string mark = store::rates_mark(*company.store);
        CHECK(store::rates_mark(*company.store) == mark);

        // Nothing is in force yet: a rate of the future fills nothing.
        rate(company, "2026-04-01", "0.001");
        CHECK(store::rates_mark(*company.store) != mark);
        const store::Priced none = price(*company.store);
        CHECK(none.priced == 0);
        CHECK(none.waiting == 5);

        rate(company, "2026-03-04", "0.00004");
        rate(company, "2026-03-06", "0.00005");
        const store::Priced priced = price(*company.store);
        CHECK(priced.priced == 5);
        CHECK(priced.waiting == 0);
        const auto all_as_they_should = [&](const char* total) {
            CHECK(sum_of(company, early) == "40.00");   // the first rate after its day
            CHECK(sum_of(company, late) == "80.00");    // of its day, not of today
            CHECK(sum_of(company, won) == "400.00");    // of the day it was won
            CHECK(sum(company) == total);
        };
        all_as_they_should("520.00");
        CHECK(company.store->get(*store::Viewer::system(), "product", line_of)->version() == 2);
        CHECK(price(*company.store).priced == 0);

        // The rates change again: what has a rate keeps it.
        rate(company, "2026-03-05", "0.00009");
        CHECK(price(*company.store).priced == 0);
        all_as_they_should("520.00");

        // Figures of a past day know it from the day it was said on; what was known then does not.
        CHECK(sum(company, ",\"as_of\":\"2026-03-03T00:00:00Z\"") == "40.00");
        CHECK(sum(company, ",\"known_at\":\"2026-03-10T00:00:00Z\"") != "520.00");
        REQUIRE(company.post(ada, "opportunities/" + binned.text() + "/restore").status == 200);
        CHECK(sum_of(company, binned) == "160.00");

        // In the database as in memory, and in the log.
        for (const auto& check : company.store->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
        company.reopen();
        all_as_they_should("680.00");
    }
}

TEST_CASE("A deal that is won anew at another rate has it after a restart too (money-09)") {
    for (const auto on : {Company::On::as_wished, Company::On::postgresql}) {
        Company company(on);
        on_day(company, "2026-03-02");
        rate(company, "2026-03-02", "0.00004");
        rate(company, "2026-03-06", "0.00005");
        const Id won = deal(company, 1'000'000);
        on_day(company, "2026-03-08");
        REQUIRE(company.post(company.administrator, "opportunities/" + won.text() + "/actions/win", "{}", {{"if-match", "*"}}).status == 200);
        CHECK(sum_of(company, won) == "50.00");
        company.reopen();
        CHECK(sum_of(company, won) == "50.00");
        for (const auto& check : company.store->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
    }
}

TEST_CASE("The reporting currency is another one only while there are no amounts and no rates, so that no sum changes its meaning") {
    for (const auto on : {Company::On::as_wished, Company::On::postgresql}) {
        Company company(on);
        const Id ada = company.administrator;
        const std::string settings = "companies/" + company.get(ada, "companies").json.find("data")->items[0].find("id")->text;
        const std::string euro = R"({"currency":"EUR"})";
        const Id gone = company.make("opportunity", {{"name", "Gone"}, {"amount", Money{100'00, *Currency::parse("USD")}}});
        const Answer refused = company.patch(ada, settings, euro);
        CHECK(refused.status == 409);
        CHECK(refused.faults() == std::vector<std::string>{"/currency reporting_currency_stays"});
        CHECK(company.patch(ada, settings, R"({"name":"Renamed","currency":"USD"})").status == 200);
        REQUIRE(company.remove(ada, "opportunities/" + gone.text()).status == 204);
        rate(company, "2026-01-01", "0.00004");
        CHECK(company.patch(ada, settings, euro).faults() == std::vector<std::string>{"/currency rates_in_currency"});
        const Answer rates = company.get(ada, "exchange_rates");
        REQUIRE(company.remove(ada, "exchange_rates/" + rates.json.find("data")->items[0].find("id")->text).status == 204);
        REQUIRE(company.patch(ada, settings, euro).status == 200);
        // What comes out of the bin is no euro: it waits for a rate.
        REQUIRE(company.post(ada, "opportunities/" + gone.text() + "/restore").status == 200);
        for (int turn = 0; turn < 2; ++turn) {
            CHECK(sum(company) == "0.00");
            company.reopen();
        }
        CHECK(company.post(ada, "exchange_rates", R"({"currency":"USD","valid_from":"2026-01-01","rate":"0.9"})").status == 201);
        CHECK(price(*company.store).priced == 1);
        CHECK(sum(company) == "90.00");
    }
}
