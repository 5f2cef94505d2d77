// What sums leave out: amounts in a currency that has no rate into the reporting currency.
#pragma once
#include <string>

#include "store/store.h"

namespace fairlead::analytics {

struct Unpriced {
    std::int64_t n = 0;   // records with such an amount
    std::string filter;   // formula text that lists them; empty where there are none
};
// Of the records that `asked` is about (its filter, search and moments; its groups and aggregates do not matter):
// those for which `measure`, an amount, is there and has no rate. None where it is no amount.
Result<Unpriced> unpriced(store::Store& store, const store::Viewer& viewer, const store::GroupQuery& asked, const formula::Formula& measure);

}  // namespace fairlead::analytics
