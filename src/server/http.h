// HTTP as the rest of the program sees it: plain requests and responses, no library's types.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/viewer.h"

namespace fairlead::server {

enum class Method { get, head, post, put, patch, delete_, other };

struct Request {
    Method method = Method::get;
    std::string path;                                          // percent-decoded, without the query
    std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;                                          // whole; large uploads arrive in `body_file`
    std::string body_file;                                     // path of a spooled upload, removed after the request
    std::string remote;                                        // address of the client
    std::string request_id;
    std::vector<std::string> parts;                            // values of the route's {placeholders}, in order

    // Set by authentication before a route that needs it runs.
    std::shared_ptr<const store::Viewer> viewer;
    std::string session;                                       // id of the cookie session, empty for a token
    std::string language = "en";

    std::string_view header(std::string_view name_lower) const;
    std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string_view body_static;                              // instead of body: embedded files
    // Instead of body: called again and again for the next piece; an empty piece ends it (chunked).
    std::function<std::string()> stream;
};

enum class Policy { open, session, viewer };  // viewer: a session or a token; session: the cookie alone

// A handler may answer later, from another thread (after its group commit): that is what `reply` is for.
using Reply = std::function<void(Response)>;
using Handler = std::function<void(Request&, Reply)>;

struct Route {
    Method method;
    std::string pattern;      // "/api/v1/{plural}/{id}"
    Policy policy;            // no default: every route says who may call it
    Handler handler;
    bool upload = false;      // body may be large and is spooled to a file
};

class Router {
  public:
    void add(Route route) { routes_.push_back(std::move(route)); }
    const std::vector<Route>& routes() const { return routes_; }
    // The most literal match; fills `parts`. Null and `allowed` non-empty: the path exists with other methods.
    const Route* match(Request& request, std::vector<Method>& allowed) const;

  private:
    std::vector<Route> routes_;
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    int port = 8080;              // 0: any free one
    int io_threads = 2;
    int workers = 8;              // threads for handlers that block
    bool insecure_http = false;   // allow plain HTTP beyond loopback
    bool secure_cookies = false;  // behind TLS: __Host- cookies with Secure
    std::string base_url;         // for links and the Host check; any Host on loopback when empty
    std::size_t body_max = 1 << 20;
    std::size_t upload_max = 500u << 20;
};

class Server {
  public:
    // `authenticate` fills viewer/session/language or gives the response to send instead.
    static std::unique_ptr<Server> start(const ServerOptions& options, Router router,
                                         std::function<std::optional<Response>(Request&, Policy)> authenticate);
    virtual ~Server() = default;   // stops gracefully
    virtual int port() const = 0;
    virtual void stop() = 0;       // finishes running requests, closes idle connections
};

// RFC 9457 problem+json of a refusal, in the language asked for.
Response problem(const Refused& refused, const Request& request);

}  // namespace fairlead::server
