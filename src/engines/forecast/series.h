// Series as they come and as models get them, and the rules by which the one becomes the other.
//
// Every rule that changed or found something leaves a note with the series; none works in silence. By code:
//   aggregated        observations of a finer frequency were put together (days to months): added or averaged
//   duplicates        several observations of one period were added (sums) or averaged (levels), or refused where so asked
//   partial_period    the running period, later ones, and a first or last period that the days of the file cover only in
//                     part (more than a tenth of it is missing) are left out; the running one is forecast instead
//   leading_empty, trailing_empty   empty cells before the first and after the last value are no part of the series
//   zero_gaps         a sum without any observation in a period is zero there, from its first to the file's last period
//   filled            an empty cell, or a missing period of a level, is filled in between its neighbours (with the season's
//                     shape where two seasons are known)
//   not_yet_sold      zeros at the start of a sum, at least a season and four and twice as many as ever later: cut off
//   ended             a sum that was zero for the last two seasons (at least six periods, and twice as many as ever before)
//                     is forecast as zero
//   all_zero, constant, negative_values, short_history   what the series is; models behave accordingly
//   (the next two not where most values are zero)
//   outlier           values more than six robust deviations from what their neighbours and the season say (as ratios where
//                     all is above zero): told, and with Outliers::mend replaced by that
//   level_shift       a lasting step, with its period: told, and with Shifts::cut the series starts there
//   working_days      values were divided by the working days of their period, and forecasts multiplied by theirs
//   effects, effects_none, effects_not_used, events_..., regressor_...   what was known beside the series (effects.h, known.h)
//   frequency         how the frequency was found where nobody said it
//   in_training, not_trained, trained_no_better   with a learner (learner.h): what it must not be judged by, or why it was not asked
// Refused are: no_history, mixed_periods, duplicate_periods (where asked), too_many_gaps (more than half of a level is
// unknown), span_too_long (a mistyped year), not_a_number.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/table.h"
#include "engines/forecast/calendar.h"
#include "engines/forecast/period.h"

namespace fairlead::forecast {

struct Observation {
    Period period;
    double value = 0;  // NaN: the cell was empty
};

// One series as a file has it: observations in any order, periods possibly more than once.
struct RawSeries {
    std::string id;
    std::vector<std::string> dimensions;  // values, in the order of the reader's names
    std::vector<Observation> observations;
    std::vector<Note> notes;              // of the reader
    std::vector<double> beside{};         // of each observation, what ReadOptions::beside names, one after the other; else none
};

// A value or a step of the series that is out of line, where it was told and not mended or cut.
struct Finding {
    std::size_t at = 0;        // index of the value; of a step: of the first one behind it
    bool shift = false;        // a lasting step
    double expected = 0;       // what its neighbours and the season say of an outlier
};

// What a model gets: one finite value per period, oldest first.
struct Series {
    std::string id;
    std::vector<std::string> dimensions;
    Frequency frequency = Frequency::number;  // of its periods
    Frequency rhythm = Frequency::number;     // what one of them stands for: months, also where they are only numbered
    int season = 1;
    std::vector<int> longer_seasons;          // beyond `season`: the week of hours
    int scale_season = 1;                     // by which errors are scaled (scale_season_of)
    Period first;
    std::vector<double> values;
    bool not_negative = true;   // the past never was below zero: neither are forecasts
    bool ended = false;
    bool by_working_days = false;             // values are of a working day of their period ...
    const Calendar* calendar = nullptr;       // ... by this calendar
    std::vector<Note> notes;
    std::vector<Finding> findings;
    // What stood beside the values (RawSeries::beside), column by column: means of a period, by rising period, known ones only.
    std::shared_ptr<const std::vector<std::vector<Observation>>> beside;

    Period last() const { return first.after(static_cast<std::int64_t>(values.size()) - 1); }
    // So many times a value is what the records have of that period.
    double times(Period period) const { return by_working_days ? working_days(period, calendar) : 1; }
    std::vector<double> recorded() const;
};

enum class Measure : std::uint8_t { sum, level };            // sales of a month; a price, a head count
enum class Gaps : std::uint8_t { by_measure, zero, missing };
enum class Duplicates : std::uint8_t { by_measure, refuse };
enum class Outliers : std::uint8_t { report, mend };
enum class Shifts : std::uint8_t { report, cut };

struct PrepareOptions {
    std::optional<Frequency> frequency;   // nothing: by the series, else by `file_frequency`. Numbers stay numbers, and get its season
    std::optional<Frequency> file_frequency;
    int season = 0;                       // 0: by the frequency
    Measure measure = Measure::sum;
    Gaps gaps = Gaps::by_measure;
    Duplicates duplicates = Duplicates::by_measure;
    Outliers outliers = Outliers::report;
    Shifts shifts = Shifts::report;
    std::optional<Date> today;            // nothing: no period is running
    std::optional<Date> first_day, last_day;  // of the whole file, where it holds days: which periods are whole
    bool keep_partial = false;
    bool working_days = false;
    const Calendar* calendar = nullptr;   // whose holidays are no working days
    bool findings = true;                 // false: look_for_findings is called later, by whoever knows what explains them
};

// The frequency that dates keep to: months where all are firsts or all are lasts of a month, weeks where all are one
// weekday, quarters and years where months keep that distance. `regular`: at least four, and none left out.
struct FoundFrequency {
    Frequency frequency = Frequency::number;
    bool regular = false;
};
// Refuses `mixed_periods` where months stand beside quarters. Empty observations count.
Result<FoundFrequency> find_frequency(const std::vector<Observation>& observations);

Result<Series> prepare(const RawSeries& raw, const PrepareOptions& options);
// Steps and outliers in `seen`: the series' values, or what is left of them when known effects are taken out. Told, mended or cut in
// the series itself.
void look_for_findings(Series& series, const PrepareOptions& options, std::vector<double> seen);

// The season's additive shape and the smooth course of values, by running medians; used for filling, for outliers and for
// showing. Sizes as the values; the shape is 0 where fewer than two seasons are known.
struct Decomposition {
    std::vector<double> level, shape;
};
Decomposition decompose_robustly(const std::vector<double>& values, int season);

double median_of(std::vector<double> values);  // NaN of none
// 1.4826 times the median distance from the median: the standard deviation of a normal sample.
double robust_deviation(const std::vector<double>& values);

}  // namespace fairlead::forecast
