// What is done with people: who leaves loses access at once, and nothing of his is left without an owner.
#include "modules/organisation/people.h"

#include "base/currencies.h"
#include "base/date.h"
#include "base/text.h"

namespace fairlead::organisation {
namespace {

WriteOptions by_the_system() {
    WriteOptions options;
    options.as_system = true;
    return options;
}

bool administrates(Records& records, Id user) {
    const auto who = records.find(records.catalog().need("user"), user);
    if (!who) return false;
    if ((*who)["administrator"] == Value(true)) return true;
    const auto role = records.find(records.catalog().need("role"), who->reference("role"));
    return role && (*role)["administrator"] == Value(true);
}

// The references by which a person leads or is led: whoever takes over takes them too.
constexpr std::pair<const char*, const char*> leads[] = {{"team", "manager"}, {"territory", "manager"}, {"user", "manager"}};

Result<std::int64_t> hand_over_leading(Records& records, Id user, Id successor) {
    std::int64_t moved = 0;
    for (const auto& [name, field] : leads) {
        const EntityInfo& entity = records.catalog().need(name);
        for (const Record& record : records.where(entity, field, Value(user))) {
            Patch patch(entity);
            // The successor does not lead himself: he has the leader's own leader.
            const bool himself = record.id() == successor && entity.name == "user";
            const auto leaver = himself ? records.find(entity, user) : std::nullopt;
            const Id above = leaver ? leaver->reference(field) : successor;
            patch.set(field, above && above != record.id() ? Value(above) : Value());
            FAIRLEAD_TRY(records.update(record.id(), patch, by_the_system()));
            ++moved;
        }
    }
    return moved;
}

// Memberships and delegations end with the last day; what has not begun yet never does.
Result<void> end_belonging(Records& records, Id user) {
    const Date today = records.context().today();
    for (const auto& [name, fields] : {std::pair{"team_member", std::vector{"user"}}, {"territory_member", {"user"}}, {"delegation", {"from_user", "to_user"}}}) {
        const EntityInfo& entity = records.catalog().need(name);
        for (const char* field : fields)
            for (const Record& record : records.where(entity, field, Value(user))) {
                const Value& begins = record["begins_on"];
                const Value& ends = record["ends_on"];
                if (ends.is<Date>() && ends.as<Date>() <= today) continue;
                if (begins.is<Date>() && begins.as<Date>() > today) {
                    FAIRLEAD_TRY(records.remove(entity, record.id(), by_the_system()));
                    continue;
                }
                Patch patch(entity);
                patch.set("ends_on", today);
                FAIRLEAD_TRY(records.update(record.id(), patch, by_the_system()));
            }
    }
    return {};
}

// Hands over every record that `user` owns, one entity after another. The successor gets them as they are.
Result<std::int64_t> hand_over(Records& records, Id user, Id successor) {
    std::int64_t moved = 0;
    for (const auto& entity : records.catalog().entities()) {
        if (entity->owner_slot < 0 || !entity->logged || entity->access == AccessKind::system) continue;
        const FieldInfo& owner = entity->by_slot(entity->owner_slot);
        for (const Record& record : records.where(*entity, owner.name, Value(user))) {
            Patch patch(*entity);
            patch.set_slot(entity->owner_slot, Value(successor));
            FAIRLEAD_TRY(records.update(record.id(), patch, by_the_system()));
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
    FAIRLEAD_ASSIGN(const std::int64_t owned, hand_over(context.records, user, successor.as<Id>()));
    FAIRLEAD_ASSIGN(const std::int64_t led, hand_over_leading(context.records, user, successor.as<Id>()));
    FAIRLEAD_TRY(end_belonging(context.records, user));
    Patch patch(context.entity);
    patch.set("active", false).set("left_on", context.records.context().today());
    WriteOptions options = context.write;
    options.as_system = true;
    options.expected_version.reset();  // handing over may have touched the record itself
    FAIRLEAD_TRY(context.records.update(user, patch, options));
    return Value(owned + led);
}

Result<void> check_delegation(Records& records, Patch& patch, const Record* before, const WriteOptions& options) {
    const Id actor = records.actor();
    if (options.as_system || !actor || administrates(records, actor)) return {};
    const Value* given = patch.find(patch.entity->slot("from_user"));
    const Id from = given ? (given->is<Id>() ? given->as<Id>() : Id{}) : before ? before->reference("from_user") : Id{};
    if (from == actor && (!before || before->reference("from_user") == actor)) return {};
    return refuse(Why::forbidden, "not_yours", "You may have somebody stand in for yourself alone: for others an administrator decides", "from_user");
}

Result<Value> activate_user(ActionContext& context) {
    Patch patch(context.entity);
    patch.set("active", true).set("left_on", Value());
    WriteOptions options = context.write;
    options.as_system = true;
    FAIRLEAD_TRY(context.records.update(context.record.id(), patch, options));
    return Value(true);
}

Result<void> check_zone(Records&, Patch& patch, const Record*, const WriteOptions&) {
    const Value* given = patch.find(patch.entity->slot("zone"));
    if (!given || !given->is<std::string>()) return {};
    const std::string zone(trim(given->as<std::string>()));
    if (zone.empty() || known_zone(zone)) return {};
    return refuse(Why::invalid, "unknown_zone", "There is no time zone " + zone + ": take an IANA name, as Asia/Ho_Chi_Minh.", "zone", {{"zone", zone}});
}

Result<void> check_currency(Records&, Patch& patch, const Record* before, const WriteOptions&) {
    const FieldInfo* field = patch.entity->field("currency");
    if (!field) field = patch.entity->field("code");
    const Value* given = field ? patch.find(field->slot) : nullptr;
    if (!given || !given->is<std::string>() || trim(given->as<std::string>()).empty() || (before && before->at(field->slot) == *given)) return {};
    FAIRLEAD_ASSIGN(const Currency currency, currency_in_force(given->as<std::string>(), field->name));
    patch.set_slot(field->slot, currency.text());
    return {};
}

Result<void> check_company(Records& records, Patch& patch, const Record* before, const WriteOptions& options) {
    FAIRLEAD_TRY(check_currency(records, patch, before, options));
    return check_zone(records, patch, before, options);
}

Result<void> keep_settings(Records& records, const ChangeEvent& event) {
    const std::size_t live = records.all(*event.entity).size();
    if (live == 0) return refuse(Why::duplicate, "settings_stay", "The company's settings cannot be deleted: change them instead");
    if (live > 1 && (event.kind == ChangeKind::create || event.kind == ChangeKind::restore))
        return refuse(Why::duplicate, "one_company", "There is one company, and its settings are there already: change them instead of adding others");
    return {};
}

}  // namespace fairlead::organisation
