// Dates, instants and durations: a due date is a date; an instant is a moment in UTC; they never mix unasked.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

// A calendar day, as days since 1970-01-01 (proleptic Gregorian), years 1 to 9999.
struct Date {
    std::int32_t days = 0;

    static std::optional<Date> of(int year, int month, int day);  // nothing for 31 February
    static std::optional<Date> parse(std::string_view text);      // "2026-11-25" only
    int year() const;
    int month() const;  // 1..12
    int day() const;    // 1..31
    int weekday() const;  // 1 Monday .. 7 Sunday (ISO)
    std::string text() const;
    friend constexpr auto operator<=>(Date, Date) = default;
};
Date add_months(Date date, int months);  // the day is clipped to the month's last one
Date end_of_month(Date date, int months_ahead);

// A moment, as microseconds since 1970-01-01T00:00:00Z.
struct Instant {
    std::int64_t micros = 0;

    // RFC 3339 with offset or Z: "2026-11-25T04:31:00Z", fractions to 6 digits.
    static std::optional<Instant> parse(std::string_view text);
    std::string text() const;  // RFC 3339 in UTC with Z; fraction only where there is one
    friend constexpr auto operator<=>(Instant, Instant) = default;
};

struct Duration {
    std::int64_t micros = 0;
    friend constexpr auto operator<=>(Duration, Duration) = default;
};

// Time zones by IANA name ("Asia/Ho_Chi_Minh"); refuses nothing: an unknown zone is UTC (`known_zone` asks).
bool known_zone(std::string_view zone);
Date date_in_zone(Instant instant, std::string_view zone);
// What a clock in the zone shows, as if it were UTC: for hours and minutes of the day.
Instant clock_reading(Instant instant, std::string_view zone);
Instant start_of_day(Date date, std::string_view zone);

// What time it is. Handed in wherever code needs it, so that tests and the demonstration company can set it.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};
class SystemClock final : public Clock {
  public:
    Instant now() const override;
};
class FixedClock final : public Clock {
  public:
    explicit FixedClock(Instant at) : at_(at) {}
    Instant now() const override { return at_; }
    void set(Instant at) { at_ = at; }

  private:
    Instant at_;
};

}  // namespace fairlead
