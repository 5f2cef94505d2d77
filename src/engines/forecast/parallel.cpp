// Work on several threads.
#include "engines/forecast/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace fairlead::forecast {
namespace {

std::size_t number_of(int threads) { return threads > 0 ? static_cast<std::size_t>(threads) : std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace

bool for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& work, const Progress& progress) {
    const std::size_t wanted = number_of(threads);
    std::atomic<std::size_t> next{0}, done{0};
    std::atomic<bool> stopped{false};
    std::mutex telling;
    std::exception_ptr failure;
    const auto run = [&] {
        try {
            for (std::size_t index; !stopped && (index = next++) < count;) {
                work(index);
                const std::size_t finished = ++done;
                if (!progress) continue;
                const std::unique_lock lock(telling, std::try_to_lock);
                if (lock.owns_lock() && !progress(finished, count)) stopped = true;
            }
        } catch (...) {
            const std::lock_guard lock(telling);
            if (!failure) failure = std::current_exception();
            stopped = true;
        }
    };
    std::vector<std::thread> helpers;
    for (std::size_t i = 1; i < std::min(wanted, count); ++i) helpers.emplace_back(run);
    run();
    for (std::thread& helper : helpers) helper.join();
    if (failure) std::rethrow_exception(failure);
    return !stopped;
}

bool for_each_lot(std::size_t count, std::size_t size, int threads, const std::function<void(std::size_t, std::size_t)>& work, const Progress& progress) {
    const std::size_t each = std::max<std::size_t>(1, std::min(size, count / (4 * number_of(threads))));
    Progress of_things;
    if (progress) of_things = [&](std::size_t done, std::size_t) { return progress(std::min(done * each, count), count); };
    return for_each_index((count + each - 1) / each, threads, [&](std::size_t lot) { work(lot * each, std::min((lot + 1) * each, count)); }, of_things);
}

}  // namespace fairlead::forecast
