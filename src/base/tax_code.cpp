// The rules of Vietnamese tax codes.
#include "base/tax_code.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fairlead {
namespace {

constexpr std::array<int, 9> weights{31, 29, 23, 19, 17, 13, 7, 5, 3};

// Of nine digits or more; 0 where no digit checks them.
char check_digit(std::string_view digits) {
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (digits[i] - '0');
    const int digit = 10 - sum % 11;
    return digit == 10 ? '\0' : static_cast<char>('0' + digit);
}

bool is_code(std::string_view ten) { return check_digit(ten) == ten[9]; }

}  // namespace

bool is_vietnam(std::string_view country) {
    std::string key;
    for (const char c : fold(country))
        if (c >= 'a' && c <= 'z') key += c;
    constexpr std::string_view names[] = {"vn", "vnm", "vietnam", "socialistrepublicofvietnam", "conghoaxahoichunghiavietnam"};
    return std::find(std::begin(names), std::end(names), key) != std::end(names);
}

TaxCode read_tax_code(std::string_view text, std::string_view country, std::string_view at_home) {
    using Fault = TaxCode::Fault;
    TaxCode code;
    text = trim(text);
    code.stored = text;
    const bool named = !trim(country).empty();
    if (named ? !is_vietnam(country) : at_home != "VN") return code;
    std::string digits;
    bool digits_alone = true;
    for (const char c : text) {
        if (c >= '0' && c <= '9') digits += c;
        else if (c != ' ' && c != '-' && c != '.' && c != '\'') digits_alone = false;
    }
    const std::size_t length = digits.size();
    // Without a country, what does not have the form of a code at home is one of another country.
    const bool nine_or_twelve = length == 9 || (length == 12 && digits[0] != '0');
    if (!digits_alone || (length != 10 && length != 13 && length != 12 && length != 9)) {
        code.vietnamese = named;
        if (named) code.fault = Fault::form;
        return code;
    }
    if (nine_or_twelve) {
        const std::string with_zero = "0" + digits;
        if (is_code(with_zero)) {
            code.vietnamese = true;
            code.fault = Fault::lost_zero;
            code.instead = length == 9 ? with_zero : with_zero.substr(0, 10) + "-" + with_zero.substr(10);
        } else {
            code.vietnamese = named;
            if (named) code.fault = Fault::form;
        }
        return code;
    }
    code.vietnamese = true;
    if (length == 12) {  // a person's
        code.stored = digits;
        code.company = digits;
        return code;
    }
    const char expected = check_digit(digits);
    if (expected == 0 || digits.compare(0, 2, "00") == 0 || digits.compare(2, 7, "0000000") == 0) code.fault = Fault::no_such_code;
    else if (expected != digits[9]) code.fault = Fault::check_digit, code.expected = expected, code.found = digits[9];
    else if (length == 13 && digits.compare(10, 3, "000") == 0) code.fault = Fault::no_branch;
    if (code.fault != Fault::none) return code;
    code.company = digits.substr(0, 10);
    code.branch = length == 13;
    code.stored = code.branch ? code.company + "-" + digits.substr(10) : code.company;
    return code;
}

}  // namespace fairlead
