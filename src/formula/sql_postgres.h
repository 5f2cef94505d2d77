// Formulas as PostgreSQL's SQL. Every number, date, moment and duration is NUMERIC: NULL is empty and NaN is a
// failure, which arithmetic carries on by itself. A condition that failed is NULL. Texts cannot fail here.
#pragma once
#include "formula/sql_writer.h"

namespace fairlead::formula {

class PostgresWriter {
  public:
    explicit PostgresWriter(SqlWriter& writer) : writer_(writer) {}
    std::string condition(const Node& node, const std::string& alias);  // boolean; NULL: failed
    std::string stored(const Node& node, const std::string& alias);     // as the store keeps it; failed: NULL

  private:
    // The record that fields marked as related are read from.
    struct Scope {
        std::string alias, related;
    };

    [[noreturn]] void cannot(const Node& node) const;
    std::string boolean(const Node& node, const Scope& at);
    std::string number(const Node& node, const Scope& at);  // also money, in the reporting currency
    std::string text(const Node& node, const Scope& at);
    std::string comparison(const Node& node, const Scope& at);
    std::string blank(const Node& node, const Scope& at);
    std::string field(const Node& node, const Scope& at);
    std::string arithmetic(const Node& node, const Scope& at);
    std::string moments(const Node& node, const Scope& at);
    std::string call(const Node& node, const Scope& at);
    std::string part_of_date(const Node& node, const Scope& at);
    std::string choose(const Node& node, const Scope& at);  // IF, IFS, COALESCE of any kind
    std::string any_kind(const Node& node, const Scope& at);
    std::string aggregate(const Node& node, const Scope& at);
    std::string day_of(const Node& node, const Scope& at);
    std::string constant_text(const Node& node);
    int constant_digits(const Node& node) const;

    SqlWriter& writer_;
};

}  // namespace fairlead::formula
