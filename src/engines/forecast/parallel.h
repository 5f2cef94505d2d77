// The same work for many things on several threads. What each gives is written to its own place, so that the number of threads
// changes nothing but the time.
#pragma once
#include <cstddef>
#include <functional>

namespace fairlead::forecast {

// Told from time to time, by one thread at a time: done of all. False stops what has not begun.
using Progress = std::function<bool(std::size_t done, std::size_t of)>;

// Calls `work` for 0 to count - 1, in any order. `threads` 0: as many as there are processors. False when it was stopped; an
// exception of `work` is thrown on once all threads have stopped.
bool for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& work, const Progress& progress = {});

// The same in lots of neighbours: `work` gets the first and the one behind the last of at most `size`, fewer where threads would
// be left without. `progress` counts things, not lots.
bool for_each_lot(std::size_t count, std::size_t size, int threads, const std::function<void(std::size_t, std::size_t)>& work, const Progress& progress = {});

}  // namespace fairlead::forecast
