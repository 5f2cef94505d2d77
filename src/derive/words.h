// The catalogue's words in a reader's language. English stands in the declarations; other languages are message
// files beside the modules (src/modules/<module>/vi.json), keyed by the catalogue's paths and embedded.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalog.h"

namespace fairlead::derive {

// A message file, as embedded by the build.
struct MessageFile {
    std::string_view module, language, json;
};
std::span<const MessageFile> message_files();

// The word at `path` ("opportunity.amount.label"), or `english` where the language has none.
std::string word(std::string_view path, std::string_view language, std::string_view english);

std::string entity_label(const model::EntityInfo& entity, std::string_view language);
std::string entity_label_plural(const model::EntityInfo& entity, std::string_view language);
std::string entity_help(const model::EntityInfo& entity, std::string_view language);
std::string field_label(const model::EntityInfo& entity, const model::FieldInfo& field, std::string_view language);
std::string field_help(const model::EntityInfo& entity, const model::FieldInfo& field, std::string_view language);
std::string choice_label(const model::EntityInfo& entity, const model::FieldInfo& field, const model::ChoiceInfo& choice, std::string_view language);
std::string action_label(const model::EntityInfo& entity, const model::ActionInfo& action, std::string_view language);
std::string action_help(const model::EntityInfo& entity, const model::ActionInfo& action, std::string_view language);
std::string parameter_label(const model::EntityInfo& entity, const model::ActionInfo& action, const model::Parameter& parameter,
                            std::string_view language);

// What a refusal says, by its code: "refusals.<code>", or the message of the rule that has that code. Placeholders
// are still in it. Empty where the language has none.
std::string_view refusal_words(std::string_view code, std::string_view language);

// Every path that a language must have for this catalogue (custom fields are in the company's own words).
std::vector<std::string> expected_paths(const model::Catalog& catalog, std::string_view module);

}  // namespace fairlead::derive
