// Reads whole tables into bulks for the columns.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "store/cells.h"
#include "store/columns/bulk.h"
#include "store/row.h"

namespace fairlead::store {

class ColumnsReader {
  public:
    ColumnsReader(Connection& connection, const Shape& shape, const EntityInfo& entity);
    // The next records in id order up to `most`, those in the bin among them; false when the last have come.
    bool next(columns::Bulk& bulk, Id most = Id{std::numeric_limits<std::int64_t>::max()});

  private:
    void take(columns::Bulk& bulk);
    Connection& connection_;
    const EntityInfo& entity_;
    std::string sql_;
    std::vector<const FieldInfo*> fields_;
    std::vector<Cell> cells_;
    Id after_{};
    std::string currency_as_stored_, currency_;  // of the last amount: the next is of the same nearly always
};

}  // namespace fairlead::store
