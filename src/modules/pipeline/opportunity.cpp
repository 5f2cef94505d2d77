// What is done with opportunities: they move through stages, are won, lost and reopened, and keep their way.
#include "modules/pipeline/opportunity.h"

#include <algorithm>

#include "model/record_row.h"

namespace fairlead::pipeline {
namespace {

std::string kind_of(const Record& stage) { return stage.text("kind"); }
bool is_closed_kind(const std::string& kind) { return kind == "won" || kind == "lost"; }

std::int64_t position_of(const Record& record) {
    const Value& position = record["position"];
    return position.is<std::int64_t>() ? position.as<std::int64_t>() : 0;
}

// The first by position, lowest id where they tie.
template <class Wanted>
std::optional<Record> first_by_position(std::vector<Record> records, Wanted wanted) {
    std::optional<Record> best;
    for (Record& record : records) {
        if (!wanted(record)) continue;
        if (!best || position_of(record) < position_of(*best) || (position_of(record) == position_of(*best) && record.id() < best->id()))
            best = std::move(record);
    }
    return best;
}

std::optional<Record> first_pipeline(Records& records) {
    return first_by_position(records.all(records.catalog().need("pipeline")), [](const Record& p) { return p.text("state") == "active"; });
}

std::optional<Record> stage_of_kind(Records& records, Id pipeline, std::string_view kind) {
    return first_by_position(records.where(records.catalog().need("stage"), "pipeline", Value(pipeline)),
                             [&](const Record& stage) { return kind_of(stage) == kind; });
}

std::optional<Record> stage_by_id(Records& records, const Value& stage) {
    if (!stage.is<Id>()) return std::nullopt;
    return records.find(records.catalog().need("stage"), stage.as<Id>());
}

bool sets(const Patch& patch, std::string_view field) { return patch.find(patch.entity->slot(field)) != nullptr; }

// A patch is completed, never overruled: a field that the caller gave stays as given.
void complete(Patch& patch, std::string_view field, Value value) {
    if (!sets(patch, field)) patch.set(field, std::move(value));
}

Value given(const Patch& patch, const Record* before, std::string_view field) {
    const int slot = patch.entity->slot(field);
    if (const Value* value = patch.find(slot)) return *value;
    return before ? before->at(slot) : Value();
}

bool is_true(const Value& value) { return value.is<bool>() && value.as<bool>(); }

// Probability and forecast category follow the stage until a person has said otherwise (conventions C1).
void follow_defaults(Patch& patch, const Record* before, const Record& stage) {
    const std::string kind = kind_of(stage);
    const bool closed = is_closed_kind(kind);
    if (sets(patch, "probability") && !closed) {
        complete(patch, "probability_by_person", !given(patch, before, "probability").empty());
    } else if (closed || !before || !is_true((*before)["probability_by_person"])) {
        patch.set("probability", kind == "won" ? Value(Decimal::of(1)) : kind == "lost" ? Value(Decimal::of(0)) : stage["probability"]);
        if (before && is_closed_kind(kind)) complete(patch, "probability_by_person", false);
    }
    if (sets(patch, "forecast_category")) {
        complete(patch, "category_by_person", !given(patch, before, "forecast_category").empty());
    } else if (closed || !before || !is_true((*before)["category_by_person"])) {
        patch.set("forecast_category", kind == "won" ? Value("closed") : kind == "lost" ? Value("omitted") : stage["forecast_category"]);
    }
}

// The team that a person belonged to on a day: a dated membership knows better than what stands at the person now.
Value team_on(Records& records, const Value& user, Date day) {
    if (!user.is<Id>()) return {};
    for (const Record& member : records.where(records.catalog().need("team_member"), "user", user)) {
        const Value &begins = member["begins_on"], &ends = member["ends_on"];
        if (begins.empty() && ends.empty()) continue;
        if ((!begins.is<Date>() || begins.as<Date>() <= day) && (!ends.is<Date>() || ends.as<Date>() >= day)) return member["team"];
    }
    const auto person = records.find(records.catalog().need("user"), user.as<Id>());
    return person ? (*person)["team"] : Value();
}

// A closed deal is credited to its owner of that moment and his team; a later owner takes over no win.
void credit(Records& records, Patch& patch, const Record* before, bool closed) {
    if (!closed) {
        patch.set("closed_owner", Value()).set("closed_team", Value());
        return;
    }
    const Value day = given(patch, before, "closed_on");
    complete(patch, "closed_owner", given(patch, before, "owner"));
    const Value team = team_on(records, given(patch, before, "closed_owner"), day.is<Date>() ? day.as<Date>() : records.context().today());
    complete(patch, "closed_team", team.empty() ? given(patch, before, "team") : team);
}

// Dates that follow from entering `stage` at `at`.
void follow_dates(Patch& patch, const Record* before, const Record* stage_before, const Record& stage, Instant at, const std::string& zone) {
    patch.set("stage_since", at);
    if (before && stage_before && is_closed_kind(kind_of(*stage_before)) && kind_of(stage) != kind_of(*stage_before)) patch.set("reopened_on", date_in_zone(at, zone));
    if (!is_closed_kind(kind_of(stage))) {
        if (before) complete(patch, "closed_on", Value());
        return;
    }
    const Date day = date_in_zone(at, zone);
    if (!sets(patch, "closed_on")) patch.set("closed_on", day);
    if (!sets(patch, "close_date")) patch.set("close_date", given(patch, before, "closed_on"));
    if (stage_before && !is_closed_kind(kind_of(*stage_before))) patch.set("last_open_stage", Value(stage_before->id()));
}

Result<void> complete_new(Records& records, Patch& patch, const WriteOptions& options) {
    Value stage_value = given(patch, nullptr, "stage");
    if (stage_value.empty()) {
        Value pipeline = given(patch, nullptr, "pipeline");
        if (pipeline.empty()) {
            const auto first = first_pipeline(records);
            if (!first) return {};  // an installation without pipelines keeps plain deals
            pipeline = Value(first->id());
        }
        if (!pipeline.is<Id>()) return {};
        const auto first = stage_of_kind(records, pipeline.as<Id>(), "open");
        if (!first) return refuse(Why::invalid, "no_open_stage", "The pipeline has no open stage: add one first", "pipeline");
        stage_value = Value(first->id());
        patch.set("stage", stage_value);
    }
    const auto stage = stage_by_id(records, stage_value);
    if (!stage) return {};  // refused by validation: it does not exist
    patch.set("pipeline", (*stage)["pipeline"]);
    const Instant at = options.effective.value_or(records.now());
    follow_defaults(patch, nullptr, *stage);
    follow_dates(patch, nullptr, nullptr, *stage, at, records.context().zone);
    if (is_closed_kind(kind_of(*stage))) credit(records, patch, nullptr, true);
    if (!is_true(given(patch, nullptr, "start_unknown"))) complete(patch, "opened_on", date_in_zone(at, records.context().zone));
    return {};
}

// Conditions of `moment` at `stage`, asked of the record as it would be.
Result<void> meet_requirements(Records& records, const Record& wanted, Id stage, std::string_view moment) {
    Refused missing{Why::invalid, {}};
    const model::RecordRow row(records, wanted);
    for (const Record& requirement : records.where(records.catalog().need("stage_requirement"), "stage", Value(stage))) {
        if (requirement.text("moment") != moment) continue;
        FAIRLEAD_ASSIGN(const formula::Formula condition,
                        checked_once(records.catalog(), "opportunity", requirement.text("condition"), Type::boolean));
        if (!formula::holds(*condition, row, records.context()))
            missing.reasons.push_back({"requirement_not_met", requirement.text("field"), requirement.text("message"), {}});
    }
    if (!missing.reasons.empty()) return missing;
    return {};
}

Record with_patch(const Record& record, const Patch& patch) {
    Record wanted = record;
    for (const auto& [slot, value] : patch.sets) wanted.at(slot) = value;
    return wanted;
}

// The one way into a stage: requirements first, then the move.
Result<Value> enter(ActionContext& context, const Record& stage, Patch patch) {
    const Id from = context.record.reference("stage");
    const Id to = stage.id();
    if (from == to) return refuse(Why::invalid, "same_stage", "The deal is already in this stage", "stage");
    patch.set("stage", Value(to));
    if (kind_of(stage) == "lost" && given(patch, &context.record, "lost_reason").empty())
        return refuse(Why::invalid, "required", "Say why the deal was lost", "lost_reason");
    const Record wanted = with_patch(context.record, patch);
    const auto stage_before = stage_by_id(context.records, Value(from));
    const bool giving_up = kind_of(stage) == "lost";  // a lost deal need not be complete
    if (from && stage_before && !giving_up && position_of(*stage_before) < position_of(stage))
        FAIRLEAD_TRY(meet_requirements(context.records, wanted, from, "exit"));
    FAIRLEAD_TRY(meet_requirements(context.records, wanted, to, "entry"));
    WriteOptions options = context.write;
    options.through_action = true;
    FAIRLEAD_TRY(context.records.update(context.record.id(), patch, options));
    return Value(to);
}

Patch patch_of_parameters(const ActionContext& context) {
    Patch patch(context.entity);
    for (const char* name : {"amount", "closed_on", "lost_reason", "lost_note", "lost_to"})
        if (!context.parameter(name).empty()) patch.set(name, context.parameter(name));
    return patch;
}

Result<Value> enter_kind(ActionContext& context, const char* kind) {
    const auto stage = stage_of_kind(context.records, context.record.reference("pipeline"), kind);
    if (!stage)
        return refuse(Why::invalid, "no_such_stage", std::string("The pipeline has no stage of the kind ") + kind + ": add one first", "stage");
    return enter(context, *stage, patch_of_parameters(context));
}

}  // namespace

Result<Value> move_to_stage(ActionContext& context) {
    const auto stage = stage_by_id(context.records, context.parameter("stage"));
    if (!stage) return refuse(Why::invalid, "unknown_reference", "There is no such stage", "stage");
    return enter(context, *stage, patch_of_parameters(context));
}

Result<Value> win(ActionContext& context) { return enter_kind(context, "won"); }
Result<Value> lose(ActionContext& context) { return enter_kind(context, "lost"); }

Result<Value> reopen(ActionContext& context) {
    auto stage = stage_by_id(context.records, context.parameter("stage"));
    if (!stage) stage = stage_by_id(context.records, context.record["last_open_stage"]);
    if (!stage) stage = stage_of_kind(context.records, context.record.reference("pipeline"), "open");
    if (!stage || is_closed_kind(kind_of(*stage)))
        return refuse(Why::invalid, "not_an_open_stage", "Choose an open stage to go on from", "stage");
    Patch patch(context.entity);
    patch.set("lost_reason", Value()).set("lost_note", Value()).set("lost_to", Value());
    return enter(context, *stage, patch);
}

Result<void> complete_opportunity(Records& records, Patch& patch, const Record* before, const WriteOptions& options) {
    if (!before) return complete_new(records, patch, options);
    const Value* stage_value = patch.find(patch.entity->slot("stage"));
    if (stage_value && *stage_value == (*before)["stage"]) stage_value = nullptr;
    if (!stage_value) {
        // A closed deal that had no owner is credited to the first it gets.
        if (sets(patch, "owner") && !(*before)["closed_on"].empty() && (*before)["closed_owner"].empty()) credit(records, patch, before, true);
        const auto stage = sets(patch, "probability") || sets(patch, "forecast_category") ? stage_by_id(records, (*before)["stage"]) : std::nullopt;
        if (stage && sets(patch, "probability")) {
            const bool by_person = !given(patch, before, "probability").empty();
            complete(patch, "probability_by_person", by_person);
            if (!by_person) patch.set("probability", (*stage)["probability"]);
        }
        if (stage && sets(patch, "forecast_category")) {
            const bool by_person = !given(patch, before, "forecast_category").empty();
            complete(patch, "category_by_person", by_person);
            if (!by_person) patch.set("forecast_category", (*stage)["forecast_category"]);
        }
        return {};
    }
    const auto stage = stage_by_id(records, *stage_value);
    if (!stage) return {};  // refused by validation
    const auto stage_before = stage_by_id(records, (*before)["stage"]);
    patch.set("pipeline", (*stage)["pipeline"]);
    follow_defaults(patch, before, *stage);
    follow_dates(patch, before, stage_before ? &*stage_before : nullptr, *stage, options.effective.value_or(records.now()),
                 records.context().zone);
    // From here on it is worth what it was on this day, whatever the rates do.
    if (kind_of(*stage) == "won" && !(*before)["amount"].empty()) complete(patch, "amount", (*before)["amount"]);
    credit(records, patch, before, is_closed_kind(kind_of(*stage)));
    return {};
}

Result<void> follow_stage(Records& records, const ChangeEvent& event) {
    if (event.kind != ChangeKind::create && event.kind != ChangeKind::update) return {};
    const Value* stage = event.asserted ? event.asserted->find(event.entity->slot("stage")) : nullptr;
    if (!stage || !stage->is<Id>()) return {};
    const EntityInfo& visits = records.catalog().need("stage_visit");
    WriteOptions options;
    options.as_system = true;

    Patch visit(visits);
    visit.set("opportunity", Value(event.after->id())).set("stage", *stage).set("entered_at", event.effective);
    if (event.kind == ChangeKind::create) {
        visit.set("start_known", !is_true((*event.after)["start_unknown"]));
    } else {
        // A back-dated move lands between visits: the one before ends where it begins, and it ends where the next begins.
        std::vector<Record> known = records.where(visits, "opportunity", Value(event.after->id()));
        std::sort(known.begin(), known.end(), [](const Record& a, const Record& b) {
            return a["entered_at"].as<Instant>() < b["entered_at"].as<Instant>() || (a["entered_at"] == b["entered_at"] && a.id() < b.id());
        });
        const auto next = std::find_if(known.begin(), known.end(), [&](const Record& v) { return v["entered_at"].as<Instant>() > event.effective; });
        if (next != known.begin()) {
            const Record& previous = *std::prev(next);
            if (previous["stage"] == *stage) return {};
            Patch end(visits);
            end.set("left_at", event.effective);
            FAIRLEAD_TRY(records.update(previous.id(), end, options));
        }
        if (next != known.end()) visit.set("left_at", (*next)["entered_at"]);
    }
    FAIRLEAD_TRY(records.create(visit, options));
    return {};
}

Result<void> share_with_member(Records& records, const ChangeEvent& event) {
    const EntityInfo& shares = records.catalog().need("record_share");
    const Id deal = event.after->reference("opportunity");
    WriteOptions options;
    options.as_system = true;
    if (event.kind == ChangeKind::create || event.kind == ChangeKind::restore) {
        Patch share(shares);
        share.set("entity", "opportunity").set("record", Value(deal.value)).set("user", (*event.after)["user"]);
        share.set("level", "update").set("reason", "Deal team");
        FAIRLEAD_TRY(records.create(share, options));
    } else if (event.kind == ChangeKind::remove) {
        for (const Record& share : records.where(shares, "record", Value(deal.value)))
            if (share.text("entity") == "opportunity" && share["user"] == (*event.after)["user"] && share.text("reason") == "Deal team")
                FAIRLEAD_TRY(records.remove(shares, share.id(), options));
    }
    return {};
}

}  // namespace fairlead::pipeline
