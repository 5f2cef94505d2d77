// Table by table, in pages by primary key, so that neither side holds much.
#include "store/copy.h"

#include "store/schema.h"

namespace fairlead::store {
namespace {

enum class Kind { whole, text, flag, bytes };

struct Copied {
    std::string name;                                   // quoted
    std::vector<std::pair<std::string, Kind>> columns;  // quoted; the key's come first
    std::size_t keys;                                   // how many of them
};

std::vector<Copied> copied_tables(const Shape& shape) {
    using enum Kind;
    std::vector<Copied> tables = {
        {"log_head", {{"org_id", whole}, {"seq", whole}, {"digest", bytes}}, 1},
        {"change_log",
         {{"org_id", whole}, {"seq", whole}, {"recorded", whole}, {"effective", whole}, {"actor", whole}, {"on_behalf", whole}, {"command", text}, {"batch", whole}, {"entity", text}, {"record", whole},
          {"kind", whole}, {"prev_seq", whole}, {"patch", text}, {"salt", bytes}, {"values_digest", bytes}, {"digest", bytes}},
         2},
        {"kept", {{"org_id", whole}, {"kind", text}, {"name", text}, {"value", text}}, 3},
        {"command_memory", {{"org_id", whole}, {"actor", whole}, {"command", text}, {"fingerprint", text}, {"answer", text}, {"recorded", whole}}, 3},
    };
    for (const auto& entity : shape.catalog->entities()) {
        Copied table{quoted(entity->name), {{"org_id", whole}, {quoted("id"), whole}}, 2};
        for (const SchemaColumn& column : declared_columns(*entity, Dialect::postgres))
            if (column.name != "id") table.columns.emplace_back(quoted(column.name), column.type == "BIGINT" ? whole : column.type == "BOOLEAN" ? flag : text);
        tables.push_back(std::move(table));
    }
    return tables;
}

void bind_column(Statement& to, int index, Kind kind, const Statement& row, int column) {
    if (row.is_null(column)) return to.bind_null(index);
    switch (kind) {
        case Kind::whole: return to.bind(index, row.whole(column));
        case Kind::text: return to.bind(index, row.text(column));
        case Kind::flag: return to.bind_flag(index, row.whole(column) != 0);
        case Kind::bytes: return to.bind_bytes(index, row.bytes(column));
    }
}

// "(a, b) > ($1, $2)"
std::string after_key(const Copied& table) {
    std::string names, places;
    for (std::size_t i = 0; i < table.keys; ++i) {
        names += (i ? ", " : "") + table.columns[i].first;
        places += (i ? ", $" : "$") + std::to_string(i + 1);
    }
    return "(" + names + ") > (" + places + ")";
}

std::string key_order(const Copied& table) {
    std::string names;
    for (std::size_t i = 0; i < table.keys; ++i) names += (i ? ", " : "") + table.columns[i].first;
    return names;
}

void copy_table(Connection& from, Connection& to, const Copied& table, bool in_pieces) {
    constexpr int page = 2000;
    std::string columns, places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        columns += (i ? ", " : "") + table.columns[i].first;
        places += (i ? ", $" : "$") + std::to_string(i + 1);
    }
    const std::string select = "SELECT " + columns + " FROM " + table.name, order = " ORDER BY " + key_order(table) + " LIMIT " + std::to_string(page);
    const std::string insert = "INSERT INTO " + table.name + " (" + columns + ") VALUES (" + places + ")";
    std::vector<std::pair<std::int64_t, std::string>> key(table.keys);
    for (bool first = true;; first = false) {
        Statement& rows = from.prepare(select + (first ? "" : " WHERE " + after_key(table)) + order);
        for (std::size_t i = 0; !first && i < table.keys; ++i) {
            if (table.columns[i].second == Kind::whole) rows.bind(static_cast<int>(i) + 1, key[i].first);
            else rows.bind(static_cast<int>(i) + 1, std::string_view(key[i].second));
        }
        if (in_pieces) to.begin();
        int count = 0;
        while (rows.step()) {
            Statement& row = to.prepare(insert);
            for (std::size_t i = 0; i < table.columns.size(); ++i) bind_column(row, static_cast<int>(i) + 1, table.columns[i].second, rows, static_cast<int>(i));
            row.run();
            for (std::size_t i = 0; i < table.keys; ++i) {
                if (table.columns[i].second == Kind::whole) key[i].first = rows.whole(static_cast<int>(i));
                else key[i].second = std::string(rows.text(static_cast<int>(i)));
            }
            ++count;
        }
        if (in_pieces) to.commit();
        if (count < page) return;
    }
}

}  // namespace

void copy_tables(Connection& from, Connection& to, const Shape& shape, bool in_pieces) {
    if (in_pieces) to.begin();
    to.prepare("DELETE FROM log_head").run();
    if (in_pieces) to.commit();
    for (const Copied& table : copied_tables(shape)) copy_table(from, to, table, in_pieces);
}

}  // namespace fairlead::store
