// Leads from capture to conversion.
#pragma once
#include "model/declare.h"

namespace fairlead::leads {

extern const model::Module leads_module;

}  // namespace fairlead::leads
