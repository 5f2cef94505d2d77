// Training of a learner (learner.h) over several rolling origins.
//
//     Trainer trainer({.members = {"ets_average", "theta_dynamic"}});
//     trainer.look(batch, prepare);         // every batch of every file
//     auto learner = trainer.train();
//
// The last two horizons of every series are later origins (the last one where most series of a kind are too short for two): nothing
// is trained on them. They decide after how many rounds to stop, and how much of the learned weights to mix with the pool's
// answer. Training origins lie so far before that none of the values they ask for is among them. Judged by halves: what one half of
// the series chose is scored on the other. A kind of series whose mix is not better there by a paired test (sign_flip_test, 5 %), or
// only on one of the two origins, gets the share 0: series of one business have their good and bad years together, so that many
// of them at one time say little about another time.
//
// The same file whatever the number of threads.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engines/forecast/combined_loss.h"
#include "engines/forecast/learner.h"
#include "engines/forecast/parallel.h"
#include "engines/forecast/reader.h"

namespace fairlead::forecast {

struct TrainOptions {
    const Pool* pool = nullptr;                // null: the quick one
    Bounds bounds = Bounds::robust;
    std::vector<std::string> members;          // empty: usual_members()
    int horizon = 0;                           // 0: usual_horizon
    int origins = 4;                           // to train on, of each series: half a horizon apart
    int rounds = 150;                          // of trees, at most
    std::size_t sample = 5000;                 // series of each kind
    int threads = 0;
    std::vector<std::string> inputs;           // told in the file, as is the date
    std::string today;
    BoostSettings boost{};
    int forests = 4;                           // each grown on its own three quarters of the series, and averaged
    bool untested = false;                     // the share by the score alone, without the test: for measuring
};

// Models that are asked unless said.
std::vector<std::string> usual_members();

class Trainer {
  public:
    explicit Trainer(TrainOptions options);
    // Series that cannot be prepared, have ended, are mostly zeros or too short for two origins are counted as left out.
    void look(const std::vector<ReadSeries>& batch, const PrepareOptions& prepare);
    // Refuses `too_little` where no kind has enough, `no_xgboost`, and `stopped`.
    Result<Learner> train(const Progress& progress = {});
    std::size_t left_out() const { return left_out_; }

    // The two steps of `train`.
    Result<std::vector<Case>> cases(const Progress& progress = {}) const;
    Result<Learner> learn(const std::vector<Case>& cases, const Progress& progress = {});
    // Kinds with too little to learn from; known after `train`.
    const std::vector<LearnedKind>& skipped() const { return skipped_; }

  private:
    struct Group {
        Frequency rhythm = Frequency::number;
        int season = 1, horizon = 1;
        std::map<std::pair<std::uint64_t, std::int64_t>, Series> sample;  // by digest of the name, and place
        std::size_t series = 0;
    };
    std::size_t later_of(const Group& group) const;  // origins of each series that are judged by
    static std::vector<const Case*> of_kind(const std::vector<Case>& all, std::size_t kind, bool later);
    void judge(LearnedKind& kind, const std::vector<const Case*>& later, const std::vector<std::uint64_t>& marks, const Learner::Forests& forests) const;
    Refused too_little() const;

    TrainOptions options_;
    std::vector<Group> groups_;
    std::vector<LearnedKind> skipped_;
    std::int64_t looked_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace fairlead::forecast
