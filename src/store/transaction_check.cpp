// What must hold before a change is written: types, lengths, bounds, references, defaults, rules, unique keys.
#include <algorithm>

#include "base/currencies.h"
#include "base/text.h"
#include "model/record_row.h"
#include "store/transaction.h"

namespace fairlead::store {
namespace {

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Refused wrong_type(const FieldInfo& field) {
    return refuse(Why::invalid, "wrong_type", field.label + " takes a " + std::string(type_name(field.type)), field.name, {{"type", std::string(type_name(field.type))}});
}

Refused out_of_range(const FieldInfo& field) {
    const auto& o = field.options;
    std::string bounds;
    if (o.least != INT64_MIN && o.most != INT64_MAX) bounds = "between " + std::to_string(o.least) + " and " + std::to_string(o.most);
    else if (o.least != INT64_MIN) bounds = "at least " + std::to_string(o.least);
    else bounds = "at most " + std::to_string(o.most);
    return refuse(Why::invalid, "out_of_range", field.label + " must be " + bounds, field.name, {{"least", std::to_string(o.least)}, {"most", std::to_string(o.most)}});
}

Result<Value> normal_text(const FieldInfo& field, const std::string& given) {
    if (!is_utf8(given)) return refuse(Why::invalid, "not_utf8", field.label + " is not valid text (UTF-8)", field.name);
    if (given.find('\0') != std::string::npos) return refuse(Why::invalid, "bad_character", field.label + " contains a zero byte", field.name);
    const bool ascii = std::all_of(given.begin(), given.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    std::string text = ascii ? given : to_nfc(given);
    if (!field.options.long_text) text = std::string(trim(text));
    if (text.empty()) return Value();
    if (field.type == Type::choice) {
        const bool known = std::any_of(field.choices.begin(), field.choices.end(), [&](const model::ChoiceInfo& c) { return c.value == text; });
        if (known) return Value(std::move(text));
        std::vector<std::string> words;
        for (const auto& choice : field.choices) words.push_back(choice.value);
        return refuse(Why::invalid, "unknown_choice", field.label + " has no choice \"" + text + "\"; it takes one of: " + join(words, ", "), field.name, {{"value", text}});
    }
    if (characters(text) > static_cast<std::size_t>(field.options.length_max))
        return refuse(Why::invalid, "too_long", field.label + " has more than " + std::to_string(field.options.length_max) + " characters", field.name,
                      {{"most", std::to_string(field.options.length_max)}});
    return Value(std::move(text));
}

Result<Value> normal_decimal(const FieldInfo& field, Decimal decimal) {
    const auto rounded = decimal.rounded(field.options.scale, Rounding::half_even);
    if (!rounded || !rounded->to_scaled(field.options.scale, Rounding::half_even))
        return refuse(Why::invalid, "number_too_large", field.label + " is too large", field.name);
    if ((field.options.least != INT64_MIN && *rounded < Decimal::of(field.options.least)) || (field.options.most != INT64_MAX && *rounded > Decimal::of(field.options.most)))
        return out_of_range(field);
    return Value(*rounded);
}

}  // namespace

AnyRecord any_record(const EntityInfo& entity) {
    const FieldInfo* name = entity.field("entity");
    const FieldInfo* record = entity.field("record");
    if (!name || !record || record->options.meaning != model::Meaning::any_record) return {};
    return {name, record};
}

Result<void> WriteTransaction::may_set(const EntityInfo& entity, const Patch& patch, const WriteOptions& options) const {
    Refused refused{Why::invalid, {}};
    for (const auto& [slot, value] : patch.sets) {
        const FieldInfo& field = entity.by_slot(slot);
        const FieldAccess access = same_actor_rights(options) ? FieldAccess::write : viewer_->field(entity, field);
        if (access == FieldAccess::hidden) {
            refused.reasons.push_back({"unknown_field", field.name, entity.label + " has no field \"" + field.name + "\"", {}});
        } else if (field.system || field.is_computed()) {
            refused.reasons.push_back({"read_only", field.name, field.label + " is kept by the program and cannot be set", {}});
        } else if (access == FieldAccess::read) {
            refused.reasons.push_back({"read_only", field.name, "You may read " + field.label + " but not change it: ask an administrator for the right", {}});
        } else if (field.options.administrators && !viewer_->is_administrator && !same_actor_rights(options)) {
            return refuse(Why::forbidden, "administrators_only", field.label + " is set by administrators alone: ask one of them", field.name);
        } else if (field.options.read_only && !same_actor_rights(options) && !options.through_action) {
            refused.reasons.push_back({"read_only", field.name, field.label + " is set by the program, not by hand", {}});
        }
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

// An entity that names a record of any kind (a share, a link, a tag) names one that exists and is within reach;
// who opens it to others must be allowed to change it himself.
Result<void> WriteTransaction::may_name(const Record& after, const Record* before, const WriteOptions& options) {
    const EntityInfo& entity = *after.entity;
    const AnyRecord any = any_record(entity);
    if (!any.entity || same_actor_rights(options)) return {};
    const Value &kind = after.at(any.entity->slot), &number = after.at(any.record->slot);
    if (!kind.is<std::string>() || !number.is<std::int64_t>()) return {};
    const bool moved = !before || !(before->at(any.entity->slot) == kind) || !(before->at(any.record->slot) == number);
    if (!moved && !entity.changes_access) return {};
    const EntityInfo* target = catalog().find(kind.as<std::string>());
    const Record* record = target && target->access != model::AccessKind::system ? stored(*target, Id{number.as<std::int64_t>()}) : nullptr;
    if (!record || !record->at(model::slot_deleted_at).empty() || !in_reach(*record, Right::read))
        return refuse(Why::invalid, "unknown_reference", "There is no such record within your reach: choose another", any.record->name, {{"id", to_text(number)}});
    if (!entity.changes_access || in_reach(*record, Right::update)) return {};
    return refuse(Why::forbidden, "forbidden", "You may see this " + target->label + " but not share it: ask its owner or an administrator", any.record->name);
}

// What was allowed once stays allowed, but for a reference to a record out of the actor's reach: it reads as empty to
// him, so that an id which happens to be the one there is refused like any other that leads to nothing for him. Else he
// could find out by trying whose it is.
Result<void> WriteTransaction::may_repeat(const Record& before, const Patch& given, const WriteOptions& options) {
    if (same_actor_rights(options) || viewer_->is_administrator) return {};
    for (const auto& [slot, value] : given.sets) {
        const FieldInfo& field = given.entity->by_slot(slot);
        if (field.type != Type::reference || !value.is<Id>() || !(value == before.at(slot))) continue;
        const Record* record = stored(catalog().need(field.target), value.as<Id>());
        if (!record || !in_reach(*record, Right::read)) FAIRLEAD_TRY(check_reference(field, value.as<Id>(), options, true));
    }
    return {};
}

// To add to a record, or to move something to it, is to change it.
Result<void> WriteTransaction::may_join(const Record& after, const Record* before, const WriteOptions& options) {
    const EntityInfo& entity = *after.entity;
    FAIRLEAD_TRY(may_name(after, before, options));
    if (same_actor_rights(options) || entity.access != model::AccessKind::inherits || !after.at(entity.parent_slot).is<Id>()) return {};
    if (before && before->at(entity.parent_slot) == after.at(entity.parent_slot)) return {};
    const FieldInfo& field = entity.by_slot(entity.parent_slot);
    const EntityInfo& above = catalog().need(field.target);
    const Record* parent = stored(above, after.at(entity.parent_slot).as<Id>());
    if (parent && in_reach(*parent, Right::update)) return {};
    return refuse(Why::forbidden, "forbidden", "You may see this " + above.label + " but not add to it: ask its owner or an administrator", field.name);
}

Result<void> WriteTransaction::prepare(const EntityInfo& entity, Patch& patch, const Record* before, const WriteOptions& options) {
    for (const model::Listener* listener : group_.shape->listeners[static_cast<std::size_t>(entity.number)])
        if (listener->prepare) FAIRLEAD_TRY(listener->prepare(*this, patch, before, options));
    return {};
}

Result<void> WriteTransaction::check_reference(const FieldInfo& field, Id id, const WriteOptions& options, bool check_reach) {
    const EntityInfo& target = catalog().need(field.target);
    const Record* record = stored(target, id);
    const bool there = record && record->at(model::slot_deleted_at).empty();
    // Of another's record nobody learns whether it exists.
    if (there && (!check_reach || same_actor_rights(options) || in_reach(*record, Right::read))) return {};
    return refuse(Why::invalid, "unknown_reference", "There is no " + target.label + " with the id " + id.text() + ": choose another", field.name, {{"id", id.text()}});
}

Result<Value> WriteTransaction::normalised(const FieldInfo& field, Value value, const WriteOptions& options, bool check_reach) {
    if (value.empty()) return value;
    switch (field.type) {
        case Type::boolean:
            if (!value.is<bool>()) return wrong_type(field);
            return value;
        case Type::whole: {
            if (const auto* decimal = value.get<Decimal>()) {
                const auto whole = decimal->whole();
                if (!whole) return wrong_type(field);
                value = *whole;
            }
            const auto* whole = value.get<std::int64_t>();
            if (!whole) return wrong_type(field);
            if (*whole < field.options.least || *whole > field.options.most) return out_of_range(field);
            return value;
        }
        case Type::decimal:
        case Type::percent:
            if (const auto* whole = value.get<std::int64_t>()) value = Decimal::of(*whole);
            if (!value.is<Decimal>()) return wrong_type(field);
            return normal_decimal(field, value.as<Decimal>());
        case Type::money: {
            // A bare number is an amount in the reporting currency.
            if (const auto* whole = value.get<std::int64_t>()) value = Decimal::of(*whole);
            if (const auto* decimal = value.get<Decimal>()) {
                const auto money = Money::of(*decimal, group_.settings->currency);
                if (!money) return refuse(Why::invalid, "number_too_large", field.label + " is too large", field.name);
                value = *money;
            }
            if (!value.is<Money>() || !value.as<Money>().currency) return wrong_type(field);
            if (!is_active(value.as<Money>().currency)) {
                FAIRLEAD_TRY(currency_in_force(value.as<Money>().currency.text(), field.name));
            }
            return value;
        }
        case Type::text:
        case Type::choice:
            if (!value.is<std::string>()) return wrong_type(field);
            return normal_text(field, value.as<std::string>());
        case Type::date:
            if (!value.is<Date>()) return wrong_type(field);
            return value;
        case Type::instant:
            if (!value.is<Instant>()) return wrong_type(field);
            return value;
        case Type::duration:
            if (!value.is<Duration>()) return wrong_type(field);
            return value;
        case Type::reference: {
            if (!value.is<Id>()) return wrong_type(field);
            if (!value.as<Id>()) return Value();
            FAIRLEAD_TRY(check_reference(field, value.as<Id>(), options, check_reach));
            return value;
        }
        case Type::list: break;
    }
    return wrong_type(field);
}

Result<void> WriteTransaction::normalise(Patch& patch, const WriteOptions& options, const Record* before) {
    Refused refused{Why::invalid, {}};
    for (auto& [slot, value] : patch.sets) {
        const FieldInfo& field = patch.entity->by_slot(slot);
        if (before && value == before->at(slot)) continue;  // unchanged: what was allowed once stays allowed
        auto result = normalised(field, std::move(value), options, true);
        if (result) value = std::move(*result);
        else refused.reasons.insert(refused.reasons.end(), result.refused().reasons.begin(), result.refused().reasons.end());
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

Result<void> WriteTransaction::fill_defaults(Record& record, Patch& patch, const WriteOptions& options) {
    const model::RecordRow row(*this, record);
    for (const FieldInfo& field : record.entity->fields) {
        if (!field.initial || !field.is_stored() || patch.find(field.slot)) continue;
        auto value = formula::evaluate(*field.initial, row, context_);
        if (!value || value->empty()) continue;
        // A default that does not fit (an owner whose team is in the bin) is left out, not refused.
        auto normal = normalised(field, std::move(*value), options, false);
        if (!normal || normal->empty()) continue;
        record.at(field.slot) = *normal;
        patch.set_slot(field.slot, std::move(*normal));
    }
    return {};
}

Result<void> WriteTransaction::check_required(const Record& record, const Patch* only) const {
    Refused refused{Why::invalid, {}};
    for (const FieldInfo& field : record.entity->fields) {
        if (!field.options.required || !field.is_stored() || !record.at(field.slot).empty()) continue;
        if (only && !only->find(field.slot)) continue;
        refused.reasons.push_back({"required", field.name, field.label + " is missing: fill it in", {}});
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

Result<void> WriteTransaction::check_rules(const Record& record) {
    const model::RecordRow row(*this, record);
    Refused refused{Why::invalid, {}};
    for (const model::RuleInfo& rule : record.entity->rules) {
        if (!rule.formula) continue;
        const auto value = formula::evaluate(*rule.formula, row, context_);
        // A rule is broken when it is false; one that cannot be computed (an empty part) says nothing.
        if (value && value->is<bool>() && !value->as<bool>()) refused.reasons.push_back({rule.code, rule.field, rule.message, {}});
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

Result<void> WriteTransaction::check_unique(const Record& record, const Patch* only) {
    for (const Table::Unique& unique : group_.table(*record.entity).uniques()) {
        const Value& value = record.at(unique.slot);
        if (value.empty() || (only && !only->find(unique.slot))) continue;
        const FieldInfo& field = record.entity->by_slot(unique.slot);
        const auto other = find_by_key(*record.entity, field.name, value);
        if (other && *other != record.id())
            return refuse(Why::duplicate, "duplicate", "Another " + record.entity->label + " already has the " + field.label + " \"" + to_text(value) + "\"", field.name, {{"value", to_text(value)}});
    }
    return {};
}

void WriteTransaction::set_reporting(Record& record, int slot, Date day) {
    ensure_room(record);
    const int at = reporting_slot(*record.entity, slot);
    const Value& value = record.at(slot);
    if (!value.is<Money>()) {
        record.at(at) = Value();
        return;
    }
    const auto reporting = group_.settings->to_reporting(value.as<Money>(), day);
    record.at(at) = reporting ? Value(reporting->minor) : Value();
}

Result<Parameters> WriteTransaction::checked_parameters(const model::ActionInfo& action, const Parameters& given, const WriteOptions& options) {
    Parameters checked;
    Refused refused{Why::invalid, {}};
    for (const model::Parameter& declared : action.declared->parameters) {
        FieldInfo field;
        field.name = declared.name;
        field.label = declared.label;
        field.type = declared.type;
        field.target = declared.target;
        field.options.length_max = 20'000;
        for (const model::Choice& choice : declared.choices) field.choices.push_back({std::string(choice.value), std::string(choice.label)});
        const auto found = given.find(declared.name);
        Value value;
        if (found != given.end()) {
            auto normal = normalised(field, found->second, options, true);
            if (!normal) {
                refused.reasons.insert(refused.reasons.end(), normal.refused().reasons.begin(), normal.refused().reasons.end());
                continue;
            }
            value = std::move(*normal);
        }
        if (value.empty() && declared.required) refused.reasons.push_back({"required", field.name, field.label + " is missing: fill it in", {}});
        if (!value.empty()) checked.emplace(std::string(declared.name), std::move(value));
    }
    for (const auto& [name, value] : given) {
        const bool known = std::any_of(action.declared->parameters.begin(), action.declared->parameters.end(), [&given_name = name](const model::Parameter& p) { return p.name == given_name; });
        if (!known) refused.reasons.push_back({"unknown_parameter", name, "The action " + action.name + " takes no \"" + name + "\"", {}});
    }
    if (!refused.reasons.empty()) return refused;
    return checked;
}

}  // namespace fairlead::store
