// Everything that one database holds, carried into another one that is empty: backups of PostgreSQL as a SQLite file,
// their restoring, and the move from one kind of database to the other.
#pragma once
#include "store/row.h"

namespace fairlead::store {

// Copies records, log and kept values as they stand in `from`'s present view (a transaction must be open there) into
// the tables of `to`, which `migrate` has made for the same shape and which are empty. With `in_pieces` it commits now
// and then, for a database that cannot hold everything in one transaction; otherwise the caller's transaction is used.
void copy_tables(Connection& from, Connection& to, const Shape& shape, bool in_pieces);

}  // namespace fairlead::store
