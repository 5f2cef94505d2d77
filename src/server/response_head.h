// The head of a response: status, the headers every response carries, and the handler's own.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "derive/http.h"

namespace fairlead::server {

// security.md 5.2. One place, so that no route can forget them.
std::string_view content_security_policy();

struct HeadOptions {
    bool keep_alive = true;
    bool chunked = false;
    bool tls = false;                     // the browser came over TLS: Strict-Transport-Security
    std::optional<std::size_t> length;    // none: no Content-Length (a stream)
};
std::string response_head(const http::Response& response, const http::Request& request, const HeadOptions& options);

}  // namespace fairlead::server
