// Numbers, days, telephones and yes or no as people write them.
#include "derive/exchange/written.h"

#include <doctest/doctest.h>

using namespace fairlead;
using namespace fairlead::derive;

namespace {
std::string number(std::string_view text, char sign) {
    const auto written = written_number(text);
    const auto decimal = written ? decimal_of(*written, sign) : std::nullopt;
    return decimal ? decimal->text() : "none";
}
std::string day(std::string_view text, DayOrders order) {
    const auto written = day_of(text, order);
    return written ? written->day.text() : "none";
}
}  // namespace

TEST_CASE("A number is read in either notation and never by losing a sign (csv-04, csv-05)") {
    CHECK(number("1,12", ',') == "1.12");
    CHECK(number("1.355,90", ',') == "1355.9");
    CHECK(number("1.234.567,89", ',') == "1234567.89");
    CHECK(number("-0,5", ',') == "-0.5");
    CHECK(number("2.500", ',') == "2500");
    CHECK(number("13,75", '.') == "none");
    CHECK(number("13.75", '.') == "13.75");
    CHECK(number("1,375", '.') == "1375");
    CHECK(number("12,34,5", '.') == "none");
    CHECK(number("1.2.3", '.') == "none");
    CHECK(number("1.2.3", ',') == "none");
    CHECK(number("12,34,567", '.') == "1234567");
    CHECK(number("1 234,50 €", ',') == "1234.5");
    CHECK(number("1\u00A0234\u00A0567,5", ',') == "1234567.5");
    CHECK(number("1'234.50", '.') == "1234.5");
    CHECK(number("(12.00)", '.') == "-12");
    CHECK(number("\u22125", '.') == "-5");
    CHECK(number("12.50-", '.') == "-12.5");
    CHECK(number("$-3.20", '.') == "-3.2");
    CHECK(number("1,5 triệu", ',') == "none");
    CHECK(number("12a", '.') == "none");
    CHECK(number("1,,5", ',') == "none");
    CHECK(number("1 2", '.') == "none");
    CHECK(number("", '.') == "none");
    CHECK(number("-", '.') == "none");
    CHECK(number("1e3", '.') == "1000");
    CHECK(written_number("USD 1,200")->currency == "USD");
    CHECK(written_number("1.200 ₫")->currency == "VND");
    CHECK(written_number("35 %")->percent);
    CHECK(possible_signs(*written_number("1,375")) == sign_any);
    CHECK(possible_signs(*written_number("0.125")) == sign_point);
    CHECK(possible_signs(*written_number("1.234.567")) == sign_comma);
}

TEST_CASE("A day is read in the order of its column and must exist (csv-06, csv-07)") {
    CHECK(possible_orders("31/12/2026") == order_dmy);
    CHECK(possible_orders("12/31/2026") == order_mdy);
    CHECK(possible_orders("01/02/2026") == (order_dmy | order_mdy));
    CHECK(possible_orders("30/02/2026") == order_none);
    CHECK(possible_orders("2026-11-25") == (order_ymd | order_certain));
    CHECK(possible_orders("2026-11-25T08:00:00+07:00") == (order_ymd | order_certain));
    CHECK(possible_orders("5 Nov 2026") == (order_dmy | order_certain));
    CHECK(possible_orders("Nov 5, 2026") == (order_mdy | order_certain));
    CHECK(possible_orders("20261125") == (order_ymd | order_certain));
    CHECK(possible_orders("1.2.3") == order_none);
    CHECK(possible_orders("hello") == order_none);
    CHECK(day("12/01/2026", order_dmy) == "2026-01-12");
    CHECK(day("12/01/2026", order_mdy) == "2026-12-01");
    CHECK(day("31.12.26", order_dmy) == "2026-12-31");
    CHECK(day("31-Dec-2026", order_mdy) == "2026-12-31");
    CHECK(day("2026-12-31", order_dmy) == "2026-12-31");
    CHECK(day("31/12-2026", order_dmy) == "none");
    CHECK(day("31/12/2026x", order_dmy) == "none");
    const auto timed = day_of("31/12/2026 1:05 PM", order_dmy);
    REQUIRE(timed);
    CHECK(timed->micros_of_day == (13 * 3600 + 5 * 60) * std::int64_t{1'000'000});
    CHECK(day_of("2026-11-25T08:00:00+07:00", order_dmy)->instant == Instant::parse("2026-11-25T01:00:00Z"));
}

TEST_CASE("A Vietnamese number has one form, however it is written (text-05, text-06, text-07)") {
    for (const char* written : {"0912345678", "+84912345678", "84 912-345-678", "0084 912 345 678", "(+84) 0912 345 678", "091.234.5678", "\u200E+84 912 345 678"})
        CHECK_MESSAGE(phone_of(written, "VN") == "+84912345678", written);
    for (const char* written : {"0845550123", "845550123", "+84845550123", "84845550123"}) CHECK_MESSAGE(phone_of(written, "VN") == "+84845550123", written);
    CHECK(phone_of("01645550123", "VN") == "+84345550123");
    CHECK(phone_of("+841205550123", "VN") == "+84705550123");
    CHECK(phone_of("0188 555 0199", "VN") == "+84585550199");
    CHECK(phone_of("01995550177", "VN") == "+84595550177");
    CHECK(phone_of("024 3834 5678", "VN") == "+842438345678");
    CHECK(phone_of("+1 555 010 0199", "VN") == "+15550100199");
    CHECK(phone_of("ext. 12", "VN") == "ext. 12");
    CHECK(phone_of(" 0912345678 ", "") == "0912345678");  // csv-08: as it is where no country is known
}

TEST_CASE("Yes and no in both languages") {
    for (const char* yes : {"Yes", "TRUE", "x", "Có", "đúng", "1"}) CHECK_MESSAGE(yes_or_no(yes) == true, yes);
    for (const char* no : {"no", "False", "Không", "sai", "0"}) CHECK_MESSAGE(yes_or_no(no) == false, no);
    CHECK(!yes_or_no("maybe"));
}
