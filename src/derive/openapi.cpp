// Writes the description: components from the catalogue, paths from the routes.
#include "derive/openapi.h"

#include <map>

#include "base/text.h"
#include "derive/json.h"
#include "derive/words.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using model::ActionInfo;
using model::Catalog;
using model::EntityInfo;
using model::FieldInfo;
using store::FieldAccess;
using store::Viewer;

std::vector<RouteLine> lines_of(const http::Router& router) {
    std::vector<RouteLine> lines;
    for (const http::Route& route : router.routes()) lines.push_back({route.method, route.pattern, route.policy});
    return lines;
}

std::string schema_name(std::string_view entity) {
    std::string out;
    bool up = true;
    for (const char c : entity) {
        if (c == '_') {
            up = true;
            continue;
        }
        out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        up = false;
    }
    return out;
}

namespace {

void ref(JsonWriter& w, std::string_view schema) { w.begin_object().text("$ref", "#/components/schemas/" + std::string(schema)).end_object(); }

// Parameters by name: where they are, and their schema.
struct Parameter {
    std::string_view name, in, schema, about;
};
constexpr Parameter parameters[] = {
    {"filter", "query", R"({"type":"string"})", "Formula text that is true for the records wanted, as amount > 10000 AND stage.kind = \"open\""},
    {"sort", "query", R"({"type":"string"})", "Fields, comma between, - for descending: -amount,close_date"},
    {"limit", "query", R"({"type":"integer","minimum":1,"maximum":500})", "How many at most"},
    {"cursor", "query", R"({"type":"string"})", "From page.next or page.prev of an answer to the same question"},
    {"fields", "query", R"({"type":"string"})", "Only these fields, comma between"},
    {"expand", "query", R"({"type":"string"})", "References to open by one level, comma between"},
    {"search", "query", R"({"type":"string"})", "Words that the record contains"},
    {"count", "query", R"({"type":"string","enum":["exact","none"]})", "Whether to count what matches"},
    {"as_of", "query", R"({"type":"string"})", "As it stood in the business at this moment or on this day"},
    {"closing_from", "query", R"({"type":"string","format":"date"})", "Of a movement: of deals whose closing date is not before this day"},
    {"closing_to", "query", R"({"type":"string","format":"date"})", "Of a movement: of deals whose closing date is not after this day"},
    {"part", "query", R"({"type":"string"})", "Of a movement: the part whose deals are wanted"},
    {"known_at", "query", R"({"type":"string"})", "As it was known here at this moment"},
    {"bin", "query", R"({"type":"boolean"})", "The deleted ones instead"},
    {"view", "query", R"({"type":"string"})", "A saved view, whose filter, order and columns hold where nothing else is said"},
    {"dry_run", "query", R"({"type":"boolean"})", "Checks and shows the outcome, changes nothing"},
    {"before", "query", R"({"type":"integer"})", "Continue before this sequence number"},
    {"user", "query", R"({"type":"string"})", "The user asked about"},
    {"q", "query", R"({"type":"string"})", "Words to look for"},
    {"entities", "query", R"({"type":"string"})", "Only these kinds of records, comma between"},
    {"entity", "query", R"({"type":"string"})", "The kind of record"},
    {"pipeline", "query", R"({"type":"string"})", "The pipeline's id; the first active one otherwise"},
    {"format", "query", R"({"type":"string","enum":["csv","csv-excel","xlsx","jsonl"]})", "Form of the file"},
    {"heads", "query", R"({"type":"string","enum":["labels","names"]})", "Columns are called by their labels in the reader's language, or by the fields' names"},
    {"ids", "query", R"({"type":"boolean"})", "Also a column with the id of the record and of each reference"},
    {"filename", "query", R"({"type":"string"})", "What the file is called"},
    {"by", "query", R"({"type":"string"})", "What the figure is split by"},
    {"from", "query", R"({"type":"string","format":"date"})", "First day"},
    {"to", "query", R"({"type":"string","format":"date"})", "Last day"},
    {"If-Match", "header", R"({"type":"string"})", "The ETag that was read, or * to overwrite whatever is there"},
    {"Idempotency-Key", "header", R"({"type":"string","maxLength":200})", "Makes a repeat of this request harmless"},
};

// Schemas that do not depend on the catalogue.
constexpr std::pair<std::string_view, std::string_view> fixed_schemas[] = {
    {"Object", R"({"type":"object"})"},
    {"Objects", R"({"type":"array","items":{"type":"object"}})"},
    {"Money", R"({"type":"object","required":["amount","currency"],"properties":{"amount":{"type":"string","examples":["1234.50"]},"currency":{"type":"string","minLength":3,"maxLength":3}}})"},
    {"Reference", R"({"type":"object","required":["id"],"properties":{"id":{"type":"string"},"title":{"type":"string"}}})"},
    {"Page", R"({"type":"object","properties":{"next":{"type":["string","null"]},"prev":{"type":["string","null"]},"has_more":{"type":"boolean"},"count":{"type":["integer","null"]}}})"},
    {"Rows", R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object"}}}})"},
    {"Problem", R"({"type":"object","required":["type","title","status","code"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"instance":{"type":"string"},"request_id":{"type":"string"},"code":{"type":"string"},"errors":{"type":"array","items":{"type":"object","properties":{"pointer":{"type":"string"},"code":{"type":"string"},"message":{"type":"string"},"params":{"type":"object"}}}},"current":{"type":"object"}}})"},
    {"ListQuery", R"({"type":"object","additionalProperties":false,"properties":{"filter":{"type":"string"},"sort":{"type":["string","array"],"items":{"type":"string"}},"limit":{"type":"integer","minimum":1,"maximum":500},"cursor":{"type":"string"},"fields":{"type":["string","array"],"items":{"type":"string"}},"expand":{"type":["string","array"],"items":{"type":"string"}},"search":{"type":"string"},"count":{"enum":["exact","none"]},"as_of":{"type":"string"},"known_at":{"type":"string"},"bin":{"type":"boolean"}}})"},
    {"GroupQuery", R"j({"type":"object","additionalProperties":false,"properties":{"filter":{"type":"string"},"search":{"type":"string"},"group":{"type":"array","items":{"type":"string"}},"aggregate":{"type":"array","items":{"type":"string"},"examples":[["count()","sum(amount)"]]},"as_of":{"type":"string"},"known_at":{"type":"string"},"limit":{"type":"integer","minimum":1,"maximum":100000}}})j"},
    {"CountQuery", R"({"type":"object","additionalProperties":false,"required":["filters"],"properties":{"filters":{"type":"object","additionalProperties":{"type":"string"},"maxProperties":100},"as_of":{"type":"string"},"known_at":{"type":"string"}}})"},
    {"Counts", R"({"type":"object","properties":{"counts":{"type":"object","additionalProperties":{"type":["integer","null"]}}}})"},
    {"Groups", R"({"type":"object","properties":{"groups":{"type":"array","items":{"type":"object"}},"unpriced":{"type":"array","description":"By aggregate, the amounts in a currency without a rate that it leaves out","items":{"type":"object","properties":{"aggregate":{"type":"string"},"n":{"type":"integer"},"filter":{"type":"string"}}}},"notes":{"type":"array","items":{"type":"string"}}}})"},
    {"History", R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object","properties":{"seq":{"type":"integer"},"recorded_at":{"type":"string","format":"date-time"},"effective_at":{"type":"string","format":"date-time"},"actor":{"anyOf":[{"$ref":"#/components/schemas/Reference"},{"type":"null"}]},"kind":{"type":"string"},"fields":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"before":{},"after":{}}}},"batch":{"type":["string","null"]}}}},"next":{"type":["integer","null"]}}})"},
    {"Grants", R"({"type":"object","properties":{"user":{"type":"string"},"visible":{"type":"boolean"},"grants":{"type":"array","items":{"type":"string"}}}})"},
    {"Bulk", R"({"type":"object","additionalProperties":false,"required":["operation"],"properties":{"operation":{"enum":["create","update","delete","action"]},"records":{"type":"array","items":{"type":["object","string"]}},"filter":{"type":"string"},"set":{"type":"object"},"action":{"type":"string"},"parameters":{"type":"object"}}})"},
    {"BulkResult", R"({"type":"object","properties":{"batch":{"type":["string","null"]},"results":{"type":"array","items":{"type":"object","properties":{"index":{"type":"integer"},"id":{"type":["string","null"]},"status":{"type":"integer"},"errors":{"type":"array","items":{"type":"object"}}}}},"done":{"type":"integer"},"refused":{"type":"integer"}}})"},
    {"Duplicates", R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"title":{"type":"string"},"likeness":{"enum":["same","strong","weak","related"]},"reasons":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"code":{"type":"string"},"message":{"type":"string"}}}}}}},"count":{"type":"integer"}}})"},
    {"Merge", R"({"type":"object","additionalProperties":false,"required":["loser"],"properties":{"loser":{"type":["string","object"]},"take":{"type":"object","additionalProperties":{"enum":["loser","winner"]}}}})"},
    {"Unmerge", R"({"type":"object","additionalProperties":false,"properties":{"loser":{"type":["string","object"]}}})"},
    {"Undone", R"({"type":"object","properties":{"undone":{"type":"integer"},"left":{"type":"array","items":{"type":"object","properties":{"entity":{"type":"string"},"id":{"type":"string"},"why":{"type":"string"}}}}}})"},
    {"Found", R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object","properties":{"entity":{"type":"string"},"id":{"type":"string"},"title":{"type":"string"},"detail":{"type":"string"}}}}}})"},
    {"FormulaCheck", R"({"type":"object","additionalProperties":false,"required":["entity","formula"],"properties":{"entity":{"type":"string"},"formula":{"type":"string"},"expected":{"type":"string"}}})"},
    {"FormulaChecked", R"({"type":"object","properties":{"valid":{"type":"boolean"},"type":{"type":["string","null"]},"errors":{"type":"array","items":{"type":"object"}},"fields":{"type":"array","items":{"type":"string"}}}})"},
    {"FormulaEvaluate", R"({"type":"object","additionalProperties":false,"required":["entity","formula","id"],"properties":{"entity":{"type":"string"},"formula":{"type":"string"},"expected":{"type":"string"},"id":{"type":"string"}}})"},
    {"FormulaEvaluated", R"({"type":"object","properties":{"value":{},"trace":{"type":"object"}}})"},
    {"Functions", R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"group":{"type":"string"},"signature":{"type":"string"},"about":{"type":"string"},"example":{"type":"string"},"result":{"type":"string"},"pushes_down":{"type":"boolean"}}}}}})"},
    {"Board", R"({"type":"object","properties":{"entity":{"type":"string"},"pipeline":{"$ref":"#/components/schemas/Reference"},"stages":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"},"kind":{"type":"string"},"probability":{"type":["string","null"]},"count":{"type":"integer"},"sum":{"$ref":"#/components/schemas/Money"},"weighted":{"$ref":"#/components/schemas/Money"}}}},"total":{"type":"object"},"notes":{"type":"array","items":{"type":"string"}},"unpriced":{"type":["object","null"],"description":"Amounts in a currency without a rate: counted, and in no sum","properties":{"n":{"type":"integer"},"filter":{"type":"string"}}}}})"},
    {"CustomField", R"({"type":"object","properties":{"entity":{"type":"string"},"name":{"type":"string"},"label":{"type":"string"},"help":{"type":"string"},"type":{"type":"string"},"target":{"type":"string"},"choices":{"type":"array","items":{"type":"object"}},"required":{"type":"boolean"},"search":{"type":"boolean"},"dimension":{"type":"boolean"},"measure":{"type":"boolean"},"scale":{"type":"integer"}}})"},
    {"SignIn", R"({"type":"object","required":["email","password"],"properties":{"email":{"type":"string"},"password":{"type":"string"}}})"},
};

// ---- Components --------------------------------------------------------------------------------------------

void write_nullable(JsonWriter& w, std::string_view type, std::string_view extra = {}) {
    w.raw("{\"type\":[\"" + std::string(type) + "\",\"null\"]" + std::string(extra));
}

void write_field_schema(JsonWriter& w, const EntityInfo& entity, const FieldInfo& field, std::string_view language, bool input) {
    switch (field.type) {
        case Type::boolean: write_nullable(w, "boolean"); break;
        case Type::whole:
            if (field.options.meaning != model::Meaning::any_record) write_nullable(w, "integer");
            else w.raw(input ? "{\"type\":[\"string\",\"integer\",\"null\"]" : "{\"type\":[\"string\",\"null\"]");
            break;
        case Type::duration: write_nullable(w, "number"); break;
        case Type::decimal:
        case Type::percent: w.raw(input ? "{\"type\":[\"string\",\"number\",\"null\"]" : "{\"type\":[\"string\",\"null\"]"); break;
        case Type::date: write_nullable(w, "string", ",\"format\":\"date\""); break;
        case Type::instant: write_nullable(w, "string", ",\"format\":\"date-time\""); break;
        case Type::text: write_nullable(w, "string", ",\"maxLength\":" + std::to_string(field.options.length_max)); break;
        case Type::choice: {
            std::string choices = ",\"enum\":[";
            for (const auto& choice : field.choices) {
                choices += '"';
                append_json_escaped(choices, choice.value);
                choices += "\",";
            }
            write_nullable(w, "string", choices + "null]");
            break;
        }
        case Type::money:
            w.raw(input ? R"({"anyOf":[{"$ref":"#/components/schemas/Money"},{"type":["string","number","null"]}])"
                        : R"({"anyOf":[{"$ref":"#/components/schemas/Money"},{"type":"null"}])");
            break;
        case Type::reference:
            if (field.system && field.slot == model::slot_id) w.raw("{\"type\":\"string\"");
            else w.raw(input ? R"({"anyOf":[{"$ref":"#/components/schemas/Reference"},{"type":["string","null"]}])"
                             : R"({"anyOf":[{"$ref":"#/components/schemas/Reference"},{"type":"null"}])");
            break;
        case Type::list: w.raw("{\"type\":\"array\""); break;
    }
    w.text("title", field_label(entity, field, language));
    const std::string help = field_help(entity, field, language);
    if (!help.empty()) w.text("description", help);
    w.end_object();
}

bool is_input(const EntityInfo& entity, const FieldInfo& field, const Viewer& viewer) {
    return field.is_stored() && !field.system && !field.options.read_only && viewer.field(entity, field) == FieldAccess::write;
}

void write_entity_schemas(JsonWriter& w, const EntityInfo& entity, const Viewer& viewer, std::string_view language) {
    const std::string name = schema_name(entity.name);
    w.key(name).begin_object().text("type", "object").text("title", entity_label(entity, language));
    const std::string help = entity_help(entity, language);
    if (!help.empty()) w.text("description", help);
    w.key("properties").begin_object();
    for (const FieldInfo& field : entity.fields) {
        if (field.is_many() || !viewer.reads(entity, field)) continue;
        w.key(field.name);
        write_field_schema(w, entity, field, language, false);
    }
    w.end_object().end_object();
    for (const bool creating : {true, false}) {
        w.key(name + (creating ? "Create" : "Update")).begin_object().text("type", "object").boolean("additionalProperties", false);
        w.key("properties").begin_object();
        for (const FieldInfo& field : entity.fields) {
            if (!is_input(entity, field, viewer)) continue;
            w.key(field.name);
            write_field_schema(w, entity, field, language, true);
        }
        w.end_object();
        if (creating) {
            w.key("required").begin_array();
            for (const FieldInfo& field : entity.fields)
                if (is_input(entity, field, viewer) && field.options.required && !field.initial) w.text(field.name);
            w.end_array();
        }
        w.end_object();
    }
    w.key(name + "List").begin_object().text("type", "object").key("properties").begin_object();
    w.key("data").begin_object().text("type", "array").key("items");
    ref(w, name);
    w.end_object().key("page");
    ref(w, "Page");
    w.end_object().end_object();
}

void write_parameter_schema(JsonWriter& w, const model::Parameter& parameter, std::string_view label) {
    FieldInfo field;
    field.type = parameter.type;
    field.options.length_max = 20'000;
    for (const model::Choice& choice : parameter.choices) field.choices.push_back({std::string(choice.value), std::string(choice.label)});
    field.custom = true;  // its label is already in the reader's language
    field.label = label;
    write_field_schema(w, EntityInfo{}, field, "en", true);
}

void write_action_schema(JsonWriter& w, const EntityInfo& entity, const ActionInfo& action, std::string_view language) {
    w.key(schema_name(entity.name) + schema_name(action.name)).begin_object().text("type", "object").boolean("additionalProperties", false);
    w.key("properties").begin_object();
    for (const model::Parameter& parameter : action.declared->parameters) {
        w.key(parameter.name);
        write_parameter_schema(w, parameter, parameter_label(entity, action, parameter, language));
    }
    w.end_object().key("required").begin_array();
    for (const model::Parameter& parameter : action.declared->parameters)
        if (parameter.required) w.text(parameter.name);
    w.end_array().end_object();
}

// ---- Paths -------------------------------------------------------------------------------------------------

struct Operation {
    const RouteLine* route = nullptr;
    const Described* described = nullptr;
    const EntityInfo* entity = nullptr;
    const ActionInfo* action = nullptr;
};

void replace(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

std::string filled(std::string_view text, const Operation& of, std::string_view language) {
    std::string out(text);
    if (!of.entity) return out;
    replace(out, "{labels}", entity_label_plural(*of.entity, language));
    replace(out, "{label}", entity_label(*of.entity, language));
    replace(out, "{entity}", schema_name(of.entity->name));
    if (of.action) replace(out, "{action}", action_label(*of.entity, *of.action, language));
    return out;
}

std::string schema_of(std::string_view text, const Operation& of) {
    if (text == "{action}") return schema_name(of.entity->name) + schema_name(of.action->name);
    return filled(text, of, "en");
}

std::string path_of(const Operation& of) {
    std::string path = of.route->pattern;
    if (of.entity) replace(path, "{plural}", of.entity->plural);
    if (of.action) replace(path, "{name}", of.action->name);
    return path;
}

std::string operation_id(std::string_view method, std::string_view path) {
    std::string id = lower_ascii(method);
    for (const char c : path.substr(path.starts_with("/api/v1/") ? 7 : 0)) id += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ? c : (c == '{' || c == '}') ? '\0' : '_';
    std::erase(id, '\0');
    return id;
}

void write_parameters(JsonWriter& w, const Operation& of, const std::string& path) {
    w.key("parameters").begin_array();
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
        std::string name = path.substr(at + 1, path.find('}', at) - at - 1);
        if (name.ends_with("...")) name.resize(name.size() - 3);
        w.begin_object().text("name", name).text("in", "path").boolean("required", true).key("schema").raw(R"({"type":"string"})").end_object();
    }
    for (const std::string& name : split(of.described ? of.described->parameters : std::string_view(), ' ')) {
        const auto known = std::find_if(std::begin(parameters), std::end(parameters), [&](const Parameter& p) { return p.name == name; });
        if (known == std::end(parameters)) continue;
        w.begin_object().text("name", name).text("in", known->in).text("description", known->about);
        // An action and a change need the version; elsewhere the header is a choice.
        w.boolean("required", name == "If-Match" && of.route->method != Method::post);
        w.key("schema").raw(known->schema).end_object();
    }
    w.end_array();
}

void write_content(JsonWriter& w, std::string_view schema) {
    w.key("content").begin_object();
    if (schema == "File") w.key("application/octet-stream").begin_object().end_object();
    else if (schema == "Events") w.key("text/event-stream").begin_object().end_object();
    else if (schema == "Page of HTML") w.key("text/html").begin_object().end_object();
    else {
        w.key("application/json").begin_object().key("schema");
        ref(w, schema);
        w.end_object();
    }
    w.end_object();
}

void write_responses(JsonWriter& w, const Operation& of) {
    const Described* d = of.described;
    w.key("responses").begin_object();
    w.key(std::to_string(d ? d->status : 200)).begin_object().text("description", d && d->answer.empty() ? "Done" : "The answer");
    if (!d || !d->answer.empty()) write_content(w, d ? schema_of(d->answer, of) : "Object");
    w.end_object();
    // Rehearsed, nothing was created.
    if (d && d->status == 201 && d->parameters.find("dry_run") != std::string_view::npos) {
        w.key("200").begin_object().text("description", "With dry_run: as it would be");
        write_content(w, schema_of(d->answer, of));
        w.end_object();
    }
    w.key("default").begin_object().text("$ref", "#/components/responses/Refused").end_object();
    w.end_object();
}

void write_operation(JsonWriter& w, const Operation& of, const std::string& path, std::string_view language) {
    const std::string_view method = http::method_name(of.route->method);
    w.key(lower_ascii(method)).begin_object();
    w.text("operationId", operation_id(method, path));
    w.text("summary", of.described ? filled(of.described->summary, of, language) : std::string(method) + " " + path);
    w.key("tags").begin_array().text(of.entity ? entity_label_plural(*of.entity, language) : "Fairlead").end_array();
    if (of.route->policy == Policy::open) w.key("security").begin_array().end_array();
    else if (of.route->policy == Policy::session) w.key("security").raw(R"([{"session":[]}])");
    write_parameters(w, of, path);
    if (of.described && !of.described->body.empty()) {
        w.key("requestBody").begin_object().boolean("required", of.described->body != "Unmerge" && of.described->body != "{action}");
        write_content(w, schema_of(of.described->body, of));
        w.end_object();
    }
    write_responses(w, of);
    w.end_object();
}

bool is_served(const EntityInfo& entity, const Viewer& viewer) {
    return entity.access != model::AccessKind::system && viewer.may(entity, store::Right::read);
}

std::map<std::string, std::vector<Operation>> operations_by_path(const std::vector<RouteLine>& routes, const Catalog& catalog, const Viewer& viewer) {
    std::map<std::string, std::vector<Operation>> paths;
    const auto add = [&](const Operation& of) { paths[path_of(of)].push_back(of); };
    for (const RouteLine& route : routes) {
        const Described* described = description_of({route.method, route.pattern, route.policy, {}});
        if (route.pattern.find("{plural}") == std::string::npos) {
            add({&route, described, nullptr, nullptr});
            continue;
        }
        for (const auto& entity : catalog.entities()) {
            if (!is_served(*entity, viewer)) continue;
            if (!route.pattern.ends_with("/actions/{name}")) add({&route, described, entity.get(), nullptr});
            else
                for (const ActionInfo& action : entity->actions) add({&route, described, entity.get(), &action});
        }
    }
    return paths;
}

}  // namespace

std::string openapi_json(const std::vector<RouteLine>& routes, const Catalog& catalog, const Viewer& viewer, std::string_view language) {
    JsonWriter w;
    w.begin_object().text("openapi", "3.1.0").key("info").begin_object().text("title", "Fairlead").text("version", FAIRLEAD_VERSION);
    w.text("description", "Every record, list, figure and action of this installation, with the fields that it has now.").end_object();
    w.key("servers").raw(R"([{"url":"/"}])").key("security").raw(R"([{"token":[]},{"session":[]}])");
    w.key("paths").begin_object();
    for (const auto& [path, operations] : operations_by_path(routes, catalog, viewer)) {
        w.key(path).begin_object();
        for (const Operation& of : operations) write_operation(w, of, path, language);
        w.end_object();
    }
    w.end_object().key("components").begin_object().key("schemas").begin_object();
    for (const auto& [name, schema] : fixed_schemas) w.key(name).raw(schema);
    for (const auto& entity : catalog.entities()) {
        if (!is_served(*entity, viewer)) continue;
        write_entity_schemas(w, *entity, viewer, language);
        for (const ActionInfo& action : entity->actions) write_action_schema(w, *entity, action, language);
    }
    w.end_object();
    w.key("responses").raw(R"j({"Refused":{"description":"Refused, with reasons (RFC 9457)","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}})j");
    w.key("securitySchemes").raw(R"({"token":{"type":"http","scheme":"bearer"},"session":{"type":"apiKey","in":"cookie","name":"sid"}})");
    w.end_object().end_object();
    return w.take();
}

}  // namespace fairlead::derive
