// Folding the change log.
#include "store/as_of.h"

#include <limits>

#include "store/grown.h"

namespace fairlead::store {
AsOfReading::AsOfReading(Connection& connection, std::shared_ptr<const Shape> shape, formula::Context context, const Viewer* limit, const Log& log,
                         std::optional<Instant> effective, std::optional<Instant> recorded)
    : Reading(connection, shape, context, limit), connection_(connection), log_(log),
      effective_(effective ? effective->micros : std::numeric_limits<std::int64_t>::max()), recorded_(recorded ? recorded->micros : std::numeric_limits<std::int64_t>::max()),
      present_(connection, shape, context, limit) {}

bool AsOfReading::within_reach(const Record& record, Right right) {
    if (!limit()) return true;
    const auto& now = present_.stored(*record.entity, record.id());
    // What has been erased since is left to those who see everything.
    return now ? present_.within_reach(*now, right) : limit()->reach(*record.entity, right).everything && record.entity->access != model::AccessKind::inherits;
}

const AsOfReading::Folded& AsOfReading::folded(const EntityInfo& entity) {
    if (const auto known = folded_.find(entity.number); known != folded_.end()) return known->second;
    std::map<std::int64_t, Grown> growing;
    log_.scan(connection_, 0, std::numeric_limits<std::int64_t>::max(), entity.name, Log::Detail::values, [&](const StoredEntry& entry) {
        if (entry.kind == ChangeKind::erase) growing.erase(entry.record);  // for good, of every moment
        else if (entry.effective <= effective_ && entry.recorded <= recorded_) growing.try_emplace(entry.record, entity).first->second.take(entry);
        return true;
    });
    Folded records;
    for (auto& [id, grown] : growing)
        if (grown.exists) records.emplace(id, std::move(grown.record));
    return folded_.emplace(entity.number, std::move(records)).first->second;
}

// One record by its own entries: the log of a whole entity is folded for a list only.
std::optional<Record> AsOfReading::grown_alone(const Record& row, bool earliest) {
    std::vector<StoredEntry> entries;
    if (const auto* newest = row.at(model::slot_last_seq).get<std::int64_t>())
        log_.chain(connection_, *newest, [&](const StoredEntry& entry) {
            if ((earliest || entry.effective <= effective_) && entry.recorded <= recorded_) entries.push_back(entry);
            return true;
        });
    Grown grown(*row.entity);
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) earliest ? grown.take_earliest(*entry) : grown.take(*entry);
    if (!grown.exists) return std::nullopt;
    return std::move(grown.record);
}

// Not known yet then: what the company lists (stages, users) reads as it is now, anything else as it is first known.
std::optional<Record> AsOfReading::first_known(const EntityInfo& entity, Id id) {
    auto row = rows().find(entity, id);
    if (!row || entity.access == model::AccessKind::open) return row;
    return effective_ == std::numeric_limits<std::int64_t>::max() ? std::nullopt : grown_alone(*row, true);
}

bool AsOfReading::known_then(const Record& record) const {
    const Value& since = record.at(model::slot_effective_at);
    return !record.entity->logged || record.entity->access == model::AccessKind::open || !since.is<Instant>() || since.as<Instant>().micros <= effective_;
}

std::optional<Record> AsOfReading::load(const EntityInfo& entity, Id id) {
    if (!entity.logged) return rows().find(entity, id);
    if (!folded_.contains(entity.number))
        if (const auto row = ++alone_[entity.number] <= alone_most ? rows().find(entity, id) : std::nullopt) {
            auto grown = grown_alone(*row, false);
            return grown ? grown : first_known(entity, id);
        }
    const Folded& records = folded(entity);
    if (const auto found = records.find(id.value); found != records.end()) return found->second;
    return first_known(entity, id);
}

std::vector<Record> AsOfReading::load_many(const EntityInfo& entity, const std::vector<Id>& ids) {
    if (!entity.logged) return Reading::load_many(entity, ids);
    std::vector<Record> records;
    for (const Id id : ids)
        if (auto record = load(entity, id)) records.push_back(std::move(*record));
    return records;
}

std::vector<Record> AsOfReading::load_where(const EntityInfo& entity, const FieldInfo& field, const Value& value) {
    std::vector<Record> records;
    for (Record& record : load_all(entity))
        if (record.at(field.slot) == value) records.push_back(std::move(record));
    return records;
}

std::vector<Record> AsOfReading::load_all(const EntityInfo& entity) {
    std::vector<Record> records;
    scan(entity, false, [&](Record& record) { return records.push_back(record), true; });
    return records;
}

// What decides on their reach, which is that of today.
void AsOfReading::want_for(std::span<const Record> records) {
    if (records.empty()) return;
    std::vector<Id> ids;
    for (const Record& record : records) ids.push_back(record.id());
    want_today(*records.front().entity, ids);
}

void AsOfReading::want_today(const EntityInfo& entity, const std::vector<Id>& ids) {
    if (!limit() || ids.empty()) return;
    present_.want(entity, ids);
    std::vector<Record> now;
    for (const Id id : ids)
        if (const auto& record = present_.stored(entity, id)) now.push_back(*record);
    present_.want_reach(now);
}

void AsOfReading::scan(const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each) {
    if (!entity.logged) return rows().scan(entity, in_bin, each);
    const Folded& records = folded(entity);
    constexpr int step = 1000;
    for (auto at = records.begin(); at != records.end();) {
        std::vector<Record> page;
        for (int i = 0; i < step && at != records.end(); ++i, ++at)
            if (at->second.at(model::slot_deleted_at).empty() != in_bin) page.push_back(at->second);
        want_for(page);
        for (Record& record : page)
            if (!each(record)) return;
    }
}

}  // namespace fairlead::store
