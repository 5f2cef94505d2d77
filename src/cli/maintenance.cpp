// `fairlead migrate`, `check`, `backup` and `restore`: the care of a database.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "cli/command.h"
#include "cli/open_store.h"
#include "cli/print.h"
#include "store/postgres/connection.h"
#include "store/sqlite/backend.h"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string database, file;
    std::vector<std::string> agreed;
    bool json = false;
};

int migrate(const Words& words) {
    store::Options options;
    options.columns = false;
    options.agreed = words.agreed;
    const auto opened = open_store(place_of(words.database), options);
    if (!opened) return print_refusal(opened.refused());
    derive::JsonWriter w;
    w.begin_object().text("version", FAIRLEAD_VERSION).boolean("fits", true).end_object();
    return print_answer(w.take(), words.json, [](const derive::Json&) { std::printf("The database fits this version of Fairlead\n"); });
}

int check(const Words& words) {
    const auto answer = [&]() -> Result<std::string> {
        try {
            return administer_anywhere(place_of(words.database), "check", "{}");
        } catch (const store::DatabaseError& failure) {
            if (failure.kind != store::DatabaseError::corrupt) throw;
            derive::JsonWriter w;
            w.begin_object().key("checks").begin_array().begin_object().text("name", "file can be read").boolean("ok", false).text("detail", failure.what()).end_object().end_array();
            return w.boolean("ok", false).end_object().take();
        }
    }();
    bool ok = true;
    const int code = print_answer(answer, words.json, [](const derive::Json& json) {
        for (const derive::Json& one : json.find("checks")->items)
            std::printf("%s  %s  %s\n", one.find("ok")->flag ? "ok    " : "BROKEN", one.find("name")->text.c_str(), one.find("detail")->text.c_str());
    });
    if (answer) {
        const auto json = derive::parse_json(*answer);
        ok = json && json->find("ok") != nullptr && json->find("ok")->flag;
    }
    return code != 0 ? code : ok ? 0 : 1;
}

int backup(const Words& words) {
    derive::JsonWriter w;
    w.begin_object().text("file", fs::absolute(words.file).string()).end_object();
    const auto answer = administer_anywhere(place_of(words.database), "backup", w.take());
    return print_answer(answer, words.json, [&](const derive::Json&) { std::printf("Wrote %s\n", words.file.c_str()); });
}

int restored(const Words& words, const std::string& database, const std::string& kept) {
    derive::JsonWriter w;
    w.begin_object().text("file", database).key("kept");
    kept.empty() ? w.null() : w.text(kept);
    return print_answer(w.end_object().take(), words.json, [&](const derive::Json&) {
        std::printf("Restored %s\n", database.c_str());
        if (!kept.empty()) std::printf("What was there before is %s\n", kept.c_str());
    });
}

// Checks the backup as a database before it takes the place of the present one, which is kept beside it.
int restore(const Words& words) {
    const Place place = place_of(words.database);
    if (!fs::is_regular_file(words.file)) return print_refusal(refuse(Why::not_found, "no_such_file", "There is no file " + words.file + "."));
    place.make_folder();
    const std::string candidate = place.beside() + ".restoring";
    const auto drop = [](const std::string& file) {
        for (const char* ending : {"", "-wal", "-shm", ".lock"}) fs::remove(file + ending);
    };
    const auto broken = [](const std::string& why) { return print_refusal(refuse(Why::invalid, "backup_broken", why + " Nothing was changed.")); };
    if (!place.file.empty() && fs::exists(place.file)) {
        store::Options options;
        options.columns = false;
        auto present = open_store(place, options);
        if (!present && present.refused().code() == "database_in_use") return print_refusal(present.refused());
    }
    drop(candidate);
    fs::copy_file(words.file, candidate);
    fs::permissions(candidate, fs::perms::owner_read | fs::perms::owner_write);
    try {
        if (store::kind_of_file(candidate) != store::FileKind::ours) {
            drop(candidate);
            return broken(words.file + " is not a backup of Fairlead.");
        }
        store::Options options;
        options.columns = false;
        Place at = place;
        at.file = candidate;
        at.database = "sqlite:" + candidate;
        auto opened = open_store(at, options);
        if (!opened) {
            drop(candidate);
            return print_refusal(opened.refused());
        }
        for (const auto& one : opened->store->check()) {
            if (one.ok) continue;
            opened->store.reset();
            drop(candidate);
            return broken("The backup does not pass the check " + one.name + ": " + one.detail + ".");
        }
        if (place.file.empty()) {
            // On PostgreSQL the present database is not pushed aside: the backup goes into an empty one.
            const auto copied = opened->store->copy_to(place.database);
            opened->store.reset();
            drop(candidate);
            if (!copied) return print_refusal(copied.refused());
            return restored(words, store::shown_address(place.database), {});
        }
    } catch (const store::DatabaseError& failure) {
        drop(candidate);
        if (failure.kind != store::DatabaseError::corrupt) throw;
        return broken("The backup " + words.file + " is damaged: take an earlier one.");
    }
    fs::remove(candidate + ".lock");
    std::string kept;
    if (fs::exists(place.file)) {
        kept = place.file + ".before-restore";
        for (int i = 2; fs::exists(kept); ++i) kept = place.file + ".before-restore-" + std::to_string(i);
        for (const char* ending : {"", "-wal", "-shm"})
            if (fs::exists(place.file + ending)) fs::rename(place.file + ending, kept + ending);
    }
    for (const char* ending : {"-wal", "-shm"})
        if (fs::exists(candidate + ending)) fs::rename(candidate + ending, place.file + ending);
    fs::rename(candidate, place.file);
    return restored(words, place.file, kept);
}

}  // namespace

void add_maintenance(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    const auto command = [&](const char* name, const char* help, int (*run)(const Words&)) {
        CLI::App* one = app.add_subcommand(name, help);
        add_database_option(*one, words->database);
        one->add_flag("--json", words->json, "Print as JSON");
        one->callback([words, run, &outcome] { outcome.code = run(*words); });
        return one;
    };
    command("migrate", "Bring the database to this version, adding what is new", migrate)
        ->add_option("--agree", words->agreed, "A step that loses values and that you agree to, by the name the refusal gives it; may be repeated");
    command("check", "Check what must always hold: log, sequence, rows", check);
    command("backup", "Write a backup, a SQLite file, while everything runs", backup)->add_option("FILE", words->file, "Where to")->required();
    command("restore", "Put a backup in the place of the database (on PostgreSQL: into an empty one)", restore)->add_option("FILE", words->file, "The backup")->required();
}

}  // namespace fairlead::cli
