// Bodies are read strictly, to the letter; what is written is JSON.
#include "derive/json.h"

#include <doctest/doctest.h>

using namespace fairlead;
using namespace fairlead::derive;

TEST_CASE("Numbers keep their text, whatever their size") {
    const auto json = parse_json(R"({"a": 0.10, "b": 12345678901234567890123, "c": -1e3, "d": [1, 2.50]})");
    REQUIRE(json);
    CHECK(json->find("a")->text == "0.10");
    CHECK(json->find("b")->text == "12345678901234567890123");
    CHECK(json->find("c")->text == "-1e3");
    CHECK(json->find("d")->items[1].text == "2.50");
}

TEST_CASE("A key that comes twice in one object is refused, at any depth") {
    for (const char* body : {R"({"a": 1, "a": 2})", R"({"b": [{"x": 1, "y": 2, "x": 3}]})", R"({"a": 1, "\u0061": 2})"}) {
        const auto json = parse_json(body);
        REQUIRE_FALSE(json);
        CHECK(json.refused().code() == "duplicate_key");
        CHECK(json.refused().why == Why::bad_request);
    }
    CHECK(parse_json(R"({"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]})"));
}

TEST_CASE("Nesting stops at 64 levels") {
    CHECK(parse_json(std::string(64, '[') + std::string(64, ']')));
    const auto deep = parse_json(std::string(65, '[') + std::string(65, ']'));
    REQUIRE_FALSE(deep);
    CHECK(deep.refused().code() == "bad_json");
    CHECK_FALSE(parse_json(std::string(100'000, '[')));
}

TEST_CASE("What is not JSON is refused") {
    for (const char* body : {"", " ", "{", "{\"a\":}", "[1,]", "{\"a\":1} x", "nul", "'a'", "{\"a\":1,}", "\"\xff\"", "01", "// c\n1", "\"a\nb\"", "{a:1}", "+1", "NaN"}) {
        CAPTURE(body);
        const auto json = parse_json(body);
        REQUIRE_FALSE(json);
        CHECK(json.refused().code() == "bad_json");
    }
    CHECK(parse_json(" {\"a\" : [ true , null ] } \n"));
    CHECK_FALSE(parse_object("[1]"));
}

TEST_CASE("What is written comes back the same when it is read") {
    const std::string body = R"({"a":[1,2.50,{"b":null}],"c":"tab\t \"quoted\" Đặng","d":{},"e":[],"f":true})";
    const auto json = parse_json(body);
    REQUIRE(json);
    CHECK(to_json(*json) == body);
    const auto again = parse_json(to_json(*json));
    REQUIRE(again);
    CHECK(to_json(*again) == body);
}

TEST_CASE("Commas come by themselves") {
    JsonWriter w;
    w.begin_object().text("a", "x").number("b", 1).key("c").begin_array().null().boolean(false).begin_object().end_object().end_array();
    w.key("d").raw("[]").end_object();
    CHECK(w.out() == R"({"a":"x","b":1,"c":[null,false,{}],"d":[]})");
}

TEST_CASE("A pointer's names are escaped") { CHECK(pointer_to("a/b~c") == "/a~1b~0c"); }
