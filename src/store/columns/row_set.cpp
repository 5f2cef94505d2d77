// Sets of rows.
#include "store/columns/row_set.h"

#include <algorithm>
#include <cstring>

namespace fairlead::store::columns {

bool RowSet::Chunk::has(std::uint16_t low) const {
    if (!bits.empty()) return (bits[low / 64] >> (low % 64)) & 1;
    return std::binary_search(list.begin(), list.end(), low);
}

bool RowSet::has(std::uint32_t row) const {
    const std::uint32_t chunk = row >> chunk_shift;
    return chunk < chunks() && chunks_[chunk].has(static_cast<std::uint16_t>(row & (chunk_rows - 1)));
}

std::optional<std::uint32_t> RowSet::last_up_to(std::uint32_t row) const {
    if (chunks_.empty()) return std::nullopt;
    std::uint32_t number = std::min(row >> chunk_shift, chunks() - 1);
    std::uint32_t most = row >> chunk_shift == number ? row & (chunk_rows - 1) : chunk_rows - 1;
    for (;; --number, most = chunk_rows - 1) {
        const Chunk& chunk = chunks_[number];
        const std::uint32_t base = number << chunk_shift;
        if (!chunk.list.empty()) {
            const auto above = std::upper_bound(chunk.list.begin(), chunk.list.end(), static_cast<std::uint16_t>(most));
            if (above != chunk.list.begin()) return base + *(above - 1);
        } else if (!chunk.bits.empty()) {
            std::uint64_t bits = chunk.bits[most / 64] & (~std::uint64_t{0} >> (63 - most % 64));
            for (std::uint32_t word = most / 64;; bits = chunk.bits[--word]) {
                if (bits) return base + word * 64 + static_cast<std::uint32_t>(63 - std::countl_zero(bits));
                if (word == 0) break;
            }
        }
        if (number == 0) return std::nullopt;
    }
}

void RowSet::put(std::uint32_t row, bool in) {
    const std::uint32_t number = row >> chunk_shift;
    const auto low = static_cast<std::uint16_t>(row & (chunk_rows - 1));
    if (number >= chunks()) {
        if (!in) return;
        chunks_.resize(number + 1);
    }
    Chunk& chunk = chunks_[number];
    if (chunk.has(low) == in) return;
    if (!chunk.bits.empty()) {
        chunk.bits[low / 64] ^= std::uint64_t{1} << (low % 64);
    } else {
        const auto place = std::lower_bound(chunk.list.begin(), chunk.list.end(), low);
        if (in) chunk.list.insert(place, low);
        else chunk.list.erase(place);
    }
    in ? ++chunk.count : --chunk.count;
    in ? ++count_ : --count_;
    if (chunk.bits.empty() && chunk.count > list_most) {
        chunk.bits.assign(words_per_chunk, 0);
        for (const std::uint16_t one : chunk.list) chunk.bits[one / 64] |= std::uint64_t{1} << (one % 64);
        chunk.list = {};
    }
}

void RowSet::set_chunk(std::uint32_t number, const std::uint64_t* bits) {
    if (number >= chunks()) chunks_.resize(number + 1);
    Chunk& chunk = chunks_[number];
    std::uint32_t count = 0;
    for (std::uint32_t word = 0; word < words_per_chunk; ++word) count += static_cast<std::uint32_t>(std::popcount(bits[word]));
    count_ += count;
    count_ -= chunk.count;
    chunk.count = count;
    if (count > list_most) {
        chunk.list = {};
        chunk.bits.assign(bits, bits + words_per_chunk);
        return;
    }
    chunk.bits = {};
    std::vector<std::uint16_t> list;
    list.reserve(count);
    for (std::uint32_t word = 0; word < words_per_chunk; ++word)
        for (std::uint64_t left = bits[word]; left; left &= left - 1)
            list.push_back(static_cast<std::uint16_t>(word * 64 + static_cast<std::uint32_t>(std::countr_zero(left))));
    chunk.list = std::move(list);
}

void RowSet::chunk_bits(std::uint32_t number, std::uint64_t* bits) const {
    if (number >= chunks() || chunks_[number].bits.empty()) {
        std::memset(bits, 0, words_per_chunk * sizeof(std::uint64_t));
        if (number < chunks())
            for (const std::uint16_t one : chunks_[number].list) bits[one / 64] |= std::uint64_t{1} << (one % 64);
        return;
    }
    std::memcpy(bits, chunks_[number].bits.data(), words_per_chunk * sizeof(std::uint64_t));
}

std::size_t RowSet::bytes() const {
    std::size_t sum = sizeof(RowSet) + chunks_.capacity() * sizeof(Chunk);
    for (const Chunk& chunk : chunks_) sum += chunk.list.capacity() * 2 + chunk.bits.capacity() * 8;
    return sum;
}

RowSet both(const RowSet& a, const RowSet& b) {
    RowSet out;
    const std::uint32_t chunks = std::min(a.chunks(), b.chunks());
    out.chunks_.resize(chunks);
    for (std::uint32_t number = 0; number < chunks; ++number) {
        const RowSet::Chunk& left = a.chunks_[number];
        const RowSet::Chunk& right = b.chunks_[number];
        RowSet::Chunk& made = out.chunks_[number];
        if (!left.count || !right.count) continue;
        if (!left.bits.empty() && !right.bits.empty()) {
            made.bits.resize(RowSet::words_per_chunk);
            for (std::uint32_t word = 0; word < RowSet::words_per_chunk; ++word) {
                made.bits[word] = left.bits[word] & right.bits[word];
                made.count += static_cast<std::uint32_t>(std::popcount(made.bits[word]));
            }
        } else {
            const bool walk_left = right.list.empty() || (!left.list.empty() && left.count < right.count);
            const RowSet::Chunk& walked = walk_left ? left : right;
            const RowSet::Chunk& other = walk_left ? right : left;
            for (const std::uint16_t one : walked.list)
                if (other.has(one)) made.list.push_back(one);
            made.count = static_cast<std::uint32_t>(made.list.size());
        }
        out.count_ += made.count;
    }
    return out;
}

}  // namespace fairlead::store::columns
