// The columns follow the commits.
#include "store/columns_keeper.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <future>

#include "modules/modules.h"
#include "store/past.h"
#include "store/settings.h"

using namespace fairlead;
using namespace fairlead::store;

namespace {

// A database with its tables and nothing in them; its file goes with it.
class FreshFile {
  public:
    FreshFile() {
        auto all = model::Catalog::build(all_modules());
        REQUIRE(all);
        built = *all;
        Options options;
        options.database = "sqlite:" + path_;
        options.durability = Durability::relaxed;
        options.preallocate = 0;
        options.columns = false;
        REQUIRE(Store::open(options, built));  // makes the tables
        auto opened = open_backend(options);
        REQUIRE(opened);
        backend = std::move(*opened);
    }
    ~FreshFile() {
        backend.reset();
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path_ + suffix);
    }
    FreshFile(const FreshFile&) = delete;
    FreshFile& operator=(const FreshFile&) = delete;

    std::shared_ptr<const model::Catalog> built;
    std::unique_ptr<Backend> backend;

  private:
    std::string path_ = (std::filesystem::temp_directory_path() / ("fairlead-keeper-" + new_id().text() + ".db")).string();
};

// A database that lets nobody read until it is told to.
class Held final : public Backend {
  public:
    explicit Held(Backend& backend, std::shared_future<void> let) : backend_(backend), let_(std::move(let)) {}
    std::unique_ptr<Connection> open_writer() override { return backend_.open_writer(); }
    std::unique_ptr<Connection> open_reader() override {
        let_.wait();
        return backend_.open_reader();
    }
    std::optional<Result<void>> online_copy(const std::string& file) override { return backend_.online_copy(file); }
    void seal(Connection& connection) override { backend_.seal(connection); }

  private:
    Backend& backend_;
    std::shared_future<void> let_;
};

}  // namespace

TEST_CASE("Who waits for the columns waits no longer when the process ends, and its loading ends") {
    const FreshFile file;
    std::promise<void> let;
    Held held(*file.backend, let.get_future().share());
    ColumnsKeeper keeper;
    keeper.start(held, make_shape(file.built, 1), {});
    CHECK(keeper.loaded_already() == nullptr);
    auto waiting = std::async(std::launch::async, [&] { return keeper.loaded(); });
    CHECK(waiting.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
    keeper.stop_waiting();
    CHECK(waiting.get() == nullptr);
    CHECK(keeper.stopping());
    CHECK(keeper.loaded() == nullptr);
    let.set_value();
    keeper.stop();
    CHECK(keeper.loaded_already() == nullptr);
}

TEST_CASE("Rows and ids ascend together after a commit of many new records, so that the newest are found from the end") {
    const FreshFile file;
    const auto shape = make_shape(file.built, 1);
    ColumnsKeeper keeper;
    keeper.start(*file.backend, shape, {});
    const Columns* columns = keeper.loaded();
    REQUIRE(columns != nullptr);
    const auto connection = file.backend->open_reader();
    const Log log(1);
    RecordCache cache;
    const auto settings = Settings::load(*connection, *shape, "UTC");
    for (int commit = 0; commit < 3; ++commit) {
        CommitGroup group(*connection, shape, settings, log, cache, Instant{});
        for (const char* name : {"opportunity", "account"}) {
            const EntityInfo& entity = file.built->need(name);
            for (int i = 0; i < 2'000; ++i) {
                Record record = stored_record(entity);
                record.at(model::slot_id) = new_id();
                record.at(model::slot_version) = std::int64_t{1};
                record.set("name", Value(std::string(name) + std::to_string(i)));
                group.touched.insert_or_assign(RecordKey{entity.number, record.id().value}, record);
            }
        }
        keeper.follow(group);
    }
    for (const char* name : {"opportunity", "account"}) {
        CHECK(columns->records(file.built->need(name)) == 6'000);
        CHECK(columns->ids_ascend(file.built->need(name)));
    }
    keeper.stop();
}

TEST_CASE("Of the moments of the past the two last asked for stay, and none that nobody asks for") {
    auto built = model::Catalog::build(all_modules());
    REQUIRE(built);
    const auto shape = make_shape(*built, 1);
    Pasts pasts;
    const auto moment = [&](int day) { return pasts.of(shape, {}, nullptr, Instant{day * 86'400'000'000}, std::nullopt); };
    const auto first = moment(1), second = moment(2);
    CHECK(first != second);
    CHECK(moment(1) == first);
    pasts.trim();
    CHECK(pasts.held() == 2);
    pasts.trim(Pasts::Clock::now() + std::chrono::minutes(9));
    CHECK(pasts.held() == 2);
    pasts.trim(Pasts::Clock::now() + std::chrono::minutes(11));
    CHECK(pasts.held() == 0);
    CHECK(moment(1) != first);
}
