// Following the change log.
#include "server/feed.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/log.h"

namespace fairlead::server {
namespace {
constexpr std::size_t kept = 10'000;
constexpr int batch = 1'000;
constexpr auto pause = std::chrono::milliseconds(100);
}  // namespace

Feed::Feed(store::Store& store) : store_(store) {
    seen_ = store.last_seq();
    dropped_to_ = seen_;
}

Feed::~Feed() { stop(); }

void Feed::start() {
    thread_ = std::thread([this] { run(); });
}

void Feed::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stop_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Feed::take() {
    if (store_.last_seq() <= seen_) return false;
    const auto entries = store_.log_after(seen_, batch);
    if (entries.empty()) return false;
    for (const store::LogEntry& entry : entries) {
        FeedEntry one{entry.seq, entry.entity, entry.record, entry.kind, {}};
        for (const auto& field : entry.fields) one.fields.push_back(field.name);
        for (const auto& listener : listeners_) listener(one);
        const std::lock_guard lock(mutex_);
        recent_.push_back(std::move(one));
        if (recent_.size() > kept) {
            dropped_to_ = recent_.front().seq;
            recent_.pop_front();
        }
    }
    seen_ = entries.back().seq;
    return entries.size() == static_cast<std::size_t>(batch);
}

void Feed::run() {
    for (;;) {
        const std::int64_t before = seen_;
        bool more = false;
        try {
            more = take();
        } catch (const std::exception& error) {
            log(Level::error, "feed_failed", {{"what", std::string_view(error.what())}});
        }
        if (seen_ != before) wake_all();
        std::unique_lock lock(mutex_);
        if (stopping_) return;
        if (!more) stop_.wait_for(lock, pause, [this] { return stopping_; });
        if (stopping_) return;
    }
}

std::uint64_t Feed::subscribe(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wakers_[next_] = std::move(wake);
    return next_++;
}

void Feed::unsubscribe(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    wakers_.erase(number);
}

void Feed::wake_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, wake] : wakers_) wake();
}

std::optional<Feed::Crowd> Feed::crowd_after(std::int64_t seq, std::size_t most) const {
    const std::lock_guard lock(mutex_);
    if (seq < dropped_to_) return {};
    const auto begin = std::partition_point(recent_.begin(), recent_.end(), [&](const FeedEntry& e) { return e.seq <= seq; });
    if (static_cast<std::size_t>(recent_.end() - begin) <= most) return {};
    Crowd crowd{recent_.back().seq, {}};
    for (auto it = begin; it != recent_.end(); ++it) {
        if (std::find(crowd.entities.begin(), crowd.entities.end(), it->entity) == crowd.entities.end()) crowd.entities.push_back(it->entity);
    }
    return crowd;
}

std::vector<FeedEntry> Feed::after(std::int64_t seq, std::size_t limit, bool& complete) const {
    const std::lock_guard lock(mutex_);
    complete = seq >= dropped_to_;
    std::vector<FeedEntry> entries;
    const auto begin = std::partition_point(recent_.begin(), recent_.end(), [&](const FeedEntry& e) { return e.seq <= seq; });
    for (auto it = begin; it != recent_.end() && entries.size() < limit; ++it) entries.push_back(*it);
    return entries;
}

}  // namespace fairlead::server
