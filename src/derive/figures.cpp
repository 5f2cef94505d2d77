// Figures over HTTP: what there are, and each with its groups, intervals, trace and the records behind it.
#include "analytics/figures.h"

#include <array>
#include <cmath>

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
        const bool timed = figure->kind != model::FigureKind::velocity && figure->kind != model::FigureKind::conversion;
        for (const Period& one : periods)
            if (timed) w.begin_object().text("name", one.name).text("label", dimension_label(one.name, request.language, one.label)).end_object();
        w.end_array().key("parameters").begin_array();
        for (const char* parameter : {"by", "from", "to", "filter", "as_of", "known_at"}) w.text(parameter);
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
    w.key("records").begin_object().text("entity", entity).text("filter", value.filter).end_object();
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

Result<Response> figure(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"by", "from", "to", "filter", "as_of", "known_at"}));
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
    if (asked.from && asked.to && *asked.to < *asked.from)
        return refuse(Why::bad_request, "period_backwards", "The period ends on " + asked.to->text() + ", before it begins on " + asked.from->text() + ": exchange \"from\" and \"to\"", "to",
                      {{"from", asked.from->text()}, {"to", asked.to->text()}});
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
    if (answer.unpriced > 0) w.text(unpriced_note(answer.unpriced, request.language));
    w.end_array().key("unpriced");
    if (answer.unpriced > 0) w.begin_object().number("n", answer.unpriced).text("filter", answer.unpriced_filter).end_object();
    else w.null();
    w.end_object();
    return json_response(w.take());
}

}  // namespace

void add_figure_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/figures", Policy::viewer, answering(app, list_figures)});
    router.add({Method::get, "/api/v1/figures/{name}", Policy::viewer, answering(app, figure)});
}

}  // namespace fairlead::derive
