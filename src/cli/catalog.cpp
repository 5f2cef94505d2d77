// `fairlead catalog`: what this program declares, for tools.
#include <cstdio>

#include "cli/command.h"
#include "derive/typescript.h"
#include "modules/modules.h"

namespace fairlead::cli {

void add_catalog(CLI::App& app, Outcome& outcome) {
    CLI::App* catalog = app.add_subcommand("catalog", "What this program declares, for tools");
    catalog->add_flag("--types")->description("Print the records as TypeScript types")->required();
    catalog->callback([&outcome] {
        const auto built = model::Catalog::build(all_modules());
        if (!built) {
            for (const Refusal& reason : built.refused().reasons) std::fprintf(stderr, "%s\n", reason.message.c_str());
            outcome.code = 3;
            return;
        }
        std::fputs(derive::typescript_types(**built).c_str(), stdout);
    });
}

}  // namespace fairlead::cli
