// How much of a series is explained by what is known beside it (known.h): the stage between a prepared series and the models, as
// the pre-adjustment of X-13ARIMA-SEATS. The effects are estimated, the series is freed of them, the pool forecasts the rest, and
// the effects of the periods to come are put back: so every model profits.
//
// Where all values are above zero the logarithm is explained (an effect multiplies), else the values (it adds). The noise is the
// airline model of Box and Jenkins, (0,1,1)(0,1,1)m, without its seasonal factor where fewer than three seasons are known: one
// fixed model for the tests, as X-13ARIMA-SEATS tests calendars before it looks for another, because it costs little and its
// differences make the estimates blind to level, trend and fixed season. Its exact likelihood is taken by the banded Cholesky
// factor of its covariance; coefficients by generalised least squares in it (Bell and Hillmer 1983), with Huber's weights (1964)
// on the one-step errors, so that one wild month is not taken for a holiday.
//
// A group is used where it improves the AICc by more than chance would for so many tries: 3 ln(ways tried), at least 3 (the risk
// inflation of Foster and George 1994 would be 2 ln: on monthly series of M3 dated 14 years too late, so that nothing can be found,
// that let a group in for one series of six, and 3 ln for one of ten, at no cost in error). Of its ways the best one is used; groups enter one after the other, and all are tried
// anew once the noise is known better. What is chosen for being large looks larger than it is: coefficients are shrunk by
// 1 - 2 k / W, k their number in the group and W its Wald statistic, which takes nothing from an effect that is sure. Only the last
// fifteen years are looked at. (All this was chosen on held-out ends of the training parts of M3, and of 152 series of Australian
// retail that end four years before the data do.) Of hours the days are explained, and each hour of a day is moved by as much.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "engines/forecast/known.h"
#include "engines/forecast/pool.h"

namespace fairlead::forecast {

struct EffectEstimate {
    std::string label, unit;   // "Tet, its days", "in a month that has all of them"
    double value = 0, error = 0;   // of a logarithm where effects are ratios; an elasticity where `elasticity`
    double t = 0;                  // of the estimate before it was shrunk
    bool elasticity = false;
    // "-38 % in a month that has all of them", "+120 for each one more", "-1.8 % for 1 % more".
    std::string words(bool ratios) const;
};

struct Effect {
    std::string name;
    GroupKind kind = GroupKind::holiday;
    std::vector<EffectEstimate> estimates;
    double gain = 0;                       // of AICc when it entered
    std::vector<double> past, ahead;       // logarithms of factors, or what is added, by value and by step
};

struct UnusedGroup {
    std::string name, code, why;           // codes: no_clear_effect, seen_too_rarely, in_season, not_seen, regressor_... (known.h), too_short, sparse, ended
    GroupKind kind = GroupKind::holiday;
};

struct Effects {
    bool ratios = false;
    std::vector<Effect> found;
    std::vector<UnusedGroup> unused;
    std::vector<Note> notes;               // of the groups that were used
    std::vector<double> past, ahead, ahead_error;  // of all together; the standard error of what is put back
    // Days on which it is closed (Known::closed): zeros of the past, with what stands there instead before the models, and steps.
    std::vector<std::pair<std::size_t, double>> closed_past;
    std::vector<std::size_t> closed_ahead;

    bool any() const { return !found.empty() || !closed_past.empty(); }
    std::vector<double> free(std::span<const double> values) const;
    // Means, members' means, deviations (with the error of the effects) and fitted values.
    void put_back(PoolForecast& forecast) const;
};

// From the first `origin` values only.
Effects find_effects(const Known& known, const Series& series, std::size_t origin, int horizon);
// What is told with the series: effects, effects_closed, effects_none, effects_not_used, and the notes above.
std::vector<Note> notes_of(const Effects& effects);

}  // namespace fairlead::forecast
