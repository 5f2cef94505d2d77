// What was worked out for a question, by its text; the least recently used leave first.
#pragma once
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace fairlead::store::columns {

template <class Memo>  // has bytes()
class Memos {
  public:
    explicit Memos(std::size_t bytes_most) : bytes_most_(bytes_most) {}
    std::shared_ptr<const Memo> find(const std::string& question) {
        const std::lock_guard guard(mutex_);
        for (auto memo = memos_.begin(); memo != memos_.end(); ++memo)
            if (memo->first == question) {
                memos_.splice(memos_.begin(), memos_, memo);
                return memos_.front().second;
            }
        return nullptr;
    }
    // Null takes away what was remembered.
    void put(const std::string& question, std::shared_ptr<const Memo> memo) {
        const std::lock_guard guard(mutex_);
        memos_.remove_if([&](const auto& one) { return one.first == question; });
        if (memo) memos_.emplace_front(question, std::move(memo));
        std::size_t sum = 0;
        for (auto one = memos_.begin(); one != memos_.end();) {
            sum += one->second->bytes() + one->first.size();
            one = sum > bytes_most_ ? memos_.erase(one) : std::next(one);
        }
    }
    void set_most(std::size_t bytes) {
        const std::lock_guard guard(mutex_);
        bytes_most_ = bytes;
    }
    void clear() {
        const std::lock_guard guard(mutex_);
        memos_.clear();
    }
    std::size_t bytes() const {
        const std::lock_guard guard(mutex_);
        std::size_t sum = 0;
        for (const auto& [question, memo] : memos_) sum += memo->bytes() + question.size();
        return sum;
    }

  private:
    std::size_t bytes_most_;
    mutable std::mutex mutex_;
    std::list<std::pair<std::string, std::shared_ptr<const Memo>>> memos_;  // newest use first
};

}  // namespace fairlead::store::columns
