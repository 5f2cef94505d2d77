// Back-tests: the better model wins, the test of its lead is exact, and threads change nothing.
#include "engines/forecast/backtest.h"

#include <doctest/doctest.h>

#include <random>

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

// Half of the series have a trend, half only noise around a level.
std::vector<ReadSeries> mixed(int count) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    std::vector<ReadSeries> all;
    for (int i = 0; i < count; ++i) {
        ReadSeries one;
        one.series.id = std::to_string(i);
        one.series.dimensions = {i % 2 == 0 ? "growing" : "level"};
        for (int t = 0; t < 40; ++t) one.series.observations.push_back({{Frequency::number, t}, 100 + (i % 2 == 0 ? 5.0 * t : 0.0) + 3 * normal(random)});
        all.push_back(std::move(one));
    }
    return all;
}

BacktestOptions two(int threads) {
    BacktestOptions options;
    options.engine.horizon = 4;
    options.engine.threads = threads;
    options.candidates = {*pool_of("naive"), *pool_of("mean"), *pool_of("drift")};
    options.segment = 0;
    return options;
}

}  // namespace

TEST_CASE("Where there is a trend drift wins for certain, where there is none the mean does") {
    Backtest backtest(two(2));
    REQUIRE(backtest.add(mixed(40)));
    const auto leagues = backtest.leagues();
    REQUIRE(leagues.size() == 2);
    for (const League& league : leagues) {
        CHECK(league.series == 20);
        CHECK(league.ends == 60);
        CHECK(league.table[0].name == (league.segment == "growing" ? "drift" : "mean"));
        REQUIRE(league.p);
        CHECK(*league.p < 0.01);
        CHECK(*league.table[0].loss < *league.table[1].loss);
        CHECK(*league.table[0].loss == doctest::Approx(*league.table[0].mase.value()));
    }
    Backtest other(two(8));
    const auto all = mixed(40);
    for (const ReadSeries& one : all) REQUIRE(other.add({one}));
    const auto again = other.leagues();
    for (std::size_t i = 0; i < leagues.size(); ++i)
        for (std::size_t c = 0; c < 3; ++c) CHECK(*again[i].table[c].loss == *leagues[i].table[c].loss);
}

TEST_CASE("The sign-flip test is exact for few, and close to it for many") {
    CHECK(*sign_flip_test({1, 1, 1, 1}) == doctest::Approx(2.0 / 16));
    CHECK(*sign_flip_test({1, -1}) == 1);
    CHECK(*sign_flip_test({3, 1, 1}) == doctest::Approx(2.0 / 8));
    CHECK(*sign_flip_test({3, 1, -1}) == doctest::Approx(6.0 / 8));  // |sum| 3 or 5
    CHECK_FALSE(sign_flip_test({1}));
    CHECK(*sign_flip_test({0, 0, 0}) == 1);
    CHECK(*sign_flip_test(std::vector<double>(40, 1.0)) == doctest::Approx(0.0001));
    // Differences of mean zero are seldom called different.
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    int small = 0;
    for (int trial = 0; trial < 60; ++trial) {
        std::vector<double> differences;
        for (int i = 0; i < 30; ++i) differences.push_back(normal(random));
        small += *sign_flip_test(differences) < 0.05 ? 1 : 0;
    }
    CHECK(small <= 8);
}

TEST_CASE("A constant series has no scaled error and is no part of the table; too short ones are left out") {
    ReadSeries constant, brief;
    for (int t = 0; t < 30; ++t) constant.series.observations.push_back({{Frequency::number, t}, 5});
    brief.series.observations = {{{Frequency::number, 1}, 5}};
    Backtest backtest(two(1));
    REQUIRE(backtest.add({constant, brief}));
    CHECK(backtest.left_out() == 1);
    const auto leagues = backtest.leagues();
    REQUIRE(leagues.size() == 1);
    CHECK(leagues[0].compared == 0);
    CHECK_FALSE(leagues[0].table[0].loss);
    CHECK_FALSE(leagues[0].p);
}

TEST_CASE("All pools and models are tried unless said otherwise") {
    BacktestOptions options;
    options.engine.horizon = 2;
    options.ends = 1;
    Backtest backtest(options);
    REQUIRE(backtest.add(mixed(2)));
    CHECK(backtest.leagues()[0].table.size() == pools().size() + models().size());
}
