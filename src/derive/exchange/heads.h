// Which field a column's head means: by names and labels in every language, by the synonyms that the declarations
// carry, by likeness, and by what the column holds.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "derive/exchange/file_look.h"
#include "model/catalog.h"
#include "store/viewer.h"

namespace fairlead::derive {

struct Suggestion {
    std::string field;
    double confidence = 0;  // 0 to 1
    std::string why;        // "name", "synonym", "similar", "values"
};

// Fields that an import may set for this viewer. A field that the program keeps may be given by an import where its
// declaration has synonyms: then it is known to the systems that files come from (the day a deal was opened).
bool may_import(const model::EntityInfo& entity, const model::FieldInfo& field, const store::Viewer& viewer);

// The field of a mapping's name; "amount.currency" is the currency of an amount.
struct TargetField {
    const model::FieldInfo* field = nullptr;
    bool currency = false;
};
std::optional<TargetField> target_field(const model::EntityInfo& entity, std::string_view name, const store::Viewer& viewer);

// One for every column, at most one column a field. Columns that claim a field equally well are left to the person,
// and `notes` says so ("same_field").
std::vector<std::optional<Suggestion>> suggest_fields(const model::EntityInfo& entity, const store::Viewer& viewer, const std::vector<ColumnLook>& columns,
                                                      std::vector<Note>& notes);
// The kind of record that the file most likely holds; empty when none is likely.
std::string suggest_entity(const model::Catalog& catalog, const store::Viewer& viewer, const FileLook& look);
// By which of the mapped fields records are found again: the first kind of key that there is. `filled`: those of
// them that every row gives.
std::vector<std::string> suggest_key(const model::EntityInfo& entity, const std::vector<std::string>& mapped, const std::vector<std::string>& filled);

}  // namespace fairlead::derive
