// Opening the database that a command works on, and finding the server that may have it open already.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

namespace CLI {
class App;
}

namespace fairlead::cli {

// Where the database is. A database has one writing process: of SQLite a lock file beside it says who, PostgreSQL
// keeps a lock itself.
struct Place {
    std::string database;     // "sqlite:FILE" or "postgresql://..."
    std::string file;         // of SQLite; empty on PostgreSQL
    // What the names of files beside the database begin with. On PostgreSQL they lie in the folder FAIRLEAD_DATA
    // (data unless set), under a name that follows from the address.
    std::string beside() const;
    std::string lock_file() const { return file + ".lock"; }
    std::string socket_file() const { return beside() + ".socket"; }
    // The folder of those files, made for this user alone where it is missing.
    std::string make_folder() const;
};
// `given`, else FAIRLEAD_DATABASE, else sqlite:data/fairlead.db.
Place place_of(const std::string& given);
// Adds --database to a command.
void add_database_option(CLI::App& command, std::string& target);

struct OpenedStore {
    OpenedStore() = default;
    OpenedStore(OpenedStore&& other) noexcept;
    OpenedStore& operator=(OpenedStore&&) = delete;
    ~OpenedStore();
    std::unique_ptr<store::Store> store;
    int lock = -1;
};
// A mistyped path is no new database: only commands that fill one make the file where it is missing.
enum class Absent { refuse, make };
// Refuses `database_in_use` when another process has it open for writing, and `no_such_file`.
Result<OpenedStore> open_store(const Place& place, store::Options options = {}, Absent absent = Absent::refuse);

// By its name or its plural, as a person writes it.
Result<const model::EntityInfo*> entity_named(const model::Catalog& catalog, const std::string& name);

// Runs an administration command (server/administration.h) here, or in the server that has the database open.
Result<std::string> administer_anywhere(const Place& place, std::string_view command, const std::string& arguments);

// Prints a refusal on standard error; gives the exit code.
int print_refusal(const Refused& refused);

}  // namespace fairlead::cli
