// Who may do what: every route, for every scope and every relation to the record, against a policy computed by other
// means (access_oracle_for_tests.h). Changes are only rehearsed, so nothing may change at all.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "derive/access_world_for_tests.h"
#include "derive/exchange/imports.h"
#include "derive/exchange/refusal_groups.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

// There is one record of the company's settings, and it stays.
bool the_settings(const model::Record& record) { return record.entity->name == "company"; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    return text;
}

// Takes jobs and runs none: what they would write is asked of nobody here.
class JobsNever final : public JobQueue {
  public:
    void declare(JobKind) override {}
    Result<Id> add(const JobRequest&) override { return new_id(); }
    void schedule(std::string, int, std::string) override {}
};

class Matrix {
  public:
    AccessWorld world;
    Company& company = world.company;
    JobsNever jobs;
    const std::string folder = (std::filesystem::temp_directory_path() / ("fairlead-matrix-" + new_id().text())).string();
    Matrix() { add_import_routes(company.router, *company.store, jobs, folder); }
    ~Matrix() { std::filesystem::remove_all(folder); }
    Oracle oracle{company};
    const std::string before = world.digest();
    const std::int64_t seq = company.store->last_seq();
    std::set<std::string> tried;
    std::size_t cells = 0;
    std::string who;  // the subject now
    Id user{};

    bool admin() const { return oracle.administrates(user); }

    void check(const std::string& pattern, const Answer& answer, int status) {
        tried.insert(pattern);
        ++cells;
        if (answer.status == status && company.store->last_seq() == seq) return;
        INFO(who << ": " << pattern << ": " << answer.body);
        CHECK(answer.status == status);
        REQUIRE(company.store->last_seq() == seq);
    }

    // A record out of reach is answered to the letter as one that does not exist.
    template <class Call>
    void check_record(const std::string& pattern, Id id, int status, const Call& call) {
        const Answer answer = call(id);
        check(pattern, answer, status);
        if (status != 404) return;
        const Id missing{id.value - 4'000'000'000'000};  // of a time when nothing was made; as many digits
        const Answer none = call(missing);
        INFO(who << ": " << pattern);
        CHECK(replaced(answer.body, id.text(), missing.text()) == none.body);
        CHECK(answer.headers.size() == none.headers.size());
    }

    // What was told names nothing out of reach.
    void check_marks(const std::string& pattern, const Answer& answer) {
        for (std::size_t at = answer.body.find("mk"); at != std::string::npos; at = answer.body.find("mk", at + 2)) {
            std::size_t end = at + 2;
            while (end < answer.body.size() && std::isdigit(static_cast<unsigned char>(answer.body[end]))) ++end;
            if (end == at + 2 || end == answer.body.size() || answer.body[end] != 'q') continue;
            const std::string mark = answer.body.substr(at, end + 1 - at);
            if (unseen_.contains(mark)) {
                INFO(who << ": " << pattern << ": " << answer.body.substr(at > 300 ? at - 300 : 0, 600));
                CHECK_MESSAGE(false, "names a record out of reach: " << mark);
                return;
            }
        }
    }
    void forget_marks() {
        unseen_.clear();
        for (const auto& [entity, records] : world.placed)
            for (const Placed& one : records)
                if (!oracle.reaches(user, Does::read, record(entity, one.id))) unseen_.insert(world.mark_of.at(one.id.text()));
    }

    const model::Record& record(const std::string& entity, Id id) const { return oracle.all(entity).at(id.value); }

    // A field that a person may set, and a value for it as JSON: {"name": "New"}; {} when there is none.
    std::string some_change(const model::EntityInfo& entity) const {
        for (const model::FieldInfo& field : entity.fields)
            if (!field.system && field.is_stored() && field.type == Type::text && !field.options.read_only && !field.options.unique && !field.options.administrators &&
                field.options.changed_by.empty() && field.options.meaning == model::Meaning::none && field.name != "entity" && field.options.length_max != 3 && field.name != "zone")
                return "{\"" + field.name + "\":\"New words\"}";
        return "{}";
    }

    bool lacks_create() const {
        return std::any_of(company.catalog->entities().begin(), company.catalog->entities().end(),
                           [&](const auto& entity) { return AccessWorld::is_scoped(*entity) && !oracle.has(user, Does::create, *entity); });
    }

    std::string parameters_of(const model::ActionInfo& action) {
        JsonWriter w;
        w.begin_object();
        for (const model::Parameter& parameter : action.declared->parameters) {
            if (!parameter.required) continue;
            if (parameter.type == Type::reference) w.text(parameter.name, world.any(std::string(parameter.target)).text());
            else if (parameter.type == Type::choice) w.text(parameter.name, parameter.choices.front().value);
            else if (parameter.type == Type::date) w.text(parameter.name, "2026-03-01");
            else if (parameter.type == Type::boolean) w.boolean(std::string(parameter.name), true);
            else w.text(parameter.name, "1");
        }
        return w.end_object().take();
    }

    void live_record(const model::EntityInfo& entity, const Placed& placed);
    void binned_record(const model::EntityInfo& entity, const Placed& placed);
    void kind(const model::EntityInfo& entity);
    void bulk(const model::EntityInfo& entity);
    void across();
    void imports();
    std::string last_import;  // of the subject before

  private:
    std::set<std::string> unseen_;
};

void Matrix::live_record(const model::EntityInfo& entity, const Placed& placed) {
    const model::Record& it = record(entity.name, placed.id);
    INFO(entity.name << " " << placed.relation);
    const auto at = [&](Id id) { return entity.plural + "/" + id.text(); };
    const int readable = oracle.expected(user, Does::read, it, 200), changeable = oracle.expected(user, Does::update, it, 200);
    for (const char* way : {"", "?expand=*", "?as_of=2026-03-02T09:00:00Z"}) {
        std::string query = way;
        if (query == "?expand=*") {
            std::string references;
            for (const model::FieldInfo& field : entity.fields)
                if (field.type == Type::reference && !field.system && references.size() < 300) references += (references.empty() ? "" : ",") + field.name;
            query = references.empty() ? "" : "?expand=" + references;
        }
        check_record("GET {plural}/{id}", placed.id, readable, [&](Id id) {
            Answer answer = company.get(user, at(id) + query);
            check_marks("GET {plural}/{id}" + query, answer);
            return answer;
        });
    }
    check_record("GET {plural}/{id}/history", placed.id, readable, [&](Id id) {
        Answer answer = company.get(user, at(id) + "/history");
        check_marks("GET {plural}/{id}/history", answer);
        return answer;
    });
    check_record("GET {plural}/{id}/why", placed.id, readable, [&](Id id) { return company.get(user, at(id) + "/why"); });
    check_record("GET {plural}/{id}/duplicates", placed.id, readable, [&](Id id) {
        Answer answer = company.get(user, at(id) + "/duplicates");
        check_marks("GET {plural}/{id}/duplicates", answer);
        return answer;
    });
    const std::string change = some_change(entity);
    check_record("PATCH {plural}/{id}", placed.id, changeable == 200 ? oracle.beyond_reach(user, it) : changeable, [&](Id id) { return company.patch(user, at(id) + "?dry_run=true", change); });
    check_record("PATCH {plural}/{id}", placed.id, changeable == 200 ? 412 : changeable, [&](Id id) { return company.patch(user, at(id), change, "\"987654\""); });
    int removable = oracle.expected(user, Does::remove, it, 204);
    // What others hang on stays; that is told only to who may delete.
    if (removable == 204 && (the_settings(it) || company.remove(user, at(placed.id) + "?dry_run=true").code().starts_with("in_use"))) removable = 409;
    check_record("DELETE {plural}/{id}", placed.id, removable, [&](Id id) { return company.remove(user, at(id) + "?dry_run=true"); });
    const bool reads = oracle.has(user, Does::read, entity);
    check_record("POST {plural}/{id}/restore", placed.id, reads ? 404 : 403, [&](Id id) { return company.post(user, at(id) + "/restore?dry_run=true", ""); });
    const Answer erased = company.post(user, at(placed.id) + "/erase?dry_run=true", "");
    check("POST {plural}/{id}/erase", erased, !reads || !admin() ? 403 : erased.code().starts_with("in_use") || the_settings(it) ? 409 : 204);
    const bool merges = reads && oracle.has(user, Does::update, entity) && oracle.has(user, Does::remove, entity);
    check_record("POST {plural}/{id}/unmerge", placed.id, merges ? 404 : 403, [&](Id id) { return company.post(user, at(id) + "/unmerge?dry_run=true", ""); });
    for (const auto& action : entity.actions) {
        const bool administrative = action.permission == "administrator";
        int status = administrative ? (!reads ? 403 : admin() ? 200 : 403) : changeable;
        const Answer acted = company.post(user, at(placed.id) + "/actions/" + action.name + "?dry_run=true", parameters_of(action), {{"if-match", "*"}});
        // It may be impossible in the record's state; that is told only to who may act.
        if (status == 200 && (acted.status == 409 || acted.status == 422)) status = acted.status;
        // ... or makes something that he may not make.
        if (status == 200 && acted.status == 403 && acted.body.find("You may not add to") != std::string::npos && lacks_create()) status = 403;
        check("POST {plural}/{id}/actions/{name}", acted, status);
    }
    for (const Placed& other : world.placed.at(entity.name)) {
        if (other.id == placed.id || (other.relation != "own of Mate" && other.relation != "own of Stranger" && other.relation != "shared: update")) continue;
        const model::Record& loser = record(entity.name, other.id);
        int status = merges ? 200 : 403;
        if (status == 200 && !oracle.reaches(user, Does::read, it)) status = 404;
        if (status == 200 && !oracle.reaches(user, Does::read, loser)) status = 422;  // an id in a body that is out of reach
        if (status == 200 && !(oracle.reaches(user, Does::update, it) && oracle.reaches(user, Does::update, loser) && oracle.reaches(user, Does::remove, loser))) status = 403;
        check("POST {plural}/{id}/merge", company.post(user, at(placed.id) + "/merge?dry_run=true", "{\"loser\":\"" + other.id.text() + "\"}"), status);
    }
    check("POST formula/evaluate", company.post(user, "formula/evaluate", "{\"entity\":\"" + entity.name + "\",\"formula\":\"version\",\"id\":\"" + placed.id.text() + "\"}"), readable);
}

void Matrix::binned_record(const model::EntityInfo& entity, const Placed& placed) {
    const model::Record& it = record(entity.name, placed.id);
    INFO(entity.name << " " << placed.relation);
    const auto at = [&](Id id) { return entity.plural + "/" + id.text(); };
    const bool reads = oracle.has(user, Does::read, entity);
    check_record("GET {plural}/{id}", placed.id, oracle.expected(user, Does::read, it, 200), [&](Id id) { return company.get(user, at(id)); });
    check_record("PATCH {plural}/{id}", placed.id, reads ? 404 : 403, [&](Id id) { return company.patch(user, at(id) + "?dry_run=true", some_change(entity)); });
    check_record("DELETE {plural}/{id}", placed.id, reads ? 404 : 403, [&](Id id) { return company.remove(user, at(id) + "?dry_run=true"); });
    check_record("POST {plural}/{id}/restore", placed.id, oracle.expected(user, Does::remove, it, 200), [&](Id id) { return company.post(user, at(id) + "/restore?dry_run=true", ""); });
}

std::set<std::string> ids_of(const Answer& answer) {
    std::set<std::string> ids;
    if (const Json* data = answer.json.find("data"))
        for (const Json& record : data->items) ids.insert(record.find("id")->text);
    return ids;
}

void Matrix::kind(const model::EntityInfo& entity) {
    INFO(entity.name);
    const std::string& plural = entity.plural;
    const bool reads = oracle.has(user, Does::read, entity);
    std::string titled;  // what lists show of other records
    for (const model::FieldInfo& field : entity.fields)
        if (field.type == Type::reference && !field.system) titled += (titled.empty() ? "" : ",") + field.name;
    for (const bool bin : {false, true}) {
        std::set<std::string> within;
        for (const auto& [id, record] : oracle.all(entity.name))
            if (Oracle::in_bin(record) == bin && oracle.reaches(user, Does::read, record)) within.insert(Id{id}.text());
        const std::string where = bin ? "&bin=true" : "";
        std::vector<std::string> ways{"?limit=500", "?limit=500&sort=-updated_at", "?limit=500&as_of=2026-03-02T09:00:00Z", "?limit=500&filter=" + http::percent_encoded("version > 0")};
        if (!entity.logged) ways.pop_back();
        if (!titled.empty()) ways.push_back("?limit=500&expand=" + titled);
        for (const std::string& way : ways) {
            const Answer list = company.get(user, plural + way + where);
            INFO(way << where);
            check("GET {plural}", list, reads ? 200 : 403);
            check_marks("GET {plural}" + way, list);
            if (reads) CHECK(ids_of(list) == within);
            if (reads) CHECK(list.json.find("page")->find("count")->text == std::to_string(within.size()));
        }
        const Answer searched = company.post(user, plural + "/search", std::string("{\"filter\":\"TRUE\",\"limit\":500,\"bin\":") + (bin ? "true}" : "false}"));
        check("POST {plural}/search", searched, reads ? 200 : 403);
        const Answer alike = company.post(user, plural + "/duplicates", "{}");
        check("POST {plural}/duplicates", alike, reads ? 200 : 403);
        if (reads) CHECK(ids_of(searched) == within);
        if (bin) continue;
        const Answer counted = company.post(user, plural + "/query", "{\"aggregate\":[\"count()\",\"count_distinct(id)\"]}");
        check("POST {plural}/query", counted, reads ? 200 : 403);
        if (reads) CHECK((within.empty() && counted.json.find("groups")->items.empty() ? "0" : counted.json.find("groups")->items.at(0).find("count()")->text) == std::to_string(within.size()));
        const Answer several = company.post(user, plural + "/counts", "{\"filters\":{\"all\":\"\",\"none\":\"FALSE\"}}");
        check("POST {plural}/counts", several, reads ? 200 : 403);
        if (reads) CHECK(several.body == "{\"counts\":{\"all\":" + std::to_string(within.size()) + ",\"none\":0}}");
        for (const model::FieldInfo& field : entity.fields) {
            if (field.system || !field.is_stored() || field.type != Type::reference) continue;
            check_marks("POST {plural}/query by " + field.name, company.post(user, plural + "/query", "{\"group\":[\"" + field.name + "\"]}"));
        }
        // Records whose title holds any mark: those within reach alone.
        const Answer named = company.get(user, plural + "?limit=500&search=mk");
        check("GET {plural}", named, reads ? 200 : 403);
        check_marks("GET {plural}?search", named);
        if (reads)
            for (const std::string& id : ids_of(named)) CHECK(within.contains(id));
    }
    if (std::any_of(company.router.routes().begin(), company.router.routes().end(), [](const http::Route& route) { return route.pattern == "/api/v1/{plural}/export"; })) {
        const bool exports = reads && oracle.has(user, Does::export_, entity);
        const Answer file = company.get(user, plural + "/export?format=jsonl");
        check("GET {plural}/export", file, exports ? 200 : 403);
        check_marks("GET {plural}/export", file);
        if (exports) {
            std::size_t within = 0;
            for (const auto& [id, record] : oracle.all(entity.name))
                within += !Oracle::in_bin(record) && oracle.reaches(user, Does::read, record) && oracle.reaches(user, Does::export_, record);
            CHECK(static_cast<std::size_t>(std::count(file.body.begin(), file.body.end(), '\n')) == within);
        }
    }
    const Answer created = company.post(user, plural + "?dry_run=true", "{\"nonsense\":1}");
    check("POST {plural}", created, reads && oracle.has(user, Does::create, entity) ? 400 : 403);
}

void Matrix::bulk(const model::EntityInfo& entity) {
    INFO(entity.name);
    struct Way {
        const char* operation;
        Does does;
    };
    for (const Way way : {Way{"update", Does::update}, Way{"delete", Does::remove}}) {
        const bool may = oracle.has(user, Does::read, entity) && oracle.has(user, Does::bulk, entity) && oracle.has(user, way.does, entity);
        std::string ids;
        std::vector<const Placed*> asked;
        for (const Placed& one : world.placed.at(entity.name)) {
            if (one.binned) continue;
            ids += (ids.empty() ? "\"" : ",\"") + one.id.text() + "\"";
            asked.push_back(&one);
        }
        const std::string set = std::string(way.operation) == "update" ? ",\"set\":" + some_change(entity) : "";
        const Answer answer = company.post(user, entity.plural + "/bulk?dry_run=true", std::string("{\"operation\":\"") + way.operation + "\",\"records\":[" + ids + "]" + set + "}");
        check("POST {plural}/bulk", answer, may ? 207 : 403);
        if (answer.status != 207) continue;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            const model::Record& it = record(entity.name, asked[i]->id);
            int status = oracle.expected(user, Does::bulk, it, 200);
            if (status == 200) status = oracle.expected(user, way.does, it, 200);
            if (status == 200 && way.does == Does::update) status = oracle.beyond_reach(user, it);
            if (status == 200 && way.does == Does::remove && the_settings(it)) status = 409;
            INFO(who << ": " << std::string(way.operation) << " in bulk: " << asked[i]->relation);
            CHECK(answer.json.find("results")->items.at(i).find("status")->text == std::to_string(status));
            ++cells;
        }
    }
}

// Routes that belong to no kind of record.
void Matrix::across() {
    const bool configures = admin();
    const model::EntityInfo& deals = company.catalog->need("opportunity");
    const bool reads_deals = oracle.has(user, Does::read, deals);
    const Answer found = company.get(user, "search?q=mk&limit=200");
    check("GET search", found, 200);
    for (const Json& one : found.json.find("data")->items) {
        const model::Record& it = record(one.find("entity")->text, *Id::parse(one.find("id")->text));
        CHECK(oracle.reaches(user, Does::read, it));
    }
    const Answer board = company.get(user, "board");
    check("GET board", board, reads_deals ? 200 : 403);
    check("GET figures", company.get(user, "figures"), 200);
    std::size_t visible = 0;
    for (const auto& [id, deal] : oracle.all("opportunity")) visible += !Oracle::in_bin(deal) && oracle.reaches(user, Does::read, deal);
    for (const auto& module : company.catalog->modules())
        for (const model::Figure& figure : module->figures) {
            INFO(figure.name);
            const bool reads = oracle.has(user, Does::read, company.catalog->need(figure.entity));
            for (const model::Dimension& by : figure.dimensions) {
                if (figure.kind == model::FigureKind::conversion && by.name != "stage") continue;
                const Answer answer = company.get(user, "figures/" + std::string(figure.name) + "?by=" + std::string(by.name));
                // A conversion reads visits and stages, a rate over accounts reads accounts: less than all is no figure.
                check("GET figures/{name}", answer, reads ? (answer.status == 200 ? 200 : answer.status == 400 ? 400 : 404) : 404);
                check_marks("GET figures/{name}?by=" + std::string(by.name), answer);
            }
        }
    if (reads_deals) {
        std::size_t open = 0;
        for (const Json& stage : board.json.find("stages")->items) open += static_cast<std::size_t>(std::stoul(stage.find("count")->text));
        CHECK(open <= visible);
        const Answer pipeline = company.get(user, "figures/pipeline");
        CHECK(pipeline.json.find("n")->text == std::to_string(visible));
    }
    check("GET catalog", company.get(user, "catalog"), 200);
    check("GET openapi.json", company.get(user, "openapi.json"), 200);
    check("GET /api/docs", company.get(user, "/api/docs"), 200);
    check("GET /api/docs.css", company.get(user, "/api/docs.css"), 200);
    check("GET formula/functions", company.get(user, "formula/functions"), 200);
    check("POST formula/check", company.post(user, "formula/check", "{\"entity\":\"account\",\"formula\":\"TRUE\"}"),
          oracle.has(user, Does::read, company.catalog->need("account")) ? 200 : 403);
    check("GET settings", company.get(user, "settings"), 200);
    check("PUT settings", company.call(user, http::Method::put, "/api/v1/settings?dry_run=true", "{\"name\":\"Mine\"}", {{"if-match", "*"}}), configures ? 200 : 403);
    check("GET views", company.get(user, "views"), 200);
    check("POST views", company.post(user, "views", "{\"name\":\"v\",\"entity\":\"account\",\"audience\":\"everyone\",\"position\":\"x\"}"), 422);
    check("PATCH views/{id}", company.patch(user, "views/1", "{\"name\":\"v\"}"), 404);
    check("DELETE views/{id}", company.remove(user, "views/1"), 404);
    check("GET custom_fields", company.get(user, "custom_fields"), configures ? 200 : 403);
    check("POST custom_fields", company.post(user, "custom_fields", "{\"entity\":\"account\"}"), configures ? 422 : 403);
    check("PATCH custom_fields/{name}", company.patch(user, "custom_fields/x_a", "{}"), configures ? 404 : 403);
    check("DELETE custom_fields/{name}", company.remove(user, "custom_fields/x_a"), configures ? 404 : 403);
    check("POST batches/{id}/undo", company.post(user, "batches/1/undo"), 404);
}

// Who may import what, whose imports he sees, and what a check tells of records that he does not see.
void Matrix::imports() {
    bool anything = false;
    for (const auto& entity : company.catalog->entities()) anything |= entity->access != model::AccessKind::system && oracle.has(user, Does::import, *entity);
    const auto upload = [&](const std::string& entity, const std::string& text) { return company.call(user, http::Method::post, "/api/v1/imports?filename=rows.csv&entity=" + entity, text); };
    const auto ours = [&](const std::string& id) { return "imports/" + id; };
    for (const auto& entity : company.catalog->entities()) {
        if (entity->access == model::AccessKind::system) continue;
        INFO(entity->name);
        const bool may = oracle.has(user, Does::import, *entity);
        const Answer up = upload(entity->name, "Name\nAnything\n");
        check("POST imports", up, may ? 201 : 403);
        const std::string plan = "{\"entity\":\"" + entity->name + "\",\"mapping\":[{\"column\":0,\"field\":\"no_such_field\"}],\"key\":[]}";
        const std::string saved = "{\"entity\":\"" + entity->name + "\",\"fields\":{\"Name\":\"no_such_field\"}}";
        check("PUT import-mappings/{name}", company.call(user, http::Method::put, "/api/v1/import-mappings/Odd", saved), may ? 422 : 403);
        if (!may) continue;
        const bool administrators = entity->administrators && !admin();
        check("POST imports/{id}/check", company.post(user, ours(up.text("id")) + "/check", plan), administrators ? 403 : 422);
        check("POST imports/{id}/run", company.post(user, ours(up.text("id")) + "/run", plan), administrators ? 403 : 422);
        check("DELETE imports/{id}", company.remove(user, ours(up.text("id"))), 204);
        check("GET imports/{id}", company.get(user, ours(up.text("id"))), 404);
    }
    // What somebody else has brought is absent.
    if (!last_import.empty()) {
        const int status = admin() ? 200 : 404;
        check("GET imports/{id}", company.get(user, ours(last_import)), status);
        check("POST imports/{id}/look", company.post(user, ours(last_import) + "/look", "{}"), admin() ? 409 : 404);  // it runs
        if (!admin())
            for (const char* route : {"check", "run", "undo"}) check(std::string("POST imports/{id}/") + route, company.post(user, ours(last_import) + "/" + route, "{}"), 404);
        check("GET imports/{id}/refused", company.get(user, ours(last_import) + "/refused"), 404);
        check("GET imports/{id}/odd", company.get(user, ours(last_import) + "/odd"), 404);
        if (!admin()) check("DELETE imports/{id}", company.remove(user, ours(last_import)), 404);
    }
    const Answer listed = company.get(user, "imports");
    check("GET imports", listed, 200);
    if (!admin()) CHECK(listed.json.find("data")->items.empty());
    check("GET import-mappings", company.get(user, "import-mappings"), anything ? 200 : 403);
    check("GET import-mappings/{name}", company.get(user, "import-mappings/Nothing"), anything ? 404 : 403);
    check("DELETE import-mappings/{name}", company.remove(user, "import-mappings/Nothing"), anything ? 404 : 403);
    if (!oracle.has(user, Does::import, company.catalog->need("opportunity"))) return;

    // A deal of every account there is: those out of reach are as those that do not exist.
    std::string rows = "Name,Account,Key\n";
    std::vector<std::pair<bool, std::string>> accounts;
    for (const Placed& one : world.placed.at("account")) {
        if (one.binned) continue;
        const model::Record& account = record("account", one.id);
        accounts.emplace_back(oracle.reaches(user, Does::read, account), account.text("name"));
        rows += "Deal,\"" + accounts.back().second + "\",K" + std::to_string(accounts.size()) + "\n";
    }
    std::set<std::string> seen_names;
    for (const auto& [id, account] : oracle.all("account"))
        if (!Oracle::in_bin(account) && oracle.reaches(user, Does::read, account)) seen_names.insert(account.text("name"));
    const Answer up = upload("opportunity", rows);
    check("POST imports", up, 201);
    const std::string plan = R"({"entity":"opportunity","mapping":[{"column":0,"field":"name"},{"column":1,"field":"account"},{"column":2,"field":"external_id"}],"key":["external_id"],"missing":"refuse"})";
    const Answer checked = company.post(user, ours(up.text("id")) + "/check", plan);
    const bool creates = oracle.has(user, Does::create, company.catalog->need("opportunity"));
    check("POST imports/{id}/check", checked, 200);
    std::set<std::string> missing;
    for (const Json& reason : checked.json.find("reasons")->items) {
        if (reason.find("code")->text != "no_such_record") continue;
        missing.insert(reason.find("example")->find("value")->text);
        const Json& repair = *reason.find("repair");  // proposes names within reach alone
        if (!repair.is(Json::Kind::null)) CHECK(seen_names.contains(repair.find("to")->text));
    }
    std::size_t unseen = 0;
    for (const auto& [seen, name] : accounts) {
        unseen += seen ? 0 : 1;
        ++cells;
        if (seen) CHECK(!missing.contains(name));
        else if (unseen <= RefusalGroups::values_shown) CHECK(checked.body.find("no_such_record") != std::string::npos);
    }
    CHECK(missing.size() == std::min(unseen, RefusalGroups::values_shown));
    if (!creates) CHECK(checked.text("create") == "0");
    check("POST imports/{id}/look", company.post(user, ours(up.text("id")) + "/look", R"({"entity":"opportunity","reading":{}})"), 200);
    check("POST imports/{id}/undo", company.post(user, ours(up.text("id")) + "/undo"), 409);
    check("POST imports/{id}/run", company.post(user, ours(up.text("id")) + "/run", plan), 202);
    check("DELETE imports/{id}", company.remove(user, ours(up.text("id"))), 409);
    last_import = up.text("id");
}

}  // namespace

TEST_CASE("Every route, for every scope and every relation to the record, answers what the policy says, and what is denied changes nothing") {
    Matrix matrix;
    for (const std::string& name : matrix.world.subjects) {
        matrix.who = name;
        matrix.user = matrix.world.id(name);
        matrix.forget_marks();
        for (const auto& [entity_name, records] : matrix.world.placed) {
            const auto& entity = matrix.company.catalog->need(entity_name);
            matrix.kind(entity);
            matrix.bulk(entity);
            for (const Placed& one : records) one.binned ? matrix.binned_record(entity, one) : matrix.live_record(entity, one);
        }
        matrix.across();
        matrix.imports();
    }
    CHECK(matrix.world.digest() == matrix.before);
    CHECK(matrix.cells > 40'000);
    MESSAGE(matrix.cells << " cells");
    // A route that nobody tried has no policy; kinds that are written by the program only have no route at all.
    for (const http::Route& route : matrix.company.router.routes()) {
        std::string pattern = route.pattern;
        if (pattern.starts_with("/api/v1/")) pattern = pattern.substr(8);
        const std::string name = std::string(http::method_name(route.method)) + " " + pattern;
        CHECK_MESSAGE(matrix.tried.contains(name), "not tried: " << name);
    }
    for (const auto& entity : matrix.company.catalog->entities()) {
        if (entity->access != model::AccessKind::system) continue;
        INFO(entity->name);
        for (const char* tail : {"", "/1", "/1/history", "/1/why"}) CHECK(matrix.company.get(matrix.world.id("Boss"), entity->plural + tail).status == 404);
        CHECK(matrix.company.post(matrix.world.id("Boss"), entity->plural, "{}").status == 404);
    }
}

TEST_CASE("Why somebody sees a record agrees with the policy, and names a grant exactly when he does") {
    Matrix matrix;
    const Id boss = matrix.world.id("Boss");
    for (const std::string& name : matrix.world.subjects)
        for (const auto& [entity_name, records] : matrix.world.placed)
            for (const Placed& one : records) {
                const Answer why = matrix.company.get(boss, matrix.company.catalog->need(entity_name).plural + "/" + one.id.text() + "/why?user=" + matrix.world.id(name).text());
                INFO(name << ": " << entity_name << " " << one.relation << ": " << why.body);
                REQUIRE(why.status == 200);
                const bool sees = matrix.oracle.reaches(matrix.world.id(name), Does::read, matrix.record(entity_name, one.id));
                CHECK((why.json.find("visible")->flag) == sees);
                CHECK(why.json.find("grants")->items.empty() == !sees);
            }
}
