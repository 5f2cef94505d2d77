// Profiles: the files of known systems become records with their past; what was broken in them is told, not lost.
#include <doctest/doctest.h>

#include <fstream>

#include "base/text.h"
#include "derive/exchange/profile_import.h"
#include "derive/rest_for_tests.h"

using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;

namespace {

class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("fairlead-profile-" + new_id().text())) { std::filesystem::create_directory(path_); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name, std::ios::binary) << text; }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

ProfileReport imported(Company& company, std::string_view name, const std::string& folder, bool dry_run = false) {
    for (const BuiltInProfile& built_in : built_in_profiles()) {
        if (built_in.name != name) continue;
        const auto profile = read_profile(built_in.json, *company.catalog);
        if (!profile) MESSAGE(profile.refused().message());
        REQUIRE(profile);
        ProfileImportOptions options;
        options.dry_run = dry_run;
        auto report = import_folder(*company.store, nullptr, *profile, folder, options);
        if (!report) MESSAGE(report.refused().message());
        REQUIRE(report);
        return std::move(*report);
    }
    FAIL("no such profile");
    return {};
}

const StepReport& step_of(const ProfileReport& report, std::string_view file, std::string_view entity) {
    for (const StepReport& step : report.steps)
        if (step.file == file && step.entity == entity) return step;
    FAIL("no such step: " << file << " " << entity);
    return report.steps.front();
}
std::int64_t left_open(const StepReport& step, std::string_view field) {
    std::int64_t rows = 0;
    for (const LeftOpen& open : step.left_open)
        if (open.field == field) rows += open.rows;
    return rows;
}
std::int64_t total(const ProfileReport& report, std::int64_t StepReport::*part) {
    std::int64_t all = 0;
    for (const StepReport& step : report.steps) all += step.*part;
    return all;
}
std::string refusals(const ProfileReport& report) {
    std::string all;
    for (const StepReport& step : report.steps)
        for (const RefusedRow& row : step.refused) all += step.file + ":" + std::to_string(row.line) + " " + row.message + "\n";
    return all;
}

std::int64_t count(Company& company, const std::string& plural, const std::string& filter = "TRUE") {
    const Answer answer = company.get(Id{}, plural + "?limit=1&filter=" + http::percent_encoded(filter));
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return *Decimal::parse(answer.json.find("page")->find("count")->text)->whole();
}
// A deal by its id at the source, as it stood then: stage, amount.
std::string deal(Company& company, const std::string& id, const std::string& as_of = {}) {
    const Answer answer = company.get(Id{}, "opportunities?fields=stage,amount&filter=" + http::percent_encoded("external_id = \"" + id + "\"") + (as_of.empty() ? "" : "&as_of=" + as_of));
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    if (answer.json.find("data")->items.empty()) return "absent";
    const Json& record = answer.json.find("data")->items[0];
    const Json* amount = record.find("amount")->find("amount");
    return record.find("stage")->find("title")->text + " " + (amount ? amount->text + record.find("amount")->find("currency")->text : "-");
}
std::string field(Company& company, const std::string& plural, const std::string& id, const std::string& name) {
    const Answer answer = company.get(Id{}, plural + "?fields=" + name + "&filter=" + http::percent_encoded("external_id = \"" + id + "\""));
    REQUIRE(answer.status == 200);
    REQUIRE(answer.json.find("data")->items.size() == 1);
    const Json& value = *answer.json.find("data")->items[0].find(name);
    return value.find("title") ? value.find("title")->text : value.is(Json::Kind::boolean) ? (value.flag ? "true" : "false") : value.text;
}

std::string numbered(const char* prefix, int number) {
    std::string digits = std::to_string(number);
    return prefix + std::string(12 - digits.size(), '0') + digits + "AAA";
}

// An export of Salesforce: 12 people, 60 accounts, 90 contacts, 40 leads, 8 products, 300 deals of which every third is
// won, every fifth lost; each deal has its history.
struct Salesforce {
    Folder folder;
    int won = 0, lost = 0, without_account = 0, unknown_owner = 0, lines = 0;

    explicit Salesforce(int moved = 0) {
        std::string users = "Id,Username,LastName,FirstName,Email,Phone,IsActive,ManagerId\r\n";
        for (int i = 0; i < 12; ++i)
            users += numbered("005", i) + ",person" + std::to_string(i) + "@example.com,Trần,Bình " + std::to_string(i) + ",person@example.com,0912 000 00" + std::to_string(i % 10) + "," + (i == 11 ? "0" : "1") + "," + (i == 0 ? "" : numbered("005", 0)) + "\r\n";
        folder.write("User.csv", users);
        std::string accounts = "Id,IsDeleted,Name,Type,ParentId,BillingStreet,BillingCity,BillingCountry,Phone,Website,Industry,AnnualRevenue,NumberOfEmployees,Description,OwnerId\r\n";
        for (int i = 0; i < 60; ++i)
            accounts += numbered("001", i) + ",0,\"Company " + std::to_string(i) + ", Ltd\",Customer," + (i % 10 == 1 ? numbered("001", i - 1) : "") + ",\"1 Street\nFloor 2\",Huế,Vietnam,,,Energy,1250000.0,40,\"=HYPERLINK(\"\"x\"\")\"," + numbered("005", i % 12) + "\r\n";
        // Ids of 15 characters may differ in the case of a letter alone.
        accounts += "001000000000aBc,0,Lower,,,,,,,,,,,,\r\n001000000000AbC,0,Upper,,001000000000aBc,,,,,,,,,,\r\n001000000000XXX,1,Deleted,,,,,,,,,,,,\r\n";
        folder.write("Account.csv", accounts);
        std::string contacts = "Id,IsDeleted,AccountId,LastName,FirstName,Title,Email,Phone,OwnerId\r\n";
        for (int i = 0; i < 90; ++i) contacts += numbered("003", i) + ",0," + numbered("001", i % 60) + ",Lê," + (i % 9 == 0 ? "" : "Mai") + ",Buyer,,," + numbered("005", i % 12) + "\r\n";
        folder.write("Contact.csv", contacts);
        std::string leads = "Id,IsDeleted,LastName,FirstName,Company,Status,LeadSource,IsConverted,OwnerId\r\n";
        for (int i = 0; i < 40; ++i) leads += numbered("00Q", i) + ",0,Phạm,Hoa,Shop " + std::to_string(i) + "," + (i % 2 ? "Working - Contacted" : "Our own word") + ",Web," + (i % 10 == 0 ? "1" : "0") + "," + numbered("005", i % 12) + "\r\n";
        folder.write("Lead.csv", leads);
        std::string products = "Id,IsDeleted,Name,ProductCode,IsActive,Family\r\n";
        for (int i = 0; i < 8; ++i) products += numbered("01t", i) + ",0,Pump " + std::to_string(i) + ",P-0" + std::to_string(i) + ",1,Pumps\r\n";
        folder.write("Product2.csv", products);

        std::string deals = "Id,IsDeleted,AccountId,Name,StageName,StageSortOrder,Amount,Probability,CloseDate,Type,NextStep,LeadSource,IsClosed,IsWon,ForecastCategory,OwnerId,CreatedDate\r\n";
        std::string history = "Id,OpportunityId,StageName,Amount,Probability,ForecastCategory,CloseDate,CreatedDate,IsDeleted\r\n";
        std::string line_items = "Id,IsDeleted,OpportunityId,Product2Id,Quantity,UnitPrice,Discount\r\n";
        int step = 0;
        const auto move = [&](int deal_number, const char* stage, const char* amount, const char* probability, const char* category, const std::string& at) {
            history += numbered("008", step++) + "," + numbered("006", deal_number) + "," + stage + "," + amount + "," + probability + "," + category + ",2025-06-30," + at + ",0\r\n";
        };
        for (int i = 0; i < 300; ++i) {
            const bool is_won = i % 3 == 0, is_lost = !is_won && i % 5 == 0, is_moved = !is_won && !is_lost && i < moved;
            won += is_won;
            lost += is_lost;
            const bool no_account = i % 20 == 7;
            without_account += no_account;
            const bool no_owner = i % 50 == 9;
            unknown_owner += no_owner;
            const char* stage = is_won ? "Closed Won" : is_lost ? "Closed Lost" : is_moved ? "Negotiation/Review" : i % 50 == 1 ? "A stage nobody listed" : "Proposal/Price Quote";
            deals += numbered("006", i) + ",0," + (no_account ? "001ZZZZZZZZZZZZZZZ" : numbered("001", i % 60)) + ",Deal " + std::to_string(i) + "," + stage + "," + (is_won ? "9" : is_lost ? "10" : is_moved ? "8" : i % 50 == 1 ? "3" : "7") + ",2400.5," +
                     (is_won ? "100" : is_lost ? "0" : is_moved ? "90" : i % 4 == 1 ? "60" : "75") + ",2025-03-01,New Business,Call,Web," + (is_won || is_lost ? "1" : "0") + "," + (is_won ? "1" : "0") + "," + (is_won ? "Closed" : is_lost ? "Omitted" : "BestCase") + "," +
                     (no_owner ? "005ZZZZZZZZZZZZZZZ" : numbered("005", i % 12)) + ",2025-01-10 08:00:00\r\n";
            move(i, "Prospecting", "1000.0", "10", "Pipeline", "2025-01-10 08:00:00");
            move(i, "Proposal/Price Quote", "2500.0", "75", "BestCase", "2025-02-01T10:30:00.000Z");
            move(i, "Proposal/Price Quote", "2400.5", "75", "BestCase", "2025-02-10T10:30:00.000+0000");
            if (is_won || is_lost) move(i, stage, "2400.5", is_won ? "100" : "0", is_won ? "Closed" : "Omitted", "2025-03-02 09:00:00");
            else if (i % 50 == 1) move(i, stage, "2400.5", "60", "BestCase", "2025-02-20 09:00:00");
            if (is_moved) move(i, stage, "2400.5", "90", "BestCase", "2026-03-01 09:00:00");
            if (i % 2 == 0) line_items += numbered("00k", lines++) + ",0," + numbered("006", i) + "," + numbered("01t", i % 8) + ",3.0,800.25,10.0\r\n";
        }
        folder.write("Opportunity.csv", deals);
        folder.write("OpportunityHistory.csv", history);
        // Deal 2 went from person 5 to 7 to 2; each change stands twice, with names and with ids.
        folder.write("OpportunityFieldHistory.csv", "Id,IsDeleted,OpportunityId,CreatedById,CreatedDate,Field,OldValue,NewValue\r\n" + numbered("017", 0) + ",0," + numbered("006", 2) + ",,2025-01-20 08:00:00,Owner,Bình 7 Trần,Bình 2 Trần\r\n" +
                                                        numbered("017", 1) + ",0," + numbered("006", 2) + ",,2025-01-20 08:00:00,Owner," + numbered("005", 7) + "," + numbered("005", 2) + "\r\n" + numbered("017", 2) + ",0," + numbered("006", 2) +
                                                        ",,2025-01-12 08:00:00,Owner," + numbered("005", 5) + "," + numbered("005", 7) + "\r\n" + numbered("017", 3) + ",0," + numbered("006", 2) + ",,2025-01-13 08:00:00,NextStep,005,Call\r\n");
        folder.write("OpportunityLineItem.csv", line_items);
        std::string tasks = "Id,IsDeleted,WhoId,WhatId,AccountId,Subject,ActivityDate,Status,Priority,IsClosed,TaskSubtype,CallType,CallDurationInSeconds,CompletedDateTime,CreatedDate,OwnerId\r\n";
        for (int i = 0; i < 100; ++i)
            tasks += numbered("00T", i) + ",0," + (i % 2 ? numbered("003", i % 90) : numbered("00Q", i % 40)) + "," + numbered("006", i) + "," + numbered("001", i % 60) + ",Ring,2025-02-0" + std::to_string(1 + i % 9) + ",Open,High," + (i % 4 == 0 ? "1" : "0") + "," + (i % 4 == 0 ? "Call" : "Task") + ",Outbound,65,2025-02-05 03:04:05,2025-02-01 00:00:00," + numbered("005", i % 12) + "\r\n";
        folder.write("Task.csv", tasks);
        std::string events = "Id,IsDeleted,WhoId,WhatId,AccountId,Subject,StartDateTime,OwnerId\r\n";
        for (int i = 0; i < 30; ++i) events += numbered("00U", i) + ",0,," + numbered("006", i) + ",,Visit,2025-02-05 03:00:00," + numbered("005", i % 12) + "\r\n";
        folder.write("Event.csv", events);
    }
};

}  // namespace

TEST_CASE("A data export of Salesforce becomes people, customers and deals with the way that each deal went") {
    Company company;
    const Salesforce files;
    const ProfileReport rehearsed = imported(company, "salesforce", files.folder.path(), true);
    CHECK(count(company, "opportunities") == 0);
    const ProfileReport report = imported(company, "salesforce", files.folder.path());
    CHECK(refusals(report) == "");
    CHECK(total(rehearsed, &StepReport::created) == total(report, &StepReport::created));
    CHECK(step_of(report, "User.csv", "user").created == 12);
    CHECK(step_of(report, "Account.csv", "account").created == 62);
    CHECK(step_of(report, "Account.csv", "account").left_out == 1);
    CHECK(step_of(report, "Contact.csv", "contact").created == 90);
    CHECK(step_of(report, "Lead.csv", "lead").created == 40);
    CHECK(step_of(report, "Product2.csv", "product").created == 8);
    const StepReport& deals = step_of(report, "Opportunity.csv", "opportunity");
    CHECK(deals.created == 300);
    CHECK(left_open(deals, "account") == files.without_account);
    CHECK(left_open(deals, "owner") == files.unknown_owner);
    CHECK(step_of(report, "OpportunityLineItem.csv", "opportunity_line").created == files.lines);
    CHECK(count(company, "activities", "kind = \"call\"") == 25);
    CHECK(count(company, "activities", "kind = \"meeting\"") == 30);
    CHECK(count(company, "tasks") == 75);
    CHECK(count(company, "opportunities", "stage.kind = \"won\"") == files.won);
    CHECK(count(company, "opportunities", "stage.kind = \"lost\"") == files.lost);
    CHECK(count(company, "opportunities", "stage.name = \"A stage nobody listed\" AND is_open") == 4);
    CHECK(count(company, "stages", "pipeline.code = \"salesforce\"") == 5);
    CHECK(count(company, "accounts", "NOT(ISBLANK(parent))") == 7);
    CHECK(field(company, "accounts", "001000000000AbCAAU", "parent") == "Lower");
    CHECK(field(company, "users", numbered("005", 11), "active") == "false");
    CHECK(field(company, "users", numbered("005", 3), "name") == "Bình 3 Trần");
    CHECK(field(company, "users", numbered("005", 3), "manager") == "Bình 0 Trần");
    CHECK(field(company, "contacts", numbered("003", 9), "name") == "Lê");
    CHECK(field(company, "leads", numbered("00Q", 10), "status") == "qualified");
    // A chance that a person set is kept, one that the stage gives stays with the stage.
    CHECK(field(company, "opportunities", numbered("006", 17), "probability_by_person") == "true");
    CHECK(field(company, "opportunities", numbered("006", 2), "probability_by_person") == "false");

    const std::string won = numbered("006", 0), open = numbered("006", 2);
    CHECK(deal(company, won, "2025-01-09") == "absent");
    CHECK(deal(company, won, "2025-01-15") == "Prospecting 1000.00USD");
    CHECK(deal(company, won, "2025-02-05") == "Proposal/Price Quote 2500.00USD");
    CHECK(deal(company, won, "2025-02-15") == "Proposal/Price Quote 2400.50USD");
    CHECK(deal(company, won) == "Closed Won 2400.50USD");
    CHECK(field(company, "opportunities", won, "opened_on") == "2025-01-10");
    CHECK(field(company, "opportunities", won, "closed_on") == "2025-03-01");
    CHECK(field(company, "opportunities", won, "last_open_stage") == "Proposal/Price Quote");
    CHECK(deal(company, open, "2025-01-15") == "Prospecting 1000.00USD");
    const auto owner_on = [&](const char* day) {
        const Answer answer = company.get(Id{}, std::string("opportunities?fields=owner&as_of=") + day + "&filter=" + http::percent_encoded("external_id = \"" + open + "\""));
        return answer.json.find("data")->items.at(0).find("owner")->find("title")->text;
    };
    CHECK(owner_on("2025-01-11") == "Bình 5 Trần");
    CHECK(owner_on("2025-01-15") == "Bình 7 Trần");
    CHECK(owner_on("2025-02-15") == "Bình 2 Trần");
    CHECK(deal(company, open) == "Proposal/Price Quote 2400.50USD");
    CHECK(field(company, "opportunities", open, "stage_since") == "2025-02-01T10:30:00Z");
}

TEST_CASE("The next week's export changes what has moved, at the time it moved, and nothing else") {
    Company company;
    imported(company, "salesforce", Salesforce().folder.path());
    const std::int64_t seq = company.store->last_seq();
    const ProfileReport again = imported(company, "salesforce", Salesforce().folder.path());
    CHECK(total(again, &StepReport::created) == 0);
    for (const StepReport& step : again.steps) {
        CAPTURE(step.file);
        CAPTURE(step.entity);
        CHECK(step.updated == 0);
    }
    CHECK(company.store->last_seq() == seq);
    company.clock.set(*Instant::parse("2026-03-09T09:00:00Z"));
    const ProfileReport next = imported(company, "salesforce", Salesforce(60).folder.path());
    CHECK(refusals(next) == "");
    std::int64_t moved = 0;
    for (int i = 0; i < 60; ++i) moved += i % 3 != 0 && i % 5 != 0;
    CHECK(step_of(next, "Opportunity.csv", "opportunity").updated == moved);
    CHECK(deal(company, numbered("006", 2), "2026-02-27") == "Proposal/Price Quote 2400.50USD");
    CHECK(deal(company, numbered("006", 2)) == "Negotiation/Review 2400.50USD");
}

TEST_CASE("HubSpot's exports become records; what each column of a stage tells becomes the deal's way") {
    Company company;
    const Folder folder;
    std::string companies = "Record ID,Company name,Company Domain Name,Company owner,Phone Number,City,Country/Region,Industry,Annual Revenue,Number of Employees\n";
    for (int i = 0; i < 50; ++i) companies += std::to_string(9'000'000'000 + i) + ",Hãng " + std::to_string(i) + ",hang" + std::to_string(i) + ".vn,Bình Trần,,Đà Nẵng,Vietnam,Computer Software,5000000,12\n";
    companies += "9000000099,,only-domain.vn,,,,,,,\n";
    folder.write("hubspot-crm-exports-all-companies-2026-02-01.csv", companies);
    std::string contacts = "Record ID,First Name,Last Name,Email,Contact owner,Job Title,Associated Company IDs\n";
    for (int i = 0; i < 120; ++i) contacts += std::to_string(100 + i) + ",Mai,Lê " + std::to_string(i) + ",mai" + std::to_string(i) + "@hang.vn,Hoa Phạm,Buyer," + std::to_string(9'000'000'000 + i % 50) + ";9000000001\n";
    folder.write("hubspot-crm-exports-all-contacts-2026-02-01.csv", contacts);
    const auto deals = [&](bool later) {
        std::string text = "Record ID,Deal Name,Deal Stage,Pipeline,Deal owner,Amount,Currency,Close Date,Create Date,Deal Type,Deal probability,Is Closed Won,Is Deal Closed?,Closed Lost Reason,Associated Company IDs,Associated Contact IDs,"
                           "\"Date entered \"\"Appointment Scheduled (Sales Pipeline)\"\"\",\"Date entered \"\"Contract Sent (Sales Pipeline)\"\"\",\"Date entered \"\"Closed Won (Sales Pipeline)\"\"\",\"Date entered \"\"Dropped (Sales Pipeline)\"\"\",\"Date entered \"\"Forgotten (Renewals)\"\"\"\n";
        for (int i = 0; i < 200; ++i) {
            const int kind = i % 4;  // won, dropped, contract sent, appointment
            const char* stage = kind == 0 ? "Closed Won" : kind == 1 ? "Dropped" : kind == 2 ? "Contract Sent" : "Appointment Scheduled";
            text += std::to_string(5'000 + i) + ",Thương vụ " + std::to_string(i) + "," + stage + ",Sales Pipeline," + (i % 2 ? "Bình Trần" : "Quân Võ") + ",1500000," + (i % 2 ? "VND" : "USD") + ",2025-05-20 16:00,2025-04-01 09:15,New Business," +
                    (kind == 0 ? "1" : kind == 1 ? "0" : kind == 2 ? "0.9" : "0.2") + "," + (kind == 0 ? "true" : "false") + "," + (kind < 2 ? "true" : "false") + "," + (kind == 1 ? "Too dear" : "") + "," +
                    (i % 40 == 5 ? "777" : std::to_string(9'000'000'000 + i % 50)) + "," + std::to_string(100 + i % 120) + ",2025-04-01 09:15," + (kind != 3 || later ? "2025-04-20 11:00" : "") + "," + (kind == 0 ? "2025-05-20 16:00" : "") + "," + (kind == 1 ? "2025-05-19 10:00" : "") + ",\n";
        }
        return text;
    };
    folder.write("hubspot-crm-exports-all-deals-2026-02-01.csv", deals(false));
    const ProfileReport report = imported(company, "hubspot", folder.path());
    CHECK(refusals(report) == "");
    CHECK(count(company, "accounts") == 51);
    CHECK(count(company, "contacts", "NOT(ISBLANK(account))") == 120);
    CHECK(count(company, "opportunities") == 200);
    CHECK(count(company, "opportunities", "stage.kind = \"won\"") == 50);
    CHECK(count(company, "opportunities", "stage.kind = \"lost\" AND lost_note = \"Too dear\"") == 50);
    CHECK(count(company, "opportunities", "ISBLANK(account)") == 5);
    CHECK(left_open(step_of(report, "hubspot-crm-exports-all-deals-2026-02-01.csv", "opportunity"), "account") == 5);
    CHECK(count(company, "users", "name = \"Bình Trần\" OR name = \"Hoa Phạm\" OR name = \"Quân Võ\"") == 3);
    CHECK(count(company, "stages", "pipeline.name = \"Sales Pipeline\"") == 4);
    CHECK(count(company, "stages", "pipeline.name = \"Renewals\"") == 1);
    CHECK(deal(company, "5000", "2025-04-10") == "Appointment Scheduled 1500000.00USD");
    CHECK(deal(company, "5000", "2025-05-01") == "Contract Sent 1500000.00USD");
    CHECK(deal(company, "5000") == "Closed Won 1500000.00USD");
    CHECK(field(company, "opportunities", "5000", "closed_on") == "2025-05-20");
    CHECK(deal(company, "5001", "2025-05-19") == "Contract Sent 1500000VND");
    CHECK(deal(company, "5001") == "Dropped 1500000VND");
    CHECK(field(company, "opportunities", "5003", "opened_on") == "2025-04-01");
    const std::int64_t seq = company.store->last_seq();
    imported(company, "hubspot", folder.path());
    CHECK(company.store->last_seq() == seq);
}

TEST_CASE("A profile is read strictly: what it does not know is told with its place") {
    Company company;
    const auto refused = [&](const std::string& steps) {
        const auto profile = read_profile("{\"name\":\"x\",\"steps\":[" + steps + "]}", *company.catalog);
        return profile ? std::string("taken") : profile.refused().message();
    };
    CHECK(refused(R"({"file":"a.csv","entity":"account","key":"name","set":{"name":"Name"}})") == "taken");
    CHECK(refused(R"({"file":"a.csv","entity":"acount","key":"name","set":{"name":"Name"}})").starts_with("steps/0/entity"));
    CHECK(refused(R"({"file":"a.csv","entity":"account","key":"name","set":{"nmae":"Name"}})").starts_with("steps/0/set/nmae"));
    CHECK(refused(R"({"file":"a.csv","entity":"account","key":"name","set":{"name":{"columns":"Name"}}})").starts_with("steps/0/set/name/columns"));
    CHECK(refused(R"({"file":"a.csv","entity":"account","key":"name","set":{"name":{"first":[{}]}}})").starts_with("steps/0/set/name/first/0"));
    CHECK(refused(R"({"file":"a.csv","entity":"opportunity","key":"name","set":{"name":"N"},"history":{"entered":"Date entered "}})").starts_with("steps/0/history/entered"));
    CHECK(refused(R"({"entity":"account","key":"name","set":{"name":"Name"}})").starts_with("steps/0"));
}

TEST_CASE("The export of a hardware seller counts what it counts, and five imports leave one state") {
    const std::string folder = [] {
        for (std::filesystem::path at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path())
            if (const auto data = at / "shared" / "data" / "crm_sales_opportunities"; std::filesystem::is_directory(data)) return data.string();
        return std::string();
    }();
    if (folder.empty()) {
        MESSAGE("skipped: the data set crm_sales_opportunities is not here");
        return;
    }
    Company company;
    const ProfileReport report = imported(company, "crm_sales_opportunities", folder);
    CHECK(refusals(report) == "");
    CHECK(count(company, "opportunities") == 8'800);
    CHECK(count(company, "opportunities", "stage.name = \"Won\"") == 4'238);
    CHECK(count(company, "opportunities", "stage.name = \"Lost\"") == 2'473);
    CHECK(count(company, "opportunities", "stage.name = \"Engaging\"") == 1'589);
    CHECK(count(company, "opportunities", "stage.name = \"Prospecting\"") == 500);
    CHECK(count(company, "opportunities", "ISBLANK(account)") == 1'425);
    CHECK(count(company, "opportunities", "ISBLANK(product) OR ISBLANK(owner)") == 0);
    CHECK(count(company, "accounts", "ISBLANK(industry)") == 0);
    const Answer sum = company.post(Id{}, "opportunities/query", R"j({"group":["stage"],"aggregate":["sum(amount)"],"filter":"stage.kind = \"won\""})j");
    CHECK(sum.json.find("groups")->items.at(0).find("sum(amount)")->find("amount")->text == "10005534.00");
    const StepReport& deals = step_of(report, "sales_pipeline.csv", "opportunity");
    CHECK(left_open(deals, "account") == 1'425);
    bool product_repaired = false, sector_repaired = false;
    for (const StepReport& step : report.steps)
        for (const Repair& repair : step.repaired) {
            product_repaired |= repair.from == "GTXPro" && repair.to == "GTX Pro" && repair.rows > 0;
            sector_repaired |= repair.from == "technolgy" && repair.to == "technology" && repair.rows > 0;
        }
    CHECK(product_repaired);
    CHECK(sector_repaired);
    const std::int64_t seq = company.store->last_seq();
    for (int i = 0; i < 4; ++i) {
        const ProfileReport again = imported(company, "crm_sales_opportunities", folder);
        CHECK(total(again, &StepReport::created) == 0);
    }
    CHECK(count(company, "opportunities") == 8'800);
    CHECK(company.store->last_seq() == seq);
}
