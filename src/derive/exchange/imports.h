// Imports over HTTP (docs/reference/import.md): an uploaded file is looked at, matched, checked, run as a job and, if
// need be, taken back. What is known of an import is kept beside the records; its file in a folder of the server's.
#pragma once
#include <string>

#include "derive/http.h"
#include "derive/job.h"
#include "store/store.h"

namespace fairlead::derive {

// Declares the jobs "import" and "import_undo" and adds the routes; before the jobs start. `folder` is made when it
// is needed, readable by the server alone.
void add_import_routes(http::Router& router, store::Store& store, JobQueue& jobs, const std::string& folder);

}  // namespace fairlead::derive
