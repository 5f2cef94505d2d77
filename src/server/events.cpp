// Event streams over the feed.
#include "server/events.h"

#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "derive/json.h"

namespace fairlead::server {
namespace {

constexpr std::size_t batch = 200;

// One reader's place in the feed.
struct Stream {
    std::shared_ptr<Accounts> accounts;
    std::shared_ptr<Feed> feed;
    std::function<std::shared_ptr<const store::Viewer>()> renew;
    std::int64_t at = 0;
    std::int64_t gather = 0;  // more than so many at once are told as one reload of their kinds; 0: each is told
    std::uint64_t subscription = 0;
    bool greeted = false;

    ~Stream() {
        if (subscription != 0) feed->unsubscribe(subscription);
    }

    // Of each entity the records within reach, asked at once.
    std::map<std::string, std::map<std::int64_t, bool>> visible(const store::Viewer& viewer, const std::vector<FeedEntry>& entries) const {
        const auto catalog = accounts->store().catalog();
        std::map<std::string, std::vector<Id>> asked;
        std::map<std::string, std::map<std::int64_t, bool>> seen;
        for (const FeedEntry& entry : entries) {
            if (!readable(viewer, entry.entity)) continue;
            const auto* entity = catalog->find(entry.entity);
            if (viewer.is_system || viewer.reach(*entity, store::Right::read).everything) seen[entry.entity][entry.record.value] = true;
            else asked[entry.entity].push_back(entry.record);
        }
        for (auto& [entity, ids] : asked) {
            const auto records = accounts->store().get_many(viewer, entity, ids);
            if (!records) continue;
            for (const auto& record : *records) seen[entity][record.id().value] = true;
        }
        return seen;
    }

    // Read what you show of these kinds afresh. Without kinds: of all.
    std::string reload(std::int64_t seq, const std::optional<std::vector<std::string>>& kinds) {
        at = seq;
        derive::JsonWriter w;
        w.begin_object().number("seq", seq);
        if (kinds) {
            w.key("entities").begin_array();
            for (const std::string& kind : *kinds) w.text(kind);
            w.end_array();
        }
        w.end_object();
        return "id: " + std::to_string(seq) + "\nevent: reload\ndata: " + w.take() + "\n\n";
    }

    bool readable(const store::Viewer& viewer, const std::string& name) const {
        const auto catalog = accounts->store().catalog();
        const auto* entity = catalog->find(name);
        return entity != nullptr && entity->access != model::AccessKind::system && viewer.may(*entity, store::Right::read);
    }

    std::optional<std::string> next() {
        const auto viewer = renew();
        if (!viewer) return std::nullopt;  // signed out, ended, deactivated: the stream ends with the right
        std::string out;
        if (!std::exchange(greeted, true)) out = "retry: 2000\nid: " + std::to_string(at) + "\nevent: hello\ndata: {\"seq\":" + std::to_string(at) + "}\n\n";
        for (;;) {
            if (gather > 0) {
                // An import of a hundred thousand rows is one sentence, and nobody's reach is asked row by row.
                if (auto crowd = feed->crowd_after(at, static_cast<std::size_t>(gather))) {
                    std::erase_if(crowd->entities, [&](const std::string& name) { return !readable(*viewer, name); });
                    if (crowd->entities.empty()) at = crowd->last;
                    else out += reload(crowd->last, crowd->entities);
                    continue;
                }
            }
            bool complete = false;
            const auto entries = feed->after(at, batch, complete);
            if (!complete) {
                // Too far behind for the memory: the reader reads afresh what he shows.
                return out + reload(feed->last_seq(), {});
            }
            if (entries.empty()) return out;
            const auto seen = visible(*viewer, entries);
            for (const FeedEntry& entry : entries) {
                at = entry.seq;
                const auto entity = seen.find(entry.entity);
                if (entity == seen.end() || entity->second.find(entry.record.value) == entity->second.end()) continue;
                derive::JsonWriter w;
                w.begin_object().number("seq", entry.seq).text("entity", entry.entity).text("id", entry.record.text());
                w.text("kind", model::change_kind_name(entry.kind)).end_object();
                out += "id: " + std::to_string(entry.seq) + "\ndata: " + w.take() + "\n\n";
            }
            if (out.size() > 64 * 1024) return out;
        }
    }
};

}  // namespace

void add_event_routes(Router& router, const std::shared_ptr<Accounts>& accounts, const std::shared_ptr<Feed>& feed) {
    router.add({Method::get, "/api/v1/events", Policy::viewer, [accounts, feed](Request& request, Reply reply) {
        const auto stream = std::make_shared<Stream>();
        stream->accounts = accounts;
        stream->feed = feed;
        stream->renew = accounts->renewal(request);
        stream->at = feed->last_seq();
        if (const auto asked = request.parameter("gather")) {
            const auto [end, error] = std::from_chars(asked->data(), asked->data() + asked->size(), stream->gather);
            if (error != std::errc{} || end != asked->data() + asked->size() || stream->gather < 0)
                return reply(problem(refuse(Why::bad_request, "bad_number", "From how many changes on they are gathered must be a whole number.", "gather"), request));
        }
        std::string_view since = request.header("last-event-id");
        if (const auto asked = request.parameter("since")) since = *asked;
        if (!since.empty()) {
            std::int64_t at = 0;
            const auto [end, error] = std::from_chars(since.data(), since.data() + since.size(), at);
            if (error != std::errc{} || end != since.data() + since.size() || at < 0)
                return reply(problem(refuse(Why::bad_request, "bad_sequence", "The place in the feed must be a whole number.", "since"), request));
            stream->at = std::min(at, stream->at);
        }
        Response response;
        response.type = "text/event-stream";
        response.headers.emplace_back("X-Accel-Buffering", "no");
        response.events = [stream] { return stream->next(); };
        response.subscribe = [stream](std::function<void()> wake) { stream->subscription = stream->feed->subscribe(std::move(wake)); };
        reply(std::move(response));
    }});
}

}  // namespace fairlead::server
