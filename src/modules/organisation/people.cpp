// What is done with people: who leaves loses access at once, and nothing of his is left without an owner.
#include "modules/organisation/people.h"

namespace fairlead::organisation {
namespace {

// Hands over every record that `user` owns, one entity after another. The successor gets them as they are.
Result<std::int64_t> hand_over(Records& records, Id user, Id successor) {
    std::int64_t moved = 0;
    for (const auto& entity : records.catalog().entities()) {
        if (entity->owner_slot < 0 || !entity->logged) continue;
        const FieldInfo& owner = entity->by_slot(entity->owner_slot);
        for (const Record& record : records.where(*entity, owner.name, Value(user))) {
            Patch patch(*entity);
            patch.set_slot(entity->owner_slot, Value(successor));
            WriteOptions options;
            options.as_system = true;
            FAIRLEAD_TRY(records.update(record.id(), patch, options));
            ++moved;
        }
    }
    return moved;
}

}  // namespace

Result<Value> deactivate_user(ActionContext& context) {
    const Id user = context.record.id();
    const Value& successor = context.parameter("successor");
    if (!successor.is<Id>()) return refuse(Why::invalid, "required", "Name the person who takes over", "successor");
    if (successor.as<Id>() == user)
        return refuse(Why::invalid, "same_person", "The successor is the person who leaves: choose another", "successor");
    if (context.records.actor() == user)
        return refuse(Why::invalid, "self", "You cannot deactivate yourself: ask another administrator");
    const auto heir = context.records.find(context.entity, successor.as<Id>());
    if (!heir || !((*heir)["active"] == Value(true)))
        return refuse(Why::invalid, "inactive_user", "The successor is not active: choose an active person", "successor");
    FAIRLEAD_ASSIGN(const std::int64_t moved, hand_over(context.records, user, successor.as<Id>()));
    Patch patch(context.entity);
    patch.set("active", false).set("left_on", context.records.context().today());
    WriteOptions options = context.write;
    options.as_system = true;
    options.expected_version.reset();  // handing over may have touched the record itself
    FAIRLEAD_TRY(context.records.update(user, patch, options));
    return Value(moved);
}

Result<Value> activate_user(ActionContext& context) {
    Patch patch(context.entity);
    patch.set("active", true).set("left_on", Value());
    WriteOptions options = context.write;
    options.as_system = true;
    FAIRLEAD_TRY(context.records.update(context.record.id(), patch, options));
    return Value(true);
}

}  // namespace fairlead::organisation
