// Functions of text. Positions and lengths count letters as seen (composed code points), from 1.
#include <algorithm>

#include "base/text.h"
#include "formula/functions.h"
#include "formula/number_format.h"

namespace fairlead::formula {
namespace {

constexpr std::int64_t length_max = 1'000'000;

// Where each letter begins, with the end at the back.
std::vector<std::size_t> letters(std::string_view text) {
    std::vector<std::size_t> starts;
    starts.reserve(text.size() + 1);
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) starts.push_back(i);
    starts.push_back(text.size());
    return starts;
}

bool give(const Call& call, std::string text) {
    call.result.set(std::move(text));
    return true;
}
std::string composed(const Call& call, std::size_t i) { return to_nfc(call.text(i)); }

bool run_left(const Call& call) {
    std::int64_t count = 1;
    if (call.count() > 1 && !call.whole(1, 0, length_max, "The number of letters", count)) return false;
    const std::string text = composed(call, 0);
    const auto starts = letters(text);
    return give(call, text.substr(0, starts[std::min(static_cast<std::size_t>(count), starts.size() - 1)]));
}
bool run_right(const Call& call) {
    std::int64_t count = 1;
    if (call.count() > 1 && !call.whole(1, 0, length_max, "The number of letters", count)) return false;
    const std::string text = composed(call, 0);
    const auto starts = letters(text);
    const std::size_t size = starts.size() - 1;
    return give(call, text.substr(starts[size - std::min(static_cast<std::size_t>(count), size)]));
}
bool run_mid(const Call& call) {
    std::int64_t start = 0, count = 0;
    if (!call.whole(1, 1, length_max, "The first position", start) || !call.whole(2, 0, length_max, "The number of letters", count)) return false;
    const std::string text = composed(call, 0);
    const auto starts = letters(text);
    const std::size_t from = std::min(static_cast<std::size_t>(start - 1), starts.size() - 1);
    const std::size_t to = std::min(from + static_cast<std::size_t>(count), starts.size() - 1);
    return give(call, text.substr(starts[from], starts[to] - starts[from]));
}
bool run_len(const Call& call) {
    call.result.set_whole(static_cast<std::int64_t>(letters(composed(call, 0)).size()) - 1);
    return true;
}
bool run_lower(const Call& call) { return give(call, to_lower(composed(call, 0))); }
bool run_upper(const Call& call) { return give(call, to_upper(composed(call, 0))); }
bool run_proper(const Call& call) { return give(call, to_title(composed(call, 0))); }
bool run_fold(const Call& call) { return give(call, fold(call.text(0))); }

bool run_trim(const Call& call) {
    const std::string text = call.text(0);
    std::string out;
    for (const char c : text)
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return give(call, std::move(out));
}

bool run_substitute(const Call& call) {
    const std::string text = composed(call, 0), old = composed(call, 1), fresh = call.text(2);
    std::int64_t wanted = 0;
    if (call.count() > 3 && !call.whole(3, 1, length_max, "Which occurrence", wanted)) return false;
    if (old.empty()) return give(call, text);
    std::string out;
    std::size_t at = 0;
    std::int64_t seen = 0;
    for (;;) {
        const auto found = text.find(old, at);
        if (found == std::string::npos) break;
        ++seen;
        out.append(text, at, found - at);
        out += wanted == 0 || seen == wanted ? fresh : old;
        at = found + old.size();
        if (static_cast<std::int64_t>(out.size()) > length_max) return call.bad("The text becomes longer than a million bytes");
    }
    out.append(text, at, std::string::npos);
    return give(call, std::move(out));
}
bool run_replace(const Call& call) {
    std::int64_t start = 0, count = 0;
    if (!call.whole(1, 1, length_max, "The first position", start) || !call.whole(2, 0, length_max, "The number of letters", count)) return false;
    const std::string text = composed(call, 0);
    const auto starts = letters(text);
    const std::size_t from = std::min(static_cast<std::size_t>(start - 1), starts.size() - 1);
    const std::size_t to = std::min(from + static_cast<std::size_t>(count), starts.size() - 1);
    return give(call, text.substr(0, starts[from]) + call.text(3) + text.substr(starts[to]));
}

// FIND and SEARCH: the position of the first text in the second; fails when it is not there.
bool position(const Call& call, bool with_case) {
    std::int64_t start = 1;
    if (call.count() > 2 && !call.whole(2, 1, length_max, "The first position", start)) return false;
    const auto prepared = [&](std::size_t i) { return with_case ? composed(call, i) : fold_case(call.text(i)); };
    const std::string sought = prepared(0), text = prepared(1);
    const auto starts = letters(text);
    if (static_cast<std::size_t>(start) > starts.size()) return call.bad("The search begins behind the end of the text");
    const auto found = text.find(sought, starts[static_cast<std::size_t>(start - 1)]);
    if (found == std::string::npos) return call.bad("\"" + call.text(0) + "\" is not in the text; CONTAINS asks without failing");
    const auto at = std::lower_bound(starts.begin(), starts.end(), found) - starts.begin();
    call.result.set_whole(at + 1);
    return true;
}
bool run_find(const Call& call) { return position(call, true); }
bool run_search(const Call& call) { return position(call, false); }

bool run_contains(const Call& call) {
    call.result.set(fold_case(call.text(0)).find(fold_case(call.text(1))) != std::string::npos);
    return true;
}
bool run_begins(const Call& call) {
    call.result.set(fold_case(call.text(0)).starts_with(fold_case(call.text(1))));
    return true;
}
bool run_ends(const Call& call) {
    call.result.set(fold_case(call.text(0)).ends_with(fold_case(call.text(1))));
    return true;
}
bool run_exact(const Call& call) {
    call.result.set(composed(call, 0) == composed(call, 1));
    return true;
}

bool run_concat(const Call& call) {
    std::string out;
    for (std::size_t i = 0; i < call.count(); ++i) {
        out += call.text(i);
        if (static_cast<std::int64_t>(out.size()) > length_max) return call.bad("The text becomes longer than a million bytes");
    }
    return give(call, std::move(out));
}
bool run_textjoin(const Call& call) {
    const std::string separator = call.text(0);
    const bool skip = call.at(1).is_true();
    std::string out;
    bool first = true;
    for (std::size_t i = 2; i < call.count(); ++i) {
        const std::string part = call.text(i);
        if (skip && part.empty()) continue;
        if (!first) out += separator;
        first = false;
        out += part;
        if (static_cast<std::int64_t>(out.size()) > length_max) return call.bad("The text becomes longer than a million bytes");
    }
    return give(call, std::move(out));
}
bool run_rept(const Call& call) {
    std::int64_t count = 0;
    if (!call.whole(1, 0, 32'767, "The number of repetitions", count)) return false;
    const std::string text = call.text(0);
    if (static_cast<std::int64_t>(text.size()) * count > length_max) return call.bad("The text becomes longer than a million bytes");
    std::string out;
    for (std::int64_t i = 0; i < count; ++i) out += text;
    return give(call, std::move(out));
}

bool run_value(const Call& call) {
    std::string_view text;
    const std::string held = call.text(0);
    text = trim(held);
    const bool percent = text.ends_with('%');
    if (percent) text = trim(text.substr(0, text.size() - 1));
    std::string plain;
    // Grouping by commas only where it groups by three: "1,234.5", never "1,5".
    const auto point = std::min(text.find('.'), text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ',') {
            plain += text[i];
        } else if (i > point || i == 0 || (point - i) % 4 != 0) {
            return call.bad("\"" + held + "\" is not a number; write it with a point, as 1234.5");
        }
    }
    const auto number = Decimal::parse(plain);
    if (!number) return call.bad("\"" + held + "\" is not a number; write it with a point, as 1234.5");
    return call.give(percent ? divide(*number, Decimal::of(100)) : number);
}

bool run_text(const Call& call) {
    const std::string format = call.text(1);
    const Datum& value = call.at(0);
    if (value.is_empty()) return give(call, {});
    std::optional<std::string> out;
    if (value.kind == Datum::date || value.kind == Datum::instant) {
        out = format_moment(value, format, call.evaluator.context());
    } else if (value.kind == Datum::whole || value.kind == Datum::decimal || value.kind == Datum::money) {
        out = format_number(value.as_decimal(), format);
    } else {
        return give(call, datum_text(value));
    }
    if (!out) return call.bad("The format \"" + format + "\" is not known for this kind of value; examples are 0.00, #,##0, 0% and yyyy-mm-dd");
    return give(call, std::move(*out));
}

bool cut_at(const Call& call, bool before) {
    const std::string text = composed(call, 0), mark = composed(call, 1);
    const auto found = fold_case(text).size() == text.size() ? fold_case(text).find(fold_case(mark)) : text.find(mark);
    if (mark.empty() || found == std::string::npos) return give(call, {});
    return give(call, before ? text.substr(0, found) : text.substr(found + mark.size()));
}
bool run_textbefore(const Call& call) { return cut_at(call, true); }
bool run_textafter(const Call& call) { return cut_at(call, false); }

constexpr std::string_view group = "Text";
constexpr Function functions[] = {
    {"BEGINS", group, "tt", 'b', run_begins, nullptr, false, true, true, "BEGINS(text, beginning)", "True when the text begins so; case does not count, accents do.", "BEGINS(\"Hanoi\", \"han\")", "TRUE"},
    {"CONCAT", group, "t+", 't', run_concat, nullptr, false, true, false, "CONCAT(text, ...)", "The texts joined, as with &.", "CONCAT(\"a\", 1)", "a1"},
    {"CONTAINS", group, "tt", 'b', run_contains, nullptr, false, true, true, "CONTAINS(text, part)", "True when the part occurs in the text; case does not count, accents do.", "CONTAINS(\"An Giang\", \"GIANG\")", "TRUE"},
    {"ENDS", group, "tt", 'b', run_ends, nullptr, false, true, true, "ENDS(text, ending)", "True when the text ends so; case does not count, accents do.", "ENDS(\"a@b.vn\", \".VN\")", "TRUE"},
    {"EXACT", group, "tt", 'b', run_exact, nullptr, false, true, true, "EXACT(text, text)", "True when both are the same letter by letter, also in case.", "EXACT(\"Foo\", \"foo\")", "FALSE"},
    {"FIND", group, "ttn?", 'w', run_find, nullptr, false, true, false, "FIND(part, text, from)", "The position of the part, counted from 1, with case. Fails when it does not occur.", "FIND(\"b\", \"abc\")", "2"},
    {"FOLD", group, "t", 't', run_fold, nullptr, false, true, false, "FOLD(text)", "The text as the search sees it: without accents and capitals.", "FOLD(\"Đặng\")", "dang"},
    {"LEFT", group, "tn?", 't', run_left, nullptr, false, true, true, "LEFT(text, count)", "The first letters (one when left out).", "LEFT(\"Hanoi\", 3)", "Han"},
    {"LEN", group, "t", 'w', run_len, nullptr, false, true, true, "LEN(text)", "The number of letters as seen.", "LEN(\"Nguyễn\")", "6"},
    {"LOWER", group, "t", 't', run_lower, nullptr, false, true, true, "LOWER(text)", "The text in small letters.", "LOWER(\"ĐẶNG\")", "đặng"},
    {"MID", group, "tnn", 't', run_mid, nullptr, false, true, false, "MID(text, from, count)", "Letters from the middle.", "MID(\"Hanoi\", 2, 3)", "ano"},
    {"PROPER", group, "t", 't', run_proper, nullptr, false, true, false, "PROPER(text)", "A capital at the beginning of every word.", "PROPER(\"nguyễn văn đức\")", "Nguyễn Văn Đức"},
    {"REPLACE", group, "tnnt", 't', run_replace, nullptr, false, true, false, "REPLACE(text, from, count, new)", "Puts the new text in the place of some letters.", "REPLACE(\"abcd\", 2, 2, \"x\")", "axd"},
    {"REPT", group, "tn", 't', run_rept, nullptr, false, true, false, "REPT(text, times)", "The text repeated.", "REPT(\"ab\", 2)", "abab"},
    {"RIGHT", group, "tn?", 't', run_right, nullptr, false, true, true, "RIGHT(text, count)", "The last letters (one when left out).", "RIGHT(\"Hanoi\", 2)", "oi"},
    {"SEARCH", group, "ttn?", 'w', run_search, nullptr, false, true, false, "SEARCH(part, text, from)", "As FIND, without case. No wildcards.", "SEARCH(\"B\", \"abc\")", "2"},
    {"SUBSTITUTE", group, "tttn?", 't', run_substitute, nullptr, false, true, false, "SUBSTITUTE(text, old, new, which)", "Replaces every occurrence, or only the one with that number.", "SUBSTITUTE(\"a-b-c\", \"-\", \"+\")", "a+b+c"},
    {"TEXT", group, "at", 't', run_text, nullptr, false, false, false, "TEXT(value, format)",
     "A number or date written in a format: 0, 0.00, #,##0, #,##0.00, 0%, 0.0% and their like for numbers; yyyy, yy, mmmm, mmm, mm, m, dddd, ddd, dd, d, hh, ss for moments.", "TEXT(1234.5, \"#,##0.00\")", "1,234.50"},
    {"TEXTAFTER", group, "tt", 't', run_textafter, nullptr, false, true, false, "TEXTAFTER(text, mark)", "What follows the first occurrence of the mark; empty when it does not occur.", "TEXTAFTER(\"a@b.vn\", \"@\")", "b.vn"},
    {"TEXTBEFORE", group, "tt", 't', run_textbefore, nullptr, false, true, false, "TEXTBEFORE(text, mark)", "What stands before the first occurrence of the mark; empty when it does not occur.", "TEXTBEFORE(\"a@b.vn\", \"@\")", "a"},
    {"TEXTJOIN", group, "tbt+", 't', run_textjoin, nullptr, false, true, false, "TEXTJOIN(separator, skip empty, text, ...)", "The texts with the separator between them.", "TEXTJOIN(\", \", TRUE, \"a\", \"\", \"b\")", "a, b"},
    {"TRIM", group, "t", 't', run_trim, nullptr, false, true, true, "TRIM(text)", "Without blanks at both ends, and with single ones inside.", "TRIM(\"  a   b \")", "a b"},
    {"UPPER", group, "t", 't', run_upper, nullptr, false, true, true, "UPPER(text)", "The text in capitals.", "UPPER(\"đường\")", "ĐƯỜNG"},
    {"VALUE", group, "t", 'n', run_value, nullptr, false, true, false, "VALUE(text)", "The number that a text spells: 1234.5, 1,234.5, 12%.", "VALUE(\"1,234.5\")", "1234.5"},
};

}  // namespace

std::span<const Function> text_functions() { return functions; }

}  // namespace fairlead::formula
