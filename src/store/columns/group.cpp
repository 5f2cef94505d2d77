// Grouping in one pass: each row's keys become small codes, its measures are added to the group they lead to.
#include "store/columns/group.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "store/columns/block_sums.h"

namespace fairlead::store::columns {
namespace {

using formula::Node;
using formula::Op;

// Two values are one group when these are equal.
std::string identity(const Value& value) {
    std::string key(1, static_cast<char>('a' + value.held().index()));
    if (const auto* decimal = value.get<Decimal>()) return key + decimal->text();
    return key + to_text(value);
}

const Node* single_field(const Node& node) {
    if (node.op == Op::field) return &node;
    const Node* found = nullptr;
    for (const auto& argument : node.arguments) {
        const Node* one = single_field(*argument);
        if (!one && argument->op != Op::constant && !argument->arguments.empty()) {
            // A part without fields is fixed; one with two different fields is not of one field.
            std::vector<const Node*> open{argument.get()};
            while (!open.empty()) {
                const Node* next = open.back();
                open.pop_back();
                if (next->op == Op::field) return nullptr;
                for (const auto& deeper : next->arguments) open.push_back(deeper.get());
            }
        }
        if (!one) continue;
        const bool same = !found || (found->path.size() == one->path.size() &&
                                     std::equal(found->path.begin(), found->path.end(), one->path.begin(),
                                                [](const auto& a, const auto& b) { return a.name == b.name; }));
        if (!same) return nullptr;
        found = one;
    }
    return found;
}

// Leads from a row over references to the record that has the last field of a path.
class Way {
  public:
    static std::optional<Way> of(const Table& table, const std::vector<formula::PathStep>& path, const ColumnRow::Sight& sight) {
        Way way;
        way.end_ = &table;
        for (std::size_t i = 0; i < path.size(); ++i) {
            const Column* column = way.end_->column(path[i].name);
            if (!column) return std::nullopt;
            if (i + 1 == path.size()) {
                way.leaf_ = column;
                return way;
            }
            if (column->held != Held::reference) return std::nullopt;
            way.references_.push_back(column);
            way.end_ = column->target;
        }
        way.sight_ = &sight;
        return std::nullopt;
    }
    void look_with(const ColumnRow::Sight& sight) { sight_ = &sight; }
    const Column& leaf() const { return *leaf_; }
    const Table& table() const { return *end_; }
    bool direct() const { return references_.empty(); }
    std::optional<std::uint32_t> row(std::uint32_t row) const {
        for (const Column* reference : references_) {
            const std::uint32_t code = reference->values.code(row);
            if (!code || !reachable(sight_, *reference->target, code - 1)) return std::nullopt;
            row = code - 1;
        }
        return row;
    }

  private:
    std::vector<const Column*> references_;
    const Column* leaf_ = nullptr;
    const Table* end_ = nullptr;
    const ColumnRow::Sight* sight_ = nullptr;
};

// One key of the grouping: gives each row a code from 0, and each code its value.
class Grouper {
  public:
    Grouper(Asking& asking, const Table& table, formula::Formula by)
        : asking_(asking), table_(table), by_(std::move(by)), footing_(footing_of(asking, *by_, table)), part_(*by_->root) {
        const Node* field = single_field(*by_->root);
        if (!field || field->path.empty()) return;
        auto way = Way::of(table, field->path, footing_.sight);
        if (!way) return;
        way->look_with(footing_.sight);
        const Column& leaf = way->leaf();
        const bool remembers = leaf.held == Held::number || leaf.held == Held::decimal || leaf.held == Held::reference ||
                               (leaf.held == Held::text && leaf.texts.coded());
        if (!remembers || leaf.field->slot == model::slot_id) return;
        way_ = std::move(way);
        codes_of_small_.assign(small, -1);
    }

    void codes(std::span<const std::uint32_t> rows, std::uint32_t* codes) {
        if (!way_) {
            for (std::size_t i = 0; i < rows.size(); ++i) codes[i] = code_of(part_.value(ColumnRow(asking_.state(), asking_.context(), &footing_.sight, table_, rows[i]), asking_.context()));
            return;
        }
        const Column& leaf = way_->leaf();
        const Packed& values = leaf.held == Held::text ? leaf.texts.codes() : leaf.values;
        if (way_->direct() && values.narrow()) {
            raws_.resize(rows.size());
            values.fetch(rows, raws_.data());
            for (std::size_t i = 0; i < rows.size(); ++i) codes[i] = code_of_raw(raws_[i] == Packed::none ? no_value : Wide{raws_[i]}, rows[i]);
            return;
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto end = way_->row(rows[i]);
            codes[i] = code_of_raw(end ? values.get(*end) : no_value, rows[i]);
        }
    }
    const Value& value(std::uint32_t code) const { return values_[code]; }
    std::size_t size() const { return values_.size(); }
    // The column that is grouped by, where its numbers say all; else null.
    const Column* quick() const { return way_ && way_->direct() && by_->root->op == Op::field && is_quick_key(way_->leaf()) ? &way_->leaf() : nullptr; }
    std::uint32_t code_of(Value held) {
        const auto [place, is_new] = codes_of_identity_.emplace(identity(held), static_cast<std::uint32_t>(values_.size()));
        if (is_new) values_.push_back(std::move(held));
        return place->second;
    }

  private:
    static constexpr std::size_t small = 4096;

    std::uint32_t code_of_raw(Wide raw, std::uint32_t row) {
        if (raw >= 0 && raw < static_cast<Wide>(small)) {
            std::int32_t& code = codes_of_small_[static_cast<std::size_t>(raw)];
            if (code < 0) code = static_cast<std::int32_t>(evaluate(row));
            return static_cast<std::uint32_t>(code);
        }
        if (raw == no_value) {
            if (empty_code_ < 0) empty_code_ = static_cast<std::int32_t>(evaluate(row));
            return static_cast<std::uint32_t>(empty_code_);
        }
        const auto key = static_cast<std::int64_t>(raw);
        if (raw != Wide{key}) return evaluate(row);
        const auto known = codes_of_raw_.find(key);
        if (known != codes_of_raw_.end()) return known->second;
        return codes_of_raw_.emplace(key, evaluate(row)).first->second;
    }
    std::uint32_t evaluate(std::uint32_t row) {
        return code_of(part_.value(ColumnRow(asking_.state(), asking_.context(), &footing_.sight, table_, row), asking_.context()));
    }
    // What cannot be computed has no value.
    std::uint32_t code_of(Result<Value> value) { return code_of(value ? std::move(*value) : Value()); }

    Asking& asking_;
    const Table& table_;
    formula::Formula by_;
    Footing footing_;
    Part part_;
    std::optional<Way> way_;
    std::vector<std::int32_t> codes_of_small_;
    std::int32_t empty_code_ = -1;
    std::unordered_map<std::int64_t, std::uint32_t> codes_of_raw_;
    std::unordered_map<std::string, std::uint32_t> codes_of_identity_;
    std::vector<Value> values_;
    std::vector<std::int64_t> raws_;
};

// What an aggregate reads of a row: a number (in units of its kind) or, for the others, a value.
class Measure {
  public:
    Measure(Asking& asking, const Table& table, const Aggregate& aggregate) : asking_(asking), table_(table), of_(aggregate.of) {
        if (!of_) return;
        footing_ = footing_of(asking, *of_, table);
        part_.emplace(*of_->root);
        type_ = of_->root->type.type;
        if (of_->root->op != Op::field) return;
        auto way = Way::of(table, of_->root->path, footing_.sight);
        if (!way || way->leaf().held == Held::evaluated || way->leaf().held == Held::text || way->leaf().held == Held::reference) return;
        if (way->leaf().field->slot == model::slot_id) return;
        way->look_with(footing_.sight);
        way_ = std::move(way);
        quick_ = way_->direct() && (way_->leaf().held == Held::money ? Table::reporting_is_narrow(way_->leaf()) : way_->leaf().values.narrow());
    }
    Type type() const { return type_; }
    bool counts_rows() const { return !of_; }
    // The column that is read, where its numbers can be added up in blocks; else null.
    const Column* quick() const { return quick_ && is_quick_measure(way_->leaf()) ? &way_->leaf() : nullptr; }
    bool is_number() const { return type_ != Type::text && type_ != Type::choice && type_ != Type::reference && type_ != Type::list; }

    // no_value where there is none. Decimals in units of 10^-12, money in minor units of the reporting currency.
    void numbers(std::span<const std::uint32_t> rows, Wide* numbers) {
        if (quick_) {
            raws_.resize(rows.size());
            if (way_->leaf().held == Held::money) table_.reporting_minors(way_->leaf(), rows, raws_.data());
            else way_->leaf().values.fetch(rows, raws_.data());
            for (std::size_t i = 0; i < rows.size(); ++i) numbers[i] = raws_[i] == Packed::none ? no_value : Wide{raws_[i]};
            return;
        }
        for (std::size_t i = 0; i < rows.size(); ++i) numbers[i] = number(rows[i]);
    }
    Value value(std::uint32_t row) const {
        Result<Value> value = part_->value(ColumnRow(asking_.state(), asking_.context(), &footing_.sight, table_, row), asking_.context());
        return value ? std::move(*value) : Value();
    }

  private:
    Wide number(std::uint32_t row) const {
        if (way_) {
            const auto end = way_->row(row);
            if (!end) return no_value;
            const Column& leaf = way_->leaf();
            return leaf.held == Held::money ? way_->table().reporting_minor(leaf, *end) : leaf.values.get(*end);
        }
        const Value held = value(row);
        if (const auto* money = held.get<Money>()) {
            if (money->currency == asking_.context().currency) return money->minor;
            const auto& context = asking_.context();
            const auto home = context.convert ? context.convert(*money, context.currency, context.today()) : std::nullopt;
            return home ? Wide{home->minor} : no_value;
        }
        if (const auto* decimal = held.get<Decimal>()) return type_ == Type::whole ? decimal->units / Decimal::one : decimal->units;
        if (const auto* whole = held.get<std::int64_t>()) return type_ == Type::whole ? Wide{*whole} : Wide{*whole} * Decimal::one;
        if (const auto* flag = held.get<bool>()) return *flag ? 1 : 0;
        if (const auto* date = held.get<Date>()) return date->days;
        if (const auto* instant = held.get<Instant>()) return instant->micros;
        if (const auto* duration = held.get<Duration>()) return duration->micros;
        return no_value;
    }

    Asking& asking_;
    const Table& table_;
    formula::Formula of_;
    Footing footing_;
    std::optional<Part> part_;
    Type type_ = Type::whole;
    std::optional<Way> way_;
    bool quick_ = false;
    std::vector<std::int64_t> raws_;
};

struct Sum {
    std::int64_t count = 0;
    Wide sum = 0, least = no_value, greatest = no_value;
    bool overflow = false;
    std::vector<Wide> all;                                      // for the median
    std::unordered_map<std::string, std::uint8_t> different;   // for count_distinct
    std::optional<std::pair<std::string, Value>> first, last;   // texts, by sort key
};

Refused too_large() {
    return refuse(Why::invalid, "number_too_large", "A sum is too large to be shown: narrow the filter");
}

// sum / count, rounded once half to even.
Wide rounded_quotient(Wide sum, Wide count) {
    Wide quotient = sum / count;
    const Wide rest = sum % count;
    const Wide twice = (rest < 0 ? -rest : rest) * 2;
    if (twice > count || (twice == count && quotient % 2 != 0)) quotient += sum < 0 ? -1 : 1;
    return quotient;
}

class Shown {
  public:
    Shown(const Asking& asking, const Table& table, const Measure& measure) : type_(measure.type()) {
        static_cast<void>(asking);
        currency_ = Currency::parse(table.home_currency()).value_or(Currency{});
    }
    Result<Value> number(Wide raw) const {
        if (type_ != Type::decimal && type_ != Type::percent && (raw > INT64_MAX || raw < INT64_MIN)) return too_large();
        switch (type_) {
            case Type::money: return Value(Money{static_cast<std::int64_t>(raw), currency_});
            case Type::decimal: case Type::percent: return Value(Decimal{raw});
            case Type::date: return Value(Date{static_cast<std::int32_t>(raw)});
            case Type::instant: return Value(Instant{static_cast<std::int64_t>(raw)});
            case Type::duration: return Value(Duration{static_cast<std::int64_t>(raw)});
            case Type::boolean: return Value(raw != 0);
            default: return Value(static_cast<std::int64_t>(raw));
        }
    }
    // A mean of `parts` numbers that add up to `sum`: whole numbers have a fraction then.
    Result<Value> mean(Wide sum, std::int64_t parts) const {
        if (type_ == Type::whole || type_ == Type::boolean) {
            const auto mean = Decimal{sum}.units > (Wide{1} << 86) ? std::nullopt : std::optional<Wide>(rounded_quotient(sum * Decimal::one, parts));
            if (!mean) return too_large();
            return Value(Decimal{*mean});
        }
        return number(rounded_quotient(sum, parts));
    }

  private:
    Type type_;
    Currency currency_;
};

class Grouping {
  public:
    Grouping(Asking& asking, const Table& table, const GroupQuery& query) : asking_(asking), table_(table), query_(query) {
        for (const formula::Formula& by : query.by) groupers_.push_back(std::make_unique<Grouper>(asking, table, by));
        for (const Aggregate& aggregate : query.aggregates) measures_.push_back(std::make_unique<Measure>(asking, table, aggregate));
    }

    void take(const RowSet& rows) {
        if (!take_by_block(rows)) take_by_row(rows);
        if (query_.by.empty() && groups_.empty()) new_group({});
    }

    // Counts and sums by fields of the records themselves.
    bool take_by_block(const RowSet& rows) {
        if (rows.count() < by_block_from || groupers_.size() > 2) return false;
        std::vector<const Column*> keys, measures;
        std::string question = table_.entity().name + '|' + asking_.reach_key() + '|' + (query_.filter ? query_.filter->text : std::string()) + '|' + query_.search;
        for (const auto& grouper : groupers_) {
            keys.push_back(grouper->quick());
            if (!keys.back()) return false;
            question += '|' + keys.back()->field->name;
        }
        for (std::size_t i = 0; i < measures_.size(); ++i) {
            const Aggregate::Kind kind = query_.aggregates[i].kind;
            if (kind != Aggregate::count && kind != Aggregate::sum && kind != Aggregate::average) return false;
            measures.push_back(measures_[i]->counts_rows() ? nullptr : measures_[i]->quick());
            if (!measures_[i]->counts_rows() && !measures.back()) return false;
            question += measures.back() ? "+" + measures.back()->field->name : "#";
        }
        BlockSums sums(table_, std::move(keys), std::move(measures));
        std::shared_ptr<const BlockMemo> remembered;
        sums.take(rows, asking_.state().sums.find(question), remembered);
        asking_.state().sums.put(question, std::move(remembered));
        for (std::size_t group = 0; group < sums.groups(); ++group) {
            if (!sums.any(group)) continue;
            std::vector<std::uint32_t> codes;
            for (std::size_t key = 0; key < groupers_.size(); ++key) codes.push_back(groupers_[key]->code_of(sums.key(group, key)));
            std::vector<Sum>& into = groups_[new_group(std::move(codes))];
            for (std::size_t i = 0; i < measures_.size(); ++i) {
                into[i].count = sums.total(group, i).count;
                into[i].sum = sums.total(group, i).sum;
            }
        }
        return true;
    }

    void take_by_row(const RowSet& rows) {
        for (std::uint32_t chunk = 0; chunk < rows.chunks(); ++chunk) {
            std::vector<std::uint32_t> batch;
            batch.reserve(block_rows);
            rows.each_in(chunk, [&](std::uint32_t row) {
                batch.push_back(row);
                if (batch.size() < block_rows) return;
                add(batch);
                batch.clear();
            });
            add(batch);
        }
    }

    Result<std::vector<Group>> groups() {
        if (groups_.size() > static_cast<std::size_t>(query_.limit))
            return refuse(Why::invalid, "too_many_groups", "There are more than " + std::to_string(query_.limit) + " groups: group by something coarser");
        std::vector<std::vector<std::size_t>> places;  // of each code in its key's natural order
        for (auto& grouper : groupers_) places.push_back(order_of(*grouper, places.size()));
        std::vector<std::uint32_t> order(groups_.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            for (std::size_t key = 0; key < places.size(); ++key) {
                const std::size_t x = places[key][codes_[a][key]], y = places[key][codes_[b][key]];
                if (x != y) return x < y;
            }
            return false;
        });
        std::vector<Group> out;
        for (const std::uint32_t group : order) {
            Group shown;
            for (std::size_t key = 0; key < groupers_.size(); ++key) shown.by.push_back(groupers_[key]->value(codes_[group][key]));
            for (std::size_t i = 0; i < measures_.size(); ++i) {
                FAIRLEAD_ASSIGN(Value value, result(i, groups_[group][i]));
                shown.values.push_back(std::move(value));
            }
            out.push_back(std::move(shown));
        }
        return out;
    }

  private:
    static constexpr std::uint32_t by_block_from = 2048;  // rows

    std::uint32_t new_group(std::vector<std::uint32_t> codes) {
        groups_.emplace_back(measures_.size());
        codes_.push_back(std::move(codes));
        return static_cast<std::uint32_t>(groups_.size() - 1);
    }

    // The group of each row of the batch.
    void find_groups(const std::vector<std::uint32_t>& rows) {
        at_.assign(rows.size(), 0);
        if (groupers_.empty()) {
            if (groups_.empty()) new_group({});
            return;
        }
        key_codes_.resize(groupers_.size());
        for (std::size_t key = 0; key < groupers_.size(); ++key) {
            key_codes_[key].resize(rows.size());
            groupers_[key]->codes(rows, key_codes_[key].data());
        }
        std::vector<std::uint32_t> codes(groupers_.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (groupers_.size() == 1) {
                const std::uint32_t code = key_codes_[0][i];
                if (code >= by_code_.size()) by_code_.resize(code + std::size_t{1}, -1);
                if (by_code_[code] < 0) by_code_[code] = static_cast<std::int32_t>(new_group({code}));
                at_[i] = static_cast<std::uint32_t>(by_code_[code]);
                continue;
            }
            for (std::size_t key = 0; key < codes.size(); ++key) codes[key] = key_codes_[key][i];
            const std::string packed(reinterpret_cast<const char*>(codes.data()), codes.size() * sizeof(std::uint32_t));
            const auto known = by_codes_.find(packed);
            at_[i] = known != by_codes_.end() ? known->second : by_codes_.emplace(packed, new_group(codes)).first->second;
        }
    }

    void add(const std::vector<std::uint32_t>& rows) {
        if (rows.empty()) return;
        find_groups(rows);
        numbers_.resize(rows.size());
        for (std::size_t i = 0; i < measures_.size(); ++i) {
            Measure& measure = *measures_[i];
            const Aggregate::Kind kind = query_.aggregates[i].kind;
            if (measure.counts_rows()) {
                for (std::size_t row = 0; row < rows.size(); ++row) ++groups_[at_[row]][i].count;
            } else if (kind == Aggregate::count_distinct || !measure.is_number()) {
                for (std::size_t row = 0; row < rows.size(); ++row) add_value(groups_[at_[row]][i], kind, measure.value(rows[row]));
            } else {
                measure.numbers(rows, numbers_.data());
                for (std::size_t row = 0; row < rows.size(); ++row) add_number(groups_[at_[row]][i], kind, numbers_[row]);
            }
        }
    }

    static void add_number(Sum& sum, Aggregate::Kind kind, Wide number) {
        if (number == no_value) return;
        ++sum.count;
        sum.overflow |= __builtin_add_overflow(sum.sum, number, &sum.sum);
        if (sum.least == no_value || number < sum.least) sum.least = number;
        if (sum.greatest == no_value || number > sum.greatest) sum.greatest = number;
        if (kind == Aggregate::median) sum.all.push_back(number);
    }

    static void add_value(Sum& sum, Aggregate::Kind kind, const Value& value) {
        if (value.empty()) return;
        ++sum.count;
        if (kind == Aggregate::count_distinct) sum.different.emplace(identity(value), 0);
        if (kind != Aggregate::min && kind != Aggregate::max) return;
        std::string key = sort_key(to_text(value));
        if (!sum.first || key < sum.first->first) sum.first = std::pair(key, value);
        if (!sum.last || key > sum.last->first) sum.last = std::pair(std::move(key), value);
    }

    Result<Value> result(std::size_t i, Sum& sum) {
        const Measure& measure = *measures_[i];
        const Shown shown(asking_, table_, measure);
        switch (query_.aggregates[i].kind) {
            case Aggregate::count: return Value(sum.count);
            case Aggregate::count_distinct: return Value(static_cast<std::int64_t>(sum.different.size()));
            case Aggregate::sum:
                if (sum.overflow) return too_large();
                return measure.is_number() ? shown.number(sum.sum) : Result<Value>(Value());
            case Aggregate::average:
                if (sum.overflow) return too_large();
                return sum.count && measure.is_number() ? shown.mean(sum.sum, sum.count) : Result<Value>(Value());
            case Aggregate::min:
                if (!measure.is_number()) return sum.first ? sum.first->second : Value();
                return sum.least == no_value ? Result<Value>(Value()) : shown.number(sum.least);
            case Aggregate::max:
                if (!measure.is_number()) return sum.last ? sum.last->second : Value();
                return sum.greatest == no_value ? Result<Value>(Value()) : shown.number(sum.greatest);
            case Aggregate::median: return median(sum, shown);
        }
        return Value();
    }

    // Linear interpolation: with an even number, the mean of the middle two.
    static Result<Value> median(Sum& sum, const Shown& shown) {
        if (sum.all.empty()) return Value();
        const std::size_t half = sum.all.size() / 2;
        std::nth_element(sum.all.begin(), sum.all.begin() + static_cast<std::ptrdiff_t>(half), sum.all.end());
        const Wide upper = sum.all[half];
        if (sum.all.size() % 2) return shown.mean(upper, 1);
        const Wide lower = *std::max_element(sum.all.begin(), sum.all.begin() + static_cast<std::ptrdiff_t>(half));
        return shown.mean(lower + upper, 2);
    }

    // Each code's place among the others. References sort as in lists, choices as declared, all else by value.
    std::vector<std::size_t> order_of(const Grouper& grouper, std::size_t key) {
        const formula::FieldType& type = query_.by[key]->root->type;
        std::vector<std::pair<std::pair<Key, std::string>, std::size_t>> sorted;
        SortKeyPointer by_target;
        const Table* target = type.type == Type::reference && !type.target.empty() ? asking_.state().table(type.target) : nullptr;
        if (target && !target->only_ids() && target->ready) by_target = natural_key(asking_, *target);
        for (std::size_t code = 0; code < grouper.size(); ++code)
            sorted.emplace_back(place_of(grouper.value(static_cast<std::uint32_t>(code)), type, by_target.get(), target), code);
        std::sort(sorted.begin(), sorted.end());
        std::vector<std::size_t> places(sorted.size());
        for (std::size_t i = 0; i < sorted.size(); ++i) places[sorted[i].second] = i;
        return places;
    }

    static std::pair<Key, std::string> place_of(const Value& value, const formula::FieldType& type, const SortKey* by_target, const Table* target) {
        constexpr Key middle = Key{1} << 126;
        const auto number = [&](Wide raw) { return std::pair(static_cast<Key>(raw + static_cast<Wide>(middle)), std::string()); };
        if (value.empty()) return {null_key, {}};
        if (const auto* id = value.get<Id>()) {
            const auto row = target ? target->row_of(*id) : std::nullopt;
            const std::string last(id->text());
            return {by_target && row ? by_target->key(*row) : null_key - 1, std::string(20 - std::min<std::size_t>(20, last.size()), '0') + last};
        }
        if (const auto* text = value.get<std::string>()) {
            const auto choice = std::find(type.choices.begin(), type.choices.end(), *text);
            if (choice != type.choices.end()) return {static_cast<Key>(choice - type.choices.begin()), {}};
            return {type.choices.size(), sort_key(*text) + '\0' + *text};
        }
        if (const auto* flag = value.get<bool>()) return number(*flag ? 1 : 0);
        if (const auto* whole = value.get<std::int64_t>()) return number(Wide{*whole} * Decimal::one);
        if (const auto* decimal = value.get<Decimal>()) return number(decimal->units);
        if (const auto* date = value.get<Date>()) return number(date->days);
        if (const auto* instant = value.get<Instant>()) return number(instant->micros);
        if (const auto* duration = value.get<Duration>()) return number(duration->micros);
        if (const auto* money = value.get<Money>()) return {number(money->minor).first, money->currency.text()};
        return {null_key - 1, to_text(value)};
    }

    Asking& asking_;
    const Table& table_;
    const GroupQuery& query_;
    std::vector<std::unique_ptr<Grouper>> groupers_;
    std::vector<std::unique_ptr<Measure>> measures_;
    std::vector<std::vector<Sum>> groups_;
    std::vector<std::vector<std::uint32_t>> codes_;  // of each group, by key
    std::vector<std::int32_t> by_code_;
    std::unordered_map<std::string, std::uint32_t> by_codes_;
    std::vector<std::uint32_t> at_;
    std::vector<std::vector<std::uint32_t>> key_codes_;
    std::vector<Wide> numbers_;
};

}  // namespace

Result<std::vector<Group>> grouped(Asking& asking, const Table& table, const GroupQuery& query) {
    const Matching found = matching(asking, table, query.filter, query.search, false);
    Grouping grouping(asking, table, query);
    grouping.take(found.rows());
    return grouping.groups();
}

}  // namespace fairlead::store::columns
