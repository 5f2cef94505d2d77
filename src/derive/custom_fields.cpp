// Fields that the company adds for itself: declared here, columns a moment later, treated like any other after.
#include "base/text.h"
#include "derive/app.h"
#include "derive/list.h"
#include "derive/routes.h"
#include "store/drop_field.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::CustomField;
using model::EntityInfo;

namespace {

std::mutex changing;  // the list of fields is replaced as a whole: one change at a time

Result<void> administrators_only(const Request& request) {
    if (request.viewer->is_administrator || request.viewer->is_system) return {};
    return refuse(Why::forbidden, "administrators_only", "Only an administrator may add and change fields", {}, {{"what", "add and change fields"}});
}

void write_custom(JsonWriter& w, const CustomField& field) {
    w.begin_object().text("entity", field.entity).text("name", field.name).text("label", field.label).text("help", field.help);
    w.text("type", type_name(field.type)).text("target", field.target).key("choices").begin_array();
    for (const auto& choice : field.choices) w.begin_object().text("value", choice.value).text("label", choice.label).end_object();
    w.end_array().boolean("required", field.required).boolean("search", field.search);
    w.boolean("dimension", field.dimension).boolean("measure", field.measure).number("scale", field.scale).end_object();
}

Response written(const CustomField& field, int status) {
    JsonWriter w;
    write_custom(w, field);
    Response response = json_response(w.take(), status);
    if (status == 201) response.headers.emplace_back("Location", "/api/v1/custom_fields/" + field.name + "?entity=" + field.entity);
    return response;
}

bool well_named(std::string_view name) {
    return name.starts_with("x_") && name.size() > 2 && name.size() <= 50 &&
           std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// "Ngày ký hợp đồng" becomes x_ngay_ky_hop_dong.
std::string name_from(std::string_view label) {
    std::string name = "x_";
    for (const char c : fold(label)) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
        else if (name.back() != '_') name += '_';
    }
    while (name.size() > 2 && name.back() == '_') name.pop_back();
    return name.substr(0, 50);
}

Result<void> read_choices(const Json& body, CustomField& field) {
    const Json* choices = body.find("choices");
    if (!choices) return {};
    const auto wrong = [] {
        return refuse(Why::invalid, "wrong_type", "\"choices\" is a list of {\"value\", \"label\"}", "/choices", {{"wanted", "a list of choices"}});
    };
    if (!choices->is(Json::Kind::array)) return wrong();
    field.choices.clear();
    for (const Json& one : choices->items) {
        if (one.is(Json::Kind::text)) {
            field.choices.push_back({name_from(one.text).substr(2), one.text});
            continue;
        }
        const Json* value = one.find("value");
        const Json* label = one.find("label");
        if (!value || !value->is(Json::Kind::text) || value->text.empty() || (label && !label->is(Json::Kind::text))) return wrong();
        field.choices.push_back({value->text, label ? label->text : value->text});
    }
    return {};
}

Result<void> read_flags(const Json& body, CustomField& field) {
    for (const auto& [name, flag] : {std::pair<const char*, bool*>{"required", &field.required}, {"search", &field.search},
                                     {"dimension", &field.dimension}, {"measure", &field.measure}}) {
        const Json* given = body.find(name);
        if (!given) continue;
        if (!given->is(Json::Kind::boolean))
            return refuse(Why::invalid, "wrong_type", std::string("\"") + name + "\" is true or false", pointer_to(name), {{"wanted", "true or false"}});
        *flag = given->flag;
    }
    return {};
}

Result<void> read_words(const Json& body, CustomField& field) {
    if (body.find("label")) {
        FAIRLEAD_ASSIGN(field.label, text_at(body, "label"));
    }
    if (body.find("help")) {
        FAIRLEAD_ASSIGN(field.help, text_at(body, "help"));
    }
    if (trim(field.label).empty()) return refuse(Why::invalid, "required", "The label is empty: say what the field is called", "/label", {{"name", "label"}});
    return {};
}

Result<void> read_type(const Json& body, const model::Catalog& catalog, CustomField& field) {
    FAIRLEAD_ASSIGN(const std::string type, text_at(body, "type"));
    bool known = false;
    for (int i = 0; i < static_cast<int>(Type::list); ++i)
        if (type_name(static_cast<Type>(i)) == type) {
            field.type = static_cast<Type>(i);
            known = true;
        }
    if (!known) return refuse(Why::invalid, "unknown_choice", "\"" + type + "\" is not a type: text, whole, decimal, percent, money, date, instant, duration, boolean, choice or reference", "/type", {{"value", type}, {"choices", "text, whole, decimal, percent, money, date, instant, duration, boolean, choice, reference"}});
    FAIRLEAD_ASSIGN(field.target, text_at(body, "target"));
    if ((field.type == Type::reference) != (!field.target.empty() && catalog.find(field.target)))
        return refuse(Why::invalid, "unknown_entity", "A reference names the records it leads to, other fields do not", "/target", {{"name", field.target}, {"near", ""}});
    FAIRLEAD_ASSIGN(const std::int64_t scale, whole_at(body, "scale", 6, 0, 12));
    field.scale = static_cast<int>(scale);
    return {};
}

Result<Response> list_fields(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"entity"}));
    FAIRLEAD_TRY(administrators_only(request));
    const auto catalog = app.store.catalog();
    const auto entity = request.parameter("entity");
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const CustomField& field : catalog->custom_fields())
        if (!entity || field.entity == *entity) write_custom(w, field);
    w.end_array().end_object();
    return json_response(w.take());
}

Result<Response> create_field(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_TRY(administrators_only(request));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"entity", "name", "label", "help", "type", "target", "choices", "required", "search", "dimension", "measure", "scale"}));
    CustomField field;
    FAIRLEAD_ASSIGN(const std::string entity, text_at(body, "entity"));
    FAIRLEAD_ASSIGN(const Target target, target_named(app, *request.viewer, entity));
    field.entity = target->name;
    FAIRLEAD_TRY(read_words(body, field));
    FAIRLEAD_ASSIGN(field.name, text_at(body, "name"));
    if (field.name.empty()) field.name = name_from(field.label);
    else if (!field.name.starts_with("x_")) field.name = "x_" + field.name;
    if (!well_named(field.name))
        return refuse(Why::invalid, "bad_name", "A field's name has small letters, digits and _, as x_contract_signed", "/name", {{"value", field.name}});
    FAIRLEAD_TRY(read_type(body, *target.catalog, field));
    FAIRLEAD_TRY(read_choices(body, field));
    FAIRLEAD_TRY(read_flags(body, field));
    if (field.type == Type::choice && field.choices.empty())
        return refuse(Why::invalid, "required", "A choice field needs its choices", "/choices", {{"name", "choices"}});
    const std::lock_guard lock(changing);
    auto fields = app.store.catalog()->custom_fields();
    for (const CustomField& other : fields)
        if (other.entity == field.entity && other.name == field.name)
            return refuse(Why::duplicate, "duplicate", target->label + " already has a field " + field.name + ": choose another name", "/name", {{"value", field.name}});
    // The history of a dropped field keeps its name; another one of that name would read it as its own.
    if (store::is_dropped_name(app.store, field.entity, field.name)) {
        if (body.find("name"))
            return refuse(Why::duplicate, "dropped_name", "A field " + field.name + " was dropped, and its history keeps the name: choose another", "/name", {{"value", field.name}});
        const std::string stem = field.name.substr(0, 46);
        for (int i = 2; store::is_dropped_name(app.store, field.entity, field.name) || std::any_of(fields.begin(), fields.end(), [&](const CustomField& f) { return f.entity == field.entity && f.name == field.name; }); ++i)
            field.name = stem + "_" + std::to_string(i);
    }
    fields.push_back(field);
    FAIRLEAD_TRY(app.store.set_custom_fields(fields));
    return written(field, 201);
}

// The field at the address; `entity` tells two of one name apart.
Result<std::size_t> position_of(const Request& request, const std::vector<CustomField>& fields) {
    const auto entity = request.parameter("entity");
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name != request.parts.at(0) || (entity && fields[i].entity != *entity)) continue;
        if (found) return refuse(Why::bad_request, "ambiguous", "Several kinds of records have a field " + fields[i].name + ": add ?entity=", "entity", {{"name", fields[i].name}});
        found = i;
    }
    if (!found) return refuse(Why::not_found, "not_found", "There is no field " + request.parts.at(0) + " of the company's own", {}, {{"entity", "field"}, {"id", request.parts.at(0)}});
    return *found;
}

Result<Response> update_field(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"entity"}));
    FAIRLEAD_TRY(administrators_only(request));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"label", "help", "choices", "required", "search", "dimension", "measure"}));
    const std::lock_guard lock(changing);
    auto fields = app.store.catalog()->custom_fields();
    FAIRLEAD_ASSIGN(const std::size_t at, position_of(request, fields));
    CustomField& field = fields[at];
    FAIRLEAD_TRY(read_words(body, field));
    FAIRLEAD_TRY(read_choices(body, field));
    FAIRLEAD_TRY(read_flags(body, field));
    FAIRLEAD_TRY(app.store.set_custom_fields(fields));
    return written(field, 200);
}

// With dry_run what would go; without, only by naming the step.
Result<Response> delete_field(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"entity", "agree", "dry_run"}));
    FAIRLEAD_TRY(administrators_only(request));
    FAIRLEAD_ASSIGN(const bool dry_run, flag_parameter(request, "dry_run"));
    const std::lock_guard lock(changing);
    const auto fields = app.store.catalog()->custom_fields();
    FAIRLEAD_ASSIGN(const std::size_t at, position_of(request, fields));
    const CustomField& field = fields[at];
    if (dry_run) {
        FAIRLEAD_ASSIGN(const store::FieldLoss loss, store::loss_of(app.store, field.entity, field.name));
        const EntityInfo& entity = app.store.catalog()->need(field.entity);
        std::string columns = entity.title.empty() || entity.title == "id" ? "id" : "id," + entity.title;
        JsonWriter w;
        w.begin_object().text("entity", field.entity).text("name", field.name).text("label", field.label).text("agree", loss.step);
        w.number("values", loss.values).number("in_bin", loss.in_bin).number("requirements", loss.requirements).number("views", loss.views);
        w.text("export", "/api/v1/" + entity.plural + "/export?format=csv&fields=" + columns + "," + field.name + "&filter=" + http::percent_encoded("NOT(ISBLANK(" + field.name + "))"));
        return json_response(w.end_object().take());
    }
    FAIRLEAD_TRY(store::drop_field(app.store, field.entity, field.name, request.parameter("agree").value_or("")));
    Response response;
    response.status = 204;
    return response;
}

}  // namespace

void add_custom_field_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/custom_fields", Policy::viewer, answering(app, list_fields)});
    router.add({Method::post, "/api/v1/custom_fields", Policy::viewer, answering(app, create_field)});
    router.add({Method::patch, "/api/v1/custom_fields/{name}", Policy::viewer, answering(app, update_field)});
    router.add({Method::delete_, "/api/v1/custom_fields/{name}", Policy::viewer, answering(app, delete_field)});
}

}  // namespace fairlead::derive
