// An import as the command line asks for it: what it says of columns, and for the others what is sure enough without
// being asked. It goes as JSON to the server that has the database open.
#pragma once
#include <string>
#include <vector>

#include "derive/exchange/file_import.h"
#include "derive/exchange/import_shelf.h"

namespace fairlead::derive {

struct ImportOrder {
    std::string file, entity;
    std::vector<std::string> map, key;  // map: "Head=field", "#3=field"; "Head=" leaves a column out
    std::string on_match = "update", empty = "keep", missing = "refuse";
    std::vector<std::string> edited;    // "ours", "theirs", "ask" for all fields; "phone=theirs" for one
    bool partial = false;
    Reading reading;
};
std::string to_json(const ImportOrder& order);
ImportOrder read_order(const Json& json);

struct OrderedPlan {
    ImportPlan plan;
    std::vector<std::string> lines;  // "Head -> field", for people
};
// May add to the look's notes what is left to a person.
Result<OrderedPlan> plan_of(const ImportOrder& order, const store::Store& store, FileLook& look);

// The answer: what the file is, how its columns were taken, and under `name` ("check", "result") what came of it.
std::string order_report(const FileLook& look, const OrderedPlan& ordered, const std::string& name, const std::string& report);
std::string look_name(const std::string& file);

}  // namespace fairlead::derive
