// Text: folding, comparing, sorting, and the small helpers.
#include "base/text.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/value.h"

using namespace fairlead;

TEST_CASE("text-01: folding takes accents off, and the stroke of the d, composed or not") {
    const std::pair<const char*, const char*> cases[] = {
        {"Đường Lê Lợi", "duong le loi"}, {"Dương Văn Minh", "duong van minh"}, {"ĐẶNG THỊ ÁNH", "dang thi anh"},
        {"Đỗ Thị Lập", "do thi lap"}, {"Tổ chức", "to chuc"}, {"Nguyễn Quốc Khánh", "nguyen quoc khanh"}, {"Phạm Ỷ Nhi", "pham y nhi"}};
    for (const auto& [text, key] : cases) CHECK(fold(text) == key);
    CHECK(fold("Nguye\u0302\u0303n Quo\u0302\u0301c") == "nguyen quoc");
    CHECK(fold("Đu\u031B\u01A1\u0300ng") == "duong");
}

TEST_CASE("Folding evens out white space, ligatures and sharp s") {
    CHECK(fold("  Đặng \t\n HUỲNH\u00A0") == "dang huynh");
    CHECK(fold("Straße") == "strasse");
    CHECK(fold("\uFB01nance \uFF21\uFF22\u200B") == "finance ab");
    CHECK(fold("İstanbul ISTANBUL ıspanak") == "istanbul istanbul ispanak");
    CHECK(fold("株式会社") == "株式会社");
    CHECK(fold("") == "");
    CHECK(fold(" ") == "");
}

TEST_CASE("text-03: five spellings in bytes are one text") {
    for (const char* spelling : {"\u1EB7", "a\u0323\u0306", "a\u0306\u0323", "\u0103\u0323", "\u1EA1\u0306"}) {
        CHECK(to_nfc(spelling) == "\u1EB7");
        CHECK(fold_case(spelling) == "\u1EB7");
        CHECK(fold(spelling) == "a");
        CHECK(sort_key(spelling) == sort_key("\u1EB7"));
    }
}

TEST_CASE("formula-08: comparing ignores case and keeps accents") {
    CHECK(fold_case("ĐƯỜNG") == fold_case("đường"));
    CHECK(fold_case("Foo") == "foo");
    CHECK(fold_case("duong") != fold_case("đường"));
    CHECK(fold_case("NGUYE\u0302\u0303N") == fold_case("Nguyễn"));
    CHECK(fold_case("STRASSE") == fold_case("Straße"));
}

TEST_CASE("Names sort by the Vietnamese alphabet, case and tones last") {
    std::vector<std::string> names = {"Đào", "Dũng", "zoo", "Ân", "An", "ăn", "an", "apple", "Zoo", "Oanh", "Ơn"};
    std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return sort_key(a) < sort_key(b); });
    CHECK(names == std::vector<std::string>{"an", "An", "apple", "ăn", "Ân", "Dũng", "Đào", "Oanh", "Ơn", "zoo", "Zoo"});
    CHECK(sort_key(std::string(5000, 'x')) < sort_key(std::string(5000, 'x') + "a"));
}

TEST_CASE("Bytes that are not UTF-8 are told apart and never read past their end") {
    CHECK(is_utf8("Đặng"));
    CHECK_FALSE(is_utf8("\xC4"));
    CHECK_FALSE(is_utf8("a\xFFz"));
    CHECK(fold("a\xC4") == "a\uFFFD");
}

TEST_CASE("The nearest word is offered, a distant one is not") {
    const std::vector<std::string> fields = {"amount", "account", "close_date", "stage"};
    CHECK(nearest("amuont", fields) == "amount");
    CHECK(nearest("Acount", fields) == "account");
    CHECK(nearest("closedate", fields) == "close_date");
    CHECK(nearest("telephone", fields).empty());
    CHECK(nearest("x", {"y"}).empty());
}

TEST_CASE("Small helpers do what their names say") {
    CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string>{""});
    CHECK(join({"a", "b"}, ", ") == "a, b");
    CHECK(trim("  x y\n") == "x y");
    CHECK(starts_with_nocase("Content-Type", "content-"));
    CHECK_FALSE(starts_with_nocase("Con", "content"));
    std::string escaped;
    append_json_escaped(escaped, "a\"\\\n\x01Đ");
    CHECK(escaped == "a\\\"\\\\\\n\\u0001Đ");
    CHECK(hex("\x01\xFF") == "01ff");
    CHECK(base64url("\xFB\xFF") == "-_8");
}

TEST_CASE("Values show themselves and compare strictly") {
    CHECK(to_text(Value()) == "");
    CHECK(to_text(*Money::parse("1234.5", *Currency::parse("USD"))) == "1234.50 USD");
    CHECK(to_text(Duration{90'061'500'000}) == "25:01:01.5");
    CHECK(to_text(*Date::parse("2026-11-25")) == "2026-11-25");
    CHECK(to_text(std::make_shared<const std::vector<Value>>(std::vector<Value>{1, "x"})) == "1, x");
    CHECK(Value(1) != Value(Decimal::of(1)));
    CHECK(Value("") != Value());
    CHECK(Value(std::make_shared<const std::vector<Value>>(std::vector<Value>{1})) ==
          Value(std::make_shared<const std::vector<Value>>(std::vector<Value>{1})));
}
