// Accuracy and CPU time of the forecasting models on a file of competition series, one core:
//   bench_forecast [--hold-out] [--sample N] [--frequency F] [--lots N] [--isa N] [--write SAMPLE] [--peer NAME ANSWERS]... FILE [MODEL...]
// FILE is CSV with a header and the columns id, set, frequency, start, h, type, description, part, values (part is
// "train" or "test", values are separated by blanks), as made from the R package Mcomp. Prints per frequency and
// horizon: sMAPE, MASE and OWA against the naive forecast of the deseasonalised series (the protocol of the M4
// competition), and milliseconds per series: mean and median asked about each by itself, and asked about in lots of N
// (1024), as the engine does.
// --hold-out scores the last values before the test part instead, for series at least three times as long: what is
// chosen by figures is chosen by these. --sample takes N series of each group, evenly spaced; --frequency one of them.
// --isa N uses the instruction set of that number (numerics/lanes.h) instead of the best. --write puts the series
// into SAMPLE for a peer, a line each: frequency, horizon, values; --peer scores what the peer answered, a line each:
// CPU milliseconds and the forecasts, or "failed" in their place; NAME may be PEER:MODEL, to print ratios to a model of
// ours, ANSWERS several files with commas between, of which the median is taken. bench/forecast does all that. Models
// without a season get the series deseasonalised by that protocol, and their forecasts the season back. The model "scum"
// is the median of ets, ces, arima and theta_dynamic.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "engines/forecast/model.h"
#include "engines/forecast/numerics/lanes.h"
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

// A series as a model is asked about it: models without a season get it deseasonalised, and their forecasts the season back.
struct Asked {
    Question question;
    Deseasonalised plain;

    Asked(const Model& model, const Item& item) {
        question.season = item.frequency;
        question.horizon = static_cast<int>(item.test.size());
        if (!model.seasonal) plain = deseasonalise(item.train, item.frequency);
        question.values = model.seasonal ? std::span<const double>(item.train) : plain.values;
    }
    void with_season(std::vector<double>& mean) const {
        for (std::size_t h = 0; h < mean.size() && !plain.indices.empty(); ++h)
            mean[h] = plain.with_season(mean[h], question.values.size() + h);
    }
};

std::vector<double> naive_forecast(const Item& item) {
    const Model& naive = *find_model("naive");
    const Asked asked(naive, item);
    auto mean = naive.fit(asked.question)->mean;
    asked.with_season(mean);
    return mean;
}

std::size_t lot = 1024;  // series asked about together

using Group = std::pair<int, std::size_t>;  // frequency and horizon: the "other" series of M3 have frequency 1, too

struct Score {
    double smape = 0, mase = 0, together = 0;  // milliseconds of all, asked in lots
    std::vector<double> alone;                 // milliseconds of each, asked by itself
    int count = 0, failed = 0;
    std::int64_t evaluations = 0;

    double mean() const { return std::accumulate(alone.begin(), alone.end(), 0.0) / static_cast<double>(alone.size()); }
    double median() const {
        auto sorted = alone;
        std::sort(sorted.begin(), sorted.end());
        return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
    }
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

double milliseconds() { return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Models whose forecasts are put together by their median at every step; one of them by itself.
struct Way {
    std::string name;
    std::vector<const Model*> models;
};

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

// Empty where none answered.
std::vector<double> together(const std::vector<std::vector<double>>& answers) {
    std::vector<double> mean;
    for (std::size_t h = 0; h < (answers.empty() ? 0 : answers.front().size()); ++h) {
        std::vector<double> column;
        for (const auto& answer : answers) column.push_back(answer[h]);
        mean.push_back(median_of(column));
    }
    return mean;
}

// What failed is counted, and scored as the naive forecast.
void add_or_naive(Score& score, const Item& item, const std::vector<double>& mean) {
    const bool failed = mean.size() != item.test.size();
    score.failed += failed ? 1 : 0;
    add(score, item, failed ? naive_forecast(item) : mean);
}

Scores scores_of(const Way& way, const std::vector<Item>& items) {
    Scores scores;
    for (const Item& item : items) {
        const double begin = milliseconds();
        for (const Model* model : way.models) (void)model->fit(Asked(*model, item).question);
        scores[{item.frequency, item.test.size()}].alone.push_back(milliseconds() - begin);
    }
    for (auto& [group, score] : scores) {
        std::vector<const Item*> of_group;
        for (const Item& item : items)
            if (Group{item.frequency, item.test.size()} == group) of_group.push_back(&item);
        for (std::size_t from = 0; from < of_group.size(); from += lot) {
            const std::span<const Item*> now(of_group.data() + from, std::min(lot, of_group.size() - from));
            std::vector<std::vector<std::vector<double>>> answers(now.size());
            const double begin = milliseconds();
            for (const Model* model : way.models) {
                std::vector<Asked> asked;
                asked.reserve(now.size());
                std::vector<Question> questions;
                for (const Item* item : now) questions.push_back(asked.emplace_back(*model, *item).question);
                auto fits = ask_all(*model, questions);
                for (std::size_t i = 0; i < now.size(); ++i) {
                    if (!fits[i]) continue;
                    score.evaluations += fits[i]->evaluations;
                    asked[i].with_season(fits[i]->mean);
                    answers[i].push_back(std::move(fits[i]->mean));
                }
            }
            std::vector<std::vector<double>> means;
            for (const auto& answer : answers) means.push_back(together(answer));
            score.together += milliseconds() - begin;
            for (std::size_t i = 0; i < now.size(); ++i) add_or_naive(score, *now[i], means[i]);
        }
    }
    return scores;
}

// Of several files of answers, separated by commas: their median, the time of all.
Scores scores_of_peer(const std::string& paths, const std::vector<Item>& items) {
    std::vector<std::ifstream> files;
    std::istringstream names(paths);
    for (std::string path; std::getline(names, path, ',');) files.emplace_back(path);
    Scores scores;
    for (const Item& item : items) {
        Score& score = scores[{item.frequency, item.test.size()}];
        double used = 0;
        std::vector<std::vector<double>> answers;
        for (auto& file : files) {
            std::string line;
            std::getline(file, line);
            std::istringstream words(line);
            double one = 0;
            words >> one;
            used += one;
            std::vector<double> mean;
            for (double value; words >> value;) mean.push_back(value);
            if (mean.size() == item.test.size()) answers.push_back(std::move(mean));
        }
        score.alone.push_back(used);
        add_or_naive(score, item, together(answers));
    }
    return scores;
}

}  // namespace

int main(int argc, char** argv) {
    bool hold_out = false;
    std::size_t sample = 0;
    int frequency = 0;
    const char* write = nullptr;
    std::vector<std::pair<std::string, std::string>> peers;
    int at = 1;
    for (; at < argc && std::strncmp(argv[at], "--", 2) == 0; ++at) {
        const std::string option = argv[at];
        if (option == "--hold-out")
            hold_out = true;
        else if (option == "--sample" && at + 1 < argc)
            sample = static_cast<std::size_t>(std::atoi(argv[++at]));
        else if (option == "--frequency" && at + 1 < argc)
            frequency = std::atoi(argv[++at]);
        else if (option == "--lots" && at + 1 < argc)
            lot = static_cast<std::size_t>(std::max(1, std::atoi(argv[++at])));
        else if (option == "--isa" && at + 1 < argc) {
            const auto known = isas();
            use_isa(known[std::min(known.size() - 1, static_cast<std::size_t>(std::atoi(argv[++at])))]);
        } else if (option == "--write" && at + 1 < argc)
            write = argv[++at];
        else if (option == "--peer" && at + 2 < argc)
            peers.emplace_back(argv[at + 1], argv[at + 2]), at += 2;
    }
    if (at >= argc) {
        std::fprintf(
            stderr,
            "bench_forecast [--hold-out] [--sample N] [--frequency F] [--lots N] [--isa N] [--write SAMPLE] [--peer NAME ANSWERS]... FILE [MODEL...]\n");
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
    if (frequency > 0) std::erase_if(items, [&](const Item& item) { return item.frequency != frequency; });
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
    const Scores base = scores_of({"naive2", {find_model("naive")}}, items);
    std::printf("%-22s %8s %6s %8s %8s %7s %10s %10s %10s %8s %7s\n", "model", "freq/h", "series", "sMAPE", "MASE", "OWA", "ms each",
                "median", "in lots", "evals", "failed");
    const auto owa = [](const Score& it, const Score& naive) { return 0.5 * (it.smape / naive.smape + it.mase / naive.mase); };
    const auto print = [&](const std::string& name, const Scores& scores) {
        for (const auto& [group, score] : scores) {
            const double count = score.count;
            std::printf("%-22s %5d/%-2zu %6d %8.3f %8.3f %7.3f %10.4f %10.4f %10.4f %8.0f %7d\n", name.c_str(), group.first,
                        group.second, score.count, score.smape / count, score.mase / count, owa(score, base.at(group)), score.mean(), score.median(),
                        score.together / count, static_cast<double>(score.evaluations) / count, score.failed);
        }
        std::fflush(stdout);
    };
    print("naive2", base);
    std::map<std::string, Scores> ours;
    std::vector<Way> ways;
    for (const Model& model : models()) ways.push_back({std::string(model.name), {&model}});
    ways.push_back({"scum", {find_model("ets"), find_model("ces"), find_model("arima"), find_model("theta_dynamic")}});
    for (const Way& way : ways)
        if (at >= argc || std::find(argv + at, argv + argc, way.name) != argv + argc) print(way.name, ours[way.name] = scores_of(way, items));
    for (const auto& [names, path] : peers) {
        const auto colon = names.find(':');
        const std::string name = names.substr(0, colon), counterpart = names.substr(colon + 1);
        const Scores scores = scores_of_peer(path, items);
        print(name, scores);
        if (colon == std::string::npos || !ours.contains(counterpart)) continue;
        for (const auto& [group, score] : scores) {
            const Score &own = ours[counterpart].at(group), &naive = base.at(group);
            std::printf("  %s / %s %d/%zu: CPU time x %.0f in lots, x %.0f alone (medians x %.0f), OWA %.3f and %.3f, failed %d and %d\n", name.c_str(),
                        counterpart.c_str(), group.first, group.second, score.mean() * score.count / own.together, score.mean() / own.mean(),
                        score.median() / own.median(), owa(score, naive), owa(own, naive), score.failed, own.failed);
        }
    }
    return 0;
}
