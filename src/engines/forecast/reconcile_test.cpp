// Reconciliation: equal to R's hts on a fixture, coherent, unbiased, without negative parts, and for thousands of series.
#include "engines/forecast/reconcile.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <random>

#include "engines/forecast/competition_for_tests.h"

using namespace fairlead;
using namespace fairlead::forecast;
using Values = std::vector<double>;

namespace {

Hierarchy small_tree() {
    Hierarchy tree;
    tree.parts = 5;
    tree.parts_of = {{0, 1, 2, 3, 4}, {0, 1, 2}, {3, 4}};
    tree.level = {0, 1, 1};
    return tree;
}

std::vector<Values> matrix(const std::string& name) {
    std::vector<Values> rows;
    std::FILE* file = std::fopen(test_data("mint_fixture/" + name).c_str(), "r");
    if (file == nullptr) return rows;
    char line[4096];
    while (std::fgets(line, sizeof line, file) != nullptr) {
        Values row;
        std::istringstream cells{std::string(line)};
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
        rows.push_back(std::move(row));
    }
    std::fclose(file);
    return rows;
}

double incoherence(const Hierarchy& tree, const Values& nodes) {
    double worst = 0;
    for (std::size_t i = 0; i < tree.parts_of.size(); ++i) {
        double sum = 0;
        for (const auto part : tree.parts_of[i]) sum += nodes[tree.parts_of.size() + part];
        worst = std::max(worst, std::abs(sum - nodes[i]));
    }
    return worst;
}

Residuals noise(std::size_t times, std::size_t nodes, unsigned seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    Residuals out(times, Values(nodes));
    for (auto& row : out) {
        const double common = normal(random);
        for (double& value : row) value = common + normal(random);
    }
    return out;
}

constexpr Reconciliation linear[] = {Reconciliation::ols, Reconciliation::wls_structure, Reconciliation::wls_variance, Reconciliation::mint};

}  // namespace

TEST_CASE("OLS and MinT with shrinkage equal R's hts on the fixture to 1e-9, and so does the shrinkage") {
    const auto base = matrix("base_forecasts.csv"), residuals = matrix("residuals.csv"), ols = matrix("ols_hts.csv"), mint = matrix("mint_shr_hts.csv");
    if (base.empty()) {
        MESSAGE("SKIPPED: there is no fixture");
        return;
    }
    const auto by_ols = Reconciler::make(small_tree(), {.method = Reconciliation::ols});
    const auto by_mint = Reconciler::make(small_tree(), {.method = Reconciliation::mint}, residuals);
    REQUIRE(by_ols);
    REQUIRE(by_mint);
    CHECK(by_mint->shrinkage() == doctest::Approx(0.18788593624070984).epsilon(1e-12));
    for (std::size_t step = 0; step < base.size(); ++step) {
        const Values a = by_ols->apply(base[step]), b = by_mint->apply(base[step]);
        for (std::size_t i = 0; i < 8; ++i) {
            CHECK(std::abs(a[i] - ols[step][i]) < 1e-9);
            CHECK(std::abs(b[i] - mint[step][i]) < 1e-9);
        }
    }
}

TEST_CASE("OLS is worked by hand: the error of a sum is shared evenly over all nodes it joins") {
    Hierarchy pair;
    pair.parts = 2;
    pair.parts_of = {{0, 1}};
    const auto reconciler = Reconciler::make(pair, {.method = Reconciliation::ols});
    const Values got = reconciler->apply({12, 4, 5});  // 3 too many: a third each
    CHECK(got[0] == doctest::Approx(11));
    CHECK(got[1] == doctest::Approx(5));
    CHECK(got[2] == doctest::Approx(6));
    // By structure the total may move twice as far as each part.
    const Values wls = Reconciler::make(pair, {.method = Reconciliation::wls_structure})->apply({12, 4, 5});
    CHECK(wls[0] == doctest::Approx(10.5));
    CHECK(wls[1] == doctest::Approx(4.75));
}

TEST_CASE("Every way gives sums that agree, leaves what agrees as it is, and keeps to the last digit") {
    const Hierarchy tree = small_tree();
    const Residuals residuals = noise(40, 8, 1);
    const Values apart{100, 55, 60, 10, 20, 30, 25, 26};
    Values agreed{0, 0, 0, 10, 20, 30, 25, 26};
    agreed = {111, 60, 51, 10, 20, 30, 25, 26};
    for (const Reconciliation method : {Reconciliation::bottom_up, Reconciliation::top_down, Reconciliation::middle_out, Reconciliation::ols, Reconciliation::wls_structure, Reconciliation::wls_variance, Reconciliation::mint}) {
        const auto reconciler = Reconciler::make(tree, {.method = method}, residuals);
        REQUIRE(reconciler);
        CHECK(incoherence(tree, reconciler->apply(apart)) < 1e-9);
        const Values again = reconciler->apply(agreed);
        for (std::size_t i = 0; i < 8; ++i) CHECK(again[i] == doctest::Approx(agreed[i]).epsilon(1e-10));
        const Values once = reconciler->apply(apart), twice = reconciler->apply(once);
        for (std::size_t i = 0; i < 8; ++i) CHECK(twice[i] == doctest::Approx(once[i]).epsilon(1e-10));
    }
    CHECK(Reconciler::make(tree, {.method = Reconciliation::bottom_up})->apply(apart)[0] == 111);
    CHECK(Reconciler::make(tree, {.method = Reconciliation::top_down})->apply(apart)[0] == doctest::Approx(100));
    const Values middle = Reconciler::make(tree, {.method = Reconciliation::middle_out})->apply(apart);
    CHECK(middle[0] == doctest::Approx(115));
    CHECK(middle[1] == doctest::Approx(55));
    CHECK(middle[3] == doctest::Approx(55 * 10 / 60.0));
}

TEST_CASE("Without negative parts the result is the nearest without any: no small move on the allowed side is nearer") {
    const Hierarchy tree = small_tree();
    const Values apart{10, -40, 55, 5, 1, 2, 25, 26};
    for (const Reconciliation method : linear) {
        const auto reconciler = Reconciler::make(tree, {.method = method, .not_negative = true}, noise(60, 8, 2));
        const Values got = reconciler->apply(apart);
        CHECK(incoherence(tree, got) < 1e-9);
        for (std::size_t i = 3; i < 8; ++i) CHECK(got[i] >= 0);
        if (method != Reconciliation::ols) continue;
        const auto distance = [&](const Values& parts) {
            Values nodes{0, 0, 0, parts[0], parts[1], parts[2], parts[3], parts[4]};
            nodes[1] = parts[0] + parts[1] + parts[2];
            nodes[2] = parts[3] + parts[4];
            nodes[0] = nodes[1] + nodes[2];
            double sum = 0;
            for (std::size_t i = 0; i < 8; ++i) sum += (nodes[i] - apart[i]) * (nodes[i] - apart[i]);
            return sum;
        };
        const Values parts(got.begin() + 3, got.end());
        for (std::size_t i = 0; i < 5; ++i)
            for (const double move : {-0.01, 0.01}) {
                Values other = parts;
                other[i] = std::max(0.0, other[i] + move);
                CHECK(distance(other) >= distance(parts) - 1e-9);
            }
    }
}

TEST_CASE("Crossed dimensions: region x product, and chains inside a factor") {
    const Crossing crossed = cross({{"N", "x"}, {"N", "y"}, {"S", "x"}, {"N", "x"}}, {1, 1});
    CHECK(crossed.names == std::vector<std::string>{"Total", "N", "S", "x", "y", "N / x", "N / y", "S / x"});
    CHECK(crossed.part_of == std::vector<std::size_t>{0, 1, 2, 0});
    CHECK(crossed.hierarchy.parts_of[3] == std::vector<std::uint32_t>{0, 2});
    const Crossing chained = cross({{"N", "a"}, {"N", "b"}, {"S", "a"}}, {2});
    CHECK(chained.names == std::vector<std::string>{"Total", "N", "S", "N / a", "N / b", "S / a"});
    CHECK(chained.hierarchy.level == std::vector<int>{0, 1, 1});
    // Two sums of the same parts (y is sold in N alone) are no trouble.
    for (const Reconciliation method : linear) {
        const auto reconciler = Reconciler::make(crossed.hierarchy, {.method = method}, noise(30, 8, 3));
        CHECK(incoherence(crossed.hierarchy, reconciler->apply({60, 30, 25, 33, 21, 12, 14, 22})) < 1e-9);
    }
}

TEST_CASE("Thousands of series, solved by factorising and by conjugate gradients: coherent, and what is reconciled stays as it is") {
    for (const std::size_t groups : {30u, 60u}) {
        std::vector<Values> dummy;
        std::vector<std::vector<std::string>> values;
        for (std::size_t a = 0; a < groups; ++a)
            for (std::size_t b = 0; b < 50; ++b) values.push_back({"g" + std::to_string(a), "h" + std::to_string(b % 25), "p" + std::to_string(b)});
        const Crossing crossed = cross(values, {1, 2});  // groups of 60 give more sums than are factorised
        std::mt19937_64 random(groups);
        std::normal_distribution<double> normal;
        Values base(crossed.hierarchy.size());
        const std::size_t sums = crossed.hierarchy.parts_of.size();
        for (std::size_t i = 0; i < base.size(); ++i) base[i] = (i < sums ? static_cast<double>(crossed.hierarchy.parts_of[i].size()) : 1.0) * (10 + normal(random));
        for (const Reconciliation method : linear) {
            const auto reconciler = Reconciler::make(crossed.hierarchy, {.method = method}, noise(30, base.size(), 4));
            REQUIRE(reconciler);
            const Values got = reconciler->apply(base);
            CHECK(incoherence(crossed.hierarchy, got) < 1e-7);
            const Values again = reconciler->apply(got);
            for (std::size_t i = 0; i < got.size(); i += 17) CHECK(again[i] == doctest::Approx(got[i]).epsilon(1e-8));
        }
    }
}

TEST_CASE("What cannot be reconciled is refused") {
    CHECK(Reconciler::make(small_tree(), {.method = Reconciliation::mint}).refused().code() == "no_residuals");
    CHECK(Reconciler::make(small_tree(), {.method = Reconciliation::mint}, noise(10, 7, 1)).refused().code() == "wrong_size");
    CHECK(Reconciler::make(small_tree(), {.method = Reconciliation::middle_out, .not_negative = false, .middle = 5}).refused().code() == "no_level");
    // A series that was never off does not stand fast against all others.
    Residuals residuals = noise(20, 8, 5);
    for (auto& row : residuals) row[0] = row[3] = 0;
    CHECK(incoherence(small_tree(), Reconciler::make(small_tree(), {.method = Reconciliation::mint}, residuals)->apply({100, 55, 60, 10, 20, 30, 25, 26})) < 1e-9);
}

TEST_CASE("Errors become what forecasts with them become, less what they become without; those of MinT shrink on the whole") {
    const Hierarchy tree = small_tree();
    const Residuals residuals = noise(60, 8, 3);
    Values middle(8, 100), moved = middle;
    for (const Reconciliation method : {Reconciliation::bottom_up, Reconciliation::ols, Reconciliation::wls_structure, Reconciliation::wls_variance, Reconciliation::mint}) {
        const auto made = Reconciler::make(tree, {.method = method}, residuals);
        REQUIRE(made);
        double before = 0, after = 0;
        for (const Values& row : residuals) {
            for (std::size_t i = 0; i < 8; ++i) moved[i] = middle[i] + row[i], before += row[i] * row[i];
            const Values with = made->apply(moved), without = made->apply(middle), errors = made->errors(row);
            for (std::size_t i = 0; i < 8; ++i) CHECK(errors[i] == doctest::Approx(with[i] - without[i]).epsilon(1e-9));
            CHECK(incoherence(tree, errors) < 1e-9);
            for (const double error : errors) after += error * error;
        }
        if (method == Reconciliation::mint) CHECK(after < before);
    }
}
