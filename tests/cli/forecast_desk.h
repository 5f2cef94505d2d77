// `fairlead forecast` run in a folder of its own. FAIRLEAD_PROGRAM is the built program.
#pragma once
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/id.h"
#include "derive/json.h"
#include "support/files.h"

namespace fairlead::testing {

inline bool holds(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

struct Ended {
    int code = -1;
    std::string out, error;
};

// A folder of its own, in which the command runs.
class Desk {
  public:
    Desk() : folder_(std::filesystem::temp_directory_path() / ("fairlead-forecast-" + new_id().text())) { std::filesystem::create_directory(folder_); }
    ~Desk() { std::filesystem::remove_all(folder_); }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name), std::ios::binary) << text; }
    Ended run(const std::string& words) const {
        const std::string line = "cd '" + folder_.string() + "' && '" + FAIRLEAD_PROGRAM + "' forecast " + words + " >out 2>error </dev/null";
        const int status = std::system(line.c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(path("out")), content(path("error"))};
    }

  private:
    std::filesystem::path folder_;
};

inline derive::Json json(const Ended& ended) {
    CAPTURE(ended.out);
    CAPTURE(ended.error);
    auto parsed = derive::parse_json(ended.out);
    REQUIRE(parsed);
    return std::move(*parsed);
}

}  // namespace fairlead::testing
