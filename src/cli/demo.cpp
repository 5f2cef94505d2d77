// `fairlead demo`: fills a database with the demonstration company.
#include <chrono>
#include <cstdio>

#include "cli/command.h"
#include "cli/demo_company.h"
#include "cli/open_store.h"
#include "cli/print.h"
#include "cli/starting.h"
#include "modules/starting.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, language = "en";
    std::int64_t opportunities = 20'000, seed = 1;
    bool json = false, quiet = false;
};

Result<std::string> make(const Words& words) {
    const Place place = place_of(words.database);
    store::Options options;
    options.columns = false;
    FAIRLEAD_ASSIGN(OpenedStore opened, open_store(place, options, Absent::make));
    store::Store& store = *opened.store;
    store::ListQuery any;
    any.entity = "opportunity";
    bool has_deals = false;
    FAIRLEAD_TRY(store.each(*store::Viewer::system(), any, [&](const store::Record&) { return has_deals = true, false; }));
    if (has_deals) return refuse(Why::duplicate, "not_empty", "The database has opportunities already: the demonstration company wants an empty one");

    store::Command command;
    command.batch = new_id();
    command.id = "demo";
    StartingWishes wishes;
    wishes.company = "Lam Sơn Industrial";
    wishes.zone = "Asia/Ho_Chi_Minh";
    wishes.language = words.language;
    FAIRLEAD_TRY(store.write({}, [&](store::Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(make_starting_records(open, wishes));
        return Value();
    }));
    const demo::Wishes demo_wishes{words.opportunities, static_cast<std::uint64_t>(words.seed), store.context().today(), 4, words.language};
    const auto begun = std::chrono::steady_clock::now();
    FAIRLEAD_ASSIGN(const std::int64_t accounts, fill_with_demo(store, command, demo_wishes, [&](double share) {
        if (!words.quiet) std::fprintf(stderr, "\r%3.0f %%  %lld opportunities", share * 100, static_cast<long long>(share * static_cast<double>(words.opportunities)));
    }));
    if (!words.quiet) std::fprintf(stderr, "\n");
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return "{\"opportunities\":" + std::to_string(words.opportunities) + ",\"accounts\":" + std::to_string(accounts) + ",\"entries\":" + std::to_string(store.last_seq()) +
           ",\"seconds\":" + std::to_string(seconds) + ",\"batch\":\"" + command.batch.text() + "\"}";
}

}  // namespace

void add_demo(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("demo", "Fill an empty database with the demonstration company");
    add_database_option(*command, words->database);
    command->add_option("--opportunities", words->opportunities, "How many deals")->check(CLI::Range(std::int64_t{10}, std::int64_t{50'000'000}));
    command->add_option("--seed", words->seed, "The same seed gives the same company");
    command->add_option("--language", words->language, "Of stages and lists: en or vi")->check(CLI::IsMember({"en", "vi"}));
    command->add_flag("--json", words->json, "Print as JSON");
    command->add_flag("--quiet", words->quiet, "No progress");
    command->callback([words, &outcome] {
        outcome.code = print_answer(make(*words), words->json, [](const derive::Json& answer) {
            const auto number = [&](const char* name) { return answer.find(name) ? answer.find(name)->text : std::string(); };
            std::printf("Made the demonstration company: %s opportunities, %s accounts, %s entries of the change log\n", number("opportunities").c_str(), number("accounts").c_str(), number("entries").c_str());
        });
    });
}

}  // namespace fairlead::cli
