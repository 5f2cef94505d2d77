// `fairlead user`: adds people, lists them, lets them set a new password, ends their access.
#include <cstdio>
#include <iostream>

#include "cli/command.h"
#include "cli/print.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, email, name, role = "rep", language, successor;
    bool password_stdin = false, json = false;
};

int add(const Words& words) {
    derive::JsonWriter w;
    w.begin_object().text("email", words.email).text("name", words.name).text("role", words.role).text("language", words.language);
    if (words.password_stdin) {
        std::string password;
        std::getline(std::cin, password);
        w.text("password", password);
    }
    const auto answer = administer_anywhere(place_of(words.database), "user add", w.end_object().take());
    return print_answer(answer, words.json, [&](const derive::Json& json) {
        std::printf("Added %s (%s)\n", words.email.c_str(), json.find("id")->text.c_str());
        if (!words.password_stdin) std::printf("No password yet: make a link with  fairlead user reset --email %s\n", words.email.c_str());
    });
}

int list(const Words& words) {
    const auto answer = administer_anywhere(place_of(words.database), "user list", "{}");
    return print_answer(answer, words.json, [](const derive::Json& json) { print_table(json, {"email", "name", "role", "active"}); });
}

int reset(const Words& words) {
    derive::JsonWriter w;
    w.begin_object().text("email", words.email).end_object();
    const auto answer = administer_anywhere(place_of(words.database), "user reset", w.take());
    return print_answer(answer, words.json, [](const derive::Json& json) {
        std::printf("Works once, for 30 minutes; open it below the server's address:\n%s\n", json.find("path")->text.c_str());
    });
}

int deactivate(const Words& words) {
    derive::JsonWriter w;
    w.begin_object().text("email", words.email).text("successor", words.successor).end_object();
    const auto answer = administer_anywhere(place_of(words.database), "user deactivate", w.take());
    return print_answer(answer, words.json, [&](const derive::Json& json) {
        std::printf("Deactivated %s; %s records handed over to %s\n", words.email.c_str(), json.find("handed_over")->text.c_str(), words.successor.c_str());
    });
}

}  // namespace

void add_user(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* user = app.add_subcommand("user", "People who sign in");
    user->require_subcommand(1);
    const SubCommands<Words> command{user, words, outcome};
    CLI::App* one = command("add", "Add a person", add);
    one->add_option("--email", words->email, "Address to sign in with")->required();
    one->add_option("--name", words->name, "Name; the address when not given");
    one->add_option("--role", words->role, "Code or name of a role: administrator, manager, rep, analyst")->capture_default_str();
    one->add_option("--language", words->language, "en or vi");
    one->add_flag("--password-stdin", words->password_stdin, "Read the password from standard input");
    command("list", "List everybody", list);
    one = command("reset", "Make a one-time link to set a new password", reset);
    one->add_option("--email", words->email, "Whose")->required();
    one = command("deactivate", "End a person's access and hand the records over", deactivate);
    one->add_option("--email", words->email, "Who leaves")->required();
    one->add_option("--successor", words->successor, "E-mail address of the person who takes over")->required();
}

}  // namespace fairlead::cli
