// Written dates and numbers.
#include "derive/exchange/cell_value.h"

#include <algorithm>

#include "base/text.h"

namespace fairlead::derive {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Date> date_as(std::string_view text, std::string_view form) {
    text = trim(text);
    int parts[3] = {0, 0, 0};  // day, month, year
    int year_digits = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < form.size();) {
        const char letter = form[i];
        std::size_t run = 1;
        while (i + run < form.size() && form[i + run] == letter) ++run;
        const int part = letter == 'd' ? 0 : letter == 'm' ? 1 : letter == 'y' ? 2 : -1;
        if (part < 0) {
            if (at >= text.size() || text[at] != letter) return std::nullopt;
            ++at;
            i += 1;
            continue;
        }
        int digits = 0, number = 0;
        const int most = part == 2 ? (run > 2 ? 4 : 2) : 2;
        while (at < text.size() && is_digit(text[at]) && digits < most) {
            number = number * 10 + (text[at] - '0');
            ++at;
            ++digits;
        }
        if (digits == 0 || (part == 2 && digits != most)) return std::nullopt;
        parts[part] = number;
        if (part == 2) year_digits = digits;
        i += run;
    }
    // A time behind the day is looked past; anything else is not this form.
    if (at < text.size() && text[at] != ' ' && text[at] != 'T') return std::nullopt;
    if (year_digits == 2) parts[2] += parts[2] < 50 ? 2000 : 1900;
    return Date::of(parts[2], parts[1], parts[0]);
}

std::optional<Decimal> number_as(std::string_view text, char decimal_sign) {
    std::string kept;
    bool negative = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_digit(c) || c == '.' || c == ',') kept += c;
        else if (c == '-' || c == '(') negative = true;
        else if (static_cast<unsigned char>(c) == 0xE2 && text.substr(i, 3) == "\u2212") negative = true, i += 2;
    }
    if (kept.empty() || std::none_of(kept.begin(), kept.end(), is_digit)) return std::nullopt;
    const std::size_t dot = kept.rfind('.'), comma = kept.rfind(',');
    if (decimal_sign == 0) {
        // Both signs: the last one is the decimal sign. One sign once, not before exactly three digits: the same.
        if (dot != std::string::npos && comma != std::string::npos) decimal_sign = dot > comma ? '.' : ',';
        else if (comma != std::string::npos) decimal_sign = std::count(kept.begin(), kept.end(), ',') == 1 && kept.size() - comma - 1 != 3 ? ',' : '.';
        else decimal_sign = std::count(kept.begin(), kept.end(), '.') > 1 ? ',' : '.';
    }
    std::string plain = negative ? "-" : "";
    for (const char c : kept) {
        if (c == decimal_sign) plain += '.';
        else if (is_digit(c)) plain += c;
    }
    return Decimal::parse(plain);
}

std::string loose_key(std::string_view text) {
    std::string key;
    for (const char c : fold(text))
        if (is_digit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) key += c;
    return key;
}

}  // namespace fairlead::derive
