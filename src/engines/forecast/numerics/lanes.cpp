// Which instructions the lanes use.
#include "engines/forecast/numerics/lanes.h"

#include <algorithm>
#include <atomic>

#include "base/result.h"

namespace fairlead::forecast {
namespace {

constexpr Isa all[] = {Isa::plain, Isa::avx2, Isa::avx512};

std::span<const Isa> known() {
    static const std::size_t count = [] {
        std::size_t known = 1;
#ifdef FAIRLEAD_LANES_X86
        if (__builtin_cpu_supports("avx2")) known = 2;
        if (known == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512dq"))
            known = 3;
#endif
        return known;
    }();
    return std::span(all).first(count);
}

std::atomic<Isa>& chosen() {
    static std::atomic<Isa> isa{known().back()};
    return isa;
}

}  // namespace

std::span<const Isa> isas() {
    return known();
}

Isa isa(std::size_t searches) {
    const Isa enough = searches <= 2 ? Isa::plain : searches <= 4 ? Isa::avx2 : Isa::avx512;
    return std::min(chosen().load(std::memory_order_relaxed), enough);
}

void use_isa(Isa isa) {
    ensure(std::find(known().begin(), known().end(), isa) != known().end(), "the processor has these instructions");
    chosen().store(isa);
}

}  // namespace fairlead::forecast
