// Sorting, pages and cursors over columns, compared with std::sort over plain records.
#include "store/columns/sample_for_tests.h"

namespace fairlead::store::sample {
namespace {

// -1, 0, 1; an empty value is after every other, whatever the direction.
int compare_values(const Value& a, const Value& b, bool descending) {
    if (a.empty() || b.empty()) return a.empty() == b.empty() ? 0 : a.empty() ? 1 : -1;
    int order = 0;
    const auto three = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
    if (const auto* text = a.get<std::string>()) order = three(sort_key(*text), sort_key(b.as<std::string>()));
    else if (const auto* whole = a.get<std::int64_t>()) order = three(*whole, b.as<std::int64_t>());
    else if (const auto* decimal = a.get<Decimal>()) order = three(*decimal, b.as<Decimal>());
    else if (const auto* date = a.get<Date>()) order = three(*date, b.as<Date>());
    else if (const auto* instant = a.get<Instant>()) order = three(*instant, b.as<Instant>());
    else if (const auto* duration = a.get<Duration>()) order = three(*duration, b.as<Duration>());
    else if (const auto* flag = a.get<bool>()) order = three(*flag, b.as<bool>());
    else if (const auto* id = a.get<Id>()) order = three(*id, b.as<Id>());
    return descending ? -order : order;
}

// What a record is sorted by: a choice by its place, a reference by position or title, money at its stored rate.
Value sorted_by(const Company& company, const Viewer& viewer, const Record& record, const std::string& path) {
    const formula::Context at = context();
    const std::size_t dot = path.find('.');
    const FieldInfo& field = record.entity->need(path.substr(0, dot));
    if (field.type == Type::reference && field.name != "id") {
        const Value& target = record.at(field.slot);
        const Record* other = target.is<Id>() ? company.plain.find(field.target, target.as<Id>()) : nullptr;
        if (!other || !Plain::is_live(*other) || !company.plain.visible(viewer, *other)) return Value();
        if (dot != std::string::npos) return sorted_by(company, viewer, *other, path.substr(dot + 1));
        return sorted_by(company, viewer, *other, field.target == "stage" ? "position" : other->entity->title);
    }
    const Plain::Row row(company.plain, *Viewer::system(), at, record);
    const std::vector<formula::PathStep> step{{record.entity->name, field.name, field.formula_type()}};
    if (field.type == Type::money) {
        const auto minor = company.plain.reporting(record, field, at);
        return minor ? Value(*minor) : Value();
    }
    Value value = row.value(step);
    if (field.type == Type::choice && !value.empty())
        for (std::size_t i = 0; i < field.choices.size(); ++i)
            if (field.choices[i].value == value.as<std::string>()) return Value(static_cast<std::int64_t>(i));
    return value;
}

std::vector<Id> slowly_sorted(Company& company, const Viewer& viewer, const formula::Formula& filter, const std::vector<SortBy>& sort) {
    struct Line {
        Id id;
        std::vector<Value> values;
    };
    std::vector<Line> lines;
    for (const Id id : company.slow(viewer, filter)) {
        Line line{id, {}};
        for (const SortBy& by : sort) line.values.push_back(sorted_by(company, viewer, *company.plain.find("deal", id), by.field));
        lines.push_back(std::move(line));
    }
    const bool newest_first = sort.empty() || sort.front().descending;
    std::sort(lines.begin(), lines.end(), [&](const Line& a, const Line& b) {
        for (std::size_t i = 0; i < sort.size(); ++i)
            if (const int order = compare_values(a.values[i], b.values[i], sort[i].descending)) return order < 0;
        return newest_first ? a.id > b.id : a.id < b.id;
    });
    std::vector<Id> ids;
    for (const Line& line : lines) ids.push_back(line.id);
    return ids;
}

const char* const paths[] = {"name", "note", "amount", "probability", "rate", "pieces", "close_date", "stage_since", "length", "done", "kind", "owner", "stage",
                             "account", "account.city", "account.employees", "account.industry", "account.parent.name", "account.owner", "weighted", "is_open", "is_late",
                             "created_at", "id", "owner.name"};

std::vector<SortBy> random_sort(Company& company) {
    std::vector<SortBy> sort;
    for (int keys = company.any(4); keys > 0; --keys) sort.push_back({paths[company.any(static_cast<int>(std::size(paths)))], company.chance(50)});
    return sort;
}
std::string said(const std::vector<SortBy>& sort) {
    std::string text;
    for (const SortBy& by : sort) text += (by.descending ? "-" : "") + by.field + ",";
    return text;
}

}  // namespace

TEST_CASE("A list is sorted by any field, empty values last, the id deciding ties") {
    Company company(11, 300);
    const auto rep = company.rep(Id{101});
    for (const char* path : paths)
        for (const bool descending : {false, true})
            for (const Viewer* viewer : {Viewer::system().get(), static_cast<const Viewer*>(rep.get())}) {
                INFO(std::string(path) << (descending ? " descending" : ""));
                ListQuery query;
                query.entity = "deal";
                query.sort = {{path, descending}};
                CHECK(all_pages(company, *viewer, query) == slowly_sorted(company, *viewer, nullptr, query.sort));
            }
}

TEST_CASE("Pages of any size lead forward to every record once and back again the same way") {
    Company company(12, 200);
    const auto rep = company.rep(Id{102});
    for (int round = 0; round < 60; ++round) {
        const Viewer& viewer = company.chance(70) ? *Viewer::system() : *rep;
        ListQuery query;
        query.entity = "deal";
        query.sort = random_sort(company);
        if (company.chance(50)) query.filter = company.check("amount > 2");
        query.limit = 1 + company.any(40);
        INFO(said(query.sort));
        const std::vector<Id> expected = slowly_sorted(company, viewer, query.filter, query.sort);
        std::vector<std::vector<Id>> pages;
        std::vector<Id> ids;
        std::string last_prev;
        for (;;) {
            auto page = company.columns.list(viewer, query, context());
            REQUIRE(page);
            CHECK(page->count == static_cast<std::int64_t>(expected.size()));
            CHECK(page->prev.empty() == pages.empty());
            if (!page->ids.empty()) pages.push_back(page->ids);
            ids.insert(ids.end(), page->ids.begin(), page->ids.end());
            last_prev = page->prev;
            if (page->next.empty()) break;
            query.cursor = page->next;
        }
        CHECK(ids == expected);
        for (std::size_t i = pages.size(); i-- > 1;) {
            query.cursor = last_prev;
            auto page = company.columns.list(viewer, query, context());
            REQUIRE(page);
            CHECK(page->ids == pages[i - 1]);
            CHECK_FALSE(page->next.empty());
            last_prev = page->prev;
        }
        CHECK(last_prev.empty());
    }
}

TEST_CASE("A cursor goes on from its place although the records have changed since") {
    Company company(13, 200);
    for (int round = 0; round < 40; ++round) {
        ListQuery query;
        query.entity = "deal";
        query.sort = random_sort(company);
        query.limit = 30;
        INFO(said(query.sort));
        auto page = company.columns.list(*Viewer::system(), query, context());
        REQUIRE(page);
        if (page->next.empty()) continue;
        const Id last = page->ids.back();
        for (int i = 0; i < 10; ++i) {
            const Id id{10'000 + 3 * company.any(220)};
            if (id != last) company.put(company.deal(id));
        }
        query.cursor = page->next;
        const std::vector<Id> expected = slowly_sorted(company, *Viewer::system(), nullptr, query.sort);
        const auto place = std::find(expected.begin(), expected.end(), last);
        REQUIRE(place != expected.end());
        CHECK(all_pages(company, *Viewer::system(), query, 50) == std::vector<Id>(place + 1, expected.end()));
    }
}

TEST_CASE("A cursor of another filter, sort or search is refused, and so is nonsense") {
    Company company(14, 100);
    ListQuery query;
    query.entity = "deal";
    query.limit = 5;
    query.sort = {{"amount", true}};
    auto page = company.columns.list(*Viewer::system(), query, context());
    REQUIRE(page);
    ListQuery other = query;
    other.cursor = page->next;
    other.sort = {{"amount", false}};
    CHECK(company.columns.list(*Viewer::system(), other, context()).refused().code() == "cursor_mismatch");
    other.sort = query.sort;
    other.filter = company.check("done");
    CHECK(company.columns.list(*Viewer::system(), other, context()).refused().code() == "cursor_mismatch");
    for (const char* text : {"x", "????", "AAAA", "AQAAAA"}) {
        other.cursor = text;
        CHECK(company.columns.list(*Viewer::system(), other, context()).refused().code() == "bad_cursor");
    }
    query.sort = {{"amuont", false}};
    CHECK(company.columns.list(*Viewer::system(), query, context()).refused().code() == "unknown_field");
    query.sort = {{"body", false}};
    CHECK(company.columns.list(*Viewer::system(), query, context()).refused().code() == "not_sortable");
    query.sort = {{"lines", false}};
    CHECK(company.columns.list(*Viewer::system(), query, context()).refused().code() == "not_sortable");
    query.limit = 501;
    CHECK(company.columns.list(*Viewer::system(), query, context()).refused().code() == "bad_limit");
}

TEST_CASE("A hidden field cannot be sorted by") {
    Company company(15, 30);
    auto rep = company.rep(Id{101});
    const EntityInfo& deal = company.catalog->need("deal");
    auto& fields = rep->entities[static_cast<std::size_t>(deal.number)].fields;
    fields.assign(deal.fields.size(), FieldAccess::write);
    fields[static_cast<std::size_t>(&deal.need("amount") - deal.fields.data())] = FieldAccess::hidden;
    ListQuery query;
    query.entity = "deal";
    query.sort = {{"amount", false}};
    CHECK(company.columns.list(*rep, query, context()).refused().code() == "unknown_field");
}

// Beyond 20,000 rows orders are remembered and walked; beyond 65,536 answers are made chunk by chunk.
TEST_CASE("A big table answers as a small one does, also from remembered orders") {
    Company company(16, 70'000);
    company.columns.make_orders_behind();
    const auto rep = company.rep(Id{103});
    const auto orders = [&] {
        company.columns.wait_for_orders();
        const Columns::Memory memory = company.columns.memory();
        const auto part = std::find_if(memory.parts.begin(), memory.parts.end(), [](const Columns::Memory::Part& one) { return one.name == "orders"; });
        return part == memory.parts.end() ? 0 : part->bytes;
    };
    std::vector<std::string> sorts{"amount", "close_date", "name", "pieces", "created_at"};
    for (int round = 0; round < 3; ++round) {
        for (const std::string& path : sorts) {
            for (const bool descending : {false, true}) {
                ListQuery query;
                query.entity = "deal";
                query.sort = {{path, descending}};
                // In the end the filter bounds what is sorted by, as "closing from today on" does.
                if (round == 1) query.filter = company.check("amount > 3");
                if (round == 2 && path == "close_date") query.filter = company.check("close_date >= DATE(2026, 11, 20) AND rate <> 4");
                if (round == 2 && path == "pieces") query.filter = company.check("3 >= pieces AND (pieces > -3 AND done)");
                if (round == 2 && path == "created_at") query.filter = company.check("created_at >= DATE(2024, 1, 1) AND created_at < DATE(2024, 3, 1)");
                query.limit = 40;
                INFO(path << (descending ? " descending, round " : ", round ") << round);
                const std::vector<Id> expected = slowly_sorted(company, *Viewer::system(), query.filter, query.sort);
                std::vector<Id> ids;
                for (int pages = 0; pages < 3; ++pages) {
                    auto page = company.columns.list(*Viewer::system(), query, context());
                    REQUIRE(page);
                    CHECK(page->count == static_cast<std::int64_t>(expected.size()));
                    ids.insert(ids.end(), page->ids.begin(), page->ids.end());
                    query.cursor = page->next;
                    if (pages == 2) {
                        query.cursor = page->prev;
                        auto back = company.columns.list(*Viewer::system(), query, context());
                        REQUIRE(back);
                        CHECK(back->ids == std::vector<Id>(expected.begin() + 40, expected.begin() + 80));
                    }
                }
                CHECK(ids == std::vector<Id>(expected.begin(), expected.begin() + 120));
                query.cursor.clear();
                if (descending || round == 0) continue;
                auto mine = company.columns.list(*rep, query, context());
                REQUIRE(mine);
                const std::vector<Id> visible = slowly_sorted(company, *rep, query.filter, query.sort);
                CHECK(mine->ids == std::vector<Id>(visible.begin(), visible.begin() + 40));
            }
        }
        CHECK(orders() > 70'000 * sizeof(std::uint32_t));  // so that the next round walks along them
        for (int i = 0; i < (round == 1 ? 5000 : 200); ++i) company.put(company.deal(Id{10'000 + 3 * company.any(70'500)}));
    }
    company.columns.tighten();  // what was sorted by names before is sorted by them again below
    // By what several have in common first: also where a page ends among equal ones, and with empty ones. First by looking
    // at the values, then along remembered orders, beside rows that have changed since.
    const std::vector<SortBy> shared[] = {{{"owner", false}, {"amount", true}}, {{"stage", true}}, {{"kind", true}, {"close_date", false}}, {{"team", false}, {"owner", true}, {"rate", false}}, {{"done", false}, {"kind", false}},
                                          {{"owner", true}}, {{"stage", false}, {"amount", true}}, {{"kind", false}, {"amount", true}, {"owner", false}}, {{"close_date", true}, {"amount", false}}, {{"pieces", false}, {"stage", true}},
                                          {{"is_open", false}, {"close_date", true}}, {{"done", true}, {"stage", false}, {"pieces", true}}, {{"stage", true}, {"done", false}},
                                          {{"is_late", true}}, {{"is_late", false}, {"amount", false}}, {{"is_late", true}, {"stage", false}, {"pieces", true}},
                                          // Of nobody a value: the next key leads.
                                          {{"merged_into", false}, {"amount", true}}, {{"updated_by", true}, {"stage", true}, {"close_date", false}}, {{"merged_into", true}}};
    for (const std::vector<SortBy>& sort : shared) {
        for (int i = 0; i < 100; ++i) company.put(company.deal(Id{10'000 + 3 * company.any(70'500)}));
        ListQuery query;
        query.entity = "deal";
        query.sort = sort;
        query.filter = company.check("pieces > 0");
        query.limit = 100;
        INFO(said(sort));
        const std::vector<Id> expected = slowly_sorted(company, *Viewer::system(), query.filter, sort);
        // From the first pages on, from where the first key changes, and from the end back.
        std::vector<std::size_t> places{0, expected.size() - 300, expected.size() / 6 - 50, expected.size() / 3 - 50};
        for (const std::size_t place : places) {
            if (place > 0) {
                ListQuery reach = query;
                reach.cursor.clear();
                for (std::size_t at = 0; at < place; at += static_cast<std::size_t>(reach.limit)) {
                    reach.limit = static_cast<int>(std::min<std::size_t>(500, place - at));
                    auto page = company.columns.list(*Viewer::system(), reach, context());
                    REQUIRE(page);
                    reach.cursor = page->next;
                }
                query.cursor = reach.cursor;
            }
            auto page = company.columns.list(*Viewer::system(), query, context());
            REQUIRE(page);
            CHECK(page->ids == std::vector<Id>(expected.begin() + static_cast<std::ptrdiff_t>(place), expected.begin() + static_cast<std::ptrdiff_t>(place + 100)));
            if (place == places[1]) company.columns.wait_for_orders();
            query.cursor = page->next;
            auto next = company.columns.list(*Viewer::system(), query, context());
            REQUIRE(next);
            query.cursor = next->prev;
            auto back = company.columns.list(*Viewer::system(), query, context());
            REQUIRE(back);
            CHECK(back->ids == page->ids);
        }
    }
    ListQuery last;
    last.entity = "deal";
    last.sort = {{"name", true}, {"amount", false}};
    CHECK(all_pages(company, *Viewer::system(), last) == slowly_sorted(company, *Viewer::system(), nullptr, last.sort));
    last.sort.clear();
    CHECK(all_pages(company, *rep, last) == slowly_sorted(company, *rep, nullptr, last.sort));
}

TEST_CASE("Every record is handed over once, in the order asked for, until the reader stops") {
    Company company(17, 1300);
    ListQuery query;
    query.entity = "deal";
    query.sort = {{"close_date", true}};
    std::vector<Id> ids;
    REQUIRE(company.columns.each(*Viewer::system(), query, context(), [&](std::span<const Id> slice) {
        ids.insert(ids.end(), slice.begin(), slice.end());
        return true;
    }));
    CHECK(ids == slowly_sorted(company, *Viewer::system(), nullptr, query.sort));
    int slices = 0;
    REQUIRE(company.columns.each(*Viewer::system(), query, context(), [&](std::span<const Id>) { return ++slices < 2; }));
    CHECK(slices == 2);
}

}  // namespace fairlead::store::sample
