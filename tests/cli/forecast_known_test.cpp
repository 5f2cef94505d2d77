// `fairlead forecast` with calendars, holidays and regressors, as people run it.
#include <algorithm>
#include <cmath>

#include "base/date.h"
#include "base/text.h"
#include "cli/forecast_desk.h"

using namespace fairlead;
using namespace fairlead::testing;
using derive::Json;

namespace {

double noise(int seed) {
    std::uint64_t state = static_cast<std::uint64_t>(seed) * 0x9e3779b97f4a7c15ULL;
    double sum = 0;
    for (int i = 0; i < 12; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        sum += static_cast<double>(state >> 11) / 9007199254740992.0;
    }
    return sum - 6;
}

// The first day of Tet.
Date tet(int year) {
    constexpr const char* days[] = {"2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"};
    return *Date::parse(days[year - 2016]);
}

// Ten years of months of four shops: half of what is sold falls away in a month that holds the seven days of Tet.
std::string shops(bool with_price = false) {
    std::string text = std::string("shop,month,amount") + (with_price ? ",price\n" : "\n");
    for (int shop = 0; shop < 4; ++shop)
        for (int t = 0; t < 120; ++t) {
            const int year = 2016 + t / 12, month = t % 12 + 1;
            int days = 0;
            for (int day = tet(year).days - 2, i = 0; i < 7; ++i, ++day) days += Date{day}.month() == month ? 1 : 0;
            const double price = 100 + 10 * ((t * 7 + shop) % 5);
            char line[120];
            const double value = 1000.0 * (shop + 1) * std::exp(0.003 * t + 0.2 * std::sin(t % 12) - 0.7 * days / 7.0 + 0.03 * noise(t * 4 + shop) - (with_price ? 1.2 * std::log(price / 120) : 0));
            std::snprintf(line, sizeof line, with_price ? "S%d,%d-%02d,%.2f,%.0f\n" : "S%d,%d-%02d,%.2f\n", shop, year, month, value, price);
            text += line;
        }
    return text;
}

const Json& found(const Json& series, std::string_view name) {
    for (const Json& one : series.find("effects")->find("found")->items)
        if (derive::text_in(one, "name") == name) return one;
    FAIL("the effect is not there");
    return series;
}

}  // namespace

TEST_CASE("A calendar's holidays are found, told and used, in forecasts, explanations and the league table") {
    const Desk desk;
    desk.write("sales.csv", shops());
    const Ended ended = desk.run("--input sales.csv --series shop --horizon 12 --calendar vn --today 2026-01-10 --json");
    const Json answer = json(ended);
    for (const Json& series : answer.find("series")->items) {
        const Json& effects = *series.find("effects");
        CHECK(derive::text_in(effects, "scale") == "ratio");
        const Json& tet = found(series, "Tet");
        CHECK(derive::text_in(tet, "kind") == "holiday");
        double surest = 0;
        for (const Json& estimate : tet.find("estimates")->items) surest = std::max(surest, std::abs(std::stod(derive::text_in(estimate, "t"))));
        CHECK(surest > 5);
        CHECK(effects.find("past")->items.size() == 120);
        CHECK(effects.find("ahead")->items.size() == 12);
        // Tet of 2026 is in February: less than usual there, more in January.
        CHECK(std::stod(std::string(effects.find("ahead")->items[1].text)) < 0.95);
        CHECK(std::stod(std::string(effects.find("ahead")->items[0].text)) > 1.05);
    }
    const Json& kind = answer.find("kinds")->items[0];
    CHECK(std::stod(derive::text_in(kind, "smape")) < 0.9 * std::stod(derive::text_in(*kind.find("without_known"), "smape")));
    const Ended told = desk.run("--input sales.csv --series shop --horizon 12 --calendar VN --output out.csv --notes notes.csv");
    CHECK(holds(told.error, "without what is known beside them"));
    CHECK(holds(content(desk.path("notes.csv")), "S0,effects,\"Known beside it, taken out and put back: Tet,"));
    const Ended explained = desk.run("explain --input sales.csv --series shop --horizon 12 --calendar VN --only S1");
    CHECK(holds(explained.out, "Known beside it, taken out before the models and put back:\n    Tet, its days"));
    CHECK(holds(explained.out, "  In the forecast: 2026-01 +"));
    const Ended league = desk.run("backtest --input sales.csv --series shop --horizon 6 --calendar VN --models quick");
    CHECK(holds(league.out, "Champion: quick,"));
    CHECK(holds(league.out, "(quick-alone)"));
    CHECK(holds(desk.run("--input sales.csv --series shop --calendar VN --working-days --horizon 3 --output out.csv --notes notes.csv").error, "working_days 4"));
    CHECK(holds(content(desk.path("notes.csv")), "without the holidays of Vietnam"));
}

TEST_CASE("Without options of what is known nothing is told of it") {
    const Desk desk;
    desk.write("sales.csv", shops());
    const Json answer = json(desk.run("--input sales.csv --series shop --horizon 6 --json"));
    CHECK(answer.find("series")->items[0].find("effects") == nullptr);
    CHECK(answer.find("kinds")->items[0].find("without_known") == nullptr);
}

TEST_CASE("Holidays of one's own file are found as the calendar's are") {
    const Desk desk;
    desk.write("sales.csv", shops());
    std::string days = "date,name,before,after\n";
    for (int year = 2016; year <= 2026; ++year)
        for (int i = -2; i < 5; ++i) days += Date{tet(year).days + i}.text() + ",Lunar new year,0,0\n";
    desk.write("days.csv", days);
    const Json answer = json(desk.run("--input sales.csv --series shop --horizon 12 --holidays days.csv --json"));
    const Json& estimate = found(answer.find("series")->items[2], "Lunar new year").find("estimates")->items[0];
    CHECK(std::stod(derive::text_in(estimate, "coefficient")) == doctest::Approx(-0.7).epsilon(0.2));
    CHECK(derive::text_in(estimate, "what") == "Lunar new year, its days");
    // Two years ahead: the file ends before, and says so.
    desk.run("--input sales.csv --series shop --horizon 24 --holidays days.csv --output out.csv --notes notes.csv");
    CHECK(holds(content(desk.path("notes.csv")), "events_end,\"The days of Lunar new year end with 2026-02-21"));
    desk.write("days.csv", "date,name\n2026-02-30,Tet\n");
    const Ended refused = desk.run("--input sales.csv --series shop --holidays days.csv");
    CHECK(refused.code == 1);
    CHECK(holds(refused.error, "days.csv, line 2: "));
}

TEST_CASE("Prices beside the values: their future is asked for, given by rows without a value or by a file") {
    const Desk desk;
    const std::string past = shops(true);
    desk.write("sales.csv", past);
    const std::string words = "--input sales.csv --series shop --horizon 3 --regressor-columns price ";
    const Ended refused = desk.run(words);
    CHECK(refused.code == 1);
    CHECK(holds(refused.error, "price is known to 2025-12, and the forecast to 2026-03 needs it to 2026-03"));
    CHECK(desk.run(words + "--ahead last --output out.csv").code == 0);
    CHECK(desk.run(words + "--lags price:3 --output out.csv").code == 0);
    const auto coefficient = [](const Json& answer) { return std::stod(derive::text_in(found(answer.find("series")->items[1], "price").find("estimates")->items[0], "coefficient")); };
    // Rows to come: for two of the shops; the others are refused, and none is forecast from a later month.
    std::string more = past;
    for (const char* shop : {"S0", "S1"})
        for (const char* month : {"2026-01", "2026-02", "2026-03"}) more += std::string(shop) + "," + month + ",," + (std::string(month) == "2026-02" ? "140" : "100") + "\n";
    desk.write("sales.csv", more);
    const Json rows = json(desk.run(words + "--json --today 2027-06-01"));
    CHECK((coefficient(rows) == doctest::Approx(-1.2).epsilon(0.1) || coefficient(rows) == doctest::Approx(-0.01).epsilon(0.1)));  // for 1 %, or for 1 of a price of 120
    const auto mean = [](const Json& series, std::size_t step) { return std::stod(derive::text_in(series.find("forecast")->items[step], "mean")); };
    const Json& first = rows.find("series")->items[0];
    CHECK(derive::text_in(first, "last") == "2025-12");
    CHECK(mean(first, 1) < 0.85 * mean(first, 2));  // dearer
    CHECK(derive::text_in(*rows.find("series")->items[3].find("refused"), "code") == "regressor_unknown_ahead");
    // By a file, for all shops.
    desk.write("sales.csv", past);
    desk.write("prices.csv", "month,price\n2026-01,100\n2026-02,140\n2026-03,100\n");
    const Json file = json(desk.run(words + "--regressors prices.csv --json"));
    CHECK(coefficient(file) == doctest::Approx(coefficient(rows)).epsilon(1e-6));
    CHECK(mean(file.find("series")->items[0], 1) == doctest::Approx(mean(first, 1)).epsilon(0.02));
    CHECK(file.find("series")->items[3].find("refused") == nullptr);
}

TEST_CASE("What cannot be known is refused by name") {
    const Desk desk;
    desk.write("sales.csv", shops(true));
    for (const char* wrong : {"--calendar XX", "--lags price:1", "--ahead guess"}) CHECK_MESSAGE(desk.run(std::string("--input sales.csv --series shop ") + wrong).code == 2, std::string(wrong));
    CHECK(holds(desk.run("--input sales.csv --series shop --calendar XX").error, "--calendar is one of VN, US, GB,"));
    CHECK(holds(desk.run("--input sales.csv --series shop --regressor-columns prise").error, "did you mean \"price\"?"));
    CHECK(holds(desk.run("--input sales.csv --series shop --regressor-columns amount").error, "which is the column of the values"));
    CHECK(holds(desk.run("--input sales.csv --series shop --hierarchy shop --regressor-columns price --ahead last").error, "sums of series"));
    CHECK(holds(desk.run("--input sales.csv --series shop --regressors nowhere.csv").error, "nowhere.csv"));
    desk.write("wide.csv", "A,1,2,3,4,5,6,7,8,9\n");
    CHECK(holds(desk.run("--input wide.csv --regressor-columns price --layout wide").error, "needs a long file"));
    const Ended numbered = desk.run("--input wide.csv --period M --calendar VN");
    CHECK(numbered.code == 1);
    CHECK(holds(numbered.error, "Its periods are only numbered, and a calendar needs dates"));
    CHECK(desk.run("--input wide.csv --period M --calendar VN --start 2025-01 --output out.csv").code == 0);
}
