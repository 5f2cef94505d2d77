#include "base/contact_form.h"

#include <doctest/doctest.h>

#include <string>

#include "base/currencies.h"

using namespace fairlead;

TEST_CASE("E-mail addresses of real people pass, and slips do not") {
    for (const char* good : {"an@example.vn", "An.Nguyen+deals@mail.example.co.uk", "o'brien@example.ie", "josé@example.com", "nguyễn@công-ty.vn", "a..b@docomo.ne.jp", " an@example.vn ",
                             "\"an nguyen\"@example.com", "x_y-z%a@example.museum", "an@xn--cng-ty-k1a.vn", "用户@例子.广告", "a!#$&'*/=?^`{|}~@example.com"}) {
        CAPTURE(good);
        CHECK(may_be_email(good));
    }
    for (const char* bad : {"", "an", "an@", "@example.vn", "an@example", "an example@x.vn", "An <an@example.vn>", "an@example.vn, binh@example.vn", "an@@example.vn", "an@exa mple.vn", "an@example..vn",
                            "an@.vn", "an@-x.vn", "n/a", "an@1.2.3.4"}) {
        CAPTURE(bad);
        CHECK(!may_be_email(bad));
    }
}

TEST_CASE("Telephone numbers of real people pass, in the forms in which they are written") {
    for (const char* good : {"0912345678", "+84 912 345 678", "(+84) 0912-345-678", "84912345678", "(028) 3822 1234", "024.3834.5678", "1900 1234", "113", "0912 345 678 / 0243 834 5678", "+1 (212) 555-0123 ext 44",
                             "0912345678 (chị Lan)", "0912345678; 0987654321", "028 38221234 - máy lẻ 12", "+44 20 7946 0958", "01645550123", "1-800-FLOWERS", "+49/30/901820", "0084 912 345 678",
                             "\xE2\x80\xAD+84912345678\xE2\x80\xAC"}) {
        CAPTURE(good);
        CHECK(may_be_phone(good));
    }
    for (const char* bad : {"", "-", "n/a", "không có", "12", "1234567890123456", "an@example.vn"}) {
        CAPTURE(bad);
        CHECK(!may_be_phone(bad));
    }
}

TEST_CASE("Web addresses pass with and without what browsers add, and what is none does not") {
    for (const char* good : {"example.vn", "www.example.com.vn", "https://example.vn/a?b=c#d", "HTTP://Example.vn:8080", "công-ty.vn", "facebook.com/an.phat", "https://192.168.1.10/crm", "例子.广告"}) {
        CAPTURE(good);
        CHECK(may_be_web_address(good));
    }
    for (const char* bad : {"", "n/a", "example", "javascript:alert(1)", "data:text/html,x", "ftp://example.vn", "an@example.vn", "https://", "exa mple.vn", "http://example.vn:port"}) {
        CAPTURE(bad);
        CHECK(!may_be_web_address(bad));
    }
}

TEST_CASE("Currencies are those of ISO 4217 in force, with their minor units; replaced ones name their successor") {
    const auto codes = active_currencies();
    for (std::size_t i = 1; i < codes.size(); ++i) CHECK(codes[i - 1] < codes[i]);
    CHECK(is_active(*Currency::parse("vnd")));
    CHECK(Currency::parse("VND")->decimals() == 0);
    CHECK(Currency::parse("KWD")->decimals() == 3);
    CHECK(currency_in_force(" eur ", "x")->text() == "EUR");
    CHECK(currency_in_force("DEM", "x").refused().code() == "replaced_currency");
    CHECK(currency_in_force("DEM", "x").refused().message().find("EUR") != std::string::npos);
    for (const char* none : {"ABC", "XYZ", "US", "DOLLAR", ""}) CHECK(currency_in_force(none, "x").refused().code() == "unknown_currency");
    for (const char* code : {"XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}) {
        CAPTURE(code);
        CHECK_FALSE(is_active(*Currency::parse(code)));
        CHECK(currency_in_force(code, "x").refused().code() == "no_tender");
    }
    for (const char* tender : {"XAF", "XCD", "XCG", "XOF", "XPF"}) CHECK(currency_in_force(tender, "x"));
    CHECK(no_tender("XAU") == "gold");
    CHECK(no_tender("USD").empty());
}
