// Lists, counts, groups and search give the same answers from the columns as from a scan of the rows, for the system,
// for a manager and for a rep, on the demonstration company; and the same on PostgreSQL as on SQLite.
#include <algorithm>
#include <thread>

#include "support/postgres.h"
#include "tests/store/demo_store.h"

namespace fairlead::tests {
namespace {

// The demonstration company, made once: every test copies it.
const std::string& demo_file() {
    static const TemporaryFile file;
    static const bool made = [] {
        const auto store = open_store(file.path(), false);
        make_demo(*store);
        return true;
    }();
    (void)made;
    return file.path();
}

struct Sqlite {
    TemporaryFile file;
    std::string address = "sqlite:" + file.path();
    Sqlite() { REQUIRE(open_store(demo_file(), false)->backup(file.path())); }
};

// Carried over from the file, so that both have the same records under the same ids. The address is empty where
// PostgreSQL is not installed.
struct Postgres {
    std::string address;
    Postgres() {
        static const std::string demo = [] {
            const std::string fresh = testing::fresh_postgres_database();
            if (!fresh.empty()) REQUIRE(open_store(demo_file(), false)->copy_to(fresh));
            return fresh;
        }();
        address = demo.empty() ? "" : testing::fresh_postgres_database(demo);
    }
};

struct TwoWays {
    std::unique_ptr<store::Store> columns, scan;
    std::vector<std::shared_ptr<const store::Viewer>> viewers;

    explicit TwoWays(const std::string& address) {
        if (address.empty()) return;
        columns = open_address(address, true, nullptr, false);
        scan = open_address(address, false, nullptr, false);
        while (!columns->columns_ready()) std::this_thread::yield();
        viewers.push_back(store::Viewer::system());
        store::ListQuery users;
        users.entity = "user";
        REQUIRE(scan->each(*store::Viewer::system(), users, [&](const model::Record& user) {
            if (auto viewer = columns->viewer(user.id())) viewers.push_back(std::move(viewer));
            return viewers.size() < 6;
        }));
        REQUIRE(viewers.size() > 3);
    }

    formula::Formula checked(const char* text, const char* entity, const store::Viewer& viewer, bool condition) {
        if (!text) return {};
        formula::CheckOptions options;
        options.currency = columns->catalog()->currency();
        if (condition) options.expected = Type::boolean;
        auto formula = formula::check(text, store::ViewerSchema(*columns->catalog(), viewer), entity, options);
        if (!formula) return {};
        return *formula;
    }
};

std::vector<Id> ids_of(const store::ListPage& page) {
    std::vector<Id> ids;
    for (const auto& record : page.records) ids.push_back(record.id());
    return ids;
}

}  // namespace

TEST_CASE("The same seed gives the same company, at whatever hour of the day it is made") {
    std::vector<std::pair<std::int64_t, std::vector<store::Group>>> made;
    for (const char* hour : {"2026-11-25T00:30:00Z", "2026-11-25T12:00:00Z", "2026-11-25T23:30:00Z"}) {
        const TemporaryFile file;
        const FixedClock clock(*Instant::parse(hour));
        const auto store = open_store(file.path(), true, &clock);
        make_demo(*store);
        store::GroupQuery query;
        query.entity = "opportunity";
        formula::CheckOptions options;
        query.by = {*formula::check("stage.name", *store->catalog(), "opportunity", options)};
        query.aggregates = {{store::Aggregate::count, {}, "count()"}, {store::Aggregate::sum, *formula::check("amount", *store->catalog(), "opportunity", options), "sum(amount)"}};
        const auto groups = store->group(*store::Viewer::system(), query);
        REQUIRE(groups);
        made.emplace_back(store->last_seq(), *groups);
    }
    for (const auto& [entries, groups] : made) {
        CHECK(entries == made.front().first);
        REQUIRE(groups.size() == made.front().second.size());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            CHECK(groups[i].by == made.front().second[i].by);
            CHECK(groups[i].values == made.front().second[i].values);
        }
    }
}

TEST_CASE_TEMPLATE("Every page of a list, and its count, is the same from columns and from a scan", Database, Sqlite, Postgres) {
    const Database database;
    TwoWays both(database.address);
    if (!both.columns) return;
    const char* const filters[] = {nullptr, "is_open", "stage.kind = \"won\" AND amount > 10000", "account.industry = \"Energy\" OR ISBLANK(account)", "CONTAINS(name, \"an\")",
                                   "owner = CURRENT_USER()", "IN_PERIOD(close_date, \"this year\")", "amount >= 50000 AND NOT(is_open)", "COUNT(lines) > 1"};
    const std::vector<std::vector<store::SortBy>> sorts = {{}, {{"amount", true}}, {{"close_date", false}, {"name", false}}, {{"stage", false}}, {{"account", false}, {"amount", true}}, {{"owner.name", false}}};
    int compared = 0, answered_by_columns = 0;
    for (const auto& viewer : both.viewers)
        for (const char* filter : filters)
            for (const auto& sort : sorts) {
                store::ListQuery query;
                query.entity = "opportunity";
                query.filter = both.checked(filter, "opportunity", *viewer, true);
                if (filter && !query.filter) continue;  // a part of it is hidden from this viewer
                query.sort = sort;
                query.limit = 97;
                store::ListQuery other = query;
                for (int number = 0; number < 4; ++number) {
                    const auto fast = both.columns->list(*viewer, query), slow = both.scan->list(*viewer, other);
                    INFO((filter ? filter : "all") << ", sorted by " << (sort.empty() ? "nothing" : sort.front().field) << ", page " << number);
                    REQUIRE(static_cast<bool>(fast) == static_cast<bool>(slow));
                    if (!fast) break;
                    CHECK(ids_of(*fast) == ids_of(*slow));
                    CHECK(fast->count == slow->count);
                    CHECK(fast->next.empty() == slow->next.empty());
                    answered_by_columns += fast->way == "columns";
                    ++compared;
                    if (fast->next.empty()) break;
                    query.cursor = fast->next;
                    other.cursor = slow->next;
                }
            }
    CHECK(compared > 300);
    CHECK(answered_by_columns == compared);
}

TEST_CASE_TEMPLATE("Groups with their sums are the same from columns and from a scan", Database, Sqlite, Postgres) {
    const Database database;
    TwoWays both(database.address);
    if (!both.columns) return;
    int compared = 0;
    for (const auto& viewer : both.viewers)
        for (const char* by : {"stage", "owner", "account.industry", "close_date", "is_open", "lost_reason"})
            for (const char* filter : {static_cast<const char*>(nullptr), "is_open", "amount > 20000"}) {
                store::GroupQuery query;
                query.entity = "opportunity";
                query.filter = both.checked(filter, "opportunity", *viewer, true);
                query.by = {both.checked(by, "opportunity", *viewer, false)};
                if (!query.by.front() || (filter && !query.filter)) continue;
                const formula::Formula amount = both.checked("amount", "opportunity", *viewer, false);
                query.aggregates = {{store::Aggregate::count, {}, "count()"}, {store::Aggregate::sum, amount, "sum"}, {store::Aggregate::min, amount, "min"}, {store::Aggregate::max, amount, "max"}};
                const auto fast = both.columns->group(*viewer, query), slow = both.scan->group(*viewer, query);
                INFO(by << " where " << (filter ? filter : "all"));
                REQUIRE(fast);
                REQUIRE(slow);
                REQUIRE(fast->size() == slow->size());
                for (std::size_t i = 0; i < fast->size(); ++i) {
                    CHECK((*fast)[i].by == (*slow)[i].by);
                    CHECK((*fast)[i].values == (*slow)[i].values);
                }
                ++compared;
            }
    CHECK(compared > 50);
}

TEST_CASE_TEMPLATE("A reader sees each write at once, from the columns as from the rows", Database, Sqlite, Postgres) {
    const Database database;
    TwoWays both(database.address);
    if (!both.columns) return;
    const Result<Value> made = both.columns->write({}, [&](store::Transaction& open) -> Result<Value> {
        model::Patch patch(open.catalog().need("account"));
        patch.set("name", "Bến Nghé Shipyard");
        FAIRLEAD_ASSIGN(const Id id, open.create(patch, {}));
        return Value(id);
    });
    REQUIRE(made);
    for (const char* words : {"ben nghe", "Bến Nghé", "shipyard", "bế"}) {
        const auto found = both.columns->search(*store::Viewer::system(), words, 10);
        INFO(words);
        CHECK(std::any_of(found.begin(), found.end(), [&](const auto& hit) { return hit.id == made->as<Id>(); }));
    }
    REQUIRE(both.columns->write({}, [&](store::Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(open.remove(open.catalog().need("account"), made->as<Id>(), {}));
        return Value();
    }));
    CHECK(both.columns->search(*store::Viewer::system(), "shipyard nghe", 10).empty());
}

TEST_CASE_TEMPLATE("A store follows what another process writes to its database", Database, Sqlite, Postgres) {
    const Database database;
    TwoWays both(database.address);
    if (!both.columns) return;
    store::ListQuery query;
    query.entity = "account";
    query.filter = both.checked("name = \"From elsewhere\"", "account", *store::Viewer::system(), true);
    REQUIRE(both.scan->write({}, [](store::Transaction& open) -> Result<Value> {
        model::Patch patch(open.catalog().need("account"));
        patch.set("name", "From elsewhere");
        FAIRLEAD_TRY(open.create(patch, {}));
        return Value();
    }));
    // The other store looks around when it has nothing to write.
    std::optional<std::int64_t> count;
    for (int tries = 0; tries < 100 && count.value_or(0) == 0; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const auto page = both.columns->list(*store::Viewer::system(), query);
        REQUIRE(page);
        count = page->count;
    }
    CHECK(count == 1);
}

TEST_CASE("What was copied to PostgreSQL is listed, grouped, found and checked there as on SQLite, and comes back the same") {
    const Postgres carried;
    if (carried.address.empty()) return;
    const FixedClock clock(*Instant::parse("2026-11-26T00:00:00Z"));
    const auto sqlite = open_store(demo_file(), false, &clock);
    auto postgres = open_address(carried.address, false, &clock);
    const auto& system = *store::Viewer::system();
    CHECK(sqlite->last_seq() == postgres->last_seq());
    for (const auto& check : postgres->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
    const auto same_records = [&](store::Store& a, store::Store& b) {
        for (const auto& entity : a.catalog()->entities()) {
            store::ListQuery query;
            query.entity = entity->name;
            query.limit = 500;
            if (entity->title_slot >= 0) query.sort = {{entity->by_slot(entity->title_slot).name, false}};
            const auto one = a.list(system, query), other = b.list(system, query);
            INFO(entity->name);
            REQUIRE(one);
            REQUIRE(other);
            CHECK(one->count == other->count);
            REQUIRE(one->records.size() == other->records.size());
            for (std::size_t i = 0; i < one->records.size(); ++i) CHECK(one->records[i].slots == other->records[i].slots);
        }
    };
    same_records(*sqlite, *postgres);
    for (const char* words : {"an", "thép", "thep viet", "energy", "ltd nam"}) {
        const auto one = sqlite->search(system, words, 50), other = postgres->search(system, words, 50);
        REQUIRE(one.size() == other.size());
        for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].id == other[i].id);
    }
    CHECK(sqlite->copy_to(carried.address).refused().code() == "database_in_use");
    const TemporaryFile backup;
    REQUIRE(postgres->backup(backup.path()));
    CHECK(postgres->backup(backup.path()).refused().code() == "file_exists");
    CHECK(!std::filesystem::exists(backup.path() + "-wal"));
    const auto back = open_store(backup.path(), false, &clock);
    CHECK(back->last_seq() == postgres->last_seq());
    for (const auto& check : back->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
    same_records(*sqlite, *back);
    postgres.reset();
    CHECK(sqlite->copy_to(carried.address).refused().code() == "database_not_empty");
}

}  // namespace fairlead::tests
