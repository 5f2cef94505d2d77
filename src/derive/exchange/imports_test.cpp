// Imports over HTTP: upload, look, check, run, refused rows, undo, saved mappings, and who sees what.
#include "derive/exchange/imports.h"

#include <filesystem>
#include <fstream>

#include "derive/exchange/import_order.h"
#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using fairlead::derive::testing::Answer;
using fairlead::derive::testing::Company;
using http::Method;

namespace {

// Runs a job where it is added; one that is stopped can be gone on with, as after a kill.
class JobsAtOnce final : public JobQueue {
  public:
    explicit JobsAtOnce(store::Store& store) : store_(store) {}
    std::string stop_at;  // the message of the save that finds it stopped, once
    std::string result, refusal;
    void declare(JobKind kind) override { kinds_[kind.name] = std::move(kind); }
    Result<Id> add(const JobRequest& request) override {
        context_ = std::make_unique<Context>(*this, request, new_id());
        last_ = request;
        run();
        return context_->id();
    }
    void schedule(std::string, int, std::string) override {}
    void run() {
        result.clear();
        refusal.clear();
        context_->stopped = false;
        auto done = kinds_.at(last_.kind).run(*context_);
        if (done) result = *done;
        else refusal = done.refused().code();
    }

  private:
    class Context final : public JobContext {
      public:
        Context(JobsAtOnce& jobs, JobRequest request, Id id) : jobs_(jobs), request_(std::move(request)), id_(id) {}
        bool stopped = false;
        Id id() const override { return id_; }
        store::Store& store() override { return jobs_.store_; }
        std::shared_ptr<const store::Viewer> viewer() override { return request_.run_as ? jobs_.store_.viewer(request_.run_as) : store::Viewer::system(); }
        const std::string& parameters() const override { return request_.parameters; }
        const std::string& state() const override { return state_; }
        int attempt() const override { return 1; }
        bool save(double, std::string_view message, std::string state) override {
            state_ = std::move(state);
            if (message == jobs_.stop_at) stopped = true, jobs_.stop_at.clear();
            return !stopped;
        }
        bool cancelled() const override { return stopped; }
        bool stopping() const override { return stopped; }

      private:
        JobsAtOnce& jobs_;
        JobRequest request_;
        Id id_;
        std::string state_;
    };
    store::Store& store_;
    std::map<std::string, JobKind> kinds_;
    std::unique_ptr<Context> context_;
    JobRequest last_;
};

struct House {
    Company company;
    JobsAtOnce jobs{*company.store};
    std::string folder = (std::filesystem::temp_directory_path() / ("fairlead-imports-" + new_id().text())).string();
    ImportCommands commands;
    House() { commands = add_import_routes(company.router, *company.store, jobs, folder); }
    Json command(std::string_view name, const std::string& arguments) {
        auto answer = commands(name, *parse_object(arguments));
        REQUIRE(answer);
        if (!*answer) MESSAGE(answer->refused().message());
        REQUIRE(*answer);
        return *parse_json(**answer);
    }
    ~House() {
        company.router = {};
        std::filesystem::remove_all(folder);
    }
    Answer upload(Id user, const std::string& text, const std::string& query = "?filename=accounts.csv&entity=account") { return company.call(user, Method::post, "/api/v1/imports" + query, text); }
    std::size_t files() const {
        std::size_t count = 0;
        if (std::filesystem::exists(folder))
            for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder)) ++count;
        return count;
    }
    std::string accounts() { return company.get(company.administrator, "accounts?count=exact&limit=1").body; }
};

const char* const plan = R"("entity":"account","mapping":[{"column":0,"field":"external_id"},{"column":1,"field":"name"},{"column":2,"field":"employees"}],"key":["external_id"])";

std::string body(const std::string& more = "") { return "{" + std::string(plan) + more + "}"; }

}  // namespace

TEST_CASE("What is no table is refused at the upload, which says what it is and what is needed, and leaves no file behind") {
    House house;
    const Id ada = house.company.administrator;
    std::string random;
    for (std::uint32_t i = 0, seed = 7; i < 4096; ++i) random += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
    using namespace std::string_literals;
    const std::vector<std::pair<std::string, std::string>> files{
        {"", "empty_file"}, {"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj"s, "not_a_table"}, {"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s, "not_a_table"},
        {"\xFF\xD8\xFF\xE0\0\x10JFIF"s, "not_a_table"}, {random, "not_a_table"}, {"<!DOCTYPE html><table><tr><td>a</td></tr></table>", "not_a_table"},
        {R"([{"name":"An"}])", "not_a_table"}, {"PK\x03\x04 and nothing of a workbook", "damaged_workbook"}};
    for (const auto& [content, code] : files) {
        for (const char* name : {"?filename=deals.xlsx", "?filename=deals.csv&entity=account"}) {
            const Answer refused = house.upload(ada, content, name);
            INFO(code << " " << content.substr(0, 8));
            CHECK(refused.status == 422);
            CHECK(refused.code() == code);
        }
    }
    CHECK(house.upload(ada, files[1].first).text("detail").find("PDF") != std::string::npos);
    CHECK(house.files() == 0);
    // A column may be called PK, and a CSV file may bear the name of a workbook.
    CHECK(house.upload(ada, "PK,Name\n1,An\n", "?filename=deals.xlsx").status == 201);
    CHECK(house.upload(ada, "Name\nAn\n", "?filename=deals.csv").status == 201);
    std::string wide = "\xFF\xFE";
    for (const char c : std::string("Name\tCity\nAn\tHue\n")) (wide += c) += '\0';
    CHECK(house.upload(ada, wide, "?filename=deals.txt").status == 201);
    CHECK(house.upload(ada, wide.substr(2), "?filename=deals.txt").status == 201);
}

TEST_CASE("A file is uploaded, looked at, checked, run, and taken back over HTTP") {
    House house;
    const Id ada = house.company.administrator;
    const Answer uploaded = house.upload(ada, "Account id;Name;Employees;Odd\nA1;An;12;x\nA2;Binh;many;y\n");
    REQUIRE(uploaded.status == 201);
    CHECK(uploaded.text("separator") == ";");
    CHECK(uploaded.text("entity_suggested") == "account");
    CHECK(uploaded.text("rows") == "2");
    CHECK(uploaded.json.find("columns")->items[2].find("suggested")->find("field")->text == "employees");
    CHECK(uploaded.json.find("columns")->items[3].find("suggested")->is(Json::Kind::null));
    CHECK(uploaded.json.find("columns")->items[0].find("samples")->items.size() == 2);
    const std::string id = uploaded.text("id"), at = "imports/" + id;

    const Answer looked = house.company.post(ada, at + "/look", R"({"entity":"contact","reading":{"separator":","}})");
    CHECK(looked.status == 200);
    CHECK(looked.json.find("columns")->items.size() == 1);
    REQUIRE(house.company.post(ada, at + "/look", R"({"entity":"account","reading":{}})").status == 200);

    const Answer checked = house.company.post(ada, at + "/check", body(R"(,"rows":2000)"));
    REQUIRE(checked.status == 200);
    CHECK(checked.json.find("complete")->flag);
    CHECK(checked.text("create") == "1");
    CHECK(checked.text("refused") == "1");
    const Json& reason = checked.json.find("reasons")->items[0];
    CHECK(reason.find("code")->text == "not_a_number");
    CHECK(reason.find("example")->find("row")->text == "3");
    CHECK(reason.find("example")->find("value")->text == "many");
    CHECK(house.company.post(ada, at + "/check", body(), {{"accept-language", "vi"}}).body.find("không phải là số") != std::string::npos);

    // Nothing is half done.
    const Answer refused = house.company.post(ada, at + "/run", body());
    CHECK(refused.status == 202);
    CHECK(house.jobs.refusal == "rows_refused");
    CHECK(house.company.get(ada, at).text("state") == "failed");
    CHECK(house.accounts().find("\"count\":0") != std::string::npos);

    const Answer ran = house.company.post(ada, at + "/run", body(R"(,"partial":true)"));
    CHECK(ran.status == 202);
    CHECK(!ran.text("job").empty());
    CHECK(house.jobs.refusal.empty());
    const Answer after = house.company.get(ada, at);
    CHECK(after.text("state") == "done");
    CHECK(after.json.find("result")->find("created")->text == "1");
    CHECK(after.json.find("plan")->find("entity")->text == "account");
    const Answer rest = house.company.get(ada, at + "/refused");
    CHECK(rest.status == 200);
    CHECK(rest.body.find("A2;Binh;many;y;") != std::string::npos);
    CHECK(house.company.post(ada, at + "/run", body()).status == 409);
    CHECK(house.company.get(ada, "imports").json.find("data")->items.size() == 1);

    CHECK(house.company.post(ada, at + "/undo").status == 202);
    CHECK(house.company.get(ada, at).text("state") == "undone");
    CHECK(house.accounts().find("\"count\":0") != std::string::npos);
    CHECK(house.company.post(ada, at + "/undo").status == 409);
}

TEST_CASE("An import that its server left goes on where it was, and one that is stopped can be taken back") {
    House house;
    const Id ada = house.company.administrator;
    std::string text = "Account id,Name,Employees\n";
    for (int i = 0; i < 11'000; ++i) text += "A" + std::to_string(i) + ",Company " + std::to_string(i) + ",1\n";
    const std::string at = "imports/" + house.upload(ada, text).text("id");
    house.jobs.stop_at = "Writing";  // the first save of that comes with the first step that was written
    CHECK(house.company.post(ada, at + "/run", body()).status == 202);
    CHECK(house.jobs.refusal == "cancelled");
    CHECK(house.company.get(ada, at).text("state") == "running");
    CHECK(house.accounts().find("\"count\":0") == std::string::npos);
    CHECK(house.accounts().find("\"count\":11000") == std::string::npos);
    house.jobs.run();
    CHECK(house.jobs.refusal.empty());
    CHECK(house.company.get(ada, at).json.find("result")->find("created")->text == "11000");
    CHECK(house.accounts().find("\"count\":11000") != std::string::npos);
    CHECK(house.company.post(ada, at + "/undo").status == 202);
    CHECK(house.accounts().find("\"count\":0") != std::string::npos);
}

TEST_CASE("The command line's imports run in the server as the system, stand in the list, and are taken back from there") {
    House house;
    const Id ada = house.company.administrator;
    const std::string file = house.folder + "-people.csv";
    std::ofstream(file) << "Mã cũ,Tên KH,Số nhân viên\nA1,An,12\nA2,Bình,many\n";
    ImportOrder order;
    order.file = file;
    order.entity = "accounts";
    std::string words = to_json(order);
    words.pop_back();
    const Json checked = house.command("import_file", words + ",\"dry_run\":true}");
    CHECK(checked.find("check")->find("refused")->text == "1");
    CHECK(house.files() == 0);
    CHECK(text_in(house.command("import_report", "{\"import\":\"" + text_in(house.command("import_file", words + "}"), "import") + "\"}"), "state") == "failed");
    order.partial = true;
    const Json begun = house.command("import_file", to_json(order));
    const Json came = house.command("import_report", "{\"import\":\"" + text_in(begun, "import") + "\"}");
    CHECK(came.find("result")->find("created")->text == "1");
    CHECK(std::filesystem::exists(text_in(came, "refused")));
    const Answer list = house.company.get(ada, "imports");
    REQUIRE(list.json.find("data")->items.size() == 2);
    CHECK(list.json.find("data")->items[0].find("state")->text == "done");
    CHECK(list.json.find("data")->items[0].find("user")->is(Json::Kind::null));
    CHECK(house.company.get(house.company.person("Manager", "manager", {}), "imports").json.find("data")->items.empty());
    CHECK(house.accounts().find("\"count\":1") != std::string::npos);
    CHECK(house.company.post(ada, "imports/" + text_in(begun, "import") + "/undo").status == 202);
    CHECK(house.accounts().find("\"count\":0") != std::string::npos);
    CHECK(!house.commands("user_list", Json()));
    std::filesystem::remove(file);
}

TEST_CASE("Another's import is absent, and who may not import may not upload") {
    House house;
    const Id ada = house.company.administrator, rep = house.company.person("Rep", "rep", {}), manager = house.company.person("Manager", "manager", {});
    CHECK(house.upload(rep, "Name\nx\n").status == 403);
    CHECK(house.files() == 0);
    const std::string at = "imports/" + house.upload(ada, "Name\nx\n").text("id");
    for (const char* route : {"/look", "/check", "/run", "/undo"}) CHECK(house.company.post(manager, at + route, body()).status == 404);
    CHECK(house.company.get(manager, at).status == 404);
    CHECK(house.company.get(manager, at + "/refused").status == 404);
    CHECK(house.company.remove(manager, at).status == 404);
    CHECK(house.company.get(manager, "imports").json.find("data")->items.empty());
    CHECK(house.company.remove(ada, at).status == 204);
    CHECK(house.files() == 0);
    // What an import may set, and of which kind, is a matter of rights.
    const std::string own = "imports/" + house.upload(manager, "Name\nx\n").text("id");
    CHECK(house.company.post(manager, own + "/check", R"({"entity":"user","mapping":[{"column":0,"field":"name"}],"key":[]})").status == 403);
    CHECK(house.company.post(manager, own + "/check", R"({"entity":"account","mapping":[{"column":0,"field":"created_at"}],"key":[]})").status == 422);
    CHECK(house.company.post(manager, own + "/check", R"({"entity":"account","mapping":[{"column":0,"field":"name"}],"key":["tax_code"]})").code() != "");
    CHECK(house.company.post(manager, own + "/check", R"({"entity":"account","mapping":[{"column":0,"field":"name"}],"key":["name"],"surprise":1})").status == 400);
}

TEST_CASE("Mappings are saved under a name and found again") {
    House house;
    const Id ada = house.company.administrator;
    CHECK(house.company.call(ada, Method::put, "/api/v1/import-mappings/Old%20CRM", R"({"entity":"account","fields":{"Company":"name"},"key":["name"],"on_match":"update","empty":"keep"})").status == 200);
    CHECK(house.company.call(ada, Method::put, "/api/v1/import-mappings/Bad", R"({"entity":"account","fields":{"Company":"nam"}})").status == 422);
    const Answer all = house.company.get(ada, "import-mappings");
    REQUIRE(all.json.find("data")->items.size() == 1);
    CHECK(all.json.find("data")->items[0].find("fields")->find("Company")->text == "name");
    CHECK(house.company.call(ada, Method::delete_, "/api/v1/import-mappings/Old%20CRM").status == 204);
    CHECK(house.company.get(ada, "import-mappings").json.find("data")->items.empty());
}

TEST_CASE("A file that is none is refused and not kept") {
    House house;
    const Id ada = house.company.administrator;
    CHECK(house.upload(ada, "").status == 422);
    CHECK(house.upload(ada, "Name\n\"never closed\n").status == 422);
    CHECK(house.upload(ada, "PK\x03\x04 not a workbook").status == 422);
    CHECK(house.files() == 0);
}
