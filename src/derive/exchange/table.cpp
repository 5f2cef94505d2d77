// Opening a table by what its first bytes say.
#include "derive/exchange/table.h"

#include <cstdio>
#include <memory>

#include "derive/exchange/csv_reader.h"
#include "derive/exchange/xlsx_reader.h"

namespace fairlead::derive {

Result<std::unique_ptr<Table>> open_table(const std::string& path, const TableOptions& options, const TableLimits& limits) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file) return refuse(Why::not_found, "no_such_file", "The file " + path + " cannot be opened", {}, {{"file", path}});
    char first[4] = {};
    const std::size_t read = std::fread(first, 1, sizeof first, file.get());
    if (options.format == "xlsx" || (options.format.empty() && read == 4 && first[0] == 'P' && first[1] == 'K')) return open_xlsx(path, options, limits);
    // The container of old workbooks (XLS), and of new ones behind a password.
    if (options.format.empty() && read == 4 && first[0] == '\xD0' && first[1] == '\xCF' && first[2] == '\x11' && first[3] == '\xE0')
        return refuse(Why::invalid, "old_workbook", "The file is an old workbook (XLS) or one with a password: save it as XLSX without a password, or as CSV");
    return open_csv(path, options, limits);
}

}  // namespace fairlead::derive
