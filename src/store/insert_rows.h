// Rows of one table in few statements: PostgreSQL spends more on a statement than on a row.
#pragma once
#include <array>
#include <mutex>
#include <span>
#include <string>

#include "store/database.h"

namespace fairlead::store {

class InsertRows {
  public:
    // `insert_into` ends with "VALUES ", and each row has so many values.
    InsertRows(std::string insert_into, int columns) : insert_into_(std::move(insert_into)), columns_(columns) {}

    // `bind(statement, index, row)` sets the values of a row from the index on.
    template <class Row, class Bind>
    void run(Connection& connection, std::span<Row> rows, Bind bind) const {
        std::size_t size = connection.dialect() == Dialect::postgres ? 0 : sizes.size() - 1;
        while (!rows.empty()) {
            while (sizes[size] > rows.size()) ++size;
            Statement& statement = connection.prepare(sql(size));
            for (std::size_t i = 0; i < sizes[size]; ++i) bind(statement, static_cast<int>(i) * columns_ + 1, rows[i]);
            statement.run();
            rows = rows.subspan(sizes[size]);
        }
    }

  private:
    static constexpr std::array<std::size_t, 4> sizes{64, 16, 4, 1};  // of which each is prepared once
    const std::string& sql(std::size_t size) const {
        const std::scoped_lock lock(mutex_);
        std::string& text = sql_[size];
        if (!text.empty()) return text;
        text = insert_into_;
        int place = 0;
        for (std::size_t row = 0; row < sizes[size]; ++row) {
            for (int column = 0; column < columns_; ++column) text += (column > 0 ? ", $" : row > 0 ? ", ($" : "($") + std::to_string(++place);
            text += ')';
        }
        return text;
    }
    std::string insert_into_;
    int columns_;
    mutable std::mutex mutex_;
    mutable std::array<std::string, 4> sql_;
};

}  // namespace fairlead::store
