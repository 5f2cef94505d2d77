#include "base/tax_code.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace fairlead;
using Fault = TaxCode::Fault;

namespace {
TaxCode at_home(std::string_view text, std::string_view country = {}) { return read_tax_code(text, country, "VN"); }
}  // namespace

TEST_CASE("text-09: a Vietnamese tax code is checked by its last digit and kept in one form") {
    for (const auto& [entered, stored] : std::vector<std::pair<const char*, const char*>>{
             {"0312345673", "0312345673"}, {" 0100000010 ", "0100000010"}, {"0312345673-001", "0312345673-001"}, {"0312345673001", "0312345673-001"}, {"0312345673 001", "0312345673-001"}, {"0319876546", "0319876546"}}) {
        CAPTURE(entered);
        const TaxCode code = at_home(entered);
        CHECK(code.vietnamese);
        CHECK(code.fault == Fault::none);
        CHECK(code.stored == stored);
    }
    const TaxCode wrong = at_home("0312345670");
    CHECK(wrong.fault == Fault::check_digit);
    CHECK(wrong.expected == '3');
    CHECK(wrong.found == '0');
    CHECK(wrong.stored == "0312345670");
    const TaxCode lost = at_home("312345673");
    CHECK(lost.fault == Fault::lost_zero);
    CHECK(lost.instead == "0312345673");
    CHECK(at_home("312345673001").instead == "0312345673-001");
}

TEST_CASE("text-09: a branch belongs to its company and is another record") {
    const TaxCode company = at_home("0312345673"), branch = at_home("0312345673001");
    CHECK(company.company == branch.company);
    CHECK(company.stored != branch.stored);
    CHECK_FALSE(company.branch);
    CHECK(branch.branch);
    CHECK(at_home("0312345673-000").fault == Fault::no_branch);
}

TEST_CASE("A single wrong digit is found, wherever it is") {
    const std::string good = "0100047516";  // the worked example of the circular
    REQUIRE(at_home(good).fault == Fault::none);
    for (std::size_t i = 0; i < good.size(); ++i)
        for (char c = '0'; c <= '9'; ++c) {
            std::string other = good;
            other[i] = c;
            if (other == good) continue;
            CAPTURE(other);
            const Fault fault = at_home(other).fault;
            CHECK((fault == Fault::check_digit || fault == Fault::no_such_code));
        }
}

TEST_CASE("A tax code of another country is kept as it is written") {
    for (const char* entered : {"DE 123456789", "12-3456789", "GB999 9999 73", "5260250995", "312345673", "n/a"}) {
        CAPTURE(entered);
        CHECK(at_home(entered, "Germany").fault == Fault::none);
        CHECK_FALSE(at_home(entered, "Germany").vietnamese);
        CHECK(at_home(entered, "Germany").stored == entered);
        CHECK(read_tax_code(entered, "", "DE").fault == Fault::none);
    }
    // Without a country, what cannot be one of ours is a stranger's.
    CHECK(at_home("DE 123456789").fault == Fault::none);
    CHECK(at_home("12-3456789").fault == Fault::none);
    CHECK(at_home("CHE-116.281.710").stored == "CHE-116.281.710");
    // With ours, it is a slip.
    for (const char* home : {"VN", "vn", "Việt Nam", "Viet Nam", "VIETNAM", "Vietnam "}) {
        CAPTURE(home);
        CHECK(at_home("DE 123456789", home).fault == Fault::form);
        CHECK(read_tax_code("0312345670", home, "").fault == Fault::check_digit);
    }
    CHECK_FALSE(is_vietnam("Lào"));
}

TEST_CASE("A person's tax code is the number of the identity card, twelve digits") {
    CHECK(at_home("001087123456").fault == Fault::none);
    CHECK(at_home("001 087 123 456", "VN").stored == "001087123456");
    CHECK(at_home("00108712345", "VN").fault == Fault::form);
}
