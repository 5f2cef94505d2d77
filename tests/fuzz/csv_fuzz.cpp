// Any bytes as a CSV file: read whole or refused, never more cells than the limits, and twice the same.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "derive/exchange/file_look.h"
#include "fuzz/seeds.h"

using namespace fairlead;
using namespace fairlead::derive;

namespace {

const std::string& scratch() {
    static const std::string path = "/tmp/fairlead-fuzz-csv-" + std::to_string(::getpid());
    return path;
}

std::size_t read_all(Table& table) {
    TableRow row;
    std::size_t sum = 0;
    for (;;) {
        const auto next = table.next(row);
        if (!next || *next == Table::Next::end) return sum;
        for (std::size_t i = 0; i < row.size(); ++i) sum = sum * 31 + row[i].text.size() + 1;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::FILE* file = std::fopen(scratch().c_str(), "wb");
    if (file == nullptr) std::abort();
    std::fwrite(data, 1, size, file);
    std::fclose(file);
    TableOptions options;
    options.format = "csv";
    if (auto table = open_table(scratch(), options)) {
        const std::size_t first = read_all(**table);
        if ((*table)->rewind() && read_all(**table) != first) std::abort();
    }
    // What a person would see of it first.
    if (size >= 4 && data[0] == 'P' && data[1] == 'K') return 0;
    if (const auto look = look_at(scratch(), "fuzz.csv", {}))
        if (look->columns.size() > look->width) std::abort();
    return 0;
}

std::vector<std::string> fuzz_seeds() {
    return {"Name,Amount\nAn,12\n", "\xEF\xBB\xBF\"Name\";\"Ngày\"\r\n\"a\"\"b\";31/12/2026\r\n", "sep=;\nA;B\n1;\"two\nlines\"\n", "a\tb\n1.234,50\t(12 %)\n", "\xFF\xFE" "a\0\n\0" "1\0", "A,A,\n,,\n2026-01-01,x,\n"};
}
std::vector<std::string> fuzz_words() { return {"\"", ",", ";", "\t", "|", "\r\n", "\n", "sep=", "31/12/2026", "12/31/26", "1.234,5", "1,234.5", "\xEF\xBF\xBD", "\xD2", "=1+1", "'", "€", "Jan 5, 2026"}; }
