// How people write numbers, amounts, days, telephone numbers and yes or no, read strictly: what does not have the
// form is nothing, never a guess. Which form a column has is found over all of it (column_form.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/value.h"

namespace fairlead::derive {

// ---- Numbers ----
// Which decimal signs a written number can have: "1,234.50" only the point, "12,5" only the comma, "1,375" and
// "1200" both. Grouping marks (the other sign, blanks, apostrophes) must stand before three digits.
enum NumberSigns : std::uint8_t { sign_none = 0, sign_point = 1, sign_comma = 2, sign_any = 3 };
struct WrittenNumber {
    bool negative = false, percent = false;
    std::string currency;       // ISO code, when one is written or its sign is unmistakable: "€", "₫", "USD"
    std::string_view digits;    // with its signs: "1.234,50"
};
// The number inside "(1.234,50 €)", "-12 %", "USD 1,200"; nothing where other words stand beside it.
std::optional<WrittenNumber> written_number(std::string_view text);
NumberSigns possible_signs(const WrittenNumber& number);
// Exact, by that decimal sign ('.' or ',').
std::optional<Decimal> decimal_of(const WrittenNumber& number, char decimal_sign);

// ---- Days ----
enum DayOrders : std::uint8_t { order_none = 0, order_ymd = 1, order_dmy = 2, order_mdy = 4, order_certain = 8 };
// The orders in which the text is a day that exists: "31/12/2026" one, "01/02/2026" two. With order_certain where
// the text itself says its order (year first, month in letters), whatever its column has.
std::uint8_t possible_orders(std::string_view text);
// A day, and the time behind it where one is written (in the zone, unless it has an offset of its own).
struct WrittenDay {
    Date day{};
    bool has_time = false;
    std::int64_t micros_of_day = 0;
    std::optional<Instant> instant;  // with an offset
};
std::optional<WrittenDay> day_of(std::string_view text, DayOrders order);

// ---- Others ----
std::optional<bool> yes_or_no(std::string_view text);
// E.164 where the country's rules make it one ("VN": old eleven-digit mobiles become today's); else the text, trimmed.
std::string phone_of(std::string_view text, std::string_view country);
// An address in one form for comparing: trimmed, without regard to case.
std::string email_key(std::string_view text);

}  // namespace fairlead::derive
