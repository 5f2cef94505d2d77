// The reference page lists the functions as they are.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "formula/sample_for_tests.h"

using namespace fairlead;

namespace {

const char* const page = "docs/reference/formulas.md";
constexpr std::string_view begin_mark = "(FAIRLEAD_WRITE_DOCS=1) -->\n", end_mark = "<!-- end -->";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

std::string function_tables() {
    std::string out, group;
    for (const formula::FunctionHelp& f : formula::function_help()) {
        if (f.group != group) {
            group = f.group;
            out += "\n### " + group + "\n\n| function | gives | example | on PostgreSQL |\n|---|---|---|---|\n";
        }
        const std::string example = f.example.empty() ? "" : "`" + escaped(f.example) + "` is " + (f.result.empty() ? "empty" : "`" + escaped(f.result) + "`");
        out += "| `" + escaped(f.signature) + "` | " + escaped(f.about) + " | " + example + " | " + (f.pushes_down ? "yes" : "no") + " |\n";
    }
    return out + "\n";
}

}  // namespace

TEST_CASE("The page of the language lists every function") {
    std::ifstream file(page);
    REQUIRE_MESSAGE(file, page);
    std::stringstream held;
    held << file.rdbuf();
    const std::string text = held.str();
    const auto begin = text.find(begin_mark), end = text.find(end_mark);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    const std::string fresh = text.substr(0, begin + begin_mark.size()) + function_tables() + text.substr(end);
    if (std::getenv("FAIRLEAD_WRITE_DOCS") != nullptr) std::ofstream(page) << fresh;
    CHECK_MESSAGE((text == fresh || std::getenv("FAIRLEAD_WRITE_DOCS") != nullptr), "docs/reference/formulas.md is stale: run test_formula with FAIRLEAD_WRITE_DOCS=1");
}
