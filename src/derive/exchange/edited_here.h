// What was edited here since a record was last imported (decisions: an import that is repeated keeps it, by choice per
// field). Told by the change log: by whom a value was set, and what the source had said before.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/catalog.h"
#include "store/store.h"

namespace fairlead::derive {

// Whose value stands where a field was edited here and the source says otherwise. Where the source still says what it
// said before the edit, it does not contradict, and the edit stands unless the choice is `theirs`.
enum class Whose : std::uint8_t { ours, theirs, ask };

struct EditedChoice {
    Whose all = Whose::ours;
    std::map<std::string, Whose> fields;
    Whose of(const std::string& field) const {
        const auto found = fields.find(field);
        return found == fields.end() ? all : found->second;
    }
};

class EditedHere {
  public:
    explicit EditedHere(store::Store& store);
    // Of the slots those that were edited, and what the last import had left there.
    std::map<int, Value> of(const model::Record& record, const std::vector<int>& slots) const;

  private:
    bool by_import(const store::LogEntry& entry) const;
    bool taken_back(const store::LogEntry& entry) const;
    store::Store& store_;
    std::set<Id> batches_, undone_;  // of imports
};

}  // namespace fairlead::derive
