// Who has a turn among the threads that answer.
#include "server/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <latch>

using namespace fairlead;
using namespace fairlead::server;
using namespace std::chrono_literals;

TEST_CASE("As many tasks compute at a time as there are turns, and all are done before the pool has stopped") {
    WorkerPool pool(8, 2, 1'000, 1h);
    std::atomic<int> computing{0}, most{0}, done{0};
    for (int i = 0; i < 500; ++i)
        REQUIRE(pool.post([&] {
            const int now = ++computing;
            for (int known = most; known < now && !most.compare_exchange_weak(known, now);) {}
            std::this_thread::yield();
            --computing;
            ++done;
        }));
    pool.stop();
    CHECK(done == 500);
    CHECK(most <= 2);
    CHECK(!pool.post([] {}));
}

TEST_CASE("A task that waits gives its turn away, and goes on as soon as it need not wait any more") {
    WorkerPool pool(8, 2, 100, 1h);
    std::promise<void> end;
    const auto ended = end.get_future().share();
    std::latch waiting(6), ending(6);
    for (int i = 0; i < 6; ++i)
        pool.post([&] {
            const Waiting outer;
            const Waiting inner;  // a wait within a wait is one
            waiting.count_down();
            ended.wait();
            ending.count_down();
        });
    waiting.wait();  // all six, though only two have turns
    std::promise<void> short_one;
    pool.post([&] { short_one.set_value(); });
    short_one.get_future().wait();
    end.set_value();
    ending.wait();
    pool.stop();
}

TEST_CASE("Slow tasks do not hold up short ones for longer than a turn") {
    WorkerPool pool(4, 2, 100, 1ms);
    std::promise<void> end;
    const auto ended = end.get_future().share();
    for (int i = 0; i < 2; ++i) pool.post([&] { ended.wait(); });
    std::promise<void> short_one;
    pool.post([&] { short_one.set_value(); });
    short_one.get_future().wait();
    end.set_value();
    pool.stop();
}
