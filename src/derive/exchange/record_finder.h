// Finds the records that cells name: by the id of another system, a unique field, an e-mail address, or their title.
// What the viewer cannot see does not exist.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "derive/exchange/compact_table.h"
#include "store/store.h"

namespace fairlead::derive {

class RecordFinder {
  public:
    // The fields by which records of this kind are called, in the order in which they are asked.
    static std::vector<int> naming_slots(const model::EntityInfo& target);
    RecordFinder(store::Store& store, std::shared_ptr<const store::Viewer> viewer) : store_(store), viewer_(std::move(viewer)) {}

    struct Found {
        enum { none, one, several } how = none;
        Id id{};
        std::string near;  // none: the written name of one that is nearly called so
    };
    // `within`: a record of the entity that `target` refers to by the field `within_field` (the pipeline of a
    // stage); of several with one name, that of `within`, else that of the first active one.
    Result<Found> find(const model::EntityInfo& target, const std::string& text, std::string_view within_field = {}, Id within = {});
    // One that was made since.
    void note(const model::EntityInfo& target, const std::string& title, Id id);
    // The small set of records that a reference's target has, for other questions; null where there are many.
    Result<const std::vector<model::Record>*> few(const model::EntityInfo& target);

  private:
    static constexpr std::int64_t several_ids = -1;
    struct Index {
        std::vector<CompactTable<std::int64_t>> tables;  // in the order in which they are asked
        std::vector<int> slots;
        bool small = true;
        std::vector<model::Record> records;              // while small
        std::vector<std::string> names, loose;           // of the titles, while small
    };
    Result<Index*> of(const model::EntityInfo& target);
    static void add(Index& index, std::size_t table, const std::string& text, Id id);
    Found choose(const Index& index, const std::vector<const model::Record*>& candidates, std::string_view within_field, Id within);

    store::Store& store_;
    std::shared_ptr<const store::Viewer> viewer_;
    std::map<std::string, Index, std::less<>> indexes_;
    int likenesses_left_ = 500;  // comparing with every name is dear; a file of strangers is not helped by it
};

}  // namespace fairlead::derive
