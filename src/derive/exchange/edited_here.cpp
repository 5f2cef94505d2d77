// Reading a record's log backwards.
#include "derive/exchange/edited_here.h"

#include <algorithm>

#include "derive/exchange/import_shelf.h"

namespace fairlead::derive {

EditedHere::EditedHere(store::Store& store) : store_(store) {
    for (const ImportHead& head : ImportShelf(store, {}).all())
        if (head.batch) (head.state == "undone" ? undone_ : batches_).insert(head.batch);
}

bool EditedHere::by_import(const store::LogEntry& entry) const { return entry.command == "import" || (entry.batch && batches_.contains(entry.batch)); }

// The import that was undone, and its undoing: as if they had not been.
bool EditedHere::taken_back(const store::LogEntry& entry) const { return entry.command.starts_with("undo:") || (entry.batch && undone_.contains(entry.batch)); }

std::map<int, Value> EditedHere::of(const model::Record& record, const std::vector<int>& slots) const {
    constexpr int entries_at_once = 200, entries_most = 5'000;
    std::map<int, Value> edited;
    if (record.version() <= 1 || slots.empty()) return edited;
    const model::EntityInfo& entity = *record.entity;
    std::map<std::string, int> open;  // fields whose last import is still sought
    for (const int slot : slots) open.emplace(entity.by_slot(slot).name, slot);
    std::map<int, Value> before;      // edits that an older import may stand before
    std::int64_t from = 0;
    for (int seen = 0; seen < entries_most && !open.empty();) {
        const auto entries = store_.history(*store::Viewer::system(), entity.name, record.id(), entries_at_once, from);
        if (!entries || entries->empty()) break;
        for (const store::LogEntry& entry : *entries) {
            from = entry.seq;
            ++seen;
            if (taken_back(entry)) continue;
            const bool import = by_import(entry);
            for (const store::LogEntry::Field& field : entry.fields) {
                const auto wanted = open.find(field.name);
                if (wanted == open.end()) continue;
                if (import) open.erase(wanted);  // what is known of later edits stays
                else if (entry.actor) before[wanted->second] = field.before;  // what follows by itself is nobody's edit
            }
            // An edit counts where an import stands before it: nobody edited against an import that was not.
            if (import)
                for (const auto& [slot, value] : before) edited[slot] = value;
        }
        if (entries->size() < static_cast<std::size_t>(entries_at_once)) break;
    }
    return edited;
}

}  // namespace fairlead::derive
