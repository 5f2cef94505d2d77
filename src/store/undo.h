// Taking back what a batch did, in slices: in constant memory whatever its size, and so that a repeat goes on where an
// earlier attempt ended.
#pragma once
#include <functional>

#include "store/store.h"

namespace fairlead::store {

// Store::undo with progress: `go_on` hears how much of the batch has been looked through (0 to 1), after every commit;
// false ends it at a clean place (refusal "cancelled"), and what was taken back stays so. Every record counts once,
// also one that an earlier attempt took back.
Result<Undone> undo_batch(Store& store, const Command& command, Id batch, const std::function<bool(double)>& go_on);

// The command under which its entries stand in the log.
inline std::string undo_mark(Id batch) { return "undo:" + batch.text(); }

}  // namespace fairlead::store
