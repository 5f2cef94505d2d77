// Reading and checking the plan of an import.
#include "derive/exchange/import_plan.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "derive/app.h"
#include "derive/exchange/heads.h"

namespace fairlead::derive {

using model::EntityInfo;

namespace {

Result<MappedColumn> read_column(const Json& item, const std::string& at) {
    const auto wrong = [&](std::string_view name, std::string_view wanted) {
        return refuse(Why::bad_request, "wrong_type", "\"" + std::string(name) + "\" must be " + std::string(wanted), at + pointer_to(name), {{"wanted", std::string(wanted)}});
    };
    if (!item.is(Json::Kind::object)) return wrong("mapping", "a list of {column, field}");
    FAIRLEAD_TRY(only_keys(item, {"column", "field", "values"}));
    MappedColumn mapped;
    const Json* column = item.find("column");
    const auto index = column != nullptr && column->is(Json::Kind::number) ? Decimal::parse(column->text) : std::nullopt;
    const auto whole = index ? index->whole() : std::nullopt;
    if (!whole || *whole < 0 || *whole > 20'000) return wrong("column", "the index of a column");
    mapped.column = static_cast<int>(*whole);
    const Json* field = item.find("field");
    if (field == nullptr || !field->is(Json::Kind::text)) return wrong("field", "the name of a field");
    mapped.field = field->text;
    if (const Json* values = item.find("values"); values != nullptr && !values->is(Json::Kind::null)) {
        if (!values->is(Json::Kind::object)) return wrong("values", "an object of written and meant values");
        for (const auto& [written, meant] : values->members) {
            if (!meant.is(Json::Kind::text)) return wrong("values", "an object of written and meant values");
            mapped.values[std::string(trim(written))] = meant.text;
        }
    }
    return mapped;
}

Result<std::string> word_at(const Json& body, std::string_view name, std::initializer_list<std::string_view> words) {
    FAIRLEAD_ASSIGN(std::string word, text_at(body, name));
    if (word.empty()) return std::string(*words.begin());
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    std::string wanted;
    for (const std::string_view w : words) wanted += (wanted.empty() ? "" : ", ") + std::string(w);
    return refuse(Why::bad_request, "wrong_type", "\"" + std::string(name) + "\" is one of " + wanted, pointer_to(name), {{"wanted", wanted}});
}

}  // namespace

std::optional<Whose> whose_named(std::string_view word) {
    if (word == "ours") return Whose::ours;
    if (word == "theirs") return Whose::theirs;
    if (word == "ask") return Whose::ask;
    return std::nullopt;
}
std::string_view whose_name(Whose whose) { return whose == Whose::ours ? "ours" : whose == Whose::theirs ? "theirs" : "ask"; }

Result<EditedChoice> read_edited(const Json* json, const EntityInfo* entity) {
    EditedChoice choice;
    const auto wrong = [](const std::string& at) {
        return refuse(Why::bad_request, "wrong_type", "\"edited\" is ours, theirs or ask, or an object of fields and these words", at, {{"wanted", "ours, theirs, ask"}});
    };
    if (json == nullptr || json->is(Json::Kind::null)) return choice;
    if (json->is(Json::Kind::text)) {
        const auto whose = whose_named(json->text);
        if (!whose) return wrong("/edited");
        choice.all = *whose;
        return choice;
    }
    if (!json->is(Json::Kind::object)) return wrong("/edited");
    for (const auto& [field, word] : json->members) {
        const auto whose = word.is(Json::Kind::text) ? whose_named(word.text) : std::nullopt;
        if (!whose) return wrong("/edited" + pointer_to(field));
        if (field == "*") choice.all = *whose;
        else if (entity != nullptr && entity->field(field) == nullptr)
            return refuse(Why::bad_request, "unknown_field", entity->label + " has no field \"" + field + "\"", "/edited" + pointer_to(field), {{"name", field}, {"near", ""}});
        else choice.fields[field] = *whose;
    }
    return choice;
}

Result<ImportPlan> read_plan(const Json& body, const model::Catalog& catalog, const store::Viewer& viewer, const FileLook& look) {
    FAIRLEAD_TRY(only_keys(body, {"entity", "mapping", "key", "on_match", "empty", "reading", "missing", "rows", "partial", "edited"}));
    ImportPlan plan;
    FAIRLEAD_ASSIGN(plan.entity, text_at(body, "entity"));
    if (plan.entity.empty()) return refuse(Why::invalid, "required", "Say which kind of record the file holds", "/entity", {{"name", "entity"}});
    const Json* mapping = body.find("mapping");
    if (mapping == nullptr || !mapping->is(Json::Kind::array))
        return refuse(Why::bad_request, "wrong_type", "\"mapping\" must be a list of {column, field}", "/mapping", {{"wanted", "a list"}});
    for (std::size_t i = 0; i < mapping->items.size(); ++i) {
        FAIRLEAD_ASSIGN(MappedColumn column, read_column(mapping->items[i], "/mapping/" + std::to_string(i)));
        plan.mapping.push_back(std::move(column));
    }
    FAIRLEAD_ASSIGN(plan.key, texts_at(body, "key"));
    FAIRLEAD_ASSIGN(const std::string on_match, word_at(body, "on_match", {"update", "skip", "create"}));
    plan.on_match = on_match == "skip" ? OnMatch::skip : on_match == "create" ? OnMatch::create : OnMatch::update;
    FAIRLEAD_ASSIGN(const std::string empty, word_at(body, "empty", {"keep", "clear"}));
    plan.clear_empty = empty == "clear";
    FAIRLEAD_ASSIGN(const std::string missing, word_at(body, "missing", {"refuse", "create"}));
    plan.create_missing = missing == "create";
    FAIRLEAD_ASSIGN(plan.edited, read_edited(body.find("edited"), catalog.find(plan.entity)));
    FAIRLEAD_ASSIGN(plan.reading, reading_of(body));
    FAIRLEAD_ASSIGN(plan.rows, whole_at(body, "rows", 0, 0, INT64_MAX));
    if (const Json* partial = body.find("partial"); partial != nullptr && !partial->is(Json::Kind::null)) {
        if (!partial->is(Json::Kind::boolean)) return refuse(Why::bad_request, "wrong_type", "\"partial\" must be true or false", "/partial", {{"wanted", "true or false"}});
        plan.partial = partial->flag;
    }
    FAIRLEAD_TRY(check_plan(plan, catalog, viewer, look));
    return plan;
}

Result<void> check_plan(const ImportPlan& plan, const model::Catalog& catalog, const store::Viewer& viewer, const FileLook& look) {
    const EntityInfo* entity = catalog.find(plan.entity);
    if (entity == nullptr || entity->access == model::AccessKind::system) {
        std::vector<std::string> names;
        for (const auto& other : catalog.entities())
            if (other->access != model::AccessKind::system) names.push_back(other->name);
        const std::string near = nearest(plan.entity, names);
        return refuse(Why::bad_request, "unknown_entity", "There are no records called \"" + plan.entity + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"), "/entity",
                      {{"name", plan.entity}, {"near", near}});
    }
    FAIRLEAD_TRY(may(viewer, *entity, store::Right::import));
    if (entity->administrators && !viewer.is_administrator && !viewer.is_system)
        return refuse(Why::forbidden, "administrators_only", entity->label_plural + " are changed by administrators alone: ask one of them", "/entity");
    if (!entity->logged) return refuse(Why::invalid, "kept_by_program", entity->label_plural + " follow from other records and cannot be imported", "/entity", {{"entity", entity->name}});
    Refused refused{Why::invalid, {}};
    std::map<std::string, int> taken;
    std::vector<std::string> names;
    for (const auto& field : entity->fields)
        if (may_import(*entity, field, viewer)) names.push_back(field.name);
    const auto column_named = [&](int index) {
        for (const ColumnLook& column : look.columns)
            if (column.index == index) return column.name + " (column " + std::to_string(index + 1) + ")";
        return "column " + std::to_string(index + 1);
    };
    for (std::size_t i = 0; i < plan.mapping.size(); ++i) {
        const MappedColumn& mapped = plan.mapping[i];
        const std::string at = "/mapping/" + std::to_string(i);
        if (std::none_of(look.columns.begin(), look.columns.end(), [&](const ColumnLook& c) { return c.index == mapped.column; }))
            refused.reasons.push_back({"unknown_column", at + "/column", "The file has no column " + std::to_string(mapped.column + 1) + " with a name", {{"column", std::to_string(mapped.column + 1)}}});
        if (!target_field(*entity, mapped.field, viewer)) {
            const std::string near = nearest(mapped.field, names);
            refused.reasons.push_back({"unknown_field", at + "/field", entity->label + " has no field \"" + mapped.field + "\" that an import may set" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"),
                                       {{"name", mapped.field}, {"near", near}}});
        }
        if (const auto [known, first] = taken.try_emplace(mapped.field, mapped.column); !first)
            refused.reasons.push_back({"same_field", at + "/field", "Two columns are mapped to " + mapped.field + ": " + column_named(known->second) + " and " + column_named(mapped.column) + ". Choose one",
                                       {{"field", mapped.field}, {"columns", column_named(known->second) + ", " + column_named(mapped.column)}}});
    }
    if (plan.mapping.empty()) refused.reasons.push_back({"nothing_mapped", "/mapping", "No column is mapped to a field: choose at least one", {}});
    for (std::size_t i = 0; i < plan.key.size(); ++i)
        if (!taken.contains(plan.key[i]))
            refused.reasons.push_back({"key_not_mapped", "/key/" + std::to_string(i), "Records are to be found again by " + plan.key[i] + ", but no column is mapped to it", {{"name", plan.key[i]}}});
    if (!refused.reasons.empty()) return refused;
    return {};
}

std::string to_json(const ImportPlan& plan) {
    JsonWriter w;
    w.begin_object().text("entity", plan.entity).key("mapping").begin_array();
    for (const MappedColumn& mapped : plan.mapping) {
        w.begin_object().number("column", mapped.column).text("field", mapped.field);
        if (!mapped.values.empty()) {
            w.key("values").begin_object();
            for (const auto& [written, meant] : mapped.values) w.text(written, meant);
            w.end_object();
        }
        w.end_object();
    }
    w.end_array().key("key").begin_array();
    for (const std::string& field : plan.key) w.text(field);
    w.end_array().text("on_match", plan.on_match == OnMatch::skip ? "skip" : plan.on_match == OnMatch::create ? "create" : "update");
    w.text("empty", plan.clear_empty ? "clear" : "keep").text("missing", plan.create_missing ? "create" : "refuse").boolean("partial", plan.partial);
    w.key("edited").begin_object().text("*", whose_name(plan.edited.all));
    for (const auto& [field, whose] : plan.edited.fields) w.text(field, whose_name(whose));
    w.end_object();
    w.key("reading").begin_object();
    for (const auto& [name, value] : {std::pair("encoding", &plan.reading.encoding), std::pair("separator", &plan.reading.separator), std::pair("decimal", &plan.reading.decimal),
                                      std::pair("dates", &plan.reading.dates), std::pair("sheet", &plan.reading.sheet), std::pair("merged", &plan.reading.merged)})
        if (!value->empty()) w.text(name, *value);
    return w.end_object().end_object().take();
}

}  // namespace fairlead::derive
