// The whole server on loopback: no route without a policy, nothing without a sign-in, nothing from another site,
// nobody in another's account.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "derive/json.h"
#include "modules/modules.h"
#include "modules/starting.h"
#include "server/application.h"
#include "server/test_client.h"
#include "store/row.h"
#include "support/postgres.h"

using namespace fairlead;
using namespace fairlead::server;
using test::Answer;
using test::Client;

namespace {

class Whole {
  public:
    std::unique_ptr<store::Store> store;
    std::unique_ptr<Application> application;
    Id ada{}, an{}, binh{};  // an administrator and two representatives

    Whole() {
        const auto catalog = model::Catalog::build(all_modules());
        REQUIRE(catalog);
        store::Options options;
        const char* wished = std::getenv("FAIRLEAD_TEST_DATABASE");
        options.database = wished && std::string_view(wished) == "postgresql" ? fairlead::testing::fresh_postgres_database() : "";
        if (options.database.empty()) options.database = "sqlite:" + file_;
        options.durability = store::Durability::relaxed;
        options.preallocate = 0;
        auto opened = store::Store::open(options, *catalog);
        REQUIRE(opened);
        store = std::move(*opened);
        REQUIRE(store->write({}, [](store::Transaction& transaction) -> Result<Value> {
            FAIRLEAD_TRY(make_starting_records(transaction, {}));
            return Value(true);
        }));
        start();
        ada = person("Ada", "administrator");
        an = person("An", "rep");
        binh = person("Binh", "rep");
    }
    void start() {
        ApplicationOptions application_options;
        application_options.server.port = 0;
        application_options.server.log_requests = false;
        application_options.server.spool_folder = std::filesystem::temp_directory_path().string();
        application_options.starting = [](model::Records&, const StartingChoices&) -> Result<void> { return {}; };
        application_options.sample = [](store::Store& into, const store::Command& command, const std::string&) -> Result<void> {
            FAIRLEAD_TRY(into.write(command, [](store::Transaction& transaction) -> Result<Value> {
                for (const char* name : {"One", "Two", "Three"}) {
                    model::Patch account(transaction.catalog().need("account"));
                    account.set("name", name);
                    FAIRLEAD_TRY(transaction.create(account));
                }
                return Value();
            }));
            return {};
        };
        application_options.more = [](Router&, store::Store&, derive::JobQueue& jobs) {
            derive::JobKind kind;
            kind.name = "nothing";
            kind.run = [](derive::JobContext&) -> Result<std::string> { return std::string("{}"); };
            jobs.declare(std::move(kind));
        };
        application = Application::start(*store, application_options);
    }
    ~Whole() {
        application.reset();
        store.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file_ + suffix);
    }

    static std::string email(const std::string& name) { return lower_ascii(name) + "@example.com"; }
    static std::string password(const std::string& name) { return "correct horse battery of " + name; }

    struct Signed {
        std::string cookie, csrf;
        Client::Headers headers() const { return {{"Cookie", "sid=" + cookie}, {"X-CSRF-Token", csrf}}; }
    };
    Signed sign_in(const std::string& name) {
        Client client(application->port());
        const Answer answer = client.ask("POST", "/api/v1/session", "{\"email\":\"" + email(name) + "\",\"password\":\"" + password(name) + "\"}");
        REQUIRE(answer.status == 200);
        const auto json = derive::parse_json(answer.body);
        REQUIRE(json);
        return {answer.cookie("sid"), json->find("csrf")->text};
    }
    Answer ask(const std::string& method, const std::string& path, const std::string& body = {}, const Client::Headers& headers = {}) {
        Client client(application->port());
        return client.ask(method, path, body, headers);
    }
    // A path of the route with ids that name nothing.
    static std::string path_of(const Route& route) {
        std::string path = route.pattern;
        for (const auto& [placeholder, value] : {std::pair{"{plural}", "accounts"}, {"{id}", "12345"}, {"{path...}", "index.html"}})
            if (const auto at = path.find(placeholder); at != std::string::npos) path.replace(at, std::string_view(placeholder).size(), value);
        if (const auto at = path.find("{name}"); at != std::string::npos) path.replace(at, 6, "nothing");
        CHECK(path.find('{') == std::string::npos);
        return path;
    }

  private:
    Id person(const std::string& name, const std::string& role) {
        const auto made = application->accounts().add_user({.name = name, .email = email(name), .role = role}, password(name));
        if (!made) MESSAGE(made.refused().message());
        REQUIRE(made);
        return *made;
    }
    std::string file_ = (std::filesystem::temp_directory_path() / ("fairlead-whole-" + new_id().text() + ".db")).string();
};

bool changes(const Route& route) { return route.method != Method::get && route.method != Method::head; }

}  // namespace

TEST_CASE("S04: without a sign-in only the routes of this list answer") {
    Whole whole;
    const std::set<std::string> open{"GET /health", "GET /api/v1/health", "GET /api/v1/set-up", "POST /api/v1/set-up", "POST /api/v1/session",
                                     "POST /api/v1/password/reset", "GET /api/docs.css", "GET /{path...}"};
    std::size_t swept = 0;
    for (const Route& route : whole.application->routes()) {
        const std::string name = std::string(http::method_name(route.method)) + " " + route.pattern;
        INFO(name);
        CHECK((route.policy == Policy::open) == open.contains(name));
        if (open.contains(name)) continue;
        ++swept;
        for (const Client::Headers& headers : {Client::Headers{}, {{"Authorization", "Bearer flt_wrong"}}, {{"Authorization", "Basic YTpi"}}, {{"Cookie", "sid=shared"}}, {{"Cookie", "sid=null"}}}) {
            const Answer answer = whole.ask(std::string(http::method_name(route.method)), Whole::path_of(route), changes(route) ? "{}" : "", headers);
            CHECK(answer.status == 401);
        }
    }
    CHECK(swept > 40);
}

TEST_CASE("S23: every route that changes something wants the session's own token and our own pages") {
    Whole whole;
    const Whole::Signed an = whole.sign_in("An"), binh = whole.sign_in("Binh");
    const std::int64_t seq = whole.store->last_seq();
    for (const Route& route : whole.application->routes()) {
        if (!changes(route) || route.policy == Policy::open) continue;
        const std::string method(http::method_name(route.method)), path = Whole::path_of(route);
        INFO(method << " " << path);
        const std::pair<std::string, std::string> cookie{"Cookie", "sid=" + an.cookie}, own{"X-CSRF-Token", an.csrf};
        for (const Client::Headers& headers : {Client::Headers{cookie}, {cookie, {"X-CSRF-Token", binh.csrf}}, {cookie, {"X-CSRF-Token", ""}}, {cookie, own, {"Origin", "https://evil.example"}},
                                               {cookie, own, {"Origin", "null"}}, {cookie, own, {"Sec-Fetch-Site", "cross-site"}}, {cookie, own, {"Sec-Fetch-Site", "same-site"}},
                                               {cookie, own, {"Content-Type", "text/plain"}}, {cookie, own, {"Content-Type", "application/x-www-form-urlencoded"}}}) {
            const Answer answer = whole.ask(method, path, "{}", headers);
            CHECK(answer.status == 403);
        }
        CHECK(whole.store->last_seq() == seq);
    }
    CHECK(whole.ask("GET", "/api/v1/session", {}, an.headers()).status == 200);  // nothing of this has ended it
}

TEST_CASE("Nobody reads or ends what belongs to another's account; a token does not do what a session must") {
    Whole whole;
    const Whole::Signed ada = whole.sign_in("Ada"), an = whole.sign_in("An"), binh = whole.sign_in("Binh");
    const auto json = [](const Answer& answer) {
        auto parsed = derive::parse_json(answer.body);
        REQUIRE(parsed);
        return *parsed;
    };
    const Answer made = whole.ask("POST", "/api/v1/tokens", "{\"name\":\"An's\"}", an.headers());
    REQUIRE(made.status == 201);
    const std::string token = json(made).find("token")->text, token_id = json(made).find("id")->text;
    const derive::Json sessions = json(whole.ask("GET", "/api/v1/sessions", {}, an.headers()));
    const std::string session_id = sessions.find("data")->items.at(0).find("id")->text;
    CHECK(sessions.find("data")->items.size() == 1);

    for (const Whole::Signed& other : {binh, ada}) {
        CHECK(json(whole.ask("GET", "/api/v1/tokens", {}, other.headers())).find("data")->items.empty());
        CHECK(whole.ask("GET", "/api/v1/sessions", {}, other.headers()).body.find(session_id) == std::string::npos);
        const Answer there = whole.ask("DELETE", "/api/v1/tokens/" + token_id, {}, other.headers()), nowhere = whole.ask("DELETE", "/api/v1/tokens/nothing", {}, other.headers());
        CHECK(there.status == 404);
        CHECK(json(there).find("detail")->text == json(nowhere).find("detail")->text);
        CHECK(whole.ask("DELETE", "/api/v1/sessions/" + session_id, {}, other.headers()).status == 404);
    }
    const std::string new_password = "{\"password\":\"a rather long new password\"}";
    const Answer others = whole.ask("POST", "/api/v1/users/" + whole.an.text() + "/password", new_password, binh.headers());
    const Answer nobodys = whole.ask("POST", "/api/v1/users/12345/password", new_password, binh.headers());
    CHECK(others.status == 404);
    CHECK(json(others).find("detail")->text == json(nobodys).find("detail")->text);
    CHECK(whole.ask("POST", "/api/v1/users/" + whole.an.text() + "/actions/make_reset_link", "{}", binh.headers()).status == 403);
    CHECK(whole.ask("POST", "/api/v1/users/12345/actions/make_reset_link", "{}", binh.headers()).status == 403);

    derive::JobRequest request;
    request.kind = "nothing";
    request.run_as = whole.an;
    const auto job = whole.application->jobs().add(request);
    REQUIRE(job);
    const std::string at = "/api/v1/jobs/" + job->text();
    CHECK(whole.ask("GET", at, {}, an.headers()).status == 200);
    CHECK(whole.ask("GET", at, {}, ada.headers()).status == 200);
    const Answer foreign = whole.ask("GET", at, {}, binh.headers()), missing = whole.ask("GET", "/api/v1/jobs/12345", {}, binh.headers());
    CHECK(foreign.status == 404);
    CHECK(json(foreign).find("detail")->text == json(missing).find("detail")->text);
    CHECK(whole.ask("POST", at + "/cancel", "{}", binh.headers()).status == 404);
    CHECK(json(whole.ask("GET", "/api/v1/jobs", {}, binh.headers())).find("data")->items.empty());

    // By token: what a found token must not be able to do.
    const Client::Headers bearer{{"Authorization", "Bearer " + token}};
    CHECK(whole.ask("GET", "/api/v1/accounts", {}, bearer).status == 200);
    for (const Route& route : whole.application->routes()) {
        if (route.policy != Policy::session) continue;
        INFO(route.pattern);
        CHECK(whole.ask(std::string(http::method_name(route.method)), Whole::path_of(route), changes(route) ? "{}" : "", bearer).status == 403);
    }
    CHECK(whole.ask("GET", "/api/v1/session", {}, an.headers()).status == 200);
}

TEST_CASE("Many changes at once reach who wants them gathered as one reload of their kinds, and everybody else one by one") {
    Whole whole;
    const Whole::Signed an = whole.sign_in("An");
    const auto listen = [&](Client& stream, const std::string& query) {
        stream.send("GET /api/v1/events?" + query + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(whole.application->port()) + "\r\nCookie: sid=" + an.cookie + "\r\n\r\n");
    };
    const std::string since = std::to_string(whole.store->last_seq());
    std::string body = "{\"operation\":\"create\",\"records\":[";
    for (int n = 0; n < 12; ++n) body += std::string(n ? "," : "") + "{\"name\":\"Account " + std::to_string(n) + "\"}";
    const Answer made = whole.ask("POST", "/api/v1/accounts/bulk", body + "]}", an.headers());
    REQUIRE(made.status == 207);
    const auto results = derive::parse_json(made.body);
    const std::string last = results->find("results")->items.back().find("id")->text;

    Client each(whole.application->port());
    listen(each, "since=" + since);
    const std::string told = each.read_until("\"id\":\"" + last + "\"");
    CHECK(told.find("event: reload") == std::string::npos);
    std::size_t count = 0;
    for (std::size_t at = told.find("\"entity\":\"account\""); at != std::string::npos; at = told.find("\"entity\":\"account\"", at + 1)) ++count;
    CHECK(count == 12);

    Client gathered(whole.application->port());
    listen(gathered, "since=" + since + "&gather=5");
    const std::string once = gathered.read_until("\"entities\":[\"account\"]}\n\n");
    CHECK(once.find("event: reload") != std::string::npos);
    CHECK(once.find("\"entity\":") == std::string::npos);

    Client few(whole.application->port());
    listen(few, "since=" + since + "&gather=100");
    CHECK(few.read_until("\"id\":\"" + last + "\"").find("event: reload") == std::string::npos);
    CHECK(whole.ask("GET", "/api/v1/events?gather=many", {}, an.headers()).status == 400);
}

TEST_CASE("Sample data is made by administrators in an empty company alone, and taken away again as one") {
    Whole whole;
    const Whole::Signed ada = whole.sign_in("Ada"), an = whole.sign_in("An");
    CHECK(whole.ask("GET", "/api/v1/sample-data", {}, an.headers()).status == 403);
    CHECK(whole.ask("POST", "/api/v1/sample-data", "{}", an.headers()).status == 403);
    CHECK(whole.ask("GET", "/api/v1/sample-data", {}, ada.headers()).body == "{\"batch\":null,\"possible\":true}");
    CHECK(whole.ask("DELETE", "/api/v1/sample-data", {}, ada.headers()).status == 404);
    REQUIRE(whole.ask("POST", "/api/v1/sample-data", "{}", ada.headers()).status == 201);
    CHECK(whole.ask("POST", "/api/v1/sample-data", "{}", ada.headers()).status == 409);
    const auto count = [&] { return derive::parse_json(whole.ask("GET", "/api/v1/accounts?limit=1", {}, ada.headers()).body)->find("page")->find("count")->text; };
    CHECK(count() == "3");
    const Answer state = whole.ask("GET", "/api/v1/sample-data", {}, ada.headers());
    CHECK(state.body.find("\"possible\":false") != std::string::npos);
    CHECK(whole.ask("DELETE", "/api/v1/sample-data", {}, ada.headers()).body == "{\"undone\":3,\"left\":[]}");
    CHECK(count() == "0");
    CHECK(whole.ask("GET", "/api/v1/sample-data", {}, ada.headers()).body == "{\"batch\":null,\"possible\":true}");
}

TEST_CASE("S35: who is deactivated is out at the next request, by session, token and open stream; the successor has it all") {
    Whole whole;
    const Whole::Signed ada = whole.sign_in("Ada"), an = whole.sign_in("An");
    const Answer made = whole.ask("POST", "/api/v1/tokens", "{\"name\":\"An's\"}", an.headers());
    REQUIRE(made.status == 201);
    const auto token = derive::parse_json(made.body);
    const Client::Headers bearer{{"Authorization", "Bearer " + token->find("token")->text}};
    const Answer account = whole.ask("POST", "/api/v1/accounts", "{\"name\":\"Of An\"}", an.headers());
    REQUIRE(account.status == 201);
    Client stream(whole.application->port());
    stream.send("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(whole.application->port()) + "\r\nCookie: sid=" + an.cookie + "\r\n\r\n");
    REQUIRE(stream.read_until("\r\n\r\n").find("200") != std::string::npos);
    Client::Headers headers = ada.headers();
    headers.emplace_back("If-Match", "*");
    REQUIRE(whole.ask("POST", "/api/v1/users/" + whole.an.text() + "/actions/deactivate", "{\"successor\":\"" + whole.binh.text() + "\"}", headers).status == 200);
    CHECK(whole.ask("GET", "/api/v1/accounts", {}, an.headers()).status == 401);
    CHECK(whole.ask("GET", "/api/v1/accounts", {}, bearer).status == 401);
    CHECK(whole.ask("POST", "/api/v1/session", "{\"email\":\"" + Whole::email("An") + "\",\"password\":\"" + Whole::password("An") + "\"}").status == 401);
    CHECK(stream.ended());
    const Whole::Signed binh = whole.sign_in("Binh");
    CHECK(whole.ask("GET", "/api/v1/accounts", {}, binh.headers()).body.find("Of An") != std::string::npos);
    // Coming back gives nothing of what has ended.
    REQUIRE(whole.ask("POST", "/api/v1/users/" + whole.an.text() + "/actions/activate", "{}", headers).status == 200);
    CHECK(whole.ask("GET", "/api/v1/accounts", {}, an.headers()).status == 401);
    CHECK(whole.ask("GET", "/api/v1/accounts", {}, bearer).status == 401);
}

TEST_CASE("A rate that is entered prices the amounts that waited for it; each change of rates is followed, also by a server that starts later") {
    Whole whole;
    const auto make = [&](std::string_view entity, const std::vector<std::pair<std::string, Value>>& fields) {
        const auto made = whole.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            model::Patch patch(transaction.catalog().need(entity));
            for (const auto& [name, value] : fields) patch.set(name, value);
            FAIRLEAD_ASSIGN(const Id id, transaction.create(patch));
            return Value(id);
        });
        if (!made) MESSAGE(made.refused().message());
        REQUIRE(made);
    };
    const auto deal = [&](const char* code) { make("opportunity", {{"name", code}, {"amount", Money{100'00, *Currency::parse(code)}}}); };
    const auto rate = [&](const char* code) { make("exchange_rate", {{"currency", code}, {"valid_from", *Date::parse("2020-01-01")}, {"rate", Decimal::of(2)}}); };
    const auto waiting = [&] {
        int count = 0;
        store::ListQuery query;
        query.entity = "opportunity";
        REQUIRE(whole.store->each(*store::Viewer::system(), query, [&](const model::Record& record) {
            count += store::reporting(record, record.entity->slot("amount")).empty() ? 1 : 0;
            return true;
        }));
        return count;
    };
    const auto until_waiting = [&](int wanted) {
        for (int turn = 0; turn < 600 && waiting() != wanted; ++turn) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        CHECK(waiting() == wanted);
    };
    for (const char* code : {"EUR", "GBP", "CHF"}) deal(code);
    REQUIRE(waiting() == 3);
    rate("EUR");
    until_waiting(2);
    rate("GBP");
    until_waiting(1);
    whole.application.reset();
    rate("CHF");
    CHECK(waiting() == 1);
    whole.start();
    until_waiting(0);
}
