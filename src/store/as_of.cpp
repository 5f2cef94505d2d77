// Folding the change log.
#include "store/as_of.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "store/grown.h"

namespace fairlead::store {

namespace {
std::int64_t newest_of(const Record& row) {
    const auto* seq = row.at(model::slot_last_seq).get<std::int64_t>();
    return seq ? *seq : 0;
}
}  // namespace

std::vector<Record> records_then(Connection& connection, const Shape& shape, const Log& log, const EntityInfo& entity, const Moment& moment, std::span<const Changed> changed) {
    struct Growing {
        Grown then, first;  // at the moment, and as first known
        bool erased = false;
    };
    std::vector<std::int64_t> newest;
    std::unordered_map<std::int64_t, Growing> growing;
    for (const Changed& one : changed) newest.push_back(one.last_seq);
    log.chains(connection, newest, [&](const StoredEntry& entry) {
        Growing& record = growing.try_emplace(entry.record, Growing{Grown(entity), Grown(entity)}).first->second;
        record.erased = record.erased || entry.kind == ChangeKind::erase;  // for good, of every moment
        if (entry.recorded > moment.recorded) return;
        if (entry.effective <= moment.effective) record.then.take(entry);
        if (!record.then.exists) record.first.take_earliest(entry);
    });
    const bool open = entity.access == model::AccessKind::open;
    std::vector<Record> records;
    for (const Changed& one : changed) {
        const auto found = growing.find(one.id.value);
        if (found != growing.end() && found->second.erased) continue;
        if (found != growing.end() && found->second.then.exists) records.push_back(std::move(found->second.then.record));
        else if (open) {
            if (auto row = RowReader(connection, shape).find(entity, one.id)) records.push_back(std::move(*row));
        } else if (moment.in_business && found != growing.end() && found->second.first.exists) records.push_back(std::move(found->second.first.record));
    }
    return records;
}

AsOfReading::AsOfReading(Connection& connection, std::shared_ptr<const Shape> shape, formula::Context context, const Viewer* limit, const Log& log,
                         std::optional<Instant> effective, std::optional<Instant> recorded)
    : Reading(connection, shape, context, limit), connection_(connection), log_(log),
      moment_(effective, recorded),
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
        else if (moment_.has(entry.effective, entry.recorded)) growing.try_emplace(entry.record, entity).first->second.take(entry);
        return true;
    });
    Folded records;
    for (auto& [id, grown] : growing)
        if (grown.exists) records.emplace(id, std::move(grown.record));
    return folded_.emplace(entity.number, std::move(records)).first->second;
}

bool AsOfReading::as_it_is(const Record& row) const {
    const Value &effective = row.at(model::slot_effective_at), &recorded = row.at(model::slot_updated_at);
    return effective.is<Instant>() && recorded.is<Instant>() && moment_.has(effective.as<Instant>().micros, recorded.as<Instant>().micros);
}

bool AsOfReading::known_then(const Record& record) const {
    const Value& since = record.at(model::slot_effective_at);
    return !record.entity->logged || record.entity->access == model::AccessKind::open || !since.is<Instant>() || since.as<Instant>().micros <= moment_.effective;
}

std::optional<Record> AsOfReading::load(const EntityInfo& entity, Id id) {
    auto records = load_many(entity, {id});
    return records.empty() ? std::nullopt : std::optional(std::move(records.front()));
}

// Records by their own entries: the log of a whole entity is folded for a list only.
std::vector<Record> AsOfReading::load_many(const EntityInfo& entity, const std::vector<Id>& ids) {
    if (!entity.logged) return Reading::load_many(entity, ids);
    const auto known = folded_.find(entity.number);
    std::vector<Record> records;
    std::vector<Changed> changed;
    if (known != folded_.end()) {
        std::vector<Id> unknown;
        for (const Id id : ids) {
            if (const auto found = known->second.find(id.value); found != known->second.end()) records.push_back(found->second);
            else unknown.push_back(id);
        }
        for (Record& row : rows().find_many(entity, unknown)) changed.push_back({row.id(), newest_of(row)});
    } else {
        for (Record& row : rows().find_many(entity, ids)) {
            if (as_it_is(row)) records.push_back(std::move(row));
            else changed.push_back({row.id(), newest_of(row)});
        }
        // One after another, however: the whole log is read sooner than the entries of many.
        if (ids.size() == 1 && !changed.empty() && ++alone_[entity.number] > alone_most) {
            folded(entity);
            return load_many(entity, ids);
        }
    }
    for (Record& record : records_then(connection_, shape(), log_, entity, moment_, changed)) records.push_back(std::move(record));
    std::unordered_map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < ids.size(); ++i) places.emplace(ids[i].value, i);
    std::sort(records.begin(), records.end(), [&](const Record& a, const Record& b) { return places.at(a.id().value) < places.at(b.id().value); });
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
