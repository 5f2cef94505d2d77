// Text: Unicode forms, folding for search and comparison, and the small helpers the library lacks.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead {

bool is_ascii(std::string_view text);
bool is_utf8(std::string_view text);
std::string to_nfc(std::string_view utf8);
// Folded for search: NFKD without marks, lower case, d with stroke to d, sharp s to ss, runs of white space
// to one blank, trimmed. "Đặng  HUỲNH" gives "dang huynh".
std::string fold(std::string_view utf8);
// The same into `out`, which keeps its memory.
void fold_into(std::string& out, std::string_view utf8);
// Folded for comparison: NFC, case folded, accents kept. Two texts are equal in a formula when these are.
std::string fold_case(std::string_view utf8);
// Key whose byte order is the order of the language (Vietnamese alphabet inside; case and accents last).
std::string sort_key(std::string_view utf8);

// Case by Unicode; title gives every word a capital.
std::string to_upper(std::string_view utf8);
std::string to_lower(std::string_view utf8);
std::string to_title(std::string_view utf8);

std::string_view trim(std::string_view text);
std::string lower_ascii(std::string_view text);
std::string upper_ascii(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
bool starts_with_nocase(std::string_view text, std::string_view prefix);
// "Did you mean": the candidate at the smallest edit distance, or empty when none is near (distance above
// a third of its length).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// Escapes for a JSON string, without the quotes.
void append_json_escaped(std::string& out, std::string_view text);
std::string hex(std::string_view bytes);
std::string base64url(std::string_view bytes);

}  // namespace fairlead
