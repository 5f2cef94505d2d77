// The description as a page: no script, one style sheet, everything escaped.
#include "derive/app.h"
#include "derive/openapi.h"
#include "derive/rest.h"

#include <map>

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '&') out += "&amp;";
        else if (c == '"') out += "&quot;";
        else out += c;
    }
    return out;
}

std::string text_of(const Json* json) { return json && json->is(Json::Kind::text) ? json->text : std::string(); }

std::string last_part(const std::string& reference) { return reference.substr(reference.rfind('/') + 1); }

// The schema of a body or an answer: a link to it below.
std::string schema_link(const Json* holder) {
    const Json* content = holder ? holder->find("content") : nullptr;
    if (!content || content->members.empty()) return {};
    const auto& [type, media] = content->members.front();
    const Json* schema = media.find("schema");
    const std::string reference = text_of(schema ? schema->find("$ref") : nullptr);
    if (reference.empty()) return escaped(type);
    const std::string name = escaped(last_part(reference));
    return "<a href=\"#" + name + "\">" + name + "</a>";
}

std::string type_words(const Json& schema) {
    if (const Json* any = schema.find("anyOf")) {
        std::string out;
        for (const Json& one : any->items) out += (out.empty() ? "" : " | ") + type_words(one);
        return out;
    }
    if (const Json* reference = schema.find("$ref")) return last_part(reference->text);
    const Json* type = schema.find("type");
    if (const Json* choices = schema.find("enum")) {
        std::string out;
        for (const Json& one : choices->items) out += (out.empty() ? "" : " | ") + (one.is(Json::Kind::null) ? "null" : "\"" + one.text + "\"");
        return out;
    }
    if (!type) return "any";
    if (type->is(Json::Kind::text)) return type->text;
    std::string out;
    for (const Json& one : type->items) out += (out.empty() ? "" : " | ") + one.text;
    return out;
}

void add_operation(std::string& out, const std::string& method, const std::string& path, const Json& operation) {
    out += "<details><summary><b class=\"" + escaped(method) + "\">" + escaped(method) + "</b> <code>" + escaped(path) + "</code> " +
           escaped(text_of(operation.find("summary"))) + "</summary>";
    if (const Json* parameters = operation.find("parameters"); parameters && !parameters->items.empty()) {
        out += "<table><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr>";
        for (const Json& p : parameters->items)
            out += "<tr><td><code>" + escaped(text_of(p.find("name"))) + "</code></td><td>" + escaped(text_of(p.find("in"))) + "</td><td>" +
                   escaped(text_of(p.find("description"))) + "</td></tr>";
        out += "</table>";
    }
    if (const Json* body = operation.find("requestBody")) out += "<p>Body: " + schema_link(body) + "</p>";
    if (const Json* responses = operation.find("responses"))
        for (const auto& [status, response] : responses->members)
            if (status != "default") out += "<p>Answer " + escaped(status) + ": " + schema_link(&response) + "</p>";
    out += "</details>";
}

void add_schema(std::string& out, const std::string& name, const Json& schema) {
    out += "<h3 id=\"" + escaped(name) + "\">" + escaped(name) + "</h3>";
    const Json* properties = schema.find("properties");
    if (!properties) return;
    out += "<table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>";
    for (const auto& [field, type] : properties->members) {
        const std::string about = text_of(type.find("description"));
        out += "<tr><td><code>" + escaped(field) + "</code></td><td>" + escaped(type_words(type)) + "</td><td>" + escaped(text_of(type.find("title"))) +
               (about.empty() ? "" : ". " + escaped(about)) + "</td></tr>";
    }
    out += "</table>";
}

}  // namespace

std::string docs_page(std::string_view openapi) {
    const auto parsed = parse_object(openapi);
    ensure(static_cast<bool>(parsed), "the description is JSON");
    std::string out =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Fairlead: interface for software</title>"
        "<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body>"
        "<h1>Interface for software</h1><p>The same as <a href=\"/api/v1/openapi.json\">openapi.json</a>, to read.</p>";
    std::map<std::string, std::string> by_tag;
    for (const auto& [path, item] : parsed->find("paths")->members)
        for (const auto& [method, operation] : item.members) {
            const Json* tags = operation.find("tags");
            std::string method_upper;
            for (const char c : method) method_upper += static_cast<char>(c - 'a' + 'A');
            add_operation(by_tag[tags && !tags->items.empty() ? tags->items.front().text : ""], method_upper, path, operation);
        }
    for (const auto& [tag, operations] : by_tag) out += "<h2>" + escaped(tag) + "</h2>" + operations;
    out += "<h2>Schemas</h2>";
    for (const auto& [name, schema] : parsed->find("components")->find("schemas")->members) add_schema(out, name, schema);
    return out + "</body></html>";
}

std::string_view docs_style() {
    return "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
           "code{font:13px ui-monospace,monospace}summary{cursor:pointer;padding:.2rem 0}table{border-collapse:collapse;margin:.5rem 0}"
           "td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #dde1e6}"
           "details{border-bottom:1px solid #eef0f2}b{display:inline-block;min-width:4.5rem}"
           "@media(prefers-color-scheme:dark){body{background:#14171a;color:#e4e7ea}a{color:#8ab4f8}td,th,details{border-color:#30363d}}";
}

void add_description_routes(http::Router& router, store::Store& store) {
    // Its own three routes are part of what it describes.
    const auto lines = std::make_shared<std::vector<RouteLine>>();
    const auto description = [lines, &store](const Request& request) {
        return openapi_json(*lines, *store.catalog(), *request.viewer, request.language);
    };
    router.add({Method::get, "/api/v1/openapi.json", Policy::viewer, [description](Request& request, http::Reply reply) {
                    reply(json_response(description(request)));
                }});
    router.add({Method::get, "/api/docs", Policy::viewer, [description](Request& request, http::Reply reply) {
                    Response response = json_response(docs_page(description(request)));
                    response.type = "text/html; charset=utf-8";
                    reply(std::move(response));
                }});
    router.add({Method::get, "/api/docs.css", Policy::open, [](Request&, http::Reply reply) {
                    Response response;
                    response.type = "text/css; charset=utf-8";
                    response.body_static = docs_style();
                    reply(std::move(response));
                }});
    *lines = lines_of(router);
}

}  // namespace fairlead::derive
