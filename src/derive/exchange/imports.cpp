// Routes and jobs of imports.
#include "derive/exchange/imports.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "base/text.h"
#include "derive/app.h"
#include "derive/exchange/file_import.h"
#include "derive/exchange/heads.h"
#include "derive/messages.h"

namespace fairlead::derive {
namespace {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using store::Right;
using store::Viewer;

// Rows of the store beside the records, by the import's id.
constexpr std::string_view heads_kind = "import", looks_kind = "import_look", plans_kind = "import_plan", checks_kind = "import_check", results_kind = "import_result", mappings_kind = "import_mapping";
constexpr std::int64_t open_days = 7, finished_days = 30;
constexpr int attempts = 3;
constexpr std::size_t open_most = 50;  // uploads that one person may have waiting

struct Head {
    Id id{}, user{}, batch{}, job{};
    std::string filename, entity, state = "open", user_name;
    std::int64_t rows = 0;
    Instant created{};
    bool stop = false;  // somebody wants it taken back while it runs
};

std::string text_in(const Json& json, std::string_view name) { return json.find(name) != nullptr ? json.find(name)->text : std::string(); }
Id id_in(const Json& json, std::string_view name) { return Id::parse(text_in(json, name)).value_or(Id{}); }

std::string to_json(const Head& head) {
    JsonWriter w;
    w.begin_object().text("id", head.id.text()).text("filename", head.filename).text("entity", head.entity).text("state", head.state).number("rows", head.rows);
    w.text("created", head.created.text()).text("user", head.user ? head.user.text() : "").text("user_name", head.user_name).text("batch", head.batch ? head.batch.text() : "");
    return w.text("job", head.job ? head.job.text() : "").boolean("stop", head.stop).end_object().take();
}

std::optional<Head> head_of(const std::string& stored) {
    const auto json = parse_object(stored);
    if (!json) return std::nullopt;
    Head head;
    head.id = id_in(*json, "id");
    head.filename = text_in(*json, "filename");
    head.entity = text_in(*json, "entity");
    head.state = text_in(*json, "state");
    const auto rows = Decimal::parse(text_in(*json, "rows"));
    head.rows = rows ? rows->whole().value_or(0) : 0;
    head.created = Instant::parse(text_in(*json, "created")).value_or(Instant{});
    head.user = id_in(*json, "user");
    head.user_name = text_in(*json, "user_name");
    head.batch = id_in(*json, "batch");
    head.job = id_in(*json, "job");
    head.stop = json->find("stop") != nullptr && json->find("stop")->flag;
    return head;
}

class Imports {
  public:
    Imports(store::Store& store, JobQueue& jobs, std::string folder) : store_(store), jobs_(jobs), folder_(std::move(folder)) {}

    // ---- What is kept ----
    std::string kept(std::string_view kind, Id id) { return store_.fetch(kind, id.text()).value_or(""); }
    void keep(const Head& head) { store_.put(heads_kind, head.id.text(), to_json(head)); }
    std::string file_of(Id id) const { return folder_ + "/" + id.text() + ".upload"; }
    std::string refused_of(Id id) const { return folder_ + "/" + id.text() + ".refused.csv"; }

    Result<Head> head(const Viewer& viewer, Id id) {
        auto found = head_of(kept(heads_kind, id));
        // Somebody else's is absent; an administrator sees all.
        if (!found || (!viewer.is_system && !viewer.is_administrator && found->user != viewer.user))
            return refuse(Why::not_found, "no_such_import", "There is no import " + id.text(), {}, {{"id", id.text()}});
        return *found;
    }
    Result<FileLook> look(Id id) {
        const auto json = parse_object(kept(looks_kind, id));
        if (!json) return refuse(Why::not_found, "no_such_import", "What was found in the file is not known any more: upload it again");
        return read_look(*json);
    }
    void drop(const Head& head) {
        std::error_code ignored;
        std::filesystem::remove(file_of(head.id), ignored);
        std::filesystem::remove(refused_of(head.id), ignored);
        for (const std::string_view kind : {heads_kind, looks_kind, plans_kind, checks_kind, results_kind}) store_.put(kind, head.id.text(), {});
    }
    // Files of people do not lie about for ever: uploads that nobody went on with, and those that are long done.
    void tidy(Instant now) {
        constexpr std::int64_t day = 86'400'000'000;
        for (const auto& [key, stored] : store_.fetch_all(heads_kind)) {
            const auto found = head_of(stored);
            if (!found || found->state == "running") continue;
            const std::int64_t age = now.micros - found->created.micros;
            if (found->state == "open" && age > open_days * day) drop(*found);
            else if (age > finished_days * day) {
                std::error_code ignored;
                std::filesystem::remove(file_of(found->id), ignored);
                std::filesystem::remove(refused_of(found->id), ignored);
            }
        }
    }

    // ---- Answers ----
    void write_head(JsonWriter& w, const Head& head) {
        w.text("id", head.id.text()).text("filename", head.filename).text("entity", head.entity).number("rows", head.rows).text("state", head.state).text("created", head.created.text());
        const auto id_or_null = [&](const char* name, Id id) {
            w.key(name);
            id ? w.text(id.text()) : w.null();
        };
        id_or_null("batch", head.batch);
        id_or_null("job", head.job);
        w.key("user");
        if (head.user) w.begin_object().text("id", head.user.text()).text("title", head.user_name).end_object();
        else w.null();
        w.key("counts");
        const std::string result = kept(results_kind, head.id);
        result.empty() ? w.null() : w.raw(result);
    }

    std::string whole(const Head& head, const FileLook& look, const Viewer& viewer, const std::string& entity, std::string_view language) {
        const auto catalog = store_.catalog();
        JsonWriter w;
        w.begin_object();
        write_head(w, head);
        w.text("format", look.format).text("encoding", look.encoding).text("separator", look.separator).text("decimal", look.decimal).text("dates", look.dates).text("sheet", look.sheet).text("merged", look.merged);
        w.key("sheets").begin_array();
        for (const std::string& sheet : look.sheets) w.text(sheet);
        w.end_array();
        const std::string suggested = suggest_entity(*catalog, viewer, look);
        w.key("entity_suggested");
        suggested.empty() ? w.null() : w.text(suggested);
        const model::EntityInfo* info = catalog->find(!entity.empty() ? entity : suggested);
        std::vector<Note> notes = look.notes;
        std::vector<std::optional<Suggestion>> fields(look.columns.size());
        if (info != nullptr) fields = suggest_fields(*info, viewer, look.columns, notes);
        std::vector<std::string> mapped, filled;
        w.key("columns").begin_array();
        for (std::size_t i = 0; i < look.columns.size(); ++i) {
            const ColumnLook& column = look.columns[i];
            w.begin_object().number("index", column.index).text("name", column.name).key("samples").begin_array();
            for (const std::string& sample : column.samples) w.text(sample);
            w.end_array().number("filled", column.filled).text("decimal", column.form.decimal != 0 ? std::string(1, column.form.decimal) : "").text("dates", order_name(column.form.dates)).key("suggested");
            if (fields[i]) {
                char confidence[16];
                std::snprintf(confidence, sizeof confidence, "%.3g", fields[i]->confidence);
                w.begin_object().text("field", fields[i]->field).key("confidence").raw(confidence).text("why", fields[i]->why).end_object();
                mapped.push_back(fields[i]->field);
                if (column.filled == look.rows) filled.push_back(fields[i]->field);
            } else {
                w.null();
            }
            w.end_object();
        }
        w.end_array().key("key_suggested").begin_array();
        if (info != nullptr)
            for (const std::string& field : suggest_key(*info, mapped, filled)) w.text(field);
        w.end_array().key("notes").begin_array();
        for (const Note& note : notes)
            w.begin_object().text("code", note.code).text("message", http::message_in({note.code, {}, note.message, note.params}, language)).end_object();
        w.end_array();
        const auto raw_or_null = [&](const char* name, std::string_view kind) {
            const std::string json = kept(kind, head.id);
            w.key(name);
            json.empty() ? w.null() : w.raw(json);
        };
        raw_or_null("plan", plans_kind);
        raw_or_null("check", checks_kind);
        raw_or_null("result", results_kind);
        return w.end_object().take();
    }

    store::Store& store_;
    JobQueue& jobs_;
    std::string folder_;
    std::mutex checking_;  // one full check at a time: the writer has others to serve
};
using Pointer = std::shared_ptr<Imports>;

using Serve = Result<Response> (*)(Imports&, Request&);
http::Handler serving(const Pointer& imports, Serve serve) {
    return [imports, serve](Request& request, const http::Reply& reply) {
        auto answer = serve(*imports, request);
        reply(answer ? std::move(*answer) : http::problem(answer.refused(), request));
    };
}

Result<Head> head_at(Imports& imports, const Request& request) {
    FAIRLEAD_ASSIGN(const Id id, id_of(request, 0));
    return imports.head(*request.viewer, id);
}

Result<void> may_import_anything(Imports& imports, const Viewer& viewer) {
    for (const auto& entity : imports.store_.catalog()->entities())
        if (entity->access != model::AccessKind::system && viewer.may(*entity, Right::import)) return {};
    return refuse(Why::forbidden, "no_right", "Your role may not import: ask an administrator", {}, {{"right", "import"}, {"entity", ""}});
}

// ---- Upload ------------------------------------------------------------------------------------------------

// A name as people wrote it, without a path, for showing alone.
std::string plain_name(std::string_view name) {
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    std::string plain;
    for (const char c : name)
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) plain += c;
    return plain.empty() || !is_utf8(plain) ? "file" : plain.substr(0, 200);
}

Result<Response> upload(Imports& imports, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"filename", "entity"}));
    const Viewer& viewer = *request.viewer;
    FAIRLEAD_TRY(may_import_anything(imports, viewer));
    const std::string entity(request.parameter("entity").value_or(""));
    if (!entity.empty()) {
        const auto* info = imports.store_.catalog()->find(entity);
        if (info == nullptr || info->access == model::AccessKind::system) return refuse(Why::bad_request, "unknown_entity", "There are no records called \"" + entity + "\"", "entity", {{"name", entity}, {"near", ""}});
        FAIRLEAD_TRY(may(viewer, *info, Right::import));
    }
    std::size_t waiting = 0;
    for (const auto& [key, stored] : imports.store_.fetch_all(heads_kind))
        if (const auto other = head_of(stored); other && other->user == viewer.user && other->state == "open") ++waiting;
    if (waiting >= open_most) return refuse(Why::too_many, "too_many_uploads", "You have " + std::to_string(waiting) + " files waiting: run or drop some of them first", {}, {{"count", std::to_string(waiting)}});
    Head head;
    head.id = new_id();
    head.filename = plain_name(request.parameter("filename").value_or("file"));
    head.user = viewer.user;
    head.user_name = viewer.name;
    head.created = imports.store_.context().now;
    imports.tidy(head.created);
    std::error_code failed;
    std::filesystem::create_directories(imports.folder_, failed);
    ::chmod(imports.folder_.c_str(), 0700);
    const std::string path = imports.file_of(head.id);
    if (!request.body_file.empty()) {
        std::filesystem::rename(request.body_file, path, failed);
        if (failed) {
            failed.clear();
            std::filesystem::copy_file(request.body_file, path, failed);
        }
    } else {
        std::ofstream out(path, std::ios::binary);
        out << request.body;
        if (!out.flush()) failed = std::make_error_code(std::errc::io_error);
    }
    if (failed) return refuse(Why::unavailable, "cannot_write", "The file cannot be kept: " + failed.message() + ". The disk may be full", {}, {{"file", head.filename}});
    auto look = look_at(path, head.filename, {});
    if (!look) {
        std::filesystem::remove(path, failed);
        return look.refused();
    }
    head.rows = look->rows;
    JsonWriter w;
    w.begin_object();
    write_look(w, *look);
    imports.store_.put(looks_kind, head.id.text(), w.end_object().take());
    imports.keep(head);
    Response response = json_response(imports.whole(head, *look, viewer, entity, request.language), 201);
    response.headers.emplace_back("Location", "/api/v1/imports/" + head.id.text());
    return response;
}

Result<Response> read(Imports& imports, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"entity"}));
    FAIRLEAD_ASSIGN(const Head head, head_at(imports, request));
    FAIRLEAD_ASSIGN(const FileLook look, imports.look(head.id));
    std::string entity(request.parameter("entity").value_or(""));
    if (entity.empty()) entity = head.entity;
    return json_response(imports.whole(head, look, *request.viewer, entity, request.language));
}

Result<Response> list(Imports& imports, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"limit"}));
    std::size_t limit = 100;
    if (const auto asked = request.parameter("limit")) {
        const auto decimal = Decimal::parse(*asked);
        const auto whole = decimal ? decimal->whole() : std::nullopt;
        if (!whole || *whole < 1 || *whole > 500) return refuse(Why::bad_request, "bad_limit", "\"limit\" is a whole number from 1 to 500", "limit");
        limit = static_cast<std::size_t>(*whole);
    }
    std::vector<Head> heads;
    for (const auto& [key, stored] : imports.store_.fetch_all(heads_kind))
        if (auto head = head_of(stored); head && (request.viewer->is_system || request.viewer->is_administrator || head->user == request.viewer->user)) heads.push_back(std::move(*head));
    std::sort(heads.begin(), heads.end(), [](const Head& a, const Head& b) { return a.id > b.id; });
    if (heads.size() > limit) heads.resize(limit);
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const Head& head : heads) {
        w.begin_object();
        imports.write_head(w, head);
        w.end_object();
    }
    return json_response(w.end_array().end_object().take());
}

Result<Response> remove(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(const Head head, head_at(imports, request));
    if (head.state != "open" && head.batch)
        return refuse(Why::duplicate, "import_not_open", "This import has been run: take it back instead", {}, {{"state", head.state}});
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running: cancel its job first");
    imports.drop(head);
    return json_response("", 204);
}

Result<Response> look_again(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running: wait until it ends");
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"entity", "reading"}));
    FAIRLEAD_ASSIGN(const std::string entity, text_at(body, "entity"));
    FAIRLEAD_ASSIGN(const Reading reading, reading_of(body));
    FAIRLEAD_ASSIGN(const FileLook look, look_at(imports.file_of(head.id), head.filename, reading));
    head.rows = look.rows;
    if (!entity.empty()) head.entity = entity;
    JsonWriter w;
    w.begin_object();
    write_look(w, look);
    imports.store_.put(looks_kind, head.id.text(), w.end_object().take());
    imports.keep(head);
    return json_response(imports.whole(head, look, *request.viewer, head.entity, request.language));
}

// ---- Check and run -----------------------------------------------------------------------------------------

// A reading with another encoding, separator or sheet is another table: it is looked at anew.
Result<FileLook> look_for(Imports& imports, const Head& head, const Json& body) {
    FAIRLEAD_ASSIGN(FileLook look, imports.look(head.id));
    FAIRLEAD_ASSIGN(const Reading reading, reading_of(body));
    const bool other = (!reading.encoding.empty() && reading.encoding != look.encoding) || (!reading.sheet.empty() && reading.sheet != look.sheet) ||
                       (!reading.merged.empty() && !look.merged.empty() && reading.merged != look.merged) || (!reading.separator.empty() && options_of(reading).separator != look.separator);
    if (!other) return look;
    return look_at(imports.file_of(head.id), head.filename, reading);
}

Result<Response> check(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running: wait until it ends");
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const FileLook look, look_for(imports, head, body));
    FAIRLEAD_ASSIGN(const ImportPlan plan, read_plan(body, *imports.store_.catalog(), *request.viewer, look));
    std::unique_lock<std::mutex> one(imports.checking_, std::defer_lock);
    if (plan.rows == 0) one.lock();
    FileImport import(imports.store_, request.viewer, imports.file_of(head.id), look, plan);
    FAIRLEAD_ASSIGN(const CheckResult result, import.check());
    const std::string json = derive::to_json(result, [&](const Refusal& reason) { return http::message_in(reason, request.language); });
    head.entity = plan.entity;
    imports.keep(head);
    imports.store_.put(plans_kind, head.id.text(), derive::to_json(plan));
    imports.store_.put(checks_kind, head.id.text(), json);
    return json_response(json);
}

Result<Response> start_run(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running already", {}, {{"job", head.job.text()}});
    if (head.state == "done") return refuse(Why::duplicate, "import_not_open", "This import is done: upload the file again to import it once more", {}, {{"state", head.state}});
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const FileLook look, look_for(imports, head, body));
    FAIRLEAD_ASSIGN(const ImportPlan plan, read_plan(body, *imports.store_.catalog(), *request.viewer, look));
    JsonWriter w;
    w.begin_object();
    write_look(w, look);
    imports.store_.put(looks_kind, head.id.text(), w.end_object().take());
    imports.store_.put(plans_kind, head.id.text(), derive::to_json(plan));
    imports.store_.put(results_kind, head.id.text(), {});
    head.entity = plan.entity;
    head.rows = look.rows;
    head.batch = new_id();
    head.state = "running";
    head.stop = false;
    imports.keep(head);
    JobRequest job;
    job.kind = "import";
    job.parameters = "{\"import\":\"" + head.id.text() + "\",\"language\":\"" + request.language + "\"}";
    job.run_as = request.viewer->user;
    job.unique_key = head.id.text();
    auto added = imports.jobs_.add(job);
    if (!added) {
        head.state = "failed";
        imports.keep(head);
        return added.refused();
    }
    // The job may have ended in between: only its number is added to what is kept now.
    if (auto now = head_of(imports.kept(heads_kind, head.id))) {
        now->job = *added;
        imports.keep(*now);
    }
    return json_response("{\"job\":\"" + added->text() + "\"}", 202);
}

Result<std::string> run_job(Imports& imports, JobContext& context) {
    const auto parameters = parse_object(context.parameters());
    const Id id = parameters ? id_in(*parameters, "import") : Id{};
    const std::string language = parameters ? text_in(*parameters, "language") : "en";
    auto head = head_of(imports.kept(heads_kind, id));
    if (!head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    head->job = context.id();
    imports.keep(*head);
    const auto end = [&](const std::string& state, const std::string& result) {
        imports.store_.put(results_kind, id.text(), result);
        if (auto now = head_of(imports.kept(heads_kind, id))) {
            now->state = state;
            now->job = context.id();
            imports.keep(*now);
        }
    };
    FAIRLEAD_ASSIGN(const FileLook look, imports.look(id));
    const auto body = parse_object(imports.kept(plans_kind, id));
    if (!body) return refuse(Why::not_found, "no_such_import", "The plan of the import is gone");
    const auto viewer = context.viewer();
    auto plan = read_plan(*body, *imports.store_.catalog(), *viewer, look);
    if (!plan) {
        end("failed", "");
        return plan.refused();
    }
    FileImport import(imports.store_, viewer->is_system ? nullptr : viewer, imports.file_of(id), look, *plan);
    ImportWatch watch;
    watch.others_work = true;
    watch.state = context.state();
    watch.step_command = [&](const std::string& step) { return context.step_command(step); };
    if (!viewer->is_system) watch.viewer = [&] { return context.viewer(); };
    auto told = std::chrono::steady_clock::now();
    std::string doing;
    watch.progress = [&](const std::string& what, double share, const std::string& state) {
        // Saving is a commit of its own: when another part of the work begins, and a few times a second. A step that
        // was not saved is remembered.
        const auto now = std::chrono::steady_clock::now();
        if (what == doing && now - told < std::chrono::milliseconds(300)) return !context.cancelled();
        told = now;
        doing = what;
        if (const auto held = head_of(imports.kept(heads_kind, id)); held && held->stop) return false;
        return context.save(share, what, state);
    };
    Result<RunResult> result = refuse(Why::unavailable, "cancelled", "");
    try {
        result = import.run(head->batch, watch);
    } catch (const std::exception&) {
        // The last attempt: what was written stays marked with its batch and can be taken back.
        if (context.attempt() >= attempts) end("failed", derive::to_json(import.so_far()));
        throw;
    }
    if (import.refused_rows() > 0) (void)import.write_refused(imports.refused_of(id), language);
    if (result) {
        const std::string json = derive::to_json(*result);
        end("done", json);
        return json;
    }
    const auto held = head_of(imports.kept(heads_kind, id));
    const bool stopped = result.refused().code() == "cancelled";
    // A server that stops leaves it running: it goes on at the next start.
    if (stopped && context.stopping() && !(held && held->stop)) return result.refused();
    imports.store_.put(checks_kind, id.text(), derive::to_json(import.checked(), [&](const Refusal& reason) { return http::message_in(reason, language); }));
    RunResult partial = import.so_far();
    partial.batch = head->batch;
    partial.refused = import.checked().refused;
    // All or nothing: what was written before a refusal in the middle is taken back.
    if (!stopped && partial.created + partial.updated > 0) {
        store::Command command;
        command.viewer = viewer;
        if (const auto undone = imports.store_.undo(command, head->batch)) partial.created = partial.updated = 0;
    }
    end("failed", derive::to_json(partial));
    return result.refused();
}

// ---- Refused rows, undo ------------------------------------------------------------------------------------

Result<Response> refused(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(const Head head, head_at(imports, request));
    const auto file = std::make_shared<std::ifstream>(imports.refused_of(head.id), std::ios::binary);
    if (!*file) return refuse(Why::not_found, "no_refused_rows", "This import has no refused rows, or it has not been run");
    Response response;
    response.type = "text/csv; charset=utf-8";
    std::string name = head.filename.substr(0, head.filename.rfind('.')) + "-refused.csv";
    response.headers.emplace_back("Content-Disposition", "attachment; filename*=UTF-8''" + http::percent_encoded(name));
    response.stream = [file] {
        std::string piece(64 * 1024, '\0');
        file->read(piece.data(), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file->gcount())));
        return piece;
    };
    return response;
}

Result<Response> start_undo(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (!head.batch) return refuse(Why::duplicate, "import_not_run", "This import has not been run: there is nothing to take back");
    if (head.state == "undone") return refuse(Why::duplicate, "import_undone", "This import has been taken back already");
    if (head.state == "running") {
        head.stop = true;
        imports.keep(head);
    }
    JobRequest job;
    job.kind = "import_undo";
    job.parameters = "{\"import\":\"" + head.id.text() + "\"}";
    job.run_as = request.viewer->user;
    job.unique_key = head.id.text();
    FAIRLEAD_ASSIGN(const Id id, imports.jobs_.add(job));
    return json_response("{\"job\":\"" + id.text() + "\"}", 202);
}

Result<std::string> undo_job(Imports& imports, JobContext& context) {
    const auto parameters = parse_object(context.parameters());
    const Id id = parameters ? id_in(*parameters, "import") : Id{};
    auto head = head_of(imports.kept(heads_kind, id));
    if (!head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    // One that runs stops at its next step.
    for (int waited = 0; head->state == "running" && waited < 600; ++waited) {
        if (context.cancelled()) return refuse(Why::unavailable, "cancelled", "It was stopped");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        head = head_of(imports.kept(heads_kind, id));
        if (!head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    }
    store::Command command;
    command.viewer = context.viewer();
    auto undone = imports.store_.undo(command, head->batch);
    const bool nothing = !undone && undone.refused().code() == "unknown_batch";  // stopped before it wrote anything
    if (!undone && !nothing) return undone.refused();
    head->state = "undone";
    imports.keep(*head);
    JsonWriter w;
    w.begin_object().number("undone", nothing ? 0 : undone->undone).key("left").begin_array();
    if (!nothing)
        for (std::size_t i = 0; i < std::min<std::size_t>(undone->left.size(), 1'000); ++i)
            w.begin_object().text("entity", undone->left[i].entity).text("id", undone->left[i].record.text()).text("why", undone->left[i].why).end_object();
    return w.end_array().number("left_count", nothing ? 0 : static_cast<std::int64_t>(undone->left.size())).end_object().take();
}

// ---- Saved mappings ----------------------------------------------------------------------------------------

Result<Response> mappings(Imports& imports, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"entity"}));
    FAIRLEAD_TRY(may_import_anything(imports, *request.viewer));
    const auto entity = request.parameter("entity");
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const auto& [name, stored] : imports.store_.fetch_all(mappings_kind)) {
        const auto json = parse_object(stored);
        if (json && (!entity || text_in(*json, "entity") == *entity)) w.raw(stored);
    }
    return json_response(w.end_array().end_object().take());
}

Result<std::string> mapping_name(const Request& request) {
    const std::string name(trim(request.parts.at(0)));
    if (name.empty() || name.size() > 200) return refuse(Why::invalid, "required", "A mapping has a name of at most 200 bytes", "/name", {{"name", "name"}});
    return name;
}

Result<Response> read_mapping(Imports& imports, Request& request) {
    FAIRLEAD_TRY(may_import_anything(imports, *request.viewer));
    FAIRLEAD_ASSIGN(const std::string name, mapping_name(request));
    const auto stored = imports.store_.fetch(mappings_kind, name);
    if (!stored) return refuse(Why::not_found, "no_such_mapping", "There is no mapping called \"" + name + "\"", {}, {{"name", name}});
    return json_response(*stored);
}

Result<Response> save_mapping(Imports& imports, Request& request) {
    FAIRLEAD_TRY(may_import_anything(imports, *request.viewer));
    FAIRLEAD_ASSIGN(const std::string name, mapping_name(request));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"name", "entity", "fields", "values", "key", "on_match", "empty", "missing"}));
    FAIRLEAD_ASSIGN(const std::string entity, text_at(body, "entity"));
    const auto* info = imports.store_.catalog()->find(entity);
    if (info == nullptr) return refuse(Why::bad_request, "unknown_entity", "There are no records called \"" + entity + "\"", "/entity", {{"name", entity}, {"near", ""}});
    FAIRLEAD_TRY(may(*request.viewer, *info, Right::import));
    const Json* fields = body.find("fields");
    if (fields == nullptr || !fields->is(Json::Kind::object)) return refuse(Why::bad_request, "wrong_type", "\"fields\" must be an object of heads and fields", "/fields", {{"wanted", "an object"}});
    for (const auto& [head, field] : fields->members)
        if (!field.is(Json::Kind::text) || !target_field(*info, field.text, *request.viewer))
            return refuse(Why::invalid, "unknown_field", info->label + " has no field \"" + field.text + "\" that an import may set", "/fields" + pointer_to(head), {{"name", field.text}, {"near", ""}});
    JsonWriter w;
    w.begin_object().text("name", name);
    for (const auto& [key, value] : body.members)
        if (key != "name") w.key(key).raw(derive::to_json(value));
    std::string json = w.end_object().take();
    if (json.size() > 200'000) return refuse(Why::too_large, "mapping_too_large", "The mapping is longer than 200,000 bytes");
    imports.store_.put(mappings_kind, name, json);
    return json_response(std::move(json));
}

Result<Response> drop_mapping(Imports& imports, Request& request) {
    FAIRLEAD_TRY(may_import_anything(imports, *request.viewer));
    FAIRLEAD_ASSIGN(const std::string name, mapping_name(request));
    if (!imports.store_.fetch(mappings_kind, name)) return refuse(Why::not_found, "no_such_mapping", "There is no mapping called \"" + name + "\"", {}, {{"name", name}});
    imports.store_.put(mappings_kind, name, {});
    return json_response("", 204);
}

}  // namespace

void add_import_routes(http::Router& router, store::Store& store, JobQueue& jobs, const std::string& folder) {
    const auto imports = std::make_shared<Imports>(store, jobs, folder);
    jobs.declare({"import", "Import", attempts, [imports](JobContext& context) { return run_job(*imports, context); }});
    jobs.declare({"import_undo", "Undo of an import", attempts, [imports](JobContext& context) { return undo_job(*imports, context); }});
    http::Route up{Method::post, "/api/v1/imports", Policy::viewer, serving(imports, upload), true};
    router.add(std::move(up));
    router.add({Method::get, "/api/v1/imports", Policy::viewer, serving(imports, list)});
    router.add({Method::get, "/api/v1/imports/{id}", Policy::viewer, serving(imports, read)});
    router.add({Method::delete_, "/api/v1/imports/{id}", Policy::viewer, serving(imports, remove)});
    router.add({Method::post, "/api/v1/imports/{id}/look", Policy::viewer, serving(imports, look_again)});
    router.add({Method::post, "/api/v1/imports/{id}/check", Policy::viewer, serving(imports, check)});
    router.add({Method::post, "/api/v1/imports/{id}/run", Policy::viewer, serving(imports, start_run)});
    router.add({Method::get, "/api/v1/imports/{id}/refused", Policy::viewer, serving(imports, refused)});
    router.add({Method::post, "/api/v1/imports/{id}/undo", Policy::viewer, serving(imports, start_undo)});
    router.add({Method::get, "/api/v1/import-mappings", Policy::viewer, serving(imports, mappings)});
    router.add({Method::get, "/api/v1/import-mappings/{name}", Policy::viewer, serving(imports, read_mapping)});
    router.add({Method::put, "/api/v1/import-mappings/{name}", Policy::viewer, serving(imports, save_mapping)});
    router.add({Method::delete_, "/api/v1/import-mappings/{name}", Policy::viewer, serving(imports, drop_mapping)});
}

}  // namespace fairlead::derive
