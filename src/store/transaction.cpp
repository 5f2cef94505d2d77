// Creating, changing and removing records: the one door.
#include "store/transaction.h"

#include <algorithm>

#include "base/text.h"
#include "model/record_row.h"

namespace fairlead::store {
namespace {

Refused absent(const EntityInfo& entity, Id id) {
    return refuse(Why::not_found, "not_found", "There is no " + entity.name + " " + id.text(), {}, {{"entity", entity.name}, {"id", id.text()}});
}

bool type_fits(Type type, const Value& value) {
    switch (type) {
        case Type::boolean: return value.is<bool>();
        case Type::whole: return value.is<std::int64_t>();
        case Type::decimal:
        case Type::percent: return value.is<Decimal>();
        case Type::money: return value.is<Money>();
        case Type::text:
        case Type::choice: return value.is<std::string>();
        case Type::date: return value.is<Date>();
        case Type::instant: return value.is<Instant>();
        case Type::duration: return value.is<Duration>();
        case Type::reference: return value.is<Id>();
        case Type::list: return false;
    }
    return false;
}

std::int64_t characters(std::string_view utf8) {
    return std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

}  // namespace

WriteTransaction::WriteTransaction(WriteScope scope, const Command& command)
    : scope_(std::move(scope)), command_(command), context_(scope_.settings->context(scope_.now, command.viewer ? command.viewer->user : Id{})),
      rows_(scope_.connection, *scope_.shape) {
    cache_.resize(scope_.shape->catalog->entities().size());
}

std::vector<WriteTransaction::Touched> WriteTransaction::touched() const {
    std::vector<Touched> all;
    for (const auto& [entity, id] : order_) all.push_back({entity, id, cache_[static_cast<std::size_t>(entity->number)].at(id.value)});
    return all;
}

// ---- Reading -------------------------------------------------------------------------------------------------

std::optional<Record> WriteTransaction::load(const EntityInfo& entity, Id id) {
    auto& records = cache_[static_cast<std::size_t>(entity.number)];
    if (const auto found = records.find(id.value); found != records.end()) return found->second;
    return records.emplace(id.value, rows_.find(entity, id)).first->second;
}

std::optional<Record> WriteTransaction::find(const EntityInfo& entity, Id id) {
    auto record = load(entity, id);
    if (record && depth_ < 4) {
        ++depth_;
        compute(*scope_.shape, *this, *record);
        --depth_;
    }
    return record;
}

bool WriteTransaction::within_reach(const Record& record, Right right) {
    if (!command_.viewer) return true;
    return within(*command_.viewer, catalog(), record, right, [this](const EntityInfo& entity, Id id) { return load(entity, id); });
}

bool WriteTransaction::visible(const EntityInfo& entity, Id id) {
    const auto record = load(entity, id);
    return record && record->at(model::slot_deleted_at).empty() && within_reach(*record, Right::read);
}

std::vector<Record> WriteTransaction::where(const EntityInfo& entity, std::string_view field, const Value& value) {
    const FieldInfo& info = entity.need(field);
    std::vector<Record> records = rows_.where(entity, info, value);
    for (Record& record : records)
        if (depth_ < 4) {
            ++depth_;
            compute(*scope_.shape, *this, record);
            --depth_;
        }
    return records;
}

std::vector<Record> WriteTransaction::all(const EntityInfo& entity) {
    std::vector<Record> records = rows_.all(entity);
    for (Record& record : records) compute(*scope_.shape, *this, record);
    return records;
}

std::optional<Id> WriteTransaction::find_by_key(const EntityInfo& entity, std::string_view field, const Value& value) {
    const std::vector<Record> found = rows_.where(entity, entity.need(field), value);
    if (found.empty()) return std::nullopt;
    return found.front().id();
}

Result<Record> WriteTransaction::reachable(const EntityInfo& entity, Id id, Right right, const WriteOptions& options) {
    auto record = find(entity, id);
    if (!record) return absent(entity, id);
    if (options.as_system) return std::move(*record);
    if (!within_reach(*record, Right::read)) return absent(entity, id);
    if (!within_reach(*record, right))
        return refuse(Why::forbidden, "forbidden", "You may read this " + entity.name + " but not change it", {}, {{"entity", entity.name}});
    return std::move(*record);
}

// ---- Checking ------------------------------------------------------------------------------------------------

Result<void> WriteTransaction::check_patch(const Patch& patch, const Record* before, const WriteOptions& options) {
    if (options.as_system) return {};
    Refused refused{Why::invalid, {}};
    for (const auto& [slot, value] : patch.sets) {
        const FieldInfo& field = patch.entity->by_slot(slot);
        if (command_.viewer && command_.viewer->field(*patch.entity, field) == FieldAccess::hidden) {
            refused.reasons.push_back({"unknown_field", field.name, "There is no field " + field.name, {{"field", field.name}}});
        } else if (field.system || field.is_computed() || (field.options.read_only && !options.through_action)) {
            if (!before || !(before->at(slot) == value))
                refused.reasons.push_back({"read_only", field.name, field.label + " is set by Fairlead and cannot be written", {{"field", field.name}}});
        } else if (command_.viewer && command_.viewer->field(*patch.entity, field) != FieldAccess::write) {
            if (!before || !(before->at(slot) == value))
                refused.reasons.push_back({"read_only", field.name, "You may read " + field.label + " but not change it", {{"field", field.name}}});
        } else if (before && !field.options.changed_by.empty() && !options.through_action && !(before->at(slot) == value)) {
            refused.reasons.push_back({"changed_by_action", field.name, field.label + " is changed by the action " + std::string(field.options.changed_by), {{"field", field.name}}});
        }
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

Result<void> WriteTransaction::check_value(const FieldInfo& field, Value& value, bool as_system) {
    const auto invalid = [&](const char* code, const std::string& message) {
        return refuse(Why::invalid, code, message, field.name, {{"field", field.name}, {"label", field.label}});
    };
    if (auto* text = value.get<std::string>()) {
        if (text->empty()) {
            value = Value();
            return {};
        }
        if (!is_utf8(*text) || text->find('\0') != std::string::npos) return invalid("not_text", field.label + " is not valid text");
        value = to_nfc(*text);
    }
    if (value.empty()) return {};
    if (value.is<std::int64_t>() && (field.type == Type::decimal || field.type == Type::percent)) value = Decimal::of(value.as<std::int64_t>());
    if (value.is<Decimal>() && field.type == Type::money) {
        const auto money = Money::of(value.as<Decimal>(), context_.currency);
        if (!money) return invalid("too_large", field.label + " is too large");
        value = *money;
    }
    if (value.is<std::int64_t>() && field.type == Type::money) {
        const auto money = Money::of(Decimal::of(value.as<std::int64_t>()), context_.currency);
        if (!money) return invalid("too_large", field.label + " is too large");
        value = *money;
    }
    if (!type_fits(field.type, value)) return invalid("wrong_type", field.label + " must be of the type " + std::string(type_name(field.type)));
    if (const auto* text = value.get<std::string>(); text && field.type == Type::text && characters(*text) > field.options.length_max)
        return invalid("too_long", field.label + " has " + std::to_string(characters(*text)) + " characters; at most " + std::to_string(field.options.length_max) + " are kept");
    if (field.type == Type::choice) {
        const auto& text = value.as<std::string>();
        if (std::none_of(field.choices.begin(), field.choices.end(), [&](const model::ChoiceInfo& c) { return c.value == text; })) {
            std::string known;
            for (const auto& choice : field.choices) known += (known.empty() ? "" : ", ") + choice.value;
            return invalid("unknown_choice", field.label + " is one of " + known + ", not " + text);
        }
    }
    if (const auto* whole = value.get<std::int64_t>(); whole && (*whole < field.options.least || *whole > field.options.most))
        return invalid("out_of_range", field.label + " is out of its range");
    if (const auto* decimal = value.get<Decimal>()) {
        if ((field.options.least != INT64_MIN && *decimal < Decimal::of(field.options.least)) || (field.options.most != INT64_MAX && *decimal > Decimal::of(field.options.most)))
            return invalid("out_of_range", field.label + " is out of its range");
        const auto kept = decimal->rounded(field.options.scale, Rounding::half_even);
        if (!kept || !kept->to_scaled(field.options.scale, Rounding::half_even)) return invalid("too_large", field.label + " is too large");
        value = *kept;
    }
    if (const auto* id = value.get<Id>()) {
        const EntityInfo& target = catalog().need(field.target);
        const auto record = load(target, *id);
        const bool seen = record && (as_system || !command_.viewer || within_reach(*record, Right::read));
        if (!seen || (!record->at(model::slot_deleted_at).empty() && !as_system))
            return refuse(Why::invalid, "unknown_reference", field.label + ": there is no " + target.name + " " + id->text(), field.name, {{"field", field.name}, {"entity", target.name}, {"id", id->text()}});
    }
    return {};
}

Result<void> WriteTransaction::check_values(const Record& record, const Patch& patch, const Record* before, const WriteOptions&) {
    Refused refused{Why::invalid, {}};
    for (const FieldInfo& field : record.entity->fields) {
        if (!field.is_stored() || !field.options.required || !record.at(field.slot).empty()) continue;
        // A record that was incomplete before may be changed elsewhere; what is set must not become empty.
        if (before && before->at(field.slot).empty() && !patch.find(field.slot)) continue;
        refused.reasons.push_back({"required", field.name, field.label + " is missing", {{"field", field.name}, {"label", field.label}}});
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

Result<void> WriteTransaction::check_unique(const Record& record, const Patch& patch) {
    for (const Table::Unique& unique : scope_.shape->table(*record.entity).uniques()) {
        if (!patch.find(unique.slot) || record.at(unique.slot).empty()) continue;
        const FieldInfo& field = record.entity->by_slot(unique.slot);
        for (const Record& other : rows_.where(*record.entity, field, record.at(unique.slot)))
            if (other.id() != record.id())
                return refuse(Why::duplicate, "duplicate", "Another " + record.entity->name + " has the " + field.label + " " + to_text(record.at(unique.slot)), field.name,
                              {{"field", field.name}, {"value", to_text(record.at(unique.slot))}});
    }
    return {};
}

Result<void> WriteTransaction::check_rules(const Record& record) {
    if (record.entity->rules.empty()) return {};
    Refused refused{Why::invalid, {}};
    const model::RecordRow row(*this, record);
    for (const model::RuleInfo& rule : record.entity->rules)
        if (!formula::holds(*rule.formula, row, context_)) refused.reasons.push_back({rule.code, rule.field, rule.message, {}});
    if (!refused.reasons.empty()) return refused;
    return {};
}

void WriteTransaction::fill_defaults(Patch& patch) {
    Record draft = stored_record(*patch.entity);
    for (const auto& [slot, value] : patch.sets) draft.at(slot) = value;
    for (const FieldInfo& field : patch.entity->fields) {
        if (!field.initial || patch.find(field.slot)) continue;
        auto value = formula::evaluate(*field.initial, model::RecordRow(*this, draft), context_);
        if (!value || value->empty()) continue;
        draft.at(field.slot) = *value;
        patch.set_slot(field.slot, std::move(*value));
    }
}

void WriteTransaction::convert_money(Record& record, const Patch& patch, const Record* before) {
    ensure_room(record);
    // The rate of the day that counts: the day of closing where the record has one, else today.
    const FieldInfo* closed = record.entity->field("closed_on");
    const Date day = closed && closed->slot >= 0 && record.at(closed->slot).is<Date>() ? record.at(closed->slot).as<Date>() : context_.today();
    for (const FieldInfo& field : record.entity->fields) {
        if (field.type != Type::money || !field.is_stored()) continue;
        const int at = reporting_slot(*record.entity, field.slot);
        if (before && !patch.find(field.slot) && !(closed && patch.find(closed->slot))) continue;
        const auto* money = record.at(field.slot).get<Money>();
        const auto reporting = money ? scope_.settings->to_reporting(*money, day) : std::nullopt;
        record.at(at) = reporting ? Value(reporting->minor) : Value();
    }
}

Result<void> WriteTransaction::drop_overtaken(Patch& applied, const Record& before, Instant effective) {
    const auto* latest = before.at(model::slot_effective_at).get<Instant>();
    if (!latest || effective >= *latest) return {};
    std::vector<int> overtaken;
    scope_.log.chain(scope_.connection, before.at(model::slot_last_seq).as<std::int64_t>(), [&](const StoredEntry& entry) {
        if (entry.effective > effective.micros)
            for (const FieldChange& change : read_patch(*before.entity, entry.patch)) overtaken.push_back(change.slot);
        return true;
    });
    std::erase_if(applied.sets, [&](const auto& set) { return std::find(overtaken.begin(), overtaken.end(), set.first) != overtaken.end(); });
    return {};
}

// ---- Writing -------------------------------------------------------------------------------------------------

Result<Id> WriteTransaction::create(const Patch& asked, const WriteOptions& options) {
    const EntityInfo& entity = *asked.entity;
    if (!options.as_system && command_.viewer && !command_.viewer->may(entity, Right::create))
        return refuse(Why::forbidden, "forbidden", "You may not create " + entity.label_plural, {}, {{"entity", entity.name}});
    FAIRLEAD_TRY(check_patch(asked, nullptr, options));
    Patch patch = asked;
    std::erase_if(patch.sets, [&](const auto& set) { return entity.by_slot(set.first).system && set.first != model::slot_id; });
    for (auto& [slot, value] : patch.sets) FAIRLEAD_TRY(check_value(entity.by_slot(slot), value, options.as_system));
    for (const model::Listener* listener : scope_.shape->listeners[static_cast<std::size_t>(entity.number)])
        if (listener->prepare) FAIRLEAD_TRY(listener->prepare(*this, patch, nullptr, options));
    fill_defaults(patch);
    Change change{ChangeKind::create, Record(), stored_record(entity), patch, options.effective.value_or(scope_.now)};
    for (auto& [slot, value] : change.asserted.sets) {
        FAIRLEAD_TRY(check_value(entity.by_slot(slot), value, true));
        change.after.at(slot) = value;
    }
    const Value* given = patch.find(model::slot_id);
    const Id id = given && given->is<Id>() ? given->as<Id>() : new_id();
    std::erase_if(change.asserted.sets, [](const auto& set) { return set.first == model::slot_id || set.second.empty(); });
    Record& record = change.after;
    record.at(model::slot_id) = id;
    record.at(model::slot_version) = std::int64_t{1};
    record.at(model::slot_created_at) = scope_.now;
    record.at(model::slot_updated_at) = scope_.now;
    if (actor()) record.at(model::slot_created_by) = record.at(model::slot_updated_by) = Value(actor());
    record.at(model::slot_effective_at) = change.effective;
    convert_money(record, change.asserted, nullptr);
    FAIRLEAD_TRY(check_values(record, change.asserted, nullptr, options));
    FAIRLEAD_TRY(check_unique(record, change.asserted));
    FAIRLEAD_TRY(write(change));
    return id;
}

Result<std::int64_t> WriteTransaction::change_record(Record before, const Patch& asked, const WriteOptions& options, ChangeKind kind) {
    const EntityInfo& entity = *asked.entity;
    if (options.expected_version && before.version() != *options.expected_version)
        return refuse(Why::stale, "stale", "The " + entity.name + " has changed since it was read: version " + std::to_string(before.version()) + ", not " + std::to_string(*options.expected_version), {},
                      {{"version", std::to_string(before.version())}});
    Patch patch = asked;
    for (auto& [slot, value] : patch.sets) FAIRLEAD_TRY(check_value(entity.by_slot(slot), value, options.as_system));
    if (kind == ChangeKind::update)
        for (const model::Listener* listener : scope_.shape->listeners[static_cast<std::size_t>(entity.number)])
            if (listener->prepare) FAIRLEAD_TRY(listener->prepare(*this, patch, &before, options));
    const Instant effective = options.effective.value_or(scope_.now);
    // An assertion for the present that changes nothing is no change; for the past it may be news.
    if (!options.effective) std::erase_if(patch.sets, [&](const auto& set) { return before.at(set.first) == set.second; });
    if (patch.empty()) return before.version();
    for (auto& [slot, value] : patch.sets) FAIRLEAD_TRY(check_value(entity.by_slot(slot), value, true));
    Patch applied = patch;
    FAIRLEAD_TRY(drop_overtaken(applied, before, effective));
    Change change{kind, before, before, patch, effective};
    Record& record = change.after;
    for (const auto& [slot, value] : applied.sets) record.at(slot) = value;
    record.at(model::slot_version) = before.version() + 1;
    record.at(model::slot_updated_at) = scope_.now;
    record.at(model::slot_updated_by) = actor() ? Value(actor()) : Value();
    const auto* latest = before.at(model::slot_effective_at).get<Instant>();
    if (!latest || effective > *latest) record.at(model::slot_effective_at) = effective;
    convert_money(record, applied, &before);
    FAIRLEAD_TRY(check_values(record, applied, &before, options));
    FAIRLEAD_TRY(check_unique(record, applied));
    FAIRLEAD_TRY(write(change));
    return record.version();
}

Result<std::int64_t> WriteTransaction::update(Id id, const Patch& patch, const WriteOptions& options) {
    FAIRLEAD_ASSIGN(Record before, reachable(*patch.entity, id, Right::update, options));
    if (!before.at(model::slot_deleted_at).empty() && !options.as_system) return absent(*patch.entity, id);
    FAIRLEAD_TRY(check_patch(patch, &before, options));
    return change_record(std::move(before), patch, options, ChangeKind::update);
}

Result<void> WriteTransaction::set_in_bin(const EntityInfo& entity, Id id, bool in_bin, const WriteOptions& options) {
    FAIRLEAD_ASSIGN(Record before, reachable(entity, id, Right::remove, options));
    if (before.at(model::slot_deleted_at).empty() != in_bin) return absent(entity, id);
    Patch patch(entity);
    patch.set_slot(model::slot_deleted_at, in_bin ? Value(scope_.now) : Value());
    if (!in_bin) {
        Patch all(entity);
        for (const Table::Unique& unique : scope_.shape->table(entity).uniques()) all.set_slot(unique.slot, before.at(unique.slot));
        FAIRLEAD_TRY(check_unique(before, all));
    }
    FAIRLEAD_TRY(change_record(std::move(before), patch, options, in_bin ? ChangeKind::remove : ChangeKind::restore));
    return {};
}

Result<void> WriteTransaction::remove(const EntityInfo& entity, Id id, const WriteOptions& options) { return set_in_bin(entity, id, true, options); }
Result<void> WriteTransaction::restore(const EntityInfo& entity, Id id, const WriteOptions& options) { return set_in_bin(entity, id, false, options); }

Result<void> WriteTransaction::write(Change& change) {
    const EntityInfo& entity = *change.after.entity;
    Record& record = change.after;
    const bool creates = change.kind == ChangeKind::create;
    compute(*scope_.shape, *this, record);
    if (change.kind == ChangeKind::create || change.kind == ChangeKind::update) FAIRLEAD_TRY(check_rules(record));

    if (entity.logged) {
        std::vector<FieldChange> fields;
        for (const auto& [slot, value] : change.asserted.sets) {
            FieldChange field;
            field.slot = slot;
            if (!creates) field.before = change.before.at(slot);
            field.after = value;
            if (entity.by_slot(slot).type == Type::money) {
                const int at = reporting_slot(entity, slot);
                if (!creates && static_cast<std::size_t>(at) < change.before.slots.size()) field.before_reporting = change.before.at(at);
                field.after_reporting = record.at(at);
            }
            fields.push_back(std::move(field));
        }
        StoredEntry entry;
        entry.recorded = scope_.now.micros;
        entry.effective = change.effective.micros;
        entry.actor = actor().value;
        entry.on_behalf = command_.on_behalf.value;
        entry.batch = command_.batch.value;
        entry.command = command_.id;
        entry.record = record.id().value;
        entry.prev_seq = creates || change.before.at(model::slot_last_seq).empty() ? 0 : change.before.at(model::slot_last_seq).as<std::int64_t>();
        entry.kind = change.kind;
        entry.entity = entity.name;
        entry.patch = write_patch(entity, fields);
        wrote_ = true;
        scope_.log.append(scope_.connection, scope_.head, entry);
        record.at(model::slot_last_seq) = entry.seq;
    }
    wrote_ = true;
    const Table& table = scope_.shape->table(entity);
    if (creates) {
        Statement& statement = scope_.connection.prepare(table.insert());
        table.bind_insert(statement, record);
        statement.run();
    } else {
        std::vector<int> slots;
        for (int slot = 1; slot < model::system_slots; ++slot) slots.push_back(slot);
        for (const auto& [slot, value] : change.asserted.sets)
            if (slot >= model::system_slots && slot < entity.stored_slots) slots.push_back(slot);
        std::sort(slots.begin(), slots.end());
        slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
        table.run_update(scope_.connection, record, slots);
    }
    auto& records = cache_[static_cast<std::size_t>(entity.number)];
    records[record.id().value] = record;
    if (std::none_of(order_.begin(), order_.end(), [&](const auto& t) { return t.first == &entity && t.second == record.id(); })) order_.emplace_back(&entity, record.id());
    changed_access_ |= entity.changes_access;
    changed_settings_ |= Settings::reads(entity);

    model::ChangeEvent event;
    event.kind = change.kind;
    event.entity = &entity;
    event.before = creates ? nullptr : &change.before;
    event.after = &record;
    event.asserted = &change.asserted;
    event.effective = change.effective;
    event.seq = scope_.head.seq;
    for (const model::Listener* listener : scope_.shape->listeners[static_cast<std::size_t>(entity.number)])
        if (listener->after) FAIRLEAD_TRY(listener->after(*this, event));
    return {};
}

// ---- Actions, merging, erasing, undoing ------------------------------------------------------------------------

Result<Value> WriteTransaction::act(const EntityInfo& entity, Id id, std::string_view name, const Parameters& parameters, const WriteOptions& options) {
    const auto action = std::find_if(entity.actions.begin(), entity.actions.end(), [&](const model::ActionInfo& a) { return a.name == name; });
    if (action == entity.actions.end()) return refuse(Why::not_found, "unknown_action", "There is no action " + std::string(name), {}, {{"action", std::string(name)}});
    FAIRLEAD_ASSIGN(Record record, reachable(entity, id, action->permission == "delete" ? Right::remove : Right::update, options));
    if (!record.at(model::slot_deleted_at).empty()) return absent(entity, id);
    if (options.expected_version && record.version() != *options.expected_version)
        return refuse(Why::stale, "stale", "The " + entity.name + " has changed since it was read", {}, {{"version", std::to_string(record.version())}});
    if (action->when && !formula::holds(*action->when, model::RecordRow(*this, record), context_))
        return refuse(Why::duplicate, "step_not_allowed", action->label + " is not possible in the state this " + entity.name + " is in", {}, {{"action", action->name}});
    Parameters checked;
    for (const model::Parameter& parameter : action->declared->parameters) {
        const auto given = parameters.find(parameter.name);
        Value value = given == parameters.end() ? Value() : given->second;
        FieldInfo field;
        field.name = parameter.name;
        field.label = parameter.label;
        field.type = parameter.type;
        field.target = parameter.target;
        for (const model::Choice& choice : parameter.choices) field.choices.push_back({std::string(choice.value), std::string(choice.label)});
        field.options.length_max = 20'000;
        FAIRLEAD_TRY(check_value(field, value, options.as_system));
        if (value.empty() && parameter.required) return refuse(Why::invalid, "required", field.label + " is missing", field.name, {{"field", field.name}, {"label", field.label}});
        if (!value.empty()) checked.emplace(parameter.name, std::move(value));
    }
    for (const auto& [given, value] : parameters)
        if (std::none_of(action->declared->parameters.begin(), action->declared->parameters.end(), [&](const model::Parameter& p) { return p.name == given; }))
            return refuse(Why::bad_request, "unknown_field", "The action has no parameter " + given, given, {{"field", given}});
    model::ActionContext context{*this, entity, std::move(record), std::move(checked), options};
    return action->declared->run(context);
}

Result<void> WriteTransaction::merge(const EntityInfo& entity, Id winner, Id loser, const Patch& taken) {
    if (winner == loser) return refuse(Why::invalid, "same_record", "A record cannot be merged with itself");
    FAIRLEAD_ASSIGN(Record kept, reachable(entity, winner, Right::update, {}));
    FAIRLEAD_ASSIGN(Record lost, reachable(entity, loser, Right::remove, {}));
    if (!kept.at(model::slot_deleted_at).empty() || !lost.at(model::slot_deleted_at).empty()) return absent(entity, loser);
    WriteOptions system;
    system.as_system = true;
    // The loser leaves first, so that its unique values are free for the winner.
    Patch gone(entity);
    gone.set_slot(model::slot_deleted_at, scope_.now).set_slot(model::slot_merged_into, Value(winner));
    FAIRLEAD_TRY(change_record(std::move(lost), gone, system, ChangeKind::merge));
    if (!taken.empty()) FAIRLEAD_TRY(update(winner, taken, {}));
    for (const auto& other : catalog().entities()) {
        if (!other->logged) continue;
        for (const FieldInfo& field : other->fields) {
            if (field.system || field.type != Type::reference || !field.is_stored() || field.target != entity.name) continue;
            for (const Record& record : rows_.where(*other, field, Value(loser))) {
                if (other.get() == &entity && record.id() == winner) continue;
                Patch moved(*other);
                moved.set_slot(field.slot, Value(winner));
                FAIRLEAD_TRY(update(record.id(), moved, system));
            }
        }
    }
    return {};
}

Result<void> WriteTransaction::unmerge(const EntityInfo& entity, Id loser) {
    auto lost = find(entity, loser);
    if (!lost || !lost->at(model::slot_merged_into).is<Id>() || !within_reach(*lost, Right::update)) return absent(entity, loser);
    std::int64_t merge_batch = 0, merge_seq = 0;
    scope_.log.chain(scope_.connection, lost->at(model::slot_last_seq).as<std::int64_t>(), [&](const StoredEntry& entry) {
        if (entry.kind != ChangeKind::merge) return true;
        merge_batch = entry.batch;
        merge_seq = entry.seq;
        return false;
    });
    std::vector<StoredEntry> entries;
    if (merge_batch)
        scope_.log.batch(scope_.connection, Id{merge_batch}, [&](const StoredEntry& entry) { return entries.push_back(entry), true; });
    std::reverse(entries.begin(), entries.end());
    for (const StoredEntry& entry : entries)
        if (entry.seq != merge_seq) FAIRLEAD_TRY(compensate(entry));
    Patch back(entity);
    back.set_slot(model::slot_deleted_at, Value()).set_slot(model::slot_merged_into, Value());
    WriteOptions system;
    system.as_system = true;
    FAIRLEAD_TRY(change_record(std::move(*lost), back, system, ChangeKind::unmerge));
    return {};
}

Result<void> WriteTransaction::erase(const EntityInfo& entity, Id id) {
    FAIRLEAD_ASSIGN(const Record record, reachable(entity, id, Right::remove, {}));
    if (record.at(model::slot_deleted_at).empty())
        return refuse(Why::duplicate, "not_in_bin", "Only what is in the bin can be erased: delete it first");
    std::vector<std::int64_t> entries;
    if (record.at(model::slot_last_seq).is<std::int64_t>())
        scope_.log.chain(scope_.connection, record.at(model::slot_last_seq).as<std::int64_t>(), [&](const StoredEntry& entry) { return entries.push_back(entry.seq), true; });
    wrote_ = true;
    for (const std::int64_t seq : entries) scope_.log.erase_values(scope_.connection, seq);
    StoredEntry entry;
    entry.recorded = entry.effective = scope_.now.micros;
    entry.actor = actor().value;
    entry.batch = command_.batch.value;
    entry.record = id.value;
    entry.prev_seq = entries.empty() ? 0 : entries.front();
    entry.kind = ChangeKind::erase;
    entry.entity = entity.name;
    entry.patch = "{}";
    scope_.log.append(scope_.connection, scope_.head, entry);
    const Table& table = scope_.shape->table(entity);
    Statement& statement = scope_.connection.prepare("DELETE FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id = $1");
    statement.bind(1, id.value);
    statement.run();
    cache_[static_cast<std::size_t>(entity.number)][id.value] = std::nullopt;
    order_.emplace_back(&entity, id);
    changed_access_ |= entity.changes_access;
    return {};
}

Result<void> WriteTransaction::compensate(const StoredEntry& entry) {
    const EntityInfo* entity = catalog().find(entry.entity);
    auto record = entity ? find(*entity, Id{entry.record}) : std::nullopt;
    if (!record) return {};
    WriteOptions system;
    system.as_system = true;
    if (entry.kind == ChangeKind::create) return record->at(model::slot_deleted_at).empty() ? remove(*entity, record->id(), system) : Result<void>();
    if (entry.kind == ChangeKind::remove) return record->at(model::slot_deleted_at).empty() ? Result<void>() : restore(*entity, record->id(), system);
    Patch back(*entity);
    for (const FieldChange& change : read_patch(*entity, entry.patch))
        if (change.slot >= model::system_slots && record->at(change.slot) == change.after) back.set_slot(change.slot, change.before);
    if (back.empty()) return {};
    FAIRLEAD_TRY(change_record(std::move(*record), back, system, ChangeKind::update));
    return {};
}

}  // namespace fairlead::store
