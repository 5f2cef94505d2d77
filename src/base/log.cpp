// The log: structured lines on standard error.
#include "base/log.h"

#include <unistd.h>

#include <cstdio>

#include "base/date.h"
#include "base/text.h"

namespace fairlead {
namespace {
constexpr std::size_t line_max = 4096;
constexpr std::size_t value_max = 1000;

void append_escaped(std::string& out, std::string_view text) {
    const bool cut = text.size() > value_max;
    std::string_view kept = text.substr(0, value_max);
    // Not in the middle of a character.
    while (cut && !kept.empty() && (static_cast<unsigned char>(kept.back()) & 0xC0U) == 0x80U) kept.remove_suffix(1);
    if (cut && !kept.empty() && static_cast<unsigned char>(kept.back()) >= 0xC0U) kept.remove_suffix(1);
    if (is_utf8(kept)) append_json_escaped(out, kept);
    else append_json_escaped(out, "(not UTF-8)");
    if (cut) out += "…";
}
}  // namespace

std::string log_line(Level level, std::string_view event, std::initializer_list<LogField> fields) {
    static constexpr std::string_view levels[] = {"info", "warning", "error"};
    std::string line = "{\"time\":\"" + SystemClock().now().text() + "\",\"level\":\"";
    line += levels[static_cast<int>(level)];
    line += "\",\"event\":\"";
    append_escaped(line, event);
    line += '"';
    for (const LogField& field : fields) {
        std::string piece = ",\"";
        append_escaped(piece, field.name);
        piece += "\":";
        if (const auto* text = std::get_if<std::string_view>(&field.value)) {
            piece += '"';
            append_escaped(piece, *text);
            piece += '"';
        } else if (const auto* whole = std::get_if<long long>(&field.value)) {
            piece += std::to_string(*whole);
        } else {
            char digits[32];
            std::snprintf(digits, sizeof digits, "%.3f", std::get<double>(field.value));
            piece += digits;
        }
        if (line.size() + piece.size() + 2 > line_max) continue;
        line += piece;
    }
    line += "}\n";
    return line;
}

void log(Level level, std::string_view event, std::initializer_list<LogField> fields) {
    const std::string line = log_line(level, event, fields);
    // A log that cannot be written must not stop the work.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace fairlead
