// Values: names of types, strict equality, and the plain text of a value.
#include "base/value.h"

namespace fairlead {

std::string_view type_name(Type type) {
    switch (type) {
        case Type::boolean: return "boolean";
        case Type::whole: return "whole";
        case Type::decimal: return "decimal";
        case Type::percent: return "percent";
        case Type::money: return "money";
        case Type::text: return "text";
        case Type::date: return "date";
        case Type::instant: return "instant";
        case Type::duration: return "duration";
        case Type::choice: return "choice";
        case Type::reference: return "reference";
        case Type::list: return "list";
    }
    return "unknown";
}

bool operator==(const Value& a, const Value& b) {
    if (a.held_.index() != b.held_.index()) return false;
    if (const auto* left = a.get<ValueList>()) {
        const auto& right = b.as<ValueList>();
        if (!*left || !right) return !*left == !right;
        return **left == *right;
    }
    return a.held_ == b.held_;
}

namespace {

std::string duration_text(Duration duration) {
    constexpr std::int64_t second = 1'000'000;
    std::string out = duration.micros < 0 ? "-" : "";
    const auto micros = duration.micros < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(duration.micros)
                                            : static_cast<std::uint64_t>(duration.micros);
    const std::uint64_t seconds = micros / second;
    const auto two = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    out += std::to_string(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
    if (const std::uint64_t rest = micros % second; rest != 0) {
        std::string fraction = std::to_string(rest);
        fraction.insert(0, 6 - fraction.size(), '0');
        while (fraction.back() == '0') fraction.pop_back();
        out += "." + fraction;
    }
    return out;
}

struct AsText {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(const Decimal& v) const { return v.text(); }
    std::string operator()(const Money& v) const { return v.currency ? v.amount_text() + " " + v.currency.text() : v.amount_text(); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(Date v) const { return v.text(); }
    std::string operator()(Instant v) const { return v.text(); }
    std::string operator()(Duration v) const { return duration_text(v); }
    std::string operator()(Id v) const { return v.text(); }
    std::string operator()(const ValueList& v) const {
        std::string out;
        if (v)
            for (const Value& item : *v) out += (out.empty() ? "" : ", ") + to_text(item);
        return out;
    }
};

}  // namespace

std::string to_text(const Value& value) { return std::visit(AsText{}, value.held()); }

}  // namespace fairlead
