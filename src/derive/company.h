// The company's settings as the floors above need them.
#pragma once
#include <string>

#include "derive/app.h"
#include "store/store.h"

namespace fairlead::derive {

struct Company {
    std::string name, zone = "UTC";
    int fiscal_year_start_month = 1;
};
Company company_of(store::Store& store);

// What a view says ("filter", "sort", "columns"), where this person may see the view and it is one of such records.
Result<Json> view_definition(App& app, const http::Request& request, const model::EntityInfo& of, std::string_view id);

}  // namespace fairlead::derive
