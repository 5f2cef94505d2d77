// Keeps the columns in memory in step with the store: loaded in the background, followed after each commit.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/backend.h"
#include "store/columns/columns.h"

namespace fairlead::store {

class ColumnsKeeper {
  public:
    ~ColumnsKeeper() { stop(); }
    // `tidied`: what else has to be looked at every few seconds, from a thread of the keeper's until stop().
    void start(Backend& backend, std::shared_ptr<const Shape> shape, formula::Context context, std::function<void()> tidied = {});
    void stop();
    // Whoever waits for the columns goes on without; loading ends.
    void stop_waiting();
    bool stopping() const { return stopping_; }
    // Null while there are none.
    const Columns* columns() const { return columns_.get(); }
    bool ready() const { return columns_ && columns_->ready(); }
    // While columns are being loaded, a list is answered sooner by waiting for them than by reading every row. Null
    // where there are none, or where loading has failed.
    const Columns* loaded() const;
    // The same without waiting.
    const Columns* loaded_already() const;

    void follow(const CommitGroup& group);
    void adopt(std::shared_ptr<const Shape> shape, formula::Context context);

  private:
    enum class Loading { running, done, failed };
    void load(Backend& backend, std::shared_ptr<const Shape> shape);
    void load_ended(Loading how);
    std::unique_ptr<Columns> columns_;
    std::atomic<bool> stopping_{false};  // set under the mutex
    mutable std::mutex mutex_;
    mutable std::condition_variable ended_;
    Loading loading_ = Loading::running;
    std::thread loader_;
    void tidy(const std::function<void()>& tidied);
    std::condition_variable wake_;
    std::thread tidier_;
};

}  // namespace fairlead::store
