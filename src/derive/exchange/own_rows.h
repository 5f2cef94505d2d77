// Rows of one file that name each other: the parent company, the manager. The file is read for them before anything
// is taken from it, so that they may stand in any order.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "derive/exchange/compact_table.h"
#include "derive/exchange/import_plan.h"
#include "derive/exchange/table.h"
#include "model/catalog.h"

namespace fairlead::derive {

class OwnRows {
  public:
    static constexpr std::uint32_t none = UINT32_MAX;

    // Rows are numbered from 0, and written in chunks of `chunk` rows. Nothing is read where no mapped column refers
    // to records of the kind that the file holds.
    static Result<OwnRows> read(const std::string& path, const TableOptions& options, const ImportPlan& plan, const model::EntityInfo& entity, std::uint32_t chunk);

    bool any() const { return !edges_.empty(); }
    // The row that is called so, by the field that finds records first; several: rows that are not the same record.
    struct Named {
        std::uint32_t row = none;
        bool several = false;
    };
    Named named(std::string_view text) const;
    bool is_named(std::uint32_t row) const { return row < named_.size() && named_[row]; }

    // A row is written in the reading of the file with this number, and in its chunk after those that are less deep:
    // what it names is then there.
    std::uint32_t reading_of(std::uint32_t row) const { return row < reading_.size() ? reading_[row] : 0; }
    std::uint32_t depth_of(std::uint32_t row) const { return row < depth_.size() ? depth_[row] : 0; }
    std::uint32_t readings() const { return readings_; }

    // Of a row that leads back to itself: the lines of the circle, "2 → 5 → 2"; else null.
    const std::string* circle_of(std::uint32_t row) const;

  private:
    struct Edge {
        std::uint32_t row, to;
        std::int64_t line;
    };
    struct Holder {
        std::uint32_t row = none;
        std::uint32_t record = 0;  // hash of the row's key
        bool several = false;
    };
    void settle(std::uint32_t rows, std::uint32_t chunk);

    std::vector<CompactTable<Holder>> names_;  // in the order in which records are found
    std::vector<Edge> edges_;                  // by row
    std::vector<bool> named_;
    std::vector<std::uint32_t> reading_, depth_;
    std::uint32_t readings_ = 1;
    std::map<std::uint32_t, std::size_t> in_circle_;
    std::vector<std::string> circles_;
};

}  // namespace fairlead::derive
