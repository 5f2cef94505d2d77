// Jobs: they end, fail, retry, stop when asked, and go on after their process was killed.
#include "server/jobs.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "server/test_store.h"

using namespace fairlead;
using namespace fairlead::server;
using test::RowStore;

namespace {

Job wait_for(Jobs& jobs, Id id, JobState state) {
    for (int i = 0; i < 1000; ++i) {
        const auto job = jobs.find(id);
        REQUIRE(job);
        if (job->state == state) return *job;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL("the job did not come to the state " << job_state_name(state) << ", it is " << job_state_name(jobs.find(id)->state));
    return {};
}

}  // namespace

TEST_CASE("A job runs as its person, shows its progress and gives a result") {
    RowStore store;
    const SystemClock clock;
    const Id user = store.add_viewer("An");
    Jobs jobs(store, clock);
    jobs.declare({"count", "Count", 3, [](derive::JobContext& context) -> Result<std::string> {
        CHECK(context.viewer()->name == "An");
        CHECK(context.parameters() == "{\"to\":3}");
        for (int i = 1; i <= 3; ++i) CHECK(context.save(i / 3.0, "step", std::to_string(i)));
        return std::string("{\"counted\":3}");
    }});
    jobs.start();
    const auto id = jobs.add({"count", "{\"to\":3}", user, {}, {}});
    REQUIRE(id);
    const Job job = wait_for(jobs, *id, JobState::done);
    CHECK(job.result == "{\"counted\":3}");
    CHECK(job.progress == 1);
    CHECK(jobs.list(*store.viewer(user), 10).size() == 1);
    CHECK(jobs.list(*store.viewer(store.add_viewer("Binh")), 10).empty());
    CHECK(jobs.list(*store.viewer(store.add_viewer("Chi", true)), 10).size() == 1);
    CHECK(!jobs.add({"unknown", "{}", user, {}, {}}));
    CHECK(!jobs.add({"count", "not json", user, {}, {}}));
}

TEST_CASE("A refusal is final, an exception is tried again") {
    RowStore store;
    const SystemClock clock;
    Jobs jobs(store, clock);
    std::atomic<int> refusals{0}, throws{0};
    jobs.declare({"refuse", "", 3, [&](derive::JobContext&) -> Result<std::string> {
        ++refusals;
        return refuse(Why::invalid, "bad_file", "The file is empty.");
    }});
    jobs.declare({"throw", "", 2, [&](derive::JobContext& context) -> Result<std::string> {
        if (context.attempt() == 1) {
            (void)context.save(0.5, "half", "\"half\"");
            ++throws;
            throw std::runtime_error("the disk is away");
        }
        CHECK(context.state() == "\"half\"");
        return std::string("1");
    }});
    jobs.start();
    const Job refused = wait_for(jobs, *jobs.add({"refuse", "{}", {}, {}, {}}), JobState::failed);
    CHECK(refused.result.find("bad_file") != std::string::npos);
    CHECK(refused.message == "The file is empty.");
    const Job second = wait_for(jobs, *jobs.add({"throw", "{}", {}, {}, {}}), JobState::done);
    CHECK(second.attempt == 2);
    CHECK(refusals == 1);
    CHECK(throws == 1);
}

TEST_CASE("A job whose person has gone does not run") {
    RowStore store;
    const SystemClock clock;
    Jobs jobs(store, clock);
    std::atomic<bool> ran{false};
    jobs.declare({"x", "", 3, [&](derive::JobContext&) -> Result<std::string> { ran = true; return std::string("1"); }});
    jobs.start();
    const Job job = wait_for(jobs, *jobs.add({"x", "{}", Id{12345}, {}, {}}), JobState::failed);
    CHECK(job.result.find("user_gone") != std::string::npos);
    CHECK(!ran);
}

TEST_CASE("A job stops at a clean place when somebody cancels it, and the same job is not asked for twice") {
    RowStore store;
    const SystemClock clock;
    Jobs jobs(store, clock, 1);
    std::atomic<bool> running{false};
    jobs.declare({"long", "", 3, [&](derive::JobContext& context) -> Result<std::string> {
        running = true;
        while (context.save(0.1, "working", "1")) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return refuse(Why::invalid, "cancelled", "Cancelled");
    }});
    jobs.start();
    const Id id = *jobs.add({"long", "{}", {}, "one", {}});
    CHECK(*jobs.add({"long", "{}", {}, "one", {}}) == id);
    const Id waiting = *jobs.add({"long", "{}", {}, "two", {}});
    CHECK(waiting != id);
    while (!running) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(jobs.cancel(waiting)->state == JobState::cancelled);
    REQUIRE(jobs.cancel(id));
    wait_for(jobs, id, JobState::cancelled);
    CHECK(jobs.cancel(id).refused().code() == "job_ended");
}

TEST_CASE("M13: a job that was stopped or killed goes on from what it saved") {
    RowStore store;
    const SystemClock clock;
    std::vector<int> steps;
    const auto kind = [&](bool& stop_at_three) {
        return derive::JobKind{"steps", "", 3, [&](derive::JobContext& context) -> Result<std::string> {
            int at = context.state().empty() ? 0 : std::stoi(context.state());
            while (at < 6) {
                if (at == 3 && stop_at_three) {
                    while (context.save(0.5, "", std::to_string(at))) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    return refuse(Why::unavailable, "stopping", "The server stops");
                }
                steps.push_back(at++);
                if (!context.save(at / 6.0, "", std::to_string(at)) ) return refuse(Why::unavailable, "stopping", "The server stops");
            }
            return std::string("6");
        }};
    };
    Id id{};
    {
        bool stop = true;
        Jobs jobs(store, clock);
        jobs.declare(kind(stop));
        jobs.start();
        id = *jobs.add({"steps", "{}", {}, {}, {}});
        while (jobs.find(id)->state_json != "3") std::this_thread::sleep_for(std::chrono::milliseconds(1));
        jobs.stop();
    }
    // As a kill leaves it: still marked as running.
    auto& row = store.rows[{"job", std::string(20 - id.text().size(), '0') + id.text()}];
    const auto at = row.find("\"waiting\"");
    REQUIRE(at != std::string::npos);
    row.replace(at, 9, "\"running\"");
    bool stop = false;
    Jobs jobs(store, clock);
    jobs.declare(kind(stop));
    jobs.start();
    wait_for(jobs, id, JobState::done);
    CHECK(steps == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("S22: a job's row that has been tampered with is ignored or harmless, never run with more rights") {
    RowStore store;
    const SystemClock clock;
    const Id user = store.add_viewer("An");
    std::string key, row;
    {
        Jobs jobs(store, clock);
        jobs.declare({"x", "", 1, [](derive::JobContext&) -> Result<std::string> { return std::string("1"); }});
        const Id id = *jobs.add({"x", "{\"a\":1}", user, {}, {}});
        key = std::string(20 - id.text().size(), '0') + id.text();
        row = store.rows[{"job", key}];
    }
    std::atomic<int> as_other{0};
    for (std::size_t i = 0; i < row.size(); ++i) {
        std::string changed = row;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        store.rows.clear();
        store.rows[{"job", key}] = changed;
        Jobs jobs(store, clock, 1);
        jobs.declare({"x", "", 1, [&](derive::JobContext& context) -> Result<std::string> {
            if (context.viewer()->user != user) ++as_other;
            return std::string("1");
        }});
        jobs.start();
        jobs.stop();
    }
    CHECK(as_other == 0);
}

TEST_CASE("A schedule runs its job again and again, once at a time") {
    RowStore store;
    const SystemClock clock;
    std::atomic<int> runs{0};
    Jobs jobs(store, clock);
    jobs.declare({"tick", "", 1, [&](derive::JobContext&) -> Result<std::string> { ++runs; return std::string("1"); }});
    jobs.schedule("tick", 0);
    jobs.start();
    for (int i = 0; i < 1000 && runs < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(runs >= 2);
    jobs.stop();
}
