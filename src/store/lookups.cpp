// Following what is known while a group writes.
#include "store/lookups.h"

namespace fairlead::store {
namespace {

constexpr std::size_t known_most = 200'000;  // a group that asks for more begins anew

bool is_live(const Record& record) { return record.at(model::slot_deleted_at).empty(); }

}  // namespace

std::optional<std::string> Lookups::key_of(const FieldInfo& field, const Value& value) {
    if (const auto* text = value.get<std::string>()) return field.options.unique && field.type == Type::text ? Table::unique_key(value) : *text;
    if (const auto* id = value.get<Id>()) return std::to_string(id->value);
    if (const auto* whole = value.get<std::int64_t>(); whole && field.type == Type::whole) return std::to_string(*whole);
    return std::nullopt;
}

bool Lookups::names_new(const FieldInfo& field, const Value& value) const {
    return field.type == Type::reference && value.is<Id>() && made_.contains(value.as<Id>().value);
}

// With `of_new_record`, nothing is known to name a record of this group that has not been said yet.
Lookups::Ids* Lookups::known(const EntityInfo& entity, int slot, const Value& value, bool of_new_record) {
    auto key = key_of(entity.by_slot(slot), value);
    if (!key) return nullptr;
    Key wanted{entity.number, slot, std::move(*key)};
    if (const auto found = ids_.find(wanted); found != ids_.end()) return &found->second;
    if (!of_new_record) return nullptr;
    slots_[entity.number].insert(slot);
    return &ids_[std::move(wanted)];
}

const Lookups::Ids* Lookups::find(const EntityInfo& entity, int slot, const Value& value) {
    return known(entity, slot, value, names_new(entity.by_slot(slot), value));
}

void Lookups::know(const EntityInfo& entity, int slot, const Value& value, Ids ids) {
    auto key = key_of(entity.by_slot(slot), value);
    if (!key) return;
    if (ids_.size() >= known_most) clear();
    slots_[entity.number].insert(slot);
    ids_.insert_or_assign(Key{entity.number, slot, std::move(*key)}, std::move(ids));
}

void Lookups::follow(const Record* before, const Record& after) {
    const EntityInfo& entity = *after.entity;
    const Id id = after.id();
    if (const auto slots = slots_.find(entity.number); slots != slots_.end())
        for (const int slot : slots->second) {
            if (before && is_live(*before))
                if (Ids* ids = known(entity, slot, before->at(slot), false)) ids->erase(id);
            if (is_live(after))
                if (Ids* ids = known(entity, slot, after.at(slot), false)) ids->insert(id);
        }
    if (!before) made_.insert(id.value);
    // What names a new record is said from the beginning.
    if (is_live(after))
        for (const FieldInfo& field : entity.fields)
            if (field.is_stored() && names_new(field, after.at(field.slot))) known(entity, field.slot, after.at(field.slot), true)->insert(id);
    if (ids_.size() >= known_most) clear();
}

void Lookups::clear() {
    ids_.clear();
    made_.clear();
    slots_.clear();
}

}  // namespace fairlead::store
