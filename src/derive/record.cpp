// One record: reading it, its history, and why somebody sees it.
#include <map>
#include <span>

#include "base/text.h"
#include "derive/change.h"
#include "derive/routes.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::EntityInfo;
using model::FieldInfo;
using model::Record;

namespace {

// ---- Reading -----------------------------------------------------------------------------------------------

Result<Response> get(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"as_of", "known_at", "fields", "expand"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Id id, id_of(request));
    FAIRLEAD_ASSIGN(const auto as_of, moment(app, request.parameter("as_of").value_or(""), "as_of"));
    FAIRLEAD_ASSIGN(const auto known_at, moment(app, request.parameter("known_at").value_or(""), "known_at"));
    const auto names = [&](std::string_view parameter) {
        std::vector<std::string> out;
        for (const std::string& name : split(request.parameter(parameter).value_or(""), ','))
            if (!trim(name).empty()) out.emplace_back(trim(name));
        return out;
    };
    FAIRLEAD_ASSIGN(const Shape shape, shape_of(*target.catalog, *request.viewer, *target, names("fields"), names("expand")));
    FAIRLEAD_ASSIGN(const Record record, app.store.get(*request.viewer, target->name, id, as_of, known_at));
    StoreSource source = app.source(request);
    const std::vector<Record> one{record};
    prefetch(one, shape, source);
    JsonWriter w;
    if (as_of || known_at) write_record(w, record, shape, source);  // what stood then cannot be acted on
    else write_full(w, record, shape, source, request.language);
    Response response = json_response(w.take());
    response.headers.emplace_back("ETag", etag_of(record));
    return response;
}

void write_entry(JsonWriter& w, const store::LogEntry& entry, const EntityInfo& entity, const EntityInfo* user, StoreSource& source) {
    w.begin_object().number("seq", entry.seq);
    w.text("recorded_at", entry.recorded.text()).text("effective_at", entry.effective.text());
    w.key("actor");
    formula::FieldType person{Type::reference, user ? user->name : "", {}, 0, false};
    write_value(w, entry.actor ? Value(entry.actor) : Value(), person, source);
    if (entry.on_behalf) {
        w.key("on_behalf");
        write_value(w, Value(entry.on_behalf), person, source);
    }
    w.text("kind", model::change_kind_name(entry.kind));
    w.key("fields").begin_array();
    for (const auto& change : entry.fields) {
        const FieldInfo* field = entity.field(change.name);
        if (!field || !source.viewer().reads(entity, *field)) continue;
        w.begin_object().text("name", change.name);
        w.key("before");
        write_value(w, change.before, field->formula_type(), source);
        w.key("after");
        write_value(w, change.after, field->formula_type(), source);
        w.end_object();
    }
    w.end_array();
    w.key("batch");
    entry.batch ? w.text(entry.batch.text()) : w.null();
    w.end_object();
}

// The titles that these entries show, fetched by kind and not one by one.
void want_titles(std::span<const store::LogEntry> entries, const EntityInfo& entity, const EntityInfo* user, StoreSource& source) {
    std::map<const EntityInfo*, std::vector<Id>> ids;
    for (const auto& entry : entries) {
        if (user)
            for (const Id person : {entry.actor, entry.on_behalf})
                if (person) ids[user].push_back(person);
        for (const auto& change : entry.fields) {
            const FieldInfo* field = entity.field(change.name);
            const EntityInfo* target = field && field->type == Type::reference ? source.catalog().find(field->target) : nullptr;
            if (!target || !source.viewer().reads(entity, *field)) continue;
            for (const Value* value : {&change.before, &change.after})
                if (const auto* id = value->get<Id>()) ids[target].push_back(*id);
        }
    }
    for (const auto& [target, named] : ids) source.want_titles(*target, named);
}

Result<Response> history(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"limit", "before"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Id id, id_of(request));
    Json asked;
    for (const auto& [name, value] : request.query) {
        Json text;
        text.kind = Json::Kind::text;
        text.text = value;
        asked.members.emplace_back(name, std::move(text));
    }
    FAIRLEAD_ASSIGN(const std::int64_t limit, whole_at(asked, "limit", 50, 1, 500));
    FAIRLEAD_ASSIGN(const std::int64_t before, whole_at(asked, "before", 0, 1, INT64_MAX));
    FAIRLEAD_ASSIGN(const auto entries, app.store.history(*request.viewer, target->name, id, static_cast<int>(limit) + 1, before));
    const bool more = entries.size() > static_cast<std::size_t>(limit);
    const std::size_t shown = more ? static_cast<std::size_t>(limit) : entries.size();
    StoreSource source = app.source(request);
    const FieldInfo* creator = target->field("created_by");
    const EntityInfo* user = creator ? target.catalog->find(creator->target) : nullptr;
    want_titles(std::span(entries).first(shown), *target, user, source);
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (std::size_t i = 0; i < shown; ++i) write_entry(w, entries[i], *target, user, source);
    w.end_array().key("next");
    more ? w.number(entries[shown - 1].seq) : w.null();
    w.end_object();
    return json_response(w.take());
}

Result<Response> why(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"user"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Id id, id_of(request));
    Id user = request.viewer->user;
    if (const auto asked = request.parameter("user")) {
        const auto parsed = Id::parse(*asked);
        if (!parsed) return refuse(Why::bad_request, "wrong_type", "\"user\" is the id of a user", "user", {{"wanted", "the id of a user"}});
        user = *parsed;
    }
    if (user != request.viewer->user && !request.viewer->is_administrator)
        return refuse(Why::forbidden, "administrators_only", "Only an administrator may ask why somebody else sees a record");
    FAIRLEAD_TRY(app.store.get(*request.viewer, target->name, id));  // 404 when the asker does not see it himself
    JsonWriter w;
    const auto grants = app.store.why_visible(user, target->name, id);
    w.begin_object().text("user", user.text()).boolean("visible", !grants.empty());
    w.key("grants").begin_array();
    for (const std::string& grant : grants) w.text(grant);
    w.end_array().end_object();
    return json_response(w.take());
}

}  // namespace

void add_record_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/{plural}/{id}", Policy::viewer, answering(app, get)});
    router.add({Method::get, "/api/v1/{plural}/{id}/history", Policy::viewer, answering(app, history)});
    router.add({Method::get, "/api/v1/{plural}/{id}/why", Policy::viewer, answering(app, why)});
}

}  // namespace fairlead::derive
