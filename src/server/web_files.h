// The web interface's files: compressed as the browser takes them, kept by it as long as they cannot change.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/embedded.h"
#include "server/http.h"

namespace fairlead::server {

class WebFiles {
  public:
    explicit WebFiles(const std::vector<EmbeddedFile>& files);
    bool empty() const { return files_.empty(); }
    // Any path that is no file is a page of the interface: it gets index.html and finds its way by itself.
    Response answer(const Request& request) const;

  private:
    struct File {
        std::string_view plain, brotli, gzip;
        std::string tag, type;
    };
    std::map<std::string, File, std::less<>> files_;
};

// Last of all: everything that no other route answers.
void add_web_routes(Router& router);

}  // namespace fairlead::server
