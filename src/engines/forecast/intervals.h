// Intervals from errors that were really made: split conformal prediction, scaled by how difficult each forecast looks.
//
// Ends of series are held out and forecast. An error is divided by its difficulty, and the quantiles of these scores, per step
// and apart for above and below, times the difficulty of a new forecast give its interval. Totals over the first k steps have
// scores of their own: errors of neighbouring steps go together, so a total's interval is no sum of intervals. Source: Lei,
// G'Sell, Rinaldo, Tibshirani, Wasserman 2018, "Distribution-free predictive inference for regression" (split, and locally
// weighted), JASA 113.
//
// Difficulty is what a regression over all held-out errors makes of: the in-sample error of the seasonal naive forecast, the
// models' own deviation, how far the models lie apart, the error made one horizon earlier, the length of the history and the
// step. It only shares the width out among series and steps: that the intervals cover what they say comes from the scores.
//
// How much of the difficulty is left to the regression is decided by the score of cross-validated intervals.
//
// Ends of one series that overlap are worth one and what they do not share. With ends worth fewer than 40, difficulty is the
// geometric mean of the first (times the square root of the step) and the second; and n ends are mixed, as n to 20, with scores
// that were usual for M3 and tourism series (bench_forecast_pools FILE --scores), so that a file of one series has intervals, too.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engines/forecast/measures.h"

namespace fairlead::forecast {

// How a forecast looks before its error is known.
struct Outlook {
    double scale = 0;                            // in-sample seasonal-naive error (absolute_scale), or what stands in for it
    std::vector<double> mean, deviation, spread; // per step
    double seasons = 1;                          // of history
    Measured earlier;                            // mean |error| / scale of the forecast made one horizon before
};

// A forecast whose actual values are known: `actual` may have fewer steps than the forecast.
struct HeldOut {
    std::size_t series = 0;  // which one: cross-validation keeps a series together
    Outlook outlook;
    std::vector<double> actual;
    bool not_negative = false;  // quantiles of it are not below zero
};

// In-sample scale for intervals: seasonal-naive error; where there is none that of neighbours; 0 for a constant.
double interval_scale(std::span<const double> past, int season);

// The geometric mean of the scale, times the square root of the step (from 0), and the models' own deviation.
double plain_difficulty(const Outlook& outlook, std::size_t step);

struct Coverage {
    double level = 0;
    int inside = 0, of = 0;
    std::vector<int> inside_by_step, of_by_step;
    Mean width_score;  // MSIS, by the scale of intervals
};

class Calibration {
  public:
    // Learns for `probabilities` (0 < p < 1, ascending) and steps up to `horizon`. `seasonal`: the series have a season, whose errors
    // are usually smaller beside their difficulty. `regressed`: how much of the difficulty is the regression's (0 to 1, in logarithms).
    Calibration(const std::vector<HeldOut>& cases, int horizon, std::vector<double> probabilities, bool seasonal, double regressed = 1);

    // Quantiles per probability and step, ordered, and on the right side of the mean.
    std::vector<std::vector<double>> quantiles(const Outlook& outlook) const;
    // `count` courses that the series may take, drawn with `seed` (the same everywhere): each step has the quantiles above (between
    // the outermost probabilities, and a little beyond), and errors of neighbouring steps go together as they did on the held-out
    // ends: a Gaussian copula whose correlation falls by `together()` with every step.
    std::vector<std::vector<double>> paths(const Outlook& outlook, std::size_t count, std::uint64_t seed) const;
    double together() const { return together_; }
    // Of the totals of the first 1 to horizon steps.
    std::vector<std::vector<double>> total_quantiles(const Outlook& outlook) const;
    std::size_t cases() const { return cases_; }
    // What its ends are worth (above): below 10 the intervals are more what was usual elsewhere than what this file showed.
    double worth() const { return worth_; }

  private:
    std::vector<double> difficulty(const Outlook& outlook) const;
    void learn_together(const std::vector<std::vector<double>>& scores);
    std::vector<std::vector<double>> table(std::vector<std::vector<double>>& scores) const;
    std::vector<std::vector<double>> spread_out(const std::vector<double>& centre, const std::vector<double>& width, const std::vector<std::vector<double>>& of) const;

    int horizon_;
    std::vector<double> probabilities_;
    std::vector<double> weights_;                            // of the regression; empty: the geometric mean
    std::vector<std::vector<double>> steps_, totals_;        // score by probability and step
    std::size_t cases_ = 0;
    double worth_ = 0, together_ = 0;
    bool seasonal_;
    double regressed_;
};

// What intervals of each level would have covered: each half of the series judged by what the other half taught.
std::vector<Coverage> cross_validate(const std::vector<HeldOut>& cases, int horizon, const std::vector<double>& levels, bool seasonal, double regressed = 1);
// How good quantiles would have been, per case: the mean pinball loss over the nine probabilities of the M5 competition (0.005, 0.025,
// 0.165, 0.25, 0.5 and their opposites) and all steps, divided by the case's scale; judged by halves as above. None for a case without
// a scale, or where there is no other half.
std::vector<Measured> cross_pinball(const std::vector<HeldOut>& cases, int horizon, bool seasonal);
// 0, a half or 1: by which share of the regression intervals of 95 % have the best score (MSIS) in cross-validation.
double choose_regressed(const std::vector<HeldOut>& cases, int horizon, bool seasonal);

// The score that was usual at a probability.
double usual_score(double probability, bool seasonal);

// The quantile of the standard normal distribution.
double normal_quantile(double probability);

}  // namespace fairlead::forecast
