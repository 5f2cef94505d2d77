// Reading series out of files as people have them.
#include "engines/forecast/reader.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>

#include "engines/forecast/competition_for_tests.h"

using namespace fairlead;
using namespace fairlead::forecast;
using Values = std::vector<double>;

namespace {

class TempFile {
  public:
    explicit TempFile(std::string_view text) : path("/tmp/fairlead-series-" + std::to_string(::getpid()) + ".csv") { std::ofstream(path, std::ios::binary) << text; }
    ~TempFile() { std::remove(path.c_str()); }
    std::string path;
};

struct Read {
    FileFacts facts;
    std::vector<ReadSeries> series;
    std::string refused;
};
Read read(std::string_view text, const ReadOptions& options = {}, std::size_t most = 2) {
    const TempFile file(text);
    auto reader = SeriesReader::open(file.path, options);
    if (!reader) return {{}, {}, reader.refused().code()};
    Read out{(*reader)->facts(), {}, {}};
    for (;;) {
        auto batch = (*reader)->next(most);
        if (!batch) return {out.facts, {}, batch.refused().code()};
        if (batch->empty()) break;
        CHECK(batch->size() <= most);
        for (ReadSeries& one : *batch) out.series.push_back(std::move(one));
    }
    return out;
}
std::string shown(const ReadSeries& one) {
    if (one.fault) return one.series.id + ": " + one.fault->message();
    std::string text = one.series.id + ":";
    for (const Observation& seen : one.series.observations) {
        char number[32];
        std::snprintf(number, sizeof number, std::isnan(seen.value) ? " %s=empty" : " %s=%g", seen.period.text().c_str(), seen.value);
        text += number;
    }
    return text;
}

}  // namespace

TEST_CASE("Wide files without a head: a name, then values, of any number") {
    const Read got = read("N1,1,2.5,3\nN2,4\n\nN3,,5,,6,,\n\"N,4\",-1e3,7\nN5\n");
    REQUIRE(got.series.size() == 5);
    CHECK(shown(got.series[0]) == "N1: 1=1 2=2.5 3=3");
    CHECK(shown(got.series[1]) == "N2: 1=4");
    CHECK(shown(got.series[2]) == "N3: 1=empty 2=5 3=empty 4=6");
    CHECK(shown(got.series[3]) == "N,4: 1=-1000 2=7");
    CHECK(shown(got.series[4]) == "N5:");
    CHECK(got.facts.rows == 5);
    CHECK_FALSE(got.facts.frequency);
}

TEST_CASE("A wide file's first value may be given its period, and a head of periods is read as such") {
    ReadOptions options;
    options.start = *parse_period("2025-11");
    CHECK(shown(read("A,1,2,3\n", options).series[0]) == "A: 2025-11=1 2025-12=2 2026-01=3");
    const Read headed = read("item;2026-01;2026-02;2026-03\nA;1,5;2;\nB;3;;4,25\n");
    REQUIRE(headed.series.size() == 2);
    CHECK(shown(headed.series[0]) == "A: 2026-01=1.5 2026-02=2");
    CHECK(shown(headed.series[1]) == "B: 2026-01=3 2026-02=empty 2026-03=4.25");
    CHECK(headed.facts.frequency == Frequency::month);
    CHECK(shown(read("sku,2019,2020,2021\nA,1,2,3\n").series[0]) == "A: 2019=1 2020=2 2021=3");
    // Two plain rows of neighbouring numbers are two series.
    CHECK(read("A,2019,2020,2021\nB,1,2,3\n").series.size() == 2);
    CHECK(shown(read("name,first,second\nA,1,2\n").series.at(0)) == "A: 1=1 2=2");
    CHECK(read("sku,1/2/2026,3/4/2026\nA,1,2\n").refused == "ambiguous_dates");
}

TEST_CASE("An unreadable cell refuses its series by line, and the others are read") {
    const Read wide = read("A,1,2\nB,1,x2\nC,3,4\n");
    REQUIRE(wide.series.size() == 3);
    CHECK(shown(wide.series[1]) == "B: Line 2: \"x2\" is no number");
    CHECK(shown(wide.series[2]) == "C: 1=3 2=4");
    const Read tall = read("series,period,value\nA,2026-01,1\nA,2026-02,2\nB,2026-13,1\nC,2026-01,5\nTotal,,8\n");
    REQUIRE(tall.series.size() == 4);
    CHECK(shown(tall.series[1]) == "B: Line 4: There is no 2026-13: a year has 12 months");
    CHECK(shown(tall.series[2]) == "C: 2026-01=5");
    CHECK(tall.series[3].fault);
    CHECK(read("series,period,value\nA,2026-01,1\nA,2026-02\n").series[0].fault->code() == "ragged_row");
}

TEST_CASE("Long files: the usual names are known, extra columns are dimensions where they stay the same") {
    const Read got = read("region,unique_id,ds,y,remark\nNorth,A,2026-01-01,1,a\nNorth,A,2026-02-01,2,b\nSouth,B,2026-01-01,3,c\n");
    CHECK(got.facts.layout == Layout::tall);
    CHECK(got.facts.together);
    CHECK(got.facts.dimensions == std::vector<std::string>{"region", "remark"});
    CHECK(got.facts.frequency == Frequency::month);
    CHECK(got.facts.last_day->text() == "2026-02-28");
    REQUIRE(got.series.size() == 2);
    CHECK(got.series[0].series.dimensions == std::vector<std::string>{"North", ""});
    CHECK(shown(got.series[0]) == "A: 2026-01-01=1 2026-02-01=2");
}

TEST_CASE("Rows of a series may stand anywhere; several columns may name it") {
    const std::string text = "Region,Category,Order Date,Sales\nN,x,1/3/2018,5\nS,x,1/13/2018,6\nN,y,2/1/2018,7\nN,x,2/5/2018,8\n";
    ReadOptions options;
    options.series = {"region", "Category"};
    const Read got = read(text, options, 1);
    CHECK_FALSE(got.facts.together);
    REQUIRE(got.series.size() == 3);
    CHECK(shown(got.series[0]) == "N / x: 2018-01-03=5 2018-02-05=8");
    CHECK(got.facts.last_day->text() == "2018-02-05");
    // Dimensions can be crossed: the columns that name the series are among them.
    CHECK(got.facts.dimensions == std::vector<std::string>{"Region", "Category"});
    const Read all = read(text, {}, 10);
    REQUIRE(all.series.size() == 1);
    CHECK(all.series[0].series.id == "Sales");
    options.series = {"Regoin"};
    CHECK(read(text, options).refused == "no_column");
    CHECK(read("a,b\n1,2\n", ReadOptions{.layout = Layout::tall, .series = {}, .period = {}, .value = {}, .order = {}, .start = {}, .separator = {}, .encoding = {}}).refused == "no_column");
}

TEST_CASE("Numbers are read as their column writes them") {
    const auto column = [](std::initializer_list<const char*> texts, bool comma = false) {
        NumberColumn numbers(comma);
        for (const char* text : texts) numbers.look(text);
        if (const auto settled = numbers.settle(); !settled) return settled.refused().code();
        const auto value = numbers.read(*texts.begin());
        if (!value) return value.refused().code();
        char out[32];
        std::snprintf(out, sizeof out, "%.10g", *value);
        return std::string(out);
    };
    CHECK(column({"1,234", "1.5"}) == "1234");
    CHECK(column({"1,234", "1,5"}) == "1.234");
    CHECK(column({"1.234", "1.234.567"}) == "1234");
    CHECK(column({"1,234"}) == "1234");
    CHECK(column({"1,234"}, true) == "1.234");
    CHECK(column({"1.234,50"}) == "1234.5");
    CHECK(column({"1,5", "1.5"}) == "mixed_decimals");
    CHECK(column({"$ 1,234.50"}) == "1234.5");
    CHECK(column({"1 234,50 \u20AC"}) == "1234.5");
    CHECK(column({"(12)"}) == "-12");
    CHECK(column({"12 %"}) == "12");
    CHECK(column({"\u22125"}) == "-5");
    CHECK(column({"1e3"}) == "1000");
    CHECK(column({"0.125"}) == "0.125");
    CHECK(column({"1,23,4"}) == "not_a_number");
    CHECK(column({"12,34.5"}) == "not_a_number");
    CHECK(column({"12a"}) == "not_a_number");
    CHECK(column({"1e400"}) == "not_a_number");
    CHECK(column({"--5"}) == "not_a_number");
    CHECK(column({"5000000 \u20AB"}) == "5000000");
    NumberColumn plain;
    for (const char* text : {"", "NA", "n/a", "NULL", "-", " "}) CHECK(std::isnan(*plain.read(text)));
}

TEST_CASE("Columns: a row per period, a column per series") {
    const Read got = read("month,North,South\n2026-01,1,2\n2026-02,,4\n2026-03,5,6\n");
    CHECK(got.facts.layout == Layout::columns);
    CHECK(got.facts.frequency == Frequency::month);
    REQUIRE(got.series.size() == 2);
    CHECK(shown(got.series[0]) == "North: 2026-01=1 2026-02=empty 2026-03=5");
    CHECK(shown(got.series[1]) == "South: 2026-01=2 2026-02=4 2026-03=6");
    const Read decimal = read("\"\",\"V1\",\"V2\"\n1998.0769,1,x\n1998.0962,2,3\n", ReadOptions{.layout = Layout::columns, .series = {}, .period = {}, .value = {}, .order = {}, .start = {}, .separator = {}, .encoding = {}});
    CHECK(decimal.refused.empty());
    const Read years = read("period,V1,V2\n1998.0769,1,5\n1998.0962,2,x\n");
    REQUIRE(years.series.size() == 2);
    CHECK(shown(years.series[0]) == "V1: 1=1 2=2");
    CHECK(shown(years.series[1]) == "V2: Line 3: \"x\" is no number");
    CHECK(years.facts.notes.front().code == "numbered");
}

TEST_CASE("What is no file of series is refused with the reason") {
    CHECK(read("").refused == "empty_file");
    CHECK(read("series,period,value\n").refused == "empty_file");
    CHECK(read("A,\"1\n").refused == "unclosed_quote");
    CHECK(SeriesReader::open("/nonexistent/x.csv").refused().code() == "file_unreadable");
}

TEST_CASE("Real files: retail by state and industry, orders of a shop") {
    ReadOptions options;
    options.series = {"State", "Industry"};
    const auto retail = SeriesReader::open(test_data("aus_retail/aus_retail.csv"), options);
    if (!retail) {
        MESSAGE("SKIPPED: there is no data");
        return;
    }
    CHECK((*retail)->facts().frequency == Frequency::month);
    CHECK((*retail)->facts().together);
    std::size_t count = 0, rows = 0;
    for (;;) {
        const auto batch = (*retail)->next(10);
        REQUIRE(batch);
        if (batch->empty()) break;
        count += batch->size();
        for (const ReadSeries& one : *batch) {
            CHECK_FALSE(one.fault);
            rows += one.series.observations.size();
        }
    }
    CHECK(count == 152);
    CHECK(rows == 64532);
    options.series = {"Region"};
    const auto shop = SeriesReader::open(test_data("superstore/Sample - Superstore.csv"), options);
    REQUIRE(shop);
    CHECK_FALSE((*shop)->facts().together);
    const auto regions = (*shop)->next(100);
    REQUIRE(regions);
    CHECK(regions->size() == 4);
    CHECK((*shop)->facts().first_day->text() == "2016-01-03");
    CHECK((*shop)->facts().last_day->text() == "2019-12-30");
    CHECK((*shop)->facts().frequency == Frequency::day);
}
