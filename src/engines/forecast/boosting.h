// Boosted trees of several outputs: grown by XGBoost (Chen, Guestrin 2016) from gradients that the caller gives, kept and asked here.
//
// XGBoost's library is loaded when trees are grown and only then: a program that never trains neither needs it nor waits for it.
// What was grown is asked by code of our own, so that a file of trees cannot do more than be wrong (everything is checked when it is
// read), and answers are the same on every thread.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace fairlead::forecast {

struct TreeNode {
    std::int32_t feature = -1;     // below 0: a leaf
    float value = 0;               // of a leaf its answer; else left where the feature is below it
    std::int32_t left = 0, right = 0;
};
using GrownTree = std::vector<TreeNode>;  // the root first, children behind their parent

// Rounds of trees, one per output each.
struct Forest {
    std::size_t outputs = 0;
    std::vector<GrownTree> trees;       // round by round

    std::size_t rounds() const { return outputs == 0 ? 0 : trees.size() / outputs; }
    // Adds what the first `rounds` say of one row to `margins`.
    void add(std::span<const float> row, std::span<double> margins, std::size_t rounds) const;
    void add_round(std::span<const float> row, std::span<double> margins, std::size_t round) const;
    // Children behind their parents and inside the tree, features below `features`, numbers finite, whole rounds.
    bool sound(std::size_t features) const;
};

struct BoostSettings {
    int depth = 4;
    double eta = 0.1, lambda = 5, least_weight = 5;  // of a leaf: its sum of second derivatives
};

// Growing. One thread, no chance of its own: the same gradients give the same trees. Refuses `no_xgboost`.
class Booster {
  public:
    // `rows` of `columns` numbers each, one after the other, finite.
    static Result<std::unique_ptr<Booster>> create(std::span<const float> rows, std::size_t columns, std::size_t outputs, const BoostSettings& settings);
    virtual ~Booster() = default;
    // One round; derivatives row by row, `outputs` each.
    virtual void grow(std::span<float> gradient, std::span<float> second) = 0;
    // What all rounds so far say of the rows, `outputs` each; until the next call.
    virtual std::span<const float> margins() = 0;
    virtual Forest forest() const = 0;
};

}  // namespace fairlead::forecast
