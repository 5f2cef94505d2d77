// Making columns of a moment, following what is written later, and whose records they are today.
#include "store/past.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "store/columns/bulk.h"
#include "store/columns/table.h"
#include "store/columns_reader.h"
#include "store/grown.h"
#include "store/reading.h"

namespace fairlead::store {
namespace {

constexpr std::size_t at_once = 25'000;                      // records that are folded together
constexpr std::size_t by_themselves = 5'000;                 // as many are read one by one rather than with the whole log
constexpr std::size_t moments_most = 4;
constexpr std::size_t bytes_most = std::size_t{64} << 20;    // of all moments; the newest stays, however large

std::int64_t micros_of(const Value& value) { return value.is<Instant>() ? value.as<Instant>().micros : 0; }

Columns::Limits limits_of_past() {
    Columns::Limits limits;
    limits.cached_sets = std::size_t{4} << 20;
    limits.cached_orders = std::size_t{4} << 20;
    limits.search = false;
    return limits;
}

}  // namespace

Past::Past(std::shared_ptr<const Shape> shape, const formula::Context& context, std::optional<Instant> effective, std::optional<Instant> recorded)
    : shape_(std::move(shape)), effective_asked_(effective), recorded_asked_(recorded),
      effective_(effective ? effective->micros : std::numeric_limits<std::int64_t>::max()), recorded_(recorded ? recorded->micros : std::numeric_limits<std::int64_t>::max()),
      columns_(shape_->catalog, context, limits_of_past()) {}

void Past::prepare(Connection& connection, const Log& log, const std::set<const EntityInfo*>& entities, std::int64_t last_seq) {
    const std::lock_guard guard(mutex_);
    if (seq_ < 0) seq_ = last_seq;
    for (const EntityInfo* entity : entities)
        if (columns::is_held(*entity) && entity->logged && !ids_.contains(entity)) load(connection, log, *entity);
    if (last_seq > seq_) follow(connection, log, last_seq);
}

// All rows as they are now, the quick way; then those of which something has been said since the moment as they were.
void Past::load(Connection& connection, const Log& log, const EntityInfo& entity) {
    std::vector<std::int64_t> ids;
    columns_.begin_load(entity);
    ColumnsReader reader(connection, *shape_, entity);
    columns::Bulk bulk;
    for (bool more = true; more;) {
        more = reader.next(bulk);
        ids.insert(ids.end(), bulk.ids.begin(), bulk.ids.end());
        columns_.add(bulk);
    }
    columns_.finish_load(entity);
    const Table& table = shape_->table(entity);
    std::vector<Changed> changed;
    Statement& statement = connection.prepare("SELECT id, last_seq FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND (effective_at > $1 OR updated_at > $2) ORDER BY id");
    statement.bind(1, effective_);
    statement.bind(2, recorded_);
    while (statement.step()) changed.push_back({Id{statement.whole(0)}, statement.is_null(1) ? 0 : statement.whole(1)});
    std::unordered_set<std::int64_t> known(ids.begin(), ids.end());
    for (std::size_t begin = 0; begin < changed.size(); begin += at_once) {
        const std::span<const Changed> some = std::span<const Changed>(changed).subspan(begin, std::min(at_once, changed.size() - begin));
        put(entity, some, folded(connection, log, entity, some), known, ids);
    }
    ids_.emplace(&entity, std::move(ids));
    reachers_.clear();
}

// These records and no others of those named, in the place of what is held of them.
void Past::put(const EntityInfo& entity, std::span<const Changed> named, const std::vector<Record>& records, std::unordered_set<std::int64_t>& known, std::vector<std::int64_t>& ids) {
    std::vector<Applied> applied;
    for (const Changed& one : named) applied.push_back({&entity, one.id, nullptr});
    for (const Record& record : records) {
        applied.push_back({&entity, record.id(), &record});
        if (known.insert(record.id().value).second) ids.push_back(record.id().value);
    }
    columns_.apply(applied);
}

// Entries of these records with an effective time up to the given one and recorded by the moment, each record's in the
// order of recording.
template <class Take>
void Past::each_entry(Connection& connection, const Log& log, const EntityInfo& entity, std::span<const Changed> changed, std::int64_t effective_most, Take take) const {
    // PostgreSQL would be asked as often as there are records.
    if (changed.size() <= (connection.dialect() == Dialect::sqlite ? by_themselves : 20)) {
        std::vector<StoredEntry> entries;
        for (const Changed& one : changed) {
            entries.clear();
            if (one.last_seq > 0)
                log.chain(connection, one.last_seq, [&](const StoredEntry& entry) {
                    if (entry.effective <= effective_most && entry.recorded <= recorded_) entries.push_back(entry);
                    return true;
                });
            for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) take(*entry);
        }
        return;
    }
    std::unordered_set<std::int64_t> wanted;
    for (const Changed& one : changed) wanted.insert(one.id.value);
    log.scan_records(connection, entity.name, effective_most, recorded_, [&](std::int64_t record) { return wanted.contains(record); }, take);
}

std::vector<Record> Past::folded(Connection& connection, const Log& log, const EntityInfo& entity, std::span<const Changed> changed) const {
    std::unordered_map<std::int64_t, Grown> grown;
    each_entry(connection, log, entity, changed, effective_, [&](const StoredEntry& entry) { grown.try_emplace(entry.record, entity).first->second.take(entry); });
    std::vector<Record> records;
    std::vector<Id> unknown;
    for (const Changed& one : changed) {
        const auto found = grown.find(one.id.value);
        if (found != grown.end() && found->second.exists) records.push_back(std::move(found->second.record));
        else unknown.push_back(one.id);
    }
    grown.clear();
    const bool open = entity.access == model::AccessKind::open;
    if (unknown.empty() || (!open && !effective_asked_)) return records;
    // Not known yet then: what the company lists reads as it is now, anything else as it is first known.
    std::vector<Changed> later;
    constexpr std::size_t part = 1000;
    for (std::size_t begin = 0; begin < unknown.size(); begin += part)
        for (Record& row : RowReader(connection, *shape_).find_many(entity, {unknown.begin() + static_cast<std::ptrdiff_t>(begin), unknown.begin() + static_cast<std::ptrdiff_t>(std::min(unknown.size(), begin + part))})) {
            const auto* seq = row.at(model::slot_last_seq).get<std::int64_t>();
            if (!open && row.version() > 1) later.push_back({row.id(), seq ? *seq : 0});
            else if (open || micros_of(row.at(model::slot_created_at)) <= recorded_) records.push_back(std::move(row));
        }
    each_entry(connection, log, entity, later, std::numeric_limits<std::int64_t>::max(), [&](const StoredEntry& entry) { grown.try_emplace(entry.record, entity).first->second.take_earliest(entry); });
    for (auto& [id, one] : grown)
        if (one.exists) records.push_back(std::move(one.record));
    return records;
}

// What has been written since touches the moment where it is dated back, makes a record that may be referred to, ends
// one for good, or changes what reads as it is now.
void Past::follow(Connection& connection, const Log& log, std::int64_t last_seq) {
    std::map<const EntityInfo*, std::map<std::int64_t, std::int64_t>> touched;  // newest entry of each record
    log.scan(connection, seq_, last_seq, {}, Log::Detail::values, [&](const StoredEntry& entry) {
        const EntityInfo* entity = shape_->catalog->find(entry.entity);
        if (!entity || !ids_.contains(entity)) return true;
        const bool matters = within(entry) || entry.kind == ChangeKind::create || entry.kind == ChangeKind::erase || entity->access == model::AccessKind::open;
        auto& records = touched[entity];
        if (const auto known = records.find(entry.record); known != records.end()) known->second = entry.seq;
        else if (matters) records.emplace(entry.record, entry.seq);
        return true;
    });
    for (const auto& [entity, records] : touched) {
        std::vector<Changed> changed;
        for (const auto& [id, seq] : records) changed.push_back({Id{id}, seq});
        auto& ids = ids_.at(entity);
        std::unordered_set<std::int64_t> known(ids.begin(), ids.end());
        put(*entity, changed, folded(connection, log, *entity, changed), known, ids);
    }
    seq_ = last_seq;
}

std::shared_ptr<const Viewer> Past::with_todays_reach(const Viewer& viewer, const Columns& present, std::int64_t last_seq) {
    if (viewer.is_system) return Viewer::system();
    const std::lock_guard guard(mutex_);
    if (const auto known = reachers_.find(viewer.user.value); known != reachers_.end() && viewer.access_version != 0 && known->second.access_version == viewer.access_version &&
                                                              known->second.seq == last_seq && known->second.entities == ids_.size())
        return known->second.viewer;
    auto today = std::make_shared<Viewer>(viewer);
    today->access_version = 0;  // its answers are its own
    for (const auto& [entity, ids] : ids_) {
        if (entity->access == model::AccessKind::open || viewer.is_administrator || !viewer.may(*entity, Right::read)) continue;
        Reach& reach = today->entities.at(static_cast<std::size_t>(entity->number)).reach[static_cast<int>(Right::read)];
        if (reach.everything && entity->access != model::AccessKind::inherits) continue;
        Reach within;
        within.records.insert(0);  // nobody's: to see none of them is no lack of a right
        for (const std::int64_t id : ids)
            if (present.visible(viewer, *entity, Id{id})) within.records.insert(id);
        reach = std::move(within);
    }
    reachers_[viewer.user.value] = {viewer.access_version, last_seq, ids_.size(), today};
    return today;
}

// ---- What a question reads ---------------------------------------------------------------------------------

void Reads::entity(const EntityInfo& entity) {
    if (!entities_.insert(&entity).second) return;
    if (entity.access == model::AccessKind::inherits && entity.parent_slot >= 0) this->entity(catalog_.need(entity.by_slot(entity.parent_slot).target));
    // It is sorted by its place or its title.
    for (const FieldInfo& field : entity.fields)
        if (field.options.meaning == model::Meaning::position || field.name == entity.title) path(entity, field.name);
}

void Reads::path(const EntityInfo& from, std::string_view dotted) {
    const EntityInfo* entity = &from;
    this->entity(*entity);
    while (!dotted.empty()) {
        const auto dot = dotted.find('.');
        const std::string name(dotted.substr(0, dot));
        dotted = dot == std::string_view::npos ? std::string_view() : dotted.substr(dot + 1);
        const FieldInfo* field = entity->field(name);
        if (!field) return;
        many_ = many_ || field->is_many();
        if (field->formula && seen_.emplace(entity, name).second)
            for (const std::string& read : field->formula->fields) path(*entity, read);
        const EntityInfo* target = field->target.empty() ? nullptr : catalog_.find(field->target);
        if (!target) return;
        this->entity(*target);
        entity = target;
    }
}

void Reads::formula(const EntityInfo& entity, const formula::Formula& formula) {
    if (!formula) return;
    for (const std::string& field : formula->fields) path(entity, field);
}

// ---- Moments -------------------------------------------------------------------------------------------------

std::shared_ptr<Past> Pasts::of(const std::shared_ptr<const Shape>& shape, const formula::Context& context, std::shared_ptr<const void> settings, std::optional<Instant> effective, std::optional<Instant> recorded) {
    const std::lock_guard guard(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.settings == settings && one.past->is_of(*shape, effective, recorded); });
    if (found != kept_.end()) {
        std::rotate(kept_.begin(), found, found + 1);
        return kept_.front().past;
    }
    kept_.insert(kept_.begin(), {std::make_shared<Past>(shape, context, effective, recorded), std::move(settings)});
    if (kept_.size() > moments_most) kept_.pop_back();
    return kept_.front().past;
}

void Pasts::trim() {
    const std::lock_guard guard(mutex_);
    std::size_t total = 0;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        total += kept_[i].past->bytes();
        if (i == 0 || total <= bytes_most) continue;
        kept_.resize(i);
        return;
    }
}

}  // namespace fairlead::store
