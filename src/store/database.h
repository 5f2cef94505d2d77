// A connection to a database as the store uses it: prepared statements with $1 placeholders, transactions, and
// writes that may be sent in batches. SQLite and PostgreSQL stand behind it; everything above is written once.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/value.h"
#include "formula/formula.h"

namespace fairlead::store {

using formula::Dialect;

// The database failed: disk full, connection lost, a constraint that our own checks should have met first.
struct DatabaseError : std::runtime_error {
    // in_use: another process writes there. uncertain: the connection went during a commit, and whether it was
    // carried out could not be learnt, so the work must not be repeated.
    enum Kind { other, busy, connection, constraint, corrupt, in_use, uncertain } kind;
    DatabaseError(Kind k, const std::string& message) : std::runtime_error(message), kind(k) {}
};

// A prepared statement, kept by its connection. Bind every placeholder, then either `run` (no rows wanted) or
// `step` until it returns false. Texts read from a row are valid until the next step.
class Statement {
  public:
    virtual ~Statement() = default;
    virtual void bind(int index, std::int64_t whole) = 0;
    virtual void bind(int index, std::string_view text) = 0;
    virtual void bind_flag(int index, bool flag) = 0;
    virtual void bind_bytes(int index, std::string_view bytes) = 0;
    virtual void bind_null(int index) = 0;

    // Executes for its effect. On PostgreSQL inside a transaction it may only be queued: a failure then shows
    // at the next read or at the commit.
    virtual void run() = 0;
    // The next row; false at the end, after which the statement may be bound again.
    virtual bool step() = 0;
    // Ends reading early.
    virtual void reset() = 0;
    // Rows affected by the last `run`; sends what is queued.
    virtual std::int64_t affected() = 0;

    virtual int columns() const = 0;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t whole(int column) const = 0;
    virtual std::string_view text(int column) const = 0;
    virtual std::string bytes(int column) const = 0;
};

class Connection {
  public:
    virtual ~Connection() = default;
    virtual Dialect dialect() const = 0;
    // Prepared once and kept; the reference stays valid as long as the connection, unless `forget` is called.
    virtual Statement& prepare(std::string_view sql) = 0;
    virtual void forget() = 0;                       // drops prepared statements (the schema has changed)
    virtual void exec(std::string_view sql) = 0;     // one statement, no parameters, executed at once
    virtual void begin() = 0;                        // a transaction that will write
    virtual void begin_read() = 0;                   // a stable view for several reads
    virtual void commit() = 0;                       // everything queued is durable when it returns
    virtual void rollback() = 0;
    bool in_transaction() const { return in_transaction_; }

  protected:
    bool in_transaction_ = false;
};

// Ends a read transaction whatever happens.
class ReadScope {
  public:
    explicit ReadScope(Connection& connection) : connection_(connection) { connection_.begin_read(); }
    ~ReadScope() {
        try {
            connection_.rollback();
        } catch (const DatabaseError&) {  // the connection is gone; the next use reconnects
        }
    }
    ReadScope(const ReadScope&) = delete;
    ReadScope& operator=(const ReadScope&) = delete;

  private:
    Connection& connection_;
};

// Binds a value of a formula or a filter.
void bind_value(Statement& statement, int index, const Value& value);

std::string quoted(std::string_view identifier);

// Where a database is and how it is opened.
struct DatabaseOptions {
    bool full_durability = true;
    bool read_only = false;
    std::int64_t preallocate = 0;   // SQLite: bytes of write-ahead log kept in advance
    int cache_kib = 1024;           // SQLite: page cache of one connection
};

}  // namespace fairlead::store
