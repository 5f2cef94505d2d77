// Reads the settings that formulas need from the records of the organisation.
#include "store/settings.h"

#include <algorithm>

namespace fairlead::store {
namespace {

// Live records of a small entity.
std::vector<Record> live(Connection& connection, const Shape& shape, std::string_view entity) {
    std::vector<Record> records;
    const EntityInfo* info = shape.catalog->find(entity);
    if (!info) return records;
    const Table& table = shape.table(*info);
    Statement& statement = connection.prepare("SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND deleted_at IS NULL ORDER BY org_id, id");
    while (statement.step()) records.push_back(table.read(statement));
    return records;
}

Value value_of(const Record& record, std::string_view field) {
    const FieldInfo* info = record.entity->field(field);
    return info && info->slot >= 0 ? record.at(info->slot) : Value();
}

}  // namespace

bool Settings::reads(const EntityInfo& entity) {
    return entity.name == "company" || entity.name == "holiday" || entity.name == "exchange_rate";
}

std::shared_ptr<const Settings> Settings::load(Connection& connection, const Shape& shape, const std::string& zone) {
    auto settings = std::make_shared<Settings>();
    formula::Context& base = settings->base_;
    settings->zone = zone;
    settings->currency = Currency::parse(shape.catalog->currency()).value_or(Currency{{'U', 'S', 'D'}});
    for (const Record& company : live(connection, shape, "company")) {
        if (const Value v = value_of(company, "zone"); v.is<std::string>() && known_zone(v.as<std::string>())) settings->zone = v.as<std::string>();
        if (const Value v = value_of(company, "fiscal_year_start_month"); v.is<std::int64_t>()) base.fiscal_year_start_month = static_cast<int>(v.as<std::int64_t>());
        if (const Value v = value_of(company, "week_start"); v.is<std::string>()) base.week_start = v.as<std::string>() == "sunday" ? 7 : v.as<std::string>() == "saturday" ? 6 : 1;
        if (const Value v = value_of(company, "currency"); v.is<std::string>()) settings->currency = Currency::parse(v.as<std::string>()).value_or(settings->currency);
        break;
    }
    for (const Record& holiday : live(connection, shape, "holiday"))
        if (const Value day = value_of(holiday, "day"); day.is<Date>()) base.holidays.push_back(day.as<Date>());
    std::sort(base.holidays.begin(), base.holidays.end());
    for (const Record& rate : live(connection, shape, "exchange_rate")) {
        const Value currency = value_of(rate, "currency"), from = value_of(rate, "valid_from"), value = value_of(rate, "rate");
        const auto code = currency.is<std::string>() ? Currency::parse(currency.as<std::string>()) : std::nullopt;
        if (code && from.is<Date>() && value.is<Decimal>()) settings->rates_[code->text()][from.as<Date>()] = value.as<Decimal>();
    }
    base.zone = settings->zone;
    base.currency = settings->currency;
    return settings;
}

std::optional<Decimal> Settings::rate(const Currency& currency, Date day) const {
    const auto found = rates_.find(currency.text());
    if (found == rates_.end()) return std::nullopt;
    const auto after = found->second.upper_bound(day);
    if (after == found->second.begin()) return std::nullopt;
    return std::prev(after)->second;
}

std::optional<Money> Settings::to_reporting(const Money& money, Date day) const {
    if (money.currency == currency) return money;
    const auto factor = rate(money.currency, day);
    const auto product = factor ? multiply(money.decimal(), *factor) : std::nullopt;
    return product ? Money::of(*product, currency) : std::nullopt;
}

std::optional<Money> Settings::to_reporting_late(const Money& money, Date day, Date today) const {
    if (auto then = to_reporting(money, day)) return then;
    const auto found = rates_.find(money.currency.text());
    if (found == rates_.end()) return std::nullopt;
    const auto first = found->second.upper_bound(day);
    return first == found->second.end() || first->first > today ? std::nullopt : to_reporting(money, first->first);
}

formula::Context Settings::context(Instant now, Id user) const {
    formula::Context context = base_;
    context.now = now;
    context.user = user;
    context.convert = [self = shared_from_this(), this](const Money& money, Currency to, Date day) -> std::optional<Money> {
        if (money.currency == to) return money;
        const auto reporting = to_reporting(money, day);
        if (!reporting || to == currency) return reporting;
        const auto factor = rate(to, day);
        const auto quotient = factor ? divide(reporting->decimal(), *factor) : std::nullopt;
        return quotient ? Money::of(*quotient, to) : std::nullopt;
    };
    return context;
}

}  // namespace fairlead::store
