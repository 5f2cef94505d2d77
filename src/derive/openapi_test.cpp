// The description says what answers: every route, every field, every reference resolves.
#include "derive/openapi.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "derive/json.h"
#include "derive/rest.h"
#include "modules/modules.h"
#include "store/viewer.h"

using namespace fairlead;
using namespace fairlead::derive;

namespace {

const model::Catalog& catalog() {
    static const auto built = model::Catalog::build(all_modules());
    REQUIRE(built);
    return **built;
}

// The handlers keep a reference to the store and do not call it before a request comes.
struct NoStore {
    alignas(16) char nothing[16] = {};
    store::Store& as_store() { return *reinterpret_cast<store::Store*>(nothing); }
};

std::vector<RouteLine> lines() {
    static NoStore none;
    http::Router router;
    add_routes(router, none.as_store());
    add_description_routes(router, none.as_store());
    return lines_of(router);
}

Json described(const store::Viewer& viewer = *store::Viewer::system()) {
    const auto parsed = parse_json(openapi_json(lines(), catalog(), viewer, "en"));
    REQUIRE(parsed);
    return *parsed;
}

void each_object(const Json& json, const std::function<void(const Json&)>& visit) {
    if (json.is(Json::Kind::object)) visit(json);
    for (const Json& item : json.items) each_object(item, visit);
    for (const auto& [name, value] : json.members) each_object(value, visit);
}

}  // namespace

TEST_CASE("Every route of records is described, for every entity, with a summary of its own") {
    const Json openapi = described();
    const Json& paths = *openapi.find("paths");
    for (const RouteLine& line : lines()) {
        CAPTURE(line.pattern);
        const Described* words = description_of({line.method, line.pattern, line.policy, {}});
        CHECK(words != nullptr);
        std::string method(http::method_name(line.method));
        for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
        if (line.pattern.find("{plural}") == std::string::npos) {
            REQUIRE(paths.find(line.pattern));
            CHECK(paths.find(line.pattern)->find(method));
            continue;
        }
        for (const auto& entity : catalog().entities()) {
            if (entity->access == model::AccessKind::system) continue;
            std::string path = line.pattern;
            path.replace(path.find("{plural}"), 8, entity->plural);
            if (path.ends_with("/{name}")) {
                for (const auto& action : entity->actions) {
                    const std::string one = path.substr(0, path.size() - 6) + action.name;
                    REQUIRE_MESSAGE(paths.find(one), one);
                }
                continue;
            }
            REQUIRE_MESSAGE(paths.find(path), path);
            CHECK(paths.find(path)->find(method));
        }
    }
}

TEST_CASE("The description keeps the rules of OpenAPI 3.1") {
    const Json openapi = described();
    CHECK(openapi.find("openapi")->text == "3.1.0");
    CHECK(openapi.find("info")->find("title"));
    CHECK(openapi.find("info")->find("version"));
    std::set<std::string> ids;
    for (const auto& [path, item] : openapi.find("paths")->members) {
        CAPTURE(path);
        CHECK(path.front() == '/');
        for (const auto& [method, operation] : item.members) {
            CHECK(std::set<std::string>{"get", "put", "post", "patch", "delete"}.contains(method));
            REQUIRE(operation.find("operationId"));
            CHECK_MESSAGE(ids.insert(operation.find("operationId")->text).second, operation.find("operationId")->text);
            CHECK(!operation.find("summary")->text.empty());
            CHECK(operation.find("summary")->text.find('{') == std::string::npos);
            REQUIRE(operation.find("responses"));
            CHECK(!operation.find("responses")->members.empty());
            for (const auto& [status, response] : operation.find("responses")->members)
                CHECK((response.find("description") || response.find("$ref")));
            // Every placeholder of the path is a parameter, and every path parameter a placeholder.
            std::set<std::string> placeholders, declared;
            for (auto at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1))
                placeholders.insert(path.substr(at + 1, path.find('}', at) - at - 1));
            std::set<std::pair<std::string, std::string>> seen;
            for (const Json& parameter : operation.find("parameters")->items) {
                REQUIRE(parameter.find("name"));
                REQUIRE(parameter.find("schema"));
                const std::string in = parameter.find("in")->text;
                CHECK(seen.insert({in, parameter.find("name")->text}).second);
                if (in == "path") {
                    declared.insert(parameter.find("name")->text);
                    CHECK(parameter.find("required")->flag);
                } else CHECK((in == "query" || in == "header"));
            }
            CHECK(placeholders == declared);
            if (const Json* body = operation.find("requestBody")) CHECK(body->find("content"));
        }
    }
}

TEST_CASE("Every reference of the description leads somewhere") {
    const Json openapi = described();
    std::size_t references = 0;
    each_object(openapi, [&](const Json& object) {
        const Json* reference = object.find("$ref");
        if (!reference || !reference->is(Json::Kind::text)) return;
        ++references;
        const Json* at = &openapi;
        std::string path = reference->text;
        REQUIRE(path.starts_with("#/"));
        path = path.substr(2);
        while (!path.empty() && at) {
            const auto slash = path.find('/');
            at = at->find(path.substr(0, slash));
            path = slash == std::string::npos ? std::string() : path.substr(slash + 1);
        }
        CHECK_MESSAGE(at, reference->text);
    });
    CHECK(references > 100);
}

TEST_CASE("A schema has its entity's fields, and a body only those that may be set") {
    const Json openapi = described();
    const Json& schemas = *openapi.find("components")->find("schemas");
    const auto& opportunity = catalog().need("opportunity");
    const Json& read = *schemas.find("Opportunity")->find("properties");
    const Json& create = *schemas.find("OpportunityCreate")->find("properties");
    for (const auto& field : opportunity.fields) {
        if (field.is_many()) {
            CHECK_FALSE(read.find(field.name));
            continue;
        }
        CAPTURE(field.name);
        REQUIRE(read.find(field.name));
        const bool settable = field.is_stored() && !field.system && !field.options.read_only;
        CHECK((create.find(field.name) != nullptr) == settable);
    }
    CHECK(read.find("amount")->find("anyOf"));
    CHECK(read.find("close_date")->find("format")->text == "date");
    CHECK_FALSE(schemas.find("OpportunityCreate")->find("additionalProperties")->flag);
    for (const auto& entity : catalog().entities()) {
        if (entity->access == model::AccessKind::system) continue;
        for (const Json& required : schemas.find(schema_name(entity->name) + "Create")->find("required")->items)
            CHECK(schemas.find(schema_name(entity->name) + "Create")->find("properties")->find(required.text));
    }
}

TEST_CASE("What a reader may not see is not described to him") {
    store::Viewer viewer;
    viewer.entities.resize(catalog().entities().size());
    const auto& account = catalog().need("account");
    auto& access = viewer.entities[static_cast<std::size_t>(account.number)];
    access.reach[static_cast<int>(store::Right::read)].everything = true;
    access.fields.assign(account.fields.size(), store::FieldAccess::read);
    for (std::size_t i = 0; i < account.fields.size(); ++i)
        if (account.fields[i].name == "tax_code") access.fields[i] = store::FieldAccess::hidden;
    const std::string text = openapi_json(lines(), catalog(), viewer, "en");
    CHECK(text.find("/api/v1/accounts") != std::string::npos);
    CHECK(text.find("/api/v1/opportunities") == std::string::npos);
    CHECK(text.find("tax_code") == std::string::npos);
    CHECK(text.find("legal_name") != std::string::npos);
}

TEST_CASE("The page shows the description, with everything escaped and without script") {
    const std::string page = docs_page(openapi_json(lines(), catalog(), *store::Viewer::system(), "vi"));
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("style=") == std::string::npos);
    CHECK(page.find("Cơ hội") != std::string::npos);
    CHECK(page.find("/api/v1/opportunities/{id}") != std::string::npos);
    CHECK(docs_page(R"j({"paths":{"/<b>":{"get":{"summary":"<script>","tags":["&"]}}},"components":{"schemas":{}}})j").find("<script>") == std::string::npos);
}
