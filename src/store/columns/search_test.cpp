// Search over columns: what is found, under whose reach, and in which order.
#include <set>

#include "store/columns/sample_for_tests.h"
#include "store/columns/search_index.h"

namespace fairlead::store::sample {
namespace {

std::vector<std::string> titles(const Company& company, std::string_view words, const char* entity = "account") {
    std::vector<std::string> found;
    for (const auto& hit : company.columns.search(*Viewer::system(), words, 100, {entity})) found.push_back(hit.title);
    return found;
}

// By looking at every record.
std::vector<Id> slowly_found(Company& company, const Viewer& viewer, const std::string& text, const std::vector<std::string>& fields = {"name", "note"}) {
    std::vector<Id> ids;
    for (const Id id : company.slow(viewer, nullptr)) {
        bool every = true;
        for (const std::string& word : split(fold(text), ' ')) {
            bool any = word.empty();
            for (const std::string& field : fields)
                any |= columns::match_word(fold(company.plain.find("deal", id)->text(field)), word) != columns::Match::none;
            every &= any;
        }
        if (every) ids.push_back(id);
    }
    return ids;
}

const char* const searches[] = {"duong", "Đường", "an", "a", "ha noi", "acme", "ren", "newal acme", "o-ring", "zeta 9", "9", "x", "giang", "qqq", "ang", "ng", "12", "phở x", "4", "kh1", "kh1044", "h105 an", "10", "1043", "po-kh1", "an 1021", "kh", "106"};

void compare_searches(Company& company, const Viewer& viewer) {
    for (const char* text : searches) {
        INFO(std::string(text));
        ListQuery query;
        query.entity = "deal";
        query.search = text;
        query.sort = {{"id", false}};
        CHECK(all_pages(company, viewer, query) == slowly_found(company, viewer, text));
        query.sort.clear();
        std::vector<Id> ranked = all_pages(company, viewer, query, 37);
        std::sort(ranked.begin(), ranked.end());
        CHECK(ranked == slowly_found(company, viewer, text));
    }
}

}  // namespace

TEST_CASE("A list is searched by folded words in the searched fields, all of which must occur") {
    Company company(31, 300);
    compare_searches(company, *Viewer::system());
    compare_searches(company, *company.rep(Id{101}));
}

TEST_CASE("Postings of a big table find what looking at each record finds, also after changes") {
    Company company(32, 9000);
    compare_searches(company, *Viewer::system());
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 300; ++i) company.put(company.deal(Id{10'000 + 3 * company.any(9200)}));
        for (int i = 0; i < 20; ++i) company.erase("deal", Id{10'000 + 3 * company.any(9000)});
        compare_searches(company, *Viewer::system());
    }
    compare_searches(company, *company.rep(Id{103}));
}

TEST_CASE("Search over everything finds an old title that begins with the words among thousands of newer matches") {
    Company company(38, 9000);
    const auto name = [&](std::int64_t id, const std::string& text) { company.put(company.make("deal", Id{id}, {{"name", Value(text)}})); };
    name(10'000, "Qzeppelin, the first");
    for (int i = 1; i <= 3000; ++i) name(10'000 + 3 * i, "About qzeppelin " + std::to_string(i));
    const auto first = [&](const char* words) { return titles(company, words, "deal").at(0); };
    CHECK(first("qzeppelin") == "Qzeppelin, the first");
    CHECK(first("qzeppelin fir") == "Qzeppelin, the first");
    CHECK(first("qz") == "Qzeppelin, the first");
    CHECK(first("q") == "Qzeppelin, the first");
    CHECK(first("qzeppelin 2999") == "About qzeppelin 2999");
    // Newest first among those whose word begins so; a changed one does not stand twice.
    name(10'000 + 3 * 5, "About qzeppelin again");
    const auto all = titles(company, "qzeppelin", "deal");
    CHECK(all.size() == 100);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 100);
    CHECK(titles(company, "qzeppelin 5", "deal").size() == 100);
    CHECK(first("about qzeppelin again") == "About qzeppelin again");
    company.erase("deal", Id{10'000});
    CHECK(first("qz") == "About qzeppelin 3000");
}

TEST_CASE("Search by someone with few records among thousands of matches finds his, best and newest first") {
    Company company(39, 9000);
    const auto put = [&](std::int64_t id, const std::string& text, std::int64_t owner) {
        company.put(company.make("deal", Id{id}, {{"name", Value(text)}, {"owner", Value(Id{owner})}}));
    };
    const auto of = [&](const char* words, std::int64_t person) {
        std::vector<std::string> found;
        for (const auto& hit : company.columns.search(*company.rep(Id{person}), words, 100, {"deal"})) found.push_back(hit.title);
        return found;
    };
    for (int i = 0; i < 9000; ++i) put(10'000 + 3 * i, "About qzeppelin " + std::to_string(i), 102);
    company.erase("deal", Id{10'003});  // shared with everybody
    put(10'000 + 3 * 10, "Qzeppelin of his own", 9001);
    for (const int i : {20, 500, 8000}) put(10'000 + 3 * i, "His qzeppelin " + std::to_string(i), 9001);
    const std::vector<std::string> his{"Qzeppelin of his own", "His qzeppelin 8000", "His qzeppelin 500", "His qzeppelin 20"};
    for (const char* words : {"qzeppelin", "qz", "q"}) CHECK(of(words, 9001) == his);
    CHECK(of("qzeppelin 500", 9001) == std::vector<std::string>{"His qzeppelin 500"});
    CHECK(of("qzeppelin", 9002).empty());
    CHECK(of("qzeppelin", 102).size() == 100);
    company.erase("deal", Id{10'000 + 3 * 8000});
    CHECK(of("qzeppelin", 9001).size() == 3);
    // Others' old deals that have changed meanwhile stand before all in the index.
    for (const int i : {0, 2, 3, 4, 5, 6, 7}) put(10'000 + 3 * i, "About qzeppelin, changed " + std::to_string(i), i == 0 ? 9001 : 102);
    for (const char* words : {"qzeppelin", "qz", "q"}) CHECK(of(words, 9001) == std::vector<std::string>{his[0], his[2], his[3], "About qzeppelin, changed 0"});
}

TEST_CASE("A field that the reader may not see is not searched") {
    Company company(33, 50);
    company.put(company.make("deal", Id{90'001}, {{"name", Value("plain")}, {"note", Value("secretword")}, {"owner", Value(Id{101})}}));
    auto rep = company.rep(Id{101});
    CHECK(company.columns.search(*rep, "secretword", 10).size() == 1);
    const EntityInfo& deal = company.catalog->need("deal");
    auto& fields = rep->entities[static_cast<std::size_t>(deal.number)].fields;
    fields.assign(deal.fields.size(), FieldAccess::write);
    fields[static_cast<std::size_t>(&deal.need("note") - deal.fields.data())] = FieldAccess::hidden;
    CHECK(company.columns.search(*rep, "secretword", 10).empty());
    ListQuery query;
    query.entity = "deal";
    query.search = "secretword";
    CHECK(company.columns.list(*rep, query, context())->ids.empty());
    CHECK(company.columns.search(*company.rep(Id{102}), "secretword", 10).empty());  // another's deal
}

TEST_CASE("text-02: a query with accents ranks the exact word first, the plain one next and other accents last") {
    Company company(34, 0);
    std::int64_t id = 5000;
    for (const char* name : {"Dương", "Đường", "Đương", "Dưỡng", "Duong", "Đượng"}) company.put(company.make("account", Id{++id}, {{"name", Value(name)}}));
    for (int i = 0; i < 40; ++i) company.erase("account", Id{1000 + i});
    const auto plain = titles(company, "duong");
    REQUIRE(plain.size() == 6);
    CHECK(plain[0] == "Duong");
    for (const char* typed : {"đường", "ĐƯỜNG"}) {
        const auto found = titles(company, typed);
        REQUIRE(found.size() == 6);
        CHECK(found[0] == "Đường");
        CHECK(found[1] == "Duong");
    }
    CHECK(titles(company, "dương")[0] == "Dương");
}

TEST_CASE("text-03, text-04: spellings of the same letter and both places of the tone are found as typed") {
    Company company(35, 0);
    for (int i = 0; i < 40; ++i) company.erase("account", Id{1000 + i});
    company.put(company.make("account", Id{5001}, {{"name", Value(to_nfc("Vie\u0323\u0302t Hoà"))}}));
    company.put(company.make("account", Id{5002}, {{"name", Value("Họa Viết")}}));
    for (const char* typed : {"Việt", "Vi\u1EC7t", "Vie\u0302\u0323t", "hòa", "hoà"}) {
        const auto found = titles(company, typed);
        INFO(std::string(typed));
        REQUIRE(found.size() == 2);
        CHECK(found[0] == "Việt Hoà");
    }
}

TEST_CASE("text-08: a phone is found by its last digits, however it is written") {
    Company company(36, 0);
    for (int i = 0; i < 40; ++i) company.erase("account", Id{1000 + i});
    company.put(company.make("account", Id{5001}, {{"name", Value("An")}, {"phone", Value("+84912345678")}}));
    company.put(company.make("account", Id{5002}, {{"name", Value("Bình")}, {"phone", Value("+842438345678")}}));
    company.put(company.make("account", Id{5003}, {{"name", Value("Chi")}, {"phone", Value("+84912300000")}}));
    company.put(company.make("account", Id{5004}, {{"name", Value("Dung")}, {"phone", Value("091 255-55 55")}}));
    const auto found = [&](const char* words) {
        auto names = titles(company, words);
        std::sort(names.begin(), names.end());
        return names;
    };
    CHECK(found("345678") == std::vector<std::string>{"An", "Bình"});
    CHECK(found("345 678") == std::vector<std::string>{"An", "Bình"});
    CHECK(found("0912345678") == std::vector<std::string>{"An"});
    CHECK(found("5678") == std::vector<std::string>{"An", "Bình"});
    CHECK(found("678") == std::vector<std::string>{"An", "Bình"});
    CHECK(found("0912555555") == std::vector<std::string>{"Dung"});
    CHECK(found("2555555") == std::vector<std::string>{"Dung"});
}

TEST_CASE("The title's beginning ranks before the beginning of a word, that before its inside, newest first among equals") {
    Company company(37, 0);
    for (int i = 0; i < 40; ++i) company.erase("account", Id{1000 + i});
    std::int64_t id = 5000;
    for (const char* name : {"Kilometa", "Big Meta", "Meta one", "Meta two"}) company.put(company.make("account", Id{++id}, {{"name", Value(name)}}));
    company.put(company.make("account", Id{++id}, {{"name", Value("Other")}, {"phone", Value("meta")}}));
    CHECK(titles(company, "meta") == std::vector<std::string>{"Meta two", "Meta one", "Big Meta", "Kilometa", "Other"});
}

}  // namespace fairlead::store::sample
