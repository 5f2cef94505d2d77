// The inner loops of searches allocate nothing: what a fit allocates does not grow with its evaluations. Counted by
// operators new and delete of this test program.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "engines/forecast/models/arima.h"
#include "engines/forecast/models/ces.h"
#include "engines/forecast/models/ets.h"
#include "engines/forecast/models/test_series.h"

// The sanitizers have operators of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if !defined(__has_feature)
#define FAIRLEAD_COUNTS 1
#elif !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define FAIRLEAD_COUNTS 1
#endif
#endif

#ifdef FAIRLEAD_COUNTS

namespace {
std::atomic<std::int64_t> allocated{0};

[[gnu::noinline]] void* counted(std::size_t size, std::size_t alignment) {
    ++allocated;
    size = std::max<std::size_t>(1, (size + alignment - 1) / alignment * alignment);
    void* memory = alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? std::aligned_alloc(alignment, size) : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size, 1); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) { return counted(size, static_cast<std::size_t>(alignment)); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace fairlead::forecast {
namespace {

template <class Fit>
std::int64_t allocations_of(Fit&& fit) {
    fit();  // what is kept for later fits is allocated at the first
    const std::int64_t before = allocated;
    fit();
    return allocated - before;
}

TEST_CASE("What a fit allocates does not grow with its evaluations") {
    const auto y = testing::series({.count = 108, .level = 200, .trend = 0.5, .swing = 40, .season = 12, .noise = 12});
    std::int64_t evaluations = 0;
    std::int64_t count = allocations_of([&] {
        evaluations = 0;
        for (const EtsFit& fit : fit_all_ets(y, 12, Bounds::robust)) evaluations += fit.evaluations;
    });
    CHECK(evaluations > 300);
    CHECK(count < 15 * 20);  // of each form its answer, its start and its search
    count = allocations_of([&] {
        evaluations = 0;
        for (const CesFit& fit : fit_all_ces(y, 12)) evaluations += fit.evaluations;
    });
    CHECK(evaluations > 80);
    CHECK(count < 3 * 20);
    count = allocations_of([&] { evaluations = search_arima(y, 12)->evaluations; });
    CHECK(evaluations > 1000);
    CHECK(count < evaluations / 2);  // some dozens for each of the models tried
    const std::vector<std::span<const double>> series(64, y);
    const std::vector<int> seasons(64, 12);
    count = allocations_of([&] { (void)fit_all_ets(series, seasons, Bounds::robust); });
    CHECK(count < 64 * 15 * 10);
}

}  // namespace
}  // namespace fairlead::forecast

#endif
