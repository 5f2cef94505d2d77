// Cases of money and dates that reach through the interface; each bears its id.
#include <doctest/doctest.h>

#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {
const Currency eur = *Currency::parse("EUR");
}

TEST_CASE("dates-01: a date without a time is the same day for everybody, in the list and in every export") {
    Company company;
    std::vector<Id> people;
    for (const char* zone : {"America/New_York", "Asia/Ho_Chi_Minh", "Pacific/Honolulu", "Pacific/Kiritimati"}) {
        const Id person = company.person("P" + std::to_string(people.size()), "administrator", Id{});
        CHECK(company.patch(company.administrator, "users/" + person.text(), "{\"zone\":" + in_quotes(zone) + "}").status == 200);
        people.push_back(person);
    }
    company.clock.set(*Instant::parse("2026-11-01T05:30:00Z"));  // the night in which New York's clocks change
    const Answer made = company.post(people[0], "opportunities", "{\"name\":\"Pumps\",\"close_date\":\"2026-11-01\"}");
    REQUIRE(made.status == 201);
    for (int turn = 0; turn < 3; ++turn) {
        const Answer read = company.get(people[1], "opportunities/" + made.text("id"));
        CHECK(read.text("close_date") == "2026-11-01");
        CHECK(company.patch(people[1], "opportunities/" + made.text("id"), "{\"close_date\":\"" + read.text("close_date") + "\"}", read.etag()).status == 200);
    }
    for (const Id person : people) {
        CHECK(company.get(person, "opportunities/export?format=csv&fields=close_date").body == "Close date\r\n2026-11-01\r\n");
        CHECK(company.get(person, "opportunities/export?format=csv-excel&fields=close_date").body == "\xEF\xBB\xBF" "Close date\r\n01/11/2026\r\n");
        CHECK(company.get(person, "opportunities?filter=close_date%20%3D%20%222026-11-01%22").json.find("data")->items.size() == 1);
    }
}

TEST_CASE("money-02: what a line shows is rounded once, and is what adds up") {
    Company company;
    const Id product = company.make("product", {{"name", "Pump"}});
    const Id deal = company.make("opportunity", {{"name", "Pumps"}, {"amount", Money{535'066, eur}}});
    const auto line = [&](const char* price, int quantity, const char* discount) {
        const Id id = company.make("opportunity_line", {{"opportunity", Value(deal)}, {"product", Value(product)}, {"quantity", Decimal::of(quantity)}, {"unit_price", *Money::parse(price, eur)}, {"discount", *Decimal::parse(discount)}});
        const Answer read = company.get(company.administrator, "opportunity_lines/" + id.text());
        return read.json.find("total")->find("amount")->text + read.json.find("total")->find("currency")->text;
    };
    CHECK(line("348.35", 16, "0.04") == "5350.66EUR");
    CHECK(line("348.35", 16, "0") == "5573.60EUR");
    CHECK(line("0.05", 1, "0.5") == "0.02EUR");   // 0.025: the half goes to the even neighbour
    CHECK(line("0.15", 1, "0.5") == "0.08EUR");   // 0.075
    CHECK(line("348.35", 16, "1") == "0.00EUR");
}

TEST_CASE("money-09: a won deal is worth what its amount was on the day it was won, also after new rates arrive") {
    Company company;
    const auto rate = [&](const char* day, const char* dong) {
        CHECK(company.post(company.administrator, "exchange_rates", std::string("{\"currency\":\"VND\",\"valid_from\":\"") + day + "\",\"rate\":\"" + dong + "\"}").status == 201);
    };
    rate("2026-03-02", "0.00004");
    rate("2026-03-06", "0.00005");
    rate("2026-03-09", "0.00008");
    const auto won = [&](const char* entered, const char* closed) {
        company.clock.set(*Instant::parse(std::string(entered) + "T09:00:00Z"));
        const Answer made = company.post(company.administrator, "opportunities", "{\"name\":\"D\",\"amount\":{\"amount\":\"1000000\",\"currency\":\"VND\"},\"close_date\":\"2026-03-31\"}");
        REQUIRE(made.status == 201);
        company.clock.set(*Instant::parse(std::string(closed) + "T09:00:00Z"));
        const Answer answer = company.post(company.administrator, "opportunities/" + made.text("id") + "/actions/win", "{}", {{"if-match", "*"}});
        CHECK(answer.status == 200);
        CHECK(answer.text("closed_on") == closed);
        return made.text("id");
    };
    const auto worth = [&](const std::string& id) {
        const Answer sum = company.post(company.administrator, "opportunities/query", "{\"aggregate\":[\"sum(amount)\"],\"filter\":\"id = \\\"" + id + "\\\"\"}");
        CAPTURE(sum.body);
        return sum.json.find("groups")->items.at(0).find("sum(amount)")->find("amount")->text;
    };
    const std::string a = won("2026-03-02", "2026-03-02"), b = won("2026-03-02", "2026-03-05"), c = won("2026-03-02", "2026-03-08"), d = won("2026-03-02", "2026-03-09");
    for (int again = 0; again < 2; ++again) {
        CHECK(worth(a) == "40.00");
        CHECK(worth(b) == "40.00");  // no rate of that day: the last one before it
        CHECK(worth(c) == "50.00");
        CHECK(worth(d) == "80.00");
        rate(again == 0 ? "2026-04-01" : "2026-04-02", "0.0001");
    }
}
