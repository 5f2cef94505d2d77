// What is exported of any kind of record comes back through the importer as it was: import(export(x)) changes nothing.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "derive/access_world_for_tests.h"
#include "derive/exchange/file_import.h"
#include "derive/exchange/heads.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

// Values that have been spoilt by some program or other on their way through a file.
std::vector<Value> trying_values(const model::FieldInfo& field) {
    using model::Meaning;
    const Currency usd = *Currency::parse("USD"), vnd = *Currency::parse("VND");
    switch (field.type) {
        case Type::text:
            if (field.options.meaning == Meaning::email) return {"nguyễn.an@ví-dụ.example", "=a@example.com"};
            if (field.options.meaning == Meaning::phone) return {"+84912345678", "0912 345 678"};
            if (field.options.meaning == Meaning::url) return {"https://ví-dụ.example/?a=1,2;3"};
            if (field.options.long_text) return {"Dòng một\nDòng hai, có \"ngoặc\"; và\ttab\n\nDòng bốn", "=1+1\n-2", "'tên", "001\n002"};
            return {"=SUM(1)", "00123", "-5", "+1", "@home", "1e5", "'tên \"ngoặc\"", "Đặng, Thị; Hoa", "1/2", "TRUE", "NULL", "9007199254740993"};
        case Type::boolean: return {true, false};
        case Type::choice: {
            std::vector<Value> values;
            for (const model::ChoiceInfo& choice : field.choices) values.emplace_back(choice.value);
            return values;
        }
        case Type::whole: return {std::int64_t{0}, std::int64_t{7}, std::int64_t{1234567}};
        case Type::decimal: return {*Decimal::parse("0.000000000001"), *Decimal::parse("1234.5"), *Decimal::parse("12345678.123456")};
        case Type::percent: return {*Decimal::parse("0.355"), *Decimal::parse("1"), *Decimal::parse("0")};
        case Type::money: return {Money{123'456'789, usd}, Money{1'234, vnd}, Money{0, usd}};
        case Type::date: return {*Date::parse("2026-03-04"), *Date::parse("2026-12-31"), *Date::parse("1999-01-02")};
        case Type::instant: return {*Instant::parse("2026-03-04T05:06:07Z"), *Instant::parse("2025-10-26T00:30:00Z")};
        case Type::duration: return {Duration{90'000'000}, Duration{3'600'000'000}};
        default: return {};
    }
}

}  // namespace

TEST_CASE("What is exported of any kind of record and imported again changes nothing, in every form (csv-19)") {
    AccessWorld world(AccessWorld::Extent::two_of_each);
    Company& company = world.company;
    // Every field of every record gets a value that is hard on files, where it may have it.
    std::size_t turn = 0, filled = 0;
    for (const auto& [name, records] : world.placed) {
        const model::EntityInfo& entity = company.catalog->need(name);
        for (const Placed& one : records)
            for (const model::FieldInfo& field : entity.fields) {
                if (!may_import(entity, field, *store::Viewer::system()) || field.options.read_only || !field.options.changed_by.empty()) continue;
                const std::vector<Value> values = trying_values(field);
                for (std::size_t i = 0; i < values.size(); ++i) {
                    model::Patch patch(entity);
                    const Value& value = values[(turn + i) % values.size()];
                    patch.set_slot(field.slot, field.options.unique && value.is<std::string>() ? Value(value.as<std::string>() + " " + std::to_string(turn)) : value);
                    const auto set = company.store->write({}, [&](store::Transaction& open) -> Result<Value> {
                        store::WriteOptions options;
                        options.as_system = true;
                        FAIRLEAD_TRY(open.update(one.id, patch, options));
                        return Value();
                    });
                    if (!set) continue;  // a rule of its own
                    ++filled;
                    break;
                }
                ++turn;
            }
    }
    CHECK(filled > 200);
    const std::string folder = (std::filesystem::temp_directory_path() / ("fairlead-round-" + new_id().text())).string();
    std::filesystem::create_directory(folder);
    std::size_t kinds = 0, columns = 0;
    for (const auto& [name, records] : world.placed) {
        const model::EntityInfo& entity = company.catalog->need(name);
        if (!entity.logged) continue;
        for (const auto& [form, ending] : {std::pair("csv", ".csv"), std::pair("csv-excel", ".csv"), std::pair("xlsx", ".xlsx")})
            for (const char* language : {"en", "vi"}) {
                INFO(name << " " << form << " " << language);
                const Answer out = company.get(world.id("Boss"), entity.plural + "/export?format=" + form, {{"accept-language", language}});
                REQUIRE(out.status == 200);
                const std::string path = folder + "/" + name + "-" + form + "-" + language + ending;
                std::ofstream(path, std::ios::binary) << out.body;
                const auto look = look_at(path, name + ending, {});
                if (!look) MESSAGE(look.refused().message() << " of " << out.body.size() << " bytes");
                REQUIRE(look);
                std::vector<Note> notes;
                const auto suggested = suggest_fields(entity, *store::Viewer::system(), look->columns, notes);
                ImportPlan plan;
                plan.entity = name;
                std::vector<std::string> fields, full;
                for (std::size_t i = 0; i < suggested.size(); ++i) {
                    if (!suggested[i]) continue;
                    plan.mapping.push_back({look->columns[i].index, suggested[i]->field, {}});
                    fields.push_back(suggested[i]->field);
                    if (look->columns[i].filled == look->rows) full.push_back(suggested[i]->field);
                }
                // Every field that an import may set is found again by its head.
                for (const model::FieldInfo& field : entity.fields)
                    if (may_import(entity, field, *store::Viewer::system()) && std::find(fields.begin(), fields.end(), field.name) == fields.end())
                        CHECK_MESSAGE(false, "not found: " << field.name);
                plan.key = suggest_key(entity, fields, full);
                const auto check = [&] { return FileImport(*company.store, nullptr, path, *look, plan).check(); };
                auto checked = check();
                // Some kinds have no key of their own: all that every row says is one.
                if (checked && !checked->reasons.empty() && checked->reasons.front().reason.code == "same_key_other_values") {
                    plan.key = full;
                    checked = check();
                }
                if (!checked) MESSAGE(checked.refused().message());
                REQUIRE(checked);
                for (const RefusedGroup& group : checked->reasons) MESSAGE(group.reason.field << ": " << group.reason.message);
                CHECK(checked->refused == 0);
                CHECK(checked->create == 0);
                CHECK(checked->update == 0);
                CHECK(checked->unchanged + checked->duplicate == look->rows);
                if (checked->update > 0)
                    for (const auto& field : fields) {
                        ImportPlan one = plan;
                        std::erase_if(one.mapping, [&](const MappedColumn& m) { return m.field != field && std::find(plan.key.begin(), plan.key.end(), m.field) == plan.key.end(); });
                        const auto alone = FileImport(*company.store, nullptr, path, *look, one).check();
                        if (alone && alone->update > 0) MESSAGE("changes: " << field);
                    }
                ++kinds;
                columns += fields.size();
            }
    }
    MESSAGE(kinds << " files, " << columns << " columns, " << filled << " values");
    std::filesystem::remove_all(folder);
}
