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
    if (threads > at_once) watcher_ = std::thread([this] { watch(); });
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::post(std::function<void()> task) {
    Place* called = nullptr;
    bool look = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || waiting_.size() >= waiting_max_) return false;
        waiting_.push_back(std::move(task));
        called = call();
        look = !called && !watching_;
    }
    if (called) called->wake.notify_one();
    if (look) late_.notify_one();
    return true;
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    for (Place& place : places_) place.wake.notify_one();
    late_.notify_one();
    for (Place& place : places_)
        if (place.thread.joinable()) place.thread.join();
    late_.notify_one();
    if (watcher_.joinable()) watcher_.join();
}

// A thread is woken only for a turn that is free: one too many would cost as much as a short task.
WorkerPool::Place* WorkerPool::call() {
    if (waiting_.empty() || resting_.empty() || computing_ + called_ >= at_once_) return nullptr;
    Place* place = resting_.back();
    resting_.pop_back();
    place->called = true;
    ++called_;
    return place;
}

void WorkerPool::begin(Place& place) {
    place.turn = Turn::counts;
    place.since = std::chrono::steady_clock::now();
    ++computing_;
}

void WorkerPool::end(Place& place) {
    computing_ -= place.turn == Turn::counts;
    place.turn = Turn::none;
}

void WorkerPool::rest(Place& own, std::unique_lock<std::mutex>& lock) {
    resting_.push_back(&own);
    own.wake.wait(lock, [&] { return own.called || stopping_; });
    if (own.called) --called_;
    else std::erase(resting_, &own);
    own.called = false;
}

void WorkerPool::run(Place& own) {
    place_here = &own;
    set_turn_keeper(this);
    std::unique_lock lock(mutex_);
    for (;;) {
        if (waiting_.empty() || computing_ >= at_once_) {
            if (stopping_) break;  // whoever has a turn does what still waits
            rest(own, lock);
            continue;
        }
        std::function<void()> task = std::move(waiting_.front());
        waiting_.pop_front();
        begin(own);
        if (Place* called = call()) called->wake.notify_one();
        lock.unlock();
        try {
            task();
        } catch (const std::exception& error) {
            log(Level::error, "worker_task_failed", {{"what", std::string_view(error.what())}});
        }
        task = nullptr;
        lock.lock();
        end(own);
    }
    set_turn_keeper(nullptr);
}

// Sleeps while nobody waits, and looks in quarters of a turn while somebody does.
void WorkerPool::watch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        watching_ = !waiting_.empty();
        if (!watching_) {
            late_.wait(lock);
            continue;
        }
        const Time now = std::chrono::steady_clock::now();
        for (Place& place : places_)
            if (place.turn == Turn::counts && now - place.since >= long_turn_) {
                place.turn = Turn::has_lasted_long;
                --computing_;
            }
        while (Place* called = call()) called->wake.notify_one();
        late_.wait_for(lock, long_turn_ / 4 + std::chrono::microseconds(250));
    }
}

void WorkerPool::pause() {
    Place* called = nullptr;
    {
        const std::lock_guard lock(mutex_);
        end(*static_cast<Place*>(place_here));
        called = call();
    }
    if (called) called->wake.notify_one();
}

void WorkerPool::resume() {
    const std::lock_guard lock(mutex_);
    begin(*static_cast<Place*>(place_here));
}

}  // namespace fairlead::server
