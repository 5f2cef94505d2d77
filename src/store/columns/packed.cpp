// Packed columns: storing with the narrowest code, and the loops over codes that every filter ends in.
#include "store/columns/packed.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>

#include "base/result.h"

// These loops are the store's hottest; g++ vectorises them only at this level.
#if defined(__GNUC__) && !defined(__clang__)
#define FAIRLEAD_HOT __attribute__((optimize("O3")))
#else
#define FAIRLEAD_HOT
#endif

namespace fairlead::store::columns {
namespace {

using Unsigned = Uint128;

// The greatest difference (value - base) / step that a width can hold.
Wide room_of(unsigned width) {
    if (width == 0) return -1;
    return width == 16 ? Wide{1} << 126 : (Wide{1} << (8 * width)) - 2;
}

unsigned width_for(Wide range) {
    for (const unsigned width : {1U, 2U, 4U, 5U, 6U, 7U, 8U})
        if (range <= room_of(width)) return width;
    return 16;
}

// Codes of five to seven bytes, for times above all: what they save is worth more than loops of whole words.
template <unsigned width>
struct Odd {
    std::array<std::uint8_t, width> bytes;
    operator std::uint64_t() const {
        std::uint64_t code = 0;
        std::memcpy(&code, bytes.data(), width);
        return code;
    }
    Odd() = default;
    explicit Odd(std::uint64_t code) { std::memcpy(bytes.data(), &code, width); }
};
template <class T>
struct Counts { using type = T; };
template <unsigned width>
struct Counts<Odd<width>> { using type = std::uint64_t; };

template <class T>
T load(const std::byte* data, std::uint32_t index) {
    T value;
    std::memcpy(&value, data + std::size_t{index} * sizeof(T), sizeof(T));
    return value;
}

template <class T>
FAIRLEAD_HOT void range_of(const std::byte* bytes, std::uint32_t count, typename Counts<T>::type low, typename Counts<T>::type high, std::uint64_t* bits) {
    using Number = typename Counts<T>::type;
    const T* codes = reinterpret_cast<const T*>(bytes);
    const auto span = static_cast<Number>(high - low);
    std::array<std::uint8_t, 64> flags;
    std::uint32_t at = 0;
    for (; at + 64 <= count; at += 64) {
        for (unsigned j = 0; j < 64; ++j) flags[j] = static_cast<std::uint8_t>(static_cast<Number>(codes[at + j] - low) <= span);
        pack_bits(flags.data(), 64, bits + at / 64);
    }
    if (at == count) return;
    flags.fill(0);
    for (unsigned j = 0; at + j < count; ++j) flags[j] = static_cast<std::uint8_t>(static_cast<Number>(codes[at + j] - low) <= span);
    pack_bits(flags.data(), 64, bits + at / 64);
}

template <class T>
FAIRLEAD_HOT void table_of(const std::byte* bytes, std::uint32_t count, std::span<const std::uint8_t> table, std::uint64_t* bits) {
    const T* codes = reinterpret_cast<const T*>(bytes);
    std::array<std::uint8_t, 64> flags{};
    const std::size_t size = table.size();
    for (std::uint32_t at = 0; at < count; at += 64) {
        const std::uint32_t here = std::min(64U, count - at);
        if (here < 64) flags.fill(0);
        for (std::uint32_t j = 0; j < here; ++j) {
            const auto code = static_cast<std::size_t>(codes[at + j]);
            flags[j] = code < size ? table[code] : std::uint8_t{0};
        }
        pack_bits(flags.data(), 64, bits + at / 64);
    }
}

template <class T>
FAIRLEAD_HOT void fetch_of(const std::byte* bytes, std::span<const std::uint32_t> rows, std::uint32_t capacity, std::int64_t base,
                           std::int64_t step, std::int64_t* values) {
    const T* codes = reinterpret_cast<const T*>(bytes);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t index = rows[i] & (chunk_rows - 1);
        const auto code = index < capacity ? static_cast<std::uint64_t>(codes[index]) : 0;
        // Unsigned, since base may lie far below what is held.
        const auto value = static_cast<std::uint64_t>(base) + (code - 1) * static_cast<std::uint64_t>(step);
        values[i] = code == 0 ? Packed::none : static_cast<std::int64_t>(value);
    }
}

}  // namespace

FAIRLEAD_HOT void pack_bits(const std::uint8_t* flags, std::uint32_t count, std::uint64_t* bits) {
    for (std::uint32_t at = 0; at < count; at += 64) {
        std::uint64_t word = 0;
        const std::uint32_t here = std::min(64U, count - at);
        if (here == 64) {
            for (unsigned part = 0; part < 8; ++part) {
                std::uint64_t eight;
                std::memcpy(&eight, flags + at + part * 8, 8);
                static_assert(std::endian::native == std::endian::little, "the first flag must be the lowest byte");
                word |= ((eight * 0x0102'0408'1020'4080ULL) >> 56) << (part * 8);
            }
        } else {
            for (std::uint32_t j = 0; j < here; ++j) word |= std::uint64_t{flags[at + j]} << j;
        }
        bits[at / 64] = word;
    }
}

Packed Packed::codes() {
    Packed packed{step_one};
    packed.codes_ = true;
    return packed;
}

Wide Packed::Chunk::code_at(std::uint32_t index) const {
    switch (width) {
        case 1: return load<std::uint8_t>(data.data(), index);
        case 2: return load<std::uint16_t>(data.data(), index);
        case 4: return load<std::uint32_t>(data.data(), index);
        case 5: return static_cast<Wide>(std::uint64_t{load<Odd<5>>(data.data(), index)});
        case 6: return static_cast<Wide>(std::uint64_t{load<Odd<6>>(data.data(), index)});
        case 7: return static_cast<Wide>(std::uint64_t{load<Odd<7>>(data.data(), index)});
        case 8: return static_cast<Wide>(load<std::uint64_t>(data.data(), index));
        case 16: return static_cast<Wide>(load<Unsigned>(data.data(), index));
        default: return 0;
    }
}

void Packed::Chunk::put_code(std::uint32_t index, Wide code) {
    const auto wide = static_cast<Unsigned>(code);  // the low bytes come first
    if (width) std::memcpy(data.data() + std::size_t{index} * width, &wide, width);
}

bool Packed::Chunk::fits(Wide value, Wide& code) const {
    if (width == 0) return false;
    Wide distance = value - base;
    if (distance < 0) return false;
    if (step != 1) {
        if (distance <= std::numeric_limits<std::int64_t>::max()) {
            const auto narrow = static_cast<std::int64_t>(distance);
            if (narrow % step) return false;
            distance = narrow / step;
        } else {
            if (distance % step) return false;
            distance /= step;
        }
    }
    if (distance > room_of(width)) return false;
    code = distance + 1;
    return true;
}

void Packed::Chunk::set_room(std::uint32_t rows) {
    if (rows <= capacity) return;
    std::uint32_t wanted = std::max(64U, capacity);
    while (wanted < rows) wanted *= 2;
    capacity = wanted;
    std::vector<std::byte> roomy;
    roomy.reserve(std::size_t{capacity} * width);  // exactly, where resize might take more
    roomy.assign(data.begin(), data.end());
    roomy.resize(std::size_t{capacity} * width);
    data = std::move(roomy);
}

bool Packed::set(std::uint32_t row, Wide value) {
    const std::size_t number = row >> chunk_shift;
    const std::uint32_t index = row & (chunk_rows - 1);
    if (value == no_value) {
        if (number >= chunks_.size() || index >= chunks_[number].capacity || chunks_[number].code_at(index) == 0) return false;
        chunks_[number].put_code(index, 0);
        return true;
    }
    least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
    if (number >= chunks_.size()) chunks_.resize(number + 1);
    Chunk& chunk = chunks_[number];
    Wide code = 0;
    if (!chunk.fits(value, code)) {
        encode_again(chunk, value);
        chunk.fits(value, code);
    }
    chunk.set_room(index + 1);
    if (chunk.code_at(index) == code) return false;
    chunk.put_code(index, code);
    return true;
}

// Chooses base, step and width anew, so that all values and `value` fit. What room is left over is put on both
// sides, so that values that creep up or down do not come here every time.
void Packed::encode_again(Chunk& chunk, Wide value) {
    Wide least = value, greatest = value;
    std::vector<Wide> values(chunk.capacity, no_value);
    bool any = false;
    for (std::uint32_t i = 0; i < chunk.capacity; ++i) {
        values[i] = chunk.get(i);
        if (values[i] == no_value) continue;
        any = true;
        least = std::min(least, values[i]);
        greatest = std::max(greatest, values[i]);
    }
    Chunk next;
    if (codes_) {
        next.width = static_cast<std::uint8_t>(std::max<unsigned>(chunk.width, width_for(greatest - 1)));
    } else {
        for (const std::int64_t step : steps_) {
            next.step = step;
            if (any && (chunk.step % step)) continue;
            if (value % step == 0) break;
        }
        const Wide range = (greatest - least) / next.step;
        next.width = static_cast<std::uint8_t>(width_for(range));
        const Wide spare = next.width == 16 ? 0 : (room_of(next.width) - range) / 2;
        next.base = least - spare * next.step;
    }
    next.set_room(std::max(chunk.capacity, 64U));
    for (std::uint32_t i = 0; i < chunk.capacity; ++i) {
        Wide code = 0;
        if (values[i] != no_value && next.fits(values[i], code)) next.put_code(i, code);
    }
    chunk = std::move(next);
}

namespace {

template <class T>
FAIRLEAD_HOT void codes_of(std::span<const std::int64_t> numbers, std::uint64_t least, std::uint64_t divisor, std::uint64_t times, std::uint64_t first, std::byte* bytes) {
    T* codes = reinterpret_cast<T*>(bytes);
    if (divisor == 1) {
        for (std::size_t i = 0; i < numbers.size(); ++i)
            codes[i] = numbers[i] == Packed::none ? T(0) : static_cast<T>((static_cast<std::uint64_t>(numbers[i]) - least) * times + first);
        return;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i)
        codes[i] = numbers[i] == Packed::none ? T(0) : static_cast<T>((static_cast<std::uint64_t>(numbers[i]) - least) / divisor * times + first);
}

}  // namespace

// False where 64 bits do not hold the codes.
bool Packed::fill_new(Chunk& chunk, std::span<const std::int64_t> numbers, std::int64_t factor) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), greatest = none;
    for (const std::int64_t number : numbers) {
        greatest = std::max(greatest, number);
        least = std::min(least, number == none ? std::numeric_limits<std::int64_t>::max() : number);
    }
    if (greatest == none) return true;  // nothing but empty rows
    // A number times the factor is a multiple of a step when the number is one of step / common.
    std::int64_t step = 1, common = 1;
    if (!codes_) {
        auto next = steps_.begin();
        const auto take = [&] { step = *next++, common = std::gcd(step, factor); };
        take();
        for (const std::int64_t number : numbers)
            while (number != none && step != common && number % (step / common)) take();
    }
    const std::int64_t divisor = step / common, times = factor / common;
    const Wide range = codes_ ? Wide{greatest} - 1 : (Wide{greatest} - least) / divisor * times;
    if (range > (Wide{1} << 62)) return false;
    Chunk next;
    next.step = step;
    next.width = static_cast<std::uint8_t>(width_for(range));
    const Wide spare = codes_ ? 0 : (room_of(next.width) - range) / 2;
    if (!codes_) next.base = Wide{least} * factor - spare * step;
    next.set_room(static_cast<std::uint32_t>(numbers.size()));
    const auto first = static_cast<std::uint64_t>(spare) + 1, from = codes_ ? std::uint64_t{1} : static_cast<std::uint64_t>(least);
    const auto fill = [&](auto kind) {
        codes_of<decltype(kind)>(numbers, from, static_cast<std::uint64_t>(divisor), static_cast<std::uint64_t>(times), first, next.data.data());
    };
    switch (next.width) {
        case 1: fill(std::uint8_t{}); break;
        case 2: fill(std::uint16_t{}); break;
        case 4: fill(std::uint32_t{}); break;
        case 5: fill(Odd<5>{}); break;
        case 6: fill(Odd<6>{}); break;
        case 7: fill(Odd<7>{}); break;
        default: fill(std::uint64_t{}); break;
    }
    chunk = std::move(next);
    least_ = std::min(least_, Wide{least} * factor);
    greatest_ = std::max(greatest_, Wide{greatest} * factor);
    return true;
}

void Packed::fill(std::uint32_t first, std::span<const std::int64_t> numbers, std::int64_t factor) {
    while (!numbers.empty()) {
        const std::size_t number = first >> chunk_shift;
        const auto some = numbers.first(std::min<std::size_t>(numbers.size(), chunk_rows - (first & (chunk_rows - 1))));
        bool filled = false;
        if ((first & (chunk_rows - 1)) == 0) {
            Chunk chunk;
            filled = (number >= chunks_.size() || chunks_[number].capacity == 0) && fill_new(chunk, some, factor);
            if (filled && chunk.capacity) {
                if (number >= chunks_.size()) chunks_.resize(number + 1);
                chunks_[number] = std::move(chunk);
            }
        }
        for (std::size_t i = 0; !filled && i < some.size(); ++i)
            if (some[i] != none) set(first + static_cast<std::uint32_t>(i), Wide{some[i]} * factor);
        first += static_cast<std::uint32_t>(some.size());
        numbers = numbers.subspan(some.size());
    }
}

void Packed::place(std::uint32_t first, Packed&& one) {
    if (one.chunks_.empty()) return;
    const std::size_t number = first >> chunk_shift;
    if (number >= chunks_.size()) chunks_.resize(number + 1);
    ensure(one.chunks_.size() == 1 && first % chunk_rows == 0 && chunks_[number].capacity == 0, "a chunk is placed where there is none");
    chunks_[number] = std::move(one.chunks_.front());
    least_ = std::min(least_, one.least_);
    greatest_ = std::max(greatest_, one.greatest_);
}

void Packed::in_range(std::uint32_t first, std::uint32_t count, Wide low, Wide high, std::uint64_t* bits) const {
    std::memset(bits, 0, words_of(count) * sizeof(std::uint64_t));
    const std::size_t number = first >> chunk_shift;
    if (number >= chunks_.size() || low > high) return;
    const Chunk& chunk = chunks_[number];
    const std::uint32_t index = first & (chunk_rows - 1);
    if (chunk.width == 0 || index >= chunk.capacity || high < chunk.base) return;
    const auto up = [](Wide a, Wide b) { return a >= 0 ? (a + b - 1) / b : -((-a) / b); };
    const Wide greatest = room_of(chunk.width) + 1;
    const Wide low_code = std::max<Wide>(1, up(low - chunk.base, chunk.step) + 1);
    const Wide high_code = std::min<Wide>(greatest, (high - chunk.base) / chunk.step + 1);
    if (low_code > high_code) return;
    count = std::min(count, chunk.capacity - index);
    const std::byte* data = chunk.data.data() + std::size_t{index} * chunk.width;
    switch (chunk.width) {
        case 1: return range_of<std::uint8_t>(data, count, static_cast<std::uint8_t>(low_code), static_cast<std::uint8_t>(high_code), bits);
        case 2: return range_of<std::uint16_t>(data, count, static_cast<std::uint16_t>(low_code), static_cast<std::uint16_t>(high_code), bits);
        case 4: return range_of<std::uint32_t>(data, count, static_cast<std::uint32_t>(low_code), static_cast<std::uint32_t>(high_code), bits);
        case 5: return range_of<Odd<5>>(data, count, static_cast<std::uint64_t>(low_code), static_cast<std::uint64_t>(high_code), bits);
        case 6: return range_of<Odd<6>>(data, count, static_cast<std::uint64_t>(low_code), static_cast<std::uint64_t>(high_code), bits);
        case 7: return range_of<Odd<7>>(data, count, static_cast<std::uint64_t>(low_code), static_cast<std::uint64_t>(high_code), bits);
        case 8: return range_of<std::uint64_t>(data, count, static_cast<std::uint64_t>(low_code), static_cast<std::uint64_t>(high_code), bits);
        default: return range_of<Unsigned>(data, count, static_cast<Unsigned>(low_code), static_cast<Unsigned>(high_code), bits);
    }
}

void Packed::look_up(std::uint32_t first, std::uint32_t count, std::span<const std::uint8_t> table, std::uint64_t* bits) const {
    const std::size_t number = first >> chunk_shift;
    const std::uint32_t index = first & (chunk_rows - 1);
    const bool empty_holds = !table.empty() && table[0];
    const Chunk* chunk = number < chunks_.size() ? &chunks_[number] : nullptr;
    const std::uint32_t here = chunk && chunk->width && index < chunk->capacity ? std::min(count, chunk->capacity - index) : 0;
    for (std::uint32_t word = here / 64; word < words_of(count); ++word) {
        const std::uint32_t rows = std::min(64U, count - word * 64);
        bits[word] = !empty_holds ? 0 : rows == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << rows) - 1;
    }
    if (!here) return;
    const std::byte* data = chunk->data.data() + std::size_t{index} * chunk->width;
    switch (chunk->width) {
        case 1: return table_of<std::uint8_t>(data, here, table, bits);
        case 2: return table_of<std::uint16_t>(data, here, table, bits);
        default: return table_of<std::uint32_t>(data, here, table, bits);
    }
}

void Packed::fetch(std::span<const std::uint32_t> rows, std::int64_t* values) const {
    while (!rows.empty()) {
        const std::size_t number = rows.front() >> chunk_shift;
        const std::uint32_t end = static_cast<std::uint32_t>((number + 1) << chunk_shift);
        const bool all = rows.back() < end;
        const std::size_t count =
            all ? rows.size() : static_cast<std::size_t>(std::lower_bound(rows.begin(), rows.end(), end) - rows.begin());
        const auto part = rows.first(count);
        if (number >= chunks_.size() || chunks_[number].width == 0) {
            std::fill_n(values, count, none);
        } else {
            const Chunk& chunk = chunks_[number];
            const auto base = static_cast<std::int64_t>(chunk.base);
            switch (chunk.width) {
                case 1: fetch_of<std::uint8_t>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                case 2: fetch_of<std::uint16_t>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                case 4: fetch_of<std::uint32_t>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                case 5: fetch_of<Odd<5>>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                case 6: fetch_of<Odd<6>>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                case 7: fetch_of<Odd<7>>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                case 8: fetch_of<std::uint64_t>(chunk.data.data(), part, chunk.capacity, base, chunk.step, values); break;
                default:
                    for (std::size_t i = 0; i < count; ++i) {
                        const Wide value = get(part[i]);
                        values[i] = value == no_value ? none : static_cast<std::int64_t>(value);
                    }
            }
        }
        values += count;
        rows = rows.subspan(count);
    }
}

std::size_t Packed::bytes() const {
    std::size_t sum = chunks_.capacity() * sizeof(Chunk);
    for (const Chunk& chunk : chunks_) sum += chunk.data.capacity();
    return sum;
}

}  // namespace fairlead::store::columns
