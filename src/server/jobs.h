// The job queue of this server: keeps jobs in the store, runs them on its own threads, goes on with those
// that a killed process left.
#pragma once
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "derive/job.h"
#include "server/http.h"

namespace fairlead::server {

enum class JobState { waiting, running, done, failed, cancelled };
std::string_view job_state_name(JobState state);

struct Job {
    Id id{};
    std::string kind, parameters, unique_key, state_json, message, result;  // result: JSON, or the refusal as JSON
    Id run_as{};
    JobState state = JobState::waiting;
    int attempt = 0;
    double progress = 0;
    bool cancel_asked = false;
    Instant created{}, not_before{}, started{}, ended{};
};

class Jobs final : public derive::JobQueue {
  public:
    Jobs(store::Store& store, const Clock& clock, int threads = 2);
    ~Jobs() override;

    void declare(derive::JobKind kind) override;
    Result<Id> add(const derive::JobRequest& request) override;
    void schedule(std::string kind, int seconds, std::string parameters = "{}") override;

    void start();  // after every kind has been declared
    void begin_stop();  // no further one begins
    void stop();   // running jobs are asked to stop at a clean place, and go on at the next start

    std::optional<Job> find(Id id);
    // Newest first: those of `viewer`, or all of them for an administrator.
    std::vector<Job> list(const store::Viewer& viewer, std::size_t limit);
    static bool may_see(const Job& job, const store::Viewer& viewer);
    Result<Job> cancel(Id id);

  private:
    class Running;
    struct Schedule {
        std::string kind, parameters;
        int seconds;
    };
    void load();
    void run();
    void run_schedules();
    std::optional<Id> next(Instant now, Instant& wake_at);
    void work(Id id);
    void finish(Job job, JobState state, std::string result, std::string message);
    void keep(const Job& job);
    void prune();

    store::Store& store_;
    const Clock& clock_;
    const int thread_count_;
    std::map<std::string, derive::JobKind, std::less<>> kinds_;
    std::vector<Schedule> schedules_;
    std::mutex mutex_;                 // of all below
    std::condition_variable changed_;
    std::map<std::int64_t, Job> jobs_;  // by id, so by age
    bool stopping_ = false, started_ = false;
    std::vector<std::thread> threads_;
};

void add_job_routes(Router& router, const std::shared_ptr<Jobs>& jobs);

}  // namespace fairlead::server
