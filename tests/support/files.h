// Files that tests read.
#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace fairlead::testing {

// The whole of it; empty where it cannot be read.
inline std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace fairlead::testing
