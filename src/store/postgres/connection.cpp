// PostgreSQL behind the store's connection.
#include "store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/turn.h"

namespace fairlead::store {
namespace {

constexpr std::size_t unsynced_most = 1000;  // queued statements before their answers are taken in between
constexpr int oldest_version = 130000;
thread_local std::uint64_t answers_awaited = 0;

std::string trimmed(const char* message) {
    std::string text = message ? message : "";
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

DatabaseError::Kind kind_of(const char* state) {
    const std::string_view code = state ? state : "";
    if (code.empty() || code.starts_with("08") || code == "57P01" || code == "57P02" || code == "57P03") return DatabaseError::connection;
    if (code.starts_with("23")) return DatabaseError::constraint;
    if (code.starts_with("40") || code == "55P03") return DatabaseError::busy;
    if (code.starts_with("XX001") || code.starts_with("XX002")) return DatabaseError::corrupt;
    return DatabaseError::other;
}

void drop_notice(void*, const PGresult*) {}

int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

}  // namespace

void PostgresResultClear::operator()(pg_result* result) const { PQclear(result); }

// ---- Statements --------------------------------------------------------------------------------------------------

PostgresStatement::Parameter& PostgresStatement::parameter(int index) {
    result_.reset();
    const auto at = static_cast<std::size_t>(index);
    if (parameters_.size() < at) parameters_.resize(at);
    return parameters_[at - 1];
}

void PostgresStatement::bind(int index, std::int64_t whole) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, whole).ptr;
    Parameter& p = parameter(index);
    p.bytes.assign(digits, end);
    p.binary = p.null = false;
}

void PostgresStatement::bind(int index, std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        throw DatabaseError(DatabaseError::other, "A text with a zero byte cannot be kept: remove it from \"" + std::string(text.substr(0, text.find('\0'))).substr(0, 60) + "\"");
    Parameter& p = parameter(index);
    p.bytes.assign(text);
    p.binary = p.null = false;
}

void PostgresStatement::bind_flag(int index, bool flag) { bind(index, std::string_view(flag ? "t" : "f")); }

void PostgresStatement::bind_bytes(int index, std::string_view bytes) {
    Parameter& p = parameter(index);
    p.bytes.assign(bytes);
    p.binary = true;
    p.null = false;
}

void PostgresStatement::bind_null(int index) {
    Parameter& p = parameter(index);
    p.bytes.clear();
    p.binary = false;
    p.null = true;
}

void PostgresStatement::run() {
    connection_.need_connection();
    connection_.send(*this, !connection_.in_transaction());
    affected_ = -1;
    if (connection_.in_transaction() && connection_.unsynced_ < unsynced_most) return;
    const PostgresResult result = connection_.settle();
    if (result) affected_ = std::atoll(PQcmdTuples(result.get()));
}

bool PostgresStatement::step() {
    if (!result_) {
        connection_.need_connection();
        connection_.send(*this, true);
        result_ = connection_.settle();
        rows_ = PQntuples(result_.get());
        affected_ = std::atoll(PQcmdTuples(result_.get()));
        row_ = -1;
    }
    if (++row_ < rows_) return true;
    result_.reset();
    return false;
}

void PostgresStatement::reset() { result_.reset(); }

std::int64_t PostgresStatement::affected() {
    ensure(affected_ >= 0, "what a queued statement did is not known before its answer: use step");
    return affected_;
}

int PostgresStatement::columns() const { return PQnfields(result_.get()); }
bool PostgresStatement::is_null(int column) const { return PQgetisnull(result_.get(), row_, column) != 0; }

std::int64_t PostgresStatement::whole(int column) const {
    const char* text = PQgetvalue(result_.get(), row_, column);
    if (*text == 't') return 1;
    if (*text == 'f') return 0;
    std::int64_t value = 0;
    std::from_chars(text, text + PQgetlength(result_.get(), row_, column), value);
    return value;
}

std::string_view PostgresStatement::text(int column) const {
    return {PQgetvalue(result_.get(), row_, column), static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

// "\x" and two digits a byte.
std::string PostgresStatement::bytes(int column) const {
    const std::string_view hex = text(column);
    std::string out;
    for (std::size_t i = 2; i + 1 < hex.size(); i += 2) out += static_cast<char>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1]));
    return out;
}

// ---- Connecting --------------------------------------------------------------------------------------------------

PostgresConnection::PostgresConnection(std::string address, const DatabaseOptions& options, std::function<void(PostgresConnection&)> on_connect, std::shared_ptr<Patience> patience)
    : address_(std::move(address)), options_(options), on_connect_(std::move(on_connect)), patience_(std::move(patience)) {
    try {
        connect();
    } catch (...) {  // no destructor runs for what is not made
        disconnect();
        throw;
    }
}

PostgresConnection::~PostgresConnection() { disconnect(); }

bool Patience::wait() {
    constexpr std::int64_t most_ms = 5000;
    const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    std::int64_t since = here;
    if (away_since_ms_.compare_exchange_strong(since, now)) since = now;
    if (since == never_seen || now - since > most_ms) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return true;
}

void PostgresConnection::connect() {
    const Waiting waiting;
    for (;;) {
        try {
            connect_once();
            if (patience_) patience_->reached();
            return;
        } catch (const DatabaseError& failure) {
            if (failure.kind != DatabaseError::connection || !patience_ || !patience_->wait()) throw;
        }
    }
}

void PostgresConnection::connect_once() {
    disconnect();
    // What stands before the address is a default that the address may change.
    const char* const names[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding", nullptr};
    const char* const values[] = {"5", "fairlead", address_.c_str(), "UTF8", nullptr};
    server_ = PQconnectdbParams(names, values, 1);
    if (PQstatus(server_) != CONNECTION_OK) {
        const std::string reason = trimmed(PQerrorMessage(server_));
        disconnect();
        throw DatabaseError(DatabaseError::connection, "The database " + shown_address(address_) + " cannot be reached: " + reason);
    }
    PQsetNoticeReceiver(server_, drop_notice, nullptr);
    const auto wrong = [&](const std::string& what) {
        disconnect();
        throw DatabaseError(DatabaseError::other, "The database " + shown_address(address_) + " cannot be used: " + what);
    };
    if (const int version = PQserverVersion(server_); version < oldest_version)
        wrong("it is PostgreSQL " + std::to_string(version / 10000) + ", and Fairlead needs 13 or newer");
    const char* encoding = PQparameterStatus(server_, "server_encoding");
    if (!encoding || std::strcmp(encoding, "UTF8") != 0)
        wrong(std::string("its encoding is ") + (encoding ? encoding : "unknown") + ": make one with `CREATE DATABASE fairlead TEMPLATE template0 ENCODING 'UTF8'`");
    PQenterPipelineMode(server_);
    // Compiling a query costs more than our short ones take; a dead client's locks are not held for two hours; a
    // server-wide limit for web applications must not cut a migration short. Everything is asked for by key, by an
    // indexed field or in the order of a key, so the index that has that order is the way: a table that has grown since
    // its statistics were taken (or has none yet) would be read from end to end for fifty rows, or sorted once a page.
    std::string settings =
        "SELECT set_config('jit', 'off', false), set_config('statement_timeout', '0', false), set_config('idle_in_transaction_session_timeout', '0', false), "
        "set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), set_config('enable_sort', 'off', false), "
        "set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false), "
        "set_config('standard_conforming_strings', 'on', false), set_config('bytea_output', 'hex', false)";
    if (!options_.full_durability) settings += ", set_config('synchronous_commit', 'off', false)";
    else if (const PostgresResult is = (send("SHOW synchronous_commit", true), settle()); std::string_view(PQgetvalue(is.get(), 0, 0)) == "off")
        settings += ", set_config('synchronous_commit', 'on', false)";  // stricter settings stand
    if (options_.read_only) settings += ", set_config('default_transaction_read_only', 'on', false)";
    send(settings, false);
    settle();
    if (on_connect_) on_connect_(*this);
}

void PostgresConnection::disconnect() {
    if (server_) PQfinish(server_);
    server_ = nullptr;
    pending_.clear();
    unsynced_ = 0;
    for (auto& [sql, statement] : statements_) *statement->prepared_ = PostgresStatement::Prepared::no;
}

// Whether the server has hung up meanwhile, learnt without a round trip: an idle connection has nothing to read
// but the answers that are on their way.
bool PostgresConnection::alive() {
    if (!server_) return false;
    for (;;) {
        pollfd one{PQsocket(server_), POLLIN, 0};
        if (PQstatus(server_) != CONNECTION_OK || one.fd < 0) return false;
        if (::poll(&one, 1, 0) <= 0) return true;
        if (PQconsumeInput(server_) == 0) return false;
    }
}

// Outside a transaction a lost connection is made anew; inside one, what was written is gone with it.
void PostgresConnection::need_connection() {
    if (in_transaction_) {
        if (!server_) throw DatabaseError(DatabaseError::connection, "The connection to the database was lost");
    } else if (!alive()) {
        connect();
    } else if (!pending_.empty()) {
        // Of a rollback that nobody waited for: what was not prepared before it must be known now.
        if (unsynced_ > 0) send_sync();
        take_answers();
    }
}

void PostgresConnection::lost(const std::string& reason) {
    disconnect();
    throw DatabaseError(DatabaseError::connection, "The connection to the database was lost: " + reason);
}

// ---- Sending and taking answers ----------------------------------------------------------------------------------

void PostgresConnection::send(PostgresStatement& statement, bool wanted) {
    using Prepared = PostgresStatement::Prepared;
    if (*statement.prepared_ == Prepared::no) {
        if (PQsendPrepare(server_, statement.name_.c_str(), statement.sql_.c_str(), 0, nullptr) == 0) lost(trimmed(PQerrorMessage(server_)));
        *statement.prepared_ = Prepared::sent;
        pending_.push_back({Pending::prepare, statement.prepared_, false, false, statement.sql_.substr(0, 300)});
        ++unsynced_;
    }
    const auto count = statement.parameters_.size();
    std::vector<const char*> values(count);
    std::vector<int> lengths(count), formats(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& p = statement.parameters_[i];
        values[i] = p.null ? nullptr : p.bytes.c_str();
        lengths[i] = static_cast<int>(p.bytes.size());
        formats[i] = p.binary ? 1 : 0;
    }
    if (PQsendQueryPrepared(server_, statement.name_.c_str(), static_cast<int>(count), values.data(), lengths.data(), formats.data(), 0) == 0)
        lost(trimmed(PQerrorMessage(server_)));
    pending_.push_back({Pending::execute, nullptr, false, wanted, statement.sql_.substr(0, 300)});
    ++unsynced_;
}

void PostgresConnection::send(const std::string& sql, bool wanted) {
    if (PQsendQueryParams(server_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 0) lost(trimmed(PQerrorMessage(server_)));
    pending_.push_back({Pending::execute, nullptr, false, wanted, sql.substr(0, 300)});
    ++unsynced_;
}

void PostgresConnection::send_sync() {
    if (PQpipelineSync(server_) == 0) lost(trimmed(PQerrorMessage(server_)));
    pending_.push_back({Pending::sync, nullptr, false, false, {}});
    unsynced_ = 0;
}

PostgresResult PostgresConnection::settle() {
    send_sync();
    ++answers_awaited;
    return take_answers();
}

std::uint64_t PostgresConnection::round_trips() { return answers_awaited; }

// Takes every answer to what was sent; gives the wanted one. The first failure that is not forgiven is thrown after
// all of them.
PostgresResult PostgresConnection::take_answers() {
    using Prepared = PostgresStatement::Prepared;
    const Waiting waiting;
    PostgresResult wanted;
    std::string failure, doing;
    DatabaseError::Kind kind = DatabaseError::other;
    while (!pending_.empty()) {
        const Pending item = std::move(pending_.front());
        pending_.pop_front();
        if (item.kind == Pending::sync) {
            const PostgresResult end(PQgetResult(server_));
            if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) lost(failure.empty() ? trimmed(PQerrorMessage(server_)) : failure);
            continue;
        }
        bool good = true;
        while (PostgresResult result{PQgetResult(server_)}) {
            const ExecStatusType status = PQresultStatus(result.get());
            if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
                if (item.wanted) wanted = std::move(result);
                continue;
            }
            good = false;
            if (status == PGRES_PIPELINE_ABORTED) continue;
            const DatabaseError::Kind what = kind_of(PQresultErrorField(result.get(), PG_DIAG_SQLSTATE));
            if (what == DatabaseError::connection) lost(trimmed(PQresultErrorMessage(result.get())));
            if (!item.forgiven && failure.empty()) {
                failure = trimmed(PQresultErrorMessage(result.get()));
                doing = item.about;
                kind = what;
            }
        }
        if (PQstatus(server_) != CONNECTION_OK) lost(trimmed(PQerrorMessage(server_)));
        if (item.prepared) *item.prepared = good ? Prepared::yes : Prepared::no;
    }
    if (!failure.empty()) throw DatabaseError(kind, "PostgreSQL: " + failure + " in: " + doing);
    return wanted;
}

// ---- The store's connection --------------------------------------------------------------------------------------

Statement& PostgresConnection::prepare(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end()) return *found->second;
    auto statement = std::make_unique<PostgresStatement>(*this, std::string(sql), "s" + std::to_string(++names_));
    return *statements_.emplace(std::string(sql), std::move(statement)).first->second;
}

void PostgresConnection::forget() {
    statements_.clear();
    if (!server_) return;
    try {
        send("DEALLOCATE ALL", false);
        if (!in_transaction_) send_sync();
    } catch (const DatabaseError&) {  // lost, and its prepared statements with it
    }
}

void PostgresConnection::exec(std::string_view sql) {
    need_connection();
    send(std::string(sql), false);
    settle();
}

// Prepared, because it comes with every answer.
void PostgresConnection::queue(std::string_view sql, bool wanted) { send(static_cast<PostgresStatement&>(prepare(sql)), wanted); }

void PostgresConnection::start(std::string_view sql) {
    ensure(!in_transaction_, "a transaction begins outside another");
    need_connection();
    queue(sql, false);
    in_transaction_ = true;
}

void PostgresConnection::begin() { start("BEGIN"); }
void PostgresConnection::begin_read() { start("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }

void PostgresConnection::commit() {
    need_connection();
    queue("COMMIT", true);
    const PostgresResult done = settle();
    in_transaction_ = false;
    // A transaction that has failed answers COMMIT with ROLLBACK.
    if (std::string_view(PQcmdStatus(done.get())) != "COMMIT") throw DatabaseError(DatabaseError::other, "PostgreSQL: the transaction had failed and was rolled back");
}

void PostgresConnection::rollback() {
    const bool inside = std::exchange(in_transaction_, false);
    if (!inside || !server_) return;
    try {
        for (Pending& item : pending_) item.forgiven = true;
        if (unsynced_ > 0) send_sync();  // else a failure among them would skip the ROLLBACK
        queue("ROLLBACK", false);
        send_sync();
        pending_[pending_.size() - 2].forgiven = true;
        // The answers are taken by the next use.
        if (PQflush(server_) < 0) disconnect();
    } catch (const DatabaseError&) {  // the connection is lost, and the transaction with it
    }
}

std::string shown_address(const std::string& address) {
    std::string shown = address;
    const auto scheme = shown.find("://");
    const auto end = scheme == std::string::npos ? scheme : shown.find_first_of("/?", scheme + 3);
    if (const auto at = scheme == std::string::npos ? scheme : shown.substr(0, end).rfind('@'); at != std::string::npos)
        if (const auto colon = shown.find(':', scheme + 3); colon < at) shown.replace(colon + 1, at - colon - 1, "***");
    for (const std::string_view name : {"?password=", "&password="})
        if (const auto found = shown.find(name); found != std::string::npos) {
            const auto from = found + name.size();
            shown.replace(from, std::min(shown.find('&', from), shown.size()) - from, "***");
        }
    return shown;
}

}  // namespace fairlead::store
