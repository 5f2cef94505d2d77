// From the cells of a row to the parts of a bulk.
#include "store/columns_reader.h"

#include "store/columns/table.h"

namespace fairlead::store {

using columns::Bulk;

void read_cells(const Statement& row, std::span<Cell> cells) {
    int column = 0;
    for (Cell& cell : cells) {
        cell.empty = row.is_null(column);
        if (!cell.empty && cell.kind == Cell::whole) cell.number = row.whole(column);
        if (!cell.empty && cell.kind == Cell::text) cell.letters = row.text(column);
        ++column;
    }
}

ColumnsReader::ColumnsReader(Connection& connection, const Shape& shape, const EntityInfo& entity) : connection_(connection), entity_(entity) {
    std::vector<int> slots;
    const auto add = [&](const FieldInfo& field) {
        slots.push_back(field.slot);
        fields_.push_back(&field);
        const bool is_text = field.type == Type::text || field.type == Type::choice;
        cells_.push_back(Cell{.kind = is_text ? Cell::text : Cell::whole});
        if (field.type == Type::money) cells_.insert(cells_.end(), {Cell{.kind = Cell::text}, Cell{.kind = Cell::whole}});
    };
    add(entity.by_slot(model::slot_id));
    for (int slot = 0; slot < entity.stored_slots; ++slot)
        if (slot != model::slot_id && columns::held_as(entity, entity.by_slot(slot)) != columns::Held::none) add(entity.by_slot(slot));
    const Table& table = shape.table(entity);
    sql_ = "SELECT " + table.columns_of(slots) + " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND id > $1 AND id <= $2 ORDER BY org_id, id LIMIT $3";
}

bool ColumnsReader::next(Bulk& bulk, Id most) {
    constexpr std::uint32_t page = 8192;  // PostgreSQL sends a page as a whole
    bulk.begin(entity_);
    for (std::uint32_t read = page; read == page;) {
        if (bulk.count() == Bulk::most) return true;
        Statement& statement = connection_.prepare(sql_);
        statement.bind(1, after_.value);
        statement.bind(2, most.value);
        statement.bind(3, std::int64_t{page});
        const auto* quick = dynamic_cast<const CellReader*>(&statement);
        for (read = 0; statement.step(); ++read) {
            if (quick) quick->read_cells(cells_);
            else read_cells(statement, cells_);
            take(bulk);
        }
        if (bulk.count() > 0) after_ = Id{bulk.ids.back()};
    }
    return false;
}

void ColumnsReader::take(Bulk& bulk) {
    const std::size_t row = bulk.ids.size();
    const Cell* cell = cells_.data();
    bulk.ids.push_back(cell++->number);
    for (std::size_t i = 1; i < fields_.size(); ++i) {
        const FieldInfo& field = *fields_[i];
        const Cell& first = *cell;
        cell += field.type == Type::money ? 3 : 1;
        if (first.empty) continue;
        Bulk::Part& part = bulk.parts[static_cast<std::size_t>(field.slot)];
        switch (field.type) {
            case Type::text:
            case Type::choice: part.texts.put(row, first.letters); break;
            case Type::boolean: bulk.put(field.slot, row, first.number != 0); break;
            case Type::date: bulk.put(field.slot, row, static_cast<std::int32_t>(first.number)); break;
            case Type::money:
                bulk.put(field.slot, row, first.number);
                if (cell[-2].letters != currency_as_stored_) {
                    currency_as_stored_ = cell[-2].letters;
                    currency_ = Currency::parse(currency_as_stored_).value_or(Currency{}).text();
                }
                part.texts.put(row, currency_);
                if (!cell[-1].empty) Bulk::Part::put(part.reporting, row, cell[-1].number);
                break;
            default: bulk.put(field.slot, row, first.number);
        }
    }
}

}  // namespace fairlead::store
