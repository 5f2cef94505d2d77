// Which records the latest commits wrote, so that whoever keeps something of them need not read the log for it.
#pragma once
#include <algorithm>
#include <deque>
#include <mutex>

#include "store/store.h"

namespace fairlead::store {

// Thread-safe; bounded.
class RecentWrites {
  public:
    // Everything after `seq` will be told.
    void begin(std::int64_t seq) {
        const std::scoped_lock lock(mutex_);
        records_.clear();
        from_ = until_ = seq;
    }
    // A commit that moved the log to `seq`. `records` is a range of {entity's number, record's id}.
    template <class Records>
    void note(std::int64_t seq, const Records& records) {
        const std::scoped_lock lock(mutex_);
        for (const auto& [entity, id] : records) records_.push_back({seq, {entity, Id{id}}});
        until_ = std::max(until_, seq);
        while (records_.size() > most) {  // a commit is forgotten as a whole
            from_ = records_.front().seq;
            while (!records_.empty() && records_.front().seq == from_) records_.pop_front();
        }
    }
    Written after(std::int64_t seq) const {
        const std::scoped_lock lock(mutex_);
        Written written{until_, seq >= from_, {}};
        if (!written.whole || seq >= until_) return written;
        const auto begin = std::partition_point(records_.begin(), records_.end(), [&](const Noted& one) { return one.seq <= seq; });
        for (auto one = begin; one != records_.end(); ++one) written.records.push_back(one->record);
        return written;
    }

  private:
    static constexpr std::size_t most = 20'000;
    struct Noted {
        std::int64_t seq = 0;
        Written::Key record;
    };
    mutable std::mutex mutex_;
    std::deque<Noted> records_;
    std::int64_t from_ = 0, until_ = 0;
};

}  // namespace fairlead::store
