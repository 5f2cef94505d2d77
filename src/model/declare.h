// How an entity is declared: constant tables of fields, rules and actions, written beside the module's code.
// Everything else (tables, REST, forms, import, history, search) is derived from the catalogue made of them.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace fairlead::model {

struct ActionContext;  // records.h
struct ChangeEvent;    // records.h
struct Patch;          // records.h
struct Record;         // records.h
struct WriteOptions;   // records.h
class Records;         // records.h

struct Choice {
    std::string_view value;   // stable word: "commit"
    std::string_view label;   // English: "Commit"
};

// What a field means to the floors below, where a name alone must not decide.
enum class Meaning : std::uint8_t {
    none,
    owner,        // the user whose record this is (access scope `own`)
    team,         // access scope `team`
    territory,    // access scope `territory`
    parent_access,// the record whose access this one inherits
    any_record,   // a whole number: the id of a record of the entity that the field `entity` beside it names
    email, phone, url, external_id,
    company,      // the name of a company, with or without its legal form
    tax_code,     // a company's tax code, by the rules of the country that the field `country` beside it names
    position,     // order within a list edited by the company
    colour,
};

struct FieldOptions {
    bool required = false;
    bool unique = false;          // folded for text; ignores the bin
    bool search = false;          // part of the record's searchable text
    bool indexed = false;         // a database index; few per big entity
    bool read_only = false;       // set by the system or by actions
    bool administrators = false;  // set by administrators alone, whatever rights a role has
    bool hidden = false;          // not offered in forms and lists (secrets are never declared as fields)
    bool long_text = false;
    bool dimension = false;       // may group a figure
    bool measure = false;         // may be summed in a figure
    bool list = false;            // shown in the list unless the view says otherwise
    bool duplicate_key = false;   // compared when looking for duplicates
    Meaning meaning = Meaning::none;
    std::string_view help = {};
    std::string_view initial = {};     // formula text: the value of a new record that gives none
    std::string_view changed_by = {};  // the action that owns this field (a stage); PATCH takes the same way
    std::string_view was = {};         // earlier name, for the migration
    std::string_view synonyms = {};    // '|' between: column heads that mean this field, in both languages
    int scale = 6;                     // decimal, percent: digits kept after the point
    std::int64_t least = INT64_MIN, most = INT64_MAX;  // bounds of a whole number, decimal or percent
    int length_max = 500;              // characters of a text
};

struct Field {
    std::string_view name;     // snake_case; column, JSON key and formula name
    std::string_view label;    // English
    Type type = Type::text;
    std::string_view target = {};            // reference: entity; to-many: entity
    std::string_view back = {};              // to-many: the target's field that points here
    std::span<const Choice> choices = {};
    std::string_view formula = {};           // computed: formula text; nothing is stored
    FieldOptions options = {};
};

constexpr Field text(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::text, {}, {}, {}, {}, o}; }
constexpr Field whole(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::whole, {}, {}, {}, {}, o}; }
constexpr Field decimal(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::decimal, {}, {}, {}, {}, o}; }
constexpr Field percent(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::percent, {}, {}, {}, {}, o}; }
constexpr Field money(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::money, {}, {}, {}, {}, o}; }
constexpr Field date(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::date, {}, {}, {}, {}, o}; }
constexpr Field instant(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::instant, {}, {}, {}, {}, o}; }
constexpr Field duration(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::duration, {}, {}, {}, {}, o}; }
constexpr Field boolean(std::string_view n, std::string_view l, FieldOptions o = {}) { return {n, l, Type::boolean, {}, {}, {}, {}, o}; }
constexpr Field choice(std::string_view n, std::string_view l, std::span<const Choice> c, FieldOptions o = {}) { return {n, l, Type::choice, {}, {}, c, {}, o}; }
constexpr Field reference(std::string_view n, std::string_view l, std::string_view target, FieldOptions o = {}) { return {n, l, Type::reference, target, {}, {}, {}, o}; }
// The records of `target` whose field `back` points here. Not stored.
constexpr Field many(std::string_view n, std::string_view l, std::string_view target, std::string_view back) { return {n, l, Type::list, target, back, {}, {}, {}}; }
// Computed from formula text by the record's other fields; `type` is checked against the formula at start.
constexpr Field computed(std::string_view n, std::string_view l, Type type, std::string_view formula, FieldOptions o = {}) { return {n, l, type, {}, {}, {}, formula, o}; }

// Must hold for every record after every change; formula text. `field` is where the refusal is shown.
struct Rule {
    std::string_view code;
    std::string_view formula;
    std::string_view message;
    std::string_view field = {};
};

struct Parameter {
    std::string_view name;
    std::string_view label;
    Type type = Type::text;
    bool required = false;
    std::string_view target = {};
    std::span<const Choice> choices = {};
};

struct Action {
    std::string_view name;
    std::string_view label;
    Result<Value> (*run)(ActionContext&) = nullptr;
    std::span<const Parameter> parameters = {};
    std::string_view when = {};        // formula: may it run on this record now?
    std::string_view permission = "update";  // the right on the entity that it needs
    std::string_view help = {};
};

// Runs inside the same commit for every change of a record of `entity`, in the order listed.
struct Listener {
    std::string_view entity;
    // Of create, update, remove, restore: after the row is written, with computed fields filled.
    Result<void> (*after)(Records&, const ChangeEvent&) = nullptr;
    // Of create and update: before defaults and validation; may add to the patch or refuse. `before` is null on
    // create. What it adds may be read-only or owned by an action.
    Result<void> (*prepare)(Records&, Patch& patch, const Record* before, const WriteOptions& options) = nullptr;
};

// Who may see a record, beyond the owner, team and territory fields.
enum class AccessKind : std::uint8_t {
    scoped,    // by role scopes over owner, team, territory
    inherits,  // as the record its field with Meaning::parent_access names
    open,      // everybody who has the right on the entity (stages, currencies, products)
    system,    // no REST; written by the program only
};

struct Entity {
    std::string_view name;          // "opportunity"
    std::string_view plural;        // "opportunities"; also its address
    std::string_view label;         // "Opportunity"
    std::string_view label_plural;  // "Opportunities"
    std::string_view title;         // the field that names a record to people
    std::string_view icon = {};     // Lucide name
    std::string_view help = {};
    std::span<const Field> fields = {};
    std::span<const Rule> rules = {};
    std::span<const Action> actions = {};
    AccessKind access = AccessKind::scoped;
    bool big = false;               // expected to hold very many records: few indexes
    bool logged = true;             // false: a projection, rebuilt from the log, without entries of its own
    bool changes_access = false;    // a commit that touches it makes every reader's reach stale
    bool administrators = false;    // changed by administrators alone, whatever rights a role has
    std::span<const std::string_view> search_also = {};
};

// A figure: one definition, used by the interface, the API and the command line alike (definitions.md).
enum class FigureKind : std::uint8_t {
    sum,         // of `value`, with the number of records
    count,
    rate,        // records with `success` among those of `filter`, by count, with Wilson's interval
    days,        // mean and median of `value`, a number of days
    velocity,    // open records x rate x average won value / average days (definitions.md 1)
    conversion,  // of those that entered a stage in the period, who went further (definitions.md 3)
    movement,    // how the sum of `value` over `filter` went from one day to another (definitions.md 12)
};
struct Dimension {
    std::string_view name;     // "industry"
    std::string_view label;
    std::string_view formula;  // "account.industry"
};
struct Figure {
    std::string_view name;        // "win_rate"
    std::string_view label;
    std::string_view definition;  // in words, printed beside the figure
    std::string_view entity;
    FigureKind kind = FigureKind::sum;
    std::string_view value = {};    // formula: what is summed or measured
    std::string_view filter = {};   // formula: whose records count
    std::string_view success = {};  // formula: a rate's successes
    std::string_view period = {};   // date field by which `from` and `to` choose
    std::string_view by = {};       // dimension when none is asked for
    std::span<const Dimension> dimensions = {};
    std::string_view left = {};     // date field: the day on which a record last ceased to be of `filter`; its value is then taken back
};

struct Module {
    std::string_view name;
    std::string_view about;
    std::span<const std::string_view> needs = {};
    std::span<const Entity* const> entities = {};
    std::span<const Listener> listeners = {};
    std::span<const Figure> figures = {};
};

}  // namespace fairlead::model
