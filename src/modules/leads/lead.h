// A lead: somebody who may become a customer, before an account and an opportunity exist.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::leads {

using namespace model;

Result<Value> convert_lead(ActionContext& context);
Result<Value> disqualify_lead(ActionContext& context);

inline constexpr Field lead_source_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "lead source|source|nguồn"}),
    boolean("active", "Offered", {.list = true, .initial = "TRUE"}),
    whole("position", "Position", {.list = true, .meaning = Meaning::position}),
};
inline constexpr Entity lead_source_entity{
    .name = "lead_source", .plural = "lead_sources", .label = "Lead source", .label_plural = "Lead sources", .title = "name", .icon = "antenna",
    .fields = lead_source_fields, .access = AccessKind::open,
};

inline constexpr Choice lead_statuses[] = {
    {"new", "New"}, {"working", "Working"}, {"nurturing", "Nurturing"}, {"qualified", "Qualified"}, {"converted", "Converted"}, {"disqualified", "Disqualified"},
};
inline constexpr Field lead_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .duplicate_key = true, .synonyms = "lead name|full name|contact|tên|họ tên|đầu mối|họ và tên|tên khách|tên khách hàng|khách hàng tiềm năng|tên đầu mối|khách hàng|contact name|người liên hệ"}),
    text("company", "Company", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::company, .synonyms = "organisation|account|công ty|tên công ty|company name|account name|đơn vị|doanh nghiệp|tên doanh nghiệp"}),
    text("job_title", "Job title", {.search = true, .synonyms = "title|position|chức vụ|chức danh|vị trí"}),
    text("email", "Email", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::email, .synonyms = "e-mail|thư điện tử"}),
    text("phone", "Phone", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "phone number|điện thoại|số điện thoại"}),
    choice("status", "Status", lead_statuses, {.dimension = true, .list = true, .initial = "\"new\"", .synonyms = "lead status|trạng thái|tình trạng|trạng thái khách hàng|stage"}),
    reference("source", "Source", "lead_source", {.dimension = true, .list = true, .synonyms = "lead source|nguồn|kênh|nguồn khách|nguồn khách hàng|nguồn đầu mối|chiến dịch"}),
    reference("owner", "Owner", "user", {.indexed = true, .dimension = true, .list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()", .synonyms = "lead owner|người phụ trách"}),
    reference("team", "Team", "team", {.meaning = Meaning::team, .initial = "owner.team"}),
    reference("territory", "Territory", "territory", {.meaning = Meaning::territory}),
    reference("industry", "Industry", "industry", {.dimension = true, .synonyms = "sector|ngành|ngành nghề|lĩnh vực"}),
    reference("region", "Region", "region", {.dimension = true, .synonyms = "vùng|khu vực"}),
    text("city", "City", {.synonyms = "thành phố|tỉnh|tỉnh thành|tỉnh thành phố"}),
    text("country", "Country", {.dimension = true, .synonyms = "quốc gia"}),
    text("website", "Website", {.meaning = Meaning::url}),
    boolean("do_not_contact", "Do not contact", {.help = "This person has asked not to be contacted", .initial = "FALSE"}),
    instant("last_activity_at", "Last activity", {.read_only = true}),
    text("disqualified_because", "Disqualified because", {.read_only = true}),
    instant("converted_at", "Converted", {.read_only = true}),
    reference("account", "Became account", "account", {.read_only = true}),
    reference("contact", "Became contact", "contact", {.read_only = true}),
    reference("opportunity", "Became opportunity", "opportunity", {.read_only = true}),
    text("description", "Description", {.long_text = true, .synonyms = "notes|mô tả|ghi chú|nhu cầu|nội dung|comments|message", .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .synonyms = "lead id|record id|id"}),
    many("activities", "Activities", "activity", "lead"),
    many("tasks", "Tasks", "task", "lead"),
};
inline constexpr Rule lead_rules[] = {
    {"reachable", "NOT(ISBLANK(email) AND ISBLANK(phone) AND ISBLANK(company))", "Give an email, a phone number or a company", "email"},
    {"converted_by_action", "status <> \"converted\" OR NOT(ISBLANK(converted_at))", "A lead is converted by its action Convert, which makes the account and the contact", "status"},
};
inline constexpr Parameter convert_parameters[] = {
    {"account", "Existing account", Type::reference, false, "account"},
    {"contact", "Existing contact", Type::reference, false, "contact"},
    {"opportunity_name", "Opportunity", Type::text, false},
    {"amount", "Amount", Type::money, false},
    {"close_date", "Close date", Type::date, false},
};
inline constexpr Parameter disqualify_parameters[] = {{"because", "Reason", Type::text, true}};
inline constexpr Action lead_actions[] = {
    {"convert", "Convert", &convert_lead, convert_parameters, "status <> \"converted\"", "update", "Makes an account and a contact, and an opportunity when it is named"},
    {"disqualify", "Disqualify", &disqualify_lead, disqualify_parameters, "status <> \"converted\" AND status <> \"disqualified\""},
};
inline constexpr Entity lead_entity{
    .name = "lead", .plural = "leads", .label = "Lead", .label_plural = "Leads", .title = "name", .icon = "inbox",
    .help = "Somebody who may become a customer",
    .fields = lead_fields, .rules = lead_rules, .actions = lead_actions, .big = true,
};

}  // namespace fairlead::leads
