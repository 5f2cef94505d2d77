// `fairlead query`: records and groups of any entity, now or as of a moment, as a table or as JSON.
#include <cstdio>

#include "base/text.h"
#include "cli/command.h"
#include "cli/open_store.h"
#include "derive/json.h"
#include "derive/rest.h"

namespace fairlead::cli {
namespace {

using derive::Json;
using derive::JsonWriter;

struct Words {
    std::string database, entity, filter, sort, fields, search, group, aggregate, as_of, known_at;
    int limit = 50;
    bool json = false;
};

// "count(), sum(amount * 2)" at the commas outside of brackets and quotes.
std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    std::string part;
    int depth = 0;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && c == '(') ++depth;
        if (!quoted && c == ')') --depth;
        if (c == ',' && depth == 0 && !quoted) {
            parts.emplace_back(trim(part));
            part.clear();
        } else part += c;
    }
    if (!trim(part).empty()) parts.emplace_back(trim(part));
    return parts;
}

void write_given(JsonWriter& w, std::string_view name, const std::string& value) {
    if (!value.empty()) w.text(name, value);
}

std::string group_body(const Words& words) {
    JsonWriter w;
    w.begin_object();
    write_given(w, "filter", words.filter);
    write_given(w, "search", words.search);
    write_given(w, "as_of", words.as_of);
    write_given(w, "known_at", words.known_at);
    for (const auto& [name, text] : {std::pair<const char*, const std::string*>{"group", &words.group}, {"aggregate", &words.aggregate}}) {
        w.key(name).begin_array();
        for (const std::string& part : parts_of(*text)) w.text(part);
        w.end_array();
    }
    return w.end_object().take();
}

std::string list_body(const Words& words) {
    JsonWriter w;
    w.begin_object();
    write_given(w, "filter", words.filter);
    write_given(w, "search", words.search);
    write_given(w, "sort", words.sort);
    write_given(w, "fields", words.fields);
    write_given(w, "as_of", words.as_of);
    write_given(w, "known_at", words.known_at);
    w.number("limit", words.limit);
    return w.end_object().take();
}

// The interface's own answer, asked in this process as the system.
Result<std::string> ask(store::Store& store, const std::string& path, std::string body) {
    http::Router router;
    derive::add_routes(router, store);
    http::Request request;
    request.method = http::Method::post;
    request.path = request.raw_path = path;
    request.body = std::move(body);
    request.viewer = store::Viewer::system();
    std::vector<http::Method> allowed;
    const http::Route* route = router.match(request, allowed);
    ensure(route != nullptr, "the interface lists and groups every entity");
    http::Response response;
    route->handler(request, [&](http::Response answer) { response = std::move(answer); });  // lists answer at once
    if (response.status == 200) return response.body;
    FAIRLEAD_ASSIGN(const Json problem, derive::parse_object(response.body));
    const Json* detail = problem.find("detail");
    const Json* code = problem.find("code");
    return refuse(Why::invalid, code ? code->text : "refused", detail ? detail->text : response.body);
}

// A reference is what it is called.
Json named(const Json& value) {
    const Json* title = value.find("title");
    return title && value.find("id") ? *title : value;
}

std::string groups_named(const Json& answer) {
    JsonWriter w;
    w.begin_object().key("groups").begin_array();
    for (const Json& group : answer.find("groups")->items) {
        w.begin_object();
        for (const auto& [name, value] : group.members) w.key(name).raw(derive::to_json(named(value)));
        w.end_object();
    }
    w.end_array();
    for (const char* name : {"unpriced", "notes"})
        if (const Json* given = answer.find(name)) w.key(name).raw(derive::to_json(*given));
    return w.end_object().take();
}

// ---- For people --------------------------------------------------------------------------------------------

std::string cell(const Json& json) {
    if (json.is(Json::Kind::null)) return "";
    if (json.is(Json::Kind::boolean)) return json.flag ? "yes" : "no";
    if (const Json* amount = json.find("amount")) return amount->text + " " + json.find("currency")->text;
    if (const Json* title = json.find("title")) return title->text;
    return json.is(Json::Kind::text) || json.is(Json::Kind::number) ? json.text : derive::to_json(json);
}

bool is_number(const Json& json) { return json.is(Json::Kind::number) || json.find("amount"); }

// Columns on a screen: code points, which is right for the languages spoken here (composed accents).
std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text)
        if ((c & 0xC0) != 0x80) ++width;
    return width;
}

constexpr std::size_t cell_max = 40;

std::string clipped(const std::string& text) {
    std::string out;
    std::size_t width = 0;
    for (const char c : text) {
        if ((c & 0xC0) != 0x80 && ++width > cell_max) return out + "…";
        // What is shown on a terminal must not steer it.
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    return out;
}

void print_rows(const std::vector<Json>& rows, const std::vector<std::string>& columns) {
    std::vector<std::size_t> widths;
    for (const std::string& column : columns) widths.push_back(width_of(column));
    for (const Json& row : rows)
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (const Json* value = row.find(columns[i])) widths[i] = std::max(widths[i], width_of(clipped(cell(*value))));
    const auto line = [&](const auto& text_of, const auto& right_of) {
        std::string out;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string text = text_of(i);
            const std::string blanks(widths[i] - std::min(widths[i], width_of(text)), ' ');
            out += right_of(i) ? blanks + text : text + blanks;
            out += i + 1 < columns.size() ? "  " : "";
        }
        while (!out.empty() && out.back() == ' ') out.pop_back();
        std::printf("%s\n", out.c_str());
    };
    const auto number_at = [&](std::size_t i) { return !rows.empty() && rows[0].find(columns[i]) && is_number(*rows[0].find(columns[i])); };
    line([&](std::size_t i) { return columns[i]; }, number_at);
    for (const Json& row : rows)
        line([&](std::size_t i) { return row.find(columns[i]) ? clipped(cell(*row.find(columns[i]))) : std::string(); }, number_at);
}

// Without a wish: what a list shows first.
std::vector<std::string> columns_of(const model::EntityInfo& entity) {
    std::vector<std::string> columns{"id"};
    for (const model::FieldInfo& field : entity.fields)
        if (field.options.list) columns.push_back(field.name);
    if (columns.size() == 1 && !entity.title.empty() && entity.title != "id") columns.push_back(entity.title);
    return columns;
}

void print_answer_for_people(const Words& words, const model::EntityInfo& entity, const Json& answer) {
    if (const Json* groups = answer.find("groups")) {
        std::vector<std::string> columns = parts_of(words.group);
        const auto aggregates = words.aggregate.empty() ? std::vector<std::string>{"count()"} : parts_of(words.aggregate);
        columns.insert(columns.end(), aggregates.begin(), aggregates.end());
        print_rows(groups->items, columns);
        if (const Json* notes = answer.find("notes"))
            for (const Json& note : notes->items) std::fprintf(stderr, "Note: %s\n", note.text.c_str());
        return;
    }
    const std::vector<std::string> asked = parts_of(words.fields);
    print_rows(answer.find("data")->items, asked.empty() ? columns_of(entity) : asked);
    const Json* count = answer.find("page")->find("count");
    std::fprintf(stderr, "%zu of %s\n", answer.find("data")->items.size(), count && count->is(Json::Kind::number) ? count->text.c_str() : "?");
}

Result<void> run_query(const Words& words) {
    store::Options options;
    options.read_only = true;
    options.columns = false;  // one question does not pay for loading them
    FAIRLEAD_ASSIGN(auto opened, open_store(place_of(words.database), options));
    const auto catalog = opened.store->catalog();
    FAIRLEAD_ASSIGN(const model::EntityInfo* entity, entity_named(*catalog, words.entity));
    const bool grouped = !words.group.empty() || !words.aggregate.empty();
    FAIRLEAD_ASSIGN(const std::string text, ask(*opened.store, "/api/v1/" + entity->plural + (grouped ? "/query" : "/search"),
                                                grouped ? group_body(words) : list_body(words)));
    FAIRLEAD_ASSIGN(const Json answer, derive::parse_object(text));
    if (words.json) std::printf("%s\n", grouped ? groups_named(answer).c_str() : text.c_str());
    else print_answer_for_people(words, *entity, answer);
    return {};
}

}  // namespace

void add_query(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* query = app.add_subcommand("query", "Records and groups of any entity, now or as of a moment");
    add_database_option(*query, words->database);
    query->add_option("entity", words->entity, "Kind of record, as opportunity")->required();
    query->add_option("--filter", words->filter, "Formula that is true for the records wanted, as 'amount > 10000'");
    query->add_option("--search", words->search, "Words that the record contains");
    query->add_option("--sort", words->sort, "Fields, comma between, - for descending: -amount,close_date");
    query->add_option("--fields", words->fields, "Only these fields, comma between");
    query->add_option("--limit", words->limit, "How many records at most, 1 to 500")->capture_default_str();
    query->add_option("--group", words->group, "Fields or formulas to group by, comma between");
    query->add_option("--aggregate", words->aggregate, "What to compute for each group, as 'count(), sum(amount)'");
    query->add_option("--as-of", words->as_of, "As it stood in the business then: 2026-10-01 or 2026-10-01T08:00:00Z");
    query->add_option("--known-at", words->known_at, "As it was known here then");
    query->add_flag("--json", words->json, "Print as JSON");
    query->callback([words, &outcome] {
        const auto done = run_query(*words);
        if (!done) outcome.code = print_refusal(done.refused());
    });
}

}  // namespace fairlead::cli
