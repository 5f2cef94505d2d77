// kill -9 in the middle of a migration, a bulk change and its undoing: each is there whole or not at all.
#include <set>


#include "tests/store/demo_store.h"
#include "tests/store/killing.h"

namespace fairlead::tests {
namespace {

template <class T>
void acknowledge(int pipe, const T& done) {
    if (::write(pipe, &done, sizeof done) != sizeof done) _exit(4);
}

std::vector<model::CustomField> custom_fields(int count) {
    std::vector<model::CustomField> fields;
    for (int i = 0; i < count; ++i)
        fields.push_back({.entity = "account", .name = "x_f" + std::to_string(i), .label = "Field " + std::to_string(i), .help = "", .type = i % 2 ? Type::whole : Type::text, .target = "", .choices = {}, .search = i % 4 == 0});
    return fields;
}

Result<Value> set(store::Store& store, Id id, const std::string& field, const Value& value) {
    return store.write({}, [&](store::Transaction& open) -> Result<Value> {
        model::Patch patch(open.catalog().need("account"));
        patch.set(field, value);
        FAIRLEAD_TRY(open.update(id, patch, {}));
        return Value();
    });
}

Id make_account(store::Store& store, const std::string& name) {
    const auto made = store.write({}, [&](store::Transaction& open) -> Result<Value> {
        model::Patch account(open.catalog().need("account"));
        account.set("name", name);
        FAIRLEAD_ASSIGN(const Id id, open.create(account, {}));
        return Value(id);
    });
    REQUIRE(made);
    return made->as<Id>();
}

void check_whole(store::Store& store) {
    for (const auto& check : store.check()) {
        INFO(check.name << ": " << check.detail);
        CHECK(check.ok);
    }
}

Value value_of(int field) { return field % 2 ? Value(field) : Value("value " + std::to_string(field)); }

// Which step has been acknowledged: fields added, or the last one filled.
struct Migrated {
    int fields = 0;
    bool filled = false;
};

[[noreturn]] void migrate_until_killed(const std::string& file, Id account, int pipe) {
    const auto store = open_store(file, true);
    for (int count = static_cast<int>(store->catalog()->custom_fields().size()) + 1; count < 200; ++count) {
        if (!store->set_custom_fields(custom_fields(count))) _exit(3);
        acknowledge(pipe, Migrated{count, false});
        if (!set(*store, account, "x_f" + std::to_string(count - 1), value_of(count - 1))) _exit(5);
        acknowledge(pipe, Migrated{count, true});
    }
    for (;;) pause();
}

// A generation of a bulk change: made, or taken back.
struct Bulk {
    std::int64_t generation = 0;
    bool undone = false;
};

[[noreturn]] void change_in_bulk_until_killed(const std::string& file, const std::vector<Id>& accounts, std::int64_t generation, int pipe) {
    const auto store = open_store(file, true);
    for (;;) {
        store::Command command;
        command.viewer = store::Viewer::system();
        command.batch = new_id();
        ++generation;
        const auto changed = store->write(command, [&](store::Transaction& open) -> Result<Value> {
            for (const Id id : accounts) {
                model::Patch patch(open.catalog().need("account"));
                patch.set("employees", generation);
                FAIRLEAD_TRY(open.update(id, patch, {}));
            }
            return Value();
        });
        if (!changed) _exit(3);
        acknowledge(pipe, Bulk{generation, false});
        store::Command undoing;
        undoing.viewer = store::Viewer::system();
        const auto undone = store->undo(undoing, command.batch);
        if (!undone || undone->undone != static_cast<std::int64_t>(accounts.size())) _exit(5);
        acknowledge(pipe, Bulk{generation, true});
    }
}

}  // namespace

TEST_CASE("After kill -9 under a migration every field that was acknowledged is there with its values, and none is half there") {
    TemporaryFile file;
    Id account{};
    {
        const auto store = open_store(file.path(), false);
        account = make_account(*store, "Migrated");
        for (int i = 0; i < 300; ++i) make_account(*store, "Account " + std::to_string(i));
    }
    std::mt19937 chance(11);
    int grown = 0;
    const int kills = kills_wished(20);
    for (int kill = 0; kill < kills; ++kill) {
        const auto seen = run_until_killed<Migrated>([&](int pipe) { migrate_until_killed(file.path(), account, pipe); }, chance, 80);
        const Migrated last = seen.back();
        const auto store = open_store(file.path(), kill % 2 == 0);
        const int there = static_cast<int>(store->catalog()->custom_fields().size());
        CHECK(there >= last.fields);
        CHECK(there <= last.fields + 1);
        const auto record = store->get(*store::Viewer::system(), "account", account);
        REQUIRE(record);
        for (int i = 0; i < last.fields - (last.filled ? 0 : 1); ++i) {
            const Value& value = (*record)["x_f" + std::to_string(i)];
            // A kill between adding a field and filling it leaves it empty: the next run goes on with the next field.
            CHECK((value == value_of(i) || value.empty()));
            if (i + 1 == last.fields && last.filled) CHECK(value == value_of(i));
        }
        // Every field can be written, found and asked for, the last one too.
        if (there > 0) {
            const std::string name = "x_f" + std::to_string(there - 1);
            REQUIRE(set(*store, account, name, value_of(there - 1)));
            store::ListQuery query;
            query.entity = "account";
            query.filter = *formula::check("NOT(ISBLANK(" + name + "))", *store->catalog(), "account");
            const auto page = store->list(*store::Viewer::system(), query);
            REQUIRE(page);
            CHECK(page->records.size() == 1);
        }
        if (kill + 1 == kills) check_whole(*store);
        grown = there;
    }
    MESSAGE(kills << " kills, " << grown << " fields");
    CHECK(grown >= kills);  // every run adds one at least
}

TEST_CASE("After kill -9 under a bulk change and its undoing all of its records have it or none") {
    TemporaryFile file;
    std::vector<Id> accounts;
    {
        const auto store = open_store(file.path(), false);
        for (int i = 0; i < 50; ++i) accounts.push_back(make_account(*store, "Account " + std::to_string(i)));
    }
    std::mt19937 chance(13);
    std::int64_t generation = 0;
    const int kills = kills_wished(20);
    for (int kill = 0; kill < kills; ++kill) {
        const auto seen = run_until_killed<Bulk>([&](int pipe) { change_in_bulk_until_killed(file.path(), accounts, generation, pipe); }, chance, 60);
        const Bulk last = seen.back();
        const auto store = open_store(file.path(), kill % 2 == 0);
        std::set<std::string> values;
        for (const Id id : accounts) {
            const auto record = store->get(*store::Viewer::system(), "account", id);
            REQUIRE(record);
            values.insert(to_text((*record)["employees"]));
        }
        REQUIRE(values.size() == 1);
        const std::string value = *values.begin();
        // What was acknowledged last, or the one step that was under way.
        const std::string made = std::to_string(last.generation), next = std::to_string(last.generation + 1);
        if (last.undone) CHECK((value.empty() || value == next));
        else CHECK((value == made || value.empty()));
        // Begin the next run from nothing, as an undo would leave it.
        if (!value.empty()) {
            REQUIRE(store->write({}, [&](store::Transaction& open) -> Result<Value> {
                for (const Id id : accounts) {
                    model::Patch patch(open.catalog().need("account"));
                    patch.set("employees", Value());
                    FAIRLEAD_TRY(open.update(id, patch, {}));
                }
                return Value();
            }));
        }
        generation = last.generation + 1;
        if (kill % 10 == 9 || kill + 1 == kills) check_whole(*store);
    }
    MESSAGE(kills << " kills, " << generation << " generations");
    CHECK(generation > kills);
}

}  // namespace fairlead::tests
