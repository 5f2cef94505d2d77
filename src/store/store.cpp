// Opening, writing and following: what the store does with its writer.
#include "store/store.h"

#include <algorithm>
#include <map>
#include <semaphore>

#include "store/database_store.h"
#include "store/schema.h"

namespace fairlead::store {

DatabaseStore::DatabaseStore(const Options& options, std::unique_ptr<Backend> backend)
    : options_(options), backend_(std::move(backend)), pool_(*backend_, options.readers), log_(organisation_id) {}

DatabaseStore::~DatabaseStore() {
    keeper_.stop();
    backend_->stop();
    writer_.reset();
}

Result<void> DatabaseStore::start(std::shared_ptr<const model::Catalog> catalog) {
    base_modules_.assign(catalog->modules().begin(), catalog->modules().end());
    set_shape(std::move(catalog));
    auto connection = options_.read_only ? backend_->open_reader() : backend_->open_writer();
    if (!options_.read_only)
        for (const std::string& sql : own_tables(connection->dialect())) connection->exec(sql);
    FAIRLEAD_TRY(load_custom_fields(*connection));
    FAIRLEAD_TRY(options_.read_only ? fits(*connection, *shape()) : migrate(*connection, *shape(), options_.agreed));
    FAIRLEAD_TRY(follow_currency(*connection));
    reload_settings(*connection);
    if (!options_.read_only) {
        writer_ = std::make_unique<Writer>(static_cast<WriterHost&>(*this), std::move(connection), organisation_id);
        backend_->start(*writer_);
    }
    if (options_.columns) keeper_.start(*backend_, shape(), context());
    return {};
}

// ---- What the writer asks and tells ----------------------------------------------------------------------------

void DatabaseStore::committed(const CommitGroup& group) {
    keeper_.follow(group);
    if (group.settings_changed) settings_moved(group.connection);
    if (group.access_changed || group.settings_changed) ++access_version_;
}

// Another process has written: its records are read again, and whatever follows from them.
void DatabaseStore::overtaken(Connection& connection, std::int64_t seen, std::int64_t head) {
    RecordCache none;
    CommitGroup caught(connection, shape(), settings(), log_, none, now());
    log_.scan(connection, seen, head, {}, Log::Detail::values, [&](const StoredEntry& entry) {
        if (const EntityInfo* entity = caught.shape->catalog->find(entry.entity)) {
            caught.touched[RecordKey{entity->number, entry.record}] = std::nullopt;
            caught.access_changed = caught.access_changed || entity->changes_access;
            caught.settings_changed = caught.settings_changed || Settings::reads(*entity);
        }
        return true;
    });
    const RowReader rows(connection, *caught.shape);
    for (auto& [key, record] : caught.touched) record = rows.find(*caught.shape->catalog->entities()[static_cast<std::size_t>(key.entity)], Id{key.id});
    committed(caught);
}

// ---- Writing -----------------------------------------------------------------------------------------------------

Result<Value> DatabaseStore::write(const Command& command, const Body& body) {
    std::binary_semaphore answered(0);
    std::optional<Result<Value>> answer;
    std::exception_ptr failure;
    if (!writer_) return refuse(Why::unavailable, "read_only", "This store was opened for reading only");
    writer_->submit({command, body,
                     [&](Result<Value> result) {
                         answer = std::move(result);
                         answered.release();
                     },
                     [&](std::exception_ptr thrown) {
                         failure = thrown;
                         answered.release();
                     }});
    answered.acquire();
    if (failure) std::rethrow_exception(failure);
    return std::move(*answer);
}

void DatabaseStore::write_async(const Command& command, Body body, std::function<void(Result<Value>)> done) {
    if (!writer_) return done(refuse(Why::unavailable, "read_only", "This store was opened for reading only"));
    writer_->submit({command, std::move(body), done, [done](std::exception_ptr thrown) {
                         std::string reason = "The database failed: try again in a moment";
                         try {
                             std::rethrow_exception(thrown);
                         } catch (const std::exception& failure) {
                             reason = failure.what();
                         }
                         done(refuse(Why::unavailable, "failed", reason));
                     }});
}

void DatabaseStore::put(std::string_view kind, std::string_view key, std::string_view json) {
    const auto answer = write({}, [kind = std::string(kind), key = std::string(key), json = std::string(json)](Transaction& open) -> Result<Value> {
        static_cast<WriteTransaction&>(open).put(kind, key, json);
        return Value();
    });
    if (!answer) throw DatabaseError(DatabaseError::other, answer.refused().message());
}

Result<Undone> DatabaseStore::undo(const Command& command, Id batch) {
    // By record; newest first, because what was created last leans on what was created before.
    using Key = std::pair<std::string, std::int64_t>;
    std::map<Key, std::vector<StoredEntry>> entries;
    {
        ReaderPool::Lent reader(pool_);
        log_.batch(*reader, batch, [&](const StoredEntry& entry) { return entries[{entry.entity, entry.record}].push_back(entry), true; });
    }
    if (entries.empty()) return refuse(Why::not_found, "unknown_batch", "There is no batch " + batch.text(), {}, {{"batch", batch.text()}});
    std::vector<const std::pair<const Key, std::vector<StoredEntry>>*> order;
    for (const auto& record : entries) order.push_back(&record);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->second.back().seq > b->second.back().seq; });
    Undone undone;
    constexpr std::size_t slice = 50;  // records a commit: others get in between
    for (std::size_t begin = 0; begin < order.size(); begin += slice) {
        Undone part;
        const auto answer = write(command, [&](Transaction& open) -> Result<Value> {
            part = {};
            for (std::size_t i = begin; i < std::min(begin + slice, order.size()); ++i) {
                const auto& [key, of_record] = *order[i];
                const EntityInfo* entity = open.catalog().find(key.first);
                if (!entity) continue;
                const auto result = static_cast<WriteTransaction&>(open).undo_record(*entity, Id{key.second}, of_record);
                if (result) ++part.undone;
                else part.left.push_back({key.first, Id{key.second}, result.refused().message()});
            }
            return Value();
        });
        if (!answer) return answer.refused();
        undone.undone += part.undone;
        undone.left.insert(undone.left.end(), part.left.begin(), part.left.end());
    }
    return undone;
}

Result<std::unique_ptr<Store>> Store::open(const Options& options, std::shared_ptr<const model::Catalog> catalog) {
    FAIRLEAD_ASSIGN(auto backend, open_backend(options));
    auto store = std::make_unique<DatabaseStore>(options, std::move(backend));
    FAIRLEAD_TRY(store->start(std::move(catalog)));
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace fairlead::store
