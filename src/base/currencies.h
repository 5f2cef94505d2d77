// The currencies in force, by ISO 4217.
#pragma once
#include <span>
#include <string_view>

#include "base/money.h"
#include "base/result.h"

namespace fairlead {

// List one of ISO 4217 (published by its maintenance agency, SIX) as amended to January 2026 (amendment 180): the
// currencies that are tender somewhere, and the fund codes in which prices are agreed, by code. Codes that are no
// tender (no_tender) are not among them.
std::span<const std::string_view> active_currencies();
bool is_active(Currency currency);
// What a code of list one stands for that nobody pays with: "gold" for XAU, "no currency" for XXX; empty for others.
std::string_view no_tender(std::string_view code);
// What took the place of a currency that is no longer in force: EUR for DEM; empty where it is not known.
std::string_view successor_of(std::string_view code);
// The code in capitals, or a refusal at `field`: a currency that was replaced, a code that is no tender, or one that
// there is not.
Result<Currency> currency_in_force(std::string_view code, const std::string& field);

}  // namespace fairlead
