#include "store/recent_writes.h"

#include <doctest/doctest.h>

using namespace fairlead;
using namespace fairlead::store;

namespace {
using Keys = std::vector<std::pair<int, std::int64_t>>;
std::vector<std::int64_t> ids(const Written& written) {
    std::vector<std::int64_t> all;
    for (const auto& key : written.records) all.push_back(key.record.value);
    return all;
}
}  // namespace

TEST_CASE("What was written after a sequence is told, and when that is no longer known") {
    RecentWrites recent;
    CHECK_FALSE(recent.after(-1).whole);
    recent.begin(5);
    CHECK(recent.after(5).whole);
    CHECK(recent.after(5).until == 5);
    recent.note(7, Keys{{1, 100}, {2, 101}});
    recent.note(7, Keys{});  // values under a key alone
    recent.note(8, Keys{{1, 102}});
    const Written all = recent.after(5);
    CHECK(all.whole);
    CHECK(all.until == 8);
    CHECK(ids(all) == std::vector<std::int64_t>{100, 101, 102});
    CHECK(all.records[1].entity == 2);
    CHECK(ids(recent.after(7)) == std::vector<std::int64_t>{102});
    CHECK(ids(recent.after(8)).empty());
    CHECK_FALSE(recent.after(4).whole);
}

TEST_CASE("Old commits are forgotten as a whole") {
    RecentWrites recent;
    recent.begin(0);
    Keys many;
    for (std::int64_t id = 0; id < 15'000; ++id) many.emplace_back(1, id);
    recent.note(10, many);
    CHECK(recent.after(0).whole);
    recent.note(20, many);
    CHECK_FALSE(recent.after(0).whole);
    CHECK_FALSE(recent.after(9).whole);
    CHECK(recent.after(10).whole);
    CHECK(recent.after(10).records.size() == 15'000);
    // One commit that is larger than all that is kept.
    for (std::int64_t id = 0; id < 15'000; ++id) many.emplace_back(1, id);
    recent.note(30, many);
    CHECK_FALSE(recent.after(20).whole);
    CHECK(recent.after(30).whole);
    CHECK(recent.after(30).until == 30);
}
