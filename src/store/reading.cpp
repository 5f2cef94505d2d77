// Point reads, reach and computed fields.
#include "store/reading.h"

#include <algorithm>

namespace fairlead::store {

std::optional<Record> RowReader::find(const EntityInfo& entity, Id id) const {
    const Table& table = shape_.table(entity);
    Statement& statement = connection_.prepare(table.select_by_id());
    statement.bind(1, id.value);
    std::optional<Record> record;
    if (statement.step()) record = table.read(statement);
    statement.reset();
    return record;
}

std::vector<Record> RowReader::find_many(const EntityInfo& entity, const std::vector<Id>& ids) const {
    std::vector<Record> records(ids.size());
    std::unordered_map<std::int64_t, std::size_t> places;
    places.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) places.emplace(ids[i].value, i);
    const Table& table = shape_.table(entity);
    read_all(table, ids, [&](Statement& statement) {
        while (statement.step()) {
            Record record = table.read(statement);
            const auto place = places.find(record.id().value);
            if (place != places.end()) records[place->second] = std::move(record);
        }
    });
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (const std::size_t first = places.at(ids[i].value); first != i) records[i] = records[first];
    std::erase_if(records, [](const Record& record) { return !record.entity; });
    return records;
}

// On PostgreSQL one round trip whatever their number. The planner cannot join the inner part with the outer, so that it
// looks each id up by the primary key, also in a table that it knows nothing of.
void RowReader::read_all(const Table& table, const std::vector<Id>& ids, const std::function<void(Statement&)>& read) const {
    if (ids.empty()) return;
    const std::string rows = "SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND ";
    if (connection_.dialect() == Dialect::postgres) {
        std::string list = "{";
        for (const Id id : ids) list += (list.size() > 1 ? "," : "") + id.text();
        Statement& statement = connection_.prepare("SELECT found.* FROM unnest(CAST($1 AS BIGINT[])) AS wanted(wanted) CROSS JOIN LATERAL (" + rows + "id = wanted OFFSET 0) AS found");
        statement.bind(1, std::string_view(list += '}'));
        return read(statement);
    }
    constexpr std::size_t slice = 64;
    std::string sql = rows + "id IN (";
    for (std::size_t i = 1; i <= slice; ++i) sql += (i > 1 ? ", $" : "$") + std::to_string(i);
    sql += ')';
    for (std::size_t begin = 0; begin < ids.size(); begin += slice) {
        Statement& statement = connection_.prepare(sql);
        for (std::size_t i = 0; i < slice; ++i) statement.bind(static_cast<int>(i) + 1, begin + i < ids.size() ? ids[begin + i].value : 0);
        read(statement);
    }
}

std::vector<Record> RowReader::where(const EntityInfo& entity, const FieldInfo& field, const Value& value, bool with_bin) const {
    ensure(field.is_stored(), "a look-up names a stored field");
    const Table& table = shape_.table(entity);
    std::vector<Record> records;
    const bool folded = field.options.unique && field.type == Type::text;
    const std::string column = quoted(folded ? field.name + "_key" : field.columns().front());
    std::string sql = "SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND " + column;
    sql += value.empty() ? " IS NULL" : " = $1";
    if (!with_bin) sql += " AND deleted_at IS NULL";
    Statement& statement = connection_.prepare(sql);
    if (!value.empty()) {
        if (folded) statement.bind(1, std::string_view(Table::unique_key(value)));
        else if (const auto* decimal = value.get<Decimal>()) statement.bind(1, decimal->to_scaled(field.options.scale, Rounding::half_even).value_or(0));
        else bind_value(statement, 1, value);
    }
    while (statement.step()) records.push_back(table.read(statement));
    std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.id() < b.id(); });
    return records;
}

std::vector<Record> RowReader::all(const EntityInfo& entity) const {
    std::vector<Record> records;
    scan(entity, false, [&](Record& record) { return records.push_back(std::move(record)), true; });
    return records;
}


std::size_t RowReader::next(const EntityInfo& entity, Id after, std::span<Record> page) const {
    const Table& table = shape_.table(entity);
    Statement& statement = connection_.prepare("SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id > $1 ORDER BY org_id, id LIMIT $2");
    statement.bind(1, after.value);
    statement.bind(2, static_cast<std::int64_t>(page.size()));
    std::size_t read = 0;
    while (statement.step()) table.read_into(page[read++], statement);
    return read;
}

void RowReader::scan_slots(const EntityInfo& entity, std::vector<int> slots, const std::function<bool(const Record&)>& each) const {
    const Table& table = shape_.table(entity);
    slots.insert(slots.begin(), model::slot_id);
    constexpr std::int64_t page = 10'000;
    const std::string sql = "SELECT " + table.columns_of(slots) + " FROM " + table.name() + " WHERE org_id = " + table.organisation() +
                            " AND id > $1 AND deleted_at IS NULL ORDER BY org_id, id LIMIT " + std::to_string(page);
    Record record;
    for (std::int64_t after = 0, read = page; read == page;) {
        Statement& statement = connection_.prepare(sql);
        statement.bind(1, after);
        for (read = 0; statement.step(); ++read) {
            table.read_slots(record, statement, slots);
            after = record.id().value;
            if (!each(record)) return;
        }
    }
}

// In pages, so that a long reading holds neither many rows nor a statement.
void RowReader::scan(const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each, Id after, const std::function<void(std::span<const Record>)>& shown) const {
    const Table& table = shape_.table(entity);
    const std::string sql = "SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id > $1 AND deleted_at IS " + (in_bin ? "NOT NULL" : "NULL") +
                            " ORDER BY org_id, id LIMIT 1000";
    for (;;) {
        std::vector<Record> page;
        Statement& statement = connection_.prepare(sql);
        statement.bind(1, after.value);
        while (statement.step()) page.push_back(table.read(statement));
        if (shown) shown(page);
        for (Record& record : page) {
            after = record.id();
            if (!each(record)) return;
        }
        if (page.size() < 1000) return;
    }
}

namespace {

bool holds_id(const std::unordered_set<std::int64_t>& set, const Record& record, int slot) {
    return slot >= 0 && record.at(slot).is<Id>() && set.contains(record.at(slot).as<Id>().value);
}

bool within_steps(const Viewer& viewer, const model::Catalog& catalog, const Record& record, Right right, const FindRecord& find, int steps) {
    if (viewer.is_system) return true;
    const EntityInfo& entity = *record.entity;
    if (right != Right::read && entity.administrators && !viewer.is_administrator) return false;
    const Reach& reach = viewer.reach(entity, right);
    // The right on a kind that inherits is only half of it: the record above decides.
    const bool inherits = entity.access == model::AccessKind::inherits && !viewer.is_administrator;
    if (reach.everything && !inherits) return true;
    if (reach.records.contains(record.id().value)) return true;
    if (holds_id(reach.owners, record, entity.owner_slot) || holds_id(reach.teams, record, entity.team_slot) ||
        holds_id(reach.territories, record, entity.territory_slot))
        return true;
    if (!inherits || reach.nothing() || steps == 0) return false;
    const FieldInfo& parent = entity.by_slot(entity.parent_slot);
    if (!record.at(entity.parent_slot).is<Id>()) return false;
    const EntityInfo& target = catalog.need(parent.target);
    const auto above = find(target, record.at(entity.parent_slot).as<Id>());
    return above && within_steps(viewer, catalog, *above, right, find, steps - 1);
}

}  // namespace

bool within(const Viewer& viewer, const model::Catalog& catalog, const Record& record, Right right, const FindRecord& parent) {
    return within_steps(viewer, catalog, record, right, parent, 4);
}

void hide_fields(const Viewer& viewer, Record& record) {
    if (viewer.is_system) return;
    const auto number = static_cast<std::size_t>(record.entity->number);
    if (number >= viewer.entities.size() || viewer.entities[number].fields.empty()) return;
    for (const FieldInfo& field : record.entity->fields) {
        if (field.slot < 0 || viewer.reads(*record.entity, field)) continue;
        record.at(field.slot) = Value();
        if (const int rep = field.type == Type::money && field.is_stored() ? reporting_slot(*record.entity, field.slot) : -1;
            rep >= 0 && static_cast<std::size_t>(rep) < record.slots.size())
            record.at(rep) = Value();
    }
}

// ---- What formulas see ------------------------------------------------------------------------------------------

namespace {

// References into what is held stay valid as long as somebody uses them.
class InUse {
  public:
    explicit InUse(int& count) : count_(count) { ++count_; }
    ~InUse() { --count_; }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

  private:
    int& count_;
};

std::vector<Id> without_repeats(std::vector<Id> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace

// A record as its own computed fields see it: as the system, and without copying the records on the way.
class Reading::ComputedRow final : public formula::Row {
  public:
    ComputedRow(Reading& reading, const Record& record) : reading_(reading), record_(record) {}

    Value value(const std::vector<formula::PathStep>& path) const override {
        std::optional<Record> room;
        const Record* at = &record_;
        for (std::size_t i = 0;; ++i) {
            const FieldInfo* field = at->entity->field(path[i].name);
            if (!field || field->slot < 0) return {};
            const Value& value = at->at(field->slot);
            if (i + 1 == path.size()) return value;
            const EntityInfo* target = value.is<Id>() ? reading_.catalog().find(field->target) : nullptr;
            std::optional<Record> next;
            at = target ? reading_.computed(*target, value.as<Id>(), next) : nullptr;
            if (!at) return {};
            if (!next) continue;
            room = std::move(next);
            at = &*room;
        }
    }
    void related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const override {
        const FieldInfo* relation = record_.entity->field(path.front().name);
        if (!relation || !relation->is_many()) return;
        for (const Record& record : reading_.where(reading_.catalog().need(relation->target), relation->back, record_.id())) each(ComputedRow(reading_, record));
    }

  private:
    Reading& reading_;
    const Record& record_;
};

Reading::Reading(Connection& connection, std::shared_ptr<const Shape> shape, formula::Context context, const Viewer* limit)
    : shape_(std::move(shape)), rows_(connection, *shape_), context_(std::move(context)), limit_(limit) {
    held_.resize(shape_->catalog->entities().size());
}

std::optional<Record> Reading::load(const EntityInfo& entity, Id id) { return rows_.find(entity, id); }
std::vector<Record> Reading::load_many(const EntityInfo& entity, const std::vector<Id>& ids) { return rows_.find_many(entity, ids); }
std::vector<Record> Reading::load_where(const EntityInfo& entity, const FieldInfo& field, const Value& value) { return rows_.where(entity, field, value); }
std::vector<Record> Reading::load_all(const EntityInfo& entity) { return rows_.all(entity); }

// A long scan must not gather the whole table.
void Reading::trim() {
    constexpr std::size_t most = 20'000;
    if (depth_ > 0 || using_ > 0) return;
    for (auto& records : held_)
        if (records.size() > most) records.clear();
}

Reading::Held& Reading::held(const EntityInfo& entity, Id id) {
    auto& records = held_[static_cast<std::size_t>(entity.number)];
    if (const auto found = records.find(id.value); found != records.end()) return found->second;
    return records.emplace(id.value, Held{load(entity, id), false}).first->second;
}

void Reading::want(const EntityInfo& entity, const std::vector<Id>& ids) {
    trim();
    auto& records = held_[static_cast<std::size_t>(entity.number)];
    std::vector<Id> missing;
    for (const Id id : without_repeats(ids))
        if (!records.contains(id.value)) missing.push_back(id);
    if (missing.empty()) return;
    for (Record& record : load_many(entity, missing)) {
        const std::int64_t id = record.id().value;
        records.emplace(id, Held{std::move(record), false});
    }
    for (const Id id : missing) records.try_emplace(id.value);  // those that do not exist
}

void Reading::want_reach(std::span<const Record> records) {
    if (!limit_ || limit_->is_administrator || records.empty()) return;
    trim();
    const InUse use(using_);
    std::vector<const Record*> at;
    for (const Record& record : records) at.push_back(&record);
    for (int steps = 0; steps < 4 && !at.empty(); ++steps) {
        const EntityInfo& entity = *at.front()->entity;
        if (entity.access != model::AccessKind::inherits) return;
        std::vector<Id> ids;
        for (const Record* record : at)
            if (const Id* id = record->at(entity.parent_slot).get<Id>()) ids.push_back(*id);
        const EntityInfo& above = catalog().need(entity.by_slot(entity.parent_slot).target);
        want(above, ids);
        at.clear();
        for (const Id id : without_repeats(std::move(ids)))
            if (const Held& parent = held(above, id); parent.record) at.push_back(&*parent.record);
    }
}

void Reading::want_computed(std::span<const Record> records) {
    if (records.empty()) return;
    const auto& tree = shape_->reached[static_cast<std::size_t>(records.front().entity->number)];
    if (tree.empty()) return;
    trim();
    const InUse use(using_);
    std::vector<const Record*> at;
    for (const Record& record : records) at.push_back(&record);
    want_tree(at, tree, 4);
}

void Reading::want_tree(const std::vector<const Record*>& records, const std::vector<Reached>& tree, int steps) {
    for (const Reached& reached : tree) {
        std::vector<Id> ids;
        for (const Record* record : records)
            if (const Id* id = record->at(reached.slot).get<Id>()) ids.push_back(*id);
        ids = without_repeats(std::move(ids));
        want(*reached.target, ids);
        std::vector<const Record*> there;
        for (const Id id : ids)
            if (const Held& one = held(*reached.target, id); one.record) there.push_back(&*one.record);
        if (there.empty()) continue;
        want_tree(there, reached.further, steps);
        // To read a record is to compute its own fields.
        if (steps > 1) want_tree(there, shape_->reached[static_cast<std::size_t>(reached.target->number)], steps - 1);
    }
}

const std::optional<Record>& Reading::stored(const EntityInfo& entity, Id id) {
    trim();
    return held(entity, id).record;
}

bool Reading::within_reach(const Record& record, Right right) {
    if (!limit_) return true;
    return within(*limit_, catalog(), record, right, [this](const EntityInfo& entity, Id id) { return held(entity, id).record; });
}

// A computed field may look at another record's computed fields, and so on; the depth is bounded.
void Reading::compute_as_system(Record& record) {
    if (depth_ >= 4 || !has_computed(*record.entity)) return;
    ++depth_;
    const Viewer* limit = std::exchange(limit_, nullptr);
    compute(*shape_, ComputedRow(*this, record), context_, record);
    limit_ = limit;
    --depth_;
}

// With its computed fields, as the system sees it: what is held, or in `room`. Null when it does not exist.
const Record* Reading::computed(const EntityInfo& entity, Id id, std::optional<Record>& room) {
    Held& one = held(entity, id);
    if (!one.record) return nullptr;
    if (one.computed || !has_computed(entity)) {
        ensure_room(*one.record);
        return &*one.record;
    }
    Record record = *one.record;
    ensure_room(record);
    compute_as_system(record);
    if (depth_ <= 1) {  // further down it is less complete
        one.record = std::move(record);
        one.computed = true;
        return &*one.record;
    }
    room = std::move(record);
    return &*room;
}

std::optional<std::int64_t> Reading::in_reporting(const Record& record, const formula::Node& root, const Money& money) const {
    const FieldInfo* field = root.op == formula::Op::field && root.path.size() == 1 ? record.entity->field(root.path.front().name) : nullptr;
    if (field && field->is_stored()) {
        const Value kept = reporting(record, field->slot);
        return kept.is<std::int64_t>() ? std::optional(kept.as<std::int64_t>()) : std::nullopt;
    }
    if (money.currency == context_.currency) return money.minor;
    const auto converted = context_.convert ? context_.convert(money, context_.currency, context_.today()) : std::nullopt;
    return converted ? std::optional(converted->minor) : std::nullopt;
}

void Reading::finish(Record& record) {
    trim();
    ensure_room(record);
    compute_as_system(record);
    if (limit_) hide_fields(*limit_, record);
}

std::optional<Record> Reading::find(const EntityInfo& entity, Id id) {
    trim();
    const InUse use(using_);
    const Held& one = held(entity, id);
    if (!one.record || !within_reach(*one.record, Right::read)) return std::nullopt;
    std::optional<Record> record = *one.record;
    ensure_room(*record);
    if (!one.computed) compute_as_system(*record);
    if (limit_) hide_fields(*limit_, *record);
    return record;
}

std::vector<Record> Reading::find_many(const EntityInfo& entity, const std::vector<Id>& ids) {
    std::vector<Record> records = load_many(entity, ids);
    want_reach(records);
    std::erase_if(records, [this](const Record& record) { return !within_reach(record, Right::read); });
    want_computed(records);
    for (Record& record : records) finish(record);
    return records;
}

bool Reading::visible(const EntityInfo& entity, Id id) {
    trim();
    const InUse use(using_);
    const Held& one = held(entity, id);
    return one.record && within_reach(*one.record, Right::read);
}

std::vector<Record> Reading::where(const EntityInfo& entity, std::string_view field, const Value& value) {
    std::vector<Record> records = load_where(entity, entity.need(field), value);
    if (limit_) std::erase_if(records, [this](const Record& record) { return !within_reach(record, Right::read); });
    for (Record& record : records) finish(record);
    return records;
}

std::vector<Record> Reading::all(const EntityInfo& entity) {
    std::vector<Record> records = load_all(entity);
    if (limit_) std::erase_if(records, [this](const Record& record) { return !within_reach(record, Right::read); });
    for (Record& record : records) finish(record);
    return records;
}

}  // namespace fairlead::store
