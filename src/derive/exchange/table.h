// Opening a table file of any kind: CSV, or a workbook.
#pragma once
#include "base/table.h"

namespace fairlead::derive {

Result<std::unique_ptr<Table>> open_table(const std::string& path, const TableOptions& options = {},
                                          const TableLimits& limits = {});

}  // namespace fairlead::derive
