// Numbers and moments written by a format.
#include "formula/number_format.h"

#include <array>

#include "base/text.h"
#include "formula/local_time.h"

namespace fairlead::formula {
namespace {

constexpr std::array<std::string_view, 12> months = {"January", "February", "March", "April", "May", "June", "July",
                                                     "August", "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

struct NumberFormat {
    std::string before, after;
    int whole_digits = 0, decimals_least = 0, decimals_most = 0;
    bool grouped = false, percent = false, any = false;
};

std::optional<NumberFormat> read_number_format(std::string_view format) {
    NumberFormat f;
    bool point = false, closed = false;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const char c = format[i];
        if (c == '0' || c == '#') {
            if (closed) return std::nullopt;
            f.any = true;
            if (!point && c == '0') ++f.whole_digits;
            if (point) ++f.decimals_most;
            if (point && c == '0') f.decimals_least = f.decimals_most;
        } else if (c == ',' && f.any && !point) {
            f.grouped = true;
        } else if (c == '.' && !point && !closed) {
            point = f.any = true;
        } else {
            if (f.any) closed = true;
            std::string& literal = f.any ? f.after : f.before;
            if (c == '%') {
                f.percent = true;
                literal += c;
            } else if (c == '"') {
                const auto end = format.find('"', i + 1);
                if (end == std::string_view::npos) return std::nullopt;
                literal += format.substr(i + 1, end - i - 1);
                i = end;
            } else if (std::string_view(" -+()/:$\u20AB\u20AC").find(c) != std::string_view::npos) {
                literal += c;
            } else {
                return std::nullopt;
            }
        }
    }
    if (!f.any || f.decimals_most > Decimal::places) return std::nullopt;
    return f;
}

std::string padded(int number, std::size_t width) {
    std::string text = std::to_string(number);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    return text;
}

}  // namespace

std::optional<std::string> format_number(Decimal number, std::string_view format) {
    const auto f = read_number_format(format);
    if (!f) return std::nullopt;
    auto scaled = f->percent ? multiply(number, Decimal::of(100)) : std::optional<Decimal>(number);
    if (scaled) scaled = scaled->rounded(f->decimals_most, Rounding::half_away);
    if (!scaled) return std::nullopt;
    const bool negative = scaled->negative();
    const std::string plain = Decimal{negative ? -scaled->units : scaled->units}.text();
    const auto point = std::min(plain.find('.'), plain.size());
    std::string whole = plain.substr(0, point), decimals = point < plain.size() ? plain.substr(point + 1) : "";
    if (whole == "0") whole.clear();
    if (whole.size() < static_cast<std::size_t>(f->whole_digits)) whole.insert(0, static_cast<std::size_t>(f->whole_digits) - whole.size(), '0');
    if (decimals.size() < static_cast<std::size_t>(f->decimals_least)) decimals.append(static_cast<std::size_t>(f->decimals_least) - decimals.size(), '0');
    if (f->grouped)
        for (std::size_t i = whole.size(); i > 3; i -= 3) whole.insert(i - 3, 1, ',');
    return (negative ? "-" : "") + f->before + whole + (decimals.empty() ? "" : "." + decimals) + f->after;
}

std::optional<std::string> format_moment(const Datum& moment, std::string_view format, const Context& context) {
    const LocalTime local = moment.kind == Datum::instant ? local_time(Instant{moment.as_whole()}, context) : LocalTime{moment.as_date(), 0};
    const auto second = static_cast<int>(local.micros / 1'000'000);
    std::string out;
    bool after_hours = false;  // "mm" behind hours are minutes
    for (std::size_t i = 0; i < format.size();) {
        const char c = lower_ascii(format.substr(i, 1))[0];
        std::size_t run = 1;
        while (i + run < format.size() && lower_ascii(format.substr(i + run, 1))[0] == c) ++run;
        const bool before_seconds = lower_ascii(format.substr(i + run, 2)) == ":s";
        const int month = local.day.month();
        if (c == 'y' && (run == 4 || run == 2)) {
            out += run == 4 ? padded(local.day.year(), 4) : padded(local.day.year() % 100, 2);
        } else if (c == 'm' && run <= 2 && (after_hours || before_seconds)) {
            out += padded(second / 60 % 60, run);
        } else if (c == 'm' && run <= 4) {
            const std::string_view name = months[static_cast<std::size_t>(month - 1)];
            out += run <= 2 ? padded(month, run) : std::string(run == 3 ? name.substr(0, 3) : name);
        } else if (c == 'd' && run <= 4) {
            const std::string_view name = weekdays[static_cast<std::size_t>(local.day.weekday() - 1)];
            out += run <= 2 ? padded(local.day.day(), run) : std::string(run == 3 ? name.substr(0, 3) : name);
        } else if (c == 'h' && run <= 2) {
            out += padded(second / 3600, run);
        } else if (c == 's' && run <= 2) {
            out += padded(second % 60, run);
        } else if (std::string_view(" -/.,:").find(c) != std::string_view::npos) {
            out += std::string(run, c);
        } else {
            return std::nullopt;
        }
        if (c == 'h') after_hours = true;
        else if (c != ':' && c != ' ') after_hours = false;
        i += run;
    }
    if (format.empty()) return std::nullopt;
    return out;
}

}  // namespace fairlead::formula
