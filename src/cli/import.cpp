// `fairlead import`: brings a company's files in.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "cli/bar.h"
#include "cli/command.h"
#include "cli/open_store.h"
#include "cli/print.h"
#include "base/text.h"
#include "derive/exchange/import_order.h"
#include "derive/exchange/imports.h"
#include "modules/starting.h"
#include "server/control.h"
#include "store/undo.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, profile, first, undo, refused, odd;
    derive::ImportOrder order;  // its file is the second word
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

// Opens the database, or finds the server that has it open already and does the same there.
struct Opened {
    std::optional<OpenedStore> here;
    std::string socket;  // of the server
};
Result<Opened> open_or_find(const Words& words) {
    const Place place = place_of(words.database);
    Opened opened;
    // On PostgreSQL to learn that a server runs would mean to wait for its lock.
    if (place.file.empty() && server::ask_control(place.socket_file(), "job", "{}")) {
        opened.socket = place.socket_file();
        return opened;
    }
    store::Options options;
    options.columns = false;
    auto store = open_store(place, options, Absent::make);
    if (store) {
        opened.here.emplace(std::move(*store));
        FAIRLEAD_TRY(opened.here->store->write({}, [](store::Transaction& open) -> Result<Value> {
            FAIRLEAD_TRY(make_starting_records(open, {}));
            return Value();
        }));
        return opened;
    }
    if (store.refused().code() != "database_in_use" || !server::ask_control(place.socket_file(), "job", "{}")) return store.refused();
    opened.socket = place.socket_file();
    return opened;
}

Result<derive::Json> ask(const Opened& opened, std::string_view command, const std::string& arguments) {
    const auto answer = server::ask_control(opened.socket, command, arguments);
    if (!answer) return refuse(Why::unavailable, "server_gone", "The server that had the database open is gone: what it had begun goes on when it starts again");
    if (!*answer) return answer->refused();
    return derive::parse_json(**answer);
}

// Waits for a job of the server. Its result, or why it failed.
Result<derive::Json> follow(const Opened& opened, const std::string& job, Bar& bar) {
    for (;;) {
        FAIRLEAD_ASSIGN(const derive::Json state, ask(opened, "job", "{\"id\":\"" + job + "\"}"));
        const std::string name = derive::text_in(state, "state");
        const derive::Json result = state.find("result") != nullptr ? *state.find("result") : derive::Json();
        if (name == "done") return result;
        if (name == "cancelled") return refuse(Why::unavailable, "cancelled", "Somebody has stopped it");
        if (name == "failed") return refuse(Why::invalid, derive::text_in(result, "code"), derive::text_in(result, "message").empty() ? derive::text_in(state, "message") : derive::text_in(result, "message"));
        const auto share = Decimal::parse(derive::text_in(state, "progress"));
        bar.to(derive::text_in(state, "message"), share ? share->to_double() : 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(150));
    }
}

derive::ImportShelf shelf_of(const Words& words, store::Store& store) { return {store, place_of(words.database).make_folder() + "/imports"}; }

Result<std::string> run(const Words& words) {
    FAIRLEAD_ASSIGN(const std::string text, profile_text(words.profile));
    FAIRLEAD_ASSIGN(Opened opened, open_or_find(words));
    Bar bar(words.quiet);
    if (!opened.here) {
        derive::JsonWriter w;
        w.begin_object().text("profile", text).text("folder", std::filesystem::absolute(words.first).string()).boolean("dry_run", words.dry_run).end_object();
        FAIRLEAD_ASSIGN(const derive::Json begun, ask(opened, "import_folder", w.take()));
        FAIRLEAD_ASSIGN(const derive::Json report, follow(opened, derive::text_in(begun, "job"), bar));
        return derive::to_json(report);
    }
    store::Store& store = *opened.here->store;
    FAIRLEAD_ASSIGN(const derive::Profile profile, derive::read_profile(text, *store.catalog()));
    derive::ProfileImportOptions how;
    how.dry_run = words.dry_run;
    how.progress = [&](const std::string& what, double share) { bar.to(what, share); };
    FAIRLEAD_ASSIGN(const derive::ProfileReport report, derive::import_folder(store, nullptr, profile, words.first, how));
    derive::ImportShelf shelf = shelf_of(words, store);
    if (!words.dry_run) derive::record_folder(shelf, std::filesystem::absolute(words.first).string(), report, store.context().now);
    return derive::to_json(report);
}

// ---- One file ----------------------------------------------------------------------------------------------

// In the server; `report` says what came of it, as when it is done here.
Result<std::string> import_there(const Opened& opened, const Words& words, bool& whole) {
    derive::ImportOrder order = words.order;
    order.file = std::filesystem::absolute(order.file).string();
    std::string arguments = derive::to_json(order);
    arguments.pop_back();
    derive::JsonWriter more;
    const auto whole_path = [](const std::string& path) { return path.empty() ? "" : std::filesystem::absolute(path).string(); };
    more.begin_object().boolean("dry_run", words.dry_run).text("refused", whole_path(words.refused)).text("odd", whole_path(words.odd)).end_object();
    arguments += "," + more.take().substr(1);
    FAIRLEAD_ASSIGN(const derive::Json begun, ask(opened, "import_file", arguments));
    if (words.dry_run) {
        whole = derive::text_in(*begun.find("check"), "refused") == "0";
        return derive::to_json(begun);
    }
    Bar bar(words.quiet);
    const auto followed = follow(opened, derive::text_in(begun, "job"), bar);
    if (!followed && followed.refused().code() != "rows_refused") return followed.refused();
    FAIRLEAD_ASSIGN(const derive::Json came, ask(opened, "import_report", "{\"import\":\"" + derive::text_in(begun, "import") + "\"}"));
    const char* name = came.find("result") != nullptr ? "result" : "check";
    whole = followed && derive::text_in(*came.find(name), "refused") == "0";
    for (const auto& [name, to] : {std::pair{"refused", words.refused}, std::pair{"odd", words.odd}}) {
        const std::string from = derive::text_in(came, name);
        std::error_code failed;
        if (!to.empty() && !from.empty()) std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, failed);
        if (failed) return refuse(Why::unavailable, "cannot_write", "The file " + to + " cannot be written: " + failed.message());
    }
    derive::Json report = *begun.find("report");
    std::erase_if(report.members, [](const auto& member) { return member.first == "result"; });
    report.members.emplace_back(name, *came.find(name));
    return derive::to_json(report);
}

Result<std::string> import_file(const Words& words, bool& whole) {
    FAIRLEAD_ASSIGN(Opened opened, open_or_find(words));
    if (!opened.here) return import_there(opened, words, whole);
    store::Store& store = *opened.here->store;
    Bar bar(words.quiet);
    FAIRLEAD_ASSIGN(derive::FileLook look, derive::look_at(words.order.file, derive::look_name(words.order.file), words.order.reading, [&](double share) { return bar.to("Reading", share); }));
    FAIRLEAD_ASSIGN(const derive::OrderedPlan ordered, derive::plan_of(words.order, store, look));
    derive::FileImport import(store, nullptr, words.order.file, look, ordered.plan);
    derive::ImportWatch watch;
    watch.progress = [&](const std::string& what, double share, const std::string&) { return bar.to(what, share); };
    const auto plain = [](const Refusal& reason) { return reason.message; };
    std::string report;
    if (words.dry_run) {
        FAIRLEAD_ASSIGN(const derive::CheckResult checked, import.check(watch));
        whole = checked.refused == 0;
        report = derive::order_report(look, ordered, "check", derive::to_json(checked, plain));
    } else {
        // It stands in the list of imports from its beginning, so that it can be taken back whatever happens to it.
        derive::ImportShelf shelf = shelf_of(words, store);
        derive::ImportHead head;
        head.id = new_id();
        head.filename = look.filename;
        head.entity = ordered.plan.entity;
        head.rows = look.rows;
        head.batch = new_id();
        head.created = store.context().now;
        head.state = "failed";  // unless it comes to its end
        shelf.keep(head.id, look);
        shelf.keep(derive::ImportShelf::plans, head.id, derive::to_json(ordered.plan));
        shelf.keep(head);
        const auto ran = import.run(head.batch, watch);
        const bool refused = !ran && ran.refused().code() == "rows_refused";
        derive::RunResult result = ran ? *ran : import.so_far();
        result.batch = head.batch;
        result.refused = ran ? ran->refused : import.checked().refused;
        shelf.keep(derive::ImportShelf::results, head.id, derive::to_json(result));
        if (ran) head.state = "done";
        else shelf.keep(derive::ImportShelf::checks, head.id, derive::to_json(import.checked(), plain));
        shelf.keep(head);
        if (import.refused_rows() > 0) {
            FAIRLEAD_TRY(shelf.make_folder());
            FAIRLEAD_TRY(import.write_refused(shelf.refused_of(head.id), "en"));
        }
        if (ran && import.odd_rows() > 0) {
            FAIRLEAD_TRY(shelf.make_folder());
            FAIRLEAD_TRY(import.write_odd(shelf.odd_of(head.id), "en"));
        }
        if (!ran && !refused) return ran.refused();
        whole = ran && ran->refused == 0;
        report = derive::order_report(look, ordered, refused ? "check" : "result", refused ? derive::to_json(import.checked(), plain) : derive::to_json(*ran));
    }
    if (!words.refused.empty()) FAIRLEAD_TRY(import.write_refused(words.refused, "en"));
    if (!words.odd.empty()) FAIRLEAD_TRY(import.write_odd(words.odd, "en"));
    return report;
}

std::string at(const derive::Json& json, const char* name) { return derive::text_in(json, name); }

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
        for (const derive::Json& r : step.find("odd")->items)
            std::printf("    odd       %s: %s (line %s), %s rows, taken as written\n", at(r, "field").c_str(), at(r, "message").c_str(), at(r, "line").c_str(), at(r, "rows").c_str());
        for (const derive::Json& r : step.find("refused")->items)
            std::printf("    refused   line %s: %s\n", at(r, "line").c_str(), at(r, "message").c_str());
    }
    std::printf("Read %s rows, created %s records, refused %s. Batch %s; fairlead import --undo %s takes it back.\n", at(report, "read").c_str(), at(report, "created").c_str(), at(report, "refused").c_str(),
                at(report, "batch").c_str(), at(report, "batch").c_str());
}

void print_check(const derive::Json& check) {
    std::printf("Checked %s rows: create %s, update %s, unchanged %s, skip %s, duplicate %s, refused %s.\n", at(check, "checked").c_str(), at(check, "create").c_str(), at(check, "update").c_str(),
                at(check, "unchanged").c_str(), at(check, "skip").c_str(), at(check, "duplicate").c_str(), at(check, "refused").c_str());
    for (const derive::Json& edited : check.find("edited")->items)
        std::printf("    %s rows  %s was edited here since the last import, as \"%s\" where the file has \"%s\"\n", at(edited, "rows").c_str(), at(edited, "field").c_str(), at(*edited.find("example"), "ours").c_str(),
                    at(*edited.find("example"), "theirs").c_str());
    const auto print_groups = [&](const char* name) {
        for (const derive::Json& reason : check.find(name)->items) {
            const derive::Json* example = reason.find("example");
            std::printf("    %s rows  %s%s%s", at(reason, "count").c_str(), at(reason, "field").c_str(), at(reason, "field").empty() ? "" : ": ", at(reason, "message").c_str());
            if (!at(*example, "row").empty()) std::printf("  (line %s)", at(*example, "row").c_str());
            std::printf("\n");
        }
    };
    print_groups("reasons");
    if (at(check, "odd") == "0") return;
    std::printf("Taken as they are written, and odd: %s rows.\n", at(check, "odd").c_str());
    print_groups("odd_reasons");
}

void print_file(const derive::Json& report) {
    std::printf("%s: %s, %s%s%s, %s rows\n", at(report, "file").c_str(), at(report, "format").c_str(), at(report, "encoding").c_str(), at(report, "separator").empty() ? "" : ", separated by ",
                at(report, "separator") == "\t" ? "tabs" : at(report, "separator").c_str(), at(report, "rows").c_str());
    for (const derive::Json& line : report.find("mapping")->items) std::printf("    %s\n", line.text.c_str());
    std::string key;
    for (const derive::Json& field : report.find("key")->items) key += (key.empty() ? "" : ", ") + field.text;
    std::printf("    found again by %s\n", key.empty() ? "nothing: every row makes a record" : key.c_str());
    for (const derive::Json& note : report.find("notes")->items) std::printf("Note: %s\n", at(note, "message").c_str());
    if (const derive::Json* check = report.find("check")) print_check(*check);
    if (const derive::Json* result = report.find("result"))
        std::printf("Created %s, updated %s, unchanged %s, skipped %s, refused %s, kept as edited here %s, taken with odd values %s. Batch %s; fairlead import --undo %s takes it back.\n", at(*result, "created").c_str(), at(*result, "updated").c_str(),
                    at(*result, "unchanged").c_str(), at(*result, "skipped").c_str(), at(*result, "refused").c_str(), at(*result, "kept").c_str(), at(*result, "odd").c_str(), at(*result, "batch").c_str(), at(*result, "batch").c_str());
}

Result<std::string> take_back(const Words& words) {
    const auto batch = Id::parse(words.undo);
    if (!batch) return refuse(Why::bad_request, "bad_id", words.undo + " is not the number of a batch");
    FAIRLEAD_ASSIGN(Opened opened, open_or_find(words));
    if (!opened.here) {
        Bar bar(words.quiet);
        FAIRLEAD_ASSIGN(const derive::Json begun, ask(opened, "import_undo", "{\"batch\":\"" + batch->text() + "\"}"));
        FAIRLEAD_ASSIGN(const derive::Json undone, follow(opened, derive::text_in(begun, "job"), bar));
        return derive::to_json(undone);
    }
    Bar bar(words.quiet);
    FAIRLEAD_ASSIGN(const store::Undone undone, store::undo_batch(*opened.here->store, {}, *batch, [&](double share) { return bar.to("Taking back", share); }));
    derive::ImportShelf shelf = shelf_of(words, *opened.here->store);
    if (auto head = shelf.of_batch(*batch)) {
        head->state = "undone";
        shelf.keep(*head);
    }
    return derive::to_json(undone);
}

}  // namespace

void add_import(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("import", "Bring in a file of records, or the export of another system by a profile");
    command->footer("fairlead import account customers.csv --dry-run\nfairlead import opportunity deals.csv --map \"Deal value=amount\" --key external_id\nfairlead import --profile crm_sales_opportunities FOLDER\n"
                    "Ends with 0 when every row was taken, 1 when rows were refused.");
    add_database_option(*command, words->database);
    command->add_option("ENTITY", words->first, "Kind of record, as account (a folder, with --profile)");
    command->add_option("FILE", words->order.file, "CSV or XLSX, its first row the names of the columns");
    command->add_option("--profile", words->profile, "Name of a built-in profile, or a file of one's own");
    command->add_option("--map", words->order.map, "\"Head=field\": which field a column is; \"Head=\" leaves it out")->take_all();
    command->add_option("--key", words->order.key, "Field by which records are found again; more than one: all of them together")->take_all();
    command->add_option("--on-match", words->order.on_match, "What happens with a record that exists")->check(CLI::IsMember({"update", "skip", "create"}))->capture_default_str();
    command->add_option("--empty", words->order.empty, "What an empty cell does to a record that exists")->check(CLI::IsMember({"keep", "clear"}))->capture_default_str();
    command->add_option("--edited", words->order.edited, "Whose value stands where a field was edited here since the last import and the file differs: ours (unless said), theirs or ask; phone=theirs for one field")->take_all();
    command->add_option("--missing", words->order.missing, "What happens when a row names a record that does not exist")->check(CLI::IsMember({"refuse", "create"}))->capture_default_str();
    command->add_flag("--partial", words->order.partial, "Take the good rows although others are refused");
    command->add_option("--refused", words->refused, "Write the refused rows to this file, with the reasons");
    command->add_option("--odd", words->odd, "Write the rows that were taken with odd values (an address that nobody could write to) to this file, with what is odd");
    command->add_option("--decimal", words->order.reading.decimal, "Decimal sign of the file")->check(CLI::IsMember({".", ","}));
    command->add_option("--dates", words->order.reading.dates, "Order of its days")->check(CLI::IsMember({"dmy", "mdy", "ymd"}));
    command->add_option("--encoding", words->order.reading.encoding, "As windows-1258; found by itself when not given");
    command->add_option("--separator", words->order.reading.separator, "As ; or tab; found by itself when not given");
    command->add_option("--sheet", words->order.reading.sheet, "Sheet of a workbook");
    command->add_option("--merged", words->order.reading.merged, "Merged cells of a workbook: the first has the value, or it fills all of them")->check(CLI::IsMember({"first", "fill"}));
    command->add_option("--undo", words->undo, "Take back a batch instead");
    command->add_flag("--dry-run", words->dry_run, "Only say what would happen");
    command->add_flag("--json", words->json, "Print as JSON");
    command->add_flag("--quiet", words->quiet, "No progress");
    command->callback([words, &outcome] {
        if (!words->undo.empty()) {
            outcome.code = print_answer(take_back(*words), words->json, [](const derive::Json& answer) {
                std::printf("Took back %s records; %s were changed since and stay\n", at(answer, "undone").c_str(), at(answer, "left_count").c_str());
            });
            return;
        }
        if (words->profile.empty() && !words->first.empty() && !words->order.file.empty()) {
            bool whole = true;
            words->order.entity = words->first;
            outcome.code = print_answer(import_file(*words, whole), words->json, print_file);
            if (outcome.code == 0 && !whole) outcome.code = 1;
            return;
        }
        if (words->profile.empty() || words->first.empty() || !words->order.file.empty()) {
            std::fprintf(stderr, "fairlead import: name a kind of record and a file, as: fairlead import account customers.csv\nor a profile and a folder, as: fairlead import --profile crm_sales_opportunities FOLDER\n");
            outcome.code = 2;
            return;
        }
        outcome.code = print_answer(run(*words), words->json, print);
    });
}

}  // namespace fairlead::cli
