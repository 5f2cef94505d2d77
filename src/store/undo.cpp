// Walking a batch backwards: what was created last leans on what was created before.
#include "store/undo.h"

#include <set>

#include "store/database_store.h"
#include "store/log.h"
#include "store/transaction.h"

namespace fairlead::store {
namespace {

using Key = std::pair<std::string, std::int64_t>;

// Records whose later entries were met a moment ago. The others are told apart by the log itself.
class Recent {
  public:
    bool add(const Key& key) {
        if (now_.contains(key) || before_.contains(key)) return false;
        if (now_.size() >= 5'000) before_ = std::exchange(now_, {});
        now_.insert(key);
        return true;
    }

  private:
    std::set<Key> now_, before_;
};

struct RecordOfBatch {
    Key key;
    std::vector<StoredEntry> entries;  // of the batch, oldest first
};

}  // namespace

Result<Undone> undo_batch(Store& store, const Command& command, Id batch, const std::function<bool(double)>& go_on) {
    return dynamic_cast<DatabaseStore&>(store).undo_batch(command, batch, go_on);
}

Result<Undone> DatabaseStore::undo_batch(const Command& given, Id batch, const std::function<bool(double)>& go_on) {
    constexpr int read_at_once = 500;
    constexpr std::size_t slice = 50;  // records a commit: others get in between
    // Its entries bear the batch they take back: a record that has one as its newest is not taken back twice.
    Command command = given;
    command.id = undo_mark(batch);
    command.remember = false;
    std::int64_t first = 0, last = 0, before = INT64_MAX;
    Undone undone;
    Recent recent;
    std::set<Key> left;
    for (;;) {
        std::vector<RecordOfBatch> records;
        bool more = false;
        {
            ReaderPool::Lent reader(pool_);
            if (first == 0) first = log_.batch_begin(*reader, batch);
            if (first == 0) return refuse(Why::not_found, "unknown_batch", "There is no batch " + batch.text(), {}, {{"batch", batch.text()}});
            std::vector<StoredEntry> entries = log_.batch_before(*reader, batch, before, read_at_once);
            more = entries.size() == read_at_once;
            if (!entries.empty()) before = entries.back().seq;
            if (last == 0 && !entries.empty()) last = entries.front().seq;
            for (StoredEntry& entry : entries) {
                Key key{entry.entity, entry.record};
                if (left.contains(key) || !recent.add(key)) continue;
                RecordOfBatch record{std::move(key), {}};
                const std::int64_t earlier = entry.prev_seq;
                record.entries.push_back(std::move(entry));
                if (earlier >= first)
                    log_.chain(*reader, earlier, [&](const StoredEntry& one) {
                        if (one.seq < first) return false;
                        if (one.batch == batch.value) record.entries.push_back(one);
                        return true;
                    });
                std::reverse(record.entries.begin(), record.entries.end());
                records.push_back(std::move(record));
            }
        }
        for (std::size_t begin = 0; begin < records.size(); begin += slice) {
            const std::size_t end = std::min(begin + slice, records.size());
            std::int64_t taken_back = 0;
            std::vector<Undone::Left> refused;
            const auto answer = write(command, [&](Transaction& open) -> Result<Value> {
                taken_back = 0;
                refused.clear();
                for (std::size_t i = begin; i < end; ++i) {
                    const auto& [key, of_record] = records[i];
                    const EntityInfo* entity = open.catalog().find(key.first);
                    if (!entity) continue;
                    const auto result = static_cast<WriteTransaction&>(open).undo_record(*entity, Id{key.second}, of_record);
                    if (result) taken_back += *result ? 1 : 0;
                    else refused.push_back({key.first, Id{key.second}, result.refused().message()});
                }
                return Value();
            });
            if (!answer) return answer.refused();
            undone.undone += taken_back;
            for (Undone::Left& one : refused) {
                left.emplace(one.entity, one.record.value);
                undone.left.push_back(std::move(one));
            }
            const std::int64_t at = records[end - 1].entries.back().seq;
            if (go_on && !go_on(last > first ? static_cast<double>(last - at) / static_cast<double>(last - first) : 1))
                return refuse(Why::unavailable, "cancelled", "It was stopped: what was taken back until then stays so");
        }
        if (!more) return undone;
    }
}

}  // namespace fairlead::store
