// The rules of each country, and the days that follow from them.
#include "engines/forecast/calendar.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "base/text.h"
#include "engines/forecast/lunar.h"

namespace fairlead::forecast {
namespace {

// How a rule names a day:
//   fixed    day b of month a
//   nth      weekday b (1 Monday) of month a, the c-th; the c-th from its end where c is below zero
//   from     the first weekday b on or after day c of month a
//   easter   a days after Easter Sunday
//   lunar    day b of month a of the lunar year; c days later where c is given (-1: the eve)
//   sun      the day on which the sun passes a degrees
enum class Kind : unsigned char { fixed, nth, from, easter, lunar, sun };

// Which day is given instead where the holiday is no working day anyhow.
enum class Move : unsigned char {
    none,
    nearest,  // Saturday: the Friday before, Sunday: the Monday after
    after,    // Saturday or Sunday: the next working day
    sunday,   // Sunday only: the next working day
};

struct Rule {
    const char* name;
    Kind kind;
    int a = 0, b = 0, c = 0;
    int days = 1;      // that go by the name
    int off = 1;       // of these, the first so many are days off
    int since = 0, until = 9999;
    Move move = Move::none;
    int move_since = 0;
    int on = 0, by = 0;  // on this weekday: so many days later
};

constexpr Kind fixed = Kind::fixed, nth = Kind::nth, from = Kind::from, easter = Kind::easter, lunar = Kind::lunar, sun = Kind::sun;

// Labour Code 2019 (45/2019/QH14) art. 112, in force since 2021 (National Day two days); Labour Code 2012 art. 115 (Tet five days,
// since May 2013), before it four; Hung Kings since 2007; a holiday on a weekly day off is made up for on the next working day
// (art. 111.3). Decree 45/2013 lets the year's decision choose two days of Tet before and three after, or one and four: with the
// days made up the first is what was decided in most years. The second National Day is the one that makes the longer break. Culture
// Day by resolution 80-NQ/TW (2026). UTC+7.
constexpr Rule vietnam[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .move = Move::after},
    {.name = "Tet", .kind = lunar, .a = 1, .b = 1, .c = -2, .days = 7, .off = 0},
    {.name = "Tet", .kind = lunar, .a = 1, .b = 1, .c = -1, .days = 4, .off = 4, .until = 2013, .move = Move::after},
    {.name = "Tet", .kind = lunar, .a = 1, .b = 1, .c = -2, .days = 5, .off = 5, .since = 2014, .move = Move::after},
    {.name = "Hung Kings", .kind = lunar, .a = 3, .b = 10, .since = 2007, .move = Move::after},
    {.name = "30 April and 1 May", .kind = fixed, .a = 4, .b = 30, .days = 2, .off = 2, .since = 1976, .move = Move::after},
    {.name = "National Day", .kind = fixed, .a = 9, .b = 2, .until = 2020, .move = Move::after},
    {.name = "National Day", .kind = fixed, .a = 9, .b = 1, .days = 2, .off = 2, .since = 2021, .move = Move::after, .on = 3, .by = 1},
    {.name = "Culture Day", .kind = fixed, .a = 11, .b = 24, .since = 2026, .move = Move::after},
    {.name = "Ghost month", .kind = lunar, .a = 7, .b = 1, .days = 29, .off = 0},
    {.name = "Mid-Autumn", .kind = lunar, .a = 8, .b = 15, .off = 0},
    {.name = "Women's Day", .kind = fixed, .a = 3, .b = 8, .off = 0},
    {.name = "Vietnamese Women's Day", .kind = fixed, .a = 10, .b = 20, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .days = 2, .off = 0},
};
// Measures on holidays of the State Council (国务院令 270, changed 2007, 2013, 2024). The weeks made up of swapped weekends are told
// each year anew: only the days of the law are off here. UTC+8.
constexpr Rule china[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Spring Festival", .kind = lunar, .a = 1, .b = 1, .c = -1, .days = 8, .off = 0},
    {.name = "Spring Festival", .kind = lunar, .a = 1, .b = 1, .days = 3, .off = 3, .until = 2007},
    {.name = "Spring Festival", .kind = lunar, .a = 1, .b = 1, .c = -1, .days = 3, .off = 3, .since = 2008, .until = 2013},
    {.name = "Spring Festival", .kind = lunar, .a = 1, .b = 1, .days = 3, .off = 3, .since = 2014, .until = 2024},
    {.name = "Spring Festival", .kind = lunar, .a = 1, .b = 1, .c = -1, .days = 4, .off = 4, .since = 2025},
    {.name = "Qingming", .kind = sun, .a = 15, .since = 2008},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 2, .since = 2025},
    {.name = "Dragon Boat", .kind = lunar, .a = 5, .b = 5, .since = 2008},
    {.name = "Mid-Autumn", .kind = lunar, .a = 8, .b = 15, .since = 2008},
    {.name = "National Day", .kind = fixed, .a = 10, .b = 1, .days = 7, .off = 3},
    {.name = "Ghost month", .kind = lunar, .a = 7, .b = 1, .days = 29, .off = 0},
    {.name = "Singles' Day", .kind = fixed, .a = 11, .b = 11, .off = 0, .since = 2009},
};
// Decree on public holidays; substitute days since 2014 (Seollal, Chuseok on a Sunday; Children's Day), since August 2021 for the
// national days, since 2023 for Buddha's birthday and Christmas; Labour Day and Constitution Day (again) by the act of 2026. Elections and days set ad hoc are not known. UTC+9.
constexpr Rule korea[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Seollal", .kind = lunar, .a = 1, .b = 1, .c = -1, .days = 3, .off = 0},
    {.name = "Seollal", .kind = lunar, .a = 1, .b = 1, .c = -1, .days = 3, .off = 3, .since = 1989, .move = Move::sunday, .move_since = 2014},
    {.name = "Arbor Day", .kind = fixed, .a = 4, .b = 5, .until = 2005},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1, .since = 2026, .move = Move::after},
    {.name = "Constitution Day", .kind = fixed, .a = 7, .b = 17, .until = 2007},
    {.name = "Constitution Day", .kind = fixed, .a = 7, .b = 17, .since = 2026, .move = Move::after},
    {.name = "Independence Day", .kind = fixed, .a = 3, .b = 1, .move = Move::after, .move_since = 2022},
    {.name = "Children's Day", .kind = fixed, .a = 5, .b = 5, .since = 1975, .move = Move::after, .move_since = 2014},
    {.name = "Buddha's Birthday", .kind = lunar, .a = 4, .b = 8, .since = 1975, .move = Move::after, .move_since = 2023},
    {.name = "Memorial Day", .kind = fixed, .a = 6, .b = 6},
    {.name = "Liberation Day", .kind = fixed, .a = 8, .b = 15, .move = Move::after, .move_since = 2021},
    {.name = "Chuseok", .kind = lunar, .a = 8, .b = 15, .c = -1, .days = 3, .off = 0},
    {.name = "Chuseok", .kind = lunar, .a = 8, .b = 15, .c = -1, .days = 3, .off = 3, .since = 1989, .move = Move::sunday, .move_since = 2014},
    {.name = "National Foundation Day", .kind = fixed, .a = 10, .b = 3, .move = Move::after, .move_since = 2021},
    {.name = "Hangul Day", .kind = fixed, .a = 10, .b = 9, .until = 1990},
    {.name = "Hangul Day", .kind = fixed, .a = 10, .b = 9, .since = 2013, .move = Move::after, .move_since = 2021},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .move = Move::after, .move_since = 2023},
};
// Act on National Holidays (1948, as changed): substitute on the next day that is none since 1973, a day between two holidays since
// 1988, Mondays since 2000 and 2003; the moved days of 2019 to 2021 are below. Equinoxes by the sun at UTC+9.
constexpr Rule japan[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .days = 3, .off = 1, .move = Move::sunday, .move_since = 1974},
    {.name = "Coming of Age Day", .kind = fixed, .a = 1, .b = 15, .until = 1999, .move = Move::sunday, .move_since = 1974},
    {.name = "Coming of Age Day", .kind = nth, .a = 1, .b = 1, .c = 2, .since = 2000},
    {.name = "Foundation Day", .kind = fixed, .a = 2, .b = 11, .since = 1967, .move = Move::sunday, .move_since = 1974},
    {.name = "Emperor's Birthday", .kind = fixed, .a = 12, .b = 23, .since = 1989, .until = 2018, .move = Move::sunday},
    {.name = "Emperor's Birthday", .kind = fixed, .a = 2, .b = 23, .since = 2020, .move = Move::sunday},
    {.name = "Vernal Equinox", .kind = sun, .a = 0, .move = Move::sunday, .move_since = 1974},
    {.name = "Golden Week", .kind = fixed, .a = 4, .b = 29, .days = 7, .off = 1, .move = Move::sunday, .move_since = 1973},
    {.name = "Golden Week", .kind = fixed, .a = 5, .b = 3, .move = Move::sunday, .move_since = 1973},
    {.name = "Golden Week", .kind = fixed, .a = 5, .b = 4, .since = 2007, .move = Move::sunday},
    {.name = "Golden Week", .kind = fixed, .a = 5, .b = 5, .move = Move::sunday, .move_since = 1973},
    {.name = "Golden Week", .kind = fixed, .a = 4, .b = 30, .days = 3, .off = 3, .since = 2019, .until = 2019},
    {.name = "Marine Day", .kind = fixed, .a = 7, .b = 20, .since = 1996, .until = 2002, .move = Move::sunday},
    {.name = "Marine Day", .kind = nth, .a = 7, .b = 1, .c = 3, .since = 2003, .until = 2019},
    {.name = "Marine Day", .kind = fixed, .a = 7, .b = 23, .since = 2020, .until = 2020},
    {.name = "Marine Day", .kind = fixed, .a = 7, .b = 22, .since = 2021, .until = 2021},
    {.name = "Marine Day", .kind = nth, .a = 7, .b = 1, .c = 3, .since = 2022},
    {.name = "Mountain Day", .kind = fixed, .a = 8, .b = 11, .since = 2016, .until = 2019, .move = Move::sunday},
    {.name = "Mountain Day", .kind = fixed, .a = 8, .b = 10, .since = 2020, .until = 2020},
    {.name = "Mountain Day", .kind = fixed, .a = 8, .b = 8, .since = 2021, .until = 2021, .move = Move::sunday},
    {.name = "Mountain Day", .kind = fixed, .a = 8, .b = 11, .since = 2022, .move = Move::sunday},
    {.name = "Obon", .kind = fixed, .a = 8, .b = 13, .days = 4, .off = 0},
    {.name = "Respect for the Aged Day", .kind = fixed, .a = 9, .b = 15, .since = 1966, .until = 2002, .move = Move::sunday, .move_since = 1973},
    {.name = "Respect for the Aged Day", .kind = nth, .a = 9, .b = 1, .c = 3, .since = 2003},
    {.name = "Autumnal Equinox", .kind = sun, .a = 180, .move = Move::sunday, .move_since = 1973},
    {.name = "Sports Day", .kind = fixed, .a = 10, .b = 10, .since = 1966, .until = 1999, .move = Move::sunday, .move_since = 1973},
    {.name = "Sports Day", .kind = nth, .a = 10, .b = 1, .c = 2, .since = 2000, .until = 2019},
    {.name = "Sports Day", .kind = fixed, .a = 7, .b = 24, .since = 2020, .until = 2020},
    {.name = "Sports Day", .kind = fixed, .a = 7, .b = 23, .since = 2021, .until = 2021},
    {.name = "Sports Day", .kind = nth, .a = 10, .b = 1, .c = 2, .since = 2022},
    {.name = "Enthronement", .kind = fixed, .a = 10, .b = 22, .since = 2019, .until = 2019},
    {.name = "Culture Day", .kind = fixed, .a = 11, .b = 3, .move = Move::sunday, .move_since = 1973},
    {.name = "Labour Thanksgiving Day", .kind = fixed, .a = 11, .b = 23, .move = Move::sunday, .move_since = 1973},
};
// 5 U.S.C. 6103: federal holidays; Saturday is kept on Friday, Sunday on Monday. Thanksgiving goes to the Monday after it.
constexpr Rule united_states[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .move = Move::nearest},
    {.name = "Martin Luther King Day", .kind = nth, .a = 1, .b = 1, .c = 3, .since = 1986},
    {.name = "Presidents' Day", .kind = nth, .a = 2, .b = 1, .c = 3, .since = 1971},
    {.name = "Easter", .kind = easter, .off = 0},
    {.name = "Memorial Day", .kind = nth, .a = 5, .b = 1, .c = -1, .since = 1971},
    {.name = "Juneteenth", .kind = fixed, .a = 6, .b = 19, .since = 2021, .move = Move::nearest},
    {.name = "Independence Day", .kind = fixed, .a = 7, .b = 4, .move = Move::nearest},
    {.name = "Labor Day", .kind = nth, .a = 9, .b = 1, .c = 1},
    {.name = "Columbus Day", .kind = nth, .a = 10, .b = 1, .c = 2, .since = 1971},
    {.name = "Veterans Day", .kind = fixed, .a = 11, .b = 11, .since = 1978, .move = Move::nearest},
    {.name = "Thanksgiving", .kind = nth, .a = 11, .b = 4, .c = 4, .days = 5, .off = 1},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .move = Move::nearest},
    {.name = "Valentine's Day", .kind = fixed, .a = 2, .b = 14, .off = 0},
    {.name = "Mother's Day", .kind = nth, .a = 5, .b = 7, .c = 2, .off = 0},
    {.name = "Halloween", .kind = fixed, .a = 10, .b = 31, .off = 0},
};
// Canada Labour Code, part III, section 166 (federally regulated work), the day of reconciliation since 2021.
constexpr Rule canada[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .move = Move::after},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Victoria Day", .kind = from, .a = 5, .b = 1, .c = 18},
    {.name = "Canada Day", .kind = fixed, .a = 7, .b = 1, .move = Move::after},
    {.name = "Labour Day", .kind = nth, .a = 9, .b = 1, .c = 1},
    {.name = "Truth and Reconciliation", .kind = fixed, .a = 9, .b = 30, .since = 2021, .move = Move::after},
    {.name = "Thanksgiving", .kind = nth, .a = 10, .b = 1, .c = 2},
    {.name = "Remembrance Day", .kind = fixed, .a = 11, .b = 11, .move = Move::after},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2, .move = Move::after},
    {.name = "Black Friday", .kind = from, .a = 11, .b = 5, .c = 23, .days = 4, .off = 0},
};
// Banking and Financial Dealings Act 1971 and royal proclamations: England and Wales.
constexpr Rule england[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .since = 1974, .move = Move::after},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Early May", .kind = nth, .a = 5, .b = 1, .c = 1, .since = 1978, .until = 1994},
    {.name = "Early May", .kind = fixed, .a = 5, .b = 8, .since = 1995, .until = 1995},
    {.name = "Early May", .kind = nth, .a = 5, .b = 1, .c = 1, .since = 1996, .until = 2019},
    {.name = "Early May", .kind = fixed, .a = 5, .b = 8, .since = 2020, .until = 2020},
    {.name = "Early May", .kind = nth, .a = 5, .b = 1, .c = 1, .since = 2021},
    {.name = "Spring Bank Holiday", .kind = nth, .a = 5, .b = 1, .c = -1, .since = 1971, .until = 2001},
    {.name = "Spring Bank Holiday", .kind = fixed, .a = 6, .b = 3, .days = 2, .off = 2, .since = 2002, .until = 2002},
    {.name = "Spring Bank Holiday", .kind = nth, .a = 5, .b = 1, .c = -1, .since = 2003, .until = 2011},
    {.name = "Spring Bank Holiday", .kind = fixed, .a = 6, .b = 4, .days = 2, .off = 2, .since = 2012, .until = 2012},
    {.name = "Spring Bank Holiday", .kind = nth, .a = 5, .b = 1, .c = -1, .since = 2013, .until = 2021},
    {.name = "Spring Bank Holiday", .kind = fixed, .a = 6, .b = 2, .days = 2, .off = 2, .since = 2022, .until = 2022},
    {.name = "Spring Bank Holiday", .kind = nth, .a = 5, .b = 1, .c = -1, .since = 2023},
    {.name = "Summer Bank Holiday", .kind = nth, .a = 8, .b = 1, .c = -1, .since = 1971},
    {.name = "Royal days", .kind = fixed, .a = 4, .b = 29, .since = 2011, .until = 2011},
    {.name = "Royal days", .kind = fixed, .a = 9, .b = 19, .since = 2022, .until = 2022},
    {.name = "Royal days", .kind = fixed, .a = 5, .b = 8, .since = 2023, .until = 2023},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2, .move = Move::after},
    {.name = "Mothering Sunday", .kind = easter, .a = -21, .off = 0},
    {.name = "Black Friday", .kind = from, .a = 11, .b = 5, .c = 23, .days = 4, .off = 0, .since = 2013},
};
// Organisation of Working Time Act 1997, schedule 2; St Brigid's Day since 2023: the first Monday of February, or its first day where
// that is a Friday (here to 2035).
constexpr Rule ireland[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .move = Move::after},
    {.name = "St Brigid's Day", .kind = nth, .a = 2, .b = 1, .c = 1, .since = 2023, .until = 2029},
    {.name = "St Brigid's Day", .kind = fixed, .a = 2, .b = 1, .since = 2030, .until = 2030},
    {.name = "St Brigid's Day", .kind = nth, .a = 2, .b = 1, .c = 1, .since = 2031, .until = 2035},
    {.name = "St Patrick's Day", .kind = fixed, .a = 3, .b = 17, .move = Move::after},
    {.name = "Day of Remembrance", .kind = fixed, .a = 3, .b = 18, .since = 2022, .until = 2022},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "May Day", .kind = nth, .a = 5, .b = 1, .c = 1, .since = 1994},
    {.name = "June Holiday", .kind = nth, .a = 6, .b = 1, .c = 1, .since = 1974},
    {.name = "August Holiday", .kind = nth, .a = 8, .b = 1, .c = 1},
    {.name = "October Holiday", .kind = nth, .a = 10, .b = 1, .c = -1, .since = 1977},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2, .move = Move::after},
};
// What all Länder keep; Unity Day since 1990 (Einigungsvertrag art. 2.2), Reformation Day 2017 once for all.
constexpr Rule germany[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 2},
    {.name = "Unity Day", .kind = fixed, .a = 10, .b = 3, .since = 1990},
    {.name = "Reformation Day", .kind = fixed, .a = 10, .b = 31, .since = 2017, .until = 2017},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Arbeitsruhegesetz, section 7.
constexpr Rule austria[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Epiphany", .kind = fixed, .a = 1, .b = 6},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 0},
    {.name = "Whitsun", .kind = easter, .a = 50},
    {.name = "Corpus Christi", .kind = easter, .a = 60},
    {.name = "Assumption", .kind = fixed, .a = 8, .b = 15},
    {.name = "National Day", .kind = fixed, .a = 10, .b = 26, .since = 1967},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1},
    {.name = "Immaculate Conception", .kind = fixed, .a = 12, .b = 8},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Code du travail L3133-1; Whit Monday was a working day from 2005 to 2007.
constexpr Rule france[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Victory Day", .kind = fixed, .a = 5, .b = 8, .since = 1982},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 0},
    {.name = "Whitsun", .kind = easter, .a = 50, .until = 2004},
    {.name = "Whitsun", .kind = easter, .a = 50, .since = 2008},
    {.name = "Bastille Day", .kind = fixed, .a = 7, .b = 14},
    {.name = "Assumption", .kind = fixed, .a = 8, .b = 15},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1},
    {.name = "Armistice", .kind = fixed, .a = 11, .b = 11},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25},
};
// Estatuto de los Trabajadores art. 37.2 and Real Decreto 2001/1983 art. 45: the days that all communities keep.
constexpr Rule spain[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Epiphany", .kind = fixed, .a = 1, .b = 6},
    {.name = "Easter", .kind = easter, .a = -3, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = -2},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Assumption", .kind = fixed, .a = 8, .b = 15},
    {.name = "National Day", .kind = fixed, .a = 10, .b = 12},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1},
    {.name = "Constitution Day", .kind = fixed, .a = 12, .b = 6, .since = 1984},
    {.name = "Immaculate Conception", .kind = fixed, .a = 12, .b = 8},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25},
};
// Legge 260/1949 and 54/1977; Epiphany again since 1986, the Republic since 2001 on its day, Saint Francis since 2026.
constexpr Rule italy[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Epiphany", .kind = fixed, .a = 1, .b = 6, .since = 1986},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Liberation Day", .kind = fixed, .a = 4, .b = 25},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Republic Day", .kind = fixed, .a = 6, .b = 2, .since = 2001},
    {.name = "Unification", .kind = fixed, .a = 3, .b = 17, .since = 2011, .until = 2011},
    {.name = "Saint Francis", .kind = fixed, .a = 10, .b = 4, .since = 2026},
    {.name = "Ferragosto", .kind = fixed, .a = 8, .b = 15},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1},
    {.name = "Immaculate Conception", .kind = fixed, .a = 12, .b = 8},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Algemene termijnenwet art. 3; King's Day is kept a day earlier where it is a Sunday. Liberation Day is off only every five years.
constexpr Rule netherlands[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Queen's Day", .kind = fixed, .a = 4, .b = 30, .until = 2013},
    {.name = "King's Day", .kind = fixed, .a = 4, .b = 27, .since = 2014, .on = 7, .by = -1},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 0},
    {.name = "Whitsun", .kind = easter, .a = 50},
    {.name = "Sinterklaas", .kind = fixed, .a = 12, .b = 5, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Wet van 4 januari 1974 and Koninklijk besluit van 18 april 1974.
constexpr Rule belgium[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 0},
    {.name = "Whitsun", .kind = easter, .a = 50},
    {.name = "National Day", .kind = fixed, .a = 7, .b = 21},
    {.name = "Assumption", .kind = fixed, .a = 8, .b = 15},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1},
    {.name = "Armistice", .kind = fixed, .a = 11, .b = 11},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25},
};
// Código do Trabalho art. 234; four days were no holidays from 2013 to 2015.
constexpr Rule portugal[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -2, .days = 3, .off = 1},
    {.name = "Freedom Day", .kind = fixed, .a = 4, .b = 25, .since = 1975},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Corpus Christi", .kind = easter, .a = 60, .until = 2012},
    {.name = "Corpus Christi", .kind = easter, .a = 60, .since = 2016},
    {.name = "Portugal Day", .kind = fixed, .a = 6, .b = 10},
    {.name = "Assumption", .kind = fixed, .a = 8, .b = 15},
    {.name = "Republic Day", .kind = fixed, .a = 10, .b = 5, .until = 2012},
    {.name = "Republic Day", .kind = fixed, .a = 10, .b = 5, .since = 2016},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1, .until = 2012},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1, .since = 2016},
    {.name = "Restoration of Independence", .kind = fixed, .a = 12, .b = 1, .until = 2012},
    {.name = "Restoration of Independence", .kind = fixed, .a = 12, .b = 1, .since = 2016},
    {.name = "Immaculate Conception", .kind = fixed, .a = 12, .b = 8},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25},
};
// Ustawa o dniach wolnych od pracy (1951, as changed): Epiphany since 2011, Christmas Eve since 2025.
constexpr Rule poland[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Epiphany", .kind = fixed, .a = 1, .b = 6, .since = 2011},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 0},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "May days", .kind = fixed, .a = 5, .b = 1},
    {.name = "May days", .kind = fixed, .a = 5, .b = 3, .since = 1990},
    {.name = "Corpus Christi", .kind = easter, .a = 60},
    {.name = "Assumption", .kind = fixed, .a = 8, .b = 15, .since = 1989},
    {.name = "All Saints", .kind = fixed, .a = 11, .b = 1},
    {.name = "Independence Day", .kind = fixed, .a = 11, .b = 11, .since = 1989},
    {.name = "Independence Day", .kind = fixed, .a = 11, .b = 12, .since = 2018, .until = 2018},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0, .until = 2024},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .since = 2025},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Lag (1989:253) om allmänna helgdagar; the eves of midsummer, Christmas and the new year are off in practice (as Sundays by the
// holidays act 1977:480).
constexpr Rule sweden[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Epiphany", .kind = fixed, .a = 1, .b = 6},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 50, .until = 2004},
    {.name = "National Day", .kind = fixed, .a = 6, .b = 6, .since = 2005},
    {.name = "Midsummer", .kind = from, .a = 6, .b = 5, .c = 19, .days = 2, .off = 2, .since = 1953},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .days = 3, .off = 3},
    {.name = "New Year's Eve", .kind = fixed, .a = 12, .b = 31},
};
// Lov om helligdager (1995) and lov om 1 og 17 mai (1947).
constexpr Rule norway[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -3, .days = 5, .off = 2},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Constitution Day", .kind = fixed, .a = 5, .b = 17},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 2},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Helligdage of the Church of Denmark; the Great Prayer Day ended with 2023 (lov 214/2023).
constexpr Rule denmark[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Easter", .kind = easter, .a = -3, .days = 5, .off = 2},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Great Prayer Day", .kind = easter, .a = 26, .until = 2023},
    {.name = "Ascension", .kind = easter, .a = 39},
    {.name = "Whitsun", .kind = easter, .a = 49, .days = 2, .off = 2},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2},
};
// Kirkkolaki and the independence day act; the eves of midsummer and Christmas are off by collective agreements.
constexpr Rule finland[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Epiphany", .kind = fixed, .a = 1, .b = 6, .since = 1991},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "May Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Ascension", .kind = easter, .a = 39, .since = 1991},
    {.name = "Midsummer", .kind = from, .a = 6, .b = 5, .c = 19, .days = 2, .off = 2},
    {.name = "Independence Day", .kind = fixed, .a = 12, .b = 6},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .days = 3, .off = 3},
};
// National Employment Standards: what all states keep on one day; substitutes as most states have them.
constexpr Rule australia[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .move = Move::after},
    {.name = "Australia Day", .kind = fixed, .a = 1, .b = 26, .move = Move::after},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Anzac Day", .kind = fixed, .a = 4, .b = 25},
    {.name = "National Day of Mourning", .kind = fixed, .a = 9, .b = 22, .since = 2022, .until = 2022},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2, .move = Move::after},
    {.name = "Mother's Day", .kind = nth, .a = 5, .b = 7, .c = 2, .off = 0},
};
// Holidays Act 2003; Matariki since 2022 by the act's own table (its days to 2032).
constexpr Rule new_zealand[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1, .days = 2, .off = 2, .move = Move::after},
    {.name = "Waitangi Day", .kind = fixed, .a = 2, .b = 6, .since = 1974, .move = Move::after, .move_since = 2014},
    {.name = "Easter", .kind = easter, .a = -2, .days = 4, .off = 1},
    {.name = "Easter", .kind = easter, .a = 1},
    {.name = "Anzac Day", .kind = fixed, .a = 4, .b = 25, .move = Move::after, .move_since = 2014},
    {.name = "King's Birthday", .kind = nth, .a = 6, .b = 1, .c = 1},
    {.name = "Queen Elizabeth Memorial Day", .kind = fixed, .a = 9, .b = 26, .since = 2022, .until = 2022},
    {.name = "Matariki", .kind = fixed, .a = 6, .b = 24, .since = 2022, .until = 2022},
    {.name = "Matariki", .kind = fixed, .a = 7, .b = 14, .since = 2023, .until = 2023},
    {.name = "Matariki", .kind = fixed, .a = 6, .b = 28, .since = 2024, .until = 2024},
    {.name = "Matariki", .kind = fixed, .a = 6, .b = 20, .since = 2025, .until = 2025},
    {.name = "Matariki", .kind = fixed, .a = 7, .b = 10, .since = 2026, .until = 2026},
    {.name = "Matariki", .kind = fixed, .a = 6, .b = 25, .since = 2027, .until = 2027},
    {.name = "Matariki", .kind = fixed, .a = 7, .b = 14, .since = 2028, .until = 2028},
    {.name = "Matariki", .kind = fixed, .a = 7, .b = 6, .since = 2029, .until = 2029},
    {.name = "Matariki", .kind = fixed, .a = 6, .b = 21, .since = 2030, .until = 2030},
    {.name = "Matariki", .kind = fixed, .a = 7, .b = 11, .since = 2031, .until = 2031},
    {.name = "Matariki", .kind = fixed, .a = 7, .b = 2, .since = 2032, .until = 2032},
    {.name = "Labour Day", .kind = nth, .a = 10, .b = 1, .c = 4},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25, .days = 2, .off = 2, .move = Move::after},
};
// Lei 662/1949 and 10.607/2002; Consciência Negra since 2024 (Lei 14.759). Carnival is no holiday by law, but empties offices.
constexpr Rule brazil[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Carnival", .kind = easter, .a = -48, .days = 3, .off = 0},
    {.name = "Easter", .kind = easter, .a = -2, .days = 3, .off = 1},
    {.name = "Tiradentes", .kind = fixed, .a = 4, .b = 21},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Independence Day", .kind = fixed, .a = 9, .b = 7},
    {.name = "Our Lady of Aparecida", .kind = fixed, .a = 10, .b = 12, .since = 1980},
    {.name = "All Souls", .kind = fixed, .a = 11, .b = 2},
    {.name = "Republic Day", .kind = fixed, .a = 11, .b = 15},
    {.name = "Black Consciousness Day", .kind = fixed, .a = 11, .b = 20, .since = 2024},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25},
    {.name = "Mother's Day", .kind = nth, .a = 5, .b = 7, .c = 2, .off = 0},
};
// Ley Federal del Trabajo art. 74; Mondays since 2006, the change of power on 1 October since 2024.
constexpr Rule mexico[] = {
    {.name = "New Year", .kind = fixed, .a = 1, .b = 1},
    {.name = "Constitution Day", .kind = fixed, .a = 2, .b = 5, .until = 2005},
    {.name = "Constitution Day", .kind = nth, .a = 2, .b = 1, .c = 1, .since = 2006},
    {.name = "Juarez's Birthday", .kind = fixed, .a = 3, .b = 21, .until = 2006},
    {.name = "Juarez's Birthday", .kind = nth, .a = 3, .b = 1, .c = 3, .since = 2007},
    {.name = "Easter", .kind = easter, .a = -3, .days = 4, .off = 0},
    {.name = "Labour Day", .kind = fixed, .a = 5, .b = 1},
    {.name = "Mother's Day", .kind = fixed, .a = 5, .b = 10, .off = 0},
    {.name = "Independence Day", .kind = fixed, .a = 9, .b = 16},
    {.name = "Change of power", .kind = fixed, .a = 10, .b = 1, .since = 2024, .until = 2024},
    {.name = "Change of power", .kind = fixed, .a = 10, .b = 1, .since = 2030, .until = 2030},
    {.name = "Revolution Day", .kind = fixed, .a = 11, .b = 20, .until = 2005},
    {.name = "Revolution Day", .kind = nth, .a = 11, .b = 1, .c = 3, .since = 2006},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 24, .off = 0},
    {.name = "Christmas", .kind = fixed, .a = 12, .b = 25},
};

const int first_day_known = Date::of(calendar_first_year, 1, 1)->days, last_day_known = Date::of(calendar_last_year, 12, 31)->days;

Date day_by(const Rule& rule, int year, int utc_offset_hours) {
    switch (rule.kind) {
        case Kind::fixed: return *Date::of(year, rule.a, rule.b);
        case Kind::nth: {
            if (rule.c < 0) {
                const Date last = end_of_month(*Date::of(year, rule.a, 1), 0);
                return Date{last.days - (last.weekday() - rule.b + 7) % 7 + 7 * (rule.c + 1)};
            }
            const Date first = *Date::of(year, rule.a, 1);
            return Date{first.days + (rule.b - first.weekday() + 7) % 7 + 7 * (rule.c - 1)};
        }
        case Kind::from: {
            const Date first = *Date::of(year, rule.a, rule.c);
            return Date{first.days + (rule.b - first.weekday() + 7) % 7};
        }
        case Kind::easter: return Date{easter_sunday(year).days + rule.a};
        case Kind::lunar: return Date{lunar_month(year, rule.a, utc_offset_hours).days + rule.b - 1 + rule.c};
        case Kind::sun: return day_of_sun(year, rule.a, utc_offset_hours);
    }
    throw InvariantBroken("every kind of rule names a day");
}

}  // namespace

struct Calendar::Rules {
    const char *code, *country;
    std::span<const Rule> rules;
    int utc_offset_hours = 0;
    // A day between two holidays is one (Japan).
    bool between = false;
};

namespace {

const Calendar::Rules& rules_of(std::size_t at) {
    static const Calendar::Rules all[] = {
        {"VN", "Vietnam", vietnam, 7}, {"US", "United States (federal)", united_states}, {"GB", "England and Wales", england}, {"DE", "Germany", germany}, {"FR", "France", france},
        {"CN", "China", china, 8}, {"JP", "Japan", japan, 9, true}, {"KR", "South Korea", korea, 9}, {"AU", "Australia", australia}, {"NZ", "New Zealand", new_zealand}, {"CA", "Canada (federal)", canada},
        {"IE", "Ireland", ireland}, {"ES", "Spain", spain}, {"IT", "Italy", italy}, {"PT", "Portugal", portugal}, {"NL", "Netherlands", netherlands}, {"BE", "Belgium", belgium}, {"AT", "Austria", austria},
        {"PL", "Poland", poland}, {"SE", "Sweden", sweden}, {"NO", "Norway", norway}, {"DK", "Denmark", denmark}, {"FI", "Finland", finland}, {"BR", "Brazil", brazil}, {"MX", "Mexico", mexico},
        {"PLAIN", "Monday to Friday, no holidays", {}}};
    static constexpr Calendar::Rules none{nullptr, nullptr, {}};
    return at < std::size(all) ? all[at] : none;
}

}  // namespace

Calendar::Calendar(const Rules& rules) : code_(rules.code), country_(rules.country), off_(static_cast<std::size_t>(last_day_known - first_day_known + 1)) {
    const auto mark = [&](int day) {
        if (day >= first_day_known && day <= last_day_known) off_[static_cast<std::size_t>(day - first_day_known)] = true;
    };
    const auto free = [&](Date day) { return day.weekday() > 5 || off(day); };
    struct Pending {
        Date day;
        Move move;
    };
    std::map<std::string, std::map<int, Festival::Days>> festivals;
    std::vector<std::string> order;
    for (int year = calendar_first_year; year <= calendar_last_year; ++year) {
        std::vector<Pending> pending;
        for (const Rule& rule : rules.rules) {
            if (year < rule.since || year > rule.until) continue;
            Date day = day_by(rule, year, rules.utc_offset_hours);
            if (day.weekday() == rule.on) day.days += rule.by;
            const Date last{day.days + rule.days - 1};
            if (std::find(order.begin(), order.end(), rule.name) == order.end()) order.emplace_back(rule.name);
            const auto [known, fresh] = festivals[rule.name].try_emplace(year, Festival::Days{day, last});
            if (!fresh) known->second = {std::min(known->second.first, day), std::max(known->second.last, last)};
            for (int i = 0; i < rule.off; ++i) {
                const Date here{day.days + i};
                const bool taken = off(here);
                mark(here.days);
                const bool weekend = here.weekday() == 7 || (here.weekday() == 6 && rule.move != Move::sunday);
                // Where two holidays meet, a day is given for the second, in countries that give one at all.
                if (rule.move != Move::none && year >= rule.move_since && (weekend || (taken && rule.move == Move::after))) pending.push_back({here, rule.move});
            }
        }
        std::stable_sort(pending.begin(), pending.end(), [](const Pending& a, const Pending& b) { return a.day < b.day; });
        for (const Pending& one : pending) {
            int day = one.day.days;
            if (one.move == Move::nearest) mark(one.day.weekday() == 6 ? day - 1 : day + 1);
            else {
                while (one.move == Move::sunday ? off(Date{day}) : free(Date{day})) ++day;
                mark(day);
            }
        }
        if (rules.between)
            for (int day = Date::of(year, 1, 2)->days; day < Date::of(year, 12, 31)->days; ++day)
                if (const Date here{day}; year >= 1988 && here.weekday() != 7 && !off(here) && off(Date{day - 1}) && off(Date{day + 1})) mark(day);
    }
    for (const std::string& name : order) {
        Festival festival{name, {}};
        for (const auto& [year, days] : festivals[name]) festival.times.push_back(days);
        festivals_.push_back(std::move(festival));
    }
}

const Calendar* Calendar::find(std::string_view code) {
    static std::mutex mutex;
    static std::map<std::string, std::unique_ptr<Calendar>> known;
    const std::string wanted = upper_ascii(code);
    const std::scoped_lock lock(mutex);
    for (std::size_t i = 0; rules_of(i).code != nullptr; ++i) {
        if (wanted != rules_of(i).code) continue;
        auto& calendar = known[wanted];
        if (!calendar) calendar = std::make_unique<Calendar>(rules_of(i));
        return calendar.get();
    }
    return nullptr;
}

std::vector<std::string> Calendar::codes() {
    std::vector<std::string> codes;
    for (std::size_t i = 0; rules_of(i).code != nullptr; ++i) codes.emplace_back(std::string_view(rules_of(i).code) == "PLAIN" ? "plain" : rules_of(i).code);
    return codes;
}

bool Calendar::off(Date day) const { return day.days >= first_day_known && day.days <= last_day_known && off_[static_cast<std::size_t>(day.days - first_day_known)]; }

std::vector<Date> Calendar::days_off(int year) const {
    std::vector<Date> days;
    for (int day = Date::of(year, 1, 1)->days; day <= Date::of(year, 12, 31)->days; ++day)
        if (off(Date{day})) days.push_back(Date{day});
    return days;
}

int working_days(Period period, const Calendar* calendar) {
    int count = working_days(period);
    if (calendar == nullptr) return count;
    const int first = first_day(period).days, last = last_day(period).days;
    for (int day = first; day <= last; ++day)
        if (const Date here{day}; here.weekday() <= 5 && calendar->off(here)) --count;
    return count;
}

}  // namespace fairlead::forecast
