// Ids: 64-bit, time-ordered, made by the application (41 bits of milliseconds since 2024, 10 bits of node,
// 12 bits of sequence). In JSON and addresses they are decimal text, because they exceed 2^53.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

struct Id {
    std::int64_t value = 0;  // 0 means none

    constexpr explicit operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(Id, Id) = default;
    std::string text() const { return std::to_string(value); }
    // Positive decimal digits only; nothing else is an id.
    static std::optional<Id> parse(std::string_view text);
};

// A new id, greater than every id this process made before. Thread-safe. `node` is leased per process (0..1023).
Id new_id();
void set_id_node(unsigned node);

}  // namespace fairlead

template <>
struct std::hash<fairlead::Id> {
    std::size_t operator()(fairlead::Id id) const noexcept {
        auto x = static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL;
        return static_cast<std::size_t>(x ^ (x >> 32));
    }
};
