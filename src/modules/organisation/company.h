// The company's own settings, calendar, currencies, and what its people keep in the interface.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::organisation {

using namespace model;

inline constexpr Choice fiscal_patterns[] = {{"months", "Calendar months"}, {"4-4-5", "4-4-5 weeks"}, {"4-5-4", "4-5-4 weeks"}, {"5-4-4", "5-4-4 weeks"}};
inline constexpr Choice week_starts[] = {{"monday", "Monday"}, {"sunday", "Sunday"}, {"saturday", "Saturday"}};

// Exactly one record: the settings.
inline constexpr Field company_fields[] = {
    text("name", "Company", {.required = true, .list = true}),
    text("currency", "Reporting currency", {.required = true, .help = "ISO code, as USD or VND: figures are summed in it", .initial = "\"USD\"", .length_max = 3}),
    text("zone", "Time zone", {.required = true, .help = "IANA name; days and periods are counted in it", .initial = "\"UTC\""}),
    whole("fiscal_year_start_month", "Fiscal year begins in month", {.required = true, .initial = "1", .least = 1, .most = 12}),
    choice("fiscal_pattern", "Fiscal periods", fiscal_patterns, {.initial = "\"months\""}),
    choice("week_start", "Week begins on", week_starts, {.initial = "\"monday\""}),
};
inline constexpr Rule company_rules[] = {
    {"currency_has_three_letters", "LEN(currency) = 3", "A currency code has three letters, as USD", "currency"},
};
inline constexpr Entity company_entity{
    .name = "company", .plural = "companies", .label = "Company", .label_plural = "Company settings", .title = "name", .icon = "building",
    .fields = company_fields, .rules = company_rules, .access = AccessKind::open,
};

// When the fiscal year was another one: a change of the calendar is dated, the past keeps its periods.
inline constexpr Field fiscal_calendar_fields[] = {
    text("name", "Name", {.required = true, .list = true}),
    date("begins_on", "In force from", {.required = true, .unique = true, .list = true}),
    whole("start_month", "Year begins in month", {.required = true, .list = true, .initial = "1", .least = 1, .most = 12}),
    choice("pattern", "Periods", fiscal_patterns, {.list = true, .initial = "\"months\""}),
};
inline constexpr Entity fiscal_calendar_entity{
    .name = "fiscal_calendar", .plural = "fiscal_calendars", .label = "Fiscal calendar", .label_plural = "Fiscal calendars", .title = "name", .icon = "calendar-range",
    .fields = fiscal_calendar_fields, .access = AccessKind::open,
};

inline constexpr Field currency_fields[] = {
    text("code", "Code", {.required = true, .unique = true, .search = true, .list = true, .length_max = 3}),
    text("name", "Name", {.search = true, .list = true}),
    boolean("active", "Offered", {.list = true, .initial = "TRUE"}),
};
inline constexpr Entity currency_entity{
    .name = "currency", .plural = "currencies", .label = "Currency", .label_plural = "Currencies", .title = "code", .icon = "coins",
    .fields = currency_fields, .access = AccessKind::open,
};

inline constexpr Field exchange_rate_fields[] = {
    text("currency", "Currency", {.required = true, .list = true, .length_max = 3}),
    date("valid_from", "From", {.required = true, .list = true}),
    decimal("rate", "Rate", {.required = true, .list = true, .help = "How much of the reporting currency one unit is worth", .scale = 12}),
    text("source", "Source", {.list = true}),
};
inline constexpr Rule exchange_rate_rules[] = {
    {"rate_is_positive", "rate > 0", "A rate is above zero", "rate"},
};
inline constexpr Entity exchange_rate_entity{
    .name = "exchange_rate", .plural = "exchange_rates", .label = "Exchange rate", .label_plural = "Exchange rates", .title = "currency", .icon = "arrow-right-left",
    .fields = exchange_rate_fields, .rules = exchange_rate_rules, .access = AccessKind::open,
};

inline constexpr Field holiday_fields[] = {
    date("day", "Day", {.required = true, .unique = true, .list = true}),
    text("name", "Name", {.required = true, .search = true, .list = true}),
};
inline constexpr Entity holiday_entity{
    .name = "holiday", .plural = "holidays", .label = "Holiday", .label_plural = "Holidays", .title = "name", .icon = "calendar-off",
    .fields = holiday_fields, .access = AccessKind::open,
};

inline constexpr Choice view_audiences[] = {{"private", "Only me"}, {"team", "My team"}, {"everyone", "Everyone"}};
inline constexpr Field saved_view_fields[] = {
    text("name", "Name", {.required = true, .list = true}),
    text("entity", "Records", {.required = true, .indexed = true, .list = true}),
    reference("owner", "Owner", "user", {.list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()"}),
    reference("team", "Team", "team", {.meaning = Meaning::team}),
    choice("audience", "Shown to", view_audiences, {.required = true, .list = true, .initial = "\"private\""}),
    boolean("is_default", "Opens first", {.initial = "FALSE"}),
    text("definition", "Definition", {.long_text = true, .help = "Filter, sort, columns and shape, as JSON", .length_max = 20000}),
    whole("position", "Position", {.meaning = Meaning::position}),
};
// Reached by its own addresses alone (/views), where whose a view is decides and not a role.
inline constexpr Entity saved_view_entity{
    .name = "saved_view", .plural = "saved_views", .label = "View", .label_plural = "Views", .title = "name", .icon = "bookmark",
    .fields = saved_view_fields, .access = AccessKind::system,
};

}  // namespace fairlead::organisation
