// Hierarchies out of a file's dimensions: sums are forecast, reconciled, and agree.
#include "engines/forecast/hierarchy.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

std::vector<ReadSeries> shop() {
    std::mt19937_64 random(11);
    std::normal_distribution<double> normal;
    std::vector<ReadSeries> all;
    for (const char* region : {"North", "South", "West"})
        for (const char* product : {"Bikes", "Hats"}) {
            ReadSeries one;
            one.series.id = std::string(region) + product;
            one.series.dimensions = {region, product};
            const double level = 50 + 40 * std::abs(normal(random));
            for (int t = 0; t < 48; ++t) one.series.observations.push_back({{Frequency::month, 2020 * 12 + t}, std::max(0.0, level * (1 + 0.3 * std::sin(t * 0.5235987756)) + 8 * normal(random))});
            all.push_back(std::move(one));
        }
    return all;
}

double worst(const std::vector<Forecast>& forecasts, const Hierarchy& hierarchy) {
    double out = 0;
    for (std::size_t i = 0; i < hierarchy.parts_of.size(); ++i)
        for (std::size_t h = 0; h < forecasts[i].mean.size(); ++h) {
            double sum = 0;
            for (const auto part : hierarchy.parts_of[i]) sum += forecasts[hierarchy.parts_of.size() + part].mean[h];
            out = std::max(out, std::abs(sum - forecasts[i].mean[h]));
        }
    return out;
}

}  // namespace

TEST_CASE("Region x product: sums agree with their parts in every way of reconciling, means inside their intervals") {
    const auto tree = make_tree(shop(), {"Region", "Product"}, {{"region"}, {"Product"}}, {});
    REQUIRE(tree);
    CHECK(tree->nodes.size() == 12);
    CHECK(tree->nodes[0].series.id == "Total");
    CHECK(tree->nodes.back().series.id == "West / Hats");
    double sum = 0;
    for (const ReadSeries& one : shop()) sum += one.series.observations[7].value;
    CHECK(tree->nodes[0].series.observations[7].value == doctest::Approx(sum));
    EngineOptions options;
    options.horizon = 6;
    options.prepare = tree->prepare;
    options.with_fitted = true;
    const auto base = forecast_all(tree->nodes, options);
    CHECK(worst(base, tree->hierarchy) > 0.01);
    for (const Reconciliation method : {Reconciliation::bottom_up, Reconciliation::top_down, Reconciliation::middle_out, Reconciliation::ols, Reconciliation::wls_structure, Reconciliation::wls_variance, Reconciliation::mint}) {
        auto forecasts = base;
        const auto notes = reconcile(forecasts, tree->hierarchy, {.method = method});
        REQUIRE(notes);
        CHECK(worst(forecasts, tree->hierarchy) < 1e-9);
        CHECK((notes->empty() ? "" : notes->front().code) == std::string(method == Reconciliation::mint ? "reconciled_by_mint" : ""));
        for (const Forecast& one : forecasts)
            for (std::size_t h = 0; h < 6; ++h) {
                CHECK(one.bands.front().values[h] <= one.mean[h] + 1e-9);
                CHECK(one.bands.back().values[h] >= one.mean[h] - 1e-9);
                CHECK(one.mean[h] >= 0);
                double together = 0;
                for (std::size_t k = 0; k <= h; ++k) together += one.mean[k];
                CHECK(one.totals[h] == doctest::Approx(together));
            }
    }
}

TEST_CASE("Series that stop or start late are zero there; unreadable ones are in no sum; levels have none") {
    auto all = shop();
    all[0].series.observations.resize(40);
    all[1].series.observations.erase(all[1].series.observations.begin(), all[1].series.observations.begin() + 20);
    all[2].fault = refuse(Why::invalid, "not_a_number", "Line 3: \"x\" is no number", "value");
    const auto tree = make_tree(all, {"Region", "Product"}, {{"Region", "Product"}}, {});
    REQUIRE(tree);
    CHECK(tree->left_out.size() == 1);
    CHECK(tree->notes.front().code == "ends_early");
    CHECK(tree->nodes[0].series.observations.size() == 48);
    CHECK(make_tree(all, {"Region"}, {{"Product"}}, {}).refused().code() == "no_column");
    PrepareOptions level;
    level.measure = Measure::level;
    CHECK(make_tree(all, {"Region"}, {{"Region"}}, level).refused().code() == "levels_do_not_add");
}
