// The groups of routes, one file each.
#pragma once
#include "derive/app.h"

namespace fairlead::derive {

void add_list_routes(http::Router& router, const AppPointer& app);      // list.cpp
void add_record_routes(http::Router& router, const AppPointer& app);    // record.cpp
void add_change_routes(http::Router& router, const AppPointer& app);    // record_change.cpp
void add_duplicate_routes(http::Router& router, const AppPointer& app); // duplicates.cpp
void add_merge_routes(http::Router& router, const AppPointer& app);     // merge.cpp
void add_bulk_routes(http::Router& router, const AppPointer& app);      // bulk.cpp
void add_search_routes(http::Router& router, const AppPointer& app);    // find.cpp
void add_formula_routes(http::Router& router, const AppPointer& app);   // formulas.cpp
void add_catalog_routes(http::Router& router, const AppPointer& app);   // catalog_json.cpp
void add_export_routes(http::Router& router, const AppPointer& app);    // export.cpp
void add_board_routes(http::Router& router, const AppPointer& app);     // board.cpp
void add_figure_routes(http::Router& router, const AppPointer& app);   // figures.cpp
void add_company_routes(http::Router& router, const AppPointer& app);   // company.cpp
void add_custom_field_routes(http::Router& router, const AppPointer& app);  // custom_fields.cpp

}  // namespace fairlead::derive
