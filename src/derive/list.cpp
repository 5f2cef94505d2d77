// Lists, searches within an entity, and groups.
#include "derive/list.h"

#include "analytics/unpriced.h"
#include "base/text.h"
#include "derive/messages.h"

namespace fairlead::derive {

using formula::FieldType;
using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using store::Aggregate;
using store::Viewer;

Json parameters_as_json(const Request& request) {
    Json body;
    body.kind = Json::Kind::object;
    for (const auto& [name, value] : request.query) {
        Json text;
        text.kind = Json::Kind::text;
        text.text = value;
        body.members.emplace_back(name, std::move(text));
    }
    return body;
}

Result<std::vector<store::SortBy>> read_sort(App& app, const Target& target, const Viewer& viewer, const std::vector<std::string>& keys) {
    std::vector<store::SortBy> sort;
    for (const std::string& key : keys) {
        if (key.empty()) continue;
        store::SortBy by;
        by.descending = key.front() == '-';
        by.field = by.descending ? key.substr(1) : key;
        FAIRLEAD_ASSIGN(const formula::Formula path, check_for(app, target, viewer, by.field, {}, "sort"));
        if (!path || path->root->op != formula::Op::field || path->root->type.is_many)
            return refuse(Why::bad_request, "cannot_sort", "\"" + by.field + "\" is not a field: sort by fields, as sort=-amount,close_date",
                          "sort", {{"name", by.field}});
        sort.push_back(std::move(by));
    }
    return sort;
}

namespace {

Result<bool> truth_at(const Json& asked, std::string_view name) {
    const Json* json = asked.find(name);
    if (!json) return false;
    if (json->is(Json::Kind::boolean)) return json->flag;
    if (json->is(Json::Kind::text) && (json->text == "true" || json->text == "false")) return json->text == "true";
    return refuse(Why::bad_request, "wrong_type", "\"" + std::string(name) + "\" is true or false", std::string(name), {{"wanted", "true or false"}});
}

// The parts that lists and groups share.
template <class Query>
Result<void> read_common(App& app, const Target& target, const Viewer& viewer, const Json& asked, Query& query) {
    query.entity = target->name;
    FAIRLEAD_ASSIGN(const std::string filter, text_at(asked, "filter"));
    FAIRLEAD_ASSIGN(query.filter, check_for(app, target, viewer, filter, Type::boolean, "filter"));
    FAIRLEAD_ASSIGN(query.search, text_at(asked, "search"));
    if (query.search.size() > 500) return refuse(Why::bad_request, "too_long", "The search is longer than 500 bytes: use fewer words", "search");
    FAIRLEAD_ASSIGN(const std::string as_of, text_at(asked, "as_of"));
    FAIRLEAD_ASSIGN(query.effective_as_of, moment(app, as_of, "as_of"));
    FAIRLEAD_ASSIGN(const std::string known_at, text_at(asked, "known_at"));
    FAIRLEAD_ASSIGN(query.recorded_as_of, moment(app, known_at, "known_at"));
    return {};
}

}  // namespace

Result<ListRequest> read_list(App& app, const Request& request, const Json& asked) {
    ListRequest list;
    FAIRLEAD_ASSIGN(list.target, target_of(app, request));
    const Viewer& viewer = *request.viewer;
    FAIRLEAD_TRY(only_keys(asked, {"filter", "sort", "limit", "cursor", "fields", "expand", "search", "count", "as_of", "known_at", "bin"}));
    store::ListQuery& query = list.query;
    FAIRLEAD_TRY(read_common(app, list.target, viewer, asked, query));
    FAIRLEAD_ASSIGN(const auto sort, texts_at(asked, "sort"));
    FAIRLEAD_ASSIGN(query.sort, read_sort(app, list.target, viewer, sort));
    FAIRLEAD_ASSIGN(const std::int64_t limit, whole_at(asked, "limit", 50, 1, 500));
    query.limit = static_cast<int>(limit);
    FAIRLEAD_ASSIGN(query.cursor, text_at(asked, "cursor"));
    FAIRLEAD_ASSIGN(const std::string count, text_at(asked, "count"));
    if (!count.empty() && count != "exact" && count != "none")
        return refuse(Why::bad_request, "wrong_type", "\"count\" is exact or none", "count", {{"wanted", "exact, none"}});
    query.count = count == "none" ? store::Count::none : store::Count::exact;
    FAIRLEAD_ASSIGN(query.in_bin, truth_at(asked, "bin"));
    FAIRLEAD_ASSIGN(const auto fields, texts_at(asked, "fields"));
    FAIRLEAD_ASSIGN(const auto expand, texts_at(asked, "expand"));
    FAIRLEAD_ASSIGN(list.shape, shape_of(*list.target.catalog, viewer, *list.target, fields, expand));
    return list;
}

namespace {

Result<Response> answer_list(App& app, Request& request, const Json& asked) {
    FAIRLEAD_ASSIGN(const ListRequest list, read_list(app, request, asked));
    FAIRLEAD_ASSIGN(const store::ListPage page, app.store.list(*request.viewer, list.query));
    StoreSource source = app.source(request);
    prefetch(page.records, list.shape, source);
    JsonWriter w;
    w.out().reserve(256 + page.records.size() * list.shape.parts.size() * 32);
    w.begin_object().key("data").begin_array();
    for (const model::Record& record : page.records) write_record(w, record, list.shape, source);
    w.end_array();
    w.key("page").begin_object();
    w.key("next");
    page.next.empty() ? w.null() : w.text(page.next);
    w.key("prev");
    page.prev.empty() ? w.null() : w.text(page.prev);
    w.boolean("has_more", !page.next.empty());
    w.key("count");
    page.count ? w.number(*page.count) : w.null();
    w.end_object().end_object();
    Response response = json_response(w.take());
    response.headers.emplace_back("Fairlead-Way", page.way);  // how it was answered, for those who measure
    return response;
}

Result<Response> list(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"filter", "sort", "limit", "cursor", "fields", "expand", "search", "count", "as_of", "known_at", "bin"}));
    return answer_list(app, request, parameters_as_json(request));
}

Result<Response> search_list(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    return answer_list(app, request, body);
}

// "sum(amount)" to its kind and the formula inside.
struct AggregateName {
    std::string_view word;
    Aggregate::Kind kind;
};
constexpr AggregateName aggregate_names[] = {
    {"count", Aggregate::count}, {"count_distinct", Aggregate::count_distinct}, {"sum", Aggregate::sum},       {"avg", Aggregate::average},
    {"average", Aggregate::average}, {"min", Aggregate::min},                   {"max", Aggregate::max},       {"median", Aggregate::median},
};

}  // namespace

Result<Aggregate> read_aggregate(App& app, const Target& target, const Viewer& viewer, const std::string& text, const std::string& at) {
    const auto refused = [&] {
        return refuse(Why::bad_request, "unknown_aggregate",
                      "\"" + text + "\" is not an aggregate: write count(), sum(amount), avg(...), min(...), max(...), median(...) or count_distinct(...)",
                      at, {{"name", text}});
    };
    const std::string_view whole = trim(text);
    const auto open = whole.find('(');
    if (open == std::string_view::npos || whole.back() != ')') return refused();
    const std::string word = lower_ascii(trim(whole.substr(0, open)));
    const std::string_view inside = trim(whole.substr(open + 1, whole.size() - open - 2));
    const auto named = std::find_if(std::begin(aggregate_names), std::end(aggregate_names), [&](const auto& n) { return n.word == word; });
    if (named == std::end(aggregate_names)) return refused();
    Aggregate aggregate;
    aggregate.kind = named->kind;
    aggregate.name = text;
    if (aggregate.kind == Aggregate::count) {
        if (!inside.empty()) return refused();
        return aggregate;
    }
    if (inside.empty()) return refused();
    FAIRLEAD_ASSIGN(aggregate.of, check_for(app, target, viewer, inside, {}, at));
    const Type type = aggregate.of->root->type.type;
    const bool adds = type == Type::whole || type == Type::decimal || type == Type::percent || type == Type::money || type == Type::duration;
    const bool orders = adds || type == Type::date || type == Type::instant;
    const bool needs_adding = aggregate.kind == Aggregate::sum || aggregate.kind == Aggregate::average || aggregate.kind == Aggregate::median;
    const bool needs_order = aggregate.kind == Aggregate::min || aggregate.kind == Aggregate::max;
    if (aggregate.of->root->type.is_many || (needs_adding && !adds) || (needs_order && !orders))
        return refuse(Why::bad_request, "type_mismatch",
                      "\"" + text + "\" does not work on a " + std::string(type_name(type)) + ": " + word + " needs a number or an amount", at,
                      {{"name", text}, {"type", std::string(type_name(type))}});
    return aggregate;
}

FieldType aggregate_type(const Aggregate& aggregate) {
    FieldType type;
    if (aggregate.kind == Aggregate::count || aggregate.kind == Aggregate::count_distinct) type.type = Type::whole;
    else {
        type = aggregate.of->root->type;
        if (type.type == Type::whole && (aggregate.kind == Aggregate::average || aggregate.kind == Aggregate::median)) type.type = Type::decimal;
    }
    return type;
}

namespace {

Result<store::GroupQuery> read_group(App& app, const Target& target, const Viewer& viewer, const Json& body,
                                     std::vector<std::string>& group_names) {
    store::GroupQuery query;
    FAIRLEAD_TRY(only_keys(body, {"filter", "search", "group", "aggregate", "as_of", "known_at", "limit"}));
    FAIRLEAD_TRY(read_common(app, target, viewer, body, query));
    FAIRLEAD_ASSIGN(group_names, texts_at(body, "group"));
    for (std::size_t i = 0; i < group_names.size(); ++i) {
        const std::string at = "/group/" + std::to_string(i);
        FAIRLEAD_ASSIGN(formula::Formula by, check_for(app, target, viewer, group_names[i], {}, at));
        if (!by || by->root->type.is_many || by->root->type.type == Type::list)
            return refuse(Why::bad_request, "cannot_group", "\"" + group_names[i] + "\" has many values: group by one value a record", at,
                          {{"name", group_names[i]}});
        query.by.push_back(std::move(by));
    }
    FAIRLEAD_ASSIGN(auto aggregates, texts_at(body, "aggregate"));
    if (aggregates.empty()) aggregates.emplace_back("count()");
    for (std::size_t i = 0; i < aggregates.size(); ++i) {
        FAIRLEAD_ASSIGN(Aggregate one, read_aggregate(app, target, viewer, aggregates[i], "/aggregate/" + std::to_string(i)));
        query.aggregates.push_back(std::move(one));
    }
    std::vector<std::string> keys = group_names;
    keys.insert(keys.end(), aggregates.begin(), aggregates.end());
    std::sort(keys.begin(), keys.end());
    if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end())
        return refuse(Why::bad_request, "duplicate_key", "\"" + *twice + "\" is asked twice: leave one", {}, {{"name", *twice}});
    FAIRLEAD_ASSIGN(const std::int64_t limit, whole_at(body, "limit", 10'000, 1, 100'000));
    query.limit = static_cast<int>(limit);
    return query;
}

Result<Response> group(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    std::vector<std::string> names;
    FAIRLEAD_ASSIGN(const store::GroupQuery query, read_group(app, target, *request.viewer, body, names));
    FAIRLEAD_ASSIGN(const auto groups, app.store.group(*request.viewer, query));
    StoreSource source = app.source(request);
    for (std::size_t i = 0; i < query.by.size(); ++i) {
        const FieldType& type = query.by[i]->root->type;
        const model::EntityInfo* of = type.type == Type::reference ? target.catalog->find(type.target) : nullptr;
        if (!of) continue;
        std::vector<Id> ids;
        for (const store::Group& g : groups)
            if (const auto* id = g.by[i].get<Id>()) ids.push_back(*id);
        source.want_titles(*of, ids);
    }
    JsonWriter w;
    w.begin_object().key("groups").begin_array();
    for (const store::Group& g : groups) {
        w.begin_object();
        for (std::size_t i = 0; i < g.by.size(); ++i) {
            w.key(names[i]);
            write_value(w, g.by[i], query.by[i]->root->type, source);
        }
        for (std::size_t i = 0; i < g.values.size(); ++i) {
            w.key(query.aggregates[i].name);
            write_value(w, g.values[i], aggregate_type(query.aggregates[i]), source);
        }
        w.end_object();
    }
    // The amounts that sums leave out, by the aggregate.
    w.end_array().key("unpriced").begin_array();
    std::int64_t most = 0;
    for (const Aggregate& aggregate : query.aggregates) {
        if (!aggregate.of || aggregate.kind == Aggregate::count || aggregate.kind == Aggregate::count_distinct) continue;
        FAIRLEAD_ASSIGN(const analytics::Unpriced missing, analytics::unpriced(app.store, *request.viewer, query, aggregate.of));
        if (missing.n > 0) w.begin_object().text("aggregate", aggregate.name).number("n", missing.n).text("filter", missing.filter).end_object();
        most = std::max(most, missing.n);
    }
    w.end_array().key("notes").begin_array();
    if (most > 0) w.text(unpriced_note(most, request.language));
    w.end_array().end_object();
    return json_response(w.take());
}

// How many records match each of several filters: what the tabs of saved views show, asked at once.
Result<Response> counts(App& app, Request& request) {
    constexpr std::size_t most = 100;
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"filters", "as_of", "known_at"}));
    const Json* filters = body.find("filters");
    if (!filters || !filters->is(Json::Kind::object))
        return refuse(Why::bad_request, "wrong_type", "\"filters\" is an object of filters by names of your own", "filters", {{"wanted", "object"}});
    if (filters->members.size() > most)
        return refuse(Why::bad_request, "too_many_filters", "At most " + std::to_string(most) + " filters are counted at once", "filters", {{"most", std::to_string(most)}});
    JsonWriter w;
    w.begin_object().key("counts").begin_object();
    for (const auto& [name, filter] : filters->members) {
        Json asked;
        asked.kind = Json::Kind::object;
        for (const auto& [key, value] : body.members)
            if (key != "filters") asked.members.emplace_back(key, value);
        asked.members.emplace_back("filter", filter);
        store::ListQuery query;
        query.limit = 1;
        query.count = store::Count::exact;
        std::optional<std::int64_t> count;
        // A filter that has lost its field since it was saved takes nothing from the others.
        if (const auto read = read_common(app, target, *request.viewer, asked, query)) {
            FAIRLEAD_ASSIGN(const store::ListPage page, app.store.list(*request.viewer, query));
            if (page.count) count = *page.count;
        } else if (read.refused().reasons.front().field != "filter") {
            return read.refused();
        }
        w.key(name);
        count ? w.number(*count) : w.null();
    }
    w.end_object().end_object();
    return json_response(w.take());
}

}  // namespace

std::string unpriced_note(std::int64_t count, std::string_view language) {
    const std::string n = std::to_string(count);
    return http::message_in({"unpriced", {}, n + " with an amount in a currency that had no rate when it was entered: counted, but not in the sum. Enter the rate under Administration, Currencies: they are filled by themselves a moment later", {{"count", n}}}, language);
}

void add_list_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::get, "/api/v1/{plural}", Policy::viewer, answering(app, list)});
    router.add({Method::post, "/api/v1/{plural}/search", Policy::viewer, answering(app, search_list)});
    router.add({Method::post, "/api/v1/{plural}/query", Policy::viewer, answering(app, group)});
    router.add({Method::post, "/api/v1/{plural}/counts", Policy::viewer, answering(app, counts)});
}

}  // namespace fairlead::derive
