// Makes orders on a thread of its own, so that nobody waits for one: until it is there, questions look at every match.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "store/columns/state.h"

namespace fairlead::store::columns {

class OrderMaker {
  public:
    explicit OrderMaker(const State& state) : state_(state), thread_([this] { run(); }) {}
    ~OrderMaker();  // ends after the one being made
    // One that waits already, or is being made, is not asked for twice.
    void ask(const MissingOrder& missing);
    // Until all that were asked for are there.
    void wait();

  private:
    void run();

    const State& state_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<MissingOrder> waiting_;  // the first is being made
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace fairlead::store::columns
