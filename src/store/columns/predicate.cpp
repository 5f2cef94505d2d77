// The conditions that need no formula: ranges, tables, sets, and their combinations.
#include "store/columns/predicate.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace fairlead::store::columns {
namespace {

using Words = std::array<std::uint64_t, block_words>;

class Always final : public Predicate {
  public:
    explicit Always(bool holds) : holds_(holds) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override {
        for (std::uint32_t word = 0; word < block.words(); ++word) bits[word] = holds_ ? mask[word] : 0;
    }
    double cost() const override { return 0; }

  private:
    bool holds_;
};

class All final : public Predicate {
  public:
    explicit All(std::vector<PredicatePointer> parts) : parts_(std::move(parts)) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override {
        Words left{}, found{};
        std::copy_n(mask, block.words(), left.begin());
        for (const PredicatePointer& part : parts_) {
            part->run(block, left.data(), found.data());
            std::uint64_t any = 0;
            for (std::uint32_t word = 0; word < block.words(); ++word) any |= (left[word] &= found[word]);
            if (!any) break;
        }
        std::copy_n(left.begin(), block.words(), bits);
    }
    double cost() const override {
        double sum = 0;
        for (const PredicatePointer& part : parts_) sum += part->cost();
        return sum;
    }

  private:
    std::vector<PredicatePointer> parts_;
};

class Any final : public Predicate {
  public:
    explicit Any(std::vector<PredicatePointer> parts) : parts_(std::move(parts)) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override {
        Words left{}, found{}, sum{};
        std::copy_n(mask, block.words(), left.begin());
        for (const PredicatePointer& part : parts_) {
            part->run(block, left.data(), found.data());
            for (std::uint32_t word = 0; word < block.words(); ++word) {
                found[word] &= left[word];
                sum[word] |= found[word];
                left[word] &= ~found[word];
            }
        }
        std::copy_n(sum.begin(), block.words(), bits);
    }
    double cost() const override {
        double sum = 0;
        for (const PredicatePointer& part : parts_) sum += part->cost();
        return sum;
    }

  private:
    std::vector<PredicatePointer> parts_;
};

class None final : public Predicate {
  public:
    explicit None(PredicatePointer part) : part_(std::move(part)) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override {
        part_->run(block, mask, bits);
        for (std::uint32_t word = 0; word < block.words(); ++word) bits[word] = mask[word] & ~bits[word];
    }
    double cost() const override { return part_->cost(); }

  private:
    PredicatePointer part_;
};

class InRange final : public Predicate {
  public:
    InRange(const Packed& values, Wide low, Wide high, bool empty_holds) : values_(values), low_(low), high_(high), empty_holds_(empty_holds) {}
    void run(Block block, const std::uint64_t*, std::uint64_t* bits) const override {
        values_.in_range(block.first, block.count, low_, high_, bits);
        if (!empty_holds_) return;
        Words present{};
        values_.present(block.first, block.count, present.data());
        for (std::uint32_t word = 0; word < block.words(); ++word) bits[word] |= ~present[word];
    }
    double cost() const override { return 0.3; }

  private:
    const Packed& values_;
    Wide low_, high_;
    bool empty_holds_;
};

class LookUp final : public Predicate {
  public:
    LookUp(const Packed& codes, std::vector<std::uint8_t> table) : codes_(codes), table_(std::move(table)) {}
    void run(Block block, const std::uint64_t*, std::uint64_t* bits) const override {
        codes_.look_up(block.first, block.count, table_, bits);
    }
    double cost() const override { return table_.size() > 30'000 ? 1.5 : 0.8; }

  private:
    const Packed& codes_;
    std::vector<std::uint8_t> table_;
};

class RowIn final : public Predicate {
  public:
    explicit RowIn(const RowSet& rows) : rows_(rows) {}
    void run(Block block, const std::uint64_t* mask, std::uint64_t* bits) const override {
        for (std::uint32_t word = 0; word < block.words(); ++word) {
            bits[word] = 0;
            for (std::uint64_t left = mask[word]; left; left &= left - 1) {
                const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
                if (rows_.has(block.first + word * 64 + bit)) bits[word] |= std::uint64_t{1} << bit;
            }
        }
    }
    double cost() const override { return 2; }

  private:
    const RowSet& rows_;
};

void put_cheap_first(std::vector<PredicatePointer>& parts) {
    std::stable_sort(parts.begin(), parts.end(), [](const PredicatePointer& a, const PredicatePointer& b) { return a->cost() < b->cost(); });
}

}  // namespace

PredicatePointer always(bool holds) { return std::make_unique<Always>(holds); }
PredicatePointer all_of(std::vector<PredicatePointer> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    put_cheap_first(parts);
    return std::make_unique<All>(std::move(parts));
}
PredicatePointer any_of(std::vector<PredicatePointer> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    put_cheap_first(parts);
    return std::make_unique<Any>(std::move(parts));
}
PredicatePointer none_of(PredicatePointer part) { return std::make_unique<None>(std::move(part)); }
PredicatePointer in_range(const Packed& values, Wide low, Wide high, bool empty_holds) {
    return std::make_unique<InRange>(values, low, high, empty_holds);
}
PredicatePointer look_up(const Packed& codes, std::vector<std::uint8_t> table) { return std::make_unique<LookUp>(codes, std::move(table)); }
PredicatePointer row_in(const RowSet& rows) { return std::make_unique<RowIn>(rows); }

}  // namespace fairlead::store::columns
