// A SQLite file as the place of the records: its connections, its online copy, and checkpoints that hold up
// nobody's commit.
//
// Source of the recipe: the write-ahead log is overwritten in place, never truncated in service. SQLite syncs the
// database file only in the pass that reaches the log's last frame; so a second thread copies and syncs first, in
// rounds that get shorter, and the writer only finishes the frames that came meanwhile.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/backend.h"

namespace fairlead::store {

class SqliteConnection;

// What lies at a path, before it is opened as a database and given tables.
enum class FileKind {
    nothing,    // no file, an empty one, or a database without a table: a beginning that was broken off
    ours,
    foreign,    // another program's database
    no_database,
};
FileKind kind_of_file(const std::string& file);

class SqliteBackend final : public Backend {
  public:
    SqliteBackend(const Options& options, std::string file);
    ~SqliteBackend() override;
    std::unique_ptr<Connection> open_writer() override;
    std::unique_ptr<Connection> open_reader() override;
    std::optional<Result<void>> online_copy(const std::string& file) override;
    void seal(Connection& connection) override;
    void start(Writer& writer) override;
    void stop() override;

  private:
    void watch_log(Connection& connection);
    void checkpoint_rounds();
    void finish_checkpoint(Connection& connection);

    Options options_;
    std::string file_;
    std::atomic<int> frames_{0};       // in the log after the last commit
    std::atomic<int> begin_at_{0};     // frames at which the next checkpoint begins
    std::atomic<bool> finish_{false};  // the second thread has done its part
    std::mutex mutex_;
    std::condition_variable wake_;
    bool due_ = false, stopping_ = false;
    std::thread thread_;
};

}  // namespace fairlead::store
