// Threads that run handlers which may block, so that the threads of the sockets never do.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/turn.h"

namespace fairlead::server {

// Of the threads, only `at_once` compute at a time, in the order in which the tasks came: not counted are those that
// wait (base/turn.h) and those whose task has taken long already, so that slow tasks do not hold up short ones.
class WorkerPool final : public TurnKeeper {
  public:
    WorkerPool(int threads, int at_once, std::size_t waiting_max, std::chrono::milliseconds long_turn = std::chrono::milliseconds(50));
    ~WorkerPool() override;
    // False when too many wait already, or the pool is stopping.
    bool post(std::function<void()> task);
    void stop();  // runs what is waiting, then joins

    void pause() override;
    void resume() override;

  private:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr Time resting = Time::min();
    struct Place {
        Time since = resting;  // when its turn began
        std::thread thread;
    };
    void run(Place& own);
    bool await_turn(std::unique_lock<std::mutex>& lock);
    int computing(Time now, Time& next) const;

    const int at_once_;
    const std::size_t waiting_max_;
    const std::chrono::milliseconds long_turn_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> waiting_;
    bool stopping_ = false;
    bool watched_ = false;  // somebody looks when the next turn has lasted long
    std::vector<Place> places_;
};

}  // namespace fairlead::server
