// What the rows of one entity were at a moment: their present values, but for what the entries since say they held before.
//
// The first entry after the moment that names a field says what it held then. Only where an entry of before the moment was
// recorded later than that (dated back) the record has to be folded out of its entries: `unclear` names those.
#pragma once
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/columns/bulk.h"
#include "store/log.h"

namespace fairlead::store {

struct Moment {
    static constexpr std::int64_t always = std::numeric_limits<std::int64_t>::max();
    std::int64_t effective = always, recorded = always;
    bool in_business = false;  // an effective time was asked for, so that what is not known yet has its first known state
    Moment(std::optional<Instant> effective_asked, std::optional<Instant> recorded_asked)
        : effective(effective_asked ? effective_asked->micros : always), recorded(recorded_asked ? recorded_asked->micros : always), in_business(effective_asked.has_value()) {}
    bool has(std::int64_t entry_effective, std::int64_t entry_recorded) const { return entry_effective <= effective && entry_recorded <= recorded; }
};

// A record of which something has been said since, and its newest entry.
struct Changed {
    Id id{};
    std::int64_t last_seq = 0;
};

class PastRows {
  public:
    PastRows(const EntityInfo& entity, Moment moment);

    // Follows these records and no others; what was known of others is forgotten.
    void begin(std::span<const Changed> records);
    // Each record's entries in the order in which they were recorded.
    void take(const EntryInPlace& entry);
    // The rows of those records as they were; those that were not there are taken out.
    void amend(columns::Bulk& bulk);
    std::vector<Changed> unclear() const;

  private:
    enum class How : std::uint8_t {
        untold,   // no entry has come that made it
        known,    // it was there
        first,    // it was not, and has its first known state
        present,  // read as it is now
        absent,
        unclear,
    };
    struct Told {
        std::int64_t most = 0;                    // effective time up to which entries count
        std::int64_t newest = 0;                  // of all entries that have come
        std::int64_t recorded = 0, actor = 0, seq = 0, effective = 0;  // of those that count
        std::int64_t last_seq = 0;                // of its row
        std::int32_t version = 0;
        std::uint32_t first = 0;                  // place among the values, from 1
        How how = How::untold;
    };
    struct Before {                               // what a field held; of texts `number` and `reporting` say where they lie
        std::uint32_t next = 0;
        std::int16_t slot = 0;
        bool empty = true;
        std::uint16_t currency = 0;
        std::int64_t number = 0, reporting = columns::Packed::none;
    };
    bool has(const Told& told, int slot) const;
    void keep(Told& told, const FieldInfo& field, const Value& before, const Value& reporting);

    const EntityInfo& entity_;
    Moment moment_;
    SideOfPatch befores_;
    std::vector<char> held_;  // by slot
    std::unordered_map<std::int64_t, Told> told_;
    std::vector<Before> values_;
    std::string letters_;
    std::vector<std::string> currencies_;
};

}  // namespace fairlead::store
