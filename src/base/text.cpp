// Text: Unicode by ICU, with tables for the letters that nearly every name is made of.
#include "base/text.h"

#include <unicode/coll.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace fairlead {
namespace {

constexpr char32_t table_size = 0x2000;  // Latin, Greek, Cyrillic, Vietnamese

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

icu::UnicodeString to_utf16(std::string_view utf8) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
}

std::string to_utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

const icu::Normalizer2& normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* found = get(error);
    if (U_FAILURE(error)) throw std::runtime_error(std::string("ICU has no normaliser: ") + u_errorName(error));
    return *found;
}

const icu::Normalizer2& nfc() {
    static const icu::Normalizer2& form = normalizer(&icu::Normalizer2::getNFCInstance);
    return form;
}
const icu::Normalizer2& nfkd() {
    static const icu::Normalizer2& form = normalizer(&icu::Normalizer2::getNFKDInstance);
    return form;
}

icu::UnicodeString normalized(const icu::Normalizer2& form, const icu::UnicodeString& text) {
    UErrorCode error = U_ZERO_ERROR;
    icu::UnicodeString out = form.normalize(text, error);
    if (U_FAILURE(error)) throw std::runtime_error(std::string("ICU cannot normalise a text: ") + u_errorName(error));
    return out;
}

// Letters with a stroke are letters of their own and do not decompose; a search takes them for the plain ones.
UChar32 without_stroke(UChar32 c) {
    switch (c) {
        case 0x0111: return 'd';
        case 0x0142: return 'l';
        case 0x00F8: return 'o';
        case 0x0127: return 'h';
        case 0x0167: return 't';
        case 0x0131: return 'i';
        default: return c;
    }
}

// One code point folded for search, as UTF-8; white space gives one blank.
std::string fold_code_point(UChar32 c) {
    if (u_isUWhiteSpace(c)) return " ";
    const icu::UnicodeString apart = normalized(nfkd(), icu::UnicodeString(c).foldCase());
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
        const UChar32 part = apart.char32At(i);
        const auto kind = u_charType(part);
        if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR) continue;
        kept.append(u_isUWhiteSpace(part) ? UChar32{' '} : without_stroke(part));
    }
    return to_utf8(kept.foldCase());
}

// One code point case-folded, or "" when it must be treated in its context (marks, letters that grow).
std::string fold_case_code_point(UChar32 c) {
    const icu::UnicodeString self(c);
    if (!nfc().isInert(c) && (u_getCombiningClass(c) != 0 || !nfc().hasBoundaryBefore(c))) return "";
    const icu::UnicodeString folded = icu::UnicodeString(self).foldCase();
    if (folded.countChar32() != 1 || normalized(nfc(), self) != self || normalized(nfc(), folded) != folded) return "";
    return to_utf8(folded);
}

struct Short {  // up to six bytes of UTF-8
    std::array<char, 6> bytes{};
    unsigned char size = 0;
    bool known = false;
};

using Table = std::array<Short, table_size>;

std::unique_ptr<Table> make_table(std::string (*fold_one)(UChar32), bool empty_means_unknown) {
    auto table = std::make_unique<Table>();
    for (char32_t c = 0; c < table_size; ++c) {
        const std::string folded = fold_one(static_cast<UChar32>(c));
        Short& entry = (*table)[c];
        if (folded.size() > entry.bytes.size() || (folded.empty() && empty_means_unknown)) continue;
        std::copy(folded.begin(), folded.end(), entry.bytes.begin());
        entry.size = static_cast<unsigned char>(folded.size());
        entry.known = true;
    }
    return table;
}

const Table& search_table() {
    static const std::unique_ptr<Table> table = make_table(&fold_code_point, false);
    return *table;
}
const Table& case_table() {
    static const std::unique_ptr<Table> table = make_table(&fold_case_code_point, true);
    return *table;
}

UChar32 next_code_point(std::string_view text, std::size_t& at) {
    UChar32 c = 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    auto index = static_cast<std::int32_t>(at);
    U8_NEXT_OR_FFFD(bytes, index, static_cast<std::int32_t>(text.size()), c);
    at = static_cast<std::size_t>(index);
    return c;
}

void append_with_single_blanks(std::string& out, std::string_view folded) {
    for (const char c : folded)
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
}

icu::Collator& collator() {
    // Case and accents are told apart last; the Vietnamese alphabet has its own letters and tones.
    static thread_local const std::unique_ptr<icu::Collator> own = [] {
        UErrorCode error = U_ZERO_ERROR;
        std::unique_ptr<icu::Collator> made(icu::Collator::createInstance(icu::Locale("vi"), error));
        if (U_FAILURE(error)) throw std::runtime_error(std::string("ICU has no order for Vietnamese: ") + u_errorName(error));
        made->setAttribute(UCOL_NORMALIZATION_MODE, UCOL_ON, error);
        return made;
    }();
    return *own;
}

std::size_t distance(std::string_view a, std::string_view b) {
    // Optimal string alignment: a swap of neighbours, the commonest slip, counts as one.
    const std::size_t width = b.size() + 1;
    std::vector<std::size_t> before(width), last(width), row(width);
    for (std::size_t j = 0; j < width; ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_utf8(std::string_view text) {
    if (is_ascii(text)) return true;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        auto index = static_cast<std::int32_t>(at);
        UChar32 c = 0;
        U8_NEXT(bytes, index, static_cast<std::int32_t>(text.size()), c);
        if (c < 0) return false;
        at = static_cast<std::size_t>(index);
    }
    return true;
}

std::string to_nfc(std::string_view utf8) {
    if (is_ascii(utf8)) return std::string(utf8);
    UErrorCode error = U_ZERO_ERROR;
    const icu::StringPiece piece(utf8.data(), static_cast<std::int32_t>(utf8.size()));
    if (nfc().isNormalizedUTF8(piece, error) && U_SUCCESS(error)) return std::string(utf8);
    return to_utf8(normalized(nfc(), to_utf16(utf8)));
}

std::string fold(std::string_view utf8) {
    std::string out;
    fold_into(out, utf8);
    return out;
}

void fold_into(std::string& out, std::string_view utf8) {
    // Folding for search looks at every code point alone, so a table answers for nearly all of them.
    out.clear();
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const auto byte = static_cast<unsigned char>(utf8[at]);
        if (byte < 0x80 && byte > ' ' && byte != 0x7F) {
            out += lower(utf8[at++]);
            continue;
        }
        const UChar32 c = next_code_point(utf8, at);
        if (static_cast<char32_t>(c) < table_size) {
            const Short& entry = search_table()[static_cast<std::size_t>(c)];
            if (entry.known) {
                append_with_single_blanks(out, {entry.bytes.data(), entry.size});
                continue;
            }
        }
        append_with_single_blanks(out, fold_code_point(c));
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
}

std::string fold_case(std::string_view utf8) {
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        if (static_cast<unsigned char>(utf8[at]) < 0x80) {
            out += lower(utf8[at++]);
            continue;
        }
        const UChar32 c = next_code_point(utf8, at);
        const Short* entry = static_cast<char32_t>(c) < table_size ? &case_table()[static_cast<std::size_t>(c)] : nullptr;
        // Anything that needs its neighbours sends the whole text to ICU.
        if (entry == nullptr || !entry->known)
            return to_utf8(normalized(nfc(), normalized(nfc(), to_utf16(utf8)).foldCase()));
        out.append(entry->bytes.data(), entry->size);
    }
    return out;
}

std::string sort_key(std::string_view utf8) {
    const icu::UnicodeString text = to_utf16(utf8);
    std::array<std::uint8_t, 256> near{};
    const auto size = collator().getSortKey(text, near.data(), static_cast<std::int32_t>(near.size()));
    // ICU counts a closing zero byte.
    if (static_cast<std::size_t>(size) <= near.size())
        return {reinterpret_cast<const char*>(near.data()), static_cast<std::size_t>(std::max(size - 1, 0))};
    std::string key(static_cast<std::size_t>(size), '\0');
    collator().getSortKey(text, reinterpret_cast<std::uint8_t*>(key.data()), size);
    key.pop_back();
    return key;
}

std::string to_upper(std::string_view utf8) { return is_ascii(utf8) ? upper_ascii(utf8) : to_utf8(to_utf16(utf8).toUpper(icu::Locale::getRoot())); }
std::string to_lower(std::string_view utf8) { return is_ascii(utf8) ? lower_ascii(utf8) : to_utf8(to_utf16(utf8).toLower(icu::Locale::getRoot())); }

std::string to_title(std::string_view utf8) {
    // As spreadsheets do: a capital after everything that is not a letter, small letters elsewhere.
    const icu::UnicodeString text = to_utf16(utf8).toLower(icu::Locale::getRoot());
    icu::UnicodeString out;
    bool inside = false;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        const bool letter = u_isalpha(c) || u_getCombiningClass(c) != 0;
        out.append(letter && !inside ? u_totitle(c) : c);
        inside = letter;
    }
    return to_utf8(out);
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::string upper_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t at = 0;;) {
        const auto end = text.find(separator, at);
        parts.emplace_back(text.substr(at, end == std::string_view::npos ? end : end - at));
        if (end == std::string_view::npos) return parts;
        at = end + 1;
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) out += separator;
        out += parts[i];
    }
    return out;
}

bool starts_with_nocase(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string sought = lower_ascii(word);
    std::string best;
    std::size_t best_distance = std::string::npos, best_prefix = 0;
    for (const std::string& candidate : candidates) {
        const std::size_t limit = std::max<std::size_t>(1, candidate.size() / 3);
        const std::size_t longer = std::max(candidate.size(), sought.size());
        if (longer - std::min(candidate.size(), sought.size()) > limit) continue;
        const std::string folded = lower_ascii(candidate);
        const std::size_t found = distance(sought, folded);
        if (found > limit || found >= candidate.size()) continue;
        // Slips are rarer at the beginning of a word: of two equally near, the longer common beginning wins.
        const auto prefix = static_cast<std::size_t>(
            std::mismatch(sought.begin(), sought.end(), folded.begin(), folded.end()).first - sought.begin());
        if (found > best_distance || (found == best_distance && prefix <= best_prefix)) continue;
        best_distance = found;
        best_prefix = prefix;
        best = candidate;
    }
    return best;
}

void append_json_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
    for (auto at = text.begin();;) {
        const auto special = std::find_if_not(at, text.end(), plain);
        out.append(at, special);
        if (special == text.end()) return;
        at = special + 1;
        switch (const char c = *special) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                out += "\\u00";
                out += digits[static_cast<unsigned char>(c) >> 4];
                out += digits[static_cast<unsigned char>(c) & 15U];
        }
    }
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

std::string base64url(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    unsigned held = 0;
    int bits = 0;
    for (const char c : bytes) {
        held = (held << 8) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6;) {
            bits -= 6;
            out += alphabet[(held >> bits) & 63U];
        }
    }
    if (bits > 0) out += alphabet[(held << (6 - bits)) & 63U];
    return out;
}

}  // namespace fairlead
