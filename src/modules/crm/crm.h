// Customers and what passes between them and us: accounts, contacts, activities, tasks, products.
#pragma once
#include "model/declare.h"

namespace fairlead::crm {

extern const model::Module crm_module;

}  // namespace fairlead::crm
