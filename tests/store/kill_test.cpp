// kill -9 under load: what was acknowledged is there afterwards, nothing is half there, and the change log is whole.
// FAIRLEAD_KILLS sets the number of kills (40 on SQLite and 10 on PostgreSQL unless set; the long programme takes 200).
#include <atomic>
#include <thread>
#include <vector>

#include "support/postgres.h"
#include "tests/store/demo_store.h"
#include "tests/store/killing.h"

namespace fairlead::tests {
namespace {

// One acknowledgement, written to the pipe after the store has answered; shorter than a pipe's atomic write.
struct Acknowledged {
    std::int64_t account = 0, task = 0;
    std::int64_t change = -1;  // of the task's name; -1: just created
};

// Creates an account with a task in one commit, then changes the task again and again. Never returns.
[[noreturn]] void write_until_killed(const std::string& address, int pipe) {
    const auto store = open_address(address, true);
    std::vector<std::thread> writers;
    std::atomic<int> number{0};
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([&] {
            for (;;) {
                Acknowledged done;
                const std::string name = "Killed " + std::to_string(getpid()) + "-" + std::to_string(++number);
                const auto made = store->write({}, [&](store::Transaction& open) -> Result<Value> {
                    model::Patch account(open.catalog().need("account"));
                    account.set("name", name);
                    FAIRLEAD_ASSIGN(const Id id, open.create(account, {}));
                    model::Patch task(open.catalog().need("task"));
                    task.set("subject", id.text());
                    FAIRLEAD_ASSIGN(const Id task_id, open.create(task, {}));
                    done.account = id.value;
                    done.task = task_id.value;
                    return Value(id);
                });
                if (!made) _exit(3);
                if (::write(pipe, &done, sizeof done) != sizeof done) _exit(4);
                for (std::int64_t change = 0; change < 3; ++change) {
                    const auto changed = store->write({}, [&](store::Transaction& open) -> Result<Value> {
                        model::Patch account(open.catalog().need("account")), task(open.catalog().need("task"));
                        account.set("website", "https://example.com/" + std::to_string(change));
                        task.set("subject", Id{done.account}.text() + "/" + std::to_string(change));
                        FAIRLEAD_TRY(open.update(Id{done.account}, account, {}));
                        FAIRLEAD_TRY(open.update(Id{done.task}, task, {}));
                        return Value();
                    });
                    if (!changed) _exit(5);
                    done.change = change;
                    if (::write(pipe, &done, sizeof done) != sizeof done) _exit(6);
                }
            }
        });
    for (;;) pause();
}

std::int64_t change_of(const std::string& subject) {
    const auto slash = subject.find('/');
    return slash == std::string::npos ? -1 : std::stoll(subject.substr(slash + 1));
}

void kill_and_look(const std::string& address, int kills) {
    { const auto made = open_address(address, false); }
    std::mt19937 chance(7);
    std::int64_t acknowledged = 0;
    for (int kill = 0; kill < kills; ++kill) {
        const auto seen = run_until_killed<Acknowledged>([&](int pipe) { write_until_killed(address, pipe); }, chance, 60);
        const auto store = open_address(address, kill % 2 == 0);
        for (const Acknowledged& done : seen) {
            const auto account = store->get(*store::Viewer::system(), "account", Id{done.account});
            const auto task = store->get(*store::Viewer::system(), "task", Id{done.task});
            REQUIRE(account);
            REQUIRE(task);
            const std::int64_t change = change_of((*task)["subject"].as<std::string>());
            CHECK(change >= done.change);
            // Both records of one commit tell of the same change.
            const Value& website = (*account)["website"];
            CHECK((website.empty() ? -1 : std::stoll(website.as<std::string>().substr(20))) == change);
        }
        acknowledged += static_cast<std::int64_t>(seen.size());
        if (kill % 10 == 9 || kill + 1 == kills)
            for (const auto& check : store->check()) {
                INFO(check.name << ": " << check.detail);
                CHECK(check.ok);
            }
    }
    MESSAGE(kills << " kills, " << acknowledged << " acknowledged writes, all there");
    CHECK(acknowledged > kills);
}

}  // namespace

TEST_CASE("After kill -9 under writers every acknowledged write is there, whole, and the log is unbroken: SQLite") {
    const TemporaryFile file;
    kill_and_look("sqlite:" + file.path(), kills_wished(40));
}

TEST_CASE("After kill -9 under writers every acknowledged write is there, whole, and the log is unbroken: PostgreSQL") {
    if (const std::string address = testing::fresh_postgres_database(); !address.empty()) kill_and_look(address, kills_wished(10));
}

}  // namespace fairlead::tests
