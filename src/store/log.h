// The change log: one gap-free sequence of entries, chained by digests, each found again from its record.
#pragma once
#include <functional>
#include <span>
#include <string>

#include "base/secret.h"
#include "store/patch.h"
#include "store/row.h"
#include "store/store.h"

namespace fairlead::store {

// The end of the chain. A group of commits holds it locked (PostgreSQL) or holds the only writer (SQLite).
struct LogHead {
    std::int64_t seq = 0;
    std::string digest = std::string(32, '\0');
};

// An entry as stored.
struct StoredEntry {
    std::int64_t seq = 0, recorded = 0, effective = 0, actor = 0, on_behalf = 0, batch = 0, record = 0, prev_seq = 0;
    ChangeKind kind = ChangeKind::update;
    std::string command, entity, patch;
    std::string salt, values_digest, digest;   // only when asked for
};

// The same while it is read: its texts are valid until the next one.
struct EntryInPlace {
    std::int64_t seq = 0, recorded = 0, effective = 0, actor = 0, record = 0;
    ChangeKind kind = ChangeKind::update;
    std::string_view patch;
    explicit EntryInPlace(const StoredEntry& entry)
        : seq(entry.seq), recorded(entry.recorded), effective(entry.effective), actor(entry.actor), record(entry.record), kind(entry.kind), patch(entry.patch) {}
    EntryInPlace() = default;
};

class Log {
  public:
    explicit Log(std::int64_t organisation) : organisation_(organisation), org_(std::to_string(organisation)) {}

    LogHead read_head(Connection& connection, bool lock) const;
    void save_head(Connection& connection, const LogHead& head) const;
    // Fills seq and digests and moves the head; `write` writes the rows.
    void append(LogHead& head, StoredEntry& entry) const;
    void write(Connection& connection, std::span<const StoredEntry> entries) const;

    enum class Detail { values, digests };
    std::optional<StoredEntry> find(Connection& connection, std::int64_t seq) const;
    // Entries after `seq` up to `last`, oldest first, until `each` returns false; one entity alone when named.
    void scan(Connection& connection, std::int64_t after, std::int64_t last, std::string_view entity, Detail detail,
              const std::function<bool(const StoredEntry&)>& each) const;
    // Entries of the records that `wanted` names, with effective and recorded times up to the given ones, oldest first.
    void scan_records(Connection& connection, std::string_view entity, std::int64_t effective_most, std::int64_t recorded_most,
                      const std::function<bool(std::int64_t)>& wanted, const std::function<void(const StoredEntry&)>& each) const;
    // Entries of one record from `newest` back, newest first, until `each` returns false.
    void chain(Connection& connection, std::int64_t newest, const std::function<bool(const StoredEntry&)>& each) const;
    // The same of many records together: all entries of each, oldest first.
    void chains(Connection& connection, std::span<const std::int64_t> newest, const std::function<void(const StoredEntry&)>& each) const;
    // All entries of these entities, oldest first, with the entity's place among them. `each` asks nothing of the connection.
    void scan_in_place(Connection& connection, std::span<const std::string_view> entities, const std::function<void(std::size_t, const EntryInPlace&)>& each) const;
    // Whether reading the entries of so many records, one after another, is quicker than reading a log of `last_seq` entries.
    static bool few(std::size_t records, std::int64_t last_seq) { return static_cast<std::int64_t>(records) * 60 <= last_seq; }
    // At most `limit` entries of the batch before `before`, newest first; and the first one of all, 0 where there is none.
    std::vector<StoredEntry> batch_before(Connection& connection, Id batch, std::int64_t before, int limit) const;
    std::int64_t batch_begin(Connection& connection, Id batch) const;
    // Forgets the values of an entry; the chain stays whole.
    void erase_values(Connection& connection, std::int64_t seq) const;

    static std::string values_digest(const std::string& salt, const std::string& patch);
    std::string entry_digest(const std::string& before, const StoredEntry& entry) const;

  private:
    void bind(Statement& statement, int index, const StoredEntry& entry) const;
    std::string chain_sql(Dialect dialect, std::size_t steps, const std::string& first, const std::string& from) const;
    std::int64_t organisation_;
    std::string org_;
};

enum class LogValues { with, without };  // without: the names of the fields alone, which costs a fraction
LogEntry to_log_entry(const StoredEntry& entry, const model::Catalog& catalog, LogValues values = LogValues::with);

}  // namespace fairlead::store
