// Dictionaries and arenas of texts.
#include "store/columns/texts.h"

#include <algorithm>
#include <bit>

namespace fairlead::store::columns {
namespace {

// Grows by an eighth, not by doubling: the arena is most of a column's memory.
void make_room(std::vector<char>& bytes, std::size_t more) {
    if (bytes.size() + more <= bytes.capacity()) return;
    bytes.reserve(std::max(bytes.size() + more, bytes.capacity() + bytes.capacity() / 8 + 256));
}

}  // namespace

std::uint32_t Dictionary::code_of(std::string_view text) {
    const auto found = codes_.find(text);
    if (found != codes_.end()) return found->second;
    texts_.emplace_back(text);
    bytes_ += sizeof(std::string) + (text.size() > 15 ? text.size() : 0) + 48;
    codes_.emplace(texts_.back(), size());
    return size();
}

std::uint32_t Dictionary::find(std::string_view text) const {
    const auto found = codes_.find(text);
    return found == codes_.end() ? 0 : found->second;
}

std::string_view Arena::at(const Chunk& chunk, std::uint32_t place) {
    std::size_t length = 0;
    unsigned shift = 0;
    unsigned char byte;
    do {
        byte = static_cast<unsigned char>(chunk.bytes[place++]);
        length |= std::size_t{byte & 0x7FU} << shift;
        shift += 7;
    } while (byte & 0x80);
    return {chunk.bytes.data() + place, length};
}

std::string_view Arena::text_at(const Chunk& chunk, std::uint32_t place, std::string& room) {
    const std::string_view standing = at(chunk, place);
    if (!chunk.symbols) return standing;
    chunk.symbols->decode(standing, room);
    return room;
}

std::uint32_t Arena::append(Chunk& chunk, std::string_view standing) {
    if (chunk.bytes.empty()) chunk.bytes.push_back('\0');  // place 0 means empty
    make_room(chunk.bytes, standing.size() + 5);
    const auto place = static_cast<std::uint32_t>(chunk.bytes.size());
    std::size_t length = standing.size();
    while (length >= 0x80) {
        chunk.bytes.push_back(static_cast<char>((length & 0x7F) | 0x80));
        length >>= 7;
    }
    chunk.bytes.push_back(static_cast<char>(length));
    chunk.bytes.insert(chunk.bytes.end(), standing.begin(), standing.end());
    return place;
}

void Arena::compact(Chunk& chunk) {
    std::vector<char> before = std::move(chunk.bytes);
    Chunk old;
    old.bytes = std::move(before);
    chunk.bytes = {};
    chunk.bytes.reserve(old.bytes.size() - chunk.garbage + 16);
    chunk.garbage = 0;
    for (std::uint32_t& place : chunk.places)
        if (place) place = append(chunk, at(old, place));
}

bool Arena::set(std::uint32_t row, std::optional<std::string_view> text) {
    const std::size_t number = row >> chunk_shift;
    const std::uint32_t index = row & (chunk_rows - 1);
    if (number >= chunks_.size()) {
        if (!text) return false;
        chunks_.resize(number + 1);
    }
    Chunk& chunk = chunks_[number];
    if (index >= chunk.places.size()) {
        if (!text) return false;
        std::size_t room = std::max<std::size_t>(64, chunk.places.size());
        while (room <= index) room *= 2;
        chunk.places.reserve(room);
        chunk.places.resize(room);
    }
    std::string room;
    if (const std::uint32_t place = chunk.places[index]) {
        if (text && text_at(chunk, place, room) == *text) return false;
        chunk.garbage += at(chunk, place).size() + 1;
    } else if (!text) {
        return false;
    }
    ++chunk.changes;
    if (text && chunk.symbols) {
        std::vector<char> coded;
        chunk.symbols->encode(*text, coded);
        chunk.places[index] = append(chunk, {coded.data(), coded.size()});
    } else {
        chunk.places[index] = text ? append(chunk, *text) : 0;
    }
    if (chunk.garbage > 4096 && chunk.garbage > chunk.bytes.size() / 4) compact(chunk);
    return true;
}

bool Arena::has(std::uint32_t row) const {
    const std::size_t number = row >> chunk_shift;
    const std::uint32_t index = row & (chunk_rows - 1);
    return number < chunks_.size() && index < chunks_[number].places.size() && chunks_[number].places[index];
}

std::optional<std::string_view> Arena::get(std::uint32_t row, std::string& room) const {
    if (!has(row)) return std::nullopt;
    const Chunk& chunk = chunks_[row >> chunk_shift];
    return text_at(chunk, chunk.places[row & (chunk_rows - 1)], room);
}

std::optional<std::size_t> Arena::loose(std::size_t number) const {
    constexpr std::size_t bytes_least = std::size_t{128} << 10;
    for (; number < chunks_.size(); ++number)
        if (const Chunk& chunk = chunks_[number]; !chunk.tried && chunk.places.size() == chunk_rows && chunk.bytes.size() >= bytes_least) return number;
    return std::nullopt;
}

Arena::Chunk Arena::tightened(Chunk chunk) {
    constexpr std::size_t sample_most = std::size_t{32} << 10;
    std::vector<std::string_view> sample;
    std::size_t sampled = 0;
    const std::size_t step = std::max<std::size_t>(1, chunk.bytes.size() / sample_most);
    for (std::size_t i = 0; i < chunk.places.size(); i += step)
        if (const std::uint32_t place = chunk.places[i]; place && sampled < sample_most) {
            sample.push_back(at(chunk, place));
            sampled += sample.back().size();
        }
    Chunk tight;
    tight.symbols = std::make_shared<const Symbols>(Symbols::learn(sample));
    tight.places.assign(chunk.places.size(), 0);
    tight.bytes.reserve(chunk.bytes.size() / 2);
    std::vector<char> coded;
    for (std::size_t i = 0; i < chunk.places.size(); ++i) {
        if (!chunk.places[i]) continue;
        coded.clear();
        tight.symbols->encode(at(chunk, chunk.places[i]), coded);
        tight.places[i] = append(tight, {coded.data(), coded.size()});
    }
    tight.changes = chunk.changes;
    Chunk& better = tight.bytes.size() < chunk.bytes.size() / 4 * 3 ? tight : chunk;
    better.tried = true;
    better.bytes.shrink_to_fit();
    return std::move(better);
}

void Arena::put_back(std::size_t number, Chunk&& chunk) {
    if (number < chunks_.size() && chunks_[number].changes == chunk.changes && !chunks_[number].tried) chunks_[number] = std::move(chunk);
}

void Arena::place(std::uint32_t first, Arena&& one) {
    if (one.chunks_.empty()) return;
    const std::size_t number = first >> chunk_shift;
    if (number >= chunks_.size()) chunks_.resize(number + 1);
    ensure(one.chunks_.size() == 1 && first % chunk_rows == 0 && chunks_[number].places.empty(), "a chunk is placed where there is none");
    chunks_[number] = std::move(one.chunks_.front());
}

void Arena::reserve(std::uint32_t rows, std::size_t letters) {
    chunks_.resize(1);
    chunks_.front().places.assign(std::bit_ceil(std::max(64U, rows)), 0);
    chunks_.front().bytes.reserve(letters + rows + 1);  // and their lengths
}

std::size_t Arena::bytes() const {
    std::size_t sum = 0;
    for (const Chunk& chunk : chunks_) sum += sizeof(Chunk) + chunk.places.capacity() * sizeof(std::uint32_t) + chunk.bytes.capacity();
    return sum;
}

bool Texts::set(std::uint32_t row, std::optional<std::string_view> text) {
    if (text && text->empty()) text = std::nullopt;
    rows_ = std::max(rows_, row + 1);
    if (coded_ && text && outgrown(rows_) && !dictionary_.find(*text)) leave_the_dictionary();
    if (!coded_) return arena_.set(row, text);
    return codes_.set(row, text ? Wide{dictionary_.code_of(*text)} : no_value);
}

void Texts::fill(std::uint32_t first, std::uint32_t count, const TextRun& run, std::optional<Arena> arena) {
    std::vector<std::int64_t> codes;
    std::string_view last;
    std::uint32_t code = 0;
    for (std::uint32_t row = 0; coded_ && row < run.ends.size(); ++row) {
        const std::string_view text = run.at(row);
        if (text.empty()) continue;
        if (text != last) {
            code = dictionary_.find(text);
            if (!code && outgrown(first + row + 1)) leave_the_dictionary();
            else if (!code) code = dictionary_.code_of(text);
            last = text;
        }
        if (coded_) Bulk::Part::put(codes, row, code);
    }
    rows_ = std::max(rows_, first + count);
    if (coded_) return codes_.fill(first, codes);
    if (arena) return arena_.place(first, std::move(*arena));
    for (std::uint32_t row = 0; row < run.ends.size(); ++row)
        if (const std::string_view text = run.at(row); !text.empty()) arena_.set(first + row, text);
}

void Texts::leave_the_dictionary() {
    for (std::uint32_t row = 0; row < rows_; ++row)
        if (const std::uint32_t code = codes_.code(row)) arena_.set(row, dictionary_.text(code));
    coded_ = false;
    codes_ = Packed::codes();
    dictionary_ = Dictionary();
}

}  // namespace fairlead::store::columns
