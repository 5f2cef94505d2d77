// The company's settings, and the views that people keep.
#include "derive/company.h"

#include "base/text.h"
#include "derive/change.h"
#include "derive/list.h"
#include "derive/routes.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Reply;
using http::Request;
using http::Response;
using model::EntityInfo;
using model::Patch;
using model::Record;
using store::Transaction;

namespace {

constexpr std::string_view settings_entity = "company";
constexpr std::string_view views_entity = "saved_view";

std::optional<Record> settings_record(store::Store& store) {
    const auto catalog = store.catalog();
    if (!catalog->find(settings_entity)) return {};
    store::ListQuery query;
    query.entity = settings_entity;
    query.limit = 1;
    query.count = store::Count::none;
    const auto page = store.list(*store::Viewer::system(), query);
    if (!page || page->records.empty()) return {};
    return page->records.front();
}

Result<void> administrators_only(const Request& request, std::string_view what) {
    if (request.viewer->is_administrator || request.viewer->is_system) return {};
    return refuse(Why::forbidden, "administrators_only", "Only an administrator may " + std::string(what), {}, {{"what", std::string(what)}});
}

Result<Target> target_for(App& app, std::string_view name) {
    Target target{app.store.catalog(), nullptr};
    target.entity = target.catalog->find(name);
    if (!target.entity) return refuse(Why::not_found, "not_found", "This installation has no " + std::string(name));
    return target;
}

}  // namespace

Company company_of(store::Store& store) {
    Company company;
    const auto record = settings_record(store);
    if (!record) return company;
    const auto value = [&](std::string_view field) { return record->entity->field(field) ? (*record)[field] : Value(); };
    company.name = to_text(value("name"));
    if (value("zone").is<std::string>()) company.zone = value("zone").as<std::string>();
    if (value("fiscal_year_start_month").is<std::int64_t>())
        company.fiscal_year_start_month = static_cast<int>(value("fiscal_year_start_month").as<std::int64_t>());
    return company;
}

namespace {

// ---- Settings ----------------------------------------------------------------------------------------------

Result<Response> get_settings(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    const auto record = settings_record(app.store);
    if (!record) return refuse(Why::not_found, "no_settings", "The company has not been set up yet");
    FAIRLEAD_ASSIGN(const Shape shape, shape_of(*app.store.catalog(), *request.viewer, *record->entity));
    StoreSource source = app.source(request);
    JsonWriter w;
    write_record(w, *record, shape, source);
    Response response = json_response(w.take());
    response.headers.emplace_back("ETag", etag_of(*record));
    return response;
}

Result<void> put_settings(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {"dry_run"}));
    FAIRLEAD_TRY(administrators_only(request, "change the settings"));
    FAIRLEAD_ASSIGN(const Target target, target_for(*app, settings_entity));
    FAIRLEAD_ASSIGN(const bool dry_run, flag_parameter(request, "dry_run"));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const Patch patch, read_patch(body, *target.catalog, *target, *request.viewer, Purpose::update));
    model::WriteOptions options;
    const auto record = settings_record(app->store);
    if (record) {
        FAIRLEAD_ASSIGN(options.expected_version, version_of(request));
    }
    const Id id = record ? record->id() : Id{};
    Change change;
    change.catalog = target.catalog;
    change.entity = target.entity;
    change.id = id;
    change.dry_run = dry_run;
    change.body = [id, patch, options](Transaction& transaction) -> Result<Value> {
        if (id) {
            FAIRLEAD_TRY(transaction.update(id, patch, options));
            return Value(id);
        }
        FAIRLEAD_ASSIGN(const Id made, transaction.create(patch));
        return Value(made);
    };
    change.render = [catalog = target.catalog, entity = target.entity, language = request.language](Source& source, const Value& value) {
        return record_response(source, *entity, value.as<Id>(), 200, language);
    };
    return perform(app, request, reply, std::move(change));
}

// ---- Views -------------------------------------------------------------------------------------------------

// The team that a person belongs to now; none.
Id team_of(store::Store& store, const model::Catalog& catalog, Id user) {
    const EntityInfo& views = catalog.need(views_entity);
    const auto person = store.get(*store::Viewer::system(), views.need("owner").target, user);
    if (!person || !person->entity->field("team")) return {};
    return person->reference("team");
}

// Whose a view is decides, not the role: everybody keeps views, and sees his own, his team's and the common ones.
std::string views_of(App& app, const model::Catalog& catalog, Id user) {
    std::string filter = "(owner = \"" + user.text() + "\" OR audience = \"everyone\"";
    if (const Id team = team_of(app.store, catalog, user)) filter += " OR (audience = \"team\" AND owner.team = \"" + team.text() + "\")";
    return filter + ")";
}

Result<Response> list_views(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"entity"}));
    FAIRLEAD_ASSIGN(const Target target, target_for(app, views_entity));
    std::string filter = views_of(app, *target.catalog, request.viewer->user);
    if (const auto entity = request.parameter("entity")) {
        FAIRLEAD_ASSIGN(const Target of, target_named(app, *request.viewer, *entity));
        filter += " AND entity = \"" + of->name + "\"";
    }
    store::ListQuery query;
    query.entity = target->name;
    FAIRLEAD_ASSIGN(query.filter, formula::check(filter, *target.catalog, target->name));
    query.sort = {{"position", false}, {"name", false}};
    query.limit = 500;
    query.count = store::Count::none;
    FAIRLEAD_ASSIGN(const store::ListPage page, app.store.list(*store::Viewer::system(), query));
    FAIRLEAD_ASSIGN(const Shape shape, shape_of(*target.catalog, *store::Viewer::system(), *target));
    StoreSource source = app.source(request);
    prefetch(page.records, shape, source);
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const Record& record : page.records) write_record(w, record, shape, source);
    w.end_array().end_object();
    return json_response(w.take());
}


// A private view is its owner's; one that everybody sees is changed by its owner or an administrator.
Result<void> may_change_view(const store::Viewer& viewer, const Record& view) {
    if (viewer.is_system || view.reference("owner") == viewer.user) return {};
    if (view.text("audience") != "private" && viewer.is_administrator) return {};
    return not_found(*view.entity, view.id());
}

Result<Patch> read_view(const Request& request, const Target& target, Purpose purpose) {
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(Patch patch, read_patch(body, *target.catalog, *target, *store::Viewer::system(), purpose));
    if (const Value* of = patch.find(target->slot("entity")); of && of->is<std::string>() && !target.catalog->find(of->as<std::string>()))
        return refuse(Why::invalid, "unknown_entity", "There are no records called \"" + of->as<std::string>() + "\"", "/entity", {{"name", of->as<std::string>()}, {"near", ""}});
    const int owner = target->slot("owner"), audience = target->slot("audience");
    const Value* to = patch.find(audience);
    if (to && *to == Value("everyone")) FAIRLEAD_TRY(administrators_only(request, "show a view to everyone"));
    if (const Value* given = patch.find(owner); given && !(*given == Value(request.viewer->user)))
        return refuse(Why::forbidden, "not_yours", "A view belongs to whoever saves it: leave the owner out", "/owner");
    if (purpose == Purpose::create) patch.set_slot(owner, request.viewer->user);
    return patch;
}

// A view as its owner sees it, whatever his role says of saved views.
Change view_change(const Target& target, Id id, int status) {
    Change change;
    change.catalog = target.catalog;
    change.entity = target.entity;
    change.id = id;
    change.render = [catalog = target.catalog, entity = target.entity, status](Source& source, const Value& value) -> Result<Response> {
        Response response;
        response.status = status;
        if (status == 204) return response;
        const auto record = source.record(*entity, value.as<Id>());
        JsonWriter w;
        if (record) {
            FAIRLEAD_ASSIGN(const Shape shape, shape_of(*catalog, *store::Viewer::system(), *entity));
            write_record(w, *record, shape, source);
            response.headers.emplace_back("ETag", etag_of(*record));
        } else {
            w.begin_object().text("id", value.as<Id>().text()).end_object();
        }
        response.body = w.take();
        return response;
    };
    return change;
}

Result<void> create_view(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Target target, target_for(*app, views_entity));
    FAIRLEAD_ASSIGN(const Patch patch, read_view(request, target, Purpose::create));
    Change change = view_change(target, Id{}, 201);
    change.body = [patch](Transaction& transaction) -> Result<Value> {
        model::WriteOptions options;
        options.as_system = true;
        FAIRLEAD_ASSIGN(const Id id, transaction.create(patch, options));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<void> update_view(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Target target, target_for(*app, views_entity));
    FAIRLEAD_ASSIGN(const Id id, id_of(request, 0));
    model::WriteOptions options;
    FAIRLEAD_ASSIGN(options.expected_version, version_of(request));
    options.as_system = true;
    FAIRLEAD_ASSIGN(const Patch patch, read_view(request, target, Purpose::update));
    Change change = view_change(target, id, 200);
    change.body = [id, patch, options, viewer = request.viewer, entity = target.entity](Transaction& transaction) -> Result<Value> {
        const auto view = transaction.find(*entity, id);
        if (!view) return not_found(*entity, id);
        FAIRLEAD_TRY(may_change_view(*viewer, *view));
        FAIRLEAD_TRY(transaction.update(id, patch, options));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

Result<void> delete_view(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Target target, target_for(*app, views_entity));
    FAIRLEAD_ASSIGN(const Id id, id_of(request, 0));
    model::WriteOptions options;
    FAIRLEAD_ASSIGN(options.expected_version, version_of(request));
    options.as_system = true;
    Change change = view_change(target, id, 204);
    change.body = [id, options, viewer = request.viewer, entity = target.entity](Transaction& transaction) -> Result<Value> {
        const auto view = transaction.find(*entity, id);
        if (!view) return not_found(*entity, id);
        FAIRLEAD_TRY(may_change_view(*viewer, *view));
        FAIRLEAD_TRY(transaction.remove(*entity, id, options));
        return Value(id);
    };
    return perform(app, request, reply, std::move(change));
}

}  // namespace

void add_company_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/settings", Policy::viewer, answering(app, get_settings)});
    router.add({Method::put, "/api/v1/settings", Policy::viewer, starting(app, put_settings)});
    router.add({Method::get, "/api/v1/views", Policy::viewer, answering(app, list_views)});
    router.add({Method::post, "/api/v1/views", Policy::viewer, starting(app, create_view)});
    router.add({Method::patch, "/api/v1/views/{id}", Policy::viewer, starting(app, update_view)});
    router.add({Method::delete_, "/api/v1/views/{id}", Policy::viewer, starting(app, delete_view)});
}

Result<Json> view_definition(App& app, const http::Request& request, const EntityInfo& of, std::string_view id) {
    FAIRLEAD_ASSIGN(const Target views, target_for(app, views_entity));
    const auto number = Id::parse(id);
    store::ListQuery query;
    query.entity = views->name;
    query.limit = 1;
    query.count = store::Count::none;
    const std::string whose = request.viewer->is_system ? "TRUE" : views_of(app, *views.catalog, request.viewer->user);
    FAIRLEAD_ASSIGN(query.filter, formula::check("id = \"" + (number ? number->text() : "0") + "\" AND entity = \"" + of.name + "\" AND " + whose, *views.catalog, views->name));
    FAIRLEAD_ASSIGN(const store::ListPage page, app.store.list(*store::Viewer::system(), query));
    if (page.records.empty()) return refuse(Why::not_found, "not_found", "There is no such view of " + of.label_plural, "view", {{"entity", of.name}});
    return parse_object(page.records.front().text("definition"));
}

}  // namespace fairlead::derive
