// The formats of the function TEXT.
#pragma once
#include "formula/datum.h"

namespace fairlead::formula {

// "#,##0.00", "0%", "0.0 \"kg\"": digits, grouping, decimals, percent, and texts around them.
std::optional<std::string> format_number(Decimal number, std::string_view format);
// "yyyy-mm-dd hh:mm", "d mmmm yyyy", "dddd": English names, as in spreadsheets; instants in the organisation's zone.
std::optional<std::string> format_moment(const Datum& moment, std::string_view format, const Context& context);

}  // namespace fairlead::formula
