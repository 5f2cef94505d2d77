// `fairlead version`: which program this is.
#include <cstdio>

#include "cli/command.h"

namespace fairlead::cli {

void add_version(CLI::App& app, Outcome&) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand("version", "Print the version");
    command->add_flag("--json", *json, "Print as JSON");
    command->callback([json] {
        if (*json) std::printf("{\"name\":\"fairlead\",\"version\":\"%s\"}\n", FAIRLEAD_VERSION);
        else std::printf("fairlead %s\n", FAIRLEAD_VERSION);
    });
}

}  // namespace fairlead::cli
