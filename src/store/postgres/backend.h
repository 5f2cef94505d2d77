// A PostgreSQL database as the place of the records. One process writes at a time: it holds an advisory lock as long
// as it is connected, and takes it again after the connection was lost.
#pragma once
#include "store/backend.h"
#include "store/postgres/connection.h"

namespace fairlead::store {

class PostgresBackend final : public Backend {
  public:
    explicit PostgresBackend(const Options& options) : options_(options) {}
    // Throws DatabaseError::in_use where another process holds the lock.
    std::unique_ptr<Connection> open_writer() override;
    std::unique_ptr<Connection> open_reader() override;
    int readers_kept(int asked) const override;
    std::optional<Result<void>> online_copy(const std::string&) override { return std::nullopt; }
    void seal(Connection& connection) override;

  private:
    Options options_;
    std::shared_ptr<Patience> patience_ = std::make_shared<Patience>();  // of those who read; the writer has its own
};

}  // namespace fairlead::store
