// `fairlead forecast` as people run it. FAIRLEAD_PROGRAM is the built program.
#include <unistd.h>

#include <map>

#include "base/text.h"
#include "cli/forecast_desk.h"

using namespace fairlead;
using namespace fairlead::testing;
using derive::Json;

namespace {

std::string sales() {
    std::string text = "region,product,month,amount\n";
    for (const char* region : {"North", "South"})
        for (const char* product : {"Bikes", "Hats"})
            for (int t = 0; t < 48; ++t) {
                char line[80];
                std::snprintf(line, sizeof line, "%s,%s,%d-%02d,%d\n", region, product, 2022 + t / 12, t % 12 + 1, 200 + 2 * t + 40 * (t % 12 == 11) + (t * 37 + product[0] + region[0]) % 13);
                text += line;
            }
    return text;
}

}  // namespace

TEST_CASE("A wide file is forecast: the columns are as promised, for one level and for several") {
    const Desk desk;
    std::string text;
    for (int i = 0; i < 30; ++i) {
        text += "S" + std::to_string(i);
        for (int t = 0; t < 36 + i % 5; ++t) text += "," + std::to_string(100 + t + (t * 7 + i) % 9);
        text += "\n";
    }
    desk.write("sales.csv", text);
    const Ended one = desk.run("--input sales.csv --layout wide --period M --horizon 3 --level 95 --output out.csv");
    CHECK(one.code == 0);
    CHECK(one.out.empty());
    CHECK(holds(one.error, "30 series of months, 3 months ahead. On ends that were held out:"));
    const auto lines = split(content(desk.path("out.csv")), '\n');
    CHECK(lines[0] == "series,step,period,mean,lower,upper");
    CHECK(lines.size() == 1 + 30 * 3 + 1);
    CHECK(lines[1].starts_with("S0,1,37,"));
    const Ended several = desk.run("--input sales.csv --period M --horizon 2 --level 80,95 --quantiles 10,50 --totals --quiet");
    CHECK(split(several.out, '\n')[0] == "series,step,period,mean,lower_80,upper_80,lower_95,upper_95,q10,q50,total,total_lower_80,total_upper_80,total_lower_95,total_upper_95,total_q10,total_q50");
    CHECK(several.error.empty());
    CHECK(desk.run("--input sales.csv --horizon 2 --quiet --threads 1").out == desk.run("--input sales.csv --horizon 2 --quiet --threads 8").out);
}

TEST_CASE("A long file: series are named by columns, the answer has notes, parts, weights and coverage") {
    const Desk desk;
    desk.write("sales.csv", sales());
    const Json answer = json(desk.run("--input sales.csv --series region,product --horizon 6 --json"));
    const Json& series = *answer.find("series");
    REQUIRE(series.items.size() == 4);
    const Json& first = series.items[0];
    CHECK(derive::text_in(first, "series") == "North / Bikes");
    CHECK(derive::text_in(*first.find("dimensions"), "region") == "North");
    CHECK(derive::text_in(first, "last") == "2025-12");
    CHECK(first.find("forecast")->items.size() == 6);
    CHECK(derive::text_in(first.find("forecast")->items[0], "period") == "2026-01");
    CHECK(first.find("parts")->find("season")->items.size() == 12);
    double weight = 0;
    for (const Json& model : first.find("models")->items) weight += std::stod(derive::text_in(model, "weight"));
    CHECK(weight == doctest::Approx(1));
    const Json& kind = answer.find("kinds")->items[0];
    CHECK(derive::text_in(kind, "frequency") == "month");
    CHECK(kind.find("coverage")->items.size() == 2);
    const Ended explained = desk.run("explain --input sales.csv --series region,product --horizon 3 --only 'South / Hats' --plot south.svg");
    CHECK(explained.code == 0);
    CHECK(holds(explained.out, "South / Hats\n  48 months, 2022-01 to 2025-12\n"));
    CHECK(holds(explained.out, "Models (Quick pool):"));
    CHECK_FALSE(holds(explained.out, "North"));
    CHECK(holds(content(desk.path("south.svg")), "South / Hats</text>"));
}

TEST_CASE("Sums over crossed columns agree with their parts") {
    const Desk desk;
    desk.write("sales.csv", sales());
    for (const char* way : {"mint", "bottom-up", "top-down", "middle-out:1", "ols", "wls-structure", "wls-variance"}) {
        const Json answer = json(desk.run(std::string("--input sales.csv --series region,product --hierarchy region,product --horizon 2 --json --reconcile ") + way));
        const Json& series = *answer.find("series");
        REQUIRE(series.items.size() == 9);
        CHECK(derive::text_in(series.items[0], "series") == "Total");
        double sum = 0;
        for (std::size_t i = 5; i < 9; ++i) sum += std::stod(derive::text_in(series.items[i].find("forecast")->items[0], "mean"));
        CHECK(std::stod(derive::text_in(series.items[0].find("forecast")->items[0], "mean")) == doctest::Approx(sum).epsilon(1e-8));
    }
    CHECK(holds(desk.run("--input sales.csv --series region,product --hierarchy regoin").error, "did you mean \"region\"?"));
    CHECK(holds(desk.run("--input sales.csv --series region,product --hierarchy region --reconcile best").error, "--reconcile is one of mint,"));
    CHECK(holds(desk.run("--input sales.csv --series region,product --hierarchy region --reconcile middle-out:7").error, "no level 7"));
}

TEST_CASE("The league table names a champion and how sure it is") {
    const Desk desk;
    desk.write("sales.csv", sales());
    const Ended ended = desk.run("backtest --input sales.csv --series region,product --horizon 3 --segment region --models naive,seasonal_naive,quick --ends 2");
    CHECK(ended.code == 0);
    CHECK(holds(ended.out, "North: 2 series, 4 held-out ends, ranked by MASE"));
    CHECK(holds(ended.out, "Champion: quick"));
    CHECK(holds(ended.out, "paired sign-flip test"));
    const Json table = json(desk.run("backtest --input sales.csv --series region,product --horizon 3 --models naive,quick --by wape --json"));
    CHECK(derive::text_in(table.find("segments")->items[0].find("table")->items[0], "model") == "quick");
    CHECK(holds(desk.run("backtest --input sales.csv --models nope").error, "There is no pool and no model \"nope\"; there are: quick"));
    CHECK(holds(desk.run("backtest --input sales.csv --segment nope").error, "no column \"nope\""));
}

TEST_CASE("What cannot be forecast is refused by name, the rest is done, and the exit code tells") {
    const Desk desk;
    desk.write("some.csv", "A,1,2,3,4,5,6,7,8\nB,1,x\nC,\n");
    const Ended ended = desk.run("--input some.csv --horizon 2 --output out.csv --notes notes.csv");
    CHECK(ended.code == 0);
    CHECK(holds(ended.error, "2 series could not be forecast:\n  B: Line 2: \"x\" is no number\n  C: It has no value\n"));
    CHECK(holds(content(desk.path("notes.csv")), "C,refused:no_history,It has no value\n"));
    CHECK(desk.run("--input some.csv --strict --quiet").code == 1);
    desk.write("none.csv", "B,x\n");
    CHECK(desk.run("--input none.csv").code == 1);
    CHECK(desk.run("--input missing.csv").code == 1);
    CHECK(holds(desk.run("--input missing.csv").error, "missing.csv cannot be opened"));
    CHECK(desk.run("").code == 2);
    CHECK(desk.run("--input some.csv --horizon 0").code == 2);
    CHECK(desk.run("--input some.csv --measure both").code == 2);
    for (const char* wrong : {"--level 120", "--model nosuch", "--period fortnight", "--today soon", "--plot picture.png"}) {
        INFO(std::string(wrong));
        CHECK(desk.run(std::string("--input some.csv ") + wrong).code == 2);
    }
    CHECK(holds(desk.run("--input some.csv --level 95,200").error, "--level takes percents"));
    CHECK(holds(desk.run("--input some.csv --model nope").error, "--model is one of naive,"));
    CHECK(holds(desk.run("--input some.csv --period fortnight").error, "--period is auto, H, D, W, M, Q, Y or N"));
    CHECK(holds(desk.run("--input some.csv --only Z").error, "There is no series \"Z\""));
    CHECK(holds(desk.run("--input some.csv --plot p.png").error, "ends in .svg"));
    CHECK(holds(desk.run("--input some.csv --today tomorrow").error, "--today is a date"));
    CHECK(holds(desk.run("--input some.csv --output nowhere/out.csv").error, "nowhere/out.csv cannot be written"));
    CHECK_FALSE(std::filesystem::exists(desk.path("out.csv.part")));
    // A device is written to, not replaced: here behind a link, so that a fault does no harm.
    std::filesystem::create_symlink("/dev/null", desk.path("sink"));
    CHECK(desk.run("--input some.csv --output sink --quiet").code == 0);
    CHECK(std::filesystem::is_symlink(desk.path("sink")));
    CHECK_FALSE(std::filesystem::exists(desk.path("sink.part")));
}

TEST_CASE("What changed since an earlier answer is told: what came, which records changed, and by what the forecast moved") {
    const Desk desk;
    const auto file = [&](int months, int changed) {
        std::string text = "month,amount\n";
        for (int t = 0; t < months; ++t) {
            char line[60];
            std::snprintf(line, sizeof line, "%d-%02d,%d\n", 2020 + t / 12, t % 12 + 1, 300 + 3 * t + 50 * (t % 12 == 11) + (t * 37) % 11 + (t == changed ? 90 : 0));
            text += line;
        }
        return text;
    };
    desk.write("then.csv", file(48, -1));
    desk.write("now.csv", file(51, 46));
    const Ended then = desk.run("--input then.csv --horizon 6 --json --quiet");
    REQUIRE(then.code == 0);
    desk.write("then.json", then.out);
    const Json now = json(desk.run("--input now.csv --horizon 6 --json --since then.json --quiet"));
    const Json& one = now.find("series")->items.at(0);
    const Json* since = one.find("since");
    REQUIRE(since != nullptr);
    CHECK(since->find("arrived")->items.size() == 3);
    CHECK(since->find("periods")->items.size() == 3);
    REQUIRE(since->find("revised")->items.size() == 1);
    CHECK(derive::text_in(since->find("revised")->items[0], "period") == "2023-11");
    const auto value = [&](const char* name) { return std::stod(since->find(name)->text); };
    CHECK(value("before") + value("by_models") + value("by_revisions") + value("by_new_records") == doctest::Approx(value("now")).epsilon(1e-6));
    CHECK(std::abs(value("by_models")) < 1e-3 * value("now"));
    CHECK(std::abs(value("by_revisions")) > 1e-3 * value("now"));
    const Ended told = desk.run("explain --input now.csv --horizon 6 --since then.json");
    CHECK(told.code == 0);
    CHECK(holds(told.out, "3 months are over"));
    CHECK(holds(told.out, "Records changed since: 2023-11"));
    CHECK(holds(told.out, "by new records"));
    // What is no answer is refused before anything is done, and so is an option that would be told nowhere.
    desk.write("bad.json", "{\"series\":[{\"series\":\"all\"}\n");
    const Ended bad = desk.run("explain --input now.csv --since bad.json");
    CHECK(bad.code == 1);
    CHECK(holds(bad.error, "bad.json"));
    CHECK(desk.run("explain --input now.csv --since none.json").code == 1);
    CHECK(desk.run("--input now.csv --since then.json").code == 2);
}

TEST_CASE("Paths are drawn: as many as asked, the same every time, between the intervals as often as these say") {
    const Desk desk;
    desk.write("sales.csv", sales());
    const std::string asked = "--input sales.csv --series region,product --period M --horizon 4 --level 80 --output out.csv --quiet --path-count 400 --paths ";
    REQUIRE(desk.run(asked + "a.csv").code == 0);
    REQUIRE(desk.run(asked + "b.csv --threads 1").code == 0);
    REQUIRE(desk.run(asked + "c.csv --seed 2").code == 0);
    const std::string paths = content(desk.path("a.csv"));
    CHECK(paths == content(desk.path("b.csv")));
    CHECK(paths != content(desk.path("c.csv")));
    const auto lines = split(paths, '\n');
    CHECK(lines[0] == "series,path,step,period,value");
    CHECK(lines.size() == 4 * 400 * 4 + 2);
    std::map<std::string, std::pair<double, double>> interval;
    for (const std::string& line : split(content(desk.path("out.csv")), '\n'))
        if (const auto cells = split(line, ','); cells.size() == 6 && cells[0] != "series") interval[cells[0] + "," + cells[1]] = {std::stod(cells[4]), std::stod(cells[5])};
    int inside = 0, of = 0;
    for (const std::string& line : lines)
        if (const auto cells = split(line, ','); cells.size() == 5 && cells[0] != "series") {
            const auto& [low, high] = interval.at(cells[0] + "," + cells[2]);
            const double value = std::stod(cells[4]);
            inside += value >= low && value <= high ? 1 : 0;
            ++of;
        }
    CHECK(of == 4 * 400 * 4);
    CHECK(inside / static_cast<double>(of) == doctest::Approx(0.8).epsilon(0.04));
    CHECK(desk.run("--input sales.csv --series region,product --period M --hierarchy region --paths d.csv").code == 2);
}
