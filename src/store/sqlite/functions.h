// Makes the functions of the formula language known to a SQLite connection.
#pragma once

struct sqlite3;

namespace fairlead::store {

void install_functions(sqlite3* database);

}  // namespace fairlead::store
