// Writing a formula for PostgreSQL, node by node; what has no exact counterpart there is refused by name.
#include "formula/sql_postgres.h"

#include "base/text.h"
#include "formula/functions.h"

namespace fairlead::formula {
namespace {

constexpr std::string_view failed = "'NaN'::numeric";

bool is_numeric(Type type) {
    return type == Type::whole || type == Type::decimal || type == Type::percent || type == Type::money || type == Type::date ||
           type == Type::instant || type == Type::duration || type == Type::reference;
}
bool is_number_type(Type type) { return type == Type::whole || type == Type::decimal || type == Type::percent; }

std::string ten_to(int power) { return power == 0 ? "1" : "1e" + std::to_string(power); }

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
}

}  // namespace

void PostgresWriter::cannot(const Node& node) const {
    const std::string what = node.function ? std::string(node.function->name) : "\"" + std::string(writer_.text_of(node)) + "\"";
    throw CannotPush{what + " cannot run inside PostgreSQL"};
}

std::string PostgresWriter::condition(const Node& node, const std::string& alias) { return boolean(node, {alias, {}}); }

std::string PostgresWriter::stored(const Node& node, const std::string& alias) {
    const Scope at{alias, {}};
    if (node.type.type == Type::text || node.type.type == Type::choice) return text(node, at);
    if (!is_numeric(node.type.type)) cannot(node);
    const int scale = node.type.type == Type::money                                                  ? writer_.context().currency.decimals()
                      : node.type.type == Type::decimal || node.type.type == Type::percent ? node.type.scale
                                                                                           : 0;
    return "fairlead_stored(" + number(node, at) + ", " + std::to_string(scale) + ")";
}

// ---- Values ------------------------------------------------------------------------------------------------

std::string PostgresWriter::field(const Node& node, const Scope& at) {
    const std::string& base = node.related ? at.related : at.alias;
    if (node.path.empty()) cannot(node);
    for (const PathStep& step : node.path)
        if (writer_.names().computed(step.entity, step.name)) throw CannotPush{"\"" + step.name + "\" is computed, and computed fields cannot run inside PostgreSQL yet"};
    const PathStep& last = node.path.back();
    const auto column = [&](std::size_t which) { return [this, &last, which](const std::string& a) { return writer_.column(last, a, which); }; };
    const std::string first = writer_.at_end(node.path, base, column(0));
    switch (last.type.type) {
        case Type::decimal:
        case Type::percent: return "(" + first + "::numeric * " + ten_to(-last.type.scale) + ")";
        case Type::money: {
            if (writer_.names().columns(last.entity, last.name).size() < 3) cannot(node);
            return "fairlead_money(" + first + ", " + writer_.at_end(node.path, base, column(2)) + ", " + ten_to(-writer_.context().currency.decimals()) + ")";
        }
        case Type::text:
        case Type::choice:
        case Type::boolean: return first;
        case Type::list: cannot(node);
        default: return first + "::numeric";
    }
}

std::string PostgresWriter::constant_text(const Node& node) { return writer_.parameter(node.constant.as<std::string>()) + "::text"; }

std::string PostgresWriter::number(const Node& node, const Scope& at) {
    if (!is_numeric(node.type.type) && !node.always_empty) cannot(node);
    if (!reads_fields(node)) {  // computed here, once, by the evaluator
        const auto value = constant_value(node, writer_.context());
        if (!value) return std::string(failed);
        if (value->empty()) return "NULL::numeric";
        if (const auto* whole = value->get<std::int64_t>()) return "(" + std::to_string(*whole) + ")::numeric";
        if (const auto* decimal = value->get<Decimal>()) return "(" + decimal->text() + ")::numeric";
        if (const auto* date = value->get<Date>()) return "(" + std::to_string(date->days) + ")::numeric";
        if (const auto* moment = value->get<Instant>()) return "(" + std::to_string(moment->micros) + ")::numeric";
        if (const auto* length = value->get<Duration>()) return "(" + std::to_string(length->micros) + ")::numeric";
        if (const auto* id = value->get<Id>()) return "(" + id->text() + ")::numeric";
        cannot(node);
    }
    if (node.op == Op::field) return field(node, at);
    if (node.op == Op::call) return call(node, at);
    return arithmetic(node, at);
}

std::string PostgresWriter::arithmetic(const Node& node, const Scope& at) {
    if (node.op == Op::negate) {
        const std::string value = number(*node.arguments[0], at);
        return node.type.type == Type::duration ? "(-" + value + ")" : "(-COALESCE(" + value + ", 0))";
    }
    if (node.op == Op::percent_of) return "fairlead_divide(" + number(*node.arguments[0], at) + ", 100)";
    if (node.arguments.size() != 2) cannot(node);
    const Type a = node.arguments[0]->type.type, b = node.arguments[1]->type.type;
    const auto is_time = [](Type t) { return t == Type::date || t == Type::instant || t == Type::duration; };
    if (is_time(a) || is_time(b)) return moments(node, at);
    if (a == Type::money && b == Type::money && node.op == Op::divide) cannot(node);  // by their own currencies first
    if (!is_number_type(a) && a != Type::money) cannot(node);
    const std::string left = number(*node.arguments[0], at), right = number(*node.arguments[1], at);
    const std::string kept = node.type.type == Type::whole ? "fairlead_whole(" : "fairlead_keep(";
    switch (node.op) {
        case Op::add: return kept + "COALESCE(" + left + ", 0) + COALESCE(" + right + ", 0))";
        case Op::subtract: return kept + "COALESCE(" + left + ", 0) - COALESCE(" + right + ", 0))";
        case Op::multiply: return kept + "round(COALESCE(" + left + ", 0) * COALESCE(" + right + ", 0), 12))";
        case Op::divide: return "fairlead_divide(" + left + ", " + right + ")";
        default: cannot(node);
    }
}

std::string PostgresWriter::moments(const Node& node, const Scope& at) {
    if (node.op != Op::add && node.op != Op::subtract) cannot(node);
    const Type a = node.arguments[0]->type.type, b = node.arguments[1]->type.type;
    const std::string left = number(*node.arguments[0], at), right = number(*node.arguments[1], at);
    const std::string sign = node.op == Op::add ? " + " : " - ";
    if (a == Type::date && b == Type::date) return "(" + left + " - " + right + ")";
    if (a == Type::instant && b == Type::instant) return "CASE WHEN (" + left + " - " + right + ") IS NULL THEN NULL ELSE fairlead_divide(" + left + " - " + right + ", 86400000000) END";
    if (node.type.type == Type::date) {
        const bool date_left = a == Type::date;
        const std::string &date = date_left ? left : right, &days = date_left ? right : left;
        return "fairlead_date(" + date + sign + "floor(COALESCE(" + days + ", 0)))";
    }
    if (node.type.type == Type::duration) cannot(node);
    const auto micros = [](const std::string& value, Type type) {
        return is_number_type(type) ? "round(round(COALESCE(" + value + ", 0) * 86400000000, 12))" : value;
    };
    return "fairlead_moment(" + micros(left, a) + sign + micros(right, b) + ")";
}

std::string PostgresWriter::text(const Node& node, const Scope& at) {
    if (node.op == Op::constant) {
        if (node.always_empty || node.constant.empty()) return "NULL::text";
        if (node.constant.is<std::string>()) return node.constant.as<std::string>().empty() ? "NULL::text" : constant_text(node);
    }
    const Type type = node.type.type;
    if (is_number_type(type)) {
        if (may_fail(node)) cannot(node);
        return "trim_scale(" + number(node, at) + ")::text";
    }
    if (type != Type::text && type != Type::choice) cannot(node);
    if (node.op == Op::field) return field(node, at);
    if (node.op == Op::concat) return "NULLIF(COALESCE(" + text(*node.arguments[0], at) + ", '') || COALESCE(" + text(*node.arguments[1], at) + ", ''), '')";
    const std::string_view name = function_name(node);
    if (name == "IF" || name == "IFS" || name == "COALESCE" || name == "IFBLANK") return choose(node, at);
    if (name == "UPPER" || name == "LOWER") return std::string(name) + "(normalize(" + text(*node.arguments[0], at) + ", NFC) COLLATE \"und-x-icu\")";
    if (name == "LEFT" || name == "RIGHT") {
        const int count = node.arguments.size() > 1 ? constant_digits(*node.arguments[1]) : 1;
        if (count < 0) cannot(node);
        return "NULLIF(" + std::string(name) + "(normalize(" + text(*node.arguments[0], at) + ", NFC), " + std::to_string(count) + "), '')";
    }
    if (name == "TRIM") return "NULLIF(btrim(regexp_replace(" + text(*node.arguments[0], at) + ", ' +', ' ', 'g'), ' '), '')";
    cannot(node);
}

// ---- Conditions --------------------------------------------------------------------------------------------

std::string PostgresWriter::blank(const Node& node, const Scope& at) {
    // A failed value fails the question as well.
    if (is_numeric(node.type.type) && may_fail(node)) return "fairlead_blank(" + number(node, at) + ")";
    return "(" + any_kind(node, at) + " IS NULL)";
}

std::string PostgresWriter::any_kind(const Node& node, const Scope& at) {
    if (node.type.type == Type::boolean) return node.op == Op::field ? field(node, at) : boolean(node, at);
    return is_numeric(node.type.type) ? number(node, at) : text(node, at);
}

std::string PostgresWriter::comparison(const Node& node, const Scope& at) {
    const Node &left = *node.arguments[0], &right = *node.arguments[1];
    const bool equality = node.op == Op::eq || node.op == Op::ne;
    const std::string no = node.op == Op::ne ? "NOT " : "";
    if (node.compare == Compare::blank) {
        if (!equality) return "FALSE";
        const bool right_is_blank = right.op == Op::constant;
        return no + blank(right_is_blank ? left : right, at);
    }
    if (node.compare == Compare::text) {
        if (!equality) cannot(node);  // the language's order is not PostgreSQL's
        return no + "(fairlead_fold_case(" + text(left, at) + ") IS NOT DISTINCT FROM fairlead_fold_case(" + text(right, at) + "))";
    }
    if (node.compare == Compare::boolean) return no + "(" + any_kind(left, at) + " IS NOT DISTINCT FROM " + any_kind(right, at) + ")";
    if (node.compare == Compare::money && left.type.type == Type::money && right.type.type == Type::money) cannot(node);
    const std::string a = node.compare == Compare::day_of_instant ? day_of(left, at) : number(left, at);
    const std::string b = node.compare == Compare::day_of_instant ? day_of(right, at) : number(right, at);
    switch (node.op) {
        case Op::eq: return "fairlead_equal(" + a + ", " + b + ")";
        case Op::ne: return "NOT fairlead_equal(" + a + ", " + b + ")";
        case Op::lt: return "fairlead_less(" + a + ", " + b + ")";
        case Op::gt: return "fairlead_less(" + b + ", " + a + ")";
        case Op::le: return "fairlead_less_or_equal(" + a + ", " + b + ")";
        default: return "fairlead_less_or_equal(" + b + ", " + a + ")";
    }
}

std::string PostgresWriter::boolean(const Node& node, const Scope& at) {
    if (at.related.empty() && !may_fail(node))
        if (auto plain = writer_.plain(node, at.alias)) return *plain;
    if (node.op == Op::constant) return node.constant == Value(true) ? "TRUE" : "FALSE";
    if (node.op == Op::field) return "COALESCE(" + field(node, at) + ", FALSE)";
    if (node.op == Op::logical_not) return "NOT " + boolean(*node.arguments[0], at);
    if (node.op == Op::logical_and || node.op == Op::logical_or) {
        const bool is_and = node.op == Op::logical_and;
        std::string out, tail;
        for (std::size_t i = 0; i + 1 < node.arguments.size(); ++i) {  // in order, and no further than the one that decides
            out += "CASE " + boolean(*node.arguments[i], at) + (is_and ? " WHEN FALSE THEN FALSE WHEN TRUE THEN " : " WHEN TRUE THEN TRUE WHEN FALSE THEN ");
            tail += " END";
        }
        return "(" + out + boolean(*node.arguments.back(), at) + tail + ")";
    }
    if (node.op >= Op::eq && node.op <= Op::ge) return comparison(node, at);
    const std::string_view name = function_name(node);
    if (name == "ISBLANK") return blank(*node.arguments[0], at);
    if (name == "IF" || name == "IFS") return choose(node, at);
    if (name == "CONTAINS" || name == "BEGINS" || name == "ENDS") {
        const std::string a = "COALESCE(fairlead_fold_case(" + text(*node.arguments[0], at) + "), '')";
        const std::string b = "COALESCE(fairlead_fold_case(" + text(*node.arguments[1], at) + "), '')";
        if (name == "CONTAINS") return "(strpos(" + a + ", " + b + ") > 0)";
        return name == "BEGINS" ? "starts_with(" + a + ", " + b + ")" : "fairlead_ends(" + a + ", " + b + ")";
    }
    if (name == "EXACT") return "(normalize(COALESCE(" + text(*node.arguments[0], at) + ", ''), NFC) = normalize(COALESCE(" + text(*node.arguments[1], at) + ", ''), NFC))";
    if (name == "IN") {
        std::string out;
        for (std::size_t i = 1; i < node.arguments.size(); ++i) {
            if (may_fail(*node.arguments[i]) || may_fail(*node.arguments[0]) || node.compare == Compare::money || node.compare == Compare::day_of_instant) cannot(node);
            const bool texts = node.compare == Compare::text;
            const auto side = [&](const Node& n) { return texts ? "fairlead_fold_case(" + text(n, at) + ")" : any_kind(n, at); };
            out += (out.empty() ? "((" : " OR (") + side(*node.arguments[0]) + " IS NOT DISTINCT FROM " + side(*node.arguments[i]) + ")";
        }
        return out + ")";
    }
    if (name == "IN_PERIOD") {
        const auto words = reads_fields(*node.arguments[1]) ? std::nullopt : constant_value(*node.arguments[1], writer_.context());
        const auto range = words && words->is<std::string>() ? period(words->as<std::string>(), writer_.context()) : std::nullopt;
        if (!range || may_fail(*node.arguments[0])) cannot(node);
        return "COALESCE(" + day_of(*node.arguments[0], at) + " BETWEEN " + std::to_string(range->first.days) + " AND " + std::to_string(range->last.days) + ", FALSE)";
    }
    if (!node.relation.empty()) return aggregate(node, at);
    cannot(node);
}

// ---- Calls -------------------------------------------------------------------------------------------------

std::string PostgresWriter::choose(const Node& node, const Scope& at) {
    const std::string_view name = function_name(node);
    const Type type = node.type.type;
    const auto branch = [&](const Node& n) {
        if (type == Type::boolean) return boolean(n, at);
        return is_numeric(type) ? number(n, at) : text(n, at);
    };
    if (name == "COALESCE" || name == "IFBLANK") {
        if (type == Type::boolean) cannot(node);
        std::string out;
        for (const auto& part : node.arguments) out += (out.empty() ? "COALESCE(" : ", ") + branch(*part);
        return out + ")";
    }
    const std::string none = type == Type::boolean ? "FALSE" : is_numeric(type) ? "NULL::numeric" : "NULL::text";
    const auto failing = [&](const Node& c) -> std::string {
        if (!may_fail(c)) return "";
        if (type == Type::boolean) return " ELSE NULL";
        if (!is_numeric(type)) cannot(node);
        return " ELSE " + std::string(failed);
    };
    std::string out, tail;
    const std::size_t count = node.arguments.size();
    for (std::size_t i = 0; i + 1 < count; i += 2) {
        const Node& c = *node.arguments[i];
        out += "CASE " + boolean(c, at) + " WHEN TRUE THEN " + branch(*node.arguments[i + 1]) + " WHEN FALSE THEN ";
        tail = failing(c) + " END" + tail;
    }
    return "(" + out + (count % 2 == 1 ? branch(*node.arguments.back()) : none) + tail + ")";
}

int PostgresWriter::constant_digits(const Node& node) const {
    const auto value = reads_fields(node) ? std::nullopt : constant_value(node, writer_.context());
    if (!value || !value->is<std::int64_t>() || value->as<std::int64_t>() < -26 || value->as<std::int64_t>() > 1000) cannot(node);
    return static_cast<int>(value->as<std::int64_t>());
}

std::string PostgresWriter::day_of(const Node& node, const Scope& at) {
    const std::string value = number(node, at);
    if (node.type.type != Type::instant) return value;
    if (may_fail(node)) cannot(node);
    return "(((timestamptz 'epoch' + " + value + "::double precision * interval '1 microsecond') AT TIME ZONE " + quoted(writer_.context().zone) + ")::date - date '1970-01-01')::numeric";
}

std::string PostgresWriter::part_of_date(const Node& node, const Scope& at) {
    const Node& date = *node.arguments[0];
    if (may_fail(date)) cannot(node);
    const std::string part = lower_ascii(function_name(node));
    return "extract(" + part + " FROM (date '1970-01-01' + (" + day_of(date, at) + ")::int))::numeric";
}

std::string PostgresWriter::call(const Node& node, const Scope& at) {
    if (!node.relation.empty()) return aggregate(node, at);
    const std::string_view name = function_name(node);
    if (name == "IF" || name == "IFS" || name == "COALESCE" || name == "IFBLANK") return choose(node, at);
    if (name == "IFERROR") {
        if (node.type.type == Type::money) cannot(node);
        return "fairlead_if_failed(" + number(*node.arguments[0], at) + ", " + number(*node.arguments[1], at) + ")";
    }
    if (name == "YEAR" || name == "MONTH" || name == "DAY" || name == "QUARTER") return part_of_date(node, at);
    if (name == "LEN") return "COALESCE(char_length(normalize(" + text(*node.arguments[0], at) + ", NFC)), 0)::numeric";
    if (name == "MONEY" && node.arguments.size() == 1) return number(*node.arguments[0], at);
    if (name == "DAYS") return "(" + day_of(*node.arguments[0], at) + " - " + day_of(*node.arguments[1], at) + ")";
    const bool rounds = name == "ROUND" || name == "ROUNDDOWN" || name == "TRUNC" || name == "ROUNDUP" || name == "INT";
    if (!rounds && name != "ABS" && name != "SIGN" && name != "MOD") cannot(node);
    const Type type = node.arguments[0]->type.type;
    if (!is_number_type(type)) cannot(node);  // money rounds in its own currency
    const std::string value = "COALESCE(" + number(*node.arguments[0], at) + ", 0)";
    if (name == "MOD") return "fairlead_modulo(" + value + ", COALESCE(" + number(*node.arguments[1], at) + ", 0))";
    if (name == "ABS") return "abs(" + value + ")";
    if (name == "SIGN") return "sign(" + value + ")";
    if (name == "INT") return "floor(" + value + ")";
    const int digits = node.arguments.size() > 1 ? constant_digits(*node.arguments[1]) : 0;
    if (digits > 12) return value;
    const std::string function = name == "ROUND" ? "fairlead_keep(round(" : name == "ROUNDUP" ? "fairlead_keep(fairlead_round_up(" : "(trunc(";
    return function + value + ", " + std::to_string(digits) + "))";
}

std::string PostgresWriter::aggregate(const Node& node, const Scope& at) {
    const std::string_view name = function_name(node);
    const PathStep& step = node.relation.front();
    const std::string row = writer_.fresh_alias();
    const Scope inside{at.alias, row};
    const bool conditional = name.ends_with("IF");
    const Node& first = *node.arguments[0];
    const bool records = first.op == Op::field && first.related && first.path.empty();
    std::string where;
    if (conditional || name == "ANY" || name == "EVERY") {
        const Node& condition = *node.arguments.back();
        if (may_fail(condition)) cannot(node);
        where = " AND " + std::string(name == "EVERY" ? "NOT " : "") + boolean(condition, inside);
    }
    const std::string visible = writer_.names().visible(step.type.target, row);
    const auto select = [&](const std::string& what) {
        return "(SELECT " + what + " FROM " + writer_.names().table(step.type.target) + " " + row + " WHERE " + row + "." + writer_.names().back_column(step.entity, step.name) + " = " +
               at.alias + "." + writer_.names().id_column(step.entity) + (visible.empty() ? "" : " AND (" + visible + ")") + where + ")";
    };
    if (name == "ANY") return "EXISTS " + select("1");
    if (name == "EVERY") return "NOT EXISTS " + select("1");
    if (node.arguments.size() > (conditional ? 2U : 1U)) cannot(node);
    if (records || (name == "COUNTIF" && node.arguments.size() == 1)) return select("count(*)::numeric");
    if (!is_numeric(first.type.type)) {
        if (name == "COUNTA" && first.type.type != Type::boolean) return select("count(" + text(first, inside) + ")::numeric");
        cannot(node);
    }
    const std::string value = number(first, inside);
    const bool fails = may_fail(first);
    const std::string_view base = conditional ? name.substr(0, name.size() - 2) : name;
    if (base == "COUNT" || base == "COUNTA") {
        if (fails) cannot(node);
        return select("count(" + value + ")::numeric");
    }
    const std::string kept = first.type.type == Type::whole || first.type.type == Type::duration ? "fairlead_whole(" : "fairlead_keep(";
    if (base == "SUM") return "COALESCE(" + select(kept + "sum(" + value + "))") + ", 0)";
    if (base == "AVERAGE") return select("CASE WHEN count(" + value + ") > 0 THEN fairlead_divide(sum(" + value + "), count(" + value + ")) END");
    // The smallest and largest amounts go by their own currencies where these agree, and NaN hides in a minimum.
    if ((base == "MIN" || base == "MAX") && !fails && first.type.type != Type::money) return select(std::string(base == "MIN" ? "min(" : "max(") + value + ")");
    cannot(node);
}

}  // namespace fairlead::formula
