// A learner: which models to lean on for a series, told by what the series looks like and by how far the models' forecasts lie apart.
// It is trained on the user's own series (trainer.h), kept in one file, and mixed with the static pool by a share that was chosen on
// origins later than any it was trained on: a learner that did not help there has the share 0 and is not used.
//
// What it has learned from it must not be judged by: the file remembers its series (as digests of names and first values) and how
// many of their values it has seen, and `trained_to` says so; forecast_from (forecast.h) then leaves it out.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engines/forecast/boosting.h"
#include "engines/forecast/combined_loss.h"
#include "engines/forecast/pool.h"

namespace fairlead::forecast {

// What is known of series of one rhythm and season.
struct LearnedKind {
    Frequency rhythm = Frequency::number;
    int season = 1, horizon = 1;
    double share = 0;                 // of the learned weights in the answer; the rest is the pool's
    int rounds = 0;                   // of its trees that are asked

    // What training and the later origins showed; the last four by cross-fitting (rounds and share chosen on the other half of the series).
    std::size_t series = 0, origins = 0, later = 0;  // trained on, their origins, later origins
    int later_each = 1;               // of the later origins, of each series
    Measured pool_owa, learned_owa, blend_owa, p;
    std::string why_not;              // where the share is 0
};

// Two digests of a series: of its name, and of its first values; 0 where there is nothing to tell it by.
struct SeriesMarks {
    std::uint64_t name = 0, values = 0;
};
SeriesMarks marks_of(const Series& series);

struct SeenSeries {
    SeriesMarks marks;
    std::int64_t until = 0;           // index of the last period that was trained on
};

struct LearnerFacts {
    std::string pool = "quick";       // the mix it starts from: it is used with this one only
    Bounds bounds = Bounds::robust;
    std::vector<std::string> members; // models, beside the pool itself
    std::vector<std::string> inputs;  // files, as the user named them
    std::string trained_on;           // a date
};

class Learner {
  public:
    using Forests = std::vector<Forest>;  // averaged

    Learner(LearnerFacts facts, std::vector<LearnedKind> kinds, Forests forests, std::vector<SeenSeries> seen);

    const LearnerFacts& facts() const { return facts_; }
    const std::vector<LearnedKind>& kinds() const { return kinds_; }
    std::size_t trained_series() const { return seen_.size(); }
    const LearnedKind* kind_of(const Series& series) const;  // null: none such was trained on
    // So many of its first values were seen in training; 0: it was not in it.
    std::size_t trained_to(const Series& series) const;

    // The members as a pool is asked for them.
    std::span<const PoolMember> members() const { return asked_; }
    // Of the pool and of the members, told the pool's answer and theirs, for at least the kind's horizon. None where its share is 0.
    std::optional<Shares> shares(const LearnedKind& kind, const Series& series, std::span<const double> past, const PoolForecast& forecast) const;

    // The same by features and answers that are at hand: weights of the pool and of each member, before the share.
    std::vector<double> weights(const LearnedKind& kind, const Case& one) const;

    // One file: a line with the version and a digest, then JSON.
    std::string write() const;
    static std::string sealed(const std::string& body);
    // Refuses `no_learner` (another file), `other_version`, `damaged`, `other_features` and `unknown_model` (made by a version whose
    // features or models were others).
    static Result<Learner> read(std::string_view bytes);

  private:
    LearnerFacts facts_;
    std::vector<LearnedKind> kinds_;
    Forests forests_;
    std::vector<SeenSeries> seen_;
    std::unordered_map<std::uint64_t, std::int64_t> until_;  // by mark
    std::vector<PoolMember> asked_;
};

// What a learner is asked about: `pool` and the answers of `members` (none where one gave none) at an origin.
std::vector<float> learner_features(std::span<const double> past, int season, int scale_season, std::span<const double> pool, std::span<const std::vector<double>> members);
std::vector<std::string> learner_feature_names(std::span<const std::string> members);
// The margins that training starts from: half of the weight for the pool, the rest for all members alike.
std::vector<double> starting_margins(std::size_t members);

}  // namespace fairlead::forecast
