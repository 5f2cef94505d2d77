// Where an answer's records and titles come from: the store as a reader sees it, or a transaction that has not
// been committed yet (a dry run, a remembered answer). Titles are fetched many at once and remembered.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace fairlead::derive {

class Source {
  public:
    virtual ~Source() = default;
    virtual const store::Viewer& viewer() const = 0;
    virtual const model::Catalog& catalog() const = 0;
    // Nothing when the record is absent or out of the reader's reach.
    virtual std::optional<model::Record> record(const model::EntityInfo& entity, Id id) = 0;
    virtual std::optional<std::string> title(const model::EntityInfo& entity, Id id) = 0;
    virtual void want_titles(const model::EntityInfo& entity, const std::vector<Id>& ids) = 0;
    virtual void want_records(const model::EntityInfo& entity, const std::vector<Id>& ids) = 0;
    // Does a formula hold on this record? It runs as the system, as rules do.
    virtual bool holds(const formula::Checked& formula, const model::Record& record) = 0;
};

// What a record is called.
std::string title_of(const model::Record& record);

// Titles that were read, by reader, kept until a commit writes the record or the reader's rights change.
// Records whose access hangs on a parent are not kept. Thread-safe; bounded.
class TitleCache {
  public:
    explicit TitleCache(store::Store& store) : store_(store) {}
    // The outer optional: is it known here?
    std::optional<std::optional<std::string>> find(const store::Viewer& viewer, const model::EntityInfo& entity, Id id);
    void keep(const store::Viewer& viewer, const model::EntityInfo& entity, Id id, std::int64_t seq, std::optional<std::string> title);
    // Follows what was written up to now; gives the sequence that what is read from here on is at least as new as.
    std::int64_t follow();

  private:
    struct Key {
        std::int64_t record = 0;
        int entity = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept { return std::hash<Id>{}(Id{key.record ^ key.entity}); }
    };
    struct Seen {
        std::int64_t reader = 0;
        std::uint64_t access_version = 0;
        std::optional<std::string> title;
    };
    store::Store& store_;
    std::mutex mutex_;
    std::int64_t seq_ = -1;
    std::uint64_t catalog_version_ = 0;
    std::size_t held_ = 0;
    std::unordered_map<Key, std::vector<Seen>, Hash> titles_;
};

class StoreSource final : public Source {
  public:
    StoreSource(store::Store& store, TitleCache& cache, std::shared_ptr<const store::Viewer> viewer);
    const store::Viewer& viewer() const override { return *viewer_; }
    const model::Catalog& catalog() const override { return *catalog_; }
    std::optional<model::Record> record(const model::EntityInfo& entity, Id id) override;
    std::optional<std::string> title(const model::EntityInfo& entity, Id id) override;
    void want_titles(const model::EntityInfo& entity, const std::vector<Id>& ids) override;
    void want_records(const model::EntityInfo& entity, const std::vector<Id>& ids) override;
    bool holds(const formula::Checked& formula, const model::Record& record) override;

  private:
    store::Store& store_;
    TitleCache& cache_;
    std::shared_ptr<const store::Viewer> viewer_;
    std::shared_ptr<const model::Catalog> catalog_;
    std::unordered_map<Id, std::optional<std::string>> titles_;  // ids are unique over all entities
    std::unordered_map<Id, std::optional<model::Record>> records_;
};

class TransactionSource final : public Source {
  public:
    TransactionSource(store::Transaction& transaction, std::shared_ptr<const store::Viewer> viewer)
        : transaction_(transaction), viewer_(std::move(viewer)) {}
    const store::Viewer& viewer() const override { return *viewer_; }
    const model::Catalog& catalog() const override { return transaction_.catalog(); }
    std::optional<model::Record> record(const model::EntityInfo& entity, Id id) override;
    std::optional<std::string> title(const model::EntityInfo& entity, Id id) override;
    void want_titles(const model::EntityInfo&, const std::vector<Id>&) override {}
    void want_records(const model::EntityInfo&, const std::vector<Id>&) override {}
    bool holds(const formula::Checked& formula, const model::Record& record) override;

  private:
    store::Transaction& transaction_;
    std::shared_ptr<const store::Viewer> viewer_;
};

// A record as a formula sees it outside of a transaction, under a reader's access; relations are walked by id.
class ReaderRow final : public formula::Row {
  public:
    ReaderRow(store::Store& store, const store::Viewer& viewer, const model::Record& record)
        : store_(store), viewer_(viewer), record_(record) {}
    Value value(const std::vector<formula::PathStep>& path) const override;
    void related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const override;

  private:
    store::Store& store_;
    const store::Viewer& viewer_;
    const model::Record& record_;
};

}  // namespace fairlead::derive
