// A value while a formula is being computed: money keeps its fraction until the result is rounded once, and
// its amount in the reporting currency beside it.
#pragma once
#include <string>

#include "formula/formula.h"

namespace fairlead::formula {

struct Datum {
    enum Kind : std::uint8_t { empty, boolean, whole, decimal, money, text, date, instant, duration, reference, list };
    Kind kind = empty;
    bool has_reporting = false;
    bool unrated = false;  // money whose record has no rate for it
    Currency currency{};
    // whole and reference: the number; decimal and money: units of 10^-12; date: days; instant, duration:
    // microseconds; boolean: 0 or 1.
    Int128 number = 0;
    Int128 reporting = 0;  // money: units in the reporting currency
    std::string chars;
    ValueList items;

    bool is_empty() const { return kind == empty || (kind == text && chars.empty()); }
    bool is_true() const { return kind == boolean && number != 0; }

    void set_empty() { kind = empty; unrated = false; }
    void set(bool value) { kind = boolean; number = value ? 1 : 0; }
    void set_whole(Int128 value) { kind = whole; number = value; }
    void set(Decimal value) { kind = decimal; number = value.units; }
    void set(Date value) { kind = date; number = value.days; }
    void set(Instant value) { kind = instant; number = value.micros; }
    void set(Duration value) { kind = duration; number = value.micros; }
    void set(Id value) { kind = reference; number = value.value; }
    void set(std::string value) { kind = text; chars = std::move(value); }
    void set(Decimal amount, Currency in) { kind = money; number = amount.units; currency = in; has_reporting = unrated = false; }

    // A number as a decimal; an empty one is 0.
    Decimal as_decimal() const { return Decimal{kind == whole ? number * Decimal::one : kind == empty ? Int128{0} : number}; }
    Date as_date() const { return Date{static_cast<std::int32_t>(number)}; }
    std::int64_t as_whole() const { return static_cast<std::int64_t>(number); }
};

// `value` is consumed: texts are moved.
void load(Datum& out, Value&& value);
// As the value of a node of type `type`; money is rounded half-even here. Nothing when it does not fit.
std::optional<Value> unload(const Datum& datum, const FieldType& type);
// For & and text functions: "TRUE", "12.5", "2026-11-25", "1234.50 USD".
std::string datum_text(const Datum& datum);

}  // namespace fairlead::formula
