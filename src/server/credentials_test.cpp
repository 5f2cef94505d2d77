// Sessions, tokens, passwords, links and limits, beside any HTTP.
#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <thread>

#include "server/credentials.h"
#include "server/passwords.h"
#include "server/rate_limit.h"
#include "server/test_store.h"

using namespace fairlead;
using namespace fairlead::server;
using test::RowStore;

namespace {
constexpr std::int64_t minute = 60'000'000;
const Instant begin{1'000'000'000'000'000};
}  // namespace

TEST_CASE("A session ends when it is not used for 30 minutes, and after its whole life however much it is used") {
    RowStore store;
    FixedClock clock(begin);
    Credentials sessions(store, "session", Duration{30 * minute}, clock);
    const auto made = sessions.make(Id{5}, "browser", "127.0.0.1", Duration{12 * 60 * minute}, false);
    REQUIRE(sessions.find(made.token));
    for (int i = 1; i <= 24; ++i) {
        clock.set(Instant{begin.micros + i * 29 * minute});
        REQUIRE(sessions.find(made.token));
    }
    clock.set(Instant{begin.micros + 12 * 60 * minute});
    CHECK(!sessions.find(made.token));
    const auto idle = sessions.make(Id{5}, "browser", "127.0.0.1", Duration{12 * 60 * minute}, false);
    clock.set(Instant{clock.now().micros + 30 * minute});
    CHECK(!sessions.find(idle.token));
    sessions.flush();
    CHECK(store.fetch_all("session", {}).empty());
}

TEST_CASE("The store never holds a token, only its digest, and finds it again after a restart") {
    RowStore store;
    FixedClock clock(begin);
    std::string token;
    {
        Credentials tokens(store, "token", std::nullopt, clock);
        token = tokens.make(Id{7}, "script", "cli", Duration{minute}, true, "flt_").token;
    }
    for (const auto& [key, json] : store.rows) {
        CHECK(key.second.find(token) == std::string::npos);
        CHECK(json.find(token) == std::string::npos);
        CHECK(json.find(token.substr(4)) == std::string::npos);
    }
    Credentials again(store, "token", std::nullopt, clock);
    const auto found = again.find(token);
    REQUIRE(found);
    CHECK(found->user == Id{7});
    CHECK(found->read_only);
    CHECK(!again.find(token + "x"));
    CHECK(!again.find(""));
    clock.set(Instant{begin.micros + minute});
    CHECK(!again.find(token));
}

TEST_CASE("What has ended stays ended, also when others use and keep it at the same moment") {
    RowStore store;
    SystemClock clock;
    Credentials sessions(store, "session", Duration{30 * minute}, clock);
    for (int round = 0; round < 50; ++round) {
        const auto made = sessions.make(Id{5}, "b", "r", Duration{60 * minute}, false);
        std::atomic<bool> stop{false};
        std::thread user([&] { while (!stop) (void)sessions.find(made.token); });
        std::thread keeper([&] { while (!stop) sessions.flush(); });
        sessions.end_key(made.credential.key);
        CHECK(!sessions.find(made.token));
        stop = true;
        user.join();
        keeper.join();
        CHECK(!sessions.find(made.token));
        CHECK(!store.fetch("session", made.credential.key));
    }
}

TEST_CASE("S24: the session of one person never works for another, and one can end all of one's own") {
    RowStore store;
    SystemClock clock;
    Credentials sessions(store, "session", Duration{30 * minute}, clock);
    std::vector<Credentials::Made> made;
    for (int i = 1; i <= 50; ++i) made.push_back(sessions.make(Id{i}, "b", "r", Duration{60 * minute}, false));
    std::set<std::string> tokens;
    for (int i = 0; i < 50; ++i) {
        CHECK(sessions.find(made[static_cast<std::size_t>(i)].token)->user == Id{i + 1});
        tokens.insert(made[static_cast<std::size_t>(i)].token);
    }
    CHECK(tokens.size() == 50);
    CHECK(!sessions.end(Id{2}, made[0].credential.id));
    CHECK(sessions.find(made[0].token));
    const auto second = sessions.make(Id{1}, "b", "r", Duration{60 * minute}, false);
    CHECK(sessions.of(Id{1}).size() == 2);
    CHECK(sessions.end_all(Id{1}, second.credential.key) == 1);
    CHECK(!sessions.find(made[0].token));
    CHECK(sessions.find(second.token));
}

TEST_CASE("Passwords that would be guessed first are refused, with what to do instead") {
    const std::vector<std::string> context{"Nguyễn Thị Minh Khai", "khai nguyen acme vn"};
    for (const char* weak : {"short", "123456789012", "passwordpassword", "Password123456", "qwertyuiop1234", "aaaaaaaaaaaaaaa", "abcdefghijklmnop",
                             "nguyen thi minh khai", "khai.nguyen.acme1", "fairleadfairlead1", "iloveyou123456"}) {
        const auto answer = check_password(weak, context, 12);
        CHECK_MESSAGE(!answer, std::string(weak));
    }
    for (const char* strong : {"correct horse battery", "tách trà xanh buổi sáng", "Zk7#pQ2m!vL9", "mot con vit xoe ra"}) CHECK_MESSAGE(check_password(strong, context, 12), std::string(strong));
    CHECK(!check_password(std::string(129, 'x') + "abcdefgh", context, 12));
    CHECK(!check_password("\xff\xfe aaaaaaaaaaaaaa", context, 12));
}

TEST_CASE("S26: a reset link works once, for 30 minutes, and ends with password, e-mail and user") {
    RowStore store;
    FixedClock clock(begin);
    Passwords passwords(store, clock, 12);
    std::string email = "an@acme.vn";
    const auto email_of = [&](Id) { return email; };
    const auto context_of = [](Id) { return std::vector<std::string>(); };
    const auto reset = [&](const std::string& token, const char* password = "correct horse battery") { return passwords.reset(token, password, email_of, context_of); };
    const Id user{9};

    std::string link = passwords.make_link(user, email);
    for (const auto& [key, json] : store.rows) CHECK(json.find(link) == std::string::npos);
    CHECK(reset(link, "short").refused().code() == "password_short");  // mistyping does not cost the link
    CHECK(reset(link));
    CHECK(passwords.matches(user, "correct horse battery"));
    CHECK(!reset(link));

    link = passwords.make_link(user, email);
    const std::string newer = passwords.make_link(user, email);
    CHECK(!reset(link));
    CHECK(reset(newer));

    link = passwords.make_link(user, email);
    clock.set(Instant{clock.now().micros + 30 * minute});
    CHECK(!reset(link));

    link = passwords.make_link(user, email);
    clock.set(Instant{clock.now().micros + 1});
    REQUIRE(passwords.set(user, "another long sentence", {}));
    CHECK(!reset(link));

    link = passwords.make_link(user, email);
    email = "binh@acme.vn";
    CHECK(!reset(link));
    link = passwords.make_link(user, email);
    email.clear();  // gone
    CHECK(!reset(link));
    CHECK(!reset(""));
    CHECK(!reset("made-up"));
    CHECK(passwords.matches(user, "another long sentence"));
    CHECK(!passwords.matches(user, "correct horse battery"));
    CHECK(!passwords.matches(std::nullopt, "another long sentence"));
}

TEST_CASE("S33: of many who use a reset link at the same moment one succeeds") {
    RowStore store;
    SystemClock clock;
    Passwords passwords(store, clock, 12);
    const std::string link = passwords.make_link(Id{9}, "an@acme.vn");
    std::atomic<int> successes{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&, i] {
            const auto answer = passwords.reset(link, "correct horse battery " + std::to_string(i), [](Id) { return std::string("an@acme.vn"); }, [](Id) { return std::vector<std::string>(); });
            if (answer) ++successes;
        });
    for (auto& thread : threads) thread.join();
    CHECK(successes == 1);
}

TEST_CASE("Ten failures in 15 minutes are free, then each one doubles the wait; success forgives") {
    FailureLimit limit(10);
    Steady now{};
    now += std::chrono::hours(1);
    for (int i = 0; i < 10; ++i) {
        CHECK(limit.wait("a", now) == 0);
        limit.failed("a", now);
    }
    CHECK(limit.wait("a", now) == 1);
    CHECK(limit.wait("b", now) == 0);
    now += std::chrono::seconds(1);
    CHECK(limit.wait("a", now) == 0);
    limit.failed("a", now);
    CHECK(limit.wait("a", now) == 2);
    for (int i = 0; i < 20; ++i) limit.failed("a", now);
    CHECK(limit.wait("a", now) == 900);
    limit.succeeded("a");
    CHECK(limit.wait("a", now) == 0);
    limit.failed("a", now);
    now += std::chrono::minutes(16);
    CHECK(limit.wait("a", now) == 0);
}

TEST_CASE("A bucket lets a burst through and then as many as flow in") {
    Buckets buckets(10, 20);
    Steady now{};
    now += std::chrono::hours(1);
    for (int i = 0; i < 20; ++i) CHECK(buckets.take("t", now).ok);
    CHECK(!buckets.take("t", now).ok);
    CHECK(buckets.take("other", now).ok);
    now += std::chrono::milliseconds(500);
    int through = 0;
    for (int i = 0; i < 20; ++i) through += buckets.take("t", now).ok ? 1 : 0;
    CHECK(through == 5);
}
