// Drawing one forecast.
#include "engines/forecast/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace fairlead::forecast {
namespace {

constexpr double width = 900, height = 420, left = 84, right = 24, top = 64, bottom = 44;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
    return out;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

// 1, 2 or 5 times a power of ten, so that some six steps span the range.
double step_of(double range) {
    const double raw = range / 6, power = std::pow(10, std::floor(std::log10(raw)));
    for (const double nice : {1.0, 2.0, 5.0})
        if (raw <= nice * power) return nice * power;
    return 10 * power;
}

struct Frame {
    double low = 0, high = 1;
    std::size_t count = 2;  // positions along the axis
    double x(double at) const { return left + at / static_cast<double>(count - 1) * (width - left - right); }
    double y(double value) const { return top + (high - value) / (high - low) * (height - top - bottom); }
};

std::string path(const Frame& frame, const std::vector<std::pair<double, double>>& points) {
    std::string out;
    for (const auto& [at, value] : points) out += (out.empty() ? "M" : "L") + number(frame.x(at)) + " " + number(frame.y(value));
    return out;
}

}  // namespace

std::string shown(double value, double size) {
    const double magnitude = std::max(std::abs(size), std::abs(value));
    const int decimals = magnitude >= 1000 || magnitude == 0 ? 0 : magnitude >= 100 ? 1 : magnitude >= 1 ? 2 : 3;
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, std::abs(value));
    std::string out = text;
    const std::size_t whole = std::min(out.find('.'), out.size());
    if (whole <= 18)
        for (std::size_t at = whole; at > 3; at -= 3) out.insert(at - 3, ",");
    return (value < 0 && out.find_first_of("123456789") != std::string::npos ? "-" : "") + out;
}

std::string plot_svg(const Forecast& forecast, const std::vector<double>& levels, const std::string& caption) {
    const Series& series = forecast.series;
    const std::size_t steps = forecast.mean.size(), n = series.values.size();
    // As much of the past as helps to judge: at least five seasons and four horizons.
    const std::size_t past = std::min(n, std::max({std::size_t{60}, 5 * static_cast<std::size_t>(series.season), 4 * steps})), from = n - past;
    Frame frame;
    frame.count = std::max<std::size_t>(2, past + steps);
    std::vector<double> all(series.values.begin() + static_cast<std::ptrdiff_t>(from), series.values.end());
    all.insert(all.end(), forecast.mean.begin(), forecast.mean.end());
    for (const Band& band : forecast.bands) all.insert(all.end(), band.values.begin(), band.values.end());
    for (std::size_t i = 0; i < past; ++i) all[i] *= series.times(series.first.after(static_cast<std::int64_t>(from + i)));
    auto [low, high] = std::minmax_element(all.begin(), all.end());
    double least = *low, most = *high;
    if (least > 0 && least < 0.4 * most) least = 0;
    if (most - least < 1e-12 * std::max(1.0, std::abs(most))) most += std::max(1.0, std::abs(most) * 0.1), least -= std::max(1.0, std::abs(least) * 0.1);
    const double step = step_of(most - least);
    frame.low = std::floor(least / step) * step;
    frame.high = std::ceil(most / step) * step;

    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 420\" width=\"900\" height=\"420\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<rect width=\"900\" height=\"420\" fill=\"#fff\"/>\n";
    svg += "<text x=\"84\" y=\"28\" font-size=\"17\" font-weight=\"600\" fill=\"#1b2330\">" + escaped(forecast.id) + "</text>\n<text x=\"84\" y=\"47\" fill=\"#5a6475\">" + escaped(caption) + "</text>\n";
    for (double value = frame.low; value <= frame.high + step / 2; value += step) {
        const double y = frame.y(value);
        svg += "<line x1=\"84\" x2=\"876\" y1=\"" + number(y) + "\" y2=\"" + number(y) + "\" stroke=\"#e6e9ee\"/><text x=\"76\" y=\"" + number(y + 4) + "\" text-anchor=\"end\" fill=\"#5a6475\">" + shown(std::abs(value) < step / 1e6 ? 0 : value, step) + "</text>\n";
    }
    // Some seven periods along the axis, at starts of a season where there is one.
    const std::size_t total = past + steps, stride_raw = std::max<std::size_t>(1, total / 8), season = static_cast<std::size_t>(series.season);
    const std::size_t stride = season > 1 && total > 2 * season ? std::max<std::size_t>(1, (stride_raw + season / 2) / season) * season : stride_raw;
    std::size_t first = 0;
    if (series.frequency == Frequency::month || series.frequency == Frequency::quarter)
        while (first < stride && series.first.after(static_cast<std::int64_t>(from + first)).index % series.season != 0 && season > 1) ++first;
    for (std::size_t at = first; at < total; at += stride) {
        const double x = frame.x(static_cast<double>(at));
        svg += "<line x1=\"" + number(x) + "\" x2=\"" + number(x) + "\" y1=\"376\" y2=\"381\" stroke=\"#8a93a3\"/><text x=\"" + number(x) + "\" y=\"396\" text-anchor=\"middle\" fill=\"#5a6475\">" + series.first.after(static_cast<std::int64_t>(from + at)).text() + "</text>\n";
    }
    const double edge = static_cast<double>(past) - 1, last = all[past - 1];
    std::vector<double> widest = levels;
    std::sort(widest.rbegin(), widest.rend());
    for (std::size_t i = 0; i < widest.size(); ++i) {
        const Band *lower = forecast.band((1 - widest[i]) / 2), *upper = forecast.band((1 + widest[i]) / 2);
        if (lower == nullptr || upper == nullptr) continue;
        std::vector<std::pair<double, double>> around{{edge, last}};
        for (std::size_t h = 0; h < steps; ++h) around.emplace_back(edge + 1 + static_cast<double>(h), upper->values[h]);
        for (std::size_t h = steps; h-- > 0;) around.emplace_back(edge + 1 + static_cast<double>(h), lower->values[h]);
        svg += "<path d=\"" + path(frame, around) + "Z\" fill=\"#2f6fde\" fill-opacity=\"" + (i == 0 ? "0.14" : "0.2") + "\"/>\n";
    }
    std::vector<std::pair<double, double>> line;
    for (std::size_t i = 0; i < past; ++i) line.emplace_back(static_cast<double>(i), all[i]);
    svg += "<path d=\"" + path(frame, line) + "\" fill=\"none\" stroke=\"#1b2330\" stroke-width=\"1.6\" stroke-linejoin=\"round\"/>\n";
    if (past == 1) svg += "<circle cx=\"" + number(frame.x(0)) + "\" cy=\"" + number(frame.y(all[0])) + "\" r=\"3\" fill=\"#1b2330\"/>\n";
    line.clear();
    for (std::size_t i = 0; i < forecast.held_out_forecast.size(); ++i)
        if (const std::size_t at = n - forecast.held_out.size() + i; at >= from) line.emplace_back(static_cast<double>(at - from), std::clamp(forecast.held_out_forecast[i], frame.low, frame.high));
    if (line.size() > 1) svg += "<path d=\"" + path(frame, line) + "\" fill=\"none\" stroke=\"#c4682b\" stroke-width=\"1.4\" stroke-dasharray=\"4 3\"/>\n";
    line = {{edge, last}};
    for (std::size_t h = 0; h < steps; ++h) line.emplace_back(edge + 1 + static_cast<double>(h), forecast.mean[h]);
    svg += "<path d=\"" + path(frame, line) + "\" fill=\"none\" stroke=\"#2f6fde\" stroke-width=\"2\" stroke-linejoin=\"round\"/>\n";
    double x = 450;
    const auto legend = [&](const char* mark, const std::string& words, double room) {
        svg += "<path d=\"M" + number(x) + " 24h18\" " + mark + "/><text x=\"" + number(x + 23) + "\" y=\"28\" fill=\"#5a6475\">" + words + "</text>\n";
        x += room;
    };
    legend("stroke=\"#1b2330\" stroke-width=\"1.6\"", "past", 62);
    if (!forecast.held_out_forecast.empty()) legend("stroke=\"#c4682b\" stroke-width=\"1.4\" stroke-dasharray=\"4 3\"", "as it would have been", 168);
    legend("stroke=\"#2f6fde\" stroke-width=\"2\"", "forecast", 84);
    std::string words;
    for (std::size_t i = widest.size(); i-- > 0;) words += (words.empty() ? "" : ", ") + shown(widest[i] * 100, 1e6) + " %";
    if (!words.empty()) legend("stroke=\"#2f6fde\" stroke-opacity=\"0.3\" stroke-width=\"10\"", words, 0);
    return svg + "</svg>\n";
}

}  // namespace fairlead::forecast
