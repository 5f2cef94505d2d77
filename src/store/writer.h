// The writer: one thread that runs what waits, commits it together and only then answers.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "store/transaction.h"

namespace fairlead::store {

// What the writer needs from the store, and tells it after a commit.
class WriterHost {
  public:
    virtual ~WriterHost() = default;
    virtual std::shared_ptr<const Shape> shape() const = 0;
    virtual std::shared_ptr<const Settings> settings() const = 0;
    virtual Instant now() const = 0;
    virtual const Columns* columns() const { return nullptr; }
    // The group is durable: projections in memory follow before anybody is answered.
    virtual void committed(const CommitGroup& group) = 0;
    // Another process has written between `seen` and `head` (PostgreSQL); called inside the transaction.
    virtual void overtaken(Connection& connection, std::int64_t seen, std::int64_t head) = 0;
};

class Writer {
  public:
    // One piece of work. `run` may be called several times; exactly one of the two ends is called.
    struct Work {
        Command command;
        Store::Body body;
        std::function<void(Result<Value>)> done;
        std::function<void(std::exception_ptr)> failed;
    };

    Writer(WriterHost& host, std::unique_ptr<Connection> connection, std::int64_t organisation);
    ~Writer();
    void submit(Work work);
    // Runs `task` on the writer's thread between two groups, with its connection outside any transaction.
    void exclusively(const std::function<void(Connection&)>& task);
    std::int64_t last_seq() const { return last_seq_.load(); }
    // Called between groups on the writer's thread (checkpoints); to be set there, within `exclusively`.
    std::function<void(Connection&)> between_groups;

  private:
    using Batch = std::vector<Work>;
    struct Outcome;
    void loop();
    void look_around();
    void run_batch(Batch& batch);
    bool run_group(std::vector<Work*>& works, std::vector<Work*>& alone);
    void run_alone(Work& work);
    void begin(CommitGroup& group);
    void finish(CommitGroup& group);
    bool carried_out(const CommitGroup& group);
    void abandon();
    std::optional<Result<Value>> remembered(CommitGroup& group, const Command& command);
    void remember(CommitGroup& group, const Command& command, const Result<Value>& answer);

    WriterHost& host_;
    std::unique_ptr<Connection> connection_;
    Log log_;
    RecordCache cache_;
    std::string org_;
    std::atomic<std::int64_t> last_seq_{0};
    bool unreachable_ = false;  // somebody has waited for the database in vain: the next do not wait as long
    bool told_ = false;         // that the database cannot be reached

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Work> waiting_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::thread thread_;
};

// Answers kept for repeated commands.
std::string write_answer(const Value& value);
Value read_answer(std::string_view text);

}  // namespace fairlead::store
