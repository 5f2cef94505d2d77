// What a command file provides and uses. Each `add_<command>` puts its sub-command into the application;
// the list is in cli.cpp.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

namespace fairlead::cli {

// Set by the chosen command's callback; becomes the exit code.
struct Outcome {
    int code = 0;
};

using AddCommand = void (*)(CLI::App& app, Outcome& outcome);

}  // namespace fairlead::cli
