// The larger acts on records: actions, merging and its undoing, erasing, taking back a batch.
#include <algorithm>
#include <set>

#include "model/record_row.h"
#include "store/transaction.h"
#include "store/undo.h"

namespace fairlead::store {
namespace {

WriteOptions as_system() {
    WriteOptions options;
    options.as_system = true;
    options.through_action = true;
    return options;
}

}  // namespace

Result<Value> WriteTransaction::act_unguarded(const EntityInfo& entity, Id id, std::string_view name, const Parameters& parameters, const WriteOptions& options) {
    const auto action = std::find_if(entity.actions.begin(), entity.actions.end(), [&](const model::ActionInfo& a) { return a.name == name; });
    if (action == entity.actions.end())
        return refuse(Why::not_found, "unknown_action", entity.label + " has no action \"" + std::string(name) + "\"");
    const auto right = right_named(action->permission);
    if (!right && !viewer_->is_administrator && !same_actor_rights(options))
        return refuse(Why::forbidden, "forbidden", "Only an administrator may do this");
    FAIRLEAD_ASSIGN(Record record, reachable(entity, id, right.value_or(Right::read), options));
    if (action->when && !formula::holds(*action->when, model::RecordRow(*this, record), context_))
        return refuse(Why::duplicate, "step_not_allowed", "\"" + action->label + "\" is not possible for this " + entity.label + " as it stands", {}, {{"action", action->name}});
    FAIRLEAD_ASSIGN(Parameters checked, checked_parameters(*action, parameters, options));
    model::ActionContext context{*this, entity, std::move(record), std::move(checked), options};
    ensure(action->declared->run != nullptr, "a declared action can run");
    return action->declared->run(context);
}

// Writes values back as they were, without the rules that a new wish must meet.
Result<void> WriteTransaction::compensate(const EntityInfo& entity, const Record& before, ChangeKind kind, const std::vector<FieldChange>& back) {
    Writing w(entity);
    w.kind = kind;
    w.before = &before;
    w.after = before;
    w.effective = group_.now;
    for (FieldChange change : back) {
        const FieldInfo& field = entity.by_slot(change.slot);
        w.after.at(change.slot) = change.after;
        if (field.type == Type::money) w.after.at(reporting_slot(entity, change.slot)) = change.after_reporting;
        w.asserted.set_slot(change.slot, change.after);
        w.changes.push_back(std::move(change));
    }
    if (w.after.at(model::slot_deleted_at).empty()) FAIRLEAD_TRY(check_unique(w.after, nullptr));
    compute(*group_.shape, *this, w.after);
    return write(w);
}

// Everything that refers to `from` refers to `to` afterwards.
Result<void> WriteTransaction::redirect(const EntityInfo& target, Id from, Id to) {
    for (const auto& entity : catalog().entities()) {
        if (!entity->logged) continue;
        std::vector<std::pair<const FieldInfo*, Value>> wanted;  // field, new value
        for (const FieldInfo& field : entity->fields)
            if (field.type == Type::reference && field.is_stored() && !field.system && field.target == target.name) wanted.emplace_back(&field, Value(to));
        for (const auto& [field, value] : wanted) {
            for (const Record& record : rows_of(*entity).where(*entity, *field, Value(from), true)) {
                if (entity.get() == &target && record.id() == to) continue;  // it does not become its own parent
                FieldChange change;
                change.slot = field->slot;
                change.before = Value(from);
                change.after = value;
                FAIRLEAD_TRY(compensate(*entity, record, ChangeKind::update, {change}));
            }
        }
        if (const AnyRecord any = any_record(*entity); any.entity) {
            for (const Record& record : rows_of(*entity).where(*entity, *any.record, Value(from.value), true)) {
                if (!(record.at(any.entity->slot) == Value(target.name))) continue;
                FieldChange change;
                change.slot = any.record->slot;
                change.before = Value(from.value);
                change.after = Value(to.value);
                FAIRLEAD_TRY(compensate(*entity, record, ChangeKind::update, {change}));
            }
        }
    }
    return {};
}

Result<void> WriteTransaction::merge_unguarded(const EntityInfo& entity, Id winner, Id loser, const Patch& taken) {
    if (winner == loser) return refuse(Why::invalid, "same_record", "A record cannot be merged with itself");
    FAIRLEAD_TRY(reachable(entity, winner, Right::update, {}));
    FAIRLEAD_TRY(reachable(entity, loser, Right::update, {}));
    FAIRLEAD_TRY(reachable(entity, loser, Right::remove, {}));
    const std::int64_t first = group_.head.seq + 1;
    // The loser goes first, so that its unique keys are free for the winner.
    const Record before = *stored(entity, loser);
    FieldChange into, deleted, begin;
    into.slot = model::slot_merged_into;
    into.after = Value(winner);
    deleted.slot = model::slot_deleted_at;
    deleted.after = Value(group_.now);
    begin.slot = model::slot_last_seq;  // where the entries of this merge begin
    begin.after = Value(first);
    FAIRLEAD_TRY(compensate(entity, before, ChangeKind::merge, {deleted, into, begin}));
    FAIRLEAD_TRY(redirect(entity, loser, winner));
    if (!taken.empty()) FAIRLEAD_TRY(update_unguarded(winner, taken, {}));
    // The end of the merge is an entry of its own on the loser: between the two lies all it has moved.
    const Record merged = *stored(entity, loser);
    begin.before = Value(first);
    return compensate(entity, merged, ChangeKind::merge, {begin});
}

Result<void> WriteTransaction::unmerge_unguarded(const EntityInfo& entity, Id loser) {
    const Record* found = stored(entity, loser);
    if (!found || !found->at(model::slot_merged_into).is<Id>() || !in_reach(*found, Right::read))
        return refuse(Why::not_found, "not_found", "There is no merged " + entity.label + " with this id within your reach");
    if (!in_reach(*found, Right::remove)) return refuse(Why::forbidden, "forbidden", "You may not undo this merge: ask an administrator");
    const Record merged = *found;
    std::int64_t first = 0, last = 0;
    group_.save_log();
    group_.log.chain(group_.connection, merged.at(model::slot_last_seq).as<std::int64_t>(), [&](const StoredEntry& entry) {
        if (entry.kind != ChangeKind::merge) return true;
        for (const FieldChange& change : read_patch(entity, entry.patch))
            if (change.slot == model::slot_last_seq && change.after.is<std::int64_t>()) first = change.after.as<std::int64_t>();
        last = entry.seq;
        return false;
    });
    ensure(first > 0, "a merged record has its merge in the log");
    std::vector<StoredEntry> entries;
    group_.log.scan(group_.connection, first, last - 1, {}, Log::Detail::values, [&](const StoredEntry& entry) { return entries.push_back(entry), true; });
    std::set<std::pair<std::string, std::int64_t>> left;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        const EntityInfo* touched = catalog().find(entry->entity);
        const Record* record = touched ? stored(*touched, Id{entry->record}) : nullptr;
        if (!record || entry->kind != ChangeKind::update) continue;
        const Record before = *record;
        std::vector<FieldChange> back;
        for (FieldChange& change : read_patch(*touched, entry->patch)) {
            if (!(before.at(change.slot) == change.after)) continue;  // changed since: the newer wish stands
            std::swap(change.before, change.after);
            std::swap(change.before_reporting, change.after_reporting);
            back.push_back(std::move(change));
        }
        if (!back.empty()) FAIRLEAD_TRY(compensate(*touched, before, ChangeKind::update, back));
    }
    const Record before = *stored(entity, loser);
    FieldChange into, deleted;
    into.slot = model::slot_merged_into;
    into.before = before.at(model::slot_merged_into);
    deleted.slot = model::slot_deleted_at;
    deleted.before = before.at(model::slot_deleted_at);
    return compensate(entity, before, ChangeKind::unmerge, {deleted, into});
}

// References to a record that is erased: children that live by its access go with it, others forget it.
Result<void> WriteTransaction::release_references(const EntityInfo& target, Id id) {
    for (const auto& entity : catalog().entities()) {
        for (const FieldInfo& field : entity->fields) {
            if (field.type != Type::reference || !field.is_stored() || field.name == "id" || field.target != target.name) continue;
            for (const Record& record : rows_of(*entity).where(*entity, field, Value(id), true)) {
                if (entity.get() == &target && record.id() == id) continue;
                if (field.slot == entity->parent_slot && entity->access == model::AccessKind::inherits) {
                    FAIRLEAD_TRY(erase_unguarded(*entity, record.id()));
                    continue;
                }
                if (field.options.required || field.system) continue;  // it keeps the number, which names nobody any more
                FieldChange change;
                change.slot = field.slot;
                change.before = Value(id);
                FAIRLEAD_TRY(compensate(*entity, record, ChangeKind::update, {change}));
            }
        }
    }
    return {};
}

Result<void> WriteTransaction::erase_unguarded(const EntityInfo& entity, Id id) {
    const Record* found = stored(entity, id);
    if (!found || (!viewer_->is_system && !in_reach(*found, Right::read)))
        return refuse(Why::not_found, "not_found", "There is no such " + entity.label + ", or it is not within your reach");
    if (!in_reach(*found, Right::remove)) return refuse(Why::forbidden, "forbidden", "You may not erase this " + entity.label + ": ask an administrator");
    const Record record = *found;
    if (record.at(model::slot_deleted_at).empty()) FAIRLEAD_TRY(check_unused(record));
    if (entity.name == "company" && record.at(model::slot_deleted_at).empty() && stored_all(entity).size() == 1)
        return refuse(Why::duplicate, "settings_stay", "The company's settings cannot be deleted: change them instead");
    FAIRLEAD_TRY(release_references(entity, id));
    group_.save();
    std::vector<std::int64_t> entries;
    const Value& newest = record.at(model::slot_last_seq);
    if (newest.is<std::int64_t>())
        group_.log.chain(group_.connection, newest.as<std::int64_t>(), [&](const StoredEntry& entry) { return entries.push_back(entry.seq), true; });
    for (const std::int64_t seq : entries) group_.log.erase_values(group_.connection, seq);
    const Table& table = group_.table(entity);
    Statement& statement = group_.connection.prepare("DELETE FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id = $1");
    statement.bind(1, id.value);
    ++group_.writes;
    statement.run();
    if (entity.logged) {
        StoredEntry entry;
        entry.recorded = entry.effective = group_.now.micros;
        entry.actor = viewer_->user.value;
        entry.on_behalf = command_.on_behalf.value;
        entry.command = command_.id;
        entry.batch = command_.batch.value;
        entry.entity = entity.name;
        entry.record = id.value;
        entry.kind = ChangeKind::erase;
        entry.prev_seq = entries.empty() ? 0 : entries.front();
        entry.patch = "{}";
        group_.log.append(group_.head, entry);
        group_.note_entry(std::move(entry));
    }
    group_.touched.insert_or_assign(RecordKey{entity.number, id.value}, std::nullopt);
    group_.lookups.clear();
    group_.cache.forget_all();
    group_.access_changed = group_.access_changed || entity.changes_access;
    group_.settings_changed = group_.settings_changed || Settings::reads(entity);
    return {};
}

Result<bool> WriteTransaction::undo_unguarded(const EntityInfo& entity, Id id, const std::vector<StoredEntry>& entries) {
    const Record* found = stored(entity, id);
    if (!found) return refuse(Why::not_found, "erased", "It has been erased");
    if (const std::int64_t newest = found->at(model::slot_last_seq).as<std::int64_t>(); newest != entries.back().seq) {
        // Taken back by an earlier attempt, or together with a later entry of the batch.
        const auto entry = group_.log.find(group_.connection, newest);
        if (entry && !command_.id.empty() && entry->command == command_.id && command_.id == undo_mark(Id{entries.back().batch})) return entry->prev_seq == entries.back().seq;
        return refuse(Why::stale, "changed_since", "It has been changed since by somebody else");
    }
    if (!same_actor_rights({}) && !in_reach(*found, Right::update))
        return refuse(Why::forbidden, "forbidden", "You may not change it: ask its owner or an administrator");
    const Record before = *found;
    // What is taken back was a mistake: no moment of the past knows it, as business has it; what was recorded then does.
    if (entries.front().kind == ChangeKind::create) {
        if (before.at(model::slot_deleted_at).empty()) FAIRLEAD_TRY(change_bin(entity, id, as_system(), true, Instant{entries.front().effective}));
        return true;
    }
    if (std::any_of(entries.begin(), entries.end(), [](const StoredEntry& e) { return e.kind == ChangeKind::merge; })) {
        FAIRLEAD_TRY(unmerge_unguarded(entity, id));
        return true;
    }
    std::map<int, FieldChange> back;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        for (const FieldChange& change : read_patch(entity, entry->patch)) {
            FieldChange& to = back[change.slot];
            to.slot = change.slot;
            to.after = change.before;
            to.after_reporting = change.before_reporting;
        }
    }
    std::vector<FieldChange> changes;
    for (auto& [slot, change] : back) {
        change.before = before.at(slot);
        if (change.before.is<Money>()) change.before_reporting = reporting(before, slot);
        if (!(change.before == change.after)) changes.push_back(change);
    }
    if (!changes.empty()) FAIRLEAD_TRY(compensate(entity, before, ChangeKind::update, changes));
    return true;
}

}  // namespace fairlead::store
