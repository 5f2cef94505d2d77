// The lenient looks at addresses and numbers.
#include "base/contact_form.h"

#include <algorithm>

#include "base/text.h"

namespace fairlead {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

// Labels of letters (of any language), digits and inner hyphens, the last one not of digits alone.
bool is_host(std::string_view host) {
    if (host.size() > 253 || host.find('.') == std::string_view::npos) return false;
    if (host.back() == '.') host.remove_suffix(1);
    std::string_view last;
    while (true) {
        const auto dot = host.find('.');
        last = host.substr(0, dot);
        if (last.empty() || last.size() > 189 || last.front() == '-' || last.back() == '-') return false;  // 63 letters of three bytes
        if (!std::all_of(last.begin(), last.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; })) return false;
        if (dot == std::string_view::npos) break;
        host.remove_prefix(dot + 1);
    }
    return std::any_of(last.begin(), last.end(), is_letter);
}

bool is_address_of_digits(std::string_view host) {
    return std::count(host.begin(), host.end(), '.') == 3 && std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

bool may_be_email(std::string_view text) {
    text = trim(text);
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || text.size() > 254) return false;
    const std::string_view local = text.substr(0, at);
    const bool quoted = local.size() > 2 && local.front() == '"' && local.back() == '"';
    if (!quoted && std::any_of(local.begin(), local.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || std::string_view("@,;:<>()[]\\\"").find(c) != std::string_view::npos; }))
        return false;
    return is_host(text.substr(at + 1));
}

bool may_be_phone(std::string_view text) {
    std::size_t run = 0, longest = 0;
    for (const char c : text) {
        if (is_digit(c)) longest = std::max(longest, ++run);
        // Letters and marks between numbers end one; blanks and what groups its digits do not.
        else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ',' || c == ';' || c == '/' || c == '+' || c == '\n' || c == '#' || c == '&') run = 0;
        else if (c == '@') return false;
    }
    return longest >= 3 && longest <= 15;
}

bool may_be_web_address(std::string_view text) {
    text = trim(text);
    for (const std::string_view scheme : {"https://", "http://"})
        if (starts_with_nocase(text, scheme)) {
            text.remove_prefix(scheme.size());
            break;
        }
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '<' || c == '>' || c == '"'; })) return false;
    std::string_view host = text.substr(0, text.find_first_of("/?#"));
    if (host.find('@') != std::string_view::npos) return false;  // an e-mail address, or a name and password
    if (const auto colon = host.find(':'); colon != std::string_view::npos) {
        const std::string_view port = host.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return false;
        host = host.substr(0, colon);
    }
    return !host.empty() && (is_host(host) || is_address_of_digits(host));
}

}  // namespace fairlead
