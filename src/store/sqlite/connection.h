// A connection to a SQLite file, opened in the way that keeps its promises (write-ahead log, full sync, the
// hardening of untrusted schemas) and with the functions that formulas need.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include "store/cells.h"
#include "store/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fairlead::store {

class SqliteConnection;

class SqliteStatement final : public Statement, public CellReader {
  public:
    SqliteStatement(SqliteConnection& connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
    ~SqliteStatement() override;
    void bind(int index, std::int64_t whole) override;
    void bind(int index, std::string_view text) override;
    void bind_flag(int index, bool flag) override { bind(index, static_cast<std::int64_t>(flag)); }
    void bind_bytes(int index, std::string_view bytes) override;
    void bind_null(int index) override;
    void run() override;
    bool step() override;
    void reset() override;
    std::int64_t affected() override;
    int columns() const override;
    bool is_null(int column) const override;
    std::int64_t whole(int column) const override;
    std::string_view text(int column) const override;
    std::string bytes(int column) const override;
    void read_cells(std::span<Cell> cells) const override;

  private:
    SqliteConnection& connection_;
    sqlite3_stmt* statement_;
};

class SqliteConnection final : public Connection {
  public:
    SqliteConnection(const std::string& file, const DatabaseOptions& options);
    ~SqliteConnection() override;
    Dialect dialect() const override { return Dialect::sqlite; }
    Statement& prepare(std::string_view sql) override;
    void forget() override { statements_.clear(); }
    void exec(std::string_view sql) override;
    void begin() override;
    void begin_read() override;
    void commit() override;
    void rollback() override;
    sqlite3* handle() const { return database_; }
    std::uint64_t generation = 0;  // of the schema that its statements were prepared for
    [[noreturn]] void fail(int code, std::string_view doing) const;
    // Told of each statement that is prepared: tests look at the way the planner takes.
    static inline std::atomic<void (*)(const SqliteConnection&, const char* sql)> prepared = nullptr;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    sqlite3* database_ = nullptr;
    std::unordered_map<std::string, std::unique_ptr<SqliteStatement>, Hash, std::equal_to<>> statements_;
};

// Writes zeros into an absent or empty write-ahead log, so that commits overwrite blocks the file system has
// already allocated instead of growing the file (twice the writes a second, and steadier).
void preallocate_log(const std::string& file, std::int64_t bytes);

// Copies the database while it is used.
void sqlite_backup(SqliteConnection& from, const std::string& to_file);

}  // namespace fairlead::store
