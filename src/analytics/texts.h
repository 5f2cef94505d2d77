// Pieces of formula text.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "base/date.h"
#include "base/id.h"

namespace fairlead::analytics {

inline std::string date_text(Date date) {
    return "DATE(" + std::to_string(date.year()) + "," + std::to_string(date.month()) + "," + std::to_string(date.day()) + ")";
}

inline std::string both(const std::string& a, const std::string& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    return "(" + a + ") AND (" + b + ")";
}

// The field's day is one of these, both inclusive; empty where there is no bound.
inline std::string within_days(const std::string& field, std::optional<Date> from, std::optional<Date> to) {
    std::string text;
    if (from) text = field + " >= " + date_text(*from);
    if (to) text = both(text, field + " <= " + date_text(*to));
    return text;
}

inline std::string one_of(std::span<const Id> ids) {
    std::string text;
    for (const Id id : ids) text += (text.empty() ? "id IN (\"" : ", \"") + id.text() + "\"";
    return text.empty() ? "FALSE" : text + ")";
}
constexpr std::size_t named_most = 200;  // as many records are named in a filter

}  // namespace fairlead::analytics
