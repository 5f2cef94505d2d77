// What every route is for, in words and in names of schemas.
#include "derive/openapi.h"

namespace fairlead::derive {

using http::Method;

namespace {

constexpr Described described[] = {
    // Records
    {Method::get, "/api/v1/{plural}", "List {labels}", "filter sort limit cursor fields expand search count as_of known_at bin", "", "{entity}List"},
    {Method::post, "/api/v1/{plural}/search", "List {labels}, asked in a body", "", "ListQuery", "{entity}List"},
    {Method::post, "/api/v1/{plural}/query", "Count and sum {labels} by groups", "", "GroupQuery", "Groups"},
    {Method::post, "/api/v1/{plural}/counts", "How many {labels} match each of several filters", "", "CountQuery", "Counts"},
    {Method::post, "/api/v1/{plural}", "Create: {label}", "dry_run Idempotency-Key", "{entity}Create", "{entity}", 201},
    {Method::get, "/api/v1/{plural}/{id}", "Read: {label}", "as_of known_at fields expand", "", "{entity}"},
    {Method::patch, "/api/v1/{plural}/{id}", "Change: {label}", "dry_run If-Match Idempotency-Key", "{entity}Update", "{entity}"},
    {Method::delete_, "/api/v1/{plural}/{id}", "Move into the bin: {label}", "dry_run If-Match Idempotency-Key", "", "", 204},
    {Method::post, "/api/v1/{plural}/{id}/restore", "Bring back from the bin: {label}", "dry_run Idempotency-Key", "", "{entity}"},
    {Method::post, "/api/v1/{plural}/{id}/erase", "End for good, with its history: {label}", "dry_run Idempotency-Key", "", "", 204},
    {Method::post, "/api/v1/{plural}/{id}/actions/{name}", "{action}: {label}", "dry_run If-Match Idempotency-Key", "{action}", "{entity}"},
    {Method::get, "/api/v1/{plural}/{id}/history", "Every change: {label}", "limit before", "", "History"},
    {Method::get, "/api/v1/{plural}/{id}/why", "The grants by which somebody sees this: {label}", "user", "", "Grants"},
    {Method::post, "/api/v1/{plural}/bulk", "Change many {labels} as one batch", "dry_run", "Bulk", "BulkResult", 207},
    {Method::post, "/api/v1/{plural}/duplicates", "{labels} that look like one with these values, and why", "limit", "{entity}Update", "Duplicates"},
    {Method::get, "/api/v1/{plural}/{id}/duplicates", "{labels} that look like this one, and why", "limit", "", "Duplicates"},
    {Method::post, "/api/v1/{plural}/{id}/merge", "Merge another one into this: {label}", "dry_run If-Match Idempotency-Key", "Merge", "{entity}"},
    {Method::post, "/api/v1/{plural}/{id}/unmerge", "Take a merge back: {label}", "dry_run Idempotency-Key", "Unmerge", "{entity}"},
    {Method::get, "/api/v1/{plural}/export", "Export {labels} as a file", "format heads ids view filter sort fields search as_of known_at bin", "", "File"},
    // Across entities
    {Method::post, "/api/v1/batches/{id}/undo", "Undo an import, a bulk change or a merge", "", "", "Undone"},
    {Method::get, "/api/v1/search", "Search all records", "q limit entities", "", "Found"},
    {Method::post, "/api/v1/formula/check", "Check a formula", "", "FormulaCheck", "FormulaChecked"},
    {Method::post, "/api/v1/formula/evaluate", "Evaluate a formula on a record, with its trace", "", "FormulaEvaluate", "FormulaEvaluated"},
    {Method::get, "/api/v1/formula/functions", "The functions of formulas", "", "", "Functions"},
    {Method::get, "/api/v1/catalog", "Entities, fields and actions, in the reader's language", "", "", "Object"},
    {Method::get, "/api/v1/board", "Stages with their counts and sums", "pipeline filter as_of known_at", "", "Board"},
    {Method::get, "/api/v1/figures", "The figures there are", "", "", "Objects"},
    {Method::get, "/api/v1/figures/{name}", "A figure, with the records behind it", "by from to filter as_of known_at closing_from closing_to part", "", "Object"},
    // The company
    {Method::get, "/api/v1/settings", "The company's settings", "", "", "Object"},
    {Method::put, "/api/v1/settings", "Change the company's settings", "dry_run If-Match", "Object", "Object"},
    {Method::get, "/api/v1/views", "Saved views", "entity", "", "Rows"},
    {Method::post, "/api/v1/views", "Save a view", "Idempotency-Key", "Object", "Object", 201},
    {Method::patch, "/api/v1/views/{id}", "Change a view", "If-Match", "Object", "Object"},
    {Method::delete_, "/api/v1/views/{id}", "Delete a view", "If-Match", "", "", 204},
    {Method::get, "/api/v1/custom_fields", "Fields that the company added", "entity", "", "Rows"},
    {Method::post, "/api/v1/custom_fields", "Add a field", "", "CustomField", "CustomField", 201},
    {Method::patch, "/api/v1/custom_fields/{name}", "Change a field", "entity", "CustomField", "CustomField"},
    {Method::delete_, "/api/v1/custom_fields/{name}", "Drop a field for good: agree names the step, dry_run tells what goes", "entity agree dry_run", "", "", 204},
    // Who is asking
    {Method::get, "/api/v1/session", "Who is signed in", "", "", "Object"},
    {Method::post, "/api/v1/session", "Sign in", "", "SignIn", "Object"},
    {Method::delete_, "/api/v1/session", "Sign out", "", "", "", 204},
    {Method::get, "/api/v1/set-up", "Is the first set-up still to be done?", "", "", "Object"},
    {Method::post, "/api/v1/set-up", "Make the first administrator", "", "Object", "Object"},
    {Method::get, "/api/v1/sample-data", "Is there sample data, and may it be made?", "", "", "Object"},
    {Method::post, "/api/v1/sample-data", "Make a small invented company in an empty one", "", "", "Object", 201},
    {Method::delete_, "/api/v1/sample-data", "Take the sample data away", "", "", "Undone"},
    {Method::post, "/api/v1/password/reset", "Set a password by a one-time link", "", "Object", "Object"},
    {Method::post, "/api/v1/users/{id}/password", "Set a password", "", "Object", "Object"},
    {Method::post, "/api/v1/users/{id}/actions/make_reset_link", "Make a one-time link for a new password", "", "", "Object"},
    {Method::get, "/api/v1/tokens", "Own tokens", "", "", "Rows"},
    {Method::post, "/api/v1/tokens", "Make a token; it is shown once", "", "Object", "Object", 201},
    {Method::delete_, "/api/v1/tokens/{id}", "End a token", "", "", "", 204},
    {Method::get, "/api/v1/sessions", "Own sessions", "", "", "Rows"},
    {Method::delete_, "/api/v1/sessions/{id}", "End a session", "", "", "", 204},
    {Method::get, "/api/v1/events", "Changes as they happen (server-sent events)", "", "", "Events"},
    {Method::get, "/api/v1/status", "Version, store, columns, sequence", "", "", "Object"},
    {Method::get, "/api/v1/health", "Is it alive?", "", "", "Object"},
    {Method::get, "/health", "Is it alive?", "", "", "Object"},
    // Imports and jobs
    {Method::post, "/api/v1/imports", "Upload a file and look at it", "filename entity", "File", "Object", 201},
    {Method::get, "/api/v1/imports", "Imports, open and past", "limit", "", "Rows"},
    {Method::get, "/api/v1/imports/{id}", "An uploaded file and what became of it", "entity", "", "Object"},
    {Method::delete_, "/api/v1/imports/{id}", "Drop an uploaded file", "", "", "", 204},
    {Method::post, "/api/v1/imports/{id}/look", "Look at the file anew, with another encoding, separator or sheet", "", "Object", "Object"},
    {Method::post, "/api/v1/imports/{id}/check", "Rehearse an import", "", "Object", "Object"},
    {Method::post, "/api/v1/imports/{id}/run", "Run an import", "", "Object", "Object", 202},
    {Method::get, "/api/v1/imports/{id}/refused", "The refused rows with reasons", "", "", "File"},
    {Method::get, "/api/v1/imports/{id}/odd", "The rows that were taken with odd values, with what is odd", "", "", "File"},
    {Method::post, "/api/v1/imports/{id}/undo", "Take an import back", "", "", "Object", 202},
    {Method::get, "/api/v1/import-mappings", "Saved mappings", "entity", "", "Rows"},
    {Method::get, "/api/v1/import-mappings/{name}", "A saved mapping", "", "", "Object"},
    {Method::put, "/api/v1/import-mappings/{name}", "Save a mapping", "", "Object", "Object"},
    {Method::delete_, "/api/v1/import-mappings/{name}", "Delete a saved mapping", "", "", "", 204},
    {Method::get, "/api/v1/jobs", "Work in the background", "", "", "Rows"},
    {Method::get, "/api/v1/jobs/{id}", "A piece of work", "", "", "Object"},
    {Method::post, "/api/v1/jobs/{id}/cancel", "Cancel a piece of work", "", "", "Object"},
    // This description
    {Method::get, "/api/v1/openapi.json", "This description", "", "", "Object"},
    {Method::get, "/api/docs", "This description as a page", "", "", "Page of HTML"},
    {Method::get, "/api/docs.css", "The style of that page", "", "", "File"},
};

}  // namespace

const Described* description_of(const http::Route& route) {
    for (const Described& one : described)
        if (one.method == route.method && one.pattern == route.pattern) return &one;
    return nullptr;
}

}  // namespace fairlead::derive
