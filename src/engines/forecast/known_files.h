// Files of what is known beside series: events with their dates, and outside series by period.
//
// Events: a row per day, `date,name`, and where said how many days before and after may count: `before,after` (or `lower_window`,
// `upper_window`, as some write it, below zero before). Regressors: a row per period and a column per regressor, the same for all
// series, or a row per series and period where a column names the series. Nothing is guessed: a period without a row or a value
// inside is refused, as are two rows of one period, and what is no number or no date, each with its line.
#pragma once
#include <string>
#include <vector>

#include "engines/forecast/known.h"

namespace fairlead::forecast {

Result<std::vector<Event>> read_events(const std::string& path, DayOrder order = DayOrder::unknown);

struct RegressorFile {
    std::vector<Regressor> regressors;
    std::string series_column;  // empty: for all series
};
// `series`: the columns that name the series in the file of series; used here where all of them are there.
Result<RegressorFile> read_regressors(const std::string& path, const std::vector<std::string>& series, DayOrder order = DayOrder::unknown);

// "price:0-2,index:3": the lags of regressors by name. Refuses names that are not there, and lags that are no numbers from 0 to 1,000.
Result<void> set_lags(std::vector<Regressor>& regressors, const std::string& text);

}  // namespace fairlead::forecast
