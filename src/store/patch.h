// The fields of a change-log entry and their compact text: {"field":[before,after]}.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/records.h"

namespace fairlead::store {

struct FieldChange {
    int slot = -1;
    Value before, after;
    Value before_reporting, after_reporting;  // money: whole minor units of the reporting currency
};

std::string write_patch(const model::EntityInfo& entity, const std::vector<FieldChange>& changes);
// Fields that no longer exist are left out. Throws DatabaseError when the text is damaged.
std::vector<FieldChange> read_patch(const model::EntityInfo& entity, std::string_view text);
// The same of its fields alone; costs a fraction.
std::vector<const model::FieldInfo*> fields_of_patch(const model::EntityInfo& entity, std::string_view text);

}  // namespace fairlead::store
