// Leading records along their past.
#include "derive/exchange/way.h"

#include <algorithm>

namespace fairlead::derive {

using model::EntityInfo;
using model::FieldInfo;
using model::Patch;
using model::Record;

Result<Id> create_along(store::Transaction& open, const Way& way, store::WriteOptions options) {
    Id id{};
    for (std::size_t i = 0; i < way.size(); ++i) {
        options.effective = way[i].effective;
        if (i == 0) {
            FAIRLEAD_ASSIGN(id, open.create(way[i].patch, options));
        } else {
            FAIRLEAD_TRY(open.update(id, way[i].patch, options));
        }
    }
    return id;
}

Assertion end_of(const EntityInfo& entity, const Way& way) {
    Assertion end{std::nullopt, Patch(entity)};
    const FieldInfo* stage = entity.field("stage");
    for (const Assertion& assertion : way) {
        for (const auto& [slot, value] : assertion.patch.sets) end.patch.set_slot(slot, value);
        if (stage == nullptr || assertion.patch.find(stage->slot) != nullptr) end.effective = assertion.effective;
    }
    return end;
}

HistoryMaker::HistoryMaker(store::Store& store, const EntityInfo& entity) : entity_(entity), zone_(store.context().zone) {
    const FieldInfo* stage = entity.field("stage");
    applies_ = stage != nullptr && stage->type == Type::reference && entity.field("opened_on") != nullptr && entity.field("closed_on") != nullptr && entity.field("start_unknown") != nullptr;
    if (!applies_) return;
    store::ListQuery query;
    query.entity = stage->target;
    (void)store.each(*store::Viewer::system(), query, [&](const Record& record) {
        const std::string kind = record.text("kind");
        stages_[record.id().value] = {kind == "won" || kind == "lost", record["pipeline"]};
        return true;
    });
}

Way HistoryMaker::way_of(const Patch& patch, Instant now) const {
    Way way;
    if (!applies_) {
        way.push_back({std::nullopt, patch});
        return way;
    }
    const auto day = [&](std::string_view field) -> std::optional<Instant> {
        const Value* value = patch.find(entity_.slot(field));
        if (value == nullptr || !value->is<Date>()) return std::nullopt;
        const Instant at = start_of_day(value->as<Date>(), zone_);
        return at <= now ? std::optional(at) : std::nullopt;
    };
    const auto opened = day("opened_on");
    const Value* stage = patch.find(entity_.slot("stage"));
    const auto known = stage != nullptr && stage->is<Id>() ? stages_.find(stage->as<Id>().value) : stages_.end();
    const bool is_closed = known != stages_.end() && known->second.closed;
    std::optional<Instant> closed;
    if (is_closed) closed = day("closed_on") ? day("closed_on") : day("close_date");
    Patch first = patch;
    if (!opened) first.set("start_unknown", true);
    if (!is_closed || !opened || !closed || *closed < *opened) {
        way.push_back({opened && !is_closed ? opened : closed ? closed : opened, std::move(first)});
        return way;
    }
    // It began in the first open stage of its pipeline, and became what the file says on the day it was closed.
    Patch end(entity_);
    for (const std::string_view field : {"stage", "amount", "probability", "forecast_category", "close_date", "closed_on", "lost_reason", "lost_note", "lost_to"}) {
        const FieldInfo* info = entity_.field(field);
        if (info == nullptr) continue;
        const auto found = std::find_if(first.sets.begin(), first.sets.end(), [&](const auto& set) { return set.first == info->slot; });
        if (found == first.sets.end()) continue;
        end.sets.push_back(std::move(*found));
        first.sets.erase(found);
    }
    if (!known->second.pipeline.empty()) first.set("pipeline", known->second.pipeline);
    way.push_back({opened, std::move(first)});
    way.push_back({closed, std::move(end)});
    return way;
}

}  // namespace fairlead::derive
