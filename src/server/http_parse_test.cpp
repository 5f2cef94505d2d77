// Heads and chunks: what is accepted and what is refused.
#include "server/http_parse.h"

#include <doctest/doctest.h>

using namespace fairlead;
using namespace fairlead::server;

namespace {
std::optional<Fault> parse(std::string_view text, Head& head, http::Request& request) {
    HeadScanner scanner;
    const auto state = scanner.scan(text);
    if (state == HeadScanner::State::fault) return scanner.fault();
    REQUIRE(state == HeadScanner::State::complete);
    return parse_head(text.substr(0, scanner.end()), head, request);
}
}  // namespace

TEST_CASE("A request head gives method, decoded path, query and headers") {
    Head head;
    http::Request request;
    REQUIRE(!parse("GET /api/v1/a%20b/%C4%91?x=1+2&y=%2B HTTP/1.1\r\nHost: Localhost:80\r\nX-One:  two \r\n\r\n", head, request));
    CHECK(request.method == http::Method::get);
    CHECK(request.path == "/api/v1/a b/đ");
    CHECK(*request.parameter("x") == "1 2");
    CHECK(*request.parameter("y") == "+");
    CHECK(request.header("x-one") == "two");
    CHECK(head.host == "localhost:80");
    CHECK(head.keep_alive);
}

TEST_CASE("A head that comes byte by byte is found at the same place") {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    HeadScanner scanner;
    for (std::size_t i = 1; i < text.size(); ++i) REQUIRE(scanner.scan(std::string_view(text).substr(0, i)) == HeadScanner::State::more);
    REQUIRE(scanner.scan(text) == HeadScanner::State::complete);
    CHECK(scanner.end() == text.size());
}

TEST_CASE("S32: chunks are decoded wherever they are cut, and malformed ones refused") {
    const std::string text = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        ChunkDecoder decoder;
        std::string out;
        std::string_view first = std::string_view(text).substr(0, cut), second = std::string_view(text).substr(cut);
        auto state = decoder.feed(first, out);
        if (state == ChunkDecoder::State::more) state = decoder.feed(second, out);
        CHECK(state == ChunkDecoder::State::done);
        CHECK(out == "hello world");
        CHECK((first.size() + second.size() == 3 || cut > text.size() - 3));
    }
    for (const std::string_view wrong : {"-5\r\nhello\r\n", "5;x=y\r\nhello\r\n", "5\nhello\r\n", "5\r\nhelloXX", "G\r\n", "\r\n", "0x5\r\n",
                                         "FFFFFFFFFFFFFFFF\r\n", "5 \r\nhello\r\n", "0\r\nTrailer: x\r\n\r\n", " 5\r\nhello\r\n"}) {
        ChunkDecoder decoder;
        std::string out;
        std::string_view input = wrong;
        CHECK_MESSAGE(decoder.feed(input, out) == ChunkDecoder::State::fault, wrong);
    }
}

TEST_CASE("The most literal route answers, and a path with other methods says which") {
    http::Router router;
    const auto nothing = [](http::Request&, http::Reply) {};
    router.add({http::Method::get, "/api/v1/{plural}/{id}", http::Policy::viewer, nothing});
    router.add({http::Method::get, "/api/v1/users/me", http::Policy::viewer, nothing});
    router.add({http::Method::post, "/api/v1/{plural}/search", http::Policy::viewer, nothing});
    router.add({http::Method::get, "/{path...}", http::Policy::open, nothing});
    const auto match = [&](http::Method method, std::string path) -> std::string {
        http::Request request;
        request.method = method;
        request.raw_path = std::move(path);
        std::vector<http::Method> allowed;
        const http::Route* route = router.match(request, allowed);
        if (route == nullptr) return "none " + std::to_string(allowed.size());
        std::string text = route->pattern;
        for (const auto& part : request.parts) text += " " + part;
        return text;
    };
    CHECK(match(http::Method::get, "/api/v1/users/me") == "/api/v1/users/me");
    CHECK(match(http::Method::get, "/api/v1/users/12") == "/api/v1/{plural}/{id} users 12");
    CHECK(match(http::Method::get, "/api/v1/users/a%2Fb") == "/api/v1/{plural}/{id} users a/b");
    CHECK(match(http::Method::get, "/api/v1/users/search") == "/api/v1/{plural}/{id} users search");
    CHECK(match(http::Method::post, "/api/v1/users/search") == "/api/v1/{plural}/search users");
    CHECK(match(http::Method::head, "/api/v1/users/me") == "/api/v1/users/me");
    CHECK(match(http::Method::put, "/api/v1/users/me") == "none 1");
    CHECK(match(http::Method::get, "/deals/open") == "/{path...} deals/open");
    CHECK(match(http::Method::get, "/") == "/{path...} ");
}
