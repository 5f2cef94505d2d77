// The whole server over an open store: accounts, records, jobs, events, the web interface, in one piece.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "derive/job.h"
#include "server/accounts.h"
#include "server/http.h"
#include "server/jobs.h"
#include "server/sample_data.h"
#include "store/store.h"

namespace fairlead::server {

struct ApplicationOptions {
    ServerOptions server;
    AccountOptions accounts;
    StartingRecords starting;                 // what a fresh company begins with
    SampleRecords sample;                     // what a new company may look around in
    const Clock* clock = nullptr;             // the system's when null
    int job_threads = 2;
    // More routes and kinds of jobs (tests; modules that bring their own).
    std::function<void(Router&, store::Store&, derive::JobQueue&)> more;
};

class Application {
  public:
    // The store must outlive it.
    static std::unique_ptr<Application> start(store::Store& store, ApplicationOptions options);
    virtual ~Application() = default;         // stops
    virtual int port() const = 0;
    virtual void stop() = 0;
    virtual Accounts& accounts() = 0;
    virtual Jobs& jobs() = 0;
    // What the command line asks for (administration.h, derive/exchange/imports.h), and `job` with an `id`: its
    // state, progress, message and result.
    virtual Result<std::string> administer(std::string_view command, std::string_view arguments) = 0;
    virtual const std::vector<Route>& routes() const = 0;
    // The one-time link to the first set-up; empty when that is done.
    virtual std::string set_up_link() const = 0;
};

}  // namespace fairlead::server
