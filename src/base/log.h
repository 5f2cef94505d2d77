// The log: one line of JSON per event on standard error, at most 4 KiB, control characters escaped.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace fairlead {

enum class Level { info, warning, error };

struct LogField {
    std::string_view name;
    std::variant<std::string_view, long long, double> value;
};

// Writes the line in one piece, so that lines of several threads never mix. Secrets are never handed in.
void log(Level level, std::string_view event, std::initializer_list<LogField> fields = {});
// The same as text, for tests.
std::string log_line(Level level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace fairlead
