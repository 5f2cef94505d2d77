// A record as it grows out of the entries of its history, in whatever order their effective times come.
#pragma once
#include <algorithm>
#include <limits>
#include <vector>

#include "store/log.h"

namespace fairlead::store {

struct Grown {
    Record record;
    std::vector<std::int64_t> since;   // by slot: effective time of the value held
    std::int64_t versions = 0, created = 0;
    bool exists = false;

    explicit Grown(const EntityInfo& entity) : record(stored_record(entity)), since(static_cast<std::size_t>(entity.slots), std::numeric_limits<std::int64_t>::min()) {}

    // Entries come in the order in which they were recorded.
    void take(const StoredEntry& entry) {
        if (entry.kind == ChangeKind::create) {
            exists = true;
            created = entry.effective;
            record.at(model::slot_created_at) = Instant{entry.recorded};
            if (entry.actor) record.at(model::slot_created_by) = Id{entry.actor};
        }
        if (entry.kind == ChangeKind::erase) exists = false;
        record.at(model::slot_id) = Id{entry.record};
        record.at(model::slot_version) = ++versions;
        record.at(model::slot_updated_at) = Instant{entry.recorded};
        record.at(model::slot_updated_by) = entry.actor ? Value(Id{entry.actor}) : Value();
        record.at(model::slot_last_seq) = entry.seq;
        record.at(model::slot_effective_at) = Instant{std::max(entry.effective, record.at(model::slot_effective_at).is<Instant>() ? record.at(model::slot_effective_at).as<Instant>().micros : entry.effective)};
        for (const FieldChange& change : read_patch(*record.entity, entry.patch)) {
            auto& at = since[static_cast<std::size_t>(change.slot)];
            if (entry.effective < at) continue;
            at = entry.effective;
            record.at(change.slot) = change.after;
            if (record.entity->by_slot(change.slot).type == Type::money) record.at(reporting_slot(*record.entity, change.slot)) = change.after_reporting;
        }
    }
    // The earliest known state: as it was made, and what is said of that moment or of before it.
    void take_earliest(const StoredEntry& entry) {
        if (exists ? entry.kind != ChangeKind::erase && entry.effective <= created : entry.kind == ChangeKind::create) take(entry);
    }
};

}  // namespace fairlead::store
