// Rows and records.
#include "store/row.h"

#include <algorithm>

#include "base/text.h"
#include "model/record_row.h"

namespace fairlead::store {

int reporting_slot(const EntityInfo& entity, int money_slot) {
    int slot = entity.slots;
    for (const FieldInfo& field : entity.fields) {
        if (field.type != Type::money || !field.is_stored()) continue;
        if (field.slot == money_slot) return slot;
        ++slot;
    }
    return -1;
}

Value reporting(const Record& record, int money_slot) {
    const int slot = reporting_slot(*record.entity, money_slot);
    if (slot < 0 || static_cast<std::size_t>(slot) >= record.slots.size()) return {};
    return record.at(slot);
}

namespace {
std::size_t room(const EntityInfo& entity) {
    const auto moneys = std::count_if(entity.fields.begin(), entity.fields.end(),
                                      [](const FieldInfo& f) { return f.type == Type::money && f.is_stored(); });
    return static_cast<std::size_t>(entity.slots) + static_cast<std::size_t>(moneys);
}
}  // namespace

Record stored_record(const EntityInfo& entity) {
    Record record;
    record.entity = &entity;
    record.slots.resize(room(entity));
    return record;
}

void ensure_room(Record& record) {
    if (record.slots.size() < room(*record.entity)) record.slots.resize(room(*record.entity));
}

std::string search_text(const Record& record) {
    std::string text;
    for (const FieldInfo& field : record.entity->fields) {
        if (!field.options.search || !field.is_stored()) continue;
        const Value& value = record.at(field.slot);
        if (!value.is<std::string>()) continue;
        if (!text.empty()) text += '\n';
        text += fold(value.as<std::string>());
    }
    return text;
}

std::string Table::unique_key(const Value& text) { return fold_case(trim(text.as<std::string>())); }

Table::Table(const EntityInfo& entity, std::int64_t organisation)
    : entity_(&entity), name_(quoted(entity.name)), organisation_(std::to_string(organisation)) {
    reporting_.assign(static_cast<std::size_t>(entity.slots), -1);
    int next_reporting = entity.slots;
    int index = 0;
    const auto add = [&](const std::string& column) {
        if (index++) columns_ += ", ";
        columns_ += column;
    };
    for (int slot = 0; slot < entity.stored_slots; ++slot) {
        const FieldInfo& field = entity.by_slot(slot);
        std::vector<std::string> names;
        for (const std::string& column : field.columns()) names.push_back(quoted(column));
        for (const std::string& column : names) add(column);
        if (field.options.unique) {
            const bool folded = field.type == Type::text;
            uniques_.push_back({slot, folded ? quoted(field.name + "_key") : names.front(), folded});
        }
        searched_ = searched_ || field.options.search;
        slot_columns_.push_back(std::move(names));
    }
    for (const FieldInfo& field : entity.fields)
        if (field.type == Type::money && field.is_stored()) reporting_[static_cast<std::size_t>(field.slot)] = next_reporting++;
    column_count_ = index;
    room_ = room(entity);
    select_by_id_ = "SELECT " + columns_ + " FROM " + name_ + " WHERE org_id = " + organisation_ + " AND id = $1";
    std::string derived;
    for (const Unique& unique : uniques_)
        if (unique.folded) derived += ", " + unique.column, ++index;
    if (searched_) derived += ", search_fold", ++index;
    insert_ = std::make_unique<InsertRows>("INSERT INTO " + name_ + " (org_id, " + columns_ + derived + ") VALUES ", index + 1);
}

Record Table::read(const Statement& row, int first_column) const {
    Record record;
    read_into(record, row, first_column);
    return record;
}

void Table::read_into(Record& record, const Statement& row, int first_column) const {
    record.entity = entity_;
    record.slots.resize(room_);
    // Values that are not set below are empty; texts that are set keep their memory.
    for (int slot = entity_->stored_slots; slot < static_cast<int>(room_); ++slot)
        if (!record.at(slot).empty()) record.at(slot) = Value();
    int column = first_column;
    for (int slot = 0; slot < entity_->stored_slots; ++slot) column = read_slot(record, row, column, slot);
}

std::string Table::columns_of(const std::vector<int>& slots) const {
    std::string text;
    for (const int slot : slots)
        for (const std::string& column : slot_columns_[static_cast<std::size_t>(slot)]) text += (text.empty() ? "" : ", ") + column;
    return text;
}

void Table::read_slots(Record& record, const Statement& row, const std::vector<int>& slots) const {
    record.entity = entity_;
    record.slots.resize(room_);
    int column = 0;
    for (const int slot : slots) column = read_slot(record, row, column, slot);
}

int Table::read_slot(Record& record, const Statement& row, int at, int slot) const {
    const FieldInfo& field = entity_->by_slot(slot);
    const int next = at + (field.type == Type::money ? 3 : 1);
    Value& value = record.at(slot);
    if (row.is_null(at)) {
        if (!value.empty()) value = Value();
        return next;
    }
    switch (field.type) {
        case Type::boolean: value = row.whole(at) != 0; break;
        case Type::whole: value = row.whole(at); break;
        case Type::decimal:
        case Type::percent: value = Decimal::scaled(row.whole(at), field.options.scale); break;
        case Type::money:
            value = Money{row.whole(at), Currency::parse(row.text(at + 1)).value_or(Currency{})};
            if (!row.is_null(at + 2)) record.at(reporting_[static_cast<std::size_t>(slot)]) = row.whole(at + 2);
            break;
        case Type::text:
        case Type::choice: value = std::string(row.text(at)); break;
        case Type::date: value = Date{static_cast<std::int32_t>(row.whole(at))}; break;
        case Type::instant: value = Instant{row.whole(at)}; break;
        case Type::duration: value = Duration{row.whole(at)}; break;
        case Type::reference: value = Id{row.whole(at)}; break;
        case Type::list: value = Value(); break;
    }
    return next;
}

int Table::bind_slot(Statement& statement, int index, const Record& record, int slot) const {
    const FieldInfo& field = entity_->by_slot(slot);
    const Value& value = record.at(slot);
    if (field.type == Type::money) {
        if (value.empty()) {
            for (int i = 0; i < 3; ++i) statement.bind_null(index + i);
            return index + 3;
        }
        const Money& money = value.as<Money>();
        statement.bind(index, money.minor);
        statement.bind(index + 1, std::string_view(money.currency.text()));
        const Value& rep = record.at(reporting_[static_cast<std::size_t>(slot)]);
        if (rep.empty()) statement.bind_null(index + 2);
        else statement.bind(index + 2, rep.as<std::int64_t>());
        return index + 3;
    }
    if (const auto* decimal = value.get<Decimal>()) {
        const auto scaled = decimal->to_scaled(field.options.scale, Rounding::half_even);
        ensure(scaled.has_value(), "a decimal that was checked fits its column");
        statement.bind(index, *scaled);
    } else {
        bind_value(statement, index, value);
    }
    return index + 1;
}

int Table::bind_derived(Statement& statement, int index, const Record& record, bool with_search) const {
    for (const Unique& unique : uniques_) {
        if (!unique.folded) continue;
        const Value& value = record.at(unique.slot);
        if (value.empty()) statement.bind_null(index++);
        else statement.bind(index++, std::string_view(unique_key(value)));
    }
    if (with_search) statement.bind(index++, std::string_view(search_text(record)));
    return index;
}

void Table::insert(Connection& connection, std::span<const Record* const> records) const {
    const std::int64_t organisation = std::stoll(organisation_);
    insert_->run(connection, records, [&](Statement& statement, int index, const Record* record) {
        statement.bind(index++, organisation);
        for (int slot = 0; slot < entity_->stored_slots; ++slot) index = bind_slot(statement, index, *record, slot);
        bind_derived(statement, index, *record, searched_);
    });
}

void Table::run_update(Connection& connection, const Record& record, const std::vector<int>& slots) const {
    const auto changes = [&](int slot) { return std::binary_search(slots.begin(), slots.end(), slot); };
    bool with_search = false;
    for (const int slot : slots) with_search = with_search || entity_->by_slot(slot).options.search;
    const std::string* sql = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        std::string& text = updates_[slots];
        if (text.empty()) {
            int index = 0;
            text = "UPDATE " + name_ + " SET ";
            const auto set = [&](const std::string& column) { text += (index ? ", " : "") + column + " = $" + std::to_string(index + 1), ++index; };
            for (const int slot : slots)
                for (const std::string& column : slot_columns_[static_cast<std::size_t>(slot)]) set(column);
            for (const Unique& unique : uniques_)
                if (unique.folded && changes(unique.slot)) set(unique.column);
            if (with_search) set("search_fold");
            text += " WHERE org_id = " + organisation_ + " AND id = $" + std::to_string(index + 1);
        }
        sql = &text;
    }
    Statement& statement = connection.prepare(*sql);
    int index = 1;
    for (const int slot : slots) index = bind_slot(statement, index, record, slot);
    for (const Unique& unique : uniques_) {
        if (!unique.folded || !changes(unique.slot)) continue;
        const Value& value = record.at(unique.slot);
        if (value.empty()) statement.bind_null(index++);
        else statement.bind(index++, std::string_view(unique_key(value)));
    }
    if (with_search) statement.bind(index++, std::string_view(search_text(record)));
    statement.bind(index, record.id().value);
    statement.run();
}

namespace {

// Computed fields after the ones they read.
std::vector<const FieldInfo*> evaluation_order(const EntityInfo& entity) {
    std::vector<const FieldInfo*> order;
    std::vector<char> state(entity.fields.size(), 0);
    const auto visit = [&](const auto& self, int index) -> void {
        const FieldInfo& field = entity.fields[static_cast<std::size_t>(index)];
        if (!field.formula || state[static_cast<std::size_t>(index)]) return;
        state[static_cast<std::size_t>(index)] = 1;
        for (const std::string& used : field.formula->fields)
            if (const auto found = entity.by_name_.find(used); found != entity.by_name_.end()) self(self, found->second);
        order.push_back(&field);
    };
    for (int i = 0; i < static_cast<int>(entity.fields.size()); ++i) visit(visit, i);
    return order;
}

// The paths of a formula that lead over references, joined to those already known.
void gather_reached(const model::Catalog& catalog, const formula::Node& node, std::vector<Reached>& reached) {
    for (const auto& argument : node.arguments) gather_reached(catalog, *argument, reached);
    if (node.op != formula::Op::field || node.related) return;
    std::vector<Reached>* at = &reached;
    for (std::size_t i = 0; i + 1 < node.path.size(); ++i) {
        const EntityInfo* entity = catalog.find(node.path[i].entity);
        const FieldInfo* field = entity ? entity->field(node.path[i].name) : nullptr;
        const EntityInfo* target = field && field->type == Type::reference && field->slot >= 0 ? catalog.find(field->target) : nullptr;
        if (!target) return;
        const auto known = std::find_if(at->begin(), at->end(), [&](const Reached& one) { return one.slot == field->slot; });
        at = known != at->end() ? &known->further : &at->emplace_back(Reached{target, field->slot, {}}).further;
    }
}

}  // namespace

std::shared_ptr<const Shape> make_shape(std::shared_ptr<const model::Catalog> catalog, std::int64_t organisation) {
    auto shape = std::make_shared<Shape>();
    shape->organisation = organisation;
    for (const auto& entity : catalog->entities()) {
        shape->tables.push_back(std::make_unique<Table>(*entity, organisation));
        shape->computed.push_back(evaluation_order(*entity));
        shape->reached.emplace_back();
        for (const FieldInfo* field : shape->computed.back()) gather_reached(*catalog, *field->formula->root, shape->reached.back());
        shape->listeners.push_back(catalog->listeners(entity->name));
    }
    shape->catalog = std::move(catalog);
    return shape;
}

void compute(const Shape& shape, model::Records& records, Record& record) {
    if (shape.computed[static_cast<std::size_t>(record.entity->number)].empty()) return;
    compute(shape, model::RecordRow(records, record), records.context(), record);
}

void compute(const Shape& shape, const formula::Row& row, const formula::Context& context, Record& record) {
    for (const FieldInfo* field : shape.computed[static_cast<std::size_t>(record.entity->number)]) {
        auto value = formula::evaluate(*field->formula, row, context);
        record.at(field->slot) = value ? std::move(*value) : Value();
    }
}

}  // namespace fairlead::store
