// SQLite behind the store's connection.
#include "store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "store/sqlite/functions.h"

namespace fairlead::store {

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::bind(int index, std::int64_t whole) { sqlite3_bind_int64(statement_, index, whole); }
void SqliteStatement::bind(int index, std::string_view text) {
    sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}
void SqliteStatement::bind_bytes(int index, std::string_view bytes) {
    sqlite3_bind_blob64(statement_, index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_TRANSIENT);
}
void SqliteStatement::bind_null(int index) { sqlite3_bind_null(statement_, index); }

void SqliteStatement::run() {
    while (step()) {
    }
}

bool SqliteStatement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        sqlite3_reset(statement_);
        return false;
    }
    sqlite3_reset(statement_);
    connection_.fail(code, sqlite3_sql(statement_));
}

void SqliteStatement::reset() { sqlite3_reset(statement_); }
std::int64_t SqliteStatement::affected() { return sqlite3_changes64(connection_.handle()); }
int SqliteStatement::columns() const { return sqlite3_column_count(statement_); }
bool SqliteStatement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t SqliteStatement::whole(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view SqliteStatement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (!text) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string SqliteStatement::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (!data) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void SqliteStatement::read_cells(std::span<Cell> cells) const {
    int column = 0;
    for (Cell& cell : cells) {
        if (cell.kind == Cell::whole) {
            cell.number = sqlite3_column_int64(statement_, column);
            cell.empty = cell.number == 0 && sqlite3_column_type(statement_, column) == SQLITE_NULL;
        } else {
            const auto* letters = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
            cell.empty = letters == nullptr;
            if (letters) cell.letters = {letters, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
        }
        ++column;
    }
}

SqliteConnection::SqliteConnection(const std::string& file, const DatabaseOptions& options) {
    const int flags = SQLITE_OPEN_NOMUTEX | (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    const int code = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
    if (code != SQLITE_OK) {
        const std::string reason = database_ ? sqlite3_errmsg(database_) : "out of memory";
        sqlite3_close_v2(database_);
        database_ = nullptr;
        throw DatabaseError(DatabaseError::other, "The database " + file + " cannot be opened: " + reason);
    }
    sqlite3_extended_result_codes(database_, 1);
    sqlite3_busy_timeout(database_, 10'000);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // A plan is made once for a statement, not again for the values that are bound to it.
    sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
    sqlite3_limit(database_, SQLITE_LIMIT_ATTACHED, 0);
    int keep_log = 1;
    sqlite3_file_control(database_, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
    if (!options.read_only) exec("PRAGMA journal_mode = WAL");
    exec(options.full_durability ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    exec("PRAGMA wal_autocheckpoint = 0");
    exec("PRAGMA cell_size_check = ON");
    exec("PRAGMA temp_store = MEMORY");
    exec("PRAGMA cache_spill = OFF");
    exec("PRAGMA cache_size = -" + std::to_string(options.cache_kib));
    install_functions(database_);
}

SqliteConnection::~SqliteConnection() {
    statements_.clear();
    sqlite3_close_v2(database_);
}

namespace {

// What to do about it, for whoever reads the message.
std::string_view advice(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT: return "The database file is damaged: put the latest backup in its place with `fairlead restore` (the damaged file is kept beside it). ";
        case SQLITE_NOTADB: return "The file is not a database. ";
        case SQLITE_READONLY:
        case SQLITE_PERM: return "This user may not write the database file or its folder (files beside the database are written even for reading): mend the permissions. ";
        case SQLITE_CANTOPEN: return "A file of the database cannot be opened: are its folder and the files beside it there, and may this user write them? ";
        case SQLITE_FULL: return "The disk is full: make room, nothing of the last change was kept. ";
        case SQLITE_IOERR: return "The disk or its file system failed: look at the system's log. ";
        default: return "";
    }
}

}  // namespace

void SqliteConnection::fail(int code, std::string_view doing) const {
    DatabaseError::Kind kind = DatabaseError::other;
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: kind = DatabaseError::busy; break;
        case SQLITE_CONSTRAINT: kind = DatabaseError::constraint; break;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: kind = DatabaseError::corrupt; break;
        default: break;
    }
    throw DatabaseError(kind, std::string(advice(code)) + "SQLite: " + sqlite3_errmsg(database_) + " (" + std::to_string(code) + ") in: " + std::string(doing.substr(0, 300)));
}

Statement& SqliteConnection::prepare(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end()) return *found->second;
    // $1 is a name to SQLite, numbered by its first appearance; ?1 is the number we mean.
    std::string numbered(sql);
    bool in_text = false;
    for (std::size_t i = 0; i < numbered.size(); ++i) {
        if (numbered[i] == '\'') in_text = !in_text;
        if (!in_text && numbered[i] == '$' && i + 1 < numbered.size() && numbered[i + 1] >= '0' && numbered[i + 1] <= '9') numbered[i] = '?';
    }
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database_, numbered.data(), static_cast<int>(numbered.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(code, sql);
    ensure(statement != nullptr, "an empty statement was prepared");
    if (const auto told = prepared.load(std::memory_order_relaxed)) told(*this, numbered.c_str());
    return *statements_.emplace(std::string(sql), std::make_unique<SqliteStatement>(*this, statement)).first->second;
}

void SqliteConnection::exec(std::string_view sql) {
    char* message = nullptr;
    const int code = sqlite3_exec(database_, std::string(sql).c_str(), nullptr, nullptr, &message);
    sqlite3_free(message);
    if (code != SQLITE_OK) fail(code, sql);
}

void SqliteConnection::begin() {
    prepare("BEGIN IMMEDIATE").run();
    in_transaction_ = true;
}
void SqliteConnection::begin_read() {
    prepare("BEGIN").run();
    in_transaction_ = true;
}
void SqliteConnection::commit() {
    prepare("COMMIT").run();
    in_transaction_ = false;
}
void SqliteConnection::rollback() {
    in_transaction_ = false;
    if (sqlite3_get_autocommit(database_) == 0) prepare("ROLLBACK").run();
}

void preallocate_log(const std::string& file, std::int64_t bytes) {
    if (bytes <= 0) return;
    const std::string log = file + "-wal";
    struct stat status {};
    if (stat(log.c_str(), &status) == 0 && status.st_size > 0) return;
    const int descriptor = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return;  // SQLite will say what is wrong with the folder
    const std::vector<char> zeros(1 << 20, 0);
    for (std::int64_t done = 0; done < bytes; done += static_cast<std::int64_t>(zeros.size()))
        if (write(descriptor, zeros.data(), zeros.size()) < 0) break;  // a full disk: SQLite takes it from here
    fsync(descriptor);
    close(descriptor);
}

void sqlite_backup(SqliteConnection& from, const std::string& to_file) {
    sqlite3* target = nullptr;
    int code = sqlite3_open_v2(to_file.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    sqlite3_backup* backup = code == SQLITE_OK ? sqlite3_backup_init(target, "main", from.handle(), "main") : nullptr;
    if (!backup) {
        const std::string reason = target ? sqlite3_errmsg(target) : "out of memory";
        sqlite3_close_v2(target);
        throw DatabaseError(DatabaseError::other, "The backup " + to_file + " cannot be written: " + reason);
    }
    do {
        code = sqlite3_backup_step(backup, 4096);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) sqlite3_sleep(20);
    } while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
    sqlite3_backup_finish(backup);
    const std::string reason = sqlite3_errmsg(target);
    sqlite3_close_v2(target);
    if (code != SQLITE_DONE) throw DatabaseError(DatabaseError::other, "The backup " + to_file + " failed: " + reason);
}

}  // namespace fairlead::store
