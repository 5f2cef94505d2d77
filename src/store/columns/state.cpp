// Tables of all entities, remembered answers, and completing records with their computed fields.
#include "store/columns/state.h"

#include <algorithm>

#include "store/columns/inverse.h"
#include "store/columns/order.h"
#include "store/columns/search_index.h"

namespace fairlead::store::columns {

AnswerPointer Answers::find(const std::string& key) {
    const std::lock_guard guard(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second.place);
    return found->second.answer;
}

void Answers::put(const std::string& key, AnswerPointer answer) {
    const std::size_t size = answer->rows.bytes() + key.size() * 2 + 512;
    const std::lock_guard guard(mutex_);
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        order_.push_front(key);
        found = entries_.emplace(key, Entry{nullptr, 0, order_.begin()}).first;
    }
    bytes_ += size - found->second.bytes;
    found->second.answer = std::move(answer);
    found->second.bytes = size;
    while (bytes_ > bytes_most_ && order_.size() > 4) {
        const auto last = entries_.find(order_.back());
        bytes_ -= last->second.bytes;
        entries_.erase(last);
        order_.pop_back();
    }
}

void Answers::clear() {
    const std::lock_guard guard(mutex_);
    entries_.clear();
    order_.clear();
    bytes_ = 0;
}

void Answers::set_most(std::size_t bytes) {
    const std::lock_guard guard(mutex_);
    bytes_most_ = bytes;
}

std::size_t Answers::bytes() const {
    const std::lock_guard guard(mutex_);
    return bytes_;
}

namespace {

// A record as its own computed fields see it.
class Own {
  public:
    virtual ~Own() = default;
    virtual Value held(const FieldInfo& field) const = 0;
    virtual std::optional<std::int64_t> reporting(const FieldInfo& field) const = 0;
};

class OwnRow final : public formula::Row {
  public:
    // In the reporting currency, every amount is the one stored beside it.
    OwnRow(const EntityInfo& entity, const Own& own, std::optional<Currency> reporting_currency = {})
        : entity_(entity), own_(own), reporting_currency_(reporting_currency) {}
    Value value(const std::vector<formula::PathStep>& path) const override {
        const FieldInfo* field = entity_.field(path.front().name);
        if (!field || field->slot < 0 || path.size() != 1) return Value();
        Value held = own_.held(*field);
        if (!reporting_currency_ || !held.is<Money>() || held.as<Money>().currency == *reporting_currency_) return held;
        const auto minor = own_.reporting(*field);
        return minor ? Value(Money{*minor, *reporting_currency_}) : held;
    }
    std::optional<std::int64_t> reporting(const std::vector<formula::PathStep>& path) const override {
        const FieldInfo* field = entity_.field(path.front().name);
        return field && field->slot >= 0 ? own_.reporting(*field) : std::nullopt;
    }

  private:
    const EntityInfo& entity_;
    const Own& own_;
    std::optional<Currency> reporting_currency_;
};

class OwnRecord final : public Own {
  public:
    OwnRecord(const Table& table, const Record& record) : table_(table), record_(record) {}
    Value held(const FieldInfo& field) const override { return record_.at(field.slot); }
    std::optional<std::int64_t> reporting(const FieldInfo& field) const override {
        const int slot = table_.reporting_slot(field.slot);
        if (slot < 0 || static_cast<std::size_t>(slot) >= record_.slots.size()) return std::nullopt;
        const auto* minor = record_.at(slot).get<std::int64_t>();
        return minor ? std::optional(*minor) : std::nullopt;
    }

  private:
    const Table& table_;
    const Record& record_;
};

struct Computed {
    Value value;
    std::optional<std::int64_t> reporting;  // of an amount in a foreign currency
};

class OwnInBulk final : public Own {
  public:
    OwnInBulk(const EntityInfo& entity, const Bulk& bulk)
        : bulk_(bulk), stored_(static_cast<std::size_t>(entity.stored_slots)), computed(static_cast<std::size_t>(entity.slots - entity.stored_slots)) {}
    Value held(const FieldInfo& field) const override { return is_stored(field) ? bulk_.value(field, row) : of(field).value; }
    std::optional<std::int64_t> reporting(const FieldInfo& field) const override {
        if (!is_stored(field)) return of(field).reporting;
        const std::int64_t minor = Bulk::Part::at(bulk_.parts[static_cast<std::size_t>(field.slot)].reporting, row);
        return minor == Packed::none ? std::nullopt : std::optional(minor);
    }
    Computed& of(const FieldInfo& field) { return computed[static_cast<std::size_t>(field.slot) - stored_]; }
    const Computed& of(const FieldInfo& field) const { return computed[static_cast<std::size_t>(field.slot) - stored_]; }

  private:
    bool is_stored(const FieldInfo& field) const { return static_cast<std::size_t>(field.slot) < stored_; }
    const Bulk& bulk_;
    std::size_t stored_;

  public:
    std::uint32_t row = 0;
    std::vector<Computed> computed;  // of this row, by slot past the stored ones
};

Computed compute_own(const EntityInfo& entity, const FieldInfo& field, const Own& own, std::optional<Currency> home, const formula::Context& context) {
    Computed computed;
    if (Result<Value> value = formula::evaluate(*field.formula, OwnRow(entity, own), context)) computed.value = std::move(*value);
    const Money* money = field.type == Type::money ? computed.value.get<Money>() : nullptr;
    if (!money || !home || money->currency == *home) return computed;
    const Result<Value> at_home = formula::evaluate(*field.formula, OwnRow(entity, own, home), context);
    const Money* amount = at_home ? at_home->get<Money>() : nullptr;
    if (amount && amount->currency == *home) computed.reporting = amount->minor;
    return computed;
}

void put_in_order(const EntityInfo& entity, const FieldInfo& field, std::vector<const FieldInfo*>& order) {
    if (std::find(order.begin(), order.end(), &field) != order.end()) return;
    for (const std::string& name : field.formula->fields) {
        const FieldInfo* used = entity.field(name);
        if (used && used->is_computed()) put_in_order(entity, *used, order);
    }
    order.push_back(&field);
}

}  // namespace
}  // namespace fairlead::store::columns

namespace fairlead::store {

using columns::Held;
using columns::Table;
using model::FieldInfo;

Columns::State::State(std::shared_ptr<const model::Catalog> catalog_, formula::Context context_, Limits limits_)
    : context(std::move(context_)), limits(limits_), answers(limits_.cached_sets), orders(std::make_unique<columns::Orders>(limits_.cached_orders)),
      inverses(std::make_unique<columns::Inverses>()) {
    make_tables(std::move(catalog_));
}

Columns::State::~State() = default;

void Columns::State::make_tables(std::shared_ptr<const model::Catalog> next) {
    std::vector<std::unique_ptr<Table>> made;
    std::vector<std::vector<const FieldInfo*>> computed;
    for (const auto& entity : next->entities()) {
        const auto place = static_cast<std::size_t>(entity->number);
        if (made.size() <= place) made.resize(place + 1);
        if (computed.size() <= place) computed.resize(place + 1);
        made[place] = std::make_unique<Table>(*entity, !columns::is_held(*entity), next->currency());
        if (!limits.search) made[place]->search.reset();
        if (made[place]->only_ids()) continue;
        for (const FieldInfo& field : entity->fields)
            if (field.is_computed() && made[place]->column(field.slot) && made[place]->column(field.slot)->held != Held::evaluated)
                columns::put_in_order(*entity, field, computed[place]);
    }
    for (const auto& table : made)
        if (table) table->link(made, *next);
    for (const auto& old : tables)
        if (old)
            if (const EntityInfo* entity = next->find(old->entity().name)) made[static_cast<std::size_t>(entity->number)]->take_over(*old);
    for (auto& old : tables)
        if (old) retired.push_back(std::move(old));
    tables = std::move(made);
    ++generation;
    if (catalog) retired_catalogs.push_back(catalog);
    computed_ = std::move(computed);
    catalog = std::move(next);
    answers.clear();
    sums.clear();
    ranks.clear();
    text_ranks.clear();
    orders->clear();
    inverses->clear();
}

Table* Columns::State::table(std::string_view entity) const {
    const EntityInfo* info = catalog->find(entity);
    return info ? tables[static_cast<std::size_t>(info->number)].get() : nullptr;
}

Table& Columns::State::need(std::string_view entity) const {
    Table* found = table(entity);
    ensure(found != nullptr, "every entity of the catalogue has a table");
    return *found;
}

const Record& Columns::State::completed(const Record& record, Record& room) const {
    const Table& table = need(record.entity->name);
    const auto& computed = computed_[static_cast<std::size_t>(table.entity().number)];
    if (computed.empty() || table.only_ids()) return record;
    room = record;
    complete(room);
    return room;
}

void Columns::State::complete(Record& room) const {
    const Table& table = need(room.entity->name);
    const auto& computed = computed_[static_cast<std::size_t>(table.entity().number)];
    if (computed.empty()) return;
    room.entity = &table.entity();
    std::size_t slots = static_cast<std::size_t>(room.entity->slots);
    for (const FieldInfo& field : room.entity->fields)
        if (field.type == Type::money && field.slot >= 0) ++slots;
    room.slots.resize(std::max(slots, room.slots.size()));
    const auto home = Currency::parse(table.home_currency());
    for (const FieldInfo* field : computed) {
        columns::Computed one = columns::compute_own(table.entity(), *field, columns::OwnRecord(table, room), home, context);
        room.at(field->slot) = std::move(one.value);
        if (field->type == Type::money) room.at(table.reporting_slot(field->slot)) = one.reporting ? Value(*one.reporting) : Value();
    }
}

void Columns::State::complete(columns::Bulk& bulk, Table::Filling& filling) const {
    Table& table = need(bulk.entity->name);
    const auto& computed = computed_[static_cast<std::size_t>(table.entity().number)];
    if (computed.empty()) return;
    const std::size_t stored = bulk.parts.size();
    for (const FieldInfo* field : computed) {
        bulk.parts.emplace_back().field = field;
        filling.parts.emplace_back().column = const_cast<columns::Column*>(table.column(field->slot));
    }
    const auto home = Currency::parse(table.home_currency());
    columns::OwnInBulk own(table.entity(), bulk);
    for (std::uint32_t& row = own.row; row < bulk.count(); ++row) {
        for (std::size_t i = 0; i < computed.size(); ++i) {
            columns::Computed& one = own.of(*computed[i]) = columns::compute_own(table.entity(), *computed[i], own, home, context);
            if (one.value.empty()) continue;
            columns::Bulk::Part& part = bulk.parts[stored + i];
            Table::Filling::Part& to = filling.parts[stored + i];
            if (to.column->held == Held::text) {
                if (const auto* text = one.value.get<std::string>()) part.texts.put(row, *text);
                continue;
            }
            if (to.column->held == Held::reference) {
                if (const Id* id = one.value.get<Id>()) columns::Bulk::Part::put(part.numbers, row, id->value);
                continue;
            }
            to.computed.resize(row, columns::no_value);
            to.computed.push_back(Table::raw_of(*to.column, one.value));
            if (const Money* money = one.value.get<Money>(); money && to.column->held == Held::money) {
                part.texts.put(row, money->currency.text());
                if (one.reporting) columns::Bulk::Part::put(part.reporting, row, *one.reporting);
            }
        }
    }
}

void Columns::State::take(columns::Bulk& bulk) {
    Table& table = need(bulk.entity->name);
    Table::Filling filling;
    std::vector<Record> known;
    {
        const std::unique_lock guard(lock);
        known = table.reserve(bulk, filling);
    }
    for (Record& record : known) {
        complete(record);
        const std::unique_lock guard(lock);
        table.put(record, ++stamp);
    }
    complete(bulk, filling);
    table.prepare(bulk, filling);
    for (std::size_t part = 0; part < bulk.parts.size(); ++part) {
        {
            const std::shared_lock guard(lock);
            table.find_targets(bulk, filling, part);
        }
        const std::unique_lock guard(lock);
        table.fill(bulk, filling, part);
    }
    const std::unique_lock guard(lock);
    table.settle(bulk, filling, ++stamp);
}

void Columns::State::set_limits() {
    std::size_t rows = 0;
    for (const auto& table : tables)
        if (table) rows = std::max(rows, std::size_t{table->rows()});
    answers.set_most(std::max(limits.cached_sets, rows * 12));
    sums.set_most(std::max(sums_least, rows * 4));
    orders->set_most(std::max(limits.cached_orders, rows * 24));
}

void Columns::State::evaluate_again() {
    for (const auto& table : tables) {
        if (!table || table->only_ids() || computed_[static_cast<std::size_t>(table->entity().number)].empty()) continue;
        ++stamp;
        for (std::uint32_t row = 0; row < table->rows(); ++row) {
            if (table->state(row) == columns::RowState::absent) continue;
            Record held = table->record(row);
            complete(held);
            table->put(held, stamp);
        }
    }
}

}  // namespace fairlead::store
