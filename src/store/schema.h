// The tables that a catalogue needs, and the steps from the tables that are there to these.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "store/row.h"

namespace fairlead::store {

struct SchemaStep {
    std::string sql;
    bool destructive = false;
    std::string about;         // for people: "drop opportunity.colour"
    std::string refill;        // entity whose derived columns must be filled afterwards
};

// A column beside org_id, as the table of an entity has it.
struct SchemaColumn {
    std::string name, type;
};
std::vector<SchemaColumn> declared_columns(const EntityInfo& entity, Dialect dialect);

// What the declarations ask for, one line per column ("column|opportunity|amount|BIGINT") and index
// ("index|name|SQL"); kept in the database as the snapshot that the next start compares with.
std::vector<std::string> declared_schema(const Shape& shape, Dialect dialect);

// Whether an index finds the records that name one by this reference.
bool is_indexed(const FieldInfo& field, const EntityInfo& entity, const model::Catalog& catalog);

// Steps from the snapshot (empty: nothing is there) to the declaration.
std::vector<SchemaStep> schema_steps(const Shape& shape, Dialect dialect, const std::vector<std::string>& snapshot);

// Tables of the store itself; safe to repeat.
std::vector<std::string> own_tables(Dialect dialect);
// Of PostgreSQL: whether they have been made.
bool has_own_tables(Connection& connection);

// Brings the database up to the declaration: additive steps by themselves, destructive ones only when their
// `about` is among `agreed`; else a refusal that names them, and nothing is changed. `beside` is written in the same
// commit.
Result<void> migrate(Connection& connection, const Shape& shape, const std::vector<std::string>& agreed,
                     const std::function<void(Connection&)>& beside = {});

// For reading alone: refuses `migration_needed` when the database lacks what the declaration asks for.
Result<void> fits(Connection& connection, const Shape& shape);

}  // namespace fairlead::store
