// The one list of modules in the product.
#pragma once
#include <span>

#include "model/declare.h"

namespace fairlead {

std::span<const model::Module* const> all_modules();

}  // namespace fairlead
