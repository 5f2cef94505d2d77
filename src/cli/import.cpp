// `fairlead import`: brings a company's files in.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "cli/command.h"
#include "cli/open_store.h"
#include "cli/print.h"
#include "base/text.h"
#include "derive/exchange/file_import.h"
#include "derive/exchange/heads.h"
#include "derive/exchange/profile_import.h"
#include "modules/starting.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, profile, first, second, undo;
    std::vector<std::string> map, key;
    std::string on_match = "update", empty = "keep", missing = "refuse", refused;
    derive::Reading reading;
    bool json = false, dry_run = false, quiet = false, partial = false;
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
    auto report = derive::import_folder(*opened.store, nullptr, profile, words.first, how);
    if (bar) std::fprintf(stderr, "\r\033[K");
    if (!report) return report.refused();
    return derive::to_json(*report);
}

// ---- One file ----------------------------------------------------------------------------------------------

// "Head=field" as a mapped column; a head may also be named by its number, as "#3".
Result<derive::MappedColumn> mapped_by(const std::string& words, const derive::FileLook& look) {
    const auto equals = words.rfind('=');
    if (equals == std::string::npos) return refuse(Why::bad_request, "bad_map", "Write --map \"Head=field\"; \"Head=\" leaves a column out");
    const std::string head(trim(std::string_view(words).substr(0, equals)));
    derive::MappedColumn mapped;
    mapped.field = trim(std::string_view(words).substr(equals + 1));
    std::vector<std::string> heads;
    int found = 0;
    for (const derive::ColumnLook& column : look.columns) {
        heads.push_back(column.name);
        if (fold(column.name) == fold(head) || "#" + std::to_string(column.index + 1) == head) mapped.column = column.index, ++found;
    }
    if (found == 1) return mapped;
    if (found > 1) return refuse(Why::bad_request, "ambiguous_column", "The file has " + std::to_string(found) + " columns called " + head + ": name one by its number, as --map \"#3=" + mapped.field + "\"");
    const std::string near = nearest(head, heads);
    return refuse(Why::bad_request, "unknown_column", "The file has no column \"" + head + "\"" + (near.empty() ? "; it has: " + join(heads, ", ") : ": did you mean \"" + near + "\"?"));
}

struct Mapped {
    derive::ImportPlan plan;
    std::vector<std::string> lines;  // "Head -> field", for people
};

// What was said, and for the other columns what is sure enough without being asked.
Result<Mapped> plan_of(const Words& words, const store::Store& store, derive::FileLook& look) {
    constexpr double sure = 0.8;
    Mapped out;
    derive::ImportPlan& plan = out.plan;
    const auto catalog = store.catalog();
    plan.entity = words.first;
    const model::EntityInfo* entity = catalog->find(words.first);
    if (entity == nullptr) entity = catalog->find_plural(words.first);
    if (entity != nullptr) plan.entity = entity->name;
    plan.reading = words.reading;
    plan.on_match = words.on_match == "skip" ? derive::OnMatch::skip : words.on_match == "create" ? derive::OnMatch::create : derive::OnMatch::update;
    plan.clear_empty = words.empty == "clear";
    plan.create_missing = words.missing == "create";
    plan.partial = words.partial;
    std::vector<int> said;
    for (const std::string& map : words.map) {
        FAIRLEAD_ASSIGN(derive::MappedColumn mapped, mapped_by(map, look));
        said.push_back(mapped.column);
        if (!mapped.field.empty()) plan.mapping.push_back(std::move(mapped));
    }
    if (entity != nullptr) {
        std::vector<derive::ColumnLook> rest;
        for (const derive::ColumnLook& column : look.columns)
            if (std::find(said.begin(), said.end(), column.index) == said.end()) rest.push_back(column);
        const auto suggested = derive::suggest_fields(*entity, *store::Viewer::system(), rest, look.notes);
        for (std::size_t i = 0; i < rest.size(); ++i) {
            const bool free = suggested[i] && std::none_of(plan.mapping.begin(), plan.mapping.end(), [&](const derive::MappedColumn& m) { return m.field == suggested[i]->field; });
            if (free && suggested[i]->confidence >= sure) plan.mapping.push_back({rest[i].index, suggested[i]->field, {}});
        }
        std::vector<std::string> fields, filled;
        for (const derive::ColumnLook& column : look.columns) {
            const auto mapped = std::find_if(plan.mapping.begin(), plan.mapping.end(), [&](const derive::MappedColumn& m) { return m.column == column.index; });
            out.lines.push_back(column.name + " -> " + (mapped == plan.mapping.end() ? "(left out)" : mapped->field));
            if (mapped == plan.mapping.end()) continue;
            fields.push_back(mapped->field);
            if (column.filled == look.rows) filled.push_back(mapped->field);
        }
        plan.key = words.key.empty() ? derive::suggest_key(*entity, fields, filled) : words.key;
    }
    FAIRLEAD_TRY(derive::check_plan(plan, *catalog, *store::Viewer::system(), look));
    return out;
}

std::string look_json(const derive::FileLook& look, const Mapped& mapped, const std::string& report_name, const std::string& report) {
    derive::JsonWriter w;
    w.begin_object().text("file", look.filename).text("format", look.format).text("encoding", look.encoding).text("separator", look.separator).text("decimal", look.decimal).text("dates", look.dates);
    w.number("rows", look.rows).key("mapping").begin_array();
    for (const std::string& line : mapped.lines) w.text(line);
    w.end_array().key("key").begin_array();
    for (const std::string& field : mapped.plan.key) w.text(field);
    w.end_array().key("notes").begin_array();
    for (const derive::Note& note : look.notes) w.begin_object().text("code", note.code).text("message", note.message).end_object();
    return w.end_array().key(report_name).raw(report).end_object().take();
}

Result<std::string> import_file(const Words& words, bool& whole) {
    store::Options options;
    options.columns = false;
    FAIRLEAD_ASSIGN(OpenedStore opened, open_store(place_of(words.database), options));
    FAIRLEAD_TRY(opened.store->write({}, [](store::Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(make_starting_records(open, {}));
        return Value();
    }));
    const bool bar = !words.quiet && isatty(STDERR_FILENO) != 0;
    const auto looking = [&](double share) {
        if (bar) show("Reading", share);
        return true;
    };
    FAIRLEAD_ASSIGN(derive::FileLook look, derive::look_at(words.second, std::filesystem::path(words.second).filename().string(), words.reading, looking));
    FAIRLEAD_ASSIGN(const Mapped mapped, plan_of(words, *opened.store, look));
    derive::FileImport import(*opened.store, nullptr, words.second, look, mapped.plan);
    derive::ImportWatch watch;
    double shown = -1;
    watch.progress = [&](const std::string& what, double share, const std::string&) {
        if (bar && share > shown + 0.005) show(what, shown = share);
        return true;
    };
    const auto plain = [](const Refusal& reason) { return reason.message; };
    std::string report;
    if (words.dry_run) {
        auto checked = import.check(watch);
        if (bar) std::fprintf(stderr, "\r\033[K");
        if (!checked) return checked.refused();
        whole = checked->refused == 0;
        report = look_json(look, mapped, "check", derive::to_json(*checked, plain));
    } else {
        const Id batch = new_id();
        auto ran = import.run(batch, watch);
        if (bar) std::fprintf(stderr, "\r\033[K");
        const bool refused = !ran && ran.refused().code() == "rows_refused";
        if (!ran && !refused) return ran.refused();
        whole = ran && ran->refused == 0;
        report = look_json(look, mapped, refused ? "check" : "result", refused ? derive::to_json(import.checked(), plain) : derive::to_json(*ran));
    }
    if (!words.refused.empty()) FAIRLEAD_TRY(import.write_refused(words.refused, "en"));
    return report;
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

void print_check(const derive::Json& check) {
    std::printf("Checked %s rows: create %s, update %s, unchanged %s, skip %s, duplicate %s, refused %s.\n", at(check, "checked").c_str(), at(check, "create").c_str(), at(check, "update").c_str(),
                at(check, "unchanged").c_str(), at(check, "skip").c_str(), at(check, "duplicate").c_str(), at(check, "refused").c_str());
    for (const derive::Json& reason : check.find("reasons")->items) {
        const derive::Json* example = reason.find("example");
        std::printf("    %s rows  %s%s%s", at(reason, "count").c_str(), at(reason, "field").c_str(), at(reason, "field").empty() ? "" : ": ", at(reason, "message").c_str());
        if (!at(*example, "row").empty()) std::printf("  (line %s)", at(*example, "row").c_str());
        std::printf("\n");
    }
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
        std::printf("Created %s, updated %s, unchanged %s, skipped %s, refused %s. Batch %s; fairlead import --undo %s takes it back.\n", at(*result, "created").c_str(), at(*result, "updated").c_str(),
                    at(*result, "unchanged").c_str(), at(*result, "skipped").c_str(), at(*result, "refused").c_str(), at(*result, "batch").c_str(), at(*result, "batch").c_str());
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
    CLI::App* command = app.add_subcommand("import", "Bring in a file of records, or the export of another system by a profile");
    command->footer("fairlead import account customers.csv --dry-run\nfairlead import opportunity deals.csv --map \"Deal value=amount\" --key external_id\nfairlead import --profile crm_sales_opportunities FOLDER\n"
                    "Ends with 0 when every row was taken, 1 when rows were refused.");
    add_database_option(*command, words->database);
    command->add_option("ENTITY", words->first, "Kind of record, as account (a folder, with --profile)");
    command->add_option("FILE", words->second, "CSV or XLSX, its first row the names of the columns");
    command->add_option("--profile", words->profile, "Name of a built-in profile, or a file of one's own");
    command->add_option("--map", words->map, "\"Head=field\": which field a column is; \"Head=\" leaves it out")->take_all();
    command->add_option("--key", words->key, "Field by which records are found again; more than one: all of them together")->take_all();
    command->add_option("--on-match", words->on_match, "What happens with a record that exists")->check(CLI::IsMember({"update", "skip", "create"}))->capture_default_str();
    command->add_option("--empty", words->empty, "What an empty cell does to a record that exists")->check(CLI::IsMember({"keep", "clear"}))->capture_default_str();
    command->add_option("--missing", words->missing, "What happens when a row names a record that does not exist")->check(CLI::IsMember({"refuse", "create"}))->capture_default_str();
    command->add_flag("--partial", words->partial, "Take the good rows although others are refused");
    command->add_option("--refused", words->refused, "Write the refused rows to this file, with the reasons");
    command->add_option("--decimal", words->reading.decimal, "Decimal sign of the file")->check(CLI::IsMember({".", ","}));
    command->add_option("--dates", words->reading.dates, "Order of its days")->check(CLI::IsMember({"dmy", "mdy", "ymd"}));
    command->add_option("--encoding", words->reading.encoding, "As windows-1258; found by itself when not given");
    command->add_option("--separator", words->reading.separator, "As ; or tab; found by itself when not given");
    command->add_option("--sheet", words->reading.sheet, "Sheet of a workbook");
    command->add_option("--merged", words->reading.merged, "Merged cells of a workbook: the first has the value, or it fills all of them")->check(CLI::IsMember({"first", "fill"}));
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
        if (words->profile.empty() && !words->first.empty() && !words->second.empty()) {
            bool whole = true;
            outcome.code = print_answer(import_file(*words, whole), words->json, print_file);
            if (outcome.code == 0 && !whole) outcome.code = 1;
            return;
        }
        if (words->profile.empty() || words->first.empty() || !words->second.empty()) {
            std::fprintf(stderr, "fairlead import: name a kind of record and a file, as: fairlead import account customers.csv\nor a profile and a folder, as: fairlead import --profile crm_sales_opportunities FOLDER\n");
            outcome.code = 2;
            return;
        }
        outcome.code = print_answer(run(*words), words->json, print);
    });
}

}  // namespace fairlead::cli
