// The house's plan is kept: a file includes its own floor and the floors below it, as the build declares them, and the
// databases' own interfaces stay in their rooms. Run from the root of the repository.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string whole(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

using Floors = std::map<std::string, std::set<std::string>>;  // a floor and all floors below it

Floors declared() {
    Floors floors;
    const std::string build = whole("CMakeLists.txt");
    const std::regex floor(R"re(fairlead_floor\((\w+)\s+USES ([^)]*)\))re"), used(R"re(fairlead_(\w+))re");
    for (std::sregex_iterator at(build.begin(), build.end(), floor), end; at != end; ++at) {
        const std::string name = (*at)[1], uses = (*at)[2];
        auto& below = floors[name];
        for (std::sregex_iterator use(uses.begin(), uses.end(), used); use != end; ++use) {
            below.insert((*use)[1]);
            // Floors are declared from the ground up.
            const auto lower = floors.find((*use)[1]);
            if (lower != floors.end()) below.insert(lower->second.begin(), lower->second.end());
        }
    }
    return floors;
}

struct Include {
    std::string file, name;
    bool ours = false;  // in quotes
};

std::vector<Include> includes_below(const fs::path& root) {
    std::vector<Include> all;
    const std::regex line(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".cpp" && extension != ".h") continue;
        std::istringstream text(whole(entry.path()));
        for (std::string one; std::getline(text, one);) {
            std::smatch found;
            if (std::regex_search(one, found, line)) all.push_back({entry.path().generic_string(), found[2], found[1] == "\""});
        }
    }
    return all;
}

std::string first_folder(const std::string& path) { return path.substr(0, path.find('/')); }
bool is_test(const std::string& file) { return file.ends_with("_test.cpp") || file.ends_with("_for_tests.h") || file.find("/test_") != std::string::npos; }

}  // namespace

TEST_CASE("Every file includes only its own floor and the floors below it") {
    const Floors floors = declared();
    REQUIRE(floors.size() >= 9);
    CHECK(floors.at("store").contains("base"));
    CHECK_FALSE(floors.at("modules").contains("store"));
    CHECK(floors.at("engines") == std::set<std::string>{"base"});
    CHECK(floors.at("cli").contains("engines"));
    std::size_t checked = 0;
    for (const Include& include : includes_below("src")) {
        const std::string inside = include.file.substr(4);  // behind "src/"
        if (!include.ours || include.name.find('/') == std::string::npos || inside.find('/') == std::string::npos) continue;
        const std::string floor = first_folder(inside), other = first_folder(include.name);
        INFO(include.file << " includes " << include.name);
        REQUIRE(floors.contains(floor));
        if (!floors.contains(other)) continue;
        ++checked;
        const bool below = floor == other || floors.at(floor).contains(other);
        // Above the model, tests may stand on the real declarations.
        const bool declarations = is_test(include.file) && other == "modules" && floors.at(floor).contains("model");
        CHECK((below || declarations));
    }
    CHECK(checked > 500);
}

TEST_CASE("No floor stands on itself, and no file of ours is included by a path from elsewhere") {
    for (const auto& [floor, below] : declared()) CHECK_MESSAGE(!below.contains(floor), floor);
    for (const Include& include : includes_below("src")) {
        INFO(include.file << " includes " << include.name);
        CHECK(include.name.find("..") == std::string::npos);
        CHECK(!include.name.starts_with("/"));
        if (!include.ours || include.name.find('/') != std::string::npos) continue;
        CHECK(fs::exists(fs::path(include.file).parent_path() / include.name));
    }
}

TEST_CASE("What speaks to a database, to the network or in JSON stays where it belongs") {
    struct Room {
        const char* header;
        std::vector<std::string> folders;
    };
    const Room rooms[] = {{"sqlite3.h", {"src/store/sqlite/"}},
                          {"libpq-fe.h", {"src/store/postgres/"}},
                          {"boost/asio", {"src/server/"}},
                          {"boost/json", {"src/derive/json", "src/engines/forecast/learner.cpp", "src/engines/forecast/boosting.cpp"}},
                          {"xgboost/", {"src/engines/forecast/boosting.cpp"}},
                          {"openssl/", {"src/base/", "src/server/"}}};
    for (const Include& include : includes_below("src"))
        for (const Room& room : rooms) {
            if (!include.name.starts_with(room.header)) continue;
            INFO(include.file << " includes " << include.name);
            bool inside = is_test(include.file);
            for (const std::string& folder : room.folders) inside = inside || include.file.starts_with(folder);
            CHECK(inside);
        }
}
