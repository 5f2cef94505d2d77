// Inverse references by counting: one pass for the sizes, one to fill.
#include "store/columns/inverse.h"

namespace fairlead::store::columns {

std::shared_ptr<const Inverses::Index> Inverses::make(const Table& table, const Column& back) {
    auto index = std::make_shared<Index>();
    index->changed = back.changed;
    index->begins.assign(back.target->rows() + std::size_t{2}, 0);
    for (std::uint32_t row = 0; row < table.rows(); ++row)
        if (const std::uint32_t code = back.values.code(row)) ++index->begins[code];
    for (std::size_t i = 1; i < index->begins.size(); ++i) index->begins[i] += index->begins[i - 1];
    index->rows.resize(index->begins.back());
    std::vector<std::uint32_t> next(index->begins.begin(), index->begins.end() - 1);
    for (std::uint32_t row = 0; row < table.rows(); ++row)
        if (const std::uint32_t code = back.values.code(row)) index->rows[next[code - 1]++] = row;
    return index;
}

std::vector<std::uint32_t> Inverses::rows_of(const Table& table, const Column& back, std::uint32_t row) {
    std::shared_ptr<const Index> index;
    {
        const std::lock_guard guard(mutex_);
        auto& held = indexes_[&back];
        if (!held || held->changed != back.changed) held = make(table, back);
        index = held;
    }
    if (row + std::size_t{1} >= index->begins.size()) return {};
    return {index->rows.begin() + index->begins[row], index->rows.begin() + index->begins[row + std::size_t{1}]};
}

void Inverses::clear() {
    const std::lock_guard guard(mutex_);
    indexes_.clear();
}

std::size_t Inverses::bytes() const {
    const std::lock_guard guard(mutex_);
    std::size_t sum = 0;
    for (const auto& [column, index] : indexes_) sum += (index->begins.capacity() + index->rows.capacity()) * sizeof(std::uint32_t);
    return sum;
}

}  // namespace fairlead::store::columns
