// Which live records have a value, as far as a group of commits has asked or knows by itself: what it has made cannot be
// named by anything it has not written. So an import asks the database once for an owner's teams and never for the
// children of a record that is new.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/row.h"

namespace fairlead::store {

class Lookups {
  public:
    using Ids = std::set<Id>;
    // Null where it is not known and the database is to be asked.
    const Ids* find(const EntityInfo& entity, int slot, const Value& value);
    // What the database says, all that was queued included.
    void know(const EntityInfo& entity, int slot, const Value& value, Ids ids);
    // A record has been written; `before` is null when it is new.
    void follow(const Record* before, const Record& after);
    void clear();

    // Whether a value of this field can be looked up here, and under which text: unique texts without their case.
    static std::optional<std::string> key_of(const FieldInfo& field, const Value& value);

  private:
    struct Key {
        int entity = 0, slot = 0;
        std::string value;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string>{}(key.value) * 31 + static_cast<std::size_t>(key.entity) * 1009 + static_cast<std::size_t>(key.slot);
        }
    };
    Ids* known(const EntityInfo& entity, int slot, const Value& value, bool of_new_record);
    bool names_new(const FieldInfo& field, const Value& value) const;

    std::unordered_map<Key, Ids, Hash> ids_;
    std::unordered_set<std::int64_t> made_;                    // records of this group
    std::unordered_map<int, std::unordered_set<int>> slots_;   // by entity: of which fields something is known
};

}  // namespace fairlead::store
