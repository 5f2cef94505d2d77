// While tests run, SQLite is asked of every statement which way it will take. The change log is never walked through to
// find an entry, nor a table to find who names a record that is merged or deleted day by day: both grow with the company.
#pragma once
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <set>
#include <string>

#include "modules/modules.h"
#include "store/sqlite/connection.h"

namespace fairlead::testing {

// Tables and conditions that must be found by an index.
inline const std::set<std::string>& by_index_alone() {
    static const std::set<std::string> wanted = [] {
        std::set<std::string> names{"change_log", "e", "above", "command_memory"};
        const auto catalog = model::Catalog::build(all_modules());
        for (const auto& entity : (*catalog)->entities())
            for (const auto& field : entity->fields) {
                if (field.type != Type::reference || !field.is_stored() || field.system || field.target.empty()) continue;
                const auto& target = (*catalog)->need(field.target);
                if (!target.administrators && target.access != model::AccessKind::open)
                    names.insert("FROM \"" + entity->name + "\" WHERE org_id = 1 AND \"" + field.columns().front() + "\" = ?1");
            }
        return names;
    }();
    return wanted;
}

inline void look_at_plan(const store::SqliteConnection& connection, const char* text) {
    const std::string sql = text;
    sqlite3_stmt* statement = nullptr;
    if (!sql.starts_with("SELECT") && !sql.starts_with("WITH") && !sql.starts_with("DELETE") && !sql.starts_with("UPDATE")) return;
    if (sqlite3_prepare_v2(connection.handle(), ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &statement, nullptr) != SQLITE_OK) return;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
        const std::size_t begin = step.find(' ') + 1;
        const std::string table = step.substr(begin, step.find(' ', begin) - begin);
        const bool joined = table == "e" || table == "above";  // one row of it is meant
        if (!step.starts_with("SCAN ") && !step.ends_with("(org_id=?)") && !(joined && step.find("=?)") == std::string::npos)) continue;
        bool wanted = by_index_alone().count(table) != 0;
        for (const std::string& condition : by_index_alone()) wanted |= condition.starts_with("FROM") && sql.find(condition) != std::string::npos;
        if (wanted && doctest::is_running_in_test) FAIL_CHECK("SQLite walks through a whole table (" << step << ") for: " << sql);
    }
    sqlite3_finalize(statement);
}

inline const bool plans_are_watched = (store::SqliteConnection::prepared = &look_at_plan, true);

}  // namespace fairlead::testing
