// Sample data: a small invented company to look around in, made on request and taken away again as one batch.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "server/http.h"
#include "store/store.h"

namespace fairlead::server {

// Makes the records, all under the command's batch, in this language; given by the program, because this floor knows
// no module.
using SampleRecords = std::function<Result<void>(store::Store&, const store::Command&, const std::string& language)>;

// /api/v1/sample-data, for administrators: GET whether it is there and may be made, POST makes it where no customers
// and no deals are yet, DELETE takes it back.
void add_sample_routes(Router& router, store::Store& store, SampleRecords make);

}  // namespace fairlead::server
