// Tables from declarations, and migrations between two sets of declarations.
#include "store/schema.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/secret.h"
#include "base/text.h"

namespace fairlead::store {
namespace {

// By bytes on both databases, and so in an order that no update of the system's locales can change under an index.
const char* text_type(Dialect dialect) { return dialect == Dialect::sqlite ? "TEXT" : "TEXT COLLATE \"C\""; }

const char* column_type(Type type, Dialect dialect) {
    switch (type) {
        case Type::boolean: return dialect == Dialect::sqlite ? "INTEGER" : "BOOLEAN";
        case Type::text:
        case Type::choice: return text_type(dialect);
        default: return dialect == Dialect::sqlite ? "INTEGER" : "BIGINT";
    }
}

struct Line {
    std::string kind, entity, column, rest;
    static Line parse(const std::string& text) {
        Line line;
        const auto first = text.find('|'), second = text.find('|', first + 1);
        line.kind = text.substr(0, first);
        line.entity = text.substr(first + 1, second - first - 1);
        if (line.kind == "index") {
            line.rest = text.substr(second + 1);
            return line;
        }
        const auto third = text.find('|', second + 1);
        line.column = text.substr(second + 1, third - second - 1);
        line.rest = text.substr(third + 1);
        return line;
    }
};

void add_columns(std::vector<std::string>& lines, const EntityInfo& entity, Dialect dialect) {
    for (const SchemaColumn& column : declared_columns(entity, dialect)) lines.push_back("column|" + entity.name + '|' + column.name + '|' + column.type);
}

// PostgreSQL cuts names after 63 bytes, and two that begin alike would become one.
std::string index_name(const std::string& name) {
    constexpr std::size_t most = 63, digits = 12;
    if (name.size() <= most) return name;
    const Digest digest = sha256(name);
    return name.substr(0, most - digits - 1) + "_" + hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digits / 2));
}

// What is merged or deleted day by day is asked for by whom it is named; where few name it, an index of those costs
// nothing to the others.
bool names_a_record(const FieldInfo& field, const EntityInfo& entity, const model::Catalog& catalog) {
    if (field.type != Type::reference || field.target.empty()) return false;
    const EntityInfo& target = catalog.need(field.target);
    return !target.administrators && (&target == &entity || target.access != model::AccessKind::open);
}

void add_indexes(std::vector<std::string>& lines, const EntityInfo& entity, const model::Catalog& catalog) {
    const auto add = [&](const std::string& name, const std::string& sql) { lines.push_back("index|" + name + '|' + sql); };
    for (int slot = model::system_slots; slot < entity.stored_slots; ++slot) {
        const FieldInfo& field = entity.by_slot(slot);
        const std::string column = field.columns().front();
        if (field.options.unique) {
            const std::string key = field.type == Type::text ? field.name + "_key" : column;
            const std::string name = index_name("unique_" + entity.name + "_" + field.name);
            add(name, "CREATE UNIQUE INDEX " + quoted(name) + " ON " + quoted(entity.name) + " (org_id, " + quoted(key) + ") WHERE deleted_at IS NULL AND " + quoted(key) + " IS NOT NULL");
        } else if (field.options.indexed) {
            const std::string name = index_name("by_" + entity.name + "_" + field.name);
            add(name, "CREATE INDEX " + quoted(name) + " ON " + quoted(entity.name) + " (org_id, " + quoted(column) + ", id)");
        } else if (names_a_record(field, entity, catalog)) {
            const std::string name = index_name("by_" + entity.name + "_" + field.name);
            add(name, "CREATE INDEX " + quoted(name) + " ON " + quoted(entity.name) + " (org_id, " + quoted(column) + ", id) WHERE " + quoted(column) + " IS NOT NULL");
        }
    }
}

std::string create_table(const std::string& entity, const std::vector<Line>& columns, Dialect dialect) {
    std::string sql = "CREATE TABLE " + quoted(entity) + " (org_id " + (dialect == Dialect::sqlite ? "INTEGER" : "BIGINT") + " NOT NULL";
    for (const Line& line : columns) sql += ", " + quoted(line.column) + ' ' + line.rest + (line.column == "id" || line.column == "version" ? " NOT NULL" : "");
    sql += ", PRIMARY KEY (org_id, id))";
    return sql + (dialect == Dialect::sqlite ? " WITHOUT ROWID" : "");
}

// entity -> its columns, in order.
std::map<std::string, std::vector<Line>> by_entity(const std::vector<std::string>& lines) {
    std::map<std::string, std::vector<Line>> entities;
    for (const std::string& text : lines)
        if (Line line = Line::parse(text); line.kind == "column") entities[line.entity].push_back(line);
    return entities;
}

const Line* find_column(const std::vector<Line>& columns, std::string_view name) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Line& line) { return line.column == name; });
    return found == columns.end() ? nullptr : &*found;
}

class Differ {
  public:
    Differ(const Shape& shape, Dialect dialect, const std::vector<std::string>& snapshot)
        : shape_(shape), dialect_(dialect), wanted_(declared_schema(shape, dialect)), snapshot_(snapshot) {}

    std::vector<SchemaStep> steps() {
        const auto before = by_entity(snapshot_);
        const auto after = by_entity(wanted_);
        drop_old_indexes();
        for (const auto& [entity, columns] : after) {
            const auto found = before.find(entity);
            if (found == before.end()) add({create_table(entity, columns, dialect_), false, "create " + entity, {}});
            else compare(entity, found->second, columns);
        }
        for (const auto& [entity, columns] : before)
            if (!after.contains(entity)) add({"DROP TABLE " + quoted(entity), true, "drop " + entity, {}});
        for (const std::string& text : wanted_)
            if (const Line line = Line::parse(text); line.kind == "index" && std::find(snapshot_.begin(), snapshot_.end(), text) == snapshot_.end())
                add({line.rest, false, "index " + line.entity, {}});
        return std::move(steps_);
    }

  private:
    void add(SchemaStep step) { steps_.push_back(std::move(step)); }

    void drop_old_indexes() {
        for (const std::string& text : snapshot_)
            if (const Line line = Line::parse(text); line.kind == "index" && std::find(wanted_.begin(), wanted_.end(), text) == wanted_.end())
                add({"DROP INDEX IF EXISTS " + quoted(line.entity), false, "drop index " + line.entity, {}});
    }

    // The column that this one was before it got another name, if it is still there.
    std::string earlier_name(const std::string& entity, const std::string& column, const std::vector<Line>& before) const {
        for (const FieldInfo& field : shape_.catalog->need(entity).fields) {
            if (field.options.was.empty() || !field.is_stored()) continue;
            const auto names = field.columns();
            const auto at = std::find(names.begin(), names.end(), column);
            if (at == names.end()) continue;
            FieldInfo old = field;
            old.name = field.options.was;
            const std::string name = old.columns()[static_cast<std::size_t>(at - names.begin())];
            if (find_column(before, name)) return name;
        }
        return {};
    }

    void compare(const std::string& entity, const std::vector<Line>& before, const std::vector<Line>& after) {
        const std::string alter = "ALTER TABLE " + quoted(entity);
        std::set<std::string> renamed;
        for (const Line& line : after) {
            if (const Line* old = find_column(before, line.column)) {
                if (old->rest != line.rest)
                    add({"", true, "change the type of " + entity + "." + line.column + " from " + old->rest + " to " + line.rest, {}});
                continue;
            }
            if (const std::string old = earlier_name(entity, line.column, before); !old.empty()) {
                renamed.insert(old);
                add({alter + " RENAME COLUMN " + quoted(old) + " TO " + quoted(line.column), false, "rename " + entity + "." + old, {}});
                continue;
            }
            const bool derived = line.column == "search_fold" || line.column.ends_with("_key");
            add({alter + " ADD COLUMN " + quoted(line.column) + ' ' + line.rest, false, "add " + entity + "." + line.column, derived ? entity : std::string()});
        }
        for (const Line& line : before) {
            if (find_column(after, line.column) || renamed.contains(line.column)) continue;
            const bool derived = line.column == "search_fold" || line.column.ends_with("_key");
            add({alter + " DROP COLUMN " + quoted(line.column), !derived, "drop " + entity + "." + line.column, {}});
        }
    }

    const Shape& shape_;
    Dialect dialect_;
    std::vector<std::string> wanted_;
    const std::vector<std::string>& snapshot_;
    std::vector<SchemaStep> steps_;
};

std::vector<std::string> stored_snapshot(Connection& connection) {
    Statement& statement = connection.prepare("SELECT value FROM fairlead_meta WHERE name = 'schema'");
    std::string text;
    if (statement.step()) text = std::string(statement.text(0));
    statement.reset();
    return text.empty() ? std::vector<std::string>{} : split(text, '\n');
}

// Fills folded keys and search texts of records that were written before these columns existed.
void refill(Connection& connection, const Shape& shape, const std::string& entity) {
    const Table& table = shape.table(shape.catalog->need(entity));
    std::vector<int> slots{model::slot_version};
    for (int slot = model::system_slots; slot < table.entity().stored_slots; ++slot) {
        const auto& options = table.entity().by_slot(slot).options;
        if (options.unique || options.search) slots.push_back(slot);
    }
    std::int64_t after = 0;
    for (;;) {
        std::vector<Record> records;
        Statement& page = connection.prepare("SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id > $1 ORDER BY org_id, id LIMIT 1000");
        page.bind(1, after);
        while (page.step()) records.push_back(table.read(page));
        if (records.empty()) return;
        for (const Record& record : records) table.run_update(connection, record, slots);
        after = records.back().id().value;
    }
}

}  // namespace

std::vector<SchemaColumn> declared_columns(const EntityInfo& entity, Dialect dialect) {
    std::vector<SchemaColumn> columns;
    for (int slot = 0; slot < entity.stored_slots; ++slot) {
        const FieldInfo& field = entity.by_slot(slot);
        const auto names = field.columns();
        for (std::size_t i = 0; i < names.size(); ++i)
            columns.push_back({names[i], field.type == Type::money && i == 1 ? text_type(dialect) : column_type(field.type, dialect)});
        if (field.options.unique && field.type == Type::text) columns.push_back({field.name + "_key", text_type(dialect)});
    }
    if (std::any_of(entity.fields.begin(), entity.fields.end(), [](const FieldInfo& f) { return f.options.search; })) columns.push_back({"search_fold", text_type(dialect)});
    return columns;
}

std::vector<std::string> declared_schema(const Shape& shape, Dialect dialect) {
    std::vector<std::string> lines;
    for (const auto& entity : shape.catalog->entities()) {
        add_columns(lines, *entity, dialect);
        add_indexes(lines, *entity, *shape.catalog);
    }
    return lines;
}

std::vector<SchemaStep> schema_steps(const Shape& shape, Dialect dialect, const std::vector<std::string>& snapshot) {
    return Differ(shape, dialect, snapshot).steps();
}

bool is_indexed(const FieldInfo& field, const EntityInfo& entity, const model::Catalog& catalog) {
    return field.options.unique || field.options.indexed || names_a_record(field, entity, catalog);
}

std::vector<std::string> own_tables(Dialect dialect) {
    const bool sqlite = dialect == Dialect::sqlite;
    const std::string whole = sqlite ? "INTEGER" : "BIGINT", bytes = sqlite ? "BLOB" : "BYTEA", text = text_type(dialect), end = sqlite ? " WITHOUT ROWID" : "";
    std::vector<std::string> tables = {
        "CREATE TABLE IF NOT EXISTS fairlead_meta (name " + text + " PRIMARY KEY, value " + text + ")" + end,
        "CREATE TABLE IF NOT EXISTS log_head (org_id " + whole + " PRIMARY KEY, seq " + whole + " NOT NULL, digest " + bytes + " NOT NULL)",
        "CREATE TABLE IF NOT EXISTS change_log (org_id " + whole + " NOT NULL, seq " + whole + " NOT NULL, recorded " + whole + " NOT NULL, effective " + whole +
            " NOT NULL, actor " + whole + " NOT NULL, on_behalf " + whole + " NOT NULL, command " + text + ", batch " + whole + ", entity " + text + " NOT NULL, record " + whole +
            " NOT NULL, kind " + whole + " NOT NULL, prev_seq " + whole + " NOT NULL, patch " + text + ", salt " + bytes + ", values_digest " + bytes + " NOT NULL, digest " + bytes +
            " NOT NULL, PRIMARY KEY (org_id, seq))" + end,
        "CREATE INDEX IF NOT EXISTS by_change_log_batch ON change_log (org_id, batch, seq) WHERE batch IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS kept (org_id " + whole + " NOT NULL, kind " + text + " NOT NULL, name " + text + " NOT NULL, value " + text + " NOT NULL, PRIMARY KEY (org_id, kind, name))" + end,
        "CREATE TABLE IF NOT EXISTS command_memory (org_id " + whole + " NOT NULL, actor " + whole + " NOT NULL, command " + text + " NOT NULL, fingerprint " + text + " NOT NULL, answer " + text +
            " NOT NULL, recorded " + whole + " NOT NULL, PRIMARY KEY (org_id, actor, command))" + end,
    };
    // A lock on the end of the log needs a row to lie on.
    if (!sqlite) tables.push_back("INSERT INTO log_head (org_id, seq, digest) VALUES (1, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING");
    return tables;
}

bool has_own_tables(Connection& connection) {
    Statement& statement = connection.prepare("SELECT to_regclass('kept') IS NOT NULL");
    const bool there = statement.step() && statement.whole(0) != 0;
    statement.reset();
    return there;
}

namespace {

// SQLite's planner, told nothing, takes org_id for selective and walks a whole table by its primary key. It is told
// once what every table looks like when it is large; real counts would make it change its mind with the data.
void tell_planner(Connection& connection) {
    if (connection.dialect() != Dialect::sqlite) return;
    connection.exec("ANALYZE fairlead_meta");  // makes the table of statistics
    connection.exec("DELETE FROM sqlite_stat1");
    connection.exec("INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT tbl_name, tbl_name, '1000000 1000000 1' FROM sqlite_master WHERE type = 'table' AND sql LIKE '%PRIMARY KEY (org_id, id)%'");
    connection.exec("INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT tbl_name, name, CASE WHEN name LIKE 'unique_%' THEN '1000000 1000000 1' "
                    "ELSE '1000000 1000000 20 1' END FROM sqlite_master WHERE type = 'index' AND (name LIKE 'by_%' OR name LIKE 'unique_%') AND tbl_name <> 'change_log'");
    connection.exec("ANALYZE sqlite_schema");  // reads them
    connection.forget();
}

}  // namespace

Result<void> migrate(Connection& connection, const Shape& shape, const std::vector<std::string>& agreed, const std::function<void(Connection&)>& beside) {
    for (const std::string& sql : own_tables(connection.dialect())) connection.exec(sql);
    connection.begin();
    try {
        // A step waits for those who read its table, and everybody else behind it: not for ever.
        if (connection.dialect() == Dialect::postgres) connection.exec("SET LOCAL lock_timeout = '20s'");
        const auto snapshot = stored_snapshot(connection);
        const auto steps = schema_steps(shape, connection.dialect(), snapshot);
        std::string refused;
        for (const SchemaStep& step : steps)
            if (step.destructive && (step.sql.empty() || std::find(agreed.begin(), agreed.end(), step.about) == agreed.end()))
                refused += (refused.empty() ? "" : "; ") + step.about;
        if (!refused.empty()) {
            connection.rollback();
            return refuse(Why::invalid, "destructive_migration",
                          "The declarations no longer match this database, and the step would lose values: " + refused +
                              ". Make a backup, then name the step to `fairlead migrate --agree`, or give the field its earlier name with `was`");
        }
        std::set<std::string> refills;
        for (const SchemaStep& step : steps) {
            if (!step.refill.empty()) refills.insert(step.refill);
            connection.exec(step.sql);
        }
        connection.forget();
        for (const std::string& entity : refills) refill(connection, shape, entity);
        if (!steps.empty()) {
            Statement& save = connection.prepare("INSERT INTO fairlead_meta (name, value) VALUES ('schema', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
            save.bind(1, std::string_view(join(declared_schema(shape, connection.dialect()), "\n")));
            save.run();
        }
        if (beside) beside(connection);
        connection.commit();
        if (!steps.empty()) tell_planner(connection);
    } catch (...) {
        connection.rollback();
        throw;
    }
    return {};
}

Result<void> fits(Connection& connection, const Shape& shape) {
    for (const SchemaStep& step : schema_steps(shape, connection.dialect(), stored_snapshot(connection)))
        if (!step.destructive)
            return refuse(Why::invalid, "migration_needed", "The database was last used by an earlier version and lacks something (" + step.about + "): run `fairlead migrate`, or start the server");
    return {};
}

}  // namespace fairlead::store
