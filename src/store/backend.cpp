// Chooses the database by its address.
#include "store/backend.h"

#include "store/sqlite/backend.h"

namespace fairlead::store {

Result<std::unique_ptr<Backend>> open_backend(const Options& options) {
    constexpr std::string_view sqlite = "sqlite:";
    if (std::string_view(options.database).starts_with(sqlite))
        return std::unique_ptr<Backend>(std::make_unique<SqliteBackend>(options, options.database.substr(sqlite.size())));
    return refuse(Why::bad_request, "unknown_database", "The database " + options.database + " cannot be opened: this version opens sqlite:FILE only");
}

}  // namespace fairlead::store
