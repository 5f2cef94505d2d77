// A hash table of small fixed entries for millions of keys: a key is kept as 64 bits of its hash alone.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::derive {

// 64 bits, never 0. Two of a million different texts share one with a chance of 1 to 37 million.
inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0x9E3779B97F4A7C15ULL) {
    std::uint64_t h = seed ^ (text.size() * 0xD6E8FEB86659FD93ULL);
    const auto mix = [&h](std::uint64_t word) {
        h ^= word * 0xFF51AFD7ED558CCDULL;
        h = ((h << 27) | (h >> 37)) * 0x9FB21C651E98DF25ULL + 0x52DCE729;
        h ^= h >> 31;
    };
    std::uint64_t word = 0;
    int bytes = 0;
    for (const char c : text) {
        word = word << 8 | static_cast<unsigned char>(c);
        if (++bytes == 8) mix(word), word = 0, bytes = 0;
    }
    mix(word);
    h ^= h >> 33;
    h *= 0xC4CEB9FE1A85EC53ULL;
    h ^= h >> 29;
    return h == 0 ? 1 : h;
}

template <class Entry>
class CompactTable {
  public:
    std::size_t size() const { return size_; }
    Entry* find(std::uint64_t key) { return const_cast<Entry*>(std::as_const(*this).find(key)); }
    const Entry* find(std::uint64_t key) const {
        if (slots_.empty()) return nullptr;
        for (std::size_t i = key & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
            if (slots_[i].key == key) return &slots_[i].entry;
            if (slots_[i].key == 0) return nullptr;
        }
    }
    // The entry, made where there was none; `made` says which.
    Entry& at(std::uint64_t key, bool& made) {
        if ((size_ + 1) * 10 > slots_.size() * 7) grow();
        for (std::size_t i = key & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
            if (slots_[i].key == key) {
                made = false;
                return slots_[i].entry;
            }
            if (slots_[i].key == 0) {
                slots_[i].key = key;
                ++size_;
                made = true;
                return slots_[i].entry;
            }
        }
    }

  private:
    struct Slot {
        std::uint64_t key = 0;
        Entry entry{};
    };
    void grow() {
        std::vector<Slot> old = std::move(slots_);
        slots_.assign(old.empty() ? 1024 : old.size() * 2, Slot{});
        for (const Slot& slot : old) {
            if (slot.key == 0) continue;
            std::size_t i = slot.key & (slots_.size() - 1);
            while (slots_[i].key != 0) i = (i + 1) & (slots_.size() - 1);
            slots_[i] = slot;
        }
    }
    std::vector<Slot> slots_;
    std::size_t size_ = 0;
};

}  // namespace fairlead::derive
