// The frame of the demonstration company and its customers.
#include "modules/demo/demo.h"

#include <algorithm>

#include "modules/demo/names.h"

namespace fairlead::demo {
namespace {

using model::Patch;

constexpr const char* industry_names[] = {"Food and beverage", "Chemicals", "Steel", "Cement", "Textiles", "Pharmaceuticals", "Logistics", "Energy", "Packaging"};
constexpr const char* region_names[] = {"North", "Central", "South", "Southeast Asia", "East Asia and Pacific"};
constexpr const char* source_names[] = {"Referral", "Website", "Trade fair", "Cold call", "Partner", "Existing customer"};
constexpr const char* industry_names_vi[] = {"Thực phẩm và đồ uống", "Hóa chất", "Thép", "Xi măng", "Dệt may", "Dược phẩm", "Logistics", "Năng lượng", "Bao bì"};
constexpr const char* region_names_vi[] = {"Miền Bắc", "Miền Trung", "Miền Nam", "Đông Nam Á", "Đông Á và Thái Bình Dương"};
constexpr const char* source_names_vi[] = {"Giới thiệu", "Trang web", "Hội chợ", "Gọi điện tiếp cận", "Đối tác", "Khách hàng cũ"};
constexpr const char* competitor_names[] = {"Nordhaven Systems", "Tri-Flow", "Kaito Machinery", "Đại Phong", "Vulcan Process"};
struct Product {
    const char *code, *name, *family, *name_vi, *family_vi;
    double price;
};
constexpr Product catalogue[] = {
    {"CP-100", "Ammonia compressor", "Cooling", "Máy nén amoniac", "Làm lạnh", 48'000}, {"CP-200", "Screw compressor", "Cooling", "Máy nén trục vít", "Làm lạnh", 31'000}, {"PM-10", "Vacuum pump", "Pumps", "Bơm chân không", "Bơm", 9'500},
    {"PM-20", "Ballast pump", "Pumps", "Bơm dằn", "Bơm", 14'000}, {"HX-5", "Plate heat exchanger", "Heat", "Bộ trao đổi nhiệt dạng tấm", "Nhiệt", 18'500}, {"HX-9", "Pasteuriser line", "Heat", "Dây chuyền thanh trùng", "Nhiệt", 120'000},
    {"FN-3", "Kiln fan", "Air", "Quạt lò nung", "Khí", 27'000}, {"FT-7", "Coolant filtration", "Air", "Lọc dung dịch làm mát", "Khí", 12'500}, {"CR-1", "Crane drive", "Drives", "Bộ truyền động cẩu", "Truyền động", 65'000},
    {"GB-2", "Agitator gearbox", "Drives", "Hộp số khuấy", "Truyền động", 8'200}, {"SV-1", "Service contract", "Service", "Hợp đồng bảo dưỡng", "Dịch vụ", 6'000}, {"SP-1", "Spare parts frame", "Service", "Phụ tùng theo khung", "Dịch vụ", 4'500},
};

std::string person_name(Chance& chance, bool vietnamese, std::string& family, std::string& given) {
    if (vietnamese) {
        family = chance.one_of(family_names_vi);
        given = std::string(chance.one_of(middle_names_vi)) + ' ' + chance.one_of(given_names_vi);
        return family + ' ' + given;
    }
    family = chance.one_of(family_names_en);
    given = chance.one_of(given_names_en);
    return given + ' ' + family;
}

// Of currencies whose unit is small, roughly how many make a dollar: an invented deal should look like one of the country.
double worth(const Currency& currency) {
    struct Worth {
        std::string_view code;
        double units;
    };
    constexpr Worth small[] = {{"VND", 25'000}, {"IDR", 16'000}, {"LAK", 21'000}, {"KHR", 4'000}, {"KRW", 1'400}, {"JPY", 150}, {"INR", 80}, {"PHP", 60}, {"TWD", 30}, {"THB", 35}, {"RUB", 80}, {"HUF", 350}, {"CZK", 20}, {"CNY", 7}};
    for (const Worth& one : small)
        if (one.code == currency.text()) return one.units;
    return 1;
}

// A few numbers that give every slice its own chance, whatever was made before it.
std::uint64_t seed_of(std::uint64_t seed, std::int64_t slice) { return seed * 1'000'003ULL + static_cast<std::uint64_t>(slice) * 7'919ULL + 17; }

}  // namespace

Company::Company(const Wishes& wishes) : wishes_(wishes), accounts_(std::max<std::int64_t>(1, wishes.opportunities / 10)) {}

Result<Id> Company::create(Records& records, Patch& patch, std::optional<Instant> effective) {
    model::WriteOptions options;
    options.as_system = true;
    options.effective = effective;
    return records.create(patch, options);
}

Instant Company::beginning(const Records& records) const {
    return start_of_day(Date{wishes_.today.days - wishes_.years * 365 - 30}, records.context().zone);
}

Value Company::money(double amount) const {
    const double step = amount > 100'000 ? 1000 : amount > 10'000 ? 100 : 50;
    const auto rounded = Decimal::from_double(std::round(amount / step) * step * worth(currency_));
    const auto money = rounded ? Money::of(*rounded, currency_) : std::nullopt;
    return money ? Value(*money) : Value();
}

Result<std::vector<Company::Named>> Company::make_list(Records& records, const char* entity, std::span<const Named> shape, std::span<const char* const> names) {
    const model::EntityInfo& info = records.catalog().need(entity);
    std::vector<Named> made;
    for (std::size_t i = 0; i < names.size(); ++i) {
        Named named = shape[i];
        const auto known = records.where(info, "name", Value(names[i]));
        if (!known.empty()) {
            named.id = known.front().id();
        } else {
            Patch patch(info);
            patch.set("name", names[i]);
            if (info.field("position")) patch.set("position", static_cast<std::int64_t>(i) + 1);
            FAIRLEAD_ASSIGN(named.id, create(records, patch));
        }
        made.push_back(named);
    }
    return made;
}

Result<void> Company::make_people(Records& records) {
    Chance chance(seed_of(wishes_.seed, -1));
    const model::EntityInfo& users = records.catalog().need("user");
    const model::EntityInfo& teams = records.catalog().need("team");
    Id rep_role{}, manager_role{};
    for (const model::Record& role : records.all(records.catalog().need("role"))) {
        if (role.text("code") == "rep") rep_role = role.id();
        if (role.text("code") == "manager") manager_role = role.id();
    }
    const int sellers = static_cast<int>(std::clamp<std::int64_t>(wishes_.opportunities / 500, 8, 1000));
    const int team_count = std::clamp(sellers / 7, 2, 60);
    std::vector<Id> team_ids, manager_ids;
    for (int i = 0; i < team_count; ++i) {
        std::string family, given;
        Patch manager(users);
        manager.set("name", person_name(chance, chance.happens(0.7), family, given)).set("email", "manager" + std::to_string(i + 1) + "@demo.example");
        if (manager_role) manager.set("role", manager_role);
        FAIRLEAD_ASSIGN(const Id manager_id, create(records, manager));
        Patch team(teams);
        const Named& region = regions_[static_cast<std::size_t>(i) % regions_.size()];
        team.set("name", std::string(in(region_names, region_names_vi)[static_cast<std::size_t>(i) % regions_.size()]) + " " + std::to_string(i / static_cast<int>(regions_.size()) + 1));
        team.set("manager", manager_id).set("region", region.id);
        FAIRLEAD_ASSIGN(const Id team_id, create(records, team));
        Patch joins(users);
        joins.set("team", team_id);
        model::WriteOptions system;
        system.as_system = true;
        FAIRLEAD_TRY(records.update(manager_id, joins, system));
        team_ids.push_back(team_id);
        manager_ids.push_back(manager_id);
    }
    for (int i = 0; i < sellers; ++i) {
        const auto team = static_cast<std::size_t>(i) % team_ids.size();
        std::string family, given;
        Person person;
        person.team = team_ids[team];
        person.skill = 0.35 * chance.normal();
        // A third joined within the years shown, and needs half a year to find its feet.
        const int months_ago = chance.happens(0.35) ? chance.between(1, wishes_.years * 12) : wishes_.years * 12 + chance.between(1, 60);
        person.started = add_months(wishes_.today, -months_ago);
        Patch user(users);
        user.set("name", person_name(chance, chance.happens(0.7), family, given)).set("email", "rep" + std::to_string(i + 1) + "@demo.example");
        user.set("team", person.team).set("manager", manager_ids[team]).set("started_on", person.started);
        if (rep_role) user.set("role", rep_role);
        FAIRLEAD_ASSIGN(person.id, create(records, user));
        sellers_.push_back(person);
    }
    return {};
}

Result<void> Company::make_products(Records& records) {
    const model::EntityInfo& info = records.catalog().need("product");
    for (const Product& product : catalogue) {
        Patch patch(info);
        patch.set("name", in(product.name, product.name_vi)).set("code", product.code).set("family", in(product.family, product.family_vi)).set("price", money(product.price)).set("unit", "piece");
        Named named;
        FAIRLEAD_ASSIGN(named.id, create(records, patch, beginning(records)));
        named.cycle = product.price > 40'000 ? 1.5 : 1;
        named.win = product.price > 40'000 ? -0.25 : 0.1;
        products_.push_back(named);
        prices_.push_back(product.price);
    }
    return {};
}

Result<void> Company::find_stages(Records& records) {
    struct Found {
        std::int64_t position;
        Id id;
    };
    std::vector<Found> open;
    for (const model::Record& stage : records.all(records.catalog().need("stage"))) {
        const std::string kind = stage.text("kind");
        const std::int64_t position = stage["position"].is<std::int64_t>() ? stage["position"].as<std::int64_t>() : 0;
        if (kind == "open") open.push_back({position, stage.id()});
        if (kind == "won" && !won_) won_ = stage.id();
        if (kind == "lost" && !lost_) lost_ = stage.id();
    }
    std::sort(open.begin(), open.end(), [](const Found& a, const Found& b) { return a.position < b.position; });
    for (const Found& stage : open) open_stages_.push_back(stage.id);
    if (open_stages_.empty() || !won_ || !lost_) return refuse(Why::invalid, "no_pipeline", "The company has no pipeline with open, won and lost stages: make one first");
    for (const model::Record& reason : records.all(records.catalog().need("lost_reason"))) reasons_.push_back({reason.id(), 1, 0, 1, 1});
    if (reasons_.empty()) return refuse(Why::invalid, "no_lost_reasons", "The company has no reasons for losses: make one first");
    return {};
}

Result<void> Company::make_frame(Records& records) {
    // A replayed commit begins anew.
    sellers_.clear();
    products_.clear();
    prices_.clear();
    open_stages_.clear();
    reasons_.clear();
    won_ = lost_ = Id{};
    currency_ = records.context().currency;
    FAIRLEAD_TRY(find_stages(records));
    constexpr Named industry_shape[] = {{{}, 2, 0.25, 1, 0.9}, {{}, 1.2, 0, 1.3, 1.1}, {{}, 0.8, -0.2, 1.8, 1.3}, {{}, 0.7, -0.3, 1.6, 1.4}, {{}, 1, 0.1, 0.7, 0.8},
                                        {{}, 1, 0.3, 1.2, 1.2}, {{}, 1.1, 0.15, 0.9, 0.9}, {{}, 0.6, -0.45, 2.4, 1.7}, {{}, 1, 0.1, 0.8, 0.9}};
    constexpr Named region_shape[] = {{{}, 1.6, 0.1, 1, 1}, {{}, 0.7, -0.05, 0.8, 1}, {{}, 2, 0.15, 1.1, 1}, {{}, 0.8, -0.25, 1.3, 1.2}, {{}, 0.4, -0.4, 1.6, 1.3}};
    constexpr Named source_shape[] = {{{}, 1, 0.6, 1.1, 0.8}, {{}, 1.6, -0.1, 0.8, 1}, {{}, 0.9, 0, 1.1, 1.1}, {{}, 1.2, -0.7, 0.9, 1.2}, {{}, 0.7, 0.3, 1.2, 1}, {{}, 1.5, 0.8, 0.9, 0.7}};
    constexpr Named plain[] = {{}, {}, {}, {}, {}};
    FAIRLEAD_ASSIGN(industries_, make_list(records, "industry", industry_shape, in(industry_names, industry_names_vi)));
    FAIRLEAD_ASSIGN(regions_, make_list(records, "region", region_shape, in(region_names, region_names_vi)));
    FAIRLEAD_ASSIGN(sources_, make_list(records, "lead_source", source_shape, in(source_names, source_names_vi)));
    FAIRLEAD_ASSIGN(competitors_, make_list(records, "competitor", plain, competitor_names));
    types_.clear();
    for (const model::Record& type : records.all(records.catalog().need("customer_type"))) types_.push_back({type.id(), 1, 0, 1, 1});
    FAIRLEAD_TRY(make_products(records));
    return make_people(records);
}

const Company::Named& Company::pick(Chance& chance, const std::vector<Named>& list) const {
    double sum = 0;
    for (const Named& named : list) sum += named.weight;
    double at = chance.share() * sum;
    for (const Named& named : list) {
        at -= named.weight;
        if (at < 0) return named;
    }
    return list.back();
}

// Somebody who already worked here on that day; the longest-serving when nobody did.
const Company::Person& Company::seller_at(Chance& chance, Date day) const {
    for (int i = 0; i < 20; ++i)
        if (const Person& person = chance.one_of(sellers_); person.started <= day) return person;
    return *std::min_element(sellers_.begin(), sellers_.end(), [](const Person& a, const Person& b) { return a.started < b.started; });
}

Result<Company::Customer> Company::make_customer(Records& records, Chance& chance) {
    Customer customer;
    customer.vietnamese = chance.happens(0.6);
    customer.industry = &pick(chance, industries_);
    customer.region = customer.vietnamese ? &regions_[static_cast<std::size_t>(chance.below(3))] : &regions_[static_cast<std::size_t>(3 + chance.below(2))];
    customer.seller = &chance.one_of(sellers_);
    customer.name = customer.vietnamese ? std::string(chance.one_of(company_trades_vi)) + ' ' + chance.one_of(company_places_vi)
                                        : std::string(chance.one_of(company_names_en)) + ' ' + chance.one_of(company_trades_en) + ' ' + chance.one_of(company_forms_en);
    const model::EntityInfo& accounts = records.catalog().need("account");
    Patch account(accounts);
    const int number = chance.between(2, 9999);
    account.set("name", customer.name + (chance.happens(0.6) ? " " + std::to_string(number) : ""));
    account.set("owner", customer.seller->id).set("team", customer.seller->team);
    // Real lists have gaps: one in twelve lacks its industry, one in fifteen its region.
    if (!chance.happens(0.08)) account.set("industry", customer.industry->id);
    if (!chance.happens(0.065)) account.set("region", customer.region->id);
    account.set("city", customer.vietnamese ? chance.one_of(cities_vi) : chance.one_of(cities_en)).set("country", customer.vietnamese ? "Việt Nam" : "Other");
    if (!types_.empty()) account.set("customer_type", types_[static_cast<std::size_t>(chance.below(static_cast<int>(types_.size())))].id);
    if (chance.happens(0.8)) account.set("employees", static_cast<std::int64_t>(std::clamp(chance.log_normal(180, 1.1), 3.0, 200'000.0)));
    if (chance.happens(0.7)) account.set("phone", (customer.vietnamese ? "+84 24 " : "+65 6 ") + std::to_string(chance.between(100, 999)) + ' ' + std::to_string(chance.between(1000, 9999)));
    if (customer.vietnamese && chance.happens(0.75)) account.set("tax_code", "0" + std::to_string(chance.between(100'000'000, 999'999'999)));
    FAIRLEAD_ASSIGN(customer.id, create(records, account, beginning(records)));
    if (chance.happens(0.02)) {  // the same company once more, written a little differently
        Patch twin(accounts);
        std::string name = customer.name;
        std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        twin.set("name", name).set("owner", chance.one_of(sellers_).id);
        FAIRLEAD_TRY(create(records, twin, beginning(records)));
    }
    const int contacts = chance.between(1, 3);
    for (int i = 0; i < contacts; ++i) {
        std::string family, given;
        person_name(chance, customer.vietnamese, family, given);
        Patch contact(records.catalog().need("contact"));
        contact.set("given_name", given).set("family_name", family).set("family_name_first", customer.vietnamese).set("account", customer.id);
        contact.set("job_title", chance.one_of(in(job_titles, job_titles_vi))).set("owner", customer.seller->id).set("team", customer.seller->team);
        if (chance.happens(0.85)) contact.set("email", "contact" + std::to_string(chance.between(1, 999'999)) + "@customer.example");
        FAIRLEAD_ASSIGN(const Id id, create(records, contact, beginning(records)));
        if (i == 0) customer.contact = id;
    }
    return customer;
}

Result<void> Company::make_slice(Records& records, std::int64_t first, std::int64_t count) {
    for (std::int64_t account = first; account < std::min(first + count, accounts_); ++account) {
        Chance chance(seed_of(wishes_.seed, account));
        FAIRLEAD_ASSIGN(const Customer customer, make_customer(records, chance));
        // Deals per account are uneven; the sum is what was asked for.
        const std::int64_t deals = wishes_.opportunities * (account + 1) / accounts_ - wishes_.opportunities * account / accounts_;
        for (std::int64_t i = 0; i < deals; ++i) FAIRLEAD_TRY(make_deal(records, chance, customer));
        for (int i = 0; i < 4; ++i) FAIRLEAD_TRY(make_lead(records, chance));
    }
    return {};
}

}  // namespace fairlead::demo
