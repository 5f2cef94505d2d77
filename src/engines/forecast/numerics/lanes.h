// Doubles in lanes: several series (or points of a search) go through the same recursion at once. Which instructions
// carry them is chosen when the program runs; every lane computes the same numbers whatever their number and the
// instructions, bit for bit (nothing is added up across lanes, and products and sums are never contracted).
//
// A kernel is a file that numerics/each_isa.h includes once for each instruction set, in a namespace of its own; its
// templates have the number of lanes as parameter, and one lane is a plain double.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#if defined(__x86_64__) && defined(__GNUC__)
#define FAIRLEAD_LANES_X86 1
#endif

namespace fairlead::forecast {

// `plain`: what every processor of the platform has, two lanes an instruction on x86-64.
enum class Isa : std::uint8_t { plain, avx2, avx512 };

// Those this processor has, `plain` first.
std::span<const Isa> isas();
// The best of them, or the one that `use_isa` named. With few searches side by side the narrowest that holds them.
Isa isa(std::size_t searches);
// For tests, which compare them: named ones must be of isas().
void use_isa(Isa isa);

template <int W>
struct Lanes {
    typedef double Values __attribute__((vector_size(8 * W), may_alias));
    typedef std::int64_t Integers __attribute__((vector_size(8 * W)));
    using Mask = Integers;  // -1 where it holds
};
template <>
struct Lanes<1> {
    using Values = double;
    using Integers = std::int64_t;
    using Mask = bool;
};

// The row of a block of rows of W doubles.
template <int W>
[[gnu::always_inline]] inline typename Lanes<W>::Values& row(double* block, int at) {
    return *reinterpret_cast<typename Lanes<W>::Values*>(block + static_cast<std::ptrdiff_t>(at) * W);
}
template <int W>
[[gnu::always_inline]] inline const typename Lanes<W>::Values& row(const double* block, int at) {
    return *reinterpret_cast<const typename Lanes<W>::Values*>(block + static_cast<std::ptrdiff_t>(at) * W);
}

// Rows of W doubles each, W being the lanes in use: row `t` of lane `l` is at [t * W + l]. For all widths the rows begin
// where vectors may.
class Rows {
  public:
    static constexpr int most = 8;  // lanes

    // Room for so many doubles; what was there is lost when it grows.
    void need(std::size_t doubles) {
        if (doubles <= size_) return;
        memory_.reset(static_cast<double*>(::operator new(doubles * sizeof(double), std::align_val_t{64})));
        size_ = doubles;
    }
    double* data() { return memory_.get(); }
    const double* data() const { return memory_.get(); }

  private:
    struct Free {
        void operator()(double* memory) const { ::operator delete(memory, std::align_val_t{64}); }
    };
    std::unique_ptr<double, Free> memory_;
    std::size_t size_ = 0;
};

}  // namespace fairlead::forecast
