// Who is behind a request: a token or a session, from our own pages, not too often.
#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "server/accounts.h"
#include "server/http_parse.h"

namespace fairlead::server {
namespace {

bool changes_something(const Request& request) { return request.method != Method::get && request.method != Method::head; }

// Questions that are too long for an address are asked with POST; they change nothing.
bool only_asks(const Request& request) {
    if (!changes_something(request)) return true;
    if (request.method != Method::post) return false;
    const std::string_view path = request.path;
    return path.ends_with("/search") || path.ends_with("/query") || path == "/api/v1/formula/check" || path == "/api/v1/formula/evaluate";
}

Refused not_signed_in() { return refuse(Why::unauthenticated, "not_signed_in", "You are not signed in, or your session has ended: sign in again."); }

std::string cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = header.find(';');
        const auto one = trim(header.substr(0, end));
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') return std::string(one.substr(name.size() + 1));
        if (end == std::string_view::npos) break;
        header.remove_prefix(end + 1);
    }
    return {};
}

// Kinds of content that a form of another site can send without asking.
bool is_form_content(std::string_view type) {
    const std::string kind = lower_ascii(trim(type.substr(0, type.find(';'))));
    return kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data" || kind == "text/plain";
}

std::string host_of(std::string_view url) {
    const auto begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    const auto rest = url.substr(begin + 3);
    return lower_ascii(rest.substr(0, rest.find('/')));
}

}  // namespace

std::string Accounts::csrf_of(std::string_view session_token) {
    const Digest digest = sha256({"fairlead csrf ", session_token});
    return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string Accounts::session_token(const Request& request) const {
    return cookie_value(request.header("cookie"), options_.secure_cookies ? "__Host-sid" : "sid");
}

std::string Accounts::cookie(std::string_view token) const {
    std::string text = options_.secure_cookies ? "__Host-sid=" : "sid=";
    text += token;
    text += "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(token.empty() ? 0 : options_.absolute.micros / 1'000'000);
    if (options_.secure_cookies) text += "; Secure";
    return text;
}

Result<void> Accounts::same_origin(const Request& request) const {
    const Refused foreign = refuse(Why::forbidden, "foreign_origin", "The request comes from another site. If it is yours, use an API token instead of the session.");
    const auto site = request.header("sec-fetch-site");
    if (!site.empty() && site != "same-origin" && site != "none") return foreign;
    if (const auto origin = request.header("origin"); !origin.empty()) {
        const std::string host = host_of(origin);
        const bool own = host == lower_ascii(request.header("host")) || (!options_.base_url.empty() && host == host_of(options_.base_url));
        if (!own) return foreign;
    }
    if (is_form_content(request.header("content-type")))
        return refuse(Why::forbidden, "form_content", "Forms are not accepted: send JSON with Content-Type: application/json.");
    return {};
}

void Accounts::admit(Request& request, std::shared_ptr<const store::Viewer> viewer) const {
    if (request.header("accept-language").empty() && !viewer->language.empty()) request.language = viewer->language;
    request.viewer = std::move(viewer);
}

std::optional<Response> Accounts::take_from_bucket(Request& request, const std::string& key) {
    const Buckets::Taken taken = (key.starts_with("open ") ? open_buckets_ : buckets_).take(key);
    request.reply_headers.emplace_back("RateLimit-Limit", std::to_string(taken.limit));
    request.reply_headers.emplace_back("RateLimit-Remaining", std::to_string(taken.left));
    request.reply_headers.emplace_back("RateLimit-Reset", std::to_string(taken.reset_seconds));
    if (taken.ok) return std::nullopt;
    request.reply_headers.emplace_back("Retry-After", std::to_string(std::max(1LL, taken.reset_seconds)));
    return problem(refuse(Why::too_many, "rate_limited", "Too many requests at once: wait a second and send fewer."), request);
}

std::optional<Response> Accounts::authenticate_token(Request& request, Policy policy, std::string_view token) {
    const auto found = token.starts_with("flt_") ? tokens_.find(token) : std::nullopt;
    const auto viewer = found ? store_.viewer(found->user) : nullptr;
    if (!viewer) {
        request.reply_headers.emplace_back("WWW-Authenticate", "Bearer");
        return problem(refuse(Why::unauthenticated, "bad_token", "The token is unknown, has expired or has been ended: make a new one."), request);
    }
    if (policy == Policy::session)
        return problem(refuse(Why::forbidden, "session_required", "A token cannot do this: sign in with a password."), request);
    if (found->read_only && !only_asks(request))
        return problem(refuse(Why::forbidden, "read_only_token", "This token may only read: make one that may write."), request);
    admit(request, viewer);
    return take_from_bucket(request, found->id);
}

std::optional<Response> Accounts::authenticate_session(Request& request, Policy policy, const std::string& token) {
    const auto found = sessions_.find(token);
    const auto viewer = found ? store_.viewer(found->user) : nullptr;
    if (!viewer) {
        if (policy == Policy::open) return std::nullopt;
        request.reply_headers.emplace_back("Set-Cookie", cookie({}));
        return problem(not_signed_in(), request);
    }
    if (changes_something(request)) {
        if (auto own = same_origin(request); !own) return problem(own.refused(), request);
        if (policy != Policy::open && !same_secret(csrf_of(token), request.header("x-csrf-token")))
            return problem(refuse(Why::forbidden, "csrf", "The header X-CSRF-Token is missing or belongs to another session: take it from GET /api/v1/session."), request);
    }
    admit(request, viewer);
    request.session = found->id;
    return take_from_bucket(request, found->user.text());
}

std::optional<Response> Accounts::authenticate(Request& request, Policy policy) {
    const auto authorization = request.header("authorization");
    if (!authorization.empty() && policy != Policy::open) {
        if (!starts_with_nocase(authorization, "bearer "))
            return problem(refuse(Why::unauthenticated, "bad_token", "The header Authorization must be: Bearer flt_..."), request);
        return authenticate_token(request, policy, trim(authorization.substr(7)));
    }
    const std::string token = session_token(request);
    if (!token.empty()) {
        if (auto answer = authenticate_session(request, policy, token)) return answer;
        if (request.viewer) return std::nullopt;
    }
    if (policy != Policy::open) return problem(not_signed_in(), request);
    if (changes_something(request)) {
        if (auto own = same_origin(request); !own) return problem(own.refused(), request);
        return take_from_bucket(request, "open " + request.remote);
    }
    return std::nullopt;
}

std::function<std::shared_ptr<const store::Viewer>()> Accounts::renewal(const Request& request) {
    const auto authorization = request.header("authorization");
    const bool by_token = !authorization.empty();
    const std::string key = Credentials::key_of(by_token ? std::string(trim(authorization.substr(7))) : session_token(request));
    return [this, by_token, key]() -> std::shared_ptr<const store::Viewer> {
        const auto found = (by_token ? tokens_ : sessions_).find_key(key, Credentials::Touch::no);
        return found ? store_.viewer(found->user) : nullptr;
    };
}

}  // namespace fairlead::server
