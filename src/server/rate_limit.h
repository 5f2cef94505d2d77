// How often somebody may ask: buckets of requests, and the count of failed sign-ins.
#pragma once
#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace fairlead::server {

using Steady = std::chrono::steady_clock::time_point;

// A bucket per key: filled at a steady rate, emptied by requests.
class Buckets {
  public:
    Buckets(double per_second, double burst) : per_second_(per_second), burst_(burst) {}
    struct Taken {
        bool ok;
        long long limit, left, reset_seconds;  // until one more fits
    };
    Taken take(const std::string& key, Steady now = std::chrono::steady_clock::now());

  private:
    struct Bucket {
        double level;
        Steady at;
    };
    const double per_second_, burst_;
    std::mutex mutex_;
    std::unordered_map<std::string, Bucket> buckets_;
};

// Failures within 15 minutes are free up to `free_failures`; each one more doubles the wait.
class FailureLimit {
  public:
    explicit FailureLimit(std::size_t free_failures) : free_failures_(free_failures) {}
    // Seconds to wait before the next attempt; 0: now.
    long long wait(const std::string& key, Steady now = std::chrono::steady_clock::now());
    void failed(const std::string& key, Steady now = std::chrono::steady_clock::now());
    void succeeded(const std::string& key);

  private:
    const std::size_t free_failures_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::vector<Steady>> failures_;
};

}  // namespace fairlead::server
