// Decimal arithmetic: 128-bit units, products and quotients through 256 bits, every rounding explicit.
#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fairlead {
namespace {

constexpr Int128 units_max = Int128{170} * Decimal::one * Decimal::one * 1'000'000'000'000;  // 1.7e38

constexpr std::array<std::int64_t, 19> powers_of_ten = [] {
    std::array<std::int64_t, 19> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

constexpr Uint128 magnitude(Int128 number) {
    return number < 0 ? Uint128{0} - static_cast<Uint128>(number) : static_cast<Uint128>(number);
}

bool fits(Int128 units) { return units < units_max && units > -units_max; }

struct Wide {  // 256 bits, unsigned
    Uint128 high = 0, low = 0;
};

Wide product(Uint128 a, Uint128 b) {
    const Uint128 mask = ~std::uint64_t{0};
    const Uint128 a_low = a & mask, a_high = a >> 64, b_low = b & mask, b_high = b >> 64;
    const Uint128 low = a_low * b_low, cross = a_high * b_low, other = a_low * b_high;
    const Uint128 middle = (low >> 64) + (cross & mask) + (other & mask);
    return {a_high * b_high + (cross >> 64) + (other >> 64) + (middle >> 64), (middle << 64) | (low & mask)};
}

struct Quotient {
    bool fits = false;
    Uint128 whole = 0, rest = 0;
};

Quotient quotient(Wide dividend, Uint128 divisor) {
    if (dividend.high == 0) return {true, dividend.low / divisor, dividend.low % divisor};
    if (dividend.high >= divisor) return {};
    if ((divisor >> 64) == 0) {  // limb by limb: the rest always fits 64 bits
        Uint128 rest = dividend.high, whole = 0;
        for (const int shift : {64, 0}) {
            const Uint128 part = (rest << 64) | ((dividend.low >> shift) & ~std::uint64_t{0});
            whole = (whole << 64) | (part / divisor);
            rest = part % divisor;
        }
        return {true, whole, rest};
    }
    Uint128 rest = dividend.high, whole = 0;
    for (int bit = 127; bit >= 0; --bit) {  // divisor below 2^127, so doubling the rest cannot overflow
        rest = (rest << 1) | ((dividend.low >> bit) & 1);
        whole <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            whole |= 1;
        }
    }
    return {true, whole, rest};
}

// Whether the magnitude grows by one, given what was cut off.
bool rounds_up(Uint128 whole, Uint128 rest, Uint128 divisor, bool negative, Rounding rounding) {
    if (rest == 0) return false;
    const Uint128 other_side = divisor - rest;
    switch (rounding) {
        case Rounding::half_even: return rest > other_side || (rest == other_side && (whole & 1) != 0);
        case Rounding::half_away: return rest >= other_side;
        case Rounding::floor: return negative;
        case Rounding::ceiling: return !negative;
        case Rounding::towards_zero: return false;
        case Rounding::away_from_zero: return true;
    }
    return false;
}

std::optional<Int128> rounded_quotient(Wide dividend, Uint128 divisor, bool negative, Rounding rounding) {
    const Quotient q = quotient(dividend, divisor);
    if (!q.fits) return std::nullopt;
    const Uint128 whole = q.whole + (rounds_up(q.whole, q.rest, divisor, negative, rounding) ? 1 : 0);
    if (whole >= static_cast<Uint128>(units_max)) return std::nullopt;
    return negative ? -static_cast<Int128>(whole) : static_cast<Int128>(whole);
}

std::optional<Decimal> as_decimal(std::optional<Int128> units) {
    if (!units) return std::nullopt;
    return Decimal{*units};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "e3", "E-2" at the end of a number; nothing when malformed.
std::optional<int> parse_exponent(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text.empty() || text.size() > 3) return std::nullopt;
    int exponent = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        exponent = exponent * 10 + (c - '0');
    }
    return negative ? -exponent : exponent;
}

}  // namespace

Decimal Decimal::scaled(std::int64_t number, int scale) {
    return Decimal{Int128{number} * powers_of_ten[static_cast<std::size_t>(std::clamp(places - scale, 0, 18))]};
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    int exponent = 0;
    if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
        const auto parsed = parse_exponent(text.substr(e + 1));
        if (!parsed) return std::nullopt;
        exponent = *parsed;
        text = text.substr(0, e);
    }
    Uint128 digits = 0;
    int after_point = 0;
    bool any = false, point = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c)) return std::nullopt;
        any = true;
        if (point) ++after_point;
        if (digits >= static_cast<Uint128>(units_max) / 10) {
            // Digits that no longer fit are harmless only as zeros behind the point.
            if (c != '0' || !point) return std::nullopt;
            --after_point;
            continue;
        }
        digits = digits * 10 + static_cast<unsigned>(c - '0');
    }
    if (!any) return std::nullopt;
    int shift = places + exponent - after_point;
    for (; shift < 0 && digits % 10 == 0 && digits != 0; ++shift) digits /= 10;
    if (digits == 0) return Decimal{};
    if (shift < 0) return std::nullopt;
    for (; shift > 0; --shift) {
        if (digits >= static_cast<Uint128>(units_max) / 10) return std::nullopt;
        digits *= 10;
    }
    const auto units = static_cast<Int128>(digits);
    return Decimal{negative ? -units : units};
}

std::optional<Decimal> Decimal::from_double(double value) {
    if (!std::isfinite(value) || std::abs(value) >= 1.7e26) return std::nullopt;
    // The whole part is exact in a double; scaling only the fraction keeps all the digits there are.
    const double whole = std::trunc(value);
    const double fraction = std::round((value - whole) * 1e12);
    const Int128 units = static_cast<Int128>(whole) * one + static_cast<Int128>(fraction);
    if (!fits(units)) return std::nullopt;
    return Decimal{units};
}

std::string Decimal::text() const {
    std::array<char, 48> buffer{};
    char* const end = buffer.data() + buffer.size();
    char* at = end;
    Uint128 left = magnitude(units);
    auto fraction = static_cast<std::uint64_t>(left % static_cast<Uint128>(one));
    left /= static_cast<Uint128>(one);
    if (fraction != 0) {
        int digits = places;
        for (; fraction % 10 == 0; fraction /= 10) --digits;
        for (; digits > 0; --digits, fraction /= 10) *--at = static_cast<char>('0' + fraction % 10);
        *--at = '.';
    }
    do {
        *--at = static_cast<char>('0' + static_cast<int>(left % 10));
        left /= 10;
    } while (left != 0);
    if (units < 0) *--at = '-';
    return {at, end};
}

double Decimal::to_double() const {
    return static_cast<double>(units / one) + static_cast<double>(units % one) / 1e12;
}

std::optional<std::int64_t> Decimal::to_scaled(int scale, Rounding rounding) const {
    if (scale < 0) return std::nullopt;
    if (scale > places) {
        const Wide wide = product(magnitude(units), static_cast<Uint128>(powers_of_ten[static_cast<std::size_t>(std::min(scale - places, 18))]));
        if (wide.high != 0 || wide.low > INT64_MAX) return std::nullopt;
        return static_cast<std::int64_t>(units < 0 ? -static_cast<Int128>(wide.low) : static_cast<Int128>(wide.low));
    }
    const auto divisor = static_cast<Uint128>(powers_of_ten[static_cast<std::size_t>(places - scale)]);
    const auto number = rounded_quotient({0, magnitude(units)}, divisor, units < 0, rounding);
    if (!number || *number > INT64_MAX || *number < INT64_MIN) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::optional<std::int64_t> Decimal::whole() const {
    if (units % one != 0) return std::nullopt;
    return to_scaled(0, Rounding::towards_zero);
}

std::optional<Decimal> Decimal::rounded(int digits, Rounding rounding) const {
    if (digits >= places) return *this;
    if (digits < -26) {  // beyond the greatest value: only rounding away from zero leaves anything, and it does not fit
        const bool up = rounds_up(0, magnitude(units) == 0 ? 0 : 1, 3, units < 0, rounding);
        if (up) return std::nullopt;
        return Decimal{};
    }
    Uint128 step = 1;
    for (int i = digits; i < places; ++i) step *= 10;
    const auto count = rounded_quotient({0, magnitude(units)}, step, units < 0, rounding);
    if (!count) return std::nullopt;
    const Wide wide = product(magnitude(*count), step);
    if (wide.high != 0 || wide.low >= static_cast<Uint128>(units_max)) return std::nullopt;
    const auto result = static_cast<Int128>(wide.low);
    return Decimal{units < 0 ? -result : result};
}

std::optional<Decimal> add(Decimal a, Decimal b) {
    Int128 sum = 0;
    if (__builtin_add_overflow(a.units, b.units, &sum) || !fits(sum)) return std::nullopt;
    return Decimal{sum};
}

std::optional<Decimal> subtract(Decimal a, Decimal b) {
    Int128 difference = 0;
    if (__builtin_sub_overflow(a.units, b.units, &difference) || !fits(difference)) return std::nullopt;
    return Decimal{difference};
}

std::optional<Decimal> multiply(Decimal a, Decimal b) {
    const bool negative = (a.units < 0) != (b.units < 0);
    return as_decimal(rounded_quotient(product(magnitude(a.units), magnitude(b.units)), static_cast<Uint128>(Decimal::one),
                                       negative, Rounding::half_away));
}

std::optional<Decimal> divide(Decimal a, Decimal b) {
    if (b.units == 0) return std::nullopt;
    const bool negative = (a.units < 0) != (b.units < 0);
    return as_decimal(rounded_quotient(product(magnitude(a.units), static_cast<Uint128>(Decimal::one)),
                                       magnitude(b.units), negative, Rounding::half_away));
}

std::optional<std::int64_t> multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c, Rounding rounding) {
    if (c == 0) return std::nullopt;
    const bool negative = ((a < 0) != (b < 0)) != (c < 0);
    const Wide dividend{0, magnitude(a) * magnitude(b)};
    const auto result = rounded_quotient(dividend, magnitude(c), negative && dividend.low != 0, rounding);
    if (!result || *result > INT64_MAX || *result < INT64_MIN) return std::nullopt;
    return static_cast<std::int64_t>(*result);
}

}  // namespace fairlead
