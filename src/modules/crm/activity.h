// What passes between us and customers: calls, mails, meetings, notes; and what is still to be done.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::crm {

using namespace model;

Result<Value> complete_task(ActionContext& context);
Result<Value> reopen_task(ActionContext& context);
Result<void> note_last_activity(Records& records, const ChangeEvent& event);

inline constexpr Choice activity_kinds[] = {{"call", "Call"}, {"email", "Email"}, {"meeting", "Meeting"}, {"note", "Note"}};
inline constexpr Choice directions[] = {{"outbound", "Outbound"}, {"inbound", "Inbound"}};

// One interaction is one record, whatever it is linked to; the direct links are the usual ones, `activity_link`
// holds any further.
inline constexpr Field activity_fields[] = {
    choice("kind", "Kind", activity_kinds, {.required = true, .dimension = true, .list = true, .initial = "\"note\"", .synonyms = "type|loại|hình thức|loại hoạt động|activity type"}),
    text("subject", "Subject", {.required = true, .search = true, .list = true, .synonyms = "title|chủ đề|tiêu đề"}),
    text("body", "Text", {.long_text = true, .synonyms = "description|comments|nội dung", .length_max = 50000}),
    instant("at", "When", {.required = true, .list = true, .initial = "NOW()", .synonyms = "date|activity date|thời gian|ngày|ngày giờ|thời điểm|ngày liên hệ|ngày thực hiện"}),
    duration("length", "Length", {.list = true}),
    choice("direction", "Direction", directions, {.dimension = true}),
    text("outcome", "Outcome", {.list = true, .synonyms = "result|kết quả"}),
    reference("account", "Account", "account", {.indexed = true, .list = true}),
    reference("contact", "Contact", "contact", {.list = true}),
    reference("opportunity", "Opportunity", "opportunity", {.indexed = true, .list = true}),
    reference("lead", "Lead", "lead", {.indexed = true}),
    reference("owner", "By", "user", {.indexed = true, .dimension = true, .list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()"}),
    reference("team", "Team", "team", {.meaning = Meaning::team, .initial = "owner.team"}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id}),
    many("links", "Also about", "activity_link", "activity"),
};
inline constexpr Entity activity_entity{
    .name = "activity", .plural = "activities", .label = "Activity", .label_plural = "Activities", .title = "subject", .icon = "message-square",
    .help = "A call, mail, meeting or note",
    .fields = activity_fields, .big = true,
};

inline constexpr Field activity_link_fields[] = {
    reference("activity", "Activity", "activity", {.required = true, .indexed = true, .meaning = Meaning::parent_access}),
    text("entity", "Records", {.required = true, .list = true}),
    whole("record", "Record", {.required = true, .indexed = true, .list = true, .meaning = Meaning::any_record}),
};
inline constexpr Entity activity_link_entity{
    .name = "activity_link", .plural = "activity_links", .label = "Activity link", .label_plural = "Activity links", .title = "entity", .icon = "link",
    .fields = activity_link_fields, .access = AccessKind::inherits,
};

inline constexpr Choice priorities[] = {{"high", "High"}, {"normal", "Normal"}, {"low", "Low"}};
inline constexpr Field task_fields[] = {
    text("subject", "Subject", {.required = true, .search = true, .list = true, .synonyms = "title|task|việc|công việc|tên công việc|nội dung công việc|task name"}),
    text("description", "Description", {.long_text = true, .length_max = 20000}),
    date("due_on", "Due", {.list = true, .synonyms = "due date|hạn|deadline|hạn chót|ngày hết hạn|hạn hoàn thành|đến hạn"}),
    choice("priority", "Priority", priorities, {.dimension = true, .list = true, .initial = "\"normal\"", .synonyms = "mức độ ưu tiên|độ ưu tiên|ưu tiên"}),
    boolean("done", "Done", {.dimension = true, .list = true, .initial = "FALSE", .synonyms = "completed|hoàn thành|đã xong"}),
    instant("done_at", "Done at", {.read_only = true}),
    reference("account", "Account", "account", {.indexed = true, .list = true}),
    reference("contact", "Contact", "contact", {}),
    reference("opportunity", "Opportunity", "opportunity", {.indexed = true, .list = true}),
    reference("lead", "Lead", "lead", {.indexed = true}),
    reference("owner", "Assigned to", "user", {.indexed = true, .dimension = true, .list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()"}),
    reference("team", "Team", "team", {.meaning = Meaning::team, .initial = "owner.team"}),
    computed("overdue", "Overdue", Type::boolean, "NOT(done) AND due_on < TODAY()", {.list = true}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id}),
};
inline constexpr Action task_actions[] = {
    {"complete", "Mark as done", &complete_task, {}, "NOT(done)"},
    {"reopen", "Reopen", &reopen_task, {}, "done"},
};
inline constexpr Entity task_entity{
    .name = "task", .plural = "tasks", .label = "Task", .label_plural = "Tasks", .title = "subject", .icon = "circle-check-big",
    .fields = task_fields, .actions = task_actions,
};

// Any record may carry tags.
inline constexpr Field record_tag_fields[] = {
    reference("tag", "Tag", "tag", {.required = true, .indexed = true, .list = true}),
    text("entity", "Records", {.required = true, .list = true}),
    whole("record", "Record", {.required = true, .indexed = true, .list = true, .meaning = Meaning::any_record}),
};
inline constexpr Entity record_tag_entity{
    .name = "record_tag", .plural = "record_tags", .label = "Tagged record", .label_plural = "Tagged records", .title = "entity", .icon = "tags",
    .fields = record_tag_fields, .access = AccessKind::open,
};

}  // namespace fairlead::crm
