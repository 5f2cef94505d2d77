// Sample data, made and taken back.
#include "server/sample_data.h"

#include <mutex>

#include "derive/json.h"

namespace fairlead::server {
namespace {

using derive::JsonWriter;
using store::Viewer;

// Kept beside the records: the batch that they were made in.
constexpr std::string_view kept_kind = "sample_data", kept_key = "batch";

class SampleData {
  public:
    SampleData(store::Store& store, SampleRecords make) : store_(store), make_(std::move(make)) {}

    Result<Response> state(const Request& request) {
        FAIRLEAD_TRY(allowed(request));
        const Id batch = kept();
        JsonWriter w;
        w.begin_object().key("batch");
        batch ? w.text(batch.text()) : w.null();
        w.boolean("possible", !batch && make_ && empty()).end_object();
        return json(w.take());
    }

    Result<Response> make(const Request& request) {
        FAIRLEAD_TRY(allowed(request));
        const std::lock_guard lock(mutex_);
        if (!make_ || kept() || !empty())
            return refuse(Why::duplicate, "not_empty", "There are customers or deals already: sample data is made in an empty company alone.");
        store::Command command;
        command.viewer = request.viewer;
        command.batch = new_id();
        // Kept first: what a failure leaves half made can be taken back as well.
        keep(command.batch);
        FAIRLEAD_TRY(make_(store_, command, request.language));
        JsonWriter w;
        return json(w.begin_object().text("batch", command.batch.text()).end_object().take(), 201);
    }

    Result<Response> remove(const Request& request) {
        FAIRLEAD_TRY(allowed(request));
        const std::lock_guard lock(mutex_);
        const Id batch = kept();
        if (!batch) return refuse(Why::not_found, "no_sample_data", "There is no sample data.");
        store::Command command;
        command.viewer = request.viewer;
        auto undone = store_.undo(command, batch);
        // A batch without a record was never begun.
        if (!undone && undone.refused().code() != "unknown_batch") return undone.refused();
        keep(Id{});
        JsonWriter w;
        w.begin_object().number("undone", undone ? undone->undone : 0).key("left").begin_array();
        if (undone)
            for (const auto& left : undone->left) w.begin_object().text("entity", left.entity).text("id", left.record.text()).text("why", left.why).end_object();
        return json(w.end_array().end_object().take());
    }

  private:
    static Result<void> allowed(const Request& request) {
        if (!request.viewer->is_administrator) return refuse(Why::forbidden, "administrators_only", "Only an administrator may do this.");
        return {};
    }

    static Response json(std::string body, int status = 200) {
        Response response;
        response.status = status;
        response.body = std::move(body);
        response.type = "application/json";
        return response;
    }

    bool empty() {
        for (const char* entity : {"account", "opportunity", "lead"}) {
            store::ListQuery query;
            query.entity = entity;
            query.limit = 1;
            query.count = store::Count::none;
            const auto page = store_.list(*Viewer::system(), query);
            if (page && !page->records.empty()) return false;
        }
        return true;
    }

    Id kept() {
        const auto stored = store_.fetch(kept_kind, kept_key);
        if (!stored) return {};
        const auto read = derive::parse_json(*stored);
        const derive::Json* batch = read ? read->find("batch") : nullptr;
        const auto id = batch ? Id::parse(batch->text) : std::nullopt;
        return id.value_or(Id{});
    }

    void keep(Id batch) { store_.put(kept_kind, kept_key, batch ? "{\"batch\":\"" + batch.text() + "\"}" : std::string()); }

    store::Store& store_;
    SampleRecords make_;
    std::mutex mutex_;
};

}  // namespace

void add_sample_routes(Router& router, store::Store& store, SampleRecords make) {
    const auto sample = std::make_shared<SampleData>(store, std::move(make));
    const auto route = [&](Method method, Result<Response> (SampleData::*answer)(const Request&)) {
        router.add({method, "/api/v1/sample-data", Policy::viewer, [sample, answer](Request& request, Reply reply) {
            auto result = (*sample.*answer)(request);
            reply(result ? std::move(*result) : problem(result.refused(), request));
        }});
    };
    route(Method::get, &SampleData::state);
    route(Method::post, &SampleData::make);
    route(Method::delete_, &SampleData::remove);
}

}  // namespace fairlead::server
