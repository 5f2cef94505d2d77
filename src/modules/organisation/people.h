// People, what they may do, and where they belong.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::organisation {

using namespace model;

Result<Value> deactivate_user(ActionContext& context);
Result<Value> activate_user(ActionContext& context);
// Nobody gives away, or takes, another's reach: a delegation is made by the one who is away, or an administrator.
Result<void> check_delegation(Records& records, Patch& patch, const Record* before, const WriteOptions& options);

inline constexpr Choice languages[] = {{"en", "English"}, {"vi", "Tiếng Việt"}};

inline constexpr Field user_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .synonyms = "sales_agent|sales agent|full name|agent|rep|nhân viên|họ tên|họ và tên|tên nhân viên|user|user name|employee|employee name|tên"}),
    text("email", "Email", {.unique = true, .search = true, .list = true, .meaning = Meaning::email, .help = "The address this person signs in with", .synonyms = "e-mail|username|thư điện tử"}),
    reference("role", "Role", "role", {.administrators = true, .dimension = true, .list = true, .help = "What this person may see and do", .synonyms = "vai trò|profile"}),
    reference("team", "Team", "team", {.dimension = true, .list = true, .help = "The team this person belongs to now", .synonyms = "nhóm|phòng ban|bộ phận|phòng|department|sales team|đội"}),
    reference("manager", "Manager", "user", {.list = true, .synonyms = "quản lý|reports to|quản lý trực tiếp|cấp trên|trưởng nhóm|line manager|supervisor"}),
    reference("position", "Position", "position", {.dimension = true, .synonyms = "title|chức danh|vị trí|chức vụ|job title"}),
    text("phone", "Phone", {.meaning = Meaning::phone, .synonyms = "điện thoại"}),
    choice("language", "Language", languages, {.help = "Of screens and answers where this person chose none in the browser; empty: as the browser asks"}),
    text("zone", "Time zone", {.help = "IANA name, as Asia/Ho_Chi_Minh; empty: the company's"}),
    boolean("active", "Active", {.read_only = true, .list = true, .help = "A person who has left is inactive: no sign-in, history kept", .initial = "TRUE"}),
    boolean("administrator", "Administrator", {.administrators = true, .help = "May configure everything and see all records", .initial = "FALSE"}),
    date("started_on", "Started on", {.help = "First day in this position, for ramping up", .synonyms = "ngày bắt đầu"}),
    date("left_on", "Left on", {.read_only = true}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .synonyms = "user id|owner id|id|employee id|staff id|employee code|mã nhân viên"}),
};
inline constexpr Rule user_rules[] = {
    {"email_has_at", "ISBLANK(email) OR CONTAINS(email, \"@\")", "An email address has an @", "email"},
};
inline constexpr Parameter deactivate_parameters[] = {
    {"successor", "Hand everything over to", Type::reference, true, "user"},
};
// A company has one record of settings: it stays, and no second one is made or brought back.
Result<void> keep_settings(Records& records, const ChangeEvent& event);
// Refuses a time zone that there is not, of a company and of a person: days would be counted in another.
// Refuses a currency that is not in force, of the company, of a rate and of the list of currencies; writes it in capitals.
Result<void> check_currency(Records& records, Patch& patch, const Record* before, const WriteOptions& options);
Result<void> check_company(Records& records, Patch& patch, const Record* before, const WriteOptions& options);
Result<void> check_zone(Records& records, Patch& patch, const Record* before, const WriteOptions& options);

inline constexpr Action user_actions[] = {
    // Who hands records over decides who sees them: no right on users is enough.
    {"deactivate", "Deactivate", &deactivate_user, deactivate_parameters, "active", "administrator", "Ends the access of a person who leaves and hands all records over"},
    {"activate", "Activate", &activate_user, {}, "NOT(active)", "administrator", "Lets the person sign in again"},
};
inline constexpr Entity user_entity{
    .name = "user", .plural = "users", .label = "User", .label_plural = "Users", .title = "name", .icon = "user",
    .help = "A person who works with Fairlead or owns records in it",
    .fields = user_fields, .rules = user_rules, .actions = user_actions, .access = AccessKind::open, .changes_access = true,
};

inline constexpr Field position_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true}),
    whole("ramp_months", "Months to full productivity", {.list = true, .least = 0, .most = 36}),
};
inline constexpr Entity position_entity{
    .name = "position", .plural = "positions", .label = "Position", .label_plural = "Positions", .title = "name", .icon = "id-card",
    .fields = position_fields, .access = AccessKind::open,
};

inline constexpr Field role_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true}),
    text("code", "Code", {.unique = true, .help = "Stable word for the command line and the API: administrator, manager, rep, analyst"}),
    text("description", "Description", {.long_text = true, .list = true, .length_max = 2000}),
    boolean("administrator", "Administrator", {.help = "Everything, including this page", .initial = "FALSE"}),
    many("permissions", "Rights", "role_permission", "role"),
    many("users", "Users", "user", "role"),
};
inline constexpr Entity role_entity{
    .name = "role", .plural = "roles", .label = "Role", .label_plural = "Roles", .title = "name", .icon = "shield",
    .fields = role_fields, .access = AccessKind::open, .changes_access = true, .administrators = true,
};

// How far a right reaches; the order of store::Scope.
inline constexpr Choice scopes[] = {{"none", "None"}, {"own", "Own"}, {"team", "Team"}, {"subtree", "Team and below"}, {"territory", "Territory"}, {"all", "All"}};
inline constexpr Choice yes_no_scope[] = {{"none", "None"}, {"all", "All"}};
inline constexpr Field role_permission_fields[] = {
    reference("role", "Role", "role", {.required = true, .indexed = true, .list = true}),
    text("entity", "Records", {.required = true, .list = true, .help = "Name of the kind of record, or * for all that are not named"}),
    choice("create", "Create", yes_no_scope, {.list = true, .initial = "\"none\""}),
    choice("read", "Read", scopes, {.list = true, .initial = "\"none\""}),
    choice("update", "Update", scopes, {.list = true, .initial = "\"none\""}),
    choice("delete", "Delete", scopes, {.list = true, .initial = "\"none\""}),
    choice("export", "Export", scopes, {.list = true, .initial = "\"none\""}),
    choice("bulk", "Bulk edit", scopes, {.list = true, .initial = "\"none\""}),
    choice("import", "Import", yes_no_scope, {.list = true, .initial = "\"none\""}),
};
inline constexpr Entity role_permission_entity{
    .name = "role_permission", .plural = "role_permissions", .label = "Right", .label_plural = "Rights", .title = "entity", .icon = "key",
    .fields = role_permission_fields, .access = AccessKind::open, .changes_access = true, .administrators = true,
};

inline constexpr Choice field_levels[] = {{"hidden", "Hidden"}, {"read", "Read"}, {"write", "Write"}};
inline constexpr Field field_permission_fields[] = {
    reference("role", "Role", "role", {.required = true, .indexed = true, .list = true}),
    text("entity", "Records", {.required = true, .list = true}),
    text("field", "Field", {.required = true, .list = true}),
    choice("level", "Level", field_levels, {.required = true, .list = true}),
};
inline constexpr Entity field_permission_entity{
    .name = "field_permission", .plural = "field_permissions", .label = "Field right", .label_plural = "Field rights", .title = "field", .icon = "key-round",
    .fields = field_permission_fields, .access = AccessKind::open, .changes_access = true, .administrators = true,
};

inline constexpr Field team_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "team|regional_office|regional office|nhóm|văn phòng"}),
    reference("parent", "Part of", "team", {.list = true}),
    reference("manager", "Manager", "user", {.list = true, .synonyms = "quản lý"}),
    reference("region", "Region", "region", {.list = true}),
    many("members", "Members", "team_member", "team"),
};
inline constexpr Entity team_entity{
    .name = "team", .plural = "teams", .label = "Team", .label_plural = "Teams", .title = "name", .icon = "users",
    .fields = team_fields, .access = AccessKind::open, .changes_access = true,
};

inline constexpr Rule dated_rules[] = {
    {"ends_after_it_begins", "ISBLANK(begins_on) OR ISBLANK(ends_on) OR ends_on >= begins_on", "The last day is before the first one", "ends_on"},
};
inline constexpr Field team_member_fields[] = {
    reference("team", "Team", "team", {.required = true, .indexed = true, .list = true}),
    reference("user", "User", "user", {.required = true, .indexed = true, .list = true}),
    date("begins_on", "From", {.list = true, .help = "First day; empty: always"}),
    date("ends_on", "Until", {.list = true, .help = "Last day; empty: still"}),
};
inline constexpr Entity team_member_entity{
    .name = "team_member", .plural = "team_members", .label = "Team membership", .label_plural = "Team memberships", .title = "id", .icon = "users",
    .fields = team_member_fields, .rules = dated_rules, .access = AccessKind::open, .changes_access = true,
};

inline constexpr Field territory_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "khu vực|địa bàn"}),
    reference("parent", "Part of", "territory", {.list = true}),
    reference("manager", "Manager", "user", {.list = true}),
    many("members", "Members", "territory_member", "territory"),
};
inline constexpr Entity territory_entity{
    .name = "territory", .plural = "territories", .label = "Territory", .label_plural = "Territories", .title = "name", .icon = "map",
    .fields = territory_fields, .access = AccessKind::open, .changes_access = true,
};
inline constexpr Field territory_member_fields[] = {
    reference("territory", "Territory", "territory", {.required = true, .indexed = true, .list = true}),
    reference("user", "User", "user", {.required = true, .indexed = true, .list = true}),
    date("begins_on", "From", {.list = true}),
    date("ends_on", "Until", {.list = true}),
};
inline constexpr Entity territory_member_entity{
    .name = "territory_member", .plural = "territory_members", .label = "Territory membership", .label_plural = "Territory memberships", .title = "id", .icon = "map",
    .fields = territory_member_fields, .rules = dated_rules, .access = AccessKind::open, .changes_access = true,
};

// A single record shared with a person or a team, beyond roles: manual shares and deal teams.
inline constexpr Choice share_levels[] = {{"read", "May read"}, {"update", "May read and change"}};
inline constexpr Field record_share_fields[] = {
    text("entity", "Records", {.required = true, .list = true}),
    whole("record", "Record", {.required = true, .indexed = true, .list = true, .meaning = Meaning::any_record, .help = "Id of the shared record"}),
    reference("user", "With user", "user", {.indexed = true, .list = true}),
    reference("team", "With team", "team", {.list = true}),
    choice("level", "Level", share_levels, {.required = true, .list = true, .initial = "\"read\""}),
    date("begins_on", "From", {.list = true, .help = "First day; empty: at once"}),
    date("ends_on", "Until", {.list = true, .help = "Last day; empty: for good"}),
    text("reason", "Reason", {.list = true}),
    reference("shared_by", "Shared by", "user", {.list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()"}),
};
inline constexpr Rule record_share_rules[] = {
    {"ends_after_it_begins", "ISBLANK(begins_on) OR ISBLANK(ends_on) OR ends_on >= begins_on", "The last day is before the first one", "ends_on"},
    {"shared_with_somebody", "NOT(ISBLANK(user) AND ISBLANK(team))", "Name a user or a team to share with", "user"},
};
inline constexpr Entity record_share_entity{
    .name = "record_share", .plural = "record_shares", .label = "Share", .label_plural = "Shares", .title = "reason", .icon = "share-2",
    .fields = record_share_fields, .rules = record_share_rules, .changes_access = true,
};

// While somebody is away, another has his reach.
inline constexpr Field delegation_fields[] = {
    reference("from_user", "From", "user", {.required = true, .list = true}),
    reference("to_user", "To", "user", {.required = true, .indexed = true, .list = true}),
    date("begins_on", "From day", {.required = true, .list = true}),
    date("ends_on", "Until day", {.required = true, .list = true}),
    text("reason", "Reason", {.list = true}),
};
inline constexpr Entity delegation_entity{
    .name = "delegation", .plural = "delegations", .label = "Delegation", .label_plural = "Delegations", .title = "reason", .icon = "user-cog",
    .fields = delegation_fields, .rules = dated_rules, .access = AccessKind::open, .changes_access = true,
};

}  // namespace fairlead::organisation
