// Ids: time-ordered numbers made without a round trip to the database.
#include "base/id.h"

#include <atomic>
#include <charconv>
#include <chrono>

namespace fairlead {
namespace {
constexpr std::int64_t epoch_2024_ms = 1'704'067'200'000;
std::atomic<std::int64_t> last_tick{0};  // milliseconds << 12 | sequence
std::atomic<unsigned> id_node{0};
}  // namespace

std::optional<Id> Id::parse(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return Id{number};
}

void set_id_node(unsigned node) { id_node = node & 1023U; }

Id new_id() {
    using namespace std::chrono;
    const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count() - epoch_2024_ms;
    // When more than 4,096 ids fall into one millisecond the tick runs ahead of the clock; order is kept.
    std::int64_t last = last_tick.load(std::memory_order_relaxed);
    std::int64_t next = 0;
    do {
        next = std::max(now_ms << 12, last + 1);
    } while (!last_tick.compare_exchange_weak(last, next, std::memory_order_relaxed));
    return Id{((next >> 12) << 22) | (static_cast<std::int64_t>(id_node.load()) << 12) | (next & 4095)};
}

}  // namespace fairlead
