// A company behind the interface, for tests: a store of its own, people of several roles, and calls that go to the
// handlers without sockets.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>

#include "derive/http.h"
#include "derive/json.h"
#include "derive/rest.h"
#include "modules/modules.h"
#include "modules/starting.h"
#include "store/store.h"
#include "support/postgres.h"

namespace fairlead::derive::testing {

struct Answer {
    int status = 0;
    std::string body;
    Json json;
    std::map<std::string, std::string> headers;

    std::string code() const { return json.find("code") ? json.find("code")->text : ""; }
    std::string text(std::string_view name) const { return json.find(name) ? json.find(name)->text : ""; }
    std::string etag() const { return headers.contains("ETag") ? headers.at("ETag") : ""; }
    // The pointers of the refusals, with their codes: "/name required".
    std::vector<std::string> faults() const {
        std::vector<std::string> out;
        if (const Json* errors = json.find("errors"))
            for (const Json& error : errors->items)
                out.push_back((error.find("pointer") ? error.find("pointer")->text : "") + " " + error.find("code")->text);
        return out;
    }
};

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

class Company {
  public:
    FixedClock clock{*Instant::parse("2026-03-02T09:00:00Z")};
    std::shared_ptr<const model::Catalog> catalog;
    std::unique_ptr<store::Store> store;
    http::Router router;

    enum class On { as_wished, postgresql };
    explicit Company(On on = On::as_wished) : on_(on) {
        auto built = model::Catalog::build(all_modules());
        REQUIRE(built);
        catalog = *built;
        file_ = (std::filesystem::temp_directory_path() / ("fairlead-rest-" + new_id().text() + ".db")).string();
        store = open(address_ = database());
        const auto begun = store->write({}, [](store::Transaction& transaction) -> Result<Value> {
            FAIRLEAD_TRY(make_starting_records(transaction, {}));
            return Value(true);
        });
        REQUIRE(begun);
        add_routes(router, *store);
        add_description_routes(router, *store);
        administrator = person("Ada", "administrator", Id{});
    }
    ~Company() {
        router = {};  // its threads end before the store does
        store.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file_ + suffix);
    }

    Id administrator{};
    const std::string& address() const { return address_; }

    std::unique_ptr<store::Store> open(const std::string& address) {
        store::Options options;
        options.database = address;
        options.durability = store::Durability::relaxed;
        options.preallocate = 0;
        options.clock = &clock;
        auto opened = store::Store::open(options, catalog);
        if (!opened) MESSAGE(opened.refused().message());
        REQUIRE(opened);
        return std::move(*opened);
    }
    // A file of its own; with FAIRLEAD_TEST_DATABASE=postgresql a database there, copied from one that has its tables.
    std::string database() {
        const char* wished = std::getenv("FAIRLEAD_TEST_DATABASE");
        if (on_ != On::postgresql && (!wished || std::string_view(wished) != "postgresql")) return "sqlite:" + file_;
        static const std::string empty = [this] {
            const std::string fresh = fairlead::testing::fresh_postgres_database();
            if (!fresh.empty()) open(fresh);
            return fresh;
        }();
        return empty.empty() ? "sqlite:" + file_ : fairlead::testing::fresh_postgres_database(empty);
    }

    // As after a restart.
    void reopen() {
        router = {};
        store.reset();
        store = open(address_);
        add_routes(router, *store);
        add_description_routes(router, *store);
    }

    Id make(std::string_view entity, const std::vector<std::pair<std::string, Value>>& fields) {
        const auto made = store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            model::Patch patch(transaction.catalog().need(entity));
            for (const auto& [name, value] : fields) patch.set(name, value);
            FAIRLEAD_ASSIGN(const Id id, transaction.create(patch));
            return Value(id);
        });
        if (!made) MESSAGE(entity << ": " << made.refused().message());
        REQUIRE(made);
        return made->as<Id>();
    }
    Id role(std::string_view code) {
        store::ListQuery query;
        query.entity = "role";
        query.filter = *formula::check("code = \"" + std::string(code) + "\"", *catalog, "role");
        const auto page = store->list(*store::Viewer::system(), query);
        REQUIRE(page);
        REQUIRE(page->records.size() == 1);
        return page->records.front().id();
    }
    Id person(const std::string& name, std::string_view role_code, Id team) {
        std::vector<std::pair<std::string, Value>> fields{{"name", name}, {"email", name + "@example.com"}, {"role", role(role_code)}};
        if (team) fields.emplace_back("team", team);
        return make("user", fields);
    }

    // As a person; no id: as the system.
    Answer call(Id user, http::Method method, const std::string& address, const std::string& body = {}, const Headers& headers = {}) {
        http::Request request;
        request.method = method;
        const auto question = address.find('?');
        request.path = request.raw_path = address.substr(0, question);
        if (question != std::string::npos) {
            auto query = http::parse_query(std::string_view(address).substr(question + 1));
            REQUIRE(query);
            request.query = std::move(*query);
        }
        request.headers = headers;
        request.body = body;
        request.request_id = "test";
        request.viewer = user ? store->viewer(user) : store::Viewer::system();
        REQUIRE(request.viewer);
        if (const auto language = request.header("accept-language"); !language.empty()) request.language = language;
        std::vector<http::Method> allowed;
        const http::Route* route = router.match(request, allowed);
        Answer answer;
        if (!route) {
            answer.status = allowed.empty() ? 404 : 405;
            return answer;
        }
        std::promise<http::Response> promise;
        route->handler(request, [&](http::Response response) { promise.set_value(std::move(response)); });
        http::Response response = promise.get_future().get();
        answer.status = response.status;
        answer.body = response.body.empty() ? std::string(response.body_static) : response.body;
        if (response.stream)
            for (std::string piece = response.stream(); !piece.empty(); piece = response.stream()) answer.body += piece;
        for (const auto& [name, value] : response.headers) answer.headers[name] = value;
        if (auto parsed = parse_json(answer.body)) answer.json = std::move(*parsed);
        return answer;
    }
    Answer get(Id user, const std::string& address, const Headers& headers = {}) { return call(user, http::Method::get, api(address), {}, headers); }
    Answer post(Id user, const std::string& address, const std::string& body = "{}", const Headers& headers = {}) {
        return call(user, http::Method::post, api(address), body, headers);
    }
    Answer patch(Id user, const std::string& address, const std::string& body, const std::string& etag = "*") {
        return call(user, http::Method::patch, api(address), body, etag.empty() ? Headers{} : Headers{{"if-match", etag}});
    }
    Answer remove(Id user, const std::string& address, const std::string& etag = "*") {
        return call(user, http::Method::delete_, api(address), {}, etag.empty() ? Headers{} : Headers{{"if-match", etag}});
    }

  private:
    static std::string api(const std::string& address) { return address.starts_with("/api/") ? address : "/api/v1/" + address; }
    On on_;
    std::string file_, address_;
};

inline std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace fairlead::derive::testing
