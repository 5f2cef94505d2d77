// Planning an import from the command line's words.
#include "derive/exchange/import_order.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "derive/exchange/heads.h"

namespace fairlead::derive {
namespace {

// A head may also be named by its number, as "#3".
Result<MappedColumn> mapped_by(const std::string& words, const FileLook& look) {
    const auto equals = words.rfind('=');
    if (equals == std::string::npos) return refuse(Why::bad_request, "bad_map", "Write --map \"Head=field\"; \"Head=\" leaves a column out");
    const std::string head(trim(std::string_view(words).substr(0, equals)));
    MappedColumn mapped;
    mapped.field = trim(std::string_view(words).substr(equals + 1));
    std::vector<std::string> heads;
    int found = 0;
    for (const ColumnLook& column : look.columns) {
        heads.push_back(column.name);
        if (fold(column.name) == fold(head) || "#" + std::to_string(column.index + 1) == head) mapped.column = column.index, ++found;
    }
    if (found == 1) return mapped;
    if (found > 1) return refuse(Why::bad_request, "ambiguous_column", "The file has " + std::to_string(found) + " columns called " + head + ": name one by its number, as --map \"#3=" + mapped.field + "\"");
    const std::string near = nearest(head, heads);
    return refuse(Why::bad_request, "unknown_column", "The file has no column \"" + head + "\"" + (near.empty() ? "; it has: " + join(heads, ", ") : ": did you mean \"" + near + "\"?"));
}

std::vector<std::string> texts_in(const Json& json, std::string_view name) {
    std::vector<std::string> texts;
    if (const Json* list = json.find(name))
        for (const Json& item : list->items) texts.push_back(item.text);
    return texts;
}

}  // namespace

std::string look_name(const std::string& file) { return std::filesystem::path(file).filename().string(); }

std::string to_json(const ImportOrder& order) {
    JsonWriter w;
    w.begin_object().text("file", order.file).text("entity", order.entity);
    for (const auto& [name, texts] : {std::pair("map", &order.map), std::pair("key", &order.key), std::pair("edited", &order.edited)}) {
        w.key(name).begin_array();
        for (const std::string& text : *texts) w.text(text);
        w.end_array();
    }
    w.text("on_match", order.on_match).text("empty", order.empty).text("missing", order.missing).boolean("partial", order.partial);
    const Reading& reading = order.reading;
    return w.text("encoding", reading.encoding).text("separator", reading.separator).text("decimal", reading.decimal).text("dates", reading.dates).text("sheet", reading.sheet).text("merged", reading.merged).end_object().take();
}

ImportOrder read_order(const Json& json) {
    ImportOrder order;
    order.file = text_in(json, "file");
    order.entity = text_in(json, "entity");
    order.map = texts_in(json, "map");
    order.key = texts_in(json, "key");
    order.edited = texts_in(json, "edited");
    order.on_match = text_in(json, "on_match");
    order.empty = text_in(json, "empty");
    order.missing = text_in(json, "missing");
    order.partial = flag_in(json, "partial");
    order.reading = {text_in(json, "encoding"), text_in(json, "separator"), text_in(json, "decimal"), text_in(json, "dates"), text_in(json, "sheet"), text_in(json, "merged")};
    return order;
}

Result<OrderedPlan> plan_of(const ImportOrder& order, const store::Store& store, FileLook& look) {
    constexpr double sure = 0.8;
    OrderedPlan out;
    ImportPlan& plan = out.plan;
    const auto catalog = store.catalog();
    plan.entity = order.entity;
    const model::EntityInfo* entity = catalog->find(order.entity);
    if (entity == nullptr) entity = catalog->find_plural(order.entity);
    if (entity != nullptr) plan.entity = entity->name;
    plan.reading = order.reading;
    plan.on_match = order.on_match == "skip" ? OnMatch::skip : order.on_match == "create" ? OnMatch::create : OnMatch::update;
    plan.clear_empty = order.empty == "clear";
    plan.create_missing = order.missing == "create";
    plan.partial = order.partial;
    for (const std::string& words : order.edited) {
        const auto equals = words.find('=');
        const auto whose = whose_named(equals == std::string::npos ? words : words.substr(equals + 1));
        const std::string field = equals == std::string::npos ? "" : words.substr(0, equals);
        if (!whose || (!field.empty() && entity != nullptr && entity->field(field) == nullptr))
            return refuse(Why::bad_request, "bad_edited", "Write --edited ours, theirs or ask; for one field --edited phone=theirs");
        if (field.empty()) plan.edited.all = *whose;
        else plan.edited.fields[field] = *whose;
    }
    std::vector<int> said;
    for (const std::string& map : order.map) {
        FAIRLEAD_ASSIGN(MappedColumn mapped, mapped_by(map, look));
        said.push_back(mapped.column);
        if (!mapped.field.empty()) plan.mapping.push_back(std::move(mapped));
    }
    if (entity != nullptr) {
        std::vector<ColumnLook> rest;
        for (const ColumnLook& column : look.columns)
            if (std::find(said.begin(), said.end(), column.index) == said.end()) rest.push_back(column);
        const auto suggested = suggest_fields(*entity, *store::Viewer::system(), rest, look.notes);
        for (std::size_t i = 0; i < rest.size(); ++i) {
            const bool free = suggested[i] && std::none_of(plan.mapping.begin(), plan.mapping.end(), [&](const MappedColumn& m) { return m.field == suggested[i]->field; });
            if (free && suggested[i]->confidence >= sure) plan.mapping.push_back({rest[i].index, suggested[i]->field, {}});
        }
        std::vector<std::string> fields, filled;
        for (const ColumnLook& column : look.columns) {
            const auto mapped = std::find_if(plan.mapping.begin(), plan.mapping.end(), [&](const MappedColumn& m) { return m.column == column.index; });
            out.lines.push_back(column.name + " -> " + (mapped == plan.mapping.end() ? "(left out)" : mapped->field));
            if (mapped == plan.mapping.end()) continue;
            fields.push_back(mapped->field);
            if (column.filled == look.rows) filled.push_back(mapped->field);
        }
        plan.key = order.key.empty() ? suggest_key(*entity, fields, filled) : order.key;
    }
    FAIRLEAD_TRY(check_plan(plan, *catalog, *store::Viewer::system(), look));
    return out;
}

std::string order_report(const FileLook& look, const OrderedPlan& ordered, const std::string& name, const std::string& report) {
    JsonWriter w;
    w.begin_object().text("file", look.filename).text("format", look.format).text("encoding", look.encoding).text("separator", look.separator).text("decimal", look.decimal).text("dates", look.dates);
    w.number("rows", look.rows).key("mapping").begin_array();
    for (const std::string& line : ordered.lines) w.text(line);
    w.end_array().key("key").begin_array();
    for (const std::string& field : ordered.plan.key) w.text(field);
    w.end_array().key("notes").begin_array();
    for (const Note& note : look.notes) w.begin_object().text("code", note.code).text("message", note.message).end_object();
    return w.end_array().key(name).raw(report).end_object().take();
}

}  // namespace fairlead::derive
