// The forms that texts with a meaning have: e-mail and web addresses, telephone numbers, tax codes. A person who
// writes another one is told at once; an import keeps it as it is written and reports it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "model/records.h"

namespace fairlead::derive {

struct OddForm {
    Refusal reason;                      // field: its name
    std::optional<std::string> instead;  // what was probably meant
};
bool has_form(const model::FieldInfo& field);
// What is odd about the text. `country`: what the record says beside it; `at_home`: the reader's, as "VN".
std::optional<OddForm> odd_form(const model::FieldInfo& field, const std::string& text, std::string_view country, std::string_view at_home);
// The text in the form in which it is kept, where there is one: "0312345673001" is kept as "0312345673-001".
std::string in_its_form(const model::FieldInfo& field, const std::string& text, std::string_view country, std::string_view at_home);

// What a change says of the record's country, else what the record has.
std::string country_beside(const model::Patch& patch, const model::Record* before);
// The country whose rules hold where none is named: the one of the company's time zone, as "VN", or empty.
std::string home_country(std::string_view zone);

// Every odd text that is new is refused, the others are put into their form. `before` null: a new record.
Result<void> check_forms(model::Patch& patch, const model::Record* before, std::string_view zone);

}  // namespace fairlead::derive
