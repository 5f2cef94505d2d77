// Dropping a field of the company's own for good: its column goes with everything in it. Only a backup brings it back.
#pragma once
#include "store/store.h"

namespace fairlead::store {

struct FieldLoss {
    std::string step;            // the written name of what is agreed to: "drop account.x_credit_class"
    std::int64_t values = 0;     // records that hold a value now, those in the bin among them
    std::int64_t in_bin = 0;
    std::int64_t requirements = 0, views = 0;  // stage requirements and saved views whose formulas name it
};
// What would go. Refuses `not_found` for a field that there is not.
Result<FieldLoss> loss_of(Store& store, const std::string& entity, const std::string& name);
// Refuses `not_agreed` unless `agreed` is the step's name, and `field_in_formulas` while stages require something of it.
// The name is not given to another field afterwards: the change log goes on telling what this one held.
Result<FieldLoss> drop_field(Store& store, const std::string& entity, const std::string& name, std::string_view agreed);
bool is_dropped_name(Store& store, const std::string& entity, const std::string& name);

}  // namespace fairlead::store
