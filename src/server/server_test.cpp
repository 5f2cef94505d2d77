// The server on loopback: limits, smuggling, headers, streams, and an orderly end.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "server/http.h"
#include "server/test_client.h"

using namespace fairlead;
using namespace fairlead::server;
using test::Answer;
using test::Client;

namespace {

Response text(std::string body) {
    Response response;
    response.type = "text/plain";
    response.body = std::move(body);
    return response;
}

struct Wakers {
    std::mutex mutex;
    std::vector<std::function<void()>> wake;
    std::string waiting;
    bool end = false;
};

Router test_router(const std::shared_ptr<Wakers>& wakers) {
    Router router;
    router.add({Method::get, "/hello", Policy::open, [](Request&, Reply reply) { reply(text("hello")); }});
    router.add({Method::post, "/echo", Policy::open, [](Request& request, Reply reply) { reply(text(request.body)); }});
    router.add({Method::get, "/boom", Policy::open, [](Request&, Reply) { throw std::runtime_error("the handler broke"); }});
    router.add({Method::get, "/silent", Policy::open, [](Request&, Reply) {}});
    router.add({Method::get, "/split", Policy::open, [](Request&, Reply reply) {
        Response response = text("x");
        response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: evil=1");
        reply(std::move(response));
    }});
    router.add({Method::get, "/late", Policy::open, [](Request&, Reply reply) {
        std::thread([reply] {
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
            reply(text("late"));
        }).detach();
    }});
    router.add({Method::get, "/stream", Policy::open, [](Request&, Reply reply) {
        Response response = text({});
        auto left = std::make_shared<int>(1000);
        response.stream = [left]() -> std::string { return (*left)-- > 0 ? std::string(1000, 'x') : std::string(); };
        reply(std::move(response));
    }});
    router.add({Method::get, "/events", Policy::open, [wakers](Request&, Reply reply) {
        Response response;
        response.type = "text/event-stream";
        response.events = [wakers]() -> std::optional<std::string> {
            const std::lock_guard lock(wakers->mutex);
            if (wakers->end) return std::nullopt;
            return std::exchange(wakers->waiting, {});
        };
        response.subscribe = [wakers](std::function<void()> wake) {
            const std::lock_guard lock(wakers->mutex);
            wakers->wake.push_back(std::move(wake));
        };
        reply(std::move(response));
    }});
    router.add({Method::post, "/upload", Policy::viewer, [](Request& request, Reply reply) {
        std::ifstream file(request.body_file, std::ios::binary);
        std::ostringstream all;
        all << file.rdbuf();
        const auto rights = std::filesystem::status(request.body_file).permissions();
        reply(text(std::to_string(all.str().size()) + (rights == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) ? " private " : " open ") + request.body_file));
    }, true});
    return router;
}

struct Running {
    std::shared_ptr<Wakers> wakers = std::make_shared<Wakers>();
    std::unique_ptr<Server> server;
    explicit Running(ServerOptions options = {}) {
        options.port = 0;
        options.workers = 4;
        options.log_requests = false;
        server = Server::start(options, test_router(wakers), [](Request& request, Policy policy) -> std::optional<Response> {
            if (policy == Policy::open || request.header("authorization") == "Bearer good") return std::nullopt;
            return problem(refuse(Why::unauthenticated, "not_signed_in", "You are not signed in."), request);
        });
    }
    int port() const { return server->port(); }
};

const std::vector<std::string> required_headers{
    "content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy",
    "cross-origin-resource-policy", "permissions-policy", "cache-control", "x-request-id", "date"};

}  // namespace

TEST_CASE("A connection answers one request after another, pipelined ones in order") {
    Running running;
    Client client(running.port());
    for (int i = 0; i < 50; ++i) CHECK(client.ask("GET", "/hello").body == "hello");
    std::string two;
    for (int i = 0; i < 20; ++i) two += "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i);
    client.send(two);
    for (int i = 0; i < 20; ++i) CHECK(client.read_answer().body == std::to_string(10 + i));
}

TEST_CASE("Handlers may answer from another thread; one that fails or stays silent gives 500") {
    Running running;
    Client client(running.port());
    CHECK(client.ask("GET", "/late").body == "late");
    for (const char* path : {"/boom", "/silent"}) {
        const Answer answer = client.ask("GET", path);
        CHECK(answer.status == 500);
        CHECK(answer.header("content-type") == "application/problem+json");
        CHECK(answer.body.find("the handler broke") == std::string::npos);
        CHECK(answer.body.find(answer.header("x-request-id")) != std::string::npos);
    }
}

TEST_CASE("Every response carries the headers that keep browsers safe") {
    Running running;
    Client client(running.port());
    for (const char* path : {"/hello", "/nothing", "/boom", "/stream", "/upload"}) {
        const Answer answer = client.ask("GET", path);
        for (const auto& name : required_headers) CHECK_MESSAGE(!answer.header(name).empty(), (std::string(path) + " " + name));
        CHECK(answer.header("server").empty());
        CHECK(answer.header("access-control-allow-origin").empty());
        CHECK(answer.header("content-security-policy").find("unsafe") == std::string::npos);
    }
    const Answer split = client.ask("GET", "/split");
    CHECK(split.header("set-cookie").empty());
    CHECK(client.ask("HEAD", "/hello").header("content-length") == "5");
    const Answer wrong = client.ask("DELETE", "/hello");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("allow") == "GET, HEAD");
    CHECK(client.ask("TRACE", "/hello").status == 405);
    CHECK(client.ask("GET", "/nothing", {}, {{"Accept-Language", "vi"}}).body.find("Không tìm thấy") != std::string::npos);
}

TEST_CASE("S32: what two readers could understand differently is refused with 400 and the connection ends") {
    Running running;
    const std::string host = "Host: localhost\r\n";
    const std::vector<std::string> corpus{
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Content-Length : 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding:\x0b chunked\r\n\r\n0\r\n\r\n",
        "GET /hello HTTP/1.1\r\n" + host + "X-A: b\r\n c\r\n\r\n",
        "GET /hello HTTP/1.1\r\n" + host + "X-A: b\r\n\tc\r\n\r\n",
        "GET /hello HTTP/1.1\nHost: localhost\n\n",
        "GET /hello HTTP/1.1\r\nHost: localhost\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
        "GET  /hello HTTP/1.1\r\n" + host + "\r\n",
        "GET /hello  HTTP/1.1\r\n" + host + "\r\n",
        " GET /hello HTTP/1.1\r\n" + host + "\r\n",
        "\r\nGET /hello HTTP/1.1\r\n" + host + "\r\n",
        "GET http://localhost/hello HTTP/1.1\r\n" + host + "\r\n",
        "GET /hel\x01lo HTTP/1.1\r\n" + host + "\r\n",
        "GET /hello%00 HTTP/1.1\r\n" + host + "\r\n",
        "GET /hello%zz HTTP/1.1\r\n" + host + "\r\n",
        "GET /hello%ff HTTP/1.1\r\n" + host + "\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\n" + host + host + "\r\n",
        "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /hello HTTP/1.1\r\n" + host + "X(Y): z\r\n\r\n",
        "GET /hello HTTP/1.1\r\n" + host + ": z\r\n\r\n",
        "GET /hello HTTP/1.1\r\n" + host + "novalue\r\n\r\n",
        std::string("GET /hello HTTP/1.1\r\n") + host + std::string("X: a\0b\r\n\r\n", 10),
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5;ext\r\nhello\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
        "GET /hello HTTP/1.1\r\n" + host + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        "GET /hello\r\n\r\n",
    };
    for (const std::string& bytes : corpus) {
        Client client(running.port());
        client.send(bytes + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const Answer answer = client.read_answer();
        CHECK_MESSAGE(answer.status == 400, bytes);
        CHECK_MESSAGE(answer.closed, bytes);
    }
}

TEST_CASE("S32: address, headers and body have limits") {
    ServerOptions options;
    options.body_max = 1000;
    Running running(options);
    const auto status = [&](const std::string& bytes) {
        Client client(running.port());
        client.send(bytes);
        return client.read_answer().status;
    };
    CHECK(status("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n") == 414);
    CHECK(status("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(33'000, 'a') + "\r\n\r\n") == 431);
    std::string many = "GET /hello HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 100; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
    CHECK(status(many + "\r\n") == 431);
    CHECK(status("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n") == 413);
    CHECK(status("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n") == 413);
    CHECK(status("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')) == 200);
    CHECK(status("GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n") == 505);
    CHECK(status("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n") == 421);
    CHECK(status("GET /hello HTTP/1.1\r\nHost: localhost\r\nExpect: 200-ok\r\n\r\n") == 417);
}

TEST_CASE("S28: with a base address only its host is answered, beside this machine's own") {
    ServerOptions options;
    options.base_url = "https://sales.example";
    Running running(options);
    Client client(running.port());
    CHECK(client.ask("GET", "/hello", {}, {{"Host", "sales.example"}}).status == 200);
    CHECK(client.ask("GET", "/hello", {}, {{"Host", "sales.example:8080"}}).status == 421);
    Client other(running.port());
    CHECK(other.ask("GET", "/hello", {}, {{"Host", "sales.example.evil"}}).status == 421);
}

TEST_CASE("Slow heads, slow bodies and idle connections are ended") {
    ServerOptions options;
    options.header_seconds = 1;
    options.idle_seconds = 1;
    Running running(options);
    Client head(running.port()), body(running.port()), idle(running.port());
    head.send("GET /hello HTT");
    body.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc");
    CHECK(idle.ask("GET", "/hello").status == 200);
    CHECK(head.read_answer().status == 408);
    CHECK(body.read_answer().status == 408);
    CHECK(idle.ended());
}

TEST_CASE("A connection ends after its number of requests, and an address has a number of connections") {
    ServerOptions options;
    options.requests_per_connection = 3;
    options.connections_per_address = 4;
    options.limit_loopback = true;
    Running running(options);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(std::make_unique<Client>(running.port()));
        CHECK(clients.back()->ask("GET", "/hello").status == 200);
    }
    Client fifth(running.port());
    CHECK(fifth.ask("GET", "/hello").status == 0);
    CHECK(!clients[0]->ask("GET", "/hello").closed);
    CHECK(clients[0]->ask("GET", "/hello").closed);
}

TEST_CASE("An upload is spooled to a private file, after authentication, and removed afterwards") {
    Running running;
    Client client(running.port());
    const std::string data(3'000'000, 'u');
    const Answer answer = client.ask("POST", "/upload", data, {{"Authorization", "Bearer good"}});
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with("3000000 private "));
    const std::string path = answer.body.substr(answer.body.rfind(' ') + 1);
    for (int i = 0; i < 100 && std::filesystem::exists(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(!std::filesystem::exists(path));
    // Without a right the body is not even read.
    Client stranger(running.port());
    stranger.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000000\r\nExpect: 100-continue\r\n\r\n");
    CHECK(stranger.read_answer().status == 401);
}

TEST_CASE("Streams are chunked, and events reach their reader when they happen") {
    Running running;
    Client client(running.port());
    CHECK(client.ask("GET", "/stream").body.size() == 1'000'000);
    CHECK(client.ask("GET", "/hello").body == "hello");

    Client listener(running.port());
    listener.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(listener.read_until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    for (int i = 0; i < 200; ++i) {
        const std::lock_guard lock(running.wakers->mutex);
        if (!running.wakers->wake.empty()) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    {
        const std::lock_guard lock(running.wakers->mutex);
        running.wakers->waiting = "data: 1\n\n";
        for (auto& wake : running.wakers->wake) wake();
    }
    CHECK(listener.read_until("\n\n").find("data: 1") != std::string::npos);
    {
        const std::lock_guard lock(running.wakers->mutex);
        running.wakers->end = true;
        for (auto& wake : running.wakers->wake) wake();
    }
    CHECK(listener.ended());
}

TEST_CASE("Stopping lets running requests finish and ends streams at once") {
    Running running;
    Client busy(running.port()), listener(running.port()), idle(running.port());
    listener.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(!listener.read_until("\r\n\r\n").empty());
    CHECK(idle.ask("GET", "/hello").status == 200);
    busy.send("GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto begin = std::chrono::steady_clock::now();
    std::thread stopper([&] { running.server->stop(); });
    const Answer answer = busy.read_answer();
    CHECK(answer.body == "late");
    CHECK(answer.header("connection") == "close");
    CHECK(listener.ended());
    CHECK(idle.ended());
    stopper.join();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(9));
}

TEST_CASE("Plain HTTP beyond this machine needs to be asked for") {
    ServerOptions options;
    options.address = "0.0.0.0";
    options.port = 0;
    CHECK_THROWS(Server::start(options, Router(), [](Request&, Policy) { return std::optional<Response>(); }));
}
