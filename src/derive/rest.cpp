// Puts the routes of records together.
#include "derive/rest.h"

#include "derive/app.h"
#include "derive/routes.h"

namespace fairlead::derive {

void add_routes(http::Router& router, store::Store& store) {
    const auto app = std::make_shared<App>(store);
    add_list_routes(router, app);
    add_record_routes(router, app);
    add_change_routes(router, app);
    add_duplicate_routes(router, app);
    add_merge_routes(router, app);
    add_bulk_routes(router, app);
    add_search_routes(router, app);
    add_formula_routes(router, app);
    add_catalog_routes(router, app);
    add_export_routes(router, app);
    add_board_routes(router, app);
    add_figure_routes(router, app);
    add_company_routes(router, app);
    add_custom_field_routes(router, app);
}

}  // namespace fairlead::derive
