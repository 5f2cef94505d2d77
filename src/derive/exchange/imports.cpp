// Routes and jobs of imports.
#include "derive/exchange/imports.h"

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
#include "derive/exchange/import_order.h"
#include "derive/exchange/import_shelf.h"
#include "derive/exchange/profile_import.h"
#include "derive/messages.h"
#include "store/undo.h"

namespace fairlead::derive {
namespace {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using store::Right;
using store::Viewer;

constexpr std::string_view mappings_kind = "import_mapping";
constexpr int attempts = 3;
constexpr std::size_t open_most = 50;  // uploads that one person may have waiting

using Head = ImportHead;

class Imports {
  public:
    Imports(store::Store& store, JobQueue& jobs, std::string folder) : store_(store), jobs_(jobs), shelf_(store, std::move(folder)) {}

    Result<Head> head(const Viewer& viewer, Id id) {
        auto found = shelf_.head(id);
        // Somebody else's is absent; an administrator sees all.
        if (!found || (!viewer.is_system && !viewer.is_administrator && found->user != viewer.user))
            return refuse(Why::not_found, "no_such_import", "There is no import " + id.text(), {}, {{"id", id.text()}});
        return *found;
    }
    Result<FileLook> look(Id id) {
        auto look = shelf_.look(id);
        if (!look) return refuse(Why::not_found, "no_such_import", "What was found in the file is not known any more: upload it again");
        return std::move(*look);
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
        const std::string result = shelf_.kept(ImportShelf::results, head.id);
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
            const std::string json = shelf_.kept(kind, head.id);
            w.key(name);
            json.empty() ? w.null() : w.raw(json);
        };
        raw_or_null("plan", ImportShelf::plans);
        raw_or_null("check", ImportShelf::checks);
        raw_or_null("result", ImportShelf::results);
        return w.end_object().take();
    }

    store::Store& store_;
    JobQueue& jobs_;
    ImportShelf shelf_;
    KeyIndexes indexes_;
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
    const std::vector<Head> others = imports.shelf_.all();
    const auto waiting = std::count_if(others.begin(), others.end(), [&](const Head& other) { return other.user == viewer.user && other.state == "open"; });
    if (static_cast<std::size_t>(waiting) >= open_most) return refuse(Why::too_many, "too_many_uploads", "You have " + std::to_string(waiting) + " files waiting: run or drop some of them first", {}, {{"count", std::to_string(waiting)}});
    Head head;
    head.id = new_id();
    head.filename = plain_name(request.parameter("filename").value_or("file"));
    head.user = viewer.user;
    head.user_name = viewer.name;
    head.created = imports.store_.context().now;
    imports.shelf_.tidy(head.created);
    const std::string path = imports.shelf_.file_of(head.id);
    if (!request.body_file.empty()) {
        FAIRLEAD_TRY(imports.shelf_.take_in(head.id, request.body_file, head.filename, true));
    } else {
        FAIRLEAD_TRY(imports.shelf_.make_folder());
        std::ofstream out(path, std::ios::binary);
        out << request.body;
        if (!out.flush()) return refuse(Why::unavailable, "cannot_write", "The file cannot be kept: the disk may be full", {}, {{"file", head.filename}});
    }
    auto look = look_at(path, head.filename, {});
    if (!look) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        return look.refused();
    }
    head.rows = look->rows;
    imports.shelf_.keep(head.id, *look);
    imports.shelf_.keep(head);
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
    for (Head& head : imports.shelf_.all())
        if (request.viewer->is_system || request.viewer->is_administrator || head.user == request.viewer->user) heads.push_back(std::move(head));
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
    imports.shelf_.drop(head.id);
    return json_response("", 204);
}

Result<Response> look_again(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running: wait until it ends");
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"entity", "reading"}));
    FAIRLEAD_ASSIGN(const std::string entity, text_at(body, "entity"));
    FAIRLEAD_ASSIGN(const Reading reading, reading_of(body));
    FAIRLEAD_ASSIGN(const FileLook look, look_at(imports.shelf_.file_of(head.id), head.filename, reading));
    head.rows = look.rows;
    if (!entity.empty()) head.entity = entity;
    imports.shelf_.keep(head.id, look);
    imports.shelf_.keep(head);
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
    return look_at(imports.shelf_.file_of(head.id), head.filename, reading);
}

Result<Response> check(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running: wait until it ends");
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const FileLook look, look_for(imports, head, body));
    FAIRLEAD_ASSIGN(const ImportPlan plan, read_plan(body, *imports.store_.catalog(), *request.viewer, look));
    std::unique_lock<std::mutex> one(imports.checking_, std::defer_lock);
    if (plan.rows == 0) one.lock();
    FileImport import(imports.store_, request.viewer, imports.shelf_.file_of(head.id), look, plan);
    ImportWatch watch;
    watch.indexes = &imports.indexes_;
    FAIRLEAD_ASSIGN(const CheckResult result, import.check(watch));
    const std::string json = derive::to_json(result, [&](const Refusal& reason) { return http::message_in(reason, request.language); });
    head.entity = plan.entity;
    imports.shelf_.keep(head);
    imports.shelf_.keep(ImportShelf::plans, head.id, derive::to_json(plan));
    imports.shelf_.keep(ImportShelf::checks, head.id, json);
    return json_response(json);
}

Result<Id> add_run(Imports& imports, Head head, Id user, const std::string& language) {
    JobRequest job;
    job.kind = "import";
    job.parameters = "{\"import\":\"" + head.id.text() + "\",\"language\":\"" + language + "\"}";
    job.run_as = user;
    job.unique_key = head.id.text();
    auto added = imports.jobs_.add(job);
    if (!added) {
        head.state = "failed";
        imports.shelf_.keep(head);
        return added.refused();
    }
    // The job may have ended in between: only its number is added to what is kept now.
    if (auto now = imports.shelf_.head(head.id)) {
        now->job = *added;
        imports.shelf_.keep(*now);
    }
    return *added;
}

Result<Response> start_run(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (head.state == "running") return refuse(Why::duplicate, "import_running", "This import is running already", {}, {{"job", head.job.text()}});
    if (head.state == "done") return refuse(Why::duplicate, "import_not_open", "This import is done: upload the file again to import it once more", {}, {{"state", head.state}});
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const FileLook look, look_for(imports, head, body));
    FAIRLEAD_ASSIGN(const ImportPlan plan, read_plan(body, *imports.store_.catalog(), *request.viewer, look));
    imports.shelf_.keep(head.id, look);
    imports.shelf_.keep(ImportShelf::plans, head.id, derive::to_json(plan));
    imports.shelf_.keep(ImportShelf::results, head.id, {});
    head.entity = plan.entity;
    head.rows = look.rows;
    head.batch = new_id();
    head.state = "running";
    head.stop = false;
    imports.shelf_.keep(head);
    FAIRLEAD_ASSIGN(const Id job, add_run(imports, head, request.viewer->user, request.language));
    return json_response("{\"job\":\"" + job.text() + "\"}", 202);
}

Result<std::string> run_job(Imports& imports, JobContext& context) {
    const auto parameters = parse_object(context.parameters());
    const Id id = parameters ? id_in(*parameters, "import") : Id{};
    const std::string language = parameters ? text_in(*parameters, "language") : "en";
    auto head = imports.shelf_.head(id);
    if (!head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    head->job = context.id();
    imports.shelf_.keep(*head);
    const auto end = [&](const std::string& state, const std::string& result) {
        imports.shelf_.keep(ImportShelf::results, id, result);
        if (auto now = imports.shelf_.head(id)) {
            now->state = state;
            now->job = context.id();
            imports.shelf_.keep(*now);
        }
    };
    FAIRLEAD_ASSIGN(const FileLook look, imports.look(id));
    const auto body = parse_object(imports.shelf_.kept(ImportShelf::plans, id));
    if (!body) return refuse(Why::not_found, "no_such_import", "The plan of the import is gone");
    const auto viewer = context.viewer();
    auto plan = read_plan(*body, *imports.store_.catalog(), *viewer, look);
    if (!plan) {
        end("failed", "");
        return plan.refused();
    }
    FileImport import(imports.store_, viewer->is_system ? nullptr : viewer, imports.shelf_.file_of(id), look, *plan);
    ImportWatch watch;
    imports.indexes_.forget();  // of no use any more when this has run
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
        if (const auto held = imports.shelf_.head(id); held && held->stop) return false;
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
    if (import.refused_rows() > 0) (void)import.write_refused(imports.shelf_.refused_of(id), language);
    if (result && import.odd_rows() > 0) (void)import.write_odd(imports.shelf_.odd_of(id), language);
    if (result) {
        const std::string json = derive::to_json(*result);
        end("done", json);
        return json;
    }
    const auto held = imports.shelf_.head(id);
    const bool stopped = result.refused().code() == "cancelled";
    // A server that stops leaves it running: it goes on at the next start.
    if (stopped && context.stopping() && !(held && held->stop)) return result.refused();
    imports.shelf_.keep(ImportShelf::checks, id, derive::to_json(import.checked(), [&](const Refusal& reason) { return http::message_in(reason, language); }));
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

Response file_of_rows(const std::shared_ptr<std::ifstream>& file, const std::string& filename, const char* which) {
    Response response;
    response.type = "text/csv; charset=utf-8";
    const std::string name = filename.substr(0, filename.rfind('.')) + which;
    response.headers.emplace_back("Content-Disposition", "attachment; filename*=UTF-8''" + http::percent_encoded(name));
    response.stream = [file] {
        std::string piece(64 * 1024, '\0');
        file->read(piece.data(), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file->gcount())));
        return piece;
    };
    return response;
}

Result<Response> refused(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(const Head head, head_at(imports, request));
    const auto file = std::make_shared<std::ifstream>(imports.shelf_.refused_of(head.id), std::ios::binary);
    if (!*file) return refuse(Why::not_found, "no_refused_rows", "This import has no refused rows, or it has not been run");
    return file_of_rows(file, head.filename, "-refused.csv");
}

Result<Response> odd(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(const Head head, head_at(imports, request));
    const auto file = std::make_shared<std::ifstream>(imports.shelf_.odd_of(head.id), std::ios::binary);
    if (!*file) return refuse(Why::not_found, "no_odd_rows", "This import took no rows with odd values, or it has not been run");
    return file_of_rows(file, head.filename, "-odd.csv");
}

Result<Response> start_undo(Imports& imports, Request& request) {
    FAIRLEAD_ASSIGN(Head head, head_at(imports, request));
    if (!head.batch) return refuse(Why::duplicate, "import_not_run", "This import has not been run: there is nothing to take back");
    if (head.state == "undone") return refuse(Why::duplicate, "import_undone", "This import has been taken back already");
    if (head.state == "running") {
        head.stop = true;
        imports.shelf_.keep(head);
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
    std::optional<Head> head = id ? imports.shelf_.head(id) : std::nullopt;
    if (id && !head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    // One that runs stops at its next step.
    for (int waited = 0; head && head->state == "running" && waited < 600; ++waited) {
        if (context.cancelled()) return refuse(Why::unavailable, "cancelled", "It was stopped");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        head = imports.shelf_.head(id);
        if (!head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    }
    store::Command command;
    command.viewer = context.viewer();
    auto told = std::chrono::steady_clock::now();
    const auto go_on = [&](double share) {
        const auto now = std::chrono::steady_clock::now();
        if (now - told < std::chrono::milliseconds(300)) return !context.cancelled();
        told = now;
        return context.save(share, "Taking back", {});
    };
    auto undone = store::undo_batch(imports.store_, command, head ? head->batch : id_in(*parameters, "batch"), go_on);
    const bool nothing = head && !undone && undone.refused().code() == "unknown_batch";  // stopped before it wrote anything
    if (!undone && !nothing) return undone.refused();
    if (head) {
        head->state = "undone";
        imports.shelf_.keep(*head);
    }
    return nothing ? to_json(store::Undone()) : to_json(*undone);
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

// ---- For the command line ----------------------------------------------------------------------------------

std::string plain_words(const Refusal& reason) { return reason.message; }

Result<std::string> order_file(Imports& imports, const Json& arguments) {
    const ImportOrder order = read_order(arguments);
    Head head;
    head.id = new_id();
    head.filename = look_name(order.file);
    head.created = imports.store_.context().now;
    imports.shelf_.tidy(head.created);
    const bool dry_run = flag_in(arguments, "dry_run");
    FAIRLEAD_ASSIGN(FileLook look, look_at(order.file, head.filename, order.reading));
    FAIRLEAD_ASSIGN(const OrderedPlan ordered, plan_of(order, imports.store_, look));
    if (dry_run) {
        FileImport import(imports.store_, nullptr, order.file, look, ordered.plan);
        FAIRLEAD_ASSIGN(const CheckResult result, import.check());
        if (const std::string refused = text_in(arguments, "refused"); !refused.empty()) FAIRLEAD_TRY(import.write_refused(refused, "en"));
        if (const std::string odd = text_in(arguments, "odd"); !odd.empty()) FAIRLEAD_TRY(import.write_odd(odd, "en"));
        return order_report(look, ordered, "check", derive::to_json(result, plain_words));
    }
    FAIRLEAD_TRY(imports.shelf_.take_in(head.id, order.file, head.filename, false));
    imports.shelf_.keep(head.id, look);
    imports.shelf_.keep(ImportShelf::plans, head.id, derive::to_json(ordered.plan));
    head.entity = ordered.plan.entity;
    head.rows = look.rows;
    head.batch = new_id();
    head.state = "running";
    imports.shelf_.keep(head);
    FAIRLEAD_ASSIGN(const Id job, add_run(imports, head, Id{}, "en"));
    JsonWriter w;
    return w.begin_object().text("import", head.id.text()).text("job", job.text()).key("report").raw(order_report(look, ordered, "result", "null")).end_object().take();
}

// What came of it: under "result", or under "check" where it was refused.
Result<std::string> report_order(Imports& imports, const Json& arguments) {
    const Id id = id_in(arguments, "import");
    const auto head = imports.shelf_.head(id);
    if (!head) return refuse(Why::not_found, "no_such_import", "The import is gone");
    const bool done = head->state == "done";
    const std::string report = imports.shelf_.kept(done ? ImportShelf::results : ImportShelf::checks, id);
    const auto if_there = [](const std::string& file) { return std::filesystem::exists(file) ? std::filesystem::absolute(file).string() : ""; };
    JsonWriter w;
    w.begin_object().text("state", head->state).text("refused", if_there(imports.shelf_.refused_of(id))).text("odd", if_there(imports.shelf_.odd_of(id))).key(done ? "result" : "check");
    return w.raw(report.empty() ? "null" : report).end_object().take();
}

Result<std::string> folder_job(Imports& imports, JobContext& context) {
    const auto parameters = parse_object(context.parameters());
    if (!parameters) return refuse(Why::invalid, "bad_parameters", "The parameters of the import are gone");
    FAIRLEAD_ASSIGN(const Profile profile, read_profile(text_in(*parameters, "profile"), *imports.store_.catalog()));
    ProfileImportOptions how;
    how.dry_run = flag_in(*parameters, "dry_run");
    how.progress = [&](const std::string& what, double share) { (void)context.save(share, what, {}); };
    FAIRLEAD_ASSIGN(const ProfileReport report, import_folder(imports.store_, nullptr, profile, text_in(*parameters, "folder"), how));
    if (!how.dry_run) record_folder(imports.shelf_, text_in(*parameters, "folder"), report, imports.store_.context().now);
    return derive::to_json(report);
}

Result<std::string> add_system_job(Imports& imports, const char* kind, std::string parameters) {
    JobRequest job;
    job.kind = kind;
    job.parameters = std::move(parameters);
    FAIRLEAD_ASSIGN(const Id id, imports.jobs_.add(job));
    JsonWriter w;
    return w.begin_object().text("job", id.text()).end_object().take();
}

std::optional<Result<std::string>> run_command(Imports& imports, std::string_view command, const Json& arguments) {
    if (command == "import_file") return order_file(imports, arguments);
    if (command == "import_report") return report_order(imports, arguments);
    if (command == "import_folder") return add_system_job(imports, "import_folder", derive::to_json(arguments));
    if (command == "import_undo") {
        const Id batch = id_in(arguments, "batch");
        const auto head = imports.shelf_.of_batch(batch);
        JsonWriter w;
        w.begin_object();
        head ? w.text("import", head->id.text()) : w.text("batch", batch.text());
        return add_system_job(imports, "import_undo", w.end_object().take());
    }
    return std::nullopt;
}

}  // namespace

void record_folder(ImportShelf& shelf, const std::string& folder, const ProfileReport& report, Instant now) {
    ImportHead head;
    head.id = new_id();
    head.filename = report.profile + ": " + folder;
    head.state = "done";
    head.batch = report.batch;
    head.created = now;
    RunResult result;
    result.batch = report.batch;
    result.complete = true;
    for (const StepReport& step : report.steps) {
        head.rows += step.read;
        result.created += step.created;
        result.updated += step.updated;
        result.unchanged += step.unchanged + step.kept;
        result.refused += static_cast<std::int64_t>(step.refused.size());
    }
    shelf.keep(ImportShelf::results, head.id, to_json(result));
    shelf.keep(head);
}

std::string to_json(const store::Undone& undone) {
    JsonWriter w;
    w.begin_object().number("undone", undone.undone).key("left").begin_array();
    for (std::size_t i = 0; i < std::min<std::size_t>(undone.left.size(), 1'000); ++i)
        w.begin_object().text("entity", undone.left[i].entity).text("id", undone.left[i].record.text()).text("why", undone.left[i].why).end_object();
    return w.end_array().number("left_count", static_cast<std::int64_t>(undone.left.size())).end_object().take();
}

ImportCommands add_import_routes(http::Router& router, store::Store& store, JobQueue& jobs, const std::string& folder) {
    const auto imports = std::make_shared<Imports>(store, jobs, folder);
    jobs.declare({"import", "Import", attempts, [imports](JobContext& context) { return run_job(*imports, context); }});
    jobs.declare({"import_folder", "Import of a folder", 1, [imports](JobContext& context) { return folder_job(*imports, context); }});
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
    router.add({Method::get, "/api/v1/imports/{id}/odd", Policy::viewer, serving(imports, odd)});
    router.add({Method::post, "/api/v1/imports/{id}/undo", Policy::viewer, serving(imports, start_undo)});
    router.add({Method::get, "/api/v1/import-mappings", Policy::viewer, serving(imports, mappings)});
    router.add({Method::get, "/api/v1/import-mappings/{name}", Policy::viewer, serving(imports, read_mapping)});
    router.add({Method::put, "/api/v1/import-mappings/{name}", Policy::viewer, serving(imports, save_mapping)});
    router.add({Method::delete_, "/api/v1/import-mappings/{name}", Policy::viewer, serving(imports, drop_mapping)});
    return [imports](std::string_view command, const Json& arguments) { return run_command(*imports, command, arguments); };
}

}  // namespace fairlead::derive
