// The surroundings of every evaluation: the company's calendar, zone, currency, rates and holidays, as its
// records say now.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "store/row.h"

namespace fairlead::store {

class Settings : public std::enable_shared_from_this<Settings> {
  public:
    std::string zone = "UTC";
    Currency currency{{'U', 'S', 'D'}};
    formula::Context context(Instant now, Id user) const;

    // In the reporting currency at the rate of `day`: the newest rate that is valid then; nothing when none is.
    std::optional<Money> to_reporting(const Money& money, Date day) const;
    // Where no rate was valid on that day: the first one after it that is valid by `today`.
    std::optional<Money> to_reporting_late(const Money& money, Date day, Date today) const;

    static std::shared_ptr<const Settings> load(Connection& connection, const Shape& shape, const std::string& zone);
    // Whether records of this entity are part of the settings.
    static bool reads(const EntityInfo& entity);

  private:
    std::optional<Decimal> rate(const Currency& currency, Date day) const;
    formula::Context base_;
    std::map<std::string, std::map<Date, Decimal>> rates_;  // by currency, by first day
};

}  // namespace fairlead::store
