// The board: stages in their order with the count, sum and weighted sum of the records that stand in each.
#include "analytics/unpriced.h"
#include "derive/app.h"
#include "derive/list.h"
#include "derive/routes.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::EntityInfo;
using model::FieldInfo;
using model::Record;
using store::Aggregate;

namespace {

// What makes an entity a board: a reference that only an action changes, to an entity of ordered stages that
// have a kind and belong to a pipeline.
struct BoardPlan {
    Target target;
    const EntityInfo* stage = nullptr;
    const EntityInfo* pipeline = nullptr;
    const FieldInfo* stage_field = nullptr;
    const FieldInfo* stage_kind = nullptr;
    const FieldInfo* stage_position = nullptr;
    const FieldInfo* stage_pipeline = nullptr;
    const FieldInfo* stage_probability = nullptr;
    const FieldInfo* amount = nullptr;
    const FieldInfo* weighted = nullptr;
};

const FieldInfo* first(const EntityInfo& entity, const std::function<bool(const FieldInfo&)>& fits) {
    for (const FieldInfo& field : entity.fields)
        if (!field.system && fits(field)) return &field;
    return nullptr;
}

bool plan_for(const model::Catalog& catalog, const EntityInfo& entity, BoardPlan& plan) {
    for (const FieldInfo& field : entity.fields) {
        if (field.type != Type::reference || field.options.changed_by.empty()) continue;
        const EntityInfo* stage = catalog.find(field.target);
        if (!stage) continue;
        plan.stage = stage;
        plan.stage_field = &field;
        plan.stage_position = first(*stage, [](const FieldInfo& f) { return f.options.meaning == model::Meaning::position; });
        plan.stage_kind = first(*stage, [](const FieldInfo& f) {
            return f.type == Type::choice && std::any_of(f.choices.begin(), f.choices.end(), [](const auto& c) { return c.value == "won"; });
        });
        plan.stage_pipeline = first(*stage, [](const FieldInfo& f) { return f.type == Type::reference && f.options.required; });
        plan.stage_probability = first(*stage, [](const FieldInfo& f) { return f.type == Type::percent; });
        if (!plan.stage_position || !plan.stage_kind || !plan.stage_pipeline) continue;
        plan.pipeline = catalog.find(plan.stage_pipeline->target);
        plan.amount = first(entity, [](const FieldInfo& f) { return f.type == Type::money && f.is_stored() && f.options.measure; });
        plan.weighted = first(entity, [](const FieldInfo& f) { return f.type == Type::money && f.is_computed() && f.options.measure; });
        if (plan.pipeline) return true;
    }
    return false;
}

Result<BoardPlan> plan_of(App& app, const Request& request) {
    const auto catalog = app.store.catalog();
    for (const auto& entity : catalog->entities()) {
        BoardPlan plan;
        if (entity->access == model::AccessKind::system || !plan_for(*catalog, *entity, plan)) continue;
        FAIRLEAD_ASSIGN(plan.target, target_named(app, *request.viewer, entity->name));
        const store::Viewer& viewer = *request.viewer;
        if (!viewer.reads(*entity, *plan.stage_field)) continue;
        if (plan.amount && !viewer.reads(*entity, *plan.amount)) plan.amount = nullptr;
        if (plan.weighted && !viewer.reads(*entity, *plan.weighted)) plan.weighted = nullptr;
        return plan;
    }
    return refuse(Why::not_found, "no_board", "There are no records here that move through stages");
}

Result<std::vector<Record>> list_all(App& app, const Request& request, const EntityInfo& entity, const std::string& filter,
                                     const std::string& sort) {
    store::ListQuery query;
    query.entity = entity.name;
    if (!filter.empty()) {
        FAIRLEAD_ASSIGN(query.filter, formula::check(filter, *app.store.catalog(), entity.name));
    }
    if (!sort.empty()) query.sort.push_back({sort, false});
    query.limit = 500;
    query.count = store::Count::none;
    FAIRLEAD_ASSIGN(store::ListPage page, app.store.list(*request.viewer, query));
    return std::move(page.records);
}

// The pipeline asked for; without one, the first in force by position.
Result<Record> pipeline_of(App& app, const Request& request, const BoardPlan& plan) {
    if (const auto asked = request.parameter("pipeline")) {
        const auto id = Id::parse(*asked);
        if (!id) return refuse(Why::bad_request, "wrong_type", "\"pipeline\" is the id of a pipeline", "pipeline", {{"wanted", "the id of a pipeline"}});
        return app.store.get(*request.viewer, plan.pipeline->name, *id);
    }
    const FieldInfo* state = first(*plan.pipeline, [](const FieldInfo& f) {
        return f.type == Type::choice && std::any_of(f.choices.begin(), f.choices.end(), [](const auto& c) { return c.value == "active"; });
    });
    const FieldInfo* position = first(*plan.pipeline, [](const FieldInfo& f) { return f.options.meaning == model::Meaning::position; });
    FAIRLEAD_ASSIGN(const auto pipelines, list_all(app, request, *plan.pipeline, state ? state->name + " = \"active\"" : "", position ? position->name : ""));
    if (pipelines.empty()) return refuse(Why::not_found, "no_pipeline", "No pipeline is active: activate one under Administration");
    return pipelines.front();
}

struct Sums {
    std::int64_t count = 0;
    Value sum, weighted;
};

struct Columns {
    std::unordered_map<Id, Sums> by_stage;
    analytics::Unpriced unpriced;  // of all stages
};

Value plus(const Value& a, const Value& b) {
    if (!a.is<Money>()) return b;
    if (!b.is<Money>()) return a;
    ensure(a.as<Money>().currency == b.as<Money>().currency, "sums of a group are in the reporting currency");
    return Money{a.as<Money>().minor + b.as<Money>().minor, a.as<Money>().currency};
}

void write_sums(JsonWriter& w, const BoardPlan& plan, const Sums& sums, const Currency& currency, Source& source) {
    formula::FieldType money;
    money.type = Type::money;
    const auto amount = [&](const Value& value) { return value.empty() ? Value(Money{0, currency}) : value; };
    w.number("count", sums.count).key("sum");
    plan.amount ? write_value(w, amount(sums.sum), money, source) : (void)w.null();
    w.key("weighted");
    plan.weighted ? write_value(w, amount(sums.weighted), money, source) : (void)w.null();
}

// The sums of each stage, by its id, and what they leave out.
Result<Columns> sums_by_stage(App& app, const Request& request, const BoardPlan& plan, Id pipeline) {
    store::GroupQuery query;
    query.entity = plan.target->name;
    std::string filter = plan.stage_field->name + "." + plan.stage_pipeline->name + " = \"" + pipeline.text() + "\"";
    const auto asked = request.parameter("filter").value_or("");
    // The reader's filter is checked under his access before it joins ours.
    FAIRLEAD_ASSIGN(const formula::Formula own, check_for(app, plan.target, *request.viewer, asked, Type::boolean, "filter"));
    if (own) filter = "(" + own->text + "\n) AND " + filter;
    FAIRLEAD_ASSIGN(query.filter, formula::check(filter, *plan.target.catalog, plan.target->name));
    FAIRLEAD_ASSIGN(query.effective_as_of, moment(app, request.parameter("as_of").value_or(""), "as_of"));
    FAIRLEAD_ASSIGN(query.recorded_as_of, moment(app, request.parameter("known_at").value_or(""), "known_at"));
    FAIRLEAD_ASSIGN(formula::Formula by, formula::check(plan.stage_field->name, *plan.target.catalog, plan.target->name));
    query.by.push_back(std::move(by));
    query.aggregates.push_back({Aggregate::count, nullptr, "count()"});
    for (const FieldInfo* field : {plan.amount, plan.weighted}) {
        if (!field) continue;
        FAIRLEAD_ASSIGN(formula::Formula of, formula::check(field->name, *plan.target.catalog, plan.target->name));
        query.aggregates.push_back({Aggregate::sum, std::move(of), "sum(" + field->name + ")"});
    }
    if (plan.amount) query.aggregates.push_back({Aggregate::count, query.aggregates[1].of, "priced"});
    FAIRLEAD_ASSIGN(const auto groups, app.store.group(*request.viewer, query));
    Columns out;
    std::int64_t without = 0;
    for (const store::Group& group : groups) {
        if (!group.by[0].is<Id>()) continue;
        Sums& sums = out.by_stage[group.by[0].as<Id>()];
        sums.count = group.values[0].as<std::int64_t>();
        std::size_t next = 1;
        if (plan.amount) sums.sum = group.values[next++];
        if (plan.weighted) sums.weighted = group.values[next];
        if (plan.amount && group.values.back().is<std::int64_t>()) without += sums.count - group.values.back().as<std::int64_t>();
    }
    // Some of them have no amount at all; asked only where there is a difference.
    if (plan.amount && without > 0) {
        FAIRLEAD_ASSIGN(out.unpriced, analytics::unpriced(app.store, *request.viewer, query, query.aggregates[1].of));
    }
    return out;
}

Result<Response> board(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"pipeline", "filter", "as_of", "known_at"}));
    FAIRLEAD_ASSIGN(const BoardPlan plan, plan_of(app, request));
    FAIRLEAD_ASSIGN(const Record pipeline, pipeline_of(app, request, plan));
    FAIRLEAD_ASSIGN(const auto stages, list_all(app, request, *plan.stage, plan.stage_pipeline->name + " = \"" + pipeline.id().text() + "\"",
                                                plan.stage_position->name));
    FAIRLEAD_ASSIGN(const auto sums, sums_by_stage(app, request, plan, pipeline.id()));
    const Currency currency = Currency::parse(plan.target.catalog->currency()).value_or(Currency{});
    StoreSource source = app.source(request);
    JsonWriter w;
    w.begin_object().text("entity", plan.target->name).key("pipeline").begin_object();
    w.text("id", pipeline.id().text()).text("title", title_of(pipeline)).end_object();
    w.key("stages").begin_array();
    Sums total;
    for (const Record& stage : stages) {
        const auto found = sums.by_stage.find(stage.id());
        const Sums here = found == sums.by_stage.end() ? Sums{} : found->second;
        const std::string kind = to_text(stage.at(plan.stage_kind->slot));
        if (kind != "won" && kind != "lost") {  // what is still to be decided
            total.count += here.count;
            total.sum = plus(total.sum, here.sum);
            total.weighted = plus(total.weighted, here.weighted);
        }
        w.begin_object().text("id", stage.id().text()).text("name", title_of(stage)).text("kind", kind).key("probability");
        plan.stage_probability ? write_value(w, stage.at(plan.stage_probability->slot), plan.stage_probability->formula_type(), source) : (void)w.null();
        write_sums(w, plan, here, currency, source);
        w.end_object();
    }
    w.end_array().key("total").begin_object();
    write_sums(w, plan, total, currency, source);
    w.end_object().key("notes").begin_array();
    if (sums.unpriced.n > 0) w.text(unpriced_note(sums.unpriced.n, request.language));
    w.end_array().key("unpriced");
    if (sums.unpriced.n > 0) w.begin_object().number("n", sums.unpriced.n).text("filter", sums.unpriced.filter).end_object();
    else w.null();
    w.end_object();
    return json_response(w.take());
}

}  // namespace

void add_board_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/board", Policy::viewer, answering(app, board)});
}

}  // namespace fairlead::derive
