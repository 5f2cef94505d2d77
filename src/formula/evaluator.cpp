// Evaluation: one walk over the checked tree, without allocating for numbers, dates and conditions.
#include "formula/evaluator.h"

#include <array>
#include <cmath>

#include "base/text.h"
#include "formula/functions.h"
#include "formula/syntax.h"

namespace fairlead::formula {
namespace {

constexpr std::int64_t micros_per_day = 86'400'000'000;
constexpr Date first_date{-719'162}, last_date{2'932'896};  // 0001-01-01, 9999-12-31

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool keeps(Int128 whole) { return whole >= INT64_MIN && whole <= INT64_MAX; }

std::string_view part_of(std::string_view text, Place place) {
    const auto begin = std::min(static_cast<std::size_t>(place.begin), text.size());
    return text.substr(begin, static_cast<std::size_t>(place.end - place.begin));
}

// The number of days as microseconds, for date and instant arithmetic.
std::optional<std::int64_t> days_to_micros(Decimal days) {
    const auto micros = multiply(days, Decimal::of(micros_per_day));
    if (!micros) return std::nullopt;
    return micros->to_scaled(0, Rounding::half_away);
}

}  // namespace

bool same_texts(std::string_view a, std::string_view b) {
    if (a == b) return true;
    if (is_ascii(a) && is_ascii(b)) {
        if (a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (lower(a[i]) != lower(b[i])) return false;
        return true;
    }
    return fold_case(a) == fold_case(b);
}

int compare_texts(std::string_view a, std::string_view b) {
    const std::string left = fold_case(a), right = fold_case(b);
    if (left == right) return 0;
    const int order = sort_key(left).compare(sort_key(right));
    // Texts that differ only in what the language ignores still get an order of their own.
    return order != 0 ? order : left.compare(right);
}

Refused Evaluator::failure() const {
    return refuse_at(code_ ? code_ : "bad_argument", message_, place_, text_);
}

bool Evaluator::fail(const char* code, std::string message, const Node& node) {
    code_ = code;
    message_ = std::move(message);
    place_ = node.place;
    return false;
}

bool Evaluator::too_large(const Node& node) { return fail("number_too_large", "The result is larger than a number can be here", node); }

Date Evaluator::date_of(const Datum& datum) const {
    if (datum.kind == Datum::instant) return date_in_zone(Instant{datum.as_whole()}, context_.zone);
    return datum.as_date();
}

bool Evaluator::compute(const Node& node, Datum& out, Trace* trace) {
    if (++steps_ > context_.steps_max)
        return fail("too_many_steps", "The formula needs more than " + std::to_string(context_.steps_max) + " steps on this record", node);
    if (trace == nullptr) return compute_node(node, out, nullptr);
    trace->text = part_of(text_, node.place);
    const bool done = compute_node(node, out, trace);
    if (!done) {
        trace->note = message_;
    } else if (auto value = unload(out, node.type)) {
        trace->value = std::move(*value);
        if (node.op == Op::field && out.is_empty()) trace->note = trace->text + " is empty";
    }
    return done;
}

bool Evaluator::compute_node(const Node& node, Datum& out, Trace* trace) {
    switch (node.op) {
        case Op::constant: load(out, Value(node.constant)); return true;
        case Op::field: return read_field(node, out);
        case Op::call: return call(node, out, trace);
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not: return junction(node, out, trace);
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge: return comparison(node, out, trace);
        default: return arithmetic(node, out, trace);
    }
}

bool Evaluator::read_field(const Node& node, Datum& out) {
    const Row& row = node.related ? *related_ : *row_;
    load(out, row.value(node.path));
    if (out.kind == Datum::money) {
        if (out.currency == context_.currency) {
            out.has_reporting = true;
            out.reporting = out.number;
        } else if (const auto minor = row.reporting(node.path)) {
            out.has_reporting = true;
            out.reporting = Decimal::scaled(*minor, context_.currency.decimals()).units;
        } else {
            out.unrated = row.stores_reporting();
        }
    }
    return true;
}

bool Evaluator::over_related(const Node& call_node, const std::function<bool()>& each) {
    const Row* const before = related_;
    bool going = true;
    row_->related(call_node.relation, [&](const Row& row) {
        if (!going) return;
        related_ = &row;
        going = each();
    });
    related_ = before;
    return going;
}

bool Evaluator::to_reporting(const Datum& datum, Int128& units, const Node& node) {
    if (datum.kind != Datum::money) {
        units = datum.as_decimal().units;
        return true;
    }
    if (datum.has_reporting || datum.currency == context_.currency || !datum.currency) {
        units = datum.has_reporting ? datum.reporting : datum.number;
        return true;
    }
    const auto money = Money::of(Decimal{datum.number}, datum.currency);
    const auto converted = money && context_.convert && !datum.unrated ? context_.convert(*money, context_.currency, context_.today()) : std::nullopt;
    if (!converted)
        return fail("currency_mismatch", "There is no rate from " + datum.currency.text() + " to " + context_.currency.text() + ". Enter one, or compare amounts in one currency", node);
    units = converted->decimal().units;
    return true;
}

bool Evaluator::align(Datum& a, Datum& b, const Node& node) {
    const auto as_money = [&](Datum& d) {
        if (d.kind == Datum::money) return;
        const Int128 units = d.as_decimal().units;
        d.set(Decimal{units}, context_.currency);
        d.has_reporting = true;
        d.reporting = units;
    };
    // A missing amount takes the other one's currency: nothing is added to it.
    if (a.is_empty() && b.kind == Datum::money) { a.set(Decimal{}, b.currency); a.has_reporting = true; a.reporting = 0; }
    if (b.is_empty() && a.kind == Datum::money) { b.set(Decimal{}, a.currency); b.has_reporting = true; b.reporting = 0; }
    as_money(a);
    as_money(b);
    if (a.currency == b.currency) return true;
    for (Datum* d : {&a, &b}) {
        Int128 units = 0;
        if (!to_reporting(*d, units, node)) return false;
        d->set(Decimal{units}, context_.currency);
        d->has_reporting = true;
        d->reporting = units;
    }
    return true;
}

// ---- Arithmetic --------------------------------------------------------------------------------------------

bool Evaluator::arithmetic(const Node& node, Datum& out, Trace* trace) {
    if (trace != nullptr) trace->parts.resize(node.arguments.size());
    const auto part = [&](std::size_t i) { return trace ? &trace->parts[i] : nullptr; };
    if (node.op == Op::negate || node.op == Op::percent_of) {
        if (!compute(*node.arguments[0], out, part(0))) return false;
        if (out.is_empty()) {
            if (node.type.type == Type::duration) return true;
            if (node.type.type == Type::money) out.set(Decimal{}, context_.currency); else out.set_whole(0);
            if (node.op == Op::percent_of) out.set(Decimal{});
            return true;
        }
        if (node.op == Op::percent_of) return combine(node, out, out, out);
        if (out.kind == Datum::whole && out.number == INT64_MIN) return too_large(node);
        out.number = -out.number;
        out.reporting = -out.reporting;
        return true;
    }
    Datum right;
    if (!compute(*node.arguments[0], out, part(0)) || !compute(*node.arguments[1], right, part(1))) return false;
    if (node.op == Op::concat) {
        std::string text = datum_text(out) + datum_text(right);
        if (text.size() > 1'000'000) return fail("number_too_large", "The text is longer than a million bytes", node);
        out.set(std::move(text));
        return true;
    }
    note_empties(node, out, right, trace);
    return combine(node, out, right, out);
}

void Evaluator::note_empties(const Node& node, const Datum& left, const Datum& right, Trace* trace) const {
    if (trace == nullptr) return;
    for (std::size_t i = 0; i < 2; ++i) {
        const Datum& side = i == 0 ? left : right;
        const Node& part = *node.arguments[i];
        if (!side.is_empty() || part.op == Op::constant) continue;
        trace->note += (trace->note.empty() ? "" : "; ") + std::string(part_of(text_, part.place)) + " is empty";
    }
}

bool Evaluator::combine(const Node& node, Datum& left, Datum& right, Datum& out) {
    if (node.op == Op::percent_of) {
        const auto hundredth = divide(left.as_decimal(), Decimal::of(100));
        out.set(*hundredth);
        return true;
    }
    const Type left_type = node.arguments[0]->type.type, right_type = node.arguments[1]->type.type;
    const auto is_time = [](Type t) { return t == Type::date || t == Type::instant || t == Type::duration; };
    if (is_time(left_type) || is_time(right_type)) {
        // An empty moment or length makes the result empty; an empty number of days is none.
        if ((is_time(left_type) && left.is_empty()) || (is_time(right_type) && right.is_empty())) {
            out.set_empty();
            return true;
        }
        Int128 number = 0;
        if (left_type == Type::date && right_type == Type::date) {
            out.set_whole(left.number - right.number);
            return true;
        }
        if (left_type == Type::instant && right_type == Type::instant) {
            const auto days = divide(Decimal{(left.number - right.number) * Decimal::one}, Decimal::of(micros_per_day));
            if (!days) return too_large(node);
            out.set(*days);
            return true;
        }
        if (node.op == Op::multiply || (node.op == Op::divide && right_type != Type::duration)) {
            const bool left_is_time = left_type == Type::duration;
            const Datum& length = left_is_time ? left : right;
            const Decimal factor = left_is_time ? right.as_decimal() : left.as_decimal();
            if (node.op == Op::divide && factor.units == 0) return fail("division_by_zero", "This divides by zero", node);
            const auto whole = Decimal{length.number * Decimal::one};
            const auto product = node.op == Op::multiply ? multiply(whole, factor) : divide(whole, factor);
            const auto micros = product ? product->to_scaled(0, Rounding::half_away) : std::nullopt;
            if (!micros) return too_large(node);
            out.set(Duration{*micros});
            return true;
        }
        if (node.op == Op::divide) {
            if (right.number == 0) return fail("division_by_zero", "This divides by zero", node);
            const auto ratio = divide(Decimal{left.number * Decimal::one}, Decimal{right.number * Decimal::one});
            if (!ratio) return too_large(node);
            out.set(*ratio);
            return true;
        }
        const Int128 sign = node.op == Op::subtract ? -1 : 1;
        if (node.type.type == Type::date) {
            const bool left_is_date = left_type == Type::date;
            const auto days = (left_is_date ? right : left).as_decimal().to_scaled(0, Rounding::floor);
            if (!days) return too_large(node);
            number = (left_is_date ? left : right).number + sign * *days;
            if (number < first_date.days || number > last_date.days)
                return fail("number_too_large", "The date lies outside the years 1 to 9999", node);
            out.set(Date{static_cast<std::int32_t>(number)});
            return true;
        }
        // instant +- days or duration, duration +- duration
        const auto micros_of = [&](const Datum& d, Type type) -> std::optional<std::int64_t> {
            if (type == Type::instant || type == Type::duration) return d.as_whole();
            return days_to_micros(d.as_decimal());
        };
        const auto a = micros_of(left, left_type), b = micros_of(right, right_type);
        if (!a || !b) return too_large(node);
        number = Int128{*a} + sign * *b;
        if (node.type.type == Type::instant &&
            (number < Int128{first_date.days} * micros_per_day || number > Int128{last_date.days + 1} * micros_per_day - 1))
            return fail("number_too_large", "The moment lies outside the years 1 to 9999", node);
        if (!keeps(number)) return too_large(node);
        if (node.type.type == Type::instant) out.set(Instant{static_cast<std::int64_t>(number)}); else out.set(Duration{static_cast<std::int64_t>(number)});
        return true;
    }
    if (left_type == Type::money || right_type == Type::money) {
        if (node.op == Op::add || node.op == Op::subtract) return add_money(node, left, right, out);
        return scale_money(node, left, right, out);
    }
    const auto is_whole = [](const Datum& d) { return d.kind == Datum::whole || d.kind == Datum::empty; };
    if (node.type.type == Type::whole && is_whole(left) && is_whole(right)) {
        const Int128 a = left.kind == Datum::empty ? 0 : left.number, b = right.kind == Datum::empty ? 0 : right.number;
        const Int128 number = node.op == Op::add ? a + b : node.op == Op::subtract ? a - b : a * b;
        if (!keeps(number)) return too_large(node);
        out.set_whole(number);
        return true;
    }
    const Decimal a = left.as_decimal(), b = right.as_decimal();
    std::optional<Decimal> result;
    switch (node.op) {
        case Op::add: result = fairlead::add(a, b); break;
        case Op::subtract: result = fairlead::subtract(a, b); break;
        case Op::multiply: result = fairlead::multiply(a, b); break;
        case Op::divide:
            if (b.units == 0) return fail("division_by_zero", "This divides by zero", node);
            result = fairlead::divide(a, b);
            break;
        default: {  // power
            const auto exponent = b.whole();
            if (a.units == 0 && b.units < 0) return fail("division_by_zero", "Zero cannot be raised to a negative power", node);
            if (a.units < 0 && !exponent) return fail("bad_argument", "A negative number can be raised to whole powers only", node);
            if (exponent && *exponent >= 0 && *exponent <= 64) {
                result = Decimal::of(1);
                for (std::int64_t i = 0; result && i < *exponent; ++i) result = fairlead::multiply(*result, a);
            } else {
                result = decimal_of(std::pow(a.to_double(), b.to_double()));
            }
        }
    }
    if (!result) return too_large(node);
    out.set(*result);
    return true;
}

bool Evaluator::add_money(const Node& node, Datum& left, Datum& right, Datum& out) {
    if (!align(left, right, node)) return false;
    const bool both = left.has_reporting && right.has_reporting;
    const bool unrated = left.unrated || right.unrated;
    const auto join = [&](Int128 a, Int128 b) { return node.op == Op::add ? fairlead::add(Decimal{a}, Decimal{b}) : fairlead::subtract(Decimal{a}, Decimal{b}); };
    const auto amount = join(left.number, right.number);
    const auto reporting = both ? join(left.reporting, right.reporting) : Decimal{};
    if (!amount || !reporting) return too_large(node);
    const Currency currency = left.currency;
    out.set(*amount, currency);
    out.has_reporting = both;
    out.unrated = unrated;
    out.reporting = reporting->units;
    return true;
}

bool Evaluator::scale_money(const Node& node, Datum& left, Datum& right, Datum& out) {
    const bool money_left = node.arguments[0]->type.type == Type::money, money_right = node.arguments[1]->type.type == Type::money;
    if (money_left && money_right) {  // a ratio
        if (!align(left, right, node)) return false;
        if (right.number == 0) return fail("division_by_zero", "This divides by zero", node);
        const auto ratio = fairlead::divide(Decimal{left.number}, Decimal{right.number});
        if (!ratio) return too_large(node);
        out.set(*ratio);
        return true;
    }
    Datum& money = money_left ? left : right;
    const Decimal factor = (money_left ? right : left).as_decimal();
    if (node.op == Op::divide && factor.units == 0) return fail("division_by_zero", "This divides by zero", node);
    const bool missing = money.is_empty();
    const Currency currency = missing ? context_.currency : money.currency;
    const bool has_reporting = missing || money.has_reporting;
    const bool unrated = !missing && money.unrated;
    const auto scaled = [&](Int128 units) { return node.op == Op::multiply ? fairlead::multiply(Decimal{units}, factor) : fairlead::divide(Decimal{units}, factor); };
    const auto amount = scaled(missing ? Int128{0} : money.number);
    const auto reporting = has_reporting ? scaled(missing ? Int128{0} : money.reporting) : Decimal{};
    if (!amount || !reporting) return too_large(node);
    out.set(*amount, currency);
    out.has_reporting = has_reporting;
    out.unrated = unrated;
    out.reporting = reporting->units;
    return true;
}

// ---- Conditions --------------------------------------------------------------------------------------------

bool Evaluator::compare(Datum& a, Datum& b, Compare how, const Node& node, int& order) {
    const auto sign = [](Int128 x, Int128 y) { return x < y ? -1 : x > y ? 1 : 0; };
    switch (how) {
        case Compare::number:
            order = a.kind == Datum::whole && b.kind == Datum::whole ? sign(a.number, b.number) : sign(a.as_decimal().units, b.as_decimal().units);
            return true;
        case Compare::money:
            if (!align(a, b, node)) return false;
            order = sign(a.number, b.number);
            return true;
        case Compare::text: {
            const bool plain = a.kind == Datum::text && b.kind == Datum::text;
            order = plain ? compare_texts(a.chars, b.chars) : compare_texts(datum_text(a), datum_text(b));
            return true;
        }
        case Compare::day_of_instant: order = sign(date_of(a).days, date_of(b).days); return true;
        default: order = sign(a.number, b.number); return true;
    }
}

bool Evaluator::equal(Datum& a, Datum& b, Compare how, const Node& node, bool& same) {
    if (a.is_empty() || b.is_empty()) {
        // An amount that cannot be brought into the reporting currency is neither equal nor unequal to anything.
        Int128 units = 0;
        if (how == Compare::money && (a.unrated || b.unrated)) return to_reporting(a.is_empty() ? b : a, units, node);
        same = a.is_empty() && b.is_empty();
        return true;
    }
    if (how == Compare::text) {
        same = a.kind == Datum::text && b.kind == Datum::text ? same_texts(a.chars, b.chars) : same_texts(datum_text(a), datum_text(b));
        return true;
    }
    int order = 0;
    if (!compare(a, b, how, node, order)) return false;
    same = order == 0;
    return true;
}

bool Evaluator::comparison(const Node& node, Datum& out, Trace* trace) {
    if (trace != nullptr) trace->parts.resize(2);
    Datum right;
    if (!compute(*node.arguments[0], out, trace ? &trace->parts[0] : nullptr)) return false;
    const Node& right_node = *node.arguments[1];
    const bool folded_text = node.compare == Compare::text && right_node.op == Op::constant && trace == nullptr;
    if (!folded_text && !compute(right_node, right, trace ? &trace->parts[1] : nullptr)) return false;
    if (folded_text) ++steps_;
    note_empties(node, out, right, folded_text ? nullptr : trace);
    if (node.op == Op::eq || node.op == Op::ne) {
        bool same = false;
        if (folded_text && out.kind == Datum::text) {  // the usual filter: a field against a constant
            const std::string_view constant = right_node.folded;
            same = out.chars == constant || same_texts(out.chars, constant);
        } else {
            if (folded_text) load(right, Value(right_node.constant));
            if (!equal(out, right, node.compare, node, same)) return false;
        }
        out.set(same == (node.op == Op::eq));
        return true;
    }
    if (folded_text) load(right, Value(right_node.constant));
    if (out.is_empty() || right.is_empty()) {
        out.set(false);
        return true;
    }
    int order = 0;
    if (!compare(out, right, node.compare, node, order)) return false;
    out.set(node.op == Op::lt ? order < 0 : node.op == Op::le ? order <= 0 : node.op == Op::gt ? order > 0 : order >= 0);
    return true;
}

bool Evaluator::junction(const Node& node, Datum& out, Trace* trace) {
    if (trace != nullptr) trace->parts.resize(node.arguments.size());
    const auto part = [&](std::size_t i) { return trace ? &trace->parts[i] : nullptr; };
    if (node.op == Op::logical_not) {
        if (!compute(*node.arguments[0], out, part(0))) return false;
        out.set(!out.is_true());
        return true;
    }
    const bool decides = node.op == Op::logical_or;  // the first condition of this kind settles it
    bool result = !decides;
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
        if (result == decides) {
            if (trace == nullptr) break;
            trace->parts[i].text = part_of(text_, node.arguments[i]->place);
            trace->parts[i].note = "not evaluated";
            continue;
        }
        if (!compute(*node.arguments[i], out, part(i))) return false;
        if (out.is_true() == decides) result = decides;
    }
    out.set(result);
    return true;
}

// ---- Calls -------------------------------------------------------------------------------------------------

bool Evaluator::call(const Node& node, Datum& out, Trace* trace) {
    const Function& function = *node.function;
    if (function.run_lazy != nullptr) return function.run_lazy(*this, node, out, trace);
    const std::size_t count = node.arguments.size();
    if (trace != nullptr) trace->parts.resize(count);
    std::array<Datum, 4> near;
    std::vector<Datum> many;
    if (count > near.size()) many.resize(count);
    const std::span<Datum> arguments = count > near.size() ? std::span<Datum>(many) : std::span<Datum>(near).first(count);
    for (std::size_t i = 0; i < count; ++i)
        if (!compute(*node.arguments[i], arguments[i], trace ? &trace->parts[i] : nullptr)) return false;
    return function.run(Call{*this, node, arguments, out});
}

// ---- The outside -------------------------------------------------------------------------------------------

void Row::related(const std::vector<PathStep>&, const std::function<void(const Row&)>&) const {}
std::optional<std::int64_t> Row::reporting(const std::vector<PathStep>&) const { return std::nullopt; }

Result<Value> evaluate(const Checked& formula, const Row& row, const Context& context, Trace* trace) {
    Evaluator evaluator(row, context, formula.text);
    Datum result;
    if (!evaluator.compute(*formula.root, result, trace)) return evaluator.failure();
    auto value = unload(result, formula.root->type);
    if (!value) {
        evaluator.fail("number_too_large", "The result is larger than a number can be here", *formula.root);
        return evaluator.failure();
    }
    return std::move(*value);
}

bool holds(const Checked& formula, const Row& row, const Context& context) {
    Evaluator evaluator(row, context, formula.text);
    Datum result;
    return evaluator.compute(*formula.root, result) && result.is_true();
}

namespace {
class NoRow final : public Row {
  public:
    Value value(const std::vector<PathStep>&) const override { return {}; }
};
}  // namespace

bool reads_fields(const Node& node) {
    if (node.op == Op::field || !node.relation.empty()) return true;
    for (const auto& argument : node.arguments)
        if (reads_fields(*argument)) return true;
    return false;
}

std::optional<Value> constant_value(const Node& node, const Context& context) {
    if (node.op == Op::constant) return node.constant;
    if (reads_fields(node)) return std::nullopt;
    const NoRow row;
    Evaluator evaluator(row, context, {});
    Datum result;
    if (!evaluator.compute(node, result)) return std::nullopt;
    return unload(result, node.type);
}

}  // namespace fairlead::formula
