// Reading which rows name which, and in what order they can be written.
#include "derive/exchange/own_rows.h"

#include <algorithm>

#include "base/text.h"
#include "derive/exchange/record_finder.h"

namespace fairlead::derive {

namespace {

// What a cell says after the plan's words for it; empty where it says nothing.
std::string_view said(const TableRow& cells, const MappedColumn& column) {
    if (static_cast<std::size_t>(column.column) >= cells.size()) return {};
    const std::string_view written = trim(cells[static_cast<std::size_t>(column.column)].text);
    if (column.values.empty()) return written;
    const auto meant = column.values.find(std::string(written));
    return meant == column.values.end() ? written : trim(meant->second);
}

}  // namespace

Result<OwnRows> OwnRows::read(const std::string& path, const TableOptions& options, const ImportPlan& plan, const model::EntityInfo& entity, std::uint32_t chunk) {
    OwnRows own;
    std::vector<const MappedColumn*> naming, referring, key;
    const std::vector<int> slots = RecordFinder::naming_slots(entity);
    const auto column_of = [&](const std::string& field) -> const MappedColumn* {
        for (const MappedColumn& mapped : plan.mapping)
            if (mapped.field == field) return &mapped;
        return nullptr;
    };
    for (const int slot : slots)
        if (const MappedColumn* column = column_of(entity.by_slot(slot).name)) naming.push_back(column);
    for (const MappedColumn& mapped : plan.mapping)
        if (const model::FieldInfo* field = entity.field(mapped.field); field != nullptr && field->type == Type::reference && field->target == entity.name) referring.push_back(&mapped);
    for (const std::string& name : plan.key)
        if (const MappedColumn* column = column_of(name)) key.push_back(column);
    if (naming.empty() || referring.empty()) return own;

    FAIRLEAD_ASSIGN(const auto table, open_table(path, options));
    own.names_.resize(naming.size());
    TableRow cells;
    std::uint32_t rows = 0;
    for (;; ++rows) {
        FAIRLEAD_ASSIGN(const Table::Next next, table->next(cells));
        if (next == Table::Next::end || rows == none) break;
        if (next == Table::Next::ragged) continue;
        std::uint64_t record = key.empty() ? rows : 1;
        for (const MappedColumn* column : key) record = hash_of(fold_case(said(cells, *column)), record);
        const auto short_record = static_cast<std::uint32_t>(record ^ (record >> 32));
        for (std::size_t i = 0; i < naming.size(); ++i) {
            const std::string_view text = said(cells, *naming[i]);
            if (text.empty()) continue;
            bool made = false;
            Holder& holder = own.names_[i].at(hash_of(fold_case(text)), made);
            if (made) holder = {rows, short_record, false};
            else holder.several |= holder.record != short_record;
        }
    }
    FAIRLEAD_TRY(table->rewind());
    for (std::uint32_t row = 0; row < rows; ++row) {
        FAIRLEAD_ASSIGN(const Table::Next next, table->next(cells));
        if (next == Table::Next::end) break;
        if (next == Table::Next::ragged) continue;
        for (const MappedColumn* column : referring) {
            const std::string_view text = said(cells, *column);
            if (text.empty()) continue;
            const Named named = own.named(text);
            if (named.row != none && !named.several) own.edges_.push_back({row, named.row, cells.line});
        }
    }
    if (!own.edges_.empty()) own.settle(rows, chunk);
    return own;
}

OwnRows::Named OwnRows::named(std::string_view text) const {
    const std::uint64_t hash = hash_of(fold_case(trim(text)));
    for (const auto& table : names_)
        if (const Holder* holder = table.find(hash)) return {holder->row, holder->several};
    return {};
}

const std::string* OwnRows::circle_of(std::uint32_t row) const {
    const auto at = in_circle_.find(row);
    return at == in_circle_.end() ? nullptr : &circles_[at->second];
}

// Depth first, without recursion: a chain may be as long as the file.
void OwnRows::settle(std::uint32_t rows, std::uint32_t chunk) {
    named_.assign(rows, false);
    reading_.assign(rows, 0);
    depth_.assign(rows, 0);
    for (const Edge& edge : edges_) named_[edge.to] = true;
    const auto first_edge = [&](std::uint32_t row) {
        return static_cast<std::size_t>(std::lower_bound(edges_.begin(), edges_.end(), row, [](const Edge& edge, std::uint32_t r) { return edge.row < r; }) - edges_.begin());
    };
    enum : std::uint8_t { unseen, open, done };
    std::vector<std::uint8_t> state(rows, unseen);
    struct Step {
        std::uint32_t row;
        std::size_t edge;
    };
    std::vector<Step> path;
    for (const Edge& begin : edges_) {
        if (state[begin.row] != unseen) continue;
        path.push_back({begin.row, first_edge(begin.row)});
        state[begin.row] = open;
        while (!path.empty()) {
            Step& step = path.back();
            if (step.edge == edges_.size() || edges_[step.edge].row != step.row) {
                state[step.row] = done;
                path.pop_back();
                continue;
            }
            const std::uint32_t row = step.row, to = edges_[step.edge].to;
            if (state[to] == unseen) {
                state[to] = open;
                path.push_back({to, first_edge(to)});  // `step` is gone; the edge is looked at again afterwards
                continue;
            }
            if (state[to] == open) {
                // What the way has between the two is the circle.
                std::string lines;
                std::size_t at = path.size();
                while (path[at - 1].row != to) --at;
                for (std::size_t i = at - 1; i < path.size(); ++i) {
                    in_circle_.emplace(path[i].row, circles_.size());
                    if (i < at + 9) lines += std::to_string(edges_[path[i].edge].line) + " → ";
                }
                circles_.push_back(lines + (path.size() - at > 9 ? "… → " : "") + std::to_string(edges_[path[at - 1].edge].line));
            } else {
                depth_[row] = std::max(depth_[row], depth_[to] + 1);
                reading_[row] = std::max(reading_[row], reading_[to] + (to / chunk > row / chunk ? 1U : 0U));
                readings_ = std::max(readings_, reading_[row] + 1);
            }
            ++path.back().edge;
        }
    }
}

}  // namespace fairlead::derive
