// `fairlead forecast` with what is known beside the series: its options, and what is told of it.
#pragma once
#include <memory>

#include "cli/forecast_options.h"
#include "derive/json.h"
#include "engines/forecast/known.h"

namespace fairlead::cli {

void add_known_options(CLI::App& command, ForecastWords& words);
// Fills the plan's options for reading, preparing and forecasting. Nothing is known where no option asks for it.
Result<std::unique_ptr<forecast::Known>> plan_known(const ForecastWords& words, forecast::ReadOptions& reading, forecast::PrepareOptions& preparing);
// Regressors of single series do not go with sums of series.
Result<void> check_sums(const forecast::Known* known);

// Of a series: "effects" with what was found, what was not used, and what is put back by step. Nothing where nothing was asked.
void write_effects(derive::JsonWriter& w, const forecast::Forecast& one);
void print_effects(const forecast::Forecast& one);
// Of a kind: the error on held-out ends without what is known beside the series.
void write_without(derive::JsonWriter& w, const forecast::Kind& kind);
std::string words_without(const forecast::Kind& kind);

}  // namespace fairlead::cli
