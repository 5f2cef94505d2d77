// Lists and groups: what is asked in a query string or a body, as one query of the store.
#pragma once
#include "derive/app.h"

namespace fairlead::derive {

struct ListRequest {
    Target target;
    store::ListQuery query;
    Shape shape;
};
// From a body, or from the parameters of an address, which have the same names.
Result<ListRequest> read_list(App& app, const http::Request& request, const Json& asked);
// The parameters of the address as a body: one reader for both.
Json parameters_as_json(const http::Request& request);
// Sort keys as "-amount,close_date"; each checked like a formula under the viewer's access.
Result<std::vector<store::SortBy>> read_sort(App& app, const Target& target, const store::Viewer& viewer, const std::vector<std::string>& keys);
Result<store::Aggregate> read_aggregate(App& app, const Target& target, const store::Viewer& viewer, const std::string& text,
                                        const std::string& at);
// The type that an aggregate's values have.
formula::FieldType aggregate_type(const store::Aggregate& aggregate);


// What a reader of a sum is told of the amounts that it leaves out, in his language.
std::string unpriced_note(std::int64_t count, std::string_view language);

}  // namespace fairlead::derive
