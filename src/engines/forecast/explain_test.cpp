#include "engines/forecast/explain.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {

ReadSeries months(const std::vector<double>& values, const std::string& id = "A") {
    ReadSeries read;
    read.series.id = id;
    for (std::size_t t = 0; t < values.size(); ++t) read.series.observations.push_back({{Frequency::month, 24000 + static_cast<std::int64_t>(t)}, values[t]});
    return read;
}

struct Asked {
    std::unique_ptr<Engine> engine;
    Forecast forecast;
};
Asked ask(const std::vector<double>& values, int horizon = 6, const char* pool = "quick") {
    EngineOptions options;
    options.horizon = horizon;
    options.pool = find_pool(pool);
    Asked out{std::make_unique<Engine>(options), {}};
    const std::vector<ReadSeries> all{months(values)};
    out.engine->look(all);
    out.engine->learn();
    out.forecast = std::move((*out.engine->forecast(all))[0]);
    return out;
}

Earlier kept(const Forecast& one) {
    Earlier earlier;
    earlier.pool = "Quick pool";
    earlier.first = one.series.first;
    earlier.values = one.series.values;
    for (std::size_t h = 0; h < one.mean.size(); ++h) {
        earlier.said.emplace_back(one.period(h), one.mean[h]);
        earlier.interval.emplace_back(one.band(0.1)->values[h], one.band(0.9)->values[h]);
    }
    return earlier;
}

std::vector<double> business(std::size_t count) { return testing::series({.count = count, .level = 200, .trend = 1, .swing = 30, .season = 12, .noise = 6, .seed = 8}); }

TEST_CASE("What changed is told apart: new records, changed records, other models") {
    auto values = business(60);
    const Asked before = ask({values.begin(), values.begin() + 57});
    const Earlier earlier = kept(before.forecast);
    SUBCASE("nothing but new records") {
        const Asked now = ask(values);
        const auto change = what_changed(now.engine->way(), now.forecast, earlier);
        REQUIRE(change);
        REQUIRE(change->arrived.size() == 3);
        CHECK(change->arrived[1].period == before.forecast.period(1));
        CHECK(change->arrived[1].said == before.forecast.mean[1]);
        CHECK(change->arrived[1].came == values[58]);
        CHECK(change->arrived[1].inside.has_value());
        CHECK(change->revised.empty());
        REQUIRE(change->common.size() == 3);
        CHECK(change->before == doctest::Approx(before.forecast.mean[3] + before.forecast.mean[4] + before.forecast.mean[5]));
        CHECK(change->same_records == doctest::Approx(change->before));
        CHECK(change->revised_records == change->same_records);
        CHECK(change->now == doctest::Approx(now.forecast.mean[0] + now.forecast.mean[1] + now.forecast.mean[2]));
    }
    SUBCASE("nothing but a changed record") {
        std::vector<double> revised(values.begin(), values.begin() + 57);
        revised[55] += 40;
        const Asked now = ask(revised);
        const auto change = what_changed(now.engine->way(), now.forecast, earlier);
        REQUIRE(change);
        CHECK(change->arrived.empty());
        REQUIRE(change->revised.size() == 1);
        CHECK(change->revised[0].period == before.forecast.series.first.after(55));
        CHECK(*change->revised[0].after - *change->revised[0].before == doctest::Approx(40));
        CHECK(change->common.size() == 6);
        CHECK(change->same_records == doctest::Approx(change->before));
        CHECK(change->revised_records == doctest::Approx(change->now));
        CHECK(std::abs(change->revised_records - change->same_records) > 1);
    }
    SUBCASE("nothing but other models") {
        const Asked now = ask({values.begin(), values.begin() + 57}, 6, "thorough");
        const auto change = what_changed(now.engine->way(), now.forecast, earlier);
        REQUIRE(change);
        CHECK(change->revised.empty());
        CHECK(change->same_records == doctest::Approx(change->now));
        CHECK(change->same_records != change->before);
    }
    SUBCASE("other periods cannot be compared") {
        const Asked now = ask(values);
        Earlier other = earlier;
        other.first.frequency = Frequency::week;
        const auto change = what_changed(now.engine->way(), now.forecast, other);
        REQUIRE_FALSE(change);
        CHECK(change.refused().code() == "other_periods");
        // Nor can one that forecasts what it knew.
        Earlier odd = earlier;
        odd.values.insert(odd.values.end(), 4, 100.0);
        CHECK(what_changed(now.engine->way(), now.forecast, odd).refused().code() == "other_periods");
    }
}

TEST_CASE("A forecast hangs on a last value that is out of line, and on a step; not on what it shrugs off") {
    auto values = business(60);
    const Asked calm = ask(values);
    CHECK(influences(calm.engine->way(), calm.forecast).empty());
    auto outlying = values;
    outlying[59] *= 2.5;
    const Asked last = ask(outlying);
    const auto by_last = influences(last.engine->way(), last.forecast);
    REQUIRE(by_last.size() == 1);
    CHECK(by_last[0].period == last.forecast.series.last());
    CHECK(by_last[0].value == doctest::Approx(outlying[59]));
    CHECK(std::abs(by_last[0].expected - values[59]) < 30);
    CHECK(by_last[0].share < -0.02);
    // What it says it would be without it is what it is without it.
    auto back = outlying;
    back[59] = by_last[0].expected;
    const Asked mended = ask(back);
    CHECK(by_last[0].without == doctest::Approx(mended.forecast.totals.back()).epsilon(1e-6));

    auto stepped = values;
    for (std::size_t t = 0; t < 36; ++t) stepped[t] -= 150;
    const Asked step = ask(stepped);
    REQUIRE_FALSE(step.forecast.series.findings.empty());
    for (const Influence& one : influences(step.engine->way(), step.forecast))
        if (one.what == "level_shift") CHECK(one.period == step.forecast.series.first.after(36));
}

TEST_CASE("The parts are those of the records") {
    const Asked asked = ask(business(72));
    const Parts parts = parts_of(asked.forecast.series);
    CHECK(parts.level == doctest::Approx(272).epsilon(0.15));
    CHECK(parts.span == 12);
    REQUIRE(parts.season.size() == 12);
    CHECK(std::abs(std::accumulate(parts.season.begin(), parts.season.end(), 0.0)) / 12 < 2);  // loess: nearly
    CHECK(*std::max_element(parts.season.begin(), parts.season.end()) > 20);
}

}  // namespace
}  // namespace fairlead::forecast
