// Fuzzing HTTP: the head and chunk readers find the same in whatever pieces the bytes come, and a whole server on
// loopback answers or closes, whatever it is sent, and then still serves the next one.
#include <cstdio>
#include <cstdlib>

#include "fuzz/seeds.h"
#include "server/http.h"
#include "server/http_parse.h"
#include "server/test_client.h"

using namespace fairlead;
using namespace fairlead::server;

namespace {

void must(bool holds, const char* why) {
    if (holds) return;
    std::fputs(why, stderr);
    std::fputc('\n', stderr);
    std::abort();
}

void read_in_pieces(const std::string& text) {
    HeadScanner whole, pieces;
    const auto state = whole.scan(text);
    auto grown = HeadScanner::State::more;
    for (std::size_t size = 1; size <= text.size() && grown == HeadScanner::State::more; ++size) grown = pieces.scan(std::string_view(text).substr(0, size));
    must(text.empty() || grown == state, "the head's end depends on how its bytes come");
    if (state == HeadScanner::State::complete) {
        must(whole.end() == pieces.end() && whole.end() <= text.size(), "the head ends in two places");
        Head head;
        http::Request request;
        const auto fault = parse_head(std::string_view(text).substr(0, whole.end()), head, request);
        if (fault) must(fault->status >= 400 && *fault->message != 0, "a fault says nothing");
        else {
            must(!(head.chunked && head.length), "two lengths");
            must(!request.raw_path.empty() && (request.raw_path[0] == '/' || request.raw_path == "*"), "an address without a path");
            for (const auto& [name, value] : request.headers) must(name.find_first_of("\r\n: ") == std::string::npos && value.find_first_of("\r\n") == std::string::npos && value.find('\0') == std::string::npos, "a header holds a line's end");
        }
    }
    if (state == HeadScanner::State::fault) must(whole.fault().status >= 400, "a fault without a status");
    ChunkDecoder at_once, by_bytes;
    std::string all, some;
    std::string_view left = text;
    const auto done = at_once.feed(left, all);
    auto now = ChunkDecoder::State::more;
    std::size_t used = 0;
    while (used < text.size() && now == ChunkDecoder::State::more) {
        std::string_view one = std::string_view(text).substr(used, 1);
        now = by_bytes.feed(one, some);
        ++used;
        must(one.empty() || now != ChunkDecoder::State::more, "a byte is left over");
    }
    must(text.empty() || now == done, "the body's end depends on how its bytes come");
    if (done == ChunkDecoder::State::done) must(all == some && used == text.size() - left.size(), "two bodies");
}

struct Running {
    std::unique_ptr<Server> server;
    Running() {
        ServerOptions options;
        options.port = 0;
        options.workers = 2;
        options.log_requests = false;
        Router router;
        router.add({Method::get, "/hello", Policy::open, [](Request&, Reply reply) { reply(answer("hello")); }});
        router.add({Method::post, "/echo", Policy::open, [](Request& request, Reply reply) { reply(answer(std::to_string(request.body.size()))); }});
        router.add({Method::put, "/things/{id}", Policy::open, [](Request& request, Reply reply) { reply(answer(std::to_string(request.parts[0].size()))); }});
        server = Server::start(options, std::move(router), [](Request&, Policy) { return std::optional<Response>(); });
    }
    static Response answer(std::string body) {
        Response response;
        response.type = "text/plain";
        response.body = std::move(body);
        return response;
    }
};

// What a connection is told holds the statuses of HTTP alone, and it always ends.
void send_whole(const std::string& text) {
    static Running running;
    test::Client client(running.server->port());
    client.send(text);
    client.finish();
    const std::string told = client.read_rest();
    for (std::size_t at = 0; at < told.size();) {
        must(told.compare(at, 9, "HTTP/1.1 ") == 0, "an answer without its first line");
        const int status = std::atoi(told.c_str() + at + 9);
        must(status >= 100 && status < 600 && status != 500, "the server met an error of its own");
        at = told.find("HTTP/1.1 ", at + 9);
        if (at == std::string::npos) break;
    }
    must(client.has_ended(), "the connection does not end");
    static unsigned count = 0;
    if (++count % 64 == 0) must(test::Client(running.server->port()).ask("GET", "/hello").body == "hello", "the server serves no more");
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
    return {"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Length: 5\r\nContent-Type: application/json\r\n\r\nhello",
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "PUT /things/a%2Fb?x=1&y=%C4%90 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            "GET /hello HTTP/1.0\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok", "HEAD /hello HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
            "5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"};
}
std::vector<std::string> fuzz_words() {
    return {"\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", "GET ", "POST ", "PUT ", "TRACE ", "CONNECT ", "/", "*", "?", "%00", "%2e%2e", "%", "#", "HTTP/1.1", "HTTP/2.0", "HTTP/1.0", "Host: a", "Host: localhost", "Content-Length: ",
            "Transfer-Encoding: ", "chunked", "gzip, chunked", "identity", "Connection: close", "Connection: keep-alive", "Upgrade: h2c", "Expect: 100-continue", "0", "7fffffffffffffff", "ffffffffffffffff", "18446744073709551616", "-1", "+5",
            "0x5", "5;a=b", "0\r\n\r\n", std::string(1, '\0'), "\x80", "http://localhost/hello", "..", "//"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    read_in_pieces(text);
    send_whole(text);
    return 0;
}
