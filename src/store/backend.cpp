// Chooses the database by its address.
#include "store/backend.h"

#include "store/postgres/backend.h"
#include "store/postgres/connection.h"
#include "store/sqlite/backend.h"

namespace fairlead::store {

Result<std::unique_ptr<Backend>> open_backend(const Options& options) {
    constexpr std::string_view sqlite = "sqlite:";
    if (std::string_view(options.database).starts_with(sqlite))
        return std::unique_ptr<Backend>(std::make_unique<SqliteBackend>(options, options.database.substr(sqlite.size())));
    if (options.database.starts_with("postgresql://") || options.database.starts_with("postgres://")) return std::unique_ptr<Backend>(std::make_unique<PostgresBackend>(options));
    return refuse(Why::bad_request, "unknown_database",
                  "The database " + shown_address(options.database) + " cannot be opened: name it as sqlite:FILE or postgresql://USER:PASSWORD@HOST/DATABASE");
}

}  // namespace fairlead::store
