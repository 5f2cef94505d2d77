// The fiscal calendar: where a day stands in it, and the days of a year, quarter, month or week.
#pragma once
#include "formula/formula.h"

namespace fairlead::formula {

// Fiscal years are named by the calendar year in which they begin.
struct FiscalDay {
    int year = 0, quarter = 0, month = 0, week = 0;  // each from 1; month is the period 1..12
};
FiscalDay fiscal_day(Date day, const Context& context);
DateRange fiscal_year(int year, const Context& context);
DateRange fiscal_quarter(int year, int quarter, const Context& context);  // quarter may run over: 5 is next year's first
DateRange fiscal_month(int year, int month, const Context& context);      // likewise

struct IsoWeek {
    int year = 0, week = 0;
};
IsoWeek iso_week(Date day);

// Period words, or one near to what was written, for the hint of a refusal.
std::string nearest_period(std::string_view words);

}  // namespace fairlead::formula
