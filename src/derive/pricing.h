// The job that fills amounts which were written down before their currency had a rate.
#pragma once
#include "derive/job.h"

namespace fairlead::derive {

inline constexpr std::string_view pricing_job = "price_amounts";
void declare_pricing(JobQueue& jobs);
// Whether rates have changed since it ran last.
bool pricing_is_due(store::Store& store);

}  // namespace fairlead::derive
