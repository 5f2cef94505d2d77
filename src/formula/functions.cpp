// The table of functions, found by name, and what the groups share.
#include "formula/functions.h"

#include <cmath>
#include <cstdio>
#include <unordered_map>

namespace fairlead::formula {

bool Call::whole(std::size_t i, std::int64_t least, std::int64_t most, const char* what, std::int64_t& out) const {
    // Parts of a whole are cut off, as in spreadsheets.
    const auto number = arguments[i].as_decimal().to_scaled(0, Rounding::towards_zero);
    if (!number || *number < least || *number > most)
        return bad(std::string(what) + " must lie between " + std::to_string(least) + " and " + std::to_string(most));
    out = *number;
    return true;
}

bool Call::too_large() const { return evaluator.fail("number_too_large", "The result is larger than a number can be here", node); }

bool Call::give(std::optional<Decimal> value) const {
    if (!value) return too_large();
    result.set(*value);
    return true;
}

std::optional<Decimal> decimal_of(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.15g", value);
    if (const auto exact = Decimal::parse(digits)) return exact;
    return Decimal::from_double(std::strtod(digits, nullptr));
}

const std::vector<const Function*>& all_functions() {
    static const std::vector<const Function*> all = [] {
        std::vector<const Function*> list;
        for (const auto group : {logical_functions(), number_functions(), aggregate_functions(), text_functions(), date_functions()})
            for (const Function& function : group) list.push_back(&function);
        return list;
    }();
    return all;
}

const Function* find_function(std::string_view name) {
    static const std::unordered_map<std::string_view, const Function*> by_name = [] {
        std::unordered_map<std::string_view, const Function*> map;
        for (const Function* function : all_functions()) map.emplace(function->name, function);
        // Names that other programs use for the same.
        constexpr std::pair<std::string_view, std::string_view> also[] = {
            {"STARTS_WITH", "BEGINS"}, {"STARTSWITH", "BEGINS"}, {"ENDS_WITH", "ENDS"}, {"ENDSWITH", "ENDS"}, {"ISEMPTY", "ISBLANK"},
            {"ISNULL", "ISBLANK"}, {"IFNULL", "IFBLANK"}, {"CONCATENATE", "CONCAT"}, {"AVG", "AVERAGE"}, {"CEIL", "CEILING"}};
        for (const auto& [other, name] : also) map.emplace(other, map.at(name));
        return map;
    }();
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
}

std::string_view function_name(const Node& node) { return node.function ? node.function->name : std::string_view(); }

std::vector<FunctionHelp> function_help() {
    std::vector<FunctionHelp> help;
    for (const Function* f : all_functions())
        help.push_back({std::string(f->name), std::string(f->group), std::string(f->signature), std::string(f->about),
                        std::string(f->example), std::string(f->answer), f->postgres});
    return help;
}

}  // namespace fairlead::formula
