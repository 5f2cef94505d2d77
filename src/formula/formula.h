// The formula language: parsed and checked once, then evaluated on a record with a trace, or translated to
// SQL with the same results. Total and bounded: no loops, no input or output.
//
// Typical use:
//   auto checked = formula::check("IF(amount > 10000, 5%, 3%)", schema, "opportunity");
//   auto value = formula::evaluate(**checked, row, context);
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace fairlead::formula {

// ---- What the formula may name (implemented by the catalogue under a reader's access) --------------------

// The target of a whole number that is the id of a record of an entity known only row by row: outside of the program it
// is a text of digits as every id, since many readers of JSON round whole numbers beyond 2^53.
inline constexpr std::string_view any_target = "*";

struct FieldType {
    Type type = Type::text;
    std::string target;       // entity, for a reference; `any_target` for a whole number that is an id
    std::vector<std::string> choices;  // for a choice
    int scale = 6;            // for decimal and percent: digits stored after the point
    bool is_many = false;     // a relation to many records: only inside an aggregate, `SUM(lines.amount)`
    int slot = -1;            // where a row may find it without looking the name up; -1 when unknown
};

class Schema {
  public:
    virtual ~Schema() = default;
    // The field `name` of `entity`, or nothing when it does not exist or the reader may not see it.
    virtual std::optional<FieldType> field(std::string_view entity, std::string_view name) const = 0;
    // For "did you mean".
    virtual std::vector<std::string> field_names(std::string_view entity) const = 0;
    // The field that names a record of `entity` to people: `stage = "Won"` compares with it. Empty: none.
    virtual std::string title_field(std::string_view entity) const {
        (void)entity;
        return {};
    }
};

// ---- The checked formula -----------------------------------------------------------------------------------

enum class Op : std::uint8_t {
    constant, field, call,                       // leaves and functions
    negate, percent_of, logical_not,
    add, subtract, multiply, divide, power, concat,
    eq, ne, lt, le, gt, ge,
    logical_and, logical_or,
};

struct Place {  // byte offsets into the formula's text
    int begin = 0;
    int end = 0;
};

// One step of a dotted path as it will be walked: `account.industry` is {reference account}, {choice industry}.
struct PathStep {
    std::string entity;  // the entity that has the field
    std::string name;
    FieldType type;
};

struct Function;  // functions.h

// What a comparison compares, known once the types are.
enum class Compare : std::uint8_t { none, blank, number, money, text, date, instant, day_of_instant, duration, boolean, reference };

// logical_and and logical_or take any number of arguments; `x IN (a, b)` is a call of IN with x first.
// `stage = "Won"` has become `stage.name = "Won"`, and texts compared with dates or ids have become those.
struct Node {
    Op op = Op::constant;
    FieldType type;            // of the result
    bool always_empty = false; // the literal of no type, as an empty argument
    Place place;
    Value constant;
    std::string folded;                 // op == constant, text: fold_case of it
    std::vector<PathStep> path;         // op == field; of a related record: what follows the relation
    bool related = false;               // op == field: read from the record that the aggregate stands on
    std::vector<PathStep> relation;     // op == call of an aggregate over related records: the relation
    const Function* function = nullptr; // op == call
    Compare compare = Compare::none;    // op == eq .. ge, and the call of IN
    std::vector<std::unique_ptr<Node>> arguments;
};

class Checked : public std::enable_shared_from_this<Checked> {
  public:
    std::string text;
    std::string entity;
    std::unique_ptr<Node> root;
    // Every field named, as dotted paths without repeats; rules of access and columns to load follow from it.
    std::vector<std::string> fields;
    bool uses_now = false;   // TODAY, NOW, relative dates: the result changes without a change of the record
    bool pushes_down = true; // false when some function cannot run as SQL; `why_not` names it
    std::string why_not;
};
using Formula = std::shared_ptr<const Checked>;

struct CheckOptions {
    std::optional<Type> expected;         // refuse another result type ("a filter is true or false")
    std::string currency = "USD";         // the reporting currency: `amount > 10000` compares in it
    int depth_max = 64;
    int nodes_max = 2000;
    int text_max = 16 * 1024;
};

// The name of the function called ("IN_PERIOD"), empty for other nodes.
std::string_view function_name(const Node& node);
// Whether the node reads the record at all.
bool reads_fields(const Node& node);

// Refusals carry code ("syntax", "unknown_field", "unknown_function", "type_mismatch", "argument_count",
// "too_complex"), a message with a hint, and params "begin", "end", "near".
Result<Formula> check(std::string_view text, const Schema& schema, std::string_view entity,
                      const CheckOptions& options = {});

// ---- Evaluation --------------------------------------------------------------------------------------------

// Where values come from. `path` names fields from the formula's entity; an unreachable step gives empty.
class Row {
  public:
    virtual ~Row() = default;
    virtual Value value(const std::vector<PathStep>& path) const = 0;
    // Calls `each` once for every record at the end of a to-many path's first step, with that record as a Row;
    // `rest` begins at the second step.
    virtual void related(const std::vector<PathStep>& path, const std::function<void(const Row&)>& each) const;
    // The amount of a money field in the reporting currency (minor units), as stored with it; without it the
    // context converts at today's rate.
    virtual std::optional<std::int64_t> reporting(const std::vector<PathStep>& path) const;
    // True when `reporting` knows all there is: an amount without one then has no rate, and comparing it in the
    // reporting currency fails, as it does on the database.
    virtual bool stores_reporting() const { return false; }
};

enum class FiscalPattern : std::uint8_t { months, weeks_445, weeks_454, weeks_544 };

// The fiscal calendar and the surroundings of an evaluation.
struct Context {
    Instant now{};
    std::string zone = "UTC";
    int fiscal_year_start_month = 1;
    FiscalPattern fiscal_pattern = FiscalPattern::months;
    int week_start = 1;                                  // ISO weekday, 1 Monday
    std::vector<Date> holidays;                          // of the organisation, sorted
    Currency currency{{'U', 'S', 'D'}};                  // reporting currency
    // Converts to the reporting currency at the rate of `day`; nothing when no rate is known.
    std::function<std::optional<Money>(const Money&, Currency to, Date day)> convert;
    Id user{};                                           // CURRENT_USER()
    int steps_max = 100'000;
    Date today() const { return date_in_zone(now, zone); }
};

// How a value came about, for people: the same tree that was executed.
struct Trace {
    std::string text;    // this part of the formula
    Value value;
    std::string note;    // "amount is empty", "not evaluated"
    std::vector<Trace> parts;
};

// Refusals: "division_by_zero", "number_too_large", "currency_mismatch", "too_many_steps", "bad_argument";
// with params "begin", "end".
Result<Value> evaluate(const Checked& formula, const Row& row, const Context& context, Trace* trace = nullptr);
// True only when the formula evaluates to true; a refusal counts as false.
bool holds(const Checked& formula, const Row& row, const Context& context);

// The value of a node that reads no field ("TODAY() - 30"): nothing when it reads one or cannot be computed.
std::optional<Value> constant_value(const Node& node, const Context& context);

// First and last day of a period in words: "this fiscal quarter", "last 30 days", "2026-Q1" (reference page
// of the formulas). Open ends are the first and last day that exist. Nothing when the words are not known.
struct DateRange {
    Date first, last;
    bool contains(Date day) const { return day >= first && day <= last; }
};
std::optional<DateRange> period(std::string_view words, const Context& context);

// ---- SQL ---------------------------------------------------------------------------------------------------

enum class Dialect { sqlite, postgres };

// How the store names things: table of an entity, columns of a field, the condition of access that must be
// joined to every other record reached.
class SqlNames {
  public:
    virtual ~SqlNames() = default;
    virtual std::string table(std::string_view entity) const = 0;
    // One column for most types; money: minor, currency, reporting minor (in this order).
    virtual std::vector<std::string> columns(std::string_view entity, std::string_view field) const = 0;
    // For a to-many relation: the column of the other table that points here.
    virtual std::string back_column(std::string_view entity, std::string_view relation) const = 0;
    // Condition over `alias` under which a related record is visible; empty when all are.
    virtual std::string visible(std::string_view entity, std::string_view alias) const = 0;
    // The column of the primary key.
    virtual std::string id_column(std::string_view entity) const {
        (void)entity;
        return "id";
    }
    // A column that holds fold_case of a text field, where there is one: comparisons use it and its index.
    virtual std::string folded_column(std::string_view entity, std::string_view field) const {
        (void)entity, (void)field;
        return {};
    }
    // The formula of a computed field; null for stored ones. Its `columns` are not asked for.
    virtual Formula computed(std::string_view entity, std::string_view field) const {
        (void)entity, (void)field;
        return nullptr;
    }
};

struct Sql {
    std::string text;            // placeholders $1.. from `first_parameter` on, each used once, in order
    std::vector<Value> parameters;  // whole, boolean or text
    std::shared_ptr<const void> keep;  // what the text refers to; hold it until the statement has run
};

// The formula as an SQL expression over `alias`, in the form in which the store keeps values: decimals scaled by
// their type's scale, dates as days, moments as microseconds, money as minor units of the reporting currency. A
// condition gives a two-valued SQL predicate, false where the formula fails on a record; another value is NULL
// there. Conditions on fields and constants are plain SQL that an index can serve; on SQLite everything else is
// computed by the evaluator itself, through sqlite_functions(). Refusal "no_push_down" says what PostgreSQL
// cannot run.
Result<Sql> to_sql(const Checked& formula, Dialect dialect, const SqlNames& names, std::string_view alias,
                   const Context& context, int first_parameter = 1);

// SQLite needs functions of ours (exact decimals, folding); `install_sqlite_functions` in store/sqlite
// registers what this table lists, so that SQL and records are computed by the same code.
struct SqlFunction {
    const char* name;
    int arity;  // -1 any
    std::function<Value(const std::vector<Value>&)> call;
};
const std::vector<SqlFunction>& sqlite_functions();

// PostgreSQL needs a few functions written in SQL: statements that create or replace them, to be run when a
// database is opened for writing.
const std::vector<std::string>& postgres_functions();

// ---- The functions, for help, completion and the documentation -----------------------------------------------

struct FunctionHelp {
    std::string name, group, signature, about, example, result;
    bool pushes_down = true;
};
std::vector<FunctionHelp> function_help();

}  // namespace fairlead::formula
