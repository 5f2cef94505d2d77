// The company's settings as the floors above need them.
#pragma once
#include <string>

#include "store/store.h"

namespace fairlead::derive {

struct Company {
    std::string name, zone = "UTC";
    int fiscal_year_start_month = 1;
};
Company company_of(store::Store& store);

}  // namespace fairlead::derive
