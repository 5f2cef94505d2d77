// Questions about a past moment: the columns made for it answer as the fold of the log does, also after later writes.
#include <doctest/doctest.h>

#include <random>

#include "analytics/figures.h"
#include "base/text.h"
#include "derive/access_world_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive::testing;
using fairlead::derive::Json;

namespace {

// Without their order, in which equal keys may come either way.
std::string shown(std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    return join(lines, "\n");
}

std::string shown(const Result<std::vector<store::Group>>& groups) {
    if (!groups) return groups.refused().message();
    std::vector<std::string> out;
    for (const store::Group& group : *groups) {
        std::string line;
        for (const Value& value : group.by) line += to_text(value) + ",";
        for (const Value& value : group.values) line += ":" + to_text(value);
        out.push_back(std::move(line));
    }
    return shown(std::move(out));
}

std::string shown(const Result<store::ListPage>& page) {
    if (!page) return page.refused().message();
    std::vector<std::string> out{page->count ? std::to_string(*page->count) : ""};
    for (const model::Record& record : page->records) {
        std::string line;
        for (const model::FieldInfo& field : record.entity->fields)
            if (field.slot >= 0 && !field.is_many()) line += to_text(record.at(field.slot)) + "|";
        out.push_back(std::move(line));
    }
    return shown(std::move(out));
}

// The same database, read without columns: every question about the past folds the log.
struct Ways {
    Company& company;
    std::unique_ptr<store::Store> folding;
    explicit Ways(Company& c) : company(c) {
        store::Options options;
        options.database = company.address();
        options.columns = false;
        options.read_only = true;
        options.sole_writer = false;
        options.clock = &company.clock;
        auto opened = store::Store::open(options, company.catalog);
        REQUIRE(opened);
        folding = std::move(*opened);
    }
    void compare(Id user, std::optional<Instant> effective, std::optional<Instant> recorded) {
        const auto viewer = user ? company.store->viewer(user) : store::Viewer::system();
        // The system is answered from columns of the moment also where there are none of the present: an administrator is not.
        const auto folder = user ? viewer : company.store->viewer(company.administrator);
        REQUIRE(viewer);
        REQUIRE(folder);
        CAPTURE(viewer->name);
        CAPTURE((effective ? effective->text() : ""));
        CAPTURE((recorded ? recorded->text() : ""));
        const store::ViewerSchema schema(*company.catalog, *viewer);
        for (const auto& [by, filter] : {std::pair<const char*, const char*>{"stage", ""}, {"account.industry", "is_open"}, {"account.name", "amount > 100"}, {"owner", "NOT(ISBLANK(account))"},
                                         {"account.owner.name", "stage.kind = \"won\""}}) {
            CAPTURE(std::string(by));
            store::GroupQuery query;
            query.entity = "opportunity";
            query.effective_as_of = effective;
            query.recorded_as_of = recorded;
            query.by.push_back(*formula::check(by, schema, "opportunity"));
            if (*filter) query.filter = *formula::check(filter, schema, "opportunity");
            query.aggregates.push_back({store::Aggregate::count, nullptr, "n"});
            query.aggregates.push_back({store::Aggregate::sum, *formula::check("amount", schema, "opportunity"), "sum"});
            query.aggregates.push_back({store::Aggregate::sum, *formula::check("weighted_amount", schema, "opportunity"), "weighted"});
            query.aggregates.push_back({store::Aggregate::max, *formula::check("amount", schema, "opportunity"), "max"});
            CHECK(shown(company.store->group(*viewer, query)) == shown(folding->group(*folder, query)));
            if (!user) CHECK(shown(company.store->group(*viewer, query)) == shown(folding->group(*viewer, query)));
        }
        for (const char* entity : {"opportunity", "account", "opportunity_line", "activity"})
            for (const bool bin : {false, true}) {
                CAPTURE(std::string(entity));
                CAPTURE(bin);
                store::ListQuery query;
                query.entity = entity;
                query.effective_as_of = effective;
                query.recorded_as_of = recorded;
                query.in_bin = bin;
                query.limit = 500;
                query.sort.push_back({"id", false});
                CHECK(shown(company.store->list(*viewer, query)) == shown(folding->list(*folder, query)));
            }
    }
};

}  // namespace

TEST_CASE("A question about the past is answered from columns of its moment as by folding the log, for whoever asks and after later writes") {
    AccessWorld world(AccessWorld::Extent::two_of_each);
    Company& company = world.company;
    std::mt19937 chance(11);
    const auto below = [&](std::size_t most) { return static_cast<std::size_t>(chance() % most); };
    const Instant start = company.clock.now();
    constexpr std::int64_t day = 86'400'000'000;
    std::vector<Id> accounts, deals;
    const auto stages = company.get(company.administrator, "stages?limit=100&sort=position");
    const std::vector<std::string> people{"Inert", "With own", "With team", "Boss"};
    const auto act = [&](std::int64_t shift) {
        model::WriteOptions options;
        options.as_system = options.through_action = true;
        options.effective = Instant{company.clock.now().micros - shift};
        const auto written = company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
            const auto& catalog = transaction.catalog();
            const std::size_t what = below(10);
            if (accounts.empty() || what == 0) {
                model::Patch patch(catalog.need("account"));
                patch.set("name", "Account " + std::to_string(accounts.size())).set("owner", world.id(people[below(people.size())]));
                FAIRLEAD_ASSIGN(const Id id, transaction.create(patch, options));
                return Value(id);
            }
            if (deals.empty() || what < 4) {
                model::Patch patch(catalog.need("opportunity"));
                patch.set("name", "Deal " + std::to_string(deals.size())).set("owner", world.id(people[below(people.size())])).set("account", accounts[below(accounts.size())]);
                patch.set("amount", Money{static_cast<std::int64_t>(below(100'000)), *Currency::parse(below(5) ? "USD" : "XAF")});
                FAIRLEAD_ASSIGN(const Id id, transaction.create(patch, options));
                return Value(id);
            }
            const Id deal = deals[below(deals.size())], account = accounts[below(accounts.size())];
            if (what == 4) {
                model::Patch patch(catalog.need("account"));
                patch.set("owner", world.id(people[below(people.size())])).set("name", "Renamed " + std::to_string(below(1000)));
                FAIRLEAD_TRY(transaction.update(account, patch, options));
            } else if (what == 5) {
                const auto found = transaction.find(catalog.need("opportunity"), deal);
                if (!found) return Value();
                if (found->at(model::slot_deleted_at).empty()) FAIRLEAD_TRY(transaction.remove(catalog.need("opportunity"), deal, options));
                else FAIRLEAD_TRY(transaction.restore(catalog.need("opportunity"), deal, options));
            } else if (what == 6 && below(4) == 0) {
                FAIRLEAD_TRY(transaction.erase(catalog.need("opportunity"), deal));
            } else {
                model::Patch patch(catalog.need("opportunity"));
                patch.set("amount", Money{static_cast<std::int64_t>(below(100'000)), *Currency::parse("USD")});
                const auto& stage = stages.json.find("data")->items.at(below(stages.json.find("data")->items.size()));
                if (below(2)) patch.set("stage", *Id::parse(stage.find("id")->text));
                if (below(2)) patch.set("owner", world.id(people[below(people.size())]));
                FAIRLEAD_TRY(transaction.update(deal, patch, options));
            }
            return Value();
        });
        if (written && written->is<Id>()) (world.company.store->get(*store::Viewer::system(), "account", written->as<Id>()) ? accounts : deals).push_back(written->as<Id>());
    };
    Ways ways(company);
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 60; ++i) {
            company.clock.set(Instant{company.clock.now().micros + day / 7});
            act(below(3) ? 0 : static_cast<std::int64_t>(below(40)) * day);
        }
        // The moments of the rounds before are asked again: what was written since is followed.
        const std::int64_t now = company.clock.now().micros;
        for (const char* who : {"", "With own", "With team", "With all", "Boss"}) {
            const Id user = *who ? world.id(who) : Id{};
            for (const std::int64_t moment : {start.micros - 20 * day, start.micros + 3 * day, start.micros + 9 * day, now}) ways.compare(user, Instant{moment}, {});
            ways.compare(user, {}, Instant{start.micros + 6 * day});
            // What the log tells of the time between two moments leads from the one to the other.
            const auto viewer = user ? company.store->viewer(user) : store::Viewer::system();
            for (const char* filter : {"", "amount > 300 AND owner <> \"1\""}) {
                analytics::FigureRequest movement;
                movement.name = "pipeline_movement";
                movement.from = date_in_zone(Instant{start.micros + static_cast<std::int64_t>(below(8)) * day}, company.store->context().zone);
                movement.to = Date{movement.from->days + static_cast<std::int32_t>(below(12))};
                movement.filter = filter;
                const auto answer = analytics::compute(*company.store, *viewer, movement);
                REQUIRE(answer);
                CHECK(answer->groups.size() == std::size(analytics::movement_parts));  // nothing came from elsewhere
            }
            ways.compare(user, Instant{start.micros + 5 * day}, Instant{start.micros + 8 * day});
        }
    }
    CHECK(accounts.size() > 5);
    CHECK(deals.size() > 20);
}

TEST_CASE("A deal of the time before its account was known is told by the account's earliest known state, and a note says so") {
    Company company;
    const Id ada = company.administrator;
    const Id steel = company.make("industry", {{"name", "Steel"}}), paper = company.make("industry", {{"name", "Paper"}});
    const Id acme = company.make("account", {{"name", "Acme"}, {"industry", steel}});
    const auto made = company.store->write({}, [&](store::Transaction& transaction) -> Result<Value> {
        model::Patch patch(transaction.catalog().need("opportunity"));
        patch.set("name", "Old deal").set("account", acme).set("amount", Money{10'000, *Currency::parse("USD")});
        model::WriteOptions options;
        options.as_system = options.through_action = true;
        options.effective = *Instant::parse("2025-05-01T00:00:00Z");
        FAIRLEAD_ASSIGN(const Id id, transaction.create(patch, options));
        return Value(id);
    });
    REQUIRE(made);
    company.clock.set(*Instant::parse("2026-04-01T00:00:00Z"));
    REQUIRE(company.patch(ada, "accounts/" + acme.text(), "{\"industry\":" + in_quotes(paper.text()) + "}").status == 200);
    const auto keys = [](const Answer& figure) {
        std::string out;
        for (const Json& group : figure.json.find("groups")->items) out += group.find("key")->text + ":" + group.find("n")->text + " ";
        return out;
    };
    const Answer then = company.get(ada, "figures/pipeline?by=industry&as_of=2025-06-01");
    CHECK(keys(then) == "Steel:1 ");
    REQUIRE(then.json.find("notes")->items.size() == 1);
    CHECK(then.json.find("notes")->items[0].text.find("earliest known state") != std::string::npos);
    CHECK(company.get(ada, "figures/pipeline?by=industry&as_of=2025-06-01", {{"accept-language", "vi"}}).json.find("notes")->items[0].text.find("sớm nhất") != std::string::npos);
    const Answer later = company.get(ada, "figures/pipeline?by=industry&as_of=2026-03-20");
    CHECK(keys(later) == "Steel:1 ");
    CHECK(later.json.find("notes")->items.empty());
    CHECK(keys(company.get(ada, "figures/pipeline?by=industry")) == "Paper:1 ");
    // The account itself is not among those known then, and the deal leads to it all the same.
    CHECK(company.get(ada, "accounts?as_of=2025-06-01").json.find("data")->items.empty());
    CHECK(company.get(ada, "accounts/" + acme.text() + "?as_of=2025-06-01").status == 404);
    CHECK(company.get(ada, "opportunities?as_of=2025-06-01&expand=account").json.find("data")->items.size() == 1);
}
