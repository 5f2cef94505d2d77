// Keeping the index of keys.
#include "derive/exchange/key_index.h"

#include <algorithm>

#include "base/text.h"

namespace fairlead::derive {
namespace {

void add(KeyTable& table, const std::string& key, Id id) {
    if (key.empty()) return;
    bool made = false;
    std::int64_t& entry = table.at(hash_of(key), made);
    if (made) entry = id.value;
    else if (entry != id.value) entry = -1;
}

}  // namespace

Result<std::shared_ptr<const KeyTable>> index_keys(store::Store& store, const store::Viewer& viewer, const model::EntityInfo& entity, const std::vector<std::string>& fields, const KeyOf& key_of) {
    auto table = std::make_shared<KeyTable>();
    store::ListQuery query;
    query.entity = entity.name;
    query.only = fields;
    FAIRLEAD_TRY(store.each(viewer, query, [&](const model::Record& record) {
        add(*table, key_of(record), record.id());
        return true;
    }));
    return std::shared_ptr<const KeyTable>(std::move(table));
}

Result<bool> KeyIndexes::follow(store::Store& store, Kept& kept, const model::EntityInfo& entity, const std::vector<std::string>& fields, const KeyOf& key_of) {
    constexpr int most = 20'000;  // more than that is read faster anew
    const std::int64_t now = store.last_seq();
    if (now == kept.seq) return true;
    const auto entries = store.log_after(kept.seq, most);
    if (entries.size() >= most) return false;
    const bool sees_all = kept.viewer->is_system || kept.viewer->is_administrator;
    std::shared_ptr<KeyTable> table;
    for (const store::LogEntry& entry : entries) {
        if (entry.entity != entity.name) continue;
        if (entry.kind == store::ChangeKind::create) {
            const auto record = store.get(*kept.viewer, entity.name, entry.record);
            if (!record) {
                if (sees_all) return false;  // gone again
                continue;
            }
            if (!table) table = std::make_shared<KeyTable>(*kept.table);
            add(*table, key_of(*record), entry.record);
            continue;
        }
        // A key that changes leaves its old one behind; an owner that changes moves records in and out of sight.
        const bool harmless = entry.kind == store::ChangeKind::update && sees_all && std::none_of(entry.fields.begin(), entry.fields.end(), [&](const store::LogEntry::Field& field) {
            return std::find(fields.begin(), fields.end(), field.name) != fields.end();
        });
        if (!harmless) return false;
    }
    if (table) kept.table = std::move(table);
    kept.seq = entries.empty() ? now : std::max(now, entries.back().seq);
    return true;
}

Result<std::shared_ptr<const KeyTable>> KeyIndexes::of(store::Store& store, const std::shared_ptr<const store::Viewer>& viewer, const model::EntityInfo& entity, const std::vector<std::string>& fields, const KeyOf& key_of) {
    const std::string name = entity.name + '\n' + join(fields, "\n");
    const std::scoped_lock lock(mutex_);
    if (kept_.table && kept_.name == name && kept_.viewer == viewer) {
        FAIRLEAD_ASSIGN(const bool holds, follow(store, kept_, entity, fields, key_of));
        if (holds) return kept_.table;
    }
    kept_ = {};
    const std::int64_t seq = store.last_seq();  // what is written while it is read is followed afterwards
    FAIRLEAD_ASSIGN(auto table, index_keys(store, *viewer, entity, fields, key_of));
    ++readings_;
    kept_ = {name, viewer, seq, table};
    return table;
}

void KeyIndexes::forget() {
    const std::scoped_lock lock(mutex_);
    kept_ = {};
}

}  // namespace fairlead::derive
