// Locks, catalogue, store: the way to an open database.
#include "cli/open_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "base/secret.h"
#include "base/text.h"
#include "cli/starting.h"
#include "model/catalog.h"
#include "modules/modules.h"
#include "server/administration.h"
#include "server/control.h"
#include "store/postgres/connection.h"
#include "store/sqlite/backend.h"

namespace fairlead::cli {

Place place_of(const std::string& given) {
    Place place;
    place.database = given;
    if (const char* set = std::getenv("FAIRLEAD_DATABASE"); place.database.empty() && set != nullptr) place.database = set;
    if (place.database.empty()) place.database = "sqlite:data/fairlead.db";
    if (place.database.find(':') == std::string::npos) place.database = "sqlite:" + place.database;
    if (place.database.starts_with("sqlite:")) place.file = place.database.substr(7);
    return place;
}

std::string Place::beside() const {
    if (!file.empty()) return file;
    const char* set = std::getenv("FAIRLEAD_DATA");
    const Digest digest = sha256(store::shown_address(database));
    return std::string(set != nullptr && *set != '\0' ? set : "data") + "/postgresql-" + hex(std::string_view(reinterpret_cast<const char*>(digest.data()), 6));
}

std::string Place::make_folder() const {
    const auto folder = std::filesystem::path(beside()).parent_path();
    if (!folder.empty() && !std::filesystem::exists(folder)) {
        std::filesystem::create_directories(folder);
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    }
    return std::filesystem::absolute(beside()).parent_path().string();
}

void add_database_option(CLI::App& command, std::string& target) {
    command.add_option("--database", target, "sqlite:FILE or postgresql://USER@HOST/NAME; FAIRLEAD_DATABASE when not given, else sqlite:data/fairlead.db");
}

OpenedStore::OpenedStore(OpenedStore&& other) noexcept : store(std::move(other.store)), lock(std::exchange(other.lock, -1)) {}

OpenedStore::~OpenedStore() {
    store.reset();
    if (lock >= 0) ::close(lock);
}

Result<OpenedStore> open_store(const Place& place, store::Options options, Absent absent) {
    OpenedStore opened;
    if ((options.read_only || absent == Absent::refuse) && !place.file.empty() && !std::filesystem::exists(place.file))
        return refuse(Why::not_found, "no_such_file", "There is no database " + place.file + ": name one with --database or FAIRLEAD_DATABASE");
    // Reading goes on beside the process that writes.
    if (options.read_only && !place.file.empty()) {
    } else if (!place.file.empty()) {
        place.make_folder();
        opened.lock = ::open(place.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (opened.lock < 0) throw std::runtime_error("cannot open " + place.lock_file() + ": " + std::strerror(errno));
        if (::flock(opened.lock, LOCK_EX | LOCK_NB) != 0)
            return refuse(Why::unavailable, "database_in_use", "Another process has " + place.file + " open, probably a running server: stop it first, or do this in the web interface.");
    }
    if (!place.file.empty()) {
        const auto kind = store::kind_of_file(place.file);
        if (kind == store::FileKind::nothing && options.read_only)
            return refuse(Why::not_found, "no_such_file", "The file " + place.file + " holds no records yet: is it the database you mean?");
        if (kind == store::FileKind::foreign || kind == store::FileKind::no_database)
            return refuse(Why::invalid, "not_a_database", place.file + " is not a database of Fairlead" + (kind == store::FileKind::foreign ? ", but of another program" : "") + ": name another file. Nothing was changed.");
    }
    FAIRLEAD_ASSIGN(auto catalog, model::Catalog::build(all_modules()));
    options.database = place.database;
    FAIRLEAD_ASSIGN(opened.store, store::Store::open(options, catalog));
    return opened;
}

Result<const model::EntityInfo*> entity_named(const model::Catalog& catalog, const std::string& name) {
    const model::EntityInfo* entity = catalog.find(name);
    if (!entity) entity = catalog.find_plural(name);
    if (entity) return entity;
    std::vector<std::string> names;
    for (const auto& one : catalog.entities()) names.push_back(one->name);
    const std::string near = nearest(name, names);
    return refuse(Why::invalid, "unknown_entity", "There are no records called \"" + name + "\"" + (near.empty() ? "; there are: " + join(names, ", ") : ": did you mean \"" + near + "\"?"));
}

Result<std::string> administer_anywhere(const Place& place, std::string_view command, const std::string& arguments) {
    // On PostgreSQL to learn that a server runs would mean to wait for its lock.
    if (place.file.empty())
        if (auto answer = server::ask_control(place.socket_file(), command, arguments)) return std::move(*answer);
    store::Options options;
    options.columns = false;  // a command reads little; it should not load everything first
    // The first person may begin a database; nothing else does here.
    auto opened = open_store(place, options, command == "user add" ? Absent::make : Absent::refuse);
    if (!opened) {
        if (opened.refused().code() != "database_in_use") return opened.refused();
        if (auto answer = server::ask_control(place.socket_file(), command, arguments)) return std::move(*answer);
        return opened.refused();
    }
    const SystemClock clock;
    server::Accounts accounts(*opened->store, clock, {}, starting_records());
    return server::administer(accounts, command, arguments);
}

int print_refusal(const Refused& refused) {
    for (const Refusal& reason : refused.reasons) std::fprintf(stderr, "fairlead: %s\n", reason.message.c_str());
    return 1;
}

}  // namespace fairlead::cli
