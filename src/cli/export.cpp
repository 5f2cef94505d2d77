// `fairlead export`: what a list shows, as a file.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/open_store.h"
#include "cli/output.h"
#include "cli/print.h"
#include "derive/exchange/export.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, entity, format, filter, sort, fields, search, as_of, known_at, view, heads = "labels", language = "en", output;
    bool ids = false, bin = false, json = false, quiet = false;
};

std::string format_of(const Words& words) {
    if (!words.format.empty()) return words.format;
    const std::string suffix = lower_ascii(std::filesystem::path(words.output).extension().string());
    return suffix == ".xlsx" ? "xlsx" : suffix == ".jsonl" ? "jsonl" : "csv";
}

http::Request question(const Words& words, const model::EntityInfo& entity) {
    http::Request request;
    request.parts = {entity.plural};
    request.viewer = store::Viewer::system();
    request.language = words.language;
    const std::pair<const char*, std::string> given[] = {{"format", format_of(words)}, {"heads", words.heads}, {"filter", words.filter}, {"sort", words.sort},
                                                         {"fields", words.fields}, {"search", words.search}, {"as_of", words.as_of}, {"known_at", words.known_at}, {"view", words.view},
                                                         {"ids", words.ids ? "true" : ""}, {"bin", words.bin ? "true" : ""}};
    for (const auto& [name, value] : given)
        if (!value.empty()) request.query.emplace_back(name, value);
    return request;
}

Result<std::string> run(const Words& words) {
    const auto began = std::chrono::steady_clock::now();
    if (words.output.empty() && words.json)
        return refuse(Why::invalid, "required", "--json says what was written: name the file as well, as --output deals.csv", "output");
    if (words.output.empty() && format_of(words) == "xlsx" && isatty(STDOUT_FILENO) != 0)
        return refuse(Why::invalid, "required", "A workbook is no text for a terminal: name a file, as --output deals.xlsx", "output");
    if (words.language != "en" && words.language != "vi") return refuse(Why::invalid, "unknown_language", "\"" + words.language + "\" is not a language here: write en or vi", "language");
    store::Options options;
    options.read_only = true;
    options.columns = false;
    FAIRLEAD_ASSIGN(OpenedStore opened, open_store(place_of(words.database), options));
    FAIRLEAD_ASSIGN(const model::EntityInfo* entity, entity_named(*opened.store->catalog(), words.entity));
    derive::App app(*opened.store);
    FAIRLEAD_ASSIGN(derive::ExportRequest request, derive::read_export(app, question(words, *entity)));
    request.zone = opened.store->context().zone;
    Output output(words.output);
    FAIRLEAD_TRY(output.open());
    const bool bar = !words.quiet && !words.output.empty() && isatty(STDERR_FILENO) != 0;
    const auto exported = derive::export_records(app, request, [&](const std::string& piece) { return output.write(piece); }, [&](std::int64_t rows) {
        if (bar) std::fprintf(stderr, "\r\033[K%lld records", static_cast<long long>(rows));
    });
    if (bar) std::fprintf(stderr, "\r\033[K");
    if (!exported) return exported.refused();
    if (exported->stopped) return output.cannot("could not be written to its end: is the disk full?");
    FAIRLEAD_TRY(output.finish());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    char shown[32];
    std::snprintf(shown, sizeof shown, "%.3f", seconds.count());
    derive::JsonWriter w;
    w.begin_object().text("entity", entity->name).text("format", format_of(words)).number("rows", exported->rows).text("file", words.output).number("bytes", output.bytes());
    return w.key("seconds").raw(shown).end_object().take();
}

}  // namespace

void add_export(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("export", "Write records to a file: CSV, workbook or JSON Lines");
    add_database_option(*command, words->database);
    command->add_option("entity", words->entity, "Kind of record, as opportunity")->required();
    command->add_option("--format", words->format, "csv, csv-excel, xlsx or jsonl; by the file's name unless said");
    command->add_option("--filter", words->filter, "Formula that is true for the records wanted, as 'amount > 10000'");
    command->add_option("--search", words->search, "Words that the record contains");
    command->add_option("--sort", words->sort, "Fields, comma between, - for descending: -amount,close_date");
    command->add_option("--fields", words->fields, "Only these fields, comma between; all unless said");
    command->add_option("--as-of", words->as_of, "As it stood in the business then: 2026-10-01 or 2026-10-01T08:00:00Z");
    command->add_option("--known-at", words->known_at, "As it was known here then");
    command->add_option("--view", words->view, "Filter, order and columns of a saved view, by its id; what is said beside it stands over it");
    command->add_option("--heads", words->heads, "Columns are called by their labels, or by the fields' names: labels or names")->capture_default_str();
    command->add_option("--language", words->language, "Of labels and choices: en or vi")->capture_default_str();
    command->add_flag("--ids", words->ids, "Also a column with the id of the record and of each reference");
    command->add_flag("--bin", words->bin, "The deleted ones instead");
    command->add_option("--output", words->output, "The file; standard output unless said");
    command->add_flag("--json", words->json, "Say what was written, as JSON");
    command->add_flag("--quiet", words->quiet, "No progress");
    command->callback([words, &outcome] {
        const auto done = run(*words);
        if (!done) {
            outcome.code = print_refusal(done.refused());
            return;
        }
        if (words->output.empty()) return;
        outcome.code = print_answer(done, words->json, [&](const derive::Json& answer) {
            std::printf("%s: %s records\n", answer.find("file")->text.c_str(), answer.find("rows")->text.c_str());
        });
    });
}

}  // namespace fairlead::cli
