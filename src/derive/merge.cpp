// Merging two records into one, taking it back, and undoing whole batches.
#include "derive/change.h"
#include "derive/routes.h"
#include "base/text.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Reply;
using http::Request;
using http::Response;
using model::EntityInfo;
using model::Patch;
using model::Record;
using store::Right;
using store::Transaction;

namespace {

// ---- Merging -----------------------------------------------------------------------------------------------

Result<Id> id_at(const Json& body, std::string_view name) {
    const Json* json = body.find(name);
    if (json && json->is(Json::Kind::object)) json = json->find("id");
    if (json && json->is(Json::Kind::text))
        if (const auto id = Id::parse(json->text)) return *id;
    return refuse(Why::invalid, "required", "Name the record by its id", pointer_to(name), {{"name", std::string(name)}});
}

// The fields that the loser gives.
Result<std::vector<int>> taken_slots(const Json& body, const model::Catalog& catalog, const EntityInfo& entity, const store::Viewer& viewer) {
    std::vector<int> slots;
    const Json* take = body.find("take");
    if (!take || take->is(Json::Kind::null)) return slots;
    for (const auto& [name, from] : take->members) {
        const std::string at = "/take" + pointer_to(name);
        if (!from.is(Json::Kind::text) || (from.text != "loser" && from.text != "winner"))
            return refuse(Why::invalid, "wrong_type", "A field is taken from \"loser\" or \"winner\"", at, {{"wanted", "\"loser\" or \"winner\""}});
        Json probe;
        probe.kind = Json::Kind::object;
        probe.members.emplace_back(name, Json{});
        FAIRLEAD_ASSIGN(const Patch allowed, read_patch(probe, catalog, entity, viewer, Purpose::update, "/take"));
        if (from.text == "loser") slots.push_back(allowed.sets.front().first);
    }
    return slots;
}


Result<void> merge(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {"dry_run"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(*app, request));
    FAIRLEAD_ASSIGN(const Id winner, id_of(request));
    FAIRLEAD_ASSIGN(const bool dry_run, flag_parameter(request, "dry_run"));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_TRY(only_keys(body, {"loser", "take"}));
    FAIRLEAD_ASSIGN(const Id loser, id_at(body, "loser"));
    if (loser == winner) return refuse(Why::invalid, "same_record", "A record cannot be merged with itself: choose another", "/loser");
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::update));
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::remove));  // the loser goes
    FAIRLEAD_ASSIGN(const auto slots, taken_slots(body, *target.catalog, *target, *request.viewer));
    std::optional<std::int64_t> version;
    if (!request.header("if-match").empty()) {
        FAIRLEAD_ASSIGN(version, version_of(request));
    }
    Change change;
    change.catalog = target.catalog;
    change.entity = target.entity;
    change.id = winner;
    change.dry_run = dry_run;
    change.batch = new_id();
    change.body = [winner, loser, slots, version, viewer = request.viewer, entity = target.entity](Transaction& transaction) -> Result<Value> {
        TransactionSource source(transaction, viewer);
        const auto kept = source.record(*entity, winner);
        const auto lost = source.record(*entity, loser);
        if (!kept) return not_found(*entity, winner);
        if (!lost) {
            Refused refused = not_found(*entity, loser);
            refused.why = Why::invalid;
            refused.reasons.front().field = "/loser";
            return refused;
        }
        if (version && kept->version() != *version)
            return refuse(Why::stale, "stale", "The record was changed since it was read: look at the new version", {},
                          {{"version", std::to_string(kept->version())}});
        // Both ends: the one that stays is changed, the other one is removed.
        if (!within(source, *entity, *kept, Right::update) || !within(source, *entity, *lost, Right::update) ||
            !within(source, *entity, *lost, Right::remove))
            return refuse(Why::forbidden, "no_right", "To merge, you must be allowed to change both records and to delete the one that goes", {},
                          {{"right", "merge"}, {"entity", entity->name}});
        Patch taken(*entity);
        for (const int slot : slots) taken.set_slot(slot, lost->at(slot));
        FAIRLEAD_TRY(transaction.merge(*entity, winner, loser, taken));
        return Value(winner);
    };
    change.render = [winner, catalog = target.catalog, entity = target.entity, batch = change.batch, language = request.language](
                        Source& source, const Value&) -> Result<Response> {
        FAIRLEAD_ASSIGN(Response response, record_response(source, *entity, winner, 200, language));
        response.headers.emplace_back("Fairlead-Batch", batch.text());
        return response;
    };
    return perform(app, request, reply, std::move(change));
}

// The id names the record that went, or the one that stayed with the other in the body.
Result<void> unmerge(const AppPointer& app, Request& request, const Reply& reply) {
    FAIRLEAD_TRY(only_parameters(request, {"dry_run"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(*app, request));
    FAIRLEAD_ASSIGN(Id loser, id_of(request));
    FAIRLEAD_ASSIGN(const bool dry_run, flag_parameter(request, "dry_run"));
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::update));
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::remove));
    if (!trim(request.body).empty()) {
        FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
        FAIRLEAD_TRY(only_keys(body, {"loser"}));
        if (body.find("loser")) {
            FAIRLEAD_ASSIGN(loser, id_at(body, "loser"));
        }
    }
    Change change;
    change.catalog = target.catalog;
    change.entity = target.entity;
    change.id = loser;
    change.dry_run = dry_run;
    change.body = [loser, viewer = request.viewer, entity = target.entity](Transaction& transaction) -> Result<Value> {
        const auto lost = transaction.find(*entity, loser);
        const Id* winner = lost ? lost->at(model::slot_merged_into).get<Id>() : nullptr;
        TransactionSource source(transaction, viewer);
        const auto kept = winner ? source.record(*entity, *winner) : std::nullopt;
        if (!kept) return not_found(*entity, loser);  // not merged, or into something out of reach: the same
        if (!within(source, *entity, *kept, Right::update))
            return refuse(Why::forbidden, "no_right", "You may not change the record that it was merged into", {},
                          {{"right", "change"}, {"entity", entity->name}});
        FAIRLEAD_TRY(transaction.unmerge(*entity, loser));
        return Value(loser);
    };
    change.render = [loser, catalog = target.catalog, entity = target.entity, language = request.language](Source& source, const Value&) {
        return record_response(source, *entity, loser, 200, language);
    };
    return perform(app, request, reply, std::move(change));
}

Result<Response> undo(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {}));
    FAIRLEAD_ASSIGN(const Id batch, id_of(request, 0));
    store::Command command;
    command.viewer = request.viewer;
    FAIRLEAD_ASSIGN(const store::Undone undone, app.store.undo(command, batch));
    JsonWriter w;
    w.begin_object().number("undone", undone.undone).key("left").begin_array();
    for (const auto& left : undone.left)
        w.begin_object().text("entity", left.entity).text("id", left.record.text()).text("why", left.why).end_object();
    w.end_array().end_object();
    return json_response(w.take());
}

}  // namespace

void add_merge_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::post, "/api/v1/{plural}/{id}/merge", Policy::viewer, starting(app, merge)});
    router.add({Method::post, "/api/v1/{plural}/{id}/unmerge", Policy::viewer, starting(app, unmerge)});
    router.add({Method::post, "/api/v1/batches/{id}/undo", Policy::viewer, answering(app, undo)});
}

}  // namespace fairlead::derive
