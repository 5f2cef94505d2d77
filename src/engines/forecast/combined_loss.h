// What a combination of forecasts loses, and how that changes with the members' weights: what a learner is trained by.
//
// The loss of one origin is half its sMAPE and half its MASE, each divided by what Naive2 loses on average over all origins of its
// kind: the mean over origins is then the OWA of the M4 competition, of the combined forecast itself (an average of the members'
// own losses, as FFORMA trains by, does not know that errors of members cancel). Weights are the softmax of margins; a member
// without an answer has none. No origin's MASE counts for more than ten times the usual one.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engines/forecast/measures.h"

namespace fairlead::forecast {

// One origin of one series: what everybody says of it, and what came.
struct Case {
    std::size_t series = 0;                     // place among those trained on
    std::size_t kind = 0;
    std::size_t origin = 0;                     // values before it
    int later = 0;                              // 0: trained on; 1, 2 ...: judged by, so many horizons before the end
    std::vector<float> features;
    std::vector<std::vector<double>> answers;   // of the pool, then of each member; none where it gave no answer
    std::vector<double> actual;
    Measured scale;                             // of MASE
    Measured naive_smape, naive_mase;
};

// What Naive2 loses on average.
struct Yardstick {
    double smape = 1, mase = 1;
};
Yardstick yardstick_of(std::span<const Case* const> cases);

// Loss of `forecast`, of the first values of which `actual` are known.
double combined_loss(const Case& one, const Yardstick& by, std::span<const double> forecast);
// Weights that add up to 1; one margin for the pool and each member.
std::vector<double> softmax_weights(const Case& one, std::span<const double> margins);
std::vector<double> combined_forecast(const Case& one, std::span<const double> weights);
// Derivatives of the loss by the margins, and a measure of how it bends that is never negative. Returns the loss.
double combined_gradient(const Case& one, const Yardstick& by, std::span<const double> margins, std::span<double> gradient, std::span<double> second);

}  // namespace fairlead::forecast
