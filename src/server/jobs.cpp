// Keeping and running jobs.
#include "server/jobs.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "base/text.h"
#include "derive/json.h"

namespace fairlead::server {
namespace {

using derive::Json;
using derive::JsonWriter;

constexpr std::size_t kept_finished = 1'000;
constexpr std::string_view kind_of_rows = "job";

// Keys sort as the ids do.
std::string key_of(Id id) {
    std::string digits = id.text();
    return std::string(20 - digits.size(), '0') + digits;
}

std::string to_json(const Job& job) {
    JsonWriter w;
    w.begin_object().text("id", job.id.text()).text("kind", job.kind).text("parameters", job.parameters).text("unique_key", job.unique_key);
    w.text("state_json", job.state_json).text("message", job.message).text("result", job.result).text("run_as", job.run_as.text());
    w.text("state", job_state_name(job.state)).number("attempt", job.attempt).number("progress", static_cast<std::int64_t>(job.progress * 10'000));
    w.boolean("cancel_asked", job.cancel_asked).number("created", job.created.micros).number("not_before", job.not_before.micros);
    w.number("started", job.started.micros).number("ended", job.ended.micros);
    return w.end_object().take();
}

// Nothing when the row is not one that we wrote: it is then left alone, never run (S22).
std::optional<Job> from_json(std::string_view key, std::string_view stored) {
    const auto json = derive::parse_object(stored);
    if (!json) return std::nullopt;
    bool whole_row = true;
    const auto text = [&](std::string_view name) {
        const Json* value = json->find(name);
        whole_row = whole_row && value != nullptr && value->is(Json::Kind::text);
        return value != nullptr ? value->text : std::string();
    };
    const auto number = [&](std::string_view name) -> std::int64_t {
        const Json* value = json->find(name);
        whole_row = whole_row && value != nullptr && value->is(Json::Kind::number);
        return value != nullptr ? std::strtoll(value->text.c_str(), nullptr, 10) : 0;
    };
    Job job;
    const auto id = Id::parse(text("id"));
    job.kind = text("kind");
    job.parameters = text("parameters");
    job.unique_key = text("unique_key");
    job.state_json = text("state_json");
    job.message = text("message");
    job.result = text("result");
    const std::string run_as = text("run_as"), state = text("state");
    job.attempt = static_cast<int>(number("attempt"));
    job.progress = static_cast<double>(number("progress")) / 10'000;
    job.created = Instant{number("created")};
    job.not_before = Instant{number("not_before")};
    job.started = Instant{number("started")};
    job.ended = Instant{number("ended")};
    const Json* cancel = json->find("cancel_asked");
    job.cancel_asked = cancel != nullptr && cancel->flag;
    if (!whole_row || !id || key_of(*id) != key || !derive::parse_object(job.parameters)) return std::nullopt;
    job.id = *id;
    if (run_as != "0") {
        const auto user = Id::parse(run_as);
        if (!user) return std::nullopt;
        job.run_as = *user;
    }
    for (const JobState one : {JobState::waiting, JobState::running, JobState::done, JobState::failed, JobState::cancelled}) {
        if (job_state_name(one) != state) continue;
        job.state = one;
        return job;
    }
    return std::nullopt;
}

bool is_open(const Job& job) { return job.state == JobState::waiting || job.state == JobState::running; }

}  // namespace

std::string_view job_state_name(JobState state) {
    static constexpr std::string_view names[] = {"waiting", "running", "done", "failed", "cancelled"};
    return names[static_cast<int>(state)];
}

// What a job sees of its own run.
class Jobs::Running final : public derive::JobContext {
  public:
    Running(Jobs& jobs, Job job) : jobs_(jobs), job_(std::move(job)) {}
    Id id() const override { return job_.id; }
    store::Store& store() override { return jobs_.store_; }
    std::shared_ptr<const store::Viewer> viewer() override {
        return job_.run_as ? jobs_.store_.viewer(job_.run_as) : store::Viewer::system();
    }
    const std::string& parameters() const override { return job_.parameters; }
    const std::string& state() const override { return job_.state_json; }
    int attempt() const override { return job_.attempt; }
    bool save(double progress, std::string_view message, std::string state) override {
        job_.progress = std::clamp(progress, 0.0, 1.0);
        job_.message = message;
        job_.state_json = std::move(state);
        Job to_keep;
        {
            const std::lock_guard lock(jobs_.mutex_);
            Job& held = jobs_.jobs_[job_.id.value];
            job_.cancel_asked = held.cancel_asked;
            held = to_keep = job_;
        }
        jobs_.keep(to_keep);
        return !cancelled();
    }
    bool cancelled() const override {
        const std::lock_guard lock(jobs_.mutex_);
        const auto it = jobs_.jobs_.find(job_.id.value);
        return jobs_.stopping_ || it == jobs_.jobs_.end() || it->second.cancel_asked;
    }
    bool stopping() const override {
        const std::lock_guard lock(jobs_.mutex_);
        const auto it = jobs_.jobs_.find(job_.id.value);
        return jobs_.stopping_ && it != jobs_.jobs_.end() && !it->second.cancel_asked;
    }
    const Job& job() const { return job_; }

  private:
    Jobs& jobs_;
    Job job_;
};

Jobs::Jobs(store::Store& store, const Clock& clock, int threads) : store_(store), clock_(clock), thread_count_(threads) {}

Jobs::~Jobs() { stop(); }

void Jobs::declare(derive::JobKind kind) {
    ensure(!started_, "kinds of jobs are declared before the jobs start");
    kinds_[kind.name] = std::move(kind);
}

void Jobs::schedule(std::string kind, int seconds, std::string parameters) { schedules_.push_back({std::move(kind), std::move(parameters), seconds}); }

void Jobs::keep(const Job& job) { store_.put(kind_of_rows, key_of(job.id), to_json(job)); }

Result<Id> Jobs::add(const derive::JobRequest& request) {
    if (kinds_.find(request.kind) == kinds_.end()) return refuse(Why::invalid, "unknown_job", "There is no job " + request.kind + ".", "kind", {{"kind", request.kind}});
    if (!derive::parse_object(request.parameters)) return refuse(Why::invalid, "bad_parameters", "The parameters of a job are a JSON object.");
    Job job;
    {
        const std::lock_guard lock(mutex_);
        if (!request.unique_key.empty())
            for (const auto& [id, other] : jobs_)
                if (is_open(other) && other.kind == request.kind && other.unique_key == request.unique_key) return other.id;
        job.id = new_id();
        job.kind = request.kind;
        job.parameters = request.parameters;
        job.unique_key = request.unique_key;
        job.run_as = request.run_as;
        job.created = clock_.now();
        job.not_before = request.not_before;
        jobs_[job.id.value] = job;
    }
    keep(job);
    changed_.notify_all();
    return job.id;
}

void Jobs::load() {
    for (const auto& [key, stored] : store_.fetch_all(kind_of_rows)) {
        auto job = from_json(key, stored);
        if (!job) {
            log(Level::warning, "job_row_ignored", {{"key", std::string_view(key)}});
            continue;
        }
        // It was running when its process ended: it goes on from what it saved.
        if (job->state == JobState::running) job->state = JobState::waiting;
        jobs_[job->id.value] = std::move(*job);
    }
}

void Jobs::start() {
    const std::lock_guard lock(mutex_);
    ensure(!started_, "jobs start once");
    started_ = true;
    load();
    for (int i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run(); });
    if (!schedules_.empty()) threads_.emplace_back([this] { run_schedules(); });
}

void Jobs::begin_stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
}

void Jobs::stop() {
    begin_stop();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

std::optional<Id> Jobs::next(Instant now, Instant& wake_at) {
    for (auto& [id, job] : jobs_) {
        if (job.state != JobState::waiting || kinds_.find(job.kind) == kinds_.end()) continue;
        if (job.not_before <= now) return job.id;
        wake_at = std::min(wake_at, job.not_before);
    }
    return std::nullopt;
}

void Jobs::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const Instant now = clock_.now();
        Instant wake_at{now.micros + 1'000'000};
        const auto id = next(now, wake_at);
        if (!id) {
            changed_.wait_for(lock, std::chrono::microseconds(std::max<std::int64_t>(1'000, wake_at.micros - now.micros)));
            continue;
        }
        jobs_[id->value].state = JobState::running;
        lock.unlock();
        try {
            work(*id);
        } catch (const std::exception& error) {
            log(Level::error, "job_not_kept", {{"job", std::string_view(id->text())}, {"what", std::string_view(error.what())}});
        }
        lock.lock();
    }
}

void Jobs::work(Id id) {
    Job job;
    {
        const std::lock_guard lock(mutex_);
        Job& held = jobs_[id.value];
        ++held.attempt;
        held.started = clock_.now();
        job = held;
    }
    keep(job);
    const derive::JobKind& kind = kinds_.find(job.kind)->second;
    Running running(*this, job);
    const auto fail = [&](std::string_view code, std::string_view message) {
        JsonWriter w;
        w.begin_object().text("code", code).text("message", message).end_object();
        finish(running.job(), JobState::failed, w.take(), std::string(message));
    };
    const auto viewer = running.viewer();
    if (!viewer) return fail("user_gone", "The person it runs for is no longer active.");
    if (kind.needs_administrator && !viewer->is_system && !viewer->is_administrator) return fail("administrators_only", "Only an administrator may run this.");
    try {
        auto result = kind.run(running);
        if (running.cancelled()) {
            const std::lock_guard lock(mutex_);
            Job& held = jobs_[id.value];
            if (!held.cancel_asked) {  // the server stops: it goes on at the next start
                held = running.job();
                held.state = JobState::waiting;
                --held.attempt;
                job = held;
            } else {
                job = running.job();
                job.cancel_asked = true;
            }
        }
        if (job.cancel_asked && !result) return finish(job, JobState::cancelled, "null", "Cancelled");
        if (job.state == JobState::waiting && !result) return keep(job);
        if (!result) return fail(result.refused().code(), result.refused().message());
        finish(running.job(), JobState::done, std::move(*result), running.job().message);
    } catch (const std::exception& error) {
        log(Level::error, "job_failed", {{"job", std::string_view(id.text())}, {"kind", std::string_view(job.kind)}, {"what", std::string_view(error.what())}});
        if (running.job().attempt >= kind.attempts) return fail("internal", "The server met an error while it worked on this.");
        Job again = running.job();
        again.state = JobState::waiting;
        again.not_before = Instant{clock_.now().micros + (1LL << std::min(again.attempt, 10)) * 1'000'000};
        {
            const std::lock_guard lock(mutex_);
            jobs_[id.value] = again;
        }
        keep(again);
    }
}

void Jobs::finish(Job job, JobState state, std::string result, std::string message) {
    job.state = state;
    job.result = std::move(result);
    job.message = std::move(message);
    job.ended = clock_.now();
    if (state == JobState::done) job.progress = 1;
    {
        const std::lock_guard lock(mutex_);
        jobs_[job.id.value] = job;
    }
    keep(job);
    log(state == JobState::failed ? Level::warning : Level::info, "job_ended", {{"job", std::string_view(job.id.text())}, {"kind", std::string_view(job.kind)}, {"state", job_state_name(state)}});
    prune();
}

void Jobs::prune() {
    std::vector<Id> old;
    {
        const std::lock_guard lock(mutex_);
        std::size_t finished = static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& j) { return !is_open(j.second); }));
        for (auto it = jobs_.begin(); it != jobs_.end() && finished > kept_finished;) {
            if (is_open(it->second)) { ++it; continue; }
            old.push_back(it->second.id);
            it = jobs_.erase(it);
            --finished;
        }
    }
    for (const Id id : old) store_.put(kind_of_rows, key_of(id), {});
}

void Jobs::run_schedules() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const Instant now = clock_.now();
        for (const Schedule& schedule : schedules_) {
            const auto last = store_.fetch("schedule", schedule.kind);
            const std::int64_t at = last ? std::strtoll(last->c_str(), nullptr, 10) : 0;
            if (now.micros - at < static_cast<std::int64_t>(schedule.seconds) * 1'000'000) continue;
            store_.put("schedule", schedule.kind, std::to_string(now.micros));
            derive::JobRequest request;
            request.kind = schedule.kind;
            request.parameters = schedule.parameters;
            request.unique_key = "schedule";
            if (auto added = add(request); !added) log(Level::error, "schedule_refused", {{"kind", std::string_view(schedule.kind)}, {"what", std::string_view(added.refused().message())}});
        }
        lock.lock();
        changed_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
    }
}

std::optional<Job> Jobs::find(Id id) {
    const std::lock_guard lock(mutex_);
    const auto it = jobs_.find(id.value);
    if (it == jobs_.end()) return std::nullopt;
    return it->second;
}

bool Jobs::may_see(const Job& job, const store::Viewer& viewer) {
    return viewer.is_system || viewer.is_administrator || (job.run_as && job.run_as == viewer.user);
}

std::vector<Job> Jobs::list(const store::Viewer& viewer, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Job> some;
    for (auto it = jobs_.rbegin(); it != jobs_.rend() && some.size() < limit; ++it)
        if (may_see(it->second, viewer)) some.push_back(it->second);
    return some;
}

Result<Job> Jobs::cancel(Id id) {
    Job job;
    {
        const std::lock_guard lock(mutex_);
        const auto it = jobs_.find(id.value);
        if (it == jobs_.end()) return refuse(Why::not_found, "not_found", "There is no such job.");
        if (!is_open(it->second)) return refuse(Why::duplicate, "job_ended", "The job has ended already.");
        it->second.cancel_asked = true;
        if (it->second.state == JobState::waiting) {
            it->second.state = JobState::cancelled;
            it->second.ended = clock_.now();
        }
        job = it->second;
    }
    keep(job);
    return job;
}

namespace {

void write_job(JsonWriter& w, const Job& job) {
    w.begin_object().text("id", job.id.text()).text("kind", job.kind).text("state", job_state_name(job.state));
    char progress[16];
    std::snprintf(progress, sizeof progress, "%.4g", job.progress);
    w.key("progress").raw(progress).text("message", job.message);
    w.key("result").raw(job.result.empty() ? "null" : job.result);
    w.text("created_at", job.created.text());
    if (job.started.micros != 0) w.text("started_at", job.started.text());
    if (job.ended.micros != 0) w.text("ended_at", job.ended.text());
    w.end_object();
}

Result<Job> job_of(Jobs& jobs, const Request& request) {
    const auto id = Id::parse(request.parts[0]);
    auto job = id ? jobs.find(*id) : std::nullopt;
    if (!job || !Jobs::may_see(*job, *request.viewer)) return refuse(Why::not_found, "not_found", "There is no such job.");
    return *job;
}

Response one(const Job& job) {
    JsonWriter w;
    write_job(w, job);
    Response response;
    response.body = w.take();
    return response;
}

}  // namespace

void add_job_routes(Router& router, const std::shared_ptr<Jobs>& jobs) {
    router.add({Method::get, "/api/v1/jobs", Policy::viewer, [jobs](Request& request, Reply reply) {
        JsonWriter w;
        w.begin_object().key("data").begin_array();
        for (const Job& job : jobs->list(*request.viewer, 100)) write_job(w, job);
        Response response;
        response.body = w.end_array().end_object().take();
        reply(std::move(response));
    }});
    router.add({Method::get, "/api/v1/jobs/{id}", Policy::viewer, [jobs](Request& request, Reply reply) {
        auto job = job_of(*jobs, request);
        reply(job ? one(*job) : problem(job.refused(), request));
    }});
    router.add({Method::post, "/api/v1/jobs/{id}/cancel", Policy::viewer, [jobs](Request& request, Reply reply) {
        auto job = job_of(*jobs, request);
        if (job) job = jobs->cancel(job->id);
        reply(job ? one(*job) : problem(job.refused(), request));
    }});
}

}  // namespace fairlead::server
