// `fairlead token`: API tokens, made for a person, shown once.
#include <cstdio>

#include "cli/command.h"
#include "cli/print.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, email, name, id;
    int days = 90;
    bool read_only = false, json = false;
};

std::string arguments_of(const Words& words) {
    derive::JsonWriter w;
    w.begin_object().text("email", words.email).text("name", words.name).text("id", words.id).text("days", std::to_string(words.days));
    w.text("read_only", words.read_only ? "true" : "false");
    return w.end_object().take();
}

int create(const Words& words) {
    const auto answer = administer_anywhere(place_of(words.database), "token create", arguments_of(words));
    return print_answer(answer, words.json, [](const derive::Json& json) {
        std::printf("%s\n", json.find("token")->text.c_str());
        std::fprintf(stderr, "Shown this once; ends %s\n", json.find("expires_at")->text.c_str());
    });
}

int list(const Words& words) {
    const auto answer = administer_anywhere(place_of(words.database), "token list", arguments_of(words));
    return print_answer(answer, words.json, [](const derive::Json& json) { print_table(json, {"id", "name", "created_at", "expires_at", "last_used_at", "read_only"}); });
}

int revoke(const Words& words) {
    const auto answer = administer_anywhere(place_of(words.database), "token revoke", arguments_of(words));
    return print_answer(answer, words.json, [&](const derive::Json&) { std::printf("Ended %s\n", words.id.c_str()); });
}

}  // namespace

void add_token(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* token = app.add_subcommand("token", "API tokens");
    token->require_subcommand(1);
    const SubCommands<Words> any{token, words, outcome};
    const auto command = [&](const char* name, const char* help, int (*run)(const Words&)) {
        CLI::App* one = any(name, help, run);
        one->add_option("--email", words->email, "Whose")->required();
        return one;
    };
    CLI::App* one = command("create", "Make a token", create);
    one->add_option("--name", words->name, "What it is for");
    one->add_option("--days", words->days, "How long it lives, 1 to 366")->capture_default_str();
    one->add_flag("--read-only", words->read_only, "It may only read");
    command("list", "List a person's tokens", list);
    one = command("revoke", "End a token", revoke);
    one->add_option("--id", words->id, "Its id, from the list")->required();
}

}  // namespace fairlead::cli
