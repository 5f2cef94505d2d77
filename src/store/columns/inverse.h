// From a record to those that refer to it: for aggregates over to-many relations. Built when first asked for.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "store/columns/table.h"

namespace fairlead::store::columns {

class Inverses {
  public:
    // Rows of `table` whose reference `back` is the record in `row` of its target, ascending. Under the shared lock;
    // valid as long as it is held.
    std::vector<std::uint32_t> rows_of(const Table& table, const Column& back, std::uint32_t row);
    void clear();
    std::size_t bytes() const;

  private:
    struct Index {
        std::uint64_t changed = 0;
        std::vector<std::uint32_t> begins, rows;
    };
    static std::shared_ptr<const Index> make(const Table& table, const Column& back);
    mutable std::mutex mutex_;
    std::map<const Column*, std::shared_ptr<const Index>> indexes_;
};

}  // namespace fairlead::store::columns
