// Cursors as base64url of a few length-prefixed parts.
#include "store/columns/cursor.h"

#include <array>
#include <cstring>

#include "base/text.h"

namespace fairlead::store::columns {
namespace {

constexpr char version = 1;
constexpr std::size_t boundary_most = 2000;  // sort keys of long texts are cut; ties are then broken by the id

std::optional<std::string> bytes_of(std::string_view text) {
    static const std::array<signed char, 256> values = [] {
        std::array<signed char, 256> table;
        table.fill(-1);
        const std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (std::size_t i = 0; i < letters.size(); ++i) table[static_cast<unsigned char>(letters[i])] = static_cast<signed char>(i);
        return table;
    }();
    std::string bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const signed char value = values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        held = held << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(held >> bits & 0xFF);
    }
    return bytes;
}

template <class Number>
void append(std::string& out, Number number) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
template <class Number>
bool take(std::string_view& bytes, Number& number) {
    if (bytes.size() < sizeof number) return false;
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes.remove_prefix(sizeof number);
    return true;
}

void mix(std::uint64_t& hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3ULL;
    hash = (hash ^ 0x1F) * 0x100'0000'01B3ULL;
}

}  // namespace

std::uint64_t fingerprint_of(const ListQuery& query) {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
    mix(hash, query.entity);
    mix(hash, query.filter ? query.filter->text : "");
    for (const SortBy& key : query.sort) mix(hash, (key.descending ? "-" : "+") + key.field);
    mix(hash, query.search);
    mix(hash, query.in_bin ? "bin" : "");
    return hash;
}

std::string encode(const Cursor& cursor) {
    std::string bytes(1, version);
    append(bytes, cursor.query);
    append(bytes, static_cast<std::uint8_t>(cursor.backward));
    append(bytes, cursor.id);
    for (const std::string& boundary : cursor.boundaries) {
        append(bytes, static_cast<std::uint16_t>(std::min(boundary.size(), boundary_most)));
        bytes.append(boundary, 0, boundary_most);
    }
    return base64url(bytes);
}

Result<Cursor> decode(std::string_view text, std::uint64_t query, std::size_t keys) {
    const Refused bad = refuse(Why::bad_request, "bad_cursor", "The cursor is not one of this list: begin again without it", "cursor");
    const std::optional<std::string> held = bytes_of(text);
    if (!held || held->empty() || held->front() != version) return bad;
    std::string_view bytes = std::string_view(*held).substr(1);
    Cursor cursor;
    std::uint8_t backward = 0;
    if (!take(bytes, cursor.query) || !take(bytes, backward) || !take(bytes, cursor.id)) return bad;
    if (cursor.query != query)
        return refuse(Why::bad_request, "cursor_mismatch",
                      "The cursor belongs to a list with another filter, sort or search: begin again without it", "cursor");
    cursor.backward = backward != 0;
    for (std::size_t i = 0; i < keys; ++i) {
        std::uint16_t length = 0;
        if (!take(bytes, length) || bytes.size() < length) return bad;
        cursor.boundaries.emplace_back(bytes.substr(0, length));
        bytes.remove_prefix(length);
    }
    if (!bytes.empty()) return bad;
    return cursor;
}

}  // namespace fairlead::store::columns
