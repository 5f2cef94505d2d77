// What a fresh company begins with: settings, roles with their rights, a pipeline, the short lists. All of it
// are records like any other, to be changed at will.
#pragma once
#include <string>

#include "model/records.h"

namespace fairlead {

struct StartingWishes {
    std::string company, currency = "USD", zone = "UTC", language = "en";
    int fiscal_year_start_month = 1;
    std::string holidays;  // of this country; empty: none
};
// Does nothing where roles exist already.
Result<void> make_starting_records(model::Records& records, const StartingWishes& wishes);

}  // namespace fairlead
