// Create, update, bin and restore: the order in which a change is checked, written, logged and told.
#include "store/transaction.h"

#include <algorithm>
#include <map>

#include "store/expect.h"

namespace fairlead::store {
namespace {

Refused absent(const EntityInfo& entity) {
    return refuse(Why::not_found, "not_found", "There is no such " + entity.label + ", or it is not within your reach");
}

Refused administrators_only(const EntityInfo& entity) {
    return refuse(Why::forbidden, "administrators_only", entity.label_plural + " are changed by administrators alone: ask one of them");
}

std::string savepoint_name(int depth) { return "call_" + std::to_string(depth); }

}  // namespace

WriteTransaction::WriteTransaction(CommitGroup& group, const Command& command, bool careful)
    : group_(group), command_(command), viewer_(command.viewer ? command.viewer : Viewer::system()), careful_(careful) {
    context_ = group.settings->context(group.now, viewer_->user);
}

// Runs a call that writes. A refusal after its first write must not leave half of it behind.
template <class T, class Call>
Result<T> WriteTransaction::guarded(Call call) {
    const std::int64_t writes_before = group_.writes;
    if (!careful_) {
        ++depth_;
        Result<T> result = call();
        --depth_;
        if (!result && group_.writes != writes_before) throw ReplayNeeded{};
        return result;
    }
    const std::string savepoint = savepoint_name(++depth_);
    const LogHead head = group_.head;
    const auto touched = group_.touched;
    group_.save();
    group_.connection.exec("SAVEPOINT " + savepoint);
    Result<T> result = call();
    if (result) {
        group_.save();
    } else if (group_.writes != writes_before) {
        group_.forget_unsaved();
        group_.connection.exec("ROLLBACK TO SAVEPOINT " + savepoint);
        group_.head = head;
        group_.touched = touched;
        group_.lookups.clear();
        group_.cache.forget_all();
    }
    group_.connection.exec("RELEASE SAVEPOINT " + savepoint);
    --depth_;
    return result;
}

// ---- Reading ---------------------------------------------------------------------------------------------

const Record* WriteTransaction::stored(const EntityInfo& entity, Id id) {
    const RecordKey key{entity.number, id.value};
    if (const auto found = group_.touched.find(key); found != group_.touched.end()) return found->second ? &*found->second : nullptr;
    if (const Record* known = group_.cache.find(key)) return known;
    auto record = RowReader(group_.connection, *group_.shape).find(entity, id);
    if (!record) return nullptr;
    group_.cache.put(key, std::move(*record));
    return group_.cache.find(key);
}

std::optional<Record> WriteTransaction::full(const EntityInfo& entity, Id id) {
    const Record* known = stored(entity, id);
    if (!known) return std::nullopt;
    std::optional<Record> record = *known;
    if (computing_ < 4) {
        ++computing_;
        compute(*group_.shape, *this, *record);
        --computing_;
    }
    return record;
}

std::optional<Record> WriteTransaction::find(const EntityInfo& entity, Id id) { return full(entity, id); }

bool WriteTransaction::in_reach(const Record& record, Right right) {
    return within(*viewer_, catalog(), record, right, [this](const EntityInfo& entity, Id id) -> std::optional<Record> {
        const Record* parent = stored(entity, id);
        return parent ? std::optional<Record>(*parent) : std::nullopt;
    });
}

bool WriteTransaction::visible(const EntityInfo& entity, Id id) {
    const Record* record = stored(entity, id);
    return record && in_reach(*record, Right::read);
}

// The rows of an entity as this transaction has left them.
RowReader WriteTransaction::rows_of(const EntityInfo& entity) {
    if (std::any_of(group_.unsaved_order.begin(), group_.unsaved_order.end(), [&](RecordKey key) { return key.entity == entity.number; })) group_.save_rows();
    return RowReader(group_.connection, *group_.shape);
}

// Live records with this value, in id order, stored slots.
std::vector<Record> WriteTransaction::stored_where(const EntityInfo& entity, const FieldInfo& field, const Value& value) {
    if (!Lookups::key_of(field, value)) return rows_of(entity).where(entity, field, value);
    const Lookups::Ids* known = group_.lookups.find(entity, field.slot, value);
    if (!known) {
        std::vector<Record> records = rows_of(entity).where(entity, field, value);
        Lookups::Ids ids;
        for (const Record& record : records) ids.insert(record.id());
        group_.lookups.know(entity, field.slot, value, std::move(ids));
        keep(records);
        return records;
    }
    std::vector<Record> records;
    for (const Id id : *known)
        if (const Record* record = stored(entity, id)) records.push_back(*record);
    return records;
}

void expect_keys(Transaction& open, const EntityInfo& entity, std::string_view name, const std::vector<Value>& values) {
    constexpr std::size_t at_once = 1000;
    auto* transaction = dynamic_cast<WriteTransaction*>(&open);
    const FieldInfo& field = entity.need(name);
    if (!transaction || !(field.options.unique || field.options.indexed)) return;
    for (std::size_t begin = 0; begin < values.size(); begin += at_once) transaction->expect(entity, field, std::span(values).subspan(begin, std::min(at_once, values.size() - begin)));
}

// SQLite answers single questions as quickly, and sooner than what is written meanwhile would have to reach it first.
void WriteTransaction::expect(const EntityInfo& entity, const FieldInfo& field, std::span<const Value> values) {
    if (group_.connection.dialect() != Dialect::postgres) {
        if (field.options.unique && field.type == Type::text)
            for (const Value& value : values) (void)find_by_key(entity, field.name, value);
        return;
    }
    std::map<std::string, std::pair<Value, Lookups::Ids>> found;
    for (const Value& value : values)
        if (auto key = Lookups::key_of(field, value); key && !group_.lookups.find(entity, field.slot, value)) found.emplace(std::move(*key), std::pair(value, Lookups::Ids{}));
    if (found.empty()) return;
    group_.save_rows();
    std::string keys = "{";
    for (const auto& [key, ids] : found) {
        keys += keys.size() > 1 ? ",\"" : "\"";
        for (const char c : key) {
            if (c == '"' || c == '\\') keys += '\\';
            keys += c;
        }
        keys += '"';
    }
    const Table& table = group_.table(entity);
    const bool text = field.type == Type::text || field.type == Type::choice;
    const std::string column = quoted(field.options.unique && field.type == Type::text ? field.name + "_key" : field.columns().front());
    Statement& statement = group_.connection.prepare(std::string("SELECT found.* FROM unnest(CAST($1 AS ") + (text ? "TEXT" : "BIGINT") + "[])) AS wanted(wanted) CROSS JOIN LATERAL (SELECT " + table.columns() +
                                                     " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND " + column + " = wanted AND deleted_at IS NULL OFFSET 0) AS found");
    statement.bind(1, std::string_view(keys += '}'));
    std::vector<Record> records;
    while (statement.step()) records.push_back(table.read(statement));
    for (const Record& record : records)
        if (const auto key = Lookups::key_of(field, record.at(field.slot)))
            if (const auto wanted = found.find(*key); wanted != found.end()) wanted->second.second.insert(record.id());
    keep(records);
    for (auto& [key, known] : found) group_.lookups.know(entity, field.slot, known.first, std::move(known.second));
}

void WriteTransaction::keep(const std::vector<Record>& records) {
    for (const Record& record : records) {
        const RecordKey key{record.entity->number, record.id().value};
        if (!group_.touched.contains(key) && !group_.cache.find(key)) group_.cache.put(key, record);
    }
}

std::vector<Record> WriteTransaction::where(const EntityInfo& entity, std::string_view field, const Value& value) {
    std::vector<Record> records = stored_where(entity, entity.need(field), value);
    if (computing_ < 4) {
        ++computing_;
        for (Record& record : records) compute(*group_.shape, *this, record);
        --computing_;
    }
    return records;
}

std::vector<Record> WriteTransaction::stored_all(const EntityInfo& entity) {
    if (const auto* ids = group_.cache.all_of(entity.number)) {
        std::vector<Record> records;
        for (const Id id : *ids) {
            const RecordKey key{entity.number, id.value};
            const auto touched = group_.touched.find(key);
            const Record* known = touched == group_.touched.end() ? group_.cache.find(key) : touched->second ? &*touched->second : nullptr;
            if (!known) break;
            records.push_back(*known);
        }
        if (records.size() == ids->size()) return records;
    }
    std::vector<Record> records = rows_of(entity).all(entity);
    std::set<Id> ids;
    for (const Record& record : records) ids.insert(record.id());
    if (records.size() <= 1000) keep(records);
    group_.cache.keep_all(entity.number, std::move(ids));
    return records;
}

std::vector<Record> WriteTransaction::all(const EntityInfo& entity) {
    std::vector<Record> records = stored_all(entity);
    if (computing_ < 4) {
        ++computing_;
        for (Record& record : records) compute(*group_.shape, *this, record);
        --computing_;
    }
    return records;
}

std::optional<Id> WriteTransaction::find_by_key(const EntityInfo& entity, std::string_view name, const Value& value) {
    const FieldInfo& field = entity.need(name);
    if (value.empty()) return std::nullopt;
    const bool folded = field.options.unique && field.type == Type::text;
    if (!folded) {
        const auto records = stored_where(entity, field, value);
        return records.empty() ? std::nullopt : std::optional<Id>(records.front().id());
    }
    if (const auto* known = group_.lookups.find(entity, field.slot, value)) return known->empty() ? std::nullopt : std::optional(*known->begin());
    (void)rows_of(entity);
    const Table& table = group_.table(entity);
    Statement& statement = group_.connection.prepare("SELECT id FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND " + quoted(field.name + "_key") + " = $1 AND deleted_at IS NULL");
    statement.bind(1, std::string_view(Table::unique_key(value)));
    std::optional<Id> id;
    if (statement.step()) id = Id{statement.whole(0)};
    statement.reset();
    group_.lookups.know(entity, field.slot, value, id ? Lookups::Ids{*id} : Lookups::Ids{});
    return id;
}

// The record with its computed fields, if the actor may see it and has `right` on it.
Result<Record> WriteTransaction::reachable(const EntityInfo& entity, Id id, Right right, const WriteOptions& options, bool in_bin) {
    auto record = full(entity, id);
    if (!record || record->at(model::slot_deleted_at).empty() == in_bin) return absent(entity);
    if (!same_actor_rights(options)) {
        if (entity.access == model::AccessKind::system || !in_reach(*record, Right::read)) return absent(entity);
        if (right != Right::read && entity.administrators && !viewer_->is_administrator) return administrators_only(entity);
        if (!in_reach(*record, right))
            return refuse(Why::forbidden, "forbidden", "You may see this " + entity.label + " but not change it: ask its owner or an administrator");
    }
    if (options.expected_version && *options.expected_version != record->version())
        return refuse(Why::stale, "stale", "This " + entity.label + " has been changed since you read it: read it again and repeat your change", {},
                      {{"version", std::to_string(record->version())}});
    return std::move(*record);
}

// ---- Writing one change ----------------------------------------------------------------------------------

Result<void> WriteTransaction::rehearse(const Patch& patch, Id existing, const WriteOptions& options) {
    rehearsing_ = true;
    Result<void> result;
    if (existing) {
        if (const auto updated = update_unguarded(existing, patch, options); !updated) result = updated.refused();
    } else if (const auto created = create_unguarded(patch, options); !created) {
        result = created.refused();
    }
    rehearsing_ = false;
    return result;
}

Result<void> WriteTransaction::write(Writing& w) {
    if (rehearsing_) return {};
    const EntityInfo& entity = *w.entity;
    Record& after = w.after;
    const std::int64_t prev_seq = w.before && w.before->at(model::slot_last_seq).is<std::int64_t>() ? w.before->at(model::slot_last_seq).as<std::int64_t>() : 0;
    StoredEntry entry;
    if (entity.logged) {
        entry.recorded = group_.now.micros;
        entry.effective = w.effective.micros;
        entry.actor = viewer_->user.value;
        entry.on_behalf = command_.on_behalf.value;
        entry.command = command_.id;
        entry.batch = command_.batch.value;
        entry.entity = entity.name;
        entry.record = after.id().value;
        entry.kind = w.kind;
        entry.prev_seq = prev_seq;
        entry.patch = write_patch(entity, w.changes);
        ++group_.writes;
        group_.log.append(group_.head, entry);
    }
    const std::int64_t seq = entry.seq;
    const Value user = viewer_->user ? Value(viewer_->user) : Value();
    after.at(model::slot_version) = w.before ? w.before->version() + 1 : std::int64_t{1};
    after.at(model::slot_updated_at) = group_.now;
    after.at(model::slot_updated_by) = user;
    if (entity.logged) group_.note_entry(std::move(entry));
    after.at(model::slot_last_seq) = seq;
    const Value& known = after.at(model::slot_effective_at);
    if (known.empty() || known.as<Instant>() < w.effective) after.at(model::slot_effective_at) = w.effective;
    if (!w.before) {
        after.at(model::slot_created_at) = group_.now;
        after.at(model::slot_created_by) = user;
    }

    ++group_.writes;
    std::vector<int> slots;
    if (w.before) {
        slots = {model::slot_version, model::slot_updated_at, model::slot_updated_by, model::slot_last_seq, model::slot_effective_at};
        // An amount that is valued anew is another one, though its figure is the same.
        const auto valued_anew = [&](int slot) { return after.at(slot).is<Money>() && !(reporting(after, slot) == reporting(*w.before, slot)); };
        for (int slot = 0; slot < entity.stored_slots; ++slot)
            if ((slot == model::slot_deleted_at || slot == model::slot_merged_into || slot >= model::system_slots) && (!(after.at(slot) == w.before->at(slot)) || valued_anew(slot)))
                slots.push_back(slot);
        std::sort(slots.begin(), slots.end());
    }
    group_.touched.insert_or_assign(RecordKey{entity.number, after.id().value}, after);
    group_.note_row(after, !w.before, slots);
    group_.cache.follow(entity.number, after.id(), after.at(model::slot_deleted_at).empty());
    group_.lookups.follow(w.before, after);
    group_.access_changed = group_.access_changed || entity.changes_access;
    group_.settings_changed = group_.settings_changed || Settings::reads(entity);

    const auto& listeners = group_.shape->listeners[static_cast<std::size_t>(entity.number)];
    if (listeners.empty()) return {};
    model::ChangeEvent event;
    event.kind = w.kind;
    event.entity = &entity;
    event.before = w.before;
    event.after = &after;
    event.asserted = &w.asserted;
    event.effective = w.effective;
    event.seq = seq;
    for (const model::Listener* listener : listeners)
        if (listener->after) FAIRLEAD_TRY(listener->after(*this, event));
    return {};
}

namespace {
Result<Instant> effective_time(const WriteOptions& options, Instant now) {
    if (!options.effective) return now;
    if (*options.effective > now)
        return refuse(Why::invalid, "effective_in_future", "A change cannot take effect in the future: enter it when it happens, or leave the time out");
    return *options.effective;
}
}  // namespace

// ---- Create ----------------------------------------------------------------------------------------------

Result<Id> WriteTransaction::create(const Patch& patch, const WriteOptions& options) {
    return guarded<Id>([&] { return create_unguarded(patch, options); });
}

Result<Id> WriteTransaction::create_unguarded(const Patch& given, const WriteOptions& options) {
    const EntityInfo& entity = *given.entity;
    if (!same_actor_rights(options)) {
        if (entity.access == model::AccessKind::system || (!viewer_->may(entity, Right::read) && !viewer_->may(entity, Right::create))) return absent(entity);
        if (entity.administrators && !viewer_->is_administrator) return administrators_only(entity);
        if (!viewer_->may(entity, Right::create))
            return refuse(Why::forbidden, "forbidden", "You may not add to " + entity.label_plural + ": ask an administrator for the right");
    }
    FAIRLEAD_TRY(may_set(entity, given, options));
    FAIRLEAD_ASSIGN(const Instant effective, effective_time(options, group_.now));
    Writing w(entity);
    w.kind = ChangeKind::create;
    w.effective = effective;
    w.asserted = given;
    WriteOptions dated = options;
    dated.effective = effective;
    FAIRLEAD_TRY(prepare(entity, w.asserted, nullptr, dated));
    FAIRLEAD_TRY(normalise(w.asserted, options, nullptr));

    w.after = stored_record(entity);
    w.after.at(model::slot_id) = new_id();
    for (const auto& [slot, value] : w.asserted.sets) w.after.at(slot) = value;
    FAIRLEAD_TRY(fill_defaults(w.after, w.asserted, options));
    FAIRLEAD_TRY(check_required(w.after, nullptr));
    FAIRLEAD_TRY(may_join(w.after, nullptr, options));
    const Date day = date_in_zone(effective, group_.settings->zone);
    for (const auto& [slot, value] : w.asserted.sets)
        if (value.is<Money>()) set_reporting(w.after, slot, day);
    compute(*group_.shape, *this, w.after);
    FAIRLEAD_TRY(check_rules(w.after));
    FAIRLEAD_TRY(check_unique(w.after, nullptr));
    for (int slot = model::system_slots; slot < entity.stored_slots; ++slot) {
        if (w.after.at(slot).empty()) continue;
        FieldChange change;
        change.slot = slot;
        change.after = w.after.at(slot);
        if (change.after.is<Money>()) change.after_reporting = reporting(w.after, slot);
        w.changes.push_back(std::move(change));
    }
    const Id id = w.after.id();
    FAIRLEAD_TRY(write(w));
    return id;
}

// ---- Update ----------------------------------------------------------------------------------------------

Result<std::int64_t> WriteTransaction::update(Id id, const Patch& patch, const WriteOptions& options) {
    return guarded<std::int64_t>([&] { return update_unguarded(id, patch, options); });
}

// Fields that an action owns are changed by it, whoever names them: the rest is set first, so that the action's
// requirements see it.
Result<std::int64_t> WriteTransaction::update_through_actions(Id id, const Record& before, const Patch& patch, const WriteOptions& options) {
    const EntityInfo& entity = *patch.entity;
    std::string action;
    Patch rest(entity), owned(entity);
    for (const auto& [slot, value] : patch.sets) {
        const FieldInfo& field = entity.by_slot(slot);
        if (field.options.changed_by.empty()) {
            rest.set_slot(slot, value);
        } else if (!(value == before.at(slot))) {
            action = field.options.changed_by;
            owned.set_slot(slot, value);
        }
    }
    WriteOptions step = options;
    if (!rest.empty()) {
        FAIRLEAD_TRY(update_unguarded(id, rest, step));
        step.expected_version.reset();
    }
    if (action.empty()) return stored(entity, id)->version();
    Parameters parameters;
    for (const auto& [slot, value] : owned.sets) {
        const FieldInfo& field = entity.by_slot(slot);
        const auto info = std::find_if(entity.actions.begin(), entity.actions.end(), [&](const model::ActionInfo& a) { return a.name == field.options.changed_by; });
        const bool takes = info != entity.actions.end() &&
                           std::any_of(info->declared->parameters.begin(), info->declared->parameters.end(), [&](const model::Parameter& p) { return p.name == field.name; });
        if (!takes) return refuse(Why::invalid, "changed_by_action", field.label + " is changed by the action \"" + std::string(field.options.changed_by) + "\" only", field.name);
        parameters[field.name] = value;
    }
    FAIRLEAD_TRY(act_unguarded(entity, id, action, parameters, step));
    return stored(entity, id)->version();
}

Result<std::int64_t> WriteTransaction::update_unguarded(Id id, const Patch& given, const WriteOptions& options) {
    const EntityInfo& entity = *given.entity;
    FAIRLEAD_ASSIGN(const Record before, reachable(entity, id, Right::update, options));
    FAIRLEAD_TRY(may_set(entity, given, options));
    FAIRLEAD_TRY(may_repeat(before, given, options));
    if (!same_actor_rights(options) && !options.through_action)
        for (const auto& set : given.sets)
            if (!entity.by_slot(set.first).options.changed_by.empty()) return update_through_actions(id, before, given, options);
    FAIRLEAD_ASSIGN(const Instant effective, effective_time(options, group_.now));

    Writing w(entity);
    w.kind = ChangeKind::update;
    w.effective = effective;
    w.before = &before;
    Patch patch = given;
    WriteOptions dated = options;
    dated.effective = effective;
    FAIRLEAD_TRY(prepare(entity, patch, &before, dated));
    FAIRLEAD_TRY(normalise(patch, options, &before));
    Patch to_row(entity);
    drop_unchanged(patch, before, effective, w.changes, to_row);
    const Date day = date_in_zone(effective, group_.settings->zone);
    // An amount that a listener asserts again is valued anew, at the rate of this change's day: a deal that is won. So is
    // one that somebody sets again because it had no rate.
    const Value& latest = before.at(model::slot_effective_at);
    const bool newest = latest.empty() || effective >= latest.as<Instant>();
    for (const auto& [slot, value] : patch.sets) {
        if (!newest || !value.is<Money>() || value != before.at(slot) || (given.find(slot) && !reporting(before, slot).empty())) continue;
        const auto amount = group_.settings->to_reporting(value.as<Money>(), day);
        // A listener's word counts although there is no rate yet: when there is one, its day is the one that counts.
        const bool waits = !amount && !given.find(slot) && reporting(before, slot).empty();
        if (!waits && (!amount || Value(amount->minor) == reporting(before, slot))) continue;
        FieldChange change;
        change.slot = slot;
        change.before = change.after = value;
        change.before_reporting = reporting(before, slot);
        to_row.set_slot(slot, value);
        w.changes.push_back(std::move(change));
    }
    if (w.changes.empty()) return before.version();
    if (!same_actor_rights(options)) FAIRLEAD_TRY(check_fixed(before, w.changes));
    FAIRLEAD_TRY(check_currency_stays(w.changes, entity));

    w.after = before;
    for (auto& change : w.changes) {
        const FieldInfo& field = entity.by_slot(change.slot);
        w.asserted.set_slot(change.slot, change.after);
        if (field.type == Type::money && change.after.is<Money>()) {
            const auto amount = group_.settings->to_reporting(change.after.as<Money>(), day);
            if (amount) change.after_reporting = amount->minor;
        }
        if (!to_row.find(change.slot)) continue;
        w.after.at(change.slot) = change.after;
        if (field.type == Type::money) w.after.at(reporting_slot(entity, change.slot)) = change.after_reporting;
    }
    FAIRLEAD_TRY(check_required(w.after, &to_row));
    FAIRLEAD_TRY(may_join(w.after, &before, options));
    compute(*group_.shape, *this, w.after);
    FAIRLEAD_TRY(check_rules(w.after));
    FAIRLEAD_TRY(check_unique(w.after, &to_row));
    FAIRLEAD_TRY(write(w));
    return w.after.version();
}

// What of the patch is news. A back-dated entry is compared with what was true then, and reaches the row only
// where nothing later has been said of the field.
void WriteTransaction::drop_unchanged(Patch& patch, const Record& before, Instant effective, std::vector<FieldChange>& changes, Patch& to_row) {
    const EntityInfo& entity = *patch.entity;
    const Value& latest = before.at(model::slot_effective_at);
    if (!entity.logged || latest.empty() || effective >= latest.as<Instant>()) {
        for (auto& [slot, value] : patch.sets) {
            if (value == before.at(slot)) continue;
            FieldChange change;
            change.slot = slot;
            change.before = before.at(slot);
            if (change.before.is<Money>()) change.before_reporting = reporting(before, slot);
            change.after = value;
            to_row.set_slot(slot, value);
            changes.push_back(std::move(change));
        }
        return;
    }
    struct Known { std::int64_t effective = INT64_MIN, seq = -1; FieldChange change; bool later = false; };
    std::map<int, Known> known;
    for (const auto& set : patch.sets) known[set.first];
    group_.save_log();
    group_.log.chain(group_.connection, before.at(model::slot_last_seq).as<std::int64_t>(), [&](const StoredEntry& entry) {
        for (FieldChange& change : read_patch(entity, entry.patch)) {
            const auto at = known.find(change.slot);
            if (at == known.end()) continue;
            Known& field = at->second;
            if (entry.effective > effective.micros) field.later = true;
            else if (std::pair(entry.effective, entry.seq) > std::pair(field.effective, field.seq)) {
                field.effective = entry.effective;
                field.seq = entry.seq;
                field.change = std::move(change);
            }
        }
        return true;
    });
    for (auto& [slot, value] : patch.sets) {
        Known& field = known[slot];
        if (field.change.after == value) continue;
        FieldChange change;
        change.slot = slot;
        change.before = field.change.after;
        change.before_reporting = field.change.after_reporting;
        change.after = value;
        if (!field.later) to_row.set_slot(slot, value);
        changes.push_back(std::move(change));
    }
}

// ---- The bin ---------------------------------------------------------------------------------------------

Result<void> WriteTransaction::remove(const EntityInfo& entity, Id id, const WriteOptions& options) {
    return guarded<void>([&] { return change_bin(entity, id, options, true); });
}

Result<void> WriteTransaction::restore(const EntityInfo& entity, Id id, const WriteOptions& options) {
    return guarded<void>([&] { return change_bin(entity, id, options, false); });
}

Result<void> WriteTransaction::change_bin(const EntityInfo& entity, Id id, const WriteOptions& options, bool into, std::optional<Instant> since) {
    FAIRLEAD_ASSIGN(const Record before, reachable(entity, id, Right::remove, options, !into));
    if (!before.at(model::slot_merged_into).empty())
        return refuse(Why::duplicate, "merged", "This " + entity.label + " was merged into another: undo the merge to bring it back");
    Writing w(entity);
    w.kind = into ? ChangeKind::remove : ChangeKind::restore;
    w.before = &before;
    w.after = before;
    // Being in the bin is a fact of now, also for a record whose history is entered late.
    w.effective = since.value_or(group_.now);
    FieldChange change;
    change.slot = model::slot_deleted_at;
    change.before = before.at(model::slot_deleted_at);
    change.after = into ? Value(group_.now) : Value();
    w.after.at(model::slot_deleted_at) = change.after;
    w.asserted.set_slot(change.slot, change.after);
    w.changes.push_back(std::move(change));
    if (!into) FAIRLEAD_TRY(check_unique(w.after, nullptr));
    // Undoing walks a batch backwards and takes what hangs with it.
    if (!options.as_system) FAIRLEAD_TRY(into ? check_unused(before) : check_whole(before));
    compute(*group_.shape, *this, w.after);
    return write(w);
}

void WriteTransaction::put(std::string_view kind, std::string_view key, std::string_view json) {
    const std::string organisation = std::to_string(group_.shape->organisation);
    ++group_.writes;
    if (json.empty()) {
        Statement& statement = group_.connection.prepare("DELETE FROM kept WHERE org_id = " + organisation + " AND kind = $1 AND name = $2");
        statement.bind(1, kind);
        statement.bind(2, key);
        return statement.run();
    }
    Statement& statement = group_.connection.prepare("INSERT INTO kept (org_id, kind, name, value) VALUES (" + organisation +
                                                     ", $1, $2, $3) ON CONFLICT (org_id, kind, name) DO UPDATE SET value = excluded.value");
    statement.bind(1, kind);
    statement.bind(2, key);
    statement.bind(3, json);
    statement.run();
}

// ---- The larger acts, under the same guard ---------------------------------------------------------------

Result<Value> WriteTransaction::act(const EntityInfo& entity, Id id, std::string_view action, const Parameters& parameters, const WriteOptions& options) {
    return guarded<Value>([&] { return act_unguarded(entity, id, action, parameters, options); });
}
Result<void> WriteTransaction::merge(const EntityInfo& entity, Id winner, Id loser, const Patch& taken) {
    return guarded<void>([&] { return merge_unguarded(entity, winner, loser, taken); });
}
Result<void> WriteTransaction::unmerge(const EntityInfo& entity, Id loser) {
    return guarded<void>([&] { return unmerge_unguarded(entity, loser); });
}
Result<void> WriteTransaction::erase(const EntityInfo& entity, Id id) {
    return guarded<void>([&] { return erase_unguarded(entity, id); });
}
Result<bool> WriteTransaction::undo_record(const EntityInfo& entity, Id id, const std::vector<StoredEntry>& entries) {
    return guarded<bool>([&] { return undo_unguarded(entity, id, entries); });
}

Result<bool> WriteTransaction::price(const EntityInfo& entity, Id id) {
    return guarded<bool>([&] { return price_unguarded(entity, id); });
}

}  // namespace fairlead::store
