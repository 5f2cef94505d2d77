// Every collected fault of our area has a test that names it: "csv-04" in a test's title, or "csv-01 to csv-03".
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "derive/json.h"
#include "support/files.h"

using namespace fairlead;
using namespace fairlead::derive;

namespace {

using testing::content;

// Not met yet, each with what is missing.
const std::map<std::string, std::string> open_cases{};

}  // namespace

TEST_CASE("Every case has a test that names it, or is known to be open") {
    const char* set = std::getenv("FAIRLEAD_CASES");
    const std::filesystem::path cases = set != nullptr ? set : "../shared/data/cases";
    if (!std::filesystem::exists(cases) || !std::filesystem::exists("src/derive")) {
        MESSAGE("SKIPPED: there is no " << cases.string());
        return;
    }
    std::set<std::string> named;
    const std::regex range("([a-z]+)-([0-9]{2})(?: to \\1-([0-9]{2}))?");
    for (const char* root : {"src", "tests", "web/src", "web/e2e"}) {
        if (!std::filesystem::exists(root)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
            const std::string name = entry.path().filename().string();
            if (!entry.is_regular_file() || name.find("test") == std::string::npos || name == "named_cases_test.cpp") continue;
            const std::string text = content(entry.path());
            for (std::sregex_iterator at(text.begin(), text.end(), range), end; at != end; ++at) {
                const int first = std::stoi((*at)[2]), last = (*at)[3].matched ? std::stoi((*at)[3]) : first;
                for (int i = first; i <= last; ++i) named.insert((*at)[1].str() + (i < 10 ? "-0" : "-") + std::to_string(i));
            }
        }
    }
    for (const char* kind : {"csv", "xlsx", "formula", "dates", "money", "pipeline", "text", "api", "forecast"}) {
        const auto json = parse_json(content(cases / kind / "cases.json"));
        REQUIRE(json);
        for (const Json& one : json->items) {
            const std::string id = text_in(one, "id");
            const bool open = open_cases.contains(id);
            CHECK_MESSAGE((named.contains(id) != open), id << (open ? " is met: take it from the list" : " has no test: ") << text_in(one, "title"));
        }
    }
}
