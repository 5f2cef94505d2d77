// Workbooks: what spreadsheets make of dates, texts, merged and hidden cells, and files made to exhaust the machine.
#include "derive/exchange/xlsx_reader.h"

#include <doctest/doctest.h>
#include <zip.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/id.h"

using namespace fairlead;
using namespace fairlead::derive;

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string cases(const std::string& name) {
    const char* set = std::getenv("FAIRLEAD_CASES");
    const std::string path = (set != nullptr ? std::string(set) : "../shared/data/cases") + "/xlsx/" + name;
    if (!std::filesystem::exists(path)) {
        MESSAGE("SKIPPED: there is no " << path);
        return {};
    }
    return path;
}

struct Sheet {
    std::vector<std::string> heads;
    Rows rows;
    std::vector<std::vector<CellKind>> kinds;
    std::vector<Note> notes;
    std::string name;
    bool noted(std::string_view code) const {
        return std::any_of(notes.begin(), notes.end(), [&](const Note& note) { return note.code == code; });
    }
};
Sheet sheet_of(const std::string& path, const TableOptions& options = {}) {
    auto table = open_table(path, options);
    if (!table) MESSAGE(table.refused().message());
    REQUIRE(table);
    Sheet sheet;
    sheet.name = (*table)->look().sheet;
    for (const TableColumn& column : (*table)->look().columns) sheet.heads.push_back(column.name);
    TableRow row;
    for (int time = 0; time < 2; ++time) {  // the same again after a rewind
        Rows rows;
        sheet.kinds.clear();
        for (;;) {
            const auto next = (*table)->next(row);
            if (!next) MESSAGE(next.refused().message());
            REQUIRE(next);
            if (*next == Table::Next::end) break;
            rows.emplace_back();
            sheet.kinds.emplace_back();
            for (const TableColumn& column : (*table)->look().columns) {
                rows.back().push_back(row[static_cast<std::size_t>(column.index)].text);
                sheet.kinds.back().push_back(row[static_cast<std::size_t>(column.index)].kind);
            }
        }
        if (time == 1) CHECK(rows == sheet.rows);
        sheet.rows = rows;
        REQUIRE((*table)->rewind());
    }
    sheet.notes = (*table)->notes();
    return sheet;
}

// A workbook made of the given parts.
class Workbook {
  public:
    explicit Workbook(const std::map<std::string, std::string>& parts) {
        path_ = (std::filesystem::temp_directory_path() / ("fairlead-" + new_id().text() + ".xlsx")).string();
        int error = 0;
        zip_t* zip = zip_open(path_.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
        REQUIRE(zip != nullptr);
        for (const auto& [name, text] : parts) zip_file_add(zip, name.c_str(), zip_source_buffer(zip, text.data(), text.size(), 0), ZIP_FL_OVERWRITE);
        REQUIRE(zip_close(zip) == 0);
    }
    ~Workbook() { std::filesystem::remove(path_); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};
std::map<std::string, std::string> parts(const std::string& sheet, const std::string& strings = "<sst/>") {
    const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    return {{"xl/workbook.xml", "<workbook xmlns:r=\"" + office + "\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"},
            {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"rId1\" Type=\"" + office + "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"" + office +
                                               "/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"},
            {"xl/worksheets/sheet1.xml", sheet},
            {"xl/sharedStrings.xml", strings}};
}
std::string refusal(const std::string& path, const TableLimits& limits = {}) {
    auto table = open_table(path, {}, limits);
    if (!table) return table.refused().code();
    TableRow row;
    for (;;) {
        const auto next = (*table)->next(row);
        if (!next) return next.refused().code();
        if (*next == Table::Next::end) return "read";
    }
}

}  // namespace

TEST_CASE("Number formats say which numbers are days (xlsx-01)") {
    CHECK(!is_date_format("0.00\" days\""));
    CHECK(!is_date_format("#,##0,,\" M\""));
    CHECK(!is_date_format("0;[Red]0"));
    CHECK(is_date_format("[$-409]d-mmm-yy;@"));
    CHECK(is_date_format("yyyy\"-\"mm\"-\"dd"));
    CHECK(!is_date_format("#,##0_M_M_M;#,##0_M_M_M;_(@_M_M_M"));
    CHECK(!is_date_format("\"Due: \"0"));
    CHECK(!is_date_format("0.0############E-0"));
    CHECK(!is_date_format("[h]:mm"));
    CHECK(!is_date_format("General"));
    CHECK(date_of_serial(45000, false) == "2023-03-15");
    CHECK(date_of_serial(1, false) == "1900-01-01");
    CHECK(date_of_serial(59, false) == "1900-02-28");
    CHECK(date_of_serial(61, false) == "1900-03-01");
    CHECK(date_of_serial(0, true) == "1904-01-01");
    CHECK(date_of_serial(43465, true) == "2023-01-01");
    CHECK(date_of_serial(45000.5, false) == "2023-03-15T12:00:00");
    const std::string path = cases("formats.xlsx");
    if (path.empty()) return;
    const Sheet sheet = sheet_of(path);
    const std::map<std::string, std::string> right{{"signed", "2023-03-15"}, {"paid", "2024-01-01"}, {"builtin", "2024-01-01"}, {"days", "2.5"}, {"revenue", "12500000"}, {"red", "45000"},
                                                   {"plain", "45000"},       {"due_no", "7"},        {"tiny", "0.00012"}};
    std::size_t seen = 0;
    for (std::size_t i = 0; i < sheet.heads.size(); ++i)
        if (const auto wanted = right.find(sheet.heads[i]); wanted != right.end()) {
            ++seen;
            CHECK(sheet.rows[0][i] == wanted->second);
        }
    CHECK(seen == right.size());
}

TEST_CASE("A workbook of the 1904 system (xlsx-02)") {
    const std::string path = cases("date1904.xlsx");
    if (path.empty()) return;
    const Sheet sheet = sheet_of(path);
    std::vector<std::string> dates;
    for (const auto& row : sheet.rows)
        for (const auto& cell : row)
            if (cell.size() == 10 && cell[4] == '-') dates.push_back(cell);
    CHECK(dates == std::vector<std::string>{"1950-05-03", "2023-01-01", "1904-01-01"});
}

TEST_CASE("Texts in cells, in runs, shared, and with reading aids (xlsx-03, xlsx-04)") {
    if (const std::string path = cases("inline_runs.xlsx"); !path.empty()) CHECK(sheet_of(path).rows == Rows{{"An Phát", "  kept spaces "}, {"Bình Minh", ""}});
    if (const std::string path = cases("shared_strings.xlsx"); !path.empty()) {
        const Sheet sheet = sheet_of(path);
        CHECK(sheet.heads == std::vector<std::string>{"name", "city"});
        CHECK(sheet.rows == Rows{{"Third", "東京都"}, {"", "Hà Nội"}, {"Third", ""}});
    }
}

TEST_CASE("Errors and yes or no keep their kind (xlsx-05)") {
    const std::string path = cases("errors_booleans.xlsx");
    if (path.empty()) return;
    const Sheet sheet = sheet_of(path);
    int errors = 0, booleans = 0;
    for (const auto& row : sheet.kinds)
        for (const CellKind kind : row) errors += kind == CellKind::error, booleans += kind == CellKind::boolean;
    CHECK(errors == 2);
    CHECK(booleans >= 2);
}

TEST_CASE("Merged cells are said, and filled when asked for (xlsx-06)") {
    const std::string path = cases("merged_region.xlsx");
    if (path.empty()) return;
    const auto sums = [](const Sheet& sheet) {
        std::map<std::string, int> sum;
        for (const auto& row : sheet.rows) sum[row[0]] += std::atoi(row.back().c_str());
        return sum;
    };
    const Sheet plain = sheet_of(path);
    CHECK(plain.noted("merged_cells"));
    CHECK(sums(plain) == std::map<std::string, int>{{"Miền Bắc", 100}, {"", 500}, {"Miền Nam", 400}});
    TableOptions filled;
    filled.fill_merged = true;
    CHECK(sums(sheet_of(path, filled)) == std::map<std::string, int>{{"Miền Bắc", 600}, {"Miền Nam", 400}});
}

TEST_CASE("Hidden sheets are left, hidden rows read, and both said (xlsx-07)") {
    const std::string path = cases("hidden.xlsx");
    if (path.empty()) return;
    const Sheet sheet = sheet_of(path);
    CHECK(sheet.name == "Current");
    CHECK(sheet.rows.size() == 3);
    CHECK(sheet.noted("hidden_sheets"));
    CHECK(sheet.noted("hidden_rows"));
}

TEST_CASE("Data that begins somewhere on the sheet (xlsx-08)") {
    const std::string path = cases("offset.xlsx");
    if (path.empty()) return;
    const Sheet sheet = sheet_of(path);
    CHECK(sheet.heads == std::vector<std::string>{"Name", "Amount"});
    CHECK(sheet.rows == Rows{{"An", "5"}, {"Bình", "7"}});
}

TEST_CASE("Workbooks made to exhaust the machine are refused (S19)") {
    const std::string row = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Name</t></is></c></row>";
    const auto sheet = [&](const std::string& rest) { return "<worksheet><sheetData>" + row + rest + "</sheetData></worksheet>"; };
    CHECK(refusal(Workbook(parts(sheet("<row r=\"2\"><c r=\"A2\"><v>1</v></c></row>"))).path()) == "read");
    // A part that unpacks to far more than it is packed.
    CHECK(refusal(Workbook(parts(sheet(std::string(64u << 20, ' ')))).path()) == "workbook_too_large");
    CHECK(refusal(Workbook(parts(sheet(""), "<sst>" + std::string(64u << 20, ' ') + "</sst>")).path()) == "workbook_too_large");
    // Entities that multiply.
    CHECK(refusal(Workbook(parts("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><worksheet><sheetData>" + row + "</sheetData></worksheet>")).path()) == "damaged_workbook");
    CHECK(refusal(Workbook(parts(sheet("<row r=\"2\"><c r=\"ZZZ2\"><v>1</v></c></row>"))).path()) == "workbook_too_large");
    CHECK(refusal(Workbook(parts(sheet("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99</v></c></row>"))).path()) == "damaged_workbook");
    CHECK(refusal(Workbook(parts(sheet("<row r=\"2\"><c"))).path()) == "damaged_workbook");
    // One long shared text that every cell of a row repeats.
    std::string cells, text(900'000, 'x');
    for (std::size_t i = 0; i < text.size(); i += 2) text[i] = static_cast<char>('a' + i * 7919 % 26);
    for (char c = 'A'; c <= 'Z'; ++c) cells += std::string("<c r=\"") + c + "2\" t=\"s\"><v>0</v></c>";
    CHECK(refusal(Workbook(parts(sheet("<row r=\"2\">" + cells + "</row>"), "<sst><si><t>" + text + "</t></si></sst>")).path()) == "workbook_too_large");
    std::map<std::string, std::string> many = parts(sheet(""));
    for (int i = 0; i < 5'000; ++i) many["x" + std::to_string(i)] = "";
    CHECK(refusal(Workbook(many).path()) == "workbook_too_large");
}

TEST_CASE("Shared texts beyond the limit of memory are kept beside and read the same") {
    std::string strings = "<sst>", rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Name</t></is></c></row>";
    for (int i = 0; i < 3'000; ++i) {
        strings += "<si><t>Text number " + std::to_string(i) + "</t></si>";
        rows += "<row><c t=\"s\"><v>" + std::to_string(2'999 - i) + "</v></c></row>";
    }
    const Workbook workbook(parts("<worksheet><sheetData>" + rows + "</sheetData></worksheet>", strings + "</sst>"));
    TableLimits limits;
    limits.strings_in_memory = 10'000;
    auto table = open_table(workbook.path(), {}, limits);
    REQUIRE(table);
    TableRow row;
    for (int i = 2'999; i >= 0; --i) {
        REQUIRE((*table)->next(row));
        CHECK(row[0].text == "Text number " + std::to_string(i));
    }
}
