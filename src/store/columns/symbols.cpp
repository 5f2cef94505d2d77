// Learning, writing and reading with tables of symbols.
#include "store/columns/symbols.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

namespace fairlead::store::columns {
namespace {

static_assert(std::endian::native == std::endian::little, "symbols are compared as words whose first byte is the lowest");

constexpr std::size_t longest = 8, symbols_most = 255;
constexpr int rounds = 5;

std::uint64_t word_at(const char* at, std::size_t left) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, std::min(left, longest));
    return word;
}
std::uint64_t first_bytes(std::uint64_t word, std::size_t length) { return length >= longest ? word : word & ((std::uint64_t{1} << (8 * length)) - 1); }

}  // namespace

void Symbols::take(std::vector<Symbol> symbols) {
    std::sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
        const auto x = a.bytes & 0xFF, y = b.bytes & 0xFF;
        return x != y ? x < y : a.length != b.length ? a.length > b.length : a.bytes < b.bytes;
    });
    symbols_ = std::move(symbols);
    begins_.fill(0);
    for (const Symbol& symbol : symbols_) ++begins_[(symbol.bytes & 0xFF) + 1];
    for (std::size_t byte = 1; byte < begins_.size(); ++byte) begins_[byte] = static_cast<std::uint16_t>(begins_[byte] + begins_[byte - 1]);
}

unsigned Symbols::match(std::uint64_t word, std::size_t left) const {
    const std::size_t byte = word & 0xFF;
    for (unsigned code = begins_[byte]; code < begins_[byte + 1]; ++code) {
        const Symbol& symbol = symbols_[code];
        if (symbol.length <= left && first_bytes(word, symbol.length) == symbol.bytes) return code;
    }
    return escape;
}

// Each round reads the sample with the symbols of the round before and keeps those, and the joinings of two that followed
// each other, that stood for most bytes.
Symbols Symbols::learn(std::span<const std::string_view> sample) {
    Symbols learned;
    constexpr std::size_t units = 512;  // a code, or 256 and the byte that stood for itself
    std::vector<std::uint32_t> alone(units), followed(units * units);
    for (int round = 0; round < rounds; ++round) {
        std::fill(alone.begin(), alone.end(), 0);
        std::fill(followed.begin(), followed.end(), 0);
        for (const std::string_view text : sample) {
            std::size_t previous = units;
            for (std::size_t at = 0; at < text.size();) {
                const std::uint64_t word = word_at(text.data() + at, text.size() - at);
                const unsigned code = learned.match(word, text.size() - at);
                const std::size_t unit = code == escape ? 256 + (word & 0xFF) : code;
                ++alone[unit];
                if (previous < units) ++followed[previous * units + unit];
                previous = unit;
                at += code == escape ? 1 : learned.symbols_[code].length;
            }
        }
        const auto symbol_of = [&](std::size_t unit) { return unit >= 256 ? Symbol{unit - 256, 1} : learned.symbols_[unit]; };
        struct Bytes {
            std::size_t operator()(const std::pair<std::uint64_t, std::uint8_t>& one) const { return std::hash<std::uint64_t>()(one.first * 31 + one.second); }
        };
        std::unordered_map<std::pair<std::uint64_t, std::uint8_t>, std::uint64_t, Bytes> gains;
        for (std::size_t first = 0; first < units; ++first) {
            if (!alone[first]) continue;
            const Symbol a = symbol_of(first);
            gains[{a.bytes, a.length}] += std::uint64_t{alone[first]} * a.length;
            if (a.length == longest) continue;
            for (std::size_t second = 0; second < units; ++second) {
                const std::uint32_t times = followed[first * units + second];
                if (times < 2) continue;
                const Symbol b = symbol_of(second);
                const auto length = static_cast<std::uint8_t>(std::min<std::size_t>(longest, std::size_t{a.length} + b.length));
                gains[{first_bytes(a.bytes | b.bytes << (8 * a.length), length), length}] += std::uint64_t{times} * length;
            }
        }
        std::vector<std::pair<std::uint64_t, Symbol>> best;
        for (const auto& [symbol, gain] : gains) best.push_back({gain, {symbol.first, symbol.second}});
        const std::size_t kept = std::min(symbols_most, best.size());
        std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(kept), best.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second.length != b.second.length ? a.second.length > b.second.length : a.second.bytes < b.second.bytes;
        });
        std::vector<Symbol> next;
        for (std::size_t i = 0; i < kept; ++i) next.push_back(best[i].second);
        learned.take(std::move(next));
    }
    return learned;
}

void Symbols::encode(std::string_view text, std::vector<char>& coded) const {
    for (std::size_t at = 0; at < text.size();) {
        const unsigned code = match(word_at(text.data() + at, text.size() - at), text.size() - at);
        coded.push_back(static_cast<char>(code));
        if (code == escape) coded.push_back(text[at++]);
        else at += symbols_[code].length;
    }
}

void Symbols::decode(std::string_view coded, std::string& text) const {
    // Eight bytes are written each time, of which the symbol's remain.
    text.resize(coded.size() * longest);
    char* to = text.data();
    for (std::size_t at = 0; at < coded.size(); ++at) {
        const auto code = static_cast<unsigned char>(coded[at]);
        if (code == escape) {
            *to++ = coded[++at];
            continue;
        }
        const Symbol& symbol = symbols_[code];
        std::memcpy(to, &symbol.bytes, longest);
        to += symbol.length;
    }
    text.resize(static_cast<std::size_t>(to - text.data()));
}

}  // namespace fairlead::store::columns
