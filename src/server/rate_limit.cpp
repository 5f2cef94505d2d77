// Buckets and failures, both on the monotonic clock.
#include "server/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace fairlead::server {
namespace {
constexpr std::size_t keys_max = 100'000;  // more are made by somebody who makes them up
constexpr auto window = std::chrono::minutes(15);
}  // namespace

Buckets::Taken Buckets::take(const std::string& key, Steady now) {
    const std::lock_guard lock(mutex_);
    if (buckets_.size() > keys_max)
        std::erase_if(buckets_, [&](const auto& b) { return now - b.second.at > std::chrono::seconds(10); });
    const auto [it, fresh] = buckets_.try_emplace(key, Bucket{burst_, now});
    Bucket& bucket = it->second;
    if (!fresh) {
        bucket.level = std::min(burst_, bucket.level + std::chrono::duration<double>(now - bucket.at).count() * per_second_);
        bucket.at = now;
    }
    const bool ok = bucket.level >= 1;
    if (ok) bucket.level -= 1;
    const double missing = std::max(0.0, 1 - bucket.level);
    return {ok, static_cast<long long>(burst_), static_cast<long long>(bucket.level), static_cast<long long>(std::ceil(missing / per_second_))};
}

long long FailureLimit::wait(const std::string& key, Steady now) {
    const std::lock_guard lock(mutex_);
    const auto it = failures_.find(key);
    if (it == failures_.end()) return 0;
    std::erase_if(it->second, [&](Steady at) { return now - at > window; });
    const std::size_t count = it->second.size();
    if (count == 0) {
        failures_.erase(it);
        return 0;
    }
    if (count < free_failures_) return 0;
    const auto doubled = std::chrono::seconds(1LL << std::min<std::size_t>(count - free_failures_, 10));
    const auto until = it->second.back() + std::min<std::chrono::seconds>(doubled, window);
    if (now >= until) return 0;
    return std::chrono::ceil<std::chrono::seconds>(until - now).count();
}

void FailureLimit::failed(const std::string& key, Steady now) {
    const std::lock_guard lock(mutex_);
    if (failures_.size() > keys_max)
        std::erase_if(failures_, [&](const auto& f) { return f.second.empty() || now - f.second.back() > window; });
    auto& times = failures_[key];
    times.push_back(now);
    if (times.size() > 64) times.erase(times.begin());
}

void FailureLimit::succeeded(const std::string& key) {
    const std::lock_guard lock(mutex_);
    failures_.erase(key);
}

}  // namespace fairlead::server
