// An account: a company that buys or may buy, possibly part of a larger one.
#pragma once
#include "model/declare.h"
#include "model/records.h"

namespace fairlead::crm {

using namespace model;

inline constexpr Choice account_tiers[] = {{"strategic", "Strategic"}, {"key", "Key"}, {"standard", "Standard"}, {"small", "Small"}};

inline constexpr Field account_fields[] = {
    text("name", "Name", {.required = true, .search = true, .list = true, .duplicate_key = true, .meaning = Meaning::company, .synonyms = "account|account name|company|company name|organisation|organization|customer|khách hàng|tên khách hàng|công ty|tên công ty|tên doanh nghiệp|doanh nghiệp|đơn vị|tên đơn vị|tổ chức|tên tổ chức"}),
    text("legal_name", "Legal name", {.search = true, .duplicate_key = true, .meaning = Meaning::company, .synonyms = "tên pháp lý|tên đầy đủ|tên giao dịch|registered name|full legal name"}),
    text("tax_code", "Tax code", {.search = true, .duplicate_key = true, .meaning = Meaning::tax_code, .synonyms = "tax id|vat|mst|mã số thuế|mã thuế|tax number|vat number|tax no", .length_max = 40}),
    reference("parent", "Parent account", "account", {.synonyms = "subsidiary_of|subsidiary of|parent|công ty mẹ|parent company|công ty chủ quản|trực thuộc|đơn vị chủ quản"}),
    reference("industry", "Industry", "industry", {.dimension = true, .list = true, .synonyms = "sector|ngành|lĩnh vực|ngành nghề|ngành hàng|lĩnh vực kinh doanh|lĩnh vực hoạt động|ngành nghề kinh doanh"}),
    reference("region", "Region", "region", {.dimension = true, .list = true, .synonyms = "vùng|khu vực|miền|vùng miền|khu vực địa lý"}),
    reference("customer_type", "Customer type", "customer_type", {.dimension = true, .synonyms = "type|loại khách hàng|account type|nhóm khách hàng|phân loại|phân loại khách hàng"}),
    reference("channel", "Channel", "channel", {.dimension = true, .synonyms = "kênh|kênh bán|kênh bán hàng"}),
    choice("tier", "Tier", account_tiers, {.dimension = true, .synonyms = "hạng|rating"}),
    reference("owner", "Owner", "user", {.indexed = true, .dimension = true, .list = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()", .synonyms = "account owner|người phụ trách|phụ trách"}),
    reference("team", "Team", "team", {.dimension = true, .meaning = Meaning::team, .initial = "owner.team"}),
    reference("territory", "Territory", "territory", {.dimension = true, .meaning = Meaning::territory}),
    text("website", "Website", {.search = true, .duplicate_key = true, .meaning = Meaning::url, .synonyms = "url|domain|company domain name|trang web"}),
    text("phone", "Phone", {.search = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "phone number|điện thoại|số điện thoại"}),
    text("email", "Email", {.search = true, .duplicate_key = true, .meaning = Meaning::email}),
    text("street", "Street", {.synonyms = "address|billing street|địa chỉ|billing address|street address|địa chỉ công ty|địa chỉ trụ sở|trụ sở|trụ sở chính|địa chỉ khách hàng"}),
    text("city", "City", {.list = true, .synonyms = "billing city|thành phố|tỉnh|tỉnh thành|tỉnh thành phố"}),
    text("postal_code", "Postal code", {.synonyms = "zip|billing zip|mã bưu chính", .length_max = 20}),
    text("country", "Country", {.dimension = true, .synonyms = "office_location|office location|billing country|quốc gia|nước"}),
    money("annual_revenue", "Annual revenue", {.measure = true, .synonyms = "revenue|doanh thu|doanh số|doanh thu hàng năm"}),
    whole("employees", "Employees", {.measure = true, .synonyms = "number of employees|số nhân viên|quy mô|quy mô nhân sự|số lượng nhân viên|số nhân sự|headcount", .least = 0}),
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
    text("given_name", "Given name", {.required = true, .search = true, .synonyms = "first name|firstname|name|full name|tên|họ tên|họ và tên|người liên hệ|contact name|tên liên hệ|tên người liên hệ|họ tên người liên hệ|người đại diện|tên người đại diện"}),
    text("family_name", "Family name", {.search = true, .synonyms = "last name|lastname|surname|họ|họ và tên đệm|họ đệm|họ và đệm"}),
    boolean("family_name_first", "Family name first", {.help = "As in Vietnamese", .initial = "FALSE"}),
    reference("account", "Account", "account", {.indexed = true, .list = true, .synonyms = "company|account name|công ty|khách hàng|tên công ty|tên khách hàng|organisation|organization|customer|đơn vị|doanh nghiệp|đơn vị công tác"}),
    text("job_title", "Job title", {.search = true, .list = true, .synonyms = "title|position|chức vụ|chức danh|vị trí|role|job"}),
    text("email", "Email", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::email, .synonyms = "e-mail|email address|thư điện tử"}),
    text("second_email", "Second email", {.search = true, .meaning = Meaning::email}),
    text("phone", "Phone", {.search = true, .list = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "phone number|điện thoại|số điện thoại"}),
    text("mobile", "Mobile", {.search = true, .duplicate_key = true, .meaning = Meaning::phone, .synonyms = "mobile phone|mobile phone number|di động|cell|cell phone|số di động|điện thoại di động|zalo"}),
    reference("owner", "Owner", "user", {.indexed = true, .dimension = true, .meaning = Meaning::owner, .initial = "CURRENT_USER()", .synonyms = "contact owner|người phụ trách"}),
    reference("team", "Team", "team", {.meaning = Meaning::team, .initial = "owner.team"}),
    reference("territory", "Territory", "territory", {.meaning = Meaning::territory}),
    boolean("do_not_contact", "Do not contact", {.help = "This person has asked not to be contacted", .initial = "FALSE"}),
    text("description", "Description", {.long_text = true, .synonyms = "notes|ghi chú|mô tả", .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .synonyms = "contact id|record id|id"}),
    many("opportunities", "Opportunities", "opportunity", "contact"),
};
inline constexpr Entity contact_entity{
    .name = "contact", .plural = "contacts", .label = "Contact", .label_plural = "Contacts", .title = "name", .icon = "contact",
    .help = "A person we talk to",
    .fields = contact_fields, .big = true,
};

inline constexpr Field product_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "product|product name|sản phẩm|tên sản phẩm|item|item name|tên hàng|tên hàng hóa|hàng hóa|mặt hàng|tên mặt hàng"}),
    text("code", "Code", {.unique = true, .search = true, .list = true, .synonyms = "sku|product code|mã|mã sản phẩm|item code|mã hàng|mã hàng hóa|mã vật tư|mã mặt hàng"}),
    text("family", "Family", {.dimension = true, .list = true, .synonyms = "series|product family|category|dòng|nhóm sản phẩm|nhóm hàng|loại hàng|ngành hàng|dòng sản phẩm|loại sản phẩm"}),
    money("price", "List price", {.list = true, .synonyms = "sales_price|sales price|unit price|giá|đơn giá|list price|giá bán|giá niêm yết|giá sản phẩm"}),
    text("unit", "Unit", {.list = true, .synonyms = "đơn vị|đơn vị tính|unit of measure|uom", .length_max = 40}),
    boolean("active", "Sold", {.list = true, .initial = "TRUE"}),
    text("description", "Description", {.long_text = true, .length_max = 20000}),
    text("external_id", "External id", {.unique = true, .meaning = Meaning::external_id, .synonyms = "product id|id"}),
};
inline constexpr Entity product_entity{
    .name = "product", .plural = "products", .label = "Product", .label_plural = "Products", .title = "name", .icon = "package",
    .fields = product_fields, .access = AccessKind::open,
};

}  // namespace fairlead::crm
