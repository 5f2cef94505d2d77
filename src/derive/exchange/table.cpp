// Opening a table by what its first bytes say.
#include "derive/exchange/table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "base/csv_reader.h"
#include "derive/exchange/xlsx_reader.h"

namespace fairlead::derive {
namespace {

constexpr std::size_t looked_at = 8192;

// Files that people take for tables, by how they begin. A space stands for any byte.
struct Kind {
    std::string_view begin, name;
};
constexpr std::array kinds{
    Kind{"%PDF-", "PDF"}, Kind{"\x89PNG", "PNG"}, Kind{"\xFF\xD8\xFF", "JPEG"}, Kind{"GIF8", "GIF"}, Kind{"RIFF    WEBP", "WebP"},
    Kind{"    ftyp", "HEIC, MP4"}, Kind{"II*", "TIFF"}, Kind{"\x1F\x8B", "GZIP"}, Kind{"7z\xBC\xAF", "7-Zip"}, Kind{"Rar!", "RAR"}, Kind{"{\\rtf", "RTF"},
    Kind{"\x7F" "ELF", "ELF"}, Kind{"SQLite format 3", "SQLite"}, Kind{"PAR1", "Parquet"},
};

bool begins(std::string_view text, std::string_view with) {
    if (text.size() < with.size()) return false;
    for (std::size_t i = 0; i < with.size(); ++i)
        if (with[i] != ' ' && with[i] != text[i]) return false;
    return true;
}

// What the file is instead of a table; empty where it may be one. A table is written with letters: other control
// characters than blanks are rare in it, but for the zero bytes of UTF-16.
std::string kind_of(std::string_view head) {
    for (const Kind& kind : kinds)
        if (begins(head, kind.begin)) return std::string(kind.name);
    std::string_view text = head;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    text = trim(text);
    for (const std::string_view tag : {"<!doctype html", "<html", "<table"})
        if (starts_with_nocase(text, tag)) return "HTML";
    if (starts_with_nocase(text, "<?xml")) return "XML";
    if (text.starts_with("{\"") || text.starts_with("[{") || text.starts_with("[[")) return "JSON";
    if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return {};
    std::size_t zeros[2] = {}, controls = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
        const auto c = static_cast<unsigned char>(head[i]);
        if (c == 0) ++zeros[i % 2];
        else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1A && c != 0x0B) ++controls;
    }
    const std::size_t most = std::max(zeros[0], zeros[1]), least = std::min(zeros[0], zeros[1]);
    const bool wide = most * 8 > head.size() && least * 20 < head.size();  // UTF-16 without its mark
    if (!wide) controls += most + least;
    if (controls * 50 > head.size()) return "binary";
    return {};
}

}  // namespace

Result<std::unique_ptr<Table>> open_table(const std::string& path, const TableOptions& options, const TableLimits& limits) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file) return refuse(Why::not_found, "no_such_file", "The file " + path + " cannot be opened", {}, {{"file", path}});
    std::string room(looked_at, '\0');
    const std::string_view head(room.data(), std::fread(room.data(), 1, room.size(), file.get()));
    if (options.format == "xlsx" || (options.format.empty() && (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")))) return open_xlsx(path, options, limits);
    // The container of old workbooks (XLS), and of new ones behind a password.
    if (options.format.empty() && head.starts_with("\xD0\xCF\x11\xE0"))
        return refuse(Why::invalid, "old_workbook", "The file is an old workbook (XLS) or one with a password: save it as XLSX without a password, or as CSV");
    if (head.empty()) return refuse(Why::invalid, "empty_file", "The file is empty: choose a table with a row of column names, as XLSX or CSV");
    if (const std::string kind = kind_of(head); !kind.empty())
        return refuse(Why::invalid, "not_a_table", "The file is no table (" + kind + "): choose an XLSX workbook or a CSV file with a row of column names", {}, {{"kind", kind}});
    return open_csv(path, options, limits);
}

}  // namespace fairlead::derive
