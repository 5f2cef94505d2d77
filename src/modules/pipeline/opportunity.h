// An opportunity: one possible sale to one account, moving through stages until won or lost.
#pragma once
#include "model/declare.h"
#include "model/records.h"
#include "modules/pipeline/stage.h"

namespace fairlead::pipeline {

using namespace model;

Result<Value> move_to_stage(ActionContext& context);
Result<Value> win(ActionContext& context);
Result<Value> lose(ActionContext& context);
Result<Value> reopen(ActionContext& context);

// Completes a change before it is written: pipeline and stage of a new deal, what follows from a stage
// (probability, category, dates), and whether a person chose otherwise.
Result<void> complete_opportunity(Records& records, Patch& patch, const Record* before, const WriteOptions& options);
// Keeps the visits to stages.
Result<void> follow_stage(Records& records, const ChangeEvent& event);

inline constexpr Choice opportunity_types[] = {{"new", "New business"}, {"expansion", "Expansion"}, {"renewal", "Renewal"}};

inline constexpr Field opportunity_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .synonyms = "opportunity name|deal name|opportunity|deal|cơ hội|tên cơ hội|tên thương vụ|thương vụ|dự án|tên dự án|tên deal|project|project name"}),
    reference("account", "Account", "account", {.indexed = true, .dimension = true, .list = true, .synonyms = "account name|company|associated company|khách hàng|công ty|tên khách hàng|tên công ty|customer|customer name|company name|organisation|organization|đơn vị|doanh nghiệp"}),
    reference("contact", "Contact", "contact", {.synonyms = "primary contact|associated contact|người liên hệ|contact name|liên hệ|tên liên hệ|tên người liên hệ"}),
    reference("owner", "Owner", "user", {.indexed = true, .dimension = true, .list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()", .synonyms = "sales_agent|sales agent|opportunity owner|deal owner|người phụ trách"}),
    reference("team", "Team", "team", {.indexed = true, .dimension = true, .meaning = Meaning::team, .initial = "owner.team"}),
    reference("territory", "Territory", "territory", {.dimension = true, .meaning = Meaning::territory, .initial = "account.territory"}),
    reference("pipeline", "Pipeline", "pipeline", {.dimension = true, .changed_by = "move_to_stage"}),
    reference("stage", "Stage", "stage", {.dimension = true, .list = true, .changed_by = "move_to_stage", .synonyms = "deal_stage|deal stage|stage name|giai đoạn|sales stage|status|trạng thái|tình trạng|giai đoạn bán hàng|bước bán hàng|tiến độ"}),
    money("amount", "Amount", {.measure = true, .list = true, .help = "Total value if won, before tax", .synonyms = "close_value|close value|value|deal amount|giá trị|doanh thu dự kiến|giá trị hợp đồng|giá trị cơ hội|giá trị dự kiến|giá trị thương vụ|doanh số|doanh số dự kiến|số tiền|thành tiền|tổng tiền|trị giá|deal value|expected revenue|total"}),
    date("close_date", "Close date", {.list = true, .help = "Expected day of the decision; once closed, the day it was", .synonyms = "expected close|close date|ngày đóng|ngày chốt|ngày dự kiến|expected close date|closing date|ngày kết thúc|ngày chốt dự kiến|ngày dự kiến chốt|dự kiến chốt|ngày đóng dự kiến|ngày ký dự kiến|ngày ký"}),
    percent("probability", "Probability", {.list = true, .help = "Chance to win; follows the stage unless a person has set it", .synonyms = "probability (%)|chance|xác suất|khả năng thành công|tỷ lệ thành công|tỉ lệ thành công|tỷ lệ thắng|tỉ lệ thắng|tỷ lệ|khả năng|win probability", .scale = 4, .least = 0, .most = 1}),
    boolean("probability_by_person", "Probability set by a person", {.read_only = true, .initial = "FALSE"}),
    choice("forecast_category", "Forecast category", forecast_categories, {.dimension = true, .synonyms = "forecast category|nhóm dự báo"}),
    boolean("category_by_person", "Category set by a person", {.read_only = true, .initial = "FALSE"}),
    choice("type", "Type", opportunity_types, {.dimension = true, .synonyms = "deal type|opportunity type|loại|loại cơ hội|loại thương vụ"}),
    reference("product", "Main product", "product", {.dimension = true, .synonyms = "product|sản phẩm|sản phẩm quan tâm|tên sản phẩm|product name|mặt hàng"}),
    reference("source", "Source", "lead_source", {.dimension = true, .synonyms = "lead source|nguồn|nguồn khách|nguồn cơ hội|nguồn khách hàng|kênh"}),
    reference("lead", "Lead", "lead", {.read_only = true, .help = "The lead it was converted from"}),
    text("next_step", "Next step", {.search = true, .synonyms = "bước tiếp theo|next steps|hành động tiếp theo|việc tiếp theo"}),
    date("next_step_on", "Next step on", {.synonyms = "next step date|ngày bước tiếp theo"}),
    date("opened_on", "Opened on", {.read_only = true, .help = "Day the deal began; empty when the source does not know", .synonyms = "engage_date|engage date|create date|created date|ngày mở|opened|start date|date created|created on|ngày tạo|ngày bắt đầu|ngày tiếp nhận|ngày phát sinh"}),
    boolean("start_unknown", "Start unknown", {.read_only = true, .help = "An import did not know when the deal began", .initial = "FALSE"}),
    date("closed_on", "Closed on", {.read_only = true}),
    reference("closed_owner", "Credited to", "user", {.dimension = true, .help = "Whose deal it was when it was closed: figures of closed deals go by it, whoever owns the deal later"}),
    reference("closed_team", "Credited team", "team", {.dimension = true, .help = "The owner's team on the day the deal was closed"}),
    date("reopened_on", "Reopened on", {.read_only = true, .help = "Day on which it last left a won or lost stage"}),
    instant("stage_since", "In this stage since", {.read_only = true}),
    reference("last_open_stage", "Last open stage", "stage", {.read_only = true, .help = "Where the deal stood before it was closed"}),
    instant("last_activity_at", "Last activity", {.read_only = true}),
    reference("lost_reason", "Reason lost", "lost_reason", {.dimension = true, .synonyms = "lost reason|closed lost reason|lý do mất|loss reason|lý do thua|lý do thất bại|nguyên nhân mất"}),
    text("lost_note", "Note on the loss", {.long_text = true, .length_max = 5000}),
    reference("lost_to", "Lost to", "competitor", {.dimension = true, .synonyms = "lost to competitor|thua đối thủ|đối thủ thắng|mất vào tay"}),
    text("description", "Description", {.long_text = true, .synonyms = "notes|mô tả|ghi chú|comments|details", .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .help = "Its id in the system it came from", .synonyms = "opportunity_id|opportunity id|deal id|record id|id"}),
    computed("weighted_amount", "Weighted amount", Type::money, "amount * probability", {.measure = true, .help = "Amount times probability, rounded for each deal"}),
    computed("is_open", "Open", Type::boolean, "stage.kind = \"open\" OR stage.kind = \"on_hold\"", {.dimension = true}),
    computed("is_stale", "Stale", Type::boolean, "stage.kind = \"open\" AND NOT(ISBLANK(stage.stale_days)) AND stage_since + stage.stale_days < NOW()", {.help = "Longer in its stage than the stage allows"}),
    computed("is_overdue", "Overdue", Type::boolean, "stage.kind = \"open\" AND close_date < TODAY()", {.help = "Open although its close date has passed"}),
    many("lines", "Lines", "opportunity_line", "opportunity"),
    many("competitors", "Competitors", "opportunity_competitor", "opportunity"),
    many("team_members", "Deal team", "opportunity_member", "opportunity"),
    many("visits", "Stage visits", "stage_visit", "opportunity"),
    many("activities", "Activities", "activity", "opportunity"),
    many("tasks", "Tasks", "task", "opportunity"),
};
inline constexpr Rule opportunity_rules[] = {
    {"amount_not_negative", "ISBLANK(amount) OR amount >= 0", "The amount is negative", "amount"},
};
inline constexpr Parameter move_parameters[] = {
    {"stage", "Stage", Type::reference, true, "stage"},
    {"lost_reason", "Reason lost", Type::reference, false, "lost_reason"},
    {"lost_note", "Note on the loss", Type::text, false},
    {"lost_to", "Lost to", Type::reference, false, "competitor"},
    {"amount", "Final amount", Type::money, false},
    {"closed_on", "Closed on", Type::date, false},
};
inline constexpr Parameter win_parameters[] = {{"amount", "Final amount", Type::money, false}, {"closed_on", "Closed on", Type::date, false}};
inline constexpr Parameter lose_parameters[] = {
    {"lost_reason", "Reason lost", Type::reference, true, "lost_reason"},
    {"lost_note", "Note on the loss", Type::text, false},
    {"lost_to", "Lost to", Type::reference, false, "competitor"},
    {"closed_on", "Closed on", Type::date, false},
};
inline constexpr Parameter reopen_parameters[] = {{"stage", "Stage", Type::reference, false, "stage"}};
inline constexpr Action opportunity_actions[] = {
    {"move_to_stage", "Move to stage", &move_to_stage, move_parameters},
    {"win", "Mark as won", &win, win_parameters, "is_open"},
    {"lose", "Mark as lost", &lose, lose_parameters, "is_open"},
    {"reopen", "Reopen", &reopen, reopen_parameters, "NOT(is_open)"},
};
inline constexpr Entity opportunity_entity{
    .name = "opportunity", .plural = "opportunities", .label = "Opportunity", .label_plural = "Opportunities", .title = "name", .icon = "target",
    .help = "One possible sale to one account",
    .fields = opportunity_fields, .rules = opportunity_rules, .actions = opportunity_actions, .big = true,
};

inline constexpr Field opportunity_line_fields[] = {
    reference("opportunity", "Opportunity", "opportunity", {.required = true, .indexed = true, .list = true, .meaning = Meaning::parent_access}),
    reference("product", "Product", "product", {.required = true, .dimension = true, .list = true}),
    decimal("quantity", "Quantity", {.required = true, .measure = true, .list = true, .initial = "1", .least = 0}),
    money("unit_price", "Unit price", {.list = true, .initial = "product.price"}),
    percent("discount", "Discount", {.list = true, .initial = "0", .least = 0, .most = 1}),
    computed("total", "Total", Type::money, "quantity * unit_price * (1 - discount)", {.measure = true, .list = true}),
    text("note", "Note", {}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .help = "Its id in the system it came from", .synonyms = "line id|record id|id"}),
};
inline constexpr Entity opportunity_line_entity{
    .name = "opportunity_line", .plural = "opportunity_lines", .label = "Line", .label_plural = "Lines", .title = "id", .icon = "list",
    .fields = opportunity_line_fields, .access = AccessKind::inherits,
};

inline constexpr Choice competitor_states[] = {{"present", "Present"}, {"ahead", "Ahead of us"}, {"behind", "Behind us"}, {"out", "Out"}};
inline constexpr Field opportunity_competitor_fields[] = {
    reference("opportunity", "Opportunity", "opportunity", {.required = true, .indexed = true, .list = true, .meaning = Meaning::parent_access}),
    reference("competitor", "Competitor", "competitor", {.required = true, .dimension = true, .list = true}),
    choice("standing", "Standing", competitor_states, {.list = true, .initial = "\"present\""}),
    text("note", "Note", {.list = true}),
};
inline constexpr Entity opportunity_competitor_entity{
    .name = "opportunity_competitor", .plural = "opportunity_competitors", .label = "Competitor in a deal", .label_plural = "Competitors in deals", .title = "id", .icon = "swords",
    .fields = opportunity_competitor_fields, .access = AccessKind::inherits,
};

// People who work on a deal beside its owner; they see it (a share is kept with the membership).
Result<void> share_with_member(Records& records, const ChangeEvent& event);
inline constexpr Field opportunity_member_fields[] = {
    reference("opportunity", "Opportunity", "opportunity", {.required = true, .indexed = true, .list = true, .meaning = Meaning::parent_access}),
    reference("user", "User", "user", {.required = true, .indexed = true, .list = true}),
    text("part", "Part", {.list = true, .help = "As presales, sponsor, legal"}),
    percent("split", "Share of the credit", {.list = true, .least = 0, .most = 1}),
};
inline constexpr Entity opportunity_member_entity{
    .name = "opportunity_member", .plural = "opportunity_members", .label = "Deal team member", .label_plural = "Deal team members", .title = "id", .icon = "users-round",
    .fields = opportunity_member_fields, .access = AccessKind::inherits,
};

// A stay in a stage: a projection of the change log, kept in the same commit as the move.
inline constexpr Field stage_visit_fields[] = {
    reference("opportunity", "Opportunity", "opportunity", {.required = true, .indexed = true, .list = true, .meaning = Meaning::parent_access}),
    reference("stage", "Stage", "stage", {.required = true, .dimension = true, .list = true}),
    instant("entered_at", "Entered", {.required = true, .list = true}),
    instant("left_at", "Left", {.list = true}),
    boolean("start_known", "Start known", {.initial = "TRUE"}),
    computed("days", "Days", Type::decimal, "IF(ISBLANK(left_at), NOW(), left_at) - entered_at", {.list = true, .help = "Calendar days; of an open visit until now"}),
};
inline constexpr Entity stage_visit_entity{
    .name = "stage_visit", .plural = "stage_visits", .label = "Stage visit", .label_plural = "Stage visits", .title = "id", .icon = "footprints",
    .fields = stage_visit_fields, .access = AccessKind::inherits, .big = true, .logged = false,
};

}  // namespace fairlead::pipeline
