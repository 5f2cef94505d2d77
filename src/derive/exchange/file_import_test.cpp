// The import of one file through all its steps: what is found in it, how its columns are matched, what is checked,
// what is written, and that a repeat changes nothing.
#include "derive/exchange/file_import.h"

#include <cstdlib>
#include <fstream>
#include <random>
#include <set>

#include "base/text.h"
#include "derive/exchange/heads.h"
#include "derive/exchange/import_shelf.h"
#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using fairlead::derive::testing::Company;

namespace {

class TempFile {
  public:
    explicit TempFile(std::string_view text, std::string_view name = "file.csv") {
        folder_ = (std::filesystem::temp_directory_path() / ("fairlead-import-" + new_id().text())).string();
        std::filesystem::create_directory(folder_);
        path_ = folder_ + "/" + std::string(name);
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~TempFile() { std::filesystem::remove_all(folder_); }
    const std::string& path() const { return path_; }
    std::string folder() const { return folder_; }

  private:
    std::string folder_, path_;
};

// Maps every column by suggestion but those said.
ImportPlan plan_for(Company& company, const FileLook& look, const std::string& entity, const std::map<std::string, std::string>& said = {}, std::vector<std::string> key = {}) {
    ImportPlan plan;
    plan.entity = entity;
    std::vector<Note> notes;
    const auto& info = company.catalog->need(entity);
    const auto suggested = suggest_fields(info, *store::Viewer::system(), look.columns, notes);
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < look.columns.size(); ++i) {
        const auto by_name = said.find(look.columns[i].name);
        const std::string field = by_name != said.end() ? by_name->second : suggested[i] ? suggested[i]->field : "";
        if (field.empty()) continue;
        plan.mapping.push_back({look.columns[i].index, field, {}});
        fields.push_back(field);
    }
    plan.key = key.empty() ? suggest_key(info, fields, fields) : std::move(key);
    return plan;
}

FileLook look(const std::string& path, const Reading& reading = {}) {
    auto found = look_at(path, std::filesystem::path(path).filename().string(), reading);
    if (!found) MESSAGE(found.refused().message());
    REQUIRE(found);
    return *found;
}

RunResult run(Company& company, const TempFile& file, const ImportPlan& plan, Id user = {}) {
    FileImport import(*company.store, user ? company.store->viewer(user) : nullptr, file.path(), look(file.path(), plan.reading), plan);
    auto result = import.run(new_id());
    if (!result) MESSAGE(result.refused().message());
    REQUIRE(result);
    return *result;
}

CheckResult check(Company& company, const TempFile& file, const ImportPlan& plan, Id user = {}) {
    FileImport import(*company.store, user ? company.store->viewer(user) : nullptr, file.path(), look(file.path(), plan.reading), plan);
    auto result = import.check();
    if (!result) MESSAGE(result.refused().message());
    REQUIRE(result);
    return *result;
}

std::vector<model::Record> all(Company& company, std::string_view entity) {
    std::vector<model::Record> records;
    store::ListQuery query;
    query.entity = entity;
    REQUIRE(company.store->each(*store::Viewer::system(), query, [&](const model::Record& record) { return records.push_back(record), true; }));
    return records;
}
std::map<std::string, model::Record> by(Company& company, std::string_view entity, std::string_view field) {
    std::map<std::string, model::Record> records;
    for (const auto& record : all(company, entity)) records.emplace(to_text(record[field]), record);
    return records;
}

std::string cases(const std::string& name) {
    const char* set = std::getenv("FAIRLEAD_CASES");
    const std::string path = (set != nullptr ? std::string(set) : "../shared/data/cases") + "/" + name;
    if (!std::filesystem::exists(path)) {
        MESSAGE("SKIPPED: there is no " << path);
        return {};
    }
    return path;
}

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
    auto table = open_table(path);
    REQUIRE(table);
    std::vector<std::vector<std::string>> rows;
    TableRow row;
    for (;;) {
        const auto next = (*table)->next(row);
        REQUIRE(next);
        if (*next == Table::Next::end) return rows;
        std::vector<std::string>& texts = rows.emplace_back();
        for (const TableColumn& column : (*table)->look().columns)
            texts.push_back(static_cast<std::size_t>(column.index) < row.size() ? row[static_cast<std::size_t>(column.index)].text : "");
    }
}
std::vector<std::string> heads_of(const std::string& path) {
    std::vector<std::string> heads;
    for (const ColumnLook& column : look(path).columns) heads.push_back(column.name);
    return heads;
}
using Rows = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("Heads are matched in both languages, whatever their accents, case and joints") {
    Company company;
    const TempFile file("Tên công ty,MST,SỐ ĐIỆN THOẠI,industryName,BillingCity,Nothing we know\nAn Phát,0312345673,0912345678,,Huế,1\n");
    const FileLook found = look(file.path());
    std::vector<Note> notes;
    const auto fields = suggest_fields(company.catalog->need("account"), *store::Viewer::system(), found.columns, notes);
    REQUIRE(fields.size() == 6);
    CHECK(fields[0]->field == "name");
    CHECK(fields[1]->field == "tax_code");
    CHECK(fields[2]->field == "phone");
    CHECK(fields[4]->field == "city");
    CHECK(!fields[5]);
    CHECK(suggest_entity(*company.catalog, *store::Viewer::system(), found) == "account");
}

TEST_CASE("Usual Vietnamese heads are found surely, also where they are shortened") {
    Company company;
    const auto found = [&](const std::string& entity, const std::string& head, const std::string& value = "x") {
        const TempFile file("\"" + head + "\",Other of ours\n" + value + ",1\n" + value + ",2\n");
        std::vector<Note> notes;
        const auto fields = suggest_fields(company.catalog->need(entity), *store::Viewer::system(), look(file.path()).columns, notes);
        return fields[0] && fields[0]->confidence >= 0.8 ? fields[0]->field : std::string();
    };
    for (const auto& [head, field] : std::map<std::string, std::string>{
             {"NV phụ trách", "owner"}, {"Nhân viên kinh doanh", "owner"}, {"NVKD", "owner"}, {"Sales phụ trách", "owner"}, {"Mã cũ", "external_id"}, {"Mã KH", "external_id"}, {"Mã khách hàng", "external_id"},
             {"Tên KH", "name"}, {"TÊN CTY", "name"}, {"Doanh nghiệp", "name"}, {"SĐT", "phone"}, {"Số ĐT", "phone"}, {"Tel", "phone"}, {"ĐT liên hệ", "phone"}, {"MST", "tax_code"}, {"Đ/c", ""},
             {"Địa chỉ công ty", "street"}, {"Tỉnh/Thành phố", "city"}, {"Ngành nghề", "industry"}, {"Loại KH", "customer_type"}, {"Số nhân viên", "employees"}, {"Fax", ""}, {"Số fax", ""}, {"Fax number", ""}}) {
        INFO(head);
        if (head == "Số nhân viên") CHECK(found("account", head, "12") == field);
        else CHECK(found("account", head) == field);
    }
    CHECK(found("contact", "Di động", "0912345678") == "mobile");
    CHECK(found("contact", "ĐTDĐ", "0912345678") == "mobile");
    CHECK(found("contact", "Tên Cty") == "account");
    CHECK(found("contact", "Chức danh") == "job_title");
    CHECK(found("opportunity", "Giá trị HĐ", "1200") == "amount");
    CHECK(found("opportunity", "Dự kiến chốt", "2026-12-01") == "close_date");
    CHECK(found("opportunity", "Tình trạng") == "stage");
    CHECK(found("opportunity", "Lý do thua") == "lost_reason");
    CHECK(found("product", "ĐVT") == "unit");
    CHECK(found("product", "Mã SP") == "code");
    CHECK(found("user", "Mã NV") == "external_id");
    CHECK(found("task", "Hạn chót", "2026-12-01") == "due_on");
    // Numbers that look like telephone numbers are none where the head says what they are.
    const TempFile file("Họ tên,Điện thoại,Fax,Số tài khoản\nAn,0912345678,0243123456,0071000123456\nBình,0912345679,0243123457,0071000123457\n");
    std::vector<Note> notes;
    const auto fields = suggest_fields(company.catalog->need("contact"), *store::Viewer::system(), look(file.path()).columns, notes);
    CHECK(fields[1]->field == "phone");
    CHECK(!fields[2]);
    CHECK(!fields[3]);
    CHECK(notes.empty());
}

TEST_CASE("Two columns that claim a field are left to the person (csv-13, csv-14)") {
    Company company;
    const TempFile file("ID,Phone,Phone,EMAIL,Email\n1,0912000111,0912000222,a@example.com,b@example.com\n");
    const FileLook found = look(file.path());
    REQUIRE(found.columns.size() == 5);
    std::vector<Note> notes;
    const auto fields = suggest_fields(company.catalog->need("account"), *store::Viewer::system(), found.columns, notes);
    CHECK(!fields[1]);
    CHECK(!fields[2]);
    CHECK(notes.size() == 2);
    CHECK(notes[0].code == "same_field");
    ImportPlan plan;
    plan.entity = "account";
    plan.mapping = {{1, "phone", {}}, {2, "phone", {}}};
    const auto refused = check_plan(plan, *company.catalog, *store::Viewer::system(), found);
    REQUIRE(!refused);
    CHECK(refused.refused().code() == "same_field");
}

TEST_CASE("A file imported five times, shuffled, leaves the same state") {
    Company company;
    std::vector<std::string> rows;
    for (int i = 0; i < 300; ++i) rows.push_back("A" + std::to_string(i) + ",Company " + std::to_string(i) + ",mail" + std::to_string(i) + "@example.com,\"1.2" + std::to_string(i % 10) + "0,50\"");
    std::mt19937 random(7);
    std::string before;
    for (int time = 0; time < 5; ++time) {
        std::string text = "Account id,Account name,E-mail,Annual revenue\n";
        for (const std::string& row : rows) text += row + "\n";
        const TempFile file(text);
        const FileLook found = look(file.path());
        const RunResult result = run(company, file, plan_for(company, found, "account", {{"E-mail", "email"}}));
        CHECK(result.created == (time == 0 ? 300 : 0));
        CHECK(result.unchanged == (time == 0 ? 0 : 300));
        std::string state;
        for (const auto& [id, record] : by(company, "account", "external_id"))
            state += id + to_text(record["name"]) + to_text(record["email"]) + to_text(record["annual_revenue"]) + std::to_string(record.version()) + "\n";
        if (time > 0) CHECK(state == before);
        before = state;
        std::shuffle(rows.begin(), rows.end(), random);
    }
    CHECK(by(company, "account", "external_id").at("A3").at(company.catalog->need("account").slot("annual_revenue")).as<Money>().amount_text() == "1230.50");
}

TEST_CASE("Rows that contradict each other are both refused, whatever their order; the same again is left out") {
    Company company;
    for (const bool turned : {false, true}) {
        std::string a = "x@example.com,An\n", b = "x@example.com,Binh\n";
        if (turned) std::swap(a, b);
        const TempFile file("Email,First name\n" + a + "y@example.com,Chi\n" + b + "Y@example.com ,Chi\n");
        ImportPlan plan = plan_for(company, look(file.path()), "contact");
        CHECK(plan.key == std::vector<std::string>{"email"});
        const CheckResult result = check(company, file, plan);
        CHECK(result.refused == 2);
        CHECK(result.create + result.unchanged == 1);
        CHECK(result.duplicate == 1);
        CHECK(result.reasons.front().reason.code == "same_key_other_values");
        plan.partial = true;
        const RunResult ran = run(company, file, plan);
        CHECK(ran.created == (turned ? 0 : 1));
        CHECK(ran.refused == 2);
    }
}

TEST_CASE("All or nothing, or the good rows and a file of the others that can be mended and imported again") {
    Company company;
    const TempFile file("Name,Employees,Industry\nAn,12,Retail\nBinh,many,Retail\nChi,7,Retial\n");
    company.make("industry", {{"name", "Retail sale"}});
    company.make("industry", {{"name", "Retail"}});
    ImportPlan plan = plan_for(company, look(file.path()), "account");
    FileImport import(*company.store, nullptr, file.path(), look(file.path()), plan);
    const auto refused = import.run(new_id());
    REQUIRE(!refused);
    CHECK(refused.refused().code() == "rows_refused");
    CHECK(all(company, "account").empty());
    REQUIRE(import.checked().reasons.size() == 2);
    const auto& reasons = import.checked().reasons;
    const auto& near = reasons[0].reason.code == "no_such_record" ? reasons[0] : reasons[1];
    CHECK(near.line == 4);
    CHECK(near.value == "Retial");
    REQUIRE(near.repair);
    CHECK(near.repair->to == "Retail");
    plan.partial = true;
    FileImport second(*company.store, nullptr, file.path(), look(file.path()), plan);
    const auto ran = second.run(new_id());
    REQUIRE(ran);
    CHECK(ran->created == 1);
    CHECK(ran->refused == 2);
    const std::string rest = file.folder() + "/rest.csv";
    REQUIRE(second.write_refused(rest, "en"));
    CHECK(heads_of(rest) == std::vector<std::string>{"Name", "Employees", "Industry", "reason"});
    const Rows rows = rows_of(rest);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0][1] == "many");
    CHECK(rows[0][3].find("not a number") != std::string::npos);
    // Mended by the plan.
    ImportPlan mended = plan_for(company, look(rest), "account");
    for (MappedColumn& column : mended.mapping) {
        if (column.field == "industry") column.values["Retial"] = "Retail";
        if (column.field == "employees") column.values["many"] = "100";
    }
    FileImport third(*company.store, nullptr, rest, look(rest), mended);
    const auto again = third.run(new_id());
    if (!again) MESSAGE(again.refused().message());
    REQUIRE(again);
    CHECK(again->created == 2);
}

TEST_CASE("Refused values are told one by one with their rows, the most frequent first, and the rest as a number") {
    Company company;
    std::string text = "Name,Industry,Employees\n";
    int row = 0;
    const auto rows = [&](int count, const std::string& industry, const std::string& employees) {
        for (int i = 0; i < count; ++i) text += "Company " + std::to_string(++row) + "," + industry + "," + employees + "\n";
    };
    rows(2, "Fishing", "1");
    rows(5, "Mining", "1");
    for (int i = 0; i < 40; ++i) rows(1, "Trade " + std::to_string(i), "1");
    rows(3, "", "n/a");
    const TempFile file(text);
    ImportPlan plan = plan_for(company, look(file.path()), "account");
    const CheckResult result = check(company, file, plan);
    CHECK(result.refused == 50);
    REQUIRE(result.reasons.size() == RefusalGroups::values_shown + 2);
    CHECK(result.reasons[0].value == "Mining");
    CHECK(result.reasons[0].count == 5);
    CHECK(result.reasons[1].value == "Fishing");
    CHECK(result.reasons[1].count == 2);
    const RefusedGroup& others = result.reasons[RefusalGroups::values_shown];
    CHECK(others.reason.code == "other_values");
    CHECK(others.reason.field == "industry");
    CHECK(others.count == 42 - static_cast<std::int64_t>(RefusalGroups::values_shown));
    CHECK(others.reason.message.starts_with("17 other values of Industry"));
    CHECK(result.reasons.back().value == "n/a");
    CHECK(result.reasons.back().count == 3);
    std::int64_t told = 0;
    for (const RefusedGroup& group : result.reasons) told += group.count;
    CHECK(told == 50);
    // What is written is taken for nothing.
    for (MappedColumn& column : plan.mapping)
        if (column.field == "employees") column.values["n/a"] = "";
    CHECK(check(company, file, plan).refused == 47);
}

TEST_CASE("An empty cell keeps or clears, as it is chosen (csv-17)") {
    Company company;
    for (const bool clear : {false, true}) {
        const std::string mark = clear ? "c" : "k";
        company.make("contact", {{"email", mark + "an@example.com"}, {"given_name", "An"}, {"family_name", "Tran"}, {"job_title", "5"}});
        const TempFile file("email,first name,last name,job title\n" + mark + "an@example.com,An,Nguyen,\n");
        ImportPlan plan = plan_for(company, look(file.path()), "contact");
        plan.clear_empty = clear;
        CHECK(run(company, file, plan).updated == 1);
        const auto record = by(company, "contact", "email").at(mark + "an@example.com");
        CHECK(record.text("family_name") == "Nguyen");
        CHECK(record.text("job_title") == (clear ? "" : "5"));
    }
}

TEST_CASE("A blank part of the key refuses the row and never matches (csv-18)") {
    Company company;
    company.make("account", {{"name", "Alpha"}, {"city", "red"}});
    const TempFile file("Name,City,Description\nAlpha,,new\n");
    const CheckResult result = check(company, file, plan_for(company, look(file.path()), "account", {}, {"name", "city"}));
    CHECK(result.create == 0);
    CHECK(result.update == 0);
    REQUIRE(result.reasons.size() == 1);
    CHECK(result.reasons[0].reason.code == "blank_key");
}

TEST_CASE("E-mail addresses match without regard to case and blanks, and to nothing else (text-11)") {
    Company company;
    for (const char* mail : {"alice@example.com", "josé@example.com", "b.c@gmail.example"}) company.make("contact", {{"given_name", "X"}, {"email", mail}});
    const TempFile file("Email,First name\nAlice@Example.com ,X\n ALICE@EXAMPLE.COM,X\njose@example.com,X\nbc@gmail.example,X\nalice+news@example.com,X\n");
    const RunResult result = run(company, file, plan_for(company, look(file.path()), "contact"));
    CHECK(result.created == 3);
    CHECK(all(company, "contact").size() == 6);
}

TEST_CASE("A column that fits no single order of days is reported, not guessed (csv-06, csv-07)") {
    Company company;
    const TempFile conflict("Deal name,Deal id,Close date\na,1,31/12/2026\nb,2,12/31/2026\nc,3,30/02/2026\n");
    const FileLook found = look(conflict.path());
    REQUIRE(found.notes.size() == 1);
    CHECK(found.notes[0].code == "dates_contradict");
    const CheckResult result = check(company, conflict, plan_for(company, found, "opportunity"));
    CHECK(result.refused == 3);
    std::map<std::string, std::string> fits;
    for (const RefusedGroup& group : result.reasons) fits[group.value] = group.reason.code;
    CHECK(fits["31/12/2026"] == "dates_contradict");
    CHECK(fits["30/02/2026"] == "not_a_date");
    const TempFile good("Deal name,Deal id,Close date\na,1,31/12/2026\nb,2,12/01/2026\nc,3,01/02/2026\nd,4,05/06/2026\n");
    CHECK(look(good.path()).dates == "dmy");
    run(company, good, plan_for(company, look(good.path()), "opportunity"));
    const auto deals = by(company, "opportunity", "external_id");
    CHECK(to_text(deals.at("2")["close_date"]) == "2026-01-12");
    CHECK(to_text(deals.at("4")["close_date"]) == "2026-06-05");
}

TEST_CASE("Amounts in the notation of the file, with their currencies (csv-04, csv-05)") {
    Company company;
    const TempFile file("Cơ hội;Giá trị;Tiền tệ\nA;1,12;EUR\nB;13,75;EUR\nC;1.355,90;EUR\nD;1.234.567,89;EUR\nE;0,5;EUR\nF;2.500;VND\n");
    const FileLook found = look(file.path());
    CHECK(found.decimal == ",");
    const ImportPlan plan = plan_for(company, found, "opportunity");
    CHECK(plan.mapping.size() == 3);
    run(company, file, plan);
    const auto deals = by(company, "opportunity", "name");
    CHECK(to_text(deals.at("C")["amount"]) == "1355.90 EUR");
    CHECK(to_text(deals.at("D")["amount"]) == "1234567.89 EUR");
    CHECK(to_text(deals.at("F")["amount"]) == "2500 VND");
    const TempFile wrong("Product,Weight\nP-1,\"13,75\"\nP-2,13.75\nP-3,\"1,375\"\nP-4,\"12,34,5\"\nP-5,1.2.3\n");
    ImportPlan english = plan_for(company, look(wrong.path()), "product", {{"Weight", "price"}});
    english.reading.decimal = ".";
    const CheckResult result = check(company, wrong, english);
    CHECK(result.refused == 3);
    CHECK(result.create == 2);
    CHECK(all(company, "product").empty());
}

TEST_CASE("Deals come with their past: opened, moved, closed, and nothing carried back") {
    Company company;
    const Id pipeline = company.make("pipeline", {{"name", "Sales"}, {"code", "sales"}, {"state", "active"}});
    std::int64_t position = 0;
    for (const auto& [name, kind] : {std::pair("First talks", "open"), std::pair("Offer", "open"), std::pair("Signed", "won"), std::pair("Gone", "lost")})
        company.make("stage", {{"name", name}, {"pipeline", pipeline}, {"kind", kind}, {"position", ++position}});
    const TempFile file("Deal id,Deal name,Stage,Amount,Create date,Close date,Account\n1,Won one,Closed won,100,2025-01-10,2025-03-01,Acme\n2,Open one,,50,2025-02-01,2026-12-01,Acme\n3,No start,Mất,70,,2025-05-05,Acme\n");
    ImportPlan plan = plan_for(company, look(file.path()), "opportunity");
    plan.create_missing = true;
    const CheckResult checked = check(company, file, plan);
    CHECK(checked.create == 3);
    for (const RefusedGroup& group : checked.reasons) MESSAGE(group.reason.field << ": " << group.reason.message);
    const RunResult result = run(company, file, plan);
    CHECK(result.created == 3);
    CHECK(all(company, "account").size() == 1);
    const auto deals = by(company, "opportunity", "external_id");
    const auto& won = deals.at("1");
    CHECK(to_text(won["opened_on"]) == "2025-01-10");
    CHECK(to_text(won["closed_on"]) == "2025-03-01");
    CHECK(to_text(won["is_open"]) == "false");
    const auto then = company.store->get(*store::Viewer::system(), "opportunity", won.id(), Instant::parse("2025-02-01T00:00:00Z"));
    REQUIRE(then);
    CHECK(to_text((*then)["amount"]).empty());
    CHECK(to_text((*then)["is_open"]) == "true");
    CHECK(to_text(deals.at("3")["start_unknown"]) == "true");
    CHECK(to_text(deals.at("3")["closed_on"]) == "2025-05-05");
    CHECK(run(company, file, plan).unchanged == 3);
    const auto undone = company.store->undo({}, result.batch);
    REQUIRE(undone);
    CHECK(all(company, "opportunity").empty());
}

TEST_CASE("Statuses written in several ways are told one by one, mapped, and every deal is in one class (pipeline-06)") {
    Company company;
    const Id pipeline = company.make("pipeline", {{"name", "Sales"}, {"code", "sales"}, {"state", "active"}});
    std::int64_t position = 0;
    for (const auto& [name, kind] : {std::pair("Open", "open"), std::pair("Won", "won"), std::pair("Lost", "lost")})
        company.make("stage", {{"name", name}, {"pipeline", pipeline}, {"kind", kind}, {"position", ++position}});
    const TempFile file("Deal id,Deal name,Status,Amount\n1,A,win,1000\n2,B,won,2000\n3,C,Closed Won,3000\n4,D,loose,4000\n5,E,lost,5000\n6,F,open,6000\n7,G,In Progress,7000\n");
    ImportPlan plan = plan_for(company, look(file.path()), "opportunity");
    const CheckResult first = check(company, file, plan);
    std::set<std::string> unknown;
    for (const RefusedGroup& group : first.reasons) unknown.insert(group.value);
    CHECK(unknown == std::set<std::string>{"win", "loose", "In Progress"});
    for (MappedColumn& column : plan.mapping)
        if (column.field == "stage") column.values = {{"win", "Won"}, {"loose", "Lost"}, {"In Progress", "Open"}};
    CHECK(run(company, file, plan).created == 7);
    std::map<std::string, std::pair<int, std::int64_t>> classes;
    for (const auto& deal : all(company, "opportunity")) {
        const auto stage = company.store->get(*store::Viewer::system(), "stage", deal.reference("stage"));
        REQUIRE(stage);
        auto& [count, amount] = classes[stage->text("kind")];
        ++count;
        amount += deal["amount"].as<Money>().minor / 100;
    }
    CHECK(classes["open"] == std::pair(2, std::int64_t{13'000}));
    CHECK(classes["won"] == std::pair(3, std::int64_t{6'000}));
    CHECK(classes["lost"] == std::pair(2, std::int64_t{9'000}));
    CHECK(company.get(company.administrator, "figures/win_rate").json.find("value")->text.substr(0, 3) == "0.6");
}

TEST_CASE("A person's import is bound by his rights: import at all, fields, and what he can see") {
    Company company;
    const Id rep = company.person("Rep", "rep", {}), manager = company.person("Manager", "manager", {});
    const TempFile file("Account id,Name\nA1,Acme\n");
    const ImportPlan plan = plan_for(company, look(file.path()), "account");
    bool one_may = false, one_may_not = false;
    for (const Id user : {rep, manager}) {
        const auto viewer = company.store->viewer(user);
        FileImport import(*company.store, viewer, file.path(), look(file.path()), plan);
        const auto result = import.check();
        if (viewer->may(company.catalog->need("account"), store::Right::import)) {
            REQUIRE(result);
            CHECK(result->create + result->unchanged == 1);
            one_may = true;
        } else {
            REQUIRE(!result);
            CHECK(result.refused().why == Why::forbidden);
            one_may_not = true;
        }
    }
    CHECK((one_may || one_may_not));
    ImportPlan sneaky = plan;
    sneaky.mapping.push_back({0, "created_at", {}});
    CHECK(!check_plan(sneaky, *company.catalog, *store::Viewer::system(), look(file.path())));
}

TEST_CASE("More rows than one transaction holds go in steps, and an import that was stopped goes on") {
    Company company;
    std::string text = "Account id,Name\n";
    for (int i = 0; i < 12'000; ++i) text += std::to_string(i) + ",Company " + std::to_string(i) + "\n";
    const TempFile file(text);
    const FileLook found = look(file.path());
    const ImportPlan plan = plan_for(company, found, "account");
    const Id batch = new_id();
    ImportWatch watch;
    std::string state;
    int steps = 0;
    watch.step_command = [](const std::string& step) { return "job:test:" + step; };
    watch.progress = [&](const std::string& what, double, const std::string& now) {
        if (what != "Writing") return true;
        if (steps == 1) state = now;  // the second one is done, but was not kept before the kill
        return ++steps < 3;
    };
    FileImport first(*company.store, nullptr, file.path(), found, plan);
    const auto stopped = first.run(batch, watch);
    REQUIRE(!stopped);
    CHECK(stopped.refused().code() == "cancelled");
    const auto there = all(company, "account").size();
    CHECK(there > 0);
    CHECK(there < 12'000);
    watch.progress = nullptr;
    watch.state = state;
    FileImport second(*company.store, nullptr, file.path(), found, plan);
    const auto result = second.run(batch, watch);
    if (!result) MESSAGE(result.refused().message());
    REQUIRE(result);
    CHECK(result->created == 12'000);
    CHECK(all(company, "account").size() == 12'000);
}

TEST_CASE("Rows of a file name each other as parent in any order, by id or name, once and again") {
    Company company;
    std::mt19937 random(11);
    // Each has a parent among those before it; then the file is shuffled, and longer than one step.
    constexpr int count = 9'000;
    std::map<std::string, std::string> parents;
    std::vector<std::string> rows;
    for (int i = 0; i < count; ++i) {
        const std::string id = "A" + std::to_string(i);
        const int parent = i < 20 ? -1 : i % 7 == 0 ? i - 1 : static_cast<int>(random() % static_cast<unsigned>(i));
        parents[id] = parent < 0 ? "" : "A" + std::to_string(parent);
        const std::string named = parent < 0 ? "" : i % 2 == 0 ? parents[id] : "company " + std::to_string(parent);
        rows.push_back(id + ",Company " + std::to_string(i) + "," + named);
    }
    for (int time = 0; time < 3; ++time) {
        std::shuffle(rows.begin(), rows.end(), random);
        std::string text = "Account id,Name,Parent account\n";
        for (const std::string& row : rows) text += row + "\n";
        const TempFile file(text);
        const FileLook found = look(file.path());
        const ImportPlan plan = plan_for(company, found, "account");
        REQUIRE(plan.mapping.size() == 3);
        const CheckResult checked = check(company, file, plan);
        CHECK(checked.refused == 0);
        const RunResult result = run(company, file, plan);
        CHECK(result.created == (time == 0 ? count : 0));
        CHECK(result.unchanged == (time == 0 ? 0 : count));
        if (time > 0) CHECK(checked.unchanged == count);
    }
    const auto records = by(company, "account", "external_id");
    std::map<Id, std::string> ids;
    for (const auto& [id, record] : records) ids[record.id()] = id;
    for (const auto& [id, parent] : parents) {
        const Value value = records.at(id)["parent"];
        REQUIRE((value.empty() ? std::string() : ids.at(value.as<Id>())) == parent);
        REQUIRE(records.at(id).version() == 1);
    }
}

TEST_CASE("A long chain that stands upside down goes on after a kill where it was") {
    Company company;
    std::string text = "Account id,Name,Parent account\n";
    constexpr int count = 13'000;
    for (int i = count; i > 0; --i) text += "A" + std::to_string(i) + ",Company " + std::to_string(i) + "," + (i % 50 == 1 ? "" : "A" + std::to_string(i - 1)) + "\n";
    const TempFile file(text);
    const FileLook found = look(file.path());
    const ImportPlan plan = plan_for(company, found, "account");
    const Id batch = new_id();
    ImportWatch watch;
    std::string state;
    watch.step_command = [](const std::string& step) { return "job:chain:" + step; };
    RunResult result;
    int kills = 0;
    for (;; ++kills) {
        int steps = 0;
        watch.state = state;
        watch.progress = [&](const std::string& what, double, const std::string& now) {
            if (what != "Writing") return true;
            if (steps == 1) state = now;  // the third one is done, but was not kept
            return ++steps < 3;
        };
        FileImport import(*company.store, nullptr, file.path(), found, plan);
        const auto ran = import.run(batch, watch);
        if (ran) {
            result = *ran;
            break;
        }
        REQUIRE(ran.refused().code() == "cancelled");
        REQUIRE(kills < 50);
    }
    CHECK(kills > 2);
    CHECK(result.created == count);
    const auto records = by(company, "account", "external_id");
    CHECK(records.size() == count);
    for (const auto& [id, record] : records) {
        const int number = std::stoi(id.substr(1));
        REQUIRE(record["parent"] == (number % 50 == 1 ? Value() : Value(records.at("A" + std::to_string(number - 1)).id())));
    }
}

TEST_CASE("Rows that name each other in a circle are refused with their lines, and so are those that hang on a refused row") {
    Company company;
    const TempFile file("Name,Parent account,Employees\nTop,,1\nA,B,1\nB,C,1\nC,A,1\nUnder A,A,1\nUnder top,Top,1\nSelf,Self,1\nUnder bad,Bad,1\nBad,,many\nTwin,,1\nTwin,Top,2\nUnder twin,Twin,1\nElse,Nobody,1\n");
    ImportPlan plan = plan_for(company, look(file.path()), "account", {}, {"name"});
    plan.partial = true;
    const CheckResult checked = check(company, file, plan);
    std::map<std::string, std::int64_t> counts;
    std::string lines;
    for (const RefusedGroup& group : checked.reasons) {
        counts[group.reason.code] += group.count;
        if (group.reason.code == "circle_in_file" && group.count == 3) lines = group.reason.message;
    }
    CHECK(counts["circle_in_file"] == 4);
    CHECK(counts["parent_refused"] == 3);
    CHECK(counts["not_a_number"] == 1);
    CHECK(counts["same_key_other_values"] == 2);
    CHECK(counts["no_such_record"] == 1);
    CHECK(checked.create == 2);
    CHECK(checked.refused == 11);
    const RunResult result = run(company, file, plan);
    CHECK(result.created == 2);
    CHECK(result.refused == 11);
    CHECK(by(company, "account", "name").at("Under top")["parent"] == Value(by(company, "account", "name").at("Top").id()));
    // A missing one is made, one that stands in the file is not made twice.
    const TempFile missing("Name,Parent account\nChild,Mother\nMother,Grandmother\n");
    plan = plan_for(company, look(missing.path()), "account", {}, {"name"});
    plan.create_missing = true;
    CHECK(run(company, missing, plan).created == 2);
    CHECK(all(company, "account").size() == 5);
}

TEST_CASE("People of a file have managers further down in it, named by their addresses") {
    Company company;
    const TempFile file("Name,Email,Manager\nRep,rep@example.com,Lead@example.com\nLead,lead@example.com,boss@example.com\nBoss,boss@example.com,\n");
    CHECK(run(company, file, plan_for(company, look(file.path()), "user")).created == 3);
    const auto users = by(company, "user", "email");
    CHECK(users.at("rep@example.com")["manager"] == Value(users.at("lead@example.com").id()));
    CHECK(users.at("lead@example.com")["manager"] == Value(users.at("boss@example.com").id()));
}

TEST_CASE("Encodings, separators and quotes of the cases come in as they should (csv-01 to csv-03, csv-10 to csv-12, csv-15, csv-16, csv-20, csv-21)") {
    const std::string folder = cases("csv");
    if (folder.empty()) return;
    CHECK(heads_of(folder + "/bom_quoted_header.csv") == std::vector<std::string>{"External Id", "Name", "Amount"});
    CHECK(rows_of(folder + "/bom_quoted_header.csv") == Rows{{"C-001", "An Phat", "1500.00"}, {"C-002", "Binh Minh", "0"}});
    CHECK(rows_of(folder + "/unicode_text_utf16le.txt") == Rows{{"001", "Nguyễn Văn Đạt", "Đà Nẵng"}, {"002", "Lê Thị Hồng", "Huế"}});
    CHECK(rows_of(folder + "/windows_1258.csv") == Rows{{"Nguyễn Thị Ánh Tuyết", "Số 5 đường Lê Lợi"}, {"Đặng Văn Bằng", "Phường Tân Định"}, {"Phạm Quỳnh", "Quận Bình Thạnh"}});
    CHECK(look(folder + "/windows_1258.csv").notes.front().code == "encoding_guessed");
    CHECK(rows_of(folder + "/quoted_fields.csv") == Rows{{"1", "Doe, Jane", "Line one\nLine \"two\"; end", "42"}, {"2", "a\"b", "", "7"}, {"3", "plain", "", "0"}});
    const FileLook ragged = look(folder + "/ragged.csv");
    CHECK(ragged.ragged == 2);
    CHECK(ragged.notes.front().message.find("line 4") != std::string::npos);
    CHECK(heads_of(folder + "/trailing_commas.csv") == std::vector<std::string>{"Name", "Email"});
    CHECK(rows_of(folder + "/trailing_commas.csv").size() == 2);
    CHECK(look(folder + "/sep_hint.csv").separator == ";");
    CHECK(rows_of(folder + "/sep_hint.csv") == Rows{{"An", "Huế"}});
    const FileLook many = look(folder + "/semicolon_many_commas.csv");
    CHECK(many.separator == ";");
    CHECK(many.decimal == ",");
    CHECK(heads_of(folder + "/vi_headers_nfd.csv") == std::vector<std::string>{"CMND", "Họ và tên", "Doanh số"});
    const Rows zeros = rows_of(folder + "/leading_zeros.csv");
    CHECK(zeros[0] == std::vector<std::string>{"An Phat", "0912345678", "00700", "0312345673-001", "000042"});
    for (const auto& row : rows_of(folder + "/long_cell.csv"))
        for (const auto& cell : row)
            if (cell.size() > 1'000) CHECK(cell.ends_with("-END"));
}

TEST_CASE("What was edited here since the last import stands, or not, as it is chosen") {
    Company company;
    const std::string head = "Account id,Name,Phone,City,Employees\n";
    const auto bring = [&](const std::string& rows, const EditedChoice& edited = {}) {
        const TempFile file(head + rows);
        ImportPlan plan = plan_for(company, look(file.path()), "account");
        REQUIRE(plan.mapping.size() == 5);
        plan.edited = edited;
        const CheckResult checked = check(company, file, plan);
        const RunResult ran = run(company, file, plan);
        CHECK(checked.kept == ran.kept);
        CHECK(checked.update == ran.updated);
        CHECK(checked.unchanged == ran.unchanged);
        return std::pair(checked, ran);
    };
    const auto now = [&](const char* field) { return to_text(by(company, "account", "external_id").at("A1")[field]); };
    const auto edit = [&](const std::string& change) {
        REQUIRE(company.patch(company.administrator, "accounts/" + by(company, "account", "external_id").at("A1").id().text(), change, "*").status == 200);
    };
    CHECK(bring("A1,An,111,Huế,5\n").second.created == 1);
    edit("{\"phone\":\"222\"}");
    // The source says what it said; another field has changed there.
    auto [checked, ran] = bring("A1,An,111,Vinh,5\n");
    CHECK(ran.updated == 1);
    CHECK(ran.kept == 1);
    CHECK(now("phone") == "222");
    CHECK(now("city") == "Vinh");
    REQUIRE(checked.edited.size() == 1);
    CHECK(checked.edited[0].field == "phone");
    CHECK(checked.edited[0].contradict == 0);
    // It goes on standing, although another import came after the edit.
    std::tie(checked, ran) = bring("A1,An,111,Vinh,5\n");
    CHECK(ran.unchanged == 1);
    CHECK(ran.kept == 1);
    // Both have changed it.
    EditedChoice ask;
    ask.fields["phone"] = Whose::ask;
    {
        const TempFile file(head + "A1,An,333,Vinh,5\n");
        ImportPlan plan = plan_for(company, look(file.path()), "account");
        plan.edited = ask;
        const CheckResult asked = check(company, file, plan);
        REQUIRE(asked.reasons.size() == 1);
        CHECK(asked.reasons[0].reason.code == "edited_here");
        CHECK(asked.edited[0].contradict == 1);
        CHECK(asked.edited[0].ours == "222");
        CHECK(asked.edited[0].theirs == "333");
    }
    CHECK(bring("A1,An,111,Vinh,5\n", ask).second.kept == 1);  // no contradiction, nothing to ask
    CHECK(bring("A1,An,333,Vinh,5\n").second.kept == 1);
    CHECK(now("phone") == "222");
    EditedChoice theirs;
    theirs.fields["phone"] = Whose::theirs;
    CHECK(bring("A1,An,333,Vinh,5\n", theirs).second.updated == 1);
    CHECK(now("phone") == "333");
    CHECK(bring("A1,An,444,Vinh,5\n").second.updated == 1);  // edited before the last import, not since
    CHECK(now("phone") == "444");
    // Cleared here is edited here.
    edit("{\"employees\":null}");
    CHECK(bring("A1,An,444,Vinh,5\n").second.kept == 1);
    CHECK(now("employees").empty());
    // What no import has brought was not edited since one.
    company.make("account", {{"external_id", "A2"}, {"name", "Binh"}});
    REQUIRE(company.patch(company.administrator, "accounts/" + by(company, "account", "external_id").at("A2").id().text(), "{\"phone\":\"909\"}", "*").status == 200);
    CHECK(bring("A2,Binh,10,,\n").second.updated == 1);
    // An import that was taken back does not count, and neither does its taking back.
    edit("{\"phone\":\"555\"}");
    const RunResult last = bring("A1,An,666,Vinh,5\n", theirs).second;
    CHECK(now("phone") == "666");
    REQUIRE(company.store->undo({}, last.batch));
    CHECK(now("phone") == "555");
    ImportHead gone;
    gone.id = new_id();
    gone.batch = last.batch;
    gone.state = "undone";
    ImportShelf(*company.store, {}).keep(gone);
    CHECK(bring("A1,An,666,Vinh,5\n").second.kept == 1);
    CHECK(now("phone") == "555");
}

TEST_CASE("A key that the database is not asked for is read once, and follows what is written meanwhile") {
    Company company;
    const Id rep = company.person("Rep", "manager", {});
    const Id first = company.make("contact", {{"email", "an@example.com"}, {"given_name", "An"}, {"owner", Value(rep)}});
    const TempFile file("email,first name\nan@example.com,A\nbinh@example.com,B\nchi@example.com,C\n");
    const ImportPlan plan = plan_for(company, look(file.path()), "contact");
    KeyIndexes indexes;
    const auto updates = [&](const std::shared_ptr<const store::Viewer>& viewer) {
        FileImport import(*company.store, viewer, file.path(), look(file.path()), plan);
        ImportWatch watch;
        watch.indexes = &indexes;
        const auto result = import.check(watch);
        REQUIRE(result);
        return result->update;
    };
    CHECK(updates(nullptr) == 1);
    CHECK(updates(nullptr) == 1);
    CHECK(indexes.readings() == 1);
    const Id second = company.make("contact", {{"email", "BINH@example.com"}, {"given_name", "Binh"}});
    company.make("account", {{"name", "Another kind"}});
    CHECK(updates(nullptr) == 2);
    REQUIRE(company.patch(company.administrator, "contacts/" + second.text(), "{\"job_title\":\"Boss\"}").status == 200);
    CHECK(updates(nullptr) == 2);
    CHECK(indexes.readings() == 1);
    // A key that changes, a record that goes.
    REQUIRE(company.patch(company.administrator, "contacts/" + second.text(), "{\"email\":\"chi@example.com\"}").status == 200);
    CHECK(updates(nullptr) == 2);
    CHECK(indexes.readings() == 2);
    REQUIRE(company.remove(company.administrator, "contacts/" + first.text()).status == 204);
    CHECK(updates(nullptr) == 1);
    CHECK(indexes.readings() == 3);
    // Others see other records.
    const auto viewer = company.store->viewer(company.administrator);
    CHECK(updates(viewer) == 1);
    CHECK(indexes.readings() == 4);
    CHECK(updates(viewer) == 1);
    CHECK(indexes.readings() == 4);
}

TEST_CASE("A file called .tsv is separated by tabs, whatever else its texts hold") {
    Company company;
    const TempFile file("Name, and city\tAddress, street; ward\nAn, Huế\t5, Lê Lợi; Phú Hội\nBình, Vinh\t7, Trần Phú; Lê Mao\n", "list.TSV");
    CHECK(look(file.path()).separator == "\t");
    CHECK(look(file.path()).columns.size() == 2);
    const RunResult result = run(company, file, plan_for(company, look(file.path()), "account", {{"Name, and city", "name"}, {"Address, street; ward", "street"}}));
    CHECK(result.created == 2);
    CHECK(by(company, "account", "name").at("An, Huế").text("street") == "5, Lê Lợi; Phú Hội");
    const TempFile commas("Name,City\nAn,Huế\n", "list.tsv");
    CHECK(look(commas.path()).separator == ",");
}

TEST_CASE("Columns with values and without a name are told") {
    const TempFile file("Name,,City,\nAn,x,Huế,\nBình,,Vinh,\n");
    const FileLook found = look(file.path());
    REQUIRE(found.notes.size() == 1);
    CHECK(found.notes[0].code == "columns_without_name");
    CHECK(found.notes[0].message.find("values: 2.") != std::string::npos);
}

TEST_CASE("Merged cells are filled where the person says so (xlsx-06)") {
    const std::string path = cases("xlsx/merged_region.xlsx");
    if (path.empty()) return;
    Company company;
    std::map<std::string, Id> regions;
    for (const char* region : {"Miền Bắc", "Miền Nam"}) regions[region] = company.make("region", {{"name", region}});
    CHECK(look(path).merged == "first");
    for (const bool fill : {false, true}) {
        Reading reading;
        if (fill) reading.merged = "fill";
        const FileLook found = look(path, reading);
        CHECK(found.merged == (fill ? "fill" : "first"));
        // The reading is kept with what was found: the plan need not say it again.
        JsonWriter kept;
        kept.begin_object();
        write_look(kept, found);
        const FileLook again = read_look(*parse_object(kept.end_object().take()));
        FileImport import(*company.store, nullptr, path, again, plan_for(company, again, "account", {{"region", "region"}, {"rep", "name"}, {"amount", "employees"}}, {"name"}));
        REQUIRE(import.run(new_id()));
        std::map<std::string, std::int64_t> sums;
        for (const auto& record : all(company, "account")) sums[to_text(record["region"])] += record["employees"].as<std::int64_t>();
        const std::string north = regions.at("Miền Bắc").text(), south = regions.at("Miền Nam").text();
        CHECK(sums[north] == (fill ? 600 : 100));
        CHECK(sums[south] == 400);
        CHECK(sums[""] == (fill ? 0 : 500));
    }
}

TEST_CASE("Long ids do not pass through a floating number (csv-09)") {
    const std::string folder = cases("csv");
    if (folder.empty()) return;
    Company company;
    std::ifstream in(folder + "/long_ids.csv");
    const TempFile file(std::string(std::istreambuf_iterator<char>(in), {}));
    const FileLook found = look(file.path());
    std::map<std::string, std::string> said;
    for (const ColumnLook& column : found.columns) said[column.name] = fold(column.name).find("id") != std::string::npos ? "external_id" : "name";
    const RunResult result = run(company, file, plan_for(company, found, "account", said, {"external_id"}));
    CHECK(result.created == 5);
    CHECK(by(company, "account", "external_id").contains("9007199254740993"));
    CHECK(by(company, "account", "external_id").contains("1582917533873852417"));
}

TEST_CASE("Addresses, numbers and tax codes that cannot be ones are taken as they are written, and told with row and reason (text-09)") {
    Company company;
    store::ListQuery query;
    query.entity = "company";
    const Id settings = company.store->list(*store::Viewer::system(), query)->records.front().id();
    REQUIRE(company.patch(company.administrator, "companies/" + settings.text(), R"({"zone":"Asia/Ho_Chi_Minh"})").status == 200);
    const TempFile file(
        "Name,Tax code,Country,Email,Phone,Website\n"
        "A,0312345673001,,a@example.com,0912 345 678,a.example.com\n"
        "B,312345673,,b at example,chưa có,không có\n"
        "C,0312345670,,none,,\n"
        "D,5260250995,Poland,,,\n"
        "E,,,none,,\n");
    const FileLook seen = look(file.path());
    const ImportPlan plan = plan_for(company, seen, "account", {}, {"name"});
    const CheckResult checked = check(company, file, plan);
    CHECK(checked.create == 5);
    CHECK(checked.refused == 0);
    CHECK(checked.odd == 3);
    std::vector<std::string> told;
    for (const RefusedGroup& group : checked.odd_reasons) told.push_back(std::to_string(group.count) + " " + group.reason.field + " " + group.reason.code + " " + std::to_string(group.line) + " " + group.value);
    CHECK(told == std::vector<std::string>{"2 email not_an_email 4 none", "1 email not_an_email 3 b at example", "1 phone not_a_phone 3 chưa có", "1 website not_a_web_address 3 không có", "1 tax_code tax_code_check_digit 4 0312345670",
                                           "1 tax_code tax_code_lost_zero 3 312345673"});
    REQUIRE(checked.odd_reasons.back().repair);
    CHECK(checked.odd_reasons.back().repair->to == "0312345673");

    FileImport import(*company.store, nullptr, file.path(), seen, plan);
    const auto ran = import.run(new_id());
    REQUIRE(ran);
    CHECK(ran->created == 5);
    CHECK(ran->odd == 3);
    auto accounts = by(company, "account", "name");
    CHECK(accounts.at("A").text("tax_code") == "0312345673-001");  // in its form
    CHECK(accounts.at("B").text("tax_code") == "312345673");
    CHECK(accounts.at("B").text("email") == "b at example");
    CHECK(accounts.at("B").text("phone") == "chưa có");
    CHECK(accounts.at("D").text("tax_code") == "5260250995");
    const std::string odd = file.folder() + "/odd.csv";
    REQUIRE(import.write_odd(odd, "en"));
    const auto rows = rows_of(odd);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0][0] == "B");
    CHECK(rows[0].back().find("a leading zero may be lost (0312345673 would be valid)") != std::string::npos);
    CHECK(rows[0].back().find("chưa có") != std::string::npos);
    CHECK(rows[2][0] == "E");

    // A value is mended like a refused one, and a repeat finds nothing new.
    ImportPlan mended = plan;
    for (MappedColumn& column : mended.mapping)
        if (column.field == "tax_code") column.values["312345673"] = "0312345673";
    CHECK(check(company, file, mended).update == 1);
    CHECK(run(company, file, mended).odd == 1);  // of the row that is written; the others are as they were
    CHECK(by(company, "account", "name").at("B").text("tax_code") == "0312345673");
    CHECK(check(company, file, mended).odd == 0);
}

TEST_CASE("A row that makes a company which looks like another is told, and taken (text-10)") {
    Company company;
    company.make("account", {{"name", "Công ty TNHH Thương mại An Phát"}, {"tax_code", "T-1"}});
    company.make("account", {{"name", "Công ty Cổ phần Bình Minh"}});
    const TempFile file(
        "Account id,Name,Tax code\n"
        "1,CTY TNHH TM AN PHAT,\n"      // the first, without its code
        "2,Cty TNHH An Phát,T-2\n"      // another code: another company
        "3,An Phat group,T-1\n"         // its code
        "4,Công ty TNHH Bình Minh,\n"   // another legal form
        "5,Hoa Sen JSC,\n"
        "6,Công ty CP Hoa Sen,\n"       // the row before
        "7,Công ty TNHH,\n"
        "8,CTY TNHH,\n");
    const ImportPlan plan = plan_for(company, look(file.path()), "account");
    const CheckResult checked = check(company, file, plan);
    CHECK(checked.create == 8);
    CHECK(checked.odd == 3);
    std::vector<std::string> told;
    for (const RefusedGroup& group : checked.odd_reasons) told.push_back(group.reason.code + " " + group.reason.field + " " + std::to_string(group.line) + " " + group.value);
    CHECK(told == std::vector<std::string>{"looks_like name 2 CTY TNHH TM AN PHAT", "looks_like tax_code 4 T-1", "looks_like_row name 7 Công ty CP Hoa Sen"});
    CHECK(run(company, file, plan).created == 8);
    // They are found by their ids now.
    CHECK(check(company, file, plan).odd == 0);
}
