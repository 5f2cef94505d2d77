// Columns in memory: every record of every entity as packed columns, from which lists, exact counts, board
// headers, figures and search are answered under the viewer's reach, without the database.
//
// Not held: entities with AccessKind::system, projections of big entities (big and not logged: stage visits) and
// fields with `long_text`. A query that needs one of them, or an
// entity that is still being loaded, is refused with Why::unavailable, code "columns_cannot"; `cannot` asks, and
// the store answers such a query another way.
//
// Order: NULLS LAST in both directions; text by sort_key; a reference by its target's position (an entity with a
// field of Meaning::position), else by its title; a choice in its declared order; false before true; money in
// the reporting currency; the id is always the last key, ascending (descending when the first key descends).
// A list without sort and without search is ordered newest first (id descending).
//
// Threads: everything may be called from any thread. Readers share; `apply` excludes them for the time of its own
// work and waits for at most one block of a scan.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/records.h"
#include "store/store.h"
#include "store/viewer.h"

namespace fairlead::store {

namespace columns {
struct Bulk;
class OrderMaker;
}

// "not_sortable", of a sort by a field of several values or of long texts.
Refused not_sortable(std::string_view path);

// A record after a commit. In the bin or merged is an ordinary `after` with slot_deleted_at or slot_merged_into.
// Computed slots need not be filled: the columns evaluate them. Amounts in the reporting currency are taken from
// the slots past `entity->slots` (row.h: one per stored money field, in the order of the fields); a foreign amount
// without one has no known rate and counts in no sum.
struct Applied {
    const EntityInfo* entity = nullptr;
    Id id{};
    const Record* after = nullptr;  // null: erased
};

class Columns {
  public:
    struct Limits {
        // Of as many as two million records; of more in proportion.
        std::size_t cached_sets = std::size_t{16} << 20;    // bytes of remembered answers (sets of records)
        std::size_t cached_orders = std::size_t{24} << 20;  // bytes of remembered sort orders
        bool search = true;                                 // false: no words are asked for, and nothing is kept for them
    };

    // `context` gives what computed fields are evaluated with (fiscal calendar, currency, rates).
    explicit Columns(std::shared_ptr<const model::Catalog> catalog, formula::Context context = {});
    Columns(std::shared_ptr<const model::Catalog> catalog, formula::Context context, Limits limits);
    ~Columns();
    Columns(const Columns&) = delete;
    Columns& operator=(const Columns&) = delete;

    // A new catalogue (custom fields): columns are kept by name, new fields are empty in every record.
    void adopt(std::shared_ptr<const model::Catalog> catalog);
    // Fiscal calendar or currency changed: stored computed fields are evaluated again.
    void set_context(formula::Context context);

    // From now on orders of numbers are made on a thread beside the questions, which meanwhile look at every match. Before the
    // first question.
    void make_orders_behind();
    void wait_for_orders() const;  // that were asked for

    // Loading, once per entity, by one thread per entity at most; different entities at the same time. Records
    // come in id order where possible (less memory). `apply` may run meanwhile: the greater version wins and an
    // erased record stays away.
    void begin_load(const EntityInfo& entity);
    void add(std::span<Record> records);  // of one entity; their computed slots are filled
    void add(columns::Bulk& bulk);        // the same, much quicker; takes out of it what it needs
    // Of an entity whose records are still coming: those that have come are put into the index of its words.
    void index_loaded(const EntityInfo& entity);
    void finish_load(const EntityInfo& entity);
    bool ready(const EntityInfo& entity) const;
    bool ready() const;  // every entity that is held

    // Texts that have filled their chunks are put into fewer bytes, until `stop`. Holds the lock for a copy of a chunk only.
    void tighten(const std::function<bool()>& stop = [] { return false; });

    // By the writer, after the commit and before its answer.
    void apply(std::span<const Applied> changes);

    struct Page {
        std::vector<Id> ids;
        std::string next, prev;             // cursors, empty at the ends
        std::optional<std::int64_t> count;  // as asked
    };
    // Filters are formulas checked under the viewer's schema. Refuses: "forbidden" (no right to read),
    // "unknown_field" and "not_sortable" in the sort, "bad_cursor", "cursor_mismatch", "columns_cannot".
    Result<Page> list(const Viewer& viewer, const ListQuery& query, const formula::Context& context) const;
    Result<std::int64_t> count(const Viewer& viewer, const ListQuery& query, const formula::Context& context) const;
    // Every matching id in the query's order, in slices; stops when `each` returns false. No lock is held while
    // `each` runs: records that change meanwhile are seen before or after their change.
    Result<void> each(const Viewer& viewer, const ListQuery& query, const formula::Context& context,
                      const std::function<bool(std::span<const Id>)>& each) const;
    Result<std::vector<Group>> group(const Viewer& viewer, const GroupQuery& query, const formula::Context& context) const;

    struct Hit {
        const EntityInfo* entity = nullptr;
        Id id{};
        std::string title;   // empty where the viewer may not read it
        std::string detail;  // the field that matched, when it was not the title
        int rank = 0;        // smaller is better; see search.h
    };
    // All words must occur, folded, in fields the viewer may read. Best first: accents as typed, then the
    // title's beginning, then the beginning of a word, then newest; accents that contradict the typed ones last.
    std::vector<Hit> search(const Viewer& viewer, std::string_view words, int limit,
                            const std::vector<std::string>& entities = {}) const;

    // Within the viewer's reach (`right`), whatever its state but erased. False for an unknown id.
    bool visible(const Viewer& viewer, const EntityInfo& entity, Id id, Right right = Right::read) const;
    // All of those.
    std::vector<Id> visible(const Viewer& viewer, const EntityInfo& entity, Right right = Right::read) const;
    // The text of the title field, whoever asks; nothing for an unknown id.
    std::optional<std::string> title(const EntityInfo& entity, Id id) const;

    static bool cannot(const Refused& refused) { return refused.code() == "columns_cannot"; }

    struct Memory {
        struct Part { std::string name; std::size_t bytes = 0; };
        std::vector<Part> parts;  // "opportunity", "opportunity search", "answers", "orders"
        std::size_t total = 0;
    };
    Memory memory() const;
    std::size_t records(const EntityInfo& entity) const;  // held, the bin included
    // Whether ids ascend with the rows: then the newest are found from the end, without looking at all.
    bool ids_ascend(const EntityInfo& entity) const;

    class State;  // state.h

  private:
    std::unique_ptr<State> state_;
    std::unique_ptr<columns::OrderMaker> maker_;
};

}  // namespace fairlead::store
