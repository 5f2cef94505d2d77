// Where the records lie: opens connections and knows what only one kind of database can do.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"
#include "store/store.h"
#include "store/writer.h"

namespace fairlead::store {

class Backend {
  public:
    virtual ~Backend() = default;
    // Throws DatabaseError when the database cannot be opened.
    virtual std::unique_ptr<Connection> open_writer() = 0;
    virtual std::unique_ptr<Connection> open_reader() = 0;
    // The database's own copy while it is used; nothing where it has none, and the tables are to be copied.
    virtual std::optional<Result<void>> online_copy(const std::string& file) = 0;
    // Ends the filling of a fresh database: of a file, so that it is whole by itself.
    virtual void seal(Connection& connection) = 0;
    // How many connections for reading are kept when nobody reads.
    virtual int readers_kept(int asked) const { return asked; }
    // Work beside the writer (checkpoints), between these two calls. `start` comes before the first write.
    virtual void start(Writer&) {}
    virtual void stop() {}
};

// Refuses an address that names no database it knows.
Result<std::unique_ptr<Backend>> open_backend(const Options& options);

// Connections for reading, each lent to one call at a time.
class ReaderPool {
  public:
    ReaderPool(Backend& backend, int asked) : backend_(backend), most_(static_cast<std::size_t>(backend.readers_kept(asked))) {}

    // A lent connection with a stable view of the database.
    class Lent {
      public:
        explicit Lent(ReaderPool& pool) : pool_(pool), connection_(pool.take()) { connection_->begin_read(); }
        ~Lent() {
            try {
                connection_->rollback();
                pool_.give_back(std::move(connection_));
            } catch (const DatabaseError&) {  // a broken connection is not kept
            }
        }
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        Connection& operator*() { return *connection_; }

      private:
        ReaderPool& pool_;
        std::unique_ptr<Connection> connection_;
    };

    // The schema has changed: connections that lie here are closed, and statements prepared anew.
    void clear() {
        const std::scoped_lock lock(mutex_);
        idle_.clear();
    }

  private:
    std::unique_ptr<Connection> take() {
        {
            const std::scoped_lock lock(mutex_);
            if (!idle_.empty()) {
                auto connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
        }
        return backend_.open_reader();
    }
    void give_back(std::unique_ptr<Connection> connection) {
        const std::scoped_lock lock(mutex_);
        if (idle_.size() < most_) idle_.push_back(std::move(connection));
    }
    Backend& backend_;
    std::size_t most_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace fairlead::store
