// Accuracy and CPU time of the forecasting models on a file of competition series, one core:
//   bench_forecast [--hold-out] FILE [MODEL...]
// FILE is CSV with a header and the columns id, set, frequency, start, h, type, description, part, values (part is
// "train" or "test", values are separated by blanks), as made from the R package Mcomp. Prints per frequency and
// horizon: sMAPE, MASE and OWA against the naive forecast of the deseasonalised series (the protocol of the M4
// competition), and milliseconds per series.
// --hold-out scores the last values before the test part instead, for series at least three times as long: what is
// chosen by figures is chosen by these. Models without a season get the series deseasonalised by that protocol, and
// their forecasts the season back.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "engines/forecast/model.h"
#include "engines/forecast/numerics/season.h"

namespace {
using namespace fairlead::forecast;

struct Item {
    int frequency = 1;
    std::vector<double> train, test;
};

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            out.emplace_back();
        else
            out.back() += c;
    }
    return out;
}

std::vector<Item> read(const char* path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    std::vector<Item> items;
    std::map<std::string, std::size_t> at;
    while (std::getline(in, line)) {
        const auto row = cells(line);
        if (row.size() < 9) continue;
        const auto [found, fresh] = at.emplace(row[1] + "/" + row[0], items.size());
        if (fresh) items.emplace_back();
        Item& item = items[found->second];
        item.frequency = std::max(1, std::atoi(row[2].c_str()));
        std::istringstream values(row[8]);
        auto& to = row[7] == "train" ? item.train : item.test;
        for (double value; values >> value;) to.push_back(value);
    }
    return items;
}

std::vector<double> forecast(const Model& model, const Item& item, bool& failed, std::int64_t& evaluations) {
    Question question;
    question.season = item.frequency;
    question.horizon = static_cast<int>(item.test.size());
    if (model.seasonal) {
        question.values = item.train;
        auto fit = model.fit(question);
        failed = !fit;
        if (failed) return {};
        evaluations += fit->evaluations;
        return fit->mean;
    }
    const Deseasonalised plain = deseasonalise(item.train, item.frequency);
    question.values = plain.values;
    auto fit = model.fit(question);
    failed = !fit;
    if (failed) return {};
    evaluations += fit->evaluations;
    for (std::size_t h = 0; h < fit->mean.size(); ++h)
        fit->mean[h] = plain.with_season(fit->mean[h], item.train.size() + h);
    return fit->mean;
}

using Group = std::pair<int, std::size_t>;  // frequency and horizon: the "other" series of M3 have frequency 1, too

struct Score {
    double smape = 0, mase = 0, milliseconds = 0;
    int count = 0, failed = 0;
    std::int64_t evaluations = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const bool hold_out = argc > 1 && std::strcmp(argv[1], "--hold-out") == 0;
    if (hold_out) --argc, ++argv;
    if (argc < 2) {
        std::fprintf(stderr, "bench_forecast [--hold-out] FILE [MODEL...]\n");
        return 2;
    }
    auto items = read(argv[1]);
    if (hold_out) {
        std::erase_if(items, [](const Item& item) { return item.train.size() < 3 * item.test.size(); });
        for (Item& item : items) {
            item.test.assign(item.train.end() - static_cast<std::ptrdiff_t>(item.test.size()), item.train.end());
            item.train.resize(item.train.size() - item.test.size());
        }
    }
    std::map<Group, Score> base;  // the naive forecast of the deseasonalised series
    std::vector<const Model*> chosen{find_model("naive")};
    for (const Model& model : models())
        if (argc == 2 || std::any_of(argv + 2, argv + argc, [&](const char* name) { return model.name == name; }))
            chosen.push_back(&model);
    std::printf("%-16s %8s %6s %8s %8s %7s %9s %8s %7s\n", "model", "freq", "series", "sMAPE", "MASE", "OWA", "ms",
                "evals", "failed");
    bool first = true;
    for (const Model* model : chosen) {
        std::map<Group, Score> scores;
        for (const Item& item : items) {
            Score& score = scores[{item.frequency, item.test.size()}];
            bool failed = false;
            const std::clock_t begin = std::clock();
            auto mean = forecast(*model, item, failed, score.evaluations);
            score.milliseconds += 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
            if (failed) {  // counted, and scored as the naive forecast
                ++score.failed;
                std::int64_t none = 0;
                mean = forecast(*chosen[0], item, failed, none);
            }
            double smape = 0, mase = 0, scale = 0;
            const std::size_t m = static_cast<std::size_t>(item.frequency), n = item.train.size();
            for (std::size_t t = m; t < n; ++t)
                scale += std::abs(item.train[t] - item.train[t - m]) / static_cast<double>(n - m);
            for (std::size_t h = 0; h < mean.size(); ++h) {
                const double error = std::abs(item.test[h] - mean[h]),
                             size = std::abs(item.test[h]) + std::abs(mean[h]);
                smape += size > 0 ? 200 * error / size / static_cast<double>(mean.size()) : 0.0;
                mase += error / static_cast<double>(mean.size());
            }
            score.smape += smape;
            score.mase += scale > 0 ? mase / scale : 0.0;
            ++score.count;
        }
        for (const auto& [group, score] : scores) {
            if (first) base[group] = score;
            const Score& naive = base[group];
            std::printf("%-16s %5d/%-2zu %6d %8.3f %8.3f %7.3f %9.4f %8.0f %7d\n",
                        first ? "naive2" : std::string(model->name).c_str(), group.first, group.second, score.count,
                        score.smape / score.count, score.mase / score.count,
                        0.5 * (score.smape / naive.smape + score.mase / naive.mase), score.milliseconds / score.count,
                        static_cast<double>(score.evaluations) / score.count, score.failed);
        }
        first = false;
    }
    return 0;
}
