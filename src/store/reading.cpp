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
    constexpr std::size_t slice = 64;
    const Table& table = shape_.table(entity);
    std::string sql = "SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id IN (";
    for (std::size_t i = 1; i <= slice; ++i) sql += (i > 1 ? ", $" : "$") + std::to_string(i);
    sql += ')';
    std::unordered_map<std::int64_t, Record> found;
    for (std::size_t begin = 0; begin < ids.size(); begin += slice) {
        Statement& statement = connection_.prepare(sql);
        for (std::size_t i = 0; i < slice; ++i) statement.bind(static_cast<int>(i) + 1, begin + i < ids.size() ? ids[begin + i].value : 0);
        while (statement.step()) {
            Record record = table.read(statement);
            found.emplace(record.id().value, std::move(record));
        }
    }
    std::vector<Record> records;
    records.reserve(found.size());
    for (const Id id : ids)
        if (const auto at = found.find(id.value); at != found.end()) records.push_back(at->second);
    return records;
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

void RowReader::scan(const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each, Id after) const {
    scan_where(entity, std::string(" AND deleted_at IS ") + (in_bin ? "NOT NULL" : "NULL"), each, after);
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
void RowReader::scan_where(const EntityInfo& entity, const std::string& condition, const std::function<bool(Record&)>& each, Id after) const {
    const Table& table = shape_.table(entity);
    const std::string sql = "SELECT " + table.columns() + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id > $1" + condition + " ORDER BY org_id, id LIMIT 1000";
    for (;;) {
        std::vector<Record> page;
        Statement& statement = connection_.prepare(sql);
        statement.bind(1, after.value);
        while (statement.step()) page.push_back(table.read(statement));
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

Reading::Reading(Connection& connection, std::shared_ptr<const Shape> shape, formula::Context context, const Viewer* limit)
    : shape_(std::move(shape)), rows_(connection, *shape_), context_(std::move(context)), limit_(limit) {
    cache_.resize(shape_->catalog->entities().size());
}

std::optional<Record> Reading::load(const EntityInfo& entity, Id id) { return rows_.find(entity, id); }
std::vector<Record> Reading::load_where(const EntityInfo& entity, const FieldInfo& field, const Value& value) { return rows_.where(entity, field, value); }
std::vector<Record> Reading::load_all(const EntityInfo& entity) { return rows_.all(entity); }

const std::optional<Record>& Reading::cached(const EntityInfo& entity, Id id) {
    auto& records = cache_[static_cast<std::size_t>(entity.number)];
    if (const auto found = records.find(id.value); found != records.end()) return found->second;
    if (records.size() > 20'000) records.clear();  // a long scan must not gather the whole table
    return records.emplace(id.value, load(entity, id)).first->second;
}

bool Reading::within_reach(const Record& record, Right right) {
    if (!limit_) return true;
    return within(*limit_, catalog(), record, right, [this](const EntityInfo& entity, Id id) { return cached(entity, id); });
}

void Reading::finish(Record& record) {
    ensure_room(record);
    // A computed field may look at another record's computed fields, and so on; the depth is bounded.
    if (depth_ < 4) {
        ++depth_;
        const Viewer* limit = std::exchange(limit_, nullptr);  // declared formulas run as the system
        compute(*shape_, *this, record);
        limit_ = limit;
        --depth_;
    }
    if (limit_) hide_fields(*limit_, record);
}

std::optional<Record> Reading::find(const EntityInfo& entity, Id id) {
    std::optional<Record> record = cached(entity, id);
    if (!record || !within_reach(*record, Right::read)) return std::nullopt;
    finish(*record);
    return record;
}

bool Reading::visible(const EntityInfo& entity, Id id) {
    const auto& record = cached(entity, id);
    return record && within_reach(*record, Right::read);
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
