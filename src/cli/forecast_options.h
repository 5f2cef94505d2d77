// What the sub-commands of `fairlead forecast` share: how the file is read and the series prepared.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "engines/forecast/forecast.h"

namespace fairlead::cli {

struct ForecastWords {
    std::string input, layout = "auto", series, period_column, value_column, dates, start, separator, encoding;
    std::string period = "auto", measure = "sum", gaps = "auto", duplicates = "auto", outliers = "report", shifts = "report", today;
    std::string level = "80,95", quantiles, pool = "quick", model, bounds = "robust", only;
    int horizon = 0, season = 0, threads = 0;
    bool working_days = false, keep_partial = false, quiet = false, json = false;
};

void add_forecast_options(CLI::App& command, ForecastWords& words);
void add_forecast_backtest(CLI::App& forecast, Outcome& outcome);  // the sub-command

// The file opened, and the engine's options for it. The pool lies beside them where one model was named.
struct ForecastPlan {
    std::unique_ptr<forecast::SeriesReader> reader;
    forecast::EngineOptions options;
    std::unique_ptr<forecast::Pool> single;
};
Result<ForecastPlan> plan_forecast(const ForecastWords& words);

// "80,95" as 0.80, 0.95.
Result<std::vector<double>> read_levels(const std::string& text);
// Ten significant digits, no more.
std::string plain_number(double value);

}  // namespace fairlead::cli
