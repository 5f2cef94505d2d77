// A written value becomes a typed one, by the conventions a profile or a mapping names.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace fairlead::derive {

// A day by a form of d, m and y with any separators: "dd-mm-yy", "m/d/yyyy", "yyyy-mm-dd". Two-digit years lie
// between 1950 and 2049. Empty when the text does not have that form.
std::optional<Date> date_as(std::string_view text, std::string_view form);

// "1,234.50", "1 234,50 €", "(12.00)": a number by the decimal sign, or guessed by its shape when that is 0.
std::optional<Decimal> number_as(std::string_view text, char decimal_sign = 0);

// For comparing written names: folded, letters and digits alone ("GTX Pro" and "GTXPro" are the same).
std::string loose_key(std::string_view text);

}  // namespace fairlead::derive
