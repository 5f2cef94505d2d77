// Series asked about in lots get the answers they get by themselves.
#include <doctest/doctest.h>

#include <atomic>

#include "engines/forecast/models/test_series.h"
#include "engines/forecast/parallel.h"
#include "engines/forecast/pool.h"

namespace fairlead::forecast {
namespace {

TEST_CASE("Lots cover everything once, tell their progress in things, and stop") {
    for (const std::size_t count : {0, 1, 7, 64, 1000})
        for (const int threads : {1, 2, 5}) {
            std::vector<std::atomic<int>> seen(count);
            std::size_t told = 0;
            CHECK(for_each_lot(count, 64, threads, [&](std::size_t from, std::size_t to) {
                CHECK(to - from <= 64);
                for (std::size_t i = from; i < to; ++i) ++seen[i];
            }, [&](std::size_t done, std::size_t of) {
                told = std::max(told, done);
                return done <= of && of == count;
            }));
            for (const auto& times : seen) CHECK(times == 1);
            if (threads == 1) CHECK(told == count);
        }
    std::size_t done = 0;
    CHECK_FALSE(for_each_lot(100, 5, 1, [&](std::size_t from, std::size_t to) { done += to - from; }, [](std::size_t, std::size_t) { return false; }));
    CHECK(done == 5);
}

TEST_CASE("A lot's forecasts are those of its series by themselves, and the same is asked once") {
    std::vector<std::vector<double>> all;
    std::vector<int> seasons;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const int season = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 4 : 12;
        all.push_back(testing::series({.count = 3 + 11 * seed, .level = 300, .trend = 1, .swing = 60, .season = season, .noise = 15, .seed = seed}));
        seasons.push_back(season);
    }
    std::vector<double> rare(40, 0.0);
    rare[5] = rare[22] = rare[31] = 7;
    all.push_back(rare), seasons.push_back(12);
    all.push_back({4}), seasons.push_back(12);
    for (const Pool& pool : pools()) {
        CAPTURE(pool.name);
        std::vector<PoolForecast> together(all.size());
        std::size_t noted = 0;
        ask_in_lots(all.size(), [&](std::size_t i, Sheet* sheet) {
            together[i] = forecast_with(pool, all[i], seasons[i], 6, Bounds::robust, true, {}, nullptr, sheet);
            noted += sheet->noted.size();
        });
        CHECK(noted > all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            CAPTURE(i);
            const PoolForecast alone = forecast_with(pool, all[i], seasons[i], 6, Bounds::robust, true);
            CHECK(together[i].mean == alone.mean);
            CHECK(together[i].deviation == alone.deviation);
            CHECK(together[i].sparse == alone.sparse);
            REQUIRE(together[i].members.size() == alone.members.size());
            for (std::size_t m = 0; m < alone.members.size(); ++m) {
                CHECK(together[i].members[m].left_out == alone.members[m].left_out);
                CHECK(together[i].members[m].mean == alone.members[m].mean);
                CHECK(together[i].members[m].description == alone.members[m].description);
            }
        }
    }
}

}  // namespace
}  // namespace fairlead::forecast
