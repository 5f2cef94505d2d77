// What one group commit holds: the connection, the end of the log, and the records it has touched.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "store/log.h"
#include "store/lookups.h"
#include "store/reading.h"

namespace fairlead::store {

class Columns;

struct RecordKey {
    int entity = 0;
    std::int64_t id = 0;
    friend bool operator==(RecordKey, RecordKey) = default;
    struct Hash {
        std::size_t operator()(RecordKey key) const { return std::hash<Id>{}(Id{key.id}) * 31 + static_cast<std::size_t>(key.entity); }
    };
};

// Stored slots of records that the writer has read or written lately. Valid while no other process writes; on
// PostgreSQL it is emptied when another one has.
class RecordCache {
  public:
    const Record* find(RecordKey key) const {
        for (const Records* records : {&newer_, &older_})
            if (const auto found = records->find(key); found != records->end()) return &found->second;
        return nullptr;
    }
    void put(RecordKey key, Record record) {
        slots_ += record.slots.size();
        newer_.insert_or_assign(key, std::move(record));
    }
    // Between groups only: within one, references into the cache must stay valid. Two generations: what has not been
    // put again since the last change of generation goes.
    void trim() {
        if (slots_ < slots_most) return;
        older_ = std::move(newer_);
        newer_ = Records();
        slots_ = 0;
    }
    void drop(RecordKey key) {
        newer_.erase(key);
        older_.erase(key);
    }
    void clear() {
        newer_.clear();
        older_.clear();
        all_.clear();
        slots_ = 0;
    }
    // The live records of a small entity, where they are known: every creation asks for all pipelines.
    const std::set<Id>* all_of(int entity) const {
        const auto found = all_.find(entity);
        return found == all_.end() ? nullptr : &found->second;
    }
    void keep_all(int entity, std::set<Id> ids) {
        if (ids.size() <= all_most) all_[entity] = std::move(ids);
    }
    void follow(int entity, Id id, bool live) {
        const auto found = all_.find(entity);
        if (found == all_.end()) return;
        if (!live) found->second.erase(id);
        else if (found->second.insert(id).second && found->second.size() > all_most) all_.erase(found);
    }
    void forget_all() { all_.clear(); }

  private:
    static constexpr std::size_t all_most = 200;
    using Records = std::unordered_map<RecordKey, Record, RecordKey::Hash>;
    static constexpr std::size_t slots_most = (std::size_t{4} << 20) / sizeof(Value);  // of one generation
    Records newer_, older_;
    std::unordered_map<int, std::set<Id>> all_;
    std::size_t slots_ = 0;
};

struct CommitGroup {
    CommitGroup(Connection& c, std::shared_ptr<const Shape> s, std::shared_ptr<const Settings> settings_now, const Log& l, RecordCache& shared, Instant at)
        : connection(c), shape(std::move(s)), settings(std::move(settings_now)), log(l), cache(shared), now(at) {}

    Connection& connection;
    std::shared_ptr<const Shape> shape;
    std::shared_ptr<const Settings> settings;
    const Log& log;
    RecordCache& cache;
    Instant now;
    LogHead head;
    const Columns* columns = nullptr;  // what was committed before this group; null where there are none

    // Records as this group leaves them; nothing where one was erased.
    std::unordered_map<RecordKey, std::optional<Record>, RecordKey::Hash> touched;
    Lookups lookups;
    // Changes that the database has not been told of: a row that is written several times in a group is written once.
    struct Unsaved {
        bool is_new = false;
        std::vector<int> slots;  // of a row that was there
    };
    std::vector<RecordKey> unsaved_order;
    std::unordered_map<RecordKey, Unsaved, RecordKey::Hash> unsaved;
    std::vector<StoredEntry> unsaved_log;
    std::int64_t writes = 0;          // grows with every statement that writes
    bool access_changed = false, settings_changed = false;

    const Table& table(const EntityInfo& entity) const { return shape->table(entity); }
    // A record has been created, or these slots (ascending) of it have been changed; it is in `touched` already.
    void note_row(const Record& after, bool is_new, const std::vector<int>& slots);
    void note_entry(StoredEntry entry);
    // Tells the database: before it is asked for what may have been changed, and before the commit.
    void save_rows();
    void save_log();
    void save() {
        save_rows();
        save_log();
    }
    void forget_unsaved();
};

// A request was refused after it had written, so its neighbours' work is rolled back with it and run again.
struct ReplayNeeded {};

}  // namespace fairlead::store
