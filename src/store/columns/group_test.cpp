// Figures over columns, compared with adding up plain records.
#include "store/columns/sample_for_tests.h"

namespace fairlead::store::sample {
namespace {

struct Slow {
    std::vector<Value> by;
    std::int64_t count = 0;
    std::vector<std::int64_t> amounts;  // reporting minor units
    std::vector<std::int64_t> pieces;
    std::vector<Decimal> rates;
    std::vector<std::string> kinds;
};

bool same(const std::vector<Value>& a, const std::vector<Value>& b) { return a == b; }

std::vector<Slow> slowly(Company& company, const Viewer& viewer, const formula::Formula& filter, const std::vector<formula::Formula>& by) {
    std::vector<Slow> groups;
    const formula::Context at = context();
    for (const Id id : company.slow(viewer, filter)) {
        const Record& record = *company.plain.find("deal", id);
        const Plain::Row row(company.plain, viewer, at, record);
        std::vector<Value> keys;
        for (const auto& formula : by) {
            auto value = formula::evaluate(*formula, row, at);
            keys.push_back(value ? *value : Value());
        }
        auto group = std::find_if(groups.begin(), groups.end(), [&](const Slow& g) { return same(g.by, keys); });
        if (group == groups.end()) group = groups.insert(groups.end(), Slow{keys, 0, {}, {}, {}, {}});
        ++group->count;
        if (const auto minor = company.plain.reporting(record, record.entity->need("amount"), at)) group->amounts.push_back(*minor);
        if (record["pieces"].is<std::int64_t>()) group->pieces.push_back(record["pieces"].as<std::int64_t>());
        if (record["rate"].is<Decimal>()) group->rates.push_back(record["rate"].as<Decimal>());
        if (record["kind"].is<std::string>()) group->kinds.push_back(record["kind"].as<std::string>());
    }
    return groups;
}

Money usd(std::int64_t minor) { return Money{minor, *Currency::parse("USD")}; }

const char* const keys[] = {"kind", "stage", "owner", "close_date", "YEAR(close_date)", "MONTH(close_date)", "done", "account.industry", "stage.kind", "pieces", "account",
                            "account.owner", "is_open", "account.city", "name", "IF(done, \"yes\", kind)", "amount", "probability", "10 / pieces", "weighted", "stage_since"};

}  // namespace

TEST_CASE("Groups by any formula have the counts, sums, means and extremes of their records") {
    Company company(21, 500);
    const auto rep = company.rep(Id{102});
    for (int round = 0; round < 60; ++round) {
        const Viewer& viewer = company.chance(60) ? *Viewer::system() : *rep;
        GroupQuery query;
        query.entity = "deal";
        if (company.chance(50)) query.filter = company.check("amount > 3");
        std::string said;
        for (int i = round < 21 ? 1 : company.any(3); i > 0; --i) {
            const std::string key = round < 21 ? keys[round] : keys[company.any(static_cast<int>(std::size(keys)))];
            query.by.push_back(company.check(key));
            said += key + ", ";
        }
        INFO(said << (viewer.is_system ? "system" : "rep"));
        query.aggregates = {{Aggregate::count, nullptr, "count()"},
                            {Aggregate::sum, company.check("amount"), "sum(amount)"},
                            {Aggregate::average, company.check("amount"), "avg"},
                            {Aggregate::median, company.check("amount"), "median"},
                            {Aggregate::min, company.check("rate"), "min"},
                            {Aggregate::max, company.check("pieces"), "max"},
                            {Aggregate::sum, company.check("pieces"), "sum"},
                            {Aggregate::count_distinct, company.check("kind"), "distinct"},
                            {Aggregate::average, company.check("pieces"), "avg"},
                            {Aggregate::count, company.check("amount"), "count(amount)"},
                            {Aggregate::sum, company.check("pieces * 2"), "sum of formula"}};
        auto groups = company.columns.group(viewer, query, context());
        REQUIRE_MESSAGE(groups, (groups ? std::string() : groups.refused().message()));
        std::vector<Slow> expected = slowly(company, viewer, query.filter, query.by);
        REQUIRE(groups->size() == (query.by.empty() ? 1 : expected.size()));
        if (expected.empty()) continue;
        for (const Group& group : *groups) {
            const auto found = std::find_if(expected.begin(), expected.end(), [&](const Slow& g) { return same(g.by, group.by); });
            REQUIRE(found != expected.end());
            Slow& slow = *found;
            CHECK(group.values[0] == Value(slow.count));
            std::int64_t sum = 0, pieces = 0;
            for (const std::int64_t one : slow.amounts) sum += one;
            for (const std::int64_t one : slow.pieces) pieces += one;
            CHECK(group.values[1] == Value(usd(sum)));
            CHECK(group.values[6] == Value(pieces));
            CHECK(group.values[10] == Value(pieces * 2 + 0));
            CHECK(group.values[9] == Value(static_cast<std::int64_t>(slow.amounts.size())));
            if (slow.amounts.empty()) {
                CHECK(group.values[2].empty());
                CHECK(group.values[3].empty());
            } else {
                const auto mean = divide(Decimal{Int128{sum} * Decimal::one}, Decimal::of(static_cast<std::int64_t>(slow.amounts.size())));
                CHECK(group.values[2] == Value(usd(*mean->to_scaled(0, Rounding::half_even))));
                std::sort(slow.amounts.begin(), slow.amounts.end());
                const std::size_t half = slow.amounts.size() / 2;
                const std::int64_t twice = slow.amounts.size() % 2 ? 2 * slow.amounts[half] : slow.amounts[half - 1] + slow.amounts[half];
                CHECK(group.values[3] == Value(usd(*Decimal{Int128{twice} * Decimal::one / 2}.to_scaled(0, Rounding::half_even))));
            }
            CHECK(group.values[4] == (slow.rates.empty() ? Value() : Value(*std::min_element(slow.rates.begin(), slow.rates.end()))));
            CHECK(group.values[5] == (slow.pieces.empty() ? Value() : Value(*std::max_element(slow.pieces.begin(), slow.pieces.end()))));
            std::sort(slow.kinds.begin(), slow.kinds.end());
            CHECK(group.values[7] == Value(std::unique(slow.kinds.begin(), slow.kinds.end()) - slow.kinds.begin()));
            CHECK(group.values[8] == (slow.pieces.empty() ? Value() : Value(*divide(Decimal::of(pieces), Decimal::of(static_cast<std::int64_t>(slow.pieces.size()))))));
        }
    }
}

TEST_CASE("What was added up before is right after records have changed, come, gone and been hidden") {
    Company company(25, 9'000);
    const auto rep = company.rep(Id{102});
    struct Question {
        std::vector<const char*> by;
        const char* filter;
    };
    const Question questions[] = {{{"stage"}, ""}, {{"kind", "stage"}, ""}, {{}, ""}, {{"owner"}, "amount > 3"}, {{"done", "owner"}, "stage.kind = \"open\""}, {{"pieces"}, ""}, {{"rate"}, "pieces > 9"}};
    for (int round = 0; round < 28; ++round) {
        const Question& question = questions[round % 7];
        const Viewer& viewer = round % 3 == 2 ? *rep : *Viewer::system();
        GroupQuery query;
        query.entity = "deal";
        query.limit = 100'000;
        if (*question.filter) query.filter = company.check(question.filter);
        for (const char* key : question.by) query.by.push_back(company.check(key));
        query.aggregates = {{Aggregate::count, nullptr, "count()"}, {Aggregate::sum, company.check("amount"), "sum"}, {Aggregate::average, company.check("pieces"), "avg"}, {Aggregate::count, company.check("rate"), "count(rate)"}};
        INFO(round);
        for (int again = 0; again < 2; ++again) {
            auto groups = company.columns.group(viewer, query, context());
            REQUIRE_MESSAGE(groups, (groups ? std::string() : groups.refused().message()));
            const std::vector<Slow> expected = slowly(company, viewer, query.filter, query.by);
            REQUIRE(groups->size() == (query.by.empty() ? 1 : expected.size()));
            for (const Group& group : *groups) {
                const auto slow = std::find_if(expected.begin(), expected.end(), [&](const Slow& g) { return same(g.by, group.by); });
                REQUIRE(slow != expected.end());
                std::int64_t sum = 0, pieces = 0;
                for (const std::int64_t one : slow->amounts) sum += one;
                for (const std::int64_t one : slow->pieces) pieces += one;
                CHECK(group.values[0] == Value(slow->count));
                CHECK(group.values[1] == Value(usd(sum)));
                CHECK(group.values[2] == (slow->pieces.empty() ? Value() : Value(*divide(Decimal::of(pieces), Decimal::of(static_cast<std::int64_t>(slow->pieces.size()))))));
                CHECK(group.values[3] == Value(static_cast<std::int64_t>(slow->rates.size())));
            }
            for (int change = company.any(40); change > 0; --change) {
                const Id id{10'000 + 3 * company.any(9'100)};
                if (company.chance(10)) company.erase("deal", id);
                else company.put(company.deal(id));
            }
            if (company.chance(30)) company.put(company.make("stage", Id{300 + company.any(2)}, {{"name", Value("Renamed")}, {"kind", Value(company.chance(50) ? "open" : "won")}, {"position", Value(1)}}));
        }
    }
}

TEST_CASE("Groups come in their natural order: stages by position, choices as declared, months by number, empty last") {
    Company company(22, 300);
    const auto keys_of = [&](const char* key) {
        GroupQuery query;
        query.entity = "deal";
        query.by = {company.check(key)};
        query.aggregates = {{Aggregate::count, nullptr, "count()"}};
        auto groups = company.columns.group(*Viewer::system(), query, context());
        REQUIRE(groups);
        std::vector<std::string> texts;
        for (const Group& group : *groups) texts.push_back(to_text(group.by[0]));
        return texts;
    };
    CHECK(keys_of("stage") == std::vector<std::string>{"303", "302", "301", "300", ""});  // by position, which runs the other way
    CHECK(keys_of("kind") == std::vector<std::string>{"new", "renewal", "expansion", ""});
    CHECK(keys_of("owner") == std::vector<std::string>{"105", "104", "103", "102", "101", "100", ""});  // User A owns id 105
    const std::vector<std::string> months = keys_of("MONTH(close_date)");
    CHECK(months.front() == "1");
    CHECK(months.back().empty());
}

TEST_CASE("Too many groups and sums that do not fit are refused, not cut") {
    Company company(23, 100);
    GroupQuery query;
    query.entity = "deal";
    query.by = {company.check("id")};
    query.limit = 10;
    CHECK(company.columns.group(*Viewer::system(), query, context()).refused().code() == "too_many_groups");
    for (int i = 0; i < 3; ++i) company.put(company.make("deal", Id{50'000 + i}, {{"name", Value("big")}, {"amount", Value(Money{INT64_MAX / 2, *Currency::parse("USD")})}}));
    GroupQuery big;
    big.entity = "deal";
    big.filter = company.check("name = \"big\"");
    big.aggregates = {{Aggregate::sum, company.check("amount"), "sum(amount)"}};
    CHECK(company.columns.group(*Viewer::system(), big, context()).refused().code() == "number_too_large");
}

TEST_CASE("A figure of nothing is one group of nothing") {
    Company company(24, 10);
    GroupQuery query;
    query.entity = "deal";
    query.filter = company.check("FALSE");
    query.aggregates = {{Aggregate::count, nullptr, "count()"}, {Aggregate::sum, company.check("amount"), "sum"}, {Aggregate::average, company.check("amount"), "avg"}};
    auto groups = company.columns.group(*Viewer::system(), query, context());
    REQUIRE(groups);
    REQUIRE(groups->size() == 1);
    CHECK(groups->front().values[0] == Value(0));
    CHECK(groups->front().values[1] == Value(usd(0)));
    CHECK(groups->front().values[2].empty());
}

}  // namespace fairlead::store::sample
