// Requests, and the router: which route answers a path.
#include "derive/http.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace fairlead::http {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    if (!path.empty() && path.front() == '/') path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

bool is_placeholder(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }
bool is_rest(std::string_view segment) { return is_placeholder(segment) && segment.ends_with("...}"); }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string_view method_name(Method method) {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::patch: return "PATCH";
        case Method::delete_: return "DELETE";
        case Method::other: break;
    }
    return "OTHER";
}

std::string_view Request::header(std::string_view name_lower) const {
    for (const auto& [name, value] : headers)
        if (name == name_lower) return value;
    return {};
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

void Router::add(Route route) {
    Node* node = root_.get();
    bool rest = false;
    for (const auto segment : segments_of(route.pattern)) {
        ensure(!rest, "the rest of a path must be the last segment of its pattern");
        if (is_rest(segment)) {
            rest = true;
        } else if (is_placeholder(segment)) {
            if (!node->placeholder) node->placeholder = std::make_unique<Node>();
            node = node->placeholder.get();
        } else {
            auto& next = node->literal[std::string(segment)];
            if (!next) next = std::make_unique<Node>();
            node = next.get();
        }
    }
    auto& here = rest ? node->rest : node->routes;
    for (const auto index : here)
        ensure(routes_[index].method != route.method, "two routes for " + std::string(method_name(route.method)) + " " + route.pattern);
    here.push_back(routes_.size());
    routes_.push_back(std::move(route));
}

const Route* Router::pick(const std::vector<std::size_t>& candidates, Method method, std::vector<Method>* allowed) const {
    const Route* found = nullptr;
    for (const auto index : candidates) {
        const Route& route = routes_[index];
        if (route.method == method) found = &route;
        // A HEAD is answered by the GET route when it has none of its own; the server leaves the body out.
        else if (method == Method::head && route.method == Method::get && found == nullptr) found = &route;
        if (allowed != nullptr && std::find(allowed->begin(), allowed->end(), route.method) == allowed->end())
            allowed->push_back(route.method);
    }
    return found;
}

const Route* Router::search(const Node& node, const Segments& segments, std::size_t at, Method method, Segments& taken,
                            std::vector<Method>& allowed) const {
    if (at == segments.size()) return pick(node.routes, method, &allowed);
    if (const auto next = node.literal.find(segments[at]); next != node.literal.end())
        if (const Route* route = search(*next->second, segments, at + 1, method, taken, allowed)) return route;
    if (node.placeholder && !segments[at].empty()) {
        taken.push_back(segments[at]);
        if (const Route* route = search(*node.placeholder, segments, at + 1, method, taken, allowed)) return route;
        taken.pop_back();
    }
    return nullptr;
}

const Route* Router::search_rest(const Node& node, const Segments& segments, std::size_t at, Method method,
                                 Segments& taken) const {
    if (at < segments.size()) {
        if (const auto next = node.literal.find(segments[at]); next != node.literal.end())
            if (const Route* route = search_rest(*next->second, segments, at + 1, method, taken)) return route;
        if (node.placeholder && !segments[at].empty()) {
            taken.push_back(segments[at]);
            if (const Route* route = search_rest(*node.placeholder, segments, at + 1, method, taken)) return route;
            taken.pop_back();
        }
        if (const Route* route = pick(node.rest, method, nullptr)) {
            const char* begin = segments[at].data();
            taken.emplace_back(begin, static_cast<std::size_t>(segments.back().data() + segments.back().size() - begin));
            return route;
        }
    }
    return nullptr;
}

const Route* Router::match(Request& request, std::vector<Method>& allowed) const {
    const std::string& path = request.raw_path.empty() ? request.path : request.raw_path;
    const Segments segments = segments_of(path);
    Segments taken;
    const Route* route = search(*root_, segments, 0, request.method, taken, allowed);
    if (route == nullptr && allowed.empty()) {
        taken.clear();
        route = search_rest(*root_, segments, 0, request.method, taken);
    }
    if (route == nullptr) return nullptr;
    request.parts.clear();
    for (const auto part : taken) {
        auto decoded = percent_decoded(part);
        if (!decoded) return nullptr;
        request.parts.push_back(std::move(*decoded));
    }
    return route;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
    std::string out;
    out.reserve(text.size());
    bool plain = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
            // A query may hold line breaks (formula text); other control characters have no business here.
            const auto byte = static_cast<unsigned char>(c);
            if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) return std::nullopt;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        plain = plain && static_cast<unsigned char>(c) < 0x80;
        out.push_back(c);
    }
    if (!plain && !is_utf8(out)) return std::nullopt;
    return out;
}

std::string percent_encoded(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '.' || c == '_' || c == '~';
        if (keep) {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
            out.push_back(digits[static_cast<unsigned char>(c) & 15]);
        }
    }
    return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto key = percent_decoded(pair.substr(0, equals), true);
        auto value = percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
        if (!key || !value) return std::nullopt;
        pairs.emplace_back(std::move(*key), std::move(*value));
    }
    return pairs;
}

}  // namespace fairlead::http
