// Money: minor units by currency, half-even rounding, and sharing out.
#include "base/money.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>

using namespace fairlead;

namespace {
Currency currency(const char* code) { return *Currency::parse(code); }
std::string rounded(const char* exact, const char* code) { return Money::of(*Decimal::parse(exact), currency(code))->amount_text(); }
std::vector<std::string> shares(const char* total, const char* code, const std::vector<Decimal>& weights) {
    std::vector<std::string> out;
    for (const auto part : share_out(Money::parse(total, currency(code))->minor, weights))
        out.push_back(Money{part, currency(code)}.amount_text());
    return out;
}
using Texts = std::vector<std::string>;
const std::vector<Decimal> three_alike = {Decimal::of(1), Decimal::of(1), Decimal::of(1)};
}  // namespace

TEST_CASE("money-08: exact halves of a cent go to the even neighbour") {
    const std::pair<const char*, const char*> cases[] = {{"0.125", "0.12"}, {"0.375", "0.38"}, {"-0.125", "-0.12"},
                                                         {"2.675", "2.68"}, {"1.005", "1.00"}, {"1.015", "1.02"},
                                                         {"1.9851", "1.99"}, {"-1.255", "-1.26"}};
    for (const auto& [exact, expected] : cases) CHECK(rounded(exact, "USD") == expected);
}

TEST_CASE("money-06: currencies without a smaller unit are rounded to whole numbers") {
    CHECK(rounded("112.7", "JPY") == "113");
    CHECK(rounded("71172617.8", "VND") == "71172618");
    CHECK(rounded("98765.36", "VND") == "98765");
}

TEST_CASE("money-07: currencies with three decimals keep them") {
    CHECK(Money::parse("10.005", currency("KWD"))->minor == 10005);
    CHECK(shares("30.015", "KWD", {Decimal::of(1), Decimal::of(1), Decimal::of(1), Decimal::of(1)}) ==
          Texts{"7.504", "7.504", "7.504", "7.503"});
    CHECK(rounded("1.250625", "KWD") == "1.251");
}

TEST_CASE("money-04: instalments add up to the total") {
    CHECK(shares("5.47", "EUR", {*Decimal::parse("33.34"), *Decimal::parse("33.33"), *Decimal::parse("33.33")}) ==
          Texts{"1.83", "1.82", "1.82"});
    CHECK(shares("30000.00", "EUR", three_alike) == Texts{"10000.00", "10000.00", "10000.00"});
    CHECK(shares("100.00", "EUR", three_alike) == Texts{"33.34", "33.33", "33.33"});
}

TEST_CASE("money-05: a discount of the document is spread over its lines without losing a cent") {
    CHECK(shares("10.00", "EUR", three_alike) == Texts{"3.34", "3.33", "3.33"});
    CHECK(shares("-10.00", "EUR", three_alike) == Texts{"-3.34", "-3.33", "-3.33"});
}

TEST_CASE("money-01: tax rounded by line and tax on the total differ by a cent") {
    const auto tax = [](const char* net) {
        return Money::of(*multiply(*Decimal::parse(net), *Decimal::parse("0.23")), currency("EUR"))->amount_text();
    };
    CHECK(tax("55.55") == "12.78");
    CHECK(tax("11.11") == "2.56");
    CHECK(tax("66.66") == "15.33");
}

TEST_CASE("money-03: tax is taken of the line, not of the piece and not of the document") {
    const auto gross = [](const std::vector<std::pair<const char*, int>>& lines, const char* rate) {
        std::int64_t sum = 0;
        for (const auto& [price, quantity] : lines) {
            const Money net = *Money::of(*multiply(*Decimal::parse(price), Decimal::of(quantity)), currency("EUR"));
            sum += net.minor + Money::of(*multiply(net.decimal(), *Decimal::parse(rate)), currency("EUR"))->minor;
        }
        return Money{sum, currency("EUR")}.amount_text();
    };
    CHECK(gross({{"3.60", 10}}, "0.055") == "37.98");
    CHECK(gross(std::vector<std::pair<const char*, int>>(10, {"3.60", 1}), "0.055") == "38.00");
    CHECK(gross({{"5.63", 4}}, "0.22") == "27.47");
}

TEST_CASE("money-10: a foreign document is converted once, and its lines add up to it") {
    const Decimal rate = *Decimal::parse("1.1");
    const Money total = *Money::of(*divide(Decimal::of(140), rate), currency("EUR"));
    CHECK(total.amount_text() == "127.27");
    const auto lines = share_out(total.minor, std::vector<Decimal>(14, Decimal::of(10)));
    CHECK(std::count(lines.begin(), lines.end(), 909) == 13);
    CHECK(std::count(lines.begin(), lines.end(), 910) == 1);
    CHECK(std::accumulate(lines.begin(), lines.end(), std::int64_t{0}) == total.minor);
}

TEST_CASE("money-11: each column of a document in two currencies stays in its own") {
    const Decimal rate = *Decimal::parse("0.95");
    std::int64_t before[2] = {}, discount[2] = {};
    for (const char* line : {"200.00", "200.00", "-100.00"}) {
        const Money eur = *Money::parse(line, currency("EUR")), chf = *Money::of(*multiply(eur.decimal(), rate), currency("CHF"));
        for (const auto& [column, amount] : {std::pair(0, eur.minor), std::pair(1, chf.minor)}) (amount < 0 ? discount : before)[column] += amount;
    }
    CHECK(Money{before[0], currency("EUR")}.amount_text() == "400.00");
    CHECK(Money{discount[0], currency("EUR")}.amount_text() == "-100.00");
    CHECK(Money{before[1] + discount[1], currency("CHF")}.amount_text() == "285.00");
    CHECK(Money{before[1], currency("CHF")}.amount_text() == "380.00");
    CHECK(Money{discount[1], currency("CHF")}.amount_text() == "-95.00");
}

TEST_CASE("Parts always add up to the total and lie within one unit of their share") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 2'000; ++i) {
        const auto total = static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000;
        std::vector<Decimal> weights(1 + random() % 8);
        for (auto& w : weights) w = Decimal::scaled(static_cast<std::int64_t>(random() % 1'000'000), 4);
        weights.front() = Decimal::of(1 + static_cast<std::int64_t>(random() % 1000));
        double sum = 0;
        for (const auto& w : weights) sum += w.to_double();
        const auto parts = share_out(total, weights);
        CHECK(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == total);
        for (std::size_t k = 0; k < parts.size(); ++k)
            CHECK(std::abs(static_cast<double>(parts[k]) - static_cast<double>(total) * weights[k].to_double() / sum) <= 1.000001);
    }
}

TEST_CASE("Amounts are read and written with their currency's decimals") {
    CHECK(Money::parse("1234.5", currency("USD"))->amount_text() == "1234.50");
    CHECK(Money::parse("-0.05", currency("USD"))->amount_text() == "-0.05");
    CHECK(!Money::parse("1.005", currency("USD")));
    CHECK(!Money::parse("1.5", currency("VND")));
    CHECK(!Money::parse("99999999999999999999", currency("USD")));
    CHECK(currency("usd").text() == "USD");
    CHECK(!Currency::parse("US"));
    CHECK(!Currency::parse("U1D"));
}
