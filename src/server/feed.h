// The change log as it grows: told to those who wait for changes (event streams, accounts, schedules).
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace fairlead::server {

// One entry, without its values.
struct FeedEntry {
    std::int64_t seq = 0;
    std::string entity;
    Id record{};
    model::ChangeKind kind{};
    std::vector<std::string> fields;
};

class Feed {
  public:
    explicit Feed(store::Store& store);
    ~Feed();
    // Called on the feed's thread, in order. Before start().
    void listen(std::function<void(const FeedEntry&)> listener) { listeners_.push_back(std::move(listener)); }
    void start();
    void stop();

    // Wakes an event stream when something is new, until the returned number is given back.
    std::uint64_t subscribe(std::function<void()> wake);
    void unsubscribe(std::uint64_t number);
    void wake_all();

    // Entries after `seq` that are still at hand, at most `limit`; false in `complete`: older ones are gone from memory.
    std::vector<FeedEntry> after(std::int64_t seq, std::size_t limit, bool& complete) const;
    // The kinds of all entries after `seq`, each once, when there are more than `most` of them and none is gone from memory.
    struct Crowd {
        std::int64_t last = 0;
        std::vector<std::string> entities;
    };
    std::optional<Crowd> crowd_after(std::int64_t seq, std::size_t most) const;
    std::int64_t last_seq() const { return seen_; }

  private:
    void run();
    bool take();
    store::Store& store_;
    std::vector<std::function<void(const FeedEntry&)>> listeners_;
    mutable std::mutex mutex_;
    std::condition_variable stop_;
    std::deque<FeedEntry> recent_;
    std::int64_t dropped_to_ = 0;   // entries up to here are not in recent_
    std::unordered_map<std::uint64_t, std::function<void()>> wakers_;
    std::uint64_t next_ = 1;
    std::atomic<std::int64_t> seen_{0};
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace fairlead::server
