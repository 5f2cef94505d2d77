// The records of the catalogue as TypeScript types, for the web interface.
#pragma once
#include <string>

#include "model/catalog.h"

namespace fairlead::derive {

std::string typescript_types(const model::Catalog& catalog);

}  // namespace fairlead::derive
