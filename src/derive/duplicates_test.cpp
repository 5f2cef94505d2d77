// Records that look like one: what they have in common, what is a branch and what only shares a legal form.
#include <doctest/doctest.h>

#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

void in_vietnam(Company& company) {
    const Answer list = company.get(company.administrator, "companies");
    REQUIRE(company.patch(company.administrator, "companies/" + list.json.find("data")->items[0].find("id")->text, R"({"zone":"Asia/Ho_Chi_Minh"})").status == 200);
}

// "strong Công ty TNHH An Phát: like_name", in the answer's order.
std::vector<std::string> lines(const Answer& answer) {
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    std::vector<std::string> out;
    for (const Json& one : answer.json.find("data")->items) {
        std::string line = one.find("likeness")->text + " " + one.find("title")->text + ":";
        for (const Json& reason : one.find("reasons")->items) line += " " + reason.find("code")->text;
        out.push_back(line);
    }
    return out;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("A tax code is checked where it is written, kept in one form, and a stranger's left alone (text-09)") {
    Company company;
    in_vietnam(company);
    const Id ada = company.administrator;
    const Answer wrong = company.post(ada, "accounts", R"({"name":"An","tax_code":"0312345670"})");
    CHECK(wrong.status == 422);
    CHECK(wrong.faults() == Lines{"/tax_code tax_code_check_digit"});
    CHECK(wrong.text("detail").find("check digit: 3 expected, 0 found") != std::string::npos);
    const Answer lost = company.post(ada, "accounts", R"({"name":"An","tax_code":"312345673"})");
    CHECK(lost.text("detail").find("9 digits: a leading zero may be lost (0312345673 would be valid)") != std::string::npos);
    const Answer branch = company.post(ada, "accounts", R"({"name":"An","tax_code":"0312345673 001"})");
    CHECK(branch.text("tax_code") == "0312345673-001");
    const std::string at = "accounts/" + branch.text("id");
    CHECK(company.patch(ada, at, R"({"tax_code":"0312345673002"})").text("tax_code") == "0312345673-002");
    CHECK(company.patch(ada, at, R"({"tax_code":"5260250991"})").faults() == Lines{"/tax_code tax_code_check_digit"});
    CHECK(company.patch(ada, at, R"({"tax_code":"5260250995","country":"Polska"})").status == 200);
    CHECK(company.patch(ada, at, R"({"tax_code":"5260250996"})").status == 200);  // of the country that it has
    CHECK(company.post(ada, "accounts", R"({"name":"Bären GmbH","tax_code":"DE 123456789"})").text("tax_code") == "DE 123456789");
    const Answer in_vietnamese = company.post(ada, "accounts", R"({"name":"An","tax_code":"0312345670"})", {{"accept-language", "vi"}});
    CHECK(in_vietnamese.text("detail").find("chữ số kiểm tra phải là 3, không phải 0") != std::string::npos);
    Company elsewhere;
    CHECK(elsewhere.post(elsewhere.administrator, "accounts", R"({"name":"An","tax_code":"0312345670"})").status == 201);
    CHECK(elsewhere.post(elsewhere.administrator, "accounts", R"({"name":"An","tax_code":"0312345670","country":"Việt Nam"})").status == 422);
}

TEST_CASE("Before an account is made, those that look like it are told; a branch is no duplicate of its company (text-09, text-10)") {
    Company company;
    in_vietnam(company);
    const Id ada = company.administrator;
    const Id trade = company.make("account", {{"name", "Công ty TNHH Thương mại An Phát"}, {"tax_code", "0312345673"}, {"website", "https://www.anphat.vn/gioi-thieu"}});
    company.make("account", {{"name", "Công ty Cổ phần An Phát"}});
    company.make("account", {{"name", "Công ty TNHH Bình Minh"}, {"phone", "(028) 3822 1234"}});
    company.make("account", {{"name", "Công ty TNHH"}});
    company.make("account", {{"name", "Nhựa An Phát Xanh"}});
    const auto alike = [&](const char* body) { return lines(company.post(ada, "accounts/duplicates", body)); };
    CHECK(alike(R"({"name":"CTY TNHH TM AN PHAT"})") == Lines{"strong Công ty TNHH Thương mại An Phát: like_name", "weak Công ty Cổ phần An Phát: like_name_other_form"});
    CHECK(alike(R"({"name":"an phat"})").size() == 2);
    CHECK(alike(R"({"name":"Công ty TNHH"})").empty());
    CHECK(alike(R"({"name":"Công ty TNHH Hoa Sen"})").empty());
    CHECK(alike(R"({"name":"AP","tax_code":"0312345673"})") == Lines{"same Công ty TNHH Thương mại An Phát: like_same_value"});
    CHECK(alike(R"({"name":"AP","website":"anphat.vn"})") == Lines{"strong Công ty TNHH Thương mại An Phát: like_same_value"});
    CHECK(alike(R"({"name":"BM","phone":"+84 28 38221234"})") == Lines{"strong Công ty TNHH Bình Minh: like_same_value"});
    // The name alone would be strong; its tax code says what it is.
    CHECK(alike(R"({"name":"Công ty TNHH TM An Phát","tax_code":"0312345673001"})") ==
          Lines{"weak Công ty Cổ phần An Phát: like_name_other_form", "related Công ty TNHH Thương mại An Phát: like_name like_company_of_branch"});
    // Another company's tax code: another company, whatever its name.
    CHECK(alike(R"({"name":"Công ty TNHH TM An Phát","tax_code":"0319876546"})").front() == "weak Công ty TNHH Thương mại An Phát: like_name");
    const Id branch = company.make("account", {{"name", "Chi nhánh An Phát"}, {"tax_code", "0312345673-001"}});
    CHECK(lines(company.get(ada, "accounts/" + branch.text() + "/duplicates")) == Lines{"related Công ty TNHH Thương mại An Phát: like_company_of_branch"});
    CHECK(lines(company.get(ada, "accounts/" + trade.text() + "/duplicates")) ==
          Lines{"weak Công ty Cổ phần An Phát: like_name_other_form", "related Chi nhánh An Phát: like_branch_of_company"});
    CHECK(company.post(ada, "accounts/duplicates?limit=1", R"({"name":"An Phát"})").text("count") == "2");
    CHECK(company.post(ada, "accounts/duplicates", R"({"names":"An Phát"})").status == 400);
    const Answer words = company.post(ada, "accounts/duplicates", R"({"tax_code":"0312345673"})", {{"accept-language", "vi"}});
    CHECK(words.body.find("Trùng Mã số thuế: 0312345673") != std::string::npos);
}

TEST_CASE("Leads of one company are different people unless their names are the same") {
    Company company;
    const Id ada = company.administrator;
    company.make("lead", {{"name", "Nguyễn An"}, {"company", "Acme GmbH"}, {"email", "an@acme.example"}});
    company.make("lead", {{"name", "Trần Bình"}, {"company", "Acme GmbH"}});
    const auto alike = [&](const char* body) { return lines(company.post(ada, "leads/duplicates", body)); };
    CHECK(alike(R"({"name":"Lê Chi","company":"ACME Co., Ltd."})") == Lines{"weak Nguyễn An: like_name", "weak Trần Bình: like_name"});
    CHECK(alike(R"({"name":"nguyen an","company":"ACME Co., Ltd."})").front().starts_with("strong Nguyễn An:"));
    CHECK(alike(R"({"name":"N. A.","email":"AN@acme.example"})") == Lines{"same Nguyễn An: like_same_value"});
}

TEST_CASE("What a person may not see is nobody's duplicate to him") {
    Company company;
    const Id rep = company.person("Rep", "rep", Id{});
    company.make("account", {{"name", "An Phát"}, {"tax_code", "X1"}, {"owner", Value(company.administrator)}});
    const Answer answer = company.post(rep, "accounts/duplicates", R"({"name":"An Phát","tax_code":"X1"})");
    CHECK(lines(answer).empty());
    CHECK(company.post(company.administrator, "accounts/duplicates", R"({"name":"An Phát"})").text("count") == "1");
}
