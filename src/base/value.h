// A value of a field or of a formula: one of a dozen types, or empty.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "base/id.h"
#include "base/money.h"

namespace fairlead {

enum class Type : std::uint8_t {
    boolean,
    whole,      // 64-bit whole number
    decimal,    // exact decimal
    percent,    // a decimal where 0.05 is 5 %
    money,
    text,
    date,
    instant,
    duration,
    choice,     // text that is one of a declared set
    reference,  // id of a record of another entity
    list,
};
std::string_view type_name(Type type);

class Value;
using ValueList = std::shared_ptr<const std::vector<Value>>;

// Choice is held as text, percent as Decimal; the field's type tells them apart.
class Value {
  public:
    using Held = std::variant<std::monostate, bool, std::int64_t, Decimal, Money, std::string, Date, Instant, Duration,
                              Id, ValueList>;
    Value() = default;
    template <class T>
    Value(T held) requires std::is_constructible_v<Held, T> : held_(std::move(held)) {}
    Value(const char* text) : held_(std::string(text)) {}
    Value(std::string_view text) : held_(std::string(text)) {}
    Value(int whole) : held_(static_cast<std::int64_t>(whole)) {}

    bool empty() const { return held_.index() == 0; }
    template <class T>
    bool is() const { return std::holds_alternative<T>(held_); }
    template <class T>
    const T& as() const { return std::get<T>(held_); }
    template <class T>
    const T* get() const { return std::get_if<T>(&held_); }
    const Held& held() const { return held_; }

    // The same type and the same value, to the letter; no folding of case, no empty text equal to empty.
    friend bool operator==(const Value& a, const Value& b);

  private:
    Held held_;
};

// For logs, errors and traces: "12.5", "2026-11-25", "1234.50 USD"; empty gives "".
std::string to_text(const Value& value);

}  // namespace fairlead
