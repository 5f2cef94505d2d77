// Filters over columns give what formula::evaluate gives on each record, under every reach and after every change.
#include "store/columns/sample_for_tests.h"

namespace fairlead::store::sample {
namespace {

std::vector<Id> fast(const Company& company, const Viewer& viewer, const formula::Formula& filter, const std::string& entity = "deal", bool in_bin = false) {
    ListQuery query;
    query.entity = entity;
    query.filter = filter;
    query.in_bin = in_bin;
    query.sort = {{"id", false}};
    return all_pages(company, viewer, query);
}

const char* const formulas[] = {
    "TRUE", "FALSE", "done", "NOT(done)", "done = TRUE", "done <> TRUE", "ISBLANK(done)",
    "amount > 5", "amount >= 5", "amount < 100", "amount <= 12.5", "amount = 5", "amount <> 5", "ISBLANK(amount)", "NOT(ISBLANK(amount))", "amount < 0", "amount * 2 > 20",
    "amount > 5 AND amount < 10", "NOT(amount > 5)", "amount = \"\"",
    "pieces > 3", "pieces = 3", "pieces <> 3", "pieces >= 2.5", "pieces = 2.5", "ISBLANK(pieces)", "pieces IN (1, 2, 7)", "MOD(pieces, 2) = 0", "10 / pieces > 2", "NOT(10 / pieces > 2)",
    "10 / pieces > 2 OR done", "done OR 10 / pieces > 2", "5 < pieces", "pieces < 3 OR pieces > 9",
    "probability >= 50%", "probability = 0.5", "probability < 0.35", "NOT(probability < 0.35)", "rate > 1.5", "rate = 0", "rate <= -0.5", "rate <> 0",
    "close_date > DATE(2026, 10, 1)", "close_date = DATE(2026, 11, 25)", "close_date <= TODAY()", "close_date < TODAY() - 30", "IN_PERIOD(close_date, \"this quarter\")",
    "YEAR(close_date) = 2026", "MONTH(close_date) = 11", "WEEKDAY(close_date) = 2", "ISBLANK(close_date)", "close_date <> DATE(2026, 11, 25)", "close_date >= \"2026-11-01\"",
    "stage_since < NOW()", "stage_since >= NOW() - 3", "DATE(2026, 11, 20) <= stage_since", "ISBLANK(stage_since)", "stage_since + stage.stale_days < NOW()",
    "kind = \"new\"", "kind <> \"new\"", "kind IN (\"new\", \"renewal\")", "ISBLANK(kind)", "kind = \"NEW\"", "LEN(kind) > 3",
    "name = \"acme\"", "name <> \"acme\"", "CONTAINS(name, \"ánh\")", "BEGINS(name, \"đ\")", "ENDS(name, \"ANH\")", "CONTAINS(name, \"an\")", "LEN(name) > 8", "UPPER(name) = \"ACME\"", "ISBLANK(name)",
    "name < \"e\"", "NOT(CONTAINS(note, \"1\"))", "note & name = \"\"", "CONTAINS(name & \"x\", \"mex\")",
    "owner = CURRENT_USER()", "owner <> CURRENT_USER()", "owner = \"103\"", "owner = 103", "ISBLANK(owner)", "NOT(ISBLANK(owner))", "account = \"1043\"", "id = \"10003\"", "id <> 10003",
    "stage.kind = \"open\"", "stage = \"Won\"", "account = \"acme\"", "owner = \"User C\"", "stage.position > 1", "stage.kind = \"open\" AND stage.stale_days > 15", "ISBLANK(stage.stale_days)", "stage.stale_days + 1 > 20",
    "account.industry = \"new\"", "account.employees > 100", "account.employees > pieces", "account.parent.industry = \"new\"", "account.owner = owner", "account.owner = CURRENT_USER()", "ISBLANK(account)", "ISBLANK(account.name)",
    "account.city = \"x\"", "NOT(account.industry = \"new\")", "account.owner.name = \"User C\"", "account.parent.name = \"acme\" OR stage.kind = \"won\"",
    "is_open", "NOT(is_open)", "is_open = TRUE", "is_late", "is_late AND is_open", "weighted > 5", "weighted * 2 > amount", "ISBLANK(weighted)",
    "COUNT(lines) > 0", "SUM(lines.quantity) > 5", "SUM(lines.price) > 10", "COUNT(lines) = 0 AND is_open", "account.employees / pieces > 3",
    "ISBLANK(length)", "IF(done, amount > 5, pieces > 3)", "amount > 3 AND account.industry = \"new\" OR kind = \"renewal\" AND NOT(done)",
    "amount + 5 > 10", "amount - 5 <= 10", "12 < amount + 3", "amount + amount > 10", "amount - amount / 2 > 5", "amount + IF(done, amount, amount) < 20", "stage_since + 14 < NOW()", "NOW() > stage_since + stage.stale_days", "stage_since - stage.stale_days >= NOW() - 30", "NOT(stage_since + stage.stale_days < NOW())", "close_date + stage.stale_days <= TODAY()",
    "IF(stage.kind = \"open\", pieces > 2, pieces > 8)", "pieces > stage.position", "pieces + stage.position = 4", "pieces * 2 < stage.position + 6", "rate + stage.position > 2", "3 - pieces < stage.position",
    "10 / (pieces - stage.position) > 2", "NOT(10 / (pieces - stage.position) > 2)", "stage_since + stage.stale_days < NOW() OR 10 / (pieces - stage.position) > 2", "pieces > LEN(stage.name)", "pieces > stage.position AND pieces < account.employees",
    "created_at < NOW()", "version = 1", "ROUND(rate, 1) = 0.5", "ABS(pieces) = 3",
};

void compare_all(Company& company) {
    const auto system = Viewer::system();
    const auto rep = company.rep(Id{102});
    for (const char* text : formulas) {
        auto checked = formula::check(text, *company.catalog, "deal");
        if (!checked) {
            INFO(std::string(text));
            FAIL_CHECK(checked.refused().message());
            continue;
        }
        for (const Viewer* viewer : {system.get(), static_cast<const Viewer*>(rep.get())}) {
            INFO(std::string(text) << (viewer->is_system ? " as the system" : " as a rep"));
            CHECK(fast(company, *viewer, *checked) == company.slow(*viewer, *checked));
        }
    }
}

}  // namespace

TEST_CASE("A filter finds the records for which the formula holds, and no others") {
    Company company(1, 400);
    compare_all(company);
}

TEST_CASE("A remembered filter follows every change of a record, of its references and of its lines") {
    Company company(2, 150);
    compare_all(company);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 30; ++i) company.put(company.deal(Id{10'000 + 3 * company.any(170)}));
        for (int i = 0; i < 5; ++i) company.put(company.account(Id{1000 + company.any(46)}));
        for (int i = 0; i < 5; ++i) company.put(company.line(Id{900'000 + company.any(100)}));
        company.erase("deal", Id{10'000 + 3 * company.any(150)});
        company.erase("account", Id{1000 + company.any(40)});
        compare_all(company);
    }
}

TEST_CASE("Random filters made of parts give what evaluation gives") {
    Company company(3, 200);
    const auto rep = company.rep(Id{103});
    std::mt19937& random = company.random;
    const auto pick = [&]() -> std::string { return formulas[random() % std::size(formulas)]; };
    for (int i = 0; i < 400; ++i) {
        std::string text = "(" + pick() + ")";
        for (int parts = company.any(3); parts > 0; --parts) text += (company.chance(50) ? " AND " : " OR ") + std::string(company.chance(30) ? "NOT" : "") + "(" + pick() + ")";
        auto checked = formula::check(text, *company.catalog, "deal");
        if (!checked) continue;
        const Viewer& viewer = company.chance(50) ? *Viewer::system() : *rep;
        INFO(std::string(text));
        CHECK(fast(company, viewer, *checked) == company.slow(viewer, *checked));
        if (i % 20 == 0) company.put(company.deal(Id{10'000 + 3 * company.any(210)}));
    }
}

TEST_CASE("The bin holds what is deleted and not merged, filtered alike") {
    Company company(4, 300);
    for (const char* text : {"TRUE", "amount > 5", "stage.kind = \"open\"", "10 / pieces > 2"})
        CHECK(fast(company, *Viewer::system(), company.check(text), "deal", true) == company.slow(*Viewer::system(), company.check(text), "deal", true));
}

TEST_CASE("Lines are visible with their deal, and what no right reaches does not exist") {
    Company company(5, 200);
    const auto rep = company.rep(Id{104});
    CHECK(fast(company, *rep, nullptr, "line") == company.slow(*rep, nullptr, "line"));
    for (const auto& [id, record] : company.plain.records["line"])
        CHECK(company.columns.visible(*rep, *record.entity, Id{id}) == company.plain.visible(*rep, record));
    Viewer nobody;
    nobody.user = Id{105};
    ListQuery query;
    query.entity = "deal";
    CHECK(company.columns.list(nobody, query, context()).refused().code() == "forbidden");
    CHECK_FALSE(company.columns.visible(nobody, company.catalog->need("deal"), Id{10'000}));
    CHECK_FALSE(company.columns.visible(*Viewer::system(), company.catalog->need("deal"), Id{77}));
}

TEST_CASE("What is not held is refused, so that another way can answer") {
    Company company(6, 20);
    ListQuery query;
    query.entity = "deal";
    query.filter = company.check("CONTAINS(body, \"long\")");
    CHECK(Columns::cannot(company.columns.list(*Viewer::system(), query, context()).refused()));
    Columns empty(company.catalog, context());
    query.filter = nullptr;
    CHECK(Columns::cannot(empty.list(*Viewer::system(), query, context()).refused()));
}

}  // namespace fairlead::store::sample
