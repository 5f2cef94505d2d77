// How long a formula takes on a record, beside the same condition written in C++.
//   bench_formula
#include <chrono>
#include <cstdio>

#include "formula/formula.h"
#include "formula/sample_for_tests.h"

using namespace fairlead;
using namespace fairlead::formula;

namespace {

// A row that finds its values by slot, as the store's records do.
class SlotRow final : public Row {
  public:
    explicit SlotRow(const std::vector<Value>& slots) : slots_(slots) {}
    Value value(const std::vector<PathStep>& path) const override { return slots_[static_cast<std::size_t>(path.back().type.slot)]; }
    std::optional<std::int64_t> reporting(const std::vector<PathStep>&) const override { return 123'450; }

  private:
    const std::vector<Value>& slots_;
};

class SlotSchema final : public formula::Schema {
  public:
    std::optional<FieldType> field(std::string_view entity, std::string_view name) const override {
        auto type = sample_.field(entity, name);
        if (type) {
            int slot = 0;
            for (const auto& [field_name, unused] : sample_.entities.at(std::string(entity))) {
                if (field_name == name) type->slot = slot;
                ++slot;
            }
        }
        return type;
    }
    std::vector<std::string> field_names(std::string_view entity) const override { return sample_.field_names(entity); }

  private:
    sample::Schema sample_;
};

template <class Work>
double nanoseconds(Work work) {
    double best = 1e300;
    for (int round = 0; round < 5; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        constexpr int times = 200'000;
        for (int i = 0; i < times; ++i) work(i);
        const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
        best = std::min(best, spent.count() / times);
    }
    return best;
}

}  // namespace

int main() {
    const SlotSchema schema;
    const Context context = sample::context();
    std::vector<Value> slots(32);
    const auto set = [&](const char* name, Value value) { slots[static_cast<std::size_t>(schema.field("deal", name)->slot)] = std::move(value); };
    set("amount", sample::money("1234.50"));
    set("rate", sample::dec("0.25"));
    set("probability", sample::dec("0.5"));
    set("count", 3);
    set("close_date", sample::day("2026-12-01"));
    set("created_at", sample::at("2026-11-24T20:00:00Z"));
    set("kind", "renewal");
    set("name", "Nguyễn Hotel");
    set("done", false);
    const SlotRow row(slots);

    volatile std::int64_t minor = 123'450, limit = 100'000;
    volatile bool sink = false;
    const double plain = nanoseconds([&](int) { sink = minor > limit; });
    std::printf("%-70s %8.1f ns\n", "(the comparison of two numbers in C++)", plain);
    for (const char* text : {"amount > 1000", "count = 3", "ISBLANK(amount) OR amount >= 0", "kind = \"new\"", "name = \"Nguyễn Hotel\"", "NOT done AND close_date < TODAY()",
                             "close_date >= \"2026-01-01\" AND amount > 1000 AND kind IN (\"new\", \"renewal\")", "amount * probability", "ROUND(rate * count, 2) > 0.5",
                             "IN_PERIOD(close_date, \"this quarter\")", "IF(amount > 10000, 5%, IF(amount > 1000, 3%, 1%))", "CONTAINS(name, \"hotel\")"}) {
        const auto checked = check(text, schema, "deal");
        if (!checked) {
            std::printf("%s: %s\n", text, checked.refused().message().c_str());
            return 1;
        }
        const double spent = nanoseconds([&](int) { sink = static_cast<bool>(evaluate(**checked, row, context)); });
        std::printf("%-70s %8.1f ns %8.1f x\n", text, spent, spent / plain);
    }
    return 0;
}
