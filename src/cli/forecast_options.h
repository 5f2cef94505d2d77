// What the sub-commands of `fairlead forecast` share: how the file is read and the series prepared.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "derive/json.h"
#include "engines/forecast/forecast.h"

namespace fairlead::cli {

struct ForecastWords {
    std::string input, layout = "auto", series, period_column, value_column, dates, start, separator, encoding;
    std::string period = "auto", measure = "sum", gaps = "auto", duplicates = "auto", outliers = "report", shifts = "report", today;
    std::string calendar, holidays, regressors, regressor_columns, lags, ahead = "refuse";  // forecast_known.h
    std::string level = "80,95", quantiles, pool, model, bounds = "robust", only, trained;
    int horizon = 0, season = 0, threads = 0;
    bool working_days = false, keep_partial = false, quiet = false, json = false;
};

void add_forecast_options(CLI::App& command, ForecastWords& words);
// The sub-commands.
void add_forecast_backtest(CLI::App& forecast, Outcome& outcome);
void add_forecast_train(CLI::App& forecast, Outcome& outcome);

// The file opened, and the engine's options for it. The pool lies beside them where one model was named, as do a learner and what
// is known beside the series.
struct ForecastPlan {
    std::unique_ptr<forecast::SeriesReader> reader;
    forecast::EngineOptions options;
    std::unique_ptr<forecast::Pool> single;
    std::unique_ptr<forecast::Learner> learner;
    std::unique_ptr<forecast::Known> known;
};
Result<ForecastPlan> plan_forecast(const ForecastWords& words);

// An option whose value cannot be is no other fault than one that the parser of options finds: 2; a refusal is printed.
void finish_forecast(const Result<int>& done, Outcome& outcome);

// "80,95" as 0.80, 0.95.
Result<std::vector<double>> read_levels(const std::string& text);
// Ten significant digits, no more.
std::string plain_number(double value);
// The number, or null where there is none that JSON can write.
void write_measured(derive::JsonWriter& w, std::string_view name, forecast::Measured value);

}  // namespace fairlead::cli
