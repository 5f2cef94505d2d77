// The engine: the same numbers whatever the threads and batches, and an answer or a reason for every series.
#include "engines/forecast/forecast.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

ReadSeries monthly(std::string id, const std::vector<double>& values, std::int64_t first = 2015 * 12) {
    ReadSeries out;
    out.series.id = std::move(id);
    for (std::size_t i = 0; i < values.size(); ++i) out.series.observations.push_back({{Frequency::month, first + static_cast<std::int64_t>(i)}, values[i]});
    return out;
}

std::vector<ReadSeries> company(int count, unsigned seed, int months = 60) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::vector<ReadSeries> all;
    for (int i = 0; i < count; ++i) {
        const double level = 100 * std::exp(normal(random)), growth = 0.01 * normal(random), season = 0.3 * std::abs(normal(random)), noise = 0.02 + 0.05 * std::abs(normal(random));
        std::vector<double> values;
        for (int t = 0; t < months; ++t) values.push_back(level * std::exp(growth * t) * (1 + season * std::sin(t * 0.5235987756)) * (1 + noise * normal(random)));
        all.push_back(monthly("S" + std::to_string(i), values));
    }
    return all;
}

std::vector<Forecast> in_batches(const std::vector<ReadSeries>& all, EngineOptions options, int threads, std::size_t batch) {
    options.threads = threads;
    Engine engine(options);
    const auto part = [&](std::size_t from) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
        return std::vector<ReadSeries>(begin, begin + static_cast<std::ptrdiff_t>(std::min(batch, all.size() - from)));
    };
    for (std::size_t i = 0; i < all.size(); i += batch) engine.look(part(i));
    engine.learn();
    std::vector<Forecast> out;
    for (std::size_t i = 0; i < all.size(); i += batch) {
        auto answers = engine.forecast(part(i));
        for (Forecast& one : *answers) out.push_back(std::move(one));
    }
    return out;
}

bool same(const Forecast& a, const Forecast& b) {
    if (a.id != b.id || a.mean != b.mean || a.totals != b.totals || a.bands.size() != b.bands.size() || a.held_out_forecast != b.held_out_forecast) return false;
    for (std::size_t i = 0; i < a.bands.size(); ++i)
        if (a.bands[i].values != b.bands[i].values || a.bands[i].totals != b.bands[i].totals) return false;
    return true;
}

void must_hold(const Forecast& one) {
    REQUIRE_FALSE(one.refused);
    for (std::size_t h = 0; h < one.mean.size(); ++h) {
        CHECK(std::isfinite(one.mean[h]));
        for (std::size_t p = 0; p < one.bands.size(); ++p) {
            CHECK(std::isfinite(one.bands[p].values[h]));
            CHECK(std::isfinite(one.bands[p].totals[h]));
            if (p > 0) CHECK(one.bands[p].values[h] >= one.bands[p - 1].values[h]);
            if (p > 0) CHECK(one.bands[p].totals[h] >= one.bands[p - 1].totals[h]);
            if (one.bands[p].probability < 0.5) CHECK(one.bands[p].values[h] <= one.mean[h]);
            if (one.bands[p].probability > 0.5) CHECK(one.bands[p].values[h] >= one.mean[h]);
        }
    }
}

bool has(const Forecast& one, std::string_view code) {
    for (const Note& note : one.series.notes)
        if (note.code == code) return true;
    return false;
}

}  // namespace

TEST_CASE("The numbers are the same on 1, 2 and 8 threads, in batches of any size") {
    const auto all = company(60, 1);
    EngineOptions options;
    options.horizon = 6;
    options.sample = 40;  // fewer than there are: the sample must not depend on the batches either
    const auto first = in_batches(all, options, 1, 60);
    for (const auto& [threads, batch] : {std::pair{2, 60}, std::pair{8, 60}, std::pair{2, 7}, std::pair{8, 1}}) {
        const auto other = in_batches(all, options, threads, static_cast<std::size_t>(batch));
        REQUIRE(other.size() == first.size());
        for (std::size_t i = 0; i < first.size(); ++i) CHECK(same(first[i], other[i]));
    }
    for (const Forecast& one : first) must_hold(one);
}

TEST_CASE("The order of the series changes nothing") {
    auto all = company(30, 2);
    EngineOptions options;
    options.horizon = 4;
    const auto forward = forecast_all(all, options);
    std::reverse(all.begin(), all.end());
    const auto backward = forecast_all(all, options);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(same(forward[i], backward[all.size() - 1 - i]));
}

TEST_CASE("Twice the values give twice the forecast and twice the interval") {
    const auto all = company(20, 3);
    auto doubled = all;
    for (ReadSeries& one : doubled)
        for (Observation& seen : one.series.observations) seen.value *= 2;
    EngineOptions options;
    options.horizon = 4;
    const auto once = forecast_all(all, options), twice = forecast_all(doubled, options);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t h = 0; h < 4; ++h) {
            CHECK(twice[i].mean[h] == doctest::Approx(2 * once[i].mean[h]).epsilon(0.002));
            CHECK(twice[i].bands.back().values[h] == doctest::Approx(2 * once[i].bands.back().values[h]).epsilon(0.005));
        }
}

TEST_CASE("forecast-06: one, two and three values among thousands, and none at all") {
    auto all = company(300, 4, 40);
    all.insert(all.begin() + 100, {monthly("one", {128050}), monthly("two", {128050, 4200}), monthly("three", {10, 20, 30}), monthly("none", {})});
    EngineOptions options;
    options.horizon = 2;
    const auto answers = forecast_all(all, options);
    REQUIRE(answers.size() == 304);
    must_hold(answers[100]);
    CHECK(answers[100].mean == std::vector<double>{128050, 128050});
    must_hold(answers[101]);
    for (const double mean : answers[101].mean) {
        CHECK(mean >= 4200);
        CHECK(mean <= 128050);
    }
    must_hold(answers[102]);
    for (const double mean : answers[102].mean) CHECK(mean >= 10);
    for (int i = 100; i < 103; ++i) CHECK(has(answers[static_cast<std::size_t>(i)], "short_history"));
    REQUIRE(answers[103].refused);
    CHECK(answers[103].refused->code() == "no_history");
    // The others are as if these were not there.
    auto without = all;
    without.erase(without.begin() + 100, without.begin() + 104);
    const auto alone = forecast_all(without, options);
    CHECK(same(answers[0], alone[0]));
    CHECK(same(answers[303], alone[299]));
}

TEST_CASE("forecast-04: a constant and zeros, in the company of others and alone") {
    for (const bool alone : {true, false}) {
        auto all = alone ? std::vector<ReadSeries>{} : company(50, 5);
        all.push_back(monthly("constant", std::vector<double>(24, 42.0)));
        all.push_back(monthly("zeros", std::vector<double>(24, 0.0)));
        EngineOptions options;
        options.horizon = 3;
        const auto answers = forecast_all(all, options);
        const Forecast &constant = answers[all.size() - 2], &zeros = answers.back();
        must_hold(constant);
        must_hold(zeros);
        for (std::size_t h = 0; h < 3; ++h) {
            CHECK(constant.mean[h] == doctest::Approx(42));
            CHECK(constant.bands.front().values[h] <= 42.0001);
            CHECK(constant.bands.back().values[h] >= 41.9999);
            CHECK(zeros.mean[h] == 0);
        }
    }
}

TEST_CASE("forecast-08: values below zero may be forecast below zero; a collapse does not explode") {
    auto all = company(50, 6);
    all.push_back(monthly("net", {120, -30, 80, 60, -10, 90, 110, -20, 70, 85, -5, 100}));
    all.push_back(monthly("collapse", {2000, 1500, 900, 400, 100, 20, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}));
    EngineOptions options;
    options.horizon = 12;
    const auto answers = forecast_all(all, options);
    const Forecast &net = answers[50], &collapse = answers[51];
    must_hold(net);
    must_hold(collapse);
    CHECK(net.bands.front().values[0] < 0);
    CHECK(collapse.bands.front().values[0] >= 0);
    CHECK(collapse.bands.back().values[11] < 10 * 2000);
}

TEST_CASE("A sum that has ended is forecast as zero, and an unreadable series answers with its fault") {
    auto all = company(20, 7);
    std::vector<double> over(30, 10.0);
    over.resize(60, 0.0);
    all.push_back(monthly("over", over));
    all.push_back({{"broken", {}, {}, {}}, refuse(Why::invalid, "not_a_number", "Line 7: \"x\" is no number", "value")});
    EngineOptions options;
    options.horizon = 3;
    const auto answers = forecast_all(all, options);
    CHECK(answers[20].mean == std::vector<double>{0, 0, 0});
    CHECK(answers[20].bands.back().values == std::vector<double>{0, 0, 0});
    CHECK(has(answers[20], "ended"));
    CHECK(answers[21].refused->message() == "Line 7: \"x\" is no number");
}

TEST_CASE("Months per working day: a month with more of them is forecast higher") {
    std::vector<double> values;
    for (std::int64_t i = 0; i < 60; ++i) values.push_back(10.0 * working_days({Frequency::month, 2015 * 12 + i}));
    EngineOptions options;
    options.horizon = 3;
    options.prepare.working_days = true;
    const auto answers = forecast_all({monthly("A", values)}, options);
    must_hold(answers[0]);
    for (std::size_t h = 0; h < 3; ++h) CHECK(answers[0].mean[h] == doctest::Approx(10 * working_days(answers[0].period(h))));
    CHECK(answers[0].totals[2] == doctest::Approx(answers[0].mean[0] + answers[0].mean[1] + answers[0].mean[2]));
}

TEST_CASE("Coverage is measured on held-out ends, and near what was asked") {
    const auto all = company(400, 8);
    Engine engine({.horizon = 6});
    engine.look(all);
    REQUIRE(engine.learn());
    REQUIRE(engine.kinds().size() == 1);
    const Kind& kind = engine.kinds()[0];
    CHECK(kind.sampled == 400);
    CHECK(kind.held_out == 800);
    for (const Coverage& coverage : kind.coverage) CHECK(coverage.inside / double(coverage.of) == doctest::Approx(coverage.level).epsilon(0.03));
    CHECK(*owa(kind.smape.value(), kind.mase.value(), kind.naive_smape.value(), kind.naive_mase.value()) < 1);
}

TEST_CASE("forecast-05: a season is repeated where one is known; where none is, the last value stands in and it is said") {
    std::vector<double> year;
    for (int i = 1; i <= 14; ++i) year.push_back(10.0 * i);
    const auto single = pool_of("seasonal_naive");
    EngineOptions options;
    options.horizon = 1;
    options.pool = &*single;
    const auto answers = forecast_all({monthly("A", year), monthly("B", {50, 60, 55, 65, 60, 70})}, options);
    CHECK(answers[0].mean[0] == 30);
    CHECK(answers[1].mean[0] == 70);
    CHECK(has(answers[1], "short_history"));
}

TEST_CASE("Work can be stopped") {
    const auto all = company(50, 9);
    Engine engine({.horizon = 6});
    engine.look(all);
    CHECK_FALSE(engine.learn([](std::size_t, std::size_t) { return false; }));
    CHECK_THROWS_AS(for_each_index(5, 2, [](std::size_t i) { if (i == 3) throw std::runtime_error("x"); }), std::runtime_error);
}

TEST_CASE("The last end of a series leaves two seasons, or five values, before it") {
    CHECK(last_origin(60, 12, 12) == 48);
    CHECK(last_origin(30, 12, 12) == 24);
    CHECK(last_origin(20, 12, 12) == 8);
    CHECK(last_origin(10, 1, 6) == 5);
    CHECK(last_origin(4, 1, 6) == 3);
    CHECK(last_origin(3, 1, 6) == 0);
    CHECK(last_origin(24, 12, 12) == 12);
}
