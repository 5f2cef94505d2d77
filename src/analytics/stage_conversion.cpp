// Conversion of stages by cohort (definitions.md 3): from the visits, each deal once a stage, open ones censored.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <span>

#include "analytics/figures.h"
#include "analytics/texts.h"

namespace fairlead::analytics {
namespace {

struct Stage {
    Id id{}, pipeline{};
    std::int64_t position = 0;
    std::string kind;

    // Whether a deal that goes from here to `to` goes on.
    bool leads_to(const Stage& to) const {
        return to.pipeline == pipeline && (to.kind == "won" || (to.kind == "open" && to.position > position));
    }
};
using Stages = std::vector<Stage>;

struct Visit {
    std::int64_t entered = 0;
    std::uint32_t deal = 0;   // place among the reader's deals
    std::uint32_t stage = 0;  // place among the stages
};

constexpr double micros_a_day = 86'400e6;

// A deal enters a stage by its first visit, or by its first visit beyond when it had been before the stage: a jump
// passes through what lies between.
struct Entry {
    std::optional<std::int64_t> at;
    bool by_jump = false;
};
Entry entry_of(const Stage& stage, const Stages& stages, std::span<const Visit> path) {
    std::optional<std::int64_t> here, before, beyond;
    for (const Visit& visit : path) {
        const Stage& to = stages[visit.stage];
        if (to.id == stage.id) here = here.value_or(visit.entered);
        else if (stage.leads_to(to)) beyond = beyond.value_or(visit.entered);
        else if (to.kind == "open" && to.leads_to(stage)) before = before.value_or(visit.entered);
    }
    const bool jumped = before && beyond && *before < *beyond && (!here || *beyond < *here);
    return jumped ? Entry{beyond, true} : Entry{here, false};
}

std::string visits_of(const Stages& stages, const std::function<bool(const Stage&)>& wanted) {
    std::string ids;
    for (const Stage& stage : stages)
        if (wanted(stage)) ids += (ids.empty() ? "\"" : ", \"") + stage.id.text() + "\"";
    return ids.empty() ? std::string() : "MINIF(visits.entered_at, visits.stage IN (" + ids + "))";
}

// The deals of a cohort as formula text, by the same rule.
std::string cohort_filter(const Stage& stage, const Stages& stages, const FigureRequest& request) {
    const std::string here = visits_of(stages, [&](const Stage& s) { return s.id == stage.id; });
    const std::string before = visits_of(stages, [&](const Stage& s) { return s.kind == "open" && s.leads_to(stage); });
    const std::string beyond = visits_of(stages, [&](const Stage& s) { return stage.leads_to(s); });
    const auto in_period = [&](const std::string& moment) {
        std::string text = "NOT(ISBLANK(" + moment + "))";
        if (request.from) text += " AND " + moment + " >= " + date_text(*request.from);
        if (request.to) text += " AND " + moment + " < " + date_text(*request.to) + " + 1";
        return text;
    };
    std::string filter = in_period(here);
    if (!before.empty() && !beyond.empty()) {
        const std::string jumped = before + " < " + beyond + " AND (ISBLANK(" + here + ") OR " + beyond + " < " + here + ")";
        filter = "(" + jumped + " AND " + in_period(beyond) + ") OR (NOT(" + jumped + ") AND " + filter + ")";
    }
    return request.filter.empty() ? filter : "(" + filter + ") AND (" + request.filter + ")";
}

}  // namespace

Result<void> fill_conversion(store::Store& store, const store::Viewer& viewer, const FigureRequest& request, FigureAnswer& answer) {
    const auto catalog = store.catalog();
    if (request.effective_as_of || request.recorded_as_of)
        return refuse(Why::bad_request, "not_as_of", "Stage conversion is computed from all visits: choose a period instead of a moment", "as_of");
    if (!request.by.empty() && request.by != "stage")
        return refuse(Why::bad_request, "unknown_dimension", "Stage conversion is told by stage only", "by", {{"name", request.by}});
    // Who may not read where deals stand, or their visits, is told nothing that follows from them.
    const store::ViewerSchema seen(*catalog, viewer);
    for (const auto& [entity, field] : {std::pair{"opportunity", "stage"}, {"opportunity", "stage_since"}, {"stage_visit", "stage"}, {"stage_visit", "entered_at"}})
        FAIRLEAD_TRY(formula::check(field, seen, entity));
    Stages stages;
    store::ListQuery every_stage;
    every_stage.entity = "stage";
    FAIRLEAD_TRY(store.each(viewer, every_stage, [&](const store::Record& record) {
        const Value& position = record["position"];
        stages.push_back({record.id(), record.reference("pipeline"), position.is<std::int64_t>() ? position.as<std::int64_t>() : 0, record.text("kind")});
        return true;
    }));
    std::map<std::int64_t, std::uint32_t> place_of_stage;
    for (std::uint32_t i = 0; i < stages.size(); ++i) place_of_stage[stages[i].id.value] = i;
    // The reader's deals, narrowed by his filter. A company has millions of visits: they are kept as numbers.
    store::ListQuery every_deal;
    every_deal.entity = "opportunity";
    every_deal.only.emplace();
    if (!request.filter.empty()) {
        formula::CheckOptions options;
        options.expected = Type::boolean;
        options.currency = catalog->currency();
        FAIRLEAD_ASSIGN(every_deal.filter, formula::check(request.filter, store::ViewerSchema(*catalog, viewer), "opportunity", options));
    }
    std::vector<std::int64_t> deals;
    FAIRLEAD_TRY(store.each(viewer, every_deal, [&](const store::Record& deal) {
        deals.push_back(deal.id().value);
        return true;
    }));
    std::sort(deals.begin(), deals.end());
    std::vector<Visit> visits;
    store::ListQuery every_visit;
    every_visit.entity = "stage_visit";
    every_visit.only = {"opportunity", "stage", "entered_at"};
    const model::EntityInfo& visit_entity = catalog->need("stage_visit");
    const int of_deal = visit_entity.slot("opportunity"), at_stage = visit_entity.slot("stage"), entered_at = visit_entity.slot("entered_at");
    FAIRLEAD_TRY(store.each(*store::Viewer::system(), every_visit, [&](const store::Record& visit) {
        const std::int64_t id = visit.at(of_deal).as<Id>().value;
        const auto deal = std::lower_bound(deals.begin(), deals.end(), id);
        const auto stage = place_of_stage.find(visit.at(at_stage).as<Id>().value);
        if (deal != deals.end() && *deal == id && stage != place_of_stage.end())
            visits.push_back({visit.at(entered_at).as<Instant>().micros, static_cast<std::uint32_t>(deal - deals.begin()), stage->second});
        return true;
    }));
    std::sort(visits.begin(), visits.end(), [](const Visit& a, const Visit& b) { return a.deal != b.deal ? a.deal < b.deal : a.entered < b.entered; });

    const formula::Context context = store.context();
    std::vector<std::vector<Stay>> stays(stages.size());
    for (std::size_t begin = 0, end = 0; begin < visits.size(); begin = end) {
        while (end < visits.size() && visits[end].deal == visits[begin].deal) ++end;
        const std::span<const Visit> path(visits.data() + begin, end - begin);
        for (std::size_t place = 0; place < stages.size(); ++place) {
            const Stage& stage = stages[place];
            if (stage.kind != "open") continue;
            const Entry entry = entry_of(stage, stages, path);
            if (!entry.at) continue;
            const Date entered = date_in_zone(Instant{*entry.at}, context.zone);
            if ((request.from && entered < *request.from) || (request.to && entered > *request.to)) continue;
            Stay stay;
            stay.age = static_cast<double>(context.now.micros - *entry.at) / micros_a_day;
            if (entry.by_jump) stay = {0, Stay::advanced};
            for (std::size_t later = 0; later < path.size() && !entry.by_jump; ++later) {
                const Stage& to = stages[path[later].stage];
                if (path[later].entered < *entry.at || path[later].stage == place) continue;
                const bool advanced = stage.leads_to(to);
                if (!advanced && to.kind != "lost") continue;
                stay.end = advanced ? Stay::advanced : Stay::dropped;
                stay.age = static_cast<double>(path[later].entered - *entry.at) / micros_a_day;
                if (advanced) break;  // a lost deal may be reopened and go on
            }
            stays[place].push_back(stay);
        }
    }
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < stages.size(); ++i)
        if (!stays[i].empty()) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return stages[a].position != stages[b].position ? stages[a].position < stages[b].position : stages[a].id < stages[b].id;
    });
    for (const std::size_t place : order) {
        const Stage& stage = stages[place];
        const std::vector<Stay>& of_stage = stays[place];
        FigureGroup group{Value(stage.id), {}};
        group.figure.n = static_cast<std::int64_t>(of_stage.size());
        const auto decided = std::count_if(of_stage.begin(), of_stage.end(), [](const Stay& s) { return s.end != Stay::open; });
        if (const auto share = cumulative_incidence(of_stage)) group.figure.value = Value(Decimal::from_double(static_cast<double>(static_cast<std::int64_t>(*share * 1e9)) / 1e9).value_or(Decimal{}));
        // Around the share itself: that of the decided deals alone would leave out what the censored ones tell.
        if (decided > 0 && !group.figure.value.empty())
            group.figure.interval = wilson(std::llround(group.figure.value.as<Decimal>().to_double() * static_cast<double>(decided)), decided);
        group.figure.filter = cohort_filter(stage, stages, request);
        answer.total.n += group.figure.n;
        answer.groups.push_back(std::move(group));
    }
    answer.notes.emplace_back("The interval is Wilson's around the share, with the decided deals as its cases.");
    return {};
}

}  // namespace fairlead::analytics
