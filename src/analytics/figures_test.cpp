// The worked examples of the definitions.
#include "analytics/figures.h"

#include <doctest/doctest.h>

using namespace fairlead::analytics;

TEST_CASE("Wilson's interval of 20 among 50 is 0.2761 to 0.5382") {
    const Interval interval = wilson(20, 50);
    CHECK(interval.low == doctest::Approx(0.2761).epsilon(0.0002));
    CHECK(interval.high == doctest::Approx(0.5382).epsilon(0.0002));
}

TEST_CASE("The interval stays within 0 and 1 at the ends, and knows nothing without cases") {
    CHECK(wilson(0, 5).low == doctest::Approx(0));
    CHECK(wilson(0, 5).high > 0.4);
    CHECK(wilson(5, 5).high == doctest::Approx(1));
    CHECK(wilson(0, 0).low == 0);
    CHECK(wilson(0, 0).high == 1);
}

TEST_CASE("Open deals are censored: the incidence of the worked example is .4810, not .5714 or .4") {
    const auto advanced = Stay::advanced, dropped = Stay::dropped, open = Stay::open;
    const std::vector<Stay> deals{{1, dropped}, {2, advanced}, {2, open}, {3, advanced}, {3, dropped}, {4, advanced}, {4, open}, {5, dropped}, {6, advanced}, {8, open}};
    CHECK(*cumulative_incidence(deals) == doctest::Approx(0.4810).epsilon(0.0002));
    std::vector<Stay> until_3(deals.begin(), deals.begin() + 5);
    for (std::size_t i = 5; i < deals.size(); ++i) until_3.push_back({3.5, open});
    CHECK(*cumulative_incidence(until_3) == doctest::Approx(0.2143).epsilon(0.0003));
    CHECK_FALSE(cumulative_incidence({}).has_value());
}
