// XLSX workbooks: one sheet read row by row, in bounded memory whatever the file claims about itself.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "derive/exchange/table.h"

namespace fairlead::derive {

Result<std::unique_ptr<Table>> open_xlsx(const std::string& path, const TableOptions& options, const TableLimits& limits);

// Whether a number format shows a day or a time: "d-mmm-yy" and "yyyy\"-\"mm" do, "0.00\" days\"" and "[Red]0" do not.
// Does it count hours, as [h]:mm? Such a cell is a text, "26:30:00".
bool is_length_format(std::string_view code);
bool is_date_format(std::string_view code);
// The day and time of a serial number: "2026-11-25" or "2026-11-25T08:30:00"; empty where there is none.
std::string date_of_serial(double serial, bool from_1904);

}  // namespace fairlead::derive
