// Checking values, fields and operators.
#include "formula/checker.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace fairlead::formula {

bool is_number(Type type) { return type == Type::whole || type == Type::decimal || type == Type::percent; }
bool is_textual(Type type) { return type == Type::text || type == Type::choice; }

std::string_view kind_words(const Node& node) {
    if (node.always_empty) return "nothing";
    switch (node.type.type) {
        case Type::boolean: return "a condition";
        case Type::whole:
        case Type::decimal: return "a number";
        case Type::percent: return "a percentage";
        case Type::money: return "an amount of money";
        case Type::text: return "a text";
        case Type::date: return "a date";
        case Type::instant: return "a moment (date and time)";
        case Type::duration: return "a duration";
        case Type::choice: return "a choice";
        case Type::reference: return "a reference to a record";
        case Type::list: return "a list";
    }
    return "a value";
}

Compare compare_of(Type type) {
    switch (type) {
        case Type::boolean: return Compare::boolean;
        case Type::whole:
        case Type::decimal:
        case Type::percent: return Compare::number;
        case Type::money: return Compare::money;
        case Type::date: return Compare::date;
        case Type::instant: return Compare::instant;
        case Type::duration: return Compare::duration;
        case Type::reference: return Compare::reference;
        case Type::text:
        case Type::choice: return Compare::text;
        case Type::list: return Compare::none;
    }
    return Compare::none;
}

void Checker::fail(std::string code, std::string message, Place place, const Params& params) const {
    Refused refused = refuse_at(std::move(code), std::move(message), place, text_);
    auto& given = refused.reasons.front().params;
    for (const auto& [name, value] : params)
        if (!value.empty()) given.emplace_back(name, value);
    throw CheckFailed{std::move(refused)};
}

NodePtr Checker::make(Op op, Place place) const {
    auto node = std::make_unique<Node>();
    node->op = op;
    node->place = place;
    return node;
}

NodePtr Checker::constant(Value value, Type type, Place place) const {
    NodePtr node = make(Op::constant, place);
    node->type.type = type;
    if (value.is<std::string>()) node->folded = fold_case(value.as<std::string>());
    node->constant = std::move(value);
    return node;
}

// Computes what depends on nothing. Failing (1 / 0) is left to the evaluation, where IFERROR may catch it.
NodePtr Checker::fold(NodePtr node) const {
    if (node->op == Op::constant || node->op == Op::field || !node->relation.empty()) return node;
    if (node->op == Op::call && !node->function->pure) return node;
    for (const NodePtr& part : node->arguments) {
        if (part->op != Op::constant || part->type.type == Type::money || part->type.type == Type::instant) return node;
    }
    if (node->type.type == Type::money || node->type.type == Type::list) return node;
    auto value = constant_value(*node, Context{});
    if (!value) return node;
    NodePtr folded = constant(std::move(*value), node->type.type, node->place);
    folded->type = node->type;
    return folded;
}

NodePtr Checker::check(const Syntax& syntax) {
    switch (syntax.kind) {
        case Syntax::number: return number(syntax);
        case Syntax::text: {
            if (!is_utf8(syntax.word)) fail("syntax", "This text contains bytes that are not UTF-8", syntax.place);
            return constant(to_nfc(syntax.word), Type::text, syntax.place);
        }
        case Syntax::boolean: return constant(syntax.word == "TRUE", Type::boolean, syntax.place);
        case Syntax::empty: {
            NodePtr node = make(Op::constant, syntax.place);
            node->always_empty = true;
            return node;
        }
        case Syntax::name: return field(syntax);
        case Syntax::call: return call(syntax);
        case Syntax::unary: return unary(syntax);
        case Syntax::binary: return binary(syntax);
    }
    return nullptr;
}

NodePtr Checker::number(const Syntax& syntax) const {
    std::int64_t whole = 0;
    const char* const end = syntax.word.data() + syntax.word.size();
    if (const auto [at, error] = std::from_chars(syntax.word.data(), end, whole); error == std::errc{} && at == end)
        return constant(whole, Type::whole, syntax.place);
    const auto decimal = Decimal::parse(syntax.word);
    if (!decimal) fail("syntax", "This is not a number that can be kept exactly: write it with one point, at most 12 decimals and 26 digits before it", syntax.place);
    return constant(*decimal, Type::decimal, syntax.place);
}

// ---- Fields ------------------------------------------------------------------------------------------------

// A field of a record that this one points to: `industry` of a deal is account.industry.
std::string Checker::related_field(std::string_view entity, const std::string& name) const {
    for (const std::string& own : schema_.field_names(entity)) {
        const auto type = schema_.field(entity, own);
        if (!type || type->target.empty() || type->is_many || !schema_.field(type->target, name)) continue;
        return own + "." + name;
    }
    return {};
}

NodePtr Checker::field(const Syntax& syntax) {
    const std::vector<std::string> names = split(syntax.word, '.');
    NodePtr node = make(Op::field, syntax.place);
    std::string entity(entity_), dotted;
    std::optional<PathStep> relation;
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::string name = names[i];
        auto type = schema_.field(entity, name);
        if (!type) type = schema_.field(entity, name = lower_ascii(names[i]));
        if (!type) {
            std::string hint, meant;
            if (i == 0 && names.size() == 1 && find_function(upper_ascii(names[i])) != nullptr)
                hint = ". The function is written with brackets: " + upper_ascii(names[i]) + "()";
            else if (const std::string near = nearest(names[i], schema_.field_names(entity)); !near.empty())
                hint = ". Did you mean " + (meant = near) + "?";
            else if (const std::string through = related_field(entity, names[i]); !through.empty())
                hint = ". Did you mean " + (meant = (dotted.empty() ? "" : dotted + ".") + through) + "?";
            else
                hint = ". A text is written in double quotes: \"" + names[i] + "\"";
            fail("unknown_field", "There is no field \"" + names[i] + "\" in " + entity + hint, syntax.place, {{"name", names[i]}, {"meant", meant}});
        }
        dotted += (i ? "." : "") + name;
        PathStep step{entity, name, *type};
        if (type->is_many) {
            if (i != 0) fail("type_mismatch", "\"" + dotted + "\" leads to many records of another record; an aggregate can stand on the record's own relations only", syntax.place);
            if (scope_ == nullptr)
                fail("type_mismatch", "\"" + name + "\" stands for many records. Use it inside an aggregate, as COUNT(" + name + ")", syntax.place);
            if (scope_->relation && scope_->relation->name != name)
                fail("type_mismatch", "One aggregate stands on one relation, and this one mixes " + scope_->relation->name + " with " + name, syntax.place);
            scope_->relation = step;
            scope_->used = true;
            node->related = true;
        } else {
            node->path.push_back(std::move(step));
        }
        if (i + 1 < names.size() && type->target.empty())
            fail("unknown_field", "\"" + name + "\" is " + std::string(type_name(type->type)) + " and has no fields of its own; remove \"." + names[i + 1] + "\"", syntax.place, {{"name", names[i + 1]}});
        node->type = std::move(*type);
        entity = node->type.target;
    }
    if (std::find(checked_.fields.begin(), checked_.fields.end(), dotted) == checked_.fields.end()) checked_.fields.push_back(dotted);
    return node;
}

// ---- Operators ---------------------------------------------------------------------------------------------

NodePtr Checker::condition(NodePtr node) const {
    if (node->always_empty) return constant(false, Type::boolean, node->place);
    if (node->type.type != Type::boolean)
        mismatch("A condition is needed here, and this is " + std::string(kind_words(*node)) + ". Compare it with something, as in amount > 0", node->place);
    return node;
}

NodePtr Checker::unary(const Syntax& syntax) {
    NodePtr part = check(*syntax.parts[0]);
    NodePtr node = make(syntax.op, syntax.place);
    const Type type = part->type.type;
    if (syntax.op == Op::logical_not) {
        node->type.type = Type::boolean;
        part = condition(std::move(part));
    } else if (syntax.op == Op::percent_of) {
        if (!is_number(type) && !part->always_empty) mismatch("% stands behind numbers, and this is " + std::string(kind_words(*part)), part->place);
        node->type.type = Type::percent;
    } else {
        if (!is_number(type) && type != Type::money && type != Type::duration && !part->always_empty)
            mismatch("A minus sign stands before numbers, and this is " + std::string(kind_words(*part)), part->place);
        node->type.type = part->always_empty ? Type::whole : type;
    }
    node->arguments.push_back(std::move(part));
    return fold(std::move(node));
}

NodePtr Checker::binary(const Syntax& syntax) {
    if (syntax.op == Op::logical_and || syntax.op == Op::logical_or) return junction(syntax);
    NodePtr left = check(*syntax.parts[0]), right = check(*syntax.parts[1]);
    if (syntax.op >= Op::eq && syntax.op <= Op::ge) return comparison(syntax.op, std::move(left), std::move(right), syntax.place);
    return arithmetic(syntax.op, std::move(left), std::move(right), syntax.place);
}

NodePtr Checker::junction(const Syntax& syntax) {
    std::vector<NodePtr> parts;
    for (const SyntaxPtr& part : syntax.parts) parts.push_back(condition(check(*part)));
    return junction_of(syntax.op, std::move(parts), syntax.place);
}

NodePtr Checker::junction_of(Op op, std::vector<NodePtr> parts, Place place) const {
    NodePtr node = make(op, place);
    node->type.type = Type::boolean;
    for (NodePtr& part : parts) {
        if (part->op == op) {  // a AND b AND c is one junction of three
            for (NodePtr& inner : part->arguments) node->arguments.push_back(std::move(inner));
        } else {
            node->arguments.push_back(std::move(part));
        }
    }
    return fold(std::move(node));
}

namespace {

constexpr std::string_view operator_sign(Op op) {
    switch (op) {
        case Op::add: return "+";
        case Op::subtract: return "-";
        case Op::multiply: return "*";
        case Op::divide: return "/";
        case Op::power: return "^";
        default: return "&";
    }
}

Type number_result(Op op, Type a, Type b) {
    if (op == Op::divide || op == Op::power) return Type::decimal;
    if (a == Type::whole && b == Type::whole) return Type::whole;
    return a == Type::percent && b == Type::percent && op != Op::multiply ? Type::percent : Type::decimal;
}

// The type of `a op b`; nothing when it has no meaning.
std::optional<Type> result_of(Op op, Type a, Type b) {
    const bool adding = op == Op::add || op == Op::subtract;
    if (is_number(a) && is_number(b)) return number_result(op, a, b);
    if (op == Op::power) return std::nullopt;
    if (a == Type::money && b == Type::money) {
        if (op == Op::divide) return Type::decimal;
        return adding ? std::optional(Type::money) : std::nullopt;
    }
    if (a == Type::money && is_number(b)) return Type::money;
    if (is_number(a) && b == Type::money) return op == Op::divide ? std::nullopt : std::optional(Type::money);
    if (a == Type::date && b == Type::date && op == Op::subtract) return Type::whole;
    if (a == Type::instant && b == Type::instant && op == Op::subtract) return Type::decimal;
    if (a == Type::date && is_number(b) && adding) return Type::date;
    if (a == Type::instant && (is_number(b) || b == Type::duration) && adding) return Type::instant;
    if (op == Op::add && is_number(a) && (b == Type::date || b == Type::instant)) return b;
    if (op == Op::add && a == Type::duration && b == Type::instant) return Type::instant;
    if (a == Type::duration && b == Type::duration) {
        if (op == Op::divide) return Type::decimal;
        return adding ? std::optional(Type::duration) : std::nullopt;
    }
    if (a == Type::duration && is_number(b) && !adding) return Type::duration;
    if (is_number(a) && b == Type::duration && op == Op::multiply) return Type::duration;
    return std::nullopt;
}

}  // namespace

NodePtr Checker::arithmetic(Op op, NodePtr left, NodePtr right, Place place) const {
    NodePtr node = make(op, place);
    if (op == Op::concat) {
        node->type.type = Type::text;
        left = written_out(std::move(left));
        right = written_out(std::move(right));
    } else {
        if (left->always_empty) left->type.type = Type::whole;
        if (right->always_empty) right->type.type = Type::whole;
        const Type a = left->type.type, b = right->type.type;
        const auto type = result_of(op, a, b);
        if (!type) {
            std::string hint;
            if (is_textual(a) || is_textual(b)) hint = op == Op::add ? ". To join texts, write &" : ". VALUE(text) makes a number of a text";
            else if ((a == Type::instant && b == Type::date) || (a == Type::date && b == Type::instant)) hint = ". DATEVALUE(moment) gives the day of a moment";
            else if (a == Type::boolean || b == Type::boolean) hint = ". Use IF to turn a condition into a number";
            mismatch("\"" + std::string(operator_sign(op)) + "\" cannot stand between " + std::string(kind_words(*left)) + " and " + std::string(kind_words(*right)) + hint, place);
        }
        node->type.type = *type;
    }
    node->arguments.push_back(std::move(left));
    node->arguments.push_back(std::move(right));
    return fold(std::move(node));
}

NodePtr Checker::comparison(Op op, NodePtr left, NodePtr right, Place place) const {
    NodePtr node = make(op, place);
    node->type.type = Type::boolean;
    const bool ordered = op != Op::eq && op != Op::ne;
    if (left->op == Op::constant && right->op != Op::constant) {  // the constant stands on the right
        left.swap(right);
        if (ordered) node->op = op == Op::lt ? Op::gt : op == Op::le ? Op::ge : op == Op::gt ? Op::lt : Op::le;
    }
    node->compare = pair(left, right, ordered, place);
    node->arguments.push_back(std::move(left));
    node->arguments.push_back(std::move(right));
    return fold(std::move(node));
}

// ---- The door ----------------------------------------------------------------------------------------------

NodePtr Checker::expect(NodePtr root, Type expected) const {
    const Type type = root->type.type;
    if (root->always_empty || type == expected) return root;
    if (expected == Type::money && is_number(type)) return as_money(std::move(root));
    if ((expected == Type::decimal || expected == Type::percent) && is_number(type)) {
        if (root->constant.is<std::int64_t>()) root->constant = Decimal::of(root->constant.as<std::int64_t>());
        root->type.type = expected;
        return root;
    }
    if (is_textual(expected) && is_textual(type)) return root;
    Node wanted;
    wanted.type.type = expected;
    mismatch("The formula must give " + std::string(kind_words(wanted)) + ", and this gives " + std::string(kind_words(*root)), root->place);
}

Result<Formula> check(std::string_view text, const Schema& schema, std::string_view entity, const CheckOptions& options) {
    auto checked = std::make_shared<Checked>();
    checked->text = std::string(text);
    checked->entity = std::string(entity);
    FAIRLEAD_ASSIGN(const SyntaxPtr syntax, parse(text, options));
    try {
        Checker checker(checked->text, schema, checked->entity, *checked);
        checked->root = checker.check(*syntax);
        if (options.expected) checked->root = checker.expect(std::move(checked->root), *options.expected);
    } catch (CheckFailed& failed) {
        return std::move(failed.refused);
    }
    return Formula(std::move(checked));
}

}  // namespace fairlead::formula
