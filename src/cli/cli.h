// The command line: one command per file, each with help, exit codes and --json.
#pragma once

namespace fairlead::cli {

// Exit codes: 0 done, 1 refused (bad input, a rule), 2 wrong use of the command, 3 the environment failed.
int run(int argc, char** argv);

}  // namespace fairlead::cli
