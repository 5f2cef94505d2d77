// The functions of the language: what each takes and gives, how it is computed, and its help.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "formula/datum.h"
#include "formula/evaluator.h"
#include "formula/formula.h"

namespace fairlead::formula {

// A call of an ordinary function: arguments computed already, missing ones empty.
struct Call {
    Evaluator& evaluator;
    const Node& node;
    std::span<Datum> arguments;
    Datum& result;

    std::size_t count() const { return arguments.size(); }
    Datum& at(std::size_t i) const { return arguments[i]; }
    bool given(std::size_t i) const { return i < arguments.size() && !arguments[i].is_empty(); }
    Decimal number(std::size_t i) const { return arguments[i].as_decimal(); }
    std::string text(std::size_t i) const { return i < arguments.size() ? datum_text(arguments[i]) : std::string(); }
    Date date(std::size_t i) const { return evaluator.date_of(arguments[i]); }
    // A whole number between the bounds; fails with bad_argument naming `what`.
    bool whole(std::size_t i, std::int64_t least, std::int64_t most, const char* what, std::int64_t& out) const;
    bool bad(std::string message) const { return evaluator.fail("bad_argument", std::move(message), node); }
    bool too_large() const;
    bool give(std::optional<Decimal> value) const;
};

using Run = bool (*)(const Call&);
// Functions that decide themselves which arguments they compute.
using RunLazy = bool (*)(Evaluator&, const Node&, Datum&, Trace*);

// Parameters, one letter each: n number, v number or money or duration, r the same or a list of them, o anything
// with an order, m money, u duration, t text (all else is written out), d date or instant, e the same or a text
// or a list, b condition, c condition over related records, a anything. '?' after it: may be left out; '+': one
// or more; '*': none or more.
// Result: w whole, n decimal, t text, d date, i instant, b boolean, u duration, $ money, 1 as the first argument,
// m as all the values together, g their mean, x decided by the checker.
struct Function {
    std::string_view name, group, parameters;
    char result = 'n';
    Run run = nullptr;
    RunLazy run_lazy = nullptr;
    bool uses_now = false;
    bool pure = true;       // depends on its arguments alone, so that it may be computed when checked
    bool postgres = false;  // can run as PostgreSQL's SQL
    std::string_view signature, about, example, answer;
};

const Function* find_function(std::string_view name);  // in capitals
const std::vector<const Function*>& all_functions();   // by group, then name

// The groups, one file each.
std::span<const Function> logical_functions();
std::span<const Function> number_functions();
std::span<const Function> text_functions();
std::span<const Function> date_functions();
std::span<const Function> aggregate_functions();

// 15 significant digits, as spreadsheets keep: hides what binary arithmetic leaves behind.
std::optional<Decimal> decimal_of(double value);

}  // namespace fairlead::formula
