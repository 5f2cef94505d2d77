// The declarations of all modules make one sound catalogue.
#include "modules/modules.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "model/catalog.h"
#include "modules/organisation/holidays.h"

using namespace fairlead;

TEST_CASE("The declarations of all modules make one sound catalogue") {
    auto catalog = model::Catalog::build(all_modules());
    if (!catalog)
        for (const Refusal& fault : catalog.refused().reasons) MESSAGE(fault.field << ": " << fault.message);
    REQUIRE(catalog);
    for (const char* name : {"account", "contact", "opportunity", "lead", "user", "stage"}) CHECK((*catalog)->find(name) != nullptr);
}

TEST_CASE("Every entity and field has a label, and every dimension can group") {
    const auto catalog = model::Catalog::build(all_modules());
    REQUIRE(catalog);
    for (const auto& entity : (*catalog)->entities()) {
        CHECK_MESSAGE(!entity->label.empty(), entity->name);
        for (const model::FieldInfo& field : entity->fields) {
            CHECK_MESSAGE(!field.label.empty(), entity->name << '.' << field.name);
            if (field.options.dimension) CHECK_MESSAGE(!field.is_many(), entity->name << '.' << field.name);
        }
    }
}

TEST_CASE("A custom field joins the catalogue with a slot of its own, after the declared ones") {
    const model::CustomField field{.entity = "account", .name = "x_rating", .label = "Rating", .help = "", .type = Type::whole, .target = "", .choices = {}};
    const auto catalog = model::Catalog::build(all_modules(), std::span(&field, 1));
    REQUIRE(catalog);
    const model::EntityInfo& account = (*catalog)->need("account");
    const model::FieldInfo& added = account.need("x_rating");
    CHECK(added.custom);
    CHECK(added.slot == account.stored_slots - 1);
    CHECK(&account.by_slot(added.slot) == &added);
}

TEST_CASE("A custom field without its prefix, or of an entity that does not exist, is refused with its place") {
    const model::CustomField wrong[] = {
        {.entity = "account", .name = "rating", .label = "Rating", .help = "", .type = Type::whole, .target = "", .choices = {}},
        {.entity = "ghost", .name = "x_rating", .label = "Rating", .help = "", .type = Type::whole, .target = "", .choices = {}},
    };
    const auto catalog = model::Catalog::build(all_modules(), wrong);
    REQUIRE(!catalog);
    CHECK(catalog.refused().reasons.size() == 2);
    CHECK(catalog.refused().reasons[1].field == "ghost");
    CHECK(catalog.refused().reasons[0].field == "account.rating");
}

TEST_CASE("Of each year that is known every day off by the law falls on a working day once") {
    std::set<std::string_view> seen;
    std::map<int, int> working;
    for (const organisation::PublicHoliday& holiday : organisation::public_holidays) {
        const auto day = Date::parse(holiday.day);
        REQUIRE_MESSAGE(day, holiday.day);
        CHECK_MESSAGE(seen.insert(holiday.day).second, holiday.day);
        CHECK_MESSAGE((!holiday.english.empty() && !holiday.vietnamese.empty()), holiday.day);
        const int weekday = ((day->days + 3) % 7 + 7) % 7;  // 0: Monday; day 0 was a Thursday
        if (weekday < 5) ++working[day->year()];
    }
    // New Year, five of Tết, the Hùng Kings' day, 30 April, 1 May, two of the National Day, 24 November.
    for (const auto& [year, days] : working) CHECK_MESSAGE(days == 12, year);
    CHECK(working.size() == 2);
}
