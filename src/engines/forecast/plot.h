// A picture of one forecast: the past, what would have been said of its end, the forecast and its intervals, as SVG.
#pragma once
#include <string>
#include <vector>

#include "engines/forecast/forecast.h"

namespace fairlead::forecast {

// Standalone SVG, readable on white. `levels` as of the engine; `caption` stands below the title.
std::string plot_svg(const Forecast& forecast, const std::vector<double>& levels, const std::string& caption);

// "1,234,567", "12.5": for people, at most three decimals where they matter beside `size`.
std::string shown(double value, double size);

}  // namespace fairlead::forecast
