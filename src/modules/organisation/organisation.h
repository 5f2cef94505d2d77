// The company itself: people, roles, teams, territories, its calendar and its currencies.
#pragma once
#include "model/declare.h"

namespace fairlead::organisation {

extern const model::Module organisation_module;

}  // namespace fairlead::organisation
