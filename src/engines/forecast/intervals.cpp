// Conformal intervals.
#include "engines/forecast/intervals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>

#include "base/result.h"

namespace fairlead::forecast {
namespace {

constexpr std::size_t features = 7;
constexpr double least_for_regression = 40, weight_of_usual = 20;
using Row = std::array<double, features>;

// The place of a quantile among n scores as split conformal prediction has it, between two scores where it falls there; beyond
// the outermost score, on as a normal distribution goes.
double quantile_of(const std::vector<double>& sorted, double probability) {
    const double n = static_cast<double>(sorted.size()), place = (n + 1) * probability;
    if (sorted.size() < 2) return sorted.empty() ? 0 : sorted[0];
    const auto beyond = [&](double edge, double at) { return edge * normal_quantile(probability) / normal_quantile(at / (n + 1)); };
    // A tail that lies on the other side of zero is not stretched away from it.
    if (place >= n) return place > n && sorted.back() > 0 ? std::max(sorted.back(), beyond(sorted.back(), n)) : sorted.back();
    if (place <= 1) return place < 1 && sorted.front() < 0 ? std::min(sorted.front(), beyond(sorted.front(), 1)) : sorted.front();
    const auto low = static_cast<std::size_t>(place);
    return sorted[low - 1] + (place - static_cast<double>(low)) * (sorted[low] - sorted[low - 1]);
}

Row row_of(const Outlook& outlook, std::size_t step) {
    const double scale = outlook.scale;
    const auto relative = [&](double value, double least) { return std::log(std::clamp(value / scale, 0.0, 1e6) + least); };
    return {1, relative(outlook.deviation[step], 0.02), relative(outlook.spread[step], 0.05), outlook.earlier ? std::log(*outlook.earlier + 0.05) : 0.0, outlook.earlier ? 1.0 : 0.0,
            std::log(std::max(outlook.seasons, 0.5)), std::log(1.0 + static_cast<double>(step))};
}

// Solves a small symmetric system by Cholesky's method; the ridge on its diagonal makes it one that can be solved.
Row solve(std::array<Row, features> a, Row b) {
    for (std::size_t i = 0; i < features; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / a[j][j];
        }
    }
    for (std::size_t i = 0; i < features; ++i) {
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (std::size_t i = features; i-- > 0;) {
        for (std::size_t k = i + 1; k < features; ++k) b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    return b;
}

// The logarithm of the error relative to the scale, regressed on the outlook.
std::vector<double> regress(const std::vector<HeldOut>& cases) {
    std::array<Row, features> square{};
    Row product{};
    double count = 0;
    for (const HeldOut& one : cases) {
        if (one.outlook.scale <= 0) continue;
        for (std::size_t h = 0; h < one.actual.size(); ++h) {
            const Row row = row_of(one.outlook, h);
            const double target = std::log(std::clamp(std::abs(one.actual[h] - one.outlook.mean[h]) / one.outlook.scale, 0.0, 1e6) + 0.05);
            for (std::size_t i = 0; i < features; ++i) {
                for (std::size_t j = 0; j < features; ++j) square[i][j] += row[i] * row[j];
                product[i] += row[i] * target;
            }
            ++count;
        }
    }
    if (count == 0) return {};
    for (std::size_t i = 0; i < features; ++i) square[i][i] += (i == 0 ? 1e-9 : 0.002) * count + 1e-9;
    const Row solved = solve(square, product);
    return {solved.begin(), solved.end()};
}

}  // namespace

double normal_quantile(double probability) {
    // Bisection on erfc: exact to the last digits, and called some dozens of times only.
    double low = -40, high = 40;
    for (int i = 0; i < 200 && high - low > 1e-14; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
    }
    return (low + high) / 2;
}

double usual_score(double probability, bool seasonal) {
    constexpr std::array<double, 11> probabilities{0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995};
    constexpr std::array<double, 11> plain{-4.3, -2.7, -2.15, -1.6, -0.8, 0, 0.95, 2.1, 3.0, 4.1, 7.0}, with_season{-3.0, -1.6, -1.2, -0.85, -0.38, 0, 0.7, 1.35, 1.8, 2.3, 3.6};
    const auto& scores = seasonal ? with_season : plain;
    // Between two of them, and beyond, straight in normal quantiles.
    std::size_t at = 1;
    while (at + 1 < probabilities.size() && probabilities[at] < probability) ++at;
    const double low = normal_quantile(probabilities[at - 1]), high = normal_quantile(probabilities[at]);
    return scores[at - 1] + (scores[at] - scores[at - 1]) * (normal_quantile(probability) - low) / (high - low);
}

double plain_difficulty(const Outlook& outlook, std::size_t step) {
    const double grown = outlook.scale * std::sqrt(1.0 + static_cast<double>(step)), own = outlook.deviation[step];
    return grown > 0 && own > 0 ? std::sqrt(grown * own) : std::max(grown, own);
}

double interval_scale(std::span<const double> past, int season) {
    if (const Measured scale = absolute_scale(past, season)) return *scale;
    if (const Measured scale = absolute_scale(past, 1)) return *scale;
    return past.size() == 1 ? std::abs(past[0]) : 0;  // of one value nothing is known but its size
}

Calibration::Calibration(const std::vector<HeldOut>& cases, int horizon, std::vector<double> probabilities, bool seasonal, double regressed)
    : horizon_(horizon), probabilities_(std::move(probabilities)), seasonal_(seasonal), regressed_(regressed) {
    std::vector<std::vector<double>> scores(static_cast<std::size_t>(horizon)), sums(static_cast<std::size_t>(horizon));
    std::map<std::size_t, std::size_t> ends;
    for (const HeldOut& one : cases)
        if (one.outlook.scale > 0 && !one.actual.empty()) ++cases_, ++ends[one.series];
    for (const auto& [series, count] : ends) worth_ += 1 + static_cast<double>(count - 1) / horizon;
    if (worth_ >= least_for_regression && regressed > 0) weights_ = regress(cases);
    for (const HeldOut& one : cases) {
        ensure(one.actual.size() <= scores.size() && one.actual.size() <= one.outlook.mean.size(), "held-out values have a forecast each");
        if (one.outlook.scale <= 0) continue;
        const std::vector<double> width = difficulty(one.outlook);
        double error = 0, together = 0;
        for (std::size_t h = 0; h < one.actual.size(); ++h) {
            error += one.actual[h] - one.outlook.mean[h];
            together += width[h];
            if (width[h] <= 0) continue;
            scores[h].push_back((one.actual[h] - one.outlook.mean[h]) / width[h]);
            sums[h].push_back(error / together);
        }
    }
    learn_together(scores);
    steps_ = table(scores);
    totals_ = table(sums);
}

// The correlation of neighbouring steps' errors, each step's by their ranks in normal scores; the ends that tell it are mixed, as they
// are worth, with 20 that say 0.7: errors of a level that was misjudged stay.
void Calibration::learn_together(const std::vector<std::vector<double>>& scores) {
    constexpr double usual = 0.7;
    std::vector<std::vector<double>> normal(scores.size());
    for (std::size_t h = 0; h < scores.size(); ++h) {
        std::vector<std::size_t> order(scores[h].size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[h][a] < scores[h][b]; });
        normal[h].resize(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) normal[h][order[i]] = normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(order.size()));
    }
    // Ends that lack later steps, and cases without a width, leave the columns of different lengths: those that match are cases in
    // the same order.
    double cross = 0, own = 0;
    for (std::size_t h = 0; h + 1 < normal.size(); ++h) {
        if (normal[h].size() != normal[h + 1].size()) continue;
        for (std::size_t i = 0; i < normal[h].size(); ++i) {
            cross += normal[h][i] * normal[h + 1][i];
            own += (normal[h][i] * normal[h][i] + normal[h + 1][i] * normal[h + 1][i]) / 2;
        }
    }
    const double trust = worth_ / (worth_ + weight_of_usual), seen = own > 0 ? cross / own : usual;
    together_ = std::clamp(trust * seen + (1 - trust) * usual, 0.0, 0.99);
}

std::vector<std::vector<double>> Calibration::paths(const Outlook& outlook, std::size_t count, std::uint64_t seed) const {
    const std::size_t steps = outlook.mean.size();
    std::vector<std::vector<double>> rows = quantiles(outlook), out(count, std::vector<double>(steps));
    ensure(rows.size() >= 2, "paths are drawn between quantiles");
    // splitmix64, and Box and Muller's two normal numbers of two even ones.
    std::uint64_t state = seed;
    const auto even = [&] {
        state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
    };
    std::vector<double> scores(probabilities_.size());
    for (std::size_t p = 0; p < scores.size(); ++p) scores[p] = normal_quantile(probabilities_[p]);
    const double rest = std::sqrt(1 - together_ * together_);
    for (auto& path : out) {
        double error = 0;
        for (std::size_t h = 0; h < steps; ++h) {
            const double drawn = std::sqrt(-2 * std::log(even())) * std::cos(2 * std::numbers::pi * even());
            error = h == 0 ? drawn : together_ * error + rest * drawn;
            // Straight between two quantiles in normal scores; beyond the last, on as between the last two, three deviations at most.
            const double at = std::clamp(error, scores.front() - 3, scores.back() + 3);
            std::size_t p = 1;
            while (p + 1 < scores.size() && scores[p] < at) ++p;
            path[h] = rows[p - 1][h] + (rows[p][h] - rows[p - 1][h]) * (at - scores[p - 1]) / (scores[p] - scores[p - 1]);
        }
    }
    return out;
}

// Quantiles per probability and step. A step borrows from its neighbours until the tail holds four scores.
std::vector<std::vector<double>> Calibration::table(std::vector<std::vector<double>>& scores) const {
    const std::size_t steps = scores.size();
    std::vector<std::vector<double>> out(probabilities_.size(), std::vector<double>(steps));
    std::vector<double> gathered;
    for (std::size_t h = 0; h < steps; ++h) {
        std::size_t reach = steps;  // none yet
        for (std::size_t p = 0; p < probabilities_.size(); ++p) {
            const double needed = 4 / std::min(probabilities_[p], 1 - probabilities_[p]);
            std::size_t wanted = 0;
            const auto count = [&](std::size_t within) {
                std::size_t sum = 0;
                for (std::size_t i = h >= within ? h - within : 0; i <= std::min(h + within, steps - 1); ++i) sum += scores[i].size();
                return sum;
            };
            while (wanted < steps && static_cast<double>(count(wanted)) < needed) ++wanted;
            if (wanted != reach) {
                reach = wanted;
                gathered.clear();
                for (std::size_t i = h >= reach ? h - reach : 0; i <= std::min(h + reach, steps - 1); ++i) gathered.insert(gathered.end(), scores[i].begin(), scores[i].end());
                std::sort(gathered.begin(), gathered.end());
            }
            out[p][h] = quantile_of(gathered, probabilities_[p]);
        }
    }
    // Few ends that happened to be easy prove little.
    const double trust = worth_ / (worth_ + weight_of_usual);
    for (std::size_t p = 0; p < probabilities_.size(); ++p)
        for (double& score : out[p]) score = trust * score + (1 - trust) * usual_score(probabilities_[p], seasonal_);
    for (auto& row : out) {
        const std::vector<double> raw = row;
        for (std::size_t h = 1; h + 1 < steps; ++h) row[h] = (raw[h - 1] + 2 * raw[h] + raw[h + 1]) / 4;
    }
    return out;
}

std::vector<double> Calibration::difficulty(const Outlook& outlook) const {
    std::vector<double> width(outlook.mean.size());
    for (std::size_t h = 0; h < width.size(); ++h) {
        if (weights_.empty() || outlook.scale <= 0) {
            width[h] = plain_difficulty(outlook, h);
            continue;
        }
        const Row row = row_of(outlook, h);
        double sum = 0;
        for (std::size_t i = 0; i < features; ++i) sum += row[i] * weights_[i];
        const double by_regression = outlook.scale * std::exp(std::clamp(sum, -8.0, 12.0));
        width[h] = std::pow(by_regression, regressed_) * std::pow(plain_difficulty(outlook, h), 1 - regressed_);
    }
    return width;
}

std::vector<std::vector<double>> Calibration::spread_out(const std::vector<double>& centre, const std::vector<double>& width, const std::vector<std::vector<double>>& of) const {
    std::vector<std::vector<double>> out(probabilities_.size(), centre);
    for (std::size_t p = 0; p < probabilities_.size(); ++p)
        for (std::size_t h = 0; h < centre.size(); ++h) {
            const double score = of[p][h];
            out[p][h] = centre[h] + score * width[h];
            // Ordered, and the mean between them.
            if (probabilities_[p] < 0.5) out[p][h] = std::min(out[p][h], centre[h]);
            if (probabilities_[p] > 0.5) out[p][h] = std::max(out[p][h], centre[h]);
            if (p > 0) out[p][h] = std::max(out[p][h], out[p - 1][h]);
        }
    return out;
}

std::vector<std::vector<double>> Calibration::quantiles(const Outlook& outlook) const {
    ensure(static_cast<int>(outlook.mean.size()) <= horizon_, "intervals are known as far as they were learnt");
    return spread_out(outlook.mean, difficulty(outlook), steps_);
}

std::vector<std::vector<double>> Calibration::total_quantiles(const Outlook& outlook) const {
    std::vector<double> centre = outlook.mean, width = difficulty(outlook);
    for (std::size_t h = 1; h < centre.size(); ++h) {
        centre[h] += centre[h - 1];
        width[h] += width[h - 1];
    }
    return spread_out(centre, width, totals_);
}

double choose_regressed(const std::vector<HeldOut>& cases, int horizon, bool seasonal) {
    double best = 0, least = INFINITY;
    for (const double share : {0.0, 0.5, 1.0}) {
        const Measured score = cross_validate(cases, horizon, {0.95}, seasonal, share)[0].width_score.value();
        if (score && *score < least) least = *score, best = share;
    }
    return best;
}

namespace {

// Whole series where there are enough of them, else pairs of neighbouring ends in turn; without those that have no scale. Indices.
std::array<std::vector<std::size_t>, 2> halves_of(const std::vector<HeldOut>& cases) {
    std::set<std::size_t> series;
    for (const HeldOut& one : cases) series.insert(one.series);
    const bool by_series = series.size() >= 8;
    std::array<std::vector<std::size_t>, 2> half;
    for (std::size_t i = 0; i < cases.size(); ++i)
        if (cases[i].outlook.scale > 0) half[(by_series ? cases[i].series : i / 2) % 2].push_back(i);
    return half;
}

std::array<std::vector<HeldOut>, 2> halves(const std::vector<HeldOut>& cases) {
    std::array<std::vector<HeldOut>, 2> half;
    const auto places = halves_of(cases);
    for (std::size_t side = 0; side < 2; ++side)
        for (const std::size_t i : places[side]) half[side].push_back(cases[i]);
    return half;
}

}  // namespace

std::vector<Coverage> cross_validate(const std::vector<HeldOut>& cases, int horizon, const std::vector<double>& levels, bool seasonal, double regressed) {
    std::vector<Coverage> out;
    std::vector<double> probabilities;
    for (const double level : levels) {
        probabilities.push_back((1 - level) / 2);
        probabilities.push_back((1 + level) / 2);
        out.push_back({level, 0, 0, std::vector<int>(static_cast<std::size_t>(horizon), 0), std::vector<int>(static_cast<std::size_t>(horizon), 0), {}});
    }
    std::sort(probabilities.begin(), probabilities.end());
    probabilities.erase(std::unique(probabilities.begin(), probabilities.end()), probabilities.end());
    const auto half = halves(cases);
    if (half[0].empty() || half[1].empty()) return out;
    const auto place = [&](double probability) {
        return static_cast<std::size_t>(std::min_element(probabilities.begin(), probabilities.end(), [&](double a, double b) { return std::abs(a - probability) < std::abs(b - probability); }) - probabilities.begin());
    };
    for (int judged = 0; judged < 2; ++judged) {
        const Calibration taught(half[1 - judged], horizon, probabilities, seasonal, regressed);
        for (const HeldOut& one : half[judged]) {
            const auto quantiles = taught.quantiles(one.outlook);
            for (Coverage& coverage : out) {
                const auto &lower = quantiles[place((1 - coverage.level) / 2)], &upper = quantiles[place((1 + coverage.level) / 2)];
                for (std::size_t h = 0; h < one.actual.size(); ++h) {
                    const bool in = one.actual[h] >= lower[h] && one.actual[h] <= upper[h];
                    coverage.inside += in ? 1 : 0;
                    ++coverage.of;
                    coverage.inside_by_step[h] += in ? 1 : 0;
                    ++coverage.of_by_step[h];
                }
                const std::size_t n = one.actual.size();
                if (n > 0) coverage.width_score.add(msis(one.actual, std::span(lower).first(n), std::span(upper).first(n), coverage.level, one.outlook.scale));
            }
        }
    }
    return out;
}

std::vector<Measured> cross_pinball(const std::vector<HeldOut>& cases, int horizon, bool seasonal) {
    const std::vector<double> probabilities{0.005, 0.025, 0.165, 0.25, 0.5, 0.75, 0.835, 0.975, 0.995};
    std::vector<Measured> out(cases.size());
    const auto places = halves_of(cases);
    if (places[0].empty() || places[1].empty()) return out;
    const auto half = halves(cases);
    const double regressed = choose_regressed(cases, horizon, seasonal);
    for (std::size_t judged = 0; judged < 2; ++judged) {
        const Calibration taught(half[1 - judged], horizon, probabilities, seasonal, regressed);
        for (const std::size_t i : places[judged]) {
            const HeldOut& one = cases[i];
            auto quantiles = taught.quantiles(one.outlook);
            Mean loss;
            for (std::size_t p = 0; p < probabilities.size(); ++p) {
                quantiles[p].resize(one.actual.size());
                if (one.not_negative)
                    for (double& value : quantiles[p]) value = std::max(value, 0.0);
                loss.add(scaled_pinball(one.actual, quantiles[p], probabilities[p], one.outlook.scale));
            }
            out[i] = loss.value();
        }
    }
    return out;
}

}  // namespace fairlead::forecast
