// Keeps the columns in memory in step with the store: loaded in the background, followed after each commit.
#pragma once
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <thread>

#include "store/backend.h"
#include "store/columns/columns.h"

namespace fairlead::store {

class ColumnsKeeper {
  public:
    ~ColumnsKeeper() { stop(); }
    void start(Backend& backend, std::shared_ptr<const Shape> shape, formula::Context context);
    void stop();
    // Null while there are none.
    const Columns* columns() const { return columns_.get(); }
    bool ready() const { return columns_ && columns_->ready(); }
    bool ready(const EntityInfo& entity) const { return columns_ && columns_->ready(entity); }

    void follow(const CommitGroup& group);
    void adopt(std::shared_ptr<const Shape> shape, formula::Context context);

  private:
    void load(Backend& backend, std::shared_ptr<const Shape> shape);
    std::unique_ptr<Columns> columns_;
    std::atomic<bool> stopping_{false};
    std::thread loader_;
};

}  // namespace fairlead::store
