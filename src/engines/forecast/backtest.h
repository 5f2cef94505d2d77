// Which model or pool forecasts best: several ends of every series are held out, everybody forecasts them from the same past, and
// a league table per segment says who was off least, and how sure that is.
//
// Ends that a learner (EngineOptions::learner) has seen in training are forecast by nobody; it is the candidate "trained".
//
// Ends lie one horizon apart (they do not overlap), at least two seasons or five values behind the start. Where a model cannot
// take a past, the last value is repeated for it, as a pool would. The loss of a series is the mean over its ends; a table counts
// only series for which the measure is available for all.
//
// The champion is compared with the runner-up by a paired sign-flip permutation test (Fisher 1935; Good 2005, "Permutation,
// Parametric and Bootstrap Tests of Hypotheses", 3.2): were the two equally good, the sign of each series' difference would be as
// good as tossed. All 2^n signs are tried for up to 14 series, 9,999 drawn ones beyond. With fewer than eight series the ends of
// all series are tossed, which takes neighbouring ends for independent. The second best of many is close to the best by chance:
// a small p says that the lead over it is none.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engines/forecast/forecast.h"

namespace fairlead::forecast {

enum class Loss : std::uint8_t { by_kind, mase, rmsse, smape, wape };  // by_kind: rmsse where most series are sparse, else mase
std::string_view name_of(Loss loss);

struct BacktestOptions {
    EngineOptions engine;             // its pool is not looked at
    std::vector<Pool> candidates;     // empty: all pools and all models. With EngineOptions::known pools run without it too: "quick-alone"
    int ends = 3;
    Loss loss = Loss::by_kind;
    int segment = -1;                 // index of the dimension by which series are parted; -1: by kind
};

struct Standing {
    std::string name, label;
    Mean smape, mase, rmsse;          // over ends
    Mean pinball;                     // of quantiles (cross_pinball), over the ends of the first 1,000 series
    Sums sums;
    Measured loss;                    // by which it is ranked
    std::size_t best = 0;             // series for which it was the best
};

struct League {
    std::string segment;              // value of the dimension, or "months"
    Loss loss = Loss::mase;
    std::size_t series = 0, ends = 0, compared = 0;  // compared: series with a loss
    std::vector<Standing> table;      // best first
    Measured owa;                     // of the champion, against Naive2
    Measured p;                       // champion against runner-up; none where there is nothing to toss
};

class Backtest {
  public:
    explicit Backtest(BacktestOptions options);
    // False when `progress` stopped it. Series that cannot be prepared, or not held out, are counted as left out.
    bool add(const std::vector<ReadSeries>& batch, const Progress& progress = {});
    std::vector<League> leagues() const;  // the largest segment first
    std::size_t left_out() const { return left_out_; }
    std::size_t only_trained_on() const { return only_trained_on_; }  // of those: all their ends were trained on

  private:
    struct Judged {
        std::string segment;
        bool sparse = false;
        // One per end and candidate.
        std::vector<std::vector<Measured>> smape, mase, rmsse;
        std::vector<std::vector<Sums>> sums;
        std::vector<Measured> naive_smape, naive_mase;
        std::vector<std::vector<HeldOut>> held;  // for the first series only: quantiles are learnt from them
        int horizon = 1;
        bool seasonal = false;
    };
    void add_pinball(League& league, const std::vector<const Judged*>& members) const;
    BacktestOptions options_;
    std::size_t with_known_ = 0;  // candidates behind these are pools without what is known beside the series, for comparison
    std::vector<Judged> judged_;
    std::size_t left_out_ = 0, only_trained_on_ = 0;
};

// The learner's candidate: its pool under the name "trained".
Pool trained_candidate(const Learner& learner);

// Two-sided: how often as large a mean difference comes of tossed signs.
Measured sign_flip_test(const std::vector<double>& differences);

}  // namespace fairlead::forecast
