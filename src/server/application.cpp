// Putting the server together.
#include "server/application.h"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "derive/exchange/imports.h"
#include "derive/json.h"
#include "derive/pricing.h"
#include "derive/rest.h"
#include "server/administration.h"
#include "server/events.h"
#include "server/feed.h"
#include "server/web_files.h"

namespace fairlead::server {
namespace {

Response json(std::string body) {
    Response response;
    response.body = std::move(body);
    return response;
}

class WholeApplication final : public Application {
  public:
    WholeApplication(store::Store& store, ApplicationOptions options) : store_(store), options_(std::move(options)) {
        const Clock& clock = options_.clock != nullptr ? *options_.clock : system_clock_;
        options_.accounts.secure_cookies = options_.server.secure_cookies;
        options_.accounts.base_url = options_.server.base_url;
        accounts_ = std::make_shared<Accounts>(store, clock, options_.accounts, options_.starting);
        feed_ = std::make_shared<Feed>(store);
        jobs_ = std::make_shared<Jobs>(store, clock, options_.job_threads);
        if (accounts_->is_fresh()) set_up_token_ = accounts_->make_set_up_token();
        feed_->listen([accounts = accounts_.get()](const FeedEntry& entry) { accounts->on_change(entry); });
        feed_->listen([this](const FeedEntry& entry) {
            if (entry.entity == "exchange_rate") rates_changed();
        });
        Router router;
        add_routes(router);
        routes_ = router.routes();
        feed_->start();
        jobs_->start();
        server_ = Server::start(options_.server, std::move(router), [accounts = accounts_](Request& request, Policy policy) { return accounts->authenticate(request, policy); });
        keeper_ = std::thread([this] { keep_house(); });
    }
    ~WholeApplication() override { stop(); }

    int port() const override { return server_->port(); }
    Accounts& accounts() override { return *accounts_; }
    Jobs& jobs() override { return *jobs_; }
    const std::vector<Route>& routes() const override { return routes_; }
    Result<std::string> administer(std::string_view command, std::string_view arguments) override {
        FAIRLEAD_ASSIGN(const derive::Json json, derive::parse_object(arguments));
        if (command == "job") return job_state(derive::id_in(json, "id"));
        if (auto answer = import_commands_(command, json)) return std::move(*answer);
        return server::administer(*accounts_, command, arguments);
    }
    std::string set_up_link() const override {
        if (set_up_token_.empty()) return {};
        const std::string base = options_.server.base_url.empty() ? "http://localhost:" + std::to_string(port()) : options_.server.base_url;
        return base + "/set-up#token=" + set_up_token_;
    }

    void stop() override {
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(stopping_, true)) return;
        }
        stop_.notify_all();
        jobs_->begin_stop();
        store_.stop_waiting();
        server_->stop();
        keeper_.join();
        jobs_->stop();
        feed_->stop();
        accounts_->flush();
    }

  private:
    void add_routes(Router& router) {
        add_account_routes(router, accounts_);
        add_job_routes(router, jobs_);
        add_event_routes(router, accounts_, feed_);
        add_sample_routes(router, store_, options_.sample);
        for (const char* path : {"/health", "/api/v1/health"})
            router.add({Method::get, path, Policy::open, [](Request&, Reply reply) { reply(json("{\"status\":\"ok\"}")); }});
        router.add({Method::get, "/api/v1/status", Policy::viewer, [this](Request&, Reply reply) { reply(json(status())); }});
        derive::add_routes(router, store_);
        const std::string& spool = options_.server.spool_folder;
        import_commands_ = derive::add_import_routes(router, store_, *jobs_, (spool.empty() ? std::filesystem::temp_directory_path().string() : spool) + "/imports");
        derive::declare_pricing(*jobs_);
        if (options_.more) options_.more(router, store_, *jobs_);
        derive::add_description_routes(router, store_);  // describes what stands above
        add_web_routes(router);
    }

    Result<std::string> job_state(Id id) {
        const auto job = jobs_->find(id);
        if (!job) return refuse(Why::not_found, "not_found", "There is no such job.");
        derive::JsonWriter w;
        w.begin_object().text("state", job_state_name(job->state)).key("progress").raw(std::to_string(job->progress)).text("message", job->message);
        return w.key("result").raw(job->result.empty() ? "null" : job->result).end_object().take();
    }

    std::string status() const {
        derive::JsonWriter w;
        w.begin_object().text("version", FAIRLEAD_VERSION).boolean("columns_ready", store_.columns_ready()).number("sequence", store_.last_seq());
        w.number("uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began_).count());
        return w.end_object().take();
    }

    void rates_changed() {
        {
            const std::lock_guard lock(mutex_);
            pricing_due_ = true;
        }
        stop_.notify_all();
    }

    // Asks for the amounts that wait for a rate to be priced. False: such a job is at work already, and may not know the
    // newest rates: it is asked for again when that one has ended.
    bool ask_for_pricing() {
        derive::JobRequest request;
        request.kind = derive::pricing_job;
        request.unique_key = "rates";
        const auto id = jobs_->add(request);
        if (!id || std::exchange(pricing_, *id) != *id) return true;  // a new one
        const auto job = jobs_->find(*id);
        return !job || job->state != JobState::running;
    }

    // Times of use are kept twice a minute, and what has expired is forgotten; amounts are priced when rates change.
    void keep_house() {
        const auto attempt = [](const char* what, auto work) {
            try {
                return work();
            } catch (const std::exception& error) {
                log(Level::error, what, {{"what", std::string_view(error.what())}});
                return false;
            }
        };
        // The command line may have brought rates in while no server ran.
        if (attempt("rates_not_read", [&] { return derive::pricing_is_due(store_); })) rates_changed();
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            stop_.wait_for(lock, std::chrono::seconds(30), [this] { return stopping_ || pricing_due_; });
            // Rates come many at a time: one job for all of them.
            if (pricing_due_) stop_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
            const bool price = std::exchange(pricing_due_, false);
            lock.unlock();
            if (price && !stopping() && !attempt("pricing_not_begun", [&] { return ask_for_pricing(); })) {
                const std::lock_guard again(mutex_);
                pricing_due_ = true;
            }
            attempt("accounts_not_kept", [&] { return accounts_->flush(), true; });
            lock.lock();
        }
    }
    bool stopping() {
        const std::lock_guard lock(mutex_);
        return stopping_;
    }

    store::Store& store_;
    ApplicationOptions options_;
    const SystemClock system_clock_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::shared_ptr<Accounts> accounts_;
    std::shared_ptr<Feed> feed_;
    std::shared_ptr<Jobs> jobs_;
    derive::ImportCommands import_commands_;
    std::vector<Route> routes_;
    std::unique_ptr<Server> server_;
    std::string set_up_token_;
    std::mutex mutex_;
    std::condition_variable stop_;
    bool stopping_ = false, pricing_due_ = false;
    Id pricing_{};  // the last such job; of the keeper's thread
    std::thread keeper_;
};

}  // namespace

std::unique_ptr<Application> Application::start(store::Store& store, ApplicationOptions options) {
    return std::make_unique<WholeApplication>(store, std::move(options));
}

}  // namespace fairlead::server
