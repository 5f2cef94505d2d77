// The functions of the formula language inside SQLite: the same code computes a filter and a record.
#include "store/sqlite/functions.h"

#include <sqlite3.h>

#include "formula/formula.h"
#include "store/database.h"

namespace fairlead::store {
namespace {

Value argument(sqlite3_value* value) {
    switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_value_int64(value));
        case SQLITE_FLOAT: {
            const auto decimal = Decimal::from_double(sqlite3_value_double(value));
            return decimal ? Value(*decimal) : Value();
        }
        case SQLITE_TEXT:
            return std::string(reinterpret_cast<const char*>(sqlite3_value_text(value)), static_cast<std::size_t>(sqlite3_value_bytes(value)));
        default: return {};
    }
}

void answer(sqlite3_context* context, const Value& value) {
    const auto text = [&](const std::string& t) { sqlite3_result_text64(context, t.data(), t.size(), SQLITE_TRANSIENT, SQLITE_UTF8); };
    if (value.empty()) return sqlite3_result_null(context);
    if (const auto* flag = value.get<bool>()) return sqlite3_result_int64(context, *flag ? 1 : 0);
    if (const auto* whole = value.get<std::int64_t>()) return sqlite3_result_int64(context, *whole);
    if (const auto* t = value.get<std::string>()) return text(*t);
    if (const auto* date = value.get<Date>()) return sqlite3_result_int64(context, date->days);
    if (const auto* instant = value.get<Instant>()) return sqlite3_result_int64(context, instant->micros);
    if (const auto* duration = value.get<Duration>()) return sqlite3_result_int64(context, duration->micros);
    if (const auto* id = value.get<Id>()) return sqlite3_result_int64(context, id->value);
    text(to_text(value));
}

void call(sqlite3_context* context, int count, sqlite3_value** values) {
    const auto* function = static_cast<const formula::SqlFunction*>(sqlite3_user_data(context));
    try {
        std::vector<Value> arguments;
        arguments.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) arguments.push_back(argument(values[i]));
        answer(context, function->call(arguments));
    } catch (const std::exception& failure) {
        sqlite3_result_error(context, failure.what(), -1);
    }
}

}  // namespace

void install_functions(sqlite3* database) {
    for (const formula::SqlFunction& function : formula::sqlite_functions()) {
        const int code = sqlite3_create_function_v2(database, function.name, function.arity, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                                    const_cast<formula::SqlFunction*>(&function), call, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw DatabaseError(DatabaseError::other, std::string("SQLite does not take the function ") + function.name);
    }
}

}  // namespace fairlead::store
