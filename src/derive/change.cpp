// How changes are run, rehearsed, remembered and told.
#include "derive/change.h"

#include <charconv>

#include "base/secret.h"
#include "base/text.h"
#include "derive/forms.h"
#include "derive/words.h"
#include "store/reading.h"

namespace fairlead::derive {

using http::Reply;
using http::Request;
using http::Response;
using model::AccessKind;
using model::ActionInfo;
using model::EntityInfo;
using model::FieldInfo;
using model::Patch;
using model::Record;
using store::Right;
using store::Transaction;
using store::Viewer;

// ---- Versions ----------------------------------------------------------------------------------------------

std::string etag_of(const Record& record) { return "\"" + std::to_string(record.version()) + "\""; }

Result<std::optional<std::int64_t>> version_of(const Request& request) {
    const std::string_view header = trim(request.header("if-match"));
    if (header.empty())
        return refuse(Why::precondition_required, "if_match_required",
                      "If-Match is missing: send the ETag that was read, or * to overwrite whatever is there");
    if (header == "*") return std::optional<std::int64_t>();
    std::int64_t version = 0;
    if (header.size() > 2 && header.front() == '"' && header.back() == '"') {
        const char* end = header.data() + header.size() - 1;
        const auto [stopped, error] = std::from_chars(header.data() + 1, end, version);
        if (error == std::errc() && stopped == end && version > 0) return std::optional<std::int64_t>(version);
    }
    return refuse(Why::bad_request, "bad_if_match", "If-Match must be the ETag of the record, as \"7\", or *", {}, {{"value", std::string(header)}});
}

// ---- Remembered answers ------------------------------------------------------------------------------------

namespace {

// An answer kept with its command, so that a repeat gets it back to the letter: one line of status, headers
// as "name: value" lines, an empty line, the body.
std::string pack(const Response& response) {
    std::string out = std::to_string(response.status) + "\n" + response.type + "\n";
    for (const auto& [name, value] : response.headers) out += name + ": " + value + "\n";
    return out + "\n" + response.body;
}

Response unpack(std::string_view text) {
    Response response;
    const auto line = [&] {
        const auto end = text.find('\n');
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end == std::string_view::npos ? text.size() : end + 1));
        return one;
    };
    const std::string_view status = line();
    std::from_chars(status.data(), status.data() + status.size(), response.status);
    response.type = line();
    for (std::string_view header = line(); !header.empty(); header = line()) {
        const auto colon = header.find(": ");
        ensure(colon != std::string_view::npos, "a remembered header has a name and a value");
        response.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
    }
    response.body = text;
    return response;
}

Result<void> set_key(const Request& request, store::Command& command) {
    const std::string_view key = request.header("idempotency-key");
    if (key.empty()) return {};
    if (key.size() > 200) return refuse(Why::bad_request, "bad_idempotency_key", "An Idempotency-Key has at most 200 bytes: use a random one");
    command.id = "key:" + std::string(key);
    command.remember = true;
    std::string asked(http::method_name(request.method));
    asked += " " + request.path;
    for (const auto& [name, value] : request.query) asked += "\n" + name + "=" + value;
    asked += "\n" + std::string(request.header("if-match")) + "\n\n" + request.body;
    const Digest digest = sha256(asked);
    command.fingerprint = hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
    return {};
}

constexpr std::string_view rehearsed = "dry_run";

// A refusal that says `stale` carries the record as it is now.
Response refusal_response(App& app, const Request& request, const Refused& refused, const Change& change) {
    Response response = http::problem(refused, request);
    if (refused.why != Why::stale || !change.entity) return response;
    StoreSource source(app.store, app.titles, request.viewer);
    const auto current = source.record(*change.entity, change.id);
    if (!current) return response;
    const auto shape = shape_of(source.catalog(), source.viewer(), *change.entity);
    JsonWriter w;
    write_record(w, *current, *shape, source);
    response.headers.emplace_back("ETag", etag_of(*current));
    response.body.pop_back();
    response.body += ",\"current\":" + w.take() + "}";
    return response;
}

}  // namespace

Result<void> perform(const AppPointer& app, Request& request, const Reply& reply, Change change) {
    store::Command command;
    command.viewer = request.viewer;
    command.batch = change.batch;
    if (!change.dry_run) FAIRLEAD_TRY(set_key(request, command));
    const bool inside = change.dry_run || command.remember;
    const auto shared = std::make_shared<const Change>(std::move(change));
    const auto viewer = request.viewer;
    auto body = [shared, viewer, inside](Transaction& transaction) -> Result<Value> {
        FAIRLEAD_ASSIGN(Value value, shared->body(transaction));
        if (!inside) return value;
        TransactionSource source(transaction, viewer);
        FAIRLEAD_ASSIGN(const Response response, shared->render(source, value));
        if (!shared->dry_run) return Value(pack(response));
        return refuse(Why::invalid, std::string(rehearsed), pack(response));  // rolls back
    };
    Request* const asked = &request;  // lives until it has been replied to
    app->store.write_async(command, std::move(body), [app, asked, reply, shared, inside](Result<Value> done) {
        app->finisher.post([app, asked, reply, shared, inside, done = std::move(done)] {
            try {
                if (!done && shared->dry_run && done.refused().code() == rehearsed) reply(unpack(done.refused().message()));
                else if (!done) reply(refusal_response(*app, *asked, done.refused(), *shared));
                else if (inside) reply(unpack((*done).as<std::string>()));
                else {
                    StoreSource source(app->store, app->titles, asked->viewer);
                    auto response = shared->render(source, *done);
                    reply(response ? std::move(*response) : http::problem(response.refused(), *asked));
                }
            } catch (const std::exception& error) {
                reply(failure(*asked, error));
            }
        });
    });
    return {};
}

// ---- What may be done with a record ------------------------------------------------------------------------

bool within(Source& source, const EntityInfo& entity, const Record& record, Right right) {
    const Viewer& viewer = source.viewer();
    return viewer.may(entity, right) &&
           store::within(viewer, source.catalog(), record, right, [&](const EntityInfo& above, Id id) { return source.record(above, id); });
}

void write_full(JsonWriter& w, const Record& record, const Shape& shape, Source& source, std::string_view language) {
    const EntityInfo& entity = *record.entity;
    w.begin_object();
    write_members(w, record, shape, source);
    const bool live = record.at(model::slot_deleted_at).empty();
    w.key("_actions").begin_array();
    for (const ActionInfo& action : entity.actions) {
        const auto right = store::right_named(action.permission);
        if (right ? !within(source, entity, record, *right) : !source.viewer().is_administrator) continue;
        w.begin_object().text("name", action.name).text("label", action_label(entity, action, language));
        w.key("parameters").begin_array();
        for (const model::Parameter& parameter : action.declared->parameters) w.text(parameter.name);
        w.end_array();
        w.boolean("allowed", live && (!action.when || source.holds(*action.when, record))).end_object();
    }
    w.end_array();
    w.key("_may").begin_object();
    w.boolean("update", live && within(source, entity, record, Right::update));
    w.boolean("remove", live && within(source, entity, record, Right::remove));
    w.end_object().end_object();
}

Result<Response> record_response(Source& source, const EntityInfo& entity, Id id, int status, std::string_view language) {
    Response response;
    response.status = status;
    if (status == 201) response.headers.emplace_back("Location", "/api/v1/" + entity.plural + "/" + id.text());
    const auto record = source.record(entity, id);
    JsonWriter w;
    if (record) {
        FAIRLEAD_ASSIGN(const Shape shape, shape_of(source.catalog(), source.viewer(), entity));
        std::vector<Record> one{*record};
        prefetch(one, shape, source);
        write_full(w, *record, shape, source, language);
        response.headers.emplace_back("ETag", etag_of(*record));
    } else {
        w.begin_object().text("id", id.text()).end_object();
    }
    response.body = w.take();
    return response;
}

// ---- Setting fields ----------------------------------------------------------------------------------------

Result<void> set_fields(Transaction& transaction, const EntityInfo& entity, Id id, Patch patch, const model::WriteOptions& options) {
    if (std::any_of(patch.sets.begin(), patch.sets.end(), [&](const auto& set) { return has_form(entity.by_slot(set.first)); })) {
        const auto before = transaction.find(entity, id);
        FAIRLEAD_TRY(check_forms(patch, before ? &*before : nullptr, transaction.context().zone));
    }
    Patch plain(entity);
    std::vector<std::pair<std::string, model::Parameters>> through;  // action, what it is given
    for (const auto& [slot, value] : patch.sets) {
        const FieldInfo& field = entity.by_slot(slot);
        if (field.options.changed_by.empty()) plain.set_slot(slot, value);
        else {
            const std::string action(field.options.changed_by);
            auto known = std::find_if(through.begin(), through.end(), [&](const auto& t) { return t.first == action; });
            if (known == through.end()) known = through.insert(known, {action, {}});
            known->second[field.name] = value;
        }
    }
    // What the same body says of the action's other parameters goes with it.
    for (auto& [name, parameters] : through) {
        const auto action = std::find_if(entity.actions.begin(), entity.actions.end(), [&](const auto& a) { return a.name == name; });
        ensure(action != entity.actions.end(), "a field's changed_by names an action of its entity");
        for (const auto& [field, value] : parameters) {
            const auto& taken = action->declared->parameters;
            if (std::none_of(taken.begin(), taken.end(), [&](const model::Parameter& p) { return p.name == field; }))
                return refuse(Why::invalid, "changed_by_action", "\"" + field + "\" is changed by the action \"" + action->label + "\" alone", field,
                              {{"name", field}, {"action", action->label}});
        }
        for (const model::Parameter& parameter : action->declared->parameters)
            if (const FieldInfo* field = entity.field(parameter.name); field && field->slot >= 0)
                if (const Value* value = plain.find(field->slot)) parameters[std::string(parameter.name)] = *value;
    }
    model::WriteOptions rest = options;
    if (!plain.empty() || through.empty()) {
        FAIRLEAD_TRY(transaction.update(id, plain, rest));
        rest.expected_version.reset();  // it has been compared, and is another one now
    }
    for (const auto& [name, parameters] : through) {
        FAIRLEAD_TRY(transaction.act(entity, id, name, parameters, rest));
        rest.expected_version.reset();
    }
    return {};
}

}  // namespace fairlead::derive
