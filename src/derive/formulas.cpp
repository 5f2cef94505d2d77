// The formula language for people who write formulas: checking with places, trying out on a record, help.
#include "base/text.h"
#include "derive/app.h"
#include "derive/messages.h"
#include "derive/routes.h"

namespace fairlead::derive {

using formula::Trace;
using http::Method;
using http::Policy;
using http::Request;
using http::Response;

namespace {

struct Asked {
    Target target;
    Result<formula::Formula> checked = formula::Formula();
};

Result<std::optional<Type>> type_at(const Json& body) {
    FAIRLEAD_ASSIGN(const std::string name, text_at(body, "expected"));
    if (name.empty()) return std::optional<Type>();
    for (int i = 0; i <= static_cast<int>(Type::list); ++i)
        if (type_name(static_cast<Type>(i)) == name) return std::optional<Type>(static_cast<Type>(i));
    return refuse(Why::bad_request, "wrong_type", "\"" + name + "\" is not a type of value", "/expected", {{"wanted", "the name of a type"}});
}

Result<Asked> read_asked(App& app, const Request& request, const Json& body) {
    Asked asked;
    FAIRLEAD_ASSIGN(const std::string entity, text_at(body, "entity"));
    FAIRLEAD_ASSIGN(asked.target, target_named(app, *request.viewer, entity));
    FAIRLEAD_ASSIGN(const std::string text, text_at(body, "formula"));
    FAIRLEAD_ASSIGN(const auto expected, type_at(body));
    formula::CheckOptions options;
    options.expected = expected;
    options.currency = asked.target.catalog->currency();
    asked.checked = formula::check(text, store::ViewerSchema(*asked.target.catalog, *request.viewer), asked.target->name, options);
    return asked;
}

std::int64_t place(const Refusal& reason, std::string_view name) {
    for (const auto& [key, value] : reason.params)
        if (key == name) return std::strtoll(value.c_str(), nullptr, 10);
    return 0;
}

Result<Response> check(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"entity", "formula", "expected"}));
    FAIRLEAD_ASSIGN(const Asked asked, read_asked(app, request, body));
    JsonWriter w;
    w.begin_object().boolean("valid", static_cast<bool>(asked.checked)).key("type");
    asked.checked ? w.text(type_name((*asked.checked)->root->type.type)) : w.null();
    w.key("errors").begin_array();
    if (!asked.checked)
        for (const Refusal& reason : asked.checked.refused().reasons) {
            w.begin_object().number("begin", place(reason, "begin")).number("end", place(reason, "end"));
            w.text("code", reason.code).text("message", http::message_in(reason, request.language)).end_object();
        }
    w.end_array().key("fields").begin_array();
    if (asked.checked)
        for (const std::string& field : (*asked.checked)->fields) w.text(field);
    w.end_array();
    if (asked.checked) w.boolean("pushes_down", (*asked.checked)->pushes_down).boolean("uses_now", (*asked.checked)->uses_now);
    w.end_object();
    return json_response(w.take());
}

void write_plain(JsonWriter& w, const Value& value, Source& source) {
    // Inside of a trace a value has no declared type: references show as ids.
    formula::FieldType type;
    if (value.is<Id>()) w.text(value.as<Id>().text());
    else write_value(w, value, type, source);
}

void write_trace(JsonWriter& w, const Trace& trace, Source& source) {
    w.begin_object().text("text", trace.text).key("value");
    write_plain(w, trace.value, source);
    if (!trace.note.empty()) w.text("note", trace.note);
    w.key("parts").begin_array();
    for (const Trace& part : trace.parts) write_trace(w, part, source);
    w.end_array().end_object();
}

Result<Response> evaluate(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"entity", "formula", "expected", "id"}));
    FAIRLEAD_ASSIGN(const Asked asked, read_asked(app, request, body));
    if (!asked.checked) {
        Refused refused = asked.checked.refused();
        refused.why = Why::bad_request;
        for (Refusal& reason : refused.reasons) reason.field = "/formula";
        return refused;
    }
    FAIRLEAD_ASSIGN(const std::string id_text, text_at(body, "id"));
    const auto id = Id::parse(id_text);
    if (!id) return refuse(Why::bad_request, "required", "Name the record by its id", "/id", {{"name", "id"}});
    FAIRLEAD_ASSIGN(const model::Record record, app.store.get(*request.viewer, asked.target->name, *id));
    formula::Context context = app.store.context();
    context.user = request.viewer->user;
    Trace trace;
    FAIRLEAD_ASSIGN(const Value value, formula::evaluate(**asked.checked, ReaderRow(app.store, *request.viewer, record), context, &trace));
    StoreSource source = app.source(request);
    JsonWriter w;
    w.begin_object().key("value");
    write_value(w, value, (*asked.checked)->root->type, source);
    w.key("trace");
    write_trace(w, trace, source);
    w.end_object();
    return json_response(w.take());
}

Result<Response> functions(App&, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const formula::FunctionHelp& help : formula::function_help()) {
        w.begin_object().text("name", help.name).text("group", help.group).text("signature", help.signature).text("about", help.about);
        w.text("example", help.example).text("result", help.result).boolean("pushes_down", help.pushes_down).end_object();
    }
    w.end_array().end_object();
    return json_response(w.take());
}

}  // namespace

void add_formula_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::post, "/api/v1/formula/check", Policy::viewer, answering(app, check)});
    router.add({Method::post, "/api/v1/formula/evaluate", Policy::viewer, answering(app, evaluate)});
    router.add({Method::get, "/api/v1/formula/functions", Policy::viewer, answering(app, functions)});
}

}  // namespace fairlead::derive
