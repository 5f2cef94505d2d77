// Dates, instants and time zones; the zones are the system's (/usr/share/zoneinfo).
#include "base/date.h"

#include <date/date.h>
#include <date/tz.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>

namespace fairlead {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;

date::year_month_day civil(Date d) { return date::year_month_day{date::sys_days{date::days{d.days}}}; }

Date from_civil(const date::year_month_day& ymd) {
    return Date{static_cast<std::int32_t>(date::sys_days{ymd}.time_since_epoch().count())};
}

int month_length(int year, int month) {
    const date::year_month_day_last last{date::year{year} / month / date::last};
    return static_cast<int>(static_cast<unsigned>(last.day()));
}

// Digits at `at`, exactly `count` of them; -1 when they are not digits.
int digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return -1;
    int number = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

void append_padded(std::string& out, int number, int width) {
    char digits[16];
    const auto size = std::to_chars(digits, digits + sizeof digits, number).ptr - digits;
    if (size < width) out.append(static_cast<std::size_t>(width - size), '0');
    out.append(digits, static_cast<std::size_t>(size));
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The offset that holds in a zone around an instant, kept because neighbouring rows ask for the same one.
struct Offset {
    std::string zone;
    std::int64_t begin = 1, end = 0;  // seconds; an empty range at first
    std::int64_t seconds = 0;
};

const date::time_zone* find_zone(std::string_view zone) {
    if (zone.empty()) return nullptr;
    try {
        return date::locate_zone(std::string(zone));
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

const Offset& offset_at(std::int64_t second, std::string_view zone) {
    static thread_local std::array<Offset, 4> kept;
    static thread_local std::size_t oldest = 0;
    for (const Offset& o : kept)
        if (second >= o.begin && second < o.end && o.zone == zone) return o;
    Offset& fresh = kept[oldest++ % kept.size()];
    fresh = {std::string(zone), INT64_MIN, INT64_MAX, 0};
    if (const auto* found = find_zone(zone)) {
        const auto info = found->get_info(date::sys_seconds{seconds{second}});
        fresh.begin = info.begin.time_since_epoch().count();
        fresh.end = info.end.time_since_epoch().count();
        fresh.seconds = info.offset.count();
    }
    return fresh;
}

struct Fraction {
    int micros = 0;
    std::size_t end = 0;
};

// ".123456" at `at`; more than six digits are refused, because they would be lost.
std::optional<Fraction> parse_fraction(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '.') return Fraction{0, at};
    std::size_t end = at + 1;
    int micros = 0, count = 0;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end, ++count) {
        if (count == 6) return std::nullopt;
        micros = micros * 10 + (text[end] - '0');
    }
    if (count == 0) return std::nullopt;
    for (; count < 6; ++count) micros *= 10;
    return Fraction{micros, end};
}

// "Z" or "+07:00" as seconds east of Greenwich.
std::optional<std::int64_t> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const std::int64_t east = (hours * 60 + minutes) * 60;
    return text[0] == '-' ? -east : east;
}

}  // namespace

std::optional<Date> Date::of(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > month_length(year, month)) return std::nullopt;
    return from_civil(date::year{year} / month / day);
}

std::optional<Date> Date::parse(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const int y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
    if (y < 0 || m < 0 || d < 0) return std::nullopt;
    return of(y, m, d);
}

int Date::year() const { return static_cast<int>(civil(*this).year()); }
int Date::month() const { return static_cast<int>(static_cast<unsigned>(civil(*this).month())); }
int Date::day() const { return static_cast<int>(static_cast<unsigned>(civil(*this).day())); }

int Date::weekday() const {
    const std::int64_t from_monday = (std::int64_t{days} + 3) % 7;  // day 0 was a Thursday
    return static_cast<int>(from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

std::string Date::text() const {
    const auto ymd = civil(*this);
    std::string out;
    append_padded(out, static_cast<int>(ymd.year()), 4);
    out += '-';
    append_padded(out, static_cast<int>(static_cast<unsigned>(ymd.month())), 2);
    out += '-';
    append_padded(out, static_cast<int>(static_cast<unsigned>(ymd.day())), 2);
    return out;
}

Date add_months(Date from, int months) {
    const auto ymd = civil(from);
    const std::int64_t month_count = std::int64_t{static_cast<int>(ymd.year())} * 12 +
                                     static_cast<int>(static_cast<unsigned>(ymd.month())) - 1 + months;
    // Outside the years a Date knows the result stays at the edge; formulas refuse before they get here.
    const auto year = static_cast<int>(std::min<std::int64_t>(9999, std::max<std::int64_t>(1, floor_divide(month_count, 12))));
    const auto month = static_cast<int>(month_count - floor_divide(month_count, 12) * 12) + 1;
    const int day = std::min(static_cast<int>(static_cast<unsigned>(ymd.day())), month_length(year, month));
    return from_civil(date::year{year} / month / day);
}

Date end_of_month(Date from, int months_ahead) {
    const Date inside = add_months(from, months_ahead);
    const auto ymd = civil(inside);
    const int year = static_cast<int>(ymd.year());
    const int month = static_cast<int>(static_cast<unsigned>(ymd.month()));
    return from_civil(date::year{year} / month / month_length(year, month));
}

std::optional<Instant> Instant::parse(std::string_view text) {
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const auto day = Date::parse(text.substr(0, 10));
    const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
    const auto fraction = parse_fraction(text, 19);
    if (!fraction) return std::nullopt;
    const auto east = parse_offset(text.substr(fraction->end));
    if (!east) return std::nullopt;
    const std::int64_t seconds_of = std::int64_t{day->days} * 86'400 + hour * 3600 + minute * 60 + second - *east;
    return Instant{seconds_of * micros_per_second + fraction->micros};
}

std::string Instant::text() const {
    const std::int64_t day = floor_divide(micros, micros_per_day);
    const std::int64_t rest = micros - day * micros_per_day;
    const auto second = static_cast<int>(rest / micros_per_second);
    std::string out = Date{static_cast<std::int32_t>(day)}.text();
    out += 'T';
    append_padded(out, second / 3600, 2);
    out += ':';
    append_padded(out, second / 60 % 60, 2);
    out += ':';
    append_padded(out, second % 60, 2);
    if (const auto fraction = static_cast<int>(rest % micros_per_second); fraction != 0) {
        out += '.';
        append_padded(out, fraction, 6);
        while (out.back() == '0') out.pop_back();
    }
    out += 'Z';
    return out;
}

bool known_zone(std::string_view zone) { return find_zone(zone) != nullptr; }

Date date_in_zone(Instant instant, std::string_view zone) {
    const std::int64_t second = floor_divide(instant.micros, micros_per_second);
    const std::int64_t local = second + offset_at(second, zone).seconds;
    return Date{static_cast<std::int32_t>(floor_divide(local, 86'400))};
}

Instant clock_reading(Instant instant, std::string_view zone) {
    return Instant{instant.micros + offset_at(floor_divide(instant.micros, micros_per_second), zone).seconds * micros_per_second};
}

Instant start_of_day(Date day, std::string_view zone) {
    const date::local_seconds midnight{seconds{std::int64_t{day.days} * 86'400}};
    const auto* found = find_zone(zone);
    if (found == nullptr) return Instant{std::int64_t{day.days} * micros_per_day};
    // Where clocks jump over midnight the day starts at the jump; where midnight comes twice, at the first.
    const auto info = found->get_info(midnight);
    const seconds utc = info.result == date::local_info::nonexistent
                            ? info.second.begin.time_since_epoch()
                            : midnight.time_since_epoch() - info.first.offset;
    return Instant{utc.count() * micros_per_second};
}

Instant SystemClock::now() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<microseconds>(since).count()};
}

}  // namespace fairlead
