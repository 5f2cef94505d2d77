// The loss of a combination: its value is the OWA's part of one origin, its derivatives are those of finite differences.
#include "engines/forecast/combined_loss.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engines/forecast/boosting.h"
#include "engines/forecast/models/test_series.h"

using namespace fairlead::forecast;

namespace {

Case random_case(testing::Noise& noise, std::size_t members, std::size_t steps) {
    Case one;
    for (std::size_t k = 0; k <= members; ++k) {
        auto& answer = one.answers.emplace_back();
        for (std::size_t h = 0; h < steps; ++h) answer.push_back(100 + 30 * noise.next());
    }
    for (std::size_t h = 0; h < steps; ++h) one.actual.push_back(100 + 30 * noise.next());
    one.scale = 8 + 3 * noise.next();
    one.naive_smape = 12;
    one.naive_mase = 1.4;
    return one;
}

}  // namespace

TEST_CASE("The mean loss over origins is the OWA of the combined forecasts") {
    testing::Noise noise(3);
    std::vector<Case> cases;
    cases.reserve(20);
    for (int i = 0; i < 20; ++i) cases.push_back(random_case(noise, 3, 6));
    std::vector<const Case*> all;
    Mean smapes, mases, naive_smapes, naive_mases;
    double loss = 0;
    const std::vector<double> margins = {0.3, -1, 2, 0};
    for (Case& one : cases) {
        one.naive_smape = 10 + 3 * noise.next();
        one.naive_mase = 1 + 0.5 * noise.next();
        all.push_back(&one);
        const auto forecast = combined_forecast(one, softmax_weights(one, margins));
        smapes.add(smape(one.actual, forecast));
        mases.add(mase(one.actual, forecast, one.scale));
        naive_smapes.add(one.naive_smape);
        naive_mases.add(one.naive_mase);
    }
    const Yardstick by = yardstick_of(all);
    for (const Case& one : cases) loss += combined_loss(one, by, combined_forecast(one, softmax_weights(one, margins))) / 20;
    CHECK(loss == doctest::Approx(*owa(smapes.value(), mases.value(), naive_smapes.value(), naive_mases.value())).epsilon(1e-12));
}

TEST_CASE("The gradient is that of finite differences") {
    testing::Noise noise(7);
    const Yardstick by{12, 1.4};
    int checked = 0;
    for (int i = 0; i < 200; ++i) {
        Case one = random_case(noise, 4, 5);
        if (i % 3 == 1) one.answers[2].clear();                      // gave no answer
        if (i % 5 == 1) one.scale.reset();                           // MASE is not available
        if (i % 7 == 1) for (auto& answer : one.answers) for (double& f : answer) f -= 100;  // around zero, of both signs
        if (i % 11 == 1) one.naive_mase = 60;                        // counts for less
        std::vector<double> margins(5), gradient(5), second(5), ignored(5), ignored2(5);
        for (double& margin : margins) margin = 2 * noise.next();
        const double loss = combined_gradient(one, by, margins, gradient, second);
        CHECK(loss == doctest::Approx(combined_loss(one, by, combined_forecast(one, softmax_weights(one, margins)))));
        // Where no kink lies within the step: the slope before equals the slope behind.
        const double step = 1e-6;
        for (std::size_t k = 0; k < 5; ++k) {
            const double at = margins[k];
            margins[k] = at + step;
            const double above = combined_gradient(one, by, margins, ignored, ignored2);
            margins[k] = at - step;
            const double below = combined_gradient(one, by, margins, ignored, ignored2);
            margins[k] = at;
            if (std::abs((above - loss) - (loss - below)) > 1e-9) continue;
            ++checked;
            CHECK(gradient[k] == doctest::Approx((above - below) / (2 * step)).epsilon(1e-4));
            CHECK(second[k] > 0);
        }
        CHECK(gradient[0] + gradient[1] + gradient[2] + gradient[3] + gradient[4] == doctest::Approx(0).epsilon(1e-9));
        if (one.answers[2].empty()) {
            CHECK(gradient[2] == 0);
            CHECK(softmax_weights(one, margins)[2] == 0);
        }
    }
    CHECK(checked > 900);
}

TEST_CASE("Trees learn which member is right where the feature tells it, and ask like XGBoost itself") {
    // The first member is right above zero, the second below; the pool lies between.
    testing::Noise noise(11);
    std::vector<Case> cases;
    std::vector<float> rows;
    for (int i = 0; i < 400; ++i) {
        Case one;
        const double x = noise.next(), level = 100 + 10 * noise.next(), wrong = 20 + 5 * noise.next();
        one.features = {static_cast<float>(noise.next()), static_cast<float>(x)};
        one.answers = {{level + wrong / 2, level + wrong / 2}, {x > 0 ? level : level + wrong, x > 0 ? level : level + wrong}, {x > 0 ? level + wrong : level, x > 0 ? level + wrong : level}};
        one.actual = {level, level};
        one.scale = 5;
        rows.insert(rows.end(), one.features.begin(), one.features.end());
        cases.push_back(std::move(one));
    }
    const Yardstick by{10, 2};
    const auto booster = Booster::create(rows, 2, 3, {.depth = 2, .eta = 0.3});
    if (!booster) {
        MESSAGE("skipped: " << booster.refused().message());
        return;
    }
    std::vector<float> gradient(1200), second(1200);
    for (int round = 0; round < 60; ++round) {
        const auto said = (*booster)->margins();
        for (std::size_t i = 0; i < 400; ++i) {
            const std::vector<double> margins = {said[3 * i], said[3 * i + 1], said[3 * i + 2]};
            std::vector<double> slopes(3), bends(3);
            combined_gradient(cases[i], by, margins, slopes, bends);
            for (std::size_t k = 0; k < 3; ++k) {
                gradient[3 * i + k] = static_cast<float>(slopes[k]);
                second[3 * i + k] = static_cast<float>(bends[k]);
            }
        }
        (*booster)->grow(gradient, second);
    }
    const Forest forest = (*booster)->forest();
    CHECK(forest.rounds() == 60);
    CHECK(forest.sound(2));
    CHECK_FALSE(forest.sound(1));
    const auto said = (*booster)->margins();
    for (std::size_t i = 0; i < 400; ++i) {
        std::vector<double> margins(3, 0.0);
        forest.add(cases[i].features, margins, forest.rounds());
        for (std::size_t k = 0; k < 3; ++k) CHECK(margins[k] == doctest::Approx(said[3 * i + k]).epsilon(1e-4));
        if (std::abs(cases[i].features[1]) > 0.05F) CHECK(softmax_weights(cases[i], margins)[cases[i].features[1] > 0 ? 1 : 2] > 0.9);
    }
    // A forest that is not whole is none.
    Forest broken = forest;
    broken.trees.pop_back();
    CHECK_FALSE(broken.sound(2));
    for (const std::int32_t child : {0, -1, 100}) {
        broken = forest;
        broken.trees[1][0].left = child;
        CHECK_FALSE(broken.sound(2));
    }
    broken = forest;
    broken.trees[0].clear();
    CHECK_FALSE(broken.sound(2));
    broken = forest;
    broken.trees[0][0].value = NAN;
    CHECK_FALSE(broken.sound(2));
}
