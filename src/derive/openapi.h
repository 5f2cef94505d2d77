// The OpenAPI 3.1 description, made from the routes that answer and the catalogue that they serve.
#pragma once
#include <string>
#include <vector>

#include "derive/http.h"
#include "model/catalog.h"
#include "store/viewer.h"

namespace fairlead::derive {

// What a route is for, as far as it cannot be seen from the catalogue. The names of query parameters and
// schemas are those of openapi.cpp; a schema of "{entity}" is the entity's own.
struct Described {
    http::Method method;
    std::string_view pattern;
    std::string_view summary;      // "{label}" and "{labels}" are filled in
    std::string_view parameters;   // of the query and of headers, blank between
    std::string_view body;         // schema, empty: none
    std::string_view answer;       // schema, empty: no content
    int status = 200;
};
const Described* description_of(const http::Route& route);

// A route without its handler.
struct RouteLine {
    http::Method method;
    std::string pattern;
    http::Policy policy;
};
std::vector<RouteLine> lines_of(const http::Router& router);

// Under the viewer's access, as everything: what he may not read is not described to him.
std::string openapi_json(const std::vector<RouteLine>& routes, const model::Catalog& catalog, const store::Viewer& viewer,
                         std::string_view language);
// "sales_order" becomes "SalesOrder".
std::string schema_name(std::string_view entity);
// The same as a page to read.
std::string docs_page(std::string_view openapi);
std::string_view docs_style();

}  // namespace fairlead::derive
