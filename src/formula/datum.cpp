// Between stored values and values being computed.
#include "formula/datum.h"

namespace fairlead::formula {
namespace {

struct Load {
    Datum& out;
    void operator()(std::monostate) const { out.set_empty(); }
    void operator()(bool v) const { out.set(v); }
    void operator()(std::int64_t v) const { out.set_whole(v); }
    void operator()(Decimal v) const { out.set(v); }
    void operator()(const Money& v) const { out.set(v.decimal(), v.currency); }
    void operator()(std::string& v) const { out.set(std::move(v)); }
    void operator()(Date v) const { out.set(v); }
    void operator()(Instant v) const { out.set(v); }
    void operator()(Duration v) const { out.set(v); }
    void operator()(Id v) const { v ? out.set(v) : out.set_empty(); }
    void operator()(ValueList& v) const {
        out.kind = Datum::list;
        out.items = std::move(v);
    }
};

}  // namespace

void load(Datum& out, Value&& value) {
    // The value is ours alone, so its text may be moved out of it.
    std::visit(Load{out}, const_cast<Value::Held&>(value.held()));
}

std::optional<Value> unload(const Datum& datum, const FieldType& type) {
    switch (datum.kind) {
        case Datum::empty: return Value();
        case Datum::boolean: return type.type == Type::boolean ? Value(datum.number != 0) : Value(datum_text(datum));
        case Datum::text: return datum.chars.empty() ? Value() : Value(datum.chars);
        case Datum::date: return type.type == Type::text ? Value(datum_text(datum)) : Value(datum.as_date());
        case Datum::instant: return type.type == Type::text ? Value(datum_text(datum)) : Value(Instant{datum.as_whole()});
        case Datum::duration: return type.type == Type::text ? Value(datum_text(datum)) : Value(Duration{datum.as_whole()});
        case Datum::reference: return type.type == Type::text ? Value(datum_text(datum)) : Value(Id{datum.as_whole()});
        case Datum::list: return type.type == Type::text ? Value(datum_text(datum)) : Value(datum.items);
        case Datum::money: {
            if (type.type == Type::text) return Value(datum_text(datum));
            const auto money = Money::of(Decimal{datum.number}, datum.currency);
            if (!money) return std::nullopt;
            return Value(*money);
        }
        case Datum::whole:
        case Datum::decimal: break;
    }
    if (type.type == Type::text || type.type == Type::choice) return Value(datum_text(datum));
    if (type.type != Type::whole) return Value(datum.as_decimal());
    if (datum.kind == Datum::whole) return Value(datum.as_whole());
    const auto whole = datum.as_decimal().whole();
    if (!whole) return std::nullopt;
    return Value(*whole);
}

std::string datum_text(const Datum& datum) {
    switch (datum.kind) {
        case Datum::empty: return {};
        case Datum::boolean: return datum.number != 0 ? "TRUE" : "FALSE";
        case Datum::whole: return std::to_string(datum.as_whole());
        case Datum::decimal: return Decimal{datum.number}.text();
        case Datum::money: {
            const auto money = Money::of(Decimal{datum.number}, datum.currency);
            return money ? to_text(*money) : Decimal{datum.number}.text() + " " + datum.currency.text();
        }
        case Datum::text: return datum.chars;
        case Datum::date: return datum.as_date().text();
        case Datum::instant: return Instant{datum.as_whole()}.text();
        case Datum::duration: return to_text(Duration{datum.as_whole()});
        case Datum::reference: return std::to_string(datum.as_whole());
        case Datum::list: return to_text(datum.items);
    }
    return {};
}

}  // namespace fairlead::formula
