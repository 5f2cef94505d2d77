// The guard against formulas in CSV.
#include "base/formula_guard.h"

#include <array>

namespace fairlead {
namespace {

constexpr std::array<std::string_view, 8> invisible{"\xC2\xA0", "\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\x8C",
                                                    "\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xE3\x80\x80"};
constexpr std::array<std::string_view, 10> signs{"=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                                 "\xEF\xBC\xA0", "\xEF\xB9\xA2", "\xE2\x88\x92"};

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

template <std::size_t N>
std::size_t begins_with(std::string_view text, const std::array<std::string_view, N>& marks) {
    for (std::string_view mark : marks)
        if (text.substr(0, mark.size()) == mark) return mark.size();
    return 0;
}

}  // namespace

bool looks_like_formula(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && text[at] == '\'') ++at;
    if (at < text.size() && control(text[at])) return true;
    while (at < text.size()) {
        const char c = text[at];
        if (c == ' ' || c == '"' || c == ';' || c == '\'' || control(c)) {
            ++at;
        } else if (const std::size_t length = begins_with(text.substr(at), invisible)) {
            at += length;
        } else {
            return begins_with(text.substr(at), signs) != 0;
        }
    }
    return false;
}

std::string guarded(std::string_view text) {
    std::string out;
    if (looks_like_formula(text)) out = "'";
    out.append(text);
    return out;
}

bool looks_like_number(std::string_view text) {
    bool digit = false;
    for (const char c : text) {
        digit = digit || (c >= '0' && c <= '9');
        if ((c < '0' || c > '9') && std::string_view(" +-./:,()%eE").find(c) == std::string_view::npos) return false;
    }
    return digit;
}

std::string kept_as_text(std::string_view text) { return "=\"" + std::string(text) + "\""; }

void unguard(std::string& text) {
    if (text.size() > 3 && text.starts_with("=\"") && text.back() == '"' && looks_like_number(std::string_view(text).substr(2, text.size() - 3))) {
        text = text.substr(2, text.size() - 3);
        return;
    }
    if (!text.empty() && text.front() == '\'' && looks_like_formula(std::string_view(text).substr(1))) text.erase(0, 1);
}

}  // namespace fairlead
