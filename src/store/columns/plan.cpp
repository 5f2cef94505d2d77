// Compiling conditions.
#include "store/columns/plan.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "base/text.h"

namespace fairlead::store::columns {
namespace {

using formula::Node;
using formula::Op;

// A condition, and whether its evaluation may be refused on some row (a division by zero): then it must not be
// turned round, since a refusal counts as false either way.
struct Condition {
    PredicatePointer root;
    bool may_refuse = false;
};

bool is_comparison(Op op) { return op == Op::eq || op == Op::ne || op == Op::lt || op == Op::le || op == Op::gt || op == Op::ge; }
Op turned(Op op) {
    switch (op) {
        case Op::lt: return Op::gt;
        case Op::le: return Op::ge;
        case Op::gt: return Op::lt;
        case Op::ge: return Op::le;
        default: return op;
    }
}

void collect_paths(const Node& node, std::vector<const Node*>& fields) {
    if (node.op == Op::field) fields.push_back(&node);
    for (const auto& argument : node.arguments) collect_paths(*argument, fields);
}

bool has_fields(const Node& node) { return formula::reads_fields(node); }

bool has_aggregates(const Node& node) {
    return !node.relation.empty() || std::any_of(node.arguments.begin(), node.arguments.end(), [](const auto& a) { return has_aggregates(*a); });
}

// Largest subtrees without fields.
void collect_constants(const Node& node, std::vector<const Node*>& constants) {
    if (!has_fields(node)) return constants.push_back(&node);
    for (const auto& argument : node.arguments) collect_constants(*argument, constants);
}

bool same_path(const Node& a, const Node& b) {
    return a.path.size() == b.path.size() &&
           std::equal(a.path.begin(), a.path.end(), b.path.begin(), [](const auto& x, const auto& y) { return x.name == y.name; });
}

// Whether the side of a comparison never falls while the field rises.
bool rises_with(const Node& side, const Node& field) {
    if (&side == &field) return true;
    if (field.type.type == Type::money) return false;  // what is added to a foreign amount is not added to what it is worth here
    if (side.op != Op::add && side.op != Op::subtract) return false;
    const Node &a = *side.arguments[0], &b = *side.arguments[1];
    return (rises_with(a, field) && !has_fields(b)) || (side.op == Op::add && !has_fields(a) && rises_with(b, field));
}

// The node with what `known` knows in the place of fields; null values where it knows none.
using Known = std::function<const Value*(const Node& field)>;
std::unique_ptr<Node> with_known(const Node& node, const Known& known) {
    auto copy = std::make_unique<Node>();
    copy->op = node.op;
    copy->type = node.type;
    copy->always_empty = node.always_empty;
    copy->place = node.place;
    copy->constant = node.constant;
    copy->folded = node.folded;
    copy->path = node.path;
    copy->related = node.related;
    copy->relation = node.relation;
    copy->function = node.function;
    copy->compare = node.compare;
    if (const Value* value = node.op == Op::field ? known(node) : nullptr) {
        copy->op = Op::constant;
        copy->path.clear();
        copy->constant = *value;
        if (const auto* text = value->get<std::string>()) copy->folded = fold_case(*text);
    }
    for (const auto& argument : node.arguments) copy->arguments.push_back(with_known(*argument, known));
    return copy;
}

// A row reached over the first `from` steps of every path.
class FurtherRow final : public formula::Row {
  public:
    FurtherRow(const ColumnRow& row, std::size_t from) : row_(row), from_(from) {}
    Value value(const std::vector<formula::PathStep>& path) const override { return row_.value_from(path, from_); }
    std::optional<std::int64_t> reporting(const std::vector<formula::PathStep>& path) const override { return row_.reporting_from(path, from_); }

  private:
    const ColumnRow& row_;
    std::size_t from_;
};

// What the condition gives for one value: true, false, or refused.
enum class Outcome : std::uint8_t { no, yes, refused };
Outcome outcome(const Part& part, const formula::Row& row, const formula::Context& context) {
    const Result<Value> value = part.value(row, context);
    if (!value) return Outcome::refused;
    const bool* holds = value->get<bool>();
    return holds && *holds ? Outcome::yes : Outcome::no;
}

class Compiler {
  public:
    Compiler(Asking& asking, const ColumnRow::Sight& sight) : asking_(asking), context_(asking.context()), sight_(sight) {}

    Condition condition(const Node& node, const Table& table, std::size_t from, bool by_viewer) {
        if (node.op == Op::logical_and || node.op == Op::logical_or) return junction(node, table, from, by_viewer);
        if (node.op == Op::logical_not) {
            Condition part = condition(*node.arguments.front(), table, from, by_viewer);
            if (part.may_refuse) return each(node, table, from, by_viewer);
            return {none_of(std::move(part.root)), false};
        }
        if (has_aggregates(node)) return each(node, table, from, by_viewer);
        std::vector<const Node*> fields;
        collect_paths(node, fields);
        if (fields.empty()) {
            const Outcome fixed = outcome(Part(node), OneValue(), context_);
            return {always(fixed == Outcome::yes), fixed == Outcome::refused};
        }
        const Node& first = *fields.front();
        const bool one_path = std::all_of(fields.begin(), fields.end(), [&](const Node* f) { return same_path(*f, first); });
        if (one_path && first.path.size() == from + 1) return leaf(node, first, table, from, by_viewer);
        const bool one_reference = std::all_of(fields.begin(), fields.end(), [&](const Node* f) {
            return f->path.size() > from + 1 && f->path[from].name == first.path[from].name;
        });
        if (one_reference) return through(node, first, table, from, by_viewer);
        if (auto quick = beside_reference(node, fields, table, from, by_viewer)) return std::move(*quick);
        return each(node, table, from, by_viewer);
    }

    // Narrows the range to where the node can hold.
    void narrow(const Node& node, const Column& column, std::pair<Wide, Wide>& range) {
        if (node.op == Op::logical_and) {
            for (const auto& argument : node.arguments) narrow(*argument, column, range);
            return;
        }
        if (!is_comparison(node.op) || node.op == Op::ne || node.compare == formula::Compare::blank) return;
        for (const auto& argument : node.arguments) {
            if (argument->op != Op::field || argument->path.size() != 1 || argument->path.front().name != column.field->name) continue;
            const auto own = compare(node, *argument, Part(node), column.values, [&](Wide raw) { return value_from(column, raw); });
            if (own) range = {std::max(range.first, own->first), std::min(range.second, own->second)};
            return;
        }
    }

  private:
    Condition junction(const Node& node, const Table& table, std::size_t from, bool by_viewer) {
        std::vector<PredicatePointer> parts;
        bool may_refuse = false;
        for (const auto& argument : node.arguments) {
            Condition part = condition(*argument, table, from, by_viewer);
            may_refuse |= part.may_refuse;
            parts.push_back(std::move(part.root));
        }
        if (node.op == Op::logical_and) return {all_of(std::move(parts)), may_refuse};
        if (may_refuse) return each(node, table, from, by_viewer);  // refused OR true is refused
        return {any_of(std::move(parts)), false};
    }

    Condition each(const Node& node, const Table& table, std::size_t from, bool by_viewer) {
        auto part = std::make_shared<Part>(node);
        auto holds = [part, &state = asking_.state(), context = context_, sight = by_viewer ? sight_ : ColumnRow::Sight{}, &table, from](std::uint32_t row) {
            const ColumnRow at(state, context, &sight, table, row);
            if (from == 0) return part->holds(at, context);
            return part->holds(FurtherRow(at, from), context);
        };
        return {each_row(std::move(holds), 800), true};
    }

    // Over a reference: decided for every record referred to, then looked up.
    Condition through(const Node& node, const Node& first, const Table& table, std::size_t from, bool by_viewer) {
        const Column* reference = table.column(first.path[from].name);
        if (!reference || reference->held != Held::reference || !reference->target) return each(node, table, from, by_viewer);
        const Table& target = *reference->target;
        Condition inner = condition(node, target, from + 1, by_viewer);
        const Outcome empty = outcome(Part(node), OneValue(), context_);
        std::vector<std::uint8_t> codes(target.rows() + std::size_t{1}, empty == Outcome::yes ? 1 : 0);
        const ColumnRow::Sight* sight = by_viewer ? &sight_ : nullptr;
        std::vector<std::uint64_t> bits(block_words), mask(block_words, ~std::uint64_t{0});
        for (std::uint32_t begin = 0; begin < target.rows(); begin += block_rows) {
            const Block block{begin, std::min(block_rows, target.rows() - begin)};
            inner.root->run(block, mask.data(), bits.data());
            for (std::uint32_t i = 0; i < block.count; ++i)
                if (reachable(sight, target, begin + i)) codes[begin + i + std::size_t{1}] = (bits[i / 64] >> (i % 64)) & 1;
        }
        return {look_up(reference->values, std::move(codes)), inner.may_refuse || empty == Outcome::refused};
    }

    // A number of the record itself beside what it refers to (`stage_since + stage.stale_days < NOW()`): where few records are
    // referred to, there are few conditions on the number alone.
    std::optional<Condition> beside_reference(const Node& node, const std::vector<const Node*>& fields, const Table& table, std::size_t from, bool by_viewer) {
        const Node *own = nullptr, *over = nullptr;
        std::vector<const Node*> others;
        for (const Node* field : fields) {
            const Node*& same = field->path.size() == from + 1 ? own : over;
            if (!same) same = field;
            if (same == own ? !same_path(*field, *own) : field->path[from].name != over->path[from].name) return std::nullopt;
            if (same == own) continue;
            if (field->type.type == Type::money) return std::nullopt;  // compared as its stored reporting amount, which a value does not carry
            others.push_back(field);
        }
        if (!own || !over) return std::nullopt;
        const Column *column = table.column(own->path[from].name), *reference = table.column(over->path[from].name);
        if (!column || (column->held != Held::number && column->held != Held::decimal)) return std::nullopt;
        if (!reference || reference->held != Held::reference || !reference->target || reference->target->rows() > referred_most) return std::nullopt;

        const Table& target = *reference->target;
        const ColumnRow::Sight* sight = by_viewer ? &sight_ : nullptr;
        std::map<std::string, std::pair<std::vector<Value>, std::vector<std::uint8_t>>> kinds;  // what is read over the reference, and by which codes
        for (std::uint32_t code = 0; code <= target.rows(); ++code) {
            const bool reached = code != 0 && reachable(sight, target, code - 1);
            std::vector<Value> values;
            std::string key;
            for (const Node* field : others) {
                values.push_back(reached ? ColumnRow(asking_.state(), context_, sight, target, code - 1).value_from(field->path, from + 1) : Value());
                if (values.back().is<ValueList>()) return std::nullopt;
                const std::string text = values.back().empty() ? "" : to_text(values.back());
                key += (values.back().empty() ? "-" : std::to_string(text.size())) + ":" + text;
            }
            auto& [read, codes] = kinds.try_emplace(std::move(key), std::move(values), std::vector<std::uint8_t>(target.rows() + std::size_t{1})).first->second;
            codes[code] = 1;
            if (kinds.size() > kinds_most) return std::nullopt;
        }
        // The condition of each kind, on the number alone.
        std::vector<std::unique_ptr<Node>> alone;
        std::vector<const Node*> numbers;
        for (const auto& [key, kind] : kinds) {
            alone.push_back(with_known(node, [&](const Node& field) -> const Value* {
                const auto at = std::find(others.begin(), others.end(), &field);
                return at == others.end() ? nullptr : &kind.first[static_cast<std::size_t>(at - others.begin())];
            }));
            std::vector<const Node*> left;
            collect_paths(*alone.back(), left);
            numbers.push_back(left.front());
        }
        std::vector<std::uint8_t> kind_of(target.rows() + std::size_t{1});
        std::uint8_t number = 0;
        for (const auto& [key, kind] : kinds) {
            for (std::size_t code = 0; code < kind_of.size(); ++code)
                if (kind.second[code]) kind_of[code] = number;
            ++number;
        }
        if (auto ranges = within_ranges(alone, numbers, *column, *reference, std::move(kind_of))) return ranges;
        std::vector<PredicatePointer> parts;
        std::size_t at = 0;
        for (const auto& [key, kind] : kinds) {
            auto condition = by_number(*alone[at], *numbers[at], *column);
            ++at;
            if (!condition) return std::nullopt;
            std::vector<PredicatePointer> both;
            both.push_back(look_up(reference->values, kind.second));
            both.push_back(std::move(condition->root));
            parts.push_back(all_of(std::move(both)));
        }
        return Condition{any_of(std::move(parts)), false};
    }

    // Of less and greater each kind's is a range: looked up row by row, of those that other conditions leave.
    std::optional<Condition> within_ranges(const std::vector<std::unique_ptr<Node>>& alone, const std::vector<const Node*>& numbers, const Column& column, const Column& reference,
                                           std::vector<std::uint8_t> kind_of) {
        const Packed& values = column.values;
        if (!is_comparison(alone.front()->op) || alone.front()->op == Op::eq || alone.front()->op == Op::ne || values.least() > values.greatest()) return std::nullopt;
        struct Range {
            Wide low, high;
            bool empty_holds;
        };
        std::vector<Range> ranges;
        for (std::size_t i = 0; i < alone.size(); ++i) {
            const Part part(*alone[i]);
            const Outcome empty = outcome(part, OneValue(), context_);
            const auto range = compare(*alone[i], *numbers[i], part, values, [&](Wide raw) { return value_from(column, raw); });
            if (!range || empty == Outcome::refused) return std::nullopt;
            ranges.push_back({range->first, range->second, empty == Outcome::yes});
        }
        auto holds = [&values, &codes = reference.values, kinds = std::move(kind_of), ranges = std::move(ranges)](std::uint32_t row) {
            const std::uint32_t code = codes.code(row);
            if (code >= kinds.size()) return false;
            const Range& range = ranges[kinds[code]];
            const Wide value = values.get(row);
            return value == no_value ? range.empty_holds : value >= range.low && value <= range.high;
        };
        return Condition{each_row(std::move(holds), 12), false};
    }

    Condition leaf(const Node& node, const Node& field, const Table& table, std::size_t from, bool by_viewer) {
        const Column* column = table.column(field.path[from].name);
        if (!column) return each(node, table, from, by_viewer);
        if (column->held == Held::evaluated) {
            if (&node == &field && column->field->type == Type::boolean) return condition(*column->field->formula->root, table, 0, false);
            return each(node, table, from, by_viewer);
        }
        std::optional<Condition> quick;
        if (auto blank = by_blank(node, *column)) return std::move(*blank);
        if (column->held == Held::reference || column->field->slot == model::slot_id) quick = by_reference(node, table, *column);
        else if (column->held == Held::text) quick = by_text(node, *column);
        else if (column->held == Held::money) quick = by_money(node, field, table, *column);
        else quick = by_number(node, field, *column);
        return quick ? std::move(*quick) : each(node, table, from, by_viewer);
    }

    // ISBLANK(field), field = "", field <> "".
    std::optional<Condition> by_blank(const Node& node, const Column& column) {
        const bool compared = (node.op == Op::eq || node.op == Op::ne) && node.compare == formula::Compare::blank;
        const bool asked = formula::function_name(node) == "ISBLANK" && node.arguments.size() == 1 && node.arguments[0]->op == Op::field;
        if ((!compared && !asked) || column.field->slot == model::slot_id) return std::nullopt;
        const Outcome empty = outcome(Part(node), OneValue(), context_);
        if (empty == Outcome::refused) return std::nullopt;
        PredicatePointer present;
        if (column.held != Held::text) present = in_range(column.values, least_value, greatest_value);
        else if (column.texts.coded()) present = in_range(column.texts.codes(), least_value, greatest_value);
        else present = each_row([&texts = column.texts](std::uint32_t row) { return texts.has(row); }, 5);
        return Condition{empty == Outcome::yes ? none_of(std::move(present)) : std::move(present), false};
    }

    Value value_from(const Column& column, Wide raw) const {
        if (column.held == Held::decimal) return Value(Decimal{raw});
        switch (column.field->type) {
            case Type::date: return Value(Date{static_cast<std::int32_t>(raw)});
            case Type::instant: return Value(Instant{static_cast<std::int64_t>(raw)});
            case Type::duration: return Value(Duration{static_cast<std::int64_t>(raw)});
            case Type::boolean: return Value(raw != 0);
            default: return Value(static_cast<std::int64_t>(raw));
        }
    }

    std::optional<Condition> by_number(const Node& node, const Node& field, const Column& column) {
        const Part part(node);
        const Outcome empty = outcome(part, OneValue(), context_);
        const Packed& values = column.values;
        if (empty == Outcome::refused) return std::nullopt;
        const bool empty_holds = empty == Outcome::yes;
        if (values.least() > values.greatest()) return Condition{always(empty_holds), false};
        const auto make = [&](Wide raw) { return value_from(column, raw); };
        if (is_comparison(node.op))
            if (auto range = compare(node, field, part, values, make)) {
                if (range->first > range->second) return Condition{in_range(values, 1, 0, empty_holds), false};
                PredicatePointer within = in_range(values, range->first, range->second, node.op == Op::ne ? !empty_holds : empty_holds);
                return Condition{node.op == Op::ne ? none_of(std::move(within)) : std::move(within), false};
            }
        // Few different values: decide each.
        if (column.held != Held::number || values.greatest() - values.least() > 40'000) return std::nullopt;
        if (column.field->type != Type::date && values.greatest() - values.least() > 4'000) return std::nullopt;
        return by_each_value(part, values, make, empty_holds);
    }

    template <class Make>
    std::optional<Condition> by_each_value(const Part& part, const Packed& values, Make make, bool empty_holds) {
        std::vector<std::pair<Wide, Wide>> runs;
        for (Wide raw = values.least(); raw <= values.greatest(); ++raw) {
            const Outcome one = outcome(part, OneValue(make(raw)), context_);
            if (one == Outcome::refused) return std::nullopt;
            if (one == Outcome::no) continue;
            if (!runs.empty() && runs.back().second == raw - 1) runs.back().second = raw;
            else runs.emplace_back(raw, raw);
        }
        // Values yet to come lie outside: then this condition is compiled anew, because their row has changed.
        if (runs.size() > 16) return std::nullopt;
        std::vector<PredicatePointer> parts;
        for (const auto& [low, high] : runs) parts.push_back(in_range(values, low, high, empty_holds));
        if (parts.empty()) return Condition{in_range(values, 1, 0, empty_holds), false};
        return Condition{any_of(std::move(parts)), false};
    }

    // The range of raw values for which a comparison of the field with something fixed holds (for `ne`: fails).
    template <class Make>
    std::optional<std::pair<Wide, Wide>> compare(const Node& node, const Node& field, const Part& part, const Packed& values, Make make) {
        const bool left = rises_with(*node.arguments[0], field);
        if (!left && !rises_with(*node.arguments[1], field)) return std::nullopt;
        const Node& other = *node.arguments[left ? 1 : 0];
        if (has_fields(other)) return std::nullopt;
        const Op op = left ? node.op : turned(node.op);
        const Result<Value> fixed = Part(other).value(OneValue(), context_);
        if (!fixed) return std::nullopt;
        if (op == Op::eq || op == Op::ne) return node.arguments[left ? 0 : 1].get() == &field ? equal_to(field.type.type, *fixed) : std::nullopt;
        // Monotone: the border is found by asking the formula itself.
        const bool rising = op == Op::gt || op == Op::ge;
        Wide low = values.least(), high = values.greatest();
        const auto holds = [&](Wide raw) { return outcome(part, OneValue(make(raw)), context_); };
        const Outcome at_low = holds(low), at_high = holds(high);
        if (at_low == Outcome::refused || at_high == Outcome::refused) return std::nullopt;
        if (at_low == at_high) return at_low == Outcome::yes ? std::pair(low, high) : std::pair(Wide{1}, Wide{0});
        const Wide least = low, greatest = high;
        while (high - low > 1) {
            const Wide middle = low + (high - low) / 2;
            const Outcome one = holds(middle);
            if (one == Outcome::refused) return std::nullopt;
            (one == at_low ? low : high) = middle;
        }
        return rising ? std::pair(high, greatest) : std::pair(least, low);
    }

    // Raw values equal to `fixed`; an empty range when none can be.
    static std::optional<std::pair<Wide, Wide>> equal_to(Type type, const Value& fixed) {
        const std::pair<Wide, Wide> nothing(1, 0);
        if (fixed.empty()) return nothing;
        std::optional<Wide> units;
        if (const auto* whole = fixed.get<std::int64_t>()) units = Wide{*whole} * Decimal::one;
        if (const auto* decimal = fixed.get<Decimal>()) units = decimal->units;
        switch (type) {
            case Type::whole:
                if (!units) return std::nullopt;
                if (*units % Decimal::one) return nothing;
                return std::pair(*units / Decimal::one, *units / Decimal::one);
            case Type::decimal: case Type::percent:
                if (!units) return std::nullopt;
                return std::pair(*units, *units);
            case Type::date:
                if (const auto* date = fixed.get<Date>()) return std::pair(Wide{date->days}, Wide{date->days});
                return std::nullopt;
            case Type::instant:
                if (const auto* instant = fixed.get<Instant>()) return std::pair(Wide{instant->micros}, Wide{instant->micros});
                return std::nullopt;
            case Type::duration:
                if (const auto* duration = fixed.get<Duration>()) return std::pair(Wide{duration->micros}, Wide{duration->micros});
                return std::nullopt;
            default: return std::nullopt;
        }
    }

    // Compared are amounts in the reporting currency, as stored with each; where none is stored, the formula
    // converts.
    std::optional<Condition> by_money(const Node& node, const Node& field, const Table& table, const Column& column) {
        auto part = std::make_shared<Part>(node);
        const Outcome empty = outcome(*part, OneValue(), context_);
        if (empty == Outcome::refused) return std::nullopt;
        std::vector<PredicatePointer> parts;
        if (empty == Outcome::yes) parts.push_back(none_of(in_range(column.values, least_value, greatest_value)));
        const bool blank = node.op != Op::field && node.op != Op::call && node.compare == formula::Compare::blank;
        const auto home = Currency::parse(table.home_currency()).value_or(Currency{});
        const auto make = [&](Wide raw) { return Value(Money{static_cast<std::int64_t>(raw), home}); };
        std::vector<std::pair<const Packed*, Condition>> held;
        for (const Packed* values : {&column.values, &column.reporting}) {
            if (values->least() > values->greatest()) continue;
            if (home != context_.currency || !is_comparison(node.op) || blank) return std::nullopt;
            auto range = node.op == Op::eq || node.op == Op::ne ? equal_amounts(node, field, home) : compare(node, field, *part, *values, make);
            if (!range) return std::nullopt;
            PredicatePointer within = range->first > range->second ? always(false) : in_range(*values, range->first, range->second);
            if (node.op == Op::ne) {
                std::vector<PredicatePointer> both;
                both.push_back(in_range(*values, least_value, greatest_value));
                both.push_back(none_of(std::move(within)));
                within = all_of(std::move(both));
            }
            held.emplace_back(values, Condition{std::move(within), false});
        }
        const Dictionary& currencies = column.currency.dictionary();
        const std::uint32_t home_code = currencies.find(table.home_currency());
        const bool foreign = currencies.size() > (home_code ? 1U : 0U);
        for (auto& [values, condition] : held) {
            if (!foreign || values == &column.reporting) {
                parts.push_back(std::move(condition.root));
                continue;
            }
            std::vector<std::uint8_t> codes(currencies.size() + std::size_t{1}, 0);
            codes[home_code] = home_code ? 1 : 0;
            std::vector<PredicatePointer> both;
            both.push_back(look_up(column.currency.codes(), std::move(codes)));
            both.push_back(std::move(condition.root));
            parts.push_back(all_of(std::move(both)));
        }
        if (foreign) {
            std::vector<std::uint8_t> codes(currencies.size() + std::size_t{1}, 1);
            codes[0] = 0;
            if (home_code) codes[home_code] = 0;
            std::vector<PredicatePointer> all;
            all.push_back(look_up(column.currency.codes(), std::move(codes)));
            all.push_back(none_of(in_range(column.reporting, least_value, greatest_value)));
            all.push_back(each_row([part, context = context_, &table, &column](std::uint32_t row) {
                return part->holds(OneValue(table.value(column, row)), context);
            }, 800));
            parts.push_back(all_of(std::move(all)));
        }
        if (parts.empty()) return Condition{always(false), false};
        return Condition{any_of(std::move(parts)), foreign};
    }

    // The minor units of the reporting currency that equal a fixed number or amount.
    std::optional<std::pair<Wide, Wide>> equal_amounts(const Node& node, const Node& field, Currency home) {
        const std::pair<Wide, Wide> nothing(1, 0);
        const bool left = node.arguments[0].get() == &field;
        if (!left && node.arguments[1].get() != &field) return std::nullopt;
        const auto fixed = formula::constant_value(*node.arguments[left ? 1 : 0], context_);
        if (!fixed) return std::nullopt;
        if (fixed->empty()) return nothing;
        Wide units = 0;
        if (const auto* whole = fixed->get<std::int64_t>()) units = Wide{*whole} * Decimal::one;
        else if (const auto* decimal = fixed->get<Decimal>()) units = decimal->units;
        else if (const auto* money = fixed->get<Money>(); money && money->currency == home) units = money->decimal().units;
        else return std::nullopt;
        Wide unit = Decimal::one;
        for (int i = 0; i < home.decimals(); ++i) unit /= 10;
        return units % unit == 0 ? std::pair(units / unit, units / unit) : nothing;
    }

    // References are only ever compared for being the same: decide the ids that the formula names, an id that it
    // does not name, and none.
    std::optional<Condition> by_reference(const Node& node, const Table& table, const Column& column) {
        std::vector<const Node*> constants;
        collect_constants(node, constants);
        std::vector<Id> named;
        for (const Node* constant : constants) {
            const Result<Value> value = Part(*constant).value(OneValue(), context_);
            if (!value) return std::nullopt;
            collect_ids(*value, named);
        }
        const Part part(node);
        const Outcome empty = outcome(part, OneValue(), context_);
        const Outcome other = outcome(part, OneValue(Value(Id{std::numeric_limits<std::int64_t>::max()})), context_);
        bool refused = empty == Outcome::refused || other == Outcome::refused;
        const bool own_id = column.field->slot == model::slot_id;
        const Table& target = own_id ? table : *column.target;
        std::vector<std::pair<std::uint32_t, bool>> decided;
        for (const Id id : named) {
            const Outcome one = outcome(part, OneValue(Value(id)), context_);
            refused |= one == Outcome::refused;
            if (const auto row = target.row_of(id)) decided.emplace_back(*row, one == Outcome::yes);
        }
        if (own_id) {
            std::sort(decided.begin(), decided.end());
            auto holds = [decided, rest = other == Outcome::yes](std::uint32_t row) {
                const auto place = std::lower_bound(decided.begin(), decided.end(), std::pair(row, false));
                return place != decided.end() && place->first == row ? place->second : rest;
            };
            return Condition{each_row(std::move(holds), 5), refused};
        }
        std::vector<std::uint8_t> codes(target.rows() + std::size_t{1}, other == Outcome::yes ? 1 : 0);
        codes[0] = empty == Outcome::yes ? 1 : 0;
        for (const auto& [row, holds] : decided) codes[row + std::size_t{1}] = holds ? 1 : 0;
        return Condition{look_up(column.values, std::move(codes)), refused};
    }

    static void collect_ids(const Value& value, std::vector<Id>& ids) {
        if (const auto* id = value.get<Id>()) ids.push_back(*id);
        if (const auto* whole = value.get<std::int64_t>()) ids.push_back(Id{*whole});
        if (const auto* text = value.get<std::string>())
            if (const auto id = Id::parse(*text)) ids.push_back(*id);
        if (const auto* list = value.get<ValueList>(); list && *list)
            for (const Value& one : **list) collect_ids(one, ids);
    }

    std::optional<Condition> by_text(const Node& node, const Column& column) {
        auto part = std::make_shared<Part>(node);
        const Outcome empty = outcome(*part, OneValue(), context_);
        if (column.texts.coded()) {
            const Dictionary& dictionary = column.texts.dictionary();
            std::vector<std::uint8_t> codes(dictionary.size() + std::size_t{1});
            codes[0] = empty == Outcome::yes ? 1 : 0;
            bool refused = empty == Outcome::refused;
            for (std::uint32_t code = 1; code <= dictionary.size(); ++code) {
                const Outcome one = outcome(*part, OneValue(Value(dictionary.text(code))), context_);
                refused |= one == Outcome::refused;
                codes[code] = one == Outcome::yes ? 1 : 0;
            }
            return Condition{look_up(column.texts.codes(), std::move(codes)), refused};
        }
        if (auto quick = by_plain_text(node, column, empty == Outcome::yes)) return Condition{std::move(quick), empty == Outcome::refused};
        auto holds = [part, context = context_, &texts = column.texts, empty_holds = empty == Outcome::yes](std::uint32_t row) {
            thread_local std::string room;
            const auto text = texts.get(row, room);
            return text ? part->holds(OneValue(Value(*text)), context) : empty_holds;
        };
        return Condition{each_row(std::move(holds), 400), true};
    }

    // field = "x", and whether it contains, begins or ends with "x".
    PredicatePointer by_plain_text(const Node& node, const Column& column, bool empty_holds) {
        if (node.arguments.size() != 2 || node.arguments[0]->op != Op::field) return nullptr;
        const auto fixed = formula::constant_value(*node.arguments[1], context_);
        const std::string* wanted = fixed ? fixed->get<std::string>() : nullptr;
        if (!wanted || wanted->empty()) return nullptr;
        const std::string_view name = formula::function_name(node);
        const bool equal = node.op == Op::eq || node.op == Op::ne;
        if (!(equal && node.compare == formula::Compare::text) && name != "CONTAINS" && name != "BEGINS" && name != "ENDS") return nullptr;
        const auto with = [&](auto test) {
            return each_row([test, texts = &column.texts, folded = fold_case(*wanted), empty_holds](std::uint32_t row) {
                thread_local std::string room;
                const auto text = texts->get(row, room);
                return text ? test(std::string_view(fold_case(*text)), std::string_view(folded)) : empty_holds;
            }, 60);
        };
        if (node.op == Op::eq) return with([](std::string_view text, std::string_view wanted_text) { return text == wanted_text; });
        if (node.op == Op::ne) return with([](std::string_view text, std::string_view wanted_text) { return text != wanted_text; });
        if (name == "BEGINS") return with([](std::string_view text, std::string_view part) { return text.starts_with(part); });
        if (name == "ENDS") return with([](std::string_view text, std::string_view part) { return text.ends_with(part); });
        return with([](std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; });
    }

    static constexpr std::uint32_t referred_most = 2'000;
    static constexpr std::size_t kinds_most = 32;
    Asking& asking_;
    const formula::Context& context_;
    const ColumnRow::Sight& sight_;
};

// Keeps the formula alive as long as the condition made of it.
class Kept final : public Predicate {
  public:
    Kept(formula::Formula formula, PredicatePointer root) : formula_(std::move(formula)), root_(std::move(root)) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override { root_->run(block, mask, bits); }
    double cost() const override { return root_->cost(); }

  private:
    formula::Formula formula_;
    PredicatePointer root_;
};

std::string key_of(Asking& asking, const Table& table, const formula::Checked& filter, const Footing& footing) {
    std::string key = "f|" + table.entity().name + "|" + filter.text;
    if (footing.clock == Footing::day) key += "|d" + asking.context().today().text();
    if (footing.clock == Footing::moment) key += "|n" + std::to_string(asking.context().now.micros);
    if (footing.of_user) key += "|u" + asking.context().user.text();
    const bool restricted = std::any_of(footing.sight.begin(), footing.sight.end(), [](const auto& seen) { return seen.second != nullptr; });
    if (restricted) key += "|" + asking.reach_key();
    return key;
}

}  // namespace

PredicatePointer compile(Asking& asking, const formula::Formula& formula, const Table& table, const Footing& footing) {
    return std::make_unique<Kept>(formula, Compiler(asking, footing.sight).condition(*formula->root, table, 0, true).root);
}

std::pair<Wide, Wide> range_on(Asking& asking, const formula::Formula& filter, const Column& column) {
    std::pair<Wide, Wide> range(least_value, greatest_value);
    if (filter && column.held == Held::number && column.values.least() <= column.values.greatest())
        Compiler(asking, {}).narrow(*filter->root, column, range);
    return range;
}

AnswerPointer filtered(Asking& asking, const Table& table, const formula::Formula& filter) {
    const Footing footing = footing_of(asking, *filter, table);
    return asking.answer(key_of(asking, table, *filter, footing), table, [&table, filter](Asking& later) {
        Footing now = footing_of(later, *filter, table);
        Plan plan;
        plan.root = compile(later, filter, table, now);
        plan.rests = std::move(now.rests);
        plan.within_live = true;
        return plan;
    });
}

}  // namespace fairlead::store::columns
