// Tasks are done and opened again; an activity leaves its time on the deal and the lead it is about.
#include "modules/crm/activity.h"

namespace fairlead::crm {
namespace {

Result<Value> set_done(ActionContext& context, bool done) {
    Patch patch(context.entity);
    patch.set("done", done).set("done_at", done ? Value(context.records.now()) : Value());
    WriteOptions options = context.write;
    options.as_system = true;
    FAIRLEAD_TRY(context.records.update(context.record.id(), patch, options));
    return Value(done);
}

}  // namespace

Result<Value> complete_task(ActionContext& context) { return set_done(context, true); }
Result<Value> reopen_task(ActionContext& context) { return set_done(context, false); }

Result<void> note_last_activity(Records& records, const ChangeEvent& event) {
    if (event.kind != ChangeKind::create && event.kind != ChangeKind::update) return {};
    const Value& at = (*event.after)["at"];
    if (!at.is<Instant>() || at.as<Instant>() > records.now()) return {};  // planned ones are not contact yet
    for (const char* field : {"opportunity", "lead"}) {
        const Id id = event.after->reference(field);
        const EntityInfo& entity = records.catalog().need(field);
        const auto record = id ? records.find(entity, id) : std::nullopt;
        if (!record) continue;
        const Value& last = (*record)["last_activity_at"];
        if (last.is<Instant>() && last.as<Instant>() >= at.as<Instant>()) continue;
        Patch patch(entity);
        patch.set("last_activity_at", at);
        WriteOptions options;
        options.as_system = true;
        FAIRLEAD_TRY(records.update(id, patch, options));
    }
    return {};
}

}  // namespace fairlead::crm
