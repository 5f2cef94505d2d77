// A profile: how the files of a known system become records. Declared in JSON (docs/reference/profiles.md), kept
// in profiles/ and built into the program; a path to a file of one's own works as well.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "derive/json.h"
#include "model/catalog.h"

namespace fairlead::derive {

// Where a field's value comes from.
struct FieldSource {
    std::string field;
    std::vector<std::string> columns;   // heads of the file, the first that it has; or of an inline row
    std::string text;                   // template: "{product}, {account}" of other fields' written values
    std::optional<Json> value;          // the same for every row
    std::vector<std::pair<std::string, std::string>> map;   // written value -> ours, folded
    std::vector<std::pair<std::string, std::string>> only;  // the same; a value that is not named counts as none
    std::vector<FieldSource> first;          // alternatives: the first that gives a value
    std::string begins;                 // a value that does not begin with this counts as none (ids of one kind among others)
    std::string currency_column;        // column with the currency of an amount
    std::string follows;                // "stage.probability": left out where the record referred to says the same
    std::string as;                     // dates: "dd-mm-yy", "m/d/yyyy", "iso" (a moment without a zone is where the company is), "utc" ...;
                                        // numbers: "percent", "hundredths", "millions"; ids: "first" of "12;34", "id18"
    std::string currency;               // of an amount without one
    std::string find;                   // reference: the target's field that is looked up, "name" unless said
    bool create = false;                // reference: make the target where there is none
    std::vector<std::string> known;     // text or reference: a near miss of one of these is repaired to it
};

struct Move {                            // a row of a file with a record's steps
    std::vector<std::string> files;
    std::string key_column, at_column, at_as, stage_column;
    std::vector<FieldSource> set;
    std::vector<FieldSource> before;     // what the row says had been so until then: of the first one, from the beginning
    std::optional<FieldSource> take;     // rows that give no value here are left out
    bool optional = false;               // no such file: nothing is said
};

struct Step {
    std::vector<std::string> files;      // names that the file may have, * for any letters; the first that exists
    bool optional = false;               // no such file: said, not refused
    std::vector<Json> rows;              // inline instead of a file
    std::string entity;
    std::vector<std::string> key;        // fields by which a record is found again
    bool distinct = false;               // rows repeat the same record
    bool only_new = false;               // records that exist are left as they are
    std::optional<FieldSource> skip, take; // rows that give a value here are left out; rows that give none here are
    std::string heads;                   // rows are made of the heads that begin with this: Stage and Pipeline
    std::vector<FieldSource> set;
    // History: when the record began and ended, and what is true only from its end on.
    std::string opened_column, opened_as, closed_column, closed_as, stage_column;
    std::string first_stage;             // written value of the stage in which a closed record began, where no move says
    std::vector<std::string> at_closing; // fields that are set at the end only
    std::vector<std::string> closed_stages; // written values that end a record
    std::optional<FieldSource> closed_if;   // the same by other columns: a value says so
    std::string entered;                 // heads that begin with this hold when a record entered the stage they name
    std::optional<FieldSource> entered_stage; // how that stage is found, from {Stage} and {Pipeline}
    std::vector<Move> moves;
};

struct Profile {
    std::string name, about;
    std::vector<Step> steps;
};

// Refusals name the place in the profile: "steps/2/set/close_date: ...".
Result<Profile> read_profile(std::string_view json, const model::Catalog& catalog);

// The profiles built into the program.
struct BuiltInProfile {
    std::string_view name, json;
};
std::vector<BuiltInProfile> built_in_profiles();

}  // namespace fairlead::derive
