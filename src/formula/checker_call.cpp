// Checking calls: the number and kinds of arguments, aggregates over related records, the type of the result.
#include <algorithm>

#include "base/text.h"
#include "formula/checker.h"
#include "formula/period.h"

namespace fairlead::formula {
namespace {

struct Parameters {
    std::string kinds;            // one letter each
    std::size_t least = 0;
    bool endless = false;         // the last letter repeats
    char kind(std::size_t i) const { return i < kinds.size() ? kinds[i] : kinds.back(); }
};

Parameters read_parameters(std::string_view text) {
    Parameters p;
    for (const char c : text) {
        if (c == '?') {
            --p.least;
        } else if (c == '+') {
            p.endless = true;
        } else if (c == '*') {
            p.endless = true;
            --p.least;
        } else {
            p.kinds += c;
            ++p.least;
        }
    }
    return p;
}

bool is_aggregate(const Function& function) { return function.group == "Several values"; }

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

}  // namespace

void Checker::count_arguments(const Function& function, const Syntax& syntax) const {
    const Parameters parameters = read_parameters(function.parameters);
    const std::size_t count = syntax.parts.size(), most = parameters.kinds.size();
    const std::string name(function.name);
    const std::string form = ". It is written " + std::string(function.signature);
    if (count < parameters.least) fail("argument_count", name + " needs at least " + counted(parameters.least) + " and has " + std::to_string(count) + form, syntax.place);
    if (count > most && !parameters.endless)
        fail("argument_count", name + (most == 0 ? " takes no arguments" : " takes at most " + counted(most)) + " and has " + std::to_string(count) + form, syntax.place);
    if (name == "IFS" && count % 2 != 0) fail("argument_count", "IFS needs a value after every condition" + form, syntax.place);
}

NodePtr Checker::argument(const Function& function, char kind, NodePtr node) const {
    const Type type = node->type.type;
    const auto refuse_kind = [&](std::string_view wanted, std::string_view hint = "") {
        mismatch(std::string(function.name) + " needs " + std::string(wanted) + " here, and this is " + std::string(kind_words(*node)) + std::string(hint), node->place);
    };
    if (kind == 'b' || kind == 'c') return condition(std::move(node));
    if (kind == 't') return written_out(std::move(node));
    if (node->always_empty || kind == 'a') return node;
    const std::string_view value_hint = is_textual(type) ? ". VALUE(text) makes a number of a text" : "";
    switch (kind) {
        case 'n':
            if (!is_number(type)) refuse_kind("a number", type == Type::money ? ". AMOUNT(money) gives the number of an amount" : value_hint);
            break;
        case 'v':
            if (!is_number(type) && type != Type::money && type != Type::duration) refuse_kind("a number", value_hint);
            break;
        case 'r':
            if (!is_number(type) && type != Type::money && type != Type::duration && type != Type::list) refuse_kind("numbers", value_hint);
            break;
        case 'o':
            if (is_textual(type) || type == Type::boolean || type == Type::reference) refuse_kind("numbers or dates", value_hint);
            break;
        case 'm':
            if (type != Type::money) refuse_kind("an amount of money");
            break;
        case 'u':
            if (type != Type::duration) refuse_kind("a duration");
            break;
        case 'd':
        case 'e': {
            if (type == Type::date || type == Type::instant) break;
            if (kind == 'e' && (is_textual(type) || type == Type::list)) break;
            if (!date_from_text(node, Type::instant)) refuse_kind("a date", ". Write DATE(2026, 11, 25) or \"2026-11-25\"");
            break;
        }
        default: break;
    }
    return node;
}

void Checker::settle_relation(const Function& function, Node& node, const Scope& scope, const std::vector<bool>& related) const {
    if (!scope.relation) {
        const bool needs_relation = function.parameters.find('c') != std::string_view::npos;
        if (needs_relation)
            fail("type_mismatch", std::string(function.name) + " stands on related records, and none are named. It is written " + std::string(function.signature), node.place);
        return;
    }
    for (std::size_t i = 0; i < related.size(); ++i) {
        if (!related[i])
            fail("type_mismatch", std::string(function.name) + " stands on " + scope.relation->name + " here, so every argument must read from it", node.arguments[i]->place);
        const Node& part = *node.arguments[i];
        const bool is_records = part.op == Op::field && part.related && part.path.empty();
        const bool counting = function.name == "COUNT" || function.name == "COUNTIF" || function.name == "COUNTA";
        if (is_records && (i != 0 || !counting))
            fail("type_mismatch", std::string(function.name) + " needs a field of " + scope.relation->name + ", as " + scope.relation->name + ".amount", part.place);
    }
    node.relation.push_back(*scope.relation);
}

NodePtr Checker::call(const Syntax& syntax) {
    if (syntax.word == "BETWEEN") return between(syntax);
    if (syntax.word == "IN") return in_list(syntax);
    const Function* function = find_function(syntax.word);
    if (function == nullptr) {
        std::vector<std::string> names;
        for (const Function* f : all_functions()) names.emplace_back(f->name);
        const std::string near = nearest(syntax.word, names);
        fail("unknown_function", "There is no function " + syntax.word + (near.empty() ? ". The list of functions is in the help" : ". Did you mean " + near + "?"), syntax.word_place, {{"name", syntax.word}, {"meant", near}});
    }
    count_arguments(*function, syntax);
    const Parameters parameters = read_parameters(function->parameters);
    NodePtr node = make(Op::call, syntax.place);
    node->function = function;
    Scope scope;
    Scope* const outer = scope_;
    if (is_aggregate(*function)) scope_ = &scope;
    std::vector<bool> related;
    for (std::size_t i = 0; i < syntax.parts.size(); ++i) {
        scope.used = false;
        node->arguments.push_back(argument(*function, parameters.kind(i), check(*syntax.parts[i])));
        related.push_back(scope.used);
    }
    scope_ = outer;
    if (is_aggregate(*function)) settle_relation(*function, *node, scope, related);
    if (function->name == "AND" || function->name == "OR")
        return junction_of(function->name == "AND" ? Op::logical_and : Op::logical_or, std::move(node->arguments), syntax.place);
    if (function->name == "NOT") {
        node->op = Op::logical_not;
        node->function = nullptr;
        node->type.type = Type::boolean;
        return fold(std::move(node));
    }
    checked_.uses_now = checked_.uses_now || function->uses_now;
    // What reads no field is computed before a statement runs.
    if (!function->postgres && checked_.pushes_down && reads_fields(*node)) {
        checked_.pushes_down = false;
        checked_.why_not = std::string(function->name) + " cannot run inside PostgreSQL";
    }
    if (function->name == "IN_PERIOD" || function->name == "PERIOD_START" || function->name == "PERIOD_END") check_period(*node);
    node->type = result_type(*function, *node);
    if (function->name == "BLANK") node->always_empty = true;
    return fold(std::move(node));
}

void Checker::check_period(const Node& node) const {
    const Node& words = *node.arguments.back();
    if (words.op != Op::constant || !words.constant.is<std::string>() || period(words.constant.as<std::string>(), Context{})) return;
    const std::string near = nearest_period(words.constant.as<std::string>());
    fail("bad_argument", "\"" + words.constant.as<std::string>() + "\" is not a period" +
                             (near.empty() ? ". Examples are \"this quarter\", \"last 30 days\" and \"2026-Q1\"" : ". Did you mean \"" + near + "\"?"), words.place);
}

NodePtr Checker::between(const Syntax& syntax) {
    if (syntax.parts.size() != 3) fail("argument_count", "BETWEEN needs a value and two limits: x BETWEEN 1 AND 10", syntax.place);
    std::vector<NodePtr> parts;
    parts.push_back(comparison(Op::ge, check(*syntax.parts[0]), check(*syntax.parts[1]), syntax.place));
    parts.push_back(comparison(Op::le, check(*syntax.parts[0]), check(*syntax.parts[2]), syntax.place));
    return junction_of(Op::logical_and, std::move(parts), syntax.place);
}

NodePtr Checker::in_list(const Syntax& syntax) {
    if (syntax.parts.size() < 2) fail("argument_count", "IN needs a value and a list: stage IN (\"Won\", \"Lost\")", syntax.place);
    NodePtr node = make(Op::call, syntax.place);
    node->function = find_function("IN");
    node->type.type = Type::boolean;
    NodePtr subject = check(*syntax.parts[0]);
    std::vector<NodePtr> items;
    for (std::size_t i = 1; i < syntax.parts.size(); ++i) items.push_back(check(*syntax.parts[i]));
    // A reference in a list of titles is compared by title throughout, though a title be made of digits.
    const auto is_title = [](const NodePtr& n) { return n->op == Op::constant && n->constant.is<std::string>() && !n->constant.as<std::string>().empty() && !Id::parse(n->constant.as<std::string>()); };
    if (subject->type.type == Type::reference && std::any_of(items.begin(), items.end(), is_title)) subject = title_of(std::move(subject));
    node->compare = Compare::blank;
    for (NodePtr& item : items) {
        const Compare how = pair(subject, item, false, syntax.place);
        if (how == Compare::blank) continue;
        if (node->compare != Compare::blank && node->compare != how)
            mismatch("The values of the list are of different kinds", item->place);
        node->compare = how;
    }
    node->arguments.push_back(std::move(subject));
    for (NodePtr& item : items) node->arguments.push_back(std::move(item));
    return fold(std::move(node));
}

// ---- Results -----------------------------------------------------------------------------------------------

NodePtr Checker::as_money(NodePtr node) const {
    if (node->type.type == Type::money || node->always_empty) return node;
    NodePtr money = make(Op::call, node->place);
    money->function = find_function("MONEY");
    money->type.type = Type::money;
    money->arguments.push_back(std::move(node));
    return money;
}

FieldType Checker::unify(const std::vector<NodePtr*>& branches, Place place) const {
    std::optional<FieldType> common;
    bool money = false, text = false;
    for (NodePtr* branch : branches) {
        if ((*branch)->always_empty) continue;
        const FieldType& type = (*branch)->type;
        money = money || type.type == Type::money;
        text = text || is_textual(type.type);
        if (!common) {
            common = type;
        } else if (is_number(common->type) && is_number(type.type)) {
            if (common->type != type.type) common = FieldType{Type::decimal, {}, {}, Decimal::places, false, -1};
        } else if (is_textual(common->type) || is_textual(type.type)) {
            const bool same_choice = common->type == Type::choice && type.type == Type::choice && common->choices == type.choices;
            if (!same_choice) common = FieldType{};
        } else if ((common->type == Type::money || is_number(common->type)) && (type.type == Type::money || is_number(type.type))) {
            common = FieldType{Type::money, {}, {}, 6, false, -1};
        } else if (common->type != type.type) {
            mismatch("The values that this chooses from are of different kinds: " + std::string(type_name(common->type)) + " and " + std::string(type_name(type.type)) + ". Bring them to one kind", place);
        }
    }
    for (NodePtr* branch : branches) {
        if (text) *branch = written_out(std::move(*branch));
        else if (money) *branch = as_money(std::move(*branch));
    }
    if (!common) return FieldType{};
    common->slot = -1;
    if (is_number(common->type) && common->type != Type::whole) common->scale = std::max(common->scale, 6);
    return *common;
}

FieldType Checker::choice_result(const Function& function, Node& node) const {
    std::vector<NodePtr*> branches;
    const std::size_t count = node.arguments.size();
    const std::string_view name = function.name;
    if (name == "SWITCH") {
        for (std::size_t i = 1; i + 1 < count; i += 2) {
            const Compare how = pair(node.arguments[0], node.arguments[i], false, node.place);
            if (how == Compare::blank) continue;
            if (node.compare != Compare::none && node.compare != how) mismatch("The cases of SWITCH are of different kinds", node.arguments[i]->place);
            node.compare = how;
        }
        if (node.compare == Compare::none) node.compare = Compare::blank;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const bool is_result = name == "IF" || name == "CHOOSE" ? i > 0
                               : name == "IFS"                  ? i % 2 == 1
                               : name == "SWITCH"               ? i > 0 && (i % 2 == 0 || i + 1 == count)
                                                                : true;
        // The values before results in IFS are conditions.
        if (name == "IFS" && i % 2 == 0) node.arguments[i] = condition(std::move(node.arguments[i]));
        if (is_result) branches.push_back(&node.arguments[i]);
    }
    return unify(branches, node.place);
}

FieldType Checker::values_result(Node& node, std::size_t count) const {
    std::vector<NodePtr*> values;
    for (std::size_t i = 0; i < count; ++i)
        if (node.arguments[i]->type.type != Type::list) values.push_back(&node.arguments[i]);
    FieldType type = unify(values, node.place);
    if (values.empty() || is_textual(type.type)) type = FieldType{Type::decimal, {}, {}, Decimal::places, false, -1};
    return type;
}

FieldType Checker::result_type(const Function& function, Node& node) const {
    FieldType type;
    switch (function.result) {
        case 'w': type.type = Type::whole; break;
        case 'n': type.type = Type::decimal; type.scale = Decimal::places; break;
        case 't': type.type = Type::text; break;
        case 'd': type.type = Type::date; break;
        case 'i': type.type = Type::instant; break;
        case 'b': type.type = Type::boolean; break;
        case 'u': type.type = Type::duration; break;
        case '$': type.type = Type::money; break;
        case '1': {
            type = values_result(node, 1);
            const bool fraction = node.arguments.size() > 1 && function.parameters.find('n') != std::string_view::npos && node.arguments[1]->type.type != Type::whole;
            if (type.type == Type::whole && fraction) type.type = Type::decimal;
            break;
        }
        case 'm':
        case 'g':
            type = values_result(node, node.arguments.size() - (function.parameters.find('c') != std::string_view::npos ? 1 : 0));
            if (function.result == 'g' && type.type == Type::whole) type = FieldType{Type::decimal, {}, {}, Decimal::places, false, -1};
            break;
        default:
            if (function.name == "CURRENT_USER") {
                type.type = Type::reference;
                type.target = "user";
            } else if (function.name != "BLANK") {
                type = choice_result(function, node);
            }
    }
    if (is_aggregate(function)) node.compare = compare_of(type.type);
    return type;
}

}  // namespace fairlead::formula
