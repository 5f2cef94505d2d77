// The kinds of figures, computed from grouped answers of the store.
#include "analytics/figures.h"

#include <cmath>
#include <map>
#include <set>

#include "analytics/texts.h"
#include "analytics/unpriced.h"
#include "base/text.h"

namespace fairlead::analytics {
namespace {

using model::Figure;
using model::FigureKind;
using store::Aggregate;
using store::Group;
using store::GroupQuery;

const char* unit_of(FigureKind kind) {
    switch (kind) {
        case FigureKind::sum:
        case FigureKind::movement: return "money";
        case FigureKind::count: return "count";
        case FigureKind::rate:
        case FigureKind::conversion: return "rate";
        case FigureKind::days: return "days";
        case FigureKind::velocity: return "money_per_day";
    }
    return "";
}

// One question to the store after another, with the same reader, period and moment.
class Asking {
  public:
    Asking(store::Store& store, const store::Viewer& viewer, const Figure& figure, const FigureRequest& request)
        : store_(store), viewer_(viewer), request_(request), figure_(figure), catalog_(store.catalog()) {
        within_ = within_days(std::string(figure.period), request.from, request.to);
    }

    const std::string& within() const { return within_; }

    // Definitions are checked as the system's; what the reader wrote, as his.
    Result<std::vector<Group>> group(const std::string& definition, const std::vector<std::string>& by, std::vector<std::pair<Aggregate::Kind, std::string>> of) {
        GroupQuery query;
        query.entity = figure_.entity;
        query.effective_as_of = request_.effective_as_of;
        query.recorded_as_of = request_.recorded_as_of;
        if (const std::string filter = both(definition, request_.filter); !filter.empty()) {
            FAIRLEAD_ASSIGN(query.filter, checked(filter, Type::boolean));
        }
        for (const std::string& formula : by) {
            FAIRLEAD_ASSIGN(formula::Formula key, checked(formula, std::nullopt));
            query.by.push_back(std::move(key));
        }
        for (const auto& [kind, formula] : of) {
            Aggregate aggregate{kind, {}, {}};
            if (!formula.empty()) {
                FAIRLEAD_ASSIGN(aggregate.of, checked(formula, std::nullopt));
            }
            query.aggregates.push_back(std::move(aggregate));
        }
        return store_.group(viewer_, query);
    }

    Result<formula::Formula> checked(const std::string& text, std::optional<Type> expected) const {
        formula::CheckOptions options;
        options.expected = expected;
        options.currency = catalog_->currency();
        return formula::check(text, store::ViewerSchema(*catalog_, viewer_), figure_.entity, options);
    }
    const model::Catalog& catalog() const { return *catalog_; }

  private:
    store::Store& store_;
    const store::Viewer& viewer_;
    const FigureRequest& request_;
    const Figure& figure_;
    std::shared_ptr<const model::Catalog> catalog_;
    std::string within_;
};

// The key of a period of time, of a field or of a day.
std::string time_formula(std::string_view by, const std::string& day) {
    if (by == "month") return "DATE(YEAR(" + day + "), MONTH(" + day + "), 1)";
    if (by == "quarter") return "FISCAL_YEAR(" + day + ") & \"-Q\" & FISCAL_QUARTER(" + day + ")";
    if (by == "year") return "FISCAL_YEAR(" + day + ")";
    return {};
}

Result<std::string> dimension_formula(const Figure& figure, const std::string& by) {
    if (by.empty() || (figure.kind == FigureKind::movement && by == figure.by)) return std::string();
    const std::string timed = time_formula(by, std::string(figure.period));
    // Open deals belong to no closed period, so velocity has none to be told by.
    const bool any_time = figure.kind != FigureKind::velocity && figure.kind != FigureKind::conversion && figure.kind != FigureKind::movement;
    if (!timed.empty() && any_time) return timed;
    if (!timed.empty()) return refuse(Why::bad_request, "unknown_dimension", "The figure has no dimension " + by, "by", {{"name", by}});
    std::string known = any_time ? "month, quarter, year" : "";
    for (const model::Dimension& dimension : figure.dimensions) {
        if (dimension.name == by) return std::string(dimension.formula);
        known += (known.empty() ? "" : ", ") + std::string(dimension.name);
    }
    if (known.empty()) known = std::string(figure.by);
    return refuse(Why::bad_request, "unknown_dimension", "The figure has no dimension " + by + "; it has " + known, "by", {{"name", by}});
}

std::int64_t whole_of(const Value& value) { return value.is<std::int64_t>() ? value.as<std::int64_t>() : 0; }

// The condition under which a record belongs to the group with this key, as formula text.
std::string key_condition(const std::string& formula, const Value& key) {
    if (key.empty()) return "ISBLANK(" + formula + ")";
    if (const auto* date = key.get<Date>()) return formula + " = " + date_text(*date);
    if (key.is<bool>()) return key.as<bool>() ? formula : "NOT(" + formula + ")";
    if (key.is<std::int64_t>() || key.is<Decimal>()) return formula + " = " + to_text(key);
    std::string quoted;
    for (const char c : key.is<Id>() ? key.as<Id>().text() : to_text(key)) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return formula + " = \"" + quoted + "\"";
}

Decimal decimal_of(double value) { return Decimal::from_double(std::round(value * 1e9) / 1e9).value_or(Decimal{}); }

// Cases and successes of a rate.
FigureValue rate_value(std::int64_t successes, std::int64_t n) {
    FigureValue figure;
    figure.n = n;
    if (n > 0) {
        figure.value = decimal_of(static_cast<double>(successes) / static_cast<double>(n));
        figure.interval = wilson(successes, n);
    }
    return figure;
}

// Everything one figure needs of one group of records, whatever its kind.
Result<void> fill_simple(Asking& asking, const Figure& figure, const std::string& filter, const std::string& by, FigureAnswer& answer) {
    std::vector<std::pair<Aggregate::Kind, std::string>> of{{Aggregate::count, ""}};
    if (figure.kind == FigureKind::sum || figure.kind == FigureKind::count) of.emplace_back(Aggregate::sum, std::string(figure.value));
    if (figure.kind == FigureKind::days) {
        of.emplace_back(Aggregate::average, std::string(figure.value));
        of.emplace_back(Aggregate::median, std::string(figure.value));
    }
    const auto read = [&](const Group& group) {
        FigureValue value;
        value.n = whole_of(group.values[0]);
        if (figure.kind == FigureKind::count) value.value = Value(value.n);
        else value.value = group.values[1];
        if (figure.kind == FigureKind::days) value.median = group.values[2];
        return value;
    };
    FAIRLEAD_ASSIGN(const auto total, asking.group(filter, {}, of));
    if (!total.empty()) answer.total = read(total.front());
    if (by.empty()) return {};
    FAIRLEAD_ASSIGN(const auto groups, asking.group(filter, {by}, of));
    for (const Group& group : groups) answer.groups.push_back({group.by.front(), read(group)});
    return {};
}

// A row of nothing, for formulas that read no field.
class NoRow final : public formula::Row {
  public:
    Value value(const std::vector<formula::PathStep>&) const override { return {}; }
    void related(const std::vector<formula::PathStep>&, const std::function<void(const formula::Row&)>&) const override {}
};

// What was of the figure and is so no longer counts on its day and is taken back on the day it left: the past is not
// rewritten, and over both days it is nothing.
Result<void> take_back(store::Store& store, const store::Viewer& viewer, const Asking& asking, const FigureRequest& request, FigureAnswer& answer) {
    const Figure& figure = *answer.figure;
    store::ListQuery left;
    left.entity = figure.entity;
    left.only.emplace();
    FAIRLEAD_ASSIGN(left.filter, asking.checked("NOT(ISBLANK(" + std::string(figure.left) + "))", Type::boolean));
    store::CourseQuery query;
    query.only.emplace();
    for (const bool bin : {false, true}) {
        left.in_bin = bin;
        FAIRLEAD_TRY(store.each(viewer, left, [&](const store::Record& record) {
            query.only->push_back(record.id());
            return true;
        }));
    }
    if (query.only->empty()) return {};
    const formula::Context context = store.context();
    query.entity = figure.entity;
    query.to = request.effective_as_of.value_or(context.now);
    query.recorded_as_of = request.recorded_as_of;
    const bool timed = !time_formula(request.by, "closed_on").empty();
    FAIRLEAD_ASSIGN(const std::string by, timed ? Result<std::string>(std::string("TRUE")) : dimension_formula(figure, request.by));
    for (const std::string& text : {std::string(figure.filter), request.filter, std::string(figure.period), std::string(figure.value), by}) {
        FAIRLEAD_ASSIGN(formula::Formula asked, asking.checked(text.empty() ? "TRUE" : text, std::nullopt));
        query.of.push_back(std::move(asked));
    }
    enum { of_figure, of_reader, on, worth, key };
    const auto key_of = [&](const Value& of_record, Date day) -> Value {
        if (request.by.empty()) return {};
        if (!timed) return of_record;
        const auto formula = asking.checked(time_formula(request.by, date_text(day)), std::nullopt);
        if (!formula) return {};
        auto value = formula::evaluate(**formula, NoRow(), context);
        return value ? std::move(*value) : Value();
    };
    const auto day_of = [&](const store::CourseStep& step) { return step.values[on].is<Date>() ? step.values[on].as<Date>() : date_in_zone(step.at, context.zone); };
    const auto within = [&](Date day) { return (!request.from || day >= *request.from) && (!request.to || day <= *request.to); };
    const auto holds = [](const store::CourseStep& step, int what) { return step.there && step.values[static_cast<std::size_t>(what)] == Value(true); };
    const auto add = [&](FigureValue& to, Id record, std::int64_t minor, bool listed) {
        const auto* sum = to.value.get<Money>();
        to.value = Money{(sum ? sum->minor : 0) + minor, context.currency};
        if (listed) return;
        ++to.n;
        to.others.push_back(record);
    };
    FAIRLEAD_TRY(store.courses(viewer, query, [&](Id record, std::span<const store::CourseStep> steps) {
        const store::CourseStep& last = steps.back();
        if (!last.there) return;  // what has been deleted is in no figure
        std::vector<std::pair<Value, std::int64_t>> net;
        std::int64_t all = 0;
        const auto count = [&](const Value& of_record, Date day, std::int64_t minor) {
            if (!within(day)) return;
            all += minor;
            const Value at = key_of(of_record, day);
            const auto known = std::find_if(net.begin(), net.end(), [&](const auto& one) { return one.first == at; });
            if (known != net.end()) known->second += minor;
            else net.emplace_back(at, minor);
        };
        for (std::size_t i = 1; i < steps.size(); ++i) {
            const store::CourseStep& before = steps[i - 1];
            if (!holds(before, of_figure) || holds(steps[i], of_figure) || !holds(before, of_reader)) continue;
            const auto* amount = before.values[worth].get<Money>();
            const std::int64_t minor = amount ? amount->minor : 0;
            count(before.values[key], day_of(before), minor);
            count(before.values[key], date_in_zone(steps[i].at, context.zone), -minor);
        }
        if (net.empty()) return;
        const bool listed = holds(last, of_figure) && holds(last, of_reader) && within(day_of(last));
        if (all != 0) add(answer.total, record, all, listed);
        bool told = all != 0;
        for (const auto& [at, minor] : net) {
            if (minor == 0 || request.by.empty()) continue;
            told = true;
            auto group = std::find_if(answer.groups.begin(), answer.groups.end(), [&](const FigureGroup& one) { return one.key == at; });
            if (group == answer.groups.end()) {
                // Periods stand in their order; others come behind.
                group = timed ? std::find_if(answer.groups.begin(), answer.groups.end(), [&](const FigureGroup& one) { return !one.key.empty() && to_text(at) < to_text(one.key); }) : answer.groups.end();
                group = answer.groups.insert(group, {at, {}});
            }
            add(group->figure, record, minor, listed && key_of(last.values[key], day_of(last)) == at);
        }
        if (told) ++answer.taken_back;
    }));
    return {};
}

// An amount in a currency without a rate is in no sum; whoever reads the sum is told how many are missing.
Result<void> count_unpriced(store::Store& store, const store::Viewer& viewer, const Asking& asking, const FigureRequest& request, const std::string& filter, std::string_view value, FigureAnswer& answer) {
    GroupQuery asked;
    asked.entity = answer.figure->entity;
    asked.effective_as_of = request.effective_as_of;
    asked.recorded_as_of = request.recorded_as_of;
    if (const std::string all = both(filter, request.filter); !all.empty()) {
        FAIRLEAD_ASSIGN(asked.filter, asking.checked(all, Type::boolean));
    }
    FAIRLEAD_ASSIGN(const formula::Formula measure, asking.checked(std::string(value), std::nullopt));
    FAIRLEAD_ASSIGN(Unpriced missing, unpriced(store, viewer, asked, measure));
    answer.unpriced = missing.n;
    answer.unpriced_filter = std::move(missing.filter);
    return {};
}

// What a path leads to before it is known has its earliest known state; the reader is told on how many records.
Result<void> count_first_known(Asking& asking, const FigureRequest& request, const std::string& filter, const std::string& by, FigureAnswer& answer) {
    if (!request.effective_as_of) return {};
    std::set<std::string> ways;
    for (const std::string& text : {both(filter, request.filter), by}) {
        if (text.empty()) continue;
        FAIRLEAD_ASSIGN(const formula::Formula formula, asking.checked(text, std::nullopt));
        for (const std::string& field : formula->fields) {
            const auto dot = field.rfind('.');
            if (dot == std::string::npos) continue;
            const model::EntityInfo* entity = asking.catalog().find(answer.figure->entity);
            bool many = false;
            for (const std::string& step : split(field.substr(0, dot), '.')) {
                const model::FieldInfo* reference = entity ? entity->field(step) : nullptr;
                many = many || !reference || reference->is_many();
                entity = reference ? asking.catalog().find(reference->target) : nullptr;
            }
            if (!many && entity && entity->logged && entity->access != model::AccessKind::open) ways.insert(field.substr(0, dot));
        }
    }
    std::string later;
    for (const std::string& way : ways) later += (later.empty() ? "" : " OR ") + way + ".effective_at > \"" + request.effective_as_of->text() + "\"";
    if (later.empty()) return {};
    FAIRLEAD_ASSIGN(const auto groups, asking.group(both(filter, later), {}, {{Aggregate::count, ""}}));
    if (!groups.empty()) answer.first_known = whole_of(groups.front().values[0]);
    return {};
}

Result<void> fill_rate(Asking& asking, const Figure& figure, const std::string& filter, const std::string& by, FigureAnswer& answer) {
    std::vector<std::string> keys;
    if (!by.empty()) keys.push_back(by);
    keys.emplace_back(figure.success);
    FAIRLEAD_ASSIGN(const auto groups, asking.group(filter, keys, {{Aggregate::count, ""}}));
    std::int64_t successes = 0, n = 0;
    std::vector<std::pair<Value, std::pair<std::int64_t, std::int64_t>>> counts;  // in the store's order
    for (const Group& group : groups) {
        const std::int64_t count = whole_of(group.values[0]);
        const bool success = group.by.back() == Value(true);
        n += count;
        successes += success ? count : 0;
        if (by.empty()) continue;
        if (counts.empty() || !(counts.back().first == group.by.front())) counts.push_back({group.by.front(), {0, 0}});
        counts.back().second.first += success ? count : 0;
        counts.back().second.second += count;
    }
    answer.total = rate_value(successes, n);
    answer.trace = {{"Successes", std::string(figure.success), Value(successes)}, {"Cases", std::string(figure.filter), Value(n)}};
    for (const auto& [key, count] : counts) answer.groups.push_back({key, rate_value(count.first, count.second)});
    return {};
}

// definitions.md 1: all four from the same population.
struct VelocityParts {
    std::int64_t open = 0, won = 0, lost = 0;
    Value average_won, average_days;
};

Value velocity_value(const VelocityParts& parts) {
    const auto* amount = parts.average_won.get<Money>();
    const auto* days = parts.average_days.get<Decimal>();
    if (!amount || !days || days->units <= 0 || parts.won + parts.lost == 0) return {};
    const double rate = static_cast<double>(parts.won) / static_cast<double>(parts.won + parts.lost);
    const double value = static_cast<double>(parts.open) * rate * amount->decimal().to_double() / days->to_double();
    const auto decimal = Decimal::from_double(std::round(value * 1e4) / 1e4);
    const auto money = decimal ? Money::of(*decimal, amount->currency) : std::nullopt;
    return money ? Value(*money) : Value();
}

Result<void> fill_velocity(Asking& asking, const std::string& by, FigureAnswer& answer) {
    std::vector<std::string> keys;
    if (!by.empty()) keys.push_back(by);
    std::vector<std::string> kinds = keys;
    kinds.emplace_back("stage.kind");
    FAIRLEAD_ASSIGN(const auto open, asking.group("is_open", keys, {{Aggregate::count, ""}}));
    FAIRLEAD_ASSIGN(const auto closed, asking.group(both("stage.kind = \"won\" OR stage.kind = \"lost\"", asking.within()), kinds,
                                                    {{Aggregate::count, ""}, {Aggregate::average, "amount"}, {Aggregate::average, "closed_on - opened_on"}}));
    std::vector<std::pair<Value, VelocityParts>> all;
    const auto at = [&](const Value& key) -> VelocityParts& {
        for (auto& [known, parts] : all)
            if (known == key) return parts;
        return all.emplace_back(key, VelocityParts{}).second;
    };
    for (const Group& group : open) at(by.empty() ? Value() : group.by.front()).open = whole_of(group.values[0]);
    for (const Group& group : closed) {
        VelocityParts& parts = at(by.empty() ? Value() : group.by.front());
        if (group.by.back() == Value("won")) {
            parts.won = whole_of(group.values[0]);
            parts.average_won = group.values[1];
            parts.average_days = group.values[2];
        } else {
            parts.lost = whole_of(group.values[0]);
        }
    }
    if (by.empty()) {
        const VelocityParts parts = all.empty() ? VelocityParts{} : all.front().second;
        answer.total.value = velocity_value(parts);
        answer.total.n = parts.open;
        const std::int64_t decided = parts.won + parts.lost;
        answer.trace = {{"Open deals", "is_open", Value(parts.open)},
                        {"Win rate", "won / (won + lost)", rate_value(parts.won, decided).value},
                        {"Average won value", "AVERAGE(amount) of deals won", parts.average_won},
                        {"Average days", "AVERAGE(closed_on - opened_on) of deals won", parts.average_days}};
        return {};
    }
    for (const auto& [key, parts] : all) {
        FigureValue value;
        value.value = velocity_value(parts);
        value.n = parts.open;
        answer.groups.push_back({key, value});
    }
    return {};
}

Result<const Figure*> find_figure(const model::Catalog& catalog, const store::Viewer& viewer, const std::string& name) {
    for (const Figure* figure : figures(catalog, viewer))
        if (figure->name == name) return figure;
    return refuse(Why::not_found, "unknown_figure", "There is no figure " + name, {}, {{"name", name}});
}

}  // namespace

// In stage_conversion.cpp and movement.cpp.
Result<void> fill_conversion(store::Store& store, const store::Viewer& viewer, const FigureRequest& request, FigureAnswer& answer);
Result<void> fill_movement(store::Store& store, const store::Viewer& viewer, const FigureRequest& request, FigureAnswer& answer);

std::vector<const Figure*> figures(const model::Catalog& catalog, const store::Viewer& viewer) {
    std::vector<const Figure*> found;
    for (const model::Module* module : catalog.modules())
        for (const Figure& figure : module->figures)
            if (viewer.may(catalog.need(figure.entity), store::Right::read)) found.push_back(&figure);
    return found;
}

Result<FigureAnswer> compute(store::Store& store, const store::Viewer& viewer, const FigureRequest& request) {
    const auto catalog = store.catalog();
    FAIRLEAD_ASSIGN(const Figure* figure, find_figure(*catalog, viewer, request.name));
    FigureAnswer answer;
    answer.figure = figure;
    answer.unit = unit_of(figure->kind);
    answer.by = request.by;
    answer.computed_at = store.context().now;
    FAIRLEAD_ASSIGN(const std::string by, dimension_formula(*figure, request.by));
    Asking asking(store, viewer, *figure, request);
    const std::string filter = both(std::string(figure->filter), asking.within());
    switch (figure->kind) {
        case FigureKind::sum:
        case FigureKind::count:
        case FigureKind::days:
            FAIRLEAD_TRY(fill_simple(asking, *figure, filter, by, answer));
            if (figure->kind == FigureKind::sum) FAIRLEAD_TRY(count_unpriced(store, viewer, asking, request, filter, figure->value, answer));
            if (!figure->left.empty()) FAIRLEAD_TRY(take_back(store, viewer, asking, request, answer));
            if (figure->kind != FigureKind::days && (request.from || request.to)) {
                FigureAnswer apart;
                const std::string without = both(std::string(figure->filter), "ISBLANK(" + std::string(figure->period) + ")");
                FAIRLEAD_TRY(fill_simple(asking, *figure, without, {}, apart));
                answer.undated = apart.total;
                answer.undated->filter = both(without, request.filter);
            }
            break;
        case FigureKind::rate: FAIRLEAD_TRY(fill_rate(asking, *figure, filter, by, answer)); break;
        case FigureKind::velocity:
            FAIRLEAD_TRY(fill_velocity(asking, {}, answer));
            if (!by.empty()) FAIRLEAD_TRY(fill_velocity(asking, by, answer));
            FAIRLEAD_TRY(count_unpriced(store, viewer, asking, request, both("stage.kind = \"won\"", asking.within()), "amount", answer));
            break;
        case FigureKind::conversion: FAIRLEAD_TRY(fill_conversion(store, viewer, request, answer)); return answer;
        case FigureKind::movement: FAIRLEAD_TRY(fill_movement(store, viewer, request, answer)); return answer;
    }
    FAIRLEAD_TRY(count_first_known(asking, request, filter, by, answer));
    // Velocity counts the open deals, whatever the period of those closed.
    const std::string behind = both(figure->kind == FigureKind::velocity ? "is_open" : filter, request.filter);
    const auto list = [](FigureValue& figure, const std::string& text) {
        if (figure.others.size() > named_most) return;
        figure.filter = figure.others.empty() ? text : "(" + text + ") OR " + one_of(figure.others);
    };
    list(answer.total, behind);
    for (FigureGroup& group : answer.groups) list(group.figure, both(behind, key_condition(by, group.key)));
    if (answer.trace.empty())
        answer.trace = {{"Records", filter, Value(answer.total.n)}, {std::string(figure->label), std::string(figure->value), answer.total.value}};
    return answer;
}

}  // namespace fairlead::analytics
