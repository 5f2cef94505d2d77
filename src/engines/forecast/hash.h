// A hash that is the same everywhere: what is drawn by it depends on names, not on their order.
#pragma once
#include <cstdint>
#include <string_view>

namespace fairlead::forecast {

// FNV-1a, mixed (the finish of splitmix64).
inline std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    return hash ^ (hash >> 31);
}

}  // namespace fairlead::forecast
