// Seeded chance for the demonstration company: the same seed gives the same company on every machine.
#pragma once
#include <cmath>
#include <cstdint>
#include <span>

namespace fairlead::demo {

// SplitMix64; not for secrets.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}
    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    double share() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }  // [0, 1)
    bool happens(double probability) { return share() < probability; }
    int below(int limit) { return static_cast<int>(share() * limit); }
    int between(int least, int most) { return least + below(most - least + 1); }
    template <class Range>
    const auto& one_of(const Range& range) { return range[static_cast<std::size_t>(below(static_cast<int>(std::size(range))))]; }
    // Standard normal by Box and Muller.
    double normal() {
        const double u = 1 - share();
        return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * share());
    }
    double log_normal(double median, double spread) { return median * std::exp(spread * normal()); }

  private:
    std::uint64_t state_;
};

}  // namespace fairlead::demo
