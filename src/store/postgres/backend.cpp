// Connecting to a PostgreSQL database.
#include "store/postgres/backend.h"

#include <algorithm>
#include <thread>


namespace fairlead::store {
namespace {

// A killed process's session may outlive it for a moment.
constexpr int lock_attempts = 20;
constexpr auto lock_pause = std::chrono::milliseconds(100);

// One writer a schema: two companies may share a database in schemas of their own.
void take_lock(PostgresConnection& connection, bool again) {
    for (int attempt = 1;; ++attempt) {
        Statement& lock = connection.prepare("SELECT pg_try_advisory_lock(1179796580, hashtext(coalesce(current_schema(), '')))");  // "FRld"
        const bool taken = lock.step() && lock.whole(0) != 0;
        lock.reset();
        if (taken) return;
        if (attempt == (again ? 5 * lock_attempts : lock_attempts)) break;
        std::this_thread::sleep_for(lock_pause);
    }
    throw DatabaseError(DatabaseError::in_use, "Another process has this database open, probably a running server: stop it first, or do this in the web interface.");
}

}  // namespace

std::unique_ptr<Connection> PostgresBackend::open_writer() {
    DatabaseOptions settings;
    settings.full_durability = options_.durability == Durability::full;
    if (!options_.sole_writer) return std::make_unique<PostgresConnection>(options_.database, settings);
    bool again = false;
    return std::make_unique<PostgresConnection>(options_.database, settings, [again](PostgresConnection& connection) mutable { take_lock(connection, std::exchange(again, true)); });
}

std::unique_ptr<Connection> PostgresBackend::open_reader() {
    DatabaseOptions settings;
    settings.read_only = true;
    return std::make_unique<PostgresConnection>(options_.database, settings, nullptr, patience_);
}

// A connection costs the server a process, so those once made are kept.
int PostgresBackend::readers_kept(int asked) const { return std::max(asked, 16); }

void PostgresBackend::seal(Connection& connection) { connection.exec("ANALYZE"); }

}  // namespace fairlead::store
