#include "base/company_name.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace fairlead;

namespace {
Likeness alike(std::string_view a, std::string_view b) { return likeness(company_name(a), company_name(b)); }
}  // namespace

TEST_CASE("text-10: company names are alike by their brands, not by their legal forms") {
    const std::array names{"Công ty TNHH Thương mại An Phát", "CTY TNHH TM An Phát", "AN PHAT", "Công ty TNHH Bình Minh", "Công ty Cổ phần An Phát", "CTCP An Phát", "Công ty TNHH"};
    const std::array brands{"an phat", "an phat", "an phat", "binh minh", "an phat", "an phat", ""};
    for (std::size_t i = 0; i < names.size(); ++i) {
        CAPTURE(names[i]);
        CHECK(company_name(names[i]).brand == brands[i]);
    }
    const auto of = [&](int a, int b) { return alike(names[static_cast<std::size_t>(a - 1)], names[static_cast<std::size_t>(b - 1)]); };
    CHECK(of(1, 2) == Likeness::strong);
    CHECK(of(5, 6) == Likeness::strong);
    for (const int one : {1, 2, 3})
        for (const int other : {5, 6}) CHECK(of(one, other) == Likeness::weak);
    CHECK(of(1, 4) == Likeness::none);
    CHECK(of(2, 4) == Likeness::none);
    for (int other = 1; other <= 7; ++other) CHECK(of(7, other) == Likeness::none);
}

TEST_CASE("Legal forms of other countries are no part of the brand") {
    const std::vector<std::pair<const char*, LegalForm>> acme{
        {"Acme Co., Ltd", LegalForm::limited}, {"ACME CO.,LTD.", LegalForm::limited}, {"Acme Company Limited", LegalForm::limited}, {"Acme GmbH", LegalForm::limited}, {"Acme L.L.C.", LegalForm::limited},
        {"Acme JSC", LegalForm::stock}, {"Acme J.S.C", LegalForm::stock}, {"Acme Joint Stock Company", LegalForm::stock}, {"Acme, Inc.", LegalForm::stock}, {"Acme S.A.", LegalForm::stock}, {"Acmé AG", LegalForm::stock},
        {"Acme Sdn. Bhd.", LegalForm::limited}, {"Acme Pte. Ltd.", LegalForm::limited}, {"Acme Trading Co., Ltd", LegalForm::limited}, {"Acme GmbH & Co. KG", LegalForm::partnership}, {"Acme", LegalForm::none},
        {"Công ty T.N.H.H. MTV Acme", LegalForm::limited}, {"DNTN Acme", LegalForm::own}, {"Tổng công ty Cổ phần Acme", LegalForm::stock}, {"Công ty Hợp danh Acme", LegalForm::partnership},
        {"Công ty TNHH Sản xuất - Thương mại & Dịch vụ Acme", LegalForm::limited}, {"Cty CP Đầu tư và Thương mại Acme", LegalForm::stock},
    };
    for (const auto& [name, form] : acme) {
        CAPTURE(name);
        CHECK(company_name(name).brand == "acme");
        CHECK(company_name(name).form == form);
    }
    CHECK(alike("Acme GmbH", "ACME Co., Ltd.") == Likeness::strong);
    CHECK(alike("Acme GmbH", "Acme AG") == Likeness::weak);
}

TEST_CASE("What only looks like a legal form stays in the brand") {
    CHECK(company_name("Công ty TNHH Hương Sa").brand == "huong sa");
    CHECK(company_name("Công ty TNHH Lotus Spa").brand == "lotus spa");
    CHECK(company_name("Co-op Mart").brand == "co op mart");
    CHECK(company_name("3M").brand == "3m");
    CHECK(company_name("Và Cà Phê").brand == "va ca phe");
    CHECK(company_name("L'Oréal S.A.").brand == "loreal");
    CHECK(company_name("Đông Á").brand == "dong a");
    CHECK(company_name("株式会社").brand == "株式会社");
    CHECK(company_name("").brand.empty());
    CHECK(company_name("& Co. KG").brand.empty());
    CHECK(alike("Bình Minh", "bình minh") == Likeness::strong);
    CHECK(alike("", "") == Likeness::none);
}
