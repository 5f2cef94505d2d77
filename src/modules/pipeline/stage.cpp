// A pipeline changes by a new version: a draft with the same stages, changed at leisure, then activated.
#include "modules/pipeline/stage.h"

namespace fairlead::pipeline {
namespace {

// A new record with the stored values of `source`, but those of the system and of `skip`.
Patch copy_of(const Record& source, std::string_view skip) {
    Patch copy(*source.entity);
    for (const FieldInfo& field : source.entity->fields)
        if (field.is_stored() && !field.system && field.name != skip) copy.set_slot(field.slot, source.at(field.slot));
    return copy;
}

}  // namespace

Result<Value> new_version(ActionContext& context) {
    const EntityInfo& stages = context.records.catalog().need("stage");
    const EntityInfo& requirements = context.records.catalog().need("stage_requirement");
    WriteOptions options;
    options.as_system = true;
    std::int64_t newest = 0;
    for (const Record& other : context.records.all(context.entity))
        if (other["code"] == context.record["code"] && other["version_number"].is<std::int64_t>())
            newest = std::max(newest, other["version_number"].as<std::int64_t>());
    Patch draft = copy_of(context.record, "state");
    draft.set("state", "draft").set("version_number", newest + 1).set("replaces", Value(context.record.id()));
    FAIRLEAD_ASSIGN(const Id id, context.records.create(draft, options));
    for (const Record& stage : context.records.where(stages, "pipeline", Value(context.record.id()))) {
        Patch copy = copy_of(stage, "pipeline");
        copy.set("pipeline", Value(id));
        FAIRLEAD_ASSIGN(const Id stage_id, context.records.create(copy, options));
        for (const Record& requirement : context.records.where(requirements, "stage", Value(stage.id()))) {
            Patch required = copy_of(requirement, "stage");
            required.set("stage", Value(stage_id));
            FAIRLEAD_TRY(context.records.create(required, options));
        }
    }
    return Value(id);
}

Result<Value> activate_version(ActionContext& context) {
    WriteOptions options;
    options.as_system = true;
    for (const Record& other : context.records.all(context.entity)) {
        if (other["code"] != context.record["code"] || other.text("state") != "active") continue;
        Patch retire(context.entity);
        retire.set("state", "retired");
        FAIRLEAD_TRY(context.records.update(other.id(), retire, options));
    }
    Patch activate(context.entity);
    activate.set("state", "active");
    options.expected_version = context.write.expected_version;
    FAIRLEAD_TRY(context.records.update(context.record.id(), activate, options));
    return Value(context.record.id());
}

}  // namespace fairlead::pipeline
