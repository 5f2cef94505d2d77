// Making columns of a moment, following what is written later, and whose records they are today.
#include "store/past.h"

#include <malloc.h>

#include <algorithm>
#include <limits>

#include "store/as_of.h"
#include "store/columns/bulk.h"
#include "store/columns/table.h"
#include "store/columns_reader.h"

namespace fairlead::store {
namespace {

constexpr std::size_t part_most = 200'000;                   // records that are followed back together
constexpr std::size_t folded_most = 1'000;                   // records that are folded together
constexpr std::int64_t follow_most = 50'000;                 // entries since: beyond them everything is made anew
constexpr std::size_t moments_most = 4;
constexpr std::size_t bytes_most = std::size_t{64} << 20;    // of all moments
constexpr std::size_t always_kept = 2;                       // however large: a course has two ends, and is asked again
constexpr auto unasked_most = std::chrono::minutes(10);

Columns::Limits limits_of_past() {
    Columns::Limits limits;
    limits.cached_sets = std::size_t{4} << 20;
    limits.cached_orders = std::size_t{4} << 20;
    limits.search = false;
    return limits;
}

}  // namespace

Past::Past(std::shared_ptr<const Shape> shape, const formula::Context& context, std::optional<Instant> effective, std::optional<Instant> recorded)
    : shape_(std::move(shape)), effective_asked_(effective), recorded_asked_(recorded), moment_(effective, recorded), columns_(shape_->catalog, context, limits_of_past()) {}

bool Past::prepare(Connection& connection, const Log& log, const std::set<const EntityInfo*>& entities, std::int64_t last_seq) {
    const std::lock_guard guard(mutex_);
    if (seq_ < 0) seq_ = last_seq;
    if (last_seq - seq_ > follow_most) return false;
    std::vector<const EntityInfo*> missing;
    for (const EntityInfo* entity : entities)
        if (columns::is_held(*entity) && entity->logged && !loaded_.contains(entity)) missing.push_back(entity);
    if (!missing.empty()) load(connection, log, missing, last_seq);
    if (last_seq > seq_) follow(connection, log, last_seq);
    return true;
}

// An entity on its way: its rows come part by part, in the order of their ids.
struct Past::Loading {
    Loading(Connection& connection, const Shape& shape, const EntityInfo& of, Moment moment) : entity(of), rows(of, moment), reader(connection, shape, of) {}
    const EntityInfo& entity;
    PastRows rows;
    ColumnsReader reader;
    std::vector<Changed> changed, unclear;
    std::size_t begin = 0;  // of the part
    bool done = false;
    std::span<const Changed> part() const { return std::span(changed).subspan(begin, std::min(part_most, changed.size() - begin)); }
};

// All rows as they are now, the quick way, but for what has been said of them since the moment. The log is read once for
// all entities that have much of that.
void Past::load(Connection& connection, const Log& log, const std::vector<const EntityInfo*>& entities, std::int64_t last_seq) {
    std::vector<std::unique_ptr<Loading>> loadings;
    for (const EntityInfo* entity : entities) {
        columns_.begin_load(*entity);
        Loading& loading = *loadings.emplace_back(std::make_unique<Loading>(connection, *shape_, *entity, moment_));
        const Table& table = shape_->table(*entity);
        Statement& statement = connection.prepare("SELECT id, last_seq FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND (effective_at > $1 OR updated_at > $2) ORDER BY id");
        statement.bind(1, moment_.effective);
        statement.bind(2, moment_.recorded);
        while (statement.step()) loading.changed.push_back({Id{statement.whole(0)}, statement.is_null(1) ? 0 : statement.whole(1)});
    }
    columns::Bulk bulk;
    for (std::size_t left = loadings.size(); left > 0;) {
        std::vector<std::string_view> names;
        std::vector<PastRows*> by_name;
        for (const auto& loading : loadings) {
            if (loading->done) continue;
            const std::span<const Changed> part = loading->part();
            loading->rows.begin(part);
            if (!Log::few(part.size(), last_seq)) {
                names.push_back(loading->entity.name);
                by_name.push_back(&loading->rows);
                continue;
            }
            std::vector<std::int64_t> newest;
            for (const Changed& one : part) newest.push_back(one.last_seq);
            log.chains(connection, newest, [&](const StoredEntry& entry) { loading->rows.take(EntryInPlace(entry)); });
        }
        if (!names.empty()) log.scan_in_place(connection, names, [&](std::size_t place, const EntryInPlace& entry) { by_name[place]->take(entry); });
        for (const auto& loading : loadings) {
            if (loading->done) continue;
            const std::span<const Changed> part = loading->part();
            loading->done = loading->begin + part.size() == loading->changed.size();
            const Id most = loading->done ? Id{std::numeric_limits<std::int64_t>::max()} : part.back().id;
            for (bool more = true; more;) {
                more = loading->reader.next(bulk, most);
                loading->rows.amend(bulk);
                columns_.add(bulk);
            }
            const std::vector<Changed> unclear = loading->rows.unclear();
            loading->unclear.insert(loading->unclear.end(), unclear.begin(), unclear.end());
            loading->begin += part.size();
            if (loading->done) --left;
        }
    }
    // Only now: until everything has come, a reference may name a record that is still to come.
    for (const auto& loading : loadings) {
        columns_.finish_load(loading->entity);
        put(connection, log, loading->entity, loading->unclear);
        loaded_.insert(&loading->entity);
    }
    reachers_.clear();
    malloc_trim(0);  // what was on its way is needed no more
}

void Past::put(Connection& connection, const Log& log, const EntityInfo& entity, std::span<const Changed> named) {
    for (std::size_t begin = 0; begin < named.size(); begin += folded_most) {
        const std::span<const Changed> some = named.subspan(begin, std::min(folded_most, named.size() - begin));
        const std::vector<Record> records = records_then(connection, *shape_, log, entity, moment_, some);
        std::vector<Applied> applied;
        for (const Changed& one : some) applied.push_back({&entity, one.id, nullptr});
        for (const Record& record : records) applied.push_back({&entity, record.id(), &record});
        columns_.apply(applied);
    }
}

// What has been written since touches the moment where it is dated back, makes a record that may be referred to, ends
// one for good, or changes what reads as it is now.
void Past::follow(Connection& connection, const Log& log, std::int64_t last_seq) {
    std::map<const EntityInfo*, std::map<std::int64_t, std::int64_t>> touched;  // newest entry of each record
    log.scan(connection, seq_, last_seq, {}, Log::Detail::values, [&](const StoredEntry& entry) {
        const EntityInfo* entity = shape_->catalog->find(entry.entity);
        if (!entity || !loaded_.contains(entity)) return true;
        const bool matters = moment_.has(entry.effective, entry.recorded) || entry.kind == ChangeKind::create || entry.kind == ChangeKind::erase || entity->access == model::AccessKind::open;
        auto& records = touched[entity];
        if (const auto known = records.find(entry.record); known != records.end()) known->second = entry.seq;
        else if (matters) records.emplace(entry.record, entry.seq);
        return true;
    });
    for (const auto& [entity, records] : touched) {
        std::vector<Changed> changed;
        for (const auto& [id, seq] : records) changed.push_back({Id{id}, seq});
        put(connection, log, *entity, changed);
    }
    seq_ = last_seq;
}

std::shared_ptr<const Viewer> Past::with_todays_reach(const Viewer& viewer, const Columns& present, std::int64_t last_seq) {
    const std::lock_guard guard(mutex_);
    if (const auto known = reachers_.find(viewer.user.value); known != reachers_.end() && viewer.access_version != 0 && known->second.access_version == viewer.access_version &&
                                                              known->second.seq == last_seq && known->second.entities == loaded_.size())
        return known->second.viewer;
    auto today = std::make_shared<Viewer>(viewer);
    today->access_version = 0;  // its answers are its own
    for (const EntityInfo* entity : loaded_) {
        if (entity->access == model::AccessKind::open || viewer.is_administrator || !viewer.may(*entity, Right::read)) continue;
        Reach& reach = today->entities.at(static_cast<std::size_t>(entity->number)).reach[static_cast<int>(Right::read)];
        if (reach.everything && entity->access != model::AccessKind::inherits) continue;
        Reach within;
        within.records.insert(0);  // nobody's: to see none of them is no lack of a right
        for (const Id id : present.visible(viewer, *entity)) within.records.insert(id.value);
        reach = std::move(within);
    }
    reachers_[viewer.user.value] = {viewer.access_version, last_seq, loaded_.size(), today};
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
        found->asked = Clock::now();
        std::rotate(kept_.begin(), found, found + 1);
        return kept_.front().past;
    }
    kept_.insert(kept_.begin(), {std::make_shared<Past>(shape, context, effective, recorded), std::move(settings), Clock::now()});
    if (kept_.size() > moments_most) kept_.pop_back();
    return kept_.front().past;
}

void Pasts::forget(const std::shared_ptr<Past>& past) {
    const std::lock_guard guard(mutex_);
    std::erase_if(kept_, [&](const Kept& one) { return one.past == past; });
}

std::size_t Pasts::held() const {
    const std::lock_guard guard(mutex_);
    return kept_.size();
}

void Pasts::trim(Clock::time_point now) {
    const std::lock_guard guard(mutex_);
    std::erase_if(kept_, [&](const Kept& one) { return now - one.asked > unasked_most; });
    std::size_t total = 0;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        total += kept_[i].past->bytes();
        if (i < always_kept || total <= bytes_most) continue;
        kept_.resize(i);
        return;
    }
}

}  // namespace fairlead::store
