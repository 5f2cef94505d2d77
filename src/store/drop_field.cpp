// Counting what goes, and the exclusive step that lets it go.
#include "store/drop_field.h"

#include <algorithm>

#include "store/database_store.h"

namespace fairlead::store {
namespace {

constexpr std::string_view dropped_kind = "dropped_field";

// Does the formula name the field, alone or at the end of a path?
bool names(const std::string& formula, const std::string& field) {
    const auto part_of_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    for (std::size_t at = formula.find(field); at != std::string::npos; at = formula.find(field, at + 1))
        if ((at == 0 || !part_of_word(formula[at - 1])) && (at + field.size() == formula.size() || !part_of_word(formula[at + field.size()]))) return true;
    return false;
}

Result<std::int64_t> naming(Store& store, const std::string& entity, const std::string& field) {
    std::int64_t count = 0;
    if (!store.catalog()->find(entity)) return count;
    ListQuery query;
    query.entity = entity;
    FAIRLEAD_TRY(store.each(*Viewer::system(), query, [&](const Record& record) {
        for (const FieldInfo& text : record.entity->fields)
            if (text.type == Type::text && text.is_stored() && record.at(text.slot).is<std::string>() && names(record.at(text.slot).as<std::string>(), field)) return ++count, true;
        return true;
    }));
    return count;
}

}  // namespace

Result<FieldLoss> loss_of(Store& store, const std::string& entity, const std::string& name) {
    const auto catalog = store.catalog();
    const auto& fields = catalog->custom_fields();
    if (std::none_of(fields.begin(), fields.end(), [&](const model::CustomField& f) { return f.entity == entity && f.name == name; }))
        return refuse(Why::not_found, "not_found", "There is no field " + name + " of the company's own", {}, {{"entity", "field"}, {"id", name}});
    FieldLoss loss;
    loss.step = "drop " + entity + "." + name;
    ListQuery query;
    query.entity = entity;
    query.limit = 1;
    FAIRLEAD_ASSIGN(query.filter, formula::check("NOT(ISBLANK(" + name + "))", *catalog, entity));
    for (const bool bin : {false, true}) {
        query.in_bin = bin;
        FAIRLEAD_ASSIGN(const ListPage page, store.list(*Viewer::system(), query));
        loss.values += page.count.value_or(0);
        if (bin) loss.in_bin = page.count.value_or(0);
    }
    FAIRLEAD_ASSIGN(loss.requirements, naming(store, "stage_requirement", name));
    FAIRLEAD_ASSIGN(loss.views, naming(store, "saved_view", name));
    return loss;
}

Result<FieldLoss> drop_field(Store& open, const std::string& entity, const std::string& name, std::string_view agreed) {
    FAIRLEAD_ASSIGN(const FieldLoss loss, loss_of(open, entity, name));
    if (loss.requirements > 0)
        return refuse(Why::duplicate, "field_in_formulas", std::to_string(loss.requirements) + " requirements of stages name the field " + name + ": change them first", {}, {{"count", std::to_string(loss.requirements)}, {"name", name}});
    if (agreed != loss.step)
        return refuse(Why::invalid, "not_agreed",
                      "With the field " + name + " goes what " + std::to_string(loss.values) + " records hold in it, for good: only a backup brings it back. Export it and make a backup, then agree by naming the step: " + loss.step,
                      "agree", {{"name", name}, {"count", std::to_string(loss.values)}, {"step", loss.step}});
    auto* store = dynamic_cast<DatabaseStore*>(&open);
    ensure(store != nullptr, "every store is on a database");
    FAIRLEAD_TRY(store->drop_custom_field(entity, name));
    return loss;
}

bool is_dropped_name(Store& store, const std::string& entity, const std::string& name) { return store.fetch(dropped_kind, entity + "." + name).has_value(); }

Result<void> DatabaseStore::drop_custom_field(const std::string& entity, const std::string& name) {
    if (!writer_) return refuse(Why::unavailable, "read_only", "This store was opened for reading only");
    Result<void> outcome;
    writer_->exclusively([&](Connection& connection) {
        auto fields = shape()->catalog->custom_fields();
        std::erase_if(fields, [&](const model::CustomField& f) { return f.entity == entity && f.name == name; });
        std::vector<std::string> agreed;
        for (const std::string& column : shape()->catalog->need(entity).need(name).columns()) agreed.push_back("drop " + entity + "." + column);
        outcome = change_custom_fields(connection, fields, agreed, [&](Connection& inside) {
            Statement& keep = inside.prepare("INSERT INTO kept (org_id, kind, name, value) VALUES ($1, $2, $3, 'true') ON CONFLICT (org_id, kind, name) DO NOTHING");
            const std::string key = entity + "." + name;
            keep.bind(1, organisation_id);
            keep.bind(2, dropped_kind);
            keep.bind(3, std::string_view(key));
            keep.run();
        });
    });
    pool_.clear();
    return outcome;
}

}  // namespace fairlead::store
