// Writing, reading and chaining the entries of the change log.
#include "store/log.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "base/text.h"
#include "store/insert_rows.h"

namespace fairlead::store {
namespace {

constexpr const char* entry_columns =
    "seq, recorded, effective, actor, on_behalf, command, batch, entity, record, kind, prev_seq, patch";

StoredEntry read_entry(const Statement& row, bool digests) {
    StoredEntry entry;
    entry.seq = row.whole(0);
    entry.recorded = row.whole(1);
    entry.effective = row.whole(2);
    entry.actor = row.whole(3);
    entry.on_behalf = row.whole(4);
    entry.command = std::string(row.text(5));
    entry.batch = row.is_null(6) ? 0 : row.whole(6);
    entry.entity = std::string(row.text(7));
    entry.record = row.whole(8);
    entry.kind = static_cast<ChangeKind>(row.whole(9));
    entry.prev_seq = row.whole(10);
    entry.patch = std::string(row.text(11));
    if (digests) {
        entry.salt = row.bytes(12);
        entry.values_digest = row.bytes(13);
        entry.digest = row.bytes(14);
    }
    return entry;
}

std::string_view view(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// Salts are taken from a block of random bytes, because asking the system for 16 at a time costs more than the
// digest itself.
std::string next_salt() {
    thread_local std::string block;
    thread_local std::size_t used = 0;
    constexpr std::size_t size = 16;
    if (used + size > block.size()) {
        block = random_bytes(4096);
        used = 0;
    }
    used += size;
    return block.substr(used - size, size);
}

}  // namespace

LogHead Log::read_head(Connection& connection, bool lock) const {
    const std::string sql = "SELECT seq, digest FROM log_head WHERE org_id = " + org_ + (lock && connection.dialect() == Dialect::postgres ? " FOR UPDATE" : "");
    LogHead head;
    Statement& statement = connection.prepare(sql);
    if (statement.step()) {
        head.seq = statement.whole(0);
        head.digest = statement.bytes(1);
    }
    statement.reset();
    return head;
}

void Log::save_head(Connection& connection, const LogHead& head) const {
    Statement& statement = connection.prepare("INSERT INTO log_head (org_id, seq, digest) VALUES (" + org_ + ", $1, $2) ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest");
    statement.bind(1, head.seq);
    statement.bind_bytes(2, head.digest);
    statement.run();
}

std::string Log::values_digest(const std::string& salt, const std::string& patch) {
    return std::string(view(sha256({salt, patch})));
}

std::string Log::entry_digest(const std::string& before, const StoredEntry& entry) const {
    const std::int64_t numbers[] = {organisation_,    entry.seq,   entry.recorded, entry.effective,
                                    entry.actor,      entry.on_behalf, entry.batch, entry.record,
                                    static_cast<std::int64_t>(entry.kind), entry.prev_seq, static_cast<std::int64_t>(entry.command.size())};
    char bytes[sizeof numbers];
    std::memcpy(bytes, numbers, sizeof numbers);
    return std::string(view(sha256({before, std::string_view(bytes, sizeof bytes), entry.command, entry.entity, entry.values_digest})));
}

void Log::append(LogHead& head, StoredEntry& entry) const {
    entry.seq = head.seq + 1;
    entry.salt = next_salt();
    entry.values_digest = values_digest(entry.salt, entry.patch);
    entry.digest = entry_digest(head.digest, entry);
    head.seq = entry.seq;
    head.digest = entry.digest;
}

void Log::write(Connection& connection, std::span<const StoredEntry> entries) const {
    static const InsertRows insert("INSERT INTO change_log (org_id, " + std::string(entry_columns) + ", salt, values_digest, digest) VALUES ", 16);
    insert.run(connection, entries, [&](Statement& statement, int index, const StoredEntry& entry) { bind(statement, index, entry); });
}

void Log::bind(Statement& statement, int index, const StoredEntry& entry) const {
    statement.bind(index, organisation_);
    statement.bind(index + 1, entry.seq);
    statement.bind(index + 2, entry.recorded);
    statement.bind(index + 3, entry.effective);
    statement.bind(index + 4, entry.actor);
    statement.bind(index + 5, entry.on_behalf);
    if (entry.command.empty()) statement.bind_null(index + 6);
    else statement.bind(index + 6, std::string_view(entry.command));
    if (entry.batch == 0) statement.bind_null(index + 7);
    else statement.bind(index + 7, entry.batch);
    statement.bind(index + 8, std::string_view(entry.entity));
    statement.bind(index + 9, entry.record);
    statement.bind(index + 10, static_cast<std::int64_t>(entry.kind));
    statement.bind(index + 11, entry.prev_seq);
    statement.bind(index + 12, std::string_view(entry.patch));
    statement.bind_bytes(index + 13, entry.salt);
    statement.bind_bytes(index + 14, entry.values_digest);
    statement.bind_bytes(index + 15, entry.digest);
}

std::optional<StoredEntry> Log::find(Connection& connection, std::int64_t seq) const {
    Statement& statement = connection.prepare("SELECT " + std::string(entry_columns) + " FROM change_log WHERE org_id = " + org_ + " AND seq = $1");
    statement.bind(1, seq);
    std::optional<StoredEntry> entry;
    if (statement.step()) entry = read_entry(statement, false);
    statement.reset();
    return entry;
}

void Log::scan(Connection& connection, std::int64_t after, std::int64_t last, std::string_view entity, Detail detail,
               const std::function<bool(const StoredEntry&)>& each) const {
    const bool digests = detail == Detail::digests;
    std::string sql = "SELECT " + std::string(entry_columns) + (digests ? ", salt, values_digest, digest" : "") + " FROM change_log WHERE org_id = " + org_ +
                      " AND seq > $1 AND seq <= $2" + (entity.empty() ? "" : " AND entity = $3") + " ORDER BY org_id, seq LIMIT " + (entity.empty() ? "$3" : "$4");
    // In slices, so that neither database holds a long answer for us.
    constexpr std::int64_t slice = 5000;
    for (;;) {
        std::vector<StoredEntry> entries;
        Statement& statement = connection.prepare(sql);
        statement.bind(1, after);
        statement.bind(2, last);
        if (!entity.empty()) statement.bind(3, entity);
        statement.bind(entity.empty() ? 3 : 4, slice);
        while (statement.step()) entries.push_back(read_entry(statement, digests));
        for (const StoredEntry& entry : entries)
            if (!each(entry)) return;
        if (static_cast<std::int64_t>(entries.size()) < slice) return;
        after = entries.back().seq;
    }
}

void Log::scan_records(Connection& connection, std::string_view entity, std::int64_t effective_most, std::int64_t recorded_most,
                       const std::function<bool(std::int64_t)>& wanted, const std::function<void(const StoredEntry&)>& each) const {
    constexpr std::int64_t slice = 20'000;
    const std::string sql = "SELECT " + std::string(entry_columns) + " FROM change_log WHERE org_id = " + org_ +
                            " AND seq > $1 AND entity = $2 AND effective <= $3 AND recorded <= $4 ORDER BY org_id, seq LIMIT " + std::to_string(slice);
    for (std::int64_t after = 0, read = slice; read == slice;) {
        std::vector<StoredEntry> entries;
        Statement& statement = connection.prepare(sql);
        statement.bind(1, after);
        statement.bind(2, entity);
        statement.bind(3, effective_most);
        statement.bind(4, recorded_most);
        for (read = 0; statement.step(); ++read) {
            after = statement.whole(0);
            if (wanted(statement.whole(8))) entries.push_back(read_entry(statement, false));
        }
        for (const StoredEntry& entry : entries) each(entry);
    }
}

void Log::chain(Connection& connection, std::int64_t newest, const std::function<bool(const StoredEntry&)>& each) const {
    constexpr std::size_t slice = 50;  // entries a round trip
    const std::string sql = chain_sql(connection.dialect(), slice, "seq = $1", "");
    while (newest > 0) {
        std::vector<StoredEntry> entries;
        Statement& statement = connection.prepare(sql);
        statement.bind(1, newest);
        while (statement.step()) entries.push_back(read_entry(statement, false));
        for (const StoredEntry& entry : entries)
            if (!each(entry)) return;
        if (entries.size() < slice) return;
        newest = entries.back().prev_seq;
    }
}

// The first entries by `first`, beside `from` where that is a table; then back from each.
std::string Log::chain_sql(Dialect dialect, std::size_t steps, const std::string& first, const std::string& from) const {
    static const std::vector<std::string> names = split(entry_columns, ',');
    const std::string columns = entry_columns, of_log = " FROM change_log WHERE org_id = " + org_ + " AND ";
    // Neither database is to join the whole log: the next step is one entry, by its key. SQLite never turns a CROSS
    // JOIN round.
    std::string earlier;
    for (const std::string& name : names) earlier += "e." + std::string(trim(name)) + ", ";
    const auto step_to = [&](const std::string& before, const std::string& seq, const std::string& step) {
        return dialect == Dialect::postgres ? "SELECT e.*, " + step + " FROM " + before + " CROSS JOIN LATERAL (SELECT " + columns + of_log + "seq = " + seq + " OFFSET 0) AS e"
                                            : "SELECT " + earlier + step + " FROM " + before + " CROSS JOIN change_log e ON e.org_id = " + org_ + " AND e.seq = " + seq;
    };
    return "WITH RECURSIVE chain AS (" + (from.empty() ? "SELECT " + columns + ", 1 AS step" + of_log + first : step_to(from, first, "1 AS step")) + " UNION ALL " +
           step_to("chain", "chain.prev_seq", "step + 1") + " WHERE chain.prev_seq > 0 AND step < " + std::to_string(steps) + ") SELECT " + columns + " FROM chain ORDER BY step";
}

void Log::chains(Connection& connection, std::span<const std::int64_t> newest, const std::function<void(const StoredEntry&)>& each) const {
    constexpr std::size_t steps = 50, records_most = 200;
    const bool postgres = connection.dialect() == Dialect::postgres;
    const std::string sql = chain_sql(connection.dialect(), steps, postgres ? "wanted.seq" : "wanted.value", postgres ? "unnest(CAST($1 AS BIGINT[])) AS wanted(seq)" : "json_each($1) AS wanted");
    for (std::size_t begin = 0; begin < newest.size(); begin += records_most) {
        std::vector<std::int64_t> due(newest.begin() + static_cast<std::ptrdiff_t>(begin), newest.begin() + static_cast<std::ptrdiff_t>(std::min(newest.size(), begin + records_most)));
        std::map<std::int64_t, std::vector<StoredEntry>> entries;  // newest first
        while (!due.empty()) {
            std::string list(1, postgres ? '{' : '[');
            for (const std::int64_t seq : due)
                if (seq > 0) list += (list.size() > 1 ? "," : "") + std::to_string(seq);
            std::map<std::int64_t, std::size_t> read;
            Statement& statement = connection.prepare(sql);
            statement.bind(1, std::string_view(list += postgres ? '}' : ']'));
            while (statement.step()) {
                StoredEntry entry = read_entry(statement, false);
                ++read[entry.record];
                entries[entry.record].push_back(std::move(entry));
            }
            due.clear();
            for (const auto& [record, count] : read)
                if (const std::int64_t before = entries.at(record).back().prev_seq; count == steps && before > 0) due.push_back(before);
        }
        for (const auto& [record, of_record] : entries)
            for (auto entry = of_record.rbegin(); entry != of_record.rend(); ++entry) each(*entry);
    }
}

void Log::scan_in_place(Connection& connection, std::span<const std::string_view> entities, const std::function<void(std::size_t, const EntryInPlace&)>& each) const {
    constexpr std::int64_t slice = 20'000;
    std::string wanted;
    for (std::size_t i = 0; i < entities.size(); ++i) wanted += (i ? ", $" : "$") + std::to_string(i + 2);
    const std::string sql = "SELECT seq, recorded, effective, actor, entity, record, kind, patch FROM change_log WHERE org_id = " + org_ + " AND seq > $1 AND entity IN (" + wanted +
                            ") ORDER BY org_id, seq LIMIT " + std::to_string(slice);
    std::int64_t after = 0;
    for (std::int64_t read = slice; read == slice;) {
        Statement& statement = connection.prepare(sql);
        statement.bind(1, after);
        for (std::size_t i = 0; i < entities.size(); ++i) statement.bind(static_cast<int>(i) + 2, entities[i]);
        for (read = 0; statement.step(); ++read) {
            EntryInPlace entry;
            entry.seq = after = statement.whole(0);
            entry.recorded = statement.whole(1);
            entry.effective = statement.whole(2);
            entry.actor = statement.whole(3);
            const auto place = static_cast<std::size_t>(std::find(entities.begin(), entities.end(), statement.text(4)) - entities.begin());
            entry.record = statement.whole(5);
            entry.kind = static_cast<ChangeKind>(statement.whole(6));
            entry.patch = statement.text(7);
            if (place < entities.size()) each(place, entry);
        }
    }
}

std::vector<StoredEntry> Log::batch_before(Connection& connection, Id batch, std::int64_t before, int limit) const {
    std::vector<StoredEntry> entries;
    Statement& statement = connection.prepare("SELECT " + std::string(entry_columns) + " FROM change_log WHERE org_id = " + org_ + " AND batch = $1 AND seq < $2 ORDER BY org_id DESC, batch DESC, seq DESC LIMIT " + std::to_string(limit));
    statement.bind(1, batch.value);
    statement.bind(2, before);
    while (statement.step()) entries.push_back(read_entry(statement, false));
    return entries;
}

std::int64_t Log::batch_begin(Connection& connection, Id batch) const {
    Statement& statement = connection.prepare("SELECT seq FROM change_log WHERE org_id = " + org_ + " AND batch = $1 ORDER BY org_id, batch, seq LIMIT 1");
    statement.bind(1, batch.value);
    const std::int64_t begin = statement.step() ? statement.whole(0) : 0;
    statement.reset();
    return begin;
}

void Log::erase_values(Connection& connection, std::int64_t seq) const {
    Statement& statement = connection.prepare("UPDATE change_log SET patch = NULL, salt = NULL WHERE org_id = " + org_ + " AND seq = $1");
    statement.bind(1, seq);
    statement.run();
}

LogEntry to_log_entry(const StoredEntry& stored, const model::Catalog& catalog, LogValues values) {
    LogEntry entry;
    entry.seq = stored.seq;
    entry.recorded = Instant{stored.recorded};
    entry.effective = Instant{stored.effective};
    entry.actor = Id{stored.actor};
    entry.on_behalf = Id{stored.on_behalf};
    entry.command = stored.command;
    entry.batch = Id{stored.batch};
    entry.entity = stored.entity;
    entry.record = Id{stored.record};
    entry.kind = stored.kind;
    const EntityInfo* info = catalog.find(stored.entity);
    if (info && values == LogValues::without)
        for (const FieldInfo* field : fields_of_patch(*info, stored.patch)) entry.fields.push_back({field->name, {}, {}});
    else if (info)
        for (FieldChange& change : read_patch(*info, stored.patch))
            entry.fields.push_back({info->by_slot(change.slot).name, std::move(change.before), std::move(change.after)});
    return entry;
}

}  // namespace fairlead::store
