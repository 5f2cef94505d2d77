// The past in columns: records as they stood at a moment, made once out of the rows and the change log and kept for the
// questions that follow. The answers are those of AsOfReading, at the speed of the present.
//
// A row that nothing has touched since the moment is what it was; of the others the entries since say what they held
// (past_rows.h). What a path leads to before its first known state has its earliest known one
// (docs/decisions/0004-as-of.md); a question about such records themselves is narrowed by the caller to those known then.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "store/columns/columns.h"
#include "store/log.h"
#include "store/past_rows.h"

namespace fairlead::store {

class Past {
  public:
    Past(std::shared_ptr<const Shape> shape, const formula::Context& context, std::optional<Instant> effective, std::optional<Instant> recorded);

    bool is_of(const Shape& shape, std::optional<Instant> effective, std::optional<Instant> recorded) const {
        return shape_.get() == &shape && effective_asked_ == effective && recorded_asked_ == recorded;
    }
    // Makes what is missing of these entities, and follows what was written since up to `last_seq`. False when that is so
    // much that making everything anew is quicker.
    bool prepare(Connection& connection, const Log& log, const std::set<const EntityInfo*>& entities, std::int64_t last_seq);
    const Columns& columns() const { return columns_; }
    std::size_t bytes() const { return columns_.memory().total; }
    // The viewer with the reach that he has today, record by record: neither a record's past nor one's own opens it.
    std::shared_ptr<const Viewer> with_todays_reach(const Viewer& viewer, const Columns& present, std::int64_t last_seq);

  private:
    struct Loading;
    void load(Connection& connection, const Log& log, const std::vector<const EntityInfo*>& entities, std::int64_t last_seq);
    // These records as they were, in the place of what is held of them.
    void put(Connection& connection, const Log& log, const EntityInfo& entity, std::span<const Changed> named);
    void follow(Connection& connection, const Log& log, std::int64_t last_seq);

    std::shared_ptr<const Shape> shape_;
    std::optional<Instant> effective_asked_, recorded_asked_;
    Moment moment_;
    std::mutex mutex_;
    Columns columns_;
    std::set<const EntityInfo*> loaded_;
    std::int64_t seq_ = -1;  // followed up to here
    struct Reacher { std::uint64_t access_version; std::int64_t seq; std::size_t entities; std::shared_ptr<const Viewer> viewer; };
    std::map<std::int64_t, Reacher> reachers_;
};

// The entities whose records are read by a question: those along its paths, those its computed fields read, and those
// by which references are sorted.
class Reads {
  public:
    explicit Reads(const model::Catalog& catalog) : catalog_(catalog) {}
    void entity(const EntityInfo& entity);
    void formula(const EntityInfo& entity, const formula::Formula& formula);
    void path(const EntityInfo& entity, std::string_view dotted);
    const std::set<const EntityInfo*>& entities() const { return entities_; }
    // Over records that point here: those not known then must not be met there.
    bool many() const { return many_; }

  private:
    const model::Catalog& catalog_;
    std::set<const EntityInfo*> entities_;
    std::set<std::pair<const EntityInfo*, std::string>> seen_;
    bool many_ = false;
};

// The few moments that are asked about at a time.
class Pasts {
  public:
    std::shared_ptr<Past> of(const std::shared_ptr<const Shape>& shape, const formula::Context& context, std::shared_ptr<const void> settings, std::optional<Instant> effective, std::optional<Instant> recorded);
    void forget(const std::shared_ptr<Past>& past);
    using Clock = std::chrono::steady_clock;
    // Those nobody has asked for in ten minutes leave, and of the others the least recently asked, beyond what may be held.
    void trim(Clock::time_point now = Clock::now());
    std::size_t held() const;

  private:
    struct Kept { std::shared_ptr<Past> past; std::shared_ptr<const void> settings; Clock::time_point asked; };
    mutable std::mutex mutex_;
    std::vector<Kept> kept_;  // newest use first
};

}  // namespace fairlead::store
