// Accuracy and CPU time of the forecasting models on a file of competition series, one core:
//   bench_forecast [--hold-out] [--sample N] [--write SAMPLE] [--peer NAME ANSWERS]... FILE [MODEL...]
// FILE is CSV with a header and the columns id, set, frequency, start, h, type, description, part, values (part is
// "train" or "test", values are separated by blanks), as made from the R package Mcomp. Prints per frequency and
// horizon: sMAPE, MASE and OWA against the naive forecast of the deseasonalised series (the protocol of the M4
// competition), and milliseconds per series.
// --hold-out scores the last values before the test part instead, for series at least three times as long: what is
// chosen by figures is chosen by these. --sample takes N series of each group, evenly spaced. --write puts the series
// into SAMPLE for a peer, a line each: frequency, horizon, values; --peer scores what the peer answered, a line each:
// CPU milliseconds and the forecasts, or "failed" in their place; NAME may be PEER:MODEL, to print ratios to a model of ours. bench/forecast_peers does
// all that. Models without a
// season get the series deseasonalised by that protocol, and their forecasts the season back.
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

void add(Score& score, const Item& item, const std::vector<double>& mean) {
    double smape = 0, mase = 0, scale = 0;
    const std::size_t m = static_cast<std::size_t>(item.frequency), n = item.train.size();
    const double steps = static_cast<double>(item.test.size());
    for (std::size_t t = m; t < n; ++t)
        scale += std::abs(item.train[t] - item.train[t - m]) / static_cast<double>(n - m);
    for (std::size_t h = 0; h < item.test.size(); ++h) {
        const double error = std::abs(item.test[h] - mean[h]), size = std::abs(item.test[h]) + std::abs(mean[h]);
        smape += size > 0 ? 200 * error / size / steps : 0.0;
        mase += error / steps;
    }
    score.smape += smape;
    score.mase += scale > 0 ? mase / scale : 0.0;
    ++score.count;
}

using Scores = std::map<Group, Score>;

Scores scores_of(const Model& model, const std::vector<Item>& items) {
    Scores scores;
    for (const Item& item : items) {
        Score& score = scores[{item.frequency, item.test.size()}];
        bool failed = false;
        const std::clock_t begin = std::clock();
        auto mean = forecast(model, item, failed, score.evaluations);
        score.milliseconds += 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        if (failed) {  // counted, and scored as the naive forecast
            ++score.failed;
            std::int64_t none = 0;
            mean = forecast(*find_model("naive"), item, failed, none);
        }
        add(score, item, mean);
    }
    return scores;
}

Scores scores_of_peer(const char* path, const std::vector<Item>& items) {
    std::ifstream in(path);
    Scores scores;
    for (const Item& item : items) {
        Score& score = scores[{item.frequency, item.test.size()}];
        std::string line;
        std::getline(in, line);
        std::istringstream words(line);
        double milliseconds = 0;
        words >> milliseconds;
        score.milliseconds += milliseconds;
        std::vector<double> mean;
        for (double value; words >> value;) mean.push_back(value);
        if (mean.size() != item.test.size()) {
            ++score.failed;
            bool failed = false;
            std::int64_t none = 0;
            mean = forecast(*find_model("naive"), item, failed, none);
        }
        add(score, item, mean);
    }
    return scores;
}

}  // namespace

int main(int argc, char** argv) {
    bool hold_out = false;
    std::size_t sample = 0;
    const char* write = nullptr;
    std::vector<std::pair<std::string, const char*>> peers;
    int at = 1;
    for (; at < argc && std::strncmp(argv[at], "--", 2) == 0; ++at) {
        const std::string option = argv[at];
        if (option == "--hold-out")
            hold_out = true;
        else if (option == "--sample" && at + 1 < argc)
            sample = static_cast<std::size_t>(std::atoi(argv[++at]));
        else if (option == "--write" && at + 1 < argc)
            write = argv[++at];
        else if (option == "--peer" && at + 2 < argc)
            peers.emplace_back(argv[at + 1], argv[at + 2]), at += 2;
    }
    if (at >= argc) {
        std::fprintf(
            stderr,
            "bench_forecast [--hold-out] [--sample N] [--write SAMPLE] [--peer NAME ANSWERS]... FILE [MODEL...]\n");
        return 2;
    }
    auto items = read(argv[at++]);
    if (hold_out) {
        std::erase_if(items, [](const Item& item) { return item.train.size() < 3 * item.test.size(); });
        for (Item& item : items) {
            item.test.assign(item.train.end() - static_cast<std::ptrdiff_t>(item.test.size()), item.train.end());
            item.train.resize(item.train.size() - item.test.size());
        }
    }
    if (sample > 0) {
        std::map<Group, std::vector<Item>> groups;
        for (Item& item : items) groups[{item.frequency, item.test.size()}].push_back(std::move(item));
        items.clear();
        for (auto& [group, all] : groups)
            for (std::size_t k = 0; k < std::min(sample, all.size()); ++k)
                items.push_back(all[k * all.size() / std::min(sample, all.size())]);
    }
    if (write) {
        std::ofstream out(write);
        for (const Item& item : items) {
            out << item.frequency << ' ' << item.test.size();
            for (const double value : item.train) out << ' ' << value;
            out << '\n';
        }
        return 0;
    }
    const Scores base = scores_of(*find_model("naive"), items);
    std::printf("%-22s %8s %6s %8s %8s %7s %10s %8s %7s\n", "model", "freq/h", "series", "sMAPE", "MASE", "OWA", "ms",
                "evals", "failed");
    const auto print = [&](const std::string& name, const Scores& scores) {
        for (const auto& [group, score] : scores) {
            const Score& naive = base.at(group);
            const double count = score.count;
            std::printf("%-22s %5d/%-2zu %6d %8.3f %8.3f %7.3f %10.4f %8.0f %7d\n", name.c_str(), group.first,
                        group.second, score.count, score.smape / count, score.mase / count,
                        0.5 * (score.smape / naive.smape + score.mase / naive.mase), score.milliseconds / count,
                        static_cast<double>(score.evaluations) / count, score.failed);
        }
    };
    print("naive2", base);
    std::map<std::string, Scores> ours;
    for (const Model& model : models())
        if (at >= argc || std::any_of(argv + at, argv + argc, [&](const char* name) { return model.name == name; })) {
            const std::string name(model.name);
            print(name, ours[name] = scores_of(model, items));
        }
    for (const auto& [names, path] : peers) {
        const auto colon = names.find(':');
        const std::string name = names.substr(0, colon), counterpart = names.substr(colon + 1);
        const Scores scores = scores_of_peer(path, items);
        print(name, scores);
        if (colon == std::string::npos || !ours.contains(counterpart)) continue;
        for (const auto& [group, score] : scores) {
            const Score &own = ours[counterpart].at(group), &naive = base.at(group);
            const auto owa = [&](const Score& it) { return 0.5 * (it.smape / naive.smape + it.mase / naive.mase); };
            std::printf("  %s / %s %d/%zu: %.0f times the CPU time, OWA %.3f and %.3f\n", name.c_str(), counterpart.c_str(), group.first,
                        group.second, score.milliseconds / own.milliseconds, owa(score), owa(own));
        }
    }
    return 0;
}
