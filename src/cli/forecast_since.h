// What a forecast hangs on, and what changed since an earlier one, as the command reads and tells it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "derive/json.h"
#include "engines/forecast/explain.h"

namespace fairlead::cli {

// An earlier answer of `fairlead forecast --json`, by the names of the series. Periods stay text until the series they belong to is
// known: "2026" may be a year or a number.
class EarlierAnswer {
  public:
    // Refuses a file that is not such an answer. A line per series, as the command writes it, is read line by line.
    static Result<EarlierAnswer> read(const std::string& path);
    // Nothing where the series was not in it. Refuses `other_periods`.
    Result<std::optional<forecast::Earlier>> find(const forecast::Forecast& now) const;

  private:
    struct Kept {
        std::string first;
        std::vector<double> values;
        std::vector<std::string> periods;
        std::vector<double> said;
        std::vector<std::pair<double, double>> interval;
    };
    Result<void> take(const derive::Json& one, const std::string& path);
    std::string pool_;
    std::map<std::string, Kept> series_;
};

// What `--json` says ("influences", "since"), and `explain`.
struct Grounds {
    std::vector<forecast::Influence> influences;
    bool compared = false;                  // an earlier answer was given
    std::optional<forecast::Change> change; // none: the series was not in it
    std::string earlier_pool;
};
Result<Grounds> grounds_of(const forecast::Engine& engine, const forecast::Forecast& now, const EarlierAnswer* earlier);
void write_grounds(derive::JsonWriter& w, const Grounds& grounds);
void print_grounds(const Grounds& grounds, const forecast::Forecast& now, const std::string& pool);


}  // namespace fairlead::cli
