// From a formula to a condition over columns. What has a quick form becomes ranges and tables of codes; a part
// that rests on one field is evaluated once per different value; the rest is evaluated on each row that the quick
// parts leave. Whatever the way, the result is that of formula::evaluate.
#pragma once
#include "formula/formula.h"
#include "store/columns/state.h"

namespace fairlead::store::columns {

// The values of a row, with dotted paths followed over columns as far as the viewer sees.
class ColumnRow final : public formula::Row {
  public:
    // `sight` says what may be seen of each table; without it, everything.
    using Sight = std::map<const Table*, AnswerPointer>;
    ColumnRow(const State& state, const formula::Context& context, const Sight* sight, const Table& table, std::uint32_t row)
        : state_(state), context_(context), sight_(sight), table_(table), row_(row) {}
    Value value(const std::vector<formula::PathStep>& path) const override { return value_from(path, 0); }
    Value value_from(const std::vector<formula::PathStep>& path, std::size_t step) const;
    std::optional<std::int64_t> reporting(const std::vector<formula::PathStep>& path) const override { return reporting_from(path, 0); }
    std::optional<std::int64_t> reporting_from(const std::vector<formula::PathStep>& path, std::size_t step) const;
    void related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const override;

  private:
    // The record and column at the end of the path; null where it is not reached.
    const Column* end_of(const std::vector<formula::PathStep>& path, std::size_t step, const Table*& table, std::uint32_t& row) const;

    const State& state_;
    const formula::Context& context_;
    const Sight* sight_;
    const Table& table_;
    std::uint32_t row_;
};

// The value of a column, evaluated where it is not stored.
Value value_of(const State& state, const formula::Context& context, const Table& table, const Column& column, std::uint32_t row);
// A record in the bin, merged or out of sight reads as empty over a path.
bool reachable(const ColumnRow::Sight* sight, const Table& table, std::uint32_t row);

// What a formula rests on: tables it reaches, and how its result may be remembered.
struct Footing {
    Rests rests;
    std::map<const Table*, AnswerPointer> sight;
    bool follows = false;  // reads other records, so that the viewer's reach matters
    bool of_user = false;  // CURRENT_USER()
    enum Clock { none, day, moment } clock = none;
};
// Throws Cannot for a field or entity that is not held.
Footing footing_of(Asking& asking, const formula::Node& root, const Table& table);
Footing footing_of(Asking& asking, const formula::Checked& formula, const Table& table);

// The records of `table`, live ones only, for which `filter` holds.
AnswerPointer filtered(Asking& asking, const Table& table, const formula::Formula& filter);
// Raw values of a column of numbers, dates or instants outside of which no record fulfils the filter.
std::pair<Wide, Wide> range_on(Asking& asking, const formula::Formula& filter, const Column& column);
PredicatePointer compile(Asking& asking, const formula::Formula& formula, const Table& table, const Footing& footing);

// A part of a checked formula, evaluated by itself.
class Part {
  public:
    explicit Part(const formula::Node& node);
    Part(Part&&) = default;
    ~Part();
    Result<Value> value(const formula::Row& row, const formula::Context& context) const;
    bool holds(const formula::Row& row, const formula::Context& context) const;

  private:
    std::unique_ptr<formula::Checked> checked_;  // borrows the node
};

// The same value for whatever is asked.
class OneValue final : public formula::Row {
  public:
    explicit OneValue(Value value = {}, std::optional<std::int64_t> reporting = {}) : value_(std::move(value)), reporting_(reporting) {}
    std::optional<std::int64_t> reporting(const std::vector<formula::PathStep>&) const override { return reporting_; }
    Value value(const std::vector<formula::PathStep>&) const override { return value_; }
    void related(const std::vector<formula::PathStep>&, const std::function<void(const formula::Row&)>&) const override {}

  private:
    Value value_;
    std::optional<std::int64_t> reporting_;
};

}  // namespace fairlead::store::columns
