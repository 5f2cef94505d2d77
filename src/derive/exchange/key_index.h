// Which record has which key, for keys that the database cannot be asked for (an e-mail address, a name and an
// account). Reading a million records for it takes seconds; while somebody matches columns it is asked for at every
// look, so the last one is kept, and follows what is written meanwhile.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "derive/exchange/compact_table.h"
#include "store/store.h"

namespace fairlead::derive {

using KeyTable = CompactTable<std::int64_t>;  // by the hash of the key: the record's id, or -1 where several answer
using KeyOf = std::function<std::string(const model::Record&)>;

// Of every record that the viewer can see; a record whose key is empty is not found.
Result<std::shared_ptr<const KeyTable>> index_keys(store::Store& store, const store::Viewer& viewer, const model::EntityInfo& entity, const std::vector<std::string>& fields, const KeyOf& key_of);

class KeyIndexes {
  public:
    // The same, from what is kept where that still holds.
    Result<std::shared_ptr<const KeyTable>> of(store::Store& store, const std::shared_ptr<const store::Viewer>& viewer, const model::EntityInfo& entity, const std::vector<std::string>& fields, const KeyOf& key_of);
    void forget();
    std::int64_t readings() const { return readings_; }  // how often all records were read

  private:
    struct Kept {
        std::string name;
        std::shared_ptr<const store::Viewer> viewer;
        std::int64_t seq = 0;
        std::shared_ptr<const KeyTable> table;
    };
    // False: it has to be read anew.
    static Result<bool> follow(store::Store& store, Kept& kept, const model::EntityInfo& entity, const std::vector<std::string>& fields, const KeyOf& key_of);
    std::mutex mutex_;
    Kept kept_;
    std::int64_t readings_ = 0;
};

}  // namespace fairlead::derive
