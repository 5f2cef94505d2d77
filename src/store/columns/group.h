// Figures: records grouped by formulas, with counts, sums and the like of each group.
#pragma once
#include "store/columns/list.h"

namespace fairlead::store::columns {

// Groups in the natural order of their keys: empty last, references and choices as lists sort them.
// Money is summed in minor units of the reporting currency, exactly; amounts without a known rate are left out.
Result<std::vector<Group>> grouped(Asking& asking, const Table& table, const GroupQuery& query);

}  // namespace fairlead::store::columns
