// One search over all entities.
#include "base/text.h"
#include "derive/app.h"
#include "derive/list.h"
#include "derive/routes.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;

namespace {

Result<Response> find(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"q", "limit", "entities"}));
    const Json asked = parameters_as_json(request);
    FAIRLEAD_ASSIGN(const std::string words, text_at(asked, "q"));
    if (words.size() > 500) return refuse(Why::bad_request, "too_long", "The search is longer than 500 bytes: use fewer words", "q");
    FAIRLEAD_ASSIGN(const std::int64_t limit, whole_at(asked, "limit", 20, 1, 200));
    FAIRLEAD_ASSIGN(const auto names, texts_at(asked, "entities"));
    std::vector<std::string> entities;
    for (const std::string& name : names) {
        if (name.empty()) continue;
        FAIRLEAD_ASSIGN(const Target target, target_named(app, *request.viewer, name));
        entities.push_back(target->name);
    }
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    if (!trim(words).empty())
        for (const auto& found : app.store.search(*request.viewer, words, static_cast<int>(limit), entities)) {
            w.begin_object().text("entity", found.entity).text("id", found.id.text());
            w.text("title", found.title).text("detail", found.detail).end_object();
        }
    w.end_array().end_object();
    return json_response(w.take());
}

}  // namespace

void add_search_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/search", Policy::viewer, answering(app, find)});
}

}  // namespace fairlead::derive
