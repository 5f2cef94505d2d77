// The catalogue for the web: entities, fields, choices and actions in the reader's language, under his access.
#include "base/secret.h"
#include "base/text.h"
#include "derive/app.h"
#include "derive/catalog_json.h"
#include "derive/company.h"
#include "derive/routes.h"
#include "derive/words.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::ActionInfo;
using model::Catalog;
using model::EntityInfo;
using model::FieldInfo;
using model::Meaning;
using store::FieldAccess;
using store::Right;
using store::Viewer;

std::string_view meaning_name(Meaning meaning) {
    switch (meaning) {
        case Meaning::none: return "";
        case Meaning::owner: return "owner";
        case Meaning::team: return "team";
        case Meaning::territory: return "territory";
        case Meaning::parent_access: return "parent_access";
        case Meaning::email: return "email";
        case Meaning::phone: return "phone";
        case Meaning::url: return "url";
        case Meaning::any_record: return "any_record";
        case Meaning::external_id: return "external_id";
        case Meaning::company: return "company";
        case Meaning::tax_code: return "tax_code";
        case Meaning::position: return "position";
        case Meaning::colour: return "colour";
    }
    return "";
}

namespace {

void write_field(JsonWriter& w, const EntityInfo& entity, const FieldInfo& field, const Viewer& viewer, std::string_view language) {
    const model::FieldOptions& o = field.options;
    w.begin_object().text("name", field.name).text("label", field_label(entity, field, language));
    // An id of any record is a text of digits to everyone outside, as every id.
    w.text("type", o.meaning == Meaning::any_record ? "text" : type_name(field.type)).text("help", field_help(entity, field, language));
    w.boolean("required", o.required).boolean("unique", o.unique);
    w.boolean("read_only", o.read_only || field.system || field.is_computed() || field.is_many());
    w.boolean("custom", field.custom).boolean("system", field.system).boolean("computed", field.is_computed());
    w.boolean("search", o.search).boolean("list", o.list).boolean("dimension", o.dimension).boolean("measure", o.measure);
    w.boolean("long_text", o.long_text).boolean("many", field.is_many());
    w.text("target", field.target).text("back", field.back);
    w.text("meaning", meaning_name(o.meaning)).text("changed_by", o.changed_by).boolean("duplicate_key", o.duplicate_key);
    w.key("choices").begin_array();
    for (const model::ChoiceInfo& choice : field.choices)
        w.begin_object().text("value", choice.value).text("label", choice_label(entity, field, choice, language)).end_object();
    w.end_array();
    w.text("access", viewer.field(entity, field) == FieldAccess::write ? "write" : "read");
    w.number("scale", o.scale).number("length_max", o.length_max).end_object();
}

void write_action(JsonWriter& w, const EntityInfo& entity, const ActionInfo& action, std::string_view language) {
    w.begin_object().text("name", action.name).text("label", action_label(entity, action, language));
    w.text("help", action_help(entity, action, language)).key("parameters").begin_array();
    const std::string at = entity.name + ".actions." + action.name + ".parameters.";
    for (const model::Parameter& p : action.declared->parameters) {
        w.begin_object().text("name", p.name).text("label", parameter_label(entity, action, p, language));
        w.text("type", type_name(p.type)).boolean("required", p.required).text("target", p.target).key("choices").begin_array();
        for (const model::Choice& c : p.choices)
            w.begin_object().text("value", c.value).text("label", word(at + std::string(p.name) + ".choices." + std::string(c.value), language, c.label)).end_object();
        w.end_array().end_object();
    }
    w.end_array().end_object();
}

void write_entity(JsonWriter& w, const EntityInfo& entity, const Viewer& viewer, std::string_view language) {
    w.begin_object().text("name", entity.name).text("plural", entity.plural);
    w.text("label", entity_label(entity, language)).text("label_plural", entity_label_plural(entity, language));
    w.text("title", entity.title).text("icon", entity.icon).text("help", entity_help(entity, language));
    w.boolean("big", entity.big).text("module", entity.module);
    w.key("may").begin_object();
    static constexpr std::pair<std::string_view, Right> rights[] = {
        {"create", Right::create}, {"read", Right::read}, {"update", Right::update}, {"remove", Right::remove},
        {"export", Right::export_}, {"bulk", Right::bulk}, {"import", Right::import}};
    for (const auto& [name, right] : rights) w.boolean(name, viewer.may(entity, right));
    w.end_object().key("fields").begin_array();
    for (const FieldInfo& field : entity.fields)
        if (!field.options.hidden && viewer.reads(entity, field)) write_field(w, entity, field, viewer, language);
    w.end_array().key("actions").begin_array();
    for (const ActionInfo& action : entity.actions) write_action(w, entity, action, language);
    w.end_array().end_object();
}

void write_user(JsonWriter& w, App& app, const Catalog& catalog, const Viewer& viewer) {
    w.begin_object().text("id", viewer.user.text()).text("name", viewer.name);
    std::string email;
    const FieldInfo* creator = catalog.entities().empty() ? nullptr : catalog.entities().front()->field("created_by");
    const EntityInfo* people = creator ? catalog.find(creator->target) : nullptr;
    if (people && viewer.user)
        if (const auto person = app.store.get(*Viewer::system(), people->name, viewer.user))
            for (const FieldInfo& field : people->fields)
                if (field.options.meaning == Meaning::email && email.empty()) email = to_text(person->at(field.slot));
    w.text("email", email).boolean("administrator", viewer.is_administrator || viewer.is_system).end_object();
}

}  // namespace

std::string catalog_json(App& app, const Viewer& viewer, std::string_view language) {
    const auto catalog = app.store.catalog();
    JsonWriter w;
    const Company company = company_of(app.store);
    const EntityInfo& settings = catalog->need("company");
    const bool named = viewer.reads(settings, settings.need("name"));
    w.begin_object().text("currency", catalog->currency()).text("language", language).text("company", named ? company.name : "");
    w.text("zone", company.zone).number("fiscal_year_start_month", company.fiscal_year_start_month).key("user");
    write_user(w, app, *catalog, viewer);
    w.key("entities").begin_array();
    for (const auto& entity : catalog->entities())
        if (entity->access != model::AccessKind::system && viewer.may(*entity, Right::read)) write_entity(w, *entity, viewer, language);
    w.end_array().end_object();
    return w.take();
}

namespace {

Result<Response> get_catalog(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    std::string body = catalog_json(app, *request.viewer, request.language);
    const Digest digest = sha256(body);
    const std::string version = hex(std::string_view(reinterpret_cast<const char*>(digest.data()), 12));
    const std::string etag = "\"" + version + "\"";
    Response response;
    response.headers.emplace_back("ETag", etag);
    response.headers.emplace_back("Vary", "Accept-Language");
    if (request.header("if-none-match") == etag) {
        response.status = 304;
        return response;
    }
    response.body = "{\"version\":\"" + version + "\"," + body.substr(1);
    return response;
}

}  // namespace

void add_catalog_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/catalog", Policy::viewer, answering(app, get_catalog)});
}

}  // namespace fairlead::derive
