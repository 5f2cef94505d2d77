// `fairlead import`: brings a company's files in.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "cli/command.h"
#include "cli/open_store.h"
#include "cli/print.h"
#include "derive/exchange/profile_import.h"
#include "modules/starting.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, profile, folder, undo;
    bool json = false, dry_run = false, quiet = false;
};

Result<std::string> profile_text(const std::string& name) {
    std::string known;
    for (const derive::BuiltInProfile& profile : derive::built_in_profiles()) {
        if (profile.name == name) return std::string(profile.json);
        known += (known.empty() ? "" : ", ") + std::string(profile.name);
    }
    std::ifstream file(name);
    if (!file) return refuse(Why::not_found, "unknown_profile", "There is no profile and no file " + name + "; built in: " + known, {}, {{"profile", name}});
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// One line on the terminal that moves; nothing where there is none.
void show(const std::string& what, double share) {
    constexpr int width = 30;
    std::string bar(static_cast<std::size_t>(share * width), '#');
    bar.resize(width, '.');
    std::fprintf(stderr, "\r\033[K[%s] %3.0f %%  %s", bar.c_str(), share * 100, what.c_str());
    std::fflush(stderr);
}

Result<std::string> run(const Words& words) {
    const Place place = place_of(words.database);
    FAIRLEAD_ASSIGN(const std::string text, profile_text(words.profile));
    store::Options options;
    options.columns = false;
    FAIRLEAD_ASSIGN(OpenedStore opened, open_store(place, options));
    FAIRLEAD_ASSIGN(const derive::Profile profile, derive::read_profile(text, *opened.store->catalog()));
    FAIRLEAD_TRY(opened.store->write({}, [](store::Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(make_starting_records(open, {}));
        return Value();
    }));
    derive::ProfileImportOptions how;
    how.dry_run = words.dry_run;
    const bool bar = !words.quiet && isatty(STDERR_FILENO) != 0;
    if (bar) how.progress = show;
    auto report = derive::import_folder(*opened.store, nullptr, profile, words.folder, how);
    if (bar) std::fprintf(stderr, "\r\033[K");
    if (!report) return report.refused();
    return derive::to_json(*report);
}

std::string at(const derive::Json& json, const char* name) { return json.find(name) ? json.find(name)->text : std::string(); }

void print(const derive::Json& report) {
    for (const derive::Json& step : report.find("steps")->items) {
        std::printf("%-22s %-14s read %s, created %s, updated %s, unchanged %s", at(step, "file").c_str(), at(step, "entity").c_str(), at(step, "read").c_str(), at(step, "created").c_str(),
                    at(step, "updated").c_str(), at(step, "unchanged").c_str());
        if (at(step, "kept") != "0") std::printf(", kept as edited here %s", at(step, "kept").c_str());
        if (at(step, "start_unknown") != "0") std::printf(", start unknown %s", at(step, "start_unknown").c_str());
        std::printf("\n");
        for (const derive::Json& r : step.find("repaired")->items)
            std::printf("    repaired  %s: %s -> %s, %s rows\n", at(r, "field").c_str(), at(r, "from").c_str(), at(r, "to").c_str(), at(r, "rows").c_str());
        for (const derive::Json& r : step.find("left_open")->items)
            std::printf("    left open %s: %s, %s rows%s%s\n", at(r, "field").c_str(), at(r, "why").c_str(), at(r, "rows").c_str(), at(r, "example").empty() ? "" : ", as ", at(r, "example").c_str());
        for (const derive::Json& r : step.find("refused")->items)
            std::printf("    refused   line %s: %s\n", at(r, "line").c_str(), at(r, "message").c_str());
    }
    std::printf("Read %s rows, created %s records, refused %s. Batch %s; fairlead import --undo %s takes it back.\n", at(report, "read").c_str(), at(report, "created").c_str(), at(report, "refused").c_str(),
                at(report, "batch").c_str(), at(report, "batch").c_str());
}

Result<std::string> take_back(const Words& words) {
    const auto batch = Id::parse(words.undo);
    if (!batch) return refuse(Why::bad_request, "bad_id", words.undo + " is not the number of a batch");
    FAIRLEAD_ASSIGN(OpenedStore opened, open_store(place_of(words.database)));
    FAIRLEAD_ASSIGN(const store::Undone undone, opened.store->undo({}, *batch));
    derive::JsonWriter w;
    w.begin_object().number("undone", undone.undone).key("left").begin_array();
    for (const auto& left : undone.left) w.begin_object().text("entity", left.entity).text("id", left.record.text()).text("why", left.why).end_object();
    return w.end_array().end_object().take();
}

}  // namespace

void add_import(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("import", "Bring in the export of another system: a folder of files, by a profile");
    add_database_option(*command, words->database);
    command->add_option("--profile", words->profile, "Name of a built-in profile, or a file of one's own");
    command->add_option("FOLDER", words->folder, "Where the files are");
    command->add_option("--undo", words->undo, "Take back a batch instead");
    command->add_flag("--dry-run", words->dry_run, "Only say what would happen");
    command->add_flag("--json", words->json, "Print as JSON");
    command->add_flag("--quiet", words->quiet, "No progress");
    command->callback([words, &outcome] {
        if (!words->undo.empty()) {
            outcome.code = print_answer(take_back(*words), words->json, [](const derive::Json& answer) {
                std::printf("Took back %s records; %zu were changed since and stay\n", at(answer, "undone").c_str(), answer.find("left")->items.size());
            });
            return;
        }
        if (words->profile.empty() || words->folder.empty()) {
            std::fprintf(stderr, "fairlead import: name a profile and a folder, as: fairlead import --profile crm_sales_opportunities FOLDER\n");
            outcome.code = 2;
            return;
        }
        outcome.code = print_answer(run(*words), words->json, print);
    });
}

}  // namespace fairlead::cli
