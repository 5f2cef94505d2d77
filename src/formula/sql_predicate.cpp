// Plain predicates: a field against a constant, lists, empties and periods. They cannot fail on a record, are
// never NULL, and leave the column bare, so that an index can serve them.
#include "base/text.h"
#include "formula/functions.h"
#include "formula/sql_writer.h"

namespace fairlead::formula {
namespace {

constexpr std::string_view never = "(1 = 0)", always = "(1 = 1)";

std::string_view sql_sign(Op op) {
    switch (op) {
        case Op::lt: return " < ";
        case Op::le: return " <= ";
        case Op::gt: return " > ";
        case Op::ge: return " >= ";
        default: return " = ";
    }
}

// `column op number` where the column holds number x 10^scale: the bound as a whole number, adjusted where it
// lies between two of them. Nothing: no column can equal it; `out_of_range` when it does not fit.
struct Bound {
    std::int64_t number = 0;
    bool impossible = false, out_of_range = false;
};
Bound scaled_bound(Decimal constant, int scale, Op op) {
    const auto below = constant.to_scaled(scale, Rounding::floor), above = constant.to_scaled(scale, Rounding::ceiling);
    if (!below || !above) return {0, false, true};
    if (op == Op::eq) return {*below, *below != *above, false};
    return {op == Op::lt || op == Op::ge ? *above : *below, false, false};
}

std::optional<Decimal> number_in(const Value& value) {
    if (const auto* whole = value.get<std::int64_t>()) return Decimal::of(*whole);
    if (const auto* decimal = value.get<Decimal>()) return *decimal;
    return std::nullopt;
}

}  // namespace

std::string SqlWriter::parameter(Value value) {
    parameters_.push_back(std::move(value));
    return "$" + std::to_string(first_parameter_ + static_cast<int>(parameters_.size()) - 1);
}

std::string_view SqlWriter::text_of(const Node& node) const {
    return std::string_view(formula_->text).substr(static_cast<std::size_t>(node.place.begin), static_cast<std::size_t>(node.place.end - node.place.begin));
}

std::string SqlWriter::column(const PathStep& step, const std::string& alias, std::size_t which) const {
    const auto columns = names_.columns(step.entity, step.name);
    ensure(which < columns.size(), "to_sql: a stored field has no column");
    return alias + "." + columns[which];
}

// The chain of records behind the first step, as "FROM ... WHERE ..." without the last condition.
static std::string chain(SqlWriter& w, const std::vector<PathStep>& path, const std::string& alias, std::string& last_alias) {
    std::string from, where;
    std::string before = alias;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const std::string here = w.fresh_alias();
        const std::string& entity = path[i + 1].entity;
        const std::string join = here + "." + w.names().id_column(entity) + " = " + w.column(path[i], before);
        const std::string visible = w.names().visible(entity, here);
        from += (i ? ", " : "") + w.names().table(entity) + " " + here;
        where += (i ? " AND " : "") + join + (visible.empty() ? "" : " AND (" + visible + ")");
        before = here;
    }
    last_alias = before;
    return " FROM " + from + " WHERE " + where;
}

std::string SqlWriter::at_end(const std::vector<PathStep>& path, const std::string& alias, const std::function<std::string(const std::string&)>& column_of) {
    if (path.size() == 1) return column_of(alias);
    std::string last;
    const std::string rest = chain(*this, path, alias, last);
    return "(SELECT " + column_of(last) + rest + ")";
}

std::string SqlWriter::exists_at_end(const std::vector<PathStep>& path, const std::string& alias, const std::function<std::string(const std::string&)>& condition) {
    if (path.size() == 1) return condition(alias);
    std::string last;
    const std::string rest = chain(*this, path, alias, last);
    return "EXISTS (SELECT 1" + rest + " AND " + condition(last) + ")";
}

bool SqlWriter::is_plain_field(const Node& node) const {
    if (node.op != Op::field || node.related || node.path.empty() || node.path.back().type.type == Type::list) return false;
    for (const PathStep& step : node.path)
        if (names_.computed(step.entity, step.name)) return false;
    return true;
}

std::optional<std::string> SqlWriter::compare_with(const Node& field, Op op, Compare how, const Value& constant, const std::string& alias) {
    const PathStep& step = field.path.back();
    const auto bare = [&](Op sign, std::size_t which, Value bound) {
        return exists_at_end(field.path, alias, [&](const std::string& a) {
            const std::string c = column(step, a, which);
            return "(" + c + std::string(sql_sign(sign)) + parameter(std::move(bound)) + " AND " + c + " IS NOT NULL)";
        });
    };
    const auto scaled = [&](int scale, std::size_t which) -> std::optional<std::string> {
        const auto number = number_in(constant);
        if (!number) return std::nullopt;
        const Bound bound = scaled_bound(*number, scale, op);
        if (bound.out_of_range) return std::nullopt;
        if (bound.impossible) return std::string(never);
        return bare(op, which, bound.number);
    };
    switch (how) {
        case Compare::number: return scaled(step.type.type == Type::whole ? 0 : step.type.scale, 0);
        case Compare::money: {
            // Only numbers: two currencies are for the evaluator. What has no stored rate is for it as well.
            if (names_.columns(step.entity, step.name).size() < 3) return std::nullopt;
            return scaled(context_.currency.decimals(), 2);
        }
        case Compare::text: {
            if (op != Op::eq || !constant.is<std::string>()) return std::nullopt;
            const std::string folded = fold_case(constant.as<std::string>());
            if (const std::string key = names_.folded_column(step.entity, step.name); !key.empty())
                return exists_at_end(field.path, alias, [&](const std::string& a) { return "(" + a + "." + key + " = " + parameter(folded) + " AND " + a + "." + key + " IS NOT NULL)"; });
            return exists_at_end(field.path, alias, [&](const std::string& a) {
                const std::string c = column(step, a);
                return "(fairlead_fold_case(" + c + ") = " + parameter(folded) + " AND " + c + " IS NOT NULL)";
            });
        }
        case Compare::date:
            if (!constant.is<Date>()) return std::nullopt;
            return bare(op, 0, std::int64_t{constant.as<Date>().days});
        case Compare::instant:
            if (!constant.is<Instant>()) return std::nullopt;
            return bare(op, 0, constant.as<Instant>().micros);
        case Compare::duration:
            if (!constant.is<Duration>()) return std::nullopt;
            return bare(op, 0, constant.as<Duration>().micros);
        case Compare::reference:
            if (!constant.is<Id>()) return std::nullopt;
            return bare(op, 0, constant.as<Id>().value);
        case Compare::boolean:
            if (!constant.is<bool>()) return std::nullopt;
            return bare(op, 0, constant.as<bool>());
        case Compare::day_of_instant: {
            if (step.type.type != Type::instant || !constant.is<Date>()) return std::nullopt;
            const Date day = constant.as<Date>();
            const std::int64_t begin = start_of_day(day, context_.zone).micros, end = start_of_day(Date{day.days + 1}, context_.zone).micros;
            if (op == Op::lt) return bare(Op::lt, 0, begin);
            if (op == Op::le) return bare(Op::lt, 0, end);
            if (op == Op::gt) return bare(Op::ge, 0, end);
            if (op == Op::ge) return bare(Op::ge, 0, begin);
            return exists_at_end(field.path, alias, [&](const std::string& a) {
                const std::string c = column(step, a);
                const std::string from = parameter(begin);
                return "(" + c + " >= " + from + " AND " + c + " < " + parameter(end) + " AND " + c + " IS NOT NULL)";
            });
        }
        case Compare::none:
        case Compare::blank: break;
    }
    return std::nullopt;
}

std::optional<std::string> SqlWriter::plain_comparison(const Node& node, const std::string& alias) {
    const Node& field = *node.arguments[0];
    if (!is_plain_field(field) || reads_fields(*node.arguments[1])) return std::nullopt;
    const auto constant = constant_value(*node.arguments[1], context_);
    if (!constant) return std::nullopt;
    const bool blank = constant->empty() || (constant->is<std::string>() && constant->as<std::string>().empty());
    if (blank) {
        if (node.op != Op::eq && node.op != Op::ne) return std::string(never);
        const std::string filled = exists_at_end(field.path, alias, [&](const std::string& a) { return "(" + column(field.path.back(), a) + " IS NOT NULL)"; });
        return node.op == Op::ne ? filled : "NOT " + filled;
    }
    if (node.compare == Compare::money && node.op == Op::ne) {
        // An amount without a rate fails, which is neither equal nor unequal.
        const auto equal = compare_with(field, Op::eq, node.compare, *constant, alias);
        if (!equal) return std::nullopt;
        const auto filled = [&](std::size_t which) {
            return exists_at_end(field.path, alias, [&](const std::string& a) { return "(" + column(field.path.back(), a, which) + " IS NOT NULL)"; });
        };
        return "(NOT " + *equal + " AND (" + filled(2) + " OR NOT " + filled(0) + "))";
    }
    const auto text = compare_with(field, node.op == Op::ne ? Op::eq : node.op, node.compare, *constant, alias);
    if (!text || node.op != Op::ne) return text;
    return "NOT " + *text;
}

std::optional<std::string> SqlWriter::plain_in(const Node& node, const std::string& alias) {
    const Node& field = *node.arguments[0];
    if (!is_plain_field(field)) return std::nullopt;
    std::vector<Value> constants;
    for (std::size_t i = 1; i < node.arguments.size(); ++i) {
        if (reads_fields(*node.arguments[i])) return std::nullopt;
        auto constant = constant_value(*node.arguments[i], context_);
        if (!constant) return std::nullopt;
        constants.push_back(std::move(*constant));
    }
    std::string text;
    for (const Value& constant : constants) {
        const bool blank = constant.empty() || (constant.is<std::string>() && constant.as<std::string>().empty());
        const auto part = blank ? std::optional("NOT " + exists_at_end(field.path, alias, [&](const std::string& a) { return "(" + column(field.path.back(), a) + " IS NOT NULL)"; }))
                                : compare_with(field, Op::eq, node.compare, constant, alias);
        if (!part) return std::nullopt;
        text += (text.empty() ? "(" : " OR ") + *part;
    }
    return text + ")";
}

std::optional<std::string> SqlWriter::plain_period(const Node& node, const std::string& alias) {
    const Node& field = *node.arguments[0];
    if (!is_plain_field(field) || reads_fields(*node.arguments[1])) return std::nullopt;
    const auto words = constant_value(*node.arguments[1], context_);
    const auto range = words && words->is<std::string>() ? period(words->as<std::string>(), context_) : std::nullopt;
    if (!range) return std::nullopt;
    const bool moments = field.path.back().type.type == Type::instant;
    const std::int64_t first = moments ? start_of_day(range->first, context_.zone).micros : range->first.days;
    const std::int64_t end = moments ? start_of_day(Date{range->last.days + 1}, context_.zone).micros : range->last.days + 1;
    return exists_at_end(field.path, alias, [&](const std::string& a) {
        const std::string c = column(field.path.back(), a);
        const std::string from = parameter(first);
        return "(" + c + " >= " + from + " AND " + c + " < " + parameter(end) + " AND " + c + " IS NOT NULL)";
    });
}

std::optional<std::string> SqlWriter::plain(const Node& node, const std::string& alias) {
    // A part that turns out not to be plain must not leave its parameters behind.
    const std::size_t parameters = parameters_.size();
    std::optional<std::string> text;
    if (node.op == Op::constant) {
        text = std::string(node.constant == Value(true) ? always : never);
    } else if (node.op == Op::field && node.type.type == Type::boolean && is_plain_field(node)) {
        text = compare_with(node, Op::eq, Compare::boolean, true, alias);
    } else if (node.op >= Op::eq && node.op <= Op::ge) {
        text = plain_comparison(node, alias);
    } else if (function_name(node) == "IN") {
        text = plain_in(node, alias);
    } else if (function_name(node) == "IN_PERIOD") {
        text = plain_period(node, alias);
    } else if (function_name(node) == "ISBLANK" && is_plain_field(*node.arguments[0])) {
        const Node& field = *node.arguments[0];
        text = "NOT " + exists_at_end(field.path, alias, [&](const std::string& a) { return "(" + column(field.path.back(), a) + " IS NOT NULL)"; });
    }
    if (!text) parameters_.resize(parameters);
    return text;
}

bool may_fail(const Node& node) {
    switch (node.op) {
        case Op::constant:
        case Op::field: return false;
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
            // A missing rate fails where amounts meet.
            if (node.compare == Compare::money) return true;
            break;
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not: break;
        case Op::call:
            if (node.compare == Compare::money) return true;
            if (function_name(node) != "IN" && function_name(node) != "ISBLANK" && function_name(node) != "IN_PERIOD" && function_name(node) != "CONTAINS" &&
                function_name(node) != "BEGINS" && function_name(node) != "ENDS" && function_name(node) != "TODAY" && function_name(node) != "NOW" &&
                function_name(node) != "CURRENT_USER")
                return true;
            break;
        default: return true;
    }
    for (const auto& part : node.arguments)
        if (may_fail(*part)) return true;
    return false;
}

std::string SqlWriter::predicate(const Node& node, const std::string& alias, bool loose) {
    const bool is_and = node.op == Op::logical_and, is_or = node.op == Op::logical_or;
    const bool splits = (is_and && (loose || !may_fail(node))) || ((is_or || node.op == Op::logical_not) && !may_fail(node));
    if (splits && node.op == Op::logical_not) return "NOT " + predicate(*node.arguments[0], alias, false);
    if (splits) {
        std::string text;
        for (const auto& part : node.arguments) text += (text.empty() ? "(" : is_and ? " AND " : " OR ") + predicate(*part, alias, loose && is_and);
        return text + ")";
    }
    // A plain comparison of money uses stored rates, which may be missing: only where a failure may be false.
    if (loose || !may_fail(node))
        if (auto text = plain(node, alias)) return *text;
    return through_evaluator(node, alias);
}

std::string SqlWriter::value(const Node& node, const std::string& alias) {
    if (is_plain_field(node)) return at_end(node.path, alias, [&](const std::string& a) { return column(node.path.back(), a, node.type.type == Type::money ? 2 : 0); });
    return through_evaluator(node, alias);
}

Result<Sql> to_sql(const Checked& formula, Dialect dialect, const SqlNames& names, std::string_view alias, const Context& context, int first_parameter) {
    SqlWriter writer(formula.shared_from_this(), dialect, names, context, first_parameter);
    try {
        const Node& root = *formula.root;
        const std::string at(alias);
        std::string text = root.type.type == Type::boolean ? writer.predicate(root, at, true) : writer.value(root, at);
        return writer.take(std::move(text));
    } catch (const CannotPush& cannot) {
        return refuse(Why::invalid, "no_push_down", cannot.why + ". Filter by another condition, or keep this one to shorter lists");
    }
}

}  // namespace fairlead::formula
