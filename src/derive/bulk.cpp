// Many changes at once: named records or all that match a filter, one batch, a result for every row.
#include "derive/change.h"
#include "derive/forms.h"
#include "derive/list.h"
#include "derive/messages.h"
#include "derive/routes.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::ActionInfo;
using model::EntityInfo;
using model::Patch;
using store::Right;
using store::Transaction;

namespace {

constexpr std::size_t rows_max = 100'000;
constexpr std::size_t rows_in_a_step = 200;  // the writer is held for one step at a time

enum class Operation { create, update, remove, act };

struct Row {
    Id id{};
    std::optional<std::int64_t> version;
    std::optional<Patch> patch;
    model::Parameters parameters;
    std::optional<Refused> refused;   // before it was tried
    std::vector<std::string> own;     // the fields it gives itself, beside those that are set for all
};

struct Bulk {
    Target target;
    Operation operation = Operation::update;
    std::string action;
    std::vector<Row> rows;
    bool dry_run = false;
    bool by_filter = false;
    Json shared;  // what "set" or "parameters" say for all rows
    Id batch{};
};

// Where in the request the fault is: at the row that names the field, or where it is set for all of them. Reasons come
// with a field's name, or a pointer inside of the row.
Refused placed(Refused refused, const Bulk& bulk, const Row& row, std::size_t index) {
    const std::string for_all = bulk.operation == Operation::act ? "/parameters" : "/set", of_row = "/records/" + std::to_string(index);
    for (Refusal& reason : refused.reasons) {
        const std::string pointer = reason.field.empty() || reason.field.front() == '/' ? reason.field : pointer_to(reason.field);
        const std::string name = pointer.empty() ? "" : pointer.substr(1, pointer.find('/', 1) - 1);
        const bool set_for_all = bulk.shared.find(name) && std::find(row.own.begin(), row.own.end(), name) == row.own.end();
        reason.field = (bulk.by_filter ? pointer.empty() ? "/filter" : for_all : set_for_all ? for_all : of_row) + pointer;
    }
    return refused;
}

struct RowResult {
    Id id{};
    std::optional<Refused> refused;
};

Result<Operation> operation_of(const Json& body) {
    FAIRLEAD_ASSIGN(const std::string word, text_at(body, "operation"));
    if (word == "create") return Operation::create;
    if (word == "update") return Operation::update;
    if (word == "delete") return Operation::remove;
    if (word == "action") return Operation::act;
    return refuse(Why::bad_request, "wrong_type", "\"operation\" is create, update, delete or action", "/operation",
                  {{"wanted", "create, update, delete, action"}});
}

Right right_of(Operation operation) {
    return operation == Operation::create ? Right::create : operation == Operation::remove ? Right::remove : Right::update;
}

const ActionInfo* action_of(const EntityInfo& entity, const std::string& name) {
    for (const ActionInfo& action : entity.actions)
        if (action.name == name) return &action;
    return nullptr;
}

// One entry of "records": an id (or {"id", "version", fields...}); what it sets beyond that is `shared`.
Row read_row(const Bulk& bulk, const Json& entry, const store::Viewer& viewer) {
    Row row;
    Json fields = bulk.shared;
    fields.kind = Json::Kind::object;
    const auto id_wrong = [&] {
        return refuse(Why::invalid, "required", "Name the record by its id", "/id", {{"name", "id"}});
    };
    const Json* id = entry.is(Json::Kind::text) ? &entry : entry.find("id");
    if (bulk.operation != Operation::create) {
        const auto parsed = id && id->is(Json::Kind::text) ? Id::parse(id->text) : std::nullopt;
        if (!parsed) {
            row.refused = id_wrong();
            return row;
        }
        row.id = *parsed;
    }
    for (const auto& [name, value] : entry.members) {
        if (name == "id" && bulk.operation != Operation::create) continue;
        if (name == "version" && bulk.operation != Operation::create) {
            const auto decimal = value.is(Json::Kind::number) ? Decimal::parse(value.text) : std::nullopt;
            row.version = decimal ? decimal->whole() : std::nullopt;
            if (!row.version) row.refused = refuse(Why::invalid, "wrong_type", "\"version\" is a whole number", "/version", {{"wanted", "a whole number"}});
            continue;
        }
        fields.members.emplace_back(name, value);
        row.own.push_back(name);
    }
    if (row.refused) return row;
    if (bulk.operation == Operation::act) {
        auto parameters = read_parameters(fields, *bulk.target.catalog, *action_of(*bulk.target, bulk.action));
        if (parameters) row.parameters = std::move(*parameters);
        else row.refused = parameters.refused();
    } else if (bulk.operation == Operation::remove) {
        if (!fields.members.empty())
            row.refused = refuse(Why::bad_request, "unknown_field", "A delete takes an id, nothing else", pointer_to(fields.members.front().first),
                                 {{"name", fields.members.front().first}, {"near", "id"}});
    } else {
        const Purpose purpose = bulk.operation == Operation::create ? Purpose::create : Purpose::update;
        auto patch = read_patch(fields, *bulk.target.catalog, *bulk.target, viewer, purpose);
        if (patch) row.patch = std::move(*patch);
        else row.refused = patch.refused();
    }
    return row;
}

Refused too_many(std::size_t count) {
    return refuse(Why::too_large, "too_many_records", std::to_string(count) + " records are more than the 100,000 of one bulk change: narrow the filter",
                  "/filter", {{"count", std::to_string(count)}, {"most", std::to_string(rows_max)}});
}

// The ids that a filter finds now, under the reader's access.
Result<std::vector<Json>> matching(App& app, const Bulk& bulk, const store::Viewer& viewer, const Json& body) {
    FAIRLEAD_ASSIGN(const std::string text, text_at(body, "filter"));
    store::ListQuery query;
    query.entity = bulk.target->name;
    FAIRLEAD_ASSIGN(query.filter, check_for(app, bulk.target, viewer, text, Type::boolean, "/filter"));
    if (!query.filter)
        return refuse(Why::bad_request, "empty_filter", "The filter is empty: write TRUE to mean every record", "/filter");
    std::vector<Json> out;
    FAIRLEAD_TRY(app.store.each(viewer, query, [&](const model::Record& record) {
        Json id;
        id.kind = Json::Kind::text;
        id.text = record.id().text();
        out.push_back(std::move(id));
        return out.size() <= rows_max;
    }));
    if (out.size() > rows_max) return too_many(out.size());
    return out;
}

Result<Bulk> read_bulk(App& app, const Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"dry_run"}));
    Bulk bulk;
    FAIRLEAD_ASSIGN(bulk.target, target_of(app, request));
    FAIRLEAD_ASSIGN(bulk.dry_run, flag_parameter(request, "dry_run"));
    const store::Viewer& viewer = *request.viewer;
    FAIRLEAD_TRY(may(viewer, *bulk.target, Right::bulk));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"operation", "records", "filter", "set", "action", "parameters"}));
    FAIRLEAD_ASSIGN(bulk.operation, operation_of(body));
    FAIRLEAD_TRY(may(viewer, *bulk.target, right_of(bulk.operation)));
    if (bulk.operation == Operation::act) {
        FAIRLEAD_ASSIGN(bulk.action, text_at(body, "action"));
        if (!action_of(*bulk.target, bulk.action))
            return refuse(Why::bad_request, "unknown_action", bulk.target->label + " has no action \"" + bulk.action + "\"", "/action", {{"name", bulk.action}});
    }
    const Json* records = body.find("records");
    const Json* filter = body.find("filter");
    if (!records == !filter || (filter && bulk.operation == Operation::create))
        return refuse(Why::bad_request, "required", "Give either \"records\" or \"filter\"", "/records", {{"name", "records"}});
    if (records && !records->is(Json::Kind::array))
        return refuse(Why::bad_request, "wrong_type", "\"records\" must be a list", "/records", {{"wanted", "a list"}});
    bulk.by_filter = filter != nullptr;
    std::vector<Json> found;
    if (filter) {
        FAIRLEAD_ASSIGN(found, matching(app, bulk, viewer, body));
    }
    const std::vector<Json>& entries = records ? records->items : found;
    if (entries.size() > rows_max) return too_many(entries.size());
    Json& shared = bulk.shared;
    for (const char* name : {"set", "parameters"})
        if (const Json* given = body.find(name)) {
            if (!given->is(Json::Kind::object)) return refuse(Why::bad_request, "wrong_type", std::string("\"") + name + "\" must be an object", pointer_to(name), {{"wanted", "an object"}});
            shared.members.insert(shared.members.end(), given->members.begin(), given->members.end());
        }
    if (filter && bulk.operation == Operation::update) {
        // A fault in what is set for all is one refusal, not one a record.
        FAIRLEAD_TRY([&]() -> Result<void> {
            Json object = shared;
            object.kind = Json::Kind::object;
            const auto checked = read_patch(object, *bulk.target.catalog, *bulk.target, viewer, Purpose::update, "/set");
            if (!checked) return checked.refused();
            return {};
        }());
    }
    bulk.rows.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        bulk.rows.push_back(read_row(bulk, entries[i], viewer));
    bulk.batch = new_id();
    return bulk;
}

Result<Id> change_row(Transaction& transaction, const Bulk& bulk, const Row& row, const store::Viewer& viewer) {
    model::WriteOptions options;
    options.expected_version = row.version;
    const EntityInfo& entity = *bulk.target;
    if (bulk.operation == Operation::create) {
        Patch formed = *row.patch;
        FAIRLEAD_TRY(check_forms(formed, nullptr, transaction.context().zone));
        return transaction.create(formed, options);
    }
    // The right to change in bulk has a reach of its own.
    const bool whole = viewer.reach(entity, Right::bulk).everything && entity.access != model::AccessKind::inherits;
    if (!viewer.is_system && !whole) {
        TransactionSource source(transaction, std::make_shared<store::Viewer>(viewer));
        const auto record = source.record(entity, row.id);
        if (!record) return not_found(entity, row.id);
        if (!within(source, entity, *record, Right::bulk))
            return refuse(Why::forbidden, "no_right", "Your role may not change this record in bulk", {}, {{"right", "change in bulk"}, {"entity", entity.name}});
    }
    switch (bulk.operation) {
        case Operation::update: FAIRLEAD_TRY(set_fields(transaction, entity, row.id, *row.patch, options)); break;
        case Operation::remove: FAIRLEAD_TRY(transaction.remove(entity, row.id, options)); break;
        case Operation::act: FAIRLEAD_TRY(transaction.act(entity, row.id, bulk.action, row.parameters, options)); break;
        case Operation::create: break;
    }
    return row.id;
}

// Rows of one step in one transaction. A refused row leaves the others alone.
void run_step(App& app, const Bulk& bulk, const Request& request, std::size_t from, std::size_t to, std::vector<RowResult>& results) {
    store::Command command;
    command.viewer = request.viewer;
    command.batch = bulk.batch;
    auto step = std::make_shared<std::vector<RowResult>>();
    auto done = app.store.write(command, [&, step](Transaction& transaction) -> Result<Value> {
        step->clear();  // the body may run again
        for (std::size_t i = from; i < to; ++i) {
            const Row& row = bulk.rows[i];
            RowResult result{row.id, row.refused};
            if (!row.refused) {
                auto changed = change_row(transaction, bulk, row, *request.viewer);
                if (changed) result.id = *changed;
                else result.refused = changed.refused();
            }
            step->push_back(std::move(result));
        }
        if (bulk.dry_run) return refuse(Why::invalid, "dry_run", "A dry run changes nothing");
        return Value(true);
    });
    const bool kept = done || (bulk.dry_run && done.refused().code() == "dry_run");
    for (std::size_t i = from; i < to; ++i) {
        if (kept) results.push_back(std::move((*step)[i - from]));
        else results.push_back({bulk.rows[i].id, done.refused()});
    }
}

void write_result(JsonWriter& w, const Bulk& bulk, const RowResult& result, std::size_t index, const Request& request) {
    w.begin_object().number("index", static_cast<std::int64_t>(index));
    w.key("id");
    const bool made_up = bulk.operation == Operation::create && (result.refused || bulk.dry_run);
    !result.id || made_up ? w.null() : w.text(result.id.text());
    w.number("status", result.refused ? http::status_of(result.refused->why) : bulk.operation == Operation::create ? 201 : 200);
    w.key("errors").begin_array();
    if (result.refused)
        for (const Refusal& reason : placed(*result.refused, bulk, bulk.rows[index], index).reasons) {
            w.begin_object().text("pointer", reason.field).text("code", reason.code).text("message", http::message_in(reason, request.language));
            w.key("params").begin_object();
            for (const auto& [name, value] : reason.params) w.text(name, value);
            w.end_object().end_object();
        }
    w.end_array().end_object();
}

Result<Response> bulk(App& app, Request& request) {
    FAIRLEAD_ASSIGN(const Bulk bulk, read_bulk(app, request));
    std::vector<RowResult> results;
    results.reserve(bulk.rows.size());
    for (std::size_t from = 0; from < bulk.rows.size(); from += rows_in_a_step)
        run_step(app, bulk, request, from, std::min(from + rows_in_a_step, bulk.rows.size()), results);
    std::int64_t refused = 0;
    JsonWriter w;
    w.begin_object().key("batch");
    bulk.dry_run ? w.null() : w.text(bulk.batch.text());
    w.key("results").begin_array();
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].refused) ++refused;
        write_result(w, bulk, results[i], i, request);
    }
    w.end_array();
    w.number("done", static_cast<std::int64_t>(results.size()) - refused).number("refused", refused).end_object();
    return json_response(w.take(), 207);
}

}  // namespace

void add_bulk_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::post, "/api/v1/{plural}/bulk", Policy::viewer, answering(app, bulk)});
}

}  // namespace fairlead::derive
