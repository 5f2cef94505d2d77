// Every single change of a record: create, update, delete, restore, erase, actions.
#include "derive/change.h"
#include "derive/forms.h"
#include "derive/routes.h"
#include "base/text.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Reply;
using http::Request;
using http::Response;
using model::ActionInfo;
using model::EntityInfo;
using model::FieldInfo;
using model::Patch;
using model::Record;
using store::Right;
using store::Transaction;

namespace {

// ---- Changing ----------------------------------------------------------------------------------------------

// A change whose answer is the record after it.
Change change_of(const Target& target, Id id, int status, const std::string& language) {
    Change change;
    change.catalog = target.catalog;
    change.entity = target.entity;
    change.id = id;
    const auto catalog = target.catalog;
    const EntityInfo* entity = target.entity;
    change.render = [catalog, entity, id, status, language](Source& source, const Value& value) {
        // A create tells its id; everything else knows it.
        return record_response(source, *entity, id ? id : value.as<Id>(), status, language);
    };
    return change;
}

// What a change of one record begins with: which one, and whether it is only rehearsed.
struct OfOne {
    Target target;
    Id id;
    bool dry_run = false;

    Change change(int status, const std::string& language) const {
        Change change = change_of(target, id, status, language);
        change.dry_run = dry_run;
        return change;
    }
};
Result<OfOne> one_of(App& app, const Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"dry_run"}));
    OfOne one;
    FAIRLEAD_ASSIGN(one.target, target_of(app, request));
    FAIRLEAD_ASSIGN(one.id, id_of(request));
    FAIRLEAD_ASSIGN(one.dry_run, flag_parameter(request, "dry_run"));
    return one;
}

Result<Response> no_content(Source&, const Value&) {
    Response response;
    response.status = 204;
    return response;
}

Result<void> create(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {"dry_run"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(*app, request));
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::create));
    FAIRLEAD_ASSIGN(const bool dry_run, flag_parameter(request, "dry_run"));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const Patch patch, read_patch(body, *target.catalog, *target, *request.viewer, Purpose::create));
    Change change = change_of(target, Id{}, dry_run ? 200 : 201, request.language);
    change.dry_run = dry_run;
    change.body = [patch](Transaction& transaction) -> Result<Value> {
        Patch formed = patch;
        FAIRLEAD_TRY(check_forms(formed, nullptr, transaction.context().zone));
        FAIRLEAD_ASSIGN(const Id id, transaction.create(formed));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<void> update(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_ASSIGN(const OfOne one, one_of(*app, request));
    model::WriteOptions options;
    FAIRLEAD_ASSIGN(options.expected_version, version_of(request));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const Patch patch, read_patch(body, *one.target.catalog, *one.target, *request.viewer, Purpose::update));
    Change change = one.change(200, request.language);
    change.body = [patch, id = one.id, options, entity = one.target.entity](Transaction& transaction) -> Result<Value> {
        FAIRLEAD_TRY(set_fields(transaction, *entity, id, patch, options));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<void> remove(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_ASSIGN(const OfOne one, one_of(*app, request));
    model::WriteOptions options;
    FAIRLEAD_ASSIGN(options.expected_version, version_of(request));
    Change change = one.change(204, request.language);
    change.render = no_content;
    change.body = [id = one.id, options, entity = one.target.entity](Transaction& transaction) -> Result<Value> {
        FAIRLEAD_TRY(transaction.remove(*entity, id, options));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<void> restore(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_ASSIGN(const OfOne one, one_of(*app, request));
    Change change = one.change(200, request.language);
    change.body = [id = one.id, entity = one.target.entity](Transaction& transaction) -> Result<Value> {
        FAIRLEAD_TRY(transaction.restore(*entity, id));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<void> erase(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_ASSIGN(const OfOne one, one_of(*app, request));
    if (!request.viewer->is_administrator)
        return refuse(Why::forbidden, "administrators_only", "Erasing ends a record and its history for good: only an administrator may");
    Change change = one.change(204, request.language);
    change.render = no_content;
    change.body = [id = one.id, entity = one.target.entity](Transaction& transaction) -> Result<Value> {
        FAIRLEAD_TRY(transaction.erase(*entity, id));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<std::int64_t> count_of(App& app, const Request& request, const EntityInfo& entity, const FieldInfo& field, Id user) {
    store::GroupQuery query;
    query.entity = entity.name;
    FAIRLEAD_ASSIGN(query.filter, formula::check(field.name + " = \"" + user.text() + "\"", *app.store.catalog(), entity.name));
    query.aggregates.push_back({store::Aggregate::count, nullptr, "count()"});
    FAIRLEAD_ASSIGN(const auto groups, app.store.group(*request.viewer, query));
    return groups.empty() || !groups[0].values[0].is<std::int64_t>() ? 0 : groups[0].values[0].as<std::int64_t>();
}

// What a person would hand over: how many live records each owned entity has of his, and whom and what he leads.
Result<Response> owned_preview(App& app, const Request& request, const EntityInfo& user, Id id) {
    const auto catalog = app.store.catalog();
    JsonWriter w;
    w.begin_object().key("owned").begin_object();
    for (const auto& entity : catalog->entities()) {
        if (entity->owner_slot < 0 || !entity->logged || entity->access == model::AccessKind::system) continue;
        const FieldInfo& owner = entity->by_slot(entity->owner_slot);
        if (owner.target != user.name || !request.viewer->may(*entity, Right::read)) continue;
        FAIRLEAD_ASSIGN(const std::int64_t count, count_of(app, request, *entity, owner, id));
        if (count > 0) w.number(entity->plural, count);
    }
    w.end_object().key("led").begin_object();
    for (const auto& entity : catalog->entities()) {
        const FieldInfo* manager = entity->field("manager");
        if (!manager || manager->target != user.name || !entity->changes_access || !request.viewer->may(*entity, Right::read)) continue;
        FAIRLEAD_ASSIGN(const std::int64_t count, count_of(app, request, *entity, *manager, id));
        if (count > 0) w.number(entity->plural, count);
    }
    w.end_object().end_object();
    return json_response(w.take());
}

Result<void> act(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_ASSIGN(const OfOne one, one_of(*app, request));
    const std::string& name = request.parts.at(2);
    const auto action = std::find_if(one.target->actions.begin(), one.target->actions.end(), [&](const ActionInfo& a) { return a.name == name; });
    if (action == one.target->actions.end())
        return refuse(Why::not_found, "unknown_action", one.target->label + " has no action \"" + name + "\"", {}, {{"name", name}});
    Json body;
    body.kind = Json::Kind::object;
    if (!trim(request.body).empty()) {
        FAIRLEAD_ASSIGN(body, parse_object(request.body));
    }
    if (!store::right_named(action->permission) && !request.viewer->is_administrator)
        return refuse(Why::forbidden, "administrators_only", "Only an administrator may do this");
    const bool preview = one.dry_run && one.target->changes_access && name == "deactivate";
    if (preview && body.members.empty()) {
        FAIRLEAD_TRY(app->store.get(*request.viewer, one.target->name, one.id));
        FAIRLEAD_ASSIGN(Response response, owned_preview(*app, request, *one.target, one.id));
        reply(std::move(response));
        return {};
    }
    model::WriteOptions options;
    FAIRLEAD_ASSIGN(options.expected_version, version_of(request));
    FAIRLEAD_ASSIGN(const auto parameters, read_parameters(body, *one.target.catalog, *action));
    Change change = one.change(200, request.language);
    change.body = [id = one.id, name, parameters, options, entity = one.target.entity](Transaction& transaction) -> Result<Value> {
        FAIRLEAD_TRY(transaction.act(*entity, id, name, parameters, options));
        return Value(id);
    };
    if (preview) {
        const Result<Response> owned = owned_preview(*app, request, *one.target, one.id);
        if (owned) change.render = [owned](Source&, const Value&) -> Result<Response> { return *owned; };
    }
    return perform(app, request, reply, std::move(change));
}

}  // namespace

void add_change_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::post, "/api/v1/{plural}", Policy::viewer, starting(app, create)});
    router.add({Method::patch, "/api/v1/{plural}/{id}", Policy::viewer, starting(app, update)});
    router.add({Method::delete_, "/api/v1/{plural}/{id}", Policy::viewer, starting(app, remove)});
    router.add({Method::post, "/api/v1/{plural}/{id}/restore", Policy::viewer, starting(app, restore)});
    router.add({Method::post, "/api/v1/{plural}/{id}/erase", Policy::viewer, starting(app, erase)});
    router.add({Method::post, "/api/v1/{plural}/{id}/actions/{name}", Policy::viewer, starting(app, act)});
}

}  // namespace fairlead::derive
