// The change log's own questions.
#include "store/log.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>

#include "modules/modules.h"
#include "store/schema.h"
#include "store/sqlite/connection.h"

using namespace fairlead;
using namespace fairlead::store;

TEST_CASE("The history of a record is read step by step, however long the log is") {
    const std::string file = (std::filesystem::temp_directory_path() / ("fairlead-log-" + new_id().text() + ".db")).string();
    {
        SqliteConnection connection(file, {});
        for (const std::string& sql : own_tables(Dialect::sqlite)) connection.exec(sql);
        const Log log(1);
        LogHead head;
        std::vector<StoredEntry> entries;
        for (int i = 0; i < 5'000; ++i) {
            StoredEntry entry;
            entry.entity = "deal";
            entry.record = i % 500;
            entry.prev_seq = i < 500 ? 0 : i - 500 + 1;
            entry.patch = "{}";
            log.append(head, entry);
            entries.push_back(std::move(entry));
        }
        connection.begin();
        log.write(connection, entries);
        connection.commit();
        // The planner knows of large tables, as in service.
        connection.exec("ANALYZE fairlead_meta");
        int met = 0;
        log.chain(connection, head.seq, [&](const StoredEntry& entry) {
            CHECK(entry.record == 499);
            return ++met, true;
        });
        CHECK(met == 10);
        int steps = 0;
        for (sqlite3_stmt* each = sqlite3_next_stmt(connection.handle(), nullptr); each; each = sqlite3_next_stmt(connection.handle(), each))
            if (std::string_view(sqlite3_sql(each)).find("RECURSIVE") != std::string_view::npos) steps += sqlite3_stmt_status(each, SQLITE_STMTSTATUS_VM_STEP, 0);
        CHECK(steps > 0);
        CHECK(steps < 2'000);  // a few dozen for each of ten entries; a walk through the log takes ten thousand for each
    }
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
}

TEST_CASE("The fields of an entry are named without reading their values, whatever those are") {
    const auto catalog = model::Catalog::build(all_modules());
    REQUIRE(catalog);
    const auto& deal = (*catalog)->need("opportunity");
    std::vector<FieldChange> changes;
    const auto change = [&](std::string_view field, Value before, Value after) { changes.push_back({deal.slot(field), std::move(before), std::move(after), {}, {}}); };
    change("name", Value("a \"b\" \\"), Value("],}\\\"\n\x01"));
    change("amount", Value(), Value(Money{1250, *Currency::parse("USD")}));
    change("probability", Value(*Decimal::parse("-0.25")), Value());
    change("start_unknown", Value(false), Value(true));
    change("close_date", Value(Date{-3}), Value(Date{20'000}));
    change("owner", Value(Id{7}), Value());
    const std::string text = write_patch(deal, changes);
    const auto fields = fields_of_patch(deal, text);
    REQUIRE(fields.size() == changes.size());
    CHECK(read_patch(deal, text).size() == changes.size());
    for (std::size_t i = 0; i < fields.size(); ++i) CHECK(fields[i]->slot == changes[i].slot);
    CHECK(fields_of_patch(deal, "").empty());
    CHECK(fields_of_patch(deal, "{}").empty());
    CHECK_THROWS_AS(fields_of_patch(deal, "{\"name\":[\"a"), DatabaseError);
}
