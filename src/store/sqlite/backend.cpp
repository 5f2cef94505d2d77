// Opening, copying and checkpointing a SQLite file.
#include "store/sqlite/backend.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "store/sqlite/connection.h"

namespace fairlead::store {
namespace {

constexpr int frames_per_checkpoint = 20'000;  // 80 MB: half of the log that is kept in advance
constexpr int rounds = 4;

void sync_database_file(sqlite3* database) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file && file->pMethods)
        file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

}  // namespace

FileKind kind_of_file(const std::string& file) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (failed || size == 0) return FileKind::nothing;
    constexpr std::string_view expected("SQLite format 3\0", 16);
    std::string begin(expected.size(), ' ');
    std::ifstream(file, std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
    if (begin != expected) return FileKind::no_database;
    DatabaseOptions settings;
    settings.read_only = true;
    SqliteConnection connection(file, settings);
    Statement& tables = connection.prepare("SELECT count(*), count(*) FILTER (WHERE name = 'fairlead_meta') FROM sqlite_master WHERE type = 'table'");
    if (!tables.step() || tables.whole(0) == 0) return FileKind::nothing;
    return tables.whole(1) > 0 ? FileKind::ours : FileKind::foreign;
}

SqliteBackend::SqliteBackend(const Options& options, std::string file) : options_(options), file_(std::move(file)), begin_at_(frames_per_checkpoint) {}

SqliteBackend::~SqliteBackend() { stop(); }

std::unique_ptr<Connection> SqliteBackend::open_writer() {
    const std::filesystem::path folder = std::filesystem::path(file_).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder);
    if (options_.durability == Durability::full) preallocate_log(file_, options_.preallocate);
    DatabaseOptions settings;
    settings.full_durability = options_.durability == Durability::full;
    settings.cache_kib = 8 * 1024;  // the operating system keeps the rest of what is written often
    return std::make_unique<SqliteConnection>(file_, settings);
}

std::unique_ptr<Connection> SqliteBackend::open_reader() {
    DatabaseOptions settings;
    settings.read_only = true;
    return std::make_unique<SqliteConnection>(file_, settings);
}

std::optional<Result<void>> SqliteBackend::online_copy(const std::string& file) {
    DatabaseOptions settings;
    settings.read_only = true;
    SqliteConnection from(file_, settings);
    sqlite_backup(from, file);
    return Result<void>{};
}

void SqliteBackend::seal(Connection& connection) {
    connection.forget();
    connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    connection.exec("PRAGMA journal_mode = DELETE");
}

void SqliteBackend::start(Writer& writer) {
    writer.exclusively([this, &writer](Connection& connection) {
        watch_log(connection);
        writer.between_groups = [this](Connection& between) {
            if (finish_.exchange(false)) finish_checkpoint(between);
        };
    });
    thread_ = std::thread([this] { checkpoint_rounds(); });
}

void SqliteBackend::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void SqliteBackend::watch_log(Connection& connection) {
    sqlite3_wal_hook(static_cast<SqliteConnection&>(connection).handle(),
                     [](void* self, sqlite3*, const char*, int frames) {
                         auto& backend = *static_cast<SqliteBackend*>(self);
                         const int before = backend.frames_.exchange(frames);
                         if (frames < before) backend.begin_at_ = frames_per_checkpoint;  // the log has begun anew
                         if (frames >= backend.begin_at_) {
                             backend.begin_at_ = frames + frames_per_checkpoint;
                             const std::scoped_lock lock(backend.mutex_);
                             backend.due_ = true;
                             backend.wake_.notify_one();
                         }
                         return SQLITE_OK;
                     },
                     this);
}

void SqliteBackend::checkpoint_rounds() {
    try {
        SqliteConnection connection(file_, DatabaseOptions{});
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return due_ || stopping_; });
                if (stopping_) return;
                due_ = false;
            }
            for (int round = 0; round < rounds; ++round) {
                const int code = sqlite3_wal_checkpoint_v2(connection.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
                if (code != SQLITE_OK && code != SQLITE_BUSY) log(Level::warning, "checkpoint_failed", {{"reason", std::string_view(sqlite3_errmsg(connection.handle()))}});
                sync_database_file(connection.handle());
            }
            finish_ = true;
        }
    } catch (const DatabaseError& failure) {
        // The log grows meanwhile; the next start empties it.
        log(Level::error, "checkpoints_stopped", {{"reason", std::string_view(failure.what())}});
    }
}

void SqliteBackend::finish_checkpoint(Connection& connection) {
    sqlite3* database = static_cast<SqliteConnection&>(connection).handle();
    sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

}  // namespace fairlead::store
