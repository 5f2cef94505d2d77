// Answers of commands, as JSON or for people.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "derive/json.h"

namespace fairlead::cli {

// Gives the exit code.
int print_answer(const Result<std::string>& answer, bool as_json, const std::function<void(const derive::Json&)>& for_people);
// The rows of "data" in columns.
void print_table(const derive::Json& json, const std::vector<std::string_view>& columns);

}  // namespace fairlead::cli
