// The program: hands the words of the command line to the commands.
#include "cli/cli.h"

int main(int argc, char** argv) { return fairlead::cli::run(argc, argv); }
