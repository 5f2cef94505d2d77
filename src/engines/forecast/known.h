// What is known beside a series, in the past and for the time to come: working days, the holidays of a country, events of the
// user's own, and outside series (prices, promotions, an index), as columns over the periods of the series.
//
// They come in groups. A group has one or several ways to say the same thing (the days of Tet; these and the three weeks before),
// of which effects.h uses at most one. What only repeats by the season is no such thing: of months and quarters a column is told
// less the long-run mean of its month or quarter, so that a holiday on a fixed date vanishes there and only what moves is left.
//   working days   months, quarters: days from Monday to Friday that are no holiday; or each weekday apart, holidays as Sundays
//   public holidays   weeks, days: days off from Monday to Friday; days between a holiday and a weekend
//   festivals      of a calendar or of the user's events: the days themselves, days before and after
//   regressors     as they are or as logarithms, with their lags
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engines/forecast/calendar.h"
#include "engines/forecast/series.h"

namespace fairlead::forecast {

// An event of the user's: its days, and how many before and after may count, where that was said.
struct Event {
    std::string name;
    std::vector<Date> days;    // any order
    int before = 0, after = 0;
    bool said = false;         // `before` and `after` were: else several spans are tried
};

struct Regressor {
    std::string name;
    std::vector<int> lags{0};  // in periods of the series
    int column = -1;           // of Series::beside; -1: none
    // By the id of the series; "" for all. By rising period, without gaps.
    std::unordered_map<std::string, std::vector<Observation>> values;
};

// What is done where a regressor has no value for a period to come that is needed.
enum class Ahead : std::uint8_t { refuse, leave_out, last };

enum class GroupKind : std::uint8_t { working_days, holiday, event, regressor };
std::string_view name_of(GroupKind kind);

// One column: what a value of 1 stands for ("in a month that has all of its days"), and its values, past and future together.
struct KnownColumn {
    std::string label, unit;
    std::vector<double> values;
    bool logarithm = false;   // of the regressor: in a model of ratios its coefficient is an elasticity
};
struct Group {
    std::string name;
    GroupKind kind = GroupKind::holiday;
    std::vector<KnownColumn> columns;
    std::vector<std::vector<std::size_t>> ways;  // of columns that go together
    std::string code, why_not;                   // where it cannot be used at all: no ways then
    std::vector<Note> notes;
};

class Known {
  public:
    Known(const Calendar* calendar, std::vector<Event> events, std::vector<Regressor> regressors, Ahead ahead = Ahead::refuse);

    // What the series lacks to be forecast with this: no_dates (its periods are only numbered), regressor_missing,
    // regressor_unknown_ahead. Nothing where it lacks nothing.
    Result<void> check(const Series& series, int horizon) const;
    // For the first `origin` values and `horizon` more, as if nothing later were known than was known at the origin.
    std::vector<Group> groups(const Series& series, std::size_t origin, int horizon) const;

    // Of days: where the series was zero at least four times of five, and twice, that a day of a festival came, or a public holiday,
    // though its weekday is no day without sales: it is closed then. By value (zeros only) and by step; no days where there are none.
    struct Closed {
        std::vector<bool> days;
        std::vector<std::string> names;
    };
    Closed closed(const Series& series, std::size_t origin, int horizon) const;

    const Calendar* calendar() const { return calendar_; }
    const std::vector<Regressor>& regressors() const { return regressors_; }

  private:
    struct Happening {  // a festival or event, and the spans of days that may count
        std::string name;
        GroupKind kind = GroupKind::holiday;
        Festival festival;
        int before = 0, after = 0;
        bool said = false;
        int length = 1;          // of its longest time
        bool recurring = false;  // in three years or more
        std::vector<std::vector<double>> usual_month, usual_quarter;  // by span and period of the year
    };
    void add_working_days(std::vector<Group>& groups, const Series& series, std::size_t count) const;
    void add_happening(std::vector<Group>& groups, const Happening& one, const Series& series, std::size_t origin, std::size_t count) const;
    void add_regressor(std::vector<Group>& groups, const Regressor& one, const Series& series, std::size_t origin, int horizon) const;
    const Calendar* calendar_;
    std::vector<Happening> happenings_;
    std::vector<Regressor> regressors_;
    Ahead ahead_;
    std::vector<std::vector<double>> usual_days_month_, usual_days_quarter_;  // by column and period of the year
};

}  // namespace fairlead::forecast
