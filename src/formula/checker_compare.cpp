// Comparisons: what may be compared with what, and the constants that are meant as dates, ids or titles.
#include "base/text.h"
#include "formula/checker.h"

namespace fairlead::formula {
namespace {

bool is_text_constant(const Node& node) { return node.op == Op::constant && node.constant.is<std::string>(); }
bool is_blank_constant(const Node& node) {
    return node.always_empty || (node.op == Op::constant && (node.constant.empty() || (is_text_constant(node) && node.constant.as<std::string>().empty())));
}

}  // namespace

// `stage` as a text is the title of the record it points to.
NodePtr Checker::title_of(NodePtr reference) const {
    if (reference->op != Op::field || reference->type.target.empty()) return reference;
    const std::string entity = reference->type.target, title = schema_.title_field(entity);
    if (title.empty()) return reference;
    const auto type = schema_.field(entity, title);
    if (!type || !is_textual(type->type)) return reference;
    reference->path.push_back({entity, title, *type});
    reference->type = *type;
    return reference;
}

bool Checker::date_from_text(NodePtr& node, Type wanted) const {
    if (!is_text_constant(*node)) return false;
    const std::string& text = node->constant.as<std::string>();
    if (const auto day = Date::parse(text)) {
        node = constant(*day, Type::date, node->place);
        return true;
    }
    const auto moment = wanted == Type::instant ? Instant::parse(text) : std::nullopt;
    if (moment) node = constant(*moment, Type::instant, node->place);
    return moment.has_value();
}

void Checker::check_choice(const Node& choice, const Node& value) const {
    if (choice.type.type != Type::choice || choice.type.choices.empty() || !is_text_constant(value)) return;
    for (const std::string& known : choice.type.choices)
        if (same_texts(known, value.constant.as<std::string>())) return;
    const std::string near = nearest(value.constant.as<std::string>(), choice.type.choices);
    fail("unknown_choice", "\"" + value.constant.as<std::string>() + "\" is not one of the choices" +
                               (near.empty() ? ": " + join(choice.type.choices, ", ") : ". Did you mean \"" + near + "\"?"),
         value.place, {{"value", value.constant.as<std::string>()}, {"meant", near}});
}

Compare Checker::pair_reference(NodePtr& reference, NodePtr& other, Place place) const {
    if (other->type.type == Type::reference) {
        if (!reference->type.target.empty() && !other->type.target.empty() && reference->type.target != other->type.target)
            mismatch("These refer to different kinds of records: " + reference->type.target + " and " + other->type.target, place);
        return Compare::reference;
    }
    if (other->op == Op::constant) {
        const std::string digits = to_text(other->constant);
        if (const auto id = Id::parse(digits); id && (other->type.type == Type::whole || is_textual(other->type.type))) {
            other = constant(*id, Type::reference, other->place);
            return Compare::reference;
        }
    }
    if (!is_textual(other->type.type))
        mismatch("A reference can be compared with a title, an id or another reference, and this is " + std::string(kind_words(*other)), other->place);
    reference = title_of(std::move(reference));
    if (reference->type.type == Type::reference)
        mismatch("Records of " + reference->type.target + " have no title to compare with; compare a field of theirs", reference->place);
    check_choice(*reference, *other);
    return Compare::text;
}

// `record = "7301"`: an id that is kept as a whole number and written as a text.
bool Checker::id_from_text(const Node& id, NodePtr& text) const {
    if (id.type.type != Type::whole || id.type.target != any_target || !is_text_constant(*text)) return false;
    const auto whole = Id::parse(text->constant.as<std::string>());
    if (!whole) mismatch("\"" + text->constant.as<std::string>() + "\" is not the id of a record", text->place);
    text = constant(Value(whole->value), Type::whole, text->place);
    return true;
}

Compare Checker::pair(NodePtr& left, NodePtr& right, bool ordered, Place place) const {
    if (is_blank_constant(*left) || is_blank_constant(*right)) return Compare::blank;
    const Type a = left->type.type, b = right->type.type;
    if (a == Type::reference || b == Type::reference) {
        const Compare how = a == Type::reference ? pair_reference(left, right, place) : pair_reference(right, left, place);
        if (ordered && how == Compare::reference) mismatch("Records have no order. Compare a field of theirs, or use = and <>", place);
        return how;
    }
    if (is_number(a) && is_number(b)) return Compare::number;
    if (id_from_text(*left, right) || id_from_text(*right, left)) return Compare::number;
    if ((a == Type::money || is_number(a)) && (b == Type::money || is_number(b))) return Compare::money;
    if (is_textual(a) && is_textual(b)) {
        check_choice(*left, *right);
        check_choice(*right, *left);
        return Compare::text;
    }
    const auto is_moment = [](Type t) { return t == Type::date || t == Type::instant; };
    if (is_moment(a) && is_textual(b) && !date_from_text(right, a))
        mismatch("A date is compared with a date, as DATE(2026, 11, 25) or \"2026-11-25\"", right->place);
    if (is_moment(b) && is_textual(a) && !date_from_text(left, b))
        mismatch("A date is compared with a date, as DATE(2026, 11, 25) or \"2026-11-25\"", left->place);
    const Type c = left->type.type, d = right->type.type;
    if (is_moment(c) && is_moment(d)) return c == d ? compare_of(c) : Compare::day_of_instant;
    if (c == Type::duration && d == Type::duration) return Compare::duration;
    if (c == Type::boolean && d == Type::boolean && !ordered) return Compare::boolean;
    if (c == Type::boolean && d == Type::boolean) mismatch("Conditions have no order. Use = or <>", place);
    std::string hint;
    if (is_textual(c) != is_textual(d) && (is_number(c) || is_number(d))) hint = ". VALUE(text) makes a number of a text";
    mismatch("This compares " + std::string(kind_words(*left)) + " with " + std::string(kind_words(*right)) + ", which can never be the same" + hint, place);
}

}  // namespace fairlead::formula
