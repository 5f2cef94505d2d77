// Models of intermittent demand.
#include "engines/forecast/models/intermittent.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/search.h"

namespace fairlead::forecast {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double usual_alpha = 0.1;

double mean_square(std::span<const double> values, const std::vector<double>& fitted) {
    double sum = 0, count = 0;
    for (std::size_t t = 0; t < values.size(); ++t) {
        if (std::isnan(fitted[t])) continue;
        sum += (values[t] - fitted[t]) * (values[t] - fitted[t]);
        count += 1;
    }
    return count > 0 ? sum / count : nan;
}

// Periods from one demand to the next on the average, the first counted from the beginning; at least 1.
int usual_interval(std::span<const double> values) {
    int demands = 0, last = 0;
    for (std::size_t t = 0; t < values.size(); ++t)
        if (values[t] > 0) ++demands, last = static_cast<int>(t) + 1;
    return demands == 0 ? 1 : std::max(1, static_cast<int>(std::lround(static_cast<double>(last) / demands)));
}

}  // namespace

Rate croston(std::span<const double> values, double alpha, double factor) {
    Rate now;
    double waited = 0;
    now.fitted.reserve(values.size());
    for (const double value : values) {
        now.fitted.push_back(now.demands == 0 ? nan : now.rate);
        waited += 1;
        if (value <= 0) continue;
        const bool first = now.demands++ == 0;
        now.size = first ? value : now.size + alpha * (value - now.size);
        now.interval = first ? waited : now.interval + alpha * (waited - now.interval);
        // The bias comes from intervals that vary: where there was demand in every period there is none.
        now.rate = (now.interval > 1 ? factor : 1.0) * now.size / now.interval;
        waited = 0;
    }
    return now;
}

Rate teunter(std::span<const double> values, double alpha_size, double alpha_chance) {
    Rate now;
    double chance = 0, waited = 0;
    now.fitted.reserve(values.size());
    for (const double value : values) {
        now.fitted.push_back(now.demands == 0 ? nan : now.rate);
        waited += 1;
        if (now.demands > 0) chance += alpha_chance * ((value > 0 ? 1.0 : 0.0) - chance);
        if (value > 0) {
            if (now.demands++ == 0) {
                now.size = value;
                chance = 1 / waited;
            } else {
                now.size += alpha_size * (value - now.size);
            }
        }
        if (chance > 0) now.interval = 1 / chance;
        now.rate = chance * now.size;
    }
    return now;
}

Rate best_teunter(std::span<const double> values) {
    constexpr double tried[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5};
    Rate best = teunter(values, usual_alpha, usual_alpha);
    double least = mean_square(values, best.fitted);
    for (const double alpha_size : tried) {
        for (const double alpha_chance : tried) {
            Rate other = teunter(values, alpha_size, alpha_chance);
            const double square = mean_square(values, other.fitted);
            if (square < least * (1 - 1e-9)) least = square, best = std::move(other);
        }
    }
    return best;
}

Rate aggregated(std::span<const double> values, int width) {
    const std::size_t wide = std::min<std::size_t>(static_cast<std::size_t>(std::max(width, 1)), values.size());
    const std::size_t blocks = values.size() / wide, left = values.size() - blocks * wide;
    std::vector<double> sums(blocks, 0.0);
    for (std::size_t t = left; t < values.size(); ++t) sums[(t - left) / wide] += values[t];
    const auto smooth = [&](double alpha, std::vector<double>* before) {
        double level = sums[0], squares = 0;
        for (std::size_t block = 0; block < blocks; ++block) {
            if (before) before->push_back(level);
            const double error = sums[block] - level;
            squares += error * error;
            level += alpha * error;
        }
        return std::pair(level, squares);
    };
    double alpha = usual_alpha;
    std::int64_t evaluations = 0;
    if (blocks > 2)
        alpha = minimise_between([&](double a) { return smooth(a, nullptr).second; }, 0.1, 0.3, 1e-6, evaluations, 5);
    std::vector<double> before;
    Rate now;
    now.rate = smooth(alpha, &before).first / static_cast<double>(wide);
    now.fitted.assign(values.size(), nan);
    for (std::size_t t = left + wide; t < values.size(); ++t)
        now.fitted[t] = before[(t - left) / wide] / static_cast<double>(wide);
    now.demands = static_cast<int>(std::count_if(values.begin(), values.end(), [](double value) { return value > 0; }));
    return now;
}

namespace {

Result<Fit> answer(const Question& question, Rate (*rate)(std::span<const double>), std::string_view label,
                   std::string_view words) {
    FAIRLEAD_TRY(check_question(question, label, 1));
    for (std::size_t t = 0; t < question.values.size(); ++t)
        if (question.values[t] < 0)
            return refuse(Why::invalid, "negative",
                          std::string(label) + " is for demand; value " + std::to_string(t + 1) +
                              " is below zero. Use another model",
                          "values");
    const Rate found = rate(question.values);
    Fit fit;
    fit.mean.assign(question.horizon, found.rate);
    const double square = mean_square(question.values, found.fitted);
    fit.deviation.assign(question.horizon, std::isnan(square) ? unknown_deviation(question.values) : std::sqrt(square));
    if (question.with_fitted) fit.fitted = found.fitted;
    fit.parameters = 3;
    fit.evaluations = 1;
    fit.numbers["rate"] = found.rate;
    if (found.interval > 0) {
        fit.numbers["size"] = found.size;
        fit.numbers["interval"] = found.interval;
    }
    fit.description = words;
    if (found.demands == 0) fit.description += ": no demand yet";
    if (found.demands == 1) fit.description += ": rests on one demand";
    return fit;
}

Result<Fit> plain(const Question& question) {
    return answer(
        question, [](std::span<const double> values) { return croston(values, usual_alpha); }, "Croston's method",
        "size and interval of demand");
}
Result<Fit> unbiased(const Question& question) {
    return answer(
        question, [](std::span<const double> values) { return croston(values, usual_alpha, 1 - usual_alpha / 2); },
        "Croston's method without its bias", "size and interval of demand, without bias");
}
Result<Fit> chance(const Question& question) {
    return answer(question, best_teunter, "The method of Teunter, Syntetos and Babai", "chance and size of demand");
}
Result<Fit> one_width(const Question& question) {
    return answer(
        question, [](std::span<const double> values) { return aggregated(values, usual_interval(values)); }, "ADIDA",
        "demand in blocks of the usual interval");
}

// Petropoulos and Kourentzes (2015), IMAPA: the mean over all widths from one period to the usual interval.
Rate many_widths(std::span<const double> values) {
    const int most = usual_interval(values);
    Rate mean = aggregated(values, 1);
    std::vector<double> count(values.size(), 0.0);
    for (std::size_t t = 0; t < values.size(); ++t) count[t] = std::isnan(mean.fitted[t]) ? 0.0 : 1.0;
    for (int width = 2; width <= most; ++width) {
        const Rate other = aggregated(values, width);
        mean.rate += other.rate;
        for (std::size_t t = 0; t < values.size(); ++t) {
            if (std::isnan(other.fitted[t])) continue;
            mean.fitted[t] = count[t] > 0 ? mean.fitted[t] + other.fitted[t] : other.fitted[t];
            count[t] += 1;
        }
    }
    mean.rate /= most;
    for (std::size_t t = 0; t < values.size(); ++t)
        if (count[t] > 0) mean.fitted[t] /= count[t];
    return mean;
}
Result<Fit> all_widths(const Question& question) {
    return answer(question, many_widths, "IMAPA", "mean over demand in blocks of several widths");
}

constexpr Model family[] = {
    {"croston", "Croston", at_least<1>, plain, false, 1},
    {"croston_sba", "Croston without bias (Syntetos-Boylan)", at_least<1>, unbiased, false, 1},
    {"tsb", "Chance and size (Teunter-Syntetos-Babai)", at_least<1>, chance, false, 2},
    {"adida", "Blocks of the usual interval (ADIDA)", at_least<1>, one_width, false, 1},
    {"imapa", "Blocks of several widths (IMAPA)", at_least<1>, all_widths, false, 2},
};

}  // namespace

std::span<const Model> intermittent_family() {
    return family;
}

}  // namespace fairlead::forecast
