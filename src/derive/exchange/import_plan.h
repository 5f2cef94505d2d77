// What a person has decided about an import: which column is which field, how records are found again, and what
// happens then. The body of POST /imports/{id}/check and /run, and what the command line makes of its options.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "derive/exchange/edited_here.h"
#include "derive/exchange/file_look.h"
#include "model/catalog.h"
#include "store/viewer.h"

namespace fairlead::derive {

enum class OnMatch : std::uint8_t { update, skip, create };

struct MappedColumn {
    int column = 0;                                   // its index in the file
    std::string field;                                // "amount"; "amount.currency"
    std::map<std::string, std::string> values;        // written -> meant
};

struct ImportPlan {
    std::string entity;
    std::vector<MappedColumn> mapping;
    std::vector<std::string> key;    // empty: every row makes a record
    OnMatch on_match = OnMatch::update;
    bool clear_empty = false;        // an empty cell empties the field; else it is left as it is
    bool create_missing = false;     // make records that are referred to and missing; else refuse the row
    bool partial = false;            // take the good rows although others are refused
    EditedChoice edited;             // fields that were edited here since the last import
    Reading reading;
    std::int64_t rows = 0;           // check only so many; 0: all
};

// Checked against the catalogue, the viewer's rights and the file; every fault is reported with its pointer.
Result<ImportPlan> read_plan(const Json& body, const model::Catalog& catalog, const store::Viewer& viewer, const FileLook& look);
Result<void> check_plan(const ImportPlan& plan, const model::Catalog& catalog, const store::Viewer& viewer, const FileLook& look);
std::string to_json(const ImportPlan& plan);
// "ours", "theirs", "ask", for all fields; or an object of fields and such words.
Result<EditedChoice> read_edited(const Json* json, const model::EntityInfo* entity);
std::optional<Whose> whose_named(std::string_view word);
std::string_view whose_name(Whose whose);

}  // namespace fairlead::derive
