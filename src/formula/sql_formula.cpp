// Formulas inside SQLite: the part that is not plain SQL becomes one call of the evaluator, with the columns it
// reads as arguments. So a filter and a record are computed by the same code.
#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_map>

#include "base/text.h"
#include "formula/evaluator.h"
#include "formula/sql_postgres.h"
#include "formula/sql_writer.h"
#include "formula/syntax.h"

namespace fairlead::formula {
namespace {

constexpr std::size_t arguments_max = 100;  // SQLite takes 127

// A field read by the formula: which arguments of the call hold its columns.
struct Leaf {
    const std::vector<PathStep>* path;  // the node's own path: its address tells the node
    int prefix = 0;                     // number of the computed field in which the node stands; 0: the formula
    FieldType type;
    std::size_t first = 0;              // argument, or column of a related record
    std::size_t count = 1;
};

struct Relation {
    const std::vector<PathStep>* path;
    int prefix = 0;
    std::size_t argument = 0;
    std::vector<Leaf> leaves;           // columns of the related record
};

struct Computed {
    const std::vector<PathStep>* path;
    int prefix = 0;
    int own = 0;                        // prefix of the nodes inside
    Formula formula;
};

// Kept for as long as statements may call it.
struct SqlFormula {
    std::shared_ptr<const Checked> formula;
    const Node* node = nullptr;
    Context context;
    std::vector<Leaf> leaves;
    std::vector<Relation> relations;
    std::vector<Computed> computed;
};

Value from_columns(const FieldType& type, const Value* columns) {
    if (columns[0].empty()) return {};
    const auto* whole = columns[0].get<std::int64_t>();
    switch (type.type) {
        case Type::boolean: return whole ? Value(*whole != 0) : columns[0];
        case Type::decimal:
        case Type::percent: return whole ? Value(Decimal::scaled(*whole, type.scale)) : columns[0];
        case Type::money: {
            const auto* code = columns[1].get<std::string>();
            const auto currency = code ? Currency::parse(*code) : std::nullopt;
            return whole ? Value(Money{*whole, currency.value_or(Currency{})}) : Value();
        }
        case Type::date: return whole ? Value(Date{static_cast<std::int32_t>(*whole)}) : Value();
        case Type::instant: return whole ? Value(Instant{*whole}) : Value();
        case Type::duration: return whole ? Value(Duration{*whole}) : Value();
        case Type::reference: return whole ? Value(Id{*whole}) : Value();
        default: return columns[0];
    }
}

// Rows of literals as quote() writes them: 12,NULL,'it''s';...
class Literals {
  public:
    explicit Literals(std::string_view text) : text_(text) {}
    bool at_end() const { return at_ >= text_.size(); }
    void read_row(std::vector<Value>& row) {
        row.clear();
        for (;;) {
            row.push_back(read());
            if (at_end()) return;
            if (text_[at_++] == ';') return;
        }
    }

  private:
    Value read() {
        if (!at_end() && text_[at_] == '\'') {
            std::string out;
            for (++at_; !at_end(); ++at_) {
                if (text_[at_] != '\'') {
                    out += text_[at_];
                } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
                    out += text_[at_++];
                } else {
                    ++at_;
                    break;
                }
            }
            return out;
        }
        const auto end = std::min(text_.find_first_of(",;", at_), text_.size());
        const std::string_view word = text_.substr(at_, end - at_);
        at_ = end;
        if (word == "NULL") return {};
        const auto number = Decimal::parse(word);
        const auto whole = number ? number->whole() : std::nullopt;
        return whole ? Value(*whole) : number ? Value(*number) : Value();
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

const Leaf* find_leaf(const std::vector<Leaf>& leaves, const std::vector<PathStep>& path, int prefix) {
    for (const Leaf& leaf : leaves)
        if (leaf.path == &path && leaf.prefix == prefix) return &leaf;
    return nullptr;
}

std::optional<std::int64_t> reporting_in(const Leaf* leaf, const std::vector<Value>& columns) {
    if (leaf == nullptr || leaf->count < 3) return std::nullopt;
    const auto* minor = columns[leaf->first + 2].get<std::int64_t>();
    return minor ? std::optional(*minor) : std::nullopt;
}

class RelatedRow final : public Row {
  public:
    RelatedRow(const Relation& relation, const std::vector<Value>& columns) : relation_(relation), columns_(columns) {}
    Value value(const std::vector<PathStep>& path) const override {
        const Leaf* leaf = find_leaf(relation_.leaves, path, relation_.prefix);
        return leaf ? from_columns(leaf->type, &columns_[leaf->first]) : Value();
    }
    std::optional<std::int64_t> reporting(const std::vector<PathStep>& path) const override {
        return reporting_in(find_leaf(relation_.leaves, path, relation_.prefix), columns_);
    }
    bool stores_reporting() const override { return true; }

  private:
    const Relation& relation_;
    const std::vector<Value>& columns_;
};

class ArgumentRow final : public Row {
  public:
    ArgumentRow(const SqlFormula& formula, const std::vector<Value>& arguments, int prefix) : formula_(formula), arguments_(arguments), prefix_(prefix) {}

    Value value(const std::vector<PathStep>& path) const override {
        if (const Leaf* leaf = find_leaf(formula_.leaves, path, prefix_)) return from_columns(leaf->type, &arguments_[leaf->first]);
        for (const Computed& computed : formula_.computed) {
            if (computed.path != &path || computed.prefix != prefix_) continue;
            auto result = evaluate(*computed.formula, ArgumentRow(formula_, arguments_, computed.own), formula_.context);
            return result ? std::move(*result) : Value();
        }
        return {};
    }
    std::optional<std::int64_t> reporting(const std::vector<PathStep>& path) const override {
        return reporting_in(find_leaf(formula_.leaves, path, prefix_), arguments_);
    }
    bool stores_reporting() const override { return true; }
    void related(const std::vector<PathStep>& path, const std::function<void(const Row&)>& each) const override {
        for (const Relation& relation : formula_.relations) {
            if (relation.path != &path || relation.prefix != prefix_) continue;
            const auto* text = arguments_[relation.argument].get<std::string>();
            if (text == nullptr) return;
            Literals literals(*text);
            std::vector<Value> columns;
            while (!literals.at_end()) {
                literals.read_row(columns);
                each(RelatedRow(relation, columns));
            }
            return;
        }
    }

  private:
    const SqlFormula& formula_;
    const std::vector<Value>& arguments_;
    int prefix_;
};

// Formulas by the number that a statement carries as its first argument.
class Registry {
  public:
    static Registry& instance() {
        static Registry registry;
        return registry;
    }
    std::string keep(std::shared_ptr<const SqlFormula> formula) {
        const std::scoped_lock lock(mutex_);
        const std::uint64_t number = ++last_;
        by_number_[number] = formula;
        recent_[number % recent_.size()] = std::move(formula);  // for those who drop Sql::keep too early
        if (by_number_.size() > swept_at_) {
            std::erase_if(by_number_, [](const auto& entry) { return entry.second.expired(); });
            swept_at_ = std::max<std::size_t>(2 * recent_.size(), 2 * by_number_.size());
        }
        return std::to_string(number);
    }
    std::shared_ptr<const SqlFormula> find(const std::string& number) {
        static thread_local std::string last_number;
        static thread_local std::shared_ptr<const SqlFormula> last_formula;
        if (number == last_number) return last_formula;
        const std::scoped_lock lock(mutex_);
        const auto found = by_number_.find(std::strtoull(number.c_str(), nullptr, 10));
        auto formula = found == by_number_.end() ? nullptr : found->second.lock();
        if (!formula) throw std::runtime_error("A statement outlived the formula that it computes");
        last_number = number;
        last_formula = std::move(formula);
        return last_formula;
    }

  private:
    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::size_t swept_at_ = 4096;
    std::array<std::shared_ptr<const SqlFormula>, 1024> recent_;
    std::unordered_map<std::uint64_t, std::weak_ptr<const SqlFormula>> by_number_;
};

// Gathers what a formula reads, as SQL arguments over `alias`.
class Collector {
  public:
    Collector(SqlWriter& writer, SqlFormula& formula, std::string alias) : writer_(writer), formula_(formula), alias_(std::move(alias)) {}
    std::vector<std::string> arguments;

    void collect(const Node& node, const std::vector<PathStep>& before, int prefix) {
        if (node.op == Op::field && !node.related) {
            add_field(node, before, prefix);
        } else if (!node.relation.empty()) {
            add_relation(node, before, prefix);
        }
        for (const auto& part : node.arguments) collect(*part, before, prefix);
    }

  private:
    void add_argument(std::string text) {
        if (arguments.size() >= arguments_max) throw CannotPush{"The formula reads more columns than a statement can hand over"};
        arguments.push_back(std::move(text));
    }

    std::size_t count_columns(const PathStep& step) const { return writer_.names().columns(step.entity, step.name).size(); }

    void add_field(const Node& node, const std::vector<PathStep>& before, int prefix) {
        std::vector<PathStep> path = before;
        path.insert(path.end(), node.path.begin(), node.path.end());
        for (std::size_t i = 0; i + 1 < path.size(); ++i)
            if (writer_.names().computed(path[i].entity, path[i].name)) throw CannotPush{"\"" + path[i].name + "\" is computed, so SQL cannot follow it"};
        const PathStep& last = path.back();
        if (Formula inner = writer_.names().computed(last.entity, last.name)) {
            if (++depth_ > 8 || formula_.computed.size() > 64) throw CannotPush{"Computed fields are nested too deeply"};
            const int own = static_cast<int>(formula_.computed.size()) + 1;
            formula_.computed.push_back({&node.path, prefix, own, inner});
            path.pop_back();
            collect(*inner->root, path, own);
            --depth_;
            return;
        }
        Leaf leaf{&node.path, prefix, last.type, arguments.size() + 1, count_columns(last)};
        for (std::size_t i = 0; i < leaf.count; ++i) add_argument(writer_.at_end(path, alias_, [&](const std::string& a) { return writer_.column(last, a, i); }));
        formula_.leaves.push_back(std::move(leaf));
    }

    void add_related_fields(const Node& node, const std::string& alias, int prefix, Relation& relation, std::vector<std::string>& columns) {
        if (node.op == Op::field && node.related && !node.path.empty()) {
            for (const PathStep& step : node.path)
                if (writer_.names().computed(step.entity, step.name)) throw CannotPush{"\"" + step.name + "\" of related records is computed, so SQL cannot read it"};
            const PathStep& last = node.path.back();
            Leaf leaf{&node.path, prefix, last.type, columns.size(), count_columns(last)};
            for (std::size_t i = 0; i < leaf.count; ++i)
                columns.push_back("quote(" + writer_.at_end(node.path, alias, [&](const std::string& a) { return writer_.column(last, a, i); }) + ")");
            relation.leaves.push_back(std::move(leaf));
        }
        for (const auto& part : node.arguments)
            if (part->relation.empty()) add_related_fields(*part, alias, prefix, relation, columns);
    }

    void add_relation(const Node& node, const std::vector<PathStep>& before, int prefix) {
        const PathStep& step = node.relation.front();
        const std::string& target = step.type.target;
        Relation relation{&node.relation, prefix, arguments.size() + 1, {}};
        std::vector<std::string> columns;
        const std::string row = writer_.fresh_alias();
        for (const auto& part : node.arguments) add_related_fields(*part, row, prefix, relation, columns);
        std::string list;
        for (const std::string& c : columns) list += (list.empty() ? "" : "||','||") + c;
        if (list.empty()) list = "'1'";  // the records are only counted
        const std::string own_id = before.empty() ? alias_ + "." + writer_.names().id_column(step.entity)
                                                  : writer_.at_end(before, alias_, [&](const std::string& a) { return writer_.column(before.back(), a); });
        const std::string visible = writer_.names().visible(target, row);
        add_argument("(SELECT group_concat(" + list + ", ';') FROM " + writer_.names().table(target) + " " + row + " WHERE " + row + "." +
                     writer_.names().back_column(step.entity, step.name) + " = " + own_id + (visible.empty() ? "" : " AND (" + visible + ")") + ")");
        formula_.relations.push_back(std::move(relation));
    }

    SqlWriter& writer_;
    SqlFormula& formula_;
    std::string alias_;
    int depth_ = 0;
};

// In the form in which the store keeps a value of this type; money as the reporting amount.
Value to_storage(const SqlFormula& formula, Evaluator& evaluator, Datum& result) {
    const FieldType& type = formula.node->type;
    if (result.is_empty()) return {};
    if (type.type == Type::boolean) return std::int64_t{result.is_true() ? 1 : 0};
    if (type.type == Type::money) {
        Int128 units = 0;
        if (!evaluator.to_reporting(result, units, *formula.node)) return {};
        const auto money = Money::of(Decimal{units}, formula.context.currency);
        return money ? Value(money->minor) : Value();
    }
    if (type.type == Type::decimal || type.type == Type::percent) {
        const auto scaled = result.as_decimal().to_scaled(std::min(type.scale, 12), Rounding::half_away);
        return scaled ? Value(*scaled) : Value();
    }
    const auto value = unload(result, type);
    return value.value_or(Value());
}

Value run(const std::vector<Value>& arguments) {
    if (arguments.empty() || !arguments[0].is<std::string>()) throw std::runtime_error("fairlead_formula is called without its formula");
    const auto formula = Registry::instance().find(arguments[0].as<std::string>());
    const ArgumentRow row(*formula, arguments, 0);
    Evaluator evaluator(row, formula->context, formula->formula->text);
    Datum result;
    if (!evaluator.compute(*formula->node, result)) return formula->node->type.type == Type::boolean ? Value(std::int64_t{0}) : Value();
    if (formula->node->type.type == Type::boolean && result.is_empty()) return std::int64_t{0};
    return to_storage(*formula, evaluator, result);
}

Value run_fold_case(const std::vector<Value>& arguments) {
    const auto* text = arguments[0].get<std::string>();
    return text ? Value(fold_case(*text)) : Value();
}

}  // namespace

std::string SqlWriter::through_evaluator(const Node& node, const std::string& alias) {
    if (dialect_ == Dialect::postgres) {
        PostgresWriter postgres(*this);
        if (node.type.type == Type::boolean) return "COALESCE(" + postgres.condition(node, alias) + ", FALSE)";
        return postgres.stored(node, alias);
    }
    auto formula = std::make_shared<SqlFormula>();
    formula->formula = formula_;
    formula->node = &node;
    formula->context = context_;
    Collector collector(*this, *formula, alias);
    collector.collect(node, {}, 0);
    struct Kept {
        std::shared_ptr<const void> before;
        std::shared_ptr<const SqlFormula> own;
    };
    keep_ = std::make_shared<const Kept>(Kept{keep_, formula});
    std::string text = "fairlead_formula(" + parameter(Registry::instance().keep(formula));
    for (const std::string& argument : collector.arguments) text += ", " + argument;
    return text + ")";
}

const std::vector<SqlFunction>& sqlite_functions() {
    static const std::vector<SqlFunction> functions = {{"fairlead_formula", -1, run}, {"fairlead_fold_case", 1, run_fold_case}};
    return functions;
}

}  // namespace fairlead::formula
