// Any bytes as the sheet, the texts, the styles and the book of a workbook, and as the archive itself.
#include <unistd.h>
#include <zip.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "derive/exchange/table.h"
#include "fuzz/seeds.h"

using namespace fairlead;
using namespace fairlead::derive;

namespace {

const std::string& scratch() {
    static const std::string path = "/tmp/fairlead-fuzz-xlsx-" + std::to_string(::getpid());
    return path;
}

void read_all() {
    TableLimits limits;
    limits.part_bytes = 4 << 20;
    limits.strings_in_memory = 1 << 12;
    TableOptions options;
    options.format = "xlsx";
    for (const bool fill : {false, true}) {
        options.fill_merged = fill;
        auto table = open_table(scratch(), options, limits);
        if (!table) return;
        TableRow row;
        for (;;) {
            const auto next = (*table)->next(row);
            if (!next || *next == Table::Next::end) break;
            if (row.size() > limits.columns) std::abort();
        }
    }
}

constexpr std::string_view office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 4 == 3) {
        std::FILE* file = std::fopen(scratch().c_str(), "wb");
        if (file == nullptr) std::abort();
        std::fwrite(bytes.data(), 1, bytes.size(), file);
        std::fclose(file);
        read_all();
        return 0;
    }
    std::string sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" s=\"1\"><v>45000</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:A3\"/></mergeCells></worksheet>";
    std::string texts = "<sst><si><t>Name</t></si></sst>";
    std::string styles = "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    // The bytes stand inside the element, where most of what is read stands.
    (data[0] % 4 == 0 ? sheet : data[0] % 4 == 1 ? texts : styles) = data[0] % 4 == 0 ? "<worksheet><sheetData>" + bytes + "</sheetData></worksheet>" : data[0] % 4 == 1 ? "<sst>" + bytes + "</sst>" : "<styleSheet>" + bytes + "</styleSheet>";
    const std::string book = "<workbook xmlns:r=\"" + std::string(office) + "\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
    std::string relations = "<Relationships>";
    int number = 0;
    for (const auto& [type, target] : {std::pair("worksheet", "s.xml"), std::pair("sharedStrings", "t.xml"), std::pair("styles", "y.xml")})
        relations += "<Relationship Id=\"r" + std::to_string(++number) + "\" Type=\"" + std::string(office) + "/" + type + "\" Target=\"" + target + "\"/>";
    relations += "</Relationships>";
    int error = 0;
    zip_t* zip = zip_open(scratch().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (zip == nullptr) std::abort();
    const auto add = [&](const char* name, const std::string& text) {
        const zip_int64_t index = zip_file_add(zip, name, zip_source_buffer(zip, text.data(), text.size(), 0), ZIP_FL_OVERWRITE);
        zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
    };
    add("xl/workbook.xml", book);
    add("xl/_rels/workbook.xml.rels", relations);
    add("xl/s.xml", sheet);
    add("xl/t.xml", texts);
    add("xl/y.xml", styles);
    if (zip_close(zip) != 0) std::abort();
    read_all();
    return 0;
}

std::vector<std::string> fuzz_seeds() {
    return {std::string("\0<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row><c s=\"1\"><v>45000.5</v></c><c t=\"b\"><v>1</v></c></row>", 97),
            std::string("\0<row><c t=\"inlineStr\"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B9\"/></mergeCells><sheetData>", 145),
            "\1<si><t>Name</t></si><si><r><t>two </t></r><r><t>runs_x000D_</t></r></si>", "\2<numFmts><numFmt numFmtId=\"170\" formatCode=\"d-mmm;@\"/></numFmts><cellXfs><xf numFmtId=\"170\"/></cellXfs>",
            "\3PK\3\4", "\3PK\5\6"};
}
std::vector<std::string> fuzz_words() { return {"<row>", "</row>", "<c r=\"XFD1\">", "</c>", "<v>", "</v>", "<t>", "</t>", "<si>", "</si>", "<f>", "t=\"s\"", "t=\"e\"", "hidden=\"1\"", "&amp;", "&a;", "<!DOCTYPE a>", "99999999999", "A1:XFD1048576", "_x0041_"}; }
