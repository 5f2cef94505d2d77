// Functions of numbers. What is exact stays exact; roots, powers and logarithms keep 15 significant digits.
#include <cmath>

#include "formula/functions.h"

namespace fairlead::formula {
namespace {

constexpr int reach = 26;  // digits on either side of the point that a number can have

// The result keeps the kind of the first argument: money stays money.
bool give_like_first(const Call& call, std::optional<Decimal> value, std::optional<Decimal> reporting) {
    if (!value || !reporting) return call.too_large();
    const Datum& first = call.at(0);
    const Currency currency = first.currency;
    const bool has_reporting = first.has_reporting, unrated = first.unrated;
    if (first.kind == Datum::money) {
        call.result.set(*value, currency);
        call.result.unrated = unrated;
        call.result.has_reporting = has_reporting;
        call.result.reporting = reporting->units;
    } else {
        call.result.set(*value);
    }
    return true;
}

// Applies `step` to the number, and to its reporting amount where there is one.
template <class Step>
bool apply(const Call& call, Step step) {
    const Datum& first = call.at(0);
    if (first.kind == Datum::duration) return call.bad("A duration cannot be rounded; turn it into hours with IN_HOURS first");
    return give_like_first(call, step(first.as_decimal()), first.has_reporting && first.kind == Datum::money ? step(Decimal{first.reporting}) : Decimal{});
}

bool rounding_to_digits(const Call& call, Rounding rounding) {
    std::int64_t digits = 0;
    if (call.count() > 1 && !call.whole(1, -reach, reach, "The number of digits", digits)) return false;
    return apply(call, [&](Decimal d) { return d.rounded(static_cast<int>(digits), rounding); });
}
bool run_round(const Call& call) { return rounding_to_digits(call, Rounding::half_away); }
bool run_rounddown(const Call& call) { return rounding_to_digits(call, Rounding::towards_zero); }
bool run_roundup(const Call& call) { return rounding_to_digits(call, Rounding::away_from_zero); }
bool run_roundeven(const Call& call) { return rounding_to_digits(call, Rounding::half_even); }
bool run_int(const Call& call) {
    return apply(call, [](Decimal d) { return d.rounded(0, Rounding::floor); });
}

bool to_multiple(const Call& call, Rounding rounding) {
    const Decimal step = call.count() > 1 ? call.number(1) : Decimal::of(1);
    if (step.units == 0) {
        call.result.set(Decimal{});
        return true;
    }
    if (step.negative() && call.number(0).units > 0) return call.bad("A positive number cannot be rounded to a negative multiple");
    const Decimal size{step.negative() ? -step.units : step.units};
    return apply(call, [&](Decimal d) -> std::optional<Decimal> {
        // Whole steps, counted in integers: dividing first would round at the twelfth place.
        const Int128 rest = d.units % size.units;
        const Int128 towards_zero = d.units - rest;
        if (rest == 0) return d;
        const bool negative = d.units < 0;
        const Int128 distance = negative ? -rest : rest;
        const bool away = rounding == Rounding::half_away ? distance >= size.units - distance
                          : rounding == Rounding::floor   ? negative
                                                          : !negative;
        return away ? add(Decimal{towards_zero}, Decimal{negative ? -size.units : size.units}) : std::optional<Decimal>(Decimal{towards_zero});
    });
}
bool run_mround(const Call& call) {
    if (call.number(0).units != 0 && call.number(1).negative() != call.number(0).negative() && call.number(1).units != 0)
        return call.bad("The number and the multiple must have the same sign");
    Datum& step = call.at(1);
    if (step.as_decimal().negative()) step.set(Decimal{-step.as_decimal().units});
    return to_multiple(call, Rounding::half_away);
}
bool run_ceiling(const Call& call) { return to_multiple(call, Rounding::ceiling); }
bool run_floor(const Call& call) { return to_multiple(call, Rounding::floor); }

bool run_abs(const Call& call) {
    const Datum& first = call.at(0);
    if (first.kind == Datum::duration) {
        call.result.set(Duration{first.as_whole() < 0 ? -first.as_whole() : first.as_whole()});
        return true;
    }
    return apply(call, [](Decimal d) { return std::optional<Decimal>(Decimal{d.units < 0 ? -d.units : d.units}); });
}
bool run_sign(const Call& call) {
    const Datum& first = call.at(0);
    call.result.set_whole(first.is_empty() ? 0 : first.number < 0 ? -1 : first.number > 0 ? 1 : 0);
    return true;
}
bool run_mod(const Call& call) {
    const Decimal divisor = call.number(1);
    if (divisor.units == 0) return call.evaluator.fail("division_by_zero", "MOD by zero has no result", call.node);
    Int128 rest = call.number(0).units % divisor.units;
    if (rest != 0 && (rest < 0) != (divisor.units < 0)) rest += divisor.units;  // the sign of the divisor
    call.result.set(Decimal{rest});
    return true;
}
bool run_quotient(const Call& call) {
    if (call.number(1).units == 0) return call.evaluator.fail("division_by_zero", "QUOTIENT by zero has no result", call.node);
    call.result.set(Decimal{0});
    const Int128 whole = call.number(0).units / call.number(1).units;
    return call.give(multiply(Decimal{whole}, Decimal{Decimal::one * Decimal::one}));
}
bool run_power(const Call& call) {
    const Decimal base = call.number(0);
    const auto exponent = call.number(1).whole();
    if (base.units == 0 && call.number(1).negative()) return call.evaluator.fail("division_by_zero", "Zero cannot be raised to a negative power", call.node);
    if (base.negative() && !exponent) return call.bad("A negative number can be raised to whole powers only");
    if (!exponent || *exponent < 0 || *exponent > 64) return call.give(decimal_of(std::pow(base.to_double(), call.number(1).to_double())));
    std::optional<Decimal> result = Decimal::of(1);
    for (std::int64_t i = 0; result && i < *exponent; ++i) result = multiply(*result, base);
    return call.give(result);
}
bool run_sqrt(const Call& call) {
    if (call.number(0).negative()) return call.bad("A negative number has no square root");
    return call.give(decimal_of(std::sqrt(call.number(0).to_double())));
}
bool run_exp(const Call& call) { return call.give(decimal_of(std::exp(call.number(0).to_double()))); }
bool logarithm(const Call& call, double (*of)(double)) {
    if (call.number(0).units <= 0) return call.bad("Only a number above zero has a logarithm");
    return call.give(decimal_of(of(call.number(0).to_double())));
}
bool run_ln(const Call& call) { return logarithm(call, std::log); }
bool run_log10(const Call& call) { return logarithm(call, std::log10); }
bool run_log(const Call& call) {
    if (call.count() < 2) return run_log10(call);
    if (call.number(0).units <= 0 || call.number(1).units <= 0) return call.bad("Only numbers above zero have a logarithm");
    if (call.number(1) == Decimal::of(1)) return call.evaluator.fail("division_by_zero", "There is no logarithm to base 1", call.node);
    return call.give(decimal_of(std::log(call.number(0).to_double()) / std::log(call.number(1).to_double())));
}
bool run_pi(const Call& call) { return call.give(decimal_of(3.14159265358979)); }

bool run_even_odd(const Call& call, bool odd) {
    const auto whole = call.number(0).to_scaled(0, Rounding::towards_zero);
    if (!whole) return call.too_large();
    call.result.set((*whole % 2 != 0) == odd);
    return true;
}
bool run_iseven(const Call& call) { return run_even_odd(call, false); }
bool run_isodd(const Call& call) { return run_even_odd(call, true); }

bool run_amount(const Call& call) {
    Int128 units = 0;
    if (call.at(0).is_empty()) {
        call.result.set_empty();
        return true;
    }
    units = call.at(0).number;
    call.result.set(Decimal{units});
    return true;
}
bool run_reporting(const Call& call) {
    Datum& money = call.at(0);
    if (money.is_empty()) {
        call.result.set_empty();
        return true;
    }
    Int128 units = 0;
    if (!call.evaluator.to_reporting(money, units, call.node)) return false;
    call.result.set(Decimal{units}, call.evaluator.context().currency);
    call.result.has_reporting = true;
    call.result.reporting = units;
    return true;
}
bool run_money(const Call& call) {
    const Currency own = call.evaluator.context().currency;
    if (call.at(0).kind == Datum::money) {
        if (&call.result != &call.at(0)) call.result = call.at(0);
        return true;
    }
    if (call.at(0).is_empty()) {
        call.result.set_empty();
        return true;
    }
    Currency currency = own;
    if (call.count() > 1) {
        const auto named = Currency::parse(call.text(1));
        if (!named) return call.bad("\"" + call.text(1) + "\" is not a currency; write its three letters, as \"EUR\"");
        currency = *named;
    }
    const Int128 units = call.number(0).units;
    call.result.set(Decimal{units}, currency);
    call.result.has_reporting = currency == own;
    call.result.reporting = units;
    return true;
}
bool run_currency(const Call& call) {
    call.result.set(call.at(0).kind == Datum::money ? call.at(0).currency.text() : std::string());
    return true;
}

constexpr std::string_view group = "Numbers";
constexpr Function functions[] = {
    {"ABS", group, "v", '1', run_abs, nullptr, false, true, true, "ABS(number)", "The number without its sign.", "ABS(-3.5)", "3.5"},
    {"AMOUNT", group, "m", 'n', run_amount, nullptr, false, true, false, "AMOUNT(money)", "The number of an amount, without its currency.", "AMOUNT(BLANK())", ""},
    {"CEILING", group, "vn?", '1', run_ceiling, nullptr, false, true, false, "CEILING(number, multiple)", "Rounds up to the next multiple (1 when left out).", "CEILING(23, 5)", "25"},
    {"CURRENCY", group, "m", 't', run_currency, nullptr, false, true, false, "CURRENCY(money)", "The currency code of an amount.", "CURRENCY(BLANK())", ""},
    {"EXP", group, "n", 'n', run_exp, nullptr, false, true, false, "EXP(number)", "e raised to the number.", "EXP(0)", "1"},
    {"FLOOR", group, "vn?", '1', run_floor, nullptr, false, true, false, "FLOOR(number, multiple)", "Rounds down to the next multiple (1 when left out).", "FLOOR(23, 5)", "20"},
    {"INT", group, "v", '1', run_int, nullptr, false, true, true, "INT(number)", "Rounds down to a whole number.", "INT(-2.5)", "-3"},
    {"ISEVEN", group, "n", 'b', run_iseven, nullptr, false, true, false, "ISEVEN(number)", "True when the whole part is even.", "ISEVEN(4)", "TRUE"},
    {"ISODD", group, "n", 'b', run_isodd, nullptr, false, true, false, "ISODD(number)", "True when the whole part is odd.", "ISODD(3)", "TRUE"},
    {"LN", group, "n", 'n', run_ln, nullptr, false, true, false, "LN(number)", "The natural logarithm.", "LN(1)", "0"},
    {"LOG", group, "nn?", 'n', run_log, nullptr, false, true, false, "LOG(number, base)", "The logarithm to the base (10 when left out).", "LOG(8, 2)", "3"},
    {"LOG10", group, "n", 'n', run_log10, nullptr, false, true, false, "LOG10(number)", "The logarithm to base 10.", "LOG10(1000)", "3"},
    {"MOD", group, "nn", 'n', run_mod, nullptr, false, true, true, "MOD(number, divisor)", "What is left after dividing; it has the sign of the divisor.", "MOD(-3, 2)", "1"},
    {"MONEY", group, "vt?", '$', run_money, nullptr, false, false, true, "MONEY(number, currency)", "An amount of money, in the reporting currency when none is named.", "CURRENCY(MONEY(5, \"EUR\"))", "EUR"},
    {"MROUND", group, "vn", '1', run_mround, nullptr, false, true, false, "MROUND(number, multiple)", "Rounds to the nearest multiple.", "MROUND(17, 5)", "15"},
    {"PI", group, "", 'n', run_pi, nullptr, false, true, false, "PI()", "The number pi, to 12 places.", "PI()", "3.14159265359"},
    {"POWER", group, "nn", 'n', run_power, nullptr, false, true, false, "POWER(number, power)", "The number raised to the power, as with ^.", "POWER(2, 10)", "1024"},
    {"QUOTIENT", group, "nn", 'n', run_quotient, nullptr, false, true, false, "QUOTIENT(number, divisor)", "How many times the divisor fits, without the rest.", "QUOTIENT(7, 2)", "3"},
    {"REPORTING", group, "m", '$', run_reporting, nullptr, false, false, false, "REPORTING(money)", "The amount in the reporting currency: as stored with the record, else at today's rate.", "REPORTING(BLANK())", ""},
    {"ROUND", group, "vn?", '1', run_round, nullptr, false, true, true, "ROUND(number, digits)",
     "Rounds to so many digits after the point, halves away from zero; negative digits round before the point.", "ROUND(2.345, 2)", "2.35"},
    {"ROUNDDOWN", group, "vn?", '1', run_rounddown, nullptr, false, true, true, "ROUNDDOWN(number, digits)", "Rounds towards zero.", "ROUNDDOWN(-2.999, 1)", "-2.9"},
    {"ROUNDEVEN", group, "vn?", '1', run_roundeven, nullptr, false, true, false, "ROUNDEVEN(number, digits)", "Rounds halves to the even neighbour, as amounts of money are.", "ROUNDEVEN(2.5, 0)", "2"},
    {"ROUNDUP", group, "vn?", '1', run_roundup, nullptr, false, true, true, "ROUNDUP(number, digits)", "Rounds away from zero.", "ROUNDUP(2.1, 0)", "3"},
    {"SIGN", group, "v", 'w', run_sign, nullptr, false, true, true, "SIGN(number)", "1, 0 or -1.", "SIGN(-4)", "-1"},
    {"SQRT", group, "n", 'n', run_sqrt, nullptr, false, true, false, "SQRT(number)", "The square root.", "SQRT(16)", "4"},
    {"TRUNC", group, "vn?", '1', run_rounddown, nullptr, false, true, true, "TRUNC(number, digits)", "Cuts digits off, towards zero.", "TRUNC(-8.9)", "-8"},
};

}  // namespace

std::span<const Function> number_functions() { return functions; }

}  // namespace fairlead::formula
