// What all handlers of records share: the store, the titles that were read, and the threads that finish answers
// after a commit; with the small steps that every handler begins with.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "derive/http.h"
#include "derive/json.h"
#include "derive/record_json.h"
#include "derive/source.h"
#include "store/store.h"

namespace fairlead::derive {

// A few threads that build answers, so that the writer's thread goes on with the next group.
class Finisher {
  public:
    explicit Finisher(unsigned threads);
    ~Finisher();  // finishes what waits
    void post(std::function<void()> work);

  private:
    // Of the threads as well: the last owner of all this may be a piece of work, whose thread then outlives it.
    struct Queue {
        std::mutex mutex;
        std::condition_variable wake;
        std::deque<std::function<void()>> waiting;
        bool stopping = false;
    };
    static void run(Queue& queue);
    std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
    std::vector<std::thread> threads_;
};

struct App {
    explicit App(store::Store& s) : store(s), titles(s), finisher(2) {}
    store::Store& store;
    TitleCache titles;
    Finisher finisher;

    StoreSource source(const http::Request& request) { return StoreSource(store, titles, request.viewer); }
};
using AppPointer = std::shared_ptr<App>;

// A handler that answers at once, and one that answers later.
using Answer = Result<http::Response> (*)(App&, http::Request&);
using Start = Result<void> (*)(const AppPointer&, http::Request&, const http::Reply&);
http::Handler answering(AppPointer app, Answer handler);
http::Handler starting(AppPointer app, Start handler);

http::Response json_response(std::string body, int status = 200);
// What became of an exception: logged by its words, answered without them.
http::Response failure(const http::Request& request, const std::exception& error);

// An entity with the catalogue that keeps it alive.
struct Target {
    std::shared_ptr<const model::Catalog> catalog;
    const model::EntityInfo* entity = nullptr;
    const model::EntityInfo* operator->() const { return entity; }
    const model::EntityInfo& operator*() const { return *entity; }
};
// The entity at the route's first placeholder. 404 when there is none (or it has no interface), 403 when the
// viewer has no right to read it at all.
Result<Target> target_of(App& app, const http::Request& request);
Result<Target> target_named(App& app, const store::Viewer& viewer, std::string_view name);
Result<Id> id_of(const http::Request& request, std::size_t part = 1);
Result<void> may(const store::Viewer& viewer, const model::EntityInfo& entity, store::Right right);
Refused not_found(const model::EntityInfo& entity, Id id);

// Refuses query parameters that are not in `known`, and repeated ones.
Result<void> only_parameters(const http::Request& request, std::initializer_list<std::string_view> known);
// Refuses keys of a body that are not in `known`.
Result<void> only_keys(const Json& body, std::initializer_list<std::string_view> known);
Result<bool> flag_parameter(const http::Request& request, std::string_view name);
// The text, array, object or number at `name`; empty when absent; refused when of another kind.
Result<std::string> text_at(const Json& body, std::string_view name);
Result<std::vector<std::string>> texts_at(const Json& body, std::string_view name);
Result<std::int64_t> whole_at(const Json& body, std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most);

// A moment or a day: the start of that day where the company is.
Result<std::optional<Instant>> moment(App& app, std::string_view text, const std::string& pointer);

// Checked under what the viewer may name. Empty text: null. `at` is where faults are shown.
Result<formula::Formula> check_for(App& app, const Target& target, const store::Viewer& viewer, std::string_view text,
                                   std::optional<Type> expected, const std::string& at);

}  // namespace fairlead::derive
