// A connection to a PostgreSQL server. Writes inside a transaction are queued (libpq's pipeline) and sent together
// with the next read or the commit, so that a group of commits costs few round trips. A connection that was lost is
// made anew where a transaction begins, never in the middle of one.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/database.h"

struct pg_conn;
struct pg_result;

namespace fairlead::store {

class PostgresConnection;

struct PostgresResultClear {
    void operator()(pg_result* result) const;
};
using PostgresResult = std::unique_ptr<pg_result, PostgresResultClear>;

class PostgresStatement final : public Statement {
  public:
    PostgresStatement(PostgresConnection& connection, std::string sql, std::string name) : connection_(connection), sql_(std::move(sql)), name_(std::move(name)) {}
    void bind(int index, std::int64_t whole) override;
    // Throws DatabaseError on a zero byte, which PostgreSQL cannot keep in a text.
    void bind(int index, std::string_view text) override;
    void bind_flag(int index, bool flag) override;
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

  private:
    friend class PostgresConnection;
    enum class Prepared { no, sent, yes };
    struct Parameter {
        std::string bytes;
        bool binary = false, null = true;
    };
    Parameter& parameter(int index);

    PostgresConnection& connection_;
    std::string sql_, name_;
    // Shared with what is on its way to the server, which may outlive the statement.
    std::shared_ptr<Prepared> prepared_ = std::make_shared<Prepared>(Prepared::no);
    std::vector<Parameter> parameters_;
    PostgresResult result_;   // all rows of the last `step`; null when nothing is being read
    int row_ = -1, rows_ = 0;
    std::int64_t affected_ = 0;
};

// How long those who find the database away wait for it together: for its restart, and not one after another when it
// stays away. Used by several threads.
class Patience {
  public:
    // After an attempt to connect has failed: whether to try again, after a pause.
    bool wait();
    void reached() { away_since_ms_ = here; }

  private:
    static constexpr std::int64_t never_seen = -2, here = -1;
    std::atomic<std::int64_t> away_since_ms_{never_seen};
};

class PostgresConnection final : public Connection {
  public:
    // `on_connect` runs after every connecting, also after a loss. Throws DatabaseError when the server cannot be
    // reached, is too old or keeps another encoding than UTF-8.
    PostgresConnection(std::string address, const DatabaseOptions& options, std::function<void(PostgresConnection&)> on_connect = {}, std::shared_ptr<Patience> patience = {});
    ~PostgresConnection() override;
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    Dialect dialect() const override { return Dialect::postgres; }
    Statement& prepare(std::string_view sql) override;
    void forget() override;
    void exec(std::string_view sql) override;
    void begin() override;
    void begin_read() override;
    void commit() override;
    void rollback() override;  // never throws: a lost connection has rolled back by itself
    // How often this thread has waited for a server's answer, over all connections. Each time costs two changes of
    // process and the way there and back, so what counts them keeps an answer from asking once a row.
    static std::uint64_t round_trips();

  private:
    friend class PostgresStatement;
    struct Pending {
        enum Kind { execute, prepare, sync } kind = execute;
        std::shared_ptr<PostgresStatement::Prepared> prepared;
        bool forgiven = false;  // nobody waits for it any more: its failure is nobody's
        bool wanted = false;    // its result is the answer
        std::string about;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    void connect();
    void connect_once();
    void disconnect();
    bool alive();
    void need_connection();
    void start(std::string_view sql);
    void queue(std::string_view sql, bool wanted);
    void send(PostgresStatement& statement, bool wanted);
    void send(const std::string& sql, bool wanted);
    void send_sync();
    PostgresResult settle();
    PostgresResult take_answers();
    [[noreturn]] void lost(const std::string& reason);

    std::string address_;
    DatabaseOptions options_;
    std::function<void(PostgresConnection&)> on_connect_;
    std::shared_ptr<Patience> patience_;
    pg_conn* server_ = nullptr;
    std::deque<Pending> pending_;   // sent, not yet answered
    std::size_t unsynced_ = 0;      // of these, how many stand after the last sync
    std::uint64_t names_ = 0;
    std::unordered_map<std::string, std::unique_ptr<PostgresStatement>, Hash, std::equal_to<>> statements_;
};

// The address as it may be shown: without a password.
std::string shown_address(const std::string& address);

}  // namespace fairlead::store
