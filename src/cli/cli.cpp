// The application of all commands.
#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>

#include "base/text.h"
#include "cli/command.h"

namespace fairlead::cli {

void add_catalog(CLI::App&, Outcome&);
void add_demo(CLI::App&, Outcome&);
void add_export(CLI::App&, Outcome&);
void add_forecast(CLI::App&, Outcome&);
void add_import(CLI::App&, Outcome&);
void add_maintenance(CLI::App&, Outcome&);
void add_query(CLI::App&, Outcome&);
void add_serve(CLI::App&, Outcome&);
void add_token(CLI::App&, Outcome&);
void add_field(CLI::App&, Outcome&);
void add_user(CLI::App&, Outcome&);
void add_version(CLI::App&, Outcome&);

namespace {
constexpr std::array commands{&add_serve, &add_demo, &add_import, &add_export, &add_user, &add_token, &add_maintenance, &add_field, &add_query, &add_forecast, &add_catalog, &add_version};
}

// CLI11 would say that a command is missing, which is not what is wrong.
int unknown(CLI::App& app, const std::string& word) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
    const std::string near = nearest(word, names);
    std::fprintf(stderr, "fairlead: There is no command \"%s\"%s\n", word.c_str(), (near.empty() ? "; there are: " + join(names, ", ") : ": did you mean \"" + near + "\"?").c_str());
    return 2;
}

int run(int argc, char** argv) {
    CLI::App app{"Fairlead: targets, numbers, forecasts, leads, deals, pay and training of a sales department", "fairlead"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "fairlead " FAIRLEAD_VERSION);
    Outcome outcome;
    for (AddCommand add : commands) add(app, outcome);
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands([&](const CLI::App* one) { return one->get_name() == argv[1]; }).empty()) return unknown(app, argv[1]);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fairlead: %s\n", error.what());
        return 3;
    }
    return outcome.code;
}

}  // namespace fairlead::cli
