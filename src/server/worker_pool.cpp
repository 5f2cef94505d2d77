// A queue and the threads that empty it.
#include "server/worker_pool.h"

#include <algorithm>
#include <exception>

#include "base/log.h"

namespace fairlead::server {
namespace {

// The turn of this thread, where it has one.
thread_local void* place_here = nullptr;

}  // namespace

WorkerPool::WorkerPool(int threads, int at_once, std::size_t waiting_max, std::chrono::milliseconds long_turn)
    : at_once_(at_once), waiting_max_(waiting_max), long_turn_(long_turn), places_(static_cast<std::size_t>(threads)) {
    for (Place& place : places_) place.thread = std::thread([this, &place] { run(place); });
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::post(std::function<void()> task) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || waiting_.size() >= waiting_max_) return false;
        waiting_.push_back(std::move(task));
        Time next{};
        wake = !watched_ || computing(std::chrono::steady_clock::now(), next) < at_once_;
    }
    if (wake) ready_.notify_one();
    return true;
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    ready_.notify_all();
    for (Place& place : places_)
        if (place.thread.joinable()) place.thread.join();
}

// How many have a turn that counts, and when one of them has lasted so long that it does not any more.
int WorkerPool::computing(Time now, Time& next) const {
    int count = 0;
    next = Time::max();
    for (const Place& place : places_) {
        if (place.since == resting || now - place.since >= long_turn_) continue;
        ++count;
        next = std::min(next, place.since + long_turn_);
    }
    return count;
}

// False when there is nothing more to do.
bool WorkerPool::await_turn(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        if (waiting_.empty()) {
            if (stopping_) return false;
            ready_.wait(lock);
            continue;
        }
        Time next{};
        if (computing(std::chrono::steady_clock::now(), next) < at_once_) return true;
        if (watched_) {
            ready_.wait(lock);
            continue;
        }
        watched_ = true;
        ready_.wait_until(lock, next);
        watched_ = false;
    }
}

void WorkerPool::run(Place& own) {
    place_here = &own;
    set_turn_keeper(this);
    std::unique_lock lock(mutex_);
    while (await_turn(lock)) {
        std::function<void()> task = std::move(waiting_.front());
        waiting_.pop_front();
        own.since = std::chrono::steady_clock::now();
        if (!waiting_.empty() && !watched_) ready_.notify_one();  // somebody else watches
        lock.unlock();
        try {
            task();
        } catch (const std::exception& error) {
            log(Level::error, "worker_task_failed", {{"what", std::string_view(error.what())}});
        }
        task = nullptr;
        lock.lock();
        own.since = resting;
    }
    ready_.notify_all();
    set_turn_keeper(nullptr);
}

void WorkerPool::pause() {
    {
        const std::lock_guard lock(mutex_);
        static_cast<Place*>(place_here)->since = resting;
        if (waiting_.empty()) return;
    }
    ready_.notify_one();
}

void WorkerPool::resume() {
    const std::lock_guard lock(mutex_);
    static_cast<Place*>(place_here)->since = std::chrono::steady_clock::now();
}

}  // namespace fairlead::server
