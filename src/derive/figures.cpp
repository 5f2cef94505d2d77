// Figures over HTTP: what there are, and each with its groups, intervals, trace and the records behind it.
#include "analytics/figures.h"

#include <array>
#include <cmath>
#include <tuple>

#include "derive/app.h"
#include "derive/list.h"
#include "derive/messages.h"
#include "derive/routes.h"
#include "derive/words.h"

namespace fairlead::derive {

using analytics::FigureAnswer;
using analytics::FigureValue;
using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::Figure;

namespace {

struct Period {
    std::string_view name, label;
};
constexpr std::array periods{Period{"month", "Month"}, Period{"quarter", "Quarter"}, Period{"year", "Year"}};

std::string figure_word(const Figure& figure, std::string_view what, std::string_view language, std::string_view english) {
    return word("figures." + std::string(figure.name) + "." + std::string(what), language, english);
}

std::string dimension_label(std::string_view name, std::string_view language, std::string_view english) {
    return word("dimensions." + std::string(name), language, english);
}

void write_definition(JsonWriter& w, const Figure& figure, std::string_view language) {
    w.text("name", figure.name).text("label", figure_word(figure, "label", language, figure.label));
    w.text("definition", figure_word(figure, "definition", language, figure.definition));
}

Result<Response> list_figures(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    const auto catalog = app.store.catalog();
    JsonWriter w;
    w.begin_array();
    for (const Figure* figure : analytics::figures(*catalog, *request.viewer)) {
        w.begin_object();
        write_definition(w, *figure, request.language);
        w.text("entity", figure->entity).text("formula", figure->value).text("filter", figure->filter).text("success", figure->success);
        w.text("period", figure->period).text("by", figure->by).key("group_by").begin_array();
        for (const model::Dimension& one : figure->dimensions)
            if (figure->kind != model::FigureKind::conversion || one.name == "stage") w.begin_object().text("name", one.name).text("label", dimension_label(one.name, request.language, one.label)).end_object();
        const bool moves = figure->kind == model::FigureKind::movement;
        const bool timed = figure->kind != model::FigureKind::velocity && figure->kind != model::FigureKind::conversion && !moves;
        for (const Period& one : periods)
            if (timed) w.begin_object().text("name", one.name).text("label", dimension_label(one.name, request.language, one.label)).end_object();
        w.end_array().key("parameters").begin_array();
        for (const char* parameter : {"by", "from", "to", "filter", "as_of", "known_at"}) w.text(parameter);
        for (const char* parameter : {"closing_from", "closing_to", "part"})
            if (moves) w.text(parameter);
        w.end_array().end_object();
    }
    w.end_array();
    return json_response(w.take());
}

Result<std::optional<Date>> day(const Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text || text->empty()) return std::optional<Date>();
    if (const auto date = Date::parse(*text)) return std::optional<Date>(*date);
    return refuse(Why::bad_request, "wrong_type", "\"" + std::string(name) + "\" is a day, as 2026-11-25", std::string(name), {{"wanted", "a day"}});
}

// A statistic to four decimals: binary numbers are for these alone.
void write_statistic(JsonWriter& w, double value) {
    if (!std::isfinite(value)) {
        w.null();
        return;
    }
    const auto decimal = Decimal::from_double(std::round(value * 10'000) / 10'000);
    decimal ? (void)w.raw(decimal->text()) : (void)w.null();
}

void write_figure_value(JsonWriter& w, const FigureValue& value, std::string_view entity, Source& source) {
    formula::FieldType type;
    type.type = value.value.is<Decimal>() ? Type::decimal : value.value.is<Money>() ? Type::money : Type::whole;
    w.key("value");
    write_value(w, value.value, type, source);
    w.number("n", value.n).key("interval");
    if (value.interval) {
        w.begin_array();
        write_statistic(w, value.interval->low);
        write_statistic(w, value.interval->high);
        w.end_array();
    } else w.null();
    if (!value.median.empty()) {
        w.key("median");
        write_value(w, value.median, type, source);
    }
    w.key("records").begin_object().text("entity", entity).text("filter", value.filter);
    if (!value.as_of.empty()) w.text("as_of", value.as_of);
    w.end_object();
}

// What the keys of the groups are.
formula::FieldType key_type(const model::Catalog& catalog, const Figure& figure, std::string_view by) {
    for (const model::Dimension& one : figure.dimensions)
        if (one.name == by)
            if (const auto checked = formula::check(one.formula, catalog, figure.entity)) return (*checked)->root->type;
    return {};
}

void write_key(JsonWriter& w, const Value& key, const formula::FieldType& type, Source& source) {
    const model::EntityInfo* target = type.type == Type::reference ? source.catalog().find(type.target) : nullptr;
    if (const auto* id = key.get<Id>()) {
        const auto title = target ? source.title(*target, *id) : std::nullopt;
        w.key("key");
        title ? (void)w.text(*title) : (void)w.null();
        w.text("id", id->text());
        return;
    }
    w.key("key");
    write_value(w, key, type, source);
    w.key("id").null();
}

// The records of one part of a movement, the largest first.
void write_moved(JsonWriter& w, const FigureAnswer& answer, const model::Catalog& catalog, Source& source) {
    const model::EntityInfo& entity = catalog.need(answer.figure->entity);
    formula::FieldType money;
    money.type = Type::money;
    w.key("moved").begin_array();
    for (const analytics::Moved& one : answer.moved) {
        const auto title = source.title(entity, one.record);
        w.begin_object().text("id", one.record.text()).key("title");
        title ? (void)w.text(*title) : (void)w.null();
        w.key("value");
        write_value(w, Value(Money{one.minor, *Currency::parse(catalog.currency())}), money, source);
        w.text("at", one.at.text()).end_object();
    }
    w.end_array();
}

Result<Response> figure(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"by", "from", "to", "filter", "as_of", "known_at", "closing_from", "closing_to", "part"}));
    const auto catalog = app.store.catalog();
    const store::Viewer& viewer = *request.viewer;
    const std::string& name = request.parts.at(0);
    const auto known = analytics::figures(*catalog, viewer);
    const auto found = std::find_if(known.begin(), known.end(), [&](const Figure* f) { return f->name == name; });
    if (found == known.end()) return refuse(Why::not_found, "unknown_figure", "There is no figure \"" + name + "\"", {}, {{"name", name}});
    analytics::FigureRequest asked;
    asked.name = name;
    asked.by = request.parameter("by").value_or("");
    FAIRLEAD_ASSIGN(asked.from, day(request, "from"));
    FAIRLEAD_ASSIGN(asked.to, day(request, "to"));
    FAIRLEAD_ASSIGN(asked.closing_from, day(request, "closing_from"));
    FAIRLEAD_ASSIGN(asked.closing_to, day(request, "closing_to"));
    asked.part = request.parameter("part").value_or("");
    for (const auto& [from, to, name] : {std::tuple{asked.from, asked.to, "to"}, {asked.closing_from, asked.closing_to, "closing_to"}})
        if (from && to && *to < *from)
            return refuse(Why::bad_request, "period_backwards", "The period ends on " + to->text() + ", before it begins on " + from->text() + ": exchange \"from\" and \"to\"", name,
                          {{"from", from->text()}, {"to", to->text()}});
    for (const char* name : {"closing_from", "closing_to", "part"})
        if ((*found)->kind != model::FigureKind::movement && request.parameter(name))
            return refuse(Why::bad_request, "unknown_parameter", std::string("\"") + name + "\" is asked of the pipeline's movement alone", name, {{"name", name}});
    FAIRLEAD_ASSIGN(const Target target, target_named(app, viewer, (*found)->entity));
    // Checked by itself first, so that what is joined to the definition is one whole condition.
    FAIRLEAD_ASSIGN(const formula::Formula filter, check_for(app, target, viewer, request.parameter("filter").value_or(""), Type::boolean, "filter"));
    if (filter) asked.filter = filter->text;
    FAIRLEAD_ASSIGN(asked.effective_as_of, moment(app, request.parameter("as_of").value_or(""), "as_of"));
    FAIRLEAD_ASSIGN(asked.recorded_as_of, moment(app, request.parameter("known_at").value_or(""), "known_at"));
    FAIRLEAD_ASSIGN(const FigureAnswer answer, analytics::compute(app.store, viewer, asked));
    StoreSource source = app.source(request);
    const formula::FieldType keys = key_type(*catalog, *answer.figure, answer.by);
    if (const auto* of = keys.type == Type::reference ? catalog->find(keys.target) : nullptr) {
        std::vector<Id> ids;
        for (const auto& group : answer.groups)
            if (const auto* id = group.key.get<Id>()) ids.push_back(*id);
        source.want_titles(*of, ids);
    }
    std::vector<Id> moved;
    for (const analytics::Moved& one : answer.moved) moved.push_back(one.record);
    source.want_titles(catalog->need(answer.figure->entity), moved);
    JsonWriter w;
    w.begin_object();
    write_definition(w, *answer.figure, request.language);
    w.text("unit", answer.unit);
    write_figure_value(w, answer.total, answer.figure->entity, source);
    w.text("currency", catalog->currency()).text("by", answer.by).key("groups").begin_array();
    for (const auto& group : answer.groups) {
        w.begin_object();
        write_key(w, group.key, keys, source);
        write_figure_value(w, group.figure, answer.figure->entity, source);
        w.end_object();
    }
    w.end_array().key("undated");
    if (answer.undated) {
        w.begin_object();
        write_figure_value(w, *answer.undated, answer.figure->entity, source);
        w.end_object();
    } else w.null();
    w.key("trace").begin_array();
    for (const auto& part : answer.trace) {
        w.begin_object().text("label", part.label).text("formula", part.formula).key("value");
        formula::FieldType type;
        type.type = part.value.is<Decimal>() ? Type::decimal : Type::whole;
        write_value(w, part.value, type, source);
        w.end_object();
    }
    w.end_array().text("computed_at", answer.computed_at.text()).key("notes").begin_array();
    for (const std::string& note : answer.notes) w.text(http::message_in({"wilson_share", {}, note, {}}, request.language));
    if (answer.first_known > 0) {
        const std::string count = std::to_string(answer.first_known);
        w.text(http::message_in({"first_known", {}, count + " of them lead to records that are known only from a later day on: their earliest known state stands for the time before", {{"count", count}}}, request.language));
    }
    if (answer.taken_back > 0) {
        const std::string count = std::to_string(answer.taken_back);
        w.text(http::message_in({"taken_back", {}, "Deals won and reopened: " + count + ". Each counts on the day it was won and is taken back on the day it was reopened", {{"count", count}}}, request.language));
    }
    if (answer.unpriced > 0) w.text(unpriced_note(answer.unpriced, request.language));
    w.end_array().key("unpriced");
    if (answer.unpriced > 0) w.begin_object().number("n", answer.unpriced).text("filter", answer.unpriced_filter).end_object();
    else w.null();
    if (!asked.part.empty()) write_moved(w, answer, *catalog, source);
    w.end_object();
    return json_response(w.take());
}

}  // namespace

void add_figure_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/figures", Policy::viewer, answering(app, list_figures)});
    router.add({Method::get, "/api/v1/figures/{name}", Policy::viewer, answering(app, figure)});
}

}  // namespace fairlead::derive
