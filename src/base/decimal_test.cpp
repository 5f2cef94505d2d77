// Decimals: exact arithmetic, rounding, and their text.
#include "base/decimal.h"

#include <doctest/doctest.h>

#include <random>

using namespace fairlead;

namespace {
Decimal dec(const char* text) {
    const auto parsed = Decimal::parse(text);
    REQUIRE_MESSAGE(parsed, text);
    return *parsed;
}
}  // namespace

TEST_CASE("A decimal survives its own text") {
    for (const char* text : {"0", "12.5", "-0.25", "3", "0.000000000001", "-99999999999999.999999999999", "1000"})
        CHECK(dec(text).text() == text);
    CHECK(dec("1e3").text() == "1000");
    CHECK(dec("1.5e-3").text() == "0.0015");
    CHECK(dec("+.5").text() == "0.5");
    CHECK(dec("1.0000000000000000000000000000000000000000").text() == "1");
    CHECK(dec("-0").text() == "0");
}

TEST_CASE("What is not exactly a decimal is refused") {
    for (const char* text : {"", "-", ".", "1,000", "1.2.3", "0x10", "1e", "1e+", "12 ", "0.0000000000001", "1e30", "nan"})
        CHECK_MESSAGE(!Decimal::parse(text), text);
}

TEST_CASE("formula-16: sums of tenths are exact") {
    CHECK(add(dec("0.1"), dec("0.2")) == dec("0.3"));
    CHECK(subtract(dec("1.1"), dec("1")) == dec("0.1"));
    CHECK(multiply(dec("100"), dec("1.1")) == dec("110"));
}

TEST_CASE("formula-02: ROUND takes exact halves away from zero") {
    const struct { const char* value; int digits; const char* rounded; } cases[] = {
        {"2.5", 0, "3"}, {"-2.5", 0, "-3"}, {"-10.5", 0, "-11"}, {"1.005", 2, "1.01"},
        {"600.425", 2, "600.43"}, {"600.435", 2, "600.44"}, {"1250", -2, "1300"}, {"49", -2, "0"}, {"1", -30, "0"}};
    for (const auto& c : cases) CHECK(dec(c.value).rounded(c.digits, Rounding::half_away)->text() == c.rounded);
}

TEST_CASE("Every rounding goes its own way") {
    const auto round = [](const char* text, Rounding rounding) { return dec(text).rounded(0, rounding)->text(); };
    CHECK(round("2.5", Rounding::half_even) == "2");
    CHECK(round("-3.5", Rounding::half_even) == "-4");
    CHECK(round("-2.1", Rounding::floor) == "-3");
    CHECK(round("-2.9", Rounding::ceiling) == "-2");
    CHECK(round("-2.9", Rounding::towards_zero) == "-2");
    CHECK(round("2.1", Rounding::away_from_zero) == "3");
}

TEST_CASE("Products and quotients round at the twelfth place, halves away from zero") {
    CHECK(divide(dec("1"), dec("3"))->text() == "0.333333333333");
    CHECK(divide(dec("-2"), dec("3"))->text() == "-0.666666666667");
    CHECK(multiply(dec("0.000001"), dec("0.0000005"))->text() == "0.000000000001");
    CHECK(multiply(dec("99999999999.5"), dec("99999999999.5"))->text() == "9999999999900000000000.25");
    CHECK(!divide(dec("1"), dec("0")));
    CHECK(!multiply(dec("1e20"), dec("1e20")));
    CHECK(divide(dec("100000000000000000000"), dec("30000000000000000000.5"))->text() == "3.333333333333");
}

TEST_CASE("A product divided by one of its factors gives the other one back") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const auto a = Decimal::scaled(static_cast<std::int64_t>(random()) / 1024, 4);
        const auto b = Decimal::scaled(static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000, 2);
        if (b.units == 0) continue;
        const auto product = multiply(a, b);
        REQUIRE(product);
        CHECK(divide(*product, b) == a);
    }
}

TEST_CASE("A decimal becomes a whole number of smaller units") {
    CHECK(dec("12.345").to_scaled(2, Rounding::half_even) == 1234);
    CHECK(dec("12.355").to_scaled(2, Rounding::half_even) == 1236);
    CHECK(dec("-0.005").to_scaled(2, Rounding::half_away) == -1);
    CHECK(!dec("1e20").to_scaled(2, Rounding::half_even));
    CHECK(dec("7").whole() == 7);
    CHECK(!dec("7.5").whole());
    CHECK(Decimal::from_double(0.1)->text() == "0.1");
    CHECK(dec("-1234.5").to_double() == -1234.5);
}

TEST_CASE("multiply_divide keeps the whole product until it rounds once") {
    CHECK(multiply_divide(INT64_MAX, 1'000'000, 1'000'000, Rounding::half_even) == INT64_MAX);
    CHECK(multiply_divide(5, 1, 2, Rounding::half_even) == 2);
    CHECK(multiply_divide(-5, 1, 2, Rounding::half_away) == -3);
    CHECK(!multiply_divide(INT64_MAX, 3, 2, Rounding::half_even));
    CHECK(!multiply_divide(1, 1, 0, Rounding::half_even));
}
