// What a transaction will look up, said beforehand: on PostgreSQL one question takes the place of thousands.
#pragma once
#include <vector>

#include "store/store.h"

namespace fairlead::store {

// `find_by_key` and `where` will be asked for these values of a unique or indexed field of `entity`.
void expect_keys(Transaction& open, const model::EntityInfo& entity, std::string_view field, const std::vector<Value>& values);

}  // namespace fairlead::store
