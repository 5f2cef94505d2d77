// Printing answers.
#include "cli/print.h"

#include <algorithm>
#include <cstdio>

#include "cli/open_store.h"

namespace fairlead::cli {
namespace {

std::string cell(const derive::Json& row, std::string_view column) {
    const derive::Json* value = row.find(column);
    if (value == nullptr) return {};
    if (value->is(derive::Json::Kind::boolean)) return value->flag ? "yes" : "no";
    std::string text = value->text;
    // What is shown on a terminal must not steer it.
    std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return text;
}

std::size_t width_of(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

int print_answer(const Result<std::string>& answer, bool as_json, const std::function<void(const derive::Json&)>& for_people) {
    if (!answer) return print_refusal(answer.refused());
    if (as_json) {
        std::printf("%s\n", answer->c_str());
        return 0;
    }
    const auto json = derive::parse_json(*answer);
    ensure(static_cast<bool>(json), "a command answers JSON");
    for_people(*json);
    return 0;
}

void print_table(const derive::Json& json, const std::vector<std::string_view>& columns) {
    const derive::Json* data = json.find("data");
    ensure(data != nullptr, "a list answers data");
    std::vector<std::vector<std::string>> rows(1);
    for (const auto column : columns) rows[0].emplace_back(column);
    for (const derive::Json& row : data->items) {
        rows.emplace_back();
        for (const auto column : columns) rows.back().push_back(cell(row, column));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + (i + 1 < row.size() ? std::string(widths[i] - width_of(row[i]) + 2, ' ') : "");
        std::printf("%s\n", line.c_str());
    }
}

}  // namespace fairlead::cli
