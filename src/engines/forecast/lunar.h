// The lunisolar calendar of East Asia, computed: months begin on the day of the new moon, the eleventh holds the winter
// solstice, and of thirteen between two eleventh months the first without a principal solar term is a leap month. Days are
// those of the country's meridian: Vietnam (UTC+7), China (+8) and Korea (+9) differ now and then (1985: by a month).
//
// Sources: rules as published by Ho Ngoc Duc ("Computing the Vietnamese lunar calendar"); new moons and the sun's place after
// Meeus, "Astronomical Formulae for Calculators" (1979) and "Astronomical Algorithms" (1991), good to about two minutes.
// For the years 1900 to 2199.
#pragma once
#include "base/date.h"

namespace fairlead::forecast {

// The first day of a month (1 to 12, not of a leap month) of the lunar year that begins in `year`.
Date lunar_month(int year, int month, int utc_offset_hours);
// When the sun's apparent place is `degrees` in a year, as the day of the meridian: 15 is Qingming.
Date day_of_sun(int year, double degrees, int utc_offset_hours);
// Sunday of Easter by the Gregorian computus (Meeus/Jones/Butcher).
Date easter_sunday(int year);

}  // namespace fairlead::forecast
