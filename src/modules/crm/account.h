// An account: a company that buys or may buy, possibly part of a larger one.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::crm {

using namespace model;

inline constexpr Choice account_tiers[] = {{"strategic", "Strategic"}, {"key", "Key"}, {"standard", "Standard"}, {"small", "Small"}};

inline constexpr Field account_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .duplicate_key = true, .synonyms = "account|account name|company|company name|organisation|organization|customer|khách hàng|tên khách hàng|công ty|tên công ty"}),
    text("legal_name", "Legal name", {.search = true, .synonyms = "tên pháp lý"}),
    text("tax_code", "Tax code", {.search = true, .duplicate_key = true, .synonyms = "tax id|vat|mst|mã số thuế", .length_max = 40}),
    reference("parent", "Parent account", "account", {.synonyms = "subsidiary_of|subsidiary of|parent|công ty mẹ"}),
    reference("industry", "Industry", "industry", {.dimension = true, .list = true, .synonyms = "sector|ngành|lĩnh vực"}),
    reference("region", "Region", "region", {.dimension = true, .list = true, .synonyms = "vùng|khu vực|miền"}),
    reference("customer_type", "Customer type", "customer_type", {.dimension = true, .synonyms = "type|loại khách hàng"}),
    reference("channel", "Channel", "channel", {.dimension = true, .synonyms = "kênh"}),
    choice("tier", "Tier", account_tiers, {.dimension = true, .synonyms = "hạng|rating"}),
    reference("owner", "Owner", "user", {.indexed = true, .dimension = true, .list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()", .synonyms = "account owner|người phụ trách|phụ trách"}),
    reference("team", "Team", "team", {.dimension = true, .meaning = Meaning::team, .initial = "owner.team"}),
    reference("territory", "Territory", "territory", {.dimension = true, .meaning = Meaning::territory}),
    text("website", "Website", {.search = true, .duplicate_key = true, .meaning = Meaning::url, .synonyms = "url|domain|company domain name|trang web"}),
    text("phone", "Phone", {.search = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "phone number|điện thoại|số điện thoại"}),
    text("email", "Email", {.search = true, .duplicate_key = true, .meaning = Meaning::email}),
    text("street", "Street", {.synonyms = "address|billing street|địa chỉ"}),
    text("city", "City", {.list = true, .synonyms = "billing city|thành phố|tỉnh"}),
    text("postal_code", "Postal code", {.synonyms = "zip|billing zip|mã bưu chính", .length_max = 20}),
    text("country", "Country", {.dimension = true, .synonyms = "office_location|office location|billing country|quốc gia|nước"}),
    money("annual_revenue", "Annual revenue", {.measure = true, .synonyms = "revenue|doanh thu"}),
    whole("employees", "Employees", {.measure = true, .synonyms = "number of employees|số nhân viên", .least = 0}),
    whole("founded_in", "Founded in", {.synonyms = "year_established|year established|năm thành lập", .least = 1000, .most = 2200}),
    boolean("do_not_contact", "Do not contact", {.help = "Nobody may call, write to or visit this account", .initial = "FALSE"}),
    text("description", "Description", {.long_text = true, .synonyms = "notes|mô tả|ghi chú", .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .help = "Its id in the system it came from", .synonyms = "account id|record id|id"}),
    many("contacts", "Contacts", "contact", "account"),
    many("opportunities", "Opportunities", "opportunity", "account"),
    many("subsidiaries", "Subsidiaries", "account", "parent"),
};
inline constexpr Rule account_rules[] = {
    {"not_its_own_parent", "ISBLANK(parent) OR parent <> id", "An account cannot be its own parent", "parent"},
};
inline constexpr Entity account_entity{
    .name = "account", .plural = "accounts", .label = "Account", .label_plural = "Accounts", .title = "name", .icon = "building-2",
    .help = "A company that buys or may buy",
    .fields = account_fields, .rules = account_rules, .big = true,
};

inline constexpr Field contact_fields[] = {
    computed("name", "Name", Type::text, "TRIM(IF(ISBLANK(family_name), given_name, IF(family_name_first, family_name & \" \" & given_name, given_name & \" \" & family_name)))", {.search = true, .list = true}),
    text("given_name", "Given name", {.required = true, .search = true, .synonyms = "first name|firstname|name|full name|tên|họ tên|họ và tên|người liên hệ"}),
    text("family_name", "Family name", {.search = true, .synonyms = "last name|lastname|surname|họ"}),
    boolean("family_name_first", "Family name first", {.help = "As in Vietnamese", .initial = "FALSE"}),
    reference("account", "Account", "account", {.indexed = true, .list = true, .synonyms = "company|account name|công ty|khách hàng"}),
    text("job_title", "Job title", {.search = true, .list = true, .synonyms = "title|position|chức vụ|chức danh"}),
    text("email", "Email", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::email, .synonyms = "e-mail|email address|thư điện tử"}),
    text("second_email", "Second email", {.search = true, .meaning = Meaning::email}),
    text("phone", "Phone", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "phone number|điện thoại|số điện thoại"}),
    text("mobile", "Mobile", {.search = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "mobile phone|mobile phone number|di động"}),
    reference("owner", "Owner", "user", {.indexed = true, .dimension = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()", .synonyms = "contact owner|người phụ trách"}),
    reference("team", "Team", "team", {.meaning = Meaning::team, .initial = "owner.team"}),
    reference("territory", "Territory", "territory", {.meaning = Meaning::territory}),
    boolean("do_not_contact", "Do not contact", {.help = "This person has asked not to be contacted", .initial = "FALSE"}),
    text("description", "Description", {.long_text = true, .synonyms = "notes|ghi chú", .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .synonyms = "contact id|record id|id"}),
    many("opportunities", "Opportunities", "opportunity", "contact"),
};
inline constexpr Entity contact_entity{
    .name = "contact", .plural = "contacts", .label = "Contact", .label_plural = "Contacts", .title = "name", .icon = "contact",
    .help = "A person we talk to",
    .fields = contact_fields, .big = true,
};

inline constexpr Field product_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "product|product name|sản phẩm|tên sản phẩm"}),
    text("code", "Code", {.unique = true, .search = true, .list = true, .synonyms = "sku|product code|mã|mã sản phẩm"}),
    text("family", "Family", {.dimension = true, .list = true, .synonyms = "series|product family|category|dòng|nhóm sản phẩm"}),
    money("price", "List price", {.list = true, .synonyms = "sales_price|sales price|unit price|giá|đơn giá"}),
    text("unit", "Unit", {.list = true, .synonyms = "đơn vị", .length_max = 40}),
    boolean("active", "Sold", {.list = true, .initial = "TRUE"}),
    text("description", "Description", {.long_text = true, .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .synonyms = "product id|id"}),
};
inline constexpr Entity product_entity{
    .name = "product", .plural = "products", .label = "Product", .label_plural = "Products", .title = "name", .icon = "package",
    .fields = product_fields, .access = AccessKind::open,
};

}  // namespace fairlead::crm
