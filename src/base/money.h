// Money: a whole number of the currency's smallest unit, together with its currency. Amounts of two
// currencies never mix silently.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"

namespace fairlead {

// ISO 4217 code of three letters; none when empty.
struct Currency {
    std::array<char, 3> code{};

    static std::optional<Currency> parse(std::string_view text);  // "usd" and "USD"; must be three letters
    std::string text() const { return code[0] ? std::string(code.data(), 3) : std::string(); }
    // Decimals of the minor unit by ISO 4217: VND 0, USD 2, KWD 3; 2 when the code is not known.
    int decimals() const;
    explicit operator bool() const { return code[0] != 0; }
    friend auto operator<=>(const Currency&, const Currency&) = default;
};

struct Money {
    std::int64_t minor = 0;
    Currency currency;

    // "1234.50" in `currency`; nothing when there are more decimals than the currency has, or it does not fit.
    static std::optional<Money> parse(std::string_view amount, Currency currency);
    // Rounds once, half-even unless told otherwise.
    static std::optional<Money> of(Decimal amount, Currency currency, Rounding rounding = Rounding::half_even);
    Decimal decimal() const;
    std::string amount_text() const;  // with exactly the currency's decimals: "1234.50"
    friend bool operator==(const Money&, const Money&) = default;
};

// Shares `total` out by `weights` (none negative, sum above zero); parts always add up to the total. Units
// left over go to the largest remainders, the earlier one first where they tie.
std::vector<std::int64_t> share_out(std::int64_t total, const std::vector<Decimal>& weights);

}  // namespace fairlead
