// The fields of a change-log entry and their compact text: {"field":[before,after]}.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
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


// Reads one side of the changes of many entries of one entity, decoding no more than is wanted.
class SideOfPatch {
  public:
    enum Side { before, after };
    SideOfPatch(const model::EntityInfo& entity, Side side);
    void each(std::string_view text, const std::function<bool(const model::FieldInfo&)>& wanted,
              const std::function<void(const model::FieldInfo&, const Value& value, const Value& reporting)>& take) const;

  private:
    Side side_;
    std::unordered_map<std::string_view, const model::FieldInfo*> stored_;
};

}  // namespace fairlead::store
