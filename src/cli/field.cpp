// `fairlead field`: the company's own fields, and dropping one for good.
#include <cstdio>

#include "cli/command.h"
#include "cli/print.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string database, entity, name, agree;
    bool json = false;
};

int list(const Words& words) {
    return print_answer(administer_anywhere(place_of(words.database), "field list", "{}"), words.json,
                        [](const derive::Json& json) { print_table(json, {"entity", "name", "label", "type"}); });
}

int drop(const Words& words) {
    derive::JsonWriter w;
    w.begin_object().text("entity", words.entity).text("name", words.name).text("agree", words.agree).end_object();
    const auto answer = administer_anywhere(place_of(words.database), "field drop", w.take());
    bool dropped = false;
    const int code = print_answer(answer, words.json, [&](const derive::Json& json) {
        const std::string values = json.find("values")->text, agree = json.find("agree")->text;
        if (json.find("dropped")->flag) return (void)std::printf("Dropped %s.%s and what %s records held in it\n", words.entity.c_str(), words.name.c_str(), values.c_str());
        std::printf("With %s.%s goes what %s records hold in it (%s of them in the bin), for good. Nothing has been dropped.\n", words.entity.c_str(), words.name.c_str(), values.c_str(), json.find("in_bin")->text.c_str());
        if (json.find("requirements")->text != "0") std::printf("%s requirements of stages name it: change them first.\n", json.find("requirements")->text.c_str());
        if (json.find("views")->text != "0") std::printf("%s saved views name it and will no longer open.\n", json.find("views")->text.c_str());
        std::printf("To keep the values:  fairlead export %s --fields id,%s --filter 'NOT(ISBLANK(%s))' --output %s.csv\n", words.entity.c_str(), words.name.c_str(), words.name.c_str(), words.name.c_str());
        std::printf("To have it back:     fairlead backup FILE, before; nothing else brings it back\n");
        std::printf("To drop it:          fairlead field drop %s %s --agree '%s'\n", words.entity.c_str(), words.name.c_str(), agree.c_str());
    });
    if (answer)
        if (const auto json = derive::parse_json(*answer)) dropped = json->find("dropped")->flag;
    return code != 0 ? code : dropped ? 0 : 1;
}

}  // namespace

void add_field(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* field = app.add_subcommand("field", "The company's own fields");
    field->require_subcommand(1);
    const SubCommands<Words> command{field, words, outcome};
    command("list", "List them", list);
    CLI::App* one = command("drop", "Drop one for good: tells what goes, and drops it when the step is agreed to", drop);
    one->add_option("entity", words->entity, "Kind of record, as account")->required();
    one->add_option("name", words->name, "Name of the field, as x_credit_class")->required();
    one->add_option("--agree", words->agree, "The step's name, as it is told without this option");
}

}  // namespace fairlead::cli
