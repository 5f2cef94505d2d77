// The HTTP server: runs a router on sockets, with limits, time-outs and the headers that keep browsers safe.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "derive/http.h"

namespace fairlead::server {

using http::Handler;
using http::Method;
using http::Policy;
using http::problem;
using http::Reply;
using http::Request;
using http::Response;
using http::Route;
using http::Router;

struct ServerOptions {
    std::string address = "127.0.0.1";
    int port = 8080;              // 0: any free one
    int io_threads = 2;
    int workers = 8;              // threads for handlers that block
    int computing = 0;            // of them, how many compute at a time; 0: as many as there are processors
    bool insecure_http = false;   // allow plain HTTP beyond loopback
    bool secure_cookies = false;  // behind TLS: __Host- cookies with Secure
    std::string base_url;         // for links and the Host check; any Host on loopback when empty
    std::size_t body_max = 1 << 20;
    std::size_t upload_max = 500u << 20;
    std::string spool_folder;     // for uploads; the system's temporary folder when empty
    bool log_requests = true;

    // Limits of time and number; only tests set others.
    int header_seconds = 10, idle_seconds = 60, write_seconds = 30;
    std::size_t body_bytes_per_second = 500;
    std::size_t connections_max = 15'000, connections_per_address = 256, requests_per_connection = 1'000;
    bool limit_loopback = false;  // count connections from this machine too (there is no proxy on it)
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

}  // namespace fairlead::server
