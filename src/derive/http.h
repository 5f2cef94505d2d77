// HTTP as the program sees it: plain requests, responses and routes, without a library's types. The server
// (server/http.h) runs them; this floor answers them.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/viewer.h"

namespace fairlead::http {

enum class Method { get, head, post, put, patch, delete_, other };
std::string_view method_name(Method method);

struct Request {
    Method method = Method::get;
    std::string path;                                          // percent-decoded, without the query
    std::string raw_path;                                      // as sent; the router matches it, so that an encoded
                                                               // slash stays inside its segment
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
    std::vector<std::pair<std::string, std::string>> reply_headers;  // put on the response, whoever makes it

    std::string_view header(std::string_view name_lower) const;              // empty when absent
    std::optional<std::string_view> parameter(std::string_view name) const;  // of the query; the first one
};

struct Response {
    int status = 200;
    std::string type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string_view body_static;                              // instead of body: embedded files
    // Instead of body: called again and again, on a worker thread, for the next piece; an empty piece ends it.
    std::function<std::string()> stream;
    // Instead of body: a stream without end (server-sent events). Called on a worker thread when woken (by the
    // function given to `subscribe`) and about every 15 seconds; nothing: the stream ends, empty: nothing new.
    std::function<std::optional<std::string>()> events;
    std::function<void(std::function<void()> wake)> subscribe;
};

enum class Policy { open, session, viewer };  // viewer: a session or a token; session: the cookie alone

// A handler may answer later, from another thread (after its group commit): that is what `reply` is for.
// It runs on a worker thread and may block; the Request lives until `reply` has been called.
using Reply = std::function<void(Response)>;
using Handler = std::function<void(Request&, Reply)>;

struct Route {
    Method method;
    std::string pattern;      // "/api/v1/{plural}/{id}"; "{name...}" as the last segment takes the rest
    Policy policy;            // no default: every route says who may call it
    Handler handler;
    bool upload = false;      // body may be large and always arrives in `body_file`, read after authentication
};

class Router {
  public:
    void add(Route route);
    const std::vector<Route>& routes() const { return routes_; }
    // The most literal match; fills `parts`. Null and `allowed` non-empty: the path exists with other methods.
    const Route* match(Request& request, std::vector<Method>& allowed) const;

  private:
    // A tree of segments: literal ones before the placeholder, the placeholder before the rest.
    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
        std::unique_ptr<Node> placeholder;
        std::vector<std::size_t> routes, rest;                 // by index, of those that end here
    };
    using Segments = std::vector<std::string_view>;
    const Route* search(const Node& node, const Segments& segments, std::size_t at, Method method,
                        Segments& taken, std::vector<Method>& allowed) const;
    const Route* search_rest(const Node& node, const Segments& segments, std::size_t at, Method method,
                             Segments& taken) const;
    const Route* pick(const std::vector<std::size_t>& candidates, Method method, std::vector<Method>* allowed) const;

    std::vector<Route> routes_;
    std::shared_ptr<Node> root_ = std::make_shared<Node>();
};

// Percent-decoding; nothing when an escape is broken, or the outcome is no UTF-8 or holds control characters.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank = false);
std::string percent_encoded(std::string_view text);
// "a=1&b=2" into decoded pairs; nothing when an escape is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text);

// RFC 9457 problem+json of a refusal, in the language asked for (messages.h).
Response problem(const Refused& refused, const Request& request);
int status_of(Why why);

}  // namespace fairlead::http
