// Which columns, records and circumstances a formula rests on, and its values row by row.
#include <algorithm>

#include "base/text.h"
#include "store/columns/inverse.h"
#include "store/columns/plan.h"

namespace fairlead::store::columns {
namespace {

class Finder {
  public:
    Finder(Asking& asking, Footing& footing) : asking_(asking), footing_(footing) {}

    // `related` is the table that an aggregate stands on.
    void node(const formula::Node& node, const Table& table, int depth, const Table* related = nullptr) {
        if (node.op == formula::Op::field) path(node.path, node.related && related ? *related : table, node.related ? depth + 1 : depth);
        if (!node.relation.empty()) related = &path(node.relation, table, depth);
        for (const auto& argument : node.arguments) this->node(*argument, table, depth, related);
    }

    void formula_text(const formula::Checked& formula, const Table& table, int depth) {
        const std::string text = upper_ascii(formula.text);
        if (formula.uses_now) note_clock(text.find("NOW") != std::string::npos ? Footing::moment : Footing::day);
        if (text.find("CURRENT_USER") != std::string::npos) footing_.of_user = true;
        node(*formula.root, table, depth);
    }

  private:
    void note_clock(Footing::Clock clock) { footing_.clock = std::max(footing_.clock, clock); }

    // `depth` counts the records between the row and `table`; within a computed field the system looks, not the viewer.
    const Table& path(const std::vector<formula::PathStep>& path, const Table& start, int depth) {
        const Table* table = &start;
        for (std::size_t i = 0; i < path.size(); ++i) {
            const FieldInfo* field = table->entity().field(path[i].name);
            if (!field) throw Cannot{path[i].name + " does not exist"};
            if (field->is_many()) {
                const Table& target = asking_.ready(field->target);
                const Column* back = target.column(field->back);
                if (!back) throw Cannot{field->back + " is not held in columns"};
                footing_.rests.columns.emplace_back(back, back->changed);
                enter(target, depth);
                table = &target;
                ++depth;
                continue;
            }
            const Column* column = table->column(field->slot);
            if (!column) throw Cannot{table->entity().name + "." + field->name + " is not held in columns"};
            if (depth > 0) footing_.rests.columns.emplace_back(column, column->changed);
            if (column->held == Held::evaluated) {
                const bool by_viewer = by_viewer_;
                by_viewer_ = false;
                formula_text(*field->formula, *table, depth);
                by_viewer_ = by_viewer;
            }
            if (i + 1 == path.size()) return *table;
            if (!column->target) throw Cannot{field->name + " leads nowhere"};
            const Table& target = asking_.ready(column->target->entity().name);
            enter(target, depth);
            table = &target;
            ++depth;
        }
        return *table;
    }

    void enter(const Table& target, int) {
        footing_.rests.existence.emplace_back(&target, target.existence());
        if (!by_viewer_) return;
        footing_.follows = true;
        const AnswerPointer seen = asking_.visible(target);
        footing_.sight[&target] = seen;
        footing_.rests.sight.emplace_back(&target, seen ? seen->changed : 0);
    }

    Asking& asking_;
    Footing& footing_;
    bool by_viewer_ = true;
};

}  // namespace

Footing footing_of(Asking& asking, const formula::Node& root, const Table& table) {
    Footing footing;
    Finder(asking, footing).node(root, table, 0);
    return footing;
}

Footing footing_of(Asking& asking, const formula::Checked& formula, const Table& table) {
    Footing footing;
    Finder(asking, footing).formula_text(formula, table, 0);
    return footing;
}

bool reachable(const ColumnRow::Sight* sight, const Table& table, std::uint32_t row) {
    if (table.state(row) != RowState::live) return false;
    if (!sight) return true;
    const auto seen = sight->find(&table);
    return seen == sight->end() || sees(seen->second, row);
}

Value value_of(const State& state, const formula::Context& context, const Table& table, const Column& column, std::uint32_t row) {
    if (column.held != Held::evaluated) return table.value(column, row);
    const ColumnRow own(state, context, nullptr, table, row);
    Result<Value> value = formula::evaluate(*column.field->formula, own, context);
    return value ? std::move(*value) : Value();
}

const Column* ColumnRow::end_of(const std::vector<formula::PathStep>& path, std::size_t step, const Table*& table, std::uint32_t& row) const {
    table = &table_;
    row = row_;
    for (; step < path.size(); ++step) {
        const Column* column = table->column(path[step].name);
        if (!column || step + 1 == path.size()) return column;
        const auto next = table->target_row(*column, row);
        if (!next || !reachable(sight_, *column->target, *next)) return nullptr;
        table = column->target;
        row = *next;
    }
    return nullptr;
}

Value ColumnRow::value_from(const std::vector<formula::PathStep>& path, std::size_t step) const {
    const Table* table = nullptr;
    std::uint32_t row = 0;
    const Column* column = end_of(path, step, table, row);
    return column ? value_of(state_, context_, *table, *column, row) : Value();
}

std::optional<std::int64_t> ColumnRow::reporting_from(const std::vector<formula::PathStep>& path, std::size_t step) const {
    const Table* table = nullptr;
    std::uint32_t row = 0;
    const Column* column = end_of(path, step, table, row);
    const Wide minor = column && column->held == Held::money ? table->reporting_minor(*column, row) : no_value;
    return minor == no_value ? std::nullopt : std::optional(static_cast<std::int64_t>(minor));
}

void ColumnRow::related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const {
    const FieldInfo* field = table_.entity().field(path.front().name);
    if (!field || !field->is_many()) return;
    const Table& target = state_.need(field->target);
    const Column* back = target.column(field->back);
    if (!back) return;
    for (const std::uint32_t row : state_.inverses->rows_of(target, *back, row_))
        if (reachable(sight_, target, row)) each(ColumnRow(state_, context_, sight_, target, row));
}

Part::Part(const formula::Node& node) : checked_(std::make_unique<formula::Checked>()) {
    checked_->root.reset(const_cast<formula::Node*>(&node));  // given back in the destructor, never changed
}
Part::~Part() {
    if (checked_) static_cast<void>(checked_->root.release());
}
Result<Value> Part::value(const formula::Row& row, const formula::Context& context) const { return formula::evaluate(*checked_, row, context); }
bool Part::holds(const formula::Row& row, const formula::Context& context) const { return formula::holds(*checked_, row, context); }

}  // namespace fairlead::store::columns
