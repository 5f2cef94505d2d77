// Fills a store with the demonstration company: for `fairlead demo` and for the sample data of a new company.
#pragma once
#include <functional>

#include "modules/demo/demo.h"
#include "store/store.h"

namespace fairlead::cli {

// Every record under the command's batch, in commits of some accounts each; `go_on` hears which part is done (0 to 1).
// The number of accounts made.
Result<std::int64_t> fill_with_demo(store::Store& store, const store::Command& command, const demo::Wishes& wishes, const std::function<void(double)>& go_on = {});

}  // namespace fairlead::cli
