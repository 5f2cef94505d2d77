// How a program of one's own uses the engine; docs/guide/forecasting.md shows it.
#include <doctest/doctest.h>

#include <sstream>

#include "engines/forecast/forecast.h"

namespace {

// ---- example
using namespace fairlead::forecast;

std::string forecast_sales(const std::vector<double>& months) {
    ReadSeries sales;
    sales.series.id = "Sales";
    for (std::size_t i = 0; i < months.size(); ++i) sales.series.observations.push_back({{Frequency::month, 2024 * 12 + static_cast<std::int64_t>(i)}, months[i]});
    const std::vector<Forecast> answers = forecast_all({sales}, {.horizon = 3, .levels = {0.9}});
    const Forecast& answer = answers[0];
    if (answer.refused) return answer.refused->message();
    std::ostringstream out;
    for (std::size_t step = 0; step < answer.mean.size(); ++step)
        out << answer.period(step).text() << ": " << answer.mean[step] << " (" << answer.band(0.05)->values[step] << " to " << answer.band(0.95)->values[step] << ")\n";
    for (const auto& note : answer.series.notes) out << note.message << "\n";
    return out.str();
}
// ---- end

}  // namespace

TEST_CASE("The example of the guide forecasts") {
    std::vector<double> months;
    for (int i = 0; i < 36; ++i) months.push_back(100 + i + (i * 5) % 7);
    const std::string said = forecast_sales(months);
    CHECK(said.starts_with("2027-01: 1"));
    CHECK(said.find("2027-03: ") != std::string::npos);
    CHECK(forecast_sales({}) == "It has no value");
}
