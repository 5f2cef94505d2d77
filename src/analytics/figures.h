// Figures: the declared definitions, computed under a reader's access, now or as of a moment, by any of their
// dimensions, with the number of cases, an interval where one applies, and the way to the records behind.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace fairlead::analytics {

struct FigureRequest {
    std::string name;
    std::string by;                  // a dimension, "month", "quarter", "year", or empty: the total alone
    std::optional<Date> from, to;    // of the figure's period field; both inclusive
    std::string filter;              // formula text, joined to the definition's
    std::optional<Instant> effective_as_of, recorded_as_of;
    // Of a movement: which closing dates are its scope (both inclusive; empty: any), and of which part the records are wanted.
    std::optional<Date> closing_from, closing_to;
    std::string part;
};

struct Interval {
    double low = 0, high = 0;
};

struct FigureValue {
    Value value;                       // money, decimal or whole; empty: not defined (no cases)
    std::int64_t n = 0;                // cases
    std::optional<Interval> interval;  // of a rate, 95 %
    Value median;                      // of days
    std::string filter;                // formula text that lists exactly the records behind it; empty where they are too many to name
    std::string as_of;                 // the day or moment at which it lists them; empty: the one asked for
    std::vector<Id> others;            // records behind it that its definition does not list: what was taken back, or is since
};

// One record of a part of a movement.
struct Moved {
    Id record{};
    std::int64_t minor = 0;  // of the reporting currency
    Instant at{};
};

struct FigureGroup {
    Value key;                // of the dimension
    FigureValue figure;
};

struct FigurePart {           // the trace: what the value was computed from
    std::string label, formula;
    Value value;
};

struct FigureAnswer {
    const model::Figure* figure = nullptr;
    std::string unit;                    // "money", "rate", "days", "count", "money_per_day"
    std::string by;
    FigureValue total;
    std::vector<FigureGroup> groups;
    std::vector<FigurePart> trace;
    std::optional<FigureValue> undated;  // what has no day and so is in no period, where a period is asked for
    std::int64_t unpriced = 0;           // records whose amount has no rate into the reporting currency: counted, not in the sum
    std::int64_t taken_back = 0;         // records whose value counts on one day and is taken back on another
    std::vector<Moved> moved;            // of the part asked for, the largest first, `moved_most` at most
    std::int64_t first_known = 0;        // as of a day: records told by what they lead to, which is known only from later on
    std::string unpriced_filter;         // formula text that lists them
    std::vector<std::string> notes;
    Instant computed_at{};
};

constexpr std::size_t moved_most = 200;
// The parts of a movement, in the order in which they lead from the opening to the closing value. "elsewhere" stands before
// the last where changes of other records moved some, as the industry of an account that the filter names.
inline constexpr const char* movement_parts[] = {"opening", "new", "pulled_in", "reopened", "moved_in", "increased", "decreased", "pushed_out", "won", "lost", "moved_out", "removed", "closing"};
// How it counts on the way: 1, -1, or 0 for the ends.
int sign_of_part(std::string_view part);

// The figures that the viewer may ask for: those whose entity he reads.
std::vector<const model::Figure*> figures(const model::Catalog& catalog, const store::Viewer& viewer);

// Refusals: "unknown_figure", "unknown_dimension", and those of the filter.
Result<FigureAnswer> compute(store::Store& store, const store::Viewer& viewer, const FigureRequest& request);

// Wilson's interval of `successes` among `n` at 95 % (definitions.md 2).
Interval wilson(std::int64_t successes, std::int64_t n);

// A stage that was entered, and what became of it: for the cumulative incidence of going on.
struct Stay {
    enum End { advanced, dropped, open };
    double age = 0;                                  // days until `end`
    End end = open;
};
// Share that has gone on by the greatest age seen (Aalen-Johansen, definitions.md 7): S(t) = prod(1-(w+l)/n),
// F(t) = sum S(t-) w/n. Empty without stays.
std::optional<double> cumulative_incidence(std::vector<Stay> stays);

}  // namespace fairlead::analytics
