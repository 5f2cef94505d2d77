// The functions that our SQL calls on PostgreSQL, written in SQL.
#include <algorithm>

#include "base/text.h"
#include "formula/formula.h"

namespace fairlead::formula {
namespace {

std::string utf8(char32_t c) {
    std::string out;
    const auto byte = [&](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0 | (c >> 6));
        byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        byte(0xE0 | (c >> 12));
        byte(0x80 | ((c >> 6) & 0x3F));
        byte(0x80 | (c & 0x3F));
    } else {
        byte(0xF0 | (c >> 18));
        byte(0x80 | ((c >> 12) & 0x3F));
        byte(0x80 | ((c >> 6) & 0x3F));
        byte(0x80 | (c & 0x3F));
    }
    return out;
}

std::size_t count_letters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// fold_case for PostgreSQL: letter for letter by translate, the few that grow by replace, as our own tables have it.
std::string fold_case_function() {
    std::string from, to, growing, text = "normalize(t, NFC)";
    std::string replaced = "x";
    for (char32_t c = 0x80; c < 0x1F000; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        const std::string letter = utf8(c);
        const std::string folded = fold_case(letter);
        if (folded == letter || to_nfc(letter) != letter) continue;
        if (count_letters(folded) == 1) {
            from += letter;
            to += folded;
        } else {
            growing += letter;
            replaced = "replace(" + replaced + ", '" + letter + "', '" + folded + "')";
        }
    }
    for (char c = 'A'; c <= 'Z'; ++c) {
        from += c;
        to += static_cast<char>(c - 'A' + 'a');
    }
    return "CREATE OR REPLACE FUNCTION fairlead_fold_case(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$\n"
           "DECLARE x text;\nBEGIN\n"
           "  IF octet_length(t) = char_length(t) THEN RETURN lower(t COLLATE \"C\"); END IF;\n"
           "  x := " + text + ";\n"
           "  IF x ~ '[" + growing + "]' THEN x := " + replaced + "; END IF;\n"
           "  RETURN normalize(translate(x, '" + from + "', '" + to + "'), NFC);\nEND $f$";
}

std::string sql_function(const std::string& head, const std::string& body) {
    return "CREATE OR REPLACE FUNCTION " + head + " LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $f$ SELECT " + body + " $f$";
}

}  // namespace

const std::vector<std::string>& postgres_functions() {
    static const std::vector<std::string> statements = {
        fold_case_function(),
        // Numbers beyond what the evaluator keeps have failed.
        sql_function("fairlead_keep(x numeric) RETURNS numeric", "CASE WHEN abs(x) >= 170000000000000000000000000 THEN 'NaN'::numeric ELSE x END"),
        sql_function("fairlead_whole(x numeric) RETURNS numeric", "CASE WHEN x > 9223372036854775807 OR x < -9223372036854775808 THEN 'NaN'::numeric ELSE x END"),
        sql_function("fairlead_date(x numeric) RETURNS numeric", "CASE WHEN x < -719162 OR x > 2932896 THEN 'NaN'::numeric ELSE x END"),
        sql_function("fairlead_moment(x numeric) RETURNS numeric",
                     "CASE WHEN x < -719162::numeric * 86400000000 OR x > 2932897::numeric * 86400000000 - 1 THEN 'NaN'::numeric ELSE x END"),
        // The 50 further places keep a quotient from being rounded twice.
        sql_function("fairlead_divide(a numeric, b numeric) RETURNS numeric",
                     "CASE WHEN COALESCE(b, 0) = 0 OR a = 'NaN' THEN 'NaN'::numeric ELSE fairlead_keep(round(COALESCE(a, 0) * 1.00000000000000000000000000000000000000000000000000 / b, 12)) END"),
        sql_function("fairlead_modulo(a numeric, b numeric) RETURNS numeric",
                     "CASE WHEN b = 0 OR b = 'NaN' OR a = 'NaN' THEN 'NaN'::numeric WHEN mod(a, b) <> 0 AND sign(mod(a, b)) <> sign(b) THEN mod(a, b) + b ELSE mod(a, b) END"),
        sql_function("fairlead_round_up(x numeric, d int) RETURNS numeric", "CASE WHEN x = 'NaN' OR trunc(x, d) = x THEN x ELSE trunc(x, d) + sign(x) * ('1e' || -d)::numeric END"),
        sql_function("fairlead_money(minor bigint, rep bigint, step numeric) RETURNS numeric", "CASE WHEN minor IS NULL THEN NULL WHEN rep IS NULL THEN 'NaN'::numeric ELSE rep * step END"),
        sql_function("fairlead_equal(a numeric, b numeric) RETURNS boolean", "CASE WHEN a = 'NaN' OR b = 'NaN' THEN NULL ELSE a IS NOT DISTINCT FROM b END"),
        sql_function("fairlead_less(a numeric, b numeric) RETURNS boolean", "CASE WHEN a = 'NaN' OR b = 'NaN' THEN NULL ELSE COALESCE(a < b, FALSE) END"),
        sql_function("fairlead_less_or_equal(a numeric, b numeric) RETURNS boolean", "CASE WHEN a = 'NaN' OR b = 'NaN' THEN NULL ELSE COALESCE(a <= b, FALSE) END"),
        sql_function("fairlead_blank(x numeric) RETURNS boolean", "CASE WHEN x = 'NaN' THEN NULL ELSE x IS NULL END"),
        sql_function("fairlead_if_failed(x numeric, y numeric) RETURNS numeric", "CASE WHEN x = 'NaN' THEN y ELSE x END"),
        sql_function("fairlead_ends(a text, b text) RETURNS boolean", "right(a, char_length(b)) = b"),
        sql_function("fairlead_stored(x numeric, scale int) RETURNS bigint",
                     "CASE WHEN x = 'NaN' OR abs(round(x, scale)) >= 9223372036854775807 / ('1e' || scale)::numeric THEN NULL ELSE (round(x, scale) * ('1e' || scale)::numeric)::bigint END"),
    };
    return statements;
}

}  // namespace fairlead::formula
