// The door to the columns: loading, applying commits, and asking.
#include "store/columns/columns.h"

#include <algorithm>
#include <mutex>

#include "store/columns/bulk.h"
#include "store/columns/group.h"
#include "store/columns/inverse.h"
#include "store/columns/list.h"
#include "store/columns/order_maker.h"
#include "store/columns/search.h"
#include "store/columns/state.h"

namespace fairlead::store {

using columns::Asking;
using columns::RowState;
using columns::Sorting;
using columns::Table;

namespace {

Refused cannot_answer(const columns::Cannot& cannot) {
    return refuse(Why::unavailable, "columns_cannot", "The columns in memory cannot answer this: " + cannot.why);
}

// The entity of a query, if the viewer may read it at all.
Result<const Table*> readable(const Asking& asking, const std::string& entity) {
    const Table& table = asking.ready(entity);
    if (columns::reach_of(asking.viewer(), table.entity(), Right::read).nothing())
        return refuse(Why::forbidden, "forbidden", "You may not read " + table.entity().label_plural);
    return &table;
}

Result<void> check_query(const ListQuery& query) {
    if (query.limit < 1 || query.limit > 500)
        return refuse(Why::bad_request, "bad_limit", "A page holds 1 to 500 records", "limit");
    if (query.effective_as_of || query.recorded_as_of) throw columns::Cannot{"they hold only what is known now"};
    return {};
}

}  // namespace

Columns::Columns(std::shared_ptr<const model::Catalog> catalog, formula::Context context)
    : Columns(std::move(catalog), std::move(context), Limits{}) {}
Columns::Columns(std::shared_ptr<const model::Catalog> catalog, formula::Context context, Limits limits)
    : state_(std::make_unique<State>(std::move(catalog), std::move(context), limits)) {}
Columns::~Columns() = default;

void Columns::make_orders_behind() {
    maker_ = std::make_unique<columns::OrderMaker>(*state_);
    state_->orders->make_behind([maker = maker_.get()](const columns::MissingOrder& missing) { maker->ask(missing); });
}

void Columns::wait_for_orders() const {
    if (maker_) maker_->wait();
}

void Columns::adopt(std::shared_ptr<const model::Catalog> catalog) {
    const std::unique_lock guard(state_->lock);
    state_->make_tables(std::move(catalog));
}

void Columns::set_context(formula::Context context) {
    const std::unique_lock guard(state_->lock);
    state_->context = std::move(context);
    state_->evaluate_again();
}

void Columns::begin_load(const EntityInfo& entity) {
    const std::unique_lock guard(state_->lock);
    Table& table = state_->need(entity.name);
    table.loading = true;
    table.ready = false;
}

void Columns::add(std::span<Record> records) {
    if (records.empty()) return;
    Table& table = state_->need(records.front().entity->name);
    if (table.only_ids()) return;
    constexpr std::size_t part = 512;  // commits get in between
    for (std::size_t begin = 0; begin < records.size(); begin += part) {
        const std::span<Record> some = records.subspan(begin, std::min(part, records.size() - begin));
        for (Record& record : some) state_->complete(record);
        const std::unique_lock guard(state_->lock);
        const std::uint64_t stamp = ++state_->stamp;
        for (const Record& record : some) table.put(record, stamp);
    }
}

void Columns::add(columns::Bulk& bulk) {
    if (bulk.count() > 0 && !state_->need(bulk.entity->name).only_ids()) state_->take(bulk);
}

// Making the index takes a while, so it is done in slices; nobody searches the table meanwhile, so readers are let in.
void Columns::index_loaded(const EntityInfo& entity) {
    Table& table = state_->need(entity.name);
    for (bool more = table.search != nullptr; more;) {
        const std::shared_lock guard(state_->lock);
        more = table.search->build_some(table, table.settled(), 500);
    }
}

void Columns::finish_load(const EntityInfo& entity) {
    Table& table = state_->need(entity.name);
    {
        const std::unique_lock guard(state_->lock);
        table.finish_load();
    }
    index_loaded(entity);
    for (;;) {
        const std::unique_lock guard(state_->lock);
        table.resolve(4096);
        if (!table.resolved()) continue;
        if (table.search) table.search->finish_build(table);
        table.ready = true;
        state_->set_limits();
        break;
    }
}

namespace {

// Where a chunk of texts lies.
struct ChunkPlace {
    std::size_t table = 0;
    int slot = 0;
    std::size_t chunk = 0;
};

// The first chunk from `at` on that may be tightened, whose arena is given; null at the end.
columns::Arena* next_loose(const Columns::State& state, ChunkPlace& at) {
    for (; at.table < state.tables.size(); ++at.table, at.slot = 0) {
        Table* table = state.tables[at.table].get();
        if (!table || table->only_ids() || !table->ready) continue;
        for (; at.slot < table->entity().slots; ++at.slot, at.chunk = 0) {
            columns::Arena* arena = table->arena(at.slot);
            const auto next = arena ? arena->loose(at.chunk) : std::nullopt;
            if (!next) continue;
            at.chunk = *next;
            return arena;
        }
    }
    return nullptr;
}

}  // namespace

void Columns::tighten(const std::function<bool()>& stop) {
    std::optional<std::uint64_t> generation;
    for (ChunkPlace at; !stop(); ++at.chunk) {
        columns::Arena::Chunk copy;
        {
            const std::shared_lock guard(state_->lock);
            if (generation.value_or(state_->generation) != state_->generation) return;  // another catalogue: the next time
            generation = state_->generation;
            const columns::Arena* arena = next_loose(*state_, at);
            if (!arena) return;
            copy = arena->chunk(at.chunk);
        }
        copy = columns::Arena::tightened(std::move(copy));
        const std::unique_lock guard(state_->lock);
        if (generation != state_->generation) return;
        if (columns::Arena* arena = state_->tables[at.table]->arena(at.slot)) arena->put_back(at.chunk, std::move(copy));
    }
}

bool Columns::ready(const EntityInfo& entity) const {
    const std::shared_lock guard(state_->lock);
    const Table* table = state_->table(entity.name);
    return table && table->ready;
}

bool Columns::ready() const {
    const std::shared_lock guard(state_->lock);
    return std::all_of(state_->tables.begin(), state_->tables.end(), [](const auto& table) { return !table || table->only_ids() || table->ready; });
}

void Columns::apply(std::span<const Applied> changes) {
    std::vector<Record> rooms(changes.size());
    std::vector<const Record*> whole(changes.size(), nullptr);
    for (std::size_t i = 0; i < changes.size(); ++i)
        if (changes[i].after) whole[i] = &state_->completed(*changes[i].after, rooms[i]);
    // A writer's commit may be large (an import): readers get in between its parts.
    constexpr std::size_t part = 512;
    for (std::size_t begin = 0; begin < changes.size(); begin += part) {
        const std::unique_lock guard(state_->lock);
        const std::uint64_t stamp = ++state_->stamp;
        for (std::size_t i = begin; i < std::min(changes.size(), begin + part); ++i) {
            Table& table = state_->need(changes[i].entity->name);
            if (table.only_ids()) continue;
            if (whole[i]) table.put(*whole[i], stamp);
            else table.erase(changes[i].id, stamp);
        }
    }
}

Result<Columns::Page> Columns::list(const Viewer& viewer, const ListQuery& query, const formula::Context& context) const {
    try {
        FAIRLEAD_TRY(check_query(query));
        return columns::ask(*state_, viewer, context, [&](Asking& asking) -> Result<Page> {
            FAIRLEAD_ASSIGN(const Table* table, readable(asking, query.entity));
            const columns::Matching found = columns::matching(asking, *table, query.filter, query.search, query.in_bin);
            FAIRLEAD_ASSIGN(const Sorting sorting, Sorting::of(asking, *table, query, found.rows()));
            const std::uint64_t fingerprint = columns::fingerprint_of(query);
            std::optional<columns::Cursor> cursor;
            std::optional<Sorting::Mark> mark;
            if (!query.cursor.empty()) {
                FAIRLEAD_ASSIGN(cursor, columns::decode(query.cursor, fingerprint, sorting.size()));
                mark = sorting.mark(*cursor);
            }
            const bool backward = cursor && cursor->backward;
            const auto limit = static_cast<std::size_t>(query.limit);
            std::vector<std::uint32_t> rows =
                columns::first_rows(asking, *table, found.rows(), query.filter, sorting, limit + 1, mark ? &*mark : nullptr, backward);
            const bool more = rows.size() > limit;
            if (more) rows.erase(backward ? rows.begin() : rows.end() - 1);
            Page page;
            for (const std::uint32_t row : rows) page.ids.push_back(table->id(row));
            if (!rows.empty() && (backward || more)) page.next = columns::encode(sorting.cursor(rows.back(), fingerprint, false));
            if (!rows.empty() && (backward ? more : cursor.has_value())) page.prev = columns::encode(sorting.cursor(rows.front(), fingerprint, true));
            if (query.count == Count::exact) page.count = found.rows().count();
            return page;
        });
    } catch (const columns::Cannot& cannot) {
        return cannot_answer(cannot);
    }
}

Result<std::int64_t> Columns::count(const Viewer& viewer, const ListQuery& query, const formula::Context& context) const {
    try {
        FAIRLEAD_TRY(check_query(query));
        return columns::ask(*state_, viewer, context, [&](Asking& asking) -> Result<std::int64_t> {
            FAIRLEAD_ASSIGN(const Table* table, readable(asking, query.entity));
            return std::int64_t{columns::matching(asking, *table, query.filter, query.search, query.in_bin).rows().count()};
        });
    } catch (const columns::Cannot& cannot) {
        return cannot_answer(cannot);
    }
}

Result<void> Columns::each(const Viewer& viewer, const ListQuery& query, const formula::Context& context,
                           const std::function<bool(std::span<const Id>)>& each) const {
    try {
        ListQuery whole = query;
        whole.limit = 500;
        FAIRLEAD_TRY(check_query(whole));
        // The order is settled once; a record that has gone since is left out by whoever reads it.
        FAIRLEAD_ASSIGN(const std::vector<Id> ids, columns::ask(*state_, viewer, context, [&](Asking& asking) -> Result<std::vector<Id>> {
            FAIRLEAD_ASSIGN(const Table* table, readable(asking, query.entity));
            const columns::Matching found = columns::matching(asking, *table, query.filter, query.search, query.in_bin);
            FAIRLEAD_ASSIGN(const Sorting sorting, Sorting::of(asking, *table, query, found.rows()));
            std::vector<Id> out;
            out.reserve(found.rows().count());
            for (const std::uint32_t row : columns::first_rows(asking, *table, found.rows(), query.filter, sorting, found.rows().count(), nullptr, false))
                out.push_back(table->id(row));
            return out;
        }));
        constexpr std::size_t slice = 500;
        for (std::size_t begin = 0; begin < ids.size(); begin += slice)
            if (!each(std::span(ids).subspan(begin, std::min(slice, ids.size() - begin)))) break;
        return {};
    } catch (const columns::Cannot& cannot) {
        return cannot_answer(cannot);
    }
}

Result<std::vector<Group>> Columns::group(const Viewer& viewer, const GroupQuery& query, const formula::Context& context) const {
    try {
        if (query.effective_as_of || query.recorded_as_of) throw columns::Cannot{"they hold only what is known now"};
        return columns::ask(*state_, viewer, context, [&](Asking& asking) -> Result<std::vector<Group>> {
            FAIRLEAD_ASSIGN(const Table* table, readable(asking, query.entity));
            return columns::grouped(asking, *table, query);
        });
    } catch (const columns::Cannot& cannot) {
        return cannot_answer(cannot);
    }
}

std::vector<Columns::Hit> Columns::search(const Viewer& viewer, std::string_view text, int limit, const std::vector<std::string>& entities) const {
    const columns::Words words = columns::Words::of(text);
    if (words.empty() || limit < 1) return {};
    const formula::Context context;
    return columns::ask(*state_, viewer, context, [&](Asking& asking) {
        std::vector<Hit> hits;
        for (const auto& table : state_->tables) {
            if (!table || table->only_ids() || !table->ready) continue;
            const std::string& name = table->entity().name;
            if (!entities.empty() && std::find(entities.begin(), entities.end(), name) == entities.end()) continue;
            if (columns::reach_of(viewer, table->entity(), Right::read).nothing()) continue;
            columns::search_table(asking, *table, words, static_cast<std::size_t>(limit), hits);
        }
        const auto better = [](const Hit& a, const Hit& b) { return a.rank != b.rank ? a.rank < b.rank : a.id > b.id; };
        std::sort(hits.begin(), hits.end(), better);
        if (hits.size() > static_cast<std::size_t>(limit)) hits.resize(static_cast<std::size_t>(limit));
        return hits;
    });
}

bool Columns::visible(const Viewer& viewer, const EntityInfo& entity, Id id, Right right) const {
    const formula::Context context;
    return columns::ask(*state_, viewer, context, [&](Asking& asking) {
        const Table* table = state_->table(entity.name);
        const auto row = table && !table->only_ids() ? table->row_of(id) : std::nullopt;
        return row && table->state(*row) != RowState::absent && columns::sees(asking.visible(*table), *row);
    }, right);
}

std::vector<Id> Columns::visible(const Viewer& viewer, const EntityInfo& entity, Right right) const {
    const formula::Context context;
    return columns::ask(*state_, viewer, context, [&](Asking& asking) {
        std::vector<Id> ids;
        const Table* table = state_->table(entity.name);
        if (!table || table->only_ids()) return ids;
        const columns::AnswerPointer seen = asking.visible(*table);
        for (std::uint32_t row = 0; row < table->rows(); ++row)
            if (table->state(row) != RowState::absent && columns::sees(seen, row)) ids.push_back(table->id(row));
        return ids;
    }, right);
}

std::optional<std::string> Columns::title(const EntityInfo& entity, Id id) const {
    const std::shared_lock guard(state_->lock);
    const Table* table = state_->table(entity.name);
    const auto row = table && !table->only_ids() ? table->row_of(id) : std::nullopt;
    if (!row || table->state(*row) == RowState::absent) return std::nullopt;
    const columns::Column* column = table->column(table->entity().title_slot);
    return column ? to_text(columns::value_of(*state_, state_->context, *table, *column, *row)) : std::string();
}

Columns::Memory Columns::memory() const {
    const std::shared_lock guard(state_->lock);
    Memory memory;
    const auto add = [&](std::string name, std::size_t bytes) {
        memory.parts.push_back({std::move(name), bytes});
        memory.total += bytes;
    };
    for (const auto& table : state_->tables) {
        if (!table) continue;
        add(table->entity().name, table->bytes());
        if (table->search) add(table->entity().name + " search", table->search->bytes());
    }
    add("answers", state_->answers.bytes());
    add("orders", state_->orders->bytes());
    add("sums", state_->sums.bytes());
    add("inverses", state_->inverses->bytes());
    return memory;
}

std::size_t Columns::records(const EntityInfo& entity) const {
    const std::shared_lock guard(state_->lock);
    const Table* table = state_->table(entity.name);
    return table ? std::size_t{table->live().count()} + table->bin().count() : 0;
}

bool Columns::ids_ascend(const EntityInfo& entity) const {
    const std::shared_lock guard(state_->lock);
    const Table* table = state_->table(entity.name);
    return table != nullptr && table->ids_ascend();
}

}  // namespace fairlead::store
