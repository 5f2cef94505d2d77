// Pipelines and their stages. A pipeline that changes gets a new version; deals of the old one keep their past.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::pipeline {

using namespace model;

Result<Value> new_version(ActionContext& context);
Result<Value> activate_version(ActionContext& context);

inline constexpr Choice pipeline_states[] = {{"draft", "Draft"}, {"active", "Active"}, {"retired", "Retired"}};
inline constexpr Field pipeline_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .synonyms = "pipeline|quy trình"}),
    text("code", "Code", {.required = true, .list = true, .help = "The same for all versions of one pipeline"}),
    whole("version_number", "Version", {.read_only = true, .list = true, .initial = "1"}),
    choice("state", "State", pipeline_states, {.read_only = true, .list = true, .initial = "\"active\""}),
    reference("replaces", "Replaces", "pipeline", {.read_only = true}),
    whole("position", "Position", {.meaning = Meaning::position, .initial = "1"}),
    many("stages", "Stages", "stage", "pipeline"),
};
inline constexpr Action pipeline_actions[] = {
    {"new_version", "New version", &new_version, {}, "state = \"active\"", "update", "A draft with the same stages, to be changed and then activated"},
    {"activate", "Activate", &activate_version, {}, "state = \"draft\"", "update", "New deals begin in this version; deals of the version before stay where they are until they are moved"},
};
inline constexpr Entity pipeline_entity{
    .name = "pipeline", .plural = "pipelines", .label = "Pipeline", .label_plural = "Pipelines", .title = "name", .icon = "git-commit-horizontal",
    .fields = pipeline_fields, .actions = pipeline_actions, .access = AccessKind::open,
};

inline constexpr Choice stage_kinds[] = {{"open", "Open"}, {"won", "Won"}, {"lost", "Lost"}, {"on_hold", "On hold"}};
inline constexpr Choice forecast_categories[] = {
    {"pipeline", "Pipeline"}, {"best_case", "Best case"}, {"most_likely", "Most likely"}, {"commit", "Commit"}, {"closed", "Closed"}, {"omitted", "Omitted"},
};
inline constexpr Field stage_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .synonyms = "deal_stage|stage|stage name|giai đoạn"}),
    text("code", "Code", {.list = true, .help = "The same for this stage in every version of the pipeline"}),
    reference("pipeline", "Pipeline", "pipeline", {.required = true, .indexed = true, .list = true}),
    choice("kind", "Kind", stage_kinds, {.required = true, .dimension = true, .list = true, .initial = "\"open\""}),
    whole("position", "Position", {.required = true, .list = true, .meaning = Meaning::position}),
    percent("probability", "Probability", {.list = true, .help = "Chance to win that a deal gets here unless a person says otherwise", .initial = "0", .scale = 4, .least = 0, .most = 1}),
    choice("forecast_category", "Forecast category", forecast_categories, {.list = true}),
    whole("stale_days", "Stale after days", {.list = true, .help = "A deal that stays longer is marked as stale", .least = 1, .most = 3650}),
    many("requirements", "Requirements", "stage_requirement", "stage"),
};
inline constexpr Entity stage_entity{
    .name = "stage", .plural = "stages", .label = "Stage", .label_plural = "Stages", .title = "name", .icon = "milestone",
    .fields = stage_fields, .access = AccessKind::open,
};

// What must hold of a deal before it enters or leaves a stage: formula text over the opportunity.
inline constexpr Choice requirement_moments[] = {{"entry", "Entering"}, {"exit", "Leaving"}};
inline constexpr Field stage_requirement_fields[] = {
    reference("stage", "Stage", "stage", {.required = true, .indexed = true, .list = true}),
    choice("moment", "When", requirement_moments, {.required = true, .list = true, .initial = "\"entry\""}),
    text("condition", "Condition", {.required = true, .list = true, .help = "Formula over the opportunity, as NOT(ISBLANK(next_step))", .length_max = 4000}),
    text("message", "What is missing", {.required = true, .list = true, .help = "Shown to the person whose move is refused"}),
    text("field", "Field", {.help = "The field at which the message is shown"}),
};
inline constexpr Entity stage_requirement_entity{
    .name = "stage_requirement", .plural = "stage_requirements", .label = "Stage requirement", .label_plural = "Stage requirements", .title = "message", .icon = "list-checks",
    .fields = stage_requirement_fields, .access = AccessKind::open,
};

inline constexpr Field lost_reason_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "lost reason|closed lost reason|lý do mất|lý do thua"}),
    boolean("active", "Offered", {.list = true, .initial = "TRUE"}),
    whole("position", "Position", {.list = true, .meaning = Meaning::position}),
};
inline constexpr Entity lost_reason_entity{
    .name = "lost_reason", .plural = "lost_reasons", .label = "Lost reason", .label_plural = "Lost reasons", .title = "name", .icon = "circle-x",
    .fields = lost_reason_fields, .access = AccessKind::open,
};

}  // namespace fairlead::pipeline
