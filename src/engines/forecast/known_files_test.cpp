// Files of events and regressors: what is read, and that nothing wrong in them is passed over.
#include "engines/forecast/known_files.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/id.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

class File {
  public:
    explicit File(const std::string& text) : path_((std::filesystem::temp_directory_path() / ("fairlead-known-" + new_id().text() + ".csv")).string()) { std::ofstream(path_, std::ios::binary) << text; }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// The code, and what stands behind the file's path in the message.
std::string refused_events(const std::string& text) {
    const File file(text);
    const auto read = read_events(file.path());
    if (read) return "read";
    const std::string& message = read.refused().message();
    return read.refused().code() + ": " + (message.starts_with(file.path()) ? message.substr(file.path().size()) : message);
}
std::string refused_regressors(const std::string& text) {
    const File file(text);
    const auto read = read_regressors(file.path(), {});
    if (read) return "read";
    const std::string& message = read.refused().message();
    return read.refused().code() + ": " + (message.starts_with(file.path()) ? message.substr(file.path().size()) : message);
}

}  // namespace

TEST_CASE("Events are read with their days around, by the names others use as well") {
    const File file("date,name,before,after\n2026-02-15,Tet,14,7\n2026-02-16,Tet,,\n2026-09-02,Sale,0,0\n");
    const auto events = read_events(file.path());
    REQUIRE(events);
    REQUIRE(events->size() == 2);
    CHECK((*events)[0].name == "Tet");
    CHECK((*events)[0].days.size() == 2);
    CHECK((*events)[0].before == 14);
    CHECK((*events)[0].after == 7);
    CHECK((*events)[0].said);
    CHECK((*events)[1].before == 0);
    const File other("ds;holiday;lower_window;upper_window\n15/2/2026;Tết;-14;7\n");
    const auto theirs = read_events(other.path());
    REQUIRE(theirs);
    CHECK((*theirs)[0].before == 14);
    CHECK((*theirs)[0].days[0].text() == "2026-02-15");
    const File plain("name,date\nSale,2026-02-15\n");
    CHECK_FALSE((*read_events(plain.path()))[0].said);
}

TEST_CASE("Events that cannot be are refused with their line") {
    CHECK(refused_events("date,name\n2026-02-15,Tet\n2026-02-31,Tet\n").starts_with("no_such_period: , line 3: "));
    CHECK(refused_events("date,name\n2026-02,Tet\n") == "no_day: , line 2: \"2026-02\" is a month, and a holiday needs a day, as 2026-02-17");
    CHECK(refused_events("date,name\n2026-02-15,\n").starts_with("required: , line 2: "));
    CHECK(refused_events("date,name\n2026-02-15,Tet\n2026-02-15,tet\n") == "duplicate_rows: , line 3: 2026-02-15 is tet already on line 2");
    CHECK(refused_events("date,name,before\n2026-02-15,Tet,some\n").starts_with("not_a_number: , line 2: \"some\""));
    CHECK(refused_events("date,name,before\n2026-02-15,Tet,400\n").starts_with("not_a_number"));
    CHECK(refused_events("day,what\n2026-02-15,Tet\n").starts_with("no_column:  needs a column name"));
    CHECK(refused_events("date,name\n3/4/2026,Tet\n").starts_with("ambiguous_dates: : Nothing in the file tells"));
    CHECK(refused_events("date,name\n").starts_with("empty_file"));
    CHECK(refused_events("date,name\n2026-02-15,Tet,9\n").starts_with("ragged_row: , line 2"));
    CHECK_FALSE(read_events("/nowhere/holidays.csv"));
}

TEST_CASE("Regressors are read for all series, or by series") {
    const File file("month,price,promotion\n2026-01,\"1,200.5\",0\n2026-02,1300,1\n2026-03,,1\n");
    const auto all = read_regressors(file.path(), {"region"});
    REQUIRE(all);
    REQUIRE(all->regressors.size() == 2);
    CHECK(all->series_column.empty());
    const auto& price = all->regressors[0].values.at("");
    REQUIRE(price.size() == 2);  // an empty cell at the end: not known
    CHECK(price[0].value == 1200.5);
    CHECK(price[0].period.text() == "2026-01");
    CHECK(all->regressors[1].values.at("").size() == 3);
    const File parted("region,product,date,price\nNorth,Hats,2026-01-01,5\nSouth,Hats,2026-01-01,6\nNorth,Hats,2026-02-01,7\n");
    const auto own = read_regressors(parted.path(), {"Region", "product"});
    REQUIRE(own);
    CHECK(own->series_column == "region, product");
    CHECK(own->regressors.size() == 1);
    CHECK(own->regressors[0].values.at("North / Hats").size() == 2);
    CHECK(own->regressors[0].values.at("North / Hats")[1].period.text() == "2026-02");  // firsts of months are months
}

TEST_CASE("Regressors with gaps, twice the same period or no numbers are refused: nothing is taken for zero in silence") {
    CHECK(refused_regressors("month,price\n2026-01,5\n2026-03,6\n").starts_with("regressor_gap: : price has no value for 2026-02, between 2026-01 and 2026-03"));
    CHECK(refused_regressors("month,price\n2026-01,5\n2026-02,\n2026-03,6\n").starts_with("regressor_gap: : price has no value for 2026-02"));
    CHECK(refused_regressors("series,month,price\nA,2026-01,5\nB,2026-01,5\nA,2026-03,6\n").starts_with("regressor_gap: : price of A has no value for 2026-02"));
    CHECK(refused_regressors("month,price\n2026-01,5\n2026-01,6\n") == "duplicate_rows: , line 3: 2026-01 stands already on line 2");
    CHECK(refused_regressors("month,price\n2026-01,cheap\n") == "not_a_number: , line 2: price: \"cheap\" is no number");
    CHECK(refused_regressors("month,price\nsoon,5\n").starts_with("no_period: , line 2"));
    CHECK(refused_regressors("month,price\n2026-01,5\n2026-Q2,5\n").starts_with("mixed_periods"));
    CHECK(refused_regressors("price,promotion\n5,1\n").starts_with("no_column:  needs a column period"));
    CHECK(refused_regressors("month\n2026-01\n").starts_with("no_column"));
    CHECK(refused_regressors("month,price\n2026-01,\n").starts_with("regressor_empty"));
    CHECK(refused_regressors("series,month,price\n,2026-01,5\n").starts_with("required: , line 2"));
    CHECK(refused_regressors("month,price\n2026-01,1.5\n2026-02,\"1,5\"\n").starts_with("mixed_decimals"));
}

TEST_CASE("Lags are set by name") {
    std::vector<Regressor> regressors{{"price", {0}, -1, {}}, {"Index A", {0}, -1, {}}};
    REQUIRE(set_lags(regressors, "price:0-2, index a:3,index a:6"));
    CHECK(regressors[0].lags == std::vector<int>{0, 1, 2});
    CHECK(regressors[1].lags == std::vector<int>{3, 6});
    for (const char* wrong : {"price", "price:", "price:x", "price:3-1", "price:-1", "price:0-100", "cost:1"}) CHECK_MESSAGE(set_lags(regressors, wrong).refused().code() == "unknown_choice", std::string(wrong));
    CHECK(set_lags(regressors, "cost:1").refused().message().find("there are: price, Index A") != std::string::npos);
}
