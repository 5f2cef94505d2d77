// Searches side by side find what each finds by itself, whatever the instructions: bit for bit.
#include <doctest/doctest.h>

#include <cstring>

#include "engines/forecast/models/test_series.h"
#include "engines/forecast/numerics/lanes.h"

namespace fairlead::forecast {
namespace {

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

// Lengths from a few values on, seasons of several lengths in one lot; steep, still, negative, rare, of other units.
std::vector<std::vector<double>> mixture(std::vector<int>& seasons) {
    std::vector<std::vector<double>> all;
    const auto add = [&](std::vector<double> values, int season) {
        all.push_back(std::move(values));
        seasons.push_back(season);
    };
    std::uint64_t seed = 1;
    for (const std::size_t count : {1, 4, 5, 7, 8, 11, 14, 20, 27, 43, 60, 61, 90, 131})
        for (const int season : {1, 4, 12}) {
            testing::Shape shape{.count = count, .level = 200, .trend = 0.5, .swing = 30, .season = season, .noise = 12};
            shape.seed = ++seed;
            add(testing::series(shape), season);
            shape.trend = -3;
            add(testing::series(shape), season);
        }
    std::vector<double> squares, rare, small;
    for (int t = 1; t <= 30; ++t) squares.push_back(t * t), rare.push_back(t % 7 == 3 ? t : 0), small.push_back(1e-9 * (5 + t % 4));
    for (const int season : {1, 4}) {
        add(squares, season);
        add(rare, season);
        add(small, season);
        add(std::vector<double>(24, 17.0), season);
        add(std::vector<double>(24, 0.0), season);
    }
    return all;
}

struct Instructions {
    ~Instructions() { use_isa(isas().back()); }
};

TEST_CASE("Every model answers a lot as it answers each series, with all instructions this processor has") {
    const Instructions back;
    std::vector<int> seasons;
    const auto all = mixture(seasons);
    MESSAGE("instruction sets: ", isas().size());
    for (const Model& model : models()) {
        CAPTURE(model.name);
        for (const Bounds bounds : {Bounds::robust, Bounds::r_compatible}) {
            std::vector<Question> questions;
            for (std::size_t i = 0; i < all.size(); ++i) {
                Question question = testing::ask(all[i], 9, seasons[i]);
                question.with_fitted = true;
                question.bounds = bounds;
                questions.push_back(question);
            }
            std::vector<Result<Fit>> alone;
            use_isa(Isa::plain);
            for (const Question& question : questions) alone.push_back(model.fit(question));
            for (const Isa isa : isas()) {
                CAPTURE(static_cast<int>(isa));
                use_isa(isa);
                const auto together = ask_all(model, questions);
                REQUIRE(together.size() == alone.size());
                std::size_t differ = 0;
                for (std::size_t i = 0; i < alone.size(); ++i) {
                    CAPTURE(i);
                    REQUIRE(static_cast<bool>(together[i]) == static_cast<bool>(alone[i]));
                    if (!alone[i]) {
                        CHECK(together[i].refused().message() == alone[i].refused().message());
                        continue;
                    }
                    const Fit &a = *alone[i], &b = *together[i];
                    CHECK(a.description == b.description);
                    differ += !(same(a.mean, b.mean) && same(a.deviation, b.deviation) && same(a.fitted, b.fitted) &&
                                same({a.aicc, a.log_likelihood}, {b.aicc, b.log_likelihood}) &&
                                a.evaluations == b.evaluations && a.numbers == b.numbers);
                }
                CHECK(differ == 0);
            }
        }
    }
}

}  // namespace
}  // namespace fairlead::forecast
