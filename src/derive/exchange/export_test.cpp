// Export: exactly what a list shows to whoever asks, in every form, and back again without loss.
#include <doctest/doctest.h>
#include <zip.h>

#include <fstream>
#include <random>
#include <thread>

#include "base/text.h"
#include "derive/exchange/table.h"
#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

const Currency usd = *Currency::parse("USD"), vnd = *Currency::parse("VND");

class File {
  public:
    File(const std::string& content, const char* suffix) : path_((std::filesystem::temp_directory_path() / ("fairlead-export-" + new_id().text() + suffix)).string()) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// The rows of a CSV file as its reader gives them, the head first.
std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
    const File file(csv, ".csv");
    auto table = open_table(file.path());
    REQUIRE(table);
    std::vector<std::vector<std::string>> rows(1);
    for (const TableColumn& column : (*table)->look().columns) rows[0].push_back(column.name);
    TableRow row;
    for (;;) {
        const auto next = (*table)->next(row);
        REQUIRE(next);
        if (*next == Table::Next::end) return rows;
        REQUIRE(*next == Table::Next::row);
        rows.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i)
            rows.back().push_back(row[i].text);
    }
}

std::string part_of(const std::string& workbook, const char* name) {
    const File file(workbook, ".xlsx");
    int error = 0;
    zip_t* archive = zip_open(file.path().c_str(), ZIP_RDONLY, &error);
    REQUIRE(archive != nullptr);
    zip_file_t* part = zip_fopen(archive, name, 0);
    std::string text;
    if (part) {
        char buffer[65'536];
        for (zip_int64_t got = 0; (got = zip_fread(part, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
        zip_fclose(part);
    }
    zip_close(archive);
    return text;
}

bool holds(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

struct Sold : Company {
    Id account{}, deal{};
    Sold() {
        account = make("account", {{"name", "=Công ty \"Á Châu\", Ltd"}, {"phone", "0912 345 678"}, {"tax_code", "0101234567"}, {"tier", "key"}, {"employees", std::int64_t{1200}},
                                   {"annual_revenue", Money{123'450, usd}}, {"description", "first line\nsecond; line"}});
        deal = make("opportunity", {{"name", "Pumps"}, {"account", Value(account)}, {"amount", Money{1'500'000, vnd}}, {"close_date", *Date::parse("2026-04-09")}});
    }
};

}  // namespace

TEST_CASE("A CSV file has the list's columns in its order, labels for references and choices, and an amount's currency beside it") {
    Sold company;
    const Answer out = company.get(company.administrator, "accounts/export?format=csv&fields=name,tier,annual_revenue,employees,phone");
    CHECK(out.status == 200);
    CHECK(out.body == "Name,Tier,Annual revenue,Annual revenue (currency),Employees,Phone\r\n"
                      "\"'=Công ty \"\"Á Châu\"\", Ltd\",Key,1234.50,USD,1200,0912 345 678\r\n");
    CHECK(out.headers.at("Content-Disposition") == "attachment; filename=\"Accounts 2026-03-02.csv\"; filename*=UTF-8''Accounts%202026-03-02.csv");
    const Answer deals = company.get(company.administrator, "opportunities/export?fields=id,name,account,amount,close_date&heads=names&ids=true");
    CHECK(deals.body == "id,name,account,account.id,amount,amount.currency,close_date\r\n" + company.deal.text() + ",Pumps,\"'=Công ty \"\"Á Châu\"\", Ltd\"," + company.account.text() +
                            ",1500000,VND,2026-04-09\r\n");
    // In Vietnamese.
    const Answer words = company.get(company.administrator, "accounts/export?fields=tier,annual_revenue", {{"accept-language", "vi"}});
    CHECK(holds(words.body, "(tiền tệ)"));
    CHECK(!holds(words.body, "Tier"));
}

TEST_CASE("A CSV file for spreadsheets opens with decimal commas, days first and telephone numbers whole") {
    Sold company;
    const Answer out = company.get(company.administrator, "accounts/export?format=csv-excel&fields=name,annual_revenue,phone,tax_code,description,created_at,do_not_contact");
    CHECK(out.body == "\xEF\xBB\xBFName;Annual revenue;Annual revenue (currency);Phone;Tax code;Description;Created;Do not contact\r\n"
                      "\"'=Công ty \"\"Á Châu\"\", Ltd\";1234,50;USD;\"=\"\"0912 345 678\"\"\";\"=\"\"0101234567\"\"\";\"first line\nsecond; line\";02/03/2026 09:00:00;FALSE\r\n");
    const auto rows = rows_of(out.body);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1][0] == "=Công ty \"Á Châu\", Ltd");
    CHECK(rows[1][3] == "0912 345 678");
    CHECK(rows[1][4] == "0101234567");
    const Answer deals = company.get(company.administrator, "opportunities/export?format=csv-excel&fields=close_date,amount");
    CHECK(holds(deals.body, "\r\n09/04/2026;1500000;VND\r\n"));
}

TEST_CASE("A workbook types its cells: no text is a formula, numbers count, days are days, long numbers stay whole") {
    Sold company;
    company.make("account", {{"name", "+84 912"}, {"annual_revenue", Money{1'234'567'890'123'456'789, usd}}});
    const Answer out = company.get(company.administrator, "accounts/export?format=xlsx&sort=name&fields=name,annual_revenue,employees,created_at");
    CHECK(out.status == 200);
    const std::string sheet = part_of(out.body, "xl/worksheets/sheet1.xml");
    CHECK(!holds(sheet, "<f>"));
    CHECK(holds(sheet, "=Công ty &quot;Á Châu&quot;, Ltd") + holds(sheet, "=Công ty \"Á Châu\", Ltd") == 1);
    CHECK(holds(sheet, "<v>1234.5</v>"));
    CHECK(holds(sheet, "<v>1200</v>"));
    CHECK(holds(sheet, "12345678901234567.89</t>"));
    CHECK(holds(sheet, "<v>46083.375</v>"));  // 2026-03-02 09:00
    CHECK(holds(part_of(out.body, "xl/workbook.xml"), "name=\"Accounts\""));
    // Without records it is still a workbook with its head.
    CHECK(holds(part_of(company.get(company.administrator, "leads/export?format=xlsx").body, "xl/worksheets/sheet1.xml"), "<row"));
}

TEST_CASE("JSON Lines hold the records as the list gives them, filter, sort, words and the past included") {
    Sold company;
    for (int i = 0; i < 1'203; ++i) company.make("account", {{"name", "Account " + std::to_string(i)}, {"employees", std::int64_t{i % 7}}});
    const std::string question = "filter=employees%20%3E%203&sort=-employees,name&fields=name,employees,owner";
    std::string listed, cursor;
    do {
        const Answer page = company.get(company.administrator, "accounts?limit=500&" + question + (cursor.empty() ? "" : "&cursor=" + http::percent_encoded(cursor)));
        REQUIRE(page.status == 200);
        for (const Json& record : page.json.find("data")->items) listed += to_json(record) + "\n";
        cursor = page.json.find("page")->find("next")->text;
    } while (!cursor.empty());
    CHECK(company.get(company.administrator, "accounts/export?format=jsonl&" + question).body == listed);
    // Without a sort the newest come first, as in the list.
    const Answer newest = company.get(company.administrator, "accounts?limit=1&fields=name");
    const std::string all = company.get(company.administrator, "accounts/export?format=jsonl&fields=name").body;
    CHECK(std::count(all.begin(), all.end(), '\n') == 1'204);
    CHECK(all.starts_with(to_json(newest.json.find("data")->items[0]) + "\n"));
    const std::string found = company.get(company.administrator, "accounts/export?format=jsonl&search=cong%20ty").body;
    CHECK(std::count(found.begin(), found.end(), '\n') == 1);
    // As of a day before there was anything.
    company.clock.set(*Instant::parse("2026-03-05T09:00:00Z"));
    CHECK(company.patch(company.administrator, "accounts/" + company.account.text(), "{\"name\":\"Renamed\"}").status == 200);
    CHECK(holds(company.get(company.administrator, "accounts/export?format=csv&fields=name&filter=employees%20%3D%201200").body, "Renamed"));
    CHECK(holds(company.get(company.administrator, "accounts/export?format=csv&fields=name&filter=employees%20%3D%201200&as_of=2026-03-04").body, "Châu"));
    CHECK(company.get(company.administrator, "accounts/export?format=csv&fields=name&as_of=2020-01-01").body == "Name\r\n");
}

TEST_CASE("What is exported as CSV reads back as it was, whatever the texts hold") {
    Sold company;
    std::mt19937 random(20261129);
    const std::vector<std::string> pieces{"=", "+", "-", "@", "'", "\"", "\"\"", ",", ";", "\n", "\r\n", "\t", " ", "a", "0", "ô", "đ", "＝", "＋", "−", "\xEF\xBB\xBF", "漢", "=1+1", "'=", "''-", "cmd|' /C calc'!A0", "NULL", "1e5", "01"};
    std::map<std::string, std::string> written;
    for (int i = 0; i < 400; ++i) {
        std::string text;
        const auto length = 1 + random() % 6;
        for (std::size_t k = 0; k < length; ++k) text += pieces[random() % pieces.size()];
        const Answer made = company.post(company.administrator, "accounts", "{\"name\":\"N\",\"description\":" + to_json([&] {
                                             Json json;
                                             json.kind = Json::Kind::text;
                                             json.text = text;
                                             return json;
                                         }()) + "}");
        REQUIRE(made.status == 201);
        written[made.text("id")] = made.text("description");  // as it was taken in
    }
    for (const char* form : {"csv", "csv-excel"}) {
        CAPTURE(form);
        const auto rows = rows_of(company.get(company.administrator, std::string("accounts/export?fields=id,description&filter=name%20%3D%20%22N%22&format=") + form).body);
        REQUIRE(rows.size() == written.size() + 1);
        for (std::size_t i = 1; i < rows.size(); ++i) {
            REQUIRE(written.contains(rows[i][0]));
            CHECK(rows[i][1] == written.at(rows[i][0]));
        }
    }
}

TEST_CASE("Nobody exports more than he may: the right, its reach, and fields that are hidden") {
    Company company;
    const Id south = company.make("team", {{"name", "South"}});
    const Id clerk_role = company.make("role", {{"name", "Clerk"}, {"code", "clerk"}});
    company.make("role_permission", {{"role", Value(clerk_role)}, {"entity", "*"}, {"read", "all"}, {"export", "own"}});
    company.make("field_permission", {{"role", Value(clerk_role)}, {"entity", "account"}, {"field", "owner"}, {"level", "hidden"}});
    company.make("field_permission", {{"role", Value(clerk_role)}, {"entity", "account"}, {"field", "annual_revenue"}, {"level", "hidden"}});
    const Id clerk = company.person("Clerk", "clerk", south), rep = company.person("Rep", "rep", south);
    company.make("account", {{"name", "Mine"}, {"owner", Value(clerk)}, {"annual_revenue", Money{100, usd}}});
    company.make("account", {{"name", "Theirs"}, {"owner", Value(rep)}});
    CHECK(company.get(clerk, "accounts?fields=name").json.find("data")->items.size() == 2);
    for (const char* as_of : {"", "&as_of=2026-03-02T10:00:00Z"}) {
        CAPTURE(as_of);
        CHECK(company.get(clerk, std::string("accounts/export?fields=name") + as_of).body == "Name\r\nMine\r\n");
    }
    const Answer all = company.get(clerk, "accounts/export?heads=names");
    CHECK(!holds(all.body, "owner"));
    CHECK(!holds(all.body, "annual_revenue"));
    CHECK(company.get(clerk, "accounts/export?fields=annual_revenue").code() == "unknown_field");
    CHECK(company.get(clerk, "accounts/export?filter=annual_revenue%20%3E%200").status == 400);
    CHECK(company.get(rep, "accounts/export").status == 403);
    CHECK(company.get(rep, "accounts/export").code() == "no_right");
}

TEST_CASE("Export gives what the list shows, not a page of it, not the whole table (api-03)") {
    Company company;
    const Id south = company.make("team", {{"name", "South"}});
    const Id clerk_role = company.make("role", {{"name", "Clerk"}, {"code", "clerk"}});
    company.make("role_permission", {{"role", Value(clerk_role)}, {"entity", "*"}, {"read", "own"}, {"export", "own"}});
    company.make("field_permission", {{"role", Value(clerk_role)}, {"entity", "account"}, {"field", "annual_revenue"}, {"level", "hidden"}});
    const Id clerk = company.person("Clerk", "clerk", south), other = company.person("Other", "rep", south);
    for (int i = 0; i < 500; ++i)
        company.make("account", {{"name", "Account " + std::to_string(i)}, {"city", i < 40 ? "Huế" : "Vinh"}, {"owner", Value(i < 25 || i > 400 ? clerk : other)}, {"annual_revenue", Money{100, usd}}});
    const std::string question = "fields=name,city&sort=name&filter=" + http::percent_encoded("city = \"Huế\"");
    CHECK(company.get(clerk, "accounts?limit=10&" + question).json.find("page")->find("count")->text == "25");
    const auto rows = rows_of(company.get(clerk, "accounts/export?" + question).body);
    CHECK(rows.size() == 26);
    CHECK(rows[0] == std::vector<std::string>{"Name", "City"});
    CHECK(!holds(company.get(clerk, "accounts/export?heads=names").body, "annual_revenue"));
    CHECK(company.get(other, "accounts/export?" + question).status == 403);
    CHECK(company.get(clerk, "accounts/export?fields=name&filter=" + http::percent_encoded("city = \"Nowhere\"")).body == "Name\r\n");
}

TEST_CASE("A saved view says what is exported; what is said beside it stands over it, and what one may not see is left out") {
    Company company;
    const Id south = company.make("team", {{"name", "South"}});
    const Id clerk_role = company.make("role", {{"name", "Clerk"}, {"code", "clerk"}});
    company.make("role_permission", {{"role", Value(clerk_role)}, {"entity", "*"}, {"read", "all"}, {"export", "all"}});
    company.make("field_permission", {{"role", Value(clerk_role)}, {"entity", "account"}, {"field", "annual_revenue"}, {"level", "hidden"}});
    const Id clerk = company.person("Clerk", "clerk", south), ada = company.administrator;
    for (const auto& [name, city] : {std::pair("B", "Huế"), std::pair("A", "Huế"), std::pair("C", "Vinh")}) company.make("account", {{"name", name}, {"city", city}, {"annual_revenue", Money{100, usd}}});
    const auto view = [&](const char* audience, const char* entity) {
        const Answer made = company.post(ada, "views", std::string("{\"name\":\"V\",\"entity\":\"") + entity + "\",\"audience\":\"" + audience +
                                                           "\",\"definition\":\"{\\\"filter\\\":\\\"city = \\\\\\\"Huế\\\\\\\"\\\",\\\"sort\\\":\\\"name\\\",\\\"columns\\\":[\\\"annual_revenue\\\",\\\"name\\\",\\\"gone\\\"]}\"}");
        REQUIRE(made.status == 201);
        return made.text("id");
    };
    const std::string common = view("everyone", "account"), own = view("private", "account"), of_deals = view("everyone", "opportunity");
    CHECK(company.get(clerk, "accounts/export?view=" + common).body == "Name\r\nA\r\nB\r\n");
    CHECK(company.get(ada, "accounts/export?view=" + own).body == "Annual revenue,Annual revenue (currency),Name\r\n1.00,USD,A\r\n1.00,USD,B\r\n");
    CHECK(company.get(clerk, "accounts/export?fields=name,city&sort=-name&view=" + common).body == "Name,City\r\nB,Huế\r\nA,Huế\r\n");
    CHECK(company.get(clerk, "accounts/export?view=" + own).status == 404);
    CHECK(company.get(ada, "accounts/export?view=" + of_deals).status == 404);
    CHECK(company.get(ada, "accounts/export?view=x").status == 404);
}

TEST_CASE("An export says what it does not understand, and takes no pages") {
    Company company;
    CHECK(company.get(company.administrator, "accounts/export?format=pdf").code() == "unknown_format");
    CHECK(company.get(company.administrator, "accounts/export?heads=both").code() == "wrong_type");
    CHECK(company.get(company.administrator, "accounts/export?limit=5").code() == "unknown_parameter");
    CHECK(company.get(company.administrator, "accounts/export?filter=nmae%20%3D%201").status == 400);
    CHECK(company.get(company.administrator, "nothings/export").status == 404);
    CHECK(company.get(company.administrator, "accounts/export?format=jsonl").body.empty());
}

TEST_CASE("A reader who goes away ends the writing; two exports of one person run at once, a third is asked to wait") {
    Company company;
    const std::string text(15'000, 'x');
    for (int i = 0; i < 300; ++i) company.make("account", {{"name", "A"}, {"description", text}});
    const auto begin = [&] {
        http::Request request;
        request.path = request.raw_path = "/api/v1/accounts/export";
        request.query = {{"format", "jsonl"}};
        request.viewer = company.store->viewer(company.administrator);
        std::vector<http::Method> allowed;
        const http::Route* route = company.router.match(request, allowed);
        REQUIRE(route);
        std::promise<http::Response> answer;
        route->handler(request, [&](http::Response response) { answer.set_value(std::move(response)); });
        return answer.get_future().get();
    };
    // Each holds more than may be written ahead, so that it waits for its reader.
    {
        http::Response first = begin(), second = begin();
        CHECK(first.status == 200);
        CHECK(second.status == 200);
        CHECK(!first.stream().empty());
        CHECK(begin().status == 503);
    }
    for (int tries = 0;; ++tries) {  // its place is free once its thread has noticed
        REQUIRE(tries < 1'000);
        http::Response again = begin(), beside = begin();
        if (again.status == 200 && beside.status == 200) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}
