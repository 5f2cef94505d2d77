// The steps that handlers share.
#include "derive/app.h"

#include <cstdio>

#include "base/text.h"

namespace fairlead::derive {

using http::Request;
using http::Response;
using model::AccessKind;
using model::EntityInfo;
using store::Right;
using store::Viewer;

// ---- Threads -----------------------------------------------------------------------------------------------

Finisher::Finisher(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([queue = queue_] { run(*queue); });
}

Finisher::~Finisher() {
    {
        std::lock_guard lock(queue_->mutex);
        queue_->stopping = true;
    }
    queue_->wake.notify_all();
    // A piece of work that ends its owner runs here: its thread cannot wait for its own end.
    for (std::thread& thread : threads_) {
        if (thread.get_id() == std::this_thread::get_id()) thread.detach();
        else thread.join();
    }
}

void Finisher::post(std::function<void()> work) {
    {
        std::lock_guard lock(queue_->mutex);
        queue_->waiting.push_back(std::move(work));
    }
    queue_->wake.notify_one();
}

void Finisher::run(Queue& queue) {
    std::unique_lock lock(queue.mutex);
    for (;;) {
        queue.wake.wait(lock, [&] { return queue.stopping || !queue.waiting.empty(); });
        if (queue.waiting.empty()) return;
        auto work = std::move(queue.waiting.front());
        queue.waiting.pop_front();
        lock.unlock();
        work();
        work = nullptr;
        lock.lock();
    }
}

// ---- Handlers ----------------------------------------------------------------------------------------------

http::Handler answering(AppPointer app, Answer handler) {
    return [app = std::move(app), handler](Request& request, http::Reply reply) {
        auto answer = handler(*app, request);
        reply(answer ? std::move(*answer) : http::problem(answer.refused(), request));
    };
}

http::Handler starting(AppPointer app, Start handler) {
    return [app = std::move(app), handler](Request& request, http::Reply reply) {
        const auto started = handler(app, request, reply);
        if (!started) reply(http::problem(started.refused(), request));
    };
}

Response json_response(std::string body, int status) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

Response failure(const Request& request, const std::exception& error) {
    std::fprintf(stderr, "request %s: %s\n", request.request_id.c_str(), error.what());
    Response response = http::problem(
        refuse(Why::unavailable, "internal", "The server met an error and noted it under this request id. Nothing was changed"), request);
    response.status = 500;
    const std::string from = "\"status\":503";
    if (const auto at = response.body.find(from); at != std::string::npos) response.body.replace(at, from.size(), "\"status\":500");
    return response;
}

// ---- First steps -------------------------------------------------------------------------------------------

namespace {

Refused no_such_address(const Request& request) {
    return refuse(Why::not_found, "no_such_address", "There is nothing at " + request.path, {}, {{"path", request.path}});
}

}  // namespace

Result<void> may(const Viewer& viewer, const EntityInfo& entity, Right right) {
    static constexpr std::string_view words[] = {"create", "see", "change", "delete", "export", "change in bulk", "import"};
    if (viewer.may(entity, right)) return {};
    const std::string word(words[static_cast<int>(right)]);
    return refuse(Why::forbidden, "no_right", "Your role may not " + word + " " + entity.label_plural + ": ask an administrator", {},
                  {{"right", word}, {"entity", entity.name}});
}

Result<Target> target_of(App& app, const Request& request) {
    Target target{app.store.catalog(), nullptr};
    target.entity = target.catalog->find_plural(request.parts.at(0));
    if (!target.entity || target->access == AccessKind::system) return no_such_address(request);
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::read));
    return target;
}

Result<Target> target_named(App& app, const Viewer& viewer, std::string_view name) {
    Target target{app.store.catalog(), nullptr};
    target.entity = target.catalog->find(name);
    if (!target.entity || target->access == AccessKind::system) {
        std::vector<std::string> names;
        for (const auto& entity : target.catalog->entities())
            if (entity->access != AccessKind::system) names.push_back(entity->name);
        const std::string near = nearest(name, names);
        return refuse(Why::bad_request, "unknown_entity",
                      "There are no records called \"" + std::string(name) + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"),
                      "entity", {{"name", std::string(name)}, {"near", near}});
    }
    FAIRLEAD_TRY(may(viewer, *target, Right::read));
    return target;
}

Refused not_found(const EntityInfo& entity, Id id) {
    return refuse(Why::not_found, "not_found", "There is no " + entity.label + " " + id.text() + " within your reach", {},
                  {{"entity", entity.name}, {"id", id.text()}});
}

Result<Id> id_of(const Request& request, std::size_t part) {
    const auto id = Id::parse(request.parts.at(part));
    if (!id) return no_such_address(request);
    return *id;
}

Result<void> only_parameters(const Request& request, std::initializer_list<std::string_view> known) {
    std::vector<std::string_view> seen;
    for (const auto& [name, value] : request.query) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::vector<std::string> names(known.begin(), known.end());
            const std::string near = nearest(name, names);
            return refuse(Why::bad_request, "unknown_parameter",
                          "This address takes no parameter \"" + name + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"), name,
                          {{"name", name}, {"near", near}});
        }
        if (std::find(seen.begin(), seen.end(), name) != seen.end())
            return refuse(Why::bad_request, "repeated_parameter", "The parameter \"" + name + "\" comes twice: leave one", name, {{"name", name}});
        seen.push_back(name);
    }
    return {};
}

Result<void> only_keys(const Json& body, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : body.members)
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::vector<std::string> names(known.begin(), known.end());
            const std::string near = nearest(name, names);
            return refuse(Why::bad_request, "unknown_field", "\"" + name + "\" is not taken here" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"),
                          pointer_to(name), {{"name", name}, {"near", near}});
        }
    return {};
}

Result<bool> flag_parameter(const Request& request, std::string_view name) {
    const auto value = request.parameter(name);
    if (!value || *value == "false") return false;
    if (*value == "true") return true;
    return refuse(Why::bad_request, "wrong_type", "\"" + std::string(name) + "\" is true or false", std::string(name), {{"wanted", "true or false"}});
}

namespace {
Refused wrong_kind(std::string_view name, std::string_view wanted) {
    return refuse(Why::bad_request, "wrong_type", "\"" + std::string(name) + "\" must be " + std::string(wanted), pointer_to(name),
                  {{"wanted", std::string(wanted)}});
}
}  // namespace

Result<std::string> text_at(const Json& body, std::string_view name) {
    const Json* json = body.find(name);
    if (!json || json->is(Json::Kind::null)) return std::string();
    if (!json->is(Json::Kind::text)) return wrong_kind(name, "a text");
    return json->text;
}

Result<std::vector<std::string>> texts_at(const Json& body, std::string_view name) {
    const Json* json = body.find(name);
    std::vector<std::string> out;
    if (!json || json->is(Json::Kind::null)) return out;
    if (json->is(Json::Kind::text)) {
        for (const std::string& part : split(json->text, ',')) out.emplace_back(trim(part));
        return out;
    }
    if (!json->is(Json::Kind::array)) return wrong_kind(name, "a list of texts");
    for (const Json& item : json->items) {
        if (!item.is(Json::Kind::text)) return wrong_kind(name, "a list of texts");
        out.push_back(item.text);
    }
    return out;
}

Result<std::int64_t> whole_at(const Json& body, std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const Json* json = body.find(name);
    if (!json || json->is(Json::Kind::null)) return otherwise;
    const auto decimal = json->is(Json::Kind::number) || json->is(Json::Kind::text) ? Decimal::parse(json->text) : std::nullopt;
    const auto whole = decimal ? decimal->whole() : std::nullopt;
    if (!whole || *whole < least || *whole > most)
        return wrong_kind(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return *whole;
}

Result<std::optional<Instant>> moment(App& app, std::string_view text, const std::string& pointer) {
    if (text.empty()) return std::optional<Instant>();
    if (const auto instant = Instant::parse(text)) return std::optional<Instant>(*instant);
    if (const auto date = Date::parse(text)) return std::optional<Instant>(start_of_day(*date, app.store.context().zone));
    return refuse(Why::bad_request, "wrong_type", "\"" + std::string(text) + "\" is not a moment: write 2026-11-25T04:31:00Z or 2026-11-25",
                  pointer, {{"wanted", "2026-11-25T04:31:00Z"}});
}

namespace {

// A record out of the reader's reach is to his filter what an id is that nobody has: `account = "7301"` must not find
// out whose a deal is whose account reads as empty to him. Gives where such ids stand in the formula's text.
void unseen_ids(store::Store& store, const model::Catalog& catalog, const Viewer& viewer, const formula::Node& node, std::vector<formula::Place>& places) {
    const EntityInfo* target = nullptr;
    for (const auto& argument : node.arguments)
        if (argument->op == formula::Op::field && argument->type.type == Type::reference && !argument->type.target.empty()) target = catalog.find(argument->type.target);
    for (const auto& argument : node.arguments) {
        const Id* id = argument->op == formula::Op::constant ? argument->constant.get<Id>() : nullptr;
        if (id && *id && target && target->access != AccessKind::open && !store.get(viewer, target->name, *id)) places.push_back(argument->place);
        unseen_ids(store, catalog, viewer, *argument, places);
    }
}

}  // namespace

Result<formula::Formula> check_for(App& app, const Target& target, const Viewer& viewer, std::string_view text, std::optional<Type> expected,
                                   const std::string& at) {
    if (trim(text).empty()) return formula::Formula();
    formula::CheckOptions options;
    options.expected = expected;
    options.currency = target.catalog->currency();
    const store::ViewerSchema schema(*target.catalog, viewer);
    auto checked = formula::check(text, schema, target->name, options);
    std::vector<formula::Place> unseen;
    if (checked && !viewer.is_system && !viewer.is_administrator) unseen_ids(app.store, *target.catalog, viewer, *(*checked)->root, unseen);
    if (!unseen.empty()) {
        std::string without(text);
        std::sort(unseen.begin(), unseen.end(), [](const formula::Place& a, const formula::Place& b) { return a.begin > b.begin; });
        for (const formula::Place& place : unseen) without.replace(static_cast<std::size_t>(place.begin), static_cast<std::size_t>(place.end - place.begin), "\"0\"");
        checked = formula::check(without, schema, target->name, options);
    }
    if (checked) return std::move(*checked);
    Refused refused = checked.refused();
    refused.why = Why::bad_request;
    for (Refusal& reason : refused.reasons) reason.field = at;
    return refused;
}

}  // namespace fairlead::derive
