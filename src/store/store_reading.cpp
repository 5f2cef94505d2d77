// Reading: always as somebody. Lists, groups and search of the present come from the columns where they are loaded,
// from a scan of the rows elsewhere; questions about the past from the log.
#include <algorithm>
#include <limits>

#include "model/record_row.h"
#include "store/access.h"
#include "store/as_of.h"
#include "store/database_store.h"

namespace fairlead::store {
namespace {

const Viewer* limit_of(const Viewer& viewer) { return viewer.is_system ? nullptr : &viewer; }

Refused missing(const EntityInfo& entity, Id id) {
    return refuse(Why::not_found, "not_found", "There is no " + entity.name + " " + id.text(), {}, {{"entity", entity.name}, {"id", id.text()}});
}

}  // namespace

Result<const EntityInfo*> DatabaseStore::readable(const Viewer& viewer, std::string_view name) const {
    const EntityInfo* entity = shape()->catalog->find(name);
    if (!entity) return refuse(Why::not_found, "unknown_entity", "There are no records named " + std::string(name), {}, {{"entity", std::string(name)}});
    if (!viewer.may(*entity, Right::read)) return refuse(Why::forbidden, "forbidden", "You may not read " + entity->label_plural, {}, {{"entity", entity->name}});
    return entity;
}

// ---- One record --------------------------------------------------------------------------------------------------

Result<Record> DatabaseStore::get(const Viewer& viewer, std::string_view name, Id id, std::optional<Instant> effective, std::optional<Instant> recorded) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, name));
    ReaderPool::Lent reader(pool_);
    if (effective || recorded) {
        AsOfReading past(*reader, shape(), settings()->context(effective.value_or(now()), viewer.user), limit_of(viewer), log_, effective, recorded);
        if (auto record = past.find(*entity, id); record && past.known_then(*record)) return std::move(*record);
        return missing(*entity, id);
    }
    Reading reading(*reader, shape(), settings()->context(now(), viewer.user), limit_of(viewer));
    auto record = reading.find(*entity, id);
    if (!record) return missing(*entity, id);
    return std::move(*record);
}

Result<std::vector<Record>> DatabaseStore::get_many(const Viewer& viewer, std::string_view name, const std::vector<Id>& ids) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, name));
    return rows_of(viewer, *entity, ids);
}

std::vector<Record> DatabaseStore::rows_of(const Viewer& viewer, const EntityInfo& entity, std::span<const Id> ids) {
    ReaderPool::Lent reader(pool_);
    Reading reading(*reader, shape(), settings()->context(now(), viewer.user), limit_of(viewer));
    return reading.find_many(entity, {ids.begin(), ids.end()});
}

// ---- Many records ------------------------------------------------------------------------------------------------

Result<const Columns*> DatabaseStore::columns_for(const EntityInfo* entity, std::optional<Instant> effective, std::optional<Instant> recorded) const {
    if (effective || recorded) return nullptr;
    const Columns* columns = keeper_.loaded_already();
    if (columns || (entity && !entity->big)) return columns;
    columns = keeper_.loaded();
    if (!columns && keeper_.stopping()) return refuse(Why::unavailable, "stopping", "The server is stopping: try again in a moment");
    return columns;
}

template <class Ask>
auto DatabaseStore::with_reading(const Viewer& viewer, std::optional<Instant> effective, std::optional<Instant> recorded, Ask ask) {
    ReaderPool::Lent reader(pool_);
    if (effective || recorded) {
        AsOfReading past(*reader, shape(), settings()->context(effective.value_or(now()), viewer.user), limit_of(viewer), log_, effective, recorded);
        return ask(past, [&past](const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each) { past.scan(entity, in_bin, each); });
    }
    Reading reading(*reader, shape(), settings()->context(now(), viewer.user), limit_of(viewer));
    const RowReader rows(*reader, *shape());
    return ask(reading, [&](const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each) {
        rows.scan(entity, in_bin, each, {}, [&](std::span<const Record> page) {
            reading.want_reach(page);
            reading.want_computed(page);
        });
    });
}

namespace {

void gather(Reads& reads, const EntityInfo& entity, const ListQuery& query) {
    for (const SortBy& by : query.sort) reads.path(entity, by.field);
}
void gather(Reads& reads, const EntityInfo& entity, const GroupQuery& query) {
    for (const formula::Formula& by : query.by) reads.formula(entity, by);
    for (const Aggregate& aggregate : query.aggregates) reads.formula(entity, aggregate.of);
}

// The records that were known then: columns of a moment hold others too, for what leads to them.
Result<formula::Formula> known_then(const model::Catalog& catalog, const EntityInfo& entity, const formula::Formula& filter, std::optional<Instant> effective, std::optional<Instant> recorded) {
    std::string text = filter ? "(" + filter->text + "\n)" : "TRUE";
    if (effective) text += " AND effective_at <= \"" + effective->text() + "\"";
    if (recorded) text += " AND created_at <= \"" + recorded->text() + "\"";
    formula::CheckOptions options;
    options.expected = Type::boolean;
    options.currency = catalog.currency();
    return formula::check(text, catalog, entity.name, options);
}

}  // namespace

template <class Query, class Ask>
auto DatabaseStore::ask_past(const Viewer& viewer, const EntityInfo& entity, const Query& asked, Ask ask) {
    using Answer = decltype(ask(std::declval<const Columns&>(), viewer, asked, std::declval<const formula::Context&>()));
    std::optional<Answer> none;
    const auto effective = asked.effective_as_of, recorded = asked.recorded_as_of;
    if (!effective && !recorded) return none;
    const Columns* present = keeper_.loaded();  // says whose records they are today
    if ((!present && !viewer.is_system) || !entity.logged || entity.access == model::AccessKind::open || !asked.search.empty()) return none;
    const auto shape_now = shape();
    const auto settings_now = settings();
    const auto context = settings_now->context(effective.value_or(now()), viewer.user);
    Query query = asked;
    const auto narrowed = known_then(*shape_now->catalog, entity, asked.filter, effective, recorded);
    if (!narrowed) return none;
    query.filter = *narrowed;
    query.effective_as_of.reset();
    query.recorded_as_of.reset();
    Reads reads(*shape_now->catalog);
    reads.entity(entity);
    reads.formula(entity, query.filter);
    gather(reads, entity, query);
    if (reads.many()) return none;
    auto past = pasts_.of(shape_now, context, settings_now, effective, recorded);
    const std::int64_t seq = last_seq();
    for (bool ready = false; !ready;) {
        ReaderPool::Lent reader(pool_);
        ready = past->prepare(*reader, log_, reads.entities(), seq);
        if (ready) break;
        pasts_.forget(past);
        past = pasts_.of(shape_now, context, settings_now, effective, recorded);
    }
    pasts_.trim();
    const auto today = viewer.is_system ? Viewer::system() : past->with_todays_reach(viewer, *present, seq);
    Answer answer = ask(past->columns(), *today, query, context);
    if (answer || !Columns::cannot(answer.refused())) none.emplace(std::move(answer));
    return none;
}

Result<ListPage> DatabaseStore::list(const Viewer& viewer, const ListQuery& query) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, query.entity));
    FAIRLEAD_ASSIGN(const Columns* columns, columns_for(entity, query.effective_as_of, query.recorded_as_of));
    if (columns) {
        auto page = columns->list(viewer, query, settings()->context(now(), viewer.user));
        if (page) return ListPage{rows_of(viewer, *entity, page->ids), std::move(page->next), std::move(page->prev), page->count, "columns"};
        if (!Columns::cannot(page.refused())) return page.refused();
    }
    const auto of_past = ask_past(viewer, *entity, query, [](const Columns& columns, const Viewer& who, const ListQuery& narrowed, const formula::Context& then) { return columns.list(who, narrowed, then); });
    if (of_past) {
        const auto& page = *of_past;
        if (!page) return page.refused();
        ReaderPool::Lent reader(pool_);
        AsOfReading past(*reader, shape(), settings()->context(query.effective_as_of.value_or(now()), viewer.user), limit_of(viewer), log_, query.effective_as_of, query.recorded_as_of);
        past.alone_most = 200 + 4 * query.limit;
        past.want_today(*entity, page->ids);
        return ListPage{past.find_many(*entity, page->ids), page->next, page->prev, page->count, "past"};
    }
    return with_reading(viewer, query.effective_as_of, query.recorded_as_of, [&](Reading& reading, const Scan& scan) { return answer_list(reading, *entity, viewer, query, scan); });
}

Result<std::vector<Group>> DatabaseStore::group(const Viewer& viewer, const GroupQuery& query) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, query.entity));
    FAIRLEAD_ASSIGN(const Columns* columns, columns_for(entity, query.effective_as_of, query.recorded_as_of));
    if (columns) {
        auto groups = columns->group(viewer, query, settings()->context(now(), viewer.user));
        if (groups || !Columns::cannot(groups.refused())) return groups;
    }
    if (auto groups = ask_past(viewer, *entity, query, [](const Columns& columns, const Viewer& who, const GroupQuery& narrowed, const formula::Context& then) { return columns.group(who, narrowed, then); }))
        return std::move(*groups);
    return with_reading(viewer, query.effective_as_of, query.recorded_as_of, [&](Reading& reading, const Scan& scan) { return answer_group(reading, *entity, query, scan); });
}

Result<void> DatabaseStore::each(const Viewer& viewer, const ListQuery& asked, const std::function<bool(const Record&)>& each) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, asked.entity));
    const bool in_id_order = asked.sort.empty() || (asked.sort.size() == 1 && asked.sort.front().field == "id" && !asked.sort.front().descending);
    const bool whole_table = viewer.is_system && !asked.filter && asked.search.empty() && !asked.in_bin && !asked.effective_as_of && !asked.recorded_as_of;
    if (asked.only && !asked.only->empty() && in_id_order && whole_table) {
        std::vector<int> slots;
        for (const std::string& name : *asked.only) {
            const FieldInfo* field = entity->field(name);
            if (!field || !field->is_stored()) return refuse(Why::bad_request, "unknown_field", "There is no stored field " + name + " in " + entity->label_plural, "only", {{"field", name}});
            slots.push_back(field->slot);
        }
        ReaderPool::Lent reader(pool_);
        RowReader(*reader, *shape()).scan_slots(*entity, std::move(slots), each);
        return {};
    }
    ListQuery query = asked;
    if (query.sort.empty() && query.search.empty()) query.sort.push_back({"id", false});
    FAIRLEAD_ASSIGN(const Columns* columns, columns_for(entity, query.effective_as_of, query.recorded_as_of));
    if (columns) {
        const auto done = columns->each(viewer, query, settings()->context(now(), viewer.user), [&](std::span<const Id> ids) {
            if (asked.only && asked.only->empty()) {
                Record record(*entity);
                return std::all_of(ids.begin(), ids.end(), [&](Id id) { return record.at(model::slot_id) = Value(id), each(record); });
            }
            const std::vector<Record> records = rows_of(viewer, *entity, ids);
            return std::all_of(records.begin(), records.end(), each);
        });
        if (done || !Columns::cannot(done.refused())) return done;
    }
    const auto of_past = ask_past(viewer, *entity, query, [&](const Columns& columns, const Viewer& who, const ListQuery& narrowed, const formula::Context& then) -> Result<void> {
        ReaderPool::Lent reader(pool_);
        AsOfReading past(*reader, shape(), settings()->context(query.effective_as_of.value_or(now()), viewer.user), limit_of(viewer), log_, query.effective_as_of, query.recorded_as_of);
        past.alone_most = std::numeric_limits<int>::max();
        return columns.each(who, narrowed, then, [&](std::span<const Id> ids) {
            const std::vector<Id> some(ids.begin(), ids.end());
            past.want_today(*entity, some);
            const std::vector<Record> records = past.find_many(*entity, some);
            return std::all_of(records.begin(), records.end(), each);
        });
    });
    if (of_past) return *of_past;
    return with_reading(viewer, query.effective_as_of, query.recorded_as_of, [&](Reading& reading, const Scan& scan) { return answer_each(reading, *entity, viewer, asked, scan, each); });
}

std::vector<Store::Found> DatabaseStore::search(const Viewer& viewer, std::string_view words, int limit, const std::vector<std::string>& names) {
    const Result<const Columns*> columns = columns_for(nullptr, {}, {});
    if (!columns) return {};  // the server is stopping
    if (*columns) {
        std::vector<Found> found;
        for (Columns::Hit& hit : (*columns)->search(viewer, words, limit, names))
            found.push_back({hit.entity->name, hit.id, std::move(hit.title), std::move(hit.detail)});
        return found;
    }
    ReaderPool::Lent reader(pool_);
    Reading reading(*reader, shape(), settings()->context(now(), viewer.user), limit_of(viewer));
    return answer_search(*reader, reading, *shape(), viewer, words, limit, names);
}

// ---- The log -----------------------------------------------------------------------------------------------------

Result<std::vector<LogEntry>> DatabaseStore::history(const Viewer& viewer, std::string_view name, Id id, int limit, std::int64_t before_seq) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, name));
    ReaderPool::Lent reader(pool_);
    Reading reading(*reader, shape(), settings()->context(now(), viewer.user), limit_of(viewer));
    const auto record = RowReader(*reader, *shape()).find(*entity, id);
    if (!record || !reading.within_reach(*record, Right::read)) return missing(*entity, id);
    std::vector<LogEntry> entries;
    const Value& newest = record->at(model::slot_last_seq);
    if (!newest.is<std::int64_t>()) return entries;
    log_.chain(*reader, newest.as<std::int64_t>(), [&](const StoredEntry& stored) {
        if (before_seq == 0 || stored.seq < before_seq) {
            LogEntry entry = to_log_entry(stored, *catalog());
            std::erase_if(entry.fields, [&](const LogEntry::Field& field) { return !viewer.reads(*entity, entity->need(field.name)); });
            entries.push_back(std::move(entry));
        }
        return static_cast<int>(entries.size()) < limit;
    });
    return entries;
}

std::vector<LogEntry> DatabaseStore::log_after(std::int64_t seq, int limit) {
    ReaderPool::Lent reader(pool_);
    std::vector<LogEntry> entries;
    log_.scan(*reader, seq, last_seq(), {}, Log::Detail::values, [&](const StoredEntry& entry) {
        entries.push_back(to_log_entry(entry, *catalog(), LogValues::without));
        return static_cast<int>(entries.size()) < limit;
    });
    return entries;
}

std::int64_t DatabaseStore::last_seq() const {
    if (writer_) return writer_->last_seq();
    ReaderPool::Lent reader(pool_);
    return log_.read_head(*reader, false).seq;
}

// ---- Who sees what -----------------------------------------------------------------------------------------------

std::shared_ptr<const Viewer> DatabaseStore::viewer(Id user) {
    const Date today = context().today();
    const std::uint64_t version = access_version_;
    {
        const std::shared_lock lock(viewers_mutex_);
        if (viewers_version_ == version && viewers_day_ == today)
            if (const auto found = viewers_.find(user.value); found != viewers_.end()) return found->second;
    }
    ReaderPool::Lent reader(pool_);
    auto made = make_viewer(*reader, *shape(), user, today, version);
    const std::scoped_lock lock(viewers_mutex_);
    if (viewers_version_ != version || viewers_day_ != today) {
        viewers_.clear();
        viewers_version_ = version;
        viewers_day_ = today;
    }
    viewers_[user.value] = made;
    return made;
}

std::vector<std::string> DatabaseStore::why_visible(Id user, std::string_view name, Id id) {
    const auto who = viewer(user);
    const EntityInfo* entity = catalog()->find(name);
    if (!who || !entity) return {};
    ReaderPool::Lent reader(pool_);
    const RowReader rows(*reader, *shape());
    const auto record = rows.find(*entity, id);
    if (!record) return {};
    return grants(*who, *catalog(), *record, [&](const EntityInfo& e, Id i) { return rows.find(e, i); });
}

// ---- Values beside the records -----------------------------------------------------------------------------------

std::optional<std::string> DatabaseStore::fetch(std::string_view kind, std::string_view key) {
    ReaderPool::Lent reader(pool_);
    Statement& statement = (*reader).prepare("SELECT value FROM kept WHERE org_id = $1 AND kind = $2 AND name = $3");
    statement.bind(1, organisation_id);
    statement.bind(2, kind);
    statement.bind(3, key);
    std::optional<std::string> value;
    if (statement.step()) value = std::string(statement.text(0));
    statement.reset();
    return value;
}

std::vector<std::pair<std::string, std::string>> DatabaseStore::fetch_all(std::string_view kind, std::string_view prefix) {
    ReaderPool::Lent reader(pool_);
    Statement& statement = (*reader).prepare("SELECT name, value FROM kept WHERE org_id = $1 AND kind = $2 ORDER BY name");
    statement.bind(1, organisation_id);
    statement.bind(2, kind);
    std::vector<std::pair<std::string, std::string>> all;
    while (statement.step())
        if (statement.text(0).starts_with(prefix)) all.emplace_back(statement.text(0), statement.text(1));
    return all;
}

// ---- Invariants --------------------------------------------------------------------------------------------------

std::vector<Store::Check> DatabaseStore::check() {
    ReaderPool::Lent reader(pool_);
    const LogHead head = log_.read_head(*reader, false);
    std::vector<Check> checks;
    std::string digest(32, '\0');
    std::int64_t expected = 0, broken = 0;
    log_.scan(*reader, 0, head.seq, {}, Log::Detail::digests, [&](const StoredEntry& entry) {
        ++expected;
        const bool values = entry.salt.empty() || Log::values_digest(entry.salt, entry.patch) == entry.values_digest;
        if (entry.seq != expected || !values || log_.entry_digest(digest, entry) != entry.digest) broken = broken ? broken : entry.seq;
        digest = entry.digest;
        return broken == 0;
    });
    checks.push_back({"change log without a gap", expected == head.seq || broken != 0, std::to_string(expected) + " entries, the head says " + std::to_string(head.seq)});
    checks.push_back({"audit chain unbroken", broken == 0 && digest == head.digest, broken ? "broken at entry " + std::to_string(broken) : "up to entry " + std::to_string(head.seq)});
    for (const auto& entity : shape()->catalog->entities()) {
        if (!entity->logged) continue;
        const Table& table = shape()->table(*entity);
        const std::string last_seq = quoted(entity->by_slot(model::slot_last_seq).columns().front());
        Statement& both = (*reader).prepare("SELECT count(*), coalesce(sum(CASE WHEN e.seq IS NULL OR e.record <> r.id OR e.entity <> '" + entity->name + "' THEN 1 ELSE 0 END), 0) FROM " + table.name() +
                                            " r LEFT JOIN change_log e ON e.org_id = r.org_id AND e.seq = r." + last_seq + " WHERE r.org_id = " + table.organisation());
        ensure(both.step(), "a count has a row");
        const std::int64_t rows = both.whole(0), without = both.whole(1);
        both.reset();
        checks.push_back({entity->name + ": rows have their entries", without == 0, std::to_string(rows) + " rows, " + std::to_string(without) + " without"});
    }
    return checks;
}

}  // namespace fairlead::store
