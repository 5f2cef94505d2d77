// Tax codes of companies: Vietnamese ones are checked and written in one way; those of other countries are left as
// they are written, because each country has rules of its own.
//
// A Vietnamese code (mã số thuế) has ten digits, of which the last one checks the first nine: 10 less the remainder by
// 11 of their sum with the weights 31, 29, 23, 19, 17, 13, 7, 5, 3; a remainder of 0 gives no code. A branch adds
// three digits, 001 to 999, to the code of its company. Persons and households have the twelve digits of their
// identity card since 1 July 2025, without a check digit. Source: Ministry of Finance, Circulars 105/2020/TT-BTC
// (article 5) and 86/2024/TT-BTC (articles 4 and 5).
#pragma once
#include <string>
#include <string_view>

namespace fairlead {

struct TaxCode {
    enum class Fault : unsigned char { none, check_digit, no_such_code, lost_zero, no_branch, form };
    bool vietnamese = false;  // read by those rules
    Fault fault = Fault::none;
    std::string stored;       // as it is kept: "0312345673-001"; what is foreign or faulty as it was written, trimmed
    std::string company;      // of a Vietnamese one without fault: the ten digits of the company
    bool branch = false;
    char expected = 0, found = 0;  // check_digit
    std::string instead;           // lost_zero: the code that was probably meant
};

// What a person calls a country ("VN", "Việt Nam", "Vietnam") is Vietnam.
bool is_vietnam(std::string_view country);
// `country`: the one written beside the code; empty where none is. `at_home`: the reader's own country, whose rules
// hold for codes without a country as far as they have the form of its codes; "VN", or any other for none.
TaxCode read_tax_code(std::string_view text, std::string_view country, std::string_view at_home);

}  // namespace fairlead
