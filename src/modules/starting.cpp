// The records of a fresh company.
#include "modules/starting.h"

#include <array>

#include "modules/organisation/holidays.h"

namespace fairlead {
namespace {

using model::AccessKind;
using model::Patch;
using model::Records;

struct Words {
    std::string_view english, vietnamese;
    std::string_view in(const StartingWishes& wishes) const { return wishes.language == "vi" ? vietnamese : english; }
};

Result<Id> create(Records& records, const Patch& patch) {
    model::WriteOptions options;
    options.as_system = true;
    return records.create(patch, options);
}

// ---- Roles -------------------------------------------------------------------------------------------------

// How far each right on customers' records reaches for a role.
struct Rights {
    std::string_view create, read, update, remove, export_, bulk, import;
};
struct Role {
    std::string_view code;
    Words name, about;
    Rights own_work;  // records with owners, and those that belong to them
    Rights lists;     // everything else: stages, currencies, users
};
constexpr Rights reading_lists{"none", "all", "none", "none", "none", "none", "none"};
constexpr std::array roles{
    Role{"manager", {"Manager", "Quản lý"}, {"Sees and changes what the team and the teams below have", "Xem và sửa dữ liệu của nhóm mình và các nhóm bên dưới"},
         {"all", "subtree", "subtree", "subtree", "subtree", "subtree", "all"}, reading_lists},
    Role{"rep", {"Sales representative", "Nhân viên kinh doanh"}, {"Sees and changes own customers and deals", "Xem và sửa khách hàng và cơ hội của mình"},
         {"all", "own", "own", "own", "none", "own", "none"}, reading_lists},
    Role{"analyst", {"Analyst", "Phân tích"}, {"Sees and exports everything, changes nothing", "Xem và xuất mọi dữ liệu, không sửa"},
         {"none", "all", "none", "none", "all", "none", "none"}, {"none", "all", "none", "none", "all", "none", "none"}},
};

Result<void> permit(Records& records, Id role, std::string_view entity, const Rights& rights) {
    Patch patch(records.catalog().need("role_permission"));
    patch.set("role", role).set("entity", entity).set("create", rights.create).set("read", rights.read).set("update", rights.update);
    patch.set("delete", rights.remove).set("export", rights.export_).set("bulk", rights.bulk).set("import", rights.import);
    FAIRLEAD_TRY(create(records, patch));
    return {};
}

Result<void> make_roles(Records& records, const StartingWishes& wishes) {
    Patch administrator(records.catalog().need("role"));
    administrator.set("name", Words{"Administrator", "Quản trị"}.in(wishes)).set("code", "administrator").set("administrator", true);
    administrator.set("description", Words{"Everything, including the settings", "Mọi thứ, kể cả thiết lập"}.in(wishes));
    FAIRLEAD_TRY(create(records, administrator));
    for (const Role& role : roles) {
        Patch patch(records.catalog().need("role"));
        patch.set("name", role.name.in(wishes)).set("code", role.code).set("description", role.about.in(wishes));
        FAIRLEAD_ASSIGN(const Id id, create(records, patch));
        FAIRLEAD_TRY(permit(records, id, "*", role.lists));
        for (const auto& entity : records.catalog().entities()) {
            const bool work = entity->access == AccessKind::scoped || entity->access == AccessKind::inherits;
            if (work) FAIRLEAD_TRY(permit(records, id, entity->name, role.own_work));
        }
        // Everybody may have somebody stand in for himself.
        if (records.catalog().find("delegation") != nullptr) FAIRLEAD_TRY(permit(records, id, "delegation", {"all", "all", "all", "none", "none", "none", "none"}));
    }
    return {};
}

// ---- Pipeline and lists ----------------------------------------------------------------------------------------

struct Stage {
    std::string_view code;
    Words name;
    std::string_view kind, category;
    int percent, stale_days;  // 0 days: never stale
};
constexpr std::array stages{
    Stage{"prospecting", {"Prospecting", "Tìm hiểu"}, "open", "pipeline", 10, 21},
    Stage{"qualification", {"Qualification", "Đánh giá nhu cầu"}, "open", "pipeline", 25, 21},
    Stage{"proposal", {"Proposal", "Gửi đề xuất"}, "open", "best_case", 50, 30},
    Stage{"negotiation", {"Negotiation", "Đàm phán"}, "open", "commit", 75, 30},
    Stage{"won", {"Won", "Thành công"}, "won", "closed", 100, 0},
    Stage{"lost", {"Lost", "Thất bại"}, "lost", "omitted", 0, 0},
    Stage{"on_hold", {"On hold", "Tạm dừng"}, "on_hold", "omitted", 10, 0},
};

Result<void> make_pipeline(Records& records, const StartingWishes& wishes) {
    Patch pipeline(records.catalog().need("pipeline"));
    pipeline.set("name", Words{"Sales", "Bán hàng"}.in(wishes)).set("code", "sales").set("position", 1);
    FAIRLEAD_ASSIGN(const Id id, create(records, pipeline));
    int position = 0;
    for (const Stage& stage : stages) {
        Patch patch(records.catalog().need("stage"));
        patch.set("name", stage.name.in(wishes)).set("code", stage.code).set("pipeline", id).set("kind", stage.kind).set("position", ++position);
        patch.set("probability", Decimal::scaled(stage.percent, 2)).set("forecast_category", stage.category);
        if (stage.stale_days > 0) patch.set("stale_days", stage.stale_days);
        FAIRLEAD_TRY(create(records, patch));
    }
    return {};
}

Result<void> make_list(Records& records, const StartingWishes& wishes, std::string_view entity, std::initializer_list<Words> names) {
    const auto* info = records.catalog().find(entity);
    if (info == nullptr) return {};
    int position = 0;
    for (const Words& name : names) {
        Patch patch(*info);
        patch.set("name", name.in(wishes)).set("position", ++position);
        FAIRLEAD_TRY(create(records, patch));
    }
    return {};
}

Result<void> make_company(Records& records, const StartingWishes& wishes) {
    const auto& entity = records.catalog().need("company");
    if (records.all(entity).empty()) {
        Patch company(entity);
        company.set("name", wishes.company.empty() ? "Company" : wishes.company).set("currency", wishes.currency).set("zone", wishes.zone);
        company.set("fiscal_year_start_month", wishes.fiscal_year_start_month);
        FAIRLEAD_TRY(create(records, company));
    }
    Patch currency(records.catalog().need("currency"));
    currency.set("code", wishes.currency).set("name", wishes.currency);
    FAIRLEAD_TRY(create(records, currency));
    return {};
}

Result<void> make_holidays(Records& records, const StartingWishes& wishes) {
    if (wishes.holidays.empty()) return {};
    bool known = false;
    for (const organisation::PublicHoliday& holiday : organisation::public_holidays) {
        if (holiday.country != wishes.holidays) continue;
        known = true;
        Patch patch(records.catalog().need("holiday"));
        patch.set("day", *Date::parse(holiday.day)).set("name", Words{holiday.english, holiday.vietnamese}.in(wishes));
        FAIRLEAD_TRY(create(records, patch));
    }
    if (!known) return refuse(Why::invalid, "unknown_holidays", "The holidays of " + wishes.holidays + " are not known here: leave them out and add them as records", "holidays", {{"country", wishes.holidays}});
    return {};
}

}  // namespace

Result<void> make_starting_records(Records& records, const StartingWishes& wishes) {
    if (!records.all(records.catalog().need("role")).empty()) return {};
    FAIRLEAD_TRY(make_company(records, wishes));
    FAIRLEAD_TRY(make_holidays(records, wishes));
    FAIRLEAD_TRY(make_roles(records, wishes));
    if (records.catalog().find("pipeline") != nullptr) FAIRLEAD_TRY(make_pipeline(records, wishes));
    FAIRLEAD_TRY(make_list(records, wishes, "lost_reason",
                           {{"Price", "Giá"}, {"Competitor", "Đối thủ"}, {"No budget", "Không có ngân sách"}, {"No decision", "Không quyết định"},
                            {"Bad timing", "Chưa đúng lúc"}, {"Missing feature", "Thiếu tính năng"}, {"Other", "Khác"}}));
    FAIRLEAD_TRY(make_list(records, wishes, "channel", {{"Direct", "Trực tiếp"}, {"Partner", "Đối tác"}, {"Online", "Trực tuyến"}}));
    FAIRLEAD_TRY(make_list(records, wishes, "customer_type", {{"New customer", "Khách hàng mới"}, {"Existing customer", "Khách hàng hiện tại"}}));
    return {};
}

}  // namespace fairlead
