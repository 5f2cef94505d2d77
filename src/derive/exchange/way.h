// The way of a record that an import brings with its past: what became true, and when (decisions: nothing known only
// at the end is carried back before it).
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/records.h"
#include "store/store.h"

namespace fairlead::derive {

struct Assertion {
    std::optional<Instant> effective;  // now where the source does not know
    model::Patch patch;
};
using Way = std::vector<Assertion>;    // the first creates

// Creates the record and leads it along its way.
Result<Id> create_along(store::Transaction& open, const Way& way, store::WriteOptions options);
// What the source says now: everything asserted, the last one standing; with the time of the last stage.
Assertion end_of(const model::EntityInfo& entity, const Way& way);

// Gives records that move through stages their past, from the days that a row knows: `opened_on`, `closed_on` or the
// `close_date` of a closed one.
class HistoryMaker {
  public:
    HistoryMaker(store::Store& store, const model::EntityInfo& entity);
    bool applies() const { return applies_; }
    // `patch` of a new record; `now` bounds what can have happened.
    Way way_of(const model::Patch& patch, Instant now) const;

  private:
    struct Stage {
        bool closed = false;
        Value pipeline;
    };
    const model::EntityInfo& entity_;
    bool applies_ = false;
    std::string zone_;
    std::unordered_map<std::int64_t, Stage> stages_;
};

}  // namespace fairlead::derive
