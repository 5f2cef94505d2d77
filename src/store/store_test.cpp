// The store through its front door, on both databases: writing, reading, access, the past, undo.
#include "store/store.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/text.h"
#include "modules/modules.h"
#include "store/sqlite/plans_for_tests.h"
#include "store/expect.h"
#include "store/postgres/connection.h"
#include "store/sqlite/connection.h"
#include "store/undo.h"
#include "support/postgres.h"

using namespace fairlead;
using namespace fairlead::store;

namespace {

std::shared_ptr<const model::Catalog> product_catalog() {
    auto built = model::Catalog::build(all_modules());
    REQUIRE(built);
    return *built;
}

struct Sqlite {
    std::string file = (std::filesystem::temp_directory_path() / ("fairlead-store-" + new_id().text() + ".db")).string();
    std::string address = "sqlite:" + file;
    ~Sqlite() {
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
    }
};
struct Postgres {
    std::string address = testing::fresh_postgres_database();  // empty: not installed
};

struct Company {
    std::string address;
    FixedClock clock{*Instant::parse("2026-03-01T09:00:00Z")};
    std::shared_ptr<const model::Catalog> catalog = product_catalog();
    std::unique_ptr<Store> store;
    Id pipeline{}, open_stage{}, late_stage{}, won_stage{}, lost_stage{}, reason{};

    explicit Company(std::string at) : address(std::move(at)) {
        if (address.empty()) return;
        open();
        pipeline = make("pipeline", {{"name", "Sales"}, {"code", "sales"}});
        open_stage = stage("Qualify", "open", 1, "0.1");
        late_stage = stage("Propose", "open", 2, "0.5");
        won_stage = stage("Won", "won", 3, "1");
        lost_stage = stage("Lost", "lost", 4, "0");
        reason = make("lost_reason", {{"name", "Price"}});
    }
    void open() {
        store.reset();
        Options options;
        options.database = address;
        options.preallocate = 0;
        options.clock = &clock;
        auto opened = Store::open(options, catalog);
        if (!opened) MESSAGE(opened.refused().message());
        REQUIRE(opened);
        store = std::move(*opened);
    }
    Id stage(const char* name, const char* kind, int position, const char* probability) {
        return make("stage", {{"name", name}, {"pipeline", Value(pipeline)}, {"kind", kind}, {"position", position}, {"probability", Value(*Decimal::parse(probability))}});
    }
    Result<Value> try_make(const char* entity, std::vector<std::pair<const char*, Value>> fields, std::shared_ptr<const Viewer> viewer = nullptr, WriteOptions options = {}) {
        Command command;
        command.viewer = std::move(viewer);
        return store->write(command, [&](Transaction& open) -> Result<Value> {
            Patch patch(open.catalog().need(entity));
            for (const auto& [name, value] : fields) patch.set(name, value);
            FAIRLEAD_ASSIGN(const Id id, open.create(patch, options));
            return Value(id);
        });
    }
    Id make(const char* entity, std::vector<std::pair<const char*, Value>> fields, std::shared_ptr<const Viewer> viewer = nullptr, WriteOptions options = {}) {
        auto made = try_make(entity, std::move(fields), std::move(viewer), options);
        if (!made) MESSAGE(made.refused().code() << ": " << made.refused().message());
        REQUIRE(made);
        return made->as<Id>();
    }
    Result<Value> change(const char* entity, Id id, std::vector<std::pair<const char*, Value>> fields, WriteOptions options = {}, std::shared_ptr<const Viewer> viewer = nullptr) {
        Command command;
        command.viewer = std::move(viewer);
        return store->write(command, [&](Transaction& open) -> Result<Value> {
            Patch patch(open.catalog().need(entity));
            for (const auto& [name, value] : fields) patch.set(name, value);
            FAIRLEAD_ASSIGN(const std::int64_t version, open.update(id, patch, options));
            return Value(version);
        });
    }
    Result<Value> act(const char* entity, Id id, const char* action, Parameters parameters = {}) {
        return store->write({}, [&](Transaction& open) { return open.act(open.catalog().need(entity), id, action, parameters, {}); });
    }
    Record get(const char* entity, Id id) {
        auto record = store->get(*Viewer::system(), entity, id);
        REQUIRE(record);
        return *record;
    }
    formula::Formula filter(const char* text) {
        formula::CheckOptions options;
        options.expected = Type::boolean;
        auto checked = formula::check(text, *store->catalog(), "opportunity", options);
        REQUIRE(checked);
        return *checked;
    }
    Value usd(const char* amount) { return Value(*Money::parse(amount, Currency{{'U', 'S', 'D'}})); }
};

}  // namespace

TEST_CASE_TEMPLATE("A deal begins in the first stage with its probability, and its visits follow it until it is won", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id deal = company.make("opportunity", {{"name", "Roof"}, {"amount", company.usd("1000.00")}});
    CHECK(company.get("opportunity", deal).reference("stage") == company.open_stage);
    CHECK(company.get("opportunity", deal)["probability"] == Value(*Decimal::parse("0.1")));
    company.clock.set(*Instant::parse("2026-03-11T09:00:00Z"));
    REQUIRE(company.act("opportunity", deal, "move_to_stage", {{"stage", Value(company.late_stage)}}));
    company.clock.set(*Instant::parse("2026-03-21T09:00:00Z"));
    REQUIRE(company.act("opportunity", deal, "win"));
    const Record won = company.get("opportunity", deal);
    CHECK(won["closed_on"] == Value(*Date::parse("2026-03-21")));
    CHECK(won["probability"] == Value(Decimal::of(1)));
    CHECK(won.reference("last_open_stage") == company.late_stage);
    CHECK(won["is_open"] == Value(false));
    int visits = 0;
    ListQuery query;
    query.entity = "stage_visit";
    REQUIRE(company.store->each(*Viewer::system(), query, [&](const Record&) { return ++visits, true; }));
    CHECK(visits == 3);
    const auto history = company.store->history(*Viewer::system(), "opportunity", deal);
    REQUIRE(history);
    CHECK(history->size() == 3);
}

TEST_CASE_TEMPLATE("Losing asks for the reason, and an action that its state forbids is refused", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id deal = company.make("opportunity", {{"name", "Roof"}});
    const auto without = company.act("opportunity", deal, "lose");
    REQUIRE(!without);
    CHECK(without.refused().code() == "required");
    REQUIRE(company.act("opportunity", deal, "lose", {{"lost_reason", Value(company.reason)}}));
    const auto again = company.act("opportunity", deal, "win");
    REQUIRE(!again);
    CHECK(again.refused().code() == "step_not_allowed");
    REQUIRE(company.act("opportunity", deal, "reopen"));
    CHECK(company.get("opportunity", deal).reference("stage") == company.open_stage);
}

TEST_CASE_TEMPLATE("A refused write leaves no trace, and its neighbours in the group are committed", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const std::int64_t before = company.store->last_seq();
    const auto refused = company.try_make("opportunity", {{"name", ""}});
    REQUIRE(!refused);
    CHECK(refused.refused().code() == "required");
    CHECK(company.store->last_seq() == before);
    std::atomic<int> done{0}, denied{0};
    std::vector<std::thread> people;
    for (int i = 0; i < 8; ++i)
        people.emplace_back([&, i] {
            for (int n = 0; n < 25; ++n) {
                const auto made = company.try_make("opportunity", {{"name", n % 5 == 4 ? "" : "Deal"}, {"amount", company.usd("1.00")}});
                ++(made ? done : denied);
            }
            (void)i;
        });
    for (std::thread& person : people) person.join();
    CHECK(done == 160);
    CHECK(denied == 40);
    CHECK(company.store->last_seq() == before + 160);
    for (const Store::Check& check : company.store->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
}

TEST_CASE_TEMPLATE("A stale version is refused, and the version grows by one with each change", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id deal = company.make("opportunity", {{"name", "Roof"}});
    WriteOptions options;
    options.expected_version = 1;
    const auto version = company.change("opportunity", deal, {{"name", "Roof and walls"}}, options);
    REQUIRE(version);
    CHECK(*version == Value(2));
    const auto stale = company.change("opportunity", deal, {{"name", "Other"}}, options);
    REQUIRE(!stale);
    CHECK(stale.refused().why == Why::stale);
    CHECK(company.get("opportunity", deal).text("name") == "Roof and walls");
}

TEST_CASE_TEMPLATE("A list is filtered, sorted with empties last, counted and walked by cursors both ways", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    for (int i = 0; i < 25; ++i)
        company.make("opportunity", {{"name", Value("Deal " + std::to_string(i))}, {"amount", i == 7 ? Value() : company.usd(std::to_string(100 + i).c_str())}});
    ListQuery query;
    query.entity = "opportunity";
    query.sort = {{"amount", true}};
    query.limit = 10;
    std::vector<Id> seen;
    std::string prev;
    for (int page_number = 0; page_number < 3; ++page_number) {
        const auto page = company.store->list(*Viewer::system(), query);
        REQUIRE(page);
        CHECK(page->count == 25);
        for (const Record& record : page->records) seen.push_back(record.id());
        query.cursor = page->next;
        prev = page->prev;
        CHECK((page_number == 2) == page->next.empty());
    }
    CHECK(seen.size() == 25);
    CHECK(company.get("opportunity", seen.front())["amount"] == company.usd("124"));
    CHECK(company.get("opportunity", seen.back())["amount"].empty());
    query.cursor = prev;
    const auto back = company.store->list(*Viewer::system(), query);
    REQUIRE(back);
    CHECK(back->records.front().id() == seen[10]);
    query.sort = {{"name", false}};
    const auto mixed = company.store->list(*Viewer::system(), query);
    REQUIRE(!mixed);
    CHECK(mixed.refused().code() == "cursor_mismatch");
}

TEST_CASE_TEMPLATE("Figures of groups add up, and stages come in their order", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    for (int i = 0; i < 6; ++i) company.make("opportunity", {{"name", "Deal"}, {"amount", company.usd("10.50")}, {"stage", Value(i < 4 ? company.open_stage : company.late_stage)}});
    GroupQuery query;
    query.entity = "opportunity";
    const auto check = [&](const char* text) {
        auto checked = formula::check(text, *company.store->catalog(), "opportunity");
        REQUIRE(checked);
        return *checked;
    };
    query.by = {check("stage")};
    query.aggregates = {{Aggregate::count, nullptr, "count()"}, {Aggregate::sum, check("amount"), "sum"}, {Aggregate::average, check("amount"), "avg"}, {Aggregate::sum, check("weighted_amount"), "w"}};
    const auto groups = company.store->group(*Viewer::system(), query);
    REQUIRE(groups);
    REQUIRE(groups->size() == 2);
    CHECK((*groups)[0].by[0] == Value(company.open_stage));
    CHECK((*groups)[0].values[0] == Value(4));
    CHECK((*groups)[0].values[1] == company.usd("42.00"));
    CHECK((*groups)[0].values[2] == company.usd("10.50"));
    CHECK((*groups)[1].values[1] == company.usd("21.00"));
    CHECK((*groups)[0].values[3] == company.usd("4.20"));
}

TEST_CASE_TEMPLATE("The past is asked by effective and by recorded time, and a late correction does not overrule what came after", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    WriteOptions january;
    january.effective = *Instant::parse("2026-01-05T00:00:00Z");
    january.as_system = true;
    const Id deal = company.make("opportunity", {{"name", "Roof"}, {"amount", company.usd("100")}}, nullptr, january);
    WriteOptions february = january;
    february.effective = *Instant::parse("2026-02-10T00:00:00Z");
    REQUIRE(company.change("opportunity", deal, {{"amount", company.usd("300")}}, february));
    company.clock.set(*Instant::parse("2026-03-02T00:00:00Z"));
    WriteOptions late = january;
    late.effective = *Instant::parse("2026-01-20T00:00:00Z");
    REQUIRE(company.change("opportunity", deal, {{"amount", company.usd("200")}}, late));
    CHECK(company.get("opportunity", deal)["amount"] == company.usd("300"));
    const auto at = [&](const char* effective, std::optional<Instant> recorded = {}) {
        auto record = company.store->get(*Viewer::system(), "opportunity", deal, Instant::parse(effective), recorded);
        return record ? (*record)["amount"] : Value("absent");
    };
    CHECK(at("2026-01-10T00:00:00Z") == company.usd("100"));
    CHECK(at("2026-01-25T00:00:00Z") == company.usd("200"));
    CHECK(at("2026-01-25T00:00:00Z", Instant::parse("2026-03-01T12:00:00Z")) == company.usd("100"));
    CHECK(at("2026-02-25T00:00:00Z") == company.usd("300"));
    CHECK(at("2026-01-01T00:00:00Z") == Value("absent"));
}

TEST_CASE_TEMPLATE("A rep sees his own deals and no others, in lists, counts, groups and by id; what is denied changes nothing", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id role = company.make("role", {{"name", "Rep"}});
    company.make("role_permission", {{"role", Value(role)}, {"entity", "opportunity"}, {"create", "all"}, {"read", "own"}, {"update", "own"}, {"delete", "none"}});
    const Id ana = company.make("user", {{"name", "Ana"}, {"role", Value(role)}});
    const Id ben = company.make("user", {{"name", "Ben"}, {"role", Value(role)}});
    const auto as_ana = company.store->viewer(ana), as_ben = company.store->viewer(ben);
    REQUIRE(as_ana);
    const Id hers = company.make("opportunity", {{"name", "Hers"}}, as_ana);
    const Id his = company.make("opportunity", {{"name", "His"}}, as_ben);
    CHECK(company.store->get(*as_ana, "opportunity", hers));
    const auto other = company.store->get(*as_ana, "opportunity", his);
    REQUIRE(!other);
    CHECK(other.refused().why == Why::not_found);
    ListQuery query;
    query.entity = "opportunity";
    const auto page = company.store->list(*as_ana, query);
    REQUIRE(page);
    CHECK(page->count == 1);
    const std::int64_t before = company.store->last_seq();
    CHECK(company.change("opportunity", his, {{"name", "Mine"}}, {}, as_ana).refused().why == Why::not_found);
    CHECK(!company.try_make("account", {{"name", "Acme"}}, as_ana));
    CHECK(company.store->last_seq() == before);
    CHECK(company.store->why_visible(ana, "opportunity", hers).size() == 1);
    CHECK(company.store->why_visible(ana, "opportunity", his).empty());
    // A share opens one record; the viewer is made anew.
    company.make("record_share", {{"entity", "opportunity"}, {"record", Value(his.value)}, {"user", Value(ana)}, {"level", "read"}, {"reason", "Help"}});
    CHECK(company.store->get(*company.store->viewer(ana), "opportunity", his));
    CHECK(company.change("opportunity", his, {{"name", "Mine"}}, {}, company.store->viewer(ana)).refused().why == Why::forbidden);
}

TEST_CASE_TEMPLATE("The bin takes a record out of every list and gives it back; unique values ignore the bin", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id account = company.make("account", {{"name", "Acme"}, {"external_id", "A1"}});
    const auto twice = company.try_make("account", {{"name", "Acme 2"}, {"external_id", "a1"}});
    REQUIRE(!twice);
    CHECK(twice.refused().code() == "duplicate");
    REQUIRE(company.store->write({}, [&](Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(open.remove(open.catalog().need("account"), account, {}));
        return Value();
    }));
    ListQuery query;
    query.entity = "account";
    CHECK(company.store->list(*Viewer::system(), query)->count == 0);
    query.in_bin = true;
    CHECK(company.store->list(*Viewer::system(), query)->count == 1);
    const Id second = company.make("account", {{"name", "Acme 2"}, {"external_id", "A1"}});
    const auto back = company.store->write({}, [&](Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(open.restore(open.catalog().need("account"), account, {}));
        return Value();
    });
    REQUIRE(!back);
    CHECK(back.refused().code() == "duplicate");
    CHECK(company.get("account", second).text("name") == "Acme 2");
}

TEST_CASE_TEMPLATE("Undoing a batch takes back what nobody has changed since, and says what it left", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    Command command;
    command.batch = new_id();
    std::vector<Id> made;
    REQUIRE(company.store->write(command, [&](Transaction& open) -> Result<Value> {
        made.clear();
        for (int i = 0; i < 3; ++i) {
            Patch patch(open.catalog().need("account"));
            patch.set("name", Value("Account " + std::to_string(i)));
            FAIRLEAD_ASSIGN(const Id id, open.create(patch));
            made.push_back(id);
        }
        return Value();
    }));
    REQUIRE(company.change("account", made[1], {{"city", "Hà Nội"}}));
    const auto undone = company.store->undo({}, command.batch);
    REQUIRE(undone);
    CHECK(undone->undone == 2);
    REQUIRE(undone->left.size() == 1);
    CHECK(undone->left[0].record == made[1]);
    ListQuery query;
    query.entity = "account";
    CHECK(company.store->list(*Viewer::system(), query)->count == 1);
}

TEST_CASE_TEMPLATE("What an undone batch made was never there, but for who asks what was recorded then", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    WriteOptions january, february;
    january.effective = *Instant::parse("2026-01-05T00:00:00Z");
    february.effective = *Instant::parse("2026-02-10T00:00:00Z");
    january.as_system = february.as_system = true;
    const Id kept = company.make("account", {{"name", "Kept"}}, nullptr, january);
    Command command;
    command.batch = new_id();
    Id made{};
    REQUIRE(company.store->write(command, [&](Transaction& open) -> Result<Value> {
        Patch patch(open.catalog().need("account"));
        patch.set("name", "Mistake");
        FAIRLEAD_ASSIGN(made, open.create(patch, january));
        Patch moved(open.catalog().need("account"));
        moved.set("city", "Huế");
        FAIRLEAD_TRY(open.update(made, moved, february));
        return Value();
    }));
    const Instant recorded = company.clock.now();
    company.clock.set(*Instant::parse("2026-03-02T00:00:00Z"));
    const auto then = [&](const char* effective, std::optional<Instant> known = {}) {
        ListQuery query;
        query.entity = "account";
        query.effective_as_of = Instant::parse(effective);
        query.recorded_as_of = known;
        std::set<std::string> names;
        const auto page = company.store->list(*Viewer::system(), query);
        REQUIRE(page);
        for (const Record& record : page->records) names.insert(record.text("name"));
        CHECK(page->count == static_cast<std::int64_t>(names.size()));
        return names;
    };
    using Names = std::set<std::string>;
    CHECK(then("2026-01-20T00:00:00Z") == Names{"Kept", "Mistake"});
    REQUIRE(company.store->undo({}, command.batch));
    for (const char* moment : {"2026-01-20T00:00:00Z", "2026-02-20T00:00:00Z"}) {
        CHECK(then(moment) == Names{"Kept"});
        CHECK(then(moment, recorded) == Names{"Kept", "Mistake"});
    }
    CHECK(company.get("account", kept).text("name") == "Kept");
}

TEST_CASE_TEMPLATE("The undo of a large batch is stopped and gone on with, and counts every record once", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const model::EntityInfo& entity = company.catalog->need("account");
    constexpr int count = 11'000;  // more than are remembered on the way
    const Id known = company.make("account", {{"name", "Known"}, {"city", "Huế"}});
    Command command;
    command.batch = new_id();
    std::vector<Id> made;
    // What was made first is changed again after all others were made.
    for (int begin = 0; begin < count; begin += 1'000)
        REQUIRE(company.store->write(command, [&](Transaction& open) -> Result<Value> {
            made.resize(static_cast<std::size_t>(begin));
            for (int i = begin; i < begin + 1'000; ++i) {
                Patch patch(entity);
                patch.set("name", "Account " + std::to_string(i));
                FAIRLEAD_ASSIGN(const Id id, open.create(patch));
                made.push_back(id);
            }
            return Value();
        }));
    REQUIRE(company.store->write(command, [&](Transaction& open) -> Result<Value> {
        for (const Id id : {made[0], made[1], made[2], known}) {
            Patch patch(entity);
            patch.set("city", "Vinh");
            FAIRLEAD_TRY(open.update(id, patch));
        }
        return Value();
    }));
    REQUIRE(company.change("account", made[1], {{"phone", "1"}}));
    REQUIRE(company.change("account", made[5'000], {{"phone", "1"}}));
    double share = -1;
    int commits = 0, attempts = 0;
    Result<Undone> undone = refuse(Why::invalid, "not_begun", "");
    for (; attempts < 50; ++attempts) {
        int now = 0;
        share = -1;
        undone = undo_batch(*company.store, {}, command.batch, [&](double done) {
            CHECK(done >= share);
            share = done;
            ++commits;
            return ++now < 100 || attempts > 2;
        });
        if (undone) break;
        REQUIRE(undone.refused().code() == "cancelled");
    }
    CHECK(attempts >= 1);
    REQUIRE(undone);
    CHECK(undone->undone == count + 1 - 2);
    REQUIRE(undone->left.size() == 2);
    CHECK(std::set<Id>{undone->left[0].record, undone->left[1].record} == std::set<Id>{made[1], made[5'000]});
    CHECK(company.get("account", known).text("city") == "Huế");
    CHECK(!company.get("account", made[0])["deleted_at"].empty());
    CHECK(company.get("account", made[1])["deleted_at"].empty());
    ListQuery query;
    query.entity = "account";
    CHECK(company.store->list(*Viewer::system(), query)->count == 3);
    for (const auto& check : company.store->check()) {
        INFO(check.name << ": " << check.detail);
        CHECK(check.ok);
    }
    CHECK(!company.store->undo({}, new_id()));
}

TEST_CASE_TEMPLATE("Merging moves references to the winner and can be undone", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id winner = company.make("account", {{"name", "Acme"}}), loser = company.make("account", {{"name", "ACME Ltd"}, {"phone", "123"}});
    const Id deal = company.make("opportunity", {{"name", "Roof"}, {"account", Value(loser)}});
    Command command;
    command.batch = new_id();
    REQUIRE(company.store->write(command, [&](Transaction& open) -> Result<Value> {
        Patch taken(open.catalog().need("account"));
        taken.set("phone", "123");
        FAIRLEAD_TRY(open.merge(open.catalog().need("account"), winner, loser, taken));
        return Value();
    }));
    CHECK(company.get("opportunity", deal).reference("account") == winner);
    CHECK(company.get("account", winner).text("phone") == "123");
    REQUIRE(company.store->write({}, [&](Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(open.unmerge(open.catalog().need("account"), loser));
        return Value();
    }));
    CHECK(company.get("opportunity", deal).reference("account") == loser);
    CHECK(company.get("account", winner).text("phone").empty());
    CHECK(company.get("account", loser)["deleted_at"].empty());
}

TEST_CASE_TEMPLATE("A field added at run time is written, listed and kept over a restart", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    const Id account = company.make("account", {{"name", "Acme"}});
    const model::CustomField field{.entity = "account", .name = "x_rating", .label = "Rating", .help = "", .type = Type::whole, .target = "", .choices = {}};
    REQUIRE(company.store->set_custom_fields({field}));
    REQUIRE(company.change("account", account, {{"x_rating", 5}}));
    const std::int64_t last = company.store->last_seq();
    company.open();
    CHECK(company.store->last_seq() == last);
    CHECK(company.get("account", account)["x_rating"] == Value(5));
    REQUIRE(company.change("account", account, {{"x_rating", 6}}));
    CHECK(company.store->last_seq() == last + 1);
    for (const Store::Check& check : company.store->check()) CHECK_MESSAGE(check.ok, check.name << ": " << check.detail);
}

TEST_CASE_TEMPLATE("A repeated command is answered by its first answer, and refused for another request", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    Command command;
    command.id = "order-1";
    command.remember = true;
    command.fingerprint = "a";
    const auto once = [&] {
        return company.store->write(command, [](Transaction& open) -> Result<Value> {
            Patch patch(open.catalog().need("account"));
            patch.set("name", "Acme");
            FAIRLEAD_ASSIGN(const Id id, open.create(patch));
            return Value(id);
        });
    };
    const auto first = once(), second = once();
    REQUIRE(first);
    REQUIRE(second);
    CHECK(*first == *second);
    command.fingerprint = "b";
    CHECK(once().refused().code() == "key_reused");
}

TEST_CASE_TEMPLATE("Search folds accents and finds every word", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    company.make("account", {{"name", "Đặng Huỳnh Thép"}});
    const auto hits = company.store->search(*Viewer::system(), "dang thep", 10);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].title == "Đặng Huỳnh Thép");
    CHECK(company.store->search(*Viewer::system(), "dang gach", 10).empty());
}

TEST_CASE("A look-up by an indexed field takes the index, however large the table is: SQLite") {
    const Sqlite database;
    const Company company(database.address);
    SqliteConnection connection(database.file, {.read_only = true});
    for (const char* look_up : {"SELECT * FROM stage_visit WHERE org_id = 1 AND opportunity_id = $1 AND deleted_at IS NULL", "SELECT * FROM opportunity WHERE org_id = 1 AND account_id = $1"}) {
        Statement& plan = connection.prepare(std::string("EXPLAIN QUERY PLAN ") + look_up);
        plan.bind(1, std::int64_t{1});
        REQUIRE(plan.step());
        CHECK_MESSAGE(plan.text(3).find("USING INDEX by_") != std::string_view::npos, std::string(plan.text(3)));
        plan.reset();
    }
}

TEST_CASE("A look-up by an indexed field takes the index, however large the table is: PostgreSQL") {
    const Postgres database;
    const Company company(database.address);
    if (!company.store) return;
    PostgresConnection connection(database.address, {.read_only = true});
    for (const char* look_up : {"SELECT * FROM stage_visit WHERE org_id = 1 AND opportunity_id = 1 AND deleted_at IS NULL", "SELECT * FROM opportunity WHERE org_id = 1 AND account_id = 1",
                                "SELECT * FROM account WHERE org_id = 1 AND id > 1 AND deleted_at IS NULL ORDER BY org_id, id LIMIT 1000"}) {
        std::string plan;
        Statement& explain = connection.prepare(std::string("EXPLAIN (COSTS OFF) ") + look_up);
        while (explain.step()) plan += std::string(explain.text(0)) + '\n';
        CHECK_MESSAGE(plan.find("Index Scan using ") != std::string::npos, plan);
        CHECK_MESSAGE(plan.find("Sort") == std::string::npos, plan);
    }
}

TEST_CASE("A second process that would write to a PostgreSQL database is refused, and one that reads is not") {
    const Postgres database;
    const Company company(database.address);
    if (!company.store) return;
    Options options;
    options.database = database.address;
    const auto second = Store::open(options, company.catalog);
    REQUIRE(!second);
    CHECK(second.refused().code() == "database_in_use");
    options.read_only = true;
    const auto reader = Store::open(options, company.catalog);
    REQUIRE(reader);
    CHECK((*reader)->get(*Viewer::system(), "pipeline", company.pipeline));
    options.database = testing::fresh_postgres_database();
    const auto empty = Store::open(options, company.catalog);
    REQUIRE(!empty);
    CHECK(empty.refused().code() == "no_such_database");
}

TEST_CASE("An address that names no database is refused in words") {
    Options options;
    options.database = "mysql://ana:s3cret@host/sales";
    const auto opened = Store::open(options, product_catalog());
    REQUIRE(!opened);
    CHECK(opened.refused().code() == "unknown_database");
    CHECK(opened.refused().message().find("s3cret") == std::string::npos);
}

// What a group of commits knows of its own writes against what the database says.
TEST_CASE_TEMPLATE("A look-up inside a transaction finds what the database would", Database, Sqlite, Postgres) {
    const Database database;
    Company company(database.address);
    if (!company.store) return;
    std::vector<Id> accounts, contacts;
    std::mt19937 chance(7);
    const auto any = [&](const std::vector<Id>& ids) { return ids[chance() % ids.size()]; };
    for (int round = 0; round < 12; ++round) {
        const std::vector<Id> accounts_before = accounts, contacts_before = contacts;
        const bool gives_up = round % 4 == 3;
        const auto done = company.store->write({}, [&](Transaction& open) -> Result<Value> {
            accounts = accounts_before, contacts = contacts_before;
            const model::EntityInfo &account = open.catalog().need("account"), &contact = open.catalog().need("contact");
            if (round % 2 == 0) expect_keys(open, account, "external_id", {Value("x-1"), Value("X-2"), Value("x\"\\{,}3"), Value("none")});
            for (int step = 0; step < 30; ++step) {
                const auto what = chance() % 6;
                if (what == 0 || accounts.size() < 2) {
                    Patch patch(account);
                    patch.set("name", "Account").set("external_id", Value((step % 3 == 0 ? "X\"\\{,}" : "x-") + std::to_string(chance() % 9)));
                    if (const auto made = open.create(patch, {})) accounts.push_back(*made);
                } else if (what == 1 || contacts.empty()) {
                    Patch patch(contact);
                    patch.set("given_name", "An").set("family_name", "Le").set("account", Value(any(accounts)));
                    if (const auto made = open.create(patch, {})) contacts.push_back(*made);
                } else if (what == 2) {
                    (void)open.update(any(contacts), Patch(contact).set("account", Value(any(accounts))), {});
                } else if (what == 3) {
                    (void)open.update(any(accounts), Patch(account).set("external_id", Value("X-" + std::to_string(chance() % 9))), {});
                } else if (what == 4) {
                    (void)open.remove(contact, any(contacts), {});
                } else {
                    (void)open.restore(contact, any(contacts), {});
                }
                std::map<Id, std::vector<Id>> there;
                // No value cannot be remembered: the database is asked.
                const std::vector<Record> contacts_there = open.where(contact, "phone", Value()), accounts_there = open.where(account, "phone", Value());
                const auto same = [](const std::vector<Record>& a, const std::vector<Record>& b) {
                    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Record& x, const Record& y) { return x.id() == y.id() && x.version() == y.version(); });
                };
                CHECK(same(open.all(contact), contacts_there));
                CHECK(same(open.all(account), accounts_there));
                for (const Record& record : contacts_there) there[record.reference("account")].push_back(record.id());
                for (const Id one : accounts) {
                    std::vector<Id> found;
                    for (const Record& record : open.where(contact, "account", Value(one))) found.push_back(record.id());
                    CHECK(found == there[one]);
                }
                std::map<std::string, Id> keys;
                for (const Record& record : accounts_there) keys[lower_ascii(record.text("external_id"))] = record.id();
                for (const std::string key : {"x-1", "X-2", "x-3", "x\"\\{,}3", "x\"\\{,}6", "none"}) {
                    const auto found = open.find_by_key(account, "external_id", Value(key));
                    const auto wanted = keys.find(lower_ascii(key));
                    CHECK(found.value_or(Id{}) == (wanted == keys.end() ? Id{} : wanted->second));
                }
            }
            if (gives_up) return refuse(Why::invalid, "given_up", "It is not wanted after all");
            return Value();
        });
        CHECK(static_cast<bool>(done) != gives_up);
        if (gives_up) accounts = accounts_before, contacts = contacts_before;
    }
}
