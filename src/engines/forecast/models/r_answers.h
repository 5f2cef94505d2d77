// The answers of R's forecast package for made-up series (tests/forecast/r_answers.csv, made by r_fixture.R beside it),
// for tests. Run from the root of the repository.
#pragma once
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace fairlead::forecast::testing {

struct RAnswer {
    std::string kind, series, name;
    std::map<std::string, std::vector<double>> numbers;

    const std::vector<double>& at(const std::string& key) const { return numbers.at(key); }
    double one(const std::string& key) const { return numbers.at(key).front(); }
};

struct RAnswers {
    std::map<std::string, std::vector<double>> series;
    std::map<std::string, int> season;
    std::vector<RAnswer> answers;

    std::vector<RAnswer> of(const std::string& kind) const {
        std::vector<RAnswer> some;
        for (const RAnswer& answer : answers)
            if (answer.kind == kind) some.push_back(answer);
        REQUIRE_FALSE(some.empty());
        return some;
    }
};

inline const RAnswers& r_answers() {
    static const RAnswers all = [] {
        RAnswers read;
        std::ifstream in("tests/forecast/r_answers.csv");
        for (std::string line; std::getline(in, line);) {
            if (line.empty() || line[0] == '#') continue;
            std::vector<std::string> cells;
            std::istringstream row(line);
            for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
            RAnswer answer{cells.at(0), cells.at(1), cells.at(2), {}};
            for (std::size_t at = 3; at < cells.size(); ++at) {
                const auto sign = cells[at].find('=');
                if (sign == std::string::npos) {  // a name with a comma in it: "ETS(A,N,N)"
                    answer.name += "," + cells[at];
                    continue;
                }
                std::istringstream values(cells[at].substr(sign + 1));
                auto& to = answer.numbers[cells[at].substr(0, sign)];
                for (double value; values >> value;) to.push_back(value);
            }
            if (answer.kind == "series") {
                read.series[answer.series] = answer.at("values");
                read.season[answer.series] = std::stoi(answer.name);
            }
            read.answers.push_back(answer);
        }
        return read;
    }();
    REQUIRE_FALSE(all.answers.empty());
    return all;
}

}  // namespace fairlead::forecast::testing
