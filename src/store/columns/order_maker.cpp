#include "store/columns/order_maker.h"

#include <algorithm>
#include <exception>

#include "base/log.h"

namespace fairlead::store::columns {

OrderMaker::~OrderMaker() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void OrderMaker::ask(const MissingOrder& missing) {
    {
        const std::scoped_lock lock(mutex_);
        const bool known = std::any_of(waiting_.begin(), waiting_.end(), [&](const MissingOrder& one) { return one.column == missing.column && one.generation == missing.generation; });
        if (known) return;
        waiting_.push_back(missing);
    }
    changed_.notify_all();
}

void OrderMaker::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.empty() || stopping_; });
}

void OrderMaker::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        const MissingOrder missing = waiting_.front();
        lock.unlock();
        try {
            build(state_, missing);
        } catch (const std::exception& failure) {  // too little memory: lists go on without it
            log(Level::error, "order_not_made", {{"reason", std::string_view(failure.what())}});
        }
        lock.lock();
        waiting_.pop_front();
        changed_.notify_all();
    }
}

}  // namespace fairlead::store::columns
