// The REST interface that follows from the catalogue (docs/reference/api.md): one set of routes serves every
// entity. The server adds its own routes (sessions, jobs, imports) to the same router.
#pragma once
#include "derive/http.h"
#include "store/store.h"

namespace fairlead::derive {

// The store must outlive the router.
void add_routes(http::Router& router, store::Store& store);
// Describes every route that the router has now, and shows it: call last.
void add_description_routes(http::Router& router, store::Store& store);

}  // namespace fairlead::derive
