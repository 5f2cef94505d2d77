// The PostgreSQL server dies under writers: they go on when it is back, what was acknowledged is there, and nothing
// is there twice.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "store/database.h"
#include "support/postgres.h"
#include "tests/store/demo_store.h"

namespace fairlead::tests {

TEST_CASE("When the PostgreSQL server crashes under writers, they go on, and every acknowledged write is there once") {
    const std::string address = testing::fresh_postgres_database();
    if (address.empty()) return;
    auto store = open_address(address, true);
    std::mutex mutex;
    std::set<std::string> acknowledged, refused;
    std::atomic<bool> stop{false};
    std::atomic<int> number{0}, done{0};
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([&] {
            while (!stop) {
                const std::string name = "Written " + std::to_string(++number);
                const auto made = store->write({}, [&](store::Transaction& open) -> Result<Value> {
                    model::Patch account(open.catalog().need("account"));
                    account.set("name", name);
                    FAIRLEAD_ASSIGN(const Id id, open.create(account, {}));
                    return Value(id);
                });
                const std::scoped_lock lock(mutex);
                (made ? acknowledged : refused).insert(name);
                if (made) ++done;
            }
        });
    // Whoever reads meanwhile waits or is told that the connection is lost; nothing else goes wrong, and nothing half is seen.
    std::atomic<std::int64_t> read{0};
    std::atomic<bool> wrong{false};
    std::thread reader([&] {
        std::int64_t before = 0;
        while (!stop) {
            try {
                const auto entries = store->log_after(before, 1);
                if (!entries.empty()) wrong = wrong || entries.front().seq != before + 1, before = entries.front().seq;
                ++read;
            } catch (const store::DatabaseError& failure) {
                wrong = wrong || failure.kind != store::DatabaseError::connection;
            }
        }
    });
    bool restarted = true;
    for (int crash = 0; crash < 3 && restarted; ++crash) {
        for (const int seen = done; done < seen + 200;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        restarted = testing::crash_and_restart_postgres();
        for (const std::int64_t seen = read; read < seen + 10;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (const int seen = done; done < seen + 200;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    stop = true;
    for (std::thread& writer : writers) writer.join();
    reader.join();
    CHECK(!wrong);
    if (!restarted) {
        MESSAGE("skipped: the cluster is not ours to end");
        return;
    }
    MESSAGE(acknowledged.size() << " acknowledged, " << refused.size() << " refused");

    const auto names_in = [](store::Store& from) {
        std::vector<std::string> names;
        store::ListQuery query;
        query.entity = "account";
        REQUIRE(from.each(*store::Viewer::system(), query, [&](const model::Record& record) { return names.push_back(record.text("name")), true; }));
        std::sort(names.begin(), names.end());
        return names;
    };
    const std::vector<std::string> names = names_in(*store);
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(std::includes(names.begin(), names.end(), acknowledged.begin(), acknowledged.end()));
    for (const auto& check : store->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
    store.reset();
    store = open_address(address, false);
    CHECK(names_in(*store) == names);
}

}  // namespace fairlead::tests
