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
struct Source {
    std::string field;
    std::vector<std::string> columns;   // heads of the file, the first that it has; or of an inline row
    std::string text;                   // template: "{product}, {account}" of other fields' written values
    std::optional<Json> value;          // the same for every row
    std::vector<std::pair<std::string, std::string>> map;  // written value -> ours, folded
    std::string as;                     // dates: "dd-mm-yy", "yyyy-mm-dd", "iso" (date or instant), "mm/dd/yyyy" ...; percent: "percent"
    std::string currency;               // of an amount without one
    std::string find;                   // reference: the target's field that is looked up, "name" unless said
    bool create = false;                // reference: make the target where there is none
    std::vector<std::string> known;     // text or reference: a near miss of one of these is repaired to it
};

struct Move {                            // a row of a file with a record's steps
    std::string file, key_column, at_column, at_as, stage_column;
    std::vector<Source> set;
};

struct Step {
    std::vector<std::string> files;      // names that the file may have; the first that exists
    bool optional = false;               // no such file: said, not refused
    std::vector<Json> rows;              // inline instead of a file
    std::string entity;
    std::vector<std::string> key;        // fields by which a record is found again
    bool distinct = false;               // rows repeat the same record
    std::vector<Source> set;
    // History: when the record began and ended, and what is true only from its end on.
    std::string opened_column, opened_as, closed_column, closed_as, stage_column;
    std::string first_stage;             // written value of the stage in which a closed record began, where no move says
    std::vector<std::string> at_closing; // fields that are set at the end only
    std::vector<std::string> closed_stages; // written values that end a record
    std::optional<Move> moves;
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
