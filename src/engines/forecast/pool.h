// Pools: several models asked about one series, and their answers put together. Which models a pool has was chosen on held-out
// ends of training series only (docs/guide/forecasting.md), never by how well a model fits the past it has seen.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/forecast/model.h"
#include "engines/forecast/series.h"

namespace fairlead::forecast {

enum class Combine : std::uint8_t { median, mean };

struct PoolMember {
    const Model* model = nullptr;
    bool without_season = false;  // asked about the series without its season, which its answer gets again
    bool longest = false;         // asked about the longest of several seasons
};

struct Mix {
    std::vector<PoolMember> members;
    Combine how = Combine::median;
};

struct Pool {
    std::string name, label;
    Mix seasonal;  // for series with a season that is told
    Mix brief;     // for a season of fewer than seven periods (quarters); no members: as with a season
    Mix several;   // for several seasons (24 and 168 hours); no members: as with a season
    Mix lengthy;   // for one of more than 24 periods; no members: as with a season
    Mix plain;     // without one
    Mix sparse;    // for series that are zero more often than not; no members: as the others
    Mix few;       // for fewer than five values, of which no trend is told; no members: as the others
};

// "quick", then "thorough", and what else models.cpp allows for.
std::span<const Pool> pools();
const Pool* find_pool(std::string_view name);
// Of one model as a user names it; nothing where there is none.
std::optional<Pool> pool_of(std::string_view model);

struct Member {
    std::string_view model, label;
    double weight = 0;             // of the mean; of a median the share of steps that it decides
    std::string description;
    std::string left_out;          // why it did not take part; empty where it did
    std::vector<double> mean;
};

struct Effects;  // effects.h

struct PoolForecast {
    std::vector<double> mean;
    std::vector<double> deviation;  // median of the members' own
    std::vector<double> spread;     // standard deviation between the members' means
    std::vector<double> fitted;     // where asked for: what was said of each value one step before; NaN where nothing was
    std::vector<Member> members;
    bool sparse = false;
    std::shared_ptr<const Effects> effects;  // where something was known beside the series: what was taken out and put back
    double learned = 0;             // the share of the answer that a Blend gave; 0: the mix alone

    void cut(std::size_t steps);    // to the first ones
};

// Further models asked beside a mix, and their share of the answer. Not for sparse and very short series.
struct Shares {
    double of_mix = 1;
    std::vector<double> of_members;  // as the members stand in PoolForecast; all add up to 1
};
struct Blend {
    std::span<const PoolMember> also;  // those that the mix has under the same name are not asked twice
    // Told what the mix alone says, and all members' answers; nothing: the mix alone.
    std::function<std::optional<Shares>(const PoolForecast&)> shares;
};

// Forecasts of several series whose models are asked together, since many searches side by side are quicker (numerics/lockstep.h).
// Each call is made twice: the first time its questions are noted and its answer is empty, the second time, after `answer`, it
// finds them answered:
//     for (i) forecast_with(..., &sheets[i]);  answer(sheets);  for (i) forecast_with(..., &sheets[i]);
struct Sheet {
    struct Noted {
        const Model* model = nullptr;
        Question question;                // what it points to is kept here, but for regressors
        std::vector<double> values;
        std::vector<int> seasons;
        std::optional<Result<Fit>> fit;
    };
    std::vector<Noted> noted;
    std::size_t read = 0;                 // answers that were taken
    std::shared_ptr<const Effects> effects;  // of forecast_from (forecast.h)
    bool answered = false;
};
// The same question to the same model is answered once.
void answer(std::span<Sheet> sheets);
// Asks 0 to count - 1 twice as said above, each with its own sheet.
void ask_in_lots(std::size_t count, const std::function<void(std::size_t, Sheet*)>& ask);
// How many series of so many values together are asked at once: enough to fill the lanes of the searches, few enough that one can
// stop between.
std::size_t lot_of(std::size_t values, std::size_t series);

// What the pool says of values without gaps, oldest first. Rules beyond the models' own:
//   a season of which fewer than two are known (three of one longer than 24 periods) is not used; one longer than 24 periods, and
//   several, are taken out by their shrunken shape (numerics/season.h) before most models see the series;
//   `longer` are further seasons (168 hours beside 24): used where two of them are known, by models that know several;
//   a member whose answer is no number, or runs further than five times the range of the past away from it, is left out;
//   where no member is left, the last value is repeated.
PoolForecast forecast_with(const Pool& pool, std::span<const double> values, int season, int horizon, Bounds bounds = Bounds::robust, bool with_fitted = false, std::span<const int> longer = {}, const Blend* blend = nullptr, Sheet* sheet = nullptr);
// More than half of it zeros, and never below.
bool is_sparse(std::span<const double> values);

}  // namespace fairlead::forecast
