// Autoregression beside seasons, for seasons of any length and for several: their mean shapes are taken out, each shrunk as far as
// it may be chance; what is left leans on its last values and on those around one season ago; the shapes come back.
//
// The shapes are those of numerics/season.h (shrunk_shape). Autoregression: least squares with a ridge of 0.001 on standardised lags.
// In logarithms where all values are above zero and the likelihood is larger there.
#include <algorithm>
#include <cmath>

#include "engines/forecast/models/families.h"
#include "engines/forecast/numerics/linear.h"
#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

constexpr int least_values = 8;

struct Autoregression {
    std::vector<std::size_t> lags;
    std::vector<double> weights;
    double constant = 0, variance = 0;
    std::vector<double> shape;

    double says(const std::vector<double>& level, std::size_t t) const {
        double sum = constant;
        for (std::size_t i = 0; i < lags.size(); ++i) sum += weights[i] * level[t - lags[i]];
        return sum;
    }
};

// What an error of 1 adds 0, 1, 2 ... steps later.
std::vector<double> echoes(const Autoregression& model, std::size_t steps) {
    std::vector<double> out(std::max<std::size_t>(steps, 1), 0);
    out[0] = 1;
    for (std::size_t h = 1; h < out.size(); ++h)
        for (std::size_t i = 0; i < model.lags.size(); ++i)
            if (model.lags[i] <= h) out[h] += model.weights[i] * out[h - model.lags[i]];
    return out;
}

Autoregression fit_to(std::span<const double> values, std::span<const int> seasons, std::size_t steps) {
    Autoregression model;
    model.shape = shrunk_shape(values, seasons);
    const std::size_t n = values.size();
    std::vector<double> level(n);
    for (std::size_t t = 0; t < n; ++t) level[t] = values[t] - model.shape[t % model.shape.size()];
    for (std::size_t lag = 1; lag <= 3; ++lag)
        if (n >= 6 * lag + 2) model.lags.push_back(lag);
    if (!seasons.empty() && seasons.front() > 4)
        for (const int beside : {-1, 0, 1})
            if (const auto lag = static_cast<std::size_t>(seasons.front() + beside); n >= lag + 30) model.lags.push_back(lag);
    const std::size_t from = model.lags.back(), k = model.lags.size(), rows = n - from;
    const double count = static_cast<double>(rows);
    // Means and moments of the lags, each times the same rows.
    std::vector<double> mean(k, 0), square(k * k, 0), product(k, 0);
    double own = 0, total = 0;
    for (std::size_t t = from; t < n; ++t) {
        own += level[t] / count;
        for (std::size_t i = 0; i < k; ++i) mean[i] += level[t - model.lags[i]] / count;
    }
    for (std::size_t t = from; t < n; ++t) {
        const double here = level[t] - own;
        total += here * here / count;
        for (std::size_t i = 0; i < k; ++i) {
            const double one = level[t - model.lags[i]] - mean[i];
            product[i] += one * here / count;
            for (std::size_t j = 0; j <= i; ++j) square[i * k + j] += one * (level[t - model.lags[j]] - mean[j]) / count;
        }
    }
    double size = 0;
    for (const double value : values) size = std::max(size, std::abs(value));
    model.weights.assign(k, 0);
    for (double ridge = 0.001; ridge <= 1000 && total > 1e-24 * size * size; ridge *= 10) {
        std::vector<double> a = square, b = product, scale(k);
        for (std::size_t i = 0; i < k; ++i) scale[i] = std::sqrt(square[i * k + i]) + 1e-12 * size;
        for (std::size_t i = 0; i < k; ++i) {
            b[i] /= scale[i];
            for (std::size_t j = 0; j <= i; ++j) a[j * k + i] = a[i * k + j] = square[i * k + j] / scale[i] / scale[j] + (i == j ? ridge : 0);
        }
        if (!solve_positive(a, b)) continue;
        for (std::size_t i = 0; i < k; ++i) model.weights[i] = b[i] / scale[i];
        // What explodes is held back by a stronger ridge.
        const std::vector<double> later = echoes(model, std::max<std::size_t>(2 * steps, 2 * from));
        if (std::all_of(later.begin(), later.end(), [](double one) { return std::abs(one) < 2; })) break;
        std::fill(model.weights.begin(), model.weights.end(), 0.0);
    }
    model.constant = own;
    for (std::size_t i = 0; i < k; ++i) model.constant -= model.weights[i] * mean[i];
    for (std::size_t t = from; t < n; ++t) {
        const double error = level[t] - model.says(level, t);
        model.variance += error * error / std::max(1.0, count - static_cast<double>(k) - 1);
    }
    return model;
}

Result<Fit> autoregression(const Question& question) {
    FAIRLEAD_TRY(check_question(question, "Autoregression beside seasons", least_values));
    const std::size_t n = question.values.size(), steps = static_cast<std::size_t>(question.horizon);
    std::vector<int> seasons(question.seasons.begin(), question.seasons.end());
    if (seasons.empty() && question.season > 1) seasons.push_back(question.season);
    std::sort(seasons.begin(), seasons.end());
    std::erase_if(seasons, [&](int season) { return season < 2 || n < 2 * static_cast<std::size_t>(season); });
    std::vector<double> values(question.values.begin(), question.values.end());
    Autoregression model = fit_to(values, seasons, steps);
    const double count = static_cast<double>(n);
    bool of_logarithms = false;
    if (*std::min_element(values.begin(), values.end()) > 0) {
        std::vector<double> logs(n);
        double sum = 0;
        for (std::size_t t = 0; t < n; ++t) sum += logs[t] = std::log(values[t]);
        Autoregression other = fit_to(logs, seasons, steps);
        // The likelihood of the values under either: the logarithm's with what it does to their density.
        if (-0.5 * count * std::log(other.variance + 1e-300) - sum > -0.5 * count * std::log(model.variance + 1e-300)) {
            of_logarithms = true;
            model = std::move(other);
            values = std::move(logs);
        }
    }
    std::vector<double> level(n);
    for (std::size_t t = 0; t < n; ++t) level[t] = values[t] - model.shape[t % model.shape.size()];
    Fit fit;
    const std::vector<double> later = echoes(model, steps);
    const double most = 10 * unknown_deviation(question.values);
    const auto back = [&](double value) { return std::min(std::exp(std::min(value, 300.0)), most); };
    double spread = 0;
    for (std::size_t h = 0; h < steps; ++h) {
        level.push_back(model.says(level, n + h));
        spread += later[h] * later[h];
        const double mean = level.back() + model.shape[(n + h) % model.shape.size()], deviation = std::sqrt(model.variance * spread);
        fit.mean.push_back(of_logarithms ? back(mean) : mean);
        // Half the way from one deviation below to one above.
        fit.deviation.push_back(of_logarithms ? 0.5 * (back(mean + deviation) - back(mean - deviation)) : deviation);
    }
    if (question.with_fitted) {
        fit.fitted.assign(n, std::numeric_limits<double>::quiet_NaN());
        for (std::size_t t = model.lags.back(); t < n; ++t) {
            const double mean = model.says(level, t) + model.shape[t % model.shape.size()];
            fit.fitted[t] = of_logarithms ? back(mean) : mean;
        }
    }
    fit.parameters = static_cast<int>(model.lags.size()) + 2;
    fit.evaluations = 1;
    std::string words;
    for (const int season : seasons) words += (words.empty() ? "season of " : " and ") + std::to_string(season);
    fit.description = (words.empty() ? "" : words + ", shrunk; ") + std::string("leans on ");
    for (std::size_t i = 0; i < model.lags.size(); ++i) {
        fit.description += (i == 0 ? "" : i + 1 == model.lags.size() ? " and " : ", ") + std::to_string(model.lags[i]);
        fit.numbers["lag" + std::to_string(model.lags[i])] = model.weights[i];
    }
    fit.description += std::string(model.lags.back() == 1 ? " value" : " values") + " before" + (of_logarithms ? ", in logarithms" : "");
    fit.numbers["constant"] = model.constant;
    fit.numbers["sigma2"] = model.variance;
    return fit;
}

constexpr Model family[] = {{"ar_seasonal", "Autoregression beside seasons", at_least<least_values>, autoregression, true, 5, false, true}};

}  // namespace

std::span<const Model> seasonal_ar_family() { return family; }

}  // namespace fairlead::forecast
