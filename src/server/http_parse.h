// Reading HTTP/1.1, strictly: whatever two readers could understand differently is refused (request smuggling).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "derive/http.h"

namespace fairlead::server {

inline constexpr std::size_t request_line_max = 8 * 1024;
inline constexpr std::size_t headers_max = 32 * 1024;
inline constexpr std::size_t header_count_max = 100;

struct Fault {
    int status = 400;
    const char* code = "bad_request_line";
    const char* message = "";
};

// Finds the end of a request's head in a growing buffer; complains as soon as a line is wrong, so that nobody
// waits for a head that can never become one.
class HeadScanner {
  public:
    enum class State { more, complete, fault };
    State scan(std::string_view buffer);
    std::size_t end() const { return end_; }  // behind the empty line
    const Fault& fault() const { return fault_; }
    void reset() { *this = HeadScanner(); }

  private:
    State fail(int status, const char* code, const char* message);
    std::size_t at_ = 0, line_ = 0, lines_ = 0, first_line_ = 0, end_ = 0;
    Fault fault_;
};

struct Head {
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool chunked = false;
    std::optional<std::uint64_t> length;
    std::string host;  // lower case, with the port as sent
    std::string method_text;
};

// `block` is a whole head as HeadScanner found it. Fills method, path, query and headers of `request`.
std::optional<Fault> parse_head(std::string_view block, Head& head, http::Request& request);

// Takes the chunks of a body apart. No chunk extensions, no trailers.
class ChunkDecoder {
  public:
    enum class State { more, done, fault };
    // Takes from the front of `input` what belongs to the body and appends the data to `out`.
    State feed(std::string_view& input, std::string& out);

  private:
    enum class Step { size, data, data_end, last } step_ = Step::size;
    std::string line_;
    std::uint64_t left_ = 0;
};

// "localhost:8080" into name and port; nothing when it is no host.
struct HostName {
    std::string name, port;
};
std::optional<HostName> parse_host(std::string_view text);
bool is_ip_literal(std::string_view name);

}  // namespace fairlead::server
