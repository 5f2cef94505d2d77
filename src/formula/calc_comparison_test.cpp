// The answers of LibreOffice Calc (tests/formula/calc_fixture.py) against ours, with the deliberate departures.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>

#include "formula/sample_for_tests.h"

using namespace fairlead;
using namespace fairlead::formula;

namespace {

const char* const fixture = "tests/formula/calc_answers.csv";

// "a","b" with doubled quotes.
std::pair<std::string, std::string> read_line(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') cells.back() += line[i++];
        else if (line[i] == '"') quoted = !quoted;
        else if (line[i] == ',' && !quoted) cells.emplace_back();
        else cells.back() += line[i];
    }
    REQUIRE_MESSAGE(cells.size() == 2, line);
    return {cells[0], cells[1]};
}

std::optional<double> number_in(std::string text) {
    const bool percent = text.ends_with('%');
    if (percent) text.pop_back();
    char* end = nullptr;  // Calc writes more digits than a decimal keeps
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') return std::nullopt;
    return number / (percent ? 100 : 1);
}

bool agree(const std::string& ours, const std::string& theirs) {
    if (ours == theirs) return true;
    if (ours.starts_with('#')) return theirs.starts_with('#') || theirs.starts_with("Err:");
    const auto a = number_in(ours), b = number_in(theirs);
    return a && b && std::abs(*a - *b) <= 1e-9 * std::max(1.0, std::abs(*b));
}

// Where we differ on purpose (docs/reference/formulas.md, "Where it differs from spreadsheets").
const std::map<std::string, std::string> departures = {
    {"CEILING(-4.5, 2)", "-4"},  // Calc wants equal signs, Excel rounds as we do
    {"FLOOR(-4.5, 2)", "-6"},
};

}  // namespace

TEST_CASE("Several hundred formulas give what LibreOffice Calc gives") {
    std::ifstream file(fixture);
    REQUIRE_MESSAGE(file, fixture);
    std::string line;
    std::getline(file, line);
    REQUIRE(line.starts_with("# made by:"));
    int compared = 0;
    while (std::getline(file, line)) {
        const auto cells = read_line(line);
        const std::string &formula = cells.first, &theirs = cells.second;
        const bool is_date = formula.starts_with("DATE: ");
        Context plain;
        plain.now = sample::at("2026-11-25T04:31:00Z");
        const std::string ours = sample::answer(is_date ? formula.substr(6) : formula, {}, plain);
        ++compared;
        if (const auto departure = departures.find(formula); departure != departures.end()) {
            CHECK_MESSAGE(ours == departure->second, formula);
            continue;
        }
        CHECK_MESSAGE(agree(ours, theirs), formula << ": ours " << ours << ", Calc " << theirs);
    }
    CHECK(compared > 800);
}
