// Work in the background, as those see it who declare a kind of job or ask for one. The server runs them
// (server/jobs.h): a job that was killed goes on from the state it saved last.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "store/store.h"

namespace fairlead::derive {

// What a running job has. Used from the job's own thread only.
class JobContext {
  public:
    virtual ~JobContext() = default;
    virtual Id id() const = 0;
    virtual store::Store& store() = 0;
    // The user it runs as, with the rights he has now; asked anew at every step, so that rights which end stop
    // the job. Null when the user is gone: return the refusal `user_gone`.
    virtual std::shared_ptr<const store::Viewer> viewer() = 0;
    virtual const std::string& parameters() const = 0;  // JSON, as it was asked for
    virtual const std::string& state() const = 0;       // JSON that save() kept last; empty at the first start
    virtual int attempt() const = 0;                    // from 1
    // Keeps `state`, shows progress (0 to 1) and message. False: somebody cancelled; stop at a clean place.
    // To make an effect and its progress one, give each step's write the command id step_command(step) with
    // Command::remember: a step that was committed but not saved before a kill is then answered, not repeated.
    virtual bool save(double progress, std::string_view message, std::string state) = 0;
    virtual bool cancelled() const = 0;
    // The server ends; the job goes on at its next start. Otherwise `cancelled` means that a person wants it ended.
    virtual bool stopping() const { return false; }
    std::string step_command(std::string_view step) const { return "job:" + id().text() + ":" + std::string(step); }
};

struct JobKind {
    std::string name;      // "import"
    std::string label;     // "Import"
    int attempts = 3;      // after an exception (the environment failed); a refusal is final
    // The result as JSON. Runs on one of the job threads.
    std::function<Result<std::string>(JobContext&)> run;
    bool needs_administrator = false;
};

struct JobRequest {
    std::string kind;
    std::string parameters = "{}";  // JSON
    Id run_as{};                    // none: the system
    std::string unique_key;         // while such a job waits or runs, asking again gives that one
    Instant not_before{};
};

class JobQueue {
  public:
    virtual ~JobQueue() = default;
    virtual void declare(JobKind kind) = 0;  // before the server starts
    virtual Result<Id> add(const JobRequest& request) = 0;
    // Runs `kind` every `seconds`, as the system; several servers on one database run it once.
    virtual void schedule(std::string kind, int seconds, std::string parameters = "{}") = 0;
};

}  // namespace fairlead::derive
