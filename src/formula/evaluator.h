// Computes the nodes of a checked formula on a row, counting steps and keeping the first failure.
#pragma once
#include <span>

#include "formula/datum.h"
#include "formula/formula.h"

namespace fairlead::formula {

class Evaluator {
  public:
    Evaluator(const Row& row, const Context& context, std::string_view text) : row_(&row), context_(context), text_(text) {}

    // False when it failed; failure() says why.
    bool compute(const Node& node, Datum& out, Trace* trace = nullptr);

    const Context& context() const { return context_; }
    Refused failure() const;
    bool fail(const char* code, std::string message, const Node& node);
    // Forgets a failure that IFERROR has caught.
    void forget() { code_ = nullptr; }
    bool out_of_steps() const { return steps_ > context_.steps_max; }

    // For functions that work on records: `each` runs for every related record of the aggregate `call`, with
    // that record's fields readable.
    bool over_related(const Node& call, const std::function<bool()>& each);
    // The amount in the reporting currency, in units; fails with currency_mismatch.
    bool to_reporting(const Datum& money, Int128& units, const Node& node);
    // Brings two amounts into one currency. A plain number is an amount in the reporting currency.
    bool align(Datum& a, Datum& b, const Node& node);
    // -1, 0, 1 in the sense of `how`; neither side is empty.
    bool compare(Datum& a, Datum& b, Compare how, const Node& node, int& order);
    bool equal(Datum& a, Datum& b, Compare how, const Node& node, bool& same);
    Date date_of(const Datum& datum) const;  // an instant's day in the organisation's zone

  private:
    bool compute_node(const Node& node, Datum& out, Trace* trace);
    bool read_field(const Node& node, Datum& out);
    bool arithmetic(const Node& node, Datum& out, Trace* trace);
    bool combine(const Node& node, Datum& left, Datum& right, Datum& out);
    bool add_money(const Node& node, Datum& left, Datum& right, Datum& out);
    bool scale_money(const Node& node, Datum& left, Datum& right, Datum& out);
    bool comparison(const Node& node, Datum& out, Trace* trace);
    bool junction(const Node& node, Datum& out, Trace* trace);
    bool call(const Node& node, Datum& out, Trace* trace);
    bool too_large(const Node& node);
    void note_empties(const Node& node, const Datum& left, const Datum& right, Trace* trace) const;

    const Row* row_;
    const Row* related_ = nullptr;
    const Context& context_;
    std::string_view text_;
    int steps_ = 0;
    const char* code_ = nullptr;
    std::string message_;
    Place place_;
};

// Compares texts as formulas do: without case, by the language's order.
int compare_texts(std::string_view a, std::string_view b);
bool same_texts(std::string_view a, std::string_view b);

}  // namespace fairlead::formula
