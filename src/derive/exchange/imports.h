// Imports over HTTP (docs/reference/import.md): an uploaded file is looked at, matched, checked, run as a job and, if
// need be, taken back. What is known of an import is kept beside the records; its file in a folder of the server's.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "derive/exchange/import_shelf.h"
#include "derive/exchange/profile_import.h"
#include "derive/http.h"
#include "derive/job.h"
#include "derive/json.h"
#include "store/store.h"

namespace fairlead::derive {

// What the command line asks of the server that has the database open, as the system; answers JSON:
//   import_file    an ImportOrder and `dry_run`: a report with "check", or "import" and "job" with a report to come
//   import_report  `import`: the report of one that has ended
//   import_folder  `profile` (its text), `folder`, `dry_run`: "job", whose result is the report
//   import_undo    `batch`: "job", whose result says what was taken back
// Nothing: it is no command of this kind.
using ImportCommands = std::function<std::optional<Result<std::string>>(std::string_view command, const Json& arguments)>;

// Declares the jobs "import", "import_folder" and "import_undo" and adds the routes; before the jobs start. `folder`
// is made when it is needed, readable by the server alone.
ImportCommands add_import_routes(http::Router& router, store::Store& store, JobQueue& jobs, const std::string& folder);

// An import of a folder stands in the list as well, and can be taken back from there.
void record_folder(ImportShelf& shelf, const std::string& folder, const ProfileReport& report, Instant now);
// At most 1,000 of what was left, and how many they are.
std::string to_json(const store::Undone& undone);

}  // namespace fairlead::derive
