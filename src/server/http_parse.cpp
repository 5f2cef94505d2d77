// HTTP/1.1 heads and chunked bodies.
#include "server/http_parse.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fairlead::server {
namespace {

constexpr bool is_token(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool all_tokens(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_field_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

http::Method method_of(std::string_view text) {
    if (text == "GET") return http::Method::get;
    if (text == "HEAD") return http::Method::head;
    if (text == "POST") return http::Method::post;
    if (text == "PUT") return http::Method::put;
    if (text == "PATCH") return http::Method::patch;
    if (text == "DELETE") return http::Method::delete_;
    return http::Method::other;
}

// A second one of these would let two readers disagree about who asks for what.
constexpr std::array<std::string_view, 14> single_headers{
    "host", "content-length", "transfer-encoding", "content-type", "authorization", "cookie", "origin",
    "x-csrf-token", "if-match", "if-none-match", "idempotency-key", "expect", "sec-fetch-site", "accept-language"};

constexpr Fault bad_line{400, "bad_request_line", "The request line is not HTTP/1.1."};
constexpr Fault bad_header{400, "bad_header", "A header of the request is malformed."};
constexpr Fault bad_length{400, "bad_length", "How long the body is is not clear: send one Content-Length, or Transfer-Encoding: chunked."};
constexpr Fault bad_escape{400, "bad_escape", "The address holds a broken percent escape or is not UTF-8."};

std::optional<Fault> parse_target(std::string_view target, http::Request& request) {
    if (target.empty() || target.front() != '/') return bad_line;
    for (const char c : target) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f) return bad_line;
    }
    if (target.find('#') != std::string_view::npos) return bad_line;
    const auto mark = target.find('?');
    request.raw_path = target.substr(0, mark);
    auto path = http::percent_decoded(request.raw_path);
    if (!path) return bad_escape;
    request.path = std::move(*path);
    if (mark != std::string_view::npos) {
        auto query = http::parse_query(target.substr(mark + 1));
        if (!query) return bad_escape;
        request.query = std::move(*query);
    }
    return std::nullopt;
}

std::optional<Fault> parse_request_line(std::string_view line, Head& head, http::Request& request) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad_line;
    const auto method = line.substr(0, first), version = line.substr(last + 1);
    if (!all_tokens(method)) return bad_line;
    head.method_text = method;
    request.method = method_of(method);
    if (!version.starts_with("HTTP/") || version.size() != 8) return bad_line;
    if (version == "HTTP/1.0") head.http_1_0 = true;
    else if (version != "HTTP/1.1") return Fault{505, "bad_request_line", "This server speaks HTTP/1.1."};
    head.keep_alive = !head.http_1_0;
    return parse_target(line.substr(first + 1, last - first - 1), request);
}

std::optional<Fault> parse_length(std::string_view value, Head& head) {
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit)) return bad_length;
    std::uint64_t length = 0;
    for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
    head.length = length;
    return std::nullopt;
}

std::optional<Fault> note_header(std::string_view name, std::string_view value, Head& head) {
    if (name == "content-length") return parse_length(value, head);
    if (name == "transfer-encoding") {
        if (lower_ascii(value) != "chunked" || head.http_1_0) return bad_length;
        head.chunked = true;
    } else if (name == "connection") {
        for (const std::string& word : split(lower_ascii(value), ',')) {
            if (trim(word) == "close") head.keep_alive = false;
            else if (trim(word) == "keep-alive" && head.http_1_0) head.keep_alive = true;
        }
    } else if (name == "expect") {
        if (lower_ascii(value) != "100-continue") return Fault{417, "bad_header", "The only expectation met is 100-continue."};
        head.expects_continue = true;
    } else if (name == "host") {
        if (!parse_host(value)) return Fault{400, "wrong_host", "The Host header is malformed."};
        head.host = lower_ascii(value);
    }
    return std::nullopt;
}

}  // namespace

HeadScanner::State HeadScanner::fail(int status, const char* code, const char* message) {
    fault_ = Fault{status, code, message};
    return State::fault;
}

HeadScanner::State HeadScanner::scan(std::string_view buffer) {
    while (at_ < buffer.size()) {
        const auto found = buffer.find_first_of("\r\n", at_);
        const auto seen = found == std::string_view::npos ? buffer.size() : found;
        if (lines_ == 0 && seen - line_ > request_line_max)
            return fail(414, "address_too_long", "The address is longer than 8 KiB; send a long filter with POST .../search.");
        if (lines_ > 0 && seen - first_line_ > headers_max)
            return fail(431, "too_many_headers", "The request has more than 32 KiB of headers.");
        at_ = seen;
        if (found == std::string_view::npos) return State::more;
        if (buffer[found] == '\n') return fail(400, "bad_request_line", "A line ends without a carriage return.");
        if (found + 1 == buffer.size()) return State::more;
        if (buffer[found + 1] != '\n') return fail(400, "bad_request_line", "A carriage return stands alone.");
        if (found == line_) {
            if (lines_ == 0) return fail(400, "bad_request_line", "The request begins with an empty line.");
            end_ = found + 2;
            return State::complete;
        }
        if (buffer[line_] == ' ' || buffer[line_] == '\t')
            return fail(400, "bad_header", "A header is continued on a second line; that form is not accepted.");
        if (++lines_ > header_count_max + 1) return fail(431, "too_many_headers", "The request has more than 100 headers.");
        at_ = line_ = found + 2;
        if (lines_ == 1) first_line_ = line_;
    }
    return State::more;
}

std::optional<Fault> parse_head(std::string_view block, Head& head, http::Request& request) {
    const auto first_end = block.find("\r\n");
    ensure(first_end != std::string_view::npos, "a head that was found complete has a first line");
    if (auto fault = parse_request_line(block.substr(0, first_end), head, request)) return fault;
    block.remove_prefix(first_end + 2);
    while (!block.starts_with("\r\n")) {
        const auto line = block.substr(0, block.find("\r\n"));
        block.remove_prefix(line.size() + 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !all_tokens(line.substr(0, colon))) return bad_header;
        const auto value = without_blanks(line.substr(colon + 1));
        if (!is_field_text(value)) return bad_header;
        std::string name = lower_ascii(line.substr(0, colon));
        const bool single = std::find(single_headers.begin(), single_headers.end(), name) != single_headers.end();
        if (single && std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& h) { return h.first == name; }))
            return name == "content-length" || name == "transfer-encoding" ? bad_length : bad_header;
        if (auto fault = note_header(name, value, head)) return fault;
        request.headers.emplace_back(std::move(name), std::string(value));
    }
    if (head.chunked && head.length) return bad_length;
    if (head.host.empty()) return Fault{400, "wrong_host", "The request has no Host header."};
    return std::nullopt;
}

ChunkDecoder::State ChunkDecoder::feed(std::string_view& input, std::string& out) {
    while (!input.empty()) {
        if (step_ == Step::data) {
            const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
            out.append(input.substr(0, take));
            input.remove_prefix(take);
            left_ -= take;
            if (left_ == 0) step_ = Step::data_end;
            continue;
        }
        // A line, byte by byte: at most 15 hexadecimal digits, then CR LF.
        const char c = input.front();
        input.remove_prefix(1);
        if (!line_.empty() && line_.back() == '\r') {
            if (c != '\n') return State::fault;
            line_.pop_back();
            if (step_ == Step::size) {
                if (line_.empty()) return State::fault;
                left_ = 0;
                for (const char digit : line_)
                    left_ = left_ * 16 + static_cast<std::uint64_t>(is_digit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
                step_ = left_ == 0 ? Step::last : Step::data;
            } else {
                const bool last = step_ == Step::last;
                step_ = Step::size;
                if (last) return State::done;
            }
            line_.clear();
        } else if (c == '\r') {
            line_ += c;
        } else {
            const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (step_ != Step::size || !is_hex || line_.size() >= 15) return State::fault;
            line_ += c;
        }
    }
    return State::more;
}

std::optional<HostName> parse_host(std::string_view text) {
    HostName host;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host.name = lower_ascii(text.substr(0, end + 1));
        if (!std::all_of(host.name.begin() + 1, host.name.end() - 1, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.'; }))
            return std::nullopt;
        text.remove_prefix(end + 1);
    } else {
        const auto colon = text.find(':');
        host.name = lower_ascii(text.substr(0, colon));
        if (host.name.empty() || host.name.size() > 253) return std::nullopt;
        if (!std::all_of(host.name.begin(), host.name.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_'; }))
            return std::nullopt;
        text.remove_prefix(host.name.size());
    }
    if (!text.empty()) {
        if (text.front() != ':' || text.size() < 2 || text.size() > 6) return std::nullopt;
        host.port = text.substr(1);
        if (!std::all_of(host.port.begin(), host.port.end(), is_digit)) return std::nullopt;
    }
    return host;
}

bool is_ip_literal(std::string_view name) {
    if (name.starts_with('[')) return true;
    const auto parts = split(name, '.');
    return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
        return !part.empty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), is_digit);
    });
}

}  // namespace fairlead::server
