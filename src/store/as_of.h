// Records as they stood: the change log folded up to a moment, by effective and by recorded time.
#pragma once
#include <map>

#include "store/past_rows.h"
#include "store/reading.h"

namespace fairlead::store {

// These records folded out of their entries, each by itself, in the order asked; those that were not there are left out.
// What the company lists (stages, users) and did not know then reads as it is now, anything else has its first known state.
std::vector<Record> records_then(Connection& connection, const Shape& shape, const Log& log, const EntityInfo& entity, const Moment& moment, std::span<const Changed> changed);

// The value of a field is that of the entry with the greatest effective time at or before `effective` among those
// recorded at or before `recorded`; of two with the same effective time the later recorded one.
class AsOfReading final : public Reading {
  public:
    AsOfReading(Connection& connection, std::shared_ptr<const Shape> shape, formula::Context context, const Viewer* limit, const Log& log,
                std::optional<Instant> effective, std::optional<Instant> recorded);
    void scan(const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each);
    // By whose a record is today: neither a record's past nor one's own opens it.
    bool within_reach(const Record& record, Right right) override;
    // Fetches at once what decides on their reach.
    void want_today(const EntityInfo& entity, const std::vector<Id>& ids);
    // Whether there was such a record then: over a path, what is not known yet has its first known state.
    bool known_then(const Record& record) const;
    int alone_most = 20;  // records of an entity whose entries are read one by one before the whole log is

  protected:
    std::optional<Record> load(const EntityInfo& entity, Id id) override;
    std::vector<Record> load_many(const EntityInfo& entity, const std::vector<Id>& ids) override;
    std::vector<Record> load_where(const EntityInfo& entity, const FieldInfo& field, const Value& value) override;
    std::vector<Record> load_all(const EntityInfo& entity) override;

  private:
    using Folded = std::map<std::int64_t, Record>;
    const Folded& folded(const EntityInfo& entity);
    void want_for(std::span<const Record> records);
    bool as_it_is(const Record& row) const;  // nothing has been said of it since
    Connection& connection_;
    const Log& log_;
    Moment moment_;
    std::map<int, Folded> folded_;  // by entity
    std::map<int, int> alone_;      // by entity: how many were read without
    Reading present_;
};

}  // namespace fairlead::store
