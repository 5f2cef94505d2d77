// What must hold for every model in the list.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engines/forecast/models/test_series.h"

namespace fairlead::forecast {
namespace {
using testing::ask;
using testing::series;

// Everything that leaves a model is a number, in the shape that was asked for.
void check_sound(const Model& model, const Question& question, const Fit& fit) {
    CAPTURE(model.name);
    CAPTURE(fit.description);
    REQUIRE(fit.mean.size() == static_cast<std::size_t>(question.horizon));
    REQUIRE(fit.deviation.size() == fit.mean.size());
    for (std::size_t h = 0; h < fit.mean.size(); ++h) {
        CAPTURE(h);
        CHECK(std::isfinite(fit.mean[h]));
        CHECK(std::isfinite(fit.deviation[h]));
        CHECK(fit.deviation[h] >= 0);
    }
    if (question.with_fitted) {
        REQUIRE(fit.fitted.size() == question.values.size());
        bool begun = false;
        for (const double value : fit.fitted) {
            begun = begun || !std::isnan(value);
            if (begun) CHECK(std::isfinite(value));
        }
    } else {
        CHECK(fit.fitted.empty());
    }
    for (const auto& entry : fit.numbers) CHECK_MESSAGE(std::isfinite(entry.second), entry.first);
    CHECK_FALSE(std::isinf(fit.log_likelihood));
    CHECK(fit.aicc != -std::numeric_limits<double>::infinity());
    CHECK_FALSE(fit.description.empty());
    CHECK(fit.evaluations >= 1);
}

void check_all(const std::vector<double>& values, int season, int horizon = 12) {
    for (const Model& model : models()) {
        Question question = ask(values, horizon, season);
        question.with_fitted = true;
        const auto fit = model.fit(question);
        CAPTURE(model.name);
        if (values.size() < static_cast<std::size_t>(model.least(season))) {
            REQUIRE_FALSE(fit);
            CHECK(fit.refused().code() == "too_short");
        } else if (!fit) {
            CHECK((fit.refused().code() == "not_positive" || fit.refused().code() == "negative"));
            CHECK(*std::min_element(values.begin(), values.end()) <= 0);
        } else {
            check_sound(model, question, *fit);
        }
    }
}

TEST_CASE("Models have names of their own and are found by them") {
    std::set<std::string_view> names;
    for (const Model& model : models()) {
        CHECK(names.insert(model.name).second);
        CHECK(find_model(model.name) == &model);
        CHECK_FALSE(model.label.empty());
        CHECK(model.cost >= 1);
        for (const int season : {1, 4, 12, 52}) CHECK(model.least(season) >= 1);
    }
    CHECK(find_model("oracle") == nullptr);
}

TEST_CASE("forecast-04: a constant repeats itself in every model, with a finite deviation") {
    for (const double constant : {42.0, 0.0}) {
        const std::vector<double> values(24, constant);
        for (const Model& model : models()) {
            CAPTURE(model.name);
            Question question = ask(values, 3, 12);
            question.with_fitted = true;
            const auto fit = model.fit(question);
            if (!fit) {
                CHECK(constant == 0);
                CHECK(fit.refused().code() == "not_positive");
                continue;
            }
            check_sound(model, question, *fit);
            for (std::size_t h = 0; h < 3; ++h) {
                CHECK(fit->mean[h] == doctest::Approx(constant).epsilon(1e-6));
                CHECK(fit->deviation[h] < 1e-3 * std::max(constant, 1.0));
            }
            for (const double value : fit->fitted)
                if (!std::isnan(value)) CHECK(value == doctest::Approx(constant).epsilon(1e-4));
        }
    }
}

TEST_CASE("forecast-06: one, two and three values") {
    check_all({128050}, 12, 2);
    check_all({128050, 4200}, 12, 2);
    check_all({10, 20, 30}, 12, 2);
    for (const Model& model : models()) {
        CAPTURE(model.name);
        const std::vector<double> none, one{128050}, two{128050, 4200}, three{10, 20, 30};
        const auto nothing = model.fit(ask(none, 2, 12));
        REQUIRE_FALSE(nothing);
        CHECK(nothing.refused().code() == "too_short");
        if (const auto fit = model.fit(ask(one, 2, 1))) CHECK(fit->mean == std::vector<double>{128050, 128050});
        if (const auto fit = model.fit(ask(two, 2, 1)); fit && model.name != "drift")
            for (const double mean : fit->mean) CHECK((mean >= 4200 && mean <= 128050));
        if (const auto fit = model.fit(ask(three, 2, 1)))
            for (const double mean : fit->mean) CHECK(mean >= 10);
    }
}

TEST_CASE("forecast-08: negative and nearly absent values give finite forecasts, not explosions") {
    const std::vector<double> net{120, -30, 80, 60, -10, 90, 110, -20, 70, 85, -5, 100};
    const std::vector<double> collapse{2000, 1500, 900, 400, 100, 20, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    check_all(net, 1);
    check_all(net, 4);
    check_all(collapse, 1);
    check_all(collapse, 4);
    for (const Model& model : models()) {
        CAPTURE(model.name);
        if (const auto fit = model.fit(ask(net, 12)))
            CHECK(fit->description.find("multiplicative") == std::string::npos);
        if (const auto fit = model.fit(ask(collapse, 12))) {
            CAPTURE(fit->description);
            CHECK(fit->mean[11] + 1.96 * fit->deviation[11] < 10 * 2000);
        }
    }
}

TEST_CASE("Awkward series leave no model without a number") {
    check_all(series({.count = 60, .level = 100, .trend = 1, .swing = 20, .season = 12}), 12);
    check_all(series({.count = 30, .level = 0, .noise = 50}), 4);                     // around zero
    check_all(std::vector<double>(40, -7.5), 12);                                     // a negative constant
    check_all(series({.count = 40, .level = 1e12, .trend = 1e9, .noise = 1e10}), 4);  // very large
    check_all(series({.count = 40, .level = 1e-9, .noise = 1e-10}), 4);               // very small
    std::vector<double> one_sale(36, 0.0), step(48, 5.0), line(40), alternating(40), late(30, 1.0);
    one_sale[20] = 12;
    std::fill(step.begin() + 24, step.end(), 5000.0);
    for (std::size_t t = 0; t < line.size(); ++t) line[t] = 10 + 3.0 * static_cast<double>(t);
    for (std::size_t t = 0; t < alternating.size(); ++t) alternating[t] = t % 2 == 0 ? 1 : 100;
    late.back() = 1e6;
    for (const int season : {1, 4, 12}) {
        check_all(one_sale, season);
        check_all(step, season);
        check_all(line, season);
        check_all(alternating, season);
        check_all(late, season);
    }
}

TEST_CASE("Long seasons and far horizons are answered") {
    for (const int season : {7, 24, 52, 168}) {
        CAPTURE(season);
        check_all(series({.count = 2 * static_cast<std::size_t>(season) + 1,
                          .level = 200,
                          .swing = 50,
                          .season = season,
                          .noise = 5}),
                  season, season + 3);
        check_all(series({.count = 3 * static_cast<std::size_t>(season) + 5,
                          .level = 200,
                          .swing = 50,
                          .season = season,
                          .noise = 5}),
                  season, 5);
    }
    check_all(series({.count = 60, .level = 200, .trend = 1, .swing = 50, .season = 12, .noise = 5}), 12, 500);
}

TEST_CASE("Every length from one value to three seasons is answered or refused with a reason") {
    for (std::size_t count = 1; count <= 40; ++count) {
        CAPTURE(count);
        const auto values =
            series({.count = count, .level = 50, .trend = 0.5, .swing = 10, .season = 12, .seed = count});
        check_all(values, 12, 14);
        check_all(values, 4, 9);
        check_all(values, 1, 6);
    }
}

TEST_CASE("Values that are no numbers and horizons below one are refused") {
    std::vector<double> values{1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                               14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26};
    for (const Model& model : models()) {
        CAPTURE(model.name);
        const auto no_horizon = model.fit(ask(values, 0, 4));
        REQUIRE_FALSE(no_horizon);
        CHECK(no_horizon.refused().code() == "bad_horizon");
        const auto no_season = model.fit(ask(values, 2, 0));
        REQUIRE_FALSE(no_season);
        CHECK(no_season.refused().code() == "bad_season");
        for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
            auto broken = values;
            broken[7] = wrong;
            const auto fit = model.fit(ask(broken, 2, 4));
            REQUIRE_FALSE(fit);
            CHECK(fit.refused().code() == "not_finite");
            CHECK(fit.refused().message().find("8") != std::string::npos);
        }
        auto beyond = values;
        beyond[3] = -1e200;
        const auto fit = model.fit(ask(beyond, 2, 4));
        REQUIRE_FALSE(fit);
        CHECK(fit.refused().code() == "too_large");
    }
}

TEST_CASE("A series in other units has the same forecast in other units") {
    const auto values =
        series({.count = 72, .level = 200, .trend = 1, .swing = 40, .season = 12, .noise = 10, .seed = 9});
    for (const double factor : {1000.0, 0.001, 1024.0}) {
        auto scaled = values;
        for (double& value : scaled) value *= factor;
        for (const Model& model : models()) {
            const auto fit = model.fit(ask(values, 6, 12)), other = model.fit(ask(scaled, 6, 12));
            CAPTURE(model.name);
            REQUIRE(fit);
            REQUIRE(other);
            for (std::size_t h = 0; h < 6; ++h) {
                CHECK(other->mean[h] == doctest::Approx(fit->mean[h] * factor).epsilon(1e-4));
                CHECK(other->deviation[h] == doctest::Approx(fit->deviation[h] * factor).epsilon(1e-3));
            }
        }
    }
}

TEST_CASE("The same question has the same answer, to the last bit") {
    const auto values =
        series({.count = 72, .level = 200, .trend = 1, .swing = 40, .season = 12, .noise = 10, .seed = 4});
    for (const Model& model : models()) {
        CAPTURE(model.name);
        const auto one = model.fit(ask(values, 6, 12)), two = model.fit(ask(values, 6, 12));
        REQUIRE(one);
        CHECK(one->mean == two->mean);
        CHECK(one->deviation == two->deviation);
    }
}

TEST_CASE("Fitted values are the forecasts of one step and do not change the forecast") {
    const auto values =
        series({.count = 72, .level = 200, .trend = 1, .swing = 40, .season = 12, .noise = 10, .seed = 5});
    for (const Model& model : models()) {
        CAPTURE(model.name);
        Question question = ask(values, 6, 12);
        const auto without = model.fit(question);
        question.with_fitted = true;
        const auto with = model.fit(question);
        REQUIRE(with);
        CHECK(with->mean == without->mean);
    }
}

TEST_CASE("A very long series is forecast") {
    const auto values =
        series({.count = 20000, .level = 1000, .trend = 0.01, .swing = 50, .season = 12, .noise = 10, .seed = 3});
    for (const Model& model : models()) {
        CAPTURE(model.name);
        Question question = ask(values, 24, 12);
        question.with_fitted = true;
        const auto fit = model.fit(question);
        REQUIRE(fit);
        check_sound(model, question, *fit);
    }
}

}  // namespace
}  // namespace fairlead::forecast
