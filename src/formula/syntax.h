// The formula as written: a tree without types, made by the parser and read by the checker.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "formula/formula.h"

namespace fairlead::formula {

struct Syntax {
    enum Kind : std::uint8_t { number, text, boolean, name, call, unary, binary, empty };
    Kind kind = empty;
    Op op = Op::constant;           // unary, binary
    std::string word;               // number and text as read, name with dots, function in capitals
    Place place;
    Place word_place;               // of the function's name or the operator
    std::vector<std::unique_ptr<Syntax>> parts;
};
using SyntaxPtr = std::unique_ptr<Syntax>;

// Refuses "syntax" and "too_complex".
Result<SyntaxPtr> parse(std::string_view text, const CheckOptions& options);

// A refusal that points at a part of the formula.
Refused refuse_at(std::string code, std::string message, Place place, std::string_view text);

}  // namespace fairlead::formula
