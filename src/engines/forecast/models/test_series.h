// Series for tests of models: made by a generator of their own, so that they are the same everywhere.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "engines/forecast/model.h"

namespace fairlead::forecast::testing {

// Numbers from -1 to 1 without order (a linear congruence of 64 bits, Knuth's constants).
class Noise {
  public:
    explicit Noise(std::uint64_t seed) : state_(seed * 2 + 1) {}
    double next() {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<double>(state_ >> 11) / 4503599627370496.0 - 1.0;
    }

  private:
    std::uint64_t state_;
};

struct Shape {
    std::size_t count = 60;
    double level = 100, trend = 0, swing = 0;  // per step; of the season, from the middle
    int season = 1;
    double noise = 5;
    std::uint64_t seed = 1;
};

inline std::vector<double> series(const Shape& shape) {
    Noise noise(shape.seed);
    std::vector<double> values;
    double walk = 0;
    for (std::size_t t = 0; t < shape.count; ++t) {
        walk += 0.3 * shape.noise * noise.next();
        const double angle = 2 * 3.14159265358979323846 * static_cast<double>(t) / shape.season;
        values.push_back(
            shape.level + shape.trend * static_cast<double>(t) + walk + shape.noise * noise.next() +
            (shape.season > 1 ? shape.swing * std::sin(angle) + 0.4 * shape.swing * std::cos(2 * angle) : 0.0));
    }
    return values;
}

inline Question ask(const std::vector<double>& values, int horizon = 4, int season = 1) {
    Question question;
    question.values = values;
    question.horizon = horizon;
    question.season = season;
    return question;
}

}  // namespace fairlead::forecast::testing
