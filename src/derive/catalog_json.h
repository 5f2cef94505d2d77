// The catalogue as JSON, for the web interface and for whoever wants to know what this installation has.
#pragma once
#include <string>

#include "derive/app.h"

namespace fairlead::derive {

// Without the version, which is the digest of the rest.
std::string catalog_json(App& app, const store::Viewer& viewer, std::string_view language);
std::string_view meaning_name(model::Meaning meaning);

}  // namespace fairlead::derive
