// `fairlead forecast train` as people run it, and the use of what it wrote.
#include <cmath>

#include "base/text.h"
#include "cli/forecast_desk.h"

using namespace fairlead;
using namespace fairlead::testing;
using derive::Json;

namespace {

// Straight lines beside slow waves, by years: what is right for the one is wrong for the other.
std::string two_worlds(int count, int length, int from = 0, int first_year = 1980) {
    std::string text = "series";
    for (int t = 0; t < length; ++t) text += "," + std::to_string(first_year + t);
    text += "\n";
    for (int i = from; i < from + count; ++i) {
        text += "S" + std::to_string(i);
        for (int t = 0; t < length; ++t) {
            const double noise = ((i * 7919 + t * 104729) % 31) / 8.0;
            char value[40];
            std::snprintf(value, sizeof value, ",%.3f", i % 2 == 0 ? 200 + (3 + i % 5 * 0.5) * t + noise : 300 + 80 * std::sin(i % 13 * 0.5 + 0.6 * t) + noise);
            text += value;
        }
        text += "\n";
    }
    return text;
}

bool can_train(const Ended& ended) {
    if (!holds(ended.error, "Training needs XGBoost's library")) return true;
    MESSAGE("skipped: " << ended.error);
    return false;
}

double number(const Json& json, std::string_view name) { return std::stod(derive::text_in(json, name)); }

}  // namespace

TEST_CASE("A learner is trained, says how much better it was on what it was not trained on, and is used") {
    const Desk desk;
    desk.write("sales.csv", two_worlds(120, 40));
    desk.write("new.csv", two_worlds(30, 40, 500));
    const std::string train = "train --input sales.csv --output my.learner --members drift,mean,naive,ses --rounds 60";
    const Ended ended = desk.run(train);
    if (!can_train(ended)) return;
    REQUIRE(ended.code == 0);
    CHECK(holds(ended.out, "Years: 120 series, 480 origins trained on, judged on 240 later ones (two of each), 6 ahead\n"));
    CHECK(holds(ended.out, "% learned weights, the rest the pool; better by "));
    CHECK(holds(ended.out, "fairlead forecast --input FILE --trained my.learner"));
    const std::string file = content(desk.path("my.learner"));
    CHECK(file.starts_with("fairlead-forecast-learner 1 "));
    const Json told = json(desk.run(train + " --json --threads 1"));
    CHECK(content(desk.path("my.learner")) == file);
    const Json& kind = told.find("kinds")->items[0];
    CHECK(number(kind, "blend_owa") < number(kind, "pool_owa"));
    CHECK(number(kind, "p") < 0.05);

    const Json with = json(desk.run("--input new.csv --trained my.learner --json")), without = json(desk.run("--input new.csv --json"));
    CHECK(derive::flag_in(with, "trained"));
    CHECK_FALSE(derive::flag_in(without, "trained"));
    const Json &first = with.find("series")->items[0], &plain = without.find("series")->items[0];
    CHECK(number(first, "learned") > 0);
    CHECK(number(plain, "learned") == 0);
    CHECK(number(first.find("forecast")->items[5], "mean") != number(plain.find("forecast")->items[5], "mean"));
    double weight = 0;
    for (const Json& model : first.find("models")->items) weight += number(model, "weight");
    CHECK(weight == doctest::Approx(1));
    CHECK(number(with.find("kinds")->items[0], "owa") < number(without.find("kinds")->items[0], "owa"));
    CHECK(number(with.find("kinds")->items[0], "learned_ends") == 30);
    CHECK(number(with.find("kinds")->items[0], "trained_on") == 0);
    CHECK(holds(desk.run("--input new.csv --trained my.learner --output out.csv").error, "30 series of years, 6 years ahead, "));
    CHECK(holds(desk.run("explain --input new.csv --trained my.learner --only S500").out, "Models (Quick pool, "));

    const Ended league = desk.run("backtest --input new.csv --trained my.learner --models quick,trained,naive");
    CHECK(league.code == 0);
    CHECK(holds(league.out, "Champion: trained"));
    CHECK(holds(league.out, "30 series, 90 held-out ends"));
}

TEST_CASE("What was trained on is not scored as if it were new") {
    const Desk desk;
    desk.write("sales.csv", two_worlds(60, 40));
    const Ended trained = desk.run("train --input sales.csv --output my.learner --members drift,mean,naive,ses --rounds 40");
    if (!can_train(trained)) return;
    REQUIRE(trained.code == 0);
    const Ended forecast = desk.run("--input sales.csv --trained my.learner --output out.csv --notes notes.csv");
    CHECK(holds(forecast.error, "60 of them were trained on"));
    CHECK(holds(content(desk.path("notes.csv")), "S0,in_training,"));
    CHECK(holds(content(desk.path("notes.csv")), "up to 2007: held-out ends before are forecast without them"));
    // Only the last two ends are new to it, and with a longer horizon none.
    const Ended league = desk.run("backtest --input sales.csv --trained my.learner --models quick,naive --ends 5");
    CHECK(holds(league.out, "60 series, 120 held-out ends"));
    CHECK(holds(league.out, "(trained)"));
    const Ended longer = desk.run("backtest --input sales.csv --trained my.learner --models quick --horizon 13");
    CHECK(longer.code == 1);
    CHECK(holds(longer.out, "60 series were left out: the trained file has seen all ends"));
}

TEST_CASE("Several files of several frequencies are learned from together; other kinds are the pool's") {
    const Desk desk;
    desk.write("years.csv", two_worlds(60, 40));
    std::string months;
    for (int i = 0; i < 40; ++i) {
        months += "M" + std::to_string(i);
        for (int t = 0; t < 60; ++t) months += "," + std::to_string(100 + (t % 12 == 11 ? 50 : 0) + (t * 31 + i * 17) % 23);
        months += "\n";
    }
    desk.write("months.csv", months);
    desk.write("quarters.csv", "A,5,6,7,8,5,6,7,8,5,6,7,8,5,6,7,9,5,6,7,8\n");
    const Ended ended = desk.run("train --input years.csv months.csv quarters.csv --period Y M Q --output my.learner --members drift,mean,naive,seasonal_naive --rounds 20");
    if (!can_train(ended)) return;
    REQUIRE(ended.code == 0);
    CHECK(holds(ended.out, "Years: 60 series"));
    CHECK(holds(ended.out, "Months: 40 series"));
    const Ended other = desk.run("--input quarters.csv --period Q --trained my.learner --output out.csv --notes notes.csv");
    CHECK(other.code == 0);
    CHECK(holds(other.error, "of which the trained file knows nothing (the pool alone)"));
    CHECK(holds(content(desk.path("notes.csv")), "A,not_trained,\"The trained file knows no such series (quarters, season of 4)"));
}

TEST_CASE("What cannot be trained or used is refused with what to do") {
    const Desk desk;
    desk.write("few.csv", two_worlds(5, 40));
    desk.write("sales.csv", two_worlds(40, 40));
    const Ended few = desk.run("train --input few.csv --output my.learner");
    CHECK(few.code == 1);
    CHECK(holds(few.error, "Too little to learn from: training needs 30 series of one kind and 100 origins to train on. There are 5 series of years with 20 origins"));
    CHECK_FALSE(std::filesystem::exists(desk.path("my.learner")));
    CHECK_FALSE(std::filesystem::exists(desk.path("my.learner.part")));
    CHECK(desk.run("train --input few.csv").code == 2);
    CHECK(desk.run("train --output my.learner").code == 2);
    CHECK(desk.run("train --input few.csv missing.csv --output my.learner").code == 1);
    CHECK(desk.run("train --input few.csv sales.csv few.csv --period Y M --output my.learner").code == 2);
    const Ended member = desk.run("train --input sales.csv --output my.learner --members drift,nosuch");
    CHECK(member.code == 2);
    CHECK(holds(member.error, "\"nosuch\" is none. There are: naive,"));
    CHECK(holds(desk.run("train --input sales.csv --output nowhere/my.learner").error, "nowhere/my.learner cannot be written"));

    CHECK(holds(desk.run("--input sales.csv --trained missing.learner").error, "missing.learner cannot be read"));
    CHECK(holds(desk.run("--input sales.csv --trained sales.csv").error, "This is no file that \"fairlead forecast train\" wrote"));
    CHECK(desk.run("backtest --input sales.csv --models trained").code == 2);
    const Ended trained = desk.run("train --input sales.csv --output my.learner --members drift,mean --rounds 5 --quiet");
    if (!can_train(trained)) return;
    CHECK(trained.code == 0);
    CHECK(trained.out.empty());
    std::string file = content(desk.path("my.learner"));
    desk.write("short.learner", file.substr(0, file.size() / 2));
    const Ended damaged = desk.run("--input sales.csv --trained short.learner --output out.csv");
    CHECK(damaged.code == 1);
    CHECK(holds(damaged.error, "The trained file is damaged"));
    CHECK_FALSE(std::filesystem::exists(desk.path("out.csv")));
    file[26] = '9';
    desk.write("later.learner", file);
    CHECK(holds(desk.run("--input sales.csv --trained later.learner").error, "The trained file is of version 9, this program reads version 1"));
    CHECK(desk.run("--input sales.csv --trained my.learner --model naive").code == 2);
    const Ended pool = desk.run("--input sales.csv --trained my.learner --pool thorough");
    CHECK(pool.code == 2);
    CHECK(holds(pool.error, "was trained with the quick pool"));
}
