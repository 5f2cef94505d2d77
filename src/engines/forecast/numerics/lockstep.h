// Searches of many problems in the lanes of one kernel: each evaluation serves all lanes, and a lane whose search has
// ended takes the next problem at once. What a search finds does not depend on its neighbours.
#pragma once
#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "engines/forecast/numerics/lanes.h"
#include "engines/forecast/numerics/minimise.h"

namespace fairlead::forecast {

enum class Stage : std::uint8_t {
    idle,    // no problem left for the lane
    start,   // the value at the start is wanted, by which the search is laid out
    search,  // the search has begun
    last,    // the best point is run once more, for its states
};

// Counts of the shortest and the longest series in the lanes that have one (a count of 0: none).
template <class Lane, std::size_t N>
std::pair<int, int> extent(const std::array<Lane, N>& lanes) {
    int least = std::numeric_limits<int>::max(), most = 0;
    for (const Lane& lane : lanes) {
        if (lane.count == 0) continue;
        least = std::min(least, lane.count);
        most = std::max(most, lane.count);
    }
    return {std::min(least, most), most};
}

// What `problems` offers; a lane is from 0 to `lanes` - 1:
//     Stage take(lane, search)           the next problem, or idle
//     void place(lane, x)                puts a point's parameters into the kernel; x null: those of the start
//     void forward(), backward()         run the kernel
//     double value(lane), void gradient(lane, g)
//     bool begin(lane, search)           after `start`: lays the search out; false where the start does not run
//     Stage finish(lane, search, runs)   after `last`, or (runs false) a start that did not run: gathers what was
//                                        found, and may begin another search of the same problem; idle where not
template <class Problems>
void search_in_lanes(Problems& problems, int lanes) {
    std::array<Minimiser, Rows::most> searches;
    std::array<Stage, Rows::most> stages{};
    std::array<bool, Rows::most> wants{};
    std::vector<double> g;
    const auto next = [&](int lane) { stages[lane] = problems.take(lane, searches[lane]); };
    const auto end = [&](int lane, bool runs) {
        stages[lane] = problems.finish(lane, searches[lane], runs);
        if (stages[lane] == Stage::idle) next(lane);
    };
    const auto busy = [&] {
        return std::any_of(stages.begin(), stages.end(), [](Stage stage) { return stage != Stage::idle; });
    };
    for (int lane = 0; lane < lanes; ++lane) next(lane);
    while (busy()) {
        for (int lane = 0; lane < lanes; ++lane) {
            if (stages[lane] == Stage::start) problems.place(lane, nullptr);
            if (stages[lane] == Stage::search) problems.place(lane, searches[lane].point());
            if (stages[lane] == Stage::last) problems.place(lane, searches[lane].best());
        }
        problems.forward();
        bool any = false;
        for (int lane = 0; lane < lanes; ++lane)
            any |= wants[lane] = stages[lane] == Stage::search && searches[lane].value(problems.value(lane));
        if (any) problems.backward();
        for (int lane = 0; lane < lanes; ++lane) {
            switch (stages[lane]) {
                case Stage::start:
                    if (problems.begin(lane, searches[lane]))
                        stages[lane] = Stage::search;
                    else
                        end(lane, false);
                    break;
                case Stage::search:
                    if (wants[lane]) {
                        g.resize(static_cast<std::size_t>(searches[lane].variables()));
                        problems.gradient(lane, g.data());
                        searches[lane].gradient(g.data());
                    }
                    if (!searches[lane].done()) break;
                    if (searches[lane].found().feasible())
                        stages[lane] = Stage::last;
                    else
                        end(lane, false);
                    break;
                case Stage::last:
                    end(lane, true);
                    break;
                case Stage::idle:
                    break;
            }
        }
    }
}

}  // namespace fairlead::forecast
