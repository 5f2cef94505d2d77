// Series of forecasting competitions for tests: where the data lies, and how it is read. Empty where it is absent.
#pragma once
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "base/csv_reader.h"

namespace fairlead::forecast {

struct Competition {
    std::string id, type;
    int season = 1;
    std::vector<double> past, future;
};

// FAIRLEAD_TEST_DATA, or the folder beside the repository.
inline std::string test_data(const std::string& name) {
    const char* set = std::getenv("FAIRLEAD_TEST_DATA");
    return (set != nullptr ? std::string(set) : "../shared/data") + "/" + name;
}

// Rows of id, set, frequency, start, h, type, description, part, values: training, then test.
inline std::vector<Competition> load_competition(const std::string& name) {
    std::vector<Competition> all;
    auto table = open_csv(test_data(name), {}, {});
    if (!table) return all;
    TableRow row;
    for (;;) {
        const auto next = (*table)->next(row);
        if (!next || *next != Table::Next::row) return all;
        if (all.empty() || all.back().id != row[0].text) all.push_back({row[0].text, row[5].text, std::stoi(row[2].text), {}, {}});
        std::istringstream values(row[8].text);
        for (double value; values >> value;) (row[7].text == "train" ? all.back().past : all.back().future).push_back(value);
    }
}
inline const std::vector<Competition>& load_m3() {
    static const std::vector<Competition> series = load_competition("m3/m3.csv");
    return series;
}
inline const std::vector<Competition>& load_tourism() {
    static const std::vector<Competition> series = load_competition("tourism/tourism.csv");
    return series;
}

}  // namespace fairlead::forecast
