// Looks words up in the embedded message files.
#include "derive/words.h"

#include <map>
#include <unordered_map>

#include "base/result.h"
#include "derive/json.h"

namespace fairlead::derive {

using model::ActionInfo;
using model::ChoiceInfo;
using model::EntityInfo;
using model::FieldInfo;

namespace {

using Words = std::unordered_map<std::string, std::string>;

std::map<std::string, Words, std::less<>> load() {
    std::map<std::string, Words, std::less<>> languages;
    for (const MessageFile& file : message_files()) {
        const auto parsed = parse_object(file.json);
        ensure(static_cast<bool>(parsed), "a message file is a JSON object: " + std::string(file.module));
        Words& words = languages[std::string(file.language)];
        for (const auto& [path, text] : parsed->members) {
            ensure(text.is(Json::Kind::text), "a message is a text: " + path);
            ensure(words.emplace(path, text.text).second, "a message stands in two files: " + path);
        }
    }
    return languages;
}

std::string field_path(const EntityInfo& entity, const FieldInfo& field) {
    return (field.system ? std::string("record") : entity.name) + "." + field.name;
}

const std::map<std::string, Words, std::less<>>& all_words() {
    static const auto languages = load();
    return languages;
}

// By code; the rules of two entities may share a code only with the same words.
std::map<std::string, Words, std::less<>> load_refusals() {
    std::map<std::string, Words, std::less<>> languages;
    for (const auto& [language, words] : all_words())
        for (const auto& [path, text] : words) {
            constexpr std::string_view refusals = "refusals.", rules = ".rules.";
            const auto at = path.find(rules);
            if (path.starts_with(refusals)) languages[language][path.substr(refusals.size())] = text;
            else if (at != std::string::npos) languages[language].emplace(path.substr(at + rules.size()), text);
        }
    return languages;
}

}  // namespace

std::string_view refusal_words(std::string_view code, std::string_view language) {
    static const auto languages = load_refusals();
    const auto words = languages.find(language);
    if (words == languages.end()) return {};
    const auto found = words->second.find(std::string(code));
    return found == words->second.end() ? std::string_view() : std::string_view(found->second);
}

std::string word(std::string_view path, std::string_view language, std::string_view english) {
    const auto& languages = all_words();
    if (const auto words = languages.find(language); words != languages.end())
        if (const auto found = words->second.find(std::string(path)); found != words->second.end()) return found->second;
    return std::string(english);
}

std::string entity_label(const EntityInfo& e, std::string_view language) { return word(e.name + ".label", language, e.label); }
std::string entity_label_plural(const EntityInfo& e, std::string_view language) {
    return word(e.name + ".label_plural", language, e.label_plural);
}
std::string entity_help(const EntityInfo& e, std::string_view language) {
    return e.help.empty() ? std::string() : word(e.name + ".help", language, e.help);
}
std::string field_label(const EntityInfo& e, const FieldInfo& f, std::string_view language) {
    return f.custom ? f.label : word(field_path(e, f) + ".label", language, f.label);
}
std::string field_help(const EntityInfo& e, const FieldInfo& f, std::string_view language) {
    return f.custom || f.help.empty() ? f.help : word(field_path(e, f) + ".help", language, f.help);
}
std::string choice_label(const EntityInfo& e, const FieldInfo& f, const ChoiceInfo& c, std::string_view language) {
    return f.custom ? c.label : word(field_path(e, f) + ".choices." + c.value, language, c.label);
}
std::string action_label(const EntityInfo& e, const ActionInfo& a, std::string_view language) {
    return word(e.name + ".actions." + a.name + ".label", language, a.label);
}
std::string action_help(const EntityInfo& e, const ActionInfo& a, std::string_view language) {
    return a.help.empty() ? std::string() : word(e.name + ".actions." + a.name + ".help", language, a.help);
}
std::string parameter_label(const EntityInfo& e, const ActionInfo& a, const model::Parameter& p, std::string_view language) {
    return word(e.name + ".actions." + a.name + ".parameters." + std::string(p.name) + ".label", language, p.label);
}

namespace {

void paths_of(const EntityInfo& e, std::vector<std::string>& out) {
    out.push_back(e.name + ".label");
    out.push_back(e.name + ".label_plural");
    if (!e.help.empty()) out.push_back(e.name + ".help");
    for (const FieldInfo& f : e.fields) {
        if (f.custom || f.system) continue;
        out.push_back(field_path(e, f) + ".label");
        if (!f.help.empty()) out.push_back(field_path(e, f) + ".help");
        for (const ChoiceInfo& c : f.choices) out.push_back(field_path(e, f) + ".choices." + c.value);
    }
    for (const model::RuleInfo& rule : e.rules) out.push_back(e.name + ".rules." + rule.code);
    for (const ActionInfo& a : e.actions) {
        const std::string at = e.name + ".actions." + a.name;
        out.push_back(at + ".label");
        if (!a.help.empty()) out.push_back(at + ".help");
        for (const model::Parameter& p : a.declared->parameters) {
            out.push_back(at + ".parameters." + std::string(p.name) + ".label");
            for (const model::Choice& c : p.choices) out.push_back(at + ".parameters." + std::string(p.name) + ".choices." + std::string(c.value));
        }
    }
}

}  // namespace

std::vector<std::string> expected_paths(const model::Catalog& catalog, std::string_view module) {
    std::vector<std::string> out;
    for (const auto& entity : catalog.entities())
        if (entity->module == module) paths_of(*entity, out);
    for (const model::Module* declared : catalog.modules()) {
        if (declared->name != module) continue;
        for (const model::Figure& figure : declared->figures) {
            out.push_back("figures." + std::string(figure.name) + ".label");
            out.push_back("figures." + std::string(figure.name) + ".definition");
            for (const model::Dimension& dimension : figure.dimensions) out.push_back("dimensions." + std::string(dimension.name));
        }
    }
    if (module == "derive")
        for (const char* period : {"month", "quarter", "year"}) out.push_back(std::string("dimensions.") + period);
    if (module == "derive" && !catalog.entities().empty())
        for (const FieldInfo& f : catalog.entities().front()->fields) {
            if (!f.system) continue;
            out.push_back("record." + f.name + ".label");
            if (!f.help.empty()) out.push_back("record." + f.name + ".help");
        }
    return out;
}

}  // namespace fairlead::derive
