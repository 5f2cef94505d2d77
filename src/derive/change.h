// One change over HTTP: run in a transaction, answered after its commit without holding a thread while it
// waits; rehearsed with dry_run, made repeatable with an Idempotency-Key.
#pragma once
#include "derive/app.h"

namespace fairlead::derive {

// What is to be done, and how its outcome is told. Both may run inside the transaction, more than once, and
// keep what they need themselves.
struct Change {
    std::function<Result<Value>(store::Transaction&)> body;
    std::function<Result<http::Response>(Source&, const Value&)> render;
    bool dry_run = false;
    Id batch{};
    // After a refusal `stale`: the record as it is now goes along.
    const model::EntityInfo* entity = nullptr;
    Id id{};
    std::shared_ptr<const model::Catalog> catalog;  // keeps `entity` alive
};
Result<void> perform(const AppPointer& app, http::Request& request, const http::Reply& reply, Change change);

// The version that If-Match names: a number, none for "*"; 428 when the header is missing, 400 when malformed.
Result<std::optional<std::int64_t>> version_of(const http::Request& request);
std::string etag_of(const model::Record& record);

// A record with what may be done with it: "_actions" and "_may".
void write_full(JsonWriter& w, const model::Record& record, const Shape& shape, Source& source, std::string_view language);
// The answer after a change: the record as its reader now sees it, or only its id when he no longer does.
Result<http::Response> record_response(Source& source, const model::EntityInfo& entity, Id id, int status, std::string_view language);
// Does the viewer's right reach this record?
bool within(Source& source, const model::EntityInfo& entity, const model::Record& record, store::Right right);
// Sets fields of a record the way its owner declared: those that an action owns go through that action.
// Texts with a form (forms.h) are looked at; what is there already may stay as it is.
Result<void> set_fields(store::Transaction& transaction, const model::EntityInfo& entity, Id id, model::Patch patch,
                        const model::WriteOptions& options);

}  // namespace fairlead::derive
