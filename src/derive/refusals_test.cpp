// Refusals that tell where the fault is and how to mend it.
#include <doctest/doctest.h>

#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive::testing;

TEST_CASE("A period that ends before it begins is refused by every figure, at its end") {
    Company company;
    const Answer figures = company.get(company.administrator, "figures");
    REQUIRE(figures.json.items.size() > 5);
    for (const auto& figure : figures.json.items) {
        const std::string address = "figures/" + figure.find("name")->text;
        const Answer refused = company.get(company.administrator, address + "?from=2026-03-02&to=2026-03-01");
        CHECK(refused.status == 400);
        CHECK(refused.faults() == std::vector<std::string>{"/to period_backwards"});
        CHECK(company.get(company.administrator, address + "?from=2026-03-01&to=2026-03-01").status == 200);
    }
    const Answer told = company.get(company.administrator, "figures/won?from=2026-03-02&to=2026-03-01", {{"accept-language", "vi"}});
    CHECK(told.text("detail").find("2026-03-02") != std::string::npos);
    CHECK(told.text("detail").find("Kỳ kết thúc") != std::string::npos);
}

TEST_CASE("A bulk refusal points at the row's own field, or at what is set for all rows") {
    Company company;
    const Id ada = company.administrator, acme = company.make("account", {{"name", "Acme"}}), bolt = company.make("account", {{"name", "Bolt"}});
    const auto pointers = [&](const std::string& body) {
        const Answer answer = company.post(ada, "accounts/bulk?dry_run=true", body);
        REQUIRE(answer.status == 207);
        std::vector<std::string> out;
        for (const auto& row : answer.json.find("results")->items)
            for (const auto& error : row.find("errors")->items) out.push_back(error.find("pointer")->text + " " + error.find("code")->text);
        return out;
    };
    const std::string first = in_quotes(acme.text()), second = in_quotes(bolt.text());
    using Faults = std::vector<std::string>;
    // Found by the store, and before it.
    CHECK(pointers(R"({"operation":"update","records":[{"id":)" + first + R"(,"name":"A"},{"id":)" + second + R"(,"owner":"77"}]})") == Faults{"/records/1/owner unknown_reference"});
    CHECK(pointers(R"({"operation":"update","records":[{"id":)" + first + R"(,"employees":"many"}]})") == Faults{"/records/0/employees wrong_type"});
    CHECK(pointers(R"({"operation":"update","records":[)" + first + "," + second + R"(],"set":{"owner":"77"}})") == Faults{"/set/owner unknown_reference", "/set/owner unknown_reference"});
    CHECK(pointers(R"({"operation":"update","records":[)" + first + R"(],"set":{"no_such":1}})") == Faults{"/set/no_such unknown_field"});
    CHECK(pointers(R"({"operation":"update","filter":"name = \"Acme\"","set":{"owner":"77"}})") == Faults{"/set/owner unknown_reference"});
    CHECK(pointers(R"({"operation":"create","records":[{"name":"C"},{}]})") == Faults{"/records/1/name required"});
    CHECK(pointers(R"({"operation":"update","records":["9",{"id":"x"}],"set":{"name":"B"}})") == Faults{"/records/0 not_found", "/records/1/id required"});
}

TEST_CASE("A field of a record that this one leads to is offered with its path") {
    Company company;
    const Answer refused = company.get(company.administrator, "opportunities?filter=" + http::percent_encoded("industry = \"software\""));
    CHECK(refused.status == 400);
    CHECK(refused.faults() == std::vector<std::string>{"/filter unknown_field"});
    CHECK(refused.text("detail").find("account.industry") != std::string::npos);
    const Answer deeper = company.get(company.administrator, "activities?filter=" + http::percent_encoded("opportunity.industry = \"software\""));
    CHECK(deeper.text("detail").find("no field") != std::string::npos);
}

TEST_CASE("There is one company: a second record of settings is refused, and the only one stays") {
    Company company;
    const Id ada = company.administrator;
    const Answer second = company.post(ada, "companies", R"({"name":"Other","currency":"EUR","zone":"UTC"})");
    CHECK(second.status == 409);
    CHECK(second.code() == "one_company");
    CHECK(company.post(ada, "companies?dry_run=true", R"({"name":"Other"})").code() == "one_company");
    const Answer list = company.get(ada, "companies");
    REQUIRE(list.json.find("data")->items.size() == 1);
    CHECK(company.remove(ada, "companies/" + list.json.find("data")->items[0].find("id")->text).code() == "settings_stay");
}

TEST_CASE("E-mail, telephone and web addresses that cannot be ones are refused where they are written; what is there may stay") {
    Company company;
    const Id ada = company.administrator;
    const Answer refused = company.post(ada, "contacts", R"({"given_name":"An","email":"an@example","mobile":"n/a","phone":"0912 345 678"})");
    CHECK(refused.status == 422);
    CHECK(refused.faults() == std::vector<std::string>{"/email not_an_email", "/mobile not_a_phone"});
    CHECK(company.post(ada, "accounts", R"j({"name":"An","website":"javascript:alert(1)"})j").faults() == std::vector<std::string>{"/website not_a_web_address"});
    const Answer made = company.post(ada, "contacts", R"j({"given_name":"An","email":"an+crm@Công-Ty.vn","mobile":"(+84) 912 345 678 (Zalo)"})j");
    CAPTURE(made.body);
    REQUIRE(made.status == 201);
    CHECK(made.text("email") == "an+crm@Công-Ty.vn");  // as it is written
    CHECK(made.text("mobile") == "(+84) 912 345 678 (Zalo)");
    // An import takes what the source has; saving the record again with it is no fault, another wrong one is.
    const Id old = company.make("contact", {{"given_name", "Old"}, {"email", "old at example"}});
    const std::string at = "contacts/" + old.text();
    CHECK(company.patch(ada, at, R"({"email":"old at example","given_name":"Older"})").status == 200);
    CHECK(company.patch(ada, at, R"({"email":"older at example"})").faults() == std::vector<std::string>{"/email not_an_email"});
    const Answer bulk = company.post(ada, "contacts/bulk", R"({"operation":"update","records":[)" + in_quotes(old.text()) + R"(],"set":{"email":"x"}})");
    CHECK(bulk.body.find("\"pointer\":\"/set/email\",\"code\":\"not_an_email\"") != std::string::npos);
}

TEST_CASE("Currencies are those in force: of amounts, of rates, of the list and of the company") {
    Company company;
    const Id ada = company.administrator;
    const Answer own = company.post(ada, "opportunities", R"({"name":"Deal","amount":{"amount":"10","currency":"ABC"}})");
    CHECK(own.status == 422);
    CHECK(own.faults() == std::vector<std::string>{"/amount unknown_currency"});
    const Answer old = company.post(ada, "opportunities", R"({"name":"Deal","amount":{"amount":"10","currency":"DEM"}})");
    CHECK(old.faults() == std::vector<std::string>{"/amount replaced_currency"});
    CHECK(old.text("detail").find("EUR") != std::string::npos);
    CHECK(company.post(ada, "currencies", R"({"code":"QQQ"})").faults() == std::vector<std::string>{"/code unknown_currency"});
    CHECK(company.post(ada, "exchange_rates", R"({"currency":"HRK","valid_from":"2026-01-01","rate":"1"})").faults() == std::vector<std::string>{"/currency replaced_currency"});
    const Answer made = company.post(ada, "currencies", R"({"code":"gbp"})");
    REQUIRE(made.status == 201);
    CHECK(made.text("code") == "GBP");
}

TEST_CASE("A record comes out of the bin after what it hangs on; the refusal says what that is") {
    Company company;
    const Id ada = company.administrator;
    const Id acme = company.make("account", {{"name", "Acme"}});
    const Id deal = company.make("opportunity", {{"name", "Deal"}, {"account", acme}});
    const Id line = company.make("opportunity_line", {{"opportunity", deal}, {"product", company.make("product", {{"name", "Pump"}})}, {"quantity", Decimal::of(1)}});
    REQUIRE(company.remove(ada, "opportunity_lines/" + line.text()).status == 204);
    REQUIRE(company.remove(ada, "opportunities/" + deal.text()).status == 204);
    REQUIRE(company.remove(ada, "accounts/" + acme.text()).status == 204);
    CHECK(company.post(ada, "opportunity_lines/" + line.text() + "/restore", "").faults() == std::vector<std::string>{"/opportunity in_bin"});
    for (const char* way : {"?dry_run=true", ""}) {
        const Answer refused = company.post(ada, "opportunities/" + deal.text() + "/restore" + way, "");
        CHECK(refused.status == 409);
        CHECK(refused.faults() == std::vector<std::string>{"/account in_bin"});
        CHECK(refused.text("detail").find("\"Acme\"") != std::string::npos);
    }
    REQUIRE(company.post(ada, "accounts/" + acme.text() + "/restore", "").status == 200);
    REQUIRE(company.post(ada, "opportunities/" + deal.text() + "/restore", "").status == 200);
    CHECK(company.post(ada, "opportunity_lines/" + line.text() + "/restore", "").status == 200);
}
