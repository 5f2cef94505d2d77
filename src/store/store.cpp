// Opening, writing and following: what the store does with its writer.
#include "store/store.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <ranges>
#include <semaphore>

#include "base/log.h"
#include "base/turn.h"
#include "store/copy.h"
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
    try {
        return start_on(options_.read_only ? backend_->open_reader() : backend_->open_writer(), std::move(catalog));
    } catch (const DatabaseError& failure) {
        if (failure.kind == DatabaseError::in_use) return refuse(Why::unavailable, "database_in_use", failure.what());
        throw;
    }
}

Result<void> DatabaseStore::start_on(std::unique_ptr<Connection> connection, std::shared_ptr<const model::Catalog> catalog) {
    base_modules_.assign(catalog->modules().begin(), catalog->modules().end());
    set_shape(std::move(catalog));
    if (options_.read_only && connection->dialect() == Dialect::postgres && !has_own_tables(*connection))
        return refuse(Why::not_found, "no_such_database", "There are no records of Fairlead in this database yet: `fairlead migrate` makes their tables");
    if (!options_.read_only)
        for (const std::string& sql : own_tables(connection->dialect())) connection->exec(sql);
    FAIRLEAD_TRY(load_custom_fields(*connection));
    FAIRLEAD_TRY(options_.read_only ? fits(*connection, *shape()) : migrate(*connection, *shape(), options_.agreed));
    FAIRLEAD_TRY(follow_currency(*connection));
    reload_settings(*connection);
    if (!options_.read_only) {
        recent_.begin(log_.read_head(*connection, false).seq);
        writer_ = std::make_unique<Writer>(static_cast<WriterHost&>(*this), std::move(connection), organisation_id);
        backend_->start(*writer_);
    }
    if (options_.columns) keeper_.start(*backend_, shape(), context(), [this] { pasts_.trim(); });
    return {};
}

// ---- What the writer asks and tells ----------------------------------------------------------------------------

void DatabaseStore::committed(const CommitGroup& group) {
    keeper_.follow(group);
    recent_.note(group.head.seq, group.touched | std::views::transform([](const auto& one) { return std::pair(one.first.entity, one.first.id); }));
    settings_due_ = settings_due_ || group.settings_changed;
    for (int attempt = 0; settings_due_ && attempt < 2; ++attempt) {
        // The group is durable, so that a failure here is no reason to refuse it.
        try {
            settings_moved(group.connection);
            settings_due_ = false;
        } catch (const DatabaseError& failure) {
            log(Level::error, "settings_not_read", {{"reason", std::string_view(failure.what())}});
        }
    }
    if (group.access_changed || group.settings_changed) ++access_version_;
}

// Another process has written: its records are read again, and whatever follows from them.
void DatabaseStore::overtaken(Connection& connection, std::int64_t seen, std::int64_t head) {
    RecordCache none;
    CommitGroup caught(connection, shape(), settings(), log_, none, now());
    caught.head.seq = head;
    log_.scan(connection, seen, head, {}, Log::Detail::values, [&](const StoredEntry& entry) {
        if (const EntityInfo* entity = caught.shape->catalog->find(entry.entity)) {
            caught.touched[RecordKey{entity->number, entry.record}] = std::nullopt;
            caught.access_changed = caught.access_changed || entity->changes_access;
            caught.settings_changed = caught.settings_changed || Settings::reads(*entity);
        }
        return true;
    });
    const RowReader rows(connection, *caught.shape);
    std::map<int, std::vector<Id>> ids;  // by entity
    for (const auto& touched : caught.touched) ids[touched.first.entity].push_back(Id{touched.first.id});
    for (const auto& [number, written] : ids)
        for (Record& record : rows.find_many(*caught.shape->catalog->entities()[static_cast<std::size_t>(number)], written)) {
            const RecordKey key{number, record.id().value};
            caught.touched[key] = std::move(record);
        }
    committed(caught);
}

// ---- Writing -----------------------------------------------------------------------------------------------------

namespace {

// A database that cannot be reached is nobody's mistake, and gone in a moment: it is refused in words. Other failures
// are for the log.
std::optional<Refused> refusal_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const DatabaseError& failure) {
        log(Level::error, "write_failed", {{"reason", std::string_view(failure.what())}});
        if (failure.kind == DatabaseError::uncertain)
            return refuse(Why::unavailable, "outcome_unknown", "The connection to the database was lost while this was being saved: look whether it was before you do it again");
        if (failure.kind == DatabaseError::connection || failure.kind == DatabaseError::in_use || failure.kind == DatabaseError::busy)
            return refuse(Why::unavailable, "database_unreachable", "The database cannot be reached at the moment, and nothing was changed: try again in a moment");
    } catch (const std::exception& failure) {
        log(Level::error, "write_failed", {{"reason", std::string_view(failure.what())}});
    } catch (...) {
        log(Level::error, "write_failed");
    }
    return std::nullopt;
}

}  // namespace

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
    {
        const Waiting waiting;
        answered.acquire();
    }
    if (!failure) return std::move(*answer);
    if (auto refused = refusal_of(failure)) return std::move(*refused);
    std::rethrow_exception(failure);
}

void DatabaseStore::write_async(const Command& command, Body body, std::function<void(Result<Value>)> done) {
    if (!writer_) return done(refuse(Why::unavailable, "read_only", "This store was opened for reading only"));
    writer_->submit({command, std::move(body), done, [done](std::exception_ptr thrown) {
                         auto refused = refusal_of(thrown);
                         done(refused ? std::move(*refused) : refuse(Why::unavailable, "failed", "The server met an error and has noted it; nothing was changed"));
                     }});
}

void DatabaseStore::put(std::string_view kind, std::string_view key, std::string_view json) {
    const auto answer = write({}, [kind = std::string(kind), key = std::string(key), json = std::string(json)](Transaction& open) -> Result<Value> {
        static_cast<WriteTransaction&>(open).put(kind, key, json);
        return Value();
    });
    if (!answer) throw DatabaseError(answer.refused().code() == "database_unreachable" ? DatabaseError::connection : DatabaseError::other, answer.refused().message());
}

// ---- Copies ------------------------------------------------------------------------------------------------------

Result<void> DatabaseStore::backup(const std::string& file) {
    if (std::filesystem::exists(file)) return refuse(Why::duplicate, "file_exists", "The file " + file + " exists already: name another");
    // Whoever runs the command: everybody's data is for its owner alone.
    const auto for_the_owner = [&] { std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write); };
    if (auto copied = backend_->online_copy(file)) {
        if (*copied) for_the_owner();
        return std::move(*copied);
    }
    const std::string partial = file + ".partial";
    const auto drop = [&] {
        for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(partial + ending);
    };
    drop();
    try {
        FAIRLEAD_TRY(copy_to("sqlite:" + partial));
    } catch (...) {
        drop();
        throw;
    }
    std::filesystem::rename(partial, file);
    for_the_owner();
    drop();
    return {};
}

Result<void> DatabaseStore::copy_to(const std::string& address) {
    Options options;
    options.database = address;
    options.preallocate = 0;
    FAIRLEAD_ASSIGN(const auto backend, open_backend(options));
    ReaderPool::Lent reader(pool_);
    const LogHead head = log_.read_head(*reader, false);  // the view begins here
    const auto present = shape();
    try {
        const auto to = backend->open_writer();
        for (const std::string& sql : own_tables(to->dialect())) to->exec(sql);
        Statement& kept = to->prepare("SELECT 1 FROM kept LIMIT 1");
        const bool used = kept.step();
        kept.reset();
        if (used || log_.read_head(*to, false).seq != 0)
            return refuse(Why::duplicate, "database_not_empty", "There are records in this database already: name an empty one, or empty it yourself first");
        FAIRLEAD_TRY(migrate(*to, *present, {}));
        const bool in_pieces = to->dialect() == Dialect::sqlite;  // a file that is incomplete is thrown away as a whole
        if (!in_pieces) to->begin();
        copy_tables(*reader, *to, *present, in_pieces);
        if (!in_pieces) to->commit();
        backend->seal(*to);
        log(Level::info, "copied", {{"entries", static_cast<long long>(head.seq)}});
    } catch (const DatabaseError& failure) {
        if (failure.kind == DatabaseError::in_use) return refuse(Why::unavailable, "database_in_use", failure.what());
        throw;
    }
    return {};
}

Result<std::unique_ptr<Store>> Store::open(const Options& options, std::shared_ptr<const model::Catalog> catalog) {
    FAIRLEAD_ASSIGN(auto backend, open_backend(options));
    auto store = std::make_unique<DatabaseStore>(options, std::move(backend));
    FAIRLEAD_TRY(store->start(std::move(catalog)));
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace fairlead::store
