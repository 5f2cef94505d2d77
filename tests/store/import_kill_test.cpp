// kill -9 during an import: one that goes in steps goes on where it was, with every row once, and can be taken back;
// one that is a single transaction is there whole or not at all.
// FAIRLEAD_IMPORT_KILLS sets the number of kills (8 unless set).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "derive/exchange/file_import.h"
#include "tests/store/demo_store.h"

namespace fairlead::tests {
namespace {

derive::ImportPlan plan() {
    derive::ImportPlan plan;
    plan.entity = "account";
    plan.mapping = {{0, "external_id", {}}, {1, "name", {}}};
    plan.key = {"external_id"};
    return plan;
}

void write_rows(const std::string& path, int rows) {
    std::ofstream out(path);
    out << "Account id,Name\n";
    for (int i = 0; i < rows; ++i) out << "A" << i << ",Company " << i << "\n";
}

// Imports in a child process and kills it after `ms`; true when it came to its end before.
bool import_killed_after(const std::string& database, const std::string& file, Id batch, int ms) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto store = open_store(database, false);
        auto look = derive::look_at(file, "accounts.csv", {});
        if (!look) _exit(3);
        derive::FileImport import(*store, nullptr, file, *look, plan());
        derive::ImportWatch watch;
        watch.others_work = true;
        watch.step_command = [](const std::string& step) { return "job:1:" + step; };
        const auto result = import.run(batch, watch);
        _exit(result && result->created == look->rows ? 0 : 4);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    int status = 0;
    while (std::chrono::steady_clock::now() < until) {
        if (waitpid(child, &status, WNOHANG) == child) {
            REQUIRE(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 0);
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return false;
}

std::int64_t accounts(store::Store& store) {
    std::int64_t count = 0;
    store::ListQuery query;
    query.entity = "account";
    REQUIRE(store.each(*store::Viewer::system(), query, [&](const model::Record&) { return ++count, true; }));
    return count;
}

}  // namespace

TEST_CASE("An import that is killed goes on with every row once, and is taken back whole") {
    const char* wished = std::getenv("FAIRLEAD_IMPORT_KILLS");
    const int kills = wished ? std::atoi(wished) : 8;
    std::mt19937 chance(11);
    TemporaryFile database;
    { const auto made = open_store(database.path(), false); }
    const std::string file = database.path() + ".csv";
    constexpr int rows = 15'000;
    write_rows(file, rows);
    const Id batch = new_id();
    bool ended = false;
    for (int kill = 0; kill < kills && !ended; ++kill) ended = import_killed_after(database.path(), file, batch, 100 + static_cast<int>(chance() % 1'500));
    if (!ended) CHECK(import_killed_after(database.path(), file, batch, 600'000));
    {
        const auto store = open_store(database.path(), false);
        CHECK(accounts(*store) == rows);
        for (const auto& check : store->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
        const auto undone = store->undo({}, batch);
        REQUIRE(undone);
        CHECK(undone->undone == rows);
        CHECK(accounts(*store) == 0);
    }
    std::filesystem::remove(file);
}

TEST_CASE("An import of one transaction that is killed is there whole or not at all") {
    std::mt19937 chance(5);
    for (int time = 0; time < 4; ++time) {
        TemporaryFile database;
        { const auto made = open_store(database.path(), false); }
        const std::string file = database.path() + ".csv";
        constexpr int rows = 3'000;
        write_rows(file, rows);
        import_killed_after(database.path(), file, new_id(), 50 + static_cast<int>(chance() % 800));
        const auto store = open_store(database.path(), false);
        const std::int64_t count = accounts(*store);
        CHECK((count == 0 || count == rows));
        std::filesystem::remove(file);
    }
}

}  // namespace fairlead::tests
