// What a command file provides and uses. Each `add_<command>` puts its sub-command into the application;
// the list is in cli.cpp.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/open_store.h"

namespace fairlead::cli {

// Set by the chosen command's callback; becomes the exit code.
struct Outcome {
    int code = 0;
};

using AddCommand = void (*)(CLI::App& app, Outcome& outcome);

// Puts sub-commands into `parent` that share what may be said (a struct with `database` and `json` at least).
template <class Words>
struct SubCommands {
    CLI::App* parent;
    std::shared_ptr<Words> words;
    Outcome& outcome;

    CLI::App* operator()(const char* name, const char* help, int (*run)(const Words&)) const {
        CLI::App* one = parent->add_subcommand(name, help);
        add_database_option(*one, words->database);
        one->add_flag("--json", words->json, "Print as JSON");
        one->callback([words = words, run, &outcome = outcome] { outcome.code = run(*words); });
        return one;
    }
};

}  // namespace fairlead::cli
