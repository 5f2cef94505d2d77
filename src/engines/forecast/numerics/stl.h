// Seasons that may change, by loess: STL (Cleveland, Cleveland, McRae, Terpenning 1990) without its robust rounds and
// without jumps, and several seasons one after the other, MSTL (Bandara, Hyndman, Bergmeir 2021).
#pragma once
#include <span>
#include <vector>

namespace fairlead::forecast {

struct StlParts {
    std::vector<double> trend, season;  // what is left is the rest
};
// `season_window` is the odd number of years (seasons) that the season of a year leans on. The other windows are those
// of R's `stl`. At least two seasons.
StlParts stl(std::span<const double> values, int m, int season_window);

struct MstlParts {
    std::vector<int> seasons;                   // those with at least two rounds in the series, shortest first
    std::vector<std::vector<double>> parts;     // of each season
    std::vector<double> trend, without_season;  // values less all parts
};
// Seasons shortest first, two rounds over all. Windows 11, 15, 19 ... as R's `mstl`, or half of all rounds where that
// is more: the season of many days is steadier than 11 of them (on the daily series of NN5, last values held out, 12 %
// better).
MstlParts mstl(std::span<const double> values, std::span<const int> seasons);

}  // namespace fairlead::forecast
