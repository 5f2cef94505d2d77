// Response heads.
#include "server/response_head.h"

#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace fairlead::server {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 207: return "Multi-Status";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
        default: return "Status";
    }
}

// The second's date, made once a second and thread.
std::string_view date_now() {
    thread_local std::time_t made = 0;
    thread_local char text[40];
    const std::time_t now = std::time(nullptr);
    if (now != made) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday,
                      months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
        made = now;
    }
    return text;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    // A line break in a value would begin a header of somebody else's choice.
    for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    out += "\r\n";
}

bool has_header(const http::Response& response, std::string_view name_lower) {
    for (const auto& [name, value] : response.headers)
        if (lower_ascii(name) == name_lower) return true;
    return false;
}

constexpr std::string_view fixed_headers =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "X-Frame-Options: DENY\r\n"
    "Permissions-Policy: accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()\r\n";

}  // namespace

std::string_view content_security_policy() {
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
           "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
           "object-src 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";
}

std::string response_head(const http::Response& response, const http::Request& request, const HeadOptions& options) {
    std::string out;
    out.reserve(1400);
    out += "HTTP/1.1 " + std::to_string(response.status) + " ";
    out += reason_of(response.status);
    out += "\r\n";
    append_header(out, "Date", date_now());
    if (response.status != 204 && response.status != 304) {
        if (response.type == "application/json" || response.type == "application/problem+json" || response.type.find("charset") != std::string::npos)
            append_header(out, "Content-Type", response.type);
        else append_header(out, "Content-Type", response.type.starts_with("text/") ? response.type + "; charset=utf-8" : response.type);
        if (options.length) append_header(out, "Content-Length", std::to_string(*options.length));
    }
    if (options.chunked) out += "Transfer-Encoding: chunked\r\n";
    if (!options.keep_alive) out += "Connection: close\r\n";
    append_header(out, "X-Request-Id", request.request_id);
    out += fixed_headers;
    if (options.tls) out += "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n";
    if (!has_header(response, "content-security-policy")) append_header(out, "Content-Security-Policy", content_security_policy());
    if (!has_header(response, "cache-control")) out += "Cache-Control: no-store\r\n";
    for (const auto& [name, value] : response.headers) append_header(out, name, value);
    for (const auto& [name, value] : request.reply_headers) append_header(out, name, value);
    out += "\r\n";
    return out;
}

}  // namespace fairlead::server
