// Decimal numbers: exact, 12 places after the point, for rates, quantities and everything a formula computes.
// Binary floating point is for statistics only.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

__extension__ using Int128 = __int128;  // g++ and clang; -Wpedantic asks for the mark
__extension__ using Uint128 = unsigned __int128;

enum class Rounding { half_even, half_away, floor, ceiling, towards_zero, away_from_zero };

// units = value x 10^12, in 128 bits: |value| < 1.7e26. Arithmetic returns nothing when the result does not
// fit or is undefined (division by zero); a product or quotient is rounded half away from zero at the 12th
// place, as PostgreSQL's round(numeric, 12) does, so that both evaluations of a formula agree.
struct Decimal {
    static constexpr int places = 12;
    static constexpr Int128 one = 1'000'000'000'000;
    Int128 units = 0;

    static constexpr Decimal of(std::int64_t whole) { return Decimal{static_cast<Int128>(whole) * one}; }
    // value = number x 10^-scale, 0 <= scale <= 12
    static Decimal scaled(std::int64_t number, int scale);
    // "-12.5", "1e3"; at most 12 places are kept exactly, more is refused. No grouping marks.
    static std::optional<Decimal> parse(std::string_view text);
    static std::optional<Decimal> from_double(double value);

    std::string text() const;  // shortest exact form: "12.5", "-0.25", "3"
    double to_double() const;
    // value x 10^scale as a whole number, rounded; nothing if it does not fit 64 bits.
    std::optional<std::int64_t> to_scaled(int scale, Rounding rounding) const;
    std::optional<std::int64_t> whole() const;  // nothing if it has a fraction or does not fit
    // Rounds to `digits` places after the point; negative digits round before it (1250 at -2 is 1300).
    std::optional<Decimal> rounded(int digits, Rounding rounding) const;
    bool negative() const { return units < 0; }

    friend constexpr std::strong_ordering operator<=>(Decimal a, Decimal b) {
        return a.units < b.units ? std::strong_ordering::less
               : a.units > b.units ? std::strong_ordering::greater
                                   : std::strong_ordering::equal;
    }
    friend constexpr bool operator==(Decimal a, Decimal b) { return a.units == b.units; }
};

std::optional<Decimal> add(Decimal a, Decimal b);
std::optional<Decimal> subtract(Decimal a, Decimal b);
std::optional<Decimal> multiply(Decimal a, Decimal b);
std::optional<Decimal> divide(Decimal a, Decimal b);
// a x b / c with the product in 256 bits, rounded once; for whole numbers of minor units (shares, rates).
std::optional<std::int64_t> multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c, Rounding rounding);

}  // namespace fairlead
