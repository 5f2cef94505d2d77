// Telling the database of a group's changes, late and together.
#include "store/group.h"

#include <algorithm>

namespace fairlead::store {
namespace {

// Beyond these it is told meanwhile: PostgreSQL then works while we do, and memory stays small.
constexpr std::size_t rows_most = 512, entries_most = 512;

}  // namespace

void CommitGroup::note_row(const Record& after, bool is_new, const std::vector<int>& slots) {
    // A key that is freed or taken, and coming back from the bin, must reach the database in the order it happened.
    const auto& uniques = table(*after.entity).uniques();
    const bool moves_key = !is_new && std::any_of(slots.begin(), slots.end(), [&](int slot) {
        return slot == model::slot_deleted_at || std::any_of(uniques.begin(), uniques.end(), [&](const Table::Unique& unique) { return unique.slot == slot; });
    });
    if (moves_key || unsaved_order.size() >= rows_most) save_rows();
    const RecordKey key{after.entity->number, after.id().value};
    const auto [at, added] = unsaved.try_emplace(key);
    if (added) {
        unsaved_order.push_back(key);
        at->second = {is_new, slots};
    } else if (!at->second.is_new) {
        std::vector<int> both;
        std::set_union(at->second.slots.begin(), at->second.slots.end(), slots.begin(), slots.end(), std::back_inserter(both));
        at->second.slots = std::move(both);
    }
}

void CommitGroup::note_entry(StoredEntry entry) {
    unsaved_log.push_back(std::move(entry));
    if (unsaved_log.size() >= entries_most) save_log();
}

// New rows last: a key that one of them takes has been freed by a change, which stands at the beginning.
void CommitGroup::save_rows() {
    if (unsaved_order.empty()) return;
    std::map<int, std::vector<const Record*>> made;  // by entity
    for (const RecordKey key : unsaved_order) {
        const Unsaved& row = unsaved.at(key);
        const Record& record = *touched.at(key);
        if (row.is_new) made[key.entity].push_back(&record);
        else table(*record.entity).run_update(connection, record, row.slots);
    }
    for (const auto& [entity, records] : made) shape->tables[static_cast<std::size_t>(entity)]->insert(connection, records);
    unsaved_order.clear();
    unsaved.clear();
}

void CommitGroup::save_log() {
    log.write(connection, unsaved_log);
    unsaved_log.clear();
}

void CommitGroup::forget_unsaved() {
    unsaved_order.clear();
    unsaved.clear();
    unsaved_log.clear();
}

}  // namespace fairlead::store
