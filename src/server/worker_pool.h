// Threads that run handlers which may block, so that the threads of the sockets never do.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
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
    enum class Turn : std::uint8_t { none, counts, has_lasted_long };
    struct Place {
        Turn turn = Turn::none;
        Time since;  // when it began
        bool called = false;
        std::condition_variable wake;
        std::thread thread;
    };
    void run(Place& own);
    void watch();
    void begin(Place& place);
    void end(Place& place);
    void rest(Place& own, std::unique_lock<std::mutex>& lock);
    Place* call();  // null: no turn is free, or nothing waits

    const int at_once_;
    const std::size_t waiting_max_;
    const std::chrono::milliseconds long_turn_;
    std::mutex mutex_;
    std::deque<std::function<void()>> waiting_;
    bool stopping_ = false;
    int computing_ = 0;            // turns that count
    int called_ = 0;               // threads that have been woken and are on their way
    std::vector<Place*> resting_;  // threads without a task; who rested last is called first: what it needs is still in the caches
    std::deque<Place> places_;
    bool watching_ = false;
    std::condition_variable late_;
    std::thread watcher_;  // takes from the count what has lasted long, while others wait
};

}  // namespace fairlead::server
