// Files that were built into the program (cmake/web_files.cmake).
#pragma once
#include <vector>

namespace fairlead::server {

struct EmbeddedFile {
    const char* name;  // "assets/index-1a2b.js"
    const char *begin, *end;
};
std::vector<EmbeddedFile> embedded_files();

}  // namespace fairlead::server
