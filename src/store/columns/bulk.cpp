// Rows between the database and the columns.
#include "store/columns/bulk.h"

#include <algorithm>

#include "store/columns/table.h"

namespace fairlead::store::columns {

void Bulk::begin(const model::EntityInfo& of) {
    entity = &of;
    ids.clear();
    lowest.clear();
    parts.resize(static_cast<std::size_t>(of.stored_slots));
    for (int slot = 0; slot < of.stored_slots; ++slot) {
        Part& part = parts[static_cast<std::size_t>(slot)];
        const model::FieldInfo& field = of.by_slot(slot);
        part.field = slot == model::slot_id || held_as(of, field) == Held::none ? nullptr : &field;
        part.numbers.clear();
        part.reporting.clear();
        part.texts.clear();
    }
}

Value Bulk::value(const model::FieldInfo& field, std::size_t row) const {
    if (field.slot == model::slot_id) return Value(Id{ids[row]});
    const Part& part = parts[static_cast<std::size_t>(field.slot)];
    if (field.type == Type::text || field.type == Type::choice) {
        const std::string_view text = part.texts.at(row);
        return text.empty() ? Value() : Value(text);
    }
    const std::int64_t number = Part::at(part.numbers, row);
    if (number == Packed::none && std::find(lowest.begin(), lowest.end(), std::pair(static_cast<std::uint32_t>(row), field.slot)) == lowest.end()) return Value();
    switch (field.type) {
        case Type::boolean: return Value(number != 0);
        case Type::decimal:
        case Type::percent: return Value(Decimal::scaled(number, field.options.scale));
        case Type::money: return Value(Money{number, Currency::parse(part.texts.at(row)).value_or(Currency{})});
        case Type::date: return Value(Date{static_cast<std::int32_t>(number)});
        case Type::instant: return Value(Instant{number});
        case Type::duration: return Value(Duration{number});
        case Type::reference: return Value(Id{number});
        default: return Value(number);
    }
}

void Bulk::drop(const std::vector<std::uint8_t>& marked) {
    const auto close_up = [&](std::vector<std::int64_t>& numbers) {
        std::size_t kept = 0;
        for (std::size_t row = 0; row < numbers.size(); ++row)
            if (!marked[row]) numbers[kept++] = numbers[row];
        numbers.resize(kept);
    };
    for (Part& part : parts) {
        close_up(part.numbers);
        close_up(part.reporting);
        TextRun texts;
        std::size_t kept = 0;
        for (std::size_t row = 0; row < part.texts.ends.size(); ++row)
            if (!marked[row]) texts.put(kept++, part.texts.at(row));
        part.texts = std::move(texts);
    }
    close_up(ids);
    std::vector<std::uint32_t> before(marked.size(), 0);  // rows taken out before this one
    for (std::size_t row = 1; row < marked.size(); ++row) before[row] = before[row - 1] + marked[row - 1];
    std::erase_if(lowest, [&](const auto& one) { return marked[one.first] != 0; });
    for (auto& [row, slot] : lowest) row -= before[row];
}

}  // namespace fairlead::store::columns
