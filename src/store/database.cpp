// What both databases share: binding of values and quoting of names.
#include "store/database.h"

namespace fairlead::store {

std::string quoted(std::string_view identifier) {
    std::string out = "\"";
    for (const char c : identifier) {
        if (c == '"') out += '"';
        out += c;
    }
    return out += '"';
}

void bind_value(Statement& statement, int index, const Value& value) {
    if (value.empty()) return statement.bind_null(index);
    if (const auto* flag = value.get<bool>()) return statement.bind_flag(index, *flag);
    if (const auto* whole = value.get<std::int64_t>()) return statement.bind(index, *whole);
    if (const auto* text = value.get<std::string>()) return statement.bind(index, std::string_view(*text));
    if (const auto* date = value.get<Date>()) return statement.bind(index, static_cast<std::int64_t>(date->days));
    if (const auto* instant = value.get<Instant>()) return statement.bind(index, instant->micros);
    if (const auto* duration = value.get<Duration>()) return statement.bind(index, duration->micros);
    if (const auto* id = value.get<Id>()) return statement.bind(index, id->value);
    if (const auto* money = value.get<Money>()) return statement.bind(index, money->minor);
    if (const auto* decimal = value.get<Decimal>()) return statement.bind(index, std::string_view(decimal->text()));
    throw InvariantBroken("a list cannot be bound to a statement");
}

}  // namespace fairlead::store
