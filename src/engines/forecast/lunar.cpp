// New moons, the sun's place, Easter.
#include "engines/forecast/lunar.h"

#include <cmath>
#include <numbers>

namespace fairlead::forecast {
namespace {

constexpr double radians = std::numbers::pi / 180;
constexpr double epoch = 2440587.5;          // Julian day of 1970-01-01T00:00Z
constexpr double lunation = 29.530588853;    // mean, days

// The new moon number k since 1900, as a Julian day in universal time.
double new_moon(int k) {
    const double t = k / 1236.85, t2 = t * t, t3 = t2 * t;
    const double mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t2 - 0.000000155 * t3 + 0.00033 * std::sin((166.56 + 132.87 * t - 0.009173 * t2) * radians);
    const double sun = (359.2242 + 29.10535608 * k - 0.0000333 * t2 - 0.00000347 * t3) * radians;
    const double moon = (306.0253 + 385.81691806 * k + 0.0107306 * t2 + 0.00001236 * t3) * radians;
    const double node = (21.2964 + 390.67050646 * k - 0.0016528 * t2 - 0.00000239 * t3) * radians;
    const double correction = (0.1734 - 0.000393 * t) * std::sin(sun) + 0.0021 * std::sin(2 * sun) - 0.4068 * std::sin(moon) + 0.0161 * std::sin(2 * moon) - 0.0004 * std::sin(3 * moon) +
                              0.0104 * std::sin(2 * node) - 0.0051 * std::sin(sun + moon) - 0.0074 * std::sin(sun - moon) + 0.0004 * std::sin(2 * node + sun) - 0.0004 * std::sin(2 * node - sun) -
                              0.0006 * std::sin(2 * node + moon) + 0.0010 * std::sin(2 * node - moon) + 0.0005 * std::sin(2 * moon + sun);
    const double dynamical_time = -0.000278 + 0.000265 * t + 0.000262 * t2;  // less universal time, days
    return mean + correction - dynamical_time;
}

int day_of(double julian, int utc_offset_hours) { return static_cast<int>(std::floor(julian - epoch + utc_offset_hours / 24.0)); }
int new_moon_day(int k, int hours) { return day_of(new_moon(k), hours); }

// The sun's true longitude in degrees at a Julian day.
double sun_longitude(double julian) {
    const double t = (julian - 2451545.0) / 36525, t2 = t * t;
    const double anomaly = (357.52910 + 35999.05030 * t - 0.0001559 * t2 - 0.00000048 * t * t2) * radians;
    const double mean = 280.46645 + 36000.76983 * t + 0.0003032 * t2;
    const double centre = (1.914600 - 0.004817 * t - 0.000014 * t2) * std::sin(anomaly) + (0.019993 - 0.000101 * t) * std::sin(2 * anomaly) + 0.000290 * std::sin(3 * anomaly);
    const double longitude = mean + centre;
    return longitude - 360 * std::floor(longitude / 360);
}

// Which of the twelve principal terms the sun has passed at the start of a day.
int term_at(int day, int hours) { return static_cast<int>(sun_longitude(day + epoch - hours / 24.0) / 30); }

// The number of the new moon that begins the month of the winter solstice of a year.
int eleventh(int year, int hours) {
    const int last = Date::of(year, 12, 31)->days;
    const int k = static_cast<int>(std::floor((last + epoch + 0.5 - 2415021) / lunation));
    return term_at(new_moon_day(k, hours), hours) >= 9 ? k - 1 : k;
}

// Of the months behind an eleventh one that a thirteenth follows, which repeats the number before it.
int leap_after(int k, int hours) {
    int i = 1, before = 0, term = term_at(new_moon_day(k + i, hours), hours);
    do {
        before = term;
        term = term_at(new_moon_day(k + ++i, hours), hours);
    } while (term != before && i < 14);
    return i - 1;
}

}  // namespace

Date lunar_month(int year, int month, int utc_offset_hours) {
    const int from = month >= 11 ? year : year - 1;
    const int begin = eleventh(from, utc_offset_hours), end = eleventh(from + 1, utc_offset_hours);
    int offset = (month + 1) % 12;
    if (end - begin == 13 && offset >= leap_after(begin, utc_offset_hours)) ++offset;
    return Date{new_moon_day(begin + offset, utc_offset_hours)};
}

Date day_of_sun(int year, double degrees, int utc_offset_hours) {
    // Near the right day by the mean sun, then by what is missing.
    double julian = Date::of(year, 3, 20)->days + epoch + degrees / 360 * 365.2422;
    for (int round = 0; round < 5; ++round) {
        double missing = degrees - (sun_longitude(julian) - 0.00569);  // aberration
        missing -= 360 * std::round(missing / 360);
        julian += missing / 360 * 365.2422;
    }
    return Date{day_of(julian, utc_offset_hours)};
}

Date easter_sunday(int year) {
    const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
    const int n = h + l - 7 * m + 114;
    return *Date::of(year, n / 31, n % 31 + 1);
}

}  // namespace fairlead::forecast
