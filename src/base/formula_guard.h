// The guard against formulas in exported CSV (security.md S13) and its exact removal at import.
//
// A spreadsheet that opens a CSV file takes a cell that begins with = + - or @ for a formula; some look past
// blanks, invisible characters and quotes first. A text is *dangerous* when, after such characters, one of
// these signs follows (also in their full-width forms), or when its first character is a control character.
// A dangerous text is written with one apostrophe before it. The apostrophe is itself among the characters
// looked past, so the rule is its own inverse: reading removes one leading apostrophe exactly where the rest
// is dangerous, and every text comes back as it was, also one that began with apostrophes. Numbers, dates and
// amounts are written bare: they cannot be formulas. Workbooks need no guard: their cells are typed as text.
#pragma once
#include <string>
#include <string_view>

namespace fairlead {

bool looks_like_formula(std::string_view text);
// `text` as it may stand in a CSV file.
std::string guarded(std::string_view text);
// Would a spreadsheet take this text for a number or a date, and so lose a leading zero, a plus sign or the
// sixteenth digit? Such a text stands as ="0912 345 678" in a file made for spreadsheets.
bool looks_like_number(std::string_view text);
std::string kept_as_text(std::string_view text);
// Takes exactly the guard, or the form for spreadsheets, off again.
void unguard(std::string& text);

}  // namespace fairlead
