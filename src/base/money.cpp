// Currencies of ISO 4217, amounts in whole minor units, and sharing out without losing a unit.
#include "base/money.h"

#include <algorithm>
#include <numeric>

#include "base/result.h"

namespace fairlead {
namespace {

char upper_letter(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

constexpr std::string_view without_decimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view with_three_decimals = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view with_four_decimals = "CLF UYW";

Int128 greatest_common_divisor(Int128 a, Int128 b) {  // std::gcd does not take 128 bits in strict C++
    while (b != 0) {
        const Int128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

bool lists(std::string_view codes, std::string_view code) { return codes.find(code) != std::string_view::npos; }

}  // namespace

std::optional<Currency> Currency::parse(std::string_view text) {
    if (text.size() != 3) return std::nullopt;
    Currency currency;
    for (std::size_t i = 0; i < 3; ++i) {
        const char c = upper_letter(text[i]);
        if (c < 'A' || c > 'Z') return std::nullopt;
        currency.code[i] = c;
    }
    return currency;
}

int Currency::decimals() const {
    const std::string_view name(code.data(), 3);
    if (!*this) return 2;
    if (name == "USD" || name == "EUR") return 2;  // the usual ones first
    if (lists(without_decimals, name)) return 0;
    if (lists(with_three_decimals, name)) return 3;
    if (lists(with_four_decimals, name)) return 4;
    return 2;
}

std::optional<Money> Money::parse(std::string_view amount, Currency currency) {
    const auto decimal = Decimal::parse(amount);
    if (!decimal) return std::nullopt;
    const auto minor = decimal->to_scaled(currency.decimals(), Rounding::towards_zero);
    if (!minor || Decimal::scaled(*minor, currency.decimals()) != *decimal) return std::nullopt;
    return Money{*minor, currency};
}

std::optional<Money> Money::of(Decimal amount, Currency currency, Rounding rounding) {
    const auto minor = amount.to_scaled(currency.decimals(), rounding);
    if (!minor) return std::nullopt;
    return Money{*minor, currency};
}

Decimal Money::decimal() const { return Decimal::scaled(minor, currency.decimals()); }

std::string Money::amount_text() const {
    const int decimals = currency.decimals();
    const auto unsigned_minor = minor < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
    std::string digits = std::to_string(unsigned_minor);
    if (const auto wanted = static_cast<std::size_t>(decimals) + 1; digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
    if (decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), 1, '.');
    return minor < 0 ? "-" + digits : digits;
}

std::vector<std::int64_t> share_out(std::int64_t total, const std::vector<Decimal>& weights) {
    Int128 sum = 0;
    for (const Decimal& w : weights) {
        ensure(w.units >= 0, "share_out: a weight is negative");
        ensure(!__builtin_add_overflow(sum, w.units, &sum), "share_out: the weights do not fit");
    }
    ensure(sum > 0, "share_out: the weights add up to nothing");
    // Weights share a scale; dropping it where it is common to all keeps products within 128 bits.
    Int128 common = sum;
    for (const Decimal& w : weights) common = greatest_common_divisor(common, w.units);
    Int128 divisor = sum / common;
    int shift = 0;  // only for weights of more than 63 significant bits
    while ((divisor >> shift) > INT64_MAX) ++shift;

    const bool negative = total < 0;
    const Int128 positive = negative ? -Int128{total} : Int128{total};
    std::vector<Int128> scaled;
    scaled.reserve(weights.size());
    Int128 scaled_sum = 0;
    for (const Decimal& w : weights) {
        scaled.push_back((w.units / common) >> shift);
        scaled_sum += scaled.back();
    }
    std::vector<std::int64_t> parts;
    std::vector<Int128> remainders;
    Int128 given = 0;
    for (const Int128 weight : scaled) {
        const Int128 exact = positive * weight;
        parts.push_back(static_cast<std::int64_t>(exact / scaled_sum));
        remainders.push_back(exact % scaled_sum);
        given += parts.back();
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; given < positive; ++i, ++given) ++parts[order[i]];
    if (negative)
        for (auto& part : parts) part = -part;
    return parts;
}

}  // namespace fairlead
