// Pictures of forecasts: whole, inside their frame, and safe whatever a series is called.
#include "engines/forecast/plot.h"

#include <doctest/doctest.h>

#include <regex>

using namespace fairlead;
using namespace fairlead::forecast;

TEST_CASE("A picture has the past, the forecast and its bands, all inside the frame") {
    for (const std::size_t count : {1u, 3u, 40u, 400u}) {
        ReadSeries read;
        read.series.id = "A & <script>\"B\"";
        for (std::size_t i = 0; i < count; ++i) read.series.observations.push_back({{Frequency::month, 24000 + static_cast<std::int64_t>(i)}, 1000.0 + 10 * static_cast<double>(i % 12)});
        const auto answers = forecast_all({read}, {.horizon = 6});
        REQUIRE_FALSE(answers[0].refused);
        const std::string svg = plot_svg(answers[0], {0.8, 0.95}, "caption");
        CHECK(svg.find("<script>") == std::string::npos);
        CHECK(svg.find("A &amp; &lt;script&gt;") != std::string::npos);
        CHECK(svg.find("nan") == std::string::npos);
        CHECK(svg.find("inf") == std::string::npos);
        const std::regex point("[ML](-?[0-9.]+) (-?[0-9.]+)");
        int points = 0;
        for (std::sregex_iterator at(svg.begin(), svg.end(), point), end; at != end; ++at, ++points) {
            CHECK(std::stod((*at)[1]) >= 0);
            CHECK(std::stod((*at)[1]) <= 900);
            CHECK(std::stod((*at)[2]) >= 0);
            CHECK(std::stod((*at)[2]) <= 420);
        }
        CHECK(points > 12);
    }
}

TEST_CASE("Numbers are shown as people read them") {
    CHECK(shown(1234567.8, 1e6) == "1,234,568");
    CHECK(shown(-1234, 1e3) == "-1,234");
    CHECK(shown(12.345, 1) == "12.35");
    CHECK(shown(0.1234, 0.1) == "0.123");
    CHECK(shown(-0.0001, 1000) == "0");
    CHECK(shown(123.45, 1) == "123.5");
}
