// Writing SQL: parameters, paths to other records, and plain predicates over fields and constants.
#pragma once
#include "formula/formula.h"

namespace fairlead::formula {

struct CannotPush {  // thrown inside; to_sql turns it into "no_push_down"
    std::string why;
};

class SqlWriter {
  public:
    SqlWriter(std::shared_ptr<const Checked> formula, Dialect dialect, const SqlNames& names, const Context& context, int first_parameter)
        : formula_(std::move(formula)), dialect_(dialect), names_(names), context_(context), first_parameter_(first_parameter) {}

    // A two-valued predicate. `loose`: a failure on a record may count as false here (not below NOT or OR).
    std::string predicate(const Node& node, const std::string& alias, bool loose);
    std::string value(const Node& node, const std::string& alias);
    Sql take(std::string text) { return {std::move(text), std::move(parameters_), std::move(keep_)}; }

    const SqlNames& names() const { return names_; }
    Dialect dialect() const { return dialect_; }
    const Context& context() const { return context_; }
    std::string parameter(Value value);
    std::string fresh_alias() { return "r" + std::to_string(++aliases_); }

    // Predicates that are plain SQL; nothing when the node is not.
    std::optional<std::string> plain(const Node& node, const std::string& alias);
    std::string_view text_of(const Node& node) const;

    // SQL that yields `column(alias of the last record)` at the end of `path`, over `alias`; NULL where a step
    // is empty or out of sight. `column` is asked once.
    std::string at_end(const std::vector<PathStep>& path, const std::string& alias, const std::function<std::string(const std::string&)>& column);
    // The same as a predicate: false where a step is empty.
    std::string exists_at_end(const std::vector<PathStep>& path, const std::string& alias, const std::function<std::string(const std::string&)>& condition);
    std::string column(const PathStep& step, const std::string& alias, std::size_t which = 0) const;

  private:
    std::optional<std::string> plain_comparison(const Node& node, const std::string& alias);
    std::optional<std::string> plain_in(const Node& node, const std::string& alias);
    std::optional<std::string> plain_period(const Node& node, const std::string& alias);
    std::optional<std::string> compare_with(const Node& field, Op op, Compare how, const Value& constant, const std::string& alias);
    bool is_plain_field(const Node& node) const;

    // sql_formula.cpp: through the evaluator, on SQLite.
    std::string through_evaluator(const Node& node, const std::string& alias);

    std::shared_ptr<const Checked> formula_;
    Dialect dialect_;
    const SqlNames& names_;
    const Context& context_;
    int first_parameter_;
    int aliases_ = 0;
    std::vector<Value> parameters_;
    std::shared_ptr<const void> keep_;
};

// Whether computing the node may fail on some record.
bool may_fail(const Node& node);

}  // namespace fairlead::formula
