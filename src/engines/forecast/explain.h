// Why a forecast is what it is: its parts, the periods of the records on which it hangs, and what changed since an earlier one.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engines/forecast/forecast.h"

namespace fairlead::forecast {

// Where the series stands and what it does, in its own unit: by loess (numerics/stl.h, of logarithms where all values are above zero)
// where two seasons are known, else by running medians.
struct Parts {
    double level = 0, per_period = 0;  // at the end; its average change over the last `span` periods
    std::size_t span = 0;
    std::vector<double> season;        // of the last season, above or below the level; empty where none is known
};
Parts parts_of(const Series& series);

// One period of the records without which the forecast would be notably different.
struct Influence {
    Period period;
    std::string what;        // "outlier", "level_shift" or "last_value"
    double value = 0;        // as recorded
    double expected = 0;     // as neighbours and season say (of a step: the mean of the values before it)
    double without = 0;      // the total forecast if it were as expected (of a step: from the values behind it alone)
    double share = 0;        // of the total forecast by which `without` lies above it (below where negative); of its size
};
// Outliers and steps that were found, and the last value, each put back in line and forecast again; told are those that move the
// total over the horizon by 5 % of it or by a quarter of the innermost interval's half width, the largest first.
std::vector<Influence> influences(const Way& way, const Forecast& forecast);

// An earlier forecast of the same series, as it was kept.
struct Earlier {
    std::string pool;
    Period first;                                        // of `values`
    std::vector<double> values;                          // what it knew
    std::vector<std::pair<Period, double>> said;
    std::vector<std::pair<double, double>> interval;     // per step of `said`, or none
};

struct Change {
    struct Arrived {
        Period period;
        double said = 0, came = 0;
        std::optional<bool> inside;      // the interval that was given
    };
    struct Revised {
        Period period;
        std::optional<double> before, after;  // none: it was not known
    };
    std::vector<Arrived> arrived;        // periods that are over by now
    std::vector<Revised> revised;        // of what was known then
    // Totals over the periods that both forecast: what was said, what today's models say of the same records (by the settings
    // and models), of these as revised, and of all that is known now.
    std::vector<Period> common;
    double before = 0, same_records = 0, revised_records = 0, now = 0;
};
// Refuses `other_periods` where the earlier one is of another frequency, or forecasts periods of which it had values.
Result<Change> what_changed(const Way& way, const Forecast& now, const Earlier& earlier);

}  // namespace fairlead::forecast
