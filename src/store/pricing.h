// Amounts that wait for a rate: they were written down in a currency that had none, and count in no sum until they have
// one. Those alone are filled: what has been priced keeps the rate of its day (definitions.md).
#pragma once
#include <functional>

#include "store/store.h"

namespace fairlead::store {

struct Priced {
    std::int64_t priced = 0;   // records
    std::int64_t waiting = 0;  // those that have no rate yet
};
// Every live record and every one in the bin. An amount takes the rate of the day on which it was said last (of a won
// deal: of the winning), or where there was none by then, the first that came after it and is in force. The entry stands
// in the log at that day, so that figures of the past have the amount as well. `go_on` hears how far it is (0 to 1), after
// every commit; false ends it at a clean place (refusal "cancelled").
Result<Priced> price_waiting(Store& store, const Command& command, const std::function<bool(double)>& go_on = {});
// What the rates are now, in one word: another one after any change of them or of the reporting currency.
std::string rates_mark(Store& store);

}  // namespace fairlead::store
