// Numbers, days, telephones and yes or no as people write them.
#include "derive/exchange/written.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fairlead::derive {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Sign {
    std::string_view written, currency;  // no currency: looked past ("$" stands for many dollars)
};
constexpr Sign currency_signs[] = {{"€", "EUR"}, {"£", "GBP"}, {"₫", "VND"}, {"đồng", "VND"}, {"đ", "VND"}, {"Đ", "VND"}, {"₩", "KRW"}, {"₹", "INR"}, {"฿", "THB"}, {"$", ""}, {"¥", ""}};
// Blanks that stand inside numbers: no-break, thin, narrow.
constexpr std::string_view wide_blanks[] = {"\u00A0", "\u2009", "\u202F", "\u2007"};

std::size_t blank_at(std::string_view text) {
    if (text.empty()) return 0;
    if (text[0] == ' ' || text[0] == '\t') return 1;
    for (const std::string_view blank : wide_blanks)
        if (text.starts_with(blank)) return blank.size();
    return 0;
}
std::string_view without_blanks_around(std::string_view text) {
    while (const std::size_t n = blank_at(text)) text.remove_prefix(n);
    for (bool again = true; again;) {
        again = false;
        if (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1), again = true;
        for (const std::string_view blank : wide_blanks)
            if (text.ends_with(blank)) text.remove_suffix(blank.size()), again = true;
    }
    return text;
}

// Takes a currency off one end.
bool take_currency(std::string_view& text, bool front, std::string& currency) {
    for (const Sign& sign : currency_signs)
        if (front ? text.starts_with(sign.written) : text.ends_with(sign.written)) {
            if (front) text.remove_prefix(sign.written.size());
            else text.remove_suffix(sign.written.size());
            currency = sign.currency;
            return true;
        }
    const auto code = front ? text.substr(0, 3) : text.size() >= 3 ? text.substr(text.size() - 3) : std::string_view();
    if (code.size() < 3 || !std::all_of(code.begin(), code.end(), is_letter)) return false;
    if (text.size() > 3 && is_letter(front ? text[3] : text[text.size() - 4])) return false;
    currency = upper_ascii(code);
    if (front) text.remove_prefix(3);
    else text.remove_suffix(3);
    return true;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

// The digits with point and comma, other grouping marks checked and dropped.
struct Shape {
    int points = 0, commas = 0, marks = 0;
    bool bad = false;
};
Shape shape_of(std::string_view digits) {
    Shape shape;
    for (std::size_t i = 0; i < digits.size();) {
        if (is_digit(digits[i])) ++i;
        else if (digits[i] == '.') ++shape.points, ++i;
        else if (digits[i] == ',') ++shape.commas, ++i;
        else if (digits[i] == '\'') ++shape.marks, ++i;
        else if (const std::size_t n = blank_at(digits.substr(i))) ++shape.marks, i += n;
        else {
            shape.bad = true;
            break;
        }
    }
    return shape;
}

// Whether `sign` can be the decimal sign: at most once, behind every grouping mark; groups of three (or of two
// before a last three, as in India), the first one to three digits.
bool can_be(std::string_view digits, char sign) {
    const auto at = digits.find(sign);
    if (at != std::string_view::npos && digits.find(sign, at + 1) != std::string_view::npos) return false;
    const std::string_view whole = digits.substr(0, at);
    const std::string_view part = at == std::string_view::npos ? std::string_view() : digits.substr(at + 1);
    if (!std::all_of(part.begin(), part.end(), is_digit)) return false;
    if (at != std::string_view::npos && part.empty() && whole.empty()) return false;
    std::array<int, 64> groups{};
    std::size_t count = 1;
    std::string_view mark;
    for (std::size_t i = 0; i < whole.size();) {
        if (is_digit(whole[i])) {
            if (++groups[count - 1] > 40) return false;
            ++i;
            continue;
        }
        const std::size_t n = std::max<std::size_t>(1, blank_at(whole.substr(i)));
        const std::string_view this_mark = whole.substr(i, n);
        if (count > 1 && this_mark != mark) return false;
        mark = this_mark;
        if (++count > groups.size()) return false;
        i += n;
    }
    if (count == 1) return true;
    if (groups[0] < 1 || groups[0] > 3 || groups[count - 1] != 3) return false;
    bool threes = true, twos = groups[0] <= 2;
    for (std::size_t i = 1; i + 1 < count; ++i) threes &= groups[i] == 3, twos &= groups[i] == 2;
    return threes || twos;
}

}  // namespace

std::optional<WrittenNumber> written_number(std::string_view text) {
    WrittenNumber number;
    text = without_blanks_around(text);
    if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
        number.negative = true;
        text = without_blanks_around(text.substr(1, text.size() - 2));
    }
    bool signed_already = number.negative, currency = false;
    const auto minus = [&] {
        if (take(text, "-") || take(text, "\u2212")) number.negative = true;
        else if (!take(text, "+")) return false;
        text = without_blanks_around(text);
        return true;
    };
    if (!signed_already) signed_already = minus();
    if (!text.empty() && !is_digit(text.front()) && text.front() != '.' && text.front() != ',') {
        currency = take_currency(text, true, number.currency);
        text = without_blanks_around(text);
        if (currency && !signed_already) minus();
    }
    if (text.ends_with('%')) {
        number.percent = true;
        text = without_blanks_around(text.substr(0, text.size() - 1));
    } else if (!currency && !text.empty() && !is_digit(text.back()) && text.back() != '.' && text.back() != ',') {
        if (text.back() == '-' && !signed_already) number.negative = true, text.remove_suffix(1);  // "12.50-"
        else take_currency(text, false, number.currency);
        text = without_blanks_around(text);
    }
    if (text.empty() || text.size() > 80 || std::none_of(text.begin(), text.end(), is_digit)) return std::nullopt;
    // "1e3" and "0.5E-7", as programs write them.
    if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
        if (!Decimal::parse(text)) return std::nullopt;
    } else if (shape_of(text).bad) {
        return std::nullopt;
    }
    number.digits = text;
    return number;
}

NumberSigns possible_signs(const WrittenNumber& number) {
    if (number.digits.find_first_of("eE") != std::string_view::npos) return sign_point;
    const Shape shape = shape_of(number.digits);
    if (shape.points + shape.commas + shape.marks == 0) return sign_any;
    int signs = sign_none;
    if (can_be(number.digits, '.')) signs |= sign_point;
    if (can_be(number.digits, ',')) signs |= sign_comma;
    // "0.125" is no grouped 125, whatever the column.
    if (signs == sign_any && number.digits.front() == '0' && shape.marks == 0) signs = shape.points > 0 ? sign_point : sign_comma;
    return static_cast<NumberSigns>(signs);
}

std::optional<Decimal> decimal_of(const WrittenNumber& number, char decimal_sign) {
    if (number.digits.find_first_of("eE") != std::string_view::npos) {
        auto parsed = Decimal::parse(number.digits);
        if (parsed && number.negative) parsed->units = -parsed->units;
        return parsed;
    }
    if ((possible_signs(number) & (decimal_sign == ',' ? sign_comma : sign_point)) == 0) return std::nullopt;
    std::string plain = number.negative ? "-" : "";
    for (const char c : number.digits) {
        if (c == decimal_sign) plain += '.';
        else if (is_digit(c)) plain += c;
    }
    return Decimal::parse(plain);
}

// ---- Days ------------------------------------------------------------------------------------------------

namespace {

// "jan", "january", "thg 1", "tháng 1" give 1; takes them off the text.
int take_month(std::string_view& text) {
    static constexpr std::string_view names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    std::size_t letters = 0;
    while (letters < text.size() && is_letter(text[letters])) ++letters;
    if (letters < 3) return 0;
    const std::string word = lower_ascii(text.substr(0, letters));
    static constexpr std::string_view full[] = {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};
    for (int i = 0; i < 12; ++i)
        if (word == names[i] || word == full[i] || (i == 8 && word == "sept")) {
            text.remove_prefix(letters);
            return i + 1;
        }
    return 0;
}

int take_digits(std::string_view& text, int most, int& digits) {
    int number = 0;
    digits = 0;
    while (digits < most && !text.empty() && is_digit(text.front())) {
        number = number * 10 + (text.front() - '0');
        text.remove_prefix(1);
        ++digits;
    }
    return number;
}

int whole_year(int year, int digits) {
    if (digits == 2) return year + (year < 50 ? 2000 : 1900);
    return digits == 4 ? year : -1;
}

bool take_separator(std::string_view& text, std::string_view& separator) {
    const std::size_t begin = text.find_first_not_of(" ");
    std::size_t n = begin == std::string_view::npos ? text.size() : begin;
    if (n < text.size() && (text[n] == '/' || text[n] == '-' || text[n] == '.' || text[n] == ',')) ++n;
    while (n < text.size() && text[n] == ' ') ++n;
    separator = without_blanks_around(text.substr(0, n));
    text.remove_prefix(n);
    return n > 0;
}

// ":mm:ss.fff AM +07:00" and so on, behind the day.
bool read_time(std::string_view text, WrittenDay& out) {
    if (text.empty()) return true;
    if (text.front() != ' ' && text.front() != 'T' && text.front() != ',') return false;
    while (!text.empty() && (text.front() == ' ' || text.front() == 'T' || text.front() == ',')) text.remove_prefix(1);
    int digits = 0;
    int hours = take_digits(text, 2, digits);
    if (digits == 0 || !take(text, ":")) return false;
    const int minutes = take_digits(text, 2, digits);
    if (digits != 2 || minutes > 59) return false;
    int seconds = 0;
    std::int64_t fraction = 0;
    if (take(text, ":")) {
        seconds = take_digits(text, 2, digits);
        if (digits != 2 || seconds > 60) return false;
        if (take(text, ".")) {
            fraction = take_digits(text, 6, digits);
            for (int i = digits; i < 6; ++i) fraction *= 10;
            if (digits == 0) return false;
            while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
        }
    }
    const std::string rest = upper_ascii(without_blanks_around(text));
    std::string_view end = rest;
    if (end == "AM" || end == "PM") {
        if (hours < 1 || hours > 12) return false;
        hours = hours % 12 + (end == "PM" ? 12 : 0);
        end = {};
    }
    if (hours > 23) return false;
    out.has_time = true;
    out.micros_of_day = (std::int64_t{hours} * 3600 + minutes * 60 + seconds) * 1'000'000 + fraction;
    if (end.empty()) return true;
    int offset = 0;
    if (end != "Z" && end != "UTC") {
        const bool west = end.front() == '-';
        if (!take(end, "+") && !take(end, "-")) return false;
        const int h = take_digits(end, 2, digits);
        if (digits != 2) return false;
        take(end, ":");
        const int m = take_digits(end, 2, digits);
        if ((digits != 2 && digits != 0) || !end.empty() || h > 15 || m > 59) return false;
        offset = (h * 60 + m) * (west ? -1 : 1);
    }
    out.instant = Instant{std::int64_t{out.day.days} * 86'400'000'000 + out.micros_of_day - std::int64_t{offset} * 60'000'000};
    return true;
}

// Reads the parts of a day; the three numbers in the order written, which of them are a year of four digits or a
// month in letters, and what follows.
struct Parts {
    int number[3] = {0, 0, 0}, digits[3] = {0, 0, 0};
    int named = -1;  // which part is a month in letters
    std::string_view rest;
};
std::optional<Parts> parts_of(std::string_view text) {
    Parts parts;
    text = without_blanks_around(text);
    if (text.size() < 6 || text.size() > 60) return std::nullopt;
    // "20261231" is a day, year first.
    if (text.size() == 8 && std::all_of(text.begin(), text.end(), is_digit)) {
        for (const auto& [part, most] : {std::pair(0, 4), std::pair(1, 2), std::pair(2, 2)}) parts.number[part] = take_digits(text, most, parts.digits[part]);
        return parts;
    }
    std::string_view separators[2];
    for (int part = 0; part < 3; ++part) {
        if (const int month = parts.named < 0 ? take_month(text) : 0) {
            parts.named = part;
            parts.number[part] = month;
            parts.digits[part] = 2;
            if (part < 2 && !text.empty() && text.front() == '.') text.remove_prefix(1);
        } else {
            parts.number[part] = take_digits(text, 4, parts.digits[part]);
            if (parts.digits[part] == 0) return std::nullopt;
        }
        if (part < 2 && !take_separator(text, separators[part])) return std::nullopt;
    }
    // "31/12-2026" is nothing people mean; letters are freer: "December 31, 2026".
    if (parts.named < 0 && (separators[0] != separators[1] || separators[0].empty() || separators[0] == ",")) return std::nullopt;
    if (!text.empty() && is_digit(text.front())) return std::nullopt;
    parts.rest = text;
    return parts;
}

std::optional<Date> date_in_order(const Parts& parts, DayOrders order) {
    int day = 0, month = 1, year = 2;
    if (order == order_ymd) day = 2, month = 1, year = 0;
    if (order == order_mdy) day = 1, month = 0, year = 2;
    if (parts.named >= 0 && parts.named != month) return std::nullopt;
    if (parts.digits[day] > 2 || parts.digits[month] > 2) return std::nullopt;
    if (order == order_ymd && parts.digits[year] != 4) return std::nullopt;
    const int full = whole_year(parts.number[year], parts.digits[year]);
    return full < 1 ? std::nullopt : Date::of(full, parts.number[month], parts.number[day]);
}

}  // namespace

std::uint8_t possible_orders(std::string_view text) {
    const auto parts = parts_of(text);
    if (!parts) return order_none;
    WrittenDay ignored;
    if (!read_time(parts->rest, ignored)) return order_none;
    std::uint8_t orders = order_none;
    for (const DayOrders order : {order_ymd, order_dmy, order_mdy})
        if (date_in_order(*parts, order)) orders |= order;
    if (orders != order_none && (parts->named >= 0 || parts->digits[0] == 4)) orders |= order_certain;
    return orders;
}

std::optional<WrittenDay> day_of(std::string_view text, DayOrders order) {
    const auto parts = parts_of(text);
    if (!parts) return std::nullopt;
    WrittenDay out;
    // Year first and a month in letters are unmistakable in any column.
    std::optional<Date> day;
    if (parts->named >= 0 || parts->digits[0] == 4) {
        for (const DayOrders any : {order_ymd, order_dmy, order_mdy})
            if (!day) day = date_in_order(*parts, any);
    } else {
        day = date_in_order(*parts, order);
    }
    if (!day) return std::nullopt;
    out.day = *day;
    if (!read_time(parts->rest, out)) return std::nullopt;
    return out;
}

// ---- Others ------------------------------------------------------------------------------------------------

std::optional<bool> yes_or_no(std::string_view text) {
    static constexpr std::string_view yes[] = {"true", "yes", "y", "1", "x", "t", "on", "co", "dung", "da", "roi", "✓", "✔"};
    static constexpr std::string_view no[] = {"false", "no", "n", "0", "f", "off", "khong", "sai", "chua", "-"};
    const std::string word = fold(text);
    if (std::find(std::begin(yes), std::end(yes), word) != std::end(yes)) return true;
    if (std::find(std::begin(no), std::end(no), word) != std::end(no)) return false;
    return std::nullopt;
}

std::string phone_of(std::string_view text, std::string_view country) {
    text = without_blanks_around(text);
    // Invisible direction marks come along when numbers are copied out of messengers.
    std::string kept;
    for (std::size_t i = 0; i < text.size();) {
        if (text.substr(i, 3) == "\u200E" || text.substr(i, 3) == "\u200F" || text.substr(i, 3) == "\u202A" || text.substr(i, 3) == "\u202C" || text.substr(i, 3) == "\u2060") i += 3;
        else kept += text[i++];
    }
    if (country != "VN") return std::string(without_blanks_around(kept));
    std::string digits;
    bool plus = false;
    for (const char c : kept) {
        if (is_digit(c)) digits += c;
        else if (c == '+' && digits.empty()) plus = true;
        else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')' && c != '/' && static_cast<unsigned char>(c) < 0x80) return kept;  // an extension, words
    }
    const std::string as_written(without_blanks_around(kept));
    std::string national;
    if (digits.starts_with("0084")) national = digits.substr(4);
    else if (plus && digits.starts_with("84")) national = digits.substr(2);
    else if (plus || digits.starts_with("00")) return plus && digits.size() >= 8 && digits.size() <= 15 ? "+" + digits : as_written;  // another country
    else if (digits.starts_with("84") && digits.size() >= 11) national = digits.substr(2);  // 84 and nine digits
    else national = digits;
    if (national.starts_with("0")) national.erase(0, 1);  // "(+84) 0912 ..."
    // Mobile numbers of eleven digits have had ten since 2018.
    static constexpr std::pair<std::string_view, std::string_view> changed[] = {
        {"162", "32"}, {"163", "33"}, {"164", "34"}, {"165", "35"}, {"166", "36"}, {"167", "37"}, {"168", "38"}, {"169", "39"}, {"120", "70"}, {"121", "79"},
        {"122", "77"}, {"126", "76"}, {"128", "78"}, {"123", "83"}, {"124", "84"}, {"125", "85"}, {"127", "81"}, {"129", "82"}, {"186", "56"}, {"188", "58"}, {"199", "59"}};
    if (national.size() == 10)
        for (const auto& [before, now] : changed)
            if (national.starts_with(before)) {
                national = std::string(now) + national.substr(3);
                break;
            }
    const bool mobile = national.size() == 9 && std::string_view("35789").find(national.front()) != std::string_view::npos;
    const bool landline = national.size() == 10 && national.front() == '2';
    return mobile || landline ? "+84" + national : as_written;
}

std::string email_key(std::string_view text) { return fold_case(without_blanks_around(text)); }

}  // namespace fairlead::derive
