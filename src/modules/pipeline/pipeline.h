// Opportunities from first talk to won or lost.
#pragma once
#include "model/declare.h"

namespace fairlead::pipeline {

extern const model::Module pipeline_module;

}  // namespace fairlead::pipeline
