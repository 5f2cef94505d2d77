// The connection to PostgreSQL: values there and back, queued writes, and what happens when the server hangs up.
#include "store/postgres/connection.h"

#include <doctest/doctest.h>

#include <limits>

#include "store/postgres/backend.h"
#include "support/postgres.h"

using namespace fairlead;
using namespace fairlead::store;

namespace {

std::int64_t one(Connection& connection, std::string_view sql) {
    Statement& statement = connection.prepare(sql);
    const bool found = statement.step();
    const std::int64_t value = found ? statement.whole(0) : -1;
    statement.reset();
    return value;
}

Options options_at(const std::string& address) {
    Options options;
    options.database = address;
    return options;
}

// Ends every session but the one that asks.
void hang_up_on_the_others(const std::string& address) {
    PostgresConnection other(address, {});
    other.exec("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

void add(Connection& connection, std::int64_t id) {
    Statement& insert = connection.prepare("INSERT INTO things (id) VALUES ($1)");
    insert.bind(1, id);
    insert.run();
}

template <class Act>
DatabaseError::Kind failure_of(Act act) {
    try {
        act();
    } catch (const DatabaseError& failure) {
        return failure.kind;
    }
    FAIL("nothing was thrown");
    return DatabaseError::other;
}

struct Things {
    std::string address = testing::fresh_postgres_database();
    std::unique_ptr<PostgresConnection> connection;
    Things() {
        if (address.empty()) return;
        connection = std::make_unique<PostgresConnection>(address, DatabaseOptions{});
        connection->exec("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, done BOOLEAN, data BYTEA)");
    }
};

}  // namespace

TEST_CASE("Values come back from PostgreSQL as they were given") {
    Things things;
    if (!things.connection) return;
    Connection& c = *things.connection;
    const std::string bytes("\0\x01\xff'\\x\n", 7);
    const std::string texts[] = {"", "Đặng 'thép' \"x\"; $1 \\ \n NULL", std::string(300'000, 'a')};
    std::int64_t id = std::numeric_limits<std::int64_t>::min();
    for (const std::string& text : texts) {
        Statement& insert = c.prepare("INSERT INTO things (id, name, done, data) VALUES ($1, $2, $3, $4)");
        insert.bind(1, id);
        insert.bind(2, std::string_view(text));
        insert.bind_flag(3, id < 0);
        insert.bind_bytes(4, bytes);
        insert.run();
        CHECK(insert.affected() == 1);
        Statement& read = c.prepare("SELECT id, name, done, data, NULL FROM things WHERE id = $1");
        read.bind(1, id);
        REQUIRE(read.step());
        CHECK(read.columns() == 5);
        CHECK(read.whole(0) == id);
        CHECK(read.text(1) == text);
        CHECK(read.whole(2) == (id < 0 ? 1 : 0));
        CHECK(read.bytes(3) == bytes);
        CHECK(read.is_null(4));
        CHECK(!read.is_null(1));
        CHECK(!read.step());
        id = id < 0 ? 0 : std::numeric_limits<std::int64_t>::max();
    }
    Statement& insert = c.prepare("INSERT INTO things (id, name) VALUES (7, $1)");
    CHECK_THROWS_AS(insert.bind(1, std::string_view("a\0b", 3)), DatabaseError);
}

TEST_CASE("A queued write that fails is told by the next read or the commit, and nothing of it stays") {
    Things things;
    if (!things.connection) return;
    Connection& c = *things.connection;
    c.begin();
    add(c, 1);
    add(c, 1);
    CHECK(failure_of([&] { one(c, "SELECT count(*) FROM things"); }) == DatabaseError::constraint);
    c.rollback();
    c.begin();
    add(c, 2);
    add(c, 2);
    CHECK(failure_of([&] { c.commit(); }) == DatabaseError::constraint);
    c.rollback();
    CHECK(one(c, "SELECT count(*) FROM things") == 0);
    // A statement that cannot be prepared is no obstacle to the next.
    c.begin();
    c.prepare("INSERT INTO nothing (id) VALUES (1)").run();
    CHECK_THROWS_AS(c.commit(), DatabaseError);
    c.rollback();
    // Nor one that was queued behind a failure, and never prepared.
    Statement& late = c.prepare("INSERT INTO things (id) VALUES (99)");
    c.begin();
    c.prepare("INSERT INTO nothing (id) VALUES (2)").run();
    late.run();
    c.rollback();
    c.begin();
    late.run();
    c.rollback();
    c.begin();
    for (std::int64_t id = 0; id < 3000; ++id) add(c, id);
    c.commit();
    CHECK(one(c, "SELECT count(*) FROM things") == 3000);
}

TEST_CASE("What is forgotten is prepared anew, in a transaction as outside") {
    Things things;
    if (!things.connection) return;
    Connection& c = *things.connection;
    add(c, 1);
    c.forget();
    add(c, 2);
    c.begin();
    add(c, 3);
    c.exec("ALTER TABLE things ADD COLUMN more BIGINT");
    c.forget();
    add(c, 4);
    c.commit();
    c.forget();
    c.begin_read();
    CHECK(one(c, "SELECT count(*) FROM things") == 4);
    c.rollback();
}

TEST_CASE("A reading keeps its view while others write, and cannot write itself") {
    Things things;
    if (!things.connection) return;
    PostgresBackend backend(options_at(things.address));
    const auto reader = backend.open_reader();
    reader->begin_read();
    CHECK(one(*reader, "SELECT count(*) FROM things") == 0);
    add(*things.connection, 1);
    CHECK(one(*reader, "SELECT count(*) FROM things") == 0);
    reader->rollback();
    CHECK(one(*reader, "SELECT count(*) FROM things") == 1);
    CHECK_THROWS_AS(add(*reader, 2), DatabaseError);
}

TEST_CASE("A connection that was lost is made anew where a transaction begins, and not inside one") {
    Things things;
    if (!things.connection) return;
    Connection& c = *things.connection;
    add(c, 1);
    hang_up_on_the_others(things.address);
    c.begin();
    add(c, 2);
    c.commit();
    CHECK(one(c, "SELECT count(*) FROM things") == 2);
    c.begin();
    add(c, 3);
    CHECK(one(c, "SELECT count(*) FROM things") == 3);
    hang_up_on_the_others(things.address);
    CHECK(failure_of([&] { one(c, "SELECT count(*) FROM things"); }) == DatabaseError::connection);
    CHECK(failure_of([&] { add(c, 4); }) == DatabaseError::connection);
    c.rollback();
    CHECK(one(c, "SELECT count(*) FROM things") == 2);
    c.begin();
    hang_up_on_the_others(things.address);
    CHECK(failure_of([&] { c.commit(); }) == DatabaseError::connection);
    c.rollback();
    hang_up_on_the_others(things.address);
    CHECK(one(c, "SELECT count(*) FROM things") == 2);
}

TEST_CASE("One process writes at a time, and takes its lock again after it lost the connection") {
    Things things;
    if (!things.connection) return;
    PostgresBackend backend(options_at(things.address));
    auto writer = backend.open_writer();
    CHECK(failure_of([&] { backend.open_writer(); }) == DatabaseError::in_use);
    hang_up_on_the_others(things.address);
    CHECK(one(*writer, "SELECT 1") == 1);
    CHECK(failure_of([&] { backend.open_writer(); }) == DatabaseError::in_use);
    writer.reset();
    CHECK(backend.open_writer() != nullptr);
}

TEST_CASE("A server that cannot be reached is named without its password") {
    CHECK(shown_address("postgresql://ana:s3cret@db.example.com:5433/sales?sslmode=require") == "postgresql://ana:***@db.example.com:5433/sales?sslmode=require");
    CHECK(shown_address("postgresql:///sales?host=/run&password=s3cret&user=ana") == "postgresql:///sales?host=/run&password=***&user=ana");
    CHECK(shown_address("postgresql://db:5433/sales") == "postgresql://db:5433/sales");
    try {
        PostgresConnection nowhere("postgresql://ana:s3cret@127.0.0.1:1/sales", {});
        FAIL("it was reached");
    } catch (const DatabaseError& failure) {
        CHECK(failure.kind == DatabaseError::connection);
        CHECK(std::string(failure.what()).find("s3cret") == std::string::npos);
        CHECK(std::string(failure.what()).find("ana:***@127.0.0.1:1") != std::string::npos);
    }
}
