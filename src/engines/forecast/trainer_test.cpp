// Training, its file, and what a learner may be asked.
#include "engines/forecast/trainer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "engines/forecast/backtest.h"
#include "engines/forecast/forecast.h"
#include "engines/forecast/models/test_series.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

// Lines that go straight on, beside slow waves around a level that nobody is told of: what is right for the one is wrong for the
// other, and the pool goes on in the direction of both.
std::vector<ReadSeries> two_worlds(int count, std::size_t length = 40, std::uint64_t seed = 1, const std::string& name = "S") {
    std::vector<ReadSeries> all;
    for (int i = 0; i < count; ++i) {
        testing::Noise noise(seed * 1000 + static_cast<std::uint64_t>(i));
        ReadSeries one;
        one.series.id = name + std::to_string(i);
        const double slope = 4 + noise.next(), phase = 3 * noise.next();
        for (std::size_t t = 0; t < length; ++t)
            one.series.observations.push_back({{Frequency::year, 1980 + static_cast<std::int64_t>(t)}, 200 + 2 * noise.next() + (i % 2 == 0 ? slope * static_cast<double>(t) : 80 * std::sin(phase + 0.6 * static_cast<double>(t)))});
        all.push_back(std::move(one));
    }
    return all;
}

TrainOptions options(int threads = 2) {
    TrainOptions out;
    out.members = {"drift", "mean", "naive", "ses"};
    out.rounds = 40;
    out.threads = threads;
    out.inputs = {"sales.csv"};
    out.today = "2026-11-30";
    return out;
}

Result<Learner> train(const std::vector<ReadSeries>& series, const TrainOptions& with) {
    Trainer trainer(with);
    trainer.look(series, {});
    return trainer.train();
}

const Learner* trained() {
    static const auto learner = train(two_worlds(200), options());
    if (!learner) MESSAGE("skipped: " << learner.refused().message());
    return learner ? &*learner : nullptr;
}

Series prepared(const ReadSeries& read) { return *prepare(read.series, {}); }

// The file with another content, and a first line that says it is whole.
std::string forged(const std::string& file, const std::string& what, const std::string& with) {
    const std::size_t line = file.find('\n');
    std::string body = file.substr(line + 1);
    const std::size_t at = body.find(what);
    REQUIRE(at != std::string::npos);
    body.replace(at, what.size(), with);
    return Learner::sealed(body);
}

}  // namespace

TEST_CASE("What is learned is better than the pool on an origin it was not trained on, and leans on the right model") {
    const Learner* learner = trained();
    if (learner == nullptr) return;
    REQUIRE(learner->kinds().size() == 1);
    const LearnedKind& kind = learner->kinds()[0];
    CHECK(kind.rhythm == Frequency::year);
    CHECK(kind.series == 200);
    CHECK(kind.origins == 800);
    CHECK(kind.later == 400);
    CHECK(kind.later_each == 2);
    CHECK(*kind.blend_owa < *kind.pool_owa);
    CHECK(*kind.p < 0.05);
    CHECK(kind.share > 0);
    CHECK(learner->trained_series() == 200);
    // On series it has never seen.
    double line_drift = 0, line_mean = 0, wave_mean = 0;
    Way way{find_pool("quick"), Bounds::robust, learner};
    for (const ReadSeries& read : two_worlds(40, 40, 77, "T")) {
        const Series series = prepared(read);
        const PoolForecast forecast = forecast_from(way, series, series.values.size(), 6);
        double sum = 0;
        for (const Member& member : forecast.members) {
            sum += member.weight;
            if (member.model == "drift" && read.series.id.back() % 2 == 0) line_drift += member.weight / 20;
            if (member.model == "mean") (read.series.id.back() % 2 == 1 ? wave_mean : line_mean) += member.weight / 20;
            if (member.weight > 0) CHECK(member.mean.size() == 6);
        }
        CHECK(sum == doctest::Approx(1));
        CHECK(forecast.learned > 0);
    }
    CHECK(line_drift > 0.4);
    CHECK(wave_mean > 0.2);  // before training an eighth
    CHECK(line_mean < 0.05);
}

TEST_CASE("The mean is the members' by their weights; with fewer steps than trained on as well") {
    const Learner* learner = trained();
    if (learner == nullptr) return;
    const Way way{find_pool("quick"), Bounds::robust, learner}, without{find_pool("quick"), Bounds::robust, nullptr};
    const Series series = prepared(two_worlds(1, 40, 78, "T")[0]);
    const PoolForecast pool = forecast_from(without, series, series.values.size(), 12);
    for (const int horizon : {2, 6, 12}) {
        const PoolForecast forecast = forecast_from(way, series, series.values.size(), horizon, true);
        REQUIRE(forecast.mean.size() == static_cast<std::size_t>(horizon));
        CHECK(forecast.deviation.size() == forecast.mean.size());
        CHECK(forecast.fitted.size() == series.values.size());
        CHECK(std::all_of(forecast.fitted.begin() + 3, forecast.fitted.end(), [](double one) { return std::isfinite(one); }));
        // The pool's median is not the sum of its members by their weights, so the learner's part is checked beside it.
        Blend blend{learner->members(), [&](const PoolForecast& said) { return learner->shares(*learner->kind_of(series), series, series.values, said); }};
        std::optional<Shares> shares;
        PoolForecast asked = forecast_with(*find_pool("quick"), series.values, 1, std::max(horizon, 6), Bounds::robust, false, {}, &blend);
        blend.shares = [&](const PoolForecast& said) { return shares = learner->shares(*learner->kind_of(series), series, series.values, said), std::optional<Shares>(); };
        const PoolForecast plain = forecast_with(*find_pool("quick"), series.values, 1, std::max(horizon, 6), Bounds::robust, false, {}, &blend);
        REQUIRE(shares);
        for (std::size_t h = 0; h < forecast.mean.size(); ++h) {
            double sum = shares->of_mix * plain.mean[h];
            for (std::size_t i = 0; i < plain.members.size(); ++i)
                if (plain.members[i].left_out.empty()) sum += shares->of_members[i] * plain.members[i].mean[h];
            CHECK(forecast.mean[h] == doctest::Approx(sum));
            CHECK(asked.mean[h] == doctest::Approx(sum));
            CHECK(plain.mean[h] == doctest::Approx(pool.mean[h]));
            CHECK(forecast.deviation[h] == doctest::Approx(pool.deviation[h]));
            CHECK(forecast.spread[h] == doctest::Approx(pool.spread[h]));
        }
    }
}

TEST_CASE("The same file comes of any number of threads and any order of the series") {
    if (trained() == nullptr) return;
    auto series = two_worlds(80);
    const auto one = train(series, options(1)), two = train(series, options(2)), eight = train(series, options(8));
    REQUIRE(one);
    CHECK(one->write() == two->write());
    CHECK(one->write() == eight->write());
    std::reverse(series.begin(), series.end());
    CHECK(train(series, options(2))->write() == one->write());
}

TEST_CASE("What was written is read, and says the same") {
    const Learner* learner = trained();
    if (learner == nullptr) return;
    const std::string file = learner->write();
    const auto again = Learner::read(file);
    REQUIRE(again);
    CHECK(again->write() == file);
    CHECK(again->facts().inputs == std::vector<std::string>{"sales.csv"});
    CHECK(again->facts().trained_on == "2026-11-30");
    for (const ReadSeries& read : two_worlds(20, 30, 5, "T")) {
        const Series series = prepared(read);
        CHECK(forecast_from({find_pool("quick"), Bounds::robust, learner}, series, 30, 4).mean == forecast_from({find_pool("quick"), Bounds::robust, &*again}, series, 30, 4).mean);
    }
}

TEST_CASE("A damaged, a strange or another version's file is refused with what is wrong") {
    const Learner* learner = trained();
    if (learner == nullptr) return;
    const std::string file = learner->write();
    const auto code = [](const std::string& bytes) {
        const auto read = Learner::read(bytes);
        return read ? std::string("read") : read.refused().code();
    };
    CHECK(code("") == "no_learner");
    CHECK(code("series,value\n") == "no_learner");
    CHECK(code(file.substr(0, 20)) == "no_learner");
    CHECK(code(file.substr(0, 60)) == "damaged");
    for (const std::size_t kept : {file.size() - 1, file.size() / 2, file.find('\n') + 1, file.find('\n')}) CHECK(code(file.substr(0, kept)) == "damaged");
    for (std::size_t at = 30; at < file.size(); at += file.size() / 40) {
        std::string changed = file;
        changed[at] = changed[at] == '7' ? '8' : '7';
        CHECK(code(changed) == "damaged");
    }
    CHECK(code(file + "x") == "damaged");
    std::string later = file;
    later.replace(0, 27, "fairlead-forecast-learner 2");
    CHECK(code(later) == "other_version");
    // Whole, but not what this program can use.
    CHECK(code(forged(file, "\"drift\"", "\"drfit\"")) == "unknown_model");
    CHECK(code(forged(file, "\"pool\":\"quick\"", "\"pool\":\"quack\"")) == "unknown_model");
    CHECK(code(forged(file, "\"curvature\"", "\"curviness\"")) == "other_features");
    CHECK(code(forged(file, "\"share\":", "\"share\":7")) == "damaged");
    CHECK(code(forged(file, "\"season\":1", "\"season\":0")) == "damaged");
    CHECK(code(forged(file, "\"season\":1", "\"season\":\"one\"")) == "damaged");
    CHECK(code(forged(file, "\"forests\":[", "\"forests\":[[[]],")) == "damaged");
    CHECK(code(forged(file, "\"forests\":[", "\"forests\":7,\"none\":[")) == "damaged");
    CHECK(code(forged(file, "\"kinds\":", "\"sorts\":")) == "damaged");
    CHECK(code(forged(file, "\n[", "\n[900,1,1,2,")) == "damaged");
    CHECK(code(forged(file, "\n[", "\n[0,1,0,0,")) == "damaged");
}

TEST_CASE("What was trained on is not scored: such ends are the pool's, and left out of back-tests") {
    const Learner* learner = trained();
    if (learner == nullptr) return;
    const auto reads = two_worlds(200);
    const Series series = prepared(reads[0]);
    // The first 28 years were trained on, the last twelve only decided when to stop.
    CHECK(learner->trained_to(series) == 28);
    const Way way{find_pool("quick"), Bounds::robust, learner};
    CHECK(learned_for(way, series, 40) != nullptr);
    CHECK(learned_for(way, series, 28) != nullptr);
    CHECK(learned_for(way, series, 27) == nullptr);
    CHECK(forecast_from(way, series, 27, 6).mean == forecast_from({find_pool("quick"), Bounds::robust, nullptr}, series, 27, 6).mean);
    // Under another name it is the same by its values; with other first values by its name.
    Series renamed = series;
    renamed.id = "other";
    CHECK(learner->trained_to(renamed) == 28);
    Series revised = series;
    revised.values[0] += 1;
    CHECK(learner->trained_to(revised) == 28);
    // A file that begins later: its years are those that were seen.
    Series younger = series;
    younger.values.erase(younger.values.begin(), younger.values.begin() + 10);
    younger.first = younger.first.after(10);
    CHECK(learner->trained_to(younger) == 18);
    CHECK(learner->trained_to(prepared(two_worlds(1, 40, 9, "T")[0])) == 0);

    BacktestOptions test;
    test.engine.learner = learner;
    test.engine.horizon = 6;
    test.candidates = {*find_pool("quick"), trained_candidate(*learner)};
    test.ends = 3;
    Backtest seen(test), unseen(test);
    seen.add(reads);
    unseen.add(two_worlds(200, 40, 9, "T"));
    REQUIRE(seen.leagues().size() == 1);
    CHECK(seen.leagues()[0].ends == 400);
    CHECK(unseen.leagues()[0].ends == 600);
    CHECK(unseen.leagues()[0].table[0].name == "trained");
    // A longer horizon reaches into what was trained on: nothing is left to score.
    test.engine.horizon = 13;
    Backtest longer(test);
    longer.add(reads);
    CHECK(longer.leagues().empty());
    CHECK(longer.left_out() == 200);
    CHECK(longer.only_trained_on() == 200);
}

TEST_CASE("The engine uses what was learned, and says where it does not") {
    const Learner* learner = trained();
    if (learner == nullptr) return;
    auto reads = two_worlds(60, 40, 9, "T");
    reads.push_back(two_worlds(1)[0]);
    ReadSeries months;
    months.series.id = "months";
    for (int t = 0; t < 40; ++t) months.series.observations.push_back({{Frequency::month, t}, 100.0 + t % 7});
    reads.push_back(months);
    ReadSeries rare = two_worlds(1, 40, 10, "R")[0];
    for (std::size_t t = 0; t < 40; ++t) rare.series.observations[t].value = t % 3 == 0 ? 5.0 : 0.0;
    reads.push_back(rare);
    EngineOptions with;
    with.learner = learner;
    Engine engine(with);
    engine.look(reads);
    engine.learn();
    const auto answers = *engine.forecast(reads);
    const auto has = [](const Forecast& one, const char* code) { return std::any_of(one.series.notes.begin(), one.series.notes.end(), [&](const Note& note) { return note.code == code; }); };
    CHECK(answers[0].pool.learned > 0);
    CHECK_FALSE(has(answers[0], "not_trained"));
    CHECK(has(answers[60], "in_training"));
    CHECK(has(answers[61], "not_trained"));
    CHECK(answers[61].pool.learned == 0);
    CHECK(has(answers[62], "not_trained"));
    CHECK(engine.kinds()[0].trained_on == 1);
    CHECK(engine.kinds()[0].learned >= 61);
    CHECK(engine.kinds()[1].learned == 0);
    // Means differ from the pool's; the bands hold them.
    const auto plain = forecast_all(reads, {});
    CHECK(plain[0].mean != answers[0].mean);
    CHECK(plain[61].mean == answers[61].mean);
    for (std::size_t h = 0; h < answers[0].mean.size(); ++h) {
        CHECK(answers[0].band(0.025)->values[h] <= answers[0].mean[h]);
        CHECK(answers[0].band(0.975)->values[h] >= answers[0].mean[h]);
    }
}

TEST_CASE("What helps at one time only is not used; series that are too short for two later origins have one") {
    // Until the last six years all series are straight lines, then they stand still: repeating the last value is right there, and
    // nowhere before.
    const auto make = [](std::size_t length, std::size_t straight) {
        std::vector<ReadSeries> all;
        for (int i = 0; i < 60; ++i) {
            testing::Noise noise(static_cast<std::uint64_t>(i) + 900);
            ReadSeries one;
            one.series.id = "L" + std::to_string(i);
            for (std::size_t t = 0; t < length; ++t)
                one.series.observations.push_back({{Frequency::year, 1980 + static_cast<std::int64_t>(t)}, 200 + i + noise.next() + 5 * static_cast<double>(std::min(t, straight))});
            all.push_back(std::move(one));
        }
        return all;
    };
    TrainOptions with = options();
    with.members = {"naive", "ses"};
    const auto once = train(make(40, 33), with);
    if (!once) return;
    const LearnedKind& kind = once->kinds()[0];
    CHECK(*kind.blend_owa < *kind.pool_owa);
    CHECK(*kind.p < 0.05);
    CHECK(kind.share == 0);
    CHECK(kind.why_not == "it was better than the pool on one of the later origins, but not 12 periods before the end");
    const auto brief = train(make(20, 20), with);
    REQUIRE(brief);
    CHECK(brief->kinds()[0].later_each == 1);
    CHECK(brief->kinds()[0].later == 60);
}

TEST_CASE("Too little to learn from is refused with what is missing; what cannot be learned gets no share") {
    const auto few = train(two_worlds(10), options());
    REQUIRE_FALSE(few);
    CHECK(few.refused().code() == "too_little");
    CHECK(few.refused().message().find("There are 10 series of years with 40 origins (each series needs 17 years: 5, and two horizons of 6)") != std::string::npos);
    const auto none = train({}, options());
    CHECK(none.refused().message().find("no series that is long enough") != std::string::npos);
    // Wandering at random: the pool cannot be beaten for certain, and then is not left.
    std::vector<ReadSeries> walks;
    for (int i = 0; i < 60; ++i) {
        testing::Noise noise(static_cast<std::uint64_t>(i) + 5000);
        ReadSeries one;
        one.series.id = "W" + std::to_string(i);
        double at = 500;
        for (int t = 0; t < 40; ++t) one.series.observations.push_back({{Frequency::year, 1980 + t}, at += 10 * noise.next()});
        walks.push_back(std::move(one));
    }
    TrainOptions with = options();
    with.members = {"drift", "theta_log", "ets_average"};
    const auto learner = train(walks, with);
    if (!learner) return;
    const LearnedKind& kind = learner->kinds()[0];
    if (kind.share == 0) {
        CHECK_FALSE(kind.why_not.empty());
        const Series series = prepared(walks[0]);
        CHECK(forecast_from({find_pool("quick"), Bounds::robust, &*learner}, series, 40, 6).mean == forecast_from({find_pool("quick"), Bounds::robust, nullptr}, series, 40, 6).mean);
    } else CHECK(*kind.p < 0.05);
    // Stopping leaves nothing.
    Trainer stopped(options());
    stopped.look(two_worlds(60), {});
    const auto ended = stopped.train([](std::size_t, std::size_t) { return false; });
    REQUIRE_FALSE(ended);
    CHECK(ended.refused().code() == "stopped");
}
