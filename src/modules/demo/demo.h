// The demonstration company: a maker of industrial equipment with Vietnamese and foreign customers, its people,
// and several years of deals whose outcomes really depend on industry, source, size and who sells.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/records.h"
#include "modules/demo/chance.h"

namespace fairlead::demo {

using model::Records;

struct Wishes {
    std::int64_t opportunities = 20'000;
    std::uint64_t seed = 1;
    Date today{};      // the company's past ends here
    int years = 4;
    std::string language = "en";  // of lists and texts: en or vi
};

// Makes the company piece by piece, so that each piece is one commit. Every call of `step` must be given the
// transaction of a new commit and, when that is replayed, gives the same records again.
class Company {
  public:
    explicit Company(const Wishes& wishes);

    // The frame: people, teams, regions, industries, products, sources, competitors. Once, first.
    Result<void> make_frame(Records& records);
    // The next `count` accounts with contacts, deals with their way, activities, tasks and leads. Deals are dated in
    // the past: opened, moved and closed with effective times.
    Result<void> make_slice(Records& records, std::int64_t first, std::int64_t count);
    std::int64_t accounts() const { return accounts_; }

  private:
    struct Person {
        Id id{}, team{};
        Date started{};
        double skill = 0;
    };
    struct Named {
        Id id{};
        double weight = 1;   // how often
        double win = 0;      // what it adds to the chance to win, in log odds
        double size = 1;     // factor of a deal's size
        double cycle = 1;    // factor of a cycle's length
    };
    Result<Id> create(Records& records, model::Patch& patch, std::optional<Instant> effective = {});
    Result<std::vector<Named>> make_list(Records& records, const char* entity, std::span<const Named> shape, std::span<const char* const> names);
    Result<void> make_people(Records& records);
    Result<void> make_products(Records& records);
    Result<void> find_stages(Records& records);

    struct Customer {
        Id id{}, contact{};
        const Named *industry = nullptr, *region = nullptr;
        const Person* seller = nullptr;
        std::string name;
        bool vietnamese = false;
    };
    Result<Customer> make_customer(Records& records, Chance& chance);
    Result<void> make_deal(Records& records, Chance& chance, const Customer& customer);
    Result<void> follow_deal(Records& records, Chance& chance, Id deal, const Customer& customer, Instant opened, double days, bool won, double amount);
    Result<void> make_activity(Records& records, Chance& chance, const Customer& customer, Id deal, Instant at);
    Result<void> make_lead(Records& records, Chance& chance);
    const Named& pick(Chance& chance, const std::vector<Named>& list) const;
    const Person& seller_at(Chance& chance, Date day) const;
    Date opening_day(Chance& chance) const;
    // Customers and products are older than every deal, so that figures of a past day know them.
    Instant beginning(const Records& records) const;
    Value money(double amount) const;
    // What is said of one thing, in the company's language.
    template <class Words>
    const Words& in(const Words& english, const Words& vietnamese) const { return wishes_.language == "vi" ? vietnamese : english; }

    Wishes wishes_;
    std::int64_t accounts_ = 0;
    std::vector<Person> sellers_;
    std::vector<Named> industries_, regions_, sources_, products_, reasons_, competitors_, types_;
    std::vector<double> prices_;
    std::vector<Id> open_stages_;
    Id won_{}, lost_{};
    Currency currency_{};
};

}  // namespace fairlead::demo
