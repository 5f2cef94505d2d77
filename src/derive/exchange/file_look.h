// What a file is, found by reading all of it once: how its numbers and days are written in each column, examples,
// and what a person should know before anything is taken from it.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "derive/exchange/table.h"
#include "derive/exchange/written.h"
#include "derive/json.h"

namespace fairlead::derive {

// How one column writes what it holds. Decided over all its values; nothing is decided where they contradict.
struct ColumnForm {
    char decimal = 0;               // '.' or ','; 0: whole numbers only, or no numbers, or a contradiction
    DayOrders dates = order_none;   // none: no days, only certain ones, or a contradiction
    bool numbers_contradict = false, dates_contradict = false;
    bool hundreds = false;          // percentages as 35, not as 0.35
};

struct ColumnLook {
    int index = 0;
    std::string name;
    std::vector<std::string> samples;  // up to three different ones
    ColumnForm form;
    std::int64_t filled = 0;
    // Parts of the filled values that have the form.
    double numbers = 0, dates = 0, emails = 0, phones = 0, links = 0;
};

struct FileLook {
    std::string filename, format, encoding, separator, sheet;
    std::string merged;    // merged cells: "first" has the value, or "fill" each of them; empty: none
    std::vector<std::string> sheets;
    std::int64_t rows = 0, ragged = 0;
    std::size_t width = 0;
    std::string decimal;   // of the file: ".", ","; empty where no number tells or columns differ
    std::string dates;     // "dmy", "mdy", "ymd"; empty likewise
    std::vector<ColumnLook> columns;
    std::vector<Note> notes;
};

// What the person says about the file; empty: as found.
struct Reading {
    std::string encoding, separator, decimal, dates, sheet;
    std::string merged;  // "first" or "fill"
};
Result<Reading> reading_of(const Json& body);
TableOptions options_of(const Reading& reading);

// `progress` is told how far it is, 0 to 1; false stops with the refusal "cancelled".
Result<FileLook> look_at(const std::string& path, const std::string& filename, const Reading& reading, const std::function<bool(double)>& progress = {});

std::string_view order_name(DayOrders order);  // "dmy"
DayOrders order_named(std::string_view name);

// As kept between requests.
void write_look(JsonWriter& w, const FileLook& look);
FileLook read_look(const Json& json);

}  // namespace fairlead::derive
