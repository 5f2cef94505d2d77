// Records that look like one that is being written, or like one that exists, each with what they have in common.
#include <algorithm>
#include <unordered_set>

#include "derive/forms.h"
#include "derive/likeness.h"
#include "derive/list.h"
#include "derive/messages.h"
#include "derive/routes.h"
#include "derive/words.h"

namespace fairlead::derive {

using http::Method;
using http::Policy;
using http::Request;
using http::Response;
using model::Patch;
using model::Record;
using store::Right;

namespace {

constexpr int page = 500, pages_most = 4;  // of records that hold the words of one key

struct Candidate {
    Record record;
    Resemblance resemblance;
};

// Those within the viewer's reach, by searching for every key: what does not hold its words is not looked at.
Result<std::vector<Candidate>> candidates_of(App& app, const Record& record, Id itself, const store::Viewer& viewer) {
    const std::string at_home = home_country(app.store.context().zone);
    const std::vector<LikeKey> keys = like_keys(record, viewer, at_home);
    std::vector<Candidate> found;
    std::unordered_set<Id> seen{itself};
    std::unordered_set<std::string> asked;
    for (const LikeKey& key : keys) {
        if (key.words.empty() || !key.field->options.search || !asked.insert(key.words).second) continue;
        store::ListQuery query;
        query.entity = record.entity->name;
        query.search = key.words;
        query.limit = page;
        query.count = store::Count::none;
        for (int turn = 0; turn < pages_most; ++turn) {
            FAIRLEAD_ASSIGN(const store::ListPage list, app.store.list(viewer, query));
            for (const Record& other : list.records) {
                if (!seen.insert(other.id()).second) continue;
                if (auto alike = resemblance(keys, like_keys(other, viewer, at_home))) found.push_back({other, std::move(*alike)});
            }
            if (list.next.empty()) break;
            query.cursor = list.next;
        }
    }
    // What was written long ago has more hanging on it.
    std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
        return a.resemblance.like != b.resemblance.like ? a.resemblance.like > b.resemblance.like : a.record.id() < b.record.id();
    });
    return found;
}

Response answer(const std::vector<Candidate>& found, std::size_t limit, std::string_view language) {
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (std::size_t i = 0; i < std::min(found.size(), limit); ++i) {
        const Candidate& one = found[i];
        w.begin_object().text("id", one.record.id().text()).text("title", title_of(one.record)).text("likeness", like_name(one.resemblance.like));
        w.key("reasons").begin_array();
        for (Refusal reason : one.resemblance.reasons) {
            for (auto& [name, value] : reason.params)
                if (name == "name") value = field_label(*one.record.entity, one.record.entity->need(reason.field), language);
            w.begin_object().text("field", reason.field).text("code", reason.code).text("message", http::message_in(reason, language)).end_object();
        }
        w.end_array().end_object();
    }
    return json_response(w.end_array().number("count", static_cast<std::int64_t>(found.size())).end_object().take());
}

// Of what is being written: nothing has to be complete yet.
Result<Response> of_new(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"limit"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_TRY(may(*request.viewer, *target, Right::read));
    FAIRLEAD_ASSIGN(const std::int64_t limit, whole_at(parameters_as_json(request), "limit", 20, 1, 200));
    FAIRLEAD_ASSIGN(const Json body, parse_object(request.body));
    FAIRLEAD_ASSIGN(const Patch patch, read_patch(body, *target.catalog, *target, *request.viewer, Purpose::update));
    Record record(*target);
    for (const auto& [slot, value] : patch.sets) record.at(slot) = value;
    FAIRLEAD_ASSIGN(const auto found, candidates_of(app, record, Id{}, *request.viewer));
    return answer(found, static_cast<std::size_t>(limit), request.language);
}

Result<Response> of_record(App& app, Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"limit"}));
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Id id, id_of(request));
    FAIRLEAD_ASSIGN(const std::int64_t limit, whole_at(parameters_as_json(request), "limit", 20, 1, 200));
    FAIRLEAD_ASSIGN(const Record record, app.store.get(*request.viewer, target->name, id));
    FAIRLEAD_ASSIGN(const auto found, candidates_of(app, record, id, *request.viewer));
    return answer(found, static_cast<std::size_t>(limit), request.language);
}

}  // namespace

void add_duplicate_routes(http::Router& router, const AppPointer& app) {
    router.add({Method::post, "/api/v1/{plural}/duplicates", Policy::viewer, answering(app, of_new)});
    router.add({Method::get, "/api/v1/{plural}/{id}/duplicates", Policy::viewer, answering(app, of_record)});
}

}  // namespace fairlead::derive
