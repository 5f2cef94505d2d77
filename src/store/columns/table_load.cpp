// Taking in many rows at once, while a table is loaded and commits go on.
#include <algorithm>

#include "store/columns/search_index.h"
#include "store/columns/table.h"

namespace fairlead::store::columns {
namespace {

// What a stored number is multiplied by in the column.
std::int64_t factor_of(const Column& column) {
    if (column.held != Held::decimal) return 1;
    std::int64_t factor = 1;
    for (int digit = column.field->options.scale; digit < Decimal::places; ++digit) factor *= 10;
    return factor;
}

// Rows of what many refer to, by id: owners and stages repeat.
class Seen {
  public:
    std::uint32_t* find(std::int64_t id) {
        Entry& entry = entries_[static_cast<std::size_t>(std::hash<Id>{}(Id{id})) % entries_.size()];
        return entry.id == id ? &entry.row : nullptr;
    }
    void keep(std::int64_t id, std::uint32_t row) { entries_[static_cast<std::size_t>(std::hash<Id>{}(Id{id})) % entries_.size()] = {id, row}; }

  private:
    struct Entry {
        std::int64_t id = 0;
        std::uint32_t row = 0;
    };
    std::vector<Entry> entries_ = std::vector<Entry>(2048);
};

}  // namespace

std::vector<Record> Table::reserve(Bulk& bulk, Filling& filling) {
    std::vector<Record> known;
    std::vector<std::uint8_t> marked;
    for (std::uint32_t i = 0; i < bulk.count(); ++i) {
        const Id id{bulk.ids[i]};
        if ((ascending_ == 0 || id.value > ids_[ascending_ - 1]) && index_.empty() && erased_while_loading_.empty()) break;  // nor are those after it
        if (!row_of(id) && !erased_while_loading_.count(id.value)) continue;
        if (marked.empty()) marked.resize(bulk.count(), 0);
        marked[i] = 1;
        Record record(*entity_);
        int slots = entity_->slots;
        for (const int extra : reporting_slots_) slots = std::max(slots, extra + 1);
        record.slots.resize(static_cast<std::size_t>(slots));
        record.at(model::slot_id) = Value(id);
        for (const Bulk::Part& part : bulk.parts) {
            if (!part.field) continue;
            record.at(part.field->slot) = bulk.value(*part.field, i);
            const std::int64_t reporting = Bulk::Part::at(part.reporting, i);
            if (reporting != Packed::none) record.at(reporting_slot(part.field->slot)) = Value(reporting);
        }
        known.push_back(std::move(record));
    }
    if (!marked.empty()) bulk.drop(marked);
    filling.first = rows();
    settled_ = rows();
    filling_ = true;
    ids_.reserve(ids_.size() + bulk.count());
    for (const std::int64_t id : bulk.ids) add_row(id);
    filling.parts.clear();
    for (const Bulk::Part& part : bulk.parts) {
        filling.parts.emplace_back();
        if (part.field) filling.parts.back().column = columns_[static_cast<std::size_t>(part.field->slot)].get();
    }
    return known;
}

void Table::prepare(Bulk& bulk, Filling& filling) const {
    // Beside an amount in the reporting currency nothing more is held.
    for (Bulk::Part& part : bulk.parts)
        for (std::size_t row = 0; row < part.reporting.size(); ++row)
            if (part.texts.at(row) == home_currency_) part.reporting[row] = Packed::none;
    if (!filling.begins_chunk()) return;
    for (std::size_t i = 0; i < bulk.parts.size(); ++i) {
        Filling::Part& to = filling.parts[i];
        const Bulk::Part& from = bulk.parts[i];
        if (!to.column) continue;
        to.values = to.column->values.like();
        to.reporting = to.column->reporting.like();
        if (to.column->held == Held::text) {
            to.arena.emplace();
            to.arena->reserve(bulk.count(), from.texts.letters.size());
            for (std::uint32_t row = 0; row < from.texts.ends.size(); ++row)
                if (const std::string_view text = from.texts.at(row); !text.empty()) to.arena->set(row, text);
        } else if (!to.computed.empty()) {
            for (std::uint32_t row = 0; row < to.computed.size(); ++row) to.values.set(row, to.computed[row]);
            to.reporting.fill(0, from.reporting);
            to.computed = {};
        } else if (to.column->held != Held::reference) {
            to.values.fill(0, from.numbers, factor_of(*to.column));
            to.reporting.fill(0, from.reporting);
        }
    }
}

void Table::find_targets(const Bulk& bulk, Filling& filling, std::size_t part) const {
    Filling::Part& to = filling.parts[part];
    const Bulk::Part& from = bulk.parts[part];
    if (!to.column || to.column->held != Held::reference || !to.column->target || from.numbers.empty()) return;
    const Table& target = *to.column->target;
    Seen seen;
    for (std::uint32_t row = 0; row < from.numbers.size(); ++row) {
        const std::int64_t id = from.numbers[row];
        if (id == Packed::none || id == 0) continue;
        if (const std::uint32_t* known = seen.find(id)) {
            Bulk::Part::put(to.rows, row, *known);
            continue;
        }
        if (const auto found = target.row_of(Id{id})) {
            Bulk::Part::put(to.rows, row, std::int64_t{*found} + 1);
            seen.keep(id, *found + 1);
        } else {
            to.unknown.emplace_back(row, id);
        }
    }
    if (!filling.begins_chunk()) return;
    to.values.fill(0, to.rows);
    to.rows.clear();
}

void Table::fill(const Bulk& bulk, Filling& filling, std::size_t part) {
    Filling::Part& to = filling.parts[part];
    if (!to.column) return;
    const Bulk::Part& from = bulk.parts[part];
    Column& column = *to.column;
    if (column.held == Held::text) {
        column.texts.fill(filling.first, bulk.count(), from.texts, std::move(to.arena));
        to.arena.reset();
        return;
    }
    if (column.held == Held::reference) {
        for (const auto& [row, id] : to.unknown) unresolved_.push_back({&column, filling.first + row, id});
        to.unknown = {};
    } else if (column.held == Held::money) {
        column.currency.fill(filling.first, bulk.count(), from.texts, std::nullopt);
    }
    if (filling.begins_chunk()) {
        column.values.place(filling.first, std::move(to.values));
        column.reporting.place(filling.first, std::move(to.reporting));
    } else {
        for (std::uint32_t row = 0; row < to.computed.size(); ++row) column.values.set(filling.first + row, to.computed[row]);
        column.values.fill(filling.first, column.held == Held::reference ? to.rows : from.numbers, factor_of(column));
        column.reporting.fill(filling.first, from.reporting);
    }
    to.rows = {};
}

void Table::settle(const Bulk& bulk, Filling& filling, std::uint64_t stamp) {
    const Bulk::Part& deleted = bulk.parts[model::slot_deleted_at];
    const Bulk::Part& merged = bulk.parts[model::slot_merged_into];
    filling_ = false;
    settled_ = rows();
    for (std::uint32_t i = 0; i < bulk.count(); ++i) {
        const bool is_merged = Bulk::Part::at(merged.numbers, i) != Packed::none, is_deleted = Bulk::Part::at(deleted.numbers, i) != Packed::none;
        set_state(filling.first + i, is_merged ? RowState::merged : is_deleted ? RowState::bin : RowState::live, stamp);
    }
    for (const Filling::Part& part : filling.parts)
        if (part.column) part.column->changed = stamp;
    stamp_ = forgotten_ = stamp;
    for (const auto& [row, slot] : bulk.lowest) {
        Column& column = *columns_[static_cast<std::size_t>(slot)];
        column.values.set(filling.first + row, Wide{Packed::none} * factor_of(column));
    }
    for (const auto& [id, record] : std::exchange(aside_, {})) {
        if (record) put(*record, stamp);
        else erase(id, stamp);
    }
}

void Table::set_aside(Id id, const Record* record) { aside_.emplace_back(id, record ? std::make_unique<Record>(*record) : nullptr); }

void Table::resolve(std::size_t most) {
    for (; most > 0 && !unresolved_.empty(); --most) {
        const Unresolved one = unresolved_.back();
        unresolved_.pop_back();
        if (!put_while_unresolved_.count(one.row)) one.column->values.set(one.row, Wide{one.column->target->row_for(Id{one.id})} + 1);
    }
    if (!unresolved_.empty()) return;
    unresolved_ = {};
    put_while_unresolved_ = {};
}

}  // namespace fairlead::store::columns
