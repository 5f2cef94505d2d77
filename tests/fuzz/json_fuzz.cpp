// Fuzzing what clients send as JSON: the parser agrees with itself and with its writer, and no body, as a list's
// question, a group's, a record or a bulk change, brings the interface to anything but a clear answer.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <unistd.h>

#include "derive/json.h"
#include "derive/rest.h"
#include "fuzz/seeds.h"
#include "modules/modules.h"
#include "modules/starting.h"
#include "store/store.h"

using namespace fairlead;

namespace {

void must(bool holds, const char* why) {
    if (holds) return;
    std::fputs(why, stderr);
    std::fputc('\n', stderr);
    std::abort();
}

// One company for all inputs; nothing that is asked of it is kept.
struct Company {
    std::unique_ptr<store::Store> store;
    http::Router router;
    std::string file = (std::filesystem::temp_directory_path() / ("fairlead-fuzz-" + std::to_string(::getpid()) + ".db")).string();
    Id account{};

    Company() {
        const auto catalog = model::Catalog::build(all_modules());
        must(static_cast<bool>(catalog), "no catalogue");
        store::Options options;
        options.database = "sqlite:" + file;
        options.durability = store::Durability::relaxed;
        options.preallocate = 0;
        auto opened = store::Store::open(options, *catalog);
        must(static_cast<bool>(opened), "no store");
        store = std::move(*opened);
        const auto made = store->write({}, [](store::Transaction& transaction) -> Result<Value> {
            FAIRLEAD_TRY(make_starting_records(transaction, {}));
            model::Patch patch(transaction.catalog().need("account"));
            patch.set("name", "Pump & Co");
            FAIRLEAD_ASSIGN(const Id id, transaction.create(patch));
            return Value(id);
        });
        must(static_cast<bool>(made), "no records");
        account = made->as<Id>();
        derive::add_routes(router, *store);
    }
    ~Company() {
        router = {};
        store.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
    }

    void ask(http::Method method, const std::string& path, const std::string& body, const std::string& query = {}) {
        http::Request request;
        request.method = method;
        request.path = request.raw_path = "/api/v1/" + path;
        if (!query.empty()) request.query.emplace_back("dry_run", "true");
        request.body = body;
        request.request_id = "fuzz";
        request.headers = {{"if-match", "*"}};
        request.viewer = store::Viewer::system();
        std::vector<http::Method> allowed;
        const http::Route* route = router.match(request, allowed);
        must(route != nullptr, "no route");
        std::promise<http::Response> promise;
        route->handler(request, [&](http::Response response) { promise.set_value(std::move(response)); });
        const http::Response response = promise.get_future().get();
        must(response.status != 500 && response.status >= 200, "the server met an error of its own");
        must(static_cast<bool>(derive::parse_json(response.body)) || response.status == 204, "the answer is no JSON");
        if (response.status >= 400) must(response.body.find("\"detail\":\"\"") == std::string::npos, "a refusal says nothing");
    }
};

}  // namespace

std::vector<std::string> fuzz_seeds() {
    return {R"(0{"filter":"name = \"Pump & Co\"","sort":["-updated_at","name"],"limit":10,"fields":["name","owner"],"expand":["owner"],"count":"exact"})",
            R"j(1{"group":["stage","owner.team"],"aggregate":["count()","sum(amount)","median(amount)"],"filter":"is_open"})j",
            R"(2{"name":"Đường Sắt","annual_revenue":{"amount":"1234.50","currency":"USD"},"employees":12,"do_not_contact":true,"owner":null})",
            R"(3{"name":"x","parent":"12","founded_in":1999,"tier":"key"})", R"(4{"operation":"update","filter":"TRUE","set":{"city":"Huế"}})",
            R"(4{"operation":"create","records":[{"name":"a"},{"name":"b","phone":"+84 90"}]})", R"(5{"entity":"opportunity","formula":"amount * probability","expected":"money"})",
            "6COUNT(lines) > 0 AND account.owner.name = \"An\"", R"(7{"loser":"12","take":{"name":"loser"}})", "2[1e400,-0.0,\"\\u0000\\ud83d\\ude00\",{\"a\":{}}]"};
}
std::vector<std::string> fuzz_words() {
    return {"{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0041", "\\ud800", "null", "true", "false", "0", "-1", "1e999", "9223372036854775808", "0.0000000000001", "\"filter\"", "\"sort\"", "\"group\"", "\"aggregate\"",
            "\"cursor\"", "\"as_of\"", "\"2026-01-01\"", "\"bin\"", "\"limit\"", "\"search\"", "\"records\"", "\"operation\"", "\"id\"", "\"version\"", "\"name\"", "\"amount\"", "\"currency\"", "\"VND\"", "\"owner\"",
            "\xC4\x90", "\xFF", "\xEF\xBB\xBF", std::string(1, '\0'), "count()", "sum(", "stage.kind", "\"expand\"", "\"fields\"", "[[[[[[[[", "{\"a\":{\"a\":"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    static Company company;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto parsed = derive::parse_json(text);
    if (!parsed) {
        must(!parsed.refused().message().empty() && !parsed.refused().code().empty(), "a refusal says nothing");
    } else {
        const std::string written = derive::to_json(*parsed);
        const auto again = derive::parse_json(written);
        must(static_cast<bool>(again), "what was written cannot be read");
        must(derive::to_json(*again) == written, "writing twice gives two texts");
    }
    // The first byte chooses where the body goes; the others are the body, or a filter inside one.
    if (text.empty()) return 0;
    const std::string body = text.substr(1);
    derive::JsonWriter filter;
    filter.begin_object().text("filter", body).end_object();
    switch (static_cast<unsigned char>(text[0]) % 8) {
        case 0: company.ask(http::Method::post, "accounts/search", body); break;
        case 1: company.ask(http::Method::post, "opportunities/query", body); break;
        case 2: company.ask(http::Method::post, "accounts", body, "dry_run"); break;
        case 3: company.ask(http::Method::patch, "accounts/" + company.account.text(), body, "dry_run"); break;
        case 4: company.ask(http::Method::post, "accounts/bulk", body, "dry_run"); break;
        case 5: company.ask(http::Method::post, "formula/check", body); break;
        case 6: company.ask(http::Method::post, "opportunities/search", filter.take()); break;
        default: company.ask(http::Method::post, "accounts/" + company.account.text() + "/merge", body, "dry_run"); break;
    }
    return 0;
}
