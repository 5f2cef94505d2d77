// The store: one door to all records, on SQLite or PostgreSQL. Checks, rules, access, rows, change log and
// everything derived from them happen in one commit; lists and figures are answered under the reader's access,
// which no caller can leave out.
//
// Threads: every method may be called from any thread. `write` blocks until its group has been committed.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/records.h"
#include "store/viewer.h"

namespace fairlead::store {

using model::ChangeKind;
using model::EntityInfo;
using model::Parameters;
using model::Patch;
using model::Record;
using model::Records;
using model::WriteOptions;

enum class Durability { full, relaxed };  // relaxed: a power cut may lose the last commits; never corrupts

struct Options {
    std::string database;                  // "sqlite:FILE" or "postgresql://..."; another address is refused
    Durability durability = Durability::full;
    bool columns = true;                   // keep columns in memory
    bool read_only = false;
    bool sole_writer = true;               // PostgreSQL: refuse `database_in_use` where another process writes
    const Clock* clock = nullptr;          // the system's when null
    std::string zone = "UTC";              // of the organisation; overridden by its record
    std::int64_t preallocate = std::int64_t{160} << 20;  // SQLite: bytes of write-ahead log kept in advance
    int readers = 4;                       // connections for reading
    std::vector<std::string> agreed;       // destructive migrations that somebody has agreed to, by their names
};

// ---- Lists, counts, figures ------------------------------------------------------------------------------

struct SortBy {
    std::string field;  // dotted paths allowed
    bool descending = false;
};

enum class Count { none, exact };

struct ListQuery {
    std::string entity;
    formula::Formula filter;            // null: all; checked under the viewer's schema
    std::vector<SortBy> sort;           // id is always the last key
    std::string search;                 // words, folded; ranked when no sort is given
    int limit = 50;                     // 1..500
    std::string cursor;                 // of an earlier page with the same filter, sort and search
    Count count = Count::exact;
    std::optional<Instant> effective_as_of, recorded_as_of;
    bool in_bin = false;                // the deleted ones instead
    // Of `each` alone: stored fields that are enough. The id always comes; other fields, computed ones among them, may
    // be left empty, so that reading a million records takes no longer than it must.
    std::optional<std::vector<std::string>> only;
};

struct ListPage {
    std::vector<Record> records;        // computed fields filled; hidden fields emptied
    std::string next, prev;             // cursors; empty at the ends
    std::optional<std::int64_t> count;
    std::string way;                    // how it was answered: "columns", "index", "walk", "scan", "log"
};

struct Aggregate {
    enum Kind { count, count_distinct, sum, average, min, max, median } kind = count;
    formula::Formula of;                // null for count
    std::string name;                   // "sum(amount)" as asked: the key in the answer
};

struct GroupQuery {
    std::string entity;
    formula::Formula filter;
    std::string search;
    std::vector<formula::Formula> by;   // may be empty: one group
    std::vector<Aggregate> aggregates;
    std::optional<Instant> effective_as_of, recorded_as_of;
    int limit = 10'000;
};

struct Group {
    std::vector<Value> by;
    std::vector<Value> values;          // one per aggregate, in order
};
// Groups in the natural order of `by` (stages by position, else by value). Money sums are in the reporting
// currency at each record's stored rate.

// ---- History -----------------------------------------------------------------------------------------------

struct LogEntry {
    std::int64_t seq = 0;
    Instant recorded{}, effective{};
    Id actor{}, on_behalf{};
    std::string command;                // idempotency key or job that it belongs to
    Id batch{};                         // the import, bulk edit or merge that it belongs to
    std::string entity;
    Id record{};
    ChangeKind kind = ChangeKind::update;
    struct Field { std::string name; Value before, after; };
    std::vector<Field> fields;
};

// What became of records between two moments.
struct CourseQuery {
    std::string entity;
    std::vector<formula::Formula> of;   // asked of each state; amounts in the reporting currency, empty without a rate
    std::optional<Instant> from;        // empty: from the beginning
    Instant to{};
    std::optional<Instant> recorded_as_of;
    std::optional<std::vector<Id>> only;  // these records; else all of which something has been said since `from`
};
// A state of a record: the first is that at `from`, each other begins at `at`.
struct CourseStep {
    Instant at{};
    bool known = false;                 // made by then
    bool there = false;                 // known, neither in the bin nor merged into another
    std::vector<Value> values;          // one for each of `of`; empty where it is not there
};

// ---- Writing -------------------------------------------------------------------------------------------------

// Who and why, for the log. `command` makes a repeated request recognisable: a second write with the same
// (actor, command) is answered from the first one's stored answer, if `remember` is set.
struct Command {
    std::shared_ptr<const Viewer> viewer;   // null: the system
    Id on_behalf{};
    std::string id;                         // empty: none
    Id batch{};                             // the import, bulk edit or merge this belongs to
    bool remember = false;                  // keep the answer under `id`, so that a repeat is answered by it
    std::string fingerprint;                // of the request: the same key with another one is refused (key_reused)
};

class Transaction : public Records {
  public:
    // Adds to Records what modules do not need.
    virtual Result<Value> act(const EntityInfo& entity, Id id, std::string_view action, const Parameters& parameters,
                              const WriteOptions& options) = 0;
    virtual Result<void> merge(const EntityInfo& entity, Id winner, Id loser, const Patch& taken) = 0;
    virtual Result<void> unmerge(const EntityInfo& entity, Id loser) = 0;
    virtual Result<void> erase(const EntityInfo& entity, Id id) = 0;       // values and history, for good
    // Everything a create (no id) or an update would be checked by, and nothing written: for dry runs. What the
    // change itself would lead to (other records that listeners make) is not looked at.
    virtual Result<void> rehearse(const Patch& patch, Id existing, const WriteOptions& options) = 0;
    // Raises or finds the key of an import: external system + id -> record.
    virtual std::optional<Id> find_by_key(const EntityInfo& entity, std::string_view field, const Value& value) = 0;
};

struct Undone {
    std::int64_t undone = 0;
    struct Left { std::string entity; Id record; std::string why; };
    std::vector<Left> left;             // changed by somebody since: refused, with the reason
};

// Records that commits wrote, each at least once, up to and with `until`. Not `whole`: it is no longer known which, and
// whatever was kept of any record is to be forgotten.
struct Written {
    struct Key {
        int entity = 0;  // its number in the catalogue
        Id record;
    };
    std::int64_t until = 0;
    bool whole = false;
    std::vector<Key> records;
};

class Store {
  public:
    // Opens or creates; applies additive migrations. Refuses when a destructive step is needed.
    static Result<std::unique_ptr<Store>> open(const Options& options, std::shared_ptr<const model::Catalog> catalog);
    virtual ~Store() = default;

    virtual std::shared_ptr<const model::Catalog> catalog() const = 0;
    virtual formula::Context context() const = 0;       // now, zone, fiscal calendar, currency, rates, holidays
    virtual bool columns_ready() const = 0;
    // The process is ending: questions that wait for the columns are refused (`stopping`), also those still to come.
    virtual void stop_waiting() {}

    // Runs `body` on the writer and commits it with what else waits. The body may run more than once (replay
    // after a neighbour failed) and must do nothing but use its transaction. A refusal rolls back this body
    // alone. Rows, log and projections are durable and visible to every later read when it returns.
    using Body = std::function<Result<Value>(Transaction&)>;
    virtual Result<Value> write(const Command& command, const Body& body) = 0;
    // The same without waiting: `done` is called on the writer's thread after the commit (keep it short).
    virtual void write_async(const Command& command, Body body, std::function<void(Result<Value>)> done) = 0;

    // Reading, always as somebody. Viewer::system() sees everything.
    virtual Result<Record> get(const Viewer& viewer, std::string_view entity, Id id,
                               std::optional<Instant> effective_as_of = {}, std::optional<Instant> recorded_as_of = {}) = 0;
    virtual Result<std::vector<Record>> get_many(const Viewer& viewer, std::string_view entity, const std::vector<Id>& ids) = 0;
    virtual Result<ListPage> list(const Viewer& viewer, const ListQuery& query) = 0;
    virtual Result<std::vector<Group>> group(const Viewer& viewer, const GroupQuery& query) = 0;
    // Every record that matches, in id order, one after another, without holding them all; stops when `each`
    // returns false. For exports and jobs.
    virtual Result<void> each(const Viewer& viewer, const ListQuery& query, const std::function<bool(const Record&)>& each) = 0;

    struct Found { std::string entity; Id id; std::string title, detail; };
    virtual std::vector<Found> search(const Viewer& viewer, std::string_view words, int limit,
                                      const std::vector<std::string>& entities = {}) = 0;

    // Newest first; hidden fields left out; `before_seq` continues.
    virtual Result<std::vector<LogEntry>> history(const Viewer& viewer, std::string_view entity, Id id, int limit = 100,
                                                  std::int64_t before_seq = 0) = 0;
    // The states of each record within today's reach; what its formulas reach over a path is as at `to`. Records with one
    // state alone are left out.
    virtual Result<void> courses(const Viewer& viewer, const CourseQuery& query, const std::function<void(Id record, std::span<const CourseStep> steps)>& each) = 0;
    // The feed: entries after `seq`, oldest first.
    virtual std::vector<LogEntry> log_after(std::int64_t seq, int limit) = 0;
    virtual std::int64_t last_seq() const = 0;
    // From memory, for caches: what is read after this call is at least as new as its `until`.
    virtual Written written_after(std::int64_t seq) const {
        const std::int64_t last = last_seq();
        return {last, seq == last, {}};
    }

    // Everything a batch did, compensated; refused per record where somebody has changed it since.
    virtual Result<Undone> undo(const Command& command, Id batch) = 0;

    // The viewer of a user as of the newest commit; cached until access changes. Nothing for unknown or
    // deactivated users.
    virtual std::shared_ptr<const Viewer> viewer(Id user) = 0;
    // Why `user` can see this record: the chain of grants in words, empty when he cannot.
    virtual std::vector<std::string> why_visible(Id user, std::string_view entity, Id id) = 0;

    // Adds fields at run time (decisions.md 3): columns on the database, a new catalogue for every later call.
    virtual Result<void> set_custom_fields(const std::vector<model::CustomField>& fields) = 0;

    // Raw tables for what is not a record: sessions, tokens, passwords, jobs, settings. One key-value space a
    // `kind`, written in the writer's group commit, not part of the change log. Values are JSON text.
    virtual void put(std::string_view kind, std::string_view key, std::string_view json) = 0;   // empty: delete
    virtual std::optional<std::string> fetch(std::string_view kind, std::string_view key) = 0;
    virtual std::vector<std::pair<std::string, std::string>> fetch_all(std::string_view kind, std::string_view prefix = {}) = 0;

    // A copy of now in a SQLite file, of either database; others read and write meanwhile.
    virtual Result<void> backup(const std::string& file) = 0;
    // Copies everything as of now into an empty database at another address (a restored backup, a move). Refused
    // `database_not_empty` where records are.
    virtual Result<void> copy_to(const std::string& address) = 0;
    struct Check { std::string name; bool ok; std::string detail; };
    virtual std::vector<Check> check() = 0;                    // invariants: chain, sequence, rows against log
};

}  // namespace fairlead::store
