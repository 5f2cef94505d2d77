// Conversion of stages by cohort (definitions.md 3): from the visits, each deal once a stage, open ones censored.
#include <algorithm>
#include <cmath>
#include <map>

#include "analytics/figures.h"

namespace fairlead::analytics {
namespace {

struct Stage {
    Id id{};
    std::int64_t position = 0;
    std::string kind;
};

struct Visit {
    Id stage{};
    std::int64_t entered = 0;
};

constexpr double micros_a_day = 86'400e6;

std::string day_text(Date date) {
    return "DATE(" + std::to_string(date.year()) + "," + std::to_string(date.month()) + "," + std::to_string(date.day()) + ")";
}

// The deals of a cohort as formula text: those that entered the stage, for the first time in the period.
std::string cohort_filter(Id stage, const FigureRequest& request) {
    const std::string of_stage = "visits.stage = \"" + stage.text() + "\"";
    std::string filter = "COUNTIF(visits, " + of_stage + ") > 0";
    const std::string first = "MINIF(visits.entered_at, " + of_stage + ")";
    if (request.from) filter += " AND " + first + " >= " + day_text(*request.from);
    if (request.to) filter += " AND " + first + " < " + day_text(*request.to) + " + 1";
    return request.filter.empty() ? filter : filter + " AND (" + request.filter + ")";
}

}  // namespace

Result<void> fill_conversion(store::Store& store, const store::Viewer& viewer, const FigureRequest& request, FigureAnswer& answer) {
    const auto catalog = store.catalog();
    const model::EntityInfo& deals = catalog->need("opportunity");
    if (request.effective_as_of || request.recorded_as_of)
        return refuse(Why::bad_request, "not_as_of", "Stage conversion is computed from all visits: choose a period instead of a moment", "as_of");
    if (!request.by.empty() && request.by != "stage")
        return refuse(Why::bad_request, "unknown_dimension", "Stage conversion is told by stage only", "by", {{"name", request.by}});
    // Who may not read where deals stand, or their visits, is told nothing that follows from them.
    const store::ViewerSchema seen(*catalog, viewer);
    for (const auto& [entity, field] : {std::pair{"opportunity", "stage"}, {"opportunity", "stage_since"}, {"stage_visit", "stage"}, {"stage_visit", "entered_at"}})
        FAIRLEAD_TRY(formula::check(field, seen, entity));
    std::map<std::int64_t, Stage> stages;
    store::ListQuery every_stage;
    every_stage.entity = "stage";
    FAIRLEAD_TRY(store.each(viewer, every_stage, [&](const store::Record& record) {
        const Value& position = record["position"];
        stages[record.id().value] = {record.id(), position.is<std::int64_t>() ? position.as<std::int64_t>() : 0, record.text("kind")};
        return true;
    }));
    // The reader's deals, narrowed by his filter.
    store::ListQuery every_deal;
    every_deal.entity = "opportunity";
    if (!request.filter.empty()) {
        formula::CheckOptions options;
        options.expected = Type::boolean;
        options.currency = catalog->currency();
        FAIRLEAD_ASSIGN(every_deal.filter, formula::check(request.filter, store::ViewerSchema(*catalog, viewer), "opportunity", options));
    }
    std::map<std::int64_t, std::pair<Id, std::int64_t>> now_at;  // deal -> stage, since
    const int since = deals.slot("stage_since");
    FAIRLEAD_TRY(store.each(viewer, every_deal, [&](const store::Record& deal) {
        now_at[deal.id().value] = {deal.reference("stage"), deal.at(since).is<Instant>() ? deal.at(since).as<Instant>().micros : 0};
        return true;
    }));
    std::map<std::int64_t, std::vector<Visit>> visits;
    store::ListQuery every_visit;
    every_visit.entity = "stage_visit";
    FAIRLEAD_TRY(store.each(*store::Viewer::system(), every_visit, [&](const store::Record& visit) {
        if (const Id deal = visit.reference("opportunity"); now_at.contains(deal.value))
            visits[deal.value].push_back({visit.reference("stage"), visit["entered_at"].as<Instant>().micros});
        return true;
    }));

    const formula::Context context = store.context();
    std::map<std::int64_t, std::vector<Stay>> stays;  // by stage
    for (auto& [deal, path] : visits) {
        std::sort(path.begin(), path.end(), [](const Visit& a, const Visit& b) { return a.entered < b.entered; });
        std::map<std::int64_t, bool> counted;
        for (std::size_t i = 0; i < path.size(); ++i) {
            const auto at = stages.find(path[i].stage.value);
            if (at == stages.end() || at->second.kind != "open" || !counted.emplace(path[i].stage.value, true).second) continue;
            const Date entered = date_in_zone(Instant{path[i].entered}, context.zone);
            if ((request.from && entered < *request.from) || (request.to && entered > *request.to)) continue;
            Stay stay;
            stay.age = static_cast<double>(context.now.micros - path[i].entered) / micros_a_day;
            for (std::size_t later = i + 1; later < path.size(); ++later) {
                const auto to = stages.find(path[later].stage.value);
                if (to == stages.end()) continue;
                const bool advanced = to->second.kind == "won" || (to->second.kind == "open" && to->second.position > at->second.position);
                if (!advanced && to->second.kind != "lost") continue;
                stay.end = advanced ? Stay::advanced : Stay::dropped;
                stay.age = static_cast<double>(path[later].entered - path[i].entered) / micros_a_day;
                if (advanced || later + 1 == path.size()) break;  // a lost deal may be reopened and go on
            }
            stays[path[i].stage.value].push_back(stay);
        }
    }
    std::vector<Stage> order;
    for (const auto& [id, stage] : stages)
        if (stays.contains(id)) order.push_back(stage);
    std::sort(order.begin(), order.end(), [](const Stage& a, const Stage& b) { return a.position < b.position || (a.position == b.position && a.id < b.id); });
    for (const Stage& stage : order) {
        const std::vector<Stay>& of_stage = stays[stage.id.value];
        FigureGroup group{Value(stage.id), {}};
        group.figure.n = static_cast<std::int64_t>(of_stage.size());
        const auto decided = std::count_if(of_stage.begin(), of_stage.end(), [](const Stay& s) { return s.end != Stay::open; });
        if (const auto share = cumulative_incidence(of_stage)) group.figure.value = Value(Decimal::from_double(static_cast<double>(static_cast<std::int64_t>(*share * 1e9)) / 1e9).value_or(Decimal{}));
        // Around the share itself: that of the decided deals alone would leave out what the censored ones tell.
        if (decided > 0 && !group.figure.value.empty())
            group.figure.interval = wilson(std::llround(group.figure.value.as<Decimal>().to_double() * static_cast<double>(decided)), decided);
        group.figure.filter = cohort_filter(stage.id, request);
        answer.total.n += group.figure.n;
        answer.groups.push_back(std::move(group));
    }
    answer.notes.emplace_back("The interval is Wilson's around the share, with the decided deals as its cases.");
    return {};
}

}  // namespace fairlead::analytics
